//! Indicators: counts of a trade that a feed gives whole, one record a closed period. Each
//! indicator, region, matter (where the record names one) and kind of period is a series of its own,
//! judged as soon as its record is stepped, then learned from. A period that is missing teaches
//! nothing: it is not zero. Figures that are no counts (a price) are judged by a gauge of their own.

use super::baseline::{Direction, Gates, Place, Span};
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{Assessed, Judged, Observed, WarningEnd};
use crate::domain::{Fixed3, Indicator, Level, RecordKind};
use crate::journal::{Flag, IndicatorFact};
use crate::pipeline::{Matter, Model, Period, TailMap};
use std::cmp::Ordering;
use std::sync::Arc;

/// Whole numbers up to here are exact in the feed's JSON; larger figures are no counts.
const MAX_COUNT: f64 = (1u64 << 53) as f64;

/// Series looked at when a new one borrows from those of other regions.
const MAX_SIBLINGS: usize = 256;

/// The count a figure is; none for fractions, figures below zero and beyond [`MAX_COUNT`].
fn count_of(value: f64) -> Option<u64> {
    let whole = (0.0..=MAX_COUNT).contains(&value) && value.fract() == 0.0;
    whole.then_some(value as u64)
}

impl Engine {
    /// `measured`: its unit or the pipeline says that it is no count, whatever its figure.
    pub(super) fn indicator(&mut self, moment: &Moment, fact: &IndicatorFact, measured: bool, effects: &mut Vec<Effect>) {
        self.indicator_triggers(moment, fact, effects);
        let key = IndicatorKey {
            indicator: fact.indicator.clone(),
            region: fact.evidence.region.clone(),
            matter: fact.matter.clone(),
            period: fact.period,
        };
        if !self.admit_indicator(moment.now_ms, &key, effects) {
            self.emit_indicator(fact, Judged::default(), None, effects);
            return;
        }
        let index = fact.period.index(self.model.zone, fact.period_start_ms);
        let Some(series) = self.state.indicators.get_mut(&key) else { return };
        match series.place_of(index, fact.value) {
            Order::Late => self.state.counters.late += 1,
            Order::Corrects => {
                series.take_newest_back();
                self.judge_indicator(moment, &key, index, fact, measured, effects);
                self.mend_warnings(moment, &key, index, fact, effects);
            }
            Order::Next => self.judge_indicator(moment, &key, index, fact, measured, effects),
        }
    }

    fn judge_indicator(
        &mut self,
        moment: &Moment,
        key: &IndicatorKey,
        index: i64,
        fact: &IndicatorFact,
        measured: bool,
        effects: &mut Vec<Effect>,
    ) {
        let model = Arc::clone(&self.model);
        let gates = Gates { thresholds: self.p_thresholds, levels: &model.levels, tail: &model.tail };
        let emit = self.emit_assessments;
        let Some(series) = self.state.indicators.get_mut(key) else { return };
        let count = match series.reading(fact.value, fact.period, measured) {
            Reading::Count(count) => count,
            Reading::Level => {
                let judged = series.take_level(index, fact.value, fact.period, emit);
                let deviation = series.deviation;
                self.emit_indicator(fact, judged, self.series_level(deviation, fact.period, gates), effects);
                if let Some(deviation) = deviation {
                    self.raise_by_level(moment, fact, index, deviation, effects);
                }
                return;
            }
            Reading::Neither => {
                self.emit_indicator(fact, Judged::default(), None, effects);
                return;
            }
        };
        let place = Place::of(fact.period, model.zone, &model.calendar, index);
        let taken = series.take_count(index, place, count, fact.period, gates, emit);
        let mut asked = taken.asked;
        if let Some(assessment) = &mut asked {
            assessment.indicator = Some(IndicatorSource { indicator: fact.indicator.clone(), piece: piece(moment) });
        }
        self.emit_indicator(fact, taken.judged, asked.as_ref().map(|a| a.level), effects);
        if let Some(assessment) = asked {
            self.raise_by_indicator(moment, &model, fact, assessment, effects);
        }
    }

