//! Every walkthrough of docs/walkthroughs does what it says, in a folder of its own: its files are
//! written, its commands run, and the output it shows must come.
//!
//! A fenced block says by its first line what it is:
//!
//! - `sh`: commands; all must succeed. `sh fails`: the last one must not.
//! - `text`: lines of what the commands before it printed, in this order; others may stand between
//!   them, and `...` within a line is anything.
//! - `LANGUAGE file=PATH`, `LANGUAGE append=PATH`: the block becomes the file, or its end.
//! - anything else is for reading only.

use std::io::Write;
use std::path::Path;
use std::process::Command;

struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in markdown.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.to_string(), text: String::new(), line: index + 1 }),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A folder as a clone has it after `make build`, as far as walkthroughs need it.
fn clone_in(folder: &Path) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(folder.join("target/release")).expect("a folder");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_jianwei"), folder.join("target/release/jianwei")).expect("a link");
    std::os::unix::fs::symlink(repository.join("pipelines"), folder.join("pipelines")).expect("a link");
}

fn run_commands(folder: &Path, commands: &str) -> (bool, String) {
    let output = Command::new("sh")
        .args(["-eu", "-c", &format!("exec 2>&1\n{commands}")])
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("sh runs");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a line is what a walkthrough shows; `...` is anything.
fn is_as_shown(line: &str, shown: &str) -> bool {
    let Some((start, rest)) = shown.split_once("...") else { return line == shown };
    let (middle, end) = rest.rsplit_once("...").unwrap_or(("", rest));
    let inner = line.strip_prefix(start).and_then(|line| line.strip_suffix(end));
    inner.is_some_and(|mut inner| {
        middle.split("...").all(|part| match inner.split_once(part) {
            Some((_, after)) => {
                inner = after;
                true
            }
            None => false,
        })
    })
}

fn missing_line<'a>(output: &str, shown: &'a str) -> Option<&'a str> {
    let mut lines = output.lines();
    shown.lines().find(|shown| *shown != "..." && !lines.any(|line| is_as_shown(line, shown)))
}

fn walk(name: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/walkthroughs").join(name);
    let blocks = blocks(&std::fs::read_to_string(&path).expect("the walkthrough"));
    let folder = tempfile::tempdir().expect("a folder");
    clone_in(folder.path());
    let mut output = String::new();
    let mut shown = 0;
    for Block { info, text, line } in &blocks {
        let here = format!("{name}:{line}");
        match info.split_once(' ').unwrap_or((info, "")) {
            ("sh", how) => {
                let (well, said) = run_commands(folder.path(), text);
                assert_eq!(well, how != "fails", "{here}: {said}");
                output = said;
            }
            ("text", "") => {
                if let Some(line) = missing_line(&output, text) {
                    panic!("{here}: no line {line:?} in its place in:\n{output}");
                }
                shown += 1;
            }
            (_, place) => write_block(folder.path(), place, text),
        }
    }
    assert!(shown >= 3, "{name} shows what its commands print");
    blocks
}

fn write_block(folder: &Path, place: &str, text: &str) {
    let Some((how, path)) = place.split_once('=') else { return };
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut file = std::fs::OpenOptions::new();
    match how {
        "file" => file.create(true).truncate(true).write(true),
        "append" => file.append(true),
        other => panic!("no way to write called {other:?}"),
    };
    file.open(&path).and_then(|mut file| file.write_all(text.as_bytes())).unwrap_or_else(|e| panic!("{path:?}: {e}"));
}

#[test]
fn add_an_organisation() {
    walk("add-an-organisation.md");
}

#[test]
fn add_a_matter() {
    walk("add-a-matter.md");
}

#[test]
fn add_a_feed() {
    walk("add-a-feed.md");
}

#[test]
fn another_city_takes_less_than_a_hundred_lines() {
    let blocks = walk("another-city.md");
    let rules = |b: &&Block| b.info.starts_with("toml file=") && !b.info.contains("/tests/");
    let lines: usize = blocks.iter().filter(rules).map(|b| b.text.lines().count()).sum();
    assert!((30..100).contains(&lines), "{lines} lines");
}

/// The language page reads the city's own files aloud: what it quotes stands there.
#[test]
fn the_tour_quotes_the_city() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/pipelines.md", "docs/pipelines.zh-CN.md"] {
        let text = std::fs::read_to_string(repository.join(page)).expect("the page");
        let mut quoted = 0;
        for block in blocks(&text) {
            let Some((_, file)) = block.info.split_once(" from=") else { continue };
            let city = std::fs::read_to_string(repository.join(file)).expect("the file it quotes");
            assert!(city.contains(&block.text), "{page}:{}: {file} has no\n{}", block.line, block.text);
            quoted += 1;
        }
        assert!(quoted >= 10, "{page} quotes {quoted} blocks");
    }
}

#[test]
fn shown_lines_are_compared_as_said() {
    for (line, shown, same) in [
        ("ok a: b", "ok a: b", true),
        ("ok a: b", "ok a: c", false),
        ("ok a: b!", "ok a: b", false),
        ("realm x: 3 matters, hash 12ab", "realm x: 3 matters, ...", true),
        ("realm x: 3 matters, hash 12ab", "realm ...: 3 matters, hash ...b", true),
        ("realm x: 3 matters, hash 12ab", "realm ... matters", false),
    ] {
        assert_eq!(is_as_shown(line, shown), same, "{line:?} {shown:?}");
    }
    assert_eq!(missing_line("a\nb\nc\n", "a\nc\n"), None);
    assert_eq!(missing_line("a\nb\nc\n", "c\na\n"), Some("a"), "in this order");
}
