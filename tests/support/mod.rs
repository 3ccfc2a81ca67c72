//! A real cluster for tests: `KAFKA_BROKERS` names it (`make test` starts one). Its Jianwei topics
//! are deleted and made anew by each test, so it must be a scratch cluster.
#![allow(dead_code, reason = "each test file uses its own part")]

use jianwei_core::engine::topics;
use jianwei_core::journal::{Body, Entry, decode};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

pub const BINARY: &str = env!("CARGO_BIN_EXE_jianwei");
/// Upper bound of any wait; a test that meets it fails and says what it waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cluster has one group and one journal topic: one test at a time.
static CLUSTER: Mutex<()> = Mutex::new(());

pub struct Cluster {
    pub brokers: String,
    _lock: MutexGuard<'static, ()>,
}

impl Cluster {
    pub fn clean() -> Cluster {
        let brokers = std::env::var("KAFKA_BROKERS")
            .expect("KAFKA_BROKERS is not set: run `make test`, or `tests/kafka/kafka.sh with 1 -- cargo test`");
        let lock = CLUSTER.lock().unwrap_or_else(|e| e.into_inner());
        let cluster = Cluster { brokers, _lock: lock };
        cluster.delete_topics();
        cluster
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.config().create().expect("an admin client")
    }

    pub fn topic_names(&self) -> Vec<String> {
        let metadata = self.admin().inner().fetch_metadata(None, PATIENCE).expect("metadata");
        metadata.topics().iter().map(|t| t.name().to_string()).filter(|n| !n.starts_with("__")).collect()
    }

    fn delete_topics(&self) {
        let names = self.topic_names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !names.is_empty() {
            wait(self.admin().delete_topics(&names, &AdminOptions::new())).expect("topics are deleted");
        }
        eventually("the old topics are gone", || self.topic_names().is_empty());
    }

    pub fn create_topic(&self, name: &str, config: &[(&str, &str)]) {
        let topic = config.iter().fold(NewTopic::new(name, 1, TopicReplication::Fixed(1)), |t, (k, v)| t.set(k, v));
        let made = wait(self.admin().create_topics(&[topic], &AdminOptions::new())).expect("an answer");
        made[0].as_ref().expect("the topic is made");
    }

    /// Every committed record of a topic, in order of partition and offset.
    pub fn read(&self, topic: &str) -> Vec<Record> {
        self.read_all(&[topic.to_string()]).remove(topic).unwrap_or_default()
    }

