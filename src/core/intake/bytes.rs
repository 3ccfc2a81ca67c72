use super::mojibake;
use crate::journal::{Flag, Reason};
use std::borrow::Cow;

/// Longest source record read; longer ones are dead letters.
pub const MAX_RECORD_BYTES: usize = 512 * 1024;

/// Strict UTF-8, else GB18030, else nothing.
pub(super) fn text<'a>(bytes: &'a [u8], flags: &mut Vec<Flag>) -> Result<Cow<'a, str>, Reason> {
    if bytes.len() > MAX_RECORD_BYTES {
        return Err(Reason::TooLarge);
    }
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => {
            flags.push(Flag::ByteOrderMark);
            rest
        }
        None => bytes,
    };
    if let Ok(text) = std::str::from_utf8(bytes) {
        // A record that is no Chinese at all but for what its bytes were taken for.
        let repaired = if text.is_ascii() { None } else { mojibake::as_latin(text) };
        return Ok(repaired.map_or(Cow::Borrowed(text), |text| {
            flags.push(Flag::DoubleEncoded);
            // A mark encoded twice is a mark.
            Cow::Owned(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
        }));
    }
    match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => {
            flags.push(Flag::Gb18030);
            Ok(text)
        }
        None => Err(Reason::Undecodable),
    }
}
