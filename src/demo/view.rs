//! Watches a realm from outside: reads its journal and the topics departments read, and shows what
//! comes.

use super::paint::Paint;
use crate::kafka::{Polled, Settings, poll};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jianwei_core::engine::topics;
use jianwei_core::journal::{Body, decode};
use jianwei_core::pipeline::Model;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Lines of progress where there is no terminal to draw on.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// What was seen, for the summary.
#[derive(Default)]
pub struct Seen {
    pub entries: u64,
    pub records: u64,
    pub dead_letters: u64,
    pub stamp_ms: i64,
    pub reminders: u64,
    /// (matter, level) → warnings raised or made worse.
    pub warnings: BTreeMap<(String, String), u64>,
    /// The lead's copies of surges, newest revision.
    pub surges: BTreeMap<String, Value>,
    pub profiles: BTreeMap<String, Vec<u8>>,
}

pub struct View<'m> {
    consumer: BaseConsumer,
    model: &'m Model,
    paint: Paint,
    bar: ProgressBar,
    terminal: bool,
    told_at: Instant,
    pub seen: Seen,
}

impl<'m> View<'m> {
    /// Assigns the journal and every output topic from the beginning; the topics must exist.
    pub fn open(settings: &Settings, model: &'m Model, color: bool) -> Result<View<'m>> {
        let consumer: BaseConsumer = settings.assigned_consumer("jianwei-demo-view").create()?;
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topics::JOURNAL, model.journal_partition, Offset::Beginning)?;
        let mut names = vec![topics::PROFILES.to_string()];
        for slug in model.organisations.keys() {
            names.extend([topics::warnings(slug), topics::reminders(slug)]);
        }
        for name in &names {
            let metadata = consumer.fetch_metadata(Some(name), Duration::from_secs(10))?;
            for partition in metadata.topics().iter().flat_map(|t| t.partitions()) {
                assignment.add_partition_offset(name, partition.id(), Offset::Beginning)?;
            }
        }
        consumer.assign(&assignment)?;
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        let target = if terminal { ProgressDrawTarget::stdout() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg}")?);
        bar.set_draw_target(target);
        Ok(View { consumer, model, paint: Paint(color), bar, terminal, told_at: Instant::now(), seen: Seen::default() })
    }

    /// A line above the counts.
    pub fn say(&self, text: &str) {
        if self.terminal { self.bar.println(text) } else { println!("{text}") }
    }

    /// Reads what is there; false when there was nothing for `timeout`.
    pub fn watch(&mut self, timeout: Duration) -> Result<bool> {
        const AT_ONCE: usize = 2_000;
        let mut wait = timeout;
        let mut any = false;
        for _ in 0..AT_ONCE {
            match poll(&self.consumer, wait) {
                Polled::Message(message) => {
                    any = true;
                    let key = message.key.unwrap_or_default();
                    self.take(&message.topic, key, message.value.unwrap_or_default())?;
                }
                Polled::Nothing => break,
                Polled::End { .. } | Polled::Failed { .. } => {}
            }
            wait = Duration::ZERO;
        }
        self.show_counts();
        Ok(any)
    }

    /// Reads until nothing comes any more.
    pub fn drain(&mut self) -> Result<()> {
        while self.watch(Duration::from_millis(300))? {}
        self.bar.finish_and_clear();
        Ok(())
    }

    fn take(&mut self, topic: &str, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        if topic == topics::JOURNAL {
            let entry = decode(&value)?;
            self.seen.entries += 1;
            self.seen.stamp_ms = entry.stamp_ms;
            match entry.body {
                Body::Record(_) => self.seen.records += 1,
                Body::DeadLetter(_) => {
                    self.seen.records += 1;
                    self.seen.dead_letters += 1;
                }
                _ => {}
            }
        } else if topic == topics::PROFILES {
            self.seen.profiles.insert(String::from_utf8_lossy(&key).into_owned(), value);
        } else if topic.starts_with("reminders.") {
            self.seen.reminders += 1;
        } else {
            self.warning(serde_json::from_slice(&value)?);
        }
        Ok(())
    }

