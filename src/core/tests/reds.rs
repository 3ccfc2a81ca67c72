//! More red warnings than an hour may have: held back, named to the coordinating office, never lost.
//! All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{REGISTRY, TICKETS, mini, ticket};
use common::{Run, assert_sound, values};
use jianwei_core::engine::MAX_GROUPED;
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The small pipeline, its gas a matter of that category, with a cap.
fn capped(category: &str, reds_per_hour: u32) -> Bundle {
    let mut bundle = mini();
    let mut change = |file: &str, from: &str, to: String| {
        let text = bundle.files.get_mut(file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, &to, 1);
    };
    change("matters/gas.toml", "category = \"safety\"", format!("category = \"{category}\""));
    change("pipeline.toml", "dwell_hours = 48", format!("dwell_hours = 48\nreds_per_hour = {reds_per_hour}"));
    bundle
}

/// Five complaints about a firm make it red.
fn blame(run: &mut Run, firm: usize, at: &str) -> Vec<Sequenced> {
    (0..5)
        .flat_map(|n| run.put(at, TICKETS, &ticket(&format!("T{firm}-{n}"), at, &format!("E{firm}"), "smell", &json!({}))))
        .collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_string()
}

/// Firms whose lead was told that they are red.
fn told_red(out: &[Sequenced]) -> BTreeSet<String> {
    let reds = values(out, "warnings.lead").into_iter().filter(|w| w["level"] == "red" && w["scope"] == "enterprise");
    reds.map(|w| text(&w["subject"], "id")).collect()
}

/// Firms named in the grouped warnings of the coordinating office.
fn grouped(out: &[Sequenced]) -> BTreeSet<String> {
    let groups = values(out, "warnings.office").into_iter().filter(|w| w["group"]["why"] == "reds_held_back");
    groups
        .flat_map(|w| w["group"]["warnings"].as_array().unwrap().iter().map(|m| text(m, "subject")).collect::<Vec<_>>())
        .collect()
}

/// Firms that stand red in `warnings.open`.
fn open_red(run: &Run) -> BTreeSet<String> {
    let mut open = std::collections::BTreeMap::new();
    for row in values(&run.all, "warnings.open").into_iter().filter(|row| !row.is_null()) {
        open.insert(text(&row, "warning_id"), row);
    }
    open.values().filter(|row| row["level"] == "red" && row["scope"] == "enterprise").map(|row| text(row, "subject")).collect()
}

#[test]
fn nothing_is_lost_above_the_cap() {
    for (firms, cap) in [(6, 2), (12, 1), (3, 5), (MAX_GROUPED + 23, 20)] {
        let mut run = Run::wall(&capped("finance", cap), "2026-03-01");
        for firm in 0..firms {
            blame(&mut run, firm, "2026-03-02 10:00");
        }
        run.pass("2026-03-02 11:00");
        let all: BTreeSet<String> = (0..firms).map(|firm| format!("E{firm}")).collect();
        let known: BTreeSet<String> = values(&run.all, "warnings.lead").iter().map(|w| text(&w["subject"], "id")).collect();
        assert_eq!(known, all, "what may not be red yet is told all the same");
        let (told, named) = (told_red(&run.all), grouped(&run.all));
        assert_eq!(open_red(&run), all, "every red stands in warnings.open");
        let either: BTreeSet<String> = told.union(&named).cloned().collect();
        assert_eq!(either, all, "{firms} firms, {cap} an hour: told, or in a grouped warning");
        assert_eq!(named.len(), firms.saturating_sub(cap as usize), "{firms} firms, {cap} an hour");
        let pages: Vec<Value> = values(&run.all, "jianwei.operators");
        let groups: BTreeSet<String> = values(&run.all, "warnings.office").iter().map(|w| text(w, "warning_id")).collect();
        assert_eq!(pages.len(), groups.len(), "one page a grouped warning");
        assert_eq!(groups.len(), named.len().div_ceil(MAX_GROUPED));
        // Within the next hours all are told, each once.
        run.pass("2026-03-03 00:00");
        let later: Vec<String> =
            values(&run.all, "warnings.lead").iter().filter(|w| w["level"] == "red").map(|w| text(&w["subject"], "id")).collect();
        assert_eq!((later.len(), told_red(&run.all)), (firms, all), "{firms} firms, {cap} an hour");
        assert_eq!(run.engine().state().reds.held_back(), 0);
        assert_sound(&run.all, 5 * firms);
    }
}

