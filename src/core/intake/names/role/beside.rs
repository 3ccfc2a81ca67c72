//! Who stands beside the matter: what is compared, who helped, who is only passed on the way, who was there before.

use super::around::{Around, ends_clause, ends_sentence};
use super::cleared::is_praised;
use crate::intake::names::words::{Words, any_end, any_in, any_start, first_chars, words};

/// Before a name: what others are compared with.
#[rustfmt::skip]
const BETTER: &Words = words![
    "人家", "比起", "相比", "相较", "不如", "远不如", "不像", "别家", "不比", "比", "隔壁小区", "别的小区", "旁边小区", "对比", "参照", "要是换",
    "要是去", "要是在", "人家用", "人家在", "早知道去", "还不如去", "还不如", "不及", "跟人家", "学学", "学学人家", "看看", "看看人家", "你看", "拿",
    "别说",
];

/// Before a name: an example.
const FOR_INSTANCE: &Words = words!["比如", "例如", "譬如", "好比", "像", "比方说", "比如说", "就像"];

/// Behind such a name: done well.
#[rustfmt::skip]
const WELL_DONE: &Words = words![
    "爽快", "痛快", "干脆", "利索", "靠谱", "正规", "规范", "讲信用", "讲诚信", "透明", "负责", "当场就", "当天就", "马上就", "二话不说", "就给退",
    "就能退", "就退了", "就很好", "就不错", "做得好", "做得就", "那样", "一样公示", "人家就",
];

/// Behind a name: it asks less, or spares what others do.
#[rustfmt::skip]
const SPARES: &Words = words![
    "才卖", "只卖", "只要", "才收", "只收", "才要", "都没有", "都没收", "都不收", "就不收", "从来不", "都能", "都给", "就给", "就到账", "从来没",
    "就没有这", "就没这", "也没有这", "也不收", "也没收", "不收这", "没有这个收费", "没有这项", "一分不收", "就便宜", "便宜", "好得多", "好多了", "强多了",
    "一直很好", "服务好", "就能退", "都是免费", "就免费", "免费", "还送", "就挺好", "随到随", "说退就退", "当天退", "当场退", "就处理", "就给处理",
    "就不会", "就不这样", "就不是这样", "同样的", "也就", "也就收", "一年才", "一次才", "半价", "明码标价",
];

/// Behind a name: they helped, saw it, or all was well there.
#[rustfmt::skip]
const HELPED: &Words = words![
    "老板热情", "老板人好", "服务热情", "结给", "没拖过", "没拖欠过", "按月结", "从没拖", "没欠过", "没骗过", "道歉了", "也免了", "房费免", "工资早就结清",
    "都结清了", "按时发", "挺好", "还可以", "很客气", "帮忙", "帮着", "帮我", "帮他", "帮她", "帮老人", "帮孩子", "出来帮", "愿意作证", "作证",
    "可以证明", "能证明", "管得严", "没有这种事", "没出过事", "没有出过事", "没有刁难", "热心", "好心", "都是明码标价", "人家不", "早知道", "报了警",
    "报的警", "替我报警", "打了120", "叫了救护车", "打的120", "给我看监控", "调了监控", "调出监控", "调监控", "提供了监控", "提供监控", "监控拍到",
    "监控录下", "监控里看到", "监控显示", "监控能看", "看见了", "看到了全", "目睹", "借给我", "借我", "借了", "扶起来", "扶了", "送我去", "送去医院",
    "送到医院", "送他去", "送她去", "劝架", "出面劝", "出面调解", "收留", "垫付", "先垫", "追出来", "说了两句好话", "帮了", "帮助", "主动", "从没出过",
    "从没有过", "从来没有过", "从来没出", "从没碰", "从没遇", "没有过这种", "没遇到过", "没碰到过", "没发生过", "管不着", "也管不了", "也没办法", "也很无奈",
    "没让我赔", "也劝过", "给我看了", "给看了", "拿给我看", "给我找", "平时还行", "还行", "给我们出了", "给我出了", "出了证明", "出了说明", "书面说明",
    "制止", "道了歉", "及时赶到", "赶来", "没收钱", "没有收钱", "没收费", "说从来没见过", "也说这", "也说没见过", "也看不惯", "也烦", "也深受其害",
    "也受影响", "也投诉过", "也反映过", "也是租的", "也被吵", "也被淹", "也跟着",
];

