//! What a record says in place of its subject's id: a code of another register, or an id with a slip.

use super::Directory;
use super::clean::note;
use super::names::{Folded, MAX_CANDIDATES};
use crate::domain::{Fixed3, IdHint, IdProblem, IdScheme, Record};
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

/// Codes within a text that a slip (O for 0) or a spreadsheet spoilt, and whom of the directory they may
/// mean. Rows without a name are left out: nobody looks for them in texts.
pub(super) fn in_text(directory: &Directory, scheme: IdScheme, record: &Record, flags: &mut Vec<Flag>) -> Vec<String> {
    let (title, content) = match record {
        Record::Ticket(r) => (r.title.as_deref(), r.content.as_deref()),
        Record::Report(r) => (r.title.as_deref(), Some(r.content.as_str())),
        _ => return Vec::new(),
    };
    let mut found: Vec<String> = Vec::new();
    if scheme != IdScheme::Uscc {
        return found;
    }
    let named = |id: &&str| directory.index().slot(id).is_some();
    let runs = title.into_iter().chain(content).flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
    for run in runs.filter(|run| run.len() == 15 || run.len() == 18) {
        let (_, problem, hint) = scheme.read(run);
        let beginning = run.to_ascii_uppercase();
        let may_mean: Vec<&str> = match (run.len(), &hint) {
            (18, Some(IdHint::Suggested(id))) => Some(id.as_str()).filter(named).into_iter().collect(),
            (15, None) => directory.named_beginning_with(&beginning, MAX_CANDIDATES),
            _ => Vec::new(),
        };
        if run.len() == 18 && !may_mean.is_empty() {
            note(flags, Flag::IdSuggested);
        } else if match run.len() {
            15 => !may_mean.is_empty() || is_cut(&beginning),
            _ => problem == Some(IdProblem::CutToFifteen),
        } {
            note(flags, Flag::IdTruncated);
        }
        for id in may_mean {
            if found.len() < MAX_CANDIDATES && found.iter().all(|f| f != id) {
                found.push(id.to_string());
            }
        }
    }
    found
}

/// Fifteen characters as a credit code begins: who registered it (11 to 93, A to Y), a region, and an
/// organisation code with a letter. Without one they may be any number.
fn is_cut(beginning: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| beginning[range].bytes().all(|b| b.is_ascii_digit());
    let registrar = matches!(beginning.as_bytes()[0], b'1' | b'5' | b'9' | b'Y');
    let alphabet = !beginning.contains(['I', 'O', 'S', 'V', 'Z']);
    registrar && digits(2..8) && !digits(8..15) && alphabet
}
