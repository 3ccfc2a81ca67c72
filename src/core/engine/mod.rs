//! The engine: entries in, effects out. [`Engine::step`] is the one way in.
//!
//! Invariants: state and effects are a function of the entries alone; timers due at or before an
//! entry's stamp fire before it, as of their due time, in (due time, key) order; a timer sets only
//! later timers.

mod again;
mod arrivals;
mod baseline;
mod clue_words;
mod clues;
mod control;
mod duties;
mod effects;
mod enterprise;
mod episodes;
mod feeds;
mod figures;
mod indicators;
mod industry;
mod lasting;
pub mod memory;
mod mergers;
mod outcome;
mod peers;
mod periods;
mod privacy;
mod pulse;
mod rate;
mod readings;
mod reds;
mod render;
mod score;
pub mod shrink;
mod state;
pub mod stats;
mod triggers;
mod unsorted;
mod weigh;

pub use again::{MAX_WAITING, MAX_WAITING_OF_ONE, NEAR_WHOLE};
pub use arrivals::{MAX_ARRIVALS, MAX_WAIT_HOURS, MIN_ARRIVALS};
pub use clues::{MAX_CLUE_MATTERS, MAX_OPEN_CLUES};
pub use effects::{Effect, MAX_OUTPUT_BYTES, Publication, topics};
pub use lasting::{MAX_LASTING, MAX_PERMITS, MAX_UNKNOWN_CLASSES};
pub use outcome::{MAX_OUTCOME_GROUPS, OutcomeRow, OutcomeState, Share, Tally};
pub use peers::{MAX_STRATA, RateCount};
pub use pulse::{FEED_FALSE_ALARMS_A_YEAR, FEED_GREY_DAYS, FEED_GREY_RECORDS, MAX_SILENCES, MAX_SILENT_DAYS};
pub use rate::{MAX_DOUBLINGS, MAX_LOG_ODDS, MAX_RISE};
pub use readings::{MAX_READINGS, STUCK_GAP_HOURS, STUCK_HOURS, STUCK_READINGS};
pub use reds::{MAX_GROUPED, Reds};
pub use score::MAX_ABSENT;
pub use state::*;
pub use weigh::{FALSE_CLOSURE_DAYS, MAX_SECONDARY};

use crate::ENGINE_VERSION;
use crate::domain::outputs::{Judged, PipelineRef};
use crate::domain::{Level, RecordKind};
use crate::journal::{Body, DeadLetter, Entry, Fact, Genesis, RecordEntry, SourcePosition, TextFact};
use crate::pipeline::{Bundle, Model, Period, load};
use enterprise::Stated;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most timers one tick fires; the sequencer puts in as many ticks as it takes.
pub const MAX_TIMERS_PER_TICK: usize = 256;

/// One realm's state and the rules it is under.
#[derive(Debug, Clone)]
pub struct Engine {
    state: State,
    model: Arc<Model>,
    p_thresholds: [f64; 4],
    /// Indicator series kept, by period: they share the levels' promise.
    indicator_series: [u32; Period::ALL.len()],
    pipeline_ref: PipelineRef,
    /// Assessments are put out too. No part of the state: it changes no other output.
    emit_assessments: bool,
    /// So are outcomes.
    emit_outcomes: bool,
    /// What the newest closed period of each series was, for those who look on, where it is asked for. No
    /// part of the state: it is empty after a restart until periods close.
    closed: Option<BTreeMap<SeriesKey, ClosedPeriod>>,
}

/// One series of a matter's counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    pub matter: String,
    pub period: Period,
    pub region: String,
}

/// A closed period as it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedPeriod {
    pub observed: u64,
    pub judged: Judged,
}

/// Why an entry can't be stepped: the journal is not this engine's, or is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepError {
    /// The first entry must be a genesis, and no other may be.
    Genesis,
    OutOfOrder {
        expected: u64,
        found: u64,
    },
    StampFell {
        from_ms: i64,
        to_ms: i64,
    },
    EngineVersion(u32),
    Pipeline(String),
    State(String),
}

impl std::fmt::Display for StepError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StepError::Genesis => write!(f, "a journal begins with one genesis entry and has no other"),
            StepError::OutOfOrder { expected, found } => write!(f, "entry {expected} is due, the journal holds {found}"),
            StepError::StampFell { from_ms, to_ms } => write!(f, "the stamp falls from {from_ms} to {to_ms}"),
            StepError::EngineVersion(v) => {
                write!(f, "the journal was begun by engine version {v}; this build is {ENGINE_VERSION}")
            }
            StepError::Pipeline(e) => write!(f, "the pipeline in the journal: {e}"),
            StepError::State(e) => write!(f, "the snapshot's state: {e}"),
        }
    }
}

