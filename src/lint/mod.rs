//! What an export is made of, before anybody publishes it: its columns and what each is read as, what
//! would be repaired, what would be a dead letter, and a field map to paste. No value of a column about
//! people is ever shown.

mod columns;
mod guess;
mod known;
mod personal;
mod say;
mod suggest;
mod words;

pub use say::text;
pub use suggest::{Suggestion, suggest};

use crate::feeds::{self, Table};
use anyhow::{Context, Result};
use columns::Column;
use jianwei_core::domain::SourceKind;
use jianwei_core::intake::{self, Directory};
use jianwei_core::journal::{Flag, Reason};
use jianwei_core::pipeline::{FieldMap, Model, Source};
use jianwei_core::sequencer::feed_end_ms;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A first line that is a row and no header: nothing of it may be shown.
fn refuse_without_header(table: &Table) -> Result<()> {
    let is_cell = |name: &String| {
        let digits = name.chars().filter(char::is_ascii_digit).count();
        digits >= 7 || name.chars().count() > 40
    };
    let at = table.columns.iter().position(is_cell);
    at.map_or(Ok(()), |at| {
        anyhow::bail!(
            "{}: column {} of the first line looks like a value, no name: write a header line first",
            table.path.display(),
            at + 1
        )
    })
}

/// A file's profile.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    pub file: String,
    pub realm: String,
    pub kind: &'static str,
    pub encoding: &'static str,
    pub rows: u64,
    /// The field map that applies to it, if one does.
    pub map: Option<String>,
    pub columns: Vec<Column>,
    /// Required fields no column gives.
    pub missing: Vec<String>,
    pub readable: u64,
    pub dead_letters: Vec<Dead>,
    /// Rows with each flag.
    pub flags: BTreeMap<&'static str, u64>,
    /// Rows whose own id an earlier row has: they count as updates.
    pub repeated_ids: u64,
    /// From the first to the last event time, in the realm's zone.
    pub first: Option<String>,
    pub last: Option<String>,
    pub attributed: Option<Attributed>,
}

/// Rows that would be dead letters, by why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dead {
    pub reason: &'static str,
    pub field: Option<String>,
    pub rows: u64,
    /// Lines of the file the first of them begin at.
    pub lines: Vec<u64>,
}

/// Whom the readable rows are about, by the registry given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Attributed {
    pub enterprises: u64,
    pub rows: u64,
    pub by_method: BTreeMap<&'static str, u64>,
    /// Nobody, because several might be meant.
    pub abstained: u64,
    pub nobody: u64,
}

/// Rows named of those that would be dead letters, for each reason.
const MAX_LINES_NAMED: usize = 5;

/// What intake makes of the rows.
#[derive(Default)]
struct Seen {
    readable: u64,
    dead: BTreeMap<(Reason, Option<String>), (u64, Vec<u64>)>,
    flags: BTreeMap<Flag, u64>,
    ids: BTreeSet<String>,
    repeated_ids: u64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
    attributed: Option<Attributed>,
}

/// Profiles a table as records of one kind.
pub fn profile(model: &Model, kind: SourceKind, table: &Table, directory: Option<&Directory>, now_ms: i64) -> Result<Profile> {
    refuse_without_header(table)?;
    let source = source_for(model, kind, table)?;
    let map = map_for(source, table);
    let seen = read_rows(model, kind, table, directory, now_ms)?;
    let time = |ms: Option<i64>| ms.map(|ms| model.zone.format(ms));
    let dead = seen.dead.into_iter().map(|((reason, field), (rows, lines))| Dead { reason: reason.as_str(), field, rows, lines });
    let mut dead_letters: Vec<Dead> = dead.collect();
    dead_letters.sort_by_key(|d| std::cmp::Reverse(d.rows));
    Ok(Profile {
        file: table.path.display().to_string(),
        realm: model.realm.clone(),
        kind: kind.as_str(),
        encoding: table.encoding,
        rows: table.values.len() as u64,
        map: map.map(|m| m.name.clone()),
        missing: columns::missing(source, map, kind, table),
        columns: columns::columns(model, source, map, kind, table),
        readable: seen.readable,
        dead_letters,
        flags: seen.flags.into_iter().map(|(flag, rows)| (flag.as_str(), rows)).collect(),
        repeated_ids: seen.repeated_ids,
        first: time(seen.first_ms),
        last: time(seen.last_ms),
        attributed: seen.attributed,
    })
}

