//! What a ticket or a report counts. A record counts once for each subject and matter, whoever sends it
//! again; a later copy adds what it says anew, moves what it says of another, takes back what was
//! withdrawn or found 不属实. What one caller, or one text, says of a subject again weighs nothing.

use super::again::Worth;
use super::enterprise::NewPiece;
use super::memory::{ClusterRules, Counted, Given, MAX_GIVEN_KEYS, Ticket, caller_hash, record_key};
use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::outputs::{ClueEnd, ClueStatus};
use crate::domain::{DAY_MS, RecordKind, TicketStatus};
use crate::journal::{Attribution, Evidence, MatterHit, TextFact};
use crate::pipeline::Matter;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Others accused beside the first of whom one record counts; the rest stand in the journal only.
pub const MAX_SECONDARY: usize = 8;
/// Reopened within so many days of its closing, a ticket was closed falsely.
pub const FALSE_CLOSURE_DAYS: i64 = 7;

/// One copy of a record, and how it counts.
struct Said<'a> {
    text: &'a TextFact,
    /// A copy was there before.
    seen: bool,
    /// It counts as a fresh piece, beside what its record gave before; else for what was not given yet.
    again: bool,
}

impl Engine {
    /// `terms`: what a ticket of no matter speaks of.
    pub(super) fn text(&mut self, moment: &Moment, text: &TextFact, terms: &[u64], effects: &mut Vec<Effect>) {
        let evidence = &text.evidence;
        let own = moment.root;
        let root = self.root_of(moment, text, effects);
        let moment = &Moment { root, ..*moment };
        let seen = self.state.seen.note(root);
        self.state.counters.updates += u64::from(seen);
        let accused = self.accused(moment, text, effects);
        // Of one that is forgotten it is not known what it gave: only what it names is taken back.
        let given = if seen { self.state.memory.given(root).cloned() } else { Some(Given::default()) };
        if evidence.takes_back() {
            self.take_all_back(moment, evidence, &accused, given, effects);
        } else if let Some(mut given) = given {
            let again = self.closings(moment, text, &mut given, effects);
            if root == own {
                self.move_from(moment, evidence, &accused, &mut given, effects);
            }
            if !given.over {
                self.give(moment, &Said { text, seen, again }, &accused, &mut given, effects);
            }
            self.state.memory.set_given(root, given);
        }
        if let Some(earlier) = text.relates_to.as_deref().filter(|_| evidence.takes_back()) {
            let id = self.clue_id(evidence.kind, earlier);
            self.end_clue(moment.now_ms, &id, ClueStatus::Withdrawn, ClueEnd::TakenBack, effects);
        }
        self.clue(moment, evidence, text.channel, seen, effects);
        if evidence.counts_as_risk && evidence.matters.is_empty() && !seen {
            self.unclassified(moment, text, terms, effects);
        } else if !evidence.matters.is_empty() && (seen || text.relates_to.is_some()) {
            // It, or the one it adds to, may stand among those of no matter.
            self.state.memory.forget_unclassified(root);
        }
    }

    /// The record this one is a copy of or adds to. One that counted by itself, and is now said to add
    /// to another, gives back what it gave.
    fn root_of(&mut self, moment: &Moment, text: &TextFact, effects: &mut Vec<Effect>) -> u64 {
        let own = moment.root;
        if let Some(earlier) = &text.relates_to {
            self.state.memory.follow(own, record_key(text.evidence.kind, earlier));
        }
        let root = self.state.memory.root(own);
        if root != own
            && let Some(given) = self.state.memory.forget_given(own)
        {
            self.take_all_back(moment, &text.evidence, &[], Some(given), effects);
            self.state.memory.forget_given(own);
        }
        root
    }

