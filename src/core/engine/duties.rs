//! Duties (办理任务): due times in working days, and the ladder of cards when they pass:
//! due soon, urging notice (催办), supervised handling (督办), circular notice (通报). Each once.

use super::effects::{Address, topics};
use super::privacy::View;
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{Reminder, ReminderStage, Role, WarningEnd};
use crate::domain::{Action, Disposition, HOUR_MS, Level, Outcome};
use std::sync::Arc;

impl Engine {
    /// Works out what each organisation owes on the warning at its level, from now.
    pub(super) fn set_duties(&mut self, now_ms: i64, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let Some(episode) = self.state.episodes.get(key) else { return };
        let (level, target) = (episode.told_level(), Target::Warning(episode.warning_id.clone()));
        let recipients = episode.recipients.clone();
        let model = Arc::clone(&self.model);
        let rule = model.duties[level.index()];
        let undetermined = model.matters.get(&key.matter).is_some_and(|m| m.lead.is_none());
        let mut duties = Vec::new();
        for (org, role) in recipients.iter() {
            // Below orange the lead checks alone, off site; the informed never owe anything.
            if role == Role::Informed || (role == Role::Cooperating && level < Level::Orange) {
                continue;
            }
            let allowed = [
                (DutyKind::Acknowledge, rule.acknowledge_working_days),
                (DutyKind::Feedback, rule.feedback_working_days),
                (DutyKind::Close, rule.close_working_days.filter(|_| role == Role::Lead)),
                (DutyKind::AgreeLead, (undetermined && role == Role::Lead).then_some(model.agree_lead_working_days)),
            ];
            duties.extend(self.owed(now_ms, org, &allowed, effects));
        }
        self.owe(now_ms, &target, duties);
    }

    /// One organisation's duties from now, each with the working days it may take.
    pub(super) fn owed(
        &mut self,
        now_ms: i64,
        org: &str,
        allowed: &[(DutyKind, Option<u32>)],
        effects: &mut Vec<Effect>,
    ) -> Vec<Duty> {
        let model = Arc::clone(&self.model);
        let mut duties = Vec::new();
        for (what, days) in allowed {
            let Some(days) = days else { continue };
            let due = model.calendar.due(model.zone, now_ms, *days);
            if due.provisional {
                // A due time is the midnight after its day.
                self.calendar_unknown(now_ms, due.due_ms - 1, effects);
            }
            duties.push(Duty {
                org: org.to_string(),
                what: *what,
                due_ms: due.due_ms,
                provisional: due.provisional,
                done: false,
                reminded: None,
            });
        }
        duties
    }

    /// Puts duties on a warning or clue, in the place of those before, and sets their first cards.
    pub(super) fn owe(&mut self, now_ms: i64, target: &Target, duties: Vec<Duty>) {
        for duty in &duties {
            let soon_ms = duty.due_ms - i64::from(self.model.ladder.due_soon_hours) * HOUR_MS;
            let first =
                if soon_ms > now_ms { (soon_ms, ReminderStage::DueSoon) } else { (duty.due_ms, ReminderStage::UrgingNotice) };
            self.set_reminder(first.0, target, duty, first.1);
        }
        if let Some(held) = self.duties_of(target) {
            *held = duties;
        }
    }

    fn duties_of(&mut self, target: &Target) -> Option<&mut Vec<Duty>> {
        match target {
            Target::Warning(id) => {
                let key = self.state.episode_of_warning.get(id)?;
                self.state.episodes.get_mut(key).map(|e| &mut e.duties)
            }
            Target::Clue(id) => self.state.clues.get_mut(id).map(|c| &mut c.duties),
        }
    }

    /// The level, if there is one, and the headline of what a duty is about.
    fn heading(&self, target: &Target, view: View) -> Option<(Option<Level>, String)> {
        match target {
            Target::Warning(id) => {
                let key = self.state.episode_of_warning.get(id)?;
                let (matter, episode) = (self.model.matters.get(&key.matter)?, self.state.episodes.get(key)?);
                Some((Some(episode.told_level()), self.headline(matter, key, episode, view)))
            }
            Target::Clue(id) => Some((None, self.clue_headline(self.state.clues.get(id)?, view))),
        }
    }

