//! Clues (art. 16): who gets which record, what ends it, what is owed on it. Tables of cases on the
//! tests' city with reports and a second matter. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{disposition, with};
use common::{Run, assert_sound, gas_with_clues, published, values};
use jianwei_core::engine::{Engine, MAX_CLUE_MATTERS, MAX_OPEN_CLUES, OpenClue};
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::{Sequenced, Sequencer};
use serde_json::{Value, json};

const TICKETS: &str = "weihai.hotline.tickets";
const REPORTS: &str = "weihai.platform.reports";
const REGISTRY: &str = "weihai.registry.enterprises";
const FIRM: &str = "91371000MAFAKE0190";
const ORGS: [&str; 4] = ["wh-housing", "hc-housing", "wh-amr", "wh-sfj"];
/// A Monday.
const MONDAY: &str = "2026-03-02 09:00";

/// The city, with a branch of the housing bureau in Huancui.
fn city() -> Bundle {
    let mut bundle = gas_with_clues();
    bundle.files.get_mut("organisations.toml").unwrap().push_str(
        "\n[[organisation]]\nslug = \"hc-housing\"\nname = { zh = \"环翠区住建局\" }\nsuperior = \"wh-housing\"\nregion = \"371002\"\nbranch_of = \"wh-housing\"\n",
    );
    bundle
}

fn start() -> Run {
    let mut run = Run::wall(&city(), MONDAY);
    run.put(MONDAY, REGISTRY, &json!({ "id": FIRM, "name": "威海虚构燃气有限公司", "region": "371002", "industry": "4511" }));
    run
}

fn report(id: &str, content: &str, more: &Value) -> Value {
    with(json!({ "report_id": id, "reported_at": MONDAY, "channel": "media", "content": content }), more)
}

fn ticket(no: &str, content: &str, more: &Value) -> Value {
    with(json!({ "ticket_no": no, "received_at": MONDAY, "intent": "complaint", "content": content }), more)
}

/// Every copy of a clue, in the order of sending: `org status/revision`.
fn copies(out: &[Sequenced]) -> String {
    let clues = published(out).filter(|p| p.topic.starts_with("clues."));
    let line = |p: &jianwei_core::engine::Publication| {
        let value: Value = serde_json::from_slice(p.value.as_ref().unwrap()).unwrap();
        assert_eq!((p.topic.clone(), &p.key), (format!("clues.{}", value["org"].as_str().unwrap()), &clue_id(&value)));
        format!("{} {}/{}", value["org"].as_str().unwrap(), value["status"].as_str().unwrap(), value["revision"])
    };
    clues.map(line).collect::<Vec<_>>().join(", ")
}

fn clue_id(value: &Value) -> String {
    value["clue_id"].as_str().unwrap().to_string()
}

/// The newest copy any organisation got.
fn newest(out: &[Sequenced]) -> Value {
    ORGS.iter().flat_map(|org| values(out, &format!("clues.{org}"))).next_back().expect("a clue was sent")
}

fn dispose(run: &mut Run, now: &str, org: &str, id: &str, action: &str) -> Vec<Sequenced> {
    let answer = disposition(&format!("{org}/{now}/{action}"), id, action, now, &json!({}));
    run.put(now, &format!("dispositions.{org}"), &answer)
}

fn audited(out: &[Sequenced]) -> String {
    let row = values(out, "jianwei.audit").pop().unwrap_or_default();
    format!("{} {}", row["what"].as_str().unwrap_or("-"), row["detail"].as_str().unwrap_or("-"))
}

