//! Enterprise risk: evidence with half-lives, adding up as log-odds.

use super::effects::{Address, topics};
use super::figures::Compared;
use super::lasting::Lasting;
use super::peers::Tally;
use super::privacy::View;
use super::state::*;
use super::triggers::Triggers;
use super::weigh::enterprise_key;
use super::{Effect, Engine, Moment, rate, stats};
use crate::domain::outputs::Profile;
use crate::domain::{Control, DAY_MS, EnterpriseRow, Level, RecordKind};
use crate::intake::MAX_ENTERPRISES;
use crate::journal::{Attribution, Evidence, Figure, Holds, MatterHit};
use crate::pipeline::{EvidenceRule, FigureTest, Matter, Period, RateRules};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A profile is published anew where its score has faded by so much.
const FADED: u32 = 2;

/// A sector record, and what it says beside its evidence.
pub(super) struct Stated<'a> {
    pub evidence: &'a Evidence,
    pub figure: Option<&'a Figure>,
    pub holds: Option<&'a Holds>,
}

impl<'a> Stated<'a> {
    pub fn of(evidence: &'a Evidence) -> Stated<'a> {
        Stated { evidence, figure: None, holds: None }
    }

    fn takes_back(&self) -> bool {
        self.evidence.takes_back() || self.holds.is_some_and(|holds| holds.revoked)
    }

    /// Until when a penalty is published. A permit's end is no end of what is said of it.
    fn until_ms(&self) -> Option<i64> {
        self.holds.filter(|holds| holds.permit.is_none()).and_then(|holds| holds.until_ms)
    }
}

/// What one record says of one enterprise under one matter.
pub(super) struct NewPiece<'a> {
    pub kind: RecordKind,
    pub hit: &'a MatterHit,
    pub figure: Option<&'a (String, Compared)>,
    pub until_ms: Option<i64>,
}

impl<'a> NewPiece<'a> {
    pub fn of(kind: RecordKind, hit: &'a MatterHit) -> NewPiece<'a> {
        NewPiece { kind, hit, figure: None, until_ms: None }
    }
}

impl Engine {
    /// What sector records say of an enterprise; tickets and reports are weighed by `weigh.rs`.
    pub(super) fn evidence(&mut self, moment: &Moment, said: &Stated, effects: &mut Vec<Effect>) {
        let evidence = said.evidence;
        let seen = self.state.seen.note(moment.root);
        self.state.counters.updates += u64::from(seen);
        let named = evidence.subject.as_ref().map(|s| Attribution { id: self.stands_for(&s.id), ..s.clone() });
        let subject = named.as_ref().filter(|s| self.admit(moment, &s.id, evidence.region.as_deref(), effects));
        // A credit class counts while it is the newest, however often it is sent.
        let (mut seen, mut outdated) = (seen, false);
        if let Some(subject) = subject {
            self.touch(moment.now_ms, &subject.id);
            if evidence.kind == RecordKind::Inspection {
                let standing = self.state.standings.entry(subject.id.clone()).or_default();
                standing.last_inspected_ms = standing.last_inspected_ms.max(Some(moment.event_ms));
            }
            if evidence.kind == RecordKind::Credit {
                outdated = !self.credit(moment, &subject.id, evidence, effects);
                seen = false;
            }
            if let Some((holds, permit)) = said.holds.and_then(|h| Some((h, h.permit.as_ref()?))) {
                self.permit(moment, &subject.id, permit, holds.until_ms);
            }
        }
        let compared = said.figure.zip(subject).and_then(|(figure, subject)| self.compare(moment, &subject.id, figure));
        let taken_back = said.takes_back();
        let model = Arc::clone(&self.model);
        for hit in &evidence.matters {
            let Some(matter) = model.matters.get(&hit.matter) else { continue };
            if let Some(subject) = subject {
                let key = enterprise_key(matter, &subject.id);
                match (seen, taken_back) {
                    (false, false) if outdated => continue,
                    (false, false) => {
                        let piece = NewPiece { kind: evidence.kind, hit, figure: compared.as_ref(), until_ms: said.until_ms() };
                        self.add_evidence(moment, matter, &key, subject, &piece);
                    }
                    (_, true) => {
                        self.take_back_untrue(moment, matter, &key, effects);
                    }
                    (true, false) => continue,
                }
                if !taken_back {
                    self.assess_enterprise(moment, matter, &key, effects);
                }
            }
            if taken_back {
                let trades = self.take_back_from_trade(moment.now_ms, matter, moment.root);
                self.lift_untrue_trades(moment, matter, &trades, effects);
            }
            if seen || taken_back {
                continue;
            }
            if subject.is_none() {
                let key = self.industry_key(matter, evidence);
                self.trigger_industry(moment, matter, &key, hit, false, effects);
            }
            if hit.counted {
                self.count(moment, matter, evidence, effects);
            }
        }
    }

