//! What of a record may stand in its entry. Every text of every fact is decided about here, one by one, so
//! that a new one can't be forgotten: it does not compile.

use super::{Decoded, Directory};
use super::{mask, secrecy, terms};
use crate::domain::{Channel, Control, Disposition, EnterpriseRow, IdHint, IdScheme, InspectorRow, Intent, Record, Ticket};
use crate::journal::{
    Evidence, Fact, Figure, Holds, IndicatorFact, LastingFact, OutcomeFact, PermitFact, ReadingFact, Span, TextFact, TextField,
    UnsortedFact,
};
use crate::pipeline::Model;
use std::borrow::Cow;

/// Turns a decoded record into the fact its entry will hold, adding flags where in doubt; without
/// telephones, id numbers and the like, and with an excerpt only where one may be shown.
pub fn resolve(model: &Model, directory: &Directory, decoded: &mut Decoded) -> Fact {
    let mut fact = super::resolve::resolve(model, directory, decoded);
    if let Fact::Text(text) = &mut fact {
        text.excerpt = excerpt(model, &decoded.record, text);
    }
    keep_out(&mut fact);
    with_terms(&decoded.record, fact)
}

/// A ticket of no matter, with what it speaks of, so that the engine may find that many speak of one thing
/// nobody is in charge of (art. 7); none of whistle-blowers and of those who do not want to be known.
fn with_terms(record: &Record, fact: Fact) -> Fact {
    let terms = match (record, fact.evidence()) {
        (Record::Ticket(ticket), Some(evidence)) if evidence.counts_as_risk && evidence.matters.is_empty() => terms_of(ticket),
        _ => Vec::new(),
    };
    match fact {
        Fact::Text(text) if !terms.is_empty() => Fact::Unsorted(UnsortedFact { text, terms }),
        fact => fact,
    }
}

fn terms_of(ticket: &Ticket) -> Vec<u64> {
    if ticket.intent == Some(Intent::Report) || speaks_of_reporting(ticket) {
        return Vec::new();
    }
    let mut terms = terms::terms([ticket.title.as_deref(), ticket.content.as_deref()].into_iter().flatten());
    // Where it is, which the content names too, is not what it is.
    let of_address = ticket.address.as_deref().map(|address| terms::terms([address])).unwrap_or_default();
    terms.retain(|term| !of_address.contains(term));
    terms
}

fn keep_out(fact: &mut Fact) {
    match fact {
        Fact::Evidence(evidence) | Fact::Report { channel: _, evidence } => of_evidence(evidence),
        // The measure's name is a label of the feed, and part of the record's id.
        Fact::Figure(Figure { evidence, measure: _, value: _ }) => of_evidence(evidence),
        // Its labels are masked as they are read: ids are made of them.
        Fact::Indicator(fact) | Fact::Measure(fact) => {
            let IndicatorFact { indicator: _, period: _, period_start_ms: _, period_start: _, value: _, matter: _, evidence } =
                fact;
            of_evidence(evidence);
        }
        Fact::Reading(ReadingFact { evidence, series: _, measure: _, value: _, says: _ }) => of_evidence(evidence),
        Fact::Lasting(LastingFact { evidence, holds }) => {
            of_evidence(evidence);
            of_holds(holds);
        }
        Fact::Text(text) => of_text(text),
        // Pairs of characters of a masked text.
        Fact::Unsorted(UnsortedFact { text, terms: _ }) => of_text(text),
        // Labels of objects are masked as they are read, like those of indicators; hits are the pipeline's codes.
        Fact::Outcome(OutcomeFact { evidence, holds, object: _, hits: _ }) => {
            of_evidence(evidence);
            holds.iter_mut().for_each(of_holds);
        }
        Fact::Enterprise(row) => of_row(row),
        Fact::Inspector(row) => of_inspector(row),
        Fact::Disposition(said) => of_disposition(said),
        Fact::Control(said) => of_control(said),
        Fact::EnterpriseRemoved { id: _ } | Fact::InspectorRemoved { id: _ } | Fact::Unused { kind: _ } => {}
    }
}

fn of_evidence(evidence: &mut Evidence) {
    // The others are codes of the pipeline, enterprises' ids, and words of closed lists.
    let Evidence { credit_class, region, .. } = evidence;
    optional(credit_class);
    // A pipeline that lists no regions takes the feed's own.
    optional(region);
}

