//! What is usual: an online negative-binomial baseline for counts of one series. The expectation is
//! `exp(line) x shape` (`regression.rs`, `shape.rs`); the variance is the dispersion times it, plus
//! what the line does not know yet. Periods far above what was expected teach less, so that past
//! outbreaks are not usual; a level that stays changed is learned in the end.

mod gauge;
mod regression;
mod shape;

pub(super) use gauge::Direction;
pub use regression::Regression;
pub(super) use shape::Place;

use super::arrivals::Look;
use super::state::{Assessment, Baseline};
use super::stats;
use crate::domain::outputs::Judged;
use crate::domain::{Fixed3, Level};
use crate::pipeline::{LevelRules, Period, TailMap};
use regression::At;

/// Periods more unlikely than this many standard deviations (of a normal distribution of the same
/// tail) teach less, by the square of it.
const TRUST_BOUND: f64 = 2.58;
/// Pearson residuals beyond this widen the dispersion no further; it takes the place of what a well
/// behaved series loses by that.
const RESIDUAL_BOUND: f64 = 2.58;
const KEPT_BY_BOUND: f64 = 0.97;
/// A period never expects less than this: a count of one must not look infinitely surprising.
const LEAST_EXPECTED: f64 = 0.005;
/// Variance over mean believed at first.
const FIRST_DISPERSION: f64 = 1.5;
/// The dispersion is not learned from a line that knows nothing yet.
const DISPERSION_FROM: u32 = 7;
/// The line's variance counts no further than this: an expectation off by more than a factor e is none.
const MOST_VARIANCE: f64 = 1.0;
/// Two periods are looked at together where the newer alone has at most this tail.
const PAIR_GATE: f64 = 0.1;
/// The better of one period and two, at a price: so many tests' worth of false alarms.
const TESTS: f64 = 1.6;
/// The rise the drift's CUSUM looks for, and the most it adds up to: longer is no surer, and what is
/// over must be forgotten.
const DRIFT_RATIO: f64 = 1.5;
const DRIFT_CAP: f64 = 12.0;
/// What one period may add to it: a single outbreak is no drift.
const DRIFT_STEP: f64 = 4.0;
/// A series crosses a CUSUM of h about this often a period, times exp(-h): measured on weekly series.
const DRIFT_RATE: f64 = 0.1;
/// A CUSUM below this asks for nothing, however few series share the promise: 0.06 false alarms a year
/// in a weekly series.
const DRIFT_ASKS: f64 = 4.5;
/// What it asked for it asks for until it is below this.
const DRIFT_HOLDS: f64 = DRIFT_ASKS / 2.0;
/// Counts beyond this are as good as normal where log gamma functions would lose their digits.
const WIDE_COUNT: f64 = 1e6;
/// Residuals count up to this many standard deviations for the strain; beyond this mean of them
/// the level has changed for good: the line is loosened, and every period is believed.
const STRAIN_CLIP: f64 = 2.0;
const STRAINED: f64 = 1.0;
const LOOSENED_BY: f64 = 0.05;
/// The longest gap that is bridged by slope and forgetting, in periods.
const MAX_GAP: i64 = 200;

/// When a count asks for a level.
#[derive(Clone, Copy)]
pub(super) struct Gates<'a> {
    pub thresholds: [f64; 4],
    pub levels: &'a LevelRules,
    /// A threshold is a share of periods: the map says which p is as rare as that.
    pub tail: &'a TailMap,
}

impl Gates<'_> {
    /// The same with a part of the promise.
    pub fn with(self, part: f64) -> Self {
        Gates { thresholds: self.thresholds.map(|threshold| threshold * part), ..self }
    }

    /// The level a count asks for.
    fn level(&self, observed: u64, expected: f64, p: f64) -> Option<Level> {
        Level::ALL.into_iter().rev().find(|l| self.large(l, observed, expected) && p <= self.thresholds[l.index()])
    }

    /// Enough above expectation for a level, however unlikely.
    fn large(&self, level: &Level, observed: u64, expected: f64) -> bool {
        let levels = self.levels;
        observed as f64 - expected >= levels.excess[level.index()]
            && observed as f64 >= expected * levels.rate_ratio[level.index()]
    }
}

/// One period of one series: which, and its share in the round.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub period: Period,
    pub index: i64,
    pub factor: f64,
}

/// What one period of a series is expected to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    pub expected: f64,
    /// Relative variance of `expected`.
    variance: f64,
}

