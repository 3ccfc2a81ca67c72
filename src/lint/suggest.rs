//! A field map for an export, to paste into the pipeline.

use super::columns::{fields_of, is_own_id};
use super::known::known;
use super::personal::Personal;
use super::{Column, Profile, read_rows, source_for};
use crate::feeds::Table;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{SourceKind, parse_time};
use jianwei_core::pipeline::{Bundle, Model, load};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows looked at to guess what a column is.
const GUESS_ROWS: usize = 500;

#[derive(Debug, Clone, Serialize)]
pub struct Suggestion {
    /// The map, TOML.
    pub toml: String,
    /// Fields whose column is a guess: somebody must look.
    pub guesses: Vec<String>,
    /// Required fields for which no column was found.
    pub missing: Vec<String>,
    /// The line of pipeline.toml before which it goes.
    pub line: usize,
    /// Rows that could be read with it.
    pub readable: u64,
}

#[derive(Default)]
struct Draft {
    rename: BTreeMap<String, String>,
    guesses: BTreeSet<String>,
    id_from_row: bool,
    values: BTreeMap<String, BTreeMap<String, String>>,
    unknown_words: BTreeMap<String, Vec<String>>,
    callers: Vec<(String, Personal)>,
    missing: Vec<String>,
}

/// Works a map out, pastes it into a copy of the pipeline, and reads the table with that.
pub fn suggest(model: &Model, kind: SourceKind, table: &Table, profile: &Profile, now_ms: i64) -> Result<Suggestion> {
    if !matches!(kind, SourceKind::Tickets | SourceKind::Reports | SourceKind::Registry | SourceKind::Inspectors) {
        bail!(
            "--suggest-map works for tickets, reports, registry and inspectors: records of kind {} have fields of their own for each `kind`, see docs/design.md",
            kind.as_str()
        );
    }
    let draft = draft(model, kind, table, profile)?;
    let toml = draft.toml(kind, profile);
    let topic = &source_for(model, kind, table)?.topic;
    let (pasted, line) = paste(&model.bundle, topic, &toml)?;
    let with = load(&pasted).map_err(|problems| {
        let first = problems.first().map_or_else(String::new, ToString::to_string);
        anyhow::anyhow!("the map suggested does not load ({first}): a defect of lint-feed")
    })?;
    let readable = read_rows(&with, kind, table, None, now_ms)?.readable;
    Ok(Suggestion { toml, guesses: draft.guesses.into_iter().collect(), missing: draft.missing, line, readable })
}

fn draft(model: &Model, kind: SourceKind, table: &Table, profile: &Profile) -> Result<Draft> {
    let (fields, required) = fields_of(kind);
    let known = known(kind);
    let mut draft = Draft::default();
    let open: Vec<&Column> = profile.columns.iter().filter(|c| c.personal.is_none()).collect();
    // As it is read now, then by names seen elsewhere, then by parts of names, then by what is in it.
    let mut ways: Vec<Vec<(String, String)>> = vec![Vec::new(); 3];
    for column in &open {
        ways[0].extend(column.fields.iter().map(|f| (f.clone(), column.name.clone())));
        ways[1].extend(known.field_of(&column.name).map(|f| (f.to_string(), column.name.clone())));
        ways[2].extend(known.like(&column.name).map(|f| (f.to_string(), column.name.clone())));
    }
    for (way, found) in ways.into_iter().enumerate() {
        for (field, column) in found {
            let free = !draft.rename.contains_key(&field) && (way == 0 || !draft.rename.values().any(|c| *c == column));
            if free && fields.contains(&field) {
                draft.guesses.extend((way == 2).then(|| field.clone()));
                draft.rename.insert(field, column);
            }
        }
    }
    draft.guess_by_cells(model, kind, table, &open);
    let has = |draft: &Draft, field: &str| draft.rename.contains_key(field);
    draft.id_from_row = required.iter().any(|f| is_own_id(kind, f) && !has(&draft, f));
    draft.missing = required.into_iter().filter(|f| !has(&draft, f) && !is_own_id(kind, f)).collect();
    if kind == SourceKind::Tickets && !has(&draft, "content") && !has(&draft, "category") {
        draft.missing.push("content".into());
    }
    draft.words(profile, &known.values);
    draft.callers = profile.columns.iter().filter_map(|c| Some((c.name.clone(), c.personal?))).collect();
    Ok(draft)
}

