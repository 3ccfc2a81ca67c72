//! What a run showed, in a screenful.

use super::paint::Paint;
use super::story::Story;
use super::view::Seen;
use super::words::{Words, why};
use jianwei_core::domain::{Language, Level};
use jianwei_core::pipeline::Model;
use serde_json::Value;

const SHOWN: usize = 5;
/// Width of a matter's name in the table of warnings, in columns of a terminal.
const NAME_COLUMNS: usize = 34;

pub fn print(model: &Model, seen: &Seen, words: Words, paint: Paint) {
    println!();
    println!("{}", paint.bold(&format!("{}{}", words.mark(), words.pick("小结", "Summary"))));
    let until = model.zone.date(seen.stamp_ms);
    let (records, entries, dead) = (seen.records, seen.entries, seen.dead_letters);
    let (reminders, profiles) = (seen.reminders, seen.profiles.len());
    match words.language {
        Language::Zh => println!(
            "截至 {until} 源记录 {records} 条，日志条目 {entries} 条，死信 {dead} 条，提醒 {reminders} 条，风险画像 {profiles} 份"
        ),
        Language::En => println!(
            "{records} source records up to {until}, {entries} journal entries, {dead} dead letters, {reminders} reminders, {profiles} risk profiles"
        ),
    }
    print_warnings(model, seen, words, paint);
    surges(seen, words, paint).into_iter().chain(riskiest(model, seen, words, paint)).for_each(|line| println!("{line}"));
    println!("{}", paint.dim(&format!("{}  {}", words.mark(), model.text(&model.disclaimer))));
}

fn print_warnings(model: &Model, seen: &Seen, words: Words, paint: Paint) {
    let title = words.pick("各监管事项发出和升级的预警", "Warnings raised or made worse, by matter and level");
    println!("\n{}", paint.bold(title));
    let [red, orange, yellow, blue] = ["red", "orange", "yellow", "blue"].map(|level| right(words.level(level), 8));
    println!("  {}{red}{orange}{yellow}{blue}", left("", NAME_COLUMNS));
    for matter in model.matters.values() {
        let count = |level: Level| seen.warnings.get(&(matter.id.clone(), level.as_str().to_string())).copied().unwrap_or(0);
        println!(
            "{}  {}{:>8}{:>8}{:>8}{:>8}",
            words.mark(),
            left(model.text(&matter.name), NAME_COLUMNS),
            count(Level::Red),
            count(Level::Orange),
            count(Level::Yellow),
            count(Level::Blue)
        );
    }
}

/// Columns a terminal gives a text: Chinese characters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Nothing where no trade rose.
fn surges(seen: &Seen, words: Words, paint: Paint) -> Vec<String> {
    let title = words.pick("最大的激增，按比平常多出的件数", "Biggest surges, by how many more were seen than is usual");
    let rows = ranked(seen).into_iter().take(SHOWN).map(|warning| {
        let level = warning["level"].as_str().unwrap_or_default();
        let label = paint.level(level, &left(words.level(level), 7));
        let ratio = warning["surge"]["rate_ratio"].as_f64().unwrap_or(0.0);
        let mark = words.mark();
        format!("{mark}  {label}{} (x{ratio:.1})  {}", warning["headline"].as_str().unwrap_or_default(), id(warning))
    });
    let rows: Vec<String> = rows.collect();
    if rows.is_empty() { rows } else { [format!("\n{}", paint.bold(title))].into_iter().chain(rows).collect() }
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

/// In the order of `jianwei rank`: by the level of the open warning, then by score.
fn riskiest(model: &Model, seen: &Seen, words: Words, paint: Paint) -> Vec<String> {
    let name = model.text(&model.id_name);
    let title = match words.language {
        Language::Zh => format!("目前风险最高的{name}及原因（先按预警级别，再按风险分；分值为对数几率的十分之一）"),
        Language::En => {
            format!(
                "Highest risk now, by {name}: by the level of the warning, then by score, and why (points are tenths of log-odds)"
            )
        }
    };
    let mut profiles: Vec<Value> = seen.profiles.values().filter_map(|v| serde_json::from_slice(v).ok()).collect();
    let rank =
        |p: &Value| (p["level"].as_str().and_then(Level::parse), p["score"].as_u64().unwrap_or(0), p["evidence_count"].as_u64());
    profiles.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a["subject"]["id"].as_str().cmp(&b["subject"]["id"].as_str())));
    let row = |profile: &Value| {
        let why = why(profile);
        let called = profile["subject"]["name"].as_str().unwrap_or_default();
        let level = profile["level"].as_str();
        let label = left(level.map_or(words.pick("无预警", "none"), |level| words.level(level)), 7);
        let matter = model.matters.get(profile["matter"].as_str().unwrap_or_default()).map_or("", |m| model.text(&m.name));
        format!(
            "{}  {}{} {:<14} {}: {} {:>3}  {}",
            words.mark(),
            level.map_or(label.clone(), |level| paint.level(level, &label)),
            if called.is_empty() { name } else { called },
            profile["subject"]["id"].as_str().unwrap_or_default(),
            matter,
            words.pick("风险分", "score"),
            profile["score"].as_u64().unwrap_or(0),
            why.trim_end_matches(" · ")
        )
    };
    let rows: Vec<String> = profiles.iter().take(SHOWN).map(row).collect();
    if rows.is_empty() { rows } else { [format!("\n{}", paint.bold(&title))].into_iter().chain(rows).collect() }
}

