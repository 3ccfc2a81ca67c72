//! The real feeds of Chicago, four years in half a minute.

use super::paint::Paint;
use super::trial::{Part, play};
use super::words::Words;
use super::{Budget, summary};
use crate::feeds::Input;
use crate::pipelines::{read_model_in, shipped};
use anyhow::Result;
use jianwei_core::domain::{Language, SourceKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub fn show(language: Language, paint: Paint, budget: Budget, stop: &Arc<AtomicBool>) -> Result<()> {
    let dir = shipped("chicago")?;
    let model = read_model_in(&dir, language)?;
    let words = Words { language, simulated: false };
    let title = "Jianwei: real feeds in, graded warnings out (Chicago, 2011 to 2014)";
    println!("{}", paint.bold(words.pick("见微：真实数据进，分级预警出（芝加哥，2011 至 2014 年）", title)));
    let part = Part {
        model: &model,
        inputs: sample_inputs(&dir)?,
        words,
        paint,
        story: None,
        partitions: 8,
        span_ms: None,
        learn_until: chrono::NaiveDate::from_ymd_opt(2012, 12, 31),
    };
    let seen = play(part, budget, stop)?;
    let at = dir.display();
    let inputs = format!(
        "--input tickets='{at}/sample/*311*.csv.gz' --input sector='{at}/sample/*inspection*.csv.gz' --input outcomes='{at}/sample/*canvass*.csv.gz'"
    );
    summary::print_commands(&at.to_string(), &inputs, "LICENCE", &seen, words, paint);
    println!("  jianwei backtest --pipelines {at} {inputs} --learn-until 2012-12-31 --out backtest");
    Ok(())
}

/// The files of the pipeline's `sample` folder.
pub fn sample_inputs(dir: &Path) -> Result<Vec<Input>> {
    let sample = dir.join("sample");
    let input = |kind, name: &str| Input::new(kind, sample.join(name).display().to_string());
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
