//! The directory of a made-up city: its firms, their names and namesakes, its inspectors.

use super::dice::{Dice, Purpose};
use super::trades::{Trade, TradeWords, Vocabulary};
use jianwei_core::domain::IdScheme;
use jianwei_core::pipeline::Model;
use serde::Serialize;
use std::collections::BTreeMap;

/// Most enterprises one simulated city may have.
pub const MAX_ENTERPRISES: usize = 400_000;
/// Credit classes A to D in Dandong, May 2023: 31,107, 12,044, 3,682 and 721 enterprises
/// (aic.dandong.gov.cn/html/DDJGJ/202305/0168506601542937.html).
const CREDIT_CLASSES: [(&str, f64); 4] = [("A", 31_107.0), ("B", 12_044.0), ("C", 3_682.0), ("D", 721.0)];
/// Share of firms some matter looks at.
const SUPERVISED_SHARE: f64 = 0.6;
const INSPECTORS_AN_ORG: usize = 3;

pub struct Enterprise {
    pub id: String,
    pub name: String,
    /// As people say it: brand and trade.
    pub short: String,
    pub brand: String,
    /// What it is: 健身, 加油站.
    pub word: String,
    pub industry: String,
    /// Index into [`Town::regions`].
    pub region: usize,
    /// The matter that looks at it, an index into the trades.
    pub trade: Option<usize>,
    pub natural_person: bool,
    pub parent: Option<usize>,
    pub former: Option<String>,
    pub aliases: Vec<String>,
    pub credit: usize,
    pub place: usize,
}

pub struct District {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    weight: f64,
}

pub struct Town {
    pub regions: Vec<District>,
    pub root: String,
    pub enterprises: Vec<Enterprise>,
    /// Firms of a matter, and of a matter in a region.
    pub of_trade: Vec<Vec<usize>>,
    pub of_trade_region: BTreeMap<(usize, usize), Vec<usize>>,
    /// Pairs of firms of one short name: the innocent one second.
    pub namesakes: Vec<(usize, usize)>,
    pub chains: usize,
}

impl Town {
    pub fn found(model: &Model, words: &Vocabulary, trades: &[Trade], count: usize, seed: u64) -> Town {
        let mut dice = Dice::new(seed, Purpose::Town, 0);
        let mut town = Town {
            regions: districts(model),
            root: model.root_region.clone(),
            enterprises: Vec::with_capacity(count),
            of_trade: vec![Vec::new(); trades.len()],
            of_trade_region: BTreeMap::new(),
            namesakes: Vec::new(),
            chains: 0,
        };
        let mut codes = Codes { scheme: model.id_scheme, used: BTreeMap::new() };
        while town.enterprises.len() < count {
            let first = town.enterprises.len();
            town.add_one(words, trades, &mut codes, &mut dice);
            let left = count - town.enterprises.len();
            if left >= 2 && dice.chance(0.02) {
                town.add_branches(first, left.min(2 + dice.below(5)), &mut codes, &mut dice);
            } else if left >= 1 && dice.chance(0.02) {
                town.add_namesake(first, words, &mut codes, &mut dice);
            }
        }
        for (index, enterprise) in town.enterprises.iter().enumerate() {
            if let Some(trade) = enterprise.trade {
                town.of_trade[trade].push(index);
                town.of_trade_region.entry((trade, enterprise.region)).or_default().push(index);
            }
        }
        town
    }

    fn some_region(&self, dice: &mut Dice) -> usize {
        let weights: Vec<f64> = self.regions.iter().map(|r| r.weight).collect();
        dice.weighted(&weights)
    }

    fn add_one(&mut self, words: &Vocabulary, trades: &[Trade], codes: &mut Codes, dice: &mut Dice) {
        let region = self.some_region(dice);
        let supervised = !trades.is_empty() && dice.chance(SUPERVISED_SHARE);
        // The first firms go round all matters, so that a small city has all trades.
        let turn = self.enterprises.len();
        let trade = match supervised || turn < trades.len() * 2 {
            true if turn < trades.len() * 2 => Some(turn % trades.len()),
            true => Some(dice.weighted(&trades.iter().map(|t| t.share).collect::<Vec<_>>())),
            false => None,
        };
        let kind: &TradeWords = match trade {
            Some(trade) => dice.pick(&trades[trade].kinds),
            None => dice.pick(words.other_trades()),
        };
        let word = dice.pick(&kind.words).clone();
        let brand = brand(words, dice);
        let natural_person = trade.is_none() && dice.chance(0.5);
        self.push(words, codes, dice, Draft { brand, word, industry: kind.industry.clone(), region, trade, natural_person });
    }

