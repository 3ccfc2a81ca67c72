//! The thread that runs one realm: it owns the source consumer and the transactional producer, and
//! does what the core's machine says.

use super::batch::{BatchBytes, RawRecord};
use super::client::Settings;
use super::journal::read_journal;
use super::ownership::Ownership;
use super::producer::{Failure, TransactionalProducer};
use super::snapshots::Snapshots;
use super::source::{Read, SourceReader};
use crate::telemetry::{Metrics, RealmPhase};
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::engine::Engine;
use jianwei_core::intake;
use jianwei_core::journal::{Body, Snapshot, SourcePosition};
use jianwei_core::pipeline::{Clock, Model};
use jianwei_core::sequencer::{
    Action, DropReason, Event, Fault, FeedMerge, FeedPartition, FeedRecord, Machine, PARTITION_BUFFER_RECORDS, Sequenced, Sequencer,
    SourceRecord, genesis_entry,
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
const LAG_AGE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct RealmOptions {
    pub state_dir: PathBuf,
    /// Let a pipeline that differs from the realm's active one take effect.
    pub activate: bool,
    /// Feed clock: where the feed ends. Time passes up to it once all is read.
    pub until_ms: Option<i64>,
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
    feed: Option<Feed>,
    batch: BatchBytes,
    batch_began: Instant,
    last_commit: Duration,
    /// Offset of the newest committed entry in the journal.
    journal_offset: Option<i64>,
    snapshot_seq: u64,
    snapshot_at: Instant,
    refreshed_at: Instant,
    lag_at: Instant,
    activated: bool,
    complete: bool,
}

/// The merge of a feed, and the group being stamped.
struct Feed {
    merge: FeedMerge,
    group_stamp_ms: i64,
    group: VecDeque<(SourcePosition, FeedRecord)>,
    pace_from: Option<(Instant, i64)>,
    ended: bool,
}

impl Realm {
    pub fn new(settings: Settings, model: Arc<Model>, options: RealmOptions, ownership: Ownership, stop: Arc<AtomicBool>, metrics: Arc<Metrics>) -> Result<Realm> {
        let snapshots = if options.snapshots { Some(Snapshots::open(&options.state_dir, &model.realm)?) } else { None };
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
            lag_at: now,
            activated: false,
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
        tracing::warn!(realm = self.model.realm, what = failure.what, fault = failure.fault.as_str(), error = failure.text, "transaction");
        self.metrics.fault(&self.model.realm, failure.fault);
        failure.fault
    }

    /// Newest valid snapshot, then the journal from there to its committed end, effects dropped:
    /// they were committed with their entries.
    fn recover(&mut self) -> Result<Event> {
        self.metrics.phase(&self.model.realm, RealmPhase::Recovering);
        let began = Instant::now();
        let partition = self.model.journal_partition;
        let journal_id = journal_id(&self.settings, partition)?;
        let mut engine = None;
        let mut from = None;
        if let (Some(snapshots), Some(journal_id)) = (&self.snapshots, &journal_id) {
            for path in snapshots.list()? {
                match self.try_snapshot(&path, journal_id) {
                    Ok((restored, offset)) => {
                        from = Some(offset);
                        self.journal_offset = Some(offset);
                        self.snapshot_seq = restored.next_seq() - 1;
                        engine = Some(restored);
                        break;
                    }
                    Err(error) => tracing::warn!(path = %path.display(), error = format!("{error:#}"), "snapshot refused"),
                }
            }
        }
        let from_seq = engine.as_ref().map_or(0, Engine::next_seq);
        let mut effects = Vec::new();
        read_journal(&self.settings, partition, from, &mut |entry, offset| {
            self.journal_offset = Some(offset);
            match &mut engine {
                None => engine = Some(Engine::begin(&entry, &mut effects)?),
                Some(engine) if entry.seq >= engine.next_seq() => engine.step(&entry, &mut effects)?,
                Some(_) => {}
            }
            effects.clear();
            Ok(true)
        })?;
        let last_seq = engine.as_ref().map(|e| e.next_seq() - 1);
        if let Some(engine) = &engine {
            let entries = engine.next_seq() - from_seq;
            tracing::info!(realm = self.model.realm, from_seq, entries, ms = began.elapsed().as_millis() as u64, "recovered");
            if engine.state().realm != self.model.realm {
                bail!("journal partition {partition} belongs to realm {:?}: give {:?} a journal_partition of its own", engine.state().realm, self.model.realm);
            }
        }
        self.sequencer = engine.map(Sequencer::new);
        Ok(Event::LastSeq(last_seq))
    }

    /// A snapshot counts only if the journal holds its last entry where the snapshot says.
    fn try_snapshot(&self, path: &std::path::Path, journal_id: &str) -> Result<(Engine, i64)> {
        let bytes = std::fs::read(path)?;
        let snapshot = Snapshot::decode(&bytes, &self.model.realm, journal_id).map_err(|e| anyhow::anyhow!("{e}"))?;
        let offset = snapshot.header.journal_offset;
        let mut found = None;
        read_journal(&self.settings, self.model.journal_partition, Some(offset), &mut |entry, _| {
            found = Some(entry.seq);
            Ok(false)
        })?;
        if found != Some(snapshot.header.seq) {
            bail!("the journal does not hold its last entry {} at offset {offset} (found {found:?})", snapshot.header.seq);
        }
        Ok((Engine::restore(&snapshot.state)?, offset))
    }

    fn read_last_seq(&mut self) -> Event {
        let mut last = None;
        let read = read_journal(&self.settings, self.model.journal_partition, self.journal_offset, &mut |entry, offset| {
            last = Some(entry.seq);
            self.journal_offset = Some(offset);
            Ok(true)
        });
        match read {
            Ok(()) => Event::LastSeq(last),
            Err(error) => {
                tracing::error!(realm = self.model.realm, error = format!("{error:#}"), "reading the journal's end");
                Event::ReadFailed
            }
        }
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
        let due = self.machine.committed().is_some_and(|c| c >= self.snapshot_seq + SNAPSHOT_ENTRIES) || self.snapshot_at.elapsed() > SNAPSHOT_AGE;
        if due {
            self.snapshot();
        }
    }

    /// Writes a snapshot of what is committed; failing to costs only time at the next start.
    fn snapshot(&mut self) {
        let (Some(snapshots), Some(sequencer), Some(committed), Some(offset)) =
            (&self.snapshots, &self.sequencer, self.machine.committed(), self.journal_offset)
        else {
            return;
        };
        let engine = sequencer.engine();
        if engine.next_seq() != committed + 1 || (committed == self.snapshot_seq && committed > 0) {
            return;
        }
        let written = engine.snapshot_state().map_err(anyhow::Error::from).and_then(|state| {
            let state_bytes = state.len();
            let snapshot = Snapshot::new(&self.model.realm, &engine.state().journal_id, &self.model.hash, committed, offset, state);
            snapshots.write(&snapshot).map(|path| (path, state_bytes))
        });
        match written {
            Ok((path, state_bytes)) => {
                tracing::info!(realm = self.model.realm, path = %path.display(), state_bytes, "snapshot");
                self.metrics.snapshot(&self.model.realm, state_bytes);
            }
            Err(error) => tracing::error!(realm = self.model.realm, error = format!("{error:#}"), "snapshot not written"),
        }
        self.snapshot_seq = committed;
        self.snapshot_at = Instant::now();
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
            let idle = if self.feed.is_some() { self.fill_from_feed()? } else { self.fill_as_it_comes()? };
            if idle && let Some(range) = self.batch.range() {
                self.batch.seal()?;
                return Ok(Event::Submit(range));
            }
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
                let until_ms = self.options.until_ms.unwrap_or(now_ms);
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
                        self.model.realm, active.version, &active.hash[..12], self.model.version, &self.model.hash[..12]
                    );
                }
                let stamp_ms = if sequencer.engine().state().clock == Clock::Wall { now_ms } else { sequencer.engine().stamp_ms() };
                let bundle = self.model.bundle.pack().map_err(|e| anyhow::anyhow!("{e}"))?;
                sequencer.activate(stamp_ms, bundle, &mut out)?;
                self.activated = true;
            }
            Some(_) => {}
        }
        for sequenced in &out {
            self.add(None, None, sequenced)?;
        }
        Ok(())
    }

    fn open_source(&mut self) -> Result<()> {
        let state = self.sequencer.as_ref().context("the realm has not begun")?.engine().state();
        let mut source = SourceReader::open(&self.settings, &self.model, state)?;
        if state.clock == Clock::Feed {
            let partitions = source.lanes.iter().map(|lane| {
                let kind = self.model.source_of_topic(&lane.topic).map_or(SourceKind::Control, |s| s.kind);
                let position = state.positions.get(&(lane.topic.clone(), lane.partition));
                FeedPartition {
                    topic: lane.topic.clone(),
                    partition: lane.partition,
                    undated: kind.undated(),
                    first_kind: kind.first_kind(),
                    done: position.map(|p| p.done.clone()).unwrap_or_default(),
                }
            });
            let mut merge = FeedMerge::new(partitions.collect(), state.stamp_ms);
            for (index, lane) in source.lanes.iter().enumerate() {
                if lane.position >= lane.end_at_start {
                    merge.end(index);
                }
            }
            for lane in 0..source.lanes.len() {
                let ended = source.lanes[lane].position >= source.lanes[lane].end_at_start;
                source.set_paused(lane, ended)?;
            }
            self.feed = Some(Feed { merge, group_stamp_ms: state.stamp_ms, group: VecDeque::new(), pace_from: None, ended: false });
        }
        self.source = Some(source);
        Ok(())
    }

    fn refresh(&mut self) -> Result<()> {
        let Some(source) = &mut self.source else { return Ok(()) };
        if self.lag_at.elapsed() > LAG_AGE {
            self.lag_at = Instant::now();
            self.metrics.lag(&self.model.realm, &source.lag());
        }
        if self.feed.is_none() && self.refreshed_at.elapsed() > REFRESH {
            self.refreshed_at = Instant::now();
            if let Some(sequencer) = &self.sequencer {
                source.add_partitions(&self.model, sequencer.engine().state())?;
            }
        }
        Ok(())
    }

    /// Wall clock: one record as it arrives, or, idle, the time that passed. True when idle.
    fn fill_as_it_comes(&mut self) -> Result<bool> {
        let timeout = if self.batch.is_empty() { Duration::from_millis(20) } else { Duration::ZERO };
        let source = self.source.as_mut().context("no source")?;
        match source.read(timeout)? {
            Read::Record { lane, message } => {
                let topic = source.lanes[lane].topic.clone();
                let about = self.model.source_of_topic(&topic).context("a record of a topic the pipeline does not name")?;
                let kind = about.kind;
                let decoded = intake::decode(&self.model, about, message.key.as_deref(), message.value.as_deref());
                let position = SourcePosition { topic, partition: message.partition, offset: message.offset, resume_offset: message.offset + 1 };
                if self.batch.is_empty() {
                    self.batch_began = Instant::now();
                }
                self.accept(now_ms(), kind, position, decoded, RawRecord { key: message.key, value: message.value })?;
                Ok(false)
            }
            Read::End { .. } => Ok(false),
            Read::Nothing => {
                let mut out = Vec::new();
                self.sequencer()?.tick_until(now_ms(), &mut out)?;
                for sequenced in &out {
                    self.add(None, None, sequenced)?;
                }
                Ok(true)
            }
        }
    }

    /// Feed clock: reads ahead, then stamps what is in order. True when nothing more can be done now.
    fn fill_from_feed(&mut self) -> Result<bool> {
        let (source, feed) = (self.source.as_mut().context("no source")?, self.feed.as_mut().context("no feed")?);
        if feed.group.is_empty() {
            match feed.merge.next_group()? {
                Some(group) => {
                    feed.group_stamp_ms = group.stamp_ms;
                    feed.group = group.records.into();
                }
                None if feed.merge.is_complete() => return self.end_feed(),
                None => {
                    read_ahead(&self.model, source, feed)?;
                    return Ok(false);
                }
            }
        }
        if let Some(wait) = feed.ahead_of_pace(self.options.pace_ms_per_s) {
            if self.batch.is_empty() {
                std::thread::sleep(wait.min(Duration::from_millis(20)));
            }
            return Ok(true);
        }
        while !self.batch.is_full() {
            let Some(feed) = self.feed.as_mut() else { break };
            let Some((position, record)) = feed.group.pop_front() else { break };
            let stamp_ms = feed.group_stamp_ms;
            let kind = self.model.source_of_topic(&position.topic).map_or(SourceKind::Control, |s| s.kind);
            let raw = RawRecord { key: record.key, value: record.value };
            self.accept(stamp_ms, kind, position, record.decoded, raw)?;
        }
        Ok(false)
    }

    /// All sources are read: time passes up to the feed's end, where one was given.
    fn end_feed(&mut self) -> Result<bool> {
        let Some(feed) = self.feed.as_mut() else { return Ok(true) };
        if !feed.ended {
            feed.ended = true;
            let mut out = Vec::new();
            if let Some(until_ms) = self.options.until_ms {
                self.sequencer()?.tick_until(until_ms, &mut out)?;
            }
            for sequenced in &out {
                self.add(None, None, sequenced)?;
            }
            return Ok(true);
        }
        if self.batch.is_empty() && !self.complete {
            self.complete = true;
            self.metrics.phase(&self.model.realm, RealmPhase::Complete);
        }
        std::thread::sleep(Duration::from_millis(20));
        Ok(true)
    }

    fn accept(&mut self, stamp_ms: i64, kind: SourceKind, position: SourcePosition, decoded: Result<intake::Decoded, intake::Rejection>, raw: RawRecord) -> Result<()> {
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
        self.batch.add(&self.model.realm, self.model.journal_partition, kind, raw, sequenced)
    }
}

