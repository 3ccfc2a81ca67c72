//! Times as people and exports write them.
//!
//! A bare number is read by its digits, and flagged: 8 a day (20231210), 12, 14 or 17 a time to the
//! minute, second or millisecond (20231210093000), 13 milliseconds and 10 seconds since 1970, 5 with or
//! without a fraction an Excel serial of the years 1990 to 2100. Nothing else is guessed: years have
//! four digits and come first.

use super::time::{DAY_MS, HOUR_MS, TimeProblem, Zone, in_range};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A time as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRead {
    pub ms: i64,
    /// Only the day was given; the instant is its start.
    pub day_only: bool,
    /// It was a number that says nowhere what it counts.
    pub bare_number: bool,
}

/// Longest text read as a time, in bytes.
const MAX_TIME_BYTES: usize = 100;
/// Days from Excel's day 0 (1899-12-30) to 1970-01-01, and serials of 1990-01-01 and 2100-12-31.
const EXCEL_EPOCH_DAYS: f64 = 25_569.0;
const EXCEL_DAYS: std::ops::RangeInclusive<f64> = 32_874.0..=73_415.0;

/// Without an offset it is local time of `zone`.
pub fn read_time(raw: &str, zone: Zone) -> Result<TimeRead, TimeProblem> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(TimeProblem::Nothing);
    }
    if text.len() > MAX_TIME_BYTES {
        return Err(TimeProblem::Malformed);
    }
    let text: Cow<str> = if text.is_ascii() { text.into() } else { arabic(&text.nfkc().collect::<String>()).into() };
    // 2019.2.28 is a date, not a number.
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() < 2 {
        return bare_number(&text, zone);
    }
    let text = basic_form(text);
    let given = Scan(&text).time()?;
    let day_only = given.clock_ms.is_none();
    let Some(date) = NaiveDate::from_ymd_opt(given.year, given.month, given.day) else { return Err(TimeProblem::Malformed) };
    let midnight = date.and_time(NaiveTime::MIN);
    let at = midnight.checked_add_signed(TimeDelta::milliseconds(given.clock_ms.unwrap_or(0))).ok_or(TimeProblem::Malformed)?;
    let ms = match given.offset_ms {
        Some(offset_ms) => at.and_utc().timestamp_millis() - offset_ms,
        None => zone.instant(at),
    };
    Ok(TimeRead { ms: in_range(ms)?, day_only, bare_number: false })
}

/// ISO 8601's basic form of a day (`20231210T093000`, `20231210 09:30:00`) with the marks of the other.
fn basic_form(text: Cow<str>) -> Cow<str> {
    let digits = |range: std::ops::Range<usize>| text.get(range).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    let (Some(day), Some(rest)) = (digits(0..8), text.get(8..)) else { return text };
    let Some(clock) = rest.strip_prefix(['T', 't', ' ', '_']).map(str::trim_start) else { return text };
    let clock_digits = clock.bytes().take_while(u8::is_ascii_digit).count();
    let (run, behind) = clock.split_at(clock_digits);
    let clock = match run.len() {
        4 => format!("{}:{}{behind}", &run[..2], &run[2..]),
        6 => format!("{}:{}:{}{behind}", &run[..2], &run[2..4], &run[4..]),
        _ => clock.to_string(),
    };
    format!("{}-{}-{} {clock}", &day[..4], &day[4..6], &day[6..]).into()
}

fn bare_number(text: &str, zone: Zone) -> Result<TimeRead, TimeProblem> {
    let read = |ms: i64, day_only: bool| in_range(ms).map(|ms| TimeRead { ms, day_only, bare_number: true });
    if text.bytes().all(|b| b == b'0' || b == b'.') {
        return Err(TimeProblem::Nothing);
    }
    let whole = text.split('.').next().unwrap_or_default();
    if whole.len() == 5 {
        let serial: f64 = text.parse().map_err(|_| TimeProblem::Malformed)?;
        if !EXCEL_DAYS.contains(&serial) {
            return Err(TimeProblem::Malformed);
        }
        // To the second: a serial's fraction holds no more.
        let local_ms = ((serial - EXCEL_EPOCH_DAYS) * (DAY_MS / 1000) as f64 + 0.5).floor() as i64 * 1000;
        let local = DateTime::from_timestamp_millis(local_ms).ok_or(TimeProblem::Malformed)?.naive_utc();
        return read(zone.instant(local), local_ms % DAY_MS == 0 && !text.contains('.'));
    }
    let number = |digits: &str| digits.parse::<i64>().map_err(|_| TimeProblem::Malformed);
    match (text.len(), text.contains('.')) {
        (10, false) => read(number(text)? * 1000, false),
        (13, false) => read(number(text)?, false),
        (8, false) => {
            let date = NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| TimeProblem::Malformed)?;
            read(zone.day_start(date), true)
        }
        (12 | 14 | 17, false) => {
            let seconds = if text.len() == 12 { format!("{text}00") } else { text[..14].to_string() };
            let local = NaiveDateTime::parse_from_str(&seconds, "%Y%m%d%H%M%S").map_err(|_| TimeProblem::Malformed)?;
            let fraction_ms = if text.len() == 17 { number(&text[14..])? } else { 0 };
            read(zone.instant(local) + fraction_ms, false)
        }
        _ => Err(TimeProblem::Malformed),
    }
}

