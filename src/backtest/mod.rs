//! How right the chances of outcomes were, each told from what was known the day before, and what past
//! outcomes teach the coefficients.

pub mod calibrate;
mod fit;
mod groups;
mod left_out;
mod measure;
mod report;
pub mod strata;
mod table;

pub use left_out::LeftOut;
pub use report::{clear, highest, write};
pub use table::print;

use anyhow::{Result, bail};
use chrono::{Datelike, NaiveDate};
use jianwei_core::engine::stats::logistic;
use jianwei_core::engine::{Effect, OutcomeRow};
use jianwei_core::pipeline::{Learned, Matter, Model, OutcomeRules};
use jianwei_core::sequencer::Sequenced;
use std::collections::BTreeMap;

/// Most outcomes one run judges.
const MAX_OUTCOMES: usize = 5_000_000;
/// Fewer outcomes, or fewer of either kind, teach nothing.
const MIN_OUTCOMES: usize = 200;
const MIN_OF_A_KIND: usize = 20;

/// Gathers the outcomes of a replay that puts them out.
pub struct Outcomes {
    rows: BTreeMap<String, Vec<OutcomeRow>>,
    count: usize,
    left_out: LeftOut,
}

/// The outcomes of one matter, in the order they came, and what was said of each.
pub struct Judged<'a> {
    pub matter: &'a Matter,
    /// The rules that judged what came after the learning.
    pub rules: OutcomeRules,
    pub rows: Vec<JudgedRow<'a>>,
}

pub struct JudgedRow<'a> {
    pub row: &'a OutcomeRow,
    /// The outcome is one of those learned from, or of their time.
    pub learning: bool,
    pub probability: f64,
}

impl Outcomes {
    /// Refuses a pipeline that tells no outcomes.
    pub fn of(model: &Model) -> Result<Outcomes> {
        let rows: BTreeMap<String, Vec<OutcomeRow>> =
            model.matters.values().filter(|m| m.outcome.is_some()).map(|m| (m.id.clone(), Vec::new())).collect();
        if rows.is_empty() {
            bail!("no matter of realm {} has an [outcome]: say in one which records tell what a visit found", model.realm);
        }
        Ok(Outcomes { rows, count: 0, left_out: LeftOut::default() })
    }

    /// `given`: the record was given as an outcome.
    pub fn take(&mut self, sequenced: &Sequenced, given: bool) -> Result<()> {
        self.left_out.note(sequenced, given);
        for effect in &sequenced.effects {
            let Effect::Outcome(row) = effect else { continue };
            self.count += 1;
            if self.count > MAX_OUTCOMES {
                bail!("more than {MAX_OUTCOMES} outcomes: give fewer files, or --until");
            }
            self.rows.entry(row.matter.clone()).or_default().push(*row.clone());
        }
        Ok(())
    }

    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// What each outcome was told beforehand: by the pipeline's own coefficients, or, where something is
    /// to be learned, by what outcomes before it teach.
    pub fn judge<'a>(&'a self, model: &'a Model, learn_until: Option<NaiveDate>) -> Result<Vec<Judged<'a>>> {
        let mut out = Vec::new();
        for (id, rows) in &self.rows {
            let Some(matter) = model.matters.get(id) else { continue };
            let Some(rules) = &matter.outcome else { continue };
            out.push(match learn_until {
                None => Judged { matter, rules: rules.clone(), rows: rows.iter().map(by_the_pipeline).collect() },
                Some(until) => learned_and_judged(matter, rules, rows, until)?,
            });
        }
        Ok(out)
    }

    /// The rules as all outcomes up to a day teach them, by matter.
    pub fn teach(&self, model: &Model, until: Option<NaiveDate>) -> Result<BTreeMap<String, OutcomeRules>> {
        let mut out = BTreeMap::new();
        for (id, rows) in &self.rows {
            let Some(rules) = model.matters.get(id).and_then(|m| m.outcome.as_ref()) else { continue };
            let before = |row: &&OutcomeRow| until.is_none_or(|until| row.date <= until);
            out.insert(id.clone(), taught(rules, rows.iter().filter(before)).ok_or_else(|| too_few(id, until))?);
        }
        Ok(out)
    }
}

