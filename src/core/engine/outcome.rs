//! Outcomes of visits, and their chance as it stood the day before: an outcome is judged by what earlier
//! days left, then it becomes evidence itself. Everything of the judged day or later is unknown, in
//! whatever order the records of that day come.

use super::enterprise::Stated;
use super::state::{State, SubjectKey, SubjectScope};
use super::{Effect, Engine, Moment, stats};
use crate::domain::outputs::Chance;
use crate::domain::{Fixed3, Level};
use crate::journal::{ObjectLabels, OutcomeFact, OutcomeHit};
use crate::pipeline::{Matter, OutcomeRules, Phase, RateOf, Term, TermKind};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most labels (areas, types, classes) one matter keeps rates of; further ones have the realm's.
pub const MAX_OUTCOME_GROUPS: usize = 20_000;
/// `since` sees no difference below and above these.
const SINCE_DAYS: (i64, i64) = (30, 1_000);
/// Shares stay this far from 0 and 1.
const LEAST_SHARE: f64 = 1e-4;

/// How many outcomes, and in how many of them it happened; decayed, so no whole numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub of: f64,
    pub happened: f64,
}

/// A decayed count that remembers what it was before its newest day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The newest day it counted something, and the one before that.
    newest: Option<i64>,
    earlier: Option<i64>,
    /// As of the newest day, without what that day itself brought.
    before: Share,
    own: Share,
}

/// What the outcomes of one matter have taught so far. By term where it says so.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OutcomeState {
    /// All outcomes, not decayed.
    all: Tally,
    realm: BTreeMap<String, Tally>,
    groups: BTreeMap<(String, String), Tally>,
    subjects: BTreeMap<String, OutcomeSubject>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct OutcomeSubject {
    /// The first day it was heard of.
    first_day: i64,
    all: Tally,
    terms: BTreeMap<String, Tally>,
    /// What it is, as of its newest day and before that.
    labels_day: i64,
    labels: ObjectLabels,
    labels_before: ObjectLabels,
}

/// One outcome, and what was known of its subject the day before. Put out for evaluation, where it is
/// asked for; never published.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeRow {
    pub matter: String,
    pub subject: String,
    pub source_id: String,
    pub date: NaiveDate,
    pub happened: bool,
    /// Nobody chose the visit for its risk.
    pub random: bool,
    /// The terms' values, in the order of the pipeline.
    pub values: Vec<f64>,
    /// By the pipeline's own coefficients.
    pub log_odds: f64,
    /// The realm's share over all earlier days.
    pub usual: f64,
    /// The subject's own earlier outcomes, not decayed.
    pub own: Share,
    pub object: ObjectLabels,
    pub size: Option<String>,
    /// Days since the subject was first heard of.
    pub known_days: Option<i64>,
    /// The warning that stood, and for how many days.
    pub warned: Option<(Level, i64)>,
}

impl Share {
    fn plus(self, other: Share) -> Share {
        Share { of: self.of + other.of, happened: self.happened + other.happened }
    }

    fn times(self, factor: f64) -> Share {
        Share { of: self.of * factor, happened: self.happened * factor }
    }

    /// The share, drawn to `usual` as by so many outcomes.
    pub fn drawn_to(self, usual: f64, strength: f64) -> f64 {
        let of = self.of + strength;
        let share = if of > 0.0 { (self.happened + strength * usual) / of } else { usual };
        share.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE)
    }
}

impl Tally {
    /// What earlier days than this one brought.
    fn as_of(&self, day: i64, half_life_days: f64) -> Share {
        match self.newest {
            Some(newest) if newest < day => {
                let left = libm::exp2(-((day - newest) as f64) / half_life_days);
                self.before.plus(self.own).times(left)
            }
            _ => self.before,
        }
    }

    fn last_before(&self, day: i64) -> Option<i64> {
        self.newest.filter(|newest| *newest < day).or(self.earlier)
    }

    /// Days never fall: they are those of the entries' stamps.
    fn add(&mut self, day: i64, happened: bool, half_life_days: f64) {
        self.turn_to(day, half_life_days);
        self.own = self.own.plus(Share { of: 1.0, happened: f64::from(u8::from(happened)) });
    }

    fn turn_to(&mut self, day: i64, half_life_days: f64) {
        if self.newest.is_none_or(|newest| newest < day) {
            let before = self.as_of(day, half_life_days);
            *self = Tally { newest: Some(day), earlier: self.newest, before, own: Share::default() };
        }
    }

    /// Adds what was counted of another.
    fn absorb(&mut self, mut other: Tally, half_life_days: f64) {
        let Some(day) = self.newest.max(other.newest) else { return };
        self.turn_to(day, half_life_days);
        other.turn_to(day, half_life_days);
        self.earlier = self.earlier.max(other.earlier);
        self.before = self.before.plus(other.before);
        self.own = self.own.plus(other.own);
    }
}

