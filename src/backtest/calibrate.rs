//! Learned coefficients as a new version of a pipeline: the same files, numbers changed in place.

use anyhow::{Context, Result, bail};
use jianwei_core::pipeline::{Bundle, Model, OutcomeRules, load};
use std::collections::BTreeMap;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// The pipeline's files with what was learned, under the next version. The rest of each file, remarks
/// too, stays as it is.
pub fn rewrite(model: &Model, taught: &BTreeMap<String, OutcomeRules>) -> Result<Bundle> {
    let mut bundle = model.bundle.clone();
    for (name, text) in &mut bundle.files {
        let edited = edit(name, text, model, taught).with_context(|| format!("rewriting {name}"))?;
        *text = edited.unwrap_or_else(|| std::mem::take(text));
    }
    if let Err(problems) = load(&bundle) {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("what was learned makes no pipeline:\n{}", lines.join("\n"));
    }
    Ok(bundle)
}

fn edit(name: &str, text: &str, model: &Model, taught: &BTreeMap<String, OutcomeRules>) -> Result<Option<String>> {
    if name != "pipeline.toml" && !name.starts_with("matters/") {
        return Ok(None);
    }
    let mut file: DocumentMut = text.parse()?;
    if name == "pipeline.toml" {
        let realm = table(file.get_mut("realm"), "realm")?;
        set(realm, "version", next_version(&model.version).into());
        return Ok(Some(file.to_string()));
    }
    let id = file.get("id").and_then(Item::as_str).unwrap_or_default().to_string();
    let Some(rules) = taught.get(&id) else { return Ok(None) };
    write_rules(table(file.get_mut("outcome"), "outcome")?, rules)?;
    Ok(Some(file.to_string()))
}

fn write_rules(outcome: &mut dyn TableLike, rules: &OutcomeRules) -> Result<()> {
    set(outcome, "intercept", rules.intercept.into());
    if let Some(learned) = rules.learned {
        if outcome.get("learned").is_none() {
            outcome.insert("learned", Item::Table(Table::new()));
        }
        let table = table(outcome.get_mut("learned"), "learned")?;
        set(table, "from", learned.from.to_string().into());
        set(table, "to", learned.to.to_string().into());
        set(table, "outcomes", i64::from(learned.outcomes).into());
        set(table, "happened", i64::from(learned.happened).into());
    }
    for (number, term) in rules.terms.iter().enumerate() {
        let table = item(outcome.get_mut("term"), number).with_context(|| format!("term {:?} is not there", term.code))?;
        set(table, "coefficient", term.coefficient.into());
        set(table, "centre", term.centre.into());
    }
    Ok(())
}

fn table<'a>(item: Option<&'a mut Item>, name: &str) -> Result<&'a mut dyn TableLike> {
    item.and_then(Item::as_table_like_mut).with_context(|| format!("no table {name}"))
}

/// One table of a list, however the list is written; a single table is a list of one.
fn item(list: Option<&mut Item>, number: usize) -> Option<&mut dyn TableLike> {
    match list? {
        Item::ArrayOfTables(tables) => tables.get_mut(number).map(|t| t as &mut dyn TableLike),
        Item::Value(Value::Array(values)) => values.get_mut(number)?.as_inline_table_mut().map(|t| t as &mut dyn TableLike),
        single => single.as_table_like_mut().filter(|_| number == 0),
    }
}

/// Keeps what stands around the old value: its remark, its spaces.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// The number a version ends with is one higher; one without gets a first.
fn next_version(version: &str) -> String {
    let head = version.trim_end_matches(|c: char| c.is_ascii_digit());
    match version[head.len()..].parse::<u64>() {
        Ok(number) if number < u64::MAX => format!("{head}{}", number + 1),
        _ => format!("{version}.1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_on() {
        for (version, next) in [("1", "2"), ("2026.9", "2026.10"), ("spring", "spring.1"), ("", ".1")] {
            assert_eq!(next_version(version), next);
        }
    }
}
