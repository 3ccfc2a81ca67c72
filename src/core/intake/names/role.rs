//! What a text says of an enterprise it names: not everyone named is accused.

use super::find::Place;
use super::fold::Folded;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Accused,
    /// The caller's own employer; accused only if the text is about work and nobody else is named.
    Employer,
    /// Said to have nothing to do with it, or praised.
    Exonerated,
    Comparison,
    /// A place, not a party.
    Landmark,
    /// Named beside: the group behind, the firm before, the party that complains.
    Mentioned,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Accused => "accused",
            Role::Employer => "employer",
            Role::Exonerated => "exonerated",
            Role::Comparison => "comparison",
            Role::Landmark => "landmark",
            Role::Mentioned => "mentioned",
        }
    }
}

/// A role, and how plainly the text says it: 3 for 投诉某, 2 for a grievance beside the name, else 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub role: Role,
    pub plainly: u8,
}

/// The text around a place: within the clause, and within the sentence.
struct Around {
    clause_before: String,
    sentence_before: String,
    clause_behind: String,
    sentence_behind: String,
    next_sentence: String,
}

const MAX_AROUND_CHARS: usize = 60;

pub(super) fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '\n' | '!' | '?' | ';')
}

pub(super) fn ends_clause(c: char) -> bool {
    ends_sentence(c) || matches!(c, '，' | ',' | '、' | '：' | ':')
}

impl Around {
    fn new(text: &Folded, place: &Place) -> Around {
        let before = &text.chars[place.from.saturating_sub(MAX_AROUND_CHARS)..place.from];
        let behind = &text.chars[place.end.min(text.len())..(place.end + MAX_AROUND_CHARS).min(text.len())];
        let back = |stop: fn(char) -> bool| -> String {
            let from = before.iter().rposition(|c| stop(*c)).map_or(0, |at| at + 1);
            before[from..].iter().collect()
        };
        let on = |stop: fn(char) -> bool| -> String { behind.iter().take_while(|c| !stop(**c)).collect() };
        Around {
            clause_before: back(ends_clause),
            sentence_before: back(ends_sentence),
            clause_behind: on(ends_clause),
            next_sentence: behind.iter().skip_while(|c| !ends_sentence(**c)).skip(1).take(6).collect(),
            sentence_behind: on(ends_sentence),
        }
    }
}

fn any_end(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.ends_with(w))
}

fn any_start(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.starts_with(w))
}

fn any_in(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}

/// Text behind a name without what may stand between.
fn after<'t>(text: &'t str, between: &[&str]) -> &'t str {
    between.iter().find_map(|b| text.strip_prefix(b)).unwrap_or(text)
}

const NOT: &[&str] = &[
    "不是",
    "并不是",
    "并非",
    "不怪",
    "不怨",
    "不能怪",
    "怪不着",
    "不投诉",
    "不举报",
    "不是投诉",
    "不是举报",
    "无意投诉",
    "不针对",
    "不是针对",
    "误以为是",
    "误投诉",
    "错投诉",
    "误举报",
    "误将",
    "错把",
    "误把",
    "还以为是",
    "不关",
    "非",
    "不是说",
    "没有说",
    "不涉及",
    "排除",
    "不要处罚",
    "别处罚",
];
const NOTHING_TO_DO: &[&str] =
    &["无关", "没关系", "没有关系", "没有任何关系", "毫无关系", "没啥关系", "不相干", "不沾边", "没有直接关系", "无任何关系"];
