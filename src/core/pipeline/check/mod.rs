//! What a pipeline that loads without a mistake can't do, or does in a way nobody may have meant.

mod conditions;
mod dates;
mod levels;
mod maps;
mod places;
mod routes;

use super::{Model, Period};
use crate::domain::Level;
use chrono::NaiveDate;
use places::Places;
use std::collections::BTreeSet;

/// Most findings told; what is left out is counted in one more.
pub const MAX_FINDINGS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pipeline can't do what it says.
    Error,
    /// Worth a look.
    Note,
}

/// One thing found in a checked model: where it is, what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub severity: Severity,
    pub file: String,
    pub line: usize,
    pub message: String,
    pub write: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}; write: {}", self.file, self.line, self.message, self.write)
    }
}

/// Where findings are gathered. A place is a file and a path of keys and numbers in it
/// (`trigger.0.when`).
struct Findings<'m> {
    places: Places<'m>,
    list: Vec<Finding>,
}

impl Findings<'_> {
    fn error(&mut self, at: (&str, &str), message: impl Into<String>, write: impl Into<String>) {
        self.add(Severity::Error, at, message.into(), write.into());
    }

    fn note(&mut self, at: (&str, &str), message: impl Into<String>, write: impl Into<String>) {
        self.add(Severity::Note, at, message.into(), write.into());
    }

    fn add(&mut self, severity: Severity, (file, path): (&str, &str), message: String, write: String) {
        let line = self.places.line(file, path);
        self.list.push(Finding { severity, file: file.to_string(), line, message, write });
    }
}

/// Everything found as of a day: errors first, then notes, each by file and line.
pub fn check(model: &Model, today: NaiveDate) -> Vec<Finding> {
    let mut out = Findings { places: Places::new(model), list: Vec::new() };
    routes::check(model, &mut out);
    levels::check(model, &mut out);
    conditions::check(model, &mut out);
    maps::check(model, &mut out);
    dates::check(model, today, &mut out);
    let mut list = out.list;
    list.sort();
    list.dedup();
    if list.len() > MAX_FINDINGS {
        let more = list.len() - MAX_FINDINGS;
        list.truncate(MAX_FINDINGS);
        list.push(Finding {
            severity: Severity::Note,
            file: "pipeline.toml".into(),
            line: 1,
            message: format!("{more} more findings are not shown"),
            write: "what mends the ones above, then check again".into(),
        });
    }
    list
}

/// The nearest of several words, if it is near enough to be meant.
fn nearest<'a>(among: impl IntoIterator<Item = &'a str>, word: &str) -> Option<&'a str> {
    let near = among.into_iter().map(|known| (strsim::levenshtein(known, word), known)).min();
    near.filter(|(distance, _)| *distance <= 3).map(|(_, known)| known)
}

impl Model {
    /// What is promised and what is not, a line each, for people.
    pub fn promises(&self) -> Vec<String> {
        if self.matters.is_empty() {
            return vec![
                "no matters, no warnings: indicators are assessed, each with its region a series of its own".to_string(),
            ];
        }
        let mut out = self.promises_of_trades();
        if self.matters.values().any(|m| m.enterprise.is_some()) {
            out.push("none for firms: a score adds up weights and is no test; how often it is wrong is counted (`jianwei score`, `jianwei backtest`, /metrics)".to_string());
        }
        if self.matters.values().any(|m| !m.triggers.is_empty()) {
            out.push("none for triggers: each is told at once, as something to verify".to_string());
        }
        out.push(format!(
            "at most {} red warnings an hour are told one by one, safety and triggers always; further ones are grouped for {} and told as there is room",
            self.levels.reds_per_hour, self.coordinating
        ));
        out
    }

    fn promises_of_trades(&self) -> Vec<String> {
        let industries = || self.matters.values().filter_map(|m| m.industry.as_ref());
        let count: usize = industries().map(|i| i.periods.len() * self.regions.len()).sum();
        let indicators: BTreeSet<&String> = industries().flat_map(|i| i.indicators.iter().chain(&i.falling)).collect();
        let asked = |level: Level| format!("{} {}", self.levels.false_alarms_per_year[level.index()], level.as_str());
        let mut out = Vec::new();
        if count > 0 {
            out.extend(Level::ALL.into_iter().map(|level| {
                format!(
                    "{count} series, {} false alarms a year asked for: p <= {:.1e}{}",
                    asked(level),
                    self.p_threshold(level, 0.0),
                    self.what_it_rests_on(self.p_threshold(level, 0.0)),
                )
            }));
        }
        match (count, indicators.len()) {
            (0, 0) => out.push("no trade is watched: no matter counts records or lists indicators".to_string()),
            (0, n) => out.push(format!(
                "{n} indicators, no records counted: {} false alarms a year asked for, shared by the indicators' series, one for each region and kind of period, as they come",
                Level::ALL.map(asked).join(", ")
            )),
            (_, 0) => {}
            (_, n) => out.push(format!("{n} indicators share these promises, with a series for each region and kind of period, as they come")),
        }
        out
    }

    /// What the history behind the tail maps says of a threshold.
    fn what_it_rests_on(&self, threshold: f64) -> String {
        let (maps, beyond) = (self.tail.0.len(), self.tail.extrapolated_at(threshold));
        match beyond {
            _ if maps == 0 => ", by the model alone (no tail map: `jianwei calibrate` fits one)".to_string(),
            0 => ", calibrated".to_string(),
            _ => format!(", calibrated; {beyond} of {maps} tail maps saw it fewer than 10 times and extrapolate"),
        }
    }

    /// Periods any matter is counted in.
    pub fn periods(&self) -> Vec<Period> {
        let used = |p: &Period| self.matters.values().filter_map(|m| m.industry.as_ref()).any(|i| i.periods.contains(p));
        Period::ALL.into_iter().filter(used).collect()
    }
}
