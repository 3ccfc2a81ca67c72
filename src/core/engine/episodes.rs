//! Episodes (预警周期): raised at once, lowered one level at a time after calm, lifted at last. One
//! open a subject and matter.

use super::effects::{Address, topics};
use super::privacy::View;
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{OpenWarning, WarningEnd, WarningStatus};
use crate::domain::{Level, short_hash};
use crate::pipeline::Matter;

impl Engine {
    /// Raises a warning, or an open one to a higher level; told again only when worse.
    #[allow(clippy::too_many_arguments, reason = "what, to which level, and the two kinds of reason")]
    pub(super) fn raise(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        level: Level,
        trigger: Option<HeldTrigger>,
        assessment: Option<Assessment>,
        effects: &mut Vec<Effect>,
    ) {
        let mut before = None;
        let status = match self.state.episodes.get_mut(key) {
            Some(open) if open.level >= level => {
                if open.level == level {
                    open.calm = 0;
                }
                // The same period goes on: what is told next gives its newest figures.
                if let (Some(known), Some(new)) = (&mut open.assessment, &assessment)
                    && match &new.indicator {
                        Some(source) => known.is_of(&source.indicator, new.period, new.index),
                        None => (known.period, known.index, known.drift) == (new.period, new.index, new.drift),
                    }
                {
                    *known = new.clone();
                }
                // The same trigger again holds for longer.
                if trigger.is_some() && open.trigger.as_ref().is_none_or(|t| Some(t.level) <= trigger.as_ref().map(|n| n.level)) {
                    open.trigger = trigger;
                    if open.held_back && open.stands_on_red_trigger() {
                        self.release_now(moment.now_ms, key, effects);
                    }
                }
                return;
            }
            Some(open) => {
                before = Some(open.level);
                open.level = level;
                // A surge beyond a trigger of the trade leaves it standing.
                let held = self.state.trade_triggers.get(key).and_then(|t| t.strongest(moment.now_ms));
                open.trigger = trigger.or_else(|| held.cloned());
                open.assessment = assessment;
                WarningStatus::Upgraded
            }
            None => {
                self.open_episode(moment, matter, key, level, trigger, assessment);
                WarningStatus::Raised
            }
        };
        let Some(episode) = self.state.episodes.get_mut(key) else { return };
        episode.updated_ms = moment.now_ms;
        episode.event_ms = moment.event_ms;
        episode.level_since_ms = moment.now_ms;
        episode.calm = 0;
        let warning_id = episode.warning_id.clone();
        let waits = level == Level::Red && self.hold_red(moment.now_ms, matter, key);
        // One that waits and was orange has been told all that may be told now.
        let is_told = waits && before == Some(Level::Orange);
        let Some(episode) = self.state.episodes.get_mut(key) else { return };
        episode.held_back = waits;
        if !is_told {
            episode.revision += u32::from(before.is_some());
            episode.acknowledged = false;
            self.set_duties(moment.now_ms, key, effects);
        }
        // Industries whose records are counted are looked at when a period closes; all others once a day.
        if status == WarningStatus::Raised && (key.scope == SubjectScope::Enterprise || !matter.closes_periods()) {
            self.set_recheck(moment.now_ms, key, &warning_id);
        }
        if is_told {
            self.tell_open_as(moment.now_ms, matter, key, false, &format!("held/{}", moment.now_ms), effects);
        } else {
            self.tell(matter, key, status, None, effects);
        }
        if waits {
            self.group_red(moment, key, effects);
        }
    }

