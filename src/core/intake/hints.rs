//! What a record says in place of its subject's id: a code of another register, or an id with a slip.

use super::Directory;
use super::names::Folded;
use crate::domain::{Fixed3, IdHint, Record};
use crate::journal::{Attribution, AttributionMethod, Flag};

pub(super) enum Hinted {
    Subject(Attribution),
    /// May be meant: a person must say so.
    Candidate(String),
    Nothing,
}

/// Looks the hint up. A code that only one enterprise has names it; a slip is never put right, it
/// only names a candidate.
pub(super) fn follow(directory: &Directory, record: &Record, flags: &mut Vec<Flag>) -> Hinted {
    let hint = match record {
        Record::Ticket(r) => &r.subject_hint,
        Record::Report(r) => &r.subject_hint,
        _ => return Hinted::Nothing,
    };
    let found: Vec<String> = match hint {
        None => return Hinted::Nothing,
        Some(IdHint::Suggested(id)) => {
            if directory.get(id).is_none() {
                return Hinted::Nothing;
            }
            flags.push(Flag::IdSuggested);
            return Hinted::Candidate(id.clone());
        }
        Some(IdHint::OrganisationCode(code)) => {
            directory.by_organisation_code(code, 2).iter().map(|row| row.id.clone()).collect()
        }
        Some(IdHint::RegistrationNumber(number)) => {
            let index = directory.index();
            let found = index.exactly(&Folded::new(number).chars);
            found.iter().map(|(slot, _)| index.id(*slot).to_string()).collect()
        }
    };
    match found.as_slice() {
        [id] => Hinted::Subject(Attribution { id: id.clone(), method: AttributionMethod::Id, confidence: Fixed3(950) }),
        _ => Hinted::Nothing,
    }
}
