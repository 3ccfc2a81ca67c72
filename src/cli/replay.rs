use crate::feeds::Input;
use crate::kafka::{Settings, read_journal};
use crate::pipelines::{read_model_for_feeds, time_of};
use crate::replay::{Emit, Emitted, Extra, JournalReplay, Report, replay_emitting};
use anyhow::{Result, bail};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The pipeline's folder. With --from-journal it names the realm; the rules are the journal's.
    #[arg(long)]
    pipelines: PathBuf,
    /// Read the realm's journal instead of files.
    #[arg(long, requires = "brokers")]
    from_journal: bool,
    /// Bootstrap servers, for --from-journal.
    #[arg(long, env = "JIANWEI_BROKERS")]
    brokers: Option<String>,
    /// Any librdkafka setting, key=value; may stand several times.
    #[arg(long = "kafka", value_name = "KEY=VALUE")]
    kafka: Vec<String>,
    /// Directory of enterprises; the same as `--input registry=FILE`.
    #[arg(long)]
    registry: Option<String>,
    /// Files to read: KIND=PATH, KIND one of tickets, reports, sector, registry,
    /// inspectors, dispositions, control; PATH
    /// may be a pattern, NDJSON or CSV, plain, .gz or .zst.
    #[arg(long)]
    input: Vec<Input>,
    /// Folder for the reports.
    #[arg(long)]
    out: PathBuf,
    /// The feed ends here: later records are dead letters, and time passes up to it.
    #[arg(long)]
    until: Option<String>,
    /// Also write signals.ndjson or assessments.ndjson, for evaluation; may stand several times.
    #[arg(long, value_name = "WHAT")]
    emit: Vec<Emitted>,
    /// Files read, and texts looked into, at a time.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model_for_feeds(&args.pipelines)?;
    let mut inputs = args.input.clone();
    if let Some(path) = &args.registry {
        inputs.push(Input::new(jianwei_core::domain::SourceKind::Registry, path.clone()));
    }
    let until_ms = args.until.as_deref().map(|text| time_of(text, model.zone)).transpose()?;
    for input in &inputs {
        input.paths()?;
    }
    if inputs.is_empty() && !args.from_journal {
        bail!("nothing to replay: give --input KIND=PATH, or --from-journal --brokers B");
    }
    let mut report = Report::create(&args.out)?;
    let mut emit = Emit::create(&args.out, &args.emit)?;
    let extra = if args.emit.contains(&Emitted::Assessments) { Extra::Assessments } else { Extra::Nothing };
    if args.from_journal {
        if !inputs.is_empty() {
            bail!("--from-journal reads no files: leave --input out");
        }
        let settings = Settings::new(args.brokers.as_deref().unwrap_or_default(), &args.kafka)?;
        let mut journal = JournalReplay::emitting(extra);
        read_journal(&settings, model.journal_partition, None, &mut |entry, _| {
            let sequenced = journal.step(entry)?;
            emit.take(&sequenced, journal.zone().unwrap_or(model.zone))?;
            report.take(&sequenced)?;
            Ok(true)
        })?;
        match journal.realm() {
            None => bail!("the journal of realm {} is empty", model.realm),
            Some(realm) if realm != model.realm => {
                bail!("journal partition {} belongs to realm {realm:?}", model.journal_partition)
            }
            Some(_) => return finish(report, emit),
        }
    }
    replay_emitting(&model, &inputs, until_ms, crate::now_ms(), args.threads, extra, &mut |sequenced, places| {
        emit.take(sequenced, model.zone)?;
        report.take_from(sequenced, places)
    })?;
    finish(report, emit)
}

fn finish(report: Report, emit: Emit) -> Result<()> {
    emit.finish()?;
    let summary = report.finish()?;
    super::say!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}
