//! Records that were to tell an outcome and are judged by nobody: how many, and why.

use crate::lang::pick;
use jianwei_core::domain::Language;
use jianwei_core::engine::Effect;
use jianwei_core::journal::{Body, Fact};
use jianwei_core::sequencer::Sequenced;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Those given as outcomes that can't be read, by the reason of their dead letters and the field.
    pub unreadable: BTreeMap<String, u64>,
    /// Those given as outcomes that are none by the pipeline's `[outcome] when`.
    pub no_outcome: u64,
    /// Outcomes of no enterprise.
    pub no_enterprise: u64,
    /// Outcomes whose id came before.
    pub sent_again: u64,
}

impl LeftOut {
    pub(super) fn note(&mut self, sequenced: &Sequenced, given: bool) {
        let record = match &sequenced.entry.body {
            Body::DeadLetter(letter) if given => {
                let reason = [letter.reason.as_str(), letter.field.as_deref().unwrap_or_default()].join(" ");
                *self.unreadable.entry(reason.trim_end().to_string()).or_default() += 1;
                return;
            }
            Body::Record(record) => record,
            _ => return,
        };
        let subject = match &record.fact {
            Fact::Outcome(fact) if fact.hits.iter().any(|hit| hit.happened.is_some()) => &fact.evidence.subject,
            _ => {
                self.no_outcome += u64::from(given);
                return;
            }
        };
        if sequenced.effects.iter().any(|effect| matches!(effect, Effect::Outcome(_))) {
            return;
        }
        match subject {
            None => self.no_enterprise += 1,
            Some(_) => self.sent_again += 1,
        }
    }

    /// A line each reason; nothing where all were judged.
    pub fn print(&self, lang: Language) -> String {
        let mut reasons: Vec<(String, u64)> = Vec::new();
        for (reason, count) in &self.unreadable {
            reasons.push((format!("{} {reason}", pick(lang, "无法读取：", "can't be read:")), *count));
        }
        reasons.push((
            pick(lang, "按规则集的 [outcome] 不是结果", "no outcome by the pipeline's [outcome]").into(),
            self.no_outcome,
        ));
        reasons.push((pick(lang, "没有对应企业", "of no enterprise").into(), self.no_enterprise));
        reasons.push((pick(lang, "编号重复，此前已有", "sent again: the id came before").into(), self.sent_again));
        reasons.retain(|(_, count)| *count > 0);
        let all: u64 = reasons.iter().map(|(_, count)| count).sum();
        let mut out = String::new();
        if all > 0 {
            let _ = match lang {
                Language::Zh => writeln!(out, "未评判的结果记录 {all} 条："),
                Language::En => writeln!(out, "{all} records of outcomes are left out:"),
            };
        }
        for (reason, count) in reasons {
            let _ = writeln!(out, "{count:>9}  {reason}");
        }
        out
    }
}
