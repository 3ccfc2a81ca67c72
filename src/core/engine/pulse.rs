//! How often one source usually speaks, and when it has been quiet for longer than that allows: counts
//! by hour of working days and days off, the chance of so long a gap, and of so poor a day. Figures
//! only: whom it is told, and what turns grey for it, stands in `feeds.rs`.

use super::stats;
use crate::domain::{Calendar, DAY_MS, DayKind, Period, Zone};
use cells::{Cell, Known, Spread};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// False alarms a year one source allows itself: half for gaps, half for poor days.
pub const FEED_FALSE_ALARMS_A_YEAR: f64 = 1.0;
/// Until it has spoken for so many days, and so many records came, nothing is too long a gap.
pub const FEED_GREY_DAYS: i64 = 14;
pub const FEED_GREY_RECORDS: u64 = 30;
/// A longer silence than this ends what was known: the source begins anew.
pub const MAX_SILENT_DAYS: i64 = 60;
/// Silences of one source remembered, for periods that are still open; the oldest is forgotten.
pub const MAX_SILENCES: usize = 8;

const HOURS: usize = 24;
const HOUR_KINDS: usize = 3;
const HOLIDAY: usize = 7;
const MADE_UP: usize = 8;
const DAY_KINDS: usize = 9;
const HOLIDAY_HOURS: usize = 2 * HOURS;
const HOURS_A_YEAR: f64 = 8_766.0;
const DAYS_A_YEAR: f64 = 365.25;
/// What a day ago counts against today: half in four weeks.
const KEPT_A_DAY_LOG2: f64 = -1.0 / 28.0;
/// The longest gap known, and the like, is half forgotten in a year.
const LONGEST_KEPT_LOG2: f64 = -1.0 / 365.0;
/// Poor days in three: some come once a year.
const LOWS_KEPT_LOG2: f64 = -1.0 / 1095.0;
/// An hour of a kind of day is believed like this many hours of what the hour and the kind of day say.
const SHRINK_HOURS: f64 = 3.0;
/// So is a weekday, by what its hours say.
const SHRINK_DAYS: f64 = 1.0;
/// Relative variance of a rate that looks well known: days differ, and the shape is coarse.
const UNSURE: f64 = 0.05;
/// So many hours of a silence that was told teach as much as this: an outage hardly counts.
const TOLD_TEACHES_HOURS: i64 = 24;
const TOLD_TEACHES: f64 = 0.25;
/// Spread and longest gap are learned from then on: earlier rates are guesses.
const SPREAD_FROM_DAYS: i64 = 7;
/// Silences that were told within so many days of one another teach as one.
const ONE_OUTAGE_DAYS: i64 = 3;
/// A day is poor only below this share of what is usual, and over with more than half.
const POOR_SHARE: f64 = 0.3;
const USUAL_SHARE: f64 = 0.5;
const LEAST_RATE: f64 = 1e-4;

/// Hours and days of a realm.
#[derive(Clone, Copy)]
pub(super) struct Hours<'a> {
    pub zone: Zone,
    pub calendar: &'a Calendar,
}

impl Hours<'_> {
    fn day(&self, hour: i64) -> i64 {
        self.zone.day_index(Period::Hour.start_ms(self.zone, hour))
    }

    /// Monday 0 to Sunday 6, holidays, weekend days that are worked.
    fn kind(&self, day: i64) -> usize {
        match self.calendar.day_kind(day) {
            DayKind::Holiday => HOLIDAY,
            DayKind::MadeUp => MADE_UP,
            DayKind::Plain | DayKind::AfterHoliday => Period::Day.slot(self.zone, day),
        }
    }

    /// The hour's place among the cells.
    fn cell(&self, hour: i64) -> usize {
        Period::Hour.slot(self.zone, hour) + HOURS * hours_like(self.kind(self.day(hour)))
    }
}

/// Whose hours a kind of day has: working days 0, weekends 1, holidays 2.
fn hours_like(kind: usize) -> usize {
    match kind {
        HOLIDAY => 2,
        5 | 6 => 1,
        _ => 0,
    }
}

