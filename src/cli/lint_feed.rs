use crate::feeds::table;
use crate::lang::chosen;
use crate::lint::{Profile, Suggestion, directory, profile, suggest, text};
use crate::pipelines::{read_model, shipped};
use anyhow::Result;
use jianwei_core::domain::{Language, SourceKind};
use std::path::PathBuf;

/// No value of a column about people is shown, nor any text: words of lists, and the shapes of the rest.
#[derive(clap::Args)]
pub struct Args {
    /// The export: CSV in UTF-8 or GB18030, or NDJSON; plain, .gz or .zst.
    file: PathBuf,
    /// The pipeline that would read it [default: the one that comes for Weihai].
    #[arg(long)]
    pipelines: Option<PathBuf>,
    /// What its rows are: tickets, reports, sector, registry, inspectors.
    #[arg(long, default_value = "tickets", value_parser = kind)]
    kind: SourceKind,
    /// A directory of enterprises: also say whom the rows would be about.
    #[arg(long)]
    registry: Option<PathBuf>,
    /// Also print a field map to paste into the pipeline.
    #[arg(long)]
    suggest_map: bool,
    /// The same as JSON.
    #[arg(long)]
    json: bool,
    /// Language of what is printed, zh or en; without it the locale decides.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

fn kind(text: &str) -> Result<SourceKind, String> {
    let kinds = SourceKind::NAMES.map(|(name, _)| name).join(", ");
    SourceKind::parse(text).ok_or_else(|| format!("no kind {text:?}: one of {kinds}"))
}

#[derive(serde::Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    profile: &'a Profile,
    suggestion: Option<&'a Suggestion>,
}

pub fn run(args: &Args) -> Result<()> {
    let dir = args.pipelines.clone().map_or_else(|| shipped("weihai"), Ok)?;
    let model = read_model(&dir)?;
    let table = table(&args.file)?;
    let directory = args.registry.as_deref().map(|path| directory(&model, path)).transpose()?;
    let now_ms = crate::now_ms();
    let profile = profile(&model, args.kind, &table, directory.as_ref(), now_ms)?;
    let suggestion = match args.suggest_map {
        true => Some(suggest(&model, args.kind, &table, &profile, now_ms)?),
        false => None,
    };
    if args.json {
        super::say!("{}", serde_json::to_string_pretty(&Output { profile: &profile, suggestion: suggestion.as_ref() })?);
    } else {
        super::say!("{}", text(&profile, suggestion.as_ref(), chosen(args.lang)).trim_end());
    }
    Ok(())
}
