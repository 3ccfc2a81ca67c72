//! Lists of words that are looked for in short pieces of text. Nearly always none of a list is there, and two
//! characters say so.

/// A list of words, none of them empty.
pub struct Words {
    pub all: &'static [&'static str],
    /// The first two characters of each; the last two, from the end.
    first: Pairs,
    last: Pairs,
}

/// `words!["甲", "乙"]`, made while compiling.
macro_rules! words {
    ($($word:literal),* $(,)?) => {
        const { &$crate::intake::names::words::Words::new(&[$($word),*]) }
    };
}
pub(super) use words;

/// Pairs of characters, one bit each. It may have one in vain, but never lacks one.
struct Pairs([u64; 1 << (PAIR_BITS - 6)]);

const PAIR_BITS: u32 = 11;

/// Beside a word of one character, and beside the last one of a text.
const NONE: char = '\0';

impl Pairs {
    const fn none() -> Pairs {
        Pairs([0; _])
    }

    const fn bit(a: u32, b: u32) -> (usize, u64) {
        let hash = (a.wrapping_mul(0x9E37_79B1) ^ b.wrapping_mul(0x85EB_CA77)) >> (u32::BITS - PAIR_BITS);
        (hash as usize / 64, 1 << (hash % 64))
    }

    const fn add(&mut self, a: u32, b: u32) {
        let (at, bit) = Pairs::bit(a, b);
        self.0[at] |= bit;
    }

    fn has(&self, a: char, b: char) -> bool {
        let has = |b: char| {
            let (at, bit) = Pairs::bit(a as u32, b as u32);
            self.0[at] & bit != 0
        };
        has(b) || has(NONE)
    }

    fn has_first(&self, mut chars: impl Iterator<Item = char>) -> bool {
        chars.next().is_some_and(|first| self.has(first, chars.next().unwrap_or(NONE)))
    }
}

/// The character that begins at a byte, and where the next does: `str::chars` is not for constants.
const fn char_at(bytes: &[u8], at: usize) -> (u32, usize) {
    let lead = bytes[at] as u32;
    let (mut c, len) = match lead {
        0..0x80 => (lead, 1),
        0x80..0xE0 => (lead & 0x1F, 2),
        0xE0..0xF0 => (lead & 0x0F, 3),
        _ => (lead & 0x07, 4),
    };
    let mut next = at + 1;
    while next < at + len {
        c = c << 6 | bytes[next] as u32 & 0x3F;
        next += 1;
    }
    (c, next)
}

impl Words {
    pub const fn new(all: &'static [&'static str]) -> Words {
        let mut words = Words { all, first: Pairs::none(), last: Pairs::none() };
        let mut n = 0;
        while n < all.len() {
            let bytes = all[n].as_bytes();
            let (first, mut at) = char_at(bytes, 0);
            let second = if at < bytes.len() { char_at(bytes, at).0 } else { NONE as u32 };
            let (mut last, mut before) = (first, NONE as u32);
            while at < bytes.len() {
                before = last;
                (last, at) = char_at(bytes, at);
            }
            words.first.add(first, second);
            words.last.add(last, before);
            n += 1;
        }
        words
    }

    /// Those that a text begins with, in order of the list.
    pub fn starts<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'static str> + 't {
        let all = if self.first.has_first(text.chars()) { self.all } else { &[] };
        all.iter().filter(|word| text.starts_with(**word)).copied()
    }

    /// Those that a text ends with, in order of the list.
    pub fn ends<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'static str> + 't {
        let all = if self.last.has_first(text.chars().rev()) { self.all } else { &[] };
        all.iter().filter(|word| text.ends_with(**word)).copied()
    }

    /// Where in a text a word of the list may begin.
    fn may_begin<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let mut rest = text.char_indices();
        let mut here = rest.next();
        std::iter::from_fn(move || {
            loop {
                let (at, c) = here?;
                here = rest.next();
                if self.first.has(c, here.map_or(NONE, |(_, next)| next)) {
                    return Some(at);
                }
            }
        })
    }

    /// Where in a text words of the list stand, overlapping ones too, and which.
    pub fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, &'static str)> + 't {
        let here =
            move |at: usize| self.all.iter().filter(move |word| text[at..].starts_with(**word)).map(move |word| (at, *word));
        self.may_begin(text).flat_map(here)
    }
}

pub fn any_in(text: &str, words: &Words) -> bool {
    words.may_begin(text).any(|at| words.all.iter().any(|word| text[at..].starts_with(*word)))
}

pub fn any_start(text: &str, words: &Words) -> bool {
    words.starts(text).next().is_some()
}

pub fn any_end(text: &str, words: &Words) -> bool {
    words.ends(text).next().is_some()
}

/// Text without what it begins with, if it does.
pub fn after<'t>(text: &'t str, between: &Words) -> &'t str {
    between.starts(text).next().map_or(text, |word| &text[word.len()..])
}

/// Text without what it ends with, if it does.
pub fn ahead_of<'t>(text: &'t str, between: &Words) -> &'t str {
    between.ends(text).next().map_or(text, |word| &text[..text.len() - word.len()])
}

/// The first characters of a text.
pub fn first_chars(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_reading_word_by_word_finds() {
        let words = words!["没", "没有", "有过", "ct", "b超", "𠮷野", "éa", "不"];
        for text in ["", "没", "有没", "他没有过", "做ct了", "做b", "b超", "在𠮷野家", "𠮷", "aéa", "éb", "办不", "有"]
        {
            assert_eq!(any_in(text, words), words.all.iter().any(|w| text.contains(w)), "{text}");
            assert!(words.starts(text).eq(words.all.iter().filter(|w| text.starts_with(**w)).copied()), "{text}");
            assert!(words.ends(text).eq(words.all.iter().filter(|w| text.ends_with(**w)).copied()), "{text}");
        }
        assert_eq!(words.places("他没有过").collect::<Vec<_>>(), [(3, "没"), (3, "没有"), (6, "有过")]);
    }
}
