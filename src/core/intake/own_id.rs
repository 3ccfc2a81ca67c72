//! Record ids that are somebody's number: a hotline that numbers its tickets by the caller's telephone. Ids
//! go everywhere, so such a one is replaced as it is read.

use super::caller::CallerKey;
use crate::domain::{Zone, hash64};
use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// A number that begins with a day so near to the record's own is the number of a ticket.
const OWN_DAYS: i64 = 31;
/// Nobody younger calls: a later date within eighteen digits is the day of a ticket.
const LEAST_AGE_YEARS: i32 = 10;

/// The id in place of a mobile number or an id card's: the same for the same number, under one key.
pub(super) fn replaced(id: &str, at_ms: Option<i64>, zone: Zone, key: Option<&CallerKey>) -> Option<String> {
    let plain: String = id.nfkc().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let day = at_ms.map(|ms| zone.date(ms));
    if !is_mobile(&plain, day) && !is_citizen_id(&plain, day) {
        return None;
    }
    let hash = key.map_or_else(|| hash64(&["private id", &plain]), |key| key.id_hash(&plain));
    // Letters only: nothing in it looks like a number again.
    let letters = (0..16).map(|n| char::from(b'a' + (hash >> (4 * n) & 15) as u8));
    Some(format!("private-{}", letters.collect::<String>()))
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
            ("T19900000001", false),
            ("91371000MAFAKE0190", false),
        ] {
            let got = replaced(id, Some(at_ms), zone, None);
            assert_eq!(got.is_some(), private, "{id}: {got:?}");
            assert!(got.is_none_or(|id| id.len() == 24 && !id.contains(|c: char| c.is_ascii_digit())), "{id}");
        }
        let key = CallerKey::new("k1", b"0123456789abcdef").unwrap();
        let keyed = replaced("19900000001", None, zone, Some(&key));
        assert_ne!(keyed, replaced("19900000001", None, zone, None));
        assert_eq!(keyed, replaced("199 0000 0001", Some(at_ms), zone, Some(&key)));
    }
}
