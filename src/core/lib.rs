//! Jianwei's pure core: bytes in, entries and effects out.
//!
//! Nothing here reads a clock, a file, a socket, randomness or a hash map's order; time is an
//! argument. `clippy.toml` beside this file holds that, the crate boundary keeps the shells' crates
//! out, and the reasons are in `docs/design.md`.
//!
//! One record's way: [`intake::decode`] (bytes to a typed record) → [`sequencer::order`] (its place
//! and stamp) → [`intake::resolve`] (whom and what it concerns) → [`journal::Entry`] →
//! [`engine::Engine::step`] → [`engine::Effect`]s.

#![forbid(unsafe_code)]

pub mod domain;
pub mod engine;
pub mod intake;
pub mod journal;
pub mod pipeline;
pub mod schema;
pub mod sequencer;

/// Version of the engine's behaviour. Outputs are a function of the journal on one such version; it
/// changes whenever the same journal would give other bytes.
pub const ENGINE_VERSION: u32 = 5;
