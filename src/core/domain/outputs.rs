//! Output records, as departments and analysts read them. Within a major version fields are only
//! added. They hold no Kafka offsets, host names or wall-clock reads: a replay gives the same bytes.

use super::{Category, Fixed3, Level};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WarningStatus {
    Raised,
    Upgraded,
    Downgraded,
    Lifted,
    Withdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Enterprise,
    Industry,
    /// Several warnings in one: red ones above the cap of an hour.
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Lead,
    Cooperating,
    Informed,
}

/// One record of `warnings.<org>`: a lead to verify, never a finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Warning {
    pub warning_id: String,
    pub revision: u32,
    pub status: WarningStatus,
    /// Why it is over, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<WarningEnd>,
    pub realm: String,
    /// Whom this copy is addressed to.
    pub org: String,
    pub scope: Scope,
    pub level: Level,
    pub category: Category,
    pub headline: String,
    pub disclaimer: String,
    pub matter: MatterRef,
    pub subject: SubjectRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// Industry warnings: what was seen against what is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surge: Option<Surge>,
    /// Industry warnings by an indicator that is a level: how far it is from what is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// 0-100, ranks within a level.
    pub score: u32,
    pub factors: Vec<Factor>,
    /// What speaks for the subject; the same shape, points of zero or less.
    pub against: Vec<Factor>,
    /// Enterprises: what would have to be absent for the next lower level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<Counterfactual>,
    pub evidence: Vec<EvidenceRef>,
    /// All evidence counted, of which `evidence` shows the newest.
    pub evidence_count: u64,
    pub role: Role,
    pub lead: String,
    /// Whom to reach at the lead, an office or a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_contact: Option<String>,
    pub cooperating: Vec<String>,
    pub duties: Vec<DutyRef>,
    pub visit: Visit,
    pub methods: Vec<String>,
    pub measures_suggested: Vec<String>,
    pub pipeline: PipelineRef,
    pub event_time: String,
    pub raised_at: String,
    pub updated_at: String,
    pub training: bool,
    /// The chance of an outcome of the matter, once its coefficients were learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<Chance>,
    /// Trades: sources counted here that are silent now. No count lowers the level meanwhile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent_feeds: Vec<SilentFeed>,
    /// Other warnings it stands for, or brings together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Grouped>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupWhy {
    /// Red warnings above the cap of an hour: their organisations know them as orange until there is room.
    RedsHeldBack,
    /// The firms of a trade that has turned red, told once.
    RedTrade,
}

/// Warnings brought together in one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Grouped {
    pub why: GroupWhy,
    pub count: u64,
    /// The first hundred.
    pub warnings: Vec<GroupedWarning>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GroupedWarning {
    pub warning_id: String,
    pub scope: Scope,
    pub level: Level,
    pub matter: String,
    /// An enterprise's id, or a trade's region.
    pub subject: String,
    pub name: Option<String>,
    pub region: Option<String>,
    pub lead: String,
}

/// A source that says nothing, or far too little, since then.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SilentFeed {
    pub topic: String,
    pub kind: String,
    pub since: String,
}

/// How likely it is that the next visit finds what the matter's outcome says, from what was known the
/// day before.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Chance {
    pub value: Fixed3,
    /// What may be found.
    pub event: String,
    /// Within so many days; null: at the next visit, whenever that is. What visits found tells nothing of a time.
    pub horizon_days: Option<u32>,
    /// How many outcomes taught the coefficients.
    pub n: u32,
    /// The day of the last of them.
    pub learned_to: String,
    /// The version of the pipeline they stand in.
    pub version: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MatterRef {
    pub id: String,
    pub name: String,
    /// Says itself where nobody has checked it yet (依据待核实).
    pub basis: String,
    /// Where the basis was read.
    pub basis_source: String,
    /// Of the text or the page it was read on: a year, a month or a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_date: Option<String>,
    pub basis_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide_url: Option<String>,
    /// Nobody leads this trade yet: the coordinating office stands in (art. 7).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lead_undetermined: bool,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SubjectRef {
    pub id: String,
    pub name: Option<String>,
    pub region: Option<String>,
    pub region_name: Option<String>,
    pub address: Option<String>,
    pub industry: Option<String>,
    pub natural_person: bool,
    /// The enterprise it was merged into, which its evidence and its warnings went over to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
}

/// A trigger event that set a least level at once, unverified.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TriggerRef {
    pub code: String,
    pub text: String,
    pub source_id: String,
    pub verified: bool,
}

/// What a level promises over its scope.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Promise {
    pub false_alarms_per_year: Fixed3,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Surge {
    pub period_start: String,
    pub period: String,
    /// The indicator this is a period of; left out for counts of records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    pub observed: u64,
    pub expected: Fixed3,
    /// observed / expected.
    pub rate_ratio: Fixed3,
    /// P(Y >= observed) in parts per million million; 0 is below 1e-12.
    pub p_e12: u64,
}

