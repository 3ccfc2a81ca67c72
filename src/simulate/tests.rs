//! What a city is made of: names, codes, sentences, plans.

use super::dice::{Dice, Purpose};
use super::tally::Tally;
use super::trades::vocabulary;
use super::voice::{Manner, Speech, Voice};
use super::{City, Config};
use crate::pipelines::read_model;
use crate::truth::TruthKind;
use jianwei_core::domain::{DAY_MS, IdScheme, SourceKind};
use jianwei_core::pipeline::Model;
use std::collections::BTreeSet;
use std::path::Path;

fn model(name: &str) -> Model {
    read_model(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(name)).expect("a pipeline")
}

fn config(days: i64, enterprises: usize) -> Config {
    Config { start_ms: 1_735_660_800_000, days, enterprises, seed: 11, tickets_per_day: 80.0, dirt_per_mille: 0 }
}

#[test]
fn codes_are_valid_unlike_real_ones_and_each_firms_own() {
    let city = City::found(config(30, 3_000), &model("weihai")).expect("a city");
    let mut seen = BTreeSet::new();
    for firm in &city.town.enterprises {
        assert_eq!(IdScheme::Uscc.normalise(&firm.id), (Some(firm.id.clone()), None), "{}", firm.name);
        assert_eq!(&firm.id[8..13], "MAFAK", "{}", firm.id);
        assert!(seen.insert(&firm.id), "{} twice", firm.id);
    }
    assert_eq!(seen.len(), 3_000);
    assert!(city.town.chains > 10 && city.town.namesakes.len() > 10, "chains and namesakes");
    for (one, other) in &city.town.namesakes {
        let (one, other) = (&city.town.enterprises[*one], &city.town.enterprises[*other]);
        assert_eq!((&one.short, one.region == other.region), (&other.short, false));
    }
}

#[test]
fn credit_classes_have_their_shares() {
    let city = City::found(config(30, 20_000), &model("weihai")).expect("a city");
    let share = |class: usize| city.town.enterprises.iter().filter(|e| e.credit == class).count() as f64 / 20_000.0;
    for (class, expected) in [(0, 0.654), (1, 0.253), (2, 0.077), (3, 0.015)] {
        assert!((share(class) - expected).abs() < 0.015, "class {class}: {}", share(class));
    }
}

#[test]
fn every_matter_of_weihai_is_spoken_of_in_words_its_rules_know() {
    let model = model("weihai");
    for trade in vocabulary().expect("words").trades(&model) {
        let matter = &model.matters[&trade.matter];
        let words: Vec<&String> = matter.matches.iter().flat_map(|c| &c.words.texts).collect();
        let known = |text: &&String| words.iter().any(|w| text.contains(w.as_str()));
        // Callers don't always use the words of the rules; that is what categories and names are for.
        let (all, hit) = (trade.mild.len() + trade.severe.len(), trade.mild.iter().chain(&trade.severe).filter(known).count());
        assert!(hit * 10 >= all * 6, "{}: {hit} of {all} sentences", trade.matter);
        assert!(trade.severe.iter().any(|s| trade.trigger_words.iter().any(|w| s.contains(w.as_str()))), "{}", trade.matter);
    }
}

#[test]
fn nothing_is_left_to_fill_in() {
    let city = City::found(config(30, 500), &model("weihai")).expect("a city");
    let voice = Voice { words: &city.words, trades: &city.trades, town: &city.town };
    let mut dice = Dice::new(3, Purpose::Day, 0);
    let manners = [Manner::Ordinary, Manner::Campaign, Manner::Landmark, Manner::WrongDistrict, Manner::Trigger];
    let mut texts = BTreeSet::new();
    for n in 0..8_000 {
        let manner = manners[n % manners.len()];
        let trade = (manner != Manner::Ordinary || n % 2 == 0).then_some(n % city.trades.len());
        let firm = trade.and_then(|t| city.town.of_trade[t].first().copied());
        let speech = Speech { trade, firm, region: n % city.town.regions.len(), severe: n % 3 == 0, manner };
        let said = voice.say(&speech, &mut dice);
        assert!(!said.content.contains(['{', '}']), "{}", said.content);
        texts.insert(said.content);
    }
    assert!(texts.len() > 6_500, "{} different texts of 8,000", texts.len());
}

