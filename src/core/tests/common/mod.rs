//! What the core's tests share: pipelines read from their folders, runs on either clock, and a look
//! at what came out. All records are made up.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may read folders; the core may not")]

pub mod mini;
pub mod mistakes;
pub mod names;

use jianwei_core::domain::{SourceKind, parse_time};
use jianwei_core::engine::{Effect, Engine, Publication};
use jianwei_core::intake;
use jianwei_core::journal::{Body, Entry, RecordEntry, SourcePosition};
use jianwei_core::pipeline::{Bundle, Clock, Model, load};
use jianwei_core::sequencer::{FeedMerge, FeedPartition, FeedRecord, Sequenced, Sequencer, SourceRecord, genesis_entry};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Largest output record the contract allows.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;

/// How many cases a property tries: `JIANWEI_FUZZ_CASES`, or so many.
pub fn fuzz_cases(by_default: u32) -> u32 {
    std::env::var("JIANWEI_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(by_default)
}

/// The entry of the record put last.
pub fn entry(out: &[Sequenced]) -> &RecordEntry {
    let Some(Body::Record(entry)) = out.last().map(|s| &s.entry.body) else { panic!("a record's entry") };
    entry
}

/// The files of a pipeline shipped with the project.
pub fn shipped(name: &str) -> Bundle {
    read_folder(&repo().join("pipelines").join(name))
}

/// The tests' own city of one matter, like Weihai, which changes only with them.
pub fn gas() -> Bundle {
    read_folder(&repo().join("tests/pipelines/gas"))
}

/// A second matter of that city, which the market regulator leads.
const APPLIANCES: &str = r#"id = "gas-appliances"
name = { zh = "燃气器具" }
category = "quality"
lead = "wh-amr"
basis = { text = { zh = "编造" }, source = "nowhere", verified = false }
match = [{ kind = ["ticket", "report"], words = ["钢瓶", "灶具", "液化气瓶"] }]
trigger = [{ code = "blast", level = "yellow", text = { zh = "疑似爆燃" }, when = { kind = "report", words = "爆燃" } }]
"#;

/// That city with reports, the second matter and duties on clues.
pub fn gas_with_clues() -> Bundle {
    let mut bundle = gas();
    let text = bundle.files.get_mut("pipeline.toml").unwrap();
    text.push_str("\n[clues]\nacknowledge_working_days = 1\nclose_working_days = 5\n");
    text.push_str("\n[[source]]\nkind = \"reports\"\ntopic = \"weihai.platform.reports\"\nlateness_hours = 0\n");
    bundle.files.insert("matters/gas-appliances.toml".into(), APPLIANCES.into());
    bundle
}

pub fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read_folder(dir: &Path) -> Bundle {
    let mut bundle = Bundle::default();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // As the shell reads it: samples and cases beside a pipeline are not part of it.
            if path.is_dir() && !path.ends_with("sample") && !path.ends_with("tests") {
                folders.push(path);
            } else if path.is_file() && path.extension().is_some_and(|e| e == "toml") {
                let name: Vec<_> = path.strip_prefix(dir).unwrap().iter().map(|p| p.to_string_lossy()).collect();
                bundle.files.insert(name.join("/"), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    bundle
}

pub fn golden_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The folder of committed schemas and examples.
pub fn schemas_dir() -> PathBuf {
    repo().join("schemas")
}

/// Whether golden files are to be written anew.
pub fn blessing() -> bool {
    std::env::var("JIANWEI_BLESS").is_ok_and(|v| v == "1")
}

pub fn model(bundle: &Bundle) -> Model {
    load(bundle).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub fn ms(model: &Model, time: &str) -> i64 {
    parse_time(time, model.zone).unwrap_or_else(|e| panic!("{time}: {e:?}")).0
}

/// A realm that is fed record by record, as the wall clock does it.
#[derive(Clone)]
pub struct Run {
    pub model: Model,
    pub sequencer: Sequencer,
    pub all: Vec<Sequenced>,
    offsets: BTreeMap<String, i64>,
}

impl Run {
    pub fn begin(bundle: &Bundle, clock: Clock, now: &str, until: &str) -> Run {
        let model = model(bundle);
        let genesis = genesis_entry(&model.realm, "test", clock, ms(&model, until), ms(&model, now), bundle).unwrap();
        let (sequencer, first) = Sequencer::begin(genesis).unwrap();
        Run { model, sequencer, all: vec![first], offsets: BTreeMap::new() }
    }

    pub fn wall(bundle: &Bundle, now: &str) -> Run {
        Run::begin(bundle, Clock::Wall, now, "2199-01-01")
    }

    /// One record arrives; gives what came of it, ticks before it included.
    pub fn put(&mut self, now: &str, topic: &str, record: &Value) -> Vec<Sequenced> {
        let now_ms = ms(&self.model, now);
        self.put_bytes(now_ms, topic, None, Some(record.to_string().as_bytes()))
    }

    pub fn put_bytes(&mut self, now_ms: i64, topic: &str, key: Option<&[u8]>, value: Option<&[u8]>) -> Vec<Sequenced> {
        let source = self.model.source_of_topic(topic).unwrap_or_else(|| panic!("no source {topic}"));
        let decoded = intake::decode(&self.model, source, key, value);
        let next = self.offsets.entry(topic.to_string()).or_default();
        let position = SourcePosition { topic: topic.to_string(), partition: 0, offset: *next, resume_offset: *next + 1 };
        *next += 1;
        let mut out = Vec::new();
        self.sequencer.accept(now_ms, SourceRecord { position, decoded }, &mut out).unwrap();
        self.all.extend(out.iter().cloned());
        out
    }

    /// Time passes.
    pub fn pass(&mut self, until: &str) -> Vec<Sequenced> {
        let mut out = Vec::new();
        self.sequencer.tick_until(ms(&self.model, until), &mut out).unwrap();
        self.all.extend(out.iter().cloned());
        out
    }

    pub fn activate(&mut self, now: &str, bundle: &Bundle) -> Vec<Sequenced> {
        let mut out = Vec::new();
        let now_ms = ms(&self.model, now);
        self.sequencer.activate(now_ms, bundle.pack().unwrap(), &mut out).unwrap();
        self.model = model(bundle);
        self.all.extend(out.iter().cloned());
        out
    }

    pub fn engine(&self) -> &Engine {
        self.sequencer.engine()
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.all.iter().map(|s| s.entry.clone()).collect()
    }
}

/// Key and value of one record.
pub type Row = (Option<Vec<u8>>, Option<Vec<u8>>);

/// One partition of a feed that is complete.
#[derive(Debug, Clone, Default)]
pub struct FeedLane {
    pub topic: String,
    pub partition: i32,
    pub rows: Vec<Row>,
}

/// A realm on the feed clock, just begun.
pub fn begin_feed(bundle: &Bundle, until: &str) -> (Sequencer, Vec<Sequenced>) {
    let model = model(bundle);
    let until_ms = ms(&model, until);
    let genesis = genesis_entry(&model.realm, "test", Clock::Feed, until_ms, until_ms, bundle).unwrap();
    let (sequencer, first) = Sequencer::begin(genesis).unwrap();
    (sequencer, vec![first])
}

/// Takes `limit` more records at most, from where the state says each partition was left: what
/// `open_source` and `fill_from_feed` of `src/kafka` do.
pub fn run_feed(sequencer: &mut Sequencer, lanes: &[FeedLane], limit: usize) -> Vec<Sequenced> {
    let model = sequencer.engine().model().clone();
    let state = sequencer.engine().state();
    let position = |lane: &FeedLane| state.positions.get(&(lane.topic.clone(), lane.partition)).cloned().unwrap_or_default();
    let kind = |lane: &FeedLane| model.source_of_topic(&lane.topic).map_or(SourceKind::Control, |s| s.kind);
    let partitions = lanes.iter().map(|lane| FeedPartition {
        topic: lane.topic.clone(),
        partition: lane.partition,
        undated: kind(lane).undated(),
        first_kind: kind(lane).first_kind(),
        done: position(lane).done,
    });
    let mut next: Vec<i64> = lanes.iter().map(|lane| position(lane).resume_offset).collect();
    let mut merge = FeedMerge::new(partitions.collect(), state.stamp_ms, state.feed_until_ms);
    let mut out = Vec::new();
    let mut taken = 0;
    loop {
        for (index, lane) in lanes.iter().enumerate() {
            // A few at a time, so that the merge has to wait for partitions not read far enough.
            for _ in 0..7 {
                match lane.rows.get(next[index] as usize) {
                    Some((key, value)) => {
                        let source = model.source_of_topic(&lane.topic).unwrap();
                        let decoded = intake::decode(&model, source, key.as_deref(), value.as_deref());
                        merge.push(index, FeedRecord { offset: next[index], key: key.clone(), value: value.clone(), decoded });
                        next[index] += 1;
                    }
                    None => merge.end(index),
                }
            }
        }
        while let Some(group) = merge.next_group().unwrap() {
            for (position, record) in group.records {
                if taken == limit {
                    return out;
                }
                taken += 1;
                sequencer.accept(group.stamp_ms, SourceRecord { position, decoded: record.decoded }, &mut out).unwrap();
            }
        }
        if merge.is_complete() {
            return out;
        }
    }
}

/// All publications, in order.
pub fn published(out: &[Sequenced]) -> impl Iterator<Item = &Publication> {
    out.iter().flat_map(|s| &s.effects).filter_map(|effect| match effect {
        Effect::Publish(publication) => Some(publication),
        Effect::DeadLetter(_) | Effect::Assessment(_) | Effect::Outcome(_) => None,
    })
}

/// The values published to one topic, null where the key was removed.
pub fn values(out: &[Sequenced], topic: &str) -> Vec<Value> {
    let of_topic = published(out).filter(|p| p.topic == topic);
    of_topic.map(|p| p.value.as_ref().map_or(Value::Null, |v| serde_json::from_slice(v).unwrap())).collect()
}

/// What was told to one organisation about warnings: `status level revision`.
pub fn told(out: &[Sequenced], org: &str) -> Vec<String> {
    let line = |w: &Value| format!("{} {} {}", w["status"].as_str().unwrap(), w["level"].as_str().unwrap(), w["revision"]);
    values(out, &format!("warnings.{org}")).iter().map(line).collect()
}

/// `reason field` of every dead letter.
pub fn dead_letters(out: &[Sequenced]) -> Vec<String> {
    let letters = out.iter().filter_map(|s| match &s.entry.body {
        Body::DeadLetter(letter) => Some(format!("{} {}", letter.reason.as_str(), letter.field.as_deref().unwrap_or("-"))),
        _ => None,
    });
    letters.collect()
}

/// Every effect as a line: topic, key, value; dead letters by reason.
pub fn lines(out: &[Sequenced]) -> Vec<String> {
    let line = |effect: &Effect| match effect {
        Effect::Publish(p) => {
            let value = p.value.as_ref().map_or("null".into(), |v| String::from_utf8(v.clone()).unwrap());
            format!("{}\t{}\t{value}", p.topic, p.key)
        }
        Effect::DeadLetter(d) => {
            let field = d.field.as_deref().unwrap_or("-");
            format!("dead-letter\t{}/{}\t{} {field}", d.source.topic, d.source.offset, d.reason.as_str())
        }
        Effect::Assessment(row) => format!("assessment\t{}", serde_json::to_string(row).unwrap()),
        Effect::Outcome(row) => format!("outcome\t{row:?}"),
    };
    out.iter().flat_map(|s| &s.effects).map(line).collect()
}

/// What must hold of any run: dense numbers, stamps that never fall, one entry a record, entries
/// that can be written and read, values within their bound.
pub fn assert_sound(all: &[Sequenced], records: usize) {
    let mut stamp_ms = i64::MIN;
    let mut seen = 0;
    for (seq, sequenced) in all.iter().enumerate() {
        assert_eq!(sequenced.entry.seq, seq as u64);
        assert!(sequenced.entry.stamp_ms >= stamp_ms, "the stamp falls at entry {seq}");
        stamp_ms = sequenced.entry.stamp_ms;
        seen += usize::from(matches!(sequenced.entry.body, Body::Record(_) | Body::DeadLetter(_)));
        let bytes = jianwei_core::journal::encode(&sequenced.entry).unwrap();
        assert_eq!(jianwei_core::journal::decode(&bytes).unwrap(), sequenced.entry);
    }
    assert_eq!(seen, records, "each source record gives one entry");
    for publication in published(all) {
        let bytes = publication.value.as_ref().map_or(0, Vec::len);
        assert!(bytes <= MAX_OUTPUT_BYTES, "{} {}: {bytes} bytes", publication.topic, publication.key);
    }
}
