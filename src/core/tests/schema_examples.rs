//! One sample of every output record in every status, taken from a run of the engine, never written by
//! hand; and one good record of every input kind, made up. All are valid by an independent validator.
//!
//! `JIANWEI_BLESS=1 cargo test -p jianwei-core --test schema_examples` writes the output samples anew.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads and writes the example files")]

mod common;

use common::mini::{disposition, with};
use common::{Run, blessing, gas_with_clues, mini, ms, schemas_dir};
use jianwei_core::domain::{Action, DAY_MS, SourceKind};
use jianwei_core::engine::{ClueWhy, Effect};
use jianwei_core::intake::decode;
use jianwei_core::pipeline::Source;
use jianwei_core::schema::{Carries, TOPICS, Topic};
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TICKETS: &str = "weihai.hotline.tickets";
const REPORTS: &str = "weihai.platform.reports";
const SECTOR: &str = "weihai.sector.records";
const A: &str = "91371000MAFAKE0190";
const B: &str = "91371000MAFAKE0205";
const C: &str = "91371000MAFAKE0218";
/// Days with three calls each, so that the series has a colour.
const QUIET_DAYS: i64 = 60;
const SURGE_DAY: &str = "2026-03-05";

fn ticket(no: &str, at: &str, subject: &str, content: &str, region: &str) -> Value {
    json!({ "ticket_no": no, "received_at": at, "content": content, "category": "燃气", "intent": "投诉",
            "region": region, "subject_uscc": subject })
}

fn warning_of(out: &[Sequenced]) -> String {
    common::values(out, "warnings.open")[0]["warning_id"].as_str().unwrap().to_string()
}

fn quiet_days(run: &mut Run) {
    let zone = run.model.zone;
    let first_ms = ms(&run.model, "2026-01-04 09:30");
    for n in 0..QUIET_DAYS * 3 {
        let at = zone.format(first_ms + n / 3 * DAY_MS);
        run.put(&at, TICKETS, &ticket(&format!("W{n:03}"), &at, "", "咨询燃气价格", "371002"));
    }
}

/// A dead letter's own: the engine does not keep them.
type KeyAndValue = (&'static str, &'static str);

/// A made-up spring in a made-up city: every status there is comes to pass.
fn spring() -> (Run, Vec<KeyAndValue>) {
    let mut run = Run::wall(&gas_with_clues(), "2026-01-04 08:00");
    for (id, name) in [(A, "威海虚构燃气有限公司"), (B, "虚构液化气站"), (C, "虚构管道燃气服务部")] {
        let row = json!({ "id": id, "name": name, "industry": "4511", "region": "371002", "address": "虚构路1号" });
        run.put("2026-01-04 08:00", "weihai.registry.enterprises", &row);
    }
    quiet_days(&mut run);
    surge(&mut run);
    scored(&mut run);
    answered(&mut run);
    passed_on(&mut run);
    rules(&mut run);
    let dead = unreadable(&mut run);
    run.pass("2026-09-01");
    // Due after the last day the calendar knows.
    run.put("2026-12-24 09:00", TICKETS, &ticket("W900", "2026-12-24 08:55", C, "燃气泄漏", "371002"));
    (run, dead)
}

/// Calls about gas come thick; a leak nobody is named for goes to the wrong place.
fn surge(run: &mut Run) {
    for n in 0..37 {
        let at = format!("{SURGE_DAY} 10:{n:02}");
        run.put(&at, TICKETS, &ticket(&format!("W2{n:02}"), &at, "", "小区停气，煤气打不着", "371002"));
    }
    let out = run.put("2026-03-06 09:00", TICKETS, &ticket("W300", "2026-03-06 08:55", "", "路边燃气泄漏", "371003"));
    let wrong = disposition("D01", &warning_of(&out), "feedback", "2026-03-06 10:00", &json!({ "outcome": "wrong_subject" }));
    run.put("2026-03-06 10:00", "dispositions.wh-housing", &wrong);
}

/// One firm's devices give alarm after alarm; nobody answers, and it calms down.
fn scored(run: &mut Run) {
    for n in 0..8 {
        let at = format!("2026-03-09 09:{n:02}");
        let alarm = json!({ "kind": "alarm", "alarm_id": format!("A{n}"), "id": B, "at": at, "device": "某站 3 号",
                            "measure": "pressure", "value": 60.5, "limit": 20, "unit": "kPa" });
        run.put(&at, SECTOR, &alarm);
    }
}

