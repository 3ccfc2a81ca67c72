//! One mistake in the small pipeline, and what a person is told about it.

use super::mini::mini_with;
use jianwei_core::pipeline::{Bundle, Finding, Problem, Severity, load};
use std::collections::BTreeSet;
use std::sync::Mutex;

pub const PIPELINE: &str = "pipeline.toml";
pub const REGIONS: &str = "regions.toml";
pub const ORGS: &str = "organisations.toml";
pub const GAS: &str = "matters/gas.toml";
pub const NOISE: &str = "matters/noise.toml";

pub struct Row {
    pub file: &'static str,
    /// In the good pipeline, and what stands there instead.
    pub from: &'static str,
    pub to: String,
    /// Text of the line the problem is at, in the mistaken file; empty for the first line.
    pub at: &'static str,
    pub message: &'static str,
    pub write: &'static str,
}

pub fn row(
    file: &'static str,
    from: &'static str,
    to: impl Into<String>,
    at: &'static str,
    message: &'static str,
    write: &'static str,
) -> Row {
    Row { file, from, to: to.into(), at, message, write }
}

/// What was told to a test of this run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// `problem`, `error` or `note`.
    pub kind: &'static str,
    pub message: String,
    pub write: String,
}

static TOLD: Mutex<BTreeSet<Told>> = Mutex::new(BTreeSet::new());

/// Everything told so far.
pub fn told() -> BTreeSet<Told> {
    TOLD.lock().unwrap().clone()
}

fn note(all: impl Iterator<Item = (&'static str, String, String)>) {
    TOLD.lock().unwrap().extend(all.map(|(kind, message, write)| Told { kind, message, write }));
}

pub fn note_problems(found: &[Problem]) {
    note(found.iter().map(|p| ("problem", p.message.clone(), p.write.clone())));
}

pub fn note_findings(found: &[Finding]) {
    let kind = |f: &Finding| if f.severity == Severity::Error { "error" } else { "note" };
    note(found.iter().map(|f| (kind(f), f.message.clone(), f.write.clone())));
}

pub fn problems(bundle: &Bundle) -> Vec<Problem> {
    let found = load(bundle).err().unwrap_or_default();
    note_problems(&found);
    found
}

pub fn check(rows: Vec<Row>) {
    for Row { file, from, to, at, message, write } in rows {
        let bundle = mini_with(file, from, &to);
        let line = bundle.files[file].lines().position(|l| l.contains(at)).map(|n| n + 1);
        assert!(line.is_some(), "{file} has no line with {at:?}");
        let found = problems(&bundle);
        let fits =
            |p: &&Problem| p.file == file && Some(p.line) == line && p.message.contains(message) && p.write.contains(write);
        assert_eq!(found.iter().filter(fits).count(), 1, "{from:?} -> {to:?}: line {line:?} in {found:#?}");
    }
}
