//! What people meet who write their first pipeline.

use crate::common::mini::{mini, mini_with};
use crate::common::mistakes::{GAS, NOISE, ORGS, PIPELINE, check as mistakes, note_findings, note_problems, row};
use crate::common::model;
use jianwei_core::pipeline::{Bundle, Finding, MAX_UNREAD, Problem, Severity, check, load_bytes, unread};
use std::collections::BTreeMap;

#[test]
pub fn lists_of_tables_written_with_one_bracket() {
    let both = "with two brackets, for each of them: the first one too";
    let trigger = "code = \"more\"\nlevel = \"blue\"\ntext = \"t\"\nwhen = { kind = \"ticket\" }";
    mistakes(vec![
        row(
            NOISE,
            "[[trigger]]",
            format!("[trigger]\n{trigger}\n[trigger] # again"),
            "# again",
            "duplicate key",
            "[[trigger]], with two",
        ),
        // The first one with one bracket, the second with two: the same.
        row(
            NOISE,
            "[[trigger]]",
            format!("[trigger]\n{trigger}\n[[trigger]] # again"),
            "# again",
            "not TOML",
            "[[trigger]], with two",
        ),
        row(
            NOISE,
            "[[trigger]]",
            format!("[[trigger]]\n{trigger}\n[trigger] # again"),
            "# again",
            "not TOML",
            "[[trigger]], with two",
        ),
        row(NOISE, "[[match]]", "[match]\nkind = \"report\"\n[match] # again", "# again", "duplicate key", both),
        row(ORGS, "[[organisation]]", "[organisation]", "[[organisation]]", "not TOML", both),
        row(
            GAS,
            "[[enterprise.evidence]]\ncode = \"complaint\"",
            "[enterprise.evidence]\n[enterprise.evidence] # again\ncode = \"complaint\"",
            "# again",
            "not TOML",
            "[[enterprise.evidence]], with two",
        ),
        row(PIPELINE, "[levels]", "[levels]\n[levels] # again", "# again", "duplicate key", "one [levels] with the keys of both"),
        row(NOISE, "lead = \"lead\"", "lead = \"lead\"\nlead = \"lead\" # 又，", "# 又", "duplicate key", "one of the two"),
    ]);
}

fn names(list: &[&str]) -> Vec<Finding> {
    let found = unread(&list.iter().map(|name| name.to_string()).collect::<Vec<_>>());
    note_findings(&found);
    found
}

