//! Where in a pipeline's files a thing stands. The model keeps no lines; its bundle keeps the texts,
//! which are parsed once more when something is looked for.

use super::super::Model;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub struct Places<'m> {
    files: BTreeMap<&'m str, (&'m str, Spanned<DeTable<'m>>)>,
    /// Matter id → its file.
    matters: BTreeMap<String, &'m str>,
}

enum Node<'a, 'm> {
    Table(&'a DeTable<'m>),
    Value(&'a DeValue<'m>),
}

impl<'m> Places<'m> {
    pub fn new(model: &'m Model) -> Places<'m> {
        let parse = |text: &'m String| (text.as_str(), DeTable::parse_recoverable(text).0);
        let files: BTreeMap<_, _> = model.bundle.files.iter().map(|(name, text)| (name.as_str(), parse(text))).collect();
        let id = |table: &DeTable| match table.get("id").map(Spanned::get_ref) {
            Some(DeValue::String(id)) => Some(id.to_string()),
            _ => None,
        };
        let matters = files.iter().filter(|(name, _)| name.starts_with("matters/"));
        let matters = matters.filter_map(|(name, (_, root))| Some((id(root.get_ref())?, *name))).collect();
        Places { files, matters }
    }

    pub fn matter_file(&self, id: &str) -> &'m str {
        self.matters.get(id).copied().unwrap_or("pipeline.toml")
    }

    /// The line of the deepest part of the path that is there. A table where a list may stand is its
    /// first item, as the loader reads it.
    pub fn line(&self, file: &str, path: &str) -> usize {
        let Some((text, root)) = self.files.get(file) else { return 1 };
        let mut at = 0;
        let mut node = Node::Table(root.get_ref());
        for part in path.split('.').filter(|p| !p.is_empty()) {
            let next = match node {
                Node::Table(table) | Node::Value(DeValue::Table(table)) => match table.get(part) {
                    None if part == "0" => continue,
                    next => next,
                },
                Node::Value(DeValue::Array(items)) => part.parse::<usize>().ok().and_then(|n| items.get(n)),
                Node::Value(_) => None,
            };
            let Some(next) = next else { break };
            at = next.span().start;
            node = Node::Value(next.get_ref());
        }
        text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
    }

    /// The number of the table of a list whose key has this value.
    pub fn number(&self, file: &str, list: &str, key: &str, value: &str) -> usize {
        let items = self.files.get(file).and_then(|(_, root)| root.get_ref().get(list));
        let is = |item: &Spanned<DeValue>| match item.get_ref() {
            DeValue::Table(table) => matches!(table.get(key).map(Spanned::get_ref), Some(DeValue::String(s)) if s == value),
            _ => false,
        };
        match items.map(Spanned::get_ref) {
            Some(DeValue::Array(items)) => items.iter().position(is).unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether any matter's text names a list of words.toml.
    pub fn uses_list(&self, name: &str) -> bool {
        let wanted = format!("@{name}");
        self.files.iter().filter(|(file, _)| file.starts_with("matters/")).any(|(_, (_, root))| in_table(root.get_ref(), &wanted))
    }
}

fn in_table(table: &DeTable, wanted: &str) -> bool {
    table.values().any(|value| in_value(value.get_ref(), wanted))
}

/// The parser bounds how deep values and tables nest.
fn in_value(value: &DeValue, wanted: &str) -> bool {
    match value {
        DeValue::String(text) => text == wanted,
        DeValue::Array(items) => items.iter().any(|item| in_value(item.get_ref(), wanted)),
        DeValue::Table(table) => in_table(table, wanted),
        _ => false,
    }
}