/// Two leaks: one answered with every word there is, one with none.
fn answered(run: &mut Run) {
    let content = "厨房燃气泄漏，有异味";
    run.put("2026-03-10 09:00", TICKETS, &ticket("W401", "2026-03-10 08:50", C, content, "371002"));
    let out = run.put("2026-03-10 11:00", TICKETS, &ticket("W402", "2026-03-10 10:55", A, content, "371002"));
    let target = warning_of(&out);
    for (n, action) in Action::WORDS.iter().filter(|a| **a != "close").enumerate() {
        let at = format!("2026-03-10 12:{n:02}");
        run.put(&at, "dispositions.wh-housing", &disposition(&format!("D1{n}"), &target, action, &at, &json!({})));
    }
    let at = "2026-03-10 13:00";
    let none = disposition("D20", "0000000000000000", "close", at, &json!({}));
    run.put(at, "dispositions.wh-amr", &none);
    let wrong = disposition("D21", &target, "feedback", at, &json!({ "outcome": "wrong_subject" }));
    run.put(at, "dispositions.wh-amr", &wrong);
    let out = run.put("2026-03-11 11:00", TICKETS, &ticket("W403", "2026-03-11 10:55", A, content, "371002"));
    let close = disposition("D22", &warning_of(&out), "close", "2026-03-12 09:00", &json!({ "outcome": "rectified" }));
    run.put("2026-03-12 09:00", "dispositions.wh-housing", &close);
}

/// Reports and a ticket that concern several: one closed, one found to be wrong, one left lying.
fn passed_on(run: &mut Run) {
    let at = "2026-03-12 10:00";
    let report = |id: &str, content: &str| json!({ "report_id": id, "reported_at": at, "channel": "media", "content": content, "region": "371002", "subject_uscc": A });
    let out = run.put(at, REPORTS, &report("R1", "报道称有商家销售过期钢瓶"));
    let id = common::values(&out, "clues.wh-amr")[0]["clue_id"].clone();
    let close = disposition("D30", id.as_str().unwrap(), "close", "2026-03-12 11:00", &json!({ "outcome": "rectified" }));
    run.put("2026-03-12 11:00", "dispositions.wh-amr", &close);
    let mut several = ticket("W501", at, "", "液化气瓶漏检", "371002");
    run.put(at, TICKETS, &several);
    several["verified"] = false.into();
    run.put("2026-03-12 15:00", TICKETS, &several);
    run.put(at, REPORTS, &report("R2", "无人机低空表演没有备案"));
    for (n, place) in ["海边", "河边", "湖边", "桥边", "岛边"].iter().enumerate() {
        let content =
            format!("市民反映周末有人在{place}用无人机载人飞行表演，没有看到任何备案和围挡，担心坠落伤人，请问归哪个部门管理");
        let mut unclassified = ticket(&format!("W51{n}"), at, "", &content, "371002");
        unclassified["category"] = Value::Null;
        run.put(at, TICKETS, &unclassified);
    }
    // Closed, and back a day later.
    let mut closed = ticket("W601", at, B, "燃气费算错", "371002");
    for (status, then) in [("closed", "2026-03-12 16:00"), ("reopened", "2026-03-13 08:30")] {
        closed["status"] = status.into();
        closed["status_at"] = then.into();
        run.put(then, TICKETS, &closed);
    }
}

/// A person holds a rule back and lets it go; another pipeline takes effect.
fn rules(run: &mut Run) {
    for (n, command) in ["demote", "restore"].iter().enumerate() {
        let at = format!("2026-03-13 09:0{n}");
        let said = json!({ "control_id": format!("K{n}"), "command": command, "matter": "urban-gas", "level": "yellow",
                           "at": at, "by": "值班长", "reason": "误报复盘" });
        run.put(&at, "jianwei.control", &said);
    }
    let mut next = gas_with_clues();
    let text = next.files.get_mut("pipeline.toml").unwrap();
    *text = text.replace("version = \"0.1\"", "version = \"0.2\"");
    run.activate("2026-03-15 09:00", &next);
}

fn unreadable(run: &mut Run) -> Vec<KeyAndValue> {
    let letters =
        vec![("X0", "{\"ticket_no\": "), ("X1", "{\"ticket_no\":\"X1\",\"received_at\":\"0001-01-01\",\"content\":\"燃气\"}")];
    for (key, value) in &letters {
        let now_ms = ms(&run.model, "2026-03-15 10:00");
        run.put_bytes(now_ms, TICKETS, Some(key.as_bytes()), Some(value.as_bytes()));
    }
    letters
}

