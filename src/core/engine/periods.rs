//! How fast the baseline of each kind of period learns, and when it has an opinion.

use crate::pipeline::Period;

impl Period {
    /// What is left of the memory after one more period: 500 weeks, 1,000 days, 10,000 hours.
    pub(super) fn kept(self) -> f64 {
        match self {
            Period::Day => 0.999,
            Period::Week => 0.998,
            Period::Hour => 0.9999,
        }
    }

    /// How fast the dispersion is learned.
    pub(super) fn dispersion_gain(self) -> f64 {
        match self {
            Period::Day | Period::Week => 0.005,
            Period::Hour => 0.001,
        }
    }

    /// How fast the spread of a figure that is no count is learned.
    pub(super) fn gauge_gain(self) -> f64 {
        match self {
            Period::Day | Period::Week => 0.02,
            Period::Hour => 0.005,
        }
    }

    /// How fast being above (or below) what was expected all the time is noticed: half a year, two
    /// months, two weeks.
    pub(super) fn strain_gain(self) -> f64 {
        match self {
            Period::Day => 1.0 / 56.0,
            Period::Week => 1.0 / 26.0,
            Period::Hour => 1.0 / 336.0,
        }
    }

    /// Of a slot's sums, what one more of its kind leaves: a year of weeks, three weeks of days.
    pub(super) fn slot_kept(self) -> f64 {
        if self == Period::Hour { 0.95 } else { 0.98 }
    }

    /// The first day of the period, in days since 1970: where in the year it stands.
    pub(super) fn day(self, index: i64) -> f64 {
        match self {
            Period::Day => index as f64,
            Period::Week => index as f64 * 7.0 - 3.0,
            Period::Hour => index as f64 / 24.0,
        }
    }

    /// Closed periods before a series has an opinion; until then it is grey. Hours: four weeks.
    pub(super) fn grey_until(self) -> u32 {
        match self {
            Period::Day => 56,
            Period::Week => 26,
            Period::Hour => 28 * 24,
        }
    }
}