    fn open_episode(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        level: Level,
        trigger: Option<HeldTrigger>,
        assessment: Option<Assessment>,
    ) {
        let recipients = self.recipients(matter, key);
        let number = self.state.episode_counts.entry(key.clone()).or_default();
        *number += 1;
        let scope = if key.scope == SubjectScope::Enterprise { "enterprise" } else { "industry" };
        let warning_id = short_hash(&[&self.model.realm, scope, &key.id, &key.matter, moment.cause, &number.to_string()]);
        let episode = Episode {
            warning_id: warning_id.clone(),
            number: *number,
            recipients,
            revision: 1,
            level,
            raised_ms: moment.now_ms,
            updated_ms: moment.now_ms,
            event_ms: moment.event_ms,
            level_since_ms: moment.now_ms,
            calm: 0,
            trigger,
            assessment,
            acknowledged: false,
            held_back: false,
            duties: Vec::new(),
        };
        self.state.episode_of_warning.insert(warning_id, key.clone());
        self.state.episodes.insert(key.clone(), episode);
    }

    /// One more period has passed: counts calm ones and lowers by one level when there were enough.
    /// True when the warning changed.
    pub(super) fn calm_or_not(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        wanted: Option<Level>,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let rules = &self.model.levels;
        let Some(episode) = self.state.episodes.get_mut(key) else { return false };
        if wanted >= Some(episode.level) {
            episode.calm = 0;
            return false;
        }
        episode.calm += 1;
        if episode.calm < rules.calm_periods || moment.now_ms - episode.level_since_ms < rules.dwell_ms {
            return false;
        }
        let lower = episode.level.lower();
        self.name_what_holds(moment.now_ms, matter, key);
        let Some(episode) = self.state.episodes.get_mut(key) else { return false };
        match lower {
            // Its organisations know it as orange.
            Some(lower) if episode.held_back => {
                (episode.level, episode.held_back, episode.calm) = (lower, false, 0);
                episode.level_since_ms = moment.now_ms;
                self.tell_open_as(moment.now_ms, matter, key, false, &format!("lowered/{}", moment.now_ms), effects);
            }
            Some(lower) => {
                episode.level = lower;
                episode.calm = 0;
                episode.revision += 1;
                episode.updated_ms = moment.now_ms;
                episode.level_since_ms = moment.now_ms;
                self.tell(matter, key, WarningStatus::Downgraded, None, effects);
            }
            None => self.end_episode(moment.now_ms, matter, key, WarningEnd::Calm, effects),
        }
        true
    }

    /// A warning that falls names what holds now: a trigger whose hold is over does not. A surge says
    /// itself which period it was.
    pub(super) fn name_what_holds(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey) {
        let (trigger, surge) = match key.scope {
            SubjectScope::Enterprise => (self.wanted_enterprise(now_ms, matter, key).and_then(|(_, trigger)| trigger), None),
            SubjectScope::Industry => {
                let triggers = self.state.trade_triggers.get(key);
                (triggers.and_then(|t| t.strongest(now_ms)).cloned(), self.wanted_by_count(matter, &key.id))
            }
        };
        let surge = surge.cloned();
        if let Some(episode) = self.state.episodes.get_mut(key) {
            episode.trigger = trigger;
            episode.assessment = episode.assessment.take().or(surge);
        }
    }

    /// Takes from an enterprise what a record gave that is untrue. A warning that nothing else holds is
    /// lifted at once; one that was calming down before, on other evidence too, goes on as it did.
    pub(super) fn take_back_untrue(&mut self, moment: &Moment, matter: &Matter, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let wanted = |engine: &Engine| engine.wanted_enterprise(moment.now_ms, matter, key).and_then(|(level, _)| level);
        let held_before = wanted(self).is_some();
        let pieces = self.take_back(moment.now_ms, matter, key, moment.root);
        let none_left = !pieces.is_empty() && self.state.evidence.get(key).is_none_or(|e| e.refs.is_empty());
        if wanted(self).is_none() && (held_before || none_left) {
            self.end_episode(moment.now_ms, matter, key, WarningEnd::TakenBack, effects);
        }
        self.assess_enterprise(moment, matter, key, effects);
    }

