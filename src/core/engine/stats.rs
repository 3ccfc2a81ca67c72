//! Counts against an expectation. Transcendental functions are libm's: the same bits everywhere.

/// Beyond this spread (standard deviation) a tail is no longer summed term by term.
const WIDE: f64 = 5_000.0;

/// P(Y >= observed) for a negative binomial of the given mean and variance `dispersion * mean`
/// (Poisson at dispersion 1). Terms are summed away from the larger side, so that small tails keep
/// their digits. `mean` > 0; a dispersion below 1.001 is taken as 1.001.
pub fn upper_tail(observed: u64, mean: f64, dispersion: f64) -> f64 {
    const MAX_TERMS: u64 = 100_000;
    if observed == 0 {
        return 1.0;
    }
    let dispersion = dispersion.max(1.001);
    if mean * dispersion > WIDE * WIDE {
        return wide_upper_tail(observed as f64 - 0.5, mean, dispersion);
    }
    let size = mean / (dispersion - 1.0);
    let q = 1.0 - 1.0 / dispersion;
    let log_pmf = |k: f64| {
        libm::lgamma(k + size) - libm::lgamma(size) - libm::lgamma(k + 1.0) - size * libm::log(dispersion) + k * libm::log(q)
    };
    let mut term = libm::exp(log_pmf(observed as f64));
    let mut sum = 0.0;
    if observed as f64 > mean {
        for k in observed..observed.saturating_add(MAX_TERMS) {
            sum += term;
            term *= (size + k as f64) / (k as f64 + 1.0) * q;
            if term < sum * 1e-17 {
                break;
            }
        }
        sum.clamp(0.0, 1.0)
    } else {
        for k in (0..observed).rev().take(MAX_TERMS as usize) {
            term *= (k as f64 + 1.0) / ((size + k as f64) * q);
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        (1.0 - sum).clamp(0.0, 1.0)
    }
}

/// The same for figures so large that the count is as good as continuous: a gamma distribution of
/// that mean and variance, its cube root taken as normal (Wilson and Hilferty).
fn wide_upper_tail(observed: f64, mean: f64, dispersion: f64) -> f64 {
    let spread = 1.0 / (9.0 * (mean / dispersion));
    let z = (libm::cbrt(observed / mean) - (1.0 - spread)) / spread.sqrt();
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The normal deviate with that upper tail, to 4.5e-4 (Abramowitz and Stegun 26.2.23); tails of one
/// half and more give about 0.
pub fn normal_quantile(upper_tail: f64) -> f64 {
    let t = (-2.0 * libm::log(upper_tail.clamp(1e-300, 0.5))).sqrt();
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    t - above / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/// What is left of 1 after `elapsed_ms` with the given half-life; 1 for times before.
pub fn decay(elapsed_ms: i64, half_life_days: f64) -> f64 {
    if elapsed_ms <= 0 {
        return 1.0;
    }
    libm::exp2(-(elapsed_ms as f64) / (half_life_days * crate::domain::DAY_MS as f64))
}

pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, DiscreteCDF, NegativeBinomial, Poisson};

    #[test]
    fn upper_tail_agrees_with_statrs() {
        for mean in [0.02, 0.5, 3.0, 40.0, 900.0] {
            for dispersion in [1.05, 1.6, 4.8] {
                let oracle = NegativeBinomial::new(mean / (dispersion - 1.0), 1.0 / dispersion).unwrap();
                for observed in [1u64, 2, 5, 20, 60, 1000] {
                    let expected = 1.0 - oracle.cdf(observed - 1);
                    let got = upper_tail(observed, mean, dispersion);
                    assert!((got - expected).abs() < 1e-9, "{observed} of {mean}, {dispersion}: {got} vs {expected}");
                }
            }
        }
        let near_poisson = upper_tail(9, 3.0, 1.0);
        let poisson = 1.0 - Poisson::new(3.0).unwrap().cdf(8);
        assert!((near_poisson - poisson).abs() < 1e-4);
    }

    #[test]
    fn figures_in_millions_are_judged_at_once() {
        let normal = statrs::distribution::Normal::standard();
        for (mean, dispersion) in [(1e6, 100.0), (1e7, 2e5), (1e8, 1.5), (4e9, 1.001)] {
            let sd = f64::sqrt(mean * dispersion);
            let exact = NegativeBinomial::new(mean / (dispersion - 1.0), 1.0 / dispersion).unwrap();
            for z in [-2.0, 0.0, 1.0, 3.0, 4.5] {
                let observed = (mean + z * sd) as u64;
                // statrs gives up where the size is large; there the counts are normal.
                let expected = if dispersion > 2.0 { exact.sf(observed - 1) } else { normal.sf(z) };
                let got = upper_tail(observed, mean, dispersion);
                assert!((got / expected - 1.0).abs() < 0.03, "{observed} of {mean}, {dispersion}: {got} vs {expected}");
            }
        }
        assert_eq!(upper_tail(1 << 53, 1e6, 100.0), 0.0);
    }

    #[test]
    fn small_tails_keep_their_digits() {
        // Exact: P(Y >= k) of a geometric distribution (size 1) with success 1/2 is 2^-k.
        for k in [1u64, 10, 40, 200] {
            let got = upper_tail(k, 1.0, 2.0);
            let exact = libm::exp2(-(k as f64));
            assert!((got / exact - 1.0).abs() < 1e-9, "{k}: {got} vs {exact}");
        }
    }

    #[test]
    fn normal_quantiles_agree_with_statrs() {
        let normal = statrs::distribution::Normal::standard();
        for tail in [0.7, 0.5, 0.1, 0.01, 1e-5, 1e-12] {
            let expected = normal.inverse_cdf(1.0 - f64::min(tail, 0.5));
            assert!((normal_quantile(tail) - expected).abs() < 1e-3, "{tail}");
        }
    }

    #[test]
    fn half_lives() {
        let day = crate::domain::DAY_MS;
        assert_eq!(decay(30 * day, 30.0), 0.5);
        assert_eq!(decay(-day, 30.0), 1.0);
    }
}
