//! Reads a realm's partition of the journal, up to its committed end.

use super::client::Settings;
use super::poll::{Polled, poll};
use anyhow::{Context, Result, bail};
use jianwei_core::engine::topics;
use jianwei_core::journal::{Entry, decode};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// A journal that gives nothing for this long can't be reached.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads entries from `from` (an offset, or the beginning) to the end of what is committed; `take`
/// gets each with its offset and may stop the reading by returning false.
pub fn read_journal(
    settings: &Settings,
    partition: i32,
    from: Option<i64>,
    take: &mut dyn FnMut(Entry, i64) -> Result<bool>,
) -> Result<()> {
    let consumer: BaseConsumer = settings.assigned_consumer(&format!("jianwei-journal-reader-{partition}")).create()?;
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(topics::JOURNAL, partition, from.map_or(Offset::Beginning, Offset::Offset))?;
    consumer.assign(&assignment)?;
    let mut heard = Instant::now();
    loop {
        match poll(&consumer, Duration::from_millis(100)) {
            Polled::Message(message) => {
                heard = Instant::now();
                let value = message.value.context("a journal record without value")?;
                let entry =
                    decode(&value).with_context(|| format!("journal partition {partition}, offset {}", message.offset))?;
                if !take(entry, message.offset)? {
                    return Ok(());
                }
            }
            Polled::End { .. } => return Ok(()),
            Polled::Failed { error, .. } if is_passing(error) => {}
            Polled::Failed { error, .. } => bail!("reading journal partition {partition}: {error}"),
            Polled::Nothing => {}
        }
        if heard.elapsed() > PATIENCE {
            let text = format!(
                "the journal gave nothing for {} s: are the brokers at {} reachable?",
                PATIENCE.as_secs(),
                settings.brokers
            );
            return Err(anyhow::Error::new(KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut)).context(text));
        }
    }
}

/// Whether an error comes of a cluster that does not answer: to be tried again, not to be mended.
pub fn is_unreachable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.is::<KafkaError>())
}

/// Errors librdkafka recovers from by itself.
pub fn is_passing(error: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as E;
    matches!(
        error,
        E::BrokerTransportFailure
            | E::AllBrokersDown
            | E::Resolve
            | E::OperationTimedOut
            | E::RequestTimedOut
            | E::NotLeaderForPartition
            | E::LeaderNotAvailable
            | E::CoordinatorLoadInProgress
            | E::CoordinatorNotAvailable
            | E::NotCoordinator
            | E::NetworkException
    )
}
