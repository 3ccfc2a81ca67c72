//! Is a name cleared? 不是某, 某没有责任, 某……不对, 说错了.

use super::around::Around;
use crate::intake::names::words::{Words, ahead_of, any_end, any_in, any_start, first_chars, words};

#[rustfmt::skip]
const NOTHING_TO_DO: &Words = words![
    "无关", "没关系", "没有关系", "没有任何关系", "毫无关系", "没啥关系", "不相干", "不沾边", "没有直接关系", "无任何关系", "两码事", "不搭界", "扯不上",
    "打不着", "没瓜葛", "不挨着",
];

/// Before a name: not this one.
#[rustfmt::skip]
const NOT: &Words = words![
    "不是", "并不是", "并非", "而非", "不怪", "不怨", "不能怪", "怪不着", "不投诉", "不举报", "不是投诉", "不是举报", "没说", "没有投诉", "没投诉",
    "不反映", "不是要投诉", "不是想投诉", "不是来投诉", "不想投诉", "没有要投诉", "不是要告", "不是要反映", "不是说要投诉", "无意投诉", "不针对", "不是针对",
    "误以为是", "以为是", "还以为", "以为", "误投诉", "错投诉", "误举报", "误将", "错把", "误把", "还以为是", "当作", "错当成", "错认成", "不关",
    "非", "不是说", "没有说", "不涉及", "排除", "不要处罚", "别处罚", "记成了", "记成", "写成了", "写成", "说成了", "说成", "看成了", "看成",
    "错记成", "当成了", "当成", "误认为是", "听成", "派成了", "派给了", "怀疑过", "怀疑是", "错怪了", "错怪", "冤枉了", "冤枉", "别找", "不要找",
    "别查", "不用查", "不用找", "不用去找", "别再找", "别再去找", "不要再找", "不要再去找", "别再转给", "别转给", "不要转给", "不要再转给", "不要派给",
    "不要再派给", "别再派给", "别派给", "别处理", "先别处理", "不用罚", "不追究", "不告", "冒充", "假冒", "冒用", "仿冒", "有人冒充", "自称", "自称是",
    "谎称是", "谎称", "打着", "冒充是", "伪造", "套用", "盗用", "假借",
];

/// Behind a name: free of blame.
#[rustfmt::skip]
const FREE_OF_BLAME: &Words = words![
    "没有责任", "没责任", "无责任", "无责", "没有过错", "没有问题", "没问题", "是无辜的", "没毛病", "不存在问题", "挺冤", "很冤", "也冤", "背锅",
    "背了黑锅", "也是受害者", "也是受害方", "也是受害", "也被骗", "也受骗", "倒是不错", "没有任何问题", "不知情", "并不知情", "没做错", "没错", "没有错",
    "早就不在", "不负责这", "被人恶意", "被恶意", "遭恶意", "被冒用", "被冒充", "被人冒充", "被仿冒",
];

/// Behind a name: praised, or settled.
#[rustfmt::skip]
const PRAISED: &Words = words![
    "很好", "不错", "很满意", "态度好", "表示感谢", "值得表扬", "点赞", "特此表扬", "已经退款", "已退款", "很尽力", "尽心", "挺尽责", "很热情", "很耐心",
    "已全额退款", "已解决", "已经解决", "处理得很及时", "很负责", "干干净净", "已经退了", "已退费", "已经赔", "已赔付", "没意见", "没有意见", "没的说",
    "没得说", "无可挑剔", "工资都正常", "一清二楚", "清清楚楚", "明明白白", "没挑理", "办得很好", "全额退了", "判了全额退", "秒退", "先行赔付", "已经给退",
    "都给退了", "当场免单", "没有这回事", "没这回事", "证照齐全", "票据齐全", "得谢谢", "很配合", "真得谢谢", "是正规的", "挺正规", "很正规",
];

/// Soon behind a name: it is over.
const SETTLED: &Words = words![
    "已经退费",
    "已经退款",
    "已经全退",
    "已退费",
    "已退款",
    "已经解决",
    "解决了",
    "已解决",
    "已经赔",
    "处理好了",
    "谢谢你们"
];

/// What takes a name back that was just said, at the beginning of a clause.
#[rustfmt::skip]
const CORRECTS: &Words = words![
    "不对", "说错", "口误", "哦不", "啊不", "噢不", "呃不", "哎不", "不不", "错了", "记错", "弄错", "搞错", "叫错", "更正", "纠正", "我说的不对",
    "不是这", "不是那", "写错", "打错", "讲错", "念错", "搞混", "弄混", "记混", "应该是", "应该叫", "应为", "准确说是", "准确地说是", "确切说是",
    "不不是", "我记错", "我说错", "我搞错", "我弄错", "刚才说错",
];

fn corrects(clause: &str) -> bool {
    let clause = clause.trim_start_matches([
        '哦', '啊', '噢', '呃', '哎', '诶', '嗯', '唉', '等', '.', '—', '-', '这', '个', '是', '那', '抱', '歉',
    ]);
    clause == "不" || any_start(clause, CORRECTS)
}

