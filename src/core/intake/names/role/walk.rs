//! Who does what: the clauses of a text in order, and to whom each gives its grievance. A clause that names nobody goes
//! on speaking of whoever was spoken of last: 对方, 他们, or nobody at all.

use super::around::ends_clause;
use super::kinds::{KINDS, fits, is_shop};
use super::{Role, Said};
use crate::intake::names::cues::GRIEVANCES;
use crate::intake::names::find::Place;
use crate::intake::names::fold::Folded;
use crate::intake::names::words::{Words, any_end, any_in, any_start, words};
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What befalls people, beside what they complain of.
#[rustfmt::skip]
const BEFALLS: &[&str] = &[
    "造谣", "不承认", "不肯", "不愿", "不让", "逃跑", "撞了", "撞伤", "撞坏", "砸", "咬", "被偷", "堵", "打人", "打了", "吵", "占道", "冒烟",
    "漏", "裂", "断", "不热", "不负责", "不作为", "推脱", "躲", "反悔", "不办", "不开", "不换", "不补", "不签", "没人", "没证", "不露面",
    "露面", "蹭", "扑倒", "抢了", "追尾", "碾", "跑了", "没有照", "没照", "无照", "夹人", "不处理", "不理", "敷衍", "清零", "作废", "失效",
    "肿", "吐", "发炎", "感染", "烫", "过敏", "摔", "磕", "骨折", "划伤", "划了", "扎", "异味", "呛", "熏", "晃", "半夜", "凌晨", "施工",
    "输错", "弄丢", "丢了", "多收", "少给", "发霉", "拖着", "不退", "翻新", "涨到", "烧", "爬", "死", "错", "慢", "越站", "甩", "注水",
    "酸", "苍蝇", "蟑螂", "铁丝", "克扣", "不认", "一推", "不合格", "不到位", "占", "响", "倒", "扔", "闹", "震", "强拆", "刮", "剐",
    "锁",
];

/// Somebody without a name that does it.
#[rustfmt::skip]
const STRANGERS: &[&str] = &[
    "老乡", "送菜的", "账号", "造谣的", "搞装修的", "卖家", "对方家长", "对方司机", "对方车主", "同学家长", "新搬来", "搬来一", "是房东",
    "房东把", "房东姓", "摊子", "骑车的", "开车的", "那伙人", "散工", "小作坊", "小厂", "租户", "房客", "发帖的人", "网名", "另一个孩子", "别的孩子",
    "货摊", "菜摊", "饭摊", "有人", "有个人", "有个姓", "有个卖", "有个摆", "有个摊", "有个小", "有个老", "有个院", "有个男", "有个女", "有个停",
    "有家", "有一家", "有一伙", "有一帮", "有一处", "有一户", "有一个姓", "有一个卖", "有一个摊", "有一个男", "有户人家", "有处工地", "有辆", "有几个",
    "一伙", "一帮人", "一家没", "那家没", "没招牌", "没有招牌", "没挂牌", "无名", "楼上住户", "楼下住户", "顶楼住户", "一楼住户", "对门住户", "的住户",
    "户主", "邻居家", "邻居在", "邻居把", "邻居每", "邻居天天", "对门", "个工地", "处工地", "旁边工地", "对面工地", "隔壁工地", "工地名称", "包工头",
    "小贩", "摊贩", "摊主", "商贩", "流动", "小车", "小摊", "地摊", "路边摊", "烧烤摊", "水果摊", "早点摊", "大货车", "渣土车", "面包车", "黑车",
    "车主", "骗子", "不法分子", "私人", "隔壁那家", "旁边那家", "对面那家", "楼上那家", "楼下那家", "楼上的", "楼下的", "另一家", "另外一家", "别的平台",
    "某公司", "某店", "某物业", "某平台", "某饭店", "某超市", "陌生人", "租客", "狗主人", "一家小", "一家新", "一户人家", "院子里", "那个院", "不知名",
    "一家不知", "一家店", "一个院子", "一个大院", "一处工地", "一处院", "一处小",
];

