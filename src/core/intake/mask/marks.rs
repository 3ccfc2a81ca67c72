//! Plates, e-mail addresses and accounts.

use super::{Folded, Pieces};
use std::ops::Range;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

pub(super) fn pieces(text: &Folded) -> Pieces {
    let mut out = Vec::new();
    for at in 0..text.chars.len() {
        out.extend([plate(text, at), announced_plate(text, at), email(text, at), account(text, at)].into_iter().flatten());
    }
    out
}

fn is_plate_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '·' | '•' | '.' | '-' | '_')
}

/// The position after the next letter or digit from `at`, at most two signs on.
fn next_alphanumeric(text: &Folded, at: usize) -> Option<usize> {
    let gap = text.chars.get(at..)?.iter().take_while(|c| is_plate_gap(**c)).count();
    let here = at + gap;
    (gap <= 2 && text.at(here)?.is_ascii_alphanumeric()).then_some(here + 1)
}

/// 鲁K12345, 鲁K·D12345: a province, a letter, five or six letters and digits.
fn plate(text: &Folded, at: usize) -> Option<Range<usize>> {
    if !PROVINCES.contains(text.at(at)?) {
        return None;
    }
    let letter = next_alphanumeric(text, at + 1)?;
    if !text.at(letter - 1)?.is_ascii_alphabetic() {
        return None;
    }
    plate_rest(text, letter, 5).map(|end| at..end)
}

/// The end of a plate's last characters: `least` or one more, a digit among them, no letter or digit after.
fn plate_rest(text: &Folded, from: usize, least: usize) -> Option<usize> {
    let mut ends = Vec::new();
    let mut at = from;
    while let Some(next) = next_alphanumeric(text, at) {
        ends.push(next);
        at = next;
        if ends.len() > least + 1 {
            break;
        }
    }
    let within = |end: usize| text.chars[from..end].iter().any(char::is_ascii_digit);
    let mut end = match ends.len() {
        n if n == least || n == least + 1 => at,
        // Something else follows after a sign: the plate ends before it.
        n if n > least + 1 && text.at(ends[least]).is_some_and(is_plate_gap) => ends[least],
        n if n > least && text.at(ends[least - 1]).is_some_and(is_plate_gap) => ends[least - 1],
        // 鲁K1234挂: one fewer before its last word.
        n if n + 1 == least && text.after_word(at, &["挂", "学", "警", "领", "港", "澳"]).is_some() => at,
        _ => return None,
    };
    if let Some(after) = text.after_word(end, &["挂", "学", "警", "领", "港", "澳"]) {
        end = after;
    }
    within(end).then_some(end)
}

/// A plate without its province, after the word for it.
fn announced_plate(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, &["车牌", "车牌号", "车牌号码", "牌照", "车号"])?;
    let from = text.after_fillers(after, &[":", "：", "是", "为", " ", "号码", "号"]);
    let first = next_alphanumeric(text, from)?;
    plate_rest(text, first - 1, 5).or_else(|| plate_rest(text, first, 5)).map(|end| first - 1..end)
}

fn email(text: &Folded, at: usize) -> Option<Range<usize>> {
    /// Longest part on either side that is looked at.
    const MAX_SIDE: usize = 64;
    // 某#qq.com: the sign some write so that no machine finds the address.
    if !matches!(text.at(at)?, '@' | '#') {
        return None;
    }
    let local = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let before = text.chars[..at].iter().rev().take(MAX_SIDE).take_while(local).count();
    let domain = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let after = text.chars[at + 1..].iter().take(MAX_SIDE).take_while(domain).count();
    let written: String = text.chars[at + 1..at + 1 + after].iter().collect();
    let ends = [".com", ".cn", ".net"].iter().any(|end| written.to_ascii_lowercase().contains(end));
    let dotted = if text.at(at) == Some('@') { written.contains('.') } else { ends };
    (before > 0 && dotted).then(|| at - before..at + 1 + after)
}

const ACCOUNT_WORDS: &[&str] = &[
    "微信",
    "微信号",
    "威信",
    "薇信",
    "v信",
    "vx",
    "wx",
    "wechat",
    "加v",
    "加我v",
    "qq",
    "小红书号",
    "钉钉号",
    "陌陌号",
    "telegram",
    "whatsapp",
    "扣扣",
    "企鹅号",
    "微博",
    "抖音号",
    "快手号",
    "支付宝",
    "支付宝账号",
];

/// What follows 微信 or QQ: five to thirty letters, digits, `_` and `-`.
fn account(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, ACCOUNT_WORDS)?;
    // `vx` within another word is none.
    let within = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if text.at(at)?.is_ascii() && at > 0 && within(text.at(at - 1)) {
        return None;
    }
    let from = text.after_fillers(after, &[":", "：", "号码", "号", "群", "是", "为", "账号", " ", "=", "(", ")", "同号", "-"]);
    let part = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let length = text.chars[from..].iter().take(31).take_while(part).count();
    (5..=30).contains(&length).then(|| from..from + length)
}
