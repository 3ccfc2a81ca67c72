//! Tickets of no matter, and whether several of them are about the same: near copies by their sketches; one
//! thing in different words by terms that many of them share all at once, where few before them did. What
//! usual complaints speak of rises and falls too; a term must rise far above its own past.

use super::clue_words;
use super::memory::NEAR_BITS;
use crate::domain::DAY_MS;
use crate::intake::term_text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Tickets of no matter that are compared with each other.
pub const MAX_UNCLASSIFIED: usize = 4_096;
/// Unclassified texts are about the same if their sketches differ in so many bits at most: wider than
/// `NEAR_BITS`, since a person looks at what comes of it, and several must agree. They must share most of their
/// terms too; where one has none, `NEAR_BITS` holds.
pub const CLUSTER_BITS: u32 = 16;
/// Records a cluster's clue names.
pub const MAX_CLUSTER_SOURCES: usize = 20;
/// Terms of forgotten tickets, and these tickets, of which the numbers are known; at either bound all
/// numbers are halved, and terms of which nothing is left go.
pub const MAX_OLD_TERMS: usize = 1 << 17;
pub const MAX_OLD_TICKETS: u32 = 1 << 16;
/// Terms that became a clue and are not asked about again while they go on; the oldest is forgotten.
pub const MAX_TOLD_TERMS: usize = 4_096;

/// Different words say less than near copies: half as many tickets more must agree.
const fn topic_at_least(at_least: usize) -> usize {
    at_least + at_least / 2
}
/// Tickets with a term that are looked at, newest first; and those whose rise is judged.
const MAX_LOOKED_AT: usize = 512;
const MAX_JUDGED: usize = 64;
/// A term nobody knows is taken to stand in half a ticket of so many.
const PRIOR_TICKETS: f64 = 50.0;
const PRIOR_HOLDERS: f64 = 0.5;
/// A rise is one to at least so many times what was expected, that comes about by chance once in e^20.
const LEAST_RISE: f64 = 3.0;
const LEAST_SURPRISE: f64 = 20.0;
/// While the past is shorter than the rise nothing is known of what is usual: less is asked of the rise and
/// more of the topic, and one such clue is told within the days a cluster is looked for.
const LEAST_SURPRISE_LEARNING: f64 = 8.0;
/// A term is typical of a topic that stands in a quarter of its tickets and in three, and so much more often
/// than in others.
const TYPICAL_SHARE: usize = 4;
const LEAST_TYPICAL: usize = 3;
const TYPICAL_RISE: f64 = 4.0;
/// One that is so typical that it tells the topic by itself.
const CORE_RISE: f64 = 20.0;
/// Terms are of one turn of phrase that stand in nearly the same tickets: in so many tenths of those that have
/// either. A turn of phrase alone is no topic: a clerk writes it under everything.
const SAME_TENTHS: usize = 8;
const LEAST_PHRASES: usize = 2;
const LEAST_PHRASES_LEARNING: usize = 4;
/// Tickets are terse that have so few terms each; one turn of phrase that is a quarter of them is what they are about.
const TERSE_TERMS: usize = 9;
const TERSE_SHARE: usize = 4;

/// A ticket of no matter.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// Dense but for tickets taken back.
    number: u64,
    root: u64,
    id: String,
    caller: Option<u64>,
    region: Option<String>,
    terms: Vec<u64>,
    /// Its cluster was passed on.
    passed_on: bool,
}

/// What tells whether two tickets of no matter say nearly the same.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Print {
    sketch: Option<u64>,
    at_ms: i64,
}

/// What a ticket of no matter brings.
pub struct Ticket<'a> {
    pub root: u64,
    pub id: &'a str,
    pub sketch: Option<u64>,
    pub terms: &'a [u64],
    pub caller: Option<u64>,
    pub at_ms: i64,
    pub region: Option<&'a str>,
}

/// What a pipeline asks of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct ClusterRules {
    pub at_least: usize,
    pub within_days: u32,
}

