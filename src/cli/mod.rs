//! One file a command; no logic of its own.

/// `println!` for results: a reader that closed the pipe (`| head`) ends the command quietly.
macro_rules! say {
    ($($arg:tt)*) => {
        $crate::cli::write_line(&format!($($arg)*))
    };
}
use say;

mod attribute;
mod backtest;
mod calibrate;
mod check;
mod conformance;
mod demo;
mod evaluate;
mod kafka_args;
mod lint_feed;
mod publish;
mod rank;
mod redrive;
mod replay;
mod run;
mod schema;
mod score;
mod simulate;
mod test;
mod topics;

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
    /// Watch real feeds become warnings, on a broker inside this process or on a real Kafka.
    Demo(demo::Args),
    /// Check a pipeline: every mistake at once, with file, line and what to write instead.
    Check(check::Args),
    /// Show for tickets from standard input whom intake names, why, and what it rejected.
    Attribute(attribute::Args),
    /// Run a pipeline's own cases: records in, expected attribution, matters, warnings.
    Test(test::Args),
    /// Create or check the topics the realms need.
    #[command(subcommand)]
    Topics(topics::Args),
    /// Profile an export before it is published: columns, repairs, dead letters, a field map to paste.
    LintFeed(lint_feed::Args),
    /// Publish files into the raw topics.
    Publish(publish::Args),
    /// List whom to look at first: an organisation's subjects by level, then score (art. 17).
    Rank(rank::Args),
    /// Send dead letters, or tickets nobody was found for, through once more: list them, try a fix, send.
    Redrive(redrive::Args),
    /// Run realms: read, score, warn, exactly once.
    Run(run::Args),
    /// Make a city up: all its feeds, departments that answer, and the truth of what is planted in it.
    Simulate(simulate::Args),
    /// Write the schemas of all records and files, the AsyncAPI document and the conformance set.
    Schema(schema::Args),
    /// Test a department's own consumer with training records.
    #[command(subcommand)]
    Conformance(conformance::Args),
    /// Say what a replay of a simulated city found, how late, and how often it was wrong.
    Score(score::Args),
    /// Measure the engine against series where the truth is known.
    #[command(subcommand)]
    Evaluate(evaluate::Args),
    /// Say how right the chances of outcomes were, each told from what was known the day before.
    Backtest(backtest::Args),
    /// Learn coefficients from past outcomes, and how often small p-values come, and write them as a new version
    /// of the pipeline.
    Calibrate(calibrate::Args),
    /// Step files, or a realm's journal, through a fresh realm and write what it would have said.
    Replay(replay::Args),
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Attribute(args) => attribute::run(&args),
        Command::Backtest(args) => backtest::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Topics(args) => topics::run(&args),
        Command::Publish(args) => publish::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Conformance(args) => conformance::run(&args),
        Command::LintFeed(args) => lint_feed::run(&args),
        Command::Rank(args) => rank::run(&args),
        Command::Redrive(args) => redrive::run(&args),
        Command::Run(args) => run::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jianwei: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn topic_problems(problems: &[crate::kafka::TopicProblem]) -> String {
    let lines = problems.iter().map(|p| format!("topic {} {}\n    mend: {}", p.topic, p.problem, p.mend));
    format!("{} topics are not as they must be:\n{}", problems.len(), lines.collect::<Vec<_>>().join("\n"))
}

fn write_line(text: &str) {
    use std::io::Write;
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        let quiet = error.kind() == std::io::ErrorKind::BrokenPipe;
        std::process::exit(if quiet { 0 } else { 1 });
    }
}
