//! Triggers that wait for several records: so many within so many days.

use crate::domain::DAY_MS;
use crate::pipeline::Trigger;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Newest records kept of one trigger; more than any may wait for, so that one taken back leaves the others.
pub const MAX_RECORDS_KEPT: usize = 64;

/// By trigger: event time and id of the records within its days, the newest [`MAX_RECORDS_KEPT`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TriggerRecords(BTreeMap<String, VecDeque<(i64, String)>>);

impl TriggerRecords {
    /// Whether the trigger holds with this record. One that needs no other is not remembered.
    pub fn note(&mut self, trigger: &Trigger, at_ms: i64, id: &str) -> bool {
        if trigger.at_least <= 1 {
            return true;
        }
        let records = self.0.entry(trigger.code.clone()).or_default();
        let place = records.iter().take_while(|(at, _)| *at <= at_ms).count();
        records.insert(place, (at_ms, id.to_string()));
        let newest_ms = records.back().map_or(at_ms, |(at, _)| *at);
        let since_ms = newest_ms - i64::from(trigger.within_days) * DAY_MS;
        while records.front().is_some_and(|(at, _)| *at <= since_ms) || records.len() > MAX_RECORDS_KEPT {
            records.pop_front();
        }
        at_ms > since_ms && records.len() >= trigger.at_least as usize
    }

    /// The newest record of a trigger that still has as many as it waits for.
    pub fn stands_on(&self, trigger: &Trigger) -> Option<&str> {
        let records = self.0.get(&trigger.code).filter(|r| r.len() >= trigger.at_least as usize)?;
        records.back().map(|(_, id)| id.as_str())
    }

    /// Forgets a record that was taken back.
    pub fn forget(&mut self, id: &str) {
        for records in self.0.values_mut() {
            records.retain(|(_, known)| known != id);
        }
    }
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
        assert!(records.note(&trigger(1), 0, "one"));
        let three = trigger(3);
        let mut note = |day: i64, id: &str| records.note(&three, day * DAY_MS, id);
        let got = [note(1, "a"), note(2, "b"), note(3, "c"), note(4, "d"), note(4, "e"), note(4, "f")];
        assert_eq!(got, [false, false, false, false, true, true]);
        assert!(!note(1, "late"), "too old to count");
        records.forget("c");
        records.forget("e");
        records.forget("f");
        assert!(!records.note(&three, 4 * DAY_MS, "g"));
        assert!(records.note(&three, 4 * DAY_MS, "h"));
    }
}