/// What one source is known for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pulse {
    /// By hour of the day, working days first, then weekends, then holidays.
    cells: Vec<Cell>,
    /// Whole days, by kind.
    days: [Cell; DAY_KINDS],
    /// Surprise of a poor day, by kind, that such days are known for; and of poor days in a row.
    lows: [Known; DAY_KINDS],
    low_run: Known,
    /// Surprise of the poor days since the last usual one, until they are told.
    run: f64,
    /// The first and the newest hour it spoke in, and how often in that.
    first_hour: i64,
    hour: i64,
    count: u64,
    /// The stamp of its newest record.
    pub last_ms: i64,
    pub records: u64,
    /// About what one hour, and one day, was expected to hold.
    hourly: Spread,
    daily: Spread,
    day: i64,
    day_count: u64,
    /// Surprise of its gaps.
    longest: Known,
    /// The day of the newest silence that was told, once it was over.
    told_on: Option<i64>,
    pub now: Option<Silence>,
    /// Silences that are over, oldest first: from, to.
    pub past: VecDeque<(i64, i64)>,
}

/// What hours and days are expected to hold.
struct Rates {
    /// By cell.
    hours: Vec<f64>,
    /// By kind of day.
    days: [f64; DAY_KINDS],
    /// What such a day holds for one that its hours would make.
    shares: [f64; DAY_KINDS],
}

impl Rates {
    fn of_hour(&self, hours: Hours, hour: i64) -> f64 {
        self.hours[hours.cell(hour)] * self.shares[hours.kind(hours.day(hour))]
    }
}

/// What a gap has come to: by its hours, and by the whole days in it, which may be sure where no hour is.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    expected: f64,
    by_hours: f64,
    by_days: f64,
    /// Silent hours in a row of the day it is in.
    of_day: i64,
}

impl Sum {
    fn surprise(&self) -> f64 {
        self.by_hours.max(self.by_days)
    }
}

/// A source says less than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// It says something, though far too little.
    pub poor: bool,
    /// Its last record, or the poor day's beginning.
    pub since_ms: i64,
}

/// A day that was far too poor, or one after such days that is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayTold {
    pub poor: bool,
    pub from_ms: i64,
    pub observed: u64,
    pub expected: f64,
}

/// How a source stands at a moment: when its gap would be too long, or what was expected since.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Gap {
    /// Look again then.
    LookAt(i64),
    TooLong {
        expected: f64,
    },
}

impl Pulse {
    /// A record came. What the days before it say, once they are over.
    pub(super) fn hear(&mut self, hours: Hours, now_ms: i64) -> Option<DayTold> {
        let hour = Period::Hour.index(hours.zone, now_ms);
        let gap_days = (now_ms - self.last_ms) / DAY_MS;
        if self.cells.is_empty() || gap_days > MAX_SILENT_DAYS {
            let past = std::mem::take(&mut self.past);
            // Its end is told, and what it covers stays grey, though what was known before is not.
            let now = self.now.filter(|silence| !silence.poor);
            let cells = vec![Cell::default(); HOUR_KINDS * HOURS];
            *self = Pulse { cells, first_hour: hour, hour, day: hours.day(hour), now, past, ..Pulse::default() };
        }
        let told = if hour > self.hour { self.roll(hours, hour) } else { None };
        self.count += 1;
        self.day_count += 1;
        self.records += 1;
        self.last_ms = now_ms;
        told
    }

    /// It speaks again after a silence.
    pub fn speak(&mut self, now_ms: i64) -> Option<Silence> {
        let silence = self.now.take_if(|silence| !silence.poor)?;
        self.remember(silence.since_ms, now_ms);
        Some(silence)
    }

    fn remember(&mut self, from_ms: i64, to_ms: i64) {
        self.past.push_back((from_ms, to_ms));
        if self.past.len() > MAX_SILENCES {
            self.past.pop_front();
        }
    }

