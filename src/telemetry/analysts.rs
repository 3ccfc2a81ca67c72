//! What analysts look at: standing warnings, promised against counted false alarms, whom texts were found
//! to be about, how fresh each feed is. Labels are matters, scopes, levels, kinds and methods: never an
//! enterprise, a ticket or a person.

use jianwei_core::domain::{Level, SourceKind};
use jianwei_core::engine::{Engine, SubjectScope};
use jianwei_core::journal::{Evidence, Fact, TextFact};
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
}

fn scope_name(scope: SubjectScope) -> &'static str {
    match scope {
        SubjectScope::Enterprise => "enterprise",
        SubjectScope::Industry => "industry",
    }
}

/// How a text was found to be about whom: the method, or why it is about nobody.
pub fn attribution(fact: &Fact) -> Option<&'static str> {
    let Fact::Text(TextFact { evidence: Evidence { subject, candidates, .. }, .. }) = fact else { return None };
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
    }

    /// The realm is another worker's now: its gauges are that one's to show.
    pub fn forget(&self, realm: &str) {
        forget_in(&self.open_warnings, realm);
        forget_in(&self.false_alarms, realm);
        forget_in(&self.promised, realm);
        forget_in(&self.newest_event, realm);
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
