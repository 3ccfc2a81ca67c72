//! Records sent through once more, on a real Kafka: each counted once, whatever is killed when. All
//! records are made up.

mod support;

use jianwei_core::engine::topics;
use jianwei_core::journal::{Attribution, Body, Entry};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{BINARY, Cluster, Random, assert_conserved, copy_pipeline, eventually, repo};

const TICKETS: &str = "weihai.hotline.tickets";
const REGISTRY: &str = "weihai.registry.enterprises";
const FROM: &str = "jianwei_redriven_from";
const PARTITION: i32 = 1;

fn gas(to: &Path, change: &dyn Fn(&str) -> String) -> PathBuf {
    copy_pipeline(&repo().join("tests/pipelines/gas"), to, change);
    to.to_path_buf()
}

/// The tests' pipeline, and one that knows the column an export calls by another name.
fn pipelines(tmp: &Path) -> (PathBuf, PathBuf) {
    let fixed = |text: &str| {
        let map = "[[source.map]]\nname = \"内容详情\"\ncolumns = [\"工单编号\", \"登记时间\", \"内容详情\"]\nrename = { ticket_no = \"工单编号\", received_at = \"登记时间\", content = \"内容详情\" }\n\n[[source.map]]";
        text.replacen("[[source.map]]", map, 1)
    };
    (gas(&tmp.join("before"), &str::to_string), gas(&tmp.join("fixed"), &fixed))
}

/// Tickets of one bureau's export whose column is misnamed.
fn misnamed(n: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let now = chrono::Utc::now().to_rfc3339();
    let row = |n: usize| {
        let id = format!("T-{n:05}");
        let value = serde_json::json!({ "工单编号": id, "登记时间": now, "内容详情": "燃气公司上门安检迟迟不来" });
        (id.into_bytes(), value.to_string().into_bytes())
    };
    (0..n).map(row).collect()
}

fn produce(cluster: &Cluster, topic: &str, rows: &[(Vec<u8>, Vec<u8>)]) {
    let records: Vec<_> = rows.iter().map(|(k, v)| (Some(k.as_slice()), Some(v.as_slice()))).collect();
    cluster.produce(topic, &records);
}

fn redrive(cluster: &Cluster, dir: &Path, more: &[&str]) -> String {
    in_language(cluster, dir, "en", more)
}

fn in_language(cluster: &Cluster, dir: &Path, language: &str, more: &[&str]) -> String {
    let mut args = vec!["redrive", "--lang", language, "--pipelines", dir.to_str().unwrap()];
    args.extend(more);
    cluster.must(&args)
}

fn letters(journal: &[Entry]) -> usize {
    journal.iter().filter(|e| matches!(e.body, Body::DeadLetter(_))).count()
}

/// How many entries each record id has.
fn records(journal: &[Entry]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in journal {
        if let Body::Record(record) = &entry.body {
            *counts.entry(record.id.clone()).or_default() += 1;
        }
    }
    counts
}

fn create_topics(cluster: &Cluster, dir: &Path) {
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", dir.to_str().unwrap()]);
}

