//! `jianwei evaluate surge` on the two series of each scenario of the benchmark, and on files it can't read.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn surge(series: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jianwei"));
    command.args(["evaluate", "surge", "--series"]).arg(series).args(more).output().expect("the binary runs")
}

fn cut() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluate/weekly-cut.csv.gz")
}

#[test]
fn the_baseline_finds_what_it_should() {
    let run = surge(&cut(), &["--json"]);
    let result: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((&result["series"], &result["test_weeks"]), (&28.into(), &1372.into()));
    let row = |name: &str| {
        let rows = result["rows"].as_array().expect("rows");
        rows.iter().find(|r| r["name"] == name).unwrap_or_else(|| panic!("{name}: {rows:?}")).clone()
    };
    let figure = |name: &str, key: &str| row(name)[key].as_f64().unwrap_or_else(|| panic!("{name} {key}: {result}"));
    assert!(figure("p <= 0.01", "fpr") <= 1.1, "{result}");
    assert!(figure("at FPR 2.5%", "fpr") <= 2.5 && figure("at FPR 2.5%", "pod") >= 60.0, "{result}");
    assert!(figure("at FPR 1%", "pod") <= figure("at FPR 2.5%", "pod"), "{result}");
    let drift = &result["drift"];
    assert!(drift["found"].as_f64().is_some_and(|found| found >= 55.0), "{result}");
    assert!(drift["false_alarms_per_year"].as_f64().is_some_and(|rate| rate <= 0.06), "{result}");
    // The series have years of 52 weeks: on the calendar's their seasons slip, and no more is found.
    let slipping = &result["drift_on_consecutive_weeks"];
    assert!(slipping["found"].as_f64().is_some_and(|found| found >= 45.0) && slipping != drift, "{result}");
    assert_eq!(surge(&cut(), &["--json"]).stdout, run.stdout, "the same figures each time");

    let table = String::from_utf8(surge(&cut(), &[]).stdout).expect("text");
    for part in [
        "28 series, 1372 test weeks",
        "| FPR % | POD % |",
        "| at FPR 1% |",
        "Drift of x1.5 from week 576",
        "years have 52 weeks",
        "- years of 52 weeks",
        "- consecutive weeks of the calendar",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
}

#[test]
fn bad_files_are_named_with_what_to_write() {
    let dir = tempfile::tempdir().expect("a folder");
    let header = "series,scenario,week,count,count_with_outbreak,outbreak\n";
    for (text, said) in [
        ("series,week,count\n1,1,1\n".to_string(), "no column `count_with_outbreak`: write series,week,count"),
        (format!("{header}0,2,1,-3,3,0\n"), "row 2: `count` is \"-3\": write a whole number from 0"),
        (format!("{header}0,2,1,3,3,0\n0,2,1,3,3,0\n"), "row 3: week 1 of series 0 after week 1: sort the weeks, each once"),
        (format!("{header}0,2,9999999,3,3,0\n"), "row 2: weeks are numbered up to 100000"),
        (format!("{header}0,2,1\n"), "row 2 can't be read"),
    ] {
        let path = dir.path().join("series.csv");
        std::fs::write(&path, text).expect("written");
        let run = surge(&path, &[]);
        let error = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && error.contains(said) && error.contains("series.csv"), "{said}: {error}");
    }
    // Nothing to take a share of: no row has a figure, and no drift a threshold.
    let path = dir.path().join("short.csv");
    std::fs::write(&path, format!("{header}0,2,1,3,3,0\n")).expect("written");
    let short: Value = serde_json::from_slice(&surge(&path, &["--json"]).stdout).expect("JSON");
    assert!(short["rows"][0]["fpr"].is_null() && short["drift"].is_null(), "{short}");
}
