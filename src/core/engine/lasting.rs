//! What holds for a time: penalties until they legally expire or are revoked, the newest credit class
//! until it is repaired or another is given, permits until they end.

use super::state::*;
use super::weigh::enterprise_key;
use super::{Effect, Engine, Moment};
use crate::domain::{DAY_MS, RecordKind};
use crate::journal::{Evidence, PermitFact};
use crate::pipeline::{Condition, EnterpriseRules, EvidenceRule, Matter, NameTest};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// Pieces that expire, remembered one by one of one rule, enterprise and matter; the oldest is forgotten.
pub const MAX_LASTING: usize = 64;
/// Types of permit remembered of one enterprise; further ones are not known to be held.
pub const MAX_PERMITS: usize = 32;
/// Credit classes the pipeline does not know that operators are told of.
pub const MAX_UNKNOWN_CLASSES: usize = 16;

/// A piece that will expire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lasting {
    pub at_ms: i64,
    pub until_ms: i64,
    pub root: u64,
    pub weight: f64,
}

/// A permit as its newest record has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Permit {
    at_ms: i64,
    until_ms: Option<i64>,
    in_force: bool,
}

impl EvidenceRule {
    /// When a piece of it says nothing any more: by the rule, or by the record if that is sooner.
    pub(super) fn until_ms(&self, at_ms: i64, record_until_ms: Option<i64>) -> Option<i64> {
        let by_rule = self.expires_days.map(|days| at_ms + i64::from(days) * DAY_MS);
        by_rule.into_iter().chain(record_until_ms).min()
    }

    /// It speaks of credit classes alone.
    fn is_of_credit(&self) -> bool {
        let credit = |condition: &Condition| condition.kinds == [RecordKind::Credit];
        !self.when.is_empty() && self.when.iter().all(credit)
    }
}

impl EvidenceState {
    /// The decayed count of a rule: what only fades, and what has not expired.
    pub(super) fn weight(&self, now_ms: i64, rule: &EvidenceRule) -> f64 {
        let decay = |at_ms| super::stats::decay(now_ms - at_ms, rule.half_life_days);
        let fading = self.counts.get(&rule.code).map_or(0.0, |count| count.value * decay(count.at_ms));
        let lasting = self.lasting.get(&rule.code).into_iter().flatten().filter(|one| now_ms < one.until_ms);
        fading + lasting.map(|one| one.weight * decay(one.at_ms)).sum::<f64>()
    }

    pub(super) fn note_lasting(&mut self, code: &str, one: Lasting) {
        let all = self.lasting.entry(code.to_string()).or_default();
        all.push_back(one);
        if all.len() > MAX_LASTING {
            all.pop_front();
        }
    }

    fn forget_expired(&mut self, now_ms: i64) {
        let expired = |all: &mut VecDeque<Lasting>| {
            all.retain(|one| now_ms < one.until_ms);
            !all.is_empty()
        };
        self.lasting.retain(|_, all| expired(all));
        let before = self.refs.len();
        self.refs.retain(|piece| piece.holds(now_ms));
        self.total = self.total.saturating_sub((before - self.refs.len()) as u64);
    }
}

impl EvidencePiece {
    pub(super) fn holds(&self, now_ms: i64) -> bool {
        self.until_ms.is_none_or(|until_ms| now_ms < until_ms)
    }
}

impl Engine {
    /// Wakes up when a piece expires.
    pub(super) fn set_expiry(&mut self, key: &SubjectKey, until_ms: i64) {
        let timer = Timer::Expire { subject: key.clone() };
        self.set_timer(until_ms, format!("expire/{}/{}", key.matter, key.id), timer);
    }

    /// A piece has expired: the score is published anew; a standing warning falls at its next check.
    pub(super) fn expire(&mut self, moment: &Moment, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let Some(matter) = model.matters.get(&key.matter) else { return };
        let Some(state) = self.state.evidence.get_mut(key) else { return };
        state.forget_expired(moment.now_ms);
        self.publish_profile(moment.now_ms, matter, key, effects);
    }

