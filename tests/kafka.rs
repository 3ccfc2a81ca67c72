//! What Jianwei promises on a real Kafka. See `support` for the cluster these tests need.

mod support;

use jianwei_core::engine::topics;
use jianwei_core::journal::{Body, Entry};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::{
    Cluster, Random, Record, assert_conserved, assert_same_reports, assert_topics_hold, copy_pipeline, eventually, repo,
};

const CHICAGO_ORGS: [&str; 5] = ["chi-mayor", "chi-dph", "chi-bacp", "chi-dss", "chi-dob"];

fn chicago() -> PathBuf {
    repo().join("pipelines/chicago")
}

fn chicago_inputs() -> Vec<String> {
    let sample = chicago().join("sample");
    vec![
        format!("tickets={}", sample.join("chicago_311_sanitation.csv.gz").display()),
        format!("sector={}", sample.join("chicago_inspection_events.csv.gz").display()),
        format!("sector={}", sample.join("chicago_canvass_outcomes_2011_2013.csv.gz").display()),
    ]
}

/// Makes the topics and publishes the three real feeds; the number of records.
fn publish_chicago(cluster: &Cluster) -> usize {
    let dir = chicago();
    let dir = dir.to_str().expect("a path");
    cluster.must(&["topics", "create", "--pipelines", dir, "--replication", "1"]);
    let inputs = chicago_inputs();
    let mut args = vec!["publish", "--pipelines", dir];
    inputs.iter().for_each(|i| args.extend(["--input", i]));
    let said = cluster.must(&args);
    said.lines().filter_map(|l| l.split(' ').next()?.parse::<usize>().ok()).sum()
}

fn replay_journal(cluster: &Cluster, pipelines: &Path, out: &Path) {
    cluster.must(&["replay", "--pipelines", pipelines.to_str().unwrap(), "--from-journal", "--out", out.to_str().unwrap()]);
}

fn replay_files(cluster: &Cluster, out: &Path) {
    let (dir, inputs) = (chicago(), chicago_inputs());
    let mut args = vec!["replay", "--pipelines", dir.to_str().unwrap(), "--out", out.to_str().unwrap()];
    inputs.iter().for_each(|i| args.extend(["--input", i]));
    cluster.must(&args);
}

/// Kafka's own console consumer, as a department would try it first.
fn console_count(cluster: &Cluster, topic: &str) -> usize {
    let script = repo().join("tests/kafka/kafka.sh");
    let output = std::process::Command::new(script)
        .args([
            "tool",
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            "--bootstrap-server",
            &cluster.brokers,
            "--topic",
            topic,
        ])
        .args(["--from-beginning", "--isolation-level", "read_committed", "--timeout-ms", "8000"])
        .output()
        .expect("the console consumer runs");
    String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.starts_with('{')).count()
}

#[test]
fn real_feeds_in_graded_warnings_out_and_replays_agree_whatever_is_killed() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let records = publish_chicago(&cluster);
    assert!(records > 141_000, "{records} records");
    let sources = ["chicago.hotline.tickets".to_string(), "chicago.sector.records".to_string()];

    let seed = 20_261_123;
    let mut random = Random(seed);
    let state = tmp.path().join("state");
    let mut kills = 0;
    let mut finished = false;
    while !finished {
        let mut worker = cluster.worker(&[&chicago()], &state, &["--exit-at-end", "--pace-days-per-s", "120"]);
        if kills == 10 {
            assert_eq!(worker.wait(), Some(0), "seed {seed}: {}", worker.log());
            break;
        }
        eventually("the realm runs", || worker.get("/healthz").contains("running") || !worker.is_running());
        std::thread::sleep(Duration::from_millis(random.below(1_500)));
        finished = !worker.is_running();
        worker.kill();
        kills += 1;
    }
    assert!(!finished, "seed {seed}: the run ended before the tenth kill; it was killed {kills} times");

    let journal = cluster.journal(0);
    assert_conserved(&cluster, &journal, &sources);
    let (from_journal, from_files) = (tmp.path().join("journal"), tmp.path().join("files"));
    replay_journal(&cluster, &chicago(), &from_journal);
    // An undisturbed run in one process: the same records, no Kafka, nobody killed.
    replay_files(&cluster, &from_files);
    assert_same_reports(&from_journal, &from_files);
    assert_topics_hold(&cluster, &from_journal, &CHICAGO_ORGS);
    let expected = std::fs::read_to_string(from_journal.join("warnings.ndjson")).unwrap();
    let expected = expected.lines().filter(|l| l.contains("\"realm\":\"chicago\",\"org\":\"chi-dss\"")).count();
    assert_eq!(console_count(&cluster, "warnings.chi-dss"), expected);

    // The same realm undisturbed on Kafka.
    drop(cluster);
    let cluster = Cluster::clean();
    publish_chicago(&cluster);
    let mut worker = cluster.worker(&[&chicago()], &tmp.path().join("undisturbed"), &["--exit-at-end"]);
    assert_eq!(worker.wait(), Some(0), "{}", worker.log());
    let undisturbed = tmp.path().join("undisturbed-report");
    replay_journal(&cluster, &chicago(), &undisturbed);
    assert_same_reports(&undisturbed, &from_journal);
    assert_topics_hold(&cluster, &undisturbed, &CHICAGO_ORGS);
    let bodies = |journal: &[Entry]| journal.iter().filter(|e| matches!(e.body, Body::Record(_) | Body::DeadLetter(_))).count();
    assert_eq!(bodies(&cluster.journal(0)), bodies(&journal));
}

