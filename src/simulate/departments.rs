//! Departments that answer the warnings they get, as they are: prompt, ordinary or lazy. What they
//! find out is the truth; when they say so is up to them.

use super::City;
use super::dice::{Dice, Purpose, mixed};
use crate::truth::TruthKind;
use jianwei_core::domain::{DAY_MS, HOUR_MS};
use jianwei_core::engine::Publication;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diligence {
    Prompt,
    Ordinary,
    Lazy,
}

impl Diligence {
    pub fn as_str(self) -> &'static str {
        match self {
            Diligence::Prompt => "prompt",
            Diligence::Ordinary => "ordinary",
            Diligence::Lazy => "lazy",
        }
    }

    /// Chance that it does this at all, and after how many hours.
    fn pace(self, act: Act) -> (f64, i64, i64) {
        match (self, act) {
            (Diligence::Prompt, Act::Acknowledge) => (1.0, 1, 5),
            (Diligence::Prompt, Act::Feedback) => (0.98, 20, 72),
            (Diligence::Prompt, Act::Close) => (0.95, 80, 200),
            (Diligence::Ordinary, Act::Acknowledge) => (0.97, 3, 26),
            (Diligence::Ordinary, Act::Feedback) => (0.9, 48, 130),
            (Diligence::Ordinary, Act::Close) => (0.85, 140, 380),
            (Diligence::Lazy, Act::Acknowledge) => (0.6, 20, 120),
            (Diligence::Lazy, Act::Feedback) => (0.45, 100, 300),
            (Diligence::Lazy, Act::Close) => (0.3, 350, 900),
        }
    }

    /// Whether it does this, and when, to the second.
    fn when(self, act: Act, now_ms: i64, dice: &mut Dice) -> (bool, i64) {
        let (chance, from_h, to_h) = self.pace(act);
        let does = dice.chance(chance);
        let at_ms = now_ms + dice.between(from_h * HOUR_MS, to_h * HOUR_MS);
        (does, at_ms - at_ms.rem_euclid(1_000))
    }
}

#[derive(Deserialize)]
struct SeenClue {
    clue_id: String,
    status: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Acknowledge,
    Feedback,
    Close,
}

/// Of lazy departments' words on warnings that ended meanwhile, those sent all the same.
const SENT_ALL_THE_SAME: f64 = 0.25;

pub fn diligence(seed: u64, org: &str) -> Diligence {
    let mut dice = Dice::new(seed, Purpose::Departments, fold(&[org]));
    [Diligence::Prompt, Diligence::Ordinary, Diligence::Lazy][dice.weighted(&[40.0, 38.0, 22.0])]
}

/// What a department will say, if the warning is still open then.
#[derive(Debug, Clone)]
pub struct Planned {
    pub org: String,
    /// The warning or the clue.
    pub target: String,
    /// Sent even if the warning has ended.
    pub insists: bool,
    pub row: DispositionRow,
}

#[derive(Debug, Clone, Serialize)]
pub struct DispositionRow {
    pub disposition_id: String,
    pub org: String,
    pub target: String,
    pub action: &'static str,
    pub at: String,
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// What a department reads of a warning.
#[derive(Deserialize)]
struct Seen {
    warning_id: String,
    revision: u32,
    status: String,
    level: String,
    role: String,
    scope: String,
    matter: SeenMatter,
    subject: SeenSubject,
}

#[derive(Deserialize)]
struct SeenMatter {
    id: String,
}

#[derive(Deserialize)]
struct SeenSubject {
    id: String,
    region: Option<String>,
}

#[derive(Default)]
pub struct Departments {
    open: BTreeSet<String>,
    /// By time and disposition id: the order in which they are sent.
    planned: BTreeMap<(i64, String), Planned>,
}

impl Departments {
    pub fn next_ms(&self) -> Option<i64> {
        self.planned.keys().next().map(|(at_ms, _)| *at_ms)
    }

    /// The next word, its time, and whether its warning is still open; `None` if it is not said.
    pub fn next(&mut self) -> Option<(i64, Option<Planned>, bool)> {
        let ((at_ms, _), mut planned) = self.planned.pop_first()?;
        let open = self.open.contains(&planned.target);
        if !open && planned.insists {
            planned.row.note = Some("迟报：预警已经结束");
        }
        Some((at_ms, (open || planned.insists).then_some(planned), open))
    }

    /// Reads one copy of a warning or a clue, as its addressee.
    pub fn read(&mut self, city: &City, now_ms: i64, publication: &Publication) {
        if let Some(org) = publication.topic.strip_prefix("clues.") {
            return self.read_clue(city, now_ms, org, publication);
        }
        let Some(org) = publication.warned_org() else { return };
        let Some(seen) = publication.value.as_ref().and_then(|v| serde_json::from_slice::<Seen>(v).ok()) else { return };
        match seen.status.as_str() {
            "lifted" | "withdrawn" => {
                self.open.remove(&seen.warning_id);
                return;
            }
            "raised" | "upgraded" => {
                self.open.insert(seen.warning_id.clone());
            }
            _ => return,
        }
        if matches!(seen.role.as_str(), "lead" | "cooperating") && seen.level != "blue" {
            self.plan(city, now_ms, org, &seen);
        }
    }

