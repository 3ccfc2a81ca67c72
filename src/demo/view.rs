//! Watches a realm from outside: reads its journal and the topics departments read, and shows what
//! comes.

use super::paint::Paint;
use super::words::{self, Words};
use crate::kafka::{Polled, Settings, poll};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jianwei_core::domain::Level;
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
    words: Words,
    paint: Paint,
    bar: ProgressBar,
    terminal: bool,
    told_at: Instant,
    /// Steps the journal once more to see how right its chances of outcomes were.
    pub judge: Option<super::right::Judge>,
    /// One warning told from its raising to its end.
    pub story: Option<super::story::Story>,
    pub seen: Seen,
}

impl<'m> View<'m> {
    /// Assigns the journal and every output topic from the beginning; the topics must exist.
    pub fn open(
        settings: &Settings,
        model: &'m Model,
        words: Words,
        paint: Paint,
        story: Option<super::story::Story>,
    ) -> Result<View<'m>> {
        let consumer: BaseConsumer = settings.assigned_consumer("jianwei-demo-view").create()?;
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topics::JOURNAL, model.journal_partition, Offset::Beginning)?;
        let mut names = vec![topics::PROFILES.to_string(), topics::AUDIT.to_string()];
        for slug in model.organisations.keys() {
            names.extend([topics::warnings(slug), topics::reminders(slug)]);
        }
        let metadata = consumer.fetch_metadata(None, Duration::from_secs(10))?;
        for topic in metadata.topics().iter().filter(|t| names.iter().any(|name| name == t.name())) {
            for partition in topic.partitions() {
                assignment.add_partition_offset(topic.name(), partition.id(), Offset::Beginning)?;
            }
        }
        consumer.assign(&assignment)?;
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        let target = if terminal { ProgressDrawTarget::stdout() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {msg}")?);
        bar.set_draw_target(target);
        Ok(View {
            consumer,
            model,
            words,
            paint,
            bar,
            terminal,
            told_at: Instant::now(),
            judge: None,
            story,
            seen: Seen::default(),
        })
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
            match &entry.body {
                Body::Record(_) => self.seen.records += 1,
                Body::DeadLetter(_) => {
                    self.seen.records += 1;
                    self.seen.dead_letters += 1;
                }
                _ => {}
            }
            if let Some(judge) = &mut self.judge {
                judge.take(entry)?;
            }
            return Ok(());
        }
        if topic == topics::PROFILES {
            self.seen.profiles.insert(String::from_utf8_lossy(&key).into_owned(), value);
            return Ok(());
        }
        let record: Value = serde_json::from_slice(&value)?;
        if let Some(story) = &mut self.story {
            let lines = story.take(topic, &record, self.model, self.words, self.paint);
            lines.iter().for_each(|line| self.say(line));
        }
        if topic.starts_with("reminders.") {
            self.seen.reminders += 1;
        } else if topic != topics::AUDIT {
            self.warning(record);
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
        let in_story = self.story.as_ref().is_some_and(|s| s.is_about(&warning));
        if (level == "orange" || level == "red") && !in_story {
            let raised = text(&warning["updated_at"]);
            let label = self.words.label(self.paint, &level);
            let headline = self.paint.bold(&text(&warning["headline"]));
            self.say(&format!("{label} {}  {headline}{}", words::day(&raised), self.words.seen_against(&warning)));
            let (mark, why, who) = (self.words.mark(), words::why(&warning), self.words.who(self.model, &warning));
            self.say(&self.paint.dim(&format!("{mark}         {why}{who}")));
        }
        if !warning["surge"].is_null() {
            self.seen.surges.insert(text(&warning["warning_id"]), warning);
        }
    }

    fn show_counts(&mut self) {
        let of = |wanted: Level| {
            let levels = self.seen.warnings.iter().filter(|((_, level), _)| level == wanted.as_str());
            levels.map(|(_, n)| n).sum::<u64>()
        };
        let date = (self.seen.stamp_ms != 0).then(|| self.model.zone.date(self.seen.stamp_ms).to_string());
        let text = self.words.counts(date, &self.seen, Level::ALL.map(of));
        if self.terminal {
            self.bar.set_message(text);
            self.bar.tick();
        } else if self.told_at.elapsed() > PLAIN_EVERY {
            self.told_at = Instant::now();
            println!("-- {text}");
        }
    }
}