    /// Whom the text accuses, mergers followed: the first in the first place.
    fn accused(&mut self, moment: &Moment, text: &TextFact, effects: &mut Vec<Effect>) -> Vec<Attribution> {
        let others = text.secondary.iter().take(MAX_SECONDARY).map(|named| &named.attribution);
        let mut accused: Vec<Attribution> = Vec::new();
        for attribution in text.evidence.subject.iter().chain(others) {
            let attribution = Attribution { id: self.stands_for(&attribution.id), ..attribution.clone() };
            if accused.iter().all(|a| a.id != attribution.id)
                && self.admit(moment, &attribution.id, text.evidence.region.as_deref(), effects)
            {
                self.touch(moment.now_ms, &attribution.id);
                accused.push(attribution);
            }
        }
        accused
    }

    /// Closing and reopening, in whichever order their copies came. A ticket reopened within
    /// [`FALSE_CLOSURE_DAYS`] counts again: true; one taken back and reopened counts as if it were new.
    fn closings(&mut self, moment: &Moment, text: &TextFact, given: &mut Given, effects: &mut Vec<Effect>) -> bool {
        let at_ms = text.status_at_ms.unwrap_or(moment.now_ms);
        match text.evidence.status {
            Some(TicketStatus::Closed | TicketStatus::Resolved) => given.closed_ms = given.closed_ms.max(Some(at_ms)),
            Some(TicketStatus::Reopened) => {
                given.over = false;
                given.reopened_ms = given.reopened_ms.max(Some(at_ms));
            }
            _ => return false,
        }
        let (Some(closed_ms), Some(reopened_ms)) = (given.closed_ms, given.reopened_ms) else { return false };
        if !(closed_ms..=closed_ms + FALSE_CLOSURE_DAYS * DAY_MS).contains(&reopened_ms) {
            return false;
        }
        (given.closed_ms, given.reopened_ms) = (None, None);
        self.state.counters.false_closures += 1;
        let zone = self.model.zone;
        let detail = format!(
            "closed {}, reopened {}; handled by {}",
            zone.format(closed_ms),
            zone.format(reopened_ms),
            if text.departments.is_empty() { "nobody named".to_string() } else { text.departments.join(" ") }
        );
        self.audit(moment.now_ms, "false_closure", moment.cause, None, None, &detail, effects);
        true
    }

    /// Takes from enterprises what a later copy says of another: what they got stands with that one.
    fn move_from(
        &mut self,
        moment: &Moment,
        evidence: &Evidence,
        accused: &[Attribution],
        given: &mut Given,
        effects: &mut Vec<Effect>,
    ) {
        let Some(first) = accused.first() else { return };
        let enterprise = |key: &SubjectKey| key.scope == SubjectScope::Enterprise;
        if given.keys.iter().any(|key| enterprise(key) && self.stands_for(&key.id) == first.id) {
            return;
        }
        let model = Arc::clone(&self.model);
        for key in std::mem::take(&mut given.keys) {
            let Some(matter) = model.matters.get(&key.matter) else { continue };
            let key = SubjectKey { id: self.stands_for(&key.id), ..key };
            if !enterprise(&key) {
                self.take_back_from_trade(moment.now_ms, matter, moment.root);
                continue;
            }
            if accused.iter().any(|a| a.id == key.id) {
                given.keys.push(key);
                continue;
            }
            let pieces = self.take_back(moment.now_ms, matter, &key, moment.root);
            self.state.memory.forget_sketch(&key, moment.root);
            self.promote(moment, matter, &key, effects);
            self.assess_enterprise(moment, matter, &key, effects);
            // Where the copy says nothing of the matter, the pieces go over as they were.
            if evidence.matters.iter().any(|hit| hit.matter == matter.id) {
                continue;
            }
            let to = enterprise_key(matter, &first.id);
            for piece in pieces {
                let hit = MatterHit { matter: matter.id.clone(), counted: false, evidence: piece.rules, triggers: Vec::new() };
                let then = Moment { event_ms: piece.at_ms, half: piece.half, ..*moment };
                self.add_evidence(&then, matter, &to, first, &NewPiece::of(evidence.kind, &hit));
            }
            self.assess_enterprise(moment, matter, &to, effects);
            given.keys.push(to);
        }
    }

