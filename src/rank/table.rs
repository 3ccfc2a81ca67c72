//! The list as a table for people.

use super::Row;
use crate::lang::pick;
use jianwei_core::domain::{Language, Level};
use jianwei_core::pipeline::Model;

pub fn print(model: &Model, rows: &[Row], lang: Language) -> String {
    if rows.is_empty() {
        return pick(lang, "没有符合条件的监管对象", "no subject fits").to_string();
    }
    let head: [[&str; 2]; 9] = [
        ["序号", "rank"],
        ["级别", "level"],
        ["风险分", "score"],
        ["监管对象", "subject"],
        ["区域", "region"],
        ["事项", "matter"],
        ["上次检查", "last inspected"],
        ["信用等级", "credit class"],
        ["截至", "as of"],
    ];
    let mut table = vec![head.map(|[zh, en]| pick(lang, zh, en).to_string()).to_vec()];
    let unknown = || "-".to_string();
    for row in rows {
        let matter = model.matters.get(&row.matter).map_or(row.matter.as_str(), |m| m.name.get(lang));
        let subject = match &row.subject.name {
            Some(name) => format!("{name} {}", row.subject.id),
            None => row.subject.id.clone(),
        };
        table.push(vec![
            row.rank.to_string(),
            row.level.map_or_else(unknown, |level| level_name(level, lang).to_string()),
            row.score.to_string(),
            subject,
            row.subject.region_name.clone().or_else(|| row.subject.region.clone()).unwrap_or_else(unknown),
            matter.to_string(),
            row.last_inspected.as_ref().map_or_else(unknown, |at| at.chars().take(10).collect()),
            row.credit_class.clone().unwrap_or_else(unknown),
            // To the minute.
            row.as_of.chars().take(16).collect::<String>().replace('T', " "),
        ]);
    }
    let newest = rows.iter().map(|row| row.as_of.as_str()).max().unwrap_or_default();
    let end = match lang {
        Language::Zh => format!("共 {} 个，最近更新 {newest}。待核实线索，不作为处罚依据。", rows.len()),
        Language::En => format!("{} subjects, newest as of {newest}. Leads to verify, no ground for a penalty.", rows.len()),
    };
    columns(&table) + &end
}

fn level_name(level: Level, lang: Language) -> &'static str {
    let zh = ["蓝", "黄", "橙", "红"][level.index()];
    pick(lang, zh, level.as_str())
}

fn columns(table: &[Vec<String>]) -> String {
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let count = table.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count).map(|c| table.iter().map(|row| width(&row[c])).max().unwrap_or(0)).collect();
    let cell = |(text, wide): (&String, &usize)| format!("{text}{}", " ".repeat(wide - width(text)));
    let line = |row: &Vec<String>| row.iter().zip(&widths).map(cell).collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n";
    table.iter().map(line).collect()
}