/// A realm like the tests' gas city under another name, with topics and organisations of its own.
fn made_up_realm(dir: &Path, name: &str, partition: i32) -> PathBuf {
    let to = dir.join(name);
    copy_pipeline(&repo().join("tests/pipelines/gas"), &to, &|text| {
        text.replace("name = \"weihai\"", &format!("name = \"{name}\""))
            .replace("journal_partition = 1", &format!("journal_partition = {partition}"))
            .replace("\"weihai.", &format!("\"{name}."))
            .replace("\"wh-", &format!("\"{name}-"))
    });
    to
}

fn made_up_ticket(realm: &str, number: usize) -> (Vec<u8>, Vec<u8>) {
    let id = format!("{realm}-{number}");
    let text =
        if number % 40 == 7 { "小区楼道内燃气泄漏，气味很大" } else { "燃气公司上门安检迟迟不来" };
    let received_at = chrono::Utc::now().to_rfc3339();
    let value = serde_json::json!({ "ticket_no": id, "received_at": received_at, "content": text, "intent": "投诉", "region": "环翠区",
        "subject_uscc": "91371000MAFAKE0190" });
    (id.into_bytes(), value.to_string().into_bytes())
}

#[test]
fn workers_share_three_realms_and_one_takes_over_from_another_that_dies_or_hangs() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let names = ["ra", "rb", "rc"];
    let dirs: Vec<PathBuf> = names.iter().enumerate().map(|(at, name)| made_up_realm(tmp.path(), name, at as i32)).collect();
    let dirs: Vec<&Path> = dirs.iter().map(PathBuf::as_path).collect();
    let mut args = vec!["topics", "create", "--replication", "1"];
    dirs.iter().for_each(|d| args.extend(["--pipelines", d.to_str().unwrap()]));
    cluster.must(&args);

    let publish = |from: usize, to: usize| {
        for name in names {
            let tickets: Vec<_> = (from..to).map(|n| made_up_ticket(name, n)).collect();
            let records: Vec<_> = tickets.iter().map(|(k, v)| (Some(k.as_slice()), Some(v.as_slice()))).collect();
            cluster.produce(&format!("{name}.hotline.tickets"), &records);
        }
    };
    publish(0, 300);
    let mut a = cluster.worker(&dirs, &tmp.path().join("a"), &[]);
    let b = cluster.worker(&dirs, &tmp.path().join("b"), &[]);
    let running = |worker: &support::Worker| worker.get("/healthz").matches("running").count();
    eventually("both workers run realms", || running(&a) >= 1 && running(&b) >= 1 && running(&a) + running(&b) >= 3);
    publish(300, 600);
    a.kill();
    publish(600, 900);
    let caught_up = |worker: &support::Worker| {
        names.iter().all(|name| {
            let line = format!("{name}.hotline.tickets\"}} 0\n");
            worker.get("/metrics").contains(&line)
        }) && names.iter().all(|name| cluster.read(topics::JOURNAL).len() >= 2_700 && !name.is_empty())
    };
    eventually("the other worker holds all three", || running(&b) == 3 && caught_up(&b));

    // A worker that hangs past its session is given up; awake again, it may write nothing more.
    let c = cluster.worker(&dirs, &tmp.path().join("c"), &[]);
    eventually("the third worker runs a realm", || running(&c) >= 1);
    b.signal("STOP");
    eventually("the third worker runs them all", || running(&c) == 3);
    publish(900, 1_200);
    b.signal("CONT");
    publish(1_200, 1_500);
    let records = |at: usize| cluster.journal(at as i32).iter().filter(|e| matches!(e.body, Body::Record(_))).count();
    eventually("every ticket has its entry", || (0..names.len()).all(|at| records(at) == 1_500));
    assert_eq!(b.terminate(), Some(0));
    assert_eq!(c.terminate(), Some(0));

    for (at, name) in names.iter().enumerate() {
        let journal = cluster.journal(at as i32);
        assert_conserved(&cluster, &journal, &[format!("{name}.hotline.tickets")]);
        // With the wall clock, what was published is what the journal says.
        let out = tmp.path().join(format!("out-{name}"));
        replay_journal(&cluster, dirs[at], &out);
        let orgs = [format!("{name}-housing"), format!("{name}-amr"), format!("{name}-sfj")];
        assert_topics_hold(&cluster, &out, &orgs.each_ref().map(String::as_str));
        let warnings = std::fs::read_to_string(out.join("warnings.ndjson")).unwrap();
        assert!(warnings.contains("疑似燃气泄漏"), "realm {name} raised the trigger's warning");
    }
}

