use super::kafka_args::KafkaArgs;
use crate::kafka::{RealmOptions, WorkerOptions, check_topics, needed_topics, run_worker};
use crate::pipelines::{read_model_for_feeds, time_of};
use crate::telemetry::{Metrics, init_logs, serve};
use anyhow::{Context, Result, bail};
use jianwei_core::pipeline::{Clock, Model};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Every setting may come from a flag, an environment variable or the file that `--config` names; a
/// flag goes before the environment, the environment before the file.
#[derive(clap::Args)]
pub struct Args {
    /// A TOML file with the same names as the flags (`brokers`, `pipelines`, `kafka`, ...).
    #[arg(long, env = "JIANWEI_CONFIG")]
    config: Option<PathBuf>,
    /// Bootstrap servers, host:port, separated by commas.
    #[arg(long, env = "JIANWEI_BROKERS")]
    brokers: Option<String>,
    /// Any librdkafka setting, key=value; may stand several times.
    #[arg(long = "kafka", value_name = "KEY=VALUE", env = "JIANWEI_KAFKA", value_delimiter = ' ')]
    kafka: Vec<String>,
    /// A realm's pipeline; may stand several times, one realm each.
    #[arg(long, env = "JIANWEI_PIPELINES", value_delimiter = ':')]
    pipelines: Vec<PathBuf>,
    /// Folder for snapshots [default: ./state].
    #[arg(long, env = "JIANWEI_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// Address of /metrics and /healthz; port 0 picks a free one [default: 127.0.0.1:9464].
    #[arg(long, env = "JIANWEI_LISTEN")]
    listen: Option<SocketAddr>,
    /// Let a pipeline that differs from the realm's active one take effect.
    #[arg(long)]
    activate: bool,
    /// A new realm's clock, in the place of its pipeline's: `feed` where the topics hold a history that
    /// is complete, `wall` for live feeds. Fixed with the realm's first entry.
    #[arg(long, value_parser = clock)]
    clock: Option<Clock>,
    /// Feed clock: the feed ends here; later records are dead letters, and time passes up to it.
    #[arg(long)]
    until: Option<String>,
    /// Feed clock: end once every source is read and committed.
    #[arg(long)]
    exit_at_end: bool,
    /// Feed clock: days of the feed that may pass in a second, so that people can watch.
    #[arg(long)]
    pace_days_per_s: Option<f64>,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    brokers: Option<String>,
    kafka: Vec<String>,
    pipelines: Vec<PathBuf>,
    state_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
}

pub fn run(args: &Args) -> Result<()> {
    init_logs("info");
    let file = read_file(args)?;
    let brokers = args
        .brokers
        .clone()
        .or(file.brokers)
        .context("no brokers: --brokers, JIANWEI_BROKERS or `brokers` in the config file")?;
    let pipelines = if args.pipelines.is_empty() { file.pipelines } else { args.pipelines.clone() };
    if pipelines.is_empty() {
        bail!("no pipelines: --pipelines DIR, JIANWEI_PIPELINES or `pipelines` in the config file");
    }
    let mut extra = file.kafka;
    extra.extend(args.kafka.clone());
    let settings = KafkaArgs { brokers, kafka: extra }.settings()?;
    let models = pipelines.iter().map(|dir| read_model_for_feeds(dir).map(Arc::new)).collect::<Result<Vec<_>>>()?;
    refuse_shared(&models)?;
    match models.first().and_then(|model| model.caller_key.as_ref()) {
        Some(key) => tracing::info!("callers are told apart by a hash that changes daily, key {}", key.id()),
        None => tracing::warn!("no JIANWEI_CALLER_KEY: one caller's many records count like those of many callers"),
    }
    let refs: Vec<&Model> = models.iter().map(Arc::as_ref).collect();
    let (advice, problems): (Vec<_>, Vec<_>) =
        check_topics(&settings, &needed_topics(&refs, 1))?.into_iter().partition(|p| p.advice);
    for advice in advice {
        tracing::warn!(topic = advice.topic, mend = advice.mend, "{}", advice.problem);
    }
    if !problems.is_empty() {
        bail!("{}", super::topic_problems(&problems));
    }
    for model in &models {
        args.until.as_deref().map(|text| time_of(text, model.zone)).transpose()?;
    }
    let options = WorkerOptions {
        settings,
        models,
        realm: RealmOptions {
            state_dir: args.state_dir.clone().or(file.state_dir).unwrap_or_else(|| PathBuf::from("state")),
            activate: args.activate,
            until: args.until.clone(),
            pace_ms_per_s: args.pace_days_per_s.map(|days| (days * 86_400_000.0) as i64),
            clock: args.clock,
            exit_at_end: args.exit_at_end,
            snapshots: true,
        },
    };
    let metrics = Arc::new(Metrics::new()?);
    let listen = args.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9464)));
    let taken = serve(listen, Arc::clone(&metrics))?;
    tracing::info!("metrics and health on http://{taken}/metrics and /healthz");
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        // A second one ends the process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    run_worker(&options, &stop, &metrics)?;
    tracing::info!("stopped cleanly");
    Ok(())
}

fn clock(text: &str) -> Result<Clock, String> {
    Clock::parse(text).ok_or_else(|| format!("no clock {text:?}: feed or wall"))
}

fn read_file(args: &Args) -> Result<File> {
    let Some(path) = &args.config else { return Ok(File::default()) };
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{}", path.display()))
}

/// Two realms share no journal partition and no source topic.
fn refuse_shared(models: &[Arc<Model>]) -> Result<()> {
    for (at, model) in models.iter().enumerate() {
        for other in &models[..at] {
            if model.journal_partition == other.journal_partition {
                bail!("realms {} and {} both have journal_partition {}", other.realm, model.realm, model.journal_partition);
            }
            let control = jianwei_core::pipeline::CONTROL_TOPIC;
            if let Some(shared) = model.sources.iter().find(|s| s.topic != control && other.source_of_topic(&s.topic).is_some()) {
                bail!("realms {} and {} both read topic {}", other.realm, model.realm, shared.topic);
            }
        }
    }
    Ok(())
}
