//! `[outcome]` of a matter: what a visit found, and from which terms its chance is told beforehand.

use super::condition::Condition;
use super::load::slug;
use super::matters::{conditions, few, required_conditions};
use super::reader::Reader;
use crate::domain::{RecordKind, Text};
use chrono::NaiveDate;

/// Most terms one outcome is told from.
pub const MAX_TERMS: usize = 30;
/// Kinds of records whose terms stand in the journal.
const KINDS: [RecordKind; 4] = [RecordKind::Inspection, RecordKind::Penalty, RecordKind::Permit, RecordKind::Credit];

/// Which records tell an outcome, and how its chance is told beforehand: log-odds that add up.
#[derive(Debug, Clone)]
pub struct OutcomeRules {
    pub text: Text,
    /// The records that are outcomes.
    pub when: Vec<Condition>,
    /// Those of them where it happened.
    pub happened: Vec<Condition>,
    /// Those of them nobody chose for their risk: only these teach. Empty: all of them.
    pub random: Vec<Condition>,
    /// Log-odds where every term is at its centre.
    pub intercept: f64,
    /// What the coefficients were learned from; none while a person set them.
    pub learned: Option<Learned>,
    pub terms: Vec<Term>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learned {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub outcomes: u32,
    pub happened: u32,
}

/// One figure known the day before: it adds `coefficient * (value - centre)`.
#[derive(Debug, Clone)]
pub struct Term {
    pub code: String,
    pub kind: TermKind,
    pub coefficient: f64,
    pub centre: f64,
    pub text: Text,
}

#[derive(Debug, Clone)]
pub enum TermKind {
    /// Log-odds of the share of outcomes that happened, drawn to the realm's share as by `strength`
    /// outcomes; less the realm's own, unless it is that. `happened`: another finding than the outcome's.
    Rate { of: RateOf, happened: Vec<Condition>, half_life_days: f64, strength: f64 },
    /// Logarithm of the days since the last such record.
    Since(Vec<Condition>),
    /// Logarithm (base 2) of 1 and the decayed count of such records.
    Recent { when: Vec<Condition>, half_life_days: f64 },
    /// Where in the year the day lies: a wave of a year's length.
    Season(Phase),
}

/// Whose outcomes are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOf {
    Subject,
    Area,
    ObjectType,
    RiskClass,
    Realm,
}

impl RateOf {
    pub const NAMES: [(&'static str, RateOf); 5] = [
        ("subject", RateOf::Subject),
        ("object_area", RateOf::Area),
        ("object_type", RateOf::ObjectType),
        ("risk_class", RateOf::RiskClass),
        ("realm", RateOf::Realm),
    ];
}

/// Highest at midwinter's turn of the year, or a quarter of a year later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    January,
    April,
}

