//! Indicators that are levels: a made-up price that leaps, falls, creeps, stands still. What asks for a
//! level, and what does not.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{SECTOR, mini_with};
use common::{Run, assert_sound, ms, told, values};
use jianwei_core::domain::DAY_MS;
use serde_json::{Value, json};

const START: &str = "2024-01-01";

/// A price of about 20 that wanders a little, without any luck.
fn price(day: i64) -> f64 {
    20.0 + 0.4 * ((day * 7 % 11) as f64 - 5.0) / 5.0 + 0.2 * ((day * 5 % 13) as f64 - 6.0) / 6.0
}

/// Noise looks at the price: which lists name it, and what it is on each day.
fn run_of(lists: &str, days: i64, value: impl Fn(i64) -> f64) -> Run {
    run_as_is(lists, days, |day| (value(day) * 100.0).round() / 100.0 + 0.001)
}

fn run_as_is(lists: &str, days: i64, value: impl Fn(i64) -> f64) -> Run {
    let industry = format!("[industry]\n{lists}\n\n[[match]]");
    let mut run = Run::wall(&mini_with("matters/noise.toml", "[[match]]", &industry), START);
    let start_ms = ms(&run.model, START);
    for day in 0..days {
        let at = run.model.zone.date(start_ms + day * DAY_MS).to_string();
        let value = value(day);
        let record = json!({ "kind": "indicator", "indicator": "pork", "region": "r1", "period_start": at, "period": "P1D", "value": value });
        let now_ms = start_ms + (day + 1) * DAY_MS + 3_600_000;
        run.put_bytes(now_ms, SECTOR, None, Some(record.to_string().as_bytes()));
    }
    run
}

const RISING: &str = "indicators = \"pork\"";
const FALLING: &str = "falling = \"pork\"";
const BOTH: &str = "indicators = \"pork\"\nfalling = \"pork\"";

#[test]
fn a_level_warns_when_it_leaves_what_is_usual_the_way_its_matter_looks() {
    type Price = fn(i64) -> f64;
    let usual: Price = price;
    let up: Price = |day| price(day) * if day >= 200 { 1.6 } else { 1.0 };
    let a_little: Price = |day| price(day) * if day >= 200 { 1.08 } else { 1.0 };
    let down: Price = |day| price(day) * if day >= 200 { 0.6 } else { 1.0 };
    let creeps: Price = |day| price(day) * (1.0 + 0.003 * (day - 200).max(0) as f64);
    let creeps_down: Price = |day| price(day) * (-0.004 * (day - 100).max(0) as f64).exp();
    let stuck: Price = |day| if (100..200).contains(&day) { 20.5 } else { price(day) };
    let never_moved: Price = |day| if day >= 200 { 20.4 } else { 20.0 };
    // The lists, the price of 300 days, the first warning, whether it is a drift, and the sign of the change.
    for (what, lists, value, expected, drift, sign) in [
        ("usual", BOTH, usual, "", false, 0.0),
        ("up", RISING, up, "raised red 1", false, 1.0),
        ("up, both", BOTH, up, "raised red 1", false, 1.0),
        ("up, looked at for falls", FALLING, up, "", false, 0.0),
        ("a little", BOTH, a_little, "", false, 0.0),
        ("down", FALLING, down, "raised orange 1", false, -1.0),
        ("down, looked at for rises", RISING, down, "", false, 0.0),
        ("creeps", RISING, creeps, "raised blue 1", true, 1.0),
        ("creeps down", FALLING, creeps_down, "raised blue 1", true, -1.0),
        ("stuck", BOTH, stuck, "", false, 0.0),
        ("never moved", BOTH, never_moved, "", false, 0.0),
    ] {
        let run = run_of(lists, 300, value);
        let first = told(&run.all, "lead").first().cloned().unwrap_or_default();
        assert_eq!(first, expected, "{what}");
        let warnings = values(&run.all, "warnings.lead");
        let Some(warning) = warnings.first() else { continue };
        let change = &warning["change"];
        let told = (change["indicator"].as_str(), change["drift"].as_bool(), change["share"].as_f64().unwrap() * sign > 0.0);
        assert_eq!(told, (Some("pork"), Some(drift), true), "{what}: {change}");
        assert_eq!(warning["surge"], Value::Null, "{what}");
        assert_sound(&run.all, 300);
    }
}

#[test]
fn nothing_is_further_down_than_zero() {
    for value in [0.001, 1e-300, 0.0, -5.0] {
        for day in [100, 199] {
            let run = run_as_is(FALLING, 200, |at| if at == day { value } else { price(at) });
            let first = told(&run.all, "lead").first().cloned().unwrap_or_default();
            assert_eq!(first, "raised red 1", "{value} on day {day}");
            let rising = run_as_is(RISING, 200, |at| if at == day { value } else { price(at) });
            assert_eq!(told(&rising.all, "lead"), Vec::<String>::new(), "{value} on day {day}");
        }
    }
}

#[test]
fn a_price_in_whole_numbers_that_falls_by_half_warns() {
    let run = run_as_is(FALLING, 130, |day| (price(day) * if day < 100 { 690.0 } else { 345.0 }).round());
    let first = told(&run.all, "lead").first().cloned().unwrap_or_default();
    assert!(first.starts_with("raised orange") || first.starts_with("raised red"), "{first}");
}

#[test]
fn a_new_level_is_learned_and_the_warning_ends() {
    let run = run_of(RISING, 340, |day| price(day) * if day >= 200 { 1.6 } else { 1.0 });
    let told = told(&run.all, "lead");
    assert_eq!((told.first().map(String::as_str), run.engine().state().episodes.len()), (Some("raised red 1"), 0), "{told:?}");
    let headline = &values(&run.all, "warnings.lead")[0]["headline"];
    assert!(headline.as_str().unwrap().starts_with("Noise, North: pork is "), "{headline}");
}

#[test]
fn a_price_in_whole_numbers_is_a_level_if_its_unit_or_the_matter_says_so() {
    // Between 30 and 33, as whole numbers; a count of so much would stray as far as 45 by chance.
    let whole = |day: i64| 30.0 + [0.0, 1.0, 3.0, 2.0, 1.0][day as usize % 5];
    for (lists, unit, is_level) in [
        (RISING, json!("元/公斤"), true),
        (RISING, json!("%"), true),
        (RISING, json!("mg/m3"), true),
        (RISING, json!("起"), false),
        (RISING, json!(null), false),
        (BOTH, json!(null), true),
        (BOTH, json!("起"), true),
    ] {
        let industry = format!("[industry]\n{lists}\n\n[[match]]");
        let mut run = Run::wall(&mini_with("matters/noise.toml", "[[match]]", &industry), START);
        let start_ms = ms(&run.model, START);
        for day in 0..80 {
            let at = run.model.zone.date(start_ms + day * DAY_MS).to_string();
            let value = if day == 79 { 45.0 } else { whole(day) };
            let record = json!({ "kind": "indicator", "indicator": "pork", "region": "r1", "period_start": at, "period": "P1D", "value": value, "unit": unit });
            run.put_bytes(start_ms + (day + 1) * DAY_MS + 3_600_000, SECTOR, None, Some(record.to_string().as_bytes()));
            let series = run.engine().state().indicators.values().next().unwrap();
            assert_eq!(series.gauge.is_some(), is_level, "{lists} {unit} day {day}");
        }
        let first = told(&run.all, "lead").first().cloned().unwrap_or_default();
        assert_eq!(first.starts_with("raised"), is_level, "{lists} {unit}: {first}");
    }
}
