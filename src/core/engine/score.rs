//! A firm's score: log-odds that add up, each term in words; the level they ask for; and what would
//! have to be absent for a lower one.

use super::Engine;
use super::enterprise::{rule, tenths};
use super::state::*;
use super::stats;
use crate::domain::outputs::{Counterfactual, Factor};
use crate::domain::{Language, Level};
use crate::pipeline::{EnterpriseRules, EvidenceRule, Matter};
use std::collections::BTreeSet;

/// Most terms a counterfactual leaves out; where it would take more it says nothing.
pub const MAX_ABSENT: usize = 8;

/// A score and the terms it is made of.
pub(super) struct Scored {
    /// 0-100.
    pub score: u32,
    pub factors: Vec<Factor>,
    pub against: Vec<Factor>,
    pub level: Option<Level>,
    points: i64,
    sources: u32,
}

impl Scored {
    fn reaches(&self, rules: &EnterpriseRules, points: i64, level: Level) -> bool {
        score_of(points) >= rules.score_at_least[level.index()] && self.sources >= rules.sources_at_least[level.index()]
    }

    fn level_at(&self, rules: &EnterpriseRules, points: i64) -> Option<Level> {
        Level::ALL.into_iter().rev().find(|level| self.reaches(rules, points, *level))
    }
}

fn score_of(points: i64) -> u32 {
    (100.0 * stats::logistic(points as f64 / 10.0) + 0.5).floor() as u32
}

impl Engine {
    pub(super) fn scored(&self, now_ms: i64, matter: &Matter, key: &SubjectKey) -> Option<Scored> {
        let state = self.state.evidence.get(key)?;
        let Some(rules) = &matter.enterprise else { return Some(unscored()) };
        let prior = tenths(rules.prior);
        let mut terms = vec![Factor { code: "prior".into(), points: prior, text: String::new(), evidence: Vec::new() }];
        terms.extend(rules.evidence.iter().filter_map(|rule| self.evidence_term(now_ms, key, state, rule)));
        terms.extend(self.peer_terms(now_ms, matter, key, state));
        terms.retain(|term| term.points != 0 || term.code == "prior");
        let points = terms.iter().map(|term| term.points).sum();
        let (mut factors, against): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| term.points > 0);
        factors.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.code.cmp(&b.code)));
        let speaks_for_it = |code: &String| code == PASSED || rule(matter, code).is_some_and(|rule| rule.weight < 0.0);
        let answered = |r: &EvidencePiece| state.answered.contains(&r.root);
        let supports = |r: &&EvidencePiece| r.holds(now_ms) && !answered(r) && !r.rules.iter().any(speaks_for_it);
        let sources = state.refs.iter().filter(supports).map(|r| r.root).collect::<BTreeSet<u64>>().len() as u32;
        let mut scored = Scored { score: score_of(points), factors, against, level: None, points, sources };
        scored.level = scored.level_at(rules, points);
        Some(scored)
    }

    fn evidence_term(&self, now_ms: i64, key: &SubjectKey, state: &EvidenceState, rule: &EvidenceRule) -> Option<Factor> {
        let value = match &rule.name {
            Some(test) => f64::from(u8::from(self.is_named(now_ms, &key.id, test))),
            None => state.weight(now_ms, rule),
        };
        let points = tenths(rule.weight * libm::log2(1.0 + value));
        if points == 0 {
            return None;
        }
        let pieces = state.refs.iter().filter(|r| r.holds(now_ms) && r.rules.contains(&rule.code));
        let text = self.model.text(&rule.text).to_string();
        Some(Factor { code: rule.code.clone(), points, text, evidence: pieces.map(|r| r.id.clone()).collect() })
    }

    /// What would have to be absent for the next lower level than the one asked for now: all triggers
    /// that hold it, and the heaviest factors, as few as it takes.
    pub(super) fn counterfactual(
        &self,
        now_ms: i64,
        matter: &Matter,
        key: &SubjectKey,
        scored: &Scored,
    ) -> Option<Counterfactual> {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let triggers = self.state.evidence.get(key).map(|e| &e.triggers.held);
        let held: Vec<_> = triggers.into_iter().flatten().filter(|(_, held)| now_ms < held.until_ms).collect();
        let now = scored.level.map(|l| l.min(cap)).max(held.iter().map(|(_, h)| h.level).max())?;
        let (gone, stay): (Vec<_>, Vec<_>) = held.into_iter().partition(|(_, h)| h.level >= now);
        let mut without: Vec<(&str, &str)> = Vec::new();
        for (code, _) in gone {
            let trigger = matter.triggers.iter().find(|t| t.code == *code);
            without.push((code, trigger.map_or(code, |t| self.model.text(&t.text))));
        }
        let mut points = scored.points;
        let rules = matter.enterprise.as_ref();
        let reaches = |points| rules.is_some_and(|rules| now <= cap && scored.reaches(rules, points, now));
        let mut factors = scored.factors.iter();
        while reaches(points) {
            let factor = factors.next()?;
            points -= factor.points;
            without.push((&factor.code, if factor.text.is_empty() { &factor.code } else { &factor.text }));
        }
        if without.len() > MAX_ABSENT {
            return None;
        }
        let by_score = rules.and_then(|rules| scored.level_at(rules, points)).map(|l| l.min(cap));
        let level = by_score.max(stay.iter().map(|(_, h)| h.level).max());
        let text = self.absent_text(&without, level);
        Some(Counterfactual { level, without: without.into_iter().map(|(code, _)| code.to_string()).collect(), text })
    }

    fn absent_text(&self, without: &[(&str, &str)], level: Option<Level>) -> String {
        let texts: Vec<&str> = without.iter().map(|(_, text)| *text).collect();
        match self.model.language {
            Language::Zh => {
                let then = level.map_or("不预警".to_string(), |l| format!("为{}级", super::render::level_name(l)));
                format!("若无“{}”，则{then}", texts.join("”“"))
            }
            Language::En => {
                let then = level.map_or("there would be no warning".to_string(), |l| format!("it would be {}", l.as_str()));
                format!("without \"{}\" {then}", texts.join("\", \""))
            }
        }
    }
}

/// Of a matter that scores no enterprises: only triggers warn.
fn unscored() -> Scored {
    let prior = Factor { code: "prior".into(), points: 0, text: String::new(), evidence: Vec::new() };
    Scored { score: score_of(0), factors: Vec::new(), against: vec![prior], level: None, points: 0, sources: 0 }
}