#[test]
fn dead_letters_are_listed_tried_and_sent_once_the_map_is_mended() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (before, fixed) = pipelines(tmp.path());
    // A raw topic with room for records larger than a dead letter can be.
    cluster.create_topic(TICKETS, &[("retention.ms", "-1"), ("max.message.bytes", "4000000")]);
    create_topics(&cluster, &before);
    produce(&cluster, TICKETS, &misnamed(30));
    let huge = vec![b'x'; 2_500_000];
    cluster.produce(TICKETS, &[(Some(b"k"), Some(b"{\"ticket_no\": ")), (Some(b"k"), None), (Some(b"k"), Some(&huge))]);
    let state = tmp.path().join("state");
    let worker = cluster.worker(&[&before], &state, &[]);
    eventually("all are dead letters", || letters(&cluster.journal(PARTITION)) == 33);

    let listed = redrive(&cluster, &before, &[]);
    assert!(listed.contains(&format!("{TICKETS}  missing_field received_at: 30, ")), "{listed}");
    for reason in ["broken_json: 1, ", "null_value: 1, ", "too_large: 1, "] {
        assert!(listed.contains(reason), "{listed}");
    }
    assert!(listed.lines().count() == 4 && listed.matches("; 0 sent again already").count() == 4, "{listed}");
    assert!(!listed.contains("T-0000") && !listed.contains("安检"), "no values: {listed}");
    assert!(in_language(&cluster, &before, "zh", &[]).contains("missing_field received_at: 30 条"));

    // On a copy: nothing is changed by it.
    let tried = redrive(&cluster, &before, &["--try", "--reason", "missing_field"]);
    assert!(tried.contains("30  would fail again: missing_field received_at"), "{tried}");
    let tried = redrive(&cluster, &fixed, &["--try"]);
    for line in ["30  would be read now", "1  would fail again: broken_json", "1  would fail again: null_value", "1  were cut"] {
        assert!(tried.contains(line), "{line}: {tried}");
    }
    assert!(tried.contains("--activate"), "the realm runs another pipeline: {tried}");
    let narrow = |more: &[&str]| redrive(&cluster, &fixed, &[&["--try"], more].concat());
    assert!(narrow(&["--letter", "0/3"]).contains(" 1  would be read now"));
    assert!(narrow(&["--field", "received_at", "--topic", TICKETS]).contains("30  would be read now"));
    assert!(narrow(&["--until", "2020-01-01"]).contains("no dead letters"));
    assert!(narrow(&["--since", "2099-01-01"]).contains("no dead letters"));
    let refused = cluster.jianwei(&["redrive", "--pipelines", fixed.to_str().unwrap(), "--send"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("--activate"), "{said}");
    assert_eq!(cluster.read(TICKETS).len(), 33);

    assert_eq!(worker.terminate(), Some(0));
    let worker = cluster.worker(&[&fixed], &state, &["--activate"]);
    eventually("the fixed pipeline is active", || {
        cluster.journal(PARTITION).iter().any(|e| matches!(e.body, Body::Activate { .. }))
    });
    let sent = redrive(&cluster, &fixed, &["--send", "--reason", "missing_field"]);
    assert!(sent.contains("30 sent"), "{sent}");
    eventually("each has its entry", || records(&cluster.journal(PARTITION)).len() == 30);
    let again = redrive(&cluster, &fixed, &["--send"]);
    assert!(again.contains("30  sent again before") && again.contains("\n0 sent"), "{again}");
    assert!(redrive(&cluster, &fixed, &[]).contains("30 sent again already, 0 that had"));
    let raw = cluster.read(TICKETS);
    let of = |row: &(Vec<u8>, Vec<u8>)| {
        raw.iter().filter(|r| r.value.as_ref() == Some(&row.1) && r.key.as_ref() == Some(&row.0)).count()
    };
    let times = misnamed_as_sent(&raw);
    assert!(times.len() == 30 && times.iter().all(|row| of(row) == 2), "key and value are sent as they were");
    assert!(records(&cluster.journal(PARTITION)).values().all(|n| *n == 1));

    // One that fails once more says which dead letter it was.
    let header = OwnedHeaders::new().insert(Header { key: FROM, value: Some("jianwei.dead-letters/0/2@1") });
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", &cluster.brokers).create().expect("a producer");
    producer.send(BaseRecord::to(TICKETS).key("k").payload("[]").headers(header)).map_err(|(e, _)| e).expect("queued");
    producer.flush(Duration::from_secs(30)).expect("delivered");
    eventually("it is a dead letter again", || letters(&cluster.journal(PARTITION)) == 34);
    assert_eq!(worker.terminate(), Some(0));
    let last = cluster.read(topics::DEAD_LETTERS).pop().expect("a dead letter");
    assert_eq!(last.headers[FROM], "jianwei.dead-letters/0/2@1");
    let listed = redrive(&cluster, &fixed, &["--reason", "not_an_object"]);
    assert!(listed.contains("1 that had been sent again and failed"), "{listed}");

    // One whose bytes were taken out, as a realm that redacts would leave it.
    let about =
        [("jianwei_realm", "weihai"), ("jianwei_topic", TICKETS), ("jianwei_reason", "bad_id"), ("jianwei_redacted", "7")];
    let headers = about.into_iter().fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }));
    producer
        .send(BaseRecord::<(), str>::to(topics::DEAD_LETTERS).payload("").headers(headers))
        .map_err(|(e, _)| e)
        .expect("queued");
    producer.flush(Duration::from_secs(30)).expect("delivered");
    let tried = redrive(&cluster, &fixed, &["--try", "--reason", "bad_id"]);
    assert!(tried.contains("1  were redacted"), "{tried}");
    assert_conserved(&cluster, &cluster.journal(PARTITION), &[TICKETS.to_string()]);
}

/// Keys and values of the records that carry the header.
fn misnamed_as_sent(raw: &[support::Record]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let sent = raw.iter().filter(|r| r.headers.contains_key(FROM));
    sent.map(|r| (r.key.clone().expect("a key"), r.value.clone().expect("a value"))).collect()
}

