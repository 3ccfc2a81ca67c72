//! Days and weeks of a realm's own zone as numbered periods.

use crate::domain::Zone;
use crate::pipeline::Period;
use chrono::{Days, NaiveDate};

/// 1970-01-01, day 0, was a Thursday; weeks begin on Monday.
const DAYS_FROM_MONDAY: i64 = 3;

impl Period {
    fn days(self) -> i64 {
        match self {
            Period::Day => 1,
            Period::Week => 7,
        }
    }

    /// The period an instant falls in.
    pub(super) fn index(self, zone: Zone, ms: i64) -> i64 {
        match self {
            Period::Day => zone.day_index(ms),
            Period::Week => (zone.day_index(ms) + DAYS_FROM_MONDAY).div_euclid(7),
        }
    }

    pub(super) fn start_date(self, index: i64) -> NaiveDate {
        let day = match self {
            Period::Day => index,
            Period::Week => index * 7 - DAYS_FROM_MONDAY,
        };
        let epoch = NaiveDate::default();
        let days = Days::new(day.unsigned_abs());
        let date = if day < 0 { epoch.checked_sub_days(days) } else { epoch.checked_add_days(days) };
        date.unwrap_or(epoch)
    }

    /// The first instant after the period.
    pub(super) fn end_ms(self, zone: Zone, index: i64) -> i64 {
        zone.day_start(self.start_date(index + 1))
    }

    /// Monday 0 to Sunday 6; 0 for weeks.
    pub(super) fn weekday(self, index: i64) -> usize {
        match self {
            Period::Day => (index + DAYS_FROM_MONDAY).rem_euclid(7) as usize,
            Period::Week => 0,
        }
    }

    /// How fast the level forgets: the weight of one period.
    pub(super) fn gain(self) -> f64 {
        match self {
            Period::Day => 0.02,
            Period::Week => 0.08,
        }
    }

    /// Closed periods before a series has an opinion; until then it is grey.
    pub(super) fn grey_until(self) -> u32 {
        (match self {
            Period::Day => 56,
            Period::Week => 26 * 7,
        } / self.days()) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::parse_time;

    #[test]
    fn weeks_begin_on_monday_in_the_realms_zone() {
        let zone = Zone::parse("+08:00").unwrap();
        for (time, monday) in [("2026-11-22 23:59", "2026-11-16"), ("2026-11-23", "2026-11-23"), ("1969-12-30", "1969-12-29")] {
            let (ms, _) = parse_time(time, zone).unwrap();
            let week = Period::Week.index(zone, ms);
            assert_eq!(Period::Week.start_date(week).to_string(), monday);
            assert_eq!(
                Period::Week.end_ms(zone, week) - zone.day_start(Period::Week.start_date(week)),
                7 * crate::domain::DAY_MS
            );
        }
        let (sunday, _) = parse_time("2026-11-22", zone).unwrap();
        assert_eq!(Period::Day.weekday(Period::Day.index(zone, sunday)), 6);
    }
}
