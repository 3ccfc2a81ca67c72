//! What the city's trades are called and what people say of them: the pipeline's matters joined
//! with the words of `vocabulary.toml`.

use anyhow::{Context, Result};
use jianwei_core::domain::RecordKind;
use jianwei_core::pipeline::{Condition, Matter, Model};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Vocabulary {
    pub openings: Vec<String>,
    pub times: Vec<String>,
    pub asks: Vec<String>,
    pub details: Vec<String>,
    pub places: Vec<String>,
    pub fillers: Vec<String>,
    pub slips: Vec<[String; 2]>,
    pub brand_first: Vec<String>,
    pub brand_second: Vec<String>,
    pub brand_third: Vec<String>,
    pub brand_slips: Vec<[String; 2]>,
    pub suffixes: Vec<String>,
    /// What ends like this is a full name already.
    pub no_suffix: Vec<String>,
    pub praise: Vec<String>,
    pub suggestions: Vec<String>,
    pub inquiries: Vec<String>,
    pub reminders: Vec<String>,
    pub beside: Vec<String>,
    pub landmark: Vec<String>,
    pub campaign: Vec<String>,
    pub unnamed: Vec<String>,
    other_trade: Vec<TradeWords>,
    pub talk: Vec<Talk>,
    matter: Vec<MatterWords>,
}

/// What people call about that no matter looks at.
#[derive(Deserialize)]
pub struct Talk {
    pub category: String,
    pub texts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TradeWords {
    pub industry: String,
    pub words: Vec<String>,
}

#[derive(Deserialize)]
struct MatterWords {
    id: String,
    share: f64,
    calls: f64,
    trades: Vec<TradeWords>,
    mild: Vec<String>,
    severe: Vec<String>,
}

/// A figure or an alarm the matter's rules read, and from where on they think it bad.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub name: String,
    pub alarm: bool,
    /// Least and greatest `value_at_least` of the rules.
    at_least: Option<(f64, f64)>,
    /// Least `value_below`.
    below: Option<f64>,
    times_peer_median: Option<f64>,
}

/// One matter of the pipeline, ready to speak.
#[derive(Debug)]
pub struct Trade {
    pub matter: String,
    /// Firms and background tickets, relative to other matters.
    pub share: f64,
    pub calls: f64,
    pub kinds: Vec<TradeWords>,
    pub mild: Vec<String>,
    pub severe: Vec<String>,
    pub categories: Vec<String>,
    /// Words of its triggers that one ticket sets off.
    pub trigger_words: Vec<String>,
    /// Whether one alarm sets a trigger off.
    pub trigger_alarm: bool,
    pub measures: Vec<Measure>,
    pub indicators: Vec<IndicatorOf>,
}

/// A figure of the whole trade, and from where on a rule thinks it high.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorOf {
    pub name: String,
    pub high: Option<f64>,
}

pub fn vocabulary() -> Result<Vocabulary> {
    toml::from_str(include_str!("vocabulary.toml")).context("src/simulate/vocabulary.toml")
}

impl Vocabulary {
    pub fn other_trades(&self) -> &[TradeWords] {
        &self.other_trade
    }

    pub fn trades(&self, model: &Model) -> Vec<Trade> {
        model.matters.values().map(|matter| self.trade(matter, model)).collect()
    }

    fn trade(&self, matter: &Matter, model: &Model) -> Trade {
        let known = self.matter.iter().find(|m| m.id == matter.id);
        let name = model.text(&matter.name);
        let at_once = || matter.triggers.iter().filter(|t| t.at_least <= 1).flat_map(|t| &t.when);
        let trigger_words = said(at_once().filter(|c| speaks_of(c, RecordKind::Ticket)));
        let own_words = said(matter.matches.iter());
        let own = |words: &[String]| -> Vec<String> {
            let sentences: Vec<String> = words.iter().map(|w| format!("{{f}}{w}，{name}")).collect();
            if sentences.is_empty() { vec![format!("{{f}}{name}")] } else { sentences }
        };
        let mut categories: Vec<String> = matter.matches.iter().flat_map(|c| c.categories.clone()).collect();
        categories.dedup();
        Trade {
            matter: matter.id.clone(),
            share: known.map_or(1.0, |k| k.share),
            calls: known.map_or(1.0, |k| k.calls),
            kinds: kinds(matter, known, name),
            mild: known.map_or_else(|| own(&own_words), |k| k.mild.clone()),
            severe: known.map_or_else(|| own(&trigger_words), |k| k.severe.clone()),
            categories,
            trigger_words,
            trigger_alarm: at_once().any(|c| c.kinds.contains(&RecordKind::Alarm)),
            measures: measures(matter),
            indicators: indicators(matter),
        }
    }
}

/// What a text must hold for one of the conditions.
fn said<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Vec<String> {
    let mut texts = Vec::new();
    for condition in conditions {
        let together = condition.all_words.texts.join("，");
        match condition.words.texts.is_empty() {
            true if !together.is_empty() => texts.push(together),
            true => {}
            false => texts.extend(condition.words.texts.iter().map(|word| format!("{word}{together}"))),
        }
    }
    texts
}

fn speaks_of(condition: &Condition, kind: RecordKind) -> bool {
    condition.kinds.is_empty() || condition.kinds.contains(&kind)
}

