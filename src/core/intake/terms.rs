//! What a text of no matter speaks of: pairs of Chinese characters, and words in other letters, without those
//! every complaint has. The engine looks for terms that many tickets share all at once.

use super::mask;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Terms kept of one text.
pub const MAX_TERMS: usize = 64;
/// Characters of a text that are looked at, the title's among them.
pub const MAX_TERM_CHARS: usize = 200;
/// Letters of a word that is no Chinese.
const WORD_CHARS: std::ops::RangeInclusive<usize> = 2..=8;
/// Marks a term of other letters; the others are two characters of 21 bits.
const OTHER_LETTERS: u64 = 1 << 63;
const CHAR_BITS: u32 = 21;

/// Characters that stand between words rather than in them.
const BETWEEN: &str = "的了是在我你您他她它们不没有无和与也就都这那哪一二两三四五六七八九十个上下来去到对向从被把给让请及或等但而为之以并将于其已很太更最再又还才只能会要可想说称后前中时候因所如果虽则当每各些么吗呢吧啊呀第次天月年日点分元块多少大小里外内间此该本某自至由据据称曾即使得着过起先现今昨明晚早午夜周半几何什怎谁并且且却仍未勿别";

/// Pairs of characters that complaints of any kind have, and what hotlines hear of every day.
const USUAL: &str = "市民 来电 反映 投诉 举报 诉求 部门 有关 相关 关部 核实 处理 希望 要求 解决 尽快 问题 情况 联系 工作 人员 回复 答复 负责 管理 \
    政府 单位 公司 居民 群众 小区 业主 物业 附近 旁边 门口 路边 路口 街道 社区 村民 村里 镇上 区域 地点 位置 地址 环翠 文登 荣成 乳山 威海 高区 经区 临港 \
    严重 影响 生活 正常 安全 隐患 存在 造成 导致 无法 没有 已经 一直 多次 多年 长期 经常 至今 目前 近期 最近 昨天 今天 每天 晚上 早上 上午 下午 凌晨 周末 \
    老板 商家 店家 店里 门店 店铺 顾客 消费 消费者 费者 客户 客服 服务 态度 收费 价格 费用 退款 退费 退钱 退还 拒绝 同意 协商 赔偿 付款 支付 合同 协议 \
    营业 经营 执照 资质 许可 证件 手续 监管 检查 整改 规范 违规 违法 合理 不合 规定 标准 虚假 宣传 欺骗 诚信 权益 建议 咨询 求助 感谢 谢谢 表示 认为 觉得 \
    发现 出现 进行 通过 使用 需要 应该 可以 可能 知道 告知 通知 电话 打电 联络 沟通 推诿 推脱 搪塞 解释 说法 说明 办理 申请 提供 购买 孩子 老人 家长 家里 邻居 \
    停车 车位 车辆 道路 路面 路灯 照明 垃圾 清运 清理 卫生 噪音 噪声 扰民 油烟 异味 污水 下水 水管 漏水 停水 自来 来水 停电 供电 供暖 暖气 供热 温度 施工 工地 \
    拆迁 违建 占道 摆摊 绿化 树木 公交 站点 红绿 绿灯 井盖 积水 消防 通道 楼道 楼上 楼下 房屋 房子 住宅 维修 装修 社保 医保 养老 退休 工资 拖欠 \
    学校 入学 学区 户口 户籍 身份 信息 个人 网络 宽带 信号 快递 外卖 出租 租车 公园 广场 广告 小广 违章 占用 破损 坑洼 树枝 路段 修复 修补 更换 安装";

/// The same in English; and what stands between words there. Of two letters: they are no word of a topic but a few.
const USUAL_WORDS: &str = "the and for are was were has have had not but you your our her his him she they them their this that these those there here what when where which \
    who why how all any some one two three four five six seven eight nine ten first second third last next many much more most very too also just only even still \
    again ever never always often after before since until while during about from with without into onto over under near behind beside between against at by in \
    is it its of on or to up we me my no so if as an be do did does done been being am can could will would should shall may might must get got gets going goes \
    went gone come came make made take took want wants need needs tell told say says said ask asked know think see saw seen look looks like back down off out \
    time times day days week weeks month months year years today hour hours minute minutes morning evening night nights yesterday monday tuesday friday sunday \
    saturday weekend ago now then soon ahead call calls called calling phone number complain report reports reported request requests issue issues problem \
    problems please help thank thanks sir madam citizen resident caller city town county state street st avenue ave road rd drive dr lane ln blvd court ct place \
    pl way block corner north south east west side front house home property building floor door yard people person someone nobody anyone everyone man woman \
    kids child children family neighbor owner tenant landlord manager staff store shop service office company customer pay paid money charge charged cost \
    price bill light lights lamp pothole garbage trash pickup tree trees water sewer parking parked car cars truck bus train noise loud music sidewalk alley \
    graffiti rat rats dog dogs bad good new old open closed broken wrong big small long right left";

