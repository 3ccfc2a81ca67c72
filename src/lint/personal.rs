//! Columns that look like they say who called: by their name, or by the shape of what is in them.

/// Parts of column names, in lower case, and what such a column holds.
const NAMES: &[(&str, Personal)] = &[
    ("身份证", Personal::IdNumber),
    ("证件号", Personal::IdNumber),
    ("idcard", Personal::IdNumber),
    ("id_no", Personal::IdNumber),
    ("电话", Personal::Phone),
    ("手机", Personal::Phone),
    ("来电号码", Personal::Phone),
    ("主叫", Personal::Phone),
    ("求助号码", Personal::Phone),
    ("联系方式", Personal::Phone),
    ("phone", Personal::Phone),
    ("mobile", Personal::Phone),
    ("caller", Personal::Name),
    ("诉求人", Personal::Name),
    ("求助者", Personal::Name),
    ("诉求者", Personal::Name),
    ("投诉者", Personal::Name),
    ("举报者", Personal::Name),
    ("反映者", Personal::Name),
    ("来电者", Personal::Name),
    ("求助人", Personal::Name),
    ("投诉人", Personal::Name),
    ("举报人", Personal::Name),
    ("反映人", Personal::Name),
    ("来电人", Personal::Name),
    ("联系人", Personal::Name),
    ("市民姓名", Personal::Name),
    ("姓名", Personal::Name),
    ("话务员", Personal::Name),
    ("坐席", Personal::Name),
    ("经办人", Personal::Name),
    ("受理人", Personal::Name),
    ("登记人", Personal::Name),
    ("操作员", Personal::Name),
    ("办理人", Personal::Name),
    ("承办人", Personal::Name),
    ("处理人", Personal::Name),
    ("家庭", Personal::Other),
    ("性别", Personal::Other),
    ("年龄", Personal::Other),
    ("出生", Personal::Other),
    ("民族", Personal::Other),
    ("户籍", Personal::Other),
    ("微信", Personal::Other),
    ("qq", Personal::Other),
    ("邮箱", Personal::Other),
    ("email", Personal::Other),
    ("车牌", Personal::Other),
];

/// A column is taken for one of numbers where at least this share of its filled cells has the shape.
const SHARE_PERCENT: u64 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    Phone,
    IdNumber,
    Name,
    /// Anything else about a person: sex, age, plates, addresses of mail.
    Other,
}

/// Whom it is about, mostly a firm: no caller, though the name of one stands in the word.
const ACCUSED: [&str; 5] = ["被投诉人", "被举报人", "被反映人", "被诉求人", "被诉人"];
/// A name that ends so is that of a text, whoever's it is.
const TEXTS: [&str; 5] = ["内容", "描述", "诉求", "详情", "事项"];

pub fn by_name(column: &str) -> Option<Personal> {
    let name: String = column.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let name = ACCUSED.iter().fold(name, |name, accused| name.replace(accused, ""));
    if TEXTS.iter().any(|text| name.ends_with(text)) {
        return None;
    }
    NAMES.iter().find(|(part, _)| name.contains(part)).map(|(_, personal)| *personal)
}

/// What most cells of a column look like.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    filled: u64,
    phones: u64,
    id_numbers: u64,
    /// Longer texts with something like a phone or an id number in them.
    pub within: u64,
}

impl Shapes {
    pub fn see(&mut self, cell: &str) {
        self.filled += 1;
        let plain: String = cell.chars().filter_map(digit_or_other).collect();
        self.phones += u64::from(is_phone(&plain));
        self.id_numbers += u64::from(is_id_number(&plain));
        self.within += u64::from(plain.chars().count() > 20 && holds_number(&plain));
    }

    pub fn personal(&self) -> Option<Personal> {
        let most = |count: u64| count > 0 && count * 100 >= self.filled * SHARE_PERCENT;
        match () {
            () if most(self.id_numbers) => Some(Personal::IdNumber),
            () if most(self.phones) => Some(Personal::Phone),
            () => None,
        }
    }
}

/// Full-width digits to plain ones; what people put between digits is left out.
fn digit_or_other(c: char) -> Option<char> {
    match c {
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
        ' ' | '-' | '－' | '—' | '\u{a0}' | '\u{3000}' | '(' | ')' | '（' | '）' | '+' => None,
        c => Some(c),
    }
}

/// Mobile numbers, with or without 86 before them; numbers with an area code.
fn is_phone(plain: &str) -> bool {
    let digits = plain.as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mobile = |d: &[u8]| d.len() == 11 && d[0] == b'1' && d[1] >= b'3';
    let with_area = (10..=12).contains(&digits.len()) && digits[0] == b'0' && digits[1] != b'0';
    mobile(digits) || (digits.len() == 13 && digits.starts_with(b"86") && mobile(&digits[2..])) || with_area
}

/// Until this year a date within eighteen digits is a birthday; later ones may be the day of a ticket
/// numbered by region and date, and count only with the check character of GB 11643.
const LAST_BIRTH: u32 = 2012;

/// Eighteen characters with a date of birth where an id number has it.
fn is_id_number(plain: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let upper = plain.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |at: std::ops::Range<usize>| bytes[at].iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    if !(1900..2100).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return false;
    }
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    year <= LAST_BIRTH || bytes[17] == b"10X98765432"[(sum % 11) as usize]
}

/// A run of digits shaped like a mobile or an id number within a text.
fn holds_number(plain: &str) -> bool {
    plain.split(|c: char| !c.is_ascii_digit() && c != 'X' && c != 'x').any(|run| {
        let mobile = run.len() == 11 && is_phone(run) && run.starts_with('1');
        mobile || is_id_number(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_about_people_are_known_by_name_or_by_shape() {
        for (name, expected) in [
            ("联系电话", Some(Personal::Phone)),
            ("诉求人", Some(Personal::Name)),
            ("诉求人身份证号", Some(Personal::IdNumber)),
            ("求助者", Some(Personal::Name)),
            ("求助人", Some(Personal::Name)),
            ("诉求人姓名", Some(Personal::Name)),
            ("Caller Phone", Some(Personal::Phone)),
            ("工单内容", None),
            ("反映人诉求", None),
            ("被投诉人", None),
            ("被投诉人电话", Some(Personal::Phone)),
            ("投诉人/被投诉人", Some(Personal::Name)),
            ("企业名称", None),
            ("统一社会信用代码", None),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
        // Numbers nobody has: no such carrier, no such region.
        for (cell, expected) in [
            ("19900000001", Some(Personal::Phone)),
            ("+86 199-0000-0001", Some(Personal::Phone)),
            ("１９９００００００１２", Some(Personal::Phone)),
            ("0631-5000000", Some(Personal::Phone)),
            ("99999919900101002X", Some(Personal::IdNumber)),
            ("371002202603020001", None),
            ("260302085800123456", None),
            ("91371000MAFAKE0190", None),
            ("2026/3/2 8:58", None),
            ("12", None),
        ] {
            let mut shapes = Shapes::default();
            shapes.see(cell);
            assert_eq!(shapes.personal(), expected, "{cell}");
        }
        let mut shapes = Shapes::default();
        shapes.see("楼道里天然气泄漏，请尽快回电一九九，电话 199 0000 0001，谢谢");
        assert_eq!((shapes.within, shapes.personal()), (1, None));
    }
}
