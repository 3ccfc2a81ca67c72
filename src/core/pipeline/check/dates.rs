//! Bases, measures and calendars that end.

use super::super::{Basis, Clock, Matter, Model};
use super::Findings;
use crate::pipeline::reader::parse_date;
use chrono::{Days, NaiveDate};

/// An end this near is told.
const SOON_DAYS: u64 = 365;
/// Due times reach about so far ahead.
const CALENDAR_DAYS: u64 = 60;
/// A text read so long ago should be read again, if nobody has verified it.
const OLD_BASIS_DAYS: i64 = 5 * 365;
/// Most matters one note names.
const MAX_NAMES: usize = 30;
/// A lead should be agreed on within this.
const OLD_UNDETERMINED_DAYS: i64 = 365;

pub(super) fn check(model: &Model, today: NaiveDate, out: &mut Findings) {
    for matter in model.matters.values() {
        basis(matter, today, out);
    }
    unverified(model, today, out);
    measure(model, today, out);
    calendar(model, today, out);
}

fn in_days(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

fn basis(matter: &Matter, today: NaiveDate, out: &mut Findings) {
    let file = out.places.matter_file(&matter.id);
    let basis = &matter.basis;
    match basis.expires {
        Some(day) if day < today => {
            out.error(
                (file, "basis.expires"),
                format!("the basis ended on {day}"),
                "the text that holds now, and its own `expires`",
            );
        }
        Some(day) if day <= in_days(today, SOON_DAYS) => {
            out.note((file, "basis.expires"), format!("the basis ends on {day}"), "what takes its place, in time");
        }
        _ => {}
    }
    let Some(date) = read_on(basis) else { return };
    let age_days = (today - date).num_days();
    if age_days < 0 {
        out.error((file, "basis.date"), format!("the basis is dated {date}, which is yet to come"), "when the text was read");
    }
    if matter.lead.is_none() && age_days > OLD_UNDETERMINED_DAYS {
        let message = format!("nobody leads this matter since {date}");
        out.note((file, "lead"), message, "lead = the department agreed on (art. 7)");
    }
}

/// One note for all matters: where nobody has read the texts yet, one each would drown the others.
fn unverified(model: &Model, today: NaiveDate, out: &mut Findings) {
    let open: Vec<&Matter> = model.matters.values().filter(|m| !m.basis.verified).collect();
    if let Some(first) = open.first() {
        let (count, all) = (open.len(), model.matters.len());
        let names = names(open.iter().map(|m| m.id.clone()));
        let message = format!("the basis of {count} of {all} matters is not verified, as their warnings say: {names}");
        let file = out.places.matter_file(&first.id);
        out.note((file, "basis"), message, "verified = true in [basis], once someone has read the text itself");
    }
    let is_old = |date: &NaiveDate| (today - *date).num_days() > OLD_BASIS_DAYS;
    let old: Vec<(&Matter, NaiveDate)> = open.into_iter().filter_map(|m| Some((m, read_on(&m.basis).filter(is_old)?))).collect();
    if let Some((first, _)) = old.first() {
        let names = names(old.iter().map(|(m, date)| format!("{} ({date})", m.id)));
        let message = format!("texts older than five years that nobody has verified since: {names}");
        let file = out.places.matter_file(&first.id);
        out.note((file, "basis.date"), message, "the text as it is now, with its date");
    }
}

/// The first names, and how many there are besides.
fn names(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(MAX_NAMES);
    let first = all.take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first}, and {more} more") } else { first }
}

/// The first day a date of a year, a month or a day may mean.
fn read_on(basis: &Basis) -> Option<NaiveDate> {
    let date = basis.date.as_deref()?;
    ["", "-01", "-01-01"].into_iter().find_map(|rest| parse_date(&format!("{date}{rest}")))
}

fn measure(model: &Model, today: NaiveDate, out: &mut Findings) {
    let Some(measure) = &model.measure else { return };
    let at = |key: &'static str| ("pipeline.toml", key);
    match measure.expires {
        Some(day) if day < today => {
            out.error(at("measure.expires"), format!("the measure ended on {day}"), "the measure that holds now");
        }
        Some(day) if day <= in_days(today, SOON_DAYS) => {
            out.note(at("measure.expires"), format!("the measure ends on {day}"), "what takes its place, in time");
        }
        _ => {}
    }
    if measure.in_force > today {
        let message = format!("the measure is not in force until {}", measure.in_force);
        out.note(at("measure.in_force"), message, "the measure that holds now");
    }
}

/// History has its own years; a live realm needs those to come.
fn calendar(model: &Model, today: NaiveDate, out: &mut Findings) {
    let end = in_days(today, CALENDAR_DAYS);
    if model.clock == Clock::Wall && !model.calendar.knows(end) {
        let message = format!("the calendar does not know the holidays around {end}: due times there are provisional");
        let write = "a newer jianwei (base = \"china\"), or the days of that year in `holidays`";
        out.note(("pipeline.toml", "calendar"), message, write);
    }
}
