//! What a run found, counted.

use super::{Piece, State};
use std::collections::BTreeMap;

/// Pieces of one topic, reason and field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub count: u64,
    pub first_ms: i64,
    pub last_ms: i64,
    /// Places of the first and the last, for choosing by hand.
    pub first_at: (i32, i64),
    pub last_at: (i32, i64),
    /// Sent again already.
    pub sent: u64,
    /// Sent again before, and dead letters once more.
    pub came_back: u64,
}

/// What became, or would become, of the pieces not sent before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Ready,
    Fails { reason: &'static str, field: String },
    Nobody,
    Superseded,
    Cut,
    Redacted,
    NoSource,
    Gone,
}

#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By topic, reason, field.
    pub groups: BTreeMap<(String, String, String), Group>,
    pub outcomes: BTreeMap<Outcome, u64>,
    pub sent_before: u64,
}

impl Tally {
    pub fn of(pieces: &[Piece]) -> Tally {
        let mut tally = Tally::default();
        for piece in pieces {
            let at = (piece.place.partition, piece.place.offset);
            let fresh = Group { first_ms: piece.at_ms, first_at: at, ..Group::default() };
            let group = tally.groups.entry((piece.source.clone(), piece.reason.clone(), piece.field.clone())).or_insert(fresh);
            group.count += 1;
            group.first_ms = group.first_ms.min(piece.at_ms);
            group.last_ms = group.last_ms.max(piece.at_ms);
            group.last_at = at;
            group.came_back += u64::from(piece.came_back);
            group.sent += u64::from(piece.state == State::Sent);
            match outcome(&piece.state) {
                Some(outcome) => *tally.outcomes.entry(outcome).or_default() += 1,
                None => tally.sent_before += 1,
            }
        }
        tally
    }
}

fn outcome(state: &State) -> Option<Outcome> {
    Some(match state {
        State::Sent => return None,
        State::Ready => Outcome::Ready,
        State::Fails { reason, field } => Outcome::Fails { reason: reason.as_str(), field: field.clone().unwrap_or_default() },
        State::Nobody => Outcome::Nobody,
        State::Superseded => Outcome::Superseded,
        State::Cut => Outcome::Cut,
        State::Redacted => Outcome::Redacted,
        State::NoSource => Outcome::NoSource,
        State::Gone => Outcome::Gone,
    })
}
