//! The shipped pipelines load; no text, however broken, makes loading panic.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::mini;
use common::shipped;
use jianwei_core::pipeline::{Bundle, load};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

#[test]
fn the_shipped_pipelines_are_right_and_fit_an_entry() {
    for name in ["weihai", "chicago", "indicators"] {
        let bundle = shipped(name);
        let model = load(&bundle).unwrap_or_else(|p| panic!("{name}: {p:#?}"));
        assert_eq!(model.realm, name);
        assert_eq!(Bundle::unpack(&bundle.pack().unwrap()).unwrap(), bundle);
    }
    assert!(load(&mini()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_makes_loading_panic(
        file in 0usize..5, place in any::<prop::sample::Index>(), length in 0usize..40,
        instead in prop_oneof![
            "\\PC{0,20}", "[\\[\\]{}=\"',.\n a-z0-9-]{0,30}",
            Just("\u{0}".to_string()), Just("9e999".to_string()), Just("-9223372036854775809".to_string()),
        ],
    ) {
        let mut bundle = mini();
        let text = bundle.files.values_mut().nth(file).unwrap();
        let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
        let start = floor(place.index(text.len()));
        let end = floor((start + length).min(text.len())).max(start);
        text.replace_range(start..end, &instead);
        for problem in load(&bundle).err().unwrap_or_default() {
            let lines = bundle.files[&problem.file].lines().count();
            prop_assert!(problem.line >= 1 && problem.line <= lines + 1, "{}", problem);
            prop_assert!(!problem.message.is_empty() && !problem.write.is_empty());
        }
    }

    #[test]
    fn no_bytes_make_loading_or_unpacking_panic(texts in prop::collection::vec(any::<String>(), 5), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let names = ["pipeline.toml", "regions.toml", "organisations.toml", "matters/gas.toml", "matters/../odd.toml"];
        let files = names.map(str::to_string).into_iter().zip(texts).collect();
        let bundle = Bundle { files };
        prop_assert!(load(&bundle).is_err());
        prop_assert!(Bundle::unpack(&bytes).is_err());
    }
}
