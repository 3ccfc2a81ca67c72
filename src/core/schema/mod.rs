//! Schemas of the records (JSON Schema 2020-12) and the AsyncAPI document, derived from the Rust types.
//! Pure: [`files`] gives texts by path; `jianwei schema` writes them.

mod asyncapi;
mod records;
mod topics;

pub use topics::{Carries, TOPICS, Topic};

use serde_json::Value;
use std::collections::BTreeMap;

/// Every generated file, by its path below `schemas/`.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for topic in TOPICS {
        files.insert(topic.file(), pretty(&topic.schema()));
    }
    files.insert("asyncapi.json".to_string(), pretty(&asyncapi::document()));
    for (name, schema) in crate::pipeline::editor_schemas() {
        files.insert(format!("editor/{name}.schema.json"), pretty(&schema));
    }
    files
}

fn pretty(value: &Value) -> String {
    // Maps of texts to values: writing them can't fail.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
