//! The editor schemas are what the loader reads: the same keys in every table, and a value the one
//! refuses for its type or range the other refuses too.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::mini;
use common::{gas_with_clues, shipped};
use jianwei_core::pipeline::{Bundle, Problem, editor_schemas, load};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CONDITION: &str = r#"{ kind = "ticket", category = "gas", words = "@smell", all_words = "gas", not_words = "past", industry = "4511",
  value_at_least = 1, value_below = 9.5, over_limit = true, severity_at_least = 3, channel = "media", intent = ["complaint"],
  urgency = "urgent", status = "closed", verified = "false", region = "r1", mode = "joint", result = "pass", reason = "x", org = "lead",
  type = "x", class = "C", measure = "m", indicator = "i", quality = "good" }"#;

/// A pipeline that has every table, every key in it.
fn full() -> Bundle {
    let mut bundle = mini();
    bundle.files.retain(|name, _| !name.starts_with("matters/"));
    bundle.files.insert("words.toml".into(), "smell = [\"smell\", \"stink\"]\n".into());
    let regions = bundle.files.get_mut("regions.toml").unwrap();
    *regions = regions.replace("aliases = [\"Up\"]", "aliases = [\"Up\"]\nclass = \"urban\"");
    let mut add = |file: &str, text: String| *bundle.files.entry(file.to_string()).or_default() += &text;
    add(
        "organisations.toml",
        "\n[[organisation]]\nslug = \"branch\"\nname = \"Branch\"\ncontact = \"desk\"\naliases = \"b\"\nformer_names = [\"old\"]\n\
         branch_of = \"lead\"\nregion = \"r1\"\nsuperior = \"boss\"\n"
            .into(),
    );
    let source = r#"
[measure]
name = "The measure"
in_force = "2023-12-10"
expires = "2028-12-09"

[clues]
acknowledge_working_days = 1
close_working_days = 5

[credit]
classes = ["A", "D"]

[privacy]
natural_person_days = 90
redact_dead_letters = true

[[source]]
kind = "reports"
topic = "full.reports"
lateness_hours = 5
columns = { title = ["a", "b"] }
values = { channel = { m = "media" } }
map = [{ name = "m", columns = ["a"], id = "row", rename = { title = "t" }, constants = { channel = "media" }, defaults = { url = "u" },
  values = { severity = { x = "1" } }, case = [{ field = "matter", value = "gas", column = "c", above = 2.5 }] }]

[[tail]]
period = "P1D"
expected_below = 0.1
from = "2025-01-01"
to = "2025-12-31"
series = 3
periods = 40000
exceedances = 100
knot = [{ p = 0.02, share = 0.01 }]
shape = 0.1
scale = 1.2

[[tail]]
period = "P1D"
from = "2025-01-01"
to = "2025-12-31"
periods = 40000
knot = { p = 0.02, share = 0.01 }
shape = 0
scale = 1

[duties]
agree_lead_working_days = 9
blue = { acknowledge_working_days = 1, feedback_working_days = 2, close_working_days = 3 }
"#;
    add("pipeline.toml", source.into());
    let matter = format!(
        r#"
id = "full"
name = {{ en = "Full", zh = "全" }}
category = "safety"
lead = "lead"
cooperating = "coop"
informed = ["info"]
objects = ["4511"]
guide_url = "https://example.org"
methods = "look"
measures_suggested = ["verify"]
prior_notice = true
excerpt = true
basis = {{ text = "b", source = "s", date = "2024", expires = "2028-01-01", verified = true }}
match = [{{ kind = "alarm", of_objects = true }}, {CONDITION}]
trigger = [{{ code = "t", when = {CONDITION}, level = "red", text = "t", hold_days = 3, at_least = 2, within_days = 5 }}]
industry = {{ periods = "P1D", count = [{CONDITION}], indicators = ["i"] }}

[enterprise]
prior = -3
score_at_least = {{ blue = 1, yellow = 2, orange = 3, red = 4 }}
sources_at_least = {{ blue = 1, red = 2 }}
rate = {{ half_life_days = 9, weight = 1, rise_weight = 1, rise_every_days = 99, peers_at_least = 9, prior = {{ shape = 2, rate = 3 }},
  stratum = [{{ industry = "45", shape = 2, rate = 3 }}] }}
inspections = {{ failed = [{CONDITION}], passed = [{CONDITION}], weight = 1, half_life_days = 9, strength = 3, usual = 0.2 }}
evidence = [{{ code = "e", when = {CONDITION}, weight = 1, half_life_days = 9, expires_days = 99, text = "e" }},
  {{ code = "f", figure = {{ measure = "m", value_at_least = 1, value_below = 2, times_peer_median = 3, peers_at_least = 4 }}, weight = 1, half_life_days = 9, text = "e" }},
  {{ code = "g", name = {{ words = ["@smell"], not_words = "x", without_permit = ["p"] }}, weight = 1, half_life_days = 9, text = "e" }}]

[outcome]
text = "o"
when = {{ kind = "inspection" }}
happened = [{{ kind = "inspection", result = "critical" }}]
random = {{ kind = "inspection", mode = "double_random" }}
intercept = -2
learned = {{ from = "2012-01-01", to = "2012-12-31", outcomes = 9, happened = 3 }}
term = [{{ code = "r", rate_of = "subject", happened = {{ kind = "inspection", result = "pass" }}, strength = 2, half_life_days = 9, coefficient = 1, centre = 0.5, text = "t" }},
  {{ code = "s", since = {{ kind = "inspection" }}, text = "t" }},
  {{ code = "c", recent = {{ kind = "credit" }}, half_life_days = 9, text = "t" }},
  {{ code = "y", season = "april", text = "t" }}]
"#
    );
    // TOML 1.0 wants an inline table on one line.
    add("matters/full.toml", matter.replace(",\n  ", ", "));
    let pipeline = bundle.files.get_mut("pipeline.toml").unwrap();
    *pipeline = pipeline.replace(",\n  ", ", ");
    bundle
}

