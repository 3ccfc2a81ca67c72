//! The checked model of one realm's pipeline.

use super::words::Words;
use super::{Bundle, Condition};
use crate::domain::outputs::Role;
use crate::domain::{Calendar, Category, IdScheme, Language, Level, SourceKind, Text, Zone};
use crate::intake::CallerKey;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use super::peers::{InspectionRules, NameTest, RateRules};
pub use crate::domain::Period;

/// What moves a realm's time: the feed's own event times, or arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    Feed,
    Wall,
}

impl Clock {
    pub fn parse(text: &str) -> Option<Clock> {
        match text {
            "feed" => Some(Clock::Feed),
            "wall" => Some(Clock::Wall),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Model {
    pub realm: String,
    pub display: Text,
    pub version: String,
    pub hash: String,
    pub journal_partition: i32,
    pub zone: Zone,
    pub clock: Clock,
    pub language: Language,
    pub id_scheme: IdScheme,
    /// What a person calls the id (`licence`, `统一社会信用代码`).
    pub id_name: Text,
    pub disclaimer: Text,
    /// The normative document the realm works under, if the pipeline names it.
    pub measure: Option<Measure>,
    pub calendar: Calendar,
    pub sources: Vec<Source>,
    pub organisations: BTreeMap<String, Organisation>,
    pub regions: BTreeMap<String, Region>,
    /// The realm's own region, above all others.
    pub root_region: String,
    pub matters: BTreeMap<String, Matter>,
    /// Lists of words that conditions share, by name.
    pub word_lists: BTreeMap<String, Vec<String>>,
    /// The words of all conditions.
    pub words: Words,
    pub levels: LevelRules,
    /// How often p-values of industry series really come.
    pub tail: super::TailMap,
    pub duties: [DutyRule; 4],
    /// Working days the coordinating office has to see that a lead is agreed on (art. 7).
    pub agree_lead_working_days: u32,
    pub ladder: Ladder,
    pub clue_duties: ClueDuties,
    pub privacy: Privacy,
    /// The credit classes there are, best first; none listed: any word is one.
    pub credit_classes: Vec<String>,
    /// The coordinating office: circular notices go there too.
    pub coordinating: String,
    pub bundle: Bundle,
    /// What callers are hashed with. No part of the pipeline: the shell that reads feeds puts it here.
    pub caller_key: Option<CallerKey>,
}

/// A normative document and how long it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub name: Text,
    pub in_force: NaiveDate,
    /// Its last day.
    pub expires: Option<NaiveDate>,
}

/// One input topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub kind: SourceKind,
    pub topic: String,
    /// Dispositions: whose topic it is.
    pub org: Option<String>,
    /// How long after its period ends a record may still come and be counted.
    pub lateness_ms: i64,
    /// Record field ← columns, the first that has something; for all rows.
    pub columns: BTreeMap<String, Vec<String>>,
    /// As in a map, for all rows; a map's own values go first.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    pub maps: Vec<FieldMap>,
}

/// How a feed's own columns become record fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldMap {
    pub name: String,
    /// The map applies to rows that have all of these columns.
    pub columns: Vec<String>,
    pub id: IdRule,
    /// Record field ← column.
    pub rename: BTreeMap<String, String>,
    pub constants: BTreeMap<String, String>,
    /// Used where the cell is empty.
    pub defaults: BTreeMap<String, String>,
    /// Record field → (cell text → value); `"*"` stands for any other text, and a value of `""`
    /// leaves the field out.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Record field ← the first rule that holds for the row.
    pub cases: BTreeMap<String, Vec<Case>>,
}

/// One rule of a derived field: the value, when a numeric column is above a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub column: Option<String>,
    pub above: f64,
    pub value: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum IdRule {
    /// The record names itself in its own field.
    #[default]
    Own,
    /// The reader derives it from the row and its occurrence and puts it in the record key.
    Key,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    pub slug: String,
    pub name: Text,
    pub superior: Option<String>,
    /// Whom to reach on duty: an office or a role, never a private person.
    pub contact: Option<Text>,
    /// Other spellings and names before a reform; records that use them mean this organisation.
    pub aliases: Vec<String>,
    pub former_names: Vec<String>,
    /// The part of the realm it answers for, in the place of `branch_of`.
    pub region: Option<String>,
    pub branch_of: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    pub code: String,
    pub name: Text,
    pub parent: Option<String>,
    pub aliases: Vec<String>,
    /// Regions of one class are compared with each other; without it, that of the region above.
    pub class: Option<String>,
}

