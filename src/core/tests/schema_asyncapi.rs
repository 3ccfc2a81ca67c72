//! The AsyncAPI document is valid by AsyncAPI's own JSON Schema, and every file it points to is there.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read files")]

mod common;

use common::schemas_dir;
use jianwei_core::schema::{TOPICS, files};
use serde_json::Value;

fn official() -> Value {
    let path = schemas_dir().join("../tests/schemas/asyncapi-3.0.0.json.zst");
    let packed = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&zstd::bulk::decompress(&packed, 4 << 20).unwrap()).unwrap()
}

#[test]
fn the_document_is_valid_and_points_at_files_that_are_there() {
    let files = files();
    let document: Value = serde_json::from_str(&files["asyncapi.json"]).unwrap();
    let validator = jsonschema::validator_for(&official()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The validator does refuse what AsyncAPI refuses.
    let mut broken = document.clone();
    broken["operations"]["send_warnings"]["action"] = "shout".into();
    assert!(!validator.is_valid(&broken));

    let mut refs = Vec::new();
    collect_refs(&document, &mut refs);
    assert_eq!(refs.iter().filter(|r| r.starts_with("./")).count(), TOPICS.len());
    for reference in refs {
        match reference.strip_prefix("./") {
            Some(file) => assert!(files.contains_key(file), "{reference}"),
            None => assert!(document.pointer(&reference[1..]).is_some(), "{reference}"),
        }
    }
}

fn collect_refs(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            out.extend(object.get("$ref").and_then(Value::as_str).map(str::to_string));
            object.values().for_each(|v| collect_refs(v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| collect_refs(v, out)),
        _ => {}
    }
}