const FREE_OF_BLAME: &[&str] = &[
    "没有责任",
    "没责任",
    "无责任",
    "无责",
    "没有过错",
    "没有问题",
    "没问题",
    "是无辜的",
    "没毛病",
    "不存在问题",
    "也是受害者",
    "也是受害方",
    "倒是不错",
    "没有任何问题",
];
const PRAISED: &[&str] = &[
    "很好",
    "不错",
    "很满意",
    "态度好",
    "表示感谢",
    "值得表扬",
    "点赞",
    "特此表扬",
    "已经退款",
    "已退款",
    "已全额退款",
    "已解决",
    "已经解决",
    "处理得很及时",
    "很负责",
    "干干净净",
    "已经退了",
    "已退费",
    "已经赔",
    "已赔付",
];
const PLACES: &[&str] = &[
    "对面",
    "正对面",
    "斜对面",
    "旁边",
    "旁",
    "附近",
    "隔壁",
    "楼下",
    "楼上",
    "对过",
    "门口",
    "门前",
    "门外",
    "外面",
    "后面",
    "前面",
    "后身",
    "背后",
    "东侧",
    "西侧",
    "南侧",
    "北侧",
    "东边",
    "西边",
    "南边",
    "北边",
    "往东",
    "往西",
    "往南",
    "往北",
    "以东",
    "以西",
    "以南",
    "以北",
    "路口",
    "东门",
    "西门",
    "南门",
    "北门",
    "正门",
    "后门",
    "一侧",
    "拐角",
    "墙外",
    "围墙",
    "公交站",
    "站点",
    "这一站",
    "那一站",
    "站牌",
    "十字路口",
    "东面",
    "西面",
    "南面",
    "北面",
    "东南角",
    "西北角",
    "东北角",
    "西南角",
    "红绿灯",
    "前边",
    "后边",
    "边上",
    "外墙根",
    "院外",
    "停车场出口",
    "停车场入口",
    "那块地",
    "旧址",
    "原址",
    "老厂区",
    "原厂区",
    "地块",
    "厂房里",
];
const BESIDE: &[&str] = &[
    "紧挨着",
    "挨着",
    "紧邻",
    "靠近",
    "邻近",
    "毗邻",
    "对着",
    "路过",
    "经过",
    "途经",
    "走到",
    "紧靠",
    "离",
    "距离",
    "距",
    "家住",
];
const MYSELF: &[&str] = &[
    "我在",
    "本人在",
    "我是",
    "本人是",
    "本人系",
    "我系",
    "市民是",
    "市民系",
    "市民在",
    "市民称系",
    "来电人是",
    "来电人系",
    "来电人在",
    "自述为",
    "自述系",
    "自述是",
    "自称是",
    "自称系",
    "自称",
    "我老公在",
    "我丈夫在",
    "我妻子在",
    "我妈在",
    "我爸在",
    "我儿子在",
    "我女儿在",
    "作为",
    "本人为",
    "身为",
    "我们是",
    "我们系",
    "我原是",
    "网民是",
    "网民系",
    "群众是",
    "诉求人系",
    "诉求人是",
    "诉求人在",
    "我老婆在",
    "我对象在",
    "一名",
    "我爱人在",
];
const POSTS: &[&str] = &[
    "员工",
    "职工",
    "工人",
    "护士",
    "医生",
    "老师",
    "教师",
    "保洁",
    "保安",
    "司机",
    "厨师",
    "店员",
    "业务员",
    "会计",
    "经理",
    "负责人",
    "老板",
    "法人",
    "股东",
    "工作人员",
    "上班",
    "工作",
    "打工",
    "任职",
    "就职",
    "实习",
    "干活",
    "做饭",
    "导游",
    "船员",
    "维修工",
    "技术员",
    "服务员",
    "收银员",
    "供货商",
    "供应商",
    "前台",
    "教练",
    "骑手",
    "销售",
    "财务",
    "文员",
    "当保安",
    "做保洁",
    "当厨师",
    "做会计",
    "当护士",
    "开车",
];
const EMPLOYER_IS: &[&str] = &["我单位是", "我们单位是", "工作单位是", "工作单位为", "我们公司是", "任职于", "就职于", "受雇于"];
const MINE: &[&str] =
    &["我公司", "我司", "我单位", "我们公司", "我们单位", "我店", "本公司", "我厂", "我们厂", "我校", "我院", "本店", "本单位"];
