//! Learned coefficients as a new version of a pipeline: the same files, numbers changed in place.

use super::strata::{Prior, Priors};
use anyhow::{Context, Result, bail};
use jianwei_core::pipeline::{Bundle, Model, OutcomeRules, TailMap, load};
use std::collections::BTreeMap;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// What history taught.
pub struct Taught {
    /// Of outcomes, by matter.
    pub outcomes: BTreeMap<String, OutcomeRules>,
    /// Of rates of complaints, by matter.
    pub priors: BTreeMap<String, Priors>,
    pub maps: TailMap,
}

/// The pipeline's files with what was learned, under the next version. The rest of each file, remarks
/// too, stays as it is.
pub fn rewrite(model: &Model, taught: &Taught) -> Result<Bundle> {
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

fn edit(name: &str, text: &str, model: &Model, taught: &Taught) -> Result<Option<String>> {
    if name != "pipeline.toml" && !name.starts_with("matters/") {
        return Ok(None);
    }
    let mut file: DocumentMut = text.parse()?;
    if name == "pipeline.toml" {
        let realm = table(file.get_mut("realm"), "realm")?;
        set(realm, "version", next_version(&model.version).into());
        if !taught.maps.0.is_empty() {
            write_maps(&mut file, &taught.maps);
        }
        return Ok(Some(file.to_string()));
    }
    let id = file.get("id").and_then(Item::as_str).unwrap_or_default().to_string();
    let (rules, priors) = (taught.outcomes.get(&id), taught.priors.get(&id));
    if let Some(rules) = rules {
        write_rules(table(file.get_mut("outcome"), "outcome")?, rules)?;
    }
    if let Some(priors) = priors {
        let enterprise = table(file.get_mut("enterprise"), "enterprise")?;
        write_priors(table(enterprise.get_mut("rate"), "rate")?, priors);
    }
    Ok((rules.is_some() || priors.is_some()).then(|| file.to_string()))
}

/// Priors are written anew, in the place of those that were there.
fn write_priors(rate: &mut dyn TableLike, priors: &Priors) {
    let mut all = InlineTable::new();
    put_prior(&mut all, &priors.all);
    set(rate, "prior", Value::InlineTable(all));
    let mut strata = Array::new();
    for (industry, prior) in &priors.strata {
        let mut stratum = InlineTable::new();
        stratum.insert("industry", industry.as_str().into());
        put_prior(&mut stratum, prior);
        let mut value = Value::InlineTable(stratum);
        value.decor_mut().set_prefix("\n  ");
        strata.push_formatted(value);
    }
    strata.set_trailing("\n");
    strata.set_trailing_comma(true);
    rate.remove("stratum");
    if !strata.is_empty() {
        rate.insert("stratum", Item::Value(Value::Array(strata)));
    }
}

fn put_prior(table: &mut InlineTable, prior: &Prior) {
    table.insert("shape", prior.prior.shape.into());
    table.insert("rate", prior.prior.rate.into());
}

/// Maps are written anew, in the place of those that were there.
fn write_maps(file: &mut DocumentMut, maps: &TailMap) {
    let mut tables = ArrayOfTables::new();
    for map in &maps.0 {
        let mut table = Table::new();
        let mut put = |key: &str, value: Value| table.insert(key, Item::Value(value));
        put("period", map.period.as_str().into());
        map.expected_below.map(|below| put("expected_below", below.into()));
        put("from", map.from.to_string().into());
        put("to", map.to.to_string().into());
        put("series", i64::from(map.series).into());
        put("periods", i64::from(map.periods).into());
        put("exceedances", i64::from(map.exceedances).into());
        put("knot", Value::Array(knots(&map.knots)));
        put("shape", map.shape.into());
        put("scale", map.scale.into());
        tables.push(table);
    }
    file.insert("tail", Item::ArrayOfTables(tables));
}

/// One a line, so that two versions can be compared.
fn knots(knots: &[(f64, f64)]) -> Array {
    let mut array = Array::new();
    for (p, share) in knots {
        let mut knot = InlineTable::new();
        knot.insert("p", (*p).into());
        knot.insert("share", (*share).into());
        let mut value = Value::InlineTable(knot);
        value.decor_mut().set_prefix("\n  ");
        array.push_formatted(value);
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
    array
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
