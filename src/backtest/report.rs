//! `prequential.ndjson` and `report.json`.

use super::groups::{Group, groups};
use super::measure::{Figures, Told, auc, figures, ratio};
use super::{Judged, JudgedRow, LeftOut};
use anyhow::{Context, Result};
use chrono::NaiveDate;
use jianwei_core::domain::Fixed3;
use jianwei_core::pipeline::{Model, OutcomeRules, RateOf, TermKind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Earlier outcomes that weigh as one for the comparison with raw shares: none.
const RAW: f64 = 0.0;

/// One row of `prequential.ndjson`. Probabilities are numbers to 1e-6.
#[derive(Serialize)]
struct Row<'a> {
    matter: &'a str,
    subject: &'a str,
    /// The outcome's own day.
    time: String,
    /// The chance in percent.
    score: Fixed3,
    probability: f64,
    outcome: u8,
    source_id: &'a str,
    /// Of the time that was learned from: told by what months before it teach.
    learning: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub realm: String,
    pub pipeline_version: String,
    pub learn_until: Option<String>,
    pub left_out: LeftOut,
    pub matters: BTreeMap<String, OfMatter>,
}

#[derive(Debug, Clone, Serialize)]
pub struct OfMatter {
    #[serde(skip)]
    pub name: jianwei_core::domain::Text,
    #[serde(skip)]
    pub text: jianwei_core::domain::Text,
    /// All rows, those of the learning time too; the figures are of the others.
    pub rows: u64,
    pub learned: Option<Taught>,
    pub judged_from: Option<String>,
    pub judged_to: Option<String>,
    pub figures: Figures,
    /// Of the subject's own earlier outcomes alone: the share as it is, and drawn to what is usual.
    pub auc_of_own_share_raw: Option<Fixed3>,
    pub auc_of_own_share_shrunken: Option<Fixed3>,
    pub terms: Vec<OfTerm>,
    /// Where it happened: how many had a warning since an earlier day, and for how many days (median).
    pub happened_warned: u64,
    pub happened_warned_days: Option<i64>,
    pub groups: BTreeMap<&'static str, Vec<Group>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Taught {
    pub from: String,
    pub to: String,
    pub outcomes: u32,
    pub happened: u32,
}

#[derive(Debug, Clone, Serialize)]
pub struct OfTerm {
    pub code: String,
    #[serde(skip)]
    pub text: jianwei_core::domain::Text,
    /// Log-odds a unit adds, to 1e-4.
    pub coefficient: f64,
    /// Of the term alone, the way its coefficient points.
    pub auc: Option<Fixed3>,
}

const FILES: [&str; 2] = ["prequential.ndjson", "report.json"];

