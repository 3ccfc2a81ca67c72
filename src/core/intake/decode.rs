//! One source record's bytes → a typed record, or the reason why not.

use super::Ahead;
use super::bytes;
use super::caller::CallerKey;
use super::clean::note;
use super::fields::Fields;
use super::{mask, own_id, sensor};
use crate::domain::*;
use crate::journal::{Caller, Flag, Reason};
use crate::pipeline::{Model, Source};
use serde_json::Value;

/// A record intake could read.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    pub record: Record,
    pub flags: Vec<Flag>,
    pub day_resolution: bool,
    /// Who called, hashed; none without a key or a number.
    pub caller: Option<Caller>,
    /// What it says, if that was looked up before its turn.
    pub ahead: Option<Box<Ahead>>,
}

/// Why a record could not be read, and at which field. Never holds a value: values may be private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub reason: Reason,
    pub field: Option<String>,
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Rejection {
        Rejection { reason, field: None }
    }
}

pub fn decode(model: &Model, source: &Source, key: Option<&[u8]>, value: Option<&[u8]>) -> Result<Decoded, Rejection> {
    let key = key.and_then(|k| std::str::from_utf8(k).ok());
    let Some(value) = value else { return tombstone(model, source, key) };
    let mut flags = Vec::new();
    let text = bytes::text(value, &mut flags)?;
    let json: Value = serde_json::from_str(&text).map_err(|_| Rejection::from(Reason::BrokenJson))?;
    let Value::Object(row) = json else { return Err(Reason::NotAnObject.into()) };
    let mut fields = Fields::new(row, source, key, model, flags);
    let (record, day_resolution) = match source.kind {
        SourceKind::Tickets => ticket(&mut fields)?,
        SourceKind::Reports => report(&mut fields)?,
        SourceKind::Sector => sector(&mut fields, model)?,
        SourceKind::Registry => (Record::Enterprise(enterprise(&mut fields, model)?), false),
        SourceKind::Inspectors => (Record::Inspector(inspector(&mut fields)?), false),
        SourceKind::Dispositions => disposition(&mut fields, source.org.as_deref().unwrap_or_default())?,
        SourceKind::Control => control(&mut fields, model)?,
    };
    // Where hours matter. Inspections, penalties and permits are of a day.
    if day_resolution && matches!(record, Record::Ticket(_) | Record::Report(_) | Record::Alarm(_) | Record::Observation(_)) {
        note(&mut fields.flags, Flag::DayOnly);
    }
    let caller = model.caller_key.as_ref().and_then(|key| caller(&mut fields, model, &record, key));
    Ok(Decoded { record, flags: fields.flags, day_resolution, caller, ahead: None })
}

/// Who wrote a ticket or a report. Phone and id number go no further than this.
fn caller(f: &mut Fields, model: &Model, record: &Record, key: &CallerKey) -> Option<Caller> {
    let (Record::Ticket(Ticket { received_at_ms: at_ms, .. }) | Record::Report(Report { reported_at_ms: at_ms, .. })) = record
    else {
        return None;
    };
    let (phone, id_no) = (f.caller_text("caller_phone", "phone"), f.caller_text("caller_id_no", "id_no"));
    key.caller(model.zone, *at_ms, phone.as_deref(), id_no.as_deref())
}

/// A null value removes a row of a directory; elsewhere it says nothing.
fn tombstone(model: &Model, source: &Source, key: Option<&str>) -> Result<Decoded, Rejection> {
    match source.kind {
        SourceKind::Registry => {}
        SourceKind::Inspectors => {
            // As the row's own id was read.
            let mut flags = Vec::new();
            let id = key.map(|key| own_id::read(key, None, model, &mut flags));
            let id = id.filter(|k| !k.is_empty() && k.len() <= crate::domain::MAX_ID_BYTES);
            let id = id.ok_or(Rejection { reason: Reason::BadId, field: Some("inspector_id".into()) })?;
            return Ok(Decoded {
                record: Record::InspectorRemoved { id },
                flags,
                day_resolution: false,
                caller: None,
                ahead: None,
            });
        }
        _ => return Err(Reason::NullValue.into()),
    }
    let (id, _) = model.id_scheme.normalise(key.filter(|k| !mask::is_citizen_id(k)).unwrap_or_default());
    let id = id.ok_or(Rejection { reason: Reason::BadId, field: Some("id".into()) })?;
    Ok(Decoded { record: Record::EnterpriseRemoved { id }, flags: Vec::new(), day_resolution: false, caller: None, ahead: None })
}

impl Decoded {
    /// A status of a day that has not come is of no known day.
    pub fn forget_status_after(&mut self, latest_ms: i64) {
        if let Record::Ticket(ticket) = &mut self.record
            && ticket.status_at_ms.take_if(|at_ms| *at_ms > latest_ms).is_some()
        {
            note(&mut self.flags, Flag::UnreadableValue);
        }
    }

    /// The device has said the same for so long that it measures nothing.
    pub fn note_stuck(&mut self) {
        match &mut self.record {
            Record::Alarm(record) => record.spoilt = true,
            Record::Observation(record) => record.spoilt = true,
            _ => return,
        }
        note(&mut self.flags, Flag::SensorStuck);
    }
}

