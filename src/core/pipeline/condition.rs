//! Conditions: which records a rule speaks of. All parts given must hold; a list means any of.

use super::reader::Reader;
use super::words::{WordHits, Words};
use crate::domain::{Record, RecordKind};
use std::collections::BTreeSet;

/// Most words one condition may list.
pub const MAX_WORDS: usize = 500;

/// A record field a condition can ask for by exact value.
const FIELDS: [&str; 15] = [
    "channel",
    "intent",
    "urgency",
    "status",
    "mode",
    "result",
    "reason",
    "type",
    "class",
    "measure",
    "indicator",
    "quality",
    "org",
    "region",
    "verified",
];

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    pub kinds: Vec<RecordKind>,
    /// Field name and the values it may have.
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// Category paths; a path covers those below it and stands anywhere in one (`food` covers
    /// `food/kitchen` and `market/food`).
    pub categories: Vec<String>,
    /// Words, any of which stands in the title or the text.
    pub words: WordList,
    /// Words all of which stand there.
    pub all_words: WordList,
    /// Words none of which stands there.
    pub not_words: WordList,
    /// Industry codes of the enterprise; a code covers those that begin with it.
    pub industries: Vec<String>,
    /// The enterprise is one of the matter's objects: `industries` holds their codes.
    pub of_objects: bool,
    /// Alarms: whether the value is beyond its limit.
    pub over_limit: Option<bool>,
    /// Reports: least severity, 1 to 5.
    pub severity_at_least: Option<u32>,
    /// Observations, alarms and indicators: the value; penalties: the amount in yuan.
    pub value_at_least: Option<f64>,
    pub value_below: Option<f64>,
}

/// Words of one condition, and their numbers among all words of the pipeline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordList {
    pub texts: Vec<String>,
    numbers: Vec<u32>,
}

/// What a condition looks at: a record, the industry of the enterprise it is about, and which of the
/// pipeline's words stand in its text.
pub struct About<'a> {
    pub record: &'a Record,
    pub industry: Option<&'a str>,
    pub words: WordHits,
}

impl<'a> About<'a> {
    /// `texts`: its title and text.
    pub fn new<'t>(
        words: &Words,
        record: &'a Record,
        industry: Option<&'a str>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> About<'a> {
        About { record, industry, words: words.find(texts) }
    }
}

const EXAMPLE: &str = "{ kind = \"ticket\", category = [\"燃气\"] }";

impl Condition {
    pub(super) fn read(reader: Reader) -> Condition {
        let mut kinds = Vec::new();
        for word in reader.strings("kind", EXAMPLE) {
            match RecordKind::ALL.into_iter().find(|k| k.as_str() == word) {
                Some(kind) => kinds.push(kind),
                None => {
                    let all = RecordKind::ALL.map(RecordKind::as_str).join(", ");
                    reader.file.report(reader.at("kind"), format!("no record kind {word:?}"), format!("one of {all}"));
                }
            }
        }
        let fields =
            FIELDS.into_iter().filter(|field| reader.has(field)).map(|field| (field, reader.strings(field, EXAMPLE))).collect();
        let condition = Condition {
            kinds,
            fields,
            categories: reader.strings("category", EXAMPLE),
            words: word_list(&reader, "words"),
            all_words: word_list(&reader, "all_words"),
            not_words: word_list(&reader, "not_words"),
            industries: reader.strings("industry", EXAMPLE),
            of_objects: reader.bool("of_objects", "of_objects = true").unwrap_or(false),
            over_limit: reader.bool("over_limit", "over_limit = true"),
            severity_at_least: reader.whole("severity_at_least", 1..=5, "severity_at_least = 4"),
            value_at_least: reader.number("value_at_least", -1e15..=1e15, "value_at_least = 30"),
            value_below: reader.number("value_below", -1e15..=1e15, "value_below = 5"),
        };
        if condition == Condition::default() {
            reader.file.report(reader.at, "a condition that asks for nothing holds for every record", EXAMPLE);
        }
        if !condition.not_words.texts.is_empty() && condition.words.texts.is_empty() && condition.all_words.texts.is_empty() {
            let write = "words = [\"...\"] beside not_words: what must stand there, then what must not";
            reader.file.report(reader.at("not_words"), "`not_words` alone says nothing of what a record is about", write);
        }
        if condition.of_objects && !condition.industries.is_empty() {
            reader.file.report(reader.at("industry"), "`industry` and `of_objects` say the same twice", "one of the two");
        }
        if let (Some(least), Some(below)) = (condition.value_at_least, condition.value_below)
            && least >= below
        {
            reader.file.report(
                reader.at("value_below"),
                format!("no value is at least {least} and below {below}"),
                "a `value_below` above `value_at_least`",
            );
        }
        reader.finish();
        condition
    }

