//! The log-linear line a series is expected to follow: level, slope and two annual harmonics, learned
//! by recursive weighted least squares with forgetting (a Kalman filter whose state is carried along
//! its own slope). The covariance is kept, so that what is not known yet widens the expectation.

use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Level, slope a year, and cosine and sine of one and of two rounds a year.
pub const TERMS: usize = 6;
/// The lower triangle of a covariance.
const PACKED: usize = TERMS * (TERMS + 1) / 2;
/// Standard deviations believed before anything is known, on the log scale. Nothing is ever known less.
const PRIOR_SD: [f64; TERMS] = [2.0, 0.15, 0.3, 0.3, 0.3, 0.3];
/// Seasons change: variance a year that each term gains. It also follows a feed whose year has 52 weeks.
const CHANGE_A_YEAR: [f64; TERMS] = [0.0, 0.0, 1.6e-4, 1.6e-4, 4.8e-4, 4.8e-4];
/// What a level borrowed from others is trusted to.
const BORROWED_LEVEL_SD: f64 = 1.0;
/// One period moves the line by at most this (log scale): a count is no logarithm, and a first one
/// far off must not throw the line away.
const LARGEST_MOVE: f64 = 1.0;
/// Log of the largest figure that is a count, and of one a series can't be told from empty below.
const LOG_RANGE: (f64, f64) = (-12.0, 37.0);
/// The mean year of the calendar, in days.
const YEAR_DAYS: f64 = 365.2425;

type Terms = [f64; TERMS];

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    terms: Terms,
    /// Row by row, up to the diagonal.
    cov: [f64; PACKED],
}

/// What the line says of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub log_mean: f64,
    /// Variance of `log_mean`.
    pub variance: f64,
}

/// Where a period stands: so many days since 1970, so many years after what was learned last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At {
    pub day: f64,
    pub years_on: f64,
}

fn packed(i: usize, j: usize) -> usize {
    let (i, j) = if i >= j { (i, j) } else { (j, i) };
    i * (i + 1) / 2 + j
}

fn features(at: At) -> Terms {
    let year = TAU * (at.day / YEAR_DAYS);
    let (cos, sin) = (libm::cos(year), libm::sin(year));
    [1.0, at.years_on, cos, sin, cos * cos - sin * sin, 2.0 * sin * cos]
}

impl Regression {
    pub(super) fn starting(log_level: f64) -> Regression {
        let mut line = Regression::default();
        line.terms[0] = log_level;
        for (i, sd) in PRIOR_SD.iter().enumerate() {
            line.cov[packed(i, i)] = sd * sd;
        }
        line
    }

