//! A simulated city as files, rows in order of arrival. Days are made on one thread, their texts looked
//! into on another, and stepped on a third.

use super::stepper::{Readable, Stepper, Told, readable};
use super::tally::{self, Tally};
use super::{City, Config, Row};
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use jianwei_core::domain::{DAY_MS, SourceKind};
use jianwei_core::intake::{self, Directory};
use jianwei_core::pipeline::Model;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Days made but not yet stepped.
const DAYS_AHEAD: usize = 3;
const FED: [SourceKind; 3] = [SourceKind::Tickets, SourceKind::Reports, SourceKind::Sector];

#[derive(Debug, serde::Serialize)]
pub struct Outcome {
    /// Rows by file.
    pub rows: BTreeMap<&'static str, u64>,
    /// Dead letters a replay of the files will have, by reason.
    pub dead_letters: BTreeMap<&'static str, u64>,
    /// Warnings raised or made worse, and all copies sent.
    pub warnings: u64,
    pub copies: u64,
    pub late_dispositions: u64,
    pub ignored_dispositions: u64,
    /// Of `warnings.ndjson` as a replay of the files writes it.
    pub warnings_sha256: String,
    /// The end of the feeds, for `replay --until`.
    pub until: String,
}

/// Makes the city, writes its files into `dir` and lets its departments answer.
pub fn simulate(config: Config, model: &Model, dir: &Path, progress: &ProgressBar) -> Result<Outcome> {
    std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let city = City::found(config, model)?;
    let dispositions = writer(dir, SourceKind::Dispositions)?;
    let (made, looked_into) = (sync_channel::<Vec<Readable>>(DAYS_AHEAD), sync_channel::<Vec<Readable>>(DAYS_AHEAD));
    let (directory, registered) = sync_channel::<Directory>(1);
    let (tally, told) = std::thread::scope(|scope| {
        let maker = scope.spawn(|| make(&city, model, dir, made.0));
        scope.spawn(|| look_into(model, made.1, registered, looked_into.0));
        let told = step(&city, model, dispositions, looked_into.1, directory, progress);
        let tally = maker.join().map_err(|_| anyhow::anyhow!("the thread that makes the days ended early"))?;
        // A step that failed ends the maker too: its error is the one to tell.
        told.and_then(|told| tally.map(|tally| (tally, told)))
    })?;
    let truth = city.truth(model, &tally, told.late_dispositions);
    let mut file = BufWriter::new(create(&dir.join("truth.ndjson"))?);
    for row in &truth {
        json_line(&mut file, &serde_json::to_vec(row)?)?;
    }
    file.flush()?;
    Ok(outcome(&city, tally, told))
}

fn outcome(city: &City, tally: Tally, told: Told) -> Outcome {
    let mut dead_letters = BTreeMap::new();
    for ((_, dirt), count) in &tally.dirt {
        if let Some(reason) = dirt.dead_letter() {
            *dead_letters.entry(reason).or_default() += count;
        }
    }
    let mut rows = tally.rows;
    rows.insert(tally::name(SourceKind::Dispositions), told.dispositions);
    Outcome {
        rows,
        dead_letters,
        warnings: told.warnings,
        copies: told.copies,
        late_dispositions: told.late_dispositions,
        ignored_dispositions: told.ignored_dispositions,
        warnings_sha256: told.warnings_sha256,
        until: city.zone.format(city.config.end_ms()),
    }
}