/// One item of the supervision list (监管事项).
#[derive(Debug, Clone)]
pub struct Matter {
    pub id: String,
    pub name: Text,
    pub category: Category,
    /// `None`: undetermined. The coordinating office stands in until one is agreed on (art. 7).
    pub lead: Option<String>,
    pub cooperating: Vec<String>,
    pub informed: Vec<String>,
    pub basis: Basis,
    /// Industry codes of the enterprises it supervises (监管对象); a code covers those below it.
    pub objects: Vec<String>,
    pub guide_url: Option<String>,
    pub methods: Vec<String>,
    pub measures_suggested: Vec<String>,
    pub prior_notice: bool,
    /// Its warnings quote a masked piece of what tickets say, for those who work on them.
    pub excerpt: bool,
    /// A record belongs to the matter when one of these holds.
    pub matches: Vec<Condition>,
    pub triggers: Vec<Trigger>,
    pub industry: Option<IndustryRules>,
    pub enterprise: Option<EnterpriseRules>,
    pub outcome: Option<super::OutcomeRules>,
}

/// What a matter rests on (依据).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Basis {
    pub text: Text,
    /// Where the text was read.
    pub source: String,
    /// Of the text or the page it was read on: a year, a month or a day.
    pub date: Option<String>,
    /// The last day it holds.
    pub expires: Option<NaiveDate>,
    /// A person has checked it against the text itself.
    pub verified: bool,
}

impl Matter {
    /// Whether periods of its own close: then its industry warnings calm down by them, else by days.
    pub fn closes_periods(&self) -> bool {
        self.industry.as_ref().is_some_and(|i| !i.periods.is_empty())
    }

    /// The organisations the file names: lead if determined, cooperating, informed, in this order.
    pub fn named(&self) -> impl Iterator<Item = (&str, Role)> {
        self.lead
            .iter()
            .map(|o| (o.as_str(), Role::Lead))
            .chain(self.cooperating.iter().map(|o| (o.as_str(), Role::Cooperating)))
            .chain(self.informed.iter().map(|o| (o.as_str(), Role::Informed)))
    }
}

/// Who gets a warning, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients(Vec<(String, Role)>);

impl Recipients {
    /// Lead first, then cooperating, then informed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(org, role)| (org.as_str(), *role))
    }

    pub fn role_of(&self, org: &str) -> Option<Role> {
        self.iter().find(|(o, _)| *o == org).map(|(_, role)| role)
    }

    pub fn lead(&self) -> &str {
        self.iter().next().map_or("", |(org, _)| org)
    }

    pub fn cooperating(&self) -> Vec<String> {
        self.iter().filter(|(_, role)| *role == Role::Cooperating).map(|(org, _)| org.to_string()).collect()
    }
}

/// An event that sets a least level at once.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub code: String,
    pub when: Vec<Condition>,
    pub level: Level,
    pub text: Text,
    /// How long the level is held, in days.
    pub hold_days: u32,
    /// It takes so many records about one subject, or one trade in one region, within so many days.
    pub at_least: u32,
    pub within_days: u32,
}

/// Which records are counted in the matter's industry series, by region, and which indicators may
/// raise its industry warnings.
#[derive(Debug, Clone)]
pub struct IndustryRules {
    pub count: Vec<Condition>,
    /// None where nothing is counted.
    pub periods: Vec<Period>,
    /// Those that warn when they rise, and those (levels only) that warn when they fall.
    pub indicators: Vec<String>,
    pub falling: Vec<String>,
}

/// However few series share a promise, nothing as likely as this asks for a level.
pub const MOST_P: f64 = 0.01;

/// How evidence about one enterprise adds up.
#[derive(Debug, Clone)]
pub struct EnterpriseRules {
    /// Log-odds without any evidence.
    pub prior: f64,
    pub evidence: Vec<EvidenceRule>,
    /// Its complaints beside those of its peers.
    pub rate: Option<RateRules>,
    pub inspections: Option<InspectionRules>,
    /// Least score (0-100) of each level, and least number of independent sources.
    pub score_at_least: [u32; 4],
    pub sources_at_least: [u32; 4],
}

#[derive(Debug, Clone)]
pub struct EvidenceRule {
    pub code: String,
    /// Empty for a rule about a figure.
    pub when: Vec<Condition>,
    pub figure: Option<FigureTest>,
    /// Instead of both: about what the directory calls it.
    pub name: Option<NameTest>,
    /// A permit in force of one of these types, and the rule says nothing.
    pub without_permit: Vec<String>,
    /// Log-odds of one piece of fresh evidence; further pieces count by log2(1 + decayed count).
    pub weight: f64,
    pub half_life_days: f64,
    /// A piece says nothing any more so many days after it happened: it has legally expired.
    pub expires_days: Option<u32>,
    pub text: Text,
}

