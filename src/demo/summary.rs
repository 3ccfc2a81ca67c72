//! What a run showed, in a screenful.

use super::paint::Paint;
use super::view::{Seen, why};
use jianwei_core::domain::Level;
use jianwei_core::pipeline::Model;
use serde_json::Value;
use std::path::Path;

const SHOWN: usize = 5;

pub fn print(model: &Model, pipelines: &Path, seen: &Seen, paint: Paint) {
    println!();
    println!("{}", paint.bold("Summary"));
    let until = model.zone.date(seen.stamp_ms);
    println!(
        "{} source records up to {until}, {} journal entries, {} dead letters, {} reminders, {} risk profiles",
        seen.records,
        seen.entries,
        seen.dead_letters,
        seen.reminders,
        seen.profiles.len()
    );
    print_warnings(model, seen, paint);
    print_surges(seen, paint);
    print_profiles(model, seen, paint);
    print_commands(pipelines, seen, paint);
}

fn print_warnings(model: &Model, seen: &Seen, paint: Paint) {
    println!("\n{}", paint.bold("Warnings raised or made worse, by matter and level"));
    println!("  {:<32}{:>7}{:>8}{:>8}{:>6}", "", "red", "orange", "yellow", "blue");
    for matter in model.matters.values() {
        let count = |level: Level| seen.warnings.get(&(matter.id.clone(), level.as_str().to_string())).copied().unwrap_or(0);
        println!(
            "  {:<32}{:>7}{:>8}{:>8}{:>6}",
            model.text(&matter.name),
            count(Level::Red),
            count(Level::Orange),
            count(Level::Yellow),
            count(Level::Blue)
        );
    }
}

fn print_surges(seen: &Seen, paint: Paint) {
    println!("\n{}", paint.bold("Biggest surges, by how many more were seen than is usual"));
    for warning in ranked(seen).into_iter().take(SHOWN) {
        let level = warning["level"].as_str().unwrap_or_default();
        let label = paint.level(level, &format!("{level:<7}"));
        let ratio = warning["surge"]["rate_ratio"].as_f64().unwrap_or(0.0);
        println!("  {label}{} (x{ratio:.1})  {}", warning["headline"].as_str().unwrap_or_default(), id(warning));
    }
}

/// Surges by how many more than usual were seen: what a city notices.
fn ranked(seen: &Seen) -> Vec<&Value> {
    let excess = |w: &Value| {
        let surge = &w["surge"];
        surge["observed"].as_f64().unwrap_or(0.0) - surge["expected"].as_f64().unwrap_or(0.0)
    };
    let mut surges: Vec<&Value> = seen.surges.values().collect();
    surges.sort_by(|a, b| excess(b).total_cmp(&excess(a)).then_with(|| id(a).cmp(id(b))));
    surges
}

fn print_profiles(model: &Model, seen: &Seen, paint: Paint) {
    let name = model.text(&model.id_name);
    println!("\n{}", paint.bold(&format!("Highest risk now, by {name}, and why (points are tenths of log-odds)")));
    let mut profiles: Vec<Value> = seen.profiles.values().filter_map(|v| serde_json::from_slice(v).ok()).collect();
    let rank =
        |p: &Value| (p["level"].as_str().and_then(Level::parse), p["score"].as_u64().unwrap_or(0), p["evidence_count"].as_u64());
    profiles.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a["subject"]["id"].as_str().cmp(&b["subject"]["id"].as_str())));
    for profile in profiles.iter().take(SHOWN) {
        let why = why(profile);
        println!(
            "  {name} {:<14} score {:>3}  {}",
            profile["subject"]["id"].as_str().unwrap_or_default(),
            profile["score"].as_u64().unwrap_or(0),
            why.trim_end_matches(" · ")
        );
    }
    println!("{}", paint.dim(&format!("  {}", model.text(&model.disclaimer))));
}

fn id(warning: &Value) -> &str {
    warning["warning_id"].as_str().unwrap_or_default()
}

/// The same bytes come from the files again: the broker of the demo is gone by now.
fn print_commands(pipelines: &Path, seen: &Seen, paint: Paint) {
    let dir = pipelines.display();
    println!("\n{}", paint.bold("To look at any of them"));
    println!(
        "  jianwei replay --pipelines {dir} --input tickets='{dir}/sample/*311*.csv.gz' --input sector='{dir}/sample/*inspection*.csv.gz' --input sector='{dir}/sample/*canvass*.csv.gz' --out out"
    );
    let first = ranked(seen).first().map_or("WARNING_ID", |w| id(w)).to_string();
    println!("  jq 'select(.warning_id == \"{first}\" and .role == \"lead\")' out/warnings.ndjson");
    println!("  jq 'select(.subject.id == \"LICENCE\")' out/profiles.ndjson");
}
