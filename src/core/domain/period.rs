//! Hours, days and weeks of a realm's own zone as numbered periods, and figures taken over one.

use super::time::date_of_index;
use super::{HOUR_MS, Zone};
use chrono::{Days, Timelike};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 1970-01-01, day 0, was a Thursday; weeks begin on Monday.
const DAYS_FROM_MONDAY: i64 = 3;
/// 2000-01-01: the offset that held then says how far a zone's clock strikes from the hours of UTC.
const YEAR_2000_MS: i64 = 946_684_800_000;

/// A length of time that counts are taken over. It stands in journal entries: variants are added at
/// the end only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Period {
    #[schemars(rename = "P1D")]
    Day,
    #[schemars(rename = "P1W")]
    Week,
    #[schemars(rename = "PT1H")]
    Hour,
}

impl Period {
    pub const ALL: [Period; 3] = [Period::Day, Period::Week, Period::Hour];

    /// ISO 8601 duration, as indicator records write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Period::Day => "P1D",
            Period::Week => "P1W",
            Period::Hour => "PT1H",
        }
    }

    pub fn parse(text: &str) -> Option<Period> {
        Period::ALL.into_iter().find(|p| p.as_str() == text)
    }

    pub fn per_year(self) -> f64 {
        match self {
            Period::Day => 365.25,
            Period::Week => 365.25 / 7.0,
            Period::Hour => 365.25 * 24.0,
        }
    }

    /// The period an instant falls in. Hours are sixty minutes each, whatever the clocks do: a day
    /// on which they change has 23 or 25 of them.
    pub fn index(self, zone: Zone, ms: i64) -> i64 {
        match self {
            Period::Day => zone.day_index(ms),
            Period::Week => (zone.day_index(ms) + DAYS_FROM_MONDAY).div_euclid(7),
            Period::Hour => (ms + beyond_the_hour_ms(zone)).div_euclid(HOUR_MS),
        }
    }

    /// The first instant of the period.
    pub fn start_ms(self, zone: Zone, index: i64) -> i64 {
        match self {
            Period::Day => zone.day_start(date_of_index(index)),
            Period::Week => zone.day_start(date_of_index(index * 7 - DAYS_FROM_MONDAY)),
            Period::Hour => index * HOUR_MS - beyond_the_hour_ms(zone),
        }
    }

    /// The first instant after the period.
    pub fn end_ms(self, zone: Zone, index: i64) -> i64 {
        self.start_ms(zone, index + 1)
    }

    /// The end of a period that begins at an instant of its own (weeks of a feed that counts from
    /// Sunday): the same time of day, so many days later.
    pub fn end_after_ms(self, zone: Zone, start_ms: i64) -> i64 {
        let local = zone.local(start_ms);
        match self {
            Period::Hour => start_ms + HOUR_MS,
            Period::Day => zone.instant(local.checked_add_days(Days::new(1)).unwrap_or(local)),
            Period::Week => zone.instant(local.checked_add_days(Days::new(7)).unwrap_or(local)),
        }
    }

    /// Where the period begins, for people: a date, or for hours a time with the zone's offset.
    pub fn start_text(self, zone: Zone, index: i64) -> String {
        match self {
            Period::Day | Period::Week => zone.date(self.start_ms(zone, index)).to_string(),
            Period::Hour => zone.format(self.start_ms(zone, index)),
        }
    }

    /// How many periods make one round of the usual ups and downs: weekdays, hours of the day.
    pub fn slots(self) -> usize {
        match self {
            Period::Day => 7,
            Period::Week => 1,
            Period::Hour => 24,
        }
    }

    /// The period's place in that round: Monday 0 to Sunday 6, or the local hour.
    pub fn slot(self, zone: Zone, index: i64) -> usize {
        match self {
            Period::Day => (index + DAYS_FROM_MONDAY).rem_euclid(7) as usize,
            Period::Week => 0,
            Period::Hour => zone.local(self.start_ms(zone, index)).hour() as usize,
        }
    }
}

