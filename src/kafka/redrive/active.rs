//! What the realm runs under now, by its journal.

use super::Redrive;
use crate::kafka::journal::read_journal;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{DAY_MS, Record};
use jianwei_core::journal::{Body, Genesis};
use jianwei_core::pipeline::{Bundle, Clock, Model};

/// The realm's clock and active pipeline.
#[derive(Debug, Clone)]
pub struct Active {
    pub hash: String,
    pub clock: Clock,
    pub feed_until_ms: i64,
}

impl Active {
    pub fn of(genesis: &Genesis, bundle: &Bundle) -> Active {
        Active { hash: bundle.hash(), clock: genesis.clock, feed_until_ms: genesis.feed_until_ms }
    }

    /// Whether the realm would refuse the record's time, as the sequencer does.
    pub fn is_future(&self, record: &Record, now_ms: i64) -> bool {
        let Some(event_ms) = record.event_time_ms() else { return false };
        match self.clock {
            Clock::Feed => event_ms > self.feed_until_ms,
            Clock::Wall => event_ms > now_ms + DAY_MS,
        }
    }

    /// What to do where the realm runs another pipeline than the one given.
    pub fn differs(&self, model: &Model) -> String {
        format!(
            "realm {} runs another pipeline (hash {}; given: {}): what is sent now would be read by its rules, not by these. Stop its workers, start them with `jianwei run --pipelines DIR --activate`, then send",
            model.realm,
            self.hash.get(..12).unwrap_or_default(),
            model.hash.get(..12).unwrap_or_default(),
        )
    }
}

/// Reads the journal for its genesis and its last activation.
pub fn read(redrive: &Redrive) -> Result<Active> {
    let model = redrive.model;
    let bar = redrive.journal_bar()?;
    let mut genesis: Option<Genesis> = None;
    let mut packed = Vec::new();
    read_journal(redrive.settings, model.journal_partition, None, &mut |entry, _| {
        bar.inc(1);
        match entry.body {
            Body::Genesis(first) => {
                packed.clone_from(&first.bundle_zstd);
                genesis = Some(first);
            }
            Body::Activate { bundle_zstd } => packed = bundle_zstd,
            _ => {}
        }
        Ok(true)
    })?;
    bar.finish_and_clear();
    let genesis = genesis.with_context(|| format!("the journal of realm {} is empty: it never ran", model.realm))?;
    of_this_realm(&genesis.realm, model)?;
    let bundle = Bundle::unpack(&packed).map_err(|e| anyhow::anyhow!("the pipeline in the journal: {e}"))?;
    Ok(Active::of(&genesis, &bundle))
}

pub fn of_this_realm(realm: &str, model: &Model) -> Result<()> {
    if realm != model.realm {
        bail!("journal partition {} belongs to realm {realm:?}, not to {:?}", model.journal_partition, model.realm);
    }
    Ok(())
}
