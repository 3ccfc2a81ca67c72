//! A typed record → what it says about whom, given the directory as of the entry before it.

use super::clean::note;
use super::departments::departments;
use super::hints::{self, Hinted};
use super::names::{self, Answer, Asked, Mention, Role};
use super::test_record::is_test;
use super::unit::is_measure;
use super::{Decoded, Directory, Reading, sketch};
use crate::domain::{Fixed3, Indicator, Intent, PermitStatus, Record, TicketStatus};
use crate::engine::{FAILED, PASSED};
use crate::journal::{
    Attribution, AttributionMethod, Evidence, Fact, Figure, Flag, Holds, IndicatorFact, LastingFact, MatterHit, Named,
    ObjectLabels, OutcomeFact, OutcomeHit, PermitFact, ReadingFact, Says, Span, TextFact, TextField,
};
use crate::pipeline::{About, Condition, Matter, Model, Trigger};
use std::borrow::Cow;

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
    let mut whom = whom(model, directory, record, flags);
    whom.follow_mergers(directory);
    let Whom { subject, span, secondary, candidates, beside } = whom;
    let row = subject.as_ref().and_then(|s| directory.get(&s.id));
    let industry = row.and_then(|r| r.industry.as_deref());
    let is_test = is_test(record);
    if is_test {
        note(flags, Flag::TestRecord);
    }
    let counts_as_risk = counts_as_risk(record) && !is_test;
    let mut evidence = Evidence {
        kind: record.kind(),
        region: region_of(record).or_else(|| row.and_then(|r| r.region.clone())),
        intent: None,
        status: None,
        verified: None,
        counts_as_risk,
        matters: matters(model, record, industry, &beside, counts_as_risk),
        credit_class: None,
        subject,
        candidates,
    };
    if let Some(of_device) = Reading::of(record) {
        return Fact::Reading(reading(record, &of_device, evidence, flags));
    }
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
        Record::Indicator(i) => {
            let fact = indicator(i, evidence);
            let measured = i.unit.as_deref().is_some_and(is_measure) || model.says_is_level(&i.indicator);
            return if measured { Fact::Measure(fact) } else { Fact::Indicator(fact) };
        }
        _ => {}
    }
    let caller = decoded.caller.clone();
    match record {
        Record::Ticket(t) => Fact::Text(TextFact {
            relates_to: t.relates_to.clone(),
            status_at_ms: t.status_at_ms,
            span,
            secondary,
            sketch: sketch([t.title.as_deref(), t.content.as_deref()].into_iter().flatten()),
            caller,
            departments: departments(model, t.handling_department.as_deref(), flags),
            ..TextFact::of(evidence, None)
        }),
        Record::Report(r) => Fact::Text(TextFact {
            span,
            secondary,
            sketch: sketch([r.title.as_deref(), Some(r.content.as_str())].into_iter().flatten()),
            caller,
            ..TextFact::of(evidence, Some(r.channel))
        }),
        record => outcomes(model, record, industry, evidence),
    }
}

/// Whether it measured something, by itself and by those before it.
fn reading(record: &Record, reading: &Reading, evidence: Evidence, flags: &[Flag]) -> ReadingFact {
    let measure = match record {
        Record::Observation(o) => Some(o.measure.clone()),
        _ => None,
    };
    let says = match reading.measured {
        true => Says::Measured,
        false if flags.contains(&Flag::SensorStuck) => Says::Stuck,
        false => Says::Nothing,
    };
    ReadingFact { evidence, series: reading.series, measure, value: reading.value, says }
}

