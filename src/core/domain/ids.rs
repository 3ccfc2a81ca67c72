use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// How a realm names enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdScheme {
    /// Unified social credit code, GB 32100-2015: 18 characters, the last a check character.
    Uscc,
    /// Any short text, a licence number for example.
    Text,
}

/// Why a given id can't be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdProblem {
    Empty,
    TooLong,
    /// A character or a length the scheme does not have.
    Malformed,
    /// The check character does not fit. Real codes issued early by pilot areas fail it too, so
    /// this is a flag on the record, never a reason to drop it.
    CheckCharacter,
    /// A number a spreadsheet rounded (9.1371E+17): the digits are lost.
    Scientific,
    /// Its first fifteen characters, and nothing or zeros behind them.
    CutToFifteen,
    /// Not the scheme's own, but of one of its older registers.
    Other,
}

/// What else a text says that is no id of the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdHint {
    /// An organisation code (GB 11714): every unified code holds one, from its ninth character on.
    OrganisationCode(String),
    /// A registration number of before 2015: the registry may list it as an alias.
    RegistrationNumber(String),
    /// The id it would be with `0` for `O` and `1` for `I`; its check character fits. Never taken as given.
    Suggested(String),
}

/// Longest id of any scheme, in bytes.
pub const MAX_ID_BYTES: usize = 64;

const USCC_ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl IdScheme {
    pub fn parse(text: &str) -> Option<IdScheme> {
        match text {
            "uscc" => Some(IdScheme::Uscc),
            "text" => Some(IdScheme::Text),
            _ => None,
        }
    }

    /// The id as the scheme writes it, and what is wrong with it. An id whose only problem is its
    /// check character is still returned: it may be real.
    pub fn normalise(self, raw: &str) -> (Option<String>, Option<IdProblem>) {
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            return (None, Some(IdProblem::Empty));
        }
        if trimmed.len() > MAX_ID_BYTES {
            return (None, Some(IdProblem::TooLong));
        }
        match self {
            IdScheme::Text => (Some(trimmed.to_string()), None),
            IdScheme::Uscc => {
                let code = plain(trimmed);
                match uscc_problem(code.as_bytes()) {
                    None => (Some(code), None),
                    Some(IdProblem::CheckCharacter) => (Some(code), Some(IdProblem::CheckCharacter)),
                    problem => (None, problem),
                }
            }
        }
    }

    /// As `normalise`, for an id a person or an export wrote beside other things: one that a spreadsheet
    /// spoilt is none, and codes of other registers are told apart.
    pub fn read(self, raw: &str) -> (Option<String>, Option<IdProblem>, Option<IdHint>) {
        let (id, problem) = self.normalise(raw);
        if self == IdScheme::Text || matches!(problem, Some(IdProblem::Empty | IdProblem::TooLong)) {
            return (id, problem, None);
        }
        let code = id.clone().unwrap_or_else(|| plain(raw));
        let digits = code.bytes().all(|b| b.is_ascii_digit());
        // Registration numbers begin with a region's code, and none of those with 9.
        let cut = code.len() == 15 && code.starts_with('9') && code.bytes().skip(2).take(6).all(|b| b.is_ascii_digit());
        let in_alphabet = || code.bytes().all(|b| USCC_ALPHABET.contains(&b));
        if digits && code.len() == 18 && code.ends_with("000") || cut && in_alphabet() {
            return (None, Some(IdProblem::CutToFifteen), None);
        }
        if id.is_some() {
            return (id, problem, None);
        }
        if is_scientific(&code) {
            return (None, Some(IdProblem::Scientific), None);
        }
        if is_registration_number(&code) {
            return (None, Some(IdProblem::Other), Some(IdHint::RegistrationNumber(code)));
        }
        let bare = code.replace('-', "");
        if is_organisation_code(&bare) {
            return (None, Some(IdProblem::Other), Some(IdHint::OrganisationCode(bare)));
        }
        let repaired = code.replace('O', "0").replace('I', "1");
        let hint = uscc_problem(repaired.as_bytes()).is_none().then_some(IdHint::Suggested(repaired));
        (None, Some(IdProblem::Malformed), hint)
    }
}

