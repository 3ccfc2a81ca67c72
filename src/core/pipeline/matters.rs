//! One file of `matters/`: an item of the supervision list.

use super::condition::Condition;
use super::load::{known, required_word, slug, unknown_name};
use super::model::*;
use super::peers;
use super::reader::{File, Reader, parse_date};
use super::rules::per_level;
use crate::domain::{Category, Level, RecordKind};
use std::collections::{BTreeMap, BTreeSet};

/// Most records a trigger may wait for.
const MAX_TRIGGER_RECORDS: u32 = 50;
/// Most conditions of one list, and most triggers and rules of one matter.
pub const MAX_RULES: usize = 200;
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
    let objects = objects(&reader);
    let categories = "category = \"safety\" (consumer, finance, environment, labour, price, quality, service)";
    let mut matter = Matter {
        id: slug(&reader, "id", "id = \"urban-gas\""),
        name: reader.required_text("name"),
        category: required_word(&reader, "category", Category::parse, categories).unwrap_or(Category::Service),
        lead: lead(&reader, organisations),
        cooperating: orgs("cooperating"),
        informed: orgs("informed"),
        basis: basis(&reader),
        guide_url: reader.string("guide_url", "guide_url = \"https://...\""),
        methods: reader.strings("methods", "methods = [\"off-site check\"]"),
        measures_suggested: reader.strings("measures_suggested", "measures_suggested = [\"verify\"]"),
        prior_notice: reader.bool("prior_notice", "prior_notice = true").unwrap_or(true),
        excerpt: reader.bool("excerpt", "excerpt = true").unwrap_or(false),
        matches: conditions(&reader, "match"),
        triggers: few(&reader, "trigger").into_iter().map(trigger).collect(),
        industry: reader.table("industry").map(industry),
        enterprise: reader.table("enterprise").map(enterprise),
        outcome: reader.table("outcome").map(super::outcome::outcome),
        objects,
    };
    give_objects(&reader, &mut matter);
    for (key, list) in [("methods", &matter.methods), ("measures_suggested", &matter.measures_suggested)] {
        if list.len() > MAX_STEPS {
            file.report(
                reader.at(key),
                format!("{} {key}; {MAX_STEPS} are allowed", list.len()),
                "the ones that matter, in order",
            );
        }
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

/// A slug, or `"undetermined"`: a new trade nobody leads yet (art. 7).
fn lead(reader: &Reader, organisations: &BTreeMap<String, Organisation>) -> Option<String> {
    let undetermined = reader.string("lead", "lead = \"wh-amr\"").is_some_and(|lead| lead == "undetermined");
    (!undetermined).then(|| known(reader, "lead", organisations, "a slug of organisations.toml, or \"undetermined\""))
}

/// Industry codes, with or without the letter of their section.
fn objects(reader: &Reader) -> Vec<String> {
    let example = "objects = [\"4511\", \"4512\"]";
    let objects = reader.strings("objects", example);
    if let Some(bad) = objects.iter().find(|code| code.is_empty() || !code.bytes().all(|b| b.is_ascii_alphanumeric())) {
        reader.file.report(reader.at("objects"), format!("{bad:?} is no industry code"), example);
    }
    objects
}

fn basis(reader: &Reader) -> Basis {
    let Some(table) = reader.table("basis") else {
        if !reader.has("basis") {
            reader.missing("basis", "[basis] with text, source and verified = false until someone has read it");
        }
        return Basis::default();
    };
    let dates = "date = \"2024\", \"2024-05\" or \"2024-05-01\"";
    let basis = Basis {
        text: table.required_text("text"),
        source: table.required_string("source", "source = \"where the text was read\""),
        date: table.string("date", dates),
        expires: table.date("expires", "expires = \"2028-12-09\""),
        verified: table.bool("verified", "verified = false").unwrap_or(false),
    };
    if let Some(date) = &basis.date
        && !["-01-01", "-01", ""].iter().any(|rest| parse_date(&format!("{date}{rest}")).is_some())
    {
        table.file.report(table.at("date"), format!("{date:?} is no year, month or day"), dates);
    }
    table.finish();
    basis
}

/// Conditions that speak of the matter's objects get their codes.
fn give_objects(reader: &Reader, matter: &mut Matter) {
    let objects = matter.objects.clone();
    let mut asked = false;
    for condition in matter.conditions_mut().filter(|c| c.of_objects) {
        condition.industries.clone_from(&objects);
        asked = true;
    }
    if asked && objects.is_empty() {
        reader.missing("objects", "objects = [\"4511\"]: a condition with of_objects speaks of them");
    }
}

impl Matter {
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let counts = self.industry.iter().flat_map(|i| &i.count);
        let evidence = self.enterprise.iter().flat_map(|e| &e.evidence).flat_map(|e| &e.when);
        let inspections = self.enterprise.iter().flat_map(|e| &e.inspections).flat_map(|i| i.failed.iter().chain(&i.passed));
        let triggers = self.triggers.iter().flat_map(|t| &t.when);
        let outcome = self.outcome.iter().flat_map(super::OutcomeRules::conditions);
        self.matches.iter().chain(triggers).chain(counts).chain(evidence).chain(inspections).chain(outcome)
    }

    pub(super) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut Condition> {
        let counts = self.industry.iter_mut().flat_map(|i| &mut i.count);
        let enterprise = self.enterprise.iter_mut().flat_map(|e| {
            let inspections = e.inspections.iter_mut().flat_map(|i| i.failed.iter_mut().chain(&mut i.passed));
            e.evidence.iter_mut().flat_map(|rule| &mut rule.when).chain(inspections)
        });
        let triggers = self.triggers.iter_mut().flat_map(|t| &mut t.when);
        let outcome = self.outcome.iter_mut().flat_map(super::OutcomeRules::conditions_mut);
        self.matches.iter_mut().chain(triggers).chain(counts).chain(enterprise).chain(outcome)
    }
}

