//! Indicators that are levels (a price, a concentration): a running centre and spread, robust against
//! single figures, on the log scale where all figures are above zero; the tail is a t distribution's.

use super::super::state::{Assessment, Deviation, Drift, Gauge};
use super::Gates;
use crate::domain::outputs::Judged;
use crate::domain::{Fixed3, Level};
use crate::pipeline::Period;

/// Residuals beyond this (spreads) teach as if they were this large.
const CLIP: f64 = 2.0;
/// E min(T^2, [`CLIP`]^2) of a t distribution of 4 degrees of freedom, so that the spread is its scale.
const CLIPPED_SQUARE: f64 = 1.172;
/// The anchor follows at this share of the rate the spread is learned at: a season of days.
const ANCHOR_SHARE: f64 = 0.5;
/// A figure so many spreads off is a leap.
const LEAP: f64 = 4.0;
/// The usual parting is learned at this share of the anchor's rate, or a creep of months would make itself
/// usual, and is at least this share of the spread: the centre follows every figure a little.
const SWAY_SHARE: f64 = 0.5;
const LEAST_SWAY: f64 = 0.5;
/// On the log scale a figure below this share of what is usual, zero and less too, is judged as if it were this.
const LEAST_SHARE: f64 = 1e-3;
/// A drift is judged once the series is so many times as old as it takes to have an opinion.
const DRIFT_FROM: u32 = 2;
/// The spread never falls below this share of the centre (or of 1): a figure that never moved is
/// not infinitely surprising the first time it does.
const LEAST_SPREAD: f64 = 1e-4;

impl Gauge {
    pub(in crate::engine) fn starting(value: f64) -> Gauge {
        let log = value > 0.0;
        let centre = scaled(value, log);
        Gauge { log, centre, spread: 0.0, periods: 1, newest: value, anchor: centre, sway: 0.0 }
    }

    /// A figure of zero or less in a series that had none: the log scale is left, and the spread with it.
    fn leave_log(&mut self) {
        let centre = libm::exp(self.centre);
        let anchor = libm::exp(self.anchor);
        *self = Gauge { log: false, centre, spread: self.spread * centre, anchor, sway: self.sway * anchor, ..self.clone() };
    }

    fn least_spread(&self) -> f64 {
        if self.log { LEAST_SPREAD } else { LEAST_SPREAD * self.centre.abs().max(1.0) }
    }

    /// P(X >= value), and what was expected.
    pub(in crate::engine) fn judge(&self, period: Period, value: f64) -> Judged {
        let expected = if self.log { libm::exp(self.centre) } else { self.centre };
        let grey = self.periods < period.grey_until();
        let p = t4_upper_tail(self.residual(value));
        Judged { expected: Some(Fixed3::from_f64(expected)), p_e12: (!grey).then(|| super::e12(p)), ..Judged::default() }
    }

    /// How far a figure is from what is usual; nothing while the series is grey.
    pub(in crate::engine) fn deviation(&self, period: Period, value: f64) -> Option<Deviation> {
        if self.periods < period.grey_until() {
            return None;
        }
        let unscaled = |centre: f64| if self.log { libm::exp(centre) } else { centre };
        let t = self.residual(value);
        let parted = (self.centre - self.anchor) / self.sway.max(self.least_spread());
        let grown = self.periods >= DRIFT_FROM * period.grey_until();
        Some(Deviation {
            value,
            usual: unscaled(self.centre),
            p_high: t4_upper_tail(t),
            p_low: t4_upper_tail(-t),
            drift: grown.then(|| Drift {
                anchor: unscaled(self.anchor),
                p_high: t4_upper_tail(parted),
                p_low: t4_upper_tail(-parted),
            }),
        })
    }

    fn residual(&self, value: f64) -> f64 {
        let off = if self.log {
            libm::log(value.max(f64::MIN_POSITIVE)).max(self.centre + libm::log(LEAST_SHARE)) - self.centre
        } else {
            value - self.centre
        };
        off / self.spread.max(self.least_spread())
    }

