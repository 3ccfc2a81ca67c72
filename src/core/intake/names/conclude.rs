//! Who is accused, of all who are named: the record as a whole.

use super::lexicon::Cue;
use super::role::{Role, accuses_office};
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
    /// It asks the city for a light or a road.
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
        self.street |= turns.say(Cue::Street);
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
    deeds: u32,
    /// Named as somebody beside the matter too.
    beside: bool,
    often: usize,
    whole: bool,
}

impl<'a> Case<'a> {
    /// None, if it is not accused.
    fn of(at: usize, first: &'a Mention, mentions: &'a [Mention], told: &Told) -> Option<Case<'a>> {
        let own = || mentions.iter().filter(move |m| if id(first).is_some() { id(m) == id(first) } else { m.span == first.span });
        let may = |candidate: &&Mention| id(first).is_some_and(|id| ids(candidate).contains(&id));
        let is = |role: Role, noun: bool| mentions.iter().any(move |m| m.role == role && (noun || !m.noun) && may(&m));
        let nobody_else = !mentions.iter().any(|m| m.role == Role::Accused && !m.noun && (m.plainly > 0 || m.deeds > 0));
        let accused = own()
            .filter(|m| !m.noun || m.plainly >= 3)
            .filter(|m| m.role == Role::Accused || (m.role == Role::Employer && told.work && nobody_else));
        let plainly = accused.map(|m| m.plainly).max()?;
        let deeds = own().map(|m| m.deeds).sum();
        let whole = |m: &Mention| {
            m.named.as_ref().is_some_and(|a| matches!(a.method, AttributionMethod::Name | AttributionMethod::IdInText))
        };
        let beside = own().any(|m| {
            !m.noun && matches!(m.role, Role::Landmark | Role::Comparison | Role::Employer)
                || m.role == Role::Mentioned && m.plainly == 1
        });
        let in_text =
            own().filter(|m| m.span.field != TextField::SubjectName && m.role == Role::Accused).map(|m| m.plainly).max();
        let nameless = told.nameless && in_text.unwrap_or(1) < 3 && deeds <= told.strangers + 1;
        let case =
            Case { first, at, plainly, deeds, beside, often: own().filter(|m| !m.noun).count() / 2, whole: own().any(whole) };
        let free = is(Role::Exonerated, in_text.unwrap_or(1) < 3) || plainly < 3 && is(Role::Comparison, false);
        let stranger = (told.strangers > deeds + u32::from(plainly > 1)
            || (beside || plainly <= 1 || deeds == 0) && told.strangers > 0 && told.strangers >= deeds)
            && in_text.unwrap_or(1) < 3
            && !told.both;
        let only_beside = beside && deeds == 0 && plainly < 2 && !told.work;
        let out = free || stranger || only_beside || nameless || told.office && plainly < 4 || told.street && plainly < 2;
        (!out).then_some(case)
    }

    fn rank(&self) -> impl Ord + use<> {
        let plain = if self.plainly >= 3 { self.plainly } else { self.plainly.min(1) };
        let often = if self.plainly == 1 { self.often } else { 0 };
        // Of several accused plainly, who is named first.
        let first = if plain >= 3 { usize::MAX - self.at } else { 0 };
        Reverse((plain, !self.beside, self.first.plainly > 0, first, self.deeds, self.plainly, often, self.whole))
    }
}

fn cases<'a>(mentions: &'a [Mention], told: &Told) -> Vec<Case<'a>> {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (at, mention) in mentions.iter().enumerate().filter(|(_, m)| !m.noun) {
        let known = id(mention).is_some_and(|id| seen.contains(&id));
        seen.extend(id(mention));
        if !known {
            out.extend(Case::of(at, mention, mentions, told));
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
    let mut answer = Answer::default();
    if accused.first().is_some_and(|c| c.plainly == 0) && accused.len() != 1 {
        answer.candidates = accused.iter().filter_map(|c| id(c.first)).take(MAX_CANDIDATES).map(str::to_string).collect();
        accused.clear();
    }
    answer.cleared = cleared(&mentions);
    if told.both {
        // Of several to blame, who is named first.
        if accused.iter().any(|c| c.plainly > 0) {
            accused.retain(|c| c.plainly > 0);
        }
        let plain = accused.iter().filter(|c| c.plainly >= 3).count();
        accused.truncate(plain.max(2));
        accused.sort_by_key(|c| (c.first.plainly == 0, c.at));
    }
    let plainly = accused.iter().filter(|c| c.plainly >= 3).filter_map(|c| id(c.first));
    answer.plainly = plainly.map(str::to_string).collect();
    if let Some(first) = accused.first().map(|c| c.first) {
        match named(first) {
            Some(subject) => {
                answer.subject = Some(subject);
                let others = accused[1..].iter().filter(|c| told.both || c.plainly >= 3);
                answer.secondary = others.filter_map(|c| named(c.first)).take(MAX_SECONDARY).collect();
            }
            None => {
                answer.ambiguous = first.candidates.len() > 1;
                answer.candidates = first.candidates.clone();
            }
        }
    }
    mentions.retain(|m| !m.noun);
    answer.mentions = mentions;
    answer
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