fn topic_of(address: &str) -> &'static Topic {
    let fits = |t: &&Topic| {
        t.carries != Carries::Raw
            && !t.address.contains("{topic}")
            && match t.address.strip_suffix("{org}") {
                // `warnings.open` is a topic of its own.
                Some(prefix) => address.starts_with(prefix) && TOPICS.iter().all(|o| o.address != address),
                None => t.address == address,
            }
    };
    TOPICS.iter().find(fits).unwrap_or_else(|| panic!("topic {address} has no line in TOPICS"))
}

/// What the sample of a record is called.
fn sample_name(topic: &Topic, value: &Value) -> String {
    let word = |field: &str| value[field].as_str().unwrap_or_default().to_string();
    match topic.name {
        "warnings" if value["status"] == "raised" => {
            let by = ["trigger", "surge"].into_iter().find(|why| value[*why].is_object()).unwrap_or("score");
            format!("{}-raised-{by}", word("scope"))
        }
        "warnings" => format!("{}-{}", word("scope"), word("status")),
        "warnings.open" => if value["acknowledged"] == true { "acknowledged" } else { "open" }.to_string(),
        "clues" if value["status"] == "passed_on" => format!("passed_on-{}", value["why"]["code"].as_str().unwrap_or_default()),
        "reminders" if value["clue_id"].is_string() => format!("clue-{}", word("stage")),
        "risk.profiles" => if value["level"].is_null() { "not-warned" } else { "warned" }.to_string(),
        _ => ["stage", "status", "what", "code"].map(word).into_iter().find(|w| !w.is_empty()).unwrap_or("sample".into()),
    }
}

/// The first record of each name, and all that was published validated on the way.
fn samples(run: &Run, dead: Vec<KeyAndValue>) -> BTreeMap<String, Value> {
    let mut validators = BTreeMap::new();
    let mut out = BTreeMap::new();
    let mut take = |topic: &'static Topic, name: String, checked: &Value, sample: Value| {
        let validator = validators.entry(topic.name).or_insert_with(|| jsonschema::validator_for(&topic.schema()).unwrap());
        let errors: Vec<String> = validator.iter_errors(checked).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{} {name}: {errors:?}", topic.name);
        out.entry(format!("{}/{name}.json", topic.name)).or_insert(sample);
    };
    let mut dead = dead.into_iter();
    for effect in run.all.iter().flat_map(|s| &s.effects) {
        match effect {
            Effect::Publish(publication) => {
                let Some(value) = &publication.value else { continue };
                let value: Value = serde_json::from_slice(value).unwrap();
                let topic = topic_of(&publication.topic);
                assert_eq!(topic.carries, Carries::Out(publication.event_type), "{}", topic.name);
                take(topic, sample_name(topic, &value), &value, value.clone());
            }
            Effect::DeadLetter(letter) => {
                let headers: BTreeMap<_, _> = letter.headers(&run.model.realm).collect();
                let headers = json!(headers);
                let (key, body) = dead.next().unwrap();
                let topic = TOPICS.iter().find(|t| t.carries == Carries::Raw).unwrap();
                let sample = json!({ "headers": headers, "key": key, "value": body });
                take(topic, letter.reason.as_str().into(), &headers, sample);
            }
            // What replay writes for analysts is on no topic.
            Effect::Assessment(_) | Effect::Outcome(_) => {}
        }
    }
    out
}

/// The words of an enum as a schema writes them.
fn words(schema: &Value) -> BTreeSet<String> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let each = schema["oneOf"].as_array().into_iter().flatten().flat_map(|one| match one.get("const") {
        Some(word) => vec![word],
        None => one["enum"].as_array().into_iter().flatten().collect(),
    });
    listed.chain(each).map(|w| w.as_str().unwrap().to_string()).collect()
}

