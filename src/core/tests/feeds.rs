//! Feeds that fall silent, on the small pipeline: the operators are told, trades turn grey, and both
//! end when the feed speaks again. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{TICKETS, mini, mini_with, ticket};
use common::{Run, assert_sound, lines, ms, told, values};
use jianwei_core::domain::HOUR_MS;
use jianwei_core::engine::Effect;
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

const DAY_HOURS: i64 = 24;

/// A city whose hotline gives so many tickets an hour by day, from a Monday on.
struct City {
    run: Run,
    from_ms: i64,
    records: usize,
}

impl City {
    fn new(bundle: &Bundle) -> City {
        let run = Run::wall(bundle, "2026-03-02");
        let from_ms = ms(&run.model, "2026-03-02");
        City { run, from_ms, records: 0 }
    }

    /// Hours since the beginning, each with so many tickets, of which none is about a firm.
    fn hours(&mut self, from: i64, to: i64, an_hour: usize) {
        for hour in (from..to).filter(|hour| (8..20).contains(&(hour % DAY_HOURS))) {
            for n in 0..an_hour {
                let at_ms = self.from_ms + hour * HOUR_MS + n as i64 * 60_000;
                let at = self.run.model.zone.format(at_ms);
                let record = ticket(
                    &format!("T{hour}-{n}"),
                    &at,
                    "",
                    &format!("smell of number {hour} and {n}"),
                    &json!({ "region": "r1" }),
                );
                self.run.put_bytes(at_ms, TICKETS, None, Some(record.to_string().as_bytes()));
                self.records += 1;
            }
        }
    }

    fn pass_until(&mut self, hour: i64) -> Vec<Sequenced> {
        let until = self.run.model.zone.format(self.from_ms + hour * HOUR_MS);
        self.run.pass(&until)
    }

    fn notices(&self) -> Vec<String> {
        let line = |n: &Value| {
            let feed = &n["feed"];
            format!("{} {} {} {}", n["code"].as_str().unwrap(), feed["topic"].as_str().unwrap(), feed["since"], feed["until"])
        };
        let about_feeds = values(&self.run.all, "jianwei.operators").into_iter().filter(|n| n["category"] == "feed");
        about_feeds.map(|n| line(&n)).collect()
    }
}

const DAYS: i64 = 70 * DAY_HOURS;

#[test]
fn a_silent_feed_is_told_once_with_its_end_though_nothing_else_arrives() {
    let mut city = City::new(&mini());
    city.hours(0, DAYS, 2);
    assert_eq!(city.notices(), Vec::<String>::new(), "nothing in seventy usual days");
    // From the evening of 2026-05-10 on nothing comes.
    city.pass_until(DAYS + 10);
    assert_eq!(city.notices(), Vec::<String>::new(), "the night is usual");
    city.pass_until(DAYS + 20);
    let silent = r#"feed_silent mini.tickets "2026-05-10T19:01:00+08:00" null"#.to_string();
    assert_eq!(city.notices(), std::slice::from_ref(&silent));
    city.pass_until(DAYS + 5 * DAY_HOURS);
    assert_eq!(city.notices().len(), 1, "told once");
    city.hours(DAYS + 5 * DAY_HOURS, DAYS + 6 * DAY_HOURS, 2);
    let back = r#"feed_back mini.tickets "2026-05-10T19:01:00+08:00" "2026-05-16T08:00:00+08:00""#.to_string();
    assert_eq!(city.notices(), [silent, back]);
    let notice = &values(&city.run.all, "jianwei.operators")[0];
    assert_eq!((&notice["category"], &notice["feed"]["received"]), (&json!("feed"), &json!(0)), "{notice}");
    assert_sound(&city.run.all, city.records);
}

#[test]
fn ticks_more_or_less_tell_the_same() {
    let whole = |step: i64| {
        let mut city = City::new(&mini());
        city.hours(0, 20 * DAY_HOURS, 2);
        let mut hour = 20 * DAY_HOURS;
        while hour < 24 * DAY_HOURS {
            hour = (hour + step).min(24 * DAY_HOURS);
            city.pass_until(hour);
        }
        city.hours(24 * DAY_HOURS, 25 * DAY_HOURS, 2);
        lines(&city.run.all)
    };
    let (often, once) = (whole(1), whole(24 * DAY_HOURS));
    assert_eq!(often, once);
    assert!(often.iter().any(|line| line.contains("feed_back")));
}

/// Trades' closed days: period, observed, whether there is a p.
fn closed(out: &[Sequenced]) -> Vec<(String, String, bool)> {
    let rows = out.iter().flat_map(|s| &s.effects).filter_map(|effect| match effect {
        Effect::Assessment(row) => Some(serde_json::to_value(row).unwrap()),
        _ => None,
    });
    let row = |row: Value| (row["period_start"].as_str().unwrap().to_string(), row["observed"].to_string(), !row["p"].is_null());
    rows.filter(|row| row["subject"] == "gas@r1").map(row).collect()
}

