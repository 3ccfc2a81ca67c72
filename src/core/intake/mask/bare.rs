//! Names of persons without a word that announces one: by a surname and characters given names are made of,
//! beside a telephone or a relative, or alone. A guess: rather a word too much is taken out of an excerpt.

use super::names::{NO_NAMES, surname};
use super::{Folded, Pieces, is_han};
use std::ops::Range;

/// Characters that given names are made of and sentences seldom are.
const GIVEN: &str = "伟芳娜秀英敏静丽强磊洋勇艳杰娟涛超兰霞刚桂芬玲燕俊宁彬斌辉鹏飞浩宇佳欣慧婷雪莉萍琴芝莲菊倩颖琳莹晶丹冰洁蕾薇雯璐瑶妍怡悦思梦嘉轩涵梓诺晨泽睿豪昊鑫森淼焱旭豹彪栋柱栓锁铁钢贵财旺亮柏贞淑惠贤良恭俭仁礼智恩洲潮雷霖露霜岚峰岭岩峻崇巍康健泰顺荣耀辉煌灿烂婉娇媛嫣娥翠珠珍玉瑞琪琦瑜璇翔翰毅恒博达胜凯军帅雄忠孝诚谦逊宏鸿彦武振宪宗祖继绍庆福禄寿祥吉凤凰鹤麟麒骏骥志华国建民伦邦勋功德义明春秋梅红虹彩云霄虎";
/// Common in given names and in sentences: not without one of the others, or a word beside the name.
const GIVEN_TOO: &str = "一二三四五六七八九十大小天水发利成生学家新立长中安东清广平文心爱美香金银海江河山川龙林木石根田月光阳世永兴友景树松青青山元先启子儿晓可然雅意真才能力同道业宝宣权群传卫";
/// What ends a name within a sentence.
pub(super) const AFTER: &[&str] = &[
    "在", "于", "被", "说", "称", "去", "来", "从", "将", "把", "已", "因", "与", "和", "跟", "找", "等", "今年", "现年", "表示",
    "反映", "投诉", "举报", "住", "家住", "受伤", "死亡", "昏迷", "本人", "他", "她", "到", "向", "给", "借", "欠", "收", "打",
    "骂", "是", "的", "用", "拿", "办理", "购买", "报名", "参加", "介绍", "告诉", "要求", "二人", "两人", "三人", "四人",
];
/// What a name follows within a sentence.
const BEFORE: &[&str] = &[
    "是", "叫", "给", "跟", "和", "与", "被", "由", "对", "向", "把", "让", "有", "找", "名为", "同", "及", "为", "的", "了",
    "请", "问",
];
/// Whose name follows, or a sentence goes on.
const KIN: &[&str] = &[
    "孩子",
    "儿子",
    "女儿",
    "妻子",
    "丈夫",
    "老公",
    "老婆",
    "爱人",
    "母亲",
    "父亲",
    "妈妈",
    "爸爸",
    "爷爷",
    "奶奶",
    "姥姥",
    "姥爷",
    "外公",
    "外婆",
    "公公",
    "婆婆",
    "岳父",
    "岳母",
    "哥哥",
    "姐姐",
    "弟弟",
    "妹妹",
    "老人",
    "老伴",
    "孙子",
    "孙女",
    "外孙",
    "侄子",
    "外甥",
    "亲属",
    "家属",
    "同学",
    "学生",
    "学员",
    "同事",
    "工友",
    "朋友",
    "邻居",
    "室友",
    "家长",
    "员工",
    "职工",
    "工人",
    "店员",
    "服务员",
    "教练",
    "护士",
    "房东",
    "租客",
    "中介",
    "业务员",
    "销售",
    "销售员",
    "客服",
    "店长",
    "主管",
    "会计",
    "保安",
    "技师",
    "师傅",
    "驾驶员",
    "车主",
    "借款人",
    "收款人",
    "户名",
    "持卡人",
    "开户人",
    "股东",
    "合伙人",
    "被告",
    "原告",
    "人员",
    "本人",
    "我叫",
    "自称",
    "儿媳",
    "女婿",
    "嫂子",
    "表哥",
    "表弟",
    "堂哥",
    "堂弟",
    "对象",
    "女友",
    "男友",
    "前夫",
    "前妻",
];
/// What says that the name before it is a person's.
const CONTACT: &[&str] =
    &["电话", "手机", "身份证", "联系电话", "联系方式", "手机号", "联系手机", "tel", "微信", "住址", "家住", "号码"];
