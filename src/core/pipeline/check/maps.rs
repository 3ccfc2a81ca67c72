//! Field maps: names of record fields and words of closed lists that do not exist, and maps or rules
//! that are never looked at.

use super::super::{FieldMap, Model, Source};
use super::{Findings, nearest};
use crate::domain::*;
use std::collections::{BTreeMap, BTreeSet};

const PIPELINE: &str = "pipeline.toml";
const TICKET: &[&str] = &[
    "ticket_no",
    "received_at",
    "title",
    "content",
    "category",
    "intent",
    "region",
    "address",
    "subject_name",
    "subject_uscc",
    "urgency",
    "relates_to",
    "status",
    "verified",
    "handling_department",
    "caller_phone",
    "caller_id_no",
    "satisfaction",
    "status_at",
];
const REPORT: &[&str] = &[
    "report_id",
    "reported_at",
    "channel",
    "source",
    "title",
    "content",
    "region",
    "subject_name",
    "subject_uscc",
    "matter",
    "severity",
    "url",
];
const INSPECTION: &[&str] =
    &["kind", "inspection_id", "id", "org", "at", "mode", "result", "reason", "object_area", "object_type", "risk_class"];
const PENALTY: &[&str] = &["kind", "penalty_id", "id", "org", "at", "type", "amount_yuan", "expires_at", "revoked"];
const PERMIT: &[&str] = &["kind", "permit_id", "id", "org", "type", "valid_from", "valid_to", "status"];
const CREDIT: &[&str] = &["kind", "id", "class", "at", "repaired"];
const INDICATOR: &[&str] = &["kind", "indicator", "region", "matter", "period_start", "period", "value", "unit"];
const OBSERVATION: &[&str] = &["kind", "id", "measure", "value", "unit", "at"];
const ALARM: &[&str] = &["kind", "alarm_id", "id", "device", "at", "measure", "value", "limit", "unit", "quality"];
const ENTERPRISE: &[&str] = &[
    "id",
    "name",
    "former_names",
    "aliases",
    "industry",
    "region",
    "address",
    "size",
    "outlets",
    "status",
    "credit_class",
    "parent",
    "branch",
    "natural_person",
    "merged_into",
];
const INSPECTOR: &[&str] = &["inspector_id", "org", "qualifications", "recusals"];
/// The kinds of `sector.records` and their fields.
const SECTOR: [(&str, &[&str]); 7] = [
    ("inspection", INSPECTION),
    ("penalty", PENALTY),
    ("permit", PERMIT),
    ("credit", CREDIT),
    ("indicator", INDICATOR),
    ("observation", OBSERVATION),
    ("alarm", ALARM),
];

pub(super) fn check(model: &Model, out: &mut Findings) {
    for (number, source) in model.sources.iter().enumerate().filter(|(_, s)| !s.maps.is_empty() || has_header(s)) {
        let at = format!("source.{number}");
        for field in source.columns.keys() {
            known_field(source, None, field, &format!("{at}.columns.{field}"), out);
        }
        for (field, cells) in &source.values {
            let path = format!("{at}.values.{field}");
            known_field(source, None, field, &path, out);
            words(model, source, None, field, cells.values(), &path, out);
        }
        for (n, map) in source.maps.iter().enumerate() {
            field_map(model, source, map, &format!("{at}.map.{n}"), out);
            never_chosen(source, n, &format!("{at}.map.{n}.columns"), out);
        }
        // Ids of a directory are what its rows are replaced and removed by.
        if source.kind == SourceKind::Registry && source.maps.iter().any(|m| m.id == super::super::IdRule::Key) {
            let message = "a directory whose ids are derived from rows can't be updated by id";
            out.note((PIPELINE, &at), message, "rename = { id = \"the column of the id\" }, without id = \"row\"");
        }
    }
}

fn has_header(source: &Source) -> bool {
    !source.columns.is_empty() || !source.values.is_empty()
}

fn fields(source: &Source, kind: Option<&str>) -> Vec<&'static str> {
    match source.kind {
        SourceKind::Tickets => TICKET.to_vec(),
        SourceKind::Reports => REPORT.to_vec(),
        SourceKind::Registry => ENTERPRISE.to_vec(),
        SourceKind::Inspectors => INSPECTOR.to_vec(),
        SourceKind::Sector => {
            let wanted = SECTOR.iter().filter(|(name, _)| kind.is_none_or(|kind| kind == *name));
            wanted.flat_map(|(_, fields)| fields.iter().copied()).collect()
        }
        SourceKind::Dispositions | SourceKind::Control => Vec::new(),
    }
}

