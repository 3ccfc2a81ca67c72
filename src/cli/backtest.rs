use crate::backtest::{self, Outcomes};
use crate::feeds::Input;
use crate::lang;
use crate::pipelines::{read_model_for_feeds, time_of};
use crate::replay::{Extra, replay_emitting};
use anyhow::{Result, bail};
use chrono::NaiveDate;
use jianwei_core::domain::{Language, SourceKind};
use jianwei_core::journal::Body;
use jianwei_core::pipeline::Model;
use jianwei_core::sequencer::{Sequenced, Sequencer};
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    feeds: Feeds,
    /// Folder for prequential.ndjson and report.json.
    #[arg(long)]
    out: PathBuf,
    /// Learn the coefficients from outcomes up to this day, and judge those after it. Left out: the
    /// pipeline's own coefficients judge all.
    #[arg(long, value_name = "DATE")]
    learn_until: Option<NaiveDate>,
    /// zh or en; the locale's unless told.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

/// What `backtest`, `calibrate` and `evaluate tail` replay.
#[derive(clap::Args)]
pub struct Feeds {
    /// The realm's pipeline.
    #[arg(long)]
    pipelines: PathBuf,
    /// The directory of enterprises, as `--input registry=FILE`.
    #[arg(long)]
    registry: Option<String>,
    /// Files to read, KIND=PATH, as for `replay`; KIND may also be outcomes: what visits found.
    #[arg(long)]
    input: Vec<Input>,
    /// The feed ends here: later records are dead letters.
    #[arg(long)]
    until: Option<String>,
    /// Files read at a time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

impl Feeds {
    /// The pipeline, and the outcomes of a replay of the files.
    pub fn replay(&self) -> Result<(Model, Outcomes)> {
        let model = read_model_for_feeds(&self.pipelines)?;
        let mut outcomes = Outcomes::of(&model)?;
        self.step(&model, Extra::Outcomes, &mut |sequenced, given| outcomes.take(sequenced, given))?;
        Ok((model, outcomes))
    }

    /// Steps the files through a fresh realm, and gives it as it is at the end. `take` is told whether the
    /// record was given as an outcome.
    pub fn step(&self, model: &Model, extra: Extra, take: &mut dyn FnMut(&Sequenced, bool) -> Result<()>) -> Result<Sequencer> {
        let mut inputs = self.input.clone();
        inputs.extend(self.registry.iter().map(|path| Input::new(SourceKind::Registry, path.clone())));
        if inputs.is_empty() {
            bail!("nothing to judge: give --input outcomes=PATH, and the feeds that were known before");
        }
        let mut outcomes = BTreeSet::new();
        for input in &inputs {
            let paths = input.paths()?;
            outcomes.extend(paths.into_iter().filter(|_| input.outcomes));
        }
        let until_ms = self.until.as_deref().map(|text| time_of(text, model.zone)).transpose()?;
        replay_emitting(model, &inputs, until_ms, crate::now_ms(), self.threads, extra, &mut |sequenced, places| {
            let source = match &sequenced.entry.body {
                Body::Record(record) => Some(&record.source),
                Body::DeadLetter(letter) => Some(&letter.source),
                _ => None,
            };
            let file = source.and_then(|s| places.of(&s.topic, s.partition, s.offset));
            take(sequenced, file.is_some_and(|(path, _)| outcomes.contains(path)))
        })
    }

    pub fn pipelines(&self) -> &PathBuf {
        &self.pipelines
    }
}

pub fn run(args: &Args) -> Result<()> {
    backtest::clear(&args.out)?;
    let (model, outcomes) = args.feeds.replay()?;
    let judged = outcomes.judge(&model, args.learn_until)?;
    let summary = backtest::write(&args.out, &model, &judged, outcomes.left_out(), args.learn_until)?;
    super::say!("{}", backtest::print(&summary, lang::chosen(args.lang)));
    Ok(())
}