    /// The newest period was corrected, and what its new figure asks for is raised: a warning that names the old
    /// figure is lifted if nothing asks for it now. One that something else holds, or that asks for less, falls as usual.
    fn mend_warnings(
        &mut self,
        moment: &Moment,
        key: &IndicatorKey,
        index: i64,
        fact: &IndicatorFact,
        effects: &mut Vec<Effect>,
    ) {
        let model = Arc::clone(&self.model);
        let region = fact.evidence.region.as_deref().unwrap_or(&model.root_region);
        for matter in model.matters.values() {
            let subject = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: region.to_string() };
            let asks = self.wanted_by_series(matter, key).is_some();
            let wanted = self.wanted_industry(moment.now_ms, matter, &subject);
            let Some(episode) = self.state.episodes.get_mut(&subject) else { continue };
            if asks || !episode.assessment.as_ref().is_some_and(|a| a.is_of(&fact.indicator, fact.period, index)) {
                continue;
            }
            if wanted.is_none() {
                self.end_episode(moment.now_ms, matter, &subject, WarningEnd::TakenBack, effects);
            } else {
                episode.assessment = None;
                self.name_what_holds(moment.now_ms, matter, &subject);
            }
        }
    }

    /// A record seen before sets no trigger off again.
    fn indicator_triggers(&mut self, moment: &Moment, fact: &IndicatorFact, effects: &mut Vec<Effect>) {
        if fact.evidence.matters.is_empty() {
            return;
        }
        let seen = self.state.seen.note(moment.root);
        self.state.counters.updates += u64::from(seen);
        let model = Arc::clone(&self.model);
        for hit in fact.evidence.matters.iter().filter(|_| !seen) {
            if let Some(matter) = model.matters.get(&hit.matter) {
                let key = self.industry_key(matter, &fact.evidence);
                self.trigger_industry(moment, matter, &key, hit, false, effects);
            }
        }
    }

    /// Makes sure the series is there. At the bound a new one is refused, and operators are told once.
    fn admit_indicator(&mut self, now_ms: i64, key: &IndicatorKey, effects: &mut Vec<Effect>) -> bool {
        if self.state.indicators.contains_key(key) {
            return true;
        }
        if self.state.indicators.len() >= MAX_INDICATOR_SERIES {
            if !self.state.indicators_full {
                self.state.indicators_full = true;
                let text = format!(
                    "{MAX_INDICATOR_SERIES} indicator series are kept: records of further ones are read, but nothing is learned from them and nothing warned of"
                );
                self.tell_operators(now_ms, "indicators_full", text, effects);
            }
            return false;
        }
        let baseline = self.borrowed_for(key).unwrap_or_default();
        self.state.indicators.insert(key.clone(), IndicatorSeries { baseline, ..IndicatorSeries::new(key.period) });
        self.indicator_series[key.period as usize] += 1;
        self.derive_thresholds();
        true
    }

    /// What the indicator's series of other regions have learned, for a new one.
    fn borrowed_for(&self, key: &IndicatorKey) -> Option<Baseline> {
        let from = IndicatorKey { region: None, matter: None, period: Period::ALL[0], ..key.clone() };
        let same =
            self.state.indicators.range(from..).take(MAX_SIBLINGS).take_while(|(other, _)| other.indicator == key.indicator);
        let siblings =
            same.filter(|(other, series)| other.period == key.period && other.matter == key.matter && series.gauge.is_none());
        Baseline::borrowed(key.period, siblings.map(|(_, series)| &series.baseline))
    }

    fn raise_by_indicator(
        &mut self,
        moment: &Moment,
        model: &Model,
        fact: &IndicatorFact,
        assessment: Assessment,
        effects: &mut Vec<Effect>,
    ) {
        let region = fact.evidence.region.as_deref().unwrap_or(&model.root_region);
        let concerned = |m: &&Matter| {
            let lists = m.industry.as_ref().is_some_and(|i| i.indicators.contains(&fact.indicator));
            lists && fact.matter.as_ref().is_none_or(|named| *named == m.id)
        };
        for matter in model.matters.values().filter(concerned) {
            self.open_periods(moment.now_ms);
            self.raise_industry(moment, matter, region, assessment.clone(), effects);
        }
    }

    /// A level (a price) far from what is usual, for each matter that lists the indicator, the way it looks.
    fn raise_by_level(
        &mut self,
        moment: &Moment,
        fact: &IndicatorFact,
        index: i64,
        deviation: Deviation,
        effects: &mut Vec<Effect>,
    ) {
        let model = Arc::clone(&self.model);
        let region = fact.evidence.region.as_deref().unwrap_or(&model.root_region);
        let gates = Gates { thresholds: self.p_thresholds, levels: &model.levels, tail: &model.tail };
        for matter in model.matters.values().filter(|m| fact.matter.as_ref().is_none_or(|named| *named == m.id)) {
            let Some(direction) = direction(matter, &fact.indicator) else { continue };
            let Some(mut asked) = deviation.asks(fact.period, index, direction, gates) else { continue };
            asked.indicator = Some(IndicatorSource { indicator: fact.indicator.clone(), piece: piece(moment) });
            self.open_periods(moment.now_ms);
            self.raise_industry(moment, matter, region, asked, effects);
        }
    }

    /// The level a series that nobody's matter looks at would ask for, either way: for evaluation.
    fn series_level(&self, deviation: Option<Deviation>, period: Period, gates: Gates) -> Option<Level> {
        let direction = Direction { rising: true, falling: true };
        deviation.filter(|_| self.emit_assessments)?.asks(period, 0, direction, gates).map(|asked| asked.level)
    }

    /// What one series asks of a matter: counts as they were judged, levels the way the matter looks.
    fn wanted_by_series(&self, matter: &Matter, key: &IndicatorKey) -> Option<Level> {
        let series = self.state.indicators.get(key)?;
        let direction = direction(matter, &key.indicator)?;
        let gates = Gates { thresholds: self.p_thresholds, levels: &self.model.levels, tail: &self.model.tail };
        let by_level = series.deviation.and_then(|d| d.asks(key.period, series.newest, direction, gates));
        by_level.map(|asked| asked.level).max(series.wanted.filter(|_| direction.rising))
    }

    /// The highest level the newest periods of a matter's indicators ask for in a region. It stands
    /// until the indicator's next period: a feed that fell silent is not calm.
    pub(super) fn wanted_by_indicators(&self, matter: &Matter, region: &str) -> Option<Level> {
        let indicators = matter.industry.iter().flat_map(|i| i.indicators.iter().chain(&i.falling));
        let mut highest = None;
        for indicator in indicators {
            for period in Period::ALL {
                for named in [None, Some(matter.id.clone())] {
                    let mut key =
                        IndicatorKey { indicator: indicator.clone(), region: Some(region.to_string()), matter: named, period };
                    highest = highest.max(self.wanted_by_series(matter, &key));
                    if region == self.model.root_region {
                        key.region = None;
                        highest = highest.max(self.wanted_by_series(matter, &key));
                    }
                }
            }
        }
        highest
    }

    /// Whether its series has learned that period already, or a later one.
    pub(super) fn indicator_order(&self, record: &Indicator) -> Option<Flag> {
        let key = IndicatorKey {
            indicator: record.indicator.clone(),
            region: record.region.clone(),
            matter: record.matter.clone(),
            period: record.period,
        };
        let index = record.period.index(self.model.zone, record.period_start_ms);
        let flag = match self.state.indicators.get(&key)?.place_of(index, record.value) {
            Order::Next => return None,
            Order::Corrects => Flag::Correction,
            Order::Late => Flag::Late,
        };
        Some(flag)
    }

    /// Another pipeline: series of regions it does not have end.
    pub(super) fn keep_indicators_of(&mut self, model: &Model) {
        let known = |region: &String| model.regions.is_empty() || model.regions.contains_key(region);
        self.state.indicators.retain(|key, _| key.region.as_ref().is_none_or(known));
        self.state.indicators_full &= self.state.indicators.len() >= MAX_INDICATOR_SERIES;
    }

    fn emit_indicator(&self, fact: &IndicatorFact, judged: Judged, level: Option<Level>, effects: &mut Vec<Effect>) {
        if self.emit_assessments {
            effects.push(Effect::Assessment(Box::new(Assessed {
                subject: None,
                indicator: Some(fact.indicator.clone()),
                matter: fact.matter.clone(),
                region: fact.evidence.region.clone(),
                period_start: fact.period_start.clone(),
                period: fact.period.as_str(),
                end_ms: fact.period.end_ms(self.model.zone, fact.period.index(self.model.zone, fact.period_start_ms)),
                observed: count_of(fact.value).map_or_else(|| Observed::Figure(Fixed3::from_f64(fact.value)), Observed::Count),
                judged,
                level,
            })));
        }
    }
}

