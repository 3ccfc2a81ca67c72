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
    fn all(&self) -> Sum {
        Sum { points: self.points, sources: self.sources }
    }
}

/// What levels go by.
#[derive(Clone, Copy)]
struct Sum {
    points: i64,
    sources: u32,
}

impl Sum {
    fn reaches(self, rules: &EnterpriseRules, level: Level) -> bool {
        score_of(self.points) >= rules.score_at_least[level.index()] && self.sources >= rules.sources_at_least[level.index()]
    }

    fn level(self, rules: &EnterpriseRules) -> Option<Level> {
        Level::ALL.into_iter().rev().find(|level| self.reaches(rules, *level))
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
        let text = match self.model.language {
            Language::Zh => "起点：多数企业没有问题",
            Language::En => "where every firm starts: most are in order",
        };
        let mut terms = vec![Factor { code: "prior".into(), points: prior, text: text.into(), evidence: Vec::new() }];
        terms.extend(rules.evidence.iter().filter_map(|rule| self.evidence_term(now_ms, key, state, rules, rule)));
        terms.extend(self.peer_terms(now_ms, matter, key, state));
        terms.retain(|term| term.points != 0 || term.code == "prior");
        let points = terms.iter().map(|term| term.points).sum();
        let (mut factors, against): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| term.points > 0);
        factors.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.code.cmp(&b.code)));
        let sources = sources(now_ms, matter, state, &BTreeSet::new());
        let mut scored = Scored { score: score_of(points), factors, against, level: None, points, sources };
        scored.level = scored.all().level(rules);
        Some(scored)
    }

    fn evidence_term(
        &self,
        now_ms: i64,
        key: &SubjectKey,
        state: &EvidenceState,
        rules: &EnterpriseRules,
        rule: &EvidenceRule,
    ) -> Option<Factor> {
        let value = match &rule.name {
            Some(test) => f64::from(u8::from(self.is_named(now_ms, &key.id, test))),
            None if self.is_permitted(now_ms, &key.id, &rule.without_permit) => return None,
            // What texts say of the same business adds nothing to a name that says it: texts repeat the name.
            None if !rule.without_permit.is_empty() && self.name_says_it(now_ms, rules, &key.id) => return None,
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

    /// What would have to be absent for a lower level than the one asked for now: all triggers that hold
    /// it, then the lightest factor that is enough, else the heaviest ones. With a factor go the records
    /// behind it, as sources, and all that rests on no others.
    pub(super) fn counterfactual(
        &self,
        now_ms: i64,
        matter: &Matter,
        key: &SubjectKey,
        scored: &Scored,
    ) -> Option<Counterfactual> {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let state = self.state.evidence.get(key)?;
        let held: Vec<_> = state.triggers.held.iter().filter(|(_, held)| now_ms < held.until_ms).collect();
        let now = scored.level.map(|l| l.min(cap)).max(held.iter().map(|(_, h)| h.level).max())?;
        let (gone, stay): (Vec<_>, Vec<_>) = held.into_iter().partition(|(_, h)| h.level >= now);
        let rules = matter.enterprise.as_ref();
        let reaches = |sum: Sum| rules.is_some_and(|rules| now <= cap && sum.reaches(rules, now));
        let left = |named: &[&Factor]| {
            let ids: BTreeSet<&str> = named.iter().flat_map(|f| &f.evidence).map(String::as_str).collect();
            without(now_ms, matter, state, scored, named, &ids)
        };
        let mut named: Vec<&Factor> = Vec::new();
        if reaches(left(&named).0) {
            match scored.factors.iter().rev().find(|factor| !reaches(left(&[*factor]).0)) {
                Some(enough) => named.push(enough),
                None => {
                    let mut heaviest = scored.factors.iter();
                    while reaches(left(&named).0) {
                        named.push(heaviest.next()?);
                    }
                }
            }
        }
        let (sum, with_them) = left(&named);
        let mut texts: Vec<&str> = Vec::new();
        for (code, _) in &gone {
            let trigger = matter.triggers.iter().find(|t| t.code == **code);
            texts.push(trigger.map_or(code.as_str(), |t| self.model.text(&t.text)));
        }
        texts.extend(named.iter().map(|f| if f.text.is_empty() { f.code.as_str() } else { f.text.as_str() }));
        let codes = gone.iter().map(|(code, _)| code.to_string()).chain(with_them.iter().map(|f| f.code.clone()));
        let without: Vec<String> = codes.collect();
        if without.len() > MAX_ABSENT {
            return None;
        }
        let by_score = rules.and_then(|rules| sum.level(rules)).map(|l| l.min(cap));
        let level = by_score.max(stay.iter().map(|(_, h)| h.level).max());
        let text = self.absent_text(&texts, level);
        Some(Counterfactual { level, without, text })
    }

    fn absent_text(&self, texts: &[&str], level: Option<Level>) -> String {
        match self.model.language {
            Language::Zh => {
                let then = level.map_or("不预警".to_string(), |l| format!("为{}级", super::render::level_name(l)));
                format!("若无“{}”，则{then}", texts.join("”“"))
            }
            Language::En => {
                let then = level.map_or("there would be no warning".to_string(), |l| format!("it would be {}", l.as_str()));
                format!("without \"{}\", {then}", texts.join("\" and \""))
            }
        }
    }
}

/// Different records that support a score, but for those named.
fn sources(now_ms: i64, matter: &Matter, state: &EvidenceState, but: &BTreeSet<&str>) -> u32 {
    let speaks_for_it = |code: &String| code == PASSED || rule(matter, code).is_some_and(|rule| rule.weight < 0.0);
    let supports = |r: &&EvidencePiece| {
        r.holds(now_ms) && !state.answered.contains(&r.root) && !but.contains(r.id.as_str()) && !r.rules.iter().any(speaks_for_it)
    };
    state.refs.iter().filter(supports).map(|r| r.root).collect::<BTreeSet<u64>>().len() as u32
}

/// A score without some factors: the terms that go with them, and what is left.
fn without<'a>(
    now_ms: i64,
    matter: &Matter,
    state: &EvidenceState,
    scored: &'a Scored,
    named: &[&Factor],
    ids: &BTreeSet<&str>,
) -> (Sum, Vec<&'a Factor>) {
    let is_named = |f: &Factor| named.iter().any(|n| n.code == f.code);
    let rests_on_them = |f: &Factor| !f.evidence.is_empty() && f.evidence.iter().all(|id| ids.contains(id.as_str()));
    let mut gone: Vec<&Factor> = scored.factors.iter().filter(|f| is_named(f) || rests_on_them(f)).collect();
    // What only qualifies a term goes with it.
    let rate_goes = gone.iter().any(|f| f.code == "rate_against_peers");
    let count_goes = gone.iter().any(|f| matter_counts(matter, &f.code));
    let qualifies = |f: &&Factor| (f.code == "outlets" && rate_goes) || (f.code == "usual_among_peers" && count_goes);
    gone.extend(scored.against.iter().filter(qualifies));
    let points = scored.points - gone.iter().map(|f| f.points).sum::<i64>();
    (Sum { points, sources: sources(now_ms, matter, state, ids) }, gone)
}

/// Whether the rule is the one whose usual number among peers weighs nothing.
fn matter_counts(matter: &Matter, code: &str) -> bool {
    super::enterprise::rule_of_rate(matter).and_then(|rate| rate.of.as_deref()) == Some(code)
}

/// Of a matter that scores no enterprises: only triggers warn.
fn unscored() -> Scored {
    let prior = Factor { code: "prior".into(), points: 0, text: String::new(), evidence: Vec::new() };
    Scored { score: score_of(0), factors: Vec::new(), against: vec![prior], level: None, points: 0, sources: 0 }
}
