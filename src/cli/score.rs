use crate::{lang, score, truth};
use anyhow::Result;
use jianwei_core::domain::Language;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The truth `jianwei simulate` wrote.
    #[arg(long)]
    truth: PathBuf,
    /// The folder a replay of the same city wrote.
    dir: PathBuf,
    /// JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// zh or en; the locale's unless told.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

pub fn run(args: &Args) -> Result<()> {
    let truth = truth::read(&args.truth)?;
    let episodes = score::read_episodes(&args.dir.join("warnings.ndjson"))?;
    let silences = score::read_silences(&args.dir.join("operators.ndjson"))?;
    let mut result = score::judge(&truth, &episodes, silences.as_deref())?;
    result.false_alarms.trade_promised_a_year = score::read_promise(&args.dir.join("summary.json"))?;
    match args.json {
        true => super::say!("{}", serde_json::to_string_pretty(&result)?),
        false => super::say!("{}", score::print(&result, lang::chosen(args.lang))),
    }
    Ok(())
}
