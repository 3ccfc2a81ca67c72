//! Tickets and reports whose newest entry names nobody, and whom they would be about by the directory
//! as it is now.

use super::active::{Active, of_this_realm};
use super::scan::Topic;
use super::sent::CLOCK_SKEW_MS;
use super::{MAX_CHOSEN, Piece, Place, Redrive, State, full};
use crate::kafka::batch::REDRIVEN_FROM;
use crate::kafka::journal::read_journal;
use crate::kafka::poll::RawMessage;
use anyhow::{Context, Result};
use jianwei_core::domain::RecordKind;
use jianwei_core::engine::Engine;
use jianwei_core::intake;
use jianwei_core::journal::{Body, Entry, RecordEntry};
use std::collections::{BTreeMap, HashSet};

/// What the journal says: the realm as it stands, and the texts that name nobody.
pub struct Known {
    pub active: Active,
    engine: Engine,
    texts: Texts,
}

/// The newest entry of each record, by kind and own id; only those that name nobody are kept.
type Texts = BTreeMap<(RecordKind, String), Text>;

struct Text {
    place: Place,
    stamp_ms: i64,
    /// Several enterprises might be meant.
    candidates: bool,
}

/// Steps the realm's journal, as `replay --from-journal` does.
pub fn known(redrive: &Redrive, since_ms: i64) -> Result<Known> {
    let model = redrive.model;
    let bar = redrive.journal_bar()?;
    let (mut engine, mut genesis, mut texts) = (None::<Engine>, None, Texts::new());
    let mut effects = Vec::new();
    read_journal(redrive.settings, model.journal_partition, None, &mut |entry, _| {
        bar.inc(1);
        note(&entry, since_ms, &mut texts)?;
        match &mut engine {
            None => {
                engine = Some(Engine::begin(&entry, &mut effects)?);
                if let Body::Genesis(first) = entry.body {
                    genesis = Some(first);
                }
            }
            Some(engine) => engine.step(&entry, &mut effects)?,
        }
        effects.clear();
        Ok(true)
    })?;
    bar.finish_and_clear();
    let engine = engine.with_context(|| format!("the journal of realm {} is empty: it never ran", model.realm))?;
    let genesis = genesis.context("the journal's first entry is no genesis")?;
    of_this_realm(&genesis.realm, model)?;
    let active = Active::of(&genesis, &engine.state().bundle);
    Ok(Known { active, engine, texts })
}

fn note(entry: &Entry, since_ms: i64, texts: &mut Texts) -> Result<()> {
    let Body::Record(RecordEntry { source, id, fact, .. }) = &entry.body else { return Ok(()) };
    let Some(text) = fact.text() else { return Ok(()) };
    let key = (text.evidence.kind, id.clone());
    if text.evidence.subject.is_some() || entry.stamp_ms < since_ms {
        texts.remove(&key);
        return Ok(());
    }
    let place = Place { topic: source.topic.clone(), partition: source.partition, offset: source.offset };
    let candidates = !text.evidence.candidates.is_empty();
    texts.insert(key, Text { place, stamp_ms: entry.stamp_ms, candidates });
    if texts.len() > MAX_CHOSEN { Err(full()) } else { Ok(()) }
}

/// Reads the source topics once: for the texts' own records, and for what was sent again already.
pub fn find(redrive: &Redrive, known: &Known, since_ms: i64) -> Result<Vec<Piece>> {
    let mut pieces: BTreeMap<Place, Piece> = known.texts.values().map(|text| (text.place.clone(), piece_of(text))).collect();
    let topics: std::collections::BTreeSet<String> = pieces.keys().map(|place| place.topic.clone()).collect();
    let mut sent = HashSet::new();
    for name in topics {
        if redrive.model.source_of_topic(&name).is_none() {
            pieces.values_mut().filter(|p| p.source == name).for_each(|p| p.state = State::NoSource);
            continue;
        }
        let mut topic = Topic::open(redrive.settings, &name)?;
        let begins: BTreeMap<i32, i64> = topic.partitions.iter().map(|(p, e)| (*p, e.from)).collect();
        topic.since(since_ms.saturating_sub(CLOCK_SKEW_MS))?;
        for (partition, extent) in &mut topic.partitions {
            let first = pieces.keys().filter(|p| p.topic == name && p.partition == *partition).map(|p| p.offset).min();
            extent.from = extent.from.min(first.unwrap_or(extent.from)).max(begins[partition]);
        }
        let bar = (redrive.progress)(topic.records());
        topic.read(&redrive.group(), &bar, &mut |message| {
            sent.extend(message.header(REDRIVEN_FROM).map(str::to_string));
            let place = Place { topic: message.topic.clone(), partition: message.partition, offset: message.offset };
            if let Some(piece) = pieces.get_mut(&place) {
                piece.state = tried(redrive, known, &message);
            }
            Ok(())
        })?;
        bar.finish_and_clear();
    }
    for piece in pieces.values_mut().filter(|p| sent.contains(&p.from)) {
        piece.state = State::Sent;
    }
    Ok(pieces.into_values().collect())
}

fn piece_of(text: &Text) -> Piece {
    let place = text.place.clone();
    Piece {
        from: format!("{}/{}/{}", place.topic, place.partition, place.offset),
        at_ms: text.stamp_ms,
        source: place.topic.clone(),
        reason: if text.candidates { "candidates".into() } else { "nobody".into() },
        field: String::new(),
        came_back: false,
        // Until its record is found.
        state: State::Gone,
        place,
    }
}

fn tried(redrive: &Redrive, known: &Known, message: &RawMessage) -> State {
    let Some(about) = redrive.model.source_of_topic(&message.topic) else { return State::NoSource };
    match intake::decode(redrive.model, about, message.key.as_deref(), message.value.as_deref()) {
        Err(rejection) => State::Fails { reason: rejection.reason, field: rejection.field },
        Ok(mut decoded) => {
            let fact = intake::resolve(redrive.model, &known.engine.state().directory, &mut decoded);
            match fact.evidence().and_then(|e| e.subject.as_ref()) {
                Some(_) => State::Ready,
                None => State::Nobody,
            }
        }
    }
}
