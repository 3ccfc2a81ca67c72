//! The topics a realm needs: creating them, and checking that those there keep the promise.

use super::client::Settings;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::engine::topics;
use jianwei_core::pipeline::Model;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

/// How long dead letters are kept: time to mend a feed and send them again, and no longer than that, since
/// they hold what people wrote. 14 days.
const DEAD_LETTER_RETENTION_MS: &str = "1209600000";

const TIMEOUT: Duration = Duration::from_secs(20);

/// One topic and the settings the promise needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    pub name: String,
    pub partitions: i32,
    pub config: BTreeMap<&'static str, &'static str>,
}

/// A setting that would break the promise, and the command that mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicProblem {
    pub topic: String,
    pub problem: String,
    pub mend: String,
    /// It breaks no promise: the realm may start.
    pub advice: bool,
}

/// Every topic of the realms, each once. `partitions` is for raw and departmental topics; journal
/// and control have one a realm.
pub fn needed_topics(models: &[&Model], partitions: i32) -> Vec<TopicSpec> {
    let realms = models.iter().map(|m| m.journal_partition + 1).max().unwrap_or(1);
    let forever: BTreeMap<_, _> = [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")].into();
    let compacted: BTreeMap<_, _> = [("cleanup.policy", "compact")].into();
    // Outputs stay below 64 KiB and entries below 900 KiB; the rest is room for headers.
    let sized = |config: &BTreeMap<&'static str, &'static str>| {
        let mut config = config.clone();
        config.insert("max.message.bytes", "1048588");
        config
    };
    let (forever_out, compacted_out) = (sized(&forever), sized(&compacted));
    let mut specs: BTreeMap<String, TopicSpec> = BTreeMap::new();
    let mut need = |name: String, partitions: i32, config: &BTreeMap<&'static str, &'static str>| {
        specs.entry(name.clone()).or_insert(TopicSpec { name, partitions, config: config.clone() });
    };
    for model in models {
        for source in &model.sources {
            match source.kind {
                SourceKind::Control => need(source.topic.clone(), realms, &forever),
                // Old create times would be deleted at once by a time-based retention.
                SourceKind::Registry | SourceKind::Inspectors => need(source.topic.clone(), partitions, &compacted),
                _ => need(source.topic.clone(), partitions, &forever),
            }
        }
        for slug in model.organisations.keys() {
            need(topics::warnings(slug), partitions, &forever_out);
            need(topics::reminders(slug), partitions, &forever_out);
            need(topics::clues(slug), partitions, &forever_out);
        }
    }
    need(topics::JOURNAL.into(), realms, &forever_out);
    for name in [topics::AUDIT, topics::OPERATORS] {
        need(name.into(), 1, &forever_out);
    }
    for name in [topics::OPEN, topics::PROFILES] {
        need(name.into(), partitions, &compacted_out);
    }
    // Raw bytes of people's records: kept a fortnight, and large enough for the largest source record.
    let letters =
        [("cleanup.policy", "delete"), ("retention.ms", DEAD_LETTER_RETENTION_MS), ("max.message.bytes", "2000000")].into();
    need(topics::DEAD_LETTERS.into(), 1, &letters);
    specs.into_values().collect()
}

fn wait<T>(future: impl Future<Output = T>) -> Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(future))
}

fn admin(settings: &Settings) -> Result<AdminClient<DefaultClientContext>> {
    Ok(settings.plain().create()?)
}

/// Creates what is missing; returns the names made.
pub fn create_topics(settings: &Settings, specs: &[TopicSpec], replication: i32) -> Result<Vec<String>> {
    let admin = admin(settings)?;
    let new: Vec<NewTopic> = specs
        .iter()
        .map(|spec| {
            let topic = NewTopic::new(&spec.name, spec.partitions, TopicReplication::Fixed(replication));
            spec.config.iter().fold(topic, |t, (key, value)| t.set(key, value))
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(TIMEOUT)).request_timeout(Some(TIMEOUT));
    let mut made = Vec::new();
    for result in wait(admin.create_topics(&new, &options))?? {
        match result {
            Ok(name) => made.push(name),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, error)) => bail!("creating topic {name}: {error}"),
        }
    }
    Ok(made)
}

/// What stands against starting: missing topics, partitions, settings.
pub fn check_topics(settings: &Settings, specs: &[TopicSpec]) -> Result<Vec<TopicProblem>> {
    let admin = admin(settings)?;
    let metadata = admin.inner().fetch_metadata(None, TIMEOUT).context("asking the brokers for their topics")?;
    let there: BTreeMap<&str, i32> = metadata.topics().iter().map(|t| (t.name(), t.partitions().len() as i32)).collect();
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for spec in specs {
        match there.get(spec.name.as_str()) {
            None => problems.push(TopicProblem {
                topic: spec.name.clone(),
                problem: "is missing".into(),
                mend: "jianwei topics create --pipelines DIR --brokers B".into(),
                advice: false,
            }),
            Some(partitions) if fewer_than_realms(spec, *partitions) => problems.push(TopicProblem {
                topic: spec.name.clone(),
                problem: format!("has {partitions} partitions, {} realms need one each; it may not grow", spec.partitions),
                mend: "give the realms journal_partition numbers below that, or begin a journal on another cluster".into(),
                advice: false,
            }),
            Some(_) => found.push(spec),
        }
    }
    let resources: Vec<ResourceSpecifier> = found.iter().map(|s| ResourceSpecifier::Topic(&s.name)).collect();
    if resources.is_empty() {
        return Ok(problems);
    }
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let described = wait(admin.describe_configs(&resources, &options))??;
    for (spec, described) in found.iter().zip(described) {
        let described = described.map_err(|e| anyhow::anyhow!("asking for the settings of {}: {e}", spec.name))?;
        let actual = described.entry_map();
        let value = |key: &str| actual.get(key).and_then(|e| e.value.clone()).unwrap_or_default();
        problems.extend(setting_problems(spec, &value));
    }
    Ok(problems)
}

