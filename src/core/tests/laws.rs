//! Laws of the core that hold for every run: proptest makes the runs. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::{FeedLane, Run, assert_sound, begin_feed, published, run_feed, shipped};
use jianwei_core::domain::{DAY_MS, HOUR_MS, Zone, parse_time};
use jianwei_core::engine::{Effect, Engine};
use jianwei_core::intake;
use jianwei_core::journal::{Body, Entry, SourcePosition, decode, encode};
use jianwei_core::pipeline::Bundle;
use jianwei_core::sequencer::{Sequenced, SourceRecord};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn cases(cases: u32) -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as _);
    ProptestConfig { cases, failure_persistence, max_shrink_iters: 200, ..ProptestConfig::default() }
}

const START: &str = "2026-03-02 00:00";
const UNTIL: &str = "2026-12-01";

/// One thing that happens: when (hours from the start), what, to whom, and how.
type Happening = (u32, u8, u8, u8);

/// The tests' own city with clues, one indicator of which may raise warnings.
fn gas() -> Bundle {
    let mut bundle = common::gas_with_clues();
    let matter = bundle.files.get_mut("matters/urban-gas.toml").unwrap();
    assert!(matter.contains("[industry]\n"));
    *matter = matter.replacen("[industry]\n", "[industry]\nindicators = [\"gas-visits\"]\n", 1);
    bundle
}

/// Happenings of a hundred days, many of them close together towards the end.
fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let hour = prop_oneof![2 => 0u32..2400, 3 => 2000u32..2060];
    let one = (hour, 0u8..14, 0u8..4, 0u8..24);
    prop::collection::vec(one, 20..70).prop_map(|mut all| {
        // A usual level first, so that counts stop being grey.
        all.extend((0..60).map(|day| (day * 24 + 9, 0, 9, 3)));
        all.extend((0..60).map(|day| (day * 24 + 9, 12, 1, 4)));
        all.sort();
        all
    })
}

fn enterprise(who: u8) -> String {
    format!("91371000MAFAKE01{:02}", 90 + u32::from(who) % 8)
}

/// The record of a happening, with the topic suffix it goes to.
fn record(index: usize, happening: Happening, at: &str) -> (&'static str, Value) {
    let (_, what, who, how) = happening;
    let id = enterprise(who);
    match what {
        0..=5 => {
            let words = ["天然气泄漏", "燃气价格", "液化气瓶", "燃气维修", "煤气味道", "停气"];
            let regions = ["371002", "高区", "371083", "无此区"];
            let intents = ["投诉", "求助", "咨询", "举报"];
            let mut ticket = json!({
                "ticket_no": format!("T{}", if how == 23 { 1 } else { index }), "received_at": at, "category": "燃气",
                "content": words[usize::from(how) % 6], "region": regions[usize::from(who) % 4],
                "intent": intents[usize::from(how) / 6],
            });
            match how % 5 {
                0 => ticket["subject_uscc"] = id.into(),
                1 => ticket["subject_name"] = ["甲燃气公司", "乙燃气公司", "丙站", "丁"][usize::from(who) % 4].into(),
                2 => ticket["verified"] = false.into(),
                _ => {}
            }
            match (what, how % 4) {
                // Copies of a few tickets, in every state.
                (5, state) => {
                    ticket["ticket_no"] = format!("T{}", index % 5).into();
                    ticket["status"] = ["closed", "reopened", "withdrawn", "accepted"][usize::from(state)].into();
                }
                (4, 0) => ticket["relates_to"] = format!("T{}", index.saturating_sub(1)).into(),
                (4, _) => {
                    ticket["category"] = Value::Null;
                    ticket["content"] =
                        format!("市民反映路边停放的共享单车堵住盲道和消防通道，已经是第{who}次来电，请尽快安排清理").into();
                }
                _ => {}
            }
            ("hotline.tickets", ticket)
        }
        6 | 7 => {
            let alarm = json!({
                "kind": "alarm", "alarm_id": format!("A{index}"), "id": id, "at": at, "measure": "gas_lel_percent",
                "value": how, "limit": 12,
            });
            ("sector.records", alarm)
        }
        8 => {
            let result = ["pass", "minor", "serious", "critical", "refused", "unheard of"][usize::from(how) % 6];
            let record =
                json!({ "kind": "inspection", "inspection_id": format!("I{index}"), "id": id, "at": at, "result": result });
            ("sector.records", record)
        }
        9 => ("sector.records", json!({ "kind": "credit", "id": id, "class": "C", "at": at })),
        10 => ("hotline.tickets", json!({ "ticket_no": "no content", "received_at": at })),
        12 => {
            let zone = Zone::parse("+08:00").unwrap();
            let (period, hours) = [("P1D", 24), ("PT1H", 1)][usize::from(how) % 2];
            // It comes as its period ends.
            let start_ms = parse_time(at, zone).unwrap().0 - hours * HOUR_MS;
            let region = ["371000", "371002"][usize::from(who) % 2];
            let value = [5.0, 7.5, 90.0][usize::from(how) / 9];
            let record = json!({
                "kind": "indicator", "indicator": "gas-visits", "region": region, "period": period,
                "period_start": zone.format(start_ms), "value": value,
            });
            ("sector.records", record)
        }
        13 => {
            let said = ["钢瓶爆燃", "液化气瓶", "路灯不亮"][usize::from(how) % 3];
            let region = ["371002", "高区", "无此区"][usize::from(who) % 3];
            let report = json!({
                "report_id": format!("R{}", if how == 23 { 1 } else { index }), "reported_at": at, "channel": "media",
                "content": said, "region": region,
            });
            ("platform.reports", report)
        }
        _ => {
            let name = ["甲燃气公司", "乙燃气公司"][usize::from(how) % 2];
            let industry = ["451", "62"][usize::from(who) % 2];
            let mut row = json!({
                "id": id, "name": name, "former_names": "丙站", "region": "371002", "industry": industry,
            });
            if how % 3 == 0 {
                row["merged_into"] = enterprise(who + 1).into();
            }
            ("registry.enterprises", row)
        }
    }
}

