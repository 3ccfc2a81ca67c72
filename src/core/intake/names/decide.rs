//! Which of the enterprises that share a form is meant: by district, street, trade; else nobody.

mod address;
mod spelt;

use super::find::{How, Place, alone};
use super::fold::Folded;
use super::forms::FormKind;
use super::index::{Index, Slot};
use super::lexicon::{Hit, Lexicon, Word};
use super::role::{ends_clause, ends_sentence};
use super::trades::{TRADES, goes_with};
use super::words::{Words, ahead_of, any_in, any_start, words};
use crate::domain::EnterpriseRow;
use crate::intake::Directory;
use crate::journal::AttributionMethod;
use crate::pipeline::Model;
use address::address_score;
use spelt::{Spelt, is_safe};

/// How much surer the first must be than the second.
const MARGIN: i32 = 2;

/// All that is known around a name.
pub struct Context<'a> {
    pub model: &'a Model,
    pub directory: &'a Directory,
    pub index: &'a Index,
    pub lexicon: &'a Lexicon,
    /// The record's own region.
    pub region: Option<&'a str>,
    /// Districts and trades named anywhere in the record.
    pub districts: Vec<&'a str>,
    /// Those of them a journey goes to: they say nothing of where a firm is.
    pub goals: Vec<&'a str>,
    pub trades: Vec<u8>,
    /// All texts of the record, folded, the address among them.
    pub texts: Vec<&'a Folded>,
}

/// One enterprise that may be meant, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely {
    pub slot: Slot,
    pub how: How,
    pub score: i32,
    /// The text or the record puts it elsewhere.
    pub elsewhere: bool,
    /// What else in the record goes with it: its trade, its street or town, its district.
    pub trade: bool,
    pub street: bool,
    pub district: bool,
}

/// Who is meant at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The one, if one is.
    pub one: Option<Likely>,
    /// Everyone it could be, the likeliest first.
    pub all: Vec<Slot>,
    pub narrowed: bool,
    /// Something in the record goes with the likeliest.
    pub supported: bool,
    /// Those of them nothing speaks against.
    pub fitting: Vec<Slot>,
}

impl Context<'_> {
    fn row(&self, slot: Slot) -> Option<&EnterpriseRow> {
        self.directory.get(self.index.id(slot))
    }

    /// Whoever was merged away is its successor; itself, where that one has no name to be found by.
    fn standing(&self, slot: Slot) -> Slot {
        self.index.slot(self.directory.stands_for(self.index.id(slot))).unwrap_or(slot)
    }

    /// One part of the realm lies in the other.
    fn within(&self, a: &str, b: &str) -> bool {
        a == b || self.model.region_chain(Some(a)).contains(&b) || self.model.region_chain(Some(b)).contains(&a)
    }

    fn lies_in(&self, row: &EnterpriseRow, district: &str) -> Option<bool> {
        let own = row.region.as_deref().filter(|r| *r != self.lexicon.root)?;
        Some(self.within(own, district))
    }
}

/// A whole name or a code that only one firm has: nothing around it could say otherwise.
fn only_one(context: &Context, options: &[(Slot, How, i32)]) -> Option<Decided> {
    let [(slot, how @ (How::Id | How::Form(FormKind::Name | FormKind::FormerName)), score)] = *options else { return None };
    let slot = context.standing(slot);
    let one = Likely { slot, how, score, elsewhere: false, trade: false, street: false, district: false };
    Some(Decided { one: Some(one), all: vec![slot], narrowed: false, supported: true, fitting: vec![slot] })
}

impl Decided {
    /// It is the one by what the rest of the record says.
    pub fn settle(&mut self, slot: Slot, how: How) {
        self.one = Some(Likely { slot, how, score: 0, elsewhere: false, trade: false, street: false, district: false });
        (self.all, self.fitting, self.supported) = (vec![slot], vec![slot], true);
    }
}

pub fn decide(context: &Context, text: &Folded, hits: &[Hit], place: &Place) -> Decided {
    let widened = widened(context, place);
    if let Some(decided) = only_one(context, &widened) {
        return decided;
    }
    let near = nearby(context, text, hits, place);
    let mut options: Vec<Likely> = Vec::new();
    for (slot, how, base) in widened {
        let slot = context.standing(slot);
        let Some(row) = context.row(slot) else { continue };
        let mut option = weighed(context, row, slot, how, base, &near);
        if names_exactly(row, text, place) {
            option.score += MARGIN;
        }
        match options.iter_mut().find(|o| o.slot == slot) {
            None => options.push(option),
            Some(known) if option.score > known.score => *known = option,
            Some(_) => {}
        }
    }
    options.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| context.index.id(a.slot).cmp(context.index.id(b.slot))));
    let all = options.iter().map(|o| o.slot).collect();
    let fitting = options.iter().filter(|o| !o.elsewhere).map(|o| o.slot).collect();
    let narrowed = options.len() > 1;
    let clear = match options.as_slice() {
        [] => false,
        [_] => true,
        [first, second, ..] => first.score >= second.score + MARGIN,
    };
    let supported = options.first().is_some_and(|first| is_safe(first, || Spelt::new(text, place, near.city)));
    let one = options.into_iter().next().filter(|_| clear && supported);
    Decided { one, all, narrowed, supported, fitting }
}

