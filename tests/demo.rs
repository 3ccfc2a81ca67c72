//! The demonstration, as a newcomer runs it; and replay's reports beside it.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn run(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_jianwei"))
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The first number of the line that holds these words.
fn number_before(text: &str, words: &str) -> u64 {
    let at = text.find(words).unwrap_or_else(|| panic!("no {words:?} in:\n{text}"));
    let before = text[..at].trim_end();
    before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or_else(|| panic!("no number before {words:?}"))
}

#[test]
fn the_demo_ends_by_itself_and_says_what_a_replay_says() {
    let said = run(&["demo", "--city", "chicago", "--seconds", "45", "--no-color"]);
    assert!(!said.contains('\u{1b}'), "no escape codes where there is no terminal");
    assert!(said.contains("kcat -b 127.0.0.1:"));
    assert!(said.contains(" RED ") && said.contains(" ORANGE ") && said.contains("acknowledge by "));
    assert!(said.contains("usually ") && said.contains("Biggest surges") && said.contains("Highest risk now, by licence"));
    let records = number_before(&said, " source records up to");
    assert!(records > 0, "{said}");
    // On a slow machine the time may be over before 2013 is.
    if said.contains("source records up to 2014-1") {
        assert!(said.contains("rated highest the day before (AUC 0.6"), "{said}");
    }
    assert!(said.contains("How right it was"), "a run that ends early says why it can't tell: {said}");

    let warnings = replayed(&["--input", TICKETS, "--input", SECTOR[0], "--input", SECTOR[1]]);
    // Warnings the demo showed are in the replay, under the same id.
    let shown: Vec<&str> =
        said.lines().filter(|l| l.contains("(x") && l.contains("usually")).filter_map(|l| l.rsplit("  ").next()).collect();
    let shown: Vec<&str> = shown.into_iter().filter(|id| id.len() == 16).collect();
    assert!(!shown.is_empty(), "{said}");
    for id in shown {
        assert!(warnings.contains(&format!("\"warning_id\":\"{id}\"")), "{id} is in the replay");
    }
}

/// Whether all that is shown stands there too: what is shown may be shorter.
fn holds(whole: &Value, shown: &Value) -> bool {
    match (whole, shown) {
        (Value::Object(whole), Value::Object(shown)) => {
            shown.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| holds(whole, value)))
        }
        (Value::Array(whole), Value::Array(shown)) => shown.iter().all(|value| whole.iter().any(|whole| holds(whole, value))),
        _ => whole == shown,
    }
}

/// The warnings of a replay of the sample.
fn replayed(more: &[&str]) -> String {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().unwrap();
    run(&[&["replay", "--pipelines", "pipelines/chicago", "--out", folder], more].concat());
    for name in ["warnings.ndjson", "reminders.ndjson", "clues.ndjson", "profiles.ndjson", "dead-letters.ndjson", "summary.json"]
    {
        assert!(out.path().join(name).is_file(), "{name} is written");
    }
    std::fs::read_to_string(out.path().join("warnings.ndjson")).unwrap()
}

const TICKETS: &str = "tickets=pipelines/chicago/sample/*311*.csv.gz";
const SECTOR: [&str; 2] =
    ["sector=pipelines/chicago/sample/*inspection*.csv.gz", "sector=pipelines/chicago/sample/*canvass*.csv.gz"];

#[test]
fn readmes_show_a_real_warning() {
    // It is one of the first weeks.
    let warnings = replayed(&["--input", TICKETS, "--until", "2011-03-01"]);
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).expect("the page");
        let shown = text.split("```json\n").filter_map(|block| block.split("```").next());
        let shown: Vec<Value> = shown.filter_map(|block| serde_json::from_str(block).ok()).collect();
        let shown = shown.iter().find(|value| value["warning_id"].is_string()).unwrap_or_else(|| panic!("none in {readme}"));
        let found = warnings
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .find(|warning| ["warning_id", "revision", "org"].iter().all(|key| warning[key] == shown[key]));
        let found = found.unwrap_or_else(|| panic!("{readme} shows a warning the sample does not give: {shown}"));
        assert!(holds(&found, shown), "{readme} shows {shown}, the sample gives {found}");
    }
}

/// The lines of the story at the end: one planted trouble.
fn story<'a>(said: &'a str, title: &str) -> Vec<&'a str> {
    let from = said.find(title).unwrap_or_else(|| panic!("no {title:?} in:\n{said}"));
    said[from..].lines().skip(1).take_while(|line| !line.trim_start().starts_with("jq ")).collect()
}

#[test]
fn a_simulated_trouble_is_found_explained_sent_acknowledged_and_closed() {
    for (lang, mark, title, steps) in [
        (
            "zh",
            "[模拟] ",
            "一起植入的隐患：其中一条预警，从发出到办结",
            ["橙色", "为什么: +", "已发送：牵头 威海市", "签收", "办结：", "预警解除"],
        ),
        (
            "en",
            "[simulated] ",
            "A planted trouble: one of its warnings, from raising to close",
            [" ORANGE ", "why: +", "sent to: lead Weihai", " acknowledged", " closed it: ", "the warning ends"],
        ),
    ] {
        let said = run(&["demo", "--city", "weihai", "--seconds", "24", "--no-color", "--lang", lang]);
        let told = story(&said, title);
        let mut from = 0;
        for step in steps {
            let at = told[from..].iter().position(|line| line.contains(step));
            from += at.unwrap_or_else(|| panic!("{lang}: no {step:?} from line {from} on in:\n{}", told.join("\n")));
        }
        assert!(told.iter().all(|line| line.starts_with(mark)), "every line says that it is simulated:\n{}", told.join("\n"));
        let live = said.lines().filter(|l| l.contains(" ORANGE  2026-") || l.contains(" 橙色  2026-"));
        assert!(live.clone().count() > 3 && live.clone().all(|l| l.starts_with(mark)), "{said}");
    }
}