/// Several tickets of no matter that are about the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The newest [`MAX_CLUSTER_SOURCES`] of them, oldest first.
    pub ids: Vec<String>,
    /// How many there are, one caller counted once a day.
    pub size: usize,
    /// What they have in common that others have not, and can be nobody's name; none for near copies.
    pub words: Vec<String>,
    /// The one region all of them are of, if it is one.
    pub region: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Unsorted {
    /// All of them are looked through for each new one: [`Print`]s lie close together.
    prints: VecDeque<Print>,
    tickets: VecDeque<Kept>,
    next: u64,
    /// The numbers of the tickets that have a term, ascending.
    holders: BTreeMap<u64, VecDeque<u64>>,
    /// How many tickets that are forgotten had a term, and how many there were.
    old: BTreeMap<u64, u32>,
    old_tickets: u32,
    /// Terms that became a clue, and when a ticket last had one.
    told: BTreeMap<u64, i64>,
    /// When the last topic was told of which the past says nothing.
    learning_ms: Option<i64>,
}

/// How far a term rose.
#[derive(Clone, Copy)]
struct Rise {
    /// The past is long enough to say so.
    known: bool,
    surprise: f64,
}

impl Rise {
    fn is_above(self, other: Rise) -> bool {
        (self.known, self.surprise) > (other.known, other.surprise)
    }
}

/// Terms that make a topic.
struct Topic {
    /// The typical ones are much of what its tickets say.
    terse: bool,
    /// Each tells it by itself.
    core: Vec<u64>,
    /// The core, and those of which two tell it; the most frequent first.
    typical: Vec<u64>,
    /// Turns of phrase among the typical ones.
    phrases: usize,
}

impl Unsorted {
    pub fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Remembers a ticket; the cluster it completes, if it does. One caller counts once a day in it, and
    /// those who come after it was passed on add to it silently. `is_place`: no topic is made of such a term.
    pub fn note(&mut self, ticket: &Ticket<'_>, rules: ClusterRules, is_place: impl Fn(&str) -> bool) -> Option<Cluster> {
        let within_ms = i64::from(rules.within_days) * DAY_MS;
        self.make_room();
        let near = self.near(ticket, within_ms);
        let told = self.is_told(ticket, within_ms);
        let passed_on = told || near.iter().any(|at| self.tickets[*at].passed_on);
        self.push(ticket, passed_on);
        if passed_on {
            return None;
        }
        let last = self.tickets.len() - 1;
        let near: Vec<usize> = near.into_iter().chain([last]).collect();
        let copies = self.one_a_caller(near.iter().copied());
        if copies.len() >= rules.at_least {
            // The callers' other ones are of it too.
            near.iter().for_each(|at| self.tickets[*at].passed_on = true);
            return Some(self.cluster(&copies, Vec::new()));
        }
        let topic = self.topic(ticket, rules.at_least, within_ms, is_place)?;
        Some(self.pass_on(&topic, rules.at_least, ticket.at_ms, within_ms))
    }

    fn near(&self, ticket: &Ticket<'_>, within_ms: i64) -> Vec<usize> {
        let Some(sketch) = ticket.sketch else { return Vec::new() };
        let bits = |p: &Print| match p.sketch {
            Some(other) if (ticket.at_ms - p.at_ms).abs() <= within_ms => (other ^ sketch).count_ones(),
            _ => u64::BITS,
        };
        let near = self.prints.iter().map(bits).enumerate().filter(|(_, bits)| *bits <= CLUSTER_BITS);
        // Short texts of one template have near sketches whatever they are about.
        let same = |(at, bits): &(usize, u32)| {
            let (one, other) = (self.tickets[*at].terms.as_slice(), ticket.terms);
            if one.is_empty() || other.is_empty() { *bits <= NEAR_BITS } else { share_most(one, other) }
        };
        near.filter(same).map(|(at, _)| at).collect()
    }

    /// Of each known caller the first; where callers are not known, all.
    fn one_a_caller(&self, places: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut callers = BTreeSet::new();
        places.filter(|at| self.tickets[*at].caller.is_none_or(|caller| callers.insert(caller))).collect()
    }

