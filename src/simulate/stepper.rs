//! The realm behind a simulation: stepped over the rows as `replay` of the written files would, and
//! answered by the departments at their times.

use super::City;
use super::departments::Departments;
use super::files::json_line;
use anyhow::{Context, Result};
use jianwei_core::domain::{RecordKind, SourceKind};
use jianwei_core::engine::Effect;
use jianwei_core::intake::{self, Decoded, Directory};
use jianwei_core::journal::SourcePosition;
use jianwei_core::pipeline::{Clock, Model, Source};
use jianwei_core::sequencer::{Sequenced, Sequencer, SourceRecord, genesis_entry};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::Arc;

/// A row that can be read, where it belongs in time.
pub struct Readable {
    /// Its time, kind and id, and its bytes: the order within one time.
    pub order: (i64, RecordKind, String, Vec<u8>),
    pub topic: Arc<str>,
    pub decoded: Decoded,
}

/// The rows of one day that can be read, in the order in which a feed clock stamps them. Rows that
/// can't be read, or are after the end, become dead letters: no warning rests on them.
pub fn readable(model: &Model, rows: &[super::Row], until_ms: i64) -> Vec<Readable> {
    let mut out: Vec<Readable> = rows.iter().filter_map(|row| read_one(model, row, until_ms)).collect();
    out.sort_by(|a, b| a.order.cmp(&b.order));
    out
}

fn read_one(model: &Model, row: &super::Row, until_ms: i64) -> Option<Readable> {
    let source = source_of(model, row)?;
    let decoded = intake::decode(model, source, None, Some(&row.value)).ok()?;
    let at_ms = match row.kind.undated() {
        true => 0,
        false => decoded.record.event_time_ms().filter(|ms| *ms <= until_ms)?,
    };
    let order = (at_ms, decoded.record.kind(), decoded.record.source_id(), row.value.clone());
    Some(Readable { order, topic: Arc::from(source.topic.as_str()), decoded })
}

/// As files are read: dispositions by their organisation, others by the first source that has a
/// field map for the row, else the first of their kind.
fn source_of<'m>(model: &'m Model, row: &super::Row) -> Option<&'m Source> {
    let mut sources = model.sources.iter().filter(|s| s.kind == row.kind);
    if row.kind == SourceKind::Dispositions {
        return sources.find(|s| s.org == row.org);
    }
    let sources: Vec<&Source> = sources.collect();
    let several = sources.len() > 1 && sources.iter().any(|s| !s.maps.is_empty());
    let json = several.then(|| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&row.value).ok()).flatten();
    let mapped =
        json.and_then(|json| sources.iter().find(|s| intake::choose_map(s, |c| json.contains_key(c)).is_some()).copied());
    mapped.or(sources.first().copied())
}

pub struct Stepper<'a, W: Write> {
    city: &'a City,
    model: &'a Model,
    sequencer: Sequencer,
    departments: Departments,
    dispositions: W,
    hash: Sha256,
    pub told: Told,
    out: Vec<Sequenced>,
}

/// What the realm said.
#[derive(Debug, Default, Clone)]
pub struct Told {
    pub warnings: u64,
    pub copies: u64,
    pub dispositions: u64,
    pub late_dispositions: u64,
    pub ignored_dispositions: u64,
    pub warnings_sha256: String,
}

