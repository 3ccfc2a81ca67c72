//! Conditions that never hold, rules no record of their matter meets, words that shadow each other,
//! feeds no matter reads.

use super::super::{Condition, Matter, Model};
use super::{Findings, maps};
use crate::domain::{Intent, RecordKind, SourceKind};
use std::collections::{BTreeMap, BTreeSet};

const PIPELINE: &str = "pipeline.toml";
/// Kinds that say something about a subject; the others are directories and answers.
const EVIDENCE: [RecordKind; 9] = [
    RecordKind::Ticket,
    RecordKind::Report,
    RecordKind::Inspection,
    RecordKind::Penalty,
    RecordKind::Permit,
    RecordKind::Credit,
    RecordKind::Indicator,
    RecordKind::Observation,
    RecordKind::Alarm,
];

/// A list of conditions and where its file has it.
struct List<'m> {
    path: String,
    conditions: &'m [Condition],
}

pub(super) fn check(model: &Model, out: &mut Findings) {
    for matter in model.matters.values() {
        let file = out.places.matter_file(&matter.id).to_string();
        for list in lists(matter) {
            for (number, condition) in list.conditions.iter().enumerate() {
                let at = format!("{}.{number}", list.path);
                let alive = holds_ever(model, condition, &file, &at, out);
                shadows(model, condition, &file, &at, out);
                joined_words(model, condition, &file, &at, out);
                if alive && list.path != "match" {
                    belongs(matter, condition, &file, &at, out);
                }
            }
            repeated(&list, &file, out);
        }
        dead_triggers(matter, &file, out);
    }
    twins(model, out);
    unread_feeds(model, out);
    for name in model.word_lists.keys().filter(|name| !out.places.uses_list(name)).cloned().collect::<Vec<_>>() {
        let message = format!("no condition uses the list {name:?}");
        out.note(("words.toml", &name), message, format!("words = [\"@{name}\"] in a condition, or no such list"));
    }
    for (name, word) in model.word_lists.iter().flat_map(|(name, list)| list.iter().map(move |word| (name, word))) {
        joined(word, "words.toml", name, out);
    }
}

/// Marks that part one word of a list from the next, typed between the quotes.
const SEPARATORS: [char; 3] = ['，', '、', '；'];

fn joined(word: &str, file: &str, path: &str, out: &mut Findings) {
    if word.contains(SEPARATORS) {
        let parts = word.split(SEPARATORS).map(str::trim).filter(|part| !part.is_empty());
        let write = parts.map(|part| format!("{part:?}")).collect::<Vec<_>>().join(", ");
        out.note((file, path), format!("{word:?} is one word, with a Chinese comma in it: probably two were meant"), write);
    }
}

/// The words a condition lists itself; those of words.toml are told where they stand.
fn joined_words(model: &Model, condition: &Condition, file: &str, at: &str, out: &mut Findings) {
    for (key, list) in [("words", &condition.words), ("all_words", &condition.all_words), ("not_words", &condition.not_words)] {
        for word in list.texts.iter().filter(|word| !model.word_lists.values().any(|list| list.contains(word))) {
            joined(word, file, &format!("{at}.{key}"), out);
        }
    }
}

fn lists(matter: &Matter) -> Vec<List<'_>> {
    let mut out = vec![List { path: "match".into(), conditions: &matter.matches }];
    for (n, trigger) in matter.triggers.iter().enumerate() {
        out.push(List { path: format!("trigger.{n}.when"), conditions: &trigger.when });
    }
    out.extend(matter.industry.iter().map(|i| List { path: "industry.count".into(), conditions: &i.count }));
    for (n, rule) in matter.enterprise.iter().flat_map(|e| &e.evidence).enumerate() {
        out.push(List { path: format!("enterprise.evidence.{n}.when"), conditions: &rule.when });
    }
    if let Some(outcome) = &matter.outcome {
        for (key, conditions) in [("when", &outcome.when), ("happened", &outcome.happened), ("random", &outcome.random)] {
            out.push(List { path: format!("outcome.{key}"), conditions });
        }
        for (n, term) in outcome.terms.iter().enumerate() {
            out.push(List { path: format!("outcome.term.{n}"), conditions: term.kind.conditions() });
        }
    }
    out
}

