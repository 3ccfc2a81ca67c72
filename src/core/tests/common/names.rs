//! Labelled texts of Weihai: their directory, and what of a row is asked.

use jianwei_core::domain::Record;
use jianwei_core::intake::names::Asked;
use jianwei_core::intake::{Directory, decode};
use jianwei_core::pipeline::Model;
use serde_json::Value;

/// The firms of registries, each the text of its file.
pub fn directory<'a>(model: &Model, registries: impl IntoIterator<Item = &'a str>) -> Directory {
    let mut directory = Directory::default();
    directory.reindex(model);
    let source = model.source_of_topic("weihai.registry.enterprises").unwrap();
    for row in registries.into_iter().flat_map(|r| r.lines()).filter(|l| !l.is_empty()) {
        let Record::Enterprise(row) = decode(model, source, None, Some(row.as_bytes())).unwrap().record else { panic!("{row}") };
        directory.upsert(row);
    }
    directory
}

pub fn asked(row: &Value) -> Asked<'_> {
    let text = |field: &str| row[field].as_str();
    Asked {
        subject_name: text("subject_name"),
        title: text("title"),
        content: text("content"),
        address: text("address"),
        region: text("region"),
    }
}
