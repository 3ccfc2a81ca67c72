//! Empirical-Bayes shrinkage: a rate ratio seen through few records is drawn towards what is usual.
//! A gamma prior, or DuMouchel's mixture of two, on the ratio of what was counted to what was expected;
//! the count is Poisson. Useful for rates against peers, and for fitting the prior to a history.
//!
//! statrs is the oracle of the tests and no more: its functions call std's logarithms, whose bits vary
//! by platform.

/// Terms and steps of a series, a continued fraction or a search; far more than any of them takes.
const MAX_STEPS: usize = 10_000;
/// Where the asymptotic series of digamma and trigamma have all their digits.
const ASYMPTOTIC_FROM: f64 = 12.0;
/// The likelihood of a fit is as high as it gets when a step gains less than this.
const LEAST_GAIN: f64 = 1e-12;
/// A fit is looked for between these shapes and rates: beyond, counts are as good as Poisson.
const FIT_RANGE: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

/// A gamma distribution: mean `shape / rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    pub shape: f64,
    pub rate: f64,
}

/// Two gamma distributions; `share` is that of the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    pub first: Gamma,
    pub second: Gamma,
    pub share: f64,
}

/// A prior fitted to counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    pub prior: Gamma,
    pub log_likelihood: f64,
}

impl Gamma {
    /// What is believed of the ratio once `count` came where `expected` was usual.
    pub fn posterior(self, count: f64, expected: f64) -> Gamma {
        Gamma { shape: self.shape + count, rate: self.rate + expected }
    }

    pub fn mean(self) -> f64 {
        self.shape / self.rate
    }

    /// The mean of the ratio's logarithm.
    pub fn mean_log(self) -> f64 {
        digamma(self.shape) - libm::log(self.rate)
    }

    pub fn cdf(self, ratio: f64) -> f64 {
        lower_gamma(self.shape, self.rate * ratio)
    }

    /// The log probability of a count, given what was expected: negative binomial.
    pub fn log_marginal(self, count: f64, expected: f64) -> f64 {
        let total = self.rate + expected;
        libm::lgamma(count + self.shape) - libm::lgamma(self.shape) - libm::lgamma(count + 1.0)
            + self.shape * libm::log(self.rate / total)
            + if count > 0.0 { count * libm::log(expected / total) } else { 0.0 }
    }
}

impl Mixture {
    /// Both parts as the count makes them, and how likely it is to be of the first (Qn).
    pub fn posterior(self, count: f64, expected: f64) -> Mixture {
        let first = libm::log(self.share) + self.first.log_marginal(count, expected);
        let second = libm::log(1.0 - self.share) + self.second.log_marginal(count, expected);
        Mixture {
            first: self.first.posterior(count, expected),
            second: self.second.posterior(count, expected),
            share: 1.0 / (1.0 + libm::exp(second - first)),
        }
    }

    /// The geometric mean of the ratio: EBGM, of a posterior.
    pub fn geometric_mean(self) -> f64 {
        libm::exp(self.share * self.first.mean_log() + (1.0 - self.share) * self.second.mean_log())
    }

    pub fn cdf(self, ratio: f64) -> f64 {
        self.share * self.first.cdf(ratio) + (1.0 - self.share) * self.second.cdf(ratio)
    }

