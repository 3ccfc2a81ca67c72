//! What one kind of hour or day is known for: counts, their spread, and what was surprising before.

use serde::{Deserialize, Serialize};

/// What was surprising before is so again only by so much more.
const BEYOND_LONGEST: f64 = 1.25;
/// Two that were told are alike if the second is no more than so much more.
const ALIKE: f64 = 1.5;

/// Periods of one kind: how many, in how many the source spoke, and its records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) records: f64,
    pub(super) spoke: f64,
    pub(super) periods: f64,
}

impl Cell {
    pub(super) fn learn(&mut self, count: u64, weight: f64) {
        self.records += count as f64 * weight;
        self.spoke += if count > 0 { weight } else { 0.0 };
        self.periods += weight;
    }

    pub(super) fn decay(&mut self, kept: f64) {
        *self = Cell { records: self.records * kept, spoke: self.spoke * kept, periods: self.periods * kept };
    }

    /// What silence says, in nats: by the count expected, where records come in heaps of that dispersion;
    /// and no more than how often such a period was silent.
    pub(super) fn surprise(&self, expected: f64, dispersion: f64) -> f64 {
        let by_count = if dispersion < 1.001 { expected } else { expected * libm::log(dispersion) / (dispersion - 1.0) };
        let silent = (self.periods - self.spoke) / self.periods.max(1.0);
        if silent > 1e-6 { by_count.min(-libm::log(silent)) } else { by_count }
    }
}

/// How surprising something may be and yet be usual: as surprising as it was without being told, or told twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    usual: f64,
    told: f64,
}

impl Known {
    pub(super) fn limit(&self) -> f64 {
        BEYOND_LONGEST * self.usual
    }

    pub(super) fn learn(&mut self, surprise: f64, was_told: bool) {
        let usual = if was_told { surprise.min(ALIKE * self.told) } else { surprise };
        self.usual = self.usual.max(usual);
        if was_told {
            self.told = self.told.max(surprise);
        }
    }

    pub(super) fn decay(&mut self, kept: f64) {
        self.usual *= kept;
        self.told *= kept;
    }
}

/// How far counts are from what was expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    squares: f64,
    expected: f64,
}

impl Spread {
    pub(super) fn learn(&mut self, observed: f64, expected: f64) {
        self.squares += (observed - expected) * (observed - expected);
        self.expected += expected;
    }

    /// Variance over mean.
    pub(super) fn dispersion(&self) -> f64 {
        if self.expected > 0.0 { (self.squares / self.expected).max(1.0) } else { 1.0 }
    }

    pub(super) fn decay(&mut self, kept: f64) {
        self.squares *= kept;
        self.expected *= kept;
    }
}
