//! Who is meant: names in free text (DESIGN section 6). A false accusation costs more than a miss, so in
//! doubt nobody is named and those who may be meant are listed.

mod conclude;
mod courtesy;
mod cues;
mod decide;
mod find;
mod fold;
mod forms;
mod index;
mod lexicon;
mod reading;
mod role;
mod signs;
mod sound;
mod suspects;
mod trades;
mod weighed;
mod weights;
mod words;

pub use find::MAX_MENTIONS;
pub use fold::Folded;
pub use forms::FormKind;
pub use index::{Index, MAX_SHARED};
pub use lexicon::Lexicon;
pub use role::Role;
pub use signs::Sign;

use super::Directory;
use crate::domain::Fixed3;
use crate::journal::{Attribution, Named, Span, TextField};
use crate::pipeline::Model;
use conclude::{Told, concluded};
use decide::{Context, Decided, is_destination, method};
use find::{How, Place};
use lexicon::{Hit, Turns, Word};
use reading::{Known, found_in, read, settle};
use std::collections::BTreeSet;
use suspects::{Suspect, suspects};
use weighed::{by_rules, weighed};

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

impl Answer {
    /// Praise and questions accuse nobody: they may be about anybody they name.
    pub fn may_be_all_named(&mut self) {
        for id in self.mentions.iter().flat_map(|mention| mention.whom()) {
            if !self.candidates.contains(id) && self.candidates.len() < MAX_CANDIDATES {
                self.candidates.push(id.clone());
            }
        }
    }
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
    /// Where it begins and ends in the folded text, with the words that go with it.
    at: (usize, usize),
    /// No name: a noun that means somebody named elsewhere.
    noun: bool,
    /// Whom it means, if it is clear.
    pub named: Option<Attribution>,
    pub candidates: Vec<String>,
}

impl Mention {
    /// Whom it means: one, where that is clear, else those who share the name.
    pub fn whom(&self) -> &[String] {
        match &self.named {
            Some(named) => std::slice::from_ref(&named.id),
            None => &self.candidates,
        }
    }
}

struct Part<'a> {
    field: TextField,
    raw: &'a str,
    text: Folded,
    hits: Vec<Hit>,
    turns: Turns,
}

impl Part<'_> {
    /// Title and content tell what happened.
    fn is_told(&self) -> bool {
        matches!(self.field, TextField::Title | TextField::Content)
    }
}

pub fn attribute(model: &Model, directory: &Directory, asked: Asked) -> Answer {
    heard(model, directory, asked, |parts, mentions, told| weighed(concluded(mentions, &told), parts)).unwrap_or_default()
}

/// Whom a name may mean, the signs around it, and what the rules say: what weights are learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub ids: Vec<String>,
    pub signs: BTreeSet<Sign>,
    pub by_rules: bool,
    pub first: bool,
    /// Of it and each that is named first after it: the signs that both are accused.
    pub with_later: Vec<BTreeSet<Sign>>,
}

pub fn samples(model: &Model, directory: &Directory, asked: Asked) -> Vec<Sample> {
    let all = heard(model, directory, asked, |parts, mentions, told| {
        let answer = concluded(mentions, &told);
        let suspects = suspects(&answer.mentions);
        let told: Vec<&Suspect> = suspects.iter().filter(|suspect| suspect.told_of()).collect();
        let sample = |(at, suspect): (usize, &&Suspect)| {
            let signs = all_signs(|each| suspect.signs(parts, &answer.mentions, (at, told.len()), each));
            let (by_rules, first) = by_rules(&answer, suspect);
            let with = |other: &&Suspect| all_signs(|each| suspect.signs_with(other, parts, &answer.mentions, each));
            let with_later = told[at + 1..].iter().map(with).collect();
            Sample { ids: suspect.first().whom().to_vec(), signs, by_rules, first, with_later }
        };
        told.iter().enumerate().map(sample).collect()
    });
    all.unwrap_or_default()
}

fn all_signs(tell: impl FnOnce(&mut dyn FnMut(Sign))) -> BTreeSet<Sign> {
    let mut signs = BTreeSet::new();
    tell(&mut |sign| {
        signs.insert(sign);
    });
    signs
}

/// Reads a record: every place that names someone, and what the record as a whole is about.
fn heard<T>(
    model: &Model,
    directory: &Directory,
    asked: Asked,
    conclude: impl FnOnce(&[Part], Vec<Mention>, Told) -> T,
) -> Option<T> {
    let index = directory.index();
    let lexicon = index.lexicon()?;
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
        let (hits, turns) = lexicon.read(&text);
        Some(Part { field, raw, text, hits, turns })
    })
    .collect();
    let all_hits = || parts.iter().flat_map(|p| &p.hits);
    let places = || parts.iter().flat_map(|part| part.hits.iter().map(move |hit| (&part.text, hit)));
    let named: BTreeSet<&str> = places().filter_map(|(_, hit)| lexicon.district(*hit)).collect();
    let goal = |(text, hit): (&Folded, &Hit)| lexicon.district(*hit).filter(|_| is_destination(text, hit));
    let goals: BTreeSet<&str> = places().filter_map(goal).collect();
    let context = Context {
        model,
        directory,
        index,
        lexicon,
        region: asked.region,
        districts: named.difference(&goals).copied().collect(),
        goals: goals.into_iter().collect(),
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
    let read_for_names = parts.iter().filter(|p| p.field != TextField::Address);
    let mut named: Vec<_> = read_for_names.map(|part| found_in(&context, part)).collect();
    settle(&mut named);
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
    Some(conclude(&parts, mentions, told))
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
