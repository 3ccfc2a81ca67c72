//! No bytes make the loader panic or work without bound, whatever stands in a pipeline's files; what
//! loads can be checked and run. `JIANWEI_FUZZ_CASES` sets how many pipelines each property tries.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::mini;
use common::{Run, gas, shipped};
use jianwei_core::pipeline::{Bundle, Clock, MAX_FINDINGS, MAX_PROBLEMS, check, load, load_bytes};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::FileFailurePersistence;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const NEEDED: [&str; 3] = ["pipeline.toml", "organisations.toml", "regions.toml"];

static SEEDS: LazyLock<Vec<Bundle>> =
    LazyLock::new(|| vec![mini(), gas(), shipped("weihai"), shipped("chicago"), shipped("indicators")]);

/// Loads the files, and checks and runs what loads; gives how many problems there were.
fn try_out(bundle: &Bundle) -> usize {
    let problems = match load(bundle) {
        Ok(model) => {
            let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
            let findings = check(&model, today);
            assert!(findings.len() <= MAX_FINDINGS + 1);
            for finding in &findings {
                let lines = bundle.files.get(&finding.file).map_or(1, |text| text.lines().count() + 1);
                assert!((1..=lines).contains(&finding.line), "{finding}");
            }
            run(bundle);
            return 0;
        }
        Err(problems) => problems,
    };
    assert!(!problems.is_empty() && problems.len() <= MAX_PROBLEMS + 1, "{} problems", problems.len());
    for problem in &problems {
        let text = bundle.files.get(&problem.file);
        assert!(text.is_some() || NEEDED.contains(&problem.file.as_str()), "{problem}");
        let lines = text.map_or(1, |text| text.lines().count() + 1);
        assert!((1..=lines).contains(&problem.line), "{problem}");
        assert!(!problem.message.is_empty() && !problem.write.is_empty(), "{problem}");
        assert!(problem.message.len() < 5_000 && problem.write.len() < 5_000, "{problem}");
    }
    problems.len()
}

/// A few records of every source.
fn run(bundle: &Bundle) {
    let mut run = Run::begin(bundle, Clock::Wall, "2026-03-02 08:00", "2199-01-01");
    let rows = [
        json!({ "ticket_no": "T1", "received_at": "2026-03-02 08:30", "content": "gas leak", "category": "gas", "region": "r1" }),
        json!({ "kind": "inspection", "inspection_id": "I1", "id": "L1", "at": "2026-03-02", "result": "critical" }),
        json!({ "kind": "observation", "id": "L1", "measure": "m", "value": 1e9, "at": "2026-03-02" }),
        json!({ "id": "L1", "name": "One", "industry": "4511", "region": "r1" }),
    ];
    let topics: Vec<String> = run.model.sources.iter().map(|s| s.topic.clone()).take(12).collect();
    let now_ms = common::ms(&run.model, "2026-03-02 09:00");
    for topic in &topics {
        for row in &rows {
            run.put_bytes(now_ms, topic, Some(b"key"), Some(row.to_string().as_bytes()));
        }
    }
    run.pass("2026-03-12");
    common::assert_sound(&run.all, topics.len() * rows.len());
}

/// One change of a text, of the kinds that hands and tools make.
#[derive(Debug, Clone)]
enum Change {
    Put(Index, String),
    Cut(Index, usize),
    Flip(Index, u8),
    SwapLines(Index, Index),
    DropLine(Index),
    Repeat(Index, usize, usize),
    Truncate(Index),
    Number(Index, String),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop_oneof![
        "\\PC{0,20}",
        "[\\[\\]{}=\"',.\n a-z0-9-]{0,30}",
        any::<String>(),
        Just("\u{0}".to_string()),
        Just("\u{feff}".to_string()),
        Just("长".repeat(600)),
        Just("[".repeat(300)),
        Just("[a]\n".repeat(300)),
        Just("\nx = { y = 1 }".repeat(100)),
    ];
    let number = prop_oneof![
        Just("9e999"),
        Just("-9223372036854775809"),
        Just("nan"),
        Just("inf"),
        Just("1e15"),
        Just("-0.0"),
        Just("4294967295"),
        Just("0"),
        Just("1e-320"),
        Just("true"),
        Just("1979-05-27"),
        Just("[]"),
        Just("{}"),
        Just("\"\""),
    ];
    prop_oneof![
        (any::<Index>(), odd).prop_map(|(at, text)| Change::Put(at, text)),
        (any::<Index>(), 0usize..60).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<Index>(), 0u8..127).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::SwapLines(a, b)),
        any::<Index>().prop_map(Change::DropLine),
        (any::<Index>(), 1usize..12, 1usize..40).prop_map(|(at, lines, times)| Change::Repeat(at, lines, times)),
        any::<Index>().prop_map(Change::Truncate),
        (any::<Index>(), number).prop_map(|(at, number)| Change::Number(at, number.to_string())),
    ]
}

