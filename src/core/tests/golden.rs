//! The complete output of a small made-up run of each shipped pipeline, compared byte for byte with
//! a file. The same in debug, in release and with `RUSTFLAGS=-Ctarget-cpu=native`.
//!
//! `JIANWEI_BLESS=1 cargo test -p jianwei-core --test golden` writes the files anew.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads and writes the golden files")]

mod common;

use common::{FeedLane, Run, assert_sound, begin_feed, gas, golden_path, lines, model, run_feed, shipped, values};
use jianwei_core::domain::hex_digest;
use jianwei_core::journal::Body;
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};

/// Lines written out; the rest is a count and a hash.
const SHOWN: usize = 58;

fn compare(name: &str, all: &[Sequenced]) {
    let lines = lines(all);
    let (shown, rest) = lines.split_at(lines.len().min(SHOWN));
    let mut text = shown.join("\n") + "\n";
    if !rest.is_empty() {
        text += &format!("and {} lines, sha256 {}\n", rest.len(), hex_digest(rest.join("\n").as_bytes()));
    }
    let path = golden_path(name);
    if std::env::var("JIANWEI_BLESS").is_ok_and(|v| v == "1") {
        std::fs::write(&path, &text).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for (n, (found, expected)) in text.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, expected, "{name} line {}: if meant, JIANWEI_BLESS=1 writes the file anew; see engine version", n + 1);
    }
    assert_eq!(text.lines().count(), golden.lines().count(), "{name}: if meant, JIANWEI_BLESS=1 writes the file anew");
}

fn counted(all: &[Sequenced]) -> usize {
    all.iter().filter(|s| matches!(s.entry.body, Body::Record(_) | Body::DeadLetter(_))).count()
}

fn has(all: &[Sequenced], topic: &str, part: &str) -> bool {
    values(all, topic).iter().any(|v| v.to_string().contains(part))
}

#[test]
fn weihai() {
    let mut run = Run::wall(&gas(), "2026-01-01 08:00");
    let (tickets, sector) = ("weihai.hotline.tickets", "weihai.sector.records");
    let ids = ["91371000MAFAKE0190", "91371000MAFAKE0211"];
    let firm = |n: usize, name: &str| json!({ "id": ids[n], "name": name, "region": "371002", "industry": "4512", "address": "虚构路1号" });
    run.put("2026-01-01 09:00", "weihai.registry.enterprises", &firm(0, "威海虚构燃气有限公司"));
    run.put("2026-01-01 09:00", "weihai.registry.enterprises", &firm(1, "虚构液化气站"));
    let ticket = |no: &str, at: &str, content: &str, subject: &str| {
        json!({
            "工单编号": no, "登记时间": at, "工单内容": content, "诉求类型": "投诉", "所属区域": "威海市", "被诉主体": subject,
            "来电人": "某某", "status": "accepted",
        })
    };
    for n in 0..15 {
        let at = format!("2026-{:02}-{:02} 09:30", 1 + n * 4 / 28, 2 + n * 4 % 28);
        run.put(&at, tickets, &ticket(&format!("S{n}"), &at, "燃气费咨询", ""));
    }
    let day = |time: &str| format!("2026-03-10 {time}");
    let dead: [(&str, &[u8]); 4] = [
        (tickets, b"{\"ticket_no\": "),
        (tickets, "{\"ticket_no\":\"X\",\"received_at\":\"0001-01-01\",\"content\":\"燃气\"}".as_bytes()),
        (sector, b"{\"kind\":\"rumour\",\"at\":\"2026-03-10\"}"),
        (tickets, b"{\"ticket_no\":\"X\",\"received_at\":\"2026-03-12\",\"content\":\"gas\"}"),
    ];
    for (topic, value) in dead {
        let now_ms = common::ms(&run.model, &day("09:00"));
        run.put_bytes(now_ms, topic, None, Some(value));
    }
    for n in 0..11 {
        let at = day(&format!("10:{n:02}"));
        run.put(&at, tickets, &ticket(&format!("B{n}"), &at, "小区停气，煤气打不着", ""));
    }
    let leak = run.put(&day("11:00"), tickets, &ticket("L1", &day("10:55"), "厨房燃气泄漏，有异味", "威海虚构燃气有限公司"));
    let alarm = json!({ "kind": "alarm", "alarm_id": "A1", "id": ids[1], "at": day("11:05"), "measure": "gas_lel_percent", "value": 27.5, "limit": 20 });
    let alarm = run.put(&day("11:05"), sector, &alarm);
    let check = json!({ "kind": "inspection", "inspection_id": "I1", "id": ids[0], "at": "2026-03-11", "result": "serious", "mode": "joint" });
    run.put("2026-03-11 15:00", sector, &check);
    let penalty = json!({ "kind": "penalty", "penalty_id": "P1", "id": ids[0], "at": "2026-03-12", "amount_yuan": 20000 });
    run.put("2026-03-12 15:00", sector, &penalty);
    let id = |out: &[Sequenced]| values(out, "warnings.open")[0]["warning_id"].as_str().unwrap().to_string();
    let answer = |no: &str, target: &str, action: &str, outcome: &str, at: &str| json!({ "disposition_id": no, "target": target, "action": action, "outcome": outcome, "at": at, "by": "值班员" });
    run.put(&day("12:00"), "dispositions.wh-housing", &answer("D1", &id(&leak), "acknowledge", "", &day("12:00")));
    run.put(&day("12:10"), "dispositions.wh-amr", &answer("D2", &id(&alarm), "feedback", "wrong_subject", &day("12:10")));
    run.put(&day("12:20"), "dispositions.wh-amr", &answer("D3", "nothing", "close", "", &day("12:20")));
    run.pass("2026-04-20");
    assert_eq!(counted(&run.all), 39);
    assert_sound(&run.all, 39);
    for (topic, part) in [
        ("warnings.wh-housing", "gas-leak"),
        ("warnings.wh-housing", "\"surge\""),
        ("warnings.wh-sfj", "withdrawn"),
        ("reminders.wh-housing", "circular_notice"),
        ("jianwei.audit", "disposition_ignored"),
    ] {
        assert!(has(&run.all, topic, part), "{topic} {part}");
    }
    compare("weihai.ndjson", &run.all);
}

