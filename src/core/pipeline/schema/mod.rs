//! JSON Schemas of a pipeline's own files, for editors (taplo, VS Code). The tables in `tables.rs` say
//! what the loader reads; `tests/schema_editor.rs` holds the two equal.

mod tables;

use super::reader::{MAX_ITEMS, MAX_TEXT_CHARS};
use crate::domain::Level;
use serde_json::{Map, Value, json};

/// What a key holds.
pub(super) enum Kind {
    /// 1 to 500 characters.
    Text,
    /// A text that may be empty.
    Maybe,
    /// A text in one or both languages.
    Both,
    /// A text or a list of texts.
    Texts,
    /// a-z, 0-9 and -.
    Slug,
    /// `2012-07-04`.
    Date,
    /// A date or a list of dates.
    Dates,
    Bool,
    Whole(u32, u32),
    Number(f64, f64),
    /// One word of a closed list.
    Word(fn() -> Vec<&'static str>),
    /// One word of a closed list, or several.
    Words(fn() -> Vec<&'static str>),
    /// A number for each level, all four of them or some; from 0 to the bound.
    EachLevel(f64),
    SomeLevels(f64),
    Table(&'static Table),
    /// One table, or a list of them.
    Tables(&'static Table),
    /// The same, and not an empty list.
    SomeTables(&'static Table),
    /// A list of tables, only a list.
    Array(&'static Table),
    /// Keys are data, values texts.
    TextMap,
    /// Keys are data, values a text or a list of texts.
    TextsMap,
    /// Keys are data, values are maps of texts.
    TextMaps,
    /// Anything: a record's own fields.
    Row,
    /// A list of texts, only a list.
    List,
}

pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub en: &'static str,
    pub zh: &'static str,
}

/// A table of a file whose keys are known; others are mistakes.
pub(super) struct Table {
    pub name: &'static str,
    pub keys: &'static [Key],
    /// Of these keys, at least one.
    pub any_of: &'static [&'static str],
}

pub(super) enum Root {
    Table(&'static Table),
    /// Keys are data.
    TextsMap,
}

pub(super) struct File {
    /// Names the schema's file.
    pub name: &'static str,
    pub title: &'static str,
    pub root: Root,
}

/// The schemas by name, in the order of [`tables::FILES`].
pub fn editor_schemas() -> Vec<(&'static str, Value)> {
    tables::FILES.iter().map(|file| (file.name, schema(file))).collect()
}

fn schema(file: &File) -> Value {
    let mut defs = Map::new();
    let mut schema = match &file.root {
        Root::Table(root) => {
            let body = table(root, &mut defs);
            defs.remove(root.name);
            body
        }
        Root::TextsMap => kind(&Kind::TextsMap, &mut defs),
    };
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!(format!("{}.schema.json", file.name));
    schema["title"] = json!(file.title);
    if !defs.is_empty() {
        schema["$defs"] = Value::Object(defs);
    }
    schema
}

fn table(table: &Table, defs: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut property = kind(&key.kind, defs);
        let some = key.required || matches!(key.kind, Kind::SomeTables(_));
        if some && property["anyOf"][1]["type"] == "array" {
            property["anyOf"][1]["minItems"] = json!(1);
        }
        property["description"] = json!(format!("{}\n\n{}", key.en, key.zh));
        properties.insert(key.name.to_string(), property);
    }
    let required: Vec<&str> = table.keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut body = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    if !table.any_of.is_empty() {
        body["anyOf"] = table.any_of.iter().map(|name| json!({ "required": [name] })).collect();
    }
    body
}

fn reference(to: &'static Table, defs: &mut Map<String, Value>) -> Value {
    if !defs.contains_key(to.name) {
        let body = table(to, defs);
        defs.insert(to.name.to_string(), body);
    }
    json!({ "$ref": format!("#/$defs/{}", to.name) })
}

/// One value, or a list of them.
fn one_or_more(one: &Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one, "maxItems": MAX_ITEMS }] })
}

fn kind(kind: &Kind, defs: &mut Map<String, Value>) -> Value {
    let text = json!({ "type": "string", "maxLength": MAX_TEXT_CHARS, "pattern": r"\S" });
    let short = json!({ "type": "string", "maxLength": MAX_TEXT_CHARS });
    let date = json!({ "type": "string", "pattern": r"^\d{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])$" });
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    match kind {
        Kind::Text => text,
        Kind::Maybe => short,
        Kind::Both => reference_both(&text, defs),
        Kind::Texts => one_or_more(&short),
        Kind::Slug => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$" }),
        Kind::Date => date,
        Kind::Dates => one_or_more(&date),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Number(from, to) => json!({ "type": "number", "minimum": from, "maximum": to }),
        Kind::Word(words) => json!({ "enum": words() }),
        Kind::Words(words) => one_or_more(&json!({ "enum": words() })),
        Kind::EachLevel(to) => levels(*to, true),
        Kind::SomeLevels(to) => levels(*to, false),
        Kind::Table(to) => reference(to, defs),
        Kind::Tables(to) | Kind::SomeTables(to) => one_or_more(&reference(to, defs)),
        Kind::Array(of) => json!({ "type": "array", "items": reference(of, defs) }),
        Kind::TextMap => map(json!({ "type": "string" })),
        Kind::TextsMap => map(one_or_more(&short)),
        Kind::TextMaps => map(map(json!({ "type": "string" }))),
        Kind::Row => json!({ "type": "object" }),
        Kind::List => json!({ "type": "array", "items": { "type": "string" } }),
    }
}

fn levels(to: f64, all: bool) -> Value {
    let names = Level::ALL.map(Level::as_str);
    let number = json!({ "type": "number", "minimum": 0, "maximum": to });
    let properties: Map<String, Value> = names.iter().map(|n| (n.to_string(), number.clone())).collect();
    let mut body = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if all {
        body["required"] = json!(names);
    }
    body
}

fn reference_both(text: &Value, defs: &mut Map<String, Value>) -> Value {
    let languages = json!({
        "type": "object", "additionalProperties": false, "minProperties": 1,
        "properties": { "en": text, "zh": text },
    });
    defs.entry("both").or_insert(json!({ "anyOf": [text, languages] }));
    json!({ "$ref": "#/$defs/both" })
}