fn known_field(source: &Source, kind: Option<&str>, field: &str, path: &str, out: &mut Findings) {
    let fields = fields(source, kind);
    if fields.is_empty() || fields.contains(&field) {
        return;
    }
    let mut write: Vec<&str> = nearest(fields.iter().copied(), field).into_iter().collect();
    if write.is_empty() {
        write = fields;
        write.sort_unstable();
        write.dedup();
    }
    let of = kind.unwrap_or(source.kind.as_str());
    out.error((PIPELINE, path), format!("records of {of:?} have no field {field:?}"), format!("one of {}", write.join(", ")));
}

/// The words a field of a closed list may have; `None` for fields that take any text.
fn closed(source: &Source, kind: Option<&str>, field: &str) -> Option<fn(&str, &Model) -> bool> {
    Some(match (source.kind, kind, field) {
        (SourceKind::Tickets, _, "intent") => |w, _| Intent::parse(w).is_some(),
        (SourceKind::Tickets, _, "urgency") => |w, _| Urgency::parse(w).is_some(),
        (SourceKind::Tickets, _, "status") => |w, _| TicketStatus::parse(w).is_some(),
        (SourceKind::Reports, _, "channel") => |w, _| Channel::parse(w).is_some(),
        (SourceKind::Sector, _, "kind") => |w, _| SECTOR.iter().any(|(name, _)| *name == w),
        (SourceKind::Sector, Some("inspection"), "mode") => |w, _| InspectionMode::parse(w).is_some(),
        (SourceKind::Sector, Some("inspection"), "result") => |w, _| InspectionResult::parse(w).is_some(),
        (SourceKind::Sector, Some("indicator"), "period") => |w, _| Period::parse(w).is_some(),
        (SourceKind::Sector, Some("permit"), "status") => |w, _| PermitStatus::parse(w).is_some(),
        (_, _, "verified" | "revoked" | "repaired" | "branch" | "natural_person") => |w, _| parse_bool(w).is_some(),
        (_, _, "region") => |w, model| model.find_region(w).is_some(),
        _ => return None,
    })
}

/// Examples of the words of a closed list, to choose the nearest of.
fn examples(kind: Option<&str>, field: &str) -> &'static [&'static str] {
    match (kind, field) {
        (_, "intent") => &["complaint", "report", "inquiry", "help", "suggestion", "praise", "ticket_reminder"],
        (_, "urgency") => &["normal", "urgent", "critical"],
        (Some("permit"), "status") => &["granted", "renewed", "expired", "revoked"],
        (_, "status") => &["accepted", "dispatched", "resolved", "closed", "reopened", "withdrawn"],
        (_, "channel") => &["supervision_platform", "association", "media", "online_monitoring"],
        (_, "kind") => &["inspection", "penalty", "permit", "credit", "indicator", "observation", "alarm"],
        (_, "mode") => &["double_random", "for_cause", "joint", "off_site"],
        (_, "period") => &["PT1H", "P1D", "P1W"],
        (_, "result") => &["pass", "minor", "serious", "critical", "refused"],
        // As many as the realm has regions.
        (_, "region") => &[],
        _ => &["true", "false"],
    }
}

/// What a condition writes instead of a word that no record of these kinds has in the field; `None`
/// for words that are right and fields that take any text.
pub(super) fn instead_of(kinds: &[RecordKind], field: &str, word: &str) -> Option<String> {
    if !["intent", "urgency", "status", "channel", "mode", "result", "verified"].contains(&field) {
        return None;
    }
    let all: Vec<&str> = kinds.iter().flat_map(|kind| examples(Some(kind.as_str()), field)).copied().collect();
    if all.contains(&word) {
        return None;
    }
    Some(nearest(all.iter().copied(), word).map_or_else(|| format!("one of {}", all.join(", ")), |near| format!("{near:?}")))
}

fn words<'t>(
    model: &Model,
    source: &Source,
    kind: Option<&str>,
    field: &str,
    texts: impl IntoIterator<Item = &'t String>,
    path: &str,
    out: &mut Findings,
) {
    let Some(is_word) = closed(source, kind, field) else { return };
    // "" leaves the field out.
    for text in texts.into_iter().filter(|t| !t.is_empty() && !is_word(t, model)) {
        let all = examples(kind, field);
        let write = match nearest(all.iter().copied(), text) {
            Some(near) => format!("{near:?}"),
            None if all.is_empty() => "a code, name or alias of regions.toml".to_string(),
            None => format!("one of {}", all.join(", ")),
        };
        out.error((PIPELINE, path), format!("`{field}` has no value {text:?}: the field would be empty"), write);
    }
}

