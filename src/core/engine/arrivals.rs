//! How late a feed is: when, counted from a period's beginning, its counted records come. Learned from
//! stamps, by source and kind of period; the round of the day (or week) and the delay are one curve.
//! Two things rest on it: a period closes, and levels fall for calm, only once nine in ten of its
//! records are here; and a period still filling is judged against what should be here by now.

use super::state::Arrivals;
use super::{Engine, Moment};
use crate::domain::HOUR_MS;
use crate::pipeline::Period;
use std::collections::BTreeSet;

/// Records later than this after the period's end teach nothing: a backlog is no delay.
pub const MAX_WAIT_HOURS: i64 = 720;
/// A source with fewer arrivals says nothing of its delay.
pub const MIN_ARRIVALS: u32 = 300;
/// At so many all are halved: about the newest twenty thousand count.
pub const MAX_ARRIVALS: u32 = 16_384;
/// Nine in ten are enough for a period to close.
const COMPLETE_TENTHS: u64 = 9;
/// A period that fills is judged where so much of it should be here, each time with its share of the
/// level's promise; the shares add up to one. As counts only grow, a look holds for all the time since
/// the look before.
pub(super) const LOOKS: [Look; 8] =
    [Look::at(0.1), Look::at(0.15), Look::at(0.2), Look::at(0.3), Look::at(0.4), Look::at(0.5), Look::at(0.65), Look::at(0.8)];
/// What is left of the promise for the whole period where it is looked at before.
pub(super) const WHOLE_PROMISE: f64 = 0.5;
/// Days differ in their round: so much more may be here than the curve says.
const ROUND_MARGIN: (f64, f64) = (1.1, 0.02);

/// A part of a period, and of the promise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub exposure: f64,
    pub promise: f64,
}

impl Look {
    const fn at(exposure: f64) -> Look {
        Look { exposure, promise: 0.0625 }
    }
}

impl Arrivals {
    pub(super) fn note(&mut self, hour: usize) {
        if self.by_hour.len() <= hour {
            self.by_hour.resize(hour + 1, 0);
        }
        self.by_hour[hour] += 1;
        self.total += 1;
        if self.total >= MAX_ARRIVALS {
            self.by_hour.iter_mut().for_each(|n| *n /= 2);
            self.total = self.by_hour.iter().sum();
        }
    }

    fn is_known(&self) -> bool {
        self.total >= MIN_ARRIVALS
    }

    /// The share that is here by the end of an hour.
    fn share(&self, hour: usize) -> f64 {
        let here: u32 = self.by_hour.iter().take(hour + 1).sum();
        f64::from(here) / f64::from(self.total.max(1))
    }

    /// The first hour before which nine in ten were here.
    fn complete_hour(&self) -> usize {
        let mut here = 0u64;
        for (hour, n) in self.by_hour.iter().enumerate() {
            here += u64::from(*n);
            if here * 10 >= u64::from(self.total) * COMPLETE_TENTHS {
                return hour + 1;
            }
        }
        0
    }

    /// The most that may be here by the end of an hour.
    fn most(&self, hour: usize) -> f64 {
        (self.share(hour) * ROUND_MARGIN.0 + ROUND_MARGIN.1).min(1.0)
    }

    /// Whether the period is worth looking at before it is over.
    fn fills_slowly(&self) -> bool {
        self.is_known() && self.look(0).is_some()
    }

    /// The look an hour belongs to: the first by which no more should be here.
    pub(super) fn look(&self, hour: usize) -> Option<Look> {
        let most = self.most(hour);
        LOOKS.into_iter().find(|look| most <= look.exposure)
    }
}

impl Engine {
    /// One counted record, late or not.
    pub(super) fn note_arrival(&mut self, moment: &Moment, period: Period, index: i64) {
        if moment.source.is_empty() {
            return;
        }
        let since_ms = (moment.now_ms - period.start_ms(self.model.zone, index)).max(0);
        let hour = since_ms / HOUR_MS;
        let length = period.end_ms(self.model.zone, index) - period.start_ms(self.model.zone, index);
        if hour >= MAX_WAIT_HOURS + length / HOUR_MS {
            return;
        }
        let key = (moment.source.to_string(), period);
        self.state.arrivals.entry(key).or_default().note(hour as usize);
    }

    /// When nine in ten of a period's records are here, by the slowest source known.
    pub(super) fn complete_ms(&self, period: Period, index: i64) -> i64 {
        let known = self.state.arrivals.iter().filter(|((_, of), arrivals)| *of == period && arrivals.is_known());
        let hours = known.map(|(_, arrivals)| arrivals.complete_hour()).max().unwrap_or(0);
        period.start_ms(self.model.zone, index) + hours as i64 * HOUR_MS
    }

    /// Whether a series fed by these sources is looked at before its periods are over: all must be known.
    pub(super) fn looks_early(&self, period: Period, sources: &BTreeSet<String>) -> bool {
        let slow = |source: &String| self.state.arrivals.get(&(source.clone(), period)).is_some_and(Arrivals::fills_slowly);
        period != Period::Hour && !sources.is_empty() && sources.iter().all(slow)
    }