    /// The ratio that so large a share of what is believed lies below: EB05 and EB95, of a posterior.
    pub fn quantile(self, share: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..MAX_STEPS {
            if self.cdf(high) >= share {
                break;
            }
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..MAX_STEPS {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if self.cdf(middle) < share { low = middle } else { high = middle }
        }
        high
    }
}

/// The gamma prior under which these counts are likeliest, by Newton's method on the logarithms of shape
/// and rate, from the moments. `None` if there are fewer than two, none is above zero, an exposure is
/// not above zero, or no prior beats another: counts that spread no more than Poisson ones.
pub fn fit_gamma_poisson(counts: &[f64], exposures: &[f64]) -> Option<Fitted> {
    let total: f64 = counts.iter().sum();
    let exposure: f64 = exposures.iter().sum();
    let sound = exposures.iter().all(|e| e.is_finite() && *e > 0.0) && counts.iter().all(|c| c.is_finite() && *c >= 0.0);
    if counts.len() != exposures.len() || counts.len() < 2 || total <= 0.0 || !sound {
        return None;
    }
    let rows = || counts.iter().copied().zip(exposures.iter().copied());
    let likelihood = |g: Gamma| rows().map(|(y, t)| g.log_marginal(y, t)).sum::<f64>();
    let mut at = Gamma { shape: 1.0, rate: exposure / total };
    let mut best = likelihood(at);
    // Levenberg's damping: where a full step climbs, it is taken; else shorter ones, more straight up.
    let mut damping = 1e-3;
    for _ in 0..MAX_STEPS {
        let (gradient, curvature) = slopes(at, rows());
        let [da, db] = step(gradient, curvature, damping);
        let next = Gamma { shape: at.shape * libm::exp(da), rate: at.rate * libm::exp(db) };
        let inside = FIT_RANGE.contains(&next.shape) && FIT_RANGE.contains(&next.rate);
        let value = if inside { likelihood(next) } else { f64::NEG_INFINITY };
        if value > best {
            let gained = value - best;
            (at, best, damping) = (next, value, (damping * 0.1).max(1e-12));
            if gained < LEAST_GAIN {
                break;
            }
        } else if damping > 1e12 {
            break;
        } else {
            damping *= 10.0;
        }
    }
    let inner = at.shape < 0.5 * FIT_RANGE.end() && at.rate < 0.5 * FIT_RANGE.end();
    inner.then_some(Fitted { prior: at, log_likelihood: best })
}

/// Gradient, and the second derivatives aa, ab, bb, of the log likelihood in (ln shape, ln rate).
fn slopes(at: Gamma, rows: impl Iterator<Item = (f64, f64)>) -> ([f64; 2], [f64; 3]) {
    let Gamma { shape: a, rate: b } = at;
    let (mut ga, mut gb, mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (y, t) in rows {
        let total = b + t;
        ga += digamma(y + a) - digamma(a) + libm::log(b / total);
        gb += a / b - (a + y) / total;
        aa += trigamma(y + a) - trigamma(a);
        ab += 1.0 / b - 1.0 / total;
        bb += -a / (b * b) + (a + y) / (total * total);
    }
    ([a * ga, b * gb], [a * a * aa + a * ga, a * b * ab, b * b * bb + b * gb])
}

/// The step uphill of a quadratic form made concave enough.
fn step([ga, gb]: [f64; 2], [aa, ab, bb]: [f64; 3], damping: f64) -> [f64; 2] {
    let (mut aa, mut bb) = (-aa, -bb);
    let size = aa.abs() + bb.abs() + ab.abs() + 1e-30;
    let mut lift = damping * size;
    // Positive definite at last: the lift grows beyond every entry.
    while aa + lift <= 0.0 || (aa + lift) * (bb + lift) <= ab * ab {
        lift = 2.0 * lift + 1e-30;
    }
    (aa, bb) = (aa + lift, bb + lift);
    let det = aa * bb - ab * ab;
    let bounded = |x: f64| x.clamp(-3.0, 3.0);
    [bounded((bb * ga + ab * gb) / det), bounded((ab * ga + aa * gb) / det)]
}

/// The derivative of ln gamma, for x > 0.
pub fn digamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < ASYMPTOTIC_FROM {
        below += 1.0 / x;
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let tail =
        s * (1.0 / 12.0 - s * (1.0 / 120.0 - s * (1.0 / 252.0 - s * (1.0 / 240.0 - s * (1.0 / 132.0 - s * 691.0 / 32760.0)))));
    libm::log(x) - 0.5 / x - tail - below
}

/// Its derivative, for x > 0.
fn trigamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < ASYMPTOTIC_FROM {
        below += 1.0 / (x * x);
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let tail = s * (1.0 / 6.0 - s * (1.0 / 30.0 - s * (1.0 / 42.0 - s * (1.0 / 30.0 - s * 5.0 / 66.0))));
    below + 1.0 / x + 0.5 * s + tail / x
}

/// The regularised lower incomplete gamma function P(shape, x), to nine digits for shapes up to thousands.
pub fn lower_gamma(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let scale = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 { lower_series(shape, x) * scale } else { 1.0 - upper_fraction(shape, x) * scale }
}

fn lower_series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    for n in 1..MAX_STEPS {
        term *= x / (shape + n as f64);
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Lentz's method.
fn upper_fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let off_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / off_zero(b);
    let mut fraction = d;
    for n in 1..MAX_STEPS {
        let a = -(n as f64) * (n as f64 - shape);
        b += 2.0;
        d = 1.0 / off_zero(a * d + b);
        c = off_zero(b + a / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}
