//! `jianwei test`: the shipped pipelines' own cases hold, and one that does not says what differs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn pipeline(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(name)
}

fn test(dir: &Path) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_jianwei")).arg("test").arg(dir).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, said)
}

#[test]
fn the_shipped_pipelines_cases_hold() {
    for name in ["chicago", "indicators", "weihai"] {
        let (output, said) = test(&pipeline(name));
        assert!(output.status.success(), "{said}");
        assert!(said.lines().filter(|l| l.starts_with("ok ")).count() >= 3 && said.contains(" 0 failed"), "{said}");
    }
}

#[test]
fn a_case_that_does_not_hold_says_what_differs() {
    let tmp = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp").arg("-r").arg(pipeline("weihai").join(".")).arg(tmp.path()).status().expect("cp runs");
    assert!(copied.success());
    let cases = tmp.path().join("tests/urban-gas.toml");
    let text = std::fs::read_to_string(&cases).expect("the cases");
    let text = text.replace("level = \"orange\", organisations", "level = \"red\", organisations");
    std::fs::write(&cases, text.replace("matters = [\"urban-gas\"], counts", "matters = [\"lifts\"], counts")).expect("written");
    let cases = tmp.path().join("tests/clues.toml");
    let text = std::fs::read_to_string(&cases).expect("the cases");
    std::fs::write(&cases, text.replace("why = \"report\"", "why = \"unclassified\"")).expect("written");
    let (output, said) = test(tmp.path());
    assert_eq!(output.status.code(), Some(1));
    for words in [
        "FAILED",
        "tests/urban-gas.toml:",
        "matters: expected lifts, got urban-gas",
        "expected red raised about ",
        "under urban-gas, got orange raised about ",
        "clue 1: expected R1 passed_on because unclassified, got R1 passed_on because report",
        " passed, ",
    ] {
        assert!(said.contains(words), "{words:?} in\n{said}");
    }
    std::fs::write(tmp.path().join("tests/typo.toml"), "[[case]]\nnam = \"x\"\n").expect("written");
    let (output, _) = test(tmp.path());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("typo.toml:2: unknown field `nam`") && error.contains("write: [[case]] with name"), "{error}");
}

#[test]
fn check_tells_what_a_pipeline_can_not_do_by_exit_status_and_place() {
    let check = |dir: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_jianwei")).arg("check").arg(dir).output().expect("the binary runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, said) = check(&pipeline("weihai"));
    assert_eq!(status, Some(0), "{said}");
    let tmp = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp").arg("-r").arg(pipeline("weihai").join(".")).arg(tmp.path()).status().expect("cp runs");
    assert!(copied.success());
    let file = tmp.path().join("pipeline.toml");
    let text = std::fs::read_to_string(&file).expect("the pipeline");
    std::fs::write(&file, text.replace("\"2028-12-09\"", "\"2023-12-11\"")).expect("written");
    let (status, said) = check(tmp.path());
    assert_eq!(status, Some(1), "{said}");
    let line = said.lines().find(|l| l.starts_with("error: ")).expect("an error");
    assert!(line.contains("pipeline.toml:") && line.contains("the measure ended on 2023-12-11; write: "), "{line}");
    assert!(said.contains("promise: "), "{said}");
}

/// What a newcomer's folder may hold: a name with a hidden ending, a folder of old files, a file an
/// editor saved as GBK.
#[test]
fn check_tells_of_names_that_are_not_read_and_of_files_that_are_not_text() {
    let tmp = tempfile::tempdir().expect("a folder");
    let copied = Command::new("cp").arg("-r").arg(pipeline("weihai").join(".")).arg(tmp.path()).status().expect("cp runs");
    assert!(copied.success());
    let matters = tmp.path().join("matters");
    std::fs::create_dir(matters.join("old")).expect("a folder");
    std::fs::write(matters.join("gas.toml.txt"), "id = 1").expect("written");
    let check = || Command::new(env!("CARGO_BIN_EXE_jianwei")).arg("check").arg(tmp.path()).output().expect("the binary runs");
    let output = check();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("matters/gas.toml.txt:1: the file is not read") && said.contains("matters/old/:1: a folder in"),
        "{said}"
    );
    assert_eq!(said.matches("not verified").count(), 1, "{said}");
    let regions = std::fs::read_to_string(tmp.path().join("regions.toml")).expect("read");
    std::fs::write(tmp.path().join("regions.toml"), regions.replacen("[[region]]\n", "[[region]]\npopulation = 3\n", 1))
        .expect("written");
    std::fs::write(matters.join("lifts.toml"), b"name = \"\xb5\xe7\xcc\xdd\"\n").expect("written");
    let output = check();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "2 mistakes",
        "matters/lifts.toml:1: not UTF-8 text; write: ",
        "unknown key `population`",
        "gas.toml.txt:1: the file is not read",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
