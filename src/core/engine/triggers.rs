//! The records that met a trigger: some triggers need several within so many days, and one taken back
//! must leave what the others hold.

use crate::domain::DAY_MS;
use crate::pipeline::Trigger;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Newest records kept of one trigger; more than any may wait for.
pub const MAX_RECORDS_KEPT: usize = 64;

/// By trigger: the records that met it and may still hold it, in order of event time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TriggerRecords(BTreeMap<String, VecDeque<Met>>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    pub at_ms: i64,
    pub stamp_ms: i64,
    pub id: String,
}

impl TriggerRecords {
    /// Remembers a record; whether the trigger holds with it.
    pub fn note(&mut self, trigger: &Trigger, met: Met) -> bool {
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

    /// The newest record of a trigger that still has as many as it waits for.
    pub fn stands_on(&self, trigger: &Trigger) -> Option<&Met> {
        self.0.get(&trigger.code).filter(|records| enough(trigger, records))?.back()
    }

    /// Forgets a record that was taken back.
    pub fn forget(&mut self, id: &str) {
        for records in self.0.values_mut() {
            records.retain(|known| known.id != id);
        }
    }
}

fn within_ms(trigger: &Trigger) -> i64 {
    i64::from(trigger.within_days) * DAY_MS
}

fn enough(trigger: &Trigger, records: &VecDeque<Met>) -> bool {
    let Some(newest) = records.back() else { return false };
    let counted = records.iter().filter(|r| r.at_ms > newest.at_ms - within_ms(trigger)).count();
    counted >= trigger.at_least as usize
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
        let met = |at_ms: i64, id: &str| Met { at_ms, stamp_ms: at_ms, id: id.into() };
        assert!(records.note(&trigger(1), met(0, "one")));
        let three = trigger(3);
        let mut note = |day: i64, id: &str| records.note(&three, met(day * DAY_MS, id));
        let got = [note(1, "a"), note(2, "b"), note(3, "c"), note(4, "d"), note(4, "e"), note(4, "f")];
        assert_eq!(got, [false, false, false, false, true, true]);
        assert!(!note(1, "late"), "too old to count");
        records.forget("c");
        records.forget("e");
        records.forget("f");
        assert!(!records.note(&three, met(4 * DAY_MS, "g")));
        assert!(records.note(&three, met(4 * DAY_MS, "h")));
    }
}
