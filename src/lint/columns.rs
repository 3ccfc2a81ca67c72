//! What each column is read as, and what its cells look like.

use super::guess;
use super::known::{Elsewhere, Others, known};
use super::personal::{self, Personal, Shapes};
use super::words::{Words, word_fields};
use crate::feeds::Table;
use jianwei_core::domain::{SourceKind, is_scientific};
use jianwei_core::intake;
use jianwei_core::pipeline::{FieldMap, IdRule, Model, Source};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Words of one column listed, shapes of one column listed, and distinct ones counted.
const MAX_WORDS_SHOWN: usize = 12;
const MAX_SHAPES_SHOWN: usize = 3;
const MAX_DISTINCT: usize = 2_000;
/// Longest word shown, in characters.
const MAX_WORD_CHARS: usize = 40;
/// Longest shape shown, in characters; longer texts are shown by their length.
const MAX_SHAPE_CHARS: usize = 24;

#[derive(Debug, Clone, Serialize)]
pub struct Column {
    pub name: String,
    /// Record fields that read it.
    pub fields: Vec<String>,
    pub filled: u64,
    /// It looks as if it said who called: nothing of it is shown.
    pub personal: Option<Personal>,
    /// Not read, but known from other exports as this field.
    pub known_as: Option<String>,
    /// Not read and unknown among records of this kind, but known among those of another.
    pub known_elsewhere: Option<Elsewhere>,
    /// Not read, and by its name perhaps this field.
    pub looks_like: Option<&'static str>,
    /// It says what kind of firm each is (个体工商户 is a natural person), and is not read.
    pub firm_types: bool,
    /// Cells with a number a spreadsheet rounded, so that different ones look alike.
    pub rounded: u64,
    /// Columns of words from a list: the words, how often, and whether intake knows them.
    pub words: Vec<Word>,
    /// Of such a column, how many other values there are, and in how many rows: what they say is not shown.
    pub other_values: u64,
    pub other_rows: u64,
    /// How many of those values intake makes nothing of.
    pub other_unknown: u64,
    /// Other columns: how their cells are shaped, digits as 9, letters as a, characters as 字.
    pub shapes: Vec<Shape>,
    /// Longer texts that hold something like a phone or id number.
    pub texts_with_numbers: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    pub text: String,
    pub rows: u64,
    pub known: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shape {
    pub shape: String,
    pub rows: u64,
}

/// The schema of a kind's records.
pub(super) fn schema_of(kind: SourceKind) -> Value {
    let mut topics = jianwei_core::schema::TOPICS.iter();
    let own = topics.find(|t| matches!(t.carries, jianwei_core::schema::Carries::In(k) if k == kind));
    own.map_or(Value::Null, jianwei_core::schema::Topic::schema)
}

/// All fields of a kind's records and the required ones, by its schema.
pub(super) fn fields_of(kind: SourceKind) -> (BTreeSet<String>, Vec<String>) {
    let schema = schema_of(kind);
    let parts = std::iter::once(&schema).chain(schema["oneOf"].as_array().into_iter().flatten());
    let fields = parts.filter_map(|part| part["properties"].as_object()).flat_map(Map::keys).cloned().collect();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string);
    (fields, required.collect())
}

/// The columns a field is read from, in order, of those the table has; the same order as intake's.
fn columns_of<'t>(source: &Source, map: Option<&FieldMap>, table: &'t Table, field: &str) -> Vec<&'t str> {
    if map.is_some_and(|m| m.constants.contains_key(field) || m.cases.contains_key(field)) {
        return Vec::new();
    }
    let there = |name: &str| table.columns.iter().find(|c| *c == name).map(String::as_str);
    match map.and_then(|m| m.rename.get(field)) {
        Some(column) => there(column).into_iter().collect(),
        None => {
            let listed = source.columns.get(field).into_iter().flatten().map(String::as_str);
            std::iter::once(field).chain(listed).filter_map(there).collect()
        }
    }
}