/// Evidence, with what it means to outcomes where a matter of it tells any.
fn outcomes(model: &Model, record: &Record, industry: Option<&str>, evidence: Evidence) -> Fact {
    let about = About::new(&model.words, record, industry, []);
    let any = |conditions: &[Condition]| conditions.iter().any(|c| c.holds(&about));
    let mut hits = Vec::new();
    for matter in evidence.matters.iter().filter_map(|hit| model.matters.get(&hit.matter)) {
        let Some(rules) = &matter.outcome else { continue };
        let happened = any(&rules.when).then(|| any(&rules.happened));
        let met = rules.terms.iter().filter(|t| any(t.kind.conditions()));
        let hit = OutcomeHit {
            matter: matter.id.clone(),
            random: happened.is_some() && (rules.random.is_empty() || any(&rules.random)),
            happened,
            terms: met.map(|t| t.code.clone()).collect(),
        };
        if hit.happened.is_some() || !hit.terms.is_empty() {
            hits.push(hit);
        }
    }
    let holds = holds(record);
    if hits.is_empty() {
        return match holds {
            Some(holds) => Fact::Lasting(LastingFact { evidence, holds }),
            None => Fact::Evidence(evidence),
        };
    }
    let object = match record {
        Record::Inspection(r) => {
            ObjectLabels { area: r.object_area.clone(), object_type: r.object_type.clone(), risk_class: r.risk_class.clone() }
        }
        _ => ObjectLabels::default(),
    };
    Fact::Outcome(OutcomeFact { evidence, holds, object, hits })
}

/// What a penalty or a permit says of its own time.
fn holds(record: &Record) -> Option<Holds> {
    match record {
        Record::Penalty(p) => Some(Holds { until_ms: p.expires_at_ms, revoked: p.revoked, permit: None }),
        Record::Permit(p) => {
            let in_force = matches!(p.status, None | Some(PermitStatus::Granted | PermitStatus::Renewed));
            let permit = p.r#type.clone().map(|r#type| PermitFact { r#type, in_force });
            Some(Holds { until_ms: p.valid_to_ms, revoked: false, permit })
        }
        _ => None,
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
        Record::Credit(c) => !c.repaired,
        _ => true,
    }
}

/// Title and text, without the names of those they have beside the matter: 燃气公司对面的工地 says nothing of gas.
fn told<'a>(record: &'a Record, beside: &[Span]) -> Vec<Cow<'a, str>> {
    let (title, content) = match record {
        Record::Ticket(r) => (r.title.as_deref(), r.content.as_deref()),
        Record::Report(r) => (r.title.as_deref(), Some(r.content.as_str())),
        _ => (None, None),
    };
    let fields = [(TextField::Title, title), (TextField::Content, content)];
    let texts = fields.into_iter().filter_map(|(field, text)| Some((field, text?)));
    let without = |(field, text): (TextField, &'a str)| {
        let spans: Vec<&Span> = beside.iter().filter(|span| span.field == field).collect();
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let named = |at: usize| spans.iter().any(|span| (span.from as usize..span.to as usize).contains(&at));
        text.chars().enumerate().map(|(at, c)| if named(at) { NAMED } else { c }).collect::<String>().into()
    };
    texts.map(without).collect()
}

/// In place of a name: no word holds it.
const NAMED: char = '\u{fffc}';

fn matters(model: &Model, record: &Record, industry: Option<&str>, beside: &[Span], counts_as_risk: bool) -> Vec<MatterHit> {
    let about = |beside: &[Span]| About::new(&model.words, record, industry, told(record, beside).iter().map(|text| &**text));
    let whole = about(&[]);
    let without = (!beside.is_empty()).then(|| about(beside));
    let any = |conditions: &[Condition]| conditions.iter().any(|c| c.holds(&whole));
    // What a bystander's name says counts where a trigger is meant: a fire beside a filling station.
    let is_meant = |trigger: &Trigger| trigger.when.iter().any(|c| c.is_meant(&whole));
    let says = |matter: &Matter| {
        let still = |about: &About| matter.matches.iter().any(|c| c.holds(about)) || matter.triggers.iter().any(is_meant);
        without.as_ref().is_none_or(still)
    };
    let mut hits = Vec::new();
    let named = |id: &str| match record {
        Record::Report(r) => r.matter.as_deref() == Some(id),
        Record::Indicator(i) => i.matter.as_deref() == Some(id),
        _ => false,
    };
    for matter in model.matters.values().filter(|m| named(&m.id) || any(&m.matches) && says(m)) {
        let mut hit = MatterHit { matter: matter.id.clone(), counted: false, evidence: Vec::new(), triggers: Vec::new() };
        if counts_as_risk {
            hit.counted = matter.industry.as_ref().is_some_and(|i| any(&i.count));
            let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
            hit.evidence = rules.filter(|r| any(&r.when)).map(|r| r.code.clone()).collect();
            if let Some(pooled) = matter.enterprise.as_ref().and_then(|e| e.inspections.as_ref()) {
                let found = [(FAILED, &pooled.failed), (PASSED, &pooled.passed)];
                hit.evidence.extend(found.into_iter().find(|(_, when)| any(when)).map(|(code, _)| code.to_string()));
            }
            hit.triggers = matter.triggers.iter().filter(|t| is_meant(t)).map(|t| t.code.clone()).collect();
        }
        hits.push(hit);
    }
    hits
}

