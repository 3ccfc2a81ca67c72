//! Reads fields of one JSON object through a field map. A missing or unreadable required value
//! rejects the record; an unreadable optional one becomes null and a flag.

use super::clean::{clean, clean_name, note};
use super::decode::Rejection;
use super::mask;
use super::{mojibake, own_id};
use crate::domain::{
    IdHint, IdProblem, IdScheme, TimeProblem, Zone, category_path, industry_code, parse_amount, parse_bool, read_time,
};
use crate::journal::{Flag, Reason};
use crate::pipeline::{FieldMap, IdRule, Model, Source};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Longest free text kept of one field, in characters.
pub const MAX_TEXT_CHARS: usize = 20_000;
/// Longest of all other texts (names, addresses, categories), in characters.
pub const MAX_SHORT_CHARS: usize = 300;
/// Most texts of one list.
pub const MAX_LIST: usize = 100;
/// Longest id of a record, in bytes.
pub const MAX_OWN_ID_BYTES: usize = 200;

/// The first map all of whose columns the row has.
pub fn choose_map(source: &Source, has_column: impl Fn(&str) -> bool) -> Option<&FieldMap> {
    source.maps.iter().find(|m| m.columns.iter().all(|c| has_column(c)))
}

pub(super) struct Fields<'a> {
    row: Map<String, Value>,
    map: Option<&'a FieldMap>,
    source: &'a Source,
    key: Option<&'a str>,
    model: &'a Model,
    pub flags: Vec<Flag>,
}

fn missing(field: &str) -> Rejection {
    Rejection { reason: Reason::MissingField, field: Some(field.to_string()) }
}

fn wrong_type(field: &str) -> Rejection {
    Rejection { reason: Reason::WrongType, field: Some(field.to_string()) }
}

