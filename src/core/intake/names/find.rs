//! Where a text names enterprises: the longest forms, not torn out of other words.

use super::cues::{STREETS, is_ordinary};
use super::fold::Folded;
use super::forms::{FormKind, MAX_BRAND_CHARS, MIN_FORM_CHARS, sound};
use super::index::{Found, Index, Slot};
use super::lexicon::{Hit, Lexicon, Word};
use super::role::{ends_clause, ends_sentence};
use super::trades::{FILLERS, LEGAL_FORMS};
use super::words::{Words, any_end, any_in, any_start, words};
use crate::domain::IdScheme;

/// Most places of one text that are looked at; the rest is left.
pub const MAX_MENTIONS: usize = 64;

/// How a place names whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    Id,
    Form(FormKind),
}

/// One place of a text that names one enterprise, or several that share the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub from: usize,
    pub to: usize,
    /// Where the districts before the name begin: 荣成|松龄苑.
    pub begin: usize,
    /// Where the words that go with the name end: 沐岚健身|房.
    pub end: usize,
    pub whose: Vec<(Slot, How)>,
    /// It may be a piece of other words: only street or town can prove it.
    pub torn: bool,
}

/// Words after which a name may begin.
#[rustfmt::skip]
const BEFORE: &Words = words![
    "投诉", "举报", "反映", "反应", "关于", "在", "到", "去", "是", "的", "叫", "找", "被", "和", "与", "跟", "由", "向", "从",
    "家", "了", "对", "于", "给", "把", "让", "请", "往", "过", "为", "说", "称", "及", "或", "着", "名", "像", "比", "如", "原",
    "该", "因", "经", "就", "个", "用", "买", "吃", "住", "租", "据", "查", "怪", "按", "以", "至", "等", "里", "侧", "边", "面",
    "诉", "求", "令", "促", "们", "我", "他", "要", "让", "但", "而", "楼下", "楼上", "隔壁", "旁", "进", "订", "罚", "查", "选",
    "送", "换", "路", "街", "镇", "村", "号", "区", "市", "县", "楼", "连", "坐", "付", "道", "充", "领", "逛", "喊", "告", "欠", "归", "边上", "成", "独", "加盟", "一下", "托", "雇", "谈", "骂",
];

/// Words before which a name may end.
#[rustfmt::skip]
const BEHIND: &Words = words![
    "的", "里面", "里边", "里的", "内", "收", "卖", "不", "拒", "没", "未", "拖", "欠", "乱", "存", "有", "是", "在", "从", "把",
    "被", "用", "将", "对", "给", "说", "称", "已", "也", "就", "都", "还", "又", "违", "老板", "门", "分", "总", "校区", "员工",
    "客服", "工作", "项目", "对面", "旁", "附近", "隔壁", "楼", "斜对", "后", "前", "这", "那", "和", "与", "跟", "及", "要",
    "吃", "买", "办", "充", "上", "包", "送", "销", "生产", "涨", "经常", "每天", "天天", "卫生", "使用", "涉嫌", "无", "到",
    "一", "突然", "关", "跑", "租", "做", "给", "当", "因", "至今", "大夫", "排", "最近", "答应", "承诺", "以", "让", "司机",
    "东", "西", "南", "北", "往", "只", "才", "便宜", "比", "属", "多", "今", "昨", "看", "玩", "洗", "剪", "学", "报", "订",
    "点", "参加", "体验", "消费", "就", "装", "修", "安", "交", "签", "种的", "补的", "拔的", "镶的", "烫的", "染的", "开的",
    "定的", "拿的", "退", "赔", "定做", "定制", "定金", "押金", "卡里", "店", "师傅", "经理", "前台", "会员", "预付", "售后", "里", "招", "干", "凭", "旗下", "倒", "提", "骗", "坑", "手", "新", "忽悠", "强", "打", "停", "换",
    "扔", "漏", "放", "推", "逼", "扣", "加", "罚", "拉", "催", "撕", "找", "派", "发", "寄", "配", "缺", "宰", "误", "竟",
    "居然", "咋", "怎", "能", "可", "来", "走", "搞", "弄", "超", "擅", "真", "太", "很", "光", "全", "半", "晚", "早", "夜", "集团", "厨房",
];

/// What a shop is called by its kind: 沐岚健身|房.
const SHOP_ENDS: &Words = words!["房", "馆", "站", "院", "所", "社", "室", "厅", "行", "城"];

