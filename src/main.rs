//! Jianwei (见微): risk warnings for cross-department supervision, from Kafka to Kafka.

mod ahead;
mod attribute;
mod backtest;
mod cases;
mod cli;
mod conformance;
mod demo;
mod evaluate;
mod feeds;
mod kafka;
mod lang;
mod lint;
mod pipelines;
mod rank;
mod replay;
mod score;
mod simulate;
mod tail;
mod telemetry;
mod truth;

/// Intake and engine make many small texts, and several threads do: a fifth of their time with the
/// system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}

/// The wall clock, for the shells; the core gets time as an argument.
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
