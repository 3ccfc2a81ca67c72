//! From judged periods to maps. Within what was seen a map is what was seen, a few points of it; a
//! generalised Pareto, fitted beyond the 98th percentile or farther out, goes on from there. Real
//! outbreaks of the past are among the periods: the maps promise too much rather than too little.

use super::Row;
use chrono::NaiveDate;
use jianwei_core::pipeline::{Period, TailBand, TailMap};
use std::collections::BTreeSet;

/// Where bands of expected counts may end. Sparse series fire less often than they say, full ones
/// more often: one map for all would fit neither.
const EDGES: [f64; 6] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// The Pareto begins where so large a share is left, or less where that is still many periods.
const TAIL_SHARE: f64 = 0.02;
const LEAST_TAIL_SHARE: f64 = 0.001;
/// A band with fewer periods in its tail is joined with the next.
const MIN_TAIL: usize = 100;
/// Points from the first p below 1 to the Pareto.
const KNOTS: usize = 9;
/// What is known of the shape before any period is seen, and as how many it counts; and its bounds:
/// a tail that ends would promise that something never comes.
const USUAL_SHAPE: f64 = 0.1;
const USUAL_WEIGHT: f64 = 10.0;
const SHAPES: (f64, f64) = (0.0, 0.5);
const SCALES: (f64, f64) = (1e-3, 1e3);

/// The maps of all kinds of period that have periods enough.
pub fn fit(rows: &[Row]) -> TailMap {
    TailMap(Period::ALL.into_iter().flat_map(|period| of_period(period, rows)).collect())
}

fn of_period(period: Period, rows: &[Row]) -> Vec<TailBand> {
    let mut bands: Vec<Vec<Row>> = vec![Vec::new(); EDGES.len() + 1];
    for row in rows.iter().filter(|row| row.period == period) {
        bands[EDGES.iter().take_while(|edge| row.expected >= **edge).count()].push(*row);
    }
    // Joined from the sparse side up, until each holds enough; the rest goes to the last that does.
    let mut joined: Vec<(Vec<Row>, Option<f64>)> = Vec::new();
    let mut waiting = Vec::new();
    for (number, band) in bands.into_iter().enumerate() {
        waiting.extend(band);
        if tail_size(&waiting).is_some() {
            joined.push((std::mem::take(&mut waiting), EDGES.get(number).copied()));
        }
    }
    match joined.last_mut() {
        Some((last, below)) => {
            last.extend(waiting);
            *below = None;
        }
        None => return Vec::new(),
    }
    joined.into_iter().filter_map(|(rows, below)| band(period, &rows, below)).collect()
}

/// How many of the periods are the tail; none if they are too few.
fn tail_size(rows: &[Row]) -> Option<usize> {
    // Where most periods are p = 1 (nothing expected, nothing seen) the tail is half of the others.
    let surprising = rows.iter().filter(|row| row.p_e12 < ONE).count();
    let most = ((rows.len() as f64 * TAIL_SHARE) as usize).min(surprising / 2);
    let least = (rows.len() as f64 * LEAST_TAIL_SHARE) as usize;
    (most >= MIN_TAIL).then(|| most.min(least.max(MIN_TAIL)))
}

const ONE: u64 = 1_000_000_000_000;

fn band(period: Period, rows: &[Row], expected_below: Option<f64>) -> Option<TailBand> {
    let tail = tail_size(rows)?;
    let mut p: Vec<u64> = rows.iter().map(|row| row.p_e12).collect();
    p.sort_unstable();
    let surprising = p.partition_point(|p| *p < ONE);
    let mut knots: Vec<(f64, f64)> = Vec::new();
    for step in 0..KNOTS {
        let part = step as f64 / (KNOTS - 1) as f64;
        let rank = (surprising as f64 * (tail as f64 / surprising as f64).powf(part)).round() as usize;
        let Some(&at) = p.get(rank.clamp(1, p.len()) - 1) else { continue };
        let share = p.partition_point(|p| *p <= at) as f64 / p.len() as f64;
        let knot = (rounded_up(at as f64 / ONE as f64), rounded(share));
        if knots.last().is_none_or(|last| last.0 > knot.0) {
            knots.push(knot);
        }
    }
    let end = knots.last()?.0;
    let beyond: Vec<f64> = p.iter().map(|p| (end / (*p as f64 / ONE as f64)).ln()).filter(|excess| *excess >= 0.0).collect();
    let (shape, scale) = pareto(&beyond);
    Some(TailBand {
        period,
        expected_below,
        from: rows.iter().map(|row| row.day).min().unwrap_or(NaiveDate::MIN),
        to: rows.iter().map(|row| row.day).max().unwrap_or(NaiveDate::MIN),
        series: rows.iter().map(|row| row.series).collect::<BTreeSet<_>>().len() as u32,
        periods: rows.len() as u32,
        exceedances: beyond.len() as u32,
        knots,
        shape: (shape * 1e4).round() / 1e4,
        scale: (scale * 1e4).round() / 1e4,
    })
}

/// As the files have it: four digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// The same, never below, so that the period that gave the knot stays within it; and below 1, where
/// every share is 1.
fn rounded_up(p: f64) -> f64 {
    let near = rounded(p);
    let digit = 10f64.powi(near.log10().floor() as i32 - 3);
    let up = if near >= p { near } else { rounded(near + digit) };
    up.min(0.9999)
}

