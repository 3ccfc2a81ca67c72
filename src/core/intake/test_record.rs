//! Records that say they are a test of the system: read, kept and flagged, and no risk.

use super::mask;
use crate::domain::Record;

/// All of a title or a text, letters and digits alone, in lower case.
const WHOLE: &[&str] = &["测试", "test", "testing", "测试一下", "测试测试", "系统测试", "联调测试", "接口测试"];
/// What a title or a text begins with.
const BEGINNING: &[&str] = &[
    "测试工单",
    "测试案件",
    "测试数据",
    "测试用例",
    "测试件",
    "测试单请",
    "测试请忽略",
    "测试请勿",
    "测试勿",
    "此单为测试",
    "本单为测试",
    "该单为测试",
    "此工单为测试",
    "本工单为测试",
    "该工单为测试",
    "此件为测试",
    "这是测试",
    "这是一条测试",
    "这是一个测试",
    "系统测试工单",
    "系统测试请",
    "联调测试请",
    "联调测试工单",
];
/// What says so anywhere.
const WITHIN: &[&str] =
    &["为测试工单", "是测试工单", "系测试工单", "属测试工单", "测试工单请忽略", "测试件请忽略", "测试请忽略", "测试请勿派"];

/// A word about tests within a complaint (燃气公司测试管道) is none: a real leak must not be lost by it.
pub(super) fn is_test(record: &Record) -> bool {
    let texts = match record {
        Record::Ticket(t) => [t.title.as_deref(), t.content.as_deref()],
        Record::Report(r) => [r.title.as_deref(), Some(r.content.as_str())],
        _ => return false,
    };
    texts.into_iter().flatten().filter(|text| may_be(text)).any(|text| {
        let letters = mask::letters(text).to_lowercase();
        WHOLE.contains(&letters.as_str())
            || BEGINNING.iter().any(|words| letters.starts_with(words))
            || WITHIN.iter().any(|words| letters.contains(words))
    })
}

/// Most texts have no such letter: not worth a closer look.
fn may_be(text: &str) -> bool {
    text.contains('测') || text.chars().take(8).any(|c| matches!(c, 't' | 'T' | 'ｔ' | 'Ｔ'))
}
