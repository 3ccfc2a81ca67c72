//! Which realms this process runs: a consumer group on the journal topic. Its partitions are paused
//! and always polled; whoever holds journal partition k runs realm k.

use super::client::Settings;
use anyhow::Result;
use jianwei_core::engine::topics;
use rdkafka::ClientContext;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long an answer is waited for before the partition counts as lost.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Shared {
    assigned: Mutex<BTreeSet<i32>>,
    /// Polls done, so that an answer can be newer than the question.
    polls: AtomicU64,
    stop: AtomicBool,
}

/// What the rest of the process sees of the group.
#[derive(Clone)]
pub struct Ownership(Arc<Shared>);

struct GroupContext(Arc<Shared>);

impl ClientContext for GroupContext {}

impl ConsumerContext for GroupContext {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(partitions) = rebalance {
            let mut assigned = self.0.assigned.lock().unwrap_or_else(|e| e.into_inner());
            for element in partitions.elements() {
                assigned.remove(&element.partition());
            }
            tracing::info!(partitions = ?assigned, "journal partitions left after a revocation");
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(partitions) = rebalance {
            // Paused: this consumer reads nothing, it only holds.
            if let Err(error) = consumer.pause(partitions) {
                tracing::warn!(%error, "pausing journal partitions");
            }
            let mut assigned = self.0.assigned.lock().unwrap_or_else(|e| e.into_inner());
            assigned.extend(partitions.elements().iter().map(rdkafka::topic_partition_list::TopicPartitionListElem::partition));
            tracing::info!(partitions = ?assigned, "journal partitions held");
        }
    }
}

impl Ownership {
    /// Joins the group; the returned thread polls until [`Ownership::leave`].
    pub fn join(settings: &Settings) -> Result<(Ownership, std::thread::JoinHandle<()>)> {
        let shared = Arc::new(Shared::default());
        let context = GroupContext(Arc::clone(&shared));
        let consumer: BaseConsumer<GroupContext> =
            BaseConsumer::from_config_and_context(&settings.group_consumer("jianwei"), context)?;
        consumer.subscribe(&[topics::JOURNAL])?;
        let polled = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("ownership".into()).spawn(move || {
            while !polled.stop.load(Ordering::Relaxed) {
                if let Some(Err(error)) = consumer.poll(Duration::from_millis(50)) {
                    tracing::debug!(%error, "ownership group");
                }
                polled.polls.fetch_add(1, Ordering::Release);
            }
            // Leaving at once lets another worker take over without waiting for the session time-out.
            drop(consumer);
        })?;
        Ok((Ownership(shared), thread))
    }

    pub fn leave(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    pub fn assigned(&self) -> BTreeSet<i32> {
        self.0.assigned.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    pub fn holds(&self, partition: i32) -> bool {
        self.assigned().contains(&partition)
    }

    /// Asks anew: the answer rests on polls begun after the question.
    pub fn still_holds(&self, partition: i32) -> bool {
        let asked = self.0.polls.load(Ordering::Acquire);
        let deadline = Instant::now() + ANSWER_PATIENCE;
        // The poll under way may have begun before the question: wait for the one after it.
        while self.0.polls.load(Ordering::Acquire) < asked + 2 {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.holds(partition)
    }
}
