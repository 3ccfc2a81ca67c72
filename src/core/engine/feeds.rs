//! Feeds that fall silent. A source quieter than its own past allows is told to the operators, and the
//! trades that count its records turn grey until it speaks again: calm is not believed. Records make a
//! source speak, dead letters do not: a feed of which nothing can be read any more is silent too.

use super::effects::{Address, topics};
use super::pulse::{DayTold, Gap, Hours};
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{FeedNotice, FeedState, OperatorNotice, SilentFeed};
use crate::domain::{Category, Fixed3, Language, RecordKind, SourceKind};
use crate::pipeline::{Matter, Model, Source};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sources whose silence is told: what comes by itself, not what people decide to send.
fn is_watched(kind: SourceKind) -> bool {
    matches!(kind, SourceKind::Tickets | SourceKind::Reports | SourceKind::Sector)
}

fn source_of(kind: RecordKind) -> Option<SourceKind> {
    match kind {
        RecordKind::Ticket => Some(SourceKind::Tickets),
        RecordKind::Report => Some(SourceKind::Reports),
        RecordKind::Inspection
        | RecordKind::Penalty
        | RecordKind::Permit
        | RecordKind::Credit
        | RecordKind::Indicator
        | RecordKind::Observation
        | RecordKind::Alarm => Some(SourceKind::Sector),
        RecordKind::Enterprise | RecordKind::Inspector | RecordKind::Disposition | RecordKind::Control => None,
    }
}

/// Whether records of such a source are counted in the matter's series.
fn counts(matter: &Matter, kind: SourceKind) -> bool {
    let conditions = matter.industry.iter().flat_map(|rules| &rules.count);
    conditions.into_iter().any(|c| c.kinds.is_empty() || c.kinds.iter().any(|k| source_of(*k) == Some(kind)))
}

fn hours(model: &Model) -> Hours<'_> {
    Hours { zone: model.zone, calendar: &model.calendar }
}

fn timer_key(topic: &str) -> String {
    format!("feed/{topic}")
}

impl Engine {
    /// A record of the source was read.
    pub(super) fn hear_feed(&mut self, now_ms: i64, topic: &str, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let Some(source) = model.source_of_topic(topic).filter(|source| is_watched(source.kind)) else { return };
        if !self.state.pulses.contains_key(topic) {
            self.state.pulses.insert(topic.to_string(), Pulse::default());
        }
        let Some(pulse) = self.state.pulses.get_mut(topic) else { return };
        let is_watched = pulse.records > 0 && pulse.now.is_none_or(|silence| silence.poor);
        let day = pulse.hear(hours(&model), now_ms);
        let back = pulse.speak(now_ms);
        if let Some(silence) = back {
            let notice = Told { state: FeedState::Back, since_ms: silence.since_ms, until_ms: Some(now_ms), figures: None };
            self.tell_feed(now_ms, source, &notice, effects);
        }
        if let Some(DayTold { poor, from_ms, observed, expected }) = day {
            let (state, until_ms) = if poor { (FeedState::Quiet, None) } else { (FeedState::Back, Some(now_ms)) };
            let notice = Told { state, since_ms: from_ms, until_ms, figures: Some((observed, expected)) };
            self.tell_feed(now_ms, source, &notice, effects);
        }
        if !is_watched {
            self.watch_feed(now_ms, topic);
        }
    }

    /// Sets the timer of a source's next look.
    fn watch_feed(&mut self, now_ms: i64, topic: &str) {
        let model = Arc::clone(&self.model);
        let due_ms = match self.state.pulses.get(topic).map(|pulse| pulse.gap(hours(&model), now_ms)) {
            Some(Gap::LookAt(due_ms)) => due_ms,
            _ => return,
        };
        self.set_timer(due_ms, timer_key(topic), Timer::Listen { topic: topic.to_string() });
    }

    /// A source may have been silent for too long.
    pub(super) fn listen(&mut self, moment: &Moment, topic: &str, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let Some(source) = model.source_of_topic(topic) else { return };
        let Some(pulse) = self.state.pulses.get_mut(topic) else { return };
        match pulse.gap(hours(&model), moment.now_ms) {
            Gap::LookAt(_) => self.watch_feed(moment.now_ms, topic),
            Gap::TooLong { expected } => {
                let last_ms = pulse.last_ms;
                pulse.fall_silent();
                let figures = Some((0, expected));
                let notice = Told { state: FeedState::Silent, since_ms: last_ms, until_ms: None, figures };
                self.tell_feed(moment.now_ms, source, &notice, effects);
            }
        }
    }

    /// Whether a source that the matter counts was silent at any time between.
    pub(super) fn is_deaf(&self, matter: &Matter, from_ms: i64, to_ms: i64) -> bool {
        self.state.pulses.iter().any(|(topic, pulse)| {
            pulse.was_silent(from_ms, to_ms) && self.model.source_of_topic(topic).is_some_and(|s| counts(matter, s.kind))
        })
    }