    /// Whether the condition holds for a record.
    pub fn holds(&self, about: &About) -> bool {
        self.holds_with(about, |number| about.words.has(number))
    }

    /// Whether it holds for what the text means: words that it denies (没有着火) or calls a rumour do not
    /// count. What sets a level off at once asks so.
    pub fn is_meant(&self, about: &About) -> bool {
        self.holds_with(about, |number| about.words.means(number))
    }

    fn holds_with(&self, about: &About, has: impl Fn(u32) -> bool) -> bool {
        let record = about.record;
        (self.kinds.is_empty() || self.kinds.contains(&record.kind()))
            && self
                .fields
                .iter()
                .all(|(field, values)| field_text(record, field).is_some_and(|text| values.iter().any(|v| v == text)))
            && (self.categories.is_empty() || self.category_holds(record))
            && self.words_hold(&about.words, has)
            && (self.industries.is_empty()
                || about.industry.is_some_and(|code| self.industries.iter().any(|i| code.starts_with(i.as_str()))))
            && self.over_limit.is_none_or(|wanted| over_limit(record) == Some(wanted))
            && self.severity_at_least.is_none_or(|least| severity(record).is_some_and(|s| s >= least))
            && self.value_at_least.is_none_or(|least| value(record).is_some_and(|v| v >= least))
            && self.value_below.is_none_or(|below| value(record).is_some_and(|v| v < below))
    }

    /// The words it asks for, each once.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.words.texts.iter().chain(&self.all_words.texts).chain(&self.not_words.texts)
    }

    /// Notes the numbers of its words.
    pub(super) fn number_words(&mut self, all: &Words) {
        for list in [&mut self.words, &mut self.all_words, &mut self.not_words] {
            list.numbers = list.texts.iter().filter_map(|word| all.number(word)).collect();
        }
    }

    fn words_hold(&self, hits: &WordHits, has: impl Fn(u32) -> bool) -> bool {
        (self.words.texts.is_empty() || self.words.numbers.iter().any(|n| has(*n)))
            && self.all_words.numbers.iter().all(|n| hits.has(*n))
            && !self.not_words.numbers.iter().any(|n| hits.has(*n))
    }

    fn category_holds(&self, record: &Record) -> bool {
        let Record::Ticket(ticket) = record else { return false };
        ticket.category.as_deref().is_some_and(|path| self.categories.iter().any(|c| stands_in(c, path)))
    }
}

/// Whether a category is a piece of a path, between slashes or ends: exports put classes of their own in
/// front (市场监管/预付卡/退费).
fn stands_in(category: &str, path: &str) -> bool {
    let mut from = 0;
    while let Some(at) = path[from..].find(category).map(|at| from + at) {
        let end = at + category.len();
        if (at == 0 || path[..at].ends_with('/')) && (end == path.len() || path[end..].starts_with('/')) {
            return true;
        }
        from = at + path[at..].chars().next().map_or(1, char::len_utf8);
        if from > path.len() {
            break;
        }
    }
    false
}

