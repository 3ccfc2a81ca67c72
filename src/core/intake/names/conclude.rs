//! Who is accused, of all who are named: the record as a whole.

use super::lexicon::Cue;
use super::role::{Role, accuses_office, asks_office};
use super::{Answer, MAX_CANDIDATES, MAX_SECONDARY, Mention, Part};
use crate::journal::{AttributionMethod, Named, TextField};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What the record as a whole is about.
#[derive(Default)]
pub struct Told {
    work: bool,
    /// Several are to blame.
    both: bool,
    /// It says that it can name nobody.
    nameless: bool,
    /// It accuses an office.
    office: bool,
    /// It asks the city for a light or a road, or an office for an answer.
    street: bool,
    /// Grievances against somebody without a name.
    pub strangers: u32,
}

impl Told {
    pub fn hear(&mut self, part: &Part) {
        let turns = part.turns;
        self.work |= turns.say(Cue::Work);
        self.both |= turns.say(Cue::Both);
        self.nameless |= turns.say(Cue::Nameless);
        self.office |= turns.say(Cue::Office) || turns.focus.is_some_and(|at| accuses_office(&part.text, at));
        self.street |= turns.say(Cue::Street) || asks_office(&part.text);
    }
}

/// Whom a mention means, or may mean.
fn ids(mention: &Mention) -> Vec<&str> {
    match &mention.named {
        Some(named) => vec![named.id.as_str()],
        None => mention.candidates.iter().map(String::as_str).collect(),
    }
}

fn id(mention: &Mention) -> Option<&str> {
    mention.named.as_ref().map(|a| a.id.as_str())
}

/// All that a record says of one firm, or of the several that share a name.
struct Case<'a> {
    /// Where it stands first.
    first: &'a Mention,
    at: usize,
    plainly: u8,
    /// As the text says, whatever a field does.
    in_text: u8,
    deeds: u32,
    /// Title or text speak of it; else a field alone does.
    told_of: bool,
    /// Named as somebody beside the matter too.
    beside: bool,
    often: usize,
    whole: bool,
}

impl<'a> Case<'a> {
    /// None, if nothing accuses it.
    fn of(at: usize, first: &'a Mention, mentions: &'a [Mention], told: &Told) -> Option<Case<'a>> {
        let own = || mentions.iter().filter(move |m| if id(first).is_some() { id(m) == id(first) } else { m.span == first.span });
        let named = || own().filter(|m| !m.noun);
        let others = mentions.iter().any(|m| m.role == Role::Accused && !m.noun && (m.plainly > 0 || m.deeds > 0));
        let works = |m: &Mention| m.role == Role::Employer && told.work && !others;
        // A noun accuses only where it is plain that it is its firm that is meant.
        let accused = own().filter(|m| (!m.noun || m.plainly >= 3) && (m.role == Role::Accused || works(m)));
        let in_text = own().filter(|m| m.role == Role::Accused && m.span.field != TextField::SubjectName);
        let by_name = |m: &Mention| {
            m.named.as_ref().is_some_and(|a| matches!(a.method, AttributionMethod::Name | AttributionMethod::IdInText))
        };
        Some(Case {
            first,
            at,
            plainly: accused.map(|m| m.plainly).max()?,
            in_text: in_text.map(|m| m.plainly).max().unwrap_or(1),
            deeds: own().map(|m| m.deeds).sum(),
            told_of: own().any(|m| m.span.field != TextField::SubjectName),
            beside: named().any(|m| is_beside(m) && !(m.role == Role::Employer && told.work)),
            often: named().count() / 2,
            whole: named().any(by_name),
        })
    }

    /// It is not accused after all: cleared, compared, or somebody else did it.
    fn falls(&self, mentions: &[Mention], told: &Told) -> bool {
        let may = |m: &Mention| id(self.first).is_some_and(|id| ids(m).contains(&id));
        let is = |role: Role, nouns: bool| mentions.iter().any(|m| m.role == role && (nouns || !m.noun) && may(m));
        let cleared = is(Role::Exonerated, self.in_text < 3) || self.plainly < 3 && is(Role::Comparison, false);
        let nameless = told.nameless && self.in_text < 3 && self.deeds <= told.strangers + 1;
        let only_beside = self.beside && self.deeds == 0 && self.plainly < 2 && !told.work;
        let by_office = told.office && self.plainly < 4 || told.street && self.plainly < 2;
        let mine = self.plainly < 3 && mentions.iter().any(|m| m.role == Role::Mentioned && m.plainly == 3 && may(m));
        let others = mentions.iter().any(|m| m.role == Role::Accused && !m.noun && m.plainly > 0 && !may(m));
        let mine = mine && (others || !told.work);
        cleared || mine || nameless || only_beside || by_office || self.is_a_strangers(told)
    }

    /// The grievances are against somebody without a name.
    fn is_a_strangers(&self, told: &Told) -> bool {
        let weak = self.beside || self.plainly <= 1 || self.deeds == 0;
        let more = told.strangers > self.deeds + u32::from(self.plainly > 1);
        let as_many = told.strangers > 0 && told.strangers >= self.deeds;
        self.told_of && self.in_text < 3 && !told.both && (more || weak && as_many)
    }

    fn rank(&self) -> impl Ord + use<> {
        let plain = if self.plainly >= 3 { self.plainly } else { self.plainly.min(1) };
        let often = if self.plainly == 1 { self.often } else { 0 };
        // Of several accused plainly, who is named first.
        let first = if plain >= 3 { usize::MAX - self.at } else { 0 };
        Reverse((plain, !self.beside, self.first.plainly > 0, first, self.deeds, self.plainly, often, self.whole))
    }
}

