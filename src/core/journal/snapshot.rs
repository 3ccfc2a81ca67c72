//! A snapshot's bytes: one header line of JSON, then the engine's state as zstd. The shell writes
//! and picks the files, and looks whether the journal holds the snapshot's last entry.

use crate::ENGINE_VERSION;
use crate::domain::hex_digest;
use serde::{Deserialize, Serialize};

const MAGIC: &str = "jianwei-snapshot-1";
/// Most bytes a state may unpack to.
const MAX_STATE_BYTES: usize = 8 << 30;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotHeader {
    pub magic: String,
    pub realm: String,
    pub journal_id: String,
    pub engine_version: u32,
    pub pipeline_hash: String,
    /// The last entry in it.
    pub seq: u64,
    /// Reading the journal from here sees every entry after `seq`.
    pub journal_offset: i64,
    /// SHA-256 of the state.
    pub digest: String,
    pub state_bytes: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub header: SnapshotHeader,
    pub state: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    Torn,
    Foreign(String),
    EngineVersion(u32),
}

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SnapshotError::Torn => write!(f, "torn: its bytes do not fit its checksum"),
            SnapshotError::Foreign(what) => write!(f, "of another {what}"),
            SnapshotError::EngineVersion(v) => write!(f, "of engine version {v}; this is {ENGINE_VERSION}"),
        }
    }
}

impl Snapshot {
    pub fn new(realm: &str, journal_id: &str, pipeline_hash: &str, seq: u64, journal_offset: i64, state: Vec<u8>) -> Snapshot {
        let header = SnapshotHeader {
            magic: MAGIC.to_string(),
            realm: realm.to_string(),
            journal_id: journal_id.to_string(),
            engine_version: ENGINE_VERSION,
            pipeline_hash: pipeline_hash.to_string(),
            seq,
            journal_offset,
            digest: hex_digest(&state),
            state_bytes: state.len(),
        };
        Snapshot { header, state }
    }

    pub fn encode(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut out = serde_json::to_vec(&self.header).map_err(|_| SnapshotError::Torn)?;
        out.push(b'\n');
        out.extend(zstd::bulk::compress(&self.state, 3).map_err(|_| SnapshotError::Torn)?);
        Ok(out)
    }

    /// Reads and verifies; `realm` and `journal_id` must be the ones asked for.
    pub fn decode(bytes: &[u8], realm: &str, journal_id: &str) -> Result<Snapshot, SnapshotError> {
        let end = bytes.iter().position(|b| *b == b'\n').ok_or(SnapshotError::Torn)?;
        let header: SnapshotHeader = serde_json::from_slice(&bytes[..end]).map_err(|_| SnapshotError::Torn)?;
        if header.magic != MAGIC {
            return Err(SnapshotError::Foreign("format".into()));
        }
        if header.realm != realm {
            return Err(SnapshotError::Foreign("realm".into()));
        }
        if header.journal_id != journal_id {
            return Err(SnapshotError::Foreign("journal".into()));
        }
        if header.engine_version != ENGINE_VERSION {
            return Err(SnapshotError::EngineVersion(header.engine_version));
        }
        if header.state_bytes > MAX_STATE_BYTES {
            return Err(SnapshotError::Torn);
        }
        let state = zstd::bulk::decompress(&bytes[end + 1..], header.state_bytes).map_err(|_| SnapshotError::Torn)?;
        if state.len() != header.state_bytes || hex_digest(&state) != header.digest {
            return Err(SnapshotError::Torn);
        }
        Ok(Snapshot { header, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_torn_or_foreign() {
        let snapshot = Snapshot::new("r", "j", "p", 7, 9, vec![1, 2, 3, 4, 5]);
        let bytes = snapshot.encode().unwrap();
        assert_eq!(Snapshot::decode(&bytes, "r", "j").unwrap(), snapshot);
        assert_eq!(Snapshot::decode(&bytes, "x", "j"), Err(SnapshotError::Foreign("realm".into())));
        assert_eq!(Snapshot::decode(&bytes, "r", "x"), Err(SnapshotError::Foreign("journal".into())));
        for cut in 0..bytes.len() {
            assert!(Snapshot::decode(&bytes[..cut], "r", "j").is_err(), "cut at {cut}");
        }
    }
}
