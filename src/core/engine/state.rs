//! What a realm knows: a pure function of its entries. Everything here is in a snapshot.

pub use super::baseline::{Forecast, Regression};
use super::figures::Figures;
use super::lasting::{Lasting, Permit};
use super::memory::Memory;
use super::peers::{Peers, Tally};
pub use super::pulse::Pulse;
use super::rate::Rise;
use super::readings::Readings;
use super::reds::Reds;
use super::stats::decay;
use super::triggers::{Met, Triggers};
use crate::domain::outputs::ReminderStage;
use crate::domain::{Channel, DAY_MS, Fixed3};
use crate::domain::{InspectorRow, Level, RecordKind};
use crate::intake::Directory;
use crate::journal::AttributionMethod;
use crate::pipeline::{Bundle, Clock, Period, Recipients, Trigger};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Source record ids remembered, so that one seen again is an update; the oldest is forgotten.
pub const MAX_SEEN_IDS: usize = 1 << 20;
/// Most inspectors one realm may hold; further ones are left out.
pub const MAX_INSPECTORS: usize = 100_000;
/// Most indicator series one realm may hold; records of further ones are assessed by nothing.
pub const MAX_INDICATOR_SERIES: usize = 100_000;
/// What an inspection that failed, or passed, gives where they are pooled: no rule's code has an underscore.
pub const FAILED: &str = "inspection_failed";
pub const PASSED: &str = "inspection_passed";
/// Pieces of evidence remembered one by one per enterprise and matter; older ones only count.
pub const MAX_REFS: usize = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    pub realm: String,
    pub journal_id: String,
    pub clock: Clock,
    pub feed_until_ms: i64,
    /// The active pipeline's files.
    pub bundle: Bundle,
    pub next_seq: u64,
    pub stamp_ms: i64,
    pub positions: BTreeMap<(String, i32), Position>,
    pub directory: Directory,
    /// The directory of inspectors, by id.
    pub inspectors: BTreeMap<String, InspectorRow>,
    pub standings: BTreeMap<String, Standing>,
    pub evidence: BTreeMap<SubjectKey, EvidenceState>,
    pub series: BTreeMap<(String, Period), MatterSeries>,
    pub indicators: BTreeMap<IndicatorKey, IndicatorSeries>,
    /// The period now open, once the first record was counted.
    pub open_periods: BTreeMap<Period, i64>,
    pub episodes: BTreeMap<SubjectKey, Episode>,
    pub episode_of_warning: BTreeMap<String, SubjectKey>,
    /// Episodes a subject and matter has had.
    pub episode_counts: BTreeMap<SubjectKey, u32>,
    /// Clues not yet dealt with, by id, and their order of age.
    pub clues: BTreeMap<String, OpenClue>,
    pub clues_by_age: BTreeMap<u64, String>,
    /// Clues passed on so far.
    pub clue_count: u64,
    pub timers: BTreeMap<(i64, String), Timer>,
    /// The directory by strata, and what was counted in each.
    pub peers: Peers,
    /// Credit classes the pipeline does not know, that operators were told of.
    pub unknown_classes: BTreeSet<String>,
    /// The newest figures of enterprises.
    pub figures: Figures,
    /// The newest values of devices.
    pub readings: Readings,
    /// What triggers hold on trades; on enterprises it stands with their evidence.
    pub trade_triggers: BTreeMap<SubjectKey, Triggers>,
    pub seen: SeenIds,
    /// What tickets and reports gave, and what later ones are compared with.
    pub memory: Memory,
    pub demoted: BTreeMap<String, Level>,
    /// Years the calendar was found not to know; operators are told once.
    pub unknown_years: BTreeSet<i32>,
    /// Operators were told that the directory is full.
    pub directory_full: bool,
    /// Operators were told that no more indicator series are kept.
    pub indicators_full: bool,
    /// Operators were told that too many clues are open.
    pub clues_full: bool,
    pub counters: Counters,
    /// What outcomes have taught, by matter.
    pub outcomes: BTreeMap<String, super::OutcomeState>,
    /// When the records of each source come, counted from their periods' beginnings.
    pub arrivals: BTreeMap<(String, Period), Arrivals>,
    /// How often each source usually speaks, by topic: as many as the pipeline has.
    pub pulses: BTreeMap<String, Pulse>,
    /// Red warnings of the hour, and those above the cap.
    pub reds: Reds,
}