    /// Whether it speaks of what became a clue and still goes on.
    fn is_told(&mut self, ticket: &Ticket<'_>, within_ms: i64) -> bool {
        let mut is = false;
        for term in ticket.terms {
            if let Some(last_ms) = self.told.get_mut(term) {
                if (ticket.at_ms - *last_ms).abs() <= within_ms {
                    *last_ms = ticket.at_ms.max(*last_ms);
                    is = true;
                } else if ticket.at_ms > *last_ms {
                    self.told.remove(term);
                }
            }
        }
        is
    }

    fn push(&mut self, ticket: &Ticket<'_>, passed_on: bool) {
        let number = self.next;
        self.next += 1;
        for term in ticket.terms {
            self.holders.entry(*term).or_default().push_back(number);
        }
        self.prints.push_back(Print { sketch: ticket.sketch, at_ms: ticket.at_ms });
        self.tickets.push_back(Kept {
            number,
            root: ticket.root,
            id: ticket.id.to_string(),
            caller: ticket.caller,
            region: ticket.region.map(str::to_string),
            terms: ticket.terms.to_vec(),
            passed_on,
        });
    }

    /// At the bound the oldest ticket is forgotten; that it had its terms is not.
    fn make_room(&mut self) {
        while self.tickets.len() >= MAX_UNCLASSIFIED
            && let Some(oldest) = self.tickets.pop_front()
        {
            self.prints.pop_front();
            self.drop_holder(&oldest);
            self.old_tickets += 1;
            for term in oldest.terms {
                *self.old.entry(term).or_default() += 1;
            }
            while self.old.len() > MAX_OLD_TERMS || self.old_tickets > MAX_OLD_TICKETS {
                self.old_tickets /= 2;
                self.old.retain(|_, tickets| {
                    *tickets /= 2;
                    *tickets > 0
                });
            }
        }
    }

    fn drop_holder(&mut self, ticket: &Kept) {
        for term in &ticket.terms {
            if let Some(numbers) = self.holders.get_mut(term) {
                numbers.retain(|number| *number != ticket.number);
                if numbers.is_empty() {
                    self.holders.remove(term);
                }
            }
        }
    }

    /// A record that is taken back, or that a matter fits by now.
    pub fn forget(&mut self, root: u64) {
        while let Some(at) = self.tickets.iter().position(|ticket| ticket.root == root) {
            self.prints.remove(at);
            if let Some(ticket) = self.tickets.remove(at) {
                self.drop_holder(&ticket);
            }
        }
    }

    fn place_of(&self, number: u64) -> Option<usize> {
        self.tickets.binary_search_by_key(&number, |ticket| ticket.number).ok()
    }

    /// The tickets with a term that may make a topic, newest first: of these days, and of none that was passed on.
    fn speakers(&self, term: u64, at_ms: i64, within_ms: i64) -> Vec<usize> {
        let numbers = self.holders.get(&term).into_iter().flatten().rev().take(MAX_LOOKED_AT);
        let places = numbers.filter_map(|number| self.place_of(*number));
        let counts = |at: &usize| !self.tickets[*at].passed_on && (at_ms - self.prints[*at].at_ms).abs() <= within_ms;
        self.one_a_caller(places.filter(counts))
    }

