//! HTML out of text: entities decoded, tags of a known list removed. One pass from left to right; what
//! a repair uncovers (`&amp;lt;br&amp;gt;`) is seen at once, so that no tag or entity is left.

use super::clean::{normal, note};
use crate::journal::Flag;

/// Longest entity, in bytes between `&` and `;`.
const MAX_ENTITY_BYTES: usize = 10;

const ENTITIES: [(&str, char); 24] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
    ("divide", '÷'),
    ("yen", '¥'),
    ("deg", '°'),
    ("copy", '©'),
    ("reg", '®'),
];

/// Tags after which a new line begins, and between cells a space.
const LINES: [&str; 16] =
    ["p", "br", "div", "tr", "li", "ul", "ol", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"];
const CELLS: [&str; 2] = ["td", "th"];
const INLINE: [&str; 26] = [
    "a", "abbr", "b", "body", "center", "code", "em", "font", "head", "html", "i", "img", "input", "label", "link", "meta",
    "pre", "s", "section", "small", "span", "strong", "sub", "sup", "tbody", "u",
];
/// What stands between these is no text.
const CODE: [&str; 2] = ["style", "script"];

pub(super) fn removed(text: &str, flags: &mut Vec<Flag>) -> String {
    let mut out = Reduced { out: String::with_capacity(text.len()), code_from: None, changed: false };
    text.chars().for_each(|c| out.push(c));
    if out.changed {
        note(flags, Flag::HtmlRemoved);
    }
    out.out
}

struct Reduced {
    out: String,
    /// Where a style or script began.
    code_from: Option<usize>,
    changed: bool,
}

impl Reduced {
    fn push(&mut self, c: char) {
        let mut next = Some(c);
        while let Some(c) = next.take() {
            self.out.push(c);
            match c {
                ';' => next = self.entity(),
                '>' => self.tag(),
                _ => {}
            }
        }
    }

    /// Takes an entity off the end; gives the character it stands for.
    fn entity(&mut self) -> Option<char> {
        let body = &self.out[..self.out.len() - 1];
        let from = body.bytes().rev().take(MAX_ENTITY_BYTES + 1).position(|b| b == b'&')?;
        let at = body.len() - from - 1;
        let c = decoded(&body[at + 1..])?;
        self.out.truncate(at);
        self.changed = true;
        let mut normal = normal(c);
        let first = normal.next();
        match normal.next() {
            None => first,
            Some(second) => {
                self.out.extend(first);
                self.out.push(second);
                self.out.extend(normal);
                None
            }
        }
    }

    /// Takes a tag off the end.
    fn tag(&mut self) {
        let body = &self.out[..self.out.len() - 1];
        let Some(at) = body.rfind(['<', '>']).filter(|at| body.as_bytes()[*at] == b'<') else { return };
        let inner = &body[at + 1..];
        if inner.starts_with(['!', '?']) {
            self.cut(at);
            return;
        }
        let name_from = inner.strip_prefix('/').unwrap_or(inner);
        let end = name_from.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(name_from.len());
        let (name, rest) = name_from.split_at(end);
        let rest = rest.trim();
        if !(rest.is_empty() || rest == "/" || rest.contains('=')) {
            return;
        }
        let closes = inner.starts_with('/');
        let is = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
        let (line, cell, code) = (is(&LINES), is(&CELLS), is(&CODE));
        if !(line || cell || code || is(&INLINE) || name.starts_with("o:") || name.starts_with("w:")) {
            return;
        }
        self.cut(at);
        match (code, closes) {
            (true, false) => self.code_from = Some(self.out.len()),
            (true, true) => {
                let from = self.code_from.take().filter(|from| self.out.is_char_boundary(*from));
                self.out.truncate(from.unwrap_or(self.out.len()));
            }
            _ if line && !self.out.is_empty() && !self.out.ends_with('\n') => self.out.push('\n'),
            _ if cell && !self.out.ends_with(char::is_whitespace) => self.out.push(' '),
            _ => {}
        }
    }

    fn cut(&mut self, at: usize) {
        self.out.truncate(at);
        self.changed = true;
    }
}

fn decoded(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return ENTITIES.iter().find(|(entity, _)| *entity == name).map(|(_, c)| *c);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}