    fn push(&mut self, words: &Vocabulary, codes: &mut Codes, dice: &mut Dice, draft: Draft) {
        let district = &self.regions[draft.region];
        let short = format!("{}{}", draft.brand, draft.word);
        let name = match draft.natural_person {
            true => format!("{}{short}", district.name),
            false if words.no_suffix.iter().any(|w| short.ends_with(w.as_str())) => format!("{}{short}", district.name),
            false => format!("{}{short}{}", district.name, dice.word(&words.suffixes)),
        };
        let former = dice.chance(0.03).then(|| format!("{}{}{}有限公司", district.name, brand(words, dice), draft.word));
        let aliases = if dice.chance(0.6) { vec![short.clone()] } else { Vec::new() };
        let credit = dice.weighted(&CREDIT_CLASSES.map(|(_, w)| w));
        self.enterprises.push(Enterprise {
            id: codes.next(&district.code, draft.natural_person),
            name,
            short,
            brand: draft.brand,
            word: draft.word,
            industry: draft.industry,
            region: draft.region,
            trade: draft.trade,
            natural_person: draft.natural_person,
            parent: None,
            former,
            aliases,
            credit,
            place: dice.below(words.places.len()),
        });
    }

    /// A chain: branches of one firm in several districts, all called by one short name.
    fn add_branches(&mut self, parent: usize, count: usize, codes: &mut Codes, dice: &mut Dice) {
        self.chains += 1;
        for _ in 0..count {
            let region = self.some_region(dice);
            let (district, head) = (&self.regions[region], &self.enterprises[parent]);
            let place = head.place + 1 + self.enterprises.len();
            let branch = Enterprise {
                id: codes.next(&district.code, false),
                name: format!("{}{}第{}分公司", head.name, short_name(&district.name), self.enterprises.len() - parent),
                short: format!("{}（{}店）", head.short, short_name(&district.name)),
                brand: head.brand.clone(),
                word: head.word.clone(),
                industry: head.industry.clone(),
                region,
                trade: head.trade,
                natural_person: false,
                parent: Some(parent),
                former: None,
                aliases: vec![head.short.clone(), format!("{}{}店", head.short, short_name(&district.name))],
                credit: head.credit,
                place,
            };
            self.enterprises.push(branch);
        }
    }

    /// Another firm of the same brand and trade in another district.
    fn add_namesake(&mut self, first: usize, words: &Vocabulary, codes: &mut Codes, dice: &mut Dice) {
        let twin = &self.enterprises[first];
        let region = (twin.region + 1 + dice.below(self.regions.len().max(2) - 1)) % self.regions.len();
        let draft = Draft {
            brand: twin.brand.clone(),
            word: twin.word.clone(),
            industry: twin.industry.clone(),
            region,
            trade: twin.trade,
            natural_person: false,
        };
        let other_region = region != twin.region;
        self.push(words, codes, dice, draft);
        if other_region {
            self.namesakes.push((first, first + 1));
        }
    }

    /// One row of `registry.ndjson`.
    pub fn registry_row(&self, index: usize, words: &Vocabulary) -> Vec<u8> {
        let e = &self.enterprises[index];
        let district = &self.regions[e.region];
        let place = &words.places[e.place % words.places.len()];
        let row = RegistryRow {
            id: &e.id,
            name: &e.name,
            former_names: e.former.iter().collect(),
            aliases: &e.aliases,
            industry: &e.industry,
            region: &district.code,
            address: format!("{}{place}{}号", district.name, index % 300 + 1),
            size: ["micro", "micro", "small", "small", "medium"][index % 5],
            status: "active",
            credit_class: CREDIT_CLASSES[e.credit].0,
            parent: e.parent.map(|p| self.enterprises[p].id.as_str()),
            branch: e.parent.is_some(),
            natural_person: e.natural_person,
        };
        serde_json::to_vec(&row).unwrap_or_default()
    }
}