/// A count or a level of a trade over one closed period.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
pub struct Indicator {
    pub indicator: String,
    pub region: Option<String>,
    pub matter: Option<String>,
    /// As the record gives it.
    #[schemars(skip)]
    pub period_start: String,
    pub period_start_ms: i64,
    /// When the period is over: nobody can know its figure before.
    #[schemars(skip)]
    pub period_end_ms: i64,
    pub period: Period,
    pub value: f64,
    pub unit: Option<String>,
}

/// How long after a full hour of UTC the zone's hours begin to count: 30 minutes at +05:30.
fn beyond_the_hour_ms(zone: Zone) -> i64 {
    let offset_ms = zone.local(YEAR_2000_MS).and_utc().timestamp_millis() - YEAR_2000_MS;
    offset_ms.rem_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DAY_MS, parse_time};

    fn ms(zone: Zone, text: &str) -> i64 {
        parse_time(text, zone).unwrap().0
    }

    #[test]
    fn weeks_begin_on_monday_in_the_realms_zone() {
        let zone = Zone::parse("+08:00").unwrap();
        for (time, monday) in [("2026-11-22 23:59", "2026-11-16"), ("2026-11-23", "2026-11-23"), ("1969-12-30", "1969-12-29")] {
            let week = Period::Week.index(zone, ms(zone, time));
            assert_eq!(Period::Week.start_text(zone, week), monday);
            assert_eq!(Period::Week.end_ms(zone, week) - Period::Week.start_ms(zone, week), 7 * DAY_MS);
        }
        let sunday = ms(zone, "2026-11-22");
        assert_eq!(Period::Day.slot(zone, Period::Day.index(zone, sunday)), 6);
    }

    #[test]
    fn hours_begin_where_the_zones_clock_strikes() {
        // Zone, an instant, its hour's start, the hour of the day.
        let cases = [
            ("+08:00", "2026-03-02 14:59:59", "2026-03-02T14:00:00+08:00", 14),
            ("+05:30", "2026-03-02 14:59:59", "2026-03-02T14:00:00+05:30", 14),
            ("-03:30", "2026-03-02 14:29:59", "2026-03-02T14:00:00-03:30", 14),
            ("Asia/Kathmandu", "2026-03-02 00:01", "2026-03-02T00:00:00+05:45", 0),
            ("+08:00", "1969-12-31 23:30", "1969-12-31T23:00:00+08:00", 23),
            ("America/Chicago", "2026-03-08 03:30", "2026-03-08T03:00:00-05:00", 3),
        ];
        for (zone, time, start, hour) in cases {
            let zone = Zone::parse(zone).unwrap();
            let index = Period::Hour.index(zone, ms(zone, time));
            assert_eq!(Period::Hour.start_text(zone, index), start, "{time}");
            assert_eq!(Period::Hour.slot(zone, index), hour, "{time}");
            assert_eq!(Period::Hour.index(zone, Period::Hour.start_ms(zone, index)), index);
            assert_eq!(Period::Hour.end_ms(zone, index) - Period::Hour.start_ms(zone, index), HOUR_MS);
        }
    }

    #[test]
    fn a_day_whose_clocks_change_has_23_or_25_hours() {
        let zone = Zone::parse("America/Chicago").unwrap();
        for (day, hours) in [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)] {
            let index = Period::Day.index(zone, ms(zone, day));
            let (start_ms, end_ms) = (Period::Day.start_ms(zone, index), Period::Day.end_ms(zone, index));
            let from = Period::Hour.index(zone, start_ms);
            assert_eq!(Period::Hour.index(zone, end_ms) - from, hours, "{day}");
            assert_eq!(Period::Day.end_after_ms(zone, start_ms), end_ms, "{day}");
        }
        let sunday = ms(zone, "2026-03-01");
        assert_eq!(zone.format(Period::Week.end_after_ms(zone, sunday)), "2026-03-08T00:00:00-06:00");
    }
}
