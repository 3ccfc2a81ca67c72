//! The round of the week or the day, and days that are unlike others of their weekday: holidays, the
//! day after, working days made up for at weekends. Hours of days off have a share of their own: that of
//! all such hours, and each hour's beside it. All regions of a matter share one shape.

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
/// Days off, all their hours: a day's worth of hours leaves as much as a special day does.
const OFF_KEPT: f64 = 1.0 - (1.0 - SPECIAL_KEPT) / 24.0;
/// Where that share stands after the hours of the day, and those of its hours from then on.
const ALL_OFF: usize = 24;
const HOURS_OFF: usize = ALL_OFF + 1;

/// A period's place in the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Place {
    slot: usize,
    /// Holidays are like Sundays until they are known better, made-up days like Fridays.
    special: Option<usize>,
    /// Hours of days off: what this hour has of the share of all of them.
    hour_off: Option<usize>,
}

impl Place {
    pub(in crate::engine) fn of(period: Period, zone: Zone, calendar: &Calendar, index: i64) -> Place {
        let slot = period.slot(zone, index);
        let plain = Place { slot, special: None, hour_off: None };
        match period {
            Period::Week => plain,
            Period::Hour => {
                let day = zone.day_index(period.start_ms(zone, index));
                let off = match calendar.day_kind(day) {
                    DayKind::Holiday => true,
                    DayKind::MadeUp => false,
                    DayKind::Plain | DayKind::AfterHoliday => Period::Day.slot(zone, day) >= 5,
                };
                if off { Place { special: Some(ALL_OFF), hour_off: Some(HOURS_OFF + slot), ..plain } } else { plain }
            }
            Period::Day => match calendar.day_kind(index) {
                DayKind::Plain => plain,
                DayKind::Holiday => Place { slot: 6, special: Some(7), ..plain },
                DayKind::AfterHoliday => Place { special: Some(8), ..plain },
                DayKind::MadeUp => Place { slot: 4, special: Some(9), ..plain },
            },
        }
    }
}

impl Shape {
    pub(in crate::engine) fn flat(period: Period) -> Shape {
        let specials = match period {
            Period::Day => 3,
            Period::Hour => 1 + period.slots(),
            Period::Week => 0,
        };
        let slots = period.slots() + specials;
        Shape { factors: vec![1.0; slots], sums: vec![Slot::default(); slots] }
    }

    fn share(&self, slot: usize) -> f64 {
        self.factors.get(slot).copied().unwrap_or(1.0)
    }

    pub(in crate::engine) fn factor(&self, place: Place) -> f64 {
        let beside = |slot: Option<usize>| slot.map_or(1.0, |slot| self.share(slot));
        self.share(place.slot) * beside(place.special) * beside(place.hour_off)
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
        match (place.special, place.hour_off) {
            (None, _) => self.learn_slot(place.slot, observed, level, period.slot_kept()),
            (Some(special), None) => self.learn_slot(special, observed, level * self.share(place.slot), SPECIAL_KEPT),
            // An hour of a day off teaches what all of them are, soon, and what itself is beside that.
            (Some(all), Some(hour_off)) => {
                let usual = level * self.share(place.slot);
                self.learn_slot(all, observed, usual, OFF_KEPT);
                self.learn_slot(hour_off, observed, usual * self.share(all), SPECIAL_KEPT);
            }
        }
        self.normalise(slots);
    }

    fn learn_slot(&mut self, slot: usize, observed: f64, expected: f64, kept: f64) {
        if let Some((sums, factor)) = self.sums.get_mut(slot).zip(self.factors.get_mut(slot)) {
            sums.observed = sums.observed * kept + observed;
            sums.expected = sums.expected * kept + expected;
            *factor = (sums.observed + SLOT_PRIOR) / (sums.expected + SLOT_PRIOR);
        }
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

    fn plain(slot: usize) -> Place {
        Place { slot, special: None, hour_off: None }
    }

    #[test]
    fn hours_of_days_off_are_learned_as_far_as_their_counts_go() {
        let off = |slot| Place { special: Some(ALL_OFF), hour_off: Some(HOURS_OFF + slot), ..plain(slot) };
        // Working hours hold `busy` at noon; days off a third of all, but as much as ever in the evening. What noon
        // and evening of a day off are taken for after half a year.
        for (busy, noon, evening) in [(60.0, 16.0..24.0, 48.0..66.0), (3.0, 0.8..1.3, 1.2..3.0)] {
            let mut shape = Shape::flat(Period::Hour);
            for hour in 0..24 * 182u32 {
                let (slot, day) = ((hour % 24) as usize, hour / 24 % 7);
                let (usual, is_off) = (if (8..22).contains(&slot) { busy } else { busy / 10.0 }, day >= 5);
                let count = if is_off && slot != 20 { usual / 3.0 } else { usual };
                let place = if is_off { off(slot) } else { plain(slot) };
                shape.learn(Period::Hour, place, count, 0.625 * busy, hour + 1);
            }
            let told = [12, 20].map(|slot| 0.625 * busy * shape.factor(off(slot)));
            assert!(noon.contains(&told[0]) && evening.contains(&told[1]), "{busy}: {told:?}");
        }
    }

    #[test]
    fn a_round_of_hours_takes_its_shape() {
        let mut shape = Shape::flat(Period::Hour);
        for hour in 0..24 * 120u32 {
            let slot = (hour % 24) as usize;
            shape.learn(Period::Hour, plain(slot), if slot == 8 { 48.0 } else { 4.0 }, 6.0, hour + 1);
        }
        let at = |slot| shape.factor(plain(slot));
        assert!(at(8) > 5.0 * at(3), "{:?}", shape.factors);
        assert!((shape.factors[..24].iter().sum::<f64>() - 24.0).abs() < 1e-6);
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
            shape.learn(Period::Day, plain(slot), observed, 1.0, day + 1);
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
            let place = if holiday { Place { special: Some(7), ..plain(6) } } else { plain(slot) };
            let observed = if holiday { 5.0 } else { [24.0, 24.0, 24.0, 24.0, 24.0, 10.0, 10.0][slot] };
            shape.learn(Period::Day, place, observed, 20.0, day + 1);
        }
        let sunday = shape.factor(plain(6));
        let holiday = shape.factor(Place { special: Some(7), ..plain(6) });
        assert!((20.0 * sunday - 10.0).abs() < 1.0 && (20.0 * holiday - 5.0).abs() < 1.5, "{:?}", shape.factors);
    }
}
