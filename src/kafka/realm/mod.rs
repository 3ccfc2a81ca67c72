//! The thread that runs one realm: it owns the source consumer and the transactional producer, and
//! does what the core's machine says.

mod reading;
mod recovery;

use super::batch::{BatchBytes, RawRecord};
use super::client::Settings;
use super::journal::is_unreachable;
use super::ownership::Ownership;
use super::producer::{Failure, TransactionalProducer};
use super::snapshots::Snapshots;
use super::source::SourceReader;
use crate::now_ms;
use crate::pipelines::time_of;
use crate::telemetry::{Metrics, RealmPhase};
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::intake;
use jianwei_core::journal::{Body, SourcePosition};
use jianwei_core::pipeline::{Clock, Model};
use jianwei_core::sequencer::{
    Action, DropReason, Event, Fault, Machine, Sequenced, Sequencer, SourceRecord, feed_end_ms, genesis_entry,
};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Under load a batch is committed after this long, or after as long as the commit before it took,
/// whichever is longer: back-to-back commits wait for each other's markers.
const BATCH_AGE: Duration = Duration::from_millis(20);
const SNAPSHOT_ENTRIES: u64 = 50_000;
const SNAPSHOT_AGE: Duration = Duration::from_secs(300);
/// How often the wall clock's realm looks for new partitions, and metrics for lag.
const REFRESH: Duration = Duration::from_secs(30);
const VIEW_AGE: Duration = Duration::from_secs(2);
const LAG_AGE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct RealmOptions {
    pub state_dir: PathBuf,
    /// Let a pipeline that differs from the realm's active one take effect.
    pub activate: bool,
    /// Feed clock: where the feed ends, as a person writes it, in the realm's own zone. Time passes up
    /// to it once all is read.
    pub until: Option<String>,
    /// Feed clock: feed time that may pass in a second, for people to watch.
    pub pace_ms_per_s: Option<i64>,
    /// Another clock than the pipeline's, for the genesis entry.
    pub clock: Option<Clock>,
    /// End once every source is read and committed.
    pub exit_at_end: bool,
    /// Snapshots are not of use on the trial broker, which forgets.
    pub snapshots: bool,
}

/// How a realm's thread ended.
#[derive(Debug)]
pub enum RealmEnd {
    Dropped(DropReason),
    /// All sources are read and committed.
    Complete,
    /// It must not go on, here or elsewhere, until a person mends what the text names.
    Refused(anyhow::Error),
}

pub struct Realm {
    settings: Settings,
    model: Arc<Model>,
    options: RealmOptions,
    ownership: Ownership,
    stop: Arc<AtomicBool>,
    metrics: Arc<Metrics>,
    snapshots: Option<Snapshots>,
    machine: Machine,
    producer: Option<TransactionalProducer>,
    sequencer: Option<Sequencer>,
    source: Option<SourceReader>,
    /// Feed clock only.
    feed: Option<reading::Feed>,
    batch: BatchBytes,
    batch_began: Instant,
    last_commit: Duration,
    /// Offset of the newest committed entry in the journal.
    journal_offset: Option<i64>,
    snapshot_seq: u64,
    snapshot_at: Instant,
    refreshed_at: Instant,
    /// What analysts look at was worked out last.
    viewed_at: Option<Instant>,
    lag_at: Instant,
    until_ms: Option<i64>,
    complete: bool,
}

impl Realm {
    pub fn new(
        settings: Settings,
        model: Arc<Model>,
        options: RealmOptions,
        ownership: Ownership,
        stop: Arc<AtomicBool>,
        metrics: Arc<Metrics>,
    ) -> Result<Realm> {
        let snapshots = if options.snapshots { Some(Snapshots::open(&options.state_dir, &model.realm)?) } else { None };
        let until_ms = options.until.as_deref().map(|text| time_of(text, model.zone)).transpose()?;
        let now = Instant::now();
        Ok(Realm {
            settings,
            model,
            options,
            ownership,
            stop,
            metrics,
            snapshots,
            machine: Machine::default(),
            producer: None,
            sequencer: None,
            source: None,
            feed: None,
            batch: BatchBytes::default(),
            batch_began: now,
            last_commit: Duration::ZERO,
            journal_offset: None,
            snapshot_seq: 0,
            snapshot_at: now,
            refreshed_at: now,
            viewed_at: None,
            lag_at: now,
            until_ms,
            complete: false,
        })
    }

