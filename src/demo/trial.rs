//! On the broker librdkafka carries: for trying out, in one process. It has no settings of topics,
//! no compaction, and keeps 5 MiB a partition: recovery is not claimed here.

use super::paint::Paint;
use super::story::Story;
use super::view::View;
use super::words::Words;
use super::{Budget, summary};
use crate::feeds::Input;
use crate::kafka::{RealmOptions, Settings, WorkerOptions, needed_topics, publish, run_worker};
use crate::telemetry::Metrics;
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use jianwei_core::engine::topics;
use jianwei_core::pipeline::{CONTROL_TOPIC, Clock, Model};
use rdkafka::mocking::MockCluster;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What joining the group and starting the realm take.
const REALM_START: Duration = Duration::from_secs(8);

/// One city shown: its feeds go into a broker of its own and its realm runs over them.
pub struct Part<'m> {
    pub model: &'m Model,
    pub inputs: Vec<Input>,
    pub words: Words,
    pub paint: Paint,
    pub story: Option<Story>,
    /// Of each topic; enough that none comes near the broker's 5 MiB once compressed.
    pub partitions: i32,
    /// The time that passes; that of the feeds unless told.
    pub span_ms: Option<i64>,
    /// Outcomes up to here teach what later ones are told by.
    pub learn_until: Option<chrono::NaiveDate>,
}

/// Plays the part within its time and prints its summary; gives back what was seen.
pub fn play(part: Part, budget: Budget, stop: &Arc<AtomicBool>) -> Result<super::view::Seen> {
    let Part { model, inputs, words, paint, story, partitions, span_ms, learn_until } = part;
    let cluster = MockCluster::new(1).context("starting the trial broker")?;
    let settings = Settings::new(&cluster.bootstrap_servers(), &[])?;
    create_topics(&cluster, model, partitions)?;
    let brokers = &settings.brokers;
    println!(
        "{}",
        match words.language {
            jianwei_core::domain::Language::Zh => format!("试用代理在 {brokers}（不检查主题设置）；另开一个终端即可旁听："),
            jianwei_core::domain::Language::En =>
                format!("trial broker at {brokers} (topic settings are not checked on it); to listen in, from another terminal:"),
        }
    );
    let lead = model.matters.values().next().map_or("ORG", |m| m.lead.as_deref().unwrap_or(&model.coordinating));
    println!("  kcat -b {brokers} -C -t warnings.{lead} -o beginning -f '%s\\n'");
    let published = publish(&settings, model, &inputs, |_| ProgressBar::hidden())?;
    for (topic, count) in published.records.iter().filter(|(_, count)| **count > 0) {
        if !topic.starts_with("dispositions.") {
            println!("{}", words.published(*count, topic));
        }
    }
    println!("{}", words.legend());
    println!();
    let mut view = View::open(&settings, model, words, paint, story)?;
    if learn_until.is_some() {
        view.judge = Some(super::right::Judge::of(model)?);
    }
    let worker = WorkerOptions {
        settings,
        models: vec![Arc::new(model.clone())],
        realm: RealmOptions {
            state_dir: std::env::temp_dir(),
            activate: false,
            until: None,
            pace_ms_per_s: Some(budget.pace_ms_per_s(span_ms.unwrap_or(published.span_ms), REALM_START)),
            clock: Some(Clock::Feed),
            exit_at_end: true,
            snapshots: false,
        },
    };
    let metrics = Arc::new(Metrics::new()?);
    let ending = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&ending);
    let thread = std::thread::Builder::new().name("worker".into()).spawn(move || run_worker(&worker, &stopping, &metrics))?;
    while !thread.is_finished() {
        view.watch(Duration::from_millis(50))?;
        if budget.is_over() || stop.load(Ordering::Relaxed) {
            ending.store(true, Ordering::Relaxed);
        }
    }
    thread.join().map_err(|_| anyhow::anyhow!("the worker's thread panicked"))??;
    view.drain()?;
    if view.seen.records == 0 && !stop.load(Ordering::Relaxed) {
        anyhow::bail!("the time was over before the first record was read: give it more, --seconds 60");
    }
    summary::print(model, &view.seen, words, paint);
    if let Some((judge, until)) = view.judge.as_ref().zip(learn_until) {
        super::right::print(judge, model, until, model.zone.date(view.seen.stamp_ms), words, paint);
    }
    if let Some(story) = &view.story {
        summary::print_story(story, words, paint);
    }
    Ok(view.seen)
}

/// The broker's thread now and then misses that a topic is asked for and sleeps on for a second;
/// anybody who connects wakes it.
fn create_topics(
    cluster: &MockCluster<'_, rdkafka::producer::DefaultProducerContext>,
    model: &Model,
    partitions: i32,
) -> Result<()> {
    let address = cluster.bootstrap_servers();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                drop(std::net::TcpStream::connect(&address));
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let made = needed_topics(&[model], partitions).into_iter().try_for_each(|spec| {
            let one_a_realm = [topics::JOURNAL, CONTROL_TOPIC].contains(&spec.name.as_str());
            cluster.create_topic(&spec.name, if one_a_realm { spec.partitions } else { partitions }, 1)
        });
        done.store(true, Ordering::Relaxed);
        made
    })?;
    Ok(())
}
