//! Text as people and exports write it → one form, in one place. Text that is in that form already is
//! returned as it is, without an allocation.
//!
//! - Invisible characters go: zero-width ones, controls, direction marks. No-break spaces become spaces.
//! - NFKC: full-width letters and digits, ligatures, compatibility ideographs. The full-width
//!   punctuation Chinese is written with stays.
//! - HTML: tags of a known list go (those that begin a line become one), entities are decoded.
//! - Traditional characters become simplified ones, one by one, where GB 2312 does not have them.
//!   乾, 著, 於, 徵 and 麽 stay: simplified text has them too. Characters registered names
//!   are written with today (昇, 喆, 堃) stay.
//! - Line breaks, tabs and written-out `\n`, `\t` at either end go.

use crate::journal::Flag;
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, is_nfkc};

use super::html;

/// Passes over one text. Each removes what the one before uncovered (an entity that gave a combining
/// mark); ordinary text is done after one, and what is left after the last stays.
const MAX_PASSES: usize = 8;

const FIRST_CJK: u32 = 0x4e00;
const LAST_CJK: u32 = 0x9fff;

/// The simplified form of each character from U+4E00 on; 0: it has none. Pairs taken from OpenCC's
/// TSCharacters (Apache-2.0), without those whose first character stands in GB 2312.
static SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0; (LAST_CJK - FIRST_CJK + 1) as usize];
    let mut chars = include_str!("traditional.txt").chars().filter(|c| *c != '\n');
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if let Some(place) = table.get_mut((from as u32).wrapping_sub(FIRST_CJK) as usize) {
            *place = to as u32 as u16;
        }
    }
    table
});

fn simplified(c: char, table: &[u16]) -> Option<char> {
    match table.get((c as u32).wrapping_sub(FIRST_CJK) as usize) {
        None | Some(0) => None,
        Some(to) => char::from_u32(u32::from(*to)),
    }
}

/// Punctuation Chinese text is written with, which NFKC would fold to plain ASCII.
fn is_chinese_punctuation(c: char) -> bool {
    matches!(c, '，' | '！' | '？' | '：' | '；' | '（' | '）' | '～' | '…')
}

/// Characters nobody sees and nobody means.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_no_break(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// Whether the character can stay whatever stands beside it.
fn is_plain(c: char, table: &[u16]) -> bool {
    match c {
        '&' | '<' | '\r' => false,
        ' '..='~' | '\n' | '\t' => true,
        '\u{4e00}'..='\u{9fff}' => simplified(c, table).is_none(),
        '、' | '。' | '“' | '”' | '‘' | '’' | '《' | '》' | '【' | '】' | '·' | '—' => true,
        _ => is_chinese_punctuation(c),
    }
}

pub(super) fn note(flags: &mut Vec<Flag>, flag: Flag) {
    if !flags.contains(&flag) {
        flags.push(flag);
    }
}

/// Free text in one form; every repair is a flag. Cleaning what is clean changes nothing.
pub fn clean<'a>(raw: &'a str, flags: &mut Vec<Flag>) -> Cow<'a, str> {
    let text = trimmed(raw, flags);
    let table = SIMPLIFIED.as_slice();
    if text.chars().all(|c| is_plain(c, table)) {
        return Cow::Borrowed(text);
    }
    let mut done = pass(text, flags);
    for _ in 1..MAX_PASSES {
        let next = pass(&done, flags);
        if next == done {
            break;
        }
        done = next;
    }
    if done == text { Cow::Borrowed(text) } else { Cow::Owned(done) }
}

/// A record's id in one form, so that `A1` and `Ａ１` are one ticket: NFKC but for the punctuation of Chinese,
/// nothing that can't be seen, no white space at either end. Letters keep their case, and what stands in the
/// middle stays; an id of plain ASCII stays as it is, byte for byte.
pub(super) fn clean_id(raw: &str, flags: &mut Vec<Flag>) -> String {
    let seen = visible(raw, flags);
    composed(seen.trim(), flags).trim().to_string()
}

