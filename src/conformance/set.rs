//! The training records and the state a good consumer holds after them. The engine itself never sends
//! `training: true`.

use super::Rule;
use super::check::Held;
use anyhow::{Context, Result, bail};
use jianwei_core::engine::MAX_OUTPUT_BYTES;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A warning and a reminder as the engine wrote them: the training records have their form.
const WARNING: &str = include_str!("../../schemas/examples/warnings/enterprise-raised-trigger.json");
const REMINDER: &str = include_str!("../../schemas/examples/reminders/urging_notice.json");
/// Stands for the organisation in the files of `schemas/conformance`.
const ANY_ORG: &str = "ORG";
/// Room for the longest slug in the large record.
const SLUG_ROOM_BYTES: usize = 512;
const MARK: &str = "【演练 TRAINING】";

/// One record to be sent, in this order.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub transaction: u32,
    pub aborted: bool,
    pub topic: String,
    pub key: String,
    pub headers: BTreeMap<&'static str, String>,
    pub value: Value,
}

/// Records that become visible together, or never.
pub struct Transaction {
    pub aborted: bool,
    pub records: Vec<Record>,
}

/// One training warning: its life, and what stands at the end.
pub(super) struct Case {
    pub rule: Rule,
    pub warning_id: &'static str,
    /// Revision, status, level; `None` where nothing may be held.
    pub last: Option<(u32, &'static str, &'static str)>,
    /// Different reminder cards about it.
    pub reminders: u64,
}

#[rustfmt::skip]
pub(super) const CASES: [Case; 9] = [
    Case { rule: Rule::Order,         warning_id: "7ea1000000000001", last: Some((4, "downgraded", "orange")), reminders: 2 },
    Case { rule: Rule::Repeats,       warning_id: "7ea1000000000002", last: Some((2, "upgraded", "orange")),   reminders: 1 },
    Case { rule: Rule::Ended,         warning_id: "7ea1000000000003", last: Some((2, "lifted", "orange")),     reminders: 0 },
    Case { rule: Rule::Ended,         warning_id: "7ea1000000000004", last: Some((2, "withdrawn", "orange")),  reminders: 0 },
    Case { rule: Rule::UnknownFields, warning_id: "7ea1000000000005", last: Some((1, "raised", "yellow")),     reminders: 0 },
    Case { rule: Rule::Large,         warning_id: "7ea1000000000006", last: Some((1, "raised", "red")),        reminders: 0 },
    Case { rule: Rule::Committed,     warning_id: "7ea1000000000007", last: None,                              reminders: 0 },
    Case { rule: Rule::Committed,     warning_id: "7ea1000000000008", last: Some((1, "raised", "blue")),       reminders: 0 },
    Case { rule: Rule::Wording,       warning_id: "7ea1000000000009", last: Some((1, "raised", "yellow")),     reminders: 0 },
];

/// What is sent: transaction, aborted, case, revision, status, level; repeats among them.
#[rustfmt::skip]
const SENT: [(u32, bool, usize, u32, &str, &str); 18] = [
    (1, false, 1, 1, "raised", "blue"),
    (1, false, 2, 1, "raised", "yellow"),
    (1, false, 3, 1, "raised", "orange"),
    (1, false, 4, 1, "raised", "orange"),
    (1, false, 8, 1, "raised", "blue"),
    (2, false, 1, 2, "upgraded", "yellow"),
    (2, false, 2, 2, "upgraded", "orange"),
    (3, true,  7, 1, "raised", "red"),
    (3, true,  8, 2, "upgraded", "red"),
    (4, false, 5, 1, "raised", "yellow"),
    (4, false, 6, 1, "raised", "red"),
    (4, false, 1, 3, "upgraded", "red"),
    (4, false, 2, 2, "upgraded", "orange"),
    (5, false, 1, 4, "downgraded", "orange"),
    (5, false, 2, 1, "raised", "yellow"),
    (5, false, 3, 2, "lifted", "orange"),
    (5, false, 4, 2, "withdrawn", "orange"),
    (5, false, 9, 1, "raised", "yellow"),
];
/// Transaction, case, stage; a repeat among them.
const REMINDED: [(u32, usize, &str); 4] = [(2, 1, "due_soon"), (4, 1, "urging_notice"), (4, 2, "due_soon"), (5, 2, "due_soon")];

/// The records for an organisation as they are sent to Kafka.
pub fn transactions(org: &str) -> Result<Vec<Transaction>> {
    let is_slug = org.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if org.is_empty() || org.len() > 64 || !is_slug {
        bail!("--org {org:?}: write the organisation's slug (a-z, 0-9 and -, at most 64), for example wh-amr");
    }
    let mut out: BTreeMap<u32, Transaction> = BTreeMap::new();
    for record in records(org)? {
        let of = Transaction { aborted: record.aborted, records: Vec::new() };
        out.entry(record.transaction).or_insert(of).records.push(record);
    }
    Ok(out.into_values().collect())
}

