//! A pipeline's own cases (`jianwei test DIR`): records in, and what they must lead to. Files are
//! `tests/*.toml` beside the pipeline; docs/pipelines.md says how to write them.

use crate::pipelines::time_of;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::domain::outputs::Assessed;
use jianwei_core::engine::Effect;
use jianwei_core::intake::{self, CallerKey};
use jianwei_core::journal::{Body, Fact, SourcePosition};
use jianwei_core::pipeline::{Clock, Model, Source};
use jianwei_core::sequencer::{Sequenced, Sequencer, SourceRecord, genesis_entry};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: toml::Spanned<String>,
    #[serde(rename = "record")]
    records: Vec<Given>,
    /// Time that passes after the last record.
    until: Option<String>,
    /// All warnings told, in order; left out, warnings are not looked at.
    #[serde(rename = "warning")]
    warnings: Option<Vec<Told>>,
    /// Closed periods and how they must have been judged; others are not looked at.
    #[serde(default, rename = "assessment")]
    assessments: Vec<Judged>,
    /// All clues passed on or ended, in order; left out, clues are not looked at.
    #[serde(rename = "clue")]
    clues: Option<Vec<PassedOn>>,
}

/// How one closed period of an indicator or of a matter's series must have been judged; what is left
/// out is not looked at.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Judged {
    indicator: Option<String>,
    /// A matter's series: `matter@region`.
    subject: Option<String>,
    region: Option<String>,
    period_start: String,
    period: Option<String>,
    /// `"none"`: no level.
    level: Option<String>,
    /// Whether the series had too little history to say.
    grey: Option<bool>,
    /// How many rows there must be; one unless told.
    #[serde(default = "one")]
    rows: usize,
}

fn one() -> usize {
    1
}

/// One record, when it comes, and what intake must make of it; what is left out is not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    source: String,
    at: String,
    /// Dispositions: whose topic.
    org: Option<String>,
    row: toml::Table,
    /// The enterprise it is about; `""` is nobody.
    subject: Option<String>,
    matters: Option<Vec<String>>,
    counts_as_risk: Option<bool>,
    dead_letter: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Told {
    matter: String,
    /// An enterprise's id, or a region's code.
    subject: String,
    level: String,
    #[serde(default = "raised")]
    status: String,
    /// Everyone who gets it, in any order.
    organisations: BTreeSet<String>,
}

#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct PassedOn {
    /// The record's own id.
    source: String,
    why: String,
    #[serde(default = "passed_on")]
    status: String,
    /// Everyone who gets it, in any order.
    organisations: BTreeSet<String>,
}

fn passed_on() -> String {
    "passed_on".to_string()
}

/// What organisations heard: a warning told or a clue passed on.
trait Heard {
    fn words(&self) -> String;
    fn organisations(&self) -> &BTreeSet<String>;
}

impl Heard for Told {
    fn words(&self) -> String {
        format!("{} {} about {} under {}", self.level, self.status, self.subject, self.matter)
    }

    fn organisations(&self) -> &BTreeSet<String> {
        &self.organisations
    }
}

impl Heard for PassedOn {
    fn words(&self) -> String {
        format!("{} {} because {}", self.source, self.status, self.why)
    }

    fn organisations(&self) -> &BTreeSet<String> {
        &self.organisations
    }
}

/// What differs, in words: the warning or clue itself, then the organisations missing (-) and too many (+).
fn difference<T: Heard>(expected: Option<&T>, got: Option<&T>) -> String {
    let list = |t: &T| t.organisations().iter().cloned().collect::<Vec<_>>().join(", ");
    match (expected, got) {
        (Some(expected), None) => format!("expected {} to {}, got none", expected.words(), list(expected)),
        (None, Some(got)) => format!("expected none, got {} to {}", got.words(), list(got)),
        (Some(expected), Some(got)) => {
            let missing = expected.organisations().difference(got.organisations()).map(|o| format!("-{o}"));
            let more = got.organisations().difference(expected.organisations()).map(|o| format!("+{o}"));
            let organisations: Vec<String> = missing.chain(more).collect();
            let mut parts = Vec::new();
            if expected.words() != got.words() {
                parts.push(format!("expected {}, got {}", expected.words(), got.words()));
            }
            if !organisations.is_empty() {
                parts.push(format!("{}: organisations {}", got.words(), organisations.join(" ")));
            }
            parts.join("; ")
        }
        (None, None) => String::new(),
    }
}

