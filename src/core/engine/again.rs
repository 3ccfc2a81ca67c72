//! What is said again of an enterprise: by the same caller, or in nearly the same words. Callers who can be
//! told apart count, though a clerk wrote them all down in one form of words; a text that stood in others'
//! way and is taken back gives its weight to the next.

use super::enterprise::NewPiece;
use super::memory::{Bounded, Counted, Given, MAX_GIVEN_KEYS, NearTexts, caller_hash, caller_mark};
use super::state::{SubjectKey, SubjectScope};
use super::{Effect, Engine, Moment};
use crate::domain::RecordKind;
use crate::journal::{Attribution, Evidence, MatterHit, TextFact};
use crate::pipeline::{Matter, Period};
use serde::{Deserialize, Serialize};

/// Near copies of so many callers weigh whole, each of the others half.
pub const NEAR_WHOLE: usize = 3;
/// Enterprises and matters with records that may get a weight later; the oldest is forgotten.
pub const MAX_WAITING: usize = 1 << 16;
/// Such records of one; further ones get none.
pub const MAX_WAITING_OF_ONE: usize = 8;

/// What a record is worth for one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    Whole,
    Half,
    /// It says again what was said.
    Nothing,
}

/// What a record is compared by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Voice {
    pub root: u64,
    pub sketch: Option<u64>,
    pub at_ms: i64,
    /// The local day: a caller's hash changes with it.
    pub day: i64,
    pub caller: Option<u64>,
    /// The caller, speaking of the subject.
    pub mark: Option<u64>,
}

/// A record that weighed nothing, and what it would give.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub voice: Voice,
    id: String,
    kind: RecordKind,
    attribution: Attribution,
    hit: MatterHit,
    excerpt: Option<String>,
    region: Option<String>,
    /// It is the first it accuses: its trade's series would count it.
    first: bool,
}

/// By subject.
pub(super) type AllWaiting = Bounded<Vec<Waiting>>;

/// As many near copies count as different callers spoke on the busiest day: those of two days can't be told
/// apart. Those whose callers are not known are one.
pub(super) fn worth_among(near: &NearTexts, voice: &Voice) -> Worth {
    let told_apart_today = near.callers_of_day + 1;
    match near.counted {
        0 => Worth::Whole,
        counted if voice.caller.is_none() || told_apart_today <= counted => Worth::Nothing,
        counted if counted < NEAR_WHOLE => Worth::Whole,
        _ => Worth::Half,
    }
}

impl Engine {
    pub(super) fn voice(&self, moment: &Moment, text: &TextFact, key: &SubjectKey) -> Voice {
        Voice {
            root: moment.root,
            // A clerk's template serves a whole city: texts are compared within one enterprise only.
            sketch: text.sketch.filter(|_| key.scope == SubjectScope::Enterprise),
            at_ms: moment.event_ms,
            day: Period::Day.index(self.model.zone, moment.event_ms),
            caller: text.caller.as_ref().map(caller_hash),
            mark: text.caller.as_ref().map(|caller| caller_mark(caller, key)),
        }
    }

    /// What a record is worth for a subject: nothing if its caller said it that day, or if another record
    /// said nearly the same within a week and its caller can't be told apart. If it is worth something,
    /// later ones are compared with it.
    pub(super) fn hear(&mut self, key: &SubjectKey, voice: &Voice, given: &mut Given) -> Worth {
        let memory = &mut self.state.memory;
        if voice.mark.is_some_and(|mark| memory.was_heard(mark, voice.root)) {
            return Worth::Nothing;
        }
        let near = voice.sketch.map(|sketch| memory.near_texts(key, sketch, voice)).unwrap_or_default();
        let worth = worth_among(&near, voice);
        if worth == Worth::Nothing {
            return worth;
        }
        if let Some(mark) = voice.mark {
            memory.note_caller(mark, voice.root);
            if !given.caller_marks.contains(&mark) && given.caller_marks.len() < MAX_GIVEN_KEYS {
                given.caller_marks.push(mark);
            }
        }
        if let Some(sketch) = voice.sketch {
            memory.note_sketch(key, sketch, voice);
        }
        worth
    }

    /// Remembers what a record that weighed nothing would give.
    #[allow(clippy::too_many_arguments, reason = "the record, the subject, and what it would give")]
    pub(super) fn let_wait(
        &mut self,
        moment: &Moment,
        key: &SubjectKey,
        voice: Voice,
        evidence: &Evidence,
        attribution: &Attribution,
        hit: &MatterHit,
        first: bool,
    ) {
        let waiting = Waiting {
            voice,
            id: moment.cause.to_string(),
            kind: evidence.kind,
            attribution: attribution.clone(),
            hit: hit.clone(),
            excerpt: moment.excerpt.map(str::to_string),
            region: evidence.region.clone(),
            first,
        };
        self.state.memory.note_waiting(key, waiting);
    }

    /// A record was taken back from an enterprise: of those it stood in the way of, the next get their weight.
    pub(super) fn promote(&mut self, moment: &Moment, matter: &Matter, key: &SubjectKey, effects: &mut Vec<Effect>) {
        for waiting in self.state.memory.take_waiting(key) {
            // One that is over or forgotten since has nothing to give, one that counted since gave it.
            let known = self.state.memory.given(waiting.voice.root).filter(|given| !given.over && !given.keys.contains(key));
            let Some(mut given) = known.cloned().filter(|_| waiting.voice.root != moment.root) else { continue };
            match self.hear(key, &waiting.voice, &mut given) {
                Worth::Nothing => self.state.memory.note_waiting(key, waiting),
                worth => {
                    self.give_waiting(moment, matter, key, &waiting, worth, &mut given, effects);
                    self.state.memory.set_given(waiting.voice.root, given);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the record, its worth, and to whom it gives it")]
    fn give_waiting(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        waiting: &Waiting,
        worth: Worth,
        given: &mut Given,
        effects: &mut Vec<Effect>,
    ) {
        let Waiting { voice, id, kind, attribution, hit, excerpt, region, first } = waiting;
        let single = |code: &String| matter.triggers.iter().any(|t| t.code == *code && t.at_least <= 1);
        // A trigger that waits for one record was set off when the record came.
        let triggers = hit.triggers.iter().filter(|code| !single(code)).cloned().collect();
        let hit = MatterHit { triggers, ..hit.clone() };
        let half = worth == Worth::Half;
        let then = Moment {
            now_ms: moment.now_ms,
            event_ms: voice.at_ms,
            cause: id,
            root: voice.root,
            excerpt: excerpt.as_deref(),
            half,
            // A copy that waited says nothing of how late its feed is.
            source: "",
        };
        if self.add_evidence(&then, matter, key, attribution, &NewPiece::of(*kind, &hit)) && !given.keys.contains(key) {
            given.keys.push(key.clone());
        }
        if !first
            || !hit.counted
            || given.counted.iter().any(|c| c.matter == matter.id)
            || !self.counts_still(matter, voice.at_ms)
        {
            return;
        }
        given.counted.push(Counted { matter: matter.id.clone(), region: region.clone(), at_ms: voice.at_ms });
        let evidence = Evidence::counted(*kind, attribution.clone(), region.clone());
        self.count(&then, matter, &evidence, effects);
    }

    /// Whether no period of the matter's that holds the moment is closed.
    fn counts_still(&self, matter: &Matter, at_ms: i64) -> bool {
        let closed = |period: &Period| {
            let open = self.state.open_periods.get(period);
            open.is_some_and(|open| period.index(self.model.zone, at_ms) < *open)
        };
        !matter.industry.iter().flat_map(|rules| &rules.periods).any(closed)
    }
}
