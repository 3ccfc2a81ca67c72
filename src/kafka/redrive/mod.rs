//! Records sent through once more: dead letters after a fix, and tickets and reports nobody was found
//! for, once the directory has whom they speak of.
//!
//! Each is sent in a transaction, with a header that names where it stood (`batch::REDRIVEN_FROM`). What was
//! sent is told by reading the source topics, after the transactional id has fenced every earlier
//! run: what is not found there was not sent and never will be. So a run killed anywhere is begun again.

mod active;
mod letters;
mod scan;
mod send;
mod sent;
mod tally;
mod unattributed;

use active::Active;
pub use letters::Chosen;
pub use scan::Topic;
pub use tally::{Group, Outcome, Tally};

use super::client::Settings;
use anyhow::{Result, bail};
use indicatif::ProgressBar;
use jianwei_core::engine::topics;
use jianwei_core::journal::Reason;
use jianwei_core::pipeline::Model;

/// Most records one run may choose.
pub const MAX_CHOSEN: usize = 1_000_000;

/// What to do with the records chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    List,
    Try,
    Send,
}

/// The realm, its pipeline as given, and how to show that something goes on.
pub struct Redrive<'a> {
    pub settings: &'a Settings,
    pub model: &'a Model,
    pub progress: &'a dyn Fn(u64) -> ProgressBar,
    pub now_ms: i64,
}

/// Where a record's bytes lie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}

/// One record that may be sent again.
#[derive(Debug, Clone)]
pub struct Piece {
    pub place: Place,
    /// What the header of the record sent again says.
    pub from: String,
    pub at_ms: i64,
    /// The topic it was read from, and goes back to.
    pub source: String,
    pub reason: String,
    pub field: String,
    /// It had been sent again before, and came back.
    pub came_back: bool,
    pub state: State,
}

/// What would become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Would be read now; a text nobody was found for has somebody now.
    Ready,
    /// Sent again already.
    Sent,
    /// Would be a dead letter again.
    Fails {
        reason: Reason,
        field: Option<String>,
    },
    /// Still nobody the text could be about.
    Nobody,
    /// Its bytes were cut, or taken out.
    Cut,
    Redacted,
    /// A directory row, and a later one has taken its place.
    Superseded,
    /// Its source topic is none of the pipeline's.
    NoSource,
    /// Its bytes are no longer in the source topic.
    Gone,
}

/// What a run found and did.
pub struct Done {
    pub pieces: Vec<Piece>,
    /// How many were sent.
    pub sent: u64,
    pub active: Active,
}

impl Redrive<'_> {
    fn group(&self) -> String {
        format!("jianwei-redrive-{}", self.model.realm)
    }

    /// As long as the realm's journal.
    fn journal_bar(&self) -> Result<ProgressBar> {
        let journal = scan::Topic::open(self.settings, topics::JOURNAL)?;
        let entries = journal.partitions.get(&self.model.journal_partition).map_or(0, |e| e.end - e.from);
        Ok((self.progress)(u64::try_from(entries).unwrap_or(0)))
    }

    /// Dead letters of the realm.
    pub fn letters(&self, chosen: &Chosen, doing: Doing) -> Result<Done> {
        let active = active::read(self)?;
        let sender = self.sender(doing, &active)?;
        let mut pieces = letters::find(self, chosen, &active)?;
        sent::mark(self, &mut pieces)?;
        let sent = match sender {
            Some(sender) => sender.send(self, &pieces)?,
            None => 0,
        };
        Ok(Done { pieces, sent, active })
    }

    /// Tickets and reports whose entry names nobody, read since `since_ms`.
    pub fn unattributed(&self, since_ms: i64, doing: Doing) -> Result<Done> {
        let known = unattributed::known(self, since_ms)?;
        let sender = self.sender(doing, &known.active)?;
        let pieces = unattributed::find(self, &known, since_ms)?;
        let sent = match sender {
            Some(sender) => sender.send(self, &pieces)?,
            None => 0,
        };
        Ok(Done { pieces, sent, active: known.active })
    }

    /// Fences earlier runs before anything is looked for.
    fn sender(&self, doing: Doing, active: &Active) -> Result<Option<send::Sender>> {
        if doing != Doing::Send {
            return Ok(None);
        }
        if active.hash != self.model.hash {
            bail!("{}", active.differs(self.model));
        }
        send::Sender::init(self).map(Some)
    }
}

fn full() -> anyhow::Error {
    anyhow::anyhow!("more than {MAX_CHOSEN} records: choose fewer, with --since and --until, --topic or --reason")
}
