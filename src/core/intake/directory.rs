//! The directory of supervised objects (art. 10), and its names.

use crate::domain::EnterpriseRow;
use crate::journal::AttributionMethod;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Most enterprises one realm may hold, bare ones included.
pub const MAX_ENTERPRISES: usize = 5_000_000;

/// Rows by id. The index of names is rebuilt from the rows after a snapshot is read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Directory {
    rows: BTreeMap<String, EnterpriseRow>,
    #[serde(skip)]
    names: BTreeMap<String, BTreeSet<String>>,
}

/// Full-width forms to plain ones, no white space: names are compared in this form.
fn folded(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace()).collect()
}

fn names_of(row: &EnterpriseRow) -> impl Iterator<Item = &String> {
    row.name.iter().chain(&row.former_names).chain(&row.aliases)
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

    pub fn upsert(&mut self, row: EnterpriseRow) {
        self.remove(&row.id.clone());
        for name in names_of(&row) {
            self.names.entry(folded(name)).or_default().insert(row.id.clone());
        }
        self.rows.insert(row.id.clone(), row);
    }

    pub fn remove(&mut self, id: &str) {
        let Some(row) = self.rows.remove(id) else { return };
        for name in names_of(&row) {
            let key = folded(name);
            if let Some(ids) = self.names.get_mut(&key) {
                ids.remove(id);
                if ids.is_empty() {
                    self.names.remove(&key);
                }
            }
        }
    }

    /// Rebuilds the index of names.
    pub fn reindex(&mut self) {
        self.names.clear();
        for row in self.rows.values() {
            for name in names_of(row) {
                self.names.entry(folded(name)).or_default().insert(row.id.clone());
            }
        }
    }

    /// Enterprises that bear, bore or are called by exactly this name, in order of id.
    pub fn by_name(&self, name: &str) -> Vec<(&EnterpriseRow, AttributionMethod)> {
        let wanted = folded(name);
        let ids = self.names.get(&wanted).into_iter().flatten();
        ids.filter_map(|id| self.rows.get(id))
            .map(|row| {
                let is = |n: &String| folded(n) == wanted;
                let method = if row.name.as_ref().is_some_and(is) {
                    AttributionMethod::Name
                } else if row.former_names.iter().any(is) {
                    AttributionMethod::FormerName
                } else {
                    AttributionMethod::Alias
                };
                (row, method)
            })
            .collect()
    }
}
