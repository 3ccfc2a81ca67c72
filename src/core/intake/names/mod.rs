//! Who is meant: names in free text (DESIGN section 6). A false accusation costs more than a miss, so in
//! doubt nobody is named and those who may be meant are listed.

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
use crate::journal::{Attribution, AttributionMethod, Named, Span, TextField};
use crate::pipeline::Model;
use decide::{Context, Decided, decide, method};
use find::{How, Place, places};
use lexicon::{Cue, Hit, Turns, Word};
use role::said;
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
        let (hits, turns) = lexicon.read(&text);
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
    let mut mentions = Vec::new();
    for part in parts.iter().filter(|p| p.field != TextField::Address) {
        mentions_of(&context, part, &mut mentions);
    }
    made_clear(&mut mentions);
    let mut told = Told::default();
    for part in parts.iter().filter(|_| !mentions.is_empty()) {
        told.hear(part);
    }
    concluded(mentions, &told)
}

fn mentions_of(context: &Context, part: &Part, out: &mut Vec<Mention>) {
    let found = places(context.index, context.lexicon, context.model.id_scheme, &part.text, &part.hits);
    let course = Course(part.turns);
    for (n, place) in found.iter().enumerate() {
        let decided = decide(context, &part.text, &part.hits, place);
        // A brand alone that nothing goes with names nobody.
        let alone = place.whose.iter().all(|(_, how)| *how == How::Form(FormKind::Bare));
        if alone && decided.one.is_none() && !decided.supported {
            continue;
        }
        let behind = found.get(n + 1).is_some_and(|next| same_sentence(&part.text, place, next));
        let said = match part.field {
            // A field of its own for the accused says so.
            TextField::SubjectName => role::Said { role: Role::Accused, plainly: 4 },
            _ => course.weighed(place, said(&part.text, place, behind)),
        };
        let (from, to) = part.text.raw_span(place.from, place.to);
        out.push(Mention {
            span: Span { field: part.field, from, to },
            text: part.raw.chars().skip(from as usize).take((to - from) as usize).collect(),
            role: said.role,
            plainly: said.plainly,
            named: named(context, part, place, &decided),
            candidates: decided.all.iter().take(MAX_CANDIDATES).map(|slot| context.index.id(*slot).to_string()).collect(),
        });
    }
}

/// The turns a text takes: what stands before them is how it came to its point.
struct Course(Turns);

impl Course {
    fn weighed(&self, place: &Place, said: role::Said) -> role::Said {
        let before = |at: Option<usize>| at.is_some_and(|at| place.from < at);
        let point = self.0.focus.is_some_and(|at| at <= place.from && place.from - at <= 30);
        let role = match said.role {
            Role::Accused if before(self.0.turn) => Role::Mentioned,
            Role::Accused if self.0.turn.is_some() && self.0.focus.is_none() && said.plainly < 2 => Role::Mentioned,
            role => role,
        };
        let plainly = match said.plainly {
            plain if point => plain.max(3),
            // Only if the point names nobody itself.
            plain if before(self.0.focus) && plain < 3 => 0,
            plain => plain,
        };
        role::Said { role, plainly }
    }
}

fn same_sentence(text: &Folded, place: &Place, next: &Place) -> bool {
    !text.slice(place.to, next.from).iter().any(|c| role::ends_sentence(*c))
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

/// What the record as a whole is about.
#[derive(Default)]
struct Told {
    work: bool,
    /// Two are to blame.
    both: bool,
    /// It says that it can name nobody, or accuses an office.
    nameless: bool,
    /// It asks the city for a light or a road.
    street: bool,
    taken_back: bool,
}

impl Told {
    fn hear(&mut self, part: &Part) {
        let turns = part.turns;
        self.work |= turns.say(Cue::Work);
        self.both |= turns.say(Cue::Both);
        self.nameless |= turns.say(Cue::Nameless) || turns.focus.is_some_and(|at| role::accuses_office(&part.text, at));
        self.street |= turns.say(Cue::Street);
        self.taken_back |= turns.turn.is_some();
    }
}

/// The one accused most plainly, then the first; others accused plainly are secondary.
fn concluded(mentions: Vec<Mention>, told: &Told) -> Answer {
    let nobody_else = !mentions.iter().any(|m| m.role == Role::Accused);
    let of = |role| mentions.iter().filter(move |m: &&Mention| m.role == role);
    let ids = |m: &Mention| match &m.named {
        Some(named) => vec![named.id.clone()],
        None => m.candidates.clone(),
    };
    let cleared: Vec<String> = of(Role::Exonerated).flat_map(ids).collect();
    let beside: Vec<String> = of(Role::Comparison).flat_map(ids).collect();
    let counts = |m: &&Mention| {
        let accused = m.role == Role::Accused || (m.role == Role::Employer && told.work && nobody_else);
        let free = m.named.as_ref().is_some_and(|a| cleared.contains(&a.id) || (m.plainly < 3 && beside.contains(&a.id)));
        accused && !free && (!told.nameless || m.plainly >= 4) && (!told.street || m.plainly >= 2)
    };
    let mut accused: Vec<&Mention> = mentions.iter().filter(counts).collect();
    let whole =
        |m: &Mention| m.named.as_ref().is_some_and(|a| matches!(a.method, AttributionMethod::Name | AttributionMethod::IdInText));
    // Where nobody is accused plainly, who is spoken of most is meant.
    let often = |m: &Mention| match &m.named {
        Some(a) if m.plainly == 1 => mentions.iter().filter(|o| o.named.as_ref().is_some_and(|o| o.id == a.id)).count() / 2,
        _ => 0,
    };
    accused.sort_by_key(|m| std::cmp::Reverse((m.plainly, often(m), whole(m))));
    let distinct: BTreeSet<&str> = accused.iter().filter_map(|m| m.named.as_ref()).map(|a| a.id.as_str()).collect();
    let least = if told.both && distinct.len() == 2 { 1 } else { 2 };
    if accused.first().is_some_and(|m| m.plainly == 0) && (distinct.len() != 1 || told.taken_back) {
        accused.clear();
    }
    let mut answer = Answer::default();
    let plainly = accused.iter().filter(|m| m.plainly >= 3).filter_map(|m| m.named.as_ref());
    answer.plainly = plainly.map(|a| a.id.clone()).collect();
    if let Some(first) = accused.first() {
        match &first.named {
            Some(attribution) => {
                answer.subject = Some(Named { attribution: attribution.clone(), span: Some(first.span) });
                let mut seen: Vec<&str> = vec![&attribution.id];
                for other in accused.iter().filter(|m| m.plainly >= least) {
                    let Some(attribution) = &other.named else { continue };
                    if !seen.contains(&attribution.id.as_str()) && answer.secondary.len() < MAX_SECONDARY {
                        seen.push(&attribution.id);
                        answer.secondary.push(Named { attribution: attribution.clone(), span: Some(other.span) });
                    }
                }
            }
            None => {
                answer.ambiguous = first.candidates.len() > 1;
                answer.candidates = first.candidates.clone();
            }
        }
    }
    answer.mentions = mentions;
    answer
}
