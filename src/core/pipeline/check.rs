//! What a person should know of a pipeline that loads without a mistake.

use super::{Model, Period};
use crate::domain::{Level, SourceKind};

/// A remark about a pipeline: not an error, worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub subject: String,
    pub text: String,
}

/// Remarks about a checked model, in the order of its matters.
pub fn check(model: &Model) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut say = |subject: &str, text: String| out.push(Finding { subject: subject.to_string(), text });
    for matter in model.matters.values() {
        if matter.cooperating.is_empty() {
            say(&matter.id, "only one department: the measure wants a lead and at least one more (art. 2)".into());
        }
        if !matter.basis.verified {
            say(&matter.id, "the basis is not verified: warnings say so".into());
        }
        let reads_tickets =
            matter.matches.iter().any(|c| c.kinds.is_empty() || c.kinds.contains(&crate::domain::RecordKind::Ticket));
        if reads_tickets && !model.sources.iter().any(|s| s.kind == SourceKind::Tickets) {
            say(&matter.id, "waits for tickets, but no source has any".into());
        }
    }
    for source in model.sources.iter().filter(|s| s.kind == SourceKind::Registry) {
        if source.maps.iter().any(|m| m.id == super::IdRule::Key) {
            say(&source.topic, "a directory whose ids are derived from rows can't be updated by id".into());
        }
    }
    out
}

impl Model {
    /// The promise of each level in one line, for people.
    pub fn promises(&self) -> Vec<String> {
        let series = self.matters.values().filter_map(|m| m.industry.as_ref());
        let count: usize = series.map(|i| i.periods.len() * self.regions.len()).sum();
        if count == 0 && self.matters.is_empty() {
            return vec![
                "no matters, no warnings: indicators are assessed, each with its region a series of its own".to_string(),
            ];
        }
        if count == 0 {
            return vec!["no industry series".to_string()];
        }
        Level::ALL
            .into_iter()
            .map(|level| {
                format!(
                    "{count} series, {} {} false alarms a year asked for: p <= {:.1e}",
                    self.levels.false_alarms_per_year[level.index()],
                    level.as_str(),
                    self.p_threshold(level, 0.0)
                )
            })
            .collect()
    }

    /// Periods any matter is counted in.
    pub fn periods(&self) -> Vec<Period> {
        let used = |p: &Period| self.matters.values().filter_map(|m| m.industry.as_ref()).any(|i| i.periods.contains(p));
        Period::ALL.into_iter().filter(used).collect()
    }
}
