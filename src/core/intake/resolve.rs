//! A typed record → what it says about whom, given the directory as of the entry before it.

use super::{Decoded, Directory};
use crate::domain::{Fixed3, Indicator, Intent, Record, TicketStatus};
use crate::journal::{Attribution, AttributionMethod, Evidence, Fact, Figure, Flag, IndicatorFact, MatterHit, TextFact};
use crate::pipeline::{About, Condition, Model};

const MAX_CANDIDATES: usize = 8;

/// Turns a decoded record into the fact its entry will hold, adding flags where in doubt.
pub fn resolve(model: &Model, directory: &Directory, decoded: &mut Decoded) -> Fact {
    let flags = &mut decoded.flags;
    let record = match &decoded.record {
        Record::Enterprise(row) => return Fact::Enterprise(row.clone()),
        Record::EnterpriseRemoved { id } => return Fact::EnterpriseRemoved { id: id.clone() },
        Record::Inspector(row) => return Fact::Inspector(row.clone()),
        Record::InspectorRemoved { id } => return Fact::InspectorRemoved { id: id.clone() },
        Record::Disposition(d) => return Fact::Disposition(d.clone()),
        Record::Control(c) => return Fact::Control(c.clone()),
        record => record,
    };
    let (subject, candidates) = attribute(directory, record, flags);
    let row = subject.as_ref().and_then(|s| directory.get(&s.id));
    let industry = row.and_then(|r| r.industry.as_deref());
    let counts_as_risk = counts_as_risk(record);
    let mut evidence = Evidence {
        kind: record.kind(),
        region: region_of(record).or_else(|| row.and_then(|r| r.region.clone())),
        intent: None,
        status: None,
        verified: None,
        counts_as_risk,
        matters: matters(model, record, industry, counts_as_risk),
        credit_class: None,
        subject,
        candidates,
    };
    match record {
        Record::Ticket(t) => {
            evidence.intent = t.intent;
            evidence.status = t.status;
            evidence.verified = t.verified;
        }
        Record::Credit(c) => evidence.credit_class = Some(c.class.clone()),
        Record::Observation(o) => {
            return Fact::Figure(Figure { evidence, measure: o.measure.clone(), value: Fixed3::from_f64(o.value) });
        }
        Record::Indicator(i) => return Fact::Indicator(indicator(i, evidence)),
        _ => {}
    }
    match record {
        Record::Ticket(t) => Fact::Text(TextFact {
            relates_to: t.relates_to.clone(),
            status_at_ms: t.status_at_ms,
            ..TextFact::of(evidence, None)
        }),
        Record::Report(r) => Fact::Text(TextFact::of(evidence, Some(r.channel))),
        _ => Fact::Evidence(evidence),
    }
}

fn indicator(record: &Indicator, evidence: Evidence) -> IndicatorFact {
    IndicatorFact {
        indicator: record.indicator.clone(),
        period: record.period,
        period_start_ms: record.period_start_ms,
        period_start: record.period_start.clone(),
        value: record.value,
        matter: record.matter.clone(),
        evidence,
    }
}

fn region_of(record: &Record) -> Option<String> {
    match record {
        Record::Ticket(t) => t.region.clone(),
        Record::Report(r) => r.region.clone(),
        Record::Indicator(i) => i.region.clone(),
        _ => None,
    }
}

fn counts_as_risk(record: &Record) -> bool {
    match record {
        Record::Ticket(t) => {
            t.intent.unwrap_or(Intent::Complaint).counts_as_risk()
                && t.verified != Some(false)
                && t.status != Some(TicketStatus::Withdrawn)
        }
        Record::Penalty(p) => !p.revoked,
        _ => true,
    }
}

fn matters(model: &Model, record: &Record, industry: Option<&str>, counts_as_risk: bool) -> Vec<MatterHit> {
    let about = About::new(&model.words, record, industry);
    let any = |conditions: &[Condition]| conditions.iter().any(|c| c.holds(&about));
    let mut hits = Vec::new();
    let named = |id: &str| match record {
        Record::Report(r) => r.matter.as_deref() == Some(id),
        Record::Indicator(i) => i.matter.as_deref() == Some(id),
        _ => false,
    };
    for matter in model.matters.values().filter(|m| named(&m.id) || any(&m.matches)) {
        let mut hit = MatterHit { matter: matter.id.clone(), counted: false, evidence: Vec::new(), triggers: Vec::new() };
        if counts_as_risk {
            hit.counted = matter.industry.as_ref().is_some_and(|i| any(&i.count));
            let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
            hit.evidence = rules.filter(|r| any(&r.when)).map(|r| r.code.clone()).collect();
            hit.triggers = matter.triggers.iter().filter(|t| any(&t.when)).map(|t| t.code.clone()).collect();
        }
        hits.push(hit);
    }
    hits
}

/// Whom the record is about: the id given, else the exact name or alias where only one enterprise
/// has it; else nobody, and the candidates are named.
fn attribute(directory: &Directory, record: &Record, flags: &mut Vec<Flag>) -> (Option<Attribution>, Vec<String>) {
    let (id, name, region) = match record {
        Record::Ticket(r) => (&r.subject_id, &r.subject_name, &r.region),
        Record::Report(r) => (&r.subject_id, &r.subject_name, &r.region),
        Record::Inspection(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        Record::Penalty(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        Record::Permit(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        Record::Credit(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        Record::Observation(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        Record::Alarm(r) => return (by_id(directory, &r.id, flags), Vec::new()),
        _ => return (None, Vec::new()),
    };
    match (id, name) {
        (Some(id), _) => (by_id(directory, id, flags), Vec::new()),
        (None, Some(name)) => by_name(directory, name, region.as_deref(), flags),
        (None, None) => (None, Vec::new()),
    }
}

fn by_id(directory: &Directory, id: &str, flags: &mut Vec<Flag>) -> Option<Attribution> {
    if directory.get(id).is_none() && !flags.contains(&Flag::UnknownEnterprise) {
        flags.push(Flag::UnknownEnterprise);
    }
    Some(Attribution { id: id.to_string(), method: AttributionMethod::Id, confidence: Fixed3(1000) })
}

fn by_name(directory: &Directory, name: &str, region: Option<&str>, flags: &mut Vec<Flag>) -> (Option<Attribution>, Vec<String>) {
    let mut found = directory.by_name(name);
    // A firm that bears the name now goes before those that once bore it or are called by it.
    if found.iter().any(|(_, m)| *m == AttributionMethod::Name) {
        found.retain(|(_, m)| *m == AttributionMethod::Name);
    }
    if found.len() > 1 && region.is_some() {
        let here = |row: &crate::domain::EnterpriseRow| row.region.as_deref() == region;
        if found.iter().filter(|(row, _)| here(row)).count() == 1 {
            found.retain(|(row, _)| here(row));
        }
    }
    match found.as_slice() {
        [] => (None, Vec::new()),
        [(row, method)] => {
            let confidence = match method {
                AttributionMethod::Id | AttributionMethod::Name => Fixed3(950),
                AttributionMethod::FormerName => Fixed3(900),
                _ => Fixed3(800),
            };
            (Some(Attribution { id: row.id.clone(), method: *method, confidence }), Vec::new())
        }
        several => {
            flags.push(Flag::AmbiguousName);
            (None, several.iter().take(MAX_CANDIDATES).map(|(row, _)| row.id.clone()).collect())
        }
    }
}
