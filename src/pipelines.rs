//! Folders of pipeline files → the core's bundles and models.

use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Language, Zone, parse_time};
use jianwei_core::intake::CallerKey;
use jianwei_core::pipeline::{Bundle, Finding, Model, load_bytes, unread};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Samples and cases are not part of the pipeline they lie beside.
fn beside(relative: &Path) -> bool {
    relative == Path::new("sample") || relative == Path::new("tests")
}

/// A folder's files by path relative to it, and the names that are not read.
struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    /// Those of folders in matters/ too, with `/` at the end.
    others: Vec<String>,
}

/// Reads the `.toml` files of a folder and the folders in it.
fn read_folder(dir: &Path) -> Result<Folder> {
    let mut out = Folder { files: BTreeMap::new(), others: Vec::new() };
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("reading the pipeline folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let relative = path.strip_prefix(dir)?;
            let name = relative.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("/");
            if path.is_dir() && beside(relative) {
                continue;
            } else if path.is_dir() {
                out.others.push(format!("{name}/"));
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                out.files.insert(name, std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?);
            } else {
                out.others.push(name);
            }
        }
    }
    // Folders list their entries in an order of their own.
    out.others.sort();
    Ok(out)
}

/// Reads and checks a pipeline; the error lists every problem.
pub fn read_model(dir: &Path) -> Result<Model> {
    Ok(read_model_and_notes(dir)?.0)
}

/// The same, and what is odd about the names in the folder.
pub fn read_model_and_notes(dir: &Path) -> Result<(Model, Vec<Finding>)> {
    let folder = read_folder(dir)?;
    let notes = unread(&folder.others);
    Ok((checked(dir, &folder.files, &notes)?, notes))
}

/// Reads a pipeline for feeds of the real world: callers are hashed with the key of the environment,
/// `JIANWEI_CALLER_KEY` named by `JIANWEI_CALLER_KEY_ID`, if it is set.
pub fn read_model_for_feeds(dir: &Path) -> Result<Model> {
    let mut model = read_model(dir)?;
    let of = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    model.caller_key = match (of("JIANWEI_CALLER_KEY_ID"), of("JIANWEI_CALLER_KEY")) {
        (None, None) => None,
        (Some(id), Some(key)) => {
            Some(CallerKey::new(&id, key.as_bytes()).map_err(|e| anyhow::anyhow!("JIANWEI_CALLER_KEY: {e}"))?)
        }
        (None, Some(_)) => {
            bail!("JIANWEI_CALLER_KEY has no name: set JIANWEI_CALLER_KEY_ID too, as 2026-11; another key, another name")
        }
        (Some(_), None) => bail!("JIANWEI_CALLER_KEY_ID names a key that is not set: set JIANWEI_CALLER_KEY, or neither"),
    };
    Ok(model)
}

/// The same pipeline, publishing in another language.
pub fn read_model_in(dir: &Path, language: Language) -> Result<Model> {
    let mut folder = read_folder(dir)?;
    let wanted = crate::lang::pick(language, "language = \"zh\"", "language = \"en\"");
    if let Some(bytes) = folder.files.get_mut("pipeline.toml")
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        let says =
            |line: &&str| line.trim_start().strip_prefix("language").is_some_and(|rest| rest.trim_start().starts_with('='));
        *bytes = text.lines().map(|line| if says(&line) { wanted } else { line }).collect::<Vec<_>>().join("\n").into_bytes();
    }
    checked(dir, &folder.files, &unread(&folder.others))
}

/// A pipeline that comes with Jianwei: in the working folder, else beside the folder the binary was
/// built in.
pub fn shipped(name: &str) -> Result<PathBuf> {
    let here = Path::new("pipelines").join(name);
    let binary = std::env::current_exe().ok();
    let beside = binary.iter().flat_map(|path| path.ancestors()).map(|folder| folder.join("pipelines").join(name));
    let found = std::iter::once(here).chain(beside).find(|dir| dir.join("pipeline.toml").is_file());
    found.with_context(|| format!("no pipelines/{name} here: run this in Jianwei's own folder"))
}

/// Writes a pipeline's files into a folder.
pub fn write_bundle(bundle: &Bundle, dir: &Path) -> Result<()> {
    for (name, text) in &bundle.files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn checked(dir: &Path, files: &BTreeMap<String, Vec<u8>>, notes: &[Finding]) -> Result<Model> {
    match load_bytes(files) {
        Ok(model) => Ok(model),
        Err(problems) => {
            let what = if problems.len() == 1 { "mistake" } else { "mistakes" };
            let mut lines: Vec<String> = problems.iter().map(|p| format!("{}/{p}", dir.display())).collect();
            // A file that seems missing may stand there under such a name.
            lines.extend(notes.iter().map(|note| format!("note: {}/{note}", dir.display())));
            bail!("{} {what} in the pipeline:\n{}", problems.len(), lines.join("\n"))
        }
    }
}

/// A time as a person writes it, local to the realm where it has no offset.
pub fn time_of(text: &str, zone: Zone) -> Result<i64> {
    let time = parse_time(text, zone);
    time.map(|(ms, _)| ms).map_err(|_| anyhow::anyhow!("{text:?} is not a time: write 2014-12-31 or 2014-12-31T18:00:00-06:00"))
}