impl std::error::Error for StepError {}

/// The moment something happens at, and what made it happen: a source record's id, or a timer.
#[derive(Clone, Copy)]
struct Moment<'a> {
    now_ms: i64,
    event_ms: i64,
    cause: &'a str,
    /// The record it is a copy of or adds to, by [`memory::record_key`]; nothing for timers.
    root: u64,
    /// What the record's text may be quoted with.
    excerpt: Option<&'a str>,
    /// Others said it before in the same words: it weighs half.
    half: bool,
    /// The topic it came by; nothing for timers.
    source: &'a str,
}

impl Moment<'_> {
    /// The excerpt, for a matter that asks for excerpts.
    fn excerpt_for(&self, matter: &crate::pipeline::Matter) -> Option<String> {
        self.excerpt.filter(|_| matter.excerpt).map(str::to_string)
    }

    /// The evidence rules it meets count so much.
    fn weight(&self) -> f64 {
        if self.half { 0.5 } else { 1.0 }
    }

    /// The record behind it, as one that met a trigger.
    fn met(&self) -> triggers::Met {
        triggers::Met { at_ms: self.event_ms, stamp_ms: self.now_ms, id: self.cause.to_string(), root: self.root }
    }
}

impl Engine {
    /// Begins a realm with its genesis entry.
    pub fn begin(entry: &Entry, effects: &mut Vec<Effect>) -> Result<Engine, StepError> {
        let Body::Genesis(genesis) = &entry.body else { return Err(StepError::Genesis) };
        if entry.seq != 0 {
            return Err(StepError::OutOfOrder { expected: 0, found: entry.seq });
        }
        if genesis.engine_version != ENGINE_VERSION {
            return Err(StepError::EngineVersion(genesis.engine_version));
        }
        let model = model_of(&genesis.bundle_zstd)?;
        let state = fresh_state(genesis, entry, model.bundle.clone());
        let engine = Engine::with(state, model);
        engine.audit(entry.stamp_ms, "genesis", &genesis.realm, None, None, &engine.model.hash, effects);
        Ok(engine)
    }

    /// Takes up a state from a snapshot.
    pub fn restore(state: &[u8]) -> Result<Engine, StepError> {
        let state: State = postcard::from_bytes(state).map_err(|e| StepError::State(e.to_string()))?;
        let model = load(&state.bundle).map_err(|p| StepError::Pipeline(first_problem(&p)))?;
        Ok(Engine::with(state, model))
    }

    fn with(mut state: State, model: Model) -> Engine {
        state.directory.reindex(&model);
        let mut engine = Engine {
            state,
            p_thresholds: [0.0; 4],
            indicator_series: [0; Period::ALL.len()],
            pipeline_ref: PipelineRef { name: String::new(), version: String::new(), hash: String::new() },
            emit_assessments: false,
            emit_outcomes: false,
            closed: None,
            model: Arc::new(model),
        };
        engine.derive_from_model();
        engine
    }

    fn derive_from_model(&mut self) {
        self.indicator_series = [0; Period::ALL.len()];
        for key in self.state.indicators.keys() {
            self.indicator_series[key.period as usize] += 1;
        }
        self.derive_thresholds();
        self.pipeline_ref =
            PipelineRef { name: self.model.realm.clone(), version: self.model.version.clone(), hash: self.model.hash.clone() };
    }

    /// The promise of each level is spread over the series there are.
    fn derive_thresholds(&mut self) {
        let kinds = Period::ALL.into_iter().zip(self.indicator_series);
        let a_year: f64 = kinds.map(|(period, series)| period.per_year() * f64::from(series)).sum();
        self.p_thresholds = Level::ALL.map(|l| self.model.p_threshold(l, a_year));
    }

    /// Puts out an [`Effect::Assessment`] for each closed period, or no more.
    pub fn set_emit_assessments(&mut self, emit: bool) {
        self.emit_assessments = emit;
    }

    /// Puts out an [`Effect::Outcome`] for each outcome, or no more.
    pub fn set_emit_outcomes(&mut self, emit: bool) {
        self.emit_outcomes = emit;
    }

    /// Keeps what the newest closed periods were, for [`Engine::closed_periods`], or no more.
    pub fn set_keep_closed(&mut self, keep: bool) {
        self.closed = keep.then(|| self.closed.take().unwrap_or_default());
    }

    /// The newest closed period of each series, in order, since they were asked for.
    pub fn closed_periods(&self) -> impl Iterator<Item = (&SeriesKey, &ClosedPeriod)> {
        self.closed.iter().flatten()
    }

