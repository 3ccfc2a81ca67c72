//! A small pipeline made for tests: one of everything, in English, plain text ids.

use jianwei_core::pipeline::Bundle;
use serde_json::{Value, json};

pub const TICKETS: &str = "mini.tickets";
pub const SECTOR: &str = "mini.sector";
pub const REGISTRY: &str = "mini.registry";
pub const CONTROL: &str = "jianwei.control";

const ORGANISATIONS: &str = r#"[[organisation]]
slug = "lead"
name = { en = "Lead" }
superior = "boss"

[[organisation]]
slug = "coop"
name = { en = "Cooperating" }
superior = "boss"

[[organisation]]
slug = "info"
name = { en = "Informed" }

[[organisation]]
slug = "boss"
name = { en = "Boss" }

[[organisation]]
slug = "office"
name = { en = "Office" }
"#;

const REGIONS: &str = r#"[[region]]
code = "r0"
name = { en = "All" }

[[region]]
code = "r1"
name = { en = "North", zh = "北" }
parent = "r0"
aliases = ["Up"]

[[region]]
code = "r2"
name = { en = "South" }
parent = "r0"
"#;

const PIPELINE: &str = r#"[realm]
name = "mini"
display = { en = "Mini" }
version = "1"
journal_partition = 3
zone = "+08:00"
clock = "wall"
language = "en"
id_scheme = "text"
id_name = { en = "licence" }
root_region = "r0"
coordinating = "office"
disclaimer = { en = "A lead to verify." }

[[source]]
kind = "tickets"
topic = "mini.tickets"

[[source.map]]
name = "export"
columns = ["no", "when"]
rename = { ticket_no = "no", received_at = "when", content = "said", intent = "wish" }
constants = { status = "accepted" }
defaults = { category = "gas" }

[source.map.values]
intent = { "c" = "complaint", "*" = "inquiry", "-" = "" }

[[source]]
kind = "sector"
topic = "mini.sector"

[[source.map]]
name = "outcomes"
columns = ["licence", "critical"]
id = "row"
rename = { at = "date", id = "licence" }
constants = { kind = "inspection" }

[[source.map.case]]
field = "result"
column = "critical"
above = 0
value = "critical"

[[source.map.case]]
field = "result"
value = "pass"

[[source]]
kind = "registry"
topic = "mini.registry"

[calendar]
base = "weekdays"
holidays = ["2025-01-01", "2026-01-01"]
working_days = ["2026-01-03"]

[levels]
false_alarms_per_year = { blue = 120, yellow = 36, orange = 12, red = 2 }
rate_ratio = { blue = 1.25, yellow = 1.5, orange = 2, red = 3 }
excess = { blue = 3, yellow = 5, orange = 8, red = 10 }
calm_periods = 3
dwell_hours = 48

[duties.yellow]
feedback_working_days = 5

[duties.orange]
acknowledge_working_days = 1
feedback_working_days = 5
close_working_days = 10

[duties.red]
acknowledge_working_days = 0
feedback_working_days = 2
close_working_days = 5

[ladder]
due_soon_hours = 4
supervised_working_days = 1
circular_working_days = 3
"#;

const GAS: &str = r#"id = "gas"
name = { en = "Gas" }
category = "safety"
lead = "lead"
cooperating = ["coop"]
informed = ["info"]
methods = ["look"]
measures_suggested = ["verify"]
prior_notice = false

[basis]
text = { en = "Made up" }
source = "nowhere"
verified = false

[[match]]
kind = "ticket"
category = "gas"

[[match]]
kind = ["alarm", "inspection", "penalty", "observation", "credit"]

[[trigger]]
code = "leak"
level = "orange"
hold_days = 7
text = { en = "suspected leak" }
when = { kind = "ticket", words = ["leak"] }

[[trigger]]
code = "blast"
level = "red"
hold_days = 3
text = { en = "blast" }
when = { kind = "ticket", words = ["blast"] }

[industry]
periods = ["P1D"]
count = { kind = "ticket" }

[enterprise]
prior = -3.0
score_at_least = { blue = 35, yellow = 55, orange = 75, red = 90 }
sources_at_least = { blue = 2, yellow = 2, orange = 2, red = 2 }

[[enterprise.evidence]]
code = "complaint"
weight = 2.0
half_life_days = 30
text = { en = "complaints" }
when = { kind = "ticket" }

[[enterprise.evidence]]
code = "urgent"
weight = 1.0
half_life_days = 30
text = { en = "urgent complaints" }
when = { kind = "ticket", urgency = "urgent" }

[[enterprise.evidence]]
code = "clean"
weight = -0.6
half_life_days = 365
text = { en = "clean inspections" }
when = { kind = "inspection", result = ["pass", "minor"] }

[[enterprise.evidence]]
code = "other"
weight = 0.5
half_life_days = 365
text = { en = "other signs" }
when = { kind = ["observation", "credit", "alarm", "penalty"] }
"#;

const NOISE: &str = r#"id = "noise"
name = { en = "Noise" }
category = "environment"
lead = "lead"
guide_url = "https://example.org/noise"

[basis]
text = { en = "Made up" }
source = "nowhere"
verified = true

[[match]]
kind = "ticket"
category = "noise"

[[trigger]]
code = "drill"
level = "yellow"
text = { en = "drilling at night" }
when = { kind = "ticket", words = "drill" }
"#;

pub fn mini() -> Bundle {
    let files = [
        ("organisations.toml", ORGANISATIONS),
        ("regions.toml", REGIONS),
        ("pipeline.toml", PIPELINE),
        ("matters/gas.toml", GAS),
        ("matters/noise.toml", NOISE),
    ];
    Bundle { files: files.map(|(name, text)| (name.to_string(), text.to_string())).into() }
}

/// The small pipeline with `from` replaced by `to` in one file.
pub fn mini_with(file: &str, from: &str, to: &str) -> Bundle {
    let mut bundle = mini();
    let text = bundle.files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
    assert!(text.contains(from), "{file} has no {from:?}");
    *text = text.replacen(from, to, 1);
    bundle
}

/// A ticket about gas; `more` adds to it or changes it.
pub fn ticket(no: &str, at: &str, subject: &str, content: &str, more: &Value) -> Value {
    let mut record = json!({ "ticket_no": no, "received_at": at, "category": "gas", "content": content, "intent": "complaint" });
    if !subject.is_empty() {
        record["subject_uscc"] = subject.into();
    }
    with(record, more)
}

pub fn disposition(id: &str, target: &str, action: &str, at: &str, more: &Value) -> Value {
    with(json!({ "disposition_id": id, "target": target, "action": action, "at": at, "by": "duty officer" }), more)
}

pub fn with(mut record: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().into_iter().flatten() {
        record[key] = value.clone();
    }
    record
}
