//! What the departments' own records say: inspections, penalties, permits, credit, indicators,
//! observations, alarms.

use super::day::{Maker, json};
use super::plan::Planted;
use super::town::credit_class;
use super::trades::{IndicatorOf, Measure};
use crate::truth::TruthKind;
use chrono::Datelike;
use jianwei_core::domain::{DAY_MS, SourceKind};
use serde_json::json as object;

/// Records a year for each enterprise.
const INSPECTIONS_A_YEAR: f64 = 0.5;
const PENALTIES_A_YEAR: f64 = 0.04;
const PERMITS_A_YEAR: f64 = 0.2;
const CREDIT_CHANGES_A_YEAR: f64 = 0.1;
/// For each firm of a trade whose figures are watched.
const OBSERVATIONS_A_YEAR: f64 = 4.0;
const ALARMS_A_YEAR: f64 = 1.0;
/// Of background alarms, those that are really above their limit.
const REAL_ALARMS: f64 = 0.004;
const MODES: [&str; 4] = ["double_random", "for_cause", "joint", "off_site"];
const RESULTS: [(&str, f64); 5] = [("pass", 80.0), ("minor", 15.0), ("serious", 3.6), ("critical", 1.0), ("refused", 0.4)];

pub fn background(maker: &mut Maker) {
    let city = maker.city;
    if !city.has(SourceKind::Sector) || city.town.enterprises.is_empty() {
        return;
    }
    let all = city.town.enterprises.len() as f64 / 365.25;
    // Five days' work for seven.
    let working = if city.is_working(maker.day_ms) { 1.4 } else { 0.0 };
    for _ in 0..maker.dice.poisson(all * INSPECTIONS_A_YEAR * working) {
        let firm = maker.dice.below(city.town.enterprises.len());
        let mode = MODES[maker.dice.weighted(&[60.0, 15.0, 15.0, 10.0])];
        let result = RESULTS[maker.dice.weighted(&RESULTS.map(|(_, w)| w))].0;
        inspection(maker, firm, mode, result);
    }
    for _ in 0..maker.dice.poisson(all * PENALTIES_A_YEAR * working) {
        let firm = maker.dice.below(city.town.enterprises.len());
        penalty(maker, firm);
    }
    for _ in 0..maker.dice.poisson(all * PERMITS_A_YEAR * working) {
        permit(maker);
    }
    for _ in 0..maker.dice.poisson(all * CREDIT_CHANGES_A_YEAR * working) {
        credit(maker);
    }
    for trade in 0..city.trades.len() {
        let firms = &city.town.of_trade[trade];
        let measures = city.trades[trade].measures.clone();
        for measure in measures {
            let a_year = if measure.alarm { ALARMS_A_YEAR } else { OBSERVATIONS_A_YEAR };
            for _ in 0..maker.dice.poisson(firms.len() as f64 * a_year / 365.25) {
                let firm = *maker.dice.pick(firms);
                match measure.alarm {
                    true => {
                        let real = maker.dice.chance(REAL_ALARMS);
                        alarm(maker, firm, trade, real, None);
                    }
                    false => observation(maker, firm, &measure, None),
                }
            }
        }
    }
    indicators(maker);
}

/// What the departments come to see of a trouble.
pub fn trouble(maker: &mut Maker, planted: &Planted, firm: usize, progress: f64) {
    let Some(trade) = planted.trade else { return };
    for measure in maker.city.trades[trade].measures.clone() {
        match measure.alarm {
            true => {
                for _ in 0..maker.dice.poisson(0.5 * progress) {
                    alarm(maker, firm, trade, true, None);
                }
            }
            false if maker.index % 3 == 0 => observation(maker, firm, &measure, Some(progress)),
            false => {}
        }
    }
    if maker.dice.chance(0.03 * progress) {
        let result = if maker.dice.chance(0.6) { "serious" } else { "critical" };
        inspection(maker, firm, "for_cause", result);
    }
    if maker.dice.chance(0.015 * progress) {
        penalty(maker, firm);
    }
}

fn number(maker: &mut Maker, letter: &str) -> String {
    maker.records += 1;
    format!("{letter}{}{:06}", maker.date, maker.records)
}

/// Who looks at a firm: the lead of its matter in its region.
fn org_of(maker: &Maker, firm: usize) -> String {
    let enterprise = &maker.city.town.enterprises[firm];
    let lead = enterprise.trade.and_then(|t| maker.city.leads.get(&(t, enterprise.region)));
    lead.cloned().unwrap_or_else(|| maker.city.any_org.clone())
}