/// Words after the name of a street.
const STREETS: &[&str] = &[
    "street", "st", "avenue", "ave", "road", "rd", "drive", "dr", "lane", "ln", "blvd", "court", "ct", "place", "pl", "way",
    "hwy", "terrace",
];

static USUAL_IN_LETTERS: LazyLock<BTreeSet<u64>> = LazyLock::new(|| {
    let words = USUAL_WORDS.split_whitespace().filter(|word| WORD_CHARS.contains(&word.len()));
    words.map(of_word).collect()
});

static USUAL_TERMS: LazyLock<BTreeSet<u64>> = LazyLock::new(|| {
    let pairs = USUAL.split_whitespace().flat_map(|word| {
        let chars: Vec<char> = word.chars().collect();
        chars.windows(2).map(|pair| of_pair(pair[0], pair[1])).collect::<Vec<_>>()
    });
    pairs.collect()
});

/// The terms of texts read one after the other, masked, in order of their bits: what stood where is not kept.
pub(super) fn terms<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<u64> {
    let mut whole = String::new();
    for text in texts {
        whole.push_str(text);
        whole.push('\n');
    }
    if let Some((end, _)) = whole.char_indices().nth(MAX_TERM_CHARS) {
        whole.truncate(end);
    }
    of_masked(&mask::text(&whole))
}

fn of_masked(text: &str) -> Vec<u64> {
    let mut out = BTreeSet::new();
    let mut before: Option<char> = None;
    let mut word = String::new();
    // The word before this one, which may be the name of a street.
    let mut last: Option<u64> = None;
    for c in text.chars().chain(['\n']) {
        if out.len() >= MAX_TERMS {
            break;
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
            before = None;
            continue;
        }
        if !word.is_empty() {
            out.extend(last.take().filter(|_| !STREETS.contains(&word.as_str())));
            let term = WORD_CHARS.contains(&word.len()).then(|| of_word(&word));
            last = term.filter(|term| !USUAL_IN_LETTERS.contains(term));
            word.clear();
        }
        if !c.is_whitespace() {
            out.extend(last.take());
        }
        let counts = is_han(c) && !BETWEEN.contains(c);
        if let Some(first) = before.filter(|_| counts) {
            out.extend(Some(of_pair(first, c)).filter(|term| !USUAL_TERMS.contains(term)));
        }
        before = counts.then_some(c);
    }
    out.extend(last);
    out.into_iter().take(MAX_TERMS).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

/// Two characters as a term.
pub fn of_pair(first: char, second: char) -> u64 {
    u64::from(first) << CHAR_BITS | u64::from(second)
}

fn of_word(word: &str) -> u64 {
    word.bytes().fold(0, |bits, b| bits << 7 | u64::from(b)) | OTHER_LETTERS
}

/// What a term is written with.
pub fn term_text(term: u64) -> String {
    if term & OTHER_LETTERS == 0 {
        let second = (term & ((1 << CHAR_BITS) - 1)) as u32;
        return [(term >> CHAR_BITS) as u32, second].into_iter().filter_map(char::from_u32).collect();
    }
    let bits = term & !OTHER_LETTERS;
    let letters = (0..*WORD_CHARS.end()).rev().map(|place| (bits >> (7 * place) & 0x7f) as u8);
    letters.filter(|b| *b != 0).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words: Vec<String> = terms([text]).into_iter().map(term_text).collect();
        words.sort();
        words
    }

    #[test]
    fn what_every_complaint_says_is_no_term() {
        for (text, expected) in [
            ("市民，来电，小区，物业，收费，希望，尽快，处理", vec![]),
            ("密室逃脱", vec!["室逃", "密室", "逃脱"]),
            ("在密室，逃脱的人", vec!["密室", "逃脱"]),
            ("VR体验馆 vr KTVs", vec!["ktvs", "vr", "体验", "验馆"]),
            ("电话15400001234，我叫王小虎", vec![]),
            ("abcdefghi x", vec![]),
            ("The second time I call", vec![]),
            ("scooters on Ashland Ave., again", vec!["scooters"]),
            ("2 N. Oak Street; drone", vec!["drone"]),
            ("oak drone", vec!["drone", "oak"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_gives_so_many_terms_and_no_order() {
        let long: String = (0..4_000u32).filter_map(|n| char::from_u32(0x4e00 + n * 5)).collect();
        assert_eq!(terms([long.as_str()]).len(), MAX_TERMS);
        assert_eq!(terms(["密室逃脱，鬼屋"]), terms(["鬼屋，密室逃脱"]));
        let all = terms([long.as_str()]);
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
