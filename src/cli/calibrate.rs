use super::backtest::Feeds;
use crate::backtest::calibrate::rewrite;
use crate::pipelines::write_bundle;
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    feeds: Feeds,
    /// Folder for the new version of the pipeline; it must not be there yet.
    #[arg(long)]
    out: PathBuf,
    /// Learn from outcomes up to this day; left out: from all.
    #[arg(long, value_name = "DATE")]
    learn_until: Option<NaiveDate>,
}

pub fn run(args: &Args) -> Result<()> {
    if args.out.exists() {
        bail!("{} is there already: name a folder that is not, and compare the two", args.out.display());
    }
    let (model, outcomes) = args.feeds.replay()?;
    let taught = outcomes.teach(&model, args.learn_until)?;
    write_bundle(&rewrite(&model, &taught)?, &args.out)?;
    copy_cases(&args.feeds.pipelines().join("tests"), &args.out.join("tests"))?;
    for (matter, rules) in &taught {
        if let Some(l) = rules.learned {
            super::say!("{matter}: {} outcomes, {} to {}; it happened in {}", l.outcomes, l.from, l.to, l.happened);
        }
        super::say!("{:>10.4}  intercept", rules.intercept);
        for term in &rules.terms {
            super::say!("{:>10.4}  {}", term.coefficient, term.code);
        }
    }
    let (old, new) = (args.feeds.pipelines().display(), args.out.display());
    super::say!("written to {new}: diff -r {old} {new}, then jianwei check {new}");
    Ok(())
}

/// A pipeline's own cases go along.
fn copy_cases(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            std::fs::copy(&path, to.join(name)).with_context(|| format!("copying {}", path.display()))?;
        }
    }
    Ok(())
}