fn field_map(model: &Model, source: &Source, map: &FieldMap, at: &str, out: &mut Findings) {
    // Which fields a row of sector records has depends on its kind, where the map gives one.
    let kind = map.constants.get("kind").map(String::as_str).filter(|kind| SECTOR.iter().any(|(name, _)| name == kind));
    let tables: [(&str, &BTreeMap<String, String>); 3] =
        [("rename", &map.rename), ("constants", &map.constants), ("defaults", &map.defaults)];
    for (table, entries) in tables {
        for (field, text) in entries {
            let path = format!("{at}.{table}.{field}");
            known_field(source, kind, field, &path, out);
            if table != "rename" {
                words(model, source, kind, field, [text], &path, out);
            }
        }
    }
    for (field, cells) in &map.values {
        let path = format!("{at}.values.{field}");
        known_field(source, kind, field, &path, out);
        words(model, source, kind, field, cells.values(), &path, out);
    }
    for (field, cases) in &map.cases {
        let path = format!("{at}.case");
        known_field(source, kind, field, &path, out);
        words(model, source, kind, field, cases.iter().map(|c| &c.value), &path, out);
        if cases.iter().rev().skip(1).any(|c| c.column.is_none()) {
            let message = format!("a case of {field:?} without `column` always holds: those after it are never looked at");
            out.error((PIPELINE, &path), message, "the case without `column` last");
        }
    }
    outdone(map, at, out);
}

/// Parts of a map that another part for the same field always goes before.
fn outdone(map: &FieldMap, at: &str, out: &mut Findings) {
    for field in map.constants.keys() {
        let parts = [
            ("rename", map.rename.contains_key(field)),
            ("defaults", map.defaults.contains_key(field)),
            ("values", map.values.contains_key(field)),
            ("case", map.cases.contains_key(field)),
        ];
        for (part, _) in parts.into_iter().filter(|(_, there)| *there) {
            let path = match part {
                "case" => format!("{at}.case"),
                part => format!("{at}.{part}.{field}"),
            };
            out.error((PIPELINE, &path), format!("{field:?} is a constant: its `{part}` is never looked at"), "one of the two");
        }
    }
}

fn never_chosen(source: &Source, number: usize, path: &str, out: &mut Findings) {
    let map = &source.maps[number];
    let columns: BTreeSet<&String> = map.columns.iter().collect();
    let earlier = source.maps[..number].iter().find(|m| m.columns.iter().all(|c| columns.contains(c)));
    if let Some(earlier) = earlier {
        let message =
            format!("map {:?} is never used: {:?} stands before it and asks for no other columns", map.name, earlier.name);
        out.error((PIPELINE, path), message, "the map with more columns first");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_intake_reads() {
        let decode = include_str!("../../intake/decode.rs");
        let lists = SECTOR.iter().map(|(_, fields)| *fields).chain([TICKET, REPORT, ENTERPRISE, INSPECTOR]);
        let known: Vec<&str> = lists.flatten().copied().collect();
        for field in &known {
            assert!(decode.contains(&format!("(\"{field}\"")), "intake reads no {field:?}");
        }
        for words in decode.split("(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(field, _)| field) {
            let others = ["disposition_id", "target", "action", "by", "outcome", "command", "control_id", "level"];
            assert!(known.contains(&words) || others.contains(&words), "{words:?} stands in no list here");
        }
    }

    #[test]
    fn the_words_of_closed_lists_are_words() {
        type IsWord = fn(&str) -> bool;
        let parse: [(Option<&str>, &str, IsWord); 10] = [
            (None, "intent", |w| Intent::parse(w).is_some()),
            (None, "urgency", |w| Urgency::parse(w).is_some()),
            (None, "status", |w| TicketStatus::parse(w).is_some()),
            (Some("permit"), "status", |w| PermitStatus::parse(w).is_some()),
            (None, "channel", |w| Channel::parse(w).is_some()),
            (None, "period", |w| Period::parse(w).is_some()),
            (None, "mode", |w| InspectionMode::parse(w).is_some()),
            (None, "result", |w| InspectionResult::parse(w).is_some()),
            (None, "kind", |w| SECTOR.iter().any(|(name, _)| *name == w)),
            (None, "verified", |w| w == "true" || w == "false"),
        ];
        for (kind, field, is_word) in parse {
            assert!(examples(kind, field).iter().all(|w| is_word(w)), "{field}");
        }
    }
}