    /// A credit record: the newest class counts alone. False for one older than the newest known.
    pub(super) fn credit(&mut self, moment: &Moment, id: &str, evidence: &Evidence, effects: &mut Vec<Effect>) -> bool {
        let standing = self.state.standings.entry(id.to_string()).or_default();
        if standing.credit_at_ms.is_some_and(|at_ms| moment.event_ms < at_ms) {
            return false;
        }
        standing.credit_at_ms = Some(moment.event_ms);
        // One that was repaired is no more.
        standing.credit_class = evidence.credit_class.clone().filter(|_| evidence.counts_as_risk);
        let model = Arc::clone(&self.model);
        for hit in &evidence.matters {
            if let Some(matter) = model.matters.get(&hit.matter) {
                self.forget_credit(matter, &enterprise_key(matter, id));
            }
        }
        let class = evidence.credit_class.clone().unwrap_or_default();
        let known = model.credit_classes.is_empty() || model.credit_classes.contains(&class);
        let told = &mut self.state.unknown_classes;
        if !known && told.len() < MAX_UNKNOWN_CLASSES && told.insert(class.clone()) {
            let text = format!(
                "credit class {class:?} is none of [credit] classes: it is shown as it is and meets no rule; add it there, or translate it with values of the source"
            );
            self.tell_operators(moment.now_ms, "unknown_credit_class", text, effects);
        }
        true
    }

    fn forget_credit(&mut self, matter: &Matter, key: &SubjectKey) {
        let Some(state) = self.state.evidence.get_mut(key) else { return };
        for rule in matter.enterprise.iter().flat_map(|e| &e.evidence).filter(|rule| rule.is_of_credit()) {
            state.counts.remove(&rule.code);
            state.lasting.remove(&rule.code);
        }
        let before = state.refs.len();
        state.refs.retain(|piece| piece.kind != RecordKind::Credit);
        state.total = state.total.saturating_sub((before - state.refs.len()) as u64);
    }

    /// Remembers which permits an enterprise holds, by their newest records.
    pub(super) fn permit(&mut self, moment: &Moment, id: &str, permit: &PermitFact, until_ms: Option<i64>) {
        let permits = &mut self.state.standings.entry(id.to_string()).or_default().permits;
        let newer = permits.get(&permit.r#type).is_none_or(|known| known.at_ms <= moment.event_ms);
        if newer && (permits.len() < MAX_PERMITS || permits.contains_key(&permit.r#type)) {
            let one = Permit { at_ms: moment.event_ms, until_ms, in_force: permit.in_force };
            permits.insert(permit.r#type.clone(), one);
        }
    }

    /// Whether the directory calls it so, and none of the permits that allow it is in force.
    pub(super) fn is_named(&self, now_ms: i64, id: &str, test: &NameTest) -> bool {
        let Some(name) = self.state.directory.get(id).and_then(|row| row.name.as_deref()) else { return false };
        test.names(name) && !self.is_permitted(now_ms, id, &test.without_permit)
    }

    /// Whether one of the matter's rules on names holds for it.
    pub(super) fn name_says_it(&self, now_ms: i64, rules: &EnterpriseRules, id: &str) -> bool {
        rules.evidence.iter().filter_map(|rule| rule.name.as_ref()).any(|test| self.is_named(now_ms, id, test))
    }

    /// Whether a permit of one of these types is in force.
    pub(super) fn is_permitted(&self, now_ms: i64, id: &str, types: &[String]) -> bool {
        let permits = self.state.standings.get(id).map(|standing| &standing.permits);
        let held = |kind: &String| {
            let permit = permits.and_then(|all| all.get(kind));
            permit.is_some_and(|p| p.in_force && p.until_ms.is_none_or(|until_ms| now_ms < until_ms))
        };
        types.iter().any(held)
    }

    /// A row of the directory whose name alone says something is scored at once.
    pub(super) fn judge_name(&mut self, moment: &Moment, id: &str, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            let mut tests = matter.enterprise.iter().flat_map(|e| &e.evidence).filter_map(|rule| rule.name.as_ref());
            if tests.any(|test| self.is_named(moment.now_ms, id, test)) {
                let key = enterprise_key(matter, id);
                self.state.evidence.entry(key.clone()).or_default();
                self.assess_enterprise(moment, matter, &key, effects);
            }
        }
    }
}