impl OutcomeSubject {
    fn known(&self, day: i64) -> &ObjectLabels {
        if self.labels_day < day { &self.labels } else { &self.labels_before }
    }

    fn note(&mut self, day: i64, said: &ObjectLabels) {
        if self.labels_day < day {
            self.labels_before = self.labels.clone();
            self.labels_day = day;
        }
        let fields = [
            (&mut self.labels.area, &said.area),
            (&mut self.labels.object_type, &said.object_type),
            (&mut self.labels.risk_class, &said.risk_class),
        ];
        for (known, said) in fields {
            if said.is_some() {
                known.clone_from(said);
            }
        }
    }
}

fn label(of: RateOf, object: &ObjectLabels) -> Option<&String> {
    match of {
        RateOf::Area => object.area.as_ref(),
        RateOf::ObjectType => object.object_type.as_ref(),
        RateOf::RiskClass => object.risk_class.as_ref(),
        RateOf::Subject | RateOf::Realm => None,
    }
}

fn log_odds(share: f64) -> f64 {
    libm::log(share / (1.0 - share))
}

fn half_life_days(term: &Term) -> f64 {
    match term.kind {
        TermKind::Rate { half_life_days, .. } | TermKind::Recent { half_life_days, .. } => half_life_days,
        TermKind::Since(_) | TermKind::Season(_) => f64::INFINITY,
    }
}

impl OutcomeState {
    /// The realm's share over all earlier days; a half before there was any.
    fn usual(&self, day: i64) -> f64 {
        self.all.as_of(day, f64::INFINITY).drawn_to(0.5, 1.0)
    }

    fn value(&self, term: &Term, id: &str, day: i64, date: NaiveDate) -> f64 {
        let subject = self.subjects.get(id);
        let own = |code: &str| subject.and_then(|s| s.terms.get(code)).copied().unwrap_or_default();
        match &term.kind {
            TermKind::Rate { of, happened, half_life_days, strength } => {
                let realm = self.realm.get(&term.code).copied().unwrap_or_default().as_of(day, *half_life_days);
                let usual = if happened.is_empty() { self.usual(day) } else { 0.5 };
                if *of == RateOf::Realm {
                    return log_odds(realm.drawn_to(usual, *strength));
                }
                let tally = match of {
                    RateOf::Subject => own(&term.code),
                    _ => {
                        let label = subject.and_then(|s| label(*of, s.known(day)));
                        let group = label.and_then(|label| self.groups.get(&(term.code.clone(), label.clone())));
                        group.copied().unwrap_or_default()
                    }
                };
                let peers = realm.drawn_to(usual, 1.0);
                log_odds(tally.as_of(day, *half_life_days).drawn_to(peers, *strength)) - log_odds(peers)
            }
            TermKind::Since(_) => {
                let days = own(&term.code).last_before(day).map_or(SINCE_DAYS.1, |last| day - last);
                libm::log(days.clamp(SINCE_DAYS.0, SINCE_DAYS.1) as f64)
            }
            TermKind::Recent { half_life_days, .. } => libm::log2(1.0 + own(&term.code).as_of(day, *half_life_days).of),
            TermKind::Season(phase) => {
                let turn = f64::from(date.ordinal0()) / 365.25 * std::f64::consts::TAU;
                match phase {
                    Phase::January => libm::cos(turn),
                    Phase::April => libm::sin(turn),
                }
            }
        }
    }

    fn learn(&mut self, rules: &OutcomeRules, hit: &OutcomeHit, id: &str, day: i64, object: &ObjectLabels) {
        let fresh = || OutcomeSubject { first_day: day, labels_day: day, ..OutcomeSubject::default() };
        let subject = self.subjects.entry(id.to_string()).or_insert_with(fresh);
        subject.note(day, object);
        if let Some(happened) = hit.happened {
            self.all.add(day, happened, f64::INFINITY);
            subject.all.add(day, happened, f64::INFINITY);
        }
        for term in &rules.terms {
            let met = hit.terms.contains(&term.code);
            let half_life = half_life_days(term);
            match (&term.kind, hit.happened) {
                (TermKind::Rate { of, happened, .. }, Some(outcome)) => {
                    let happened = if happened.is_empty() { outcome } else { met };
                    self.realm.entry(term.code.clone()).or_default().add(day, happened, half_life);
                    if *of == RateOf::Subject {
                        subject.terms.entry(term.code.clone()).or_default().add(day, happened, half_life);
                    } else if let Some(label) = label(*of, &subject.labels) {
                        let key = (term.code.clone(), label.clone());
                        if self.groups.len() < MAX_OUTCOME_GROUPS || self.groups.contains_key(&key) {
                            self.groups.entry(key).or_default().add(day, happened, half_life);
                        }
                    }
                }
                (TermKind::Since(_) | TermKind::Recent { .. }, _) if met => {
                    subject.terms.entry(term.code.clone()).or_default().add(day, false, half_life);
                }
                _ => {}
            }
        }
    }