fn time(run_start_ms: i64, happening: Happening, zone: jianwei_core::domain::Zone) -> String {
    zone.format(run_start_ms + i64::from(happening.0) * HOUR_MS)
}

/// A realm on the wall clock that goes through the happenings; departments answer some warnings.
fn journal(happenings: &[Happening]) -> Run {
    let mut run = Run::wall(&gas(), START);
    let start_ms = common::ms(&run.model, START);
    for (index, happening) in happenings.iter().enumerate() {
        let now = time(start_ms, *happening, run.model.zone);
        let (topic, value) = record(index, *happening, &now);
        run.put(&now, &format!("weihai.{topic}"), &value);
        let open = run.engine().state().episode_of_warning.keys().nth(usize::from(happening.2)).cloned();
        if let (Some(target), 0..=3) = (open, happening.3) {
            let action = ["acknowledge", "feedback", "close", "close"][usize::from(happening.3)];
            let outcome = ["confirmed", "wrong_subject", "unfounded", "rectified"][usize::from(happening.1) % 4];
            let answer = json!({
                "disposition_id": format!("D{index}"), "target": target, "action": action, "at": now, "outcome": outcome,
            });
            let topic = ["dispositions.wh-housing", "dispositions.wh-amr"][usize::from(happening.3) / 3];
            run.put(&now, topic, &answer);
        }
        let clue =
            run.engine().state().clues.iter().nth(usize::from(happening.2)).map(|(id, c)| (id.clone(), c.parts[0].org.clone()));
        if let (Some((target, org)), 4..=7) = (clue, happening.3) {
            let action = ["acknowledge", "feedback", "close", "decline"][usize::from(happening.3) - 4];
            let answer = json!({ "disposition_id": format!("C{index}"), "target": target, "action": action, "at": now });
            run.put(&now, &format!("dispositions.{org}"), &answer);
        }
    }
    run.pass(UNTIL);
    run
}

