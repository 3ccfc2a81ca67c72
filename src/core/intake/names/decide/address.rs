//! What of a firm's address a text names.

use super::Context;
use crate::domain::EnterpriseRow;
use crate::intake::names::fold::Folded;
use crate::intake::names::words::{any_end, words};

/// Streets, towns and buildings of the firm's address that the texts name: 3 each, 4 more with the number.
pub fn address_score(context: &Context, row: &EnterpriseRow, words: &str) -> i32 {
    let Some(address) = &row.address else { return 0 };
    let address = Folded::new(address);
    let mut score = 0;
    for (from, to) in tokens(&address.chars) {
        let token = address.piece(from, to);
        let kind = ["街道", "镇", "村", "路", "街"].into_iter().find(|k| token.ends_with(k));
        let bare = kind.map(|k| &token[..token.len() - k.len()]).filter(|b| b.chars().count() >= 2);
        let town = matches!(kind, Some("街道" | "镇" | "村"));
        let number = address.piece(to, to + 6);
        let number = &number[..number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len()];
        if words.contains(token) || (town && bare.is_some_and(|b| words.contains(b))) {
            score += 4;
        }
        for text in &context.texts {
            let in_text = text.text.contains(token);
            if in_text && denied(&text.text, token) {
                return -6;
            }
            let named = in_text || (town && bare.is_some_and(|b| text.text.contains(b)));
            if named {
                score += 3;
                if !number.is_empty() && numbered(&text.text, token, number) {
                    score += 4;
                }
                break;
            }
        }
    }
    score.min(14)
}

/// 不是古寨东路那家: it is another shop.
pub fn denied(text: &str, token: &str) -> bool {
    let mut places = text.match_indices(token);
    places.any(|(at, _)| any_end(&text[..at], words!["不是", "不在", "并非"]))
}

/// The street with the number: 新威路88号.
fn numbered(text: &str, token: &str, number: &str) -> bool {
    let behind = text.match_indices(token).map(|(at, _)| &text[at + token.len()..]);
    behind.into_iter().any(|rest| rest.strip_prefix(number).is_some_and(|rest| rest.starts_with('号')))
}

/// Pieces of an address that name a place smaller than a district.
fn tokens(address: &[char]) -> Vec<(usize, usize)> {
    const ENDS: &[&str] = &["街道", "大道", "镇", "村", "路", "街", "广场", "大厦", "商场", "小区", "市场", "花园", "公寓", "苑"];
    let end_at = |at: usize| {
        let same = |end: &&&str| address[at..].iter().zip(end.chars()).filter(|(a, b)| **a == *b).count() == end.chars().count();
        ENDS.iter().find(same)
    };
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < address.len() {
        // 西苑街道 is one name, not 西苑 and a street.
        let end =
            end_at(at).filter(|end| at + end.chars().count() >= address.len() || end_at(at + end.chars().count()).is_none());
        if let Some(end) = end.filter(|_| at > from) {
            let to = at + end.chars().count();
            out.push((from, to));
            (from, at) = (to, to);
        } else if "省市区县号".contains(address[at]) || address[at].is_ascii_digit() {
            at += 1;
            from = at;
        } else {
            at += 1;
        }
    }
    out
}
