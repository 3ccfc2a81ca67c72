//! What a realm found of what was planted in a made-up city: how much, how late, and how often it
//! was wrong. The words are defined in docs/simulation.md.

mod judge;
mod outages;
mod table;

pub use judge::judge;
pub use outages::read_silences;
pub use table::print;

use crate::truth::TruthKind;
use anyhow::{Context, Result};
use chrono::DateTime;
use jianwei_core::domain::{Fixed3, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Counts by level, blue first.
pub type ByLevel = [u64; 4];

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    pub enterprises: u64,
    pub days: i64,
    pub found: Vec<Found>,
    pub matters: BTreeMap<String, OfMatter>,
    pub false_alarms: FalseAlarms,
    pub wrongly_accused: Vec<Accused>,
    pub feed_outages: Outages,
    /// Warnings on subjects whose own trouble began before: neither found anew nor false.
    pub echoes: u64,
}

/// Planted things of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    pub kind: TruthKind,
    pub planted: u64,
    /// Warned of at this level or a higher one, blue first. Found is the second: yellow.
    pub at_least: ByLevel,
    /// Not found, but the trade in its region was warned of in time.
    pub as_trade_only: u64,
    /// From its start to the first warning of yellow or above, in hours.
    pub late_hours: Option<Spread>,
    /// Found before its peak, of those that have one.
    pub before_peak: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    pub median: i64,
    /// Nine of ten were not later.
    pub p90: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OfMatter {
    pub planted: u64,
    pub found: u64,
    pub false_enterprise: u64,
    pub false_trade: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FalseAlarms {
    /// By the highest level reached.
    pub enterprise: ByLevel,
    pub trade: ByLevel,
    /// Yellow and above.
    pub enterprise_a_year: Fixed3,
    pub enterprise_a_year_per_1000: Fixed3,
    pub trade_a_year: Fixed3,
    /// Those of trades that a test raised, no trigger: by the highest level it reached.
    pub trade_by_test: ByLevel,
    /// What the pipeline promises of these, a year, at each level or above; null where the replay does not say. Of
    /// firms and of triggers nothing is promised: scores add up weights, and a trigger is told whatever the odds.
    pub trade_promised_a_year: Option<[f64; 4]>,
}

/// Innocent firms that were spoken ill of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accused {
    pub kind: TruthKind,
    pub planted: u64,
    /// Warned of at this level or a higher one. Wrongly accused is the third: orange.
    pub at_least: ByLevel,
}

/// Feeds that were silent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Outages {
    pub planted: u64,
    /// What the operators were told; null where the replay tells no silences.
    pub reported: Option<Reported>,
    pub hours: Beside,
    /// Warnings of something planted that were lowered, for being calm, while it went on.
    pub lowered_too_soon: Beside,
    /// Of yellow or above, firms and trades.
    pub false_alarms: Beside,
}

/// Silent feeds that the operators were told of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reported {
    pub found: u64,
    /// Of those whose records never came, which alone a replay on the feed clock can see for sure.
    pub lost: u64,
    pub lost_found: u64,
    /// From the outage's start to the notice, in hours.
    pub late_hours: Option<Spread>,
    /// Notices of a silent or quiet source that had no outage.
    pub false_alarms: u64,
    pub false_alarms_a_year: Fixed3,
}

/// A figure while a feed was silent and in the day after, and in the rest of the time. That the two
/// fall together does not show that one came of the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Beside {
    pub outage: u64,
    pub otherwise: u64,
}

fn spread(mut values: Vec<i64>) -> Option<Spread> {
    values.sort_unstable();
    let at = |share: usize| values.get((values.len() * share).div_ceil(100).saturating_sub(1)).copied();
    Some(Spread { median: at(50)?, p90: at(90)? })
}

/// The life of one warning, as its lead read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    pub matter: String,
    /// An enterprise's id; of a trade, its region.
    pub subject: String,
    pub is_trade: bool,
    /// When it was raised or made worse, and to which level.
    pub rises: Vec<(i64, Level)>,
    /// The highest level that a rise without a trigger reached.
    pub highest_by_test: Option<Level>,
    /// When it was lowered, since it was calm; one that ends is no fall.
    pub falls_ms: Vec<i64>,
}

impl Episode {
    pub fn raised_ms(&self) -> i64 {
        self.rises.first().map_or(i64::MIN, |(ms, _)| *ms)
    }

    pub fn highest(&self) -> Option<Level> {
        self.rises.iter().map(|(_, level)| *level).max()
    }
}

#[derive(Deserialize)]
struct WarningRow {
    warning_id: String,
    status: String,
    role: String,
    scope: String,
    level: String,
    matter: Matter,
    subject: Subject,
    updated_at: String,
    trigger: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct SummaryRow {
    promised_false_alarms_per_year: Option<BTreeMap<String, f64>>,
}

/// What `summary.json` says is promised a year, blue first; none where it does not, or is not there.
pub fn read_promise(path: &Path) -> Result<Option<[f64; 4]>> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let row: SummaryRow = serde_json::from_str(&text).with_context(|| format!("{}: not a summary", path.display()))?;
    let Some(promised) = row.promised_false_alarms_per_year else { return Ok(None) };
    Ok(Some(Level::ALL.map(|level| promised.get(level.as_str()).copied().unwrap_or(0.0))))
}

#[derive(Deserialize)]
struct Matter {
    id: String,
}

#[derive(Deserialize)]
struct Subject {
    id: String,
    region: Option<String>,
}

/// The episodes of `warnings.ndjson`, in order of their first copy.
pub fn read_episodes(path: &Path) -> Result<Vec<Episode>> {
    use std::io::BufRead;
    let file =
        std::fs::File::open(path).with_context(|| format!("reading {}: give the folder a replay wrote", path.display()))?;
    let mut episodes: Vec<Episode> = Vec::new();
    let mut of_warning: BTreeMap<String, usize> = BTreeMap::new();
    for (index, line) in std::io::BufReader::new(file).lines().enumerate() {
        let place = || format!("{}, line {}: not a warning", path.display(), index + 1);
        let row: WarningRow = serde_json::from_str(&line?).with_context(place)?;
        if row.role != "lead" || !matches!(row.status.as_str(), "raised" | "upgraded" | "downgraded") {
            continue;
        }
        let level = Level::parse(&row.level).with_context(place)?;
        let at_ms = time(&row.updated_at).with_context(place)?;
        let episode = *of_warning.entry(row.warning_id).or_insert_with(|| {
            let is_trade = row.scope == "industry";
            let subject = if is_trade { row.subject.region.unwrap_or_default() } else { row.subject.id };
            episodes.push(Episode {
                matter: row.matter.id,
                subject,
                is_trade,
                rises: Vec::new(),
                highest_by_test: None,
                falls_ms: Vec::new(),
            });
            episodes.len() - 1
        });
        match row.status.as_str() {
            "downgraded" => episodes[episode].falls_ms.push(at_ms),
            _ => {
                let episode = &mut episodes[episode];
                episode.rises.push((at_ms, level));
                episode.highest_by_test = episode.highest_by_test.max(row.trigger.is_none().then_some(level));
            }
        }
    }
    Ok(episodes)
}

pub fn time(text: &str) -> Result<i64> {
    let time = DateTime::parse_from_rfc3339(text).with_context(|| format!("{text:?} is no time with an offset"))?;
    Ok(time.timestamp_millis())
}