/// 投诉某, 不对, 是另一家.
fn mistaken(around: &Around) -> bool {
    let stop = |c: char| super::around::ends_clause(c) || c == '—' || c == '.';
    let mut clauses = around.until_next.split(stop);
    clauses.next();
    let soon = clauses.filter(|clause| !clause.is_empty()).take(3);
    around.another && soon.into_iter().any(corrects)
}

/// 特别负责, 很热情.
pub fn is_praised(near: &str) -> bool {
    const VERY: &Words = words!["很", "特别", "非常", "挺", "真是", "十分", "相当", "蛮", "都挺", "一直很", "真的", "也很", "可"];
    #[rustfmt::skip]
const GOOD: &Words = words![
    "好", "负责", "热情", "耐心", "细心", "认真", "满意", "客气", "周到", "专业", "及时", "尽责", "不错", "仗义", "痛快", "讲理", "热心",
    "到位", "配合", "爽快", "实在", "尽心", "尽力", "成功", "顺利", "好吃", "准时", "靠谱", "稳当", "舒服", "齐全", "公道", "干净",
];
    VERY.places(near).any(|(at, very)| any_start(&near[at + very.len()..], GOOD))
        && !any_in(near, words!["不", "以前", "原来", "好几", "说得", "广告"])
}

/// Before a pronoun: not they. 跟他们没关系 is what they say of themselves too.
#[rustfmt::skip]
const NOT_THEY: &Words = words![
    "不怪", "不怨", "不能怪", "不是", "怪不着", "谢谢", "感谢", "多亏", "不赖", "对不住", "误会了", "错怪", "错怪了", "冤枉了", "冤枉", "不投诉",
    "不找", "不关", "并不是", "得谢谢", "别找", "不要找", "不用找",
];

/// 不是他们: whoever was named last.
pub fn are_they(around: &Around) -> bool {
    any_end(around.clause_before, NOT_THEY)
        && !any_end(around.clause_before, words!["是不是", "要不是", "难道不是"])
        && !any_in(around.clause_before, words!["说", "称", "讲", "表示", "答复"])
}

/// Before it a name is told from another: 是旁边的某.
const NEARER: &Words =
    words!["旁边的", "隔壁的", "对面的", "楼下的", "楼上的", "那家", "这家", "原来的", "那个", "这个", "什么", "一家叫", "叫"];

/// Behind a name: only called so, or another.
#[rustfmt::skip]
const ALIKE: &Words = words![
    "有点像", "很像", "名字像", "名字差", "不是一家", "早就没有了", "也是同名", "是两家", "同名", "不是一回事", "两回事", "是亲戚开",
];

/// 他们说医院没有责任: what a party says of itself clears nobody; what the police say does.
pub fn clears_itself(around: &Around) -> bool {
    const SAYS: &Words = words!["说", "称", "回复", "答复", "认为", "表示"];
    #[rustfmt::skip]
    const JUDGES: &Words = words!["交警", "警察", "民警", "法院", "鉴定", "检测", "消防", "局", "专家", "查明", "认定", "证明", "我说", "街道", "社区"];
    any_in(around.near(14), FREE_OF_BLAME) && any_in(around.sentence_before, SAYS) && !any_in(around.sentence_before, JUDGES)
}

pub fn is_cleared(around: &Around) -> bool {
    let Around { behind, clause_before: before, .. } = *around;
    let with = any_end(before, words!["与", "跟", "和", "同"]);
    let told = first_chars(around.until_next, 20);
    let settled = any_in(told, SETTLED) && !any_in(told, words!["说", "称", "一半", "部分", "没", "不"]);
    let nothing = any_in(first_chars(behind, 12), NOTHING_TO_DO);
    let near = around.near(14);
    let fault = any_start(behind, words!["问题", "责任", "错", "原因", "事", "毛病", "过错", "锅"]);
    let before_all = ahead_of(before, NEARER);
    let asked = any_end(before, words!["是不是", "难道不是", "要不是", "岂不是"]);
    let not = any_end(before_all, NOT) && !asked;
    let not_by = before.contains("不是")
        && !before.contains("是不是")
        && any_in(near, words!["引起的", "造成的", "导致的", "干的", "卖的", "弄的", "的事"]);
    let named_alike = any_in(near, ALIKE)
        || around.another && any_in(around.sentence_behind, words!["不是一回事", "两回事", "别弄错", "别搞混", "不要弄混"]);
    let sorry = any_end(before, words!["给", "向", "跟"])
        && any_in(near, words!["道了歉", "道个歉", "赔不是", "赔了不是"])
        && !any_in(before, words!["没有", "没", "要求"]);
    sorry
        || settled
        || not
        || with && nothing
        || any_in(near, FREE_OF_BLAME)
        || fault && any_in(before, words!["不是", "并非", "不赖", "不怪"])
        || any_in(near, PRAISED) && !any_in(near, words!["说没问题", "称没问题", "说没有问题"])
        || is_praised(around.near(20))
        || any_in(around.sentence_behind, words!["平台没有责任", "平台没责任", "平台无责"])
        || !around.others_behind && any_start(around.next_sentence, words!["不是,", "不对,", "错了,", "说错了"])
        || any_end(before, words!["表扬", "感谢", "点赞", "谢谢", "多亏", "多亏了", "幸亏", "幸好"])
        || any_start(behind, words!["误会", "澄清", "被冤枉"])
        || named_alike
        || not_by
        || mistaken(around)
}
