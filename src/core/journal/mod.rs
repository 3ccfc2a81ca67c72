//! The journal: entries, their bytes, and snapshots of the state they lead to.

mod codec;
mod entry;
mod snapshot;

pub use codec::{CodecError, MAX_ENTRY_BYTES, decode, encode};
pub use entry::*;
pub use snapshot::{Snapshot, SnapshotError, SnapshotHeader};
