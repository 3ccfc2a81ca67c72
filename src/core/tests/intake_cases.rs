//! What intake makes of bytes: one table a source kind. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::{CONTROL, REGISTRY, SECTOR, TICKETS, mini, ticket, with};
use common::{Run, gas, model, ms, shipped};
use jianwei_core::domain::Record;
use jianwei_core::intake::{Decoded, MAX_RECORD_BYTES, MAX_TEXT_CHARS, Rejection, decode};
use jianwei_core::journal::{Body, Flag};
use jianwei_core::pipeline::Model;
use serde_json::{Value, json};

const USCC: &str = "91371000MAFAKE0190";
const WH_TICKETS: &str = "weihai.hotline.tickets";

fn read(model: &Model, topic: &str, key: Option<&str>, value: Option<&[u8]>) -> Result<Decoded, Rejection> {
    decode(model, model.source_of_topic(topic).unwrap(), key.map(str::as_bytes), value)
}

/// `ok id flag flag`, but that only the day is known, or `reason field`.
fn outcome(read: &Result<Decoded, Rejection>) -> String {
    match read {
        Ok(decoded) => {
            let flags: String =
                decoded.flags.iter().filter(|f| **f != Flag::DayOnly).map(|f| format!(" {}", f.as_str())).collect();
            format!("ok {}{flags}", decoded.record.source_id())
        }
        Err(rejection) => format!("{} {}", rejection.reason.as_str(), rejection.field.as_deref().unwrap_or("-")),
    }
}

/// Each row changes a good record (a field set to null goes) and says what comes of it.
fn table(model: &Model, topic: &str, good: &Value, rows: &[(Value, &str)]) {
    for (change, expected) in rows {
        let record = with(good.clone(), change);
        let found = read(model, topic, None, Some(record.to_string().as_bytes()));
        assert_eq!(outcome(&found), *expected, "{topic} {change}");
    }
}

fn decoded(model: &Model, topic: &str, key: Option<&str>, record: &Value) -> Decoded {
    read(model, topic, key, Some(record.to_string().as_bytes())).unwrap_or_else(|r| panic!("{record}: {r:?}"))
}

