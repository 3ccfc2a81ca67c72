//! Text that was UTF-8, was read in another encoding and written as UTF-8 again. It is put right once,
//! and only where all of it can be and Chinese comes out: proper text never looks like that.

use encoding_rs::GBK;
use std::sync::LazyLock;

/// Characters above U+00FF that Windows-1252 has, with their bytes.
const WINDOWS_1252: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// How many characters are looked at before text is taken for proper Chinese.
const LOOKED_AT: usize = 12;

/// What the first two bytes of a Chinese character in UTF-8 give when read as GBK: rare characters
/// all, of which mojibake is full.
static TELLTALES: LazyLock<Vec<char>> = LazyLock::new(|| {
    let pairs = (0xe4..=0xe9u8).flat_map(|lead| (0x80..=0xbfu8).map(move |trail| [lead, trail]));
    let mut all: Vec<char> =
        pairs.flat_map(|pair| GBK.decode_without_bom_handling(&pair).0.chars().collect::<Vec<_>>()).collect();
    all.sort_unstable();
    all.dedup();
    all
});

/// The text as it was meant, if it was encoded twice.
pub fn repaired(text: &str) -> Option<String> {
    if text.is_ascii() { None } else { as_latin(text).or_else(|| as_gbk(text)) }
}

/// As `repaired`, for UTF-8 read as Latin-1 or Windows-1252 only: that leaves ASCII as it was, so it can
/// be told of a whole record.
pub(super) fn as_latin(text: &str) -> Option<String> {
    let byte = |c: char| match u8::try_from(u32::from(c)) {
        Ok(byte) => Some(byte),
        Err(_) => WINDOWS_1252.iter().find(|(w, _)| *w == c).map(|(_, byte)| *byte),
    };
    let bytes = text.chars().map(byte).collect::<Option<Vec<u8>>>()?;
    chinese(bytes)
}

fn as_gbk(text: &str) -> Option<String> {
    let mut first = text.chars().filter(|c| !c.is_ascii()).take(LOOKED_AT);
    if !first.any(|c| TELLTALES.binary_search(&c).is_ok()) {
        return None;
    }
    let (bytes, _, unmappable) = GBK.encode(text);
    // GB 2312, in which nearly all proper text is, has no bytes from 80 to A0.
    if unmappable || !bytes.iter().any(|b| (0x80..=0xa0).contains(b)) {
        return None;
    }
    chinese(bytes.into_owned())
}

/// The bytes as UTF-8, if most of what is not ASCII there is Chinese and its punctuation: ℃, § or a face may stand among
/// it, but other scripts and what no keyboard has say that the bytes fit by chance.
fn chinese(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let hanzi = |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}');
    let punctuation = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '\u{2010}'..='\u{2026}' | '\u{b7}' | '\u{a0}' | '\u{feff}');
    let stray = |c: &char| !c.is_ascii() && !hanzi(*c) && !punctuation(*c);
    let chinese = text.chars().filter(|c| hanzi(*c)).count();
    let strays = text.chars().filter(stray).count();
    let control = text.chars().any(|c| c.is_control() && !c.is_ascii());
    (chinese > 0 && strays <= chinese && !control).then_some(text)
}