/// A price, a concentration, far from what was usual.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Change {
    pub period_start: String,
    pub period: String,
    pub indicator: String,
    pub value: Fixed3,
    pub usual: Fixed3,
    /// (value - usual) / usual.
    pub share: Fixed3,
    /// It has crept there over many periods; `usual` is what it was before.
    pub drift: bool,
    /// The chance of so far a figure in parts per million million; 0 is below 1e-12.
    pub p_e12: u64,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Factor {
    pub code: String,
    /// Enterprises: tenths of a log-odds unit; `factors` and `against` add up to `10 * logit(score)`.
    /// Industries: one factor whose points are the score.
    pub points: i64,
    pub text: String,
    pub evidence: Vec<String>,
}

/// What would have to be absent for the next lower level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counterfactual {
    /// The level there would be; null: no warning.
    pub level: Option<Level>,
    /// Codes of factors and triggers, as few as it takes; at most 8.
    pub without: Vec<String>,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EvidenceRef {
    pub source: String,
    pub id: String,
    pub at: String,
    pub kind: String,
    pub verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<AttributionRef>,
    /// A masked piece of what the record says, at most 120 characters, where the matter asks for it; only
    /// in copies to the lead and to cooperating organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AttributionRef {
    pub method: String,
    pub confidence: Fixed3,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DutyRef {
    pub org: String,
    pub what: String,
    #[schemars(extend("format" = "date-time"))]
    pub by: String,
    pub provisional: bool,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Visit {
    pub suggested: bool,
    pub prior_notice: bool,
    /// Other open warnings of the subject, to be joined in one visit (art. 14).
    pub joined_warnings: Vec<String>,
    pub last_inspected: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PipelineRef {
    pub name: String,
    pub version: String,
    pub hash: String,
}

/// One record of `warnings.open` (compacted): the present for a newcomer. Null when lifted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OpenWarning {
    pub warning_id: String,
    pub realm: String,
    pub revision: u32,
    pub level: Level,
    pub scope: Scope,
    pub matter: String,
    pub subject: String,
    pub headline: String,
    pub lead: String,
    pub cooperating: Vec<String>,
    pub raised_at: String,
    pub acknowledged: bool,
    /// As in the warning; the row is written again when a source falls silent and when it speaks again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent_feeds: Vec<SilentFeed>,
    /// Red, and above the cap of the hour: its organisations know it as orange, a grouped warning names it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
}

/// One record of `risk.profiles` (compacted): the target list of article 17.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Profile {
    pub realm: String,
    pub subject: SubjectRef,
    pub matter: String,
    pub level: Option<Level>,
    pub score: u32,
    pub factors: Vec<Factor>,
    pub against: Vec<Factor>,
    /// What would have to be absent for the next lower level than what is known asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<Counterfactual>,
    pub evidence_count: u64,
    pub last_inspected: Option<String>,
    pub credit_class: Option<String>,
    pub as_of: String,
    /// The chance of an outcome of the matter, once its coefficients were learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<Chance>,
}

/// Where a clue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClueStatus {
    PassedOn,
    Closed,
    Withdrawn,
}

/// Why a warning is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningEnd {
    /// It had calmed down, level by level.
    Calm,
    /// The lead closed it.
    Closed,
    /// All that held it was withdrawn, or found to be unfounded.
    TakenBack,
    /// It was about another subject.
    WrongSubject,
    /// The enterprise was merged into another.
    Merged,
    /// Another pipeline does not have the matter.
    MatterGone,
}

impl WarningEnd {
    pub fn status(self) -> WarningStatus {
        match self {
            WarningEnd::WrongSubject => WarningStatus::Withdrawn,
            _ => WarningStatus::Lifted,
        }
    }
}

/// Why a clue is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClueEnd {
    /// Every organisation closed, returned or declined its part.
    DealtWith,
    /// The record was withdrawn, or found to be unfounded.
    TakenBack,
    /// It was the oldest when too many were open.
    TooManyOpen,
}

/// As what an organisation gets a clue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClueRole {
    /// It leads a matter the record belongs to.
    Lead,
    /// The coordinating office: nobody leads what the record speaks of, or too many do.
    Coordinating,
}

/// One record of `clues.<org>` (art. 16): a source record passed on to the organisations it
/// concerns. It says where to read the record, never what the record says.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Clue {
    pub clue_id: String,
    pub revision: u32,
    pub status: ClueStatus,
    /// Why it is over; none while it is passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<ClueEnd>,
    pub realm: String,
    /// Whom this copy is addressed to.
    pub org: String,
    pub role: ClueRole,
    /// Everyone who gets a copy.
    pub organisations: Vec<String>,
    pub headline: String,
    pub disclaimer: String,
    pub why: WhyRef,
    pub source: ClueSource,
    pub matters: Vec<ClueMatter>,
    /// All matters the record belongs to, of which `matters` shows the first.
    pub matter_count: u32,
    pub region: Option<String>,
    pub region_name: Option<String>,
    /// The enterprise the record is about, where it is known.
    pub subject: Option<SubjectRef>,
    /// Enterprises that may be meant, where it is not.
    pub candidate_count: u32,
    /// Ids of tickets that say nearly the same, or speak of one thing, and belong to no matter, oldest first
    /// (20 at most); only where `why` is `unclassified_cluster`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What these tickets are, where `why` is `unclassified_cluster`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClueCluster>,
    pub duties: Vec<DutyRef>,
    pub event_time: String,
    pub passed_on_at: String,
    pub updated_at: String,
    pub pipeline: PipelineRef,
    pub training: bool,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WhyRef {
    pub code: String,
    pub text: String,
}