/// Removes what an earlier run left in the folder: should this one fail, nobody takes that for its own.
pub fn clear(dir: &Path) -> Result<()> {
    for name in FILES {
        let path = dir.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound && dir.is_dir() => {
                return Err(error).with_context(|| format!("removing {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes both files into the folder, which is made.
pub fn write(
    dir: &Path,
    model: &Model,
    judged: &[Judged],
    left_out: &LeftOut,
    learn_until: Option<NaiveDate>,
) -> Result<Summary> {
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let path = dir.join(FILES[0]);
    let mut file = BufWriter::new(File::create(&path).with_context(|| format!("writing {}", path.display()))?);
    for judged in judged {
        for row in &judged.rows {
            serde_json::to_writer(&mut file, &prequential(&judged.matter.id, row))?;
            file.write_all(b"\n")?;
        }
    }
    file.flush()?;
    let summary = Summary {
        realm: model.realm.clone(),
        pipeline_version: model.version.clone(),
        learn_until: learn_until.map(|day| day.to_string()),
        left_out: left_out.clone(),
        matters: judged.iter().map(|judged| (judged.matter.id.clone(), of_matter(judged))).collect(),
    };
    let path = dir.join(FILES[1]);
    std::fs::write(&path, serde_json::to_string_pretty(&summary)? + "\n")
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(summary)
}

fn prequential<'a>(matter: &'a str, judged: &'a JudgedRow) -> Row<'a> {
    Row {
        matter,
        subject: &judged.row.subject,
        time: judged.row.date.to_string(),
        score: Fixed3::from_f64(judged.probability * 100.0),
        probability: (judged.probability * 1e6).round() / 1e6,
        outcome: u8::from(judged.row.happened),
        source_id: &judged.row.source_id,
        learning: judged.learning,
    }
}

fn of_matter(judged: &Judged) -> OfMatter {
    let rows: Vec<&JudgedRow> = judged.rows.iter().filter(|row| !row.learning).collect();
    let told: Vec<Told> =
        rows.iter().map(|r| Told { probability: r.probability, happened: r.row.happened, date: r.row.date }).collect();
    let by_share = |strength: f64| {
        auc(rows.iter().map(|r| (r.row.own.drawn_to(r.row.usual, strength), r.row.happened))).map(Fixed3::from_f64)
    };
    let mut warned: Vec<i64> =
        rows.iter().filter(|r| r.row.happened).filter_map(|r| r.row.warned).map(|(_, days)| days).collect();
    warned.sort();
    OfMatter {
        name: judged.matter.name.clone(),
        text: judged.rules.text.clone(),
        rows: judged.rows.len() as u64,
        learned: judged.rules.learned.map(|l| Taught {
            from: l.from.to_string(),
            to: l.to.to_string(),
            outcomes: l.outcomes,
            happened: l.happened,
        }),
        judged_from: told.iter().map(|t| t.date).min().map(|day| day.to_string()),
        judged_to: told.iter().map(|t| t.date).max().map(|day| day.to_string()),
        figures: figures(&told),
        auc_of_own_share_raw: by_share(RAW),
        auc_of_own_share_shrunken: own_strength(&judged.rules).and_then(by_share),
        terms: terms(&judged.rules, &rows),
        happened_warned: warned.len() as u64,
        happened_warned_days: warned.get(warned.len() / 2).copied(),
        groups: groups(&rows),
    }
}

/// How strongly the subject's own share is drawn to the usual one.
fn own_strength(rules: &OutcomeRules) -> Option<f64> {
    rules.terms.iter().find_map(|term| match &term.kind {
        TermKind::Rate { of: RateOf::Subject, happened, strength, .. } if happened.is_empty() => Some(*strength),
        _ => None,
    })
}

fn terms(rules: &OutcomeRules, rows: &[&JudgedRow]) -> Vec<OfTerm> {
    let of_term = |(at, term): (usize, &jianwei_core::pipeline::Term)| {
        let sign = if term.coefficient < 0.0 { -1.0 } else { 1.0 };
        OfTerm {
            code: term.code.clone(),
            text: term.text.clone(),
            coefficient: term.coefficient,
            auc: auc(rows.iter().map(|r| (sign * r.row.values[at], r.row.happened))).map(Fixed3::from_f64),
        }
    };
    rules.terms.iter().enumerate().map(of_term).collect()
}

/// How often it happened among those rated highest, and among all.
pub struct Highest {
    pub outcomes: usize,
    pub share_of_top: f64,
    pub share: f64,
    pub auc: f64,
}

/// Of the outcomes after the learning; none where there are too few to say.
pub fn highest(judged: &Judged, percent: usize) -> Option<Highest> {
    let mut rated: Vec<(f64, bool)> =
        judged.rows.iter().filter(|row| !row.learning).map(|row| (row.probability, row.row.happened)).collect();
    let auc = auc(rated.iter().copied())?;
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    let share = |part: &[(f64, bool)]| ratio(part.iter().filter(|(_, happened)| *happened).count(), part.len());
    let top = &rated[..rated.len() * percent / 100];
    (!top.is_empty()).then(|| Highest { outcomes: rated.len(), share_of_top: share(top), share: share(&rated), auc })
}