pub(super) fn conditions(reader: &Reader, key: &'static str) -> Vec<Condition> {
    few(reader, key).into_iter().map(Condition::read).collect()
}

/// The tables of a list that is compared pair by pair.
pub(super) fn few<'a, 'b>(reader: &Reader<'a, 'b>, key: &'static str) -> Vec<Reader<'a, 'b>> {
    let mut tables = reader.tables(key);
    if tables.len() > MAX_RULES {
        reader.file.report(
            reader.at(key),
            format!("{} of {key}; {MAX_RULES} are allowed", tables.len()),
            "fewer, with more words each",
        );
        tables.truncate(MAX_RULES);
    }
    tables
}

/// At least one: a rule without a condition would never hold.
pub(super) fn required_conditions(reader: &Reader, key: &'static str) -> Vec<Condition> {
    let conditions = conditions(reader, key);
    if conditions.is_empty() {
        reader.missing(key, &format!("{key} = {{ kind = \"ticket\" }}"));
    }
    conditions
}

fn trigger(table: Reader) -> Trigger {
    let trigger = Trigger {
        code: slug(&table, "code", "code = \"gas-leak\""),
        when: required_conditions(&table, "when"),
        level: required_word(&table, "level", Level::parse, "level = \"orange\"").unwrap_or(Level::Blue),
        text: table.required_text("text"),
        hold_days: table.whole("hold_days", 1..=365, "hold_days = 7").unwrap_or(7),
        at_least: table.whole("at_least", 1..=MAX_TRIGGER_RECORDS, "at_least = 3").unwrap_or(1),
        within_days: table.whole("within_days", 1..=365, "within_days = 7").unwrap_or(7),
    };
    if table.has("within_days") && trigger.at_least == 1 {
        table.file.report(table.at("within_days"), "`within_days` without `at_least`", "at_least = 3, within_days = 7");
    }
    table.finish();
    trigger
}

fn industry(table: Reader) -> IndustryRules {
    let example = "periods = [\"P1D\", \"P1W\"] (or \"PT1H\")";
    let mut periods = Vec::new();
    for word in table.strings("periods", example) {
        match Period::parse(&word) {
            Some(period) => periods.push(period),
            None => table.file.report(table.at("periods"), format!("no period {word:?}"), example),
        }
    }
    periods.sort();
    periods.dedup();
    let rules = IndustryRules {
        count: conditions(&table, "count"),
        periods,
        indicators: table.strings("indicators", "indicators = [\"...\"], as records name them"),
        falling: table.strings("falling", "falling = [\"...\"], indicators that warn when they fall"),
    };
    // Counting needs both keys; a matter that only looks at indicators needs neither.
    let counts = table.has("count") || table.has("periods") || (rules.indicators.is_empty() && rules.falling.is_empty());
    if counts && rules.periods.is_empty() {
        table.missing("periods", example);
    }
    if counts && rules.count.is_empty() {
        table.missing("count", "count = { kind = \"ticket\" }, or indicators = [\"...\"] alone");
    }
    if rules.count.iter().any(|c| c.kinds.contains(&RecordKind::Indicator)) {
        table.file.report(table.at("count"), "indicators are figures, not records to count", "indicators = [\"...\"]");
    }
    table.finish();
    rules
}

