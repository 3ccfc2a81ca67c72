//! Who is compared with whom: the directory by strata (industry, size, class of region), and what was
//! counted in each, kept up record by record. What a step costs does not grow with the number of firms.

use super::enterprise::rule_of_rate;
use super::state::*;
use super::weigh::enterprise_key;
use super::{Engine, stats};
use crate::domain::{DAY_MS, EnterpriseRow, RecordKind};
use crate::intake::Directory;
use crate::pipeline::{Matter, Model};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most strata kept, and most sums over a matter and a stratum; firms of further ones are compared more
/// widely, or not at all.
pub const MAX_STRATA: usize = 200_000;
/// A matter that was counted for less says nothing yet of what is usual.
const LEAST_SPAN_MS: i64 = 7 * DAY_MS;

/// Enterprises that are compared with each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stratum {
    industry: String,
    size: Option<String>,
    class: Option<String>,
}

/// Where one enterprise stands: its strata, the narrowest first, and how many outlets it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub strata: [Stratum; 3],
    pub outlets: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Size {
    firms: u32,
    outlets: u64,
}

/// What was counted of one enterprise under one matter, or of a stratum.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Tally {
    pub reported: Decayed,
    pub failed: Decayed,
    pub passed: Decayed,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Peers {
    sizes: BTreeMap<Stratum, Size>,
    /// By matter and stratum, the firms in it now: all firms that are in no stratum are left out.
    sums: BTreeMap<(String, Stratum), Tally>,
    /// By matter, when its first complaint was counted.
    began_ms: BTreeMap<String, i64>,
}

/// What is usual for one enterprise, the enterprise itself left out.
pub(super) struct Usual {
    pub peers: u32,
    /// Decayed complaints of one outlet.
    pub reported: f64,
    pub failed: f64,
    pub passed: f64,
    pub outlets: u64,
    /// How long the matter has been counted.
    pub span_ms: i64,
}

/// What was counted of one firm and what is usual for it, as the comparison with its peers sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct RateCount {
    pub matter: String,
    pub industry: String,
    pub count: f64,
    pub expected: f64,
}

impl Place {
    /// None for a firm whose industry is not known, that is closed, or that is another by now.
    pub(super) fn of(row: &EnterpriseRow, model: &Model) -> Option<Place> {
        let industry = row.industry.clone().filter(|_| row.merged_into.is_none())?;
        if row.status.as_deref().is_some_and(Directory::is_closed) {
            return None;
        }
        let class = model.region_class(row.region.as_deref()).map(str::to_string);
        let stratum = |size: &Option<String>, class| Stratum { industry: industry.clone(), size: size.clone(), class };
        let strata = [stratum(&row.size, class), stratum(&row.size, None), stratum(&None, None)];
        Some(Place { strata, outlets: u64::from(row.outlets.unwrap_or(1).max(1)) })
    }

    /// Narrow ones that are the same as a wider one count once.
    fn each(&self) -> impl Iterator<Item = &Stratum> {
        let [narrow, middle, wide] = &self.strata;
        [(narrow, narrow != middle), (middle, middle != wide), (wide, true)].into_iter().filter_map(|(s, own)| own.then_some(s))
    }

    pub(super) fn industry(&self) -> &str {
        &self.strata[2].industry
    }
}

impl Tally {
    /// What one piece of evidence counts, if it counts for a comparison.
    pub(super) fn of(kind: RecordKind, codes: &[String], at_ms: i64, value: f64) -> Option<Tally> {
        let one = Decayed { value, at_ms };
        let has = |code: &str| codes.iter().any(|c| c == code);
        match kind {
            RecordKind::Ticket | RecordKind::Report => Some(Tally { reported: one, ..Tally::default() }),
            _ if has(FAILED) => Some(Tally { failed: one, ..Tally::default() }),
            _ if has(PASSED) => Some(Tally { passed: one, ..Tally::default() }),
            _ => None,
        }
    }

