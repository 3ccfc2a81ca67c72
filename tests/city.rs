//! A simulated month of a city, with every kind of dirt in its feeds, through a real Kafka and
//! through a replay of the same files.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use support::{Cluster, assert_conserved, assert_same_reports, assert_topics_hold, repo};

/// Ways to spoil a row that the simulator knows; `src/simulate/dirt.rs` lists them.
const KINDS_OF_DIRT: usize = 21;

fn text(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn inputs(city: &Path) -> Vec<String> {
    let kinds = ["registry", "inspectors", "tickets", "reports", "sector", "dispositions"];
    let file = |kind: &str| city.join(format!("{kind}.ndjson"));
    let there = kinds.into_iter().filter(|kind| std::fs::metadata(file(kind)).is_ok_and(|file| file.len() > 0));
    there.flat_map(|kind| ["--input".to_string(), format!("{kind}={}", file(kind).display())]).collect()
}

/// Dead letters by reason.
fn by_reason(summary: &Value) -> BTreeMap<String, u64> {
    let reasons = summary["dead_letters"].as_object().expect("dead letters");
    reasons.iter().map(|(reason, count)| (reason.clone(), count.as_u64().expect("a count"))).collect()
}

#[test]
fn a_simulated_month_of_50_000_enterprises_runs_through_kafka_and_through_replay_alike() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (city, weihai) = (tmp.path().join("city"), repo().join("pipelines/weihai"));
    let pipelines = ["--pipelines", weihai.to_str().expect("a path")];
    let simulate = ["simulate", "--days", "30", "--enterprises", "50000", "--seed", "4", "--dirt-per-mille", "30", "--out"];
    let made = cluster.must(&[&simulate[..], &[city.to_str().expect("a path")], &pipelines].concat());
    let made: Value = serde_json::from_str(&made).expect("the counts");
    let truth = text(city.join("truth.ndjson"));
    let rows = truth.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).filter(|row| row["kind"] == "dirt");
    let dirt: BTreeSet<String> = rows.map(|row| row["note"].as_str().expect("the kind of dirt").to_string()).collect();
    assert_eq!(dirt.len(), KINDS_OF_DIRT, "{dirt:?}");

    let inputs = inputs(&city);
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    cluster.must(&[&["topics", "create", "--replication", "1", "--partitions", "3"], &pipelines[..]].concat());
    cluster.must(&[&["publish"], &pipelines[..], &inputs].concat());
    let mut worker = cluster.worker(&[&weihai], &tmp.path().join("state"), &["--clock", "feed", "--exit-at-end"]);
    assert_eq!(worker.wait(), Some(0), "{}", worker.log());

    let (from_journal, from_files) = (tmp.path().join("journal"), tmp.path().join("files"));
    let out = |dir: &Path| dir.to_str().expect("a path").to_string();
    cluster.must(&[&["replay", "--from-journal", "--out", &out(&from_journal)], &pipelines[..]].concat());
    cluster.must(&[&["replay", "--out", &out(&from_files)], &pipelines[..], &inputs].concat());
    assert_same_reports(&from_journal, &from_files);
    let model = jianwei_core::pipeline::load(&bundle(&weihai)).expect("a pipeline");
    let orgs: Vec<&str> = model.organisations.keys().map(String::as_str).collect();
    assert_topics_hold(&cluster, &from_journal, &orgs);

    // Each row is one entry, spoilt or not, and what can't be read is where the simulator said it would be.
    let topics: Vec<String> = model.sources.iter().map(|s| s.topic.clone()).collect();
    let journal = cluster.journal(model.journal_partition);
    assert_conserved(&cluster, &journal, &topics);
    let summary = |dir: &Path| serde_json::from_str::<Value>(&text(dir.join("summary.json"))).expect("JSON");
    let foreseen = by_reason(&made);
    assert_eq!(by_reason(&summary(&from_journal)), foreseen);
    assert_eq!(by_reason(&summary(&from_files)), foreseen);
    // The dead letters hold the rows as the files have them, byte for byte.
    let letters = cluster.read(jianwei_core::engine::topics::DEAD_LETTERS);
    assert_eq!(letters.len() as u64, foreseen.values().sum::<u64>());
    let mut lines: BTreeSet<Vec<u8>> = BTreeSet::new();
    for kind in ["tickets", "reports", "sector"] {
        let bytes = std::fs::read(city.join(format!("{kind}.ndjson"))).expect("a feed");
        lines.extend(bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec));
    }
    for letter in letters {
        assert!(lines.contains(&letter.value.expect("the bytes")), "{:?}", letter.headers);
    }
}

fn bundle(dir: &Path) -> jianwei_core::pipeline::Bundle {
    let mut bundle = jianwei_core::pipeline::Bundle::default();
    for pattern in ["*.toml", "matters/*.toml"] {
        for path in glob::glob(&dir.join(pattern).display().to_string()).expect("a pattern") {
            let path = path.expect("a file");
            let name = path.strip_prefix(dir).expect("below").to_string_lossy().into_owned();
            bundle.files.insert(name, text(path));
        }
    }
    bundle
}