/// Whom a record is about.
#[derive(Default)]
struct Whom {
    subject: Option<Attribution>,
    span: Option<Span>,
    secondary: Vec<Named>,
    candidates: Vec<String>,
    /// Where it names bystanders.
    beside: Vec<Span>,
}

impl Whom {
    fn of(subject: Option<Attribution>) -> Whom {
        Whom { subject, ..Whom::default() }
    }

    /// Who was merged into another is that one.
    fn follow_mergers(&mut self, directory: &Directory) {
        let others = self.secondary.iter_mut().map(|named| &mut named.attribution);
        for attribution in self.subject.iter_mut().chain(others) {
            let stands_for = directory.stands_for(&attribution.id);
            if stands_for != attribution.id {
                attribution.id = stands_for.to_string();
            }
        }
        let subject = self.subject.as_ref().map(|s| s.id.clone());
        self.secondary.retain(|named| Some(&named.attribution.id) != subject.as_ref());
    }
}

/// The id given; else whom the field for the accused, then the text names ([`names`]).
fn whom(model: &Model, directory: &Directory, record: &Record, flags: &mut Vec<Flag>) -> Whom {
    let (id, asked) = match record {
        Record::Ticket(r) => (&r.subject_id, asked(&r.subject_name, &r.title, r.content.as_deref(), &r.address, &r.region)),
        Record::Report(r) => (&r.subject_id, asked(&r.subject_name, &r.title, Some(&r.content), &None, &r.region)),
        Record::Inspection(r) => return Whom::of(by_id(directory, &r.id, flags)),
        Record::Penalty(r) => return Whom::of(by_id(directory, &r.id, flags)),
        Record::Permit(r) => return Whom::of(by_id(directory, &r.id, flags)),
        Record::Credit(r) => return Whom::of(by_id(directory, &r.id, flags)),
        Record::Observation(r) => return Whom::of(by_id(directory, &r.id, flags)),
        Record::Alarm(r) => return Whom::of(by_id(directory, &r.id, flags)),
        _ => return Whom::default(),
    };
    let hinted = hints::follow(directory, record, flags);
    let mut answer = names::attribute(model, directory, asked);
    let asks = matches!(record, Record::Ticket(t) if t.intent.is_some_and(|intent| !intent.counts_as_risk()));
    if asks && answer.subject.is_none() {
        answer.may_be_all_named();
    }
    let beside = bystanders(directory, &answer, id.as_deref());
    let given = match (id, hinted) {
        // A name beats a code the registry does not have and that does not even fit.
        (Some(id), _)
            if flags.contains(&Flag::IdCheckCharacter) && directory.index().slot(id).is_none() && answer.subject.is_some() =>
        {
            None
        }
        // The clerk's code for whom the text clears.
        (Some(id), _) if answer.cleared.contains(id) => {
            answer.candidates.retain(|known| known != id);
            answer.candidates.insert(0, id.clone());
            answer.candidates.truncate(names::MAX_CANDIDATES);
            None
        }
        (Some(id), _) => by_id(directory, id, flags),
        (None, Hinted::Subject(attribution)) => Some(attribution),
        (None, Hinted::Candidate(id)) => {
            if answer.subject.is_none() && !answer.candidates.contains(&id) {
                answer.candidates.insert(0, id);
                answer.candidates.truncate(names::MAX_CANDIDATES);
            }
            None
        }
        (None, Hinted::Nothing) => {
            if answer.subject.is_none() {
                let spoilt = hints::in_text(directory, model.id_scheme, record, flags);
                let new = spoilt.into_iter().filter(|id| !answer.candidates.contains(id)).collect::<Vec<_>>();
                answer.candidates.splice(0..0, new);
                answer.candidates.truncate(names::MAX_CANDIDATES);
            }
            None
        }
    };
    if let Some(subject) = given {
        let subject = Some(subject);
        let given = subject.as_ref().map(|s| s.id.clone());
        if answer.subject.as_ref().is_some_and(|named| says_another(directory, named, given.as_deref())) {
            flags.push(Flag::IdAndNameDiffer);
        }
        let others = answer.subject.into_iter().chain(answer.secondary);
        // Who is named plainly beside the id is accused too.
        let secondary =
            others.filter(|n| Some(&n.attribution.id) != given.as_ref() && answer.plainly.contains(&n.attribution.id));
        return Whom { secondary: secondary.collect(), beside, ..Whom::of(subject) };
    }
    if answer.ambiguous {
        flags.push(Flag::AmbiguousName);
    }
    let span = answer.subject.as_ref().and_then(|s| s.span);
    let subject = answer.subject.map(|s| s.attribution);
    Whom { subject, span, secondary: answer.secondary, candidates: answer.candidates, beside }
}

