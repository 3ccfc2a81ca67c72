//! The schemas of input records are true to intake: what a schema takes is read without a doubt about
//! its shape, and what it refuses is a dead letter or a flag, but for the kindnesses named here.

mod common;

use common::mini::mini;
use common::model;
use jianwei_core::domain::SourceKind;
use jianwei_core::intake::{Decoded, Rejection, decode};
use jianwei_core::journal::{Flag, Reason};
use jianwei_core::pipeline::{Model, Source};
use jianwei_core::schema::{Carries, TOPICS};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A kind of input record: its schema's properties and the least record of it.
struct Kind {
    label: String,
    source: SourceKind,
    validator: Validator,
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    least: Value,
}

fn least(name: &str) -> Vec<Value> {
    let records = match name {
        "hotline.tickets" => json!([{ "ticket_no": "T1", "received_at": "2026-03-01", "content": "gas" }]),
        "platform.reports" => {
            json!([{ "report_id": "R1", "reported_at": "2026-03-01", "channel": "media", "content": "gas" }])
        }
        "sector.records" => json!([
            { "kind": "inspection", "inspection_id": "I1", "id": "E1", "at": "2026-03-01" },
            { "kind": "penalty", "penalty_id": "P1", "id": "E1", "at": "2026-03-01" },
            { "kind": "permit", "permit_id": "L1", "id": "E1", "valid_from": "2026-03-01" },
            { "kind": "credit", "id": "E1", "class": "B", "at": "2026-03-01" },
            { "kind": "indicator", "indicator": "calls", "period_start": "2026-03-01", "period": "P1D", "value": 4 },
            { "kind": "observation", "id": "E1", "measure": "balance", "value": 4, "at": "2026-03-01" },
            { "kind": "alarm", "alarm_id": "A1", "id": "E1", "at": "2026-03-01", "measure": "lel", "value": 4 },
        ]),
        "registry.enterprises" => json!([{ "id": "E1" }]),
        "registry.inspectors" => json!([{ "inspector_id": "i-7", "org": "lead" }]),
        "dispositions" => {
            json!([{ "disposition_id": "D1", "target": "w", "action": "start", "at": "2026-03-01" }])
        }
        "jianwei.control" => json!([
            { "control_id": "C1", "at": "2026-03-01", "by": "chief", "reason": "noise", "command": "restore", "matter": "gas" },
            { "control_id": "C1", "at": "2026-03-01", "by": "chief", "reason": "noise", "command": "demote", "matter": "gas", "level": "blue" },
        ]),
        other => panic!("a least record of {other} is missing here"),
    };
    records.as_array().unwrap().clone()
}

/// The properties of a record: the schema's own and those of the alternative it falls under.
fn kinds() -> Vec<Kind> {
    let mut out = Vec::new();
    for topic in TOPICS {
        let Carries::In(source) = topic.carries else { continue };
        let schema = topic.schema();
        for least in least(topic.name) {
            let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
            let mut required = strings(&schema["required"]);
            for alternative in schema["oneOf"].as_array().into_iter().flatten() {
                let tag = ["kind", "command"].into_iter().find(|t| alternative["properties"].get(*t).is_some()).unwrap();
                if alternative["properties"][tag]["const"] == least[tag] {
                    properties.extend(alternative["properties"].as_object().unwrap().clone());
                    required.extend(strings(&alternative["required"]));
                }
            }
            out.push(Kind {
                label: format!("{} {}", topic.name, least["kind"].as_str().or(least["command"].as_str()).unwrap_or("")),
                source,
                validator: jsonschema::validator_for(&schema).unwrap(),
                properties,
                required,
                least,
            });
        }
    }
    out
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_string()).collect()
}

impl Kind {
    fn decode(&self, model: &Model, record: &Value) -> Result<Decoded, Rejection> {
        let source = Source {
            kind: self.source,
            topic: "t".into(),
            org: Some("lead".into()),
            lateness_ms: 0,
            columns: BTreeMap::new(),
            values: BTreeMap::new(),
            maps: Vec::new(),
        };
        decode(model, &source, None, Some(record.to_string().as_bytes()))
    }

    /// Read, and no value of a shape that intake could not use.
    fn is_clean(&self, model: &Model, record: &Value) -> bool {
        let shape = [Flag::TextCut, Flag::UnknownWord, Flag::UnreadableValue, Flag::IdMalformed];
        self.decode(model, record).is_ok_and(|d| !d.flags.iter().any(|f| shape.contains(f)))
    }

    fn with(&self, property: &str, value: &Value) -> Value {
        let mut record = self.least.clone();
        record[property] = value.clone();
        record
    }
}

