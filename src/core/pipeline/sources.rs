//! Input topics and how their columns become record fields.

use super::model::*;
use super::reader::Reader;
use crate::domain::{HOUR_MS, SourceKind};
use std::collections::BTreeMap;

const MAX_MAPS: usize = 50;

/// The sources a pipeline names, and `dispositions.<org>` of each organisation, which need no
/// naming: whose topic it is decides who speaks.
pub(super) fn sources(pipeline: &Reader, organisations: &BTreeMap<String, Organisation>, clock: Clock) -> Vec<Source> {
    // A feed that is read in the order of its own time has no late records.
    let usual_lateness_hours = if clock == Clock::Feed { 0 } else { 24 };
    let mut out: Vec<Source> = Vec::new();
    for table in pipeline.tables("source") {
        let kinds = "kind = \"tickets\", \"reports\", \"sector\", \"registry\" or \"inspectors\"";
        let kind = super::load::required_word(&table, "kind", SourceKind::parse, kinds);
        let topic = table.required_string("topic", "topic = \"hotline.tickets\"");
        if !topic.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) || topic.len() > 200 {
            table.file.report(
                table.at("topic"),
                format!("{topic:?} is no name for a topic"),
                "letters, digits, '.', '_' and '-'",
            );
        }
        let reserved = ["warnings.", "reminders.", "clues.", "dispositions.", "jianwei.", "risk."];
        if reserved.iter().any(|prefix| topic.starts_with(prefix)) {
            let message = format!("topic {topic:?} has a name that Jianwei's own topics use");
            table.file.report(table.at("topic"), message, "another name, for example topic = \"hotline.tickets\"");
        }
        if out.iter().any(|s| s.topic == topic) {
            table.file.report(
                table.at("topic"),
                format!("topic {topic:?} stands twice"),
                "one [[source]] a topic, with several maps",
            );
        }
        let maps: Vec<FieldMap> = table.tables("map").into_iter().map(field_map).collect();
        if maps.len() > MAX_MAPS {
            table.file.report(table.at("map"), format!("{} maps; {MAX_MAPS} are allowed", maps.len()), "fewer maps");
        }
        let columns = columns(&table);
        let values = values(&table);
        let lateness_hours = table.whole("lateness_hours", 0..=720, "lateness_hours = 24").unwrap_or(usual_lateness_hours);
        let lateness_ms = i64::from(lateness_hours) * HOUR_MS;
        match kind {
            Some(SourceKind::Dispositions | SourceKind::Control) => {
                table.file.report(
                    table.at("kind"),
                    "this source needs no naming: it follows from the organisations and the realm",
                    kinds,
                );
            }
            Some(kind) => out.push(Source { kind, topic, org: None, lateness_ms, columns, values, maps }),
            None => {}
        }
        table.finish();
    }
    if out.is_empty() {
        pipeline.missing("source", "[[source]] with kind = \"tickets\" and topic = \"hotline.tickets\"");
    }
    let own = |kind, topic: String, org| Source {
        kind,
        topic,
        org,
        lateness_ms: 0,
        columns: BTreeMap::new(),
        values: BTreeMap::new(),
        maps: Vec::new(),
    };
    for slug in organisations.keys() {
        out.push(own(SourceKind::Dispositions, format!("dispositions.{slug}"), Some(slug.clone())));
    }
    out.push(own(SourceKind::Control, CONTROL_TOPIC.to_string(), None));
    out
}

/// The topic whose partition k speaks to the realm of journal partition k.
pub const CONTROL_TOPIC: &str = "jianwei.control";

fn field_map(table: Reader) -> FieldMap {
    let example = "[[source.map]] with columns = [\"created\"] and rename = { received_at = \"created\" }";
    let texts = |key: &'static str| -> BTreeMap<String, String> {
        let Some(inner) = table.table(key) else { return BTreeMap::new() };
        inner.text_entries(example).into_iter().map(|(k, v, _)| (k, v)).collect()
    };
    let mut map = FieldMap {
        name: table.required_string("name", "name = \"hotline export\""),
        columns: table.strings("columns", example),
        id: IdRule::Own,
        rename: texts("rename"),
        constants: texts("constants"),
        defaults: texts("defaults"),
        values: BTreeMap::new(),
        cases: BTreeMap::new(),
    };
    match table.string("id", "id = \"row\" (or leave it out)").as_deref() {
        None => {}
        Some("row") => map.id = IdRule::Key,
        Some(other) => {
            table.file.report(table.at("id"), format!("no way to make an id called {other:?}"), "id = \"row\", or leave it out")
        }
    }
    if map.columns.is_empty() {
        table.missing("columns", "columns = [...]: the map applies to rows that have all of these");
    }
    map.values = values(&table);
    for case in table.tables("case") {
        let example = "[[source.map.case]] field = \"result\", column = \"critical\", above = 0, value = \"critical\"";
        let field = case.required_string("field", example);
        let rule = Case {
            column: case.string("column", example),
            above: case.number("above", -1e15..=1e15, example).unwrap_or(0.0),
            value: case.required_string("value", example),
        };
        case.finish();
        map.cases.entry(field).or_default().push(rule);
    }
    table.finish();
    map
}

/// Record field → (cell text → value).
fn values(table: &Reader) -> BTreeMap<String, BTreeMap<String, String>> {
    let example = "values.intent = { \"投诉\" = \"complaint\" }";
    let Some(values) = table.table("values") else { return BTreeMap::new() };
    let entries = |inner: Reader| inner.text_entries(example).into_iter().map(|(k, v, _)| (k, v)).collect();
    values.table_entries(example).into_iter().map(|(field, inner)| (field, entries(inner))).collect()
}

/// Record field ← the columns it may stand in.
fn columns(table: &Reader) -> BTreeMap<String, Vec<String>> {
    let example = "columns.ticket_no = [\"工单编号\", \"单号\"]";
    let Some(columns) = table.table("columns") else { return BTreeMap::new() };
    columns.text_list_entries(example)
}
