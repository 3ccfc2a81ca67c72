//! Reads one topic from given places to where it ended when the reading began, committed records only.

use crate::kafka::client::Settings;
use crate::kafka::journal::is_passing;
use crate::kafka::poll::{Polled, RawMessage, poll};
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const METADATA_TIMEOUT: Duration = Duration::from_secs(15);
/// A topic that gives nothing for this long can't be read.
const PATIENCE: Duration = Duration::from_secs(60);

/// What there is of one partition, open transactions included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub from: i64,
    pub end: i64,
}

/// A topic's partitions as they are now.
pub struct Topic<'a> {
    settings: &'a Settings,
    name: &'a str,
    asking: BaseConsumer,
    pub partitions: BTreeMap<i32, Extent>,
}

impl<'a> Topic<'a> {
    pub fn open(settings: &'a Settings, name: &'a str) -> Result<Topic<'a>> {
        let mut config = settings.plain();
        // The end asked for must be that of all records: what an open transaction hides may be ours.
        config.set("isolation.level", "read_uncommitted");
        let asking: BaseConsumer = config.create()?;
        let metadata = asking
            .fetch_metadata(Some(name), METADATA_TIMEOUT)
            .with_context(|| format!("no answer from the brokers at {}", settings.brokers))?;
        let mut partitions = BTreeMap::new();
        for partition in metadata.topics().iter().filter(|t| t.name() == name).flat_map(|t| t.partitions()) {
            let (from, end) = watermarks(&asking, name, partition.id())?;
            partitions.insert(partition.id(), Extent { from, end });
        }
        if partitions.is_empty() {
            bail!("topic {name} is missing: jianwei topics create --pipelines DIR --brokers B");
        }
        Ok(Topic { settings, name, asking, partitions })
    }

    /// Leaves out what is older. Records written out of order of their times are all kept: a partition
    /// begins with its first one that is not older.
    pub fn since(&mut self, since_ms: i64) -> Result<()> {
        let mut times = TopicPartitionList::new();
        for partition in self.partitions.keys() {
            times.add_partition_offset(self.name, *partition, Offset::Offset(since_ms.max(0)))?;
        }
        let found = self.asking.offsets_for_times(times, METADATA_TIMEOUT)?;
        for element in found.elements() {
            if let Some(extent) = self.partitions.get_mut(&element.partition()) {
                extent.from = match element.offset() {
                    Offset::Offset(offset) => extent.from.max(offset),
                    _ => extent.end,
                };
            }
        }
        Ok(())
    }

    pub fn records(&self) -> u64 {
        self.partitions.values().map(|e| (e.end - e.from).max(0) as u64).sum()
    }

    /// Reads the partitions from `from` to `end`.
    pub fn read(&self, group: &str, bar: &ProgressBar, take: &mut dyn FnMut(RawMessage) -> Result<()>) -> Result<()> {
        let mut left: BTreeMap<i32, i64> =
            self.partitions.iter().filter(|(_, e)| e.from < e.end).map(|(p, e)| (*p, e.end)).collect();
        if left.is_empty() {
            return Ok(());
        }
        let consumer: BaseConsumer = self.settings.assigned_consumer(group).create()?;
        let mut assignment = TopicPartitionList::new();
        for partition in left.keys() {
            let from = self.partitions[partition].from;
            assignment.add_partition_offset(self.name, *partition, Offset::Offset(from))?;
        }
        consumer.assign(&assignment)?;
        let mut heard = Instant::now();
        while !left.is_empty() {
            match poll(&consumer, Duration::from_millis(100)) {
                Polled::Message(message) => {
                    heard = Instant::now();
                    let Some(end) = left.get(&message.partition).copied() else { continue };
                    if message.offset >= end - 1 {
                        left.remove(&message.partition);
                    }
                    if message.offset < end {
                        bar.inc(1);
                        take(message)?;
                    }
                }
                Polled::End { partition, offset, .. } => {
                    if left.get(&partition).is_some_and(|end| offset >= *end) {
                        left.remove(&partition);
                        heard = Instant::now();
                    }
                }
                Polled::Failed { error, .. } if is_passing(error) => {}
                Polled::Failed { error: RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange, .. } => {
                    bail!("{}: records were deleted while they were read; run it again", self.name)
                }
                Polled::Failed { error, partition, .. } => bail!("reading {} partition {partition}: {error}", self.name),
                Polled::Nothing => {}
            }
            if heard.elapsed() > PATIENCE {
                bail!(
                    "{} gave nothing for {} s: are the brokers at {} reachable, and has somebody a transaction open on it?",
                    self.name,
                    PATIENCE.as_secs(),
                    self.settings.brokers
                );
            }
        }
        Ok(())
    }
}

/// A topic just made, or one whose leader moves, has no answer for a moment.
fn watermarks(asking: &BaseConsumer, name: &str, partition: i32) -> Result<(i64, i64)> {
    let deadline = Instant::now() + METADATA_TIMEOUT;
    loop {
        match asking.fetch_watermarks(name, partition, METADATA_TIMEOUT) {
            Ok(found) => return Ok(found),
            Err(error) if Instant::now() < deadline && error.rdkafka_error_code().is_some_and(is_passing) => {
                std::thread::sleep(Duration::from_millis(200));
            }
            Err(error) => return Err(error).with_context(|| format!("asking for the ends of {name} partition {partition}")),
        }
    }
}
