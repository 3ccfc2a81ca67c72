//! Outcomes of visits: what was known the day before, in whatever order a day's records come. All records
//! are made up.

#![allow(clippy::disallowed_methods, reason = "the oracle is std's arithmetic, to nine places")]

mod common;

use common::mini::{REGISTRY, SECTOR, mini, mini_with};
use common::{FeedLane, Run, begin_feed, run_feed};
use jianwei_core::engine::{Effect, Engine, OutcomeRow, Share};
use jianwei_core::journal::{Body, Fact, decode, encode};
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

const OUTCOME: &str = r#"[outcome]
text = "a fault"
when = { kind = "inspection", reason = "planned" }
happened = { kind = "inspection", result = "critical" }
random = { kind = "inspection", mode = "double_random" }
intercept = -1.0
term = [
  { code = "own", rate_of = "subject", half_life_days = 100, strength = 1, coefficient = 2, centre = 0.5, text = "own" },
  { code = "minor", rate_of = "subject", happened = { kind = "inspection", result = "minor" }, half_life_days = 100, strength = 1, text = "minor" },
  { code = "area", rate_of = "object_area", half_life_days = 100, strength = 1, text = "area" },
  { code = "all", rate_of = "realm", half_life_days = 100, strength = 1, text = "all" },
  { code = "last", since = { kind = "inspection", reason = "planned" }, text = "last" },
  { code = "fines", recent = { kind = "penalty" }, half_life_days = 10, text = "fines" },
  { code = "winter", season = "january", text = "winter" },
]

[enterprise]
prior = -3.0"#;

fn bundle() -> Bundle {
    // TOML 1.0 wants an inline table on one line; a list may have several.
    mini_with("matters/gas.toml", "[enterprise]\nprior = -3.0", OUTCOME)
}

fn visit(no: &str, id: &str, day: &str, result: &str, more: Value) -> Value {
    let record = json!({ "kind": "inspection", "inspection_id": no, "id": id, "at": day, "reason": "planned",
        "mode": "double_random", "result": result });
    common::mini::with(record, &more)
}

fn fine(no: &str, id: &str, day: &str) -> Value {
    json!({ "kind": "penalty", "penalty_id": no, "id": id, "at": day })
}

/// The judged outcomes of records on the feed clock.
fn judged(records: &[Value]) -> Vec<OutcomeRow> {
    let (mut sequencer, _) = begin_feed(&bundle(), "2026-12-31");
    sequencer.set_emit_outcomes(true);
    let rows = records.iter().map(|r| (None, Some(r.to_string().into_bytes()))).collect();
    rows_of(&run_feed(&mut sequencer, &[FeedLane { topic: SECTOR.into(), partition: 0, rows }], usize::MAX))
}

fn rows_of(all: &[Sequenced]) -> Vec<OutcomeRow> {
    let effects = all.iter().flat_map(|s| &s.effects);
    effects.filter_map(|e| if let Effect::Outcome(row) = e { Some((**row).clone()) } else { None }).collect()
}