/// Shape and scale of a generalised Pareto: the quasi-Bayesian estimate of Zhang and Stephens (2009),
/// its shape drawn a little to what is usual and kept within bounds; within these the scale is the
/// likeliest.
fn pareto(excesses: &[f64]) -> (f64, f64) {
    let mut y = excesses.to_vec();
    y.sort_by(f64::total_cmp);
    let n = y.len();
    let mean = y.iter().sum::<f64>() / n.max(1) as f64;
    let (Some(&largest), Some(&quartile)) = (y.last(), y.get((n as f64 / 4.0 + 0.5) as usize)) else {
        return (SHAPES.0, mean.clamp(SCALES.0, SCALES.1));
    };
    if quartile <= 0.0 {
        return (SHAPES.0, mean.clamp(SCALES.0, SCALES.1));
    }
    let shape_at = |theta: f64| y.iter().map(|y| (-theta * y).ln_1p()).sum::<f64>() / n as f64;
    let candidates = 20 + (n as f64).sqrt() as usize;
    let thetas: Vec<f64> = (1..=candidates)
        .map(|j| 1.0 / largest + (1.0 - (candidates as f64 / (j as f64 - 0.5)).sqrt()) / (3.0 * quartile))
        .collect();
    let likelihood: Vec<f64> = thetas
        .iter()
        .map(|theta| {
            let k = -shape_at(*theta);
            n as f64 * ((theta / k).ln() + k - 1.0)
        })
        .collect();
    let weight = |l: &f64| 1.0 / likelihood.iter().map(|other| (other - l).exp()).sum::<f64>();
    let theta: f64 = thetas.iter().zip(&likelihood).map(|(theta, l)| theta * weight(l)).sum();
    let shape = shape_at(theta);
    let shape = (n as f64 * shape + USUAL_WEIGHT * USUAL_SHAPE) / (n as f64 + USUAL_WEIGHT);
    let shape = if shape.is_finite() { shape.clamp(SHAPES.0, SHAPES.1) } else { USUAL_SHAPE };
    (shape, likeliest_scale(&y, shape).clamp(SCALES.0, SCALES.1))
}

/// The scale at which the likelihood of a given shape is highest: the root of
/// mean((1 + shape) y / (scale + shape y)) = 1, which falls in scale.
fn likeliest_scale(y: &[f64], shape: f64) -> f64 {
    let excess = |scale: f64| y.iter().map(|y| (1.0 + shape) * y / (scale + shape * y)).sum::<f64>() / y.len() as f64 - 1.0;
    let (mut low, mut high) = SCALES;
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    (low * high).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of a Pareto, evenly.
    fn quantiles(shape: f64, scale: f64) -> Vec<f64> {
        let tail = (0..2000).map(|n| (f64::from(n) + 0.5) / 2000.0);
        tail.map(|q| if shape == 0.0 { -scale * q.ln() } else { scale * (q.powf(-shape) - 1.0) / shape }).collect()
    }

    #[test]
    fn a_pareto_is_found_again() {
        for (shape, scale) in [(0.0, 1.0), (0.1, 1.5), (0.3, 0.7)] {
            let (s, c) = pareto(&quantiles(shape, scale));
            assert!((s - shape).abs() < 0.02 && (c / scale - 1.0).abs() < 0.03, "{shape} {scale}: {s} {c}");
        }
        // A tail that ends is told as one that falls evenly; nothing at all as nothing.
        assert_eq!(pareto(&(0..1000).map(|n| f64::from(n) / 1000.0).collect::<Vec<_>>()).0, 0.0);
        assert_eq!(pareto(&[]).0, 0.0);
    }

    #[test]
    fn knots_are_written_above_and_below_one() {
        for (p, written) in [(0.5, 0.5), (0.012345, 0.01235), (1.00001e-6, 1.001e-6), (0.99964, 0.9997), (0.99999, 0.9999)] {
            assert_eq!(rounded_up(p), written);
        }
    }

    /// Periods whose p is `power` times as rare as it says, on the logarithm.
    fn rows(n: u64, expected: f64, power: f64) -> Vec<Row> {
        let p = |n_of: u64| (((n_of as f64 + 0.5) / n as f64).powf(power) * ONE as f64) as u64;
        let row = |k| Row { period: Period::Day, day: NaiveDate::default(), series: 0, whole: false, expected, p_e12: p(k) };
        (0..n).map(row).collect()
    }

    #[test]
    fn what_comes_too_often_is_told_as_often_as_it_came() {
        let maps = fit(&rows(20_000, 5.0, 1.5));
        assert_eq!(maps.0.len(), 1, "{maps:?}");
        // Far beyond the 20,000 periods seen it is extrapolated, with a shape drawn to 0.1: too often, not too rarely.
        for (share, within) in [(0.3_f64, 1.1), (0.1, 1.1), (0.01, 1.1), (1e-3, 1.1), (1e-4, 1.3), (1e-6, 3.0)] {
            let got = maps.calibrated(Period::Day, 5.0, share.powf(1.5)).expect("a map");
            assert!(got / share < within && got / share > 0.9, "{share}: {got} {maps:?}");
        }
    }

    #[test]
    fn bands_with_too_few_periods_are_joined() {
        let all = [rows(20_000, 0.05, 1.0), rows(500, 0.2, 1.0), rows(20_000, 2.0, 1.0), rows(300, 50.0, 1.0)].concat();
        let maps = fit(&all);
        let bands: Vec<_> = maps.0.iter().map(|band| (band.expected_below, band.periods)).collect();
        assert_eq!(bands, [(Some(0.1), 20_000), (None, 20_800)], "{maps:?}");
        assert_eq!(fit(&rows(4_000, 1.0, 1.0)), TailMap::default(), "too few for any");
    }
}