    /// The mean of others' lines, for a series that has nothing of its own yet.
    pub(super) fn mean_of<'a>(lines: impl Iterator<Item = &'a Regression>) -> Option<Regression> {
        let (mut sum, mut n) = ([0.0; TERMS], 0.0);
        for line in lines {
            sum.iter_mut().zip(&line.terms).for_each(|(s, t)| *s += t);
            n += 1.0;
        }
        (n > 0.0).then(|| {
            let mut line = Regression::starting(0.0);
            line.terms = sum.map(|s| s / n);
            line.cov[0] = BORROWED_LEVEL_SD * BORROWED_LEVEL_SD;
            line
        })
    }

    pub(super) fn log_level(&self) -> f64 {
        self.terms[0]
    }

    pub(super) fn fit(&self, at: At) -> Fit {
        let x = features(at);
        let log_mean = x.iter().zip(&self.terms).map(|(x, t)| x * t).sum::<f64>().clamp(LOG_RANGE.0, LOG_RANGE.1);
        let variance = x.iter().zip(self.times(&x)).map(|(x, px)| x * px).sum::<f64>().max(0.0);
        Fit { log_mean, variance }
    }

    fn times(&self, x: &Terms) -> Terms {
        std::array::from_fn(|i| (0..TERMS).map(|j| self.cov[packed(i, j)] * x[j]).sum())
    }

    /// Learns from a period: `relative_error` is (observed - expected) / expected, `weight` the inverse
    /// of its variance, `kept` what is left of the older memory.
    pub(super) fn learn(&mut self, at: At, relative_error: f64, weight: f64, kept: f64) {
        let x = features(at);
        let px = self.times(&x);
        let variance = x.iter().zip(&px).map(|(x, px)| x * px).sum::<f64>().max(1e-12);
        let total = variance + 1.0 / weight.max(1e-12);
        let bound = LARGEST_MOVE * total / variance;
        let error = relative_error.clamp(-bound, bound);
        for i in 0..TERMS {
            self.terms[i] += px[i] / total * error;
            for j in 0..=i {
                self.cov[packed(i, j)] = (self.cov[packed(i, j)] - px[i] * px[j] / total) / kept;
            }
        }
        self.carry(at.years_on);
        self.bound();
    }

    /// The level is known less than it seemed.
    pub(super) fn loosen_level(&mut self, variance: f64) {
        self.cov[0] += variance;
        self.bound();
    }

    /// Along the slope, to the period just learned.
    fn carry(&mut self, years: f64) {
        self.terms[0] = (self.terms[0] + years * self.terms[1]).clamp(LOG_RANGE.0, LOG_RANGE.1);
        let slope: Terms = std::array::from_fn(|j| self.cov[packed(1, j)]);
        for (j, slope) in slope.iter().enumerate().skip(1) {
            self.cov[packed(0, j)] += years * slope;
        }
        self.cov[0] += years * (2.0 * slope[0] + years * slope[1]);
        for (i, change) in CHANGE_A_YEAR.iter().enumerate() {
            self.cov[packed(i, i)] += years * change;
        }
    }

    /// Forgetting must not make anything less known than it was before the first period: a series
    /// that is empty for years would lose itself.
    fn bound(&mut self) {
        for (i, sd) in PRIOR_SD.iter().enumerate() {
            let most = sd * sd;
            let now = self.cov[packed(i, i)];
            if now > most {
                let scale = (most / now).sqrt();
                for j in 0..TERMS {
                    self.cov[packed(i, j)] *= if i == j { scale * scale } else { scale };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_level_slope_and_season() {
        let week = 7.0 / YEAR_DAYS;
        let mut line = Regression::starting(3.0);
        let truth = |n: f64| {
            let year = TAU * n * week;
            3.0 + 0.1 * n * week + 0.5 * libm::cos(year) - 0.2 * libm::sin(2.0 * year)
        };
        for n in 0..520 {
            let at = At { day: 7.0 * f64::from(n), years_on: if n == 0 { 0.0 } else { week } };
            let fit = line.fit(at);
            let observed = libm::exp(truth(f64::from(n)));
            let mean = libm::exp(fit.log_mean);
            line.learn(at, (observed - mean) / mean, mean, 0.998);
        }
        for n in [520, 530, 545] {
            let at = At { day: 7.0 * f64::from(n), years_on: week * f64::from(n - 519) };
            let fit = line.fit(at);
            assert!((fit.log_mean - truth(f64::from(n))).abs() < 0.03, "{n}: {fit:?} {}", truth(f64::from(n)));
            assert!(fit.variance < 0.01, "{fit:?}");
        }
    }

    #[test]
    fn what_is_not_seen_is_known_no_less_than_at_the_start() {
        let mut line = Regression::starting(0.0);
        for n in 0..20_000 {
            line.learn(At { day: f64::from(n), years_on: 1.0 / YEAR_DAYS }, -1.0, 1e-9, 0.9);
        }
        for (i, sd) in PRIOR_SD.iter().enumerate() {
            assert!(line.cov[packed(i, i)] <= sd * sd * 1.001, "{line:?}");
        }
        assert!(line.terms.iter().all(|t| t.is_finite()), "{line:?}");
    }
}