/// The happenings on the feed clock, so many looked into ahead of their turns.
fn looked_ahead(happenings: &[Happening], ahead: usize) -> Vec<Sequenced> {
    let (mut sequencer, mut all) = begin_feed(&gas(), UNTIL);
    let model = Arc::clone(sequencer.engine().model());
    let start_ms = common::ms(&model, START);
    let read = |(index, happening): (usize, &Happening)| {
        let at = time(start_ms, *happening, model.zone);
        let (topic, value) = record(index, *happening, &at);
        let topic = format!("weihai.{topic}");
        let source = model.source_of_topic(&topic).unwrap();
        let decoded = intake::decode(&model, source, None, Some(value.to_string().as_bytes()));
        let position = SourcePosition { topic, partition: 0, offset: index as i64, resume_offset: index as i64 + 1 };
        (common::ms(&model, &at), SourceRecord { position, decoded })
    };
    let mut records: Vec<_> = happenings.iter().enumerate().map(read).collect();
    while !records.is_empty() {
        let rest = records.split_off(records.len().min(ahead.max(1)));
        for (_, record) in records.iter_mut().filter(|_| ahead > 0) {
            if let Ok(decoded) = &mut record.decoded {
                intake::look_ahead(&model, &sequencer.engine().state().directory, decoded);
            }
        }
        for (stamp_ms, record) in std::mem::replace(&mut records, rest) {
            sequencer.accept(stamp_ms, record, &mut all).unwrap();
        }
    }
    all
}

fn effects(all: &[Sequenced]) -> Vec<Effect> {
    all.iter().flat_map(|s| s.effects.iter().cloned()).collect()
}

/// Steps entries through a fresh engine.
fn step_all(entries: &[Entry]) -> (Engine, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut engine = Engine::begin(&entries[0], &mut effects).unwrap();
    for entry in &entries[1..] {
        engine.step(entry, &mut effects).unwrap();
    }
    (engine, effects)
}

fn renumbered(mut entries: Vec<Entry>) -> Vec<Entry> {
    for (seq, entry) in entries.iter_mut().enumerate() {
        entry.seq = seq as u64;
    }
    entries
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn ticks_change_nothing(happenings in happenings(), extra in prop::collection::vec((any::<prop::sample::Index>(), 0.0f64..=1.0), 0..40)) {
        let run = journal(&happenings);
        let mut entries = run.entries();
        let last_ms = entries.last().unwrap().stamp_ms;
        entries.push(Entry { seq: 0, stamp_ms: last_ms + 9 * DAY_MS, body: Body::Tick });
        let (_, expected) = step_all(&renumbered(entries.clone()));
        // The last one stays: it says up to when the two are compared.
        let mut without: Vec<Entry> = entries.iter().filter(|e| e.body != Body::Tick).cloned().collect();
        let end = Entry { seq: 0, stamp_ms: last_ms + 9 * DAY_MS, body: Body::DeadLetter(dead_letter()) };
        without.push(end.clone());
        let (_, bare) = step_all(&renumbered(without));
        let mut more = entries;
        for (place, share) in extra {
            let at = place.index(more.len() - 1) + 1;
            let (from_ms, to_ms) = (more[at - 1].stamp_ms, more[at].stamp_ms);
            let stamp_ms = from_ms + ((to_ms - from_ms) as f64 * share) as i64;
            more.insert(at, Entry { seq: 0, stamp_ms, body: Body::Tick });
        }
        more.push(end);
        let (_, ticked) = step_all(&renumbered(more));
        // The genesis entry's audit at least; what random happenings lead to varies.
        prop_assert!(!expected.is_empty());
        prop_assert!(bare.starts_with(&expected), "ticks removed");
        prop_assert_eq!(&bare, &ticked);
    }

    #[test]
    fn a_snapshot_and_the_rest_are_the_whole(happenings in happenings(), cut in any::<prop::sample::Index>()) {
        let run = journal(&happenings);
        let entries = run.entries();
        let cut = cut.index(entries.len() - 1) + 1;
        let (half, _) = step_all(&entries[..cut]);
        let mut resumed = Engine::restore(&half.snapshot_state().unwrap()).unwrap();
        let mut after = Vec::new();
        for entry in &entries[cut..] {
            resumed.step(entry, &mut after).unwrap();
        }
        prop_assert_eq!(after, effects(&run.all[cut..]));
        prop_assert_eq!(resumed.snapshot_state().unwrap(), run.engine().snapshot_state().unwrap());
    }

    #[test]
    fn a_journal_read_back_gives_the_same_effects(happenings in happenings()) {
        let run = journal(&happenings);
        let read = |s: &Sequenced| decode(&encode(&s.entry).unwrap()).unwrap();
        let entries: Vec<Entry> = run.all.iter().map(read).collect();
        let (engine, again) = step_all(&entries);
        prop_assert_eq!(again, effects(&run.all));
        prop_assert_eq!(engine.snapshot_state().unwrap(), run.engine().snapshot_state().unwrap());
    }

    #[test]
    fn assessments_change_no_other_output(happenings in happenings()) {
        let run = journal(&happenings);
        let entries = run.entries();
        let mut all = Vec::new();
        let mut engine = Engine::begin(&entries[0], &mut all).unwrap();
        engine.set_emit_assessments(true);
        for entry in &entries[1..] {
            engine.step(entry, &mut all).unwrap();
        }
        let (rows, others): (Vec<Effect>, Vec<Effect>) = all.into_iter().partition(|e| matches!(e, Effect::Assessment(_)));
        prop_assert!(!rows.is_empty());
        prop_assert_eq!(others, effects(&run.all));
        prop_assert_eq!(engine.snapshot_state().unwrap(), run.engine().snapshot_state().unwrap());
    }

    #[test]
    fn looking_ahead_changes_nothing(happenings in happenings(), ahead in 1usize..40) {
        let plain = looked_ahead(&happenings, 0);
        let ahead = looked_ahead(&happenings, ahead);
        prop_assert_eq!(plain.len(), ahead.len());
        for (plain, ahead) in plain.iter().zip(&ahead) {
            prop_assert_eq!(&plain.entry, &ahead.entry);
            prop_assert_eq!(&plain.effects, &ahead.effects);
        }
    }

    #[test]
    fn times_never_fall_and_points_add_up(happenings in happenings()) {
        let run = journal(&happenings);
        let mut before_ms = i64::MIN;
        for publication in published(&run.all) {
            let now_ms = common::ms(&run.model, &publication.time);
            prop_assert!(now_ms >= before_ms, "{} {}", publication.topic, publication.time);
            before_ms = now_ms;
            let Some(value) = &publication.value else { continue };
            let value: Value = serde_json::from_slice(value).unwrap();
            let scored = publication.topic == "risk.profiles" || value["scope"] == "enterprise" && value["factors"].is_array();
            let nothing = value["factors"] == json!([]) && value["against"] == json!([]) && value["evidence_count"] == 0;
            if scored && !nothing {
                let listed = [&value["factors"], &value["against"]].into_iter().flat_map(|f| f.as_array().unwrap());
                let sum: i64 = listed.map(|f| f["points"].as_i64().unwrap()).sum();
                let score = (100.0 / (1.0 + libm::exp(-(sum as f64) / 10.0)) + 0.5).floor();
                prop_assert_eq!(value["score"].as_f64().unwrap(), score, "{}", value);
            }
        }
        assert_sound(&run.all, run.all.iter().filter(|s| !matches!(s.entry.body, Body::Tick | Body::Genesis(_))).count());
    }
}