    fn merge(&mut self, rules: &OutcomeRules, from: &str, to: &str) {
        let Some(old) = self.subjects.remove(from) else { return };
        let Some(new) = self.subjects.get_mut(to) else {
            self.subjects.insert(to.to_string(), old);
            return;
        };
        new.first_day = new.first_day.min(old.first_day);
        new.all.absorb(old.all, f64::INFINITY);
        for term in &rules.terms {
            if let Some(tally) = old.terms.get(&term.code) {
                new.terms.entry(term.code.clone()).or_default().absorb(*tally, half_life_days(term));
            }
        }
    }

    /// Forgets what no term of the rules asks for.
    fn keep(&mut self, rules: &OutcomeRules) {
        let stays = |code: &str| rules.terms.iter().any(|term| term.code == code);
        self.realm.retain(|code, _| stays(code));
        self.groups.retain(|(code, _), _| stays(code));
        self.subjects.values_mut().for_each(|subject| subject.terms.retain(|code, _| stays(code)));
    }
}

impl OutcomeRules {
    /// Log-odds of terms of these values, by the coefficients of the pipeline.
    pub fn log_odds(&self, values: &[f64]) -> f64 {
        let added = self.terms.iter().zip(values).map(|(term, value)| term.coefficient * (value - term.centre));
        added.fold(self.intercept, |sum, part| sum + part)
    }
}

impl State {
    /// Another pipeline's rules from here on.
    pub(super) fn keep_outcomes_of(&mut self, matters: &BTreeMap<String, Matter>) {
        let rules = |id: &String| matters.get(id).and_then(|m| m.outcome.as_ref());
        self.outcomes.retain(|id, _| rules(id).is_some());
        for (id, state) in &mut self.outcomes {
            rules(id).into_iter().for_each(|rules| state.keep(rules));
        }
    }

    pub(super) fn forget_outcomes_of(&mut self, id: &str) {
        self.outcomes.values_mut().for_each(|state| {
            state.subjects.remove(id);
        });
    }
}

impl Engine {
    /// A record that tells an outcome, or that a term counts: judged, weighed as any other, learned from.
    /// One seen before is neither judged nor learned again.
    pub(super) fn outcome(&mut self, moment: &Moment, fact: &OutcomeFact, effects: &mut Vec<Effect>) {
        let fresh = !self.state.seen.contains(moment.root);
        let subject = fact.evidence.subject.as_ref().map(|s| self.stands_for(&s.id)).filter(|_| fresh);
        if let Some(id) = subject.as_deref().filter(|_| self.emit_outcomes) {
            for hit in &fact.hits {
                effects.extend(self.judge_outcome(moment, hit, id).map(Box::new).map(Effect::Outcome));
            }
        }
        let stated = Stated { holds: fact.holds.as_ref(), ..Stated::of(&fact.evidence) };
        self.evidence(moment, &stated, effects);
        let Some(id) = subject.filter(|id| self.state.directory.get(id).is_some()) else { return };
        let model = Arc::clone(&self.model);
        let day = model.zone.day_index(moment.now_ms);
        for hit in &fact.hits {
            let Some(rules) = model.matters.get(&hit.matter).and_then(|m| m.outcome.as_ref()) else { continue };
            self.state.outcomes.entry(hit.matter.clone()).or_default().learn(rules, hit, &id, day, &fact.object);
        }
    }

    fn judge_outcome(&self, moment: &Moment, hit: &OutcomeHit, id: &str) -> Option<OutcomeRow> {
        let happened = hit.happened?;
        let rules = self.model.matters.get(&hit.matter)?.outcome.as_ref()?;
        let zone = self.model.zone;
        let day = zone.day_index(moment.now_ms);
        let none = OutcomeState::default();
        let state = self.state.outcomes.get(&hit.matter).unwrap_or(&none);
        let values = self.outcome_values(rules, state, id, moment.now_ms);
        let subject = state.subjects.get(id);
        let key = super::weigh::enterprise_key(self.model.matters.get(&hit.matter)?, id);
        let episode = self.state.episodes.get(&key);
        Some(OutcomeRow {
            matter: hit.matter.clone(),
            subject: id.to_string(),
            source_id: moment.cause.to_string(),
            date: zone.date(moment.event_ms),
            happened,
            random: hit.random,
            log_odds: rules.log_odds(&values),
            values,
            usual: state.usual(day),
            own: subject.map(|s| s.all.as_of(day, f64::INFINITY)).unwrap_or_default(),
            object: subject.map(|s| s.known(day).clone()).unwrap_or_default(),
            size: self.state.directory.get(id).and_then(|row| row.size.clone()),
            known_days: subject.map(|s| day - s.first_day).filter(|days| *days > 0),
            warned: episode.map(|e| (e.level, day - zone.day_index(e.raised_ms))).filter(|(_, days)| *days > 0),
        })
    }

