//! What counts: updates, follow-ups, withdrawals, reopenings, near copies, callers, mergers, and
//! tickets of no matter. Tables of cases on the small pipeline. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{REGISTRY, TICKETS, mini, mini_with, ticket, with};
use common::{Run, told, values};
use jianwei_core::domain::Fixed3;
use jianwei_core::engine::{Engine, EvidenceState, SubjectKey, SubjectScope};
use jianwei_core::intake::{self, CallerKey};
use jianwei_core::journal::{Attribution, AttributionMethod, Body, Fact, Named};
use jianwei_core::pipeline::{Bundle, Period};
use serde_json::{Value, json};

const NOW: &str = "2026-03-02 09:00";
const KEY: &[u8] = b"a key made up for tests";

fn run() -> Run {
    run_of(&mini())
}

fn run_of(bundle: &Bundle) -> Run {
    let mut run = Run::wall(bundle, NOW);
    run.model.caller_key = Some(CallerKey::new("k1", KEY).unwrap());
    for id in ["A", "B"] {
        run.put(NOW, REGISTRY, &json!({ "id": id, "name": format!("Firm {id}"), "region": "r1", "industry": "45" }));
    }
    run
}

fn key(id: &str) -> SubjectKey {
    SubjectKey { matter: "gas".into(), scope: SubjectScope::Enterprise, id: id.into() }
}

fn evidence<'a>(run: &'a Run, id: &str) -> Option<&'a EvidenceState> {
    run.engine().state().evidence.get(&key(id))
}

/// Pieces of evidence about a firm, and the newest ids.
fn pieces(run: &Run, id: &str) -> String {
    evidence(run, id).map_or("-".into(), |e| {
        let ids: Vec<&str> = e.refs.iter().map(|r| r.id.as_str()).collect();
        format!("{} {}", e.total, ids.join(" ")).trim_end().to_string()
    })
}

/// Complaints counted about a firm, in thousandths.
fn weight(run: &Run, id: &str) -> i64 {
    evidence(run, id).and_then(|e| e.counts.get("complaint")).map_or(0, |c| (c.value * 1000.0).round() as i64)
}

/// What the day's series of the whole realm has counted.
fn counted(run: &Run) -> u64 {
    let series = run.engine().state().series.get(&("gas".to_string(), Period::Day));
    series.map_or(0, |s| s.regions["r0"].open.values().sum())
}

fn put(run: &mut Run, no: &str, subject: &str, more: Value) {
    let record = ticket(no, NOW, subject, "the smell again", &more);
    run.put("2026-03-02 10:00", TICKETS, &record);
}

/// What holds of any run: a restored state goes on the same way, byte for byte.
fn assert_restores(run: &Run) {
    let bytes = run.engine().snapshot_state().unwrap();
    assert_eq!(Engine::restore(&bytes).unwrap().snapshot_state().unwrap(), bytes);
    let mut effects = Vec::new();
    let mut engine = Engine::begin(&run.all[0].entry, &mut effects).unwrap();
    for (at, sequenced) in run.all.iter().enumerate().skip(1) {
        if at == run.all.len() / 2 {
            engine = Engine::restore(&engine.snapshot_state().unwrap()).unwrap();
        }
        effects.clear();
        engine.step(&sequenced.entry, &mut effects).unwrap();
        assert_eq!(effects, sequenced.effects, "entry {at}");
    }
    assert_eq!(engine.snapshot_state().unwrap(), bytes);
}

