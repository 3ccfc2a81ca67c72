//! Pipelines (规则集): the files that say how one realm works, read into a checked [`Model`].
//!
//! The files are text here; shells read folders. Every problem is found in one go, each with its
//! file, line and what to write instead.

mod bundle;
mod check;
mod condition;
mod folder;
mod load;
mod matters;
mod model;
mod outcome;
mod peers;
mod reader;
mod rules;
mod schema;
mod sources;
mod tail;
mod words;

pub use bundle::{Bundle, BundleProblem, MAX_BUNDLE_BYTES, MAX_BUNDLE_ZSTD_BYTES, MAX_FILE_BYTES, MAX_FILES};
pub use check::{Finding, MAX_FINDINGS, Severity, check};
pub use condition::{About, Condition, MAX_WORDS};
pub use folder::{MAX_UNREAD, load_bytes, unread};
pub use load::{MAX_ALL_WORDS, load};
pub use matters::MAX_RULES;
pub use model::*;
pub use outcome::{Learned, MAX_TERMS, OutcomeRules, Phase, RateOf, Term, TermKind};
pub use reader::{MAX_PROBLEMS, Problem};
pub use schema::editor_schemas;
pub use sources::CONTROL_TOPIC;
pub use tail::{MAX_KNOTS, MAX_TAILS, TailBand, TailMap};
pub use words::{WordHits, Words};
