//! What dirty feeds weigh: devices that are stuck, near copies of different callers, tickets found untrue,
//! ids that are somebody's number, spellings of before. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{REGISTRY, SECTOR, TICKETS, mini_with, ticket};
use common::{Run, entry, told, values};
use jianwei_core::intake::CallerKey;
use jianwei_core::journal::{Body, Flag};
use jianwei_core::sequencer::feed_end_ms;
use serde_json::{Value, json};

/// The small pipeline with a rule on a device's figure and one on alarms over their limit.
fn with_devices() -> Run {
    let rules = "[[enterprise.evidence]]\ncode = \"hot\"\nweight = 6\nhalf_life_days = 365\ntext = \"hot\"\n\
        figure = { measure = \"temperature\", value_at_least = 60 }\n\n\
        [[enterprise.evidence]]\ncode = \"cash\"\nweight = 6\nhalf_life_days = 365\ntext = \"cash\"\n\
        figure = { measure = \"balance\", value_at_least = 60 }\n\n\
        [[enterprise.evidence]]\ncode = \"over\"\nweight = 1\nhalf_life_days = 365\ntext = \"over\"\n\
        when = { kind = \"alarm\", over_limit = true }\n\n[[enterprise.evidence]]\ncode = \"clean\"";
    let mut run = Run::wall(&mini_with("matters/gas.toml", "[[enterprise.evidence]]\ncode = \"clean\"", rules), "2026-03-01");
    run.put("2026-03-01", REGISTRY, &json!({ "id": "A", "name": "Firm A", "region": "r1" }));
    run
}

/// Readings of one device, so many minutes apart; how many were flagged, and which was the first.
fn readings(run: &mut Run, minutes: i64, values: &[f64], more: &Value) -> (usize, Option<usize>) {
    let mut flagged = Vec::new();
    for (n, value) in values.iter().enumerate() {
        let minute = minutes * n as i64;
        let at = format!("2026-03-{:02} {:02}:{:02}", 2 + minute / 1440, minute / 60 % 24, minute % 60);
        let record = common::mini::with(
            json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": value, "at": at }),
            more,
        );
        let record = common::mini::with(record, &json!({ "alarm_id": format!("S{n}-{}", more["device"]), "limit": 20 }));
        if entry(&run.put(&at, SECTOR, &record)).flags.contains(&Flag::SensorStuck) {
            flagged.push(n);
        }
    }
    (flagged.len(), flagged.first().copied())
}

#[test]
fn the_same_value_again_and_again_is_stuck() {
    let alarm = json!({ "kind": "alarm", "device": "d1" });
    let same = |n: usize| vec![61.5; n];
    let mixed = |at: usize, value: f64| {
        let mut values = same(20);
        values[at] = value;
        values
    };
    for (what, minutes, values, more, expected) in [
        ("eleven", 60, same(11), json!({}), (0, None)),
        ("the twelfth and those after it", 60, same(14), json!({}), (3, Some(11))),
        ("alarms too", 60, same(14), alarm.clone(), (3, Some(11))),
        ("twelve within an hour are not enough", 5, same(20), json!({}), (0, None)),
        ("three hours are", 5, same(40), json!({}), (4, Some(36))),
        ("zero is a value like any other to most devices", 60, vec![0.0; 20], json!({}), (0, None)),
        ("told once a day", 1440, same(20), json!({}), (0, None)),
        ("another value between", 60, mixed(10, 61.4), json!({}), (0, None)),
        ("nothing measured between", 60, mixed(10, 9999.0), json!({}), (8, Some(12))),
        ("money", 60, same(20), json!({ "unit": "元" }), (0, None)),
        ("a balance", 60, same(20), json!({ "measure": "balance" }), (0, None)),
    ] {
        let mut run = with_devices();
        let mut got = readings(&mut run, minutes, &values, &more);
        assert_eq!(got, expected, "{what}");
        // Another device of the firm is no part of the row.
        if what == "eleven" {
            got = readings(&mut run, 60, &same(11), &alarm);
            assert_eq!(got.0, 0, "{what}");
        }
        let bytes = run.engine().snapshot_state().unwrap();
        let again = jianwei_core::engine::Engine::restore(&bytes).unwrap();
        assert_eq!(again.snapshot_state().unwrap(), bytes, "{what}");
    }
}