/// The kinds a record can have that has the field.
fn kinds_of_field(field: &str) -> &'static [RecordKind] {
    use RecordKind::*;
    match field {
        "intent" | "urgency" | "verified" => &[Ticket],
        "status" => &[Ticket, Permit],
        "region" => &[Ticket, Report, Indicator],
        "channel" => &[Report],
        "mode" | "result" | "reason" => &[Inspection],
        "org" => &[Inspection, Penalty, Permit],
        "type" => &[Penalty, Permit],
        "class" => &[Credit],
        "indicator" => &[Indicator],
        "measure" => &[Observation, Alarm],
        "quality" => &[Alarm],
        _ => &EVIDENCE,
    }
}

/// The kinds of records a condition can hold for.
fn kinds(condition: &Condition) -> Vec<RecordKind> {
    use RecordKind::*;
    let mut kinds: Vec<RecordKind> = EVIDENCE.to_vec();
    let mut only = |asked: bool, allowed: &[RecordKind]| {
        if asked {
            kinds.retain(|kind| allowed.contains(kind));
        }
    };
    only(!condition.kinds.is_empty(), &condition.kinds);
    for (field, _) in &condition.fields {
        only(true, kinds_of_field(field));
    }
    only(!condition.categories.is_empty(), &[Ticket]);
    only(condition.words().next().is_some(), &[Ticket, Report]);
    only(condition.over_limit.is_some(), &[Alarm]);
    only(condition.severity_at_least.is_some(), &[Report]);
    only(condition.value_at_least.is_some() || condition.value_below.is_some(), &[Observation, Alarm, Indicator, Penalty]);
    kinds
}

/// Whether the condition can hold for any record of the realm's sources; says why not.
fn holds_ever(model: &Model, condition: &Condition, file: &str, at: &str, out: &mut Findings) -> bool {
    let kinds = kinds(condition);
    if kinds.is_empty() {
        out.error((file, at), "this condition never holds: no kind of record has all it asks for", "one kind, and fields it has");
        return false;
    }
    let mut alive = true;
    for (field, values) in &condition.fields {
        alive &= values_exist(model, &kinds, field, values, (file, &format!("{at}.{field}")), out);
    }
    let delivered = |kind: &RecordKind| model.sources.iter().any(|source| delivers(source.kind, *kind));
    if !kinds.iter().any(delivered) {
        let waits = kinds.iter().map(|k| k.as_str()).collect::<Vec<_>>().join(", ");
        let message = format!("this condition waits for {waits}, which no source brings");
        out.error((file, at), message, "a [[source]] of that kind in pipeline.toml, or no such condition");
        alive = false;
    }
    let of_firms = !condition.industries.is_empty() || condition.of_objects;
    if of_firms && !model.sources.iter().any(|s| s.kind == SourceKind::Registry) {
        let message = "this condition asks for an industry, which only a registry knows, and no source is one";
        out.error((file, at), message, "[[source]] with kind = \"registry\" in pipeline.toml");
        alive = false;
    }
    alive && words_left(condition, file, at, out)
}

fn delivers(source: SourceKind, kind: RecordKind) -> bool {
    match kind {
        RecordKind::Ticket => source == SourceKind::Tickets,
        RecordKind::Report => source == SourceKind::Reports,
        _ => source == SourceKind::Sector,
    }
}

/// Whether any of the values is one a record can have.
fn values_exist(
    model: &Model,
    kinds: &[RecordKind],
    field: &str,
    values: &[String],
    at: (&str, &str),
    out: &mut Findings,
) -> bool {
    let mut left = values.len();
    for value in values {
        let write = match field {
            "org" => model.find_organisation(value).filter(|o| o.slug != *value).map(|o| format!("{:?}", o.slug)),
            "region" if model.regions.contains_key(value) => None,
            "region" => Some(model.find_region(value).map_or("a code of regions.toml".into(), |r| format!("{:?}", r.code))),
            _ => maps::instead_of(kinds, field, value),
        };
        if let Some(write) = write {
            let meant = Intent::parse(value).filter(|_| field == "intent").map(|intent| format!("{:?}", intent.as_str()));
            out.error(at, format!("`{field}` of a record is never {value:?}"), meant.unwrap_or(write));
            left -= 1;
        }
    }
    left > 0 || values.is_empty()
}