    fn calendar_unknown(&mut self, now_ms: i64, due_ms: i64, effects: &mut Vec<Effect>) {
        use chrono::Datelike;
        let year = self.model.zone.date(due_ms).year();
        if self.state.unknown_years.insert(year) {
            let text = format!("the calendar does not know all of {year}: due times count Monday to Friday and are provisional");
            self.tell_operators(now_ms, "calendar_year_unknown", text, effects);
        }
    }

    fn set_reminder(&mut self, at_ms: i64, target: &Target, duty: &Duty, stage: ReminderStage) {
        let timer = Timer::Remind { target: target.clone(), org: duty.org.clone(), what: duty.what, due_ms: duty.due_ms, stage };
        self.set_timer(at_ms, format!("remind/{}/{}/{}", target.id(), duty.org, duty.what.as_str()), timer);
    }

    /// A card is due, unless the duty was done, ended or set anew since.
    #[allow(clippy::too_many_arguments, reason = "the timer's own fields")]
    pub(super) fn remind(
        &mut self,
        moment: &Moment,
        target: &Target,
        org: &str,
        what: DutyKind,
        due_ms: i64,
        stage: ReminderStage,
        effects: &mut Vec<Effect>,
    ) {
        let model = Arc::clone(&self.model);
        let owed = |d: &&mut Duty| d.org == org && d.what == what && d.due_ms == due_ms && !d.done && d.reminded < Some(stage);
        let Some(duty) = self.duties_of(target).and_then(|duties| duties.iter_mut().find(owed)) else { return };
        duty.reminded = Some(stage);
        let duty = duty.clone();
        self.send_cards(moment.now_ms, target, &duty, stage, effects);
        // The due time is the end of its day: the day it ends is the one to count from.
        let after = |days| model.calendar.due(model.zone, due_ms - 1, days).due_ms;
        let next = match stage {
            ReminderStage::DueSoon => Some((due_ms, ReminderStage::UrgingNotice)),
            ReminderStage::UrgingNotice => Some((after(model.ladder.supervised_working_days), ReminderStage::SupervisedHandling)),
            ReminderStage::SupervisedHandling => Some((after(model.ladder.circular_working_days), ReminderStage::CircularNotice)),
            ReminderStage::CircularNotice => None,
        };
        if let Some((at_ms, stage)) = next {
            self.set_reminder(at_ms, target, &duty, stage);
        }
    }

    /// One card to the debtor, and a copy to each the stage calls for.
    fn send_cards(&self, now_ms: i64, target: &Target, duty: &Duty, stage: ReminderStage, effects: &mut Vec<Effect>) {
        let model = &self.model;
        let (org, what) = (duty.org.as_str(), duty.what);
        let Some((level, headline)) = self.heading(target, self.view_of(target, org)) else { return };
        let superior = model.organisations.get(org).and_then(|o| o.superior.clone());
        let mut copied_to = Vec::new();
        if stage >= ReminderStage::SupervisedHandling {
            copied_to.extend(superior);
        }
        if stage >= ReminderStage::CircularNotice && !copied_to.contains(&model.coordinating) {
            copied_to.push(model.coordinating.clone());
        }
        copied_to.retain(|c| c != org);
        let stage_code = serde_json::to_value(stage).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
        let mut reminder = Reminder {
            reminder_id: crate::domain::short_hash(&[target.id(), org, what.as_str(), &duty.due_ms.to_string(), &stage_code]),
            realm: model.realm.clone(),
            warning_id: matches!(target, Target::Warning(_)).then(|| target.id().to_string()),
            clue_id: matches!(target, Target::Clue(_)).then(|| target.id().to_string()),
            to: String::new(),
            org: org.to_string(),
            what: what.as_str().to_string(),
            stage,
            due_at: model.zone.format(duty.due_ms),
            provisional: duty.provisional,
            copied_to: copied_to.clone(),
            level,
            headline,
            sent_at: model.zone.format(now_ms),
        };
        for to in std::iter::once(org.to_string()).chain(copied_to) {
            let event_id = format!("{}/{to}", reminder.reminder_id);
            let address = Address {
                topic: topics::reminders(&to),
                key: target.id().to_string(),
                event_type: "jianwei.reminder.v1",
                event_id,
            };
            // A superior or the coordinating office may be no one who acts on it.
            let shown = self.heading(target, self.view_of(target, &to));
            reminder.headline = shown.map_or_else(String::new, |(_, headline)| headline);
            reminder.to = to;
            self.publish(now_ms, address, Some(&reminder), effects);
        }
    }