/// Which way a matter looks at an indicator; none if it does not.
fn direction(matter: &Matter, indicator: &String) -> Option<Direction> {
    let rules = matter.industry.as_ref()?;
    let direction = Direction { rising: rules.indicators.contains(indicator), falling: rules.falling.contains(indicator) };
    (direction.rising || direction.falling).then_some(direction)
}

fn piece(moment: &Moment) -> EvidencePiece {
    EvidencePiece {
        kind: RecordKind::Indicator,
        id: moment.cause.to_string(),
        at_ms: moment.event_ms,
        rules: Vec::new(),
        attribution: None,
        root: moment.root,
        excerpt: None,
        half: false,
        until_ms: None,
    }
}

/// Where a period stands in its series.
#[derive(Debug, PartialEq)]
enum Order {
    Next,
    /// Another figure of the newest period.
    Corrects,
    /// An older period, or the newest said again.
    Late,
}

/// What a figure is to its series.
#[derive(Debug, PartialEq)]
enum Reading {
    Count(u64),
    /// A price, a concentration: no number of things.
    Level,
    /// A figure that can't be right among counts, or is beyond all bounds.
    Neither,
}

struct Taken {
    judged: Judged,
    asked: Option<Assessment>,
}

impl IndicatorSeries {
    pub fn new(period: Period) -> IndicatorSeries {
        IndicatorSeries {
            newest: i64::MIN,
            shape: Shape::flat(period),
            baseline: Baseline::default(),
            gauge: None,
            wanted: None,
            deviation: None,
            before: None,
        }
    }

