//! Gives records their place: ticks first where timers are due, then the entry, then the step.

use crate::ENGINE_VERSION;
use crate::domain::{DAY_MS, Record, Zone};
use crate::engine::{Effect, Engine, StepError};
use crate::intake::{self, Decoded, Rejection};
use crate::journal::{Body, DeadLetter, Entry, Genesis, Reason, RecordEntry, SourcePosition};
use crate::pipeline::{Bundle, BundleProblem, Clock};
use chrono::Days;

/// A source record where it was read, decoded or not.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    pub position: SourcePosition,
    pub decoded: Result<Decoded, Rejection>,
}

/// An entry and what the engine made of it, to be committed together.
#[derive(Debug, Clone)]
pub struct Sequenced {
    pub entry: Entry,
    pub effects: Vec<Effect>,
}

/// Where a feed ends that was given no end: with the day after the realm's own. A time of tonight or of
/// tomorrow may be right, and runs of one day agree.
pub fn feed_end_ms(zone: Zone, now_ms: i64) -> i64 {
    let today = zone.date(now_ms);
    let after = today.checked_add_days(Days::new(2)).unwrap_or(today);
    zone.day_start(after) - 1
}

/// The first entry of a realm. With the feed clock its stamp is the epoch, so that outputs depend
/// on the sources alone; with the wall clock it is `now_ms`.
pub fn genesis_entry(
    realm: &str,
    journal_id: &str,
    clock: Clock,
    feed_until_ms: i64,
    now_ms: i64,
    bundle: &Bundle,
) -> Result<Entry, BundleProblem> {
    let genesis = Genesis {
        realm: realm.to_string(),
        journal_id: journal_id.to_string(),
        engine_version: ENGINE_VERSION,
        clock,
        feed_until_ms,
        bundle_zstd: bundle.pack()?,
    };
    let stamp_ms = if clock == Clock::Feed { 0 } else { now_ms };
    Ok(Entry { seq: 0, stamp_ms, body: Body::Genesis(genesis) })
}

/// An engine whose next entries this process decides.
#[derive(Debug, Clone)]
pub struct Sequencer {
    engine: Engine,
}

impl Sequencer {
    pub fn new(engine: Engine) -> Sequencer {
        Sequencer { engine }
    }

    /// Begins a realm.
    pub fn begin(genesis: Entry) -> Result<(Sequencer, Sequenced), StepError> {
        let mut effects = Vec::new();
        let engine = Engine::begin(&genesis, &mut effects)?;
        Ok((Sequencer { engine }, Sequenced { entry: genesis, effects }))
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Puts out assessments with the effects; see [`Engine::set_emit_assessments`].
    pub fn set_emit_assessments(&mut self, emit: bool) {
        self.engine.set_emit_assessments(emit);
    }

    /// Puts out outcomes with the effects; see [`Engine::set_emit_outcomes`].
    pub fn set_emit_outcomes(&mut self, emit: bool) {
        self.engine.set_emit_outcomes(emit);
    }

    /// Keeps what analysts look at; see [`Engine::set_keep_closed`].
    pub fn set_keep_closed(&mut self, keep: bool) {
        self.engine.set_keep_closed(keep);
    }

    /// Takes one record, stamped at `stamp_ms` or now's stamp if that is later. `out` gets the ticks
    /// that had to come first, and the record's entry.
    pub fn accept(&mut self, stamp_ms: i64, source: SourceRecord, out: &mut Vec<Sequenced>) -> Result<(), StepError> {
        self.tick_until(stamp_ms, out)?;
        let stamp_ms = stamp_ms.max(self.engine.stamp_ms());
        let body = self.body(stamp_ms, source);
        self.push(stamp_ms, body, out)
    }

    /// Lets time pass up to `stamp_ms`; writes ticks only where timers are due.
    pub fn tick_until(&mut self, stamp_ms: i64, out: &mut Vec<Sequenced>) -> Result<(), StepError> {
        while let Some(tick_ms) = self.engine.tick_needed(stamp_ms) {
            self.push(tick_ms.max(self.engine.stamp_ms()), Body::Tick, out)?;
        }
        Ok(())
    }

    /// Makes another pipeline take effect.
    pub fn activate(&mut self, stamp_ms: i64, bundle_zstd: Vec<u8>, out: &mut Vec<Sequenced>) -> Result<(), StepError> {
        self.tick_until(stamp_ms, out)?;
        self.push(stamp_ms.max(self.engine.stamp_ms()), Body::Activate { bundle_zstd }, out)
    }

    fn push(&mut self, stamp_ms: i64, body: Body, out: &mut Vec<Sequenced>) -> Result<(), StepError> {
        let entry = Entry { seq: self.engine.next_seq(), stamp_ms, body };
        let mut effects = Vec::new();
        self.engine.step(&entry, &mut effects)?;
        out.push(Sequenced { entry, effects });
        Ok(())
    }

    fn body(&self, stamp_ms: i64, source: SourceRecord) -> Body {
        let SourceRecord { position, decoded } = source;
        let rejected = |position, reason, field: Option<&str>| {
            Body::DeadLetter(DeadLetter { source: position, reason, field: field.map(str::to_string) })
        };
        match decoded {
            Err(Rejection { reason, field }) => rejected(position, reason, field.as_deref()),
            Ok(decoded) if self.is_future(stamp_ms, &decoded.record) => rejected(position, Reason::FutureTime, None),
            Ok(mut decoded) => {
                decoded.forget_status_after(self.latest_ms(stamp_ms));
                decoded.flags.extend(self.engine.order_flag(&decoded.record));
                if self.engine.is_stuck(&decoded.record) {
                    decoded.note_stuck();
                }
                let fact = intake::resolve(self.engine.model(), &self.engine.state().directory, &mut decoded);
                Body::Record(RecordEntry {
                    source: position,
                    id: decoded.record.source_id(),
                    event_time_ms: decoded.record.event_time_ms(),
                    day_resolution: decoded.day_resolution,
                    flags: decoded.flags,
                    fact,
                })
            }
        }
    }

    fn is_future(&self, stamp_ms: i64, record: &Record) -> bool {
        record.event_time_ms().is_some_and(|event_ms| event_ms > self.latest_ms(stamp_ms))
    }

    /// What is later is in the future. Feed clock: the feed's end. Wall clock: a day ahead of it.
    fn latest_ms(&self, stamp_ms: i64) -> i64 {
        let state = self.engine.state();
        match state.clock {
            Clock::Feed => state.feed_until_ms,
            Clock::Wall => stamp_ms + DAY_MS,
        }
    }
}