#[test]
fn who_gets_a_clue() {
    let here = json!({ "region": "371002" });
    let gone = json!({ "status": "withdrawn" });
    // The record; who gets it, why, and the leads of its matters.
    let cases = [
        (REPORTS, report("R", "燃气价格", &json!({ "matter": "urban-gas" })), "wh-housing passed_on/1", "report", "wh-housing"),
        (REPORTS, report("R", "钢瓶过期", &json!({})), "wh-amr passed_on/1", "report", "wh-amr"),
        (
            REPORTS,
            report("R", "钢瓶过期", &with(here.clone(), &json!({ "matter": "urban-gas" }))),
            "wh-amr passed_on/1, hc-housing passed_on/1",
            "report",
            "wh-amr hc-housing",
        ),
        // The firm's own region goes before the event's.
        (
            REPORTS,
            report("R", "燃气价格", &json!({ "matter": "urban-gas", "region": "371083", "subject_uscc": FIRM })),
            "hc-housing passed_on/1",
            "report",
            "hc-housing",
        ),
        (REPORTS, report("R", "路灯不亮", &here), "wh-sfj passed_on/1", "unclassified", ""),
        (
            TICKETS,
            ticket("T", "液化气瓶过期", &here),
            "wh-amr passed_on/1, hc-housing passed_on/1",
            "several_departments",
            "wh-amr hc-housing",
        ),
        (TICKETS, ticket("T", "燃气价格", &here), "", "", ""),
        (TICKETS, ticket("T", "路灯不亮", &here), "", "", ""),
        (TICKETS, ticket("T", "液化气瓶过期", &json!({ "intent": "inquiry" })), "", "", ""),
        (TICKETS, ticket("T", "液化气瓶过期", &json!({ "verified": false })), "", "", ""),
        (TICKETS, ticket("T", "液化气瓶过期", &gone), "", "", ""),
    ];
    for (topic, record, expected, why, leads) in cases {
        let mut run = start();
        let out = run.put(MONDAY, topic, &record);
        assert_eq!(copies(&out), expected, "{record}");
        assert_eq!(run.engine().state().clues.len(), usize::from(!expected.is_empty()), "{record}");
        assert_eq!(copies(&run.put(MONDAY, topic, &record)), "", "seen: {record}");
        if expected.is_empty() {
            continue;
        }
        let clue = newest(&out);
        let named: Vec<&str> = clue["matters"].as_array().unwrap().iter().map(|m| m["lead"].as_str().unwrap()).collect();
        assert_eq!((clue["why"]["code"].as_str(), named.join(" ").as_str()), (Some(why), leads), "{record}");
        let counted: Vec<String> = published(&out).filter_map(|p| p.counted_clue()).collect();
        assert_eq!(counted, [why], "counted once");
        assert_sound(&run.all, 3);
    }
}

#[test]
fn a_clue_names_the_record_and_never_what_it_says() {
    let mut run = start();
    let said = "钢瓶爆燃，电话13800000000，张三家";
    let more = json!({
        "region": "高区", "subject_uscc": FIRM, "title": said, "source": said, "url": said,
        "caller": { "name": "张三", "phone": "13800000000" },
    });
    let clue = newest(&run.put(MONDAY, REPORTS, &report("R-7", said, &more)));
    let text = clue.to_string();
    assert!(!text.contains("张三") && !text.contains("13800000000") && !text.contains("电话"), "{text}");
    let expected = json!({
        "clue_id": clue["clue_id"], "revision": 1, "status": "passed_on", "realm": "weihai", "org": "wh-amr", "role": "lead",
        "organisations": ["wh-amr"],
        "headline": "燃气器具·威海虚构燃气有限公司：媒体反映的线索（待核实）",
        "disclaimer": "待核实线索，不作为处罚依据。",
        "why": { "code": "report", "text": "媒体反映的线索" },
        "source": { "kind": "report", "id": "R-7", "channel": "media" },
        "matters": [{ "id": "gas-appliances", "name": "燃气器具", "lead": "wh-amr" }], "matter_count": 1,
        "region": "371002", "region_name": "环翠区", "subject": clue["subject"], "candidate_count": 0,
        "duties": [
            { "org": "wh-amr", "what": "acknowledge", "by": "2026-03-04T00:00:00+08:00", "provisional": false },
            { "org": "wh-amr", "what": "close", "by": "2026-03-10T00:00:00+08:00", "provisional": false },
        ],
        "event_time": "2026-03-02T09:00:00+08:00", "passed_on_at": "2026-03-02T09:00:00+08:00",
        "updated_at": "2026-03-02T09:00:00+08:00", "pipeline": clue["pipeline"], "training": false,
    });
    assert_eq!(clue, expected);
    assert_eq!(clue["subject"]["id"], FIRM);
    // The warning about the same record goes out too: the clue hands the record on, it says how grave.
    assert_eq!(common::told(&run.all, "wh-amr"), ["raised yellow 1"]);
}

#[test]
fn a_record_taken_back_withdraws_its_clue() {
    for (more, expected) in [
        (json!({ "status": "withdrawn" }), "wh-amr withdrawn/2, wh-housing withdrawn/2"),
        (json!({ "verified": false }), "wh-amr withdrawn/2, wh-housing withdrawn/2"),
        (json!({ "verified": true, "status": "closed" }), ""),
    ] {
        let mut run = start();
        run.put(MONDAY, TICKETS, &ticket("T", "液化气瓶过期", &json!({})));
        let out = run.put("2026-03-02 10:00", TICKETS, &ticket("T", "液化气瓶过期", &more));
        assert_eq!(copies(&out), expected, "{more}");
        let again = run.put("2026-03-02 11:00", TICKETS, &ticket("T", "液化气瓶过期", &more));
        assert_eq!(copies(&again), "", "{more}: once");
        if !expected.is_empty() {
            assert_eq!((&newest(&out)["ended"], &newest(&out)["duties"]), (&json!("taken_back"), &json!([])));
            assert!(run.engine().state().clues.is_empty() && run.engine().state().clues_by_age.is_empty());
            let cards = run.pass("2026-04-01");
            assert!(published(&cards).all(|p| !p.topic.starts_with("reminders.")), "no cards for what is over");
        }
    }
}

