//! What stands in the journal. Variants and fields are only ever added at the end: the codec writes
//! positions, not names.

use crate::domain::{Channel, Control, Disposition, EnterpriseRow, Fixed3, InspectorRow, Intent, RecordKind, TicketStatus};
use crate::pipeline::{Clock, Period};
use serde::{Deserialize, Serialize};

/// One record of the journal. `seq` is dense from 0; `stamp_ms` never falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: u64,
    pub stamp_ms: i64,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "nearly all entries are records, and few are held at a time")]
pub enum Body {
    /// The first entry of a realm.
    Genesis(Genesis),
    /// Another pipeline takes effect.
    Activate { bundle_zstd: Vec<u8> },
    /// Time passed; nothing else happened.
    Tick,
    /// A source record intake could read.
    Record(RecordEntry),
    /// A source record intake could not read; the bytes are on the dead-letter topic.
    DeadLetter(DeadLetter),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Genesis {
    pub realm: String,
    /// Names this journal for ever: snapshots of another one are refused.
    pub journal_id: String,
    pub engine_version: u32,
    pub clock: Clock,
    /// Feed clock: records of a later time are dead letters.
    pub feed_until_ms: i64,
    pub bundle_zstd: Vec<u8>,
}

/// Where a source record was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePosition {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// The offset a reader must go back to so as to see every record of the partition that has no
    /// entry yet. With the wall clock it is `offset + 1`; with the feed clock records of one event
    /// time are stamped in an order of their own, and earlier offsets may still wait.
    pub resume_offset: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordEntry {
    pub source: SourcePosition,
    pub id: String,
    pub event_time_ms: Option<i64>,
    /// Only the day of the event is known.
    pub day_resolution: bool,
    pub flags: Vec<Flag>,
    pub fact: Fact,
}

/// What one source record says, as far as the engine is concerned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    Evidence(Evidence),
    Enterprise(EnterpriseRow),
    EnterpriseRemoved {
        id: String,
    },
    Inspector(InspectorRow),
    InspectorRemoved {
        id: String,
    },
    Disposition(Disposition),
    Control(Control),
    /// Read and understood, but no rule of the pipeline uses it yet.
    Unused {
        kind: RecordKind,
    },
    /// An observation, with what was observed: rules compare it with limits and with peers.
    Figure(Figure),
    Indicator(IndicatorFact),
    /// A report: evidence, and how it came (art. 16).
    Report {
        channel: Channel,
        evidence: Evidence,
    },
    /// A ticket or a report, with what its text gave.
    Text(TextFact),
    /// What a device measured: an alarm, or an observation that is no count of people or money.
    Reading(ReadingFact),
    /// A penalty or a permit, which holds for a time.
    Lasting(LastingFact),
    /// A sector record that tells an outcome, or that a term of one counts.
    Outcome(OutcomeFact),
    /// A ticket of no matter, with what it speaks of.
    Unsorted(UnsortedFact),
    /// An indicator that is no count, whatever its figure: its unit or the pipeline says so.
    Measure(IndicatorFact),
}

impl Fact {
    /// What it says about one subject, if it says something.
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Fact::Evidence(evidence)
            | Fact::Figure(Figure { evidence, .. })
            | Fact::Report { evidence, .. }
            | Fact::Text(TextFact { evidence, .. })
            | Fact::Reading(ReadingFact { evidence, .. })
            | Fact::Lasting(LastingFact { evidence, .. }) => Some(evidence),
            Fact::Outcome(OutcomeFact { evidence, .. }) => Some(evidence),
            Fact::Unsorted(UnsortedFact { text, .. }) => Some(&text.evidence),
            _ => None,
        }
    }

    /// What a ticket or a report says, if it is one.
    pub fn text(&self) -> Option<&TextFact> {
        match self {
            Fact::Text(text) | Fact::Unsorted(UnsortedFact { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// The same, taken out.
    pub fn into_text(self) -> Option<TextFact> {
        match self {
            Fact::Text(text) | Fact::Unsorted(UnsortedFact { text, .. }) => Some(text),
            _ => None,
        }
    }
}

/// What a ticket or a report says, and what the engine needs to weigh it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextFact {
    /// Its subject is the one accused in the first place.
    pub evidence: Evidence,
    /// Reports: how it came (art. 16).
    pub channel: Option<Channel>,
    /// What the subject's attribution rests on; none for an id given in its own field.
    pub span: Option<Span>,
    /// Others who are accused too.
    pub secondary: Vec<Named>,
    /// Similarity sketch of the text (SimHash); none for a text too short to compare.
    pub sketch: Option<u64>,
    pub caller: Option<Caller>,
    /// The record it adds to, by that one's own id.
    pub relates_to: Option<String>,
    pub status_at_ms: Option<i64>,
    /// Slugs of the organisations that handle it.
    pub departments: Vec<String>,
    /// A masked piece of the text, only where a matter asks for it.
    pub excerpt: Option<String>,
}

impl TextFact {
    /// A text nothing more is known of.
    pub fn of(evidence: Evidence, channel: Option<Channel>) -> TextFact {
        TextFact {
            evidence,
            channel,
            span: None,
            secondary: Vec::new(),
            sketch: None,
            caller: None,
            relates_to: None,
            status_at_ms: None,
            departments: Vec::new(),
            excerpt: None,
        }
    }
}

/// A ticket of no matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnsortedFact {
    pub text: TextFact,
    /// Pairs of characters and words of its masked text, without those any complaint has, in order of their
    /// bits ([`crate::intake::term_text`] writes them).
    pub terms: Vec<u64>,
}

/// An enterprise a text accuses, and where it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub attribution: Attribution,
    pub span: Option<Span>,
}

