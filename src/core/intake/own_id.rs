//! Ids of records as their feeds number them: in one form, so that `A1` and `Ａ１` are one ticket, and without
//! numbers of persons (a hotline that numbers its tickets by the caller's telephone). Ids go everywhere, so
//! such a one is replaced as it is read.

use super::caller::CallerKey;
use super::clean::{clean_id, note};
use crate::domain::{IdScheme, Zone, hash64};
use crate::journal::Flag;
use crate::pipeline::Model;
use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A number that begins with a day so near to the record's own is the number of a ticket.
const OWN_DAYS: i64 = 31;
/// Nobody younger calls: a later date within eighteen digits is the day of a ticket.
const LEAST_AGE_YEARS: i32 = 10;

/// An id as it goes on, whatever the feed wrote it with.
pub(super) fn read(raw: &str, at_ms: Option<i64>, model: &Model, flags: &mut Vec<Flag>) -> String {
    let id = clean_id(raw, flags);
    match replaced(&id, at_ms, model.zone, model.caller_key.as_ref()) {
        Some(replaced) => {
            note(flags, Flag::PrivateId);
            replaced
        }
        None => id,
    }
}

/// The id in place of one that is, or holds, a mobile number or an id card's: the same for the same number,
/// and for the same longer id, under one key.
fn replaced(id: &str, at_ms: Option<i64>, zone: Zone, key: Option<&CallerKey>) -> Option<String> {
    let composed: Cow<str> = if id.is_ascii() { id.into() } else { id.nfkc().collect::<String>().into() };
    let plain: String = composed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let day = at_ms.map(|ms| zone.date(ms));
    let whole = is_mobile(&plain, day) || is_citizen_id(&plain, day);
    if !whole && !holds_number(id, day) {
        return None;
    }
    let number = if whole { plain.as_str() } else { id };
    let hash = key.map_or_else(|| hash64(&["private id", number]), |key| key.id_hash(number));
    // Letters only: nothing in it looks like a number again.
    let letters = (0..16).map(|n| char::from(b'a' + (hash >> (4 * n) & 15) as u8));
    Some(format!("private-{}", letters.collect::<String>()))
}

/// Digits without anything between them, and where they stand, in bytes.
struct Run<'a> {
    digits: &'a str,
    from: usize,
}

impl Run<'_> {
    fn end(&self) -> usize {
        self.from + self.digits.len()
    }
}

fn runs(id: &str) -> Vec<Run<'_>> {
    let pieces = id.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    pieces.map(|digits| Run { digits, from: digits.as_ptr() as usize - id.as_ptr() as usize }).collect()
}

/// Whether a number of a person stands within a longer id: eleven digits, or eighteen characters that hold,
/// with no digit before and after them, or in the groups people write them in. Longer runs of digits are
/// ordinary numbers.
fn holds_number(id: &str, day: Option<NaiveDate>) -> bool {
    let upper = id.to_ascii_uppercase();
    if is_digest(id) || IdScheme::Uscc.normalise(&upper).1.is_none() {
        return false;
    }
    let runs = runs(&upper);
    let with_x = |run: &Run| format!("{}{}", run.digits, if upper[run.end()..].starts_with('X') { "X" } else { "" });
    let one = |run: &Run| {
        is_mobile(abroad(&upper, run).unwrap_or(run.digits), day)
            || is_citizen_id(run.digits, day)
            || is_citizen_id(&with_x(run), day)
    };
    let joined = |a: &Run, b: &Run| b.from == a.end() + 1 && matches!(upper.as_bytes()[a.end()], b'-' | b' ' | b'.' | b'_');
    let grouped = |at: usize| {
        let [a, b, c] = [&runs[at], &runs[at + 1], &runs[at + 2]];
        // +86-199-0000-0001: China's prefix belongs to the number.
        let prefix = |before: &Run| matches!(before.digits, "86" | "0086");
        let alone = joined(a, b) && joined(b, c) && (at == 0 || !joined(&runs[at - 1], a) || prefix(&runs[at - 1]));
        let year = || day.is_some_and(|day| b.digits.parse::<i32>().is_ok_and(|year| (day.year() - year).abs() <= 1));
        match [a.digits.len(), b.digits.len(), c.digits.len()] {
            [3, 4, 4] => alone && !year() && is_mobile(&[a.digits, b.digits, c.digits].concat(), day),
            [6, 8, 3 | 4] => alone && is_citizen_id(&format!("{}{}{}", a.digits, b.digits, with_x(c)), day),
            _ => false,
        }
    };
    runs.iter().any(one) || (2..runs.len()).any(|last| grouped(last - 2))
}