#[test]
fn later_copies_add_move_and_take_back() {
    let none = json!({});
    let (gone, false_, follows) = (json!({ "status": "withdrawn" }), json!({ "verified": false }), json!({ "relates_to": "T1" }));
    // Each copy: number, subject, what else it says. Then the pieces of A and of B, and the series' count.
    type Said<'a> = (&'a str, &'a str, Value);
    let cases: Vec<(&str, Vec<Said>, &str, &str, u64)> = vec![
        ("sent again", vec![("T1", "A", none.clone()), ("T1", "A", none.clone())], "1 T1", "-", 1),
        ("named by an update", vec![("T1", "", none.clone()), ("T1", "A", none.clone())], "1 T1", "-", 1),
        ("named twice", vec![("T1", "", none.clone()), ("T1", "A", none.clone()), ("T1", "A", none.clone())], "1 T1", "-", 1),
        ("another firm", vec![("T1", "A", none.clone()), ("T1", "B", none.clone())], "0", "1 T1", 1),
        ("nobody any more", vec![("T1", "A", none.clone()), ("T1", "", none.clone())], "1 T1", "-", 1),
        ("withdrawn, naming nobody", vec![("T1", "A", none.clone()), ("T1", "", gone.clone())], "0", "-", 0),
        (
            "unfounded, under another matter",
            vec![("T1", "A", none.clone()), ("T1", "", with(false_.clone(), &json!({ "category": "noise" })))],
            "0",
            "-",
            0,
        ),
        ("withdrawn first", vec![("T1", "A", gone.clone()), ("T1", "A", none.clone())], "-", "-", 0),
        (
            "withdrawn, then sent again",
            vec![("T1", "A", none.clone()), ("T1", "A", gone.clone()), ("T1", "A", none.clone())],
            "0",
            "-",
            0,
        ),
        (
            "withdrawn after it moved",
            vec![("T1", "A", none.clone()), ("T1", "B", none.clone()), ("T1", "", gone.clone())],
            "0",
            "0",
            0,
        ),
        (
            "withdrawn, then reopened",
            vec![("T1", "A", none.clone()), ("T1", "A", gone.clone()), ("T1", "A", json!({ "status": "reopened" }))],
            "1 T1",
            "-",
            1,
        ),
        ("followed up", vec![("T1", "A", none.clone()), ("T2", "A", follows.clone())], "1 T1", "-", 1),
        ("followed up before it came", vec![("T2", "A", follows.clone()), ("T1", "A", none.clone())], "1 T2", "-", 1),
        (
            "a follow-up of a follow-up",
            vec![("T1", "A", none.clone()), ("T2", "A", follows.clone()), ("T3", "A", json!({ "relates_to": "T2" }))],
            "1 T1",
            "-",
            1,
        ),
        ("a follow-up accuses another too", vec![("T1", "A", none.clone()), ("T2", "B", follows.clone())], "1 T1", "1 T2", 1),
        ("a follow-up names the firm", vec![("T1", "", none.clone()), ("T2", "A", follows.clone())], "1 T2", "-", 1),
        ("unfounded by its follow-up", vec![("T1", "A", none.clone()), ("T2", "", with(follows.clone(), &false_))], "0", "-", 0),
        (
            "found to be a follow-up later",
            vec![("T1", "A", none.clone()), ("T2", "A", none.clone()), ("T2", "A", follows.clone())],
            "1 T1",
            "-",
            1,
        ),
        ("it adds to itself", vec![("T1", "A", follows.clone()), ("T1", "A", follows.clone())], "1 T1", "-", 1),
        (
            "the two add to each other",
            vec![("T1", "A", json!({ "relates_to": "T2" })), ("T2", "A", follows.clone())],
            "1 T1",
            "-",
            1,
        ),
        ("a matter by an update", vec![("T1", "A", json!({ "category": "-" })), ("T1", "A", none.clone())], "1 T1", "-", 1),
        (
            "an inquiry that becomes a complaint",
            vec![("T1", "A", json!({ "intent": "inquiry" })), ("T1", "A", none.clone())],
            "1 T1",
            "-",
            1,
        ),
    ];
    for (what, copies, a, b, count) in cases {
        let mut run = run();
        for (no, subject, more) in copies {
            put(&mut run, no, subject, more);
        }
        let left: i64 = if a.starts_with('1') { 1000 } else { 0 };
        let newest =
            evidence(&run, "A").map_or(0, |e| e.counts.get("complaint").map_or(0, |c| (c.value * 1000.0).round() as i64));
        assert_eq!((pieces(&run, "A").as_str(), pieces(&run, "B").as_str(), counted(&run)), (a, b, count), "{what}");
        assert_eq!(newest, left, "{what}");
        assert_restores(&run);
    }
}