    /// Runs until dropped, complete or refused.
    pub fn run(mut self) -> RealmEnd {
        let realm = self.model.realm.clone();
        self.metrics.phase(&realm, RealmPhase::Starting);
        match self.carry_out() {
            Ok(DropReason::Stopped) if self.complete => RealmEnd::Complete,
            Ok(reason) => RealmEnd::Dropped(reason),
            Err(error) if is_unreachable(&error) => {
                tracing::warn!(realm, error = format!("{error:#}"), "the cluster did not answer");
                RealmEnd::Dropped(DropReason::Unreachable)
            }
            Err(error) => {
                self.metrics.phase(&realm, RealmPhase::Failed);
                RealmEnd::Refused(error)
            }
        }
    }

    fn carry_out(&mut self) -> Result<DropReason> {
        let mut todo: VecDeque<Action> = self.machine.on(Event::Start).into();
        while let Some(action) = todo.pop_front() {
            let event = match action {
                // A stop need not wait for a batch that fails again and again: it is in the journal or
                // it is not, and the next start finds out.
                Action::AskOwnership if self.stop.load(Ordering::Relaxed) => Some(Event::Stop),
                Action::AskOwnership => Some(Event::Owned(self.ownership.still_holds(self.model.journal_partition))),
                Action::InitProducer => Some(Event::Initialised(self.init_producer())),
                Action::DestroyProducer => {
                    self.producer = None;
                    None
                }
                Action::Recover => Some(self.recover()?),
                Action::ReadLastSeq => Some(self.read_last_seq()),
                Action::Send => Some(Event::Sent(self.send())),
                Action::Confirm => {
                    self.confirm();
                    None
                }
                Action::TakeBatch => Some(self.take_batch()?),
                Action::Drop(reason) => return Ok(reason),
            };
            if let Some(event) = event {
                todo.extend(self.machine.on(event));
            }
        }
        bail!("the sequencer's machine asked for nothing in state {:?}", self.machine.state())
    }

    fn init_producer(&mut self) -> Result<(), Fault> {
        match TransactionalProducer::init(&self.settings, &self.model.realm) {
            Ok(producer) => {
                self.producer = Some(producer);
                Ok(())
            }
            Err(failure) => Err(self.note(&failure)),
        }
    }

    fn note(&self, failure: &Failure) -> Fault {
        tracing::warn!(
            realm = self.model.realm,
            what = failure.what,
            fault = failure.fault.as_str(),
            error = failure.text,
            "transaction"
        );
        self.metrics.fault(&self.model.realm, failure.fault);
        failure.fault
    }

    fn send(&mut self) -> Result<(), Fault> {
        let began = Instant::now();
        let group = self.source.as_ref().and_then(SourceReader::group);
        let Some(producer) = &self.producer else { return Err(Fault::Aborted) };
        match producer.send(&self.batch, group.as_ref()) {
            Ok(()) => {
                self.last_commit = began.elapsed();
                self.metrics.commit(&self.model.realm, self.last_commit);
                Ok(())
            }
            Err(failure) => Err(self.note(&failure)),
        }
    }

    fn confirm(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if let Some(producer) = &self.producer {
            // After a commit found in the journal the offset is known from reading it.
            self.journal_offset = self.journal_offset.max(Some(producer.journal_offset()));
        }
        self.metrics.committed(&self.model.realm, &batch.tally);
        if let Some(sequencer) = &self.sequencer {
            self.metrics.state(&self.model.realm, sequencer.engine());
        }
        let due = self.machine.committed().is_some_and(|c| c >= self.snapshot_seq + SNAPSHOT_ENTRIES)
            || self.snapshot_at.elapsed() > SNAPSHOT_AGE;
        if due {
            self.snapshot();
        }
    }

    /// Reads, stamps and steps until there is a batch to commit, or a reason to end.
    fn take_batch(&mut self) -> Result<Event> {
        self.batch_began = Instant::now();
        self.begin_or_activate()?;
        if self.source.is_none() {
            self.open_source()?;
            self.metrics.phase(&self.model.realm, RealmPhase::Running);
        }
        loop {
            if !self.ownership.holds(self.model.journal_partition) {
                return Ok(Event::Revoked);
            }
            let stopping = self.stop.load(Ordering::Relaxed);
            if let Some(range) = self.batch.range().filter(|_| stopping || self.is_due()) {
                self.batch.seal()?;
                return Ok(Event::Submit(range));
            }
            if stopping || (self.complete && self.options.exit_at_end) {
                self.snapshot();
                return Ok(Event::Stop);
            }
            self.refresh()?;
            self.view();
            let idle = if self.feed.is_some() { self.fill_from_feed()? } else { self.fill_as_it_comes()? };
            if idle && let Some(range) = self.batch.range() {
                self.batch.seal()?;
                return Ok(Event::Submit(range));
            }
        }
    }