    /// Whether it was silent, or far too quiet, at any time between.
    pub fn was_silent(&self, from_ms: i64, to_ms: i64) -> bool {
        self.now.is_some_and(|silence| silence.since_ms < to_ms)
            || self.past.iter().any(|(since_ms, until_ms)| *since_ms < to_ms && *until_ms > from_ms)
    }

    fn is_grey(&self, hour: i64) -> bool {
        hour - self.first_hour < FEED_GREY_DAYS * HOURS as i64 || self.records < FEED_GREY_RECORDS
    }

    fn rates(&self) -> Rates {
        let hours = self.of_hours();
        let guesses: [f64; HOUR_KINDS] = std::array::from_fn(|like| hours[like * HOURS..(like + 1) * HOURS].iter().sum());
        let guess = |kind: usize| guesses[hours_like(kind)];
        // As days of the kind did, drawn to what their hours say.
        let day = |kind: usize| (self.days[kind].records + SHRINK_DAYS * guess(kind)) / (self.days[kind].periods + SHRINK_DAYS);
        let days: [f64; DAY_KINDS] = std::array::from_fn(day);
        Rates { hours, days, shares: std::array::from_fn(|kind| days[kind] / guess(kind)) }
    }

    /// What each cell's hour is expected to hold: its own counts, drawn to what its hour and its kind of
    /// day say by themselves.
    fn of_hours(&self) -> Vec<f64> {
        let sum = |cells: &mut dyn Iterator<Item = &Cell>| {
            let (records, hours) = cells.fold((0.0, 0.0), |(r, h), cell| (r + cell.records, h + cell.periods));
            if hours > 0.0 { records / hours } else { 0.0 }
        };
        let all = sum(&mut self.cells.iter()).max(LEAST_RATE);
        let of_kind = |kind: usize| &self.cells[kind * HOURS..(kind + 1) * HOURS];
        // Holidays are few: believed by what weekends say.
        let off = sum(&mut of_kind(1).iter());
        let as_off = Cell { records: off * HOURS as f64, spoke: 0.0, periods: HOURS as f64 };
        let kinds = [sum(&mut of_kind(0).iter()), off, sum(&mut of_kind(2).iter().chain([&as_off]))];
        let rate = |(at, cell): (usize, &Cell)| {
            let of_hour = sum(&mut self.cells[at % HOURS..].iter().step_by(HOURS));
            let guess = of_hour * kinds[at / HOURS] / all;
            ((cell.records + SHRINK_HOURS * guess) / (cell.periods + SHRINK_HOURS)).max(LEAST_RATE)
        };
        self.cells.iter().enumerate().map(rate).collect()
    }

    /// One more silent hour.
    fn add(&self, sum: &mut Sum, hours: Hours, hour: i64, rates: &Rates) {
        let (cell, day) = (hours.cell(hour), hours.day(hour));
        let rate = rates.of_hour(hours, hour);
        sum.expected += rate;
        sum.by_hours += self.cells[cell].surprise(rate, self.hourly.dispersion());
        sum.of_day += 1;
        if hours.day(hour + 1) != day {
            let from = Period::Hour.index(hours.zone, Period::Day.start_ms(hours.zone, day));
            if sum.of_day > hour - from {
                let kind = hours.kind(day);
                sum.by_days += self.days[kind].surprise(rates.days[kind], self.daily.dispersion());
            }
            sum.of_day = 0;
        }
    }

    /// A gap is too long from this surprise on: as many gaps as it has a year, and half its promise.
    fn limit(&self) -> f64 {
        let (spoke, hours) = self.cells.iter().fold((0.0, 0.0), |(s, h), cell| (s + cell.spoke, h + cell.periods));
        let gaps_a_year = (HOURS_A_YEAR * spoke / f64::max(hours, 1.0)).max(12.0);
        let gaps_a_promise = gaps_a_year / (FEED_FALSE_ALARMS_A_YEAR / 2.0);
        // Chance of none of a gamma-Poisson count: (1 + unsure * x)^(-1 / unsure).
        let model = (libm::pow(gaps_a_promise, UNSURE) - 1.0) / UNSURE;
        model.max(self.longest.limit())
    }

