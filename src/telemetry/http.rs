//! `/metrics` and `/healthz`, on an address of the user's choice.

use super::{Metrics, RealmPhase};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;

/// Serves from a thread of its own; returns the address taken (port 0 picks a free one).
pub fn serve(address: SocketAddr, metrics: Arc<Metrics>) -> Result<SocketAddr> {
    let listener = std::net::TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    listener.set_nonblocking(true)?;
    let taken = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    std::thread::Builder::new().name("http".into()).spawn(move || {
        runtime.block_on(async move {
            let router = Router::new().route("/metrics", get(text)).route("/healthz", get(health)).with_state(metrics);
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => {
                    if let Err(error) = axum::serve(listener, router).await {
                        tracing::error!(%error, "http");
                    }
                }
                Err(error) => tracing::error!(%error, "http"),
            }
        });
    })?;
    Ok(taken)
}

async fn text(State(metrics): State<Arc<Metrics>>) -> String {
    metrics.text()
}

/// 200 while no realm has failed; the body names each realm's phase.
async fn health(State(metrics): State<Arc<Metrics>>) -> (StatusCode, String) {
    let phases = metrics.phases();
    let failed = phases.values().any(|p| *p == RealmPhase::Failed);
    let code = if failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (code, serde_json::to_string(&serde_json::json!({ "realms": phases })).unwrap_or_default())
}