    /// How far a term rose above its past, among the newest tickets that have it, `least` at the least:
    /// Chernoff's bound on the chance of it, as its logarithm below zero. None where it did not.
    fn rise(&self, term: u64, speakers: &[usize], least: usize) -> Option<Rise> {
        let numbers = self.holders.get(&term)?;
        let old = f64::from(self.old.get(&term).copied().unwrap_or(0));
        let mut best: Option<Rise> = None;
        for (newer, at) in speakers.iter().enumerate().take(MAX_JUDGED.max(least)).skip(least - 1) {
            let first = self.tickets[*at].number;
            let before = *at as f64 + f64::from(self.old_tickets);
            let holders = numbers.partition_point(|number| *number < first) as f64 + old;
            let since = (self.tickets.len() - at) as f64;
            let expected = (holders + PRIOR_HOLDERS) / (before + PRIOR_TICKETS) * since;
            let count = (newer + 1) as f64;
            let rise = Rise { known: before >= since, surprise: count * libm::log(count / expected) - (count - expected) };
            let enough = if rise.known { LEAST_SURPRISE } else { LEAST_SURPRISE_LEARNING };
            let rose = count >= LEAST_RISE * expected && rise.surprise >= enough;
            if rose && best.is_none_or(|best| rise.is_above(best)) {
                best = Some(rise);
            }
        }
        best
    }

    /// The topic that the newest ticket brings to light, if one of its terms rose far enough.
    fn topic(&mut self, ticket: &Ticket<'_>, at_least: usize, within_ms: i64, is_place: impl Fn(&str) -> bool) -> Option<Topic> {
        let least = topic_at_least(at_least);
        let mut best: Option<(Rise, u64, Vec<usize>)> = None;
        for term in ticket.terms {
            if self.holders.get(term).is_none_or(|numbers| numbers.len() < least) || is_place(&term_text(*term)) {
                continue;
            }
            let speakers = self.speakers(*term, ticket.at_ms, within_ms);
            if let Some(rise) = self.rise(*term, &speakers, least)
                && best.as_ref().is_none_or(|(best, ..)| rise.is_above(*best))
            {
                best = Some((rise, *term, speakers));
            }
        }
        let (rise, seed, speakers) = best?;
        let learned = self.learning_ms.is_none_or(|last_ms| (ticket.at_ms - last_ms).abs() > within_ms);
        if !rise.known && !learned {
            return None;
        }
        let (least_typical, least) = match rise.known {
            true => (LEAST_TYPICAL, LEAST_PHRASES),
            false => (at_least.max(LEAST_TYPICAL), LEAST_PHRASES_LEARNING),
        };
        let topic = self.around(seed, &speakers, (at_least, least_typical), (ticket.at_ms, within_ms), is_place);
        if topic.phrases < least && !(rise.known && topic.terse) {
            return None;
        }
        if !rise.known {
            self.learning_ms = Some(ticket.at_ms);
        }
        Some(topic)
    }

    /// What the tickets that have the seed have in common, and others have not.
    fn around(
        &self,
        seed: u64,
        speakers: &[usize],
        (at_least, least_typical): (usize, usize),
        (at_ms, within_ms): (i64, i64),
        is_place: impl Fn(&str) -> bool,
    ) -> Topic {
        let mut having: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for at in speakers {
            self.tickets[*at].terms.iter().for_each(|term| {
                having.entry(*term).or_default().insert(*at);
            });
        }
        let least = least_typical.max(speakers.len().div_ceil(TYPICAL_SHARE));
        let all = self.tickets.len() as f64 + f64::from(self.old_tickets);
        let of = speakers.len() as f64;
        let mut typical: Vec<(usize, u64)> = Vec::new();
        let mut core = Vec::new();
        for (term, tickets) in having.iter().filter(|(_, tickets)| tickets.len() >= least) {
            let count = tickets.len();
            let holders = self.holders.get(term).map_or(0, VecDeque::len) as f64;
            let holders = holders + f64::from(self.old.get(term).copied().unwrap_or(0));
            let elsewhere = (holders - count as f64 + PRIOR_HOLDERS) / (all - of + 1.0);
            let rise = count as f64 / of / elsewhere;
            if rise < TYPICAL_RISE || is_place(&term_text(*term)) {
                continue;
            }
            let by_itself = || {
                let speakers = self.speakers(*term, at_ms, within_ms);
                self.rise(*term, &speakers, topic_at_least(at_least)).is_some_and(|rise| rise.known)
            };
            if *term == seed || (rise >= CORE_RISE && count * 2 >= speakers.len()) || by_itself() {
                core.push(*term);
            }
            typical.push((count, *term));
        }
        typical.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let told: usize = typical.iter().map(|(count, _)| count).sum();
        let said: usize = speakers.iter().map(|at| self.tickets[*at].terms.len()).sum();
        let is_terse = said <= speakers.len() * TERSE_TERMS && told * TERSE_SHARE >= said;
        let typical: Vec<u64> = typical.into_iter().map(|(_, term)| term).collect();
        Topic { core, phrases: phrases(&typical, &having), terse: is_terse, typical }
    }

