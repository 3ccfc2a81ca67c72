//! What dirty feeds weigh: devices that are stuck, near copies of different callers, tickets found untrue,
//! ids that are somebody's number, spellings of before. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{REGISTRY, SECTOR, TICKETS, mini_with, ticket};
use common::{Run, told, values};
use jianwei_core::journal::{Body, Flag, RecordEntry};
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

fn entry(out: &[Sequenced]) -> &RecordEntry {
    let Some(Body::Record(entry)) = out.last().map(|s| &s.entry.body) else { panic!("a record's entry") };
    entry
}

/// The small pipeline with a rule on a device's figure and one on alarms over their limit.
fn with_devices() -> Run {
    let rules = "[[enterprise.evidence]]\ncode = \"hot\"\nweight = 6\nhalf_life_days = 365\ntext = \"hot\"\n\
        figure = { measure = \"temperature\", value_at_least = 60 }\n\n\
        [[enterprise.evidence]]\ncode = \"cash\"\nweight = 6\nhalf_life_days = 365\ntext = \"cash\"\n\
        figure = { measure = \"balance\", value_at_least = 60 }\n\n\
        [[enterprise.evidence]]\ncode = \"over\"\nweight = 1\nhalf_life_days = 365\ntext = \"over\"\n\
        when = { kind = \"alarm\", over_limit = true }\n\n[[enterprise.evidence]]\ncode = \"clean\"";
    let mut run = Run::wall(&mini_with("matters/gas.toml", "[[enterprise.evidence]]\ncode = \"clean\"", rules), "2026-03-01");
    run.put("2026-03-01", REGISTRY, &json!({ "id": "A", "name": "Firm A", "region": "r1" }));
    run
}

/// Readings of one device, so many minutes apart; how many were flagged, and which was the first.
fn readings(run: &mut Run, minutes: i64, values: &[f64], more: &Value) -> (usize, Option<usize>) {
    let mut flagged = Vec::new();
    for (n, value) in values.iter().enumerate() {
        let minute = minutes * n as i64;
        let at = format!("2026-03-{:02} {:02}:{:02}", 2 + minute / 1440, minute / 60 % 24, minute % 60);
        let record = common::mini::with(
            json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": value, "at": at }),
            more,
        );
        let record = common::mini::with(record, &json!({ "alarm_id": format!("S{n}-{}", more["device"]), "limit": 20 }));
        if entry(&run.put(&at, SECTOR, &record)).flags.contains(&Flag::SensorStuck) {
            flagged.push(n);
        }
    }
    (flagged.len(), flagged.first().copied())
}

#[test]
fn the_same_value_again_and_again_is_stuck() {
    let alarm = json!({ "kind": "alarm", "device": "d1" });
    let same = |n: usize| vec![61.5; n];
    let mixed = |at: usize, value: f64| {
        let mut values = same(20);
        values[at] = value;
        values
    };
    for (what, minutes, values, more, expected) in [
        ("eleven", 60, same(11), json!({}), (0, None)),
        ("the twelfth and those after it", 60, same(14), json!({}), (3, Some(11))),
        ("alarms too", 60, same(14), alarm.clone(), (3, Some(11))),
        ("twelve within an hour are not enough", 5, same(20), json!({}), (0, None)),
        ("three hours are", 5, same(40), json!({}), (4, Some(36))),
        ("zero is a value like any other to most devices", 60, vec![0.0; 20], json!({}), (0, None)),
        ("told once a day", 1440, same(20), json!({}), (0, None)),
        ("another value between", 60, mixed(10, 61.4), json!({}), (0, None)),
        ("nothing measured between", 60, mixed(10, 9999.0), json!({}), (8, Some(12))),
        ("money", 60, same(20), json!({ "unit": "元" }), (0, None)),
        ("a balance", 60, same(20), json!({ "measure": "balance" }), (0, None)),
    ] {
        let mut run = with_devices();
        let mut got = readings(&mut run, minutes, &values, &more);
        assert_eq!(got, expected, "{what}");
        // Another device of the firm is no part of the row.
        if what == "eleven" {
            got = readings(&mut run, 60, &same(11), &alarm);
            assert_eq!(got.0, 0, "{what}");
        }
        let bytes = run.engine().snapshot_state().unwrap();
        let again = jianwei_core::engine::Engine::restore(&bytes).unwrap();
        assert_eq!(again.snapshot_state().unwrap(), bytes, "{what}");
    }
}