#[test]
fn killed_in_the_middle_of_a_send_none_is_lost_and_none_sent_twice() {
    const TICKETS_SENT: usize = 20_000;
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (before, fixed) = pipelines(tmp.path());
    create_topics(&cluster, &before);
    produce(&cluster, TICKETS, &misnamed(TICKETS_SENT));
    let state = tmp.path().join("state");
    let worker = cluster.worker(&[&before], &state, &[]);
    eventually("all are dead letters", || letters(&cluster.journal(PARTITION)) == TICKETS_SENT);
    assert_eq!(worker.terminate(), Some(0));
    let worker = cluster.worker(&[&fixed], &state, &["--activate"]);
    eventually("the fixed pipeline is active", || {
        cluster.journal(PARTITION).iter().any(|e| matches!(e.body, Body::Activate { .. }))
    });

    let seed = 20_261_124;
    let mut random = Random(seed);
    let (mut cut_short, mut kills) = (0, 0);
    while kills < 8 {
        let mut sender = Command::new(BINARY)
            .args(["redrive", "--send", "--pipelines", fixed.to_str().unwrap(), "--brokers", &cluster.brokers])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let before = sent(&cluster);
        // From the first batch on, for a moment.
        eventually("something is sent", || sent(&cluster) > before || sender.try_wait().expect("a status").is_some());
        std::thread::sleep(Duration::from_millis(random.below(60)));
        let ended = sender.try_wait().expect("a status").is_some();
        let _ = sender.kill();
        let _ = sender.wait();
        kills += 1;
        if ended {
            break;
        }
        let there = sent(&cluster);
        cut_short += usize::from(there > 0 && there < TICKETS_SENT);
    }
    assert!(cut_short > 0, "seed {seed}: no run was killed in the middle of its sending");
    redrive(&cluster, &fixed, &["--send"]);
    assert!(redrive(&cluster, &fixed, &["--send"]).contains("\n0 sent"));
    eventually("each ticket has its entry", || records(&cluster.journal(PARTITION)).len() == TICKETS_SENT);
    assert_eq!(worker.terminate(), Some(0));
    let journal = cluster.journal(PARTITION);
    let twice: Vec<String> = records(&journal).into_iter().filter(|(_, n)| *n != 1).map(|(id, _)| id).collect();
    assert!(twice.is_empty(), "seed {seed}: counted more than once: {twice:?}");
    assert_eq!(sent(&cluster), TICKETS_SENT);
    assert_conserved(&cluster, &journal, &[TICKETS.to_string()]);
}

fn sent(cluster: &Cluster) -> usize {
    cluster.read(TICKETS).iter().filter(|r| r.headers.contains_key(FROM)).count()
}

#[test]
fn a_ticket_that_came_before_its_enterprise_is_attributed_later() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (dir, _) = pipelines(tmp.path());
    create_topics(&cluster, &dir);
    let ticket = |id: &str, name: &str| {
        let now = chrono::Utc::now().to_rfc3339();
        let value = serde_json::json!({ "ticket_no": id, "received_at": now, "content": "燃气公司上门安检迟迟不来", "intent": "投诉", "subject_name": name });
        (id.as_bytes().to_vec(), value.to_string().into_bytes())
    };
    // The second of E-2 is an update: the newest speaks for the ticket.
    let (known, unknown) = ("威海虚构蓝焰燃气有限公司", "威海虚构无名燃气有限公司");
    produce(&cluster, TICKETS, &[ticket("E-1", known), ticket("E-2", unknown), ticket("E-2", known), ticket("E-3", unknown)]);
    let worker = cluster.worker(&[&dir], &tmp.path().join("state"), &[]);
    eventually("all are read", || records(&cluster.journal(PARTITION)).len() == 3);
    let since = ["--unattributed", "--since", "2020-01-01"];
    let with = |more: &[&'static str]| redrive(&cluster, &dir, &[since.as_slice(), more].concat());
    assert!(with(&[]).contains(&format!("{TICKETS}  nobody: 3, ")), "{}", with(&[]));
    assert!(with(&["--try"]).contains("3  still nobody"), "{}", with(&["--try"]));

    let id = "91371000MAFAKE0190";
    let row = serde_json::json!({ "id": id, "name": known, "industry": "D4511", "region": "371002" });
    produce(&cluster, REGISTRY, &[(id.as_bytes().to_vec(), row.to_string().into_bytes())]);
    eventually("the enterprise is there", || records(&cluster.journal(PARTITION)).contains_key(id));
    assert_eq!(cluster.read(TICKETS).len(), 4);
    let tried = with(&["--try"]);
    assert!(tried.contains("2  have an enterprise now") && tried.contains("1  still nobody"), "{tried}");
    assert_eq!(cluster.read(TICKETS).len(), 4, "a try sends nothing");
    assert!(redrive(&cluster, &dir, &["--unattributed", "--since", "2099-01-01", "--try"]).contains("no ticket or report"));
    assert!(with(&["--send"]).contains("2 sent"));
    eventually("both have an entry more", || records(&cluster.journal(PARTITION)).values().sum::<usize>() == 7);
    let again = with(&["--send"]);
    assert!(again.contains("1  still nobody") && again.contains("\n0 sent"), "{again}");
    assert_eq!(worker.terminate(), Some(0));
    let journal = cluster.journal(PARTITION);
    let subject = |ticket: &str| -> Option<Attribution> {
        let of = |e: &&Entry| matches!(&e.body, Body::Record(r) if r.id == ticket);
        let Body::Record(record) = &journal.iter().rev().find(of)?.body else { return None };
        let text = record.fact.text()?;
        text.evidence.subject.clone()
    };
    for ticket in ["E-1", "E-2"] {
        assert_eq!(subject(ticket).map(|s| s.id).as_deref(), Some(id), "{ticket}");
    }
    assert_eq!(subject("E-3"), None);
    assert_conserved(&cluster, &journal, &[TICKETS.to_string(), REGISTRY.to_string()]);

    // Deleted from its topic, it can't be fetched again.
    let place = journal.iter().find_map(|e| match &e.body {
        Body::Record(r) if r.id == "E-3" => Some(&r.source),
        _ => None,
    });
    let place = place.expect("its entry");
    let mut before = TopicPartitionList::new();
    before.add_partition_offset(TICKETS, place.partition, Offset::Offset(place.offset + 1)).expect("a place");
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &cluster.brokers).create().expect("an admin client");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(admin.delete_records(&before, &AdminOptions::new())).expect("deleted");
    let tried = with(&["--try"]);
    assert!(tried.contains("1  are no longer in their source topic"), "{tried}");
}

