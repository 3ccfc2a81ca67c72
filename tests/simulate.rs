//! `jianwei simulate` and `jianwei score`: a small city from a seed, its replay, what was found.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn jianwei(args: &[&str]) -> Output {
    let run = Command::new(env!("CARGO_BIN_EXE_jianwei")).args(args).env("LC_ALL", "C").current_dir(root()).output();
    run.expect("the binary runs")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn rows(path: PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// Weihai with every kind of source and rules that read figures and alarms.
fn pipeline(dir: &Path) -> PathBuf {
    let to = dir.join("weihai");
    let copied = Command::new("cp").arg("-r").arg(root().join("pipelines/weihai")).arg(&to).status().expect("cp runs");
    assert!(copied.success());
    let file = to.join("pipeline.toml");
    let mut text = std::fs::read_to_string(&file).expect("a pipeline");
    for (kind, topic) in [("reports", "weihai.platform.reports"), ("inspectors", "weihai.registry.inspectors")] {
        if !text.contains(&format!("kind = \"{kind}\"")) {
            text = text.replacen("[calendar]", &format!("[[source]]\nkind = \"{kind}\"\ntopic = \"{topic}\"\n\n[calendar]"), 1);
        }
    }
    std::fs::write(&file, text).expect("written");
    let file = to.join("matters/prepaid-cards.toml");
    let mut text = std::fs::read_to_string(&file).expect("a matter");
    text.push_str(
        "\n[[enterprise.evidence]]\ncode = \"balance-for-the-test\"\nweight = 1.5\nhalf_life_days = 60\n\
         text = { zh = \"预收余额过高\" }\nfigure = { measure = \"prepaid_balance_yuan\", value_at_least = 600000 }\n",
    );
    std::fs::write(&file, text).expect("written");
    to
}

struct City {
    dir: PathBuf,
    pipeline: PathBuf,
    outcome: Value,
}

impl City {
    fn make(dir: &Path, pipeline: &Path, seed: &str, dirt: &str) -> City {
        let out = dir.to_str().expect("a path");
        let args = ["simulate", "--pipelines", pipeline.to_str().expect("a path"), "--out", out, "--days", "40"];
        let more = ["--enterprises", "1200", "--seed", seed, "--tickets-per-day", "80", "--dirt-per-mille", dirt];
        let said = succeeded(&jianwei(&[&args[..], &more[..]].concat()));
        City { dir: dir.into(), pipeline: pipeline.into(), outcome: serde_json::from_str(&said).expect("an outcome") }
    }

    fn replay(&self) -> PathBuf {
        let out = self.dir.join("replay");
        let mut args = vec!["replay".to_string(), "--pipelines".into(), self.pipeline.display().to_string()];
        for kind in ["registry", "inspectors", "tickets", "reports", "sector", "dispositions"] {
            args.extend(["--input".into(), format!("{kind}={}", self.dir.join(format!("{kind}.ndjson")).display())]);
        }
        let until = self.outcome["until"].as_str().expect("an end").to_string();
        args.extend(["--until".into(), until, "--out".into(), out.display().to_string()]);
        succeeded(&jianwei(&args.iter().map(String::as_str).collect::<Vec<_>>()));
        out
    }

    fn truth(&self) -> Vec<Value> {
        rows(self.dir.join("truth.ndjson"))
    }
}

fn sha256_of(path: PathBuf) -> String {
    let said = Command::new("sha256sum").arg(path).output().expect("sha256sum runs");
    String::from_utf8_lossy(&said.stdout).split(' ').next().unwrap_or_default().to_string()
}

const FILES: [&str; 7] = ["registry", "inspectors", "tickets", "reports", "sector", "dispositions", "truth"];

#[test]
fn one_seed_is_one_city_and_a_replay_says_what_its_departments_heard() {
    let tmp = tempfile::tempdir().expect("a folder");
    let pipeline = pipeline(tmp.path());
    let city = City::make(&tmp.path().join("one"), &pipeline, "5", "3");
    let again = City::make(&tmp.path().join("again"), &pipeline, "5", "3");
    let other = City::make(&tmp.path().join("other"), &pipeline, "6", "3");
    for file in FILES {
        let bytes = |city: &City| std::fs::read(city.dir.join(format!("{file}.ndjson"))).expect("a file");
        assert!(!bytes(&city).is_empty(), "{file} is empty");
        assert!(bytes(&city) == bytes(&again), "{file} differs between runs of one seed");
        assert!(file == "inspectors" || bytes(&city) != bytes(&other), "{file} is the same for another seed");
    }
    assert_eq!(city.outcome, again.outcome);

    let replayed = city.replay();
    // Every outage that was planted stands in the score, and which of them a replay can see.
    let planted: Vec<Value> = city.truth().into_iter().filter(|row| row["kind"] == "feed_outage").collect();
    let (silent, lost) = (planted.len(), planted.iter().filter(|row| row["backfilled"] == false).count());
    assert!(planted.iter().all(|row| ["tickets", "sector", "reports"].iter().any(|file| row["file"] == *file)), "{planted:?}");
    let (truth, folder) = (city.dir.join("truth.ndjson"), replayed.to_str().expect("a path").to_string());
    let said = jianwei(&["score", "--truth", truth.to_str().expect("a path"), &folder, "--json"]);
    let outages = serde_json::from_str::<Value>(&succeeded(&said)).expect("JSON")["feed_outages"].clone();
    assert_eq!((&outages["planted"], &outages["reported"]["lost"]), (&json!(silent), &json!(lost)), "{outages}");
    assert!(silent >= 2 && outages["hours"]["outage"].as_u64() > Some(24), "{outages}");

    assert_eq!(city.outcome["warnings_sha256"].as_str(), Some(sha256_of(replayed.join("warnings.ndjson")).as_str()));
    assert!(city.outcome["warnings"].as_u64() > Some(20), "{}", city.outcome);
    // Nobody answers a warning that has ended but those who are known to.
    assert_eq!(city.outcome["late_dispositions"], city.outcome["ignored_dispositions"]);
    let late = rows(city.dir.join("dispositions.ndjson")).iter().filter(|d| d["note"].is_string()).count();
    assert_eq!(city.outcome["late_dispositions"].as_u64(), Some(late as u64));
    let actions: Vec<Value> = rows(city.dir.join("dispositions.ndjson")).iter().map(|d| d["action"].clone()).collect();
    for action in ["acknowledge", "start", "feedback", "close"] {
        assert!(actions.contains(&json!(action)), "no {action}");
    }
}

#[test]
fn the_truth_counts_what_the_files_hold() {
    let tmp = tempfile::tempdir().expect("a folder");
    let city = City::make(&tmp.path().join("city"), &pipeline(tmp.path()), "7", "0");
    for (file, count) in city.outcome["rows"].as_object().expect("rows") {
        assert_eq!(Some(rows(city.dir.join(format!("{file}.ndjson"))).len() as u64), count.as_u64(), "{file}");
    }
    let truth = city.truth();
    let count = |kind: &str| truth.iter().find(|r| r["kind"] == kind).and_then(|r| r["count"].as_u64());
    assert_eq!(count("city"), Some(1200));
    let tickets = rows(city.dir.join("tickets.ndjson"));
    let updates = tickets.iter().filter(|t| t.get("status_at").is_some()).count() as u64;
    assert_eq!(count("update"), Some(updates));
    assert!(updates > 50 && count("late") > Some(50) && count("near_duplicate") > Some(0), "{truth:?}");
    let mut seen = BTreeMap::<String, u64>::new();
    for file in ["tickets", "reports", "sector"] {
        let text = std::fs::read_to_string(city.dir.join(format!("{file}.ndjson"))).expect("a file");
        text.lines().for_each(|line| *seen.entry(line.to_string()).or_default() += 1);
    }
    assert_eq!(count("duplicate"), Some(seen.values().map(|n| n - 1).sum()));
    assert!(!truth.iter().any(|r| r["kind"] == "dirt"), "a clean feed");

    // Whoever is accused or in trouble is in the directory, with a region of the pipeline.
    let registry = rows(city.dir.join("registry.ndjson"));
    let subjects = truth.iter().filter(|r| r["subject"].is_string());
    for row in subjects {
        assert!(registry.iter().any(|e| e["id"] == row["subject"] && e["region"] == row["region"]), "{row}");
    }
    // All kinds of sector records, all channels.
    let kinds = |file: &str, field: &str| -> Vec<String> {
        let mut kinds: Vec<String> =
            rows(city.dir.join(format!("{file}.ndjson"))).iter().map(|r| r[field].as_str().unwrap_or_default().into()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    let sector = ["alarm", "credit", "indicator", "inspection", "observation", "penalty", "permit"];
    assert_eq!(kinds("sector", "kind"), sector);
    assert_eq!(kinds("reports", "channel"), ["association", "media", "online_monitoring", "supervision_platform"]);
}

#[test]
fn dead_letters_are_those_the_truth_foresees() {
    let tmp = tempfile::tempdir().expect("a folder");
    let city = City::make(&tmp.path().join("city"), &pipeline(tmp.path()), "9", "120");
    let mut foreseen = BTreeMap::<String, u64>::new();
    let mut readable = 0;
    for row in city.truth().iter().filter(|r| r["kind"] == "dirt") {
        let count = row["count"].as_u64().expect("a count");
        match row["dead_letter"].as_str() {
            Some(reason) => *foreseen.entry(reason.to_string()).or_default() += count,
            None => readable += count,
        }
    }
    let replayed = city.replay();
    let mut found = BTreeMap::<String, u64>::new();
    for row in rows(replayed.join("dead-letters.ndjson")) {
        *found.entry(row["reason"].as_str().expect("a reason").to_string()).or_default() += 1;
    }
    assert_eq!(found, foreseen);
    assert_eq!(json!(found), city.outcome["dead_letters"]);
    assert!(found.len() >= 9 && readable > 20, "{found:?}, {readable} readable");
    assert_eq!(city.outcome["warnings_sha256"].as_str(), Some(sha256_of(replayed.join("warnings.ndjson")).as_str()));
}

/// One lead's copy of a warning.
fn warning(id: &str, status: &str, level: &str, matter: &str, subject: &str, at: &str) -> Value {
    let (scope, region) = match subject.split_once('@') {
        Some((_, region)) => ("industry", region),
        None => ("enterprise", "371002"),
    };
    json!({ "warning_id": id, "status": status, "role": "lead", "scope": scope, "level": level, "matter": { "id": matter },
        "subject": { "id": subject, "region": region }, "updated_at": format!("2025-01-{at}:00:00+08:00") })
}

fn planted(id: &str, kind: &str, subject: Option<&str>, starts: &str, ends: &str, peaks: Option<&str>) -> Value {
    let time = |at: &str| format!("2025-01-{at}:00:00+08:00");
    let mut row = json!({ "id": id, "kind": kind, "matter": "gas", "subject": subject, "region": "371002",
        "starts_at": time(starts), "ends_at": time(ends), "note": "" });
    if let Some(peaks) = peaks {
        row["peaks_at"] = json!(time(peaks));
    }
    row
}

fn write(path: &Path, rows: &[Value]) {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, text).expect("written");
}

fn with(mut row: Value, more: Value) -> Value {
    more.as_object().into_iter().flatten().for_each(|(key, value)| row[key] = value.clone());
    row
}

/// A truth of three troubles, a surge and two innocents in 30 days, and ten warnings.
fn hand_made(dir: &Path) -> PathBuf {
    let truth = dir.join("truth.ndjson");
    write(
        &truth,
        &[
            json!({ "id": "city", "kind": "city", "region": "371000", "starts_at": "2025-01-01T00:00:00+08:00",
                "ends_at": "2025-01-31T00:00:00+08:00", "count": 2000, "note": "" }),
            planted("t1", "trouble", Some("A"), "05T00", "20T00", Some("15T00")),
            planted("t2", "trouble", Some("B"), "05T00", "10T00", Some("08T00")),
            planted("t3", "trouble", Some("C"), "05T00", "10T00", Some("08T00")),
            planted("s1", "surge", None, "12T00", "14T00", None),
            planted("r1", "rival_campaign", Some("R"), "03T00", "05T00", None),
            planted("w1", "wrong_accusation", Some("W"), "03T00", "05T00", None),
            // Two outages that overlap, one more: 2 to 5 January and 19 to 21, each with the day after.
            planted("o1", "feed_outage", None, "02T00", "03T00", None),
            planted("o2", "feed_outage", None, "02T12", "04T00", None),
            with(planted("o3", "feed_outage", None, "19T00", "20T00", None), json!({ "file": "reports", "backfilled": false })),
        ],
    );
    let cooperating = json!({ "warning_id": "1", "status": "raised", "role": "cooperating", "scope": "enterprise", "level": "red",
        "matter": { "id": "gas" }, "subject": { "id": "A", "region": null }, "updated_at": "2025-01-05T01:00:00+08:00" });
    write(
        &dir.join("warnings.ndjson"),
        &[
            // A: blue after a day, orange after two. Others' copies and ends do not count.
            cooperating,
            warning("1", "raised", "blue", "gas", "A", "06T00"),
            warning("1", "upgraded", "orange", "gas", "A", "07T00"),
            // It calms down while its feed is silent, and once more when it had its say.
            warning("1", "downgraded", "yellow", "gas", "A", "19T12"),
            warning("1", "downgraded", "blue", "gas", "A", "22T00"),
            warning("1", "lifted", "orange", "gas", "A", "23T00"),
            // B: yellow two days after its end, which still counts, after its peak.
            warning("2", "raised", "yellow", "gas", "B", "12T00"),
            // C: not at all, but its trade in its region.
            warning("3", "raised", "yellow", "gas", "gas@371002", "06T00"),
            // The surge, seen for the whole city.
            warning("4", "raised", "red", "gas", "gas@371000", "12T06"),
            warning("4", "downgraded", "orange", "gas", "gas@371000", "13T06"),
            // R is believed, W is not quite.
            warning("5", "raised", "orange", "gas", "R", "04T00"),
            warning("6", "raised", "yellow", "gas", "W", "04T00"),
            // A in another matter: an echo. Z and another trade: false.
            warning("7", "raised", "orange", "lifts", "A", "08T00"),
            warning("8", "raised", "yellow", "gas", "Z", "20T00"),
            warning("9", "raised", "blue", "gas", "Y", "20T00"),
            warning("10", "raised", "orange", "lifts", "lifts@371003", "25T00"),
        ],
    );
    truth
}

#[test]
fn the_score_of_a_hand_made_city() {
    let tmp = tempfile::tempdir().expect("a folder");
    let truth = hand_made(tmp.path());
    let (truth, dir) = (truth.to_str().expect("a path"), tmp.path().to_str().expect("a path"));
    let score: Value = serde_json::from_str(&succeeded(&jianwei(&["score", "--truth", truth, dir, "--json"]))).expect("JSON");
    assert_eq!((&score["enterprises"], &score["days"], &score["echoes"]), (&json!(2000), &json!(30), &json!(2)));
    let found = |kind: &str| score["found"].as_array().and_then(|f| f.iter().find(|r| r["kind"] == kind)).cloned();
    assert_eq!(
        found("trouble"),
        Some(json!({ "kind": "trouble", "planted": 3, "at_least": [2, 2, 1, 0], "as_trade_only": 1,
            "late_hours": { "median": 48, "p90": 168 }, "before_peak": 1 }))
    );
    assert_eq!(
        found("surge"),
        Some(json!({ "kind": "surge", "planted": 1, "at_least": [1, 1, 1, 1], "as_trade_only": 0,
            "late_hours": { "median": 6, "p90": 6 }, "before_peak": 0 }))
    );
    assert_eq!(
        score["wrongly_accused"],
        json!([{ "kind": "rival_campaign", "planted": 1, "at_least": [1, 1, 1, 0] },
            { "kind": "wrong_accusation", "planted": 1, "at_least": [1, 1, 0, 0] }])
    );
    let alarms = &score["false_alarms"];
    assert_eq!((&alarms["enterprise"], &alarms["trade"]), (&json!([1, 1, 0, 0]), &json!([0, 0, 1, 0])));
    // One in 30 days is 12.175 a year; of 2,000 firms, 6.088 a year for each thousand.
    assert_eq!(alarms["enterprise_a_year"], json!(12.175));
    assert_eq!(alarms["enterprise_a_year_per_1000"], json!(6.088));
    assert_eq!(score["matters"]["gas"], json!({ "planted": 4, "found": 3, "false_enterprise": 1, "false_trade": 0 }));
    assert_eq!(
        score["feed_outages"],
        json!({ "planted": 3, "reported": null, "hours": { "outage": 120, "otherwise": 600 },
            "lowered_too_soon": { "outage": 1, "otherwise": 1 }, "false_alarms": { "outage": 1, "otherwise": 1 } })
    );

    // The trade was warned of by a test; the replay does not say what is promised.
    assert_eq!((&alarms["trade_by_test"], &alarms["trade_promised_a_year"]), (&json!([0, 0, 1, 0]), &Value::Null));

    let plain = succeeded(&jianwei(&["score", "--truth", truth, dir, "--lang", "en"]));
    assert!(plain.contains("trades, by tests: promised") && plain.contains("unknown"), "{plain}");
    assert!(plain.contains("no promise: firms' scores"), "{plain}");
    let promised = json!({ "promised_false_alarms_per_year": { "blue": 120.0, "yellow": 36.0, "orange": 12.0, "red": 2.0 } });
    std::fs::write(tmp.path().join("summary.json"), promised.to_string()).expect("written");
    let table = succeeded(&jianwei(&["score", "--truth", truth, dir, "--lang", "en"]));
    let line = |name: &str| {
        let line = table.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {table}"));
        line[name.len()..].split_whitespace().map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(line("trades, by tests: promised"), ["120.0", "36.0", "12.0", "2.0"]);
    // One in 30 days; and of firms a blue and a yellow one.
    assert_eq!(line("trades, by tests: counted"), ["12.2", "12.2", "12.2", "0.0"]);
    assert_eq!(line("firms: counted (no promise)"), ["24.4", "12.2", "0.0", "0.0"]);
    assert!(plain.contains("not judged: the replay has no operators.ndjson"), "{plain}");
    let notice = |code: &str, kind: &str, since: &str, at: &str| {
        let time = |day: &str| format!("2025-01-{day}:00:00+08:00");
        json!({ "realm": "x", "code": code, "at": time(at), "text": "", "feed": { "kind": kind, "since": time(since) } })
    };
    let notices = [
        // Of the first two outages, which overlap; the third is not told.
        notice("feed_silent", "tickets", "01T23", "02T18"),
        notice("feed_back", "tickets", "01T23", "04T01"),
        // Nothing was silent then.
        notice("feed_quiet", "sector", "09T00", "10T00"),
    ];
    write(&tmp.path().join("operators.ndjson"), &notices);
    let score: Value = serde_json::from_str(&succeeded(&jianwei(&["score", "--truth", truth, dir, "--json"]))).expect("JSON");
    assert_eq!(
        score["feed_outages"]["reported"],
        json!({ "found": 2, "lost": 1, "lost_found": 0, "late_hours": { "median": 6, "p90": 18 }, "false_alarms": 1,
            "false_alarms_a_year": 12.175 })
    );
    let en = ["told to the operators  3", "0.2 d", "12.1", "5.0 d", "25.0 d"];
    let zh = ["报告给运维", "0.2 天", "12.1", "5.0 天", "25.0 天"];
    for (lang, expected, outages) in [("zh", "同行恶意投诉", zh), ("en", "rival's campaign", en)] {
        let table = succeeded(&jianwei(&["score", "--truth", truth, dir, "--lang", lang]));
        assert!(outages.iter().all(|part| table.contains(part)), "{table}");
        assert!(
            table.lines().any(|l| l.starts_with(expected) && l.ends_with("1      1        1        1     0") || lang == "zh"),
            "{table}"
        );
        assert!(table.contains(expected), "{table}");
    }
}

#[test]
fn what_can_not_be_done_is_said() {
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = tmp.path().to_str().expect("a path");
    let truth = hand_made(tmp.path());
    let truth = truth.to_str().expect("a path");
    std::fs::write(tmp.path().join("bad.ndjson"), "{\"id\": 1}\n").expect("written");
    let bad = tmp.path().join("bad.ndjson");
    let bad = bad.to_str().expect("a path");
    let cases: [(&[&str], &str); 4] = [
        (&["simulate", "--out", dir, "--days", "0", "--enterprises", "500", "--seed", "1"], "--days 0: write 1 to 3660"),
        (&["score", "--truth", truth, "/nowhere"], "/nowhere/warnings.ndjson: give the folder a replay wrote"),
        (&["score", "--truth", bad, dir], "bad.ndjson, line 1: not a row of truth as `jianwei simulate` writes it"),
        (&["score", "--truth", truth, dir, "--lang", "fr"], "no language \"fr\": zh or en"),
    ];
    for (args, expected) in cases {
        let output = jianwei(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
}