#[test]
fn a_day_is_a_function_of_seed_and_number() {
    let model = model("weihai");
    let (one, other) =
        (City::found(config(30, 500), &model).expect("a city"), City::found(config(30, 500), &model).expect("a city"));
    // The other way round, and one twice: days do not lean on each other.
    let backwards: Vec<_> = (0..30).rev().map(|n| other.day(n).rows).collect();
    for n in 0..30 {
        let day = one.day(n);
        assert_eq!(day.rows, backwards[29 - n as usize], "day {n}");
        let from_ms = 1_735_660_800_000 + n * DAY_MS;
        assert!(day.rows.iter().all(|r| (from_ms..from_ms + DAY_MS).contains(&r.event_ms) && r.arrival_ms >= r.event_ms));
        assert!(day.rows.is_sorted_by_key(|r| r.arrival_ms));
    }
    let mut seeded = config(30, 500);
    seeded.seed = 12;
    assert_ne!(City::found(seeded, &model).expect("a city").day(3).rows, one.day(3).rows);
}

#[test]
fn all_that_is_promised_is_planted() {
    let model = model("weihai");
    let city = City::found(config(120, 1_000), &model).expect("a city");
    let kinds: BTreeSet<TruthKind> = city.plan.iter().map(|p| p.kind).collect();
    use TruthKind as K;
    let all = [K::Trouble, K::TriggerEvent, K::Surge, K::Drift, K::RivalCampaign, K::WrongAccusation, K::FeedOutage];
    assert_eq!(kinds, BTreeSet::from(all));
    // In any 20 days there is a trigger event.
    let mut events: Vec<i64> = city.plan.iter().filter(|p| p.kind == K::TriggerEvent).map(|p| p.starts_ms).collect();
    events.push(city.config.start_ms);
    events.push(city.config.end_ms());
    events.sort_unstable();
    let widest = events.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    assert!(widest <= 20 * DAY_MS, "{} days without", widest / DAY_MS);
    for planted in &city.plan {
        assert!(planted.starts_ms >= city.config.start_ms && planted.ends_ms <= city.config.end_ms(), "{planted:?}");
        assert!(planted.starts_ms < planted.ends_ms, "{planted:?}");
    }
    let rows = city.truth(&model, &Tally::default(), 0);
    let ids: BTreeSet<&String> = rows.iter().map(|r| &r.id).collect();
    assert_eq!(ids.len(), rows.len(), "each row of truth has its own id");
}

#[test]
fn a_silent_source_is_silent() {
    let city = City::found(config(60, 1_000), &model("weihai")).expect("a city");
    let outages: Vec<_> = city.plan.iter().filter(|p| p.outage.is_some()).collect();
    assert!(!outages.is_empty());
    let rows: Vec<_> = (0..60).flat_map(|n| city.day(n).rows).collect();
    for planted in outages {
        let source = planted.outage.expect("an outage").source;
        let heard = rows.iter().filter(|r| r.kind == source && (planted.starts_ms..planted.ends_ms).contains(&r.arrival_ms));
        assert_eq!(heard.count(), 0, "{planted:?}");
    }
}

#[test]
fn a_pipeline_of_other_words_makes_a_city_too() {
    let city = City::found(config(5, 200), &model("chicago")).expect("a city");
    let rows: Vec<_> = (0..5).flat_map(|n| city.day(n).rows).collect();
    assert!(rows.iter().filter(|r| r.kind == SourceKind::Tickets).count() > 100);
    assert!(city.town.enterprises.iter().all(|e| e.id.starts_with("SIM-")));
}

#[test]
fn what_makes_no_city_is_refused() {
    let model = model("weihai");
    type Spoil = fn(&mut Config);
    let cases: [(Spoil, &str); 5] = [
        (|c| c.days = 0, "--days 0: write 1 to 3660"),
        (|c| c.enterprises = 3, "--enterprises 3: write 50 to 400000"),
        (|c| c.enterprises = 400_001, "--enterprises 400001: write 50 to 400000"),
        (|c| c.tickets_per_day = -1.0, "--tickets-per-day -1: write 0 to 200000"),
        (|c| c.dirt_per_mille = 1_001, "--dirt-per-mille 1001: write 0 to 1000"),
    ];
    for (spoil, expected) in cases {
        let mut config = config(30, 500);
        spoil(&mut config);
        let error = City::found(config, &model).err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some(expected));
    }
}