    /// Whether it has been silent for too long at a moment, or when it would be.
    pub(super) fn gap(&self, hours: Hours, now_ms: i64) -> Gap {
        if self.is_grey(Period::Hour.index(hours.zone, now_ms)) {
            return Gap::LookAt(now_ms + 7 * DAY_MS);
        }
        let (rates, limit) = (self.rates(), self.limit());
        let mut sum = Sum::default();
        for hour in self.hour + 1..=self.hour + MAX_SILENT_DAYS * HOURS as i64 {
            self.add(&mut sum, hours, hour, &rates);
            let end_ms = Period::Hour.end_ms(hours.zone, hour);
            if sum.surprise() >= limit {
                let Sum { expected, .. } = sum;
                return if end_ms <= now_ms { Gap::TooLong { expected } } else { Gap::LookAt(end_ms) };
            }
        }
        Gap::LookAt(now_ms + 7 * DAY_MS)
    }

    /// It goes silent.
    pub fn fall_silent(&mut self) -> Silence {
        // A day that was too poor already goes on.
        let since_ms = self.now.map_or(self.last_ms, |poor| poor.since_ms);
        *self.now.insert(Silence { poor: false, since_ms })
    }

    /// The newest hour is over, and those up to `hour` held nothing.
    fn roll(&mut self, hours: Hours, hour: i64) -> Option<DayTold> {
        let rates = self.rates();
        let knows = self.hour - self.first_hour >= SPREAD_FROM_DAYS * HOURS as i64;
        let silent = self.now.is_some_and(|silence| !silence.poor);
        let mut gap = Sum::default();
        // By what was known when it began, as it was judged.
        for past in (self.hour + 1..hour).filter(|_| knows) {
            self.add(&mut gap, hours, past, &rates);
        }
        let mut told = None;
        let (taught_until, weight) = if silent { (hour.min(self.hour + TOLD_TEACHES_HOURS), TOLD_TEACHES) } else { (hour, 1.0) };
        let spoke_in = self.hour;
        for past in spoke_in..hour {
            let day = hours.day(past);
            if day != self.day {
                told = told.or(self.close_day(hours, day, &rates));
            }
            let cell = hours.cell(past);
            if past == spoke_in {
                self.learn(cell, self.count, 1.0, rates.of_hour(hours, past), knows);
                continue;
            }
            // Holidays are few: their silence teaches whole.
            if past < taught_until || hours.kind(day) == HOLIDAY {
                self.learn(cell, 0, weight, rates.of_hour(hours, past), knows && !silent);
            }
        }
        let day = hours.day(hour);
        if day != self.day {
            told = told.or(self.close_day(hours, day, &rates));
        }
        // An outage that a stray record cuts in two is still one.
        let is_again = silent && self.told_on.is_some_and(|told_on| day - told_on < ONE_OUTAGE_DAYS);
        if knows && !is_again {
            self.longest.learn(gap.surprise(), silent);
        }
        if silent {
            self.told_on = Some(day);
        }
        (self.hour, self.count) = (hour, 0);
        told
    }

    fn learn(&mut self, cell: usize, count: u64, weight: f64, rate: f64, knows: bool) {
        self.cells[cell].learn(count, weight);
        if knows {
            self.hourly.learn(count as f64, rate);
        }
    }

