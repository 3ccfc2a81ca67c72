use crate::cases::run_cases;
use crate::pipelines::read_model;
use anyhow::{Result, bail};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder; its cases are in `tests/*.toml`.
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.dir)?;
    let outcomes = run_cases(&args.dir, &model)?;
    for outcome in &outcomes {
        let verdict = if outcome.differences.is_empty() { "ok    " } else { "FAILED" };
        super::say!("{verdict} {}:{}: {}", outcome.file, outcome.line, outcome.name);
        for difference in &outcome.differences {
            super::say!("         {difference}");
        }
    }
    let failed = outcomes.iter().filter(|o| !o.differences.is_empty()).count();
    super::say!("{} cases, {} passed, {failed} failed", outcomes.len(), outcomes.len() - failed);
    if failed > 0 {
        bail!("{failed} of {} cases failed", outcomes.len());
    }
    Ok(())
}
