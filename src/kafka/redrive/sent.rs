//! Which dead letters were sent again already, by the headers in their source topics.

use super::scan::Topic;
use super::{Piece, Place, Redrive, State};
use crate::kafka::batch::REDRIVEN_FROM;
use crate::kafka::poll::RawMessage;
use anyhow::Result;
use jianwei_core::domain::HOUR_MS;
use jianwei_core::engine::topics;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A record sent again is stamped no earlier than what it comes from, by the clock of whoever stamps;
/// clocks of a cluster differ by less than this.
pub const CLOCK_SKEW_MS: i64 = HOUR_MS;

/// Marks those that were sent, and directory rows that later ones have taken the place of.
pub fn mark(redrive: &Redrive, pieces: &mut [Piece]) -> Result<()> {
    let mut by_source: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, piece) in pieces.iter().enumerate().filter(|(_, p)| p.state != State::NoSource) {
        by_source.entry(piece.source.clone()).or_default().push(at);
    }
    for (source, members) in by_source {
        let undated = redrive.model.source_of_topic(&source).is_some_and(|s| s.kind.undated());
        if undated {
            mark_rows(redrive, &source, &members, pieces)?;
        } else {
            mark_records(redrive, &source, &members, pieces)?;
        }
    }
    Ok(())
}

fn mark_records(redrive: &Redrive, source: &str, members: &[usize], pieces: &mut [Piece]) -> Result<()> {
    let mut topic = Topic::open(redrive.settings, source)?;
    let first_ms = members.iter().map(|at| pieces[*at].at_ms).min().unwrap_or(0);
    topic.since(first_ms.saturating_sub(CLOCK_SKEW_MS))?;
    let mut found = HashSet::new();
    let bar = (redrive.progress)(topic.records());
    topic.read(&redrive.group(), &bar, &mut |message| {
        found.extend(message.header(REDRIVEN_FROM).map(str::to_string));
        Ok(())
    })?;
    bar.finish_and_clear();
    for at in members {
        if found.contains(&pieces[*at].from) {
            pieces[*at].state = State::Sent;
        }
    }
    Ok(())
}

/// A directory's topic is compacted: of each key only the newest row is sure to be there. A row that is
/// not the newest of its key is not sent, for it would undo the newer one.
fn mark_rows(redrive: &Redrive, source: &str, members: &[usize], pieces: &mut [Piece]) -> Result<()> {
    let letters = bytes_of_letters(redrive, members, pieces)?;
    let wanted: HashSet<&Vec<u8>> = letters.values().map(|(key, _)| key).collect();
    let mut found = HashSet::new();
    let mut newest: HashMap<Vec<u8>, Digest256> = HashMap::new();
    let topic = Topic::open(redrive.settings, source)?;
    let bar = (redrive.progress)(topic.records());
    topic.read(&redrive.group(), &bar, &mut |message| {
        found.extend(message.header(REDRIVEN_FROM).map(str::to_string));
        let (key, digest) = digest_of(message);
        if wanted.contains(&key) {
            newest.insert(key, digest);
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    for at in members {
        let piece = &mut pieces[*at];
        if found.contains(&piece.from) {
            piece.state = State::Sent;
        } else if let Some((key, digest)) = letters.get(&piece.place)
            && piece.state == State::Ready
            && newest.get(key).is_some_and(|n| n != digest)
        {
            piece.state = State::Superseded;
        }
    }
    Ok(())
}

/// Key, and digest of the value, of the dead letters themselves.
fn bytes_of_letters(redrive: &Redrive, members: &[usize], pieces: &[Piece]) -> Result<BTreeMap<Place, (Vec<u8>, Digest256)>> {
    let places: BTreeSet<&Place> = members.iter().map(|at| &pieces[*at].place).collect();
    let mut topic = Topic::open(redrive.settings, topics::DEAD_LETTERS)?;
    for (partition, extent) in &mut topic.partitions {
        let first = places.iter().filter(|p| p.partition == *partition).map(|p| p.offset).min();
        extent.from = extent.from.max(first.unwrap_or(extent.end));
    }
    let mut letters = BTreeMap::new();
    let bar = (redrive.progress)(topic.records());
    topic.read(&redrive.group(), &bar, &mut |message| {
        let place = Place { topic: message.topic.clone(), partition: message.partition, offset: message.offset };
        if places.contains(&place) {
            letters.insert(place, digest_of(message));
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(letters)
}

/// None for a null value.
type Digest256 = Option<[u8; 32]>;

fn digest_of(message: RawMessage) -> (Vec<u8>, Digest256) {
    let digest = message.value.map(|value| Sha256::digest(value).into());
    (message.key.unwrap_or_default(), digest)
}
