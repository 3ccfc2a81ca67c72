//! Numbers of persons: telephones, id cards, bank cards. A number may be written with spaces, hyphens,
//! full-width or Chinese digits.

use super::{Folded, Pieces, figures, is_han};
use std::ops::Range;

/// Most digits looked at together: a bank card has 19, and two telephones written as one 22.
const MAX_DIGITS: usize = 22;
/// Most signs between two digits of one number.
const MAX_GAP: usize = 3;

/// Digits that stand together without any sign between them.
pub(super) struct Token {
    pub digits: Vec<u8>,
    pub at: Range<usize>,
}

fn digit(c: char) -> Option<u8> {
    Some(match c {
        '0'..='9' => c as u8 - b'0',
        '〇' | '零' | '洞' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '两' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' | '拐' => 7,
        '八' | '捌' => 8,
        '九' | '玖' | '勾' => 9,
        _ => return None,
    })
}

pub(super) fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '·' | '•' | '_' | '/' | '\\' | '(' | ')' | '*' | ',' | '、' | '。' | '|' | '…' | '#')
        || matches!(c, ':' | ';' | '=' | '+' | '&' | '[' | ']' | '<' | '>' | '{' | '}' | '【' | '】')
}

/// Tokens in order; those of one run have nothing but a few signs between them.
fn runs(text: &Folded) -> Vec<Vec<Token>> {
    let mut out: Vec<Vec<Token>> = Vec::new();
    let mut gap = usize::MAX;
    let mut masked = false;
    for (at, c) in text.chars.iter().enumerate() {
        let Some(value) = digit(*c) else {
            // A mask is no sign between digits: what was told apart once stays apart.
            masked = text.starts_with(at, super::MASK) || (masked && *c == '*');
            gap = if is_gap(*c) && !masked && gap != usize::MAX { gap + 1 } else { usize::MAX };
            continue;
        };
        let new_run = gap > MAX_GAP || out.is_empty();
        if new_run {
            out.push(Vec::new());
        }
        let Some(run) = out.last_mut() else { continue };
        match run.last_mut() {
            Some(token) if gap == 0 => {
                token.digits.push(value);
                token.at.end = at + 1;
            }
            _ => run.push(Token { digits: vec![value], at: at..at + 1 }),
        }
        gap = 0;
    }
    out
}

pub(super) fn pieces(text: &Folded) -> Pieces {
    let mut out = Vec::new();
    for run in runs(text) {
        let mut first = 0;
        while first < run.len() {
            if let Some(length) = figures::not_personal(text, &run[first..]) {
                first += length;
                continue;
            }
            match longest(text, &run, first) {
                Some(last) => {
                    out.push(widened(text, run[first].at.start..run[last].at.end));
                    first = last + 1;
                }
                None => first += 1,
            }
        }
    }
    out
}

/// 138OO138OOO, 13800l38000: letters in the place of digits, in what else is a mobile's number.
pub(super) fn lettered(text: &Folded) -> Pieces {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.chars.len() {
        match lettered_mobile(text, at) {
            Some(end) => {
                out.push(at..end);
                at = end;
            }
            None => at += 1,
        }
    }
    out
}

/// Eleven digits and letters like digits, five true digits at least, single signs between them.
fn lettered_mobile(text: &Folded, from: usize) -> Option<usize> {
    const LENGTH: usize = 11;
    const TRUE_DIGITS: usize = 5;
    if from > 0 && is_word(text.at(from - 1)) {
        return None;
    }
    let (mut digits, mut letters, mut at) = (Vec::new(), 0, from);
    while digits.len() < LENGTH {
        let c = text.at(at)?;
        let sign = !digits.is_empty() && is_gap(c) && !is_gap(text.at(at - 1)?);
        match look_alike(c) {
            Some(digit) => digits.push(digit),
            None if sign => {}
            None => return None,
        }
        letters += usize::from(c.is_ascii_alphabetic());
        at += 1;
    }
    let shaped = letters > 0 && LENGTH - letters >= TRUE_DIGITS && is_mobile(&digits);
    (shaped && !is_word(text.at(at))).then_some(at)
}

fn look_alike(c: char) -> Option<u8> {
    match c {
        'O' | 'o' => Some(0),
        'l' | 'I' => Some(1),
        _ => digit(c),
    }
}

