//! Files' text → [`Model`], or every problem at once.

use super::matters;
use super::model::*;
use super::reader::{File, MAX_NAME_BYTES, Problem, Reader};
use super::rules::{agree_lead_working_days, calendar, clue_duties, credit_classes, duties, ladder, levels, measure, privacy};
use super::words::Words;
use super::{Bundle, Condition};
use crate::domain::{IdScheme, Language, Text, Zone};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

const MAX_MATTERS: usize = 500;
const MAX_REGIONS: usize = 2_000;
const MAX_ORGANISATIONS: usize = 2_000;
/// Most words the conditions of a realm may list, each condition's counted by itself.
pub const MAX_ALL_WORDS: usize = 100_000;

/// Reads and checks a pipeline's files.
pub fn load(bundle: &Bundle) -> Result<Model, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let model = if super::bundle::fits(bundle, &problems) { load_files(bundle, &problems) } else { None };
    let mut problems = problems.into_inner();
    problems.sort();
    problems.dedup();
    // What else seems wrong with a file that does not parse follows from that.
    let torn: BTreeSet<String> =
        problems.iter().filter(|p| p.message.starts_with(super::reader::NOT_TOML)).map(|p| p.file.clone()).collect();
    problems.retain(|p| !torn.contains(&p.file) || p.message.starts_with(super::reader::NOT_TOML));
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        _ => Err(problems),
    }
}

fn load_files(bundle: &Bundle, problems: &RefCell<Vec<Problem>>) -> Option<Model> {
    // Without matters nobody is warned: neither organisations nor regions need listing then.
    let has_matters = bundle.files.keys().any(|name| is_matter(name));
    let needed = |name: &'static str, what: &str| {
        let found = bundle.files.get(name).map(String::as_str);
        if found.is_none() && !has_matters && name != "pipeline.toml" {
            return Some("");
        }
        if found.is_none() {
            let file = File::new(name, "", problems);
            file.report(0, "the file is missing", what);
        }
        found
    };
    let organisations_text = needed("organisations.toml", "[[organisation]] tables: slug, name")?;
    let regions_text = needed("regions.toml", "[[region]] tables: code, name, parent")?;
    let pipeline_text = needed("pipeline.toml", "[realm] with name, zone, clock, id_scheme, root_region")?;

    let regions = regions(&File::new("regions.toml", regions_text, problems), has_matters);
    let organisations = organisations(&File::new("organisations.toml", organisations_text, problems), &regions, has_matters);
    let word_lists = word_lists(bundle, problems);
    let mut matters: BTreeMap<String, Matter> = BTreeMap::new();
    let mut words = 0;
    for (name, text) in bundle.files.iter().filter(|(name, _)| is_matter(name)) {
        let file = File::new(name, text, problems).with_words(&word_lists);
        if let Some(matter) = matters::matter(&file, &organisations) {
            if matters.contains_key(&matter.id) {
                file.report(0, format!("matter `{}` stands in two files", matter.id), "an id of its own for each matter");
            }
            words += matter.conditions().flat_map(Condition::words).count();
            if words > MAX_ALL_WORDS {
                file.report(0, format!("conditions list more than {MAX_ALL_WORDS} words by here"), "fewer words, or two realms");
                break;
            }
            matters.insert(matter.id.clone(), matter);
        }
    }
    let file = File::new("pipeline.toml", pipeline_text, problems);
    let root = file.parse();
    let pipeline = Reader::new(&file, root.get_ref(), 0);
    let mut model = realm(&pipeline, bundle, organisations, regions, matters, has_matters);
    pipeline.finish();
    model.words = number_words(&mut model.matters);
    model.word_lists = word_lists;
    if model.matters.len() > MAX_MATTERS {
        file.report(0, format!("{} matters; {MAX_MATTERS} are allowed", model.matters.len()), "fewer matters, or two realms");
    }
    Some(model)
}

/// words.toml, where there is one: lists of words that conditions share, by name.
fn word_lists(bundle: &Bundle, problems: &RefCell<Vec<Problem>>) -> BTreeMap<String, Vec<String>> {
    let Some(text) = bundle.files.get("words.toml") else { return BTreeMap::new() };
    let file = File::new("words.toml", text, problems);
    let root = file.parse();
    Reader::new(&file, root.get_ref(), 0).text_list_entries("run-away = [\"跑路\", \"失联\"]")
}

/// Gives the words of all conditions their numbers.
fn number_words(matters: &mut BTreeMap<String, Matter>) -> Words {
    let words = matters.values().flat_map(Matter::conditions).flat_map(Condition::words).cloned().collect();
    let words = Words::new(words);
    for condition in matters.values_mut().flat_map(Matter::conditions_mut) {
        condition.number_words(&words);
    }
    words
}

fn is_matter(name: &str) -> bool {
    name.starts_with("matters/") && name.ends_with(".toml")
}

