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
    /// The same, and not an empty list.
    SomeWords(fn() -> Vec<&'static str>),
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

/// Draft 7, without an id and with `definitions`: what taplo reads.
fn schema(file: &File) -> Value {
    let mut definitions = Map::new();
    let mut schema = match &file.root {
        Root::Table(root) => {
            let body = table(root, &mut definitions);
            definitions.remove(root.name);
            body
        }
        Root::TextsMap => kind(&Kind::TextsMap, &mut definitions),
    };
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(file.title);
    schema["type"] = json!("object");
    if !definitions.is_empty() {
        schema["definitions"] = Value::Object(definitions);
    }
    schema
}

/// What an object must be; of other values it says nothing, so that one or more tables share it.
fn table(table: &Table, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut property = kind(&key.kind, definitions);
        let some = key.required || matches!(key.kind, Kind::SomeTables(_) | Kind::SomeWords(_));
        if some && property.get("items").is_some() {
            property["minItems"] = json!(1);
        }
        property["description"] = json!(format!("{}\n\n{}", key.en, key.zh));
        properties.insert(key.name.to_string(), property);
    }
    let required: Vec<&str> = table.keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut body = json!({ "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    if !table.any_of.is_empty() {
        body["anyOf"] = table.any_of.iter().map(|name| json!({ "required": [name] })).collect();
    }
    body
}

/// All that a definition says; beside a bare `$ref` draft 7 would ignore a description.
fn reference(to: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(to.name) {
        let body = table(to, definitions);
        definitions.insert(to.name.to_string(), body);
    }
    json!([{ "$ref": format!("#/definitions/{}", to.name) }])
}

fn kind(kind: &Kind, definitions: &mut Map<String, Value>) -> Value {
    let filled = r"\S";
    let text = json!({ "type": "string", "maxLength": MAX_TEXT_CHARS, "pattern": filled });
    let short = json!({ "type": "string", "maxLength": MAX_TEXT_CHARS });
    let date = r"^\d{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])$";
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    // One value or a list of them, so written that an editor shows which part is wrong.
    let texts = json!({ "type": ["string", "array"], "maxLength": MAX_TEXT_CHARS, "items": short, "maxItems": MAX_ITEMS });
    match kind {
        Kind::Text => text,
        Kind::Maybe => short,
        Kind::Both => json!({
            "type": ["string", "object"], "maxLength": MAX_TEXT_CHARS, "pattern": filled,
            "additionalProperties": false, "minProperties": 1, "properties": { "en": text, "zh": text },
        }),
        Kind::Texts => texts,
        Kind::Slug => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$" }),
        Kind::Date => json!({ "type": "string", "pattern": date }),
        Kind::Dates => json!({ "type": ["string", "array"], "pattern": date, "items": { "type": "string", "pattern": date } }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Number(from, to) => json!({ "type": "number", "minimum": from, "maximum": to }),
        Kind::Word(words) => json!({ "type": "string", "enum": words() }),
        Kind::Words(words) | Kind::SomeWords(words) => {
            let word = json!({ "type": "string", "enum": words() });
            json!({ "if": { "type": "string" }, "then": word, "type": ["string", "array"], "items": word })
        }
        Kind::EachLevel(to) => levels(*to, true),
        Kind::SomeLevels(to) => levels(*to, false),
        Kind::Table(to) => json!({ "type": "object", "allOf": reference(to, definitions) }),
        Kind::Tables(to) | Kind::SomeTables(to) => {
            let of = reference(to, definitions);
            json!({ "type": ["object", "array"], "allOf": of, "items": { "type": "object", "allOf": of }, "maxItems": MAX_ITEMS })
        }
        Kind::Array(to) => json!({ "type": "array", "items": { "type": "object", "allOf": reference(to, definitions) } }),
        Kind::TextMap => map(json!({ "type": "string" })),
        Kind::TextsMap => map(texts),
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
