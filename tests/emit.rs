//! `replay --emit`: what each record was taken to say, and how each closed period was judged. All
//! records are made up.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn replay(pipeline: &str, dir: &Path, inputs: &[(&str, &Path)], emit: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jianwei"));
    command.arg("replay").arg("--pipelines").arg(folder(pipeline)).arg("--out").arg(dir.join("out"));
    for (kind, path) in inputs {
        command.arg("--input").arg(format!("{kind}={}", path.display()));
    }
    for what in emit {
        command.args(["--emit", what]);
    }
    command.output().expect("the binary runs")
}

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the file is there");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn write(dir: &Path, name: &str, lines: &[String]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, lines.join("\n") + "\n").expect("written");
    path
}

/// Thirty weeks of two regions, the last of one far above the others.
fn weeks() -> Vec<(&'static str, String, u64)> {
    let monday = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).expect("a date");
    let regions = ["x", "y"].into_iter();
    let of = |region| {
        (0..30u64).map(move |week| {
            let value = if region == "x" && week == 29 { 70 } else { 10 + week % 3 };
            (region, (monday + chrono::Days::new(7 * week)).to_string(), value)
        })
    };
    regions.flat_map(of).collect()
}

#[test]
fn indicators_are_assessed_one_row_a_closed_period_from_ndjson_and_csv_alike() {
    let tmp = tempfile::tempdir().expect("a folder");
    let ndjson: Vec<String> = weeks()
        .iter()
        .map(|(region, start, value)| {
            json!({
                "kind": "indicator", "indicator": "s1", "region": region, "period_start": start, "period": "P1W", "value": value,
                "unit": "count",
            })
            .to_string()
        })
        .collect();
    let mut csv = vec!["indicator,region,period_start,period,value,unit".to_string()];
    csv.extend(weeks().iter().map(|(region, start, value)| format!("s1,{region},{start},P1W,{value},count")));
    let mut all = Vec::new();
    for file in [write(tmp.path(), "weeks.ndjson", &ndjson), write(tmp.path(), "weeks.csv", &csv)] {
        let output = replay("pipelines/indicators", tmp.path(), &[("sector", &file)], &["assessments"]);
        assert!(output.status.success(), "{output:?}");
        assert!(!tmp.path().join("out/signals.ndjson").exists(), "only what was asked for");
        all.push(rows(&tmp.path().join("out/assessments.ndjson")));
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0].len(), 60);
    for row in &all[0] {
        let grey = row["period_start"].as_str().expect("as given") < "2024-07-01";
        assert_eq!(row["p"].is_null(), grey, "{row}");
    }
    let last = all[0].iter().rfind(|row| row["region"] == "x").expect("the last week of x");
    let (expected, p) = (last["expected"].as_f64().expect("a number"), last["p"].as_f64().expect("a number"));
    assert!((9.0..13.0).contains(&expected) && p < 1e-6, "{last}");
    let mut rest = last.clone();
    for figure in ["expected", "dispersion", "p", "drift"] {
        assert!(rest.as_object_mut().expect("a row").remove(figure).is_some_and(|v| v.is_number()), "{figure}");
    }
    let as_given = json!({
        "subject": null, "indicator": "s1", "matter": null, "region": "x", "period_start": "2024-07-22", "period": "P1W",
        "observed": 70, "p_calibrated": null, "level": "red",
    });
    assert_eq!(rest, as_given);
}