fn is_han(c: char) -> bool {
    matches!(c as u32, 0x4E00..=0x9FFF | 0x3400..=0x4DBF)
}

struct Text<'a> {
    folded: &'a Folded,
    hits: &'a [Hit],
    /// Those of them that are regions: they come first.
    regions: &'a [Hit],
    lexicon: &'a Lexicon,
}

impl Text<'_> {
    fn begins_well(&self, at: usize) -> bool {
        at == 0
            || self.folded.is_cut(at)
            || !is_han(self.folded.chars[at - 1])
            || self.folded.chars.get(at).is_some_and(|c| !is_han(*c))
            || any_end(self.folded.before(at), BEFORE)
            || self.hits.iter().any(|h| h.to == at && !self.is_hint(h))
    }

    fn ends_well(&self, at: usize) -> bool {
        at >= self.folded.len()
            || self.folded.is_cut(at)
            || !is_han(self.folded.chars[at])
            || (at > 0 && !is_han(self.folded.chars[at - 1]))
            || any_start(self.folded.behind(at), BEHIND)
            || self.hits.iter().any(|h| h.from == at)
    }

    fn is_hint(&self, hit: &Hit) -> bool {
        matches!(self.lexicon.word(*hit), Word::Hint(_))
    }

    /// Latin letters and digits are never torn.
    fn tears(&self, from: usize, to: usize) -> bool {
        let chars = &self.folded.chars;
        let runs = |a: usize, b: usize| {
            chars.get(a).is_some_and(char::is_ascii_alphanumeric) && chars.get(b).is_some_and(char::is_ascii_alphanumeric)
        };
        (from > 0 && runs(from - 1, from)) || (to > 0 && runs(to - 1, to))
    }

    /// Whether a form may stand here as a name of its own.
    fn stands(&self, found: &Found, kind: FormKind) -> bool {
        let (from, to) = (found.from, found.to);
        if self.tears(from, to) {
            return false;
        }
        let whole = matches!(kind, FormKind::Name | FormKind::FormerName);
        match to - from {
            // Two characters are a name where nothing else stands; in a text they are a brand like others.
            0..=2 => from == 0 && to == self.folded.len(),
            3 => self.begins_well(from) && self.ends_well(to),
            _ if whole => true,
            4 if kind == FormKind::Alias => self.begins_well(from) || self.ends_well(to) || self.hits.iter().any(|h| h.to == to),
            _ => true,
        }
    }

    /// Where the words that belong to the name end: words of firms, and a legal form. None if the name
    /// goes on with words of its own: it is another firm's.
    fn end_of_name(&self, to: usize) -> Option<usize> {
        let mut end = to;
        while let Some(next) = self.longest_firm_word(end) {
            end = next;
        }
        let rest = self.folded.behind(end);
        let ending = FILLERS.starts(rest).chain(LEGAL_FORMS.starts(rest)).chain(SHOP_ENDS.starts(rest)).next();
        end += ending.map_or(0, |word| word.chars().count());
        // 沐岚健身器材有限公司 is not 沐岚健身.
        for ahead in end..(end + 7).min(self.folded.len()) {
            if !is_han(self.folded.chars[ahead]) || self.folded.is_cut(ahead) && ahead > end {
                break;
            }
            if self.folded.goes_on(ahead, "有限公司") && !self.folded.ends_with(ahead, "公司") {
                let mut rest = self.folded.piece(to, ahead);
                while let Some(filler) = FILLERS.ends(rest).next() {
                    rest = &rest[..rest.len() - filler.len()];
                }
                return rest.is_empty().then_some(ahead + 4);
            }
        }
        Some(end)
    }

    /// Where the regions right before a name begin.
    fn begin_of_name(&self, from: usize) -> usize {
        let before = |at: usize| self.regions.iter().filter(|h| h.to == at).map(|h| h.from).min();
        let mut begin = from;
        while let Some(earlier) = before(begin).filter(|_| !self.folded.is_cut(begin)) {
            begin = earlier;
        }
        begin
    }

    fn longest_firm_word(&self, at: usize) -> Option<usize> {
        let firm = |h: &&Hit| h.from == at && matches!(self.lexicon.word(**h), Word::Trade(_) | Word::Firm);
        self.hits.iter().filter(|h| firm(h)).map(|h| h.to).max()
    }
}

