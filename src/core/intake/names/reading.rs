//! Reads a part of a record: its names, the nouns that mean them, and what it says of each.

use super::cues::is_ordinary;
use super::decide::{Context, Decided, decide};
use super::find::{How, Place, alone, places};
use super::forms::FormKind;
use super::index::Slot;
use super::lexicon::Turns;
use super::role::walk::{Party, Spoken, spoken, walk};
use super::role::{Role, Said, ends_clause, ends_sentence, points_at_nobody, said, they_are_cleared};
use super::{MAX_CANDIDATES, MAX_MENTIONS, Mention, Part, named};
use crate::journal::{Span, TextField};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// Where a part names whom.
pub struct Found<'a> {
    part: &'a Part<'a>,
    places: Vec<Place>,
    decided: Vec<Decided>,
}

pub fn found_in<'a>(context: &Context, part: &'a Part<'a>) -> Found<'a> {
    let places = places(context.index, context.lexicon, context.model.id_scheme, &part.text, &part.hits);
    let decided = places.iter().map(|place| decide(context, &part.text, &part.hits, place)).collect();
    Found { part, places, decided }
}

/// Brands alone: 要求快橹退款 means 快橹外卖 where the record names it; one that nothing goes with names nobody.
pub fn settle(found: &mut [Found]) {
    let places = found.iter().flat_map(|f| f.places.iter().zip(&f.decided));
    let clear: BTreeSet<Slot> =
        places.filter(|(place, _)| !alone(place)).filter_map(|(_, decided)| Some(decided.one.as_ref()?.slot)).collect();
    for Found { part, places, decided } in found {
        let all = std::mem::take(places).into_iter().zip(std::mem::take(decided));
        for (place, mut of) in all {
            let brand = alone(&place);
            let word = place.torn || is_ordinary(part.text.slice(place.from, place.to));
            let plain = || said(&part.text, &place, None) == Said { role: Role::Accused, plainly: 3 };
            let known: Vec<Slot> = of.fitting.iter().filter(|slot| clear.contains(slot)).copied().collect();
            if let [one] = known.as_slice()
                && (brand && of.one.is_none() && !word && plain())
            {
                of.settle(*one, How::Form(FormKind::Bare));
            }
            if !brand || of.one.is_some() || of.supported {
                places.push(place);
                decided.push(of);
            }
        }
    }
}

/// Those a record names clearly: nouns may mean them.
#[derive(Default)]
pub struct Known {
    decided: Vec<Decided>,
    industries: Vec<String>,
}

impl Known {
    pub fn of(context: &Context, found: &Vec<Found>) -> Known {
        let mut known = Known::default();
        let mut seen = BTreeSet::new();
        for decided in found.iter().flat_map(|f| &f.decided) {
            let Some(one) = &decided.one else { continue };
            let row = context.directory.get(context.index.id(one.slot)).filter(|_| seen.insert(one.slot));
            if let Some(row) = row {
                known.decided.push(decided.clone());
                known.industries.push(row.industry.clone().unwrap_or_default());
            }
        }
        known
    }
}

/// A name, or a noun that means one.
struct Named<'a> {
    place: Place,
    decided: &'a Decided,
    noun: bool,
}

