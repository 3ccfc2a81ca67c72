//! The form in which names and texts are compared.

/// A text without white space, brackets and quotes, in small letters. `有限责任公司` is read as `有限公司`.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    pub chars: Vec<char>,
    /// The same, for automata.
    pub text: String,
    /// Where each character begins in `text`.
    bytes: Vec<u32>,
    /// Which character of the raw text each came from.
    at: Vec<u32>,
    /// Whether something was left out just before each, and at the end: a word can't be torn there.
    cut: Vec<bool>,
    /// Quoted pieces, first and one after last.
    quotes: Vec<(usize, usize)>,
}

/// Full-width forms to plain ones, capital letters to small ones.
fn plain(c: char) -> char {
    let c = match c as u32 {
        0xFF01..=0xFF5E => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    c.to_ascii_lowercase()
}

fn is_dropped(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '(' | ')' | '[' | ']' | '【' | '】' | '「' | '」' | '『' | '』' | '《' | '》' | '〔' | '〕')
        || matches!(c, '<' | '>' | '"' | '\'' | '“' | '”' | '‘' | '’' | '·' | '•' | '\u{200b}' | '\u{feff}')
}

impl Folded {
    pub fn new(raw: &str) -> Folded {
        let mut out = Folded { text: String::with_capacity(raw.len()), ..Folded::default() };
        // Three bytes a character, in Chinese.
        let chars = raw.len() / 3 + 8;
        out.chars.reserve(chars);
        out.bytes.reserve(chars);
        out.at.reserve(chars);
        out.cut.reserve(chars);
        let mut cut = true;
        let mut opened = None;
        let mut rest = raw.chars().enumerate().peekable();
        while let Some((at, c)) = rest.next() {
            // Nearly all of a text: none of what follows is about them.
            if matches!(c, '\u{4e00}'..='\u{9fff}') {
                out.push(c, at, cut);
                cut = false;
                if c == '司' {
                    out.shorten_limited();
                }
                continue;
            }
            let c = plain(c);
            match c {
                '“' | '「' | '『' => opened = Some(out.chars.len()),
                '”' | '」' | '』' => out.quotes.extend(opened.take().map(|from| (from, out.chars.len()))),
                _ => {}
            }
            if is_dropped(c) {
                // Words of Latin letters stay apart.
                let between = |a: Option<&char>, b: Option<char>| {
                    a.is_some_and(char::is_ascii_alphanumeric) && b.is_some_and(|b| plain(b).is_ascii_alphanumeric())
                };
                if c.is_whitespace() && between(out.chars.last(), rest.peek().map(|(_, c)| *c)) {
                    out.push(' ', at, false);
                }
                cut = true;
                continue;
            }
            out.push(c, at, cut);
            cut = false;
        }
        out.cut.push(true);
        out
    }

    fn push(&mut self, c: char, at: usize, cut: bool) {
        self.bytes.push(self.text.len() as u32);
        self.text.push(c);
        self.chars.push(c);
        self.at.push(at as u32);
        self.cut.push(cut);
    }

    /// 有限责任公司 at the end becomes 有限公司.
    fn shorten_limited(&mut self) {
        if !self.chars.ends_with(&['有', '限', '责', '任', '公', '司']) {
            return;
        }
        let from = self.chars.len() - 4;
        for at in [from + 2, from + 3] {
            (self.chars[at - 2], self.at[at - 2], self.cut[at - 2]) = (self.chars[at], self.at[at], false);
        }
        self.truncate(from + 2);
    }

    fn truncate(&mut self, len: usize) {
        self.text.truncate(self.bytes[len - 2] as usize);
        let tail = [self.chars[len - 2], self.chars[len - 1]];
        self.bytes.truncate(len - 2);
        for c in tail {
            self.bytes.push(self.text.len() as u32);
            self.text.push(c);
        }
        self.chars.truncate(len);
        self.at.truncate(len);
        self.cut.truncate(len);
    }

    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The quoted piece a place lies in.
    pub fn quote_around(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        self.quotes.iter().copied().find(|(a, b)| *a <= from && to <= *b)
    }

