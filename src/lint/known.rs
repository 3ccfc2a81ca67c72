//! Headers seen in exports, by record field: the tables of Weihai's pipeline, read as they stand.

use jianwei_core::domain::SourceKind;
use std::collections::BTreeMap;

const WEIHAI: &str = include_str!("../../pipelines/weihai/pipeline.toml");

type Table<T> = BTreeMap<String, T>;

#[derive(Default, serde::Deserialize)]
pub struct Known {
    /// Field ← column names.
    #[serde(default)]
    pub columns: Table<Vec<String>>,
    /// Field → (cell → value).
    #[serde(default)]
    pub values: Table<Table<String>>,
}

pub fn known(kind: SourceKind) -> Known {
    let parsed: Option<toml::Table> = toml::from_str(WEIHAI).ok();
    let sources = parsed.as_ref().and_then(|t| t.get("source")).and_then(toml::Value::as_array);
    let of_kind = |source: &&toml::Value| source.get("kind").and_then(toml::Value::as_str) == Some(kind.as_str());
    let found = sources.into_iter().flatten().find(of_kind);
    found.and_then(|source| source.clone().try_into().ok()).unwrap_or_default()
}

/// What a header stands for among records of another kind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Elsewhere {
    pub kind: &'static str,
    pub field: String,
}

/// What the other kinds know, in the order of the kinds.
pub struct Others(Vec<(&'static str, Known)>);

impl Others {
    pub fn than(kind: SourceKind) -> Others {
        let others = SourceKind::NAMES.into_iter().filter(|(_, other)| *other != kind);
        Others(others.map(|(name, other)| (name, known(other))).collect())
    }

    /// The first kind that knows the header, and as what.
    pub fn field_of(&self, column: &str) -> Option<Elsewhere> {
        self.all_of(column).next()
    }

    /// Every kind that does.
    pub fn all_of(&self, column: &str) -> impl Iterator<Item = Elsewhere> {
        self.0.iter().filter_map(move |(kind, known)| Some(Elsewhere { kind, field: known.field_of(column)?.to_string() }))
    }
}

/// A column's name without what exports add to it: white space, brackets and what is in them, stars.
pub fn plain(column: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in column.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth -= 1,
            '*' | '＊' | ':' | '：' | '_' | '-' => {}
            c if depth > 0 || c.is_whitespace() => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

impl Known {
    /// The field a header is known to stand for; of two that share it the one that names it first.
    pub fn field_of(&self, column: &str) -> Option<&str> {
        let wanted = plain(column);
        let places = self.columns.iter().filter_map(|(field, names)| {
            let own = (plain(field) == wanted).then_some(0);
            own.or_else(|| names.iter().position(|name| plain(name) == wanted)).map(|at| (at, field.as_str()))
        });
        places.min().map(|(_, field)| field)
    }

    /// The field whose longest known name is part of the header; a guess.
    pub fn like(&self, column: &str) -> Option<&str> {
        let wanted = plain(column);
        let parts = self.columns.iter().flat_map(|(field, names)| {
            names
                .iter()
                .map(|name| plain(name))
                .filter(|name| name.chars().count() >= 2 && wanted.contains(name))
                .map(move |name| (name.len(), field.as_str()))
        });
        parts.max().map(|(_, field)| field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_by_weihais_own_table() {
        let tickets = known(SourceKind::Tickets);
        for (column, field) in [
            ("工单编号", Some("ticket_no")),
            (" 登记时间（必填）*", Some("received_at")),
            ("诉求内容", Some("content")),
            ("received_at", Some("received_at")),
            ("天气", None),
        ] {
            assert_eq!(tickets.field_of(column), field, "{column}");
        }
        assert_eq!(tickets.like("问题内容详情"), Some("content"));
        assert_eq!(tickets.like("天气"), None);
        assert!(tickets.values["intent"].contains_key("投诉类"));
        assert!(!known(SourceKind::Registry).columns.is_empty());
    }
}