#[test]
fn the_least_record_is_read_and_no_less() {
    let model = model(&mini());
    let kinds = kinds();
    assert_eq!(kinds.len(), 14);
    for kind in kinds {
        assert!(kind.validator.is_valid(&kind.least) && kind.is_clean(&model, &kind.least), "{}", kind.label);
        let mut needed = kind.required.clone();
        if kind.source == SourceKind::Tickets {
            needed.insert("content".into()); // or the category
        }
        assert_eq!(needed, kind.least.as_object().unwrap().keys().cloned().collect(), "{}", kind.label);
        for field in &needed {
            let mut record = kind.least.clone();
            record.as_object_mut().unwrap().remove(field);
            assert!(!kind.validator.is_valid(&record), "{} without {field} is valid", kind.label);
            let rejection = kind.decode(&model, &record).expect_err(field);
            assert_eq!(rejection.field.as_ref(), Some(field), "{}", kind.label);
        }
        let more = kind.with("something_new", &json!({ "a": [1] }));
        assert!(kind.validator.is_valid(&more) && kind.is_clean(&model, &more), "{}: unknown fields are ignored", kind.label);
    }
}

#[test]
fn a_ticket_may_have_a_category_in_place_of_a_text() {
    let model = model(&mini());
    let tickets = &kinds()[0];
    for (content, category, good) in [("gas", "", true), ("", "gas", true), (" ", "", false), ("gas", "gas", true)] {
        let mut record = tickets.with("content", &json!(content));
        record["category"] = json!(category);
        assert_eq!(tickets.validator.is_valid(&record), good, "{record}");
        assert_eq!(tickets.is_clean(&model, &record), good, "{record}");
    }
}

/// Values of all shapes, and every word of the property.
fn values(property: &Value) -> Vec<Value> {
    let mut out = vec![
        Value::Null,
        json!(true),
        json!("true"),
        json!(3),
        json!(2.5),
        json!(-1),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("x"),
        json!("3"),
        json!("长".repeat(301)),
        json!("x".repeat(20_001)),
        json!("x".repeat(201)),
        json!("x".repeat(65)),
        json!("2026-03-02"),
        json!("2026/3/2 8:30"),
        json!("2026-03-02 08:30:00"),
        json!("2026-03-02T08:30:00+08:00"),
        json!("2026-03-02T08:30+08:00"),
        json!("0001-01-01"),
        json!("2026-13-01"),
        json!("1850-01-01"),
        json!("2019年2月28日 11时5分"),
        json!("20231210093000"),
        json!("43524"),
        json!("是"),
        json!("3.5万元"),
        json!("无"),
        json!([]),
        json!(["a", "b"]),
        json!([1]),
        json!(vec!["a"; 101]),
        json!({}),
    ];
    out.extend(property["enum"].as_array().into_iter().flatten().cloned());
    out.extend(property.get("const").cloned());
    out.extend(["blue", "red", "restore", "demote", "gas"].map(Value::from));
    out
}

/// Why intake reads a value that the schema refuses.
fn kindness(property: &Value, is_required: bool, value: &Value) -> Option<&'static str> {
    let is = |name: &str| property["type"] == name || property["type"] == json!([name, "null"]);
    match value {
        Value::Null if !is_required => Some("null is no field"),
        Value::String(text) if text.trim().is_empty() && !is_required => Some("an empty text is no field"),
        Value::String(text) if text == "无" && !is_required => Some("what says nothing is no field"),
        Value::String(_) if property["pattern"].as_str().is_some_and(|p| p.contains("(19|2[01])")) => {
            Some("times may be written as exports write them")
        }
        Value::Number(_) if is("string") => Some("numbers are read as their digits"),
        Value::Number(_) if is("integer") => Some("a fraction is cut off"),
        Value::String(_) if is("integer") || is("number") => Some("numbers may be written as text"),
        Value::String(_) if is("boolean") => Some("yes and no may be written as text"),
        _ => None,
    }
}

#[test]
fn what_a_schema_takes_is_read_and_what_it_refuses_is_not() {
    let model = model(&mini());
    let mut kindnesses = BTreeSet::new();
    for kind in kinds() {
        for (name, property) in &kind.properties {
            for value in values(property) {
                // Another kind or command is another record.
                if matches!(name.as_str(), "kind" | "command") && value != kind.least[name] && value.is_string() {
                    continue;
                }
                let record = kind.with(name, &value);
                let (valid, clean) = (kind.validator.is_valid(&record), kind.is_clean(&model, &record));
                // What people write for nothing is nothing: a required field is missing then.
                if value == "无" && kind.required.contains(name) {
                    continue;
                }
                // Matters and regions are the pipeline's: no schema knows them.
                let unknown =
                    kind.decode(&model, &record).is_err_and(|e| e.reason == Reason::BadValue && e.field.as_ref() == Some(name));
                if unknown && matches!(name.as_str(), "matter" | "region") {
                    continue;
                }
                assert!(clean || !valid, "{} {name} = {value}: valid, but not read", kind.label);
                if clean && !valid {
                    let why = kindness(property, kind.required.contains(name), &value);
                    kindnesses.insert(why.unwrap_or_else(|| panic!("{} {name} = {value}: read, but not valid", kind.label)));
                }
            }
        }
    }
    assert_eq!(kindnesses.len(), 7, "{kindnesses:?}");
}

#[test]
fn every_property_of_a_schema_is_read() {
    let model = model(&mini());
    for kind in kinds() {
        let least = kind.decode(&model, &kind.least);
        for (name, property) in &kind.properties {
            let changes = |value: &Value| kind.decode(&model, &kind.with(name, value)) != least;
            assert!(values(property).iter().any(changes), "{}: nothing reads {name}", kind.label);
        }
    }
}
