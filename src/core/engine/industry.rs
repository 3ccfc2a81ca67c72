//! Industry risk: counts of a matter by region against what is usual there.
//!
//! A plain online baseline: an exponentially forgetting level, weekday factors shared by the matter,
//! a winsorised Pearson dispersion; periods far above what was expected teach less.

use super::state::*;
use super::{Effect, Engine, Moment, stats};
use crate::domain::{Fixed3, Level};
use crate::journal::{Evidence, MatterHit};
use crate::pipeline::{Matter, Period};
use std::sync::Arc;

/// Residuals beyond this (standard deviations) teach less, and widen the dispersion no further.
const RESIDUAL_BOUND: f64 = 2.58;
/// A level never falls below this: a count of one must not look infinitely surprising.
const LEAST_LEVEL: f64 = 0.005;

impl Engine {
    /// Counts one record in the matter's series of its region and all above, and raises at once
    /// where the count so far is already too much for the whole period.
    pub(super) fn count(&mut self, moment: &Moment, matter: &Matter, evidence: &Evidence, effects: &mut Vec<Effect>) {
        let Some(rules) = &matter.industry else { return };
        self.open_periods(moment.now_ms);
        let model = Arc::clone(&self.model);
        for period in &rules.periods {
            let index = period.index(model.zone, moment.event_ms);
            if self.state.open_periods.get(period).is_none_or(|open| index < *open) {
                self.state.counters.late += 1;
                continue;
            }
            let thresholds = self.p_thresholds;
            let series = self.state.series.entry((matter.id.clone(), *period)).or_insert_with(|| MatterSeries {
                weekday: [1.0; 7],
                regions: model.regions.keys().map(|code| (code.clone(), Series::default())).collect(),
            });
            let factor = series.weekday[period.weekday(index)];
            let mut raised = Vec::new();
            for code in model.region_chain(evidence.region.as_deref()) {
                let Some(series) = series.regions.get_mut(code) else { continue };
                series.note(evidence, moment);
                let count = series.open.entry(index).or_default();
                *count += 1;
                let count = *count;
                let Some(assessment) = series.assess(*period, index, count, factor, &thresholds, &model.levels) else { continue };
                if series.wanted.as_ref().is_none_or(|w| w.level <= assessment.level) {
                    series.wanted = Some(assessment.clone());
                }
                raised.push((code, assessment));
            }
            for (code, assessment) in raised {
                self.raise_industry(moment, matter, code, assessment, effects);
            }
        }
    }

    /// Whether the day of the record was closed before it came.
    pub fn is_late(&self, record: &crate::domain::Record) -> bool {
        let open = self.state.open_periods.get(&Period::Day);
        let day = record.event_time_ms().map(|ms| Period::Day.index(self.model.zone, ms));
        matches!((day, open), (Some(day), Some(open)) if day < *open)
    }

    /// Periods begin with the first record counted: before it there is no feed to be silent.
    fn open_periods(&mut self, now_ms: i64) {
        for period in self.model.periods() {
            if !self.state.open_periods.contains_key(&period) {
                let index = period.index(self.model.zone, now_ms);
                self.state.open_periods.insert(period, index);
                self.set_close_timer(period, index);
            }
        }
    }

    fn set_close_timer(&mut self, period: Period, index: i64) {
        let due_ms = period.end_ms(self.model.zone, index) + self.model.lateness_ms();
        self.set_timer(due_ms, format!("close/{}", period.as_str()), Timer::ClosePeriod(period));
    }

