//! The forms in which people write an enterprise's name.

use super::cues::is_surname;
use super::fold::Folded;
use super::lexicon::{Hit, Lexicon, Word};
use super::sound::SOUNDS;
use super::trades::{FILLERS, LEGAL_FORMS};
use crate::domain::EnterpriseRow;

/// Longest form looked for in texts, in characters.
pub const MAX_FORM_CHARS: usize = 60;
/// Shortest.
pub const MIN_FORM_CHARS: usize = 2;
/// Longest brand, in characters.
pub const MAX_BRAND_CHARS: usize = 6;

/// What a form is of a name, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormKind {
    Name,
    FormerName,
    Alias,
    /// Without region or legal form.
    Short,
    FormerShort,
    /// What a branch shares with its head office and sisters.
    Family,
    /// Brand and trade, by the trade's number.
    Brand(u8),
    /// The brand alone: it needs a trade and a place beside it.
    Bare,
    /// As it sounds.
    Sound,
}

/// One form: what is compared, and as what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    pub kind: FormKind,
    pub chars: Vec<char>,
}

/// A name taken apart, in characters of its folded form.
#[derive(Debug, Default)]
struct Parts {
    /// Where the region in front ends.
    core: usize,
    /// Where the legal form begins, or the name ends.
    legal: usize,
    /// Where the part of a branch begins: behind the legal form.
    branch: usize,
    /// Where the trade's word begins and ends, and its number.
    trade: Option<(usize, usize, u8)>,
}

fn parts(lexicon: &Lexicon, name: &Folded, hits: &[Hit]) -> Parts {
    let region_to = |at: usize| {
        let regions = hits.iter().filter(|h| h.from == at && matches!(lexicon.word(**h), Word::Region(_)));
        regions.map(|h| h.to).max()
    };
    let mut core = 0;
    // 山东省威海市环翠区…: the province is no region of the realm.
    if let Some(province) = name.chars.iter().take(4).position(|c| *c == '省') {
        core = province + 1;
    }
    while let Some(to) = region_to(core) {
        core = to;
    }
    // A name that is nothing but a region keeps it.
    if core + MIN_FORM_CHARS > name.len() {
        core = 0;
    }
    let legal =
        LEGAL_FORMS.all.iter().filter_map(|form| find(name, form, core)).min_by_key(|(from, to)| (*from, usize::MAX - to));
    let (legal, branch) = legal.unwrap_or((name.len(), name.len()));
    let trade = |h: &Hit| match lexicon.word(*h) {
        Word::Trade(number) if h.from >= core + 2 && h.to <= legal => Some((h.from, h.to, *number)),
        _ => None,
    };
    // The first trade word, of those the longest.
    let trade = hits.iter().filter_map(trade).min_by_key(|(from, to, _)| (*from, usize::MAX - to));
    Parts { core, legal, branch, trade }
}

fn find(name: &Folded, word: &str, from: usize) -> Option<(usize, usize)> {
    let at = name.text.find(word)?;
    let first = name.char_at(at);
    (first > from).then(|| (first, first + word.chars().count()))
}

