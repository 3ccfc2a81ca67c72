//! Shrinkage against reference vectors: the CAERS mixture and the pump data. `JIANWEI_EBGM=FOLDER` runs
//! all 17,189 pairs of that folder's `caers_2012_ebgm_vectors.csv` and the likelihood of their fit
//! (`caers_squashed.csv`) too.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test may read the environment and files")]

use jianwei_core::engine::shrink::{Gamma, Mixture, digamma, fit_gamma_poisson, lower_gamma};
use statrs::distribution::{ContinuousCDF, Gamma as Oracle};
use statrs::function::gamma as oracle;

const CAERS: Mixture = Mixture {
    first: Gamma { shape: 3.25378642859681, rate: 0.399888365988918 },
    second: Gamma { shape: 2.02613053523768, rate: 1.90808259827928 },
    share: 0.0653457004101028,
};
/// Failures of ten pumps, and their hours of work in thousands (Gaver and O'Muircheartaigh 1987).
const PUMPS: ([f64; 10], [f64; 10]) =
    ([5.0, 1.0, 5.0, 14.0, 3.0, 19.0, 1.0, 1.0, 4.0, 22.0], [94.3, 15.7, 62.9, 126.0, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5]);

fn near(got: f64, wanted: f64, relative: f64, what: &str) {
    assert!((got / wanted - 1.0).abs() <= relative, "{what}: {got} for {wanted}");
}

/// N, E, Qn, EBGM, EB05, EB95 of each line, the last six cells; bounds of texts are no part of them.
fn vectors(text: &str) -> Vec<[f64; 6]> {
    let cells = |line: &str| {
        let cells: Vec<f64> = line.rsplit(',').take(8).filter_map(|c| c.trim_matches(['"', ' ']).parse().ok()).collect();
        cells
    };
    let row = |line: &str| {
        let c = cells(line);
        // The whole file has RR and PRR between E and Qn, and infinite ones among them.
        match c.len() {
            6 => Some([c[5], c[4], c[3], c[2], c[1], c[0]]),
            8 => Some([c[7], c[6], c[3], c[2], c[1], c[0]]),
            _ => None,
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
}

fn assert_vectors(rows: &[[f64; 6]]) {
    for [n, e, qn, ebgm, eb05, eb95] in rows {
        let posterior = CAERS.posterior(*n, *e);
        near(posterior.share, *qn, 1e-9, &format!("Qn of {n}, {e}"));
        near(posterior.geometric_mean(), *ebgm, 1e-10, &format!("EBGM of {n}, {e}"));
        near(posterior.quantile(0.05), *eb05, 1e-7, &format!("EB05 of {n}, {e}"));
        near(posterior.quantile(0.95), *eb95, 1e-7, &format!("EB95 of {n}, {e}"));
    }
}

#[test]
fn the_mixture_agrees_with_the_reference_vectors() {
    let rows = vectors(include_str!("data/ebgm.csv"));
    assert_eq!(rows.len(), 84);
    assert_vectors(&rows);
    let Ok(folder) = std::env::var("JIANWEI_EBGM") else { return };
    let all = vectors(&std::fs::read_to_string(format!("{folder}/caers_2012_ebgm_vectors.csv")).unwrap());
    assert_eq!(all.len(), 17_189);
    assert_vectors(&all);
    assert_eq!(all.iter().filter(|r| CAERS.posterior(r[0], r[1]).quantile(0.05) >= 2.0).count(), 131);
    // The fit saw no pairs that never occurred: in each part a count is given that it is not zero.
    let part = |g: Gamma, n: f64, e: f64| g.log_marginal(n, e).exp() / (1.0 - g.log_marginal(0.0, e).exp());
    let chance = |n, e| CAERS.share * part(CAERS.first, n, e) + (1.0 - CAERS.share) * part(CAERS.second, n, e);
    let squashed = std::fs::read_to_string(format!("{folder}/caers_squashed.csv")).unwrap();
    let rows = squashed.lines().skip(1).map(|line| line.split(',').map(|c| c.parse::<f64>().unwrap()).collect::<Vec<_>>());
    let likelihood: f64 = rows.map(|r| r[2] * chance(r[0], r[1]).ln()).sum();
    near(likelihood, -4161.930, 1e-6, "log likelihood");
}

#[test]
fn the_likeliest_prior_of_the_pumps() {
    let fitted = fit_gamma_poisson(&PUMPS.0, &PUMPS.1).unwrap();
    near(fitted.prior.shape, 0.8229648, 1e-6, "shape");
    near(fitted.prior.rate, 1.2616527, 1e-6, "rate");
    near(fitted.log_likelihood, -32.2578364, 1e-8, "log likelihood");
    let means: Vec<f64> = PUMPS.0.iter().zip(PUMPS.1).map(|(y, t)| fitted.prior.posterior(*y, t).mean()).collect();
    for (at, wanted) in [(0, 0.060934), (1, 0.107476), (9, 1.940456)] {
        near(means[at], wanted, 1e-5, &format!("pump {at}"));
    }
}

#[test]
fn what_can_not_be_fitted_is_no_fit() {
    for (counts, exposures, why) in [
        (vec![1.0], vec![1.0], "one row"),
        (vec![0.0, 0.0, 0.0], vec![1.0, 1.0, 1.0], "never anything"),
        (vec![1.0, 2.0], vec![1.0], "unequal"),
        (vec![1.0, 2.0], vec![1.0, 0.0], "no exposure"),
        (vec![1.0, f64::NAN], vec![1.0, 1.0], "no number"),
        (vec![-1.0, 2.0], vec![1.0, 1.0], "below zero"),
        (vec![4.0; 50], vec![1.0; 50], "all alike: no spread to learn from"),
    ] {
        assert_eq!(fit_gamma_poisson(&counts, &exposures), None, "{why}");
    }
    // Spread far wider than Poisson, and counts that are no whole numbers.
    let wide = fit_gamma_poisson(&[0.0, 0.0, 0.5, 0.0, 90.0, 0.0, 12.5, 0.0], &[1.0; 8]).unwrap();
    assert!(wide.prior.shape < 0.3, "{wide:?}");
    assert!((wide.prior.mean() - 103.0 / 8.0).abs() < 1e-4, "the fit keeps the mean: {wide:?}");
}

#[test]
fn special_functions_agree_with_statrs() {
    for x in [1e-3, 0.05, 0.5, 1.0, 1.5, 3.0, 7.0, 11.9, 12.1, 60.0, 4e3] {
        assert!((digamma(x) - oracle::digamma(x)).abs() <= 1e-9 * (1.0 + digamma(x).abs()), "digamma({x})");
        for share in [0.01, 0.3, 0.9, 1.0, 1.1, 2.0, 8.0] {
            let (got, wanted) = (lower_gamma(x, x * share), oracle::gamma_lr(x, x * share));
            assert!((got - wanted).abs() < 1e-9, "P({x}, {}): {got} for {wanted}", x * share);
        }
    }
    for (shape, rate) in [(0.2, 3.0), (2.0, 2.0), (57.3, 16.4)] {
        let one = Gamma { shape, rate };
        let alone = Mixture { first: one, second: one, share: 0.5 };
        for share in [1e-9, 0.05, 0.5, 0.95, 1.0 - 1e-9] {
            let ratio = alone.quantile(share);
            near(Oracle::new(shape, rate).unwrap().cdf(ratio), share, 1e-7, &format!("quantile {share} of {shape}, {rate}"));
        }
    }
}
