//! Who called, as nobody can read it: a keyed hash that changes with the day. Phone and id number are
//! hashed as the record is read and kept nowhere.

use crate::domain::Zone;
use crate::journal::Caller;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

/// Shortest key, in bytes: a shorter one could be tried out.
pub const MIN_CALLER_KEY_BYTES: usize = 16;
/// Longest name of a key, in characters.
pub const MAX_KEY_ID_CHARS: usize = 32;
/// Phone numbers with fewer digits are short numbers, or nothing.
const MIN_PHONE_DIGITS: usize = 7;
/// A resident's id number has 18 characters, an old one 15.
const MIN_ID_CHARS: usize = 8;

/// The secret callers are hashed with, and its name. Another key has another name, so that entries say
/// which hashes can be compared.
#[derive(Clone)]
pub struct CallerKey {
    id: String,
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for CallerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallerKey({})", self.id)
    }
}

impl CallerKey {
    /// `Err` says what is wrong and what to write instead, without the key.
    pub fn new(id: &str, secret: &[u8]) -> Result<CallerKey, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if id.is_empty() || id.chars().count() > MAX_KEY_ID_CHARS || !id.chars().all(fits) {
            return Err(format!("its id must be 1 to {MAX_KEY_ID_CHARS} letters, digits, - _ or ., as 2026-11"));
        }
        if secret.len() < MIN_CALLER_KEY_BYTES {
            return Err(format!(
                "the key has {} bytes; write at least {MIN_CALLER_KEY_BYTES}, as openssl rand -hex 32 gives them",
                secret.len()
            ));
        }
        let mac = Hmac::new_from_slice(secret).map_err(|e| e.to_string())?;
        Ok(CallerKey { id: id.to_string(), mac })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The caller of a record of this time: by the phone, else by the id number; none where neither is one.
    pub fn caller(&self, zone: Zone, at_ms: i64, phone: Option<&str>, id_no: Option<&str>) -> Option<Caller> {
        let who = phone.and_then(phone_number).or_else(|| id_no.and_then(id_number))?;
        let day_hash = self.hash(&format!("jianwei caller\n{}\n{who}", zone.date(at_ms)));
        Some(Caller { key_id: self.id.clone(), day_hash })
    }

    /// Of a record id that is somebody's number: the same on every day.
    pub(super) fn id_hash(&self, number: &str) -> u64 {
        self.hash(&format!("jianwei id\n{number}"))
    }

    fn hash(&self, text: &str) -> u64 {
        let mut mac = self.mac.clone();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(8).fold(0u64, |hash, byte| hash << 8 | u64::from(*byte))
    }
}

/// Masked, or written to fill a form: whoever that is, it is not one person.
fn is_masked(raw: &str) -> bool {
    let digits = || raw.chars().any(|c| c.is_ascii_digit());
    raw.contains(['*', '＊', '#', '×', '•', '●', '…']) || digits() && raw.to_ascii_lowercase().contains("xx")
}

/// Of several numbers in one cell, the first that is one.
fn phone_number(raw: &str) -> Option<String> {
    raw.split(['/', ';', ',', '、', '；', '，', '转', '|']).find_map(one_phone_number)
}

/// `phone` and the digits of a number, the country's code left out.
fn one_phone_number(raw: &str) -> Option<String> {
    if is_masked(raw) {
        return None;
    }
    let digits: String = raw.nfkc().filter(char::is_ascii_digit).collect();
    let local = digits.strip_prefix("00").unwrap_or(&digits);
    let local = local.strip_prefix("86").filter(|rest| rest.len() >= 10).unwrap_or(local);
    (told_apart(local, MIN_PHONE_DIGITS) && !is_filler(local)).then(|| format!("phone {local}"))
}

/// 13800000000, 13800138000, 12345678901; the hotline's own number, with an area code.
fn is_filler(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let last = bytes.get(bytes.len().saturating_sub(8)..).unwrap_or_default();
    let one_digit = last.len() == 8 && last.iter().all(|b| Some(b) == last.first());
    let counted = digits.starts_with("1234567") || digits.ends_with("87654321");
    let hotline = digits.starts_with('0') && digits.ends_with("12345") && bytes.len() <= 9;
    one_digit || counted || hotline || digits == "13800138000"
}

fn id_number(raw: &str) -> Option<String> {
    if is_masked(raw) {
        return None;
    }
    let id: String = raw.nfkc().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    (told_apart(&id, MIN_ID_CHARS) && !id.starts_with("12345678")).then(|| format!("id {id}"))
}

/// Long enough, and not one character again and again, as forms that ask for a number are filled.
fn told_apart(text: &str, least: usize) -> bool {
    text.len() >= least && text.bytes().any(|b| Some(&b) != text.as_bytes().first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, secret: &str) -> CallerKey {
        CallerKey::new(id, secret.as_bytes()).unwrap()
    }

    #[test]
    fn one_number_a_day_is_one_caller() {
        let zone = Zone::parse("+08:00").unwrap();
        let (morning, evening, next_day) = (1_767_225_600_000, 1_767_268_000_000, 1_767_312_000_000);
        let k1 = key("k1", "0123456789abcdef");
        let hash = |key: &CallerKey, at_ms: i64, phone: &str, id: &str| key.caller(zone, at_ms, Some(phone), Some(id));
        let one = hash(&k1, morning, "138 0000 0001", "");
        assert!(one.is_some());
        for same in ["13800000001", "+86-13800000001", "0086 13800000001", "１３８０００００００１", "86 138-0000-0001"]
        {
            assert_eq!(hash(&k1, evening, same, ""), one, "{same}");
        }
        for (what, other) in [
            ("another number", hash(&k1, morning, "13800000002", "")),
            ("another day", hash(&k1, next_day, "13800000001", "")),
            ("another key", hash(&key("k1", "another secret, as long"), morning, "13800000001", "")),
            ("another name of the key", hash(&key("k2", "0123456789abcdef"), morning, "13800000001", "")),
            ("an id number", hash(&k1, morning, "", "37100019000101001X")),
        ] {
            assert!(other.is_some() && other != one, "{what}");
        }
        assert_eq!(hash(&k1, morning, "匿名", "37100019000101001x"), hash(&k1, morning, "", "37100019000101001X"));
        for nothing in [
            "",
            "无",
            "匿名",
            "12345",
            "00000000000",
            "----",
            "138****0000",
            "138＊＊＊＊0000",
            "1380000xxxx",
            "138×××××000",
            "13800000000",
            "13800138000",
            "12345678901",
            "1234567",
            "0631-12345",
            "063112345",
            "无/匿名",
        ] {
            assert_eq!(hash(&k1, morning, nothing, "无"), None, "{nothing}");
            assert_eq!(hash(&k1, morning, nothing, "3710**********001X"), None, "{nothing}");
        }
        assert_eq!(hash(&k1, morning, "无/13800000001；13900000002", ""), one, "the first of several");
        assert_eq!(hash(&k1, morning, "0631-5000000转8001", ""), hash(&k1, morning, "06315000000", ""));
    }

    #[test]
    fn a_weak_or_nameless_key_is_refused_and_never_shown() {
        for (id, secret, says) in [
            ("", "0123456789abcdef", "its id must be"),
            ("a b", "0123456789abcdef", "its id must be"),
            ("k", "short", "has 5 bytes"),
        ] {
            let error = CallerKey::new(id, secret.as_bytes()).unwrap_err();
            assert!(error.contains(says) && !error.contains(secret), "{error}");
        }
        assert_eq!(format!("{:?}", key("k1", "0123456789abcdef")), "CallerKey(k1)");
    }
}