    /// What analysts look at goes over all that stands, so only every few seconds.
    fn view(&mut self) {
        let due = self.viewed_at.is_none_or(|at| at.elapsed() >= VIEW_AGE);
        if let Some(sequencer) = self.sequencer.as_mut().filter(|_| due) {
            sequencer.set_keep_closed(true);
            self.metrics.analysts.state(&self.model.realm, sequencer.engine());
            self.viewed_at = Some(Instant::now());
        }
    }

    fn is_due(&self) -> bool {
        self.batch.is_full() || self.batch_began.elapsed() >= BATCH_AGE.max(self.last_commit)
    }

    fn sequencer(&mut self) -> Result<&mut Sequencer> {
        self.sequencer.as_mut().context("the realm has not begun")
    }

    /// Writes the genesis entry of a new realm; lets another pipeline take effect where asked to.
    fn begin_or_activate(&mut self) -> Result<()> {
        let now_ms = now_ms();
        let mut out = Vec::new();
        match &mut self.sequencer {
            None => {
                let clock = self.options.clock.unwrap_or(self.model.clock);
                let journal_id = format!("{}-{now_ms:x}-{:x}", self.model.realm, std::process::id());
                let until_ms = self.until_ms.unwrap_or(feed_end_ms(self.model.zone, now_ms));
                let genesis = genesis_entry(&self.model.realm, &journal_id, clock, until_ms, now_ms, &self.model.bundle)
                    .map_err(|e| anyhow::anyhow!("{e}"))?;
                let (sequencer, first) = Sequencer::begin(genesis)?;
                self.sequencer = Some(sequencer);
                out.push(first);
            }
            Some(sequencer) if sequencer.engine().model().hash != self.model.hash => {
                let active = sequencer.engine().model();
                if !self.options.activate {
                    bail!(
                        "the pipeline differs from the active one of realm {} (version {}, hash {}; given: version {}, hash {}): check it, then start with --activate",
                        self.model.realm,
                        active.version,
                        &active.hash[..12],
                        self.model.version,
                        &self.model.hash[..12]
                    );
                }
                let stamp_ms =
                    if sequencer.engine().state().clock == Clock::Wall { now_ms } else { sequencer.engine().stamp_ms() };
                let bundle = self.model.bundle.pack().map_err(|e| anyhow::anyhow!("{e}"))?;
                sequencer.activate(stamp_ms, bundle, &mut out)?;
            }
            Some(_) => {}
        }
        for sequenced in &out {
            self.add(None, None, sequenced)?;
        }
        Ok(())
    }

    fn refresh(&mut self) -> Result<()> {
        let Some(source) = &mut self.source else { return Ok(()) };
        if self.lag_at.elapsed() > LAG_AGE {
            self.lag_at = Instant::now();
            if let Some(sequencer) = &self.sequencer {
                self.metrics.lag(&self.model.realm, &source.lag(sequencer.engine().state()));
            }
        }
        if self.feed.is_none() && self.refreshed_at.elapsed() > REFRESH {
            self.refreshed_at = Instant::now();
            if let Some(sequencer) = &self.sequencer {
                match source.add_partitions(&self.model, sequencer.engine().state()) {
                    Err(error) if is_unreachable(&error) => {
                        tracing::warn!(realm = self.model.realm, error = format!("{error:#}"), "looking for new partitions")
                    }
                    found => {
                        found?;
                    }
                }
            }
        }
        Ok(())
    }

    fn accept(
        &mut self,
        stamp_ms: i64,
        kind: SourceKind,
        position: SourcePosition,
        decoded: Result<intake::Decoded, intake::Rejection>,
        raw: RawRecord,
    ) -> Result<()> {
        let mut out = Vec::new();
        self.sequencer()?.accept(stamp_ms, SourceRecord { position, decoded }, &mut out)?;
        let Some((entry, ticks)) = out.split_last() else { return Ok(()) };
        for tick in ticks {
            self.add(None, None, tick)?;
        }
        let raw = matches!(entry.entry.body, Body::DeadLetter(_)).then_some(raw);
        self.add(Some(kind), raw, entry)
    }

    fn add(&mut self, kind: Option<SourceKind>, raw: Option<RawRecord>, sequenced: &Sequenced) -> Result<()> {
        self.batch.add(&self.model, kind, raw, sequenced)
    }
}
