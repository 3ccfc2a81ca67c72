//! Feeds that fell silent. No output of the engine says so yet, so that is not judged; what can be
//! seen is whether warnings fell too soon, or false ones came, more often beside an outage than else.

use super::judge::Planted;
use super::{Beside, Episode, Outages};
use jianwei_core::domain::{DAY_MS, HOUR_MS};

/// An outage's effects come as late: at the look of midnight, and with the records held back.
const AFTERMATH_MS: i64 = DAY_MS;

/// The times beside an outage, in order, none overlapping.
struct Silence(Vec<(i64, i64)>);

impl Silence {
    fn within(planted: &[Planted], starts_ms: i64, ends_ms: i64) -> Silence {
        let mut all: Vec<(i64, i64)> = planted.iter().map(|p| (p.starts_ms, p.ends_ms + AFTERMATH_MS)).collect();
        all.sort_unstable();
        let mut out: Vec<(i64, i64)> = Vec::new();
        for (from_ms, to_ms) in all {
            let (from_ms, to_ms) = (from_ms.max(starts_ms), to_ms.min(ends_ms));
            match out.last_mut() {
                Some(last) if from_ms <= last.1 => last.1 = last.1.max(to_ms),
                _ if from_ms < to_ms => out.push((from_ms, to_ms)),
                _ => {}
            }
        }
        Silence(out)
    }

    fn covers(&self, ms: i64) -> bool {
        self.0.iter().any(|(from_ms, to_ms)| (*from_ms..=*to_ms).contains(&ms))
    }

    fn split(&self, times: impl Iterator<Item = i64>) -> Beside {
        let mut out = Beside::default();
        for ms in times {
            let side = if self.covers(ms) { &mut out.outage } else { &mut out.otherwise };
            *side += 1;
        }
        out
    }
}

/// `false_alarms_ms`: when each false alarm reached yellow.
pub fn outages(
    outages: &[Planted],
    to_find: &[Planted],
    episodes: &[Episode],
    false_alarms_ms: &[i64],
    city: (i64, i64),
    root: &str,
) -> Outages {
    let (starts_ms, ends_ms) = city;
    let silence = Silence::within(outages, starts_ms, ends_ms);
    let silent_hours = (silence.0.iter().map(|(from_ms, to_ms)| to_ms - from_ms).sum::<i64>() / HOUR_MS) as u64;
    let hours = ((ends_ms - starts_ms) / HOUR_MS) as u64;
    let went_on = |episode: &Episode, ms: i64| to_find.iter().any(|p| p.is_meant_by(episode, root) && p.goes_on_at(ms));
    let too_soon = episodes.iter().flat_map(|e| e.falls_ms.iter().filter(|ms| went_on(e, **ms)).copied());
    Outages {
        planted: outages.len() as u64,
        reported: 0,
        reports_judged: false,
        hours: Beside { outage: silent_hours, otherwise: hours.saturating_sub(silent_hours) },
        lowered_too_soon: silence.split(too_soon),
        false_alarms: silence.split(false_alarms_ms.iter().copied()),
    }
}
