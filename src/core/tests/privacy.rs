//! Personal data: none of it in entries, state or outputs; excerpts only where they may be; natural persons
//! masked for those who need not know them, and forgotten. All of it is made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the page on privacy")]

mod common;

use common::mini::with;
use common::{Run, gas_with_clues, values};
use jianwei_core::engine::{Effect, topics};
use jianwei_core::journal::{Body, Fact, encode};
use jianwei_core::pipeline::Bundle;
use jianwei_core::schema::TOPICS;
use serde_json::{Value, json};

const TICKETS: &str = "weihai.hotline.tickets";
const REPORTS: &str = "weihai.platform.reports";
const SECTOR: &str = "weihai.sector.records";
const REGISTRY: &str = "weihai.registry.enterprises";
const FIRM: &str = "91371000MAFAKE0190";
const TRADER: &str = "92371002MAFAKE0191";

/// A telephone of a range nobody has, an id card of a region there is none of, a plate, an address, a name; a
/// passport, a permit, a bank card, a room, a child's name and one that stands alone.
const SEEDS: [&str; 13] = [
    "15400001234",
    "0399-5550123",
    "990000199001011234",
    "鲁K1D4J5",
    "zhang.san@example.com",
    "wxid_made_up",
    "王小虎",
    "EA1234567",
    "C12345678",
    "6222000000000000005",
    "2单元801室",
    "赵小明",
    "李建国",
];

/// What a label may hold, too: without names that nothing announces.
fn announced() -> String {
    format!(
        "我叫{}，身份证{}，电话{}或{}，车牌{}，邮箱{}，微信：{}，护照{}，港澳通行证{}，付到{}，家住虚构路13号楼{}",
        SEEDS[6], SEEDS[2], SEEDS[0], SEEDS[1], SEEDS[3], SEEDS[4], SEEDS[5], SEEDS[7], SEEDS[8], SEEDS[9], SEEDS[10]
    )
}

fn secret() -> String {
    format!("{}，孩子{}。{}在场", announced(), SEEDS[11], SEEDS[12])
}

/// The tests' city; `more` goes into its pipeline.toml, and its gas matter asks for excerpts.
fn city(more: &str) -> Bundle {
    let mut bundle = gas_with_clues();
    bundle.files.get_mut("pipeline.toml").unwrap().push_str(more);
    let matter = bundle.files.get_mut("matters/urban-gas.toml").unwrap();
    *matter = matter.replacen("prior_notice = false", "prior_notice = false\nexcerpt = true", 1);
    bundle
}

fn ticket(no: &str, at: &str, subject: &str, content: &str, more: &Value) -> Value {
    let record = json!({ "ticket_no": no, "received_at": at, "content": content, "category": "燃气", "intent": "投诉",
                         "region": "371002", "subject_uscc": subject });
    with(record, more)
}

/// Which seeds stand in the bytes, as text of any kind.
fn found(bytes: &[u8]) -> Vec<&'static str> {
    SEEDS.into_iter().filter(|seed| bytes.windows(seed.len()).any(|w| w == seed.as_bytes())).collect()
}

fn outputs(run: &Run) -> Vec<(String, Vec<u8>)> {
    let all = run.all.iter().flat_map(|s| &s.effects);
    all.filter_map(|effect| match effect {
        Effect::Publish(p) => Some((p.topic.clone(), [p.key.as_bytes(), p.value.as_deref().unwrap_or_default()].concat())),
        Effect::DeadLetter(letter) => Some(("dead letter".into(), format!("{letter:?}").into_bytes())),
        Effect::Assessment(_) | Effect::Outcome(_) => None,
    })
    .collect()
}