/// The last token of the longest number that begins with token `first`.
fn longest(text: &Folded, run: &[Token], first: usize) -> Option<usize> {
    let announced = announced(text, run[first].at.start);
    let mut digits: Vec<u8> = Vec::new();
    let mut found = None;
    for (last, token) in run.iter().enumerate().skip(first) {
        if digits.len() + token.digits.len() > MAX_DIGITS && !digits.is_empty() {
            break;
        }
        digits.extend(&token.digits);
        let x_follows = matches!(text.at(token.at.end), Some('x' | 'X')) && !is_word(text.at(token.at.end + 1));
        let alone = last == first;
        let date = !alone && (begins_with_date(&run[first..=last]) || figures::begins_with_time(text, &run[first..=last]));
        let is = (!date && (is_mobile(&digits) || is_landline(&digits)))
            || is_service(&digits)
            || is_id_number(&digits, x_follows)
            || is_two_mobiles(&digits)
            || is_card(&digits)
            || is_american(text, &run[first..=last])
            || announced.is_some_and(|least| digits.len() >= least && !date && !figures::are_hotlines(&run[first..=last]))
            || follows_plus(text, run[first].at.start) && (8..=15).contains(&digits.len());
        if is {
            found = Some(last);
        }
    }
    found
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// A plus sign or a bracket before, an `X` after, an extension: they belong to the number.
fn widened(text: &Folded, mut piece: Range<usize>) -> Range<usize> {
    while piece.start > 0 && matches!(text.at(piece.start - 1), Some('+' | '(')) {
        piece.start -= 1;
    }
    if matches!(text.at(piece.end), Some('x' | 'X')) && !is_word(text.at(piece.end + 1)) {
        piece.end += 1;
    }
    let extension = text.after_word(piece.end, &["转", "分机", "-", "#"]).unwrap_or(piece.end);
    let digits = text.chars.get(extension..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count();
    if extension > piece.end && (1..=5).contains(&digits) {
        piece.end = extension + digits;
    }
    piece
}

fn follows_plus(text: &Folded, at: usize) -> bool {
    at > 0 && text.at(at - 1) == Some('+')
}

const PHONE_WORDS: &[&str] = &[
    "电话",
    "手机",
    "座机",
    "联系方式",
    "联系号码",
    "号码",
    "热线",
    "tel",
    "phone",
    "致电",
    "拨打",
    "来电",
    "回电",
    "传真",
    "微信",
    "短信",
];
const CARD_WORDS: &[&str] = &[
    "ssn",
    "social security number",
    "account number",
    "passport",
    "身份证",
    "证件号",
    "银行卡",
    "卡号",
    "账号",
    "帐号",
    "账户",
    "护照",
    "驾驶证",
    "社保号",
    "医保号",
];
/// What may stand between such a word and its number.
const FILLERS: &[&str] = &[
    ":", "：", "是", "为", "号码", "号", "(", "（", ")", "）", " ", ",", "，", "码", "联系", "本人", "我", "他", "的", "=", "-",
];

/// The least number of digits that are a person's after the word that stands before `at`.
fn announced(text: &Folded, at: usize) -> Option<usize> {
    const LOOK_BACK: usize = 10;
    for from in at.saturating_sub(LOOK_BACK)..at {
        for (words, least) in [(PHONE_WORDS, 7), (CARD_WORDS, 8)] {
            if let Some(after) = text.after_word(from, words)
                && text.after_fillers(after, FILLERS) == at
            {
                return Some(least);
            }
        }
    }
    None
}

pub(super) fn is_mobile(digits: &[u8]) -> bool {
    let own = |d: &[u8]| d.len() == 11 && d[0] == 1 && d[1] >= 3;
    own(digits)
        || [&[8, 6][..], &[0, 8, 6], &[0, 0, 8, 6], &[0], &[1, 7, 9, 5, 1], &[1, 2, 5, 9, 3]]
            .iter()
            .any(|prefix| digits.strip_prefix(*prefix).is_some_and(own))
}

fn is_two_mobiles(digits: &[u8]) -> bool {
    digits.len() == 22 && is_mobile(&digits[..11]) && is_mobile(&digits[11..])
}

/// Area code and local number: 0631 and seven or eight digits.
fn is_landline(digits: &[u8]) -> bool {
    let (area, local) = match digits {
        [0, 1 | 2, _, local @ ..] => (&digits[..3], local),
        [0, 3..=9, _, _, local @ ..] => (&digits[..4], local),
        [8, 6, rest @ ..] if rest.len() >= 9 && rest[0] != 0 && rest[0] != 1 => return (9..=11).contains(&rest.len()),
        _ => return false,
    };
    let beijing_or_large = area.len() == 3 && (area[1] == 2 || area[2] == 0);
    matches!(local.len(), 7 | 8) && local[0] >= 2 && (area.len() == 4 || beijing_or_large)
}

/// 312-555-0142, (312) 555-0142 and 1-312-555-0142; 123-45-6789, a social security number.
fn is_american(text: &Folded, tokens: &[Token]) -> bool {
    let lengths: Vec<usize> = tokens.iter().map(|token| token.digits.len()).collect();
    let [.., area, local, _] = tokens else { return false };
    match lengths.as_slice() {
        [3, 3, 4] => area.digits[0] >= 2 && local.digits[0] >= 2,
        [1, 3, 3, 4] => tokens[0].digits[0] == 1 && area.digits[0] >= 2 && local.digits[0] >= 2,
        [3, 2, 4] => tokens.windows(2).all(|pair| text.chars[pair[0].at.end..pair[1].at.start] == ['-']),
        _ => false,
    }
}

/// 400 and 800 numbers.
fn is_service(digits: &[u8]) -> bool {
    digits.len() == 10 && matches!(digits, [4 | 8, 0, 0, ..])
}

/// An id card's number of 18 or 15 characters, its check character right or not.
fn is_id_number(digits: &[u8], x_follows: bool) -> bool {
    match (digits.len(), x_follows) {
        (18, _) => is_born(&digits[6..14]) && !is_credit_code(digits),
        (17, true) => is_born(&digits[6..14]),
        (15, _) => is_province(digits[0] * 10 + digits[1]) && is_day(digits[8] * 10 + digits[9], digits[10] * 10 + digits[11]),
        _ => false,
    }
}

/// Eight digits that are a day somebody living may be born on.
fn is_born(digits: &[u8]) -> bool {
    matches!((digits[0], digits[1]), (1, 9) | (2, 0)) && is_day(digits[4] * 10 + digits[5], digits[6] * 10 + digits[7])
}

fn is_day(month: u8, day: u8) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn is_province(code: u8) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91)
}