    /// The same of several topics, by topic.
    pub fn read_all(&self, topics: &[String]) -> BTreeMap<String, Vec<Record>> {
        let mut config = self.config();
        config.set("group.id", "test-reader").set("isolation.level", "read_committed").set("enable.partition.eof", "true");
        config.set("enable.auto.commit", "false").set("auto.offset.reset", "error");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer.fetch_metadata(None, PATIENCE).expect("metadata");
        let mut assignment = TopicPartitionList::new();
        for name in topics {
            let topic = metadata.topics().iter().find(|t| t.name() == name).unwrap_or_else(|| panic!("no topic {name}"));
            for partition in topic.partitions() {
                assignment.add_partition_offset(name, partition.id(), Offset::Beginning).expect("an assignment");
            }
        }
        consumer.assign(&assignment).expect("assigned");
        let mut ended = 0;
        let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        let deadline = Instant::now() + PATIENCE;
        while ended < assignment.count() {
            assert!(Instant::now() < deadline, "reading {topics:?} took too long");
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => records.entry(message.topic().to_string()).or_default().push(record(&message)),
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => ended += 1,
                Some(Err(error)) => panic!("reading {topics:?}: {error}"),
                None => {}
            }
        }
        for records in records.values_mut() {
            records.sort_by_key(|r| (r.partition, r.offset));
        }
        records
    }

    /// A realm's journal: every entry, checked to be dense and never to fall back in time.
    pub fn journal(&self, partition: i32) -> Vec<Entry> {
        let records = self.read(topics::JOURNAL).into_iter().filter(|r| r.partition == partition);
        let entries: Vec<Entry> = records.map(|r| decode(&r.value.expect("a value")).expect("an entry")).collect();
        for (at, pair) in entries.windows(2).enumerate() {
            assert_eq!(pair[1].seq, pair[0].seq + 1, "seq is dense at {at}");
            assert!(pair[1].stamp_ms >= pair[0].stamp_ms, "stamps never fall, at {at}");
        }
        if let Some(first) = entries.first() {
            assert_eq!(first.seq, 0);
        }
        entries
    }

    pub fn produce(&self, topic: &str, records: &[KeyValue]) {
        let producer: BaseProducer = self.config().set("message.max.bytes", "4000000").create().expect("a producer");
        for (key, value) in records {
            let mut record = BaseRecord::<[u8], [u8]>::to(topic);
            record.key = *key;
            record.payload = *value;
            producer.send(record).map_err(|(e, _)| e).expect("queued");
            producer.poll(Duration::ZERO);
        }
        producer.flush(PATIENCE).expect("delivered");
    }

    /// One record to a partition.
    pub fn produce_to(&self, topic: &str, partition: i32, value: &[u8]) {
        let producer: BaseProducer = self.config().create().expect("a producer");
        let record = BaseRecord::<[u8], [u8]>::to(topic).payload(value).partition(partition);
        producer.send(record).map_err(|(e, _)| e).expect("queued");
        producer.flush(PATIENCE).expect("delivered");
    }

    /// Runs the binary to its end.
    pub fn jianwei(&self, args: &[&str]) -> Output {
        Command::new(BINARY).args(args).env("JIANWEI_BROKERS", &self.brokers).output().expect("the binary runs")
    }

    pub fn must(&self, args: &[&str]) -> String {
        let output = self.jianwei(args);
        assert!(output.status.success(), "jianwei {args:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts a worker with these arguments and the brokers in the environment alone.
    pub fn bare_worker(&self, args: &[&str], logs: &Path) -> Worker {
        let log = logs.join("bare-worker.log");
        let stderr = std::fs::File::create(&log).expect("a log file");
        let mut command = Command::new(BINARY);
        command.arg("run").args(args).env("JIANWEI_BROKERS", &self.brokers).env("NO_COLOR", "1");
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the worker starts");
        Worker { child, log }
    }

    /// Starts a worker on the pipelines; sessions are short so that a killed one is missed soon.
    pub fn worker(&self, pipelines: &[&Path], state_dir: &Path, more: &[&str]) -> Worker {
        self.worker_with_env(pipelines, state_dir, more, &[])
    }

    /// The same with more in its environment.
    pub fn worker_with_env(&self, pipelines: &[&Path], state_dir: &Path, more: &[&str], env: &[(&str, &str)]) -> Worker {
        let log = state_dir.join(format!(
            "worker-{}.log",
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos())
        ));
        std::fs::create_dir_all(state_dir).expect("a state folder");
        let stderr = std::fs::File::create(&log).expect("a log file");
        let mut command = Command::new(BINARY);
        command.arg("run").env("JIANWEI_BROKERS", &self.brokers).env("NO_COLOR", "1").envs(env.iter().copied());
        for dir in pipelines {
            command.arg("--pipelines").arg(dir);
        }
        command.args(["--listen", "127.0.0.1:0", "--kafka", "session.timeout.ms=2000", "--kafka", "heartbeat.interval.ms=300"]);
        command.arg("--state-dir").arg(state_dir).args(more);
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the worker starts");
        Worker { child, log }
    }
}

fn record(message: &rdkafka::message::BorrowedMessage) -> Record {
    let text = |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
    let headers = message.headers().map(|h| h.iter().map(|h| (h.key.to_string(), text(h.value))).collect());
    Record {
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.unwrap_or_default(),
    }
}

/// A record's key and value.
pub type KeyValue<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub partition: i32,
    pub offset: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: BTreeMap<String, String>,
}

/// A worker process; killed when a test ends early.
pub struct Worker {
    child: Child,
    log: PathBuf,
}

