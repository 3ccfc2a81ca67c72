//! Source records as intake types them, before anything is decided about them. Unknown fields are
//! ignored; `Option` marks what a feed may leave out.

use super::Indicator;
use super::codes::*;
use super::ids::IdHint;
use super::wire::{EnterpriseId, LongText, OwnId, TextList};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of record this is, in the order in which records of one event time are stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    Ticket,
    Report,
    Inspection,
    Penalty,
    Permit,
    Credit,
    Indicator,
    Observation,
    Alarm,
    Enterprise,
    Inspector,
    Disposition,
    Control,
}

impl RecordKind {
    pub const ALL: [RecordKind; 13] = [
        RecordKind::Ticket,
        RecordKind::Report,
        RecordKind::Inspection,
        RecordKind::Penalty,
        RecordKind::Permit,
        RecordKind::Credit,
        RecordKind::Indicator,
        RecordKind::Observation,
        RecordKind::Alarm,
        RecordKind::Enterprise,
        RecordKind::Inspector,
        RecordKind::Disposition,
        RecordKind::Control,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Ticket => "ticket",
            RecordKind::Report => "report",
            RecordKind::Inspection => "inspection",
            RecordKind::Penalty => "penalty",
            RecordKind::Permit => "permit",
            RecordKind::Credit => "credit",
            RecordKind::Indicator => "indicator",
            RecordKind::Observation => "observation",
            RecordKind::Alarm => "alarm",
            RecordKind::Enterprise => "enterprise",
            RecordKind::Inspector => "inspector",
            RecordKind::Disposition => "disposition",
            RecordKind::Control => "control",
        }
    }
}

/// The kinds of source a pipeline names; each is one record shape, or a tagged family of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    Tickets,
    Reports,
    Sector,
    Registry,
    Inspectors,
    Dispositions,
    Control,
}

impl SourceKind {
    pub const NAMES: [(&'static str, SourceKind); 7] = [
        ("tickets", SourceKind::Tickets),
        ("reports", SourceKind::Reports),
        ("sector", SourceKind::Sector),
        ("registry", SourceKind::Registry),
        ("inspectors", SourceKind::Inspectors),
        ("dispositions", SourceKind::Dispositions),
        ("control", SourceKind::Control),
    ];

    pub fn parse(text: &str) -> Option<SourceKind> {
        SourceKind::NAMES.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind)
    }

    pub fn as_str(self) -> &'static str {
        SourceKind::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Records of this source carry no time; with the feed clock they come before all others.
    pub fn undated(self) -> bool {
        matches!(self, SourceKind::Registry | SourceKind::Inspectors)
    }

    /// Where records of this source that could not be read stand among those of one event time.
    pub fn first_kind(self) -> RecordKind {
        match self {
            SourceKind::Tickets => RecordKind::Ticket,
            SourceKind::Reports => RecordKind::Report,
            SourceKind::Sector => RecordKind::Inspection,
            SourceKind::Registry => RecordKind::Enterprise,
            SourceKind::Inspectors => RecordKind::Inspector,
            SourceKind::Dispositions => RecordKind::Disposition,
            SourceKind::Control => RecordKind::Control,
        }
    }
}

/// One record of `hotline.tickets`. The caller has no field in it: phone and id number are hashed as the
/// record is read, where there is a key, and kept nowhere.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema)]
pub struct Ticket {
    #[schemars(with = "OwnId")]
    pub ticket_no: String,
    pub received_at_ms: i64,
    pub title: Option<String>,
    #[schemars(with = "Option<LongText>")]
    pub content: Option<String>,
    pub category: Option<String>,
    pub intent: Option<Intent>,
    pub region: Option<String>,
    pub address: Option<String>,
    pub subject_name: Option<String>,
    /// The enterprise's id in the realm's scheme.
    #[schemars(rename = "subject_uscc", with = "Option<EnterpriseId>")]
    pub subject_id: Option<String>,
    /// What `subject_uscc` says where it is no such id.
    #[schemars(skip)]
    pub subject_hint: Option<IdHint>,
    pub urgency: Option<Urgency>,
    pub relates_to: Option<String>,
    pub status: Option<TicketStatus>,
    pub status_at_ms: Option<i64>,
    /// False is 不属实: the department found nothing in it.
    pub verified: Option<bool>,
    pub handling_department: Option<String>,
    #[schemars(range(min = 1, max = 5))]
    pub satisfaction: Option<u8>,
}