/// Behind a hospital or a laboratory: somebody was treated, something examined.
#[rustfmt::skip]
const TREATED: &Words = words![
    "救护车", "诊断", "急诊", "治疗", "抢救", "住院", "就医", "就诊", "检查", "缝", "拍片", "挂号", "挂的", "查出", "化验", "确诊", "开了证明",
    "开的证明", "开具", "包扎", "洗胃", "输液", "打针", "看病", "看了", "看的", "看过", "做了", "ct", "b超", "鉴定", "检测", "复查", "补牙",
    "大夫说", "医生说", "打了点滴", "挂水", "挂了水",
];

/// Before a name: somebody was taken there.
#[rustfmt::skip]
const TAKEN_TO: &Words = words![
    "送到", "送去", "送往", "送至", "送进", "送", "转到", "转院到", "来的是", "拉到", "抬到", "陪", "陪着", "赶到", "急忙去", "连夜去", "当晚去",
    "第二天去", "后来去", "后来又去", "最后去", "最后在", "后来到", "后来在", "又去", "后来我去", "后来我们去", "又到", "拿到", "拿去", "开到", "拖到", "换到", "后来找",
    "后来找了", "只好去", "只好找", "改去", "改到", "另找", "重新找", "又找", "又找了", "转去", "去了", "后来送到", "后来拿到",
];

/// Behind such a name: what was done there.
#[rustfmt::skip]
const MENDED: &Words = words![
    "看", "查", "修", "补", "治", "洗", "问", "检", "鉴定", "拍", "缝", "说", "人家说", "师傅说", "大夫", "重新", "重做", "补救", "才修",
    "修好", "才好", "一查", "一看", "拆开", "做了", "换", "处理", "包扎", "挂", "住了", "输",
];

/// Before a name: the firm a thing went through.
#[rustfmt::skip]
const THROUGH: &Words = words![
    "通过", "经过", "经由", "经", "借助", "用的是", "走的是", "发的", "寄的是", "刷的是", "刷的", "办的是", "贷的是", "绑定的", "扫的",
];

#[rustfmt::skip]
const PLATFORM_ON: &Words = words![
    "上点", "上买", "上下单", "上订", "上看到", "上看见", "上刷到", "上找", "上团购", "上抢", "上预订", "上预约", "平台上", "上面", "app",
    "小程序", "团购了", "平台点", "平台买", "下单", "上搜", "上约", "上挂", "点了", "点的",
];

/// Before a name: only what people say.
#[rustfmt::skip]
const RUMOUR: &Words = words![
    "网传", "网上传", "有人传", "听说", "据说", "听人说", "听人讲", "传言", "网上说", "有人说", "据传", "听邻居说", "听朋友说", "听别人说", "都传",
    "听说是", "好像是", "可能是", "估计是", "大概是", "也许是", "怀疑是", "应该就是", "不知道是不是", "不确定是不是", "听工友说", "群里说", "有传", "传说",
];

/// What a party says of another is no more than that.
#[rustfmt::skip]
const STAFF_SAYS: &Words = words![
    "老板说", "店员说", "客服说", "经理说", "店家说", "店主说", "站长说", "前台说", "物业说", "公司说", "中介说", "店里说", "老板娘说", "工长说",
    "平台说", "卖家说", "负责人说", "他们说", "一口咬定", "推说", "非说", "对方说", "校长说", "园长说", "医院说", "管家说", "老师说", "领导说",
];

/// Before a name: somebody was sent there.
#[rustfmt::skip]
const SENT_TO: &Words = words![
    "让我找", "让我去找", "让去找", "让找", "叫我找", "叫我去找", "推给", "推到", "推给了", "又推给", "归", "属于", "说是", "都说是", "推荐", "介绍",
    "推荐去", "让我问", "叫我问", "说找", "让我去", "叫我去", "介绍去", "建议去", "建议我去", "咨询过", "打听过", "问过", "有问题找", "问了", "去问",
    "有本事找", "有事找", "要找就找", "你找", "你们找", "去找", "没给", "没有给", "没在", "没有在", "没跟", "没有跟", "没去过",
];