fn id(warning: &Value) -> &str {
    warning["warning_id"].as_str().unwrap_or_default()
}

/// The same bytes come from the files again: the broker of the demo is gone by now.
pub fn print_commands(dir: &str, inputs: &str, subject: &str, seen: &Seen, words: Words, paint: Paint) {
    println!("\n{}", paint.bold(words.pick("想细看其中任何一条", "To look at any of them")));
    println!("  jianwei replay --pipelines {dir} {inputs} --out out");
    if let Some(first) = ranked(seen).first().map(|w| id(w)) {
        println!("  jq 'select(.warning_id == \"{first}\" and .role == \"lead\")' out/warnings.ndjson");
    }
    println!("  jq 'select(.subject.id == \"{subject}\")' out/profiles.ndjson");
}

/// One trouble from its planting to the end of its warning.
pub fn print_story(story: &Story, words: Words, paint: Paint) {
    let title =
        words.pick("一起植入的隐患：其中一条预警，从发出到办结", "A planted trouble: one of its warnings, from raising to close");
    println!("\n{}", paint.bold(&format!("{}{title}", words.mark())));
    for line in story.lines() {
        println!("{line}");
    }
    println!("  jq 'select(.warning_id == \"{}\")' out/warnings.ndjson", story.warning_id);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipelines::{read_model_in, shipped};
    use serde_json::json;

    const WORDS: Words = Words { language: Language::En, simulated: false };

    fn profile(id: &str, level: Option<&str>, score: u64) -> (String, Vec<u8>) {
        let value = json!({ "subject": { "id": id, "name": null }, "matter": "food-safety", "level": level, "score": score,
            "evidence_count": 1, "factors": [], "against": [] });
        (id.to_string(), value.to_string().into_bytes())
    }

    #[test]
    fn what_was_not_seen_has_no_heading_and_the_order_is_said() {
        let model = read_model_in(&shipped("chicago").expect("the folder"), Language::En).expect("a pipeline");
        let mut seen = Seen::default();
        assert!(surges(&seen, WORDS, Paint(false)).is_empty() && riskiest(&model, &seen, WORDS, Paint(false)).is_empty());
        seen.profiles = [profile("A", None, 80), profile("B", Some("red"), 9), profile("C", Some("red"), 30)].into();
        let lines = riskiest(&model, &seen, WORDS, Paint(false));
        assert!(lines[0].contains("by the level of the warning, then by score"), "{lines:?}");
        for (line, parts) in lines[1..].iter().zip([["red ", " C ", " 30 "], ["red ", " B ", "  9 "], ["none ", " A ", " 80 "]]) {
            assert!(parts.iter().all(|part| line.contains(part)) && line.contains("Food safety"), "{line} {parts:?}");
        }
        let surge = json!({ "warning_id": "w", "level": "red", "headline": "much", "surge": { "observed": 9, "expected": 1.0 } });
        seen.surges.insert("w".into(), surge);
        let lines = surges(&seen, WORDS, Paint(false));
        assert!(lines.len() == 2 && lines[0].contains("Biggest surges"), "{lines:?}");
    }
}