impl Worker {
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn log_path(&self) -> PathBuf {
        self.log.clone()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// SIGTERM, and the exit code.
    pub fn terminate(mut self) -> Option<i32> {
        self.signal("TERM");
        self.wait()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_none()
    }

    pub fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the worker did not end:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of /metrics and /healthz, once it is served.
    pub fn address(&self) -> String {
        let mut found = None;
        eventually("the worker serves its metrics", || {
            found = self.log().split("http://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_string);
            found.is_some()
        });
        found.expect("an address")
    }

    pub fn get(&self, path: &str) -> String {
        let output = Command::new("curl").args(["-s", &format!("http://{}{path}", self.address())]).output().expect("curl runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

/// Waits until the condition holds; fails with the words otherwise.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn repo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a pipeline folder's TOML files, each text changed by `change`.
pub fn copy_pipeline(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a pipeline") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() && !path.ends_with("sample") {
            copy_pipeline(&path, &target, change);
        } else if path.extension().is_some_and(|e| e == "toml") {
            std::fs::write(&target, change(&std::fs::read_to_string(&path).expect("text"))).expect("written");
        }
    }
}

/// Fixed-seed numbers: the same kills at the same moments, as far as the machine allows.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

pub const REPORTS: [&str; 4] = ["warnings.ndjson", "reminders.ndjson", "clues.ndjson", "profiles.ndjson"];

pub fn assert_same_reports(a: &Path, b: &Path) {
    for name in REPORTS {
        let read = |dir: &Path| std::fs::read(dir.join(name)).expect("a report");
        assert!(read(a) == read(b), "{name} differs: {} and {}", a.display(), b.display());
    }
}

/// Each source record has exactly one entry, and none has another's.
pub fn assert_conserved(cluster: &Cluster, journal: &[Entry], source_topics: &[String]) {
    let mut entries: BTreeMap<(String, i32, i64), u32> = BTreeMap::new();
    for entry in journal {
        let source = match &entry.body {
            Body::Record(r) => &r.source,
            Body::DeadLetter(d) => &d.source,
            _ => continue,
        };
        *entries.entry((source.topic.clone(), source.partition, source.offset)).or_default() += 1;
    }
    let mut expected = 0;
    for (topic, records) in cluster.read_all(source_topics) {
        for record in records {
            expected += 1;
            let count = entries.get(&(topic.clone(), record.partition, record.offset));
            assert_eq!(count, Some(&1), "entries of {topic} partition {} offset {}", record.partition, record.offset);
        }
    }
    assert_eq!(entries.len(), expected, "entries of records that are in no source topic");
}

/// What stands in the departments' topics is what a replay reports, line for line; a department's
/// copies keep their order per warning or clue.
pub fn assert_topics_hold(cluster: &Cluster, out: &Path, orgs: &[&str]) {
    let kinds =
        [("warnings", "warnings.ndjson", "org"), ("reminders", "reminders.ndjson", "to"), ("clues", "clues.ndjson", "org")];
    for (prefix, file, to) in kinds {
        let text = std::fs::read_to_string(out.join(file)).expect("a report");
        let mut reported: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let field = |name: &str| value[name].as_str().expect("a text").to_string();
            let about = if value["warning_id"].is_null() { "clue_id" } else { "warning_id" };
            reported.entry((field(to), field(about))).or_default().push(line.to_string());
        }
        let mut published: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let topics: Vec<String> = orgs.iter().map(|org| format!("{prefix}.{org}")).collect();
        let mut read = cluster.read_all(&topics);
        for org in orgs {
            for record in read.remove(&format!("{prefix}.{org}")).unwrap_or_default() {
                let key = String::from_utf8(record.key.expect("a key")).expect("text");
                let value = String::from_utf8(record.value.expect("a value")).expect("text");
                published.entry((org.to_string(), key)).or_default().push(value);
            }
        }
        assert_eq!(published.values().map(Vec::len).sum::<usize>(), text.lines().count(), "{file}: number of records");
        assert!(published == reported, "{file}: the topics hold something else");
    }
    // Every other output topic: as many records as the replay put out, and the same rows at the end.
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("summary.json")).expect("a summary")).expect("JSON");
    for topic in [topics::OPEN, topics::PROFILES, topics::AUDIT, topics::OPERATORS] {
        let realm = summary["realm"].as_str().expect("a realm");
        let of_realm =
            |r: &&Record| String::from_utf8_lossy(r.key.as_deref().unwrap_or_default()).split('/').next() == Some(realm);
        let there = cluster.read(topic).iter().filter(of_realm).count() as u64;
        assert_eq!(there, summary["published"][topic].as_u64().unwrap_or(0), "{topic}: number of records");
    }
    let mut rows = BTreeMap::new();
    for record in cluster.read(topics::PROFILES) {
        rows.insert(record.key.expect("a key"), record.value);
    }
    let realm = format!("{}/", summary["realm"].as_str().expect("a realm"));
    let rows = rows.into_iter().filter(|(key, _)| key.starts_with(realm.as_bytes())).filter_map(|(_, value)| value);
    let rows: Vec<String> = rows.map(|v| String::from_utf8(v).expect("text")).collect();
    let profiles = std::fs::read_to_string(out.join("profiles.ndjson")).expect("profiles");
    assert!(rows == profiles.lines().collect::<Vec<_>>(), "risk.profiles holds something else");
}