/// The place's own, and the branches of a head office: people write its name for them.
fn widened(context: &Context, place: &Place) -> Vec<(Slot, How, i32)> {
    let mut all: Vec<(Slot, How, i32)> = place.whose.iter().map(|(slot, how)| (*slot, *how, weight(*how))).collect();
    for (slot, how) in &place.whose {
        for branch in context.index.branches(context.index.id(*slot)) {
            if !all.iter().any(|(s, ..)| *s == branch) {
                all.push((branch, How::Form(FormKind::Family), weight(*how) - MARGIN));
            }
        }
    }
    all
}

/// How sure each form is.
fn weight(how: How) -> i32 {
    match how {
        How::Id => 20,
        How::Form(FormKind::Name) => 8,
        How::Form(FormKind::Short | FormKind::Alias | FormKind::FormerName) => 5,
        How::Form(FormKind::FormerShort | FormKind::Family) => 3,
        How::Form(FormKind::Brand(_) | FormKind::Bare) => 2,
        How::Form(FormKind::Sound) => 0,
    }
}

/// With and without 责任, brackets and so on: who is written just so goes before others.
fn names_exactly(row: &EnterpriseRow, text: &Folded, place: &Place) -> bool {
    let Some(name) = &row.name else { return false };
    text.piece(place.from, place.to).ends_with("有限公司") && text.was_limited(place.to) == name.contains("有限责任公司")
}

/// 荣成两日游: where a journey goes says nothing of where a firm is.
pub fn is_destination(text: &Folded, hit: &Hit) -> bool {
    let behind = text.piece(hit.to, hit.to + 4).trim_start_matches(['市', '区', '的']);
    let days = behind.trim_start_matches(|c: char| "一二两三四五六七半多".contains(c) || c.is_ascii_digit());
    days.len() < behind.len() && (days.starts_with("日游") || days.starts_with("天"))
        || days.starts_with("游") && !any_start(days, words!["游泳", "游客", "游乐", "游艇"])
}

/// What stands close to a name.
struct Near<'a> {
    district: Option<&'a str>,
    trade: Option<u8>,
    /// Of a brand alone: what stands right behind it.
    behind: Vec<u8>,
    /// The words around it: street and town named there count more.
    words: String,
    /// A shop's own place: the text between the name and 店, 分公司.
    shop: Option<String>,
    /// 某总店: the head, no branch.
    head: bool,
    /// 某集团旗下的出租: not the group itself.
    below: bool,
    /// 威海某: by the name of the realm's own city.
    city: bool,
    /// Somebody has just this name.
    written: bool,
    /// The word of the trade.
    word: String,
}