    /// The day is over; `next` begins.
    fn close_day(&mut self, hours: Hours, next: i64, rates: &Rates) -> Option<DayTold> {
        let (day, observed) = (std::mem::replace(&mut self.day, next), std::mem::take(&mut self.day_count));
        let (from_ms, to_ms) = (Period::Day.start_ms(hours.zone, day), Period::Day.end_ms(hours.zone, day));
        let kind = hours.kind(day);
        let expected = rates.days[kind];
        self.forget((next - day).max(1) as f64);
        let first_day = hours.day(self.first_hour);
        // The first day is no whole one; one with a gap that was told is known.
        if day <= first_day {
            return None;
        }
        if self.was_quite_silent(from_ms, to_ms) {
            // Days of rare kinds teach though they are silent.
            if kind >= HOLIDAY {
                self.days[kind].learn(observed, 1.0);
            }
            return None;
        }
        let surprise = self.surprise_of_day(observed, expected);
        if day - first_day >= SPREAD_FROM_DAYS {
            self.days[kind].learn(observed, 1.0);
            if surprise < poor_limit() {
                self.daily.learn(observed as f64, expected);
            }
        }
        let is_usual = observed as f64 > USUAL_SHARE * expected;
        let is_too_poor = self.run_on(kind, surprise, is_usual) && !self.is_grey(Period::Hour.index(hours.zone, to_ms));
        let told = DayTold { poor: is_too_poor, from_ms, observed, expected };
        match self.now {
            None if is_too_poor => {
                self.now = Some(Silence { poor: true, since_ms: from_ms });
                Some(told)
            }
            Some(Silence { poor: true, since_ms }) if is_usual => {
                self.now = None;
                self.remember(since_ms, from_ms);
                Some(DayTold { from_ms: since_ms, poor: false, ..told })
            }
            _ => None,
        }
    }

    fn was_quite_silent(&self, from_ms: i64, to_ms: i64) -> bool {
        self.now.is_some_and(|silence| !silence.poor && silence.since_ms < to_ms)
            || self.past.iter().any(|(since_ms, until_ms)| *since_ms < to_ms && *until_ms > from_ms)
    }

    /// Days pass. Holidays and the like are rare, and remembered for longer.
    fn forget(&mut self, days: f64) {
        let kept = libm::exp2(KEPT_A_DAY_LOG2 * days);
        let kept_long = libm::exp2(LONGEST_KEPT_LOG2 * days);
        let (often, holidays) = self.cells.split_at_mut(HOLIDAY_HOURS);
        let (weekdays, rare) = self.days.split_at_mut(HOLIDAY);
        often.iter_mut().chain(weekdays).for_each(|cell| cell.decay(kept));
        holidays.iter_mut().chain(rare).for_each(|cell| cell.decay(kept_long));
        self.hourly.decay(kept);
        self.daily.decay(kept);
        self.longest.decay(kept_long);
        let kept_longest = libm::exp2(LOWS_KEPT_LOG2 * days);
        self.lows.iter_mut().chain([&mut self.low_run]).for_each(|known| known.decay(kept_longest));
    }

    /// How improbable so poor a day is, in nats; nothing if it is not poor.
    fn surprise_of_day(&self, observed: u64, expected: f64) -> f64 {
        if observed as f64 > POOR_SHARE * expected {
            return 0.0;
        }
        let dispersion = self.daily.dispersion() + UNSURE * expected;
        let chance = 1.0 - stats::upper_tail(observed + 1, expected, dispersion);
        -libm::log(chance.max(f64::MIN_POSITIVE))
    }

    /// One more day of poor ones in a row, or their end; whether they are too poor by now. What such a day,
    /// and so many in a row, were known for before is not, and one that was told is known the better.
    fn run_on(&mut self, kind: usize, surprise: f64, is_usual: bool) -> bool {
        let is_told = self.now.is_some();
        let is_poor = surprise >= poor_limit() && surprise > self.lows[kind].limit();
        self.lows[kind].learn(surprise, is_poor);
        if is_poor && !is_told {
            self.run += surprise;
        }
        if is_usual {
            self.low_run.learn(std::mem::take(&mut self.run), is_told);
        }
        is_poor && self.run > self.low_run.limit()
    }
}

/// From this surprise on a day is poor: half the promise of false alarms.
fn poor_limit() -> f64 {
    libm::log(DAYS_A_YEAR / (FEED_FALSE_ALARMS_A_YEAR / 2.0))
}

mod cells;
#[cfg(test)]
mod tests;
