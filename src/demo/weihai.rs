//! A simulated month of Weihai. The departments of the simulation answer the warnings they get; one
//! planted trouble is followed from its first warning to the close.

use super::paint::Paint;
use super::story::Story;
use super::trial::{Part, play};
use super::words::Words;
use super::{Budget, summary};
use crate::feeds::Input;
use crate::pipelines::{read_model, read_model_in, shipped};
use crate::replay::replay;
use crate::simulate::{Config, simulate};
use crate::truth::{Truth, TruthKind};
use anyhow::{Context, Result};
use indicatif::ProgressBar;
use jianwei_core::domain::{DAY_MS, Language, SourceKind};
use jianwei_core::engine::{Effect, topics};
use jianwei_core::pipeline::Model;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const START: &str = "2026-03-01";
const DAYS: i64 = 31;
const ENTERPRISES: usize = 3_000;
const SEED: u64 = 17;
/// How long a trouble's warning may come after it began, to count as found.
const FOUND_WITHIN_DAYS: i64 = 31;

pub fn show(language: Language, paint: Paint, budget: Budget, stop: &Arc<AtomicBool>) -> Result<()> {
    let dir = shipped("weihai")?;
    let model = read_model_in(&dir, language)?;
    let words = Words { language, simulated: true };
    let folder = tempfile::tempdir()?;
    // Made by the pipeline as it is shipped: the command printed at the end makes the same month.
    let inputs = made_up_month(&read_model(&dir)?, folder.path())?;
    let followed = follow(&model, &inputs, &crate::truth::read(&folder.path().join("truth.ndjson"))?)?;
    let title = "A simulated month of Weihai: names, tickets and departments are all made up";
    println!("{}", paint.bold(&format!("{}{}", words.mark(), words.pick("威海的一个月：企业、来电、部门答复均为虚构", title))));
    if let Some(followed) = &followed {
        println!("{}", followed.planted(&model, words));
    }
    let story = followed.map(|f| Story::about(f.warning_id));
    let seen = play(
        Part { model: &model, inputs, words, paint, story, partitions: 1, span_ms: Some(DAYS * DAY_MS), learn_until: None },
        budget,
        stop,
    )?;
    let at = "weihai-month";
    println!(
        "\n  jianwei simulate --pipelines {} --out {at} --start {START} --days {DAYS} --enterprises {ENTERPRISES} --seed {SEED}",
        dir.display()
    );
    let mut files = format!("--registry {at}/registry.ndjson");
    for kind in ["tickets", "reports", "sector", "dispositions"] {
        files.push_str(&format!(" --input {kind}={at}/{kind}.ndjson"));
    }
    summary::print_commands(&dir.display().to_string(), &files, "ID", &seen, words, paint);
    Ok(())
}

/// Makes the month's files in the folder.
fn made_up_month(model: &Model, dir: &Path) -> Result<Vec<Input>> {
    let config = Config {
        start_ms: crate::pipelines::time_of(START, model.zone)?,
        days: DAYS,
        enterprises: ENTERPRISES,
        seed: SEED,
        tickets_per_day: Config::usual_tickets_per_day(ENTERPRISES),
        dirt_per_mille: 3,
    };
    simulate(config, model, dir, &ProgressBar::hidden())?;
    let kinds = SourceKind::NAMES.into_iter().map(|(name, kind)| (dir.join(format!("{name}.ndjson")), kind));
    let there = kinds.filter(|(path, _)| std::fs::metadata(path).is_ok_and(|m| m.len() > 0));
    Ok(there.map(|(path, kind)| Input::new(kind, path.display().to_string())).collect())
}

/// A planted trouble whose warning was answered to the end.
struct Followed {
    warning_id: String,
    subject: String,
    matter: String,
    starts_at: String,
}