    /// The state's bytes, equal for equal states.
    pub fn snapshot_state(&self) -> Result<Vec<u8>, StepError> {
        postcard::to_allocvec(&self.state).map_err(|e| StepError::State(e.to_string()))
    }

    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn next_seq(&self) -> u64 {
        self.state.next_seq
    }

    pub fn stamp_ms(&self) -> i64 {
        self.state.stamp_ms
    }

    /// The stamp of the tick that has to come before an entry stamped `stamp_ms`, if timers are due.
    /// One such tick fires [`MAX_TIMERS_PER_TICK`] timers at most.
    pub fn tick_needed(&self, stamp_ms: i64) -> Option<i64> {
        let mut due = self.state.timers.keys().map(|(due_ms, _)| *due_ms).take_while(|due_ms| *due_ms <= stamp_ms);
        let first = due.next()?;
        Some(due.take(MAX_TIMERS_PER_TICK - 1).last().unwrap_or(first))
    }

    /// Takes one entry: timers due fire first, then the entry itself counts.
    pub fn step(&mut self, entry: &Entry, effects: &mut Vec<Effect>) -> Result<(), StepError> {
        if entry.seq != self.state.next_seq {
            return Err(StepError::OutOfOrder { expected: self.state.next_seq, found: entry.seq });
        }
        if entry.stamp_ms < self.state.stamp_ms {
            return Err(StepError::StampFell { from_ms: self.state.stamp_ms, to_ms: entry.stamp_ms });
        }
        let activated = match &entry.body {
            Body::Genesis(_) => return Err(StepError::Genesis),
            Body::Activate { bundle_zstd } => Some(model_of(bundle_zstd)?),
            _ => None,
        };
        let limit = if entry.body == Body::Tick { MAX_TIMERS_PER_TICK } else { usize::MAX };
        self.fire_timers(entry.stamp_ms, limit, effects);
        self.state.next_seq += 1;
        self.state.stamp_ms = entry.stamp_ms;
        match &entry.body {
            Body::Record(record) => self.record(entry.stamp_ms, record, effects),
            Body::DeadLetter(letter) => self.dead_letter(letter, effects),
            Body::Tick => self.state.counters.ticks += 1,
            Body::Genesis(_) | Body::Activate { .. } => {}
        }
        if let Some(model) = activated {
            self.activate(entry.stamp_ms, model, effects);
        }
        Ok(())
    }

    fn record(&mut self, now_ms: i64, record: &RecordEntry, effects: &mut Vec<Effect>) {
        self.note_position(&record.source);
        self.state.counters.records += 1;
        self.hear_feed(now_ms, &record.source.topic, effects);
        let event_ms = record.event_time_ms.unwrap_or(now_ms);
        let kind = match &record.fact {
            Fact::Indicator(_) | Fact::Measure(_) => Some(RecordKind::Indicator),
            fact => fact.evidence().map(|evidence| evidence.kind),
        };
        let root = kind.map_or(0, |kind| memory::record_key(kind, &record.id));
        let excerpt = record.fact.text().and_then(|text| text.excerpt.as_deref());
        let source = &record.source.topic;
        let moment = Moment { now_ms, event_ms, cause: &record.id, root, excerpt, half: false, source };
        match &record.fact {
            // Tickets and reports of journals older than `Fact::Text`.
            Fact::Evidence(evidence) if evidence.kind == RecordKind::Ticket => {
                self.text(&moment, &TextFact::of(evidence.clone(), None), &[], effects);
            }
            Fact::Report { channel, evidence } => {
                self.text(&moment, &TextFact::of(evidence.clone(), Some(*channel)), &[], effects);
            }
            Fact::Text(text) => self.text(&moment, text, &[], effects),
            Fact::Unsorted(unsorted) => self.text(&moment, &unsorted.text, &unsorted.terms, effects),
            Fact::Outcome(fact) => self.outcome(&moment, fact, effects),
            Fact::Evidence(evidence) => self.evidence(&moment, &Stated::of(evidence), effects),
            Fact::Figure(figure) => {
                self.evidence(&moment, &Stated { figure: Some(figure), ..Stated::of(&figure.evidence) }, effects)
            }
            Fact::Lasting(lasting) => {
                self.evidence(&moment, &Stated { holds: Some(&lasting.holds), ..Stated::of(&lasting.evidence) }, effects)
            }
            Fact::Reading(reading) => self.reading(&moment, reading, effects),
            Fact::Enterprise(row) => self.upsert_enterprise(&moment, row.clone(), effects),
            Fact::EnterpriseRemoved { id } => self.change_row(id, |directory| directory.remove(id)),
            Fact::Inspector(row) => {
                if self.state.inspectors.len() < MAX_INSPECTORS || self.state.inspectors.contains_key(&row.inspector_id) {
                    self.state.inspectors.insert(row.inspector_id.clone(), row.clone());
                }
            }
            Fact::InspectorRemoved { id } => {
                self.state.inspectors.remove(id);
            }
            Fact::Disposition(disposition) => self.disposition(&moment, disposition, effects),
            Fact::Control(control) => self.control(&moment, control, effects),
            Fact::Unused { .. } => {}
            Fact::Indicator(fact) => self.indicator(&moment, fact, false, effects),
            Fact::Measure(fact) => self.indicator(&moment, fact, true, effects),
        }
    }

