//! The schema of one record type.
//!
//! Input types hold what intake made of a record; this file turns their schemas back into what a feed
//! writes. A record the schema takes is read without a flag for a value's shape. Intake is kinder than
//! the schema in a few named ways (numbers written as text, white space around words, ...);
//! `tests/schema_inputs.rs` lists them.

use crate::domain::*;
use crate::intake::MAX_SHORT_CHARS;
use crate::journal::Reason;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The first sentence of every input schema's description is the type's own; this follows.
const LENIENT: &str = "Fields that are not named here are ignored. A null or an empty text is the same as no field. \
    An optional value that can't be read becomes null and a flag; a required one makes the record a dead letter.";

/// Properties of output records that hold a time.
const TIMES: [&str; 8] = ["at", "event_time", "raised_at", "updated_at", "due_at", "sent_at", "as_of", "last_inspected"];

pub(super) fn output<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value();
    each_object(&mut schema, &mut |object| {
        plain_numbers(object);
        for (name, property) in properties(object) {
            if TIMES.contains(&name.as_str()) {
                property["format"] = json!("date-time");
            }
        }
    });
    schema
}

pub(super) fn input<T: JsonSchema>() -> Value {
    let mut schema = fields::<T>();
    let said = schema["description"].as_str().unwrap_or_default();
    schema["description"] = json!(format!("{said} {LENIENT}").trim());
    schema
}

/// The schema of a record as a feed writes it.
fn fields<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>().to_value();
    each_object(&mut schema, &mut |object| {
        plain_numbers(object);
        times(object);
        texts(object);
    });
    schema
}

/// A time is a field in milliseconds in Rust (`at_ms`), a text in the record (`at`).
fn times(object: &mut Map<String, Value>) {
    let mut required = names(object, "required");
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        let in_ms: Vec<String> = properties.keys().filter(|name| name.ends_with("_ms")).cloned().collect();
        for name in in_ms {
            let Some(property) = properties.remove(&name) else { continue };
            let wire = name.trim_end_matches("_ms").to_string();
            let place = required.iter_mut().find(|r| **r == name);
            properties.insert(wire.clone(), wire::time(property.get("description"), place.is_some()));
            if let Some(place) = place {
                *place = wire;
            }
        }
    }
    if !required.is_empty() {
        object.insert("required".into(), json!(required));
    }
}

/// Texts are bounded; required ones are not blank.
fn texts(object: &mut Map<String, Value>) {
    let required = names(object, "required");
    for (name, property) in properties(object) {
        let is_text = property["type"] == "string" || property["type"] == json!(["string", "null"]);
        let Value::Object(property) = property else { continue };
        if !is_text || property.contains_key("enum") || property.contains_key("const") {
            continue;
        }
        if !property.contains_key("pattern") {
            property.entry("maxLength").or_insert(json!(MAX_SHORT_CHARS));
            if required.contains(name) {
                property.insert("pattern".into(), json!(r"\S"));
            }
        }
    }
}

/// Formats that name Rust's widths say nothing to others.
fn plain_numbers(object: &mut Map<String, Value>) {
    if object.get("format").and_then(Value::as_str).is_some_and(|f| f.starts_with(['u', 'i', 'd', 'f']) && f != "date-time") {
        object.remove("format");
    }
}

fn names(object: &Map<String, Value>, key: &str) -> Vec<String> {
    let items = object.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_string).collect()
}

fn properties(object: &mut Map<String, Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
}

/// Calls `change` for the schema and every schema in it.
fn each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            change(object);
            object.values_mut().for_each(|v| each_object(v, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|v| each_object(v, change)),
        _ => {}
    }
}

pub(super) fn ticket() -> Value {
    let mut schema = input::<Ticket>();
    let has = |field: &str| json!({ "required": [field], "properties": { field: { "type": "string", "pattern": r"\S" } } });
    schema["anyOf"] = json!([has("content"), has("category")]);
    schema
}

pub(super) fn sector() -> Value {
    let kinds = [
        (RecordKind::Inspection, fields::<Inspection>()),
        (RecordKind::Penalty, fields::<Penalty>()),
        (RecordKind::Permit, fields::<Permit>()),
        (RecordKind::Credit, fields::<Credit>()),
        (RecordKind::Indicator, fields::<Indicator>()),
        (RecordKind::Observation, fields::<Observation>()),
        (RecordKind::Alarm, fields::<Alarm>()),
    ];
    let one_of = kinds.into_iter().map(|(kind, mut schema)| {
        schema["properties"]["kind"] = json!({ "const": kind.as_str() });
        let mut required = vec![json!("kind")];
        required.extend(schema["required"].as_array().cloned().unwrap_or_default());
        schema["required"] = json!(required);
        if let Value::Object(object) = &mut schema {
            object.remove("$schema");
        }
        schema
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": format!("A record of a sector; `kind` says which. An unknown kind is a dead letter. {LENIENT}"),
        "type": "object",
        "required": ["kind"],
        "oneOf": one_of.collect::<Vec<_>>(),
    })
}

pub(super) fn control() -> Value {
    let mut schema = input::<Control>();
    schema["description"] = json!(format!(
        "What only a named person may decide about the rules themselves. The matter must be one of the pipeline's. {LENIENT}"
    ));
    schema
}

/// The value of a dead letter is the source record's own bytes: only the headers have a form.
pub(super) fn dead_letter() -> Value {
    let reasons: Vec<&str> = Reason::ALL.iter().map(|r| r.as_str()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "Headers of a dead letter: key and value are the source record's own bytes, unchanged, or both null.",
        "type": "object",
        "required": ["jianwei_realm", "jianwei_topic", "jianwei_reason"],
        "properties": {
            "jianwei_realm": { "type": "string" },
            "jianwei_topic": { "type": "string", "description": "The topic the record was read from." },
            "jianwei_reason": { "type": "string", "enum": reasons },
            "jianwei_field": { "type": "string", "description": "The field that could not be read." },
            "jianwei_cut_from_bytes": {
                "type": "string", "pattern": "^[0-9]+$",
                "description": "Only where the value was too long and was cut: how many bytes it had.",
            },
            "jianwei_redriven_from": {
                "type": "string",
                "description": "Only where the record had been sent again by `jianwei redrive` and failed once more: the dead letter, or the source record, that it was.",
            },
            "jianwei_redacted": {
                "type": "string", "pattern": "^[0-9]+$",
                "description": "Only where the pipeline redacts dead letters: key and value are null; how many bytes the value had.",
            },
        },
    })
}