/// All places, in the order of the text; none overlaps another.
pub fn places(index: &Index, lexicon: &Lexicon, ids: IdScheme, text: &Folded, hits: &[Hit]) -> Vec<Place> {
    let regions = &hits[..hits.partition_point(|h| matches!(lexicon.word(*h), Word::Region(_)))];
    let text = Text { folded: text, hits, regions, lexicon };
    let mut all: Vec<Place> = codes(index, ids, &text);
    let (forms, brands_alone) = index.find(&text.folded.chars);
    for found in forms {
        let surest = found.whose.iter().map(|(_, kind)| *kind).min();
        if surest.is_some_and(|kind| text.stands(&found, kind)) {
            all.extend(place(&text, found));
        }
    }
    all.extend(brands(index, &text));
    all.extend(bare(brands_alone, &text));
    all.extend(sounds(index, &text));
    chosen(&text, all)
}

fn place(text: &Text, found: Found) -> Option<Place> {
    let whole = found.whose.iter().any(|(_, kind)| *kind == FormKind::Name);
    let end = if whole { Some(found.to) } else { text.end_of_name(found.to) }?;
    // 店员 is a word: 放心肉店|员.
    if !whole && text.folded.ends_with(found.to, "店") && text.folded.goes_on(found.to, "员") {
        return None;
    }
    if !whole && any_start(text.folded.behind(found.to), STREETS) {
        return None;
    }
    if !whole && (elsewhere(text.folded, found.from) || cut_short(text.folded, found.from, end)) {
        return None;
    }
    if !whole && is_phrase(text.folded, found.from, found.to) {
        return None;
    }
    let whose = found.whose.iter().map(|(slot, kind)| (*slot, How::Form(*kind))).collect();
    Some(Place { from: found.from, to: found.to, begin: text.begin_of_name(found.from), end, whose, torn: false })
}

/// Cities whose firms the realm's directory does not hold: 青岛沐岚健身 is not 威海's.
const OTHER_CITIES: &Words = words![
    "青岛", "烟台", "济南", "潍坊", "淄博", "日照", "临沂", "泰安", "济宁", "德州", "聊城", "滨州", "东营", "枣庄", "菏泽",
    "北京", "上海", "天津", "重庆", "深圳", "广州", "杭州", "南京", "苏州", "大连", "沈阳", "西安", "武汉", "成都", "郑州",
];

/// Behind such a city: somebody was there.
const AWAY: &Words = words!["出差", "旅游", "玩", "开会", "上学", "读书", "打工", "上大学", "期间"];

/// How something is done: a brand of this kind names nobody behind 没有, 能.
const ADVERBS: &Words = words![
    "及时", "准时", "按时", "随时", "马上", "立即", "尽快", "快速", "放心", "安心", "用心", "专业", "顺利", "平安", "正好",
    "满意", "方便", "认真",
];

/// 没有及时搬家, 我的好帮手了: words of the language.
fn is_phrase(text: &Folded, from: usize, to: usize) -> bool {
    let adverb = any_start(text.behind(from), ADVERBS);
    let verb =
        words!["没有", "没能", "没", "未", "未能", "不", "能", "会", "要", "应", "该", "够", "法", "可以", "给我", "给我们"];
    let person = words![
        "邻居",
        "邻居叫",
        "同学",
        "朋友",
        "同事",
        "老乡",
        "姓名",
        "证人",
        "市民",
        "来电人",
        "联系人",
        "本人",
        "户主",
        "业主",
        "患者",
        "我叫",
        "儿子",
        "女儿",
        "丈夫",
        "老伴",
        "父亲",
        "母亲",
        "也叫",
        "同名",
    ];
    let owned = words!["我的", "你的", "他的", "她的", "我们的", "大家的", "妈的", "爸的", "家的"];
    let hoped = words!["图个", "图的", "正值", "祝", "求个"];
    let (before, behind) = (text.before(from), text.behind(to));
    let short = to - from <= 3;
    let ends = || to == text.len() || text.goes_on(to, "了") || ends_clause(text.chars[to]) || ends_sentence(text.chars[to]);
    // 好好学|习, and not 好好学|习惯性拖欠.
    let goes_on = any_start(behind, words!["就行", "就好", "习"]) && !any_start(behind, words!["习惯", "就好像"]);
    short && (any_end(before, hoped) || goes_on || any_end(before, person))
        || (adverb && !text.is_cut(from) && any_end(before, verb))
        || (short && !text.is_cut(from) && ends() && any_end(before, owned))
}

/// “老地方海鲜加工” is another name than 老地方海鲜.
fn cut_short(text: &Folded, from: usize, end: usize) -> bool {
    text.quote_around(from, end).is_some_and(|(first, last)| first == from && end < last && last - first <= 16)
}

