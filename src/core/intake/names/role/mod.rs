//! What a text says of an enterprise it names: not everyone named is accused.
//!
//! [`said`] reads one name by the words around it, question by question: is it cleared, a place, the caller's own, one
//! that is compared, helped or passed on the way? [`walk`] then goes through the clauses in order and gives each
//! grievance to the party that has the word.

mod around;
mod beside;
mod cleared;
mod kinds;
mod places;
pub mod walk;
mod work;

pub use around::{ends_clause, ends_sentence};

use super::cues::{GRIEVANCES, OFFICE_NAMES};
use super::find::Place;
use super::fold::Folded;
use around::{Around, after, any_end, any_in, any_start};

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

/// A role, and how plainly the text says it: 4 for a field of its own, 3 for 投诉某, 2 for a grievance beside the name,
/// 0 for whoever is a party only if nobody else is named, else 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub role: Role,
    pub plainly: u8,
}

/// What the text says of whoever is named at a place; `next`: where the next name begins.
pub fn said(text: &Folded, place: &Place, next: Option<usize>) -> Said {
    let around = Around::new(text, place, next);
    let name: String = text.slice(place.from, place.to).iter().collect();
    let of = |role, plainly| Said { role, plainly };
    let plain = plainly(&around);
    if cleared::is_cleared(&around) || cleared::are_they(&around) && place.whose.is_empty() {
        return of(Role::Exonerated, 3);
    }
    if places::is_landmark(&around) {
        return of(Role::Landmark, 2);
    }
    if beside::complains(&around)
        || work::is_victims_employer(&around)
        || beside::is_wronged(&around)
        || work::is_mine(&around)
        || work::is_callers(&around) && around.another
    {
        return of(Role::Mentioned, 2);
    }
    if work::is_employer(&around) {
        // 社保局 is an office, not a quarrel about work.
        return of(if work::blames_office(&around) { Role::Mentioned } else { Role::Employer }, 2);
    }
    if plain == 3 {
        return of(Role::Accused, 3);
    }
    if beside::is_past(&around) {
        return of(Role::Mentioned, 2);
    }
    if let Some((first, last)) = text.quote_around(place.from, place.end)
        && last - first > place.end - place.from + 4
    {
        // What somebody else is quoted to have said.
        return of(Role::Mentioned, 1);
    }
    if beside::is_compared(&around) {
        return of(Role::Comparison, 2);
    }
    if beside::came_later(&around, &name) {
        return of(Role::Accused, 0);
    }
    if beside::helped(&around) || beside::owns(&around) || beside::supplies(&around) {
        return of(Role::Mentioned, 1);
    }
    if beside::in_passing(&around) || beside::is_praised_beside(&around) {
        return of(Role::Accused, 0);
    }
    of(Role::Accused, plain)
}

/// 不是他们: the pronoun at a place clears whoever was named last.
pub fn they_are_cleared(text: &Folded, place: &Place) -> bool {
    cleared::are_they(&Around::new(text, place, None))
}

/// Before a name: it is the one complained of.
#[rustfmt::skip]
const ACCUSES: &[&str] = &["投诉", "举报", "反映", "反应", "起诉", "控告", "状告", "曝光", "检举"];

/// Before a name: somebody shall see to it.
#[rustfmt::skip]
const ASKS: &[&str] = &["要求", "责令", "督促", "查处", "严查", "约谈", "处罚", "查查", "查一下", "查一查", "管管", "管一下", "管一管", "追究", "整治", "清查", "彻查", "调查", "罚"];

/// Before a name: it is the one who did it.
const BLAMES: &[&str] = &[
    "人的是",
    "钱的是",
    "的就是",
    "肇事的是",
    "责任在",
    "责任方是",
    "都怪",
    "就怪",
    "全赖",
    "问题在",
    "问题出在",
    "毛病在",
    "施工的是",
    "干活的是",
    "排污的是",
    "主要是",
    "起因是",
    "根子在",
    "罪魁祸首是",
    "写的是",
    "喷的是",
    "印的是",
    "挂的是",
];

/// Between such a word and the name.
const NAMED_SO: &[&str] = &["这家", "那家", "该", "他们", "这个", "那个", "给我家送气的", "上述", "涉事", "对", "由", "让", "叫"];

/// Before a name: it shall do something, named behind.
const SHALL: &[&str] = &[
    "要",
    "让",
    "叫",
    "请",
    "由",
    "希望",
    "求",
    "要求",
    "诉求:",
    "建议",
    "应由",
    "应当由",
    "必须由",
    "应该由",
    "诉求是",
    "该由",
    "就要",
    "就该",
];
#[rustfmt::skip]
const DEMANDED: &[&str] = &[
    "退", "赔", "恢复", "补", "修", "道歉", "给个说法", "给说法", "给我一个", "解决", "整改", "停止", "停工", "兑付", "兑现", "履行", "支付", "付清", "付", "公示", "返还", "承担", "出具", "换", "拆除", "搬走", "撤", "更换", "拿出", "结清",
    "发放", "补发", "发工资", "开票", "开发票", "限期", "尽快", "立即", "马上", "负责", "减免", "延长", "继续", "赶紧", "一次性",
];

fn plainly(around: &Around) -> u8 {
    let before: String = around.clause_before.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let named_so = NAMED_SO.iter().find_map(|word| around.clause_before.strip_suffix(word)).unwrap_or(&around.clause_before);
    let demanded = any_start(after(&around.behind, &["给我", "把", "必须", "应该", "应当", "全额", "如数"]), DEMANDED)
        && !any_in(&around.near(6), &["退休", "退役", "换成", "换了"]);
    let shall = any_end(&around.clause_before, SHALL);
    let listed =
        around.clause_before.trim_start_matches(['1', '2', '3', '.', '一', '二', '三']).is_empty() && around.after_demand;
    let signed =
        any_end(&around.clause_before, &["我跟", "我和", "我们跟", "我们和", "市民与", "市民跟", "来电人与", "与", "家里跟"])
            && around.behind.starts_with('签');
    let done = any_in(&around.near(6), &["了", "过", "不"]);
    if any_end(named_so, ASKS)
        && !any_in(&before, &["已约谈", "已查处", "已处罚", "已经", "曾", "上次", "别", "不要", "不要求", "答复"])
        || shall && demanded && !done
        || listed && !done
        || signed
        || any_end(&around.clause_before, BLAMES)
    {
        return 3;
    }
    if ACCUSES.iter().any(|w| before.contains(w)) || before.ends_with('诉') {
        return 3;
    }
    let own: String = around.sentence_behind.chars().take(45).collect();
    if any_in(&around.clause_behind, GRIEVANCES) || any_in(&own, GRIEVANCES) { 2 } else { 1 }
}

/// Whether the text's point, from a place on, is an office.
pub fn accuses_office(text: &Folded, focus: usize) -> bool {
    let words: String = text.slice(focus, focus + 16).iter().collect();
    any_in(&words, OFFICE_NAMES)
}