impl Feed {
    /// How long the current group still has to wait so that feed time passes no faster than asked.
    fn ahead_of_pace(&mut self, pace_ms_per_s: Option<i64>) -> Option<Duration> {
        let pace = pace_ms_per_s?;
        if self.group_stamp_ms == 0 {
            return None;
        }
        let (began, from_ms) = *self.pace_from.get_or_insert((Instant::now(), self.group_stamp_ms));
        let due = Duration::from_millis(((self.group_stamp_ms - from_ms).max(0) * 1000 / pace.max(1)) as u64);
        due.checked_sub(began.elapsed()).filter(|wait| !wait.is_zero())
    }
}

/// Reads while the merge has room, and pauses what it does not want.
fn read_ahead(model: &Model, source: &mut SourceReader, feed: &mut Feed) -> Result<()> {
    const AT_ONCE: usize = 5_000;
    for lane in 0..source.lanes.len() {
        let buffered = feed.merge.buffered(lane);
        let paused = source.lanes[lane].paused;
        let ended = feed.merge.has_ended(lane);
        if !ended && paused && buffered < PARTITION_BUFFER_RECORDS / 4 {
            source.set_paused(lane, false)?;
        }
    }
    let mut timeout = Duration::from_millis(5);
    for _ in 0..AT_ONCE {
        match source.read(timeout)? {
            Read::Nothing => return Ok(()),
            Read::End { lane } => end_lane(source, feed, lane)?,
            Read::Record { lane, message } if message.offset >= source.lanes[lane].end_at_start => end_lane(source, feed, lane)?,
            Read::Record { lane, message } => {
                let about = model.source_of_topic(&message.topic).context("a record of a topic the pipeline does not name")?;
                let decoded = intake::decode(model, about, message.key.as_deref(), message.value.as_deref());
                feed.merge.push(lane, FeedRecord { offset: message.offset, key: message.key, value: message.value, decoded });
                if !feed.merge.wants(lane) {
                    source.set_paused(lane, true)?;
                }
            }
        }
        timeout = Duration::ZERO;
    }
    Ok(())
}

fn end_lane(source: &mut SourceReader, feed: &mut Feed, lane: usize) -> Result<()> {
    feed.merge.end(lane);
    source.set_paused(lane, true)
}

/// The id in the journal's first entry; none while the journal is empty.
fn journal_id(settings: &Settings, partition: i32) -> Result<Option<String>> {
    let mut id = None;
    read_journal(settings, partition, None, &mut |entry, offset| match entry.body {
        Body::Genesis(genesis) => {
            id = Some(genesis.journal_id);
            Ok(false)
        }
        _ => bail!("the journal's first entry, at offset {offset}, is no genesis: entries were deleted; set retention.ms=-1"),
    })?;
    Ok(id)
}

fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
