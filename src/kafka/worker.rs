//! One process: joins the ownership group and runs a thread for each realm it is given.

use super::client::Settings;
use super::ownership::Ownership;
use super::realm::{Realm, RealmEnd, RealmOptions};
use crate::telemetry::{Metrics, RealmPhase};
use anyhow::{Context, Result};
use jianwei_core::pipeline::Model;
use jianwei_core::sequencer::DropReason;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A realm that was dropped is tried again after this long, if it is still ours.
const RETRY: Duration = Duration::from_secs(2);

pub struct WorkerOptions {
    pub settings: Settings,
    pub models: Vec<Arc<Model>>,
    pub realm: RealmOptions,
}

/// Runs realms until `stop`, or until all it holds are complete where that was asked for.
pub fn run_worker(options: &WorkerOptions, stop: &Arc<AtomicBool>, metrics: &Arc<Metrics>) -> Result<()> {
    let (ownership, group_thread) = Ownership::join(&options.settings)?;
    let mut worker = Worker {
        options,
        metrics,
        ownership: ownership.clone(),
        running: BTreeMap::new(),
        retry_at: BTreeMap::new(),
        complete: BTreeSet::new(),
        refused: BTreeMap::new(),
        unknown: BTreeSet::new(),
    };
    let realm_stop = Arc::new(AtomicBool::new(false));
    let mut result = Ok(());
    while !stop.load(Ordering::Relaxed) {
        result = worker.round(&realm_stop);
        if result.is_err() || worker.is_complete() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    realm_stop.store(true, Ordering::Relaxed);
    let ended = worker.join_all();
    ownership.leave();
    let _ = group_thread.join();
    result.and(ended)
}

struct Worker<'a> {
    options: &'a WorkerOptions,
    metrics: &'a Arc<Metrics>,
    ownership: Ownership,
    running: BTreeMap<i32, JoinHandle<RealmEnd>>,
    retry_at: BTreeMap<i32, Instant>,
    complete: BTreeSet<i32>,
    /// Realms a person must mend something for; the others go on.
    refused: BTreeMap<i32, anyhow::Error>,
    unknown: BTreeSet<i32>,
}

impl Worker<'_> {
    /// Starts what was assigned, takes note of what ended.
    fn round(&mut self, realm_stop: &Arc<AtomicBool>) -> Result<()> {
        let ended: Vec<i32> = self.running.iter().filter(|(_, t)| t.is_finished()).map(|(p, _)| *p).collect();
        for partition in ended {
            if let Some(thread) = self.running.remove(&partition) {
                self.ended(partition, thread)?;
            }
        }
        let assigned = self.ownership.assigned();
        self.complete.retain(|p| assigned.contains(p));
        // What another worker runs now is no row of ours.
        for model in &self.options.models {
            let partition = model.journal_partition;
            if !assigned.contains(&partition) && !self.running.contains_key(&partition) {
                self.metrics.forget(&model.realm);
            }
        }
        for partition in assigned {
            let waits = self.retry_at.get(&partition).is_some_and(|at| *at > Instant::now());
            if waits
                || self.running.contains_key(&partition)
                || self.complete.contains(&partition)
                || self.refused.contains_key(&partition)
            {
                continue;
            }
            match self.options.models.iter().find(|m| m.journal_partition == partition) {
                Some(model) => self.start(Arc::clone(model), realm_stop)?,
                None if self.unknown.insert(partition) => {
                    tracing::warn!(
                        partition,
                        "this process holds a journal partition but has no pipeline for it: start it with --pipelines of that realm too"
                    );
                }
                None => {}
            }
        }
        Ok(())
    }

    fn start(&mut self, model: Arc<Model>, realm_stop: &Arc<AtomicBool>) -> Result<()> {
        let partition = model.journal_partition;
        tracing::info!(realm = model.realm, partition, "realm starts");
        let name = format!("realm-{}", model.realm);
        let realm = Realm::new(
            self.options.settings.clone(),
            model,
            self.options.realm.clone(),
            self.ownership.clone(),
            Arc::clone(realm_stop),
            Arc::clone(self.metrics),
        )?;
        self.running.insert(partition, std::thread::Builder::new().name(name).spawn(move || realm.run())?);
        Ok(())
    }

    fn ended(&mut self, partition: i32, thread: JoinHandle<RealmEnd>) -> Result<()> {
        let realm = self.options.models.iter().find(|m| m.journal_partition == partition).map_or("", |m| m.realm.as_str());
        match thread.join() {
            Ok(RealmEnd::Complete) => {
                tracing::info!(realm, "realm complete");
                self.complete.insert(partition);
            }
            Ok(RealmEnd::Dropped(DropReason::Stopped)) => {}
            Ok(RealmEnd::Dropped(DropReason::Revoked)) => {
                tracing::info!(realm, "realm revoked");
                self.metrics.forget(realm);
            }
            Ok(RealmEnd::Dropped(reason)) => {
                tracing::warn!(realm, ?reason, "realm dropped");
                self.metrics.dropped(realm);
                self.retry_at.insert(partition, Instant::now() + RETRY);
            }
            Ok(RealmEnd::Refused(error)) => self.refuse(partition, error.context(format!("realm {realm}")))?,
            Err(_) => self.refuse(partition, anyhow::anyhow!("realm {realm}: its thread panicked; the text is above"))?,
        }
        Ok(())
    }

    /// One realm is given up until a restart; with none left the process ends.
    fn refuse(&mut self, partition: i32, error: anyhow::Error) -> Result<()> {
        if let Some(model) = self.options.models.iter().find(|m| m.journal_partition == partition) {
            self.metrics.phase(&model.realm, RealmPhase::Failed);
        }
        tracing::error!(error = format!("{error:#}"), "realm refused; the others go on");
        self.refused.insert(partition, error);
        if self.refused.len() < self.options.models.len() {
            return Ok(());
        }
        let texts: Vec<String> = self.refused.values().map(|e| format!("{e:#}")).collect();
        anyhow::bail!("{}", texts.join("\n"))
    }

    fn is_complete(&self) -> bool {
        let assigned = self.ownership.assigned();
        let known = |p: &i32| self.options.models.iter().any(|m| m.journal_partition == *p);
        self.options.realm.exit_at_end
            && assigned.iter().any(known)
            && assigned.iter().filter(|p| known(p)).all(|p| self.complete.contains(p) || self.refused.contains_key(p))
    }

    fn join_all(&mut self) -> Result<()> {
        let mut result = Ok(());
        for (partition, thread) in std::mem::take(&mut self.running) {
            let ended = self.ended(partition, thread).context("while stopping");
            result = result.and(ended);
        }
        result
    }
}
