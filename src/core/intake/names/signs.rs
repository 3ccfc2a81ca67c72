//! The signs around a name: short pieces of text, and where they stand to it. From them [`super::weights`] says how
//! likely the text accuses it. Names are masked, so that no firm's name is a sign of anything.

use super::fold::Folded;
use super::role::ends_clause;
use std::fmt;

/// Longest piece of text that is a sign.
const MAX_GRAM_CHARS: usize = 5;
/// So much of a clause is looked at.
const MAX_CLAUSE_CHARS: usize = 18;
/// So much of a text, before and behind.
const MAX_LOOK_CHARS: usize = 80;
/// In a text as read here: the name in question, and any other.
const OWN: char = '甲';
const OTHER: char = '乙';

/// Where a piece stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stands {
    /// Its end touches the name; its beginning does.
    Before = 1,
    Behind,
    /// Anywhere in the clause before the name; behind it.
    ClauseBefore,
    ClauseBehind,
    /// In the clause before that one; in the next, and in the one after.
    EarlierClause,
    NextClause,
    SecondClause,
    /// Between the other name before and this; between this and the next other.
    OwnBefore,
    OwnBehind,
    /// No piece of text, but something about the record.
    Record,
}

impl Stands {
    const ALL: [(Stands, &str); 10] = [
        (Stands::Before, "before"),
        (Stands::Behind, "behind"),
        (Stands::ClauseBefore, "clause_before"),
        (Stands::ClauseBehind, "clause_behind"),
        (Stands::EarlierClause, "earlier_clause"),
        (Stands::NextClause, "next_clause"),
        (Stands::SecondClause, "second_clause"),
        (Stands::OwnBefore, "own_before"),
        (Stands::OwnBehind, "own_behind"),
        (Stands::Record, "record"),
    ];
}

/// A piece of text and where it stands, in one number: cheap to make and to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sign(u128);

/// Bits of a character.
const CHAR_BITS: usize = 21;

impl Sign {
    pub fn new(stands: Stands, gram: impl IntoIterator<Item = char>) -> Sign {
        let packed = gram.into_iter().take(MAX_GRAM_CHARS).fold(0, |all: u128, c| all << CHAR_BITS | u128::from(c as u32));
        Sign((stands as u128) << (CHAR_BITS * MAX_GRAM_CHARS) | packed)
    }

    /// As [`fmt::Display`] writes it: where it stands, a tab, the piece.
    pub fn parse(text: &str) -> Option<Sign> {
        let (stands, gram) = text.split_once('\t')?;
        let (stands, _) = Stands::ALL.into_iter().find(|(_, name)| *name == stands)?;
        Some(Sign::new(stands, gram.chars()))
    }

    /// Well mixed, for a table.
    pub fn mixed(self) -> u64 {
        let folded = (self.0 ^ self.0 >> 64) as u64;
        folded.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let stands = self.0 >> (CHAR_BITS * MAX_GRAM_CHARS);
        let name = Stands::ALL.into_iter().find(|(s, _)| *s as u128 == stands).map_or("", |(_, name)| name);
        let chars = (0..MAX_GRAM_CHARS).rev().map(|n| (self.0 >> (CHAR_BITS * n)) as u32 & ((1 << CHAR_BITS) - 1));
        let gram: String = chars.filter(|c| *c > 0).filter_map(char::from_u32).collect();
        write!(f, "{name}\t{gram}")
    }
}

/// A name's place in a text, and whether it is the one in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Masked {
    pub from: usize,
    pub to: usize,
    pub own: bool,
}

/// Tells `each` of the signs around one of the names of a text, of some more than once. `places` stand in order.
pub fn signs(text: &Folded, places: &[Masked], which: usize, mut each: impl FnMut(Sign)) {
    let Some(place) = places.get(which) else { return };
    let (before, behind) = (back(text, places, place.from), on(text, places, place.to));
    let mut clauses = before.rsplit(|c| ends_clause(*c));
    let mut last = || clauses.next().map_or(&[][..], |clause| &clause[clause.len().saturating_sub(MAX_CLAUSE_CHARS)..]);
    let (clause, earlier) = (last(), last());
    let mut clauses = behind.split(|c| ends_clause(*c));
    let mut first = || clauses.next().map_or(&[][..], |clause| &clause[..clause.len().min(MAX_CLAUSE_CHARS)]);
    let (rest, next, second) = (first(), first(), first());
    let mut add = |stands, gram: &[char]| each(Sign::new(stands, gram.iter().copied()));
    // Of a clause that is empty here, that it is.
    let ends = |clause: &[char]| (clause.len().min(1), clause.len().min(MAX_GRAM_CHARS));
    let (shortest, longest) = ends(clause);
    (shortest..=longest).for_each(|n| add(Stands::Before, &clause[clause.len() - n..]));
    let (shortest, longest) = ends(rest);
    (shortest..=longest).for_each(|n| add(Stands::Behind, &rest[..n]));
    let own_before = before.iter().rposition(|c| *c == OTHER).unwrap_or(0);
    let own_behind = behind.iter().position(|c| *c == OTHER).map_or(behind.len(), |at| at + 1);
    let spans: [(Stands, &[char], usize, usize); 7] = [
        (Stands::ClauseBefore, clause, 1, 4),
        (Stands::ClauseBehind, rest, 1, 4),
        (Stands::EarlierClause, earlier, 2, 3),
        (Stands::NextClause, next, 2, 3),
        (Stands::SecondClause, second, 2, 3),
        (Stands::OwnBefore, &before[own_before..], 2, 3),
        (Stands::OwnBehind, &behind[..own_behind], 2, 3),
    ];
    for (stands, chars, shortest, longest) in spans {
        for n in shortest..=longest {
            chars.windows(n).for_each(|gram| add(stands, gram));
        }
    }
}

