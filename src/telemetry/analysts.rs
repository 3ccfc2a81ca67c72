//! What analysts look at: standing warnings, promised against counted false alarms, whom texts were found
//! to be about, how fresh each feed is and whether it is silent, what trades were against what is usual,
//! how scores are spread. Labels are matters, regions, scopes, levels, kinds, classes and methods: never
//! an enterprise, a ticket or a person.

use jianwei_core::domain::{Level, SourceKind};
use jianwei_core::engine::{Engine, State, SubjectScope};
use jianwei_core::journal::{Evidence, Fact};
use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    GaugeVec, IntCounterVec, IntGaugeVec, Registry, register_gauge_vec_with_registry, register_int_counter_vec_with_registry,
    register_int_gauge_vec_with_registry,
};
use std::collections::{BTreeMap, HashMap};

pub struct Analysts {
    open_warnings: IntGaugeVec,
    false_alarms: IntGaugeVec,
    promised: GaugeVec,
    attributions: IntCounterVec,
    newest_event: GaugeVec,
    silent: IntGaugeVec,
    last_record: GaugeVec,
    industry: [GaugeVec; 3],
    profiles: IntGaugeVec,
}

/// Rows of industries shown at most, of each figure; further ones, in order of matters, are left out.
pub const MAX_INDUSTRY_ROWS: usize = 20_000;

/// Tens of the score.
const BANDS: [&str; 10] = ["0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89", "90-100"];

fn band(score: u32) -> &'static str {
    BANDS[(score as usize / 10).min(BANDS.len() - 1)]
}

fn scope_name(scope: SubjectScope) -> &'static str {
    match scope {
        SubjectScope::Enterprise => "enterprise",
        SubjectScope::Industry => "industry",
    }
}

/// How a text was found to be about whom: the method, or why it is about nobody.
pub fn attribution(fact: &Fact) -> Option<&'static str> {
    let Evidence { subject, candidates, .. } = &fact.text()?.evidence;
    Some(match subject {
        Some(subject) => subject.method.as_str(),
        None if candidates.is_empty() => "nobody",
        None => "candidates",
    })
}

impl Analysts {
    pub fn register(r: &Registry) -> prometheus::Result<Analysts> {
        Ok(Analysts {
            open_warnings: register_int_gauge_vec_with_registry!(
                "jianwei_open_warnings",
                "Warnings that stand",
                &["realm", "matter", "scope", "level"],
                r
            )?,
            false_alarms: register_int_gauge_vec_with_registry!(
                "jianwei_false_alarms",
                "Warnings that departments ended as unfounded or about the wrong subject, by the level they stood at",
                &["realm", "scope", "level"],
                r
            )?,
            promised: register_gauge_vec_with_registry!(
                "jianwei_false_alarms_promised_per_year",
                "False alarms a year the pipeline asks for, over all industries",
                &["realm", "level"],
                r
            )?,
            attributions: register_int_counter_vec_with_registry!(
                "jianwei_attributions_total",
                "Tickets and reports by how they were found to be about an enterprise; nobody, or candidates only",
                &["realm", "method"],
                r
            )?,
            newest_event: register_gauge_vec_with_registry!(
                "jianwei_source_newest_event_seconds",
                "The newest time a feed's records speak of, Unix time: how fresh it is",
                &["realm", "kind"],
                r
            )?,
            silent: register_int_gauge_vec_with_registry!(
                "jianwei_source_silent",
                "1 while a feed has been silent, or far quieter than usual, for longer than its own past allows",
                &["realm", "topic"],
                r
            )?,
            last_record: register_gauge_vec_with_registry!(
                "jianwei_source_last_record_seconds",
                "The stamp of a feed's newest record that could be read, Unix time",
                &["realm", "topic"],
                r
            )?,
            industry: [
                ("jianwei_industry_observed", "Records counted in the newest closed period of a trade, since this process began"),
                ("jianwei_industry_expected", "What was expected of that period; absent for a first one"),
                (
                    "jianwei_industry_probability",
                    "The chance of as much in it, calibrated where a tail map is fitted; absent while grey",
                ),
            ]
            .map(|(name, help)| register_gauge_vec_with_registry!(name, help, &["realm", "matter", "region", "period"], r))
            .into_iter()
            .collect::<prometheus::Result<Vec<GaugeVec>>>()?
            .try_into()
            .map_err(|_| prometheus::Error::Msg("three gauges of trades".into()))?,
            profiles: register_int_gauge_vec_with_registry!(
                "jianwei_enterprise_profiles",
                "Profiles of firms, one a firm and matter, by score as last published and credit class; other: none, or not listed",
                &["realm", "score", "credit_class"],
                r
            )?,
        })
    }

