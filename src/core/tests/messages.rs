//! Every message of the loader and of `check` stands in a test: the sources are read for the texts
//! they report, the tests for the words they expect.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may read sources; the core may not")]

use std::path::{Path, PathBuf};

/// Shortest piece of a message that counts as expected by a test.
const LEAST_CHARS: usize = 12;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => out.extend(files(&path)),
            false => out.push(path),
        }
    }
    out.sort();
    out
}

fn core() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The texts between quotes of a Rust source, with `\"` read as `"`.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut chars = source.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            '/' if chars.peek().is_some_and(|(_, next)| *next == '/') => {
                for (_, c) in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            // A character between single quotes; a lifetime has no second quote so near.
            '\'' if source[start + 1..].starts_with("\"'") => {
                chars.next();
            }
            '"' => {
                let mut text = String::new();
                while let Some((_, c)) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => text.extend(chars.next().map(|(_, c)| c)),
                        c => text.push(c),
                    }
                }
                out.push((start, text));
            }
            _ => {}
        }
    }
    out
}

/// What stands between the places of a message where something is put in.
fn fixed_pieces(message: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut inside = false;
    for c in message.chars() {
        match c {
            '{' => inside = true,
            '}' => {
                inside = false;
                pieces.push(String::new());
            }
            c if !inside => pieces.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    pieces
}

/// Whether the two share a run of characters as long as the shorter, or as `LEAST_CHARS`.
fn share(piece: &str, expected: &str) -> bool {
    let piece: Vec<char> = piece.chars().collect();
    let wanted = piece.len().min(expected.chars().count()).min(LEAST_CHARS);
    wanted >= 6 && piece.windows(wanted).any(|run| expected.contains(&run.iter().collect::<String>()))
}

/// The first text of each call that reports something, and of each `let message`.
fn messages(source: &str) -> Vec<String> {
    let texts = literals(source);
    let mut out = Vec::new();
    for call in ["file.report(", ".report(", "out.error(", "out.note(", "let message = ", "self.wrong("] {
        for (at, _) in source.match_indices(call) {
            let end = at + source[at..].find(';').unwrap_or(0);
            // The place comes first and has neither spaces nor a sentence.
            let message = texts.iter().find(|(start, text)| (at..end).contains(start) && text.contains(' '));
            out.extend(message.map(|(_, text)| text.clone()));
        }
    }
    out.sort();
    out.dedup();
    out
}

#[test]
fn every_message_is_expected_by_a_test() {
    let tests = ["pipeline_errors.rs", "language.rs", "check_findings.rs", "indicators.rs"];
    let tests: Vec<String> = tests.iter().map(|name| std::fs::read_to_string(core().join("tests").join(name)).unwrap()).collect();
    let expected: Vec<String> = tests.iter().flat_map(|text| literals(text)).map(|(_, text)| text).collect();
    let mut seen = 0;
    let mut missing = Vec::new();
    for path in files(&core().join("pipeline")) {
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for message in messages(source) {
            seen += 1;
            let pieces = fixed_pieces(&message);
            // What is put together from constants only has nothing to look for.
            let words = pieces.iter().any(|piece| piece.chars().count() >= 6);
            if words && !pieces.iter().any(|piece| expected.iter().any(|text| share(piece, text))) {
                missing.push(format!("{}: {message:?}", path.display()));
            }
        }
    }
    assert!(seen > 100, "only {seen} messages found: does the scan still fit the sources?");
    assert!(missing.is_empty(), "{} messages without a test: {missing:#?}", missing.len());
}
