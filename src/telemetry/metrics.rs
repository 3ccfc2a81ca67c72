//! What the process counts. Labels are bounded: realms, kinds, reasons, matters, levels, topics;
//! never an enterprise, a ticket or a person.

use super::analysts::Analysts;
use jianwei_core::domain::SourceKind;
use jianwei_core::engine::{ClueWhy, Engine};
use jianwei_core::sequencer::Fault;
use prometheus::{
    GaugeVec, HistogramVec, IntCounterVec, IntGaugeVec, Registry, register_gauge_vec_with_registry,
    register_histogram_vec_with_registry, register_int_counter_vec_with_registry, register_int_gauge_vec_with_registry,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How far a realm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RealmPhase {
    Starting,
    Recovering,
    Running,
    Complete,
    /// Given up for now; tried again while it is ours.
    Dropped,
    Failed,
}

const STATE_SIZES: [&str; 14] = [
    "enterprises",
    "evidence",
    "series",
    "indicator_series",
    "episodes",
    "clues",
    "timers",
    "seen_ids",
    "memory",
    "late_records",
    "damped_records",
    "unclassified_records",
    "false_closures",
    "snapshot_bytes",
];

pub struct Metrics {
    pub registry: Registry,
    records: IntCounterVec,
    entries: IntCounterVec,
    dead_letters: IntCounterVec,
    warnings: IntCounterVec,
    reminders: IntCounterVec,
    clues: IntCounterVec,
    faults: IntCounterVec,
    drops: IntCounterVec,
    lag: IntGaugeVec,
    commit_seconds: HistogramVec,
    snapshot_age: GaugeVec,
    state_size: IntGaugeVec,
    stamp_seconds: GaugeVec,
    pub analysts: Analysts,
    snapshots: Mutex<BTreeMap<String, Instant>>,
    lag_topics: Mutex<BTreeMap<String, BTreeSet<String>>>,
    phases: Mutex<BTreeMap<String, RealmPhase>>,
}

impl Metrics {
    pub fn new() -> prometheus::Result<Metrics> {
        let r = Registry::new();
        Ok(Metrics {
            records: register_int_counter_vec_with_registry!(
                "jianwei_source_records_total",
                "Source records committed, by kind of source",
                &["realm", "kind"],
                r
            )?,
            entries: register_int_counter_vec_with_registry!(
                "jianwei_journal_entries_total",
                "Journal entries committed",
                &["realm"],
                r
            )?,
            dead_letters: register_int_counter_vec_with_registry!(
                "jianwei_dead_letters_total",
                "Source records intake could not read, by reason",
                &["realm", "reason"],
                r
            )?,
            warnings: register_int_counter_vec_with_registry!(
                "jianwei_warnings_total",
                "Warnings raised or made worse",
                &["realm", "matter", "level"],
                r
            )?,
            reminders: register_int_counter_vec_with_registry!(
                "jianwei_reminders_total",
                "Cards of the duties' ladder sent",
                &["realm"],
                r
            )?,
            clues: register_int_counter_vec_with_registry!(
                "jianwei_clues_total",
                "Records passed on as clues, by why",
                &["realm", "why"],
                r
            )?,
            faults: register_int_counter_vec_with_registry!(
                "jianwei_transaction_faults_total",
                "Failed transactional calls, by kind",
                &["realm", "fault"],
                r
            )?,
            drops: register_int_counter_vec_with_registry!(
                "jianwei_realm_drops_total",
                "Times a realm was dropped",
                &["realm"],
                r
            )?,
            lag: register_int_gauge_vec_with_registry!(
                "jianwei_source_lag_records",
                "Records known to wait in a source topic",
                &["realm", "topic"],
                r
            )?,
            commit_seconds: register_histogram_vec_with_registry!(
                "jianwei_commit_seconds",
                "One transaction, from begin to commit",
                &["realm"],
                vec![0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0],
                r
            )?,
            snapshot_age: register_gauge_vec_with_registry!(
                "jianwei_snapshot_age_seconds",
                "Since the newest snapshot of the realm was written, or since the process began where there is none",
                &["realm"],
                r
            )?,
            state_size: register_int_gauge_vec_with_registry!(
                "jianwei_state_size",
                "What a realm's state holds; snapshot_bytes as of the last snapshot",
                &["realm", "what"],
                r
            )?,
            stamp_seconds: register_gauge_vec_with_registry!(
                "jianwei_stamp_seconds",
                "The newest entry's stamp, Unix time",
                &["realm"],
                r
            )?,
            analysts: Analysts::register(&r)?,
            snapshots: Mutex::new(BTreeMap::new()),
            lag_topics: Mutex::new(BTreeMap::new()),
            phases: Mutex::new(BTreeMap::new()),
            registry: r,
        })
    }

    pub fn phase(&self, realm: &str, phase: RealmPhase) {
        self.phases.lock().unwrap_or_else(|e| e.into_inner()).insert(realm.to_string(), phase);
        self.snapshots.lock().unwrap_or_else(|e| e.into_inner()).entry(realm.to_string()).or_insert_with(Instant::now);
        // Rows exist from the start, so that a rate of nothing is nought and not absent.
        self.entries.with_label_values(&[realm]);
        self.reminders.with_label_values(&[realm]);
        for why in ClueWhy::ALL {
            self.clues.with_label_values(&[realm, why.as_str()]);
        }
        self.commit_seconds.with_label_values(&[realm]);
    }

    /// The realm is another worker's now.
    pub fn forget(&self, realm: &str) {
        self.phases.lock().unwrap_or_else(|e| e.into_inner()).remove(realm);
        self.snapshots.lock().unwrap_or_else(|e| e.into_inner()).remove(realm);
        self.analysts.forget(realm);
        let _ = self.snapshot_age.remove_label_values(&[realm]);
        let _ = self.stamp_seconds.remove_label_values(&[realm]);
        let topics = self.lag_topics.lock().unwrap_or_else(|e| e.into_inner()).remove(realm);
        for topic in topics.into_iter().flatten() {
            let _ = self.lag.remove_label_values(&[realm, &topic]);
        }
        for what in STATE_SIZES {
            let _ = self.state_size.remove_label_values(&[realm, what]);
        }
    }

    pub fn phases(&self) -> BTreeMap<String, RealmPhase> {
        self.phases.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    pub fn fault(&self, realm: &str, fault: Fault) {
        self.faults.with_label_values(&[realm, fault.as_str()]).inc();
    }

    pub fn dropped(&self, realm: &str) {
        self.drops.with_label_values(&[realm]).inc();
        self.phases.lock().unwrap_or_else(|e| e.into_inner()).insert(realm.to_string(), RealmPhase::Dropped);
    }

    pub fn commit(&self, realm: &str, took: Duration) {
        self.commit_seconds.with_label_values(&[realm]).observe(took.as_secs_f64());
    }

    pub fn committed(&self, realm: &str, tally: &crate::kafka::Tally) {
        self.entries.with_label_values(&[realm]).inc_by(tally.entries);
        self.reminders.with_label_values(&[realm]).inc_by(tally.reminders);
        self.analysts.committed(realm, &tally.attributions, &tally.newest_event_ms);
        for (kind, count) in &tally.records {
            self.records.with_label_values(&[realm, SourceKind::as_str(*kind)]).inc_by(*count);
        }
        for (reason, count) in &tally.dead_letters {
            self.dead_letters.with_label_values(&[realm, reason]).inc_by(*count);
        }
        for (why, count) in &tally.clues {
            self.clues.with_label_values(&[realm, why]).inc_by(*count);
        }
        for ((matter, level), count) in &tally.warnings {
            self.warnings.with_label_values(&[realm, matter, level]).inc_by(*count);
        }
    }

    pub fn state(&self, realm: &str, engine: &Engine) {
        let state = engine.state();
        self.stamp_seconds.with_label_values(&[realm]).set(state.stamp_ms as f64 / 1000.0);
        for (what, size) in [
            ("enterprises", state.directory.len()),
            ("evidence", state.evidence.len()),
            ("series", state.series.len()),
            ("indicator_series", state.indicators.len()),
            ("episodes", state.episodes.len()),
            ("clues", state.clues.len()),
            ("timers", state.timers.len()),
            ("seen_ids", state.seen.len()),
            ("memory", state.memory.len()),
            ("late_records", state.counters.late as usize),
            ("damped_records", state.counters.damped as usize),
            ("unclassified_records", state.counters.unclassified as usize),
            ("false_closures", state.counters.false_closures as usize),
        ] {
            self.state_size.with_label_values(&[realm, what]).set(size as i64);
        }
    }

    pub fn lag(&self, realm: &str, lag: &BTreeMap<String, i64>) {
        let mut topics = self.lag_topics.lock().unwrap_or_else(|e| e.into_inner());
        for (topic, records) in lag {
            self.lag.with_label_values(&[realm, topic]).set(*records);
            topics.entry(realm.to_string()).or_default().insert(topic.clone());
        }
    }

    pub fn snapshot(&self, realm: &str, state_bytes: usize) {
        self.snapshots.lock().unwrap_or_else(|e| e.into_inner()).insert(realm.to_string(), Instant::now());
        self.state_size.with_label_values(&[realm, "snapshot_bytes"]).set(state_bytes as i64);
    }

    /// A snapshot written `age` ago was taken up.
    pub fn snapshot_found(&self, realm: &str, age: Duration) {
        if let Some(at) = Instant::now().checked_sub(age) {
            self.snapshots.lock().unwrap_or_else(|e| e.into_inner()).insert(realm.to_string(), at);
        }
    }

    /// The text Prometheus scrapes.
    pub fn text(&self) -> String {
        for (realm, at) in self.snapshots.lock().unwrap_or_else(|e| e.into_inner()).iter() {
            self.snapshot_age.with_label_values(&[realm]).set(at.elapsed().as_secs_f64());
        }
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}