fn dead_letter() -> jianwei_core::journal::DeadLetter {
    let source = jianwei_core::journal::SourcePosition { topic: "end".into(), partition: 0, offset: 0, resume_offset: 1 };
    jianwei_core::journal::DeadLetter { source, reason: jianwei_core::journal::Reason::BadValue, field: None }
}

/// Values no feed should hold, and some do.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({ "a": [1] })),
        (0u32..3, 1usize..30_000).prop_map(|(c, n)| Value::from(["x", "燃", "\u{1}"][c as usize].repeat(n))),
        Just(json!("-262143-01-01 00:00")),
        Just(json!("262142-12-31 23:59")),
        Just(json!("2199-12-31")),
        Just(json!(1e308)),
    ]
}

const FIELDS: [&str; 32] = [
    "relates_to",
    "status_at",
    "merged_into",
    "caller",
    "ticket_no",
    "received_at",
    "content",
    "category",
    "title",
    "intent",
    "region",
    "subject_name",
    "subject_uscc",
    "urgency",
    "status",
    "verified",
    "satisfaction",
    "kind",
    "id",
    "at",
    "result",
    "measure",
    "value",
    "limit",
    "alarm_id",
    "class",
    "name",
    "aliases",
    "industry",
    "target",
    "action",
    "by",
];

