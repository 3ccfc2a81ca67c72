//! One file a command; no logic of its own.

mod check;
mod replay;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Jianwei (见微): reads a city's feeds from Kafka, scores enterprises and industries as each record
/// arrives, and publishes graded warnings to the departments that must act.
#[derive(Parser)]
#[command(name = "jianwei", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check a pipeline: every mistake at once, with file, line and what to write instead.
    Check(check::Args),
    /// Step files, or a realm's journal, through a fresh realm and write what it would have said.
    Replay(replay::Args),
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Replay(args) => replay::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jianwei: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A time as a person writes it, local to the realm where it has no offset.
fn time_of(text: &str, zone: jianwei_core::domain::Zone) -> anyhow::Result<i64> {
    let time = jianwei_core::domain::parse_time(text, zone);
    time.map(|(ms, _)| ms).map_err(|_| anyhow::anyhow!("{text:?} is not a time: write 2014-12-31 or 2014-12-31T18:00:00-06:00"))
}

fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