impl Phase {
    pub const NAMES: [(&'static str, Phase); 2] = [("january", Phase::January), ("april", Phase::April)];
}

impl TermKind {
    /// The conditions a record is asked.
    pub fn conditions(&self) -> &[Condition] {
        match self {
            TermKind::Rate { happened, .. } => happened,
            TermKind::Since(when) | TermKind::Recent { when, .. } => when,
            TermKind::Season(_) => &[],
        }
    }

    fn conditions_mut(&mut self) -> &mut [Condition] {
        match self {
            TermKind::Rate { happened, .. } => happened,
            TermKind::Since(when) | TermKind::Recent { when, .. } => when,
            TermKind::Season(_) => &mut [],
        }
    }
}

impl OutcomeRules {
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let terms = self.terms.iter().flat_map(|t| t.kind.conditions());
        self.when.iter().chain(&self.happened).chain(&self.random).chain(terms)
    }

    pub(super) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut Condition> {
        let terms = self.terms.iter_mut().flat_map(|t| t.kind.conditions_mut());
        self.when.iter_mut().chain(&mut self.happened).chain(&mut self.random).chain(terms)
    }
}

pub(super) fn outcome(table: Reader) -> OutcomeRules {
    let mut tables = few(&table, "term");
    if tables.len() > MAX_TERMS {
        let message = format!("{} terms; {MAX_TERMS} are allowed", tables.len());
        table.file.report(table.at("term"), message, "the terms that tell most");
        tables.truncate(MAX_TERMS);
    }
    let mut terms: Vec<Term> = Vec::new();
    for reader in tables {
        let at = reader.at("code");
        let term = term(reader);
        if terms.iter().any(|t| t.code == term.code) {
            table.file.report(at, format!("term {:?} stands twice", term.code), "a code of its own for each term");
        }
        terms.push(term);
    }
    if terms.is_empty() {
        table.missing("term", "[[outcome.term]] with code, rate_of, since, recent or season, and text");
    }
    let rules = OutcomeRules {
        text: table.required_text("text"),
        when: required_conditions(&table, "when"),
        happened: required_conditions(&table, "happened"),
        random: conditions(&table, "random"),
        intercept: table.number("intercept", -20.0..=20.0, "intercept = -2.0").unwrap_or_default(),
        learned: table.table("learned").map(learned),
        terms,
    };
    let wrong = |c: &&Condition| c.kinds.is_empty() || c.kinds.iter().any(|kind| !KINDS.contains(kind));
    if rules.conditions().any(|c| wrong(&c)) {
        let message = "outcomes and their terms are told by inspections, penalties, permits and credit records only";
        table.file.report(table.at, message, "kind = \"inspection\" in each condition of [outcome]");
    }
    table.finish();
    rules
}

fn learned(table: Reader) -> Learned {
    let example = "[outcome.learned] as `jianwei calibrate` writes it: from, to, outcomes, happened";
    for key in ["from", "to"] {
        if !table.has(key) {
            table.missing(key, example);
        }
    }
    let count = |key| table.whole(key, 0..=u32::MAX, example).unwrap_or_default();
    let learned = Learned {
        from: table.date("from", example).unwrap_or_default(),
        to: table.date("to", example).unwrap_or_default(),
        outcomes: count("outcomes"),
        happened: count("happened"),
    };
    table.finish();
    learned
}

fn term(table: Reader) -> Term {
    let term = Term {
        code: slug(&table, "code", "code = \"own-rate\""),
        kind: kind(&table),
        coefficient: table.number("coefficient", -1000.0..=1000.0, "coefficient = 0.5").unwrap_or_default(),
        centre: table.number("centre", -1000.0..=1000.0, "centre = 0.0").unwrap_or_default(),
        text: table.required_text("text"),
    };
    table.finish();
    term
}

fn kind(table: &Reader) -> TermKind {
    // Every key is asked for, so that the mistaken ones are told by name.
    let [rate, since, recent, season] = ["rate_of", "since", "recent", "season"].map(|key| table.has(key));
    if [rate, since, recent, season].into_iter().filter(|given| *given).count() != 1 {
        table.file.report(table.at, "a term is one of `rate_of`, `since`, `recent` and `season`", "one of the four");
    }
    for (key, fits) in [("happened", rate), ("strength", rate), ("half_life_days", rate || recent)] {
        if table.has(key) && !fits {
            table.file.report(table.at(key), format!("`{key}` says nothing in such a term"), "a term without it");
        }
    }
    let named = |names: &[(&'static str, RateOf)], word: &str| names.iter().find(|(name, _)| *name == word).map(|(_, v)| *v);
    if since {
        TermKind::Since(required_conditions(table, "since"))
    } else if recent {
        TermKind::Recent { when: required_conditions(table, "recent"), half_life_days: half_life(table) }
    } else if season {
        let phase = |word: &str| Phase::NAMES.iter().find(|(name, _)| *name == word).map(|(_, phase)| *phase);
        TermKind::Season(table.word("season", phase, "season = \"january\" (or \"april\")").unwrap_or(Phase::January))
    } else {
        let example = "rate_of = \"subject\" (object_area, object_type, risk_class, realm)";
        TermKind::Rate {
            of: table.word("rate_of", |word| named(&RateOf::NAMES, word), example).unwrap_or(RateOf::Subject),
            happened: conditions(table, "happened"),
            half_life_days: half_life(table),
            strength: table.number("strength", 0.0..=10_000.0, "strength = 4").unwrap_or(4.0),
        }
    }
}

fn half_life(table: &Reader) -> f64 {
    let example = "half_life_days = 365";
    if !table.has("half_life_days") {
        table.missing("half_life_days", example);
    }
    table.number("half_life_days", 1.0..=3650.0, example).unwrap_or(365.0)
}
