//! The directory of supervised objects (art. 10), and its names.

use super::names::{Index, Lexicon};
use crate::domain::EnterpriseRow;
use crate::pipeline::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most enterprises one realm may hold, bare ones included.
pub const MAX_ENTERPRISES: usize = 5_000_000;

/// How many mergers in a row are followed.
pub const MAX_MERGERS: usize = 8;

/// Beginnings of ids looked through for an organisation code.
pub const MAX_CODE_BEGINNINGS: usize = 4_096;

/// Rows by id. The index of names is built from the rows once the pipeline is known, and kept in step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Directory {
    rows: BTreeMap<String, EnterpriseRow>,
    #[serde(skip)]
    index: Index,
    /// Whom those merged away were merged into, from their rows; built with the index.
    #[serde(skip)]
    mergers: BTreeMap<String, String>,
    #[serde(skip)]
    version: u64,
}

impl Directory {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn get(&self, id: &str) -> Option<&EnterpriseRow> {
        self.rows.get(id)
    }

    /// In order of id.
    pub fn rows(&self) -> impl Iterator<Item = &EnterpriseRow> {
        self.rows.values()
    }

    /// Whether a row's status says that the firm is there no more.
    pub fn is_closed(status: &str) -> bool {
        ["closed", "cancelled", "revoked", "merged", "注销", "吊销", "停业", "歇业", "关闭"]
            .iter()
            .any(|word| status.contains(word))
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Another whenever a row changes, goes or comes, except a bare one that is [admitted](Self::admit);
    /// says nothing across a restart.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A row with an id and a region only, if none has the id: it can't be named.
    pub fn admit(&mut self, id: &str, region: Option<&str>) {
        if self.rows.contains_key(id) {
            return;
        }
        let row = EnterpriseRow { id: id.to_string(), region: region.map(str::to_string), ..EnterpriseRow::default() };
        self.rows.insert(row.id.clone(), row);
    }

    pub fn upsert(&mut self, row: EnterpriseRow) {
        self.version += 1;
        if let Some(before) = self.rows.get(&row.id) {
            self.index.remove(before);
        }
        self.index.insert(&row);
        match &row.merged_into {
            Some(into) => self.mergers.insert(row.id.clone(), into.clone()),
            None => self.mergers.remove(&row.id),
        };
        self.rows.insert(row.id.clone(), row);
    }

    pub fn remove(&mut self, id: &str) {
        self.version += 1;
        self.mergers.remove(id);
        if let Some(row) = self.rows.remove(id) {
            self.index.remove(&row);
        }
    }

    /// The enterprise that records of this id count for: the last of its mergers. A circle of mergers is
    /// none.
    pub fn stands_for<'a>(&'a self, id: &'a str) -> &'a str {
        let mut at = id;
        for _ in 0..MAX_MERGERS {
            match self.mergers.get(at) {
                Some(next) if next != id => at = next,
                Some(_) => return id,
                None => break,
            }
        }
        at
    }

    /// Enterprises with a name whose id begins so, at most `most`.
    pub fn named_beginning_with(&self, beginning: &str, most: usize) -> Vec<&str> {
        let found = self.rows.range(beginning.to_string()..).map(|(id, _)| id.as_str());
        let found = found.take_while(|id| id.starts_with(beginning));
        found.filter(|id| self.index.slot(id).is_some()).take(most).collect()
    }

    /// Enterprises whose unified code holds this organisation code (its characters 9 to 17), at most
    /// `most`. No index: rows lie in order of id, and a city has few beginnings of eight characters
    /// (kind and registrar).
    pub fn by_organisation_code(&self, code: &str, most: usize) -> Vec<&EnterpriseRow> {
        let mut found = Vec::new();
        let mut from = String::new();
        for _ in 0..MAX_CODE_BEGINNINGS {
            let Some((id, _)) = self.rows.range(from.clone()..).next() else { break };
            let Some(beginning) = id.get(..8) else {
                // No unified code: the next id.
                from = format!("{id}\u{0}");
                continue;
            };
            let holds = format!("{beginning}{code}");
            found.extend(self.rows.range(holds.clone()..).take_while(|(id, _)| id.starts_with(&holds)).map(|(_, row)| row));
            if found.len() >= most {
                break;
            }
            from = format!("{beginning}\u{10ffff}");
        }
        found.truncate(most);
        found
    }

    /// Builds the index of names by the words of a pipeline.
    pub fn reindex(&mut self, model: &Model) {
        self.version += 1;
        let mut index = Index::new(Arc::new(Lexicon::new(model.regions.values(), &model.root_region)));
        for row in self.rows.values() {
            index.insert(row);
        }
        self.index = index;
        let merged = self.rows.values().filter_map(|row| Some((row.id.clone(), row.merged_into.clone()?)));
        self.mergers = merged.collect();
    }
}
