//! The round of the week or the day, and days that are unlike others of their weekday: holidays, the
//! day after, working days made up for at weekends. All regions of a matter share one shape.

use super::super::state::{Shape, Slot};
use crate::domain::{Calendar, DayKind, Zone};
use crate::pipeline::Period;

/// Of what a slot's sums hold, a special day leaves so much to the next one like it.
const SPECIAL_KEPT: f64 = 0.8;
/// A slot is like the mean of the round until it was seen: as if so many records had come of as many expected.
const SLOT_PRIOR: f64 = 5.0;
/// One period speaks for at most so much above what was expected, in its square roots and records:
/// outbreaks are no shape. What is expected of little must not bound it.
const MOST_ROOTS: f64 = 4.0;
const MOST_RECORDS: f64 = 3.0;

/// A period's place in the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Place {
    slot: usize,
    /// Holidays are like Sundays until they are known better, made-up days like Fridays.
    special: Option<usize>,
}

impl Place {
    pub(in crate::engine) fn of(period: Period, zone: Zone, calendar: &Calendar, index: i64) -> Place {
        let slot = period.slot(zone, index);
        if period != Period::Day {
            return Place { slot, special: None };
        }
        match calendar.day_kind(index) {
            DayKind::Plain => Place { slot, special: None },
            DayKind::Holiday => Place { slot: 6, special: Some(7) },
            DayKind::AfterHoliday => Place { slot, special: Some(8) },
            DayKind::MadeUp => Place { slot: 4, special: Some(9) },
        }
    }
}

impl Shape {
    pub(in crate::engine) fn flat(period: Period) -> Shape {
        let specials = if period == Period::Day { 3 } else { 0 };
        let slots = period.slots() + specials;
        Shape { factors: vec![1.0; slots], sums: vec![Slot::default(); slots] }
    }

    pub(in crate::engine) fn factor(&self, place: Place) -> f64 {
        let share = |slot: usize| self.factors.get(slot).copied().unwrap_or(1.0);
        share(place.slot) * place.special.map_or(1.0, share)
    }

    /// Learns from a closed period. `level` is what was expected of a period of factor 1, `periods`
    /// how many were learned: two rounds give the level first.
    pub(in crate::engine) fn learn(&mut self, period: Period, place: Place, observed: f64, level: f64, periods: u32) {
        let slots = period.slots();
        if slots == 1 || periods <= 2 * slots as u32 {
            return;
        }
        let expected = level * self.factor(place);
        let observed = observed.min(expected + MOST_ROOTS * expected.sqrt() + MOST_RECORDS);
        let of_slot = self.factors.get(place.slot).copied().unwrap_or(1.0);
        let (slot, base, kept) = match place.special {
            Some(special) => (special, level * of_slot, SPECIAL_KEPT),
            None => (place.slot, level, period.slot_kept()),
        };
        if let Some((sums, factor)) = self.sums.get_mut(slot).zip(self.factors.get_mut(slot)) {
            sums.observed = sums.observed * kept + observed;
            sums.expected = sums.expected * kept + base;
            *factor = (sums.observed + SLOT_PRIOR) / (sums.expected + SLOT_PRIOR);
        }
        self.normalise(slots);
    }

    /// Brings the mean of the round back to 1.
    fn normalise(&mut self, slots: usize) {
        let shares = self.sums.iter().map(|s| (s.observed + SLOT_PRIOR) / (s.expected + SLOT_PRIOR));
        let mean = shares.clone().take(slots).sum::<f64>() / slots as f64;
        self.factors.iter_mut().take(slots).zip(shares).for_each(|(factor, share)| *factor = share / mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_of_hours_takes_its_shape() {
        let mut shape = Shape::flat(Period::Hour);
        for hour in 0..24 * 120u32 {
            let slot = (hour % 24) as usize;
            shape.learn(Period::Hour, Place { slot, special: None }, if slot == 8 { 48.0 } else { 4.0 }, 6.0, hour + 1);
        }
        let at = |slot| shape.factor(Place { slot, special: None });
        assert!(at(8) > 5.0 * at(3), "{:?}", shape.factors);
        assert!((shape.factors.iter().sum::<f64>() - 24.0).abs() < 1e-6);
    }

    /// Seldom counted, and quiet on some days of its first weeks by chance: no weekday is stuck there.
    #[test]
    fn a_sparse_round_is_flat() {
        let mut seed = 3u64;
        let mut uniform = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let mut shape = Shape::flat(Period::Day);
        for day in 0..1100u32 {
            let slot = (day % 7) as usize;
            // A Poisson count of mean 1, and none on the Tuesdays of the first six weeks.
            let (mut count, mut left) = (0.0, uniform());
            while left > libm::exp(-1.0) {
                (count, left) = (count + 1.0, left * uniform());
            }
            let observed = if slot == 1 && day < 42 { 0.0 } else { count };
            shape.learn(Period::Day, Place { slot, special: None }, observed, 1.0, day + 1);
        }
        let off = shape.factors.iter().take(7).map(|f| (f - 1.0).abs()).fold(0.0, f64::max);
        assert!(off < 0.35, "{:?}", shape.factors);
    }

    #[test]
    fn holidays_are_days_of_their_own() {
        let mut shape = Shape::flat(Period::Day);
        for day in 0..700u32 {
            let slot = (day % 7) as usize;
            let holiday = day % 50 == 0;
            let place = if holiday { Place { slot: 6, special: Some(7) } } else { Place { slot, special: None } };
            let observed = if holiday { 5.0 } else { [24.0, 24.0, 24.0, 24.0, 24.0, 10.0, 10.0][slot] };
            shape.learn(Period::Day, place, observed, 20.0, day + 1);
        }
        let sunday = shape.factor(Place { slot: 6, special: None });
        let holiday = shape.factor(Place { slot: 6, special: Some(7) });
        assert!((20.0 * sunday - 10.0).abs() < 1.0 && (20.0 * holiday - 5.0).abs() < 1.5, "{:?}", shape.factors);
    }
}