/// A record's bytes: right, with odd values put in, with bytes changed, or nothing like a record.
fn any_record() -> impl Strategy<Value = (u8, Option<Vec<u8>>)> {
    let good = (0u8..5, 0u32..2400, 0u8..12, 0u8..4, 0u8..24);
    let odd = prop::collection::vec((0..FIELDS.len(), odd_value()), 0..4);
    let bytes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    let made = (good, odd, bytes).prop_map(|((topic, hour, what, who, how), odd, bytes)| {
        let at = format!("2026-03-{:02} {:02}:00", hour % 28 + 1, hour % 24);
        let mut value = match topic {
            3 => json!({ "disposition_id": "d", "target": "x", "action": "close", "at": at, "by": "b", "outcome": "unfounded" }),
            4 => json!({
                "control_id": "c", "at": at, "command": "demote", "matter": "urban-gas", "level": "blue", "by": "b", "reason": "r",
            }),
            _ => record(usize::from(how), (hour, what, who, how), &at).1,
        };
        for (field, odd) in odd {
            value[FIELDS[field]] = odd;
        }
        let mut text = value.to_string().into_bytes();
        for (place, byte) in bytes {
            let at = place.index(text.len());
            text[at] = byte;
        }
        (topic, Some(text))
    });
    let noise = (0u8..5, prop::option::of(prop::collection::vec(any::<u8>(), 0..80)));
    prop_oneof![6 => made, 1 => noise]
}

const TOPICS: [&str; 5] = [
    "weihai.hotline.tickets",
    "weihai.sector.records",
    "weihai.registry.enterprises",
    "dispositions.wh-housing",
    "jianwei.control",
];

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_record_gives_one_entry_whatever_its_bytes(
        records in prop::collection::vec((any_record(), 0i64..200), 1..40),
        key in prop::option::of(prop::collection::vec(any::<u8>(), 0..30)),
    ) {
        let bundle = gas();
        let mut run = Run::wall(&bundle, START);
        let start_ms = common::ms(&run.model, START);
        for ((topic, value), hour) in &records {
            run.put_bytes(start_ms + hour * HOUR_MS, TOPICS[usize::from(*topic)], key.as_deref(), value.as_deref());
        }
        assert_sound(&run.all, records.len());

        let (mut sequencer, mut all) = begin_feed(&bundle, UNTIL);
        let mut lanes: BTreeMap<u8, FeedLane> = BTreeMap::new();
        for ((topic, value), _) in &records {
            let lane = lanes.entry(*topic).or_default();
            lane.topic = TOPICS[usize::from(*topic)].to_string();
            lane.rows.push((key.clone(), value.clone()));
        }
        let lanes: Vec<FeedLane> = lanes.into_values().collect();
        all.extend(run_feed(&mut sequencer, &lanes, usize::MAX));
        assert_sound(&all, records.len());
        let until_ms = common::ms(&run.model, UNTIL);
        prop_assert!(sequencer.engine().stamp_ms() <= until_ms, "a record after the feed's end moved the stamp");
    }
}

/// The happenings as keyed rows of the feed's topics, in order of time; all of them readable.
fn feed_rows(happenings: &[Happening]) -> Vec<(String, String, Vec<u8>)> {
    let model = common::model(&gas());
    let start_ms = common::ms(&model, START);
    let readable = happenings.iter().enumerate().filter(|(_, h)| h.1 != 10);
    let rows = readable.map(|(index, happening)| {
        let at = time(start_ms, *happening, model.zone);
        let (topic, value) = record(index, *happening, &at);
        let key = value
            .get("id")
            .or(value.get("ticket_no"))
            .or(value.get("indicator"))
            .or(value.get("report_id"))
            .unwrap()
            .as_str()
            .unwrap()
            .to_string();
        (format!("weihai.{topic}"), key, value.to_string().into_bytes())
    });
    rows.collect()
}

