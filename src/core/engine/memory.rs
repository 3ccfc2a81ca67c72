//! What the engine remembers of records, so that each counts once: what each gave, which records add
//! to which, who said nearly the same, and which caller was heard. All of it bounded: the oldest goes.

use super::again::{AllWaiting, MAX_WAITING, MAX_WAITING_OF_ONE, Voice, Waiting};
pub use super::clue_words::{MAX_CLUE_WORD_CHARS, MAX_CLUE_WORDS};
use super::state::SubjectKey;
use super::unsorted::Unsorted;
pub use super::unsorted::{
    CLUSTER_BITS, Cluster, ClusterRules, MAX_CLUSTER_SOURCES, MAX_OLD_TERMS, MAX_OLD_TICKETS, MAX_TOLD_TERMS, MAX_UNCLASSIFIED,
    Ticket,
};
use crate::domain::{DAY_MS, RecordKind, hash64};
use crate::journal::Caller;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Tickets and reports of which it is remembered what they gave. Later copies of a forgotten one count
/// nothing, and take back only what they name themselves.
pub const MAX_GIVEN: usize = 1 << 18;
/// Standings one record may be remembered to have given something to; what it gave to more stays.
pub const MAX_GIVEN_KEYS: usize = 64;
/// Records that name another one they add to.
pub const MAX_FOLLOW_UPS: usize = 1 << 17;
/// How many records may add to one another in a row.
const MAX_HOPS: usize = 8;
/// Texts compared, over all subjects; near copies of forgotten ones count again.
pub const MAX_SKETCHES: usize = 1 << 18;
/// Texts compared of one subject under one matter.
pub const MAX_SKETCHES_OF_ONE: usize = 64;
/// Two texts are nearly the same if their sketches differ in so many of 64 bits at most.
pub const NEAR_BITS: u32 = 10;
/// A text is compared with those of so many days before and after it.
pub const NEAR_DAYS: i64 = 7;
/// Callers remembered with what they spoke of; a forgotten one counts again.
pub const MAX_CALLER_MARKS: usize = 1 << 18;
/// A record's key in these memories.
pub fn record_key(kind: RecordKind, id: &str) -> u64 {
    hash64(&[kind.as_str(), id])
}

/// What a record gave so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Given {
    /// To whom, under which matters: enterprises as the records name them, or industries whose trigger it met.
    pub keys: Vec<SubjectKey>,
    pub counted: Vec<Counted>,
    pub caller_marks: Vec<u64>,
    /// It was withdrawn or found 不属实.
    pub over: bool,
    pub closed_ms: Option<i64>,
    pub reopened_ms: Option<i64>,
}

/// One count in a matter's series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub matter: String,
    pub region: Option<String>,
    pub at_ms: i64,
}

/// A map that forgets the oldest key at its bound.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bounded<V> {
    map: BTreeMap<u64, V>,
    order: VecDeque<u64>,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Bounded { map: BTreeMap::new(), order: VecDeque::new() }
    }
}

impl<V> Bounded<V> {
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.map.get(&key)
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// Takes a value out; its key keeps its place in the order.
    pub(super) fn take(&mut self, key: u64) -> Option<V> {
        self.map.remove(&key)
    }