fn nearby<'a>(context: &Context<'a>, text: &Folded, hits: &[Hit], place: &Place) -> Near<'a> {
    let lexicon = context.lexicon;
    let around = |h: &&Hit| (h.to <= place.from && place.from - h.to <= 2) || (h.from >= place.from && h.from <= place.end + 2);
    let clause_from = place.from.saturating_sub(12);
    // 干活在荣成碧螯水产，合同跟同德签的: where several districts are named, that of another clause is another's.
    let same_clause = |h: &&Hit| {
        let near = h.from >= clause_from && h.to <= place.from;
        near && !text.slice(h.to, place.from).iter().any(|c| ends_sentence(*c) || context.districts.len() > 1 && ends_clause(*c))
    };
    let district = |h: &Hit| lexicon.district(*h).filter(|_| !is_destination(text, h));
    let district =
        hits.iter().filter(around).find_map(district).or_else(|| hits.iter().rev().filter(same_clause).find_map(district));
    let at = behind_pronoun(text, place.to);
    let of_trade = |h: &Hit| match lexicon.word(*h) {
        Word::Trade(trade) if h.from >= place.from && h.from <= place.end => Some((*h, *trade)),
        Word::Trade(trade) | Word::Hint(trade) if h.from == at && at > place.to => Some((*h, *trade)),
        _ => None,
    };
    let trade = hits.iter().filter_map(of_trade).max_by_key(|(h, _)| (h.to - h.from, usize::MAX - h.from));
    let word = trade.map(|(h, _)| text.slice(h.from, h.to).iter().collect()).unwrap_or_default();
    // A school has a canteen.
    let alone =
        alone(place) && !text.is_cut(place.to) && !any_start(text.behind(place.to), words!["食堂", "餐厅", "宿舍", "停车"]);
    let behind = hits.iter().filter(|h| alone && h.from == at).filter_map(|h| match lexicon.word(*h) {
        Word::Trade(trade) | Word::Hint(trade) => Some(*trade),
        _ => None,
    });
    let behind = behind.collect();
    let apart = |c: char| ends_clause(c) || matches!(c, '和' | '与' | '、');
    let before = text.slice(place.from.saturating_sub(8), place.from);
    let before = &before[before.iter().rposition(|c| apart(*c)).map_or(0, |at| at + 1)..];
    let after = text.slice(place.end, place.end + 8).iter().take_while(|c| !apart(**c));
    let words: String = before.iter().chain(after).collect();
    let head = ["总店", "总部", "总公司", "总校", "总行", "总院"]
        .iter()
        .any(|word| text.goes_on(place.to, word) || text.goes_on(place.end, word));
    let below = any_in(text.piece(place.from, place.to), words!["旗下", "下属", "下面", "底下"]);
    let root = |h: &Hit| matches!(lexicon.word(*h), Word::Region(code) if *code == lexicon.root);
    let written = place.whose.iter().any(|(_, how)| *how < How::Form(FormKind::Family));
    let city = hits.iter().any(|h| h.to == place.from && root(h));
    let shop = shop_behind(text, place.to).filter(|_| !head);
    Near { district, trade: trade.map(|(_, trade)| trade), behind, words, shop, head, below, city, written, word }
}

/// 同德那家|卖药的.
fn behind_pronoun(text: &Folded, to: usize) -> usize {
    let pronoun = ["那家", "那个", "这家", "这个"].into_iter().find(|word| text.goes_on(to, word));
    to + pronoun.map_or(0, |word| word.chars().count())
}

const SHOPS: &Words = words!["分公司", "分店", "门店", "店", "校区", "分校", "营业部", "网点", "分院", "分部", "站", "门市部"];

fn shop_behind(text: &Folded, to: usize) -> Option<String> {
    let behind = text.piece(to, to + 10).split(ends_clause).next().unwrap_or_default();
    let (at, _) = SHOPS.places(behind).min()?;
    let place = behind[..at].trim_start_matches(['的', '*', '-', '—', '#']);
    // 世纪大道这家店.
    let street = |rest: &&str| rest.ends_with(['路', '街', '道']);
    let place = ["这家", "那家"].iter().find_map(|some| place.strip_suffix(some).filter(street)).unwrap_or(place);
    let another = any_start(place, words!["和", "与", "及", "跟", "、"]);
    if ["搅拌", "加油", "加气", "充电", "收费", "换热", "变电", "检测"].contains(&place) || another {
        return None;
    }
    (place.chars().count() >= 2 && place.chars().count() <= 6).then(|| place.to_string())
}

