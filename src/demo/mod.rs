//! The demonstration: real feeds in, graded warnings out, watched as a department would read them.
//!
//! `trial` runs everything in this process on the broker librdkafka carries; `on_kafka` runs a
//! worker process on a real cluster, kills it in mid-run and counts what is there afterwards.

mod on_kafka;
mod paint;
mod summary;
mod trial;
mod view;

use crate::feeds::Input;
use crate::kafka::Settings;
use anyhow::Result;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub struct Options {
    pub pipelines: PathBuf,
    /// Whole run, start-up included.
    pub seconds: u64,
    pub color: bool,
    /// A real cluster instead of the trial broker.
    pub kafka: Option<Settings>,
}

/// How to read the lines that follow.
const LEGEND: &str = "red and orange warnings are shown as they come; points are tenths of log-odds, a surge's chance is that of so many in an ordinary period";

/// Kept for the summary and for stopping.
const CLOSING: Duration = Duration::from_millis(1_500);

/// The run's time budget, from the very start of the process.
#[derive(Clone, Copy)]
struct Budget {
    began: Instant,
    deadline: Instant,
}

impl Budget {
    fn new(seconds: u64) -> Budget {
        let began = Instant::now();
        Budget { began, deadline: began + Duration::from_secs(seconds).saturating_sub(CLOSING) }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Feed time a second so that `span_ms` fits what is left after the realm's own start.
    fn pace_ms_per_s(&self, span_ms: i64, start: Duration) -> i64 {
        let left = self.deadline.saturating_duration_since(Instant::now()).saturating_sub(start);
        span_ms * 1_000 / (left.as_millis() as i64).max(1_000)
    }
}

pub fn run(options: &Options) -> Result<()> {
    let budget = Budget::new(options.seconds);
    let model = crate::pipelines::read_model(&options.pipelines)?;
    let inputs = sample_inputs(options)?;
    match &options.kafka {
        None => trial::run(options, &model, &inputs, budget),
        Some(settings) => on_kafka::run(options, settings, &model, &inputs, budget),
    }
}

/// The files of the pipeline's `sample` folder.
fn sample_inputs(options: &Options) -> Result<Vec<Input>> {
    use jianwei_core::domain::SourceKind;
    let sample = options.pipelines.join("sample");
    let input = |kind, name: &str| Input { kind, pattern: sample.join(name).display().to_string() };
    let inputs = vec![
        input(SourceKind::Tickets, "chicago_311_sanitation.csv.gz"),
        input(SourceKind::Sector, "chicago_inspection_events.csv.gz"),
        input(SourceKind::Sector, "chicago_canvass_outcomes_2011_2013.csv.gz"),
    ];
    for input in &inputs {
        input.paths()?;
    }
    Ok(inputs)
}
