//! A real cluster for tests: `KAFKA_BROKERS` names it (`make test` starts one). Its Jianwei topics
//! are deleted and made anew by each test, so it must be a scratch cluster.
#![allow(dead_code, reason = "each test file uses its own part")]

use jianwei_core::engine::topics;
use jianwei_core::journal::{Entry, decode};
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

    fn topic_names(&self) -> Vec<String> {
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
        let mut config = self.config();
        config.set("group.id", "test-reader").set("isolation.level", "read_committed").set("enable.partition.eof", "true");
        config.set("enable.auto.commit", "false").set("auto.offset.reset", "error");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
        let partitions = metadata.topics()[0].partitions().len() as i32;
        let mut assignment = TopicPartitionList::new();
        for partition in 0..partitions {
            assignment.add_partition_offset(topic, partition, Offset::Beginning).expect("an assignment");
        }
        consumer.assign(&assignment).expect("assigned");
        let mut ended = 0;
        let mut records = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while ended < partitions {
            assert!(Instant::now() < deadline, "reading {topic} took too long");
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => records.push(Record {
                    partition: message.partition(),
                    offset: message.offset(),
                    key: message.key().map(<[u8]>::to_vec),
                    value: message.payload().map(<[u8]>::to_vec),
                    headers: message
                        .headers()
                        .map(|h| {
                            h.iter()
                                .map(|h| (h.key.to_string(), String::from_utf8_lossy(h.value.unwrap_or_default()).into_owned()))
                                .collect()
                        })
                        .unwrap_or_default(),
                }),
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => ended += 1,
                Some(Err(error)) => panic!("reading {topic}: {error}"),
                None => {}
            }
        }
        records.sort_by_key(|r| (r.partition, r.offset));
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
        let log = state_dir.join(format!(
            "worker-{}.log",
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos())
        ));
        std::fs::create_dir_all(state_dir).expect("a state folder");
        let stderr = std::fs::File::create(&log).expect("a log file");
        let mut command = Command::new(BINARY);
        command.arg("run").env("JIANWEI_BROKERS", &self.brokers).env("NO_COLOR", "1");
        for dir in pipelines {
            command.arg("--pipelines").arg(dir);
        }
        command.args(["--listen", "127.0.0.1:0", "--kafka", "session.timeout.ms=2000", "--kafka", "heartbeat.interval.ms=300"]);
        command.arg("--state-dir").arg(state_dir).args(more);
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the worker starts");
        Worker { child, log }
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