/// What stands at a place of one list and not of the other.
fn in_order<T: Heard + PartialEq>(what: &str, expected: &[T], got: &[T]) -> Vec<String> {
    let places = 0..expected.len().max(got.len());
    let differ = places.filter(|at| expected.get(*at) != got.get(*at));
    differ.map(|at| format!("{what} {}: {}", at + 1, difference(expected.get(at), got.get(at)))).collect()
}

fn raised() -> String {
    "raised".to_string()
}

/// One case and what differs from what it expects; nothing when it holds.
pub struct Outcome {
    pub file: String,
    /// Where the case's name stands.
    pub line: usize,
    pub name: String,
    pub differences: Vec<String>,
}

/// Runs every case of a pipeline's `tests` folder, in order of file and place.
pub fn run_cases(dir: &Path, model: &Model) -> Result<Vec<Outcome>> {
    let model = &with_caller_key(model)?;
    let pattern = dir.join("tests/*.toml");
    let mut outcomes = Vec::new();
    for path in glob::glob(&pattern.display().to_string())? {
        let path = path?;
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.display().to_string();
        for case in &read_cases(&name, &text)?.case {
            let line = line_of(&text, case.name.span().start);
            let title = case.name.get_ref().clone();
            let differences = differences(model, case).with_context(|| format!("{name}:{line}: case {title:?}"))?;
            outcomes.push(Outcome { file: name.clone(), line, name: title, differences });
        }
    }
    if outcomes.is_empty() {
        bail!("no case at {}: write one, docs/pipelines.md says how", pattern.display());
    }
    Ok(outcomes)
}

/// Callers of cases can be told apart: their telephones are made up, so the key is no secret.
fn with_caller_key(model: &Model) -> Result<Model> {
    let key = CallerKey::new("cases", b"telephones of cases are made up").map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(Model { caller_key: Some(key), ..model.clone() })
}

/// The cases of one file, or the place and the mistake.
fn read_cases(name: &str, text: &str) -> Result<File> {
    toml::from_str(text).map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        anyhow::anyhow!("{name}:{line}: {}; write: {CASE_KEYS}", error.message().replace('\n', ", "))
    })
}

const CASE_KEYS: &str = "[[case]] with name, record = [{ source, at, row }] and what must come of it (docs/pipelines.md)";

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn differences(model: &Model, case: &Case) -> Result<Vec<String>> {
    let first = case.records.first().context("a case needs a record")?;
    let began_ms = time_of(&first.at, model.zone)?;
    let genesis = genesis_entry(&model.realm, "case", Clock::Wall, began_ms, began_ms, &model.bundle)
        .map_err(|e| anyhow::anyhow!("{e}"))?;
    let (mut sequencer, _) = Sequencer::begin(genesis)?;
    sequencer.set_emit_assessments(!case.assessments.is_empty());
    let mut differences = Vec::new();
    let mut all = Vec::new();
    for (index, given) in case.records.iter().enumerate() {
        let mut out = Vec::new();
        let record = || format!("record {}", index + 1);
        let source = source_of(model, given).with_context(record)?;
        let value = serde_json::to_vec(&given.row)?;
        let decoded = intake::decode(model, source, None, Some(&value));
        let offset = index as i64;
        let position = SourcePosition { topic: source.topic.clone(), partition: 0, offset, resume_offset: offset + 1 };
        sequencer.accept(time_of(&given.at, model.zone).with_context(record)?, SourceRecord { position, decoded }, &mut out)?;
        if let Some(last) = out.last() {
            differences.extend(given.differences(index + 1, &last.entry.body));
        }
        all.extend(out);
    }
    if let Some(until) = &case.until {
        sequencer.tick_until(time_of(until, model.zone)?, &mut all)?;
    }
    if let Some(expected) = &case.warnings {
        differences.extend(in_order("warning", expected, &told(&all)?));
    }
    if let Some(expected) = &case.clues {
        differences.extend(in_order("clue", expected, &passed_on_clues(&all)?));
    }
    differences.extend(case.assessments.iter().filter_map(|expected| expected.difference(&all)));
    Ok(differences)
}