/// One record of `platform.reports`: a clue from the platform, an association or the media.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Report {
    #[schemars(with = "OwnId")]
    pub report_id: String,
    pub reported_at_ms: i64,
    pub channel: Channel,
    pub source: Option<String>,
    pub title: Option<String>,
    #[schemars(with = "LongText")]
    pub content: String,
    pub region: Option<String>,
    pub subject_name: Option<String>,
    /// The enterprise's id in the realm's scheme.
    #[schemars(rename = "subject_uscc", with = "Option<EnterpriseId>")]
    pub subject_id: Option<String>,
    /// What `subject_uscc` says where it is no such id.
    #[schemars(skip)]
    pub subject_hint: Option<IdHint>,
    /// The matter it names itself, by its id in the pipeline.
    pub matter: Option<String>,
    /// 1 to 5.
    #[schemars(range(min = 1, max = 5))]
    pub severity: Option<u8>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Inspection {
    #[schemars(with = "OwnId")]
    pub inspection_id: String,
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub org: Option<String>,
    pub at_ms: i64,
    pub mode: Option<InspectionMode>,
    pub result: Option<InspectionResult>,
    /// What led to it, in the feed's own word (`Suspected Food Poisoning`).
    pub reason: Option<String>,
    /// Where the object lies, what it is and its risk class, in the feed's own words: outcomes of like
    /// objects are compared.
    pub object_area: Option<String>,
    pub object_type: Option<String>,
    pub risk_class: Option<String>,
}

#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Penalty {
    #[schemars(with = "OwnId")]
    pub penalty_id: String,
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub org: Option<String>,
    pub at_ms: i64,
    pub r#type: Option<String>,
    #[schemars(range(min = 0.0, max = 1e15))]
    pub amount_yuan: Option<f64>,
    pub expires_at_ms: Option<i64>,
    #[schemars(with = "Option<bool>")]
    pub revoked: bool,
}

#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Permit {
    #[schemars(with = "OwnId")]
    pub permit_id: String,
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub org: Option<String>,
    pub r#type: Option<String>,
    pub valid_from_ms: i64,
    pub valid_to_ms: Option<i64>,
    pub status: Option<PermitStatus>,
}

#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Credit {
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub class: String,
    pub at_ms: i64,
    #[schemars(with = "Option<bool>")]
    pub repaired: bool,
}

/// A figure of one firm.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Observation {
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub measure: String,
    pub value: f64,
    pub unit: Option<String>,
    pub at_ms: i64,
    /// A device's value that stands for no measurement.
    #[schemars(skip)]
    pub spoilt: bool,
}

#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Alarm {
    #[schemars(with = "OwnId")]
    pub alarm_id: String,
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub device: Option<String>,
    pub at_ms: i64,
    pub measure: String,
    pub value: f64,
    #[schemars(range(min = -1e15, max = 1e15))]
    pub limit: Option<f64>,
    pub unit: Option<String>,
    pub quality: Option<String>,
    /// The device's way of saying that it measured nothing.
    #[schemars(skip)]
    pub spoilt: bool,
}

/// One row of the directory of supervised objects (art. 10).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnterpriseRow {
    #[schemars(with = "EnterpriseId")]
    pub id: String,
    pub name: Option<String>,
    #[schemars(with = "Option<TextList>")]
    pub former_names: Vec<String>,
    #[schemars(with = "Option<TextList>")]
    pub aliases: Vec<String>,
    pub industry: Option<String>,
    pub region: Option<String>,
    pub address: Option<String>,
    pub size: Option<String>,
    #[schemars(range(max = 1e9))]
    pub outlets: Option<u32>,
    pub status: Option<String>,
    pub credit_class: Option<String>,
    #[schemars(with = "Option<EnterpriseId>")]
    pub parent: Option<String>,
    #[schemars(with = "Option<bool>")]
    pub branch: bool,
    #[schemars(with = "Option<bool>")]
    pub natural_person: bool,
    #[schemars(with = "Option<EnterpriseId>")]
    pub merged_into: Option<String>,
}

/// One row of the directory of inspectors (art. 10). Ids are pseudonymous.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InspectorRow {
    #[schemars(with = "OwnId")]
    pub inspector_id: String,
    pub org: String,
    #[schemars(with = "Option<TextList>")]
    pub qualifications: Vec<String>,
    /// Enterprises the inspector may not visit.
    #[schemars(with = "Option<TextList>")]
    pub recusals: Vec<String>,
}