#[test]
fn a_bad_record_is_a_dead_letter_and_the_stream_goes_on() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = made_up_realm(tmp.path(), "rx", 0);
    // A raw topic of someone else's making, with room for records larger than a dead letter can be.
    cluster.create_topic("rx.hotline.tickets", &[("retention.ms", "-1"), ("max.message.bytes", "4000000")]);
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", dir.to_str().unwrap()]);
    let (key, good) = made_up_ticket("rx", 1);
    let bad: Vec<(&str, &[u8], &str, &str)> = vec![
        ("rx.hotline.tickets", &[0xff, 0xfe, 0x80], "undecodable", ""),
        ("rx.hotline.tickets", b"{\"ticket_no\": \"T1\", ", "broken_json", ""),
        ("rx.hotline.tickets", b"[1, 2]", "not_an_object", ""),
        ("rx.hotline.tickets", br#"{"ticket_no":"T2","received_at":"2026-01-01"}"#, "missing_field", "content"),
        ("rx.hotline.tickets", br#"{"ticket_no":{"a":1},"received_at":"2026-01-01","content":"x"}"#, "wrong_type", "ticket_no"),
        ("rx.hotline.tickets", br#"{"ticket_no":"T3","received_at":"soon","content":"x"}"#, "bad_time", "received_at"),
        ("rx.hotline.tickets", br#"{"ticket_no":"T4","received_at":"2099-01-01","content":"x"}"#, "future_time", ""),
        ("rx.sector.records", br#"{"kind":"horoscope","id":"91371000MAFAKE0190"}"#, "unknown_kind", "kind"),
        ("rx.sector.records", br#"{"kind":"inspection","inspection_id":"I1","at":"2026-01-01","id":"O0"}"#, "bad_id", "id"),
        (
            "dispositions.rx-amr",
            br#"{"disposition_id":"D1","target":"w","action":"shrug","at":"2026-01-01"}"#,
            "unknown_action",
            "action",
        ),
    ];
    for (topic, value, _, _) in &bad {
        cluster.produce(topic, &[(Some(b"a-key"), Some(value))]);
    }
    cluster.produce("rx.hotline.tickets", &[(Some(b"no-value"), None), (Some(&key), Some(&good))]);
    let huge = vec![b'x'; 2_500_000];
    cluster.produce("rx.hotline.tickets", &[(Some(b"a-key"), Some(&huge))]);
    let worker = cluster.worker(&[&dir], &tmp.path().join("state"), &[]);
    eventually("all records have entries", || {
        worker.get("/metrics").contains("jianwei_dead_letters_total") && cluster.journal(0).len() > bad.len() + 3
    });
    let metrics = worker.get("/metrics");
    assert!(metrics.contains("jianwei_dead_letters_total{realm=\"rx\",reason=\"undecodable\"} 1"), "{metrics}");
    assert!(metrics.contains("jianwei_attributions_total{method=\"id\",realm=\"rx\"} 1"), "{metrics}");
    assert!(metrics.contains("jianwei_source_newest_event_seconds{kind=\"tickets\",realm=\"rx\"} 1"), "{metrics}");
    let level = |red| format!("jianwei_false_alarms_promised_per_year{{level=\"red\",realm=\"rx\"}} {red}");
    eventually("what analysts look at is shown", || worker.get("/metrics").contains(&level("2")));
    assert_eq!(worker.terminate(), Some(0));

    let mut letters = cluster.read(topics::DEAD_LETTERS);
    let cut = letters.iter().position(|r| r.headers.contains_key("jianwei_cut_from_bytes")).expect("the huge record's letter");
    let cut = letters.remove(cut);
    assert_eq!(
        (cut.headers["jianwei_cut_from_bytes"].as_str(), cut.headers["jianwei_reason"].as_str()),
        ("2500000", "too_large")
    );
    assert!(cut.value.is_some_and(|v| v.len() > 1_800_000 && huge.starts_with(&v)));
    let header = |r: &Record, key: &str| r.headers.get(key).cloned().unwrap_or_default();
    let found: BTreeSet<_> = letters
        .iter()
        .map(|r| (header(r, "jianwei_topic"), r.value.clone(), header(r, "jianwei_reason"), header(r, "jianwei_field")))
        .collect();
    let mut expected: BTreeSet<_> = bad
        .iter()
        .map(|(t, v, reason, field)| (t.to_string(), Some(v.to_vec()), reason.to_string(), field.to_string()))
        .collect();
    expected.insert(("rx.hotline.tickets".into(), None, "null_value".into(), String::new()));
    assert_eq!(found, expected);
    assert_eq!(letters.len(), expected.len(), "each is counted once");
    let topics: Vec<String> = ["rx.hotline.tickets", "rx.sector.records", "dispositions.rx-amr"].map(String::from).to_vec();
    assert_conserved(&cluster, &cluster.journal(0), &topics);
}

#[test]
fn refuses_to_start_and_says_what_mends_it() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = made_up_realm(tmp.path(), "ry", 0);
    let path = dir.to_str().unwrap();
    let state = tmp.path().join("state");
    let refused = |more: &[&str]| {
        let mut worker = cluster.worker(&[&dir], &state, more);
        assert_eq!(worker.wait(), Some(1), "{}", worker.log());
        worker.log()
    };

    let log = refused(&[]);
    assert!(log.contains("topic jianwei.journal is missing") && log.contains("jianwei topics create"), "{log}");

    cluster.create_topic(topics::JOURNAL, &[("retention.ms", "604800000")]);
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", path]);
    let log = refused(&[]);
    assert!(log.contains("jianwei.journal has retention.ms=604800000") && log.contains("--add-config retention.ms=-1"), "{log}");
    let check = cluster.jianwei(&["topics", "check", "--pipelines", path]);
    assert_eq!(check.status.code(), Some(1));

    drop(cluster);
    let cluster = Cluster::clean();
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", path]);
    let refused = |more: &[&str]| {
        let mut worker = cluster.worker(&[&dir], &state, more);
        assert_eq!(worker.wait(), Some(1), "{}", worker.log());
        worker.log()
    };
    let matter = dir.join("matters/urban-gas.toml");
    let good = std::fs::read_to_string(&matter).unwrap();
    std::fs::write(
        &matter,
        good.replace("lead = \"ry-housing\"", "lead = \"ry-hosing\"").replace("hold_days = 7", "hold_days = 0"),
    )
    .unwrap();
    let log = refused(&[]);
    assert!(
        log.contains("2 mistakes") && log.contains("urban-gas.toml:4: `lead` names \"ry-hosing\"") && log.contains("hold_days"),
        "{log}"
    );
    std::fs::write(&matter, &good).unwrap();

    // A running realm, another pipeline, and the switch that lets it take effect.
    let (key, value) = made_up_ticket("ry", 1);
    cluster.produce("ry.hotline.tickets", &[(Some(&key), Some(&value))]);
    let worker = cluster.worker(&[&dir], &state, &[]);
    eventually("the ticket has an entry", || cluster.journal(0).len() >= 2);
    assert_eq!(worker.terminate(), Some(0));
    std::fs::write(&matter, good.replace("hold_days = 7", "hold_days = 9")).unwrap();
    let log = refused(&[]);
    assert!(log.contains("the pipeline differs from the active one") && log.contains("--activate"), "{log}");
    let activations = |journal: &[Entry]| journal.iter().filter(|e| matches!(e.body, Body::Activate { .. })).count();
    assert_eq!(activations(&cluster.journal(0)), 0);
    let worker = cluster.worker(&[&dir], &state, &["--activate"]);
    eventually("the activation is an entry", || activations(&cluster.journal(0)) == 1);
    assert_eq!(worker.terminate(), Some(0));
    let worker = cluster.worker(&[&dir], &state, &[]);
    eventually("it is the active one from now on", || worker.get("/healthz").contains("running"));
    assert_eq!(worker.terminate(), Some(0));
}

#[test]
fn a_realm_that_must_be_mended_does_not_stop_the_others() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let (good, bad) = (made_up_realm(tmp.path(), "rg", 0), made_up_realm(tmp.path(), "rh", 1));
    let paths = [good.as_path(), bad.as_path()];
    let create =
        ["topics", "create", "--replication", "1", "--pipelines", good.to_str().unwrap(), "--pipelines", bad.to_str().unwrap()];
    cluster.must(&create);
    let state = tmp.path().join("state");
    let worker = cluster.worker(&paths, &state, &[]);
    eventually("both realms run", || worker.get("/healthz").matches("running").count() == 2);
    assert_eq!(worker.terminate(), Some(0));

    let matter = bad.join("matters/urban-gas.toml");
    let text = std::fs::read_to_string(&matter).unwrap();
    std::fs::write(&matter, text.replace("hold_days = 7", "hold_days = 9")).unwrap();
    let worker = cluster.worker(&paths, &state, &[]);
    eventually("one runs, the other is refused", || {
        let health = worker.get("/healthz");
        health.contains("\"rg\":\"running\"") && health.contains("\"rh\":\"failed\"")
    });
    let (key, value) = made_up_ticket("rg", 1);
    cluster.produce("rg.hotline.tickets", &[(Some(&key), Some(&value))]);
    let records = || cluster.journal(0).iter().filter(|e| matches!(e.body, Body::Record(_))).count();
    eventually("the realm that runs goes on", || records() == 1);
    assert!(worker.log().contains("--activate"), "{}", worker.log());
    assert_eq!(worker.terminate(), Some(0));
}

#[test]
fn settings_come_from_a_file_and_the_environment_too() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = made_up_realm(tmp.path(), "rw", 0);
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", dir.to_str().unwrap()]);
    let file = tmp.path().join("run.toml");
    let text = format!(
        "brokers = \"203.0.113.1:9\"\npipelines = [\"{}\"]\nstate_dir = \"{}\"\nlisten = \"127.0.0.1:0\"\nkafka = [\"session.timeout.ms=2000\"]\n",
        dir.display(),
        tmp.path().join("from-file").display()
    );
    std::fs::write(&file, &text).unwrap();
    // The file's brokers don't exist: the environment's go before them.
    let worker = cluster.bare_worker(&["--config", file.to_str().unwrap()], tmp.path());
    eventually("the realm runs", || worker.get("/healthz").contains("\"rw\":\"running\""));
    assert_eq!(worker.terminate(), Some(0));
    assert!(tmp.path().join("from-file/rw").is_dir(), "the state folder is the file's");

    std::fs::write(&file, text.replace("state_dir", "state_dri")).unwrap();
    for (args, words) in [
        (vec!["run", "--config", file.to_str().unwrap()], "state_dri"),
        (vec!["run", "--pipelines", dir.to_str().unwrap(), "--kafka", "enable.idempotence=false"], "exactly-once"),
        (vec!["run"], "no pipelines: --pipelines DIR, JIANWEI_PIPELINES"),
    ] {
        let output = cluster.jianwei(&args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{args:?}: {said}");
    }
}

/// `jianwei rank` reads the compacted topic as it stands, and says what a replay of the journal says.
#[test]
fn the_target_list_is_read_from_the_topic_of_profiles() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = made_up_realm(tmp.path(), "rk", 0);
    let pipelines = dir.to_str().unwrap();
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", pipelines]);
    let rank = |more: &[&str]| cluster.must(&[&["rank", "--pipelines", pipelines, "--json"], more].concat());
    assert_eq!(rank(&["--brokers", &cluster.brokers]).trim(), "", "nobody is known yet");
    for number in 0..12 {
        let (key, value) = made_up_ticket("rk", number);
        cluster.produce("rk.hotline.tickets", &[(Some(&key), Some(&value))]);
    }
    let worker = cluster.worker(&[&dir], &tmp.path().join("state"), &[]);
    // The first entry and one a ticket.
    eventually("all tickets have entries", || cluster.journal(0).len() > 12);
    assert_eq!(worker.terminate(), Some(0));
    let from_topic = rank(&["--brokers", &cluster.brokers]);
    let rows: Vec<serde_json::Value> = from_topic.lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
    assert_eq!(rows.len(), 1, "the newest profile of the firm alone: {from_topic}");
    assert_eq!((&rows[0]["rank"], &rows[0]["subject"]["id"]), (&1.into(), &"91371000MAFAKE0190".into()), "{from_topic}");
    let replayed = tmp.path().join("replayed");
    replay_journal(&cluster, &dir, &replayed);
    assert_eq!(from_topic, rank(&[replayed.to_str().unwrap()]));
    let by = |org: &str| rank(&["--brokers", &cluster.brokers, "--org", org]).lines().count();
    assert_eq!((by("rk-housing"), by("rk-sfj")), (1, 0), "who acts on it, who only oversees");
}

#[test]
fn snapshots_that_are_torn_or_foreign_are_refused_and_nothing_is_lost() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = made_up_realm(tmp.path(), "rz", 0);
    cluster.must(&["topics", "create", "--replication", "1", "--pipelines", dir.to_str().unwrap()]);
    let state = tmp.path().join("state");
    let snapshots = || {
        let files = std::fs::read_dir(state.join("rz")).expect("a state folder").map(|e| e.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "snapshot")).collect();
        files.sort();
        files
    };
    let mut sent = 0;
    for round in 0..4 {
        for _ in 0..20 {
            let (key, value) = made_up_ticket("rz", sent);
            cluster.produce("rz.hotline.tickets", &[(Some(&key), Some(&value))]);
            sent += 1;
        }
        let worker = cluster.worker(&[&dir], &state, &[]);
        let records = || cluster.journal(0).iter().filter(|e| matches!(e.body, Body::Record(_))).count();
        eventually("all tickets have entries", || records() == sent);
        let log = worker.log();
        assert_eq!(worker.terminate(), Some(0));
        match round {
            // A torn one: the one before it is taken.
            1 => {
                assert!(!log.contains("refused"), "{log}");
                let newest = snapshots().pop().expect("a snapshot is written at a clean stop");
                let bytes = std::fs::read(&newest).unwrap();
                std::fs::write(&newest, &bytes[..bytes.len() / 2]).unwrap();
            }
            // One ahead of the journal, as after the loss of a cluster's newest records.
            2 => {
                assert!(log.contains("snapshot refused") && log.contains("torn"), "{log}");
                let newest = snapshots().pop().unwrap();
                let bytes = std::fs::read(&newest).unwrap();
                let text = String::from_utf8_lossy(&bytes[..bytes.iter().position(|b| *b == b'\n').unwrap()]).into_owned();
                let header: serde_json::Value = serde_json::from_str(&text).unwrap();
                let ahead = text.replace(&format!("\"seq\":{}", header["seq"]), "\"seq\":99999");
                let rest = &bytes[text.len()..];
                std::fs::write(newest.with_file_name("00000000000000099999.snapshot"), [ahead.as_bytes(), rest].concat())
                    .unwrap();
            }
            3 => assert!(log.contains("snapshot refused") && log.contains("99999"), "{log}"),
            _ => {}
        }
    }
    assert!(snapshots().len() <= 4, "three are kept, and the refused one");
    assert_conserved(&cluster, &cluster.journal(0), &["rz.hotline.tickets".to_string()]);
}