/// A piece of one field as intake read it, in characters: `from` the first, `to` the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub field: TextField,
    pub from: u32,
    pub to: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TextField {
    SubjectName,
    Title,
    Content,
    Address,
}

impl TextField {
    pub fn as_str(self) -> &'static str {
        match self {
            TextField::SubjectName => "subject_name",
            TextField::Title => "title",
            TextField::Content => "content",
            TextField::Address => "address",
        }
    }
}

/// Who wrote, as nobody can read it: a keyed hash that changes with the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Names the key it was made with.
    pub key_id: String,
    pub day_hash: u64,
}

/// What holds until a day its record names, or until it is taken away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastingFact {
    pub evidence: Evidence,
    pub holds: Holds,
}

/// Until when something holds, whether it still does, and what it allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holds {
    pub until_ms: Option<i64>,
    /// It holds no more: what it gave is taken back.
    pub revoked: bool,
    pub permit: Option<PermitFact>,
}

/// What a permit allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermitFact {
    pub r#type: String,
    pub in_force: bool,
}

/// A figure of one enterprise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub evidence: Evidence,
    pub measure: String,
    pub value: Fixed3,
}

/// A reading of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingFact {
    pub evidence: Evidence,
    /// The firm, the device and what it measures, hashed: readings of one are compared with each other.
    pub series: u64,
    /// Observations: what rules compare with limits and with peers.
    pub measure: Option<String>,
    pub value: Fixed3,
    pub says: Says,
}

/// What a reading is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Says {
    Measured,
    /// The device's way of saying that it measured nothing.
    Nothing,
    /// The same as so often before that it measures nothing.
    Stuck,
}

/// A figure of a trade over one closed period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorFact {
    pub indicator: String,
    pub period: Period,
    pub period_start_ms: i64,
    /// As the record gives it.
    pub period_start: String,
    pub value: f64,
    /// The matter the record names, known to the pipeline or not.
    pub matter: Option<String>,
    /// Its region, and the matters and triggers it meets.
    pub evidence: Evidence,
}

/// Evidence, and what it means to the outcomes of its matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFact {
    pub evidence: Evidence,
    /// Of penalties and permits.
    pub holds: Option<Holds>,
    pub object: ObjectLabels,
    pub hits: Vec<OutcomeHit>,
}

/// Where the inspected object lies, what it is and its risk class, in the feed's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLabels {
    pub area: Option<String>,
    pub object_type: Option<String>,
    pub risk_class: Option<String>,
}

/// What a record means to the outcomes of one matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeHit {
    pub matter: String,
    /// Whether it happened, where the record is an outcome.
    pub happened: Option<bool>,
    /// Nobody chose it for its risk.
    pub random: bool,
    /// Codes of the terms whose conditions it meets.
    pub terms: Vec<String>,
}

/// What one record says about one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub kind: RecordKind,
    pub subject: Option<Attribution>,
    /// Enterprises that may be meant, where intake abstained.
    pub candidates: Vec<String>,
    pub region: Option<String>,
    pub intent: Option<Intent>,
    pub status: Option<TicketStatus>,
    pub verified: Option<bool>,
    pub counts_as_risk: bool,
    pub matters: Vec<MatterHit>,
    /// Credit records: the class given.
    pub credit_class: Option<String>,
}

impl Evidence {
    /// All that a matter's series asks of a record.
    pub fn counted(kind: RecordKind, subject: Attribution, region: Option<String>) -> Evidence {
        Evidence {
            kind,
            subject: Some(subject),
            candidates: Vec::new(),
            region,
            intent: None,
            status: None,
            verified: None,
            counts_as_risk: true,
            matters: Vec::new(),
            credit_class: None,
        }
    }