/// Makes all rows, writes them in order of arrival, and hands on those that can be read.
fn make(city: &City, model: &Model, dir: &Path, sender: SyncSender<Vec<Readable>>) -> Result<Tally> {
    let mut tally = Tally::default();
    for (kind, rows) in [(SourceKind::Registry, city.registry()), (SourceKind::Inspectors, city.inspectors(model))] {
        if kind == SourceKind::Inspectors && rows.is_empty() {
            continue;
        }
        let mut file = writer(dir, kind)?;
        for row in &rows {
            json_line(&mut file, &row.value)?;
            tally.count(row);
        }
        file.flush()?;
        if sender.send(readable(model, &rows, i64::MAX)).is_err() {
            return Ok(tally);
        }
    }
    let mut feeds = Feeds::create(dir)?;
    for index in 0..city.config.days {
        let (from_ms, to_ms) = (city.config.start_ms + index * DAY_MS, city.config.start_ms + (index + 1) * DAY_MS);
        let day = city.day(index);
        tally.add(&day.tally);
        let readable = readable(model, &day.rows, city.config.end_ms());
        if let Some(stray) = readable.iter().find(|r| !(from_ms..to_ms).contains(&r.order.0)) {
            // The realm would be stepped in another order than a replay has.
            bail!("record {} of day {index} is of another day: a defect of the simulator", stray.order.2);
        }
        if sender.send(readable).is_err() {
            break;
        }
        feeds.take(day.rows, to_ms)?;
    }
    feeds.finish()?;
    Ok(tally)
}

/// Looks into the texts before their turns. The first batch is the registry, which does not change later.
fn look_into(model: &Model, made: Receiver<Vec<Readable>>, registered: Receiver<Directory>, to: SyncSender<Vec<Readable>>) {
    let mut batches = made.into_iter();
    let Some(Ok(())) = batches.next().map(|registry| to.send(registry)) else { return };
    let Ok(directory) = registered.recv() else { return };
    for mut batch in batches {
        batch.iter_mut().for_each(|row| intake::look_ahead(model, &directory, &mut row.decoded));
        if to.send(batch).is_err() {
            return;
        }
    }
}

/// `registered` gets a copy of the realm's directory after the first batch.
fn step(
    city: &City,
    model: &Model,
    dispositions: BufWriter<File>,
    batches: Receiver<Vec<Readable>>,
    registered: SyncSender<Directory>,
    progress: &ProgressBar,
) -> Result<Told> {
    let mut stepper = Stepper::begin(city, model, dispositions)?;
    for (n, batch) in batches.into_iter().enumerate() {
        for readable in batch {
            stepper.step(readable)?;
        }
        if n == 0 {
            registered.send(stepper.directory().clone()).context("the thread that looks into texts ended early")?;
        }
        progress.inc(1);
    }
    stepper.finish()
}

/// The dated feeds' files. Rows that come late wait for their time.
struct Feeds {
    files: BTreeMap<&'static str, BufWriter<File>>,
    waiting: Vec<Row>,
}

impl Feeds {
    fn create(dir: &Path) -> Result<Feeds> {
        let mut files = BTreeMap::new();
        for kind in FED {
            files.insert(tally::name(kind), writer(dir, kind)?);
        }
        Ok(Feeds { files, waiting: Vec::new() })
    }

    /// Writes all that has arrived by then.
    fn take(&mut self, rows: Vec<Row>, until_ms: i64) -> Result<()> {
        self.waiting.extend(rows);
        self.waiting.sort_by_key(|row| row.arrival_ms);
        let arrived = self.waiting.partition_point(|row| row.arrival_ms < until_ms);
        for row in self.waiting.drain(..arrived) {
            if let Some(file) = self.files.get_mut(tally::name(row.kind)) {
                json_line(file, &row.value)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.take(Vec::new(), i64::MAX)?;
        for file in self.files.values_mut() {
            file.flush()?;
        }
        Ok(())
    }
}

fn writer(dir: &Path, kind: SourceKind) -> Result<BufWriter<File>> {
    Ok(BufWriter::new(create(&dir.join(format!("{}.ndjson", tally::name(kind))))?))
}

fn create(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("writing {}", path.display()))
}

pub fn json_line(to: &mut impl Write, value: &[u8]) -> Result<()> {
    to.write_all(value)?;
    to.write_all(b"\n")?;
    Ok(())
}
