//! Numbers that are nobody's though they have the length of a telephone's: sums, hotlines, times, coordinates.

use super::Folded;
use super::digits::{Token, is_mobile};

/// Numbers anyone may call.
const HOTLINES: &[&str] = &[
    "110", "114", "119", "120", "122", "12110", "12119", "12121", "12123", "12305", "12306", "12309", "12313", "12315", "12316",
    "12317", "12318", "12320", "12321", "12328", "12329", "12331", "12333", "12335", "12336", "12337", "12338", "12345", "12348",
    "12350", "12351", "12355", "12356", "12358", "12360", "12365", "12366", "12367", "12368", "12369", "12370", "12377", "12378",
    "12380", "12381", "12385", "12386", "12388", "12389", "12393", "12395", "12396", "95105", "95598", "95119", "96119", "96123",
    "96310", "96333", "96777", "10000", "10010", "10086", "10099", "311", "911",
];
/// What a sum is called, and its units.
const SUMS: &[&str] = &[
    "投资",
    "金额",
    "总额",
    "造价",
    "资本",
    "资金",
    "预算",
    "产值",
    "货款",
    "合计",
    "共计",
    "总计",
    "营业额",
    "收入",
    "贷款",
    "债务",
    "总价",
    "市值",
    "税款",
];
const FILLERS: &[&str] = &[":", "为", "达", "约", "共", "是", " ", "人民币", "额"];
const UNITS: &[&str] = &["元", "万元", "亿元", "万", "亿", "美元", "块"];
/// 119.123456, 37.512345: digits before the point and after it.
const WHOLE: std::ops::RangeInclusive<usize> = 1..=3;
const FRACTION: std::ops::RangeInclusive<usize> = 4..=9;

/// How many of the tokens that begin here are a sum, or a pair of coordinates.
pub(super) fn not_personal(text: &Folded, tokens: &[Token]) -> Option<usize> {
    if is_sum(text, tokens.first()?) {
        return Some(1);
    }
    are_coordinates(text, tokens).then_some(4)
}

pub(super) fn are_hotlines(tokens: &[Token]) -> bool {
    let written = |token: &Token| token.digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
    tokens.iter().all(|token| HOTLINES.contains(&written(token).as_str()))
}

/// 总投资13900000000元: what it is before it, a unit after it.
fn is_sum(text: &Folded, token: &Token) -> bool {
    const LOOK_BACK: usize = 8;
    if text.after_word(token.at.end, UNITS).is_none() {
        return false;
    }
    let from = token.at.start.saturating_sub(LOOK_BACK);
    (from..token.at.start)
        .any(|at| text.after_word(at, SUMS).is_some_and(|after| text.after_fillers(after, FILLERS) == token.at.start))
}

fn are_coordinates(text: &Folded, tokens: &[Token]) -> bool {
    let [a, b, c, d, ..] = tokens else { return false };
    let number =
        |token: &Token| token.digits.iter().fold(0u32, |n, digit| n.saturating_mul(10).saturating_add(u32::from(*digit)));
    let between = |one: &Token, other: &Token| &text.chars[one.at.end..other.at.start];
    let decimal = |whole: &Token, fraction: &Token, most: u32| {
        between(whole, fraction) == ['.']
            && WHOLE.contains(&whole.digits.len())
            && FRACTION.contains(&fraction.digits.len())
            && number(whole) <= most
    };
    let both = (decimal(a, b, 180) && decimal(c, d, 90)) || (decimal(a, b, 90) && decimal(c, d, 180));
    let apart = between(b, c).iter().all(|c| c.is_whitespace() || *c == ',');
    // 13.9000,0.0001 is none.
    let all: Vec<u8> = [a, b, c, d].iter().flat_map(|token| token.digits.iter().copied()).collect();
    both && apart && all.len() > 11 && !is_mobile(&all)
}

/// `13:30:00 12345`: a time of day, then something else.
pub(super) fn begins_with_time(text: &Folded, tokens: &[Token]) -> bool {
    let [hour, minute, rest @ ..] = tokens else { return false };
    let number =
        |token: &Token| token.digits.iter().fold(0u32, |n, digit| n.saturating_mul(10).saturating_add(u32::from(*digit)));
    let colon = |one: &Token, other: &Token| text.chars[one.at.end..other.at.start] == [':'];
    let short = |token: &Token, most: u32| token.digits.len() == 2 && number(token) < most;
    let second = rest.first().filter(|second| short(second, 60) && colon(minute, second));
    let after = if second.is_some() { rest.get(1) } else { rest.first() };
    let last = second.unwrap_or(minute);
    hour.digits.len() <= 2
        && number(hour) < 24
        && short(minute, 60)
        && colon(hour, minute)
        && after.is_none_or(|after| text.chars[last.at.end..after.at.start].iter().any(|c| c.is_whitespace() || *c == ','))
}
