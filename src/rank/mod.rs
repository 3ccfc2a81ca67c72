//! The target list of article 17: the profiles of an organisation's subjects, by level, then score.

mod table;

pub use table::print;

use anyhow::{Context, Result, bail};
use jianwei_core::domain::Level;
use jianwei_core::domain::outputs::Role;
use jianwei_core::pipeline::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Most profiles a list is made of; with more the command ends.
pub const MAX_PROFILES: usize = 5_000_000;
/// Factors shown of one row, the heaviest.
const SHOWN_FACTORS: usize = 3;

/// What of a profile the list needs.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    realm: String,
    subject: Subject,
    matter: String,
    level: Option<Level>,
    score: u32,
    factors: Vec<Factor>,
    last_inspected: Option<String>,
    credit_class: Option<String>,
    as_of: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
struct Subject {
    id: String,
    name: Option<String>,
    region: Option<String>,
    region_name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Factor {
    code: String,
    text: String,
}

/// One row of the list.
#[derive(Debug, Serialize)]
pub struct Row {
    rank: usize,
    level: Option<Level>,
    score: u32,
    subject: Subject,
    matter: String,
    /// What the organisation is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    last_inspected: Option<String>,
    credit_class: Option<String>,
    /// The heaviest factors, in words.
    factors: Vec<String>,
    as_of: String,
}

/// Whose list, and of what.
pub struct Asked<'a> {
    pub org: Option<&'a str>,
    pub matter: Option<&'a str>,
}

impl Asked<'_> {
    /// Refuses what the pipeline does not know.
    pub fn check(&self, model: &Model) -> Result<()> {
        if let Some(org) = self.org.filter(|org| !model.organisations.contains_key(*org)) {
            let meant = model.slug_meant(org).map_or_else(String::new, |slug| format!("; did you mean {slug}?"));
            bail!("--org {org}: the pipeline has no such organisation{meant}");
        }
        if let Some(matter) = self.matter.filter(|matter| !model.matters.contains_key(*matter)) {
            let all: Vec<&str> = model.matters.keys().map(String::as_str).collect();
            bail!("--matter {matter}: the pipeline has no such matter; write one of {}", all.join(", "));
        }
        Ok(())
    }
}

/// The profiles a replay left in its folder.
pub fn read_folder(dir: &Path) -> Result<Vec<Profile>> {
    let path = dir.join("profiles.ndjson");
    let file = std::fs::File::open(&path).with_context(|| {
        format!("{}: the folder of a replay has this file: jianwei replay --out {}", path.display(), dir.display())
    })?;
    let mut profiles = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{}:{}", path.display(), number + 1))?;
        let profile = serde_json::from_str(&line)
            .with_context(|| format!("{}:{}: no record of risk.profiles", path.display(), number + 1))?;
        if profiles.len() >= MAX_PROFILES {
            bail!("{}: more than {MAX_PROFILES} profiles", path.display());
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

/// The compacted topic as it is read: a later record of a key takes the place of the one before.
#[derive(Default)]
pub struct Newest(BTreeMap<Vec<u8>, Profile>);

impl Newest {
    pub fn take(&mut self, key: Option<Vec<u8>>, value: Option<&[u8]>) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let Some(value) = value else {
            self.0.remove(&key);
            return Ok(());
        };
        let profile = serde_json::from_slice(value)
            .with_context(|| format!("{}: no record of risk.profiles", String::from_utf8_lossy(&key)))?;
        self.0.insert(key, profile);
        if self.0.len() > MAX_PROFILES {
            bail!("more than {MAX_PROFILES} profiles");
        }
        Ok(())
    }

    pub fn profiles(self) -> Vec<Profile> {
        self.0.into_values().collect()
    }
}

/// The list: of this realm, of what the organisation acts on (as lead or cooperating), of the matter.
pub fn rank(model: &Model, profiles: Vec<Profile>, asked: &Asked) -> Vec<Row> {
    let mut chosen: Vec<(Profile, Option<Role>)> = profiles
        .into_iter()
        .filter(|p| p.realm == model.realm && asked.matter.is_none_or(|matter| p.matter == matter))
        .filter_map(|p| {
            let role = asked.org.map(|org| role_of(model, &p, org));
            match role {
                None => Some((p, None)),
                Some(Some(role)) if role != Role::Informed => Some((p, Some(role))),
                Some(_) => None,
            }
        })
        .collect();
    chosen.sort_by(|(a, _), (b, _)| {
        (b.level, b.score).cmp(&(a.level, a.score)).then_with(|| (&a.matter, &a.subject.id).cmp(&(&b.matter, &b.subject.id)))
    });
    let row = |(at, (p, role)): (usize, (Profile, Option<Role>))| {
        let words = |f: Factor| if f.text.is_empty() { f.code } else { f.text };
        Row {
            rank: at + 1,
            level: p.level,
            score: p.score,
            subject: p.subject,
            matter: p.matter,
            role,
            last_inspected: p.last_inspected,
            credit_class: p.credit_class,
            factors: p.factors.into_iter().take(SHOWN_FACTORS).map(words).collect(),
            as_of: p.as_of,
        }
    };
    chosen.into_iter().enumerate().map(row).collect()
}

fn role_of(model: &Model, profile: &Profile, org: &str) -> Option<Role> {
    let matter = model.matters.get(&profile.matter)?;
    model.recipients(matter, profile.subject.region.as_deref()).role_of(org)
}
