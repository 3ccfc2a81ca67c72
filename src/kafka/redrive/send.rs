//! Sends records again, as they were, a transaction a batch.

use super::scan::Topic;
use super::{Piece, Place, Redrive, State};
use crate::kafka::batch::{BatchBytes, MAX_BATCH_BYTES, OutRecord, REDRIVEN_FROM};
use crate::kafka::poll::RawMessage;
use crate::kafka::producer::{Failure, TransactionalProducer};
use anyhow::Result;
use jianwei_core::pipeline::CONTROL_TOPIC;
use jianwei_core::sequencer::Fault;
use rdkafka::message::{Header, OwnedHeaders};
use std::collections::BTreeMap;

/// Most records of one transaction.
pub const MAX_SEND_RECORDS: usize = 500;

pub struct Sender(TransactionalProducer);

impl Sender {
    pub fn init(redrive: &Redrive) -> Result<Sender> {
        let name = format!("redrive-{}", redrive.model.realm);
        TransactionalProducer::init(redrive.settings, &name).map(Sender).map_err(|failure| explained(&failure))
    }

    /// Sends every piece that is ready; how many.
    pub fn send(self, redrive: &Redrive, pieces: &[Piece]) -> Result<u64> {
        let ready: BTreeMap<&Place, &Piece> = pieces.iter().filter(|p| p.state == State::Ready).map(|p| (&p.place, p)).collect();
        let mut sent = 0;
        let topics: std::collections::BTreeSet<&str> = ready.keys().map(|place| place.topic.as_str()).collect();
        for name in topics {
            let mut topic = Topic::open(redrive.settings, name)?;
            for (partition, extent) in &mut topic.partitions {
                let offsets = || ready.keys().filter(|p| p.topic == name && p.partition == *partition).map(|p| p.offset);
                extent.from = extent.from.max(offsets().min().unwrap_or(extent.end));
                extent.end = extent.end.min(offsets().max().map_or(extent.from, |last| last + 1));
            }
            let bar = (redrive.progress)(topic.records());
            let mut batch = Batch::default();
            topic.read(&redrive.group(), &bar, &mut |message| {
                let place = Place { topic: message.topic.clone(), partition: message.partition, offset: message.offset };
                if let Some(piece) = ready.get(&place) {
                    batch.add(again(redrive, piece, message));
                }
                if batch.is_full() { self.commit(&mut batch, &mut sent) } else { Ok(()) }
            })?;
            self.commit(&mut batch, &mut sent)?;
            bar.finish_and_clear();
        }
        Ok(sent)
    }

    fn commit(&self, batch: &mut Batch, sent: &mut u64) -> Result<()> {
        if batch.bytes.records.is_empty() {
            return Ok(());
        }
        let full = std::mem::take(batch);
        self.0.send(&full.bytes, None).map_err(|failure| explained(&failure))?;
        *sent += full.bytes.records.len() as u64;
        Ok(())
    }
}

#[derive(Default)]
struct Batch {
    bytes: BatchBytes,
    size: usize,
}

impl Batch {
    fn add(&mut self, record: OutRecord) {
        self.size += record.value.as_ref().map_or(0, Vec::len);
        self.bytes.records.push(record);
    }

    fn is_full(&self) -> bool {
        self.bytes.records.len() >= MAX_SEND_RECORDS || self.size >= MAX_BATCH_BYTES
    }
}

/// The same key and value, to the same topic. Its time is no earlier than its origin's: the next run
/// looks for it from there on.
fn again(redrive: &Redrive, piece: &Piece, message: RawMessage) -> OutRecord {
    let headers = OwnedHeaders::new().insert(Header { key: REDRIVEN_FROM, value: Some(&piece.from) });
    OutRecord {
        partition: (piece.source == CONTROL_TOPIC).then_some(redrive.model.journal_partition),
        topic: piece.source.clone(),
        key: message.key,
        value: message.value,
        headers,
        timestamp_ms: Some(redrive.now_ms.max(piece.at_ms)),
    }
}

fn explained(failure: &Failure) -> anyhow::Error {
    let text = &failure.text;
    match failure.fault {
        Fault::Fenced => anyhow::anyhow!(
            "another `jianwei redrive` of this realm has begun, so this one ended ({text}); nothing is sent twice: let the other finish, or run this again"
        ),
        _ => anyhow::anyhow!(
            "{}: {text}; run the same command again: what was sent is found in the source topics and not sent twice",
            failure.what
        ),
    }
}
