//! Another pipeline takes effect within a running realm.

use super::state::SubjectKey;
use super::{Effect, Engine};
use crate::domain::outputs::WarningEnd;
use crate::pipeline::Model;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Engine {
    /// The timers due so far fired under the old rules. Series and evidence of matters that are gone
    /// go, their episodes are lifted, and everything else is judged by the new rules from here on.
    pub(super) fn activate(&mut self, now_ms: i64, model: Model, effects: &mut Vec<Effect>) {
        let old = Arc::clone(&self.model);
        let gone: Vec<SubjectKey> =
            self.state.episodes.keys().filter(|k| !model.matters.contains_key(&k.matter)).cloned().collect();
        for key in gone {
            if let Some(matter) = old.matters.get(&key.matter) {
                self.end_episode(now_ms, matter, &key, WarningEnd::MatterGone, effects);
            }
        }
        let stays = |matter: &str| model.matters.contains_key(matter);
        let evidence = std::mem::take(&mut self.state.evidence);
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) = evidence.into_iter().partition(|(key, _)| stays(&key.matter));
        self.state.evidence = kept;
        for key in dropped.keys() {
            if let Some(matter) = old.matters.get(&key.matter) {
                self.publish_profile(now_ms, matter, key, effects);
            }
        }
        self.state.series.retain(|(matter, _), _| stays(matter));
        self.state.trade_triggers.retain(|key, _| stays(&key.matter));
        self.state.demoted.retain(|matter, _| stays(matter));
        for series in self.state.series.values_mut() {
            series.regions.retain(|code, _| model.regions.contains_key(code));
            for code in model.regions.keys() {
                series.regions.entry(code.clone()).or_default();
            }
        }
        self.keep_indicators_of(&model);
        self.keep_feeds_of(&model);
        self.closed = self.closed.take().map(|_| BTreeMap::new());
        self.state.keep_outcomes_of(&model.matters);
        self.state.bundle = model.bundle.clone();
        self.state.directory.reindex(&model);
        self.model = Arc::new(model);
        self.derive_from_model();
        self.rebuild_peers();
        self.leave_gone_organisations(now_ms, effects);
        // A matter that no longer closes periods is looked at once a day from now on.
        let model = Arc::clone(&self.model);
        let standing: Vec<(SubjectKey, String)> =
            self.state.episodes.iter().map(|(k, e)| (k.clone(), e.warning_id.clone())).collect();
        for (key, warning_id) in standing {
            if model.matters.get(&key.matter).is_some_and(|m| !m.closes_periods()) {
                self.set_recheck(now_ms, &key, &warning_id);
            }
        }
        self.audit(now_ms, "activate", &model.version, None, None, &format!("{} replaces {}", model.hash, old.hash), effects);
    }
}