/// A name in one form: as free text, and without the spaces between Chinese characters. Spaces
/// between Latin words are one each.
pub fn clean_name<'a>(raw: &'a str, flags: &mut Vec<Flag>) -> Cow<'a, str> {
    let mut text = clean(raw, flags);
    for _ in 0..MAX_PASSES {
        let Some(closed) = without_spaces(&text) else { break };
        note(flags, Flag::NameSpacesRemoved);
        // What stood apart may belong together.
        text = Cow::Owned(clean(&closed, flags).into_owned());
    }
    text
}

/// The name without spaces but single ones between Latin words, if that changes it.
fn without_spaces(text: &str) -> Option<String> {
    if !text.contains(char::is_whitespace) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        out.push_str(word);
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
        if words.peek().is_some_and(|next| latin(word.chars().next_back()) && latin(next.chars().next())) {
            out.push(' ');
        }
    }
    (out != text).then_some(out)
}

/// Without white space and written-out line breaks and tabs at either end.
fn trimmed<'a>(raw: &'a str, flags: &mut Vec<Flag>) -> &'a str {
    const WRITTEN_OUT: [&str; 3] = ["\\n", "\\t", "\\r"];
    let mut text = raw.trim();
    let mut padded = raw.len() != text.len() && raw.trim_matches(' ').len() != text.len();
    loop {
        let inner = WRITTEN_OUT.iter().fold(text, |text, mark| {
            let text = text.strip_prefix(mark).unwrap_or(text);
            text.strip_suffix(mark).unwrap_or(text)
        });
        if inner.len() == text.len() {
            break;
        }
        padded = true;
        text = inner.trim();
    }
    if padded {
        note(flags, Flag::PaddingRemoved);
    }
    text
}

fn pass(text: &str, flags: &mut Vec<Flag>) -> String {
    let mut out = composed(&visible(text, flags), flags);
    if out.contains(['&', '<']) {
        let plain = html::removed(&out, flags);
        // The line a closing tag gave is no padding of the feed's.
        out = if plain == out { plain } else { trimmed(&plain, &mut Vec::new()).to_string() };
    }
    let table = SIMPLIFIED.as_slice();
    if out.chars().any(|c| simplified(c, table).is_some()) {
        note(flags, Flag::TraditionalFolded);
        out = out.chars().map(|c| simplified(c, table).unwrap_or(c)).collect();
    }
    trimmed(&out, flags).to_string()
}

fn visible<'a>(text: &'a str, flags: &mut Vec<Flag>) -> Cow<'a, str> {
    if !text.contains(|c| is_invisible(c) || is_no_break(c) || c == '\r') {
        return Cow::Borrowed(text);
    }
    // Line ends of another system are no repair worth a flag.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_no_break(c) { ' ' } else { c }).collect();
    if kept != text {
        note(flags, Flag::InvisibleRemoved);
    }
    Cow::Owned(kept)
}

/// NFKC, but for the punctuation of Chinese.
fn composed(text: &str, flags: &mut Vec<Flag>) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_chinese_punctuation) {
        let last = piece.chars().next_back().filter(|c| is_chinese_punctuation(*c));
        let body = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
        if is_nfkc(body) {
            out.push_str(body);
        } else {
            note(flags, Flag::WidthFolded);
            out.extend(body.nfkc());
        }
        out.extend(last);
    }
    out
}

/// What a decoded character adds to a text in one form.
pub(super) fn normal(c: char) -> impl Iterator<Item = char> {
    let c = if is_no_break(c) { ' ' } else { c };
    let plain = (c.is_ascii() || is_chinese_punctuation(c)) && !is_invisible(c);
    let folded = (!plain && !is_invisible(c)).then(|| std::iter::once(c).nfkc());
    plain.then_some(c).into_iter().chain(folded.into_iter().flatten())
}
