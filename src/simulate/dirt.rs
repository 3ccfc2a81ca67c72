//! Rows as real feeds spoil them. For each kind of dirt it is known beforehand whether the row can
//! still be read, and if not, why.

use super::day::Row;
use super::dice::Dice;
use jianwei_core::domain::SourceKind;
use jianwei_core::intake::MAX_TEXT_CHARS;
use serde_json::{Map, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dirt {
    BrokenJson,
    NotAnObject,
    MissingId,
    MissingTime,
    MissingContent,
    WrongType,
    UnknownKind,
    BadTime,
    FutureTime,
    LongId,
    UnknownChannel,
    InvalidBytes,
    // Read all the same.
    Gb18030,
    ByteOrderMark,
    OverLongText,
    FullWidthCode,
    WrongCheckCharacter,
    UnknownRegion,
    MissingIntent,
    ExtraFields,
    BlankName,
}

use Dirt as D;

/// Each kind: its name, and the dead letter's reason where it can't be read.
const KINDS: [(Dirt, &str, Option<&str>); 21] = [
    (D::BrokenJson, "broken_json", Some("broken_json")),
    (D::NotAnObject, "not_an_object", Some("not_an_object")),
    (D::MissingId, "missing_id", Some("missing_field")),
    (D::MissingTime, "missing_time", Some("missing_field")),
    (D::MissingContent, "missing_content", Some("missing_field")),
    (D::WrongType, "wrong_type", Some("wrong_type")),
    (D::UnknownKind, "unknown_kind", Some("unknown_kind")),
    (D::BadTime, "bad_time", Some("bad_time")),
    (D::FutureTime, "future_time", Some("future_time")),
    (D::LongId, "long_id", Some("bad_id")),
    (D::UnknownChannel, "unknown_channel", Some("bad_value")),
    (D::InvalidBytes, "invalid_bytes", Some("undecodable")),
    (D::Gb18030, "gb18030", None),
    (D::ByteOrderMark, "byte_order_mark", None),
    (D::OverLongText, "over_long_text", None),
    (D::FullWidthCode, "full_width_code", None),
    (D::WrongCheckCharacter, "wrong_check_character", None),
    (D::UnknownRegion, "unknown_region", None),
    (D::MissingIntent, "missing_intent", None),
    (D::ExtraFields, "extra_fields", None),
    (D::BlankName, "blank_name", None),
];

const TICKETS: [Dirt; 18] = [
    D::BrokenJson,
    D::NotAnObject,
    D::MissingId,
    D::MissingTime,
    D::MissingContent,
    D::WrongType,
    D::BadTime,
    D::FutureTime,
    D::LongId,
    D::InvalidBytes,
    D::Gb18030,
    D::ByteOrderMark,
    D::OverLongText,
    D::FullWidthCode,
    D::WrongCheckCharacter,
    D::UnknownRegion,
    D::MissingIntent,
    D::BlankName,
];
const REPORTS: [Dirt; 10] = [
    D::BrokenJson,
    D::NotAnObject,
    D::MissingContent,
    D::WrongType,
    D::BadTime,
    D::UnknownChannel,
    D::InvalidBytes,
    D::Gb18030,
    D::ByteOrderMark,
    D::UnknownRegion,
];
const SECTOR: [Dirt; 8] =
    [D::BrokenJson, D::NotAnObject, D::UnknownKind, D::BadTime, D::FutureTime, D::InvalidBytes, D::ByteOrderMark, D::ExtraFields];

impl Dirt {
    pub fn as_str(self) -> &'static str {
        KINDS.iter().find(|(dirt, _, _)| *dirt == self).map_or("", |(_, name, _)| name)
    }

    /// Why such a row becomes a dead letter; `None` where it is read.
    pub fn dead_letter(self) -> Option<&'static str> {
        KINDS.iter().find(|(dirt, _, _)| *dirt == self).and_then(|(_, _, reason)| *reason)
    }
}

/// Spoils a row in one way its feed knows. A row that can't be parsed stays as it is: there is none.
pub fn spoil(row: &mut Row, dice: &mut Dice) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(&row.value) else { return };
    let dirt = match row.kind {
        SourceKind::Tickets => *dice.pick(&TICKETS),
        SourceKind::Reports => *dice.pick(&REPORTS),
        SourceKind::Sector => *dice.pick(&SECTOR),
        _ => return,
    };
    row.value = spoilt(row.kind, &row.value, fields, dirt);
    row.marks.dirt = Some(dirt);
}

fn spoilt(kind: SourceKind, value: &[u8], mut fields: Map<String, Value>, dirt: Dirt) -> Vec<u8> {
    let time = match kind {
        SourceKind::Tickets => "received_at",
        SourceKind::Reports => "reported_at",
        // Permits and indicators begin at another field than the rest.
        _ if fields.contains_key("valid_from") => "valid_from",
        _ if fields.contains_key("period_start") => "period_start",
        _ => "at",
    };
    let id = if kind == SourceKind::Tickets { "ticket_no" } else { "report_id" };
    let mut set = |field: &str, to: Value| {
        fields.insert(field.to_string(), to);
    };
    match dirt {
        D::BrokenJson => return value[..value.len() - 1].to_vec(),
        D::NotAnObject => return [b"[", value, b"]"].concat(),
        D::InvalidBytes => return [value, b"\xff\xff"].concat(),
        D::ByteOrderMark => return [b"\xef\xbb\xbf", value].concat(),
        D::Gb18030 => return encoding_rs::GB18030.encode(&String::from_utf8_lossy(value)).0.into_owned(),
        D::MissingId => set(id, Value::Null),
        D::MissingTime => set(time, "".into()),
        D::MissingContent => {
            set("content", "  ".into());
            set("category", Value::Null);
        }
        D::WrongType => set(id, serde_json::json!({ "no": 1 })),
        D::UnknownKind => set("kind", "survey".into()),
        D::BadTime => set(time, "昨天下午三点".into()),
        D::FutureTime => set(time, "2199-01-01T00:00:00+08:00".into()),
        D::LongId => set(id, "9".repeat(250).into()),
        D::UnknownChannel => set("channel", "word_of_mouth".into()),
        D::OverLongText => set("content", "反映问题一直没有解决。".repeat(MAX_TEXT_CHARS / 10).into()),
        D::FullWidthCode => set("subject_uscc", "９１３７１０００ＭＡＦＡＫＥ０１９０".into()),
        D::WrongCheckCharacter => set("subject_uscc", "91371000MAFAKE0191".into()),
        D::UnknownRegion => set("region", "火星新区".into()),
        D::MissingIntent => set("intent", Value::Null),
        D::ExtraFields => set("流水号", serde_json::json!([1, { "备注": "无" }])),
        D::BlankName => set("subject_name", "无".into()),
    }
    serde_json::to_vec(&fields).unwrap_or_default()
}