#[test]
fn a_trigger_moves_with_its_record() {
    let leak = |no: &str, subject: &str, more: Value| ticket(no, NOW, subject, "a leak", &more);
    let mut run = run();
    assert_eq!(told(&run.put(NOW, TICKETS, &leak("T1", "", json!({}))), "lead"), ["raised orange 1"]);
    assert_eq!(told(&run.put(NOW, TICKETS, &leak("T1", "A", json!({}))), "lead"), ["raised orange 1"]);
    let state = run.engine().state();
    let trade = SubjectKey { matter: "gas".into(), scope: SubjectScope::Industry, id: "r0".into() };
    assert_eq!(state.episodes[&trade].trigger, None, "the trade's calms down");
    assert_eq!(state.episodes[&key("A")].trigger.as_ref().map(|t| t.source_id.as_str()), Some("T1"));
    assert_eq!(told(&run.put(NOW, TICKETS, &leak("T1", "B", json!({}))), "lead"), ["raised orange 1"]);
    let state = run.engine().state();
    assert!(state.evidence[&key("A")].triggers.held.is_empty() && state.episodes[&key("A")].trigger.is_none());
    run.put(NOW, TICKETS, &leak("T1", "", json!({ "verified": false })));
    assert!(run.engine().state().evidence[&key("B")].triggers.held.is_empty());
    assert_restores(&run);
}

#[test]
fn reopened_within_seven_days_is_false_closure_and_counts_again() {
    let closed = |at: &str| json!({ "status": "closed", "status_at": at });
    let reopened = |at: &str| json!({ "status": "reopened", "status_at": at });
    // The copies after the first; times of false closure audited, pieces, weight of the complaints.
    let cases = [
        ("closed", vec![closed("2026-03-03")], 0, 1),
        ("reopened the next day", vec![closed("2026-03-03"), reopened("2026-03-04")], 1, 2),
        (
            "resolved counts as closed",
            vec![json!({ "status": "resolved", "status_at": "2026-03-03" }), reopened("2026-03-04")],
            1,
            2,
        ),
        ("on the seventh day", vec![closed("2026-03-03"), reopened("2026-03-10")], 1, 2),
        ("on the eighth", vec![closed("2026-03-03"), reopened("2026-03-11")], 0, 1),
        ("never closed", vec![reopened("2026-03-04")], 0, 1),
        ("in the other order", vec![reopened("2026-03-04"), closed("2026-03-03")], 1, 2),
        ("sent twice", vec![closed("2026-03-03"), reopened("2026-03-04"), reopened("2026-03-04")], 1, 2),
        ("twice", vec![closed("2026-03-03"), reopened("2026-03-04"), closed("2026-03-05"), reopened("2026-03-06")], 2, 3),
    ];
    for (what, copies, times, total) in cases {
        let mut run = run();
        put(&mut run, "T1", "A", json!({}));
        for more in copies {
            run.put("2026-03-12", TICKETS, &ticket("T1", NOW, "A", "the smell again", &more));
        }
        let audits = values(&run.all, "jianwei.audit").into_iter().filter(|a| a["what"] == "false_closure").count();
        assert_eq!((audits, evidence(&run, "A").unwrap().total), (times, total), "{what}");
        assert_eq!(run.engine().state().counters.false_closures, times as u64, "{what}");
        let blue = told(&run.all, "lead");
        assert!(blue.is_empty(), "{what}: one source, whatever it counts: {blue:?}");
        // All of it goes when it is found to be nothing.
        put(&mut run, "T1", "", json!({ "verified": false }));
        assert_eq!((evidence(&run, "A").unwrap().total, weight(&run, "A")), (0, 0), "{what}");
        assert_restores(&run);
    }
}

const TEXT: &str =
    "every evening around eight there is a strong smell of gas near the entrance of the shop, nobody comes to look at it";
/// The same but for a word.
const NEAR: &str =
    "every evening around nine there is a strong smell of gas near the entrance of the shop, nobody comes to look at it";
const OTHER: &str =
    "my bill for january shows three times what the meter reads, I have asked twice and got no answer from their desk";

