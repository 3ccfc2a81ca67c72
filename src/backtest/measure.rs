//! How right probabilities were: figures of a list of outcomes and what was said of each beforehand.

use chrono::{Datelike, NaiveDate};
use jianwei_core::domain::Fixed3;
use serde::Serialize;
use std::collections::BTreeMap;

/// One outcome and what was said of it beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub probability: f64,
    pub happened: bool,
    pub date: NaiveDate,
}

/// Groups of equal size, by probability.
const RELIABILITY_GROUPS: usize = 10;
const TOPS_PERCENT: [usize; 3] = [5, 10, 20];

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub outcomes: u64,
    pub happened: u64,
    /// Chance that one where it happened was rated above one where it did not; null where one kind is missing.
    pub auc: Option<Fixed3>,
    /// Mean squared miss, and that of always telling the share of these very outcomes, in thousandths.
    pub brier_e6: u64,
    pub brier_of_share_e6: u64,
    pub reliability: Vec<Reliability>,
    pub lift: Vec<Lift>,
    /// Had the riskiest of each month gone first, at as many visits a day.
    pub days_earlier: Option<Fixed3>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    pub outcomes: u64,
    pub told: Fixed3,
    pub happened: Fixed3,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lift {
    pub top_percent: usize,
    pub outcomes: u64,
    pub share: Fixed3,
    /// That share over the share of all.
    pub times: Fixed3,
}

pub fn figures(told: &[Told]) -> Figures {
    let happened = told.iter().filter(|t| t.happened).count();
    let share = ratio(happened, told.len());
    let mut ranked: Vec<Told> = told.to_vec();
    // Equal ones stay in order of time.
    ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    Figures {
        outcomes: told.len() as u64,
        happened: happened as u64,
        auc: auc(told.iter().map(|t| (t.probability, t.happened))).map(Fixed3::from_f64),
        brier_e6: brier_e6(told.iter().map(|t| (t.probability, t.happened))),
        brier_of_share_e6: brier_e6(told.iter().map(|t| (share, t.happened))),
        reliability: reliability(&ranked),
        lift: TOPS_PERCENT.into_iter().filter_map(|percent| lift(&ranked, percent, share)).collect(),
        days_earlier: days_earlier(told).map(Fixed3::from_f64),
    }
}

pub fn ratio(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// Area under the curve: equal ratings count half.
pub fn auc(rated: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut rated: Vec<(f64, bool)> = rated.collect();
    rated.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut won) = (0u64, 0.0);
    for equal in rated.chunk_by(|a, b| a.0 == b.0) {
        let happened = equal.iter().filter(|(_, happened)| *happened).count() as u64;
        let not = equal.len() as u64 - happened;
        won += happened as f64 * (below as f64 + not as f64 / 2.0);
        below += not;
    }
    let happened = rated.len() as u64 - below;
    (happened > 0 && below > 0).then(|| won / (happened as f64 * below as f64))
}

fn brier_e6(told: impl Iterator<Item = (f64, bool)>) -> u64 {
    let (mut sum, mut count) = (0.0, 0u32);
    for (p, happened) in told {
        let miss = p - f64::from(u8::from(happened));
        sum += miss * miss;
        count += 1;
    }
    (sum / f64::from(count.max(1)) * 1e6 + 0.5) as u64
}

/// Ranked from the highest; groups from the lowest.
fn reliability(ranked: &[Told]) -> Vec<Reliability> {
    let size = ranked.len().div_ceil(RELIABILITY_GROUPS).max(1);
    let group = |group: &[Told]| Reliability {
        outcomes: group.len() as u64,
        told: Fixed3::from_f64(group.iter().map(|t| t.probability).sum::<f64>() / group.len() as f64),
        happened: Fixed3::from_f64(ratio(group.iter().filter(|t| t.happened).count(), group.len())),
    };
    ranked.rchunks(size).map(group).collect()
}

fn lift(ranked: &[Told], percent: usize, share: f64) -> Option<Lift> {
    let top = &ranked[..ranked.len() * percent / 100];
    let found = ratio(top.iter().filter(|t| t.happened).count(), top.len());
    (!top.is_empty() && share > 0.0).then(|| Lift {
        top_percent: percent,
        outcomes: top.len() as u64,
        share: Fixed3::from_f64(found),
        times: Fixed3::from_f64(found / share),
    })
}

/// By how many days, in the mean, those where it happened would have been visited earlier.
fn days_earlier(told: &[Told]) -> Option<f64> {
    let mut months: BTreeMap<(i32, u32), Vec<&Told>> = BTreeMap::new();
    for one in told {
        months.entry((one.date.year(), one.date.month())).or_default().push(one);
    }
    let (mut days, mut happened) = (0i64, 0u32);
    for month in months.values_mut() {
        let mut slots: Vec<NaiveDate> = month.iter().map(|t| t.date).collect();
        slots.sort();
        month.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.date.cmp(&b.date)));
        for (one, slot) in month.iter().zip(slots).filter(|(one, _)| one.happened) {
            days += (one.date - slot).num_days();
            happened += 1;
        }
    }
    (happened > 0).then(|| days as f64 / f64::from(happened))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(day: u32, probability: f64, happened: bool) -> Told {
        Told { probability, happened, date: NaiveDate::from_ymd_opt(2013, 1, day).expect("a day") }
    }

    #[test]
    fn areas_under_the_curve() {
        for (rated, wanted) in [
            (vec![(0.1, false), (0.9, true)], Some(1.0)),
            (vec![(0.9, false), (0.1, true)], Some(0.0)),
            (vec![(0.5, false), (0.5, true)], Some(0.5)),
            (vec![(0.1, false), (0.3, true), (0.5, false), (0.7, true)], Some(0.75)),
            (vec![(0.1, true)], None),
            (vec![], None),
        ] {
            assert_eq!(auc(rated.into_iter()), wanted);
        }
    }

    #[test]
    fn the_figures_of_forty_outcomes() {
        // The higher half is rated 0.75 and happens in three of four, the lower one 0.25 and in one.
        let rows: Vec<Told> = (0..40u32)
            .map(|n| {
                let high = n % 2 == 0;
                told(n / 2 + 1, if high { 0.75 } else { 0.25 }, (n / 2 % 4 == 0) != high)
            })
            .collect();
        let got = figures(&rows);
        assert_eq!((got.outcomes, got.happened, got.auc), (40, 20, Some(Fixed3(750))));
        assert_eq!((got.brier_e6, got.brier_of_share_e6), (187_500, 250_000));
        assert_eq!(got.reliability.iter().map(|r| r.outcomes).sum::<u64>(), 40);
        assert_eq!((got.reliability[0].told, got.reliability[9].told), (Fixed3(250), Fixed3(750)));
        assert_eq!(got.lift.iter().map(|l| (l.top_percent, l.outcomes)).collect::<Vec<_>>(), [(5, 2), (10, 4), (20, 8)]);
        assert_eq!((got.lift[2].share, got.lift[2].times), (Fixed3(750), Fixed3(1500)));
        assert!(got.days_earlier.is_some_and(|days| days > Fixed3(0)), "{got:?}");
    }

    #[test]
    fn the_riskiest_first() {
        for (rows, wanted) in [
            (vec![told(1, 0.1, false), told(2, 0.2, false), told(11, 0.9, true)], Some(10.0)),
            (vec![told(1, 0.9, false), told(11, 0.1, true)], Some(0.0)),
            (vec![told(1, 0.1, true), told(11, 0.9, false)], Some(-10.0)),
            (vec![told(1, 0.1, false)], None),
        ] {
            assert_eq!(days_earlier(&rows), wanted);
        }
    }
}
