//! Keys with a value they can't have, and what is to be written there.

use crate::common::mini::mini_with;
use crate::common::mistakes::{GAS, NOISE, ORGS, PIPELINE, REGIONS, Row, check, problems, row};

/// `key = value` on a line after another, and what is told there.
fn after(file: &'static str, line: &'static str, wrong: &'static str, message: &'static str, write: &'static str) -> Row {
    row(file, line, format!("{line}\n{wrong}"), wrong, message, write)
}

/// Something wrong in the place of a part of a line.
fn instead(file: &'static str, line: &'static str, wrong: &'static str, message: &'static str, write: &'static str) -> Row {
    row(file, line, wrong, wrong, message, write)
}

#[test]
pub fn keys_of_conditions() {
    let example = "{ kind = \"ticket\", category = [\"燃气\"] }";
    let drill = "words = \"drill\"";
    check(vec![
        instead(NOISE, "kind = \"ticket\", words = \"drill\"", "kind = 7", "`kind` must be a text or a list of texts", example),
        instead(NOISE, drill, "intent = 7", "`intent` must be a text or a list of texts", example),
        instead(NOISE, drill, "category = 7", "`category` must be a text or a list of texts", example),
        instead(NOISE, drill, "words = 7", "`words` must be a text or a list of texts", example),
        instead(NOISE, drill, "industry = [7]", "`industry` must be a list of texts", example),
        instead(NOISE, drill, "of_objects = 1", "`of_objects` must be true or false", "of_objects = true"),
        instead(NOISE, drill, "severity_at_least = 6", "`severity_at_least` must be a whole number", "severity_at_least = 4"),
        instead(NOISE, drill, "value_at_least = \"x\"", "`value_at_least` must be a number", "value_at_least = 30"),
        instead(NOISE, drill, "value_below = \"x\"", "`value_below` must be a number", "value_below = 5"),
    ]);
    let mut bundle = mini_with(NOISE, drill, "words = \"@lout\"");
    bundle.files.insert("words.toml".into(), "loud = \"din\"\nquiet = 7\n".into());
    let told: Vec<String> = problems(&bundle).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].ends_with("names \"lout\", which does not exist; write: a list of words.toml, for example \"loud\""),
        "{told:#?}"
    );
    let lists = "words.toml:2: `quiet` must be a text or a list of texts; write: run-away = [\"跑路\", \"失联\"]";
    assert_eq!(told[1], lists);
}

#[test]
pub fn keys_of_organisations_and_regions() {
    let text = "must be a text of 1 to 500 characters";
    let list = "must be a text or a list of texts";
    let told = |key: &str, must: &str| -> &'static str { format!("`{key}` {must}").leak() };
    check(vec![
        instead(ORGS, "slug = \"coop\"", "slug = 7", told("slug", text), "slug = \"wh-amr\""),
        instead(ORGS, "superior = \"boss\"", "superior = 7", told("superior", text), "superior = \"wh-gov\""),
        after(ORGS, "slug = \"coop\"", "region = 7", told("region", text), "region = \"371002\", with branch_of"),
        after(ORGS, "slug = \"coop\"", "branch_of = 7", told("branch_of", text), "branch_of = \"wh-housing\", with region"),
        after(ORGS, "slug = \"coop\"", "aliases = 7", told("aliases", list), "aliases = [\"住建局\"]"),
        after(ORGS, "slug = \"coop\"", "former_names = 7", told("former_names", list), "former_names = [\"建设局\"]"),
        instead(REGIONS, "parent = \"r0\"", "parent = 7", told("parent", text), "parent = \"371000\""),
        after(REGIONS, "code = \"r1\"", "class = 7", told("class", text), "class = \"urban\""),
    ]);
}