/// Words that hold one of a grievance and are none.
#[rustfmt::skip]
const NEUTRAL: &[&str] = &[
    "断断", "打断", "不错", "错过", "差错", "倒是", "反倒", "倒水", "倒茶", "不断", "判断", "诊断", "影响", "响应", "音响", "锁门", "死活",
    "开锁", "快慢", "业主的", "业主没", "业主们", "业主多", "业主反", "业主找", "业主投", "业主要", "业主集", "业主交", "业主都", "业主自", "业主代表",
    "业主群", "业主委", "业主签", "业主意", "业主求", "业主无", "业主到", "业主认", "业主报", "业主联", "暑假", "寒假", "放假", "请假", "假期",
    "假日", "差不多", "出差", "相差", "差点", "折扣", "贵单位", "贵局", "贵州", "高贵", "掉头", "纽扣", "差额", "差旅", "补差", "收费站",
    "收费处", "质量监督", "有无证", "打了流水", "打了电话", "打了个电话", "打了招呼", "打了证明", "打了欠条", "中介费", "学校门口", "物业费",
];

/// So far a clause is looked back through.
const MAX_CLAUSE_CHARS: usize = 60;

const DEED: u32 = 1 << 16;
const STRANGER: u32 = 1 << 17;
const NOTHING: u32 = 1 << 18;
const PRONOUN: u32 = 1 << 19;

const PRONOUNS: &[&str] = &["他们", "她们", "人家", "他家", "她家", "它家"];

/// Where somebody is, and that he is not told by name: 隔壁那家, 二楼有个.
#[rustfmt::skip]
const WHERE: &[&str] = &[
    "对过", "街对过", "马路对过", "马路对面", "街对面", "马路那边", "隔壁", "旁边", "对面", "楼下", "楼上", "对门", "一楼", "二楼", "三楼", "四楼",
    "五楼", "六楼", "顶楼", "斜对面", "斜对过", "路边", "巷子里", "街边", "后排", "前排", "后院", "院里", "屋后", "路口", "门外", "附近",
];
const WHICH: &[&str] = &["那个", "那家", "有个", "有家", "一家", "一个", "新开", "开了", "的", "有人", "有一", "新来"];

/// Before a noun: another of the kind.
#[rustfmt::skip]
const ANOTHER: &Words = words![
    "别的", "其他", "其它", "另一家", "另外一家", "别家", "一家", "某", "各", "我报的这个", "我报的这家", "我们孩子的", "我去的那家", "我们这个", "哪家",
    "哪个", "附近", "当地", "市里的", "一个", "某家", "别人家", "任何", "其余",
];

/// Behind 被: somebody new.
#[rustfmt::skip]
const SOMEBODY: &Words = words![
    "一", "个", "两", "几", "路人", "同学", "同事", "陌生", "另", "男", "女", "小孩", "狗", "车", "后车", "后面", "别人", "人撞", "旁边",
    "邻居", "楼", "对面", "隔壁", "外面", "飞", "掉下", "扔", "高空",
];

/// Before a kind of organisation: it is the one complained of.
const ACCUSED: &Words = words!["投诉", "举报", "投诉的是", "投诉的就是", "投诉的对象是", "反映的是", "针对的是"];

static WORDS: LazyLock<Option<CharwiseDoubleArrayAhoCorasick<u32>>> = LazyLock::new(words);

fn words() -> Option<CharwiseDoubleArrayAhoCorasick<u32>> {
    let mut all: BTreeMap<String, u32> = BTreeMap::new();
    let somewhere = WHERE.iter().flat_map(|place| WHICH.iter().map(move |which| (format!("{place}{which}"), STRANGER)));
    all.extend(somewhere);
    let mut add = |words: &[&str], what: u32| all.extend(words.iter().map(|word| (word.to_string(), what)));
    add(BEFALLS, DEED);
    add(GRIEVANCES.all, DEED);
    add(PRONOUNS, PRONOUN);
    add(STRANGERS, STRANGER);
    add(NEUTRAL, NOTHING);
    KINDS.iter().zip(0..).for_each(|((word, _), n)| add(&[word], n));
    CharwiseDoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build_with_values(all).ok()
}

