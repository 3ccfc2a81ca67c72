//! Taking a realm's state up again, and laying it down: snapshots and the journal.

use super::Realm;
use crate::kafka::client::Settings;
use crate::kafka::journal::read_journal;
use crate::telemetry::RealmPhase;
use anyhow::{Result, bail};
use jianwei_core::engine::Engine;
use jianwei_core::journal::{Body, Snapshot};
use jianwei_core::sequencer::{Event, Sequencer};
use std::time::Instant;

impl Realm {
    /// Newest valid snapshot, then the journal from there to its committed end, effects dropped:
    /// they were committed with their entries.
    pub(super) fn recover(&mut self) -> Result<Event> {
        self.metrics.phase(&self.model.realm, RealmPhase::Recovering);
        let began = Instant::now();
        let partition = self.model.journal_partition;
        let journal_id = journal_id(&self.settings, partition)?;
        let mut engine = None;
        let mut from = None;
        if let (Some(snapshots), Some(journal_id)) = (&self.snapshots, &journal_id) {
            for path in snapshots.list()? {
                match self.try_snapshot(&path, journal_id) {
                    Ok((restored, offset)) => {
                        from = Some(offset);
                        self.journal_offset = Some(offset);
                        self.snapshot_seq = restored.next_seq() - 1;
                        engine = Some(restored);
                        let age = std::fs::metadata(&path).and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
                        self.metrics.snapshot_found(&self.model.realm, age.unwrap_or_default());
                        break;
                    }
                    Err(error) => tracing::warn!(path = %path.display(), error = format!("{error:#}"), "snapshot refused"),
                }
            }
        }
        let from_seq = engine.as_ref().map_or(0, Engine::next_seq);
        let mut effects = Vec::new();
        read_journal(&self.settings, partition, from, &mut |entry, offset| {
            self.journal_offset = Some(offset);
            match &mut engine {
                None => engine = Some(Engine::begin(&entry, &mut effects)?),
                Some(engine) if entry.seq >= engine.next_seq() => engine.step(&entry, &mut effects)?,
                Some(_) => {}
            }
            effects.clear();
            Ok(true)
        })?;
        let last_seq = engine.as_ref().map(|e| e.next_seq() - 1);
        if let Some(engine) = &engine {
            let entries = engine.next_seq() - from_seq;
            tracing::info!(realm = self.model.realm, from_seq, entries, ms = began.elapsed().as_millis() as u64, "recovered");
            if engine.state().realm != self.model.realm {
                bail!(
                    "journal partition {partition} belongs to realm {:?}: give {:?} a journal_partition of its own",
                    engine.state().realm,
                    self.model.realm
                );
            }
        }
        self.sequencer = engine.map(Sequencer::new);
        Ok(Event::LastSeq(last_seq))
    }

    /// A snapshot counts only if the journal holds its last entry where the snapshot says.
    fn try_snapshot(&self, path: &std::path::Path, journal_id: &str) -> Result<(Engine, i64)> {
        let bytes = std::fs::read(path)?;
        let snapshot = Snapshot::decode(&bytes, &self.model.realm, journal_id).map_err(|e| anyhow::anyhow!("{e}"))?;
        let offset = snapshot.header.journal_offset;
        let mut found = None;
        read_journal(&self.settings, self.model.journal_partition, Some(offset), &mut |entry, _| {
            found = Some(entry.seq);
            Ok(false)
        })?;
        if found != Some(snapshot.header.seq) {
            bail!("the journal does not hold its last entry {} at offset {offset} (found {found:?})", snapshot.header.seq);
        }
        Ok((Engine::restore(&snapshot.state)?, offset))
    }

    pub(super) fn read_last_seq(&mut self) -> Event {
        let mut last = None;
        let read = read_journal(&self.settings, self.model.journal_partition, self.journal_offset, &mut |entry, offset| {
            last = Some(entry.seq);
            self.journal_offset = Some(offset);
            Ok(true)
        });
        match read {
            Ok(()) => Event::LastSeq(last),
            Err(error) => {
                tracing::error!(realm = self.model.realm, error = format!("{error:#}"), "reading the journal's end");
                Event::ReadFailed
            }
        }
    }

    /// Writes a snapshot of what is committed; failing to costs only time at the next start.
    pub(super) fn snapshot(&mut self) {
        let (Some(snapshots), Some(sequencer), Some(committed), Some(offset)) =
            (&self.snapshots, &self.sequencer, self.machine.committed(), self.journal_offset)
        else {
            return;
        };
        let engine = sequencer.engine();
        if engine.next_seq() != committed + 1 || (committed == self.snapshot_seq && committed > 0) {
            return;
        }
        let written = engine.snapshot_state().map_err(anyhow::Error::from).and_then(|state| {
            let state_bytes = state.len();
            let snapshot =
                Snapshot::new(&self.model.realm, &engine.state().journal_id, &self.model.hash, committed, offset, state);
            snapshots.write(&snapshot).map(|path| (path, state_bytes))
        });
        match written {
            Ok((path, state_bytes)) => {
                tracing::info!(realm = self.model.realm, path = %path.display(), state_bytes, "snapshot");
                self.metrics.snapshot(&self.model.realm, state_bytes);
            }
            Err(error) => tracing::error!(realm = self.model.realm, error = format!("{error:#}"), "snapshot not written"),
        }
        self.snapshot_seq = committed;
        self.snapshot_at = Instant::now();
    }
}

/// The id in the journal's first entry; none while the journal is empty.
fn journal_id(settings: &Settings, partition: i32) -> Result<Option<String>> {
    let mut id = None;
    read_journal(settings, partition, None, &mut |entry, offset| match entry.body {
        Body::Genesis(genesis) => {
            id = Some(genesis.journal_id);
            Ok(false)
        }
        _ => bail!("the journal's first entry, at offset {offset}, is no genesis: entries were deleted; set retention.ms=-1"),
    })?;
    Ok(id)
}