#[test]
fn one_held_back_has_its_duties_from_when_it_is_told() {
    let mut run = Run::wall(&capped("finance", 1), "2026-03-01");
    blame(&mut run, 0, "2026-03-02 23:30");
    blame(&mut run, 1, "2026-03-02 23:30");
    let orange = values(&run.all, "warnings.lead").pop().unwrap();
    assert_eq!((&orange["subject"]["id"], &orange["level"]), (&json!("E1"), &json!("orange")));
    assert_eq!(orange["duties"][0]["by"], "2026-03-04T00:00:00+08:00", "orange has a working day: {orange}");
    let row = values(&run.all, "warnings.open").into_iter().rfind(|row| row["subject"] == "E1").unwrap();
    assert_eq!((&row["level"], &row["held_back"]), (&json!("red"), &json!(true)));
    let out = run.pass("2026-03-03 00:31");
    let warning = values(&out, "warnings.lead").pop().unwrap();
    assert_eq!((&warning["subject"]["id"], &warning["level"]), (&json!("E1"), &json!("red")));
    assert_eq!(warning["duties"][0]["by"], "2026-03-04T00:00:00+08:00", "the same day counts from the telling: {warning}");
    assert!(values(&out, "warnings.open")[0].get("held_back").is_none());
}

#[test]
fn safety_and_triggers_are_never_held_back() {
    let mut run = Run::wall(&capped("safety", 1), "2026-03-01");
    for firm in 0..4 {
        blame(&mut run, firm, "2026-03-02 10:00");
    }
    assert_eq!(told_red(&run.all).len(), 4);
    let mut run = Run::wall(&capped("finance", 1), "2026-03-01");
    for firm in 0..3 {
        blame(&mut run, firm, "2026-03-02 10:00");
    }
    assert_eq!(told_red(&run.all).len(), 1);
    let blast = |no: &str, firm: &str| ticket(no, "2026-03-02 10:05", firm, "a blast", &json!({}));
    for (no, firm) in [("B1", "E2"), ("B2", "E9")] {
        let out = run.put("2026-03-02 10:05", TICKETS, &blast(no, firm));
        assert_eq!(told_red(&out), BTreeSet::from([firm.to_string()]), "held back or new: a trigger is told at once");
    }
    run.pass("2026-03-02 15:00");
    let reds = values(&run.all, "warnings.lead").iter().filter(|w| w["level"] == "red").count();
    assert_eq!(reds, 4, "each once");
}

/// What the lead was told of a firm: status, level, trigger, revision.
fn told_of(out: &[Sequenced], firm: &str) -> Vec<String> {
    let lines = values(out, "warnings.lead").into_iter().filter(|w| w["subject"]["id"] == firm);
    lines
        .map(|w| format!("{} {} {} {}", text(&w, "status"), text(&w, "level"), text(&w["trigger"], "code"), w["revision"]))
        .collect()
}

#[test]
fn what_a_trigger_asks_is_told_at_once_whatever_is_held_back() {
    // Words of the second firm's tickets; what its lead is told at once, and when there is room.
    let cases: [(&[&str], &[&str], &[&str]); 4] = [
        (&["a leak"], &["raised orange leak 1"], &["upgraded red  2"]),
        (&["a smell", "a leak"], &["raised orange  1"], &["upgraded red  2"]),
        (&["a smell", "a smell"], &["raised orange  1"], &["upgraded red  2"]),
        (&["a smell", "a blast"], &["raised orange  1", "upgraded red blast 2"], &[]),
    ];
    for (words, at_once, later) in cases {
        let mut bundle = capped("finance", 1);
        let gas = bundle.files.get_mut("matters/gas.toml").unwrap();
        *gas = gas
            .replace("blue = 35, yellow = 55, orange = 75, red = 90", "blue = 5, yellow = 6, orange = 7, red = 8")
            .replace("blue = 2, yellow = 2, orange = 2, red = 2", "blue = 1, yellow = 1, orange = 1, red = 1");
        let mut run = Run::wall(&bundle, "2026-03-01");
        run.put("2026-03-02 10:00", TICKETS, &ticket("T0", "2026-03-02 10:00", "E0", "a smell", &json!({})));
        for (n, content) in words.iter().enumerate() {
            let at = format!("2026-03-02 10:{:02}", n + 1);
            run.put(&at, TICKETS, &ticket(&format!("U{n}"), &at, "E1", content, &json!({})));
        }
        assert_eq!(told_of(&run.all, "E1"), at_once, "{words:?}");
        let out = run.pass("2026-03-02 12:30");
        assert_eq!(told_of(&out, "E1"), later, "{words:?}");
        assert_sound(&run.all, 1 + words.len());
    }
}