#[test]
fn bytes_of_any_encoding_or_none() {
    let model = model(&mini());
    let text = r#"{"ticket_no":"T1","received_at":"2026-03-02","content":"燃气 smell"}"#;
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    let mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let mark_gb = [b"\xef\xbb\xbf", &gb18030[..]].concat();
    let long = format!(r#"{{"ticket_no":"T1","received_at":"2026-03-02","content":"{}"}}"#, "x".repeat(MAX_RECORD_BYTES));
    let deep = "[".repeat(100_000);
    let nested =
        format!(r#"{{"ticket_no":"T1","received_at":"2026-03-02","content":"c","x":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
    let rows: [(&[u8], &str); 16] = [
        (text.as_bytes(), "ok T1"),
        (&mark, "ok T1 byte_order_mark"),
        (&gb18030, "ok T1 gb18030"),
        (&mark_gb, "ok T1 byte_order_mark gb18030"),
        (b"{\"ticket_no\":\"\xff\xff\"}", "undecodable -"),
        (long.as_bytes(), "too_large -"),
        (&text.as_bytes()[..text.len() - 1], "broken_json -"),
        (b"", "broken_json -"),
        (b"\xef\xbb\xbf", "broken_json -"),
        (b"{} {}", "broken_json -"),
        (b"{'a':1}", "broken_json -"),
        (deep.as_bytes(), "broken_json -"),
        (nested.as_bytes(), "ok T1"),
        (b"[]", "not_an_object -"),
        (b"\"text\"", "not_an_object -"),
        (b"null", "not_an_object -"),
    ];
    for (bytes, expected) in rows {
        let found = read(&model, TICKETS, None, Some(bytes));
        assert_eq!(outcome(&found), expected, "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
        if let Ok(Decoded { record: Record::Ticket(ticket), .. }) = found {
            assert!(["燃气 smell", "c"].contains(&ticket.content.unwrap().as_str()));
        }
    }
    for (topic, key, expected) in [
        (TICKETS, Some("T1"), "null_value -"),
        (SECTOR, None, "null_value -"),
        (CONTROL, Some("x"), "null_value -"),
        ("dispositions.lead", None, "null_value -"),
        (REGISTRY, Some("E1"), "ok E1"),
        (REGISTRY, Some(""), "bad_id id"),
        (REGISTRY, None, "bad_id id"),
    ] {
        assert_eq!(outcome(&read(&model, topic, key, None)), expected, "{topic} {key:?}");
    }
}

#[test]
fn tickets() {
    let good = json!({ "ticket_no": "T1", "received_at": "2026-03-02 10:00", "content": "燃气", "intent": "投诉" });
    table(
        &model(&gas()),
        WH_TICKETS,
        &good,
        &[
            (json!({}), "ok T1"),
            (json!({ "ticket_no": null }), "missing_field ticket_no"),
            (json!({ "ticket_no": "  " }), "missing_field ticket_no"),
            (json!({ "ticket_no": 20_260_302 }), "ok 20260302"),
            (json!({ "ticket_no": ["T1"] }), "wrong_type ticket_no"),
            (json!({ "ticket_no": "长".repeat(67) }), "bad_id ticket_no"),
            (json!({ "received_at": null }), "missing_field received_at"),
            (json!({ "received_at": {} }), "wrong_type received_at"),
            (json!({ "received_at": "0001-01-01" }), "bad_time received_at"),
            (json!({ "received_at": "2026-02-30" }), "bad_time received_at"),
            (json!({ "received_at": "9999-01-01" }), "bad_time received_at"),
            (json!({ "received_at": "-262143-01-01 00:00" }), "bad_time received_at"),
            (json!({ "received_at": "262142-12-31 23:59" }), "bad_time received_at"),
            (json!({ "received_at": "2026/3/2 1:00" }), "ok T1"),
            (json!({ "content": null }), "missing_field content"),
            (json!({ "content": [] }), "missing_field content"),
            (json!({ "content": null, "category": "燃气" }), "ok T1"),
            (json!({ "content": [], "category": "燃气" }), "ok T1 unreadable_value"),
            (json!({ "content": "长".repeat(MAX_TEXT_CHARS + 1) }), "ok T1 text_cut"),
            (json!({ "intent": "骂人" }), "ok T1 unknown_word"),
            (json!({ "intent": true }), "ok T1 unreadable_value"),
            (json!({ "urgency": "very", "status": "lost" }), "ok T1 unknown_word"),
            (json!({ "title": {} }), "ok T1 unreadable_value"),
            (json!({ "verified": "maybe" }), "ok T1 unreadable_value"),
            (json!({ "satisfaction": 6 }), "ok T1 unreadable_value"),
            (json!({ "satisfaction": "5" }), "ok T1"),
            (json!({ "status_at": "2026-03-01 10:00" }), "ok T1"),
            (json!({ "status_at": "soon" }), "ok T1 unreadable_value"),
            (json!({ "region": "371002" }), "ok T1"),
            (json!({ "region": "济南市" }), "ok T1 unknown_region"),
            (json!({ "subject_uscc": USCC }), "ok T1"),
            (json!({ "subject_uscc": "91371000mafake0190" }), "ok T1 id_folded"),
            (json!({ "subject_uscc": "91371000MAFAKE0191" }), "ok T1 id_check_character"),
            (json!({ "subject_uscc": "91371000MAFAKEO190" }), "ok T1 id_malformed"),
            (json!({ "subject_uscc": "x".repeat(65) }), "ok T1 id_malformed"),
            (json!({ "caller": { "name": "A", "phone": "1" }, "anything": [1] }), "ok T1"),
        ],
    );
}

#[test]
fn sector_records() {
    let model = model(&gas());
    let topic = "weihai.sector.records";
    let at = "2026-03-02";
    let inspection =
        json!({ "kind": "inspection", "inspection_id": "I1", "id": USCC, "at": at, "result": "pass", "mode": "joint" });
    let penalty = json!({ "kind": "penalty", "penalty_id": "P1", "id": USCC, "at": at });
    let permit = json!({ "kind": "permit", "permit_id": "L1", "id": USCC, "valid_from": at });
    let credit = json!({ "kind": "credit", "id": USCC, "class": "A", "at": at });
    let indicator = json!({ "kind": "indicator", "indicator": "n", "period_start": at, "period": "P1D", "value": 1 });
    let observation = json!({ "kind": "observation", "id": USCC, "measure": "m", "value": 1.5, "at": at });
    let alarm = json!({ "kind": "alarm", "alarm_id": "A1", "id": USCC, "at": at, "measure": "gas_lel_percent", "value": 3 });
    let timed = |field: &str| format!("{field}/1772380800000");
    table(
        &model,
        topic,
        &inspection,
        &[
            (json!({}), "ok I1"),
            (json!({ "kind": null }), "missing_field kind"),
            (json!({ "kind": "rumour" }), "unknown_kind kind"),
            (json!({ "kind": 7 }), "unknown_kind kind"),
            (json!({ "kind": [] }), "wrong_type kind"),
            (json!({ "inspection_id": null }), "missing_field inspection_id"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "id": "no code" }), "bad_id id"),
            (json!({ "id": [] }), "wrong_type id"),
            (json!({ "id": "91371000MAFAKE0191" }), "ok I1 id_check_character"),
            (json!({ "at": null }), "missing_field at"),
            (json!({ "at": "soon" }), "bad_time at"),
            (json!({ "result": "splendid", "mode": "by night" }), "ok I1 unknown_word"),
        ],
    );
    table(
        &model,
        topic,
        &penalty,
        &[
            (json!({}), "ok P1"),
            (json!({ "penalty_id": null }), "missing_field penalty_id"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "at": null }), "missing_field at"),
            (json!({ "amount_yuan": "a lot", "expires_at": "never", "revoked": "yes" }), "ok P1 unreadable_value"),
        ],
    );
    table(
        &model,
        topic,
        &permit,
        &[
            (json!({}), "ok L1"),
            (json!({ "permit_id": null }), "missing_field permit_id"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "valid_from": null }), "missing_field valid_from"),
            (json!({ "valid_from": "0001-01-01" }), "bad_time valid_from"),
            (json!({ "valid_to": "9999-12-31" }), "ok L1 unreadable_value"),
            (json!({ "status": "frozen" }), "ok L1 unknown_word"),
        ],
    );
    table(
        &model,
        topic,
        &credit,
        &[
            (json!({}), &format!("ok {}", timed(USCC))),
            (json!({ "class": null }), "missing_field class"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "at": null }), "missing_field at"),
        ],
    );
    table(
        &model,
        topic,
        &indicator,
        &[
            (json!({ "region": "环翠区" }), &format!("ok {}", timed("n/371002/P1D"))),
            (json!({ "indicator": null }), "missing_field indicator"),
            (json!({ "period_start": null }), "missing_field period_start"),
            (json!({ "period": null }), "missing_field period"),
            (json!({ "value": null }), "missing_field value"),
            (json!({ "value": "many" }), "wrong_type value"),
            (json!({ "value": "inf" }), "wrong_type value"),
        ],
    );
    table(
        &model,
        topic,
        &observation,
        &[
            (json!({ "value": " 2.5 " }), &format!("ok {}", timed(&format!("{USCC}/m")))),
            (json!({ "measure": null }), "missing_field measure"),
            (json!({ "value": null }), "missing_field value"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "at": null }), "missing_field at"),
        ],
    );
    table(
        &model,
        topic,
        &alarm,
        &[
            (json!({}), "ok A1"),
            (json!({ "alarm_id": null }), "missing_field alarm_id"),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "at": null }), "missing_field at"),
            (json!({ "measure": null }), "missing_field measure"),
            (json!({ "value": null }), "missing_field value"),
            (json!({ "value": {} }), "wrong_type value"),
            (json!({ "limit": "high" }), "ok A1 unreadable_value"),
        ],
    );
}

