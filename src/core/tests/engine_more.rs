//! More of the engine's behaviour, on the small pipeline: holds, dwell, branches, bounds. All records
//! are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{CONTROL, REGISTRY, SECTOR, TICKETS, disposition, mini, mini_with, ticket};
use common::{Run, assert_sound, told, values};
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

/// A Monday.
const MONDAY: &str = "2026-03-02 10:00";

fn none() -> Value {
    json!({})
}

fn leak(run: &mut Run, now: &str, subject: &str, no: &str) -> Vec<Sequenced> {
    run.put(now, TICKETS, &ticket(no, now, subject, "a leak", &none()))
}

#[test]
fn evidence_adds_up_to_levels() {
    let mut run = Run::wall(&mini(), "2026-03-01");
    for (no, expected, score) in [
        ("T1", "", 27),
        ("T2", "raised yellow 1", 55),
        ("T3", "", 73),
        ("T4", "upgraded orange 2", 83),
        ("T5", "upgraded red 3", 90),
        ("T6", "", 93),
    ] {
        let out = run.put(MONDAY, TICKETS, &ticket(no, MONDAY, "E1", "smell", &none()));
        assert_eq!(told(&out, "lead").join(","), expected, "{no}");
        assert_eq!(values(&out, "risk.profiles")[0]["score"], score, "{no}");
    }
    let pass = json!({ "kind": "inspection", "inspection_id": "I1", "id": "E1", "at": MONDAY, "result": "pass" });
    let profile = &values(&run.put(MONDAY, SECTOR, &pass), "risk.profiles")[0];
    assert_eq!((&profile["against"][1]["code"], &profile["against"][1]["points"]), (&json!("clean"), &json!(-6)));
    assert_eq!(profile["last_inspected"], "2026-03-02T10:00:00+08:00");
}

#[test]
fn a_level_falls_when_the_hold_the_calm_and_the_dwell_are_over() {
    // The trigger holds seven days from the last such event; the first calm look is at midnight after.
    for (dwell_hours, again, days) in [
        (48, None, &["12", "15", "18"][..]),
        (120, None, &["12", "17", "22"]),
        // Two complaints about one firm hold blue for a while by themselves.
        (48, Some("2026-03-06 10:00"), &["16", "19"]),
        (48, Some("2026-03-09 09:00"), &["19", "22"]),
    ] {
        let bundle = mini_with("pipeline.toml", "dwell_hours = 48", &format!("dwell_hours = {dwell_hours}"));
        for subject in ["E1", ""] {
            let mut run = Run::wall(&bundle, "2026-03-01");
            leak(&mut run, MONDAY, subject, "T1");
            if let Some(again) = again {
                assert_eq!(told(&leak(&mut run, again, subject, "T2"), "info"), Vec::<String>::new());
            }
            let out = run.pass("2026-04-01");
            let at: Vec<Value> = values(&out, "warnings.info").iter().map(|w| w["updated_at"].clone()).collect();
            let expected: Vec<Value> = days.iter().map(|day| json!(format!("2026-03-{day}T00:00:00+08:00"))).collect();
            assert_eq!(at[..days.len()], expected, "{subject} {dwell_hours} {again:?}");
            assert_eq!(told(&out, "info").pop().as_deref(), Some("lifted blue 4"));
        }
    }
}

#[test]
fn a_branch_answers_for_its_region_and_the_main_office_is_informed() {
    let branch =
        "[[organisation]]\nslug = \"lead-r1\"\nname = \"Lead, North\"\nregion = \"r1\"\nbranch_of = \"lead\"\n\n[[organisation]]";
    let bundle = mini_with("organisations.toml", "[[organisation]]", branch);
    for (region, owes) in [("r1", "lead-r1"), ("r2", "lead"), ("", "lead")] {
        let mut run = Run::wall(&bundle, "2026-03-01");
        let out = run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, "", "a leak", &json!({ "region": region })));
        assert_eq!(told(&out, owes), ["raised orange 1"], "{region}");
        let warning = &values(&out, &format!("warnings.{owes}"))[0];
        assert_eq!((&warning["role"], &warning["lead"]), (&json!("lead"), &json!(owes)), "{region}");
        if owes != "lead" {
            assert_eq!(values(&out, "warnings.lead")[0]["role"], "informed", "{region}");
        }
        let close = |id: &str| disposition("D1", id, "close", MONDAY, &none());
        let id = warning["warning_id"].as_str().unwrap();
        let other = if owes == "lead" { "lead-r1" } else { "lead" };
        assert_eq!(told(&run.put(MONDAY, &format!("dispositions.{other}"), &close(id)), "coop"), Vec::<String>::new());
        let out = run.put(MONDAY, &format!("dispositions.{owes}"), &close(id));
        for org in [owes, "coop", "info"] {
            assert_eq!(told(&out, org), ["lifted orange 2"], "{region} {org}");
        }
    }
}

#[test]
fn outputs_stay_within_their_bound_whatever_the_characters() {
    // Characters of one, three and four bytes, and some that JSON writes with two and six.
    for long in ["x", "长", "𠮷", "\"", "\u{1}"].map(|c| c.repeat(20_000)) {
        let mut run = Run::wall(&mini(), "2026-03-01");
        let id: String = long.chars().take(60 / long.chars().next().unwrap().len_utf8()).collect();
        run.put(MONDAY, REGISTRY, &json!({ "id": id, "name": long, "address": long, "industry": long, "credit_class": long }));
        run.put(MONDAY, SECTOR, &json!({ "kind": "credit", "id": id, "class": long, "at": MONDAY }));
        for n in 0..12 {
            let no: String = format!("{n}-{}", id.repeat(3));
            run.put(MONDAY, TICKETS, &ticket(&no, MONDAY, &id, &format!("leak {long}"), &json!({ "urgency": "urgent" })));
            let measure = format!("{n}{long}");
            run.put(MONDAY, SECTOR, &json!({ "kind": "observation", "id": id, "measure": measure, "value": 1, "at": MONDAY }));
        }
        let said = json!({ "by": long, "reason": long });
        run.put(MONDAY, "dispositions.lead", &disposition("D1", &long, "close", MONDAY, &said));
        let control =
            json!({ "control_id": "C1", "at": MONDAY, "command": "restore", "matter": "gas", "by": long, "reason": long });
        run.put(MONDAY, CONTROL, &control);
        run.pass("2026-05-01");
        assert_sound(&run.all, 28);
        assert_eq!(common::dead_letters(&run.all), Vec::<String>::new());
        assert!(values(&run.all, "warnings.lead").len() > 1 && !values(&run.all, "reminders.boss").is_empty());
    }
}
