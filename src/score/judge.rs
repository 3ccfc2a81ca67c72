//! Each warning against the truth.

use super::outages::{Silence, outages};
use super::{Accused, ByLevel, Episode, FalseAlarms, Found, OfMatter, Outages, Score, spread, time};
use crate::truth::{Truth, TruthKind};
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{DAY_MS, Fixed3, HOUR_MS, Level};
use std::collections::BTreeMap;

/// A warning may come so long after what it warns of has ended.
const GRACE_MS: i64 = 3 * DAY_MS;
const TO_FIND: [TruthKind; 4] = [TruthKind::Trouble, TruthKind::TriggerEvent, TruthKind::Surge, TruthKind::Drift];
const INNOCENT: [TruthKind; 2] = [TruthKind::RivalCampaign, TruthKind::WrongAccusation];

/// A row of truth with its times read.
pub(super) struct Planted<'a> {
    row: &'a Truth,
    pub starts_ms: i64,
    pub ends_ms: i64,
    peaks_ms: Option<i64>,
}

impl Planted<'_> {
    fn is_innocent(&self) -> bool {
        INNOCENT.contains(&self.row.kind)
    }

    fn of_trade(&self) -> bool {
        matches!(self.row.kind, TruthKind::Surge | TruthKind::Drift)
    }

    fn covers(&self, ms: i64) -> bool {
        (self.starts_ms..=self.ends_ms + GRACE_MS).contains(&ms)
    }

    /// Whether it is this source that was silent. A truth of before said so only in its note.
    pub fn is_feed(&self, kind: &str) -> bool {
        self.row.file.as_deref().is_none_or(|file| file == kind)
    }

    /// The silent feed's records never came.
    pub fn is_lost(&self) -> bool {
        self.row.backfilled == Some(false)
    }

    pub fn goes_on_at(&self, ms: i64) -> bool {
        !self.is_innocent() && (self.starts_ms..self.ends_ms).contains(&ms)
    }

    fn is_subject_of(&self, episode: &Episode) -> bool {
        !episode.is_trade && self.row.subject.as_deref() == Some(&episode.subject)
    }

    fn is_matter_of(&self, episode: &Episode) -> bool {
        self.row.matter.as_deref() == Some(&episode.matter)
    }

    /// Its trade in its region, or in the whole city.
    fn is_trade_of(&self, episode: &Episode, root: &str) -> bool {
        episode.is_trade
            && self.is_matter_of(episode)
            && (self.row.region.as_deref() == Some(&episode.subject) || episode.subject == root)
    }

    /// Whether the episode warns of this very thing.
    pub fn is_meant_by(&self, episode: &Episode, root: &str) -> bool {
        match self.of_trade() {
            true => self.is_trade_of(episode, root),
            false => self.is_subject_of(episode) && self.is_matter_of(episode),
        }
    }

    /// The first time within its window at which some warning of it stood at the level or above.
    fn first_at(&self, level: Level, episodes: &[&Episode]) -> Option<i64> {
        let rises = episodes.iter().flat_map(|e| &e.rises);
        rises.filter(|(ms, l)| *l >= level && self.covers(*ms)).map(|(ms, _)| *ms).min()
    }
}

pub fn judge(truth: &[Truth], episodes: &[Episode], silences: Option<&[Silence]>) -> Result<Score> {
    let city = truth.iter().find(|row| row.kind == TruthKind::City).context("the truth has no row of kind city")?;
    let (starts_ms, ends_ms) = times(city)?;
    let root = city.region.as_deref().unwrap_or_default();
    let silent = planted(truth, &[TruthKind::FeedOutage])?;
    let planted = planted(truth, &[&TO_FIND[..], &INNOCENT[..]].concat())?;
    let days = ((ends_ms - starts_ms) / DAY_MS).max(1);
    let mut score = Score {
        enterprises: city.count.unwrap_or(0),
        days,
        found: Vec::new(),
        matters: BTreeMap::new(),
        false_alarms: FalseAlarms::default(),
        wrongly_accused: Vec::new(),
        feed_outages: Outages::default(),
        echoes: 0,
    };
    for kind in TO_FIND {
        score.found.push(found(kind, &planted, episodes, root, &mut score.matters));
    }
    for kind in INNOCENT {
        score.wrongly_accused.push(accused(kind, &planted, episodes, root));
    }
    let false_alarms_ms: Vec<i64> = episodes.iter().filter_map(|e| count_episode(e, &planted, root, &mut score)).collect();
    score.feed_outages = outages(&silent, &planted, episodes, silences, &false_alarms_ms, (starts_ms, ends_ms), root);
    rates(&mut score);
    Ok(score)
}

fn times(row: &Truth) -> Result<(i64, i64)> {
    let (Some(starts), Some(ends)) = (&row.starts_at, &row.ends_at) else {
        bail!("row {:?} of the truth has no starts_at or no ends_at", row.id);
    };
    Ok((time(starts)?, time(ends)?))
}