#[test]
fn no_field_of_any_record_brings_personal_data_into_an_entry_the_state_or_an_output() {
    let secret = secret();
    assert_eq!(found(secret.as_bytes()).len(), SEEDS.len(), "the search finds what is there");
    let mut run = Run::wall(&city(""), "2026-01-05 08:00");
    let caller = json!({ "name": SEEDS[6], "phone": SEEDS[0], "id_no": SEEDS[2] });
    let numbers = format!("{} {} {} {} {} 微信{}", SEEDS[0], SEEDS[1], SEEDS[2], SEEDS[3], SEEDS[4], SEEDS[5]);
    let at = "2026-01-05 09:00";
    run.put(at, REGISTRY, &json!({ "id": FIRM, "name": format!("威海虚构燃气有限公司 {numbers}"), "former_names": [numbers], "aliases": numbers,
        "industry": numbers, "region": "371002", "address": format!("虚构路1号 {numbers}"), "size": numbers, "status": numbers, "credit_class": numbers,
        "parent": SEEDS[2], "merged_into": SEEDS[2], "contact_phone": SEEDS[0], "legal_person": SEEDS[6] }));
    for (n, intent) in ["投诉", "举报", "求助", ""].iter().enumerate() {
        let more = json!({ "caller": caller, "title": secret, "address": secret, "subject_name": secret, "relates_to": numbers,
            "handling_department": numbers, "urgency": secret, "status": secret, "intent": intent, "来电人": SEEDS[6], "来电号码": SEEDS[0] });
        run.put(at, TICKETS, &ticket(&format!("T{n}"), at, FIRM, &format!("燃气泄漏。{secret}"), &more));
        let unnamed = with(more, &json!({ "subject_uscc": SEEDS[2] }));
        run.put(at, TICKETS, &ticket(&format!("U{n}"), at, "", &format!("燃气泄漏。{secret}"), &unnamed));
    }
    for channel in ["media", "supervision_platform"] {
        run.put(at, REPORTS, &json!({ "report_id": format!("R-{channel}"), "reported_at": at, "channel": channel, "content": format!("燃气泄漏，{secret}"),
            "title": secret, "source": secret, "subject_name": secret, "matter": "urban-gas", "url": secret, "subject_uscc": FIRM, "region": secret }));
    }
    run.put(at, SECTOR, &json!({ "kind": "credit", "id": FIRM, "class": numbers, "at": at }));
    run.put(
        at,
        SECTOR,
        &json!({ "kind": "inspection", "inspection_id": "I1", "id": FIRM, "at": at, "org": secret, "reason": secret }),
    );
    run.put(at, SECTOR, &json!({ "kind": "penalty", "penalty_id": "P1", "id": FIRM, "at": at, "org": secret, "type": secret }));
    run.put(at, SECTOR, &json!({ "kind": "alarm", "alarm_id": "A1", "id": FIRM, "at": at, "measure": "gas_lel_percent", "value": 60, "limit": 20, "device": secret, "quality": secret }));
    let label = announced();
    for (name, matter) in [(&label, "urban-gas"), (&"gas_accidents".to_string(), label.as_str())] {
        run.put(at, SECTOR, &json!({ "kind": "indicator", "indicator": name, "matter": matter, "region": "371002", "period": "P1W", "period_start": "2025-12-29", "value": 9 }));
    }
    let warning = values(&run.all, "warnings.open")[0]["warning_id"].clone();
    for (n, target) in [warning, json!(numbers)].iter().enumerate() {
        run.put(
            at,
            "dispositions.wh-housing",
            &json!({ "disposition_id": format!("D{n}"), "target": target, "action": "acknowledge", "at": at,
            "by": numbers, "reason": secret, "note": secret, "measures": secret }),
        );
    }
    run.put(
        at,
        "jianwei.control",
        &json!({ "control_id": "K1", "command": "demote", "matter": "urban-gas", "level": "red", "at": at,
        "by": format!("值班长 {numbers}"), "reason": secret }),
    );
    run.put_bytes(common::ms(&run.model, at), TICKETS, Some(SEEDS[0].as_bytes()), Some(secret.as_bytes()));
    run.put_bytes(common::ms(&run.model, at), REGISTRY, Some(SEEDS[2].as_bytes()), None);
    run.pass("2026-03-01");

    for entry in run.entries() {
        let (bytes, text) = (encode(&entry).unwrap(), format!("{entry:?}"));
        assert_eq!((found(&bytes), found(text.as_bytes())), (vec![], vec![]), "{entry:?}");
    }
    let outputs = outputs(&run);
    for topic in [
        "warnings.wh-housing",
        "warnings.wh-sfj",
        "clues.wh-housing",
        "reminders.wh-housing",
        topics::OPEN,
        topics::PROFILES,
        topics::AUDIT,
    ] {
        assert!(outputs.iter().any(|(t, _)| t == topic), "nothing on {topic}: the search means nothing there");
    }
    for (topic, bytes) in outputs {
        assert_eq!(found(&bytes), Vec::<&str>::new(), "{topic}: {}", String::from_utf8_lossy(&bytes));
    }
    assert_eq!(found(&run.engine().snapshot_state().unwrap()), Vec::<&str>::new(), "state");
    let excerpts = run
        .entries()
        .into_iter()
        .filter(|e| matches!(&e.body, Body::Record(r) if matches!(&r.fact, Fact::Text(t) if t.excerpt.is_some())));
    assert_eq!(excerpts.count(), 5, "two complaints, two calls for help, the media");
}