#[test]
fn a_directory_row_does_not_undo_a_newer_one() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let fixed = |text: &str| {
        let map = "topic = \"weihai.registry.enterprises\"\ncolumns.id = [\"信用代码\"]";
        text.replace("topic = \"weihai.registry.enterprises\"", map)
    };
    let (before, fixed) = (gas(&tmp.path().join("before"), &str::to_string), gas(&tmp.path().join("fixed"), &fixed));
    create_topics(&cluster, &before);
    let row = |key: &str, field: &str, name: &str| {
        let value = serde_json::json!({ field: key, "name": name });
        (key.as_bytes().to_vec(), value.to_string().into_bytes())
    };
    let (a, b) = ("91371000MAFAKE0190", "91371000MAFAKE0182");
    produce(&cluster, REGISTRY, &[row(a, "信用代码", "旧名"), row(b, "信用代码", "乙"), row(a, "id", "新名")]);
    let state = tmp.path().join("state");
    let worker = cluster.worker(&[&before], &state, &[]);
    eventually("two are dead letters", || letters(&cluster.journal(PARTITION)) == 2);
    assert_eq!(worker.terminate(), Some(0));
    let worker = cluster.worker(&[&fixed], &state, &["--activate"]);
    eventually("the fixed pipeline is active", || {
        cluster.journal(PARTITION).iter().any(|e| matches!(e.body, Body::Activate { .. }))
    });
    let said = redrive(&cluster, &fixed, &["--send"]);
    assert!(
        said.contains("1  would be read now") && said.contains("1  directory rows a newer one") && said.contains("\n1 sent"),
        "{said}"
    );
    eventually("it is in the directory", || records(&cluster.journal(PARTITION)).contains_key(b));
    assert_eq!(worker.terminate(), Some(0));
    let again = redrive(&cluster, &fixed, &["--send"]);
    assert!(again.contains("1  sent again before") && again.contains("\n0 sent"), "{again}");
}

#[test]
fn what_can_not_be_done_is_said_with_what_to_write() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (dir, _) = pipelines(tmp.path());
    let said = |more: &[&str]| {
        let output = cluster.jianwei(&[&["redrive", "--pipelines", dir.to_str().unwrap()], more].concat());
        assert!(!output.status.success(), "{more:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (args, words) in [
        (vec!["--reason", "horoscope"], "one of too_large, undecodable"),
        (vec!["--topic", "nowhere"], "one of weihai.hotline.tickets"),
        (vec!["--letter", "17"], "PARTITION/OFFSET"),
        (vec!["--since", "soon"], "is not a time"),
        (vec!["--unattributed"], "--since"),
        (vec!["--unattributed", "--since", "2020-01-01", "--reason", "bad_id"], "--reason"),
        (vec!["--try", "--send"], "--send"),
        (vec![], "jianwei topics create"),
    ] {
        let text = said(&args);
        assert!(text.contains(words), "{args:?}: {text}");
    }
    create_topics(&cluster, &dir);
    let text = said(&[]);
    assert!(text.contains("it never ran"), "{text}");
}
