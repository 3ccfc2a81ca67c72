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

/// What the lead has dealt with weighs on in the score, and is no source of a new warning.
#[test]
fn a_closed_warning_comes_back_by_new_records_only() {
    for (outcome, then) in [("rectified", ["", "raised red 1"]), ("unfounded", ["", "raised yellow 1"])] {
        let mut run = Run::wall(&mini(), "2026-03-01");
        let mut warning = Value::Null;
        for no in ["T1", "T2", "T3", "T4", "T5"] {
            let out = run.put(MONDAY, TICKETS, &ticket(no, MONDAY, "E1", "smell", &none()));
            warning = values(&out, "warnings.lead").pop().unwrap_or(warning);
        }
        assert_eq!(warning["level"], "red");
        let target = warning["warning_id"].as_str().unwrap_or_default();
        let close = disposition("D1", target, "close", MONDAY, &json!({ "outcome": outcome }));
        assert_eq!(told(&run.put(MONDAY, "dispositions.lead", &close), "lead"), ["lifted red 4"]);
        // A copy of what was dealt with says nothing new.
        let again = ticket("T5", MONDAY, "E1", "smell", &json!({ "status": "dispatched" }));
        assert_eq!(told(&run.put("2026-03-02 11:00", TICKETS, &again), "lead"), Vec::<String>::new());
        for (no, expected) in ["T6", "T7"].iter().zip(then) {
            let out = run.put("2026-03-02 12:00", TICKETS, &ticket(no, "2026-03-02 12:00", "E1", "smell", &none()));
            assert_eq!(told(&out, "lead").join(","), expected, "{outcome} {no}");
        }
    }
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
    // Characters of one, three and four bytes, and some that JSON writes with two and six (only ids keep those).
    for long in ["x", "长", "𠮷", "\"", "\u{1}x"].map(|c| c.repeat(20_000 / c.chars().count())) {
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

/// What the lead's copies said on their way down: status, level, day, the record of the trigger they named.
fn falls(out: &[Sequenced]) -> Vec<String> {
    let text = |w: &Value, path: &str| w.pointer(path).and_then(Value::as_str).unwrap_or("-").to_string();
    let line = |w: &Value| {
        let day = text(w, "/updated_at")[8..10].to_string();
        [text(w, "/status"), text(w, "/level"), day, text(w, "/trigger/source_id")].join(" ")
    };
    let all = values(out, "warnings.lead");
    all.iter().filter(|w| w["status"] == "downgraded").map(line).collect()
}

/// Of a firm and of a trade alike.
#[test]
fn a_record_taken_back_takes_its_trigger_with_it() {
    let (not_true, withdrawn) = (json!({ "verified": false }), json!({ "status": "withdrawn" }));
    let counted = "code = \"leak\"\nat_least = 3\nwithin_days = 20";
    // How many records the trigger waits for, records there are, which is taken back and how,
    // whether the lead had acknowledged, the record the trigger then stands on, the day of the first fall.
    for (at_least, records, back, how, acknowledged, left, day) in [
        (1, 1, 1, &json!({}), false, Some("T1"), "12"),
        (1, 1, 1, &not_true, false, None, "06"),
        (1, 1, 1, &withdrawn, false, None, "06"),
        (1, 1, 1, &not_true, true, None, "06"),
        (1, 2, 2, &not_true, false, Some("T1"), "12"),
        (1, 2, 1, &not_true, true, Some("T2"), "12"),
        (3, 3, 1, &not_true, false, None, "06"),
        (3, 3, 3, &withdrawn, true, None, "06"),
        (3, 4, 1, &not_true, false, Some("T4"), "12"),
        (3, 4, 4, &withdrawn, false, Some("T3"), "12"),
    ] {
        let bundle = if at_least == 1 { mini() } else { mini_with("matters/gas.toml", "code = \"leak\"", counted) };
        for subject in ["E1", ""] {
            let case = format!("{subject:?}: {records} records, {back} taken back by {how}, acknowledged: {acknowledged}");
            let mut run = Run::wall(&bundle, "2026-03-01");
            for n in 1..=records {
                leak(&mut run, MONDAY, subject, &format!("T{n}"));
            }
            if acknowledged {
                let id = values(&run.all, "warnings.lead")[0]["warning_id"].as_str().unwrap().to_string();
                run.put(MONDAY, "dispositions.lead", &disposition("D1", &id, "acknowledge", MONDAY, &none()));
            }
            // The copy that takes it back need not say where it was.
            let more = common::mini::with(json!({ "region": null }), how);
            let out = run.put("2026-03-03 11:00", TICKETS, &ticket(&format!("T{back}"), MONDAY, subject, "a leak", &more));
            // Two records left of a firm are still a score; nothing else holds the others.
            if left.is_none() && (subject.is_empty() || records == 1) {
                assert_eq!(common::told(&out, "lead"), ["lifted orange 2"], "{case}");
                continue;
            }
            let episode = run.engine().state().episodes.values().next().expect("an open warning");
            assert_eq!(episode.trigger.as_ref().map(|t| t.source_id.as_str()), left, "{case}");
            assert_eq!((episode.level.as_str(), episode.acknowledged), ("orange", acknowledged), "{case}");
            let first = falls(&run.pass("2026-03-20")).first().cloned().unwrap_or_default();
            assert_eq!(first, format!("downgraded yellow {day} -"), "{case}");
        }
    }
}

/// Three within two days: a lone one days later, or a record that met nothing, does not undo them.
#[test]
fn a_counted_trigger_stands_on_any_days_that_had_enough() {
    let bundle = mini_with("matters/gas.toml", "code = \"leak\"", "code = \"leak\"\nat_least = 3\nwithin_days = 2");
    let friday = "2026-03-06 10:00";
    for (on_monday, back, held) in
        [(3, "smell", Some("T3")), (3, "lone", Some("T3")), (4, "T1", Some("T4")), (4, "T4", Some("T3")), (3, "T2", None)]
    {
        for subject in ["E1", ""] {
            let mut run = Run::wall(&bundle, "2026-03-01");
            for n in 1..=on_monday {
                leak(&mut run, MONDAY, subject, &format!("T{n}"));
            }
            leak(&mut run, friday, subject, "lone");
            run.put(friday, TICKETS, &ticket("smell", friday, subject, "a smell", &none()));
            let text = if back == "smell" { "a smell" } else { "a leak" };
            run.put(friday, TICKETS, &ticket(back, friday, subject, text, &json!({ "verified": false })));
            let state = run.engine().state();
            let of_firms = state.evidence.values().map(|e| &e.triggers);
            let standing: Vec<&str> = of_firms
                .chain(state.trade_triggers.values())
                .flat_map(|t| t.held.values())
                .map(|t| t.source_id.as_str())
                .collect();
            assert_eq!(standing, Vec::from_iter(held), "{subject:?}: {on_monday}, {back}");
        }
    }
}

#[test]
fn a_trades_record_is_taken_back_wherever_its_later_copy_says_it_was() {
    let back = json!({ "verified": false });
    for (no, content, more, left) in [
        ("T1", "a leak", json!({ "region": "r2" }), None),
        ("T1", "a leak", json!({ "subject_uscc": "E1" }), None),
        // Whatever it says of the event, or of its matter: what the record gave is known.
        ("T1", "no smell", json!({}), None),
        ("T1", "a leak", json!({ "category": "noise" }), None),
        ("T2", "a leak", json!({}), Some("T1")),
    ] {
        let mut run = Run::wall(&mini(), "2026-03-01");
        run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, "", "a leak", &json!({ "region": "r1" })));
        run.put(MONDAY, TICKETS, &ticket(no, MONDAY, "", content, &common::mini::with(back.clone(), &more)));
        let episode = run.engine().state().episodes.values().next();
        let named = episode.and_then(|e| e.trigger.as_ref()).map(|t| t.source_id.as_str());
        assert_eq!((named, episode.is_some()), (left, left.is_some()), "{no} {content} {more}");
    }
}

