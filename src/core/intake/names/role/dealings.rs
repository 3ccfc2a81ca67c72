//! What a firm has to do with another: it sues, supplies, owes, followed it, owns the house.

use super::around::Around;
use crate::intake::names::words::{Words, any_end, any_in, any_start, first_chars, words};

/// Behind a name: it sues somebody.
const SUES: &Words = words!["诉", "起诉", "状告", "控告", "告", "举报", "投诉"];

/// Behind a name, beginning like one of those: it does not.
#[rustfmt::skip]
const SUES_NOT: &Words = words![
    "诉求", "诉说", "诉苦", "诉称", "诉讼", "告知", "告诉", "告示", "告别", "投诉电话", "投诉无", "投诉处理", "投诉渠道", "举报电话", "举报箱",
    "投诉件", "投诉量", "投诉多", "投诉到", "投诉过", "投诉了", "告上",
];

/// Before a name: where something was at first, or what was there.
#[rustfmt::skip]
const ONCE_AT: &Words = words![
    "原来在", "原先在", "以前在", "之前在", "当初在", "最早在", "最初在", "起初在", "当时在", "原本在", "早先在", "开始在", "先在", "一开始在", "从前在",
];

#[rustfmt::skip]
const ONCE_WAS: &Words = words![
    "原来的", "原来是", "原来叫", "以前的", "以前是", "以前叫", "曾经的", "曾经是", "之前的", "之前是", "之前叫", "前身是", "前身为", "前身", "原",
    "原先是", "原先叫", "曾用名", "从前是", "早先是", "早先叫", "上一家是", "前一家是", "上任", "前任", "老物业", "原物业", "前物业",
];

/// Behind a name: it is another's now.
#[rustfmt::skip]
const NOW: &Words = words![
    "改名", "更名", "现改名", "已改名", "改成", "改叫", "换成", "变成", "现在是", "现在叫", "现改为", "改为", "搬走", "撤走", "撤场", "退出",
    "倒闭后", "关门后", "停业后", "注销后", "转让给", "转给", "盘给", "兑给", "卖给", "被收购", "合同到期", "走了以后", "走后", "不干了", "不做了",
    "早就不", "早已", "已经注销", "合并到", "并入", "交接", "移交", "旧址",
];

/// It went elsewhere.
#[rustfmt::skip]
const MOVED_ON: &Words = words![
    "转到", "转给", "转至", "转入", "转去", "转让", "过户", "并到", "并入", "换到", "换成", "接手", "接管", "移交", "搬到", "盘给", "兑给",
    "改名", "更名", "现在是", "现在叫", "现在换", "后来换", "今年换", "去年换",
];

/// Behind a name, before another: it gives that one something.
const GIVES_TO: &Words = words!["给", "向", "为", "供应", "供货给", "卖给", "送货到", "送货给", "交给", "租给", "出租给"];

/// Before a name: it is the one that is owed.
#[rustfmt::skip]
const OWES: &Words = words![
    "拖欠", "欠着", "欠", "欠了", "不付", "不给", "不结", "没付", "没给", "没结", "未付", "未结", "坑了", "骗了", "骗走", "骗", "坑", "偷了",
    "偷", "抄袭", "仿冒", "模仿", "抢", "抢了", "诋毁", "污蔑", "抹黑",
];

#[rustfmt::skip]
const OWED: &Words = words![
    "货款", "工程款", "的货款", "的工程款", "运费", "的运费", "的钱", "租金", "的租金", "房租", "的房租", "材料款", "的材料", "尾款", "的尾款",
    "菜款", "服务费", "的服务费", "的款", "电费", "的电费", "的账", "的配方", "的商标", "的牌子", "的菜单", "的图",
];

/// Who complains of whom: 甲起诉乙; a form's label; the words of a clerk.
pub fn complains(around: &Around) -> bool {
    let sues = around.others_behind && any_start(around.clause_behind, SUES) && !any_start(around.clause_behind, SUES_NOT);
    let label = any_end(
        around.sentence_before,
        words!["投诉人:", "举报人:", "来电人:", "来电单位:", "反映人:", "诉求人:", "投诉单位:", "举报单位:", "反映单位:"],
    );
    let accused = any_end(around.sentence_before, words!["被投诉人:", "被举报人:", "被投诉单位:", "被举报单位:", "被反映单位:"]);
    let clerk = any_start(
        around.behind,
        words!["来电", "反映称", "投诉称", "致电", "来信", "的老板来电", "老板来电", "负责人来电", "法人来电"],
    );
    label && !accused || sues || clerk
}

/// Somebody owes it, or did it wrong: 拖欠某货款, 某被骗.
pub fn is_wronged(around: &Around) -> bool {
    let owed = any_end(around.clause_before, OWES) && any_start(around.clause_behind, OWED);
    let patient = any_start(around.behind, words!["被", "也被", "还被", "遭"])
        && !any_start(
            around.behind,
            words![
                "被投诉",
                "被举报",
                "被查",
                "被罚",
                "被处罚",
                "被曝",
                "被责令",
                "被约谈",
                "被执法",
                "被通报",
                "被吊销",
                "被法院",
                "被列",
                "也被投诉",
                "被市",
                "被市场",
            ],
        );
    let venue = any_end(around.clause_before, words!["在", "到", "去", "于", "给"]);
    owed || patient && around.another && !venue
}

/// 从前是某, 某转让给别人.
pub fn is_past(around: &Around) -> bool {
    let last_time = any_in(around.clause_before, words!["像上次", "像上回", "像前年", "像去年", "像之前"]);
    let then = any_in(first_chars(around.behind, 8), words!["那样", "那次", "那回", "一样", "似的"]);
    let once = any_end(around.clause_before, ONCE_AT);
    let was = any_end(around.clause_before, ONCE_WAS) && !any_end(around.clause_before, words!["中原"]);
    let now =
        any_start(around.behind.trim_start_matches(['已', '经', '去', '今', '年', '月', '后', '来', '就', '把', '店']), NOW)
            && !any_in(around.near(5), words!["卖给我", "卖给顾", "卖给孩", "卖给老", "卖给市", "卖给他", "卖给她", "转给我"]);
    let gone = around.another
        && any_start(
            around.behind.trim_start_matches(['都', '早', '就', '已', '经']),
            words!["倒闭", "注销", "关门前", "关门后", "关张", "停业前", "停业后", "黄了", "解散"],
        );
    let moved = around.others_behind && any_in(around.sentence_behind, MOVED_ON);
    last_time && then || once && moved || gone || was && around.another || now && around.another
}

/// 房东是某, 甲方是某: whose it is, not who did it.
pub fn owns(around: &Around) -> bool {
    any_end(
        around.clause_before,
        words!["房东是", "产权是", "产权归", "产权方是", "甲方是", "业主是", "股东是", "总公司是", "母公司是"],
    )
}

/// 甲给乙供货: whoever gives, where another is named behind.
pub fn supplies(around: &Around) -> bool {
    let gives = any_start(around.behind, GIVES_TO) && around.others_behind && around.until_next.chars().count() <= 6;
    let made = any_end(
        around.clause_before,
        words!["用的", "卖的", "进的", "供货的是", "供货商是", "供应商是", "厂家是", "代理的", "代理", "经销", "经销的"],
    );
    let served = any_end(around.clause_before, words!["给"])
        && any_start(around.behind, words!["送菜的", "送货的", "供菜的", "供货的", "拉货的", "送水的"]);
    served || gives || made && around.another
}
