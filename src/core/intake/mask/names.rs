//! Names of persons, where a word or a form of address announces one.

use super::{Folded, Pieces, is_han};
use std::ops::Range;

/// The most frequent surnames of one character.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申殷詹欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区";
const COMPOUND: &[&str] =
    &["欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "长孙", "宇文"];

/// A name follows, or nothing personal does.
const WORDS: &[&str] = &[
    "联系人",
    "姓名",
    "我叫",
    "投诉人",
    "举报人",
    "来电人",
    "反映人",
    "诉求人",
    "报警人",
    "当事人",
    "经办人",
    "申请人",
    "户主",
    "法人代表",
    "法定代表人",
    "法人",
    "负责人",
    "经营者",
    "经营人",
    "店主",
    "老板",
    "业主",
    "患者",
    "死者",
    "伤者",
    "司机",
    "名叫",
    "叫做",
    "name",
    "contact",
];
/// After these a name must be followed by a sign, or by what people say of themselves.
const SELF: &[&str] = &["本人", "我是", "自称"];
const FILLERS: &[&str] = &[":", "：", "姓名", "是", "叫", "为", " ", "(", "（", "系", "女士", "先生"];
const ADDRESSED: &[&str] = &["先生", "女士", "小姐", "师傅", "大爷", "大妈", "阿姨", "同志"];
/// Only after a surname alone: 张老师, 李经理.
const TITLED: &[&str] = &["老师", "医生", "大夫", "经理", "主任", "老板", "某某", "某"];
/// Characters given names seldom have and sentences often do.
const NOT_GIVEN: &str = "的了是在我你他她它们说称要求反映投诉举报电话手机证于与被把从到对向给和及并已未不没有也就都这那其该等号来去打住身联系因为先女师店馆厅公司称年月日时元万请将让使欠拖";

fn surname(text: &Folded, at: usize) -> Option<usize> {
    if COMPOUND.iter().any(|s| text.starts_with(at, s)) {
        return Some(at + 2);
    }
    SURNAMES.contains(text.at(at)?).then_some(at + 1)
}

/// The end of a name that begins at `at`: a surname and one or two characters.
fn name(text: &Folded, at: usize) -> Option<usize> {
    let given = surname(text, at)?;
    let fits = |c: &&char| is_han(**c) && !NOT_GIVEN.contains(**c);
    let length = text.chars[given..].iter().take(2).take_while(fits).count();
    (length > 0).then_some(given + length)
}

/// `John Smith`, where a word says that a name follows.
fn latin_name(text: &Folded, at: usize) -> Option<usize> {
    let part =
        |from: usize| text.chars.get(from..).unwrap_or_default().iter().take(30).take_while(|c| c.is_ascii_alphabetic()).count();
    let first = part(at);
    let capital = text.at(at).is_some_and(|c| c.is_ascii_uppercase());
    if first < 2 || !capital {
        return None;
    }
    let second = if text.at(at + first) == Some(' ') { part(at + first + 1) } else { 0 };
    Some(if second > 1 { at + first + 1 + second } else { at + first })
}

pub(super) fn pieces(text: &Folded) -> Pieces {
    let mut out = Vec::new();
    for at in 0..text.chars.len() {
        out.extend(announced(text, at).or_else(|| of_oneself(text, at)));
        out.extend(addressed(text, at));
    }
    out
}

fn announced(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, WORDS)?;
    let from = text.after_fillers(after, FILLERS);
    let apart = from > after;
    name(text, from).or_else(|| latin_name(text, from).filter(|_| apart)).map(|end| from..end)
}

fn of_oneself(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, SELF)?;
    let from = text.after_fillers(after, FILLERS);
    let end = name(text, from)?;
    let ends = text.at(end).is_none_or(|c| !is_han(c)) || "电手身联住反投举要，。,；、（".contains(text.at(end)?);
    ends.then_some(from..end)
}

/// 王女士, 王小虎先生, 张医生: the name, not the form of address.
fn addressed(text: &Folded, at: usize) -> Option<Range<usize>> {
    if text.after_word(at, ADDRESSED).is_some() {
        let from = (1..=4.min(at)).map(|back| at - back).find(|from| {
            let given = surname(text, *from).filter(|given| *given <= at);
            given.is_some_and(|given| at - given <= 2 && text.chars[given..at].iter().all(|c| is_han(*c)))
        })?;
        // 王小虎: the shortest reading would be a surname in the middle.
        let from = (1..=2).filter_map(|back| from.checked_sub(back)).find(|f| name(text, *f) == Some(at)).unwrap_or(from);
        return Some(from..at);
    }
    text.after_word(at, TITLED)?;
    let from = at.checked_sub(1)?;
    (surname(text, from) == Some(at)).then_some(from..at)
}

/// What says that a name is a shop's.
const SHOPS: &[&str] = &[
    "店",
    "馆",
    "厅",
    "部",
    "行",
    "坊",
    "场",
    "社",
    "所",
    "铺",
    "吧",
    "屋",
    "院",
    "厂",
    "公司",
    "中心",
    "户",
    "室",
    "站",
    "园",
    "城",
    "楼",
    "斋",
    "阁",
    "轩",
    "堂",
    "超市",
    "门诊",
    "工作室",
    "摊",
    "点",
    "队",
    "组",
    "家",
    "居",
    "庄",
    "苑",
    "营",
    "处",
    "会",
    "校",
    "班",
    "面",
    "饭",
    "鱼",
    "菜",
    "肉",
    "果",
];

/// A person's own name, masked: the surname and 某. Nothing for a shop's name.
pub(super) fn person(full: &str) -> Option<String> {
    let name = full.trim();
    let bare = ["（个体工商户）", "(个体工商户)", "个体工商户"].iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name).trim();
    let length = bare.chars().count();
    if !bare.chars().any(is_han) {
        // Without Han characters a shop and a person look alike: only the first letter stays.
        let first = bare.chars().next()?;
        return Some(format!("{first}{}", super::MASK));
    }
    if !(2..=4).contains(&length) || !bare.chars().all(|c| is_han(c) || c == '·') {
        return None;
    }
    let folded = Folded::new(bare);
    let given = surname(&folded, 0)?;
    let shop = length > given + 1 && SHOPS.iter().any(|s| bare.ends_with(s));
    if shop || length > given + 2 {
        return None;
    }
    Some(bare.chars().take(given).chain(['某']).collect())
}
