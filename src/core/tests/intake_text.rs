//! Texts as feeds spoil them, brought into one form: one table a kind of dirt. All texts are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::shipped;
use jianwei_core::domain::Record;
use jianwei_core::intake::{clean, clean_name, decode};
use jianwei_core::journal::Flag;
use jianwei_core::pipeline::{Model, load};
use proptest::prelude::*;
use serde_json::json;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Checks `text flag,flag` of each raw text, and that cleaning again changes nothing.
fn table(clean: for<'a> fn(&'a str, &mut Vec<Flag>) -> Cow<'a, str>, rows: &[(&str, &str, &str)]) {
    for (raw, expected, codes) in rows {
        let mut flags = Vec::new();
        let text = clean(raw, &mut flags).into_owned();
        assert_eq!(text, *expected, "{raw:?}");
        let found: Vec<&str> = flags.iter().map(|f| f.as_str()).collect();
        assert_eq!(found.join(","), *codes, "{raw:?}");
        let mut again = Vec::new();
        assert_eq!((clean(&text, &mut again).as_ref(), again), (*expected, Vec::new()), "{raw:?} again");
    }
}

#[test]
fn proper_text_stays_without_an_allocation() {
    for text in [
        "反映威海市环翠区某小区（三期）燃气泄漏，“一直没人管”……请处理！电话：无；《通知》第3条。",
        "第一行\n第二行\t三",
        "温度5~9，价格1,234.50元/月；A-B_C 100%",
        "A gas leak at 12 Main St. (rear), don't call.",
        "乾隆年间的著名老店，于谦，徵羽，昇、喆、堃、淼、鑫、後来",
        "",
    ] {
        let mut flags = Vec::new();
        let cleaned = clean(text, &mut flags);
        if text.contains('後') {
            assert_eq!((cleaned.as_ref(), flags), (text.replace('後', "后").as_str(), vec![Flag::TraditionalFolded]));
            continue;
        }
        assert!(matches!(cleaned, Cow::Borrowed(_)) && cleaned == text && flags.is_empty(), "{text} {flags:?}");
    }
}

#[test]
fn free_text() {
    table(
        clean,
        &[
            // Full-width forms; Chinese punctuation stays as it is.
            ("１２３４５热线，ＡＢＣ（甲）", "12345热线，ABC（甲）", "width_folded"),
            ("面积20㎡，第Ⅱ期，ﬁne", "面积20m2，第II期，fine", "width_folded"),
            ("甲　乙", "甲 乙", "width_folded"),
            ("cafe\u{301}", "café", "width_folded"),
            ("\u{f9dc}", "隆", "width_folded"),
            // What nobody sees.
            ("燃\u{200b}气\u{feff}泄\u{ad}漏\u{202e}", "燃气泄漏", "invisible_removed"),
            ("燃\u{a0}气\u{202f}x", "燃 气 x", "invisible_removed"),
            ("燃\u{0}\u{1b}气\u{86}", "燃气", "invisible_removed"),
            ("甲\r\n乙\r丙", "甲\n乙\n丙", ""),
            // Traditional characters.
            ("飯店亂收費，門口積水", "饭店乱收费，门口积水", "traditional_folded"),
            ("臺灣麵館裡頭髮現蟲", "台湾面馆里头发现虫", "traditional_folded"),
            ("乾隆、乾貨", "乾隆、乾货", "traditional_folded"),
            // HTML.
            ("<p>甲&nbsp;乙</p><p>丙</p>", "甲 乙\n丙", "html_removed"),
            ("甲<br/>乙<br>丙<BR />丁", "甲\n乙\n丙\n丁", "html_removed"),
            ("<span style=\"color:red\">漏气</span>", "漏气", "html_removed"),
            ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲 乙", "html_removed"),
            ("<style>p { color: red }</style>甲<!-- 注 --><o:p></o:p>", "甲", "html_removed"),
            ("<script type=\"a\">alert('x')</script>乙", "乙", "html_removed"),
            ("&ldquo;甲&rdquo;&amp;乙&#20013;&#x56fd;&hellip;", "“甲”&乙中国…", "html_removed"),
            ("&amp;lt;br&amp;gt;甲&amp;amp;amp;乙", "甲&乙", "html_removed"),
            ("&#xFF21;&#12288;b", "A b", "html_removed"),
            ("e&#x301;", "é", "html_removed,width_folded"),
            ("温度<5且>3，a<b and c>d，A&B，&unknown; <甲>", "温度<5且>3，a<b and c>d，A&B，&unknown; <甲>", ""),
            ("＜ｂ＞甲＜／ｂ＞", "甲", "width_folded,html_removed"),
            // Padding.
            ("\n\t 漏气 \r\n", "漏气", "padding_removed"),
            ("\\n\\t漏气\\n", "漏气", "padding_removed"),
            ("  漏气 ", "漏气", ""),
            ("甲\\n乙", "甲\\n乙", ""),
            ("\u{feff}\n甲", "甲", "invisible_removed,padding_removed"),
        ],
    );
}

