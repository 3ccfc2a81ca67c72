//! Who employs whom: the caller's own firm, and the firm of somebody something befell.

use super::around::Around;
use crate::intake::names::cues::WORK;
use crate::intake::names::words::{Words, any_end, any_in, any_start, first_chars, words};

/// Before a name: the caller speaks of himself.
#[rustfmt::skip]
const MYSELF: &Words = words![
    "我在", "本人在", "我是", "本人是", "本人系", "我系", "市民是", "市民系", "市民在", "市民称系", "来电人是", "来电人系", "来电人在", "自述为",
    "自述系", "自述是", "自称是", "自称系", "自称", "我老公在", "我丈夫在", "我妻子在", "我妈在", "我爸在", "我儿子在", "我女儿在", "作为", "本人为",
    "身为", "我们是", "我们系", "我原是", "网民是", "网民系", "群众是", "诉求人系", "诉求人是", "诉求人在", "我老婆在", "我对象在", "一名", "我爱人在",
    "市民为", "来电人为", "我给", "我们给", "我们在", "我俩在", "我跟", "儿子在", "女儿在", "孩子在", "丈夫在", "妻子在", "老公在", "父亲在", "母亲在",
    "弟弟在", "哥哥在", "我是在", "我一直在",
];

/// Behind a name: people who work there.
#[rustfmt::skip]
const POSTS: &Words = words![
    "员工", "职工", "工人", "护士", "医生", "老师", "教师", "保洁", "保安", "司机", "厨师", "店员", "业务员", "会计", "经理", "负责人", "老板",
    "法人", "股东", "工作人员", "上班", "工作", "打工", "任职", "就职", "实习", "干活", "做饭", "导游", "船员", "维修工", "技术员", "服务员",
    "收银员", "供货商", "供应商", "前台", "教练", "骑手", "销售", "财务", "文员", "当保安", "做保洁", "当厨师", "做会计", "当护士", "开车", "组长",
    "主管", "客服", "项目会计", "质检", "采购", "店长", "学徒", "临时工", "加盟商", "经销商", "代理商", "合伙人", "收银", "后厨", "切配", "送货",
    "理货", "搬运", "兼职", "暑假工", "帮厨", "跑业务",
];

/// Before a name: the employer.
#[rustfmt::skip]
const EMPLOYER_IS: &Words = words![
    "我单位是", "我们单位是", "工作单位是", "工作单位为", "我们公司是", "任职于", "就职于", "受雇于", "供职于", "入职", "我单位为",
];

#[rustfmt::skip]
const MINE: &Words = words![
    "我公司", "我司", "我单位", "我们公司", "我们单位", "我店", "本公司", "我厂", "我们厂", "我校", "我院", "本店", "本单位", "来电人公司", "来电人单位",
    "本人单位", "本人公司", "市民公司", "我们店", "我开的", "我经营的", "我家开的", "我的店", "我们酒店", "我们饭店", "我们超市", "我方", "代表公司", "受公司", "代表单位",
    "受单位",
];

/// What befalls somebody.
#[rustfmt::skip]
const HAPPENED: &Words = words![
    "被打", "被骗", "被宰", "被咬", "被砸", "被烫", "被撞", "受伤", "摔", "中毒", "拉肚子", "腹泻", "上吐下泻", "过敏", "烫伤", "被扣", "被偷",
    "砸伤", "撞伤", "打伤", "咬伤", "吃坏", "骨折", "烫了", "不退", "欺骗", "闹肚子", "拒赔", "不赔", "掉进",
];

/// Offices that keep records of work.
#[rustfmt::skip]
const WORK_OFFICES: &Words = words![
    "社保局", "社保中心", "社保所", "社保大厅", "社保窗口", "医保局", "医保中心", "医保窗口", "公积金中心", "公积金管理中心", "人社局", "人社所",
];

/// 我公司某, 我公司代码…: the caller's own, who complains of another.
pub fn is_mine(around: &Around) -> bool {
    any_end(around.clause_before, MINE) || any_end(before_code(around.clause_before), MINE)
}

