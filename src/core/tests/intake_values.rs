//! Times, ids, amounts, words and codes as people and exports write them: one table a behaviour. All
//! records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::mini::with;
use common::{Run, entry, gas, shipped};
use jianwei_core::domain::{
    IdHint, IdProblem, IdScheme, Record, TicketStatus, TimeProblem, Zone, category_path, industry_code, parse_amount, parse_bool,
    read_time,
};
use jianwei_core::intake::{Decoded, Rejection, decode};
use jianwei_core::journal::{Body, Flag, Reason, RecordEntry};
use jianwei_core::pipeline::{Model, load};
use serde_json::{Value, json};
use std::sync::LazyLock;

static WEIHAI: LazyLock<Model> = LazyLock::new(|| load(&shipped("weihai")).unwrap());

fn read(topic: &str, record: &Value) -> Result<Decoded, Rejection> {
    decode(&WEIHAI, WEIHAI.source_of_topic(topic).unwrap(), None, Some(record.to_string().as_bytes()))
}

fn ticket(more: &Value) -> Result<Decoded, Rejection> {
    read("weihai.hotline.tickets", &with(json!({ "ticket_no": "T1", "received_at": "2026-03-02", "content": "漏气" }), more))
}

fn codes(flags: &[Flag]) -> String {
    // Times of these tests are days; `dirty_feeds.rs` looks at the flag.
    flags.iter().filter(|f| **f != Flag::DayOnly).map(|f| f.as_str()).collect::<Vec<_>>().join(",")
}

#[test]
fn times_of_every_shape() {
    let zone = Zone::parse("+08:00").unwrap();
    for (raw, expected) in [
        ("2019/2/28 11:25:05", "2019-02-28T11:25:05+08:00"),
        ("2019-2-28 9:05", "2019-02-28T09:05:00+08:00"),
        ("2019.2.28 9:05", "2019-02-28T09:05:00+08:00"),
        ("2019.2.28", "day 2019-02-28T00:00:00+08:00"),
        ("2019-02-28T03:25:05.250Z", "2019-02-28T11:25:05.250+08:00"),
        ("2019-02-28T03:25+0000", "2019-02-28T11:25:00+08:00"),
        ("2019-02-27 23:25:05 -0400", "2019-02-28T11:25:05+08:00"),
        ("2019年2月28日", "day 2019-02-28T00:00:00+08:00"),
        ("2019年02月28日11时25分05秒", "2019-02-28T11:25:05+08:00"),
        ("2019年2月28日09:30:00", "2019-02-28T09:30:00+08:00"),
        ("2019 年 2 月 28 日 11 时", "2019-02-28T11:00:00+08:00"),
        ("2019年2月28日 11时", "2019-02-28T11:00:00+08:00"),
        ("2019年2月28日（星期四）下午3:05", "2019-02-28T15:05:00+08:00"),
        ("2019年2月28日 周四 上午9点一刻", "2019-02-28T09:15:00+08:00"),
        ("2019/2/28 3:05:06 PM", "2019-02-28T15:05:06+08:00"),
        ("2019/2/28 上午 12:05:06", "2019-02-28T00:05:06+08:00"),
        ("二〇二三年十二月十日 上午9时", "2023-12-10T09:00:00+08:00"),
        ("二○二三年十二月三十一日下午三点半", "2023-12-31T15:30:00+08:00"),
        ("二零二三年一月二十日", "day 2023-01-20T00:00:00+08:00"),
        ("二〇二三年一月廿一日晚上十二点", "2023-01-22T00:00:00+08:00"),
        ("2023年1月2日中午12点", "2023-01-02T12:00:00+08:00"),
        ("２０２３－１２－１０　０９：３０", "2023-12-10T09:30:00+08:00"),
        ("2023-12-10 24:00", "2023-12-11T00:00:00+08:00"),
        ("20231210T093000", "2023-12-10T09:30:00+08:00"),
        ("20231210T0930", "2023-12-10T09:30:00+08:00"),
        ("20231210T013000Z", "2023-12-10T09:30:00+08:00"),
        ("20231210T093000.125+0800", "2023-12-10T09:30:00.125+08:00"),
        ("20231210 09:30:00", "2023-12-10T09:30:00+08:00"),
        ("20231210 9:30", "2023-12-10T09:30:00+08:00"),
        ("20231210 上午9时", "2023-12-10T09:00:00+08:00"),
        ("20231310T093000", "malformed"),
        ("20231210T2500", "malformed"),
        ("20231210T09300", "malformed"),
        // Bare numbers.
        ("20231210", "bare day 2023-12-10T00:00:00+08:00"),
        ("202312100930", "bare 2023-12-10T09:30:00+08:00"),
        ("20231210093000", "bare 2023-12-10T09:30:00+08:00"),
        ("20231210093000125", "bare 2023-12-10T09:30:00.125+08:00"),
        ("1702171800", "bare 2023-12-10T09:30:00+08:00"),
        ("1702171800125", "bare 2023-12-10T09:30:00.125+08:00"),
        ("45270", "bare day 2023-12-10T00:00:00+08:00"),
        ("45270.395833333336", "bare 2023-12-10T09:30:00+08:00"),
        ("45270.0", "bare 2023-12-10T00:00:00+08:00"),
        ("32874", "bare day 1990-01-01T00:00:00+08:00"),
        ("32873", "malformed"),
        ("73416", "malformed"),
        ("123456", "malformed"),
        ("20231310", "malformed"),
        ("20231210250000", "malformed"),
        ("1.7E+12", "malformed"),
        // Nothing.
        ("0001-01-01", "nothing"),
        ("0001-01-01T00:00:00Z", "nothing"),
        ("0001/1/1 0:00:00", "nothing"),
        ("0001年1月1日", "nothing"),
        ("0000-00-00 00:00:00", "nothing"),
        ("1900-01-00", "nothing"),
        ("0", "nothing"),
        ("00000000", "nothing"),
        (" ", "nothing"),
        // No guesses.
        ("2019年2月", "malformed"),
        ("28/2/2019", "malformed"),
        ("19-2-28", "malformed"),
        ("2019-02-30", "malformed"),
        ("2019-02-28 25:00", "malformed"),
        ("2019-02-28 11:60", "malformed"),
        ("2019-02-28 11", "malformed"),
        ("2019-02-28 11:05 something", "malformed"),
        ("昨天下午三点", "malformed"),
        ("9999-12-31", "malformed"),
    ] {
        let found = match read_time(raw, zone) {
            Ok(read) => {
                let marks = [("bare ", read.bare_number), ("day ", read.day_only)];
                let marks: String = marks.iter().filter(|(_, is)| *is).map(|(mark, _)| *mark).collect();
                format!("{marks}{}", zone.format(read.ms))
            }
            Err(TimeProblem::Nothing) => "nothing".to_string(),
            Err(TimeProblem::Malformed) => "malformed".to_string(),
        };
        assert_eq!(found, expected, "{raw}");
    }
}

