//! A firm beside its peers: complaints, a sudden rise, inspections; what expires, is revoked or repaired;
//! names without a licence; what would have to be absent. Tables of cases on the small pipeline, with all
//! records made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{REGISTRY, SECTOR, TICKETS, mini, ticket};
use common::{Run, values};
use jianwei_core::engine::{MAX_REFS, SubjectKey, SubjectScope};
use jianwei_core::pipeline::Bundle;
use serde_json::{Value, json};

const RULES: &str = r#"
[enterprise.rate]
half_life_days = 30
weight = 1
rise_weight = 1
rise_every_days = 365
peers_at_least = 5

[enterprise.inspections]
failed = { kind = "inspection", result = ["serious", "critical"] }
passed = { kind = "inspection", result = ["pass", "minor"] }
weight = 1
half_life_days = 365

[[enterprise.evidence]]
code = "penalty"
weight = 2
half_life_days = 3650
expires_days = 30
text = { en = "penalties" }
when = { kind = "penalty" }

[[enterprise.evidence]]
code = "class-d"
weight = 2
half_life_days = 3650
text = { en = "credit class D" }
when = { kind = "credit", class = "D" }

[[enterprise.evidence]]
code = "finance-name"
weight = 3
half_life_days = 3650
text = { en = "a name of finance without the licence" }
name = { words = ["Wealth"], not_words = "Health", without_permit = ["banking"] }

[[enterprise.evidence]]
code = "finance-words"
weight = 1
half_life_days = 3650
text = { en = "said to deal in finance without the licence" }
when = { kind = "ticket", words = ["invest"] }
without_permit = ["banking"]
"#;

fn bundle() -> Bundle {
    let mut bundle = mini();
    let gas = bundle.files.get_mut("matters/gas.toml").unwrap();
    *gas = gas.replace(
        "[\"alarm\", \"inspection\", \"penalty\", \"observation\", \"credit\"]",
        "[\"inspection\", \"penalty\", \"credit\"]",
    );
    let other = gas.find("[[enterprise.evidence]]\ncode = \"clean\"").unwrap();
    gas.truncate(other);
    *gas += RULES;
    *bundle.files.get_mut("pipeline.toml").unwrap() += "\n[credit]\nclasses = [\"A\", \"B\", \"C\", \"D\"]\n";
    bundle
}

fn firm(n: usize) -> String {
    format!("F{n:02}")
}