    /// The tickets that speak of a topic: with one term of its core, or with two typical ones.
    fn members(&self, topic: &Topic, at_ms: i64, within_ms: i64) -> Vec<usize> {
        let mut telling: BTreeMap<usize, usize> = BTreeMap::new();
        for term in &topic.typical {
            let weight = if topic.core.contains(term) { 2 } else { 1 };
            for number in self.holders.get(term).into_iter().flatten().rev().take(MAX_LOOKED_AT) {
                if let Some(at) = self.place_of(*number) {
                    *telling.entry(at).or_default() += weight;
                }
            }
        }
        let counts = |at: &usize| !self.tickets[*at].passed_on && (at_ms - self.prints[*at].at_ms).abs() <= within_ms;
        telling.into_iter().filter(|(at, weight)| *weight >= 2 && counts(at)).map(|(at, _)| at).collect()
    }

    fn pass_on(&mut self, topic: &Topic, at_least: usize, at_ms: i64, within_ms: i64) -> Cluster {
        let members = self.members(topic, at_ms, within_ms);
        let counted = self.one_a_caller(members.iter().copied());
        members.iter().for_each(|at| self.tickets[*at].passed_on = true);
        for term in &topic.core {
            self.told.insert(*term, at_ms);
        }
        while self.told.len() > MAX_TOLD_TERMS
            && let Some((_, oldest)) = self.told.iter().map(|(term, last_ms)| (*last_ms, *term)).min()
        {
            self.told.remove(&oldest);
        }
        let having = |term: &u64| counted.iter().filter(|at| self.tickets[**at].terms.binary_search(term).is_ok()).count();
        let mut shown: Vec<(usize, u64)> = topic.typical.iter().map(|term| (having(term), *term)).collect();
        shown.retain(|(tickets, _)| *tickets >= at_least);
        shown.sort_by_key(|(tickets, term)| (std::cmp::Reverse(*tickets), *term));
        let shown: Vec<u64> = shown.into_iter().map(|(_, term)| term).collect();
        self.cluster(&counted, clue_words::words(&shown))
    }

    fn cluster(&self, places: &[usize], words: Vec<String>) -> Cluster {
        let tickets = || places.iter().map(|at| &self.tickets[*at]);
        let first = tickets().next().and_then(|ticket| ticket.region.clone());
        let from = places.len().saturating_sub(MAX_CLUSTER_SOURCES);
        Cluster {
            ids: tickets().skip(from).map(|ticket| ticket.id.clone()).collect(),
            size: places.len(),
            words,
            region: first.filter(|first| tickets().all(|ticket| ticket.region.as_ref() == Some(first))),
        }
    }
}

/// Two thirds of all terms of two texts are in both.
fn share_most(one: &[u64], other: &[u64]) -> bool {
    let both = one.iter().filter(|term| other.binary_search(term).is_ok()).count();
    3 * both >= 2 * (one.len() + other.len() - both)
}

/// How many turns of phrase the terms are of.
fn phrases(terms: &[u64], having: &BTreeMap<u64, BTreeSet<usize>>) -> usize {
    let mut firsts: Vec<&BTreeSet<usize>> = Vec::new();
    for tickets in terms.iter().filter_map(|term| having.get(term)) {
        let same = |first: &&&BTreeSet<usize>| {
            let both = first.intersection(tickets).count();
            10 * both >= SAME_TENTHS * (first.len() + tickets.len() - both)
        };
        if !firsts.iter().any(|first| same(&first)) {
            firsts.push(tickets);
        }
    }
    firsts.len()
}