#[test]
fn signals_have_one_row_an_entry_of_evidence_and_series_of_matters_are_assessed_too() {
    let tmp = tempfile::tempdir().expect("a folder");
    let firm = |id: &str, name: &str| json!({ "id": id, "name": name, "region": "371002" }).to_string();
    let registry = write(
        tmp.path(),
        "registry.ndjson",
        &[
            firm("91371000MAFAKE0190", "甲燃气公司"),
            firm("91371000MAFAKE0211", "乙燃气站"),
            firm("91371000MAFAKE0204", "乙燃气站"),
        ],
    );
    let ticket = |no: &str, more: Value| {
        let mut row = json!({
            "ticket_no": no, "received_at": "2026-03-02 08:58:00", "category": "燃气", "content": "停气", "region": "371002",
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            row[key] = value.clone();
        }
        row.to_string()
    };
    let tickets = write(
        tmp.path(),
        "tickets.ndjson",
        &[
            ticket("T 1", json!({ "subject_name": "甲燃气公司", "intent": "投诉" })),
            ticket("T2", json!({ "subject_name": "乙燃气站", "intent": "投诉" })),
            ticket("T3", json!({ "subject_uscc": "91371000MAFAKE0190", "intent": "咨询", "status": "accepted" })),
            ticket("T4", json!({ "category": "噪声", "intent": "投诉", "region": "无此区" })),
            ticket("T5", json!({ "received_at": "2026-03-03 08:58:00", "intent": "投诉" })),
            "{\"ticket_no\": \"no content\"}".to_string(),
        ],
    );
    let inputs = [("registry", registry.as_path()), ("tickets", tickets.as_path())];
    let output = replay("tests/pipelines/gas", tmp.path(), &inputs, &["signals", "assessments"]);
    assert!(output.status.success(), "{output:?}");
    let signals = rows(&tmp.path().join("out/signals.ndjson"));
    let ids: Vec<&str> = signals.iter().filter_map(|row| row["source_id"].as_str()).collect();
    assert_eq!(ids, ["T 1", "T2", "T3", "T4", "T5"]);
    let first = json!({
        "source_id": "T 1", "subject": "91371000MAFAKE0190", "candidates": [], "secondary": [], "matters": ["urban-gas"],
        "region": "371002", "event_time": "2026-03-02T08:58:00+08:00", "intent": "complaint", "status": null,
        "counts_as_risk": true, "unclassified": false, "flags": [], "method": "name", "confidence": 0.95,
        "span": { "field": "subject_name", "from": 0, "to": 5 },
    });
    assert_eq!(signals[0], first);
    assert_eq!(signals[1]["candidates"], json!(["91371000MAFAKE0204", "91371000MAFAKE0211"]));
    assert_eq!((&signals[1]["subject"], &signals[1]["flags"]), (&Value::Null, &json!(["ambiguous_name"])));
    // An inquiry names its enterprise too; it is no risk.
    assert_eq!((&signals[2]["subject"], &signals[2]["counts_as_risk"]), (&json!("91371000MAFAKE0190"), &json!(false)));
    assert_eq!((&signals[3]["matters"], &signals[3]["flags"]), (&json!([]), &json!(["unknown_region"])));
    // The day that closed before T5 came: the district and all above it, each a subject.
    let days = rows(&tmp.path().join("out/assessments.ndjson"));
    let seen = |region: &str| days.iter().find(|row| row["subject"] == format!("urban-gas@{region}")).expect("a row").clone();
    let district = json!({
        "subject": "urban-gas@371002", "indicator": null, "matter": "urban-gas", "region": "371002",
        "period_start": "2026-03-02", "period": "P1D", "observed": 2, "expected": null, "dispersion": null, "p": null,
        "p_calibrated": null, "drift": null, "level": null,
    });
    assert_eq!(seen("371002"), district);
    assert_eq!(seen("371083")["observed"], 0);
}

#[test]
fn what_was_not_asked_for_is_not_written_and_what_is_unknown_is_refused() {
    let tmp = tempfile::tempdir().expect("a folder");
    let file = write(tmp.path(), "none.ndjson", &[]);
    let output = replay("pipelines/indicators", tmp.path(), &[("sector", &file)], &[]);
    assert!(output.status.success(), "{output:?}");
    for name in ["signals.ndjson", "assessments.ndjson"] {
        assert!(!tmp.path().join("out").join(name).exists());
    }
    let output = replay("pipelines/indicators", tmp.path(), &[("sector", &file)], &["warnings"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("signals, assessments"), "{error}");
}
