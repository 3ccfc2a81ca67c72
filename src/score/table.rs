//! The score as tables for people.

use super::{Beside, ByLevel, Outages, Score};
use crate::lang::pick;
use crate::truth::TruthKind;
use jianwei_core::domain::{Fixed3, Language};
use std::fmt::Write;

pub fn print(score: &Score, lang: Language) -> String {
    let mut out = String::new();
    let head = match lang {
        Language::Zh => format!("模拟城市：{} 家企业，{} 天\n\n", score.enterprises, score.days),
        Language::En => format!("simulated city: {} enterprises, {} days\n\n", score.enterprises, score.days),
    };
    out.push_str(&head);
    out.push_str(&rows(&found_table(score, lang)));
    out.push('\n');
    out.push_str(&rows(&accused_table(score, lang)));
    out.push('\n');
    let [reported, beside] = outage_tables(&score.feed_outages, lang);
    out.push_str(&(rows(&reported) + &rows(&beside)));
    out.push('\n');
    out.push_str(&rows(&false_table(score, lang)));
    let _ = writeln!(
        out,
        "{}\n",
        pick(
            lang,
            "误报：对没有预设问题的对象发出黄色及以上预警",
            "false alarm: yellow or above on a subject with nothing planted"
        )
    );
    out.push_str(&rows(&promise_table(score, lang)));
    let _ = writeln!(
        out,
        "{}\n",
        pick(
            lang,
            "企业风险分与触发事件：不作误报数承诺（风险分为权重之和，不是统计检验；触发事件立即告知），只计数",
            "no promise: firms' scores (weights added up, no tests) and triggers (told whatever the odds) are only counted"
        )
    );
    out.push_str(&rows(&matter_table(score, lang)));
    let echoes = pick(lang, "既非新发现也非误报的余波预警", "echoes (a planted trouble heard again or in another matter)");
    let _ = writeln!(out, "{echoes}: {}", score.echoes);
    out
}

