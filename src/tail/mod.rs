//! How often p-values as small as these really come: closed periods pooled over all series of a
//! replay, maps fitted on those up to a day, and how well the maps keep on those after it.

mod fit;
mod table;

pub use fit::fit;
pub use table::{print, report};

use anyhow::{Result, bail};
use chrono::NaiveDate;
use jianwei_core::domain::outputs::Assessed;
use jianwei_core::engine::Effect;
use jianwei_core::pipeline::{Model, Period};
use jianwei_core::sequencer::Sequenced;
use std::collections::BTreeMap;

/// Most periods one run pools.
const MAX_PERIODS: usize = 20_000_000;

/// The judged periods of a replay that puts assessments out.
pub struct Periods {
    rows: Vec<Row>,
    /// Numbers of the series, by name.
    series: BTreeMap<String, u32>,
}

/// One closed period of a series of counts that had an opinion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    pub period: Period,
    /// Its last day.
    pub day: NaiveDate,
    pub series: u32,
    /// A series of the whole realm, or of a region in it.
    pub whole: bool,
    pub expected: f64,
    /// In parts of 10^12, at least 1.
    pub p_e12: u64,
}

impl Periods {
    pub fn new() -> Periods {
        Periods { rows: Vec::new(), series: BTreeMap::new() }
    }

    pub fn take(&mut self, model: &Model, sequenced: &Sequenced) -> Result<()> {
        for effect in &sequenced.effects {
            let Effect::Assessment(assessed) = effect else { continue };
            let Some(row) = self.row(model, assessed) else { continue };
            if self.rows.len() >= MAX_PERIODS {
                bail!("more than {MAX_PERIODS} judged periods: give fewer files, or --until");
            }
            self.rows.push(row);
        }
        Ok(())
    }

    /// None while the series is grey, and for figures that are no counts: these have no dispersion.
    fn row(&mut self, model: &Model, assessed: &Assessed) -> Option<Row> {
        let (p_e12, expected) = (assessed.judged.p_e12?, assessed.judged.expected?);
        assessed.judged.dispersion?;
        let name = [&assessed.subject, &assessed.indicator, &assessed.matter, &assessed.region];
        let name = name.map(|part| part.as_deref().unwrap_or_default()).join("/") + assessed.period;
        let next = self.series.len() as u32;
        let series = *self.series.entry(name).or_insert(next);
        let whole = assessed.region.as_ref().is_none_or(|region| *region == model.root_region);
        let day = model.zone.date(assessed.end_ms - 1);
        let period = Period::parse(assessed.period)?;
        Some(Row { period, day, series, whole, expected: expected.0 as f64 / 1e3, p_e12: p_e12.max(1) })
    }

    /// The periods that ended by a day, or all.
    pub fn until(&self, until: Option<NaiveDate>) -> Vec<Row> {
        self.rows.iter().filter(|row| until.is_none_or(|until| row.day <= until)).copied().collect()
    }

    /// Those that ended after it.
    pub fn after(&self, day: NaiveDate) -> Vec<Row> {
        self.rows.iter().filter(|row| row.day > day).copied().collect()
    }
}