/// How many counted records came in each hour since their period began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrivals {
    pub by_hour: Vec<u32>,
    pub total: u32,
}

/// Where a source partition's reading goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub resume_offset: i64,
    /// Offsets from `resume_offset` on that have their entry already.
    pub done: BTreeSet<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SubjectScope {
    Enterprise,
    Industry,
}

/// A subject under one matter. `id` is an enterprise's id, or an industry's region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubjectKey {
    pub matter: String,
    pub scope: SubjectScope,
    pub id: String,
}

impl From<SubjectScope> for crate::domain::outputs::Scope {
    fn from(scope: SubjectScope) -> Self {
        match scope {
            SubjectScope::Enterprise => Self::Enterprise,
            SubjectScope::Industry => Self::Industry,
        }
    }
}

/// What is known of an enterprise whatever the matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Standing {
    pub last_inspected_ms: Option<i64>,
    pub credit_class: Option<String>,
    /// When the newest credit record said so.
    pub credit_at_ms: Option<i64>,
    /// By type.
    pub permits: BTreeMap<String, Permit>,
    /// The stamp of the newest record about it.
    pub touched_ms: i64,
    /// A timer stands that will forget it: it is a natural person.
    pub watched: bool,
}

/// Evidence about one enterprise under one matter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EvidenceState {
    /// By rule: the decayed count as of a moment.
    pub counts: BTreeMap<String, Decayed>,
    /// By rule: the pieces that expire on a day, which are no part of `counts`.
    pub lasting: BTreeMap<String, VecDeque<Lasting>>,
    /// What is compared with peers.
    pub tally: Tally,
    pub rise: Rise,
    /// The newest pieces, oldest first.
    pub refs: VecDeque<EvidencePiece>,
    /// Records of `refs` that the lead had dealt with when it closed the last warning: no new source.
    pub answered: BTreeSet<u64>,
    /// When it will be looked at whether the score has faded.
    pub fades_at_ms: Option<i64>,
    pub total: u64,
    pub triggers: Triggers,
    /// The score of the newest profile.
    pub shown: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Decayed {
    pub value: f64,
    pub at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidencePiece {
    pub kind: RecordKind,
    pub id: String,
    pub at_ms: i64,
    /// The rules it met; none for one that only triggered or was only counted.
    pub rules: Vec<String>,
    pub attribution: Option<(AttributionMethod, Fixed3)>,
    /// The record it is a copy of or adds to: pieces of one root are one source.
    pub root: u64,
    /// A masked piece of its text, where the matter asks for it.
    pub excerpt: Option<String>,
    /// It counts half.
    pub half: bool,
    /// It says nothing any more from then on.
    pub until_ms: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTrigger {
    pub code: String,
    pub level: Level,
    /// The record it stands on.
    pub source_id: String,
    pub until_ms: i64,
    /// Of `source_id`, as in [`EvidencePiece`].
    pub root: u64,
}

impl Decayed {
    /// Adds what was counted as of another moment, both brought to the later one.
    pub(super) fn add(&mut self, other: Decayed, half_life_days: f64) {
        let at_ms = self.at_ms.max(other.at_ms);
        self.value =
            self.value * decay(at_ms - self.at_ms, half_life_days) + other.value * decay(at_ms - other.at_ms, half_life_days);
        self.at_ms = at_ms;
    }
}

impl EvidenceState {
    /// Keeps the newest pieces, but the newest of each rule before others: every factor can name one.
    pub(super) fn keep_newest(&mut self) {
        while self.refs.len() > MAX_REFS {
            let said_again = |(at, piece): (usize, &EvidencePiece)| {
                let mut later = self.refs.iter().skip(at + 1);
                match piece.rules.as_slice() {
                    [] => later.any(|one| one.rules.is_empty()),
                    rules => rules.iter().all(|rule| later.clone().any(|one| one.rules.contains(rule))),
                }
            };
            let oldest = self.refs.iter().enumerate().position(said_again);
            self.refs.remove(oldest.unwrap_or(0));
        }
    }
}

impl HeldTrigger {
    /// As the record holds it, from the moment it came.
    pub(super) fn of(trigger: &Trigger, met: &Met) -> HeldTrigger {
        HeldTrigger {
            code: trigger.code.clone(),
            level: trigger.level,
            source_id: met.id.clone(),
            until_ms: met.stamp_ms + i64::from(trigger.hold_days) * DAY_MS,
            root: met.root,
        }
    }
}

/// Counts of one matter in one kind of period, all regions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatterSeries {
    pub shape: Shape,
    pub regions: BTreeMap<String, Series>,
    /// The topics its records came by.
    pub sources: BTreeSet<String>,
}

/// Share of each weekday, Monday first, or hour of the day against their mean; 1 for weeks. After
/// the weekdays: what holidays, days after one and made-up working days have of their weekday's share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shape {
    pub factors: Vec<f64>,
    pub sums: Vec<Slot>,
}