/// What must have a sample, from the enums.
fn wanted() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let schema = |name: &str| TOPICS.iter().find(|t| t.name == name).unwrap().schema();
    let warnings = schema("warnings");
    // Grouped warnings take more red ones than one spring has (`reds.rs`); their form is the same.
    for scope in words(&warnings["$defs"]["Scope"]).into_iter().filter(|scope| scope != "group") {
        for status in words(&warnings["$defs"]["WarningStatus"]) {
            let whys = match (status.as_str(), scope.as_str()) {
                ("raised", "enterprise") => vec!["-trigger", "-score"],
                ("raised", _) => vec!["-trigger", "-surge"],
                _ => vec![""],
            };
            wanted.extend(whys.iter().map(|why| format!("warnings/{scope}-{status}{why}.json")));
        }
    }
    let stages = words(&schema("reminders")["$defs"]["ReminderStage"]);
    wanted.extend(stages.iter().flat_map(|stage| [format!("reminders/{stage}.json"), format!("reminders/clue-{stage}.json")]));
    for status in words(&schema("clues")["$defs"]["ClueStatus"]) {
        let whys = if status == "passed_on" {
            ClueWhy::ALL.map(|why| format!("-{}", why.as_str())).to_vec()
        } else {
            vec![String::new()]
        };
        wanted.extend(whys.iter().map(|why| format!("clues/{status}{why}.json")));
    }
    let audited = ["genesis", "activate", "demote", "restore", "disposition_ignored", "false_closure"];
    wanted.extend(audited.iter().chain(Action::WORDS).map(|what| format!("jianwei.audit/{what}.json")));
    // `directory_full` takes five million enterprises: its form is the same.
    wanted.extend(["warnings.open/open", "warnings.open/acknowledged"].map(|name| format!("{name}.json")));
    wanted.extend(["risk.profiles/warned", "risk.profiles/not-warned"].map(|name| format!("{name}.json")));
    wanted.extend(["jianwei.operators/calendar_year_unknown.json".to_string()]);
    wanted.extend(["broken_json", "bad_time"].map(|name| format!("jianwei.dead-letters/{name}.json")));
    wanted
}

#[test]
fn every_status_has_a_sample_the_engine_made() {
    let (run, dead) = spring();
    let samples = samples(&run, dead);
    let lacking: Vec<String> = wanted().into_iter().filter(|name| !samples.contains_key(name)).collect();
    assert!(lacking.is_empty(), "no sample of {lacking:?}");
    let dir = schemas_dir().join("examples");
    for (name, sample) in &samples {
        let text = serde_json::to_string_pretty(sample).unwrap() + "\n";
        let path = dir.join(name);
        if blessing() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "schemas/examples/{name} is not what the engine says: if meant, JIANWEI_BLESS=1");
    }
    for topic in TOPICS.iter().filter(|t| !matches!(t.carries, Carries::In(_))) {
        for file in files_of(topic) {
            assert!(samples.contains_key(&file), "schemas/examples/{file}: nothing makes this sample any more");
        }
    }
}

fn files_of(topic: &Topic) -> Vec<String> {
    let dir = schemas_dir().join("examples").join(topic.name);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".json")).map(|name| format!("{}/{name}", topic.name)).collect()
}

#[test]
fn the_input_examples_are_valid_and_read_without_a_doubt() {
    let model = common::model(&mini::mini());
    let mut kinds = BTreeSet::new();
    for topic in TOPICS {
        let Carries::In(kind) = topic.carries else { continue };
        let validator = jsonschema::validator_for(&topic.schema()).unwrap();
        let source = Source {
            kind,
            topic: "t".into(),
            org: Some("lead".into()),
            lateness_ms: 0,
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
            maps: Vec::new(),
        };
        let files = files_of(topic);
        assert!(!files.is_empty(), "{} has no example", topic.name);
        for file in files {
            let text = std::fs::read_to_string(schemas_dir().join("examples").join(&file)).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{file}: {errors:?}");
            // The pipeline of the tests knows other regions and other matters.
            let value = with(
                value,
                &match kind {
                    SourceKind::Control => json!({ "matter": "gas", "region": "r1" }),
                    _ => json!({ "region": "r1" }),
                },
            );
            let decoded = decode(&model, &source, None, Some(value.to_string().as_bytes()));
            let decoded = decoded.unwrap_or_else(|e| panic!("{file}: {e:?}"));
            // A feed without hours is a feed all the same.
            assert!(decoded.flags.iter().all(|f| f.as_str() == "day_only"), "{file}: {:?}", decoded.flags);
            kinds.insert(decoded.record.kind());
        }
    }
    assert_eq!(kinds.len(), jianwei_core::domain::RecordKind::ALL.len(), "{kinds:?}");
}
