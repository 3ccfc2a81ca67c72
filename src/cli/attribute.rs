use crate::attribute::{Inspector, print};
use crate::{lang, pipelines};
use anyhow::{Context, Result};
use jianwei_core::domain::Language;
use std::io::BufRead;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder.
    #[arg(long)]
    pipelines: PathBuf,
    /// The directory of enterprises: NDJSON or CSV, gz or zst.
    #[arg(long)]
    registry: PathBuf,
    /// One JSON object a line instead of text for people.
    #[arg(long)]
    json: bool,
    /// zh or en; the locale's unless told.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

pub fn run(args: &Args) -> Result<()> {
    let model = pipelines::read_model(&args.pipelines)?;
    let language = lang::chosen(args.lang);
    let inspector = Inspector::open(model, Some(&args.registry))?;
    eprintln!(
        "{} enterprises, {} rows that could not be read; tickets as JSON or plain text, one a line, from standard input",
        inspector.enterprises(),
        inspector.rejected_rows
    );
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.context("reading standard input")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let shown = inspector.show(number + 1, &line)?;
        match args.json {
            true => super::say!("{}", serde_json::to_string(&shown)?),
            false => super::say!("{}", print(&shown, language)),
        }
    }
    Ok(())
}