fn by_the_pipeline(row: &OutcomeRow) -> JudgedRow<'_> {
    JudgedRow { row, learning: false, probability: row.probability() }
}

fn too_few(matter: &str, until: Option<NaiveDate>) -> anyhow::Error {
    let until = until.map_or(String::new(), |until| format!(" up to {until}"));
    anyhow::anyhow!(
        "too few random outcomes of {matter}{until} to learn from: it takes {MIN_OUTCOMES}, and {MIN_OF_A_KIND} of either kind; give more feeds or a later date"
    )
}

/// After the day, by all outcomes up to it; where they are too few, by the pipeline's own numbers, if these
/// know nothing later either. Up to the day, by those before the month of each: nothing
/// is ever told by itself or by what came later.
fn learned_and_judged<'a>(
    matter: &'a Matter,
    rules: &OutcomeRules,
    rows: &'a [OutcomeRow],
    until: NaiveDate,
) -> Result<Judged<'a>> {
    let shipped = || rules.learned.filter(|learned| learned.to <= until).map(|_| rules.clone());
    let last = taught(rules, rows.iter().filter(|row| row.date <= until)).or_else(shipped);
    let last = last.ok_or_else(|| too_few(&matter.id, Some(until)))?;
    let month = |row: &OutcomeRow| row.date.with_day(1).unwrap_or(row.date);
    let mut by_month: BTreeMap<NaiveDate, Option<OutcomeRules>> = BTreeMap::new();
    let judged = rows.iter().map(|row| {
        if row.date > until {
            return JudgedRow { row, learning: false, probability: logistic(last.log_odds(&row.values)) };
        }
        let first = month(row);
        let rules = by_month.entry(first).or_insert_with(|| taught(rules, rows.iter().filter(|r| r.date < first)));
        let probability = rules.as_ref().map_or(row.usual, |rules| logistic(rules.log_odds(&row.values)));
        JudgedRow { row, learning: true, probability }
    });
    let rows = judged.collect();
    Ok(Judged { matter, rules: last, rows })
}

/// The rules with what these outcomes teach, if they are enough. Only those nobody chose for their risk
/// teach: others would feed the score's own choices back.
fn taught<'a>(rules: &OutcomeRules, rows: impl Iterator<Item = &'a OutcomeRow>) -> Option<OutcomeRules> {
    let rows: Vec<&OutcomeRow> = rows.filter(|row| row.random).collect();
    let happened: Vec<bool> = rows.iter().map(|row| row.happened).collect();
    let count = happened.iter().filter(|h| **h).count();
    if rows.len() < MIN_OUTCOMES || count < MIN_OF_A_KIND || rows.len() - count < MIN_OF_A_KIND {
        return None;
    }
    let values: Vec<&[f64]> = rows.iter().map(|row| row.values.as_slice()).collect();
    let fitted = fit::fit(&values, &happened)?;
    let mut taught = OutcomeRules {
        intercept: as_written(fitted.intercept),
        learned: Some(Learned {
            from: rows.iter().map(|row| row.date).min()?,
            to: rows.iter().map(|row| row.date).max()?,
            outcomes: rows.len() as u32,
            happened: count as u32,
        }),
        ..rules.clone()
    };
    for (term, (coefficient, centre)) in taught.terms.iter_mut().zip(fitted.coefficients.iter().zip(&fitted.centres)) {
        (term.coefficient, term.centre) = (as_written(*coefficient), as_written(*centre));
    }
    Some(taught)
}

/// As the pipeline's files have it: four places.
fn as_written(value: f64) -> f64 {
    (value * 1e4).round() / 1e4 + 0.0
}
