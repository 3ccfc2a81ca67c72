//! Enterprises that merge: what is known of one goes over to the one it was merged into, and later
//! records of the old id count for the new one.

use super::state::*;
use super::weigh::enterprise_key;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::WarningEnd;
use crate::pipeline::Matter;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Engine {
    /// The enterprise that records of this id count for.
    pub(super) fn stands_for(&self, id: &str) -> String {
        self.state.directory.stands_for(id).to_string()
    }

    /// The directory says that `id` was merged into another: evidence, figures and standing go there, and
    /// its warnings are lifted, each naming the other one.
    pub(super) fn merge(&mut self, moment: &Moment, id: &str, effects: &mut Vec<Effect>) {
        let to = self.stands_for(id);
        // Whoever was ever spoken of has a standing.
        if to == id || !self.state.standings.contains_key(id) || !self.admit(moment, &to, None, effects) {
            return;
        }
        let from = self.state.standings.remove(id).unwrap_or_default();
        let standing = self.state.standings.entry(to.clone()).or_default();
        standing.last_inspected_ms = standing.last_inspected_ms.max(from.last_inspected_ms);
        if from.credit_at_ms > standing.credit_at_ms {
            (standing.credit_class, standing.credit_at_ms) = (from.credit_class, from.credit_at_ms);
        }
        standing.touched_ms = standing.touched_ms.max(from.touched_ms);
        if self.state.directory.get(&to).is_some_and(|row| row.natural_person) {
            self.watch(moment.now_ms, &to);
        }
        let industry = self.state.directory.get(&to).and_then(|row| row.industry.clone());
        self.merge_outcomes(id, &to);
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            for test in matter.enterprise.iter().flat_map(|e| &e.evidence).filter_map(|rule| rule.figure.as_ref()) {
                self.state.figures.rename(&test.measure, id, &to, industry.as_deref());
            }
            self.merge_matter(moment, matter, id, &to, effects);
        }
    }

    fn merge_matter(&mut self, moment: &Moment, matter: &Matter, id: &str, to: &str, effects: &mut Vec<Effect>) {
        let (old, new) = (enterprise_key(matter, id), enterprise_key(matter, to));
        // The last copy still says what is lifted; then the evidence goes.
        self.end_episode(moment.now_ms, matter, &old, WarningEnd::Merged, effects);
        let Some(from) = self.drop_evidence(matter, &old) else { return };
        self.publish_profile(moment.now_ms, matter, &old, effects);
        let tally = from.tally;
        let due_ms: Vec<i64> = from.lasting.values().flatten().map(|one| one.until_ms).collect();
        self.state.evidence.entry(new.clone()).or_default().absorb(from, matter);
        self.count_for(moment.now_ms, matter, &new, &tally, 1.0);
        due_ms.into_iter().for_each(|due_ms| self.set_expiry(&new, due_ms.max(moment.now_ms + 1)));
        self.assess_enterprise(moment, matter, &new, effects);
    }
}

impl EvidenceState {
    /// Adds what was known of another enterprise.
    fn absorb(&mut self, from: EvidenceState, matter: &Matter) {
        for (code, count) in from.counts {
            let Some(rule) = super::enterprise::rule(matter, &code) else { continue };
            self.counts.entry(code).or_default().add(count, rule.half_life_days);
        }
        for (code, pieces) in from.lasting {
            pieces.into_iter().for_each(|one| self.note_lasting(&code, one));
        }
        self.total += from.total;
        self.answered.extend(from.answered);
        self.refs.extend(from.refs);
        self.refs.make_contiguous().sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
        self.keep_newest();
        let kept: BTreeSet<u64> = self.refs.iter().map(|piece| piece.root).collect();
        self.answered.retain(|root| kept.contains(root));
        self.triggers.absorb(from.triggers);
    }
}