fn planted<'a>(truth: &'a [Truth], kinds: &[TruthKind]) -> Result<Vec<Planted<'a>>> {
    let told = truth.iter().filter(|row| kinds.contains(&row.kind));
    told.map(|row| {
        let (starts_ms, ends_ms) = times(row)?;
        let peaks_ms = row.peaks_at.as_deref().map(time).transpose()?;
        Ok(Planted { row, starts_ms, ends_ms, peaks_ms })
    })
    .collect()
}

fn found(
    kind: TruthKind,
    planted: &[Planted],
    episodes: &[Episode],
    root: &str,
    matters: &mut BTreeMap<String, OfMatter>,
) -> Found {
    let mut out = Found { kind, planted: 0, at_least: [0; 4], as_trade_only: 0, late_hours: None, before_peak: 0 };
    let mut late_hours = Vec::new();
    for thing in planted.iter().filter(|p| p.row.kind == kind) {
        out.planted += 1;
        let matter = matters.entry(thing.row.matter.clone().unwrap_or_default()).or_default();
        matter.planted += 1;
        let meant: Vec<&Episode> = episodes.iter().filter(|e| thing.is_meant_by(e, root)).collect();
        add_levels(&mut out.at_least, thing, &meant);
        match thing.first_at(Level::Yellow, &meant) {
            Some(found_ms) => {
                matter.found += 1;
                late_hours.push((found_ms - thing.starts_ms) / HOUR_MS);
                out.before_peak += u64::from(thing.peaks_ms.is_some_and(|peak| found_ms < peak));
            }
            None => {
                let trade: Vec<&Episode> = episodes.iter().filter(|e| thing.is_trade_of(e, root)).collect();
                out.as_trade_only += u64::from(thing.first_at(Level::Yellow, &trade).is_some());
            }
        }
    }
    out.late_hours = spread(late_hours);
    out
}

fn accused(kind: TruthKind, planted: &[Planted], episodes: &[Episode], root: &str) -> Accused {
    let mut out = Accused { kind, planted: 0, at_least: [0; 4] };
    for thing in planted.iter().filter(|p| p.row.kind == kind) {
        out.planted += 1;
        let meant: Vec<&Episode> = episodes.iter().filter(|e| thing.is_meant_by(e, root)).collect();
        add_levels(&mut out.at_least, thing, &meant);
    }
    out
}

fn add_levels(at_least: &mut ByLevel, thing: &Planted, meant: &[&Episode]) {
    for level in Level::ALL {
        at_least[level.index()] += u64::from(thing.first_at(level, meant).is_some());
    }
}

/// Whether an episode is about something planted, an echo of it, or a false alarm; when a false alarm
/// reached yellow.
fn count_episode(episode: &Episode, planted: &[Planted], root: &str, score: &mut Score) -> Option<i64> {
    let level = episode.highest()?;
    let raised_ms = episode.raised_ms();
    if planted.iter().any(|p| p.is_meant_by(episode, root) && episode.rises.iter().any(|(ms, _)| p.covers(*ms))) {
        return None;
    }
    let echo = |p: &Planted| match episode.is_trade {
        // One firm's trouble, or talk of it, is heard in its trade too.
        true => !p.of_trade() && p.is_trade_of(episode, root) && p.covers(raised_ms),
        false => !p.is_innocent() && p.is_subject_of(episode) && p.starts_ms <= raised_ms,
    };
    if planted.iter().any(echo) {
        score.echoes += 1;
        return None;
    }
    let matter = score.matters.entry(episode.matter.clone()).or_default();
    let counts_as_false = u64::from(level >= Level::Yellow);
    if episode.is_trade {
        score.false_alarms.trade[level.index()] += 1;
        if let Some(level) = episode.highest_by_test {
            score.false_alarms.trade_by_test[level.index()] += 1;
        }
        matter.false_trade += counts_as_false;
    } else {
        score.false_alarms.enterprise[level.index()] += 1;
        matter.false_enterprise += counts_as_false;
    }
    episode.rises.iter().find(|(_, level)| *level >= Level::Yellow).map(|(ms, _)| *ms)
}

fn rates(score: &mut Score) {
    let years = score.days as f64 / 365.25;
    let from_yellow = |levels: &ByLevel| levels[Level::Yellow.index()..].iter().sum::<u64>() as f64;
    let alarms = &mut score.false_alarms;
    let enterprise = from_yellow(&alarms.enterprise) / years;
    alarms.enterprise_a_year = Fixed3::from_f64(enterprise);
    alarms.enterprise_a_year_per_1000 = Fixed3::from_f64(enterprise * 1_000.0 / (score.enterprises.max(1) as f64));
    alarms.trade_a_year = Fixed3::from_f64(from_yellow(&alarms.trade) / years);
}