/// A list of words; `"@name"` stands for the words of that list in words.toml.
pub(super) fn word_list(reader: &Reader, key: &'static str) -> WordList {
    let mut texts = Vec::new();
    let mut seen = BTreeSet::new();
    let mut unknown = false;
    for word in reader.strings(key, EXAMPLE) {
        let listed = match word.strip_prefix('@') {
            None => vec![word],
            Some(name) => match reader.file.word_lists.get(name) {
                Some(list) => list.clone(),
                None => {
                    let wants = "a list of words.toml";
                    super::load::unknown_name(reader, reader.at(key), key, name, reader.file.word_lists, wants);
                    unknown = true;
                    continue;
                }
            },
        };
        texts.extend(listed.into_iter().filter(|word| seen.insert(word.clone())));
        if texts.len() > MAX_WORDS {
            break;
        }
    }
    let none = reader.has(key) && texts.is_empty() && !unknown;
    if none || texts.len() > MAX_WORDS || texts.iter().any(|w| w.trim().is_empty()) {
        reader.file.report(
            reader.at(key),
            format!("{key}: 1 to {MAX_WORDS}, none empty"),
            format!("{key} = [\"燃气泄漏\"], or \"@name\" for a list of words.toml"),
        );
    }
    WordList { texts, numbers: Vec::new() }
}

/// The value of a field as a condition writes it; `None` where the record has none.
fn field_text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    match (record, field) {
        (Record::Ticket(r), "intent") => r.intent.map(|v| v.as_str()),
        (Record::Ticket(r), "urgency") => r.urgency.map(|v| v.as_str()),
        (Record::Ticket(r), "status") => r.status.map(|v| v.as_str()),
        (Record::Ticket(r), "region") => r.region.as_deref(),
        (Record::Ticket(r), "verified") => r.verified.map(|v| if v { "true" } else { "false" }),
        (Record::Report(r), "channel") => Some(r.channel.as_str()),
        (Record::Report(r), "region") => r.region.as_deref(),
        (Record::Inspection(r), "mode") => r.mode.map(|v| v.as_str()),
        (Record::Inspection(r), "result") => r.result.map(|v| v.as_str()),
        (Record::Inspection(r), "reason") => r.reason.as_deref(),
        (Record::Inspection(r), "org") => r.org.as_deref(),
        (Record::Penalty(r), "type") => r.r#type.as_deref(),
        (Record::Penalty(r), "org") => r.org.as_deref(),
        (Record::Permit(r), "type") => r.r#type.as_deref(),
        (Record::Permit(r), "status") => r.status.map(|v| v.as_str()),
        (Record::Permit(r), "org") => r.org.as_deref(),
        (Record::Credit(r), "class") => Some(&r.class),
        (Record::Indicator(r), "indicator") => Some(&r.indicator),
        (Record::Indicator(r), "region") => r.region.as_deref(),
        (Record::Observation(r), "measure") => Some(&r.measure),
        (Record::Alarm(r), "measure") => Some(&r.measure),
        (Record::Alarm(r), "quality") => r.quality.as_deref(),
        _ => None,
    }
}

fn severity(record: &Record) -> Option<u32> {
    match record {
        Record::Report(r) => r.severity.map(u32::from),
        _ => None,
    }
}

fn over_limit(record: &Record) -> Option<bool> {
    match record {
        Record::Alarm(r) => r.limit.map(|limit| r.value > limit && !r.spoilt),
        _ => None,
    }
}

fn value(record: &Record) -> Option<f64> {
    match record {
        Record::Observation(r) => Some(r.value).filter(|_| !r.spoilt),
        Record::Alarm(r) => Some(r.value).filter(|_| !r.spoilt),
        Record::Indicator(r) => Some(r.value),
        Record::Penalty(r) => r.amount_yuan,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::stands_in;

    #[test]
    fn a_category_is_a_piece_of_a_path() {
        for (category, path, stands) in [
            ("food", "food", true),
            ("food", "food/kitchen", true),
            ("food", "market/food", true),
            ("food", "market/food/fish", true),
            ("food", "seafood", false),
            ("food", "foods/food", true),
            ("a/a", "xa/a/a", true),
            ("预付卡/退费", "市场监管/预付卡/退费", true),
            ("预付", "市场监管/预付卡", false),
            ("food", "", false),
        ] {
            assert_eq!(stands_in(category, path), stands, "{category} in {path}");
        }
    }
}
