//! A similarity sketch of a text: SimHash over its groups of three characters. Texts that differ in
//! a few characters have sketches that differ in a few bits.

/// A shorter text, in letters and digits, has no sketch: too many short texts are alike by chance.
pub const MIN_SKETCHED_CHARS: usize = 20;
/// Counts a bit may reach; `MAX_TEXT_CHARS` and a title stay below it.
const PLANES: usize = 15;

/// The sketch of texts read one after the other; none for what is too short. Only letters and
/// digits count, whatever their case: spaces and punctuation differ between exports.
pub fn sketch<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<u64> {
    let mut votes = Votes::default();
    let (mut before, mut last) = ('\0', '\0');
    let mut chars = 0usize;
    for text in texts {
        for char in text.chars().filter(|c| counts(*c)) {
            let char = char.to_ascii_lowercase();
            chars += 1;
            if chars > 2 {
                votes.add(mixed(before, last, char));
            }
            (before, last) = (last, char);
        }
    }
    (chars >= MIN_SKETCHED_CHARS).then(|| votes.majority())
}

/// Letters and digits; nearly all of a text are in the first range, all of which are letters.
fn counts(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

/// 64 well-mixed bits of three characters (the finaliser of MurmurHash 3 over their code points).
fn mixed(a: char, b: char, c: char) -> u64 {
    let mut bits = (u64::from(a) << 42) ^ (u64::from(b) << 21) ^ u64::from(c);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

/// 64 counters, one a bit, kept bit-sliced: plane `p` holds the `p`-th digit of all of them. Eight are
/// added at a time, so that few carries go on to the higher planes.
#[derive(Default)]
struct Votes {
    planes: [u64; PLANES],
    waiting: [u64; 8],
    added: u32,
}

impl Votes {
    fn add(&mut self, bits: u64) {
        if self.added >= (1 << PLANES) - 1 {
            return;
        }
        self.waiting[self.wait() as usize] = bits;
        self.added += 1;
        if self.wait() == 0 {
            self.add_waiting();
        }
    }

    /// How many wait.
    fn wait(&self) -> u32 {
        self.added % 8
    }

    fn add_waiting(&mut self) {
        let [a, b, c, d, e, f, g, h] = self.waiting;
        let [ones, twos, fours, ..] = &mut self.planes;
        let [ab, cd, ef, gh] = [add_two(ones, a, b), add_two(ones, c, d), add_two(ones, e, f), add_two(ones, g, h)];
        let [abcd, efgh] = [add_two(twos, ab, cd), add_two(twos, ef, gh)];
        let carry = add_two(fours, abcd, efgh);
        self.carry(3, carry);
    }

    /// Adds to a plane, and what it carries to those above.
    fn carry(&mut self, plane: usize, bits: u64) {
        let mut carry = bits;
        for plane in &mut self.planes[plane..] {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
            if carry == 0 {
                return;
            }
        }
    }

    /// The bits that more than half of what was added had.
    fn majority(mut self) -> u64 {
        for at in 0..self.wait() as usize {
            self.carry(0, self.waiting[at]);
        }
        let half = self.added / 2;
        let (mut above, mut equal) = (0u64, u64::MAX);
        for (place, plane) in self.planes.iter().enumerate().rev() {
            let digit = if half >> place & 1 == 1 { u64::MAX } else { 0 };
            above |= equal & plane & !digit;
            equal &= !(plane ^ digit);
        }
        above
    }
}

/// Adds two to a plane; gives what it carries to the next.
fn add_two(plane: &mut u64, a: u64, b: u64) -> u64 {
    let one = *plane ^ a;
    let carry = (*plane & a) | (one & b);
    *plane = one ^ b;
    carry
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "市民来电反映环翠区某小区门口的饭店每天晚上排放油烟，气味刺鼻，影响居民休息，多次向物业反映没有解决，请有关部门尽快核实处理并回复。";

    fn apart(a: &str, b: &str) -> u32 {
        (sketch([a]).unwrap() ^ sketch([b]).unwrap()).count_ones()
    }

    #[test]
    fn near_texts_have_near_sketches() {
        let changed = |from: &str, to: &str| {
            assert!(TEXT.contains(from), "{from}");
            TEXT.replace(from, to)
        };
        // What was changed; the most and the least bits apart.
        for (text, least, most) in [
            (TEXT.to_string(), 0, 0),
            (format!("  {TEXT} \n"), 0, 0),
            (TEXT.replace('，', ", "), 0, 0),
            (changed("每天", "天天"), 1, 8),
            (changed("请有关部门", "希望部门"), 1, 12),
            (changed("饭店", "汽修厂").replace("油烟", "油漆味").replace("晚上", "早上"), 8, 40),
            ("来电人咨询居住证办理需要携带哪些材料，是否可以网上申请，办理时限是多少个工作日，窗口周末是否上班。".into(), 20, 44),
        ] {
            let bits = apart(TEXT, &text);
            assert!((least..=most).contains(&bits), "{bits} bits: {text}");
        }
        assert_eq!(sketch(["十九个字十九个字十九个字十九个字十九个"]), None);
        assert!(sketch(["标题", "二十个字二十个字二十个字二十个字二十个"]).is_some(), "titles count too");
        assert_eq!(sketch([""]), None);
    }

    #[test]
    fn what_counts_are_letters_and_digits() {
        assert!(('\0'..=char::MAX).all(|c| counts(c) == c.is_alphanumeric()));
    }

    proptest! {
        /// The bit-sliced count says what 64 plain counters say.
        #[test]
        fn the_majority_is_that_of_plain_counters(all in prop::collection::vec(any::<u64>(), 0..200)) {
            let mut votes = Votes::default();
            let mut plain = [0u32; 64];
            for bits in &all {
                votes.add(*bits);
                for (bit, count) in plain.iter_mut().enumerate() {
                    *count += u32::from(bits >> bit & 1 == 1);
                }
            }
            let half = all.len() as u32 / 2;
            let expected = plain.iter().enumerate().fold(0u64, |bits, (bit, count)| bits | u64::from(*count > half) << bit);
            prop_assert_eq!(votes.majority(), expected);
        }
    }
}