/// A word of the text outside all names.
#[derive(Debug, Clone, Copy)]
pub struct Spoken {
    pub from: usize,
    pub to: usize,
    what: u32,
}

/// The words of a text that matter here, those within a name left out. `places` stand in order.
pub fn spoken(text: &Folded, places: &[Place]) -> Vec<Spoken> {
    let found = WORDS.iter().flat_map(|words| words.leftmost_find_iter(&text.text));
    let all = found.map(|m| Spoken { from: text.char_at(m.start()), to: text.char_at(m.end()), what: m.value() });
    let in_name = |word: &Spoken| {
        let behind = places.partition_point(|p| p.from < word.to);
        behind.checked_sub(1).is_some_and(|n| word.from < places[n].to)
    };
    all.filter(|word| !in_name(word)).collect()
}

impl Spoken {
    pub fn is_pronoun(&self) -> bool {
        self.what == PRONOUN
    }

    /// 别的医院, 一家超市: another of the kind.
    pub fn is_another(&self, text: &Folded) -> bool {
        any_end(text.before(self.from), ANOTHER)
    }

    /// Which of those known, by their industries, the word means; of several `last` says who was named last.
    pub fn means(&self, industries: &[String], last: impl Fn(&[usize]) -> Option<usize>) -> Option<usize> {
        let all: Vec<usize> = (0..industries.len()).filter(|n| fits(self.what as usize, &industries[*n])).collect();
        match all.as_slice() {
            [] => None,
            [one] => Some(*one),
            several => last(several),
        }
    }

    /// It is an organisation, and none of those known.
    fn is_foreign(&self, industries: &[String]) -> bool {
        let kind = self.what as usize;
        kind < KINDS.len() && !is_shop(kind) && !industries.iter().any(|industry| fits(kind, industry))
    }
}

/// A name, or a noun that means one, as the walk sees it.
pub struct Party {
    pub place: Place,
    pub said: Said,
}

/// The grievances of a text, by party.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blame {
    /// One for each party.
    pub parties: Vec<u32>,
    /// Of somebody who has no name.
    pub stranger: u32,
    /// Before anybody is spoken of.
    pub unsaid: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Nobody,
    Party(usize),
    Stranger,
}

enum Event {
    Subject(Subject),
    Deed,
    /// 投诉保险公司: somebody whom only the kind is told of.
    Named,
    ClauseEnds,
}

pub fn walk(text: &Folded, parties: &[Party], words: &[Spoken], industries: &[String]) -> Blame {
    let mut blame = Blame { parties: vec![0; parties.len()], ..Blame::default() };
    let (mut subject, mut told) = (Subject::Nobody, false);
    for (_, event) in events(text, parties, words, industries) {
        match event {
            Event::Subject(next) => {
                // A grievance for each party of a clause, not for each word.
                told &= next == subject;
                subject = next;
            }
            Event::ClauseEnds => told = false,
            Event::Named => blame.stranger += 3,
            Event::Deed if told => {}
            Event::Deed => {
                told = true;
                match subject {
                    Subject::Party(n) => blame.parties[n] += 1,
                    Subject::Stranger => blame.stranger += 1,
                    Subject::Nobody => blame.unsaid += 1,
                }
            }
        }
    }
    blame
}