/// A cluster of tickets of no matter.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClueCluster {
    /// How many there were when it was passed on, one caller counted once a day; `sources` names the newest.
    pub size: u32,
    /// Words at least five of them share (or as many as the pipeline asks for) and others seldom have, the
    /// most frequent first (8 at most); none where they say nearly the same, or where each may be a person's name.
    pub words: Vec<String>,
}

/// Where the record itself can be read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClueSource {
    pub kind: String,
    pub id: String,
    /// Reports: how it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClueMatter {
    pub id: String,
    pub name: String,
    pub lead: String,
}

/// The ladder of article 17 for duties not done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderStage {
    /// 临期提醒: the due time is near.
    DueSoon,
    /// 催办
    UrgingNotice,
    /// 督办, the superior is copied.
    SupervisedHandling,
    /// 通报
    CircularNotice,
}

/// One record of `reminders.<org>`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reminder {
    pub reminder_id: String,
    pub realm: String,
    /// What the duty is about: a warning or a clue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clue_id: Option<String>,
    /// Whom this copy is addressed to.
    pub to: String,
    /// Who owes the duty.
    pub org: String,
    pub what: String,
    pub stage: ReminderStage,
    pub due_at: String,
    pub provisional: bool,
    pub copied_to: Vec<String>,
    /// The warning's; a clue has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    pub headline: String,
    pub sent_at: String,
}

/// One record of `jianwei.operators`: for those who run Jianwei, not for the departments.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OperatorNotice {
    pub realm: String,
    pub code: String,
    pub at: String,
    pub text: String,
    /// `feed` where it is about a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedNotice>,
    /// The warnings it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Nothing comes.
    Silent,
    /// Far less comes than usual.
    Quiet,
    /// It is over.
    Back,
}

impl FeedState {
    pub const ALL: [FeedState; 3] = [FeedState::Silent, FeedState::Quiet, FeedState::Back];

    /// What the notice is called.
    pub fn code(self) -> &'static str {
        match self {
            FeedState::Silent => "feed_silent",
            FeedState::Quiet => "feed_quiet",
            FeedState::Back => "feed_back",
        }
    }
}

/// A source that is quieter than its own past allows, or is no longer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FeedNotice {
    pub topic: String,
    /// Of the source: tickets, reports, sector.
    pub kind: String,
    pub state: FeedState,
    /// Its last record before, or the beginning of the day that was too poor.
    pub since: String,
    /// `back`: when it spoke again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Records that came in the time judged, and how many are usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual: Option<Fixed3>,
}

/// One record of `jianwei.audit`: who decided what about a warning or a rule.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Audit {
    pub realm: String,
    pub what: String,
    pub at: String,
    pub target: String,
    pub by: Option<String>,
    pub org: Option<String>,
    pub detail: String,
}

/// One row of `assessments.ndjson`: a closed period of a series, and what was usual there. It is
/// written for evaluation, where it is asked for, and never published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessed {
    /// A matter's series: `matter@region`.
    pub subject: Option<String>,
    pub indicator: Option<String>,
    pub matter: Option<String>,
    pub region: Option<String>,
    /// Indicators: as the record gives it.
    pub period_start: String,
    pub period: &'static str,
    /// When it was over: for readers in this process.
    #[serde(skip)]
    pub end_ms: i64,
    pub observed: Observed,
    #[serde(flatten)]
    pub judged: Judged,
    pub level: Option<Level>,
}

/// A count, or a figure that is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Observed {
    Count(u64),
    Figure(Fixed3),
}

/// The figures of one judgement. All are null before anything was learned, `p` while a series is grey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Judged {
    pub expected: Option<Fixed3>,
    /// Variance over mean, the level's own uncertainty included.
    pub dispersion: Option<Fixed3>,
    /// The chance of as much as this in one period, or in two with the one before, to 1e-12.
    #[serde(rename = "p", serialize_with = "probability")]
    pub p_e12: Option<u64>,
    /// How often as small a p really came, by the pipeline's tail map; null without one.
    #[serde(rename = "p_calibrated", serialize_with = "probability")]
    pub p_calibrated_e12: Option<u64>,
    /// Log likelihood ratio for a lasting rise, summed since it last spoke against one; null while grey.
    pub drift: Option<Fixed3>,
}

/// Parts per million million as a number: the one bare decimal of more than three places.
fn probability<S: serde::Serializer>(p_e12: &Option<u64>, s: S) -> Result<S::Ok, S::Error> {
    p_e12.map(|p| p as f64 / 1e12).serialize(s)
}
