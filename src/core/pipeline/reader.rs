//! Walks parsed TOML and collects every problem instead of stopping at the first.

use crate::domain::Text;
use chrono::NaiveDate;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How the message of a syntax error begins.
pub(super) const NOT_TOML: &str = "not TOML";
/// What the parser says of a key, or of a table, that stands twice.
const DUPLICATE: &str = "duplicate key";
/// Longest text, and longest list of texts, a pipeline may hold.
pub(super) const MAX_TEXT_CHARS: usize = 500;
pub(super) const MAX_ITEMS: usize = 2_000;
/// Most tables of one list that are read.
const MAX_TABLES: usize = 5_000;
/// Most mistakes told; one more line says that there are others.
pub const MAX_PROBLEMS: usize = 200;
/// Longest message, and longest advice, in characters: both quote what a file says.
const MAX_MESSAGE_CHARS: usize = 1_000;
/// Longer names are not compared with others to find the nearest.
pub(super) const MAX_NAME_BYTES: usize = 64;

/// Typed in the place of TOML's own marks, mostly with an input method left on.
const CHINESE_PUNCTUATION: [char; 11] = ['“', '”', '‘', '’', '，', '＝', '［', '］', '｛', '｝', '＂'];

/// Lists of tables: `[name]` twice is a mistake that `[[name]]` mends.
const LISTS: [&str; 10] = ["case", "count", "evidence", "map", "match", "organisation", "region", "source", "trigger", "when"];

/// What to write instead of a line that is not TOML.
fn instead(line: &str, error: &str) -> String {
    let header = line.trim().strip_prefix('[').map(|rest| rest.trim_start_matches('[').split(']').next().unwrap_or_default());
    match header {
        Some(name) if error == DUPLICATE && LISTS.contains(&name.rsplit('.').next().unwrap_or_default().trim()) => {
            format!("[[{name}]], with two brackets, for each of them: the first one too")
        }
        Some(name) if error == DUPLICATE => format!("one [{name}] with the keys of both"),
        None if error == DUPLICATE => "one of the two".to_string(),
        _ if line.contains(CHINESE_PUNCTUATION) => {
            "plain \" , = [ ] { } as on an English keyboard: this line has Chinese “ ” ， or the like".to_string()
        }
        _ => "key = \"value\" on a line of its own, or [table]".to_string(),
    }
}

/// A day as pipelines write it.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT_CHARS
}

fn fits(text: &str) -> bool {
    !text.trim().is_empty() && is_short(text)
}

/// One mistake in a pipeline: where it is and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub message: String,
    pub write: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}; write: {}", self.file, self.line, self.message, self.write)
    }
}

/// One file being read, and where its problems go.
pub(super) struct File<'a> {
    pub name: &'a str,
    text: &'a str,
    pub problems: &'a RefCell<Vec<Problem>>,
    /// The lists of words.toml, for conditions.
    pub word_lists: &'a BTreeMap<String, Vec<String>>,
}

const MEND_FIRST: &str = "what mends the others, then check again";

fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_MESSAGE_CHARS) {
        None => text,
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

const NO_LISTS: &BTreeMap<String, Vec<String>> = &BTreeMap::new();

impl<'a> File<'a> {
    pub fn new(name: &'a str, text: &'a str, problems: &'a RefCell<Vec<Problem>>) -> File<'a> {
        File { name, text, problems, word_lists: NO_LISTS }
    }

    pub fn with_words(self, word_lists: &'a BTreeMap<String, Vec<String>>) -> File<'a> {
        File { word_lists, ..self }
    }

    /// Parses the file; syntax errors become problems and what could be read is still checked.
    pub fn parse(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            // A file may hold a mistake a byte; the work ends with what is told.
            if self.is_full() {
                break;
            }
            let at = error.span().map_or(0, |s| s.start);
            let line = self.text.lines().nth(self.line_of(at) - 1).unwrap_or_default();
            self.report(at, format!("{NOT_TOML}: {}", error.message()), instead(line, error.message()));
        }
        table
    }

    pub fn line_of(&self, at: usize) -> usize {
        let end = at.min(self.text.len());
        self.text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count() + 1
    }

    /// Whether no further mistake is told.
    pub fn is_full(&self) -> bool {
        self.problems.borrow().len() > MAX_PROBLEMS
    }

    pub fn report(&self, at: usize, message: impl Into<String>, write: impl Into<String>) {
        if self.is_full() {
            return;
        }
        let (message, write) = match self.problems.borrow().len() {
            MAX_PROBLEMS => (format!("more than {MAX_PROBLEMS} mistakes; others are not told"), MEND_FIRST.to_string()),
            _ => (cut(message.into()), cut(write.into())),
        };
        self.problems.borrow_mut().push(Problem { file: self.name.to_string(), line: self.line_of(at), message, write });
    }
}

/// One table of a file. Every key asked for counts as known; [`Reader::finish`] reports the others.
pub(super) struct Reader<'a, 'b> {
    pub file: &'b File<'a>,
    table: &'b DeTable<'a>,
    /// Where the table begins, for problems about what is not there.
    pub at: usize,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a, 'b> Reader<'a, 'b> {
    pub fn new(file: &'b File<'a>, table: &'b DeTable<'a>, at: usize) -> Reader<'a, 'b> {
        Reader { file, table, at, known: RefCell::new(BTreeSet::new()) }
    }

    pub fn value(&self, key: &'static str) -> Option<&'b Spanned<DeValue<'a>>> {
        self.known.borrow_mut().insert(key);
        self.table.get(key)
    }

    pub fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Where a key's value stands, else where the table begins.
    pub fn at(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |v| v.span().start)
    }

    pub fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wants: &str, example: &str) {
        self.file.report(value.span().start, format!("`{key}` must be {wants}"), example);
    }

    pub fn missing(&self, key: &'static str, example: &str) {
        self.file.report(self.at, format!("`{key}` is missing"), example);
    }

    pub fn string(&self, key: &'static str, example: &str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(s) if fits(s) => Some(s.to_string()),
            _ => {
                self.wrong(key, value, &format!("a text of 1 to {MAX_TEXT_CHARS} characters"), example);
                None
            }
        }
    }

    pub fn required_string(&self, key: &'static str, example: &str) -> String {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.string(key, example).unwrap_or_default()
    }

    /// A word of a closed list.
    pub fn word<T>(&self, key: &'static str, parse: impl Fn(&str) -> Option<T>, example: &str) -> Option<T> {
        let text = self.string(key, example)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.file.report(self.at(key), format!("`{key}` has no value {text:?}"), example);
        }
        parsed
    }

    pub fn number(&self, key: &'static str, range: std::ops::RangeInclusive<f64>, example: &str) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(i) => i.to_string().parse::<f64>().ok(),
            DeValue::Float(f) => f.to_string().parse::<f64>().ok(),
            _ => None,
        };
        match number {
            Some(n) if range.contains(&n) => Some(n),
            _ => {
                let wants = format!("a number from {} to {}", range.start(), range.end());
                self.wrong(key, value, &wants, example);
                None
            }
        }
    }

    pub fn whole(&self, key: &'static str, range: std::ops::RangeInclusive<u32>, example: &str) -> Option<u32> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(i) => i.to_string().parse::<u32>().ok(),
            _ => None,
        };
        match number {
            Some(n) if range.contains(&n) => Some(n),
            _ => {
                let wants = format!("a whole number from {} to {}", range.start(), range.end());
                self.wrong(key, value, &wants, example);
                None
            }
        }
    }

    pub fn bool(&self, key: &'static str, example: &str) -> Option<bool> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(b) => Some(*b),
            _ => {
                self.wrong(key, value, "true or false", example);
                None
            }
        }
    }

    /// A text, or a list of texts; empty when absent.
    pub fn strings(&self, key: &'static str, example: &str) -> Vec<String> {
        self.value(key).map_or_else(Vec::new, |value| self.texts_of(key, value, example))
    }

    fn texts_of(&self, key: &str, value: &Spanned<DeValue<'_>>, example: &str) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(s) if is_short(s) => vec![s.to_string()],
            DeValue::Array(items) if items.len() > MAX_ITEMS => {
                self.wrong(key, value, &format!("a list of {MAX_ITEMS} texts at most"), example);
                Vec::new()
            }
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::String(s) if is_short(s) => Some(s.to_string()),
                    _ => {
                        self.wrong(key, item, "a list of texts", example);
                        None
                    }
                })
                .collect(),
            _ => {
                self.wrong(key, value, "a text or a list of texts", example);
                Vec::new()
            }
        }
    }

    /// A calendar day.
    pub fn date(&self, key: &'static str, example: &str) -> Option<NaiveDate> {
        let text = self.string(key, example)?;
        let date = parse_date(&text);
        if date.is_none() {
            self.file.report(self.at(key), format!("{text:?} is not a date"), example);
        }
        date
    }

    /// A text in one or both languages: `"..."` or `{ en = "...", zh = "..." }`.
    pub fn text(&self, key: &'static str) -> Option<Text> {
        let value = self.value(key)?;
        let example = format!("{key} = {{ en = \"...\", zh = \"...\" }}");
        match value.get_ref() {
            DeValue::String(s) if fits(s) => Some(Text { en: s.to_string(), zh: s.to_string() }),
            DeValue::Table(_) => {
                let inner = self.table(key)?;
                let text = Text {
                    en: inner.string("en", &example).unwrap_or_default(),
                    zh: inner.string("zh", &example).unwrap_or_default(),
                };
                inner.finish();
                if text == Text::default() {
                    self.wrong(key, value, "a text in at least one language", &example);
                }
                Some(text)
            }
            _ => {
                self.wrong(key, value, "a text in one or both languages", &example);
                None
            }
        }
    }

    pub fn required_text(&self, key: &'static str) -> Text {
        if !self.has(key) {
            self.missing(key, &format!("{key} = {{ en = \"...\", zh = \"...\" }}"));
        }
        self.text(key).unwrap_or_default()
    }

    pub fn table(&self, key: &'static str) -> Option<Reader<'a, 'b>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(t) => Some(Reader::new(self.file, t, value.span().start)),
            _ => {
                self.wrong(key, value, "a table", &format!("[{key}]"));
                None
            }
        }
    }

    /// An array of tables; a single table counts as an array of one.
    pub fn tables(&self, key: &'static str) -> Vec<Reader<'a, 'b>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Table(t) => vec![Reader::new(self.file, t, value.span().start)],
            DeValue::Array(items) if items.len() > MAX_TABLES => {
                self.wrong(key, value, &format!("a list of {MAX_TABLES} tables at most"), "fewer tables, or two realms");
                Vec::new()
            }
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::Table(t) => Some(Reader::new(self.file, t, item.span().start)),
                    _ => {
                        self.wrong(key, item, "a list of tables", &format!("[[{key}]]"));
                        None
                    }
                })
                .collect(),
            _ => {
                self.wrong(key, value, "a list of tables", &format!("[[{key}]]"));
                Vec::new()
            }
        }
    }

    /// The entries of a table whose keys are data.
    fn entries(
        &self,
        example: &str,
    ) -> impl Iterator<Item = (&'b Spanned<Cow<'a, str>>, &'b Spanned<DeValue<'a>>)> + use<'a, 'b> {
        let table = self.table;
        if table.len() > MAX_ITEMS {
            self.file.report(self.at, format!("{} keys; {MAX_ITEMS} are allowed", table.len()), example);
        }
        if let Some((key, _)) = table.iter().find(|(key, _)| !is_short(key.get_ref())) {
            self.file.report(key.span().start, format!("a key of more than {MAX_TEXT_CHARS} characters"), example);
        }
        table.iter().take(MAX_ITEMS)
    }

    /// All keys with text values, for tables whose keys are data (renames, constants).
    pub fn text_entries(&self, example: &str) -> Vec<(String, String, usize)> {
        let mut out = Vec::new();
        for (key, value) in self.entries(example) {
            match value.get_ref() {
                DeValue::String(s) if is_short(s) => out.push((key.get_ref().to_string(), s.to_string(), value.span().start)),
                _ => self.file.report(value.span().start, format!("`{}` must be a text", key.get_ref()), example),
            }
        }
        out
    }

    /// All keys with a text or a list of texts, for tables whose keys are data.
    pub fn text_list_entries(&self, example: &str) -> BTreeMap<String, Vec<String>> {
        let mut out = BTreeMap::new();
        for (key, value) in self.entries(example) {
            let key = key.get_ref().to_string();
            out.insert(key.clone(), self.texts_of(&key, value, example));
        }
        out
    }

    /// Keys that hold tables, for tables whose keys are data.
    pub fn table_entries(&self, example: &str) -> Vec<(String, Reader<'a, 'b>)> {
        let mut out = Vec::new();
        for (key, value) in self.entries(example) {
            match value.get_ref() {
                DeValue::Table(t) => {
                    out.push((key.get_ref().to_string(), Reader::new(self.file, t, value.span().start)));
                }
                _ => self.file.report(value.span().start, format!("`{}` must be a table", key.get_ref()), example),
            }
        }
        out
    }

    /// Reports keys nobody asked for, with the nearest known one.
    pub fn finish(self) {
        let known = self.known.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if known.contains(name) {
                continue;
            }
            if self.file.is_full() {
                break;
            }
            let comparable = name.len() <= MAX_NAME_BYTES;
            let nearest = known.iter().filter(|_| comparable).min_by_key(|k| strsim::levenshtein(k, name));
            let write = match nearest {
                Some(k) if strsim::levenshtein(k, name) <= 3 => format!("`{k}`"),
                _ => format!("one of {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
            };
            self.file.report(key.span().start, format!("unknown key `{name}`"), write);
        }
    }
}