fn weighed(context: &Context, row: &EnterpriseRow, slot: Slot, how: How, base: i32, near: &Near) -> Likely {
    let mut score = base;
    let lies = |district: &str| context.lies_in(row, district);
    let mut elsewhere = false;
    let mut district = false;
    match near.district.map(lies) {
        Some(Some(true)) => {
            score += 5;
            district = true;
        }
        Some(Some(false)) => {
            score -= 4;
            elsewhere = true;
        }
        _ => {
            let named: Vec<bool> = context.districts.iter().filter_map(|d| lies(d)).collect();
            if named.contains(&true) {
                score += 3;
                district = true;
            } else if !named.is_empty() {
                score -= 2;
            }
        }
    }
    let city = near.city && row.name.as_ref().is_some_and(|name| is_of_the_city(context.lexicon, name));
    score += MARGIN * i32::from(city);
    match context.region.filter(|r| *r != context.lexicon.root).map(lies) {
        Some(Some(true)) => {
            score += 3;
            district |= !elsewhere;
        }
        Some(Some(false)) => {
            score -= 3;
            elsewhere |= near.district.is_none() && !city && !matches!(how, How::Form(FormKind::Short | FormKind::Alias));
        }
        _ => {}
    }
    let street = address_score(context, row, &near.words);
    score += street;
    // Zones lie within districts: the street says where it is.
    elsewhere = street < 0 || elsewhere && street == 0;
    let goes = |t: &u8| goes_with(usize::from(*t), row.industry.as_deref().unwrap_or_default());
    // 朝阳牙科 is not 朝阳物业.
    if !near.behind.is_empty() && !near.behind.iter().any(goes) {
        elsewhere = true;
        score -= MARGIN;
    }
    if let Some(shop) = &near.shop {
        let shop = Folded::new(shop);
        let place = shop.text.trim_end_matches(['市', '区', '镇', '路', '街']);
        let has = |text: &Option<String>| text.as_ref().is_some_and(|t| Folded::new(t).text.contains(place));
        let named = has(&row.address) || has(&row.name) || row.aliases.iter().any(|a| Folded::new(a).text.contains(place));
        if named {
            score += 4;
        } else if row.branch || row.parent.is_some() {
            score -= 3;
            elsewhere |= !["这家", "那家", "这个", "那个"].contains(&place);
        }
    }
    if near.head {
        score += if row.branch || row.parent.is_some() { -6 } else { 4 };
    }
    let to = |goal: &&str| lies(goal) == Some(true);
    let own = own_place(context.lexicon, row).filter(|_| !context.goals.iter().any(to) || near.shop.is_some());
    let at_shop = own.as_ref().is_some_and(|place| context.texts.iter().any(|t| t.text.contains(place)));
    if at_shop {
        score += 4;
    }
    if own.as_ref().is_some_and(|place| near.words.contains(place)) {
        score += 4;
    }
    let near_trade = near.trade.as_ref().is_some_and(goes);
    let spoken_of = context.trades.iter().any(|t| near.trade != Some(*t) && goes(t));
    let trade = near_trade || spoken_of;
    score += 3 * i32::from(near_trade) + 2 * i32::from(spoken_of);
    if matches!(how, How::Form(FormKind::Brand(_) | FormKind::Bare | FormKind::Sound)) && !near.written {
        score += near.trade.map_or(0, |trade| own_trade(row, usize::from(trade), &near.word));
        // Nothing says which shop: the head.
        score -= if row.branch { MARGIN } else { 0 };
    }
    if near.below && row.name.as_ref().is_some_and(|name| name.contains("集团")) {
        elsewhere = true;
        score -= 6;
    }
    if row.status.as_deref().is_some_and(Directory::is_closed) {
        score -= 2;
    }
    Likely { slot, how, score, elsewhere, trade, street: street > 0 || at_shop, district }
}

/// 威海某: its name begins with that of the realm's own city.
fn is_of_the_city(lexicon: &Lexicon, name: &str) -> bool {
    let name = Folded::new(name);
    lexicon.find(&name).iter().any(|h| h.from == 0 && matches!(lexicon.word(*h), Word::Region(code) if *code == lexicon.root))
}

/// How near the word of a trade is to the firm's own: 出租汽车 is what 的士 means, more than 运输.
fn own_trade(row: &EnterpriseRow, trade: usize, word: &str) -> i32 {
    let Some(name) = &row.name else { return 0 };
    match TRADES[trade].words.iter().any(|word| name.contains(word)) {
        _ if name.contains(word) => 2 * MARGIN,
        own => MARGIN * i32::from(own),
    }
}

/// A branch's own place, from its name: 银滩分公司.
fn own_place(lexicon: &Lexicon, row: &EnterpriseRow) -> Option<String> {
    let name = Folded::new(row.name.as_deref().filter(|_| row.branch)?);
    let (_, branch) = name.text.rsplit_once("公司").filter(|(_, b)| !b.is_empty()).or_else(|| {
        let (head, _) = name.text.rsplit_once("分公司")?;
        head.rsplit_once("有限公司")
    })?;
    let place = ahead_of(branch, SHOPS);
    let place = place.trim_end_matches('分').trim_end_matches(['市', '区', '镇', '县']);
    // 荣成石岛店 is the one of 石岛.
    let smaller = lexicon.behind_region(place).filter(|rest| rest.chars().count() >= 2);
    let place = smaller.unwrap_or(place);
    (place.chars().count() >= 2).then(|| place.to_string())
}

pub fn method(how: How, variant: bool) -> (AttributionMethod, i64) {
    match how {
        How::Id => (AttributionMethod::IdInText, 980),
        How::Form(FormKind::Name) => (AttributionMethod::Name, 950),
        How::Form(FormKind::FormerName) => (AttributionMethod::FormerName, 900),
        How::Form(FormKind::Alias) => (AttributionMethod::Alias, 800),
        How::Form(FormKind::Short) => (AttributionMethod::ShortName, 850),
        How::Form(FormKind::FormerShort) => (AttributionMethod::FormerName, 750),
        How::Form(FormKind::Family) => (AttributionMethod::ShortName, 750),
        How::Form(FormKind::Brand(_)) if variant => (AttributionMethod::TradeVariant, 650),
        How::Form(FormKind::Brand(_)) => (AttributionMethod::Brand, 700),
        How::Form(FormKind::Bare) => (AttributionMethod::Brand, 600),
        How::Form(FormKind::Sound) => (AttributionMethod::Homophone, 600),
    }
}
