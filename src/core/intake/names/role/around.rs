//! The words around a name: within its clause, its sentence, and a little beyond.

use crate::intake::names::find::Place;
use crate::intake::names::fold::Folded;
use crate::intake::names::words::{Words, after, any_in, first_chars, words};

const MAX_AROUND_CHARS: usize = 60;

pub fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '\n' | '!' | '?' | ';')
}

pub fn ends_clause(c: char) -> bool {
    ends_sentence(c) || matches!(c, '，' | ',' | '、' | '：' | ':' | '…')
}

pub struct Around<'t> {
    pub clause_before: &'t str,
    pub sentence_before: &'t str,
    /// All that stands before, over the ends of sentences.
    pub text_before: &'t str,
    pub clause_behind: &'t str,
    pub sentence_behind: &'t str,
    pub next_sentence: &'t str,
    /// All that stands behind, over the ends of sentences.
    pub text_behind: &'t str,
    /// The clause behind the name, without what may stand between: 的, 那家.
    pub behind: &'t str,
    /// What stands between this name and the next, at most as far as `text_behind`.
    pub until_next: &'t str,
    /// Another name stands behind: in the sentence; anywhere.
    pub others_behind: bool,
    pub another: bool,
}

const DEMANDS: &Words = words!["诉求:", "要求:", "请求:", "诉求是", "诉求为", "希望:", "要求如下"];

impl<'t> Around<'t> {
    pub fn new(text: &'t Folded, place: &Place, next: Option<usize>) -> Around<'t> {
        let text_before = text.piece(place.begin.saturating_sub(MAX_AROUND_CHARS), place.begin);
        let text_behind = text.piece(place.end, place.end + MAX_AROUND_CHARS);
        let back = |stop: fn(char) -> bool| text_before.rsplit(stop).next().unwrap_or_default();
        let on = |stop: fn(char) -> bool| text_behind.split(stop).next().unwrap_or_default();
        let clause_behind = on(ends_clause);
        let next_sentence = text_behind.split_once(ends_sentence).map_or("", |(_, next)| next);
        let far = next.map_or(MAX_AROUND_CHARS, |next| next.saturating_sub(place.end));
        Around {
            clause_before: back(ends_clause),
            sentence_before: back(ends_sentence),
            text_before,
            behind: after(clause_behind, words!["的", "这个", "那个", "大", "这家", "那家", "正"]),
            clause_behind,
            next_sentence: first_chars(next_sentence, 6),
            sentence_behind: on(ends_sentence),
            text_behind,
            until_next: first_chars(text_behind, far),
            others_behind: next.is_some_and(|next| !text.slice(place.to, next).iter().any(|c| ends_sentence(*c))),
            another: next.is_some(),
        }
    }

    /// The first characters of the clause behind.
    pub fn near(&self, chars: usize) -> &'t str {
        first_chars(self.clause_behind, chars)
    }

    /// The text has come to what it asks for: 诉求:, 要求:.
    pub fn after_demand(&self) -> bool {
        any_in(self.text_before, DEMANDS)
    }
}