fn apply(text: &mut String, change: &Change) {
    let floor = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let place = |text: &str, at: &Index| floor(text, at.index(text.len() + 1));
    let mut lines: Vec<&str> = text.lines().collect();
    match change {
        Change::Put(at, odd) => text.insert_str(place(text, at), odd),
        Change::Cut(at, length) => {
            let start = place(text, at);
            let end = floor(text, (start + length).min(text.len())).max(start);
            text.replace_range(start..end, "");
        }
        Change::Flip(at, byte) if !text.is_empty() => {
            let start = floor(text, at.index(text.len()));
            let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
            text.replace_range(start..end, &char::from(*byte).to_string());
        }
        Change::SwapLines(a, b) if !lines.is_empty() => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            *text = lines.join("\n");
        }
        Change::DropLine(at) if !lines.is_empty() => {
            lines.remove(at.index(lines.len()));
            *text = lines.join("\n");
        }
        Change::Repeat(at, count, times) if !lines.is_empty() => {
            let start = at.index(lines.len());
            let block = lines[start..(start + count).min(lines.len())].join("\n") + "\n";
            text.push_str(&block.repeat(*times));
        }
        Change::Truncate(at) => text.truncate(place(text, at)),
        Change::Number(at, number) => {
            let values: Vec<usize> = text.match_indices(" = ").map(|(at, _)| at + 3).collect();
            if !values.is_empty() {
                let start = values[at.index(values.len())];
                let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
                text.replace_range(start..end, number);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: common::fuzz_cases(150),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn changed_pipelines(
        // The small one more often: a case of it is cheap.
        seed in prop_oneof![6 => Just(0usize), 1 => 1usize..5],
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut bundle = SEEDS[seed].clone();
        for (file, change) in &changes {
            let at = file.index(bundle.files.len());
            if let Some(text) = bundle.files.values_mut().nth(at) {
                apply(text, change);
            }
        }
        try_out(&bundle);
    }

    #[test]
    fn any_texts_under_any_names(
        files in prop::collection::btree_map("(matters/)?[a-z.\\PC]{0,12}(\\.toml)?", any::<String>(), 0..6),
        known in prop::collection::vec(any::<Option<Vec<u8>>>(), 4),
    ) {
        let mut bundle = Bundle { files };
        let mut raw: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (name, bytes) in NEEDED.into_iter().chain(["matters/a.toml"]).zip(known) {
            if let Some(bytes) = bytes {
                bundle.files.insert(name.to_string(), String::from_utf8_lossy(&bytes).into_owned());
                raw.insert(name.to_string(), bytes);
            }
        }
        for problem in load_bytes(&raw).err().unwrap_or_default() {
            let lines = raw.get(&problem.file).map_or(1, |bytes| bytes.split(|b| *b == b'\n').count() + 1);
            prop_assert!((1..=lines).contains(&problem.line), "{}", problem);
        }
        prop_assert!(try_out(&bundle) > 0);
    }
}

/// What a generator of changes seldom makes: much of one thing.
#[test]
fn much_of_one_thing_is_refused_in_bounded_work() {
    let many = |n: usize, text: &str| text.repeat(n);
    let texts = [
        ("deep values", format!("x = {}1{}", many(50_000, "["), many(50_000, "]"))),
        ("deep tables", format!("x = {}y = 1{}", many(50_000, "{ z = "), many(50_000, "}"))),
        ("deep headers", format!("[{}a]\n", many(100_000, "a."))),
        ("deep keys", format!("{}a = 1\n", many(100_000, "a."))),
        ("deep lists of tables", format!("[[{}a]]\n", many(100_000, "a."))),
        ("keys", (0..40_000).map(|n| format!("k{n} = 1\n")).collect()),
        ("a long key", format!("{} = 1\n", many(500_000, "k"))),
        ("a long text", format!("name = \"{}\"\n", many(500_000, "k"))),
        ("a long list", format!("cooperating = [{}]\n", many(60_000, "\"x\", "))),
        ("a long list of numbers", format!("cooperating = [{}]\n", many(60_000, "1, "))),
        ("tables", many(60_000, "[[trigger]]\n")),
        ("sources", many(60_000, "[[source]]\n")),
        ("open brackets", many(500_000, "[")),
        ("lines that are not TOML", many(200_000, "?\n")),
        ("too large a file", many(1_100_000, "#")),
    ];
    for (what, text) in &texts {
        for file in ["pipeline.toml", "organisations.toml", "regions.toml", "words.toml", "matters/gas.toml"] {
            let mut bundle = mini();
            bundle.files.insert(file.to_string(), text.clone());
            assert!(try_out(&bundle) > 0, "{what} in {file}");
        }
    }
    let mut files = mini();
    files.files.extend((0..700).map(|n| (format!("more/{n}.toml"), String::new())));
    assert!(try_out(&files) > 0);
    let mut large = mini();
    large.files.extend((0..20).map(|n| (format!("more/{n}.toml"), many(1_000_000, "#"))));
    assert!(try_out(&large) > 0);
    // Names that are nearly right, each compared with all others.
    let mut near = mini();
    let organisations: String = (0..2_000)
        .map(|n| format!("[[organisation]]\nslug = \"{}{n}\"\nname = \"x\"\nsuperior = \"y\"\n", "o".repeat(50)))
        .collect();
    near.files.insert("organisations.toml".into(), organisations);
    assert!(try_out(&near) > 0);
}
