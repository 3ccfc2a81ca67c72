//! What a consumer made of the training records → which rules it kept.

use super::Rule;
use super::set::{CASES, Case, expected};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Largest file read: a department's whole table of warnings may be in it.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// One row of a consumer's table: a warning as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub warning_id: String,
    pub revision: u32,
    pub status: String,
    pub level: String,
    /// Not looked at where it is left out.
    #[serde(default)]
    pub headline: Option<String>,
    /// How many different reminders came about it; not looked at where it is left out.
    #[serde(default)]
    pub reminders: Option<u64>,
}

/// Whether one rule was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub rule: Rule,
    /// False: the file says nothing about it.
    pub seen: bool,
    /// What differs; nothing where the rule was kept. Expected and held, in this order.
    pub differences: Vec<(String, String)>,
}

const WANTS: &str = "one row a warning with warning_id, revision, status and level (headline and reminders too, if you can)";

/// Reads a table as CSV with a header line (`.csv`) or as NDJSON.
pub fn read_held(path: &Path) -> Result<Vec<Held>> {
    let bytes = std::fs::metadata(path).with_context(|| format!("reading {}", path.display()))?.len();
    if bytes > MAX_FILE_BYTES {
        bail!(
            "{}: {bytes} bytes; {MAX_FILE_BYTES} are read: leave out warnings whose id does not begin with 7ea1",
            path.display()
        );
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{}: write UTF-8 text", path.display()))?;
    let text = text.trim_start_matches('\u{feff}');
    let place = |line: u64| format!("{} line {line}: write {WANTS}", path.display());
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().with_context(|| place(1))?.clone();
        let mut out = Vec::new();
        for row in reader.records() {
            let row = row.with_context(|| path.display().to_string())?;
            let line = row.position().map_or(0, csv::Position::line);
            out.push(row.deserialize(Some(&headers)).with_context(|| place(line))?);
        }
        return Ok(out);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(n, line)| serde_json::from_str(line).with_context(|| place(n as u64 + 1))).collect()
}

/// Judges the rows of training warnings; other rows are the department's own.
pub fn judge(held: &[Held]) -> Vec<Verdict> {
    let mut out: Vec<Verdict> =
        Rule::ALL.iter().map(|rule| Verdict { rule: *rule, seen: true, differences: Vec::new() }).collect();
    let mut differ = |rule: Rule, expected: String, held: String| {
        if let Some(verdict) = out.iter_mut().find(|v| v.rule == rule) {
            verdict.differences.push((expected, held));
        }
    };
    let expected = expected();
    let (mut wording, mut reminders) = (false, false);
    for case in &CASES {
        let rows: Vec<&Held> = held.iter().filter(|h| h.warning_id == case.warning_id).collect();
        let wanted = expected.iter().find(|e| e.warning_id == case.warning_id);
        let now = rows.iter().max_by_key(|h| h.revision);
        if show(now.copied()) != show(wanted) {
            differ(case.rule, line(case, wanted), line(case, now.copied()));
        }
        // A table may keep every revision, but none twice.
        let twice = rows.iter().enumerate().find(|(n, row)| rows[..*n].iter().any(|other| other.revision == row.revision));
        if let Some((_, row)) = twice {
            let what = format!("{} revision {}", case.warning_id, row.revision);
            differ(Rule::Repeats, format!("{what} once"), format!("{what} several times"));
        }
        let (Some(now), Some(wanted)) = (now, wanted) else { continue };
        wording |= now.headline.is_some();
        if now.headline.is_some() && now.headline != wanted.headline {
            let text = |h: &Held| format!("{}: {}", h.warning_id, h.headline.as_deref().unwrap_or_default());
            differ(Rule::Wording, text(wanted), text(now));
        }
        reminders |= now.reminders.is_some();
        if now.reminders.is_some() && now.reminders != wanted.reminders {
            let count = |h: &Held| format!("{}: {} reminders", h.warning_id, h.reminders.unwrap_or(0));
            differ(Rule::Reminders, count(wanted), count(now));
        }
    }
    for verdict in &mut out {
        verdict.seen = match verdict.rule {
            Rule::Wording => wording,
            Rule::Reminders => reminders,
            _ => true,
        };
    }
    out
}

fn show(held: Option<&Held>) -> Option<(u32, &str, &str)> {
    held.map(|h| (h.revision, h.status.as_str(), h.level.as_str()))
}

fn line(case: &Case, held: Option<&Held>) -> String {
    let id = case.warning_id;
    match held {
        None => format!("{id}: nothing"),
        Some(h) => format!("{id}: revision {}, {}, {}", h.revision, h.status, h.level),
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::records;
    use super::*;
    use std::collections::BTreeMap;

    fn broken(held: &[Held]) -> Vec<Rule> {
        judge(held).into_iter().filter(|v| !v.differences.is_empty()).map(|v| v.rule).collect()
    }

    /// A consumer of the whole set: which records it sees, and which of two it keeps.
    fn consume(sees_aborted: bool, keep_newer: bool, every_revision: bool) -> Vec<Held> {
        let mut table: BTreeMap<(String, u32), Held> = BTreeMap::new();
        for record in records("wh-amr").expect("the set") {
            if !record.topic.starts_with("warnings.") || (record.aborted && !sees_aborted) {
                continue;
            }
            let row: Held = serde_json::from_value(record.value).expect("a row");
            let key = (row.warning_id.clone(), if every_revision { row.revision } else { 0 });
            let newer = table.get(&key).is_none_or(|old| row.revision > old.revision);
            if newer || !keep_newer {
                table.insert(key, row);
            }
        }
        table.into_values().collect()
    }

    #[test]
    fn good_consumers_pass_and_others_are_told_why() {
        let twice = [expected(), expected()].concat();
        let mut garbled = expected();
        garbled[7].headline = Some("????".into());
        let mut counted = expected();
        counted[1].reminders = Some(2);
        let cases = [
            ("good", consume(false, true, false), vec![]),
            ("good, every revision kept", consume(false, true, true), vec![]),
            ("the files' own answer", expected(), vec![]),
            ("read_uncommitted", consume(true, true, false), vec![Rule::Committed]),
            ("the last to arrive wins", consume(false, false, false), vec![Rule::Repeats]),
            ("rows are appended", twice, vec![Rule::Repeats]),
            ("not UTF-8", garbled, vec![Rule::Wording]),
            ("every card counted", counted, vec![Rule::Reminders]),
            (
                "nothing",
                vec![],
                vec![Rule::Order, Rule::Repeats, Rule::Committed, Rule::Ended, Rule::UnknownFields, Rule::Large, Rule::Wording],
            ),
        ];
        for (what, held, rules) in cases {
            assert_eq!(broken(&held), rules, "{what}");
        }
    }

    #[test]
    fn what_the_file_does_not_say_is_not_judged() {
        let mut held = expected();
        for row in &mut held {
            (row.headline, row.reminders) = (None, None);
        }
        let unseen: Vec<Rule> = judge(&held).into_iter().filter(|v| !v.seen).map(|v| v.rule).collect();
        assert_eq!((unseen, broken(&held)), (vec![Rule::Wording, Rule::Reminders], vec![]));
    }
}