#[test]
fn times_of_records() {
    for (more, expected) in [
        (json!({ "received_at": "2026年3月2日" }), "day "),
        (json!({ "received_at": 46_083 }), "day bare_number_time"),
        (json!({ "received_at": 1_772_380_800 }), "bare_number_time"),
        (json!({ "status_at": "0001-01-01" }), "day placeholder"),
        (json!({ "status_at": "无" }), "day placeholder"),
        (json!({ "status_at": "soon" }), "day unreadable_value"),
    ] {
        let read = ticket(&more).unwrap();
        assert_eq!(format!("{}{}", if read.day_resolution { "day " } else { "" }, codes(&read.flags)), expected, "{more}");
    }
    for time in ["0001-01-01", "无", "昨天"] {
        let rejection = ticket(&json!({ "received_at": time })).unwrap_err();
        assert!(matches!(rejection.reason, Reason::BadTime | Reason::MissingField), "{time} {rejection:?}");
    }
}

/// A text, the id it gives, what is wrong with it and what else it says.
type IdRow = (&'static str, Option<&'static str>, Option<IdProblem>, Option<IdHint>);

#[test]
fn ids_of_every_shape() {
    const GOOD: &str = "91371000MAFAKE0190";
    let organisation = || Some(IdHint::OrganisationCode("MAFAKE019".into()));
    let rows: [IdRow; 21] = [
        (GOOD, Some(GOOD), None, None),
        ("91371000mafake0190", Some(GOOD), None, None),
        ("９１３７１０００ＭＡＦＡＫＥ０１９０", Some(GOOD), None, None),
        ("\u{feff}91371000\u{200b}MAFAKE0190", Some(GOOD), None, None),
        ("=\"91371000MAFAKE0190\"", Some(GOOD), None, None),
        ("'91371000MAFAKE0190", Some(GOOD), None, None),
        (" 9137 1000 MAFA KE01 90 ", Some(GOOD), None, None),
        ("91371000MAFAKE0191", Some("91371000MAFAKE0191"), Some(IdProblem::CheckCharacter), None),
        ("9.1371E+17", None, Some(IdProblem::Scientific), None),
        ("9.137100012E+17", None, Some(IdProblem::Scientific), None),
        ("9.1371e17", None, Some(IdProblem::Scientific), None),
        ("913710001234567000", None, Some(IdProblem::CutToFifteen), None),
        // Its check character fits by chance: still no id.
        ("913710001200023000", None, Some(IdProblem::CutToFifteen), None),
        ("91371000MAFAKEO190", None, Some(IdProblem::Malformed), Some(IdHint::Suggested(GOOD.into()))),
        ("9137I000MAFAKEO19O", None, Some(IdProblem::Malformed), Some(IdHint::Suggested(GOOD.into()))),
        ("91371000MAFAKEO191", None, Some(IdProblem::Malformed), None),
        ("371000100000019", None, Some(IdProblem::Other), Some(IdHint::RegistrationNumber("371000100000019".into()))),
        ("371000100000018", None, Some(IdProblem::Malformed), None),
        ("MAFAKE019", None, Some(IdProblem::Other), organisation()),
        ("mafake01-9", None, Some(IdProblem::Other), organisation()),
        ("MAFAKE018", None, Some(IdProblem::Malformed), None),
    ];
    for (raw, id, problem, hint) in rows {
        assert_eq!(IdScheme::Uscc.read(raw), (id.map(str::to_string), problem, hint), "{raw}");
    }
    assert_eq!(IdScheme::Text.read("9.1371E+17").0.as_deref(), Some("9.1371E+17"));
}