#[test]
fn registry_dispositions_and_control() {
    let weihai = model(&gas());
    let row = json!({ "id": USCC, "name": "甲" });
    table(
        &weihai,
        "weihai.registry.enterprises",
        &row,
        &[
            (json!({}), &format!("ok {USCC}")),
            (json!({ "id": null }), "missing_field id"),
            (json!({ "id": "甲" }), "bad_id id"),
            (json!({ "aliases": ["a", 1] }), &format!("ok {USCC} unreadable_value")),
            (json!({ "aliases": vec!["a"; 101] }), &format!("ok {USCC} text_cut")),
            (json!({ "outlets": -1 }), &format!("ok {USCC} unreadable_value")),
            (json!({ "parent": "none" }), &format!("ok {USCC} id_malformed")),
            (json!({ "region": "高区", "former_names": "乙；丙、丁" }), &format!("ok {USCC}")),
        ],
    );
    let Record::Enterprise(read) = decoded(
        &weihai,
        "weihai.registry.enterprises",
        None,
        &with(row, &json!({ "region": "高区", "former_names": "乙； ;丙、丁" })),
    )
    .record
    else {
        panic!("an enterprise row")
    };
    assert_eq!((read.region.as_deref(), read.former_names), (Some("371071"), vec!["乙".into(), "丙".into(), "丁".into()]));

    let model = model(&mini());
    let said = json!({ "disposition_id": "D1", "target": "w", "action": "close", "at": "2026-03-02", "org": "boss" });
    table(
        &model,
        "dispositions.coop",
        &said,
        &[
            (json!({}), "ok D1"),
            (json!({ "disposition_id": null }), "missing_field disposition_id"),
            (json!({ "target": null }), "missing_field target"),
            (json!({ "action": null }), "missing_field action"),
            (json!({ "action": "forget" }), "unknown_action action"),
            (json!({ "at": null }), "missing_field at"),
            (json!({ "at": "0001-01-01" }), "bad_time at"),
            (json!({ "outcome": "dubious" }), "ok D1 unknown_word"),
        ],
    );
    let Record::Disposition(read) = decoded(&model, "dispositions.coop", None, &said).record else { panic!("a disposition") };
    assert_eq!(read.org, "coop", "the topic's organisation, never the body's");

    let order = json!({
        "control_id": "C1", "at": "2026-03-02", "command": "demote", "matter": "gas", "level": "blue", "by": "b", "reason": "r",
    });
    table(
        &model,
        CONTROL,
        &order,
        &[
            (json!({}), "ok C1"),
            (json!({ "command": "restore", "level": null }), "ok C1"),
            (json!({ "control_id": null }), "missing_field control_id"),
            (json!({ "at": null }), "missing_field at"),
            (json!({ "command": null }), "missing_field command"),
            (json!({ "command": "explode" }), "unknown_action command"),
            (json!({ "matter": null }), "missing_field matter"),
            (json!({ "matter": "unknown" }), "bad_value matter"),
            (json!({ "level": null }), "missing_field level"),
            (json!({ "level": "purple" }), "bad_value level"),
            (json!({ "by": null }), "missing_field by"),
            (json!({ "reason": null }), "missing_field reason"),
        ],
    );
}