/// Whether a field has something to be read from, a constant or default included.
pub(super) fn is_given(source: &Source, map: Option<&FieldMap>, table: &Table, field: &str) -> bool {
    let fixed =
        map.is_some_and(|m| m.constants.contains_key(field) || m.cases.contains_key(field) || m.defaults.contains_key(field));
    fixed || !columns_of(source, map, table, field).is_empty()
}

/// Required fields nothing gives.
pub(super) fn missing(source: &Source, map: Option<&FieldMap>, kind: SourceKind, table: &Table) -> Vec<String> {
    let (_, required) = fields_of(kind);
    let derived = map.is_some_and(|m| m.id == IdRule::Key);
    let given = |field: &str| is_given(source, map, table, field);
    let mut out: Vec<String> = required.into_iter().filter(|f| !(given(f) || derived && is_own_id(kind, f))).collect();
    if kind == SourceKind::Tickets && !given("content") && !given("category") {
        out.push("content".into());
    }
    out
}

/// The record's own id, which a map may derive from the row.
pub(super) fn is_own_id(kind: SourceKind, field: &str) -> bool {
    matches!(
        (kind, field),
        (SourceKind::Tickets, "ticket_no") | (SourceKind::Reports, "report_id") | (SourceKind::Inspectors, "inspector_id")
    )
}

pub(super) fn columns(model: &Model, source: &Source, map: Option<&FieldMap>, kind: SourceKind, table: &Table) -> Vec<Column> {
    let known = known(kind);
    let (mut fields, _) = fields_of(kind);
    fields.extend(source.columns.keys().chain(map.iter().flat_map(|m| m.rename.keys())).cloned());
    let mut seen: BTreeMap<&str, Cells> = table.columns.iter().map(|name| (name.as_str(), Cells::default())).collect();
    for value in &table.values {
        let Ok(row) = serde_json::from_slice::<Map<String, Value>>(value) else { continue };
        for (name, cell) in &row {
            let name = intake::repaired(name).unwrap_or_else(|| name.clone());
            if let (Some(cells), Some(text)) = (seen.get_mut(name.as_str()), text_of(cell)) {
                cells.see(&intake::repaired(&text).unwrap_or(text));
            }
        }
    }
    let read_as = |name: &str| -> Vec<String> {
        fields.iter().filter(|field| columns_of(source, map, table, field).contains(&name)).cloned().collect()
    };
    let words = Words::new(model, source, map, kind, &known);
    let others = Others::than(kind);
    let mut out = Vec::new();
    for name in &table.columns {
        let cells = seen.remove(name.as_str()).unwrap_or_default();
        let mut column = column(&words, name, read_as(name), cells);
        if column.fields.is_empty() && column.personal.is_none() && column.known_as.is_none() {
            column.known_elsewhere = others.field_of(name);
            let same = |field: &&str| column.known_elsewhere.as_ref().is_some_and(|e| e.field == *field);
            column.looks_like = guess::surest(kind, name).filter(|field| !same(field));
        }
        out.push(column);
    }
    out
}