    pub(super) fn ignore(&self, moment: &Moment, d: &Disposition, why: &str, effects: &mut Vec<Effect>) {
        self.audit(moment.now_ms, "disposition_ignored", &d.target, d.by.as_deref(), Some(&d.org), why, effects);
    }

    /// An organisation's word on a warning or a clue.
    pub(super) fn disposition(&mut self, moment: &Moment, d: &Disposition, effects: &mut Vec<Effect>) {
        if self.state.clues.contains_key(&d.target) {
            self.dispose_clue(moment, d, effects);
        } else {
            self.dispose_warning(moment, d, effects);
        }
    }

    /// Settles the organisation's duties; the lead's close ends the episode.
    fn dispose_warning(&mut self, moment: &Moment, d: &Disposition, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let found = self.state.episode_of_warning.get(&d.target).cloned();
        let Some((key, matter)) = found.and_then(|k| model.matters.get(&k.matter).map(|m| (k, m))) else {
            self.ignore(moment, d, "no such warning or clue is open", effects);
            return;
        };
        let Some(role) = self.state.episodes.get(&key).and_then(|e| e.recipients.role_of(&d.org)) else {
            self.ignore(moment, d, "the warning is not addressed to it", effects);
            return;
        };
        let outcome = d.outcome.map_or("", Outcome::as_str);
        self.audit(moment.now_ms, d.action.as_str(), &d.target, d.by.as_deref(), Some(&d.org), outcome, effects);
        let settles = settled_by(d.action);
        if let Some(episode) = self.state.episodes.get_mut(&key) {
            settle(&mut episode.duties, &d.org, settles);
            let newly = role == Role::Lead && !settles.is_empty() && !episode.acknowledged;
            episode.acknowledged |= newly;
            if newly {
                self.tell_open(moment.now_ms, matter, &key, false, effects);
            }
        }
        let may_judge = role != Role::Informed && matches!(d.action, Action::Feedback | Action::Close | Action::Return);
        let ends = if d.outcome == Some(Outcome::WrongSubject) && may_judge {
            WarningEnd::WrongSubject
        } else if d.action == Action::Close && role == Role::Lead {
            WarningEnd::Closed
        } else {
            return;
        };
        if let (Some(Outcome::WrongSubject | Outcome::Unfounded), Some(episode)) = (d.outcome, self.state.episodes.get(&key)) {
            self.state.counters.false_alarms[key.scope as usize][episode.told_level().index()] += 1;
        }
        // The last copy still says what is withdrawn or lifted; then the evidence goes.
        self.end_episode(moment.now_ms, matter, &key, ends, effects);
        self.answer(&key);
        if matches!(d.outcome, Some(Outcome::WrongSubject | Outcome::Unfounded)) {
            self.clear_evidence(matter, &key);
        }
        self.publish_profile(moment.now_ms, matter, &key, effects);
    }
}

/// The duties an action settles for the organisation that did it.
pub(super) fn settled_by(action: Action) -> &'static [DutyKind] {
    match action {
        Action::Acknowledge | Action::Start => &[DutyKind::Acknowledge],
        Action::Feedback => &[DutyKind::Acknowledge, DutyKind::Feedback],
        Action::Close => &[DutyKind::Acknowledge, DutyKind::Feedback, DutyKind::Close, DutyKind::AgreeLead],
        _ => &[],
    }
}

pub(super) fn settle(duties: &mut [Duty], org: &str, settles: &[DutyKind]) {
    for duty in duties.iter_mut().filter(|d| d.org == org && settles.contains(&d.what)) {
        duty.done = true;
    }
}