    /// The open period of this length is over: assess it whole, learn from it, let calm series fall.
    pub(super) fn close_period(&mut self, moment: &Moment, period: Period, effects: &mut Vec<Effect>) {
        let Some(index) = self.state.open_periods.get(&period).copied() else { return };
        self.state.open_periods.insert(period, index + 1);
        self.set_close_timer(period, index + 1);
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            let Some(rules) = matter.industry.as_ref().filter(|r| r.periods.contains(&period)) else { continue };
            let series = self.state.series.get_mut(&(matter.id.clone(), period));
            let raised = series.map(|s| s.close(period, index, &model.root_region, &self.p_thresholds, &model.levels));
            for (code, assessment) in raised.into_iter().flatten() {
                self.raise_industry(moment, matter, &code, assessment, effects);
            }
            if rules.periods.first() == Some(&period) {
                self.calm_industries(moment, matter, effects);
            }
        }
    }

    fn raise_industry(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        region: &str,
        assessment: Assessment,
        effects: &mut Vec<Effect>,
    ) {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let key = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: region.to_string() };
        self.raise(moment, matter, &key, assessment.level.min(cap), None, Some(assessment), effects);
    }

    /// A trigger event nobody in particular is known to have caused concerns the trade in its region.
    pub(super) fn trigger_industry(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        evidence: &Evidence,
        hit: &MatterHit,
        effects: &mut Vec<Effect>,
    ) {
        if hit.triggers.is_empty() {
            return;
        }
        let region = evidence.region.as_deref().unwrap_or(&self.model.root_region).to_string();
        let key = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: region };
        let met: Vec<_> = matter.triggers.iter().filter(|t| hit.triggers.contains(&t.code)).collect();
        let records = self.state.industry_trigger_records.entry(key.clone()).or_default();
        let held = met.into_iter().filter(|t| records.note(t, moment.event_ms, moment.cause)).collect::<Vec<_>>();
        let Some(trigger) = held.into_iter().max_by_key(|t| t.level) else { return };
        self.open_periods(moment.now_ms);
        let held = HeldTrigger::new(trigger, moment);
        self.raise(moment, matter, &key, trigger.level, Some(held), None, effects);
    }

    /// The level an industry's series, or a trigger still held, ask for now.
    pub(super) fn wanted_industry(&self, now_ms: i64, matter: &Matter, key: &SubjectKey) -> Option<Level> {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let by_count = Period::ALL
            .into_iter()
            .filter_map(|p| self.state.series.get(&(matter.id.clone(), p)))
            .filter_map(|s| s.regions.get(&key.id))
            .filter_map(|s| s.wanted.as_ref())
            .map(|a| a.level.min(cap))
            .max();
        let held = self.state.episodes.get(key).and_then(|e| e.trigger.as_ref()).filter(|t| now_ms < t.until_ms);
        by_count.max(held.map(|t| t.level))
    }

    fn calm_industries(&mut self, moment: &Moment, matter: &Matter, effects: &mut Vec<Effect>) {
        let from = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: String::new() };
        let standing: Vec<SubjectKey> = self
            .state
            .episodes
            .range(from..)
            .take_while(|(key, _)| key.matter == matter.id && key.scope == SubjectScope::Industry)
            .map(|(key, _)| key.clone())
            .collect();
        for key in standing {
            let wanted = self.wanted_industry(moment.now_ms, matter, &key);
            self.calm_or_not(moment, matter, &key, wanted, effects);
        }
    }
}

impl MatterSeries {
    /// Closes one period of every region; returns what asks for a warning, in order of region.
    fn close(
        &mut self,
        period: Period,
        index: i64,
        root: &str,
        thresholds: &[f64; 4],
        levels: &crate::pipeline::LevelRules,
    ) -> Vec<(String, Assessment)> {
        let weekday = period.weekday(index);
        let factor = self.weekday[weekday];
        let mut raised = Vec::new();
        for (code, series) in &mut self.regions {
            let observed = series.open.remove(&index).unwrap_or(0);
            series.wanted = series.assess(period, index, observed, factor, thresholds, levels);
            if let Some(assessment) = &series.wanted {
                raised.push((code.clone(), assessment.clone()));
            }
            let level_before = series.level;
            series.learn(observed as f64, factor, period.gain());
            if code == root && period == Period::Day && series.periods > 14 && level_before > 0.5 {
                let seen = (observed as f64 / level_before).min(5.0);
                self.weekday[weekday] = (factor + 0.05 * (seen - factor)).max(0.05);
            }
        }
        if period == Period::Day {
            let mean = self.weekday.iter().sum::<f64>() / 7.0;
            self.weekday = self.weekday.map(|w| w / mean);
        }
        raised
    }
}

