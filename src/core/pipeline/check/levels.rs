//! Levels: thresholds out of order, levels nobody can reach, levels nobody owes anything for.

use super::super::{EnterpriseRules, EvidenceRule, Matter, Model};
use super::Findings;
use crate::domain::Level;
use crate::engine::{MAX_DOUBLINGS, MAX_LOG_ODDS, MAX_REFS, MAX_RISE, stats};

const PIPELINE: &str = "pipeline.toml";
/// So many fresh records of one rule are more than one firm gathers: what they do not reach, nothing does.
const MANY_RECORDS: f64 = 100.0;
/// Chances smaller than this are not told apart.
const SMALLEST_P: f64 = 1e-12;

pub(super) fn check(model: &Model, out: &mut Findings) {
    // Without matters nobody is warned.
    if model.matters.is_empty() {
        return;
    }
    duties(model, out);
    ladder(model, out);
    if model.matters.values().any(|m| m.industry.is_some()) {
        industry(model, out);
    }
    for matter in model.matters.values() {
        if let Some(rules) = &matter.enterprise {
            enterprise(matter, rules, out);
        }
    }
}

fn duties(model: &Model, out: &mut Findings) {
    let named = model.duties.map(|d| {
        [
            ("acknowledge_working_days", d.acknowledge_working_days),
            ("feedback_working_days", d.feedback_working_days),
            ("close_working_days", d.close_working_days),
        ]
    });
    for level in Level::ALL {
        let duties = named[level.index()];
        let path = format!("duties.{}", level.as_str());
        // Blue is to note and to watch.
        if level != Level::Blue && duties.iter().all(|(_, days)| days.is_none()) {
            let message = format!("{} asks nothing of anyone: a warning without a duty", level.as_str());
            out.note((PIPELINE, &path), message, format!("[{path}] with feedback_working_days"));
        }
        let given: Vec<(&str, u32)> = duties.iter().filter_map(|(key, days)| Some((*key, (*days)?))).collect();
        for pair in given.windows(2).filter(|p| p[0].1 > p[1].1) {
            let ((first, _), (then, _)) = (pair[0], pair[1]);
            let message = format!("thresholds out of order: `{first}` of {} is later than `{then}`", level.as_str());
            out.error((PIPELINE, &format!("{path}.{first}")), message, "days that rise from acknowledge to close");
        }
        let Some(below) = level.index().checked_sub(1).map(|n| (Level::ALL[n], named[n])) else { continue };
        for ((key, days), (_, lower)) in duties.iter().zip(below.1) {
            let Some(lower) = lower else { continue };
            if days.is_none_or(|days| days > lower) {
                let message =
                    format!("thresholds out of order: {} allows more for `{key}` than {}", level.as_str(), below.0.as_str());
                out.error((PIPELINE, &format!("{path}.{key}")), message, format!("{key} = {lower} or less"));
            }
        }
    }
}

fn ladder(model: &Model, out: &mut Findings) {
    let all = model.duties.iter().flat_map(|d| [d.acknowledge_working_days, d.feedback_working_days, d.close_working_days]);
    let Some(shortest) = all.flatten().min() else { return };
    let hours = 24 * (shortest + 1);
    if model.ladder.due_soon_hours >= hours {
        let message = format!("the shortest duty ends within {hours} hours: its due-soon card goes out with the warning itself");
        out.note((PIPELINE, "ladder.due_soon_hours"), message, format!("due_soon_hours below {hours}"));
    }
}

