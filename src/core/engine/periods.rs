//! How fast the baseline of each kind of period learns, and when it has an opinion.

use crate::pipeline::Period;

impl Period {
    /// How fast the level forgets: the weight of one period.
    pub(super) fn gain(self) -> f64 {
        match self {
            Period::Day => 0.02,
            Period::Week => 0.08,
            Period::Hour => 0.002,
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
