//! The signs around a name: short pieces of text, and where they stand to it. From them [`super::weights`] says how
//! likely the text accuses it. Names are masked, so that no firm's name is a sign of anything.

use super::courtesy::is_courtesy;
use super::fold::Folded;
use super::role::ends_clause;
use std::fmt;

/// Longest piece of text that is a sign.
const MAX_GRAM_CHARS: usize = 5;
/// So much of a clause is looked at.
const MAX_CLAUSE_CHARS: usize = 18;
/// So much of a text, before and behind.
const MAX_LOOK_CHARS: usize = 80;
/// So much of a text, where it is read as a whole.
const MAX_WHOLE_CHARS: usize = 600;
/// In a text as read here: the name in question, and any other; of two, the other of them, and any third.
pub const OWN: char = '甲';
pub const OTHER: char = '乙';
pub const THIRD: char = '丙';
/// What ends title and content: no sign may hold the end of a line.
const END: char = '。';

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
    /// Anywhere in title or content.
    Text,
    /// No piece of text, but something about the record.
    Record,
    /// Of two firms: anywhere; from the first place of the one to the first of the other; behind those; no piece of text.
    BothText,
    BothBetween,
    BothBehind,
    BothRecord,
}

impl Stands {
    const ALL: [(Stands, &str); 15] = [
        (Stands::Before, "before"),
        (Stands::Behind, "behind"),
        (Stands::ClauseBefore, "clause_before"),
        (Stands::ClauseBehind, "clause_behind"),
        (Stands::EarlierClause, "earlier_clause"),
        (Stands::NextClause, "next_clause"),
        (Stands::SecondClause, "second_clause"),
        (Stands::OwnBefore, "own_before"),
        (Stands::OwnBehind, "own_behind"),
        (Stands::Text, "text"),
        (Stands::Record, "record"),
        (Stands::BothText, "both_text"),
        (Stands::BothBetween, "both_between"),
        (Stands::BothBehind, "both_behind"),
        (Stands::BothRecord, "both_record"),
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

    fn of(stands: Stands, gram: &[char]) -> Sign {
        Sign::new(stands, gram.iter().copied())
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

/// Title and content as read here: every name is one character, and so is every digit.
pub struct Masked {
    chars: Vec<char>,
    /// Where names stand, in order, and what each is masked as.
    names: Vec<(usize, char)>,
}

impl Masked {
    pub fn new() -> Masked {
        Masked { chars: Vec::new(), names: Vec::new() }
    }

    /// Adds a part of the record. `places`: where names begin and end, in order, and what each is masked as. Clauses of
    /// mere courtesy are left out.
    pub fn add(&mut self, text: &Folded, places: impl Iterator<Item = (usize, usize, char)>) {
        let mut at = 0;
        for (from, to, mask) in places {
            // What stands within another name is part of it.
            if from < at || from >= text.len() {
                continue;
            }
            self.say(text.slice(at, from), false);
            self.names.push((self.chars.len(), mask));
            self.chars.push(mask);
            at = to.clamp(from, text.len());
        }
        self.say(text.slice(at, text.len()), true);
        // However it ends.
        self.chars.pop_if(|c| ends_clause(*c));
        self.chars.push(END);
    }

    /// Adds what stands between names; `last`: behind all of them.
    fn say(&mut self, chars: &[char], last: bool) {
        for clause in chars.split_inclusive(|c| ends_clause(*c)) {
            let begins = self.chars.last().is_none_or(|c| ends_clause(*c));
            let words = clause.split_last().filter(|(c, _)| ends_clause(**c)).map_or(clause, |(_, words)| words);
            // 谢谢 before a name is no courtesy.
            let whole = begins && (words.len() < clause.len() || last);
            if !(whole && is_courtesy(&words.iter().collect::<String>())) {
                self.chars.extend(clause.iter().map(|c| without_digits(*c)));
            }
        }
    }

    /// As much of it as is read as a whole.
    fn whole(&self) -> &[char] {
        &self.chars[..self.chars.len().min(MAX_WHOLE_CHARS)]
    }

    /// Tells `each` of the signs around a firm's names, of some more than once.
    pub fn signs(&self, mut each: impl FnMut(Sign)) {
        let own = (0..self.names.len()).filter(|n| self.names[*n].1 == OWN);
        own.for_each(|n| self.around(n, &mut each));
        grams(Stands::Text, self.whole(), 2, 3, &mut each);
    }

    /// Tells `each` of the signs that two firms are accused together.
    pub fn signs_of_both(&self, mut each: impl FnMut(Sign)) {
        let place = |mask: char| self.names.iter().find(|(_, m)| *m == mask).map(|(at, _)| *at);
        let (Some(one), Some(other)) = (place(OWN), place(OTHER)) else { return };
        let (first, last) = (one.min(other), one.max(other));
        let between = &self.chars[first..(last + 1).min(first + MAX_WHOLE_CHARS)];
        let behind = &self.chars[last + 1..self.chars.len().min(last + 1 + MAX_WHOLE_CHARS)];
        grams(Stands::BothText, self.whole(), 2, 3, &mut each);
        grams(Stands::BothBetween, between, 1, 3, &mut each);
        grams(Stands::BothBehind, behind, 2, 3, &mut each);
        each(Sign::new(Stands::BothRecord, format!("l{}", (between.len() / 4).min(8)).chars()));
    }

    /// Whether nothing but a word of a list stands between a name and the next: 甲、乙和丙.
    fn is_list(&self, n: usize) -> bool {
        let (Some((at, _)), Some((next, _))) = (self.names.get(n), self.names.get(n + 1)) else { return false };
        matches!(self.chars[at + 1..*next], ['、' | '和' | '及'] | ['以', '及'] | ['还', '有'] | ['、' | ',' | '，', '还', '有'])
    }

    /// The signs around a place. Names of a list share what stands around it.
    fn around(&self, n: usize, each: &mut impl FnMut(Sign)) {
        let first = (0..n).rev().take_while(|n| self.is_list(*n)).last().unwrap_or(n);
        let last = (n..self.names.len()).take_while(|n| self.is_list(*n)).last().map_or(n, |n| n + 1);
        if first < last {
            each(Sign::new(Stands::Record, format!("j{}{}", (n - first).min(3), (last - first).min(3)).chars()));
        }
        let (from, to) = (self.names[first].0, self.names[last].0 + 1);
        let before = &self.chars[from.saturating_sub(MAX_LOOK_CHARS)..from];
        let behind = &self.chars[to..self.chars.len().min(to + MAX_LOOK_CHARS)];
        let mut clauses = before.rsplit(|c| ends_clause(*c));
        let mut last = || clauses.next().map_or(&[][..], |clause| &clause[clause.len().saturating_sub(MAX_CLAUSE_CHARS)..]);
        let (clause, earlier) = (last(), last());
        let mut clauses = behind.split(|c| ends_clause(*c));
        let mut first = || clauses.next().map_or(&[][..], |clause| &clause[..clause.len().min(MAX_CLAUSE_CHARS)]);
        let (rest, next, second) = (first(), first(), first());
        // Of a clause that is empty here, that it is.
        let ends = |clause: &[char]| clause.len().min(1)..=clause.len().min(MAX_GRAM_CHARS);
        ends(clause).for_each(|n| each(Sign::of(Stands::Before, &clause[clause.len() - n..])));
        ends(rest).for_each(|n| each(Sign::of(Stands::Behind, &rest[..n])));
        let own_before = before.iter().rposition(|c| *c == OTHER).unwrap_or(0);
        let own_behind = behind.iter().position(|c| *c == OTHER).map_or(behind.len(), |at| at + 1);
        grams(Stands::ClauseBefore, clause, 1, 4, each);
        grams(Stands::ClauseBehind, rest, 1, 4, each);
        grams(Stands::EarlierClause, earlier, 2, 3, each);
        grams(Stands::NextClause, next, 2, 3, each);
        grams(Stands::SecondClause, second, 2, 3, each);
        grams(Stands::OwnBefore, &before[own_before..], 2, 3, each);
        grams(Stands::OwnBehind, &behind[..own_behind], 2, 3, each);
    }
}

/// All pieces of so many characters.
fn grams(stands: Stands, chars: &[char], shortest: usize, longest: usize, each: &mut impl FnMut(Sign)) {
    for n in shortest..=longest {
        chars.windows(n).for_each(|gram| each(Sign::of(stands, gram)));
    }
}

fn without_digits(c: char) -> char {
    if c.is_ascii_digit() { '0' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `x` is the name in question, `y` another, `z` a third.
    fn masked(text: &str) -> Masked {
        let text = Folded::new(text);
        let mask = |(at, c): (usize, &char)| {
            let (_, mask) = [('x', OWN), ('y', OTHER), ('z', THIRD)].into_iter().find(|(name, _)| name == c)?;
            Some((at, at + 1, mask))
        };
        let places: Vec<(usize, usize, char)> = text.chars.iter().enumerate().filter_map(mask).collect();
        let mut masked = Masked::new();
        masked.add(&text, places.into_iter());
        masked
    }

    fn told(tell: impl FnOnce(&mut dyn FnMut(Sign))) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        tell(&mut |sign| {
            assert_eq!(Sign::parse(&sign.to_string()), Some(sign), "{sign}");
            assert_eq!(sign.to_string().lines().count(), 1, "{sign}");
            out.insert(sign.to_string());
        });
        out
    }

    #[test]
    fn what_stands_around_a_name() {
        let cases: [(&str, &[&str], &[&str]); 10] = [
            ("投诉X欠薪", &["before\t投诉", "behind\t欠薪", "clause_before\t投", "text\t诉甲欠"], &["before\t", "behind\t"]),
            ("X", &["before\t", "behind\t", "text\t甲。"], &["clause_before\t投"]),
            // Other names are masked, and end what is the name's own.
            ("X说Y都欠薪", &["behind\t说乙", "own_behind\t说乙", "clause_behind\t欠薪"], &["own_behind\t欠薪", "behind\t说y"]),
            // Names of a list share what stands around it.
            (
                "投诉Y、X和Y都欠薪",
                &["before\t投诉", "behind\t都欠薪", "record\tj12", "text\t、甲和"],
                &["before\t、", "behind\t和乙"],
            ),
            // However polite.
            ("您好，X不退。请处理，谢谢", &["before\t", "behind\t不退", "text\t退。"], &["next_clause\t谢谢", "text\t谢谢"]),
            ("谢谢X", &["before\t谢谢"], &["before\t"]),
            ("投诉X、Y欠薪", &["before\t投诉", "behind\t欠薪", "record\tj01"], &["behind\t、乙"]),
            ("Y说X好", &["before\t乙说", "own_before\t乙说"], &["before\ty说"]),
            (
                "天冷，不热，找X，X说等，再等",
                &["earlier_clause\t不热", "next_clause\t甲说", "second_clause\t再等", "text\t天冷"],
                &["earlier_clause\t天冷"],
            ),
            ("交了1880元X不退", &["before\t0000元"], &["before\t1880元"]),
        ];
        for (text, there, not_there) in cases {
            let told = told(|each| masked(text).signs(each));
            there.iter().for_each(|sign| assert!(told.contains(*sign), "{text}: no {sign:?} in {told:?}"));
            not_there.iter().for_each(|sign| assert!(!told.contains(*sign), "{text}: {sign:?}"));
        }
    }

    #[test]
    fn what_speaks_of_two() {
        let signs = |text: &str| told(|each| masked(text).signs_of_both(each));
        let both = signs("投诉Y和X，与Z无关，两家都不退");
        for sign in ["both_between\t乙和甲", "both_behind\t两家", "both_text\t与丙", "both_record\tl0"] {
            assert!(both.contains(sign), "no {sign} in {both:?}");
        }
        assert!(!both.contains("both_behind\t和甲"), "{both:?}");
        assert!(signs("投诉X").is_empty(), "of one nothing is told");
    }

    #[test]
    fn no_place_is_out_of_bounds() {
        let text = Folded::new("甲乙丙丁");
        // Overlapping, touching, empty, backwards and far out.
        let places = [(0, 2, OWN), (1, 3, OTHER), (3, 3, OWN), (3, 4, OTHER), (4, 9, OWN), (9, 12, OTHER)];
        for first in 0..places.len() {
            let mut masked = Masked::new();
            masked.add(&text, places[first..].iter().copied());
            masked.add(&Folded::new(""), places.into_iter());
            masked.signs(|_| {});
            masked.signs_of_both(|_| {});
        }
    }
}
