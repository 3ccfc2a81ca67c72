//! Names of persons, where a word or a form of address announces one.

use super::{Folded, Pieces, is_han};
use std::ops::Range;

/// The most frequent surnames of one character.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申殷詹欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区傅萧阎仉逯亓綦昝邸宓郗郄璩濮阚笪逄訾缑矫邴蔄扈晁郜郏蒯邰钮隗庾阙亢狄屠";
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
    "收款人",
    "收件人",
    "收货人",
    "付款人",
    "户名",
    "开户人",
    "持卡人",
    "联络人",
    "监护人",
    "受害人",
    "报案人",
    "经手人",
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
/// After these a name is told by what follows it.
const PEOPLE: &[&str] = &["市民", "会员", "客户", "患者"];
pub(super) const SAYING: &[&str] =
    &["反映", "来电", "致电", "来信", "称", "说", "表示", "投诉", "举报", "咨询", "求助", "要求", "在", "于"];
/// Words that begin with a surname and follow [`PEOPLE`] in sentences.
pub(super) const NO_NAMES: &[&str] = &[
    "安全", "安心", "安装", "关注", "关系", "关于", "费用", "单位", "余额", "钱款", "严重", "时常", "时间", "路过", "平时",
    "季卡", "金额", "常年", "和", "于今", "于昨", "于前", "于上", "于近", "高度", "高峰", "高价", "方便", "全家", "全体", "全部",
    "全额", "成功", "满意", "满额", "游玩", "温泉", "连续", "白天", "任何", "任意", "车辆", "车主", "车位", "项目", "应该",
    "应当", "房屋", "房产", "包括", "包年", "包月", "管理", "符合", "解决", "解释", "解约", "施工", "储值", "查询", "查看",
    "麻烦", "原价", "原来", "原因", "曾多", "曾经", "曾数", "曾两", "曾三", "许多", "何时", "马上", "周末", "周边", "周围",
    "程序", "明确", "水电", "易",
];
/// After these a name must be followed by a sign, or by what people say of themselves.
const SELF: &[&str] = &["本人", "我是", "自称"];
const FILLERS: &[&str] = &[":", "：", "姓名", "是", "叫", "为", " ", "(", "（", "系", "女士", "先生"];
const ADDRESSED: &[&str] = &["先生", "女士", "小姐", "师傅", "大爷", "大妈", "阿姨", "同志"];
/// Only after a surname alone: 张老师, 李经理.
const TITLED: &[&str] = &["老师", "医生", "大夫", "经理", "主任", "老板", "某某", "某"];
/// Characters given names seldom have and sentences often do.
pub(super) const NOT_GIVEN: &str = "的了是在我你他她它们说称要求反映投诉举报电话手机证于与被把从到对向给和及并已未不没有也就都这那其该等号来去打住身联系因为先女师店馆厅公司称年月日时元万请将让使欠拖";

pub(super) fn surname(text: &Folded, at: usize) -> Option<usize> {
    if COMPOUND.iter().any(|s| text.starts_with(at, s)) {
        return Some(at + 2);
    }
    SURNAMES.contains(text.at(at)?).then_some(at + 1)
}

#[cfg(test)]
pub(super) fn is_surname(c: char) -> bool {
    SURNAMES.contains(c)
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
        out.extend(announced(text, at).or_else(|| of_oneself(text, at)).or_else(|| of_people(text, at)));
        out.extend(addressed(text, at));
    }
    out
}

/// Those with a word before them only.
pub(super) fn announced_pieces(text: &Folded) -> Pieces {
    (0..text.chars.len()).filter_map(|at| announced(text, at)).collect()
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

/// 市民王小虎反映, 会员：王丽. Sentences go on after these words too (市民反映, 会员余额): two characters need a
/// verb or a colon, three a verb or a sign.
fn of_people(text: &Folded, at: usize) -> Option<Range<usize>> {
    let after = text.after_word(at, PEOPLE)?;
    let from = text.after_fillers(after, &[":", " ", "(", "姓名"]);
    if text.after_word(from, NO_NAMES).is_some() {
        return None;
    }
    let longest = name(text, from)?;
    let given = surname(text, from)?;
    let ends = |end: &usize| {
        let verb = text.after_word(*end, SAYING).is_some();
        let sign = text.at(*end).is_none_or(|c| !is_han(c));
        verb || (sign && (*end > given + 1 || from > after))
    };
    (given + 1..=longest).rev().find(ends).map(|end| from..end)
}

/// 王小虎: the shortest reading would be a surname in the middle.
fn whole_name(text: &Folded, from: usize, end: usize) -> usize {
    (1..=2).filter_map(|back| from.checked_sub(back)).find(|f| name(text, *f) == Some(end)).unwrap_or(from)
}

/// 王女士, 王小虎先生, 张医生: the name, not the form of address.
fn addressed(text: &Folded, at: usize) -> Option<Range<usize>> {
    if text.after_word(at, ADDRESSED).is_some() {
        let from = (1..=4.min(at)).map(|back| at - back).find(|from| {
            let given = surname(text, *from).filter(|given| *given <= at);
            given.is_some_and(|given| at - given <= 2 && text.chars[given..at].iter().all(|c| is_han(*c)))
        })?;
        return Some(whole_name(text, from, at)..at);
    }
    text.after_word(at, TITLED)?;
    let from = at.checked_sub(1).filter(|from| surname(text, *from) == Some(at))?;
    Some(whole_name(text, from, at)..at)
}
