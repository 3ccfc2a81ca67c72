//! Amounts and figures as people write them: 3.5万元, 3.5w, 叁万伍仟元整, 1,234.50, ￥200.

use unicode_normalization::UnicodeNormalization;

/// Longest text read as an amount, in bytes.
const MAX_AMOUNT_BYTES: usize = 100;
/// Parts of one: amounts are added up exactly in these.
const PARTS: i128 = 1_000_000;
/// Digits after the point that are read; more make it no amount.
const MAX_DECIMALS: usize = 6;
/// Above it nothing is an amount.
const MAX_WHOLE_DIGITS: usize = 16;

const CURRENCIES: [&str; 7] = ["人民币", "RMB", "CNY", "¥", "￥", "$", "US$"];

/// The number; `None` where any of the text is not understood.
pub fn parse_amount(text: &str) -> Option<f64> {
    if text.len() > MAX_AMOUNT_BYTES {
        return None;
    }
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut rest = text.as_str();
    while let Some(after) = CURRENCIES.iter().find_map(|c| rest.strip_prefix(c).or_else(|| rest.strip_suffix(c))) {
        rest = after;
    }
    let parts = Amount::default().read(rest)?;
    Some(parts as f64 / PARTS as f64)
}

/// What was read so far, in parts.
#[derive(Default)]
struct Amount {
    /// Below the next 万 or 亿.
    section: i128,
    total: i128,
    /// A number whose unit has not come yet.
    number: Option<i128>,
    /// The last unit, where no 零 came after it.
    unit: Option<i128>,
    /// Yuan, once 元 was read; 角 and 分 follow.
    yuan: Option<i128>,
    some: bool,
}

fn digit(c: char) -> Option<i128> {
    const PLAIN: &str = "零一二三四五六七八九";
    const FORMAL: &str = "零壹贰叁肆伍陆柒捌玖";
    let at = |digits: &str| digits.chars().position(|d| d == c);
    match c {
        '〇' | '○' => Some(0),
        '两' => Some(2),
        _ => at(PLAIN).or_else(|| at(FORMAL)).and_then(|d| i128::try_from(d).ok()),
    }
}

fn unit(c: char) -> Option<i128> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' | '萬' | 'w' | 'W' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

impl Amount {
    fn read(mut self, text: &str) -> Option<i128> {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_digit() {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(rest.len());
                self.arabic(&rest[..end], rest[end..].chars().next())?;
                rest = &rest[end..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            match (digit(c), unit(c), c) {
                (Some(0), _, _) => self.unit = None,
                (Some(d), _, _) if self.number.is_none() => self.number = Some(d * PARTS),
                (None, Some(unit), _) => self.unit(unit)?,
                (_, _, '元' | '圆' | '块') if self.some && self.yuan.is_none() => self.yuan = Some(self.sum()?),
                (_, _, '角' | '毛') => self.small(10)?,
                (_, _, '分') => self.small(100)?,
                (_, _, '整' | '正') if rest.is_empty() => {}
                _ => return None,
            }
            self.some = true;
        }
        if !self.some {
            return None;
        }
        match self.yuan {
            None => self.sum(),
            Some(yuan) => (self.number.is_none() && self.section == 0 && self.total == 0).then_some(yuan),
        }
    }

    fn arabic(&mut self, text: &str, next: Option<char>) -> Option<()> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits: String = whole.chars().filter(|c| *c != ',').collect();
        let grouped = whole.split(',').enumerate().all(|(n, group)| n == 0 || group.len() == 3);
        let decimal = decimals.len() <= MAX_DECIMALS && decimals.bytes().all(|b| b.is_ascii_digit());
        if self.number.is_some() || !grouped || !decimal || digits.len() > MAX_WHOLE_DIGITS || digits.is_empty() {
            return None;
        }
        // 3万5: nobody knows whether the five are thousands, unless it says so (3万5千).
        let told = next.and_then(unit).zip(self.unit).is_some_and(|(next, last)| next < last);
        if self.unit.is_some_and(|unit| !told && unit > 10 && digits.len() + 1 != unit.to_string().len()) {
            return None;
        }
        let fraction: i128 = format!("{decimals:0<6}").parse().ok()?;
        self.number = Some(digits.parse::<i128>().ok()? * PARTS + fraction);
        (self.unit, self.some) = (None, true);
        Some(())
    }

    fn unit(&mut self, unit: i128) -> Option<()> {
        let number = self.number.take();
        if unit >= 10_000 {
            let below = self.section + number.unwrap_or(0);
            if below == 0 && self.total == 0 {
                return None;
            }
            // 亿 counts all that stands before it (一万亿), 万 what came since the last 亿.
            (self.total, self.section) = match unit {
                100_000_000 => ((self.total + below).checked_mul(unit)?, 0),
                _ => (self.total + below.checked_mul(unit)?, 0),
            };
        } else {
            let number = number.or((unit == 10).then_some(PARTS))?;
            self.section += number.checked_mul(unit)?;
        }
        self.unit = Some(unit);
        (self.total < 1_000_000_000_000_000_000 * PARTS).then_some(())
    }

    fn small(&mut self, of_yuan: i128) -> Option<()> {
        let number = self.number.take()?;
        self.yuan = Some(self.yuan.unwrap_or(0) + number / of_yuan);
        Some(())
    }

    /// What was read so far, taken.
    fn sum(&mut self) -> Option<i128> {
        let number = self.number.take();
        if number.is_some() && self.unit.is_some_and(|unit| unit > 10) {
            return None;
        }
        let sum = self.total + self.section + number.unwrap_or(0);
        (self.total, self.section, self.unit) = (0, 0, None);
        Some(sum)
    }
}