    pub(super) fn insert(&mut self, key: u64, value: V, max: usize) {
        if self.map.insert(key, value).is_some() {
            return;
        }
        self.order.push_back(key);
        // A key removed and put in again stands twice in the order: it may be forgotten early.
        while self.order.len() > max {
            if let Some(oldest) = self.order.pop_front() {
                self.map.remove(&oldest);
            }
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Heard {
    root: u64,
    sketch: u64,
    at_ms: i64,
    day: i64,
    caller: Option<u64>,
}

/// Texts of a week that say nearly the same of one subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NearTexts {
    /// Those that weigh something.
    pub counted: usize,
    /// Different callers of the day in question, known and not the one who speaks, heard or not.
    pub callers_of_day: usize,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    given: Bounded<Given>,
    follow_ups: Bounded<u64>,
    callers: Bounded<u64>,
    sketches: BTreeMap<u64, VecDeque<Heard>>,
    /// Subjects of `sketches`, oldest text first; one text each.
    sketch_order: VecDeque<u64>,
    unsorted: Unsorted,
    waiting: AllWaiting,
}

impl Memory {
    pub fn given(&self, root: u64) -> Option<&Given> {
        self.given.map.get(&root)
    }

    pub fn forget_given(&mut self, root: u64) -> Option<Given> {
        self.given.map.remove(&root)
    }

    pub fn set_given(&mut self, root: u64, given: Given) {
        self.given.insert(root, given, MAX_GIVEN);
    }

    /// The record that one adds to, itself if to none.
    pub fn root(&self, key: u64) -> u64 {
        let mut at = key;
        for _ in 0..MAX_HOPS {
            match self.follow_ups.map.get(&at) {
                Some(next) => at = *next,
                None => break,
            }
        }
        at
    }

    /// Notes that a record adds to another; what adds to itself, by whatever way, does not.
    pub fn follow(&mut self, key: u64, to: u64) {
        let to = self.root(to);
        if to != key && self.root(key) != to {
            self.follow_ups.insert(key, to, MAX_FOLLOW_UPS);
        }
    }

    /// What other records say of the subject in nearly the same words.
    pub(super) fn near_texts(&self, key: &SubjectKey, sketch: u64, voice: &Voice) -> NearTexts {
        let subject = subject_hash(key);
        let is_near = |root: u64, other: u64, at_ms: i64| {
            root != voice.root && (voice.at_ms - at_ms).abs() <= NEAR_DAYS * DAY_MS && (other ^ sketch).count_ones() <= NEAR_BITS
        };
        let mut near = NearTexts::default();
        let mut callers = BTreeSet::new();
        for heard in self.sketches.get(&subject).into_iter().flatten() {
            if is_near(heard.root, heard.sketch, heard.at_ms) {
                near.counted += 1;
                callers.extend(heard.caller.filter(|_| heard.day == voice.day));
            }
        }
        if near.counted > 0 {
            for Waiting { voice: other, .. } in self.waiting.get(subject).into_iter().flatten() {
                if other.day == voice.day && other.sketch.is_some_and(|s| is_near(other.root, s, other.at_ms)) {
                    callers.extend(other.caller);
                }
            }
        }
        near.callers_of_day = callers.iter().filter(|caller| Some(**caller) != voice.caller).count();
        near
    }

    pub(super) fn note_waiting(&mut self, key: &SubjectKey, waiting: Waiting) {
        let subject = subject_hash(key);
        let mut all = self.waiting.take(subject).unwrap_or_default();
        if all.len() < MAX_WAITING_OF_ONE && all.iter().all(|w| w.voice.root != waiting.voice.root) {
            all.push(waiting);
        }
        self.waiting.insert(subject, all, MAX_WAITING);
    }

    /// The records that may get a weight for the subject now, the first first.
    pub(super) fn take_waiting(&mut self, key: &SubjectKey) -> Vec<Waiting> {
        self.waiting.take(subject_hash(key)).unwrap_or_default()
    }

    pub(super) fn note_sketch(&mut self, key: &SubjectKey, sketch: u64, voice: &Voice) {
        let subject = subject_hash(key);
        let heard = self.sketches.entry(subject).or_default();
        let Voice { root, at_ms, day, caller, .. } = *voice;
        heard.push_back(Heard { root, sketch, at_ms, day, caller });
        self.sketch_order.push_back(subject);
        if heard.len() > MAX_SKETCHES_OF_ONE || heard.front().is_some_and(|h| h.at_ms < at_ms - NEAR_DAYS * DAY_MS) {
            heard.pop_front();
        }
        while self.sketch_order.len() > MAX_SKETCHES
            && let Some(oldest) = self.sketch_order.pop_front()
        {
            // Where texts of the subject were dropped before, this drops a later one early.
            if let Some(heard) = self.sketches.get_mut(&oldest) {
                heard.pop_front();
                if heard.is_empty() {
                    self.sketches.remove(&oldest);
                }
            }
        }
    }

    /// Whether the caller spoke of the subject that day in another record.
    pub fn was_heard(&self, mark: u64, root: u64) -> bool {
        self.callers.map.get(&mark).is_some_and(|by| *by != root)
    }

    pub fn note_caller(&mut self, mark: u64, root: u64) {
        self.callers.insert(mark, root, MAX_CALLER_MARKS);
    }

    /// A record was taken back: it stands in no other's way any more.
    pub fn take_back(&mut self, root: u64, given: &Given) {
        for mark in &given.caller_marks {
            if self.callers.map.get(mark) == Some(&root) {
                self.callers.map.remove(mark);
            }
        }
        for key in &given.keys {
            self.forget_sketch(key, root);
        }
        // A record that gave something has a matter: it is in no cluster.
        if given.keys.is_empty() && given.counted.is_empty() {
            self.forget_unclassified(root);
        }
    }

    pub fn forget_sketch(&mut self, key: &SubjectKey, root: u64) {
        if let Some(heard) = self.sketches.get_mut(&subject_hash(key)) {
            heard.retain(|h| h.root != root);
        }
    }

    pub fn forget_unclassified(&mut self, root: u64) {
        self.unsorted.forget(root);
    }

    /// Remembers a ticket of no matter; the cluster it completes, if it does.
    pub fn note_unclassified(
        &mut self,
        ticket: &Ticket<'_>,
        rules: ClusterRules,
        is_place: impl Fn(&str) -> bool,
    ) -> Option<Cluster> {
        self.unsorted.note(ticket, rules, is_place)
    }

    /// How many records, texts and callers are remembered.
    pub fn len(&self) -> usize {
        self.given.map.len()
            + self.follow_ups.map.len()
            + self.callers.map.len()
            + self.sketch_order.len()
            + self.unsorted.len()
            + self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn subject_hash(key: &SubjectKey) -> u64 {
    hash64(&[&key.matter, if key.scope == super::SubjectScope::Industry { "@" } else { "" }, &key.id])
}

/// A caller on one day, speaking of one subject.
pub fn caller_mark(caller: &Caller, key: &SubjectKey) -> u64 {
    hash64(&[&caller.key_id, &caller.day_hash.to_string(), &subject_hash(key).to_string()])
}

/// A caller on one day.
pub fn caller_hash(caller: &Caller) -> u64 {
    hash64(&[&caller.key_id, &caller.day_hash.to_string()])
}