/// A blast holds red for three days, a leak orange for seven.
#[test]
fn a_warning_that_falls_names_what_holds_now() {
    for (subject, headline) in [
        ("E1", "Lowered to yellow: Gas, licence E1: risk score"),
        ("", "Lowered to yellow: Gas, All: what raised it holds no longer"),
    ] {
        let mut run = Run::wall(&mini(), "2026-03-01");
        leak(&mut run, MONDAY, subject, "T1");
        run.put(MONDAY, TICKETS, &ticket("T2", MONDAY, subject, "a blast", &none()));
        let out = run.pass("2026-03-13");
        assert_eq!(falls(&out), ["downgraded orange 08 T1", "downgraded yellow 12 -"], "{subject:?}");
        let last = values(&out, "warnings.lead").pop().unwrap();
        assert!(last["headline"].as_str().unwrap().starts_with(headline), "{subject:?}: {last}");
        assert_eq!(last["trigger"], Value::Null, "{subject:?}");
    }
}

/// Complaints about nobody in particular, on that day of the year; when it was.
fn calls_on(run: &mut Run, day: i64, numbers: std::ops::Range<usize>) -> String {
    let date = jianwei_core::domain::parse_time("2026-01-01", run.model.zone).unwrap().0 + day * 86_400_000;
    let now = run.model.zone.format(date + 36_000_000);
    for n in numbers {
        run.put(&now, TICKETS, &ticket(&format!("{day}-{n}"), &now, "", "a smell", &none()));
    }
    now
}

