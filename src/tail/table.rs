//! What share of periods fires at each nominal level, before and after the maps.

use super::{Periods, Row};
use chrono::NaiveDate;
use jianwei_core::pipeline::{Period, TailMap};
use serde::Serialize;

const NOMINAL: [f64; 4] = [0.1, 0.01, 0.001, 0.0001];

/// Shares are in millionths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub learned_to: String,
    pub maps: usize,
    pub rows: Vec<Fired>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fired {
    /// `whole`: series of the realm, or of no region; `regions`: those of regions in it.
    pub scope: &'static str,
    pub period: &'static str,
    /// The day after which they ended, and whether the maps saw them.
    pub year: String,
    pub learned: bool,
    pub periods: usize,
    pub levels: Vec<Level>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    pub nominal_e6: u64,
    pub fired_before: usize,
    pub fired_after: usize,
    pub before_e6: u64,
    pub after_e6: Option<u64>,
}

/// Maps fitted on periods up to a day, and what fired then and, year by year, after it.
pub fn report(periods: &Periods, maps: &TailMap, learn_until: NaiveDate) -> Report {
    use chrono::Datelike;
    let (before, after) = (periods.until(Some(learn_until)), periods.after(learn_until));
    let mut groups: Vec<(String, bool, Vec<Row>)> = vec![(format!("to {learn_until}"), true, before)];
    let mut years: Vec<i32> = after.iter().map(|row| row.day.year()).collect();
    years.sort_unstable();
    years.dedup();
    for year in years {
        groups.push((year.to_string(), false, after.iter().filter(|row| row.day.year() == year).copied().collect()));
    }
    let mut rows = Vec::new();
    for (scope, whole) in [("whole", true), ("regions", false)] {
        for period in Period::ALL {
            for (year, learned, group) in &groups {
                let chosen: Vec<Row> = group.iter().filter(|row| row.whole == whole && row.period == period).copied().collect();
                if !chosen.is_empty() {
                    let levels = NOMINAL.map(|nominal| level(nominal, &chosen, maps)).to_vec();
                    let (year, period, periods) = (year.clone(), period.as_str(), chosen.len());
                    rows.push(Fired { scope, period, year, learned: *learned, periods, levels });
                }
            }
        }
    }
    Report { learned_to: learn_until.to_string(), maps: maps.0.len(), rows }
}

fn level(nominal: f64, rows: &[Row], maps: &TailMap) -> Level {
    let calibrated = |row: &Row| maps.calibrated(row.period, row.expected, row.p_e12 as f64 / 1e12);
    let fired_before = rows.iter().filter(|row| row.p_e12 as f64 / 1e12 <= nominal).count();
    let mapped: Vec<f64> = rows.iter().filter_map(calibrated).collect();
    let fired_after = mapped.iter().filter(|p| **p <= nominal).count();
    let share = |fired: usize, of: usize| (fired as f64 * 1e6 / of as f64).round() as u64;
    Level {
        nominal_e6: (nominal * 1e6).round() as u64,
        fired_before,
        fired_after,
        before_e6: share(fired_before, rows.len()),
        after_e6: (!mapped.is_empty()).then(|| share(fired_after, mapped.len())),
    }
}

/// For people: the share that fired, in times of the nominal one.
pub fn print(report: &Report) -> String {
    let mut text = format!(
        "{} maps fitted on periods that ended by {}. Fired, before and after, in times of what each level says (periods that fired after):\n\n",
        report.maps, report.learned_to
    );
    let names: Vec<String> = NOMINAL.iter().map(|n| format!("p <= {n}")).collect();
    text.push_str(&format!(
        "| series | period | years | periods | {} |\n|{}\n",
        names.join(" | "),
        "---|".repeat(4 + NOMINAL.len())
    ));
    for row in &report.rows {
        let times = |share: u64, level: &Level| format!("{:.2}", share as f64 / level.nominal_e6 as f64);
        let cells: Vec<String> = row
            .levels
            .iter()
            .map(|l| {
                let after = l.after_e6.map_or("-".to_string(), |after| times(after, l));
                format!("{} {after} ({})", times(l.before_e6, l), l.fired_after)
            })
            .collect();
        let year = if row.learned { format!("{} (learned)", row.year) } else { row.year.clone() };
        text.push_str(&format!("| {} | {} | {year} | {} | {} |\n", row.scope, row.period, row.periods, cells.join(" | ")));
    }
    text
}
