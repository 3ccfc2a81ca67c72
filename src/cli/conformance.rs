use super::kafka_args::KafkaArgs;
use crate::conformance::{Verdict, judge, read_held, records};
use crate::kafka::{PlainRecord, publish_transactions};
use anyhow::{Result, bail};
use jianwei_core::domain::{Language, Text};
use std::path::PathBuf;

#[derive(clap::Subcommand)]
pub enum Args {
    /// Send a fixed set of training records to an organisation's topics.
    Publish(PublishArgs),
    /// Say which rules of the contract a consumer kept, by the table it made of the training records.
    Check(CheckArgs),
}

#[derive(clap::Args)]
pub struct PublishArgs {
    #[command(flatten)]
    kafka: KafkaArgs,
    /// The organisation: records go to warnings.ORG and reminders.ORG.
    #[arg(long)]
    org: String,
    /// Language of what is printed: en or zh.
    #[arg(long, value_parser = language, default_value = "en")]
    lang: Language,
}

#[derive(clap::Args)]
pub struct CheckArgs {
    /// The consumer's table, CSV with a header line or NDJSON: warning_id, revision, status, level and,
    /// if it has them, headline and reminders.
    file: PathBuf,
    /// Language of what is printed: en or zh.
    #[arg(long, value_parser = language, default_value = "en")]
    lang: Language,
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::En),
        "zh" => Ok(Language::Zh),
        _ => Err("write en or zh".to_string()),
    }
}

pub fn run(args: &Args) -> Result<()> {
    match args {
        Args::Publish(args) => publish(args),
        Args::Check(args) => check(args),
    }
}

fn pick(lang: Language, en: &str, zh: &str) -> String {
    Text { en: en.to_string(), zh: zh.to_string() }.get(lang).to_string()
}

fn publish(args: &PublishArgs) -> Result<()> {
    if args.org.is_empty() || !args.org.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("--org {:?}: write the organisation's slug (a-z, 0-9 and -), for example wh-amr", args.org);
    }
    let mut transactions: Vec<(bool, Vec<PlainRecord>)> = Vec::new();
    let mut open = 0;
    for record in records(&args.org)? {
        if record.transaction != open || transactions.last().is_none_or(|(aborted, _)| *aborted != record.aborted) {
            transactions.push((record.aborted, Vec::new()));
            open = record.transaction;
        }
        let value = serde_json::to_vec(&record.value)?;
        let headers = record.headers.into_iter().map(|(name, text)| (name.to_string(), text)).collect();
        if let Some((_, records)) = transactions.last_mut() {
            records.push(PlainRecord { topic: record.topic, key: record.key, value, headers });
        }
    }
    let id = format!("jianwei-conformance-{}", args.org);
    publish_transactions(&args.kafka.settings()?, &id, &transactions)?;
    let count = |wanted: bool| transactions.iter().filter(|(a, _)| *a == wanted).map(|(_, r)| r.len()).sum::<usize>();
    let (sent, aborted) = (count(false), count(true));
    let org = &args.org;
    super::say!(
        "{}",
        pick(
            args.lang,
            &format!(
                "{sent} training records to warnings.{org} and reminders.{org}, and {aborted} in an aborted transaction\n\
                 Write what your consumer holds to a file, then: jianwei conformance check FILE"
            ),
            &format!(
                "已向 warnings.{org}、reminders.{org} 发送 {sent} 条演练记录，另有 {aborted} 条在已中止的事务中\n\
                 请把消费端保存的结果导出为文件，再运行：jianwei conformance check FILE --lang zh"
            ),
        )
    );
    Ok(())
}

fn check(args: &CheckArgs) -> Result<()> {
    let verdicts = judge(&read_held(&args.file)?);
    for verdict in &verdicts {
        super::say!("{} {}", word(args.lang, verdict), verdict.rule.text().get(args.lang));
        for (expected, held) in &verdict.differences {
            let line = pick(args.lang, &format!("expected {expected}; held {held}"), &format!("应为 {expected}；实际 {held}"));
            super::say!("         {line}");
        }
    }
    let broken = verdicts.iter().filter(|v| !v.differences.is_empty()).count();
    if broken > 0 {
        bail!(
            "{}",
            pick(
                args.lang,
                &format!("{broken} of {} rules are not kept", verdicts.len()),
                &format!("{} 条规则中有 {broken} 条未遵守", verdicts.len()),
            )
        );
    }
    Ok(())
}

fn word(lang: Language, verdict: &Verdict) -> String {
    match (verdict.differences.is_empty(), verdict.seen) {
        (false, _) => pick(lang, "BROKEN  ", "未遵守  "),
        (true, true) => pick(lang, "kept    ", "已遵守  "),
        (true, false) => pick(lang, "not seen", "未检查  "),
    }
}
