//! Feeds that fell silent: whether the operators were told, how late, and how often they were told of
//! one that had not; and whether warnings fell too soon, or false ones came, more often beside an
//! outage than else.

use super::judge::Planted;
use super::{Beside, Episode, Outages, Reported, spread};
use anyhow::{Context, Result};
use jianwei_core::domain::{DAY_MS, Fixed3, HOUR_MS};
use serde::Deserialize;
use std::io::BufRead;
use std::path::Path;

/// An outage's effects come as late: at the look of midnight, and with the records held back.
const AFTERMATH_MS: i64 = DAY_MS;

/// A notice to operators that a source is silent, or far too quiet.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    /// Of the source: tickets, reports, sector.
    pub kind: String,
    pub since_ms: i64,
    pub told_ms: i64,
}

#[derive(Deserialize)]
struct NoticeRow {
    code: String,
    at: String,
    feed: Option<FeedRow>,
}

#[derive(Deserialize)]
struct FeedRow {
    kind: String,
    since: String,
}

/// The silences of `operators.ndjson`, in order; nothing where there is no such file: the replay is of
/// a build that did not tell them.
pub fn read_silences(path: &Path) -> Result<Option<Vec<Silence>>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let mut out = Vec::new();
    for (index, line) in std::io::BufReader::new(file).lines().enumerate() {
        let place = || format!("{}, line {}: not a notice to operators", path.display(), index + 1);
        let row: NoticeRow = serde_json::from_str(&line?).with_context(place)?;
        let Some(feed) = row.feed.filter(|_| matches!(row.code.as_str(), "feed_silent" | "feed_quiet")) else { continue };
        let (since_ms, told_ms) = (super::time(&feed.since).with_context(place)?, super::time(&row.at).with_context(place)?);
        out.push(Silence { kind: feed.kind, since_ms, told_ms });
    }
    Ok(Some(out))
}

/// The times beside an outage, in order, none overlapping.
struct Times(Vec<(i64, i64)>);

impl Times {
    fn beside(planted: &[Planted], starts_ms: i64, ends_ms: i64) -> Times {
        let mut all: Vec<(i64, i64)> = planted.iter().map(|p| (p.starts_ms, p.ends_ms + AFTERMATH_MS)).collect();
        all.sort_unstable();
        let mut out: Vec<(i64, i64)> = Vec::new();
        for (from_ms, to_ms) in all {
            let (from_ms, to_ms) = (from_ms.max(starts_ms), to_ms.min(ends_ms));
            match out.last_mut() {
                Some(last) if from_ms <= last.1 => last.1 = last.1.max(to_ms),
                _ if from_ms < to_ms => out.push((from_ms, to_ms)),
                _ => {}
            }
        }
        Times(out)
    }

    fn covers(&self, ms: i64) -> bool {
        self.0.iter().any(|(from_ms, to_ms)| (*from_ms..=*to_ms).contains(&ms))
    }

    fn split(&self, times: impl Iterator<Item = i64>) -> Beside {
        let mut out = Beside::default();
        for ms in times {
            let side = if self.covers(ms) { &mut out.outage } else { &mut out.otherwise };
            *side += 1;
        }
        out
    }
}

/// Whether the notice is of this outage: of its source, told after it began and before its aftermath
/// is over.
fn is_of(silence: &Silence, outage: &Planted) -> bool {
    outage.is_feed(&silence.kind) && (outage.starts_ms..=outage.ends_ms + AFTERMATH_MS).contains(&silence.told_ms)
}

/// What the operators heard of the outages.
fn reported(outages: &[Planted], silences: &[Silence], (starts_ms, ends_ms): (i64, i64)) -> Reported {
    let mut late_hours = Vec::new();
    let mut lost = Beside::default();
    for outage in outages {
        let told = silences.iter().filter(|s| is_of(s, outage)).map(|s| s.told_ms).min();
        late_hours.extend(told.map(|told_ms| (told_ms - outage.starts_ms) / HOUR_MS));
        if outage.is_lost() {
            lost.otherwise += 1;
            lost.outage += u64::from(told.is_some());
        }
    }
    let is_false = |silence: &&Silence| !outages.iter().any(|outage| is_of(silence, outage));
    let false_alarms = silences.iter().filter(is_false).count() as u64;
    let years = (ends_ms - starts_ms).max(DAY_MS) as f64 / (365.25 * DAY_MS as f64);
    Reported {
        found: late_hours.len() as u64,
        lost: lost.otherwise,
        lost_found: lost.outage,
        late_hours: spread(late_hours),
        false_alarms,
        false_alarms_a_year: Fixed3::from_f64(false_alarms as f64 / years),
    }
}

/// `false_alarms_ms`: when each false alarm reached yellow.
pub fn outages(
    outages: &[Planted],
    to_find: &[Planted],
    episodes: &[Episode],
    silences: Option<&[Silence]>,
    false_alarms_ms: &[i64],
    city: (i64, i64),
    root: &str,
) -> Outages {
    let (starts_ms, ends_ms) = city;
    let beside = Times::beside(outages, starts_ms, ends_ms);
    let silent_hours = (beside.0.iter().map(|(from_ms, to_ms)| to_ms - from_ms).sum::<i64>() / HOUR_MS) as u64;
    let hours = ((ends_ms - starts_ms) / HOUR_MS) as u64;
    let went_on = |episode: &Episode, ms: i64| to_find.iter().any(|p| p.is_meant_by(episode, root) && p.goes_on_at(ms));
    let too_soon = episodes.iter().flat_map(|e| e.falls_ms.iter().filter(|ms| went_on(e, **ms)).copied());
    Outages {
        planted: outages.len() as u64,
        reported: silences.map(|silences| reported(outages, silences, city)),
        hours: Beside { outage: silent_hours, otherwise: hours.saturating_sub(silent_hours) },
        lowered_too_soon: beside.split(too_soon),
        false_alarms: beside.split(false_alarms_ms.iter().copied()),
    }
}
