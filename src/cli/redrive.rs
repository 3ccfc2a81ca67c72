use super::kafka_args::KafkaArgs;
use crate::kafka::{Chosen, Doing, Done, Group, Outcome, Redrive, RedriveTally};
use crate::lang::{chosen as language_of, pick};
use crate::pipelines::{read_model, time_of};
use crate::replay::progress_bar;
use anyhow::{Context, Result, bail};
use jianwei_core::domain::{Language, Zone};
use jianwei_core::journal::Reason;
use jianwei_core::pipeline::Model;
use std::path::PathBuf;

/// Without --try or --send it lists the dead letters and changes nothing. No value of a record is ever shown.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    kafka: KafkaArgs,
    /// The realm's pipeline, with the fix in it.
    #[arg(long)]
    pipelines: PathBuf,
    /// Read those chosen with the given pipeline, in this process, and say what would become of them.
    #[arg(long = "try", conflicts_with = "send")]
    only_try: bool,
    /// Send those that would be read now back to their topics, each once.
    #[arg(long)]
    send: bool,
    /// Only dead letters of this reason; may stand several times, as may --topic, --field and --letter.
    #[arg(long)]
    reason: Vec<String>,
    /// Only those read from this topic.
    #[arg(long)]
    topic: Vec<String>,
    /// Only those that failed at this field.
    #[arg(long)]
    field: Vec<String>,
    /// Only this dead letter: its partition and offset in jianwei.dead-letters.
    #[arg(long, value_name = "PARTITION/OFFSET", value_parser = place)]
    letter: Vec<(i32, i64)>,
    /// Only those from this time on, local to the realm: 2026-11-01 or 2026-11-01T08:00:00.
    #[arg(long)]
    since: Option<String>,
    /// Only those before this time.
    #[arg(long)]
    until: Option<String>,
    /// Not dead letters but tickets and reports read since --since whose entry names no enterprise.
    #[arg(long, requires = "since", conflicts_with_all = ["reason", "topic", "field", "letter", "until"])]
    unattributed: bool,
    /// Language of what is printed, zh or en; without it the locale decides.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

fn place(text: &str) -> Result<(i32, i64), String> {
    let parsed = text.split_once('/').and_then(|(p, o)| Some((p.parse().ok()?, o.parse().ok()?)));
    parsed.ok_or_else(|| format!("{text:?}: write PARTITION/OFFSET, for example 0/17"))
}

pub fn run(args: &Args) -> Result<()> {
    let model = read_model(&args.pipelines)?;
    let settings = args.kafka.settings()?;
    let language = language_of(args.lang);
    let doing = match (args.only_try, args.send) {
        (_, true) => Doing::Send,
        (true, _) => Doing::Try,
        _ => Doing::List,
    };
    let redrive = Redrive { settings: &settings, model: &model, progress: &progress_bar, now_ms: crate::now_ms() };
    let done = if args.unattributed {
        let since = args.since.as_deref().context("--unattributed needs --since")?;
        redrive.unattributed(time_of(since, model.zone)?, doing)?
    } else {
        redrive.letters(&chosen(args, &model)?, doing)?
    };
    let words = Words { language, zone: model.zone, unattributed: args.unattributed };
    words.print(&done, doing);
    if doing == Doing::Try && done.active.hash != model.hash {
        super::say!("{}", pick(language, DIFFERS_ZH, DIFFERS_EN));
    }
    Ok(())
}

const DIFFERS_ZH: &str =
    "该辖区当前运行的规则集与所给的不同：先停止其 worker，用 jianwei run --pipelines DIR --activate 启动，再加 --send。";
const DIFFERS_EN: &str = "The realm runs another pipeline than this one: before --send, stop its workers and start them with `jianwei run --pipelines DIR --activate`.";

fn chosen(args: &Args, model: &Model) -> Result<Chosen> {
    for reason in &args.reason {
        if !Reason::ALL.iter().any(|r| r.as_str() == reason) {
            let known: Vec<&str> = Reason::ALL.iter().map(|r| r.as_str()).collect();
            bail!("--reason {reason}: no such reason; one of {}", known.join(", "));
        }
    }
    for topic in &args.topic {
        if model.source_of_topic(topic).is_none() {
            let known: Vec<&str> = model.sources.iter().map(|s| s.topic.as_str()).collect();
            bail!("--topic {topic}: no source of realm {}; one of {}", model.realm, known.join(", "));
        }
    }
    let time = |text: &Option<String>| text.as_deref().map(|text| time_of(text, model.zone)).transpose();
    Ok(Chosen {
        reasons: args.reason.clone(),
        topics: args.topic.clone(),
        fields: args.field.clone(),
        since_ms: time(&args.since)?,
        until_ms: time(&args.until)?,
        places: args.letter.clone(),
    })
}

