//! Reading the sources and stamping what comes: as it arrives (wall clock), or in the order of its
//! own time (feed clock).

use super::Realm;
use crate::kafka::batch::{REDRIVEN_FROM, RawRecord};
use crate::kafka::source::{Read, SourceReader};
use crate::now_ms;
use crate::telemetry::RealmPhase;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::SourceKind;
use jianwei_core::intake;
use jianwei_core::journal::SourcePosition;
use jianwei_core::pipeline::{Clock, Model};
use jianwei_core::sequencer::{FeedMerge, FeedPartition, FeedRecord, PARTITION_BUFFER_RECORDS};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The merge of a feed, and the group being stamped.
pub(super) struct Feed {
    merge: FeedMerge,
    group_stamp_ms: i64,
    group: VecDeque<(SourcePosition, FeedRecord)>,
    pace_from: Option<(Instant, i64)>,
    ended: bool,
    /// Of the records read ahead those that were sent again: from where.
    redriven: BTreeMap<(String, i32, i64), String>,
}

impl Realm {
    pub(super) fn open_source(&mut self) -> Result<()> {
        let state = self.sequencer.as_ref().context("the realm has not begun")?.engine().state();
        if state.clock == Clock::Wall && self.options.exit_at_end {
            bail!(
                "--exit-at-end ends a feed, and realm {} is on the wall clock: leave it out, or begin the realm with --clock feed",
                self.model.realm
            );
        }
        let mut source = SourceReader::open(&self.settings, &self.model, state)?;
        if state.clock == Clock::Feed {
            let partitions = source.lanes.iter().map(|lane| {
                let kind = self.model.source_of_topic(&lane.topic).map_or(SourceKind::Control, |s| s.kind);
                let position = state.positions.get(&(lane.topic.clone(), lane.partition));
                FeedPartition {
                    topic: lane.topic.clone(),
                    partition: lane.partition,
                    undated: kind.undated(),
                    first_kind: kind.first_kind(),
                    done: position.map(|p| p.done.clone()).unwrap_or_default(),
                }
            });
            let mut merge = FeedMerge::new(partitions.collect(), state.stamp_ms, state.feed_until_ms);
            for (index, lane) in source.lanes.iter().enumerate() {
                if lane.position >= lane.end_at_start {
                    merge.end(index);
                }
            }
            for lane in 0..source.lanes.len() {
                let ended = source.lanes[lane].position >= source.lanes[lane].end_at_start;
                source.set_paused(lane, ended)?;
            }
            self.feed = Some(Feed {
                merge,
                group_stamp_ms: state.stamp_ms,
                group: VecDeque::new(),
                pace_from: None,
                ended: false,
                redriven: BTreeMap::new(),
            });
        }
        self.source = Some(source);
        Ok(())
    }

    /// Wall clock: one record as it arrives, or, idle, the time that passed. True when idle.
    pub(super) fn fill_as_it_comes(&mut self) -> Result<bool> {
        let timeout = if self.batch.is_empty() { Duration::from_millis(20) } else { Duration::ZERO };
        let source = self.source.as_mut().context("no source")?;
        match source.read(timeout)? {
            Read::Record { lane, message } => {
                let topic = source.lanes[lane].topic.clone();
                let about = self.model.source_of_topic(&topic).context("a record of a topic the pipeline does not name")?;
                let kind = about.kind;
                let decoded = intake::decode(&self.model, about, message.key.as_deref(), message.value.as_deref());
                let position = SourcePosition {
                    topic,
                    partition: message.partition,
                    offset: message.offset,
                    resume_offset: message.offset + 1,
                };
                if self.batch.is_empty() {
                    self.batch_began = Instant::now();
                }
                let redriven_from = message.header(REDRIVEN_FROM).map(str::to_string);
                let raw = RawRecord { key: message.key, value: message.value, redriven_from };
                self.accept(now_ms(), kind, position, decoded, raw)?;
                Ok(false)
            }
            Read::End { .. } => Ok(false),
            Read::Nothing => {
                let mut out = Vec::new();
                self.sequencer()?.tick_until(now_ms(), &mut out)?;
                for sequenced in &out {
                    self.add(None, None, sequenced)?;
                }
                Ok(true)
            }
        }
    }

