use crate::pipelines::{read_model, time_of};
use crate::simulate::{Config, simulate};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

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
        None => find_weihai()?,
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

/// Here, or in the source tree the binary was built in.
fn find_weihai() -> Result<PathBuf> {
    let here = PathBuf::from("pipelines/weihai");
    let binary = std::env::current_exe().context("finding the binary's own path")?;
    let beside = binary.ancestors().map(|folder| folder.join(&here)).find(|dir| is_pipeline(dir));
    match Some(here).filter(|dir| is_pipeline(dir)).or(beside) {
        Some(dir) => Ok(dir),
        None => bail!("no pipelines/weihai here or beside the binary: name a pipeline's folder with --pipelines DIR"),
    }
}

fn is_pipeline(dir: &Path) -> bool {
    dir.join("pipeline.toml").is_file()
}