    /// Sources that the matter counts and that are silent now.
    fn silent_feeds(&self, matter: &Matter) -> Vec<SilentFeed> {
        let silent = self.state.pulses.iter().filter_map(|(topic, pulse)| {
            let (silence, source) = (pulse.now?, self.model.source_of_topic(topic)?);
            counts(matter, source.kind).then(|| SilentFeed {
                topic: topic.clone(),
                kind: source.kind.as_str().into(),
                since: self.model.zone.format(silence.since_ms),
            })
        });
        silent.collect()
    }

    /// The same of a standing warning: firms are judged by what is known of them, whatever falls silent.
    pub(super) fn silent_feeds_of(&self, matter: &Matter, key: &SubjectKey) -> Vec<SilentFeed> {
        if key.scope == SubjectScope::Industry { self.silent_feeds(matter) } else { Vec::new() }
    }

    /// Another pipeline: sources it does not have are forgotten, with their timers.
    pub(super) fn keep_feeds_of(&mut self, model: &Model) {
        let known: BTreeSet<&str> = model.sources.iter().filter(|s| is_watched(s.kind)).map(|s| s.topic.as_str()).collect();
        self.state.pulses.retain(|topic, _| known.contains(topic.as_str()));
        self.state.timers.retain(|_, timer| !matches!(timer, Timer::Listen { topic } if !known.contains(topic.as_str())));
    }

    fn tell_feed(&mut self, now_ms: i64, source: &Source, told: &Told, effects: &mut Vec<Effect>) {
        let zone = self.model.zone;
        let notice = FeedNotice {
            topic: source.topic.clone(),
            kind: source.kind.as_str().into(),
            state: told.state,
            since: zone.format(told.since_ms),
            until: told.until_ms.map(|ms| zone.format(ms)),
            received: told.figures.map(|(received, _)| received),
            usual: told.figures.map(|(_, usual)| Fixed3::from_f64(usual)),
        };
        let record = OperatorNotice {
            realm: self.model.realm.clone(),
            code: told.state.code().to_string(),
            at: zone.format(now_ms),
            text: told.text(&notice, self.model.language),
            category: Some(Category::Feed),
            feed: Some(notice),
            warnings: Vec::new(),
        };
        let id = crate::domain::short_hash(&[&record.realm, &record.code, &source.topic, &now_ms.to_string()]);
        let key = record.realm.clone();
        let address = Address { topic: topics::OPERATORS.into(), key, event_type: "jianwei.operators.v1", event_id: id };
        self.publish(now_ms, address, Some(&record), effects);
        self.tell_standing(now_ms, source, told.state, effects);
    }

    /// Standing warnings of trades that count the source say that it is silent, or no longer.
    fn tell_standing(&self, now_ms: i64, source: &Source, state: FeedState, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        for key in self.state.episodes.keys().filter(|key| key.scope == SubjectScope::Industry) {
            let Some(matter) = model.matters.get(&key.matter).filter(|matter| counts(matter, source.kind)) else { continue };
            self.tell_open_as(now_ms, matter, key, false, &format!("{}/{now_ms}", state.code()), effects);
        }
    }
}

/// What is told of a source.
struct Told {
    state: FeedState,
    since_ms: i64,
    until_ms: Option<i64>,
    /// Records that came, and how many were expected.
    figures: Option<(u64, f64)>,
}

impl Told {
    fn text(&self, notice: &FeedNotice, language: Language) -> String {
        let FeedNotice { topic, since, .. } = notice;
        let until = notice.until.as_deref().unwrap_or_default();
        let (received, usual) = self.figures.map_or((0, 0), |(received, usual)| (received, (usual + 0.5).floor() as u64));
        match (self.state, language) {
            (FeedState::Silent, Language::Zh) => format!(
                "数据源 {topic} 自 {since} 起中断，其间平常约有 {usual} 条；统计其记录的行业转灰，不升不降，直至恢复。请检查来源系统、导出程序和列名（无法读取的记录不算恢复）"
            ),
            (FeedState::Silent, Language::En) => format!(
                "source {topic} has been silent since {since}, where about {usual} records are usual; trades that count its records are grey until it speaks again. Look at the system behind it, its export and its columns (records that can't be read do not count)"
            ),
            (FeedState::Quiet, Language::Zh) => format!(
                "数据源 {topic} 自 {since} 起一天只有 {received} 条，平常约 {usual} 条；统计其记录的行业转灰，直至恢复。请检查来源系统是否只送来一部分"
            ),
            (FeedState::Quiet, Language::En) => format!(
                "source {topic} gave only {received} records in the day from {since}, where about {usual} are usual; trades that count its records are grey until it is as usual. See whether only a part of it arrives"
            ),
            (FeedState::Back, Language::Zh) => format!("数据源 {topic} 已恢复：中断自 {since} 至 {until}"),
            (FeedState::Back, Language::En) => format!("source {topic} speaks again: it was silent from {since} to {until}"),
        }
    }
}
