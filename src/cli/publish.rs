use super::kafka_args::KafkaArgs;
use crate::feeds::Input;
use crate::kafka::publish;
use crate::pipelines::read_model;
use crate::replay::progress_bar;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    kafka: KafkaArgs,
    /// The realm's pipeline: it names the topics and the field maps.
    #[arg(long)]
    pipelines: PathBuf,
    /// Files to publish: KIND=PATH, as for `replay`.
    #[arg(long, required = true)]
    input: Vec<Input>,
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.pipelines)?;
    let published = publish(&args.kafka.settings()?, &model, &args.input, progress_bar)?;
    for (topic, count) in published.records {
        super::say!("{count} records to {topic}");
    }
    Ok(())
}
