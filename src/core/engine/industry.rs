//! Industry risk: counts of a matter by region against what is usual there. All regions of a matter
//! share the shape of the week (or day), learned from the realm's own region.

use super::arrivals::WHOLE_PROMISE;
use super::baseline::{Gates, Place, Span};
use super::memory::Counted;
use super::state::*;
use super::{ClosedPeriod, Effect, Engine, Moment, SeriesKey};
use crate::domain::Level;
use crate::domain::outputs::{Assessed, Judged, Observed};
use crate::journal::{Evidence, Flag, MatterHit};
use crate::pipeline::{Matter, Period, Trigger};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One period that closes, for all regions of a matter.
struct Closing<'a> {
    period: Period,
    index: i64,
    place: Place,
    root: &'a str,
    gates: Gates<'a>,
    /// The figures are asked for too, level or none.
    judged: bool,
    /// A source it counts was silent: nothing is judged by it, and nothing learned from it.
    deaf: bool,
}

/// What closing a period says of one region.
struct Closed {
    region: String,
    observed: u64,
    asked: Option<Assessment>,
    judged: Option<Judged>,
}

impl Engine {
    /// Counts one record in the matter's series of its region and all above, and raises at once
    /// where the count so far is already too much for the whole period.
    pub(super) fn count(&mut self, moment: &Moment, matter: &Matter, evidence: &Evidence, effects: &mut Vec<Effect>) {
        let Some(rules) = &matter.industry else { return };
        self.open_periods(moment.now_ms);
        let model = Arc::clone(&self.model);
        for period in &rules.periods {
            let index = period.index(model.zone, moment.event_ms);
            self.note_arrival(moment, *period, index);
            if self.state.open_periods.get(period).is_none_or(|open| index < *open) {
                self.state.counters.late += 1;
                continue;
            }
            let series = self.state.series.entry((matter.id.clone(), *period)).or_insert_with(|| MatterSeries {
                shape: Shape::flat(*period),
                regions: model.regions.keys().map(|code| (code.clone(), Series::default())).collect(),
                sources: BTreeSet::new(),
            });
            if !moment.source.is_empty() && !series.sources.contains(moment.source) {
                series.sources.insert(moment.source.to_string());
            }
            let sources = series.sources.clone();
            let early = self.looks_early(*period, &sources);
            let look = self.look(moment.now_ms, *period, index, &sources);
            let gates = Gates { thresholds: self.p_thresholds, levels: &model.levels, tail: &model.tail };
            let whole = if early { gates.with(WHOLE_PROMISE) } else { gates };
            let Some(series) = self.state.series.get_mut(&(matter.id.clone(), *period)) else { continue };
            let factor = series.shape.factor(Place::of(*period, model.zone, &model.calendar, index));
            let span = Span { period: *period, index, factor };
            let mut raised = Vec::new();
            for code in model.region_chain(evidence.region.as_deref()) {
                let Some(series) = series.regions.get_mut(code) else { continue };
                series.note(evidence, moment, matter);
                let count = series.open.entry(index).or_default();
                *count += 1;
                let count = *count;
                let forecast = series.forecast_of(span);
                let assess = |baseline: &Baseline, n: u64| {
                    let so_far = look.and_then(|look| baseline.assess_so_far(span, n, forecast, look, gates));
                    baseline.assess(span, n, forecast, whole).into_iter().chain(so_far).max_by_key(|a| a.level)
                };
                let Some(assessment) = series.asked_by(span.index, count, |n| assess(&series.baseline, n)) else { continue };
                if series.wanted.as_ref().is_none_or(|w| w.level <= assessment.level) {
                    series.wanted = Some(assessment.clone());
                }
                raised.push((code, assessment));
            }
            for (code, assessment) in raised {
                self.raise_industry(moment, matter, code, assessment, effects);
            }
        }
    }

    /// The flag of a record whose day was closed before it came, or of an indicator whose series has
    /// learned that period, or a later one.
    pub fn order_flag(&self, record: &crate::domain::Record) -> Option<Flag> {
        if let crate::domain::Record::Indicator(indicator) = record {
            return self.indicator_order(indicator);
        }
        let open = self.state.open_periods.get(&Period::Day);
        let day = record.event_time_ms().map(|ms| Period::Day.index(self.model.zone, ms));
        matches!((day, open), (Some(day), Some(open)) if day < *open).then_some(Flag::Late)
    }

