//! Fairness: what is said and found of firms by area, kind, size and age. A difference may be the
//! trade's, or that of those who visit: the figures only show it.

use super::JudgedRow;
use super::measure::ratio;
use jianwei_core::domain::Fixed3;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Groups with fewer outcomes are told together, and at most so many of a kind.
const MIN_GROUP: usize = 50;
const MAX_GROUPS: usize = 100;
/// The rated share that a city could visit first.
const FIRST_PERCENT: usize = 10;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    pub group: String,
    pub outcomes: u64,
    /// What was told of them in the mean, and in what share it happened.
    pub told: Fixed3,
    pub happened: Fixed3,
    /// How many stood among the riskiest tenth of all, and in what share of those it happened.
    pub first_tenth: u64,
    pub first_tenth_confirmed: Option<Fixed3>,
    /// How many had a warning since an earlier day, and in what share of those it happened.
    pub warned: u64,
    pub warned_confirmed: Option<Fixed3>,
}

type Key = fn(&JudgedRow) -> Option<String>;

const KINDS: [(&str, Key); 5] = [
    ("area", |r| r.row.object.area.clone()),
    ("object_type", |r| r.row.object.object_type.clone()),
    ("risk_class", |r| r.row.object.risk_class.clone()),
    ("size", |r| r.row.size.clone()),
    ("age", |r| Some(age(r.row.known_days).to_string())),
];

/// Since a firm was first heard of, not since it was founded.
fn age(known_days: Option<i64>) -> &'static str {
    match known_days {
        None => "new",
        Some(..=364) => "below 1 year",
        Some(365..=729) => "1 year",
        Some(_) => "2 years or more",
    }
}

pub fn groups(rows: &[&JudgedRow]) -> BTreeMap<&'static str, Vec<Group>> {
    let mut ranked: Vec<usize> = (0..rows.len()).collect();
    ranked.sort_by(|a, b| rows[*b].probability.total_cmp(&rows[*a].probability));
    ranked.truncate(rows.len() * FIRST_PERCENT / 100);
    let first: BTreeSet<usize> = ranked.into_iter().collect();
    KINDS.into_iter().map(|(name, key)| (name, of_kind(rows, &first, key))).collect()
}

fn of_kind(rows: &[&JudgedRow], first: &BTreeSet<usize>, key: Key) -> Vec<Group> {
    let mut parts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        parts.entry(key(row).unwrap_or_else(|| "unknown".to_string())).or_default().push(at);
    }
    let mut sized: Vec<(String, Vec<usize>)> = parts.into_iter().collect();
    sized.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let shown = sized.iter().take(MAX_GROUPS).take_while(|(_, part)| part.len() >= MIN_GROUP).count();
    let rest: Vec<usize> = sized.split_off(shown).into_iter().flat_map(|(_, part)| part).collect();
    if !rest.is_empty() {
        sized.push(("others".to_string(), rest));
    }
    sized.into_iter().map(|(name, part)| group(name, rows, first, &part)).collect()
}

fn group(name: String, rows: &[&JudgedRow], first: &BTreeSet<usize>, part: &[usize]) -> Group {
    let happened = |part: &[usize]| part.iter().filter(|at| rows[**at].row.happened).count();
    let confirmed = |part: &[usize]| (!part.is_empty()).then(|| Fixed3::from_f64(ratio(happened(part), part.len())));
    let flagged: Vec<usize> = part.iter().copied().filter(|at| first.contains(at)).collect();
    let warned: Vec<usize> = part.iter().copied().filter(|at| rows[*at].row.warned.is_some()).collect();
    let told = part.iter().map(|at| rows[*at].probability).sum::<f64>() / part.len().max(1) as f64;
    Group {
        group: name,
        outcomes: part.len() as u64,
        told: Fixed3::from_f64(told),
        happened: Fixed3::from_f64(ratio(happened(part), part.len())),
        first_tenth: flagged.len() as u64,
        first_tenth_confirmed: confirmed(&flagged),
        warned: warned.len() as u64,
        warned_confirmed: confirmed(&warned),
    }
}