#[test]
fn a_clue_closes_when_all_have_ended_their_part() {
    // Who does what; what the copies and the audit say each time.
    let ignored = "disposition_ignored its part of the clue is over";
    let cases: [&[(&str, &str, &str, &str)]; 4] = [
        &[
            ("wh-amr", "acknowledge", "", "acknowledge "),
            ("wh-amr", "close", "", "close "),
            ("wh-amr", "close", "", ignored),
            ("wh-housing", "close", "wh-amr closed/2, wh-housing closed/2", "close "),
            ("wh-housing", "close", "", "disposition_ignored no such warning or clue is open"),
        ],
        &[("wh-amr", "decline", "", "decline "), ("wh-housing", "return", "wh-amr closed/2, wh-housing closed/2", "return ")],
        &[("wh-sfj", "close", "", "disposition_ignored the clue is not addressed to it")],
        &[("wh-amr", "feedback", "", "feedback "), ("wh-amr", "start", "", "start "), ("wh-amr", "extend", "", "extend ")],
    ];
    for steps in cases {
        let mut run = start();
        let id = clue_id(&newest(&run.put(MONDAY, TICKETS, &ticket("T", "液化气瓶过期", &json!({})))));
        for (n, (org, action, expected, audit)) in steps.iter().enumerate() {
            let out = dispose(&mut run, &format!("2026-03-02 1{n}:00"), org, &id, action);
            assert_eq!((copies(&out).as_str(), audited(&out).as_str()), (*expected, *audit), "{org} {action}");
            if !expected.is_empty() {
                assert_eq!(newest(&out)["ended"], "dealt_with");
            }
        }
        let closed = steps.iter().any(|s| !s.2.is_empty());
        assert_eq!(run.engine().state().clues.is_empty(), closed);
    }
}

/// `org what stage` of every card about clues, and whom copies went to.
fn cards(out: &[Sequenced]) -> Vec<String> {
    let mut cards = Vec::new();
    for to in ORGS {
        for card in values(out, &format!("reminders.{to}")) {
            assert!(card["clue_id"].is_string() && card.get("warning_id").is_none() && card.get("level").is_none(), "{card}");
            assert!(card["headline"].as_str().unwrap().contains("待核实"));
            let word = |key: &str| card[key].as_str().unwrap().to_string();
            cards.push(format!("{to}: {} {} {} {}", word("org"), word("what"), word("stage"), &word("sent_at")[..16]));
        }
    }
    cards
}

#[test]
fn duties_on_a_clue_climb_the_ladder_though_the_input_is_silent() {
    let mut run = start();
    let id = clue_id(&newest(&run.put(MONDAY, REPORTS, &report("R", "路灯不亮", &json!({})))));
    let expected = [
        "wh-sfj: wh-sfj acknowledge due_soon 2026-03-03T20:00",
        "wh-sfj: wh-sfj acknowledge urging_notice 2026-03-04T00:00",
        "wh-sfj: wh-sfj acknowledge supervised_handling 2026-03-05T00:00",
        "wh-sfj: wh-sfj acknowledge circular_notice 2026-03-07T00:00",
    ];
    assert_eq!(cards(&run.pass("2026-03-09 10:00")), expected);
    dispose(&mut run, "2026-03-09 11:00", "wh-sfj", &id, "close");
    assert_eq!(cards(&run.pass("2026-04-01")), Vec::<String>::new(), "closed");

    // A superior and the coordinating office are copied, as with warnings; what is done brings no card.
    let mut run = start();
    let id = clue_id(&newest(&run.put(MONDAY, REPORTS, &report("R", "钢瓶过期", &json!({})))));
    dispose(&mut run, "2026-03-02 11:00", "wh-amr", &id, "acknowledge");
    let all = cards(&run.pass("2026-04-01"));
    assert_eq!(all.len(), 4 + 2, "{all:#?}");
    assert!(all.contains(&"wh-sfj: wh-amr close supervised_handling 2026-03-11T00:00".to_string()), "{all:#?}");
}