    /// Periods begin with the first record counted: before it there is no feed to be silent.
    pub(super) fn open_periods(&mut self, now_ms: i64) {
        for period in self.model.periods() {
            if !self.state.open_periods.contains_key(&period) {
                let index = period.index(self.model.zone, now_ms);
                self.state.open_periods.insert(period, index);
                self.set_close_timer(now_ms, period, index);
            }
        }
    }

    /// After its end, the time late records are given, and as long as its sources are known to take.
    fn set_close_timer(&mut self, now_ms: i64, period: Period, index: i64) {
        let due_ms = period.end_ms(self.model.zone, index) + self.model.lateness_ms();
        let due_ms = due_ms.max(self.complete_ms(period, index)).max(now_ms + 1);
        self.set_timer(due_ms, format!("close/{}", period.as_str()), Timer::ClosePeriod(period));
    }

    /// The open period of this length is over: assess it whole, learn from it, let calm series fall.
    pub(super) fn close_period(&mut self, moment: &Moment, period: Period, effects: &mut Vec<Effect>) {
        let Some(index) = self.state.open_periods.get(&period).copied() else { return };
        // Its sources may have become slower since the timer was set.
        if self.complete_ms(period, index) > moment.now_ms {
            self.set_close_timer(moment.now_ms, period, index);
            return;
        }
        self.state.open_periods.insert(period, index + 1);
        self.set_close_timer(moment.now_ms, period, index + 1);
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            let Some(rules) = matter.industry.as_ref().filter(|r| r.periods.contains(&period)) else { continue };
            let key = (matter.id.clone(), period);
            let early = self.state.series.get(&key).is_some_and(|series| self.looks_early(period, &series.sources));
            let gates = Gates { thresholds: self.p_thresholds, levels: &model.levels, tail: &model.tail };
            let deaf = self.is_deaf(matter, period.start_ms(model.zone, index), moment.now_ms);
            let closing = Closing {
                deaf,
                period,
                index,
                place: Place::of(period, model.zone, &model.calendar, index),
                root: &model.root_region,
                gates: if early { gates.with(WHOLE_PROMISE) } else { gates },
                judged: self.emit_assessments || self.closed.is_some(),
            };
            let series = self.state.series.get_mut(&key);
            for closed in series.map(|s| s.close(&closing)).into_iter().flatten() {
                effects.extend(self.closed_row(matter, &closing, &closed));
                self.keep_closed(matter, period, &closed);
                if let Some(assessment) = closed.asked {
                    self.raise_industry(moment, matter, &closed.region, assessment, effects);
                }
            }
            if rules.periods.first() == Some(&period) && !deaf {
                self.calm_industries(moment, matter, effects);
            }
        }
    }

    /// The closed period as a row of assessments, where those were asked for.
    fn closed_row(&self, matter: &Matter, closing: &Closing, closed: &Closed) -> Option<Effect> {
        let judged = closed.judged.clone().filter(|_| self.emit_assessments)?;
        Some(Effect::Assessment(Box::new(Assessed {
            subject: Some(format!("{}@{}", matter.id, closed.region)),
            indicator: None,
            matter: Some(matter.id.clone()),
            region: Some(closed.region.clone()),
            period_start: closing.period.start_text(self.model.zone, closing.index),
            period: closing.period.as_str(),
            end_ms: closing.period.end_ms(self.model.zone, closing.index),
            observed: Observed::Count(closed.observed),
            judged,
            level: closed.asked.as_ref().map(|a| a.level),
        })))
    }

    /// Keeps it for those who look on.
    fn keep_closed(&mut self, matter: &Matter, period: Period, closed: &Closed) {
        if let (Some(kept), Some(judged)) = (&mut self.closed, &closed.judged) {
            let key = SeriesKey { matter: matter.id.clone(), period, region: closed.region.clone() };
            kept.insert(key, ClosedPeriod { observed: closed.observed, judged: judged.clone() });
        }
    }

    pub(super) fn raise_industry(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        region: &str,
        assessment: Assessment,
        effects: &mut Vec<Effect>,
    ) {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let key = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: region.to_string() };
        self.raise(moment, matter, &key, assessment.level.min(cap), None, Some(assessment), effects);
    }

    /// The trade in the record's region, or in the whole realm.
    pub(super) fn industry_key(&self, matter: &Matter, evidence: &Evidence) -> SubjectKey {
        let region = evidence.region.as_deref().unwrap_or(&self.model.root_region).to_string();
        SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: region }
    }

    /// A trigger event nobody in particular is known to have caused concerns the trade in its region.
    /// `damped`: only those that wait for one record. True if the record met one.
    pub(super) fn trigger_industry(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        hit: &MatterHit,
        damped: bool,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let asked = |t: &&Trigger| hit.triggers.contains(&t.code) && (t.at_least <= 1 || !damped);
        let met: Vec<&Trigger> = matter.triggers.iter().filter(asked).collect();
        if met.is_empty() {
            return false;
        }
        let triggers = self.state.trade_triggers.entry(key.clone()).or_default();
        let held: Vec<_> = met.into_iter().filter_map(|t| triggers.note(t, moment.met()).cloned()).collect();
        if let Some(held) = held.into_iter().max_by_key(|t| t.level) {
            self.open_periods(moment.now_ms);
            self.raise(moment, matter, key, held.level, Some(held), None, effects);
        }
        true
    }

    /// Takes a record from what triggers hold on the matter's trades, in whatever region it was counted:
    /// the copy that takes it back may name another, or none. Gives the trades it held something on.
    pub(super) fn take_back_from_trade(&mut self, now_ms: i64, matter: &Matter, root: u64) -> Vec<SubjectKey> {
        let from = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: String::new() };
        let trades = self.state.trade_triggers.range_mut(from..).take_while(|(key, _)| key.matter == matter.id);
        let changed = trades.filter_map(|(key, triggers)| triggers.take_back(matter, root).then(|| key.clone()));
        let changed: Vec<SubjectKey> = changed.collect();
        for key in &changed {
            // A surge the trigger had risen above is named again.
            let surge = self.wanted_by_count(matter, &key.id).cloned();
            if let (Some(episode), Some(triggers)) = (self.state.episodes.get_mut(key), self.state.trade_triggers.get(key)) {
                episode.name_what_is_left(triggers, now_ms);
                episode.assessment = episode.assessment.take().or(surge);
            }
        }
        changed
    }

    /// Takes one count out of a matter's series again, where its period is still open.
    pub(super) fn uncount(&mut self, root: u64, counted: &Counted) {
        let model = Arc::clone(&self.model);
        for period in Period::ALL {
            let Some(series) = self.state.series.get_mut(&(counted.matter.clone(), period)) else { continue };
            let index = period.index(model.zone, counted.at_ms);
            for code in model.region_chain(counted.region.as_deref()) {
                let Some(series) = series.regions.get_mut(code) else { continue };
                series.refs.retain(|piece| piece.root != root);
                if let Some(count) = series.open.get_mut(&index) {
                    *count = count.saturating_sub(1);
                }
            }
        }
    }

    /// The level an industry's series, or a trigger still held, ask for now.
    pub(super) fn wanted_industry(&self, now_ms: i64, matter: &Matter, key: &SubjectKey) -> Option<Level> {
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let by_count = self.wanted_by_count(matter, &key.id).map(|a| a.level.min(cap));
        let by_indicator = self.wanted_by_indicators(matter, &key.id).map(|level| level.min(cap));
        let held = self.state.trade_triggers.get(key).and_then(|t| t.strongest(now_ms));
        by_count.max(by_indicator).max(held.map(|t| t.level))
    }

    /// The highest that the newest periods of the matter's series ask for in a region.
    pub(super) fn wanted_by_count(&self, matter: &Matter, region: &str) -> Option<&Assessment> {
        let series = Period::ALL.into_iter().filter_map(|p| self.state.series.get(&(matter.id.clone(), p)));
        series.filter_map(|s| s.regions.get(region)?.wanted.as_ref()).max_by_key(|a| a.level)
    }

    fn calm_industries(&mut self, moment: &Moment, matter: &Matter, effects: &mut Vec<Effect>) {
        let from = SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Industry, id: String::new() };
        let standing: Vec<SubjectKey> = self
            .state
            .episodes
            .range(from..)
            .take_while(|(key, _)| key.matter == matter.id && key.scope == SubjectScope::Industry)
            .map(|(key, _)| key.clone())
            .collect();
        for key in standing {
            let wanted = self.wanted_industry(moment.now_ms, matter, &key);
            self.calm_or_not(moment, matter, &key, wanted, effects);
        }
    }
}