fn schema_of(file: &str) -> &'static str {
    match file {
        "pipeline.toml" => "pipeline",
        "organisations.toml" => "organisations",
        "regions.toml" => "regions",
        "words.toml" => "words",
        f if f.starts_with("matters/") => "matter",
        f => panic!("no schema for {f}"),
    }
}

fn schemas() -> BTreeMap<&'static str, Value> {
    editor_schemas().into_iter().collect()
}

fn validators() -> BTreeMap<&'static str, Validator> {
    let schemas = editor_schemas().into_iter();
    schemas.map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap())).collect()
}

fn parse(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// JSON as TOML: the root's keys on a line each, everything below inline.
fn to_toml(root: &Value) -> String {
    fn inline(value: &Value) -> String {
        let entry = |(key, value): (&String, &Value)| format!("{} = {}", json!(key), inline(value));
        match value {
            Value::Object(table) => format!("{{ {} }}", table.iter().map(entry).collect::<Vec<_>>().join(", ")),
            Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
            other => other.to_string(),
        }
    }
    let table = root.as_object().unwrap();
    table.iter().map(|(key, value)| format!("{} = {}\n", json!(key), inline(value))).collect()
}

/// Every table of a document that the schema closes: its pointer and its schema.
fn closed_tables(root: &Value, document: &Value) -> Vec<(String, Value)> {
    fn walk(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(table) => {
                let named = schema["allOf"][0]["$ref"].as_str().map_or(schema, |r| root.pointer(&r[1..]).unwrap());
                if named["additionalProperties"] == false {
                    out.push((at.to_string(), named.clone()));
                }
                for (key, inner) in table {
                    let property = named["properties"].get(key).unwrap_or(&named["additionalProperties"]);
                    walk(root, property, inner, &format!("{at}/{key}"), out);
                }
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    walk(root, &schema["items"], item, &format!("{at}/{n}"), out);
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(root, root, document, "", &mut out);
    out
}

fn names(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

fn problems(bundle: &Bundle, file: &str, document: &Value) -> Vec<Problem> {
    let mut bundle = bundle.clone();
    bundle.files.insert(file.to_string(), to_toml(document));
    load(&bundle).err().unwrap_or_default()
}

#[test]
fn every_shipped_file_and_the_full_one_are_valid() {
    let validators = validators();
    for (what, bundle) in [
        ("weihai", shipped("weihai")),
        ("chicago", shipped("chicago")),
        ("indicators", shipped("indicators")),
        ("gas", gas_with_clues()),
        ("mini", mini()),
        ("full", full()),
    ] {
        assert!(load(&bundle).is_ok(), "{what}: {:?}", load(&bundle).err());
        for (file, text) in &bundle.files {
            let value = parse(text);
            let errors = validators[schema_of(file)].iter_errors(&value);
            let errors: Vec<String> = errors.map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{what}/{file}: {errors:#?}");
        }
    }
}

#[test]
fn the_loader_and_the_schemas_know_the_same_keys() {
    let (bundle, schemas) = (full(), schemas());
    let mut seen: BTreeMap<&str, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (file, text) in &bundle.files {
        let schema = &schemas[schema_of(file)];
        let mut document = parse(text);
        let tables = closed_tables(schema, &document);
        for (n, (at, table)) in tables.iter().enumerate() {
            let stray = format!("zzzzzzzzzzzzzz-{n}");
            document.pointer_mut(at).unwrap()[&stray] = json!(1);
            seen.entry(schema_of(file)).or_default().insert(names(table).into_iter().collect());
        }
        let problems = problems(&bundle, file, &document);
        for (n, (at, table)) in tables.iter().enumerate() {
            let message = format!("unknown key `zzzzzzzzzzzzzz-{n}`");
            let problem = problems.iter().find(|p| p.message == message);
            let problem = problem.unwrap_or_else(|| panic!("{file} {at}: the loader takes any key\n{problems:#?}"));
            let known: BTreeSet<String> =
                problem.write.trim_start_matches("one of ").split(", ").map(|k| k.trim_matches('`').to_string()).collect();
            assert_eq!(known, names(table), "{file} {at}: the loader's keys, then the schema's");
        }
    }
    // The full pipeline left no table of the schemas out.
    for (name, schema) in schemas.iter().filter(|(name, _)| **name != "cases") {
        for (def, table) in schema["definitions"].as_object().into_iter().flatten() {
            if table["additionalProperties"] == false {
                let keys: Vec<String> = names(table).into_iter().collect();
                assert!(seen[name].contains(&keys), "{name} {def}: the full pipeline has no such table");
            }
        }
    }
}

/// Values of all types and sizes.
fn values() -> Vec<Value> {
    vec![
        json!(true),
        json!("x"),
        json!(""),
        json!("长".repeat(501)),
        json!("Not A Slug"),
        json!(["x", "y"]),
        json!([1]),
        json!([]),
        json!(-11),
        json!(1),
        json!(2.5),
        json!(1e16),
        json!({}),
        json!({ "en": "x" }),
        json!({ "blue": 1, "yellow": 1, "orange": 1, "red": 1 }),
        json!({ "blue": "x" }),
        json!([{}]),
    ]
}

/// Fields of conditions that the loader compares as texts: editors are told which words make sense.
const TOLD_WORDS: [&str; 7] = ["channel", "intent", "urgency", "status", "verified", "mode", "result"];

#[test]
fn types_and_ranges_are_the_loaders() {
    let (bundle, schemas, validators) = (full(), schemas(), validators());
    let (mut compared, mut wrong) = (0, Vec::new());
    let mut done: BTreeSet<Vec<String>> = BTreeSet::new();
    for (file, text) in &bundle.files {
        let (schema, validator) = (&schemas[schema_of(file)], &validators[schema_of(file)]);
        let document = parse(text);
        for (at, table) in closed_tables(schema, &document) {
            if !done.insert(names(&table).into_iter().collect()) {
                continue;
            }
            for key in names(&table) {
                for value in values() {
                    let mut changed = document.clone();
                    changed.pointer_mut(&at).unwrap()[&key] = value.clone();
                    let valid = validator.is_valid(&changed);
                    let problems = problems(&bundle, file, &changed);
                    // That conditions speak of the matter's objects is no schema's business.
                    let shape = |p: &Problem| {
                        let words = ["must be", "has no value", "is missing", "is not a slug"];
                        words.iter().any(|w| p.message.contains(w)) && !p.write.contains("of_objects")
                    };
                    compared += 1;
                    let said: Vec<String> = problems.iter().map(Problem::to_string).collect();
                    let what = format!("{file} {at}/{key} = {value}: {said:?}");
                    if problems.is_empty() && !valid && !TOLD_WORDS.contains(&key.as_str()) {
                        wrong.push(format!("the loader takes what the schema refuses: {what}"));
                    }
                    if problems.iter().any(shape) && valid {
                        wrong.push(format!("the schema takes what the loader refuses: {what}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 1_500, "{compared}");
}

#[test]
fn every_key_is_described_in_both_languages() {
    fn check(name: &str, properties: &Map<String, Value>) {
        for (key, property) in properties {
            let said = property["description"].as_str().unwrap_or_default();
            let (en, zh) = said.split_once("\n\n").unwrap_or_default();
            assert!(en.is_ascii() || en.contains("依据"), "{name} {key}: {en}");
            assert!(!en.is_empty() && zh.chars().any(|c| c > '\u{4e00}'), "{name} {key}: {said}");
        }
    }
    for (name, schema) in schemas() {
        let defs = schema["definitions"].as_object().into_iter().flatten();
        let tables = defs.map(|(_, table)| table).chain([&schema]);
        tables.filter_map(|t| t["properties"].as_object()).for_each(|p| check(name, p));
    }
}