/// One record of `dispositions.<org>`; the organisation is the topic's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disposition {
    #[schemars(with = "OwnId")]
    pub disposition_id: String,
    #[schemars(skip)]
    pub org: String,
    pub target: String,
    pub action: Action,
    pub at_ms: i64,
    /// A role, pseudonymous; never a person's name.
    pub by: Option<String>,
    pub outcome: Option<Outcome>,
    pub reason: Option<String>,
}

/// One record of `jianwei.control`: what only a named person may decide about the rules themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    #[schemars(with = "OwnId")]
    pub control_id: String,
    pub at_ms: i64,
    pub by: String,
    pub reason: String,
    #[schemars(flatten)]
    pub command: ControlCommand,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(tag = "command", rename_all = "snake_case")]
pub enum ControlCommand {
    /// Warnings of the matter that rest on statistics go no higher than this level until restored;
    /// triggers are never held back.
    Demote {
        matter: String,
        level: super::Level,
    },
    Restore {
        matter: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    Ticket(Ticket),
    Report(Report),
    Inspection(Inspection),
    Penalty(Penalty),
    Permit(Permit),
    Credit(Credit),
    Indicator(Indicator),
    Observation(Observation),
    Alarm(Alarm),
    Enterprise(EnterpriseRow),
    EnterpriseRemoved { id: String },
    Inspector(InspectorRow),
    InspectorRemoved { id: String },
    Disposition(Disposition),
    Control(Control),
}

impl Record {
    pub fn kind(&self) -> RecordKind {
        match self {
            Record::Ticket(_) => RecordKind::Ticket,
            Record::Report(_) => RecordKind::Report,
            Record::Inspection(_) => RecordKind::Inspection,
            Record::Penalty(_) => RecordKind::Penalty,
            Record::Permit(_) => RecordKind::Permit,
            Record::Credit(_) => RecordKind::Credit,
            Record::Indicator(_) => RecordKind::Indicator,
            Record::Observation(_) => RecordKind::Observation,
            Record::Alarm(_) => RecordKind::Alarm,
            Record::Enterprise(_) | Record::EnterpriseRemoved { .. } => RecordKind::Enterprise,
            Record::Inspector(_) | Record::InspectorRemoved { .. } => RecordKind::Inspector,
            Record::Disposition(_) => RecordKind::Disposition,
            Record::Control(_) => RecordKind::Control,
        }
    }

    /// The record's own id, which orders records of one event time. Kinds without one of their own
    /// are named by what they say and when.
    pub fn source_id(&self) -> String {
        match self {
            Record::Ticket(r) => r.ticket_no.clone(),
            Record::Report(r) => r.report_id.clone(),
            Record::Inspection(r) => r.inspection_id.clone(),
            Record::Penalty(r) => r.penalty_id.clone(),
            Record::Permit(r) => r.permit_id.clone(),
            Record::Credit(r) => format!("{}/{}", r.id, r.at_ms),
            Record::Indicator(r) => {
                let matter = r.matter.as_ref().map_or(String::new(), |m| format!("/{m}"));
                let region = r.region.as_deref().unwrap_or("");
                format!("{}/{region}/{}/{}{matter}", r.indicator, r.period.as_str(), r.period_start_ms)
            }
            Record::Observation(r) => format!("{}/{}/{}", r.id, r.measure, r.at_ms),
            Record::Alarm(r) => r.alarm_id.clone(),
            Record::Enterprise(r) => r.id.clone(),
            Record::EnterpriseRemoved { id } | Record::InspectorRemoved { id } => id.clone(),
            Record::Inspector(r) => r.inspector_id.clone(),
            Record::Disposition(r) => r.disposition_id.clone(),
            Record::Control(r) => r.control_id.clone(),
        }
    }

    /// When it happened, by its own account; `None` for kinds without a time.
    pub fn event_time_ms(&self) -> Option<i64> {
        match self {
            Record::Ticket(r) => Some(r.received_at_ms),
            Record::Report(r) => Some(r.reported_at_ms),
            Record::Inspection(r) => Some(r.at_ms),
            Record::Penalty(r) => Some(r.at_ms),
            Record::Permit(r) => Some(r.valid_from_ms),
            Record::Credit(r) => Some(r.at_ms),
            Record::Indicator(r) => Some(r.period_end_ms),
            Record::Observation(r) => Some(r.at_ms),
            Record::Alarm(r) => Some(r.at_ms),
            Record::Enterprise(_) | Record::EnterpriseRemoved { .. } | Record::Inspector(_) | Record::InspectorRemoved { .. } => {
                None
            }
            Record::Disposition(r) => Some(r.at_ms),
            Record::Control(r) => Some(r.at_ms),
        }
    }
}
