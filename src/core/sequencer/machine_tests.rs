use super::*;
use Action as A;
use Event as E;
use MachineState as S;

const BATCH: Batch = Batch { first_seq: 5, last_seq: 7 };

/// A machine in the given state, with entry 4 committed and, where it makes sense, BATCH pending.
fn machine(state: MachineState) -> Machine {
    let pending = matches!(state, S::Sending | S::Looking).then_some(BATCH);
    Machine { state, committed: Some(4), pending, recovered: state != S::Recovering, init_attempts: 0, send_attempts: 0 }
}

#[test]
fn the_table() {
    let dropped = |reason| vec![A::DestroyProducer, A::Drop(reason)];
    let again = || vec![A::DestroyProducer, A::AskOwnership];
    let cases: Vec<(S, E, S, Vec<A>)> = vec![
        (S::Down, E::Start, S::Asking, vec![A::AskOwnership]),
        (S::Asking, E::Owned(true), S::Initialising, vec![A::InitProducer]),
        (S::Asking, E::Owned(false), S::Dropped, dropped(DropReason::Revoked)),
        (S::Initialising, E::Initialised(Ok(())), S::Looking, vec![A::ReadLastSeq]),
        (S::Initialising, E::Initialised(Err(Fault::TimedOut)), S::Asking, again()),
        (S::Initialising, E::Initialised(Err(Fault::Fenced)), S::Asking, again()),
        (S::Recovering, E::LastSeq(Some(9)), S::Ready, vec![A::TakeBatch]),
        (S::Recovering, E::LastSeq(None), S::Ready, vec![A::TakeBatch]),
        (S::Recovering, E::ReadFailed, S::Dropped, dropped(DropReason::Unreachable)),
        (S::Ready, E::Submit(BATCH), S::Sending, vec![A::Send]),
        (S::Ready, E::Submit(Batch { first_seq: 6, last_seq: 7 }), S::Dropped, dropped(DropReason::Sequence)),
        (S::Ready, E::Stop, S::Dropped, dropped(DropReason::Stopped)),
        (S::Sending, E::Sent(Ok(())), S::Ready, vec![A::Confirm, A::TakeBatch]),
        (S::Sending, E::Sent(Err(Fault::Aborted)), S::Asking, again()),
        (S::Sending, E::Sent(Err(Fault::TimedOut)), S::Asking, again()),
        (S::Sending, E::Sent(Err(Fault::UnknownResult)), S::Asking, again()),
        (S::Sending, E::Sent(Err(Fault::Fenced)), S::Asking, again()),
        // A stop waits for the batch under way, but not for one that fails again and again.
        (S::Asking, E::Stop, S::Dropped, dropped(DropReason::Stopped)),
        (S::Sending, E::Stop, S::Sending, vec![]),
        // The batch is in the journal, is not, or something else is.
        (S::Looking, E::LastSeq(Some(7)), S::Ready, vec![A::Confirm, A::TakeBatch]),
        (S::Looking, E::LastSeq(Some(4)), S::Sending, vec![A::Send]),
        (S::Looking, E::LastSeq(Some(6)), S::Dropped, dropped(DropReason::OtherOwner)),
        (S::Looking, E::LastSeq(Some(8)), S::Dropped, dropped(DropReason::OtherOwner)),
        (S::Looking, E::LastSeq(None), S::Dropped, dropped(DropReason::OtherOwner)),
        (S::Looking, E::ReadFailed, S::Dropped, dropped(DropReason::Unreachable)),
        (S::Dropped, E::Start, S::Dropped, vec![]),
        (S::Dropped, E::Sent(Ok(())), S::Dropped, vec![]),
    ];
    for (state, event, next, actions) in cases {
        let mut machine = machine(state);
        assert_eq!(machine.on(event), actions, "{state:?} on {event:?}");
        assert_eq!(machine.state(), next, "{state:?} on {event:?}");
    }
    for state in [S::Down, S::Asking, S::Initialising, S::Recovering, S::Looking, S::Ready, S::Sending] {
        assert_eq!(machine(state).on(E::Revoked), dropped(DropReason::Revoked), "{state:?}");
    }
}

#[test]
fn gives_up_after_so_many_initialisations() {
    let mut machine = machine(S::Initialising);
    for _ in 1..MAX_INIT_ATTEMPTS {
        assert_eq!(machine.on(E::Initialised(Err(Fault::TimedOut))), vec![A::DestroyProducer, A::AskOwnership]);
        machine.on(E::Owned(true));
    }
    let last = machine.on(E::Initialised(Err(Fault::TimedOut)));
    assert_eq!(last, vec![A::DestroyProducer, A::Drop(DropReason::Unreachable)]);
}

#[test]
fn gives_up_a_batch_after_so_many_sends() {
    let mut machine = machine(S::Ready);
    machine.on(E::Submit(BATCH));
    for _ in 1..MAX_SEND_ATTEMPTS {
        assert_eq!(machine.on(E::Sent(Err(Fault::Aborted))), vec![A::DestroyProducer, A::AskOwnership]);
        machine.on(E::Owned(true));
        machine.on(E::Initialised(Ok(())));
        assert_eq!(machine.on(E::LastSeq(Some(4))), vec![A::Send]);
    }
    let last = machine.on(E::Sent(Err(Fault::Aborted)));
    assert_eq!(last, vec![A::DestroyProducer, A::Drop(DropReason::Unreachable)]);
}