    fn dead_letter(&mut self, letter: &DeadLetter, effects: &mut Vec<Effect>) {
        self.note_position(&letter.source);
        self.state.counters.dead_letters += 1;
        effects.push(Effect::DeadLetter(letter.clone()));
    }

    fn note_position(&mut self, source: &SourcePosition) {
        let position = self.state.positions.entry((source.topic.clone(), source.partition)).or_default();
        position.resume_offset = source.resume_offset;
        position.done.insert(source.offset);
        position.done = position.done.split_off(&source.resume_offset);
    }

    fn fire_timers(&mut self, until_ms: i64, limit: usize, effects: &mut Vec<Effect>) {
        for _ in 0..limit {
            let Some(first) = self.state.timers.first_entry() else { return };
            let (due_ms, _) = first.key();
            if *due_ms > until_ms {
                return;
            }
            let ((due_ms, _), timer) = first.remove_entry();
            self.fire(due_ms, timer, effects);
        }
    }

    fn fire(&mut self, due_ms: i64, timer: Timer, effects: &mut Vec<Effect>) {
        let cause = format!("timer/{due_ms}");
        let moment = Moment { now_ms: due_ms, event_ms: due_ms, cause: &cause, root: 0, excerpt: None, half: false, source: "" };
        match timer {
            Timer::ClosePeriod(period) => self.close_period(&moment, period, effects),
            Timer::Recheck { subject, warning_id } => self.recheck(&moment, &subject, &warning_id, effects),
            Timer::Expire { subject } => self.expire(&moment, &subject, effects),
            Timer::Fade { subject } => self.fade(&moment, &subject, effects),
            Timer::Forget { enterprise } => self.forget(&moment, &enterprise, effects),
            Timer::RedHour => self.red_hour(&moment, effects),
            Timer::Listen { topic } => self.listen(&moment, &topic, effects),
            Timer::Remind { target, org, what, due_ms, stage } => {
                self.remind(&moment, &target, &org, what, due_ms, stage, effects);
            }
        }
    }

    /// Sets a timer; its key makes it unique at its due time.
    fn set_timer(&mut self, due_ms: i64, key: String, timer: Timer) {
        self.state.timers.insert((due_ms, key), timer);
    }
}

fn model_of(bundle_zstd: &[u8]) -> Result<Model, StepError> {
    let bundle = Bundle::unpack(bundle_zstd).map_err(|e| StepError::Pipeline(e.to_string()))?;
    load(&bundle).map_err(|p| StepError::Pipeline(first_problem(&p)))
}

fn first_problem(problems: &[crate::pipeline::Problem]) -> String {
    problems.first().map_or_else(String::new, |p| p.to_string())
}

fn fresh_state(genesis: &Genesis, entry: &Entry, bundle: Bundle) -> State {
    State {
        realm: genesis.realm.clone(),
        journal_id: genesis.journal_id.clone(),
        clock: genesis.clock,
        feed_until_ms: genesis.feed_until_ms,
        bundle,
        next_seq: 1,
        stamp_ms: entry.stamp_ms,
        positions: BTreeMap::new(),
        directory: Default::default(),
        inspectors: BTreeMap::new(),
        standings: BTreeMap::new(),
        evidence: BTreeMap::new(),
        series: BTreeMap::new(),
        indicators: BTreeMap::new(),
        open_periods: BTreeMap::new(),
        episodes: BTreeMap::new(),
        episode_of_warning: BTreeMap::new(),
        episode_counts: BTreeMap::new(),
        clues: BTreeMap::new(),
        clues_by_age: BTreeMap::new(),
        clue_count: 0,
        timers: BTreeMap::new(),
        peers: Default::default(),
        unknown_classes: BTreeSet::new(),
        figures: Default::default(),
        readings: Default::default(),
        trade_triggers: BTreeMap::new(),
        seen: SeenIds::default(),
        memory: memory::Memory::default(),
        demoted: BTreeMap::new(),
        unknown_years: BTreeSet::new(),
        directory_full: false,
        indicators_full: false,
        clues_full: false,
        counters: Counters::default(),
        outcomes: BTreeMap::new(),
        arrivals: BTreeMap::new(),
        pulses: BTreeMap::new(),
        reds: Default::default(),
    }
}
