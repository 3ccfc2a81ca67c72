//! Records that say they are a test of the system: read, kept and flagged, and no risk.

use super::mask;
use crate::domain::Record;

/// What a test is called.
const TEST: &[&str] = &["测试", "測試", "testing", "test"];
/// All that may stand beside it: which record is one, and that nobody need do anything. Words that negate
/// (不是, not) stand in whole phrases only.
const BESIDE: &[&str] = &[
    "工单",
    "案件",
    "数据",
    "用例",
    "记录",
    "件",
    "单",
    "此",
    "本",
    "该",
    "这",
    "是",
    "为",
    "系",
    "属",
    "一条",
    "一个",
    "一下",
    "系统",
    "联调",
    "接口",
    "功能",
    "使用",
    "用",
    "的",
    "请",
    "忽略",
    "勿派",
    "勿派单",
    "勿处理",
    "勿办理",
    "勿转办",
    "不要派单",
    "不要处理",
    "不用处理",
    "不用派单",
    "无需处理",
    "无需派单",
    "无须处理",
    "谢谢",
    "please",
    "ignore",
    "thisis",
    "a",
    "only",
    "ticket",
    "record",
    "data",
    "system",
    "donotprocess",
    "donotdispatch",
    "thanks",
];

/// Only where all it says is that it is one: a word about tests within a complaint (测试后的泄漏, 不是测试), or a
/// title above one, must not lose a real leak.
pub(super) fn is_test(record: &Record) -> bool {
    let texts = match record {
        Record::Ticket(t) => [t.title.as_deref(), t.content.as_deref()],
        Record::Report(r) => [r.title.as_deref(), Some(r.content.as_str())],
        _ => return false,
    };
    let mut texts = texts.into_iter().flatten().filter(|text| !text.trim().is_empty()).peekable();
    texts.peek().is_some() && texts.all(|text| may_be(text) && says_nothing_else(&mask::letters(text).to_lowercase()))
}

/// Most texts have no such letter: not worth a closer look.
fn may_be(text: &str) -> bool {
    text.contains(['测', '測']) || text.chars().take(16).any(|c| matches!(c, 't' | 'T' | 'ｔ' | 'Ｔ'))
}

fn says_nothing_else(letters: &str) -> bool {
    let (mut rest, mut named) = (letters, false);
    while let Some(first) = rest.chars().next() {
        let word = TEST.iter().chain(BESIDE).filter(|word| rest.starts_with(**word)).max_by_key(|word| word.len());
        named |= word.is_some_and(|word| TEST.contains(word));
        let length = match word {
            Some(word) => word.len(),
            None if first.is_numeric() => first.len_utf8(),
            None => return false,
        };
        rest = &rest[length..];
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_texts_that_speak_of_the_test_alone() {
        for (text, is) in [
            ("测试", true),
            ("【测试】请忽略", true),
            ("测 试 123", true),
            ("测试工单，请勿派单，谢谢！", true),
            ("此单为测试，勿派", true),
            ("这是一条测试数据", true),
            ("系统联调测试", true),
            ("Test ticket, please ignore.", true),
            ("This is a test", true),
            ("请忽略", false),
            ("", false),
            ("这是测试后的天然气泄漏，三人昏迷", false),
            ("这不是测试工单，天然气真泄漏了，不是测试工单！", false),
            ("这不是测试", false),
            ("测试数据显示天然气泄漏超标", false),
            ("这是一个测试站，天然气泄漏", false),
            ("测试工单里天然气泄漏", false),
            ("测试勿派单 天然气泄漏", false),
            ("系统测试请", true),
            ("此测试件", true),
            ("test gas", false),
            ("This is not a test", false),
        ] {
            assert_eq!(may_be(text) && says_nothing_else(&mask::letters(text).to_lowercase()), is, "{text}");
        }
    }
}