impl Judged {
    fn difference(&self, all: &[Sequenced]) -> Option<String> {
        let rows = all.iter().flat_map(|s| &s.effects).filter_map(|effect| match effect {
            Effect::Assessment(row) => Some(row),
            _ => None,
        });
        let same = |wanted: &Option<String>, got: &Option<String>| wanted.is_none() || wanted == got;
        let of_series: Vec<_> = rows
            .filter(|row| same(&self.indicator, &row.indicator) && same(&self.subject, &row.subject))
            .filter(|row| same(&self.region, &row.region) && row.period_start == self.period_start)
            .filter(|row| self.period.as_ref().is_none_or(|period| period == row.period))
            .collect();
        let level = |row: &Assessed| row.level.map_or("none", |level| level.as_str());
        let judged_so = |row: &Assessed| {
            self.level.as_ref().is_none_or(|wanted| wanted == level(row))
                && self.grey.is_none_or(|grey| grey == row.judged.p_e12.is_none())
        };
        if of_series.len() == self.rows && of_series.iter().all(|row| judged_so(row)) {
            return None;
        }
        // As the row has them in assessments.ndjson.
        let figures = |row: &Assessed| {
            let json = serde_json::to_value(row).unwrap_or_default();
            ["observed", "expected", "p"].map(|key| format!("{key} {}", json[key])).join(", ")
        };
        let got: Vec<_> = of_series.iter().map(|row| format!("level {}, {}", level(row), figures(row))).collect();
        Some(format!("assessment of {}: expected {}; got {} rows: {}", self.series(), self.wanted(), got.len(), got.join("; ")))
    }

    fn series(&self) -> String {
        let parts = [&self.indicator, &self.subject, &self.region, &self.period];
        let named: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        format!("{} from {}", named.join(" "), self.period_start)
    }

    fn wanted(&self) -> String {
        let level = self.level.as_ref().map(|level| format!(", level {level}")).unwrap_or_default();
        let grey = self.grey.map(|grey| if grey { ", grey" } else { ", not grey" }).unwrap_or_default();
        format!("{} rows{level}{grey}", self.rows)
    }
}

fn source_of<'m>(model: &'m Model, given: &Given) -> Result<&'m Source> {
    let kinds = SourceKind::NAMES.map(|(name, _)| name).join(", ");
    let kind = SourceKind::parse(&given.source).with_context(|| format!("no source {:?}: one of {kinds}", given.source))?;
    let sources = || model.sources.iter().filter(|s| s.kind == kind && (given.org.is_none() || s.org == given.org));
    // As files are read: the first source that has a map for the row, else the first of its kind.
    let has_map = |s: &&Source| intake::choose_map(s, |column| given.row.contains_key(column)).is_some();
    sources().find(has_map).or_else(|| sources().next()).with_context(|| match &given.org {
        Some(org) => format!("the pipeline has no source of kind {:?} for organisation {org:?}", given.source),
        None => format!("the pipeline has no source of kind {:?}", given.source),
    })
}