/// What came in one slot of the round and what had been expected of it by the level alone, both decayed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    pub observed: f64,
    pub expected: f64,
}

/// What is usual in one series of counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub line: Regression,
    /// Variance over mean of the counts about the line.
    pub dispersion: f64,
    /// Closed periods learned from.
    pub periods: u32,
    /// The newest period learned from, by index.
    pub newest: i64,
    /// Its count, and what had been expected.
    pub newest_counts: (u64, f64),
    /// The CUSUM of log likelihood ratios of a drift against none, capped.
    pub drift: f64,
    /// What came and what was expected since it last was 0.
    pub run: (f64, f64),
    /// Running mean of clipped residuals: far from 0 where the level has changed for good.
    pub strain: f64,
}

/// What is usual in one series of figures that are no counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// Whether centre and spread are of logarithms.
    pub log: bool,
    pub centre: f64,
    pub spread: f64,
    pub periods: u32,
    /// The newest figure: one said again teaches nothing about the spread.
    pub newest: f64,
    /// Where the centre was over a longer time, and how far the two usually part: a drift parts them further.
    pub anchor: f64,
    pub sway: f64,
}

/// How far a figure that is a level is from what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    pub value: f64,
    pub usual: f64,
    /// The chance of as much as this, and of as little.
    pub p_high: f64,
    pub p_low: f64,
    /// The same of the centre against its anchor; none while that is young.
    pub drift: Option<Drift>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub anchor: f64,
    pub p_high: f64,
    pub p_low: f64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Series {
    /// Counts of periods not yet closed, by period index.
    pub open: BTreeMap<i64, u64>,
    /// Of those, how many the lead had dealt with when it closed the trade's last warning.
    pub answered: BTreeMap<i64, u64>,
    pub baseline: Baseline,
    /// What is expected of a period still open (by its index and factor): worked out once, not by record.
    #[serde(skip)]
    pub forecast: Option<(i64, f64, Forecast)>,
    /// The newest records counted, oldest first.
    pub refs: VecDeque<EvidencePiece>,
    /// What the newest assessment of this series asked for, and its figures.
    pub wanted: Option<Assessment>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    pub level: Level,
    pub period: Period,
    pub index: i64,
    pub observed: u64,
    pub expected: Fixed3,
    pub rate_ratio: Fixed3,
    pub p_e12: u64,
    /// A drift asked for it, over many periods, and not the newest count.
    pub drift: bool,
    /// Of an indicator that is a level: the figure itself. `observed` is nothing then, and `rate_ratio` the
    /// change as a share of what is usual.
    pub figure: Option<Fixed3>,
    /// The indicator it is of; none for counts of records.
    pub indicator: Option<IndicatorSource>,
}

