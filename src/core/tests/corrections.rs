//! A period told twice: what a second figure changes, of what was judged, learned and warned of. All figures
//! are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{SECTOR, mini, mini_with, with};
use common::{FeedLane, Run, begin_feed, ms, run_feed, told, values};
use jianwei_core::domain::DAY_MS;
use jianwei_core::engine::{Effect, IndicatorSeries};
use jianwei_core::journal::Body;
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

const START: &str = "2024-01-01";

/// Noise looks at `n`, which counts, and at `price`, both ways.
fn watching() -> Bundle {
    let industry = "[industry]\nindicators = [\"n\", \"price\"]\nfalling = \"price\"\n\n[[match]]";
    mini_with("matters/noise.toml", "[[match]]", industry)
}

fn emitting() -> Run {
    let mut run = Run::wall(&watching(), START);
    run.sequencer.set_emit_assessments(true);
    run
}

fn figure(run: &Run, day: i64, value: f64, more: &Value) -> Value {
    let at = run.model.zone.date(ms(&run.model, START) + day * DAY_MS).to_string();
    let record =
        json!({ "kind": "indicator", "indicator": "n", "region": "r1", "period": "P1D", "period_start": at, "value": value });
    with(record, more)
}

/// The figure of a day, some hours after its end.
fn tell(run: &mut Run, day: i64, hours: i64, value: f64, more: &Value) -> Vec<Sequenced> {
    let record = figure(run, day, value, more);
    let now_ms = ms(&run.model, START) + (day + 1) * DAY_MS + hours * 3_600_000;
    run.put_bytes(now_ms, SECTOR, None, Some(record.to_string().as_bytes()))
}

fn usual(day: i64) -> f64 {
    [9.0, 10.0, 11.0][day as usize % 3]
}

fn flags(out: &[Sequenced]) -> Vec<&'static str> {
    let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("no record") };
    entry.flags.iter().map(|f| f.as_str()).filter(|f| *f != "day_only").collect()
}

fn row(out: &[Sequenced]) -> Option<Value> {
    out.iter().flat_map(|s| &s.effects).find_map(|effect| match effect {
        Effect::Assessment(row) => Some(serde_json::to_value(row).unwrap()),
        _ => None,
    })
}

fn series(run: &Run) -> &IndicatorSeries {
    run.engine().state().indicators.values().next().unwrap()
}

#[test]
fn a_correction_of_the_newest_period_is_judged_and_learned_in_place_of_the_first() {
    for price in [json!({}), json!({ "indicator": "price", "unit": "元/吨" })] {
        let (mut once, mut twice) = (emitting(), emitting());
        for day in 0..70 {
            let (value, slip) = (usual(day), [0.0, 40.0, 3.5, 1e300][day as usize % 4]);
            if day % 5 == 0 && slip != value {
                tell(&mut twice, day, 1, slip, &price);
                let out = tell(&mut twice, day, 3, value, &price);
                // A figure that teaches nothing leaves its period untold.
                let corrects = if slip == 1e300 { Vec::new() } else { vec!["correction"] };
                assert_eq!(flags(&out), corrects, "day {day}: {slip}");
                assert_eq!(row(&out), row(&tell(&mut once, day, 3, value, &price)), "day {day}");
            } else {
                tell(&mut twice, day, 3, value, &price);
                tell(&mut once, day, 3, value, &price);
            }
        }
        assert_eq!(format!("{:?}", series(&once)), format!("{:?}", series(&twice)), "{price}");
    }
}

#[test]
fn an_older_period_and_the_same_figure_again_change_nothing() {
    let mut run = emitting();
    for day in 0..40 {
        tell(&mut run, day, 1, usual(day), &json!({}));
    }
    let before = format!("{:?}", series(&run));
    for (day, value, hours) in [(38, 50.0, 26), (0, 50.0, 24 * 40), (39, usual(39), 2)] {
        let out = tell(&mut run, day, hours, value, &json!({}));
        assert_eq!((flags(&out), row(&out)), (vec!["late"], None), "{day}");
        assert_eq!(format!("{:?}", series(&run)), before);
    }
    assert_eq!(run.engine().state().counters.late, 3);
}

