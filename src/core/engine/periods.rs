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

    /// How fast a slot of the shape is learned once so many rounds were seen. Hours differ more than
    /// weekdays do, and their first rounds teach more.
    pub(super) fn shape_gain(self, rounds: u32) -> f64 {
        match self {
            Period::Day | Period::Week => 0.05,
            Period::Hour => (1.0 / f64::from(rounds.max(1))).max(0.05),
        }
    }

    /// The largest share of a slot against the mean that one period may speak for.
    pub(super) fn largest_share(self) -> f64 {
        match self {
            Period::Day | Period::Week => 5.0,
            Period::Hour => 24.0,
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
