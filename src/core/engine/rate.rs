//! A firm beside its peers: its complaints by gamma-Poisson shrinkage, a sudden rise by a mixture
//! Shiryaev-Roberts statistic, its inspections by beta-binomial. Each gives terms of the score, in words.

use super::Engine;
use super::enterprise::tenths;
use super::peers::{Place, Usual};
use super::state::*;
use super::stats;
use crate::domain::outputs::Factor;
use crate::domain::{DAY_MS, Language, RecordKind};
use crate::pipeline::{InspectionRules, Matter, RateRules};
use serde::{Deserialize, Serialize};

/// Rate ratios a rise is looked for at.
const RATIOS: [f64; 3] = [3.0, 6.0, 12.0];
/// A comparison counts as many doublings, or halvings, at most.
pub const MAX_DOUBLINGS: f64 = 4.0;
/// A rise counts as many powers of ten at most.
pub const MAX_RISE: f64 = 3.0;
/// The log-odds of failing beyond the peers' count so far at most.
pub const MAX_LOG_ODDS: f64 = 3.0;
/// Where peers have fewer complaints than one in ten years, one.
const LEAST_PER_DAY: f64 = 1.0 / 3_650.0;
/// Beyond this a statistic grows no more.
const MAX_STATISTIC: f64 = 1e12;

/// The mixture Shiryaev-Roberts statistic, one part for each of [`RATIOS`], in days: among firms that
/// go on like their peers it passes A about once in A days.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Rise {
    parts: [f64; 3],
    at_ms: i64,
}

impl Rise {
    /// Silent days in closed form: dR/dt = 1 - (ratio - 1) x rate x R.
    fn silent_until(&mut self, at_ms: i64, from_ms: i64, per_day: f64) {
        // Untouched yet: silent since the matter is counted.
        let before_ms = if self.at_ms == 0 { from_ms } else { self.at_ms };
        let days = (at_ms - before_ms).max(0) as f64 / DAY_MS as f64;
        for (part, ratio) in self.parts.iter_mut().zip(RATIOS) {
            let speed = (ratio - 1.0) * per_day.max(LEAST_PER_DAY);
            *part = *part * libm::exp(-speed * days) - libm::expm1(-speed * days) / speed;
        }
        self.at_ms = self.at_ms.max(at_ms).max(from_ms);
    }

    fn heard(&mut self) {
        for (part, ratio) in self.parts.iter_mut().zip(RATIOS) {
            *part = (*part * ratio).min(MAX_STATISTIC);
        }
    }

    fn taken_back(&mut self) {
        for (part, ratio) in self.parts.iter_mut().zip(RATIOS) {
            *part /= ratio;
        }
    }

    fn days(&self) -> f64 {
        self.parts.iter().sum::<f64>() / RATIOS.len() as f64
    }
}

impl Engine {
    /// One more complaint about a firm, before it is counted; or one less.
    pub(super) fn note_rise(&mut self, now_ms: i64, at_ms: i64, matter: &Matter, key: &SubjectKey, taken_back: bool) {
        let Some(rules) = super::enterprise::rule_of_rate(matter) else { return };
        let Some((place, state)) = self.place_of(&key.id).zip(self.state.evidence.get(key)) else { return };
        let usual = self.usual(now_ms, matter, &state.tally, &place, rules.peers_at_least).filter(Usual::is_known);
        let Some((usual, state)) = usual.zip(self.state.evidence.get_mut(key)) else { return };
        if taken_back {
            state.rise.taken_back();
        } else {
            state.rise.silent_until(at_ms, now_ms - usual.span_ms, usual.per_day(rules.half_life_days));
            state.rise.heard();
        }
    }

    /// What the comparison with its peers adds to a firm's score.
    pub(super) fn peer_terms(&self, now_ms: i64, matter: &Matter, key: &SubjectKey, state: &EvidenceState) -> Vec<Factor> {
        let Some(rules) = &matter.enterprise else { return Vec::new() };
        let place = self.place_of(&key.id);
        let mut terms = Vec::new();
        if let Some((rate, place)) = rules.rate.as_ref().zip(place.as_ref())
            && let Some(usual) = self.usual(now_ms, matter, &state.tally, place, rate.peers_at_least).filter(Usual::is_known)
        {
            terms.extend(self.rate_terms(now_ms, matter, rate, state, place, &usual));
            terms.extend(self.rise_term(now_ms, rate, state, &usual));
            terms.extend(self.usual_term(now_ms, matter, rate, state, &usual));
        }
        if let Some(pooled) = &rules.inspections {
            let usual = place.and_then(|place| self.usual(now_ms, matter, &state.tally, &place, 1));
            terms.extend(self.inspection_term(now_ms, matter, pooled, state, usual.as_ref()));
        }
        terms
    }

