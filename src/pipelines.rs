//! Folders of pipeline files → the core's bundles and models.

use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Language, Zone, parse_time};
use jianwei_core::pipeline::{Bundle, Model, load};
use std::path::{Path, PathBuf};

/// Files that belong to a pipeline; samples and cases beside them do not.
fn belongs(relative: &Path) -> bool {
    relative.extension().is_some_and(|e| e == "toml") && !relative.starts_with("sample") && !relative.starts_with("tests")
}

/// Reads the `.toml` files of a folder and the folders in it.
pub fn read_bundle(dir: &Path) -> Result<Bundle> {
    let mut bundle = Bundle::default();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("reading the pipeline folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let relative = path.strip_prefix(dir)?;
            if path.is_dir() {
                folders.push(path);
            } else if belongs(relative) {
                let name = relative.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("/");
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("{}: not UTF-8 text; save the file as UTF-8", path.display()))?;
                bundle.files.insert(name, text);
            }
        }
    }
    Ok(bundle)
}

/// Reads and checks a pipeline; the error lists every problem.
pub fn read_model(dir: &Path) -> Result<Model> {
    checked(dir, &read_bundle(dir)?)
}

/// The same pipeline, publishing in another language.
pub fn read_model_in(dir: &Path, language: Language) -> Result<Model> {
    let mut bundle = read_bundle(dir)?;
    let wanted = crate::lang::pick(language, "language = \"zh\"", "language = \"en\"");
    if let Some(text) = bundle.files.get_mut("pipeline.toml") {
        let says =
            |line: &&str| line.trim_start().strip_prefix("language").is_some_and(|rest| rest.trim_start().starts_with('='));
        *text = text.lines().map(|line| if says(&line) { wanted } else { line }).collect::<Vec<_>>().join("\n");
    }
    checked(dir, &bundle)
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

fn checked(dir: &Path, bundle: &Bundle) -> Result<Model> {
    match load(bundle) {
        Ok(model) => Ok(model),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(|p| format!("{}/{p}", dir.display())).collect();
            let what = if lines.len() == 1 { "mistake" } else { "mistakes" };
            bail!("{} {what} in the pipeline:\n{}", lines.len(), lines.join("\n"))
        }
    }
}

/// A time as a person writes it, local to the realm where it has no offset.
pub fn time_of(text: &str, zone: Zone) -> Result<i64> {
    let time = parse_time(text, zone);
    time.map(|(ms, _)| ms).map_err(|_| anyhow::anyhow!("{text:?} is not a time: write 2014-12-31 or 2014-12-31T18:00:00-06:00"))
}
