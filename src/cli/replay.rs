use crate::feeds::Input;
use crate::pipelines::read_model;
use crate::replay::{Report, replay};
use anyhow::{Result, bail};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder.
    #[arg(long)]
    pipelines: PathBuf,
    /// Directory of enterprises; the same as `--input registry=FILE`.
    #[arg(long)]
    registry: Option<String>,
    /// Files to read: KIND=PATH, KIND one of tickets, sector, registry, dispositions, control; PATH
    /// may be a pattern, NDJSON or CSV, plain, .gz or .zst.
    #[arg(long)]
    input: Vec<Input>,
    /// Folder for the reports.
    #[arg(long)]
    out: PathBuf,
    /// The feed ends here: later records are dead letters, and time passes up to it.
    #[arg(long)]
    until: Option<String>,
    /// Files read at a time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.pipelines)?;
    let mut inputs = args.input.clone();
    if let Some(path) = &args.registry {
        inputs.push(Input { kind: jianwei_core::domain::SourceKind::Registry, pattern: path.clone() });
    }
    let mut report = Report::create(&args.out)?;
    if inputs.is_empty() {
        bail!("nothing to replay: give --input KIND=PATH");
    }
    let until_ms = args.until.as_deref().map(|text| super::time_of(text, model.zone)).transpose()?;
    replay(&model, &inputs, until_ms, super::now_ms(), args.threads, &mut |sequenced| report.take(sequenced))?;
    let summary = report.finish()?;
    println!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}