    /// Makes sure the directory has the enterprise, bare if need be: then it is where the record that
    /// named it says, so that the bureau on the spot hears of it. At the directory's bound an
    /// unknown one is refused: its records count for the industry only, and operators are told.
    pub(super) fn admit(&mut self, moment: &Moment, id: &str, region: Option<&str>, effects: &mut Vec<Effect>) -> bool {
        if self.state.directory.get(id).is_some() {
            return true;
        }
        if self.state.directory.len() >= MAX_ENTERPRISES {
            self.directory_full(moment.now_ms, effects);
            return false;
        }
        self.state.directory.admit(id, region);
        true
    }

    fn directory_full(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        if !self.state.directory_full {
            self.state.directory_full = true;
            let text = format!(
                "the directory is full ({MAX_ENTERPRISES}): new rows are left out, and records of unknown enterprises count for industries only"
            );
            self.tell_operators(now_ms, "directory_full", text, effects);
        }
    }

    pub(super) fn upsert_enterprise(&mut self, moment: &Moment, row: EnterpriseRow, effects: &mut Vec<Effect>) {
        if self.state.directory.get(&row.id).is_some() || self.state.directory.len() < MAX_ENTERPRISES {
            let merged = row.merged_into.is_some().then(|| row.id.clone());
            let natural = row.natural_person.then(|| row.id.clone());
            let id = row.id.clone();
            self.change_row(&id, |directory| directory.upsert(row));
            // What was heard of it before counts too.
            natural.iter().for_each(|id| self.watch(moment.now_ms, id));
            if merged.is_some() {
                self.merge(moment, &id, effects);
            } else {
                self.judge_name(moment, &id, effects);
            }
        } else {
            self.directory_full(moment.now_ms, effects);
        }
    }

    /// Compares a figure with those of its peers and remembers it; `None` if a newer one is known.
    fn compare(&mut self, moment: &Moment, id: &str, figure: &Figure) -> Option<(String, Compared)> {
        let industry = self.state.directory.get(id).and_then(|row| row.industry.clone());
        let compared = self.state.figures.note(id, industry.as_deref(), &figure.measure, figure.value, moment.event_ms)?;
        Some((figure.measure.clone(), compared))
    }

    /// Adds one piece; false where it met no rule and no trigger, or has expired already.
    pub(super) fn add_evidence(
        &mut self,
        moment: &Moment,
        matter: &Matter,
        key: &SubjectKey,
        attribution: &Attribution,
        piece: &NewPiece,
    ) -> bool {
        let hit = piece.hit;
        let mut codes = hit.evidence.clone();
        if let Some((measure, compared)) = piece.figure {
            self.forget_figure(matter, key, measure);
            let holds = |test: &FigureTest| test.measure == *measure && compared.passes(test);
            let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
            codes.extend(rules.filter(|r| r.figure.as_ref().is_some_and(holds)).map(|r| r.code.clone()));
        }
        let until = |code: &String| rule(matter, code).and_then(|rule| rule.until_ms(moment.event_ms, piece.until_ms));
        codes.retain(|code| until(code).is_none_or(|until_ms| moment.now_ms < until_ms));
        if codes.is_empty() && hit.triggers.is_empty() {
            return false;
        }
        self.state.evidence.entry(key.clone()).or_default();
        self.note_for_peers(moment, matter, key, piece.kind, &codes);
        let state = self.state.evidence.entry(key.clone()).or_default();
        let mut ends_ms = BTreeSet::new();
        for rule in codes.iter().filter_map(|code| rule(matter, code)) {
            let one = Decayed { value: moment.weight(), at_ms: moment.event_ms };
            match rule.until_ms(moment.event_ms, piece.until_ms) {
                None => state.counts.entry(rule.code.clone()).or_default().add(one, rule.half_life_days),
                Some(until_ms) => {
                    ends_ms.insert(until_ms);
                    state.note_lasting(
                        &rule.code,
                        Lasting { at_ms: moment.event_ms, until_ms, root: moment.root, weight: moment.weight() },
                    );
                }
            }
        }
        for trigger in matter.triggers.iter().filter(|t| hit.triggers.contains(&t.code)) {
            state.triggers.note(trigger, moment.met());
        }
        // It stands as long as one of its rules does.
        let lasts = codes.iter().all(|code| until(code).is_some()) && hit.triggers.is_empty();
        state.total += 1;
        // What its record gives now, reopened perhaps, nobody has dealt with.
        state.answered.remove(&moment.root);
        state.refs.push_back(EvidencePiece {
            kind: piece.kind,
            id: moment.cause.to_string(),
            at_ms: moment.event_ms,
            rules: codes,
            attribution: Some((attribution.method, attribution.confidence)),
            root: moment.root,
            excerpt: moment.excerpt_for(matter),
            half: moment.half,
            until_ms: ends_ms.last().copied().filter(|_| lasts),
        });
        state.keep_newest();
        ends_ms.into_iter().for_each(|until_ms| self.set_expiry(key, until_ms));
        true
    }