#[test]
fn near_copies_and_callers_weigh_nothing_again() {
    let by = |phone: &str| json!({ "caller": { "phone": phone } });
    let (one, two) = ("13800000001", "13800000002");
    // The second record: day of March, number, subject, text, what else it says. Then the pieces of A,
    // and what the two count in the series of their days.
    let cases = vec![
        ("another text", 2, "T2", "A", OTHER, by(two), "2 T1 T2", 2),
        ("the same text", 2, "T2", "A", TEXT, json!({}), "1 T1", 1),
        ("the same text of another caller", 2, "T2", "A", TEXT, by(two), "2 T1 T2", 2),
        ("nearly the same", 2, "T2", "A", NEAR, json!({}), "1 T1", 1),
        ("nearly the same of another caller", 2, "T2", "A", NEAR, by(two), "2 T1 T2", 2),
        ("nearly the same, five days later", 7, "T2", "A", NEAR, by(two), "1 T1", 0),
        ("nearly the same, nine days later", 11, "T2", "A", NEAR, by(two), "2 T1 T2", 1),
        ("the same of another firm", 2, "T2", "B", TEXT, by(two), "1 T1", 2),
        ("the same of nobody", 2, "T2", "", TEXT, by(two), "1 T1", 2),
        ("the same caller", 2, "T2", "A", OTHER, by(one), "1 T1", 1),
        ("the same caller, the next day", 3, "T2", "A", OTHER, by(one), "2 T1 T2", 2),
        ("the same caller, of another firm", 2, "T2", "B", OTHER, by(one), "1 T1", 2),
        ("another caller", 2, "T2", "A", OTHER, json!({}), "2 T1 T2", 2),
        ("an update of its own", 2, "T1", "A", TEXT, by(one), "1 T1", 1),
    ];
    for (what, day, no, subject, text, more, expected, count) in cases {
        let mut run = run();
        run.put(NOW, TICKETS, &ticket("T1", NOW, "A", TEXT, &by(one)));
        let at = format!("2026-03-{day:02} 11:00");
        run.put(&at, TICKETS, &ticket(no, &at, subject, text, &more));
        assert_eq!(pieces(&run, "A"), expected, "{what}");
        assert_eq!(counted(&run), count, "{what}");
        let again = (expected == "1 T1" && subject == "A" && no == "T2") as u64;
        assert_eq!(run.engine().state().counters.damped, again, "{what}");
        // What stood in its way is taken back: the next of its kind counts.
        run.put(&at, TICKETS, &ticket("T1", NOW, "", TEXT, &json!({ "status": "withdrawn" })));
        let before = pieces(&run, "A");
        run.put(&at, TICKETS, &ticket("T3", &at, "A", NEAR, &json!({})));
        let counts_now = !before.contains("T2") || text == OTHER;
        assert_eq!(pieces(&run, "A") != before, counts_now, "{what}: {before}");
        assert_restores(&run);
    }
}

/// Three calls about a leak within two days set the trigger off.
fn three_calls() -> Bundle {
    mini_with("matters/gas.toml", "code = \"leak\"\n", "code = \"leak\"\nat_least = 3\nwithin_days = 2\n")
}

#[test]
fn one_caller_or_one_text_sets_off_no_counted_trigger() {
    let texts = ["a leak by the door", "a leak at number nine", "there is a leak again"];
    // Who calls, what they say; whom about; what is raised.
    let cases = [
        ("three callers", ["1", "2", "3"], texts, 1),
        ("one caller", ["1", "1", "1"], texts, 0),
        ("two callers", ["1", "2", "1"], texts, 0),
    ];
    for subject in ["A", ""] {
        for (what, callers, texts, raised) in cases {
            let mut run = run_of(&three_calls());
            for (n, (caller, text)) in callers.iter().zip(texts).enumerate() {
                let more = json!({ "caller": { "phone": format!("1380000000{caller}") } });
                run.put(NOW, TICKETS, &ticket(&format!("T{n}"), NOW, subject, text, &more));
            }
            let triggered = told(&run.all, "lead").iter().filter(|t| t.contains("orange")).count();
            assert_eq!(triggered, raised, "{what} {subject}");
            assert_restores(&run);
        }
    }
    // Nearly the same texts of a firm, nobody knows of whom; and of a trade, where a clerk's template is no sign.
    for (subject, calls) in [("A", 0), ("", 1)] {
        let mut run = run_of(&three_calls());
        for n in 0..3 {
            let text = format!("{TEXT}, surely a leak {n}");
            run.put(NOW, TICKETS, &ticket(&format!("T{n}"), NOW, subject, &text, &json!({})));
        }
        assert_eq!(told(&run.all, "lead").iter().filter(|t| t.contains("orange")).count(), calls, "{subject}");
    }
    // A trigger that waits for one record holds, whoever said it before.
    let mut run = run();
    let by = json!({ "caller": { "phone": "13800000001" } });
    run.put(NOW, TICKETS, &ticket("T1", NOW, "A", OTHER, &by));
    assert_eq!(told(&run.put(NOW, TICKETS, &ticket("T2", NOW, "A", "a leak", &by)), "lead"), ["raised orange 1"]);
    assert_eq!((pieces(&run, "A").as_str(), run.engine().state().counters.damped), ("1 T1", 1));
    run.put(NOW, TICKETS, &ticket("T2", NOW, "", "a leak", &json!({ "verified": false })));
    assert!(evidence(&run, "A").unwrap().triggers.held.is_empty());
}

