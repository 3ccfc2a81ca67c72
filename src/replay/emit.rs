//! Files for evaluation, written only where `--emit` asks for them: what each record was taken to
//! say, and how each closed period was judged.

use super::report::line;
use anyhow::{Context, Result};
use jianwei_core::domain::{Fixed3, Zone};
use jianwei_core::engine::Effect;
use jianwei_core::journal::{Body, Evidence, RecordEntry};
use jianwei_core::sequencer::Sequenced;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What `--emit` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Emitted {
    /// `signals.ndjson`: one row an entry of evidence.
    Signals,
    /// `assessments.ndjson`: one row a subject or indicator and closed period.
    Assessments,
}

#[derive(Default)]
pub struct Emit {
    signals: Option<BufWriter<File>>,
    assessments: Option<BufWriter<File>>,
}

/// One row of `signals.ndjson`.
#[derive(Serialize)]
struct Signal<'a> {
    /// The record's own id, verbatim.
    source_id: &'a str,
    /// The enterprise it is about, whatever the intent.
    subject: Option<&'a str>,
    /// Enterprises that may be meant, where intake abstained.
    candidates: &'a [String],
    /// Enterprises mentioned in another role.
    secondary: Vec<&'a str>,
    matters: Vec<&'a str>,
    region: Option<&'a str>,
    event_time: Option<String>,
    intent: Option<&'static str>,
    status: Option<&'static str>,
    counts_as_risk: bool,
    /// It counts as risk and no matter fits.
    unclassified: bool,
    flags: Vec<&'static str>,
    /// How the subject was found, how surely, and where its name stands.
    method: Option<&'static str>,
    confidence: Option<Fixed3>,
    span: Option<Spanned>,
}

/// A piece of a field, in characters.
#[derive(Serialize)]
struct Spanned {
    field: &'static str,
    from: u32,
    to: u32,
}

impl Emit {
    /// Makes the files asked for, in a folder that is there.
    pub fn create(dir: &Path, asked: &[Emitted]) -> Result<Emit> {
        let file = |what: Emitted, name: &str| -> Result<Option<BufWriter<File>>> {
            let path = dir.join(name);
            let create = || File::create(&path).with_context(|| format!("writing {}", path.display()));
            asked.contains(&what).then(create).transpose().map(|file| file.map(BufWriter::new))
        };
        Ok(Emit {
            signals: file(Emitted::Signals, "signals.ndjson")?,
            assessments: file(Emitted::Assessments, "assessments.ndjson")?,
        })
    }

    /// `zone` is the realm's: times are written in it.
    pub fn take(&mut self, sequenced: &Sequenced, zone: Zone) -> Result<()> {
        if let (Some(file), Body::Record(entry)) = (&mut self.signals, &sequenced.entry.body)
            && let Some(evidence) = entry.fact.evidence()
        {
            line(file, &serde_json::to_vec(&signal(entry, evidence, zone))?)?;
        }
        let Some(file) = &mut self.assessments else { return Ok(()) };
        for effect in &sequenced.effects {
            if let Effect::Assessment(row) = effect {
                line(file, &serde_json::to_vec(row)?)?;
            }
        }
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        for mut file in [self.signals, self.assessments].into_iter().flatten() {
            file.flush()?;
        }
        Ok(())
    }
}

fn signal<'a>(entry: &'a RecordEntry, evidence: &'a Evidence, zone: Zone) -> Signal<'a> {
    let text = entry.fact.text();
    Signal {
        source_id: &entry.id,
        subject: evidence.subject.as_ref().map(|s| s.id.as_str()),
        candidates: &evidence.candidates,
        secondary: text.iter().flat_map(|t| &t.secondary).map(|named| named.attribution.id.as_str()).collect(),
        matters: evidence.matters.iter().map(|hit| hit.matter.as_str()).collect(),
        region: evidence.region.as_deref(),
        event_time: entry.event_time_ms.map(|ms| zone.format(ms)),
        intent: evidence.intent.map(|intent| intent.as_str()),
        status: evidence.status.map(|status| status.as_str()),
        counts_as_risk: evidence.counts_as_risk,
        unclassified: text.is_some() && evidence.counts_as_risk && evidence.matters.is_empty(),
        flags: entry.flags.iter().map(|flag| flag.as_str()).collect(),
        method: evidence.subject.as_ref().map(|s| s.method.as_str()),
        confidence: evidence.subject.as_ref().map(|s| s.confidence),
        span: text.and_then(|t| t.span).map(|s| Spanned { field: s.field.as_str(), from: s.from, to: s.to }),
    }
}