#[test]
fn registration_numbers_of_before_2015_stay_aliases_though_id_cards_had_their_length() {
    let mut run = Run::wall(&city(""), "2026-01-05 08:00");
    run.put(
        "2026-01-05 08:00",
        REGISTRY,
        &json!({ "id": FIRM, "name": "虚构燃气", "aliases": ["371000190101125", "990000900101123 15400001234"] }),
    );
    let row = run.engine().state().directory.get(FIRM).unwrap();
    assert_eq!(row.aliases[0], "371000190101125");
    assert_eq!(found(row.aliases[1].as_bytes()), Vec::<&str>::new());
}

#[test]
fn only_those_who_act_read_excerpts_and_none_is_of_a_report() {
    let leak = "小区燃气泄漏，请打15400001234";
    let cases = [
        (TICKETS, json!({}), Some("小区燃气泄漏，请打***")),
        (TICKETS, json!({ "intent": "求助" }), Some("小区燃气泄漏，请打***")),
        (TICKETS, json!({ "intent": "举报" }), None),
        (TICKETS, json!({ "intent": "" }), None),
        (TICKETS, json!({ "intent": "说不清" }), None),
        (TICKETS, json!({ "title": "匿名举报" }), None),
        (TICKETS, json!({ "category": "燃气/举报" }), None),
        (TICKETS, json!({ "content": format!("{leak}，我要检举") }), None),
        (TICKETS, json!({ "content": format!("{leak}，我要举 报") }), None),
        (TICKETS, json!({ "content": format!("{leak}，我要举,报") }), None),
        (TICKETS, json!({ "content": format!("{leak}，我要举\u{200b}\u{3164}报") }), None),
        (TICKETS, json!({ "content": format!("{leak}，向你们爆料") }), None),
        (TICKETS, json!({ "content": format!("{leak}，实名反映") }), None),
        (TICKETS, json!({ "content": format!("{leak}，请为我保密") }), None),
        (TICKETS, json!({ "content": format!("{leak}，请保密") }), None),
        (TICKETS, json!({ "title": "匿 名" }), None),
        (TICKETS, json!({ "content": format!("{leak}，不要透露我的信息") }), None),
        (TICKETS, json!({ "content": format!("{leak}，不要 透露 我的信息") }), None),
        (TICKETS, json!({ "content": format!("{leak}，要求保密") }), None),
        (TICKETS, json!({ "content": format!("{leak}，请勿泄露个人信息") }), None),
        (TICKETS, json!({ "content": format!("{leak}，怕被报复") }), None),
        (TICKETS, json!({ "title": "匿名投诉" }), None),
        (TICKETS, json!({ "content": format!("{leak}，我要告发他们") }), None),
        (TICKETS, json!({ "content": format!("{leak}，不要让老板知道是我说的") }), None),
        (TICKETS, json!({ "content": format!("{leak}，我是内部员工") }), None),
        (TICKETS, json!({ "content": format!("{leak}, please keep me anonymous") }), None),
        (TICKETS, json!({ "content": format!("{leak}, don't tell my boss") }), None),
        (TICKETS, json!({ "content": format!("{leak}，燃气泄露") }), Some("小区燃气泄漏，请打***，燃气泄露")),
        (REPORTS, json!({ "channel": "media" }), Some("小区燃气泄漏，请打***")),
        (REPORTS, json!({ "channel": "supervision_platform" }), None),
        (REPORTS, json!({ "channel": "association" }), None),
        (REPORTS, json!({ "channel": "online_monitoring" }), None),
    ];
    // A report raises nothing by itself: the alarm does, and names it.
    let mut bundle = city("");
    let matter = bundle.files.get_mut("matters/urban-gas.toml").unwrap();
    *matter = matter
        .replace("kind = \"ticket\"\nwords = [\"燃气", "kind = [\"ticket\", \"report\"]\nwords = [\"燃气")
        .replace("kind = \"ticket\"\nwords = [\"燃气泄漏", "kind = [\"ticket\", \"report\"]\nwords = [\"燃气泄漏");
    for (topic, more, excerpt) in cases {
        let mut run = Run::wall(&bundle, "2026-01-05 08:00");
        let at = "2026-01-05 09:00";
        let record = with(ticket("T1", at, FIRM, leak, &json!({ "report_id": "R1", "reported_at": at })), &more);
        let out = run.put(at, topic, &record);
        let said = |org: &str| values(&out, &format!("warnings.{org}"))[0]["evidence"][0]["excerpt"].clone();
        assert_eq!(said("wh-housing").as_str(), excerpt, "{topic} {more}: lead");
        assert_eq!(said("wh-amr").as_str(), excerpt, "{topic} {more}: cooperating");
        assert_eq!(said("wh-sfj"), Value::Null, "{topic} {more}: informed");
    }
    // A matter that asks for none gets none, in its entry neither.
    let mut run = Run::wall(&gas_with_clues(), "2026-01-05 08:00");
    let out = run.put("2026-01-05 09:00", TICKETS, &ticket("T1", "2026-01-05 09:00", FIRM, leak, &json!({})));
    assert_eq!(values(&out, "warnings.wh-housing")[0]["evidence"][0]["excerpt"], Value::Null);
    assert!(out.iter().all(|s| !format!("{:?}", s.entry).contains("小区")));
}