#[test]
fn without_the_table_clues_flow_and_nothing_is_owed() {
    let mut bundle = city();
    let text = bundle.files.get_mut("pipeline.toml").unwrap();
    *text = text.replace("[clues]\nacknowledge_working_days = 1\nclose_working_days = 5\n", "");
    let mut run = Run::wall(&bundle, MONDAY);
    let out = run.put(MONDAY, REPORTS, &report("R", "路灯不亮", &json!({})));
    assert_eq!((copies(&out).as_str(), &newest(&out)["duties"]), ("wh-sfj passed_on/1", &json!([])));
    assert_eq!(newest(&out)["role"], "coordinating");
    assert_eq!(cards(&run.pass("2026-04-01")), Vec::<String>::new());
}

#[test]
fn organisations_that_are_gone_leave_their_clues() {
    let mut run = start();
    run.put(MONDAY, REPORTS, &report("R1", "燃气价格", &json!({ "matter": "urban-gas", "region": "371002" })));
    let out = run.put(MONDAY, TICKETS, &ticket("T", "液化气瓶过期", &json!({ "region": "371002" })));
    assert_eq!(copies(&out), "wh-amr passed_on/1, hc-housing passed_on/1");
    let id = clue_id(&newest(&out));
    // Nobody is left for the report; the ticket still waits for the market regulator.
    assert_eq!(copies(&run.activate("2026-03-02 10:00", &gas_with_clues())), "");
    assert_eq!(run.engine().state().clues.keys().collect::<Vec<_>>(), [&id]);
    assert_eq!(copies(&dispose(&mut run, "2026-03-02 11:00", "wh-amr", &id, "close")), "wh-amr closed/2");
}

#[test]
fn a_clue_shows_so_many_matters_and_counts_all() {
    let mut bundle = city();
    let long = "长".repeat(500);
    for n in 0..30 {
        let text = format!(
            "id = \"m{n:02}\"\nname = {{ zh = \"{long}\" }}\ncategory = \"safety\"\nlead = \"{}\"\nbasis = {{ text = {{ zh = \"编造\" }}, source = \"nowhere\" }}\nmatch = [{{ kind = \"report\" }}]\ntrigger = [{{ code = \"x\", level = \"blue\", text = {{ zh = \"x\" }}, when = {{ kind = \"alarm\" }} }}]\n",
            ["wh-housing", "wh-amr"][n % 2]
        );
        bundle.files.insert(format!("matters/m{n:02}.toml"), text);
    }
    let mut run = Run::wall(&bundle, MONDAY);
    let out = run.put(MONDAY, REPORTS, &report("长".repeat(60).as_str(), "路灯不亮", &json!({})));
    assert_eq!(copies(&out), "wh-housing passed_on/1, wh-amr passed_on/1, wh-sfj passed_on/1");
    let clue = newest(&out);
    assert_eq!((&clue["org"], &clue["role"]), (&json!("wh-sfj"), &json!("coordinating")));
    assert_eq!((clue["matters"].as_array().unwrap().len(), &clue["matter_count"]), (MAX_CLUE_MATTERS, &json!(30)));
    assert_sound(&run.all, 1);
}

#[test]
fn at_the_bound_the_oldest_clue_is_closed_and_operators_are_told_once() {
    let mut run = start();
    let first = clue_id(&newest(&run.put(MONDAY, REPORTS, &report("R0", "路灯不亮", &json!({})))));
    let mut state = run.engine().state().clone();
    let one = state.clues[&first].clone();
    for number in 1..MAX_OPEN_CLUES as u64 {
        let id = format!("filler-{number}");
        state.clues_by_age.insert(number, id.clone());
        state.clues.insert(id, OpenClue { number, duties: Vec::new(), ..one.clone() });
    }
    state.clue_count = MAX_OPEN_CLUES as u64;
    let engine = Engine::restore(&postcard::to_allocvec(&state).unwrap()).unwrap();
    run.sequencer = Sequencer::new(engine);
    for (id, oldest, notices) in [("R1", first.as_str(), 1), ("R2", "filler-1", 0)] {
        let out = run.put(MONDAY, REPORTS, &report(id, "路灯不亮", &json!({})));
        assert_eq!(copies(&out), "wh-sfj closed/2, wh-sfj passed_on/1");
        let closed = &values(&out, "clues.wh-sfj")[0];
        assert_eq!((&closed["clue_id"], &closed["ended"]), (&json!(oldest), &json!("too_many_open")));
        assert_eq!(values(&out, "jianwei.operators").len(), notices);
        let state = run.engine().state();
        assert_eq!((state.clues.len(), state.clues_by_age.len()), (MAX_OPEN_CLUES, MAX_OPEN_CLUES));
    }
}
