//! The figures of a backtest as tables for people.

use super::report::{OfMatter, Summary};
use crate::lang::pick;
use jianwei_core::domain::{Fixed3, Language};
use std::fmt::Write;

/// Groups shown of each kind; the report holds all.
const SHOWN_GROUPS: usize = 5;

pub fn print(summary: &Summary, lang: Language) -> String {
    let left_out = Some(summary.left_out.print(lang)).filter(|text| !text.is_empty());
    let matters = summary.matters.iter().map(|(id, of)| matter(id, of, lang));
    left_out.into_iter().chain(matters).collect::<Vec<_>>().join("\n")
}

fn percent(share: Fixed3) -> String {
    format!("{:.1} %", share.0 as f64 / 10.0)
}

fn or_dash(figure: Option<Fixed3>) -> String {
    figure.map_or_else(|| "-".to_string(), |f| format!("{:.3}", f.0 as f64 / 1000.0))
}

fn matter(id: &str, of: &OfMatter, lang: Language) -> String {
    let mut out = String::new();
    let figures = &of.figures;
    let share = Fixed3::from_f64(super::measure::ratio(figures.happened as usize, figures.outcomes as usize));
    let _ = writeln!(out, "{} ({id}): {}", of.name.get(lang), of.text.get(lang));
    let (from, to) = (date(&of.judged_from), date(&of.judged_to));
    let _ = match lang {
        Language::Zh => writeln!(
            out,
            "评判 {from} 至 {to} 的结果 {} 个，其中发生 {} 个（{}）",
            figures.outcomes,
            figures.happened,
            percent(share)
        ),
        Language::En => writeln!(
            out,
            "{} outcomes judged, {from} to {to}; it happened in {} ({})",
            figures.outcomes,
            figures.happened,
            percent(share)
        ),
    };
    if let Some(l) = &of.learned {
        let _ = match lang {
            Language::Zh => {
                writeln!(out, "系数由 {} 至 {} 的 {} 个随机检查结果学得，其中发生 {} 个", l.from, l.to, l.outcomes, l.happened)
            }
            Language::En => writeln!(
                out,
                "coefficients learned from {} random outcomes, {} to {}; it happened in {}",
                l.outcomes, l.from, l.to, l.happened
            ),
        };
    }
    let _ = writeln!(out, "  {:<44} {}", "AUC", or_dash(figures.auc));
    let own = [
        (pick(lang, "  仅看自身以往比例，未收缩", "  own earlier share alone, as it is"), of.auc_of_own_share_raw),
        (pick(lang, "  仅看自身以往比例，已收缩", "  own earlier share alone, shrunken"), of.auc_of_own_share_shrunken),
    ];
    for (name, auc) in own {
        let _ = writeln!(out, "  {} {}", left(name, 44), or_dash(auc));
    }
    let brier = |e6: u64| format!("{:.4}", e6 as f64 / 1e6);
    let _ = writeln!(
        out,
        "  {:<44} {} ({} {})",
        "Brier",
        brier(figures.brier_e6),
        pick(lang, "恒报平均值", "always the share"),
        brier(figures.brier_of_share_e6)
    );
    for lift in &figures.lift {
        let name = match lang {
            Language::Zh => format!("评分最高的 {} % 中发生", lift.top_percent),
            Language::En => format!("it happened among the highest {} %", lift.top_percent),
        };
        let _ = writeln!(out, "  {} {} (x{:.2})", left(&name, 44), percent(lift.share), lift.times.0 as f64 / 1000.0);
    }
    let _ = writeln!(
        out,
        "  {} {}",
        left(pick(lang, "每月先查风险高的，平均提前天数", "days earlier, the riskiest of a month first"), 44),
        or_dash(figures.days_earlier)
    );
    out.push_str(&reliability(of, lang));
    out.push_str(&terms(of, lang));
    out.push_str(&groups(of, lang));
    out
}

fn date(date: &Option<String>) -> &str {
    date.as_deref().unwrap_or("-")
}

fn reliability(of: &OfMatter, lang: Language) -> String {
    let mut out = format!("  {}\n", pick(lang, "预测与实际，按预测值分为十组", "told and happened, in ten groups"));
    for group in &of.figures.reliability {
        let _ = writeln!(out, "    {:>7} {:>9} {:>9}", group.outcomes, percent(group.told), percent(group.happened));
    }
    out
}

fn terms(of: &OfMatter, lang: Language) -> String {
    let mut out = format!("  {}\n", pick(lang, "各项依据：系数，单独的 AUC", "terms: coefficient, AUC alone"));
    for term in &of.terms {
        let _ = writeln!(out, "    {:>9.4} {}  {} ({})", term.coefficient, or_dash(term.auc), term.text.get(lang), term.code);
    }
    out
}

fn groups(of: &OfMatter, lang: Language) -> String {
    let title = pick(
        lang,
        "公平：结果数，预测，发生，评分最高一成中的数量（其中发生）",
        "fairness: outcomes, told, happened, among the riskiest tenth (happened of these)",
    );
    let mut out = format!("  {title}\n");
    for (kind, groups) in &of.groups {
        for group in groups.iter().take(SHOWN_GROUPS) {
            let confirmed = group.first_tenth_confirmed.map_or_else(|| "-".to_string(), percent);
            let _ = writeln!(
                out,
                "    {kind:<12} {} {:>6} {:>8} {:>8} {:>6} ({confirmed})",
                left(&group.group, 24),
                group.outcomes,
                percent(group.told),
                percent(group.happened),
                group.first_tenth
            );
        }
    }
    out
}

/// Filled up to a width; Chinese characters take two columns.
fn left(text: &str, width: usize) -> String {
    let columns: usize = text.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns)))
}
