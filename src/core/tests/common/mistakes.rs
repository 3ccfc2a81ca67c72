//! One mistake in the small pipeline, and what a person is told about it.

use super::mini::mini_with;
use jianwei_core::pipeline::{Bundle, Problem, load};

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

pub fn problems(bundle: &Bundle) -> Vec<Problem> {
    load(bundle).err().unwrap_or_default()
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