    fn place_of(&self, index: i64, value: f64) -> Order {
        match (index.cmp(&self.newest), &self.before) {
            (Ordering::Greater, _) => Order::Next,
            (Ordering::Equal, Some(before)) if before.followed_by != value => Order::Corrects,
            _ => Order::Late,
        }
    }

    /// Keeps what there is to go back to, should the figure learned next be corrected.
    fn keep_before(&mut self, followed_by: f64) {
        let IndicatorSeries { newest, shape, baseline, gauge, .. } = self;
        let (shape, baseline, gauge) = (shape.clone(), baseline.clone(), gauge.clone());
        self.before = Some(Box::new(BeforeNewest { newest: *newest, followed_by, shape, baseline, gauge }));
    }

    /// As if the newest period had not been told yet.
    fn take_newest_back(&mut self) {
        if let Some(before) = self.before.take() {
            let BeforeNewest { newest, followed_by: _, shape, baseline, gauge } = *before;
            *self = IndicatorSeries { newest, shape, baseline, gauge, wanted: None, deviation: None, before: None };
        }
    }

    /// Figures are counts until one shows that they are not: its unit, a first one below zero, or a fraction
    /// while the series is young. Later it is a mistake, and judged by nothing.
    fn reading(&self, value: f64, period: Period, measured: bool) -> Reading {
        match count_of(value) {
            _ if value.is_nan() || value.abs() > MAX_COUNT => Reading::Neither,
            _ if self.gauge.is_some() || measured => Reading::Level,
            Some(count) => Reading::Count(count),
            None if self.baseline.periods == 0 => Reading::Level,
            None if value.fract() != 0.0 && self.baseline.is_grey(period) => Reading::Level,
            None => Reading::Neither,
        }
    }

