//! A field map for an export, to paste into the pipeline.

use super::columns::{fields_of, is_own_id, text_of};
use super::guess;
use super::known::{Known, Others, known};
use super::personal::Personal;
use super::{Column, Profile, read_rows, source_for};
use crate::feeds::Table;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{SourceKind, parse_time};
use jianwei_core::intake;
use jianwei_core::pipeline::{Bundle, Model, load};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows looked at to guess what a column is.
const GUESS_ROWS: usize = 500;
/// A column whose name says nothing is taken for the text only if its cells are at least so long on average.
const LEAST_TEXT_CHARS: usize = 8;

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
    /// Fields the source reads from several columns as it is: a line here would take all but one away.
    kept: BTreeMap<String, Vec<String>>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Field → values intake makes nothing of, whatever they say: how many.
    unknown_words: BTreeMap<String, u64>,
    callers: Vec<(String, Personal)>,
    missing: Vec<String>,
    unread: Vec<String>,
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
    let cells = Cells::of(model, table);
    for (way, found) in ways(kind, &open, &known, &cells).into_iter().enumerate() {
        for (field, column) in found {
            let free = !draft.rename.contains_key(&field) && (way == AS_READ || !draft.takes(&column));
            if free && fields.contains(&field) {
                draft.guesses.extend((way >= FIRST_GUESS).then(|| field.clone()));
                draft.rename.insert(field, column);
            }
        }
    }
    draft.guess_by_cells(kind, &cells, &open);
    draft.keep(&open, profile.map.is_some());
    let has = |draft: &Draft, field: &str| draft.rename.contains_key(field);
    draft.id_from_row = required.iter().any(|f| is_own_id(kind, f) && !has(&draft, f));
    draft.missing = required.into_iter().filter(|f| !has(&draft, f) && !is_own_id(kind, f)).collect();
    if kind == SourceKind::Tickets && !has(&draft, "content") && !has(&draft, "category") {
        draft.missing.push("content".into());
    }
    draft.words(profile, &known.values);
    draft.callers = profile.columns.iter().filter_map(|c| Some((c.name.clone(), c.personal?))).collect();
    let unread = open.iter().filter(|c| c.fields.is_empty() && !draft.takes(&c.name));
    draft.unread = unread.map(|c| c.name.clone()).collect();
    Ok(draft)
}

/// The first of [`ways`], and the first that is a guess.
const AS_READ: usize = 0;
const FIRST_GUESS: usize = 2;

/// Fields and columns, surest first: as it is read now; by names seen elsewhere, of this kind, then of others; by
/// the words of a header; by a known name within it.
fn ways(kind: SourceKind, open: &[&Column], known: &Known, cells: &Cells) -> [Vec<(String, String)>; 4] {
    let mut ways: [Vec<(String, String)>; 4] = Default::default();
    let others = Others::than(kind);
    let mut by_words = Vec::new();
    for column in open {
        let name = &column.name;
        let own = known.field_of(name).map(str::to_string);
        ways[0].extend(column.fields.iter().map(|f| (f.clone(), name.clone())));
        ways[1].extend(own.map(|f| (f, name.clone())));
        let guessed = guess::guesses(kind, name).into_iter();
        by_words.extend(guessed.filter(|(_, f)| cells.may_be(f, name)).map(|(at, f)| (at, cells.rank(f, name), f, name.clone())));
        let like = known.like(name).filter(|f| guess::may_be(f, name) && cells.may_be(f, name));
        ways[3].extend(like.map(|f| (f.to_string(), name.clone())));
    }
    for column in open {
        let alike = others.all_of(&column.name).map(|e| e.field).filter(|f| f.starts_with("subject_"));
        ways[1].extend(alike.map(|f| (f, column.name.clone())));
    }
    by_words.sort_by_key(|(at, rank, ..)| (*rank, *at));
    ways[2] = by_words.into_iter().map(|(_, _, field, column)| (field.to_string(), column)).collect();
    ways
}

/// The filled cells of the first rows, by column.
struct Cells<'a> {
    model: &'a Model,
    of: BTreeMap<String, Vec<String>>,
}

impl<'a> Cells<'a> {
    fn of(model: &'a Model, table: &Table) -> Cells<'a> {
        let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let rows = table.values.iter().take(GUESS_ROWS).filter_map(|v| serde_json::from_slice::<Map<String, Value>>(v).ok());
        for (name, cell) in rows.flatten() {
            let name = intake::repaired(&name).unwrap_or(name);
            of.entry(name).or_default().extend(text_of(&cell).map(|text| intake::repaired(&text).unwrap_or(text)));
        }
        Cells { model, of }
    }

    fn filled(&self, column: &str) -> &[String] {
        self.of.get(column).map_or(&[], Vec::as_slice)
    }

    fn are_times(&self, column: &str) -> bool {
        let cells = self.filled(column);
        let times = cells.iter().filter(|c| c.len() >= 8 && parse_time(c, self.model.zone).is_ok()).count();
        !cells.is_empty() && times * 10 >= cells.len() * 9
    }

    fn mean_chars(&self, column: &str) -> usize {
        let cells = self.filled(column);
        cells.iter().map(|c| c.chars().count()).sum::<usize>() / cells.len().max(1)
    }

    /// Chinese, or words with spaces between them; no code and no time.
    fn are_prose(&self, column: &str) -> bool {
        let cells = self.filled(column);
        let prose = cells.iter().filter(|c| c.trim().contains(' ') || c.chars().filter(|c| !c.is_ascii()).count() >= 4).count();
        prose * 2 >= cells.len() && !self.are_times(column)
    }

    /// Whether the cells leave it possible that the column stands for the field; empty ones leave anything.
    fn may_be(&self, field: &str, column: &str) -> bool {
        let cells = self.filled(column);
        match field {
            _ if cells.is_empty() => false,
            "received_at" | "reported_at" => self.are_times(column),
            "content" => self.are_prose(column),
            "subject_name" => !self.are_times(column) && cells.iter().any(|c| c.chars().any(|c| c.is_alphabetic())),
            "ticket_no" | "report_id" => {
                // Updates repeat an id; a column of ids does not have a few values only.
                let distinct: BTreeSet<&String> = cells.iter().collect();
                distinct.len() * 2 > cells.len()
            }
            _ => true,
        }
    }

    /// Of several columns whose words fit, the longest text first.
    fn rank(&self, field: &str, column: &str) -> std::cmp::Reverse<usize> {
        std::cmp::Reverse(if field == "content" { self.mean_chars(column) } else { 0 })
    }
}

impl Draft {
    fn takes(&self, column: &str) -> bool {
        self.rename.values().any(|taken| taken == column)
    }