fn elsewhere(text: &Folded, from: usize) -> bool {
    let mut from = from;
    // 烟台芝罘区的一家叫某的.
    for between in ["名叫", "叫", "一家", "有家", "的", "那边", "那家", "市"] {
        from -= if text.ends_with(from, between) { between.chars().count() } else { 0 };
    }
    // 在大连出差时住的某, but not 大连路某.
    let sentence = text.piece(from.saturating_sub(16), from).rsplit(ends_sentence).next().unwrap_or_default();
    let away = |at: usize, city: &str| {
        let rest = &sentence[at + city.len()..];
        any_start(rest, AWAY) && !rest.contains('回') && rest.matches(ends_clause).count() <= 1
    };
    if OTHER_CITIES.places(sentence).any(|(at, city)| away(at, city)) {
        return true;
    }
    // 烟台开发区某, but not 从烟台到某.
    let before = text.piece(from.saturating_sub(8), from);
    let behind = |city: &&str| Some(&before[before.rfind(city)? + city.len()..]);
    let near = any_in(before, OTHER_CITIES).then(|| OTHER_CITIES.all.iter().find_map(behind)).flatten();
    near.is_some_and(|between| {
        between.is_empty()
            || any_end(between, words!["区", "县", "市"]) && !between.contains(['到', '来', '回', ',', '。', '去', '路', '街'])
    })
}

const CODE_CHARS: usize = 18;

/// Credit codes in the text whose check character fits.
fn codes(index: &Index, ids: IdScheme, text: &Text) -> Vec<Place> {
    if ids != IdScheme::Uscc {
        return Vec::new();
    }
    let chars = &text.folded.chars;
    let mut out = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        // A code may be written in groups.
        let run = chars[from..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == ' ').count();
        if run < CODE_CHARS {
            from += run.max(1);
            continue;
        }
        let code: String = chars[from..from + run].iter().filter(|c| **c != ' ').map(char::to_ascii_uppercase).collect();
        if code.len() == CODE_CHARS
            && let (Some(id), None) = ids.normalise(&code)
            && let Some(slot) = index.slot(&id)
        {
            out.push(Place { from, to: from + run, begin: from, end: from + run, whose: vec![(slot, How::Id)], torn: false });
        }
        from += run;
    }
    out
}

/// What may stand between a brand and the word of its trade.
const BETWEEN: &Words = words!["的", "牌", "这个", "那个", "这家", "那家", "家", "家的"];

/// Where the brand before a word of its trade may end: 沐岚|那家健身房, 磐盾|（威海）保安.
fn ends_of_brand(text: &Text, trade: usize) -> Vec<usize> {
    let between = BETWEEN.ends(text.folded.before(trade));
    let mut all: Vec<usize> = between.map(|word| trade - word.chars().count()).collect();
    let region = text.begin_of_name(trade);
    // 北辰海集团旗下|管我们院的那个物业.
    let before = text.folded.piece(trade.saturating_sub(12), trade);
    let from = |word: &&str| Some(&before[before.rfind(word)?..]);
    let below = ["集团旗下", "集团下属", "集团下面", "集团底下", "旗下", "底下"];
    let below = before.contains(['旗', '集']).then(|| below.iter().find_map(from)).flatten();
    let below = below.filter(|rest| !rest.contains(ends_clause)).map(|rest| trade - rest.chars().count());
    all.extend(below);
    all.extend([trade].into_iter().chain((region < trade).then_some(region)));
    all
}

/// Brands beside a word of their trade: 沐岚那家健身房, 健身房“沐岚”.
fn brands(index: &Index, text: &Text) -> Vec<Place> {
    let mut out = Vec::new();
    let chars = &text.folded.chars;
    for hit in text.hits {
        let Word::Trade(trade) = *text.lexicon.word(*hit) else { continue };
        for to in ends_of_brand(text, hit.from) {
            let joined = to == hit.from;
            for len in MIN_FORM_CHARS..=MAX_BRAND_CHARS.min(to) {
                let from = to - len;
                let whose = index.brand(&chars[from..to], trade);
                // 大桥那家饭店 is a restaurant by the bridge; 大桥饭店 may be its name.
                let a_place = || !joined && is_ordinary(&chars[from..to]);
                let begins = || len > 2 || joined || text.begins_well(from);
                if !whose.is_empty() && begins() && !a_place() && !text.tears(from, to) {
                    out.extend(place(text, Found { from, to: hit.to, whose }));
                }
            }
        }
        for len in MIN_FORM_CHARS..=MAX_BRAND_CHARS {
            let to = hit.to + len;
            if to > chars.len() || !text.folded.is_cut(hit.to) {
                break;
            }
            let whose = index.brand(&chars[hit.to..to], trade);
            if !whose.is_empty() && text.ends_well(to) && !is_ordinary(&chars[hit.to..to]) {
                out.extend(place(text, Found { from: hit.to, to, whose }));
            }
        }
    }
    out
}