    pub(super) fn as_of(mut self, now_ms: i64, matter: &Matter) -> Tally {
        self.add(&Tally { reported: at(now_ms), failed: at(now_ms), passed: at(now_ms) }, 1.0, matter);
        self
    }

    fn add(&mut self, more: &Tally, sign: f64, matter: &Matter) {
        let signed = |d: Decayed| Decayed { value: sign * d.value, ..d };
        if let Some(rate) = rule_of_rate(matter) {
            self.reported.add(signed(more.reported), rate.half_life_days);
        }
        if let Some(pooled) = matter.enterprise.as_ref().and_then(|e| e.inspections.as_ref()) {
            self.failed.add(signed(more.failed), pooled.half_life_days);
            self.passed.add(signed(more.passed), pooled.half_life_days);
        }
    }
}

fn at(now_ms: i64) -> Decayed {
    Decayed { value: 0.0, at_ms: now_ms }
}

impl Peers {
    fn enter(&mut self, place: &Place) {
        for stratum in place.each() {
            if self.sizes.len() < MAX_STRATA || self.sizes.contains_key(stratum) {
                let size = self.sizes.entry(stratum.clone()).or_default();
                size.firms += 1;
                size.outlets += place.outlets;
            }
        }
    }

    fn leave(&mut self, place: &Place) {
        for stratum in place.each() {
            let Some(size) = self.sizes.get_mut(stratum) else { continue };
            size.firms = size.firms.saturating_sub(1);
            size.outlets = size.outlets.saturating_sub(place.outlets);
            if size.firms == 0 {
                self.sizes.remove(stratum);
            }
        }
    }

    /// Adds what was counted of one firm to its strata, or takes it away (`sign` -1).
    fn add(&mut self, matter: &Matter, place: &Place, counted: &Tally, sign: f64) {
        for stratum in place.each() {
            let key = (matter.id.clone(), stratum.clone());
            if self.sums.len() < MAX_STRATA || self.sums.contains_key(&key) {
                self.sums.entry(key).or_default().add(counted, sign, matter);
            }
        }
    }

