//! Files in, reports out: the same core without Kafka, on the feed clock; and the reports of a
//! journal read back.

mod emit;
mod report;

pub use emit::{Emit, Emitted};
pub use report::Report;

use crate::ahead::{self, RECORDS_AHEAD};
use crate::feeds::{self, Input};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use jianwei_core::intake;
use jianwei_core::pipeline::{Clock, Model, Source};
use jianwei_core::sequencer::{
    FeedMerge, FeedPartition, FeedRecord, Sequenced, Sequencer, SourceRecord, feed_end_ms, genesis_entry,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One partition's worth of rows: those of one file and topic, in order.
struct FileLane<'m> {
    source: &'m Source,
    partition: i32,
    rows: std::vec::IntoIter<feeds::Row>,
    next_offset: i64,
}

/// Steps the records of the files through a fresh realm. `until_ms` ends the feed: later records are
/// dead letters, and time passes up to it at the end when it was asked for.
pub fn replay(
    model: &Model,
    inputs: &[Input],
    until_ms: Option<i64>,
    now_ms: i64,
    threads: usize,
    take: &mut dyn FnMut(&Sequenced) -> Result<()>,
) -> Result<()> {
    replay_emitting(model, inputs, until_ms, now_ms, threads, Extra::Nothing, &mut |sequenced, _| take(sequenced)).map(drop)
}

/// Rows for evaluation that are wanted among the effects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extra {
    #[default]
    Nothing,
    Assessments,
    Outcomes,
    Both,
}

impl Extra {
    fn assessments(self) -> bool {
        matches!(self, Extra::Assessments | Extra::Both)
    }

    fn outcomes(self) -> bool {
        matches!(self, Extra::Outcomes | Extra::Both)
    }
}

/// Where the records of a replay stand in their files: by topic and partition, the file and each record's line.
#[derive(Default)]
pub struct Places(BTreeMap<(String, i32), (PathBuf, Vec<u64>)>);

impl Places {
    /// The file of a record, and the line it begins at.
    pub fn of(&self, topic: &str, partition: i32, offset: i64) -> Option<(&Path, u64)> {
        let (file, lines) = self.0.get(&(topic.to_string(), partition))?;
        Some((file, *lines.get(usize::try_from(offset).ok()?)?))
    }
}

/// [`replay`], with rows for evaluation among the effects where they are asked for; it says where the records
/// stand, and gives the realm as it is at the end.
pub fn replay_emitting(
    model: &Model,
    inputs: &[Input],
    until_ms: Option<i64>,
    now_ms: i64,
    threads: usize,
    extra: Extra,
    take: &mut dyn FnMut(&Sequenced, &Places) -> Result<()>,
) -> Result<Sequencer> {
    let (mut lanes, places) = read_lanes(model, inputs, threads)?;
    let take = &mut |sequenced: &Sequenced| take(sequenced, &places);
    let total: usize = lanes.iter().map(|l| l.rows.len()).sum();
    let progress = progress_bar(total as u64);
    let genesis = genesis_entry(
        &model.realm,
        "replay",
        Clock::Feed,
        until_ms.unwrap_or(feed_end_ms(model.zone, now_ms)),
        now_ms,
        &model.bundle,
    )
    .map_err(|e| anyhow::anyhow!("{e}"))?;
    let (mut sequencer, first) = Sequencer::begin(genesis)?;
    sequencer.set_emit_assessments(extra.assessments());
    sequencer.set_emit_outcomes(extra.outcomes());
    take(&first)?;
    let about = lanes.iter().map(|lane| FeedPartition {
        topic: lane.source.topic.clone(),
        partition: lane.partition,
        undated: lane.source.kind.undated(),
        first_kind: lane.source.kind.first_kind(),
        done: Default::default(),
    });
    let mut merge = FeedMerge::new(about.collect(), sequencer.engine().stamp_ms(), sequencer.engine().state().feed_until_ms);
    let mut out = Vec::new();
    loop {
        for (index, lane) in lanes.iter_mut().enumerate() {
            fill(model, &mut merge, index, lane);
        }
        while let Some(mut records) = next_records(&mut merge)? {
            let engine = sequencer.engine();
            let (model, directory) = (engine.model(), &engine.state().directory);
            ahead::each(&mut records, threads, |(_, record)| {
                if let Ok(decoded) = &mut record.decoded {
                    intake::look_ahead(model, directory, decoded);
                }
            });
            for (stamp_ms, record) in records {
                sequencer.accept(stamp_ms, record, &mut out)?;
                progress.inc(1);
                for sequenced in out.drain(..) {
                    take(&sequenced)?;
                }
            }
        }
        if merge.is_complete() {
            break;
        }
    }
    if let Some(until_ms) = until_ms {
        sequencer.tick_until(until_ms, &mut out)?;
        for sequenced in out.drain(..) {
            take(&sequenced)?;
        }
    }
    progress.finish_and_clear();
    Ok(sequencer)
}

/// The next records in order with their stamps, as many as are looked into together; none while files must
/// be read on.
fn next_records(merge: &mut FeedMerge) -> Result<Option<Vec<(i64, SourceRecord)>>> {
    let mut records = Vec::new();
    while records.len() < RECORDS_AHEAD
        && let Some(group) = merge.next_group()?
    {
        let source = |(position, record): (_, FeedRecord)| (group.stamp_ms, SourceRecord { position, decoded: record.decoded });
        records.extend(group.records.into_iter().map(source));
    }
    Ok(Some(records).filter(|records| !records.is_empty()))
}

