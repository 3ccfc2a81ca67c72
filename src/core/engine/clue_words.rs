//! The words of a clue. Many may complain of one person, by a name no pattern knows: a word is shown only if
//! it can be nobody's name.

use crate::intake::term_text;

/// Words a clue tells, and characters of one.
pub const MAX_CLUE_WORDS: usize = 8;
pub const MAX_CLUE_WORD_CHARS: usize = 6;

/// Characters of things, ills and deeds that are in no surname, given name, byname (狗蛋, 石头) or foreign
/// name written in Chinese. The one surname among them, 车, is shown where no given name follows it.
const OF_THINGS: &str = "车板滑轮胎刹闸舱艇艘桶罐瓶碗锅炉灶烟囱炊炸烤煎煮蒸殡葬骨灰尸墓坟棺墙窗厕厨厅棚柜梯桌椅凳床铺箱袋盒帘毯垫疗症肿瘤癌疫痘肝肾胃肠肺腿臂肩腰膝颈腹鼻嘴肤脂疼痛痒咳呕泻晕菌蚊蟑螂\
    蛆骗抢偷撞摔砸拆挖刮擦扔堆排漏爆溅滴淌喷泄渗裂塌陷坍晃颤咬吵闹骂殴踢拽拖扯撕吼嚷灯插缆阀泵锈漆胶塑橡玻砖砂渣粪腥馊腐垢污脏屏幕键电频器装置票券押租赁购售价账款罚税贷债赔偿退\
    货裹邮递寄送输载速逆停驶骑乘客馅糕饺粥醋盐饮料零食餐蔬剂诊病患幼试络号码密播牌馆摊厂仓层篷帐浴澡洗裤鞋袜帽尘噪味雾霾辐垃圾扫倾倒焚烧糊缝坑沟隧涨淹涝旱雹飓灾逃禁限拘抓捕";
/// Things with a name in other letters; all other words in them may be somebody's.
const IN_LETTERS: &[&str] = &[
    "scooter",
    "scooters",
    "ebike",
    "ebikes",
    "drone",
    "drones",
    "battery",
    "charger",
    "helmet",
    "brake",
    "brakes",
    "deposit",
    "refund",
    "smoke",
    "sewage",
    "flood",
    "sinkhole",
    "mold",
    "asbestos",
    "leak",
    "smell",
    "odor",
    "vape",
    "vapes",
    "vaping",
    "cremation",
    "funeral",
    "pets",
    "vr",
    "ktv",
    "ai",
    "app",
    "wifi",
    "gps",
    "atm",
];

fn is_nobodys(term: &str) -> bool {
    let mut chars = term.chars();
    match (chars.next(), chars.next()) {
        // 泡泡, 闹闹: what people call each other.
        (Some(one), Some(other)) if !one.is_ascii() => one != other && OF_THINGS.contains(one) && OF_THINGS.contains(other),
        _ => IN_LETTERS.contains(&term),
    }
}

/// What may be shown of terms, as people read it: pairs that overlap are one word (密室, 室逃, 逃脱: 密室逃脱).
/// The first, the most frequent, lead.
pub fn words(terms: &[u64]) -> Vec<String> {
    let shown = terms.iter().map(|term| term_text(*term)).filter(|text| is_nobodys(text));
    let mut left: Vec<Vec<char>> = shown.map(|text| text.chars().collect()).collect();
    let mut out: Vec<String> = Vec::new();
    while !left.is_empty() && out.len() < MAX_CLUE_WORDS {
        let mut word = left.remove(0);
        while word.len() < MAX_CLUE_WORD_CHARS && word.iter().all(|c| !c.is_ascii()) {
            let follows = |pair: &Vec<char>| pair.len() == 2 && pair.first() == word.last();
            let leads = |pair: &Vec<char>| pair.len() == 2 && pair.last() == word.first();
            if let Some(at) = left.iter().position(follows) {
                word.push(left.remove(at)[1]);
            } else if let Some(at) = left.iter().position(leads) {
                word.insert(0, left.remove(at)[0]);
            } else {
                break;
            }
        }
        out.push(word.into_iter().collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::mask;
    use crate::intake::of_pair;

    fn pairs(text: &str) -> Vec<u64> {
        let chars: Vec<char> = text.chars().collect();
        chars.windows(2).map(|pair| of_pair(pair[0], pair[1])).collect()
    }

    #[test]
    fn names_are_not_shown_and_things_are() {
        for (text, shown) in [
            ("滑板车", &["滑板车"][..]),
            ("宠物殡葬骨灰", &["殡葬骨灰"]),
            ("周德福", &[]),
            ("周德福骗", &[]),
            ("胡歌", &[]),
            ("黄圆圆", &[]),
            ("买买提江", &[]),
            ("迪丽热巴", &[]),
            ("阿依古丽", &[]),
            ("欧阳娜娜", &[]),
            ("车晓", &[]),
            ("狗蛋", &[]),
            ("闹闹", &[]),
            ("老板车晓", &["板车"]),
        ] {
            assert_eq!(words(&pairs(text)), shown, "{text}");
        }
        for (word, shown) in [("kowalski", false), ("baker", false), ("scooter", true), ("vr", true), ("wu", false)] {
            assert_eq!(is_nobodys(word), shown, "{word}");
        }
    }

    #[test]
    fn no_character_of_a_surname_or_a_given_name_is_a_things() {
        let of_names = OF_THINGS.chars().filter(|c| *c != '车' && mask::is_of_names(*c));
        assert_eq!(of_names.collect::<String>(), "");
        let once: std::collections::BTreeSet<char> = OF_THINGS.chars().collect();
        assert_eq!(once.len(), OF_THINGS.chars().count());
    }
}
