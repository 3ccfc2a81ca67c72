//! How characters sound: names heard over the telephone are written with others that sound alike.

use pinyin::ToPinyin;
use std::sync::LazyLock;

const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

/// Worked out once: it is the same for every realm.
pub static SOUNDS: LazyLock<Sounds> = LazyLock::new(Sounds::new);

/// The syllable of each common character, without its tone; 0 for all others.
pub struct Sounds(Vec<u16>);

impl Sounds {
    fn new() -> Sounds {
        let mut known: std::collections::BTreeMap<String, u16> = std::collections::BTreeMap::new();
        let syllable = |code: u32| {
            let known_so = |c: char| IN_NAMES.iter().find(|(other, _)| *other == c).map(|(_, so)| *so);
            let spoken = |c: char| known_so(c).or_else(|| Some(c.to_pinyin()?.plain()));
            let plain = char::from_u32(code).and_then(spoken).map(alike);
            plain.map_or(0, |plain| {
                let next = known.len() as u16 + 1;
                *known.entry(plain).or_insert(next)
            })
        };
        Sounds((FIRST..=LAST).map(syllable).collect())
    }

    pub fn of(&self, c: char) -> u16 {
        (c as u32).checked_sub(FIRST).and_then(|at| self.0.get(at as usize)).copied().unwrap_or(0)
    }
}

/// Characters that sound otherwise in names of firms than where they are met most.
const IN_NAMES: [(char, &str); 10] = [
    ('长', "chang"),
    ('单', "shan"),
    ('曾', "zeng"),
    ('泊', "bo"),
    ('卡', "ka"),
    ('都', "du"),
    ('柏', "bai"),
    ('茜', "xi"),
    ('囤', "tun"),
    ('调', "tiao"),
];

/// Sounds that are hard to tell apart are one: zh and z, ch and c, sh and s, -ng and -n, n- and l-.
fn alike(syllable: &str) -> String {
    let mut out = syllable.to_string();
    for (from, to) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")] {
        if let Some(rest) = syllable.strip_prefix(from) {
            out = format!("{to}{rest}");
            break;
        }
    }
    match out.strip_suffix("ng") {
        // Not -ong: it has no fellow in -on.
        Some(rest) if !rest.ends_with('o') => format!("{rest}n"),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_alike() {
        let sounds = Sounds::new();
        let same = |a: char, b: char| sounds.of(a) != 0 && sounds.of(a) == sounds.of(b);
        for (a, b, expected) in [
            ('宏', '鸿', true),
            ('远', '源', true),
            ('张', '脏', true),
            ('金', '京', true),
            ('长', '昌', true),
            ('宏', '健', false),
            ('a', 'a', false),
        ] {
            assert_eq!(same(a, b), expected, "{a} {b}");
        }
    }
}