/// Chinese numerals as digits: 二〇二三 is 2023, 二十三 is 23.
fn arabic(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' => Some(0),
        _ => DIGITS.chars().position(|d| d == c),
    };
    let mut out = String::with_capacity(text.len());
    let mut run: Vec<char> = Vec::new();
    for c in text.chars().map(Some).chain([None]) {
        if let Some(c) = c
            && (digit(c).is_some() || matches!(c, '十' | '廿' | '卅'))
        {
            run.push(c);
            continue;
        }
        match run.iter().position(|c| matches!(c, '十' | '廿' | '卅')) {
            None => run.iter().filter_map(|c| digit(*c)).for_each(|d| out.push_str(&d.to_string())),
            Some(at) => {
                let tens = match run[at] {
                    '廿' => 2,
                    '卅' => 3,
                    _ => run[..at].iter().filter_map(|c| digit(*c)).next_back().unwrap_or(1),
                };
                let ones = run[at + 1..].iter().filter_map(|c| digit(*c)).next_back().unwrap_or(0);
                out.push_str(&(tens * 10 + ones).to_string());
            }
        }
        run.clear();
        out.extend(c);
    }
    out
}

/// What a time's text gives, before a zone makes an instant of it.
struct Given {
    year: i32,
    month: u32,
    day: u32,
    /// From midnight; `None`: the day alone.
    clock_ms: Option<i64>,
    offset_ms: Option<i64>,
}

/// The half of the day an hour is told in.
#[derive(Clone, Copy)]
enum Half {
    Morning,
    Noon,
    Afternoon,
    Night,
}

const HALVES: [(&str, Half); 18] = [
    ("凌晨", Half::Morning),
    ("清晨", Half::Morning),
    ("早上", Half::Morning),
    ("早晨", Half::Morning),
    ("上午", Half::Morning),
    ("中午", Half::Noon),
    ("下午", Half::Afternoon),
    ("傍晚", Half::Afternoon),
    ("晚上", Half::Night),
    ("夜里", Half::Night),
    ("夜间", Half::Night),
    ("深夜", Half::Night),
    ("晚", Half::Night),
    ("早", Half::Morning),
    ("AM", Half::Morning),
    ("am", Half::Morning),
    ("PM", Half::Afternoon),
    ("pm", Half::Afternoon),
];

struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn time(mut self) -> Result<Given, TimeProblem> {
        let malformed = Err(TimeProblem::Malformed);
        let Some(year) = self.number(4, 4) else { return malformed };
        self.spaces();
        if !self.any(&["-", "/", ".", "年"]) {
            return malformed;
        }
        self.spaces();
        let Some(month) = self.number(1, 2) else { return malformed };
        self.spaces();
        if !self.any(&["-", "/", ".", "月"]) {
            return malformed;
        }
        self.spaces();
        let Some(day) = self.number(1, 2) else { return malformed };
        // Databases and spreadsheets write nothing as their first day.
        if year <= 1 || (year == 1900 && month <= 1 && day == 0) {
            return Err(TimeProblem::Nothing);
        }
        let separated = self.spaces();
        let separated = self.any(&["日", "号"]) | separated;
        self.weekday();
        let separated = separated | self.spaces() | self.any(&["T", "t", "_", ","]) | self.spaces();
        let (clock_ms, offset_ms) = match self.clock(separated) {
            Some(clock) => clock,
            None => return malformed,
        };
        Ok(Given { year: year as i32, month, day, clock_ms, offset_ms })
    }

    /// The rest: nothing, or a time of day and perhaps an offset; `None` where it is neither.
    fn clock(&mut self, separated: bool) -> Option<(Option<i64>, Option<i64>)> {
        if self.0.is_empty() {
            return Some((None, None));
        }
        let mut half = self.half();
        if !separated && half.is_none() && !self.0.contains(['时', '点']) {
            return None;
        }
        self.spaces();
        let hour = self.number(1, 2)?;
        self.spaces();
        let spoken = self.any(&["时", "点"]);
        if !spoken && !self.any(&[":"]) {
            return None;
        }
        let _ = spoken && (self.any(&["钟"]) || self.any(&["整"]));
        let minute = if spoken && self.any(&["半"]) { Some(30) } else { self.number(1, 2) };
        let quarter = spoken && minute.is_some() && self.any(&["刻"]);
        let minute = match minute {
            None if !spoken => return None,
            Some(quarters @ 1..=3) if quarter => quarters * 15,
            Some(_) if quarter => return None,
            minute => minute.unwrap_or(0),
        };
        let more = self.any(&[":", "分"]);
        let second = if more { self.number(1, 2).unwrap_or(0) } else { 0 };
        let _ = self.any(&["秒"]);
        let fraction_ms = self.fraction()?;
        self.spaces();
        half = half.or_else(|| self.half());
        let offset_ms = self.offset()?;
        if minute > 59 || second > 60 {
            return None;
        }
        let hour = i64::from(hour_of_day(hour, half)?);
        let clock_ms = hour * HOUR_MS + i64::from(minute) * 60_000 + i64::from(second.min(59)) * 1000 + fraction_ms;
        self.0.is_empty().then_some((Some(clock_ms), offset_ms))
    }

    fn fraction(&mut self) -> Option<i64> {
        if !self.any(&["."]) {
            return Some(0);
        }
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (read, rest) = self.0.split_at(digits);
        self.0 = rest;
        (1..=9).contains(&digits).then(|| format!("{read}00")[..3].parse().ok()).flatten()
    }

    /// An offset, or `Some(None)` where nothing stands there.
    fn offset(&mut self) -> Option<Option<i64>> {
        self.spaces();
        if self.any(&["Z", "z"]) {
            return Some(Some(0));
        }
        let sign = match self.0.as_bytes().first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(None),
        };
        self.0 = &self.0[1..];
        let hours = self.two_digits()?;
        let _ = self.any(&[":"]);
        let minutes = self.two_digits()?;
        (hours < 24 && minutes < 60).then_some(Some(sign * (hours * 60 + minutes) * 60_000))
    }

    fn half(&mut self) -> Option<Half> {
        let (word, half) = HALVES.iter().find(|(word, _)| self.0.starts_with(word))?;
        self.0 = &self.0[word.len()..];
        Some(*half)
    }

    /// 星期四, (周四): says nothing the date does not.
    fn weekday(&mut self) {
        let rest = self.0.trim_start().trim_start_matches('(');
        let Some(rest) = ["星期", "周"].iter().find_map(|w| rest.strip_prefix(w)) else { return };
        let mut rest = rest.chars();
        if rest.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '日' | '天')) {
            self.0 = rest.as_str().trim_start_matches(')');
        }
    }

    fn any(&mut self, marks: &[&str]) -> bool {
        let Some(rest) = marks.iter().find_map(|mark| self.0.strip_prefix(mark)) else { return false };
        self.0 = rest;
        true
    }

    fn spaces(&mut self) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_start();
        self.0.len() < before
    }

    fn two_digits(&mut self) -> Option<i64> {
        let digits = self.0.get(..2).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
        self.0 = &self.0[2..];
        digits.parse().ok()
    }

    /// A number of so many digits and no more.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&digits) {
            return None;
        }
        let (read, rest) = self.0.split_at(digits);
        self.0 = rest;
        read.parse().ok()
    }
}

/// 下午三点 is 15, 中午十二点 12, 晚上十二点 24, 上午十二点 (as exports write it) 0.
fn hour_of_day(hour: u32, half: Option<Half>) -> Option<u32> {
    match (half, hour) {
        (_, 25..) => None,
        (Some(Half::Morning), 12) => Some(0),
        (Some(Half::Noon), 1..=2) | (Some(Half::Afternoon), 1..=11) | (Some(Half::Night), 5..=12) => Some(hour + 12),
        // 夜里两点: the small hours of that day.
        _ => Some(hour),
    }
}