#[test]
fn chicago() {
    let bundle = shipped("chicago");
    let key = |n: usize| Some(format!("{n:04}").into_bytes());
    let row = |n: usize, value: &Value| (key(n), Some(value.to_string().into_bytes()));
    let mut requests = Vec::new();
    for n in 0..12 {
        let created = format!("2012-{:02}-{:02}", 3 + n * 5 / 28, 1 + n * 5 % 28);
        requests.push(row(n, &json!({ "created": created, "nature": "Dog feces in yard", "community_area": "24" })));
    }
    for n in 12..22 {
        requests.push(row(n, &json!({ "created": "2012-05-08", "nature": "Dog feces in yard", "community_area": "24" })));
    }
    requests.push((key(22), Some(b"\"no object\"".to_vec())));
    requests.push(row(23, &json!({ "created": "yesterday", "nature": "Dog feces in yard", "community_area": "24" })));
    requests.push(row(24, &json!({ "created": "2015-05-08", "nature": "Dog feces in yard", "community_area": "24" })));
    let visit = |date: &str, purpose: &str| json!({ "date": date, "license": "1980406", "purpose": purpose });
    let outcome = |id: u32, date: &str, critical: u32, serious: u32| {
        json!({
            "inspection_id": id, "license": "1980406", "date": date, "critical": critical, "serious": serious, "minor": 1,
        })
    };
    let visits = vec![
        row(0, &visit("2012-03-05", "Canvass")),
        row(1, &outcome(71, "2012-03-05", 1, 0)),
        row(2, &visit("2012-04-02", "Complaint")),
        row(3, &outcome(72, "2012-05-02", 0, 2)),
        row(4, &visit("2012-05-09", "Short Form Complaint")),
        row(5, &visit("2012-05-10", "Suspected Food Poisoning")),
        (None, Some(visit("2012-05-11", "Canvass").to_string().into_bytes())),
        row(7, &outcome(73, "2012-05-21", 0, 0)),
    ];
    let lanes = |extra: Vec<FeedLane>| {
        let lane = |topic: &str, rows: &[_]| FeedLane { topic: topic.into(), partition: 0, rows: rows.to_vec() };
        [vec![lane("chicago.hotline.tickets", &requests), lane("chicago.sector.records", &visits)], extra].concat()
    };
    let run = |lanes: &[FeedLane]| {
        let (mut sequencer, mut all) = begin_feed(&bundle, "2012-07-01");
        all.extend(run_feed(&mut sequencer, lanes, usize::MAX));
        sequencer.tick_until(common::ms(&model(&bundle), "2012-07-01"), &mut all).unwrap();
        all
    };
    // Departments answer the warnings of a first pass.
    let first = run(&lanes(Vec::new()));
    let poisoned = values(&first, "warnings.chi-dph").iter().find(|w| w["trigger"].is_object()).unwrap()["warning_id"].clone();
    let dogs = values(&first, "warnings.chi-dss")[0]["warning_id"].clone();
    let answer = |no: &str, target: &Value, action: &str, outcome: &str, at: &str| {
        let said =
            json!({ "disposition_id": no, "target": target, "action": action, "outcome": outcome, "at": at, "by": "clerk" });
        (None, Some(said.to_string().into_bytes()))
    };
    let answers = vec![
        FeedLane {
            topic: "dispositions.chi-dph".into(),
            partition: 0,
            rows: vec![answer("D1", &poisoned, "feedback", "confirmed", "2012-05-11 09:00")],
        },
        FeedLane {
            topic: "dispositions.chi-dss".into(),
            partition: 0,
            rows: vec![
                answer("D2", &dogs, "close", "rectified", "2012-05-12 09:00"),
                answer("D3", &dogs, "acknowledge", "", "2012-05-13 09:00"),
            ],
        },
    ];
    let all = run(&lanes(answers));
    assert_eq!(counted(&all), 36);
    assert_sound(&all, 36);
    for (topic, part) in [
        ("warnings.chi-dph", "suspected-poisoning"),
        ("warnings.chi-dss", "\"surge\""),
        ("warnings.chi-dss", "lifted"),
        ("reminders.chi-mayor", "circular_notice"),
        ("jianwei.audit", "disposition_ignored"),
    ] {
        assert!(has(&all, topic, part), "{topic} {part}");
    }
    compare("chicago.ndjson", &all);
}