fn row(id: &str, more: &Value) -> Value {
    let mut row = json!({ "id": id, "name": format!("Firm {id}"), "region": "r1", "industry": "4512", "size": "small" });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

/// Twenty firms of one trade, of which one gets a ticket every second day from January on, in turn.
fn city(days: usize) -> Run {
    let mut run = Run::wall(&bundle(), "2026-01-01 08:00");
    for n in 0..20 {
        run.put("2026-01-01 09:00", REGISTRY, &row(&firm(n), &json!({})));
    }
    for day in (0..days).step_by(2) {
        complain(&mut run, &firm(day / 2 % 20), 1, day);
    }
    run
}

fn at(day: usize) -> String {
    let (month, of_month) = (1 + day / 28, 1 + day % 28);
    format!("2026-{month:02}-{of_month:02} 10:00")
}

fn complain(run: &mut Run, id: &str, times: usize, day: usize) {
    for n in 0..times {
        let no = format!("{id}/{day}/{n}");
        run.put(&at(day), TICKETS, &ticket(&no, &at(day), id, "smell", &json!({})));
    }
}

fn key(id: &str) -> SubjectKey {
    SubjectKey { matter: "gas".into(), scope: SubjectScope::Enterprise, id: id.into() }
}

/// The newest profile of a firm; null once it is gone.
fn profile(run: &Run, id: &str) -> Value {
    let of = |v: &&Value| v["subject"]["id"] == *id;
    values(&run.all, "risk.profiles").iter().rfind(of).cloned().unwrap_or(Value::Null)
}

/// A term of a firm's score: its points and its text.
fn term(run: &Run, id: &str, code: &str) -> (i64, String) {
    let profile = profile(run, id);
    let all = ["factors", "against"].map(|list| profile[list].as_array().cloned().unwrap_or_default()).concat();
    let found = all.iter().find(|f| f["code"] == *code);
    found.map_or((0, String::new()), |f| (f["points"].as_i64().unwrap(), f["text"].as_str().unwrap().to_string()))
}

fn sector(run: &mut Run, day: usize, record: Value) {
    run.put(&at(day), SECTOR, &record);
}

#[test]
fn complaints_are_compared_with_those_of_peers() {
    // What the row of the firm says, the tickets it gets on day 60, points of the rate, and of the outlets.
    for (more, tickets, least, most, outlets) in [
        (json!({}), 1, 0, 12, 0..=0),
        (json!({}), 8, 15, 40, 0..=0),
        (json!({ "size": null }), 8, 15, 40, 0..=0),
        (json!({ "industry": "6220" }), 8, 0, 0, 0..=0),
        (json!({ "industry": null }), 8, 0, 0, 0..=0),
        (json!({ "status": "注销" }), 8, 0, 0, 0..=0),
        (json!({ "outlets": 10 }), 8, 15, 40, -40..=-10),
    ] {
        let mut run = city(56);
        run.put(&at(57), REGISTRY, &row("X", &more));
        complain(&mut run, "X", tickets, 60);
        let (points, text) = term(&run, "X", "rate_against_peers");
        assert!((least..=most).contains(&points), "{more} {tickets}: {points} {text}");
        assert_eq!(points > 0, text.ends_with("times as many complaints as 20 peers"), "{more} {tickets}: {text}");
        let (points, text) = term(&run, "X", "outlets");
        assert!(outlets.contains(&points), "{more} {tickets}: {points}");
        assert!(points == 0 || text.starts_with("10 outlets"), "{text}");
    }
}

#[test]
fn few_complaints_where_many_are_usual_speak_for_it() {
    let mut run = city(0);
    for day in 0..40 {
        (1..20).for_each(|n| complain(&mut run, &firm(n), 1, day));
    }
    complain(&mut run, &firm(0), 1, 41);
    let (points, text) = term(&run, &firm(0), "rate_against_peers");
    assert!(points < -20, "{points} {text}");
    assert_eq!(term(&run, &firm(0), "sudden_rise").0, 0);
}

#[test]
fn a_sudden_rise_is_told_from_what_goes_on_as_ever() {
    let mut run = city(56);
    complain(&mut run, &firm(3), 1, 57);
    let calm = term(&run, &firm(3), "sudden_rise").0;
    complain(&mut run, &firm(3), 5, 58);
    let (points, text) = term(&run, &firm(3), "sudden_rise");
    assert!(calm <= 5 && (15..=30).contains(&points), "{calm}, {points}");
    assert!(text.starts_with("a sudden rise of complaints, at most about once in "), "{text}");
    // Silence heals; a ticket found untrue never was.
    for day in (60..200).step_by(2) {
        complain(&mut run, &firm(4 + day / 2 % 16), 1, day);
    }
    complain(&mut run, &firm(3), 1, 200);
    let healed = term(&run, &firm(3), "sudden_rise").0;
    assert!(healed <= 3, "{healed}");
    let mut run = city(56);
    complain(&mut run, &firm(3), 6, 58);
    let before = term(&run, &firm(3), "sudden_rise").0;
    for n in 0..5 {
        let gone = json!({ "status": "withdrawn" });
        run.put(&at(58), TICKETS, &ticket(&format!("F03/58/{n}"), &at(58), "F03", "smell", &gone));
    }
    let after = term(&run, &firm(3), "sudden_rise").0;
    assert!(before >= 15 && after <= 5, "{before}, {after}");
}

#[test]
fn inspections_are_pooled_with_those_of_peers() {
    let inspect = |run: &mut Run, id: &str, day: usize, result: &str| {
        let no = format!("{id}/{day}");
        sector(run, day, json!({ "kind": "inspection", "inspection_id": no, "id": id, "at": at(day), "result": result }));
    };
    let mut run = city(0);
    for n in 2..12 {
        inspect(&mut run, &firm(n), n, if n == 2 { "critical" } else { "pass" });
    }
    for (id, results, least, most, text) in [
        ("F00", vec!["critical", "serious"], 15, 30, "2 of its last 2 inspections failed"),
        ("F01", vec!["pass", "minor", "pass", "pass"], -15, -5, "0 of its last 4 inspections failed"),
        ("F02", vec!["pass", "pass", "pass"], -5, 10, "1 of its last 4 inspections failed"),
    ] {
        results.iter().enumerate().for_each(|(n, result)| inspect(&mut run, id, 20 + n, result));
        let (points, said) = term(&run, id, "inspections");
        assert!((least..=most).contains(&points) && said.starts_with(text), "{id}: {points} {said}");
        assert!(said.ends_with("among peers)"), "{said}");
    }
}

#[test]
fn what_expires_is_revoked_or_repaired_weighs_nothing_from_that_day_on() {
    let penalty = |day, more: Value| {
        let mut record = json!({ "kind": "penalty", "penalty_id": "P1", "id": "F00", "at": at(day) });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    let none = || json!({});
    // Records of day 1 and day 5, points of the penalty on day 6 and on day 40.
    for (first, then, soon, late, why) in [
        (none(), none(), 20, 0, "by the rule, after thirty days"),
        (json!({ "expires_at": "2026-01-20" }), none(), 20, 0, "by the record, sooner"),
        (json!({ "expires_at": "2027-01-20" }), none(), 20, 0, "by the rule, sooner"),
        (json!({ "expires_at": "2026-01-01" }), none(), 0, 0, "before it came"),
        (none(), json!({ "revoked": true }), 0, 0, "revoked"),
        (json!({ "revoked": true }), none(), 0, 0, "revoked before it came"),
    ] {
        let mut run = city(0);
        sector(&mut run, 1, penalty(1, first));
        sector(&mut run, 5, penalty(1, then));
        run.pass(&at(6));
        let got = term(&run, "F00", "penalty").0;
        run.pass(&at(40));
        assert_eq!((got, term(&run, "F00", "penalty").0), (soon, late), "{why}");
        let left = run.engine().state().evidence.get(&key("F00"));
        assert!(left.is_none_or(|e| e.refs.is_empty() && e.lasting.values().all(|all| all.is_empty())), "{why}");
    }
}

#[test]
fn the_newest_credit_class_counts_until_it_is_repaired() {
    let credit = |day: usize, class: &str, repaired: bool| json!({ "kind": "credit", "id": "F00", "class": class, "at": at(day), "repaired": repaired });
    // Records in the order they come; points of class D, the class shown, and notices to operators.
    for (records, points, class, notices) in [
        (vec![credit(1, "D", false)], 20, "D", 0),
        (vec![credit(1, "D", false), credit(1, "D", false)], 20, "D", 0),
        (vec![credit(1, "D", false), credit(2, "D", false)], 20, "D", 0),
        (vec![credit(1, "D", false), credit(2, "A", false)], 0, "A", 0),
        (vec![credit(1, "D", false), credit(2, "D", true)], 0, "", 0),
        (vec![credit(2, "D", true), credit(1, "D", false)], 0, "", 0),
        (vec![credit(2, "A", false), credit(1, "D", false)], 0, "A", 0),
        (vec![credit(1, "E", false), credit(2, "E", false)], 0, "E", 1),
    ] {
        let mut run = city(0);
        records.iter().for_each(|record| sector(&mut run, 3, record.clone()));
        complain(&mut run, "F00", 1, 4);
        assert_eq!(term(&run, "F00", "class-d").0, points, "{records:?}");
        assert_eq!(profile(&run, "F00")["credit_class"].as_str().unwrap_or_default(), class, "{records:?}");
        let told = values(&run.all, "jianwei.operators");
        assert_eq!(told.iter().filter(|n| n["code"] == "unknown_credit_class").count(), notices, "{records:?}");
    }
}

#[test]
fn a_name_of_finance_without_the_licence() {
    let permit = |kind: &str, more: Value| {
        let mut record = json!({ "kind": "permit", "permit_id": "P", "id": "X", "type": kind, "valid_from": at(2) });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    for (name, permits, points) in [
        ("Wealth Ltd", vec![], 30),
        ("Health and Wealth Ltd", vec![], 0),
        ("Gas Ltd", vec![], 0),
        ("Wealth Ltd", vec![permit("banking", json!({}))], 0),
        ("Wealth Ltd", vec![permit("banking", json!({ "status": "revoked" }))], 30),
        ("Wealth Ltd", vec![permit("banking", json!({ "valid_to": at(3) }))], 30),
        ("Wealth Ltd", vec![permit("catering", json!({}))], 30),
    ] {
        let mut run = city(0);
        permits.iter().for_each(|record| sector(&mut run, 3, record.clone()));
        run.put(&at(4), REGISTRY, &row("X", &json!({ "name": name })));
        assert_eq!(term(&run, "X", "finance-name").0, points, "{name} {permits:?}");
        assert!(run.engine().state().episodes.is_empty(), "a name alone has no source");
    }
    // The same in texts is a factor where the name does not say it.
    for (name, permits, points) in [
        ("Gas Ltd", vec![], 10),
        ("Gas Ltd", vec![permit("banking", json!({}))], 0),
        ("Wealth Ltd", vec![], 0),
        ("Wealth Ltd", vec![permit("banking", json!({}))], 0),
    ] {
        let mut run = city(0);
        permits.iter().for_each(|record| sector(&mut run, 3, record.clone()));
        run.put(&at(4), REGISTRY, &row("X", &json!({ "name": name })));
        run.put(&at(5), TICKETS, &ticket("T", &at(5), "X", "smell; they want me to invest", &json!({})));
        assert_eq!(term(&run, "X", "finance-words").0, points, "{name} {permits:?}");
    }
    // Renamed: the name it has counts.
    let mut run = city(0);
    run.put(&at(4), REGISTRY, &row("X", &json!({ "name": "Wealth Ltd" })));
    run.put(&at(5), REGISTRY, &row("X", &json!({ "name": "Gas Ltd", "former_names": "Wealth Ltd" })));
    complain(&mut run, "X", 1, 6);
    assert_eq!(term(&run, "X", "finance-name").0, 0);
}

#[test]
fn a_counterfactual_is_true() {
    let mut run = city(56);
    complain(&mut run, &firm(3), 6, 58);
    let warning = values(&run.all, "warnings.lead").into_iter().rfind(|w| w["scope"] == "enterprise").unwrap();
    let said = &warning["counterfactual"];
    let points = |list: &str, code: &str| -> i64 {
        warning[list]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| code.is_empty() || f["code"] == *code)
            .map(|f| f["points"].as_i64().unwrap())
            .sum()
    };
    let without = said["without"].as_array().unwrap();
    assert!(!without.is_empty(), "{said}");
    let left: i64 = points("factors", "") + points("against", "")
        - without.iter().map(|code| points("factors", code.as_str().unwrap())).sum::<i64>();
    let score = (100.0 / (1.0 + (-left as f64 / 10.0).exp()) + 0.5).floor() as i64;
    let level = [(90, "red"), (75, "orange"), (55, "yellow"), (35, "blue")].iter().find(|(least, _)| score >= *least);
    assert_eq!(said["level"].as_str(), level.map(|(_, name)| *name), "{warning}");
    assert_ne!(said["level"], warning["level"]);
    assert!(said["text"].as_str().unwrap().starts_with("without \""), "{said}");
    // A trigger that holds the level stands in it.
    let mut run = city(0);
    run.put(&at(3), TICKETS, &ticket("L1", &at(3), "F00", "a leak", &json!({})));
    let warning = values(&run.all, "warnings.lead").last().cloned().unwrap();
    assert_eq!(warning["counterfactual"]["without"], json!(["leak"]));
    assert_eq!(warning["counterfactual"]["level"], Value::Null);
}

/// What is kept up record by record is what a fresh count gives, whatever happens to firms.
#[test]
fn strata_kept_up_are_strata_counted_anew() {
    let mut run = city(56);
    complain(&mut run, "F01", 3, 57);
    for (day, id, more) in [
        (58, "F01", json!({ "name": "Renamed", "former_names": "Firm F01" })),
        (58, "F02", json!({ "industry": "6220" })),
        (59, "F03", json!({ "merged_into": "F04" })),
        (59, "F05", json!({ "status": "closed" })),
        (59, "F06", json!({ "size": "large", "outlets": 4 })),
        (60, "F05", json!({ "status": "active" })),
        (60, "F07", json!({ "region": null })),
    ] {
        run.put(&at(day), REGISTRY, &row(id, &more));
        complain(&mut run, id, 1, day);
    }
    let key_bytes = "F08".as_bytes();
    let now_ms = common::ms(&run.model, &at(61));
    run.put_bytes(now_ms, REGISTRY, Some(key_bytes), None);
    complain(&mut run, "F09", 2, 62);
    // The same realm, its strata built anew by an activation.
    run.activate(&at(62), &bundle());
    let before = profile(&run, "F09");
    run.put(&at(62), TICKETS, &ticket("F09/62/0", &at(62), "F09", "smell", &json!({})));
    let after = profile(&run, "F09");
    assert_eq!((&before["score"], &before["factors"]), (&after["score"], &after["factors"]));
    // 20 firms: one gone to another trade, one merged, one removed; it leaves itself out.
    assert!(term(&run, "F09", "rate_against_peers").1.ends_with("complaints as 15 peers"), "{before}");
}

#[test]
fn renamed_merged_closed_and_reopened() {
    let mut run = city(56);
    complain(&mut run, "F01", 8, 57);
    let score = |run: &Run, id: &str| profile(run, id)["score"].as_i64().unwrap_or(-1);
    let before = score(&run, "F01");
    for (status, compared) in [("closed", false), ("active", true)] {
        run.put(&at(58), REGISTRY, &row("F01", &json!({ "status": status, "name": "Another name" })));
        complain(&mut run, "F01", 1, 58 + usize::from(compared));
        assert_eq!(term(&run, "F01", "rate_against_peers").0 > 0, compared, "{status}");
        assert!(term(&run, "F01", "complaint").0 > 0, "{status}: its evidence stays");
    }
    assert!(before > 50 && score(&run, "F01") >= before);
    run.put(&at(61), REGISTRY, &row("F01", &json!({ "merged_into": "F02" })));
    assert!(score(&run, "F02") >= before, "what was known goes over");
    assert!(term(&run, "F02", "rate_against_peers").1.ends_with("as 18 peers"), "{:?}", term(&run, "F02", "rate_against_peers"));
    assert!(!run.engine().state().evidence.contains_key(&key("F01")));
}

#[test]
fn ten_thousand_tickets_about_one_firm_in_a_minute() {
    let mut run = city(56);
    let from_ms = common::ms(&run.model, &at(58));
    // A debug build takes a minute for all of them.
    let tickets = if cfg!(debug_assertions) { 2_000 } else { 10_000 };
    for n in 0..tickets {
        let record = ticket(&format!("M{n}"), &at(58), "F03", "smell", &json!({}));
        run.put_bytes(from_ms + n * 6, TICKETS, None, Some(record.to_string().as_bytes()));
    }
    let evidence = &run.engine().state().evidence[&key("F03")];
    assert_eq!(evidence.refs.len(), MAX_REFS);
    let told = values(&run.all, "warnings.lead");
    let levels: Vec<&str> = told.iter().filter(|w| w["subject"]["id"] == "F03").map(|w| w["level"].as_str().unwrap()).collect();
    assert!(levels.len() <= 4, "told when it gets worse, not ten thousand times: {levels:?}");
    assert_eq!(levels.last(), Some(&"red"));
    let (rate, rise) = (term(&run, "F03", "rate_against_peers").0, term(&run, "F03", "sudden_rise").0);
    assert_eq!((rate, rise), (40, 30), "both at their bound");
    assert_eq!(profile(&run, "F03")["score"], 100);
}

#[test]
fn one_caller_or_one_text_is_one_source() {
    // In one text of more than twenty characters, from one caller, or from three: sources that count.
    let said = "a strong smell of gas in the stairwell of the house in the second street since yesterday";
    for (texts, sources) in
        [([said, said, said], 1), ([said, "quite another thing about the bill that came twice in one month", "no heating"], 3)]
    {
        let mut run = city(0);
        for (n, text) in texts.iter().enumerate() {
            run.put(&at(3), TICKETS, &ticket(&format!("S{n}"), &at(3), "F00", text, &json!({})));
        }
        let evidence = &run.engine().state().evidence[&key("F00")];
        assert_eq!(evidence.total, sources, "{texts:?}");
    }
}
