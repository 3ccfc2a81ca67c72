use serde::{Deserialize, Serialize};

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
                let code = trimmed.to_ascii_uppercase();
                match uscc_problem(code.as_bytes()) {
                    None => (Some(code), None),
                    Some(IdProblem::CheckCharacter) => (Some(code), Some(IdProblem::CheckCharacter)),
                    problem => (None, problem),
                }
            }
        }
    }
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
    ((31 - sum % 31) % 31 != check).then_some(IdProblem::CheckCharacter)
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
        assert_eq!(IdScheme::Uscc.normalise("91371000MAFAKEO190"), (None, Some(IdProblem::Malformed)));
        assert_eq!(IdScheme::Uscc.normalise("91371000mafake0190").0.as_deref(), Some("91371000MAFAKE0190"));
    }

    #[test]
    fn text_ids_are_trimmed_and_bounded() {
        assert_eq!(IdScheme::Text.normalise(" 1980406-1006 ").0.as_deref(), Some("1980406-1006"));
        assert_eq!(IdScheme::Text.normalise("  "), (None, Some(IdProblem::Empty)));
        assert_eq!(IdScheme::Text.normalise(&"9".repeat(65)), (None, Some(IdProblem::TooLong)));
    }
}