/// Full-width forms to plain ones, upper case, no white space, nothing that can't be seen, none of the
/// quotes a spreadsheet keeps a text from being a number with (`'9137…`, `="9137…"`).
fn plain(raw: &str) -> String {
    let kept = |c: &char| {
        let unseen =
            matches!(*c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        !c.is_whitespace() && !unseen && !matches!(c, '\'' | '"' | '=' | '’' | '‘')
    };
    if raw.is_ascii() {
        return raw.chars().filter(kept).map(|c| c.to_ascii_uppercase()).collect();
    }
    raw.nfkc().filter(kept).map(|c| c.to_ascii_uppercase()).collect()
}

/// A number in a spreadsheet's short form (2.02312E+16, 2e+17): most of its digits are lost. One that loses
/// none, or is written as a code may be (1E5, 12E10), is none.
pub fn is_scientific(text: &str) -> bool {
    /// A number of ten digits is the first that spreadsheets shorten.
    const LEAST_EXPONENT: u32 = 9;
    /// Of a number without a point and without a plus, as JSON writes floats (2e17): shorter ones are codes.
    const LEAST_BARE_EXPONENT: u32 = 16;
    const MAX_EXPONENT: u32 = 40;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, part)| (whole, Some(part)));
    let plus = exponent.strip_prefix('+');
    let exponent = plus.unwrap_or(exponent);
    let least = if plus.is_some() || fraction.is_some() { LEAST_EXPONENT } else { LEAST_BARE_EXPONENT };
    let large = digits(exponent) && exponent.parse::<u32>().is_ok_and(|n| (least..=MAX_EXPONENT).contains(&n));
    whole.len() == 1 && digits(whole) && fraction.is_none_or(digits) && large
}

/// Fifteen digits, the last by ISO 7064 MOD 11,10 (GS 15-2006).
fn is_registration_number(code: &str) -> bool {
    if code.len() != 15 || !code.bytes().all(|b| b.is_ascii_digit()) || code.bytes().all(|b| b == b'0') {
        return false;
    }
    let last = code.len() - 1;
    let product = code.bytes().take(last).fold(10, |product, b| {
        let sum = (product + u32::from(b - b'0')) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + u32::from(code.as_bytes()[last] - b'0')) % 10 == 1
}

/// Eight digits or letters and a check character (GB 11714).
fn is_organisation_code(code: &str) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = code.as_bytes();
    if bytes.len() != 9 || !bytes.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let value = |b: u8| match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'A'..=b'Z' => Some(u32::from(b - b'A') + 10),
        _ => None,
    };
    let Some(values) = bytes.iter().map(|b| value(*b)).collect::<Option<Vec<u32>>>() else { return false };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    sum > 0 && bytes[8] == check
}

fn uscc_problem(code: &[u8]) -> Option<IdProblem> {
    if code.len() != 18 {
        return Some(IdProblem::Malformed);
    }
    let mut sum = 0;
    let mut check = 0;
    for (i, c) in code.iter().enumerate() {
        let Some(value) = USCC_ALPHABET.iter().position(|a| a == c) else {
            return Some(IdProblem::Malformed);
        };
        match USCC_WEIGHTS.get(i) {
            Some(weight) => sum += value as u32 * weight,
            None => check = value as u32,
        }
    }
    if code.iter().all(|c| *c == code[0]) || code == b"123456789012345678" {
        return Some(IdProblem::Malformed);
    }
    let fits = (31 - sum % 31) % 31 == check;
    match fits {
        true => None,
        // Codes issued early by pilot areas have letters: eighteen digits are a bank card's or an id card's.
        false if code.iter().all(u8::is_ascii_digit) && !may_be_issued(code) => Some(IdProblem::Malformed),
        false => Some(IdProblem::CheckCharacter),
    }
}