    /// The same for trades whose trigger an untrue record met.
    pub(super) fn lift_untrue_trades(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        trades: &[SubjectKey],
        effects: &mut Vec<Effect>,
    ) {
        for key in trades {
            if self.wanted_industry(moment.now_ms, matter, key).is_none() {
                self.end_episode(moment.now_ms, matter, key, WarningEnd::TakenBack, effects);
            }
        }
    }

    /// Lifts or withdraws a warning: everyone who got it is told, duties end.
    pub(super) fn end_episode(
        &mut self,
        now_ms: i64,
        matter: &Matter,
        key: &SubjectKey,
        ended: WarningEnd,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(episode) = self.state.episodes.get_mut(key) {
            episode.revision += 1;
            episode.updated_ms = now_ms;
            episode.duties.clear();
            self.tell(matter, key, ended.status(), Some(ended), effects);
        }
        if let Some(episode) = self.state.episodes.remove(key) {
            self.state.episode_of_warning.remove(&episode.warning_id);
        }
    }

    /// Publishes the warning as it stands to all its organisations and to `warnings.open`.
    pub(super) fn tell(
        &self,
        matter: &Matter,
        key: &SubjectKey,
        status: WarningStatus,
        ended: Option<WarningEnd>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(episode) = self.state.episodes.get(key) else { return };
        let episode = &*self.as_told(key, episode);
        let [mut full, mut masked] = [None, None];
        for (org, role) in episode.recipients.iter() {
            let (view, copy) = match View::from(role) {
                View::Full => (View::Full, &mut full),
                View::Masked => (View::Masked, &mut masked),
            };
            let warning = copy.get_or_insert_with(|| self.render(matter, key, episode, (status, ended), view));
            warning.role = role;
            warning.org = org.to_string();
            let event_id = format!("{}/{}/{org}", episode.warning_id, episode.revision);
            let key = episode.warning_id.clone();
            let address = Address { topic: topics::warnings(org), key, event_type: "jianwei.warning.v1", event_id };
            self.publish(episode.updated_ms, address, Some(&*warning), effects);
        }
        self.tell_open(episode.updated_ms, matter, key, ended.is_some(), effects);
    }

    /// Publishes the warning's row in `warnings.open`, or its removal.
    pub(super) fn tell_open(&self, now_ms: i64, matter: &Matter, key: &SubjectKey, ended: bool, effects: &mut Vec<Effect>) {
        let acknowledged = self.state.episodes.get(key).is_some_and(|episode| episode.acknowledged);
        let held_back = self.state.episodes.get(key).is_some_and(|episode| episode.held_back);
        let why = if acknowledged {
            "acknowledged"
        } else if held_back {
            "held"
        } else {
            "open"
        };
        self.tell_open_as(now_ms, matter, key, ended, why, effects);
    }

    /// The same; `why` tells its event from others of the revision.
    pub(super) fn tell_open_as(
        &self,
        now_ms: i64,
        matter: &Matter,
        key: &SubjectKey,
        ended: bool,
        why: &str,
        effects: &mut Vec<Effect>,
    ) {
        let Some(episode) = self.state.episodes.get(key) else { return };
        let open = OpenWarning {
            warning_id: episode.warning_id.clone(),
            realm: self.model.realm.clone(),
            revision: episode.revision,
            level: episode.level,
            scope: key.scope.into(),
            matter: matter.id.clone(),
            subject: key.id.clone(),
            headline: self.headline(matter, key, episode, View::Masked),
            lead: episode.recipients.lead().to_string(),
            cooperating: episode.recipients.cooperating(),
            raised_at: self.model.zone.format(episode.raised_ms),
            acknowledged: episode.acknowledged,
            silent_feeds: self.silent_feeds_of(matter, key),
            held_back: episode.held_back,
        };
        let key = format!("{}/{}", self.model.realm, episode.warning_id);
        let event_id = format!("{}/{}/{why}", episode.warning_id, episode.revision);
        let address = Address { topic: topics::OPEN.into(), key, event_type: "jianwei.open-warning.v1", event_id };
        self.publish(now_ms, address, (!ended).then_some(&open), effects);
    }
}