impl MatterSeries {
    /// Closes one period of every region; says of each what it was, in order of region.
    fn close(&mut self, closing: &Closing) -> Vec<Closed> {
        let Closing { period, index, place, .. } = *closing;
        let span = Span { period, index, factor: self.shape.factor(place) };
        let is_new = |series: &Series| series.baseline == Baseline::default();
        let borrowed = self.regions.values().any(is_new).then(|| self.borrowed(period)).flatten();
        let mut all = Vec::with_capacity(self.regions.len());
        for (code, series) in &mut self.regions {
            if let Some(baseline) = borrowed.as_ref().filter(|_| is_new(series)) {
                series.baseline = baseline.clone();
            }
            let observed = series.open.remove(&index).unwrap_or(0);
            let judged = closing.judged.then(|| series.baseline.judge(span, observed, closing.gates.tail));
            if closing.deaf {
                series.forecast = None;
                series.answered.remove(&index);
                let judged = judged.map(|judged| Judged { p_e12: None, p_calibrated_e12: None, drift: None, ..judged });
                all.push(Closed { region: code.clone(), observed, asked: None, judged });
                continue;
            }
            let forecast = series.baseline.forecast(span);
            let asked = series.asked_by(index, observed, |n| series.baseline.assess_closed(span, n, forecast, closing.gates));
            series.baseline.learn(span, observed);
            if let Some(answered) = series.answered.remove(&index) {
                series.baseline.dealt_with(observed.saturating_sub(answered));
            }
            let drifting = series.wanted.take().filter(|w| w.drift && series.baseline.still_drifts());
            series.wanted = asked.clone().or(drifting);
            series.forecast = None;
            if code == closing.root {
                let level = forecast.expected / span.factor;
                self.shape.learn(period, place, observed as f64, level, series.baseline.periods);
            }
            all.push(Closed { region: code.clone(), observed, asked, judged });
        }
        all
    }

