//! `truth.ndjson`: what a made-up city hides, for those who score what was found. The engine never
//! reads it.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthKind {
    /// The city itself: its days, its enterprises.
    City,
    /// An enterprise's trouble that grows.
    Trouble,
    /// One grave event at one enterprise.
    TriggerEvent,
    /// A trade of one region has many complaints for some days.
    Surge,
    /// A trade of one region gets slowly worse.
    Drift,
    /// A rival has an innocent firm complained about.
    RivalCampaign,
    /// An innocent firm is named for what another did, or for where it happened.
    WrongAccusation,
    /// A source is silent.
    FeedOutage,
    /// How an organisation works: prompt, ordinary, lazy.
    Department,
    /// Counts of rows: late, exact and near duplicates, updates.
    Late,
    Duplicate,
    NearDuplicate,
    Update,
    /// Rows of silent sources that never came.
    Lost,
    /// Dispositions sent after their warning had ended.
    LateDisposition,
    Namesakes,
    Chains,
    /// Rows spoilt on purpose, one row of truth a file and kind of dirt.
    Dirt,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    pub id: String,
    pub kind: TruthKind,
    pub matter: Option<String>,
    /// An enterprise's id.
    pub subject: Option<String>,
    pub region: Option<String>,
    pub starts_at: Option<String>,
    pub ends_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peaks_at: Option<String>,
    /// Counts: rows, enterprises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The file the counted rows stand in; of a silent feed, its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Dirt: why such a row can't be read; left out where it is read all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter: Option<String>,
    /// A silent feed's records came after it; else never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfilled: Option<bool>,
    pub note: String,
}

impl Truth {
    pub fn new(id: String, kind: TruthKind, note: String) -> Truth {
        Truth {
            id,
            kind,
            note,
            matter: None,
            subject: None,
            region: None,
            starts_at: None,
            ends_at: None,
            peaks_at: None,
            count: None,
            file: None,
            dead_letter: None,
            backfilled: None,
        }
    }
}

pub fn read(path: &Path) -> Result<Vec<Truth>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_str(line).with_context(|| {
                format!("{}, line {}: not a row of truth as `jianwei simulate` writes it", path.display(), index + 1)
            })
        })
        .collect()
}
