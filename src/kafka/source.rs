//! A realm's source partitions: assigned by hand, read from the positions in the journal.

use super::client::Settings;
use super::journal::is_passing;
use super::poll::{Polled, RawMessage, known_end, poll};
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::engine::State;
use jianwei_core::pipeline::Model;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::time::Duration;

const METADATA_TIMEOUT: Duration = Duration::from_secs(15);

/// One source partition of the realm.
#[derive(Debug, Clone)]
pub struct Lane {
    pub topic: String,
    pub partition: i32,
    /// The end when the realm started: a feed is complete there.
    pub end_at_start: i64,
    pub position: i64,
    pub started_at: i64,
    pub paused: bool,
}

pub struct SourceReader {
    consumer: BaseConsumer,
    pub lanes: Vec<Lane>,
    lane_of: BTreeMap<(String, i32), usize>,
}

/// What reading brought, with the lane it concerns.
pub enum Read {
    Nothing,
    Record { lane: usize, message: RawMessage },
    End { lane: usize },
}

impl SourceReader {
    /// Assigns every partition of the realm's source topics, each from where the journal left it.
    pub fn open(settings: &Settings, model: &Model, state: &State) -> Result<SourceReader> {
        let consumer: BaseConsumer = settings.assigned_consumer(&format!("jianwei-{}", model.realm)).create()?;
        let mut reader = SourceReader { consumer, lanes: Vec::new(), lane_of: BTreeMap::new() };
        reader.add_partitions(model, state)?;
        Ok(reader)
    }

    /// Takes up partitions that are not read yet; raw topics may grow. True when there were any.
    pub fn add_partitions(&mut self, model: &Model, state: &State) -> Result<bool> {
        let mut added = TopicPartitionList::new();
        for source in &model.sources {
            for partition in self.partitions(source.kind, &source.topic, model.journal_partition)? {
                let name = (source.topic.clone(), partition);
                if self.lane_of.contains_key(&name) {
                    continue;
                }
                let (low, high) = self.consumer.fetch_watermarks(&source.topic, partition, METADATA_TIMEOUT)?;
                let position = state.positions.get(&name).map(|p| p.resume_offset);
                if let Some(position) = position.filter(|p| *p > high) {
                    bail!(
                        "{} partition {partition} ends at {high}, the journal has read it up to {position}: raw topics may not be recreated",
                        source.topic
                    );
                }
                let from = position.unwrap_or(low);
                added.add_partition_offset(&source.topic, partition, Offset::Offset(from))?;
                self.lane_of.insert(name, self.lanes.len());
                self.lanes.push(Lane {
                    topic: source.topic.clone(),
                    partition,
                    end_at_start: high,
                    position: from,
                    started_at: from,
                    paused: false,
                });
            }
        }
        if added.count() == 0 {
            return Ok(false);
        }
        self.consumer.incremental_assign(&added)?;
        Ok(true)
    }

    fn partitions(&self, kind: SourceKind, topic: &str, journal_partition: i32) -> Result<Vec<i32>> {
        let metadata = self.consumer.fetch_metadata(Some(topic), METADATA_TIMEOUT)?;
        let found = metadata.topics().iter().find(|t| t.name() == topic);
        if let Some(error) = found.and_then(|t| t.error()).map(RDKafkaErrorCode::from)
            && !matches!(error, RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic)
        {
            // A passing state of the cluster: to be tried again.
            return Err(
                anyhow::Error::new(rdkafka::error::KafkaError::MetadataFetch(error)).context(format!("asking for topic {topic}"))
            );
        }
        let mut partitions: Vec<i32> =
            found.iter().flat_map(|t| t.partitions()).map(rdkafka::metadata::MetadataPartition::id).collect();
        if kind == SourceKind::Control {
            // Partition k speaks to realm k.
            partitions.retain(|p| *p == journal_partition);
        }
        if partitions.is_empty() {
            bail!("topic {topic} is missing: jianwei topics create --pipelines DIR --brokers B");
        }
        partitions.sort_unstable();
        Ok(partitions)
    }

    pub fn group(&self) -> Option<ConsumerGroupMetadata> {
        self.consumer.group_metadata()
    }

    pub fn read(&mut self, timeout: Duration) -> Result<Read> {
        match poll(&self.consumer, timeout) {
            Polled::Nothing => Ok(Read::Nothing),
            Polled::Message(message) => {
                let lane = self.lane(&message.topic, message.partition)?;
                self.lanes[lane].position = message.offset + 1;
                Ok(Read::Record { lane, message })
            }
            Polled::End { topic, partition, .. } => Ok(Read::End { lane: self.lane(&topic, partition)? }),
            Polled::Failed { error, .. } if is_passing(error) => Ok(Read::Nothing),
            Polled::Failed {
                error: RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange,
                topic,
                partition,
            } => bail!(
                "{topic} partition {partition}: records were deleted before they were read; set retention.ms higher and decide what to do about the gap"
            ),
            Polled::Failed { error, topic, partition } => bail!("reading {topic} partition {partition}: {error}"),
        }
    }

    fn lane(&self, topic: &str, partition: i32) -> Result<usize> {
        let lane = self.lane_of.get(&(topic.to_string(), partition));
        lane.copied().with_context(|| format!("a record of {topic} partition {partition}, which is not assigned"))
    }

    /// Stops or restarts the fetching of one partition.
    pub fn set_paused(&mut self, lane: usize, paused: bool) -> Result<()> {
        let about = &mut self.lanes[lane];
        if about.paused == paused {
            return Ok(());
        }
        about.paused = paused;
        let mut one = TopicPartitionList::new();
        one.add_partition(&about.topic, about.partition);
        if paused {
            self.consumer.pause(&one)?
        } else {
            self.consumer.resume(&one)?
        }
        Ok(())
    }

    /// Records known to be waiting, by topic, as far as the consumer has heard.
    pub fn lag(&self, state: &State) -> BTreeMap<String, i64> {
        let mut out = BTreeMap::new();
        for lane in &self.lanes {
            let end = known_end(&self.consumer, &lane.topic, lane.partition).unwrap_or(lane.position);
            // What was read ahead but has no entry yet still waits.
            let entered = state.positions.get(&(lane.topic.clone(), lane.partition)).map_or(lane.started_at, |p| p.resume_offset);
            *out.entry(lane.topic.clone()).or_default() += (end - entered).max(0);
        }
        out
    }
}
