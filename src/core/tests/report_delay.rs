//! Feeds whose records come late: they do not look like calm, and a surge is seen while its day fills.

mod common;

use common::mini::{TICKETS, mini, ticket};
use common::{Run, values};
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

struct Feed {
    run: Run,
    first_ms: i64,
    made: u32,
}

impl Feed {
    fn new() -> Feed {
        let run = Run::wall(&mini(), "2026-01-01");
        let first_ms = jianwei_core::domain::parse_time("2026-01-01", run.model.zone).expect("a day").0;
        Feed { run, first_ms, made: 0 }
    }

    /// Tickets about something that happened at an hour counted from the first day, told so much later.
    fn tell(&mut self, hour: i64, delay_hours: i64, count: usize) {
        let zone = self.run.model.zone;
        let at = zone.format(self.first_ms + hour * HOUR_MS);
        let now = zone.format(self.first_ms + (hour + delay_hours) * HOUR_MS);
        for _ in 0..count {
            self.made += 1;
            self.run.put(&now, TICKETS, &ticket(&format!("T{}", self.made), &at, "", "a smell", &json!({})));
        }
    }

    fn warnings(&self, status: &str) -> Vec<Value> {
        let all = values(&self.run.all, "warnings.lead");
        all.into_iter().filter(|w| w["status"] == status && w["subject"]["region"] == "r0").collect()
    }

    /// Days since the first at which a warning was told.
    fn day_of(&self, warning: &Value) -> f64 {
        let at = warning["updated_at"].as_str().expect("a time");
        let ms = jianwei_core::domain::parse_time(at, self.run.model.zone).expect("a time").0;
        (ms - self.first_ms) as f64 / DAY_MS as f64
    }
}

#[test]
fn days_wait_for_what_comes_days_late() {
    let mut feed = Feed::new();
    for day in 0..140 {
        feed.tell(day * 24 + 10, 72, if day == 120 { 40 } else { 8 });
        if day == 60 {
            let counters = &feed.run.engine().state().counters;
            assert!(counters.late >= 300, "the delay is not known at first: {counters:?}");
        }
    }
    let late = feed.run.engine().state().counters.late;
    assert!(late < 2 * 400, "once it is, days wait, and weeks: {late}");
    let told: Vec<Value> = ["raised", "upgraded"].into_iter().flat_map(|status| feed.warnings(status)).collect();
    // Day 120 is the first of May.
    let surge = told.iter().find(|w| w["surge"]["period_start"] == "2026-05-01").unwrap_or_else(|| panic!("{told:?}"));
    assert_eq!(feed.day_of(surge).floor(), 123.0, "when its records come: {surge}");
    // The day after is calm, but that is known when its records are here, three days on.
    feed.run.pass("2026-07-01");
    let fell = feed.warnings("downgraded");
    let days: Vec<f64> = fell.iter().map(|w| feed.day_of(w)).filter(|day| *day >= 123.0).collect();
    assert!(days.first().is_some_and(|day| (126.0..129.0).contains(day)), "{days:?}");
}

#[test]
fn a_feed_without_delay_closes_its_days_as_before() {
    let mut feed = Feed::new();
    for day in 0..100 {
        feed.tell(day * 24 + 10, 0, if day == 80 { 40 } else { 8 });
    }
    feed.run.pass("2026-07-01");
    assert_eq!(feed.run.engine().state().counters.late, 0);
    // A day is open for 24 hours after its end: the third calm day closes at the end of the fifth.
    let first = feed.warnings("downgraded").first().map(|w| feed.day_of(w));
    assert_eq!(first, Some(85.0));
}

#[test]
fn a_surge_is_seen_while_its_day_fills() {
    let mut feed = Feed::new();
    for day in 0..80 {
        for hour in 0..24 {
            feed.tell(day * 24 + hour, 0, 1);
        }
    }
    for hour in 0..24 {
        feed.tell(80 * 24 + hour, 0, 5);
    }
    let raised = feed.warnings("raised");
    let surge = raised.iter().find(|w| feed.day_of(w) >= 80.0).expect("a surge");
    let (observed, expected) =
        (surge["surge"]["observed"].as_u64().unwrap_or(0), surge["surge"]["expected"].as_f64().unwrap_or(0.0));
    assert!(observed < 40 && expected < 12.0, "against what should be here by then: {surge}");
    assert!(feed.day_of(surge) < 80.4, "in its first hours: {surge}");
}
