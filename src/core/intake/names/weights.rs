//! How likely a text accuses a firm, by the signs around its name: log-odds that were learned from labelled texts
//! (logistic regression; `scripts/learn-roles.py` writes `weights.tsv`), beside what the rules of [`super::role`] say.

use super::MAX_SECONDARY;
use super::signs::Sign;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Thousandths of log-odds (natural logarithm).
pub type Odds = i64;

/// Firms of one record that are weighed against each other: the likeliest by their signs. Others are not accused.
const MAX_WEIGHED: usize = 8;
/// Firms accused together, at most: the first and [`MAX_SECONDARY`] others.
const MAX_TOGETHER: u32 = 1 + MAX_SECONDARY as u32;

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
    /// All names of `odds`.
    #[cfg(test)]
    const ODDS: [&str; 15] = [
        "signs_alone",
        "both_alone",
        "none",
        "none_of_one",
        "none_of_many",
        "none_by_rules",
        "none_likeliest",
        "signs",
        "signs_of_one",
        "by_rules",
        "by_rules_of_one",
        "first",
        "two",
        "further",
        "both",
    ];

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
    summed("signs_alone", tell)
}

/// The log-odds that both of two firms are accused, by what the text says of the two.
pub fn of_both(tell: impl FnOnce(&mut dyn FnMut(Sign))) -> Odds {
    summed("both_alone", tell)
}

fn summed(without: &str, tell: impl FnOnce(&mut dyn FnMut(Sign))) -> Odds {
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
    (weights.odds(without) + all).clamp(-MAX_ODDS, MAX_ODDS)
}

/// What is known of a firm by itself.
#[derive(Debug, Clone, Copy)]
pub struct Alone {
    pub by_signs: Odds,
    /// The rules accuse it; and it first.
    pub by_rules: bool,
    pub first: bool,
}

/// The log-odds that each of several firms is accused. Every choice of those who may be accused together is weighed
/// (a log-linear model over sets), and a firm is as likely as the choices that have it. `both`: [`of_both`] of two.
pub fn all_told(all: &[Alone], mut both: impl FnMut(usize, usize) -> Odds) -> Vec<Odds> {
    let mut likeliest: Vec<usize> = (0..all.len()).collect();
    likeliest.sort_by_key(|n| Reverse(all[*n].by_signs));
    likeliest.truncate(MAX_WEIGHED);
    likeliest.sort_unstable();
    let of = likeliest.len();
    let mut pairs = vec![0; of * of];
    for (a, b) in (0..of).flat_map(|b| (0..b).map(move |a| (a, b))) {
        pairs[a * of + b] = both(likeliest[a], likeliest[b]);
    }
    let alone: Vec<Alone> = likeliest.iter().map(|n| all[*n]).collect();
    let choices = (0..1_u32 << of).filter(|choice| choice.count_ones() <= MAX_TOGETHER);
    let scores: Vec<(u32, f64)> = choices.map(|choice| (choice, score(choice, &alone, &pairs) as f64 / 1000.0)).collect();
    let mut out = vec![-MAX_ODDS; all.len()];
    for (at, n) in likeliest.into_iter().enumerate() {
        let sum = |has: bool| log_of_sum(scores.iter().filter(|(choice, _)| (choice >> at & 1 == 1) == has).map(|(_, s)| *s));
        out[n] = (((sum(true) - sum(false)) * 1000.0) as Odds).clamp(-MAX_ODDS, MAX_ODDS);
    }
    out
}

/// What speaks for it that exactly those are accused whose bit is set.
fn score(choice: u32, alone: &[Alone], pairs: &[Odds]) -> Odds {
    let weights = &*WEIGHTS;
    let times = |name: &str, odds: Odds| weights.odds(name) * odds / 1000;
    let flag = |name: &str, is: bool| if is { weights.odds(name) } else { 0 };
    let single = alone.len() == 1;
    if choice == 0 {
        return weights.odds("none")
            + flag("none_of_one", single)
            + flag("none_of_many", alone.len() > 2)
            + flag("none_by_rules", alone.iter().any(|a| a.by_rules))
            + times("none_likeliest", alone.iter().map(|a| a.by_signs).max().unwrap_or_default());
    }
    let is_in = |n: usize| choice >> n & 1 == 1;
    let accused = (0..alone.len()).filter(|n| is_in(*n));
    let each = |n: usize| {
        let Alone { by_signs, by_rules, first } = alone[n];
        let of_one = if single { times("signs_of_one", by_signs) + flag("by_rules_of_one", by_rules) } else { 0 };
        times("signs", by_signs) + flag("by_rules", by_rules) + flag("first", first) + of_one
    };
    let of = alone.len();
    let together = accused.clone().flat_map(|b| (0..b).filter(|a| is_in(*a)).map(move |a| pairs[a * of + b]));
    let together: Odds = together.sum();
    accused.map(each).sum::<Odds>()
        + times("both", together)
        + flag("two", choice.count_ones() == 2)
        + times("further", Odds::from(choice.count_ones().saturating_sub(2)) * 1000)
}

fn log_of_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    most + libm::log(logs.map(|log| libm::exp(log - most)).sum())
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
        for name in Weights::ODDS {
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
