//! Who is meant: names in free text (DESIGN section 6). A false accusation costs more than a miss, so in
//! doubt nobody is named and those who may be meant are listed.

mod conclude;
mod cues;
mod decide;
mod find;
mod fold;
mod forms;
mod index;
mod lexicon;
mod role;
mod sound;
mod trades;

pub use find::MAX_MENTIONS;
pub use fold::Folded;
pub use forms::FormKind;
pub use index::{Index, MAX_SHARED};
pub use lexicon::Lexicon;
pub use role::Role;

use super::Directory;
use crate::domain::Fixed3;
use crate::journal::{Attribution, Named, Span, TextField};
use crate::pipeline::Model;
use conclude::{Told, concluded};
use decide::{Context, Decided, decide, method};
use find::{How, Place, places};
use lexicon::{Hit, Turns, Word};
use role::walk::{Party, Spoken, spoken, walk};
use role::{Said, said, they_are_cleared};
use std::collections::BTreeSet;

/// Enterprises named where intake abstains.
pub const MAX_CANDIDATES: usize = 8;
/// Others accused beside the first.
pub const MAX_SECONDARY: usize = 4;

/// What a record says that may name someone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub subject_name: Option<&'a str>,
    pub title: Option<&'a str>,
    pub content: Option<&'a str>,
    pub address: Option<&'a str>,
    pub region: Option<&'a str>,
}

/// Who is accused.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    pub subject: Option<Named>,
    pub secondary: Vec<Named>,
    /// Who may be meant, where it abstains.
    pub candidates: Vec<String>,
    /// A name that several share decided it.
    pub ambiguous: bool,
    /// Those of them the text names as plainly as 投诉某 does.
    pub plainly: Vec<String>,
    /// Those whom the text says to be free of blame: an id beside it does not make them accused.
    pub cleared: Vec<String>,
    /// Every place that names someone, for people to read.
    pub mentions: Vec<Mention>,
}

/// One place, whom it may mean, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    pub span: Span,
    pub text: String,
    pub role: Role,
    pub plainly: u8,
    /// Clauses that give it a grievance.
    pub deeds: u32,
    /// No name: a noun that means somebody named elsewhere.
    noun: bool,
    /// Whom it means, if it is clear.
    pub named: Option<Attribution>,
    pub candidates: Vec<String>,
}

struct Part<'a> {
    field: TextField,
    raw: &'a str,
    text: Folded,
    hits: Vec<Hit>,
    turns: Turns,
}

pub fn attribute(model: &Model, directory: &Directory, asked: Asked) -> Answer {
    let index = directory.index();
    let Some(lexicon) = index.lexicon() else { return Answer::default() };
    let parts: Vec<Part> = [
        (TextField::SubjectName, asked.subject_name),
        (TextField::Title, asked.title),
        (TextField::Content, asked.content),
        (TextField::Address, asked.address),
    ]
    .into_iter()
    .filter_map(|(field, raw)| {
        let raw = raw?;
        let text = Folded::new(raw);
        let hits = lexicon.find(&text);
        let turns = Lexicon::turns(&text);
        Some(Part { field, raw, text, hits, turns })
    })
    .collect();
    let all_hits = || parts.iter().flat_map(|p| &p.hits);
    let context = Context {
        model,
        directory,
        index,
        lexicon,
        region: asked.region,
        districts: all_hits().filter_map(|h| lexicon.district(*h)).collect::<BTreeSet<_>>().into_iter().collect(),
        trades: all_hits()
            .filter_map(|h| match lexicon.word(*h) {
                Word::Trade(trade) | Word::Hint(trade) => Some(*trade),
                _ => None,
            })
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        texts: parts.iter().map(|p| &p.text).collect(),
    };
    let named = parts.iter().filter(|p| p.field != TextField::Address).map(|part| found_in(&context, part)).collect();
    let known = Known::of(&context, &named);
    let mut told = Told::default();
    let mut mentions = Vec::new();
    for found in &named {
        told.strangers += read(&context, found, &known, &mut mentions);
    }
    made_clear(&mut mentions);
    for part in parts.iter().filter(|_| !mentions.is_empty()) {
        told.hear(part);
    }
    concluded(mentions, &told)
}

/// Where a part names whom.
struct Found<'a> {
    part: &'a Part<'a>,
    places: Vec<Place>,
    decided: Vec<Decided>,
}

fn found_in<'a>(context: &Context, part: &'a Part<'a>) -> Found<'a> {
    let mut found = Found { part, places: Vec::new(), decided: Vec::new() };
    for place in places(context.index, context.lexicon, context.model.id_scheme, &part.text, &part.hits) {
        let decided = decide(context, &part.text, &part.hits, &place);
        // A brand alone that nothing goes with names nobody.
        let alone = place.whose.iter().all(|(_, how)| *how == How::Form(FormKind::Bare));
        if !alone || decided.one.is_some() || decided.supported {
            found.places.push(place);
            found.decided.push(decided);
        }
    }
    found
}

/// Those a record names clearly: nouns may mean them.
#[derive(Default)]
struct Known {
    decided: Vec<Decided>,
    industries: Vec<String>,
}