impl Followed {
    fn planted(&self, model: &Model, words: Words) -> String {
        let matter = model.matters.get(&self.matter).map_or(self.matter.as_str(), |m| model.text(&m.name));
        let since = super::words::day(&self.starts_at);
        match words.language {
            Language::Zh => format!(
                "{}植入的隐患（引擎不知道）：{}，{matter}，自 {since} 起；跟踪预警 {}",
                words.mark(),
                self.subject,
                self.warning_id
            ),
            Language::En => format!(
                "{}planted, unknown to the engine: {}, {matter}, from {since}; its warning {} is followed",
                words.mark(),
                self.subject,
                self.warning_id
            ),
        }
    }
}

/// What a replay says of one warning.
#[derive(Default)]
struct Life {
    subject_id: String,
    subject: String,
    matter: String,
    raised_at: String,
    cooperating: usize,
    serious: bool,
    /// What its lead said.
    said: BTreeSet<String>,
    lifted: bool,
}

/// Steps the month once beforehand and picks the first planted trouble that was found at orange or
/// red, acknowledged, reported on and closed.
fn follow(model: &Model, inputs: &[Input], truth: &[Truth]) -> Result<Option<Followed>> {
    let mut lives: BTreeMap<String, Life> = BTreeMap::new();
    replay(model, inputs, None, crate::now_ms(), 2, &mut |sequenced| {
        for effect in &sequenced.effects {
            let Effect::Publish(publication) = effect else { continue };
            let Some(value) = &publication.value else { continue };
            if publication.warned_org().is_some() {
                let copy: Value = serde_json::from_slice(value).context("a warning is JSON")?;
                lives.entry(text(&copy["warning_id"])).or_default().warned(&copy);
            } else if publication.topic == topics::AUDIT {
                let audit: Value = serde_json::from_slice(value).context("an audit is JSON")?;
                if let Some(life) = lives.get_mut(&text(&audit["target"])) {
                    life.said.insert(text(&audit["what"]));
                }
            }
        }
        Ok(())
    })?;
    let mut found: Vec<Followed> = Vec::new();
    for (warning_id, life) in lives.iter().filter(|(_, life)| life.is_whole()) {
        let planted = truth.iter().filter(|t| t.kind == TruthKind::Trouble && t.subject.as_ref() == Some(&life.subject_id));
        for planted in planted.filter(|t| t.matter.as_ref() == Some(&life.matter)) {
            let starts_at = planted.starts_at.clone().unwrap_or_default();
            let in_time = days_between(&starts_at, &life.raised_at).is_some_and(|d| (0..=FOUND_WITHIN_DAYS).contains(&d));
            if in_time {
                found.push(Followed {
                    warning_id: warning_id.clone(),
                    subject: life.subject.clone(),
                    matter: life.matter.clone(),
                    starts_at,
                });
            }
        }
    }
    found.sort_by(|a, b| (&a.starts_at, &a.warning_id).cmp(&(&b.starts_at, &b.warning_id)));
    Ok(found.into_iter().next())
}

impl Life {
    fn warned(&mut self, copy: &Value) {
        if copy["role"] != "lead" || copy["scope"] != "enterprise" {
            return;
        }
        self.subject_id = text(&copy["subject"]["id"]);
        self.subject = text(&copy["subject"]["name"]);
        self.matter = text(&copy["matter"]["id"]);
        self.raised_at = text(&copy["raised_at"]);
        self.cooperating = copy["cooperating"].as_array().map_or(0, Vec::len);
        self.serious |= copy["level"] == "orange" || copy["level"] == "red";
        self.lifted |= copy["status"] == "lifted";
    }

    fn is_whole(&self) -> bool {
        let said = |what: &str| self.said.contains(what);
        self.serious && self.lifted && self.cooperating > 0 && said("acknowledge") && said("close") && !self.subject.is_empty()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn days_between(from: &str, to: &str) -> Option<i64> {
    let date = |time: &str| chrono::NaiveDate::parse_from_str(super::words::day(time), "%Y-%m-%d").ok();
    Some((date(to)? - date(from)?).num_days())
}
