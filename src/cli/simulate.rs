use crate::pipelines::{read_model, shipped, time_of};
use crate::simulate::{Config, simulate};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// Runs begin here unless told: a fixed day, so that one seed gives one city whenever it is made.
const START: &str = "2025-01-01";

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder; pipelines/weihai unless told.
    #[arg(long)]
    pipelines: Option<PathBuf>,
    /// Folder for the feeds and the truth.
    #[arg(long)]
    out: PathBuf,
    #[arg(long)]
    days: i64,
    #[arg(long)]
    enterprises: usize,
    #[arg(long)]
    seed: u64,
    /// The first day, local to the realm.
    #[arg(long, default_value = START)]
    start: String,
    /// Tickets on an ordinary day; 3 for each 100 enterprises unless told.
    #[arg(long)]
    tickets_per_day: Option<f64>,
    /// Of 1,000 background rows of tickets, reports and sector records, those that are spoilt.
    #[arg(long, default_value_t = 3)]
    dirt_per_mille: u32,
}

pub fn run(args: &Args) -> Result<()> {
    let dir = match &args.pipelines {
        Some(dir) => dir.clone(),
        None => shipped("weihai").context("or name a pipeline's folder with --pipelines DIR")?,
    };
    let model = read_model(&dir)?;
    let start_ms = time_of(&args.start, model.zone)?;
    let config = Config {
        start_ms: model.zone.day_start(model.zone.date(start_ms)),
        days: args.days,
        enterprises: args.enterprises,
        seed: args.seed,
        tickets_per_day: args.tickets_per_day.unwrap_or_else(|| Config::usual_tickets_per_day(args.enterprises)),
        dirt_per_mille: args.dirt_per_mille,
    };
    let progress = ProgressBar::new(args.days.max(0) as u64);
    if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {bar:40} {human_pos} of {human_len} days") {
        progress.set_style(style);
    }
    let outcome = simulate(config, &model, &args.out, &progress)?;
    progress.finish_and_clear();
    super::say!("{}", serde_json::to_string_pretty(&outcome)?);
    let out = args.out.display();
    let inputs = outcome.rows.keys().filter(|file| model.sources.iter().any(|s| s.kind.as_str() == **file));
    let inputs: Vec<String> = inputs.map(|file| format!("--input {file}={out}/{file}.ndjson")).collect();
    eprintln!("replay and score it:");
    eprintln!("  jianwei replay --pipelines {} {} --until {} --out {out}/replay", dir.display(), inputs.join(" "), outcome.until);
    eprintln!("  jianwei score --truth {out}/truth.ndjson {out}/replay");
    Ok(())
}
