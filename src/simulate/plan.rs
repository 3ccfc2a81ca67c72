//! What is planted in a city: whom, where, when. Decided at the start, from the seed alone.

use super::Config;
use super::dice::{Dice, Purpose};
use super::town::Town;
use super::trades::Trade;
use crate::truth::TruthKind;
use jianwei_core::domain::{DAY_MS, HOUR_MS, SourceKind};
use jianwei_core::pipeline::Model;

/// Troubles a year for each hundred enterprises, and the least and most of one city.
const TROUBLES_A_YEAR_PER_100: f64 = 1.0;
const TROUBLES: (f64, f64) = (6.0, 3_000.0);
/// A grave event at the beginning of each stretch of so many days, so that no 20 are without.
const TRIGGER_EVERY_DAYS: usize = 18;
/// The engine gives no colour in a daily series' first 56 days: a surge before would tell nothing.
const SURGE_FROM_DAY: i64 = 58;
/// Matters that stand in every city with them, in this order.
const FIRST_TROUBLES: [&str; 6] =
    ["urban-gas", "migrant-wages", "prepaid-cards", "school-canteens", "lifts", "off-campus-training"];

#[derive(Debug, Clone)]
pub struct Planted {
    pub id: String,
    pub kind: TruthKind,
    pub trade: Option<usize>,
    /// Index into the enterprises.
    pub firm: Option<usize>,
    /// The firm that really did it, where `firm` is the innocent one.
    pub culprit: Option<usize>,
    /// Index into the regions.
    pub region: Option<usize>,
    pub starts_ms: i64,
    pub ends_ms: i64,
    /// Tickets a day at the peak.
    pub strength: f64,
    pub outage: Option<Outage>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    pub source: SourceKind,
    /// Its records come after the outage; else they are lost.
    pub backfilled: bool,
}

impl Planted {
    /// How far it has come, 0 to 1.
    pub fn progress(&self, at_ms: i64) -> f64 {
        ((at_ms - self.starts_ms) as f64 / (self.ends_ms - self.starts_ms).max(1) as f64).clamp(0.0, 1.0)
    }

    /// Four fifths on, it is at its worst.
    pub fn peaks_ms(&self) -> i64 {
        self.starts_ms + (self.ends_ms - self.starts_ms) * 4 / 5
    }
}

struct Planner<'a> {
    config: &'a Config,
    model: &'a Model,
    town: &'a Town,
    trades: &'a [Trade],
    dice: Dice,
    out: Vec<Planted>,
}

pub fn plan(config: &Config, model: &Model, town: &Town, trades: &[Trade]) -> Vec<Planted> {
    let mut planner = Planner { config, model, town, trades, dice: Dice::new(config.seed, Purpose::Plan, 0), out: Vec::new() };
    planner.troubles();
    planner.trigger_events();
    planner.surges_and_drifts();
    planner.campaigns();
    planner.wrong_accusations();
    planner.outages();
    planner.out
}

