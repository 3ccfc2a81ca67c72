//! One day of a made-up city: everything its feeds say that happened on it. A function of seed and
//! day alone.

use super::City;
use super::calls::Verdict;
use super::dice::{Dice, Purpose};
use super::dirt::{self, Dirt};
use super::plan::{Outage, Planted};
use super::sector;
use super::tally::Tally;
use super::voice::{Manner, Speech};
use crate::truth::TruthKind;
use chrono::Datelike;
use jianwei_core::domain::{DAY_MS, HOUR_MS, SourceKind};
use serde::Serialize;

/// Chicago's hotline by weekday, Monday first, and how much more than chance its counts vary: per
/// area and nature, and city-wide (shared/data/chicago/README.md; City of Chicago, 2011-2014).
const WEEKDAY: [f64; 7] = [1.37, 1.29, 1.20, 1.11, 1.00, 0.54, 0.49];
const CELL_DISPERSION: f64 = 1.35;
const CITY_DISPERSION: f64 = 4.8;
/// Fewer call on a public holiday.
const HOLIDAY: f64 = 0.6;
/// Tickets by hour of the day, relative.
const HOURS: [f64; 24] =
    [0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1.5, 4.0, 6.0, 6.5, 5.5, 3.0, 3.0, 5.0, 5.5, 5.0, 4.0, 3.0, 2.5, 2.2, 1.8, 1.0, 0.6];
/// Of all tickets, those about some matter.
const MATTER_SHARE: f64 = 0.4;
/// Of background tickets of a matter, those that say something grave.
const GRAVE_SHARE: f64 = 0.004;
const LATE_SHARE: f64 = 0.02;
const DUPLICATE_SHARE: f64 = 0.005;
/// Reports of background a day for each ticket.
const REPORTS_A_TICKET: f64 = 0.01;

/// One row of a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub kind: SourceKind,
    /// Dispositions: whose topic it goes to.
    pub org: Option<String>,
    /// When the feed delivers it; its own time may be earlier.
    pub arrival_ms: i64,
    pub event_ms: i64,
    pub value: Vec<u8>,
    pub marks: Marks,
}

/// What the truth knows of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Marks {
    pub late: bool,
    pub duplicate: bool,
    pub near_duplicate: bool,
    pub update: bool,
    pub dirt: Option<Dirt>,
}

pub struct Day {
    /// In order of arrival.
    pub rows: Vec<Row>,
    pub tally: Tally,
}

impl Row {
    pub fn new(kind: SourceKind, arrival_ms: i64, event_ms: i64, value: Vec<u8>) -> Row {
        Row { kind, org: None, arrival_ms, event_ms, value, marks: Marks::default() }
    }
}

/// The day in the making.
pub struct Maker<'a> {
    pub city: &'a City,
    pub day_ms: i64,
    pub index: i64,
    pub dice: Dice,
    pub rows: Vec<Row>,
    pub tickets: u64,
    pub reports: u64,
    pub records: u64,
    /// YYMMDD.
    pub date: String,
    /// Background may be spoilt and repeated; what is planted may not, so that the truth stays plain.
    pub background: bool,
}

pub fn day(city: &City, index: i64) -> Day {
    let day_ms = city.config.start_ms + index * DAY_MS;
    let mut maker = Maker {
        city,
        day_ms,
        index,
        dice: Dice::new(city.config.seed, Purpose::Day, index as u64),
        rows: Vec::new(),
        tickets: 0,
        reports: 0,
        records: 0,
        date: city.zone.date(day_ms).format("%y%m%d").to_string(),
        background: true,
    };
    maker.background_tickets();
    maker.background_reports();
    sector::background(&mut maker);
    maker.background = false;
    for (number, planted) in city.plan.iter().enumerate() {
        let may_speak = planted.starts_ms < day_ms + DAY_MS && planted.ends_ms > day_ms;
        if may_speak && planted.outage.is_none() {
            maker.dice = Dice::new(city.config.seed, Purpose::Planted, (number as u64) << 32 | index as u64);
            maker.planted(planted);
        }
    }
    let lost = maker.silence();
    maker.rows.sort_by(|a, b| (a.arrival_ms, a.kind, &a.value).cmp(&(b.arrival_ms, b.kind, &b.value)));
    let mut tally = Tally { lost, ..Tally::default() };
    maker.rows.iter().for_each(|row| tally.count(row));
    Day { rows: maker.rows, tally }
}