    /// Counts a complaint or an inspection for the comparison with peers.
    fn note_for_peers(&mut self, moment: &Moment, matter: &Matter, key: &SubjectKey, kind: RecordKind, codes: &[String]) {
        let tally = Tally::of(kind, codes, moment.event_ms, moment.weight());
        if rate::is_report(kind) {
            self.note_rise(moment.now_ms, moment.event_ms, matter, key, false);
        }
        if let Some(tally) = tally {
            self.count_for(moment.now_ms, matter, key, &tally, 1.0);
        }
    }

    /// What weighs nothing may still be an emergency: the triggers that wait for one record hold. True
    /// if one does.
    pub(super) fn add_trigger_only(&mut self, moment: &Moment, matter: &Matter, key: &SubjectKey, hit: &MatterHit) -> bool {
        let mut held = false;
        for trigger in matter.triggers.iter().filter(|t| t.at_least <= 1 && hit.triggers.contains(&t.code)) {
            self.state.evidence.entry(key.clone()).or_default().triggers.note(trigger, moment.met());
            held = true;
        }
        held
    }

    /// A newer figure takes the place of the one before, whether or not a rule holds for it; true if one held
    /// for that.
    pub(super) fn forget_figure(&mut self, matter: &Matter, key: &SubjectKey, measure: &str) -> bool {
        let mut forgot = false;
        let Some(state) = self.state.evidence.get_mut(key) else { return false };
        let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
        for rule in rules.filter(|r| r.figure.as_ref().is_some_and(|test| test.measure == measure)) {
            if state.counts.remove(&rule.code).is_some() {
                forgot = true;
                let before = state.refs.len();
                state.refs.retain(|piece| !piece.rules.contains(&rule.code));
                state.total = state.total.saturating_sub((before - state.refs.len()) as u64);
            }
        }
        forgot
    }

    /// Takes a record's weight back, as far as it is still remembered one by one; gives the pieces.
    pub(super) fn take_back(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey, root: u64) -> Vec<EvidencePiece> {
        let Some(state) = self.state.evidence.get_mut(key) else { return Vec::new() };
        if state.triggers.take_back(matter, root)
            && let Some(episode) = self.state.episodes.get_mut(key)
        {
            episode.name_what_is_left(&state.triggers, now_ms);
        }
        let mut lasted = BTreeSet::new();
        for (code, all) in &mut state.lasting {
            let before = all.len();
            all.retain(|one| one.root != root);
            if all.len() < before {
                lasted.insert(code.clone());
            }
        }
        let (pieces, left): (Vec<_>, Vec<_>) = std::mem::take(&mut state.refs).into_iter().partition(|piece| piece.root == root);
        state.refs = left.into();
        state.total = state.total.saturating_sub(pieces.len() as u64);
        for (piece, code) in pieces.iter().flat_map(|piece| piece.rules.iter().map(move |code| (piece, code))) {
            let weight = weight_of(piece);
            if let (Some(rule), Some(count)) = (rule(matter, code), state.counts.get_mut(code))
                && !lasted.contains(code)
            {
                count.value = (count.value - weight * stats::decay(count.at_ms - piece.at_ms, rule.half_life_days)).max(0.0);
            }
        }
        for piece in &pieces {
            if rate::is_report(piece.kind) {
                self.note_rise(now_ms, piece.at_ms, matter, key, true);
            }
            if let Some(tally) = Tally::of(piece.kind, &piece.rules, piece.at_ms, weight_of(piece)) {
                self.count_for(now_ms, matter, key, &tally, -1.0);
            }
        }
        pieces
    }

    /// Forgets all evidence of a subject: it was another one.
    pub(super) fn clear_evidence(&mut self, matter: &Matter, key: &SubjectKey) {
        self.drop_evidence(matter, key);
    }

