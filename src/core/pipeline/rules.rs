//! The rules of pipeline.toml that hold for all matters: calendar, levels, duties, the measure.

use super::model::*;
use super::reader::Reader;
use crate::domain::{Calendar, Level};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

pub(super) fn calendar(pipeline: &Reader, needed: bool) -> Calendar {
    let listed = || Calendar::Listed { years: BTreeSet::new(), holidays: BTreeSet::new(), working_days: BTreeSet::new() };
    let example = "[calendar] with base = \"china\", or base = \"weekdays\" and holidays = [\"2012-07-04\"]";
    let Some(table) = pipeline.table("calendar") else {
        if needed && !pipeline.has("calendar") {
            pipeline.missing("calendar", example);
        }
        return listed();
    };
    let base = table.string("base", example);
    let dates = |key: &'static str| -> BTreeSet<NaiveDate> {
        let parse = |text: String| {
            let date = super::reader::parse_date(&text);
            if date.is_none() {
                table.file.report(table.at(key), format!("{text:?} is not a date"), "\"2012-07-04\"");
            }
            date
        };
        table.strings(key, example).into_iter().filter_map(parse).collect()
    };
    let holidays = dates("holidays");
    let working_days = dates("working_days");
    table.finish();
    match base.as_deref() {
        Some("china") => Calendar::China,
        Some("weekdays") | None => {
            Calendar::Listed { years: holidays.iter().chain(&working_days).map(Datelike::year).collect(), holidays, working_days }
        }
        Some(other) => {
            pipeline.file.report(pipeline.at("calendar"), format!("no calendar {other:?}"), "base = \"china\" or \"weekdays\"");
            listed()
        }
    }
}

/// Four numbers, one a level: `{ blue = 1, yellow = 2, orange = 3, red = 4 }`.
pub(super) fn per_level(reader: &Reader, key: &'static str, defaults: Option<[f64; 4]>, max: f64) -> [f64; 4] {
    let example = format!("{key} = {{ blue = 1, yellow = 1, orange = 1, red = 1 }}");
    let Some(table) = reader.table(key) else {
        if defaults.is_none() && !reader.has(key) {
            reader.missing(key, &example);
        }
        return defaults.unwrap_or([0.0; 4]);
    };
    let mut out = defaults.unwrap_or([0.0; 4]);
    for level in Level::ALL {
        match table.number(level.as_str(), 0.0..=max, &example) {
            Some(n) => out[level.index()] = n,
            None if defaults.is_none() && !table.has(level.as_str()) => table.missing(level.as_str(), &example),
            None => {}
        }
    }
    table.finish();
    out
}

pub(super) fn levels(pipeline: &Reader, needed: bool) -> LevelRules {
    let fallback = LevelRules {
        false_alarms_per_year: [120.0, 36.0, 12.0, 2.0],
        rate_ratio: [1.25, 1.5, 2.0, 3.0],
        excess: [3.0, 5.0, 8.0, 10.0],
        calm_periods: 3,
        dwell_ms: 48 * crate::domain::HOUR_MS,
        reds_per_hour: 20,
        change: [0.1, 0.2, 0.3, 0.5],
    };
    let Some(table) = pipeline.table("levels") else {
        if needed && !pipeline.has("levels") {
            pipeline.missing("levels", "[levels] with false_alarms_per_year = { blue = 120, yellow = 36, orange = 12, red = 2 }");
        }
        return fallback;
    };
    let rules = LevelRules {
        false_alarms_per_year: per_level(&table, "false_alarms_per_year", None, 1e6),
        rate_ratio: per_level(&table, "rate_ratio", Some(fallback.rate_ratio), 1e3),
        excess: per_level(&table, "excess", Some(fallback.excess), 1e6),
        calm_periods: table.whole("calm_periods", 1..=60, "calm_periods = 3").unwrap_or(3),
        dwell_ms: i64::from(table.whole("dwell_hours", 1..=2_000, "dwell_hours = 48").unwrap_or(48)) * crate::domain::HOUR_MS,
        reds_per_hour: table.whole("reds_per_hour", 1..=10_000, "reds_per_hour = 20").unwrap_or(fallback.reds_per_hour),
        change: per_level(&table, "change", Some(fallback.change), 1e3),
    };
    let falling = |a: &[f64; 4]| a.windows(2).all(|w| w[0] >= w[1]);
    if !falling(&rules.false_alarms_per_year) {
        let at = table.at("false_alarms_per_year");
        table.file.report(at, "a higher level may not allow itself more false alarms", "numbers that fall from blue to red");
    }
    for (key, rising) in [("rate_ratio", &rules.rate_ratio), ("excess", &rules.excess), ("change", &rules.change)] {
        if rising.windows(2).any(|w| w[0] > w[1]) {
            table.file.report(
                table.at(key),
                format!("`{key}` falls from a level to a higher one"),
                "numbers that rise from blue to red",
            );
        }
    }
    table.finish();
    rules
}

