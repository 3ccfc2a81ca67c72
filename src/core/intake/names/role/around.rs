//! The words around a name: within its clause, its sentence, and a little beyond.

use crate::intake::names::find::Place;
use crate::intake::names::fold::Folded;

const MAX_AROUND_CHARS: usize = 60;

pub fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '\n' | '!' | '?' | ';')
}

pub fn ends_clause(c: char) -> bool {
    ends_sentence(c) || matches!(c, '，' | ',' | '、' | '：' | ':' | '…')
}

pub struct Around {
    pub clause_before: String,
    pub sentence_before: String,
    /// All that stands before, over the ends of sentences.
    pub text_before: String,
    pub clause_behind: String,
    pub sentence_behind: String,
    pub next_sentence: String,
    /// All that stands behind, over the ends of sentences.
    pub text_behind: String,
    /// The clause behind the name, without what may stand between: 的, 那家.
    pub behind: String,
    /// What stands between this name and the next, at most as far as `text_behind`.
    pub until_next: String,
    /// Another name stands behind: in the sentence; anywhere.
    pub others_behind: bool,
    pub another: bool,
    /// The text has come to what it asks for: 诉求:, 要求:.
    pub after_demand: bool,
}

const DEMANDS: &[&str] = &["诉求:", "要求:", "请求:", "诉求是", "诉求为", "希望:", "要求如下"];

impl Around {
    pub fn new(text: &Folded, place: &Place, next: Option<usize>) -> Around {
        let before = text.slice(place.begin.saturating_sub(MAX_AROUND_CHARS), place.begin);
        let behind = text.slice(place.end, place.end + MAX_AROUND_CHARS);
        let back = |stop: fn(char) -> bool| -> String {
            let from = before.iter().rposition(|c| stop(*c)).map_or(0, |at| at + 1);
            before[from..].iter().collect()
        };
        let on = |stop: fn(char) -> bool| -> String { behind.iter().take_while(|c| !stop(**c)).collect() };
        let clause_behind = on(ends_clause);
        let text_before: String = before.iter().collect();
        let far = next.map_or(MAX_AROUND_CHARS, |next| next.saturating_sub(place.end));
        Around {
            clause_before: back(ends_clause),
            sentence_before: back(ends_sentence),
            behind: after(&clause_behind, &["的", "这个", "那个", "大", "这家", "那家", "正"]).to_string(),
            clause_behind,
            next_sentence: behind.iter().skip_while(|c| !ends_sentence(**c)).skip(1).take(6).collect(),
            sentence_behind: on(ends_sentence),
            text_behind: behind.iter().collect(),
            until_next: behind.iter().take(far).collect(),
            others_behind: next.is_some_and(|next| !text.slice(place.to, next).iter().any(|c| ends_sentence(*c))),
            another: next.is_some(),
            after_demand: any_in(&text_before, DEMANDS),
            text_before,
        }
    }

    /// The first characters of the clause behind.
    pub fn near(&self, chars: usize) -> String {
        self.clause_behind.chars().take(chars).collect()
    }
}

pub fn any_end(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.ends_with(w))
}

pub fn any_start(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.starts_with(w))
}

pub fn any_in(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

/// Where a word stands. Nearly always it does not, which `contains` says without preparing a search.
pub fn all_in<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + use<'t> {
    let there = text.contains(word).then(|| text.match_indices(word));
    there.into_iter().flatten().map(|(at, _)| at)
}

/// Text without what it begins with, if it does.
pub fn after<'t>(text: &'t str, between: &[&str]) -> &'t str {
    between.iter().find_map(|b| text.strip_prefix(b)).unwrap_or(text)
}