impl Given {
    fn differences(&self, number: usize, body: &Body) -> Vec<String> {
        let mut out = Vec::new();
        let mut compare = |what: &str, expected: String, got: String| {
            if expected != got {
                out.push(format!("record {number}: {what}: expected {expected}, got {got}"));
            }
        };
        let reason = match body {
            Body::DeadLetter(letter) => letter.reason.as_str(),
            _ => "none",
        };
        compare("dead letter", self.dead_letter.clone().unwrap_or_else(|| "none".into()), reason.to_string());
        let evidence = match body {
            Body::Record(record) => match &record.fact {
                Fact::Indicator(indicator) | Fact::Measure(indicator) => Some(&indicator.evidence),
                fact => fact.evidence(),
            },
            _ => None,
        };
        if let Some(subject) = &self.subject {
            let got = evidence.and_then(|e| e.subject.as_ref()).map_or("", |s| s.id.as_str());
            let named = |id: &str| if id.is_empty() { "nobody".to_string() } else { id.to_string() };
            compare("subject", named(subject), named(got));
        }
        if let Some(matters) = &self.matters {
            let got: Vec<&str> = evidence.iter().flat_map(|e| &e.matters).map(|m| m.matter.as_str()).collect();
            let words = |list: &[&str]| if list.is_empty() { "none".to_string() } else { list.join(", ") };
            compare("matters", words(&matters.iter().map(String::as_str).collect::<Vec<_>>()), words(&got));
        }
        if let Some(counts) = self.counts_as_risk {
            compare("counts as risk", counts.to_string(), evidence.is_some_and(|e| e.counts_as_risk).to_string());
        }
        out
    }
}

/// The clues departments got, each once, with everyone it went to.
fn passed_on_clues(all: &[Sequenced]) -> Result<Vec<PassedOn>> {
    #[derive(Deserialize)]
    struct Copy {
        org: String,
        status: String,
        organisations: BTreeSet<String>,
        why: Why,
        source: Source,
    }
    #[derive(Deserialize)]
    struct Why {
        code: String,
    }
    #[derive(Deserialize)]
    struct Source {
        id: String,
    }
    let mut clues = Vec::new();
    for effect in all.iter().flat_map(|s| &s.effects) {
        let Effect::Publish(publication) = effect else { continue };
        let Some(value) = publication.value.as_ref().filter(|_| publication.topic.starts_with("clues.")) else { continue };
        let copy: Copy = serde_json::from_slice(value)?;
        // All copies name everyone: one of them speaks for the clue.
        if copy.organisations.first() == Some(&copy.org) {
            let Copy { status, organisations, why, source, .. } = copy;
            clues.push(PassedOn { source: source.id, why: why.code, status, organisations });
        }
    }
    Ok(clues)
}

/// The warnings departments got, each once, with everyone it went to.
fn told(all: &[Sequenced]) -> Result<Vec<Told>> {
    #[derive(Deserialize)]
    struct Copy {
        warning_id: String,
        revision: u32,
        status: String,
        level: String,
        scope: String,
        org: String,
        matter: Named,
        subject: Subject,
    }
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    #[derive(Deserialize)]
    struct Subject {
        id: String,
        region: Option<String>,
    }
    let mut order = Vec::new();
    let mut found: BTreeMap<(String, u32), Told> = BTreeMap::new();
    for effect in all.iter().flat_map(|s| &s.effects) {
        let Effect::Publish(publication) = effect else { continue };
        let Some(value) = publication.value.as_ref().filter(|_| publication.warned_org().is_some()) else { continue };
        let copy: Copy = serde_json::from_slice(value)?;
        let subject = if copy.scope == "industry" { copy.subject.region.unwrap_or_default() } else { copy.subject.id };
        let key = (copy.warning_id, copy.revision);
        let told = found.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            Told { matter: copy.matter.id, subject, level: copy.level, status: copy.status, organisations: BTreeSet::new() }
        });
        told.organisations.insert(copy.org);
    }
    Ok(order.into_iter().filter_map(|key| found.remove(&key)).collect())
}