/// 我公司代码…: what stands between the owner and the code.
fn before_code(before: &str) -> &str {
    let between = words!["代码", "统一社会信用代码", "信用代码", "名称", "是", "系", "为", "税号", "抬头", "开票", "信用"];
    let mut rest = before;
    while let Some(word) = between.ends(rest).next() {
        rest = &rest[..rest.len() - word.len()];
    }
    rest
}

/// Where the caller, or who speaks through the caller, works.
pub fn is_employer(around: &Around) -> bool {
    let post = any_in(first_chars(around.behind, 6), POSTS) || around.near(8).contains("上班");
    let works = any_start(
        around.behind.trim_start_matches(['那', '里', '边', '店']),
        words![
            "上班",
            "打工",
            "任职",
            "就职",
            "实习",
            "干了",
            "当了",
            "当保",
            "当厨",
            "当服",
            "当收",
            "当店",
            "做保洁",
            "做饭",
            "做服务",
            "做收银",
            "做学徒",
            "兼职",
            "干活",
            "做工",
            "工作",
        ],
    );
    let at = any_end(around.clause_before, words!["在", "给", "跟", "到", "为", "去", "来", "跟着"]);
    post && any_in(around.clause_before, MYSELF)
        || works && at
        || any_end(around.clause_before, EMPLOYER_IS)
        || around.clause_before == "单位是"
}

/// The text is about an office that keeps records of work, and no quarrel with the employer.
pub fn blames_office(around: &Around) -> bool {
    if !any_in(around.text_behind, WORK_OFFICES) {
        return false;
    }
    let mut told = around.text_behind.to_string();
    WORK_OFFICES.all.iter().for_each(|office| told = told.replace(office, ""));
    !any_in(&told, WORK)
}

/// 甲的员工在乙被打: who employs the one it happened to.
pub fn is_victims_employer(around: &Around) -> bool {
    let worker = POSTS.all.iter().filter_map(|post| around.behind.strip_prefix(post)).min_by_key(|rest| rest.len());
    let elsewhere = worker.is_some_and(|rest| any_in(first_chars(rest, 4), words!["在", "到", "去", "被"]));
    elsewhere
        && (around.others_behind || any_in(around.sentence_behind, words!["门口", "路过", "附近"]))
        && any_in(around.text_behind, HAPPENED)
}

/// 邻桌一位在某当护士的姑娘: who only comes from there.
pub fn is_anothers(around: &Around) -> bool {
    #[rustfmt::skip]
    const SOMEBODY: &Words = words!["位", "一个", "有个", "几个", "两个", "那个", "邻居", "朋友", "亲戚", "同学", "老乡", "路人", "家长", "邻桌"];
    #[rustfmt::skip]
    const PERSON: &Words = words![
        "女士", "先生", "姑娘", "小伙", "大哥", "大姐", "大叔", "大爷", "大妈", "阿姨", "叔叔", "师傅", "护士", "老师", "医生", "大夫", "朋友", "邻居",
        "同学", "亲戚", "家长", "员工", "人", "男的", "女的",
    ];
    let whose = around.clause_before.strip_suffix('在').is_some_and(|before| any_end(before, SOMEBODY));
    whose && around.clause_behind.match_indices('的').any(|(at, de)| any_start(&around.clause_behind[at + de.len()..], PERSON))
}

/// 我是甲的老板, 乙…: a rival, or a partner, that complains.
pub fn is_callers(around: &Around) -> bool {
    let owns = any_start(
        around.behind,
        words![
            "老板",
            "负责人",
            "法人",
            "经理",
            "店主",
            "经营者",
            "店长",
            "股东",
            "合伙人",
            "加盟商",
            "法定代表人",
            "的老板",
            "业主代表",
        ],
    );
    let me = any_in(
        around.clause_before,
        words![
            "我是",
            "本人是",
            "本人系",
            "来电人是",
            "来电人系",
            "市民是",
            "市民系",
            "作为",
            "我作为",
            "我叫",
            "来电人为",
            "本人为"
        ],
    );
    owns && me
}