/// The firms of a matter: our words for the industries its rules name; where we have none, the
/// industries themselves under the matter's name.
fn kinds(matter: &Matter, known: Option<&MatterWords>, name: &str) -> Vec<TradeWords> {
    let codes: Vec<&String> = matter.objects.iter().chain(matter.matches.iter().flat_map(|c| &c.industries)).collect();
    let ours = known.map(|k| k.trades.as_slice()).unwrap_or_default();
    let fits = |t: &&TradeWords| codes.is_empty() || codes.iter().any(|code| t.industry.starts_with(code.as_str()));
    let fitting: Vec<TradeWords> = ours.iter().filter(fits).cloned().collect();
    match (fitting.is_empty(), codes.is_empty()) {
        (false, _) => fitting,
        (true, true) => vec![TradeWords { industry: "7299".into(), words: vec![name.into()] }],
        (true, false) => codes.iter().map(|code| TradeWords { industry: four_digits(code), words: vec![name.into()] }).collect(),
    }
}

/// A class of GB/T 4754 below a division or group; codes of other schemes stay.
fn four_digits(code: &str) -> String {
    match code.len() {
        2 => format!("{code}10"),
        3 => format!("{code}1"),
        _ => code.to_string(),
    }
}

fn conditions(matter: &Matter) -> impl Iterator<Item = &Condition> {
    let triggers = matter.triggers.iter().flat_map(|t| &t.when);
    let evidence = matter.enterprise.iter().flat_map(|e| e.evidence.iter().flat_map(|r| &r.when));
    matter.matches.iter().chain(triggers).chain(evidence)
}

fn measures(matter: &Matter) -> Vec<Measure> {
    let mut found: Vec<Measure> = Vec::new();
    for condition in conditions(matter) {
        for (_, names) in condition.fields.iter().filter(|(field, _)| *field == "measure") {
            for (kind, alarm) in [(RecordKind::Alarm, true), (RecordKind::Observation, false)] {
                for name in names.iter().filter(|_| condition.kinds.contains(&kind)) {
                    note(&mut found, name, alarm, condition.value_at_least, condition.value_below, None);
                }
            }
        }
    }
    let rules = matter.enterprise.iter().flat_map(|e| &e.evidence);
    for test in rules.filter_map(|r| r.figure.as_ref()) {
        note(&mut found, &test.measure, false, test.value_at_least, test.value_below, test.times_peer_median);
    }
    found.sort_by(|a, b| (&a.name, a.alarm).cmp(&(&b.name, b.alarm)));
    found
}

fn note(found: &mut Vec<Measure>, name: &str, alarm: bool, at_least: Option<f64>, below: Option<f64>, times: Option<f64>) {
    let known = found.iter().position(|m| m.name == name && m.alarm == alarm).unwrap_or_else(|| {
        found.push(Measure { name: name.to_string(), alarm, at_least: None, below: None, times_peer_median: None });
        found.len() - 1
    });
    let measure = &mut found[known];
    if let Some(value) = at_least {
        let (low, high) = measure.at_least.unwrap_or((value, value));
        measure.at_least = Some((low.min(value), high.max(value)));
    }
    measure.below = [measure.below, below].into_iter().flatten().reduce(f64::min);
    measure.times_peer_median = [measure.times_peer_median, times].into_iter().flatten().reduce(f64::max);
}

fn indicators(matter: &Matter) -> Vec<IndicatorOf> {
    let mut found: Vec<IndicatorOf> = Vec::new();
    for condition in conditions(matter) {
        let names = condition.fields.iter().filter(|(field, _)| *field == "indicator").flat_map(|(_, names)| names);
        for name in names {
            match found.iter_mut().find(|known| known.name == *name) {
                Some(known) => known.high = [known.high, condition.value_at_least].into_iter().flatten().reduce(f64::min),
                None => found.push(IndicatorOf { name: name.clone(), high: condition.value_at_least }),
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// What is usual and what is bad of a figure, and its unit.
pub struct Figure {
    pub usual: (f64, f64),
    pub bad: (f64, f64),
    /// Alarms only.
    pub limit: f64,
    pub unit: &'static str,
}

impl Measure {
    /// As the rules draw the line; where they draw none, as we know the figure.
    pub fn figure(&self) -> Figure {
        let mut figure = known_figure(&self.name);
        if let Some((low, high)) = self.at_least {
            (figure.usual, figure.bad) = ((0.0, low * 0.4), (high * 1.2, high * 4.0));
            figure.limit = low;
        } else if let Some(below) = self.below {
            (figure.usual, figure.bad) = ((below * 1.5, below * 4.0), (0.0, below * 0.7));
        } else if let Some(times) = self.times_peer_median {
            let usual = figure.usual.1.max(1.0);
            figure.bad = (usual * times, usual * times * 3.0);
        }
        figure
    }
}

/// Figures we know; of others, values from 0 to 1 are usual and up to 10 bad.
fn known_figure(measure: &str) -> Figure {
    let of = |usual, bad, limit, unit| Figure { usual, bad, limit, unit };
    match measure {
        "gas_lel_percent" => of((0.0, 12.0), (24.0, 70.0), 20.0, "%LEL"),
        "prepaid_balance_yuan" => of((5_000.0, 180_000.0), (900_000.0, 4_000_000.0), 500_000.0, "元"),
        "prepaid_complaints_ratio" => of((0.0, 0.02), (0.1, 0.6), 0.05, ""),
        "wage_arrears_yuan" => of((0.0, 8_000.0), (200_000.0, 2_500_000.0), 50_000.0, "元"),
        "wage_arrears_days" => of((0.0, 10.0), (45.0, 150.0), 30.0, "天"),
        name if name.ends_with("_yuan") => of((1_000.0, 50_000.0), (400_000.0, 3_000_000.0), 200_000.0, "元"),
        name if name.ends_with("_days") => of((0.0, 10.0), (45.0, 150.0), 30.0, "天"),
        name if name.ends_with("_percent") => of((0.0, 12.0), (25.0, 80.0), 20.0, "%"),
        name if name.ends_with("_celsius") => of((-25.0, -18.0), (-8.0, 4.0), -15.0, "℃"),
        _ => of((0.0, 1.0), (3.0, 10.0), 2.0, ""),
    }
}