pub fn is_compared(around: &Around) -> bool {
    let before = around.clause_before;
    if any_end(before, BETTER) && !any_end(before, words!["对比", "比如"]) || any_end(before, words!["对比"]) {
        return true;
    }
    // 亲戚在某投了钱 is a grievance; 同学在某就很顺利 is none.
    let of_a_friend = any_end(before, words!["同学在", "朋友在", "邻居在", "同事在", "亲戚在", "表姐在", "家在"]);
    if of_a_friend && (around.another || any_in(around.sentence_behind, words!["人家", "就很", "都很", "不用", "也没", "从来"]))
    {
        return true;
    }
    let for_instance = any_end(before, FOR_INSTANCE);
    if for_instance && any_in(around.near(10), WELL_DONE)
        || any_end(before, words!["不像", "别像", "不要像", "哪像", "要像", "都像", "应该像"])
        || any_start(around.clause_behind, words!["那样就", "那样的就", "那种就", "那种的就", "这样就", "这样的就"])
    {
        return true;
    }
    let near = around.near(12);
    let spares = any_in(near, SPARES) || near.contains('才') && near.chars().any(|c| c.is_ascii_digit());
    let same = any_in(around.sentence_before, words!["同样", "同款", "一样的", "同一款"]);
    let worse = any_in(near, words!["都不如", "还贵", "更贵", "还便宜", "贵多了", "强多了", "贵一倍", "好"])
        && any_end(before, words!["连", "比", "较", "跟"]);
    let another = any_in(
        around.sentence_behind,
        words!["另一家", "我报的这个", "我报的这家", "新的这家", "一家没名字", "一家没有名字", "我去的那家", "换了一家"],
    );
    let against = any_in(near, words!["虽然", "好歹", "起码", "至少"]);
    worse || against || another && !around.others_behind || around.others_behind && (spares || same)
}

/// Better than somebody, by the words behind it: a party only if nobody else is named.
pub fn is_praised_beside(around: &Around) -> bool {
    any_in(around.near(16), SPARES)
}

/// 请求帮助, 不主动: none was given.
#[rustfmt::skip]
const NO_HELP: &Words = words![
    "请", "请求", "求", "希望", "麻烦", "能", "能不能", "不", "没", "没有", "要求", "需要", "寻求", "也不", "拒绝", "你们", "部门", "给予", "提供",
];

/// Who saw it or helped, where a clause begins with them: not the firm.
#[rustfmt::skip]
const OTHERS: &Words = words![
    "同屋", "同桌", "邻居", "家属", "别人", "旁边", "工友", "其他", "大家", "好多人", "我", "同学", "路人", "孩子", "老人",
];

/// Those of a firm, where a clause begins with them.
const PEOPLE: &Words = words!["那边", "那里", "人家", "老板", "店家", "师傅", "大夫", "医生", "护士", "教练", "服务员", "店员"];

pub fn helped(around: &Around) -> bool {
    let soon = first_chars(around.until_next.split(ends_sentence).next().unwrap_or_default(), 24);
    let by_firm = |before: &str| {
        let clause = before.rsplit(ends_clause).next().unwrap_or_default();
        !any_end(before, NO_HELP) && (clause.len() == before.len() || !any_start(clause, OTHERS))
    };
    let mut clauses = soon.split(ends_clause).skip(1);
    const THEY_DO_WELL: &Words = words!["做得好", "管得好", "弄得好", "从来没", "从没", "从不"];
    let they = |clause: &str| clause.starts_with("人家") && any_in(clause, THEY_DO_WELL);
    let people_praised = clauses.any(|clause| any_start(clause, PEOPLE) && is_praised(clause) || they(clause));
    people_praised
        || HELPED.places(soon).any(|(at, _)| by_firm(&soon[..at]))
        || any_start(around.near(14), words!["的监控", "监控", "的摄像头"])
}

fn is_clinic(name: &str) -> bool {
    any_in(name, words!["医院", "诊所", "门诊部", "卫生院", "口腔"]) || name.ends_with('院')
}