    pub(in crate::engine) fn learn(&mut self, period: Period, value: f64) {
        if self.log && value <= 0.0 {
            self.leave_log();
        }
        self.periods = self.periods.saturating_add(1);
        // A figure said again was not measured again: what never moves for a while is as variable as before.
        let is_said_again = std::mem::replace(&mut self.newest, value) == value && self.spread > 0.0;
        let off = scaled(value, self.log) - self.centre;
        let gain = period.gauge_gain().max(1.0 / f64::from(self.periods));
        if self.periods == 2 {
            self.spread = off.abs().max(self.least_spread());
        }
        let spread = self.spread.max(self.least_spread());
        let clipped = off.clamp(-CLIP * spread, CLIP * spread);
        let step = period.gauge_gain().max(0.1).max(1.0 / f64::from(self.periods)) * clipped;
        self.centre += step;
        // A leap surprises by itself, and is no drift: the anchor goes along.
        if off.abs() > LEAP * spread {
            self.anchor += step;
        }
        if !is_said_again {
            self.spread = (spread * spread * (1.0 - gain) + gain * clipped * clipped / CLIPPED_SQUARE).sqrt();
        }
        self.learn_drift(period);
    }

    fn learn_drift(&mut self, period: Period) {
        let gain = (period.gauge_gain() * ANCHOR_SHARE).max(1.0 / f64::from(self.periods));
        let parted = self.centre - self.anchor;
        let sway = self.sway.max(LEAST_SWAY * self.spread).max(self.least_spread());
        let clipped = parted.clamp(-CLIP * sway, CLIP * sway);
        self.anchor += gain * parted;
        let gain = (gain * SWAY_SHARE).max(1.0 / f64::from(self.periods));
        self.sway = (sway * sway * (1.0 - gain) + gain * clipped * clipped / CLIPPED_SQUARE).sqrt();
    }
}

/// Which way a figure has to go to warn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Direction {
    pub rising: bool,
    pub falling: bool,
}

impl Deviation {
    /// The level it asks for: far enough, and improbable enough. A drift asks for blue: look into it.
    pub(in crate::engine) fn asks(&self, period: Period, index: i64, direction: Direction, gates: Gates) -> Option<Assessment> {
        let (share, p) = (share(self.value, self.usual), direction.chance(self.p_high, self.p_low, self.value >= self.usual)?);
        let far = |level: &Level| share.abs() >= gates.levels.change[level.index()] && p <= gates.thresholds[level.index()];
        let asked = |level, usual: f64, share, p, drift| Assessment {
            level,
            period,
            index,
            observed: 0,
            expected: Fixed3::from_f64(usual),
            rate_ratio: Fixed3::from_f64(share),
            p_e12: super::e12(p),
            drift,
            figure: Some(Fixed3::from_f64(self.value)),
            indicator: None,
        };
        if let Some(level) = Level::ALL.into_iter().rev().find(far) {
            return Some(asked(level, self.usual, share, p, false));
        }
        let drift = self.drift?;
        let (share, p) =
            (self::share(self.usual, drift.anchor), direction.chance(drift.p_high, drift.p_low, self.usual >= drift.anchor)?);
        let blue = Level::Blue.index();
        let far = share.abs() >= gates.levels.change[blue] && p <= gates.thresholds[blue];
        far.then(|| asked(Level::Blue, drift.anchor, share, p, true))
    }
}

impl Direction {
    /// Both ways are looked at: then each at the price of two. None: it went the other way.
    fn chance(self, p_high: f64, p_low: f64, rose: bool) -> Option<f64> {
        let price = if self.rising && self.falling { 2.0 } else { 1.0 };
        let p = if rose { self.rising.then_some(p_high) } else { self.falling.then_some(p_low) };
        p.map(|p| (price * p).min(1.0))
    }
}

/// The change against what is usual, as a share of it.
fn share(value: f64, usual: f64) -> f64 {
    (value - usual) / usual.abs().max(1e-9)
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
