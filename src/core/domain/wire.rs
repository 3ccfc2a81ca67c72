//! What values look like in a record as JSON, where the Rust type does not say it: stand-ins that the
//! schemas of input records are derived from.

use super::MAX_ID_BYTES;
use crate::intake::{MAX_LIST, MAX_OWN_ID_BYTES, MAX_SHORT_CHARS, MAX_TEXT_CHARS};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;

/// RFC 3339, or the local shapes of exports. What a pattern can't say (30 February) intake still refuses.
const TIME_PATTERN: &str = r"^\s*((19|2[01])\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)|(19|2[01])\d\d[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12]\d|3[01])([T ]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?)\s*$";

/// The schema of a time, for fields that hold milliseconds in Rust (`*_ms`).
pub(crate) fn time(description: Option<&Value>, required: bool) -> Value {
    let kinds = if required { json!("string") } else { json!(["string", "null"]) };
    let how = "RFC 3339, or local time of the realm (2026-03-02 08:30:00, 2026/3/2 8:30), or a date. Other forms of exports are read too (docs/design.md).";
    let said = description.and_then(Value::as_str).map_or_else(|| how.to_string(), |text| format!("{text} {how}"));
    json!({ "type": kinds, "pattern": TIME_PATTERN, "description": said })
}

/// A word of a closed list; the text before its synonyms is the one Jianwei writes.
pub(crate) fn words(description: &str, words: &[&str]) -> Schema {
    let mut schema = json_schema!({ "type": "string", "enum": words });
    if !description.is_empty() {
        schema.insert("description".into(), description.trim().into());
    }
    schema
}

macro_rules! stand_in {
    ($(#[doc = $doc:literal])* $name:ident = $schema:expr) => {
        $(#[doc = $doc])*
        pub(crate) enum $name {}

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

stand_in! {
    /// The record's own id.
    OwnId = json_schema!({
        "type": "string", "maxLength": MAX_OWN_ID_BYTES, "pattern": r"\S",
        "description": format!("The record's own id, at most {MAX_OWN_ID_BYTES} bytes."),
    })
}

stand_in! {
    /// An enterprise's id.
    EnterpriseId = json_schema!({
        "type": "string", "maxLength": MAX_ID_BYTES,
        "description": "The enterprise's id in the realm's scheme: in China its unified social credit code.",
    })
}

stand_in! {
    /// Free text.
    LongText = json_schema!({ "type": "string", "maxLength": MAX_TEXT_CHARS })
}

stand_in! {
    /// Several texts.
    TextList = json_schema!({
        "description": "A list of texts, or one text with ;, ； or 、 between them.",
        "type": ["array", "string"], "maxItems": MAX_LIST,
        "pattern": format!("^([^;；、]{{0,{MAX_SHORT_CHARS}}}[;；、])*[^;；、]{{0,{MAX_SHORT_CHARS}}}$"),
        "items": { "type": "string", "maxLength": MAX_SHORT_CHARS },
    })
}