impl<'a> Named<'a> {
    fn noun(word: &Spoken, decided: &'a Decided) -> Named<'a> {
        let place = Place { from: word.from, to: word.to, begin: word.from, end: word.to, whose: Vec::new(), torn: false };
        Named { place, decided, noun: true }
    }
}

/// Adds what a part says of whom; returns how many grievances it has against somebody without a name.
pub fn read(context: &Context, found: &Found, known: &Known, out: &mut Vec<Mention>) -> u32 {
    let part = found.part;
    if known.decided.is_empty() && found.places.is_empty() {
        return 0;
    }
    let words = spoken(&part.text, &found.places);
    let names = found.places.iter().cloned().zip(&found.decided);
    let mut all: Vec<Named> = names.map(|(place, decided)| Named { place, decided, noun: false }).collect();
    all.extend(nouns(found, known, &words));
    all.extend(pronouns(found, &words));
    all.sort_by_key(|named| named.place.from);
    let parties = parties(part, &all);
    let blame = walk(&part.text, &parties, &words, &known.industries);
    // Whoever a field or the title names is spoken of until another is.
    if let Some(before) = out.iter_mut().rev().find(|m| m.role == Role::Accused && !m.noun) {
        before.deeds += blame.unsaid;
    }
    for ((party, Named { decided, noun, .. }), deeds) in parties.iter().zip(&all).zip(&blame.parties) {
        let (from, to) = part.text.raw_span(party.place.from, party.place.to);
        out.push(Mention {
            span: Span { field: part.field, from, to },
            text: part.raw.chars().skip(from as usize).take((to - from) as usize).collect(),
            role: party.said.role,
            plainly: party.said.plainly,
            deeds: *deeds,
            at: (party.place.begin, party.place.end),
            noun: *noun,
            named: named(context, part, &party.place, decided),
            candidates: decided.all.iter().take(MAX_CANDIDATES).map(|slot| context.index.id(*slot).to_string()).collect(),
        });
    }
    blame.stranger
}

/// Nouns that mean one of those known; where they could mean several, whoever was accused last.
fn nouns<'a>(found: &'a Found, known: &'a Known, words: &[Spoken]) -> Vec<Named<'a>> {
    let text = &found.part.text;
    let next = |n: usize| found.places.get(n + 1).map(|next| next.from);
    // Seldom could a noun mean several.
    let roles: OnceCell<Vec<Said>> = OnceCell::new();
    let role = |n: usize| {
        roles.get_or_init(|| found.places.iter().enumerate().map(|(n, place)| said(text, place, next(n))).collect())[n]
    };
    let clear = |n: usize, before: usize| {
        (0..before).any(|m| found.decided[m].all == found.decided[n].all && role(m).role == Role::Exonerated)
    };
    let last = |word: &Spoken, of: &[usize]| {
        let before = found.places.partition_point(|place| place.from < word.from);
        let accused = |n: &usize| role(*n).role == Role::Accused && role(*n).plainly > 0 && !clear(*n, before);
        let last = (0..before).rev().find(accused)?;
        of.iter().copied().find(|n| known.decided[*n].all == found.decided[last].all)
    };
    let words = words.iter().filter(|word| !word.is_another(text));
    let meant = words.filter_map(|word| Some((word, word.means(&known.industries, |of| last(word, of))?)));
    meant.take(MAX_MENTIONS).map(|(word, n)| Named::noun(word, &known.decided[n])).collect()
}

/// Pronouns that clear whoever was named last.
fn pronouns<'a>(found: &'a Found, words: &[Spoken]) -> Vec<Named<'a>> {
    let all = words.iter().filter(|word| word.is_pronoun()).take(MAX_MENTIONS);
    let clear = all.filter_map(|word| {
        let last = found.places.partition_point(|place| place.from < word.from).checked_sub(1)?;
        let named = Named::noun(word, &found.decided[last]);
        they_are_cleared(&found.part.text, &named.place).then_some(named)
    });
    clear.collect()
}

fn parties(part: &Part, all: &[Named]) -> Vec<Party> {
    let course = Course::new(part, all);
    let party = |(n, named): (usize, &Named)| {
        let next = all[n + 1..].iter().find(|other| other.decided.all != named.decided.all).map(|next| next.place.from);
        let said = said(&part.text, &named.place, next);
        let said = match (part.field, said.role) {
            // A field of its own for the accused says so.
            (TextField::SubjectName, Role::Accused) => Said { plainly: 4, ..said },
            (TextField::SubjectName, _) => said,
            _ => course.weighed(&named.place, said),
        };
        Party { place: named.place.clone(), said }
    };
    all.iter().enumerate().map(party).collect()
}

/// The turns a text takes: what stands before them is how it came to its point.
struct Course {
    turns: Turns,
    /// Where somebody is named first once the text has come to its point.
    first_after: Option<usize>,
    /// At once, not sentences later.
    at_once: bool,
    /// The point is somebody, or something, without a name.
    nameless: bool,
}

impl Course {
    fn new(part: &Part, all: &[Named]) -> Course {
        let focus = part.turns.focus;
        let first_after = all.iter().map(|named| named.place.from).find(|from| focus.is_some_and(|at| *from >= at));
        let at_once = focus.zip(first_after).is_some_and(|(at, from)| {
            let between = part.text.slice(at, from);
            let ends = between.iter().filter(|c| ends_clause(**c)).count();
            between.len() <= 30 && ends <= 1 && !between.iter().any(|c| ends_sentence(*c))
        });
        let nameless = !at_once && focus.is_some_and(|at| points_at_nobody(&part.text, at));
        Course { turns: part.turns, first_after, at_once, nameless }
    }

    fn weighed(&self, place: &Place, said: Said) -> Said {
        let before = |at: Option<usize>| at.is_some_and(|at| place.from < at);
        let point = self.at_once && self.first_after == Some(place.from);
        let role = match said.role {
            Role::Accused if before(self.turns.turn) => Role::Mentioned,
            Role::Accused if before(self.turns.focus) && self.first_after.is_some() && said.plainly < 2 => Role::Mentioned,
            Role::Accused if before(self.turns.focus) && self.nameless && said.plainly < 3 => Role::Mentioned,
            Role::Accused if self.turns.turn.is_some() && self.turns.focus.is_none() && said.plainly < 2 => Role::Mentioned,
            role => role,
        };
        let plainly = match said.plainly {
            plain if point => plain.max(3),
            // Only if the point names nobody itself.
            plain if before(self.turns.focus) => plain.saturating_sub(3),
            plain => plain,
        };
        Said { role, plainly }
    }
}