impl Draft {
    /// Times and long texts are known by their look.
    fn guess_by_cells(&mut self, model: &Model, kind: SourceKind, table: &Table, open: &[&Column]) {
        let rows: Vec<Map<String, Value>> =
            table.values.iter().take(GUESS_ROWS).filter_map(|v| serde_json::from_slice(v).ok()).collect();
        let taken: BTreeSet<String> = self.rename.values().cloned().collect();
        let cells = |name: &str| -> Vec<&str> {
            rows.iter().filter_map(|r| r.get(name)?.as_str()).filter(|c| !c.trim().is_empty()).collect()
        };
        let free: Vec<&str> = open.iter().map(|c| c.name.as_str()).filter(|name| !taken.contains(*name)).collect();
        let time_field = match kind {
            SourceKind::Tickets => Some("received_at"),
            SourceKind::Reports => Some("reported_at"),
            _ => None,
        };
        if let Some(field) = time_field.filter(|f| !self.rename.contains_key(*f)) {
            let dated = |name: &&&str| {
                let cells = cells(name);
                let times = cells.iter().filter(|c| c.len() >= 8 && parse_time(c, model.zone).is_ok()).count();
                !cells.is_empty() && times * 10 >= cells.len() * 9
            };
            self.guess(field, free.iter().find(dated).copied());
        }
        if time_field.is_some() && !self.rename.contains_key("content") {
            let mean = |name: &str| {
                let cells = cells(name);
                cells.iter().map(|c| c.chars().count()).sum::<usize>() / cells.len().max(1)
            };
            let longest = free.iter().map(|name| (mean(name), *name)).filter(|(chars, _)| *chars >= 8).max();
            self.guess("content", longest.map(|(_, name)| name));
        }
    }

    fn guess(&mut self, field: &str, column: Option<&str>) {
        if let Some(column) = column.filter(|c| !self.rename.values().any(|taken| taken == c)) {
            self.rename.insert(field.into(), column.into());
            self.guesses.insert(field.into());
        }
    }

    /// Words intake does not know: what other exports mean by them, or a line to fill in.
    fn words(&mut self, profile: &Profile, known: &BTreeMap<String, BTreeMap<String, String>>) {
        for (field, column) in &self.rename {
            let words = profile.columns.iter().filter(|c| c.name == *column).flat_map(|c| &c.words);
            for word in words.filter(|w| !w.known) {
                match known.get(field).and_then(|values| values.get(&word.text)) {
                    Some(value) => {
                        self.values.entry(field.clone()).or_default().insert(word.text.clone(), value.clone());
                    }
                    None => self.unknown_words.entry(field.clone()).or_default().push(word.text.clone()),
                }
            }
        }
    }

    fn toml(&self, kind: SourceKind, profile: &Profile) -> String {
        let mut lines = self.head(kind, profile);
        lines.extend([String::new(), "[source.map.rename]".into()]);
        for (field, column) in &self.rename {
            let remark = if self.guesses.contains(field) { " # a guess: look at it" } else { "" };
            lines.push(format!("{field} = {}{remark}", quoted(column)));
        }
        for (column, personal) in &self.callers {
            let only = match personal {
                Personal::Phone => format!("; only as caller_phone = {}, which is hashed", quoted(column)),
                Personal::IdNumber => format!("; only as caller_id_no = {}, which is hashed", quoted(column)),
                Personal::Name | Personal::Other => String::new(),
            };
            lines.push(format!("# not mapped, it says who called: {}{only}", quoted(column)));
        }
        lines.extend(self.value_lines());
        lines.join("\n") + "\n"
    }

