//! Personal data out of texts: telephone and id numbers, bank cards, papers, plates, e-mail, accounts, rooms
//! people live in, and names where a word announces one or by their characters. Only for texts that go out or
//! into an entry: it is too slow to run over every ticket. What no pattern can know stays.

mod bare;
mod digits;
mod english;
mod figures;
mod foreign;
mod marks;
mod names;
mod papers;
mod persons;

pub use digits::is_citizen_id;

use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// What stands in the place of each piece taken out.
pub const MASK: &str = "***";
/// Longest excerpt of a text, in characters.
pub const MAX_EXCERPT_CHARS: usize = 120;

/// Pieces of a text, in characters, in order and apart.
type Pieces = Vec<Range<usize>>;

/// A text as the patterns read it: character by character as it was, full-width forms and the like plain.
struct Folded {
    chars: Vec<char>,
}

impl Folded {
    fn new(text: &str) -> Folded {
        Folded { chars: text.chars().map(plain).collect() }
    }

    fn at(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    fn starts_with(&self, at: usize, word: &str) -> bool {
        let mut rest = self.chars.get(at..).unwrap_or_default().iter();
        word.chars().all(|c| rest.next().is_some_and(|r| *r == c || r.to_ascii_lowercase() == c))
    }

    /// The position after the longest of the words that stands at `at`.
    fn after_word(&self, at: usize, words: &[&str]) -> Option<usize> {
        let here = self.at(at)?;
        let small = here.to_ascii_lowercase();
        // Nearly always the first character says no.
        let may_be = |word: &str| word.chars().next().is_some_and(|c| c == here || c == small);
        let found = words.iter().filter(|w| may_be(w) && self.starts_with(at, w)).map(|w| w.chars().count()).max()?;
        Some(at + found)
    }

    /// The position after all of the words and signs that follow each other from `at`.
    fn after_fillers(&self, mut at: usize, fillers: &[&str]) -> usize {
        // A bound: fillers come in threes and fours, never by the dozen.
        for _ in 0..8 {
            match self.after_word(at, fillers) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// One character for one: `１` and `①` are `1`, zero-width ones are white space.
fn plain(c: char) -> char {
    if c.is_ascii() || is_han(c) {
        return c;
    }
    if matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' | '\u{FE0F}' | '\u{20E3}') {
        return ' ';
    }
    if matches!(c, '—' | '–' | '―' | '‐' | '‑' | '−' | '－' | 'ー' | '﹣' | '~' | '～') {
        return '-';
    }
    match c {
        '、' | '。' => return c,
        '\u{FF01}'..='\u{FF5E}' => return char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => {}
    }
    if let Some(digit) = other_digit(c) {
        return digit;
    }
    let mut folded = std::iter::once(c).nfkc();
    match (folded.next(), folded.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// The letters and digits of a text alone: 举报 however spaced, cut by signs or with invisible characters within.
pub fn letters(text: &str) -> String {
    let filler = |c: char| matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}');
    text.chars().map(plain).filter(|c| c.is_alphanumeric() && !filler(*c)).collect()
}

/// Digits of other scripts, and those in circles and brackets that are no one character to Unicode: the
/// first of each row and its value.
const OTHER_DIGITS: &[(u32, u32)] = &[
    (0x0660, 0),
    (0x06F0, 0),
    (0x07C0, 0),
    (0x0966, 0),
    (0x09E6, 0),
    (0x0A66, 0),
    (0x0AE6, 0),
    (0x0B66, 0),
    (0x0BE6, 0),
    (0x0C66, 0),
    (0x0CE6, 0),
    (0x0D66, 0),
    (0x0DE6, 0),
    (0x0E50, 0),
    (0x0ED0, 0),
    (0x0F20, 0),
    (0x1040, 0),
    (0x1090, 0),
    (0x17E0, 0),
    (0x1810, 0),
    (0x1946, 0),
    (0x19D0, 0),
    (0x1A80, 0),
    (0x1A90, 0),
    (0x1B50, 0),
    (0x1BB0, 0),
    (0x1C40, 0),
    (0x1C50, 0),
    (0xA620, 0),
    (0xA8D0, 0),
    (0xA900, 0),
    (0xA9D0, 0),
    (0xA9F0, 0),
    (0xAA50, 0),
    (0xABF0, 0),
    (0x24FF, 0),
    (0x24F5, 1),
    (0x2474, 1),
    (0x2488, 1),
    (0x2776, 1),
    (0x2780, 1),
    (0x278A, 1),
];

fn other_digit(c: char) -> Option<char> {
    let of = |(first, value): &(u32, u32)| {
        let value = u32::from(c).checked_sub(*first)? + value;
        // ⓿ stands alone: what follows it are other signs.
        (*first != 0x24FF || value == 0).then(|| char::from_digit(value, 10)).flatten()
    };
    OTHER_DIGITS.iter().find_map(of)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{3FFFF}' | '〇')
}

/// The text without numbers and accounts of persons; names stay. For names, addresses and labels.
pub fn numbers(text: &str) -> Cow<'_, str> {
    if has_no_number(text) {
        return Cow::Borrowed(text);
    }
    without(text, number_pieces)
}

/// Most names of a directory's 400,000 rows: not worth a closer look. A number or an account has five letters
/// and digits at least, or an `@`.
fn has_no_number(text: &str) -> bool {
    const LEAST: usize = 5;
    let counts = |c: &char| digits::is_digit(*c) || !(is_han(*c) || c.is_whitespace() || c.is_ascii_punctuation());
    text.chars().filter(counts).take(LEAST).count() < LEAST && !text.contains(['@', '＠'])
}

/// The text without numbers, accounts, rooms and announced names. For labels: names without a word before them
/// stay, since what is guessed to be one may be a place, and two places would become one.
pub fn label(text: &str) -> Cow<'_, str> {
    without(text, label_pieces)
}

/// The text without anything that may be a person's. For what people wrote.
pub fn text(text: &str) -> Cow<'_, str> {
    without(text, all_pieces)
}

fn number_pieces(folded: &Folded) -> Pieces {
    let mut pieces = digits::pieces(folded);
    pieces.extend(digits::lettered(folded));
    pieces.extend(marks::pieces(folded));
    united(pieces)
}

fn label_pieces(folded: &Folded) -> Pieces {
    let mut pieces = number_pieces(folded);
    pieces.extend(papers::pieces(folded));
    pieces.extend(names::pieces(folded));
    pieces.extend(foreign::announced_pieces(folded));
    united(pieces)
}

fn all_pieces(folded: &Folded) -> Pieces {
    let mut pieces = label_pieces(folded);
    let bare = bare::pieces(folded, &pieces);
    pieces.extend(bare);
    pieces.extend(foreign::dotted_pieces(folded));
    pieces.extend(english::pieces(folded));
    united(pieces)
}

/// In order, and none overlapping another.
fn united(mut pieces: Pieces) -> Pieces {
    pieces.sort_by_key(|p| (p.start, p.end));
    let mut out: Pieces = Vec::new();
    for piece in pieces {
        match out.last_mut() {
            Some(last) if piece.start < last.end => last.end = last.end.max(piece.end),
            _ => out.push(piece),
        }
    }
    out
}

/// Taking a piece out can show another (`电话` now stands before the rest): a second look or two finds it.
const MAX_LOOKS: usize = 4;

fn without(text: &str, pieces_of: fn(&Folded) -> Pieces) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    for _ in 0..MAX_LOOKS {
        let pieces = pieces_of(&Folded::new(&out));
        if pieces.is_empty() {
            break;
        }
        out = Cow::Owned(replaced(&out, &pieces));
    }
    out
}

