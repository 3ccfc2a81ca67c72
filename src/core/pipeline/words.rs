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
pub struct WordHits {
    found: Vec<u64>,
    /// Those it does not deny wherever they stand.
    meant: Vec<u64>,
}

/// What stands before a word that is denied.
const DENIALS: [&str; 8] = ["没有", "没有发生", "没有出现", "没", "并未", "未发生", "不是", "并非"];
/// A text that speaks of a rumour says that none of it happened.
const RUMOURS: [&str; 6] = ["谣言", "造谣", "谣传", "辟谣", "虚惊一场", "假消息"];

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
        let none = vec![0u64; self.list.len().div_ceil(64)];
        let mut hits = WordHits { found: none.clone(), meant: none };
        let Some(automaton) = &self.automaton else { return hits };
        let mut rumour = false;
        for text in texts {
            let mut any = false;
            for found in automaton.find_overlapping_iter(text) {
                any = true;
                let number = found.value() as usize;
                hits.found[number / 64] |= 1 << (number % 64);
                if !DENIALS.iter().any(|denial| text[..found.start()].ends_with(denial)) {
                    hits.meant[number / 64] |= 1 << (number % 64);
                }
            }
            rumour |= any && RUMOURS.iter().any(|word| text.contains(word));
        }
        if rumour {
            hits.meant.fill(0);
        }
        hits
    }
}

impl WordHits {
    pub(super) fn has(&self, number: u32) -> bool {
        has(&self.found, number)
    }

    /// The text has the word, and does not deny it.
    pub(super) fn means(&self, number: u32) -> bool {
        has(&self.meant, number)
    }
}

fn has(bits: &[u64], number: u32) -> bool {
    let number = number as usize;
    bits.get(number / 64).is_some_and(|bits| bits & (1 << (number % 64)) != 0)
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

    #[test]
    fn what_a_text_denies_it_has_but_does_not_mean() {
        let all = Words::new(["着火", "跑路"].map(str::to_string).into());
        let cases = [
            ("老板跑路了", true),
            ("店里没有着火", false),
            ("并未着火，是误报", false),
            ("上次没有着火，这次着火了", true),
            ("没有人管，着火了", true),
            ("有人造谣说老板跑路，请处理", false),
            ("老板跑路，不是谣言", false),
        ];
        for (text, meant) in cases {
            let hits = all.find([text]);
            let any = |holds: &dyn Fn(u32) -> bool| (0..2).any(holds);
            assert!(any(&|n| hits.has(n)), "{text}");
            assert_eq!(any(&|n| hits.means(n)), meant, "{text}");
        }
    }
}