fn kind(kind: TruthKind, lang: Language) -> &'static str {
    let (zh, en) = match kind {
        TruthKind::Trouble => ("企业问题（渐重）", "trouble that grows"),
        TruthKind::TriggerEvent => ("触发事件", "trigger event"),
        TruthKind::Surge => ("行业激增", "surge of a trade"),
        TruthKind::Drift => ("行业缓慢恶化", "slow drift of a trade"),
        TruthKind::RivalCampaign => ("同行恶意投诉", "rival's campaign"),
        TruthKind::WrongAccusation => ("张冠李戴", "wrong accusation"),
        _ => ("其他", "other"),
    };
    match lang {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn levels(lang: Language) -> [&'static str; 4] {
    match lang {
        Language::Zh => ["蓝", "黄", "橙", "红"],
        Language::En => ["blue", "yellow", "orange", "red"],
    }
}

fn head(lang: Language, first: [&str; 2], between: &[[&str; 2]], after: &[[&str; 2]], suffix: &str) -> Vec<String> {
    let say = |[zh, en]: [&str; 2]| pick(lang, zh, en).to_string();
    let levels = levels(lang).map(|l| format!("{l}{suffix}"));
    let before = std::iter::once(first).chain(between.iter().copied()).map(say);
    before.chain(levels).chain(after.iter().copied().map(say)).collect()
}

fn counts(levels: &ByLevel) -> impl Iterator<Item = String> {
    levels.iter().map(u64::to_string)
}

fn found_table(score: &Score, lang: Language) -> Vec<Vec<String>> {
    let after = [["仅行业", "trade only"], ["晚(中位)", "late, median"], ["晚(九成)", "late, 9 of 10"], ["峰前", "before peak"]];
    let mut table = vec![head(lang, ["预设", "planted"], &[["个数", "n"]], &after, "+")];
    for found in &score.found {
        let late = |of: fn(&super::Spread) -> i64| found.late_hours.as_ref().map_or("-".to_string(), |s| days(of(s), lang));
        let mut row = vec![kind(found.kind, lang).to_string(), found.planted.to_string()];
        row.extend(counts(&found.at_least));
        row.extend([found.as_trade_only.to_string(), late(|s| s.median), late(|s| s.p90), found.before_peak.to_string()]);
        table.push(row);
    }
    table
}

fn days(hours: i64, lang: Language) -> String {
    format!("{}.{}{}", hours / 24, hours % 24 * 10 / 24, pick(lang, " 天", " d"))
}

fn accused_table(score: &Score, lang: Language) -> Vec<Vec<String>> {
    let mut table = vec![head(
        lang,
        ["无辜企业（橙及以上为冤枉）", "innocent (orange or above: wrongly accused)"],
        &[["个数", "n"]],
        &[],
        "+",
    )];
    for accused in &score.wrongly_accused {
        let mut row = vec![kind(accused.kind, lang).to_string(), accused.planted.to_string()];
        row.extend(counts(&accused.at_least));
        table.push(row);
    }
    table
}

/// How many feeds fell silent, and what can be seen of it.
fn outage_tables(outages: &Outages, lang: Language) -> [Vec<Vec<String>>; 2] {
    let say = |zh, en| pick(lang, zh, en).to_string();
    let mut reported = vec![vec![
        say("数据源中断", "feed outages"),
        say("个数", "n"),
        say("已报告", "reported"),
        say("未补传", "never sent later"),
        say("其中已报告", "of these reported"),
        say("晚(中位)", "late, median"),
        say("误报", "false"),
        say("每年", "a year"),
    ]];
    reported.push(match &outages.reported {
        None => vec![
            say("未评判：回放没有 operators.ndjson", "not judged: the replay has no operators.ndjson"),
            outages.planted.to_string(),
        ],
        Some(of) => {
            let late = of.late_hours.map_or("-".to_string(), |spread| days(spread.median, lang));
            let counts = [outages.planted, of.found, of.lost, of.lost_found].map(|n| n.to_string());
            let alarms = [late, of.false_alarms.to_string(), tenths(of.false_alarms_a_year)];
            std::iter::once(say("报告给运维", "told to the operators")).chain(counts).chain(alarms).collect()
        }
    });
    let counts = |name, of: Beside| vec![name, of.outage.to_string(), of.otherwise.to_string()];
    let hours = [outages.hours.outage, outages.hours.otherwise].map(|hours| days(hours as i64, lang));
    let beside = vec![
        vec![
            say("同时发生的（不证明因果）", "what fell together with them (not shown to come of them)"),
            say("中断期间及次日", "silent, and the day after"),
            say("其余时间", "otherwise"),
        ],
        std::iter::once(say("时长", "time")).chain(hours).collect(),
        counts(say("问题未止而预警降级", "lowered though what was planted went on"), outages.lowered_too_soon),
        counts(say("误报（黄色及以上）", "false alarms (yellow or above)"), outages.false_alarms),
    ];
    [reported, beside]
}

fn false_table(score: &Score, lang: Language) -> Vec<Vec<String>> {
    let after = [["每年", "a year"], ["每年每千家", "a year per 1,000"]];
    let alarms = &score.false_alarms;
    let mut enterprise = vec![pick(lang, "企业", "enterprises").to_string()];
    enterprise.extend(counts(&alarms.enterprise));
    enterprise.extend([tenths(alarms.enterprise_a_year), tenths(alarms.enterprise_a_year_per_1000)]);
    let mut trade = vec![pick(lang, "行业", "trades").to_string()];
    trade.extend(counts(&alarms.trade));
    trade.extend([tenths(alarms.trade_a_year), "-".to_string()]);
    vec![head(lang, ["误报（最高级别）", "false alarms (highest level)"], &[], &after, ""), enterprise, trade]
}

/// What is promised, beside what was counted: at a level or above, a year.
fn promise_table(score: &Score, lang: Language) -> Vec<Vec<String>> {
    let alarms = &score.false_alarms;
    let years = score.days as f64 / 365.25;
    let a_year = |levels: &ByLevel, from: usize| format!("{:.1}", levels[from..].iter().sum::<u64>() as f64 / years);
    let counted = |name: [&str; 2], levels: &ByLevel| -> Vec<String> {
        let [zh, en] = name;
        std::iter::once(pick(lang, zh, en).to_string()).chain((0..4).map(|from| a_year(levels, from))).collect()
    };
    let unknown = pick(lang, "未知", "unknown");
    let promised = |from: usize| alarms.trade_promised_a_year.map_or(unknown.to_string(), |p| format!("{:.1}", p[from]));
    let trades = [["行业激增等：承诺", "trades, by tests: promised"], ["行业激增等：实计", "trades, by tests: counted"]];
    let firms = ["企业：实计（无承诺）", "firms: counted (no promise)"];
    vec![
        head(lang, ["每年误报，承诺与实计", "false alarms a year, promised and counted"], &[], &[], "+"),
        std::iter::once(pick(lang, trades[0][0], trades[0][1]).to_string()).chain((0..4).map(promised)).collect(),
        counted(trades[1], &alarms.trade_by_test),
        counted(firms, &alarms.enterprise),
    ]
}

fn tenths(value: Fixed3) -> String {
    format!("{}.{}", value.0 / 1_000, value.0 % 1_000 / 100)
}

fn matter_table(score: &Score, lang: Language) -> Vec<Vec<String>> {
    let names = [
        ["监管事项", "matter"],
        ["预设", "planted"],
        ["发现", "found"],
        ["误报·企业", "false, firms"],
        ["误报·行业", "false, trade"],
    ];
    let mut table = vec![names.map(|[zh, en]| pick(lang, zh, en).to_string()).to_vec()];
    for (id, of) in &score.matters {
        let figures = [of.planted, of.found, of.false_enterprise, of.false_trade];
        table.push(std::iter::once(id.clone()).chain(figures.map(|n| n.to_string())).collect());
    }
    table
}

/// Columns side by side; a Chinese character is two wide.
fn rows(table: &[Vec<String>]) -> String {
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|c| table.iter().filter_map(|r| r.get(c)).map(|t| width(t)).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in table {
        for (index, (text, wide)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(wide - width(text));
            match index {
                0 => out.push_str(&format!("{text}{space}")),
                _ => out.push_str(&format!("  {space}{text}")),
            }
        }
        out.push('\n');
    }
    out
}