    /// Whether the record takes back what it said before: withdrawn, or 不属实.
    pub fn takes_back(&self) -> bool {
        self.status == Some(TicketStatus::Withdrawn) || self.verified == Some(false)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    pub id: String,
    pub method: AttributionMethod,
    pub confidence: Fixed3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributionMethod {
    Id,
    Name,
    FormerName,
    Alias,
    /// An id that stands in the text.
    IdInText,
    /// The name without its region or its legal form.
    ShortName,
    /// The brand alone, with a trade, a region or a street beside it that only one enterprise fits.
    Brand,
    /// Sounds the same (宏远, 鸿源).
    Homophone,
    /// Another word for the same trade (客运, 运输).
    TradeVariant,
}

impl AttributionMethod {
    pub fn as_str(self) -> &'static str {
        match self {
            AttributionMethod::Id => "id",
            AttributionMethod::Name => "name",
            AttributionMethod::FormerName => "former_name",
            AttributionMethod::Alias => "alias",
            AttributionMethod::IdInText => "id_in_text",
            AttributionMethod::ShortName => "short_name",
            AttributionMethod::Brand => "brand",
            AttributionMethod::Homophone => "homophone",
            AttributionMethod::TradeVariant => "trade_variant",
        }
    }
}

/// A matter the record belongs to, and which of its rules it meets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatterHit {
    pub matter: String,
    /// Counted in the matter's industry series.
    pub counted: bool,
    pub evidence: Vec<String>,
    pub triggers: Vec<String>,
}

/// Why a source record became a dead letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub source: SourcePosition,
    pub reason: Reason,
    pub field: Option<String>,
}

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }
    };
}

codes! {
    Reason {
        /// Longer than a source record may be.
        TooLarge = "too_large",
        /// Neither UTF-8 nor GB18030.
        Undecodable = "undecodable",
        BrokenJson = "broken_json",
        /// JSON, but no object.
        NotAnObject = "not_an_object",
        /// A null value where only the directory has them.
        NullValue = "null_value",
        MissingField = "missing_field",
        WrongType = "wrong_type",
        UnknownKind = "unknown_kind",
        UnknownAction = "unknown_action",
        BadTime = "bad_time",
        BadId = "bad_id",
        /// Later than the feed's end, or more than a day ahead of the wall clock.
        FutureTime = "future_time",
        /// A known shape whose values say nothing the realm knows (a control record for no matter).
        BadValue = "bad_value",
    }
}

codes! {
    /// A repair or a doubt intake noted; every flag has one code.
    Flag {
        /// The bytes were GB18030.
        Gb18030 = "gb18030",
        ByteOrderMark = "byte_order_mark",
        /// A text longer than its bound was cut at a character.
        TextCut = "text_cut",
        /// An optional value of an unknown word became null.
        UnknownWord = "unknown_word",
        /// An optional value of the wrong shape became null.
        UnreadableValue = "unreadable_value",
        UnknownRegion = "unknown_region",
        /// The id's check character does not fit.
        IdCheckCharacter = "id_check_character",
        /// The id does not have the scheme's shape and became null.
        IdMalformed = "id_malformed",
        /// The id is not in the directory.
        UnknownEnterprise = "unknown_enterprise",
        /// Its period was closed when it came: counted in no series.
        Late = "late",
        /// A name several enterprises have.
        AmbiguousName = "ambiguous_name",
        /// UTF-8 read in another encoding and written again was put right, once.
        DoubleEncoded = "double_encoded",
        /// Tags or entities.
        HtmlRemoved = "html_removed",
        /// Zero-width, control and no-break characters.
        InvisibleRemoved = "invisible_removed",
        /// Full-width or compatibility forms became plain ones (NFKC).
        WidthFolded = "width_folded",
        TraditionalFolded = "traditional_folded",
        /// Line breaks and tabs at either end.
        PaddingRemoved = "padding_removed",
        /// Spaces inside a name.
        NameSpacesRemoved = "name_spaces_removed",
        /// A value that says nothing (无, /, 0001-01-01) became null.
        Placeholder = "placeholder",
        /// A bare number was read as a time: by its digits, as an epoch or as a spreadsheet's serial.
        BareNumberTime = "bare_number_time",
        /// An id in lower case, in full-width characters or with spaces was written in its form.
        IdFolded = "id_folded",
        /// An id a spreadsheet made a rounded number of became null.
        IdScientific = "id_scientific",
        /// An id of which only fifteen digits are left became null.
        IdTruncated = "id_truncated",
        /// A malformed id is one of the directory's with 0 for O: that one is a candidate.
        IdSuggested = "id_suggested",
        /// The id is a registration number or an organisation code.
        OtherId = "other_id",
        /// A handling department the pipeline does not know was left out.
        UnknownDepartment = "unknown_department",
        /// A device's value that stands for no measurement (9999): it meets no limit.
        SensorSentinel = "sensor_sentinel",
        /// The device says that its value is stuck or bad: it meets no limit.
        SensorStuck = "sensor_stuck",
        /// An id of a record that is, or holds, a telephone or id card number was replaced.
        PrivateId = "private_id",
        /// Only the day of the event is known.
        DayOnly = "day_only",
        /// The code given is one enterprise's, the whole name beside it another's.
        IdAndNameDiffer = "id_and_name_differ",
        /// It says itself that it is a test (测试工单): no risk.
        TestRecord = "test_record",
        /// An indicator's second figure of its newest period: it takes the place of the first.
        Correction = "correction",
    }
}
