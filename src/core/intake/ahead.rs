//! The dear part of intake before a record's turn: many records at once, on as many threads as a shell has.

use super::{Decoded, Directory, private};
use crate::domain::Record;
use crate::journal::{Fact, Flag};
use crate::pipeline::Model;

/// What a record says, looked up before its turn, and what that rests on: nothing of the directory but its
/// version and whether it has the subject, for the engine admits bare rows without making a new version.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    directory: u64,
    knows_subject: bool,
    flags: Vec<Flag>,
    fact: Fact,
}

/// Looks up what a record with a text says; [`resolve`] takes it if nothing it rests on has changed. Does
/// nothing for other records: they cost little.
pub fn look_ahead(model: &Model, directory: &Directory, decoded: &mut Decoded) {
    // A hint is looked up among all ids, the bare ones too.
    let dear = match &decoded.record {
        Record::Ticket(ticket) => ticket.subject_hint.is_none(),
        Record::Report(report) => report.subject_hint.is_none(),
        _ => false,
    };
    if !dear {
        return;
    }
    let known = decoded.flags.len();
    let fact = private::resolve(model, directory, decoded);
    let flags = decoded.flags.split_off(known);
    let ahead = Ahead { directory: directory.version(), knows_subject: knows_subject(directory, &fact), flags, fact };
    decoded.ahead = Some(Box::new(ahead));
}

fn knows_subject(directory: &Directory, fact: &Fact) -> bool {
    let subject = fact.evidence().and_then(|evidence| evidence.subject.as_ref());
    subject.is_some_and(|subject| directory.get(&subject.id).is_some())
}

/// Turns a decoded record into the fact its entry will hold, adding flags where in doubt; without
/// telephones, id numbers and the like, and with an excerpt only where one may be shown. The same whether
/// or not it was looked up ahead.
pub fn resolve(model: &Model, directory: &Directory, decoded: &mut Decoded) -> Fact {
    match decoded.ahead.take() {
        Some(ahead) if ahead.directory == directory.version() && ahead.knows_subject == knows_subject(directory, &ahead.fact) => {
            decoded.flags.extend(ahead.flags);
            ahead.fact
        }
        _ => private::resolve(model, directory, decoded),
    }
}