/// Words of quarrels about work.
const WORK: &[&str] = &[
    "工资",
    "欠薪",
    "拖欠",
    "社保",
    "加班",
    "辞退",
    "开除",
    "劳动合同",
    "工伤",
    "裁员",
    "补偿金",
    "工钱",
    "五险",
    "克扣",
    "离职",
    "提成",
    "劳务费",
    "高温费",
    "年假",
    "产假",
    "医保",
    "公积金",
    "职业病",
];
const BETTER: &[&str] = &[
    "人家",
    "比起",
    "相比",
    "相较",
    "不如",
    "不像",
    "别家",
    "不比",
    "比",
    "隔壁小区",
    "别的小区",
    "旁边小区",
    "对比",
    "参照",
    "换到",
    "后来去了",
    "换成",
];
const GRIEVANCES: &[&str] = &[
    "不退",
    "拒绝",
    "拒不",
    "欺骗",
    "骗",
    "虚假",
    "乱收费",
    "噪音",
    "扰民",
    "拖欠",
    "关门",
    "跑路",
    "失联",
    "变质",
    "过期",
    "异物",
    "超标",
    "推诿",
    "推脱",
    "不管",
    "不给",
    "不赔",
    "不认",
    "不处理",
    "漏水",
    "泄漏",
    "污染",
    "气味",
    "臭",
    "违规",
    "违法",
    "无证",
    "超范围",
    "强制",
    "诱导",
    "威胁",
    "殴打",
    "辱骂",
    "受伤",
    "腹泻",
    "中毒",
    "拉肚子",
    "偷工减料",
    "质量",
    "掉",
    "坏",
    "困人",
    "涨价",
    "扣",
    "押金",
    "定金",
    "退款",
    "退费",
    "停业",
    "倒闭",
    "不发",
    "没发",
    "不给发",
    "延期",
    "烂尾",
    "排放",
    "倾倒",
    "油烟",
    "不达标",
    "馊",
    "霉",
    "虫",
    "头发",
    "塑料",
    "收费",
    "加价",
    "宰客",
    "缺斤",
    "短两",
    "假",
    "以次充好",
    "没人管",
    "不修",
    "不来",
    "不接",
    "拉黑",
    "隐瞒",
    "擅自",
    "拒",
    "差",
    "脏",
    "乱",
    "贵",
];

/// What the text says of whoever is named at a place. `others_behind`: others are named later in the
/// sentence.
pub fn said(text: &Folded, place: &Place, others_behind: bool) -> Said {
    let around = Around::new(text, place);
    let behind = after(&around.clause_behind, &["的", "这个", "那个", "大", "这家", "那家", "正"]);
    let of = |role, plainly| Said { role, plainly };
    if exonerated(&around, behind) {
        return of(Role::Exonerated, 3);
    }
    if any_start(behind, PLACES) || any_end(&around.clause_before, BESIDE) {
        return of(Role::Landmark, 2);
    }
    if any_end(&around.clause_before, MINE) || any_end(after_code(&around.clause_before), MINE) {
        return of(Role::Mentioned, 2);
    }
    let post = any_start(behind, POSTS) || around.clause_behind.chars().take(8).collect::<String>().contains("上班");
    if (post && any_in(&around.clause_before, MYSELF))
        || any_end(&around.clause_before, EMPLOYER_IS)
        || around.clause_before == "单位是"
    {
        return of(Role::Employer, 2);
    }
    if compared(&around, others_behind) {
        return of(Role::Comparison, 2);
    }
    if any_start(behind, &["旗下", "下属", "子公司", "的子公司", "控股"])
        || any_end(&around.clause_before, &["自己是", "自称是", "前身是", "前身为", "说是"])
            && any_in(behind, &["子公司", "旗下", "合作"])
    {
        return of(Role::Mentioned, 1);
    }
    if any_end(&around.clause_before, &["原来的", "原来是", "以前的", "以前是", "曾经的", "之前的", "之前是"]) && others_behind
    {
        return of(Role::Mentioned, 1);
    }
    of(Role::Accused, plainly(&around))
}

