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

/// What came of it; where the run ended too early to say, why nothing did.
pub fn print(judge: &Judge, model: &Model, until: NaiveDate, reached: NaiveDate, words: Words, paint: Paint) {
    let title =
        words.pick("说对了多少（系数只由此前的结果学得）", "How right it was (coefficients learned from earlier outcomes only)");
    println!("\n{}", paint.bold(title));
    lines(judge, model, until, reached, words).iter().for_each(|line| println!("{line}"));
}

fn lines(judge: &Judge, model: &Model, until: NaiveDate, reached: NaiveDate, words: Words) -> Vec<String> {
    let judged = judge.outcomes.judge(model, Some(until)).unwrap_or_default();
    let told = judged.iter().filter_map(|matter| {
        let top = highest(matter, PERCENT)?;
        let what = matter.rules.text.get(words.language);
        let (top_share, share) = (top.share_of_top * 100.0, top.share * 100.0);
        Some(match words.language {
            Language::Zh => format!(
                "{until} 之后例行检查 {} 次：{what}的占 {share:.1}%；检查前一天评分最高的 {PERCENT}% 中占 {top_share:.1}%（AUC {:.2}）",
                top.outcomes, top.auc
            ),
            Language::En => format!(
                "{what}: {share:.1}% of the {} visits after {until}, {top_share:.1}% of the {PERCENT}% rated highest the day before (AUC {:.2})",
                top.outcomes, top.auc
            ),
        })
    });
    let told: Vec<String> = told.collect();
    if !told.is_empty() {
        return told;
    }
    vec![match words.language {
        Language::Zh => {
            format!("没有可说的：系数由截至 {until} 的结果学得，只评判此后的结果，而这次只运行到 {reached}；请把 --seconds 调大")
        }
        Language::En => format!(
            "nothing to say: coefficients are learned from outcomes up to {until} and only later ones are judged, but this run ended at {reached}: give it more --seconds"
        ),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipelines::{read_model_in, shipped};

    #[test]
    fn a_run_that_ended_too_early_says_so() {
        let model = read_model_in(&shipped("chicago").expect("the folder"), Language::En).expect("a pipeline");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let judge = Judge::of(&model).expect("an outcome");
        for (language, said) in [(Language::En, "this run ended at 2011-07-01"), (Language::Zh, "只运行到 2011-07-01")] {
            let words = Words { language, simulated: false };
            let lines = lines(&judge, &model, day("2012-12-31"), day("2011-07-01"), words);
            assert!(lines.len() == 1 && lines[0].contains(said), "{lines:?}");
        }
    }
}
