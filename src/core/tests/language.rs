//! The pipeline language beyond its first words: shared lists, header maps, names of organisations,
//! figures, counted triggers, matters without a lead, legal bases. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{REGISTRY, SECTOR, TICKETS, disposition, mini, mini_with, ticket};
use common::mistakes::{GAS, NOISE, ORGS, PIPELINE};
use common::{Run, told, values};
use jianwei_core::journal::Body;
use jianwei_core::pipeline::{Bundle, load};
use serde_json::{Value, json};

/// A Monday.
const MONDAY: &str = "2026-03-02 10:00";

fn with_file(mut bundle: Bundle, name: &str, text: &str) -> Bundle {
    bundle.files.insert(name.into(), text.into());
    bundle
}

/// The matters a ticket of this text belongs to when noise is matched by the given condition.
fn noise_matters(bundle: &Bundle, content: &str) -> Vec<String> {
    let mut run = Run::wall(bundle, "2026-03-01");
    let record = json!({ "ticket_no": "T1", "received_at": MONDAY, "content": content, "title": "about" });
    let out = run.put(MONDAY, TICKETS, &record);
    let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("no entry") };
    entry.fact.evidence().unwrap().matters.iter().map(|m| m.matter.clone()).collect()
}

#[test]
fn words_any_all_none_and_from_shared_lists() {
    let lists = "loud = [\"noise\", \"din\"]\nnight = \"at night\"\n";
    for (condition, content, holds) in [
        ("words = [\"@loud\"]", "a din", true),
        ("words = [\"@loud\"]", "a tune", false),
        ("words = [\"@loud\", \"tune\"]", "a tune", true),
        ("words = [\"about\"]", "the title counts too", true),
        ("all_words = [\"din\", \"@night\"]", "a din at night", true),
        ("all_words = [\"din\", \"@night\"]", "a din at noon", false),
        ("words = [\"@loud\"]\nnot_words = [\"concert\"]", "a din", true),
        ("words = [\"@loud\"]\nnot_words = [\"concert\"]", "the din of a concert", false),
    ] {
        let bundle = with_file(mini_with(NOISE, "category = \"noise\"", condition), "words.toml", lists);
        assert_eq!(noise_matters(&bundle, content) == ["noise"], holds, "{condition} {content}");
    }
    let broken = with_file(mini(), "words.toml", "loud = 7\n");
    let problems = load(&broken).unwrap_err();
    assert!(problems[0].to_string().starts_with("words.toml:1: `loud` must be a text or a list of texts"), "{problems:#?}");
}

#[test]
fn a_source_reads_any_of_its_columns_and_translates_for_all_maps() {
    let more = "topic = \"mini.tickets\"\ncolumns = { ticket_no = [\"单号\", \"编号\"], received_at = \"时间\", content = [\"内容\"] }\nvalues.intent = { \"表扬\" = \"praise\", \"c\" = \"praise\", \"m\" = \"help\" }";
    let bundle = mini_with(PIPELINE, "topic = \"mini.tickets\"", more);
    let mut run = Run::wall(&bundle, "2026-03-01");
    for (row, id, intent) in [
        (json!({ "编号": "A1", "时间": MONDAY, "内容": "x", "intent": "表扬" }), "A1", json!("praise")),
        (json!({ "单号": "", "编号": "A2", "时间": MONDAY, "内容": "x" }), "A2", Value::Null),
        (json!({ "ticket_no": "A3", "编号": "no", "received_at": MONDAY, "内容": "x" }), "A3", Value::Null),
        // The map's own values go first; what it does not list is the source's to say, but for its "*".
        (json!({ "no": "A4", "when": MONDAY, "said": "x", "wish": "c" }), "A4", json!("complaint")),
        (json!({ "no": "A5", "when": MONDAY, "said": "x", "wish": "m" }), "A5", json!("inquiry")),
    ] {
        let out = run.put(MONDAY, TICKETS, &row);
        let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("{row}") };
        let got = entry.fact.evidence().unwrap().intent.map(|i| i.as_str());
        assert_eq!((entry.id.as_str(), json!(got)), (id, intent), "{row}");
    }
}

