//! Every message of the loader and of `check`, and every remedy, is one that a broken file of these
//! tables really brought about: the sources are read for the texts they report, and each must fit,
//! from end to end, something that was told.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may read sources; the core may not")]

#[path = "../common/mod.rs"]
mod common;

mod beginners;
mod check_findings;
mod fixed;
mod keys;
mod language;
mod outcomes;
mod pipeline_errors;
mod scan;
mod tails;

use common::mistakes::{Told, told};
use common::{mini::mini, model, shipped};
use fixed::Fixed;
use jianwei_core::pipeline::{Bundle, BundleProblem};
use scan::Site;
use std::collections::BTreeSet;

/// What the tables bring about, whether or not their own tests ran before.
fn tell() -> BTreeSet<Told> {
    let tables: &[fn()] = &[
        beginners::lists_of_tables_written_with_one_bracket,
        beginners::names_that_are_not_read,
        beginners::organisations_without_matters,
        beginners::a_file_that_is_not_text_hides_nothing,
        beginners::two_words_in_one,
        check_findings::bases_nobody_verified_are_one_note,
        check_findings::conditions,
        check_findings::dates,
        check_findings::feeds_and_registries,
        check_findings::field_maps,
        check_findings::findings_are_bounded_and_in_order,
        check_findings::levels,
        check_findings::routes,
        keys::keys_of_conditions,
        keys::keys_of_figures,
        keys::keys_of_matters,
        keys::keys_of_names_and_expiry,
        keys::keys_of_peers,
        keys::keys_of_organisations_and_regions,
        keys::keys_of_the_realm,
        language::mistakes_are_told_with_what_to_write,
        outcomes::mistakes_in_outcomes,
        pipeline_errors::every_mistake_is_told_at_once,
        pipeline_errors::calendar_levels_duties_and_ladder,
        pipeline_errors::matters_and_conditions,
        pipeline_errors::more_than_is_allowed,
        pipeline_errors::organisations_and_regions,
        pipeline_errors::sources_and_maps,
        pipeline_errors::the_realm,
        pipeline_errors::without_matters_little_is_needed_and_what_is_there_must_be_right,
        tails::mistakes_in_tail_maps,
    ];
    tables.iter().for_each(|table| table());
    told()
}

/// What else the pipeline's part of the core says to people: promises, and bundles that do not fit.
fn said() -> Vec<String> {
    let mut out: Vec<String> = [mini(), shipped("indicators")].iter().flat_map(|bundle| model(bundle).promises()).collect();
    let mut no_series = mini();
    let gas = no_series.files.get_mut("matters/gas.toml").unwrap();
    *gas = gas.replace("[industry]\nperiods = [\"P1D\"]\ncount = { kind = \"ticket\" }\n", "");
    out.extend(model(&no_series).promises());
    let looking = |bundle: &Bundle| {
        let mut bundle = bundle.clone();
        let noise = bundle.files.get_mut("matters/noise.toml").unwrap();
        *noise = noise.replacen("[[match]]", "[industry]\nindicators = [\"pork\", \"eggs\"]\nfalling = \"pork\"\n\n[[match]]", 1);
        model(&bundle).promises()
    };
    let [counts, none] = [&mini(), &no_series].map(looking);
    assert!(counts[0].contains(" series, ") && counts[4].starts_with("2 indicators share these promises"), "{counts:?}");
    assert!(none[0].starts_with("2 indicators, no records counted: 120 blue, 36 yellow, "), "{none:?}");
    assert!(none.iter().any(|line| line.starts_with("none for firms: ")), "{none:?}");
    out.extend(counts.into_iter().chain(none));
    out.extend(tails::promises());
    out.extend(tails::rests_on(&out));
    let mut seed = 1u32;
    let noise = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + (seed >> 24) as u8 % 90)
    };
    let large = Bundle { files: [("a".to_string(), (0..1_000_000).map(noise).collect())].into() };
    assert!(matches!(large.pack(), Err(BundleProblem::TooLarge { .. })));
    out.push(large.pack().unwrap_err().to_string());
    out.push(Bundle::unpack(b"torn").unwrap_err().to_string());
    let found = common::mistakes::problems(&Bundle::default());
    out.extend(found.iter().map(ToString::to_string));
    out
}

#[test]
fn every_message_and_every_remedy_is_brought_about() {
    let (told, said) = (tell(), said());
    let (sites, texts) = scan::read();
    let mut missing = Vec::new();
    let fits = |site: &Site, told: &Told, message: &Fixed, write: &Fixed| {
        site.kind.is_none_or(|kind| kind == told.kind) && message.fits(&told.message) && write.fits(&told.write)
    };
    for site in &sites {
        for message in &site.messages {
            if !told.iter().any(|t| site.writes.iter().any(|write| fits(site, t, message, write))) {
                missing.push(format!("{}: message {message}", site.place));
            }
        }
        for write in &site.writes {
            if !told.iter().any(|t| site.messages.iter().any(|message| fits(site, t, message, write))) {
                let messages: Vec<String> = site.messages.iter().map(ToString::to_string).collect();
                missing.push(format!("{}: remedy {write} of {}", site.place, messages.join(" | ")));
            }
        }
    }
    for (place, text) in &texts {
        let told = told.iter().flat_map(|t| [&t.message, &t.write]).chain(&said).any(|t| text.fits(t));
        if !told {
            missing.push(format!("{place}: text {text}"));
        }
    }
    assert!(sites.len() > 200, "only {} places found: does the scan still fit the sources?", sites.len());
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "{} texts nothing brings about:\n{}", missing.len(), missing.join("\n"));
}

/// The scan sees what it should: a text no table brings about would be told.
#[test]
fn a_text_that_is_not_brought_about_is_seen() {
    let source = r#"
        fn look(file: &File, n: usize) {
            let write = if n > 1 { "one of them" } else { "the \"other\"" };
            file.report(0, format!("{n} of {{these}}, {:?} too", name), write);
            table.missing("key", "key = 1");
            help(n, "a text by the way");
            out.note(at, "look", advice(n));
        }
        fn advice(n: usize) -> String {
            if n > 1 { format!("{n} of them") } else { "this one".to_string() }
        }
    "#;
    let (sites, texts) = scan::source("x.rs", source);
    let found: Vec<String> = sites
        .iter()
        .map(|s| {
            format!(
                "{:?} {} / {}",
                s.kind,
                s.messages[0],
                s.writes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "Some(\"problem\") [..] of {these}, \"[..]\" too / one of them | the \"other\"",
            "Some(\"problem\") `key` is missing / key = 1",
            "Some(\"note\") look / [..] of them | this one",
        ]
    );
    assert_eq!(
        texts.iter().map(|(_, text)| text.to_string()).collect::<Vec<_>>(),
        ["a text by the way", "[..] of them", "this one"]
    );
    let message = &sites[0].messages[0];
    assert!(message.fits("3 of {these}, \"x\" too"));
    for other in ["3 of {these}, x too", "3 of {these}, \"x\" too many", "of {these}, \"x\"", "3 of {those}, \"x\" too"] {
        assert!(!message.fits(other), "{other}");
    }
}