fn masked(c: char) -> char {
    if c.is_ascii_digit() { '0' } else { c }
}

fn mask(place: &Masked) -> char {
    if place.own { OWN } else { OTHER }
}

/// The text before a place.
fn back(text: &Folded, places: &[Masked], at: usize) -> Vec<char> {
    let mut out = Vec::with_capacity(MAX_LOOK_CHARS);
    let mut before = places[..places.partition_point(|p| p.from < at)].iter().rev().peekable();
    let mut end = at;
    while end > 0 && out.len() < MAX_LOOK_CHARS {
        match before.next_if(|p| p.to >= end) {
            Some(place) => {
                out.push(mask(place));
                end = place.from.min(end - 1);
            }
            None => {
                end -= 1;
                out.push(masked(text.chars[end]));
            }
        }
    }
    out.reverse();
    out
}

/// The text behind a place.
fn on(text: &Folded, places: &[Masked], at: usize) -> Vec<char> {
    let mut out = Vec::with_capacity(MAX_LOOK_CHARS);
    let mut behind = places[places.partition_point(|p| p.from < at)..].iter().peekable();
    let mut from = at;
    while from < text.len() && out.len() < MAX_LOOK_CHARS {
        match behind.next_if(|p| p.from <= from) {
            Some(place) => {
                out.push(mask(place));
                from = place.to.max(from + 1);
            }
            None => {
                out.push(masked(text.chars[from]));
                from += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `X` is the name in question, `Y` another.
    fn told(text: &str) -> BTreeSet<String> {
        let text = Folded::new(text);
        let at = |c: char| text.chars.iter().enumerate().filter(move |(_, here)| **here == c).map(|(at, _)| at);
        let mut places: Vec<Masked> = at('x').map(|from| Masked { from, to: from + 1, own: true }).collect();
        places.extend(at('y').map(|from| Masked { from, to: from + 1, own: false }));
        places.sort_by_key(|p| p.from);
        let which = places.iter().position(|p| p.own).unwrap();
        let mut out = BTreeSet::new();
        signs(&text, &places, which, |sign| {
            assert_eq!(Sign::parse(&sign.to_string()), Some(sign), "{sign}");
            out.insert(sign.to_string());
        });
        out
    }

    #[test]
    fn what_stands_around_a_name() {
        let cases: [(&str, &[&str], &[&str]); 6] = [
            ("投诉X欠薪", &["before\t投诉", "behind\t欠薪", "clause_before\t投", "own_behind\t欠薪"], &["before\t", "behind\t"]),
            ("X", &["before\t", "behind\t"], &["clause_before\t投"]),
            // Other names are masked, and end what is the name's own.
            ("X和Y都欠薪", &["behind\t和乙", "own_behind\t和乙", "clause_behind\t欠薪"], &["own_behind\t欠薪", "behind\t和y"]),
            ("Y说X好", &["before\t乙说", "own_before\t乙说"], &["before\ty说"]),
            (
                "天冷，不热，找X，X说等，再等",
                &["earlier_clause\t不热", "next_clause\t甲说", "second_clause\t再等"],
                &["earlier_clause\t天冷"],
            ),
            ("交了1880元X不退", &["before\t0000元"], &["before\t1880元"]),
        ];
        for (text, there, not_there) in cases {
            let told = told(text);
            there.iter().for_each(|sign| assert!(told.contains(*sign), "{text}: no {sign:?} in {told:?}"));
            not_there.iter().for_each(|sign| assert!(!told.contains(*sign), "{text}: {sign:?}"));
        }
    }

    #[test]
    fn no_place_is_out_of_bounds() {
        let text = Folded::new("甲乙丙丁");
        // Overlapping, touching, empty and far out.
        let places = [(0, 2), (1, 3), (3, 3), (3, 4), (4, 4)].map(|(from, to)| Masked { from, to, own: from == 1 });
        for which in 0..places.len() + 1 {
            signs(&text, &places, which, |_| {});
        }
    }
}
