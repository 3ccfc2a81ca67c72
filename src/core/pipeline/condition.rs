//! Conditions: which records a rule speaks of. All parts given must hold; a list means any of.

use super::reader::Reader;
use crate::domain::{Record, RecordKind};

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
    /// Category paths; a path covers those below it (`food` covers `food/kitchen`).
    pub categories: Vec<String>,
    /// Words, any of which stands in the title or the text.
    pub words: Vec<String>,
    /// Industry codes of the enterprise; a code covers those that begin with it.
    pub industries: Vec<String>,
    /// Alarms: whether the value is beyond its limit.
    pub over_limit: Option<bool>,
    /// Reports: least severity, 1 to 5.
    pub severity_at_least: Option<u32>,
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
            words: reader.strings("words", EXAMPLE),
            industries: reader.strings("industry", EXAMPLE),
            over_limit: reader.bool("over_limit", "over_limit = true"),
            severity_at_least: reader.whole("severity_at_least", 1..=5, "severity_at_least = 4"),
        };
        if condition.words.len() > MAX_WORDS || condition.words.iter().any(|w| w.trim().is_empty()) {
            reader.file.report(reader.at("words"), format!("words: 1 to {MAX_WORDS}, none empty"), "words = [\"燃气泄漏\"]");
        }
        if condition == Condition::default() {
            reader.file.report(reader.at, "a condition that asks for nothing holds for every record", EXAMPLE);
        }
        reader.finish();
        condition
    }

    /// Whether the condition holds for a record about an enterprise of the given industry.
    pub fn holds(&self, record: &Record, industry: Option<&str>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&record.kind()))
            && self
                .fields
                .iter()
                .all(|(field, values)| field_text(record, field).is_some_and(|text| values.iter().any(|v| v == text)))
            && (self.categories.is_empty() || self.category_holds(record))
            && (self.words.is_empty() || self.words_hold(record))
            && (self.industries.is_empty()
                || industry.is_some_and(|code| self.industries.iter().any(|i| code.starts_with(i.as_str()))))
            && self.over_limit.is_none_or(|wanted| over_limit(record) == Some(wanted))
            && self.severity_at_least.is_none_or(|least| severity(record).is_some_and(|s| s >= least))
    }

    fn category_holds(&self, record: &Record) -> bool {
        let Record::Ticket(ticket) = record else { return false };
        ticket.category.as_deref().is_some_and(|path| {
            self.categories.iter().any(|c| path == c || path.strip_prefix(c.as_str()).is_some_and(|r| r.starts_with('/')))
        })
    }

    fn words_hold(&self, record: &Record) -> bool {
        let (title, content) = match record {
            Record::Ticket(r) => (r.title.as_ref(), r.content.as_ref()),
            Record::Report(r) => (r.title.as_ref(), Some(&r.content)),
            _ => return false,
        };
        let holds = |text: &String| self.words.iter().any(|word| text.contains(word.as_str()));
        title.is_some_and(holds) || content.is_some_and(holds)
    }
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
        Record::Alarm(r) => r.limit.map(|limit| r.value > limit),
        _ => None,
    }
}