fn replaced(text: &str, pieces: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pieces = pieces.iter().peekable();
    for (at, c) in text.chars().enumerate() {
        while pieces.peek().is_some_and(|p| p.end <= at) {
            pieces.next();
        }
        match pieces.peek() {
            Some(piece) if at == piece.start => out.push_str(MASK),
            Some(piece) if piece.contains(&at) => {}
            _ => out.push(c),
        }
    }
    out
}

/// At most [`MAX_EXCERPT_CHARS`] of a text, masked, white space on one line; around a piece of it where one
/// is given, in characters. The mask comes before the cut: half a number could not be told any more.
pub fn excerpt(whole: &str, around: Option<Range<usize>>) -> Option<String> {
    const BEFORE: usize = 40;
    const CUT: char = '…';
    let masked = text(whole);
    // Masks are shorter or longer than what they hide: the place is found again by what stands before it.
    let from = around.map_or(0, |piece| {
        let before: String = whole.chars().take(piece.start.saturating_sub(BEFORE)).collect();
        text(&before).chars().count()
    });
    let mut chars: Vec<char> = Vec::new();
    let line = masked.chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c });
    let mut rest = line.skip(from.min(masked.chars().count()));
    if from > 0 {
        chars.push(CUT);
    }
    for c in rest.by_ref() {
        if c == ' ' && chars.last().is_none_or(|last| *last == ' ') {
            continue;
        }
        chars.push(c);
        if chars.len() > MAX_EXCERPT_CHARS {
            chars.truncate(MAX_EXCERPT_CHARS - 1);
            chars.push(CUT);
            break;
        }
    }
    let out: String = chars.into_iter().collect();
    let out = out.trim();
    (!out.trim_matches(CUT).is_empty()).then(|| out.to_string())
}

/// A natural person's name for those who need not know it: `张某`, `王某烧烤店`. Rather too much is hidden
/// than a name shown.
pub fn subject_name(name: &str) -> String {
    let masked = persons::masked(&numbers(name));
    without(&masked, names::announced_pieces).into_owned()
}

/// Whether a character is in surnames or given names as this module knows them.
#[cfg(test)]
pub fn is_of_names(c: char) -> bool {
    names::is_surname(c) || bare::is_given_char(c)
}

#[cfg(test)]
mod tests;