#[test]
fn ids_of_records() {
    let good = "91371000MAFAKE0190";
    for (given, expected) in [
        (json!(good), ""),
        (json!("91371000mafake0190"), "id_folded"),
        (json!("９１３７１０００ＭＡＦＡＫＥ０１９０"), "id_folded"),
        (json!(9.1371e17), "id_scientific"),
        (json!("9.1371E+17"), "id_scientific"),
        (json!(913_710_001_234_567_000_u64), "id_truncated"),
        (json!("371000100000019"), "other_id"),
        (json!("913710001234567"), "id_truncated"),
        (json!("91371000MAFAKE0"), "id_truncated"),
        (json!("无"), "placeholder"),
        (json!("000000000000000000"), "placeholder"),
        (json!("不是代码"), "id_malformed"),
    ] {
        let read = ticket(&json!({ "subject_uscc": given })).unwrap();
        assert_eq!(codes(&read.flags), expected, "{given}");
        let Record::Ticket(ticket) = read.record else { panic!("a ticket") };
        assert_eq!(ticket.subject_id.is_some(), expected.is_empty() || expected == "id_folded", "{given}");
    }
    // Required ids stay strict.
    let row = |id: Value| json!({ "kind": "credit", "id": id, "class": "A", "at": "2026-03-02" });
    for (given, expected) in [
        (json!(good), Ok("")),
        (json!("91371000mafake0190"), Ok("id_folded")),
        (json!("9.1371E+17"), Err("bad_id")),
        (json!("913710021234567000"), Err("bad_id")),
        (json!("MAFAKE019"), Err("bad_id")),
        (json!("91371000MAFAKEO190"), Err("bad_id")),
        (json!("/"), Err("missing_field")),
    ] {
        let found = read("weihai.sector.records", &row(given.clone()));
        let found = found.map(|d| codes(&d.flags)).map_err(|r| r.reason.as_str());
        assert_eq!(found.as_deref().map_err(|e| *e), expected, "{given}");
    }
}

fn last(run: &mut Run, record: &Value) -> RecordEntry {
    entry(&run.put("2026-03-02 10:00", "weihai.hotline.tickets", record)).clone()
}