    /// A clue is taken up and passed on to where it is dealt with.
    fn read_clue(&mut self, city: &City, now_ms: i64, org: &str, publication: &Publication) {
        let Some(seen) = publication.value.as_ref().and_then(|v| serde_json::from_slice::<SeenClue>(v).ok()) else { return };
        if seen.status != "passed_on" {
            self.open.remove(&seen.clue_id);
            return;
        }
        let how = diligence(city.config.seed, org);
        let mut dice = Dice::new(city.config.seed, Purpose::Departments, fold(&[&seen.clue_id, org]));
        if !self.open.insert(format!("{}/{org}", seen.clue_id)) {
            return;
        }
        self.open.insert(seen.clue_id.clone());
        for act in [Act::Acknowledge, Act::Close] {
            let (does, at_ms) = how.when(act, now_ms, &mut dice);
            if !does || at_ms >= city.config.end_ms() {
                continue;
            }
            let action = if act == Act::Acknowledge { "acknowledge" } else { "close" };
            let row = DispositionRow {
                disposition_id: format!("{}-{org}-{action}", seen.clue_id),
                org: org.to_string(),
                target: seen.clue_id.clone(),
                action,
                at: city.zone.format(at_ms),
                by: "线索岗-01".to_string(),
                outcome: None,
                measures: None,
                note: None,
            };
            let planned = Planned { org: org.to_string(), target: seen.clue_id.clone(), insists: false, row };
            self.planned.insert((at_ms, planned.row.disposition_id.clone()), planned);
        }
    }

    fn plan(&mut self, city: &City, now_ms: i64, org: &str, seen: &Seen) {
        let how = diligence(city.config.seed, org);
        let mut dice =
            Dice::new(city.config.seed, Purpose::Departments, fold(&[&seen.warning_id, org, &seen.revision.to_string()]));
        let lead = seen.role == "lead";
        let found = city.found_out(seen, now_ms);
        for act in [Act::Acknowledge, Act::Feedback, Act::Close] {
            let (does, at_ms) = how.when(act, now_ms, &mut dice);
            let owed = lead || (act != Act::Close && matches!(seen.level.as_str(), "orange" | "red"));
            if !does || !owed || at_ms >= city.config.end_ms() {
                continue;
            }
            let insists = how == Diligence::Lazy && dice.chance(SENT_ALL_THE_SAME);
            let row = row_of(city, seen, org, act, at_ms, found, &mut dice);
            let key = (at_ms, row.disposition_id.clone());
            self.planned.insert(key, Planned { org: org.to_string(), target: seen.warning_id.clone(), insists, row });
        }
    }
}

fn row_of(city: &City, seen: &Seen, org: &str, act: Act, at_ms: i64, found: Found, dice: &mut Dice) -> DispositionRow {
    let (action, outcome, measures) = match act {
        Act::Acknowledge => (if dice.chance(0.3) { "start" } else { "acknowledge" }, None, None),
        Act::Feedback => ("feedback", Some(found.at_first()), Some("非现场核查")),
        Act::Close => ("close", Some(found.at_last(dice)), Some("现场核查")),
    };
    DispositionRow {
        disposition_id: format!("{}-{org}-{}-{action}", seen.warning_id, seen.revision),
        org: org.to_string(),
        target: seen.warning_id.clone(),
        action,
        at: city.zone.format(at_ms),
        by: format!("监管岗-{:02}", 1 + fold(&[org, &seen.matter.id]) % 4),
        outcome,
        measures,
        note: None,
    }
}

/// What there is to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Something,
    Nothing,
    AnotherFirm,
}

impl Found {
    fn at_first(self) -> &'static str {
        match self {
            Found::Something => "confirmed",
            Found::Nothing => "unfounded",
            Found::AnotherFirm => "wrong_subject",
        }
    }

    fn at_last(self, dice: &mut Dice) -> &'static str {
        match self {
            Found::Something => ["rectified", "penalised", "confirmed"][dice.weighted(&[60.0, 25.0, 15.0])],
            other => other.at_first(),
        }
    }
}

impl City {
    fn found_out(&self, seen: &Seen, now_ms: i64) -> Found {
        let matches = |p: &&super::plan::Planted| {
            // Warnings come a little late, and triggers are held a while.
            let on_time = (p.starts_ms..p.ends_ms + 7 * DAY_MS).contains(&now_ms);
            let matter = p.trade.is_some_and(|t| self.trades[t].matter == seen.matter.id);
            let subject = match seen.scope.as_str() {
                "enterprise" => p.firm.is_some_and(|f| self.town.enterprises[f].id == seen.subject.id),
                _ => {
                    let told = seen.subject.region.as_deref();
                    let region = p.region.is_some_and(|r| told == Some(&self.town.regions[r].code));
                    !is_innocent(p.kind) && (region || told == Some(&self.town.root))
                }
            };
            on_time && matter && subject
        };
        match self.plan.iter().find(matches).map(|p| p.kind) {
            Some(TruthKind::WrongAccusation) => Found::AnotherFirm,
            Some(TruthKind::RivalCampaign) | None => Found::Nothing,
            Some(_) => Found::Something,
        }
    }
}

fn is_innocent(kind: TruthKind) -> bool {
    matches!(kind, TruthKind::RivalCampaign | TruthKind::WrongAccusation)
}

/// One number for a few texts.
fn fold(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|t| t.bytes().chain(std::iter::once(0)));
    mixed(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}