#[test]
fn calm_is_not_believed_while_the_feed_is_silent() {
    let mut city = City::new(&mini());
    city.run.sequencer.set_emit_assessments(true);
    city.hours(0, DAYS, 2);
    city.hours(DAYS, DAYS + DAY_HOURS, 12);
    let raised = told(&city.run.all, "lead");
    assert!(raised.last().is_some_and(|line| line.starts_with("raised") || line.starts_with("upgraded")), "{raised:?}");
    let level = raised.last().unwrap().split(' ').nth(1).unwrap().to_string();
    let before = city.run.all.len();
    city.pass_until(DAYS + 12 * DAY_HOURS);
    let silence = &city.run.all[before..];
    assert_eq!(told(silence, "lead"), Vec::<String>::new(), "eleven silent days lower nothing");
    let rows = closed(silence);
    let with_p: Vec<&str> = rows.iter().filter(|(.., p)| *p).map(|(day, ..)| day.as_str()).collect();
    assert_eq!(with_p, ["2026-05-10"], "days of silence are grey: {rows:?}");
    let open = values(silence, "warnings.open");
    let standing = open.last().unwrap();
    assert_eq!((&standing["level"], &standing["silent_feeds"][0]["topic"]), (&json!(level), &json!(TICKETS)), "{standing}");
    let before = city.run.all.len();
    city.hours(DAYS + 12 * DAY_HOURS, DAYS + 32 * DAY_HOURS, 2);
    let after = &city.run.all[before..];
    assert!(values(after, "warnings.open")[0].get("silent_feeds").is_none(), "it says that the feed is back");
    assert_eq!(told(after, "lead").last().map(|line| line.starts_with("lifted")), Some(true), "calm is believed again");
    let expected = closed(after).iter().filter(|(.., p)| *p).count();
    assert!(expected >= 17, "and judged: {expected}");
}

#[test]
fn dead_letters_are_no_speech_and_a_source_that_is_gone_is_forgotten() {
    let mut city = City::new(&mini());
    city.hours(0, 30 * DAY_HOURS, 3);
    for hour in 30 * DAY_HOURS..32 * DAY_HOURS {
        city.run.put_bytes(city.from_ms + hour * HOUR_MS, TICKETS, None, Some(b"{\"nummer\":1}"));
    }
    assert_eq!(city.notices().len(), 1, "rows that can't be read are silence: {:?}", city.notices());
    let other = mini_with("pipeline.toml", "topic = \"mini.tickets\"", "topic = \"mini.calls\"");
    city.run.activate("2026-04-10", &other);
    assert!(city.run.engine().state().pulses.is_empty());
    city.run.pass("2026-05-10");
    assert_eq!(city.notices().len(), 1);
}

#[test]
fn a_day_at_a_tenth_is_told_as_quiet() {
    let mut city = City::new(&mini());
    city.hours(0, 30 * DAY_HOURS, 5);
    for hour in [8, 10, 12, 14, 16, 18] {
        city.hours(30 * DAY_HOURS + hour, 30 * DAY_HOURS + hour + 1, 1);
    }
    city.hours(31 * DAY_HOURS, 33 * DAY_HOURS, 5);
    let notices = city.notices();
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert_eq!(notices[0], r#"feed_quiet mini.tickets "2026-04-01T00:00:00+08:00" null"#);
    assert!(notices[1].starts_with(r#"feed_back mini.tickets "2026-04-01T00:00:00+08:00""#), "{notices:?}");
}

#[test]
fn an_outage_of_months_teaches_nothing_and_has_an_end() {
    let mut city = City::new(&mini());
    city.run.sequencer.set_emit_assessments(true);
    city.hours(0, DAYS, 2);
    let back = DAYS + 65 * DAY_HOURS;
    city.hours(back, back + 5 * DAY_HOURS, 2);
    let notices = city.notices();
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices[0].starts_with("feed_silent") && notices[1].starts_with("feed_back"), "{notices:?}");
    let judged = closed(&city.run.all).into_iter().filter(|(day, _, p)| *p && day.as_str() > "2026-05-10");
    let first = judged.map(|(day, observed, _)| (day, observed)).next();
    assert_eq!(first, Some(("2026-07-16".to_string(), "24".to_string())), "no silent day is judged");
    assert_eq!(told(&city.run.all, "lead"), Vec::<String>::new(), "and the usual is no surge after it");
}

#[test]
fn weeks_are_judged_once_their_quiet_sundays_are_known() {
    let weekly = mini_with("matters/gas.toml", "periods = [\"P1D\"]", "periods = [\"P1W\"]");
    let mut city = City::new(&weekly);
    city.run.sequencer.set_emit_assessments(true);
    for day in 0..7 * 45 {
        let is_quiet = day % 7 == 6 && day > 7 * 20;
        let until = if is_quiet { 9 } else { DAY_HOURS };
        city.hours(day * DAY_HOURS, day * DAY_HOURS + until, 3);
    }
    let judged = closed(&city.run.all).iter().filter(|(.., p)| *p).count();
    assert!(judged >= 14, "of the 18 weeks after the 26 grey ones, less those of the first quiet Sundays: {judged}");
    let notices = city.notices().into_iter().filter(|notice| !notice.starts_with("feed_back")).count();
    assert!((1..=4).contains(&notices), "told a few times: {:?}", city.notices());
}