fn fill(model: &Model, merge: &mut FeedMerge, index: usize, lane: &mut FileLane) {
    while merge.wants(index) {
        let Some(row) = lane.rows.next() else {
            merge.end(index);
            return;
        };
        let decoded = intake::decode(model, lane.source, row.key.as_deref(), Some(&row.value));
        merge.push(index, FeedRecord { offset: lane.next_offset, key: row.key, value: Some(row.value), decoded });
        lane.next_offset += 1;
    }
}

/// Reads all files, several at a time, and parts their rows by topic.
fn read_lanes<'m>(model: &'m Model, inputs: &[Input], threads: usize) -> Result<(Vec<FileLane<'m>>, Places)> {
    let mut files = Vec::new();
    for input in inputs {
        files.extend(input.paths()?.into_iter().map(|path| (input.kind, path)));
    }
    let mut read: Vec<Option<Result<Vec<feeds::Row>>>> = files.iter().map(|_| None).collect();
    for (files, slots) in files.chunks(threads.max(1)).zip(read.chunks_mut(threads.max(1))) {
        std::thread::scope(|scope| {
            for ((kind, path), slot) in files.iter().zip(slots) {
                scope.spawn(move || *slot = Some(feeds::read(model, *kind, path)));
            }
        });
    }
    let mut lanes = Vec::new();
    let mut places = Places::default();
    let mut partitions: BTreeMap<String, i32> = BTreeMap::new();
    for ((_, path), rows) in files.into_iter().zip(read) {
        let mut by_topic: BTreeMap<String, Vec<feeds::Row>> = BTreeMap::new();
        for row in rows.context("a reader thread ended early")?? {
            by_topic.entry(row.topic.clone()).or_default().push(row);
        }
        for (topic, rows) in by_topic {
            let partition = partitions.entry(topic.clone()).or_default();
            let source = model.source_of_topic(&topic).context("rows belong to a source of the pipeline")?;
            let lines = rows.iter().map(|row| row.line).collect();
            places.0.insert((topic.clone(), *partition), (path.clone(), lines));
            lanes.push(FileLane { source, partition: *partition, rows: rows.into_iter(), next_offset: 0 });
            *partition += 1;
        }
    }
    Ok((lanes, places))
}

pub fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{elapsed_precise} {bar:40} {human_pos} of {human_len} records, {per_sec}");
    let bar = ProgressBar::new(total);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Steps a journal's entries again, in order, and reports what they lead to.
#[derive(Default)]
pub struct JournalReplay {
    engine: Option<jianwei_core::engine::Engine>,
    extra: Extra,
}

impl JournalReplay {
    /// A replay with rows for evaluation among the effects, where they are asked for.
    pub fn emitting(extra: Extra) -> JournalReplay {
        JournalReplay { engine: None, extra }
    }

    pub fn step(&mut self, entry: jianwei_core::journal::Entry) -> Result<Sequenced> {
        let mut effects = Vec::new();
        match &mut self.engine {
            None => {
                let mut engine = jianwei_core::engine::Engine::begin(&entry, &mut effects)?;
                engine.set_emit_assessments(self.extra.assessments());
                engine.set_emit_outcomes(self.extra.outcomes());
                self.engine = Some(engine);
            }
            Some(engine) => engine.step(&entry, &mut effects)?,
        }
        Ok(Sequenced { entry, effects })
    }

    /// The zone of the realm's rules as they stand; none before the first entry.
    pub fn zone(&self) -> Option<jianwei_core::domain::Zone> {
        self.engine.as_ref().map(|e| e.model().zone)
    }

    pub fn realm(&self) -> Option<&str> {
        self.engine.as_ref().map(|e| e.state().realm.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jianwei_core::engine::Effect;

    #[test]
    fn a_journal_gives_the_same_assessments_as_the_files() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("weeks.csv");
        let weeks: Vec<String> = (1..=28).map(|day| format!("s1,x,2024-01-{day:02},P1D,{}", 10 + day % 3)).collect();
        std::fs::write(&path, format!("indicator,region,period_start,period,value\n{}\n", weeks.join("\n"))).expect("written");
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/indicators");
        let model = crate::pipelines::read_model(&folder).expect("the pipeline loads");
        let input = Input::new(jianwei_core::domain::SourceKind::Sector, path.display().to_string());
        let mut all: Vec<Sequenced> = Vec::new();
        let mut take = |sequenced: &Sequenced, _: &Places| -> Result<()> {
            all.push(sequenced.clone());
            Ok(())
        };
        replay_emitting(&model, &[input], None, 1_800_000_000_000, 1, Extra::Assessments, &mut take).expect("replayed");
        let mut journal = JournalReplay::emitting(Extra::Assessments);
        for sequenced in &all {
            let again = journal.step(sequenced.entry.clone()).expect("an entry of the journal");
            assert_eq!(again.effects, sequenced.effects);
        }
        let rows = all.iter().flat_map(|s| &s.effects).filter(|e| matches!(e, Effect::Assessment(_))).count();
        assert_eq!((rows, journal.zone()), (28, Some(model.zone)));
    }
}
