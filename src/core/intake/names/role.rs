//! What a text says of an enterprise it names: not everyone named is accused.

use super::cues::*;
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
    /// All that stands behind, over the ends of sentences.
    text_behind: String,
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
            text_behind: behind.iter().collect(),
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

const NOTHING_TO_DO: &[&str] =
    &["无关", "没关系", "没有关系", "没有任何关系", "毫无关系", "没啥关系", "不相干", "不沾边", "没有直接关系", "无任何关系"];
const MINE: &[&str] = &[
    "我公司",
    "我司",
    "我单位",
    "我们公司",
    "我们单位",
    "我店",
    "本公司",
    "我厂",
    "我们厂",
    "我校",
    "我院",
    "本店",
    "本单位",
    "来电人公司",
    "来电人单位",
    "本人单位",
    "本人公司",
    "市民公司",
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
    if complains(&around) || sues(&around, others_behind) {
        return of(Role::Mentioned, 2);
    }
    if victims_employer(&around, behind, others_behind) || only_looks_back(&around, behind, others_behind) {
        return of(Role::Mentioned, 2);
    }
    if any_end(&around.clause_before, MINE) || any_end(after_code(&around.clause_before), MINE) {
        return of(Role::Mentioned, 2);
    }
    let post = any_in(&behind.chars().take(6).collect::<String>(), POSTS)
        || around.clause_behind.chars().take(8).collect::<String>().contains("上班");
    if (post && any_in(&around.clause_before, MYSELF))
        || any_end(&around.clause_before, EMPLOYER_IS)
        || around.clause_before == "单位是"
    {
        // 社保局 is an office, not a quarrel about work.
        let office = blames_office(&around);
        return of(if office { Role::Mentioned } else { Role::Employer }, 2);
    }
    if let Some((first, last)) = text.quote_around(place.from, place.end)
        && last - first > place.end - place.from + 4
    {
        // What somebody else is quoted to have said.
        return of(Role::Mentioned, 1);
    }
    if treated(&around, text, place) {
        return of(Role::Accused, 0);
    }
    if helped(&around) {
        return of(Role::Mentioned, 1);
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

/// A hospital where somebody was treated: a party only if nobody else is named.
fn treated(around: &Around, text: &Folded, place: &Place) -> bool {
    let near: String = around.clause_behind.chars().take(14).collect();
    let name = text.slice(place.from, place.end);
    let clinic = name.ends_with(&['医', '院']) || name.ends_with(&['诊', '所']) || name.ends_with(&['门', '诊', '部']);
    clinic
        && plainly(around) < 3
        && (any_in(&near, TREATED) || any_end(&around.clause_before, &["送到", "送去", "送往", "送至", "转到", "来的是"]))
}

/// Who helped, saw it, or only marks the way.
fn helped(around: &Around) -> bool {
    let near: String = around.clause_behind.chars().take(14).collect();
    let soon: String = around.sentence_behind.chars().take(24).collect();
    let from = around.clause_before.ends_with('从');
    let route = around.clause_before.contains('从')
        && around.clause_before.contains('到')
        && any_in(&near, &["这一段", "路段", "一段", "之间", "沿线", "这段路"])
        || from && any_start(&near, &["往", "到", "出发", "向", "出来"]);
    any_in(&soon, HELPED) || route || any_start(&near, &["的监控", "监控"])
}

/// 我公司代码…: what stands between the owner and the code.
fn after_code(before: &str) -> &str {
    let mut rest = before;
    while let Some(shorter) = ["代码", "统一社会信用代码", "信用代码", "名称", "是", "系", "为", "税号", "抬头", "开票", "信用"]
        .iter()
        .find_map(|w| rest.strip_suffix(w))
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
    // 不是旁边的某: what tells it from others stands between.
    let nearer = ["旁边的", "隔壁的", "对面的", "楼下的", "楼上的", "那家", "这家", "原来的"];
    let before_all = nearer.iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before);
    (any_end(before_all, NOT) && !before.ends_with("是不是") && !before.ends_with("难道不是"))
        || (with && nothing)
        || any_in(&near, FREE_OF_BLAME)
        || (fault && any_in(before, &["不是", "并非", "不赖"]))
        || any_in(&near, PRAISED)
        || any_start(&corrected, &["不对", "说错", "口误", "哦不", "啊不"])
        || any_in(&around.sentence_behind, &["平台没有责任", "平台没责任", "平台无责"])
        || any_start(&around.next_sentence, &["不是,", "不对,", "错了,", "说错了"])
        || (any_end(before, &["表扬", "感谢", "点赞"]))
        || any_start(behind, &["误会", "澄清", "被冤枉"])
        || any_in(&near, &["有点像", "很像", "名字像", "名字差", "不是一家", "早就没有了", "也是同名"])
        || before.contains("不是") && any_in(&near, &["引起的", "造成的", "导致的", "干的", "卖的"])
}

fn compared(around: &Around, others_behind: bool) -> bool {
    if any_end(&around.clause_before, BETTER) {
        return true;
    }
    let soon: String = around.clause_behind.chars().take(10).collect();
    if any_end(&around.clause_before, FOR_INSTANCE) && any_in(&soon, WELL_DONE) {
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
    let another = any_in(
        &around.sentence_behind,
        &["另一家", "我报的这个", "我报的这家", "新的这家", "一家没名字", "一家没有名字", "我去的那家", "换了一家"],
    );
    let against = any_end(&around.clause_before, &["拿"]) || any_in(&near, &["虽然", "好歹", "起码", "至少", "也就收", "也就"]);
    if worse || against || (another && !others_behind && plainly(around) < 3) {
        return true;
    }
    others_behind && (cheap || same)
}

/// 甲诉乙: the one who sues. 甲投诉无门 sues nobody.
fn sues(around: &Around, others_behind: bool) -> bool {
    others_behind && any_start(&around.clause_behind, SUES) && !any_start(&around.clause_behind, SUES_NOT)
}

/// 甲的员工在乙被打: who employs the one it happened to.
fn victims_employer(around: &Around, behind: &str, others_behind: bool) -> bool {
    let worker = POSTS.iter().filter_map(|post| behind.strip_prefix(post)).min_by_key(|rest| rest.len());
    let elsewhere = worker.is_some_and(|rest| {
        let near: String = rest.chars().take(4).collect();
        any_in(&near, &["在", "到", "去", "被"])
    });
    elsewhere
        && (others_behind || any_in(&around.sentence_behind, &["门口", "路过", "附近"]))
        && any_in(&around.text_behind, HAPPENED)
}

/// How it was dealt with last time, or where something was before it went elsewhere.
fn only_looks_back(around: &Around, behind: &str, others_behind: bool) -> bool {
    let last_time = any_in(&around.clause_before, &["像上次", "像上回", "像前年", "像去年", "像之前"]);
    let then = any_in(&behind.chars().take(8).collect::<String>(), &["那样", "那次", "那回", "一样", "似的"]);
    let once = any_end(&around.clause_before, ONCE_AT);
    last_time && then || once && others_behind && any_in(&around.sentence_behind, MOVED_ON)
}

/// The text is about an office that keeps records of work, and no quarrel with the employer.
fn blames_office(around: &Around) -> bool {
    let mut told = around.text_behind.clone();
    let offices = WORK_OFFICES.iter().filter(|office| told.contains(*office)).count();
    WORK_OFFICES.iter().for_each(|office| told = told.replace(office, ""));
    offices > 0 && !any_in(&told, WORK)
}

fn plainly(around: &Around) -> u8 {
    let accuses = ["投诉", "举报", "反映", "反应", "起诉", "控告", "状告", "曝光", "检举"];
    let before: String = around.clause_before.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    if accuses.iter().any(|w| before.contains(w)) || before.ends_with('诉') {
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

/// A form's label, or the words of a clerk: it is the one who complains.
fn complains(around: &Around) -> bool {
    let label =
        any_end(&around.sentence_before, &["投诉人:", "举报人:", "来电人:", "来电单位:", "反映人:", "诉求人:", "投诉单位:"]);
    let accused = any_end(&around.sentence_before, &["被投诉人:", "被举报人:", "被投诉单位:"]);
    (label && !accused) || any_start(&around.clause_behind, &["来电反映", "来电称", "来电投诉", "来电咨询", "反映称", "投诉称"])
}