fn inspection(maker: &mut Maker, firm: usize, mode: &str, result: &str) {
    let at_ms = office_time(maker);
    let (id, org) = (number(maker, "I"), org_of(maker, firm));
    let city = maker.city;
    let row = object!({ "kind": "inspection", "inspection_id": id, "id": city.town.enterprises[firm].id, "org": org,
        "at": city.zone.format(at_ms), "mode": mode, "result": result });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

fn penalty(maker: &mut Maker, firm: usize) {
    let at_ms = office_time(maker);
    let (id, org) = (number(maker, "P"), org_of(maker, firm));
    let city = maker.city;
    let amount_yuan = maker.dice.between(2, 60) * 1_000;
    let kind = *maker.dice.pick(&["罚款", "警告", "通报批评", "责令停业整顿"]);
    let row = object!({ "kind": "penalty", "penalty_id": id, "id": city.town.enterprises[firm].id, "org": org,
        "at": city.zone.format(at_ms), "type": kind, "amount_yuan": amount_yuan,
        "expires_at": city.zone.format(at_ms + 1_095 * DAY_MS) });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

fn permit(maker: &mut Maker) {
    let city = maker.city;
    let firm = maker.dice.below(city.town.enterprises.len());
    let at_ms = city.config.start_ms + maker.index * DAY_MS;
    let (id, org) = (number(maker, "L"), org_of(maker, firm));
    let status = ["granted", "renewed", "expired", "revoked"][maker.dice.weighted(&[50.0, 40.0, 8.0, 2.0])];
    let day = |ms| city.zone.date(ms).to_string();
    let row = object!({ "kind": "permit", "permit_id": id, "id": city.town.enterprises[firm].id, "org": org,
        "type": "经营许可", "valid_from": day(at_ms), "valid_to": day(at_ms + 1_826 * DAY_MS), "status": status });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

fn credit(maker: &mut Maker) {
    let city = maker.city;
    let firm = maker.dice.below(city.town.enterprises.len());
    let at_ms = office_time(maker);
    let class = credit_class(maker.dice.weighted(&[50.0, 25.0, 18.0, 7.0]));
    let row = object!({ "kind": "credit", "id": city.town.enterprises[firm].id, "class": class, "at": city.zone.format(at_ms),
        "repaired": maker.dice.chance(0.2) });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

/// A figure of one firm; with `progress`, one that goes from usual to bad.
fn observation(maker: &mut Maker, firm: usize, measure: &Measure, progress: Option<f64>) {
    let at_ms = maker.some_time();
    let figure = measure.figure();
    let usual = between(maker, figure.usual);
    let value = match progress {
        Some(progress) => usual + (between(maker, figure.bad) - usual) * progress,
        None => usual,
    };
    let city = maker.city;
    let row = object!({ "kind": "observation", "id": city.town.enterprises[firm].id, "measure": measure.name,
        "value": tidy(value), "unit": figure.unit, "at": city.zone.format(at_ms) });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

pub fn alarm(maker: &mut Maker, firm: usize, trade: usize, over_limit: bool, at_ms: Option<i64>) {
    let city = maker.city;
    let alarms: Vec<_> = city.trades[trade].measures.iter().filter(|m| m.alarm).collect();
    if alarms.is_empty() {
        return;
    }
    let measure = *maker.dice.pick(&alarms);
    let at_ms = at_ms.unwrap_or_else(|| maker.some_time());
    let figure = measure.figure();
    let value = between(maker, if over_limit { figure.bad } else { figure.usual });
    let id = number(maker, "A");
    let device = format!("D{:05}", firm * 3 + maker.dice.below(3));
    let quality = if maker.dice.chance(0.95) { "good" } else { "suspect" };
    let row = object!({ "kind": "alarm", "alarm_id": id, "id": city.town.enterprises[firm].id, "device": device,
        "at": city.zone.format(at_ms), "measure": measure.name, "value": tidy(value), "limit": figure.limit,
        "unit": figure.unit, "quality": quality });
    maker.push(SourceKind::Sector, at_ms, json(&row));
}

/// Figures of whole trades for the week that is just over: its end is when they happened.
fn indicators(maker: &mut Maker) {
    let city = maker.city;
    let begun_ms = maker.day_ms - 7 * DAY_MS;
    if city.zone.date(maker.day_ms).weekday() != chrono::Weekday::Mon || begun_ms < city.config.start_ms {
        return;
    }
    for (trade, region, share) in &city.cells {
        let mut indicators = city.trades[*trade].indicators.clone();
        if indicators.is_empty() {
            indicators.push(IndicatorOf { name: "platform_orders_disputed".to_string(), high: None });
        }
        let stirred = is_stirred(maker, *trade, *region);
        for indicator in indicators {
            // A quarter of what is high, unless the trade is stirred; without a rule, by its size.
            let usual = indicator.high.map_or(40.0 + 4_000.0 * share, |high| high * 0.25);
            let mean = if stirred { usual * 5.0 } else { usual };
            let value = maker.dice.negative_binomial(mean, 1.2);
            let row = object!({ "kind": "indicator", "indicator": indicator.name, "region": city.town.regions[*region].code,
                "matter": city.trades[*trade].matter, "period_start": city.zone.date(begun_ms).to_string(),
                "period": "P1W", "value": value, "unit": "件" });
            maker.push(SourceKind::Sector, maker.day_ms, json(&row));
        }
    }
}

/// Whether a surge or a drift of the trade in the region fell in the week before the maker's day.
fn is_stirred(maker: &Maker, trade: usize, region: usize) -> bool {
    let week = maker.day_ms - 7 * DAY_MS..maker.day_ms;
    maker.city.plan.iter().any(|p| {
        let of_trade = matches!(p.kind, TruthKind::Surge | TruthKind::Drift);
        let there = p.trade == Some(trade) && p.region == Some(region);
        of_trade && there && p.starts_ms < week.end && p.ends_ms > week.start
    })
}

fn office_time(maker: &mut Maker) -> i64 {
    maker.day_ms + maker.dice.between(9 * 3_600, 17 * 3_600) * 1_000
}

fn between(maker: &mut Maker, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * maker.dice.unit()
}

/// As a form shows it: two places.
fn tidy(value: f64) -> f64 {
    libm::round(value * 100.0) / 100.0
}