/// All that matters of a text, in order.
fn events(text: &Folded, parties: &[Party], words: &[Spoken], industries: &[String]) -> Vec<(usize, Event)> {
    let mut out: Vec<(usize, Event)> = Vec::new();
    for (n, party) in parties.iter().enumerate() {
        if matches!(party.said.role, Role::Accused | Role::Employer) {
            out.push((party.place.from, Event::Subject(Subject::Party(n))));
        }
    }
    let ends = text.chars.iter().enumerate().filter(|(_, c)| ends_clause(**c));
    out.extend(ends.map(|(at, _)| (at, Event::ClauseEnds)));
    out.extend(passives(text, parties).map(|at| (at, Event::Subject(Subject::Stranger))));
    for word in words {
        let behind = parties.partition_point(|p| p.place.from < word.to);
        let last = behind.checked_sub(1).map(|n| &parties[n]);
        // 某的工地, 某那个小摊.
        let own = last.is_some_and(|p| word.from <= p.place.end + 2 && p.said.role == Role::Accused);
        match word.what {
            DEED if !is_denied(text, word.from) => out.push((word.from, Event::Deed)),
            STRANGER if !own && !text.is_quoted(word.from) => out.push((word.from, Event::Subject(Subject::Stranger))),
            _ if word.is_foreign(industries) && any_end(text.before(word.from), ACCUSED) => {
                out.push((word.from, Event::Subject(Subject::Stranger)));
                out.push((word.from, Event::Named));
            }
            _ if word.is_foreign(industries) && !own && leads(text, word.from) && !takes_part(text, word.to) => {
                out.push((word.from, Event::Subject(Subject::Stranger)))
            }
            _ => {}
        }
    }
    out.sort_by_key(|(at, event)| (*at, matches!(event, Event::Deed)));
    out
}

/// 某的车被一辆货车撞了: somebody else did it, unless 被 names him. 在某被撞 is another matter.
fn passives<'t>(text: &'t Folded, parties: &'t [Party]) -> impl Iterator<Item = usize> + 't {
    const SEEN_TO: &Words =
        words!["查", "罚", "处罚", "投诉", "举报", "通报", "曝光", "责令", "约谈", "吊销", "列入", "判", "执法"];
    // 让一辆车蹭了: 让 says it too, before somebody new.
    let all = text.chars.iter().enumerate().filter(|(at, c)| {
        **c == '被'
            || **c == '让' && any_start(text.behind(at + 1), words!["一辆", "一个", "个骑", "一台", "一条", "别人", "人家"])
    });
    let all = all.map(|(at, _)| at);
    all.filter(|at| {
        let behind = parties.partition_point(|p| p.place.from < *at);
        // 被一辆车撞了.
        if any_start(text.behind(*at + 1), SOMEBODY) {
            return true;
        }
        let Some(party) = behind.checked_sub(1).map(|n| &parties[n]) else { return false };
        let near = (party.place.end..party.place.end + MAX_CLAUSE_CHARS).contains(at);
        let same_clause = near && !text.slice(party.place.end, *at).iter().any(|c| ends_clause(*c));
        let venue = any_end(text.before(party.place.from), words!["在", "到", "去", "于", "给", "让"]);
        same_clause && !venue && !any_start(text.behind(*at + 1), SEEN_TO)
    })
}

/// 物业那边倒是提醒过: it only helped.
fn takes_part(text: &Folded, to: usize) -> bool {
    let near = text.piece(to, to + 8).split(ends_clause).next().unwrap_or_default();
    any_in(near, words!["倒是", "提醒", "帮", "劝", "催", "报警", "报了警", "来看过", "测了"])
}

/// It is what the clause speaks of.
fn leads(text: &Folded, from: usize) -> bool {
    let begins = from.checked_sub(1).is_none_or(|before| ends_clause(text.chars[before]));
    begins
        || any_end(
            text.before(from),
            words!["被", "由", "是", "投诉", "举报", "反映", "现在", "但", "可", "可是", "但是", "后来", "结果", "而"],
        )
}

/// 没有乱收费, 从不加价.
fn is_denied(text: &Folded, from: usize) -> bool {
    any_end(text.before(from), words!["没有", "没", "从不", "从来不", "从没", "从未", "并未", "不存在", "不会", "也不"])
}
