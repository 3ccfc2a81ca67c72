//! `[enterprise.rate]` and `[enterprise.inspections]`: a firm beside its peers; and what an evidence rule
//! may ask of the directory instead of a record.

use super::condition::{Condition, WordList, word_list};
use super::matters::required_conditions;
use super::reader::Reader;
use crate::engine::shrink::Gamma;

/// Most strata with a prior of their own in one matter.
const MAX_PRIORS: usize = 500;
/// Most types of permit one rule names.
const MAX_PERMIT_TYPES: usize = 50;

/// How a firm's complaints are compared with those of its peers: enterprises of its industry, size and
/// class of region.
#[derive(Debug, Clone, PartialEq)]
pub struct RateRules {
    /// The evidence rule that as many pieces weigh nothing for as are usual among the peers.
    pub of: Option<String>,
    pub half_life_days: f64,
    /// Log-odds of each doubling of the rate.
    pub weight: f64,
    /// Log-odds of each power of ten by which a sudden rise is rarer than `rise_every_days`.
    pub rise_weight: f64,
    pub rise_every_days: f64,
    /// With fewer peers the comparison is wider, at last none.
    pub peers_at_least: u32,
    /// What is believed of the ratio to the peers' rate before anything was counted.
    pub prior: Gamma,
    /// Priors of trades, by the beginning of the industry code: the first that fits counts.
    pub priors: Vec<(String, Gamma)>,
}

/// Failed and passed inspections, pooled with those of the peers.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectionRules {
    pub failed: Vec<Condition>,
    pub passed: Vec<Condition>,
    /// What the log-odds of failing, beyond those of the peers, are multiplied by.
    pub weight: f64,
    pub half_life_days: f64,
    /// How many inspections the share that fails among peers is worth.
    pub strength: f64,
    /// That share where no peers were inspected yet.
    pub usual: f64,
}

/// What a firm is called, and the licence it does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct NameTest {
    pub words: WordList,
    pub not_words: WordList,
    /// A permit in force of one of these types, and the rule does not hold.
    pub without_permit: Vec<String>,
}

impl RateRules {
    pub fn prior_of(&self, industry: &str) -> Gamma {
        self.priors.iter().find(|(code, _)| industry.starts_with(code.as_str())).map_or(self.prior, |(_, prior)| *prior)
    }
}

impl NameTest {
    pub fn names(&self, name: &str) -> bool {
        let has = |words: &WordList| words.texts.iter().any(|word| name.contains(word.as_str()));
        has(&self.words) && !has(&self.not_words)
    }
}

pub(super) fn rate(table: Reader) -> RateRules {
    let example = "half_life_days = 60, weight = 0.5 (log-odds of each doubling against peers)";
    for key in ["half_life_days", "weight"] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let rules = RateRules {
        of: table.string("of", "of = \"complaint\""),
        half_life_days: table.number("half_life_days", 1.0..=3650.0, example).unwrap_or(60.0),
        weight: table.number("weight", 0.0..=10.0, example).unwrap_or_default(),
        rise_weight: table.number("rise_weight", 0.0..=10.0, "rise_weight = 0.5").unwrap_or_default(),
        rise_every_days: table.number("rise_every_days", 1.0..=1e6, "rise_every_days = 3650").unwrap_or(3650.0),
        peers_at_least: table.whole("peers_at_least", 1..=100_000, "peers_at_least = 20").unwrap_or(20),
        prior: table.table("prior").map_or(Gamma { shape: 2.0, rate: 2.0 }, prior),
        priors: priors(&table),
    };
    table.finish();
    rules
}

fn priors(table: &Reader) -> Vec<(String, Gamma)> {
    let tables = table.tables("stratum");
    if tables.len() > MAX_PRIORS {
        table.file.report(
            table.at("stratum"),
            format!("{} of stratum; {MAX_PRIORS} are allowed", tables.len()),
            "the trades that differ most",
        );
    }
    let one = |stratum: Reader| {
        let industry = stratum.required_string("industry", "industry = \"4512\"");
        (industry, prior(stratum))
    };
    tables.into_iter().take(MAX_PRIORS).map(one).collect()
}

fn prior(table: Reader) -> Gamma {
    let example = "prior = { shape = 2, rate = 2 } (mean 1; larger numbers draw more towards it)";
    for key in ["shape", "rate"] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let number = |key| table.number(key, 0.001..=10_000.0, example).unwrap_or(2.0);
    let prior = Gamma { shape: number("shape"), rate: number("rate") };
    table.finish();
    prior
}

pub(super) fn inspections(table: Reader) -> InspectionRules {
    let example = "weight = 1 (times the log-odds beyond the peers'), half_life_days = 365";
    for key in ["weight", "half_life_days"] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let rules = InspectionRules {
        failed: required_conditions(&table, "failed"),
        passed: required_conditions(&table, "passed"),
        weight: table.number("weight", 0.0..=10.0, example).unwrap_or_default(),
        half_life_days: table.number("half_life_days", 1.0..=3650.0, example).unwrap_or(365.0),
        strength: table.number("strength", 0.1..=1000.0, "strength = 4").unwrap_or(4.0),
        usual: table.number("usual", 0.001..=0.999, "usual = 0.1 (the share that fails)").unwrap_or(0.1),
    };
    table.finish();
    rules
}

pub(super) fn name_test(table: Reader) -> NameTest {
    let example = "name = { words = [\"财富管理\"], without_permit = [\"金融许可证\"] }";
    if !table.has("words") {
        table.missing("words", example);
    }
    let test = NameTest {
        words: word_list(&table, "words"),
        not_words: word_list(&table, "not_words"),
        without_permit: permits(&table, example),
    };
    table.finish();
    test
}

/// `without_permit`: types of permit that allow what the rule speaks of.
pub(super) fn permits(table: &Reader, example: &str) -> Vec<String> {
    let types = table.strings("without_permit", example);
    if types.len() > MAX_PERMIT_TYPES {
        table.file.report(
            table.at("without_permit"),
            format!("{} types; {MAX_PERMIT_TYPES} are allowed", types.len()),
            "the types that allow the trade",
        );
    }
    types
}