fn industry(model: &Model, out: &mut Findings) {
    let rules = &model.levels;
    for level in Level::ALL {
        if model.p_threshold(level, 0.0) < SMALLEST_P {
            let message =
                format!("no count can reach {}: its promise comes to p <= {:.1e}", level.as_str(), model.p_threshold(level, 0.0));
            let at = format!("levels.false_alarms_per_year.{}", level.as_str());
            out.error((PIPELINE, &at), message, "a number above 0, for example red = 1");
        }
    }
    for pair in Level::ALL.windows(2) {
        let (low, high) = (pair[0].index(), pair[1].index());
        let equal = |numbers: &[f64; 4]| numbers[low] == numbers[high];
        if equal(&rules.false_alarms_per_year) && equal(&rules.rate_ratio) && equal(&rules.excess) {
            let (low, high) = (pair[0].as_str(), pair[1].as_str());
            let message = format!("no industry is ever {low}: {high} asks for no more");
            let write = format!("fewer false alarms, a higher rate_ratio or a higher excess for {high}");
            out.error((PIPELINE, &format!("levels.false_alarms_per_year.{low}")), message, write);
        }
    }
}

fn enterprise(matter: &Matter, rules: &EnterpriseRules, out: &mut Findings) {
    let file = out.places.matter_file(&matter.id);
    let (least, most) = (score(rules.prior), score(most_log_odds(rules)));
    let sources = most_sources(rules);
    for level in Level::ALL {
        let (name, n) = (level.as_str(), level.index());
        let at = format!("enterprise.score_at_least.{name}");
        if rules.score_at_least[n] > most {
            let message =
                format!("no firm can reach {name}: {MANY_RECORDS} fresh records of every rule come to a score of {most}");
            out.error((file, &at), message, format!("{most} or less, or more weight"));
        }
        if rules.score_at_least[n] <= least {
            let message = format!("every firm is {name} at its first record: the prior alone is a score of {least}");
            out.error((file, &at), message, format!("{} or more, or a lower prior", least + 1));
        }
        let at = format!("enterprise.sources_at_least.{name}");
        if rules.sources_at_least[n] > sources {
            let message = format!("no firm can reach {name}: the rules give {sources} supporting records at most");
            out.error((file, &at), message, format!("{sources} or less"));
        }
        if n > 0 && rules.sources_at_least[n] < rules.sources_at_least[n - 1] {
            let message = format!("thresholds out of order: {name} needs fewer sources than {}", Level::ALL[n - 1].as_str());
            out.error((file, &at), message, "numbers that do not fall from blue to red");
        }
    }
    for (number, rule) in rules.evidence.iter().enumerate().filter(|(_, rule)| (rule.weight * 10.0 + 0.5).floor() == 0.0) {
        let message = format!("evidence {:?} weighs nothing", rule.code);
        out.note((file, &format!("enterprise.evidence.{number}.weight")), message, "0.1 or more, or below 0; or no such rule");
    }
}

/// As the engine scores: 0 to 100.
fn score(log_odds: f64) -> u32 {
    (100.0 * stats::logistic(log_odds) + 0.5).floor() as u32
}

/// A figure is one piece, since a newer one takes its place; so is a name.
fn most_log_odds(rules: &EnterpriseRules) -> f64 {
    let worth = |pieces: f64| libm::log2(1.0 + pieces);
    let most = rules.evidence.iter().filter(|rule| rule.weight > 0.0);
    let once = |rule: &EvidenceRule| rule.figure.is_some() || rule.name.is_some();
    let evidence = most.map(|rule| rule.weight * worth(if once(rule) { 1.0 } else { MANY_RECORDS })).sum::<f64>();
    let rate = rules.rate.as_ref().map_or(0.0, |rate| rate.weight * MAX_DOUBLINGS + rate.rise_weight * MAX_RISE);
    let inspections = rules.inspections.as_ref().map_or(0.0, |pooled| pooled.weight * MAX_LOG_ODDS);
    rules.prior + evidence + rate + inspections
}

fn most_sources(rules: &EnterpriseRules) -> u32 {
    let supporting = || rules.evidence.iter().filter(|rule| rule.weight >= 0.0 && rule.name.is_none());
    match supporting().any(|rule| rule.figure.is_none()) {
        true => MAX_REFS as u32,
        false => supporting().count().min(MAX_REFS) as u32,
    }
}
