//! Who is meant, against the labelled texts of `tests/attribution`: found, missed, wrongly accused, by kind.
//! `JIANWEI_SHOW=third` prints each text of that part that went wrong, `JIANWEI_SHOW=1` those of all parts but the sealed.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests may do what the core may not"
)]

mod common;

use common::names::{asked, directory};
use jianwei_core::intake::names::attribute;
use jianwei_core::intake::{Directory, decode, resolve};
use jianwei_core::pipeline::Model;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Default, Clone)]
struct Tally {
    texts: u32,
    /// Texts that accuse someone, and those of them whose first accused was found.
    accusing: u32,
    found: u32,
    /// Others accused too, and found.
    secondary: u32,
    secondary_found: u32,
    /// Texts that ask to abstain, and those where nobody was named.
    abstain: u32,
    abstained: u32,
    /// Texts where somebody was named whom the label forbids.
    must_not: u32,
    /// Enterprises named, and those of them the label has.
    named: u32,
    right: u32,
}

fn ids(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_string)).collect()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect()
}

const FIRST: &str = include_str!("../../../tests/attribution/registry.ndjson");
const SECOND: &str = include_str!("../../../tests/attribution/registry2.ndjson");

const OF_C: &str = include_str!("../../../tests/attribution/sealed/c/registry.ndjson");
const OF_D: &str = include_str!("../../../tests/attribution/sealed/d/registry.ndjson");
const OF_E: &str = include_str!("../../../tests/attribution/sealed/e/registry.ndjson");
const OF_F: &str = include_str!("../../../tests/attribution/sealed/f/registry.ndjson");

/// The parts nobody who changes the code looks at.
const SEALED: [&str; 6] = ["fourth part", "seventh part", "sealed c", "sealed d", "sealed e", "sealed f"];

fn judge(model: &Model, directory: &Directory, texts: &str, show: bool) -> BTreeMap<String, Tally> {
    let mut by_kind: BTreeMap<String, Tally> = BTreeMap::new();
    let source = model.source_of_topic("weihai.hotline.tickets").unwrap();
    for row in rows(texts) {
        let label = &row["label"];
        let mut decoded = decode(model, source, None, Some(row.to_string().as_bytes())).unwrap();
        let fact = resolve(model, directory, &mut decoded).into_text().unwrap_or_else(|| panic!("{row}"));
        let got = fact.evidence.subject.as_ref().map(|s| s.id.clone());
        let others: Vec<String> = fact.secondary.iter().map(|n| n.attribution.id.clone()).collect();
        let primary = label["primary"].as_str().map(str::to_string);
        let (secondary, must_not, candidates) = (ids(&label["secondary"]), ids(&label["must_not"]), ids(&label["candidates"]));
        let mut wrong = Vec::new();
        for tally in ["all", label["kind"].as_str().unwrap()].map(|k| k.to_string()) {
            let tally = by_kind.entry(tally).or_default();
            tally.texts += 1;
            let named: Vec<&String> = got.iter().chain(&others).collect();
            let allowed = |id: &&&String| {
                primary.as_ref() == Some(**id) || secondary.contains(id) || candidates.contains(id) && !must_not.contains(id)
            };
            tally.named += named.len() as u32;
            tally.right += named.iter().filter(allowed).count() as u32;
            if let Some(wanted) = &primary {
                tally.accusing += 1;
                let found = got.as_ref() == Some(wanted) || got.as_ref().is_some_and(|g| candidates.contains(g));
                tally.found += u32::from(found);
                if !found {
                    wrong.push("missed");
                }
            }
            tally.secondary += secondary.len() as u32;
            tally.secondary_found += secondary.iter().filter(|id| named.contains(id)).count() as u32;
            if !secondary.iter().all(|id| named.contains(&id)) {
                wrong.push("secondary missed");
            }
            if label["abstain"].as_bool() == Some(true) {
                tally.abstain += 1;
                tally.abstained += u32::from(named.is_empty());
                if !named.is_empty() {
                    wrong.push("named");
                }
            }
            if named.iter().any(|id| must_not.contains(id)) {
                tally.must_not += 1;
                wrong.push("MUST NOT");
            }
        }
        if show && !wrong.is_empty() {
            let name = |id: &String| directory.get(id).and_then(|r| r.name.clone()).unwrap_or_else(|| id.clone());
            wrong.dedup();
            for m in attribute(model, directory, asked(&row)).mentions {
                let named = m.named.as_ref().map(|a| (name(&a.id), a.method, a.confidence.0));
                println!(
                    "   - {} {:?} {} {named:?} {:?}",
                    m.text,
                    m.role,
                    m.plainly,
                    m.candidates.iter().map(name).collect::<Vec<_>>()
                );
            }
            println!(
                "{} {} {wrong:?}\n   {} | {} | {}\n   got {:?} + {:?}, candidates {:?}\n   wanted {:?} + {:?}",
                row["ticket_no"],
                label["kind"],
                row["title"],
                row["content"],
                row["region"],
                got.as_ref().map(name),
                others.iter().map(name).collect::<Vec<_>>(),
                fact.evidence.candidates.iter().map(name).collect::<Vec<_>>(),
                primary.as_ref().map(name),
                secondary.iter().map(name).collect::<Vec<_>>(),
            );
        }
    }
    by_kind
}