fn of_holds(holds: &mut Holds) {
    let Holds { until_ms: _, revoked: _, permit } = holds;
    permit.iter_mut().for_each(|PermitFact { r#type, in_force: _ }| numbers(r#type));
}

fn of_text(text: &mut TextFact) {
    let TextFact {
        evidence,
        channel: _,
        span: _,
        secondary: _,
        sketch: _,
        caller: _,
        relates_to,
        status_at_ms: _,
        departments,
        excerpt: _,
    } = text;
    of_evidence(evidence);
    optional(relates_to);
    departments.iter_mut().for_each(numbers);
}

/// Names and addresses stay, whoever they belong to: leads must know whom to visit.
fn of_row(row: &mut EnterpriseRow) {
    let EnterpriseRow {
        id: _,
        name,
        former_names,
        aliases,
        industry,
        region,
        address,
        size,
        outlets: _,
        status,
        credit_class,
        parent: _,
        branch: _,
        natural_person: _,
        merged_into: _,
    } = row;
    [name, industry, region, address, size, status, credit_class].into_iter().for_each(optional);
    // A registration number of before 2015 has the length of an old id card's.
    let registration = |text: &&mut String| matches!(IdScheme::Uscc.read(text).2, Some(IdHint::RegistrationNumber(_)));
    former_names.iter_mut().chain(aliases).filter(|text| !registration(text)).for_each(numbers);
}

fn of_inspector(row: &mut InspectorRow) {
    let InspectorRow { inspector_id: _, org, qualifications, recusals } = row;
    numbers(org);
    qualifications.iter_mut().chain(recusals).for_each(numbers);
}

fn of_disposition(said: &mut Disposition) {
    let Disposition { disposition_id: _, org: _, target, action: _, at_ms: _, by, outcome: _, reason } = said;
    // A warning's or a clue's id is sixteen hexadecimal digits; some look like a bank card.
    let is_id = target.len() == 16 && target.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !is_id {
        numbers(target);
    }
    optional(by);
    if let Some(reason) = reason {
        replace(reason, mask::text);
    }
}

/// `by` names who is answerable for a decision about the rules: it stays, without numbers.
fn of_control(said: &mut Control) {
    let Control { control_id: _, at_ms: _, by, reason, command: _ } = said;
    numbers(by);
    replace(reason, mask::text);
}

fn optional(text: &mut Option<String>) {
    text.iter_mut().for_each(numbers);
}

fn numbers(text: &mut String) {
    replace(text, mask::numbers);
}

fn replace(text: &mut String, masked: fn(&str) -> Cow<'_, str>) {
    if let Cow::Owned(masked) = masked(text) {
        *text = masked;
    }
}

/// A masked piece of what the record says, where one of its matters asks for it and the record may be
/// quoted at all: never a report of wrongdoing (举报), nor a ticket that does not say what it is.
fn excerpt(model: &Model, record: &Record, text: &TextFact) -> Option<String> {
    let asked = |id: &str| model.matters.get(id).is_some_and(|m| m.excerpt);
    if !text.evidence.counts_as_risk || !text.evidence.matters.iter().any(|hit| asked(&hit.matter)) || !may_be_quoted(record) {
        return None;
    }
    let (field, around) = match text.span {
        Some(Span { field: field @ (TextField::Title | TextField::Content), from, to }) => {
            (field, Some(from as usize..(to as usize).max(from as usize)))
        }
        _ => (TextField::Content, None),
    };
    let (title, content) = match record {
        Record::Ticket(t) => (t.title.as_deref(), t.content.as_deref()),
        Record::Report(r) => (r.title.as_deref(), Some(r.content.as_str())),
        _ => return None,
    };
    let whole = if field == TextField::Title { title } else { content.or(title) };
    mask::excerpt(whole?, around)
}

fn may_be_quoted(record: &Record) -> bool {
    match record {
        Record::Ticket(t) => t.intent.is_some_and(|intent| intent != Intent::Report) && !speaks_of_reporting(t),
        Record::Report(r) => r.channel == Channel::Media,
        _ => false,
    }
}

/// Whether it reports wrongdoing or does not want to be known, whatever intent the operator chose.
fn speaks_of_reporting(ticket: &Ticket) -> bool {
    let texts = [ticket.title.as_deref(), ticket.category.as_deref(), ticket.content.as_deref()];
    secrecy::asked_for(texts.into_iter().flatten())
}