#[test]
fn the_caller_stands_in_no_entry_and_no_output() {
    let mut run = run();
    let more = json!({ "caller": { "phone": "138 0000 0001", "name": "Nobody", "id_no": "37100019000101001X" } });
    let out = run.put(NOW, TICKETS, &ticket("T1", NOW, "A", TEXT, &more));
    let Body::Record(record) = &out[0].entry.body else { panic!() };
    let text = record.fact.text().unwrap();
    assert_eq!(text.caller.as_ref().map(|c| c.key_id.as_str()), Some("k1"));
    assert_eq!(record.flags, [], "nothing is said of it");
    let all = format!("{:?} {:?}", out, common::lines(&run.all));
    let state = String::from_utf8_lossy(&run.engine().snapshot_state().unwrap()).into_owned();
    for secret in ["138 0000 0001", "13800000001", "Nobody", "37100019000101001"] {
        assert!(!all.contains(secret) && !state.contains(secret), "{secret}");
    }
    // Without a key nobody is told apart.
    run.model.caller_key = None;
    let source = run.model.source_of_topic(TICKETS).unwrap();
    let bytes = ticket("T2", NOW, "A", TEXT, &more).to_string();
    assert_eq!(intake::decode(&run.model, source, None, Some(bytes.as_bytes())).unwrap().caller, None);
    // Mapped columns, as exports have them.
    let bundle = mini_with(
        "pipeline.toml",
        "topic = \"mini.tickets\"\n",
        "topic = \"mini.tickets\"\ncolumns = { caller_phone = [\"tel\"], caller_id_no = [\"papers\"] }\n",
    );
    let run = run_of(&bundle);
    let decoded = |more: Value| {
        let source = run.model.source_of_topic(TICKETS).unwrap();
        let bytes = ticket("T2", NOW, "A", TEXT, &more).to_string();
        intake::decode(&run.model, source, None, Some(bytes.as_bytes())).unwrap().caller
    };
    assert_eq!(decoded(json!({ "tel": 13800000001_i64 })), text.caller);
    assert!(decoded(json!({ "papers": "37100019000101001X" })).is_some());
}

/// Steps a ticket that accuses others too: intake's part is played by hand.
fn accuse(run: &mut Run, no: &str, subject: &str, others: &[&str], more: Value) -> Vec<String> {
    let source = run.model.source_of_topic(TICKETS).unwrap();
    let bytes = ticket(no, NOW, subject, "the smell again", &more).to_string();
    let mut decoded = intake::decode(&run.model, source, None, Some(bytes.as_bytes())).unwrap();
    let mut engine = run.engine().clone();
    let mut text = intake::resolve(&run.model, &engine.state().directory, &mut decoded).into_text().unwrap();
    text.secondary = others
        .iter()
        .map(|id| Named {
            attribution: Attribution { id: id.to_string(), method: AttributionMethod::TradeVariant, confidence: Fixed3(600) },
            span: None,
        })
        .collect();
    let mut entry = run.all.iter().rev().find(|s| matches!(s.entry.body, Body::Record(_))).unwrap().entry.clone();
    let Body::Record(record) = &mut entry.body else { panic!() };
    (record.fact, record.id, record.flags) = (Fact::Text(text), no.to_string(), Vec::new());
    record.event_time_ms = decoded.record.event_time_ms();
    entry.seq = engine.next_seq();
    let mut effects = Vec::new();
    engine.step(&entry, &mut effects).unwrap();
    run.sequencer = jianwei_core::sequencer::Sequencer::new(engine);
    ["A", "B", "C"].map(|id| pieces(run, id)).to_vec()
}

#[test]
fn others_accused_get_it_too_and_the_industry_counts_it_once() {
    let mut run = run();
    assert_eq!(accuse(&mut run, "T1", "A", &["B", "A", "C"], json!({})), ["1 T1", "1 T1", "1 T1"]);
    assert_eq!(counted(&run), 1);
    let method = |id: &str| evidence(&run, id).unwrap().refs[0].attribution;
    assert_eq!(method("B"), Some((AttributionMethod::TradeVariant, Fixed3(600))), "each by its own attribution");
    assert_eq!(method("A").map(|m| m.0), Some(AttributionMethod::Id));
    // An update with fewer names takes nothing; one that accuses another in the first place does.
    assert_eq!(accuse(&mut run, "T1", "A", &[], json!({})), ["1 T1", "1 T1", "1 T1"]);
    assert_eq!(accuse(&mut run, "T1", "D", &["C"], json!({})), ["0", "0", "1 T1"]);
    assert_eq!(pieces(&run, "D"), "1 T1");
    assert_eq!(accuse(&mut run, "T1", "", &[], json!({ "verified": false })), ["0", "0", "0"]);
    assert_eq!((pieces(&run, "D").as_str(), counted(&run)), ("0", 0));
}