fn print(half: &str, by_kind: &BTreeMap<String, Tally>) {
    println!("{half}\nkind | texts | found | secondary | abstained | must not named | named right");
    for (kind, t) in by_kind {
        println!(
            "{kind} | {} | {}/{} | {}/{} | {}/{} | {} | {}/{}",
            t.texts, t.found, t.accusing, t.secondary_found, t.secondary, t.abstained, t.abstain, t.must_not, t.right, t.named
        );
    }
}

#[test]
fn the_labelled_texts() {
    let model = common::model(&common::shipped("weihai"));
    // Least share of first accused found, in percent, and most texts in which somebody was named wrongly:
    // as measured, so that no change makes it much worse unseen.
    let parts = [
        ("first part", vec![FIRST], include_str!("../../../tests/attribution/first.ndjson"), 99, 0),
        ("second part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/second.ndjson"), 91, 1),
        ("third part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/third.ndjson"), 94, 1),
        ("fourth part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/fourth.ndjson"), 90, 0),
        ("fifth part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/fifth.ndjson"), 89, 0),
        ("sixth part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/sixth.ndjson"), 97, 0),
        ("seventh part", vec![FIRST, SECOND], include_str!("../../../tests/attribution/seventh.ndjson"), 89, 2),
        ("sealed c", vec![OF_C], include_str!("../../../tests/attribution/sealed/c/texts.ndjson"), 93, 1),
        ("sealed d", vec![OF_D], include_str!("../../../tests/attribution/sealed/d/texts.ndjson"), 87, 4),
        ("sealed e", vec![OF_E], include_str!("../../../tests/attribution/sealed/e/texts.ndjson"), 91, 4),
        ("sealed f", vec![OF_F], include_str!("../../../tests/attribution/sealed/f/texts.ndjson"), 93, 0),
        // Turns of phrase that named somebody wrongly, written beside the code: no measure of unseen texts.
        ("turns of phrase", vec![FIRST, SECOND], include_str!("../../../tests/attribution/phrases/phrases.ndjson"), 100, 0),
    ];
    let asked_for = std::env::var("JIANWEI_SHOW").ok();
    let mut falls_short = false;
    for (part, registries, texts, least_percent, most_wrong) in parts {
        let show =
            asked_for.as_ref().is_some_and(|asked| part.starts_with(asked.as_str()) || asked == "1" && !SEALED.contains(&part));
        let by_kind = judge(&model, &directory(&model, registries), texts, show);
        print(part, &by_kind);
        let all = &by_kind["all"];
        falls_short |= all.must_not > most_wrong || all.found * 100 < all.accusing * least_percent;
    }
    assert!(!falls_short, "see the tables");
}