    /// What regions that have an opinion have learned, for one that is new.
    fn borrowed(&self, period: Period) -> Option<Baseline> {
        Baseline::borrowed(period, self.regions.values().map(|s| &s.baseline))
    }
}

impl Series {
    /// The lead has closed the trade's warning: what was counted so far, and what drifted up, is dealt with.
    pub(super) fn answer(&mut self) {
        self.answered = self.open.clone();
        self.wanted = None;
        self.baseline.dealt_with(0);
    }

    /// The level a count asks for, where those not yet dealt with ask for one by themselves; its figures
    /// are of all.
    fn asked_by(&self, index: i64, count: u64, asks: impl Fn(u64) -> Option<Assessment>) -> Option<Assessment> {
        let all = asks(count)?;
        let answered = self.answered.get(&index).copied().unwrap_or_default();
        if answered == 0 {
            return Some(all);
        }
        Some(Assessment { level: asks(count.saturating_sub(answered))?.level, ..all })
    }

    /// Worked out once for an open period; closing one changes it.
    fn forecast_of(&mut self, span: Span) -> Forecast {
        match self.forecast {
            Some((index, factor, forecast)) if index == span.index && factor == span.factor => forecast,
            _ => {
                let forecast = self.baseline.forecast(span);
                self.forecast = Some((span.index, span.factor, forecast));
                forecast
            }
        }
    }

    fn note(&mut self, evidence: &Evidence, moment: &Moment, matter: &Matter) {
        self.refs.push_back(EvidencePiece {
            kind: evidence.kind,
            id: moment.cause.to_string(),
            at_ms: moment.event_ms,
            rules: Vec::new(),
            attribution: evidence.subject.as_ref().map(|s| (s.method, s.confidence)),
            root: moment.root,
            excerpt: moment.excerpt_for(matter),
            half: moment.half,
            until_ms: None,
        });
        if self.refs.len() > MAX_REFS {
            self.refs.pop_front();
        }
    }
}