impl<'a, W: Write> Stepper<'a, W> {
    pub fn begin(city: &'a City, model: &'a Model, dispositions: W) -> Result<Stepper<'a, W>> {
        let until_ms = city.config.end_ms();
        let genesis = genesis_entry(&model.realm, "simulate", Clock::Feed, until_ms, until_ms, &model.bundle)
            .map_err(|e| anyhow::anyhow!("{e}"))?;
        let (sequencer, _) = Sequencer::begin(genesis)?;
        let (departments, told) = (Departments::default(), Told::default());
        Ok(Stepper { city, model, sequencer, departments, dispositions, hash: Sha256::new(), told, out: Vec::new() })
    }

    pub fn step(&mut self, readable: Readable) -> Result<()> {
        self.pass_time(readable.order.0)?;
        self.accept(readable)
    }

    /// The realm's directory as it stands.
    pub fn directory(&self) -> &Directory {
        &self.sequencer.engine().state().directory
    }

    /// Time passes up to the end; then what was told.
    pub fn finish(mut self) -> Result<Told> {
        let until_ms = self.city.config.end_ms();
        self.pass_time(until_ms)?;
        self.sequencer.tick_until(until_ms, &mut self.out)?;
        self.listen();
        self.dispositions.flush()?;
        self.told.warnings_sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.told)
    }

    /// Timers and dispositions due before `until_ms`, in the order of time: a warning that a timer
    /// raises may be answered before the next record comes.
    fn pass_time(&mut self, until_ms: i64) -> Result<()> {
        loop {
            let timer_ms = self.sequencer.engine().state().timers.keys().next().map(|(due_ms, _)| *due_ms);
            let timer_ms = timer_ms.filter(|ms| *ms < until_ms);
            let word_ms = self.departments.next_ms().filter(|ms| *ms < until_ms);
            match (timer_ms, word_ms) {
                (Some(timer_ms), word_ms) if word_ms.is_none_or(|ms| timer_ms <= ms) => {
                    self.sequencer.tick_until(timer_ms, &mut self.out)?;
                    self.listen();
                }
                (_, Some(_)) => self.dispose()?,
                (_, None) => return Ok(()),
            }
        }
    }

    fn dispose(&mut self) -> Result<()> {
        let Some((at_ms, planned, open)) = self.departments.next() else { return Ok(()) };
        let Some(planned) = planned else { return Ok(()) };
        let value = serde_json::to_vec(&planned.row)?;
        json_line(&mut self.dispositions, &value)?;
        self.told.dispositions += 1;
        self.told.late_dispositions += u64::from(!open);
        let mut row = super::Row::new(SourceKind::Dispositions, at_ms, at_ms, value);
        row.org = Some(planned.org);
        let readable = read_one(self.model, &row, self.city.config.end_ms());
        self.accept(readable.context("a disposition the simulator wrote can't be read: a defect")?)
    }

    fn accept(&mut self, readable: Readable) -> Result<()> {
        let offset = self.sequencer.engine().next_seq() as i64;
        let topic = readable.topic.to_string();
        let position = SourcePosition { topic, partition: 0, offset, resume_offset: offset + 1 };
        let record = SourceRecord { position, decoded: Ok(readable.decoded) };
        self.sequencer.accept(readable.order.0, record, &mut self.out)?;
        self.listen();
        Ok(())
    }

    /// Departments read what was published, copy by copy.
    fn listen(&mut self) {
        for sequenced in self.out.drain(..) {
            let now_ms = sequenced.entry.stamp_ms;
            for effect in &sequenced.effects {
                let Effect::Publish(publication) = effect else { continue };
                if publication.topic == jianwei_core::engine::topics::AUDIT {
                    self.told.ignored_dispositions += u64::from(is_ignored(publication));
                }
                self.departments.read(self.city, now_ms, publication);
                let (Some(_), Some(value)) = (publication.warned_org(), &publication.value) else { continue };
                self.hash.update(value);
                self.hash.update(b"\n");
                self.told.copies += 1;
                self.told.warnings += u64::from(publication.counted_warning().is_some());
            }
        }
    }
}

fn is_ignored(publication: &jianwei_core::engine::Publication) -> bool {
    #[derive(serde::Deserialize)]
    struct Audit {
        what: String,
    }
    let audit: Option<Audit> = publication.value.as_ref().and_then(|v| serde_json::from_slice(v).ok());
    audit.is_some_and(|a| a.what == "disposition_ignored")
}
