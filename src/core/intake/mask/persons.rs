//! Natural persons' names in a directory, for those who need not know them. Whoever it is has no other name
//! there, so what may be one is taken for one.

use super::names::surname;
use super::{Folded, MASK, is_han};
use std::ops::Range;

/// What a shop deals in, or how it is called: a name ends before it.
const TRADES: &[&str] = &[
    "烧烤",
    "理发",
    "蔬菜",
    "经营",
    "美发",
    "美容",
    "美甲",
    "餐饮",
    "餐馆",
    "餐厅",
    "饭店",
    "饭馆",
    "小吃",
    "水果",
    "超市",
    "商店",
    "商行",
    "商贸",
    "便利",
    "百货",
    "日用",
    "海鲜",
    "水产",
    "水饺",
    "饺子",
    "包子",
    "馒头",
    "面馆",
    "面食",
    "拉面",
    "米线",
    "火锅",
    "熟食",
    "肉食",
    "生鲜",
    "粮油",
    "食品",
    "烟酒",
    "烟草",
    "茶",
    "服装",
    "鞋",
    "布艺",
    "家电",
    "家具",
    "建材",
    "五金",
    "装饰",
    "装修",
    "装潢",
    "维修",
    "修理",
    "修车",
    "汽修",
    "汽车",
    "摩托",
    "电动",
    "电器",
    "洗车",
    "轮胎",
    "配件",
    "农资",
    "农产",
    "种植",
    "养殖",
    "诊所",
    "诊室",
    "口腔",
    "牙科",
    "中医",
    "西医",
    "内科",
    "外科",
    "推拿",
    "按摩",
    "足疗",
    "药",
    "眼镜",
    "手机",
    "通讯",
    "电脑",
    "打印",
    "图文",
    "广告",
    "文具",
    "书店",
    "花店",
    "鲜花",
    "干洗",
    "洗衣",
    "旅馆",
    "旅店",
    "宾馆",
    "民宿",
    "渔家",
    "农家",
    "网吧",
    "酒",
    "早餐",
    "早点",
    "快餐",
    "麻辣",
    "糕点",
    "蛋糕",
    "面包",
    "奶茶",
    "咖啡",
    "冷饮",
    "废品",
    "回收",
    "物流",
    "运输",
    "货运",
    "快递",
    "搬家",
    "家政",
    "托管",
    "培训",
    "幼儿",
    "摄影",
    "照相",
    "婚庆",
    "工作室",
    "门市",
    "门诊",
    "批发",
    "零售",
    "加工",
    "渔具",
    "渔业",
    "个体",
    "等",
    "医生",
    "医师",
    "大夫",
    "先生",
    "女士",
    "老师",
];
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

/// What stands before a person's name, or says what the person is.
const ROLES: &[&str] =
    &["个体工商户", "个体户", "医师", "医生", "药师", "护士", "经营者", "经营人", "负责人", "业主", "店主", "摊主", "户主"];
const REGIONS: &[&str] = &["省", "市", "区", "县", "镇", "乡", "村", "街道"];
const SOMEONE: char = '某';

pub(super) fn masked(full: &str) -> String {
    let name = full.trim();
    if !name.chars().any(is_han) {
        // Without Han characters a shop and a person look alike: only the first letter stays.
        return name.chars().next().filter(|_| name != MASK).map_or_else(|| name.to_string(), |first| format!("{first}{MASK}"));
    }
    let mut out = String::with_capacity(name.len());
    let mut first = true;
    let chars: Vec<char> = name.chars().collect();
    for part in chars.chunk_by(|a, b| is_named(*a) == is_named(*b)) {
        if part.first().copied().is_some_and(is_named) {
            out.push_str(&of_part(part, first));
            first = false;
        } else {
            out.push_str(&of_letters(part));
        }
    }
    out
}

fn is_named(c: char) -> bool {
    is_han(c) || matches!(c, '·' | '•' | '・' | '‧')
}

/// What is no Chinese: of words in other letters the first stays.
fn of_letters(part: &[char]) -> String {
    let words = part.chunk_by(|a, b| a.is_alphabetic() && b.is_alphabetic());
    words.map(|word| if word.len() > 1 { format!("{}{MASK}", word[0]) } else { word.iter().collect() }).collect()
}