/// 我公司代码…: what stands between the owner and the code.
fn after_code(before: &str) -> &str {
    let mut rest = before;
    while let Some(shorter) =
        ["代码", "统一社会信用代码", "信用代码", "名称", "是", "系", "为", "税号"].iter().find_map(|w| rest.strip_suffix(w))
    {
        rest = shorter;
    }
    rest
}

fn exonerated(around: &Around, behind: &str) -> bool {
    let before = &around.clause_before;
    let with = any_end(before, &["与", "跟", "和", "同"]);
    let nothing = any_in(&behind.chars().take(12).collect::<String>(), NOTHING_TO_DO);
    let near: String = around.clause_behind.chars().take(14).collect();
    let fault = any_start(behind, &["问题", "责任", "错", "原因", "事", "毛病", "过错"]);
    let corrected: String = around.sentence_behind.chars().skip_while(|c| matches!(c, '…' | '.' | '，' | ',')).take(4).collect();
    (any_end(before, NOT) && !before.ends_with("是不是") && !before.ends_with("难道不是"))
        || (with && nothing)
        || any_in(&near, FREE_OF_BLAME)
        || (fault && any_in(before, &["不是", "并非", "不赖"]))
        || any_in(&near, PRAISED)
        || any_start(&corrected, &["不对", "说错", "口误", "哦不", "啊不"])
        || any_in(&around.sentence_behind, &["平台没有责任", "平台没责任", "平台无责"])
        || any_start(&around.next_sentence, &["不是,", "不对,", "错了,", "说错了"])
        || (any_end(before, &["表扬", "感谢", "点赞"]))
        || any_start(behind, &["误会", "澄清", "被冤枉"])
        || (before.ends_with("不是") || any_in(before, &["不是"]))
            && any_in(&near, &["引起的", "造成的", "导致的", "干的", "卖的"])
}

fn compared(around: &Around, others_behind: bool) -> bool {
    if any_end(&around.clause_before, BETTER) {
        return true;
    }
    let near: String = around.clause_behind.chars().take(12).collect();
    let cheap = any_in(
        &near,
        &[
            "才卖",
            "只卖",
            "只要",
            "才收",
            "只收",
            "才要",
            "都没有",
            "都不收",
            "就不收",
            "从来不",
            "都能",
            "都给",
            "就给",
            "就到账",
        ],
    ) || near.contains('才') && near.chars().any(|c| c.is_ascii_digit());
    let same = any_in(&around.sentence_before, &["同样", "同款", "一样的"]);
    let worse = any_in(&near, &["都不如", "还贵", "更贵", "还便宜", "贵多了", "强多了"])
        && any_end(&around.clause_before, &["连", "比", "较", "跟"]);
    worse || (others_behind && (cheap || same))
}

fn plainly(around: &Around) -> u8 {
    let accuses = ["投诉", "举报", "反映", "反应", "起诉", "控告", "曝光", "检举"];
    let before: String = around.clause_before.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    if accuses.iter().any(|w| before.contains(w)) {
        return 3;
    }
    let own: String = around.sentence_behind.chars().take(45).collect();
    if any_in(&around.clause_behind, GRIEVANCES) || any_in(&own, GRIEVANCES) { 2 } else { 1 }
}

/// Whether the text speaks of two who are both to blame.
pub fn about_both(text: &Folded) -> bool {
    any_in(&text.text, &["两家", "双方都", "都该罚", "一并处理", "一并查处", "分别处理", "几家", "三家", "都要赔", "一起查"])
}

/// Whether the text is about work.
pub fn about_work(text: &Folded) -> bool {
    any_in(&text.text, WORK)
}
