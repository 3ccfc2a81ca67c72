//! The round of the week or the day, and days that are unlike others of their weekday: holidays, the
//! day after, working days made up for at weekends. All regions of a matter share one shape.

use super::super::state::Shape;
use crate::domain::{Calendar, DayKind, Zone};
use crate::pipeline::Period;

/// A special day's share against its weekday's is learned at this rate, where the expectation is
/// large enough to say anything.
const SPECIAL_GAIN: f64 = 0.2;
const SPECIAL_ENOUGH: f64 = 5.0;
/// One period speaks for at most so many times the share a slot had: outbreaks are no shape.
const LARGEST_STEP: f64 = 2.0;

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
        Shape(vec![1.0; period.slots() + specials])
    }

    pub(in crate::engine) fn factor(&self, place: Place) -> f64 {
        let share = |slot: usize| self.0.get(slot).copied().unwrap_or(1.0);
        share(place.slot) * place.special.map_or(1.0, share)
    }

    /// Learns from a closed period. `level` is what was expected of a period of factor 1, `periods`
    /// how many were learned: two rounds give the level first.
    pub(in crate::engine) fn learn(&mut self, period: Period, place: Place, observed: f64, level: f64, periods: u32) {
        let slots = period.slots() as u32;
        if slots == 1 || periods <= 2 * slots || level <= 0.5 {
            return;
        }
        if let Some(special) = place.special {
            let expected = level * self.0.get(place.slot).copied().unwrap_or(1.0);
            if let Some(share) = self.0.get_mut(special) {
                let gain = SPECIAL_GAIN * expected / (expected + SPECIAL_ENOUGH);
                *share = (*share + gain * ((observed / expected).min(LARGEST_STEP * *share) - *share)).max(0.05);
            }
        } else if let Some(share) = self.0.get_mut(place.slot) {
            let most = if period == Period::Hour { period.largest_share() } else { LARGEST_STEP * *share };
            let seen = (observed / level).min(most);
            *share = (*share + period.shape_gain(periods / slots - 1) * (seen - *share)).max(0.05);
        }
        self.normalise(slots as usize);
    }

    /// Brings the mean of the round back to 1.
    fn normalise(&mut self, slots: usize) {
        let round = self.0.get_mut(..slots).unwrap_or_default();
        let mean = round.iter().sum::<f64>() / slots as f64;
        round.iter_mut().for_each(|share| *share /= mean);
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
        assert!(at(8) > 5.0 * at(3), "{:?}", shape.0);
        assert!((shape.0.iter().sum::<f64>() - 24.0).abs() < 1e-6);
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
        assert!((20.0 * sunday - 10.0).abs() < 1.0 && (20.0 * holiday - 5.0).abs() < 1.5, "{:?}", shape.0);
    }
}
