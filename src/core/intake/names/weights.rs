//! How likely a text accuses a firm, by the signs around its name: log-odds that were learned from labelled texts
//! (logistic regression; `scripts/learn-roles.py` writes `weights.tsv`), beside what the rules of [`super::role`] say.

use super::signs::Sign;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Thousandths of log-odds (natural logarithm).
pub type Odds = i64;

/// Log-odds further out are no surer.
const MAX_ODDS: Odds = 6_000;

const KNOWN_BITS: u32 = 20;

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| Weights::read(include_str!("weights.tsv")));

struct Weights {
    /// Open addressing; a length that is a power of two. No sign is 0.
    signs: Vec<Option<(Sign, i32)>>,
    /// One bit a sign, by its hash: a quick no for nearly every piece of a text.
    known: Vec<u64>,
    /// By name.
    odds: BTreeMap<&'static str, Odds>,
}

impl Weights {
    /// Lines of three fields: where it stands, the piece of text, its weight; or `odds`, a name, a number.
    fn read(text: &'static str) -> Weights {
        let lines = || text.lines().filter(|line| !line.starts_with('#'));
        let mut weights = Weights {
            signs: vec![None; (2 * lines().count()).next_power_of_two()],
            known: vec![0; 1 << (KNOWN_BITS - 6)],
            odds: BTreeMap::new(),
        };
        for (sign, weight) in lines().filter_map(|line| line.rsplit_once('\t')) {
            match (sign.strip_prefix("odds\t"), Sign::parse(sign), weight.parse::<i32>()) {
                (Some(name), _, Ok(weight)) => drop(weights.odds.insert(name, weight.into())),
                (None, Some(sign), Ok(weight)) => {
                    let at = weights.place(sign);
                    weights.signs[at] = Some((sign, weight));
                    let (word, bit) = Weights::known_at(sign);
                    weights.known[word] |= bit;
                }
                _ => {}
            }
        }
        weights
    }

    /// The word and the bit of `known` for a sign.
    fn known_at(sign: Sign) -> (usize, u64) {
        let bit = sign.mixed() >> (u64::BITS - KNOWN_BITS);
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    /// Where a sign is, or would be.
    fn place(&self, sign: Sign) -> usize {
        let mask = self.signs.len() - 1;
        let mut at = (sign.mixed() >> 40) as usize & mask;
        while self.signs[at].is_some_and(|(there, _)| there != sign) {
            at = (at + 1) & mask;
        }
        at
    }

    fn odds(&self, name: &str) -> Odds {
        self.odds.get(name).copied().unwrap_or_default()
    }
}

/// The log-odds that a firm is accused, by what stands around its places alone. `tell` tells of the signs.
pub fn by_signs(tell: impl FnOnce(&mut dyn FnMut(Sign))) -> Odds {
    let weights = &*WEIGHTS;
    let mut seen: Vec<usize> = Vec::new();
    tell(&mut |sign| {
        let (word, bit) = Weights::known_at(sign);
        if weights.known[word] & bit == 0 {
            return;
        }
        let at = weights.place(sign);
        if weights.signs[at].is_some() {
            seen.push(at);
        }
    });
    seen.sort_unstable();
    seen.dedup();
    let all: Odds = seen.into_iter().filter_map(|at| weights.signs[at]).map(|(_, weight)| Odds::from(weight)).sum();
    (weights.odds("signs_alone") + all).clamp(-MAX_ODDS, MAX_ODDS)
}

/// What is known of a firm beside the signs around it.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// The log-odds of the likeliest of the others, by their signs; more than one other.
    pub rival: Option<Odds>,
    pub many: bool,
    /// The text speaks of several together.
    pub together: bool,
    /// The rules accuse it; it first; another.
    pub by_rules: bool,
    pub first: bool,
    pub another: bool,
}

/// The log-odds that a firm is accused, all told.
pub fn all_told(by_signs: Odds, beside: Beside) -> Odds {
    let weights = &*WEIGHTS;
    let Beside { rival, many, together, by_rules, first, another } = beside;
    let flag = |name: &str, is: bool| if is { weights.odds(name) } else { 0 };
    let times = |name: &str, odds: Odds| weights.odds(name) * odds / 1000;
    let of_rival = match rival {
        None => weights.odds("alone") + flag("alone_by_rules", by_rules),
        Some(rival) if together => times("rival", rival) + times("together_rival", rival),
        Some(rival) => times("rival", rival),
    };
    let several = together && rival.is_some();
    weights.odds("all_told")
        + times("signs", by_signs)
        + of_rival
        + flag("many", many)
        + flag("by_rules", by_rules)
        + flag("first", first)
        + flag("another", another)
        + flag("together", several)
        + flag("together_by_rules", several && by_rules)
        + flag("together_another", several && another)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::names::signs::Stands;

    #[test]
    fn every_line_is_read() {
        let lines: Vec<&str> = include_str!("weights.tsv").lines().filter(|line| !line.starts_with('#')).collect();
        for line in &lines {
            let (sign, weight) = line.rsplit_once('\t').unwrap();
            assert!(weight.parse::<i32>().is_ok(), "{line}");
            assert!(sign.starts_with("odds\t") || Sign::parse(sign).is_some_and(|s| s.to_string() == sign), "{line}");
        }
        let weights = &*WEIGHTS;
        assert_eq!(weights.signs.iter().flatten().count() + weights.odds.len(), lines.len());
        for name in ["signs_alone", "all_told", "signs", "rival", "alone", "many", "by_rules", "first", "another"] {
            assert!(weights.odds.contains_key(name), "{name}");
        }
    }

    #[test]
    fn a_sign_counts_once_and_odds_are_bounded() {
        let accuses = Sign::new(Stands::Before, "投诉".chars());
        let once = by_signs(|each| each(accuses));
        assert!(once > by_signs(|_| {}), "投诉 before a name accuses it");
        assert_eq!(once, by_signs(|each| (0..9).for_each(|_| each(accuses))));
        assert_eq!(by_signs(|_| {}), by_signs(|each| each(Sign::new(Stands::Before, "龘龘".chars()))));
        let all = || WEIGHTS.signs.iter().flatten();
        assert_eq!(by_signs(|each| all().filter(|(_, w)| *w > 0).for_each(|(s, _)| each(*s))), MAX_ODDS);
        assert_eq!(by_signs(|each| all().filter(|(_, w)| *w < 0).for_each(|(s, _)| each(*s))), -MAX_ODDS);
    }
}
