//! `jianwei rank`: the target list of article 17 from what a replay left. All subjects are made up.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn jianwei(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(env!("CARGO_BIN_EXE_jianwei")).args(args).env("LC_ALL", "C").current_dir(root).output();
    run.expect("the binary runs")
}

fn profile(realm: &str, matter: &str, id: &str, region: &str, level: Value, score: u32) -> String {
    json!({
        "realm": realm, "subject": { "id": id, "name": format!("虚构{id}"), "region": region, "region_name": region, "natural_person": false },
        "matter": matter, "level": level, "score": score, "against": [], "evidence_count": 3, "credit_class": "C",
        "factors": [{ "code": "complaint", "points": 9, "text": "投诉举报", "evidence": ["T1"] }],
        "last_inspected": "2026-02-03T00:00:00+08:00", "as_of": "2026-03-01T09:00:00+08:00",
    })
    .to_string()
}

#[test]
fn by_level_then_score_of_those_the_organisation_acts_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = [
        profile("weihai", "urban-gas", "A", "371002", Value::Null, 99),
        profile("weihai", "urban-gas", "B", "371002", json!("yellow"), 60),
        profile("weihai", "urban-gas", "C", "371002", json!("red"), 40),
        profile("weihai", "urban-gas", "D", "371003", json!("yellow"), 61),
        profile("weihai", "lifts", "E", "371002", json!("red"), 98),
        profile("another", "urban-gas", "F", "371002", json!("red"), 99),
    ];
    std::fs::write(dir.path().join("profiles.ndjson"), rows.join("\n")).expect("written");
    let folder = dir.path().to_str().expect("a path");
    let ids = |more: &[&str]| {
        let base = ["rank", "--pipelines", "pipelines/weihai", folder, "--json"];
        let output = jianwei(&[&base, more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let row = |line: &str| serde_json::from_str::<Value>(line).expect("a row");
        text.lines().map(|line| row(line)["subject"]["id"].as_str().unwrap_or_default().to_string()).collect::<Vec<_>>().join("")
    };
    for (more, wanted) in [
        (&["--matter", "urban-gas"] as &[&str], "CDBA"),
        (&[], "ECDBA"),
        // Huancui's branch acts there, Wendeng's does not; the city's bureau is only informed.
        (&["--org", "hc-housing", "--matter", "urban-gas"], "CBA"),
        (&["--org", "wh-sfj"], ""),
    ] {
        assert_eq!(ids(more), wanted, "{more:?}");
    }
    for (lang, head, end) in [("zh", "序号", "待核实线索"), ("en", "rank", "Leads to verify")] {
        let output = jianwei(&["rank", "--pipelines", "pipelines/weihai", "--matter", "urban-gas", "--lang", lang, folder]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.starts_with(head) && text.contains(end) && text.contains("2026-02-03"), "{text}");
        assert_eq!(text.lines().count(), 6, "{text}");
        assert!(text.lines().skip(1).take(4).all(|line| line.ends_with("  2026-03-01 09:00")), "{text}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    for (args, said) in [
        (&["--org", "wh-hosing", "."] as &[&str], "did you mean wh-housing?"),
        (&["--matter", "gas", "."], "write one of elderly-care, "),
        (&["/nowhere"], "jianwei replay --out /nowhere"),
        (&[], "<DIR>"),
    ] {
        let output = jianwei(&[&["rank", "--pipelines", "pipelines/weihai"], args].concat());
        assert!(!output.status.success(), "{args:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(said), "{args:?}: {text}");
    }
}
