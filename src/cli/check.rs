use crate::pipelines::read_model_and_notes;
use anyhow::{Result, bail};
use jianwei_core::pipeline::{Severity, check};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder.
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let (model, notes) = read_model_and_notes(&args.dir)?;
    super::say!(
        "realm {}: {} matters, {} organisations, {} regions, {} sources; pipeline version {}, hash {}",
        model.realm,
        model.matters.len(),
        model.organisations.len(),
        model.regions.len(),
        model.sources.len(),
        model.version,
        &model.hash[..12],
    );
    let today = model.zone.date(chrono::Utc::now().timestamp_millis());
    let mut findings = check(&model, today);
    findings.extend(notes);
    for finding in &findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Note => "note",
        };
        super::say!("{severity}: {}/{finding}", args.dir.display());
    }
    for promise in model.promises() {
        super::say!("promise: {promise}");
    }
    let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
    if errors > 0 {
        bail!("{errors} errors: the pipeline loads, but can't do what it says");
    }
    Ok(())
}
