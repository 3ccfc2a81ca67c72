//! The last word on who is accused: the rules' conclusion, weighed against the signs around each name.

use super::suspects::{Suspect, key, suspects};
use super::weights::{Alone, Odds, all_told, by_signs, of_both};
use super::{Answer, MAX_CANDIDATES, MAX_SECONDARY, Mention, Part};
use crate::domain::Fixed3;
use crate::journal::Named;
use std::cmp::Reverse;

/// Whom a text accuses at least so likely is named: 0.6.
const NAMED_FROM: Odds = 405;
/// Another beside the surest: 0.5.
const SECOND_FROM: Odds = 0;
/// Less likely than this, nobody needs to look: 0.2.
const CANDIDATE_FROM: Odds = -1_386;

/// Whether the rules name a firm, and whether first.
pub fn by_rules(answer: &Answer, suspect: &Suspect) -> (bool, bool) {
    let is = |named: &Named| key(suspect.first()) == std::slice::from_ref(&named.attribution.id);
    let first = answer.subject.as_ref().is_some_and(is);
    (first || answer.secondary.iter().any(is), first)
}

/// How likely each of those that title or text speak of is accused.
fn odds(answer: &Answer, parts: &[Part], mentions: &[Mention], told: &[&Suspect]) -> Vec<Odds> {
    let alone = |(at, suspect): (usize, &&Suspect)| {
        let (by_rules, first) = by_rules(answer, suspect);
        let by_signs = by_signs(|each| suspect.signs(parts, mentions, (at, told.len()), each));
        Alone { by_signs, by_rules, first }
    };
    let alone: Vec<Alone> = told.iter().enumerate().map(alone).collect();
    all_told(&alone, |one, other| of_both(|each| told[one].signs_with(told[other], parts, mentions, each)))
}

/// A field alone speaks of it: there is nothing to weigh.
fn of_a_field(answer: &Answer, suspect: &Suspect) -> Odds {
    let shared = answer.ambiguous && answer.candidates == key(suspect.first());
    if by_rules(answer, suspect).0 || shared { Odds::MAX } else { Odds::MIN }
}

pub fn weighed(mut answer: Answer, parts: &[Part]) -> Answer {
    let mentions = std::mem::take(&mut answer.mentions);
    let suspects = suspects(&mentions);
    let (told, fields): (Vec<&Suspect>, Vec<&Suspect>) = suspects.iter().partition(|suspect| suspect.told_of());
    // A field stands before the text.
    let mut likely: Vec<(Odds, &Suspect)> = fields.into_iter().map(|suspect| (of_a_field(&answer, suspect), suspect)).collect();
    likely.extend(odds(&answer, parts, &mentions, &told).into_iter().zip(told));
    let surest = likely.iter().map(|(odds, _)| *odds).max().filter(|odds| *odds >= NAMED_FROM);
    let is_clear = |suspect: &Suspect| suspect.first().named.is_some();
    let open = likely.iter().find(|(odds, suspect)| Some(*odds) == surest && !is_clear(suspect));
    // Whoever is named first is first, of all that are accused.
    let mut accused = likely
        .iter()
        .filter(|(odds, suspect)| is_clear(suspect) && (Some(*odds) == surest || surest.is_some() && *odds >= SECOND_FROM));
    let first = accused.next().filter(|_| open.is_none());
    let others = accused.filter_map(|(odds, suspect)| named(suspect, *odds));
    answer.secondary = others.take(MAX_SECONDARY).collect();
    answer.subject = first.and_then(|(odds, suspect)| named(suspect, *odds));
    answer.ambiguous = open.is_some_and(|(_, suspect)| key(suspect.first()).len() > 1);
    let rules = std::mem::take(&mut answer.candidates);
    if let Some(subject) = &answer.subject {
        answer.cleared.retain(|id| *id != subject.attribution.id);
    } else {
        answer.secondary.clear();
        likely.sort_by_key(|(odds, _)| Reverse(*odds));
        let may_be = likely.iter().filter(|(odds, _)| *odds >= CANDIDATE_FROM);
        for id in may_be.flat_map(|(_, suspect)| key(suspect.first())).chain(&rules) {
            if !answer.candidates.contains(id) && answer.candidates.len() < MAX_CANDIDATES {
                answer.candidates.push(id.clone());
            }
        }
    }
    let is_plain = |id: &String| likely.iter().any(|(odds, s)| *odds >= SECOND_FROM && key(s.first()).contains(id));
    answer.plainly.retain(is_plain);
    answer.mentions = mentions;
    answer
}

/// Where it is named first, as sure as the name and the text are.
fn named(suspect: &Suspect, odds: Odds) -> Option<Named> {
    let of = |mention: &&Mention| mention.named.is_some();
    let mention = suspect.mentions.iter().find(|m| of(m) && m.role == super::Role::Accused).or(suspect.mentions.first())?;
    let mut attribution = mention.named.clone()?;
    let likely = 1.0 / (1.0 + libm::exp(-(odds as f64) / 1000.0));
    // In hundredths: no more is known.
    attribution.confidence = Fixed3((attribution.confidence.0 as f64 * likely / 10.0) as i64 * 10);
    Some(Named { attribution, span: Some(mention.span) })
}
