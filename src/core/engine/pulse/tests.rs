use super::*;
use crate::domain::HOUR_MS;

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> u64 {
        let (least, mut left, mut count) = (libm::exp(-mean), 1.0, 0);
        while count < 10_000 {
            left *= self.share();
            if left <= least {
                break;
            }
            count += 1;
        }
        count
    }
}

/// A made-up source: records of an hour, by hour of the day, day (0 is a Monday) and that day's luck.
type Feed = fn(&mut Dice, usize, i64, f64) -> u64;

fn busy(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    let off = if day % 7 >= 5 { 0.5 } else { 1.0 };
    dice.poisson(if (8..20).contains(&hour) { 120.0 } else { 12.0 } * off * luck)
}

fn city(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    let weekday = [1.37, 1.29, 1.20, 1.11, 1.0, 0.54, 0.49][(day % 7) as usize];
    dice.poisson(if (7..21).contains(&hour) { 4.0 } else { 0.6 } * weekday * luck)
}

fn sparse(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    if day % 7 < 5 && (9..17).contains(&hour) { dice.poisson(0.5) } else { 0 }
}

/// Two hundred rows a night, as the job gets round to it.
fn nightly(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    let late = usize::from(dice_of(day).is_multiple_of(10));
    if hour == 2 + late { 150 + dice.poisson(50.0) } else { 0 }
}

fn weekly(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    if hour == 9 && day % 7 == 1 { 20 + dice.poisson(10.0) } else { 0 }
}

/// A feed that knows days only: all of a day at its first instant.
fn daily(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if hour == 0 { dice.poisson(if day % 7 >= 5 { 40.0 } else { 100.0 } * luck) } else { 0 }
}