#[test]
fn field_maps() {
    let mini = model(&mini());
    let Record::Ticket(plain) =
        decoded(&mini, TICKETS, None, &json!({ "no": 7, "when": "2026-03-02", "said": "x", "wish": "c", "status": "closed" }))
            .record
    else {
        panic!("a ticket")
    };
    assert_eq!((plain.ticket_no.as_str(), plain.content.as_deref(), plain.category.as_deref()), ("7", Some("x"), Some("gas")));
    assert_eq!(plain.status.map(|s| s.as_str()), Some("accepted"), "a constant is stronger than the row");
    for (wish, expected) in
        [("c", Some("complaint")), (" c ", Some("complaint")), ("other", Some("inquiry")), ("-", None), ("", None)]
    {
        let row = json!({ "no": "1", "when": "2026-03-02", "wish": wish });
        let Record::Ticket(read) = decoded(&mini, TICKETS, None, &row).record else { panic!("a ticket") };
        assert_eq!(read.intent.map(|i| i.as_str()), expected, "{wish:?}");
    }
    // Without all of the map's columns a record is read as it stands.
    let own = ticket("T1", "2026-03-02", "", "x", &json!({ "no": "7" }));
    assert_eq!(decoded(&mini, TICKETS, None, &own).record.source_id(), "T1");

    for (critical, expected) in
        [(json!("2"), "critical"), (json!(1), "critical"), (json!("0"), "pass"), (json!(""), "pass"), (json!("?"), "pass")]
    {
        let row = json!({ "licence": "E1", "critical": critical, "date": "2026-03-02" });
        let Record::Inspection(read) = decoded(&mini, SECTOR, Some("row-1"), &row).record else { panic!("an inspection") };
        assert_eq!((read.inspection_id.as_str(), read.result.map(|r| r.as_str())), ("row-1", Some(expected)), "{critical}");
        assert_eq!(outcome(&read_row(&mini, None, &row)), "missing_field inspection_id");
        assert_eq!(outcome(&read_row(&mini, Some(&"k".repeat(201)), &row)), "bad_id inspection_id");
    }

    let weihai = model(&gas());
    let row = json!({ "工单编号": "W1", "登记时间": "2026/3/2 10:00:00", "工单内容": "燃气", "诉求类型": "举报", "所属区域": "经区", "status": "办结" });
    let read = decoded(&weihai, WH_TICKETS, None, &row);
    let Record::Ticket(ticket) = &read.record else { panic!("a ticket") };
    assert_eq!((ticket.region.as_deref(), ticket.status.map(|s| s.as_str())), (Some("371072"), Some("closed")));
    assert_eq!((ticket.received_at_ms, read.day_resolution), (ms(&weihai, "2026-03-02 10:00"), false));

    let chicago = model(&shipped("chicago"));
    let row = json!({ "created": "2012-07-01", "nature": "", "community_area": "77", "completed": "2012-08-01" });
    let read = decoded(&chicago, "chicago.hotline.tickets", Some("abc-1"), &row);
    let Record::Ticket(ticket) = &read.record else { panic!("a ticket") };
    assert_eq!(
        (ticket.category.as_deref(), ticket.region.as_deref(), read.day_resolution),
        (Some("Unspecified"), Some("77"), true)
    );
    assert_eq!(chicago.zone.format(ticket.received_at_ms), "2012-07-01T00:00:00-05:00");
}

