//! Values of devices that stay the same: a device that says the same again and again measures nothing.

use super::enterprise::Stated;
use super::memory::Bounded;
use super::weigh::enterprise_key;
use super::{Effect, Engine, Moment};
use crate::domain::{Fixed3, HOUR_MS, Record};
use crate::intake::Reading;
use crate::journal::{Figure, ReadingFact, Says};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Devices, with what they measure, whose newest value is remembered; a forgotten one begins anew.
pub const MAX_READINGS: usize = 1 << 18;
/// So many readings in a row of one value other than zero ...
pub const STUCK_READINGS: u32 = 12;
/// ... over at least so many hours are stuck.
pub const STUCK_HOURS: i64 = 3;
/// Readings further apart are not in a row: what is told once a day is no device's.
pub const STUCK_GAP_HOURS: i64 = 6;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Readings(Bounded<Run>);

/// The newest readings of one device that are all of one value.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    value: Fixed3,
    readings: u32,
    since_ms: i64,
    at_ms: i64,
}

impl Run {
    fn is_stuck(&self) -> bool {
        self.value != Fixed3(0) && self.readings >= STUCK_READINGS && self.at_ms - self.since_ms >= STUCK_HOURS * HOUR_MS
    }
}

impl Readings {
    /// The row a reading ends; none if a newer one is known.
    fn with(&self, series: u64, value: Fixed3, at_ms: i64) -> Option<Run> {
        match self.0.get(series) {
            Some(run) if at_ms <= run.at_ms => None,
            Some(run) if run.value == value && at_ms - run.at_ms <= STUCK_GAP_HOURS * HOUR_MS => {
                Some(Run { readings: run.readings.saturating_add(1), at_ms, ..run.clone() })
            }
            _ => Some(Run { value, readings: 1, since_ms: at_ms, at_ms }),
        }
    }

    pub(super) fn note(&mut self, series: u64, value: Fixed3, at_ms: i64) {
        if let Some(run) = self.with(series, value, at_ms) {
            self.0.insert(series, run, MAX_READINGS);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Engine {
    /// What a device says of an enterprise. One that is stuck takes its earlier figure back: that was the
    /// same value.
    pub(super) fn reading(&mut self, moment: &Moment, fact: &ReadingFact, effects: &mut Vec<Effect>) {
        let ReadingFact { evidence, series, measure, value, says } = fact;
        if *says != Says::Nothing {
            self.state.readings.note(*series, *value, moment.event_ms);
        }
        match (measure, says, &evidence.subject) {
            (Some(measure), Says::Measured, _) => {
                let figure = Figure { evidence: evidence.clone(), measure: measure.clone(), value: *value };
                self.evidence(moment, &Stated { figure: Some(&figure), ..Stated::of(evidence) }, effects);
            }
            (Some(measure), Says::Stuck, Some(subject)) => {
                self.forget_stuck(moment, &subject.id, measure, effects);
                self.evidence(moment, &Stated::of(evidence), effects);
            }
            _ => self.evidence(moment, &Stated::of(evidence), effects),
        }
    }

    fn forget_stuck(&mut self, moment: &Moment, id: &str, measure: &str, effects: &mut Vec<Effect>) {
        let id = self.stands_for(id);
        self.state.figures.forget_one(&id, measure);
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            let key = enterprise_key(matter, &id);
            if self.forget_figure(matter, &key, measure) {
                self.assess_enterprise(moment, matter, &key, effects);
            }
        }
    }

    /// Whether a record ends so long a row of equal values of its device that none of them measures anything.
    pub fn is_stuck(&self, record: &Record) -> bool {
        let reading = Reading::of(record).filter(|reading| reading.measured);
        reading.and_then(|r| self.state.readings.with(r.series, r.value, r.at_ms)).is_some_and(|run| run.is_stuck())
    }
}