/// Where the text names those it has as a place, to compare with or as somebody's employer, and nowhere otherwise. Who is
/// accused, may be, or is given by an id (`given`) is none of those.
fn bystanders(directory: &Directory, answer: &Answer, given: Option<&str>) -> Vec<Span> {
    let is_beside = |m: &Mention| matches!(m.role, Role::Landmark | Role::Comparison | Role::Employer);
    let accused = answer.subject.iter().chain(&answer.secondary).map(|named| named.attribution.id.as_str());
    let kept: Vec<&str> = accused.chain(answer.candidates.iter().map(String::as_str)).chain(given).collect();
    let is_kept = |id: &String| kept.iter().any(|kept| directory.stands_for(kept) == directory.stands_for(id));
    let otherwise = |id: &String| answer.mentions.iter().any(|m| !is_beside(m) && m.whom().contains(id));
    let beside = answer.mentions.iter().filter(|m| is_beside(m) && !m.whom().iter().any(|id| is_kept(id) || otherwise(id)));
    beside.map(|m| m.span).collect()
}

fn asked<'a>(
    subject_name: &'a Option<String>,
    title: &'a Option<String>,
    content: Option<&'a str>,
    address: &'a Option<String>,
    region: &'a Option<String>,
) -> Asked<'a> {
    Asked {
        subject_name: subject_name.as_deref(),
        title: title.as_deref(),
        content,
        address: address.as_deref(),
        region: region.as_deref(),
    }
}

/// The field for the accused has the whole name of somebody else than the code.
fn says_another(directory: &Directory, named: &Named, given: Option<&str>) -> bool {
    let whole = matches!(named.attribution.method, AttributionMethod::Name | AttributionMethod::FormerName);
    let in_field = named.span.is_some_and(|span| span.field == TextField::SubjectName);
    whole && in_field && given.is_some_and(|given| directory.stands_for(given) != directory.stands_for(&named.attribution.id))
}

fn by_id(directory: &Directory, id: &str, flags: &mut Vec<Flag>) -> Option<Attribution> {
    if directory.get(id).is_none() && !flags.contains(&Flag::UnknownEnterprise) {
        flags.push(Flag::UnknownEnterprise);
    }
    Some(Attribution { id: id.to_string(), method: AttributionMethod::Id, confidence: Fixed3(1000) })
}
