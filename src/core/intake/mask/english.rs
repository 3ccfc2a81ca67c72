//! Names of persons in English, where a word or a form of address announces one.

use super::{Folded, Pieces};

/// A name follows, however it is written.
const SURE: &[&str] = &[
    "my name is ",
    "my name's ",
    "name is ",
    "names are ",
    "name: ",
    "named ",
    "mr ",
    "mr.",
    "mrs ",
    "mrs.",
    "ms.",
    "ms ",
    "miss ",
    "prof.",
];
/// A name follows if it has capitals.
const PERHAPS: &[&str] = &[
    "i am ",
    "i'm ",
    "i\u{2019}m ",
    "this is ",
    "called ",
    "dr.",
    "dr ",
    "prof ",
    "sir ",
    "contact ",
    "call ",
    "ask for ",
    "speak to ",
    "landlord ",
    "owner ",
    "manager ",
    "tenant ",
    "neighbor ",
    "neighbour ",
    "employee ",
    "supervisor ",
    "driver ",
    "officer ",
    "nurse ",
    "doctor ",
    "teacher ",
    "boss ",
    "husband ",
    "wife ",
    "son ",
    "daughter ",
    "mother ",
    "father ",
    "brother ",
    "sister ",
    "friend ",
    "aunt ",
    "uncle ",
    "resident ",
    "patient ",
    "customer ",
    "client ",
    "signed ",
    "regards ",
    "sincerely ",
    "regards, ",
    "sincerely, ",
];
const MOST_PARTS: usize = 3;

pub(super) fn pieces(text: &Folded) -> Pieces {
    let starts = |at: &usize| text.chars[*at].is_ascii_alphabetic() && (*at == 0 || !text.chars[at - 1].is_ascii_alphanumeric());
    let found = (0..text.chars.len()).filter(starts).filter_map(|at| {
        let name = |words: &[&str], sure: bool| {
            let after = text.after_word(at, words)?;
            let from = text.after_fillers(after, &[" ", ":"]);
            end(text, from, sure).map(|end| from..end)
        };
        name(SURE, true).or_else(|| name(PERHAPS, false))
    });
    found.collect()
}

/// The end of one to three words that may be a name: capitals first, or where it is sure the first in any letters.
fn end(text: &Folded, from: usize, sure: bool) -> Option<usize> {
    let (mut at, mut found) = (from, None);
    for part in 0..MOST_PARTS {
        let rest = text.chars.get(at..).unwrap_or_default();
        let length = rest
            .iter()
            .take(30)
            .take_while(|c| c.is_alphabetic() && !super::is_han(**c) || matches!(c, '-' | '\'' | '\u{2019}'))
            .count();
        let capital = rest.first().is_some_and(|c| c.is_uppercase());
        if length == 0 || !(capital || (sure && part == 0 && rest.first().is_some_and(|c| c.is_alphabetic()))) {
            break;
        }
        found = Some(at + length);
        // J. Smith
        let dot = usize::from(length == 1 && text.at(at + length) == Some('.'));
        at += length + dot;
        if text.at(at) != Some(' ') {
            break;
        }
        at += 1;
    }
    found
}