/// Named as a place, compared, or only in passing.
fn is_beside(m: &Mention) -> bool {
    matches!(m.role, Role::Landmark | Role::Comparison | Role::Employer) || m.role == Role::Mentioned && m.plainly == 1
}

fn cases<'a>(mentions: &'a [Mention], told: &Told) -> Vec<Case<'a>> {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (at, mention) in mentions.iter().enumerate().filter(|(_, m)| !m.noun) {
        let known = id(mention).is_some_and(|id| seen.contains(&id));
        seen.extend(id(mention));
        if !known {
            out.extend(Case::of(at, mention, mentions, told).filter(|case| !case.falls(mentions, told)));
        }
    }
    out.sort_by_key(Case::rank);
    out
}

/// The one accused most plainly, then whom the most grievances are given to; others only where the text says that
/// several are to blame.
pub fn concluded(mut mentions: Vec<Mention>, told: &Told) -> Answer {
    the_text_overrules_the_field(&mut mentions);
    let mut accused = cases(&mentions, told);
    let mut answer = Answer { cleared: cleared(&mentions), ..Answer::default() };
    if accused.first().is_some_and(|c| c.plainly == 0) && accused.len() != 1 {
        // Several, and none more than in passing.
        answer.candidates = accused.iter().filter_map(|c| id(c.first)).take(MAX_CANDIDATES).map(str::to_string).collect();
        accused.clear();
    }
    if told.both {
        of_several(&mut accused);
    }
    let plainly = accused.iter().filter(|c| c.plainly >= 3).filter_map(|c| id(c.first));
    answer.plainly = plainly.map(str::to_string).collect();
    let first = accused.first().map(|c| c.first);
    answer.subject = first.and_then(named);
    match first {
        Some(first) if answer.subject.is_none() => {
            answer.ambiguous = first.candidates.len() > 1;
            answer.candidates = first.candidates.clone();
        }
        Some(_) => {
            let others = accused[1..].iter().filter(|c| told.both || c.plainly >= 3);
            answer.secondary = others.filter_map(|c| named(c.first)).take(MAX_SECONDARY).collect();
        }
        None => {}
    }
    mentions.retain(|m| !m.noun);
    answer.mentions = mentions;
    answer
}

/// Two are to blame, or as many as are accused plainly; the first is who is named first.
fn of_several(accused: &mut Vec<Case>) {
    if accused.iter().any(|c| c.plainly > 0) {
        accused.retain(|c| c.plainly > 0);
    }
    let plain = accused.iter().filter(|c| c.plainly >= 3).count();
    accused.truncate(plain.max(2));
    accused.sort_by_key(|c| (c.first.plainly == 0, c.at));
}

/// Whom the text names only to clear.
fn cleared(mentions: &[Mention]) -> Vec<String> {
    let in_text = || mentions.iter().filter(|m| !m.noun && m.span.field != TextField::SubjectName);
    let clear = in_text().filter(|m| m.role == Role::Exonerated).filter_map(id);
    clear.collect::<BTreeSet<_>>().into_iter().map(str::to_string).collect()
}

fn named(mention: &Mention) -> Option<Named> {
    mention.named.as_ref().map(|attribution| Named { attribution: attribution.clone(), span: Some(mention.span) })
}

/// The field for the accused often has whoever the clerk heard first: where the text names that one and never as the
/// accused, the field is read as the text.
fn the_text_overrules_the_field(mentions: &mut [Mention]) {
    let weak = |m: &Mention| m.noun && m.role == Role::Accused && m.plainly < 3;
    let in_text: Vec<(Role, Vec<String>)> = mentions
        .iter()
        .filter(|m| m.span.field != TextField::SubjectName && !weak(m))
        .map(|m| (m.role, ids(m).into_iter().map(str::to_string).collect()))
        .collect();
    for field in mentions.iter_mut().filter(|m| m.span.field == TextField::SubjectName && m.role == Role::Accused) {
        let own: Vec<String> = ids(field).into_iter().map(str::to_string).collect();
        let mut roles = in_text.iter().filter(|(_, ids)| ids.iter().any(|id| own.contains(id))).map(|(role, _)| *role);
        if let Some(first) = roles.next()
            && first != Role::Accused
            && roles.all(|role| role != Role::Accused)
        {
            field.role = first;
        }
    }
}