    /// Whether a character is quoted.
    pub fn is_quoted(&self, at: usize) -> bool {
        let before = self.quotes.partition_point(|(from, _)| *from <= at);
        before.checked_sub(1).is_some_and(|n| at < self.quotes[n].1)
    }

    /// Whether a word may begin at `at` or end before it because something else stood there.
    pub fn is_cut(&self, at: usize) -> bool {
        self.cut.get(at).copied().unwrap_or(true)
    }

    /// The place of a byte of `text`, in characters.
    pub fn char_at(&self, byte: usize) -> usize {
        self.bytes.partition_point(|b| (*b as usize) < byte)
    }

    /// The same, for a byte that is not before the character `from`, and close to it.
    pub fn char_from(&self, from: usize, byte: usize) -> usize {
        let passed = self.bytes.iter().skip(from).take_while(|b| (**b as usize) < byte);
        from + passed.count()
    }

    /// First and one after last character of the raw text.
    pub fn raw_span(&self, from: usize, to: usize) -> (u32, u32) {
        let first = self.at.get(from).copied().unwrap_or_default();
        let last = to.checked_sub(1).and_then(|last| self.at.get(last)).copied().unwrap_or(first);
        (first, last + 1)
    }

    /// Whether the 有限公司 that ends here was 有限责任公司.
    pub fn was_limited(&self, to: usize) -> bool {
        match (to.checked_sub(3).and_then(|at| self.at.get(at)), to.checked_sub(2).and_then(|at| self.at.get(at))) {
            (Some(before), Some(after)) => after - before == 3,
            _ => false,
        }
    }

    pub fn slice(&self, from: usize, to: usize) -> &[char] {
        &self.chars[from.min(self.len())..to.min(self.len())]
    }

    /// The same, for words.
    pub fn piece(&self, from: usize, to: usize) -> &str {
        &self.text[self.byte_at(from)..self.byte_at(to)]
    }

    /// All that stands before a place.
    pub fn before(&self, at: usize) -> &str {
        &self.text[..self.byte_at(at)]
    }

    /// All that stands from a place on.
    pub fn behind(&self, at: usize) -> &str {
        &self.text[self.byte_at(at)..]
    }

    fn byte_at(&self, at: usize) -> usize {
        self.bytes.get(at).map_or(self.text.len(), |byte| *byte as usize)
    }

    /// Whether the text goes on like this at a place.
    pub fn goes_on(&self, at: usize, word: &str) -> bool {
        // Nearly always the first character says no.
        self.chars.get(at).copied() == word.chars().next() && self.text[self.bytes[at] as usize..].starts_with(word)
    }

    /// Whether the text before a place ends like this.
    pub fn ends_with(&self, at: usize, word: &str) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.chars.get(before)) else { return false };
        word.chars().next_back().is_some_and(|last| last == *before) && self.before(at).ends_with(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        let cases = [
            ("威海（鸿达） 水产有限责任公司 ", "威海鸿达水产有限公司"),
            ("ＡＢＣ　健身", "abc健身"),
            ("Joe's  Grill & Bar", "joe sgrill&bar"),
            ("", ""),
            ("有限责任公司", "有限公司"),
            ("甲有限责任公司乙有限责任公司", "甲有限公司乙有限公司"),
        ];
        for (raw, expected) in cases {
            let folded = Folded::new(raw);
            if raw.starts_with("Joe") {
                assert!(folded.text.starts_with("joe"), "{}", folded.text);
                continue;
            }
            assert_eq!(folded.text, expected);
            assert_eq!(folded.chars.iter().collect::<String>(), expected);
        }
        let folded = Folded::new("找“鸿达”有限责任公司。");
        assert_eq!(folded.text, "找鸿达有限公司。");
        assert_eq!(folded.raw_span(1, 7), (2, 11));
        assert!(folded.is_cut(1) && folded.is_cut(3) && !folded.is_cut(2));
        assert!(folded.goes_on(1, "鸿达有限") && folded.ends_with(3, "鸿达"));
    }
}
