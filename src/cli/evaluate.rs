use super::backtest::Feeds;
use crate::evaluate;
use crate::pipelines::read_model_for_feeds;
use crate::replay::Extra;
use crate::tail::{self, Periods};
use anyhow::{Result, bail};
use chrono::NaiveDate;
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
    /// Fit the tail maps of industry p-values on a feed's periods up to a day, as `calibrate` does, and say
    /// what share fires at each nominal level, before and after, then and in the years after it.
    Tail {
        #[command(flatten)]
        feeds: Feeds,
        /// The last day of the periods the maps are fitted on.
        #[arg(long, value_name = "DATE")]
        learn_until: NaiveDate,
        /// JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(args: &Args) -> Result<()> {
    match args {
        Args::Surge { series, json } => {
            let result = evaluate::surge(&evaluate::read_series(series)?);
            print(&result, evaluate::print, *json)
        }
        Args::Tail { feeds, learn_until, json } => {
            let model = read_model_for_feeds(feeds.pipelines())?;
            let mut periods = Periods::new();
            feeds.step(&model, Extra::Assessments, &mut |sequenced, _| periods.take(&model, sequenced))?;
            let maps = tail::fit(&periods.until(Some(*learn_until)));
            if maps.0.is_empty() {
                bail!("too few closed periods up to {learn_until} for a tail map: give more feeds, or a later date");
            }
            print(&tail::report(&periods, &maps, *learn_until), tail::print, *json)
        }
    }
}

fn print<T: serde::Serialize>(result: &T, table: impl Fn(&T) -> String, json: bool) -> Result<()> {
    match json {
        true => super::say!("{}", serde_json::to_string_pretty(result)?),
        false => super::say!("{}", table(result)),
    }
    Ok(())
}
