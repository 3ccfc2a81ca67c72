use super::time::{Zone, date_of_index, day_index_of};
use chinese_holiday::{Ymd, chinese_holiday};
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// Working days of a realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calendar {
    /// Public holidays and make-up days of China, of the `chinese_holiday` crate.
    China,
    /// Monday to Friday but for the days a pipeline lists, for the years it says it covers.
    Listed { years: BTreeSet<i32>, holidays: BTreeSet<NaiveDate>, working_days: BTreeSet<NaiveDate> },
}

/// A due time counted in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDay {
    pub due_ms: i64,
    /// A year the calendar does not know was counted as plain weekdays: the time may move.
    pub provisional: bool,
}

/// What sort of day it is for those who count things by the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    Plain,
    /// A weekday nobody works.
    Holiday,
    /// The first working day after one.
    AfterHoliday,
    /// A weekend day that is worked.
    MadeUp,
}

/// More days off in a row than any calendar has.
const MAX_DAYS_OFF: i64 = 15;
/// More working days than any rule asks for; a bound on the walk.
const MAX_WORKING_DAYS: u32 = 400;

impl Calendar {
    /// Whether the calendar has the holidays around the date. The crate's table ends with
    /// 25 December 2026, and the crate panics beyond it.
    pub fn knows(&self, date: NaiveDate) -> bool {
        match self {
            Calendar::China => date.year() >= 2004 && (date.year(), date.ordinal()) <= (2026, 359),
            Calendar::Listed { years, .. } => years.contains(&date.year()),
        }
    }

    fn is_working_day(&self, date: NaiveDate) -> bool {
        let weekday = is_weekday(date);
        if !self.knows(date) {
            return weekday;
        }
        match self {
            Calendar::Listed { holidays, working_days, .. } => {
                working_days.contains(&date) || (weekday && !holidays.contains(&date))
            }
            Calendar::China => {
                let (y, m, d) = (date.year() as u16, date.month() as u8, date.day() as u8);
                chinese_holiday(Ymd::new(y, m, d)).is_workday()
            }
        }
    }

    /// By number of the day since 1970. Days the calendar does not know are plain.
    pub fn day_kind(&self, day: i64) -> DayKind {
        let date = date_of_index(day);
        if !self.knows(date) {
            return DayKind::Plain;
        }
        match (is_weekday(date), self.is_working_day(date)) {
            (true, false) => DayKind::Holiday,
            (false, true) => DayKind::MadeUp,
            (false, false) => DayKind::Plain,
            (true, true) => {
                let off = (1..=MAX_DAYS_OFF).map(|n| date_of_index(day - n)).take_while(|d| !self.is_working_day(*d));
                if off.into_iter().any(is_weekday) { DayKind::AfterHoliday } else { DayKind::Plain }
            }
        }
    }

    /// The end (next local midnight) of the `working_days`-th working day after the day of
    /// `from_ms`; 0 is the end of that day itself, working or not.
    pub fn due(&self, zone: Zone, from_ms: i64, working_days: u32) -> DueDay {
        let mut date = zone.date(from_ms);
        let mut provisional = working_days > 0 && !self.knows(date);
        let mut left = working_days.min(MAX_WORKING_DAYS);
        while left > 0 {
            date = date_of_index(day_index_of(date) + 1);
            provisional |= !self.knows(date);
            if self.is_working_day(date) {
                left -= 1;
            }
        }
        DueDay { due_ms: zone.day_start(date_of_index(day_index_of(date) + 1)), provisional }
    }
}

fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::parse_time;

    #[test]
    fn days_are_plain_off_after_or_made_up() {
        for (date, kind) in [
            ("2026-02-13", DayKind::Plain),
            ("2026-02-14", DayKind::MadeUp),
            ("2026-02-15", DayKind::Plain),
            ("2026-02-16", DayKind::Holiday),
            ("2026-02-24", DayKind::AfterHoliday),
            ("2026-02-25", DayKind::Plain),
            ("2026-03-02", DayKind::Plain),
            ("2027-02-08", DayKind::Plain),
        ] {
            let day = day_index_of(NaiveDate::parse_from_str(date, "%Y-%m-%d").unwrap());
            assert_eq!(Calendar::China.day_kind(day), kind, "{date}");
        }
    }

    #[test]
    fn counts_working_days_over_holidays_and_make_up_days() {
        let zone = Zone::parse("+08:00").unwrap();
        let at = |text: &str| parse_time(text, zone).unwrap().0;
        // 2026: the Spring Festival runs 15 to 23 February; 14 and 28 February are worked.
        for (from, days, due, provisional) in [
            ("2026-03-03 10:00", 1, "2026-03-05", false),
            ("2026-03-06 10:00", 1, "2026-03-10", false),
            ("2026-02-13 10:00", 2, "2026-02-25", false),
            ("2026-02-13 10:00", 0, "2026-02-14", false),
            ("2026-12-31 10:00", 1, "2027-01-02", true),
        ] {
            let got = Calendar::China.due(zone, at(from), days);
            assert_eq!((zone.format(got.due_ms), got.provisional), (zone.format(at(due)), provisional), "{from}");
        }
    }

    #[test]
    fn listed_days_decide_in_the_years_listed() {
        let zone = Zone::parse("America/Chicago").unwrap();
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let calendar = Calendar::Listed {
            years: BTreeSet::from([2012]),
            holidays: BTreeSet::from([day("2012-07-04")]),
            working_days: BTreeSet::new(),
        };
        let at = |text: &str| parse_time(text, zone).unwrap().0;
        assert_eq!(calendar.due(zone, at("2012-07-03"), 1), DueDay { due_ms: at("2012-07-06"), provisional: false });
        assert_eq!(calendar.due(zone, at("2013-07-03"), 1), DueDay { due_ms: at("2013-07-05"), provisional: true });
    }
}
