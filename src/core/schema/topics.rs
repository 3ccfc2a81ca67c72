//! The topics whose records have a schema: one line each.

use super::records::{control, dead_letter, input, output, sector, ticket};
use crate::domain::outputs::{Audit, Clue, OpenWarning, OperatorNotice, Profile, Reminder, Warning};
use crate::domain::{Disposition, EnterpriseRow, InspectorRow, Report, SourceKind};
use serde_json::{Value, json};

/// Which way records go, and what names their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Read by Jianwei, as a source of this kind.
    In(SourceKind),
    /// Written by Jianwei; the CloudEvents type.
    Out(&'static str),
    /// Written by Jianwei: source records' own bytes, what they are about in headers.
    Raw,
}

pub struct Topic {
    /// Names the schema's file and the folder of its examples.
    pub name: &'static str,
    /// The topic; `{org}` is an organisation's slug, `{topic}` a name that the pipeline gives.
    pub address: &'static str,
    pub carries: Carries,
    /// What the record key holds.
    pub key: &'static str,
    pub title: &'static str,
    pub(super) body: fn() -> Value,
}

#[rustfmt::skip]
pub const TOPICS: &[Topic] = &[
    topic("hotline.tickets", "{topic}", Carries::In(SourceKind::Tickets), "ticket_no", "Hotline ticket", ticket),
    topic("platform.reports", "{topic}", Carries::In(SourceKind::Reports), "report_id", "Report of a platform, an association or the media", input::<Report>),
    topic("sector.records", "{topic}", Carries::In(SourceKind::Sector), "the record's own id", "Sector record, by its kind", sector),
    topic("registry.enterprises", "{topic}", Carries::In(SourceKind::Registry), "id; a null value removes the enterprise", "Directory row of an enterprise", input::<EnterpriseRow>),
    topic("registry.inspectors", "{topic}", Carries::In(SourceKind::Inspectors), "inspector_id; a null value removes the inspector", "Directory row of an inspector", input::<InspectorRow>),
    topic("dispositions", "dispositions.{org}", Carries::In(SourceKind::Dispositions), "target", "What an organisation says of a warning or a clue", input::<Disposition>),
    topic("jianwei.control", "jianwei.control", Carries::In(SourceKind::Control), "any; the partition is the realm's", "What a named person decides about the rules", control),
    topic("warnings", "warnings.{org}", Carries::Out("jianwei.warning.v1"), "warning_id", "Warning", output::<Warning>),
    topic("reminders", "reminders.{org}", Carries::Out("jianwei.reminder.v1"), "warning_id or clue_id", "Reminder of a duty", output::<Reminder>),
    topic("clues", "clues.{org}", Carries::Out("jianwei.clue.v1"), "clue_id", "Clue: a source record passed on", output::<Clue>),
    topic("warnings.open", "warnings.open", Carries::Out("jianwei.open-warning.v1"), "realm/warning_id; null once lifted or withdrawn", "Open warning", output::<OpenWarning>),
    topic("risk.profiles", "risk.profiles", Carries::Out("jianwei.profile.v1"), "realm/matter/enterprise id; null once its evidence is forgotten", "Risk profile of an enterprise", output::<Profile>),
    topic("jianwei.audit", "jianwei.audit", Carries::Out("jianwei.audit.v1"), "realm", "Audit row", output::<Audit>),
    topic("jianwei.operators", "jianwei.operators", Carries::Out("jianwei.operators.v1"), "realm", "Notice to those who run Jianwei", output::<OperatorNotice>),
    topic("jianwei.dead-letters", "jianwei.dead-letters", Carries::Raw, "the record's own", "Headers of a dead letter", dead_letter),
];

const fn topic(
    name: &'static str,
    address: &'static str,
    carries: Carries,
    key: &'static str,
    title: &'static str,
    body: fn() -> Value,
) -> Topic {
    Topic { name, address, carries, key, title, body }
}

impl Topic {
    pub fn file(&self) -> String {
        format!("{}.schema.json", self.name)
    }

    /// The record's schema; of dead letters, their headers'.
    pub fn schema(&self) -> Value {
        let mut schema = (self.body)();
        schema["$id"] = json!(self.file());
        schema["title"] = json!(self.title);
        schema["x-topic"] = match self.carries {
            Carries::In(kind) if self.address == "{topic}" => json!(format!("what the pipeline names for {}", kind.as_str())),
            _ => json!(self.address.replace("{org}", "<org>")),
        };
        schema["x-key"] = json!(self.key);
        schema
    }
}
