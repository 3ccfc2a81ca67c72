//! One file of `matters/`: an item of the supervision list.

use super::condition::Condition;
use super::load::{known, per_level, required_word, slug, unknown_name};
use super::model::*;
use super::reader::{File, Reader};
use crate::domain::{Category, Level};
use std::collections::{BTreeMap, BTreeSet};

/// Most methods, and most measures, a warning lists.
const MAX_STEPS: usize = 10;

pub(super) fn matter(file: &File, organisations: &BTreeMap<String, Organisation>) -> Option<Matter> {
    let root = file.parse();
    let reader = Reader::new(file, root.get_ref(), 0);
    let orgs = |key: &'static str| -> Vec<String> {
        let list = reader.strings(key, "cooperating = [\"wh-amr\"]");
        for name in list.iter().filter(|n| !organisations.contains_key(*n)) {
            unknown_name(&reader, reader.at(key), key, name, organisations, "a slug of organisations.toml");
        }
        list
    };
    let categories = "category = \"safety\" (consumer, finance, environment, labour, price, quality, service)";
    let mut matter = Matter {
        id: slug(&reader, "id", "id = \"urban-gas\""),
        name: reader.required_text("name"),
        category: required_word(&reader, "category", Category::parse, categories).unwrap_or(Category::Service),
        lead: known(&reader, "lead", organisations, "a slug of organisations.toml"),
        cooperating: orgs("cooperating"),
        informed: orgs("informed"),
        basis: Default::default(),
        basis_verified: false,
        guide_url: reader.string("guide_url", "guide_url = \"https://...\""),
        methods: reader.strings("methods", "methods = [\"off-site check\"]"),
        measures_suggested: reader.strings("measures_suggested", "measures_suggested = [\"verify\"]"),
        prior_notice: reader.bool("prior_notice", "prior_notice = true").unwrap_or(true),
        matches: conditions(&reader, "match"),
        triggers: reader.tables("trigger").into_iter().map(trigger).collect(),
        industry: reader.table("industry").map(industry),
        enterprise: reader.table("enterprise").map(enterprise),
    };
    for (key, list) in [("methods", &matter.methods), ("measures_suggested", &matter.measures_suggested)] {
        if list.len() > MAX_STEPS {
            file.report(
                reader.at(key),
                format!("{} {key}; {MAX_STEPS} are allowed", list.len()),
                "the ones that matter, in order",
            );
        }
    }
    match reader.table("basis") {
        Some(basis) => {
            matter.basis = basis.required_text("text");
            basis.required_string("source", "source = \"where the text was read\"");
            matter.basis_verified = basis.bool("verified", "verified = false").unwrap_or(false);
            basis.finish();
        }
        None => reader.missing("basis", "[basis] with text, source and verified = false until someone has read it"),
    }
    if matter.matches.is_empty() {
        reader.missing("match", "[[match]] kind = \"ticket\", category = [\"...\"]");
    }
    let mut seen = BTreeSet::new();
    for (org, _) in matter.named() {
        if !seen.insert(org) {
            file.report(reader.at("cooperating"), format!("{org:?} has two roles"), "each organisation once");
        }
    }
    if matter.industry.is_none() && matter.enterprise.is_none() && matter.triggers.is_empty() {
        file.report(0, "nothing in this matter can raise a warning", "[industry], [enterprise] or [[trigger]]");
    }
    reader.finish();
    (!matter.id.is_empty()).then_some(matter)
}

fn conditions(reader: &Reader, key: &'static str) -> Vec<Condition> {
    reader.tables(key).into_iter().map(Condition::read).collect()
}

fn required_conditions(reader: &Reader, key: &'static str) -> Vec<Condition> {
    if !reader.has(key) {
        reader.missing(key, &format!("{key} = {{ kind = \"ticket\" }}"));
    }
    conditions(reader, key)
}

fn trigger(table: Reader) -> Trigger {
    let trigger = Trigger {
        code: slug(&table, "code", "code = \"gas-leak\""),
        when: required_conditions(&table, "when"),
        level: required_word(&table, "level", Level::parse, "level = \"orange\"").unwrap_or(Level::Blue),
        text: table.required_text("text"),
        hold_days: table.whole("hold_days", 1..=365, "hold_days = 7").unwrap_or(7),
    };
    table.finish();
    trigger
}

fn industry(table: Reader) -> IndustryRules {
    let example = "periods = [\"P1D\", \"P1W\"]";
    let mut periods = Vec::new();
    for word in table.strings("periods", example) {
        match Period::parse(&word) {
            Some(period) => periods.push(period),
            None => table.file.report(table.at("periods"), format!("no period {word:?}"), example),
        }
    }
    if periods.is_empty() {
        table.missing("periods", example);
    }
    periods.sort();
    periods.dedup();
    let rules = IndustryRules { count: required_conditions(&table, "count"), periods };
    table.finish();
    rules
}

fn enterprise(table: Reader) -> EnterpriseRules {
    let mut evidence: Vec<EvidenceRule> = Vec::new();
    for rule in table.tables("evidence") {
        let example = "weight = 0.8 (log-odds; below 0 speaks for the firm), half_life_days = 90";
        let parsed = EvidenceRule {
            code: slug(&rule, "code", "code = \"complaint\""),
            when: required_conditions(&rule, "when"),
            weight: rule.number("weight", -10.0..=10.0, example).unwrap_or_default(),
            half_life_days: rule.number("half_life_days", 1.0..=3650.0, example).unwrap_or(90.0),
            text: rule.required_text("text"),
        };
        for key in ["weight", "half_life_days"] {
            if !rule.has(key) {
                rule.missing(key, example);
            }
        }
        if evidence.iter().any(|e| e.code == parsed.code) {
            rule.file.report(
                rule.at("code"),
                format!("evidence {:?} stands twice", parsed.code),
                "a code of its own for each rule",
            );
        }
        rule.finish();
        evidence.push(parsed);
    }
    if evidence.is_empty() {
        table.missing("evidence", "[[enterprise.evidence]] with code, when, weight, half_life_days, text");
    }
    let score = per_level(&table, "score_at_least", None, 100.0).map(|n| n as u32);
    if score.windows(2).any(|w| w[0] >= w[1]) {
        table.file.report(table.at("score_at_least"), "thresholds out of order", "scores that rise from blue to red");
    }
    let rules = EnterpriseRules {
        prior: table.number("prior", -10.0..=10.0, "prior = -3.0").unwrap_or_else(|| {
            if !table.has("prior") {
                table.missing("prior", "prior = -3.0 (log-odds without any evidence)");
            }
            0.0
        }),
        evidence,
        score_at_least: score,
        sources_at_least: per_level(&table, "sources_at_least", Some([1.0, 1.0, 2.0, 2.0]), crate::engine::MAX_REFS as f64)
            .map(|n| n as u32),
    };
    table.finish();
    rules
}