#[test]
fn a_warning_that_rests_on_a_figure_is_corrected_with_it() {
    let unit = json!({ "indicator": "price", "unit": "元" });
    let rising = |day: i64| 30.0 + [0.0, 1.0, 2.0, 1.0][day as usize % 4];
    // The series, what it usually is, the first figure of day 70 and the second, and what the lead is told.
    type Usual<'a> = &'a dyn Fn(i64) -> f64;
    type Case<'a> = (&'a str, &'a Value, Usual<'a>, f64, f64, &'a [&'a str]);
    let cases: [Case; 6] = [
        ("lifted", &json!({}), &usual, 80.0, 10.0, &["raised red 1", "lifted red 2"]),
        ("lower, but high", &json!({}), &usual, 80.0, 60.0, &["raised red 1"]),
        ("raised late", &json!({}), &usual, 10.0, 80.0, &["raised red 1"]),
        ("corrected to no count", &json!({}), &usual, 80.0, -1.0, &["raised red 1", "lifted red 2"]),
        ("a price", &unit, &rising, 60.0, 31.0, &["raised red 1", "lifted red 2"]),
        ("a price the other way", &unit, &rising, 60.0, 8.0, &["raised red 1"]),
    ];
    for (what, more, usual, first, second, expected) in cases {
        let mut run = emitting();
        for day in 0..70 {
            tell(&mut run, day, 1, usual(day), more);
        }
        tell(&mut run, 70, 1, first, more);
        tell(&mut run, 70, 2, second, more);
        assert_eq!(told(&run.all, "lead"), expected, "{what}");
        let warnings = values(&run.all, "warnings.lead");
        if let Some(last) = warnings.iter().find(|w| w["status"] == "lifted") {
            assert_eq!(last["ended"], "taken_back", "{what}");
            assert!(last["headline"].as_str().unwrap().contains("corrected"), "{what}: {}", last["headline"]);
        } else {
            // What is told next gives the corrected figure.
            let episode = run.engine().state().episodes.values().next().unwrap();
            let a = episode.assessment.as_ref().unwrap();
            assert_eq!(a.figure.map_or(a.observed as f64, |f| f.0 as f64 / 1000.0), second, "{what}");
        }
    }
}

#[test]
fn a_warning_that_something_else_holds_stands_and_names_the_old_figure_no_longer() {
    let mut run = emitting();
    for day in 0..71 {
        let leaps = day == 70;
        tell(&mut run, day, 1, if leaps { 60.0 } else { 30.0 + usual(day) / 10.0 }, &json!({ "indicator": "price" }));
        tell(&mut run, day, 1, if leaps { 80.0 } else { usual(day) }, &json!({}));
    }
    tell(&mut run, 70, 2, 31.0, &json!({ "indicator": "price" }));
    assert_eq!(told(&run.all, "lead"), ["raised red 1"]);
    let episode = run.engine().state().episodes.values().next().unwrap();
    assert_eq!(episode.assessment, None);
}

#[test]
fn of_figures_told_at_one_time_the_last_of_the_feed_counts() {
    for (first, second) in [(10.0, 9.0), (9.0, 10.0), (9.0, 90.0)] {
        let rows = [first, second].map(|value| {
            let record = json!({ "kind": "indicator", "indicator": "n", "region": "r1", "period": "P1D", "period_start": START, "value": value });
            (None, Some(record.to_string().into_bytes()))
        });
        let (mut sequencer, _) = begin_feed(&mini(), "2024-03-01");
        let out = run_feed(&mut sequencer, &[FeedLane { topic: SECTOR.into(), partition: 0, rows: rows.to_vec() }], usize::MAX);
        assert_eq!(flags(&out), ["correction"], "{first} {second}");
        let series = sequencer.engine().state().indicators.values().next().unwrap();
        assert_eq!(series.baseline.newest_counts.0 as f64, second);
    }
}
