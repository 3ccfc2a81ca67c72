//! The files a replay writes. Every file is written, even when empty.

use super::Places;
use anyhow::{Context, Result};
use jianwei_core::domain::{Level, hash64};
use jianwei_core::engine::{Effect, Publication, topics};
use jianwei_core::journal::{Body, DeadLetter, RecordEntry};
use jianwei_core::pipeline::{Bundle, load};
use jianwei_core::sequencer::Sequenced;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Ids remembered so that a copy is not counted again; beyond, each copy counts.
const MAX_UNCLASSIFIED_IDS: usize = 5_000_000;

#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    pub realm: String,
    pub entries: u64,
    pub records: u64,
    pub ticks: u64,
    pub dead_letters: BTreeMap<String, u64>,
    /// What the newest pipeline promises for trades, by level.
    pub promised_false_alarms_per_year: BTreeMap<&'static str, f64>,
    /// Warnings raised or made worse, by matter, then level; each counted once, not once a copy.
    pub warnings: BTreeMap<String, BTreeMap<String, u64>>,
    /// Copies sent, by organisation.
    pub sent: BTreeMap<String, u64>,
    pub reminders: u64,
    /// Records passed on as clues, by why; each counted once, not once a copy.
    pub clues: BTreeMap<String, u64>,
    pub profiles: u64,
    /// Tickets and reports that count as risk and belong to no matter; copies are not counted again.
    pub unclassified: u64,
    /// Records put out, by topic; removals from compacted topics count too.
    pub published: BTreeMap<String, u64>,
}

pub struct Report {
    dir: PathBuf,
    warnings: BufWriter<File>,
    reminders: BufWriter<File>,
    clues: BufWriter<File>,
    operators: BufWriter<File>,
    dead_letters: BufWriter<File>,
    profiles: BTreeMap<String, Vec<u8>>,
    summary: Summary,
    /// Ids of what is counted as unclassified, by a hash.
    unclassified: BTreeSet<u64>,
}

/// One row of `dead-letters.ndjson`: the bytes stay where they were read.
#[derive(Serialize)]
struct DeadLetterRow<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
    reason: &'static str,
    field: Option<&'a str>,
    /// Of a replay of files: the row's file, and the line it begins at.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

impl Report {
    pub fn create(dir: &Path) -> Result<Report> {
        std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        let file = |name: &str| -> Result<BufWriter<File>> {
            let path = dir.join(name);
            Ok(BufWriter::new(File::create(&path).with_context(|| format!("writing {}", path.display()))?))
        };
        Ok(Report {
            dir: dir.to_path_buf(),
            warnings: file("warnings.ndjson")?,
            reminders: file("reminders.ndjson")?,
            clues: file("clues.ndjson")?,
            operators: file("operators.ndjson")?,
            dead_letters: file("dead-letters.ndjson")?,
            profiles: BTreeMap::new(),
            summary: Summary::default(),
            unclassified: BTreeSet::new(),
        })
    }

    pub fn take(&mut self, sequenced: &Sequenced) -> Result<()> {
        self.take_from(sequenced, &Places::default())
    }

    /// [`Report::take`] of records that stand in files.
    pub fn take_from(&mut self, sequenced: &Sequenced, places: &Places) -> Result<()> {
        self.summary.entries += 1;
        match &sequenced.entry.body {
            Body::Genesis(genesis) => {
                self.summary.realm.clone_from(&genesis.realm);
                self.note_promise(&genesis.bundle_zstd)?;
            }
            Body::Tick => self.summary.ticks += 1,
            Body::Record(record) => {
                self.summary.records += 1;
                self.note_unclassified(record);
            }
            Body::DeadLetter(_) => self.summary.records += 1,
            Body::Activate { bundle_zstd } => self.note_promise(bundle_zstd)?,
        }
        for effect in &sequenced.effects {
            match effect {
                Effect::Publish(publication) => self.publication(publication)?,
                Effect::DeadLetter(letter) => self.dead_letter(letter, places)?,
                Effect::Assessment(_) | Effect::Outcome(_) => {}
            }
        }
        Ok(())
    }

