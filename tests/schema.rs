//! `jianwei schema` writes what is committed; the cases' schema and the training records are true.
//!
//! `JIANWEI_BLESS=1 cargo test --test schema` writes `schemas/` anew.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn jianwei(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jianwei")).args(args).output().expect("the binary runs")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&read(&repo().join("schemas").join(name))).expect("JSON")
}

fn files_below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut out = BTreeSet::new();
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(files_below(&path));
        } else {
            out.insert(path);
        }
    }
    out
}

#[test]
fn the_binary_writes_what_is_committed() {
    let tmp = tempfile::tempdir().expect("a folder");
    let bless = std::env::var("JIANWEI_BLESS").is_ok_and(|v| v == "1");
    let out = if bless { repo().join("schemas") } else { tmp.path().to_path_buf() };
    let output = jianwei(&["schema", "--out", out.to_str().expect("a path")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    if bless {
        return;
    }
    let mut written = BTreeSet::new();
    for path in files_below(&out) {
        let name = path.strip_prefix(&out).expect("below").to_path_buf();
        let committed = read(&repo().join("schemas").join(&name));
        assert!(read(&path) == committed, "{}: if meant, `jianwei schema` writes it anew", name.display());
        written.insert(name);
    }
    let ours = |name: &PathBuf| !name.starts_with("examples") && name.extension().is_some_and(|e| e != "md");
    let committed = files_below(&repo().join("schemas"));
    let committed = committed.iter().map(|p| p.strip_prefix(repo().join("schemas")).expect("below").to_path_buf());
    assert_eq!(committed.filter(ours).collect::<BTreeSet<_>>(), written, "nothing else lies in schemas/");
}

/// JSON as TOML, everything below the root inline.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let entries: Vec<String> = table.iter().map(|(k, v)| format!("{} = {}", json!(k), inline(v))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[test]
fn the_cases_schema_knows_the_keys_that_cases_are_read_with() {
    let schema = schema("editor/cases.schema.json");
    let case = json!({
        "name": "n", "until": "2026-03-03",
        "record": [{ "source": "tickets", "at": "2026-03-02", "row": { "ticket_no": "T" } }],
        "assessment": [{ "period_start": "2026-03-01" }],
        "warning": [{ "matter": "m", "subject": "s", "level": "red", "organisations": ["o"] }],
        "clue": [{ "source": "s", "why": "report", "organisations": ["o"] }],
    });
    let tmp = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp").arg("-r").arg(repo().join("tests/pipelines/gas/.")).arg(tmp.path()).status();
    assert!(copied.expect("cp runs").success());
    std::fs::create_dir_all(tmp.path().join("tests")).expect("a folder");
    for (table, at) in
        [("case", ""), ("given", "/record/0"), ("told", "/warning/0"), ("judged", "/assessment/0"), ("passed_on", "/clue/0")]
    {
        let mut stray = case.clone();
        stray.pointer_mut(at).expect("a table")["zzzz"] = json!(1);
        std::fs::write(tmp.path().join("tests/case.toml"), format!("case = [{}]\n", inline(&stray))).expect("written");
        let output = jianwei(&["test", tmp.path().to_str().expect("a path")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let known = said.split("unknown field `zzzz`, expected one of ").nth(1).unwrap_or_else(|| panic!("{said}"));
        let known = known.split("; write: ").next().unwrap_or("");
        let known: BTreeSet<&str> = known.split(", ").map(|k| k.trim_matches('`')).collect();
        let ours = schema["definitions"][table]["properties"].as_object().expect("keys");
        assert_eq!(known, ours.keys().map(String::as_str).collect(), "{table}");
    }
}

#[test]
fn the_shipped_cases_are_valid() {
    let validator = jsonschema::validator_for(&schema("editor/cases.schema.json")).expect("a schema");
    let mut checked = 0;
    for pipeline in std::fs::read_dir(repo().join("pipelines")).expect("pipelines") {
        let cases = pipeline.expect("an entry").path().join("tests");
        if !cases.is_dir() {
            continue;
        }
        for path in files_below(&cases) {
            let table: toml::Table = toml::from_str(&read(&path)).expect("TOML");
            let value = serde_json::to_value(table).expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            checked += 1;
        }
    }
    assert!(checked >= 2, "{checked}");
}

#[test]
fn taplo_finds_a_schema_for_every_file_of_a_pipeline() {
    let config: toml::Table = toml::from_str(&read(&repo().join(".taplo.toml"))).expect("TOML");
    let rules = config["rule"].as_array().expect("rules");
    let mut bound = BTreeSet::new();
    for rule in rules {
        let path = rule["schema"]["path"].as_str().expect("a path");
        assert!(repo().join(path).is_file(), "{path}");
        bound.insert(path.to_string());
    }
    let all = files_below(&repo().join("schemas/editor"));
    assert_eq!(bound.len(), all.len(), "{bound:?}");
}

#[test]
fn training_records_are_legal_records_marked_as_such() {
    let validator = |name: &str| jsonschema::validator_for(&schema(name)).expect("a schema");
    let (warnings, reminders) = (validator("warnings.schema.json"), validator("reminders.schema.json"));
    let text = read(&repo().join("schemas/conformance/records.ndjson"));
    let (mut largest_bytes, mut aborted, mut repeated) = (0, 0, 0);
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let value = &record["value"];
        assert_eq!(record["key"], value["warning_id"]);
        assert!(value["headline"].as_str().expect("a headline").contains("演练 TRAINING"));
        let is_warning = record["topic"] == "warnings.ORG";
        assert!(if is_warning { &warnings } else { &reminders }.is_valid(value), "{value}");
        if is_warning {
            assert_eq!(value["training"], true);
            largest_bytes = largest_bytes.max(value.to_string().len());
            repeated += usize::from(!seen.insert((value["warning_id"].clone().to_string(), value["revision"].to_string())));
        }
        aborted += usize::from(record["aborted"] == true);
    }
    assert!((60_000..=64 * 1024).contains(&largest_bytes), "{largest_bytes}");
    assert_eq!((aborted, repeated), (2, 2));
}

#[test]
fn a_table_that_can_not_be_read_is_told_where_and_what_to_write() {
    let tmp = tempfile::tempdir().expect("a folder");
    let cases = [
        ("a.csv", "warning_id,revision\n1,2\n", "a.csv line 2: write one row a warning"),
        ("b.ndjson", "{\"warning_id\":\"1\"}\n", "b.ndjson line 1: write one row a warning"),
        ("c.csv", "warning_id,revision,status,level\n1,two,raised,red\n", "c.csv line 2"),
    ];
    for (name, text, words) in cases {
        let path = tmp.path().join(name);
        std::fs::write(&path, text).expect("written");
        let output = jianwei(&["conformance", "check", path.to_str().expect("a path")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(said.contains(words), "{words} in {said}");
    }
    let good = repo().join("schemas/conformance/expected.csv");
    let output = jianwei(&["conformance", "check", good.to_str().expect("a path"), "--lang", "zh"]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("已遵守"));
}