impl Planner<'_> {
    fn years(&self) -> f64 {
        self.config.days as f64 / 365.25
    }

    fn add(&mut self, kind: TruthKind, starts_ms: i64, length_ms: i64) -> &mut Planted {
        let word = serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
        let of_kind = self.out.iter().filter(|p| p.kind == kind).count();
        let ends_ms = (starts_ms + length_ms).min(self.config.end_ms());
        self.out.push(Planted {
            id: format!("{word}-{:04}", of_kind + 1),
            kind,
            trade: None,
            firm: None,
            culprit: None,
            region: None,
            starts_ms,
            ends_ms,
            strength: 1.0,
            outage: None,
        });
        let last = self.out.len() - 1;
        &mut self.out[last]
    }

    /// A start that leaves room for the length where the run is long enough.
    fn start(&mut self, from_day: i64, length_days: i64) -> i64 {
        let last = (self.config.days - length_days).max(from_day);
        let day = self.dice.between(from_day, last).min(self.config.days - 1).max(0);
        self.config.start_ms + day * DAY_MS + self.dice.between(6, 20) * HOUR_MS
    }

    fn firm_of(&mut self, trade: usize) -> Option<usize> {
        let firms = &self.town.of_trade[trade];
        (!firms.is_empty()).then(|| *self.dice.pick(firms))
    }

    /// Whether the firm has nothing planted yet: one story a firm, else the truth is not plain.
    fn is_free(&self, firm: usize) -> bool {
        !self.out.iter().any(|p| p.firm == Some(firm) || p.culprit == Some(firm))
    }

    fn free_firm_of(&mut self, trade: usize) -> Option<usize> {
        (0..8).find_map(|_| self.firm_of(trade).filter(|f| self.is_free(*f)))
    }

    fn enterprise_trades(&self) -> Vec<usize> {
        let judged = |id: &str| self.model.matters.get(id).is_some_and(|m| m.enterprise.is_some());
        (0..self.trades.len()).filter(|t| judged(&self.trades[*t].matter)).collect()
    }

    fn troubles(&mut self) {
        let count =
            (self.config.enterprises as f64 / 100.0 * TROUBLES_A_YEAR_PER_100 * self.years()).clamp(TROUBLES.0, TROUBLES.1);
        let trades = self.enterprise_trades();
        if trades.is_empty() {
            return;
        }
        let weights: Vec<f64> = trades.iter().map(|t| self.trades[*t].calls).collect();
        for n in 0..count as usize {
            let named = FIRST_TROUBLES.get(n).and_then(|id| trades.iter().find(|t| self.trades[**t].matter == *id));
            let trade = match named {
                Some(trade) => *trade,
                None => trades[self.dice.weighted(&weights)],
            };
            let Some(firm) = self.free_firm_of(trade) else { continue };
            let length = self.dice.between(12, 40).min(self.config.days);
            let starts_ms = self.start(0, length);
            let strength = 0.8 + 3.2 * self.dice.unit() * self.dice.unit();
            let region = self.town.enterprises[firm].region;
            let planted = self.add(TruthKind::Trouble, starts_ms, length * DAY_MS);
            (planted.trade, planted.firm, planted.region, planted.strength) = (Some(trade), Some(firm), Some(region), strength);
        }
    }

    fn trigger_events(&mut self) {
        let can = |t: &usize| !self.trades[*t].trigger_words.is_empty() || self.trades[*t].trigger_alarm;
        let trades: Vec<usize> = (0..self.trades.len()).filter(can).collect();
        if trades.is_empty() {
            return;
        }
        for from_day in (0..self.config.days).step_by(TRIGGER_EVERY_DAYS) {
            let found = (0..8).find_map(|_| {
                let trade = *self.dice.pick(&trades);
                self.free_firm_of(trade).map(|firm| (trade, firm))
            });
            let Some((trade, firm)) = found else { continue };
            let day = self.dice.between(from_day, from_day + 1).min(self.config.days - 1);
            let starts_ms = self.config.start_ms + day * DAY_MS + self.dice.between(7, 21) * HOUR_MS;
            let region = self.town.enterprises[firm].region;
            let planted = self.add(TruthKind::TriggerEvent, starts_ms, 2 * DAY_MS);
            (planted.trade, planted.firm, planted.region) = (Some(trade), Some(firm), Some(region));
        }
    }

    fn surges_and_drifts(&mut self) {
        let counted = |t: &usize| self.model.matters.get(&self.trades[*t].matter).is_some_and(|m| m.industry.is_some());
        let trades: Vec<usize> = (0..self.trades.len()).filter(counted).collect();
        if trades.is_empty() || self.town.regions.is_empty() {
            return;
        }
        let from_day = if self.config.days > SURGE_FROM_DAY + 20 { SURGE_FROM_DAY } else { 0 };
        let surges = (self.years() * 24.0).max(2.0) as usize;
        let drifts = (self.years() * 6.0).max(1.0) as usize;
        for n in 0..surges + drifts {
            let (kind, length) = match n < surges {
                true => (TruthKind::Surge, self.dice.between(2, 7)),
                false => (TruthKind::Drift, self.dice.between(45, 100).min(self.config.days / 2 + 1)),
            };
            let trade = *self.dice.pick(&trades);
            let region = self.dice.below(self.town.regions.len());
            let starts_ms = self.start(from_day, length);
            let strength = 3.0 + 3.0 * self.dice.unit();
            let planted = self.add(kind, starts_ms, length * DAY_MS);
            (planted.trade, planted.region, planted.strength) = (Some(trade), Some(region), strength);
        }
    }

    fn campaigns(&mut self) {
        let trades = self.enterprise_trades();
        for _ in 0..self.often(8.0) {
            if trades.is_empty() {
                return;
            }
            let trade = *self.dice.pick(&trades);
            let Some(firm) = self.free_firm_of(trade) else { continue };
            let starts_ms = self.start(0, 4);
            let strength = self.dice.between(4, 9) as f64;
            let region = self.town.enterprises[firm].region;
            let planted = self.add(TruthKind::RivalCampaign, starts_ms, 3 * DAY_MS);
            (planted.trade, planted.firm, planted.region, planted.strength) = (Some(trade), Some(firm), Some(region), strength);
        }
    }

    /// A namesake gets another's complaints, or a firm is only the landmark.
    fn wrong_accusations(&mut self) {
        let trades = self.enterprise_trades();
        for n in 0..self.often(10.0) {
            let twins: Vec<(usize, usize)> = self.town.namesakes.clone();
            let pair = (n % 2 == 0 && !twins.is_empty()).then(|| *self.dice.pick(&twins));
            let pair = pair.filter(|(a, b)| self.town.enterprises[*a].trade.is_some() && self.is_free(*a) && self.is_free(*b));
            let (culprit, firm) = match pair {
                Some((culprit, firm)) => (Some(culprit), firm),
                None if trades.is_empty() => return,
                None => {
                    let trade = *self.dice.pick(&trades);
                    let Some(firm) = self.free_firm_of(trade) else { continue };
                    (None, firm)
                }
            };
            let starts_ms = self.start(0, 6);
            let strength = 0.7 + 0.8 * self.dice.unit();
            let (trade, region) = (self.town.enterprises[firm].trade, self.town.enterprises[firm].region);
            let planted = self.add(TruthKind::WrongAccusation, starts_ms, 5 * DAY_MS);
            (planted.trade, planted.firm, planted.culprit, planted.region) = (trade, Some(firm), culprit, Some(region));
            planted.strength = strength;
        }
    }

    fn outages(&mut self) {
        for n in 0..self.often(6.0) {
            let source = [SourceKind::Tickets, SourceKind::Sector, SourceKind::Reports][n % 3];
            let hours = self.dice.between(6, 72);
            let starts_ms = self.start(if self.config.days > 14 { 7 } else { 0 }, 3);
            let backfilled = self.dice.chance(0.5);
            self.add(TruthKind::FeedOutage, starts_ms, hours * HOUR_MS).outage = Some(Outage { source, backfilled });
        }
    }

    /// So many a year, at least two a run.
    fn often(&self, a_year: f64) -> usize {
        (self.years() * a_year).max(2.0) as usize
    }
}