#[test]
fn orange_waits_as_it_is_until_there_is_room_for_red() {
    let mut run = Run::wall(&capped("finance", 1), "2026-03-01");
    run.put("2026-03-02 09:00", TICKETS, &ticket("L1", "2026-03-02 09:00", "E1", "a leak", &json!({})));
    blame(&mut run, 0, "2026-03-02 10:00");
    blame(&mut run, 1, "2026-03-02 10:00");
    assert_eq!(told_of(&run.all, "E1"), ["raised orange leak 1"], "told once");
    let row = values(&run.all, "warnings.open").into_iter().rfind(|row| row["subject"] == "E1").unwrap();
    assert_eq!((&row["level"], &row["held_back"]), (&json!("red"), &json!(true)));
    let out = run.pass("2026-03-02 12:30");
    assert_eq!(told_of(&out, "E1"), ["upgraded red  2"]);
}

#[test]
fn those_withdrawn_while_held_back_had_been_told_and_the_group_counts_them() {
    let mut run = Run::wall(&capped("finance", 1), "2026-03-01");
    for firm in 0..5 {
        blame(&mut run, firm, "2026-03-02 10:00");
    }
    for (firm, n) in (3..5).flat_map(|firm| (0..5).map(move |n| (firm, n))) {
        let gone = json!({ "status": "withdrawn" });
        let (no, subject) = (format!("T{firm}-{n}"), format!("E{firm}"));
        run.put("2026-03-02 10:30", TICKETS, &ticket(&no, "2026-03-02 10:00", &subject, "smell", &gone));
    }
    run.pass("2026-03-03 00:00");
    let of_withdrawn = told_of(&run.all, "E4");
    assert_eq!(of_withdrawn, ["raised yellow  1", "upgraded orange  2", "lifted orange  3"], "an end of what was told");
    let group = values(&run.all, "warnings.office").into_iter().rfind(|w| w["scope"] == "group").unwrap();
    assert_eq!((&group["group"]["count"], group["group"]["warnings"].as_array().unwrap().len()), (&json!(2), 2), "{group}");
    let headline = text(&group, "headline");
    assert!(headline.contains("4 are told as orange") && headline.contains("2 of them have ended"), "{headline}");
}

#[test]
fn a_red_trade_names_its_firms_once() {
    let mut run = Run::wall(&mini(), "2026-01-01");
    let firm = |id: &str, region: &str, person: bool| json!({ "id": id, "name": format!("Firm {id}"), "region": region, "natural_person": person });
    for (id, region, person) in [("E1", "r1", false), ("E2", "r2", false), ("E3", "r1", true)] {
        run.put("2026-01-01", REGISTRY, &firm(id, region, person));
    }
    for day in 0..70 {
        let at = format!("2026-{:02}-{:02} 09:00", 1 + day / 28, 1 + day % 28);
        run.put(&at, TICKETS, &ticket(&format!("U{day}"), &at, "", "nothing much", &json!({ "region": "r1" })));
    }
    let at = "2026-03-20 09:00";
    for subject in ["E1", "E2", "E3"] {
        run.put(at, TICKETS, &ticket(&format!("L{subject}"), at, subject, "a leak", &json!({ "region": "r0" })));
    }
    let before = run.all.len();
    for n in 0..30 {
        run.put(at, TICKETS, &ticket(&format!("S{n}"), at, "", &format!("no gas {n}"), &json!({ "region": "r1" })));
    }
    let surge = &run.all[before..];
    let of = |topic: &str| -> Vec<Value> {
        let all = values(surge, topic).into_iter().filter(|w| w["subject"]["id"] == "gas@r1" && w["group"].is_object());
        all.collect()
    };
    let (lead, informed) = (of("warnings.lead"), of("warnings.info"));
    assert_eq!((lead.len(), informed.len()), (1, 1), "once");
    let named = |w: &Value| -> Vec<(String, Value)> {
        w["group"]["warnings"].as_array().unwrap().iter().map(|m| (text(m, "subject"), m["name"].clone())).collect()
    };
    assert_eq!(named(&lead[0]), [("E1".into(), json!("Firm E1")), ("E3".into(), json!("Firm E3"))], "those of its region");
    assert_eq!((&lead[0]["group"]["why"], &lead[0]["group"]["count"]), (&json!("red_trade"), &json!(2)));
    assert_ne!(named(&informed[0])[1].1, json!("Firm E3"), "a natural person's name is masked there");
}