#[test]
fn codes_of_other_registers_find_the_enterprise_and_slips_only_suggest_one() {
    let mut run = Run::wall(&gas(), "2026-03-01");
    let ids = ["91371000MAFAKE0190", "91371000MAFAKE027T"];
    for (n, id) in ids.iter().enumerate() {
        let aliases = if n == 0 { json!(["371000100000019"]) } else { json!([]) };
        run.put(
            "2026-03-01",
            "weihai.registry.enterprises",
            &json!({ "id": id, "name": format!("威海{id}"), "aliases": aliases }),
        );
    }
    for (given, subject, candidates, flags) in [
        ("MAFAKE02-7", Some(ids[1]), vec![], "other_id"),
        ("371000100000019", Some(ids[0]), vec![], "other_id"),
        ("371000200007778", None, vec![], "other_id"),
        ("91371000MAFAKEO190", None, vec![ids[0]], "id_malformed,id_suggested"),
        // No such enterprise: nothing to suggest.
        ("91371000MAFAKE1O7E", None, vec![], "id_malformed"),
    ] {
        let record = json!({ "ticket_no": given, "received_at": "2026-03-02", "content": "燃气", "subject_uscc": given });
        let entry = last(&mut run, &record);
        let evidence = entry.fact.evidence().unwrap();
        assert_eq!(evidence.subject.as_ref().map(|s| s.id.as_str()), subject, "{given}");
        assert_eq!(
            (&evidence.candidates, codes(&entry.flags).as_str()),
            (&candidates.iter().map(|c| c.to_string()).collect(), flags),
            "{given}"
        );
    }
}

#[test]
fn what_says_nothing_is_nothing_but_in_free_text() {
    for word in ["无", "/", "-", "——", "暂无", "测试", "不详", "N/A", "null", "无无", "。"] {
        let read = ticket(&json!({ "subject_name": word, "category": word, "title": word, "content": word })).unwrap();
        assert_eq!(codes(&read.flags), "placeholder", "{word}");
        let Record::Ticket(ticket) = read.record else { panic!("a ticket") };
        assert_eq!((ticket.subject_name, ticket.category), (None, None), "{word}");
        assert_eq!((ticket.title.as_deref(), ticket.content.as_deref()), (Some(word), Some(word)));
    }
    for (name, kept) in [("0000", false), ("无极商店", true), ("测试仪器公司", true), ("0号店", true)] {
        let Record::Ticket(ticket) = ticket(&json!({ "subject_name": name })).unwrap().record else { panic!("a ticket") };
        assert_eq!(ticket.subject_name.is_some(), kept, "{name}");
    }
    let rejection = ticket(&json!({ "ticket_no": "无" })).unwrap_err();
    assert_eq!(rejection.reason, Reason::MissingField, "an id all such tickets would share");
}

#[test]
fn words_that_mean_the_same() {
    for (expected, words) in [
        (TicketStatus::Accepted, "受理 已受理 待派单"),
        (TicketStatus::Dispatched, "已派单 派遣 办理中 处置中"),
        (TicketStatus::Resolved, "处置完毕 已处理"),
        (TicketStatus::Closed, "结案 办结 已办结 已结案 归档 已完成"),
        (TicketStatus::Reopened, "重新办理 二次办理"),
        (TicketStatus::Withdrawn, "撤单 已撤销 作废 取消"),
    ] {
        for word in words.split(' ') {
            assert_eq!(TicketStatus::parse(word), Some(expected), "{word}");
        }
    }
    for (yes, words) in
        [(true, "是 √ ✓ Y yes 1 TRUE 属实 部分属实"), (false, "否 × N no 0 False 不属实 查无实据 不实 失实 不成立 未查实")]
    {
        for word in words.split(' ') {
            assert_eq!(parse_bool(word), Some(yes), "{word}");
        }
    }
    for (status, read) in [
        ("（已办结）", Some(TicketStatus::Closed)),
        ("已办结。", Some(TicketStatus::Closed)),
        ("【撤单】", Some(TicketStatus::Withdrawn)),
        ("（）", None),
    ] {
        let Record::Ticket(ticket) = ticket(&json!({ "status": status, "verified": "（不属实）" })).unwrap().record else {
            panic!("a ticket")
        };
        assert_eq!((ticket.status, ticket.verified), (read, Some(false)), "{status}");
    }
    assert_eq!([parse_bool("maybe"), parse_bool(""), parse_bool("2")], [None; 3]);
    for (name, code) in [
        ("文登市", "371003"),
        ("高区", "371071"),
        ("威海 高区", "371071"),
        ("371081", "371003"),
        ("榮成市", "371082"),
        ("山东省威海市环翠区", "371002"),
        ("环翠区/竹岛街道", "371002"),
        ("371002001001", "371002"),
        ("371002.0", "371002"),
        ("高新区", "371071"),
        ("威海工业新区", "371073"),
        ("荣成县", "371082"),
        ("荣成市石岛管理区", "371082"),
    ] {
        let Record::Ticket(ticket) = ticket(&json!({ "region": name })).unwrap().record else { panic!("a ticket") };
        assert_eq!(ticket.region.as_deref(), Some(code), "{name}");
    }
}