/// Words that look like a name beside a telephone.
const NO_PERSONS: &[&str] = &[
    "商家", "管家", "房东", "金店", "包房", "车行", "平安", "温泉", "高新", "华联", "和平", "康复", "安全", "健康", "成立",
    "高明", "明天", "万一", "明年", "马上", "康健", "全国", "金华", "祝福", "安利", "常德", "和兴", "许可", "盛大", "宁可",
    "于东", "方向", "文明", "白天", "周三", "周四", "周五", "周六", "周二", "周一", "和一", "和二", "关心", "关爱", "应急",
];

pub(super) fn pieces(text: &Folded, numbers: &[Range<usize>]) -> Pieces {
    let mut out = Vec::new();
    for at in 0..text.chars.len() {
        out.extend(of_kin(text, at));
        out.extend(alone(text, at));
        if text.after_word(at, CONTACT).is_some() {
            out.extend(before_contact(text, at));
        }
    }
    out.extend(numbers.iter().filter_map(|number| before_contact(text, number.start)));
    out
}

fn is_given(text: &Folded, at: usize) -> bool {
    text.at(at).is_some_and(|c| GIVEN.contains(c) || GIVEN_TOO.contains(c))
}

#[cfg(test)]
pub(super) fn is_given_char(c: char) -> bool {
    GIVEN.contains(c) || GIVEN_TOO.contains(c)
}

fn is_surely_given(text: &Folded, at: usize) -> bool {
    text.at(at).is_some_and(|c| GIVEN.contains(c))
}

/// The ends of the names that may begin at `at`, the longest first.
fn ends(text: &Folded, at: usize) -> impl Iterator<Item = usize> + '_ {
    let given = surname(text, at).filter(|_| text.after_word(at, NO_NAMES).or(text.after_word(at, NO_PERSONS)).is_none());
    let longest = given.map_or(0, |given| (given..given + 2).take_while(|at| is_given(text, *at)).count());
    given.into_iter().flat_map(move |given| (1..=longest).rev().map(move |length| given + length))
}

fn is_two_given(text: &Folded, at: usize, end: usize) -> bool {
    surname(text, at).is_some_and(|given| end - given == 2 && (given..end).any(|at| is_surely_given(text, at)))
}

/// No Chinese character stands at `at`, or a word before which names end.
fn ends_here(text: &Folded, at: usize) -> bool {
    text.at(at).is_none_or(|c| !is_han(c)) || text.after_word(at, AFTER).is_some()
}

/// 孩子赵小明, 与邻居张大山: two given characters, or one and an end.
fn of_kin(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, KIN)?;
    let from = text.after_fillers(after, &[":", "：", "叫", "名叫", "姓名", "是", "(", "（", " ", "一个叫"]);
    let fits = |end: &usize| is_two_given(text, from, *end) || (is_surely_given(text, end - 1) && ends_here(text, *end));
    ends(text, from).find(fits).map(|end| from..end)
}

/// 王建国电话, 李敏（身份证…, 赵丽：139…: signs may stand between.
fn before_contact(text: &Folded, at: usize) -> Option<Range<usize>> {
    const MAX_SIGNS: usize = 2;
    let sign = |c: &&char| c.is_whitespace() || matches!(c, ':' | ',' | '，' | '、' | '：' | '(' | '（' | '的');
    let signs = text.chars.get(..at)?.iter().rev().take(MAX_SIGNS).take_while(sign).count();
    let end = at - signs;
    (2..=4)
        .rev()
        .filter_map(|length| end.checked_sub(length))
        .find(|from| ends(text, *from).any(|e| e == end))
        .map(|from| from..end)
}

/// A surname and two given characters between signs, or where a sentence names someone.
fn alone(text: &Folded, at: usize) -> Option<Range<usize>> {
    const LONGEST_BEFORE: usize = 2;
    let starts = at == 0
        || text.at(at - 1).is_some_and(|c| !is_han(c))
        || (1..=LONGEST_BEFORE.min(at)).any(|back| text.after_word(at - back, BEFORE) == Some(at));
    if !starts {
        return None;
    }
    let sure =
        |end: &usize| is_two_given(text, at, *end) && (end - 2..*end).all(|at| is_given(text, at)) && ends_here(text, *end);
    ends(text, at).find(sure).map(|end| at..end)
}
