//! Which words of a column may be shown: those the pipeline, intake or another export's table knows. Whatever
//! else stands in such a column somebody may have written there, about somebody.

use super::known::Known;
use jianwei_core::domain::{SourceKind, category_path, industry_code, parse_bool};
use jianwei_core::intake;
use jianwei_core::pipeline::{FieldMap, Model, Source};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Fields whose cells are words of a list or names of public things.
pub(super) fn word_fields(kind: SourceKind) -> &'static [&'static str] {
    match kind {
        SourceKind::Tickets => {
            &["intent", "status", "urgency", "verified", "satisfaction", "region", "category", "handling_department"]
        }
        SourceKind::Reports => &["channel", "severity", "matter", "region"],
        SourceKind::Sector => &["kind", "mode", "result", "status", "period", "measure", "indicator", "class", "org", "region"],
        SourceKind::Registry => &["region", "industry", "status", "credit_class", "size", "branch", "natural_person"],
        SourceKind::Inspectors => &["org"],
        SourceKind::Dispositions => &["action", "outcome", "org"],
        SourceKind::Control => &["command", "level", "matter"],
    }
}

/// What a registry writes of an enterprise: public words, and no list that intake holds.
const REGISTRY_WORDS: [(&str, &[&str]); 3] = [
    (
        "status",
        &[
            "存续",
            "在业",
            "在营",
            "开业",
            "正常",
            "迁出",
            "注销",
            "吊销",
            "吊销，未注销",
            "撤销",
            "停业",
            "歇业",
            "清算",
            "关闭",
            "active",
            "closed",
            "cancelled",
            "revoked",
            "merged",
        ],
    ),
    ("credit_class", &["A", "B", "C", "D", "E", "A类", "B类", "C类", "D类", "A级", "B级", "C级", "D级"]),
    ("size", &["大型", "中型", "小型", "微型", "小微", "large", "medium", "small", "micro"]),
];

/// A field's words as the pipeline has them.
pub(super) struct Words<'a> {
    pub model: &'a Model,
    pub source: &'a Source,
    pub map: Option<&'a FieldMap>,
    pub kind: SourceKind,
    pub known: &'a Known,
    /// Categories the conditions of matters name.
    categories: BTreeSet<&'a str>,
    /// Field → the words its schema lists.
    listed: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Words<'a> {
    pub fn new(model: &'a Model, source: &'a Source, map: Option<&'a FieldMap>, kind: SourceKind, known: &'a Known) -> Words<'a> {
        let conditions = model.matters.values().flat_map(|matter| &matter.matches);
        let categories = conditions.flat_map(|c| &c.categories).map(String::as_str).collect();
        Words { model, source, map, kind, known, categories, listed: listed(kind) }
    }

    /// What of a cell may be shown: the whole of it, or the category in it that a matter names.
    pub fn shown(&self, field: &str, cell: &str) -> Option<String> {
        if field == "category" && !self.is_valued(field, cell) {
            return self.category_in(cell);
        }
        (self.is_valued(field, cell) || self.is_named(field, cell)).then(|| cell.to_string())
    }

    /// Whether intake makes something of it. Of fields without a list any text will do.
    pub fn reads(&self, field: &str, cell: &str) -> bool {
        let mapped = self.mapped(field, cell);
        match field {
            "category" => self.category_in(mapped).is_some(),
            "region" => self.model.regions.is_empty() || self.model.find_region(mapped).is_some(),
            "org" | "handling_department" => self.model.find_organisation(mapped).is_some(),
            _ => match self.kind {
                SourceKind::Tickets | SourceKind::Reports => self.decodes(field, mapped),
                _ => self.listed.get(field).is_none_or(|words| words.contains(mapped)) || self.is_named(field, mapped),
            },
        }
    }

    /// A table of the map, of the source or of another export names it.
    fn is_valued(&self, field: &str, cell: &str) -> bool {
        let own = [self.map.map(|m| &m.values), Some(&self.source.values), Some(&self.known.values)];
        own.into_iter().flatten().filter_map(|values| values.get(field)).any(|values| values.contains_key(cell))
    }

    /// It is a word or a name of the pipeline's own, or of intake's.
    fn is_named(&self, field: &str, cell: &str) -> bool {
        let model = self.model;
        match field {
            "region" => model
                .regions
                .values()
                .any(|r| [&r.code, &r.name.zh, &r.name.en].into_iter().chain(&r.aliases).any(|name| name == cell)),
            "org" | "handling_department" => model.find_organisation(cell).is_some(),
            "matter" => model.matters.iter().any(|(id, m)| id == cell || m.name.zh == cell || m.name.en == cell),
            "industry" => cell.chars().count() <= 5 && industry_code(cell).is_some(),
            "status" | "credit_class" | "size" if self.kind == SourceKind::Registry => {
                REGISTRY_WORDS.iter().any(|(of, words)| *of == field && words.contains(&cell))
            }
            "branch" | "natural_person" => parse_bool(cell).is_some(),
            "category" => self.category_in(cell).is_some(),
            "intent" | "status" | "urgency" | "verified" | "satisfaction" | "channel" | "severity"
                if matches!(self.kind, SourceKind::Tickets | SourceKind::Reports) =>
            {
                self.decodes(field, cell)
            }
            _ => self.listed.get(field).is_some_and(|words| words.contains(cell)),
        }
    }

    /// The longest category of a matter that stands in the path; with `…/` where the path has more in it.
    fn category_in(&self, cell: &str) -> Option<String> {
        let path = category_path(cell);
        let within = format!("/{path}/");
        let held = self.categories.iter().filter(|c| within.contains(&format!("/{c}/")));
        let longest = held.max_by_key(|c| c.len())?;
        Some(if path == **longest { cell.to_string() } else { format!("…/{longest}") })
    }

    fn mapped<'t>(&self, field: &str, cell: &'t str) -> &'t str
    where
        'a: 't,
    {
        let tables = [self.map.map(|m| &m.values), Some(&self.source.values)];
        let values = tables.into_iter().flatten().find_map(|values| {
            let values = values.get(field)?;
            values.get(cell).or_else(|| values.get("*"))
        });
        values.map_or(cell, String::as_str)
    }

    /// A least record with that word has no flag.
    fn decodes(&self, field: &str, word: &str) -> bool {
        let mut row = match self.kind {
            SourceKind::Reports => {
                json!({ "report_id": "1", "reported_at": "2020-01-01 08:00", "content": "1", "channel": "media" })
            }
            _ => json!({ "ticket_no": "1", "received_at": "2020-01-01 08:00", "content": "1" }),
        };
        row[field] = json!(word);
        let bare = Source { maps: Vec::new(), columns: BTreeMap::new(), ..self.source.clone() };
        let decoded = intake::decode(self.model, &bare, Some(b"1"), Some(row.to_string().as_bytes()));
        decoded.is_ok_and(|d| d.flags.is_empty())
    }
}

/// The words a kind's schema lists for its fields, `kind` itself among them.
fn listed(kind: SourceKind) -> BTreeMap<String, BTreeSet<String>> {
    let schema = super::columns::schema_of(kind);
    let parts = std::iter::once(&schema).chain(schema["oneOf"].as_array().into_iter().flatten());
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (field, property) in parts.filter_map(|part| part["properties"].as_object()).flatten() {
        let words = property["enum"].as_array().into_iter().flatten().chain(property.get("const"));
        let words: Vec<String> = words.filter_map(Value::as_str).map(str::to_string).collect();
        if !words.is_empty() {
            out.entry(field.clone()).or_default().extend(words);
        }
    }
    out
}