impl<'a> Fields<'a> {
    pub fn new(
        row: Map<String, Value>,
        source: &'a Source,
        key: Option<&'a str>,
        model: &'a Model,
        flags: Vec<Flag>,
    ) -> Fields<'a> {
        let map = choose_map(source, |column| row.contains_key(column));
        Fields { row, map, source, key, model, flags }
    }

    /// The value of a field after the map; null, empty text and what people write for nothing are
    /// nothing, but in free text.
    fn value(&mut self, field: &str, how: How) -> Option<Value> {
        let own = |name: &str| self.row.get(name).filter(|v| !is_nothing(v)).cloned();
        if let Some(map) = self.map {
            if let Some(constant) = map.constants.get(field) {
                return Some(Value::String(constant.clone()));
            }
            if let Some(cases) = map.cases.get(field) {
                let number = |column: &str| self.row.get(column).and_then(number_of);
                return cases
                    .iter()
                    .find(|case| case.column.as_deref().is_none_or(|c| number(c).is_some_and(|n| n > case.above)))
                    .map(|case| Value::String(case.value.clone()));
            }
        }
        let renamed = self.map.and_then(|m| m.rename.get(field));
        let mut value = match renamed {
            Some(column) => own(column),
            None => own(field).or_else(|| self.source.columns.get(field)?.iter().find_map(|column| own(column))),
        };
        if let Some(cell) = value.as_ref().and_then(cell_text)
            && let Some(mapped) = self.translated(field, &cell)
        {
            value = (!mapped.is_empty()).then(|| Value::String(mapped.to_string()));
        }
        let value = value.and_then(|value| self.tidy(value, how));
        value.or_else(|| self.map?.defaults.get(field).map(|text| Value::String(text.clone())))
    }

    /// The value in one form, if it says something.
    fn tidy(&mut self, value: Value, how: How) -> Option<Value> {
        let Value::String(raw) = value else { return Some(value) };
        let text = tidied(raw, how, &mut self.flags);
        if text.is_empty() {
            return None;
        }
        let zeros = matches!(how, How::Name | How::Id) && text.bytes().all(|b| b == b'0' || b == b'-');
        if how != How::Free && (zeros || says_nothing(&text)) {
            self.flag(Flag::Placeholder);
            return None;
        }
        Some(Value::String(text))
    }

    /// What the map, then the source, make of a cell.
    fn translated(&self, field: &str, cell: &str) -> Option<&'a str> {
        let tables = [self.map.map(|m| &m.values), Some(&self.source.values)];
        tables.into_iter().flatten().find_map(|values| {
            let values = values.get(field)?;
            values.get(cell).or_else(|| values.get("*")).map(String::as_str)
        })
    }

    fn flag(&mut self, flag: Flag) {
        note(&mut self.flags, flag);
    }

    /// What the row says of the caller: a field a map fills, or `field` of the object `caller`. It is
    /// hashed and not kept, so that nothing is said of it, not even that it can't be read.
    pub fn caller_text(&mut self, mapped: &'static str, field: &str) -> Option<String> {
        let flags = self.flags.clone();
        let value = self.value(mapped, How::Verbatim);
        self.flags = flags;
        let nested = || self.row.get("caller").and_then(|caller| caller.get(field)).cloned();
        cell_text(&value.or_else(nested)?).map(|text| text.chars().take(MAX_SHORT_CHARS).collect())
    }

    /// A short text, if there is one; of the wrong type it becomes null and a flag.
    pub fn text(&mut self, field: &'static str) -> Option<String> {
        self.text_within(field, How::Text, MAX_SHORT_CHARS)
    }

    /// A name of an enterprise, a department, a place.
    pub fn name(&mut self, field: &'static str) -> Option<String> {
        self.text_within(field, How::Name, MAX_SHORT_CHARS)
    }

    /// An id or an address on the web: as it stands.
    pub fn verbatim(&mut self, field: &'static str) -> Option<String> {
        self.text_within(field, How::Verbatim, MAX_SHORT_CHARS)
    }

    pub fn title(&mut self, field: &'static str) -> Option<String> {
        self.text_within(field, How::Free, MAX_SHORT_CHARS)
    }

    /// The free text of a ticket.
    pub fn long_text(&mut self, field: &'static str) -> Option<String> {
        self.text_within(field, How::Free, MAX_TEXT_CHARS)
    }

    fn text_within(&mut self, field: &'static str, how: How, max_chars: usize) -> Option<String> {
        let text = self.typed_text(field, how);
        if text.is_err() {
            self.flag(Flag::UnreadableValue);
        }
        text.ok().flatten().map(|text| self.bounded(text, max_chars))
    }

    /// A text; numbers are read as their digits, since exports write ids both ways.
    fn typed_text(&mut self, field: &'static str, how: How) -> Result<Option<String>, Rejection> {
        match self.value(field, how) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(n)) => Ok(Some(n.to_string())),
            Some(_) => Err(wrong_type(field)),
        }
    }

    fn bounded(&mut self, mut text: String, max_chars: usize) -> String {
        // As many bytes are never more characters.
        if text.len() > max_chars
            && let Some((end, _)) = text.char_indices().nth(max_chars)
        {
            self.flag(Flag::TextCut);
            text.truncate(end);
        }
        text
    }

    pub fn required_text(&mut self, field: &'static str) -> Result<String, Rejection> {
        self.required(field, How::Text, MAX_SHORT_CHARS)
    }

    pub fn required_verbatim(&mut self, field: &'static str) -> Result<String, Rejection> {
        self.required(field, How::Verbatim, MAX_SHORT_CHARS)
    }

    pub fn required_long_text(&mut self, field: &'static str) -> Result<String, Rejection> {
        self.required(field, How::Free, MAX_TEXT_CHARS)
    }

    fn required(&mut self, field: &'static str, how: How, max_chars: usize) -> Result<String, Rejection> {
        let text = self.typed_text(field, how)?.ok_or_else(|| missing(field))?;
        Ok(self.bounded(text, max_chars))
    }

    /// The id of the record it adds to, as that one's own id is read.
    pub fn related_id(&mut self, field: &'static str, at_ms: i64) -> Option<String> {
        let id = self.verbatim(field)?;
        let id = own_id::read(&id, Some(at_ms), self.model, &mut self.flags);
        (!id.is_empty()).then(|| self.bounded(id, MAX_SHORT_CHARS))
    }

    /// The record's own id, where the record has no time of its own.
    pub fn own_id(&mut self, field: &'static str) -> Result<String, Rejection> {
        self.own_id_at(field, None)
    }

    /// The record's own id: its field, or the record key where the map derives it from the row.
    pub fn own_id_at(&mut self, field: &'static str, at_ms: Option<i64>) -> Result<String, Rejection> {
        let id = match (self.map.map(|m| &m.id), self.key) {
            (Some(IdRule::Key), Some(key)) => key.to_string(),
            (Some(IdRule::Key), None) => return Err(missing(field)),
            _ => self.required_verbatim(field)?,
        };
        let id = own_id::read(&id, at_ms, self.model, &mut self.flags);
        // In a spreadsheet's short form many records share one number: they would pass for copies of one.
        if id.is_empty() || id.len() > MAX_OWN_ID_BYTES || crate::domain::is_scientific(&id) {
            return Err(Rejection { reason: Reason::BadId, field: Some(field.to_string()) });
        }
        Ok(id)
    }

    /// An optional word of a closed list; an unknown one becomes null and a flag.
    pub fn word<T>(&mut self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(field)?;
        let parsed = parse(&text).or_else(|| parse(without_marks(&text)));
        if parsed.is_none() {
            self.flag(Flag::UnknownWord);
        }
        parsed
    }

    pub fn number(&mut self, field: &'static str, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let value = self.value(field, How::Text)?;
        let number = number_of(&value).filter(|n| range.contains(n));
        if number.is_none() {
            self.flag(Flag::UnreadableValue);
        }
        number
    }

    pub fn required_number(&mut self, field: &'static str) -> Result<f64, Rejection> {
        let value = self.value(field, How::Text).ok_or_else(|| missing(field))?;
        number_of(&value).filter(|n| n.is_finite()).ok_or_else(|| wrong_type(field))
    }

    pub fn bool(&mut self, field: &'static str) -> Option<bool> {
        let read = match self.value(field, How::Text)? {
            Value::Bool(b) => Some(b),
            Value::String(text) => parse_bool(&text).or_else(|| parse_bool(without_marks(&text))),
            Value::Number(n) => parse_bool(&n.to_string()),
            _ => None,
        };
        if read.is_none() {
            self.flag(Flag::UnreadableValue);
        }
        read
    }

    /// A list of texts, or one text with `;`, `；` or `、` between them.
    pub fn list(&mut self, field: &'static str) -> Vec<String> {
        let mut items: Vec<String> = match self.value(field, How::Verbatim) {
            None => return Vec::new(),
            Some(Value::String(text)) => text.split([';', '；', '、']).map(str::to_string).collect(),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).map(str::to_string).collect()
            }
            Some(_) => {
                self.flag(Flag::UnreadableValue);
                return Vec::new();
            }
        };
        if items.len() > MAX_LIST {
            self.flag(Flag::TextCut);
        }
        items.truncate(MAX_LIST);
        let tidy = items.into_iter().filter_map(|item| match self.tidy(Value::String(item), How::Name) {
            Some(Value::String(item)) => Some(self.bounded(item, MAX_SHORT_CHARS)),
            _ => None,
        });
        tidy.collect()
    }

    pub fn required_time(&mut self, field: &'static str) -> Result<(i64, bool), Rejection> {
        let text = self.required_text(field)?;
        let bad = Rejection { reason: Reason::BadTime, field: Some(field.to_string()) };
        self.read_time(&text).map_err(|_| bad)
    }

    pub fn time(&mut self, field: &'static str) -> Option<i64> {
        let text = self.text(field)?;
        match self.read_time(&text) {
            Ok((ms, _)) => return Some(ms),
            Err(TimeProblem::Nothing) => self.flag(Flag::Placeholder),
            Err(TimeProblem::Malformed) => self.flag(Flag::UnreadableValue),
        }
        None
    }

    fn read_time(&mut self, text: &str) -> Result<(i64, bool), TimeProblem> {
        let read = read_time(text, self.model.zone)?;
        if read.bare_number {
            self.flag(Flag::BareNumberTime);
        }
        Ok((read.ms, read.day_only))
    }

    /// An enterprise's id in the realm's scheme; one without the scheme's shape becomes null.
    pub fn enterprise_id(&mut self, field: &'static str) -> Option<String> {
        self.hinted_id(field).0
    }

    /// The same, and what the text says where it is no such id.
    pub fn hinted_id(&mut self, field: &'static str) -> (Option<String>, Option<IdHint>) {
        let Some(text) = self.text_within(field, How::Id, MAX_SHORT_CHARS) else { return (None, None) };
        // A sole trader without a code of his own: the number of his id card names no enterprise.
        if self.model.id_scheme == IdScheme::Uscc && mask::is_citizen_id(&text) {
            self.flag(Flag::IdMalformed);
            return (None, None);
        }
        let (id, problem, hint) = self.model.id_scheme.read(&text);
        match problem {
            None | Some(IdProblem::Empty) => {}
            Some(IdProblem::CheckCharacter) => self.flag(Flag::IdCheckCharacter),
            Some(IdProblem::Malformed | IdProblem::TooLong) => self.flag(Flag::IdMalformed),
            Some(IdProblem::Scientific) => self.flag(Flag::IdScientific),
            Some(IdProblem::CutToFifteen) => self.flag(Flag::IdTruncated),
            Some(IdProblem::Other) => self.flag(Flag::OtherId),
        }
        if id.as_ref().is_some_and(|id| *id != text) {
            self.flag(Flag::IdFolded);
        }
        (id, hint)
    }

    /// Records that are about one enterprise have its id in the scheme's shape, or are none.
    pub fn required_enterprise_id(&mut self, field: &'static str) -> Result<String, Rejection> {
        let text = self.required(field, How::Id, MAX_SHORT_CHARS)?;
        // One a spreadsheet spoilt names nobody: no firm is made of it.
        let (id, problem, _) = self.model.id_scheme.read(&text);
        let id = id.ok_or_else(|| Rejection { reason: Reason::BadId, field: Some(field.to_string()) })?;
        if problem == Some(IdProblem::CheckCharacter) {
            self.flag(Flag::IdCheckCharacter);
        }
        if id != text {
            self.flag(Flag::IdFolded);
        }
        Ok(id)
    }

    /// An organisation's slug; a name, an alias or a former name only one has is read as its slug, other
    /// texts stay as they are.
    pub fn organisation(&mut self, field: &'static str) -> Option<String> {
        let text = self.name(field)?;
        Some(self.model.find_organisation(&text).map_or(text, |o| o.slug.clone()))
    }

    /// A region that must be one the realm has, where one is given: without it the figures of two
    /// unknown regions would be taken for one series.
    pub fn region_if_given(&mut self, field: &'static str) -> Result<Option<String>, Rejection> {
        let region = self.region(field);
        let bad = Rejection { reason: Reason::BadValue, field: Some(field.to_string()) };
        if region.is_none() && self.value(field, How::Name).is_some() { Err(bad) } else { Ok(region) }
    }

    /// A trade's code as conditions write it.
    pub fn industry(&mut self, field: &'static str) -> Option<String> {
        let text = self.text(field)?;
        let code = (self.model.id_scheme == IdScheme::Uscc).then(|| industry_code(&text)).flatten();
        Some(code.unwrap_or(text))
    }

    /// A category's path with `/` between its parts.
    pub fn category(&mut self, field: &'static str) -> Option<String> {
        self.text(field).map(|text| category_path(&text).into_owned())
    }

    pub fn zone(&self) -> Zone {
        self.model.zone
    }

    /// A region's code in the pipeline; a name or an alias is read as its code. A pipeline that lists
    /// no regions takes the text itself.
    pub fn region(&mut self, field: &'static str) -> Option<String> {
        let text = self.name(field)?;
        if self.model.regions.is_empty() {
            return Some(text);
        }
        let code = self.model.find_region(&text).map(|r| r.code.clone());
        if code.is_none() {
            self.flag(Flag::UnknownRegion);
        }
        code
    }
}