impl Assessment {
    pub fn is_of(&self, indicator: &str, period: Period, index: i64) -> bool {
        self.indicator.as_ref().is_some_and(|source| source.indicator == indicator)
            && (self.period, self.index) == (period, index)
    }

    /// How many records stand behind the figure.
    pub fn records(&self) -> u64 {
        if self.indicator.is_some() { 1 } else { self.observed }
    }
}

/// Which indicator an assessment is of, and the record that said so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorSource {
    pub indicator: String,
    pub piece: EvidencePiece,
}

/// One series of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IndicatorKey {
    pub indicator: String,
    pub region: Option<String>,
    /// The matter its records name, if they do.
    pub matter: Option<String>,
    pub period: Period,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndicatorSeries {
    /// The newest period learned from.
    pub newest: i64,
    pub shape: Shape,
    pub baseline: Baseline,
    /// In place of the baseline, once its figures turned out to be a level.
    pub gauge: Option<Gauge>,
    /// What the newest period asked for.
    pub wanted: Option<Level>,
    /// Levels: how far the newest period was from what was usual; what it asks for is each matter's to say.
    pub deviation: Option<Deviation>,
    /// What had been learned before the newest period: a correction begins there.
    pub before: Option<Box<BeforeNewest>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeforeNewest {
    pub newest: i64,
    /// The newest period's figure.
    pub followed_by: f64,
    pub shape: Shape,
    pub baseline: Baseline,
    pub gauge: Option<Gauge>,
}

/// The life of a warning (预警周期).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Episode {
    pub warning_id: String,
    pub number: u32,
    /// Everyone who is told, from the raising to the end, wherever the subject moves meanwhile.
    pub recipients: Recipients,
    pub revision: u32,
    pub level: Level,
    pub raised_ms: i64,
    pub updated_ms: i64,
    /// When the event behind the newest change happened.
    pub event_ms: i64,
    /// When the level last changed.
    pub level_since_ms: i64,
    /// Calm periods in a row.
    pub calm: u32,
    /// The trigger it names: what holds its level, or held it when it last changed.
    pub trigger: Option<HeldTrigger>,
    /// Industry: the assessment that set the level.
    pub assessment: Option<Assessment>,
    pub acknowledged: bool,
    /// Red, and above the cap: its organisations know it as orange so far.
    pub held_back: bool,
    pub duties: Vec<Duty>,
}

impl Episode {
    /// The level its organisations know.
    pub(super) fn told_level(&self) -> Level {
        if self.held_back { Level::Orange } else { self.level }
    }

    pub(super) fn stands_on_red_trigger(&self) -> bool {
        self.trigger.as_ref().is_some_and(|trigger| trigger.level == Level::Red)
    }

    /// A record was taken back: a trigger it alone met, or that record, is named no longer.
    pub(super) fn name_what_is_left(&mut self, triggers: &Triggers, now_ms: i64) {
        if let Some(named) = &self.trigger
            && triggers.held.get(&named.code) != Some(named)
        {
            self.trigger = triggers.strongest(now_ms).cloned();
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DutyKind {
    Acknowledge,
    Feedback,
    Close,
    /// The coordinating office: that a lead is agreed on (art. 7).
    AgreeLead,
}

impl DutyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            DutyKind::Acknowledge => "acknowledge",
            DutyKind::Feedback => "feedback",
            DutyKind::Close => "close",
            DutyKind::AgreeLead => "agree_lead",
        }
    }
}

/// What an organisation can owe something on, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Warning(String),
    Clue(String),
}

impl Target {
    pub fn id(&self) -> &str {
        match self {
            Target::Warning(id) | Target::Clue(id) => id,
        }
    }
}

/// Why a record is passed on as a clue (线索).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClueWhy {
    /// A report, to the leads of its matters.
    Report,
    /// A ticket whose matters several departments lead.
    SeveralDepartments,
    /// A report of no matter, to the coordinating office.
    Unclassified,
    /// Several tickets of no matter that say nearly the same, or speak of one thing, to the coordinating office.
    UnclassifiedCluster,
}

