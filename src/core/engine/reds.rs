//! More red warnings in an hour than the pipeline's cap: those beyond it are told as orange at once,
//! named in one grouped warning to the coordinating office, and told as red one by one as the next hours
//! have room. They stand in `warnings.open` as red from the first moment: nothing is dropped, nothing
//! kept silent. Red triggers and matters of safety are red at once.

use super::effects::{Address, topics};
use super::privacy::View;
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::*;
use crate::domain::{Category, HOUR_MS, Language, Level, short_hash};
use crate::pipeline::Matter;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

/// Warnings one grouped warning names; further ones begin the next.
pub const MAX_GROUPED: usize = 100;

/// The red warnings of the hour that runs, and those still held back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reds {
    /// The hour's beginning; none while no red was raised within one.
    since_ms: Option<i64>,
    /// Told to their organisations in this hour.
    told: u32,
    /// Held back, oldest first; each is an open episode, or was.
    held: VecDeque<HeldBack>,
    group: Option<Group>,
    /// Grouped warnings so far.
    groups: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct HeldBack {
    key: SubjectKey,
    warning_id: String,
}

/// One grouped warning.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Group {
    id: String,
    revision: u32,
    raised_ms: i64,
    members: Vec<HeldBack>,
    /// Of how many members the newest revision tells, and how many of these had ended.
    told: (usize, usize),
}

impl Reds {
    pub fn held_back(&self) -> usize {
        self.held.len()
    }
}

impl Engine {
    /// An episode has become red: whether its organisations have to wait for that.
    pub(super) fn hold_red(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey) -> bool {
        let (cap, Some(episode)) = (self.model.levels.reds_per_hour, self.state.episodes.get(key)) else { return false };
        let may_wait = !episode.stands_on_red_trigger() && matter.category != Category::Safety;
        let warning_id = episode.warning_id.clone();
        if self.state.reds.since_ms.is_none() {
            self.state.reds.since_ms = Some(now_ms);
            self.set_timer(now_ms + HOUR_MS, "reds".to_string(), Timer::RedHour);
        }
        let reds = &mut self.state.reds;
        // Those who wait longer come first.
        if !may_wait || (reds.told < cap && reds.held.is_empty()) {
            reds.told = reds.told.saturating_add(1);
            return false;
        }
        reds.held.push_back(HeldBack { key: key.clone(), warning_id });
        true
    }

    /// Puts a red that is held back into the hour's grouped warning.
    pub(super) fn group_red(&mut self, moment: &Moment, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let now_ms = moment.now_ms;
        let Some(episode) = self.state.episodes.get(key) else { return };
        let member = HeldBack { key: key.clone(), warning_id: episode.warning_id.clone() };
        if self.state.reds.group.as_ref().is_some_and(|group| group.members.len() >= MAX_GROUPED) {
            self.close_group(now_ms, effects);
        }
        if let Some(group) = &mut self.state.reds.group {
            group.members.push(member);
            return;
        }
        self.state.reds.groups += 1;
        let number = self.state.reds.groups.to_string();
        let id = short_hash(&[&self.model.realm, "group", moment.cause, &number]);
        self.state.reds.group = Some(Group { id, revision: 0, raised_ms: now_ms, members: vec![member], told: (0, 0) });
        self.tell_group(now_ms, effects);
        let cap = self.model.levels.reds_per_hour;
        let text = match self.model.language {
            Language::Zh => format!(
                "一小时内红色预警超过上限 {cap} 条：其余先按橙色分发，已列入发给 {} 的集中预警，并按小时依次升为红色。规则有误的，由有权的人降级（control 主题的 demote）",
                self.model.coordinating
            ),
            Language::En => format!(
                "more than {cap} red warnings within an hour: the rest are told as orange for now, named in a grouped warning to {}, and told as red hour by hour. If a rule is wrong, a named person demotes it (demote on the control topic)",
                self.model.coordinating
            ),
        };
        self.tell_operators(now_ms, "reds_held_back", text, effects);
    }

