use crate::pipelines::read_model;
use anyhow::Result;
use jianwei_core::pipeline::check;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder.
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.dir)?;
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
    for promise in model.promises() {
        super::say!("promise: {promise}");
    }
    for finding in check(&model) {
        super::say!("note: {}: {}", finding.subject, finding.text);
    }
    Ok(())
}