#[test]
pub fn keys_of_matters() {
    let list = "must be a text or a list of texts";
    let text = "must be a text of 1 to 500 characters";
    let told = |key: &str, must: &str| -> &'static str { format!("`{key}` {must}").leak() };
    let lead = "lead = \"lead\"";
    let steps = format!("methods = [{}]", "\"look\", ".repeat(11));
    let many = format!("informed = [{}]", "\"info\", ".repeat(2_001));
    check(vec![
        instead(NOISE, "id = \"noise\"", "id = 7", told("id", text), "id = \"urban-gas\""),
        instead(
            NOISE,
            "{ en = \"Noise\" }",
            "{ en = \"Noise\", zh = 7 }",
            told("zh", text),
            "name = { en = \"...\", zh = \"...\" }",
        ),
        instead(NOISE, lead, "lead = 7", told("lead", text), "lead = \"wh-amr\""),
        after(NOISE, lead, "cooperating = 7", told("cooperating", list), "cooperating = [\"wh-amr\"]"),
        row(NOISE, lead, format!("{lead}\n{many}"), "informed", "a list of 2000 texts at most", "cooperating = [\"wh-amr\"]"),
        instead(
            NOISE,
            "guide_url = \"https://example.org/noise\"",
            "guide_url = 7",
            told("guide_url", text),
            "guide_url = \"https://...\"",
        ),
        after(NOISE, lead, "excerpt = 7", "`excerpt` must be true or false", "excerpt = true"),
        after(NOISE, lead, "methods = 7", told("methods", list), "methods = [\"off-site check\"]"),
        row(NOISE, lead, format!("{lead}\n{steps}"), "methods", "11 methods; 10 are allowed", "the ones that matter, in order"),
        after(NOISE, lead, "measures_suggested = 7", told("measures_suggested", list), "measures_suggested = [\"verify\"]"),
        after(NOISE, lead, "objects = 7", told("objects", list), "objects = [\"4511\", \"4512\"]"),
        after(NOISE, "verified = true", "date = 7", told("date", text), "date = \"2024\", \"2024-05\" or \"2024-05-01\""),
        after(NOISE, "verified = true", "expires = 7", told("expires", text), "expires = \"2028-12-09\""),
        after(
            NOISE,
            "level = \"yellow\"",
            "within_days = 0",
            "`within_days` must be a whole number from 1 to 365",
            "within_days = 7",
        ),
        after(
            GAS,
            "periods = [\"P1D\"]",
            "indicators = 7",
            told("indicators", list),
            "indicators = [\"...\"], as records name them",
        ),
        after(
            GAS,
            "periods = [\"P1D\"]",
            "falling = 7",
            told("falling", list),
            "falling = [\"...\"], indicators that warn when they fall",
        ),
        instead(GAS, "code = \"complaint\"", "code = 7", told("code", text), "code = \"complaint\""),
    ]);
}

#[test]
pub fn keys_of_peers() {
    let missing = |key: &str| -> &'static str { format!("`{key}` is missing").leak() };
    let number = |key: &str, range: &str| -> &'static str { format!("`{key}` must be a number {range}").leak() };
    let rate = "half_life_days = 60, weight = 0.5";
    let prior = "prior = { shape = 2, rate = 2 }";
    let pooled = "weight = 1 (times the log-odds beyond the peers'), half_life_days = 365";
    let under = |wrong, message, write| after(GAS, "prior = -3.0", wrong, message, write);
    let text = "must be a text of 1 to 500 characters";
    check(vec![
        under("rate = 7", "`rate` must be a table", "[rate]"),
        under("rate = { of = 7, half_life_days = 9, weight = 1 }", format!("`of` {text}").leak(), "of = \"complaint\""),
        under(
            "rate = { of = \"none\", half_life_days = 9, weight = 1 }",
            "`of` \"none\" is no evidence of the matter",
            "one of ",
        ),
        under("rate = { weight = 1 }", missing("half_life_days"), rate),
        under("rate = { half_life_days = 9 }", missing("weight"), rate),
        under("rate = { half_life_days = 0, weight = 1 }", number("half_life_days", "from 1 to 3650"), rate),
        under("rate = { half_life_days = 9, weight = -1 }", number("weight", "from 0 to 10"), rate),
        under(
            "rate = { half_life_days = 9, weight = 1, rise_weight = 11 }",
            number("rise_weight", "from 0"),
            "rise_weight = 0.5",
        ),
        under(
            "rate = { half_life_days = 9, weight = 1, rise_every_days = 0 }",
            number("rise_every_days", "from 1"),
            "rise_every_days = 3650",
        ),
        under(
            "rate = { half_life_days = 9, weight = 1, peers_at_least = 0 }",
            "`peers_at_least` must be a whole number",
            "peers_at_least = 20",
        ),
        under("rate = { half_life_days = 9, weight = 1, prior = 2 }", "`prior` must be a table", "[prior]"),
        under("rate = { half_life_days = 9, weight = 1, prior = { rate = 2 } }", missing("shape"), prior),
        under("rate = { half_life_days = 9, weight = 1, prior = { shape = 2 } }", missing("rate"), prior),
        under("rate = { half_life_days = 9, weight = 1, prior = { shape = 0, rate = 1 } }", number("shape", "from 0.001"), prior),
        under("rate = { half_life_days = 9, weight = 1, prior = { shape = 1, rate = 0 } }", number("rate", "from 0.001"), prior),
        under("rate = { half_life_days = 9, weight = 1, stratum = 7 }", "`stratum` must be a list of tables", "[[stratum]]"),
        under(
            "rate = { half_life_days = 9, weight = 1, stratum = { shape = 1, rate = 1 } }",
            missing("industry"),
            "industry = \"4512\"",
        ),
        under(
            "rate = { half_life_days = 9, weight = 1, stratum = { industry = 7, shape = 1, rate = 1 } }",
            format!("`industry` {text}").leak(),
            "industry = \"4512\"",
        ),
        under("inspections = 7", "`inspections` must be a table", "[inspections]"),
        under(
            "inspections = { failed = { kind = \"inspection\" }, passed = { kind = \"inspection\" }, weight = 1 }",
            missing("half_life_days"),
            pooled,
        ),
        under(
            "inspections = { passed = { kind = \"inspection\" }, weight = 1, half_life_days = 9 }",
            missing("failed"),
            "failed = { kind = \"ticket\" }",
        ),
        under(
            "inspections = { failed = { kind = \"inspection\" }, weight = 1, half_life_days = 9 }",
            missing("passed"),
            "passed = { kind = \"ticket\" }",
        ),
        under("inspections = { weight = 1, half_life_days = 0 }", number("half_life_days", "from 1"), pooled),
        under("inspections = { weight = 11, half_life_days = 1 }", number("weight", "from 0 to 10"), pooled),
        under("inspections = { half_life_days = 1 }", missing("weight"), pooled),
        under("inspections = { weight = 1, half_life_days = 1, strength = 0 }", number("strength", "from 0.1"), "strength = 4"),
        under("inspections = { weight = 1, half_life_days = 1, usual = 1 }", number("usual", "from 0.001"), "usual = 0.1"),
    ]);
}