    /// Counts the copy for whom and what its record has not counted yet.
    fn give(&mut self, moment: &Moment, said: &Said, accused: &[Attribution], given: &mut Given, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let evidence = &said.text.evidence;
        // What was reopened happened again when it was.
        let event_ms = match said.again {
            true => said.text.status_at_ms.unwrap_or(moment.now_ms).min(moment.now_ms).max(moment.event_ms),
            false => moment.event_ms,
        };
        let moment = &Moment { event_ms, ..*moment };
        for hit in &evidence.matters {
            let Some(matter) = model.matters.get(&hit.matter) else { continue };
            // The industry counts a record by the first it accuses.
            let mut damped = false;
            for (at, attribution) in accused.iter().enumerate() {
                let damped_here = self.give_one(moment, said, matter, hit, (at == 0, attribution), given, effects);
                damped |= at == 0 && damped_here;
            }
            if accused.is_empty() {
                damped = self.give_industry(moment, said.text, matter, hit, given, effects);
            }
            if hit.counted && !damped && given.counted.iter().all(|c| c.matter != matter.id) {
                given.counted.push(Counted {
                    matter: matter.id.clone(),
                    region: evidence.region.clone(),
                    at_ms: moment.event_ms,
                });
                self.count(moment, matter, evidence, effects);
            }
        }
    }

    /// Counts it for one enterprise under one matter; true if it says again what was said of it before.
    #[allow(clippy::too_many_arguments, reason = "the record, the matter, the enterprise, and what is known of all three")]
    fn give_one(
        &mut self,
        moment: &Moment,
        said: &Said,
        matter: &Matter,
        hit: &MatterHit,
        (first, attribution): (bool, &Attribution),
        given: &mut Given,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let key = enterprise_key(matter, &attribution.id);
        let had = given.keys.iter().any(|k| *k == key || (k.matter == key.matter && self.stands_for(&k.id) == key.id));
        if had && !said.again {
            return false;
        }
        let evidence = &said.text.evidence;
        let voice = self.voice(moment, said.text, &key);
        let worth = if !had && weighs(hit) { self.hear(&key, &voice, given) } else { Worth::Whole };
        let damped = worth == Worth::Nothing;
        let added = if damped {
            self.state.counters.damped += 1;
            self.let_wait(moment, &key, voice, evidence, attribution, hit, first);
            self.add_trigger_only(moment, matter, &key, hit)
        } else {
            let moment = Moment { half: worth == Worth::Half, ..*moment };
            self.add_evidence(&moment, matter, &key, attribution, &NewPiece::of(evidence.kind, hit))
        };
        if added && !had && given.keys.len() < MAX_GIVEN_KEYS {
            given.keys.push(key.clone());
        }
        if added || !said.seen {
            self.assess_enterprise(moment, matter, &key, effects);
        }
        damped
    }

    /// Nobody in particular is accused: a trigger concerns the trade in its region. True if the caller
    /// spoke of the same trade there before that day.
    fn give_industry(
        &mut self,
        moment: &Moment,
        text: &TextFact,
        matter: &Matter,
        hit: &MatterHit,
        given: &mut Given,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let key = self.industry_key(matter, &text.evidence);
        // An enterprise got it already, or this trade did.
        if given.keys.iter().any(|k| k.matter == key.matter) || given.counted.iter().any(|c| c.matter == key.matter) {
            return false;
        }
        let voice = self.voice(moment, text, &key);
        let damped = weighs(hit) && self.hear(&key, &voice, given) == Worth::Nothing;
        self.state.counters.damped += u64::from(damped);
        if self.trigger_industry(moment, matter, &key, hit, damped, effects) && given.keys.len() < MAX_GIVEN_KEYS {
            given.keys.push(key);
        }
        damped
    }

