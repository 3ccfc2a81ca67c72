//! The AsyncAPI 3.0 document: what Jianwei reads and writes, where, and in which form.

use super::topics::{Carries, TOPICS, Topic};
use serde_json::{Map, Value, json};

const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-2020-12";
const BINDING_VERSION: &str = "0.5.0";

pub(super) fn document() -> Value {
    let each = |what: fn(&Topic) -> Value| -> Map<String, Value> { TOPICS.iter().map(|t| (t.id(), what(t))).collect() };
    let operations: Map<String, Value> = TOPICS.iter().map(|t| (format!("{}_{}", t.action(), t.id()), operation(t))).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jianwei (见微)",
            "version": "1.0.0",
            "description": "Risk warnings for cross-department supervision. Read with isolation level read_committed; order holds for each warning id; upsert on (warning_id, revision); within a major version fields are only added.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{brokers}",
                "protocol": "kafka",
                "description": "The cluster that `--brokers` names.",
                "variables": { "brokers": { "description": "host:port of a broker", "default": "localhost:9092" } },
            },
        },
        "channels": each(channel),
        "operations": operations,
        "components": {
            "messages": each(message),
            "schemas": { "cloudEvents": cloud_events() },
            "parameters": {
                "org": { "description": "The slug of an organisation of the pipeline, for example wh-amr." },
                "topic": { "description": "A pipeline names its own topic for this feed (`[[source]]`)." },
            },
        },
    })
}

impl Topic {
    /// A name AsyncAPI allows as a key.
    fn id(&self) -> String {
        self.name.replace(['.', '-'], "_")
    }

    /// Seen from Jianwei, as AsyncAPI 3 wants it.
    fn action(&self) -> &'static str {
        match self.carries {
            Carries::In(_) => "receive",
            Carries::Out(_) | Carries::Raw => "send",
        }
    }
}

fn channel(topic: &Topic) -> Value {
    let mut channel = json!({
        "address": topic.address,
        "title": topic.title,
        "messages": { topic.id(): { "$ref": format!("#/components/messages/{}", topic.id()) } },
        "bindings": { "kafka": { "bindingVersion": BINDING_VERSION } },
    });
    for name in ["org", "topic"] {
        if topic.address.contains(&format!("{{{name}}}")) {
            channel["parameters"][name] = json!({ "$ref": format!("#/components/parameters/{name}") });
        }
    }
    channel
}

fn operation(topic: &Topic) -> Value {
    json!({
        "action": topic.action(),
        "channel": { "$ref": format!("#/channels/{}", topic.id()) },
        "messages": [{ "$ref": format!("#/channels/{}/messages/{}", topic.id(), topic.id()) }],
    })
}

fn message(topic: &Topic) -> Value {
    let schema = json!({ "schemaFormat": SCHEMA_FORMAT, "schema": { "$ref": format!("./{}", topic.file()) } });
    let mut message = json!({
        "name": topic.name,
        "title": topic.title,
        "bindings": { "kafka": { "key": { "type": "string", "description": topic.key }, "bindingVersion": BINDING_VERSION } },
    });
    match topic.carries {
        Carries::In(_) => {
            message["contentType"] = json!("application/json");
            message["payload"] = schema;
        }
        Carries::Out(event_type) => {
            message["contentType"] = json!("application/json");
            message["payload"] = schema;
            message["summary"] = json!(format!("CloudEvents type {event_type}"));
            message["headers"] = json!({ "$ref": "#/components/schemas/cloudEvents" });
        }
        Carries::Raw => {
            message["contentType"] = json!("application/octet-stream");
            message["headers"] = schema;
        }
    }
    message
}

/// CloudEvents 1.0, Kafka binding, binary mode.
fn cloud_events() -> Value {
    let text = |what: &str| json!({ "type": "string", "description": what });
    json!({
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": { "type": "string", "const": "1.0" },
            "ce_id": text("Names the event; the same again is the same event."),
            "ce_source": text("/jianwei/<realm>"),
            "ce_type": text("What kind of record, with its major version: jianwei.warning.v1"),
            "ce_time": { "type": "string", "format": "date-time" },
            "content-type": { "type": "string", "const": "application/json" },
        },
    })
}