    /// Feed clock: reads ahead, then stamps what is in order. True when nothing more can be done now.
    pub(super) fn fill_from_feed(&mut self) -> Result<bool> {
        let (source, feed) = (self.source.as_mut().context("no source")?, self.feed.as_mut().context("no feed")?);
        if feed.group.is_empty() {
            match feed.merge.next_group()? {
                Some(group) => {
                    feed.group_stamp_ms = group.stamp_ms;
                    feed.group = group.records.into();
                }
                None if feed.merge.is_complete() => return self.end_feed(),
                None => {
                    read_ahead(&self.model, source, feed)?;
                    return Ok(false);
                }
            }
        }
        if let Some(wait) = feed.ahead_of_pace(self.options.pace_ms_per_s) {
            if self.batch.is_empty() {
                std::thread::sleep(wait.min(Duration::from_millis(20)));
            }
            return Ok(true);
        }
        while !self.batch.is_full() {
            let Some(feed) = self.feed.as_mut() else { break };
            let Some((position, record)) = feed.group.pop_front() else { break };
            let stamp_ms = feed.group_stamp_ms;
            let kind = self.model.source_of_topic(&position.topic).map_or(SourceKind::Control, |s| s.kind);
            let redriven_from = feed.redriven.remove(&(position.topic.clone(), position.partition, position.offset));
            let raw = RawRecord { key: record.key, value: record.value, redriven_from };
            self.accept(stamp_ms, kind, position, record.decoded, raw)?;
        }
        Ok(false)
    }

    /// All sources are read: time passes up to the feed's end, where one was given.
    fn end_feed(&mut self) -> Result<bool> {
        let Some(feed) = self.feed.as_mut() else { return Ok(true) };
        if !feed.ended {
            feed.ended = true;
            let mut out = Vec::new();
            if let Some(until_ms) = self.until_ms {
                self.sequencer()?.tick_until(until_ms, &mut out)?;
            }
            for sequenced in &out {
                self.add(None, None, sequenced)?;
            }
            return Ok(true);
        }
        if self.batch.is_empty() && !self.complete {
            self.complete = true;
            self.metrics.phase(&self.model.realm, RealmPhase::Complete);
        }
        std::thread::sleep(Duration::from_millis(20));
        Ok(true)
    }
}

impl Feed {
    /// How long the current group still has to wait so that feed time passes no faster than asked.
    fn ahead_of_pace(&mut self, pace_ms_per_s: Option<i64>) -> Option<Duration> {
        let pace = pace_ms_per_s?;
        if self.group_stamp_ms == 0 {
            return None;
        }
        let (began, from_ms) = *self.pace_from.get_or_insert((Instant::now(), self.group_stamp_ms));
        let due = Duration::from_millis(((self.group_stamp_ms - from_ms).max(0) * 1000 / pace.max(1)) as u64);
        due.checked_sub(began.elapsed()).filter(|wait| !wait.is_zero())
    }
}

/// Reads while the merge has room, and pauses what it does not want.
fn read_ahead(model: &Model, source: &mut SourceReader, feed: &mut Feed) -> Result<()> {
    const AT_ONCE: usize = 5_000;
    for lane in 0..source.lanes.len() {
        let buffered = feed.merge.buffered(lane);
        let paused = source.lanes[lane].paused;
        let ended = feed.merge.has_ended(lane);
        if !ended && paused && buffered < PARTITION_BUFFER_RECORDS / 4 {
            source.set_paused(lane, false)?;
        }
    }
    let mut timeout = Duration::from_millis(5);
    for _ in 0..AT_ONCE {
        match source.read(timeout)? {
            Read::Nothing => return Ok(()),
            Read::End { lane } => end_lane(source, feed, lane)?,
            Read::Record { lane, message } if message.offset >= source.lanes[lane].end_at_start => end_lane(source, feed, lane)?,
            Read::Record { lane, message } => {
                let about = model.source_of_topic(&message.topic).context("a record of a topic the pipeline does not name")?;
                let decoded = intake::decode(model, about, message.key.as_deref(), message.value.as_deref());
                if let Some(from) = message.header(REDRIVEN_FROM) {
                    feed.redriven.insert((message.topic.clone(), message.partition, message.offset), from.to_string());
                }
                feed.merge.push(lane, FeedRecord { offset: message.offset, key: message.key, value: message.value, decoded });
                if !feed.merge.wants(lane) {
                    source.set_paused(lane, true)?;
                }
            }
        }
        timeout = Duration::ZERO;
    }
    Ok(())
}

fn end_lane(source: &mut SourceReader, feed: &mut Feed, lane: usize) -> Result<()> {
    feed.merge.end(lane);
    source.set_paused(lane, true)
}