/// Brands alone, where a name may begin.
fn bare(found: Vec<Found>, text: &Text) -> Vec<Place> {
    let untorn = found.into_iter().filter(|f| !text.tears(f.from, f.to));
    let stands = untorn.filter_map(|f| {
        let (begins, ends) = (text.begins_well(f.from), text.ends_well(f.to));
        // Three characters are hardly ever a piece of other words.
        let stands = begins || f.to - f.from >= 3 && ends;
        let torn = if f.to - f.from == 2 { !ends } else { !begins };
        Some(Place { torn, ..place(text, f)? }).filter(|_| stands)
    });
    stands.collect()
}

/// Names written with other characters of the same sound.
fn sounds(index: &Index, text: &Text) -> Vec<Place> {
    let chars = &text.folded.chars;
    let syllables: Vec<char> = chars.iter().map(|c| sound(*c).unwrap_or(' ')).collect();
    let mut out = Vec::new();
    for found in index.find_sounds(&syllables) {
        let len = found.to - found.from;
        let stands = match len {
            3 => text.begins_well(found.from) && text.ends_well(found.to),
            4 => text.begins_well(found.from) || text.ends_well(found.to),
            _ => true,
        };
        // 远舟|水产 for 远洲水产: the trade is written as it is.
        let trade = |h: &Hit| h.to == found.to && h.from >= found.from + 2 && matches!(text.lexicon.word(*h), Word::Trade(_));
        let torn = !stands;
        if (stands || len == 4 && text.hits.iter().any(trade)) && !text.tears(found.from, found.to) {
            out.extend(place(text, found).map(|place| Place { torn, ..place }));
        }
    }
    out
}

fn sounds_so(place: &Place) -> bool {
    place.whose.iter().all(|(_, how)| *how == How::Form(FormKind::Sound))
}

/// A brand alone.
pub fn alone(place: &Place) -> bool {
    place.whose.iter().all(|(_, how)| *how == How::Form(FormKind::Bare))
}

/// Who only sounds so may still be meant, if street and number say so; 鸿达（威海） may mean another 鸿达; and
/// 威海海骋运输 is 威海海骋客运, where 海骋运输 is a firm of another town.
fn may_be_another(text: &Text, known: &Place, place: &Place) -> bool {
    let root = |h: &Hit| matches!(text.lexicon.word(*h), Word::Region(code) if *code == text.lexicon.root);
    (sounds_so(place) && !sounds_so(known))
        || (alone(place) && (alone(known) || known.to == place.to))
        || (known.to == place.to && text.hits.iter().any(|h| h.to == known.from && root(h)))
}

/// Of places that overlap the longest, of those of one length the surest.
fn chosen(text: &Text, mut all: Vec<Place>) -> Vec<Place> {
    let how = |p: &Place| p.whose.iter().map(|(_, how)| *how).min();
    // What only sounds like a name gives way to what is written like one, if that is no mere brand.
    let written = |p: &Place| how(p).is_some_and(|h| h < How::Form(FormKind::Sound)) && p.to - p.from >= 4;
    all.sort_by(|a, b| {
        written(b)
            .cmp(&written(a))
            .then((b.to - b.from).cmp(&(a.to - a.from)))
            .then(how(a).cmp(&how(b)))
            .then(a.from.cmp(&b.from))
    });
    let mut out: Vec<Place> = Vec::new();
    for place in all {
        let full = out.len() >= MAX_MENTIONS;
        match out.iter_mut().find(|p| place.from < p.to && p.from < place.to) {
            None if full => break,
            None => out.push(place),
            Some(known) if known.from == place.from && may_be_another(text, known, &place) => {
                for (slot, how) in place.whose {
                    if !known.whose.iter().any(|(s, _)| *s == slot) {
                        known.whose.push((slot, how));
                    }
                }
            }
            _ => {}
        }
    }
    out.sort_by_key(|p| p.from);
    out
}