    /// Times and long texts are known by their look, unless their header says that they are something else.
    fn guess_by_cells(&mut self, kind: SourceKind, cells: &Cells, open: &[&Column]) {
        let time_field = match kind {
            SourceKind::Tickets => "received_at",
            SourceKind::Reports => "reported_at",
            _ => return,
        };
        let free = |draft: &Draft, field: &str| -> Vec<String> {
            let names = open.iter().map(|c| c.name.clone());
            names.filter(|name| !draft.takes(name) && guess::may_be(field, name) && cells.may_be(field, name)).collect()
        };
        if !self.rename.contains_key(time_field) {
            self.guess(time_field, free(self, time_field).into_iter().next());
        }
        if !self.rename.contains_key("content") {
            let texts = free(self, "content").into_iter().map(|name| (cells.mean_chars(&name), name));
            self.guess("content", texts.filter(|(chars, _)| *chars >= LEAST_TEXT_CHARS).max().map(|(_, name)| name));
        }
    }

    /// Leaves to the source what it reads from several columns, if no map stands in between that this one replaces.
    fn keep(&mut self, open: &[&Column], mapped: bool) {
        for field in self.rename.keys().filter(|_| !mapped) {
            let columns = open.iter().filter(|c| c.fields.contains(field)).map(|c| c.name.clone());
            let columns: Vec<String> = columns.collect();
            if columns.len() > 1 {
                self.kept.insert(field.clone(), columns);
            }
        }
    }

    fn guess(&mut self, field: &str, column: Option<String>) {
        if let Some(column) = column {
            self.rename.insert(field.into(), column);
            self.guesses.insert(field.into());
        }
    }

    /// Words intake does not know: what other exports mean by them, and how many nobody knows.
    fn words(&mut self, profile: &Profile, known: &BTreeMap<String, BTreeMap<String, String>>) {
        for (field, name) in &self.rename {
            let Some(column) = profile.columns.iter().find(|c| c.name == *name) else { continue };
            for word in column.words.iter().filter(|w| !w.known) {
                match known.get(field).and_then(|values| values.get(&word.text)) {
                    Some(value) => {
                        self.values.entry(field.clone()).or_default().insert(word.text.clone(), value.clone());
                    }
                    None => *self.unknown_words.entry(field.clone()).or_default() += 1,
                }
            }
            if column.other_unknown > 0 {
                *self.unknown_words.entry(field.clone()).or_default() += column.other_unknown;
            }
            if column.firm_types && field == "natural_person" {
                let types = [("个体工商户", "true"), ("*", "false")];
                self.values.insert(field.clone(), types.map(|(cell, value)| (cell.to_string(), value.to_string())).into());
            }
        }
    }

    fn toml(&self, kind: SourceKind, profile: &Profile) -> String {
        let mut lines = self.head(kind, profile);
        lines.extend([String::new(), "[source.map.rename]".into()]);
        for (field, column) in &self.rename {
            if let Some(columns) = self.kept.get(field) {
                lines.push(format!("# {field} stays as the source reads it: {}", quoted_list(columns)));
                continue;
            }
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
        if !self.unread.is_empty() {
            lines.push(format!("# not read: {}", quoted_list(&self.unread)));
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
        let mut lines = vec!["[[source.map]]".to_string(), format!("name = {}", quoted(file))];
        lines.push(format!("columns = [{}]", quoted_list(columns)));
        if self.id_from_row {
            lines.push("id = \"row\" # no column has an id of its own: made of the row".into());
        }
        lines.extend(self.missing.iter().map(|field| format!("# no column found for {field}, which is required")));
        lines
    }

    fn value_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.values.is_empty() {
            lines.extend([String::new(), "[source.map.values]".into()]);
        }
        for (field, values) in &self.values {
            let pairs: Vec<String> = values.iter().map(|(cell, value)| format!("{} = {}", quoted(cell), quoted(value))).collect();
            lines.push(format!("{field} = {{ {} }}", pairs.join(", ")));
        }
        for (field, count) in &self.unknown_words {
            lines.push(format!(
                "# {field}: {count} values intake makes nothing of; they are not shown. Write what they mean: [source.map.values] {field} = {{ \"...\" = \"...\" }}"
            ));
        }
        lines
    }
}

/// A basic string: JSON's escapes are TOML's, but for the one character JSON lets pass.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn quoted_list<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    texts.into_iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
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