    /// Each warning once, by its lead's copy; orange and red are shown as they come.
    fn warning(&mut self, warning: Value) {
        let told = matches!(warning["status"].as_str(), Some("raised" | "upgraded"));
        if warning["role"] != "lead" || !told {
            return;
        }
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        let level = text(&warning["level"]);
        *self.seen.warnings.entry((text(&warning["matter"]["id"]), level.clone())).or_default() += 1;
        if level == "orange" || level == "red" {
            let raised = text(&warning["updated_at"]);
            let label = self.paint.level(&level, &format!(" {:<6} ", level.to_uppercase()));
            let line =
                format!("{label} {}  {}{}", day(&raised), self.paint.bold(&text(&warning["headline"])), seen_against(&warning));
            self.say(&line);
            self.say(&self.paint.dim(&format!("         {}{}", why(&warning), self.who(&warning))));
        }
        if !warning["surge"].is_null() {
            self.seen.surges.insert(text(&warning["warning_id"]), warning);
        }
    }

    /// Who must act by when.
    fn who(&self, warning: &Value) -> String {
        // Duties stand with the lead's first.
        let mut by_org: Vec<(&str, Vec<String>)> = Vec::new();
        for duty in warning["duties"].as_array().into_iter().flatten() {
            let (org, what) = (duty["org"].as_str().unwrap_or_default(), duty["what"].as_str().unwrap_or_default());
            if by_org.last().is_none_or(|(last, _)| *last != org) {
                by_org.push((org, Vec::new()));
            }
            if let Some((_, duties)) = by_org.last_mut() {
                duties.push(format!("{what} by {}", last_day(duty["by"].as_str().unwrap_or_default())));
            }
        }
        let name =
            |org: &str| self.model.organisations.get(org).map_or(org.to_string(), |o| self.model.text(&o.name).to_string());
        let parts: Vec<String> = by_org.iter().map(|(org, duties)| format!("{}: {}", name(org), duties.join(", "))).collect();
        parts.join("; ")
    }

    fn show_counts(&mut self) {
        let of = |wanted: &str| self.seen.warnings.iter().filter(|((_, l), _)| l == wanted).map(|(_, n)| n).sum::<u64>();
        let date = if self.seen.stamp_ms == 0 {
            "before the first day".to_string()
        } else {
            self.model.zone.date(self.seen.stamp_ms).to_string()
        };
        let text = format!(
            "{date}  {} records  {} red  {} orange  {} yellow  {} blue  {} reminders  {} dead letters",
            self.seen.records,
            of("red"),
            of("orange"),
            of("yellow"),
            of("blue"),
            self.seen.reminders,
            self.seen.dead_letters
        );
        if self.terminal {
            self.bar.set_message(text);
            self.bar.tick();
        } else if self.told_at.elapsed() > PLAIN_EVERY {
            self.told_at = Instant::now();
            println!("-- {text}");
        }
    }
}

fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// A due time is the end of a day, written as the midnight after it: people name the day.
fn last_day(time: &str) -> String {
    let date = chrono::NaiveDate::parse_from_str(day(time), "%Y-%m-%d");
    date.ok().and_then(|d| d.pred_opt()).map_or_else(|| time.to_string(), |d| d.format("%m-%d").to_string())
}

fn seen_against(warning: &Value) -> String {
    let surge = &warning["surge"];
    if surge.is_null() {
        return String::new();
    }
    let p = surge["p_e12"].as_u64().unwrap_or(0) as f64 / 1e12;
    let p = if p == 0.0 { "below 1e-12".to_string() } else { format!("{p:.0e}") };
    format!("  (x{:.1}, chance {p})", surge["rate_ratio"].as_f64().unwrap_or(0.0))
}

/// The heaviest reasons for and against, in words; nothing for a surge, whose headline says it.
pub fn why(record: &Value) -> String {
    if !record["surge"].is_null() {
        return String::new();
    }
    let list = |key: &str| record[key].as_array().cloned().unwrap_or_default();
    let factors = list("factors").into_iter().chain(list("against"));
    let parts: Vec<String> = factors
        .filter(|f| f["code"] != "prior")
        .map(|f| format!("{:+} {}", f["points"].as_i64().unwrap_or(0), f["text"].as_str().unwrap_or_default()))
        .collect();
    if parts.is_empty() { String::new() } else { format!("{} · ", parts.join(", ")) }
}
