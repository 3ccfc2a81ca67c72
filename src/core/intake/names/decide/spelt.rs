//! How a place names somebody, and whether that is enough.

use super::Likely;
use super::address::denied;
use crate::intake::names::cues::{is_ordinary, is_surname};
use crate::intake::names::find::{How, Place};
use crate::intake::names::fold::Folded;
use crate::intake::names::forms::FormKind;
use crate::intake::names::role::ends_clause;
use crate::intake::names::words::{Words, any_end, any_in, any_start, words};

/// How a place names somebody.
#[derive(Clone, Copy)]
pub struct Spelt {
    chars: usize,
    torn: bool,
    /// Right behind 投诉, or all there is.
    accused: bool,
    /// Where only somebody's name can stand: 叫某的, 某的老板.
    called: bool,
    ordinary: bool,
    /// It tells of earlier times.
    earlier: bool,
    /// Like the name of a person.
    person: bool,
    /// The text speaks of somebody of the same name.
    another_person: bool,
}

impl Spelt {
    pub fn new(text: &Folded, place: &Place, city: bool) -> Spelt {
        let name = text.slice(place.from, place.to);
        let chars = name.len();
        let complained = || any_end(text.before(place.from), words!["投诉", "举报"]);
        let is_person = chars == 3 && is_surname(name[0]);
        let namesakes = words!["同名同姓", "不是一个人", "不是同一个人", "重名"];
        Spelt {
            chars,
            torn: place.torn,
            accused: chars == text.len() || complained(),
            called: city || called(text, place),
            ordinary: is_ordinary(name),
            earlier: earlier(text, place),
            person: is_person,
            another_person: is_person && any_in(&text.text, namesakes),
        }
    }

    /// A brand alone needs what goes with it: two characters a trade and a place, three one of them, an ordinary word (大桥) its
    /// street, or a trade, a district and to be who is complained of.
    fn is_enough(self, likely: &Likely) -> bool {
        let Spelt { chars, torn, accused, called, ordinary, earlier, person, another_person } = self;
        let goes = likely.street || likely.trade || likely.district;
        match likely.how {
            How::Form(FormKind::Bare | FormKind::Alias) if ordinary => {
                likely.street || (likely.trade && likely.district && accused)
            }
            How::Form(FormKind::Alias) if chars == 3 => goes || accused,
            How::Form(FormKind::Bare) if torn && chars == 2 => likely.street,
            How::Form(FormKind::Bare) if torn => !earlier && (likely.street || likely.trade && likely.district),
            // 于守椽 may be the man.
            How::Form(FormKind::Bare) if person => !another_person && (likely.street || likely.trade || accused || called),
            How::Form(FormKind::Bare) if chars == 2 => likely.street || (likely.trade && (likely.district || accused || called)),
            How::Form(FormKind::Bare) => goes,
            How::Form(FormKind::Sound) if torn || chars == 3 => likely.street || likely.trade && likely.district,
            _ => true,
        }
    }
}

/// Behind them stands a name.
const CALLED: &Words = words!["叫", "名叫", "叫做", "店名", "招牌", "字号", "名为"];
/// Who is somebody's, and what is dealt with somebody.
#[rustfmt::skip]
const OWNED: &Words = words![
    "的老板", "的店长", "的客服", "的师傅", "的司机", "的经理", "的员工", "的店员", "的教练", "的老师", "的护士", "的大夫", "的医生", "的销售", "的前台",
    "的导游", "的保安", "的工人", "的业务员", "的服务员", "的人", "的车", "的船", "的货", "的卡", "的工作人员", "的会员", "的售后", "的技师", "的中介", "的骑手",
    "的小哥", "的大姐", "的小姑娘", "的技术员",
    "老板", "店长", "客服", "师傅", "前台", "售后", "家的", "卡里", "会员卡",
];
const DEALT: &Words =
    words!["办", "买", "订", "报", "充", "做", "吃", "住", "消费", "定", "存", "学", "租", "修", "洗", "剪", "贷", "拍"];

/// 去年在某吃: in a clause about earlier times.
fn earlier(text: &Folded, place: &Place) -> bool {
    let before = text.piece(place.from.saturating_sub(12), place.from);
    let clause = before.rsplit(ends_clause).next().unwrap_or_default();
    any_in(clause, words!["去年", "前年", "以前", "之前", "当年", "当初", "原来", "上回", "上次", "早先", "头回"])
}

fn called(text: &Folded, place: &Place) -> bool {
    let (from, to) = (place.begin, place.to);
    let brand = text.piece(place.from, to);
    // 骑手不是快橹的; before that, somebody else was dealt with.
    if denied(&text.text, brand) || earlier(text, place) {
        return false;
    }
    any_end(text.before(from), CALLED)
        || any_start(text.behind(to), OWNED)
        || any_end(text.before(from), words!["在", "到", "去"]) && any_start(text.behind(to), DEALT)
        || words!["那里", "那儿", "那边", "家"]
            .starts(text.behind(to))
            .any(|word| any_start(&text.behind(to)[word.len()..], DEALT))
        || any_end(text.before(from), DEALT) && text.goes_on(to, "的")
        || any_end(text.before(from), words!["告", "找"]) && text.goes_on(to, "退")
        || any_end(text.before(from), words!["坐", "打"]) && text.goes_on(to, "的")
}

/// A name given in part must not contradict what the text says of the place; how it is spelt is looked at only
/// where that matters.
pub fn is_safe(likely: &Likely, spelt: impl Fn() -> Spelt) -> bool {
    match likely.how {
        How::Id | How::Form(FormKind::Name | FormKind::FormerName) => true,
        How::Form(FormKind::Bare | FormKind::Alias | FormKind::Sound) => !likely.elsewhere && spelt().is_enough(likely),
        How::Form(_) => !likely.elsewhere,
    }
}