#[test]
fn an_excerpt_in_an_industrys_evidence_too() {
    let mut run = Run::wall(&city(""), "2026-01-05 08:00");
    run.put("2026-01-05 09:00", TICKETS, &ticket("T1", "2026-01-05 09:00", "", "停气了，电话15400001234", &json!({})));
    let out = run.put("2026-01-05 09:10", TICKETS, &ticket("T2", "2026-01-05 09:10", "", "路边燃气泄漏", &json!({})));
    assert_eq!(values(&out, "warnings.wh-housing")[0]["evidence"][0]["excerpt"], "停气了，电话***");
    assert_eq!(values(&out, "warnings.wh-sfj")[0]["evidence"][0]["excerpt"], Value::Null);
}

/// A sole trader under his own name, a warning and a clue about him.
fn trader(more: &str, natural: bool, until: &str) -> Run {
    let mut run = Run::wall(&city(more), "2026-01-05 08:00");
    run.put("2026-01-05 08:00", REGISTRY, &json!({ "id": TRADER, "name": "王小虎", "region": "371002", "address": "虚构路1号801室", "industry": "4511", "natural_person": natural }));
    run.put("2026-01-05 09:00", TICKETS, &ticket("T1", "2026-01-05 09:00", TRADER, "燃气泄漏", &json!({})));
    run.put("2026-01-05 09:10", TICKETS, &ticket("T2", "2026-01-05 09:10", TRADER, "液化气瓶漏检", &json!({})));
    run.put("2026-01-05 09:20", REPORTS, &json!({ "report_id": "R1", "reported_at": "2026-01-05 09:20", "channel": "media", "content": "无人机表演", "subject_uscc": TRADER }));
    run.pass(until);
    run
}

