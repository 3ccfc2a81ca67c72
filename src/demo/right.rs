//! How right it was: each outcome of the run, told from what was known the day before.

use super::paint::Paint;
use super::words::Words;
use crate::backtest::{Outcomes, highest};
use crate::replay::{Extra, JournalReplay};
use anyhow::Result;
use chrono::NaiveDate;
use jianwei_core::domain::Language;
use jianwei_core::journal::Entry;
use jianwei_core::pipeline::Model;

const PERCENT: usize = 5;

/// Steps the journal beside the realm, for the outcomes in it.
pub struct Judge {
    journal: JournalReplay,
    outcomes: Outcomes,
}

impl Judge {
    pub fn of(model: &Model) -> Result<Judge> {
        Ok(Judge { journal: JournalReplay::emitting(Extra::Outcomes), outcomes: Outcomes::of(model)? })
    }

    pub fn take(&mut self, entry: Entry) -> Result<()> {
        self.outcomes.take(&self.journal.step(entry)?, false)
    }
}

/// Says nothing where the run ended before there was enough to learn from or to judge.
pub fn print(judge: &Judge, model: &Model, until: NaiveDate, words: Words, paint: Paint) {
    let Ok(judged) = judge.outcomes.judge(model, Some(until)) else { return };
    for matter in &judged {
        let Some(top) = highest(matter, PERCENT) else { continue };
        let what = matter.rules.text.get(words.language);
        let (top_share, share) = (top.share_of_top * 100.0, top.share * 100.0);
        let title = words
            .pick("说对了多少（系数只由此前的结果学得）", "How right it was (coefficients learned from earlier outcomes only)");
        println!("\n{}", paint.bold(title));
        match words.language {
            Language::Zh => println!(
                "{until} 之后例行检查 {} 次：{what}的占 {share:.1}%；检查前一天评分最高的 {PERCENT}% 中占 {top_share:.1}%（AUC {:.2}）",
                top.outcomes, top.auc
            ),
            Language::En => println!(
                "{what}: {share:.1}% of the {} visits after {until}, {top_share:.1}% of the {PERCENT}% rated highest the day before (AUC {:.2})",
                top.outcomes, top.auc
            ),
        }
    }
}