fn close(got: f64, wanted: f64) -> bool {
    (got - wanted).abs() < 1e-9
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

#[test]
fn the_values_of_each_term() {
    let area = |label: &str| json!({ "object_area": label });
    let rows = judged(&[
        visit("1", "E1", "2026-01-01", "critical", area("north")),
        visit("2", "E2", "2026-01-01", "pass", area("south")),
        fine("3", "E1", "2026-01-21"),
        fine("4", "E1", "2026-01-31"),
        visit("5", "E1", "2026-04-11", "minor", json!({})),
        visit("6", "E3", "2026-04-11", "critical", area("north")),
    ]);
    assert_eq!(rows.len(), 4);
    let first = &rows[0];
    assert_eq!((first.known_days, first.own, first.usual), (None, Share::default(), 0.5));
    for (at, wanted) in [0.0, 0.0, 0.0, 0.0, 1000f64.ln(), 0.0, 1.0].into_iter().enumerate() {
        assert!(close(first.values[at], wanted), "{at}: {:?}", first.values);
    }
    // A hundred days later each of the first day's two outcomes counts half.
    let e1 = &rows[2];
    assert_eq!((e1.source_id.as_str(), e1.happened, e1.random, e1.known_days), ("5", false, true, Some(100)));
    assert_eq!((e1.own, e1.usual, e1.object.area.as_deref()), (Share { of: 1.0, happened: 1.0 }, 0.5, Some("north")));
    let peers = (0.5 + 0.5) / (1.0 + 1.0);
    let own = (0.5 + peers) / (0.5 + 1.0);
    // None of the two was minor: half of two, and a half for what is not known.
    let minor_peers = 0.5 / 2.0;
    let minor = minor_peers / 1.5;
    // The planned visits were a hundred days ago, the fines eighty and seventy.
    let fines = 2f64.powf(-8.0) + 2f64.powf(-7.0);
    let wanted = [
        logit(own) - logit(peers),
        logit(minor) - logit(minor_peers),
        logit(own) - logit(peers),
        logit(0.5),
        100f64.ln(),
        (1.0 + fines).log2(),
        (100.0 / 365.25 * std::f64::consts::TAU).cos(),
    ];
    for (at, wanted) in wanted.into_iter().enumerate() {
        assert!(close(e1.values[at], wanted), "{at}: {} for {wanted}", e1.values[at]);
    }
    assert!(close(e1.log_odds, -1.0 + 2.0 * (e1.values[0] - 0.5)));
    assert!(close(e1.probability(), 1.0 / (1.0 + (-e1.log_odds).exp())));
    // One never seen before has no area yet, whatever its own record says.
    assert_eq!((rows[3].object.area.as_deref(), rows[3].values[2]), (None, 0.0));
}

#[test]
fn nothing_of_the_judged_day_is_known() {
    let before = [visit("1", "E1", "2026-01-01", "critical", json!({})), visit("2", "E2", "2026-01-05", "pass", json!({}))];
    let day = "2026-02-01";
    let others = [
        fine("0", "E1", day),
        visit("3", "E1", day, "critical", json!({ "reason": "complaint" })),
        visit("4", "E2", day, "critical", json!({ "object_area": "north" })),
        visit("8", "E1", day, "pass", json!({})),
        visit("9", "E3", day, "critical", json!({})),
    ];
    let of = |records: &[Value]| -> Vec<OutcomeRow> { judged(records).into_iter().filter(|row| row.source_id == "7").collect() };
    let alone: Vec<Value> = before.iter().cloned().chain([visit("7", "E1", day, "pass", json!({}))]).collect();
    let wanted = of(&alone);
    assert_eq!(wanted.len(), 1);
    for result in ["pass", "critical"] {
        let mut all: Vec<Value> = before.iter().chain(&others).cloned().collect();
        all.push(visit("7", "E1", day, result, json!({ "object_area": "east" })));
        all.push(visit("99", "E1", "2026-02-02", "critical", json!({})));
        let got = of(&all);
        assert_eq!(got.len(), 1);
        assert_eq!((&got[0].values, got[0].usual, got[0].own), (&wanted[0].values, wanted[0].usual, wanted[0].own), "{result}");
        assert_eq!((got[0].known_days, &got[0].object), (wanted[0].known_days, &wanted[0].object));
    }
    // The day after knows it all.
    let mut all: Vec<Value> = before.iter().chain(&others).cloned().collect();
    all.push(visit("99", "E1", "2026-02-02", "critical", json!({})));
    let next = judged(&all).into_iter().find(|row| row.source_id == "99").unwrap();
    assert_eq!(next.own, Share { of: 2.0, happened: 1.0 });
    assert!(next.values[5] > 0.9, "{:?}", next.values);
}

#[test]
fn one_record_is_one_outcome_and_only_random_ones_are_said_to_be() {
    let joint = json!({ "mode": "for_cause" });
    let rows = judged(&[
        visit("1", "E1", "2026-01-01", "critical", json!({})),
        visit("1", "E1", "2026-01-02", "critical", json!({})),
        visit("2", "E1", "2026-01-03", "pass", joint),
        visit("3", "E1", "2026-01-04", "pass", json!({ "reason": "complaint" })),
        fine("4", "E1", "2026-01-05"),
        visit("5", "E1", "2026-01-06", "pass", json!({ "mode": null })),
    ]);
    let told: Vec<(&str, bool, bool, f64)> =
        rows.iter().map(|r| (r.source_id.as_str(), r.happened, r.random, r.own.of)).collect();
    assert_eq!(told, [("1", true, true, 0.0), ("2", false, false, 1.0), ("5", false, false, 2.0)]);
}

#[test]
fn merged_firms_are_one_and_removed_terms_go() {
    let mut run = Run::wall(&bundle(), "2026-01-01");
    run.put("2026-01-01", SECTOR, &visit("1", "E1", "2026-01-01", "critical", json!({})));
    run.put("2026-01-02", SECTOR, &visit("2", "E2", "2026-01-02", "pass", json!({})));
    run.put("2026-01-03", REGISTRY, &json!({ "id": "E1", "merged_into": "E2" }));
    run.sequencer.set_emit_outcomes(true);
    let rows = rows_of(&run.put("2026-01-04", SECTOR, &visit("3", "E1", "2026-01-04", "pass", json!({}))));
    assert_eq!((rows[0].subject.as_str(), rows[0].own, rows[0].known_days), ("E2", Share { of: 2.0, happened: 1.0 }, Some(3)));
    let mut less = bundle();
    let gas = less.files.get_mut("matters/gas.toml").unwrap();
    *gas = gas.lines().filter(|line| !line.contains("code = \"own\"")).collect::<Vec<_>>().join("\n");
    run.activate("2026-01-05", &less);
    assert_eq!(run.engine().state().outcomes.len(), 1);
    run.activate("2026-01-05", &mini());
    assert!(run.engine().state().outcomes.is_empty());
}

#[test]
fn profiles_and_warnings_tell_the_chance_once_it_was_learned() {
    let learned = "learned = { from = \"2025-01-01\", to = \"2025-12-31\", outcomes = 300, happened = 40 }\nterm = [";
    let mut taught = bundle();
    let gas = taught.files.get_mut("matters/gas.toml").unwrap();
    // A fine warns at once.
    *gas = gas.replace("when = { kind = \"ticket\", words = [\"blast\"] }", "when = { kind = \"penalty\" }");
    let untaught = taught.clone();
    let gas = taught.files.get_mut("matters/gas.toml").unwrap();
    *gas = gas.replace("term = [", learned);
    for (bundle, told) in [(untaught, false), (taught, true)] {
        let mut run = Run::wall(&bundle, "2026-01-01");
        run.put("2026-01-01", SECTOR, &visit("1", "E1", "2026-01-01", "critical", json!({})));
        let out = run.put("2026-01-02", SECTOR, &fine("2", "E1", "2026-01-02"));
        // Its own outcome happened; the realm's only one did: 2 * (its own ahead of the realm's - 0.5) - 1.
        let peers: f64 = (1.0 + 0.75) / 2.0;
        let own = logit((1.0 + peers) / 2.0) - logit(peers);
        let wanted = 1.0 / (1.0 + (1.0 - 2.0 * (own - 0.5)).exp());
        for topic in ["risk.profiles", "warnings.lead"] {
            let value = common::values(&out, topic).pop().unwrap_or_else(|| panic!("nothing on {topic}"));
            let chance = &value["probability"];
            assert_eq!(chance.is_object(), told, "{value}");
            if told {
                assert!((chance["value"].as_f64().unwrap() - wanted).abs() < 2e-3, "{chance} for {wanted}");
                assert_eq!((&chance["event"], &chance["n"]), (&json!("a fault"), &json!(300)));
                assert_eq!(chance["horizon_days"], Value::Null, "at the next visit, whenever that is");
                assert_eq!(chance["version"], "1", "of the pipeline whose coefficients these are");
            }
        }
    }
}

#[test]
fn natural_persons_are_forgotten() {
    let mut run = Run::wall(&bundle(), "2026-01-01");
    run.put("2026-01-01", REGISTRY, &json!({ "id": "E1", "natural_person": true }));
    run.put("2026-01-01", SECTOR, &visit("1", "E1", "2026-01-01", "pass", json!({})));
    let text = |run: &Run| format!("{:?}", run.engine().state().outcomes);
    assert!(text(&run).contains("\"E1\""));
    run.pass("2028-01-01");
    assert!(!text(&run).contains("\"E1\""), "{}", text(&run));
}

#[test]
fn labels_hold_no_personal_data_and_facts_are_written_and_read() {
    let mut run = Run::wall(&bundle(), "2026-01-01");
    let record = visit(
        "1",
        "E1",
        "2026-01-01",
        "pass",
        json!({ "object_area": "call 13812345678", "object_type": "shop", "risk_class": "A" }),
    );
    let entry = run.put("2026-01-01", SECTOR, &record).pop().unwrap().entry;
    let Body::Record(record) = &entry.body else { panic!("{entry:?}") };
    let Fact::Outcome(fact) = &record.fact else { panic!("{entry:?}") };
    assert!(!fact.object.area.as_ref().unwrap().contains("13812345678"), "{fact:?}");
    assert_eq!((fact.object.object_type.as_deref(), fact.object.risk_class.as_deref()), (Some("shop"), Some("A")));
    assert_eq!(
        (fact.hits[0].happened, fact.hits[0].random, fact.hits[0].terms.as_slice()),
        (Some(false), true, ["last".to_string()].as_slice())
    );
    assert_eq!(decode(&encode(&entry).unwrap()).unwrap(), entry);
    let restored = Engine::restore(&run.engine().snapshot_state().unwrap()).unwrap();
    assert_eq!(restored.snapshot_state().unwrap(), run.engine().snapshot_state().unwrap());
}