impl ClueWhy {
    pub const ALL: [ClueWhy; 4] =
        [ClueWhy::Report, ClueWhy::SeveralDepartments, ClueWhy::Unclassified, ClueWhy::UnclassifiedCluster];

    pub fn as_str(self) -> &'static str {
        match self {
            ClueWhy::Report => "report",
            ClueWhy::SeveralDepartments => "several_departments",
            ClueWhy::Unclassified => "unclassified",
            ClueWhy::UnclassifiedCluster => "unclassified_cluster",
        }
    }
}

/// A record passed on, until every organisation has dealt with its part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenClue {
    /// Its place in [`State::clues_by_age`].
    pub number: u64,
    pub revision: u32,
    pub why: ClueWhy,
    pub kind: RecordKind,
    pub source_id: String,
    pub channel: Option<Channel>,
    /// The first matters it belongs to, each with the lead it goes to.
    pub matters: Vec<(String, String)>,
    pub matter_count: u32,
    pub region: Option<String>,
    pub subject: Option<String>,
    pub candidate_count: u32,
    /// A cluster's records, the oldest first.
    pub sources: Vec<String>,
    pub cluster: Option<ClusterFound>,
    pub event_ms: i64,
    pub passed_on_ms: i64,
    pub updated_ms: i64,
    pub parts: Vec<CluePart>,
    pub duties: Vec<Duty>,
}

/// How many tickets made a cluster, and what they have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFound {
    pub size: u32,
    pub words: Vec<String>,
}

impl OpenClue {
    /// Whether the organisation leads one of its matters.
    pub fn leads(&self, org: &str) -> bool {
        self.matters.iter().any(|(_, lead)| lead == org)
    }
}

/// One organisation's part of a clue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CluePart {
    pub org: String,
    pub over: bool,
}

/// What one organisation owes on one warning or clue (办理任务).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    pub org: String,
    pub what: DutyKind,
    pub due_ms: i64,
    pub provisional: bool,
    pub done: bool,
    pub reminded: Option<ReminderStage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timer {
    /// A period ends: learn, lower, lift.
    ClosePeriod(Period),
    /// An enterprise's standing warning is looked at again.
    Recheck { subject: SubjectKey, warning_id: String },
    /// A piece of evidence about an enterprise has legally expired.
    Expire { subject: SubjectKey },
    /// A duty's next card.
    Remind { target: Target, org: String, what: DutyKind, due_ms: i64, stage: ReminderStage },
    /// A firm's evidence may have faded enough for its score to be published anew.
    Fade { subject: SubjectKey },
    /// What is known of a natural person may be old enough to be forgotten.
    Forget { enterprise: String },
    /// A source may have been silent for too long.
    Listen { topic: String },
    /// An hour that had red warnings is over.
    RedHour,
}

/// Ids seen, newest last, bounded by [`MAX_SEEN_IDS`]. Holds 64-bit hashes, not the ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SeenIds {
    set: BTreeSet<u64>,
    order: VecDeque<u64>,
}

impl SeenIds {
    /// Notes a record's key; true if it was there already.
    pub fn note(&mut self, hash: u64) -> bool {
        if !self.set.insert(hash) {
            return true;
        }
        self.order.push_back(hash);
        if self.order.len() > MAX_SEEN_IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        false
    }

    pub fn contains(&self, hash: u64) -> bool {
        self.set.contains(&hash)
    }

    pub fn len(&self) -> usize {
        self.set.len()
    }

    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counters {
    pub records: u64,
    pub dead_letters: u64,
    /// Records whose period was closed, or learned, already.
    pub late: u64,
    /// Records whose id was seen before.
    pub updates: u64,
    pub ticks: u64,
    /// Times a record said again what was said of the subject, and weighed nothing there.
    pub damped: u64,
    /// Tickets and reports that count as risk and belong to no matter.
    pub unclassified: u64,
    /// Tickets reopened soon after they were closed.
    pub false_closures: u64,
    /// Warnings ended as unfounded or about the wrong subject, by scope and level.
    pub false_alarms: [[u64; 4]; 2],
}
