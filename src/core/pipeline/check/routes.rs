//! Routes: whom warnings reach, and who answers for what.

use super::super::{Matter, Model, Organisation};
use super::Findings;
use std::collections::{BTreeMap, BTreeSet};

const ORGANISATIONS: &str = "organisations.toml";

pub(super) fn check(model: &Model, out: &mut Findings) {
    let named = named(model);
    for org in model.organisations.values() {
        branch(model, org, &named, out);
        superiors(model, org, out);
    }
    unreached(model, &named, out);
    rivals(model, out);
    uncovered_regions(model, out);
    for matter in model.matters.values() {
        matter_routes(model, matter, out);
    }
    // A realm of indicators has neither organisations nor matters.
    if model.matters.is_empty() && !model.organisations.is_empty() {
        let message = "no .toml file in matters/: nobody is ever warned";
        out.note((ORGANISATIONS, ""), message, "matters/NAME.toml for each matter, or no organisations");
    }
}

fn place(out: &Findings, slug: &str, key: &str) -> String {
    format!("organisation.{}.{key}", out.places.number(ORGANISATIONS, "organisation", "slug", slug))
}

/// Organisations that matters or the realm name themselves.
fn named(model: &Model) -> BTreeSet<&str> {
    let of_matters = model.matters.values().flat_map(|m| m.named().map(|(org, _)| org));
    of_matters.chain([model.coordinating.as_str()]).collect()
}

fn branch(model: &Model, org: &Organisation, named: &BTreeSet<&str>, out: &mut Findings) {
    let Some(head) = org.branch_of.as_deref() else { return };
    let at = place(out, &org.slug, "branch_of");
    if head == org.slug {
        out.error((ORGANISATIONS, &at), format!("{head:?} is a branch of itself"), "the organisation it stands for");
    } else if model.organisations.get(head).is_some_and(|h| h.branch_of.is_some()) {
        let message = format!("{head:?} is itself a branch: no warning is passed on from branch to branch");
        out.error((ORGANISATIONS, &at), message, "branch_of = the organisation that matters name");
    } else if !named.contains(head) && !model.matters.is_empty() {
        let message = format!("no matter names {head:?}, so nothing ever reaches this branch");
        out.error((ORGANISATIONS, &at), message, format!("\"{head}\" in a matter's lead, cooperating or informed"));
    } else if org.region.as_deref() == Some(&model.root_region) {
        let message = format!("a branch for the whole realm always stands in the place of {head:?}");
        out.note((ORGANISATIONS, &at), message, "a region below root_region, or no branch");
    }
}

/// A chain of superiors that comes back to where it began.
fn superiors(model: &Model, org: &Organisation, out: &mut Findings) {
    let mut above = org.superior.as_deref();
    // A chain longer than all organisations is a ring further up, told where it closes.
    for _ in 0..model.organisations.len() {
        let Some(slug) = above else { return };
        if slug == org.slug {
            let at = place(out, &org.slug, "superior");
            let message = format!("the superiors of {slug:?} lead back to itself: a supervised handling reaches nobody above");
            return out.error((ORGANISATIONS, &at), message, "superior = the organisation above, or no superior");
        }
        above = model.organisations.get(slug).and_then(|o| o.superior.as_deref());
    }
}

/// Organisations nothing ever reaches: not named, no branch of one named, above no one reached.
fn unreached(model: &Model, named: &BTreeSet<&str>, out: &mut Findings) {
    if model.matters.is_empty() {
        return;
    }
    let answers = |o: &&Organisation| o.branch_of.as_deref().is_some_and(|head| named.contains(head));
    let mut reached: BTreeSet<&str> = named.clone();
    reached.extend(model.organisations.values().filter(answers).map(|o| o.slug.as_str()));
    let mut todo: Vec<&str> = reached.iter().copied().collect();
    while let Some(slug) = todo.pop() {
        let above = model.organisations.get(slug).and_then(|o| o.superior.as_deref());
        todo.extend(above.filter(|s| reached.insert(s)));
    }
    for org in model.organisations.values().filter(|o| !reached.contains(o.slug.as_str()) && o.branch_of.is_none()) {
        let at = place(out, &org.slug, "slug");
        let message = format!("nothing ever reaches {:?}: no matter names it and it is above nobody", org.slug);
        out.note((ORGANISATIONS, &at), message, "its slug in a matter, or no such organisation");
    }
}

/// Two branches of one organisation for one region: only one is ever asked.
fn rivals(model: &Model, out: &mut Findings) {
    let mut first: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for org in model.organisations.values() {
        let (Some(head), Some(region)) = (org.branch_of.as_deref(), org.region.as_deref()) else { continue };
        if let Some(other) = first.insert((head, region), &org.slug) {
            first.insert((head, region), other);
            let at = place(out, &org.slug, "region");
            let message =
                format!("{other:?} is the branch of {head:?} for region {region:?} already, so {:?} gets nothing", org.slug);
            out.error((ORGANISATIONS, &at), message, "a region of its own for each branch");
        }
    }
}

/// Where branches are used: regions for which nobody has one.
fn uncovered_regions(model: &Model, out: &mut Findings) {
    let with_branch: BTreeSet<&str> =
        model.organisations.values().filter(|o| o.branch_of.is_some()).filter_map(|o| o.region.as_deref()).collect();
    let parents: BTreeSet<&str> = model.regions.values().filter_map(|r| r.parent.as_deref()).collect();
    if with_branch.is_empty() {
        return;
    }
    for region in model.regions.values().filter(|r| !parents.contains(r.code.as_str()) && r.code != model.root_region) {
        if !model.region_chain(Some(&region.code)).iter().any(|code| with_branch.contains(code)) {
            let at = format!("region.{}.code", out.places.number("regions.toml", "region", "code", &region.code));
            let message =
                format!("no branch answers for region {:?}: its warnings stay with the organisations above", region.code);
            out.note(("regions.toml", &at), message, "an organisation with branch_of and this region");
        }
    }
}

fn matter_routes(model: &Model, matter: &Matter, out: &mut Findings) {
    let file = out.places.matter_file(&matter.id);
    if matter.cooperating.is_empty() {
        let message = "only one department: the measure wants a lead and at least one more (art. 2)";
        out.note((file, "lead"), message, "cooperating = [\"...\"]");
    }
    if matter.lead.as_deref() == Some(&model.coordinating) {
        let message = "the coordinating office leads: circular notices about its own delays go to itself";
        out.note((file, "lead"), message, "the department in charge, or lead = \"undetermined\" until one is agreed on");
    }
    let lead = matter.lead.as_deref().filter(|lead| *lead != model.coordinating);
    if let Some(lead) = lead.filter(|lead| model.organisations.get(*lead).is_some_and(|o| o.superior.is_none())) {
        let message = format!("{lead:?} has no superior: supervised handling (督办) is copied to nobody");
        out.note((file, "lead"), message, format!("superior = \"...\" for \"{lead}\" in organisations.toml"));
    }
    for (org, _) in matter.named() {
        let head = model.organisations.get(org).and_then(|o| o.branch_of.as_deref());
        if let Some(head) = head.filter(|head| matter.named().any(|(other, _)| other == *head)) {
            let message =
                format!("{org:?} is named beside {head:?}, whose branch it is: it gets warnings of all regions, not of its own");
            out.note((file, "cooperating"), message, format!("\"{head}\" alone; its branches follow from organisations.toml"));
        }
    }
}