/// 上吐下泻, 去某挂了急诊: it came to the clinic with what another did.
pub fn was_hurt_before(around: &Around, name: &str) -> bool {
    #[rustfmt::skip]
    const HURT: &Words = words![
        "吐", "拉肚子", "泻", "闹肚子", "中毒", "晕", "摔", "烫", "砸", "撞", "咬", "骨折", "受伤", "流血", "过敏", "发烧", "肿", "疼", "昏", "被打",
        "磕", "划",
    ];
    #[rustfmt::skip]
    const MISTREATED: &Words = words![
        "误诊", "漏诊", "没看出", "没查出", "态度", "不给", "乱收", "多收", "开错", "打错", "用错", "接歪", "过期", "不管", "拒", "推", "没人", "排不上",
        "等了",
    ];
    is_clinic(name) && any_in(around.text_before, HURT) && !any_in(around.text_behind, MISTREATED)
}

/// A hospital where somebody was treated, or whoever mended it later: a party only if nobody else is named.
pub fn came_later(around: &Around, name: &str) -> bool {
    let near = around.near(14);
    // 去嵩山街道的某看.
    let from = around.clause_before.strip_suffix('的').map(|before| before.char_indices().rev().take(9));
    let placed = from.is_some_and(|mut ends| ends.any(|(at, _)| any_end(&around.clause_before[..at], TAKEN_TO)));
    let clinic = is_clinic(name) || any_in(name, words!["检测", "鉴定"]);
    let taken = placed || any_end(around.clause_before, TAKEN_TO);
    let mended = any_start(
        around.behind.trim_start_matches(['去', '那', '边', '里', '一', '才', '又', '给', '重', '店', '人', '家']),
        MENDED,
    ) && near.chars().count() > 1;
    clinic && (any_in(near, TREATED) || taken) || taken && mended
}

/// A platform, a bank, a courier on the way; a landlord; hearsay; whom somebody named as responsible.
pub fn in_passing(around: &Around) -> bool {
    let before = around.clause_before;
    let first = any_end(before, words!["先在", "先去", "先到", "先是在"])
        && around.another
        && any_in(around.text_behind, words!["然后", "后来", "再去", "接着", "再到"]);
    let on_platform =
        any_start(around.clause_behind, PLATFORM_ON) && any_end(before, words!["在", "从", "用", "到", "通过", "我", "上", "于"]);
    let rents = any_in(before, words!["租的是", "租了", "租用", "承租", "租的", "租"])
        && any_in(around.near(8), words!["门面", "厂房", "铺", "场地", "车间", "仓库", "档口", "摊位", "柜台", "门市"])
        || any_end(before, words!["租的是"]) && any_start(around.clause_behind, words!["的房", "的楼"]);
    let goes = any_start(
        around.clause_behind,
        words![
            "旗下",
            "下属",
            "子公司",
            "的子公司",
            "控股",
            "的贷款",
            "贷款",
            "分期",
            "付款",
            "支付",
            "发货",
            "寄",
            "快递",
            "送货",
            "的快递",
            "的渠道",
        ],
    );
    let manages = any_start(around.clause_behind, words!["管理的小区", "管的小区", "服务的小区", "开发的小区", "建的小区"]);
    let source = any_end(before, words!["从", "是", "由", "在"])
        && any_start(
            around.clause_behind,
            words!["进的", "拿的货", "供的", "送的", "批的", "调的货", "采购的", "进货", "供货", "生产的", "代工"],
        );
    let named_so = any_end(before, words!["自己是", "说是"]) && any_in(around.behind, words!["子公司", "旗下", "合作"]);
    let once = any_in(before, words!["前年", "去年", "以前", "上回", "之前", "早先", "从前", "原先", "上学期"])
        && any_in(around.near(12), words!["过"])
        && around.near(6).contains('也');
    let claimed = around.sentence_before.contains('说')
        && any_in(around.sentence_before, STAFF_SAYS)
        && any_end(before, words!["是", "从", "找", "赖", "怪", "因为", "给", "归", "被", "由", "怨"]);
    let seen_from_home = any_end(
        before,
        words!["楼下是", "楼上是", "隔壁是", "对面是", "旁边是", "对门是", "后面是", "前面是", "北边是", "南边是"],
    );
    claimed
        || seen_from_home
        || once
        || first
        || any_end(before, THROUGH) && around.others_behind
        || on_platform
        || rents
        || goes
        || manages
        || source
        || named_so
        || any_end(before, RUMOUR)
        || any_in(before, words!["听说", "听人说", "据说", "听人讲"])
        || any_end(before, SENT_TO)
}