/// A cell that is text or a number; objects and lists are nobody's column.
pub(super) fn text_of(cell: &Value) -> Option<String> {
    let text = match cell {
        Value::String(text) => text.trim().to_string(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[derive(Default)]
struct Cells {
    filled: u64,
    /// Up to [`MAX_DISTINCT`] of them.
    words: BTreeMap<String, u64>,
    shapes: BTreeMap<String, u64>,
    personal: Shapes,
    rounded: Rounded,
}

impl Cells {
    fn see(&mut self, text: &str) {
        self.filled += 1;
        self.personal.see(text);
        self.rounded.see(text);
        bounded(&mut self.words, text.to_string());
        bounded(&mut self.shapes, shape(text));
    }
}

/// Numbers as a spreadsheet leaves them: `2.02312E+16`, or, of more than fifteen digits, zeros from the
/// sixteenth on.
#[derive(Default)]
struct Rounded {
    with_exponent: u64,
    long: u64,
    long_with_zeros: u64,
}

impl Rounded {
    /// Few long numbers may end in zeros by chance.
    const LEAST_LONG: u64 = 3;
    /// Digits a spreadsheet keeps.
    const KEPT_DIGITS: usize = 15;

    fn see(&mut self, text: &str) {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // As intake reads ids: what is counted here is a dead letter, or no id, there.
        if is_scientific(text) {
            self.with_exponent += 1;
        } else if text.len() > Self::KEPT_DIGITS && digits(text) {
            self.long += 1;
            self.long_with_zeros += u64::from(text.bytes().skip(Self::KEPT_DIGITS).all(|b| b == b'0'));
        }
    }

    fn count(&self) -> u64 {
        let all = self.long >= Self::LEAST_LONG && self.long_with_zeros == self.long;
        self.with_exponent + if all { self.long } else { 0 }
    }
}

fn bounded(counts: &mut BTreeMap<String, u64>, text: String) {
    if counts.len() < MAX_DISTINCT || counts.contains_key(&text) {
        *counts.entry(text).or_default() += 1;
    }
}

/// What a cell looks like, without saying what it says.
fn shape(text: &str) -> String {
    let chars = text.chars().count();
    if chars > MAX_SHAPE_CHARS {
        // Lengths to the next power of two: many texts, few shapes.
        return format!("<= {} chars", chars.next_power_of_two());
    }
    let sign = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_ascii_alphabetic() => 'a',
        c if c.is_alphanumeric() => '字',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(sign).collect()
}

fn column(about: &Words, name: &str, fields: Vec<String>, cells: Cells) -> Column {
    // What intake reads as a caller's is a caller's, whatever its name.
    let caller = fields.iter().any(|f| f.starts_with("caller"));
    let personal = personal::by_name(name).or(cells.personal.personal());
    let personal = personal.or(caller.then_some(Personal::Other));
    let is_words = |field: &&String| word_fields(about.kind).contains(&field.as_str());
    let unread = fields.is_empty() && personal.is_none();
    let known_as = about.known.field_of(name).filter(|_| fields.is_empty()).map(str::to_string);
    let listed = fields.iter().find(is_words).or(known_as.as_ref().filter(is_words)).cloned();
    let mut column = Column {
        name: name.to_string(),
        filled: cells.filled,
        personal,
        known_elsewhere: None,
        looks_like: None,
        firm_types: unread && about.kind == SourceKind::Registry && guess::says_firm_type(name),
        known_as: known_as.filter(|_| personal.is_none()),
        rounded: cells.rounded.count(),
        words: Vec::new(),
        other_values: 0,
        other_rows: 0,
        other_unknown: 0,
        shapes: Vec::new(),
        texts_with_numbers: cells.personal.within,
        fields,
    };
    match (personal, listed) {
        (Some(_), _) => {}
        (None, Some(field)) => words(about, &field, cells.words, &mut column),
        (None, None) => {
            let shapes = most(cells.shapes, MAX_SHAPES_SHOWN);
            column.shapes = shapes.into_iter().map(|(shape, rows)| Shape { shape, rows }).collect();
        }
    }
    column
}

fn words(about: &Words, field: &str, words: BTreeMap<String, u64>, column: &mut Column) {
    // A list's word has few characters and no long number; of anything else only the number is shown.
    let short = |text: &String| text.chars().count() <= MAX_WORD_CHARS && longest_number(text) <= 6;
    let mut shown: BTreeMap<(String, bool), u64> = BTreeMap::new();
    for (cell, rows) in words {
        let known = about.reads(field, &cell);
        match about.shown(field, &cell).filter(short) {
            Some(text) => *shown.entry((text, known)).or_default() += rows,
            None => {
                column.other_values += 1;
                column.other_rows += rows;
                column.other_unknown += u64::from(!known);
            }
        }
    }
    column.words = shown.into_iter().map(|((text, known), rows)| Word { text, rows, known }).collect();
    // Unknown ones first: they are what somebody must see to.
    column.words.sort_by_key(|w| (w.known, std::cmp::Reverse(w.rows)));
    column.words.truncate(MAX_WORDS_SHOWN);
}

fn longest_number(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

fn most(counts: BTreeMap<String, u64>, n: usize) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = counts.into_iter().collect();
    all.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    all.truncate(n);
    all
}