#[test]
pub fn keys_of_names_and_expiry() {
    let when = "when = { kind = \"ticket\", urgency = \"urgent\" }";
    let example = "name = { words = [\"财富管理\"], without_permit = [\"金融许可证\"] }";
    let both = |key: &str| -> &'static str { format!("a rule has `{key}` or `name`, not both").leak() };
    check(vec![
        instead(GAS, when, "name = 7", "`name` must be a table", "[name]"),
        instead(GAS, when, "name = { without_permit = \"p\" }", "`words` is missing", example),
        instead(GAS, when, "name = { words = \"w\", without_permit = 7 }", "`without_permit` must be a text or a list", example),
        row(
            GAS,
            when,
            format!("{when}\nname = {{ words = \"w\" }}"),
            "name = { words",
            both("when"),
            "two rules, or one of the two",
        ),
        row(
            GAS,
            when,
            "figure = { measure = \"m\", value_below = 1 }\nname = { words = \"w\" }",
            "name = { words",
            both("figure"),
            "two rules, or one of the two",
        ),
        row(
            GAS,
            when,
            format!("name = {{ words = \"w\", without_permit = [{}] }}", "\"p\", ".repeat(51)),
            "name = { words",
            "51 types; 50 are allowed",
            "the types that allow the trade",
        ),
        after(GAS, when, "without_permit = 7", "`without_permit` must be a text or a list", "without_permit = [\"金融许可证\"]"),
        after(GAS, when, "expires_days = 0", "`expires_days` must be a whole number", "expires_days = 1095"),
        row(PIPELINE, "[ladder]", "[credit]\n[ladder]", "[credit]", "`classes` is missing", "[credit] classes = [\"A\""),
        row(PIPELINE, "[ladder]", "[credit]\nclasses = []\n[ladder]", "classes = []", "`classes` names none", "classes = [\"A\""),
        row(
            PIPELINE,
            "[ladder]",
            "[credit]\nclasses = 7\n[ladder]",
            "classes = 7",
            "`classes` must be a text or",
            "classes = [\"A\"",
        ),
        row(PIPELINE, "[realm]", "credit = 7\n[realm]", "credit = 7", "`credit` must be a table", "[credit]"),
    ]);
}