/// The number after `+86`, where nothing stands between.
fn abroad<'a>(id: &str, run: &Run<'a>) -> Option<&'a str> {
    run.digits.strip_prefix("86").filter(|_| id[..run.from].ends_with('+'))
}

/// A hash or a UUID: eleven digits in a row come about by chance there.
fn is_digest(id: &str) -> bool {
    let hex = || id.bytes().filter(|b| *b != b'-');
    let fits = hex().all(|b| b.is_ascii_hexdigit()) && hex().any(|b| b.is_ascii_alphabetic());
    fits && matches!(hex().count(), 16 | 32 | 40 | 64) && (hex().count() > 16 || !id.bytes().any(|b| b.is_ascii_uppercase()))
}

fn is_mobile(plain: &str, day: Option<NaiveDate>) -> bool {
    let bytes = plain.as_bytes();
    if bytes.len() != 11 || !bytes.iter().all(u8::is_ascii_digit) || bytes[0] != b'1' || bytes[1] < b'3' {
        return false;
    }
    let numbered = NaiveDate::parse_from_str(&format!("20{}", &plain[..6]), "%Y%m%d").ok();
    !matches!((numbered, day), (Some(numbered), Some(day)) if (numbered - day).num_days().abs() <= OWN_DAYS)
}

/// Eighteen characters with a date of birth and the check character of GB 11643.
fn is_citizen_id(plain: &str, day: Option<NaiveDate>) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = plain.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
        return false;
    }
    let latest = day.map_or(2100, |day| day.year() - LEAST_AGE_YEARS);
    let born = NaiveDate::parse_from_str(&plain[6..14], "%Y%m%d").ok();
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    born.is_some_and(|born| (1900..=latest).contains(&born.year())) && bytes[17] == b"10X98765432"[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DAY_MS;

    #[test]
    fn only_what_is_a_number_of_a_person_by_shape_and_check_is_replaced() {
        let zone = Zone::parse("+08:00").unwrap();
        // 2019-12-03.
        let at_ms = 18_233 * DAY_MS;
        for (id, private) in [
            ("19900000001", true),
            ("199-0000-0001", true),
            ("１９９００００００１２", true),
            ("99999919900101018X", true),
            ("99999919900101018x", true),
            ("999999199001010021", false),
            // Tickets numbered by day, or by region and day.
            ("19120300123", false),
            ("19111500123", false),
            ("18120300123", true),
            ("20191203001", false),
            ("371002201912030009", false),
            ("12345678901", false),
            ("1990000000", false),
            // Within a longer id.
            ("T19900000001", true),
            ("TK-19900000001", true),
            ("TK19900000001A", true),
            ("李建国19900000001", true),
            ("19900000001-1", true),
            ("TK-199-0000-0001", true),
            ("TK+8619900000001", true),
            ("+86-199-0000-0001", true),
            ("TK-0086-199-0000-0001", true),
            ("99999919900101018X-1", true),
            ("WX99999919900101018x", true),
            ("TK-999999-19900101-018X", true),
            ("999999199001010021-1", false),
            // Ordinary numbers: longer runs, days, years, codes of firms, hashes.
            ("20191203093000123", false),
            ("TK20191203093000123", false),
            ("GD20191203-0039", false),
            ("GD-19120300123", false),
            ("SD-130-2019-0012", false),
            ("GD-2019-130-1203-0012", false),
            ("8619900000001", false),
            ("TK8619900000001", false),
            ("TK-199000000012", false),
            ("260302085800123456", false),
            ("371002201912030009-1", false),
            ("JY13710020012345", false),
            ("鲁威环市监罚〔2019〕130号", false),
            ("91371000MAFAKE0190", false),
            ("91371000MAFAKE0190-13", false),
            ("a19900000001bcde", false),
            ("550e8400-e29b-41d4-a716-a19900000001", false),
            ("", false),
        ] {
            let got = replaced(id, Some(at_ms), zone, None);
            assert_eq!(got.is_some(), private, "{id}: {got:?}");
            assert!(got.is_none_or(|id| id.len() == 24 && !id.contains(|c: char| c.is_ascii_digit())), "{id}");
        }
        let key = CallerKey::new("k1", b"0123456789abcdef").unwrap();
        let keyed = replaced("19900000001", None, zone, Some(&key));
        assert_ne!(keyed, replaced("19900000001", None, zone, None));
        assert_eq!(keyed, replaced("199 0000 0001", Some(at_ms), zone, Some(&key)));
        // Two tickets of one caller stay two.
        assert_ne!(replaced("TK-19900000001-1", None, zone, None), replaced("TK-19900000001-2", None, zone, None));
    }
}