/// All forms of an enterprise, each once.
pub fn forms(lexicon: &Lexicon, row: &EnterpriseRow) -> Vec<Form> {
    let mut out = Vec::new();
    if let Some(name) = &row.name {
        let folded = Folded::new(name);
        add(&mut out, FormKind::Name, &folded.chars);
        short_forms(&mut out, lexicon, &folded, FormKind::Short, FormKind::Family);
    }
    for name in &row.former_names {
        let folded = Folded::new(name);
        add(&mut out, FormKind::FormerName, &folded.chars);
        short_forms(&mut out, lexicon, &folded, FormKind::FormerShort, FormKind::FormerShort);
    }
    for alias in &row.aliases {
        let folded = Folded::new(alias);
        // Two characters are a word of the language as often as a name.
        if folded.len() == 2 {
            add(&mut out, FormKind::Bare, &folded.chars);
        }
        add(&mut out, FormKind::Alias, &folded.chars);
        let hits = lexicon.find(&folded);
        add_brand(&mut out, lexicon, &folded, &hits, &parts(lexicon, &folded, &hits));
    }
    let spoken: Vec<Vec<char>> = out.iter().filter(|f| is_spoken(f)).map(|f| f.chars.clone()).collect();
    for chars in spoken {
        let sounds: Option<Vec<char>> = chars.iter().map(|c| sound(*c)).collect();
        if let Some(sounds) = sounds {
            out.push(Form { kind: FormKind::Sound, chars: sounds });
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Forms long enough to be told by their sound.
fn is_spoken(form: &Form) -> bool {
    let kinds = matches!(
        form.kind,
        FormKind::Name | FormKind::Short | FormKind::Alias | FormKind::Family | FormKind::FormerShort | FormKind::Bare
    );
    kinds && (3..=MAX_FORM_CHARS).contains(&form.chars.len())
}

/// A syllable as a character of its own, so that both kinds of form are lists of characters.
pub(super) fn sound(c: char) -> Option<char> {
    match SOUNDS.of(c) {
        0 => None,
        n => char::from_u32(0xE000 + u32::from(n)),
    }
}

fn add(out: &mut Vec<Form>, kind: FormKind, chars: &[char]) {
    if chars.len() >= MIN_FORM_CHARS {
        out.push(Form { kind, chars: chars.to_vec() });
    }
}

/// The name without legal form, without region, without filling words; a branch's place behind each.
fn short_forms(out: &mut Vec<Form>, lexicon: &Lexicon, name: &Folded, own: FormKind, family: FormKind) {
    let hits = lexicon.find(name);
    let p = parts(lexicon, name, &hits);
    let mut bodies: Vec<Vec<char>> = vec![name.slice(0, p.legal).to_vec(), name.slice(p.core, p.legal).to_vec()];
    bodies.push(without(name.slice(p.core, p.legal), FILLERS.all, 3).to_vec());
    if let Some((from, to, _)) = p.trade {
        bodies.push(name.slice(p.core, to).to_vec());
        // 鸿达（威海）电梯: the place in the middle is left out in speech.
        let middle = hits.iter().find(|h| matches!(lexicon.word(**h), Word::Region(_)) && h.from >= p.core + 2 && h.to <= from);
        if let Some(place) = middle {
            // 鸿达（威海）: with what it does beside it.
            if (4..=MAX_BRAND_CHARS).contains(&(place.to - p.core)) {
                add(out, FormKind::Bare, name.slice(p.core, place.to));
            }
            bodies.push([name.slice(p.core, place.from), name.slice(place.to, to)].concat());
        }
    }
    let branch = name.slice(p.branch, name.len());
    for body in bodies.iter().filter(|b| b.len() >= 3) {
        if branch.is_empty() {
            add(out, own, body);
        } else {
            add(out, own, &[body.as_slice(), branch].concat());
            for shop in shops(branch) {
                add(out, own, &[body.as_slice(), shop.as_slice()].concat());
            }
            // A branch has its head's name within its own: that alone is the family's.
            add(out, family, body);
        }
    }
    add_brand(out, lexicon, name, &hits, &p);
}

/// What a branch is called instead: 文登分公司, 文登店, 文登分店.
fn shops(branch: &[char]) -> Vec<Vec<char>> {
    let endings = ["分公司", "分店", "门店", "店", "分部", "营业部", "分校", "校区"].map(|e| e.chars().collect::<Vec<char>>());
    let place = endings.iter().find_map(|e| branch.strip_suffix(e.as_slice())).unwrap_or(branch);
    if place.is_empty() {
        return Vec::new();
    }
    endings.iter().map(|e| [place, e.as_slice()].concat()).filter(|shop| shop != branch).collect()
}

/// What a shop ends in.
const SHOP_ENDS: &[&str] = &["店", "馆", "铺", "部", "行", "坊", "社", "厂", "站", "中心", "工作室", "院", "室"];

/// Words before a trade that say little of it: 鸥翎|国际旅行社.
const KINDS: &[&str] =
    &["国际", "假日", "儿童", "少儿", "亲子", "精品", "生物", "海洋", "精细", "现代", "连锁", "手工", "文化", "职业", "商品"];

/// The brand with the trade, whatever word for it.
fn add_brand(out: &mut Vec<Form>, lexicon: &Lexicon, name: &Folded, hits: &[Hit], p: &Parts) {
    let Some((from, _, trade)) = p.trade else {
        // 百汇龙商贸, 优粒瘦身馆: of a trade that has no words here.
        let all = without(name.slice(p.core, p.legal), FILLERS.all, 2);
        let all = without(all, SHOP_ENDS, 2);
        for left in [all.len(), all.len().saturating_sub(2)] {
            // 于秀兰裁缝店 is not the woman.
            let person = left == 3 && is_surname(all[0]);
            if !person && (MIN_FORM_CHARS..=4).contains(&left) && left + 2 <= name.len() - p.core {
                out.push(Form { kind: FormKind::Bare, chars: all[..left].to_vec() });
            }
        }
        return;
    };
    let mut brand = name.slice(p.core, from);
    if let Some(place) =
        hits.iter().find(|h| matches!(lexicon.word(**h), Word::Region(_)) && h.from >= p.core + 2 && h.to == from)
    {
        brand = name.slice(p.core, place.from);
    }
    for brand in [brand, without(brand, KINDS, 2)] {
        if (MIN_FORM_CHARS..=MAX_BRAND_CHARS).contains(&brand.len()) {
            for trade in Lexicon::related(trade).iter().copied().chain([trade]) {
                out.push(Form { kind: FormKind::Brand(trade), chars: brand.to_vec() });
            }
            out.push(Form { kind: FormKind::Bare, chars: brand.to_vec() });
        }
    }
}

/// Without such words at the end, as long as so many characters are left.
fn without<'a>(mut chars: &'a [char], words: &[&str], least: usize) -> &'a [char] {
    loop {
        let ends =
            |word: &&str| chars.iter().rev().zip(word.chars().rev()).filter(|(a, b)| **a == *b).count() == word.chars().count();
        match words.iter().filter(|word| ends(word)).map(|word| chars.len() - word.chars().count()).find(|left| *left >= least) {
            Some(left) => chars = &chars[..left],
            None => return chars,
        }
    }
}