/// A part of a name without signs: a person's own name, or what is a shop's.
fn of_part(part: &[char], first: bool) -> String {
    let from = after_front(part);
    let is_role = ROLES.iter().any(|word| word.chars().eq(part.iter().copied()));
    let is_shop = SHOPS.iter().chain(TRADES).any(|word| ends_with(part, word));
    let whole = if is_role || (is_shop && !first) { None } else { own_name(part, 0) };
    if let Some((from, end)) = whole.or_else(|| own_name(part, from).filter(|_| from > 0)) {
        let (front, tail) = (scanned(part, 0..from, first).0, scanned(part, end..part.len(), false).0);
        return front.chars().chain(someone(&part[from..end])).chain(tail.chars()).collect();
    }
    let (shown, found) = scanned(part, 0..part.len(), first);
    if first && !found && !is_shop && !is_role { someone(part).collect() } else { shown }
}

/// A name from `from` up to its title or the end, if it is as long as a person's or has a dot as one.
fn own_name(part: &[char], from: usize) -> Option<(usize, usize)> {
    let end = from + title(&part[from..]);
    let own = &part[from..end];
    let dotted = own.iter().any(|c| !is_han(*c)) && own.iter().any(|c| is_han(*c));
    (dotted || (2..=4).contains(&own.len())).then_some((from, end))
}

/// The surname, or the first character of what has none we know.
fn someone(name: &[char]) -> impl Iterator<Item = char> {
    let folded = Folded { chars: name.to_vec() };
    let known = surname(&folded, 0).filter(|given| *given < name.len()).unwrap_or(1);
    folded.chars.into_iter().take(known).chain([SOMEONE])
}

fn ends_with(part: &[char], word: &str) -> bool {
    word.chars().rev().eq(part.iter().rev().copied().take(word.chars().count()))
}

/// The position after the last role or region, if something follows it.
fn after_front(part: &[char]) -> usize {
    (1..part.len()).rev().find(|at| is_front(&part[..*at])).unwrap_or(0)
}

/// Whether a role or a region ends here; 超市 is none.
fn is_front(before: &[char]) -> bool {
    let region = before.len() > 2 && REGIONS.iter().any(|word| ends_with(before, word)) && !ends_with(before, "超市");
    region || ROLES.iter().any(|word| ends_with(before, word))
}

/// Where what follows a whole name begins: 医生, 等. The end, if nothing does.
fn title(name: &[char]) -> usize {
    let folded = Folded { chars: name.to_vec() };
    let titles = &["医生", "医师", "大夫", "先生", "女士", "老师", "等", "个体"];
    (2..name.len()).find(|at| folded.after_word(*at, titles).is_some()).unwrap_or(name.len())
}

/// A piece of a shop's name, each surname with one or two characters before a trade masked; and whether there was one.
fn scanned(part: &[char], piece: Range<usize>, first: bool) -> (String, bool) {
    let text = &Folded { chars: part.to_vec() };
    let (mut out, mut at, mut found) = (String::new(), piece.start, false);
    while let Some(c) = text.at(at).filter(|_| at < piece.end) {
        let next = text.after_word(at, ROLES);
        let starts = (first && at == 0) || is_front(&part[..at]);
        let name = if next.is_some() { None } else { operator(text, at, starts) };
        match (next, name) {
            (Some(next), _) => out.extend(&part[at..next]),
            (_, Some(end)) => out.extend(someone(&part[at..end])),
            _ => out.push(c),
        }
        found |= name.is_some();
        at = next.or(name).unwrap_or(at + 1);
    }
    (out, found)
}

/// The end of an operator's name at `at`. Where a name begins, two characters are taken for a given name
/// whatever follows them.
fn operator(text: &Folded, at: usize, starts: bool) -> Option<usize> {
    let given = surname(text, at)?;
    text.at(given)?;
    if text.after_word(given, TRADES).is_some() {
        return None;
    }
    let last = text.chars.len().min(given + 2);
    let ends = |end: &usize| {
        *end == text.chars.len() || text.after_word(*end, TRADES).is_some() || text.after_word(*end, SHOPS).is_some()
    };
    let region = || (given..=last).any(|end| text.after_word(end, REGIONS).is_some());
    (given + 1..=last).rev().find(ends).or_else(|| (starts && !region()).then_some(last))
}
