//! Fixed records in fixed transactions, some of them aborted: for tests of other people's consumers.

use super::client::Settings;
use super::publish::Failures;
use anyhow::{Context, Result, bail};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

pub struct PlainRecord {
    pub topic: String,
    pub key: String,
    pub value: Vec<u8>,
    pub headers: Vec<(String, String)>,
}

pub struct Transaction {
    pub aborted: bool,
    pub records: Vec<PlainRecord>,
}

/// Sends each transaction's records, in order; aborts those marked so once their records are in the log.
pub fn publish_transactions(settings: &Settings, id: &str, transactions: &[Transaction]) -> Result<()> {
    let failures = Failures::default();
    let producer: BaseProducer<Failures> =
        BaseProducer::from_config_and_context(&settings.transactional_producer(id), failures.clone())?;
    let unreachable = || format!("no answer from the brokers at {}", settings.brokers);
    producer.init_transactions(PATIENCE).with_context(unreachable)?;
    for Transaction { aborted, records } in transactions {
        producer.begin_transaction()?;
        for record in records {
            let headers = record
                .headers
                .iter()
                .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }));
            let out = BaseRecord::to(&record.topic).key(&record.key).payload(&record.value).headers(headers);
            producer.send(out).map_err(|(error, _)| error).with_context(|| format!("sending to {}", record.topic))?;
        }
        producer.flush(PATIENCE).with_context(unreachable)?;
        if failures.count() > 0 {
            let topics: std::collections::BTreeSet<&str> = records.iter().map(|r| r.topic.as_str()).collect();
            bail!(
                "records were not delivered: do the topics {topics:?} exist, and may you write to them? `jianwei topics create` makes them"
            );
        }
        if *aborted {
            producer.abort_transaction(PATIENCE).context("aborting a transaction")?;
        } else {
            producer.commit_transaction(PATIENCE).context("committing a transaction")?;
        }
    }
    Ok(())
}