    /// What one batch of entries said.
    pub fn committed(&self, realm: &str, attributions: &BTreeMap<&'static str, u64>, newest_ms: &BTreeMap<SourceKind, i64>) {
        for (method, count) in attributions {
            self.attributions.with_label_values(&[realm, method]).inc_by(*count);
        }
        for (kind, ms) in newest_ms {
            let gauge = self.newest_event.with_label_values(&[realm, kind.as_str()]);
            gauge.set(gauge.get().max(*ms as f64 / 1000.0));
        }
    }

    /// What stands now.
    pub fn state(&self, realm: &str, engine: &Engine) {
        let state = engine.state();
        let mut open: BTreeMap<(&str, SubjectScope, Level), i64> = BTreeMap::new();
        for (key, episode) in &state.episodes {
            *open.entry((key.matter.as_str(), key.scope, episode.level)).or_default() += 1;
        }
        for (matter, rules) in &engine.model().matters {
            let scopes = [(SubjectScope::Enterprise, rules.enterprise.is_some()), (SubjectScope::Industry, true)];
            for (scope, level) in scopes.into_iter().filter(|(_, has)| *has).flat_map(|(s, _)| Level::ALL.map(|l| (s, l))) {
                let count = open.get(&(matter.as_str(), scope, level)).copied().unwrap_or(0);
                self.open_warnings.with_label_values(&[realm, matter, scope_name(scope), level.as_str()]).set(count);
            }
        }
        for level in Level::ALL {
            let asked = engine.model().levels.false_alarms_per_year[level.index()];
            self.promised.with_label_values(&[realm, level.as_str()]).set(asked);
            for scope in [SubjectScope::Enterprise, SubjectScope::Industry] {
                let counted = state.counters.false_alarms[scope as usize][level.index()];
                self.false_alarms.with_label_values(&[realm, scope_name(scope), level.as_str()]).set(counted as i64);
            }
        }
        for (topic, pulse) in &state.pulses {
            self.silent.with_label_values(&[realm, topic]).set(i64::from(pulse.now.is_some()));
            self.last_record.with_label_values(&[realm, topic]).set(pulse.last_ms as f64 / 1000.0);
        }
        self.industries(realm, engine);
        self.spread_of_scores(realm, &engine.model().credit_classes, state);
    }

    fn industries(&self, realm: &str, engine: &Engine) {
        let [observed, expected, probability] = &self.industry;
        for (key, closed) in engine.closed_periods().take(MAX_INDUSTRY_ROWS) {
            let labels = [realm, &key.matter, &key.region, key.period.as_str()];
            observed.with_label_values(&labels).set(closed.observed as f64);
            show(expected, &labels, closed.judged.expected.map(|expected| expected.0 as f64 / 1000.0));
            let p_e12 = closed.judged.p_calibrated_e12.or(closed.judged.p_e12);
            show(probability, &labels, p_e12.map(|p| p as f64 / 1e12));
        }
    }

    fn spread_of_scores(&self, realm: &str, classes: &[String], state: &State) {
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for class in classes.iter().map(String::as_str).chain(["other"]) {
            counts.extend(BANDS.map(|band| ((band, class), 0)));
        }
        for (key, evidence) in &state.evidence {
            let Some(score) = evidence.shown else { continue };
            let class = state.standings.get(&key.id).and_then(|standing| standing.credit_class.as_deref());
            let class = class.filter(|class| classes.iter().any(|known| known == class)).unwrap_or("other");
            *counts.entry((band(score), class)).or_default() += 1;
        }
        for ((band, class), count) in counts {
            self.profiles.with_label_values(&[realm, band, class]).set(count);
        }
    }

    /// The realm is another worker's now: its gauges are that one's to show.
    pub fn forget(&self, realm: &str) {
        forget_in(&self.open_warnings, realm);
        forget_in(&self.false_alarms, realm);
        forget_in(&self.promised, realm);
        forget_in(&self.newest_event, realm);
        forget_in(&self.silent, realm);
        forget_in(&self.last_record, realm);
        self.industry.iter().for_each(|gauge| forget_in(gauge, realm));
        forget_in(&self.profiles, realm);
    }
}

/// A row while there is a figure, and none where there is none.
fn show(gauge: &GaugeVec, labels: &[&str; 4], value: Option<f64>) {
    match value {
        Some(value) => gauge.with_label_values(labels).set(value),
        None => {
            let _ = gauge.remove_label_values(labels);
        }
    }
}