impl Baseline {
    /// Takes over what series like it have learned, where some have an opinion.
    pub(super) fn borrowed<'a>(period: Period, siblings: impl Iterator<Item = &'a Baseline> + Clone) -> Option<Baseline> {
        let grown = siblings.filter(|b| !b.is_grey(period));
        let line = Regression::mean_of(grown.clone().map(|b| &b.line))?;
        let (sum, n) = grown.fold((0.0, 0.0), |(sum, n), b| (sum + b.dispersion, n + 1.0));
        Some(Baseline { line, dispersion: sum / n, ..Baseline::default() })
    }

    pub(super) fn is_grey(&self, period: Period) -> bool {
        self.periods < period.grey_until()
    }

    /// Nothing learned, nothing borrowed.
    fn is_blank(&self) -> bool {
        self.dispersion == 0.0
    }

    /// What a period of factor 1 is expected to be now, the season left out.
    pub fn level(&self) -> f64 {
        libm::exp(self.line.log_level())
    }

    fn at(&self, span: Span) -> At {
        let gap = if self.periods == 0 { 0 } else { (span.index - self.newest).clamp(0, MAX_GAP) };
        At { day: span.period.day(span.index), years_on: gap as f64 / span.period.per_year() }
    }

    pub(super) fn forecast(&self, span: Span) -> Forecast {
        let fit = self.line.fit(self.at(span));
        Forecast { expected: (libm::exp(fit.log_mean) * span.factor).max(LEAST_EXPECTED), variance: fit.variance }
    }

    /// Variance over mean of a count of which so much is expected.
    fn spread(&self, forecast: Forecast, expected: f64) -> f64 {
        self.dispersion + expected * forecast.variance.min(MOST_VARIANCE)
    }

    /// The chance of as much as this: in this period, or in it and the one before.
    fn chance(&self, span: Span, observed: u64, forecast: Forecast) -> f64 {
        let expected = forecast.expected;
        let mut p = stats::upper_tail(observed, expected, self.spread(forecast, expected));
        if p <= PAIR_GATE && self.newest == span.index - 1 && self.periods > 0 {
            let (before, had_expected) = self.newest_counts;
            let both = expected + had_expected;
            p = p.min(stats::upper_tail(observed.saturating_add(before), both, self.spread(forecast, both)));
        }
        (TESTS * p).min(1.0)
    }

    /// The level a count asks for, if any; none while the series is grey.
    pub(super) fn assess(&self, span: Span, observed: u64, forecast: Forecast, gates: Gates) -> Option<Assessment> {
        let expected = forecast.expected;
        if self.is_grey(span.period) || !gates.large(&Level::Blue, observed, expected) {
            return None;
        }
        let p = self.chance(span, observed, forecast);
        let p = gates.tail.calibrated(span.period, expected, p).unwrap_or(p);
        let level = gates.level(observed, expected, p)?;
        Some(asked(level, span, observed, forecast, p, false))
    }

    /// The level that what is here so far asks for, of a period that still fills: against what should be
    /// here by the look's end at most, and with its part of the promise.
    pub(super) fn assess_so_far(
        &self,
        span: Span,
        observed: u64,
        whole: Forecast,
        look: Look,
        gates: Gates,
    ) -> Option<Assessment> {
        let gates = gates.with(look.promise);
        let forecast = Forecast { expected: (whole.expected * look.exposure).max(LEAST_EXPECTED), ..whole };
        let expected = forecast.expected;
        if self.is_grey(span.period) || !gates.large(&Level::Blue, observed, expected) {
            return None;
        }
        let p = (TESTS * stats::upper_tail(observed, expected, self.spread(forecast, expected))).min(1.0);
        let p = gates.tail.calibrated(span.period, expected, p).unwrap_or(p);
        let level = gates.level(observed, expected, p)?;
        Some(asked(level, span, observed, forecast, p, false))
    }

    /// The same for a period that is over: what no single one shows may have drifted up over many. A
    /// drift asks for blue: look into it.
    pub(super) fn assess_closed(&self, span: Span, observed: u64, forecast: Forecast, gates: Gates) -> Option<Assessment> {
        let asks = self.assess(span, observed, forecast, gates);
        if asks.is_some() || self.is_grey(span.period) {
            return asks;
        }
        let drift = self.drift_with(observed, forecast);
        let p = DRIFT_RATE * libm::exp(-drift);
        let blue = Level::Blue.index();
        let high = observed as f64 >= forecast.expected * gates.levels.rate_ratio[blue];
        let (came, usual) = self.run_with(observed, forecast);
        let enough = came - usual >= gates.levels.excess[blue] && came >= usual * gates.levels.rate_ratio[blue];
        let asks = high && enough && drift >= DRIFT_ASKS && p <= gates.thresholds[blue];
        asks.then(|| asked(Level::Blue, span, observed, forecast, p, true))
    }

    /// The figures behind a judgement, whatever level they ask for.
    pub(super) fn judge(&self, span: Span, observed: u64, tail: &TailMap) -> Judged {
        if self.is_blank() {
            return Judged::default();
        }
        let forecast = self.forecast(span);
        let own = !self.is_grey(span.period);
        let p = own.then(|| self.chance(span, observed, forecast));
        Judged {
            expected: Some(Fixed3::from_f64(forecast.expected)),
            dispersion: Some(Fixed3::from_f64(self.spread(forecast, forecast.expected))),
            p_e12: p.map(e12),
            p_calibrated_e12: p.and_then(|p| tail.calibrated(span.period, forecast.expected, p)).map(e12),
            drift: own.then(|| Fixed3::from_f64(self.drift_with(observed, forecast))),
        }
    }

    /// The CUSUM with one more period.
    fn drift_with(&self, observed: u64, forecast: Forecast) -> f64 {
        let dispersion = self.spread(forecast, forecast.expected).max(1.001);
        let step = log_ratio(observed as f64, forecast.expected, dispersion).min(DRIFT_STEP);
        (self.drift + step).clamp(0.0, DRIFT_CAP)
    }

    /// What came since the CUSUM last stood at nothing, and what had been expected, with one more period.
    fn run_with(&self, observed: u64, forecast: Forecast) -> (f64, f64) {
        (self.run.0 + observed as f64, self.run.1 + forecast.expected)
    }

    pub(super) fn learn(&mut self, span: Span, observed: u64) {
        if self.is_blank() {
            self.line = Regression::starting(libm::log((observed as f64).max(0.5) / span.factor));
            self.dispersion = FIRST_DISPERSION;
        }
        let forecast = self.forecast(span);
        let Forecast { expected, variance } = forecast;
        let (at, gap) = (self.at(span), if self.periods == 0 { 1 } else { (span.index - self.newest).clamp(1, MAX_GAP) });
        let off = observed as f64 - expected;
        let residual = off / (expected * self.spread(forecast, expected)).sqrt();
        let drift = self.drift_with(observed, forecast);
        let trust = self.trust(observed, residual, forecast);
        let kept = libm::pow(span.period.kept(), gap as f64);
        self.line.learn(at, off / expected, trust * expected / self.dispersion, kept);
        self.periods = self.periods.saturating_add(1);
        if self.periods >= DISPERSION_FROM {
            let gain = span.period.dispersion_gain().max(1.0 / (f64::from(self.periods) + 10.0));
            let pearson = off * off / (expected * (1.0 + expected * variance / self.dispersion));
            let bounded = pearson.min(RESIDUAL_BOUND * RESIDUAL_BOUND * self.dispersion) / KEPT_BY_BOUND;
            self.dispersion = (self.dispersion + gain * (bounded - self.dispersion)).max(1.0);
        }
        if !self.is_grey(span.period) {
            self.run = if drift > 0.0 { self.run_with(observed, forecast) } else { (0.0, 0.0) };
            self.drift = drift;
            self.strain += span.period.strain_gain() * (residual.clamp(-STRAIN_CLIP, STRAIN_CLIP) - self.strain);
            if self.is_strained() {
                self.line.loosen_level(LOOSENED_BY);
            }
        }
        self.newest = span.index;
        self.newest_counts = (observed, expected);
    }

    /// Somebody has looked into what was high: the drift begins anew, and of the newest period only so
    /// many still count together with the next.
    pub(super) fn dealt_with(&mut self, left: u64) {
        (self.drift, self.run) = (0.0, (0.0, 0.0));
        self.newest_counts.0 = left;
    }

    /// A drift that asked for a level is not over because one period is low.
    pub(super) fn still_drifts(&self) -> bool {
        self.drift >= DRIFT_HOLDS
    }

    fn is_strained(&self) -> bool {
        self.strain.abs() >= STRAINED
    }

    /// How far a period is believed: the far upper tail is an outbreak, not what is usual.
    fn trust(&self, observed: u64, residual: f64, forecast: Forecast) -> f64 {
        // A residual below 1.5 is no tail of this kind in any distribution met here.
        if residual < 1.5 || self.is_strained() {
            return 1.0;
        }
        let tail = stats::upper_tail(observed, forecast.expected, self.spread(forecast, forecast.expected));
        let z = stats::normal_quantile(tail);
        if z > TRUST_BOUND { (TRUST_BOUND / z) * (TRUST_BOUND / z) } else { 1.0 }
    }
}