fn fewer_than_realms(spec: &TopicSpec, partitions: i32) -> bool {
    [topics::JOURNAL, jianwei_core::pipeline::CONTROL_TOPIC].contains(&spec.name.as_str()) && partitions < spec.partitions
}

fn setting_problems(spec: &TopicSpec, value: &dyn Fn(&str) -> String) -> Vec<TopicProblem> {
    let mut out = Vec::new();
    let mut wrong = |key: &str, actual: &str, wanted: &str| {
        out.push(TopicProblem {
            topic: spec.name.clone(),
            problem: format!("has {key}={actual}"),
            mend: format!("kafka-configs.sh --bootstrap-server B --alter --topic {} --add-config {key}={wanted}", spec.name),
            advice: key == "retention.ms" && spec.name == topics::DEAD_LETTERS,
        });
    };
    for (key, wanted) in &spec.config {
        let actual = value(key);
        let keeps = match *key {
            "cleanup.policy" => actual == *wanted,
            // The journal and what departments read back may lose nothing; the other topics may be
            // kept for a shorter time by their owner's choice, where that is long enough to be read.
            "retention.ms" if spec.name == topics::JOURNAL => actual == "-1",
            "retention.bytes" => actual == "-1",
            "max.message.bytes" => actual.parse::<i64>().unwrap_or(0) >= wanted.parse::<i64>().unwrap_or(0),
            "retention.ms" if spec.name == topics::DEAD_LETTERS => {
                // Personal data: longer than stated is a matter for advice. Forever is -1.
                let most: i64 = wanted.parse().unwrap_or(0);
                actual.is_empty() || actual.parse::<i64>().is_ok_and(|ms| (0..=most).contains(&ms))
            }
            "retention.ms" => actual == "-1" || actual.parse::<i64>().is_ok_and(|ms| ms >= 7 * 86_400_000),
            _ => true,
        };
        if !keeps {
            wrong(key, &actual, wanted);
        }
    }
    if value("unclean.leader.election.enable") == "true" {
        wrong("unclean.leader.election.enable", "true", "false");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_organisation_has_its_topics() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines/gas");
        let model = crate::pipelines::read_model(&dir).expect("the tests' pipeline loads");
        let names: Vec<String> = needed_topics(&[&model], 3).into_iter().map(|s| s.name).collect();
        for kind in ["warnings", "reminders", "clues", "dispositions"] {
            let of_kind: Vec<&String> = names.iter().filter(|n| n.starts_with(&format!("{kind}."))).collect();
            let expected = ["wh-amr", "wh-housing", "wh-sfj"].map(|org| format!("{kind}.{org}"));
            assert!(expected.iter().all(|name| of_kind.contains(&name)), "{kind}: {of_kind:?}");
        }
    }

    #[test]
    fn settings_that_break_the_promise_are_named_with_their_mend() {
        let journal = TopicSpec {
            name: topics::JOURNAL.into(),
            partitions: 1,
            config: [("cleanup.policy", "delete"), ("retention.ms", "-1"), ("retention.bytes", "-1")].into(),
        };
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            setting_problems(&journal, &|key| pairs.iter().find(|(k, _)| *k == key).map_or(String::new(), |(_, v)| v.to_string()))
        };
        let good: &[(&str, &str)] = &[
            ("cleanup.policy", "delete"),
            ("retention.ms", "-1"),
            ("retention.bytes", "-1"),
            ("unclean.leader.election.enable", "false"),
        ];
        assert_eq!(with(good), vec![]);
        let bad = with(&[
            ("cleanup.policy", "delete"),
            ("retention.ms", "604800000"),
            ("retention.bytes", "-1"),
            ("unclean.leader.election.enable", "true"),
        ]);
        assert_eq!(bad.len(), 2);
        assert!(bad[0].mend.contains("--add-config retention.ms=-1"));
        assert!(bad[1].mend.contains("unclean.leader.election.enable=false"));
        assert!(bad.iter().all(|problem| !problem.advice));
    }

    #[test]
    fn dead_letters_kept_for_long_are_advised_against() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines/gas");
        let model = crate::pipelines::read_model(&dir).expect("the tests' pipeline loads");
        let specs = needed_topics(&[&model], 1);
        let letters = specs.iter().find(|s| s.name == topics::DEAD_LETTERS).expect("a topic of dead letters");
        for (kept, advised) in [("1209600000", false), ("3600000", false), ("2592000000", true), ("-1", true)] {
            let value = |key: &str| {
                if key == "retention.ms" { kept.to_string() } else { letters.config.get(key).unwrap_or(&"").to_string() }
            };
            let problems = setting_problems(letters, &value);
            assert_eq!(
                problems.iter().map(|p| p.advice).collect::<Vec<_>>(),
                vec![true; usize::from(advised)],
                "{kept}: {problems:?}"
            );
            assert!(
                problems.iter().all(|p| p.mend.contains("--topic jianwei.dead-letters --add-config retention.ms=1209600000"))
            );
        }
    }
}
