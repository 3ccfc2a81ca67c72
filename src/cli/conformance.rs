use super::kafka_args::KafkaArgs;
use crate::conformance::{self, Verdict, judge, read_held, transactions};
use crate::kafka::{PlainRecord, Transaction, publish_transactions};
use crate::lang::{chosen, pick};
use anyhow::{Result, bail};
use jianwei_core::domain::Language;
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
    /// Language of what is printed, zh or en; without it the locale decides.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

#[derive(clap::Args)]
pub struct CheckArgs {
    /// The consumer's table, CSV with a header line or NDJSON: warning_id, revision, status, level and,
    /// if it has them, headline and reminders.
    file: PathBuf,
    /// Language of what is printed, zh or en; without it the locale decides.
    #[arg(long, value_parser = crate::lang::parse)]
    lang: Option<Language>,
}

pub fn run(args: &Args) -> Result<()> {
    match args {
        Args::Publish(args) => publish(args),
        Args::Check(args) => check(args),
    }
}

fn publish(args: &PublishArgs) -> Result<()> {
    let transactions = transactions(&args.org)?;
    let count = |wanted: bool| transactions.iter().filter(|t| t.aborted == wanted).map(|t| t.records.len()).sum::<usize>();
    let (sent, aborted, org) = (count(false), count(true), &args.org);
    let sending = transactions.into_iter().map(plain).collect::<Result<Vec<_>>>()?;
    publish_transactions(&args.kafka.settings()?, &format!("jianwei-conformance-{org}"), &sending)?;
    let en = format!(
        "{sent} training records to warnings.{org} and reminders.{org}, and {aborted} in an aborted transaction\n\
         Write what your consumer holds to a file, then: jianwei conformance check FILE"
    );
    let zh = format!(
        "已向 warnings.{org}、reminders.{org} 发送 {sent} 条演练记录，另有 {aborted} 条在已中止的事务中\n\
         请把消费端保存的结果导出为文件，再运行：jianwei conformance check FILE"
    );
    super::say!("{}", pick(chosen(args.lang), &zh, &en));
    Ok(())
}

fn plain(transaction: conformance::Transaction) -> Result<Transaction> {
    let record = |record: conformance::Record| {
        let headers = record.headers.into_iter().map(|(name, text)| (name.to_string(), text)).collect();
        Ok(PlainRecord { topic: record.topic, key: record.key, value: serde_json::to_vec(&record.value)?, headers })
    };
    let records = transaction.records.into_iter().map(record).collect::<Result<Vec<_>>>()?;
    Ok(Transaction { aborted: transaction.aborted, records })
}

fn check(args: &CheckArgs) -> Result<()> {
    let language = chosen(args.lang);
    let verdicts = judge(&read_held(&args.file)?);
    for verdict in &verdicts {
        super::say!("{} {}", word(language, verdict), verdict.rule.text().get(language));
        for (expected, held) in &verdict.differences {
            let (zh, en) = (format!("应为 {expected}；实际 {held}"), format!("expected {expected}; held {held}"));
            super::say!("         {}", pick(language, &zh, &en));
        }
    }
    let broken = verdicts.iter().filter(|v| !v.differences.is_empty()).count();
    if broken > 0 {
        let (zh, en) = (
            format!("{} 条规则中有 {broken} 条未遵守", verdicts.len()),
            format!("{broken} of {} rules are not kept", verdicts.len()),
        );
        bail!("{}", pick(language, &zh, &en));
    }
    Ok(())
}

fn word(language: Language, verdict: &Verdict) -> &'static str {
    match (verdict.differences.is_empty(), verdict.seen) {
        (false, _) => pick(language, "未遵守  ", "BROKEN  "),
        (true, true) => pick(language, "已遵守  ", "kept    "),
        (true, false) => pick(language, "未检查  ", "not seen"),
    }
}