    fn note_promise(&mut self, bundle_zstd: &[u8]) -> Result<()> {
        let bundle = Bundle::unpack(bundle_zstd).map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let model = load(&bundle).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let promised = |level: Level| (level.as_str(), model.levels.false_alarms_per_year[level.index()]);
        self.summary.promised_false_alarms_per_year = Level::ALL.into_iter().map(promised).collect();
        Ok(())
    }

    fn note_unclassified(&mut self, record: &RecordEntry) {
        let Some(evidence) = record.fact.text().map(|text| &text.evidence) else { return };
        if evidence.counts_as_risk && evidence.matters.is_empty() {
            let full = self.unclassified.len() >= MAX_UNCLASSIFIED_IDS;
            let new = full || self.unclassified.insert(hash64(&[evidence.kind.as_str(), &record.id]));
            self.summary.unclassified += u64::from(new);
        }
    }

    fn publication(&mut self, publication: &Publication) -> Result<()> {
        *self.summary.published.entry(publication.topic.clone()).or_default() += 1;
        let Some(value) = &publication.value else {
            if publication.topic == topics::PROFILES {
                self.profiles.remove(&publication.key);
            }
            return Ok(());
        };
        if let Some(org) = publication.warned_org() {
            *self.summary.sent.entry(org.to_string()).or_default() += 1;
            if let Some((matter, level)) = publication.counted_warning() {
                *self.summary.warnings.entry(matter).or_default().entry(level).or_default() += 1;
            }
            line(&mut self.warnings, value)?;
        } else if publication.topic.starts_with("reminders.") {
            self.summary.reminders += 1;
            line(&mut self.reminders, value)?;
        } else if publication.topic.starts_with("clues.") {
            if let Some(why) = publication.counted_clue() {
                *self.summary.clues.entry(why).or_default() += 1;
            }
            line(&mut self.clues, value)?;
        } else if publication.topic == topics::OPERATORS {
            line(&mut self.operators, value)?;
        } else if publication.topic == topics::PROFILES {
            self.profiles.insert(publication.key.clone(), value.clone());
        }
        Ok(())
    }

    fn dead_letter(&mut self, letter: &DeadLetter, places: &Places) -> Result<()> {
        *self.summary.dead_letters.entry(letter.reason.as_str().to_string()).or_default() += 1;
        let place = places.of(&letter.source.topic, letter.source.partition, letter.source.offset);
        let row = DeadLetterRow {
            file: place.map(|(file, _)| file.display().to_string()),
            line: place.map(|(_, line)| line),
            topic: &letter.source.topic,
            partition: letter.source.partition,
            offset: letter.source.offset,
            reason: letter.reason.as_str(),
            field: letter.field.as_deref(),
        };
        line(&mut self.dead_letters, &serde_json::to_vec(&row)?)
    }

    /// Writes what only the end knows: the profiles as they stand, and the summary.
    pub fn finish(mut self) -> Result<Summary> {
        self.summary.profiles = self.profiles.len() as u64;
        let mut profiles = BufWriter::new(File::create(self.dir.join("profiles.ndjson"))?);
        for value in self.profiles.values() {
            line(&mut profiles, value)?;
        }
        let mut all = [
            &mut self.warnings,
            &mut self.reminders,
            &mut self.clues,
            &mut self.operators,
            &mut self.dead_letters,
            &mut profiles,
        ];
        for writer in &mut all {
            writer.flush()?;
        }
        let summary = serde_json::to_vec_pretty(&self.summary)?;
        std::fs::write(self.dir.join("summary.json"), summary)?;
        Ok(self.summary)
    }
}

pub(super) fn line(to: &mut impl Write, value: &[u8]) -> Result<()> {
    to.write_all(value)?;
    to.write_all(b"\n")?;
    Ok(())
}
