//! Clues (线索, art. 16): a record that concerns a department is passed on to it at once, whatever
//! the scores say. A warning speaks of a risk; a clue hands the record itself on, by its id.

use super::duties::{settle, settled_by};
use super::effects::{Address, topics};
use super::memory::Cluster;
use super::privacy::View;
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{Clue, ClueCluster, ClueEnd, ClueMatter, ClueRole, ClueSource, ClueStatus, WhyRef};
use crate::domain::{Action, Channel, Disposition, Language, Outcome, RecordKind, short_hash};
use crate::journal::Evidence;
use crate::pipeline::Model;
use std::sync::Arc;

/// Clues open at a time; at the bound the oldest is closed and operators are told once.
pub const MAX_OPEN_CLUES: usize = 200_000;
/// Matters of one clue, each with its lead; the rest is counted, and the coordinating office told.
pub const MAX_CLUE_MATTERS: usize = 10;

impl Engine {
    /// Passes a record on, or takes back one that was.
    pub(super) fn clue(
        &mut self,
        moment: &Moment,
        evidence: &Evidence,
        channel: Option<Channel>,
        seen: bool,
        effects: &mut Vec<Effect>,
    ) {
        if evidence.takes_back() {
            let id = self.clue_id(evidence.kind, moment.cause);
            self.end_clue(moment.now_ms, &id, ClueStatus::Withdrawn, ClueEnd::TakenBack, effects);
            return;
        }
        let passes = matches!(evidence.kind, RecordKind::Report | RecordKind::Ticket) && evidence.counts_as_risk;
        if seen || !passes {
            return;
        }
        if let Some(clue) = self.new_clue(moment, evidence, channel) {
            let id = self.clue_id(evidence.kind, moment.cause);
            self.pass_on(id, clue, effects);
        }
    }

    pub(super) fn clue_id(&self, kind: RecordKind, source_id: &str) -> String {
        short_hash(&[&self.model.realm, "clue", kind.as_str(), source_id])
    }

    /// What is passed on and to whom; nothing where the record concerns nobody in particular.
    fn new_clue(&self, moment: &Moment, evidence: &Evidence, channel: Option<Channel>) -> Option<OpenClue> {
        let model = &self.model;
        let row = evidence.subject.as_ref().and_then(|s| self.state.directory.get(&s.id));
        // As for warnings, a firm's own region goes before that of the event.
        let region = row.and_then(|r| r.region.clone()).or_else(|| evidence.region.clone());
        let all: Vec<_> = evidence.matters.iter().filter_map(|hit| model.matters.get(&hit.matter)).collect();
        if evidence.kind == RecordKind::Ticket && all.len() < 2 {
            return None;
        }
        let shown = all.iter().take(MAX_CLUE_MATTERS);
        let matters: Vec<(String, String)> =
            shown.map(|m| (m.id.clone(), model.recipients(m, region.as_deref()).lead().to_string())).collect();
        let mut organisations: Vec<&str> = Vec::new();
        for (_, lead) in &matters {
            if !organisations.contains(&lead.as_str()) {
                organisations.push(lead);
            }
        }
        let why = match (evidence.kind, organisations.len()) {
            (RecordKind::Report, 0) => ClueWhy::Unclassified,
            (RecordKind::Report, _) => ClueWhy::Report,
            (_, 2..) => ClueWhy::SeveralDepartments,
            _ => return None,
        };
        let for_the_office = why == ClueWhy::Unclassified || all.len() > MAX_CLUE_MATTERS;
        if for_the_office && !organisations.contains(&model.coordinating.as_str()) {
            organisations.push(&model.coordinating);
        }
        // A realm without a coordinating office has nobody for what is unclassified.
        organisations.retain(|org| model.organisations.contains_key(*org));
        let parts: Vec<CluePart> = organisations.into_iter().map(|org| CluePart { org: org.to_string(), over: false }).collect();
        (!parts.is_empty()).then(|| OpenClue {
            number: self.state.clue_count,
            revision: 1,
            why,
            kind: evidence.kind,
            source_id: moment.cause.to_string(),
            channel,
            matter_count: all.len() as u32,
            subject: row.map(|r| r.id.clone()),
            candidate_count: evidence.candidates.len() as u32,
            sources: Vec::new(),
            cluster: None,
            event_ms: moment.event_ms,
            passed_on_ms: moment.now_ms,
            updated_ms: moment.now_ms,
            duties: Vec::new(),
            matters,
            region,
            parts,
        })
    }

