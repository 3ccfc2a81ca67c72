//! Names of other peoples and with rare surnames in Chinese letters: after a word that announces one whatever its
//! letters, and where a dot joins two parts.

use super::bare::AFTER;
use super::names::{NOT_GIVEN, SAYING};
use super::{Folded, Pieces, is_han};
use std::ops::Range;

/// Nothing but a name follows.
const NAMING: &[&str] = &[
    "我叫",
    "他叫",
    "她叫",
    "店长叫",
    "老板叫",
    "经理叫",
    "名叫",
    "我的名字叫",
    "我的名字是",
    "名字叫",
    "名字是",
    "姓名",
    "联系人",
    "联络人",
    "收款人",
    "收件人",
    "收货人",
    "付款人",
    "户名",
    "开户人",
    "持卡人",
    "开户名",
    "账户名",
    "来电人姓名",
];
const FILLERS: &[&str] = &[":", "：", "姓名", "是", "叫", "为", " ", "(", "（", "系"];
/// Letters of one that is not known to end, and most of any.
const LENGTH: usize = 4;
const MOST: usize = 6;
/// Most letters of one on either side of a dot.
const SIDE: usize = 6;

/// 我叫买买提江, 联系人：阿依古丽: up to a sign or a word that goes on. What the sentence says (我叫了外卖) is none.
pub(super) fn announced_pieces(text: &Folded) -> Pieces {
    let found = (0..text.chars.len()).filter_map(|at| {
        let after = text.after_word(at, NAMING)?;
        let from = text.after_fillers(after, FILLERS);
        let first = text.at(from).filter(|c| is_han(*c))?;
        if NOT_GIVEN.contains(first) && from == after || text.after_word(from, &["不", "无", "未", "电话", "手机"]).is_some()
        {
            return None;
        }
        let length = length(text, from, MOST + 1);
        (length > 0).then(|| from..from + if length > MOST { LENGTH } else { length })
    });
    found.collect()
}

/// 阿依古丽·买买提: both sides of the dot.
pub(super) fn dotted_pieces(text: &Folded) -> Pieces {
    (1..text.chars.len()).filter_map(|at| dotted(text, at)).collect()
}

fn dotted(text: &Folded, at: usize) -> Option<Range<usize>> {
    if !matches!(text.at(at)?, '·' | '•' | '・' | '‧') || !is_han(text.at(at - 1)?) {
        return None;
    }
    let before = text.chars[..at].iter().rev().take(SIDE).take_while(|c| is_han(**c)).count();
    let after = length(text, at + 1, SIDE);
    (after > 0).then(|| at - before..at + 1 + after)
}

/// How many letters from `from` on are before a sign, or a word that goes on.
fn length(text: &Folded, from: usize, most: usize) -> usize {
    let goes_on = |at: usize| at > from && (text.after_word(at, AFTER).is_some() || text.after_word(at, SAYING).is_some());
    (from..from + most).take_while(|at| text.at(*at).is_some_and(is_han) && !goes_on(*at)).count()
}
