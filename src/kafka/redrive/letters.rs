//! Dead letters of a realm, and what intake would make of them now.

use super::scan::Topic;
use super::{Active, MAX_CHOSEN, Piece, Place, Redrive, State, full};
use crate::kafka::batch::{MAX_DEAD_LETTER_KEY_BYTES, REDRIVEN_FROM};
use crate::kafka::poll::RawMessage;
use anyhow::Result;
use jianwei_core::engine::topics;
use jianwei_core::intake;

/// Which dead letters; what is left empty chooses all.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    pub reasons: Vec<String>,
    pub topics: Vec<String>,
    pub fields: Vec<String>,
    /// When they became dead letters: from, and before.
    pub since_ms: Option<i64>,
    pub until_ms: Option<i64>,
    /// Partition and offset in the topic of dead letters.
    pub places: Vec<(i32, i64)>,
}

impl Chosen {
    fn has(&self, piece: &Piece) -> bool {
        let among = |list: &[String], text: &str| list.is_empty() || list.iter().any(|l| l == text);
        among(&self.reasons, &piece.reason)
            && among(&self.topics, &piece.source)
            && among(&self.fields, &piece.field)
            && self.since_ms.is_none_or(|since| piece.at_ms >= since)
            && self.until_ms.is_none_or(|until| piece.at_ms < until)
            && (self.places.is_empty() || self.places.contains(&(piece.place.partition, piece.place.offset)))
    }
}

/// Reads the realm's dead letters and tries each that was chosen.
pub fn find(redrive: &Redrive, chosen: &Chosen, active: &Active) -> Result<Vec<Piece>> {
    let mut topic = Topic::open(redrive.settings, topics::DEAD_LETTERS)?;
    if let Some(since_ms) = chosen.since_ms {
        topic.since(since_ms)?;
    }
    let bar = (redrive.progress)(topic.records());
    let mut pieces = Vec::new();
    topic.read(&redrive.group(), &bar, &mut |message| {
        if message.header("jianwei_realm") != Some(redrive.model.realm.as_str()) {
            return Ok(());
        }
        let mut piece = piece_of(&message);
        if chosen.has(&piece) {
            piece.state = tried(redrive, active, &piece.source, &message);
            pieces.push(piece);
        }
        if pieces.len() > MAX_CHOSEN { Err(full()) } else { Ok(()) }
    })?;
    bar.finish_and_clear();
    Ok(pieces)
}

fn piece_of(message: &RawMessage) -> Piece {
    let header = |name: &str| message.header(name).unwrap_or_default().to_string();
    Piece {
        // The time tells it from one at the same offset of a topic that was deleted and made anew.
        from: format!("{}/{}/{}@{}", message.topic, message.partition, message.offset, message.timestamp_ms),
        place: Place { topic: message.topic.clone(), partition: message.partition, offset: message.offset },
        at_ms: message.timestamp_ms,
        source: header("jianwei_topic"),
        reason: header("jianwei_reason"),
        field: header("jianwei_field"),
        came_back: message.header(REDRIVEN_FROM).is_some(),
        state: State::Ready,
    }
}

fn tried(redrive: &Redrive, active: &Active, source: &str, message: &RawMessage) -> State {
    let key_bytes = message.key.as_ref().map_or(0, Vec::len);
    if message.header("jianwei_redacted").is_some() {
        return State::Redacted;
    }
    if message.header("jianwei_cut_from_bytes").is_some() || key_bytes >= MAX_DEAD_LETTER_KEY_BYTES {
        return State::Cut;
    }
    let Some(about) = redrive.model.source_of_topic(source) else { return State::NoSource };
    match intake::decode(redrive.model, about, message.key.as_deref(), message.value.as_deref()) {
        Err(rejection) => State::Fails { reason: rejection.reason, field: rejection.field },
        Ok(decoded) if active.is_future(&decoded.record, redrive.now_ms) => {
            State::Fails { reason: jianwei_core::journal::Reason::FutureTime, field: None }
        }
        Ok(_) => State::Ready,
    }
}