    /// Tickets of no matter that say nearly the same, or speak of one thing, go to the coordinating office as one clue.
    pub(super) fn pass_on_cluster(&mut self, moment: &Moment, cluster: Cluster, effects: &mut Vec<Effect>) {
        let office = &self.model.coordinating;
        if !self.model.organisations.contains_key(office) {
            return;
        }
        let clue = OpenClue {
            number: self.state.clue_count,
            revision: 1,
            why: ClueWhy::UnclassifiedCluster,
            kind: RecordKind::Ticket,
            source_id: moment.cause.to_string(),
            channel: None,
            matters: Vec::new(),
            matter_count: 0,
            region: cluster.region,
            subject: None,
            candidate_count: 0,
            cluster: Some(ClusterFound { size: cluster.size as u32, words: cluster.words }),
            sources: cluster.ids,
            event_ms: moment.event_ms,
            passed_on_ms: moment.now_ms,
            updated_ms: moment.now_ms,
            parts: vec![CluePart { org: office.clone(), over: false }],
            duties: Vec::new(),
        };
        // Another id than the ticket's own, which may become a clue by itself once a matter fits it.
        let id = short_hash(&[&self.model.realm, "clue", "cluster", moment.cause]);
        self.pass_on(id, clue, effects);
    }

    fn pass_on(&mut self, id: String, clue: OpenClue, effects: &mut Vec<Effect>) {
        // An id forgotten by `SeenIds` may come again while its clue is still open.
        if self.state.clues.contains_key(&id) {
            return;
        }
        let now_ms = clue.passed_on_ms;
        self.make_room(now_ms, effects);
        let rule = self.model.clue_duties;
        let allowed = [(DutyKind::Acknowledge, rule.acknowledge_working_days), (DutyKind::Close, rule.close_working_days)];
        let mut duties = Vec::new();
        for part in &clue.parts {
            duties.extend(self.owed(now_ms, &part.org, &allowed, effects));
        }
        self.state.clue_count += 1;
        self.state.clues_by_age.insert(clue.number, id.clone());
        self.state.clues.insert(id.clone(), clue);
        self.owe(now_ms, &Target::Clue(id.clone()), duties);
        self.tell_clue(&id, ClueStatus::PassedOn, None, effects);
    }

    /// At the bound the oldest clue is closed, whoever still owes something on it.
    fn make_room(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        if self.state.clues.len() < MAX_OPEN_CLUES {
            return;
        }
        if !self.state.clues_full {
            self.state.clues_full = true;
            let text = format!("{MAX_OPEN_CLUES} clues are open: each new one closes the oldest; departments must close theirs");
            self.tell_operators(now_ms, "clues_full", text, effects);
        }
        if let Some(oldest) = self.state.clues_by_age.first_key_value().map(|(_, id)| id.clone()) {
            self.end_clue(now_ms, &oldest, ClueStatus::Closed, ClueEnd::TooManyOpen, effects);
        }
    }

    /// Ends a clue, if it is open: everyone who got it is told, duties end.
    pub(super) fn end_clue(&mut self, now_ms: i64, id: &str, status: ClueStatus, ended: ClueEnd, effects: &mut Vec<Effect>) {
        let Some(clue) = self.state.clues.get_mut(id) else { return };
        clue.revision += 1;
        clue.updated_ms = now_ms;
        clue.duties.clear();
        let number = clue.number;
        self.tell_clue(id, status, Some(ended), effects);
        self.state.clues_by_age.remove(&number);
        self.state.clues.remove(id);
    }

    /// An organisation's word on a clue: settles its duties; once all have ended their part it closes.
    pub(super) fn dispose_clue(&mut self, moment: &Moment, d: &Disposition, effects: &mut Vec<Effect>) {
        let Some(clue) = self.state.clues.get_mut(&d.target) else { return };
        let part = clue.parts.iter_mut().find(|p| p.org == d.org);
        let Some(part) = part.filter(|p| !p.over) else {
            let addressed = clue.parts.iter().any(|p| p.org == d.org);
            let why = if addressed { "its part of the clue is over" } else { "the clue is not addressed to it" };
            self.ignore(moment, d, why, effects);
            return;
        };
        part.over = matches!(d.action, Action::Close | Action::Return | Action::Decline);
        let settles = if part.over { settled_by(Action::Close) } else { settled_by(d.action) };
        settle(&mut clue.duties, &d.org, settles);
        let all_over = clue.parts.iter().all(|p| p.over);
        let outcome = d.outcome.map_or("", Outcome::as_str);
        self.audit(moment.now_ms, d.action.as_str(), &d.target, d.by.as_deref(), Some(&d.org), outcome, effects);
        if all_over {
            self.end_clue(moment.now_ms, &d.target, ClueStatus::Closed, ClueEnd::DealtWith, effects);
        }
    }

    /// Organisations another pipeline no longer has can't answer: their parts go, and what nobody
    /// is left for closes.
    pub(super) fn leave_gone_organisations(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let stays = |org: &str| model.organisations.contains_key(org);
        let mut over = Vec::new();
        for (id, clue) in &mut self.state.clues {
            clue.parts.retain(|p| stays(&p.org));
            clue.duties.retain(|d| stays(&d.org));
            if clue.parts.iter().all(|p| p.over) {
                over.push(id.clone());
            }
        }
        for id in over {
            self.end_clue(now_ms, &id, ClueStatus::Closed, ClueEnd::DealtWith, effects);
        }
    }