    /// The chance of the matter's outcome for an enterprise, where its coefficients were learned.
    pub(super) fn chance(&self, matter: &Matter, key: &SubjectKey, now_ms: i64) -> Option<Chance> {
        let rules = matter.outcome.as_ref().filter(|_| key.scope == SubjectScope::Enterprise)?;
        let learned = rules.learned?;
        let state = self.state.outcomes.get(&matter.id)?;
        let values = self.outcome_values(rules, state, &key.id, now_ms);
        Some(Chance {
            value: Fixed3::from_f64(stats::logistic(rules.log_odds(&values))),
            event: self.model.text(&rules.text).to_string(),
            horizon_days: None,
            n: learned.outcomes,
            learned_to: learned.to.to_string(),
            version: self.model.version.clone(),
        })
    }

    fn outcome_values(&self, rules: &OutcomeRules, state: &OutcomeState, id: &str, now_ms: i64) -> Vec<f64> {
        let (day, date) = (self.model.zone.day_index(now_ms), self.model.zone.date(now_ms));
        rules.terms.iter().map(|term| state.value(term, id, day, date)).collect()
    }

    /// What is known of one that was merged goes over to the other.
    pub(super) fn merge_outcomes(&mut self, from: &str, to: &str) {
        let model = Arc::clone(&self.model);
        for (matter, state) in &mut self.state.outcomes {
            if let Some(rules) = model.matters.get(matter).and_then(|m| m.outcome.as_ref()) {
                state.merge(rules, from, to);
            }
        }
    }
}

impl OutcomeRow {
    /// The chance by the pipeline's own coefficients.
    pub fn probability(&self) -> f64 {
        stats::logistic(self.log_odds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_knows_what_earlier_days_brought() {
        let mut tally = Tally::default();
        assert_eq!((tally.as_of(10, 5.0), tally.last_before(10)), (Share::default(), None));
        tally.add(10, true, 5.0);
        tally.add(10, false, 5.0);
        assert_eq!((tally.as_of(10, 5.0), tally.last_before(10)), (Share::default(), None));
        let whole = Share { of: 2.0, happened: 1.0 };
        assert_eq!((tally.as_of(11, f64::INFINITY), tally.last_before(11)), (whole, Some(10)));
        assert_eq!(tally.as_of(15, 5.0), whole.times(0.5));
        tally.add(15, true, 5.0);
        assert_eq!((tally.as_of(15, 5.0), tally.last_before(15)), (whole.times(0.5), Some(10)));
        assert_eq!((tally.as_of(20, 5.0).of, tally.last_before(20)), (1.0, Some(15)));
    }

    #[test]
    fn tallies_of_two_add_up_whichever_was_newer() {
        let tally = |days: &[i64]| {
            let mut tally = Tally::default();
            days.iter().for_each(|day| tally.add(*day, *day % 2 == 0, 5.0));
            tally
        };
        for (a, b) in
            [(vec![2, 4], vec![3, 9]), (vec![3, 9], vec![2, 4]), (vec![4], vec![4]), (vec![], vec![1]), (vec![1], vec![])]
        {
            let mut all: Vec<i64> = a.iter().chain(&b).copied().collect();
            all.sort();
            let mut merged = tally(&a);
            merged.absorb(tally(&b), 5.0);
            let whole = tally(&all);
            for day in [9, 10, 14] {
                let (got, wanted) = (merged.as_of(day, 5.0), whole.as_of(day, 5.0));
                assert!((got.of - wanted.of).abs() < 1e-12 && (got.happened - wanted.happened).abs() < 1e-12, "{a:?} {b:?}");
                assert_eq!(merged.last_before(day), whole.last_before(day), "{a:?} {b:?} {day}");
            }
        }
    }

    #[test]
    fn shares_are_drawn_to_what_is_usual_and_never_certain() {
        let share = Share { of: 4.0, happened: 4.0 };
        assert_eq!(share.drawn_to(0.2, 4.0), 0.6);
        assert_eq!(Share::default().drawn_to(0.2, 0.0), 0.2);
        assert_eq!(share.drawn_to(0.2, 0.0), 1.0 - LEAST_SHARE);
    }
}
