use crate::kafka::{ScannedTopic, Settings};
use crate::pipelines::read_model;
use crate::{lang, rank};
use anyhow::Result;
use indicatif::ProgressBar;
use jianwei_core::domain::Language;
use jianwei_core::engine::topics;
use std::path::PathBuf;

/// The target list (art. 17): by level, then score, with last inspection and credit class.
#[derive(clap::Args)]
pub struct Args {
    /// The realm's pipeline.
    #[arg(long)]
    pipelines: PathBuf,
    /// Only what this organisation leads or cooperates in: its slug.
    #[arg(long)]
    org: Option<String>,
    /// Only this matter: its id.
    #[arg(long)]
    matter: Option<String>,
    /// The folder a replay wrote; or --brokers.
    #[arg(conflicts_with = "brokers", required_unless_present = "brokers")]
    dir: Option<PathBuf>,
    /// Read risk.profiles of this cluster: bootstrap servers, host:port, separated by commas.
    #[arg(long)]
    brokers: Option<String>,
    /// Any librdkafka setting, key=value; may stand several times.
    #[arg(long = "kafka", value_name = "KEY=VALUE", requires = "brokers")]
    kafka: Vec<String>,
    /// JSON, one row a line, instead of a table.
    #[arg(long)]
    json: bool,
    /// zh or en; the locale's unless told.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.pipelines)?;
    let asked = rank::Asked { org: args.org.as_deref(), matter: args.matter.as_deref() };
    asked.check(&model)?;
    let profiles = match (&args.dir, &args.brokers) {
        (Some(dir), _) => rank::read_folder(dir)?,
        (None, brokers) => read_topic(brokers.as_deref().unwrap_or_default(), &args.kafka)?,
    };
    let rows = rank::rank(&model, profiles, &asked);
    if !args.json {
        super::say!("{}", rank::print(&model, &rows, lang::chosen(args.lang)));
        return Ok(());
    }
    for row in &rows {
        super::say!("{}", serde_json::to_string(row)?);
    }
    Ok(())
}

fn read_topic(brokers: &str, kafka: &[String]) -> Result<Vec<rank::Profile>> {
    let settings = Settings::new(brokers, kafka)?;
    let topic = ScannedTopic::open(&settings, topics::PROFILES)?;
    let mut newest = rank::Newest::default();
    topic.read("jianwei-rank", &ProgressBar::hidden(), &mut |message| newest.take(message.key, message.value.as_deref()))?;
    Ok(newest.profiles())
}
