//! What a text says of an enterprise it names: not everyone named is accused.
//!
//! [`said`] reads one name by the words around it, question by question: is it cleared, a place, the caller's own, one
//! that is compared, helped or passed on the way? [`walk`] then goes through the clauses in order and gives each
//! grievance to the party that has the word.

mod around;
mod beside;
mod cleared;
mod dealings;
mod kinds;
mod places;
mod plain;
pub mod walk;
mod work;

pub use around::{ends_clause, ends_sentence};

use super::cues::OFFICE_NAMES;
use super::find::Place;
use super::fold::Folded;
use super::words::{Words, any_in, any_start, words};
use around::Around;
use plain::plainly;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Accused,
    /// The caller's own employer; accused only if the text is about work and nobody else is named.
    Employer,
    /// Said to have nothing to do with it, or praised.
    Exonerated,
    Comparison,
    /// A place, not a party.
    Landmark,
    /// Named beside: the group behind, the firm before, the party that complains.
    Mentioned,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Accused => "accused",
            Role::Employer => "employer",
            Role::Exonerated => "exonerated",
            Role::Comparison => "comparison",
            Role::Landmark => "landmark",
            Role::Mentioned => "mentioned",
        }
    }
}

/// A role, and how plainly the text says it: 4 for a field of its own, 3 for 投诉某 and for 我公司某, 2 for a grievance
/// beside the name, 0 for whoever is a party only if nobody else is named, else 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub role: Role,
    pub plainly: u8,
}

/// What the text says of whoever is named at a place; `next`: where the next name begins.
pub fn said(text: &Folded, place: &Place, next: Option<usize>) -> Said {
    let around = Around::new(text, place, next);
    let of = |role, plainly| Said { role, plainly };
    let plain = plainly(&around);
    let noun = place.whose.is_empty();
    if cleared::is_cleared(&around) && !(noun && cleared::clears_itself(&around)) || cleared::are_they(&around) && noun {
        return of(Role::Exonerated, 3);
    }
    if places::is_landmark(&around, noun) {
        return of(Role::Landmark, 2);
    }
    if dealings::complains(&around)
        || work::is_victims_employer(&around)
        || dealings::is_wronged(&around)
        || work::is_anothers(&around)
        || work::is_callers(&around) && around.another
    {
        return of(Role::Mentioned, 2);
    }
    if work::is_mine(&around) {
        return of(Role::Mentioned, 3);
    }
    if work::is_employer(&around) {
        // 社保局 is an office, not a quarrel about work.
        return of(if work::blames_office(&around) { Role::Mentioned } else { Role::Employer }, 2);
    }
    if plain == 3 {
        return of(Role::Accused, 3);
    }
    if dealings::is_past(&around) {
        return of(Role::Mentioned, 2);
    }
    if let Some((first, last)) = text.quote_around(place.from, place.end)
        && last - first > place.end - place.from + 4
    {
        // What somebody else is quoted to have said.
        return of(Role::Mentioned, 1);
    }
    if beside::is_compared(&around) {
        return of(Role::Comparison, 2);
    }
    let name = text.piece(place.from, place.to);
    if beside::came_later(&around, name) {
        let hurt = beside::was_hurt_before(&around, name);
        return if hurt { of(Role::Mentioned, 1) } else { of(Role::Accused, 0) };
    }
    if beside::helped(&around) || dealings::owns(&around) || dealings::supplies(&around) {
        return of(Role::Mentioned, 1);
    }
    if beside::in_passing(&around) || beside::is_praised_beside(&around) {
        return of(Role::Accused, 0);
    }
    of(Role::Accused, plain)
}

/// 不是他们: the pronoun at a place clears whoever was named last.
pub fn they_are_cleared(text: &Folded, place: &Place) -> bool {
    cleared::are_they(&Around::new(text, place, None))
}

/// 我要反映的是一处停车场: the point, from a place on, has no name.
pub fn points_at_nobody(text: &Folded, focus: usize) -> bool {
    let clause = text.piece(focus, focus + 14).split(ends_clause).next().unwrap_or_default();
    any_in(clause, words!["一处", "一家", "一个", "某", "是附近", "路边", "是旁边", "是隔壁", "是楼上", "是楼下", "是对面"])
}

/// 要求医保局给个说法: an office shall answer.
pub fn asks_office(text: &Folded) -> bool {
    const ANSWER: &Words = words!["给个说法", "给说法", "给个答复", "给答复", "给个解释", "道歉", "改进", "简化"];
    let asked = |(at, office): (usize, &str)| {
        let before: String = text.text[..at].chars().rev().take(8).take_while(|c| !ends_clause(*c)).collect();
        any_in(&before, words!["求要", "诉投", "让"]) && any_start(&text.text[at + office.len()..], ANSWER)
    };
    OFFICE_NAMES.places(&text.text).any(asked)
}

/// Whether the text's point, from a place on, is an office.
pub fn accuses_office(text: &Folded, focus: usize) -> bool {
    any_in(text.piece(focus, focus + 16), OFFICE_NAMES)
}
