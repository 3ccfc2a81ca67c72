//! A made-up city: its firms, its calls, its sensors, and what is wrong in it. From a seed and a
//! pipeline to the rows of all feeds and the truth behind them; the same bytes on every machine.
//!
//! [`City::found`] plans it, [`City::registry`], [`City::inspectors`] and [`City::day`] give the rows,
//! [`City::truth`] what they hide. [`simulate`] writes it all to files and lets the departments answer
//! the warnings of a realm that is stepped over it.

mod calls;
mod day;
mod departments;
mod dice;
mod dirt;
mod files;
mod plan;
mod sector;
mod stepper;
mod tally;
mod told;
mod town;
mod trades;
mod voice;

#[cfg(test)]
mod tests;

pub use day::{Day, Row};
pub use files::simulate;

use anyhow::{Result, bail};
use jianwei_core::domain::{Calendar, DAY_MS, SourceKind, Zone};
use jianwei_core::pipeline::Model;
use plan::Planted;
use std::collections::{BTreeMap, BTreeSet};
use town::{MAX_ENTERPRISES, Town};
use trades::{Trade, Vocabulary};

/// Longest simulated time.
pub const MAX_DAYS: i64 = 3_660;
pub const MAX_TICKETS_PER_DAY: f64 = 200_000.0;

#[derive(Debug, Clone)]
pub struct Config {
    /// The start of a local day.
    pub start_ms: i64,
    pub days: i64,
    pub enterprises: usize,
    pub seed: u64,
    pub tickets_per_day: f64,
    pub dirt_per_mille: u32,
}

impl Config {
    pub fn end_ms(&self) -> i64 {
        self.start_ms + self.days * DAY_MS
    }

    /// Weihai's hotline hears some 3 of every 100 enterprises' worth of tickets a day; never fewer
    /// than 40.
    pub fn usual_tickets_per_day(enterprises: usize) -> f64 {
        (enterprises as f64 * 0.03).max(40.0)
    }

    fn check(&self) -> Result<()> {
        if !(1..=MAX_DAYS).contains(&self.days) {
            bail!("--days {}: write 1 to {MAX_DAYS}", self.days);
        }
        if !(50..=MAX_ENTERPRISES).contains(&self.enterprises) {
            bail!("--enterprises {}: write 50 to {MAX_ENTERPRISES}", self.enterprises);
        }
        if !(0.0..=MAX_TICKETS_PER_DAY).contains(&self.tickets_per_day) {
            bail!("--tickets-per-day {}: write 0 to {MAX_TICKETS_PER_DAY}", self.tickets_per_day);
        }
        if self.dirt_per_mille > 1_000 {
            bail!("--dirt-per-mille {}: write 0 to 1000", self.dirt_per_mille);
        }
        Ok(())
    }
}

/// A city with its plan: all that its days are made from.
pub struct City {
    config: Config,
    zone: Zone,
    words: Vocabulary,
    trades: Vec<Trade>,
    town: Town,
    plan: Vec<Planted>,
    /// Matter, region, and their share of all tickets about matters.
    cells: Vec<(usize, usize, f64)>,
    /// Who leads on a matter in a region.
    leads: BTreeMap<(usize, usize), String>,
    any_org: String,
    calendar: Calendar,
    kinds: BTreeSet<&'static str>,
}

impl City {
    pub fn found(config: Config, model: &Model) -> Result<City> {
        config.check()?;
        if model.regions.is_empty() || model.matters.is_empty() {
            bail!(
                "realm {} lists no regions or no matters: there is no city to make up; write them, or take pipelines/weihai",
                model.realm
            );
        }
        let words = trades::vocabulary()?;
        let trades = words.trades(model);
        let town = Town::found(model, &words, &trades, config.enterprises, config.seed);
        let plan = plan::plan(&config, model, &town, &trades);
        let mut leads = BTreeMap::new();
        for (index, matter) in model.matters.values().enumerate() {
            for (region, district) in town.regions.iter().enumerate() {
                leads.insert((index, region), model.recipients(matter, Some(&district.code)).lead().to_string());
            }
        }
        Ok(City {
            zone: model.zone,
            cells: cells(&trades, &town),
            leads,
            any_org: model.coordinating.clone(),
            calendar: model.calendar.clone(),
            kinds: model.sources.iter().map(|s| tally::name(s.kind)).collect(),
            config,
            words,
            trades,
            town,
            plan,
        })
    }

    /// Whether the pipeline reads such a feed.
    pub fn has(&self, kind: SourceKind) -> bool {
        self.kinds.contains(tally::name(kind))
    }

    /// The directory, in order of id.
    pub fn registry(&self) -> Vec<Row> {
        let mut order: Vec<usize> = (0..self.town.enterprises.len()).collect();
        order.sort_by(|a, b| self.town.enterprises[*a].id.cmp(&self.town.enterprises[*b].id));
        let value = |index: usize| self.town.registry_row(index, &self.words);
        order.into_iter().map(|index| self.undated(SourceKind::Registry, value(index))).collect()
    }

    /// The inspectors, in order of id; none where the pipeline reads none.
    pub fn inspectors(&self, model: &Model) -> Vec<Row> {
        if !self.has(SourceKind::Inspectors) {
            return Vec::new();
        }
        town::inspector_rows(model).into_iter().map(|value| self.undated(SourceKind::Inspectors, value)).collect()
    }

    /// Whether offices work on the day that begins then.
    fn is_working(&self, day_ms: i64) -> bool {
        self.calendar.due(self.zone, day_ms - 1, 1).due_ms <= day_ms + DAY_MS
    }

    fn undated(&self, kind: SourceKind, value: Vec<u8>) -> Row {
        Row::new(kind, self.config.start_ms, self.config.start_ms, value)
    }

    /// All dated rows whose own time lies on the day, in order of arrival. A function of seed and
    /// day: days may be made in any order, on any thread.
    pub fn day(&self, index: i64) -> Day {
        day::day(self, index)
    }
}

/// The larger regions call more; so do the matters people call about.
fn cells(trades: &[Trade], town: &Town) -> Vec<(usize, usize, f64)> {
    let firms = |t: usize, r: usize| town.of_trade_region.get(&(t, r)).map_or(0, Vec::len);
    let mut cells = Vec::new();
    for (trade, words) in trades.iter().enumerate() {
        let all = town.of_trade[trade].len().max(1) as f64;
        for region in 0..town.regions.len() {
            cells.push((trade, region, words.calls * (0.02 + firms(trade, region) as f64 / all)));
        }
    }
    let sum: f64 = cells.iter().map(|c| c.2).sum();
    cells.iter_mut().for_each(|c| c.2 /= sum.max(1e-9));
    cells
}
