use crate::demo::{Options, run as run_demo};
use crate::kafka::Settings;
use anyhow::{Context, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// The whole run, start-up included, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Plain text (also with NO_COLOR set, or when the output is no terminal).
    #[arg(long)]
    no_color: bool,
    /// On the real cluster that KAFKA_BROKERS names, with a worker killed in mid-run.
    #[arg(long)]
    kafka: bool,
    /// The pipeline whose sample feeds are shown.
    #[arg(long, default_value = "pipelines/chicago")]
    pipelines: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let kafka = match args.kafka {
        false => None,
        true => {
            let brokers = std::env::var("KAFKA_BROKERS")
                .context("--kafka needs KAFKA_BROKERS; `make demo-kafka` starts a broker and sets it")?;
            Some(Settings::new(&brokers, &[])?)
        }
    };
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
    let color = terminal && !args.no_color && std::env::var_os("NO_COLOR").is_none();
    run_demo(&Options { pipelines: args.pipelines.clone(), seconds: args.seconds, color, kafka })
}
