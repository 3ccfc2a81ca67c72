//! `jianwei replay`: reports come out as clues. All records are made up.

use std::path::{Path, PathBuf};
use std::process::Command;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn a_replay_writes_clues_and_counts_each_once() {
    let tmp = tempfile::tempdir().expect("a folder");
    let reports = tmp.path().join("reports.ndjson");
    let row = |id: &str, matter: &str| {
        format!(
            r#"{{"report_id":"{id}","reported_at":"2026-03-02 09:00","channel":"media","content":"某处","matter":"{matter}"}}"#
        )
    };
    let rows = [row("R1", "urban-gas"), row("R2", "none"), row("R1", "urban-gas")].join("\n");
    std::fs::write(&reports, rows + "\n").expect("written");
    let out = tmp.path().join("out");
    let replay = Command::new(env!("CARGO_BIN_EXE_jianwei"))
        .args(["replay", "--until", "2026-03-20", "--pipelines"])
        .arg(here("pipelines/weihai"))
        .arg("--input")
        .arg(format!("reports={}", reports.display()))
        .arg("--out")
        .arg(&out)
        .output()
        .expect("the binary runs");
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stderr));
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("the file is written");
    let lines = |name: &str| -> Vec<serde_json::Value> {
        read(name).lines().map(|l| serde_json::from_str(l).expect("a line is JSON")).collect()
    };
    let passed: Vec<String> =
        lines("clues.ndjson").iter().map(|c| format!("{} {}", c["source"]["id"], c["why"]["code"])).collect();
    assert_eq!(passed, [r#""R1" "report""#, r#""R2" "unclassified""#]);
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).expect("JSON");
    assert_eq!(summary["clues"], serde_json::json!({ "report": 1, "unclassified": 1 }));
    assert_eq!(summary["unclassified"], 1);
    let cards = lines("reminders.ndjson");
    assert!(!cards.is_empty() && cards.iter().all(|c| c["clue_id"].is_string() && c["warning_id"].is_null()));
}
