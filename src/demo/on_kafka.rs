//! On a real cluster: a worker process of its own, killed in mid-run; afterwards what is there is
//! counted against what was published, and against a replay of the files.

use super::chicago::sample_inputs;
use super::view::View;
use super::words::Words;
use super::{Budget, Options, paint::Paint, summary};
use crate::feeds::Input;
use crate::kafka::{Settings, create_topics, needed_topics, publish, read_journal};
use crate::pipelines::{read_model_in, shipped, write_bundle};
use crate::replay::{JournalReplay, Report, replay};
use anyhow::{Context, Result, bail};
use jianwei_core::journal::Body;
use jianwei_core::pipeline::Model;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The shortest session brokers allow by default: how long a killed worker is waited for.
const SESSION_MS: &str = "session.timeout.ms=6000";
const WORKER_STARTS: Duration = Duration::from_secs(14);

pub fn run(options: &Options, settings: &Settings, budget: Budget) -> Result<()> {
    let paint = Paint(options.color);
    let words = Words { language: options.language, simulated: false };
    let dir = shipped("chicago")?;
    let folder = tempfile::tempdir()?;
    // The worker reads a pipeline from a folder: this one speaks the language asked for.
    let model = read_model_in(&dir, options.language)?;
    let pipelines = folder.path().join("pipeline");
    write_bundle(&model.bundle, &pipelines)?;
    let (model, inputs) = (&model, &sample_inputs(&dir)?);
    println!("{}", paint.bold(&format!("Jianwei on a real Kafka at {}, with a worker killed in mid-run", settings.brokers)));
    let made = create_topics(settings, &needed_topics(&[model], 3), 1)?;
    if made.is_empty() {
        bail!("the topics are there already: the demo wants a fresh cluster (make demo-kafka starts one)");
    }
    println!("created {} topics", made.len());
    let published = publish(settings, model, inputs, |_| indicatif::ProgressBar::hidden())?;
    for (topic, count) in &published.records {
        println!("{}", words.published(*count, topic));
    }
    println!("{}", words.legend());
    println!();
    let mut view = View::open(settings, model, words, paint, None)?;
    let pace_days_per_s = budget.pace_ms_per_s(published.span_ms, WORKER_STARTS) as f64 / 86_400_000.0;
    let total: u64 = published.records.values().sum();
    let start = || worker(&pipelines, settings, folder.path(), pace_days_per_s);
    let mut child = Killed(start()?);
    let mut killed = false;
    loop {
        view.watch(Duration::from_millis(50))?;
        if !killed && view.seen.records > total / 2 {
            child.0.kill()?;
            child.0.wait()?;
            killed = true;
            view.say(&paint.bold(&format!("== kill -9 of the worker after {} records; starting another ==", view.seen.records)));
            child = Killed(start()?);
        }
        if let Some(status) = child.0.try_wait()? {
            if !status.success() {
                bail!("the worker ended with {status}; see {}", folder.keep().join("worker.log").display());
            }
            break;
        }
    }
    view.drain()?;
    summary::print(model, &view.seen, words, paint);
    println!("\n{}", paint.bold("Nothing lost, nothing doubled?"));
    verify(settings, model, inputs, total, &folder.path().join("verify"), killed)?;
    println!("{}", paint.dim(&format!("took {:.0} s", budget.began.elapsed().as_secs_f64())));
    Ok(())
}

/// A child that does not outlive the demo.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn worker(pipelines: &Path, settings: &Settings, folder: &Path, pace_days_per_s: f64) -> Result<Child> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("worker.log"))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("run").arg("--brokers").arg(&settings.brokers).arg("--pipelines").arg(pipelines);
    command.arg("--state-dir").arg(folder.join("state")).args([
        "--listen",
        "127.0.0.1:0",
        "--exit-at-end",
        "--kafka",
        SESSION_MS,
    ]);
    command.arg("--pace-days-per-s").arg(format!("{pace_days_per_s:.3}"));
    for (key, value) in &settings.extra {
        command.arg("--kafka").arg(format!("{key}={value}"));
    }
    command.stdout(Stdio::null()).stderr(log).spawn().context("starting a worker")
}

/// Each published record has exactly one entry, entries are dense, and the journal and the files
/// give the same warnings, reminders and profiles byte for byte.
fn verify(settings: &Settings, model: &Model, inputs: &[Input], published: u64, out: &Path, killed: bool) -> Result<()> {
    let began = Instant::now();
    let (from_journal, from_files) = (out.join("journal"), out.join("files"));
    let mut report = Report::create(&from_journal)?;
    let mut journal = JournalReplay::default();
    let mut positions = BTreeSet::new();
    let mut records = 0u64;
    read_journal(settings, model.journal_partition, None, &mut |entry, _| {
        let source = match &entry.body {
            Body::Record(r) => Some(&r.source),
            Body::DeadLetter(d) => Some(&d.source),
            _ => None,
        };
        if let Some(source) = source {
            records += 1;
            positions.insert((source.topic.clone(), source.partition, source.offset));
        }
        // Stepping refuses an entry that does not follow the one before.
        report.take(&journal.step(entry)?)?;
        Ok(true)
    })?;
    report.finish()?;
    let mut report = Report::create(&from_files)?;
    replay(model, inputs, None, crate::now_ms(), 2, &mut |sequenced| report.take(sequenced))?;
    report.finish()?;
    if records != published || positions.len() as u64 != published {
        bail!("{published} records published, {records} entries, of {} different records", positions.len());
    }
    println!(
        "  {published} records published, {records} entries, each of another record, sequence dense; worker killed: {killed}"
    );
    for name in ["warnings.ndjson", "reminders.ndjson", "profiles.ndjson"] {
        let (a, b) = (std::fs::read(from_journal.join(name))?, std::fs::read(from_files.join(name))?);
        if a != b {
            bail!("{name} of the journal and of a replay of the files differ");
        }
        println!(
            "  {name}: {} lines, the journal of the killed run and a replay of the files agree byte for byte",
            a.iter().filter(|b| **b == b'\n').count()
        );
    }
    println!("  checked in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}