/// All records for an organisation, in the order in which they are sent.
pub(super) fn records(org: &str) -> Result<Vec<Record>> {
    let (warning, reminder) = (parse(WARNING)?, parse(REMINDER)?);
    let mut out = Vec::new();
    for (transaction, aborted, case, revision, status, level) in SENT {
        let id = CASES[case - 1].warning_id;
        let mut value = warning.clone();
        fill(&mut value, org, id, level);
        value["revision"] = json!(revision);
        value["status"] = json!(status);
        value["org"] = json!(org);
        value["lead"] = json!(org);
        value["role"] = json!("lead");
        value["training"] = json!(true);
        special(&mut value, CASES[case - 1].rule)?;
        let time = value["updated_at"].as_str().unwrap_or_default().to_string();
        out.push(record(transaction, aborted, "warnings", org, value, &format!("{id}/{revision}"), time));
    }
    for (transaction, case, stage) in REMINDED {
        let id = CASES[case - 1].warning_id;
        let mut value = reminder.clone();
        fill(&mut value, org, id, "orange");
        let reminder_id = format!("{id}/{stage}");
        value["reminder_id"] = json!(reminder_id);
        value["stage"] = json!(stage);
        value["to"] = json!(org);
        value["org"] = json!(org);
        let time = value["sent_at"].as_str().unwrap_or_default().to_string();
        out.push(record(transaction, false, "reminders", org, value, &reminder_id, time));
    }
    out.sort_by_key(|r| r.transaction);
    Ok(out)
}

fn fill(value: &mut Value, org: &str, warning_id: &str, level: &str) {
    value["warning_id"] = json!(warning_id);
    value["realm"] = json!("training");
    value["level"] = json!(level);
    value["headline"] = json!(headline(warning_id));
    for list in ["cooperating", "copied_to"] {
        if value.get(list).is_some() {
            value[list] = json!([]);
        }
    }
    for duty in value["duties"].as_array_mut().into_iter().flatten() {
        duty["org"] = json!(org);
    }
}

fn headline(warning_id: &str) -> String {
    let rare = if warning_id == CASES[8].warning_id { "：𠮷野龘店，“引号”、逗号, \"quotes\"" } else { "" };
    format!("{MARK}{warning_id}{rare}")
}

/// What makes a case's record out of the ordinary.
fn special(value: &mut Value, rule: Rule) -> Result<()> {
    match rule {
        Rule::UnknownFields => {
            value["added_later"] = json!({ "说明": "a later version may add fields", "list": [1, 2, 3] });
            value["subject"]["added_later"] = json!(null);
        }
        Rule::Large => {
            let factor = json!({ "code": "training", "points": 0, "text": "演练".repeat(120), "evidence": [] });
            let step_bytes = serde_json::to_vec(&factor)?.len() + 1;
            let have_bytes = serde_json::to_vec(&value)?.len() + SLUG_ROOM_BYTES;
            let count = MAX_OUTPUT_BYTES.saturating_sub(have_bytes) / step_bytes;
            let factors = value["factors"].as_array_mut().context("a warning has factors")?;
            factors.extend(std::iter::repeat_n(factor, count));
        }
        _ => {}
    }
    Ok(())
}

fn record(transaction: u32, aborted: bool, topic: &str, org: &str, value: Value, event: &str, time: String) -> Record {
    let kind = if topic == "warnings" { "jianwei.warning.v1" } else { "jianwei.reminder.v1" };
    let headers = [
        ("ce_specversion", "1.0".to_string()),
        ("ce_id", format!("{event}/{org}")),
        ("ce_source", "/jianwei/training".to_string()),
        ("ce_type", kind.to_string()),
        ("ce_time", time),
        ("content-type", "application/json".to_string()),
    ];
    let key = value["warning_id"].as_str().unwrap_or_default().to_string();
    Record { transaction, aborted, topic: format!("{topic}.{org}"), key, headers: headers.into(), value }
}

/// The state a good consumer holds.
pub(super) fn expected() -> Vec<Held> {
    let held = |case: &Case| {
        case.last.map(|(revision, status, level)| Held {
            warning_id: case.warning_id.to_string(),
            revision,
            status: status.to_string(),
            level: level.to_string(),
            headline: Some(headline(case.warning_id)),
            reminders: Some(case.reminders),
        })
    };
    CASES.iter().filter_map(held).collect()
}

/// The set as files, for those who send it with other tools.
pub fn files() -> Result<BTreeMap<String, String>> {
    let mut lines = String::new();
    for record in records(ANY_ORG)? {
        lines += &serde_json::to_string(&record)?;
        lines.push('\n');
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    for held in expected() {
        csv.serialize(held)?;
    }
    let expected = String::from_utf8(csv.into_inner()?)?;
    Ok([("conformance/records.ndjson", lines), ("conformance/expected.csv", expected)].map(|(n, t)| (n.to_string(), t)).into())
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).context("a sample of schemas/examples")
}
