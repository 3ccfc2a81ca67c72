//! One warning of the simulated city, told from what was planted to its end.

use super::paint::Paint;
use super::words::{self, Words};
use jianwei_core::domain::{Language, Level};
use jianwei_core::engine::topics;
use jianwei_core::pipeline::Model;
use serde_json::Value;

/// What is followed, and what was seen of it so far.
pub struct Story {
    pub warning_id: String,
    /// When, whether an organisation said it, and the lines, for the summary.
    told: Vec<(String, bool, Vec<String>)>,
}

impl Story {
    pub fn about(warning_id: String) -> Story {
        Story { warning_id, told: Vec::new() }
    }

    pub fn is_about(&self, record: &Value) -> bool {
        record["warning_id"] == self.warning_id.as_str()
    }

    /// The lines a record of a topic adds; none where it is about something else.
    pub fn take(&mut self, topic: &str, record: &Value, model: &Model, words: Words, paint: Paint) -> Vec<String> {
        let lines = if topic == topics::AUDIT && record["target"] == self.warning_id.as_str() {
            self.spoken(record, model, words)
        } else if topic.starts_with("warnings.") && self.is_about(record) {
            self.warned(record, model, words, paint)
        } else {
            Vec::new()
        };
        let at = record["at"].as_str().or(record["updated_at"].as_str()).unwrap_or_default();
        if !lines.is_empty() {
            self.told.push((at.to_string(), topic == topics::AUDIT, lines.clone()));
        }
        lines
    }

    /// What an organisation said.
    fn spoken(&self, record: &Value, model: &Model, words: Words) -> Vec<String> {
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_string();
        let (what, org) = (text("what"), words.organisation(model, &text("org")));
        let outcome = match (words.language, text("detail").as_str()) {
            (_, "") => String::new(),
            (Language::Zh, "confirmed") => "：属实".into(),
            (Language::Zh, "rectified") => "：已整改".into(),
            (Language::Zh, "penalised") => "：已处罚".into(),
            (Language::Zh, "unfounded") => "：不属实".into(),
            (Language::Zh, other) => format!("：{other}"),
            (Language::En, other) => format!(": {other}"),
        };
        vec![format!("{}  {}  {org} {}{outcome}", words.mark(), moment(&text("at")), words.did(&what))]
    }

    /// A copy of the warning: the lead's tells what and why, each tells whom it reached.
    fn warned(&self, record: &Value, model: &Model, words: Words, paint: Paint) -> Vec<String> {
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_string();
        let (status, role) = (text("status"), text("role"));
        if role != "lead" {
            return Vec::new();
        }
        let at = moment(&text("updated_at"));
        let mark = words.mark();
        if status == "lifted" || status == "withdrawn" {
            let ended = words.pick("预警解除，所有收到的部门均已告知", "the warning ends; everyone who got it is told");
            return vec![paint.bold(&format!("{mark}  {at}  {ended}"))];
        }
        let level = text("level");
        let label = words.label(paint, &level);
        let mut lines = vec![format!("{label} {at}  {}", paint.bold(&text("headline")))];
        let reasons = words::reasons(record);
        if !reasons.is_empty() {
            lines.push(format!("{mark}  {}: {}", words.pick("为什么", "why"), reasons.join(words.pick("，", ", "))));
        }
        lines.push(format!("{mark}  {}", sent_to(record, model, words)));
        if Level::parse(&level).is_some_and(|l| l >= Level::Orange) {
            lines.push(format!("{mark}  {}", words.who(model, record)));
        }
        lines.push(format!("{mark}  {}", text("disclaimer")));
        lines
    }

    /// All lines in order of time; topics are read side by side, so they may have come in another.
    pub fn lines(&self) -> Vec<String> {
        let mut told: Vec<&(String, bool, Vec<String>)> = self.told.iter().collect();
        // What ends a warning is said before the warning's end.
        told.sort_by_key(|(at, said, _)| (at, !said));
        told.into_iter().flat_map(|(_, _, lines)| lines.clone()).collect()
    }
}

fn sent_to(record: &Value, model: &Model, words: Words) -> String {
    let lead = words.organisation(model, record["lead"].as_str().unwrap_or_default());
    let join = words.pick("、", ", ");
    let cooperating = record["cooperating"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let cooperating: Vec<String> = cooperating.map(|org| words.organisation(model, org)).collect();
    match words.language {
        Language::Zh => format!("已发送：牵头 {lead}；协同 {}", cooperating.join(join)),
        Language::En => format!("sent to: lead {lead}; cooperating {}", cooperating.join(join)),
    }
}

/// A time to the minute.
fn moment(time: &str) -> String {
    time.replace('T', " ").chars().take(16).collect()
}
