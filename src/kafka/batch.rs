//! A batch's bytes: kept as they are until committed, so that a batch sent again is the same batch.

use anyhow::Result;
use jianwei_core::domain::SourceKind;
use jianwei_core::engine::{Effect, Publication, topics};
use jianwei_core::journal::{Body, DeadLetter, encode};
use jianwei_core::pipeline::Model;
use jianwei_core::sequencer::{Batch, Sequenced};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;

/// Most entries and bytes of one transaction.
pub const MAX_BATCH_ENTRIES: usize = 2_000;
pub const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;

pub struct OutRecord {
    pub topic: String,
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: OwnedHeaders,
    /// Where another time than that of sending is wanted.
    pub timestamp_ms: Option<i64>,
}

/// The entries of one transaction, what they put out, and the source offsets they stand for.
pub struct BatchBytes {
    pub records: Vec<OutRecord>,
    pub offsets: TopicPartitionList,
    positions: BTreeMap<(String, i32), i64>,
    first_seq: Option<u64>,
    last_seq: u64,
    bytes: usize,
    pub tally: Tally,
}

/// What a batch holds, for metrics once it is committed.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub entries: u64,
    pub records: BTreeMap<SourceKind, u64>,
    pub dead_letters: BTreeMap<&'static str, u64>,
    pub warnings: BTreeMap<(String, String), u64>,
    pub reminders: u64,
    /// Texts, by how they were found to be about whom.
    pub attributions: BTreeMap<&'static str, u64>,
    /// The newest time the records speak of.
    pub newest_event_ms: BTreeMap<SourceKind, i64>,
    /// By why they were passed on.
    pub clues: BTreeMap<String, u64>,
}

impl Default for BatchBytes {
    fn default() -> BatchBytes {
        BatchBytes {
            records: Vec::new(),
            offsets: TopicPartitionList::new(),
            positions: BTreeMap::new(),
            first_seq: None,
            last_seq: 0,
            bytes: 0,
            tally: Tally::default(),
        }
    }
}

/// A source record's own bytes, which a dead letter carries unchanged.
pub struct RawRecord {
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    /// Where it stood before it was sent again: see [`REDRIVEN_FROM`].
    pub redriven_from: Option<String>,
}

/// Header of a record that was sent again: of which dead letter, or of which source record. Should it
/// fail once more, its new dead letter carries it too.
pub const REDRIVEN_FROM: &str = "jianwei_redriven_from";

impl BatchBytes {
    pub fn is_empty(&self) -> bool {
        self.first_seq.is_none()
    }

    pub fn is_full(&self) -> bool {
        self.tally.entries as usize >= MAX_BATCH_ENTRIES || self.bytes >= MAX_BATCH_BYTES
    }

    /// What the machine is told of it.
    pub fn range(&self) -> Option<Batch> {
        self.first_seq.map(|first_seq| Batch { first_seq, last_seq: self.last_seq })
    }

    /// Adds an entry with its effects. `raw` is the source record it came from.
    pub fn add(&mut self, model: &Model, kind: Option<SourceKind>, raw: Option<RawRecord>, sequenced: &Sequenced) -> Result<()> {
        let entry = &sequenced.entry;
        let value = encode(entry)?;
        self.first_seq.get_or_insert(entry.seq);
        self.last_seq = entry.seq;
        self.tally.entries += 1;
        self.push(OutRecord {
            topic: topics::JOURNAL.to_string(),
            partition: Some(model.journal_partition),
            key: Some(model.realm.as_bytes().to_vec()),
            value: Some(value),
            headers: OwnedHeaders::new(),
            timestamp_ms: None,
        });
        let source = match &entry.body {
            Body::Record(r) => Some(&r.source),
            Body::DeadLetter(d) => Some(&d.source),
            _ => None,
        };
        if let Some(source) = source {
            self.positions.insert((source.topic.clone(), source.partition), source.resume_offset);
            if let Some(kind) = kind {
                *self.tally.records.entry(kind).or_default() += 1;
            }
        }
        if let Body::Record(record) = &entry.body {
            if let Some(method) = crate::telemetry::attribution(&record.fact) {
                *self.tally.attributions.entry(method).or_default() += 1;
            }
            if let (Some(kind), Some(event_ms)) = (kind, record.event_time_ms) {
                let newest = self.tally.newest_event_ms.entry(kind).or_insert(event_ms);
                *newest = event_ms.max(*newest);
            }
        }
        let mut raw = raw;
        for effect in &sequenced.effects {
            match effect {
                Effect::Publish(publication) => self.publication(publication),
                // Never asked for here: evaluation reads them from `replay`.
                Effect::Assessment(_) | Effect::Outcome(_) => {}
                Effect::DeadLetter(letter) => {
                    *self.tally.dead_letters.entry(letter.reason.as_str()).or_default() += 1;
                    let raw = raw.take().unwrap_or(RawRecord { key: None, value: None, redriven_from: None });
                    self.push(dead_letter(model, letter, raw));
                }
            }
        }
        Ok(())
    }

