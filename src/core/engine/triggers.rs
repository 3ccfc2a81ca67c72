//! The triggers of one subject, firm or trade: what they hold, and the records that met them. Some
//! need several records within so many days, and one taken back must leave what the others hold.

use super::state::HeldTrigger;
use crate::domain::DAY_MS;
use crate::pipeline::{Matter, Trigger};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Newest records kept of one trigger; more than any may wait for.
pub const MAX_RECORDS_KEPT: usize = 64;

/// What the triggers of one subject and matter hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triggers {
    /// Those that hold a least level, by code: a higher one leaves a lower one standing, which may hold longer.
    pub held: BTreeMap<String, HeldTrigger>,
    /// The records they wait for, or stand on.
    records: TriggerRecords,
}

/// By trigger: the records that met it and may still hold it, in order of event time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TriggerRecords(BTreeMap<String, VecDeque<Met>>);

/// A record that met a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub at_ms: i64,
    pub stamp_ms: i64,
    pub id: String,
    /// The record it is a copy of or adds to.
    pub root: u64,
}

impl Triggers {
    /// Remembers a record; the trigger as it holds now, if it does.
    pub fn note(&mut self, trigger: &Trigger, met: Met) -> Option<&HeldTrigger> {
        let held = HeldTrigger::of(trigger, &met);
        if !self.records.note(trigger, met) {
            return None;
        }
        self.held.insert(trigger.code.clone(), held);
        self.held.get(&trigger.code)
    }

    /// Of those held at `now_ms` the highest, of these the one that holds longest.
    pub fn strongest(&self, now_ms: i64) -> Option<&HeldTrigger> {
        self.held.values().filter(|t| now_ms < t.until_ms).max_by_key(|t| (t.level, t.until_ms))
    }

    /// A record was taken back: what it met is judged again by the records that are left. True if
    /// something else holds than before.
    pub fn take_back(&mut self, matter: &Matter, root: u64) -> bool {
        let met = self.records.forget(root);
        let mut changed = false;
        let records = &self.records;
        self.held.retain(|code, held| {
            let is_source = held.root == root;
            let Some(trigger) = matter.triggers.iter().find(|t| t.code == *code) else {
                changed |= is_source;
                return !is_source;
            };
            // One record is enough for it, and that one stands.
            if !is_source && (trigger.at_least <= 1 || !met.contains(code)) {
                return true;
            }
            let left = records.stands_on(trigger).map(|met| HeldTrigger::of(trigger, met));
            changed |= left.as_ref() != Some(&*held);
            left.map(|left| *held = left).is_some()
        });
        changed
    }

    /// Takes over what is held of another subject.
    pub fn absorb(&mut self, from: Triggers) {
        for (code, held) in from.held {
            let stands = self.held.entry(code).or_insert_with(|| held.clone());
            if stands.until_ms < held.until_ms {
                *stands = held;
            }
        }
        for (code, more) in from.records.0 {
            let records = self.records.0.entry(code).or_default();
            records.extend(more);
            records.make_contiguous().sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
            while records.len() > MAX_RECORDS_KEPT {
                records.pop_front();
            }
        }
    }
}

impl TriggerRecords {
    /// Remembers a record; whether the trigger holds with it.
    fn note(&mut self, trigger: &Trigger, met: Met) -> bool {
        let at_ms = met.at_ms;
        let records = self.0.entry(trigger.code.clone()).or_default();
        let place = records.iter().take_while(|r| r.at_ms <= at_ms).count();
        records.insert(place, met);
        let newest_ms = records.back().map_or(at_ms, |r| r.at_ms);
        let kept_ms = i64::from(trigger.within_days.max(trigger.hold_days)) * DAY_MS;
        while records.front().is_some_and(|r| r.at_ms <= newest_ms - kept_ms) || records.len() > MAX_RECORDS_KEPT {
            records.pop_front();
        }
        trigger.at_least <= 1 || (at_ms > newest_ms - within_ms(trigger) && enough(trigger, records))
    }

    /// Of the records of a trigger that are as many as it waits for, the one that came last.
    fn stands_on(&self, trigger: &Trigger) -> Option<&Met> {
        let records = self.0.get(&trigger.code)?;
        let windows = records.iter().map(|last| window(trigger, records, last.at_ms));
        windows.filter(|w| w.clone().count() >= trigger.at_least as usize).flatten().max_by_key(|met| (met.stamp_ms, met.at_ms))
    }

    /// Forgets a record that was taken back; the triggers it had met.
    fn forget(&mut self, root: u64) -> BTreeSet<String> {
        let mut met = BTreeSet::new();
        for (code, records) in &mut self.0 {
            let before = records.len();
            records.retain(|known| known.root != root);
            if records.len() < before {
                met.insert(code.clone());
            }
        }
        met
    }
}

fn within_ms(trigger: &Trigger) -> i64 {
    i64::from(trigger.within_days) * DAY_MS
}

fn enough(trigger: &Trigger, records: &VecDeque<Met>) -> bool {
    records.back().is_some_and(|newest| window(trigger, records, newest.at_ms).count() >= trigger.at_least as usize)
}

/// The records of the days a trigger looks at, up to `until_ms`.
fn window<'r>(trigger: &Trigger, records: &'r VecDeque<Met>, until_ms: i64) -> impl Iterator<Item = &'r Met> + Clone + use<'r> {
    let from_ms = until_ms - within_ms(trigger);
    records.iter().filter(move |r| r.at_ms > from_ms && r.at_ms <= until_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Level, Text};

    #[test]
    fn waits_for_so_many_within_so_many_days() {
        let trigger = |at_least| Trigger {
            code: "ill".into(),
            when: Vec::new(),
            level: Level::Orange,
            text: Text::default(),
            hold_days: 7,
            at_least,
            within_days: 2,
        };
        let mut records = TriggerRecords::default();
        let met = |at_ms: i64, id: &str| Met { at_ms, stamp_ms: at_ms, id: id.into(), root: u64::from(id.as_bytes()[0]) };
        assert!(records.note(&trigger(1), met(0, "one")));
        let three = trigger(3);
        let mut note = |day: i64, id: &str| records.note(&three, met(day * DAY_MS, id));
        let got = [note(1, "a"), note(2, "b"), note(3, "c"), note(4, "d"), note(4, "e"), note(4, "f")];
        assert_eq!(got, [false, false, false, false, true, true]);
        assert!(!note(1, "late"), "too old to count");
        assert!(records.forget(u64::from(b'x')).is_empty(), "another record");
        for id in [b'c', b'e', b'f'] {
            records.forget(u64::from(id));
        }
        assert!(!records.note(&three, met(4 * DAY_MS, "g")));
        assert!(records.note(&three, met(4 * DAY_MS, "h")));
    }
}
