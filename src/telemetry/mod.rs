//! Logs, metrics and health.

mod analysts;
mod http;
mod metrics;

pub use analysts::attribution;
pub use http::serve;
pub use metrics::{Metrics, RealmPhase};

use tracing_subscriber::EnvFilter;

/// Logs to standard error; `JIANWEI_LOG` picks what (`info` unless told).
pub fn init_logs(default: &str) {
    let filter = EnvFilter::try_from_env("JIANWEI_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init();
}
