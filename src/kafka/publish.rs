//! Files into raw topics, through an ordinary producer.

use super::client::Settings;
use crate::feeds::{self, Input};
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use jianwei_core::pipeline::Model;
use rdkafka::ClientContext;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// Counts the records no broker took.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<AtomicU64>);

impl Failures {
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl ClientContext for Failures {}

impl ProducerContext for Failures {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_err() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What was sent: records by topic, and from the first to the last event time.
#[derive(Debug, Clone, Default)]
pub struct Published {
    pub records: BTreeMap<String, u64>,
    pub span_ms: i64,
}

/// Sends every row of the inputs to its topic, in order of event time, and waits until all are delivered.
pub fn publish(settings: &Settings, model: &Model, inputs: &[Input], progress: impl Fn(u64) -> ProgressBar) -> Result<Published> {
    let failures = Failures::default();
    let producer: BaseProducer<Failures> = BaseProducer::from_config_and_context(&settings.producer(), failures.clone())?;
    let mut published = Published::default();
    let topics = feeds::read_by_topic(model, inputs)?;
    // Rows of directories have no time.
    let dated = || topics.values().flatten().map(|row| row.at_ms).filter(|at_ms| *at_ms > i64::MIN);
    published.span_ms = dated().max().unwrap_or(0).saturating_sub(dated().min().unwrap_or(0));
    for (topic, rows) in topics {
        let bar = progress(rows.len() as u64);
        published.records.insert(topic, rows.len() as u64);
        for row in rows {
            send(&producer, &row)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    let deadline = Instant::now() + PATIENCE;
    while producer.in_flight_count() > 0 {
        producer.poll(Duration::from_millis(5));
        if Instant::now() > deadline {
            bail!(
                "{} records were not delivered within {} s: are the brokers at {} reachable?",
                producer.in_flight_count(),
                PATIENCE.as_secs(),
                settings.brokers
            );
        }
    }
    match failures.count() {
        0 => Ok(published),
        failed => {
            bail!(
                "{failed} records were not delivered: are the brokers reachable, and do the topics exist? jianwei topics create --pipelines DIR --brokers B"
            )
        }
    }
}

fn send(producer: &BaseProducer<Failures>, row: &feeds::Row) -> Result<()> {
    let mut record = BaseRecord::<[u8], [u8]>::to(&row.topic).payload(&row.value);
    if let Some(key) = &row.key {
        record = record.key(key);
    }
    if let Some(partition) = row.partition {
        record = record.partition(partition);
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        match producer.send(record) {
            Ok(()) => break,
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) if Instant::now() < deadline => {
                record = back;
                producer.poll(Duration::from_millis(1));
            }
            Err((error, _)) => return Err(error).with_context(|| format!("publishing to {}", row.topic)),
        }
    }
    producer.poll(Duration::ZERO);
    Ok(())
}