    /// Publishes the clue as it stands to all its organisations.
    fn tell_clue(&self, id: &str, status: ClueStatus, ended: Option<ClueEnd>, effects: &mut Vec<Effect>) {
        let Some(open) = self.state.clues.get(id) else { return };
        let [mut full, mut masked] = [None, None];
        for part in &open.parts {
            let leads = open.leads(&part.org);
            let (view, copy) = if leads { (View::Full, &mut full) } else { (View::Masked, &mut masked) };
            let clue = copy.get_or_insert_with(|| self.render_clue(id, open, status, ended, view));
            clue.org.clone_from(&part.org);
            clue.role = if leads { ClueRole::Lead } else { ClueRole::Coordinating };
            let event_id = format!("{id}/{}/{}", open.revision, part.org);
            let address =
                Address { topic: topics::clues(&part.org), key: id.to_string(), event_type: "jianwei.clue.v1", event_id };
            self.publish(open.updated_ms, address, Some(&*clue), effects);
        }
    }

    fn render_clue(&self, id: &str, open: &OpenClue, status: ClueStatus, ended: Option<ClueEnd>, view: View) -> Clue {
        let model = &self.model;
        let time = |ms| model.zone.format(ms);
        Clue {
            clue_id: id.to_string(),
            revision: open.revision,
            status,
            ended,
            realm: model.realm.clone(),
            org: String::new(),
            role: ClueRole::Lead,
            organisations: open.parts.iter().map(|p| p.org.clone()).collect(),
            headline: self.clue_headline(open, view),
            disclaimer: model.text(&model.disclaimer).to_string(),
            why: WhyRef { code: open.why.as_str().into(), text: why_text(model.language, open).into() },
            source: ClueSource {
                kind: open.kind.as_str().into(),
                id: open.source_id.clone(),
                channel: open.channel.map(|c| c.as_str().into()),
            },
            matters: open
                .matters
                .iter()
                .map(|(id, lead)| ClueMatter { id: id.clone(), name: matter_name(model, id), lead: lead.clone() })
                .collect(),
            matter_count: open.matter_count,
            region_name: self.region_name(open.region.as_deref()),
            region: open.region.clone(),
            subject: open.subject.as_ref().map(|s| self.enterprise_ref(s, view)),
            candidate_count: open.candidate_count,
            sources: open.sources.clone(),
            cluster: open.cluster.as_ref().map(|c| ClueCluster { size: c.size, words: c.words.clone() }),
            duties: self.duty_refs(&open.duties),
            event_time: time(open.event_ms),
            passed_on_at: time(open.passed_on_ms),
            updated_at: time(open.updated_ms),
            pipeline: self.pipeline_ref.clone(),
            training: false,
        }
    }

    /// One line for people: what, where or who, and why they get it.
    pub(super) fn clue_headline(&self, open: &OpenClue, view: View) -> String {
        let model = &self.model;
        let zh = model.language == Language::Zh;
        let first = open.matters.first().map(|(id, _)| matter_name(model, id));
        let what = match (first, open.matter_count) {
            (None, _) => if zh { "未归类" } else { "unclassified" }.to_string(),
            (Some(name), 1) => name,
            (Some(name), n) => {
                if zh {
                    format!("{name}等 {n} 项")
                } else {
                    format!("{name} and {} more", n - 1)
                }
            }
        };
        let region = || self.region_name(open.region.as_deref().or(Some(&model.root_region))).unwrap_or_default();
        let of = open.subject.as_ref().map_or_else(region, |id| self.enterprise_name(id, view));
        let why = why_text(model.language, open);
        if zh { format!("{what}·{of}：{why}（待核实）") } else { format!("{what}, {of}: {why} (to be verified)") }
    }
}

/// The matter's name, or its id once another pipeline has it no more.
fn matter_name(model: &Model, id: &str) -> String {
    model.matters.get(id).map_or_else(|| id.to_string(), |m| model.text(&m.name).to_string())
}

fn why_text(language: Language, open: &OpenClue) -> &'static str {
    let (zh, en) = match (open.why, open.channel) {
        (ClueWhy::SeveralDepartments, _) => ("工单涉及多个部门牵头的事项", "a ticket about matters of several departments"),
        (ClueWhy::UnclassifiedCluster, _) => (
            "多件工单内容相近或反映同一情况，且没有对应的监管事项，请研究确定牵头部门",
            "several tickets say nearly the same or speak of one thing, and no supervision matter fits: agree who leads",
        ),
        (ClueWhy::Unclassified, _) => ("没有对应的监管事项，请确定牵头部门", "no supervision matter fits: agree who leads"),
        (ClueWhy::Report, Some(Channel::SupervisionPlatform)) => ("监管平台转来的线索", "a clue from the supervision platform"),
        (ClueWhy::Report, Some(Channel::Association)) => ("行业协会反映的线索", "a clue from an association"),
        (ClueWhy::Report, Some(Channel::Media)) => ("媒体反映的线索", "a clue from the media"),
        (ClueWhy::Report, Some(Channel::OnlineMonitoring)) => ("在线监测发现的线索", "a clue from online monitoring"),
        (ClueWhy::Report, None) => ("收到的线索", "a clue"),
    };
    if language == Language::Zh { zh } else { en }
}