    /// The look a moment of a period belongs to, by the source that is ahead of the others.
    pub(super) fn look(&self, now_ms: i64, period: Period, index: i64, sources: &BTreeSet<String>) -> Option<Look> {
        if !self.looks_early(period, sources) {
            return None;
        }
        let hour = (now_ms - period.start_ms(self.model.zone, index)).max(0) / HOUR_MS;
        let looks = sources.iter().map(|source| self.state.arrivals.get(&(source.clone(), period))?.look(hour as usize));
        looks.reduce(|a, b| a.zip(b).map(|(a, b)| if a.exposure >= b.exposure { a } else { b }))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::stats::upper_tail;

    /// A generator of the tests' own: the same days each time.
    struct Dice(u64);

    impl Dice {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }

        fn poisson(&mut self, mean: f64) -> u64 {
            let (mut n, mut left) = (0, libm::exp(-mean));
            let mut roll = self.next();
            while roll > left {
                roll -= left;
                n += 1;
                left *= mean / n as f64;
            }
            n
        }

        /// The hour a record comes in: of a working day (or a lazier one), some of them days late.
        fn hour(&mut self, lazy: bool, late_share: f64) -> usize {
            let u = (self.next() + self.next()) / 2.0;
            let own = if lazy { 7.0 + 16.0 * u } else { 6.0 + 15.0 * u };
            let late = if self.next() < late_share { -36.0 * libm::log(1.0 - self.next()) } else { 0.0 };
            (own + late) as usize
        }
    }

    fn day(dice: &mut Dice, mean: f64, late_share: f64) -> Vec<usize> {
        let n = dice.poisson(mean);
        let lazy = dice.next() < 0.3;
        let mut hours: Vec<usize> = (0..n).map(|_| dice.hour(lazy, late_share)).collect();
        hours.sort_unstable();
        hours
    }

    fn learned(dice: &mut Dice, late_share: f64) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for _ in 0..100 {
            for hour in day(dice, 20.0, late_share) {
                arrivals.note(hour);
            }
        }
        arrivals
    }

    /// The first hour at which a day's count so far asks for a warning, as the engine asks it.
    fn alarm(arrivals: &Arrivals, hours: &[usize], mean: f64, threshold: f64) -> Option<usize> {
        let fires = |(n, hour): (usize, &usize)| {
            let count = n as u64 + 1;
            let early = arrivals.look(*hour);
            let early = early.is_some_and(|l| upper_tail(count, mean * l.exposure, 1.0) <= threshold * l.promise);
            (early || upper_tail(count, mean, 1.0) <= threshold * WHOLE_PROMISE).then_some(*hour)
        };
        hours.iter().enumerate().find_map(fires)
    }

    #[test]
    fn looking_early_keeps_the_promise() {
        for (mean, late_share) in [(3.0, 0.0), (20.0, 0.0), (20.0, 0.6), (80.0, 0.3)] {
            for threshold in [0.05, 0.02] {
                let mut dice = Dice(7);
                let arrivals = learned(&mut dice, late_share);
                let days = 3_000;
                let fired = (0..days).filter(|_| alarm(&arrivals, &day(&mut dice, mean, late_share), mean, threshold).is_some());
                let share = fired.count() as f64 / f64::from(days);
                assert!(share <= threshold, "{mean} {late_share}: {share} of days at {threshold}");
                assert!(share > 0.05 * threshold, "{mean} {late_share}: never looked, {share} at {threshold}");
            }
        }
    }

    #[test]
    fn a_surge_is_seen_hours_before_the_whole_day_would_show_it() {
        let mut dice = Dice(11);
        let arrivals = learned(&mut dice, 0.0);
        let (mut early, mut whole) = (0, 0);
        for _ in 0..200 {
            let hours = day(&mut dice, 80.0, 0.0);
            let at_once = alarm(&arrivals, &hours, 20.0, 0.001).unwrap_or(24);
            let waiting = (0..hours.len()).find(|n| upper_tail(*n as u64 + 1, 20.0, 1.0) <= 0.001).map_or(24, |n| hours[n]);
            (early, whole) = (early + at_once, whole + waiting);
        }
        assert!(early + 200 < whole, "an hour earlier in the mean at least: {early} {whole} hours in 200 days");
    }

    #[test]
    fn what_is_known_of_a_feed_is_bounded_and_follows_it() {
        let mut arrivals = Arrivals::default();
        for n in 0..200 {
            arrivals.note(n % 24);
        }
        assert!(!arrivals.is_known() && !arrivals.fills_slowly());
        for n in 0..40_000 {
            arrivals.note(n % 24);
        }
        assert!(arrivals.total < MAX_ARRIVALS && arrivals.complete_hour() == 22, "{arrivals:?}");
        assert!(arrivals.fills_slowly() && (arrivals.share(11) - 0.5).abs() < 0.01);
        assert_eq!([0, 4, 12, 20].map(|hour| arrivals.look(hour).map(|l| l.exposure)), [Some(0.1), Some(0.3), Some(0.65), None]);
        for n in 0..40_000 {
            arrivals.note(72 + n % 24);
        }
        assert!(arrivals.complete_hour() > 90, "{}", arrivals.complete_hour());
    }

    #[test]
    fn days_without_hours_are_judged_whole() {
        let mut arrivals = Arrivals::default();
        (0..1000).for_each(|_| arrivals.note(0));
        assert!(!arrivals.fills_slowly() && arrivals.complete_hour() == 1);
        assert_eq!(LOOKS.iter().map(|l| l.promise).sum::<f64>() + WHOLE_PROMISE, 1.0);
    }
}
