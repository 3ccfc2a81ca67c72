//! `backtest` and `calibrate` on Chicago's real outcomes: how right, never told by what came later, and
//! one row an outcome. Requests are left out: no term reads them.

use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repo(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn sample(name: &str) -> String {
    let file = std::fs::File::open(repo("pipelines/chicago/sample").join(name)).expect("the sample is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a text");
    text
}

fn jianwei(command: &str, pipelines: &Path, more: &[&str], inputs: &[(&str, &Path)], out: &Path) -> Output {
    let mut run = Command::new(env!("CARGO_BIN_EXE_jianwei"));
    run.arg(command).arg("--pipelines").arg(pipelines).arg("--out").arg(out).args(more).env("LC_ALL", "C.UTF-8");
    for (kind, path) in inputs {
        run.arg("--input").arg(format!("{kind}={}", path.display()));
    }
    run.output().expect("the binary runs")
}

fn good(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a text")
}

fn refused(output: Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("a text")
}

fn rows(out: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(out.join("prequential.ndjson")).expect("the rows are there");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn report(out: &Path) -> Value {
    let text = std::fs::read_to_string(out.join("report.json")).expect("the report is there");
    serde_json::from_str::<Value>(&text).expect("JSON")["matters"]["food-safety"].clone()
}

/// Chance that a row where it happened is rated above one where it did not; pair by pair.
fn auc(rows: &[&Value], rating: &str) -> f64 {
    let of = |outcome: u64| -> Vec<f64> {
        rows.iter().filter(|r| r["outcome"] == outcome).map(|r| r[rating].as_f64().expect("a number")).collect()
    };
    let (mut not, happened) = (of(0), of(1));
    not.sort_by(f64::total_cmp);
    let below = |p: f64| (not.partition_point(|q| *q < p) + not.partition_point(|q| *q <= p)) as f64 / 2.0;
    happened.iter().map(|p| below(*p)).sum::<f64>() / (not.len() * happened.len()) as f64
}

#[test]
fn chances_of_2013_learned_before_it() {
    let tmp = tempfile::tempdir().expect("a folder");
    let folder = repo("pipelines/chicago/sample");
    let inputs = [
        ("sector", folder.join("chicago_inspection_events.csv.gz")),
        ("outcomes", folder.join("chicago_canvass_outcomes_2011_2013.csv.gz")),
    ];
    let inputs = inputs.each_ref().map(|(kind, path)| (*kind, path.as_path()));
    let learn = ["--learn-until", "2012-12-31", "--lang", "zh"];
    let said = good(jianwei("backtest", &repo("pipelines/chicago"), &learn, &inputs, tmp.path()));
    assert!(said.contains("公平") && said.contains("AUC") && !said.contains("未评判"), "{said}");
    let all = rows(tmp.path());
    assert_eq!(all.len(), sample("chicago_canvass_outcomes_2011_2013.csv.gz").lines().count() - 1);
    for row in &all {
        let p = row["probability"].as_f64().expect("never null");
        assert!(p > 0.0 && p < 1.0 && (row["score"].as_f64().expect("a score") - 100.0 * p).abs() < 1e-3, "{row}");
        assert_eq!(row["learning"], row["time"].as_str() <= Some("2012-12-31"), "{row}");
    }
    let judged: Vec<&Value> = all.iter().filter(|r| r["learning"] == false).collect();
    let (measured, report) = (auc(&judged, "probability"), report(tmp.path()));
    assert!(measured >= 0.62, "{measured}");
    assert!((measured - report["figures"]["auc"].as_f64().expect("a figure")).abs() < 1e-3);
    assert_eq!(report["figures"]["outcomes"], judged.len());
    // Shares drawn to what is usual are ahead of raw ones, and the whole of either.
    let of = |name: &str| report[name].as_f64().expect("a figure");
    assert!(of("auc_of_own_share_shrunken") > of("auc_of_own_share_raw"), "{report}");
    assert!(measured > of("auc_of_own_share_shrunken"));
    let figures = &report["figures"];
    assert!(figures["brier_e6"].as_u64() < figures["brier_of_share_e6"].as_u64(), "{figures}");
    assert!(figures["lift"][0]["times"].as_f64() > Some(2.0), "{figures}");
    assert!(figures["days_earlier"].as_f64() > Some(2.0), "{figures}");
    for (kind, groups) in report["groups"].as_object().expect("groups") {
        let counted: u64 = groups.as_array().expect("a list").iter().filter_map(|g| g["outcomes"].as_u64()).sum();
        assert_eq!(counted, judged.len() as u64, "{kind}");
    }
}

/// Outcomes before July 2012, one in two of them changed by `change`.
fn cut(dir: &Path, name: &str, change: impl Fn(&[&str]) -> Option<String>) -> PathBuf {
    let text = sample("chicago_canvass_outcomes_2011_2013.csv.gz");
    let (head, body) = text.split_once('\n').expect("a header");
    let lines = body.lines().filter(|line| line.get(..10) < Some("2012-07-01"));
    let lines: Vec<String> = lines.map(|line| change(&line.split(',').collect::<Vec<_>>()).unwrap_or(line.to_string())).collect();
    let path = dir.join(name);
    std::fs::write(&path, format!("{head}\n{}\n", lines.join("\n"))).expect("written");
    path
}

const LEARN: [&str; 2] = ["--learn-until", "2012-03-31"];

#[test]
fn no_outcome_is_told_by_itself_or_by_what_came_later() {
    let tmp = tempfile::tempdir().expect("a folder");
    let run = |file: &Path, name: &str| {
        let out = tmp.path().join(name);
        good(jianwei("backtest", &repo("pipelines/chicago"), &LEARN, &[("outcomes", file)], &out));
        rows(&out)
    };
    let whole = run(&cut(tmp.path(), "whole.csv", |_| None), "whole");
    assert!(whole.len() > 3_000, "{}", whole.len());
    for day in ["2012-01-11", "2012-05-15"] {
        // From that day on everything is another: critical columns, types, places.
        let changed = cut(tmp.path(), "changed.csv", |cells| {
            (cells[0] >= day).then(|| {
                let mut cells: Vec<String> = cells.iter().map(|c| c.to_string()).collect();
                let critical = cells.len() - 4;
                cells[critical] = if cells[critical] == "0" { "3".into() } else { "0".into() };
                cells[5] = "60699".into();
                cells.join(",")
            })
        });
        let other = run(&changed, day);
        assert_eq!(whole.len(), other.len());
        let (mut same, mut flipped, mut moved) = (0, 0, 0);
        for (a, b) in whole.iter().zip(&other) {
            let time = a["time"].as_str().expect("a day");
            assert_eq!((&a["source_id"], &a["time"]), (&b["source_id"], &b["time"]));
            if time <= day {
                assert_eq!(a["probability"], b["probability"], "{a} {b}");
                same += 1;
            } else {
                moved += usize::from(a["probability"] != b["probability"]);
            }
            flipped += usize::from(a["outcome"] != b["outcome"]);
        }
        assert!(same > 1_000 && flipped > 500 && moved > 500, "{day}: {same} {flipped} {moved}");
    }
}

#[test]
fn a_calibrated_pipeline_judges_as_what_was_learned_in_memory() {
    let tmp = tempfile::tempdir().expect("a folder");
    let file = cut(tmp.path(), "outcomes.csv", |_| None);
    let inputs = [("outcomes", file.as_path())];
    let dir = |name: &str| tmp.path().join(name);
    let chicago = repo("pipelines/chicago");
    good(jianwei("backtest", &chicago, &LEARN, &inputs, &dir("memory")));
    let said = good(jianwei("calibrate", &chicago, &LEARN, &inputs, &dir("pipeline")));
    assert!(said.contains("area-rate") && said.contains("2012-03-3"), "{said}");
    good(jianwei("backtest", &dir("pipeline"), &[], &inputs, &dir("files")));
    let after = |out: &str| -> Vec<(Value, Value)> {
        let all = rows(&dir(out)).into_iter().filter(|r| r["time"].as_str() > Some("2012-03-31"));
        all.map(|r| (r["source_id"].clone(), r["probability"].clone())).collect()
    };
    assert!(after("memory").len() > 500);
    assert_eq!(after("memory"), after("files"));
    let text = |path: PathBuf| std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let matter = "matters/food-safety.toml";
    let (old, new) = (text(chicago.join(matter)), text(dir("pipeline").join(matter)));
    let lines = |text: &str| text.lines().filter(|l| !l.contains("coefficient =")).map(str::to_string).collect::<Vec<_>>();
    let differing = lines(&old).into_iter().zip(lines(&new)).filter(|(a, b)| a != b).collect::<Vec<_>>();
    for (a, b) in &differing {
        let numbers = ["intercept =", "centre =", "from =", "to =", "outcomes =", "happened ="];
        assert!(numbers.iter().any(|key| a.starts_with(key) && b.starts_with(key)), "{a} {b}");
    }
    assert!(!differing.is_empty() && new.contains("to = \"2012-03-3"), "{new}");
    assert!(dir("pipeline").join("tests/each-matter.toml").is_file());
    let again = refused(jianwei("calibrate", &chicago, &LEARN, &inputs, &dir("pipeline")));
    assert!(again.contains("is there already"), "{again}");
}

/// Rows that are no outcomes, each in its own way, and the figures that say so.
#[test]
fn outcomes_left_out_are_counted_and_a_failed_run_leaves_nothing_of_the_one_before() {
    let tmp = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read_to_string(cut(tmp.path(), "whole.csv", |_| None)).expect("the rows");
    let (head, body) = whole.split_once('\n').expect("a header");
    let lines: Vec<&str> = body.lines().collect();
    let with_cell = |line: &str, place: usize, value: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[place] = value;
        cells.join(",")
    };
    let place = |name: &str| head.split(',').position(|h| h.trim_matches('"') == name).expect("a column");
    let mut bad: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
    bad.push(with_cell(lines[7], place("date"), "someday"));
    bad.push(with_cell(lines[8], place("license"), "0"));
    bad.push(with_cell(lines[9], place("license"), "0"));
    // Sent again, and again with another finding.
    bad.push(with_cell(lines[10], place("critical"), "3"));
    bad.push(lines[11].to_string());
    let file = tmp.path().join("bad.csv");
    std::fs::write(&file, format!("{head}\n{}\n", bad.join("\n"))).expect("written");
    let other = tmp.path().join("events.csv");
    let events = sample("chicago_inspection_events.csv.gz");
    std::fs::write(&other, events.lines().take(6).collect::<Vec<_>>().join("\n") + "\n").expect("written");
    let out = tmp.path().join("out");
    let inputs = [("outcomes", file.as_path()), ("outcomes", other.as_path())];
    let said = good(jianwei("backtest", &repo("pipelines/chicago"), &LEARN, &inputs, &out));
    assert_eq!(rows(&out).len(), lines.len());
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("report.json")).expect("the report")).expect("JSON");
    let expected = serde_json::json!({
        "unreadable": { "bad_time at": 1, "missing_field id": 2 }, "no_outcome": 5, "no_enterprise": 0, "sent_again": 2,
    });
    assert_eq!(report["left_out"], expected);
    for line in ["10 records of outcomes are left out:", "2  can't be read: missing_field id", "2  sent again"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // Too little to learn from: what stands in the folder would be taken for this run's.
    refused(jianwei("backtest", &repo("pipelines/chicago"), &["--learn-until", "2011-09-02"], &inputs, &out));
    assert_eq!(std::fs::read_dir(&out).expect("the folder").count(), 0);
}

#[test]
fn what_can_not_be_judged_or_learned_is_said() {
    let tmp = tempfile::tempdir().expect("a folder");
    let file = cut(tmp.path(), "outcomes.csv", |_| None);
    let inputs = [("outcomes", file.as_path())];
    let (chicago, weihai) = (repo("pipelines/chicago"), repo("pipelines/weihai"));
    for (pipeline, more, inputs, said) in [
        (&weihai, &[][..], &inputs[..], "no matter of realm weihai has an [outcome]: say in one"),
        (&chicago, &["--learn-until", "2011-09-02"][..], &inputs[..], "too few random outcomes of food-safety up to 2011-09-02"),
        (&chicago, &["--learn-until", "spring"][..], &inputs[..], "spring"),
        (&chicago, &[][..], &[][..], "nothing to judge: give --input outcomes=PATH"),
    ] {
        let told = refused(jianwei("backtest", pipeline, more, inputs, &tmp.path().join("out")));
        assert!(told.contains(said), "{told}");
    }
}