/// A registrar and a kind that GB 32100 lists, a province of GB/T 2260, and an organisation code that holds.
fn may_be_issued(code: &[u8]) -> bool {
    const KINDS: [&[u8; 2]; 24] = [
        b"11", b"12", b"13", b"19", b"21", b"29", b"31", b"32", b"33", b"34", b"35", b"39", b"41", b"49", b"51", b"52", b"53",
        b"54", b"59", b"91", b"92", b"93", b"71", b"81",
    ];
    const PROVINCES: &[u8; 64] = b"1112131415212223313233343536374142434445465051525354616263646571";
    let kind = KINDS.iter().any(|kind| code.starts_with(*kind));
    let province = &code[2..8] == b"100000" || PROVINCES.chunks(2).any(|province| code[2..].starts_with(province));
    kind && province && std::str::from_utf8(&code[8..17]).is_ok_and(is_organisation_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors collected from public validators; the note column says where each came from.
    #[test]
    fn uscc_vectors() {
        let cases = [
            ("91310115591693856A", true),
            ("91310110666007217T", true),
            ("91350211M00013FA1N", false),
            ("91350203M0001QAY9B", false),
            ("91350200MA2YJ1XR9G", true),
            ("123502001549897397", true),
            ("11371000004359010J", true),
            ("11371083004227827M", true),
            ("11341700003244772R", true),
            ("91371000MAFAKE0190", true),
            ("91371000MAFAKE0191", false),
        ];
        for (code, valid) in cases {
            let (id, problem) = IdScheme::Uscc.normalise(code);
            assert_eq!(id.as_deref(), Some(code));
            assert_eq!(problem, (!valid).then_some(IdProblem::CheckCharacter), "{code}");
        }
        // A filler, a bank card's number, an id card's with a slip; an office's code with another last digit.
        for (code, problem) in [
            ("999999999999999999", IdProblem::Malformed),
            ("123456789012345678", IdProblem::Malformed),
            ("622202160201234567", IdProblem::Malformed),
            ("110101199013077757", IdProblem::Malformed),
            ("511102199013077757", IdProblem::Malformed),
            ("123502001549897390", IdProblem::CheckCharacter),
        ] {
            assert_eq!(IdScheme::Uscc.normalise(code).1, Some(problem), "{code}");
        }
        assert_eq!(IdScheme::Uscc.normalise("91371000MAFAKEO190"), (None, Some(IdProblem::Malformed)));
        assert_eq!(IdScheme::Uscc.normalise("91371000mafake0190").0.as_deref(), Some("91371000MAFAKE0190"));
    }

    #[test]
    fn a_rounded_number_is_told_from_a_code() {
        for (text, rounded) in [
            ("2.02312E+16", true),
            ("2.02312e16", true),
            ("2.0E9", true),
            ("2E+10", true),
            ("2E+9", true),
            ("2e17", true),
            ("2E+40", true),
            ("2.5E+8", false),
            ("2E8", false),
            ("2E15", false),
            ("1E5", false),
            ("12E10", false),
            ("12E+10", false),
            ("2.E+16", false),
            ("E10", false),
            ("2E", false),
            ("2E+41", false),
            ("2E+9999999999", false),
            ("2.5E-16", false),
            ("2.02312", false),
            ("", false),
        ] {
            assert_eq!(is_scientific(text), rounded, "{text}");
        }
    }

    #[test]
    fn text_ids_are_trimmed_and_bounded() {
        assert_eq!(IdScheme::Text.normalise(" 1980406-1006 ").0.as_deref(), Some("1980406-1006"));
        assert_eq!(IdScheme::Text.normalise("  "), (None, Some(IdProblem::Empty)));
        assert_eq!(IdScheme::Text.normalise(&"9".repeat(65)), (None, Some(IdProblem::TooLong)));
    }
}
