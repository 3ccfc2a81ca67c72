//! Priors of the rate of complaints, one a trade: how much firms of it differ, fitted to what the end of a
//! replay knows of each firm and its peers.

use jianwei_core::engine::RateCount;
use jianwei_core::engine::shrink::{Gamma, fit_gamma_poisson};
use std::collections::BTreeMap;

/// A trade with fewer firms, or fewer complaints, has the matter's own prior.
const MIN_FIRMS: usize = 50;
const MIN_COMPLAINTS: f64 = 30.0;
/// Most trades of one matter, those with most firms.
const MAX_STRATA: usize = 500;
/// What the pipeline's files may hold; a trade whose firms hardly differ is drawn firmly to its peers.
const BOUNDS: (f64, f64) = (0.001, 10_000.0);

/// What was learned of one matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Priors {
    /// Of all its firms together.
    pub all: Prior,
    /// Of trades, by industry code.
    pub strata: Vec<(String, Prior)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    pub prior: Gamma,
    pub firms: usize,
    pub complaints: f64,
}

/// By matter; those with too few firms or complaints are left out.
pub fn fit(counts: &[RateCount]) -> BTreeMap<String, Priors> {
    let mut matters: BTreeMap<&str, Vec<&RateCount>> = BTreeMap::new();
    counts.iter().for_each(|count| matters.entry(&count.matter).or_default().push(count));
    let learned = matters.into_iter().filter_map(|(matter, counts)| {
        let all = prior_of(&counts)?;
        let mut trades: BTreeMap<&str, Vec<&RateCount>> = BTreeMap::new();
        counts.iter().for_each(|count| trades.entry(&count.industry).or_default().push(count));
        let mut strata: Vec<(String, Prior)> =
            trades.into_iter().filter_map(|(industry, counts)| Some((industry.to_string(), prior_of(&counts)?))).collect();
        strata.sort_by_key(|(_, prior)| std::cmp::Reverse(prior.firms));
        strata.truncate(MAX_STRATA);
        // A code covers those that begin with it, and the first that fits counts: the longest goes first.
        strata.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then(a.cmp(b)));
        Some((matter.to_string(), Priors { all, strata }))
    });
    learned.collect()
}

fn prior_of(counts: &[&RateCount]) -> Option<Prior> {
    let complaints: f64 = counts.iter().map(|count| count.count).sum();
    if counts.len() < MIN_FIRMS || complaints < MIN_COMPLAINTS {
        return None;
    }
    let (own, usual): (Vec<f64>, Vec<f64>) = counts.iter().map(|count| (count.count, count.expected)).unzip();
    let fitted = fit_gamma_poisson(&own, &usual)?.prior;
    let written = |value: f64| ((value * 1e4).round() / 1e4).clamp(BOUNDS.0, BOUNDS.1);
    Some(Prior { prior: Gamma { shape: written(fitted.shape), rate: written(fitted.rate) }, firms: counts.len(), complaints })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Firms whose rates are quantiles of an exponential distribution, with counts as expected of them.
    fn firms(industry: &str, n: usize, spread: bool) -> Vec<RateCount> {
        let ratio = |k: usize| if spread { -(1.0 - (k as f64 + 0.5) / n as f64).ln() } else { 1.0 };
        let one = |k| RateCount { matter: "gas".into(), industry: industry.into(), count: 20.0 * ratio(k), expected: 20.0 };
        (0..n).map(one).collect()
    }

    #[test]
    fn trades_whose_firms_differ_are_drawn_less_to_their_peers() {
        let counts = [firms("45", 200, true), firms("4512", 200, false), firms("99", 10, true)].concat();
        let learned = fit(&counts);
        let gas = &learned["gas"];
        let of = |industry: &str| gas.strata.iter().find(|(code, _)| code == industry).map(|(_, prior)| prior.prior);
        let differing = of("45").expect("enough firms");
        assert!((differing.shape - 1.0).abs() < 0.15 && (differing.rate - 1.0).abs() < 0.15, "{differing:?}");
        assert!(of("4512").is_none_or(|prior| prior.shape > 100.0), "{gas:?}");
        assert_eq!((of("99"), gas.all.firms), (None, 410), "too few firms of their own");
        assert!(gas.all.prior.shape > differing.shape, "{gas:?}");
        assert_eq!(fit(&firms("45", 20, true)), BTreeMap::new());
    }
}