fn enterprise(table: Reader) -> EnterpriseRules {
    let mut evidence: Vec<EvidenceRule> = Vec::new();
    for rule in few(&table, "evidence") {
        let example = "weight = 0.8 (log-odds; below 0 speaks for the firm), half_life_days = 90";
        let figure = rule.table("figure").map(figure);
        let name = rule.table("name").map(peers::name_test);
        let by_itself = figure.is_some() || name.is_some();
        let parsed = EvidenceRule {
            code: slug(&rule, "code", "code = \"complaint\""),
            when: if by_itself { conditions(&rule, "when") } else { required_conditions(&rule, "when") },
            figure,
            name,
            without_permit: peers::permits(&rule, "without_permit = [\"金融许可证\"]"),
            weight: rule.number("weight", -10.0..=10.0, example).unwrap_or_default(),
            half_life_days: rule.number("half_life_days", 1.0..=3650.0, example).unwrap_or(90.0),
            expires_days: rule.whole("expires_days", 1..=36_500, "expires_days = 1095"),
            text: rule.required_text("text"),
        };
        for key in ["when", "figure"] {
            if parsed.name.is_some() && rule.has(key) {
                rule.file.report(
                    rule.at("name"),
                    format!("a rule has `{key}` or `name`, not both"),
                    "two rules, or one of the two",
                );
            }
        }
        if parsed.figure.is_some() && !parsed.when.is_empty() {
            rule.file.report(rule.at("figure"), "a rule has `when` or `figure`, not both", "two rules, or one of the two");
        }
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
    let rate = table.table("rate").map(peers::rate);
    if let Some(of) = rate.as_ref().and_then(|rate| rate.of.as_ref()).filter(|of| evidence.iter().all(|e| e.code != **of)) {
        let codes: Vec<&str> = evidence.iter().map(|e| e.code.as_str()).collect();
        table.file.report(
            table.at("rate"),
            format!("`of` {of:?} is no evidence of the matter"),
            format!("one of {}", codes.join(", ")),
        );
    }
    let rules = EnterpriseRules {
        prior: table.number("prior", -10.0..=10.0, "prior = -3.0").unwrap_or_else(|| {
            if !table.has("prior") {
                table.missing("prior", "prior = -3.0 (log-odds without any evidence)");
            }
            0.0
        }),
        evidence,
        rate,
        inspections: table.table("inspections").map(peers::inspections),
        score_at_least: score,
        sources_at_least: per_level(&table, "sources_at_least", Some([1.0, 1.0, 2.0, 2.0]), crate::engine::MAX_REFS as f64)
            .map(|n| n as u32),
    };
    table.finish();
    rules
}

fn figure(table: Reader) -> FigureTest {
    let example = "figure = { measure = \"prepaid_balance_yuan\", value_at_least = 500000 } (value_below, times_peer_median)";
    let test = FigureTest {
        measure: table.required_string("measure", example),
        value_at_least: table.number("value_at_least", -1e15..=1e15, example),
        value_below: table.number("value_below", -1e15..=1e15, example),
        times_peer_median: table.number("times_peer_median", 0.0..=1e6, example),
        peers_at_least: table.whole("peers_at_least", 1..=100_000, "peers_at_least = 8").unwrap_or(8),
    };
    if test.value_at_least.is_none() && test.value_below.is_none() && test.times_peer_median.is_none() {
        table.file.report(table.at, "a figure that is compared with nothing", example);
    }
    if table.has("peers_at_least") && test.times_peer_median.is_none() {
        table.file.report(table.at("peers_at_least"), "`peers_at_least` without `times_peer_median`", example);
    }
    table.finish();
    test
}
