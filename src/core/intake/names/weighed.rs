//! The last word on who is accused: the rules' conclusion, weighed against the signs around each name.

use super::suspects::{Suspect, key, suspects};
use super::weights::{Beside, Odds, all_told, by_signs};
use super::words::{Words, any_in, words};
use super::{Answer, MAX_CANDIDATES, MAX_SECONDARY, Mention, Part};
use crate::domain::Fixed3;
use crate::journal::{Named, TextField};
use std::cmp::Reverse;

/// Whom a text accuses at least so likely is named: 0.6.
const NAMED_FROM: Odds = 405;
/// Another beside the first: 0.7.
const SECOND_FROM: Odds = 847;
/// Less likely than this, nobody needs to look: 0.2.
const CANDIDATE_FROM: Odds = -1_386;

/// Whether the rules name a firm, and whether first.
pub fn by_rules(answer: &Answer, suspect: &Suspect) -> (bool, bool) {
    let is = |named: &Named| key(suspect.first()) == std::slice::from_ref(&named.attribution.id);
    let first = answer.subject.as_ref().is_some_and(is);
    (first || answer.secondary.iter().any(is), first)
}

/// Several together, as people say it.
#[rustfmt::skip]
const TOGETHER: &Words = words![
    "两家", "两头", "两边", "两个公司", "两个厂", "两个店", "俩都", "俩家", "双方", "都该", "都有份", "都有责任", "都要", "都得", "都跑不", "都脱不", "一块处理",
    "一块查", "一块罚", "一块投诉", "一块反映", "一起查", "一起处理", "一起投诉", "一起反映", "一起罚", "一并", "合伙", "串通", "勾结", "联手", "合起伙",
    "一个鼻孔", "谁也别", "谁都别", "谁也不", "互相推", "相互推", "推来推去", "踢皮球", "扯皮", "你推我", "分别", "各自", "另外还", "还有一家", "还要投诉",
    "同时投诉", "同时反映", "同时举报", "也投诉", "连同", "第二件", "第二个", "两件事", "两样", "三家", "几家", "一伙的", "一唱一和", "挨个", "都查", "都管管",
    "都不", "都没",
];

pub fn speaks_of_several(parts: &[Part]) -> bool {
    let mut told = parts.iter().filter(|p| matches!(p.field, TextField::Title | TextField::Content));
    told.any(|part| any_in(&part.text.text, TOGETHER))
}

/// How likely each of those that title or text speak of is accused.
fn odds(answer: &Answer, parts: &[Part], mentions: &[Mention], told: &[&Suspect]) -> Vec<Odds> {
    let of = told.len();
    let signs = |(at, suspect): (usize, &&Suspect)| by_signs(|each| suspect.signs(parts, mentions, (at, of), each));
    let alone: Vec<Odds> = told.iter().enumerate().map(signs).collect();
    let ruled: Vec<(bool, bool)> = told.iter().map(|suspect| by_rules(answer, suspect)).collect();
    let together = of > 1 && speaks_of_several(parts);
    let all = |at: usize| {
        let others = || (0..of).filter(move |other| *other != at);
        let (by_rules, first) = ruled[at];
        let beside = Beside {
            rival: others().map(|other| alone[other]).max(),
            many: of > 2,
            together,
            by_rules,
            first,
            another: others().any(|other| ruled[other].0),
        };
        all_told(alone[at], beside)
    };
    (0..of).map(all).collect()
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
