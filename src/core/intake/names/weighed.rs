//! The last word on who is accused: the rules' conclusion, weighed against the signs around each name.

use super::suspects::{Suspect, suspects};
use super::weights::{Alone, Odds, all_told, by_signs, of_both};
use super::{Answer, MAX_CANDIDATES, MAX_SECONDARY, Mention, Part};
use crate::domain::Fixed3;
use crate::journal::Named;
use std::cmp::Reverse;

/// Whom a text accuses at least so likely is named: 0.7.
const NAMED_FROM: Odds = 847;
/// Another beside one so likely: 0.5.
const SECOND_FROM: Odds = 0;
/// Less likely than this, nobody needs to look: 0.2.
const CANDIDATE_FROM: Odds = -1_386;

/// Whether the rules name a firm, and whether first.
pub fn by_rules(answer: &Answer, suspect: &Suspect) -> (bool, bool) {
    let is = |named: &Named| suspect.first().whom() == std::slice::from_ref(&named.attribution.id);
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

/// A field alone speaks of it: there is nothing to weigh. A name that several share leaves room for what the text says.
fn of_a_field(answer: &Answer, suspect: &Suspect) -> Odds {
    match by_rules(answer, suspect).0 {
        true => Odds::MAX,
        false if answer.ambiguous && answer.candidates == suspect.first().whom() => NAMED_FROM,
        false => Odds::MIN,
    }
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
    let is_accused = |(odds, suspect): &&(Odds, &Suspect)| is_clear(suspect) && *odds >= SECOND_FROM;
    let mut accused: Vec<_> = likely.iter().filter(is_accused).filter(|_| surest.is_some() && open.is_none()).collect();
    // The first named of those that are sure by themselves.
    let first = accused.iter().position(|(odds, _)| *odds >= NAMED_FROM).map(|at| accused.remove(at));
    let by_rules = answer.subject.take().into_iter().chain(std::mem::take(&mut answer.secondary));
    let by_rules: Vec<String> = by_rules.map(|named| named.attribution.id).collect();
    let rules = std::mem::take(&mut answer.candidates);
    answer.subject = first.and_then(|(odds, suspect)| named(suspect, *odds));
    answer.ambiguous = open.is_some_and(|(_, suspect)| suspect.first().whom().len() > 1);
    if let Some(subject) = &answer.subject {
        answer.cleared.retain(|id| *id != subject.attribution.id);
        answer.secondary = accused.into_iter().filter_map(|(odds, s)| named(s, *odds)).take(MAX_SECONDARY).collect();
    } else {
        likely.sort_by_key(|(odds, _)| Reverse(*odds));
        let may_be = likely.iter().filter(|(odds, _)| *odds >= CANDIDATE_FROM);
        for id in may_be.flat_map(|(_, suspect)| suspect.first().whom()).chain(&rules).chain(&by_rules) {
            if !answer.candidates.contains(id) && answer.candidates.len() < MAX_CANDIDATES {
                answer.candidates.push(id.clone());
            }
        }
    }
    let is_plain = |id: &String| likely.iter().any(|(odds, s)| *odds >= SECOND_FROM && s.first().whom().contains(id));
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