fn read_row(model: &Model, key: Option<&str>, row: &Value) -> Result<Decoded, Rejection> {
    read(model, SECTOR, key, Some(row.to_string().as_bytes()))
}

#[test]
fn regions_by_code_name_and_alias() {
    let model = model(&gas());
    for (region, expected) in [
        ("371071", Some("371071")),
        (" 环翠区 ", Some("371002")),
        ("高区", Some("371071")),
        ("火炬高技术产业开发区", Some("371071")),
        ("威海市", Some("371000")),
        ("高", None),
        ("370100", None),
    ] {
        let record = json!({ "ticket_no": "T", "received_at": "2026-03-02", "content": "x", "region": region });
        let Record::Ticket(read) = decoded(&model, WH_TICKETS, None, &record).record else { panic!("a ticket") };
        assert_eq!(read.region.as_deref(), expected, "{region}");
    }
}

#[test]
fn attribution() {
    let mut run = Run::wall(&gas(), "2026-03-01");
    let ids = ["91371000MAFAKE0190", "91371000MAFAKE0211", "91371000MAFAKE0222", "91371000MAFAKE0233", "91371000MAFAKE0244"];
    let rows = [
        json!({ "id": ids[0], "name": "威海甲燃气有限公司", "former_names": ["甲煤气站"], "aliases": ["甲气"] }),
        json!({ "id": ids[1], "name": "乙饭店", "region": "371002" }),
        json!({ "id": ids[2], "name": "乙饭店", "region": "371083" }),
        json!({ "id": ids[3], "name": "丙超市", "aliases": ["甲煤气站"] }),
        json!({ "id": ids[4], "name": "甲气", "region": "371083" }),
    ];
    for row in &rows {
        run.put("2026-03-01", "weihai.registry.enterprises", row);
    }
    let cases = [
        (json!({ "subject_uscc": ids[0], "subject_name": "乙饭店" }), "0 id"),
        (json!({ "subject_uscc": ids[0], "subject_name": "丙超市" }), "0 id id_and_name_differ"),
        (json!({ "subject_uscc": "91371000MAFAKE9999" }), "? id unknown_enterprise id_check_character"),
        (json!({ "subject_uscc": "91371000MAFAKE9999", "subject_name": "丙超市" }), "3 name id_check_character"),
        (json!({ "subject_uscc": "999999999999999999" }), "- id_malformed"),
        (json!({ "subject_name": "威海甲燃气有限公司" }), "0 name"),
        (json!({ "subject_name": "威海 甲燃气　有限公司" }), "0 name width_folded name_spaces_removed"),
        (json!({ "subject_name": "甲煤气站" }), "- ambiguous_name 0,3"),
        (json!({ "subject_name": "甲气" }), "4 name"),
        (json!({ "subject_name": "乙饭店" }), "- ambiguous_name 1,2"),
        (json!({ "subject_name": "乙饭店", "region": "乳山市" }), "2 name"),
        (json!({ "subject_name": "乙饭店", "region": "荣成市" }), "- ambiguous_name 1,2"),
        (json!({ "subject_name": "没有这家" }), "-"),
        (json!({}), "-"),
    ];
    for (n, (more, expected)) in cases.into_iter().enumerate() {
        let ticket = with(json!({ "ticket_no": format!("T{n}"), "received_at": "2026-03-02", "content": "燃气" }), &more);
        let out = run.put("2026-03-02 10:00", WH_TICKETS, &ticket);
        let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("{more}") };
        let Some(evidence) = entry.fact.evidence() else { panic!("{more}") };
        let place = |id: &String| ids.iter().position(|i| i == id).map_or("?".to_string(), |n| n.to_string());
        let mut flags: Vec<&str> = entry.flags.iter().filter(|f| **f != Flag::DayOnly).map(|f| f.as_str()).collect();
        flags.sort_by_key(|f| std::cmp::Reverse(*f));
        let mut found = evidence.subject.as_ref().map_or("-".to_string(), |s| format!("{} {}", place(&s.id), s.method.as_str()));
        for part in flags
            .into_iter()
            .map(str::to_string)
            .chain((!evidence.candidates.is_empty()).then(|| evidence.candidates.iter().map(place).collect::<Vec<_>>().join(",")))
        {
            found = format!("{found} {part}");
        }
        assert_eq!(found, expected, "{more}");
    }
    // Former name and alias, once nobody bears the name; and nobody once the row is gone.
    run.put_bytes(ms(&run.model, "2026-03-03"), "weihai.registry.enterprises", Some(ids[3].as_bytes()), None);
    run.put_bytes(ms(&run.model, "2026-03-03"), "weihai.registry.enterprises", Some(ids[4].as_bytes()), None);
    for (name, expected) in [("甲煤气站", Some("former_name")), ("甲气", Some("alias")), ("丙超市", None)] {
        let ticket = json!({ "ticket_no": name, "received_at": "2026-03-03", "content": "燃气", "subject_name": name });
        let out = run.put("2026-03-03 10:00", WH_TICKETS, &ticket);
        let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("{name}") };
        let Some(evidence) = entry.fact.evidence() else { panic!("{name}") };
        assert_eq!(evidence.subject.as_ref().map(|s| s.method.as_str()), expected, "{name}");
    }
}
