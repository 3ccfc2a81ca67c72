//! The demonstration: feeds in, graded warnings out, watched as a department would read them. First
//! Chicago's real feeds, then a simulated month of Weihai with one trouble followed to its end.
//!
//! `trial` runs everything in this process on the broker librdkafka carries; `on_kafka` runs a
//! worker process on a real cluster, kills it in mid-run and counts what is there afterwards.

mod chicago;
mod on_kafka;
mod paint;
mod right;
mod story;
mod summary;
mod trial;
mod view;
mod weihai;
mod words;

use crate::kafka::Settings;
use anyhow::Result;
use jianwei_core::domain::Language;
use paint::Paint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum City {
    /// Real feeds of 2011 to 2014.
    Chicago,
    /// Simulated.
    Weihai,
}

pub struct Options {
    /// One city only.
    pub city: Option<City>,
    /// Whole run, start-up included.
    pub seconds: u64,
    pub color: bool,
    pub language: Language,
    /// A real cluster instead of the trial broker.
    pub kafka: Option<Settings>,
}

/// Kept for the summary and for stopping.
const CLOSING: Duration = Duration::from_millis(1_500);
/// The real feed's share of the time where both are shown, in percent.
const FIRST_HALF_PERCENT: u64 = 55;

/// A part's time budget; the first one's begins with the process.
#[derive(Clone, Copy)]
struct Budget {
    began: Instant,
    deadline: Instant,
}

impl Budget {
    fn new(began: Instant, ends: Instant) -> Budget {
        Budget { began, deadline: ends.checked_sub(CLOSING).unwrap_or(ends) }
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
    let began = Instant::now();
    let ends = began + Duration::from_secs(options.seconds);
    let paint = Paint(options.color);
    if let Some(settings) = &options.kafka {
        return on_kafka::run(options, settings, Budget::new(began, ends));
    }
    crate::telemetry::init_logs("error");
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    if options.city != Some(City::Weihai) {
        let share = if options.city.is_none() { FIRST_HALF_PERCENT } else { 100 };
        let budget = Budget::new(began, began + Duration::from_secs(options.seconds) * share as u32 / 100);
        chicago::show(options.language, paint, budget, &stop)?;
    }
    if options.city != Some(City::Chicago) && !stop.load(Ordering::Relaxed) {
        if options.city.is_none() {
            println!();
        }
        weihai::show(options.language, paint, Budget::new(began, ends), &stop)?;
    }
    let took = began.elapsed().as_secs_f64();
    let said = match options.language {
        Language::Zh => format!("用时 {took:.0} 秒"),
        Language::En => format!("took {took:.0} s"),
    };
    println!("{}", paint.dim(&said));
    Ok(())
}
