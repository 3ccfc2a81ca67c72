//! What the demonstration says, in either language.

use super::paint::Paint;
use super::view::Seen;
use jianwei_core::domain::{Language, Level};
use jianwei_core::pipeline::Model;
use serde_json::Value;

/// The language, and whether what is shown is simulated: then every line says so.
#[derive(Clone, Copy)]
pub struct Words {
    pub language: Language,
    pub simulated: bool,
}

impl Words {
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        crate::lang::pick(self.language, zh, en)
    }

    fn zh(&self) -> bool {
        self.language == Language::Zh
    }

    pub fn mark(&self) -> &'static str {
        match (self.simulated, self.language) {
            (false, _) => "",
            (true, Language::Zh) => "[模拟] ",
            (true, Language::En) => "[simulated] ",
        }
    }

    pub fn level<'a>(&self, level: &'a str) -> &'a str {
        let zh = match Level::parse(level) {
            Some(Level::Red) => "红色",
            Some(Level::Orange) => "橙色",
            Some(Level::Yellow) => "黄色",
            Some(Level::Blue) => "蓝色",
            None => level,
        };
        self.pick(zh, level)
    }

    /// A level as a coloured block at the beginning of a line.
    pub fn label(&self, paint: Paint, level: &str) -> String {
        let block = if self.zh() { format!(" {} ", self.level(level)) } else { format!(" {:<6} ", level.to_uppercase()) };
        format!("{}{}", self.mark(), paint.level(level, &block))
    }

    /// How to read the lines that follow.
    pub fn legend(&self) -> &'static str {
        match self.language {
            Language::Zh => "红色和橙色预警随到随显示；分值为对数几率的十分之一；激增后的“概率”指平常时期出现这么多件的可能性",
            Language::En => {
                "red and orange warnings are shown as they come; points are tenths of log-odds, a surge's chance is that of so many in an ordinary period"
            }
        }
    }

    pub fn published(&self, count: u64, topic: &str) -> String {
        match (self.language, self.simulated) {
            (Language::Zh, false) => format!("已发布 {count} 条真实记录到 {topic}"),
            (Language::Zh, true) => format!("已发布 {count} 条模拟记录到 {topic}"),
            (Language::En, false) => format!("published {count} real records to {topic}"),
            (Language::En, true) => format!("published {count} simulated records to {topic}"),
        }
    }

    /// `of_level`: from blue to red.
    pub fn counts(&self, date: Option<String>, seen: &Seen, of_level: [u64; 4]) -> String {
        let date = date.unwrap_or_else(|| self.pick("第一天之前", "before the first day").to_string());
        let [blue, yellow, orange, red] = of_level;
        let (records, reminders, dead) = (seen.records, seen.reminders, seen.dead_letters);
        let mark = self.mark();
        if self.zh() {
            format!("{mark}{date}  记录 {records}  红 {red}  橙 {orange}  黄 {yellow}  蓝 {blue}  提醒 {reminders}  死信 {dead}")
        } else {
            format!(
                "{mark}{date}  {records} records  {red} red  {orange} orange  {yellow} yellow  {blue} blue  {reminders} reminders  {dead} dead letters"
            )
        }
    }

    pub fn seen_against(&self, warning: &Value) -> String {
        let surge = &warning["surge"];
        if surge.is_null() {
            return String::new();
        }
        let p = surge["p_e12"].as_u64().unwrap_or(0) as f64 / 1e12;
        let p = if p == 0.0 { self.pick("低于 1e-12", "below 1e-12").to_string() } else { format!("{p:.0e}") };
        format!("  (x{:.1}, {} {p})", surge["rate_ratio"].as_f64().unwrap_or(0.0), self.pick("概率", "chance"))
    }

    /// Who must act by when.
    pub fn who(&self, model: &Model, warning: &Value) -> String {
        // Duties stand with the lead's first.
        let mut by_org: Vec<(&str, Vec<String>)> = Vec::new();
        for duty in warning["duties"].as_array().into_iter().flatten() {
            let (org, what) = (duty["org"].as_str().unwrap_or_default(), duty["what"].as_str().unwrap_or_default());
            if by_org.last().is_none_or(|(last, _)| *last != org) {
                by_org.push((org, Vec::new()));
            }
            let by = last_day(duty["by"].as_str().unwrap_or_default());
            if let Some((_, duties)) = by_org.last_mut() {
                duties.push(if self.zh() { format!("{by} 前{}", self.duty(what)) } else { format!("{what} by {by}") });
            }
        }
        let join = self.pick("、", ", ");
        let parts: Vec<String> =
            by_org.iter().map(|(org, duties)| format!("{}: {}", self.organisation(model, org), duties.join(join))).collect();
        parts.join("; ")
    }

    /// What is owed, or what an organisation says of a warning.
    pub fn duty<'a>(&self, what: &'a str) -> &'a str {
        let zh = match what {
            "acknowledge" => "签收",
            "start" => "开始核查",
            "feedback" => "反馈",
            "close" => "办结",
            "return" => "退回",
            "agree_lead" => "明确牵头部门",
            other => other,
        };
        self.pick(zh, what)
    }

    /// What an organisation did, as a sentence goes on after its name.
    pub fn did<'a>(&self, what: &'a str) -> &'a str {
        let en = match what {
            "acknowledge" => "acknowledged",
            "start" => "began to verify",
            "feedback" => "reported back",
            "close" => "closed it",
            "return" => "returned it",
            other => other,
        };
        self.pick(self.duty(what), en)
    }

    pub fn organisation(&self, model: &Model, org: &str) -> String {
        model.organisations.get(org).map_or(org.to_string(), |o| model.text(&o.name).to_string())
    }
}

pub fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// A due time is the end of a day, written as the midnight after it: people name the day.
fn last_day(time: &str) -> String {
    let date = chrono::NaiveDate::parse_from_str(day(time), "%Y-%m-%d");
    date.ok().and_then(|d| d.pred_opt()).map_or_else(|| time.to_string(), |d| d.format("%m-%d").to_string())
}

/// The heaviest reasons for and against, in words; nothing for a surge, whose headline says it.
pub fn why(record: &Value) -> String {
    let parts = reasons(record);
    if parts.is_empty() { String::new() } else { format!("{} · ", parts.join(", ")) }
}

pub fn reasons(record: &Value) -> Vec<String> {
    if !record["surge"].is_null() {
        return Vec::new();
    }
    let list = |key: &str| record[key].as_array().cloned().unwrap_or_default();
    let factors = list("factors").into_iter().chain(list("against"));
    factors
        .filter(|f| f["code"] != "prior")
        .map(|f| format!("{:+} {}", f["points"].as_i64().unwrap_or(0), f["text"].as_str().unwrap_or_default()))
        .collect()
}
