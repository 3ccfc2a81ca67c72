use super::kafka_args::KafkaArgs;
use crate::kafka::{check_topics, create_topics, needed_topics};
use crate::pipelines::read_model;
use anyhow::{Result, bail};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub enum Args {
    /// Create the topics that are missing.
    Create(CreateArgs),
    /// Name every missing topic and every setting that would break the promise.
    Check(CheckArgs),
}

#[derive(clap::Args)]
pub struct CreateArgs {
    #[command(flatten)]
    which: CheckArgs,
    /// Partitions of raw and departmental topics.
    #[arg(long, default_value_t = 3)]
    partitions: i32,
    /// Copies of each partition; 3 on a real cluster.
    #[arg(long, default_value_t = 3)]
    replication: i32,
}

#[derive(clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    kafka: KafkaArgs,
    /// A realm's pipeline; may stand several times.
    #[arg(long, required = true)]
    pipelines: Vec<PathBuf>,
}

pub fn run(args: &Args) -> Result<()> {
    match args {
        Args::Create(args) => create(args),
        Args::Check(args) => check(args),
    }
}

fn create(args: &CreateArgs) -> Result<()> {
    let settings = args.which.kafka.settings()?;
    let models = args.which.pipelines.iter().map(|dir| read_model(dir)).collect::<Result<Vec<_>>>()?;
    let specs = needed_topics(&models.iter().collect::<Vec<_>>(), args.partitions);
    let made = create_topics(&settings, &specs, args.replication)?;
    super::say!("{} topics needed, {} created", specs.len(), made.len());
    for name in made {
        super::say!("created {name}");
    }
    Ok(())
}

fn check(args: &CheckArgs) -> Result<()> {
    let settings = args.kafka.settings()?;
    let models = args.pipelines.iter().map(|dir| read_model(dir)).collect::<Result<Vec<_>>>()?;
    let specs = needed_topics(&models.iter().collect::<Vec<_>>(), 1);
    let (advice, problems): (Vec<_>, Vec<_>) = check_topics(&settings, &specs)?.into_iter().partition(|p| p.advice);
    for advice in advice {
        super::say!("advice: topic {} {}\n    mend: {}", advice.topic, advice.problem, advice.mend);
    }
    if problems.is_empty() {
        super::say!("{} topics, all as they must be", specs.len());
        return Ok(());
    }
    bail!("{}", super::topic_problems(&problems));
}
