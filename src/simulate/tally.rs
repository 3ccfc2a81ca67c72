//! Counts of what the rows hide, for the truth.

use super::day::Row;
use super::dirt::Dirt;
use jianwei_core::domain::SourceKind;
use std::collections::BTreeMap;

#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub rows: BTreeMap<SourceKindName, u64>,
    pub late: u64,
    pub duplicates: u64,
    pub near_duplicates: u64,
    pub updates: u64,
    /// Rows of silent sources that never came.
    pub lost: u64,
    pub dirt: BTreeMap<(SourceKindName, Dirt), u64>,
}

pub type SourceKindName = &'static str;

impl Tally {
    pub fn count(&mut self, row: &Row) {
        *self.rows.entry(name(row.kind)).or_default() += 1;
        self.late += u64::from(row.marks.late);
        self.duplicates += u64::from(row.marks.duplicate);
        self.near_duplicates += u64::from(row.marks.near_duplicate);
        self.updates += u64::from(row.marks.update);
        if let Some(dirt) = row.marks.dirt {
            *self.dirt.entry((name(row.kind), dirt)).or_default() += 1;
        }
    }

    pub fn add(&mut self, other: &Tally) {
        self.late += other.late;
        self.duplicates += other.duplicates;
        self.near_duplicates += other.near_duplicates;
        self.updates += other.updates;
        self.lost += other.lost;
        for (kind, count) in &other.rows {
            *self.rows.entry(kind).or_default() += count;
        }
        for (key, count) in &other.dirt {
            *self.dirt.entry(*key).or_default() += count;
        }
    }
}

/// Also the name of the file its rows go to.
pub fn name(kind: SourceKind) -> SourceKindName {
    SourceKind::NAMES.iter().find(|(_, k)| *k == kind).map_or("", |(name, _)| name)
}
