//! Training records on a real Kafka: a good consumer passes, others are told which rule they broke.

mod support;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use support::Cluster;

const ORG: &str = "wh-amr";

/// What a department's consumer sees of its topic, in order of arrival.
fn consume(cluster: &Cluster, isolation: &str) -> Vec<Value> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &cluster.brokers).set("group.id", "department").set("isolation.level", isolation);
    config.set("enable.partition.eof", "true").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(&format!("warnings.{ORG}"), 0, Offset::Beginning).expect("an assignment");
    consumer.assign(&assignment).expect("assigned");
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut seen = Vec::new();
    loop {
        assert!(Instant::now() < deadline, "the topic has no end");
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => seen.push(serde_json::from_slice(message.payload().expect("a value")).expect("JSON")),
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => return seen,
            Some(Err(error)) => panic!("{error}"),
            None => {}
        }
    }
}

/// The table such a consumer keeps, as NDJSON: the newest revision stays, or the last to arrive.
fn table(seen: &[Value], newest_stays: bool, to: &Path) {
    let mut rows: BTreeMap<&str, &Value> = BTreeMap::new();
    for value in seen {
        let id = value["warning_id"].as_str().expect("an id");
        let newer = rows.get(id).is_none_or(|old| value["revision"].as_u64() > old["revision"].as_u64());
        if newer || !newest_stays {
            rows.insert(id, value);
        }
    }
    let lines: Vec<String> = rows.values().map(|v| v.to_string()).collect();
    std::fs::write(to, lines.join("\n")).expect("written");
}

#[test]
fn good_consumers_pass_and_others_are_told_which_rule_they_broke() {
    let cluster = Cluster::clean();
    let publish = ["conformance", "publish", "--org", ORG];
    let output = cluster.jianwei(&publish);
    assert_eq!(output.status.code(), Some(1), "without topics");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(&format!("warnings.{ORG}")) && said.contains("topics create"), "{said}");

    cluster.create_topic(&format!("warnings.{ORG}"), &[]);
    cluster.create_topic(&format!("reminders.{ORG}"), &[]);
    let said = cluster.must(&publish);
    assert!(said.contains("20 training records") && said.contains("2 in an aborted transaction"), "{said}");
    // Sent again, it changes nothing for a good consumer.
    cluster.must(&publish);
    assert_eq!(cluster.read(&format!("reminders.{ORG}")).len(), 8);
    let record = &cluster.read(&format!("warnings.{ORG}"))[0];
    assert_eq!(record.headers["ce_type"], "jianwei.warning.v1");
    assert_eq!(record.headers["ce_id"], format!("7ea1000000000001/1/{ORG}"));

    let tmp = tempfile::tempdir().expect("a folder");
    let file = tmp.path().join("held.ndjson");
    let cases = [
        ("read_committed", true, vec![]),
        ("read_uncommitted", true, vec!["isolation.level=read_committed"]),
        ("read_committed", false, vec!["that comes again changes nothing"]),
        ("read_uncommitted", false, vec!["isolation.level=read_committed", "that comes again changes nothing"]),
    ];
    for (isolation, newest_stays, broken) in cases {
        let seen = consume(&cluster, isolation);
        table(&seen, newest_stays, &file);
        let output = cluster.jianwei(&["conformance", "check", file.to_str().expect("a path")]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.success(), broken.is_empty(), "{isolation} {newest_stays}: {said}");
        let told: Vec<&str> = said.lines().filter(|l| l.starts_with("BROKEN")).collect();
        assert_eq!(told.len(), broken.len(), "{isolation} {newest_stays}: {said}");
        for words in broken {
            assert!(told.iter().any(|line| line.contains(words)), "{words} in {said}");
        }
    }
}