#[test]
fn amounts_as_people_write_them() {
    for (text, expected) in [
        ("3.5万元", Some(35_000.0)),
        ("叁万伍仟元整", Some(35_000.0)),
        ("三万五千", Some(35_000.0)),
        ("3万5千元", Some(35_000.0)),
        ("3.5w", Some(35_000.0)),
        ("3.5W元", Some(35_000.0)),
        ("1亿2千万", Some(120_000_000.0)),
        ("2千5百元", Some(2500.0)),
        ("1,234.50", Some(1234.5)),
        ("￥1,234.50元", Some(1234.5)),
        ("¥200", Some(200.0)),
        ("人民币贰佰元正", Some(200.0)),
        ("壹拾贰元叁角肆分", Some(12.34)),
        ("一百零五元", Some(105.0)),
        ("十二万", Some(120_000.0)),
        ("1.2亿元", Some(120_000_000.0)),
        ("一亿二千万", Some(120_000_000.0)),
        ("3万5000元", Some(35_000.0)),
        ("１００元", Some(100.0)),
        ("零元", Some(0.0)),
        ("两千块", Some(2000.0)),
        // No guesses.
        ("三万五", None),
        ("3万5", None),
        ("3w5", None),
        ("3万5万", None),
        ("w", None),
        ("约3万元", None),
        ("3-5万元", None),
        ("1,23", None),
        ("万元", None),
        ("元", None),
        ("a lot", None),
        ("", None),
        ("9999999999999999亿亿亿", None),
    ] {
        assert_eq!(parse_amount(text), expected, "{text}");
    }
    let row = json!({ "kind": "penalty", "penalty_id": "P1", "id": "91371000MAFAKE0190", "at": "2026-03-02", "amount_yuan": "叁万伍仟元整", "revoked": "否" });
    let Record::Penalty(read) = read("weihai.sector.records", &row).unwrap().record else { panic!("a penalty") };
    assert_eq!((read.amount_yuan, read.revoked), (Some(35_000.0), false));
}

#[test]
fn codes_of_trades_and_paths_of_categories() {
    for (text, expected) in [
        ("C1399", Some("1399")),
        ("1399", Some("1399")),
        ("c13.99", Some("1399")),
        ("R-8930", Some("8930")),
        ("R 8930", Some("8930")),
        ("A-8930", None),
        ("C13", Some("13")),
        ("D4511 燃气生产和供应业", Some("4511")),
        ("A0111", Some("0111")),
        ("T97", Some("97")),
        ("B1399", None),
        ("9899", None),
        ("0011", None),
        ("139 ", Some("139")),
        ("13999", None),
        ("食品", None),
        ("C", None),
        ("1980406-1006", None),
    ] {
        assert_eq!(industry_code(text).as_deref(), expected, "{text}");
    }
    for (text, expected) in [
        ("市场监管/餐饮", "市场监管/餐饮"),
        ("市场监管_餐饮_食品安全", "市场监管/餐饮/食品安全"),
        ("市场监管>餐饮", "市场监管/餐饮"),
        ("市场监管 -> 餐饮", "市场监管/餐饮"),
        ("市场监管-餐饮", "市场监管/餐饮"),
        ("市场监管 / 餐饮 /", "市场监管/餐饮"),
        ("A类-B类", "A类/B类"),
        ("KTV_娱乐", "KTV/娱乐"),
        ("gas_leak", "gas_leak"),
        ("non-food", "non-food"),
        ("a > b", "a > b"),
        ("城市管理", "城市管理"),
    ] {
        assert_eq!(category_path(text), expected, "{text}");
    }
    let Record::Ticket(read_ticket) = ticket(&json!({ "category": "燃气＞泄漏" })).unwrap().record else {
        panic!("a ticket")
    };
    assert_eq!(read_ticket.category.as_deref(), Some("燃气/泄漏"));
    let row = json!({ "id": "91371000MAFAKE0190", "industry": "d45.11" });
    let Record::Enterprise(row) = read("weihai.registry.enterprises", &row).unwrap().record else { panic!("a row") };
    assert_eq!(row.industry.as_deref(), Some("4511"));
}