/// `has_matters`: what only warnings need (calendar, levels, duties, who coordinates, in which
/// language) must be there.
fn realm(
    pipeline: &Reader,
    bundle: &Bundle,
    organisations: BTreeMap<String, Organisation>,
    regions: BTreeMap<String, Region>,
    matters: BTreeMap<String, Matter>,
    has_matters: bool,
) -> Model {
    let realm = pipeline.table("realm");
    if realm.is_none() {
        pipeline.missing("realm", "[realm] with name, zone, clock, id_scheme, root_region");
    }
    let mut model = Model {
        realm: String::new(),
        display: Text::default(),
        version: String::new(),
        hash: bundle.hash(),
        journal_partition: 0,
        zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap_or_else(|| unreachable!("UTC is an offset"))),
        clock: Clock::Wall,
        language: Language::Zh,
        id_scheme: IdScheme::Text,
        id_name: Text::default(),
        disclaimer: Text::default(),
        measure: measure(pipeline),
        calendar: calendar(pipeline, has_matters),
        sources: Vec::new(),
        organisations,
        regions,
        root_region: String::new(),
        matters,
        word_lists: BTreeMap::new(),
        words: Words::default(),
        levels: levels(pipeline, has_matters),
        tail: super::tail::tail(pipeline),
        duties: duties(pipeline, has_matters),
        agree_lead_working_days: agree_lead_working_days(pipeline),
        ladder: ladder(pipeline),
        clue_duties: clue_duties(pipeline),
        privacy: privacy(pipeline),
        credit_classes: credit_classes(pipeline),
        coordinating: String::new(),
        bundle: bundle.clone(),
        caller_key: None,
    };
    if let Some(realm) = realm {
        model.realm = slug(&realm, "name", "name = \"weihai\"");
        model.version = realm.required_string("version", "version = \"2026.1\"");
        model.journal_partition = realm.whole("journal_partition", 0..=9_999, "journal_partition = 0").map_or_else(
            || {
                if !realm.has("journal_partition") {
                    realm.missing("journal_partition", "journal_partition = 0 (each realm its own)");
                }
                0
            },
            |n| n as i32,
        );
        let zone_example = "zone = \"+08:00\" or \"America/Chicago\"";
        let zone = realm.required_string("zone", zone_example);
        match Zone::parse(&zone) {
            Some(zone) => model.zone = zone,
            None if zone.is_empty() => {}
            None => realm.file.report(realm.at("zone"), format!("no zone {zone:?}"), zone_example),
        }
        model.clock = required_word(&realm, "clock", Clock::parse, "clock = \"wall\" (or \"feed\")").unwrap_or(Clock::Wall);
        for_warnings(&realm, &mut model, has_matters);
        realm.finish();
    }
    model.sources = super::sources::sources(pipeline, &model.organisations, model.clock);
    model
}

/// The keys of `[realm]` that only warnings need.
fn for_warnings(realm: &Reader, model: &mut Model, has_matters: bool) {
    let wanted = |key: &'static str| has_matters || realm.has(key);
    let text = |key: &'static str| if wanted(key) { realm.required_text(key) } else { Text::default() };
    model.display = text("display");
    model.id_name = text("id_name");
    model.disclaimer = text("disclaimer");
    if wanted("language") {
        let language = required_word(realm, "language", Language::parse, "language = \"zh\" (or \"en\")");
        model.language = language.unwrap_or(Language::Zh);
    }
    if wanted("id_scheme") {
        let scheme = required_word(realm, "id_scheme", IdScheme::parse, "id_scheme = \"uscc\" (or \"text\")");
        model.id_scheme = scheme.unwrap_or(IdScheme::Text);
    }
    if wanted("root_region") {
        model.root_region = known(realm, "root_region", &model.regions, "a code of regions.toml");
    }
    if wanted("coordinating") {
        model.coordinating = known(realm, "coordinating", &model.organisations, "a slug of organisations.toml");
    }
}

pub(super) fn required_word<T>(
    reader: &Reader,
    key: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    example: &str,
) -> Option<T> {
    if !reader.has(key) {
        reader.missing(key, example);
    }
    reader.word(key, parse, example)
}

/// A required key that must name an entry of `among`.
pub(super) fn known<T>(reader: &Reader, key: &'static str, among: &BTreeMap<String, T>, wants: &str) -> String {
    let example = format!("{key} = \"...\", {wants}");
    let name = reader.required_string(key, &example);
    if !name.is_empty() && !among.contains_key(&name) {
        unknown_name(reader, reader.at(key), key, &name, among, wants);
    }
    name
}