fn firm(id: &str, more: Value) -> Value {
    with(json!({ "id": id, "name": format!("Firm {id}"), "region": "r1", "industry": "45" }), &more)
}

#[test]
fn a_merger_takes_evidence_and_warnings_over() {
    let mut run = run();
    for n in 0..3 {
        put(&mut run, &format!("A{n}"), "A", json!({}));
    }
    put(&mut run, "B0", "B", json!({}));
    run.put(NOW, TICKETS, &ticket("A3", NOW, "A", "a leak", &json!({})));
    assert_eq!(told(&run.all, "lead").last().map(String::as_str), Some("upgraded orange 2"));
    let out = run.put("2026-03-03", REGISTRY, &firm("A", json!({ "merged_into": "B" })));
    assert_eq!(told(&out, "lead"), ["lifted orange 3", "raised orange 1"]);
    let warnings = values(&out, "warnings.lead");
    assert_eq!((&warnings[0]["subject"]["id"], &warnings[0]["subject"]["merged_into"]), (&json!("A"), &json!("B")));
    assert_eq!((&warnings[1]["subject"]["id"], warnings[1]["subject"].get("merged_into")), (&json!("B"), None));
    assert!(values(&out, "risk.profiles").contains(&Value::Null), "the old profile goes");
    assert_eq!((pieces(&run, "A").as_str(), pieces(&run, "B").as_str()), ("-", "5 A0 A1 A2 A3 B0"));
    // Later records of the old id count for the new one; so does what takes back.
    put(&mut run, "A4", "A", json!({}));
    put(&mut run, "A0", "A", json!({ "verified": false }));
    put(&mut run, "A1", "", json!({ "verified": false }));
    assert_eq!((pieces(&run, "A").as_str(), pieces(&run, "B").as_str()), ("-", "4 A2 A3 B0 A4"));
    // Said again, nothing more happens; undone, later records count for A again, and what went over stays.
    assert!(told(&run.put("2026-03-03", REGISTRY, &firm("A", json!({ "merged_into": "B" }))), "lead").is_empty());
    run.put("2026-03-03", REGISTRY, &firm("A", json!({})));
    put(&mut run, "A5", "A", json!({}));
    assert_eq!((pieces(&run, "A").as_str(), pieces(&run, "B").as_str()), ("1 A5", "4 A2 A3 B0 A4"));
    assert_restores(&run);
}

#[test]
fn chains_and_circles_of_mergers() {
    let into = |to: &str| json!({ "merged_into": to });
    // Who is merged into whom, in this order; who has A's ticket then, and who gets its next.
    let cases = [
        ("a chain", vec![("A", "B"), ("B", "C")], "C", "C"),
        ("a chain told backwards", vec![("B", "C"), ("A", "B")], "C", "C"),
        ("itself", vec![("A", "A")], "A", "A"),
        ("each other", vec![("A", "B"), ("B", "A")], "B", "A"),
        ("an unknown one", vec![("A", "Z")], "Z", "Z"),
    ];
    for (what, mergers, first, next) in cases {
        let mut run = run();
        put(&mut run, "T1", "A", json!({}));
        for (from, to) in mergers {
            run.put("2026-03-03", REGISTRY, &firm(from, into(to)));
        }
        assert!(pieces(&run, first).contains("T1"), "{what}");
        put(&mut run, "T2", "A", json!({}));
        assert!(pieces(&run, next).contains("T2"), "{what}");
        assert_restores(&run);
    }
}

