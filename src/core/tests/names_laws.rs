//! Laws of the index of names: after any changes it is the one a new build makes; arbitrary text neither
//! stops it nor makes it name anybody outside the directory.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use jianwei_core::domain::{EnterpriseRow, Record};
use jianwei_core::intake::names::{Answer, Asked, MAX_CANDIDATES, MAX_MENTIONS, MAX_SECONDARY, attribute};
use jianwei_core::intake::{Directory, MAX_TEXT_CHARS, decode};
use jianwei_core::pipeline::Model;
use proptest::prelude::*;
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(|| common::model(&common::shipped("weihai")));
static ROWS: LazyLock<Vec<EnterpriseRow>> = LazyLock::new(|| {
    let source = MODEL.source_of_topic("weihai.registry.enterprises").unwrap();
    let read = |line: &str| match decode(&MODEL, source, None, Some(line.as_bytes())).unwrap().record {
        Record::Enterprise(row) => row,
        other => panic!("{other:?}"),
    };
    include_str!("../../../tests/attribution/registry.ndjson").lines().filter(|l| !l.is_empty()).map(read).collect()
});
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rows = include_str!("../../../tests/attribution/first.ndjson").lines();
    rows.map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["content"].as_str().unwrap().to_string()).collect()
});

fn fresh() -> Directory {
    let mut directory = Directory::default();
    directory.reindex(&MODEL);
    directory
}

fn ask(directory: &Directory, text: &str) -> Answer {
    attribute(&MODEL, directory, Asked { content: Some(text), ..Asked::default() })
}

#[derive(Debug, Clone)]
enum Change {
    Put(usize),
    /// The row under the name, former names and aliases of another.
    Rename(usize, usize),
    /// The row merged into another, or into itself.
    Merge(usize, usize),
    Remove(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..100usize).prop_map(Change::Put),
        2 => (0..100usize, 0..100usize).prop_map(|(a, b)| Change::Rename(a, b)),
        2 => (0..100usize, 0..100usize).prop_map(|(a, b)| Change::Merge(a, b)),
        2 => (0..100usize).prop_map(Change::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn changes_and_a_rebuild_agree(changes in prop::collection::vec(change(), 1..250)) {
        let mut changed = fresh();
        for change in &changes {
            match *change {
                Change::Put(n) => changed.upsert(ROWS[n].clone()),
                Change::Rename(n, like) => {
                    let EnterpriseRow { name, former_names, aliases, parent, branch, .. } = ROWS[like].clone();
                    changed.upsert(EnterpriseRow { name, former_names, aliases, parent, branch, ..ROWS[n].clone() });
                }
                Change::Merge(n, into) => {
                    changed.upsert(EnterpriseRow { merged_into: Some(ROWS[into].id.clone()), ..ROWS[n].clone() });
                }
                Change::Remove(n) => changed.remove(&ROWS[n].id),
            }
        }
        // As a restart reads it: the rows, and what is built from them.
        let kept = serde_json::to_string(&changed).unwrap();
        let mut rebuilt: Directory = serde_json::from_str(&kept).unwrap();
        rebuilt.reindex(&MODEL);
        for row in ROWS.iter() {
            prop_assert_eq!(changed.stands_for(&row.id), rebuilt.stands_for(&row.id), "{}", row.id);
        }
        for text in TEXTS.iter().step_by(7) {
            prop_assert_eq!(ask(&changed, text), ask(&rebuilt, text), "{}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(common::fuzz_cases(100)))]

    #[test]
    fn any_text_is_answered_within_bounds(parts in prop::collection::vec(prop_oneof![
        any::<String>(),
        (0..100usize).prop_map(|n| ROWS[n].name.clone().unwrap_or_default()),
        (0..100usize).prop_map(|n| ROWS[n].aliases.first().cloned().unwrap_or_default()),
        prop::sample::select(vec!["有限责任公司", "有限公司", "投诉", "不是", "旁边", "（", "店", "我是", "员工", "\u{200b}", "，", "。",
            "物业", "店家", "他们", "被", "让一个", "隔壁那家", "投诉的是", "不退", "对面", "要求", "“", "”"]).prop_map(String::from),
    ], 0..40), often in prop_oneof![8 => Just(1usize), 1 => 2..100usize]) {
        static ALL: LazyLock<Directory> = LazyLock::new(|| {
            let mut directory = fresh();
            ROWS.iter().for_each(|row| directory.upsert(row.clone()));
            directory
        });
        // Now and then up to the bound of a text.
        let text: String = parts.concat().repeat(often).chars().take(MAX_TEXT_CHARS).collect();
        let answer = ask(&ALL, &text);
        prop_assert!(answer.mentions.len() <= MAX_MENTIONS && answer.secondary.len() <= MAX_SECONDARY);
        prop_assert!(answer.candidates.len() <= MAX_CANDIDATES);
        let chars: Vec<char> = text.chars().collect();
        for mention in &answer.mentions {
            let piece: String = chars[mention.span.from as usize..mention.span.to as usize].iter().collect();
            prop_assert_eq!(&piece, &mention.text);
        }
        for named in answer.subject.iter().chain(&answer.secondary) {
            prop_assert!(ALL.get(&named.attribution.id).is_some());
        }
    }
}