    fn take_level(&mut self, index: i64, value: f64, period: Period, emit: bool) -> Judged {
        self.keep_before(value);
        self.newest = index;
        self.wanted = None;
        self.deviation = None;
        let Some(gauge) = &mut self.gauge else {
            self.gauge = Some(Gauge::starting(value));
            self.baseline = Baseline::default();
            return Judged::default();
        };
        let judged = if emit { gauge.judge(period, value) } else { Judged::default() };
        self.deviation = gauge.deviation(period, value);
        gauge.learn(period, value);
        judged
    }

    /// Judges a period by those before it, and learns from it.
    fn take_count(&mut self, index: i64, place: Place, count: u64, period: Period, gates: Gates, emit: bool) -> Taken {
        let span = Span { period, index, factor: self.shape.factor(place) };
        let judged = if emit { self.baseline.judge(span, count, gates.tail) } else { Judged::default() };
        let forecast = self.baseline.forecast(span);
        let asked = self.baseline.assess_closed(span, count, forecast, gates);
        self.keep_before(count as f64);
        self.newest = index;
        self.wanted = asked.as_ref().map(|a| a.level);
        self.baseline.learn(span, count);
        self.shape.learn(period, place, count as f64, forecast.expected / span.factor, self.baseline.periods);
        Taken { judged, asked }
    }

    /// One week of a series that stands by itself, judged by the weeks before it and then learned:
    /// what the engine does with an indicator, for evaluation.
    pub fn week(&mut self, index: i64, count: u64) -> Judged {
        let span = Span { period: Period::Week, index, factor: 1.0 };
        let judged = self.baseline.judge(span, count, &TailMap::default());
        self.newest = index;
        self.baseline.learn(span, count);
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_of_counts_or_of_levels() {
        let young =
            IndicatorSeries { baseline: Baseline { periods: 3, ..Baseline::default() }, ..IndicatorSeries::new(Period::Day) };
        let grown = IndicatorSeries { baseline: Baseline { periods: 300, ..Baseline::default() }, ..young.clone() };
        let price = IndicatorSeries { gauge: Some(Gauge::starting(2.5)), ..IndicatorSeries::new(Period::Day) };
        let new = IndicatorSeries::new(Period::Day);
        for (series, value, reading) in [
            (&new, 3.0, Reading::Count(3)),
            (&new, 3.5, Reading::Level),
            (&new, -3.0, Reading::Level),
            (&young, 3.5, Reading::Level),
            (&young, -3.0, Reading::Neither),
            (&grown, 3.5, Reading::Neither),
            (&grown, 3.0, Reading::Count(3)),
            (&price, 3.0, Reading::Level),
            (&price, -3.0, Reading::Level),
            (&price, 1e300, Reading::Neither),
        ] {
            assert_eq!(series.reading(value, Period::Day, false), reading, "{value}");
        }
        for (series, value) in [(&new, 3.0), (&grown, 3.0), (&price, 3.0)] {
            assert_eq!(series.reading(value, Period::Day, true), Reading::Level, "its unit says so");
        }
    }

    #[test]
    fn counts_are_whole_numbers_from_zero() {
        for (value, count) in [
            (0.0, Some(0)),
            (12.0, Some(12)),
            (9_007_199_254_740_992.0, Some(1 << 53)),
            (-1.0, None),
            (0.5, None),
            (1e300, None),
            (f64::NAN, None),
        ] {
            assert_eq!(count_of(value), count, "{value}");
        }
    }
}
