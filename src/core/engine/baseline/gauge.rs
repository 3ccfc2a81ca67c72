//! Indicators that are levels (a price, a concentration): a running centre and spread, robust against
//! single figures, on the log scale where all figures are above zero; the tail is a t distribution's.

use super::super::state::Gauge;
use crate::domain::Fixed3;
use crate::domain::outputs::Judged;
use crate::pipeline::Period;

/// Residuals beyond this (spreads) teach as if they were this large.
const CLIP: f64 = 2.0;
/// E min(T^2, [`CLIP`]^2) of a t distribution of 4 degrees of freedom, so that the spread is its scale.
const CLIPPED_SQUARE: f64 = 1.172;
/// The spread never falls below this share of the centre (or of 1): a figure that never moved is
/// not infinitely surprising the first time it does.
const LEAST_SPREAD: f64 = 1e-4;

impl Gauge {
    pub(in crate::engine) fn starting(value: f64) -> Gauge {
        let log = value > 0.0;
        Gauge { log, centre: scaled(value, log), spread: 0.0, periods: 1 }
    }

    /// A figure of zero or less in a series that had none: the log scale is left, and the spread with it.
    fn leave_log(&mut self) {
        let centre = libm::exp(self.centre);
        *self = Gauge { log: false, centre, spread: self.spread * centre, periods: self.periods };
    }

    fn least_spread(&self) -> f64 {
        if self.log { LEAST_SPREAD } else { LEAST_SPREAD * self.centre.abs().max(1.0) }
    }

    /// P(X >= value), and what was expected.
    pub(in crate::engine) fn judge(&self, period: Period, value: f64) -> Judged {
        let expected = if self.log { libm::exp(self.centre) } else { self.centre };
        let grey = self.periods < period.grey_until();
        let p = if self.log && value <= 0.0 { 1.0 } else { t4_upper_tail(self.residual(value)) };
        Judged { expected: Some(Fixed3::from_f64(expected)), p_e12: (!grey).then(|| super::e12(p)), ..Judged::default() }
    }

    fn residual(&self, value: f64) -> f64 {
        (scaled(value, self.log) - self.centre) / self.spread.max(self.least_spread())
    }

    pub(in crate::engine) fn learn(&mut self, period: Period, value: f64) {
        if self.log && value <= 0.0 {
            self.leave_log();
        }
        self.periods = self.periods.saturating_add(1);
        let off = scaled(value, self.log) - self.centre;
        let gain = period.gauge_gain().max(1.0 / f64::from(self.periods));
        if self.periods == 2 {
            self.spread = off.abs().max(self.least_spread());
        }
        let spread = self.spread.max(self.least_spread());
        let clipped = off.clamp(-CLIP * spread, CLIP * spread);
        self.centre += period.gauge_gain().max(0.1).max(1.0 / f64::from(self.periods)) * clipped;
        self.spread = (spread * spread * (1.0 - gain) + gain * clipped * clipped / CLIPPED_SQUARE).sqrt();
    }
}

fn scaled(value: f64, log: bool) -> f64 {
    if log { libm::log(value) } else { value }
}

/// P(T >= t) of a t distribution of 4 degrees of freedom, in closed form. The far tail is written
/// without the difference that would lose its digits.
fn t4_upper_tail(t: f64) -> f64 {
    let s = t / (4.0 + t * t).sqrt();
    if s < 0.9 {
        return (0.5 - 0.75 * s + 0.25 * s * s * s).clamp(0.0, 1.0);
    }
    // 1/2 - 3s/4 + s^3/4 = (1 - s)^2 (2 + s) / 4, and 1 - s = 4 / ((4 + t^2)(1 + s)).
    let rest = 4.0 / ((4.0 + t * t) * (1.0 + s));
    rest * rest * (2.0 + s) / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn the_tail_is_the_one_of_statrs() {
        let oracle = StudentsT::new(0.0, 1.0, 4.0).unwrap();
        for t in [-6.0, -1.0, 0.0, 0.7, 2.0, 4.0, 4.2, 30.0, 1000.0] {
            let (got, expected) = (t4_upper_tail(t), oracle.sf(t));
            assert!((got / expected - 1.0).abs() < 1e-6, "{t}: {got} vs {expected}");
        }
    }

    #[test]
    fn a_price_that_leaps_is_a_surprise_and_one_that_stays_up_is_not() {
        let mut gauge = Gauge::starting(10.0);
        let price = |day: u32| 10.0 + 0.1 * f64::from(day * 7 % 11) + 0.05 * f64::from(day % 3);
        for day in 1..200 {
            gauge.learn(Period::Day, price(day));
        }
        let p = |gauge: &Gauge, value| gauge.judge(Period::Day, value).p_e12.unwrap();
        assert!(p(&gauge, 10.6) > 50_000_000_000 && p(&gauge, 16.0) < 1_000_000_000, "{gauge:?}");
        for day in 200..320 {
            gauge.learn(Period::Day, price(day) + 6.0);
        }
        assert!(p(&gauge, 16.6) > 50_000_000_000, "learned in the end: {gauge:?}");
        gauge.learn(Period::Day, -3.0);
        assert!(!gauge.log && gauge.centre > 10.0, "{gauge:?}");
    }
}