/// The document the realm works under; `check` watches when it ends.
pub(super) fn measure(pipeline: &Reader) -> Option<Measure> {
    let table = pipeline.table("measure")?;
    let example = "in_force = \"2023-12-10\"";
    if !table.has("in_force") {
        table.missing("in_force", example);
    }
    let name = table.required_text("name");
    let (in_force, expires) = (table.date("in_force", example), table.date("expires", "expires = \"2028-12-09\""));
    if expires.is_some() && expires < in_force {
        table.file.report(table.at("expires"), "it ends before it begins", "a day after `in_force`");
    }
    table.finish();
    Some(Measure { name, in_force: in_force?, expires })
}

pub(super) fn agree_lead_working_days(pipeline: &Reader) -> u32 {
    let days = pipeline.table("duties").and_then(|t| t.whole("agree_lead_working_days", 0..=250, "agree_lead_working_days = 10"));
    days.unwrap_or(10)
}

pub(super) fn duties(pipeline: &Reader, needed: bool) -> [DutyRule; 4] {
    let mut out = [DutyRule::default(); 4];
    let example = "[duties.orange] acknowledge_working_days = 1, feedback_working_days = 5, close_working_days = 10";
    let Some(table) = pipeline.table("duties") else {
        if needed && !pipeline.has("duties") {
            pipeline.missing("duties", example);
        }
        return out;
    };
    for level in Level::ALL {
        let Some(rule) = table.table(level.as_str()) else { continue };
        let days = |key| rule.whole(key, 0..=250, example);
        out[level.index()] = DutyRule {
            acknowledge_working_days: days("acknowledge_working_days"),
            feedback_working_days: days("feedback_working_days"),
            close_working_days: days("close_working_days"),
        };
        rule.finish();
    }
    // Read by its own function.
    table.has("agree_lead_working_days");
    table.finish();
    out
}

pub(super) fn clue_duties(pipeline: &Reader) -> ClueDuties {
    let Some(table) = pipeline.table("clues") else { return ClueDuties::default() };
    let example = "[clues] acknowledge_working_days = 1, close_working_days = 10";
    let usual = ClueDuties::default();
    let within = table.whole("unclassified_within_days", 1..=90, "unclassified_within_days = 14");
    let rule = ClueDuties {
        unclassified_at_least: table
            .whole("unclassified_at_least", 2..=1_000, "unclassified_at_least = 5")
            .unwrap_or(usual.unclassified_at_least),
        unclassified_within_days: within.unwrap_or(usual.unclassified_within_days),
        acknowledge_working_days: table.whole("acknowledge_working_days", 0..=250, example),
        close_working_days: table.whole("close_working_days", 0..=250, example),
    };
    table.finish();
    rule
}

pub(super) fn credit_classes(pipeline: &Reader) -> Vec<String> {
    let example = "[credit] classes = [\"A\", \"B\", \"C\", \"D\"]";
    let Some(table) = pipeline.table("credit") else { return Vec::new() };
    if !table.has("classes") {
        table.missing("classes", example);
    }
    let classes = table.strings("classes", example);
    if table.has("classes") && classes.is_empty() {
        table.file.report(table.at("classes"), "`classes` names none", example);
    }
    table.finish();
    classes
}

pub(super) fn privacy(pipeline: &Reader) -> Privacy {
    let mut privacy = Privacy { natural_person_days: 365, redact_dead_letters: false };
    if let Some(table) = pipeline.table("privacy") {
        let example = "[privacy] natural_person_days = 365, redact_dead_letters = true";
        privacy.natural_person_days =
            table.whole("natural_person_days", 1..=3_650, example).unwrap_or(privacy.natural_person_days);
        privacy.redact_dead_letters = table.bool("redact_dead_letters", example).unwrap_or(privacy.redact_dead_letters);
        table.finish();
    }
    privacy
}

pub(super) fn ladder(pipeline: &Reader) -> Ladder {
    let mut ladder = Ladder { due_soon_hours: 4, supervised_working_days: 1, circular_working_days: 3 };
    if let Some(table) = pipeline.table("ladder") {
        let example = "[ladder] due_soon_hours = 4, supervised_working_days = 1, circular_working_days = 3";
        ladder.due_soon_hours = table.whole("due_soon_hours", 1..=240, example).unwrap_or(ladder.due_soon_hours);
        ladder.supervised_working_days =
            table.whole("supervised_working_days", 1..=60, example).unwrap_or(ladder.supervised_working_days);
        ladder.circular_working_days =
            table.whole("circular_working_days", 1..=90, example).unwrap_or(ladder.circular_working_days);
        if ladder.circular_working_days <= ladder.supervised_working_days {
            table.file.report(table.at, "circular notice must come after supervised handling", example);
        }
        table.finish();
    }
    ladder
}
