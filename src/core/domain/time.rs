use super::time_text::read_time;
use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};
use serde::{Deserialize, Serialize};

pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A realm's zone: a fixed offset (`+08:00`) or a name of the tz database (`America/Chicago`),
/// whose tables are part of the engine version. `TZ` is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    Fixed(chrono::FixedOffset),
    Named(chrono_tz::Tz),
}

impl Zone {
    pub fn parse(text: &str) -> Option<Zone> {
        if let Ok(named) = text.parse::<chrono_tz::Tz>() {
            return Some(Zone::Named(named));
        }
        text.parse::<chrono::FixedOffset>().ok().map(Zone::Fixed)
    }

    /// Local wall time of an instant.
    pub fn local(self, ms: i64) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(ms).unwrap_or_default();
        match self {
            Zone::Fixed(zone) => utc.with_timezone(&zone).naive_local(),
            Zone::Named(zone) => utc.with_timezone(&zone).naive_local(),
        }
    }

    /// The instant of a local wall time: the earlier one where clocks went back, and the first one
    /// after the gap where they went forward.
    pub fn instant(self, local: NaiveDateTime) -> i64 {
        fn resolve<T: TimeZone>(zone: &T, local: NaiveDateTime) -> i64 {
            match zone.from_local_datetime(&local) {
                LocalResult::Single(t) => t.timestamp_millis(),
                LocalResult::Ambiguous(first, _) => first.timestamp_millis(),
                LocalResult::None => {
                    // In a gap: read the time with the offset that held three hours before it.
                    // The first hours a date can name have nothing before them.
                    let before = local.checked_sub_signed(chrono::TimeDelta::hours(3)).unwrap_or(local);
                    let offset = match zone.offset_from_local_datetime(&before) {
                        LocalResult::Single(o) | LocalResult::Ambiguous(o, _) => o.fix().local_minus_utc(),
                        LocalResult::None => 0,
                    };
                    local.and_utc().timestamp_millis() - i64::from(offset) * 1000
                }
            }
        }
        match self {
            Zone::Fixed(zone) => resolve(&zone, local),
            Zone::Named(zone) => resolve(&zone, local),
        }
    }

    pub fn date(self, ms: i64) -> NaiveDate {
        self.local(ms).date()
    }

    /// The first instant of a local day.
    pub fn day_start(self, date: NaiveDate) -> i64 {
        self.instant(date.and_time(NaiveTime::MIN))
    }

    /// Days since 1970-01-01 of the local date: the index of day periods.
    pub fn day_index(self, ms: i64) -> i64 {
        day_index_of(self.date(ms))
    }

    /// RFC 3339 to the second (milliseconds where there are any), with the zone's offset.
    pub fn format(self, ms: i64) -> String {
        let local = self.local(ms);
        let offset_s = (local.and_utc().timestamp_millis() - (ms - ms.rem_euclid(1))) / 1000;
        let fraction = local.nanosecond() / 1_000_000;
        let mut out = local.format("%Y-%m-%dT%H:%M:%S").to_string();
        if fraction > 0 {
            out.push_str(&format!(".{fraction:03}"));
        }
        let sign = if offset_s < 0 { '-' } else { '+' };
        out.push_str(&format!("{sign}{:02}:{:02}", offset_s.abs() / 3600, offset_s.abs() / 60 % 60));
        out
    }
}

pub(crate) fn day_index_of(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

pub(crate) fn date_of_index(index: i64) -> NaiveDate {
    i32::try_from(index + 719_163).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(NaiveDate::MIN)
}

/// Why a time can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeProblem {
    /// Exports write nothing as `0001-01-01`.
    Nothing,
    Malformed,
}

/// Reads a time as exports write it (`time_text.rs`). Returns the instant in ms and whether only the
/// day was given.
pub fn parse_time(raw: &str, zone: Zone) -> Result<(i64, bool), TimeProblem> {
    read_time(raw, zone).map(|read| (read.ms, read.day_only))
}

/// Times before 1900 or after 2200 are slips of a form, not times.
pub(super) fn in_range(ms: i64) -> Result<i64, TimeProblem> {
    const FROM_1900_MS: i64 = -2_208_988_800_000;
    const UNTIL_2200_MS: i64 = 7_258_118_400_000;
    if (FROM_1900_MS..UNTIL_2200_MS).contains(&ms) { Ok(ms) } else { Err(TimeProblem::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_shapes_of_exports() {
        let zone = Zone::parse("+08:00").unwrap();
        let cases = [
            ("2019-02-28T11:25:05+08:00", Ok((1_551_324_305_000, false))),
            ("2019-02-28T03:25:05Z", Ok((1_551_324_305_000, false))),
            ("2019-02-28 11:25:05", Ok((1_551_324_305_000, false))),
            ("2019/2/28 11:25:05", Ok((1_551_324_305_000, false))),
            (" 2019-02-28 ", Ok((1_551_283_200_000, true))),
            ("0001-01-01", Err(TimeProblem::Nothing)),
            ("", Err(TimeProblem::Nothing)),
            ("2019-02-30", Err(TimeProblem::Malformed)),
            ("9999-12-31", Err(TimeProblem::Malformed)),
            ("yesterday", Err(TimeProblem::Malformed)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_time(text, zone), expected, "{text}");
        }
    }

    #[test]
    fn summer_time_is_the_zones_own() {
        let zone = Zone::parse("America/Chicago").unwrap();
        for (local, formatted) in [
            ("2012-01-05", "2012-01-05T00:00:00-06:00"),
            ("2012-07-05", "2012-07-05T00:00:00-05:00"),
            // 02:30 does not exist on the day the clocks go forward.
            ("2012-03-11 02:30", "2012-03-11T03:30:00-05:00"),
            ("2012-11-04 01:30", "2012-11-04T01:30:00-05:00"),
        ] {
            assert_eq!(zone.format(parse_time(local, zone).unwrap().0), formatted);
        }
        let (ms, _) = parse_time("2012-07-05", zone).unwrap();
        assert_eq!(date_of_index(zone.day_index(ms)), zone.date(ms));
    }
}