#[test]
fn an_organisation_is_known_by_its_names() {
    let text = "slug = \"coop\"\naliases = [\"Both\"]\nformer_names = [\"Old bureau\", \"Cooperating bureau\"]";
    let mut bundle = mini_with(ORGS, "slug = \"coop\"", text);
    let orgs = bundle.files.get_mut(ORGS).unwrap();
    *orgs = orgs.replacen("slug = \"info\"", "slug = \"info\"\naliases = [\"Both\"]", 1);
    let model = load(&bundle).unwrap();
    for (name, slug) in
        [("coop", Some("coop")), (" Old bureau ", Some("coop")), ("Cooperating", Some("coop")), ("Both", None), ("nobody", None)]
    {
        assert_eq!(model.find_organisation(name).map(|o| o.slug.as_str()), slug, "{name}");
    }
}

/// The gas matter with one more rule about figures, far outweighing the others.
fn with_figure(test: &str) -> Bundle {
    let rule = format!(
        "[[enterprise.evidence]]\ncode = \"balance\"\nweight = 6\nhalf_life_days = 365\ntext = \"balance\"\nfigure = {{ measure = \"balance\", {test} }}\n\n[[enterprise.evidence]]\ncode = \"clean\""
    );
    let bundle = mini_with(GAS, "[[enterprise.evidence]]\ncode = \"clean\"", &rule);
    let mut bundle = bundle;
    let gas = bundle.files.get_mut(GAS).unwrap();
    *gas = gas.replace("blue = 2, yellow = 2, orange = 2, red = 2", "blue = 1, yellow = 1, orange = 1, red = 1");
    *gas = gas.replace("\"observation\", \"credit\", \"alarm\", \"penalty\"] }", "\"credit\", \"alarm\", \"penalty\"] }");
    bundle
}

fn observe(run: &mut Run, id: &str, at: &str, value: f64) -> Vec<String> {
    let record = json!({ "kind": "observation", "id": id, "measure": "balance", "value": value, "at": at });
    told(&run.put(at, SECTOR, &record), "lead")
}

#[test]
fn the_newest_figure_counts_against_a_limit() {
    let mut run = Run::wall(&with_figure("value_at_least = 100"), "2026-03-01");
    assert_eq!(observe(&mut run, "E1", MONDAY, 99.9), Vec::<String>::new());
    assert_eq!(observe(&mut run, "E1", "2026-03-03 10:00", 100.0), ["raised red 1"]);
    let profile = |run: &Run| values(&run.all, "risk.profiles").pop().unwrap();
    assert_eq!(profile(&run)["factors"][0]["code"], "balance");
    // The same again is not worse, and a better one takes it back.
    observe(&mut run, "E1", "2026-03-04 10:00", 5_000.0);
    assert_eq!((&profile(&run)["evidence_count"], &profile(&run)["factors"][0]["points"]), (&json!(1), &json!(60)));
    observe(&mut run, "E1", "2026-03-05 10:00", 3.0);
    assert_eq!((&profile(&run)["evidence_count"], &profile(&run)["factors"]), (&json!(0), &json!([])));
    // One that comes late says nothing new.
    let late = json!({ "kind": "observation", "id": "E1", "measure": "balance", "value": 900, "at": "2026-03-04 12:00" });
    run.put("2026-03-05 11:00", SECTOR, &late);
    assert_eq!(profile(&run)["factors"], json!([]));
}

#[test]
fn a_figure_is_compared_with_those_of_its_trade() {
    let mut run = Run::wall(&with_figure("times_peer_median = 5, peers_at_least = 3"), "2026-03-01");
    for n in 1..=5 {
        let row = json!({ "id": format!("E{n}"), "name": format!("Gym {n}"), "industry": if n == 5 { "9999" } else { "8930" } });
        run.put("2026-03-01", REGISTRY, &row);
    }
    assert_eq!(observe(&mut run, "E1", MONDAY, 500.0), Vec::<String>::new(), "nobody to compare with");
    for (id, value) in [("E2", 10.0), ("E3", 12.0)] {
        assert_eq!(observe(&mut run, id, MONDAY, value), Vec::<String>::new(), "{id}");
    }
    assert_eq!(observe(&mut run, "E4", MONDAY, 60.0), ["raised red 1"], "five times the median of 10, 12 and 500");
    assert_eq!(observe(&mut run, "E5", MONDAY, 1e6), Vec::<String>::new(), "the only one of its trade");
}