type Read = Result<(Record, bool), Rejection>;

fn ticket(f: &mut Fields) -> Read {
    let (received_at_ms, day) = f.required_time("received_at")?;
    let (subject_id, subject_hint) = f.hinted_id("subject_uscc");
    let ticket = Ticket {
        ticket_no: f.own_id_at("ticket_no", Some(received_at_ms))?,
        received_at_ms,
        title: f.title("title"),
        content: f.long_text("content"),
        category: f.category("category"),
        intent: f.word("intent", Intent::parse),
        region: f.region("region"),
        address: f.text("address"),
        subject_name: f.name("subject_name"),
        subject_id,
        subject_hint,
        urgency: f.word("urgency", Urgency::parse),
        relates_to: f.related_id("relates_to", received_at_ms),
        status: f.word("status", TicketStatus::parse),
        status_at_ms: f.time("status_at"),
        verified: f.bool("verified"),
        handling_department: f.name("handling_department"),
        satisfaction: f.number("satisfaction", 1.0..=5.0).map(|n| n as u8),
    };
    if ticket.content.is_none() && ticket.category.is_none() {
        return Err(Rejection { reason: Reason::MissingField, field: Some("content".into()) });
    }
    Ok((Record::Ticket(ticket), day))
}

fn report(f: &mut Fields) -> Read {
    let (reported_at_ms, day) = f.required_time("reported_at")?;
    let (subject_id, subject_hint) = f.hinted_id("subject_uscc");
    let channel = f.required_text("channel")?;
    let unknown = Rejection { reason: Reason::BadValue, field: Some("channel".into()) };
    let record = Report {
        report_id: f.own_id_at("report_id", Some(reported_at_ms))?,
        reported_at_ms,
        channel: Channel::parse(&channel).ok_or(unknown)?,
        source: f.text("source"),
        title: f.title("title"),
        content: f.required_long_text("content")?,
        region: f.region("region"),
        subject_name: f.name("subject_name"),
        subject_id,
        subject_hint,
        matter: f.text("matter"),
        severity: f.number("severity", 1.0..=5.0).map(|n| n as u8),
        url: f.verbatim("url"),
    };
    Ok((Record::Report(record), day))
}

fn sector(f: &mut Fields, model: &Model) -> Read {
    let kind = f.required_text("kind")?;
    match kind.as_str() {
        "inspection" => {
            let (at_ms, day) = f.required_time("at")?;
            let record = Inspection {
                inspection_id: f.own_id_at("inspection_id", Some(at_ms))?,
                id: f.required_enterprise_id("id")?,
                org: f.organisation("org"),
                at_ms,
                mode: f.word("mode", InspectionMode::parse),
                result: f.word("result", InspectionResult::parse),
                reason: f.text("reason"),
                object_area: f.text("object_area").map(free_label),
                object_type: f.text("object_type").map(free_label),
                risk_class: f.text("risk_class").map(free_label),
            };
            Ok((Record::Inspection(record), day))
        }
        "penalty" => {
            let (at_ms, day) = f.required_time("at")?;
            let record = Penalty {
                penalty_id: f.own_id_at("penalty_id", Some(at_ms))?,
                id: f.required_enterprise_id("id")?,
                org: f.organisation("org"),
                at_ms,
                r#type: f.text("type"),
                amount_yuan: f.number("amount_yuan", 0.0..=1e15),
                expires_at_ms: f.time("expires_at"),
                revoked: f.bool("revoked").unwrap_or(false),
            };
            Ok((Record::Penalty(record), day))
        }
        "permit" => {
            let (valid_from_ms, day) = f.required_time("valid_from")?;
            let record = Permit {
                permit_id: f.own_id_at("permit_id", Some(valid_from_ms))?,
                id: f.required_enterprise_id("id")?,
                org: f.organisation("org"),
                r#type: f.text("type"),
                valid_from_ms,
                valid_to_ms: f.time("valid_to"),
                status: f.word("status", PermitStatus::parse),
            };
            Ok((Record::Permit(record), day))
        }
        "credit" => {
            let (at_ms, day) = f.required_time("at")?;
            let record = Credit {
                id: f.required_enterprise_id("id")?,
                class: f.required_text("class")?,
                at_ms,
                repaired: f.bool("repaired").unwrap_or(false),
            };
            Ok((Record::Credit(record), day))
        }
        "indicator" => indicator(f, model),
        "observation" => {
            let (at_ms, day) = f.required_time("at")?;
            let mut record = Observation {
                id: f.required_enterprise_id("id")?,
                measure: f.required_text("measure")?,
                value: f.required_number("value")?,
                unit: f.text("unit"),
                at_ms,
                spoilt: false,
            };
            let fault = sensor::observation_fault(&record);
            record.spoilt = fault.is_some();
            f.flags.extend(fault);
            Ok((Record::Observation(record), day))
        }
        "alarm" => {
            let (at_ms, day) = f.required_time("at")?;
            let mut record = Alarm {
                alarm_id: f.own_id_at("alarm_id", Some(at_ms))?,
                id: f.required_enterprise_id("id")?,
                device: f.text("device"),
                at_ms,
                measure: f.required_text("measure")?,
                value: f.required_number("value")?,
                limit: f.number("limit", -1e15..=1e15),
                unit: f.text("unit"),
                quality: f.text("quality"),
                spoilt: false,
            };
            let fault = sensor::alarm_fault(&record);
            record.spoilt = fault.is_some();
            f.flags.extend(fault);
            Ok((Record::Alarm(record), day))
        }
        _ => Err(Rejection { reason: Reason::UnknownKind, field: Some("kind".into()) }),
    }
}

