//! A text with places where something is put in.

use std::collections::BTreeMap;
use std::fmt;

/// The pieces of a text between which something is put in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fixed(Vec<String>);

impl Fixed {
    /// Any text.
    pub fn any() -> Fixed {
        Fixed(vec![String::new(); 2])
    }

    pub fn exactly(text: &str) -> Fixed {
        Fixed(vec![text.to_string()])
    }

    /// What `format!` makes of it. `{:?}` puts a text in quotes; a constant stands for its text.
    pub fn format(text: &str, constants: &BTreeMap<String, Fixed>) -> Fixed {
        let mut out = Fixed::exactly("");
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.peek() == Some(&c) => {
                    chars.next();
                    out.last().push(c);
                }
                '{' => {
                    let hole: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    match constants.get(&hole) {
                        Some(text) => out.push(text),
                        None if hole.ends_with(":?") => {
                            out.last().push('"');
                            out.0.push("\"".to_string());
                        }
                        None => out.0.push(String::new()),
                    }
                }
                c => out.last().push(c),
            }
        }
        out
    }

    /// Names, keys and separators are not.
    pub fn is_for_people(&self) -> bool {
        self.0.iter().any(|piece| piece.contains(' ') && piece.contains(char::is_alphabetic))
    }

    fn last(&mut self) -> &mut String {
        self.0.last_mut().unwrap()
    }

    fn push(&mut self, other: &Fixed) {
        self.last().push_str(&other.0[0]);
        self.0.extend(other.0[1..].iter().cloned());
    }

    pub fn then(mut self, other: &Fixed) -> Fixed {
        self.push(other);
        self
    }

    /// Whether the whole text is this with something put in.
    pub fn fits(&self, text: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else { return self.0[0] == text };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for piece in between {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("[..]"))
    }
}