impl Known {
    fn of(context: &Context, found: &Vec<Found>) -> Known {
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

/// Adds what a part says of whom; returns how many grievances it has against somebody without a name.
fn read(context: &Context, found: &Found, known: &Known, out: &mut Vec<Mention>) -> u32 {
    let part = found.part;
    let words = spoken(&part.text, &found.places);
    let said_of = |n: usize| said(&part.text, &found.places[n], found.places.get(n + 1).map(|next| next.from));
    let last_named = |word: &Spoken, of: &[usize]| {
        let before = found.places.partition_point(|place| place.from < word.from);
        let clear =
            |decided: &Decided| (0..before).any(|n| found.decided[n].all == decided.all && said_of(n).role == Role::Exonerated);
        let accused = (0..before)
            .rev()
            .filter(|n| said_of(*n).role == Role::Accused && said_of(*n).plainly > 0)
            .map(|n| &found.decided[n])
            .filter(|d| !clear(d));
        accused.take(1).find_map(|decided| of.iter().copied().find(|n| known.decided[*n].all == decided.all))
    };
    let nouns = words.iter().filter(|word| !word.is_another(&part.text));
    let nouns = nouns.filter_map(|word| Some((word, &known.decided[word.means(&known.industries, |of| last_named(word, of))?])));
    let nouns = nouns.take(MAX_MENTIONS).map(|(word, decided)| {
        (Place { from: word.from, to: word.to, end: word.to, whose: Vec::new(), torn: false }, decided, true)
    });
    let pronouns = words.iter().filter(|word| word.is_pronoun()).filter_map(|word| {
        let last = found.places.partition_point(|place| place.from < word.from).checked_sub(1)?;
        let place = Place { from: word.from, to: word.to, end: word.to, whose: Vec::new(), torn: false };
        they_are_cleared(&part.text, &place).then_some((place, &found.decided[last], true))
    });
    let nouns = nouns.chain(pronouns.take(MAX_MENTIONS));
    let names = found.places.iter().cloned().zip(&found.decided).map(|(place, decided)| (place, decided, false));
    let mut all: Vec<(Place, &Decided, bool)> = names.chain(nouns).collect();
    all.sort_by_key(|(place, ..)| place.from);
    let first_after = all.iter().map(|(place, ..)| place.from).find(|from| part.turns.focus.is_some_and(|at| *from >= at));
    let since = part
        .turns
        .focus
        .zip(first_after)
        .map(|(at, from)| part.text.slice(at, from).iter().filter(|c| role::ends_clause(**c)).count());
    let course = Course { turns: part.turns, first_after, clauses_since: since.unwrap_or_default() };
    let parties: Vec<Party> = (0..all.len())
        .map(|n| {
            let (place, decided, _) = &all[n];
            let next = all[n + 1..].iter().find(|(_, other, _)| other.all != decided.all).map(|(next, ..)| next.from);
            let said = said(&part.text, place, next);
            let said = match (part.field, said.role) {
                // A field of its own for the accused says so.
                (TextField::SubjectName, Role::Accused) => Said { plainly: 4, ..said },
                (TextField::SubjectName, _) => said,
                _ => course.weighed(place, said),
            };
            Party { place: place.clone(), said }
        })
        .collect();
    let blame = walk(&part.text, &parties, &words, &known.industries);
    // Whoever a field or the title names is spoken of until another is.
    if let Some(before) = out.iter_mut().rev().find(|m| m.role == Role::Accused && !m.noun) {
        before.deeds += blame.unsaid;
    }
    for ((party, (_, decided, noun)), deeds) in parties.iter().zip(&all).zip(&blame.parties) {
        let (from, to) = part.text.raw_span(party.place.from, party.place.to);
        out.push(Mention {
            span: Span { field: part.field, from, to },
            text: part.raw.chars().skip(from as usize).take((to - from) as usize).collect(),
            role: party.said.role,
            plainly: party.said.plainly,
            deeds: *deeds,
            noun: *noun,
            named: named(context, part, &party.place, decided),
            candidates: decided.all.iter().take(MAX_CANDIDATES).map(|slot| context.index.id(*slot).to_string()).collect(),
        });
    }
    blame.stranger
}

/// The turns a text takes: what stands before them is how it came to its point.
struct Course {
    turns: Turns,
    /// Where somebody is named first once the text has come to its point.
    first_after: Option<usize>,
    /// Clauses that end between.
    clauses_since: usize,
}

impl Course {
    fn weighed(&self, place: &Place, said: Said) -> Said {
        let before = |at: Option<usize>| at.is_some_and(|at| place.from < at);
        let point = self.turns.focus.is_some_and(|at| {
            at <= place.from && self.first_after == Some(place.from) && place.from - at <= 30 && self.clauses_since <= 1
        });
        let role = match said.role {
            Role::Accused if before(self.turns.turn) => Role::Mentioned,
            Role::Accused if before(self.turns.focus) && self.first_after.is_some() && said.plainly < 2 => Role::Mentioned,
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

fn named(context: &Context, part: &Part, place: &Place, decided: &Decided) -> Option<Attribution> {
    let one = decided.one.as_ref()?;
    let id = context.index.id(one.slot).to_string();
    let name = context.directory.get(&id).and_then(|row| row.name.as_deref()).unwrap_or_default();
    let trade = part.hits.iter().find(|h| h.to == place.to && matches!(context.lexicon.word(**h), Word::Trade(_)));
    let word: Option<String> = trade.map(|h| part.text.slice(h.from, h.to).iter().collect());
    let variant = word.is_some_and(|word| !name.contains(&word));
    let (method, confidence) = method(one.how, variant);
    let confidence = if decided.narrowed && !matches!(one.how, How::Id) { confidence - 50 } else { confidence };
    Some(Attribution { id, method, confidence: Fixed3(confidence) })
}

/// A name that several share is clear where another place of the record says which.
fn made_clear(mentions: &mut [Mention]) {
    let clear: Vec<Attribution> = mentions.iter().filter_map(|m| m.named.clone()).collect();
    for mention in mentions.iter_mut().filter(|m| m.named.is_none()) {
        let mut fitting = clear.iter().filter(|a| mention.candidates.contains(&a.id));
        if let Some(first) = fitting.next()
            && fitting.all(|a| a.id == first.id)
        {
            mention.named = Some(first.clone());
        }
    }
}