impl Maker<'_> {
    pub fn factor(&self) -> f64 {
        let date = self.city.zone.date(self.day_ms);
        // More in winter, when homes are heated, than in summer.
        let season = 1.0 + 0.1 * libm::cos(std::f64::consts::TAU * (f64::from(date.ordinal()) - 15.0) / 365.25);
        let weekday = date.weekday().num_days_from_monday() as usize;
        let holiday = if weekday < 5 && !self.city.is_working(self.day_ms) { HOLIDAY } else { 1.0 };
        WEEKDAY[weekday] * holiday * season
    }

    pub fn some_time(&mut self) -> i64 {
        let hour = self.dice.weighted(&HOURS) as i64;
        self.day_ms + hour * HOUR_MS + self.dice.between(0, 3_599) * 1_000
    }

    fn background_tickets(&mut self) {
        let city = self.city;
        let mean = city.config.tickets_per_day * self.factor();
        let mood = self.dice.mood(mean, CITY_DISPERSION);
        let mean = mean * mood;
        for _ in 0..self.dice.poisson(mean * (1.0 - MATTER_SHARE)) {
            let firm = self.dice.chance(0.15).then(|| self.dice.below(city.town.enterprises.len()));
            let firm = firm.filter(|f| city.town.enterprises[*f].trade.is_none());
            let region = self.region_of(firm);
            let speech = Speech { trade: None, firm, region, severe: false, manner: Manner::Ordinary };
            self.ticket(&speech, Verdict::Open);
        }
        for (trade, region, share) in &city.cells {
            let count = self.dice.negative_binomial(mean * MATTER_SHARE * share, CELL_DISPERSION);
            for _ in 0..count {
                self.matter_ticket(*trade, *region);
            }
        }
    }

    fn region_of(&mut self, firm: Option<usize>) -> usize {
        match firm {
            Some(firm) => self.city.town.enterprises[firm].region,
            None => self.dice.below(self.city.town.regions.len()),
        }
    }

    /// A background ticket of a matter in a region; some firms are complained of more than others.
    fn matter_ticket(&mut self, trade: usize, region: usize) {
        let firms = self.city.town.of_trade_region.get(&(trade, region)).map_or(&[][..], Vec::as_slice);
        let named = !firms.is_empty() && self.dice.chance(0.75);
        let u = self.dice.unit();
        let firm = named.then(|| firms[(u * libm::sqrt(u) * firms.len() as f64) as usize]);
        let severe = self.dice.chance(GRAVE_SHARE);
        self.ticket(&Speech { trade: Some(trade), firm, region, severe, manner: Manner::Ordinary }, Verdict::Open);
    }

    fn planted(&mut self, planted: &Planted) {
        let at_ms = self.day_ms + DAY_MS / 2;
        match planted.kind {
            TruthKind::Trouble => self.trouble(planted, planted.progress(at_ms)),
            TruthKind::TriggerEvent if planted.starts_ms >= self.day_ms => self.trigger_event(planted),
            TruthKind::Surge | TruthKind::Drift => self.surge(planted, planted.progress(at_ms)),
            TruthKind::RivalCampaign => self.spoken_of(planted, Manner::Campaign),
            TruthKind::WrongAccusation => {
                let manner = if planted.culprit.is_some() { Manner::WrongDistrict } else { Manner::Landmark };
                self.spoken_of(planted, manner);
            }
            _ => {}
        }
    }

    /// An innocent firm is complained of, gravely.
    fn spoken_of(&mut self, planted: &Planted, manner: Manner) {
        let (Some(firm), Some(region)) = (planted.firm, planted.region) else { return };
        for _ in 0..self.dice.poisson(planted.strength) {
            let speech = Speech { trade: planted.trade, firm: Some(firm), region, severe: true, manner };
            self.ticket(&speech, Verdict::False);
        }
    }

    fn trouble(&mut self, planted: &Planted, progress: f64) {
        let (Some(firm), Some(region)) = (planted.firm, planted.region) else { return };
        let mean = 0.15 + planted.strength * progress * libm::sqrt(progress);
        for _ in 0..self.dice.poisson(mean) {
            let severe = self.dice.chance(0.05 + 0.5 * progress * progress);
            let speech = Speech { trade: planted.trade, firm: Some(firm), region, severe, manner: Manner::Ordinary };
            self.ticket(&speech, Verdict::True);
        }
        if self.dice.chance(0.08 * progress) {
            let speech = Speech { trade: planted.trade, firm: Some(firm), region, severe: true, manner: Manner::Ordinary };
            self.report(&speech, 3 + i64::from(progress > 0.7));
        }
        sector::trouble(self, planted, firm, progress);
    }

    fn trigger_event(&mut self, planted: &Planted) {
        let (Some(firm), Some(region), Some(trade)) = (planted.firm, planted.region, planted.trade) else { return };
        if self.city.trades[trade].trigger_alarm && (self.city.trades[trade].trigger_words.is_empty() || self.dice.chance(0.5)) {
            sector::alarm(self, firm, trade, true, Some(planted.starts_ms));
            return;
        }
        let speech = Speech { trade: Some(trade), firm: Some(firm), region, severe: true, manner: Manner::Trigger };
        self.ticket_at(&speech, Verdict::True, Some(planted.starts_ms));
    }

    fn surge(&mut self, planted: &Planted, progress: f64) {
        let (Some(trade), Some(region)) = (planted.trade, planted.region) else { return };
        let share = self.city.cells.iter().find(|(t, r, _)| *t == trade && *r == region).map_or(0.0, |c| c.2);
        let usual = self.city.config.tickets_per_day * MATTER_SHARE * share;
        let more = match planted.kind {
            TruthKind::Drift => usual.max(0.5) * 1.5 * progress,
            _ => (usual * (planted.strength - 1.0)).max(planted.strength * 2.0),
        };
        for _ in 0..self.dice.poisson(more * self.factor()) {
            self.matter_ticket(trade, region);
        }
    }

    fn background_reports(&mut self) {
        let city = self.city;
        let mean = city.config.tickets_per_day * REPORTS_A_TICKET;
        for _ in 0..self.dice.poisson(mean) {
            let Some((trade, region, _)) = (!city.cells.is_empty()).then(|| *self.dice.pick(&city.cells)) else { return };
            let firms = city.town.of_trade_region.get(&(trade, region)).map_or(&[][..], Vec::as_slice);
            let firm = (!firms.is_empty()).then(|| *self.dice.pick(firms));
            let speech = Speech { trade: Some(trade), firm, region, severe: false, manner: Manner::Ordinary };
            let severity = self.dice.between(1, 3);
            self.report(&speech, severity);
        }
    }

    /// Puts a row into its feed: some late, some twice, some spoilt.
    pub fn push(&mut self, kind: SourceKind, event_ms: i64, value: Vec<u8>) {
        if !self.city.has(kind) {
            return;
        }
        let mut row = Row::new(kind, event_ms + self.dice.between(2, 90) * 1_000, event_ms, value);
        if self.dice.chance(LATE_SHARE) {
            row.arrival_ms += self.dice.between(60, 48 * 60) * 60_000;
            row.marks.late = true;
        }
        if self.background && self.dice.chance(self.city.config.dirt_per_mille as f64 / 1_000.0) {
            dirt::spoil(&mut row, &mut self.dice);
        } else if self.background && self.dice.chance(DUPLICATE_SHARE) {
            let mut again = row.clone();
            again.arrival_ms += self.dice.between(1, 600) * 1_000;
            again.marks.duplicate = true;
            self.rows.push(again);
        }
        self.rows.push(row);
    }

    /// Rows of a source that was silent come after it, or never; how many were lost.
    fn silence(&mut self) -> u64 {
        let outages: Vec<(Outage, i64, i64)> =
            self.city.plan.iter().filter_map(|p| p.outage.map(|o| (o, p.starts_ms, p.ends_ms))).collect();
        let covers = |row: &Row, (outage, from_ms, to_ms): &(Outage, i64, i64)| {
            outage.source == row.kind && (*from_ms..*to_ms).contains(&row.arrival_ms)
        };
        let mut lost = 0;
        let mut kept = Vec::with_capacity(self.rows.len());
        for mut row in self.rows.drain(..) {
            match outages.iter().find(|outage| covers(&row, outage)) {
                None => kept.push(row),
                Some((outage, _, to_ms)) if outage.backfilled => {
                    row.arrival_ms = *to_ms + (row.arrival_ms / 1_000 % 1_800) * 1_000;
                    kept.push(row);
                }
                Some(_) => lost += 1,
            }
        }
        self.rows = kept;
        lost
    }
}

pub fn json<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).unwrap_or_default()
}