/// A free label; what the pipeline itself names stays as it is, all else without personal data. Before any id
/// is made of it.
fn label(text: String, known: bool) -> String {
    if known { text } else { mask::label(&text).into_owned() }
}

/// A label of what was inspected.
fn free_label(text: String) -> String {
    label(text, false)
}

fn indicator(f: &mut Fields, model: &Model) -> Read {
    let (period_start_ms, day) = f.required_time("period_start")?;
    let unknown = Rejection { reason: Reason::BadValue, field: Some("period".into()) };
    let period = Period::parse(&f.required_text("period")?).ok_or(unknown)?;
    let name = f.required_text("indicator")?;
    let listed = model
        .matters
        .values()
        .filter_map(|m| m.industry.as_ref())
        .any(|i| i.indicators.contains(&name) || i.falling.contains(&name));
    let record = Indicator {
        indicator: label(name, listed),
        region: f.region_if_given("region")?,
        matter: f.text("matter").map(|id| {
            let known = model.matters.contains_key(&id);
            label(id, known)
        }),
        period_start: f.required_verbatim("period_start")?,
        period_start_ms,
        period_end_ms: period.end_after_ms(f.zone(), period_start_ms),
        period,
        value: f.required_number("value")?,
        unit: f.text("unit"),
    };
    Ok((Record::Indicator(record), day))
}

/// Codes of sole traders (个体工商户) begin so (GB 32100: registrar 9, kind 2).
const SOLE_TRADER: &str = "92";

fn enterprise(f: &mut Fields, model: &Model) -> Result<EnterpriseRow, Rejection> {
    let id = f.required_enterprise_id("id")?;
    let sole_trader = model.id_scheme == IdScheme::Uscc && id.starts_with(SOLE_TRADER);
    Ok(EnterpriseRow {
        id,
        name: f.name("name"),
        former_names: f.list("former_names"),
        aliases: f.list("aliases"),
        industry: f.industry("industry"),
        region: f.region("region"),
        address: f.text("address"),
        size: f.text("size"),
        outlets: f.number("outlets", 0.0..=1e9).map(|n| n as u32),
        status: f.text("status"),
        credit_class: f.text("credit_class"),
        parent: f.enterprise_id("parent"),
        branch: f.bool("branch").unwrap_or(false),
        natural_person: f.bool("natural_person").unwrap_or(sole_trader),
        merged_into: f.enterprise_id("merged_into"),
    })
}

fn inspector(f: &mut Fields) -> Result<InspectorRow, Rejection> {
    Ok(InspectorRow {
        inspector_id: f.own_id("inspector_id")?,
        org: f.required_text("org")?,
        qualifications: f.list("qualifications"),
        recusals: f.list("recusals"),
    })
}

fn disposition(f: &mut Fields, org: &str) -> Read {
    let (at_ms, day) = f.required_time("at")?;
    let action_word = f.required_text("action")?;
    let unknown = Rejection { reason: Reason::UnknownAction, field: Some("action".into()) };
    let record = Disposition {
        disposition_id: f.own_id("disposition_id")?,
        org: org.to_string(),
        target: f.required_verbatim("target")?,
        action: Action::parse(&action_word).ok_or(unknown)?,
        at_ms,
        by: f.text("by"),
        outcome: f.word("outcome", Outcome::parse),
        reason: f.text("reason"),
    };
    Ok((Record::Disposition(record), day))
}

fn control(f: &mut Fields, model: &Model) -> Read {
    let (at_ms, day) = f.required_time("at")?;
    let word = f.required_text("command")?;
    let matter = f.required_text("matter")?;
    let bad = |field: &str| Rejection { reason: Reason::BadValue, field: Some(field.to_string()) };
    if !model.matters.contains_key(&matter) {
        return Err(bad("matter"));
    }
    let command = match word.as_str() {
        "demote" => {
            let level = f.required_text("level")?;
            ControlCommand::Demote { matter, level: Level::parse(&level).ok_or_else(|| bad("level"))? }
        }
        "restore" => ControlCommand::Restore { matter },
        _ => return Err(Rejection { reason: Reason::UnknownAction, field: Some("command".into()) }),
    };
    let record = Control {
        control_id: f.own_id("control_id")?,
        at_ms,
        by: f.required_text("by")?,
        reason: f.required_text("reason")?,
        command,
    };
    Ok((Record::Control(record), day))
}