impl Series {
    /// The level a count asks for, if any; none while the series is grey.
    fn assess(
        &self,
        period: Period,
        index: i64,
        observed: u64,
        factor: f64,
        thresholds: &[f64; 4],
        levels: &crate::pipeline::LevelRules,
    ) -> Option<Assessment> {
        let expected = (self.level * factor).max(LEAST_LEVEL);
        let excess = observed as f64 - expected;
        let gates = |l: &Level| excess >= levels.excess[l.index()] && observed as f64 >= expected * levels.rate_ratio[l.index()];
        if self.periods < period.grey_until() || !gates(&Level::Blue) {
            return None;
        }
        // The level itself is an estimate over about 2/gain periods: the spread grows by its variance.
        let dispersion = self.dispersion * (1.0 + period.gain());
        let p = stats::upper_tail(observed, expected, dispersion);
        let level = Level::ALL.into_iter().rev().find(|l| gates(l) && p <= thresholds[l.index()])?;
        Some(Assessment {
            level,
            period,
            index,
            observed,
            expected: Fixed3::from_f64(expected),
            rate_ratio: Fixed3::from_f64(observed as f64 / expected),
            p_e12: (p * 1e12 + 0.5).floor() as u64,
        })
    }

    fn note(&mut self, evidence: &Evidence, moment: &Moment) {
        self.refs.push_back(EvidencePiece {
            kind: evidence.kind,
            id: moment.cause.to_string(),
            at_ms: moment.event_ms,
            rules: Vec::new(),
            attribution: evidence.subject.as_ref().map(|s| (s.method, s.confidence)),
        });
        if self.refs.len() > MAX_REFS {
            self.refs.pop_front();
        }
    }

    fn learn(&mut self, observed: f64, factor: f64, gain: f64) {
        self.periods = self.periods.saturating_add(1);
        if self.periods == 1 {
            self.level = observed / factor;
            self.dispersion = 1.3;
            return;
        }
        let gain = gain.max(1.0 / f64::from(self.periods));
        let expected = (self.level * factor).max(LEAST_LEVEL);
        let pearson = (observed - expected) * (observed - expected) / expected;
        let residual = (pearson / self.dispersion).sqrt();
        let trust = if observed > expected { (RESIDUAL_BOUND / residual.max(RESIDUAL_BOUND)).min(1.0) } else { 1.0 };
        self.level = (self.level + gain * trust * (observed / factor - self.level)).max(0.0);
        if self.periods > 7 {
            let bounded = pearson.min(RESIDUAL_BOUND * RESIDUAL_BOUND * self.dispersion);
            self.dispersion = (self.dispersion + gain * (bounded - self.dispersion)).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::LevelRules;

    #[test]
    fn learns_the_level_and_calls_a_surge_one() {
        let levels = LevelRules {
            false_alarms_per_year: [120.0, 36.0, 12.0, 2.0],
            rate_ratio: [1.25, 1.5, 2.0, 3.0],
            excess: [3.0, 5.0, 8.0, 10.0],
            calm_periods: 3,
            dwell_ms: 0,
        };
        let thresholds = [1e-2, 1e-3, 1e-4, 1e-5];
        let mut series = Series::default();
        for day in 0..200u32 {
            let count = 8 + (day * 7 % 5);
            series.learn(f64::from(count), 1.0, Period::Day.gain());
        }
        assert!((series.level - 10.0).abs() < 0.5, "{}", series.level);
        let level = |observed| series.assess(Period::Day, 0, observed, 1.0, &thresholds, &levels).map(|a| a.level);
        assert_eq!(level(12), None);
        assert_eq!(level(40), Some(Level::Red));
        assert!(level(20) < level(40));
        let grey = Series { periods: 10, ..series.clone() };
        assert_eq!(grey.assess(Period::Day, 0, 40, 1.0, &thresholds, &levels), None);
    }
}
