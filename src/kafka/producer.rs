//! The transactional producer: one transaction a batch.

use super::batch::BatchBytes;
use super::client::Settings;
use jianwei_core::engine::topics;
use jianwei_core::sequencer::Fault;
use rdkafka::ClientContext;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const INIT_TIMEOUT: Duration = Duration::from_secs(30);
const COMMIT_TIMEOUT: Duration = Duration::from_secs(30);

/// Watches deliveries: how many failed, and where in the journal the last entry went.
#[derive(Default)]
struct Deliveries {
    failed: AtomicU64,
    /// The first failure's topic and error, for the log.
    first_failure: Mutex<Option<String>>,
    journal_offset: AtomicI64,
}

#[derive(Clone, Default)]
struct Context(Arc<Deliveries>);

impl ClientContext for Context {}

impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Err((error, message)) => {
                self.0.failed.fetch_add(1, Ordering::Relaxed);
                let text = format!("{}: {error} ({} bytes)", message.topic(), message.payload_len());
                self.0.first_failure.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(text);
            }
            Ok(message) if message.topic() == topics::JOURNAL => {
                self.0.journal_offset.fetch_max(message.offset(), Ordering::Relaxed);
            }
            Ok(_) => {}
        }
    }
}

pub struct TransactionalProducer {
    producer: BaseProducer<Context>,
    deliveries: Arc<Deliveries>,
}

/// A failed call: what to tell the machine, and the words for the log.
#[derive(Debug)]
pub struct Failure {
    pub fault: Fault,
    pub what: &'static str,
    pub text: String,
}

impl TransactionalProducer {
    /// Creates the producer and fences every older one of the same transactional id, `jianwei-<name>`:
    /// what the older one had begun and not committed never shows.
    pub fn init(settings: &Settings, name: &str) -> Result<TransactionalProducer, Failure> {
        let context = Context::default();
        let deliveries = Arc::clone(&context.0);
        let config = settings.transactional_producer(&format!("jianwei-{name}"));
        let producer: BaseProducer<Context> =
            BaseProducer::from_config_and_context(&config, context).map_err(|e| failure("create producer", &e))?;
        producer.init_transactions(INIT_TIMEOUT).map_err(|e| failure("init_transactions", &e))?;
        Ok(TransactionalProducer { producer, deliveries })
    }

    /// The highest offset a journal entry was written at.
    pub fn journal_offset(&self) -> i64 {
        self.deliveries.journal_offset.load(Ordering::Relaxed)
    }

    /// Begins, produces, sends offsets, commits.
    pub fn send(&self, batch: &BatchBytes, group: Option<&ConsumerGroupMetadata>) -> Result<(), Failure> {
        let failed_before = self.deliveries.failed.load(Ordering::Relaxed);
        self.producer.begin_transaction().map_err(|e| failure("begin_transaction", &e))?;
        for record in &batch.records {
            self.produce(record)?;
        }
        if let Some(group) = group
            && batch.offsets.count() > 0
        {
            self.producer
                .send_offsets_to_transaction(&batch.offsets, group, COMMIT_TIMEOUT)
                .map_err(|e| failure("send_offsets_to_transaction", &e))?;
        }
        self.drain()?;
        if self.deliveries.failed.load(Ordering::Relaxed) != failed_before {
            return Err(Failure { fault: Fault::Aborted, what: "produce", text: self.first_failure() });
        }
        self.producer.commit_transaction(COMMIT_TIMEOUT).map_err(|e| failure("commit_transaction", &e))
    }

    fn produce(&self, record: &super::batch::OutRecord) -> Result<(), Failure> {
        let deadline = Instant::now() + COMMIT_TIMEOUT;
        let mut base = BaseRecord::<[u8], [u8]>::to(&record.topic).headers(record.headers.clone());
        if let Some(key) = &record.key {
            base = base.key(key);
        }
        if let Some(value) = &record.value {
            base = base.payload(value);
        }
        if let Some(partition) = record.partition {
            base = base.partition(partition);
        }
        if let Some(timestamp_ms) = record.timestamp_ms {
            base = base.timestamp(timestamp_ms);
        }
        loop {
            match self.producer.send(base) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) if Instant::now() < deadline => {
                    base = back;
                    self.producer.poll(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(failure("produce", &error)),
            }
        }
    }

    fn first_failure(&self) -> String {
        let first = self.deliveries.first_failure.lock().unwrap_or_else(|e| e.into_inner()).take();
        format!("a record was not delivered: {}", first.unwrap_or_default())
    }

    /// Waits for all deliveries in 1 ms polls: rdkafka's own flush would sleep up to 100 ms at a time.
    fn drain(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + COMMIT_TIMEOUT;
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::from_millis(1));
            if Instant::now() > deadline {
                return Err(Failure { fault: Fault::TimedOut, what: "drain", text: "records not delivered in time".into() });
            }
        }
        Ok(())
    }
}

fn failure(what: &'static str, error: &KafkaError) -> Failure {
    let code = error.rdkafka_error_code();
    let fault = match (error, code) {
        (_, Some(RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced | RDKafkaErrorCode::InvalidProducerEpoch)) => {
            Fault::Fenced
        }
        (_, Some(RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::RequestTimedOut)) if what == "commit_transaction" => {
            Fault::UnknownResult
        }
        (_, Some(RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::RequestTimedOut)) => Fault::TimedOut,
        (KafkaError::Transaction(e), _) if e.txn_requires_abort() => Fault::Aborted,
        (KafkaError::Transaction(e), _) if e.is_fatal() => Fault::Fenced,
        _ if what == "commit_transaction" => Fault::UnknownResult,
        _ => Fault::Aborted,
    };
    Failure { fault, what, text: error.to_string() }
}