fn is_credit_code(digits: &[u8]) -> bool {
    let text: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
    crate::domain::IdScheme::Uscc.normalise(&text) == (Some(text.clone()), None)
}

/// A number of 16 to 19 digits with a card's first digit and check digit (Luhn); of a bank of China (62), whatever
/// its check digit: people misread their cards.
fn is_card(digits: &[u8]) -> bool {
    if !(16..=19).contains(&digits.len()) || !matches!(digits[0], 3..=6) {
        return false;
    }
    if digits.starts_with(&[6, 2]) {
        return true;
    }
    let doubled = |(at, d): (usize, &u8)| match (at % 2, u32::from(*d) * 2) {
        (0, _) => u32::from(*d),
        (_, twice) => twice / 10 + twice % 10,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// `2023-12-10 138`: a date, then something else.
fn begins_with_date(run: &[Token]) -> bool {
    let number = |token: &Token| token.digits.iter().fold(0u32, |n, d| n.saturating_mul(10).saturating_add(u32::from(*d)));
    let [year, month, day, ..] = run else { return false };
    let short = |token: &Token, most| token.digits.len() <= 2 && (1..=most).contains(&number(token));
    year.digits.len() == 4 && (1900..2100).contains(&number(year)) && short(month, 12) && short(day, 31)
}

/// Whether the text as a whole is the number of a person's id card: then it names no enterprise.
pub fn is_citizen_id(text: &str) -> bool {
    let folded = Folded::new(text.trim());
    let body: Vec<char> = folded.chars.iter().copied().filter(|c| !is_gap(*c)).collect();
    if body.len() != 18 || body.iter().any(|c| is_han(*c)) {
        return false;
    }
    let digits: Vec<u8> = body.iter().map_while(|c| digit(*c)).collect();
    match (digits.len(), body[17]) {
        (18, _) => is_id_number(&digits, false),
        (17, 'x' | 'X') => is_born(&digits[6..14]) && !is_valid_code(&body),
        _ => false,
    }
}

fn is_valid_code(body: &[char]) -> bool {
    crate::domain::IdScheme::Uscc.normalise(&body.iter().collect::<String>()).1.is_none()
}
