//! What a department's own consumer must get right (docs/schemas.md, "Conformance"): a fixed set of
//! training records, and a judgement of what the consumer made of them.

mod check;
mod set;

pub use check::{Verdict, judge, read_held};
pub use set::{Record, Transaction, files, transactions};

use jianwei_core::domain::Text;

/// A rule of the contract for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Order,
    Repeats,
    Committed,
    Ended,
    UnknownFields,
    Large,
    Wording,
    Reminders,
}

impl Rule {
    pub const ALL: [Rule; 8] = [
        Rule::Order,
        Rule::Repeats,
        Rule::Committed,
        Rule::Ended,
        Rule::UnknownFields,
        Rule::Large,
        Rule::Wording,
        Rule::Reminders,
    ];

    pub fn text(self) -> Text {
        let (en, zh) = match self {
            Rule::Order => (
                "revisions of a warning are taken in order, the highest stands",
                "同一预警的各次修订按顺序处理，以最高修订号为准",
            ),
            Rule::Repeats => (
                "a (warning_id, revision) that comes again changes nothing",
                "同一（warning_id, revision）再次到达时不改变任何内容",
            ),
            Rule::Committed => (
                "records of an aborted transaction are never seen (isolation.level=read_committed)",
                "已中止事务中的记录不可见（isolation.level=read_committed）",
            ),
            Rule::Ended => ("lifted and withdrawn warnings are kept as such", "已解除、已撤回的预警按相应状态保留"),
            Rule::UnknownFields => ("fields it does not know are ignored", "忽略不认识的字段"),
            Rule::Large => ("a record of nearly 64 KiB is taken", "能够接收接近 64 KiB 的记录"),
            Rule::Wording => ("texts arrive as they were sent (UTF-8)", "文字内容与发送时一致（UTF-8）"),
            Rule::Reminders => ("a reminder that comes again counts once", "重复到达的提醒只计一次"),
        };
        Text { en: en.to_string(), zh: zh.to_string() }
    }
}