#[test]
fn a_trigger_may_wait_for_several_records() {
    let more = "code = \"leak\"\nat_least = 3\nwithin_days = 2";
    let bundle = mini_with(GAS, "code = \"leak\"", more);
    for subject in ["E1", ""] {
        let mut run = Run::wall(&bundle, "2026-03-01");
        let mut leak = |no: &str, at: &str, more: Value| {
            told(&run.put(at, TICKETS, &ticket(no, at, subject, "a leak", &more)), "lead").join(",")
        };
        assert_eq!(leak("T1", MONDAY, json!({})), "");
        assert_eq!(leak("T1", MONDAY, json!({ "status": "closed" })), "", "{subject}: an update is not another record");
        assert_eq!(leak("T2", "2026-03-02 11:00", json!({})), if subject.is_empty() { "" } else { "raised yellow 1" });
        let third = leak("T3", "2026-03-02 12:00", json!({}));
        assert!(third.contains("orange"), "{subject}: {third}");
    }
}

/// A counted trigger stands on the records that are left, whichever is taken back.
#[test]
fn a_counted_trigger_is_judged_again_when_a_record_is_taken_back() {
    let more = "code = \"leak\"\nat_least = 3\nwithin_days = 20";
    for (records, back, held) in [(3, 1, false), (3, 3, false), (4, 1, true), (4, 4, true)] {
        let mut run = Run::wall(&mini_with(GAS, "code = \"leak\"", more), "2026-03-01");
        for n in 1..=records {
            let no = format!("T{n}");
            run.put(MONDAY, TICKETS, &ticket(&no, MONDAY, "E1", "a leak", &json!({})));
        }
        let no = format!("T{back}");
        run.put("2026-03-02 11:00", TICKETS, &ticket(&no, MONDAY, "E1", "a leak", &json!({ "verified": false })));
        let evidence = run.engine().state().evidence.values().next().expect("evidence");
        assert_eq!(!evidence.triggers.held.is_empty(), held, "{records} records, number {back} taken back");
        assert!(evidence.triggers.held.values().all(|t| t.source_id != no), "{records} {back}");
    }
}

#[test]
fn a_matter_without_a_lead_goes_to_the_coordinating_office_with_a_due_time() {
    let bundle = mini_with(NOISE, "lead = \"lead\"", "lead = \"undetermined\"\ncooperating = [\"coop\"]");
    let mut run = Run::wall(&bundle, "2026-03-01");
    let record = json!({ "ticket_no": "T1", "received_at": MONDAY, "content": "drill", "category": "noise" });
    run.put(MONDAY, TICKETS, &record);
    let warning = &values(&run.all, "warnings.office")[0];
    assert_eq!(
        (&warning["role"], &warning["lead"], &warning["matter"]["lead_undetermined"]),
        (&json!("lead"), &json!("office"), &json!(true))
    );
    let agree: Vec<&Value> = warning["duties"].as_array().unwrap().iter().filter(|d| d["what"] == "agree_lead").collect();
    assert_eq!(agree.len(), 1, "{warning}");
    assert_eq!((&agree[0]["org"], &agree[0]["by"]), (&json!("office"), &json!("2026-03-17T00:00:00+08:00")));
    assert_eq!(values(&run.all, "warnings.coop")[0]["role"], "cooperating");
    let id = warning["warning_id"].as_str().unwrap().to_string();
    run.put("2026-03-03 10:00", "dispositions.office", &disposition("D1", &id, "close", "2026-03-03 10:00", &json!({})));
    assert_eq!(told(&run.all, "office").last().map(String::as_str), Some("lifted yellow 2"));
}