/// A surge that was dealt with comes back by what was counted since, not when its day or week closes.
#[test]
fn a_closed_surge_comes_back_by_new_records_only() {
    let mut run = Run::wall(&mini(), "2026-01-01");
    (1..=70).for_each(|day| {
        calls_on(&mut run, day, 0..4);
    });
    let now = calls_on(&mut run, 71, 0..20);
    let mut open: Vec<String> =
        values(&run.all, "warnings.lead").iter().filter_map(|w| w["warning_id"].as_str().map(Into::into)).collect();
    open.dedup();
    for (n, target) in open.iter().enumerate() {
        run.put(
            &now,
            "dispositions.lead",
            &disposition(&format!("D{n}"), target, "close", &now, &json!({ "outcome": "rectified" })),
        );
    }
    assert!(!open.is_empty() && run.engine().state().episodes.is_empty());
    let mut calm = run.clone();
    let before = calm.all.len();
    calls_on(&mut calm, 71, 20..23);
    (72..=90).for_each(|day| {
        calls_on(&mut calm, day, 0..4);
    });
    assert_eq!(told(&calm.all[before..], "lead"), Vec::<String>::new());
    let before = run.all.len();
    calls_on(&mut run, 71, 20..40);
    let again = values(&run.all[before..], "warnings.lead");
    assert_eq!(again[0]["status"], "raised");
    let surge = &again[0]["surge"];
    assert!(surge["observed"].as_u64() > Some(27), "the figures are of all, {surge}");
}

/// A trigger above a surge hides it; when it is over the surge that still holds is named.
#[test]
fn a_trade_falls_to_its_surge() {
    let mut run = Run::wall(&mini(), "2026-01-01");
    let mut day = 0;
    let mut calls = |run: &mut Run, count: usize| {
        day += 1;
        calls_on(run, day, 0..count)
    };
    for _ in 0..70 {
        calls(&mut run, 4);
    }
    let now = calls(&mut run, 11);
    let surge = values(&run.all, "warnings.lead").pop().expect("a surge");
    assert_eq!(surge["trigger"], Value::Null);
    run.put(&now, TICKETS, &ticket("B1", &now, "", "a blast", &none()));
    let blast = values(&run.all, "warnings.lead").pop().unwrap();
    assert_eq!((&blast["level"], &blast["trigger"]["source_id"]), (&json!("red"), &json!("B1")), "{blast}");
    // Taken back, it hides the surge no more.
    let mut back = run.clone();
    back.put(&now, TICKETS, &ticket("B1", &now, "", "a blast", &json!({ "verified": false })));
    let episode = back.engine().state().episodes.values().next().expect("an open warning");
    assert_eq!((episode.trigger.as_ref(), episode.assessment.as_ref().map(|a| a.observed)), (None, Some(12)));
    // The hold is over after three days; surges go on.
    let before = run.all.len();
    for _ in 0..8 {
        calls(&mut run, 11);
    }
    let fell = values(&run.all[before..], "warnings.lead");
    let fell = fell.iter().find(|w| w["status"] == "downgraded").expect("it falls");
    assert_eq!(fell["trigger"], Value::Null, "{fell}");
    assert!(fell["surge"]["observed"].as_u64() >= Some(11), "{fell}");
}