/// What the newest figure of one measure must be for a rule to hold; all parts given must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureTest {
    pub measure: String,
    pub value_at_least: Option<f64>,
    pub value_below: Option<f64>,
    /// At least so many times the median of the newest figures of other enterprises of its industry.
    pub times_peer_median: Option<f64>,
    /// With fewer peers the comparison says nothing.
    pub peers_at_least: u32,
}

/// When industry series change level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelRules {
    /// False alarms a year each level allows itself over all series of the realm.
    pub false_alarms_per_year: [f64; 4],
    /// Least observed / expected.
    pub rate_ratio: [f64; 4],
    /// Least observed - expected.
    pub excess: [f64; 4],
    /// Calm periods before a level is lowered by one, and the least time at a level.
    pub calm_periods: u32,
    pub dwell_ms: i64,
    /// Red warnings told one by one in an hour; further ones are grouped. Triggers and safety always are told.
    pub reds_per_hour: u32,
    /// Levels (prices, concentrations): least change against what is usual, as a share of it.
    pub change: [f64; 4],
}

/// Working days each duty of a level may take; `None`: no such duty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DutyRule {
    pub acknowledge_working_days: Option<u32>,
    pub feedback_working_days: Option<u32>,
    pub close_working_days: Option<u32>,
}

/// Working days the duties of a clue may take; `None`: no such duty. And when tickets of no matter
/// become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClueDuties {
    pub acknowledge_working_days: Option<u32>,
    pub close_working_days: Option<u32>,
    /// It takes so many tickets that say nearly the same, within so many days.
    pub unclassified_at_least: u32,
    pub unclassified_within_days: u32,
}

impl Default for ClueDuties {
    fn default() -> Self {
        ClueDuties {
            acknowledge_working_days: None,
            close_working_days: None,
            unclassified_at_least: 5,
            unclassified_within_days: 14,
        }
    }
}

/// What is kept of natural persons, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// What is known of a natural person is forgotten so many days after the last record about him.
    pub natural_person_days: u32,
    /// Dead letters carry neither key nor value.
    pub redact_dead_letters: bool,
}

/// How an overdue duty climbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// Hours before the due time at which the due-soon card goes out.
    pub due_soon_hours: u32,
    /// Working days after the due time for supervised handling and for circular notice.
    pub supervised_working_days: u32,
    pub circular_working_days: u32,
}

impl Model {
    /// The class of a region, or of the nearest above it that has one.
    pub fn region_class(&self, region: Option<&str>) -> Option<&str> {
        self.region_chain(region).into_iter().find_map(|code| self.regions.get(code)?.class.as_deref())
    }

    /// Whether a matter says that the indicator is no count: only levels warn when they fall.
    pub fn says_is_level(&self, indicator: &str) -> bool {
        self.matters.values().filter_map(|m| m.industry.as_ref()).any(|i| i.falling.iter().any(|name| name == indicator))
    }

