//! How plainly is a name accused? 投诉某, 要求某退款, 收钱的是某.

use super::around::Around;
use crate::intake::names::cues::GRIEVANCES;
use crate::intake::names::words::{Words, after, ahead_of, any_end, any_in, any_start, first_chars, words};

/// Before a name: it is the one complained of.
const ACCUSES: &Words = words!["投诉", "举报", "反映", "反应", "起诉", "控告", "状告", "曝光", "检举"];

/// Before a name: somebody shall see to it.
#[rustfmt::skip]
const ASKS: &Words = words![
    "要求", "责令", "督促", "查处", "严查", "约谈", "处罚", "查查", "查一下", "查一查", "管管", "管一下", "管一管", "追究", "整治", "清查",
    "彻查", "调查", "罚",
];

/// Before a name: it is the one who did it.
#[rustfmt::skip]
const BLAMES: &Words = words![
    "人的是", "钱的是", "的就是", "肇事的是", "责任在", "责任方是", "都怪", "就怪", "全赖", "问题在", "问题出在", "毛病在", "施工的是", "干活的是",
    "排污的是", "主要是", "起因是", "根子在", "罪魁祸首是", "写的是", "喷的是", "印的是", "挂的是",
];

/// Before such a word: it was asked for already, or is not.
const ASKED_BEFORE: &Words = words!["已约谈", "已查处", "已处罚", "已经", "曾", "上次", "别", "不要", "答复"];

/// Before a name: a contract was made with it.
const SIGNED_WITH: &Words = words!["我跟", "我和", "我们跟", "我们和", "市民与", "市民跟", "来电人与", "与", "家里跟"];

/// Between such a word and the name.
const NAMED_SO: &Words =
    words!["这家", "那家", "该", "他们", "这个", "那个", "给我家送气的", "上述", "涉事", "对", "由", "让", "叫"];

/// Before a name: it shall do something, named behind.
#[rustfmt::skip]
const SHALL: &Words = words![
    "要", "让", "叫", "请", "由", "希望", "求", "要求", "诉求:", "建议", "应由", "应当由", "必须由", "应该由", "诉求是", "该由", "就要",
    "就该",
];
#[rustfmt::skip]
const DEMANDED: &Words = words![
    "退", "赔", "恢复", "补", "修", "道歉", "给个说法", "给说法", "给我一个", "解决", "放款", "放出", "整改", "停止", "停工", "兑付", "兑现", "履行", "支付",
    "付清", "付", "公示", "返还", "承担", "出具", "换", "拆除", "搬走", "撤", "更换", "拿出", "结清", "发放", "补发", "发工资", "开票",
    "开发票", "限期", "尽快", "立即", "马上", "负责", "减免", "延长", "继续", "赶紧", "一次性",
];

/// 3 for 投诉某, 2 for a grievance beside the name, else 1.
pub fn plainly(around: &Around) -> u8 {
    if is_accused(around) || shall_answer(around) || is_to_blame(around) {
        return 3;
    }
    let own = first_chars(around.sentence_behind, 45);
    if any_in(around.clause_behind, GRIEVANCES) || any_in(own, GRIEVANCES) { 2 } else { 1 }
}

/// The last characters of the clause before the name.
fn just_before<'t>(around: &Around<'t>) -> &'t str {
    let before = around.clause_before;
    before.char_indices().nth_back(7).map_or(before, |(at, _)| &before[at..])
}

fn is_accused(around: &Around) -> bool {
    let before = just_before(around);
    // 之前投诉过某: that was then.
    let then = any_end(before, words!["诉过", "报过", "映过", "应过"]);
    !then && any_in(before, ACCUSES) || before.ends_with('诉')
}

/// 要求某退款, 请住建局查某; after 诉求: each clause that begins with a name.
fn shall_answer(around: &Around) -> bool {
    let before = around.clause_before;
    let named = ahead_of(before, NAMED_SO);
    let asked = any_end(named, ASKS) && !any_in(just_before(around), ASKED_BEFORE);
    let near = around.near(6);
    let demanded = any_start(
        after(around.behind, words!["给我", "把我的钱", "把钱", "把", "必须", "应该", "应当", "全额", "如数"]),
        DEMANDED,
    ) && !any_in(near, words!["退休", "退役", "换成", "换了"]);
    let listed = around.after_demand() && before.trim_start_matches(['1', '2', '3', '.', '一', '二', '三']).is_empty();
    let done = any_in(near, words!["了", "过", "不"]);
    asked || !done && (listed || demanded && any_end(before, SHALL))
}

/// 收钱的是某, 我跟某签的合同.
fn is_to_blame(around: &Around) -> bool {
    let signed = any_end(around.clause_before, SIGNED_WITH) && around.behind.starts_with('签');
    signed || any_end(around.clause_before, BLAMES)
}