#[test]
pub fn keys_of_figures() {
    let example = "figure = { measure = \"prepaid_balance_yuan\", value_at_least = 500000 }";
    let when = "when = { kind = \"ticket\", urgency = \"urgent\" }";
    check(vec![
        instead(GAS, when, "figure = { measure = 7, value_below = 1 }", "`measure` must be a text", example),
        instead(GAS, when, "figure = { value_below = 1 }", "`measure` is missing", example),
        instead(GAS, when, "figure = { measure = \"m\", value_below = \"1\" }", "`value_below` must be a number", example),
        instead(GAS, when, "figure = { measure = \"m\", value_at_least = \"1\" }", "`value_at_least` must be a number", example),
        instead(
            GAS,
            when,
            "figure = { measure = \"m\", times_peer_median = -1 }",
            "`times_peer_median` must be a number from 0 to 1000000",
            example,
        ),
        instead(
            GAS,
            when,
            "figure = { measure = \"m\", times_peer_median = 2, peers_at_least = 0 }",
            "`peers_at_least` must be a whole number from 1 to 100000",
            "peers_at_least = 8",
        ),
    ]);
}

#[test]
pub fn keys_of_the_realm() {
    let text = "must be a text of 1 to 500 characters";
    let told = |key: &str, must: &str| -> &'static str { format!("`{key}` {must}").leak() };
    let case = "[[source.map.case]] field = \"result\", column = \"critical\", above = 0, value = \"critical\"";
    let ladder = "[ladder] due_soon_hours = 4, supervised_working_days = 1, circular_working_days = 3";
    let topic = "topic = \"mini.tickets\"";
    let private = "[privacy] natural_person_days = 365, redact_dead_letters = true";
    check(vec![
        instead(PIPELINE, "zone = \"+08:00\"", "zone = 8", told("zone", text), "zone = \"+08:00\" or \"America/Chicago\""),
        instead(PIPELINE, topic, "topic = 7", told("topic", text), "topic = \"hotline.tickets\""),
        after(PIPELINE, topic, "lateness_hours = -1", "`lateness_hours` must be a whole number", "lateness_hours = 24"),
        instead(PIPELINE, "id = \"row\"", "id = 7", told("id", text), "id = \"row\" (or leave it out)"),
        instead(PIPELINE, "field = \"result\"", "field = 7", told("field", text), case),
        instead(PIPELINE, "column = \"critical\"", "column = 7", told("column", text), case),
        instead(PIPELINE, "value = \"critical\"", "value = 7", told("value", text), case),
        row(PIPELINE, "base = \"weekdays\"", "base = 7", "base = 7", told("base", text), "[calendar] with base = \"china\""),
        row(
            PIPELINE,
            "[levels]",
            "[measure]\nname = \"M\"\nin_force = \"2023-12-10\"\nexpires = 7\n[levels]",
            "expires = 7",
            told("expires", text),
            "expires = \"2028-12-09\"",
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[clues]\nacknowledge_working_days = 999\n[ladder]",
            "= 999",
            "`acknowledge_working_days` must be a whole number from 0 to 250",
            "[clues] acknowledge_working_days = 1, close_working_days = 10",
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[clues]\nunclassified_at_least = 1\n[ladder]",
            "unclassified_at_least = 1",
            "`unclassified_at_least` must be a whole number from 2 to 1000",
            "unclassified_at_least = 5",
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[privacy]\nnatural_person_days = 0\n[ladder]",
            "natural_person_days = 0",
            "`natural_person_days` must be a whole number from 1 to 3650",
            private,
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[clues]\nunclassified_within_days = 91\n[ladder]",
            "unclassified_within_days = 91",
            "`unclassified_within_days` must be a whole number from 1 to 90",
            "unclassified_within_days = 14",
        ),
        row(
            PIPELINE,
            "[ladder]",
            "[privacy]\nredact_dead_letters = 1\n[ladder]",
            "redact_dead_letters = 1",
            "`redact_dead_letters` must be true or false",
            private,
        ),
        instead(
            PIPELINE,
            "supervised_working_days = 1",
            "supervised_working_days = 0",
            "`supervised_working_days` must be a whole number from 1 to 60",
            ladder,
        ),
        instead(
            PIPELINE,
            "circular_working_days = 3",
            "circular_working_days = 0",
            "`circular_working_days` must be a whole number from 1 to 90",
            ladder,
        ),
    ]);
}