#[test]
fn a_stuck_figure_counts_no_more() {
    let mut run = with_devices();
    let factors = |run: &Run| {
        let profile = values(&run.all, "risk.profiles").pop().unwrap();
        let codes: Vec<&str> = profile["factors"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
        codes.join(" ")
    };
    readings(&mut run, 60, &[70.0; 11], &json!({}));
    assert!(factors(&run).contains("hot"), "{}", factors(&run));
    readings(&mut run, 60, &[70.0; 12], &json!({}));
    assert!(!factors(&run).contains("hot"), "{}", factors(&run));
    // The device works again.
    let record = json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": 64, "at": "2026-03-03 10:00" });
    assert!(entry(&run.put("2026-03-03 10:00", SECTOR, &record)).flags.is_empty());
    assert!(factors(&run).contains("hot"));
}

#[test]
fn an_observation_that_measured_nothing_is_compared_with_nothing() {
    for (value, more, flagged) in [
        (9999.0, json!({}), true),
        (-999.0, json!({ "unit": "℃" }), true),
        (-9999.0, json!({}), true),
        (99999.0, json!({}), true),
        (32767.0, json!({}), true),
        (9998.0, json!({}), false),
        (9999.0, json!({ "measure": "balance" }), false),
        (9999.0, json!({ "measure": "prepaid_balance_yuan" }), false),
        (9999.0, json!({ "unit": "元" }), false),
    ] {
        let mut run = with_devices();
        let record =
            json!({ "kind": "observation", "id": "A", "measure": "temperature", "value": value, "at": "2026-03-02 10:00" });
        let out = run.put("2026-03-02 10:00", SECTOR, &common::mini::with(record, &more));
        assert_eq!(entry(&out).flags.contains(&Flag::SensorSentinel), flagged, "{value} {more}");
        let met = values(&out, "risk.profiles").pop().is_some_and(|p| p["factors"].to_string().contains("hot"));
        let expected = !flagged && value >= 60.0 && more.get("measure").is_none();
        assert_eq!(met, expected, "{value} {more}");
    }
}

#[test]
fn a_warning_that_rested_on_an_untrue_ticket_is_lifted_in_the_same_entry() {
    let now = "2026-03-02 10:00";
    let untrue = json!({ "verified": false });
    let gone = json!({ "status": "withdrawn" });
    // Tickets put before; the one that comes back and how; what the lead is told then, and what of it is left.
    type Put<'a> = (&'a str, &'a str, &'a str);
    type Case<'a> = (&'a str, Vec<Put<'a>>, &'a str, &'a Value, &'a [&'a str]);
    let cases: Vec<Case> = vec![
        ("its trigger", vec![("T1", "A", "a leak")], "T1", &untrue, &["lifted orange 2"]),
        ("withdrawn", vec![("T1", "A", "a leak")], "T1", &gone, &["lifted orange 2"]),
        ("its score", vec![("T1", "A", "it stinks"), ("T2", "A", "no heat")], "T2", &untrue, &["lifted yellow 2"]),
        ("a trade's trigger", vec![("T1", "", "a leak")], "T1", &untrue, &["lifted orange 2"]),
        ("another holds it", vec![("T1", "A", "a leak"), ("T2", "A", "leak again")], "T1", &untrue, &[]),
        (
            "others are enough for a lower level",
            vec![("T1", "A", "a leak"), ("T2", "A", "no heat"), ("T3", "A", "it stinks")],
            "T1",
            &untrue,
            &[],
        ),
        ("another matter", vec![("T1", "A", "a leak"), ("T9", "B", "no heat")], "T9", &untrue, &[]),
    ];
    for (what, before, no, more, expected) in cases {
        let mut run = with_devices();
        for (no, subject, content) in before {
            run.put(now, TICKETS, &ticket(no, now, subject, content, &json!({})));
        }
        let out = run.put(now, TICKETS, &ticket(no, now, "", "-", more));
        assert_eq!(told(&out, "lead"), expected, "{what}");
        let lifted = values(&out, "warnings.lead").pop();
        assert_eq!(lifted.map(|w| w["ended"].clone()), expected.first().map(|_| json!("taken_back")), "{what}");
        if !expected.is_empty() {
            assert!(run.engine().state().episodes.is_empty(), "{what}");
            assert!(values(&out, "warnings.open").iter().any(Value::is_null), "{what}");
        }
    }
}

const TEMPLATE: &str =
    "every evening around eight there is a strong smell of gas near the entrance of the shop, nobody comes to look at it";

/// Tickets of one text: day of March and caller; how they weigh for the firm, in thousandths of a ticket.
fn template(run: &mut Run, tickets: &[(u32, Option<u32>)]) -> (i64, Option<String>) {
    run.model.caller_key = Some(CallerKey::new("k1", b"a key made up for tests").unwrap());
    for (n, (day, caller)) in tickets.iter().enumerate() {
        let at = format!("2026-03-{day:02} 10:00");
        let more = caller.map_or(json!({}), |c| json!({ "caller": { "phone": format!("138{:08}", 10_000_000 + c) } }));
        run.put(&at, TICKETS, &ticket(&format!("T{n}"), &at, "A", TEMPLATE, &more));
    }
    let state = run.engine().state();
    let evidence = state.evidence.values().next();
    let weight = evidence.and_then(|e| e.counts.get("complaint")).map_or(0, |c| (c.value * 1000.0).round() as i64);
    (weight, state.episodes.values().next().map(|e| e.level.as_str().to_string()))
}

#[test]
fn many_callers_of_one_form_of_words_are_many_and_one_caller_is_one() {
    let callers = |day: u32, from: u32, count: u32| (from..from + count).map(move |c| (day, Some(c)));
    for (what, tickets, weight, level) in [
        ("one", callers(2, 0, 1).collect(), 1000, None),
        ("the same again", vec![(2, Some(0)); 9], 1000, None),
        ("nobody known", vec![(2, None); 9], 1000, None),
        ("one known among them", vec![(2, None), (2, Some(0))], 1000, None),
        ("three whole", callers(2, 0, 3).collect(), 3000, Some("yellow")),
        ("the fourth half", callers(2, 0, 4).collect(), 3500, Some("orange")),
        ("twenty of one day raise it", callers(2, 0, 20).collect(), 11_500, Some("red")),
        ("one a day may be one person", (2..8).map(|d| (d, Some(d))).collect(), 0, None),
        ("as many as on the busiest day", callers(2, 0, 2).chain(callers(3, 10, 3)).collect(), 0, Some("yellow")),
    ] {
        let tickets: Vec<(u32, Option<u32>)> = tickets;
        let mut run = with_devices();
        let got = template(&mut run, &tickets);
        assert_eq!(got.1.as_deref(), level, "{what}");
        // Over several days the weight decays: pieces are counted instead.
        if weight > 0 {
            assert_eq!(got.0, weight, "{what}");
        }
        let bytes = run.engine().snapshot_state().unwrap();
        assert_eq!(jianwei_core::engine::Engine::restore(&bytes).unwrap().snapshot_state().unwrap(), bytes, "{what}");
    }
}

#[test]
fn the_next_copy_gets_the_weight_of_one_that_is_taken_back() {
    // Callers of the tickets of one text, which are taken back in turn, and the pieces left after each.
    for (what, callers, back, left) in [
        ("of nobody known", vec![None, None, None], vec![0, 1, 2], vec!["T1", "T2", ""]),
        ("of one caller", vec![Some(1), Some(1)], vec![0], vec!["T1"]),
        ("the copy itself", vec![None, None], vec![1, 0], vec!["T0", ""]),
        ("of callers who counted already", vec![Some(1), Some(2)], vec![0], vec!["T1"]),
    ] {
        let mut run = with_devices();
        let tickets: Vec<_> = callers.iter().map(|c| (2, *c)).collect();
        template(&mut run, &tickets);
        for (back, left) in back.into_iter().zip(left) {
            let record = ticket(&format!("T{back}"), "2026-03-02 11:00", "", TEMPLATE, &json!({ "status": "withdrawn" }));
            run.put("2026-03-02 11:00", TICKETS, &record);
            let state = run.engine().state();
            let refs = state.evidence.values().flat_map(|e| &e.refs).map(|r| r.id.as_str()).collect::<Vec<_>>().join(" ");
            let counted: u64 = state.series.values().next().map_or(0, |s| s.regions["r0"].open.values().sum());
            assert_eq!((refs.as_str(), counted), (left, u64::from(!left.is_empty())), "{what}: {back}");
        }
    }
}

#[test]
fn a_ticket_numbered_by_a_telephone_is_known_by_a_hash() {
    for keyed in [false, true] {
        let mut run = with_devices();
        run.model.caller_key = keyed.then(|| CallerKey::new("k1", b"a key made up for tests").unwrap());
        let (no, now) = ("19900000001", "2026-03-02 10:00");
        let first = run.put(now, TICKETS, &ticket(no, now, "A", "a leak", &json!({})));
        assert_eq!(entry(&first).flags, [Flag::PrivateId]);
        assert!(entry(&first).id.starts_with("private-"), "{}", entry(&first).id);
        // An update, and what adds to it, are told by the same hash.
        run.put(now, TICKETS, &ticket(no, now, "A", "a leak", &json!({})));
        run.put(now, TICKETS, &ticket("T2", now, "A", "still a leak", &json!({ "relates_to": "199 0000 0001" })));
        let evidence = run.engine().state().evidence.values().next().unwrap();
        assert_eq!((evidence.total, run.engine().state().counters.updates), (1, 2));
        let written: String = run.all.iter().map(|s| format!("{:?}{:?}", s.entry, s.effects)).collect();
        assert!(written.contains("private-") && !written.contains(no) && !written.contains("199 0000 0001"));
    }
    let mut run = with_devices();
    let out = run.put("2026-03-02 10:00", TICKETS, &ticket("26030200123", "2026-03-02 10:00", "A", "-", &json!({})));
    assert_eq!((entry(&out).id.as_str(), entry(&out).flags.len()), ("26030200123", 0), "verbatim");
}

#[test]
fn a_telephone_within_a_longer_number_goes_no_further() {
    let now = "2026-03-02 10:00";
    let mut run = with_devices();
    let out = run.put(now, TICKETS, &ticket("TK-19900000001-1", now, "A", "a leak", &json!({})));
    assert!(entry(&out).id.starts_with("private-"), "{}", entry(&out).id);
    // Another ticket of one caller is another ticket; what adds to the first does.
    run.put(now, TICKETS, &ticket("TK-19900000001-2", now, "A", "gas smell", &json!({})));
    run.put(now, TICKETS, &ticket("T3", now, "A", "still a leak", &json!({ "relates_to": "TK-19900000001-1" })));
    assert_eq!(run.engine().state().counters.updates, 1);
    let written: String = run.all.iter().map(|s| format!("{:?}{:?}", s.entry, s.effects)).collect();
    assert!(!written.contains("19900000001"));
}

#[test]
fn a_ticket_that_says_it_is_a_test_is_no_risk() {
    let now = "2026-03-02 10:00";
    for (title, content, test) in [
        ("测试工单", "楼道漏气", false),
        ("测试", "天然气泄漏，两人昏迷", false),
        ("天然气泄漏", "测试", false),
        ("测试", "测试工单，请勿派单", true),
        ("", "测试", true),
        ("", "【测 试】", true),
        ("", "TEST", true),
        ("", "ｔｅｓｔ", true),
        ("", "测试工单，请忽略", true),
        ("", "此单为测试，勿派", true),
        ("", "楼道漏气（此为测试工单）", false),
        ("测试", "漏气", false),
        ("", "这是测试后的天然气泄漏，三人昏迷", false),
        ("", "这不是测试工单，天然气真泄漏了", false),
        ("", "测试数据显示天然气泄漏超标", false),
        ("", "燃气公司测试管道后漏气", false),
        ("", "测试单元门后漏气", false),
        ("", "检测试剂过期", false),
        ("", "tested and leaking", false),
        ("漏气", "漏气", false),
    ] {
        let mut run = with_devices();
        let out = run.put(now, TICKETS, &ticket("T1", now, "A", content, &json!({ "title": title })));
        let evidence = entry(&out).fact.evidence().unwrap();
        let flagged = entry(&out).flags.contains(&Flag::TestRecord);
        assert_eq!((evidence.counts_as_risk, flagged), (!test, test), "{title} {content}");
    }
}

#[test]
fn one_number_is_one_ticket_however_it_is_written() {
    let now = "2026-03-02 10:00";
    // What stands in the feed, the id everywhere, and its flags.
    let cases: [(&str, &str, &[Flag]); 14] = [
        ("A1", "A1", &[]),
        (" A1 \t", "A1", &[]),
        ("Ａ１", "A1", &[Flag::WidthFolded]),
        ("\u{feff}A1", "A1", &[Flag::InvisibleRemoved]),
        ("A\u{200b}1", "A1", &[Flag::InvisibleRemoved]),
        ("A1\u{a0}", "A1", &[]),
        ("\u{feff} Ａ1\u{3000}", "A1", &[Flag::InvisibleRemoved, Flag::WidthFolded]),
        ("ＧＤ－１", "GD-1", &[Flag::WidthFolded]),
        // Ordinary numbers stay byte for byte; so do case, what stands in the middle, signs of Chinese.
        ("a1", "a1", &[]),
        ("A 1", "A 1", &[]),
        ("A-1/２", "A-1/2", &[Flag::WidthFolded]),
        ("<A>&amp;1", "<A>&amp;1", &[]),
        ("威环（2026）第1号", "威环（2026）第1号", &[]),
        ("威環〔2026〕1號", "威環〔2026〕1號", &[]),
    ];
    for (no, id, flags) in cases {
        let mut run = with_devices();
        let out = run.put(now, TICKETS, &ticket(no, now, "A", "a leak", &json!({ "relates_to": no })));
        assert_eq!((entry(&out).id.as_str(), entry(&out).flags.as_slice()), (id, flags), "{no:?}");
        // It is the ticket, and what it adds to is itself.
        run.put(now, TICKETS, &ticket(id, now, "A", "a leak", &json!({})));
        assert_eq!(run.engine().state().counters.updates, 1, "{no:?}");
    }
    let mut run = with_devices();
    for nothing in ["\u{feff}", "\u{200b}\u{a0}"] {
        let out = run.put(now, TICKETS, &ticket(nothing, now, "A", "a leak", &json!({})));
        let Some(Body::DeadLetter(letter)) = out.last().map(|s| &s.entry.body) else { panic!("{nothing:?}") };
        assert_eq!(letter.field.as_deref(), Some("ticket_no"), "{nothing:?}");
    }
}

#[test]
fn a_day_alone_is_flagged_where_hours_matter() {
    let now = "2026-03-02 10:00";
    let inspection = json!({ "kind": "inspection", "inspection_id": "I1", "id": "A", "at": "2026-03-02" });
    let alarm = json!({ "kind": "alarm", "alarm_id": "S1", "id": "A", "measure": "m", "value": 1, "at": "2026-03-02" });
    for (topic, record, flagged) in [
        (TICKETS, ticket("T1", "2026-03-02", "A", "-", &json!({})), true),
        (TICKETS, ticket("T1", "2026-03-02 00:00", "A", "-", &json!({})), false),
        (SECTOR, alarm, true),
        (SECTOR, inspection, false),
    ] {
        let out = with_devices().put(now, topic, &record);
        assert_eq!(entry(&out).flags.contains(&Flag::DayOnly), flagged, "{record}");
    }
}

#[test]
fn a_feed_without_an_end_takes_what_is_of_tomorrow_whenever_it_is_read() {
    let model = common::model(&mini_with("pipeline.toml", "version = \"1\"", "version = \"2\""));
    for (now, last) in [
        ("2026-03-02 00:00", "2026-03-03T23:59:59.999+08:00"),
        ("2026-03-02 23:59", "2026-03-03T23:59:59.999+08:00"),
        ("2026-12-31 12:00", "2027-01-01T23:59:59.999+08:00"),
    ] {
        assert_eq!(model.zone.format(feed_end_ms(model.zone, common::ms(&model, now))), last, "{now}");
    }
}

#[test]
fn a_spoilt_code_in_a_text_makes_candidates_and_names_nobody() {
    let (topic, now) = ("weihai.hotline.tickets", "2026-03-02 10:00");
    let mut run = Run::wall(&common::gas(), "2026-03-01");
    for (id, name) in [("91371000MAFAKE0190", "甲燃气公司"), ("91371000MAFAKE0211", "乙燃气站"), ("91371083MAFAKE030F", "")]
    {
        let row = json!({ "id": id, "name": if name.is_empty() { Value::Null } else { name.into() }, "region": "371002" });
        run.put("2026-03-01", "weihai.registry.enterprises", &row);
    }
    for (n, (content, candidates, flag)) in [
        ("信用代码91371000MAFAKEO190的公司停气", vec!["91371000MAFAKE0190"], Some(Flag::IdSuggested)),
        ("信用代码91371000mafakeo190的公司停气", vec!["91371000MAFAKE0190"], Some(Flag::IdSuggested)),
        ("信用代码91371000MAFAKE0的公司停气", vec!["91371000MAFAKE0190", "91371000MAFAKE0211"], Some(Flag::IdTruncated)),
        ("代码91371002MA0X0X0停气", vec![], Some(Flag::IdTruncated)),
        ("代码913710001234567000停气", vec![], Some(Flag::IdTruncated)),
        // A code that may be another's; one nobody has a name for; other numbers of the length.
        ("信用代码91371000MAFAKEO191停气", vec![], None),
        ("信用代码91371083MAFAKE0停气", vec![], Some(Flag::IdTruncated)),
        ("快递单号123456789012345停气", vec![], None),
        ("设备号ABCDEFGHIJKLMNO停气", vec![], None),
    ]
    .into_iter()
    .enumerate()
    {
        let record = json!({ "ticket_no": format!("T{n}"), "received_at": now, "category": "燃气", "content": content });
        let out = run.put(now, topic, &record);
        let evidence = entry(&out).fact.evidence().unwrap();
        assert_eq!(
            (evidence.subject.as_ref(), &evidence.candidates),
            (None, &candidates.iter().map(|c| c.to_string()).collect()),
            "{content}"
        );
        assert_eq!(entry(&out).flags, Vec::from_iter(flag), "{content}");
    }
}

#[test]
fn a_merged_firm_is_the_one_it_stands_for_in_the_entry_too() {
    let now = "2026-03-02 10:00";
    for (chain, expected) in [
        (vec![("A", "B")], "B"),
        (vec![("A", "B"), ("B", "C"), ("C", "D"), ("D", "E"), ("E", "F")], "F"),
        (vec![("A", "B"), ("B", "A")], "A"),
        (vec![], "A"),
    ] {
        let mut run = with_devices();
        for (from, to) in chain {
            run.put(now, REGISTRY, &json!({ "id": from, "name": format!("Firm {from}"), "merged_into": to }));
        }
        for record in [
            (TICKETS, ticket("T1", now, "A", "-", &json!({}))),
            (SECTOR, json!({ "kind": "inspection", "inspection_id": "I1", "id": "A", "at": now })),
        ] {
            let out = run.put(now, record.0, &record.1);
            let subject = entry(&out).fact.evidence().unwrap().subject.clone();
            assert_eq!(subject.map(|s| s.id).as_deref(), Some(expected));
        }
    }
}

#[test]
fn numbers_a_spreadsheet_shortened_make_dead_letters_not_copies_of_one_ticket() {
    let mut run = Run::wall(&common::mini::mini(), "2026-03-01");
    for number in ["2.02312E+16", "2.02312e16", "2E+10"] {
        let out = run.put("2026-03-02", TICKETS, &ticket(number, "2026-03-02", "A", "gas", &json!({})));
        let Some(Body::DeadLetter(letter)) = out.last().map(|s| &s.entry.body) else { panic!("{number}") };
        assert_eq!((letter.reason.as_str(), letter.field.as_deref()), ("bad_id", Some("ticket_no")), "{number}");
    }
    for number in ["E10", "2E", "2.5", "20231216E+1", "1E5", "2.5E+3"] {
        let out = run.put("2026-03-02", TICKETS, &ticket(number, "2026-03-02", "A", "gas", &json!({})));
        assert_eq!(entry(&out).id, number);
    }
}

#[test]
fn codes_of_sole_traders_mark_a_person_unless_the_registry_says_otherwise() {
    let mut run = Run::wall(&common::gas(), "2026-03-01");
    let code = "92371083MAFAKE529H";
    for (row, person) in [
        (json!({ "id": code, "name": "王小虎" }), true),
        (json!({ "id": code, "name": "王小虎", "natural_person": false }), false),
        (json!({ "id": "91371000MAFAKE0190", "name": "威海甲燃气有限公司" }), false),
        (json!({ "id": "91371000MAFAKE0190", "name": "威海甲燃气有限公司", "natural_person": "是" }), true),
    ] {
        run.put("2026-03-01", "weihai.registry.enterprises", &row);
        let id = row["id"].as_str().unwrap();
        assert_eq!(run.engine().state().directory.get(id).unwrap().natural_person, person, "{row}");
    }
}

#[test]
fn what_a_text_denies_sets_nothing_off() {
    let mut run = Run::wall(&common::gas(), "2026-03-01");
    let mut warned = |no: &str, text: &str| {
        let ticket =
            json!({ "ticket_no": no, "received_at": "2026-03-02", "content": text, "intent": "投诉", "region": "371002" });
        let out = run.put("2026-03-02", "weihai.hotline.tickets", &ticket);
        values(&out, "warnings.open").len()
    };
    assert_eq!(warned("T1", "燃气站没有燃气泄漏，是隔壁饭店烧糊了"), 0);
    assert_eq!(warned("T2", "网上有谣言说燃气站燃气泄漏，请处理造谣的人"), 0);
    assert!(warned("T3", "燃气站燃气泄漏，请马上来人") > 0);
}
