//! The feed clock's order (DESIGN section 3): undated records first, in id order; then all
//! partitions merged by event time; records of one event time gathered and put in the order (kind,
//! source id, bytes). A record out of order in its partition takes its predecessor's time.

use crate::domain::RecordKind;
use crate::intake::{Decoded, Rejection};
use crate::journal::SourcePosition;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Records of one event time gathered at most; more stop the realm with a message.
pub const MAX_GROUP_RECORDS: usize = 6_000_000;
/// Records of one partition held before its reading is paused.
pub const PARTITION_BUFFER_RECORDS: usize = 4_096;

/// One record of a partition, with its bytes: the order of records with equal ids, and the shell's
/// dead letters, need them.
#[derive(Debug, Clone)]
pub struct FeedRecord {
    pub offset: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub decoded: Result<Decoded, Rejection>,
}

/// One source partition: its name, where its reading begins and what of it has an entry already.
#[derive(Debug, Clone)]
pub struct FeedPartition {
    pub topic: String,
    pub partition: i32,
    pub undated: bool,
    /// Where records that can't be read stand among those of one time.
    pub first_kind: RecordKind,
    pub done: BTreeSet<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedError {
    GroupTooLarge { event_time_ms: i64 },
}

impl std::fmt::Display for FeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FeedError::GroupTooLarge { event_time_ms } => write!(
                f,
                "more than {MAX_GROUP_RECORDS} records share the event time {event_time_ms} ms: sort the feed by time before publishing it"
            ),
        }
    }
}

impl std::error::Error for FeedError {}

#[derive(Debug)]
struct Lane {
    about: FeedPartition,
    buffer: VecDeque<(i64, FeedRecord)>,
    /// The effective time of the newest record read; later ones never go below it.
    newest_ms: i64,
    /// Past the last record that had its entry before reading began here.
    done_end: i64,
    ended: bool,
}

/// The merge of all partitions of a realm. Bring records with [`FeedMerge::push`], say where a
/// partition ends with [`FeedMerge::end`], take them in order with [`FeedMerge::next_group`].
#[derive(Debug)]
pub struct FeedMerge {
    lanes: Vec<Lane>,
    group_ms: Option<i64>,
    group: Vec<(usize, FeedRecord)>,
    until_ms: i64,
}

impl FeedMerge {
    /// `stamp_ms` is the stamp reached so far: what is left of the partitions is not earlier. Records
    /// later than `until_ms` will be dead letters and move no time.
    pub fn new(partitions: Vec<FeedPartition>, stamp_ms: i64, until_ms: i64) -> FeedMerge {
        let lane = |about: FeedPartition| {
            let done_end = about.done.last().map_or(0, |offset| offset + 1);
            Lane { about, buffer: VecDeque::new(), newest_ms: stamp_ms, done_end, ended: false }
        };
        FeedMerge { lanes: partitions.into_iter().map(lane).collect(), group_ms: None, group: Vec::new(), until_ms }
    }

    pub fn push(&mut self, lane: usize, record: FeedRecord) {
        let lane = &mut self.lanes[lane];
        if lane.about.done.remove(&record.offset) {
            return;
        }
        let own_ms = match &record.decoded {
            Ok(decoded) if !lane.about.undated => decoded.record.event_time_ms().filter(|ms| *ms <= self.until_ms),
            _ => None,
        };
        lane.newest_ms = lane.newest_ms.max(own_ms.unwrap_or(lane.newest_ms));
        lane.buffer.push_back((lane.newest_ms, record));
    }

    pub fn end(&mut self, lane: usize) {
        self.lanes[lane].ended = true;
    }

    /// Whether the partition may be read on.
    pub fn wants(&self, lane: usize) -> bool {
        let lane = &self.lanes[lane];
        !lane.ended && lane.buffer.len() < PARTITION_BUFFER_RECORDS
    }

    pub fn has_ended(&self, lane: usize) -> bool {
        self.lanes[lane].ended
    }

    /// Records of the partition read but not yet in a group.
    pub fn buffered(&self, lane: usize) -> usize {
        self.lanes[lane].buffer.len()
    }