    /// The lead has dealt with it: what was held holds no level any more, and the records known so far
    /// are no sources of a new warning. They still weigh in the score.
    pub(super) fn answer(&mut self, key: &SubjectKey) {
        if let Some(state) = self.state.evidence.get_mut(key) {
            state.triggers = Triggers::default();
            state.answered = state.refs.iter().map(|piece| piece.root).collect();
        }
        if key.scope == SubjectScope::Industry {
            for period in Period::ALL {
                let series = self.state.series.get_mut(&(key.matter.clone(), period));
                series.and_then(|s| s.regions.get_mut(&key.id)).into_iter().for_each(Series::answer);
            }
        }
        self.state.trade_triggers.remove(key);
    }

    /// Scores the enterprise now, raises its warning if it must be, and publishes its profile.
    pub(super) fn assess_enterprise(&mut self, moment: &Moment, matter: &Matter, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let Some((wanted, trigger)) = self.wanted_enterprise(moment.now_ms, matter, key) else { return };
        if let Some(level) = wanted {
            self.raise(moment, matter, key, level, trigger, None, effects);
        }
        self.publish_profile(moment.now_ms, matter, key, effects);
    }

    /// The level an enterprise's evidence asks for now, and the trigger that holds it, if one does.
    pub(super) fn wanted_enterprise(
        &self,
        now_ms: i64,
        matter: &Matter,
        key: &SubjectKey,
    ) -> Option<(Option<Level>, Option<HeldTrigger>)> {
        let scored = self.scored(now_ms, matter, key)?;
        let cap = self.state.demoted.get(&matter.id).copied().unwrap_or(Level::Red);
        let by_score = scored.level.map(|l| l.min(cap));
        let held = self.state.evidence.get(key).and_then(|e| e.triggers.strongest(now_ms)).cloned();
        let by_trigger = held.as_ref().map(|t| t.level);
        let trigger = if by_trigger >= by_score { held } else { None };
        Some((by_score.max(by_trigger), trigger))
    }

    /// Publishes what is known of the enterprise under the matter, or that nothing is any more.
    pub(super) fn publish_profile(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey, effects: &mut Vec<Effect>) {
        if key.scope != SubjectScope::Enterprise {
            return;
        }
        let record_key = format!("{}/{}/{}", self.model.realm, matter.id, key.id);
        let address = |count: &str| {
            let event_id = crate::domain::short_hash(&[&record_key, &now_ms.to_string(), count]);
            Address { topic: topics::PROFILES.into(), key: record_key.clone(), event_type: "jianwei.profile.v1", event_id }
        };
        let Some(scored) = self.scored(now_ms, matter, key) else {
            self.publish(now_ms, address("removed"), None::<&Profile>, effects);
            return;
        };
        let standing = self.state.standings.get(&key.id);
        let profile = Profile {
            realm: self.model.realm.clone(),
            subject: self.subject_ref(key, View::Masked),
            matter: matter.id.clone(),
            level: self.state.episodes.get(key).map(|e| e.level),
            score: scored.score,
            counterfactual: self.counterfactual(now_ms, matter, key, &scored),
            factors: scored.factors,
            against: scored.against,
            evidence_count: self.state.evidence.get(key).map_or(0, |e| e.total),
            last_inspected: standing.and_then(|s| s.last_inspected_ms).map(|ms| self.model.zone.format(ms)),
            credit_class: self.credit_class(&key.id),
            as_of: self.model.zone.format(now_ms),
            probability: self.chance(matter, key, now_ms),
        };
        self.publish(now_ms, address(&profile.evidence_count.to_string()), Some(&profile), effects);
        if let Some(state) = self.state.evidence.get_mut(key) {
            state.shown = Some(profile.score);
            if state.fades_at_ms.is_none() {
                self.set_fade(now_ms, matter, key);
            }
        }
    }

    fn set_fade(&mut self, now_ms: i64, matter: &Matter, key: &SubjectKey) {
        let at_ms = now_ms + fades_every_ms(matter);
        if let Some(state) = self.state.evidence.get_mut(key) {
            state.fades_at_ms = Some(at_ms);
            self.set_timer(at_ms, format!("fade/{}/{}", key.matter, key.id), Timer::Fade { subject: key.clone() });
        }
    }

