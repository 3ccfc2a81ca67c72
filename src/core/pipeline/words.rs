//! All words of a pipeline's conditions, found in one pass over a text.

use daachorse::CharwiseDoubleArrayAhoCorasick;
use std::collections::BTreeSet;

/// The words in the order of the alphabet; a word's number is its place.
#[derive(Clone, Default)]
pub struct Words {
    list: Vec<String>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

/// Which words stand in a text: one bit a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordHits(Vec<u64>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.list.len())
    }
}

impl Words {
    pub fn new(words: BTreeSet<String>) -> Words {
        let list: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        // Fails for an empty list only: there are neither empty nor equal words in it.
        let automaton = CharwiseDoubleArrayAhoCorasick::new(&list).ok();
        Words { list, automaton }
    }

    pub(super) fn number(&self, word: &str) -> Option<u32> {
        self.list.binary_search_by(|w| w.as_str().cmp(word)).ok().map(|at| at as u32)
    }

    /// Numbers of the words that stand in a text, each as often as it does.
    pub(super) fn numbers_in(&self, text: &str) -> Vec<u32> {
        self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(text)).map(|found| found.value()).collect()
    }

    /// The words that stand in any of the texts, overlapping ones too.
    pub fn find<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> WordHits {
        let mut hits = vec![0u64; self.list.len().div_ceil(64)];
        if let Some(automaton) = &self.automaton {
            for found in texts.into_iter().flat_map(|text| automaton.find_overlapping_iter(text)) {
                let number = found.value() as usize;
                hits[number / 64] |= 1 << (number % 64);
            }
        }
        WordHits(hits)
    }
}

impl WordHits {
    pub(super) fn has(&self, number: u32) -> bool {
        let number = number as usize;
        self.0.get(number / 64).is_some_and(|bits| bits & (1 << (number % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_inside_and_across_each_other() {
        let words = ["燃气", "燃气泄漏", "泄漏", "气味", "gas"];
        let all = Words::new(words.iter().map(|w| w.to_string()).collect());
        let found = |texts: &[&str]| {
            let hits = all.find(texts.iter().copied());
            let mut found: Vec<&str> = words.into_iter().filter(|w| all.number(w).is_some_and(|n| hits.has(n))).collect();
            found.sort();
            found
        };
        assert_eq!(found(&["楼道燃气泄漏"]), ["泄漏", "燃气", "燃气泄漏"]);
        assert_eq!(found(&["有", "气味", "no gas"]), ["gas", "气味"]);
        assert_eq!(found(&["泄", "漏"]), Vec::<&str>::new());
        assert_eq!(Words::default().find(["燃气"]), WordHits::default());
    }
}