/// Words that can't count because words that must not stand there stand in them.
fn words_left(condition: &Condition, file: &str, at: &str, out: &mut Findings) -> bool {
    let banned = |word: &String| condition.not_words.texts.iter().find(|not| word.contains(not.as_str()));
    let path = format!("{at}.not_words");
    if let Some((word, not)) = condition.all_words.texts.iter().find_map(|word| Some((word, banned(word)?))) {
        let message = format!("this condition never holds: {word:?} must stand there and {not:?} must not");
        out.error((file, &path), message, "not_words that do not stand in all_words");
        return false;
    }
    let dead: Vec<_> = condition.words.texts.iter().filter_map(|word| Some((word, banned(word)?))).collect();
    for (word, not) in &dead {
        let message = format!("{word:?} never counts: {not:?} of not_words stands in it");
        out.error((file, &path), message, "not_words that do not stand in words");
    }
    dead.len() < condition.words.texts.len() || dead.is_empty()
}

/// A word in which another of the same list stands never decides: the other does.
fn shadows(model: &Model, condition: &Condition, file: &str, at: &str, out: &mut Findings) {
    let lists =
        [("words", &condition.words.texts), ("all_words", &condition.all_words.texts), ("not_words", &condition.not_words.texts)];
    for (key, texts) in lists {
        let own: BTreeMap<u32, &String> = texts.iter().filter_map(|w| Some((model.words.number(w)?, w))).collect();
        for (number, word) in &own {
            let within = model.words.numbers_in(word);
            let Some(other) = within.iter().filter(|n| *n != number).find_map(|n| own.get(n)) else { continue };
            let (idle, why) = match key {
                "all_words" => (*other, *word),
                _ => (*word, *other),
            };
            let message = format!("{idle:?} decides nothing: {why:?} of the same `{key}` is enough");
            out.note((file, &format!("{at}.{key}")), message, format!("`{key}` without {idle:?}, or without {why:?}"));
        }
    }
}

/// A rule sees only records of its matter.
fn belongs(matter: &Matter, condition: &Condition, file: &str, at: &str, out: &mut Findings) {
    // Reports belong to the matter they name themselves, whatever is in them; indicators too.
    let by_name = kinds(condition).iter().any(|k| matches!(k, RecordKind::Report | RecordKind::Indicator));
    if !by_name && !matter.matches.iter().any(|m| meet(m, condition)) {
        let message = "no record of this matter is ever like this: no [[match]] lets it in";
        out.error((file, at), message, "a [[match]] for such records, or no such condition");
    }
}

/// Whether some record may satisfy both; true where it can't be told.
fn meet(a: &Condition, b: &Condition) -> bool {
    let shared = kinds(a).iter().any(|kind| kinds(b).contains(kind));
    let fields = a.fields.iter().all(|(field, values)| {
        let other = b.fields.iter().find(|(name, _)| name == field);
        other.is_none_or(|(_, others)| values.iter().any(|v| others.contains(v)))
    });
    let under = |x: &str, y: &str| x == y || x.strip_prefix(y).is_some_and(|rest| rest.starts_with('/'));
    let categories = overlap(&a.categories, &b.categories, |x, y| under(x, y) || under(y, x));
    let industries = overlap(&a.industries, &b.industries, |x, y| x.starts_with(y) || y.starts_with(x));
    let most = |x: Option<f64>, y: Option<f64>| x.into_iter().chain(y).fold(f64::NEG_INFINITY, f64::max);
    let least = |x: Option<f64>, y: Option<f64>| x.into_iter().chain(y).fold(f64::INFINITY, f64::min);
    let values = most(a.value_at_least, b.value_at_least) < least(a.value_below, b.value_below);
    let limits = a.over_limit.is_none() || b.over_limit.is_none() || a.over_limit == b.over_limit;
    shared && fields && categories && industries && values && limits && spares(a, b) && spares(b, a)
}