#[test]
fn a_status_of_a_day_to_come_is_of_no_day() {
    let mut run = Run::wall(&shipped("weihai"), "2026-03-01");
    for (status_at, known, flags) in [("2026-03-02 12:00", true, ""), ("2099-01-01 10:00", false, "unreadable_value")] {
        let record = json!({ "ticket_no": status_at, "received_at": "2026-03-02 09:00", "content": "x", "status": "closed", "status_at": status_at });
        let entry = last(&mut run, &record);
        let text = entry.fact.text().expect("a ticket");
        assert_eq!((text.status_at_ms.is_some(), codes(&entry.flags).as_str()), (known, flags), "{status_at}");
    }
}

#[test]
fn departments_of_a_ticket() {
    let mut run = Run::wall(&shipped("weihai"), "2026-03-01");
    for (n, (given, expected, flags)) in [
        ("市场监管局", vec!["wh-amr"], ""),
        ("威海市工商局", vec!["wh-amr"], ""),
        ("市住建局、市工商局；市质监局", vec!["wh-housing", "wh-amr"], ""),
        ("市住建局,某某办", vec!["wh-housing"], "unknown_department"),
        ("无", vec![], "placeholder"),
        ("wh-edu", vec!["wh-edu"], ""),
        // Names of before 2018.
        ("市国税局、地税局", vec!["wh-sw-tax"], ""),
        ("国土局", vec!["wh-zrzy"], ""),
        // Bodies no matter of the pipeline names.
        ("农业局、国土局", vec!["wh-zrzy"], "unknown_department"),
        ("物价局、质监局、食药监局、工商局", vec!["wh-amr"], ""),
        ("卫计委，安监局，旅游局", vec!["wh-wjw", "wh-yj", "wh-whlv"], ""),
    ]
    .into_iter()
    .enumerate()
    {
        let record = json!({ "ticket_no": format!("T{n}"), "received_at": "2026-03-02 09:00", "content": "x", "handling_department": given });
        let entry = last(&mut run, &record);
        let text = entry.fact.text().expect("a ticket");
        assert_eq!(
            (&text.departments, codes(&entry.flags).as_str()),
            (&expected.iter().map(|d| d.to_string()).collect(), flags),
            "{given}"
        );
    }
}

#[test]
fn a_device_that_measured_nothing_meets_no_limit() {
    let good = json!({
        "kind": "alarm", "alarm_id": "A", "id": "91371000MAFAKE0190", "at": "2026-03-02 09:00",
        "measure": "gas_lel_percent", "value": 60, "limit": 25,
    });
    let mut triggers = Vec::new();
    for (n, (more, flags)) in [
        (json!({}), ""),
        (json!({ "value": 9999 }), "sensor_sentinel"),
        (json!({ "value": -999 }), "sensor_sentinel"),
        (json!({ "quality": "stuck" }), "sensor_stuck"),
        (json!({ "quality": "故障" }), "sensor_stuck"),
        (json!({ "quality": "good" }), ""),
    ]
    .into_iter()
    .enumerate()
    {
        let mut run = Run::wall(&gas(), "2026-03-01");
        let record = with(with(good.clone(), &more), &json!({ "alarm_id": format!("A{n}") }));
        let out = run.put("2026-03-02 10:00", "weihai.sector.records", &record);
        let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("{more}") };
        assert_eq!(codes(&entry.flags).replace("unknown_enterprise", "").trim_matches(','), flags, "{more}");
        triggers.push(entry.fact.evidence().unwrap().matters.iter().any(|hit| !hit.triggers.is_empty()));
    }
    assert_eq!(triggers, [true, false, false, false, false, true]);
}
