use crate::evaluate;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub enum Args {
    /// Judge weekly series with known outbreaks by the engine's own baseline.
    Surge {
        /// CSV (also gz) of the columns series, scenario, week, count, count_with_outbreak, outbreak.
        /// Weeks from 576 on are judged.
        #[arg(long)]
        series: PathBuf,
        /// JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(args: &Args) -> Result<()> {
    let Args::Surge { series, json } = args;
    let result = evaluate::surge(&evaluate::read_series(series)?);
    match json {
        true => super::say!("{}", serde_json::to_string_pretty(&result)?),
        false => super::say!("{}", evaluate::print(&result)),
    }
    Ok(())
}