    /// Evidence fades though nothing is heard: the profile follows, until nothing of it is left.
    pub(super) fn fade(&mut self, moment: &Moment, key: &SubjectKey, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let Some(matter) = model.matters.get(&key.matter) else { return };
        let Some(scored) = self.scored(moment.now_ms, matter, key) else { return };
        let Some(state) = self.state.evidence.get_mut(key).filter(|s| s.fades_at_ms == Some(moment.now_ms)) else { return };
        let goes_on = !scored.factors.is_empty() || scored.against.len() > 1;
        let shown = state.shown.unwrap_or_default();
        let faded = scored.score.abs_diff(shown) >= FADED || (!goes_on && scored.score != shown);
        state.fades_at_ms = None;
        if goes_on {
            self.set_fade(moment.now_ms, matter, key);
        } else if let Some(state) = self.state.evidence.get_mut(key) {
            // Publishing sets no timer while one is said to stand.
            state.fades_at_ms = Some(moment.now_ms);
        }
        if faded {
            self.publish_profile(moment.now_ms, matter, key, effects);
        }
        if let Some(state) = self.state.evidence.get_mut(key).filter(|_| !goes_on) {
            state.fades_at_ms = None;
        }
    }

    /// By the newest credit record, none if that was a repair; where there was none, as the directory has it.
    fn credit_class(&self, id: &str) -> Option<String> {
        match self.state.standings.get(id).filter(|standing| standing.credit_at_ms.is_some()) {
            Some(standing) => standing.credit_class.clone(),
            None => self.state.directory.get(id).and_then(|row| row.credit_class.clone()),
        }
    }

    /// A standing warning is looked at once a day, silent or not: evidence decays.
    pub(super) fn recheck(&mut self, moment: &Moment, key: &SubjectKey, warning_id: &str, effects: &mut Vec<Effect>) {
        let model = Arc::clone(&self.model);
        let standing = self.state.episodes.get(key).is_some_and(|e| e.warning_id == warning_id);
        let Some(matter) = model.matters.get(&key.matter).filter(|_| standing) else { return };
        let wanted = match key.scope {
            SubjectScope::Enterprise => self.wanted_enterprise(moment.now_ms, matter, key).and_then(|(level, _)| level),
            SubjectScope::Industry => self.wanted_industry(moment.now_ms, matter, key),
        };
        // A trade is not calm while a source it counts is silent.
        let deaf =
            key.scope == SubjectScope::Industry && self.is_deaf(matter, moment.now_ms - crate::domain::DAY_MS, moment.now_ms);
        if !deaf && self.calm_or_not(moment, matter, key, wanted, effects) {
            self.publish_profile(moment.now_ms, matter, key, effects);
        }
        if self.state.episodes.contains_key(key) {
            self.set_recheck(moment.now_ms, key, warning_id);
        }
    }

    pub(super) fn set_recheck(&mut self, now_ms: i64, key: &SubjectKey, warning_id: &str) {
        let due_ms = self.model.calendar.due(self.model.zone, now_ms, 0).due_ms;
        let timer = Timer::Recheck { subject: key.clone(), warning_id: warning_id.to_string() };
        self.set_timer(due_ms, format!("recheck/{warning_id}"), timer);
    }

    pub(super) fn control(&mut self, moment: &Moment, control: &Control, effects: &mut Vec<Effect>) {
        use crate::domain::ControlCommand::{Demote, Restore};
        let (what, matter, detail) = match &control.command {
            Demote { matter, level } => {
                self.state.demoted.insert(matter.clone(), *level);
                ("demote", matter, format!("{}: {}", level.as_str(), control.reason))
            }
            Restore { matter } => {
                self.state.demoted.remove(matter);
                ("restore", matter, control.reason.clone())
            }
        };
        self.audit(moment.now_ms, what, matter, Some(&control.by), None, &detail, effects);
    }
}

/// Nothing of a matter's evidence fades much in so long: a quarter of its shortest half-life, a week at least.
fn fades_every_ms(matter: &Matter) -> i64 {
    let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
    let shortest = rules.map(|rule| rule.half_life_days).fold(f64::INFINITY, f64::min);
    ((shortest / 4.0).clamp(7.0, 365.0).floor() as i64) * DAY_MS
}

pub(super) fn rule<'m>(matter: &'m Matter, code: &str) -> Option<&'m EvidenceRule> {
    matter.enterprise.as_ref()?.evidence.iter().find(|r| r.code == code)
}

fn weight_of(piece: &EvidencePiece) -> f64 {
    if piece.half { 0.5 } else { 1.0 }
}

pub(super) fn rule_of_rate(matter: &Matter) -> Option<&RateRules> {
    matter.enterprise.as_ref()?.rate.as_ref()
}

/// Log-odds in published points: tenths, rounded half up.
pub(super) fn tenths(log_odds: f64) -> i64 {
    (log_odds * 10.0 + 0.5).floor() as i64
}
