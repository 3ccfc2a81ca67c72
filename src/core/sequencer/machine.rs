//! What to do on each event around the transactional producer, as one table: events in, actions out.
//!
//! librdkafka tells an aborted, a timed-out, an unknown and a fenced commit badly apart. So all four
//! are answered alike: destroy the producer; if the ownership group still assigns the realm's
//! partition, initialise again, which fences whoever was left, and look at the journal's last entry.
//! The batch is in there: done. It is not: the same batch goes again. Something else is: another
//! owner wrote, the realm is dropped. State never rolls back, entries never change once stamped.

/// The entries of one transaction, by sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    pub first_seq: u64,
    pub last_seq: u64,
}

/// What went wrong with a transactional call. They are told apart for people and metrics; the
/// answer is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The transaction was or must be aborted.
    Aborted,
    TimedOut,
    /// The commit may or may not have happened.
    UnknownResult,
    /// A newer producer of the same transactional id exists, or seems to.
    Fenced,
}

impl Fault {
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Aborted => "aborted",
            Fault::TimedOut => "timed_out",
            Fault::UnknownResult => "unknown_result",
            Fault::Fenced => "fenced",
        }
    }
}

/// Producer initialisations tried in a row before the realm is dropped.
pub const MAX_INIT_ATTEMPTS: u32 = 5;
/// Times one batch is sent before the realm is dropped.
pub const MAX_SEND_ATTEMPTS: u32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineState {
    /// No producer. A batch may wait to be sent or found.
    Down,
    /// Asking the ownership group, polled anew.
    Asking,
    Initialising,
    /// Producer up for the first time: the state is being rebuilt from snapshot and journal.
    Recovering,
    /// Producer up again: reading the journal's last entry.
    Looking,
    Ready,
    Sending,
    Dropped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The realm's partition was assigned to this process.
    Start,
    /// Answer to [`Action::AskOwnership`].
    Owned(bool),
    /// Answer to [`Action::InitProducer`].
    Initialised(Result<(), Fault>),
    /// Answer to [`Action::Recover`] and [`Action::ReadLastSeq`]: the journal's last entry, if any.
    LastSeq(Option<u64>),
    /// The journal could not be read.
    ReadFailed,
    /// A batch is stepped and encoded.
    Submit(Batch),
    /// Answer to [`Action::Send`].
    Sent(Result<(), Fault>),
    /// The ownership group took the partition away.
    Revoked,
    /// A clean stop was asked for.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    Revoked,
    Stopped,
    /// The journal holds entries this process did not write.
    OtherOwner,
    /// The producer could not be initialised, the journal not read, or the batch not sent.
    Unreachable,
    /// A batch does not follow the one before: a defect of the shell.
    Sequence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    AskOwnership,
    InitProducer,
    DestroyProducer,
    Recover,
    ReadLastSeq,
    /// Begin, produce, offsets, commit: the batch last submitted.
    Send,
    /// The batch is committed: forget its bytes, tell metrics, allow snapshots up to it.
    Confirm,
    /// Take the next batch.
    TakeBatch,
    /// Drop state and effects together.
    Drop(DropReason),
}

#[derive(Debug, Clone)]
pub struct Machine {
    state: MachineState,
    /// The last entry known to be committed.
    committed: Option<u64>,
    pending: Option<Batch>,
    recovered: bool,
    init_attempts: u32,
    send_attempts: u32,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine {
            state: MachineState::Down,
            committed: None,
            pending: None,
            recovered: false,
            init_attempts: 0,
            send_attempts: 0,
        }
    }
}

impl Machine {
    pub fn state(&self) -> MachineState {
        self.state
    }

    pub fn committed(&self) -> Option<u64> {
        self.committed
    }

    /// Takes one event. Events that make no sense in a state change nothing and ask for nothing.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        use MachineState as S;
        match (self.state, event) {
            (S::Dropped, _) => vec![],
            (_, Event::Revoked) => self.drop_realm(DropReason::Revoked),
            (S::Down | S::Ready | S::Asking, Event::Stop) => self.drop_realm(DropReason::Stopped),
            (S::Down, Event::Start) => self.go(S::Asking, &[Action::AskOwnership]),
            (S::Asking, Event::Owned(false)) => self.drop_realm(DropReason::Revoked),
            (S::Asking, Event::Owned(true)) => self.go(S::Initialising, &[Action::InitProducer]),
            (S::Initialising, Event::Initialised(Ok(()))) => {
                self.init_attempts = 0;
                if self.recovered {
                    self.go(S::Looking, &[Action::ReadLastSeq])
                } else {
                    self.go(S::Recovering, &[Action::Recover])
                }
            }
            (S::Initialising, Event::Initialised(Err(_))) => {
                self.init_attempts += 1;
                if self.init_attempts >= MAX_INIT_ATTEMPTS {
                    return self.drop_realm(DropReason::Unreachable);
                }
                self.go(S::Asking, &[Action::DestroyProducer, Action::AskOwnership])
            }
            (S::Recovering | S::Looking, Event::ReadFailed) => self.drop_realm(DropReason::Unreachable),
            (S::Recovering, Event::LastSeq(last)) => {
                self.recovered = true;
                self.committed = last;
                self.go(S::Ready, &[Action::TakeBatch])
            }
            (S::Looking, Event::LastSeq(last)) => self.compare(last),
            (S::Ready, Event::Submit(batch)) => {
                let follows = batch.first_seq == self.committed.map_or(0, |c| c + 1) && batch.last_seq >= batch.first_seq;
                if !follows {
                    return self.drop_realm(DropReason::Sequence);
                }
                self.pending = Some(batch);
                self.send_attempts = 0;
                self.go(S::Sending, &[Action::Send])
            }
            (S::Sending, Event::Sent(Ok(()))) => self.confirm(),
            (S::Sending, Event::Sent(Err(_))) => {
                self.send_attempts += 1;
                if self.send_attempts >= MAX_SEND_ATTEMPTS {
                    return self.drop_realm(DropReason::Unreachable);
                }
                self.go(S::Asking, &[Action::DestroyProducer, Action::AskOwnership])
            }
            _ => vec![],
        }
    }

    fn go(&mut self, state: MachineState, actions: &[Action]) -> Vec<Action> {
        self.state = state;
        actions.to_vec()
    }

    /// After a fault: is the pending batch in the journal, is it not, or is something else there?
    fn compare(&mut self, last: Option<u64>) -> Vec<Action> {
        match self.pending {
            Some(batch) if last == Some(batch.last_seq) => self.confirm(),
            Some(_) if last == self.committed => self.go(MachineState::Sending, &[Action::Send]),
            None if last == self.committed => self.go(MachineState::Ready, &[Action::TakeBatch]),
            _ => self.drop_realm(DropReason::OtherOwner),
        }
    }

    fn confirm(&mut self) -> Vec<Action> {
        if let Some(batch) = self.pending.take() {
            self.committed = Some(batch.last_seq);
        }
        self.go(MachineState::Ready, &[Action::Confirm, Action::TakeBatch])
    }

    fn drop_realm(&mut self, reason: DropReason) -> Vec<Action> {
        self.pending = None;
        self.go(MachineState::Dropped, &[Action::DestroyProducer, Action::Drop(reason)])
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