    pub fn len(&self) -> usize {
        self.sizes.len() + self.sums.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Engine {
    pub(super) fn place_of(&self, id: &str) -> Option<Place> {
        Place::of(self.state.directory.get(id)?, &self.model)
    }

    /// Changes the directory's row of an enterprise: it takes what was counted of it along into its new
    /// strata.
    pub(super) fn change_row(&mut self, id: &str, change: impl FnOnce(&mut Directory)) {
        let before = self.place_of(id);
        change(&mut self.state.directory);
        let after = self.place_of(id);
        if before == after {
            return;
        }
        before.iter().for_each(|place| self.state.peers.leave(place));
        after.iter().for_each(|place| self.state.peers.enter(place));
        let model = Arc::clone(&self.model);
        for matter in model.matters.values() {
            let Some(state) = self.state.evidence.get(&enterprise_key(matter, id)) else { continue };
            let counted = state.tally;
            before.iter().for_each(|place| self.state.peers.add(matter, place, &counted, -1.0));
            after.iter().for_each(|place| self.state.peers.add(matter, place, &counted, 1.0));
        }
    }

    /// Counts something of an enterprise, for itself and for its strata.
    pub(super) fn count_for(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey, counted: &Tally, sign: f64) {
        if sign > 0.0 && counted.reported.value > 0.0 {
            self.state.peers.began_ms.entry(matter.id.clone()).or_insert(now_ms);
        }
        if let Some(place) = self.place_of(&key.id) {
            self.state.peers.add(matter, &place, counted, sign);
        }
        if let Some(state) = self.state.evidence.get_mut(key) {
            state.tally.add(counted, sign, matter);
            for part in [&mut state.tally.reported, &mut state.tally.failed, &mut state.tally.passed] {
                part.value = part.value.max(0.0);
            }
        }
    }

    /// Takes an enterprise's evidence out of the state, and what it counted out of its strata.
    pub(super) fn drop_evidence(&mut self, matter: &Matter, key: &SubjectKey) -> Option<EvidenceState> {
        let state = self.state.evidence.remove(key)?;
        if let Some(place) = self.place_of(&key.id) {
            self.state.peers.add(matter, &place, &state.tally, -1.0);
        }
        Some(state)
    }

    /// All strata anew, by the rules there are now.
    pub(super) fn rebuild_peers(&mut self) {
        let began_ms = std::mem::take(&mut self.state.peers.began_ms);
        let model = Arc::clone(&self.model);
        let mut peers = Peers { began_ms, ..Peers::default() };
        peers.began_ms.retain(|matter, _| model.matters.contains_key(matter));
        let places = self.state.directory.rows().filter_map(|row| Place::of(row, &model));
        places.for_each(|place| peers.enter(&place));
        for (key, state) in &self.state.evidence {
            if let (Some(matter), Some(place)) = (model.matters.get(&key.matter), self.place_of(&key.id)) {
                peers.add(matter, &place, &state.tally, 1.0);
            }
        }
        self.state.peers = peers;
    }

    /// Every firm that has peers beside them, by the matters that compare: what the priors of their rates are
    /// fitted to.
    pub fn rate_counts(&self) -> Vec<RateCount> {
        let now_ms = self.state.stamp_ms;
        let mut out = Vec::new();
        for matter in self.model.matters.values() {
            let Some(rules) = rule_of_rate(matter) else { continue };
            for row in self.state.directory.rows() {
                let Some(place) = Place::of(row, &self.model) else { continue };
                let tally = self.state.evidence.get(&enterprise_key(matter, &row.id)).map(|e| e.tally).unwrap_or_default();
                let usual = self.usual(now_ms, matter, &tally, &place, rules.peers_at_least);
                let Some(usual) = usual.filter(|usual| usual.is_known() && usual.reported > 0.0) else { continue };
                let scale = usual.scale(rules.half_life_days);
                let count = scale * tally.as_of(now_ms, matter).reported.value;
                let expected = scale * usual.reported * usual.outlets as f64;
                out.push(RateCount { matter: matter.id.clone(), industry: place.industry().to_string(), count, expected });
            }
        }
        out
    }

    /// What is usual among the peers of a firm: of the narrowest stratum with enough of them.
    pub(super) fn usual(&self, now_ms: i64, matter: &Matter, own: &Tally, place: &Place, at_least: u32) -> Option<Usual> {
        let peers = &self.state.peers;
        let span_ms = now_ms - peers.began_ms.get(&matter.id).copied().unwrap_or(now_ms);
        let enough = |s: &&Stratum| peers.sizes.get(*s).is_some_and(|size| size.firms > at_least);
        let stratum = place.strata.iter().find(enough)?;
        let size = peers.sizes.get(stratum)?;
        let all = peers.sums.get(&(matter.id.clone(), stratum.clone())).copied().unwrap_or_default().as_of(now_ms, matter);
        let own = own.as_of(now_ms, matter);
        let others = |all: Decayed, own: Decayed| (all.value - own.value).max(0.0);
        let outlets = size.outlets.saturating_sub(place.outlets).max(1);
        Some(Usual {
            peers: size.firms - 1,
            reported: others(all.reported, own.reported) / outlets as f64,
            failed: others(all.failed, own.failed),
            passed: others(all.passed, own.passed),
            outlets: place.outlets,
            span_ms,
        })
    }
}

impl Usual {
    /// Whether the matter has been counted long enough.
    pub(super) fn is_known(&self) -> bool {
        self.span_ms >= LEAST_SPAN_MS
    }

    /// A decayed count is no Poisson one: scaled by its mean over its variance it is nearly.
    pub(super) fn scale(&self, half_life_days: f64) -> f64 {
        2.0 / (1.0 + stats::decay(self.span_ms, half_life_days))
    }

    /// Complaints a day of one firm of its size.
    pub(super) fn per_day(&self, half_life_days: f64) -> f64 {
        let left = 1.0 - stats::decay(self.span_ms, half_life_days);
        self.reported * self.outlets as f64 * std::f64::consts::LN_2 / (half_life_days * left)
    }
}