/// The source whose map has the table's columns, else the first of the kind.
fn source_for<'m>(model: &'m Model, kind: SourceKind, table: &Table) -> Result<&'m Source> {
    let of_kind = || model.sources.iter().filter(|s| s.kind == kind);
    let mapped = of_kind().find(|source| map_for(source, table).is_some());
    mapped.or_else(|| of_kind().next()).with_context(|| {
        format!("realm {} has no source of kind {:?}: add a [[source]] to pipeline.toml", model.realm, kind.as_str())
    })
}

fn map_for<'m>(source: &'m Source, table: &Table) -> Option<&'m FieldMap> {
    intake::choose_map(source, |column| table.columns.iter().any(|c| c == column))
}

fn read_rows(model: &Model, kind: SourceKind, table: &Table, directory: Option<&Directory>, now_ms: i64) -> Result<Seen> {
    let mut seen = Seen {
        attributed: directory.map(|d| Attributed { enterprises: d.len() as u64, ..Default::default() }),
        ..Seen::default()
    };
    for (line, row) in table.lines().zip(table.rows(model, kind)?) {
        let source = model.source_of_topic(&row.topic).context("rows belong to a source of the pipeline")?;
        match intake::decode(model, source, row.key.as_deref(), Some(&row.value)) {
            Err(rejection) => seen.dead_letter(rejection.reason, rejection.field, line),
            Ok(decoded) if decoded.record.event_time_ms().is_some_and(|ms| ms > feed_end_ms(model.zone, now_ms)) => {
                seen.dead_letter(Reason::FutureTime, None, line);
            }
            Ok(decoded) => seen.take(model, directory, decoded),
        }
    }
    Ok(seen)
}

impl Seen {
    fn dead_letter(&mut self, reason: Reason, field: Option<String>, line: u64) {
        let (rows, lines) = self.dead.entry((reason, field)).or_default();
        *rows += 1;
        if lines.len() < MAX_LINES_NAMED {
            lines.push(line);
        }
    }

    fn take(&mut self, model: &Model, directory: Option<&Directory>, mut decoded: intake::Decoded) {
        self.readable += 1;
        if !self.ids.insert(decoded.record.source_id()) {
            self.repeated_ids += 1;
        }
        if let Some(ms) = decoded.record.event_time_ms() {
            self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
            self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
        }
        if let (Some(directory), Some(attributed)) = (directory, &mut self.attributed) {
            let fact = intake::resolve(model, directory, &mut decoded);
            if let Some(evidence) = fact.evidence() {
                match &evidence.subject {
                    Some(subject) => {
                        attributed.rows += 1;
                        *attributed.by_method.entry(subject.method.as_str()).or_default() += 1;
                    }
                    None if !evidence.candidates.is_empty() => attributed.abstained += 1,
                    None => attributed.nobody += 1,
                }
            }
        }
        for flag in decoded.flags {
            *self.flags.entry(flag).or_default() += 1;
        }
    }
}

/// The directory a registry file gives.
pub fn directory(model: &Model, path: &Path) -> Result<Directory> {
    let mut directory = Directory::default();
    directory.reindex(model);
    for row in feeds::read(model, SourceKind::Registry, path)? {
        let source = model.source_of_topic(&row.topic).context("rows belong to a source of the pipeline")?;
        if let Ok(decoded) = intake::decode(model, source, row.key.as_deref(), Some(&row.value))
            && let jianwei_core::domain::Record::Enterprise(enterprise) = decoded.record
        {
            directory.upsert(enterprise);
        }
    }
    Ok(directory)
}