    /// The ratio of its rate to that of its peers, as far as it can be believed; and what the number of
    /// its outlets explains of it.
    fn rate_terms(
        &self,
        now_ms: i64,
        matter: &Matter,
        rules: &RateRules,
        state: &EvidenceState,
        place: &Place,
        usual: &Usual,
    ) -> Vec<Factor> {
        let scale = usual.scale(rules.half_life_days);
        let own = state.tally.as_of(now_ms, matter).reported.value;
        let prior = rules.prior_of(place.industry());
        let ratio = |outlets: f64| prior.posterior(scale * own, scale * usual.reported * outlets).mean() / prior.mean();
        let worth = |ratio: f64| tenths(rules.weight * libm::log2(ratio).clamp(-MAX_DOUBLINGS, MAX_DOUBLINGS));
        let (as_one, as_many) = (worth(ratio(1.0)), worth(ratio(usual.outlets as f64)));
        let text = match self.model.language {
            Language::Zh => format!("投诉举报率约为 {} 家同类企业的 {:.1} 倍", usual.peers, ratio(1.0)),
            Language::En => format!("about {:.1} times as many complaints as {} peers", ratio(1.0), usual.peers),
        };
        let outlets = match self.model.language {
            Language::Zh => format!("有 {} 个网点，投诉举报相应较多", usual.outlets),
            Language::En => format!("{} outlets, so that more complaints are usual", usual.outlets),
        };
        let terms = [("rate_against_peers", as_one, text, reports(state)), ("outlets", as_many - as_one, outlets, Vec::new())];
        terms.into_iter().map(factor).collect()
    }

    /// As many complaints as its peers have, outlet for outlet, say nothing of it.
    fn usual_term(
        &self,
        now_ms: i64,
        matter: &Matter,
        rules: &RateRules,
        state: &EvidenceState,
        usual: &Usual,
    ) -> Option<Factor> {
        let rule = super::enterprise::rule(matter, rules.of.as_ref()?)?;
        let outlets = usual.outlets as f64;
        let kept = 1.0 - stats::decay(usual.span_ms, rule.half_life_days);
        let among = usual.per_day(rules.half_life_days) * rule.half_life_days / std::f64::consts::LN_2 * kept * outlets;
        let counted = state.weight(now_ms, rule).min(among);
        let points = -tenths(rule.weight * libm::log2(1.0 + counted)).max(0);
        let text = match self.model.language {
            Language::Zh => format!("同类企业平常也有约 {among:.1} 件"),
            Language::En => format!("about {among:.1} are usual among its peers"),
        };
        Some(factor(("usual_among_peers", points, text, Vec::new())))
    }

    fn rise_term(&self, now_ms: i64, rules: &RateRules, state: &EvidenceState, usual: &Usual) -> Option<Factor> {
        let mut rise = state.rise;
        rise.silent_until(now_ms, now_ms - usual.span_ms, usual.per_day(rules.half_life_days));
        let rarer = libm::log10(rise.days() / rules.rise_every_days);
        // It fades as the complaints do that it rests on.
        let fresh = stats::decay(now_ms - state.rise.at_ms, rules.half_life_days);
        let points = tenths(fresh * rules.rise_weight * rarer.clamp(0.0, MAX_RISE));
        // A statistic of so many years is passed at most about once in them; digits would feign precision.
        let years = libm::pow(10.0, libm::log10((rise.days() / 365.25).max(1.0)).floor().min(3.0));
        let text = match self.model.language {
            Language::Zh => format!("投诉举报曾突然增多，同类企业至多约 {years:.0} 年一遇"),
            Language::En => format!("a sudden rise of complaints, at most about once in {years:.0} years among its peers"),
        };
        Some(factor(("sudden_rise", points, text, reports(state))))
    }