fn forget_in<B: MetricVecBuilder>(vector: &MetricVec<B>, realm: &str) {
    for family in vector.collect() {
        for metric in family.get_metric() {
            let labels: HashMap<&str, &str> = metric.get_label().iter().map(|l| (l.name(), l.value())).collect();
            if labels.get("realm") == Some(&realm) {
                let _ = vector.remove(&labels);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A realm that has heard of one area for some days, with its last closed day.
    fn chicago() -> jianwei_core::sequencer::Sequencer {
        use jianwei_core::journal::SourcePosition;
        use jianwei_core::sequencer::{Sequencer, SourceRecord, genesis_entry};
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/chicago");
        let model = crate::pipelines::read_model(&folder).expect("the pipeline loads");
        let (clock, until_ms) = (jianwei_core::pipeline::Clock::Feed, i64::MAX / 4);
        let genesis = genesis_entry(&model.realm, "test", clock, until_ms, 0, &model.bundle).expect("a genesis");
        let (mut sequencer, _) = Sequencer::begin(genesis).expect("begun");
        sequencer.set_keep_closed(true);
        let topic = "chicago.hotline.tickets";
        let source = model.source_of_topic(topic).expect("a source");
        for n in 0..12i64 {
            let value = format!(r#"{{"created":"2012-03-{:02}","nature":"Dog feces in yard","community_area":"24"}}"#, 1 + n / 2);
            let key = n.to_string();
            let decoded = jianwei_core::intake::decode(&model, source, Some(key.as_bytes()), Some(value.as_bytes()));
            let stamp_ms = decoded.as_ref().ok().and_then(|d| d.record.event_time_ms()).expect("dated");
            let position = SourcePosition { topic: topic.into(), partition: 0, offset: n, resume_offset: n + 1 };
            sequencer.accept(stamp_ms, SourceRecord { position, decoded }, &mut Vec::new()).expect("stepped");
        }
        sequencer
    }

    #[test]
    fn trades_feeds_and_scores_are_shown_and_go_with_their_realm() {
        let registry = Registry::new();
        let analysts = Analysts::register(&registry).expect("registered once");
        let sequencer = chicago();
        analysts.state("chicago", sequencer.engine());
        let text = || prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("text");
        let shown = text();
        for row in [
            r#"jianwei_industry_observed{matter="dog-feces",period="P1D",realm="chicago",region="24"} 2"#,
            r#"jianwei_industry_expected{matter="dog-feces",period="P1D",realm="chicago",region="24"} "#,
            r#"jianwei_source_silent{realm="chicago",topic="chicago.hotline.tickets"} 0"#,
            r#"jianwei_source_last_record_seconds{realm="chicago",topic="chicago.hotline.tickets"} 1331013600"#,
            r#"jianwei_enterprise_profiles{credit_class="other",realm="chicago",score="0-9"} 0"#,
        ] {
            assert!(shown.contains(row), "{row}\n{shown}");
        }
        assert!(!shown.contains("jianwei_industry_probability{"), "grey series have none: {shown}");
        analysts.forget("chicago");
        let kept = text();
        for name in ["jianwei_industry_observed{", "jianwei_source_silent{", "jianwei_enterprise_profiles{"] {
            assert!(!kept.contains(name), "{name}");
        }
        assert_eq!([0, 9, 10, 99, 100].map(band), ["0-9", "0-9", "10-19", "90-100", "90-100"]);
    }

    #[test]
    fn rows_of_a_realm_that_is_gone_go() {
        let registry = Registry::new();
        let analysts = Analysts::register(&registry).expect("registered once");
        let newest = BTreeMap::from([(SourceKind::Tickets, 1_700_000_000_000), (SourceKind::Sector, 5)]);
        for realm in ["a", "b"] {
            analysts.committed(realm, &BTreeMap::from([("name", 3)]), &newest);
            // An older record makes no feed older.
            analysts.committed(realm, &BTreeMap::new(), &BTreeMap::from([(SourceKind::Tickets, 1)]));
        }
        analysts.forget("a");
        let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("text");
        let rows: Vec<&str> = text.lines().filter(|l| l.starts_with("jianwei_source_newest_event_seconds")).collect();
        let expected = [
            r#"jianwei_source_newest_event_seconds{kind="sector",realm="b"} 0.005"#,
            r#"jianwei_source_newest_event_seconds{kind="tickets",realm="b"} 1700000000"#,
        ];
        assert_eq!(rows, expected);
        // What was counted stays counted.
        assert!(text.contains(r#"jianwei_attributions_total{method="name",realm="a"} 3"#), "{text}");
    }
}
