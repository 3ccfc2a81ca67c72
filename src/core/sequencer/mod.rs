//! The sequencer: which record comes next, what its stamp is, and what to do about the transaction
//! that carries it. Pure; the shells bring records and carry out actions.

mod feed;
mod machine;
mod order;

pub use feed::{FeedError, FeedGroup, FeedMerge, FeedPartition, FeedRecord, MAX_GROUP_RECORDS, PARTITION_BUFFER_RECORDS};
pub use machine::{Action, Batch, DropReason, Event, Fault, MAX_INIT_ATTEMPTS, MAX_SEND_ATTEMPTS, Machine, MachineState};
pub use order::{Sequenced, Sequencer, SourceRecord, feed_end_ms, genesis_entry};