fn overlap(a: &[String], b: &[String], meets: impl Fn(&str, &str) -> bool) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|x| b.iter().any(|y| meets(x, y)))
}

/// Whether the words `a` wants can stand where those that `b` bans do not.
fn spares(a: &Condition, b: &Condition) -> bool {
    let banned = |word: &String| b.not_words.texts.iter().any(|not| word.contains(not.as_str()));
    !a.all_words.texts.iter().any(banned) && (a.words.texts.is_empty() || !a.words.texts.iter().all(banned))
}

/// Equal conditions of one list; the second adds nothing.
fn repeated(list: &List, file: &str, out: &mut Findings) {
    for (number, condition) in list.conditions.iter().enumerate() {
        if list.conditions[..number].contains(condition) {
            let at = format!("{}.{number}", list.path);
            out.note((file, &at), "this condition stands here twice", "it once");
        }
    }
}

/// Of two triggers with the same conditions the stronger one always decides.
fn dead_triggers(matter: &Matter, file: &str, out: &mut Findings) {
    for (number, trigger) in matter.triggers.iter().enumerate() {
        let stronger = matter.triggers.iter().enumerate().find(|(n, other)| {
            *n != number
                && other.when == trigger.when
                && (other.at_least, other.within_days) == (trigger.at_least, trigger.within_days)
                && other.hold_days >= trigger.hold_days
                && (other.level > trigger.level || (other.level == trigger.level && *n < number))
        });
        if let Some((_, other)) = stronger {
            let message =
                format!("trigger {:?} never decides: {:?} asks for the same and holds as much", trigger.code, other.code);
            out.error((file, &format!("trigger.{number}.level")), message, "other conditions, or one of the two");
        }
    }
}

/// Matters that take in exactly the same records.
fn twins(model: &Model, out: &mut Findings) {
    let all: Vec<&Matter> = model.matters.values().collect();
    for (number, matter) in all.iter().enumerate() {
        let twin = all[..number].iter().find(|m| m.matches == matter.matches && m.objects == matter.objects);
        if let Some(twin) = twin {
            let file = out.places.matter_file(&matter.id).to_string();
            let message = format!("{:?} takes in the same records as {:?}: each is warned of twice", matter.id, twin.id);
            out.note((&file, "match"), message, "what tells the two apart, or one matter");
        }
    }
}

fn unread_feeds(model: &Model, out: &mut Findings) {
    if model.matters.is_empty() {
        return;
    }
    let read: BTreeSet<RecordKind> = model.matters.values().flat_map(|m| &m.matches).flat_map(kinds).collect();
    let figures = model.matters.values().filter_map(|m| m.enterprise.as_ref()).flat_map(|e| &e.evidence);
    let figures = figures.filter(|rule| rule.figure.is_some()).count();
    for (number, source) in model.sources.iter().enumerate() {
        // Registries are read by themselves; reports name their matter.
        let wanted = match source.kind {
            SourceKind::Tickets => read.contains(&RecordKind::Ticket),
            SourceKind::Sector => figures > 0 || read.iter().any(|kind| delivers(SourceKind::Sector, *kind)),
            _ => true,
        };
        if !wanted {
            let message = format!("no matter reads {:?}: none of its records ever counts", source.topic);
            let write = format!("a [[match]] for records of {} in a matter, or no such source", source.kind.as_str());
            out.error((PIPELINE, &format!("source.{number}.topic")), message, write);
        }
    }
    let peers = |m: &Matter| {
        m.enterprise.iter().flat_map(|e| &e.evidence).any(|r| r.figure.as_ref().is_some_and(|f| f.times_peer_median.is_some()))
    };
    if !model.sources.iter().any(|s| s.kind == SourceKind::Registry) {
        for matter in model.matters.values().filter(|m| peers(m)) {
            let file = out.places.matter_file(&matter.id).to_string();
            let message = "a figure is compared with its trade, which only a registry knows, and no source is one";
            out.error((&file, "enterprise.evidence"), message, "[[source]] with kind = \"registry\" in pipeline.toml");
        }
    }
}
