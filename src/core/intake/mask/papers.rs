//! Numbers of papers (passports, travel permits), tails of bank cards, and where somebody lives to the room.

use super::digits::is_digit;
use super::{Folded, Pieces, is_han};
use std::ops::Range;

pub(super) fn pieces(text: &Folded) -> Pieces {
    let mut out = Vec::new();
    for at in 0..text.chars.len() {
        out.extend([paper(text, at), announced_paper(text, at), tail(text, at), room(text, at)].into_iter().flatten());
    }
    out
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// How many of the characters from `from` on hold, up to `most`.
fn run(text: &Folded, from: usize, most: usize, holds: impl Fn(char) -> bool) -> usize {
    text.chars.get(from..).unwrap_or_default().iter().take(most).take_while(|c| holds(**c)).count()
}

/// A passport (E12345678, EA1234567), a permit for Hong Kong, Macao or Taiwan (C12345678, H1234567800).
fn paper(text: &Folded, at: usize) -> Option<Range<usize>> {
    let first = text.at(at)?.to_ascii_uppercase();
    if !"EGDSPHMCWTLK".contains(first) || at > 0 && is_word(text.at(at - 1)) || is_of_a_thing(text, at) {
        return None;
    }
    let letters = run(text, at, 3, |c| c.is_ascii_alphabetic());
    let digits = run(text, at + letters, 11, |c| c.is_ascii_digit());
    let end = at + letters + digits;
    let fits = matches!((letters, digits), (1, 8) | (2, 7)) || (letters == 1 && digits == 10 && "HM".contains(first));
    (fits && !is_word(text.at(end))).then_some(at..end)
}

/// 文件E12345678, 编号：E12345678.
fn is_of_a_thing(text: &Folded, at: usize) -> bool {
    const LOOK_BACK: usize = 6;
    const THINGS: &[&str] = &["文件", "编号", "单号", "型号", "货号", "批号", "工单", "案件", "合同号", "档案", "发票", "标准"];
    let before = at.saturating_sub(LOOK_BACK)..at;
    before.into_iter().any(|from| {
        text.after_word(from, THINGS).is_some_and(|after| text.after_fillers(after, &[":", " ", "号", "为", "是"]) == at)
    })
}

const PAPERS: &[&str] = &[
    "护照",
    "passport",
    "通行证",
    "台胞证",
    "回乡证",
    "居留证",
    "居住证",
    "军官证",
    "士兵证",
    "驾驶证",
    "驾照",
    "社保卡",
    "医保卡",
    "证件",
    "身份证",
];

/// What follows the word for a paper: six letters and digits at least, five of them digits.
fn announced_paper(text: &Folded, at: usize) -> Option<Range<usize>> {
    const MOST: usize = 20;
    let after = text.after_word(at, PAPERS)?;
    let from = text.after_fillers(after, &[":", "：", "号码", "号", "是", "为", " ", "(", "（", "编号", "南字第", "字第", "第"]);
    // E 12345678: single signs between.
    let sign = |c: char| matches!(c, ' ' | '-' | '.');
    let length = (from..from + MOST)
        .take_while(|at| {
            let here = text.at(*at).unwrap_or('\n');
            let within = *at > from && is_word(text.at(*at - 1)) && is_word(text.at(*at + 1));
            here.is_ascii_alphanumeric() || (sign(here) && within)
        })
        .count();
    let digits = run_of_digits(text, from, length);
    (length >= 6 && digits >= 5).then(|| from..from + length)
}

fn run_of_digits(text: &Folded, from: usize, length: usize) -> usize {
    text.chars[from..from + length].iter().filter(|c| c.is_ascii_digit()).count()
}

/// 尾号1234: of a card or a telephone.
fn tail(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, &["尾号", "后四位", "后六位"])?;
    let from = text.after_fillers(after, &[":", "：", "是", "为", " "]);
    let digits = run(text, from, 7, is_digit);
    (3..=6).contains(&digits).then(|| from..from + digits)
}

const BUILDINGS: &[&str] = &["号楼", "栋", "幢", "座", "号院", "号", "#楼", "#"];
const UNITS: &[&str] = &["单元", "门", "梯"];
const FLOORS: &[&str] = &["层", "楼"];
/// 100房 is none: only after a building.
const ROOMS_OF_BUILDINGS: &[&str] = &["号房间", "号房", "房间", "房", "号"];
/// What makes a bare number after a building something else than a room.
const COUNTED: &str = "年月日时点分元个人天次台块万亿吨斤米平户号栋幢楼层单岁间只条名家辆度%";
/// Components of one address looked at: a bound.
const MAX_PARTS: usize = 6;

/// 3号楼2单元801室, 8栋1203, 801室: from the building to the room, not the street before it.
fn room(text: &Folded, at: usize) -> Option<Range<usize>> {
    let inside = |c: char| is_digit(c) || c.is_ascii_alphanumeric() || c == '-';
    if at > 0 && text.at(at - 1).is_some_and(inside) {
        return None;
    }
    let (mut from, mut house) = (at, false);
    for _ in 0..MAX_PARTS {
        let digits = run(text, from, 6, is_digit);
        let letters = run(text, from + digits, 1, |c| c.is_ascii_alphabetic());
        let end = from + digits + letters;
        if digits + letters == 0 {
            return None;
        }
        // A2座, B栋.
        let end = if digits == 0 { end + run(text, end, 4, is_digit) } else { end };
        let long = (3..=5).contains(&digits);
        if let Some(end) = text.after_word(end, &["室"]).filter(|_| house || long) {
            return Some(at..end);
        }
        if house {
            if let Some(end) = text.after_word(end, ROOMS_OF_BUILDINGS).filter(|_| long) {
                return Some(at..end);
            }
            let next = text.at(end);
            if (3..=4).contains(&digits) && next.is_none_or(|c| !is_digit(c) && !COUNTED.contains(c) && c != '-') {
                return Some(at..end);
            }
        }
        let part = text.after_word(end, BUILDINGS).or_else(|| text.after_word(end, UNITS));
        from = match (part, text.after_word(end, FLOORS)) {
            (Some(next), _) => {
                house = true;
                next
            }
            (None, Some(next)) => next,
            // 3-2-801.
            (None, None) => text.after_word(end, &["-"])?,
        };
        from = text.after_fillers(from, &[" ", "-"]);
        // 13号，801: another thing.
        if text.at(from).is_some_and(|c| is_han(c) && !is_digit(c)) {
            return None;
        }
    }
    None
}