    fn publication(&mut self, p: &Publication) {
        if p.topic.starts_with("reminders.") {
            self.tally.reminders += 1;
        }
        if let Some(why) = p.counted_clue() {
            *self.tally.clues.entry(why).or_default() += 1;
        }
        if let Some(counted) = p.counted_warning() {
            *self.tally.warnings.entry(counted).or_default() += 1;
        }
        let header = |all: OwnedHeaders, (key, value): (&str, &str)| all.insert(Header { key, value: Some(value) });
        let headers = p.headers().into_iter().fold(OwnedHeaders::new(), header);
        self.push(OutRecord {
            topic: p.topic.clone(),
            partition: None,
            key: Some(p.key.clone().into_bytes()),
            value: p.value.clone(),
            headers,
            timestamp_ms: None,
        });
    }

    fn push(&mut self, record: OutRecord) {
        self.bytes += record.value.as_ref().map_or(0, Vec::len) + 200;
        self.records.push(record);
    }

    /// Fixes the offsets to be committed with the batch.
    pub fn seal(&mut self) -> Result<()> {
        self.offsets = TopicPartitionList::new();
        for ((topic, partition), offset) in &self.positions {
            self.offsets.add_partition_offset(topic, *partition, Offset::Offset(*offset))?;
        }
        Ok(())
    }
}

/// Longest key and value a dead letter carries; the topic takes 2,000,000 bytes a message.
pub const MAX_DEAD_LETTER_BYTES: usize = 1_900_000;
pub const MAX_DEAD_LETTER_KEY_BYTES: usize = 100_000;

/// Original key and value unchanged; everything else in headers. A value beyond the bound is cut and
/// a header says how long it was (a key too, silently: no feed has keys of that length): the whole of it stays in its source topic.
///
/// Redacted, it has neither: what people wrote stays in its source topic, which only its owner reads. How long the
/// value was is all that is told of it; a hash of a short one could be guessed.
fn dead_letter(model: &Model, letter: &DeadLetter, mut raw: RawRecord) -> OutRecord {
    let mut headers = OwnedHeaders::new();
    if model.privacy.redact_dead_letters {
        let bytes = raw.value.as_ref().map_or(0, Vec::len).to_string();
        headers = headers.insert(Header { key: "jianwei_redacted", value: Some(&bytes) });
        (raw.key, raw.value) = (None, None);
    }
    if let Some(key) = &mut raw.key {
        key.truncate(MAX_DEAD_LETTER_KEY_BYTES);
    }
    let key_bytes = raw.key.as_ref().map_or(0, Vec::len);
    if let Some(value) = raw.value.as_mut().filter(|v| v.len() + key_bytes > MAX_DEAD_LETTER_BYTES) {
        let whole = value.len().to_string();
        headers = headers.insert(Header { key: "jianwei_cut_from_bytes", value: Some(&whole) });
        value.truncate(MAX_DEAD_LETTER_BYTES.saturating_sub(key_bytes));
    }
    for (key, value) in letter.headers(&model.realm) {
        headers = headers.insert(Header { key, value: Some(value) });
    }
    if let Some(from) = &raw.redriven_from {
        headers = headers.insert(Header { key: REDRIVEN_FROM, value: Some(from) });
    }
    let topic = topics::DEAD_LETTERS.to_string();
    OutRecord { topic, partition: None, key: raw.key, value: raw.value, headers, timestamp_ms: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jianwei_core::journal::{Reason, SourcePosition};
    use rdkafka::message::Headers;

    #[test]
    fn a_redacted_letter_tells_why_and_how_long_and_nothing_else() {
        let source = SourcePosition { topic: "t".into(), partition: 0, offset: 3, resume_offset: 4 };
        let letter = DeadLetter { source, reason: Reason::BrokenJson, field: None };
        let raw = RawRecord { key: Some(b"15400001234".to_vec()), value: Some(b"{15400001234".to_vec()), redriven_from: None };
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines/gas");
        let mut model = crate::pipelines::read_model(&dir).expect("the tests' pipeline loads");
        model.privacy.redact_dead_letters = true;
        let out = dead_letter(&model, &letter, raw);
        assert_eq!((out.key, out.value), (None, None));
        let headers: Vec<(&str, &str)> =
            out.headers.iter().map(|h| (h.key, std::str::from_utf8(h.value.unwrap_or_default()).unwrap_or_default())).collect();
        let expected =
            [("jianwei_redacted", "12"), ("jianwei_realm", "weihai"), ("jianwei_topic", "t"), ("jianwei_reason", "broken_json")];
        assert_eq!(headers, expected);
    }
}