    /// Withdrawn, or 不属实: takes back what the record gave, and what this copy of it names.
    fn take_all_back(
        &mut self,
        moment: &Moment,
        evidence: &Evidence,
        accused: &[Attribution],
        given: Option<Given>,
        effects: &mut Vec<Effect>,
    ) {
        let model = Arc::clone(&self.model);
        let mut keys = BTreeSet::new();
        let mut trades = Vec::new();
        for hit in &evidence.matters {
            let Some(matter) = model.matters.get(&hit.matter) else { continue };
            keys.extend(accused.iter().map(|a| enterprise_key(matter, &a.id)));
            trades.push((matter, self.take_back_from_trade(moment.now_ms, matter, moment.root)));
        }
        if let Some(given) = &given {
            let resolved = |k: &SubjectKey| SubjectKey { id: self.stands_for(&k.id), ..k.clone() };
            keys.extend(given.keys.iter().map(resolved));
            self.state.memory.take_back(moment.root, given);
            for counted in &given.counted {
                self.uncount(moment.root, counted);
            }
        }
        for key in keys {
            let Some(matter) = model.matters.get(&key.matter) else { continue };
            if key.scope == SubjectScope::Industry {
                trades.push((matter, self.take_back_from_trade(moment.now_ms, matter, moment.root)));
            } else if evidence.takes_back() {
                self.promote(moment, matter, &key, effects);
                self.take_back_untrue(moment, matter, &key, effects);
            } else {
                self.take_back(moment.now_ms, matter, &key, moment.root);
                self.assess_enterprise(moment, matter, &key, effects);
            }
        }
        for (matter, trades) in trades.iter().filter(|_| evidence.takes_back()) {
            self.lift_untrue_trades(moment, matter, trades, effects);
        }
        if let Some(given) = given {
            let over = Given { over: true, closed_ms: given.closed_ms, ..Given::default() };
            self.state.memory.set_given(moment.root, over);
        }
    }

    /// A record that counts as risk and belongs to no matter. Several tickets that say nearly the same, or
    /// speak of one thing, become one clue: perhaps a matter is missing (art. 7).
    fn unclassified(&mut self, moment: &Moment, text: &TextFact, terms: &[u64], effects: &mut Vec<Effect>) {
        self.state.counters.unclassified += 1;
        if text.evidence.kind != RecordKind::Ticket || (text.sketch.is_none() && terms.is_empty()) {
            return;
        }
        let ticket = Ticket {
            root: moment.root,
            id: moment.cause,
            sketch: text.sketch,
            terms,
            caller: text.caller.as_ref().map(caller_hash),
            at_ms: moment.event_ms,
            region: text.evidence.region.as_deref(),
        };
        let rules = self.model.clue_duties;
        let rules = ClusterRules { at_least: rules.unclassified_at_least as usize, within_days: rules.unclassified_within_days };
        let model = Arc::clone(&self.model);
        let names_it = |text: &str, term: &str| text.contains(term);
        let is_place = |term: &str| {
            let regions = || model.regions.values();
            regions().any(|r| names_it(model.text(&r.name), term) || r.aliases.iter().any(|alias| names_it(alias, term)))
        };
        if let Some(cluster) = self.state.memory.note_unclassified(&ticket, rules, is_place) {
            self.pass_on_cluster(moment, cluster, effects);
        }
    }
}

/// Whether the record does anything under the matter beside belonging to it.
fn weighs(hit: &MatterHit) -> bool {
    hit.counted || !hit.evidence.is_empty() || !hit.triggers.is_empty()
}

pub(super) fn enterprise_key(matter: &Matter, id: &str) -> SubjectKey {
    SubjectKey { matter: matter.id.clone(), scope: SubjectScope::Enterprise, id: id.to_string() }
}