/// A broker of one journal partition that fails as told: what it answers, and what it really did.
struct FakeBroker {
    journal: Vec<u64>,
    /// Producer epoch; sends of an older one are fenced.
    epoch: u32,
    owned: bool,
    random: u64,
    faults: std::collections::BTreeMap<&'static str, u32>,
}

impl FakeBroker {
    fn random(&mut self, below: u64) -> u64 {
        // xorshift64: enough to pick failures, and the seed says which.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    fn note(&mut self, what: &'static str) {
        *self.faults.entry(what).or_default() += 1;
    }

    fn init(&mut self) -> Result<(), Fault> {
        if self.random(6) == 0 {
            self.note("init timed out");
            return Err(Fault::TimedOut);
        }
        self.epoch += 1;
        Ok(())
    }

    fn send(&mut self, batch: Batch, epoch: u32) -> Result<(), Fault> {
        if epoch != self.epoch {
            self.note("fenced by another");
            return Err(Fault::Fenced);
        }
        let (what, committed, answer) = match self.random(8) {
            0 => ("aborted", false, Err(Fault::Aborted)),
            1 => ("timed out, not committed", false, Err(Fault::TimedOut)),
            2 => ("unknown, committed", true, Err(Fault::UnknownResult)),
            3 => ("unknown, not committed", false, Err(Fault::UnknownResult)),
            4 => ("seems fenced, committed", true, Err(Fault::Fenced)),
            _ => ("committed", true, Ok(())),
        };
        self.note(what);
        if committed {
            self.journal.extend(batch.first_seq..=batch.last_seq);
        }
        answer
    }
}

/// Drives a machine as the realm thread does until the journal holds `goal` entries or the realm is
/// dropped. Returns how often it was confirmed.
fn drive(broker: &mut FakeBroker, goal: u64) -> (MachineState, u64) {
    let mut machine = Machine::default();
    let mut epoch = 0;
    let mut pending = None;
    let mut next_seq = 0;
    let mut confirmed = 0;
    let mut todo: std::collections::VecDeque<A> = machine.on(E::Start).into();
    for _ in 0..100_000 {
        let Some(action) = todo.pop_front() else { break };
        let event = match action {
            A::AskOwnership => E::Owned(broker.owned),
            A::InitProducer => {
                let result = broker.init();
                epoch = broker.epoch;
                E::Initialised(result)
            }
            A::Recover | A::ReadLastSeq => {
                if action == A::Recover {
                    next_seq = broker.journal.len() as u64;
                }
                E::LastSeq(broker.journal.last().copied())
            }
            A::Send => E::Sent(broker.send(pending.expect("a batch was submitted"), epoch)),
            A::Confirm => {
                confirmed += 1;
                continue;
            }
            A::TakeBatch => {
                if next_seq >= goal {
                    E::Stop
                } else if broker.random(50) == 0 {
                    // Another process takes over, or the group takes the partition away.
                    broker.owned = broker.random(2) == 0;
                    broker.epoch += 1;
                    if broker.owned {
                        // A zombie's partition came back: it is fenced at its next send.
                        let batch = Batch { first_seq: next_seq, last_seq: next_seq };
                        next_seq += 1;
                        pending = Some(batch);
                        E::Submit(batch)
                    } else {
                        broker.note("ownership lost");
                        E::Revoked
                    }
                } else {
                    let size = 1 + broker.random(4);
                    let batch = Batch { first_seq: next_seq, last_seq: next_seq + size - 1 };
                    next_seq += size;
                    pending = Some(batch);
                    E::Submit(batch)
                }
            }
            A::DestroyProducer | A::Drop(_) => continue,
        };
        todo.extend(machine.on(event));
    }
    (machine.state(), confirmed)
}

#[test]
fn whatever_fails_the_journal_is_dense_and_nothing_is_written_twice() {
    let mut met = std::collections::BTreeMap::new();
    for seed in 1..=300u64 {
        let mut broker = FakeBroker { journal: vec![], epoch: 0, owned: true, random: seed * 7919, faults: Default::default() };
        for _restart in 0..400 {
            broker.owned = true;
            let (state, _) = drive(&mut broker, 60);
            assert_eq!(state, S::Dropped, "seed {seed}: the drive ends with the realm dropped");
            if broker.journal.len() >= 60 {
                break;
            }
        }
        let expected: Vec<u64> = (0..broker.journal.len() as u64).collect();
        assert_eq!(broker.journal, expected, "seed {seed}");
        assert!(broker.journal.len() >= 60, "seed {seed}: only {} entries", broker.journal.len());
        for (what, times) in broker.faults {
            *met.entry(what).or_insert(0) += times;
        }
    }
    for what in [
        "aborted",
        "timed out, not committed",
        "unknown, committed",
        "unknown, not committed",
        "seems fenced, committed",
        "fenced by another",
        "ownership lost",
        "init timed out",
    ] {
        assert!(met.get(what).is_some_and(|n| *n > 10), "the simulation never met {what:?}: {met:?}");
    }
}