    /// The hour is over: the grouped warning is complete, and those who wait longest are told.
    pub(super) fn red_hour(&mut self, moment: &Moment, effects: &mut Vec<Effect>) {
        self.close_group(moment.now_ms, effects);
        let reds = &mut self.state.reds;
        (reds.since_ms, reds.told) = (None, 0);
        let cap = self.model.levels.reds_per_hour;
        while self.state.reds.told < cap
            && let Some(held) = self.state.reds.held.pop_front()
        {
            self.release(moment.now_ms, &held, effects);
        }
        if self.state.reds.told > 0 || !self.state.reds.held.is_empty() {
            self.state.reds.since_ms = Some(moment.now_ms);
            self.set_timer(moment.now_ms + HOUR_MS, "reds".to_string(), Timer::RedHour);
        }
    }

    /// A red trigger came to a red that is held back: it waits no longer.
    pub(super) fn release_now(&mut self, now_ms: i64, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let place = self.state.reds.held.iter().position(|held| held.key == *key);
        if let Some(held) = place.and_then(|place| self.state.reds.held.remove(place)) {
            self.release(now_ms, &held, effects);
        }
    }

    fn release(&mut self, now_ms: i64, held: &HeldBack, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let Some(episode) = self.state.episodes.get_mut(&held.key) else { return };
        let still_waits = episode.held_back && episode.warning_id == held.warning_id;
        let Some(matter) = model.matters.get(&held.key.matter).filter(|_| still_waits) else { return };
        (episode.held_back, episode.acknowledged) = (false, false);
        episode.revision += 1;
        episode.updated_ms = now_ms;
        self.state.reds.told = self.state.reds.told.saturating_add(1);
        self.set_duties(now_ms, &held.key, effects);
        self.tell(matter, &held.key, WarningStatus::Upgraded, None, effects);
    }