/// Rows parted by topic and, by their keys, over so many partitions.
fn lanes(rows: &[(String, String, Vec<u8>)], partitions: u32, salt: u32) -> Vec<FeedLane> {
    let mut lanes: BTreeMap<(String, i32), FeedLane> = BTreeMap::new();
    for (topic, key, value) in rows {
        let hash = key.bytes().fold(salt, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
        let partition = (hash % partitions) as i32;
        let lane = lanes.entry((topic.clone(), partition)).or_default();
        (lane.topic, lane.partition) = (topic.clone(), partition);
        lane.rows.push((Some(key.clone().into_bytes()), Some(value.clone())));
    }
    lanes.into_values().collect()
}

/// Entries without their source positions.
fn content(all: &[Sequenced]) -> Vec<(Entry, Vec<Effect>)> {
    let mut all: Vec<_> = all.iter().map(|s| (s.entry.clone(), s.effects.clone())).collect();
    for (entry, _) in &mut all {
        if let Body::Record(record) = &mut entry.body {
            record.source = dead_letter().source;
        }
    }
    all
}

fn whole_feed(bundle: &Bundle, lanes: &[FeedLane]) -> (Engine, Vec<Sequenced>) {
    let (mut sequencer, mut all) = begin_feed(bundle, UNTIL);
    all.extend(run_feed(&mut sequencer, lanes, usize::MAX));
    (sequencer.engine().clone(), all)
}

/// The same feed, stopped after so many records, then taken up from the state alone.
fn stopped_feed(bundle: &Bundle, lanes: &[FeedLane], stops: &[usize]) -> (Engine, Vec<Sequenced>) {
    let (mut sequencer, mut all) = begin_feed(bundle, UNTIL);
    for stop in stops {
        all.extend(run_feed(&mut sequencer, lanes, *stop));
        let state = sequencer.engine().snapshot_state().unwrap();
        sequencer = jianwei_core::sequencer::Sequencer::new(Engine::restore(&state).unwrap());
    }
    all.extend(run_feed(&mut sequencer, lanes, usize::MAX));
    (sequencer.engine().clone(), all)
}

/// Chicago's rows come without keys in time and with days only, so that many share one time.
fn chicago_lanes(rows: &[(u8, u8)], partitions: i32) -> Vec<FeedLane> {
    let topic = "chicago.hotline.tickets";
    let mut lanes: Vec<FeedLane> =
        (0..partitions).map(|p| FeedLane { topic: topic.into(), partition: p, rows: Vec::new() }).collect();
    for (index, (day, area)) in rows.iter().enumerate() {
        let nature = ["Dog feces in yard", "Garbage in alley", "Nothing known"][index % 3];
        let row = json!({
            "created": format!("2012-01-{:02}", day + 1), "nature": nature, "community_area": area.to_string(), "status": "Open",
        });
        let key = format!("{}-{day}-{index}", 100 - index);
        let lane = &mut lanes[usize::from(*area) % partitions as usize];
        lane.rows.push((Some(key.into_bytes()), Some(row.to_string().into_bytes())));
    }
    lanes
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn a_feed_has_one_order_however_it_is_parted(happenings in happenings(), partitions in 2u32..6, salt in any::<u32>()) {
        let bundle = gas();
        let rows = feed_rows(&happenings);
        let (_, one) = whole_feed(&bundle, &lanes(&rows, 1, 0));
        let (_, several) = whole_feed(&bundle, &lanes(&rows, partitions, salt));
        assert_sound(&one, rows.len());
        prop_assert_eq!(content(&one), content(&several));
    }

    #[test]
    fn a_feed_stopped_anywhere_goes_on_as_if_it_were_not(
        happenings in happenings(), partitions in 1u32..4, stops in prop::collection::vec(0usize..40, 1..5),
    ) {
        let bundle = gas();
        let lanes = lanes(&feed_rows(&happenings), partitions, 7);
        let (engine, whole) = whole_feed(&bundle, &lanes);
        let (resumed, parts) = stopped_feed(&bundle, &lanes, &stops);
        for (a, b) in whole.iter().zip(&parts) {
            prop_assert_eq!(&a.entry, &b.entry);
            prop_assert_eq!(&a.effects, &b.effects);
        }
        prop_assert_eq!(whole.len(), parts.len());
        prop_assert_eq!(engine.snapshot_state().unwrap(), resumed.snapshot_state().unwrap());
    }

    #[test]
    fn records_of_one_day_are_ordered_by_id_and_resumed_one_by_one(
        mut rows in prop::collection::vec((0u8..4, 1u8..6), 1..30), stops in prop::collection::vec(0usize..6, 1..6),
    ) {
        rows.sort();
        let bundle = shipped("chicago");
        let (_, one) = whole_feed(&bundle, &chicago_lanes(&rows, 1));
        let (_, several) = whole_feed(&bundle, &chicago_lanes(&rows, 3));
        prop_assert_eq!(content(&one), content(&several));
        let (_, parts) = stopped_feed(&bundle, &chicago_lanes(&rows, 3), &stops);
        let entries = |all: &[Sequenced]| -> Vec<Entry> { all.iter().map(|s| s.entry.clone()).collect() };
        prop_assert_eq!(entries(&several), entries(&parts));
    }
}
