//! Closed lists of words that records use, as they are written and as they are read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Declares an enum of wire words with `parse` and `as_str`; the first word of each row is the one
/// Jianwei writes, the others are read as the same.
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($variant:ident = $first:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every word that is read.
            pub const WORDS: &'static [&'static str] = &[$($first $(, $other)*),+];

            pub fn parse(text: &str) -> Option<$name> {
                match text {
                    $($first $(| $other)* => Some($name::$variant),)+
                    _ => None,
                }
            }

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $first),+ }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                super::wire::words(concat!("" $(, $doc)*), $name::WORDS)
            }
        }
    };
}

words! {
    /// What a caller wants (诉求类型).
    Intent {
        Complaint = "complaint" | "投诉",
        Report = "report" | "举报",
        Inquiry = "inquiry" | "咨询",
        Help = "help" | "求助",
        Suggestion = "suggestion" | "建议",
        Praise = "praise" | "表扬",
        TicketReminder = "ticket_reminder" | "催办" | "催单",
    }
}

impl Intent {
    /// Whether a ticket of this intent speaks of a risk.
    pub fn counts_as_risk(self) -> bool {
        matches!(self, Intent::Complaint | Intent::Report | Intent::Help)
    }
}

words! {
    /// State of a ticket at the hotline (工单状态).
    TicketStatus {
        Accepted = "accepted" | "受理" | "已受理" | "已登记" | "待受理" | "待派单" | "待派发" | "待分派" | "待转办",
        Dispatched = "dispatched" | "派单" | "已派单" | "派遣" | "已派遣" | "已派发" | "已分派" | "转办" | "已转办" | "交办"
            | "已交办" | "待签收" | "已签收" | "待办理" | "待处理" | "在办" | "办理中" | "处理中" | "处置中",
        Resolved = "resolved" | "处置完毕" | "处理完毕" | "已处理完毕" | "已处置完毕" | "办理完毕" | "已处置" | "已处理" | "已解决" | "已答复" | "待回访",
        Closed = "closed" | "办结" | "已办结" | "结案" | "已结案" | "完结" | "已完结" | "已完成" | "归档" | "已归档" | "办结归档" | "结束" | "已结束" | "已关闭" | "已回访",
        Reopened = "reopened" | "重新办理" | "重新交办" | "重办" | "二次办理" | "二次交办" | "退回重办" | "回访不满意重办",
        Withdrawn = "withdrawn" | "撤回" | "已撤回" | "撤单" | "已撤单" | "撤销" | "已撤销" | "撤诉" | "已撤诉" | "作废" | "已作废" | "取消" | "已取消",
    }
}

words! {
    Urgency {
        Normal = "normal" | "一般" | "普通",
        Urgent = "urgent" | "紧急" | "加急",
        Critical = "critical" | "特急" | "特别紧急",
    }
}

words! {
    /// Where a report came from (art. 16).
    Channel {
        SupervisionPlatform = "supervision_platform" | "监管平台",
        Association = "association" | "行业协会" | "协会",
        Media = "media" | "媒体" | "新闻媒体",
        OnlineMonitoring = "online_monitoring" | "在线监测",
    }
}

words! {
    /// How an inspection came about (检查方式).
    InspectionMode {
        DoubleRandom = "double_random" | "双随机",
        ForCause = "for_cause" | "有因检查",
        Joint = "joint" | "联合检查",
        OffSite = "off_site" | "非现场",
    }
}

words! {
    InspectionResult {
        Pass = "pass",
        Minor = "minor",
        Serious = "serious",
        Critical = "critical",
        Refused = "refused",
    }
}

words! {
    PermitStatus { Granted = "granted", Renewed = "renewed", Expired = "expired", Revoked = "revoked" }
}

words! {
    /// What an organisation says of a warning or a clue.
    Action {
        Acknowledge = "acknowledge",
        Start = "start",
        Feedback = "feedback",
        Close = "close",
        Return = "return",
        Extend = "extend",
        Decline = "decline",
        ReferCriminal = "refer_criminal",
        ObjectionFiled = "objection_filed",
        ObjectionDecided = "objection_decided",
    }
}

words! {
    Outcome {
        Confirmed = "confirmed",
        Unfounded = "unfounded",
        Rectified = "rectified",
        Penalised = "penalised",
        WrongSubject = "wrong_subject",
    }
}

/// Yes or no as forms write it; of a ticket also whether it was found true (属实).
pub fn parse_bool(text: &str) -> Option<bool> {
    const YES: [&str; 14] = ["true", "yes", "y", "t", "1", "是", "√", "✓", "✔", "☑", "✅", "对", "属实", "基本属实"];
    const NO: [&str; 21] = [
        "❌",
        "false",
        "no",
        "n",
        "f",
        "0",
        "否",
        "×",
        "✗",
        "✘",
        "x",
        "不属实",
        "诉求不属实",
        "反映不属实",
        "不实",
        "反映不实",
        "失实",
        "查无实据",
        "查无此事",
        "未查实",
        "不成立",
    ];
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is(&YES) || text == "部分属实", is(&NO)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// The code of a trade (GB/T 4754) by its digits, as conditions write it: `C1399`, `c13.99`, `C-1399`
/// and `1399 其他…` are all 1399. `None` where it is no such code or stands under another letter.
pub fn industry_code(text: &str) -> Option<String> {
    // Sections A to T: the last division of each.
    const LAST_DIVISIONS: [u32; 20] = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97];
    let letter = text.chars().next().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase());
    let rest = if letter.is_some() { text[1..].trim_start_matches(['-', '_', ' ', '－', '—']) } else { text };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let digits: String = rest[..end].chars().filter(|c| *c != '.').collect();
    let named = rest[end..].chars().next().is_none_or(|c| !c.is_ascii_alphanumeric());
    if !(2..=4).contains(&digits.len()) || !named {
        return None;
    }
    let division: u32 = digits[..2].parse().ok()?;
    let section = LAST_DIVISIONS.iter().position(|last| division <= *last).filter(|_| division > 0)?;
    (letter.is_none_or(|l| u32::from(l) == 'A' as u32 + section as u32)).then_some(digits)
}

/// A category's path with `/` between its parts, as conditions write it. `_`, `-`, `>`, `|`, `\` and
/// arrows stand between parts where Chinese stands on one side of them.
pub fn category_path(text: &str) -> Cow<'_, str> {
    let between = |c: char| matches!(c, '/' | '／' | '_' | '-' | '>' | '＞' | '|' | '｜' | '\\' | '→' | '»' | '—' | '＿' | '－');
    if !text.contains(between) {
        return text.into();
    }
    let chinese = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii());
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let run = chars[at..].iter().take_while(|c| between(**c) || **c == ' ').count();
        let marks = chars[at..at + run].iter().filter(|c| between(**c)).count();
        let always = chars[at..at + run].iter().any(|c| matches!(c, '/' | '／'));
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        if marks > 0 && (always || chinese(before) || chinese(chars.get(at + run))) {
            out.push('/');
            at += run;
        } else {
            out.push(*c);
            at += 1;
        }
    }
    out.trim_matches('/').to_string().into()
}