fn asked(level: Level, span: Span, observed: u64, forecast: Forecast, p: f64, drift: bool) -> Assessment {
    Assessment {
        level,
        period: span.period,
        index: span.index,
        observed,
        expected: Fixed3::from_f64(forecast.expected),
        rate_ratio: Fixed3::from_f64(observed as f64 / forecast.expected),
        p_e12: e12(p),
        drift,
        figure: None,
        indicator: None,
    }
}

/// Log likelihood ratio of a mean raised by [`DRIFT_RATIO`] against none, at the same dispersion.
fn log_ratio(observed: f64, mean: f64, dispersion: f64) -> f64 {
    let raised = mean * DRIFT_RATIO;
    if observed.max(mean) > WIDE_COUNT {
        let term = |m: f64| (observed - m) * (observed - m) / (2.0 * m * dispersion) + 0.5 * libm::log(m);
        return term(mean) - term(raised);
    }
    let (size, raised_size) = (mean / (dispersion - 1.0), raised / (dispersion - 1.0));
    let part = |size: f64| libm::lgamma(observed + size) - libm::lgamma(size) - size * libm::log(dispersion);
    part(raised_size) - part(size)
}

/// A probability in parts per million million.
fn e12(p: f64) -> u64 {
    (p * 1e12 + 0.5).floor() as u64
}

#[cfg(test)]
mod tests;