    /// How much likelier than its peers it is to fail, by its own inspections.
    fn inspection_term(
        &self,
        now_ms: i64,
        matter: &Matter,
        rules: &InspectionRules,
        state: &EvidenceState,
        usual: Option<&Usual>,
    ) -> Option<Factor> {
        let own = state.tally.as_of(now_ms, matter);
        let (failed, passed) = (own.failed.value, own.passed.value);
        let (among, all) = usual.map_or((0.0, 0.0), |u| (u.failed, u.failed + u.passed));
        let share = (among + rules.strength * rules.usual) / (all + rules.strength);
        let posterior = (rules.strength * share + failed) / (rules.strength + failed + passed);
        let logit = |p: f64| libm::log(p / (1.0 - p));
        let beyond = (logit(posterior) - logit(share)).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS);
        let inspected = |code| state.refs.iter().filter(move |r| r.rules.iter().any(|rule| rule == code));
        let ids = inspected(FAILED).chain(inspected(PASSED)).map(|r| r.id.clone()).collect();
        let (lost, visits) = (inspected(FAILED).count(), inspected(FAILED).chain(inspected(PASSED)).count());
        if visits == 0 {
            return None;
        }
        let usually = 100.0 * share;
        let text = match self.model.language {
            Language::Zh => format!("近期检查 {visits} 次，其中 {lost} 次不合格（同类企业约 {usually:.0}%）"),
            Language::En => format!("{lost} of its last {visits} inspections failed (about {usually:.0}% among peers)"),
        };
        Some(factor(("inspections", tenths(rules.weight * beyond), text, ids)))
    }
}

fn factor((code, points, text, evidence): (&str, i64, String, Vec<String>)) -> Factor {
    Factor { code: code.to_string(), points, text, evidence }
}

/// The newest complaints and reports about a firm.
fn reports(state: &EvidenceState) -> Vec<String> {
    state.refs.iter().filter(|r| is_report(r.kind)).map(|r| r.id.clone()).collect()
}

pub(super) fn is_report(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Ticket | RecordKind::Report)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silence in one go is silence in small steps, and the statistic of a firm like its peers grows a
    /// day a day in the mean.
    #[test]
    fn silent_days_in_closed_form() {
        for per_day in [1e-6, 0.01, 0.5] {
            let (mut at_once, mut by_hours) = (Rise::default(), Rise::default());
            at_once.silent_until(90 * DAY_MS, DAY_MS, per_day);
            for hour in 24..=90 * 24 {
                by_hours.silent_until(hour * DAY_MS / 24, DAY_MS, per_day);
            }
            assert!((at_once.days() / by_hours.days() - 1.0).abs() < 1e-9, "{per_day}: {at_once:?} {by_hours:?}");
            let (silent, speed) = (at_once.days(), 2.0 * per_day.max(LEAST_PER_DAY));
            assert!(silent <= 89.0 && silent > 0.0 && at_once.parts[0] <= 1.0 / speed, "{silent}");
            at_once.heard();
            assert!(at_once.days() > 3.0 * silent && at_once.days() < 12.0 * silent);
            at_once.taken_back();
            assert!((at_once.days() / silent - 1.0).abs() < 1e-12);
        }
        let mut late = Rise { parts: [5.0; 3], at_ms: 9 * DAY_MS };
        late.silent_until(7 * DAY_MS, DAY_MS, 0.1);
        assert_eq!((late.days(), late.at_ms), (5.0, 9 * DAY_MS), "a late record turns no time back");
    }

    #[test]
    fn a_firm_like_its_peers_reaches_it_as_seldom_as_said() {
        // The mean of R grows by one a day: over many seeded Poisson histories, to a tenth or so.
        let (days, per_day) = (200, 0.2);
        let mut seed = 7u64;
        let mut uniform = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let histories = 40_000;
        let mut crossed = 0;
        for _ in 0..histories {
            let (mut rise, mut at) = (Rise::default(), 1.0);
            loop {
                at += -libm::log(uniform()) / per_day;
                if at > f64::from(days) {
                    break;
                }
                rise.silent_until((at * DAY_MS as f64) as i64, DAY_MS, per_day);
                rise.heard();
                if rise.days() > 2_000.0 {
                    crossed += 1;
                    break;
                }
            }
        }
        let share = f64::from(crossed) / f64::from(histories);
        assert!(share > 0.01 && share < 0.1, "at most one in 2,000 days over 200 days: {share}");
    }
}