#[test]
fn a_stuck_figure_counts_no_more() {
    let mut run = with_devices();
    let factors = |run: &Run| {
        let profile = values(&run.all, "risk.profiles").pop().unwrap();
        let codes: Vec<&str> = profile["factors"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
        codes.join(" ")
    };
    readings(&mut run, 60, &[70.0; 11], &json!({}));
    assert!(factors(&run).contains("hot"), "{}", factors(&run));
    readings(&mut run, 60, &[70.0; 12], &json!({}));
    assert!(!factors(&run).contains("hot"), "{}", factors(&run));
    // The device works again.
    let record = json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": 64, "at": "2026-03-03 10:00" });
    assert!(entry(&run.put("2026-03-03 10:00", SECTOR, &record)).flags.is_empty());
    assert!(factors(&run).contains("hot"));
}

#[test]
fn an_observation_that_measured_nothing_is_compared_with_nothing() {
    for (value, more, flagged) in [
        (9999.0, json!({}), true),
        (-999.0, json!({ "unit": "℃" }), true),
        (-9999.0, json!({}), true),
        (99999.0, json!({}), true),
        (32767.0, json!({}), true),
        (9998.0, json!({}), false),
        (9999.0, json!({ "measure": "balance" }), false),
        (9999.0, json!({ "measure": "prepaid_balance_yuan" }), false),
        (9999.0, json!({ "unit": "元" }), false),
    ] {
        let mut run = with_devices();
        let record = json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": value, "at": "2026-03-02 10:00" });
        let out = run.put("2026-03-02 10:00", SECTOR, &common::mini::with(record, &more));
        assert_eq!(entry(&out).flags.contains(&Flag::SensorSentinel), flagged, "{value} {more}");
        let met = values(&out, "risk.profiles").pop().is_some_and(|p| p["factors"].to_string().contains("hot"));
        let expected = !flagged && value >= 60.0 && more.get("measure").is_none();
        assert_eq!(met, expected, "{value} {more}");
    }
}

#[test]
fn a_warning_that_rested_on_an_untrue_ticket_is_lifted_in_the_same_entry() {
    let now = "2026-03-02 10:00";
    let untrue = json!({ "verified": false });
    let gone = json!({ "status": "withdrawn" });
    // Tickets put before; the one that comes back and how; what the lead is told then, and what of it is left.
    type Put<'a> = (&'a str, &'a str, &'a str);
    let cases: Vec<(&str, Vec<Put>, &str, &Value, &[&str])> = vec![
        ("its trigger", vec![("T1", "A", "a leak")], "T1", &untrue, &["lifted orange 2"]),
        ("withdrawn", vec![("T1", "A", "a leak")], "T1", &gone, &["lifted orange 2"]),
        ("its score", vec![("T1", "A", "it stinks"), ("T2", "A", "no heat")], "T2", &untrue, &["lifted yellow 2"]),
        ("a trade's trigger", vec![("T1", "", "a leak")], "T1", &untrue, &["lifted orange 2"]),
        ("another holds it", vec![("T1", "A", "a leak"), ("T2", "A", "leak again")], "T1", &untrue, &[]),
        ("others are enough for a lower level", vec![("T1", "A", "a leak"), ("T2", "A", "no heat"), ("T3", "A", "it stinks")], "T1", &untrue, &[]),
        ("another matter", vec![("T1", "A", "a leak"), ("T9", "B", "no heat")], "T9", &untrue, &[]),
    ];
    for (what, before, no, more, expected) in cases {
        let mut run = with_devices();
        for (no, subject, content) in before {
            run.put(now, TICKETS, &ticket(no, now, subject, content, &json!({})));
        }
        let out = run.put(now, TICKETS, &ticket(no, now, "", "-", more));
        assert_eq!(told(&out, "lead"), expected, "{what}");
        let lifted = values(&out, "warnings.lead").pop();
        assert_eq!(lifted.map(|w| w["ended"].clone()), expected.first().map(|_| json!("taken_back")), "{what}");
        if !expected.is_empty() {
            assert!(run.engine().state().episodes.is_empty(), "{what}");
            assert!(values(&out, "warnings.open").iter().any(Value::is_null), "{what}");
        }
    }
}
