//! What is usual: a plain online baseline for counts of one series. An exponentially forgetting
//! level, the shape of the week or the day, a winsorised Pearson dispersion; periods far above what
//! was expected teach less.

use super::state::{Assessment, Baseline, Shape};
use super::stats;
use crate::domain::outputs::Judged;
use crate::domain::{Fixed3, Level};
use crate::pipeline::{LevelRules, Period};

/// Residuals beyond this (standard deviations) teach less, and widen the dispersion no further.
const RESIDUAL_BOUND: f64 = 2.58;
/// A level never falls below this: a count of one must not look infinitely surprising.
const LEAST_LEVEL: f64 = 0.005;

/// When a count asks for a level.
#[derive(Clone, Copy)]
pub(super) struct Gates<'a> {
    pub thresholds: [f64; 4],
    pub levels: &'a LevelRules,
}

impl Baseline {
    fn expected(&self, factor: f64) -> f64 {
        (self.level * factor).max(LEAST_LEVEL)
    }

    /// Variance over mean of the next count. The level itself is an estimate over about 2/gain
    /// periods: the spread grows by its variance.
    fn spread(&self, period: Period) -> f64 {
        self.dispersion * (1.0 + period.gain())
    }

    fn is_grey(&self, period: Period) -> bool {
        self.periods < period.grey_until()
    }

    /// The level a count asks for, if any; none while the series is grey.
    pub(super) fn assess(&self, period: Period, index: i64, observed: u64, factor: f64, gates: Gates) -> Option<Assessment> {
        let Gates { thresholds, levels } = gates;
        let expected = self.expected(factor);
        let excess = observed as f64 - expected;
        let gates = |l: &Level| excess >= levels.excess[l.index()] && observed as f64 >= expected * levels.rate_ratio[l.index()];
        if self.is_grey(period) || !gates(&Level::Blue) {
            return None;
        }
        let p = stats::upper_tail(observed, expected, self.spread(period));
        let level = Level::ALL.into_iter().rev().find(|l| gates(l) && p <= thresholds[l.index()])?;
        Some(Assessment {
            level,
            period,
            index,
            observed,
            expected: Fixed3::from_f64(expected),
            rate_ratio: Fixed3::from_f64(observed as f64 / expected),
            p_e12: e12(p),
            indicator: None,
        })
    }

    /// The figures behind a judgement, whatever level they ask for.
    pub(super) fn judge(&self, period: Period, observed: u64, factor: f64) -> Judged {
        if self.periods == 0 {
            return Judged::default();
        }
        let (expected, spread) = (self.expected(factor), self.spread(period));
        let p_e12 = (!self.is_grey(period)).then(|| e12(stats::upper_tail(observed, expected, spread)));
        Judged {
            expected: Some(Fixed3::from_f64(expected)),
            dispersion: Some(Fixed3::from_f64(spread)),
            p_e12,
            p_calibrated_e12: None,
        }
    }

    pub(super) fn learn(&mut self, observed: f64, factor: f64, gain: f64) {
        self.periods = self.periods.saturating_add(1);
        if self.periods == 1 {
            self.level = observed / factor;
            self.dispersion = 1.3;
            return;
        }
        let gain = gain.max(1.0 / f64::from(self.periods));
        let expected = self.expected(factor);
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

/// A probability in parts per million million.
fn e12(p: f64) -> u64 {
    (p * 1e12 + 0.5).floor() as u64
}

impl Shape {
    pub(super) fn flat(period: Period) -> Shape {
        Shape(vec![1.0; period.slots()])
    }

    pub(super) fn factor(&self, slot: usize) -> f64 {
        self.0.get(slot).copied().unwrap_or(1.0)
    }

    /// Learns from a closed period. `level_before` is the level it was judged by, `periods` how many
    /// were learned with it: two rounds give the level first.
    pub(super) fn learn(&mut self, period: Period, slot: usize, observed: f64, level_before: f64, periods: u32) {
        let slots = period.slots() as u32;
        if slots == 1 || periods <= 2 * slots || level_before <= 0.5 {
            return;
        }
        if let Some(factor) = self.0.get_mut(slot) {
            let seen = (observed / level_before).min(period.largest_share());
            *factor = (*factor + period.shape_gain(periods / slots - 1) * (seen - *factor)).max(0.05);
        }
    }

    /// Brings the mean of all slots back to 1.
    pub(super) fn normalise(&mut self) {
        let mean = self.0.iter().sum::<f64>() / self.0.len() as f64;
        self.0.iter_mut().for_each(|factor| *factor /= mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_the_level_and_calls_a_surge_one() {
        let levels = LevelRules {
            false_alarms_per_year: [120.0, 36.0, 12.0, 2.0],
            rate_ratio: [1.25, 1.5, 2.0, 3.0],
            excess: [3.0, 5.0, 8.0, 10.0],
            calm_periods: 3,
            dwell_ms: 0,
        };
        let gates = Gates { thresholds: [1e-2, 1e-3, 1e-4, 1e-5], levels: &levels };
        let mut baseline = Baseline::default();
        for day in 0..200u32 {
            let count = 8 + (day * 7 % 5);
            baseline.learn(f64::from(count), 1.0, Period::Day.gain());
        }
        assert!((baseline.level - 10.0).abs() < 0.5, "{}", baseline.level);
        let level = |observed| baseline.assess(Period::Day, 0, observed, 1.0, gates).map(|a| a.level);
        assert_eq!(level(12), None);
        assert_eq!(level(40), Some(Level::Red));
        assert!(level(20) < level(40));
        let grey = Baseline { periods: 10, ..baseline.clone() };
        assert_eq!(grey.assess(Period::Day, 0, 40, 1.0, gates), None);
        assert_eq!(grey.judge(Period::Day, 40, 1.0), Judged { p_e12: None, ..baseline.judge(Period::Day, 40, 1.0) });
        assert_eq!(Baseline::default().judge(Period::Day, 40, 1.0), Judged::default());
    }

    #[test]
    fn a_round_of_hours_takes_its_shape() {
        let mut shape = Shape::flat(Period::Hour);
        for hour in 0..24 * 120u32 {
            let slot = (hour % 24) as usize;
            shape.learn(Period::Hour, slot, if slot == 8 { 48.0 } else { 4.0 }, 6.0, hour + 1);
            shape.normalise();
        }
        assert!(shape.factor(8) > 5.0 * shape.factor(3), "{:?}", shape.0);
        assert!((shape.0.iter().sum::<f64>() - 24.0).abs() < 1e-6);
    }
}