    /// The episode as its organisations are to know it: what may not be red yet is orange, by the
    /// trigger that asks for that, if one does.
    pub(super) fn as_told<'a>(&self, key: &SubjectKey, episode: &'a Episode) -> Cow<'a, Episode> {
        if !episode.held_back {
            return Cow::Borrowed(episode);
        }
        let of_firm = self.state.evidence.get(key).map(|evidence| &evidence.triggers);
        let triggers = of_firm.or_else(|| self.state.trade_triggers.get(key));
        let strongest = triggers.and_then(|triggers| triggers.strongest(episode.updated_ms));
        let trigger = strongest.filter(|trigger| trigger.level >= Level::Orange).cloned();
        Cow::Owned(Episode { level: episode.told_level(), trigger, ..episode.clone() })
    }

    fn close_group(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        if self.state.reds.group.as_ref().is_some_and(|group| group.told != (group.members.len(), self.ended_of(group))) {
            self.tell_group(now_ms, effects);
        }
        self.state.reds.group = None;
    }

    /// One more revision of the grouped warning, to the coordinating office.
    fn tell_group(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        let Some(mut group) = self.state.reds.group.take() else { return };
        group.revision += 1;
        group.told = (group.members.len(), self.ended_of(&group));
        let warning = self.group_warning(now_ms, &group);
        let org = &self.model.coordinating;
        let event_id = format!("{}/{}/{org}", group.id, group.revision);
        let address = Address { topic: topics::warnings(org), key: group.id.clone(), event_type: "jianwei.warning.v1", event_id };
        self.publish(now_ms, address, Some(&warning), effects);
        self.state.reds.group = Some(group);
    }

    fn stands(&self, member: &HeldBack) -> bool {
        self.state.episodes.get(&member.key).is_some_and(|episode| episode.warning_id == member.warning_id)
    }

    /// Members that were lifted or withdrawn since.
    fn ended_of(&self, group: &Group) -> usize {
        group.members.iter().filter(|member| !self.stands(member)).count()
    }

    fn group_warning(&self, now_ms: i64, group: &Group) -> Warning {
        let model = &self.model;
        let (held, ended) = group.told;
        let count = held - ended;
        let (name, mut headline) = match model.language {
            Language::Zh => ("红色预警集中", format!("一小时内红色预警超过上限：{held} 条先按橙色分发，见 group.warnings")),
            Language::En => (
                "Red warnings held back",
                format!("more red warnings than the cap: {held} are told as orange for now, see group.warnings"),
            ),
        };
        if ended > 0 {
            headline += &match model.language {
                Language::Zh => format!("；其中 {ended} 条已解除，不再列出"),
                Language::En => format!("; {ended} of them have ended since and are not named"),
            };
        }
        let root = SubjectKey { matter: String::new(), scope: SubjectScope::Industry, id: model.root_region.clone() };
        let category =
            group.members.first().and_then(|member| model.matters.get(&member.key.matter)).map(|matter| matter.category);
        Warning {
            warning_id: group.id.clone(),
            revision: group.revision,
            status: if group.revision == 1 { WarningStatus::Raised } else { WarningStatus::Upgraded },
            ended: None,
            realm: model.realm.clone(),
            org: model.coordinating.clone(),
            scope: Scope::Group,
            level: Level::Red,
            category: category.unwrap_or(Category::Service),
            headline,
            disclaimer: model.text(&model.disclaimer).to_string(),
            matter: MatterRef {
                id: "reds-held-back".into(),
                name: name.into(),
                basis: String::new(),
                basis_source: String::new(),
                basis_date: None,
                basis_verified: false,
                guide_url: None,
                lead_undetermined: false,
            },
            subject: SubjectRef { id: model.root_region.clone(), ..self.subject_ref(&root, View::Masked) },
            trigger: None,
            promise: None,
            surge: None,
            change: None,
            score: 0,
            factors: Vec::new(),
            against: Vec::new(),
            counterfactual: None,
            evidence: Vec::new(),
            evidence_count: count as u64,
            role: Role::Cooperating,
            lead: model.coordinating.clone(),
            lead_contact: self.contact(&model.coordinating),
            cooperating: Vec::new(),
            duties: Vec::new(),
            visit: Visit { suggested: false, prior_notice: false, joined_warnings: Vec::new(), last_inspected: None },
            methods: Vec::new(),
            measures_suggested: Vec::new(),
            pipeline: self.pipeline_ref.clone(),
            event_time: model.zone.format(group.raised_ms),
            raised_at: model.zone.format(group.raised_ms),
            updated_at: model.zone.format(now_ms),
            training: false,
            probability: None,
            silent_feeds: Vec::new(),
            group: Some(Grouped {
                why: GroupWhy::RedsHeldBack,
                count: count as u64,
                warnings: group
                    .members
                    .iter()
                    .filter(|member| self.stands(member))
                    .filter_map(|member| self.grouped(&member.key, View::Masked))
                    .collect(),
            }),
        }
    }

    fn grouped(&self, key: &SubjectKey, view: View) -> Option<GroupedWarning> {
        let episode = self.state.episodes.get(key)?;
        let subject = self.subject_ref(key, view);
        Some(GroupedWarning {
            warning_id: episode.warning_id.clone(),
            scope: key.scope.into(),
            level: episode.level,
            matter: key.matter.clone(),
            subject: key.id.clone(),
            name: subject.name,
            region: subject.region,
            lead: episode.recipients.lead().to_string(),
        })
    }

    /// The firms of a red trade that are warned of, worst first; told once, with the warning that turns red.
    pub(super) fn firms_of_red_trade(&self, key: &SubjectKey, level: Level, view: View) -> Option<Grouped> {
        if key.scope != SubjectScope::Industry || level != Level::Red {
            return None;
        }
        let from = SubjectKey { scope: SubjectScope::Enterprise, id: String::new(), ..key.clone() };
        let of_matter = self
            .state
            .episodes
            .range(from..)
            .take_while(|(other, _)| other.matter == key.matter && other.scope == SubjectScope::Enterprise);
        let lies_there = |id: &str| {
            let region = self.state.directory.get(id).and_then(|row| row.region.as_deref());
            self.model.region_chain(region).contains(&key.id.as_str())
        };
        let mut firms: Vec<(&SubjectKey, &Episode)> = of_matter.filter(|(other, _)| lies_there(&other.id)).collect();
        firms.sort_by(|(a, x), (b, y)| y.level.cmp(&x.level).then_with(|| a.cmp(b)));
        let warnings = firms.iter().take(MAX_GROUPED).filter_map(|(other, _)| self.grouped(other, view)).collect();
        let group = Grouped { why: GroupWhy::RedTrade, count: firms.len() as u64, warnings };
        (group.count > 0).then_some(group)
    }
}