/// How a text is brought into one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Only trimmed: ids are what other records call them.
    Verbatim,
    /// An enterprise's id: the scheme knows its form.
    Id,
    Text,
    Name,
    /// What a person wrote: 无 may be all of it.
    Free,
}

fn tidied(raw: String, how: How, flags: &mut Vec<Flag>) -> String {
    if how == How::Verbatim || how == How::Id {
        return raw.trim().to_string();
    }
    let raw = match mojibake::repaired(&raw) {
        Some(repaired) => {
            note(flags, Flag::DoubleEncoded);
            repaired
        }
        None => raw,
    };
    let clean = if how == How::Name { clean_name(&raw, flags) } else { clean(&raw, flags) };
    if clean.len() == raw.len() && clean == raw {
        return raw;
    }
    clean.into_owned()
}

/// A word without the brackets, quotes and stops around it: （已办结）, 已办结。
fn without_marks(text: &str) -> &str {
    let mark = |c: char| {
        c.is_whitespace()
            || c.is_ascii_punctuation()
            || matches!(
                c,
                '（' | '）'
                    | '【'
                    | '】'
                    | '《'
                    | '》'
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '。'
                    | '，'
                    | '；'
                    | '：'
                    | '、'
                    | '！'
                    | '「'
                    | '」'
            )
    };
    text.trim_matches(mark)
}

/// What forms make people write where they have nothing to say.
fn says_nothing(text: &str) -> bool {
    const NOTHING: [&str; 14] =
        ["无", "暂无", "没有", "空", "不详", "未知", "未填", "未填写", "不清楚", "测试", "n/a", "null", "undefined", "nan"];
    let marks = |c: char| matches!(c, '/' | '\\' | '-' | '—' | '－' | '／' | '.' | '。' | '*' | '、' | '_' | '?' | '？' | '无');
    text.chars().all(marks) || NOTHING.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A cell as value maps write it: a number by its digits, since exports write codes both ways.
fn cell_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.trim().into()),
        Value::Number(n) => Some(n.to_string().into()),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok().or_else(|| parse_amount(text)),
        _ => None,
    }
}