#[test]
pub fn names_that_are_not_read() {
    let not_read = ("the file is not read: its name does not end in .toml", "a name that ends in .toml");
    let folder = ("a folder in matters/: the .toml files in it are matters", "outside of it");
    for (name, expected) in [
        ("matters/gas.toml.txt", Some(not_read)),
        ("matters/gas.TOML", Some(not_read)),
        ("matters/notes.md", Some(not_read)),
        ("matters/old/gas.txt", Some(not_read)),
        ("pipeline.toml.txt", Some(not_read)),
        ("matters/old/", Some(folder)),
        ("matters/", None),
        ("tests/", None),
        ("README.md", None),
        ("sample/rows.toml.txt", None),
        ("matters/.gas.toml.swp", None),
        ("matters/gas.toml~", None),
    ] {
        let found = names(&[name]);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{name}: {found:#?}");
        if let Some((message, write)) = expected {
            let f = &found[0];
            assert!(f.message.starts_with(message) && f.write.contains(write), "{f}");
            assert_eq!((f.severity, f.file.as_str(), f.line), (Severity::Note, name, 1));
        }
    }
    let many: Vec<String> = (0..MAX_UNREAD + 3).map(|n| format!("matters/{n}.txt")).collect();
    let found = names(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.len(), MAX_UNREAD + 1);
    assert!(found[MAX_UNREAD].message.starts_with("3 more names"), "{}", found[MAX_UNREAD]);
}

fn found(bundle: &Bundle) -> Vec<Finding> {
    let found = check(&model(bundle), chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
    note_findings(&found);
    found
}

#[test]
pub fn organisations_without_matters() {
    let nobody =
        |bundle: &Bundle| found(bundle).into_iter().filter(|f| f.message.contains("nobody is ever warned")).collect::<Vec<_>>();
    let mut bundle = mini();
    assert_eq!(nobody(&bundle), []);
    bundle.files.retain(|name, _| !name.starts_with("matters/"));
    let told = nobody(&bundle);
    assert!(told.len() == 1 && told[0].file == ORGS && told[0].write.starts_with("matters/NAME.toml"), "{told:#?}");
    assert_eq!(nobody(&crate::common::shipped("indicators")), [], "a realm of indicators has none");
}

fn loaded(files: &BTreeMap<String, Vec<u8>>) -> Vec<Problem> {
    let found = load_bytes(files).err().unwrap_or_default();
    note_problems(&found);
    found
}

#[test]
pub fn a_file_that_is_not_text_hides_nothing() {
    let bytes = |bundle: &Bundle| bundle.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let mut files: BTreeMap<String, Vec<u8>> = bytes(&mini_with(GAS, "weight = 2.0", "weight = 20"));
    // 威海 in GBK, on the third line; more mistakes there are not told.
    let noise = [b"id = \"noise\"\nlaed = 1\nname = \"".as_slice(), &[0xcd, 0xfe, 0xba, 0xa3], b"\"\n"].concat();
    files.insert(NOISE.into(), noise);
    let told = loaded(&files);
    let lines: Vec<(&str, usize, &str)> = told.iter().map(|p| (p.file.as_str(), p.line, p.message.as_str())).collect();
    assert_eq!(lines.len(), 2, "{told:#?}");
    assert!(lines[0].0 == GAS && lines[0].2.contains("`weight` must be a number"), "{told:#?}");
    assert_eq!(lines[1], (NOISE, 3, "not UTF-8 text"));
    assert!(told[1].write.contains("saved as UTF-8"), "{}", told[1]);
    // Alone it is a mistake too, though the rest of its text could be read.
    let mut files: BTreeMap<String, Vec<u8>> = bytes(&mini());
    assert_eq!(loaded(&files), []);
    files.get_mut(NOISE).unwrap().extend([b'#', 0xcd]);
    assert_eq!(loaded(&files).len(), 1);
    // UTF-16, as some editors write it.
    files.insert(ORGS.into(), b"\xff\xfe[\0[\0".to_vec());
    let told = loaded(&files);
    assert!(told.iter().any(|p| p.file == ORGS && p.line == 1 && p.message == "not UTF-8 text"), "{told:#?}");
}

#[test]
pub fn two_words_in_one() {
    let message = "is one word, with a Chinese comma in it: probably two were meant";
    for (word, write) in
        [("漏气，泄漏", "\"漏气\", \"泄漏\""), ("漏气、泄漏", "\"漏气\", \"泄漏\""), ("a；b，c", "\"a\", \"b\", \"c\"")]
    {
        for key in ["words", "all_words", "not_words"] {
            let words = if key == "not_words" { "words = \"x\", not_words" } else { key };
            let bundle = mini_with(NOISE, "words = \"drill\"", &format!("{words} = [\"{word}\"]"));
            let told: Vec<Finding> = found(&bundle).into_iter().filter(|f| f.message.contains(message)).collect();
            assert_eq!(told.len(), 1, "{key} {word}: {told:#?}");
            let line = bundle.files[NOISE].lines().position(|l| l.contains(word)).unwrap() + 1;
            assert_eq!((told[0].file.as_str(), told[0].line, told[0].write.as_str()), (NOISE, line, write));
        }
    }
    // A list of words.toml is told once, there.
    let mut bundle = mini_with(NOISE, "words = \"drill\"", "words = \"@loud\"");
    bundle.files.insert("words.toml".into(), "# lists\nloud = [\"din\", \"吵，闹\"]\n".into());
    let told: Vec<Finding> = found(&bundle).into_iter().filter(|f| f.message.contains(message)).collect();
    assert!(told.len() == 1 && told[0].file == "words.toml" && told[0].line == 2, "{told:#?}");
    assert!(found(&mini()).iter().all(|f| !f.message.contains(message)));
}
