//! Tail maps on Chicago's real requests: fitted by `calibrate`, used by a replay, judged by `evaluate
//! tail` on months they did not see. A year of the sample: the whole takes too long here
//! (docs/backtest.md has its figures).

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LEARN: [&str; 2] = ["--learn-until", "2011-08-31"];

fn repo(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The sample's requests of 2011.
fn requests(dir: &Path) -> PathBuf {
    let file = std::fs::File::open(repo("pipelines/chicago/sample/chicago_311_sanitation.csv.gz")).expect("the sample is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a text");
    let kept: Vec<&str> = text.lines().filter(|line| *line < "2012").collect();
    let header = text.lines().next().expect("a header");
    let path = dir.join("requests.csv");
    std::fs::write(&path, [&[header], &kept[..]].concat().join("\n")).expect("written");
    path
}

fn jianwei(args: &[&str], pipelines: &Path, requests: &Path) -> Output {
    let mut run = Command::new(env!("CARGO_BIN_EXE_jianwei"));
    run.args(args).arg("--pipelines").arg(pipelines).env("LC_ALL", "C.UTF-8");
    run.arg("--input").arg(format!("tickets={}", requests.display()));
    run.output().expect("the binary runs")
}

fn good(run: Output) -> String {
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("a text")
}

/// Area-days after the learning, and those of them at or below a level, by the assessments of a replay.
fn fired(dir: &Path, level: f64) -> (usize, usize) {
    let file = std::fs::File::open(dir.join("assessments.ndjson")).expect("assessments");
    let rows = BufReader::new(file).lines().map(|line| serde_json::from_str::<Value>(&line.expect("a line")).expect("JSON"));
    let days = rows.filter(|row| row["period"] == "P1D" && row["region"] != "chicago" && !row["p"].is_null());
    let later = days.filter(|row| row["period_start"].as_str() > Some("2011-08-31"));
    let calibrated: Vec<f64> = later.map(|row| row["p_calibrated"].as_f64().expect("a map for each band")).collect();
    (calibrated.len(), calibrated.iter().filter(|p| **p <= level).count())
}

#[test]
fn maps_of_one_half_year_hold_in_the_next() {
    let tmp = tempfile::tempdir().expect("a folder");
    let (chicago, requests) = (repo("pipelines/chicago"), requests(tmp.path()));
    let said = good(jianwei(&["evaluate", "tail", "--json", LEARN[0], LEARN[1]], &chicago, &requests));
    let report: Value = serde_json::from_str(&said).expect("JSON");
    let rows = report["rows"].as_array().expect("rows");
    let is = |row: &&Value| row["scope"] == "regions" && row["period"] == "P1D" && row["learned"] == false;
    let days = rows.iter().find(is).unwrap_or_else(|| panic!("{report}"));
    let mut after = Vec::new();
    for level in days["levels"].as_array().expect("levels") {
        let (nominal, share) = (level["nominal_e6"].as_f64(), level["after_e6"].as_f64());
        after.push(share.zip(nominal).map(|(share, nominal)| share / nominal).unwrap_or_else(|| panic!("{days}")));
    }
    // Learned from spring and summer, the maps promise too much in the autumn, which is calmer.
    assert!((0.25..=1.5).contains(&after[1]) && (0.25..=1.5).contains(&after[2]), "{after:?} {days}");

    // The new version of the pipeline says the same of each period as the report.
    let out = tmp.path().join("calibrated");
    let written = out.display().to_string();
    let told = good(jianwei(&["calibrate", "--out", &written, LEARN[0], LEARN[1]], &chicago, &requests));
    assert!(told.contains("coefficients of outcomes stay") && told.contains("tail of P1D, less than"), "{told}");
    let text = std::fs::read_to_string(out.join("pipeline.toml")).expect("the new version");
    let old = std::fs::read_to_string(chicago.join("pipeline.toml")).expect("the old one");
    let (rules, maps) = old.split_once("[[tail]]").expect("the shipped map");
    for line in rules.lines().filter(|line| !line.starts_with("version =")) {
        assert!(text.contains(line), "{line}");
    }
    assert!(
        maps.contains("to = \"2013-12-31\"") && !text.contains("to = \"2013-12-31\"\nseries"),
        "new maps in place of the old: {text}"
    );
    assert!(text.contains("[[tail]]\nperiod = \"P1D\"\nexpected_below = ") && text.contains("to = \"2011-08-31\""), "{text}");
    let replayed = tmp.path().join("replayed");
    good(jianwei(&["replay", "--emit", "assessments", "--out", &replayed.display().to_string()], &out, &requests));
    for level in days["levels"].as_array().expect("levels") {
        let (periods, count) = fired(&replayed, level["nominal_e6"].as_f64().expect("a number") / 1e6);
        assert_eq!(periods as u64, days["periods"].as_u64().expect("a number"));
        let reported = level["fired_after"].as_u64().expect("a number") as usize;
        // The report has expectations to three places: a period at the edge of a band may fall beside it.
        assert!(count.abs_diff(reported) <= 2 + reported / 100, "{level}: {count}");
    }
    let checked = Command::new(env!("CARGO_BIN_EXE_jianwei")).arg("check").arg(&out).output().expect("the binary runs");
    let checked = good(checked);
    assert!(checked.contains(", calibrated"), "{checked}");
}

#[test]
fn too_little_history_makes_no_map() {
    let tmp = tempfile::tempdir().expect("a folder");
    let requests = requests(tmp.path());
    let few = tmp.path().join("few.csv");
    let text = std::fs::read_to_string(&requests).expect("a text");
    std::fs::write(&few, text.lines().take(200).collect::<Vec<_>>().join("\n")).expect("written");
    let chicago = repo("pipelines/chicago");
    let run = jianwei(&["evaluate", "tail", LEARN[0], LEARN[1]], &chicago, &few);
    let error = String::from_utf8_lossy(&run.stderr).to_string();
    assert!(!run.status.success() && error.contains("too few closed periods up to 2011-08-31 for a tail map"), "{error}");
    let out = tmp.path().join("out").display().to_string();
    let run = jianwei(&["calibrate", "--out", &out, LEARN[0], LEARN[1]], &chicago, &few);
    let error = String::from_utf8_lossy(&run.stderr).to_string();
    assert!(
        !run.status.success() && error.contains("too few closed periods") && error.contains("too few random outcomes"),
        "{error}"
    );
}
