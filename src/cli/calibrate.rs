use super::backtest::Feeds;
use crate::backtest::calibrate::{Taught, rewrite};
use crate::backtest::{Outcomes, strata};
use crate::pipelines::{read_model_for_feeds, write_bundle};
use crate::replay::Extra;
use crate::tail::{self, Periods};
use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use jianwei_core::domain::Language;
use jianwei_core::engine::shrink::Gamma;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    feeds: Feeds,
    /// Folder for the new version of the pipeline; it must not be there yet.
    #[arg(long)]
    out: PathBuf,
    /// Learn from outcomes and periods up to this day; left out: from all. Priors of rates are learned from
    /// the end of the feeds: give `--until` too, and they end there.
    #[arg(long, value_name = "DATE")]
    learn_until: Option<NaiveDate>,
}

pub fn run(args: &Args) -> Result<()> {
    if args.out.exists() {
        bail!("{} is there already: name a folder that is not, and compare the two", args.out.display());
    }
    let model = read_model_for_feeds(args.feeds.pipelines())?;
    let (mut outcomes, mut periods) = (Outcomes::of(&model), Periods::new());
    let end = args.feeds.step(&model, Extra::Both, &mut |sequenced, given| {
        if let Ok(outcomes) = &mut outcomes {
            outcomes.take(sequenced, given)?;
        }
        periods.take(&model, sequenced)
    })?;
    let maps = tail::fit(&periods.until(args.learn_until));
    // Rates are those of the end: with a day to learn until, `--until` ends the feeds there.
    let ends_in_time = args.learn_until.is_none_or(|until| model.zone.date(end.engine().stamp_ms()) <= until);
    let priors = if ends_in_time { strata::fit(&end.engine().rate_counts()) } else { BTreeMap::new() };
    if let Ok(outcomes) = &outcomes {
        super::say!("{}", outcomes.left_out().print(Language::En).trim_end());
    }
    let outcomes = match outcomes.and_then(|outcomes| outcomes.teach(&model, args.learn_until)) {
        Ok(taught) => taught,
        Err(error) if maps.0.is_empty() && priors.is_empty() => {
            return Err(error.context("nothing to learn from: too few closed periods for a tail map"));
        }
        Err(error) => {
            super::say!("coefficients of outcomes stay as they are: {error}");
            BTreeMap::new()
        }
    };
    let taught = Taught { outcomes, priors, maps };
    write_bundle(&rewrite(&model, &taught)?, &args.out)?;
    copy_cases(&args.feeds.pipelines().join("tests"), &args.out.join("tests"))?;
    tell(&taught);
    let (old, new) = (args.feeds.pipelines().display(), args.out.display());
    super::say!("written to {new}: diff -r {old} {new}, then jianwei check {new}");
    Ok(())
}

fn tell(taught: &Taught) {
    for (matter, rules) in &taught.outcomes {
        if let Some(l) = rules.learned {
            super::say!("{matter}: {} outcomes, {} to {}; it happened in {}", l.outcomes, l.from, l.to, l.happened);
        }
        super::say!("{:>10.4}  intercept", rules.intercept);
        for term in &rules.terms {
            super::say!("{:>10.4}  {}", term.coefficient, term.code);
        }
    }
    for (matter, priors) in &taught.priors {
        let Gamma { shape, rate } = priors.all.prior;
        let (firms, trades) = (priors.all.firms, priors.strata.len());
        super::say!("{matter}: prior of rates of {firms} firms: shape {shape}, rate {rate}; of {trades} trades their own");
    }
    let maps = &taught.maps;
    if maps.0.is_empty() {
        super::say!("too few closed periods for a tail map: what the pipeline has stays");
    }
    for map in &maps.0 {
        let below = map.expected_below.map_or(String::new(), |below| format!(", less than {below} expected"));
        super::say!(
            "tail of {}{below}: {} periods of {} series, {} to {}; p <= 0.001 came in {:.4} %",
            map.period.as_str(),
            map.periods,
            map.series,
            map.from,
            map.to,
            100.0 * map.calibrated(1e-3)
        );
    }
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