#[test]
fn names() {
    table(
        clean_name,
        &[
            ("威海 宏 远 餐饮有限公司", "威海宏远餐饮有限公司", "name_spaces_removed"),
            ("威海\u{200b}宏远（集团）", "威海宏远（集团）", "invisible_removed"),
            ("宏遠餐飲", "宏远餐饮", "traditional_folded"),
            ("KFC  Main   St", "KFC Main St", "name_spaces_removed"),
            ("KFC Main St", "KFC Main St", ""),
            ("肯德基 KFC 威海店", "肯德基KFC威海店", "name_spaces_removed"),
            ("恒昇商贸", "恒昇商贸", ""),
            ("ＡＢ超市\n", "AB超市", "padding_removed,width_folded"),
        ],
    );
}

fn as_latin(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn as_gbk(text: &str) -> String {
    encoding_rs::GBK.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}

static MODEL: LazyLock<Model> = LazyLock::new(|| load(&shipped("weihai")).unwrap());

/// The content and the flags of a ticket, by its bytes.
fn content(bytes: &[u8]) -> (String, String) {
    let source = MODEL.sources.iter().find(|s| s.kind.as_str() == "tickets").unwrap();
    let decoded = decode(&MODEL, source, None, Some(bytes)).unwrap();
    let Record::Ticket(ticket) = decoded.record else { panic!("a ticket") };
    // Its time is a day: that flag is looked at elsewhere.
    (ticket.content.unwrap(), decoded.flags.iter().map(|f| f.as_str()).filter(|f| *f != "day_only").collect::<Vec<_>>().join(","))
}

fn ticket(content: &str) -> String {
    json!({ "ticket_no": "T1", "received_at": "2026-03-02", "content": content }).to_string()
}

#[test]
fn text_encoded_twice_is_put_right_once() {
    let text = "燃气公司泄漏，物业费乱收";
    let windows = encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned();
    let even = "燃气泄漏乱收";
    assert_eq!(jianwei_core::intake::repaired(&as_latin("Жалоба на 烟")), None, "little of it is Chinese");
    let with_signs = "冷库-18度，§漏氨é😀";
    let rows: [(Vec<u8>, &str, &str); 10] = [
        (ticket(text).into(), text, ""),
        // Signs and faces among Chinese.
        (as_latin(&ticket(with_signs)).into(), with_signs, "double_encoded"),
        (as_latin(&ticket(text)).into(), text, "double_encoded"),
        (as_latin(&format!("\u{feff}{}", ticket(text))).into(), text, "double_encoded"),
        (
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(ticket(text).as_bytes()).0.into_owned().into(),
            text,
            "double_encoded",
        ),
        // In one field alone, also in escapes.
        (ticket(&windows).into(), text, "double_encoded"),
        (
            format!(r#"{{"ticket_no":"T1","received_at":"2026-03-02","category":"燃气","content":"{windows}"}}"#).into(),
            text,
            "double_encoded",
        ),
        (ticket(&as_gbk(even)).into(), even, "double_encoded"),
        // Twice over is put right once.
        (ticket(&as_latin(&as_latin(&format!("{text}甲")))).into(), "", "double_encoded"),
        // Bytes were lost: nothing is guessed.
        (ticket("鐕冩皵娉\u{fffd}").into(), "鐕冩皵娉\u{fffd}", ""),
    ];
    for (bytes, expected, codes) in rows {
        let (found, flags) = content(&bytes);
        if expected.is_empty() {
            let once = as_latin(&format!("{text}甲"));
            assert!(
                found != text && (flags == codes || flags.is_empty() || flags.contains("invisible")),
                "{once} {found} {flags}"
            );
            continue;
        }
        assert_eq!((found.as_str(), flags.as_str()), (expected, codes));
    }
    // Other languages are not mojibake.
    for text in ["à la façon de Ça", "naïve café — Œuvre", "Ã©tat", "联通", "鑫喆堃淼犇", "雯婷姝嫣娜", "邹鹏程顺达"]
    {
        let (found, flags) = content(ticket(text).as_bytes());
        assert!(found == text && !flags.contains("double_encoded"), "{text} {found} {flags}");
    }
}

/// Characters of everyday Chinese: the first level of GB 2312.
fn everyday() -> impl Strategy<Value = char> {
    (0xb0..=0xd7u8, 0xa1..=0xf9u8).prop_map(|(lead, trail)| {
        let bytes = [lead, trail];
        let (text, _) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
        text.chars().next().unwrap_or('中')
    })
}

/// All of GB 2312, names' rare characters included.
fn any_standard() -> impl Strategy<Value = char> {
    (0xb0..=0xf7u8, 0xa1..=0xfeu8).prop_map(|(lead, trail)| {
        let bytes = [lead, trail];
        let (text, _) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
        text.chars().next().unwrap_or('中')
    })
}

fn ordinary() -> impl Strategy<Value = String> {
    let mark = prop::sample::select("，。！？：；、“”（）《》0123456789abcXYZ .,%".chars().collect::<Vec<_>>());
    prop::collection::vec(prop_oneof![6 => everyday(), 1 => any_standard(), 1 => mark], 1..60)
        .prop_map(|text| format!("甲{}", String::from_iter(text)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ordinary_text_is_never_taken_for_mojibake(text in ordinary()) {
        let (found, flags) = content(ticket(&text).as_bytes());
        prop_assert!(!flags.contains("double_encoded"), "{} {} {}", text, found, flags);
        // 後 is the one traditional character of GB 2312 that is folded.
        prop_assert_eq!(found, text.trim().replace('後', "后"));
    }

    #[test]
    fn what_was_encoded_twice_comes_back(text in prop::collection::vec(everyday(), 1..40).prop_map(String::from_iter)) {
        let (found, flags) = content(as_latin(&ticket(&text)).as_bytes());
        prop_assert!(flags.contains("double_encoded"));
        prop_assert_eq!(found, text);
    }

    #[test]
    fn cleaning_is_idempotent_and_bounded(text in hostile()) {
        for clean in [clean as for<'a> fn(&'a str, &mut Vec<Flag>) -> Cow<'a, str>, clean_name] {
            let mut flags = Vec::new();
            let once = clean(&text, &mut flags).into_owned();
            // One character of NFKC gives at most eighteen.
            prop_assert!(once.chars().count() <= 18 * text.chars().count());
            prop_assert!(flags.iter().enumerate().all(|(n, f)| !flags[..n].contains(f)));
            let mut again = Vec::new();
            prop_assert_eq!(clean(&once, &mut again).into_owned(), once.clone(), "{:?}", text);
            prop_assert_eq!(again, Vec::new(), "{:?}", text);
        }
    }
}

/// Pieces that cleaning looks at, in any order, and any characters between.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "&", "amp;", "lt;", "gt;", "&#", "#x301;", "38;", ";", "<", ">", "</", "br", "p", "style", "script", " a=", "/", "!--",
        "--", "\\n", "\\t", "\n", "\t", "\r", " ", "\u{a0}", "\u{3000}", "\u{200b}", "\u{301}", "\u{338}", "＆", "＜", "＞",
        "；", "（", "…", "後", "門", "乾", "ﷺ", "e", "燃气", "&#x301;", "&lt;", "<b>", "&amp;",
    ];
    let piece = prop_oneof![8 => prop::sample::select(pieces.to_vec()).prop_map(str::to_string), 1 => any::<char>().prop_map(|c| c.to_string())];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
