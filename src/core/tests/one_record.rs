//! `docs/one-record.md`: one record from its bytes to a warning and its end, from a real run through
//! the core on the tests' city. It fails when the page differs or names a function that is not there.
//!
//! `JIANWEI_BLESS=1 cargo test -p jianwei-core --test one_record` writes the page anew.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads sources, reads and writes the page")]

mod common;

use common::{Run, gas, published};
use jianwei_core::intake::{Decoded, decode};
use jianwei_core::journal::{Body, Entry, SourcePosition, encode};
use jianwei_core::sequencer::{Sequenced, SourceRecord};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const TICKETS: &str = "weihai.hotline.tickets";
const FIRM: &str = "91371000MAFAKE0190";
/// Every function the page names: where it stands, and what it does there.
type Stop = (&'static str, &'static str, &'static str);

const READ: &[Stop] = &[
    ("src/kafka/realm/reading.rs", "fill_as_it_comes", "takes the next record of any source partition"),
    ("src/core/intake/decode.rs", "decode", "bytes in, a typed record or the reason why not out"),
    ("src/core/intake/bytes.rs", "text", "size, BOM, UTF-8 or else GB18030"),
    ("src/core/intake/fields.rs", "choose_map", "the first field map all of whose columns the row has"),
    ("src/core/intake/decode.rs", "ticket", "the fields of a ticket, one by one"),
    ("src/core/intake/fields.rs", "region", "a region by code, name or alias"),
    ("src/core/domain/time_text.rs", "read_time", "the date shapes of exports"),
];
const PLACE: &[Stop] = &[
    ("src/core/sequencer/order.rs", "accept", "the record's place: ticks that are due, then its entry"),
    ("src/core/sequencer/order.rs", "is_future", "refuses a time that can't be yet"),
    ("src/core/engine/industry.rs", "order_flag", "flags one whose day was closed before it came"),
];
const RESOLVE: &[Stop] = &[
    ("src/core/intake/resolve.rs", "resolve", "whom and what it concerns, given the directory as of the entry before"),
    ("src/core/intake/resolve.rs", "whom", "the id given; else whom field and text name"),
    ("src/core/intake/names/mod.rs", "attribute", "every place that names someone, and who of them is accused"),
    ("src/core/intake/names/find.rs", "places", "the longest forms of names, not torn out of other words"),
    ("src/core/intake/names/decide.rs", "decide", "which of those who share a form: district, street, trade"),
    ("src/core/intake/names/role/mod.rs", "said", "accused, or a landmark, an employer, a comparison, exonerated"),
    ("src/core/intake/names/role/walk.rs", "walk", "clause by clause: to whom the grievances are given"),
    ("src/core/intake/names/conclude.rs", "concluded", "the one accused, others too, or candidates only"),
    ("src/core/intake/resolve.rs", "counts_as_risk", "whether it speaks of a risk at all"),
    ("src/core/intake/resolve.rs", "matters", "the matters it belongs to, and which of their rules it meets"),
    ("src/core/pipeline/condition.rs", "holds", "one condition of a matter file"),
];
const ENTRY: &[Stop] = &[("src/core/journal/codec.rs", "encode", "`J`, the format version, CRC-32 of the rest, postcard")];
const STEP: &[Stop] = &[
    ("src/core/engine/mod.rs", "step", "the one way in: timers due first, then the entry"),
    ("src/core/engine/mod.rs", "record", "by kind of fact"),
    ("src/core/engine/state.rs", "note", "is the id new, or an update?"),
    ("src/core/engine/weigh.rs", "text", "a copy of a record that was there, or taken back?"),
    ("src/core/engine/weigh.rs", "give", "for each matter it belongs to and each it accuses, what was not given yet"),
    ("src/core/engine/again.rs", "hear", "said before, by the same caller, or in nearly the same words?"),
    ("src/core/engine/enterprise.rs", "add_evidence", "decayed counts by rule, the newest pieces, the trigger"),
    ("src/core/engine/score.rs", "scored", "log-odds add up to a score; the terms are the factors"),
    ("src/core/engine/enterprise.rs", "wanted_enterprise", "the level score and trigger ask for"),
    ("src/core/engine/episodes.rs", "raise", "a new episode, or a higher level of an open one"),
    ("src/core/pipeline/model.rs", "recipients", "lead, cooperating, informed; branches stand in for their region"),
    ("src/core/engine/duties.rs", "set_duties", "what each owes by when, and the timers of the cards"),
    ("src/core/engine/render.rs", "render", "the warning as departments read it"),
    ("src/core/engine/episodes.rs", "tell", "a copy for each, and the row of `warnings.open`"),
    ("src/core/engine/enterprise.rs", "publish_profile", "the row of `risk.profiles`"),
    ("src/core/engine/industry.rs", "count", "the matter's counts in its region and all above"),
    ("src/core/engine/clues.rs", "clue", "passes the record on where that is due; this one has one matter only"),
];
const SEND: &[Stop] = &[
    ("src/kafka/batch.rs", "add", "the entry and its effects join the batch"),
    ("src/kafka/producer.rs", "send", "journal, outputs and source offsets in one transaction"),
    ("src/core/sequencer/machine.rs", "on", "what follows when it fails"),
];
const ANSWER: &[Stop] = &[
    ("src/core/engine/duties.rs", "disposition", "an organisation's word; whose it is, the topic says"),
    ("src/core/engine/duties.rs", "dispose_warning", "is it addressed to it? then its duties are settled"),
    ("src/core/engine/episodes.rs", "end_episode", "everyone who got the warning gets its end"),
    ("src/core/engine/enterprise.rs", "answer", "the event holds no level any more, its record is no source of a new warning"),
];

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn stops(page: &mut String, stops: &[Stop]) {
    for (file, function, what) in stops {
        let source = std::fs::read_to_string(repo().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let is_there = ["(", "<"].iter().any(|next| source.contains(&format!("fn {function}{next}")));
        assert!(is_there, "docs/one-record.md names {function} of {file}, which has no such function");
        writeln!(page, "- [`{file}`](../{file}) `{function}`: {what}").unwrap();
    }
    page.push('\n');
}

fn block(page: &mut String, language: &str, text: &str) {
    writeln!(page, "```{language}\n{}\n```\n", text.trim_end()).unwrap();
}

fn json_block(page: &mut String, value: &impl serde::Serialize) {
    block(page, "json", &serde_json::to_string_pretty(value).unwrap());
}

fn hex_head(bytes: &[u8], length: usize) -> String {
    bytes[..length].chunks(16).map(|row| row.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// A row of a hotline export as a department's tool writes it: odd columns, GB18030, the caller too.
fn raw_ticket() -> (String, Vec<u8>) {
    let text = concat!(
        r#"{"序号":17,"工单编号":"20260310-0417","登记时间":"2026/3/10 10:55","工单标题":"燃气泄漏","#,
        r#""工单内容":"厨房闻到燃气泄漏的异味，打不着火","诉求归口":"燃气/户内","诉求类型":"投诉","#,
        r#""所属区域":"高区","被诉主体":"威海虚构燃气有限公司","来电人":"某某","联系电话":"不读","status":"办结"}"#,
    );
    let (bytes, _, lost) = encoding_rs::GB18030.encode(text);
    assert!(!lost);
    (text.to_string(), bytes.into_owned())
}

fn effects_table(page: &mut String, out: &[Sequenced]) {
    page.push_str("| topic | key | type | what |\n|---|---|---|---|\n");
    for p in published(out) {
        let value: Value = p.value.as_ref().map_or(Value::Null, |v| serde_json::from_slice(v).unwrap());
        let word = |key: &str| value[key].as_str().unwrap_or_default();
        let what = match p.event_type {
            "jianwei.warning.v1" => {
                format!("{} {} revision {}, as {}", word("status"), word("level"), value["revision"], word("role"))
            }
            "jianwei.open-warning.v1" if value.is_null() => "removed".into(),
            "jianwei.open-warning.v1" => format!("{}, acknowledged: {}", word("level"), value["acknowledged"]),
            "jianwei.profile.v1" => format!("score {}", value["score"]),
            _ => format!("{} by {} {}", word("what"), word("org"), word("detail")),
        };
        writeln!(page, "| `{}` | `{}` | `{}` | {} |", p.topic, p.key, p.event_type, what.trim_end()).unwrap();
    }
    page.push('\n');
}

fn first(out: &[Sequenced], topic: &str) -> Value {
    common::values(out, topic).into_iter().next().unwrap_or_else(|| panic!("nothing on {topic}"))
}

fn answer(run: &mut Run, page: &mut String, now: &str, record: &Value) -> Vec<Sequenced> {
    json_block(page, record);
    let out = run.put(now, "dispositions.wh-housing", record);
    effects_table(page, &out);
    out
}

fn part_read(page: &mut String, text: &str, bytes: &[u8], decoded: &Decoded) {
    page.push_str("## 1. Bytes\n\nOne record of `weihai.hotline.tickets`: ");
    writeln!(page, "{} bytes in GB18030, which begin", bytes.len()).unwrap();
    page.push('\n');
    block(page, "", &hex_head(bytes, 48));
    page.push_str("and say\n\n");
    block(page, "json", text);
    page.push_str("## 2. A typed record\n\n");
    stops(page, READ);
    page.push_str(
        "The caller's columns have no field to go to. `办结` is `closed` by the map's values, `高区` is region 371071.\n\n",
    );
    block(page, "", &format!("{:#?}", decoded.record));
    writeln!(page, "Flags: {:?}. Only the day is known: {}.\n", decoded.flags, decoded.day_resolution).unwrap();
}

fn part_entry(page: &mut String, entry: &Entry) {
    let bytes = encode(entry).unwrap();
    page.push_str("## 3. Its place\n\n");
    stops(page, PLACE);
    page.push_str("## 4. Whom and what it concerns\n\n");
    stops(page, RESOLVE);
    page.push_str("## 5. The entry\n\n");
    stops(page, ENTRY);
    writeln!(page, "{} bytes, which begin\n", bytes.len()).unwrap();
    block(page, "", &hex_head(&bytes, 48));
    page.push_str("and hold (nothing of the text is left, only what it meant):\n\n");
    json_block(page, entry);
}

fn page() -> String {
    let mut run = Run::wall(&gas(), "2026-03-10 08:00");
    let firm =
        json!({ "id": FIRM, "name": "威海虚构燃气有限公司", "region": "371071", "industry": "4512", "address": "虚构路1号" });
    run.put("2026-03-10 09:00", "weihai.registry.enterprises", &firm);
    let (text, bytes) = raw_ticket();
    let decoded = decode(&run.model, run.model.source_of_topic(TICKETS).unwrap(), None, Some(&bytes)).unwrap();
    let mut page = String::from(
        "# One record's way\n\nA ticket from its bytes to a warning, and the warning to its end, with the function at each step. Written by \
         `src/core/tests/one_record.rs` from a real run on the tests' city (`tests/pipelines/gas`); the test fails when this page or a \
         function it names is out of date (`JIANWEI_BLESS=1 cargo test -p jianwei-core --test one_record` writes it anew). The record \
         is made up.\n\n",
    );
    part_read(&mut page, &text, &bytes, &decoded);

    let position = SourcePosition { topic: TICKETS.into(), partition: 0, offset: 41, resume_offset: 42 };
    let now_ms = common::ms(&run.model, "2026-03-10 11:00");
    let mut out = Vec::new();
    run.sequencer.accept(now_ms, SourceRecord { position, decoded: Ok(decoded) }, &mut out).unwrap();
    let [raised] = out.as_slice() else { panic!("one entry, no tick") };
    assert!(matches!(raised.entry.body, Body::Record(_)));
    part_entry(&mut page, &raised.entry);

    page.push_str("## 6. The step\n\n");
    stops(&mut page, STEP);
    page.push_str("What the engine asks to be published, in this order:\n\n");
    effects_table(&mut page, &out);
    let warning = first(&out, "warnings.wh-housing");
    page.push_str("The lead's copy of the warning (fields sorted here):\n\n");
    json_block(&mut page, &warning);
    page.push_str("## 7. One transaction\n\n");
    stops(&mut page, SEND);

    page.push_str("## 8. The lead answers\n\n");
    stops(&mut page, ANSWER);
    page.push_str("It has seen the warning (a record of `dispositions.wh-housing`, the same day 14:00):\n\n");
    let say = |id: &str, action: &str, outcome: Value, at: &str| json!({ "disposition_id": id, "target": warning["warning_id"], "action": action, "outcome": outcome, "at": at, "by": "值班员" });
    answer(&mut run, &mut page, "2026-03-10 14:00", &say("D-1", "acknowledge", Value::Null, "2026-03-10 14:00"));
    page.push_str("It has had the leak mended (the next day):\n\n");
    let at = "2026-03-11 10:00";
    let out = answer(&mut run, &mut page, at, &say("D-2", "close", "rectified".into(), at));
    assert_eq!(common::told(&out, "wh-sfj"), ["lifted orange 2"]);
    page.push_str("The evidence stays in the score, where it decays; the trigger is over and nobody owes anything any more.\n");
    page
}

#[test]
fn the_page_says_what_happens() {
    let page = page();
    let path = repo().join("docs/one-record.md");
    if std::env::var("JIANWEI_BLESS").is_ok_and(|v| v == "1") {
        std::fs::write(&path, &page).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    for (n, (expected, found)) in page.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, expected, "docs/one-record.md line {}: JIANWEI_BLESS=1 writes it anew", n + 1);
    }
    assert_eq!(page.lines().count(), written.lines().count(), "docs/one-record.md: JIANWEI_BLESS=1 writes it anew");
}
