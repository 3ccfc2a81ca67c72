//! All places of a record that name one firm, and the signs around them.

use super::signs::{Masked, OTHER, OWN, Sign, Stands, THIRD};
use super::{Mention, Part};
use crate::journal::TextField;

/// More firms than this are alike.
const MAX_COUNTED: usize = 4;

/// A firm, or the several that share a name, with all its places.
pub struct Suspect<'a> {
    pub mentions: Vec<&'a Mention>,
}

/// The same firm, or the same that share a name, in whatever order.
fn is_same(one: &Mention, other: &Mention) -> bool {
    let (one, other) = (one.whom(), other.whom());
    one.len() == other.len() && one.iter().all(|id| other.contains(id))
}

/// In the order in which they are named first.
pub fn suspects(mentions: &[Mention]) -> Vec<Suspect<'_>> {
    let mut all: Vec<Suspect> = Vec::new();
    for mention in mentions.iter().filter(|m| !m.noun) {
        match all.iter_mut().find(|s| is_same(s.first(), mention)) {
            Some(suspect) => suspect.mentions.push(mention),
            None => all.push(Suspect { mentions: vec![mention] }),
        }
    }
    all
}

impl<'a> Suspect<'a> {
    pub fn first(&self) -> &'a Mention {
        self.mentions[0]
    }

    /// Title or text speak of it.
    pub fn told_of(&self) -> bool {
        self.mentions.iter().any(|m| m.span.field != TextField::SubjectName)
    }

    /// Tells `each` of all signs, of some more than once. `at`: which of how many it is.
    pub fn signs(&self, parts: &[Part], mentions: &[Mention], (at, of): (usize, usize), mut each: impl FnMut(Sign)) {
        let mut record = |text: String| each(Sign::new(Stands::Record, text.chars()));
        let all = of.min(MAX_COUNTED);
        record(format!("f{all}"));
        record(format!("o{}{all}", at.min(MAX_COUNTED - 1)));
        record(format!("n{}{}", self.mentions.len().min(MAX_COUNTED), all.min(2)));
        record(format!("l{}", u8::from(at + 1 == of)));
        let fields = [(TextField::SubjectName, "s"), (TextField::Title, "t")];
        for (field, name) in fields {
            if self.mentions.iter().any(|m| m.span.field == field) {
                record(name.to_string());
            }
        }
        masked(parts, mentions, |m| if is_same(m, self.first()) { OWN } else { OTHER }).signs(each);
    }

    /// Tells `each` of all signs that both are accused.
    pub fn signs_with(&self, other: &Suspect, parts: &[Part], mentions: &[Mention], each: impl FnMut(Sign)) {
        let mask = |m: &Mention| match m {
            m if is_same(m, self.first()) => OWN,
            m if is_same(m, other.first()) => OTHER,
            _ => THIRD,
        };
        masked(parts, mentions, mask).signs_of_both(each);
    }
}

fn masked(parts: &[Part], mentions: &[Mention], mask: impl Fn(&Mention) -> char) -> Masked {
    let mut out = Masked::new();
    for part in parts.iter().filter(|part| part.is_told()) {
        let names = mentions.iter().filter(|m| !m.noun && m.span.field == part.field);
        out.add(&part.text, names.map(|m| (m.at.0, m.at.1, mask(m))));
    }
    out
}