    pub fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.language)
    }

    /// The region and all above it, nearest first; an unknown region is the root alone.
    pub fn region_chain<'a>(&'a self, region: Option<&'a str>) -> Vec<&'a str> {
        let mut chain = Vec::new();
        let mut at = region.and_then(|r| self.regions.get(r));
        while let Some(region) = at {
            // A bound on depth holds against loops, which loading refuses too.
            if chain.len() > 8 {
                break;
            }
            chain.push(region.code.as_str());
            at = region.parent.as_deref().and_then(|p| self.regions.get(p));
        }
        if chain.last() != Some(&self.root_region.as_str()) {
            chain.push(&self.root_region);
        }
        chain
    }

    /// A region by code, name in either language, or alias.
    pub fn find_region(&self, raw: &str) -> Option<&Region> {
        let raw = raw.trim();
        self.region_called(raw).or_else(|| self.region_of_code(raw)).or_else(|| self.region_last_named(raw))
    }

    fn region_called(&self, raw: &str) -> Option<&Region> {
        self.regions.get(raw).or_else(|| {
            self.regions.values().find(|r| r.name.en == raw || r.name.zh == raw || r.aliases.iter().any(|a| a == raw))
        })
    }

    /// A code of a street or a village (`371002001001`), or one a spreadsheet made a number (`371002.0`):
    /// the longest beginning that is known.
    fn region_of_code(&self, raw: &str) -> Option<&Region> {
        let digits = raw.strip_suffix(".0").unwrap_or(raw);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        [9, 6].into_iter().filter_map(|len| digits.get(..len)).find_map(|code| self.region_called(code))
    }

    /// A name with those of what it lies in in front (`山东省威海市环翠区`, `环翠区/竹岛街道`): the last of them
    /// that is known, if nothing else stands behind it.
    fn region_last_named(&self, raw: &str) -> Option<&Region> {
        let ends = raw.char_indices().map(|(at, _)| at).skip(1).filter(|at| raw.len() - at <= 60);
        ends.map(|at| raw[at..].trim_start_matches(['/', '-', '_', '>', ' ', '、'])).find_map(|rest| self.region_called(rest))
    }

    /// An organisation by slug, or by a name, alias or former name only one has.
    pub fn find_organisation(&self, raw: &str) -> Option<&Organisation> {
        let raw = raw.trim();
        let is = |o: &&Organisation| {
            o.name.zh == raw || o.name.en == raw || o.aliases.iter().chain(&o.former_names).any(|name| name == raw)
        };
        self.organisations.get(raw).or_else(|| {
            let mut named = self.organisations.values().filter(is);
            named.next().filter(|_| named.next().is_none())
        })
    }

    /// The slug a wrong one was meant to be: the organisation of that name, else the nearest spelling.
    pub fn slug_meant(&self, raw: &str) -> Option<&str> {
        let known = self.find_organisation(raw).map(|o| o.slug.as_str());
        let comparable = !raw.is_empty() && raw.len() <= super::reader::MAX_NAME_BYTES;
        known.or_else(|| {
            let slugs = self.organisations.keys().filter(|_| comparable);
            slugs.min_by_key(|slug| strsim::levenshtein(slug, raw)).map(String::as_str)
        })
    }

    /// Who gets a warning about a subject of the region: where an organisation has a branch that
    /// answers for the region, the branch stands in its place and the organisation itself is informed.
    pub fn recipients(&self, matter: &Matter, region: Option<&str>) -> Recipients {
        // An organisation reached twice keeps its first, weightier role.
        let add = |out: &mut Vec<(String, Role)>, org: &str, role: Role| {
            if !out.iter().any(|(o, _)| o == org) {
                out.push((org.to_string(), role));
            }
        };
        let chain = self.region_chain(region);
        let mut out: Vec<(String, Role)> = Vec::new();
        if matter.lead.is_none() {
            add(&mut out, &self.coordinating, Role::Lead);
        }
        let mut superiors = Vec::new();
        for (org, role) in matter.named() {
            match self.branch(org, &chain) {
                Some(branch) => {
                    add(&mut out, branch, role);
                    superiors.push(org.to_string());
                }
                None => add(&mut out, org, role),
            }
        }
        for org in superiors {
            add(&mut out, &org, Role::Informed);
        }
        Recipients(out)
    }

    /// The branch of an organisation for the nearest region of the chain.
    fn branch(&self, org: &str, chain: &[&str]) -> Option<&str> {
        chain.iter().find_map(|code| {
            let answers = |o: &&Organisation| o.branch_of.as_deref() == Some(org) && o.region.as_deref() == Some(code);
            self.organisations.values().find(answers).map(|o| o.slug.as_str())
        })
    }

    /// How many series the industry budget is spread over, weighted by periods a year.
    pub fn series_periods_per_year(&self) -> f64 {
        let matters = self.matters.values().filter_map(|m| m.industry.as_ref());
        matters.flat_map(|i| &i.periods).map(|p| p.per_year() * self.regions.len() as f64).sum()
    }

    /// The p-value at which a level keeps its promise over the realm's own series and those of its
    /// indicators, were the p-values exact; never above [`MOST_P`].
    pub fn p_threshold(&self, level: Level, indicator_periods_per_year: f64) -> f64 {
        let periods_per_year = self.series_periods_per_year() + indicator_periods_per_year;
        (self.levels.false_alarms_per_year[level.index()] / periods_per_year.max(1.0)).min(MOST_P)
    }

    /// How long periods stay open for late records: the longest bound of any source.
    pub fn lateness_ms(&self) -> i64 {
        self.sources.iter().map(|s| s.lateness_ms).max().unwrap_or(0)
    }

    pub fn source_of_topic(&self, topic: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.topic == topic)
    }
}
