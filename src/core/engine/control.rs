//! Another pipeline takes effect within a running realm.

use super::state::SubjectKey;
use super::{Effect, Engine};
use crate::domain::outputs::WarningStatus;
use crate::pipeline::Model;
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
                self.end_episode(now_ms, matter, &key, WarningStatus::Lifted, effects);
            }
        }
        let stays = |matter: &str| model.matters.contains_key(matter);
        self.state.evidence.retain(|key, _| stays(&key.matter));
        self.state.series.retain(|(matter, _), _| stays(matter));
        self.state.demoted.retain(|matter, _| stays(matter));
        for series in self.state.series.values_mut() {
            series.regions.retain(|code, _| model.regions.contains_key(code));
            for code in model.regions.keys() {
                series.regions.entry(code.clone()).or_default();
            }
        }
        self.state.bundle = model.bundle.clone();
        self.model = Arc::new(model);
        self.derive_from_model();
        let model = Arc::clone(&self.model);
        self.audit(now_ms, "activate", &model.version, None, None, &format!("{} replaces {}", model.hash, old.hash), effects);
    }
}
