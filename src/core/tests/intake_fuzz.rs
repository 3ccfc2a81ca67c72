//! No bytes make decode panic or work without bound, and what is read of them is in one form.
//! `JIANWEI_FUZZ_CASES` sets how many records each property tries; `corpus/` keeps records that once
//! were trouble or come near it. A failure prints the smallest record found.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::mini;
use common::{gas, repo, shipped};
use jianwei_core::domain::{Record, Zone, parse_amount, read_time};
use jianwei_core::intake::{MAX_SHORT_CHARS, MAX_TEXT_CHARS, clean, decode};
use jianwei_core::pipeline::{Model, load};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use std::sync::LazyLock;

static MODELS: LazyLock<Vec<Model>> =
    LazyLock::new(|| [mini(), gas(), shipped("weihai"), shipped("chicago")].iter().map(|b| load(b).unwrap()).collect());

/// Reads the bytes as each kind of record of each pipeline; what is read keeps the bounds.
fn try_out(bytes: &[u8]) {
    for source in MODELS.iter().flat_map(|model| model.sources.iter().map(move |source| (model, source))) {
        let (model, source) = source;
        let Ok(decoded) = decode(model, source, Some(b"key"), Some(bytes)) else { continue };
        assert!(decoded.flags.iter().enumerate().all(|(n, flag)| !decoded.flags[..n].contains(flag)), "{:?}", decoded.flags);
        let Record::Ticket(ticket) = &decoded.record else { continue };
        let chars = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        assert!(chars(&ticket.content) <= MAX_TEXT_CHARS);
        for short in [&ticket.title, &ticket.category, &ticket.subject_name, &ticket.handling_department, &ticket.address] {
            assert!(chars(short) <= MAX_SHORT_CHARS);
        }
        if let Some(content) = ticket.content.as_ref().filter(|text| text.chars().count() < MAX_TEXT_CHARS) {
            assert_eq!(clean(content, &mut Vec::new()), content.as_str());
        }
        assert_eq!(decode(model, source, Some(b"key"), Some(bytes)).as_ref(), Ok(&decoded), "a pure function");
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let text = json!({
        "ticket_no": "T1", "received_at": "2026年3月2日 下午三点半", "content": "<p>燃氣&nbsp;泄漏　１２</p>", "title": "無",
        "category": "燃气_泄漏", "region": "高 区", "subject_uscc": "9.1371E+17", "subject_name": "宏 遠餐飲",
        "handling_department": "市工商局、市住建局", "status": "已办结", "verified": "√", "status_at": 45270.5,
    });
    let sector = json!({
        "kind": "penalty", "penalty_id": "P1", "id": "91371000mafake0190", "at": "20231210093000", "amount_yuan": "叁万伍仟元整",
        "period_start": "2026-03-02", "period": "P1D", "indicator": "n", "value": "1,234.5", "measure": "m", "class": "A",
    });
    let registry =
        json!({ "id": "91371000MAFAKE0190", "name": "威海 甲", "aliases": "乙；丙", "industry": "C13.99", "branch": "是" });
    let mut seeds: Vec<Vec<u8>> = [text, sector, registry].iter().map(|v| v.to_string().into_bytes()).collect();
    let first = String::from_utf8(seeds[0].clone()).unwrap();
    seeds.push(encoding_rs::GB18030.encode(&first).0.into_owned());
    seeds.push(first.bytes().map(char::from).collect::<String>().into_bytes());
    seeds
}

/// Values that a field may hold.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let pieces = prop::sample::select(vec![
        "&amp;",
        "&#x",
        "<br>",
        "<",
        ">",
        ";",
        "2026",
        "年",
        "月",
        "二十",
        "十",
        "上午",
        "9时",
        "半",
        "万",
        "亿",
        "元",
        "叁",
        "，",
        ".",
        "-",
        "/",
        " ",
        "\u{3000}",
        "\u{200b}",
        "\u{301}",
        "E+",
        "O",
        "91371000MAFAKE0190",
        "門",
        "鐕冩皵",
        "\u{e7}\u{87}\u{83}",
        "无",
        "\\n",
        "9999",
        "3",
        "0",
        ":",
        "T",
        "Z",
    ]);
    let text = prop::collection::vec(
        prop_oneof![6 => pieces.prop_map(str::to_string), 1 => any::<char>().prop_map(|c| c.to_string())],
        0..12,
    );
    prop_oneof![
        8 => text.prop_map(|pieces| json!(pieces.concat())),
        1 => any::<f64>().prop_map(|n| json!(n)),
        1 => any::<i64>().prop_map(|n| json!(n)),
        1 => Just(json!(["a", "、"])),
        1 => Just(json!({})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::fuzz_cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        try_out(&bytes);
    }

    #[test]
    fn spoilt_records(seed in 0..5usize, changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0..4u8), 1..12)) {
        let mut bytes = seeds()[seed].clone();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => bytes.insert(at.min(bytes.len()), byte),
                2 if at < bytes.len() => { bytes.remove(at); }
                _ => bytes.truncate(at.max(bytes.len() / 2)),
            }
        }
        try_out(&bytes);
    }

    #[test]
    fn any_values(seed in 0..3usize, changes in prop::collection::vec((any::<Index>(), value()), 1..6)) {
        let mut record: serde_json::Value = serde_json::from_slice(&seeds()[seed]).unwrap();
        let fields: Vec<String> = record.as_object().unwrap().keys().cloned().collect();
        for (at, value) in changes {
            record[&fields[at.index(fields.len())]] = value;
        }
        try_out(record.to_string().as_bytes());
    }

    #[test]
    fn any_text_as_a_time_or_an_amount(value in value(), raw in any::<String>()) {
        for text in [value.as_str().unwrap_or_default(), &raw] {
            let _ = read_time(text, Zone::parse("+08:00").unwrap());
            let _ = read_time(text, Zone::parse("America/Chicago").unwrap());
            prop_assert!(parse_amount(text).is_none_or(|n| n >= 0.0 && n.is_finite()));
        }
    }
}

#[test]
fn the_corpus() {
    let mut records = 0;
    for file in std::fs::read_dir(repo().join("src/core/tests/corpus")).unwrap() {
        try_out(&std::fs::read(file.unwrap().path()).unwrap());
        records += 1;
    }
    assert!(records >= 10, "{records} records in corpus/");
}

/// Records made to be slow: each repair is linear in the text.
#[test]
fn the_longest_records_are_read_within_bounds() {
    let long = |piece: &str| piece.repeat(500_000 / piece.len());
    for piece in [
        "&amp;", "&#59", "&", "<", ">", "<b>", "<style>", "</style>", "<p ", "&#x301;", "\\\\n", "\u{301}", "門", "\u{200b}",
        "ﷺ", "鐕冩", "a ", "甲 ",
    ] {
        let text = long(piece);
        try_out(
            format!(r#"{{"ticket_no":"T","received_at":"2026-03-02","content":"{text}","subject_name":"{text}"}}"#).as_bytes(),
        );
    }
    let nested = format!("{}{}", "&#59".repeat(60_000), ";".repeat(60_000));
    try_out(json!({ "ticket_no": "T", "received_at": "2026-03-02", "content": nested }).to_string().as_bytes());
}