    pub fn is_complete(&self) -> bool {
        self.group.is_empty() && self.lanes.iter().all(|l| l.ended && l.buffer.is_empty())
    }

    /// The next records of one event time with their positions, in order; `None` while partitions
    /// that may still hold some have not been read far enough.
    pub fn next_group(&mut self) -> Result<Option<FeedGroup>, FeedError> {
        let undated = self.lanes.iter().any(|l| l.about.undated && !(l.ended && l.buffer.is_empty()));
        let undated = undated || self.group.iter().any(|(l, _)| self.lanes[*l].about.undated);
        let in_play = |l: &Lane| l.about.undated == undated;
        if self.group_ms.is_none() {
            if self.lanes.iter().any(|l| in_play(l) && l.buffer.is_empty() && !l.ended) {
                return Ok(None);
            }
            self.group_ms = self.lanes.iter().filter(|l| in_play(l)).filter_map(|l| l.buffer.front().map(|(ms, _)| *ms)).min();
        }
        let Some(group_ms) = self.group_ms else { return Ok(None) };
        let mut open = false;
        for (index, lane) in self.lanes.iter_mut().enumerate().filter(|(_, l)| l.about.undated == undated) {
            while lane.buffer.front().is_some_and(|(ms, _)| *ms <= group_ms) {
                if let Some((_, record)) = lane.buffer.pop_front() {
                    self.group.push((index, record));
                }
            }
            open |= lane.buffer.is_empty() && !lane.ended;
        }
        if self.group.len() > MAX_GROUP_RECORDS {
            return Err(FeedError::GroupTooLarge { event_time_ms: group_ms });
        }
        if open {
            return Ok(None);
        }
        self.group_ms = None;
        Ok(Some(self.close_group(group_ms)))
    }

    /// Sorts the gathered records and works out, for each, where a reader would have to resume.
    fn close_group(&mut self, stamp_ms: i64) -> FeedGroup {
        let mut group = std::mem::take(&mut self.group);
        group.sort_by_cached_key(|(lane, record)| self.order_of(*lane, record));
        let mut waiting: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
        for (lane, record) in &group {
            waiting.entry(*lane).or_default().insert(record.offset);
        }
        // Records of the group that had their entry already stand among the others, or behind them.
        let past: BTreeMap<usize, i64> = waiting
            .iter()
            .map(|(lane, offsets)| (*lane, offsets.last().map_or(0, |o| o + 1).max(self.lanes[*lane].done_end)))
            .collect();
        let records = group
            .into_iter()
            .map(|(lane, record)| {
                let offsets = waiting.entry(lane).or_default();
                offsets.remove(&record.offset);
                let resume_offset = offsets.first().copied().unwrap_or(past[&lane]);
                let about = &self.lanes[lane].about;
                let position = SourcePosition {
                    topic: about.topic.clone(),
                    partition: about.partition,
                    offset: record.offset,
                    resume_offset,
                };
                (position, record)
            })
            .collect();
        FeedGroup { stamp_ms, records }
    }

    fn order_of(&self, lane: usize, record: &FeedRecord) -> (RecordKind, String, i64, Vec<u8>, i64) {
        let (kind, id) = match &record.decoded {
            Ok(decoded) => (decoded.record.kind(), decoded.record.source_id()),
            Err(_) => {
                let key = record.key.as_deref().unwrap_or_default();
                (self.lanes[lane].about.first_kind, String::from_utf8_lossy(key).into_owned())
            }
        };
        // Directory rows of one id, and figures of one period, keep the order of their partition: the last one counts.
        let by_offset = self.lanes[lane].about.undated || kind == RecordKind::Indicator;
        let offset = if by_offset { record.offset } else { 0 };
        (kind, id, offset, record.value.clone().unwrap_or_default(), record.offset)
    }
}

/// All records of one event time, in order.
#[derive(Debug)]
pub struct FeedGroup {
    pub stamp_ms: i64,
    pub records: Vec<(SourcePosition, FeedRecord)>,
}