    /// The map's name, the columns it is known by, and what is still open.
    fn head(&self, kind: SourceKind, profile: &Profile) -> Vec<String> {
        let file = Path::new(&profile.file).file_name().and_then(|n| n.to_str()).unwrap_or("export");
        let (_, required) = fields_of(kind);
        let telling = required.iter().map(String::as_str).chain(["content"]);
        let mut columns: Vec<&String> = telling.filter_map(|field| self.rename.get(field)).collect();
        columns.dedup();
        if columns.is_empty() {
            columns.extend(self.rename.values().take(1));
        }
        let columns: Vec<String> = columns.into_iter().map(|c| quoted(c)).collect();
        let mut lines = vec!["[[source.map]]".to_string(), format!("name = {}", quoted(file))];
        lines.push(format!("columns = [{}]", columns.join(", ")));
        if self.id_from_row {
            lines.push("id = \"row\" # no column has an id of its own: made of the row".into());
        }
        lines.extend(self.missing.iter().map(|field| format!("# no column found for {field}, which is required")));
        lines
    }

    fn value_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.values.is_empty() || !self.unknown_words.is_empty() {
            lines.extend([String::new(), "[source.map.values]".into()]);
        }
        for (field, values) in &self.values {
            let pairs: Vec<String> = values.iter().map(|(cell, value)| format!("{} = {}", quoted(cell), quoted(value))).collect();
            lines.push(format!("{field} = {{ {} }}", pairs.join(", ")));
        }
        for (field, words) in &self.unknown_words {
            let words: Vec<String> = words.iter().map(|w| format!("{} = \"\"", quoted(w))).collect();
            let already = if self.values.contains_key(field) { "add to " } else { "" };
            lines.push(format!("# {already}{field} = {{ {} }}", words.join(", ")));
        }
        lines
    }
}

/// A basic string: JSON's escapes are TOML's, but for the one character JSON lets pass.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The pipeline with the map pasted before the first map of the topic's source, or at that source's
/// end; and at which line.
fn paste(bundle: &Bundle, topic: &str, map: &str) -> Result<(Bundle, usize)> {
    const FILE: &str = "pipeline.toml";
    let text = bundle.files.get(FILE).context("the pipeline has no pipeline.toml")?;
    let lines: Vec<&str> = text.lines().collect();
    let begins = lines.iter().enumerate().filter(|(_, line)| line.trim() == "[[source]]").map(|(at, _)| at);
    let names = |line: &&str| line.trim_start().starts_with("topic") && line.contains(&format!("\"{topic}\""));
    let mut sources = begins.map(|begin| (begin, source_end(&lines, begin)));
    let own = sources.find(|(begin, end)| lines[*begin..*end].iter().any(&names));
    let (begin, end) = own.with_context(|| format!("no [[source]] of topic {topic} in pipeline.toml"))?;
    let at = lines[begin..end].iter().position(|l| l.trim() == "[[source.map]]").map_or(end, |n| begin + n);
    let pasted: Vec<&str> =
        lines[..at].iter().copied().chain([""]).chain(map.lines()).chain([""]).chain(lines[at..].iter().copied()).collect();
    let mut copy = bundle.clone();
    copy.files.insert(FILE.into(), pasted.join("\n") + "\n");
    Ok((copy, at + 1))
}

/// Where the tables of a [[source]] end: at the next header that is no part of it.
fn source_end(lines: &[&str], begin: usize) -> usize {
    let is_other = |line: &&str| {
        let line = line.trim_start();
        line.starts_with('[') && !line.starts_with("[source.") && !line.starts_with("[[source.")
    };
    lines[begin + 1..].iter().position(is_other).map_or(lines.len(), |at| begin + 1 + at)
}