struct Words {
    language: Language,
    zone: Zone,
    unattributed: bool,
}

impl Words {
    fn print(&self, done: &Done, doing: Doing) {
        let tally = RedriveTally::of(&done.pieces);
        if done.pieces.is_empty() {
            let (zh, en) = match self.unattributed {
                true => ("没有未归属的工单或线索", "no ticket or report without an enterprise"),
                false => ("没有死信", "no dead letters"),
            };
            super::say!("{}", pick(self.language, zh, en));
            return;
        }
        match doing {
            Doing::List => self.list(&tally),
            Doing::Try => self.outcomes(&tally, None),
            Doing::Send => self.outcomes(&tally, Some(done.sent)),
        }
    }

    fn list(&self, tally: &RedriveTally) {
        for ((topic, reason, field), group) in &tally.groups {
            let what = if field.is_empty() { reason.clone() } else { format!("{reason} {field}") };
            super::say!("{topic}  {what}: {}", self.group(group));
        }
    }

    fn group(&self, g: &Group) -> String {
        let time = |ms: i64| self.zone.local(ms).format("%Y-%m-%d %H:%M").to_string();
        let (first, last) = (time(g.first_ms), time(g.last_ms));
        let (from, to) = (format!("{}/{}", g.first_at.0, g.first_at.1), format!("{}/{}", g.last_at.0, g.last_at.1));
        let zh =
            format!("{} 条，{first} 至 {last}，位置 {from} 至 {to}；已重发 {}，重发后再次失败 {}", g.count, g.sent, g.came_back);
        let en = format!(
            "{}, {first} to {last}, at {from} to {to}; {} sent again already, {} that had been sent again and failed",
            g.count, g.sent, g.came_back
        );
        pick(self.language, &zh, &en).to_string()
    }

    fn outcomes(&self, tally: &RedriveTally, sent: Option<u64>) {
        if tally.sent_before > 0 {
            super::say!("{:>9}  {}", tally.sent_before, pick(self.language, "此前已重发，跳过", "sent again before: left alone"));
        }
        for (outcome, count) in &tally.outcomes {
            super::say!("{count:>9}  {}", self.outcome(outcome, sent.is_some()));
        }
        if let Some(sent) = sent {
            let (zh, en) = (format!("本次已重发 {sent} 条"), format!("{sent} sent"));
            super::say!("{}", pick(self.language, &zh, &en));
        }
    }

    fn outcome(&self, outcome: &Outcome, sending: bool) -> String {
        let at = |field: &String| if field.is_empty() { String::new() } else { format!(" {field}") };
        let (zh, en) = match outcome {
            Outcome::Ready if self.unattributed => ("现在可以归属".to_string(), "have an enterprise now".to_string()),
            Outcome::Ready => ("现在可以读取".into(), "would be read now".into()),
            Outcome::Fails { reason, field } => {
                let tail = if sending { "; not sent" } else { "" };
                (format!("仍会成为死信：{reason}{}", at(field)), format!("would fail again: {reason}{}{tail}", at(field)))
            }
            Outcome::Nobody => ("仍无法归属".into(), "still nobody they could be about".into()),
            Outcome::Superseded => {
                ("名录行已有更新的版本，不再重发".into(), "directory rows a newer one has replaced: can't be sent".into())
            }
            Outcome::Cut => (
                "内容过长、死信中已截断，不能重发；原文仍在原主题中".into(),
                "were cut because of their length: can't be sent; the whole of them is in their source topic".into(),
            ),
            Outcome::Redacted => ("内容已按规则集脱除，不能重发".into(), "were redacted: can't be sent".into()),
            Outcome::NoSource => ("来源主题不在该规则集中".into(), "were read from a topic this pipeline does not have".into()),
            Outcome::Gone => ("原始记录已不在来源主题中".into(), "are no longer in their source topic".into()),
        };
        pick(self.language, &zh, &en).to_string()
    }
}