struct Draft {
    brand: String,
    word: String,
    industry: String,
    region: usize,
    trade: Option<usize>,
    natural_person: bool,
}

#[derive(Serialize)]
struct RegistryRow<'a> {
    id: &'a str,
    name: &'a str,
    former_names: Vec<&'a String>,
    aliases: &'a [String],
    industry: &'a str,
    region: &'a str,
    address: String,
    size: &'static str,
    status: &'static str,
    credit_class: &'static str,
    parent: Option<&'a str>,
    branch: bool,
    natural_person: bool,
}

pub fn credit_class(index: usize) -> &'static str {
    CREDIT_CLASSES[index.min(3)].0
}

/// A row of `inspectors.ndjson` for each of a few inspectors of every organisation.
pub fn inspector_rows(model: &Model) -> Vec<Vec<u8>> {
    #[derive(Serialize)]
    struct Row<'a> {
        inspector_id: String,
        org: &'a str,
        qualifications: [&'static str; 1],
    }
    let row = |org: &str, n: usize| {
        let row = Row { inspector_id: format!("{org}-{n:02}"), org, qualifications: ["行政执法证"] };
        serde_json::to_vec(&row).unwrap_or_default()
    };
    model.organisations.keys().flat_map(|org| (1..=INSPECTORS_AN_ORG).map(move |n| row(org, n))).collect()
}

/// The lowest regions; the first are the largest.
fn districts(model: &Model) -> Vec<District> {
    let is_leaf = |code: &String| !model.regions.values().any(|r| r.parent.as_ref() == Some(code));
    let leaves = model.regions.values().filter(|r| is_leaf(&r.code));
    leaves
        .enumerate()
        .map(|(index, region)| District {
            code: region.code.clone(),
            name: model.text(&region.name).to_string(),
            aliases: region.aliases.clone(),
            weight: 1.0 / (1.0 + 0.3 * index as f64),
        })
        .collect()
}

fn short_name(district: &str) -> &str {
    district.strip_suffix('区').or(district.strip_suffix('市')).unwrap_or(district)
}

fn brand(words: &Vocabulary, dice: &mut Dice) -> String {
    [&words.brand_first, &words.brand_second, &words.brand_third].into_iter().map(|part| dice.pick(part).as_str()).collect()
}

/// Hands out ids: unified social credit codes whose organisation part says FAKE, so that they can't
/// be taken for real ones, with the check character the scheme asks for.
struct Codes {
    scheme: IdScheme,
    used: BTreeMap<String, usize>,
}

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl Codes {
    fn next(&mut self, region: &str, natural_person: bool) -> String {
        // Codes of other realms' regions may hold what a credit code can't.
        let region = Some(region).filter(|r| r.len() == 6 && r.bytes().all(|b| b.is_ascii_digit())).unwrap_or("371000");
        let prefix = format!("{}{region}", if natural_person { "92" } else { "91" });
        let used = self.used.entry(prefix.clone()).or_default();
        let number = *used;
        *used += 1;
        if self.scheme == IdScheme::Text {
            return format!("SIM-{prefix}-{number}");
        }
        let three = ALPHABET.len().pow(3);
        let mut code = match number < three {
            true => format!("{prefix}MAFAKE{}", digits(number, 3)),
            false => format!("{prefix}MAFAK{}", digits(number - three, 4)),
        };
        let fits = |code: &str| self.scheme.normalise(code) == (Some(code.to_string()), None);
        for check in ALPHABET {
            code.push(*check as char);
            if fits(&code) {
                break;
            }
            code.pop();
        }
        code
    }
}

fn digits(mut number: usize, count: usize) -> String {
    let mut out = vec![b'0'; count];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[number % ALPHABET.len()];
        number /= ALPHABET.len();
    }
    String::from_utf8_lossy(&out).into_owned()
}
