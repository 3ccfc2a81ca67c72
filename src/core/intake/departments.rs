//! Who handles a ticket, as the hotline wrote it: one department or several.

use super::clean::note;
use crate::journal::Flag;
use crate::pipeline::Model;

/// Most departments kept of one ticket.
pub const MAX_DEPARTMENTS: usize = 10;

/// Slugs in the order given, each once. Names of before a reform are read as their successors'; names
/// the pipeline does not know are left out, with a flag.
pub(super) fn departments(model: &Model, text: Option<&str>, flags: &mut Vec<Flag>) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    let Some(text) = text else { return slugs };
    if let Some(whole) = model.find_organisation(text) {
        return vec![whole.slug.clone()];
    }
    let names = text.split(['、', ';', '；', ',', '，', '/', '|', '\n']).map(str::trim).filter(|name| !name.is_empty());
    for name in names {
        match model.find_organisation(name) {
            None => note(flags, Flag::UnknownDepartment),
            Some(known) if slugs.contains(&known.slug) => {}
            Some(_) if slugs.len() == MAX_DEPARTMENTS => note(flags, Flag::TextCut),
            Some(known) => slugs.push(known.slug.clone()),
        }
    }
    slugs
}