fn dice_of(day: i64) -> u64 {
    (day as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40
}

struct Heard {
    pulse: Pulse,
    dice: Dice,
    calendar: Calendar,
    look_at_ms: i64,
    alarms: u32,
    poor_days: u32,
}

/// 2001-01-01, a Monday, by the hour.
const FROM_HOUR: i64 = 978_307_200_000 / HOUR_MS;

impl Heard {
    fn new() -> Heard {
        let calendar =
            Calendar::Listed { years: Default::default(), holidays: Default::default(), working_days: Default::default() };
        Heard { pulse: Pulse::default(), dice: Dice(7), calendar, look_at_ms: 0, alarms: 0, poor_days: 0 }
    }

    /// Lets hours pass, of which each gives as many records as the feed says times `share`.
    fn run(&mut self, feed: Feed, from: i64, to: i64, share: f64) {
        let zone = Zone::parse("+00:00").unwrap();
        let calendar = self.calendar.clone();
        let hours = Hours { zone, calendar: &calendar };
        for n in from..to {
            let (now_ms, day) = ((FROM_HOUR + n) * HOUR_MS, n.div_euclid(24));
            let luck = 0.8 + 0.4 * (dice_of(day) % 1_000) as f64 / 1_000.0;
            let count = feed(&mut self.dice, n.rem_euclid(24) as usize, day, luck);
            for _ in 0..(count as f64 * share + 0.5).floor() as u64 {
                let told = self.pulse.hear(hours, now_ms);
                self.poor_days += u32::from(told.is_some_and(|told| told.poor));
                self.pulse.speak(now_ms);
            }
            let end_ms = now_ms + HOUR_MS;
            if self.pulse.records > 0 && self.pulse.now.is_none_or(|s| s.poor) && self.look_at_ms <= end_ms {
                match self.pulse.gap(hours, end_ms) {
                    Gap::LookAt(ms) => self.look_at_ms = ms,
                    Gap::TooLong { .. } => {
                        self.pulse.fall_silent();
                        self.alarms += 1;
                    }
                }
            }
        }
    }
}

#[test]
fn a_source_is_silent_when_its_own_past_says_so_and_hardly_ever_else() {
    const YEAR: i64 = 24 * 364;
    const YEARS: i64 = 8;
    // The feed; most false alarms in eight years; hours of silence from a Wednesday at ten on until it is told.
    let cases: [(&str, Feed, u32, std::ops::RangeInclusive<i64>); 6] = [
        ("busy", busy, 4, 1..=2),
        ("city", city, 4, 3..=8),
        ("sparse", sparse, 4, 24..=120),
        ("nightly", nightly, 4, 17..=70),
        ("weekly", weekly, 4, 140..=320),
        ("daily", daily, 4, 15..=64),
    ];
    for (name, feed, most, found) in cases {
        let mut heard = Heard::new();
        heard.run(feed, 0, YEARS * YEAR, 1.0);
        let (alarms, poor_days) = (heard.alarms, heard.poor_days);
        assert!(alarms <= most && poor_days <= most, "{name}: {alarms} alarms and {poor_days} poor days in {YEARS} years");
        let from = YEARS * YEAR + 7 * 24 * 4 + 2 * 24 + 10;
        heard.run(feed, YEARS * YEAR, from, 1.0);
        let before = heard.alarms;
        let late = (1..24 * 20).find(|n| {
            heard.run(feed, from + n - 1, from + n, 0.0);
            heard.alarms > before
        });
        assert!(late.is_some_and(|hours| found.contains(&hours)), "{name}: silence told after {late:?} hours");
    }
}

#[test]
fn a_day_at_a_tenth_is_told_and_so_is_its_end() {
    let mut heard = Heard::new();
    heard.run(busy, 0, 24 * 60, 1.0);
    assert_eq!((heard.alarms, heard.poor_days), (0, 0));
    heard.run(busy, 24 * 60, 24 * 62, 0.1);
    assert_eq!(heard.poor_days, 1, "told once, the day after");
    assert!(heard.pulse.now.is_some_and(|silence| silence.poor));
    heard.run(busy, 24 * 62, 24 * 64, 1.0);
    assert_eq!(heard.pulse.now, None);
    assert_eq!(heard.pulse.past.len(), 1);
}

#[test]
fn what_changes_for_good_is_learned_in_the_end() {
    let mut heard = Heard::new();
    heard.run(city, 0, 24 * 200, 1.0);
    heard.run(nightly, 24 * 200, 24 * 320, 1.0);
    let before = heard.alarms;
    heard.run(nightly, 24 * 320, 24 * 500, 1.0);
    assert!(heard.alarms - before <= 1, "{} alarms after four months", heard.alarms - before);
    heard.run(nightly, 24 * 500, 24 * 570, 0.0);
    heard.run(city, 24 * 570, 24 * 575, 1.0);
    assert!(heard.pulse.is_grey(FROM_HOUR + 24 * 575), "after {MAX_SILENT_DAYS} days it begins anew");
}

/// Whether a day has no records, on the Chinese plan: three holidays of a few days, twice a year a long one.
fn is_holiday(day: i64) -> bool {
    matches!(day.rem_euclid(364), 0..=2 | 46..=54 | 94..=96 | 120..=124 | 169..=171 | 273..=279)
}

fn weekdays(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if day % 7 < 5 && (8..20).contains(&hour) { dice.poisson(3.3 * luck) } else { 0 }
}

fn no_holidays(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if is_holiday(day) { 0 } else { weekdays(dice, hour, day, luck) }
}

fn all_week_but_holidays(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if !is_holiday(day) && (8..20).contains(&hour) { dice.poisson(3.3 * luck) } else { 0 }
}

fn poor_sundays(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    let share = if day % 7 == 6 { 0.05 } else { 1.0 };
    if (8..20).contains(&hour) { dice.poisson(5.0 * luck * share) } else { 0 }
}

/// Hardly anything on the last day of a month.
fn month_ends(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if day % 30 == 29 { dice.poisson(0.2) } else { weekdays(dice, hour, day, 3.0 * luck) }
}

fn weekends(dice: &mut Dice, hour: usize, day: i64, luck: f64) -> u64 {
    if day % 7 >= 5 && (8..20).contains(&hour) { dice.poisson(3.3 * luck) } else { 0 }
}

fn fortnightly(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    if day % 14 == 0 && (8..20).contains(&hour) { dice.poisson(5.0) } else { 0 }
}

fn monthly(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    if day % 30 == 9 && (8..20).contains(&hour) { dice.poisson(5.0) } else { 0 }
}

fn five_days_a_month(dice: &mut Dice, hour: usize, day: i64, _: f64) -> u64 {
    if day % 30 < 5 && (8..20).contains(&hour) { dice.poisson(5.0) } else { 0 }
}

/// Notices of so many years of a feed, year by year, by three seeds.
fn told_a_year(feed: Feed, calendar: &Calendar, years: i64) -> Vec<u32> {
    let mut told = vec![0; years as usize];
    for seed in [7, 8, 9] {
        let mut heard = Heard { dice: Dice(seed), calendar: calendar.clone(), ..Heard::new() };
        for (year, told) in told.iter_mut().enumerate() {
            let before = heard.alarms + heard.poor_days;
            heard.run(feed, year as i64 * 24 * 364, (year as i64 + 1) * 24 * 364, 1.0);
            *told += heard.alarms + heard.poor_days - before;
        }
    }
    told
}

#[test]
fn what_comes_again_is_told_a_few_times_and_then_known() {
    // The feed, whether the calendar knows the holidays; most notices of three such feeds in their first and second year.
    let cases: [(&str, Feed, bool, u32, u32); 11] = [
        ("weekdays, as usual on holidays", weekdays, true, 0, 0),
        ("weekdays but holidays", no_holidays, true, 0, 0),
        ("weekdays, the calendar knows no holidays", no_holidays, false, 15, 12),
        ("all days but holidays", all_week_but_holidays, true, 12, 6),
        ("quiet Sundays", poor_sundays, true, 3, 3),
        ("month ends", month_ends, false, 21, 6),
        ("weekends", weekends, false, 6, 0),
        ("a day a week", weekly, true, 3, 0),
        ("fortnightly", fortnightly, false, 9, 3),
        ("monthly", monthly, false, 15, 0),
        ("five days a month", five_days_a_month, false, 12, 0),
    ];
    for (name, feed, is_known, first, second) in cases {
        let calendar = if is_known { listed() } else { Heard::new().calendar };
        let told = told_a_year(feed, &calendar, 2);
        assert!(told[0] <= first && told[1] <= second, "{name}: {told:?} notices of three feeds, year by year");
    }
}

#[test]
fn a_feed_that_turns_to_weekdays_is_told_a_few_times() {
    let mut heard = Heard::new();
    heard.run(all_week_but_holidays, 0, 24 * 90, 1.0);
    let before = heard.alarms + heard.poor_days;
    heard.run(weekdays, 24 * 91, 24 * 270, 1.0);
    let told = heard.alarms + heard.poor_days - before;
    assert!((1..=4).contains(&told), "{told} notices in half a year");
}

#[test]
fn a_drop_for_good_is_told_once_and_learned() {
    for (share, weeks) in [(0.2, 10), (0.1, 14)] {
        let mut heard = Heard::new();
        heard.run(busy, 0, 24 * 98, 1.0);
        heard.run(busy, 24 * 98, 24 * (98 + 7 * weeks), share);
        assert_eq!((heard.alarms + heard.poor_days, heard.pulse.now), (1, None), "{share} after {weeks} weeks");
        heard.run(busy, 24 * (98 + 7 * weeks), 24 * (98 + 7 * weeks + 182), share);
        assert_eq!(heard.alarms + heard.poor_days, 1, "{share}");
    }
}

#[test]
fn outages_are_told_again_and_again_while_they_are_rare() {
    for feed in [busy as Feed, city, weekdays, daily] {
        let mut heard = Heard::new();
        let mut at = 0;
        for nth in 1..=2 {
            // A Tuesday after five months; three days of nothing.
            heard.run(feed, at, at + 24 * 155, 1.0);
            assert_eq!(heard.alarms + heard.poor_days, nth - 1);
            heard.run(feed, at + 24 * 155, at + 24 * 158, 0.0);
            assert_eq!((heard.alarms, heard.pulse.now.is_some()), (nth, true), "outage {nth}");
            heard.run(feed, at + 24 * 158, at + 24 * 161, 1.0);
            assert_eq!(heard.pulse.now, None);
            at += 24 * 161;
        }
    }
}

#[test]
fn a_silence_of_months_is_remembered_and_has_an_end() {
    let mut heard = Heard::new();
    heard.run(city, 0, 24 * 70, 1.0);
    let days = MAX_SILENT_DAYS + 5;
    heard.run(city, 24 * 70, 24 * (70 + days), 0.0);
    let at_ms = |day: i64| (FROM_HOUR + 24 * day) * HOUR_MS;
    heard.run(city, 24 * (70 + days), 24 * (71 + days), 1.0);
    assert_eq!((heard.alarms, heard.pulse.now, heard.pulse.past.len()), (1, None, 1));
    assert!((70..70 + days).all(|day| heard.pulse.was_silent(at_ms(day), at_ms(day + 1))));
}

fn listed() -> Calendar {
    let from = FROM_HOUR / 24;
    let holidays = (0..364 * 5)
        .filter(|day| is_holiday(*day))
        .filter_map(|day| chrono::NaiveDate::from_num_days_from_ce_opt((719_163 + from + day) as i32))
        .collect();
    let years = (2000..2010).collect();
    Calendar::Listed { years, holidays, working_days: Default::default() }
}
