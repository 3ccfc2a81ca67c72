//! The rows of `truth.ndjson`.

use super::City;
use super::departments::diligence;
use super::plan::Planted;
use super::tally::{self, Tally};
use crate::truth::{Truth, TruthKind};
use jianwei_core::pipeline::Model;

impl City {
    /// What is planted, and what the tally counted.
    pub fn truth(&self, model: &Model, tally: &Tally, late_dispositions: u64) -> Vec<Truth> {
        let mut rows = vec![self.city_row()];
        rows.extend(self.plan.iter().map(|planted| self.planted_row(planted)));
        for (org, how) in model.organisations.keys().map(|org| (org, diligence(self.config.seed, org))) {
            let note = format!("{org}: {}", how.as_str());
            rows.push(Truth::new(format!("department-{org}"), TruthKind::Department, note));
        }
        let counted = [
            (TruthKind::Late, tally.late, "rows that came an hour to two days after their own time"),
            (TruthKind::Duplicate, tally.duplicates, "rows sent twice, byte for byte"),
            (TruthKind::NearDuplicate, tally.near_duplicates, "tickets told again in nearly the same words under another number"),
            (TruthKind::Update, tally.updates, "tickets sent again with a later status"),
            (TruthKind::Lost, tally.lost, "rows of silent sources that never came"),
            (TruthKind::LateDisposition, late_dispositions, "dispositions sent though their warning had ended"),
            (TruthKind::Namesakes, self.town.namesakes.len() as u64, "pairs of firms of one brand and trade in two districts"),
            (TruthKind::Chains, self.town.chains as u64, "firms with branches"),
        ];
        for (kind, count, note) in counted {
            let id = serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
            rows.push(Truth { count: Some(count), ..Truth::new(id, kind, note.to_string()) });
        }
        for ((file, dirt), count) in &tally.dirt {
            rows.push(Truth {
                count: Some(*count),
                file: Some(format!("{file}.ndjson")),
                dead_letter: dirt.dead_letter().map(str::to_string),
                ..Truth::new(format!("dirt-{file}-{}", dirt.as_str()), TruthKind::Dirt, dirt.as_str().to_string())
            });
        }
        rows
    }

    fn city_row(&self) -> Truth {
        let note = format!("seed {}, {} tickets a day", self.config.seed, self.config.tickets_per_day);
        Truth {
            region: Some(self.town.root.clone()),
            starts_at: Some(self.zone.format(self.config.start_ms)),
            ends_at: Some(self.zone.format(self.config.end_ms())),
            count: Some(self.town.enterprises.len() as u64),
            ..Truth::new("city".into(), TruthKind::City, note)
        }
    }

    fn planted_row(&self, planted: &Planted) -> Truth {
        let firm = planted.firm.map(|f| &self.town.enterprises[f]);
        let note = match (planted.kind, planted.outage, planted.culprit) {
            (_, Some(outage), _) => {
                let what = if outage.backfilled { "its records came after it" } else { "its records never came" };
                format!("{} silent, {what}", tally::name(outage.source))
            }
            (TruthKind::WrongAccusation, _, Some(culprit)) => {
                format!("{} is taken for {}", firm.map_or("", |f| &f.name), self.town.enterprises[culprit].id)
            }
            (TruthKind::WrongAccusation, _, None) => format!("{} is where it happened", firm.map_or("", |f| &f.name)),
            _ => firm.map_or_else(String::new, |f| f.name.clone()),
        };
        let grows = matches!(planted.kind, TruthKind::Trouble | TruthKind::Drift);
        Truth {
            matter: planted.trade.map(|t| self.trades[t].matter.clone()),
            subject: firm.map(|f| f.id.clone()),
            region: planted.region.map(|r| self.town.regions[r].code.clone()),
            starts_at: Some(self.zone.format(planted.starts_ms)),
            ends_at: Some(self.zone.format(planted.ends_ms)),
            file: planted.outage.map(|outage| tally::name(outage.source).to_string()),
            backfilled: planted.outage.map(|outage| outage.backfilled),
            peaks_at: grows.then(|| self.zone.format(planted.peaks_ms())),
            ..Truth::new(planted.id.clone(), planted.kind, note)
        }
    }
}