#[test]
fn a_basis_nobody_checked_says_so_in_the_realms_language() {
    for (language, basis) in [("en", "Made up (basis to be verified)"), ("zh", "Made up（依据待核实）")] {
        let mut bundle = mini_with(PIPELINE, "language = \"en\"", &format!("language = \"{language}\""));
        let gas = bundle.files.get_mut(GAS).unwrap();
        *gas = gas.replacen("verified = false", "verified = false\ndate = \"2024-05\"", 1);
        let mut run = Run::wall(&bundle, "2026-03-01");
        run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, "E1", "a leak", &json!({})));
        let matter = &values(&run.all, "warnings.lead")[0]["matter"];
        assert_eq!(
            (&matter["basis"], &matter["basis_date"], &matter["basis_source"]),
            (&json!(basis), &json!("2024-05"), &json!("nowhere"))
        );
    }
}

#[test]
fn the_lead_can_be_reached() {
    let bundle = mini_with(ORGS, "superior = \"boss\"", "superior = \"boss\"\ncontact = { en = \"duty room\", zh = \"值班室\" }");
    let mut run = Run::wall(&bundle, "2026-03-01");
    run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, "E1", "a leak", &json!({})));
    assert_eq!(values(&run.all, "warnings.lead")[0]["lead_contact"], "duty room");
}

/// A third complaint must not end a warning sooner than two would, nor its withdrawal take more than it brought.
#[test]
fn a_higher_trigger_with_a_shorter_hold_leaves_the_lower_one_standing() {
    let again = "[[trigger]]\ncode = \"leaks\"\nlevel = \"red\"\nat_least = 3\nwithin_days = 2\nhold_days = 2\ntext = \"many leaks\"\nwhen = { kind = \"ticket\", words = [\"leak\"] }\n\n[[trigger]]\ncode = \"leak\"";
    let bundle = mini_with(GAS, "[[trigger]]\ncode = \"leak\"", again);
    let ends = |records: usize, withdrawn: bool| {
        let mut run = Run::wall(&bundle, "2026-03-01");
        for n in 1..=records {
            run.put(MONDAY, TICKETS, &ticket(&format!("T{n}"), MONDAY, "E1", "a leak", &json!({})));
        }
        if withdrawn {
            let back = json!({ "status": "withdrawn" });
            run.put("2026-03-02 11:00", TICKETS, &ticket("T3", MONDAY, "E1", "a leak", &back));
        }
        run.pass("2026-04-30");
        let told = values(&run.all, "warnings.lead");
        let below_orange =
            |w: &&Value| w["updated_at"].as_str() > Some("2026-03-03") && (w["level"] == "yellow" || w["status"] == "lifted");
        let shown = told.iter().filter(|w| w["status"] == "downgraded").map(|w| w["trigger"]["code"].clone()).collect::<Vec<_>>();
        (told.iter().find(below_orange).expect("it falls")["updated_at"].as_str().expect("a time").to_string(), shown)
    };
    let (two, _) = ends(2, false);
    assert!(ends(3, false).0 >= two, "a third complaint ends it sooner");
    let (withdrawn, shown) = ends(3, true);
    assert!(withdrawn >= two, "a complaint taken back takes the others with it: {withdrawn}, {two}");
    assert!(!shown.contains(&json!("leaks")), "three leaks are no longer there: {shown:?}");
}

/// What the lead has dealt with sets nothing off again.
#[test]
fn calls_of_a_closed_warning_do_not_count_for_the_next() {
    let bundle = mini_with(GAS, "code = \"leak\"", "code = \"leak\"\nat_least = 3\nwithin_days = 20");
    let mut run = Run::wall(&bundle, "2026-03-01");
    for n in 1..=3 {
        run.put(MONDAY, TICKETS, &ticket(&format!("T{n}"), MONDAY, "E1", "a leak", &json!({})));
    }
    let id = values(&run.all, "warnings.lead")[0]["warning_id"].as_str().unwrap().to_string();
    let done = json!({ "outcome": "rectified" });
    run.put("2026-03-03 09:00", "dispositions.lead", &disposition("D1", &id, "close", "2026-03-03 09:00", &done));
    run.put("2026-03-03 20:00", TICKETS, &ticket("T4", "2026-03-03 20:00", "E1", "a leak", &json!({})));
    let state = run.engine().state();
    assert!(state.evidence.values().all(|e| e.triggers.strongest(i64::MIN).is_none()));
}
