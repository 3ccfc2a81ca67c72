//! What a folder may hold besides what a pipeline reads: files that are not text, and names that are
//! not read though they look as if they were meant.

use super::bundle::Bundle;
use super::check::{Finding, Severity};
use super::model::Model;
use super::reader::{File, Problem};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Most files told that are not read; the others are counted in one more.
pub const MAX_UNREAD: usize = 20;

/// [`super::load`], from the bytes of the files: one that is not UTF-8 is told beside the mistakes of
/// the others, and nothing else is said of it.
pub fn load_bytes(files: &BTreeMap<String, Vec<u8>>) -> Result<Model, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let mut not_text = BTreeSet::new();
    let mut bundle = Bundle::default();
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Err(error) = std::str::from_utf8(bytes) {
            let readable = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let file = File::new(name, &readable, &problems);
            let write = "the same text saved as UTF-8 (an editor's \"Save as\" offers it), not as GBK or UTF-16";
            file.report(readable.len(), "not UTF-8 text", write);
            not_text.insert(name.as_str());
        }
        bundle.files.insert(name.clone(), text);
    }
    let mut problems = problems.into_inner();
    match super::load(&bundle) {
        Ok(model) if problems.is_empty() => return Ok(model),
        Ok(_) => {}
        // What else seems wrong with such a file follows from that.
        Err(others) => problems.extend(others.into_iter().filter(|p| !not_text.contains(p.file.as_str()))),
    }
    problems.sort();
    Err(problems)
}

/// What to say of the names in a folder that are not read, relative to it; those of folders end with
/// `/`. Most are nobody's mistake, and nothing is said of them.
pub fn unread(names: &[String]) -> Vec<Finding> {
    let told: Vec<(&str, (&str, &str))> = names.iter().filter_map(|name| Some((name.as_str(), why(name)?))).collect();
    let note = |file: &str, message: String, write: &str| Finding {
        severity: Severity::Note,
        file: file.to_string(),
        line: 1,
        message,
        write: write.to_string(),
    };
    let first = told.iter().take(MAX_UNREAD);
    let mut out: Vec<Finding> = first.map(|(name, (message, write))| note(name, message.to_string(), write)).collect();
    if let Some((name, _)) = told.get(MAX_UNREAD) {
        let more = told.len() - MAX_UNREAD;
        out.push(note(name, format!("{more} more names like the ones above are not told"), "what mends them, then check again"));
    }
    out
}

/// What is odd about a name, and what to write instead.
fn why(name: &str) -> Option<(&'static str, &'static str)> {
    let (folder, last) = name.trim_end_matches('/').rsplit_once('/').unwrap_or(("", name.trim_end_matches('/')));
    let in_matters = folder == "matters" || folder.starts_with("matters/");
    // Tools keep their own things under such names.
    if last.starts_with('.') || last.ends_with('~') {
        return None;
    }
    if name.ends_with('/') {
        let message = "a folder in matters/: the .toml files in it are matters like the others";
        return in_matters.then_some((message, "the files in matters/ itself; what is not to be read, outside of it"));
    }
    let meant = in_matters || folder.is_empty() && last.to_ascii_lowercase().contains(".toml");
    let write = "a name that ends in .toml (a system may hide a second ending, as in gas.toml.txt)";
    meant.then_some(("the file is not read: its name does not end in .toml", write))
}