pub(super) fn unknown_name<T>(reader: &Reader, at: usize, key: &str, name: &str, among: &BTreeMap<String, T>, wants: &str) {
    let near = |known: &&String| known.len() <= MAX_NAME_BYTES && name.len() <= MAX_NAME_BYTES;
    let nearest =
        if reader.file.is_full() { None } else { among.keys().filter(near).min_by_key(|k| strsim::levenshtein(k, name)) };
    let write = nearest.map_or_else(|| wants.to_string(), |n| format!("{wants}, for example \"{n}\""));
    reader.file.report(at, format!("`{key}` names {name:?}, which does not exist"), write);
}

/// An ASCII slug: topics and keys are made of it.
pub(super) fn slug(reader: &Reader, key: &'static str, example: &str) -> String {
    let text = reader.required_string(key, example);
    let fits = text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-');
    if !text.is_empty() && !fits {
        reader.file.report(reader.at(key), format!("{text:?} is not a slug (a-z, 0-9 and -, at most 64)"), example);
    }
    text
}

fn organisations(file: &File, regions: &BTreeMap<String, Region>, needed: bool) -> BTreeMap<String, Organisation> {
    let root = file.parse();
    let reader = Reader::new(file, root.get_ref(), 0);
    let mut out = BTreeMap::new();
    let mut named = Vec::new();
    for table in reader.tables("organisation") {
        let slug = slug(&table, "slug", "slug = \"wh-amr\"");
        let superior = table.string("superior", "superior = \"wh-gov\"");
        if let Some(superior) = &superior {
            named.push(("superior", superior.clone(), table.at("superior")));
        }
        let region = table.string("region", "region = \"371002\", with branch_of");
        let branch_of = table.string("branch_of", "branch_of = \"wh-housing\", with region");
        if region.is_some() != branch_of.is_some() {
            file.report(
                table.at,
                "`region` and `branch_of` go together",
                "both, for a branch that answers for a region; or neither",
            );
        }
        if let Some(main) = &branch_of {
            named.push(("branch_of", main.clone(), table.at("branch_of")));
        }
        if let Some(region) = region.as_ref().filter(|r| !regions.contains_key(*r)) {
            unknown_name(&table, table.at("region"), "region", region, regions, "a code of regions.toml");
        }
        let organisation = Organisation {
            slug: slug.clone(),
            name: table.required_text("name"),
            superior,
            contact: table.text("contact"),
            aliases: table.strings("aliases", "aliases = [\"住建局\"]"),
            former_names: table.strings("former_names", "former_names = [\"建设局\"]"),
            region,
            branch_of,
        };
        if out.insert(slug.clone(), organisation).is_some() {
            file.report(
                table.at("slug"),
                format!("organisation {slug:?} stands twice"),
                "a slug of its own for each organisation",
            );
        }
        table.finish();
    }
    for (key, slug, at) in named {
        if !out.contains_key(&slug) {
            unknown_name(&reader, at, key, &slug, &out, "a slug of this file");
        }
    }
    if out.is_empty() && needed {
        file.report(0, "no organisation", "[[organisation]] with slug and name");
    }
    if out.len() > MAX_ORGANISATIONS {
        file.report(0, format!("{} organisations; {MAX_ORGANISATIONS} are allowed", out.len()), "fewer organisations");
    }
    reader.finish();
    out
}

fn regions(file: &File, needed: bool) -> BTreeMap<String, Region> {
    let root = file.parse();
    let reader = Reader::new(file, root.get_ref(), 0);
    let mut out: BTreeMap<String, Region> = BTreeMap::new();
    let mut parents = Vec::new();
    for table in reader.tables("region") {
        let code = table.required_string("code", "code = \"371002\"");
        let parent = table.string("parent", "parent = \"371000\"");
        if let Some(parent) = &parent {
            parents.push((code.clone(), parent.clone(), table.at("parent")));
        }
        let region = Region {
            code: code.clone(),
            name: table.required_text("name"),
            parent,
            aliases: table.strings("aliases", "aliases = [\"...\"]"),
            class: table.string("class", "class = \"urban\""),
        };
        if out.insert(code.clone(), region).is_some() {
            file.report(table.at("code"), format!("region {code:?} stands twice"), "a code of its own for each region");
        }
        table.finish();
    }
    for (code, parent, at) in &parents {
        if !out.contains_key(parent) {
            unknown_name(&reader, *at, "parent", parent, &out, "a code of this file");
        }
        let mut above = Some(parent.clone());
        for _ in 0..8 {
            above = above.and_then(|p| out.get(&p).and_then(|r| r.parent.clone()));
        }
        if above.is_some() {
            file.report(*at, format!("region {code:?} is below itself, or deeper than eight"), "the code of the region above");
        }
    }
    if out.is_empty() && needed {
        file.report(0, "no region", "[[region]] with code and name");
    }
    if out.len() > MAX_REGIONS {
        file.report(0, format!("{} regions; {MAX_REGIONS} are allowed", out.len()), "fewer regions, or two realms");
    }
    reader.finish();
    out
}