#[test]
fn natural_persons_are_masked_for_all_who_do_not_act() {
    let (run, firm) = (trader("", true, "2026-02-20"), trader("", false, "2026-02-20"));
    let of = |run: &Run, topic: &str| {
        let all: Vec<Value> = values(&run.all, topic).into_iter().filter(|v| !v.is_null()).collect();
        assert!(!all.is_empty(), "nothing on {topic}");
        all
    };
    for (topic, named) in [
        ("warnings.wh-housing", true),
        ("warnings.wh-amr", true),
        ("warnings.wh-sfj", false),
        ("warnings.open", false),
        ("risk.profiles", false),
        ("reminders.wh-housing", true),
        // Superior and coordinating office at once.
        ("reminders.wh-sfj", false),
        ("clues.wh-housing", true),
        ("clues.wh-amr", true),
        ("clues.wh-sfj", false),
    ] {
        for record in of(&run, topic) {
            let text = record.to_string();
            assert_eq!(text.contains("王小虎"), named, "{topic}: {text}");
            assert_eq!(text.contains("王某"), !named, "{topic}: {text}");
            if record["subject"].is_object() {
                assert_eq!(record["subject"]["natural_person"], true, "{topic}");
                assert_eq!(record["subject"]["address"], if named { "虚构路1号801室" } else { "环翠区" }, "{topic}");
            }
        }
        // An enterprise that is no person is named to all.
        for record in of(&firm, topic) {
            assert!(record.to_string().contains("王小虎"), "{topic}: {record}");
        }
    }
}

#[test]
fn natural_persons_are_forgotten_after_their_time_and_firms_are_not() {
    let days = "\n[privacy]\nnatural_person_days = 10\n";
    let mut run = trader(days, true, "2026-01-16 08:00");
    // Ten days are over, and the warning still stands: it is waited for.
    assert!(run.engine().state().episodes.keys().any(|k| k.id == TRADER));
    assert!(run.engine().state().evidence.keys().any(|k| k.id == TRADER));
    let target = values(&run.all, "warnings.wh-housing")[0]["warning_id"].clone();
    let close =
        json!({ "disposition_id": "D1", "target": target, "action": "close", "at": "2026-01-16 10:00", "outcome": "rectified" });
    run.put("2026-01-16 10:00", "dispositions.wh-housing", &close);
    let forgotten = run.pass("2026-01-18");
    assert!(run.engine().state().evidence.keys().all(|k| k.id != TRADER));
    assert!(!run.engine().state().standings.contains_key(TRADER));
    let null = |e: &&Effect| matches!(e, Effect::Publish(p) if p.topic == topics::PROFILES && p.value.is_none());
    assert_eq!(forgotten.iter().flat_map(|s| &s.effects).filter(null).count(), 1);
    // Heard of again: a new score, a new time.
    run.put("2026-03-01 09:00", TICKETS, &ticket("T9", "2026-03-01 09:00", TRADER, "燃气不通", &json!({})));
    run.pass("2026-03-10");
    run.put("2026-03-10 09:00", SECTOR, &json!({ "kind": "credit", "id": TRADER, "class": "C", "at": "2026-03-10 09:00" }));
    run.pass("2026-03-19");
    assert!(run.engine().state().standings.contains_key(TRADER), "the newest record counts");
    run.pass("2026-03-22");
    assert!(!run.engine().state().standings.contains_key(TRADER));

    let mut firm = trader(days, false, "2027-01-01");
    assert!(firm.engine().state().standings.contains_key(TRADER));
    assert!(!format!("{:?}", firm.engine().state().timers).contains("Forget"));
    // Found to be a person later on: forgotten, since the last record is old.
    firm.put("2027-01-01 09:00", REGISTRY, &json!({ "id": TRADER, "name": "王小虎", "natural_person": true }));
    firm.pass("2027-01-02");
    assert!(!firm.engine().state().standings.contains_key(TRADER));
}

#[test]
fn the_page_on_privacy_has_a_row_for_every_topic() {
    for page in ["privacy.md", "privacy.zh-CN.md"] {
        let path = common::schemas_dir().join("../docs").join(page);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let rows: Vec<&str> = text
            .lines()
            .filter(|l| l.starts_with("| `") && l.matches('|').count() == 8)
            .filter_map(|l| l.split('`').nth(1))
            .collect();
        for name in TOPICS.iter().map(|t| t.name).chain([topics::JOURNAL]) {
            let of_topic = rows.iter().filter(|row| row.replace(".<org>", "") == name).count();
            assert_eq!(of_topic, 1, "{page}: rows that begin with `{name}`");
        }
        assert_eq!(rows.len(), TOPICS.len() + 1, "{page}: {rows:?}");
    }
}
