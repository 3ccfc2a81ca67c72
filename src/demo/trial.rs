//! On the broker librdkafka carries: for trying out, in one process. It has no settings of topics,
//! no compaction, and keeps 5 MiB a partition: recovery is not claimed here.

use super::view::View;
use super::{Budget, LEGEND, Options, paint::Paint, summary};
use crate::feeds::Input;
use crate::kafka::{RealmOptions, Settings, WorkerOptions, needed_topics, publish, run_worker};
use crate::telemetry::{Metrics, init_logs};
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use jianwei_core::engine::topics;
use jianwei_core::pipeline::{CONTROL_TOPIC, Clock, Model};
use rdkafka::mocking::MockCluster;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Enough that no partition of the sample feeds comes near 5 MiB once compressed.
const PARTITIONS: i32 = 8;
/// What joining the group and starting the realm take.
const REALM_START: Duration = Duration::from_secs(8);

pub fn run(options: &Options, model: &Model, inputs: &[Input], budget: Budget) -> Result<()> {
    init_logs("error");
    let cluster = MockCluster::new(1).context("starting the trial broker")?;
    let settings = Settings::new(&cluster.bootstrap_servers(), &[])?;
    for spec in needed_topics(&[model], PARTITIONS) {
        let one_a_realm = [topics::JOURNAL, CONTROL_TOPIC].contains(&spec.name.as_str());
        cluster.create_topic(&spec.name, if one_a_realm { spec.partitions } else { PARTITIONS }, 1)?;
    }
    let paint = Paint(options.color);
    println!("{}", paint.bold("Jianwei: real feeds in, graded warnings out"));
    println!("trial broker at {} (topic settings are not checked on it); to listen in, from another terminal:", settings.brokers);
    let lead = model.matters.values().next().map_or("ORG", |m| m.lead.as_deref().unwrap_or(&model.coordinating));
    println!("  kcat -b {} -C -t warnings.{lead} -o beginning -f '%s\\n'", settings.brokers);
    let published = publish(&settings, model, inputs, |_| ProgressBar::hidden())?;
    for (topic, count) in &published.records {
        println!("published {count} real records to {topic}");
    }
    println!("{LEGEND}");
    println!();
    let mut view = View::open(&settings, model, options.color)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let worker = WorkerOptions {
        settings,
        models: vec![Arc::new(model.clone())],
        realm: RealmOptions {
            state_dir: std::env::temp_dir(),
            activate: false,
            until: None,
            pace_ms_per_s: Some(budget.pace_ms_per_s(published.span_ms, REALM_START)),
            clock: Some(Clock::Feed),
            exit_at_end: true,
            snapshots: false,
        },
    };
    let metrics = Arc::new(Metrics::new()?);
    let stopping = Arc::clone(&stop);
    let thread = std::thread::Builder::new().name("worker".into()).spawn(move || run_worker(&worker, &stopping, &metrics))?;
    while !thread.is_finished() {
        view.watch(Duration::from_millis(50))?;
        if budget.is_over() {
            stop.store(true, Ordering::Relaxed);
        }
    }
    thread.join().map_err(|_| anyhow::anyhow!("the worker's thread panicked"))??;
    view.drain()?;
    summary::print(model, &options.pipelines, &view.seen, paint);
    println!("{}", paint.dim(&format!("took {:.0} s", budget.began.elapsed().as_secs_f64())));
    Ok(())
}