#[test]
fn renamed_closed_reopened_and_removed_firms_keep_their_evidence() {
    let mut run = run();
    put(&mut run, "T1", "A", json!({}));
    let name = |run: &mut Run| {
        let no = format!("N{}", run.all.len());
        let out = run.put("2026-03-03", TICKETS, &ticket(&no, NOW, "A", "the smell again", &json!({})));
        values(&out, "risk.profiles")[0]["subject"]["name"].clone()
    };
    for (total, row, expected) in [
        (2, Some(firm("A", json!({ "name": "Another name", "former_names": ["Firm A"] }))), json!("Another name")),
        (3, Some(firm("A", json!({ "status": "closed" }))), json!("Firm A")),
        (4, Some(firm("A", json!({ "status": "open" }))), json!("Firm A")),
        (5, None, Value::Null),
    ] {
        match &row {
            Some(row) => run.put("2026-03-03", REGISTRY, row),
            None => {
                let now_ms = common::ms(&run.model, "2026-03-03");
                run.put_bytes(now_ms, REGISTRY, Some(b"A"), None)
            }
        };
        assert_eq!(name(&mut run), expected, "{row:?}");
        assert_eq!(evidence(&run, "A").unwrap().total, total, "{row:?}");
    }
    assert_restores(&run);
}

/// A ticket of no matter.
fn loose(no: &str, at: &str, text: &str, more: &Value) -> Value {
    with(json!({ "ticket_no": no, "received_at": at, "content": text, "intent": "complaint", "region": "r1" }), more)
}

#[test]
fn clusters_of_unclassified_tickets_become_one_clue() {
    let text = |n: usize| {
        format!("drones with people in them fly over the beach at weekends, number {n}, nobody has marked off anything below")
    };
    let others = ["the lamp", "dogs bark at night in the yard behind the school and nobody minds them"];
    type Of = fn(usize) -> Value;
    let (plain, one_caller): (Of, Of) = (|_| json!({}), |_| json!({ "caller": { "phone": "13800000001" } }));
    let praise: Of = |_| json!({ "intent": "praise" });
    // Days between the tickets, how many, what else they say; clues, sources named, tickets counted.
    let cases = [
        ("too few", 0, 4, plain, 0, 0, 4),
        ("enough", 0, 5, plain, 1, 5, 5),
        ("more: one clue", 0, 30, plain, 1, 5, 30),
        ("too far apart", 4, 6, plain, 0, 0, 6),
        ("within the days", 3, 6, plain, 1, 5, 6),
        ("one caller a day is one", 0, 8, one_caller, 0, 0, 8),
        ("no risk", 0, 8, praise, 0, 0, 0),
    ];
    for (what, days, number, more, clues, named, counted) in cases {
        let mut run = run();
        for other in others {
            run.put(NOW, TICKETS, &loose(other, NOW, other, &json!({})));
        }
        for n in 0..number {
            let at = format!("2026-03-{:02} 10:{n:02}", 2 + days * n);
            run.put(&at, TICKETS, &loose(&format!("U{n}"), &at, &text(n), &more(n)));
            run.put(&at, TICKETS, &loose(&format!("U{n}"), &at, &text(n), &more(n)));
        }
        let clue = values(&run.all, "clues.office");
        assert_eq!((clue.len(), run.engine().state().counters.unclassified), (clues, counted + 2), "{what}");
        for clue in clue {
            assert_eq!(clue["why"]["code"], "unclassified_cluster", "{what}");
            assert_eq!((&clue["region"], &clue["matters"]), (&json!("r1"), &json!([])), "{what}");
            assert_eq!(clue["sources"].as_array().unwrap().len(), named, "{what}");
            assert_eq!(clue["source"]["id"], format!("U{}", named - 1), "{what}");
        }
        assert_restores(&run);
    }
}

#[test]
fn what_a_pipeline_asks_of_clusters_holds_and_withdrawn_tickets_are_none() {
    let bundle =
        mini_with("pipeline.toml", "[ladder]", "[clues]\nunclassified_at_least = 3\nunclassified_within_days = 2\n\n[ladder]");
    let put = |run: &mut Run, no: &str, day: u32, more: Value| {
        let at = format!("2026-03-{day:02} 10:00");
        let out = run.put(&at, TICKETS, &loose(no, &at, TEXT, &more));
        values(&out, "clues.office").len()
    };
    let mut run = run_of(&bundle);
    let clues = [
        put(&mut run, "U1", 2, json!({})),
        put(&mut run, "U2", 3, json!({})),
        put(&mut run, "U1", 3, json!({ "status": "withdrawn" })),
    ];
    assert_eq!(clues, [0, 0, 0]);
    assert_eq!([put(&mut run, "U3", 4, json!({})), put(&mut run, "U4", 4, json!({}))], [0, 1]);
    assert_restores(&run);
}
