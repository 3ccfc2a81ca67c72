//! `jianwei lint-feed` on small exports. Every row is made up; the numbers are nobody's.

mod support;

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{BINARY, copy_pipeline, repo};

fn lint(file: &Path, more: &[&str]) -> Output {
    Command::new(BINARY)
        .arg("lint-feed")
        .arg(file)
        .args(["--lang", "en"])
        .args(more)
        .current_dir(repo())
        .output()
        .expect("it runs")
}

fn said(file: &Path, more: &[&str]) -> String {
    let output = lint(file, more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(file: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&said(file, &[&["--json"], more].concat())).expect("JSON")
}

fn gas(to: &Path, change: &dyn Fn(&str) -> String) -> PathBuf {
    copy_pipeline(&repo().join("tests/pipelines/gas"), to, change);
    to.to_path_buf()
}

/// An export whose columns no pipeline names so; callers in four columns.
fn export() -> String {
    let mut text = "热线单号,上报时间,内容详情,工单类型,所属区域,来电人,号码,证件,天气\n".to_string();
    for n in 0..20 {
        let intent = ["投诉类", "举报", "诉苦"][n % 3];
        text += &format!(
            "2603020858001234{n:02},2026/3/2 8:{n:02},楼道里天然气泄漏并且气味很大请回电1990000{n:04}谢谢,{intent},环翠区,张虚构{n},199 0000 {n:04},99999919900101{n:03}X,晴\n"
        );
    }
    text
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

/// Nothing that stands in a caller's column or in a text.
fn assert_nothing_private(text: &str) {
    for private in ["诉苦", "张虚构", "1990000", "199 0000", "999999199", "天然气"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[test]
fn the_map_it_suggests_can_be_pasted_and_then_nothing_is_missing() {
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = gas(&tmp.path().join("gas"), &str::to_string);
    let with = ["--pipelines", dir.to_str().unwrap(), "--suggest-map"];
    let file = write(tmp.path(), "export.csv", export().as_bytes());
    let text = said(&file, &with);
    assert_nothing_private(&text);
    for words in [
        "20 rows, 9 columns, UTF-8",
        "MISSING: no column gives received_at",
        "MISSING: no column gives content",
        "热线单号 -> not read  (100.0% filled)  known elsewhere as ticket_no",
        "投诉类? 7",
        "other values: 1 (6 rows), not shown",
        "来电人 -> not read  (100.0% filled)  PERSONAL",
        "PERSONAL (phone): do not map it; only as caller_phone, which is hashed",
        "PERSONAL (id number)",
        "[字] 20",
        "20 longer texts hold something like a phone",
        "0 rows can be read (0.0%), 20 would be dead letters",
        "dead letter missing_field received_at  20 (100.0%)",
        "with it 20 of 20 rows can be read",
        "content = \"内容详情\" # a guess: look at it",
        "intent = { \"投诉类\" = \"complaint\" }",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let before = json(&file, &with);
    assert_nothing_private(&before.to_string());
    assert_eq!(before["missing"], serde_json::json!(["ticket_no", "received_at", "content"]));
    assert_eq!(before["suggestion"]["guesses"], serde_json::json!(["content"]));

    // As a person would: before the line it names.
    let pipeline = dir.join("pipeline.toml");
    let rules = std::fs::read_to_string(&pipeline).unwrap();
    let mut lines: Vec<&str> = rules.lines().collect();
    let line = before["suggestion"]["line"].as_u64().expect("a line") as usize;
    lines.insert(line - 1, before["suggestion"]["toml"].as_str().expect("a map"));
    std::fs::write(&pipeline, lines.join("\n")).unwrap();
    let check = Command::new(BINARY).arg("check").arg(&dir).output().expect("it runs");
    assert!(check.status.success(), "{}{}", String::from_utf8_lossy(&check.stdout), String::from_utf8_lossy(&check.stderr));
    let after = json(&file, &with);
    assert_eq!((after["missing"].clone(), after["readable"].clone()), (serde_json::json!([]), 20.into()));
    assert_eq!(after["map"], "export.csv");
    assert_eq!(after["flags"], serde_json::json!({ "unknown_word": 6 }), "诉苦 is nobody's word");
    assert_eq!(
        (after["first"].as_str(), after["last"].as_str()),
        (Some("2026-03-02T08:00:00+08:00"), Some("2026-03-02T08:19:00+08:00"))
    );
    assert_eq!(after["suggestion"]["readable"], 20);
}

#[test]
fn the_same_export_in_other_encodings_and_packings() {
    let tmp = tempfile::tempdir().expect("a folder");
    let dir = gas(&tmp.path().join("gas"), &str::to_string);
    let with = ["--pipelines", dir.to_str().unwrap(), "--suggest-map"];
    let export = export();
    let expected = json(&write(tmp.path(), "export.csv", export.as_bytes()), &with);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(export.as_bytes()).unwrap();
    let header: Vec<&str> = export.lines().next().unwrap().split(',').collect();
    let object = |line: &str| -> String {
        let row: serde_json::Map<String, Value> =
            header.iter().zip(line.split(',')).map(|(k, v)| (k.to_string(), v.into())).collect();
        Value::from(row).to_string() + "\n"
    };
    let ndjson: String = export.lines().skip(1).map(object).collect();
    let marked = ["\u{feff}".as_bytes(), export.as_bytes()].concat();
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("a.csv", encoding_rs::GB18030.encode(&export).0.into_owned(), "GB18030"),
        ("b.csv", marked, "UTF-8 with a byte order mark"),
        ("c.csv.gz", gz.finish().unwrap(), "UTF-8"),
        ("d.csv.zst", zstd::encode_all(export.as_bytes(), 1).unwrap(), "UTF-8"),
        ("e.ndjson", ndjson.into_bytes(), "UTF-8"),
    ];
    for (name, bytes, encoding) in cases {
        let found = json(&write(tmp.path(), name, &bytes), &with);
        assert_eq!(found["encoding"], encoding, "{name}");
        for key in ["rows", "readable", "missing", "flags"] {
            assert_eq!(found[key], expected[key], "{name}: {key}");
        }
        // NDJSON has no header line: each row stands a line earlier.
        let first = if name == "e.ndjson" { 1 } else { 2 };
        let lines: Vec<u64> = (first..first + 5).collect();
        let dead = serde_json::json!([{ "reason": "missing_field", "field": "received_at", "rows": 20, "lines": lines }]);
        assert_eq!(found["dead_letters"], dead, "{name}");
        assert_eq!(found["suggestion"]["readable"], 20, "{name}");
    }
}

#[test]
fn says_whom_the_rows_are_about_what_is_repaired_and_what_repeats() {
    let tmp = tempfile::tempdir().expect("a folder");
    let registry =
        write(tmp.path(), "registry.csv", "统一社会信用代码,企业名称\n91371000MAFAKE0190,威海虚构蓝焰燃气有限公司\n".as_bytes());
    let rows = "工单编号,登记时间,工单内容,诉求类型,被诉主体,所属区域\n\
        T1,2026-03-02 08:00,停气,投诉,威海虚构蓝焰燃气有限公司,环翠区\n\
        T1,2026-03-02 08:00,停气,投诉,威海虚构蓝焰燃气有限公司,环翠区\n\
        T2,2026-03-03 08:00,停气,求助,某店,火星区\n\
        T3,2099-03-03 08:00,停气,求助,,环翠区\n\
        T4,soon,停气,求助,,环翠区\n";
    let file = write(tmp.path(), "export.csv", rows.as_bytes());
    let found = json(&file, &["--registry", registry.to_str().unwrap()]);
    assert_eq!((&found["rows"], &found["readable"], &found["repeated_ids"]), (&5.into(), &3.into(), &1.into()));
    let dead = serde_json::json!([{ "reason": "bad_time", "field": "received_at", "rows": 1, "lines": [6] }, { "reason": "future_time", "field": null, "rows": 1, "lines": [5] }]);
    assert_eq!(found["dead_letters"], dead);
    assert_eq!(found["flags"]["unknown_region"], 1);
    assert_eq!((&found["attributed"]["enterprises"], &found["attributed"]["rows"]), (&1.into(), &2.into()));
    assert_eq!(found["attributed"]["by_method"]["name"], 2);
    assert_eq!(found["attributed"]["nobody"], 1);
    assert!(found["map"].is_null() && found["missing"] == serde_json::json!([]), "the source's own columns are enough");
    let zh =
        Command::new(BINARY).arg("lint-feed").arg(&file).args(["--lang", "zh"]).current_dir(repo()).output().expect("it runs");
    assert!(String::from_utf8_lossy(&zh.stdout).contains("可读取 3 行（60.0%），死信 2 行"));
}

#[test]
fn other_kinds_of_records_have_maps_too() {
    let tmp = tempfile::tempdir().expect("a folder");
    let cases = [
        ("registry", "执照,企业名称,住所\n91371000MAFAKE0190,威海虚构燃气有限公司,环翠区虚构路1号\n", 0),
        ("registry", "信用代码*,企业名称,住所\n91371000MAFAKE0190,威海虚构燃气有限公司,环翠区虚构路1号\n", 1),
        ("registry", "统一社会信用代码（必填）,企业名称（必填）\n91371000MAFAKE0190,威海虚构燃气有限公司\n", 1),
        ("reports", "编号,时间,线索内容,线索来源\nR1,2026-03-02 08:00,某店售卖过期海产品,媒体\n", 1),
        ("inspectors", "执法人员编号,所属单位（全称）\nP1,wh-amr\n", 1),
    ];
    for (kind, text, readable) in cases {
        let file = write(tmp.path(), "export.csv", text.as_bytes());
        let found = json(&file, &["--kind", kind, "--suggest-map"]);
        assert_eq!(found["suggestion"]["readable"], readable, "{kind}: {found:#}");
        assert_eq!(found["suggestion"]["missing"].as_array().unwrap().is_empty(), readable == 1, "{kind}");
    }
    let file = write(tmp.path(), "export.csv", b"at,id\n2026-03-02,91371000MAFAKE0190\n");
    let output = lint(&file, &["--kind", "sector", "--suggest-map"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("--suggest-map works for"));
}

#[test]
fn what_is_no_table_is_refused_with_a_plain_word() {
    let tmp = tempfile::tempdir().expect("a folder");
    let wide: Vec<String> = (0..1_001).map(|n| format!("c{n}")).collect();
    let wide = format!("{}\n{}\n", wide.join(","), vec!["x"; 1_001].join(","));
    let wide_rows: String = (0..1_001).map(|n| format!("{{\"c{n}\":1}}\n")).collect();
    let utf16: Vec<u8> = [0xfeff].into_iter().chain("工单编号,内容\n1,2\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], &str); 17] = [
        ("a.csv", b"", "the file is empty"),
        ("b.csv", b" \n\n", "the file is empty"),
        ("c.csv", "工单编号,登记时间\n".as_bytes(), "a header line of 2 columns and no row"),
        ("d.csv", b"a,b\n\xff\xff,1\n", "neither UTF-8 nor GB18030"),
        ("e.csv", b"a,b\n1,2\n1,2,3\n1\n", "line 3 has 3 cells, the header has 2 (2 such rows)"),
        ("p.csv", b"a,b,c\n1,2,3,4,5,6,7,8,9\n1,2,3\n", "line 2 has 9 cells, the header has 3 (1 such rows)"),
        ("q.csv", "工单内容\n停气，没有通知, 很生气\n停气\n".as_bytes(), "line 2 has 2 cells, the header has 1"),
        ("f.csv", wide.as_bytes(), "1001 columns; 1000 are allowed"),
        ("g.ndjson", wide_rows.as_bytes(), "more than 1000 columns"),
        ("h.csv", b"PK\x03\x04rest", "save the sheet as CSV UTF-8"),
        ("i.csv", b"\xd0\xcf\x11\xe0rest", "Excel"),
        ("j.csv", &utf16, "UTF-16"),
        ("k.csv", b"a,b\n\x00\x01,2\n", "zero bytes"),
        ("l.csv", b"a,b,a\n1,2,3\n", "column \"a\" stands twice"),
        ("m.ndjson", b"[1]\nnope\n", "no line is a JSON object"),
        ("n.xlsx", b"a,b\n1,2\n", "a file ends with .csv"),
        ("o.csv.gz", b"no gzip", "reading"),
    ];
    for (name, bytes, words) in cases {
        let output = lint(&write(tmp.path(), name, bytes), &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{name}: {said}");
    }
    let gone = lint(&tmp.path().join("nowhere.csv"), &[]);
    assert!(!gone.status.success() && String::from_utf8_lossy(&gone.stderr).contains("nowhere.csv"));
    let file = write(tmp.path(), "export.csv", b"a\n1\n");
    let kind = lint(&file, &["--kind", "gossip"]);
    assert!(String::from_utf8_lossy(&kind.stderr).contains("one of tickets"));
}

#[test]
fn what_somebody_wrote_into_a_column_of_words_is_counted_and_not_shown() {
    let tmp = tempfile::tempdir().expect("a folder");
    let mut text = "ticket_no,received_at,content,status,intent,region\n".to_string();
    for n in 0..6 {
        let region = if n < 3 { "某某新区" } else { ["张三家楼上", "李四门口", "环翠区"][n % 3] };
        text += &format!("T{n},2026-03-02 8:0{n},楼道漏气,{},投诉,{region}\n", ["办结", "打给张三", "（已办结）"][n % 3]);
    }
    let file = write(tmp.path(), "words.csv", text.as_bytes());
    let said = said(&file, &["--pipelines", "tests/pipelines/gas"]);
    for words in
        ["办结 2", "（已办结） 2", "other values: 1 (2 rows), not shown", "环翠区 1", "other values: 3 (5 rows), not shown"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    for private in ["张三", "李四", "某某新区"] {
        assert!(!said.contains(private), "{private}: {said}");
    }
    // Written twice: the header too is read as it was meant.
    let twice: String = text.replace("ticket_no", "工单编号").bytes().map(char::from).collect();
    let file = write(tmp.path(), "twice.csv", twice.as_bytes());
    let found = json(&file, &["--pipelines", "pipelines/weihai"]);
    assert_eq!((&found["missing"], &found["readable"]), (&serde_json::json!([]), &serde_json::json!(6)), "{found}");
    assert_eq!(found["flags"]["double_encoded"], 6, "{found}");
    let columns = found["columns"].as_array().expect("columns");
    assert!(columns.iter().any(|c| c["name"] == "工单编号" && c["fields"] == serde_json::json!(["ticket_no"])), "{found}");
}

/// Rows of an export under a header, each with a number in it where `{n}` stands.
fn rows_under(header: &str, row: &str, count: usize) -> String {
    let rows = (0..count).map(|n| row.replace("{n}", &format!("{n:02}")) + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

#[test]
fn a_map_takes_each_column_for_what_its_header_says() {
    let tmp = tempfile::tempdir().expect("a folder");
    let text = "某健身馆不退卡{n}，多次联系商家都不退";
    // Header, row, what must stand in the map, what must not.
    let cases: [(&str, String, &[&str], &[&str]); 6] = [
        (
            "工单号,创建时间,诉求描述,涉事企业,涉事企业信用代码",
            format!("LS{{n}},2026-03-01 10:{{n}},{text},威海虚构健身有限公司,91371000MAFAKE0190"),
            &[
                "ticket_no = \"工单号\"",
                "received_at = \"创建时间\"",
                "content = \"诉求描述\"",
                "subject_name = \"涉事企业\"",
                "subject_uscc = \"涉事企业信用代码\"",
            ],
            &["id = \"row\"", "# not read"],
        ),
        (
            "工单号,创建时间,办结时间,处理结果内容,诉求描述",
            format!(
                "LS{{n}},2026-03-01 10:{{n}},2026-03-09 10:00,已与商家联系并回复来电人，商家同意退还余额，来电人表示满意，特此答复如上,{text}"
            ),
            &["received_at = \"创建时间\"", "content = \"诉求描述\"", "# not read: \"办结时间\", \"处理结果内容\""],
            &["= \"处理结果内容\"", "= \"办结时间\""],
        ),
        (
            "工单编号,处理时间,来电时间,诉求内容,被投诉单位",
            format!("LS{{n}},2026-03-09 10:{{n}},2026-03-01 10:{{n}},{text},某健身馆"),
            &["received_at = \"来电时间\"", "subject_name = \"被投诉单位\"", "# not read: \"处理时间\""],
            &["= \"处理时间\""],
        ),
        (
            "流水号,来电时间,反映内容,被反映单位",
            format!("LS{{n}},2026-03-01 10:{{n}},{text},某健身馆"),
            &["ticket_no = \"流水号\"", "content = \"反映内容\"", "subject_name = \"被反映单位\""],
            &["id = \"row\""],
        ),
        // What it is must be in the cells too: no time, few values, no text.
        (
            "编号,创建时间,情况,描述",
            format!("7,看附件,{text},2026-03-01 10:{{n}}"),
            &["id = \"row\"", "received_at = \"描述\"", "content = \"情况\""],
            &["= \"创建时间\"", "= \"编号\""],
        ),
        // The source reads several columns for one field: a line for one of them would take the others away.
        (
            "工单编号,登记时间,工单内容,问题小类,问题大类",
            format!("LS{{n}},2026-03-01 10:{{n}},{text},预付卡,消费"),
            &["# category stays as the source reads it: \"问题小类\", \"问题大类\""],
            &["category = \""],
        ),
    ];
    for (at, (header, row, maps, never)) in cases.into_iter().enumerate() {
        let file = write(tmp.path(), &format!("{at}.csv"), rows_under(header, &row, 20).as_bytes());
        let found = json(&file, &["--suggest-map"]);
        let toml = found["suggestion"]["toml"].as_str().expect("a map");
        assert!(maps.iter().all(|line| toml.contains(line)), "{header}: {toml}");
        assert!(!never.iter().any(|line| toml.contains(line)), "{header}: {toml}");
        assert_eq!((&found["suggestion"]["readable"], &found["suggestion"]["missing"]), (&20.into(), &serde_json::json!([])));
    }
    // Ids that are numbers, and headers encoded twice.
    let rows = (0..9).map(|n| format!("{{\"工单号\":{n},\"创建时间\":\"2026-03-01\",\"诉求描述\":\"{text}\"}}\n"));
    let rows: String = rows.collect();
    let twice: String = rows.bytes().map(char::from).collect();
    for text in [rows, twice] {
        let found = json(&write(tmp.path(), "export.ndjson", text.as_bytes()), &["--suggest-map"]);
        let toml = found["suggestion"]["toml"].as_str().expect("a map");
        assert!(toml.contains("ticket_no = \"工单号\"") && toml.contains("content = \"诉求描述\""), "{toml}");
    }
}

#[test]
fn a_column_dropped_is_named_with_what_it_is_known_as_among_other_records() {
    let tmp = tempfile::tempdir().expect("a folder");
    let text = "工单编号,登记时间,工单内容,统一社会信用代码,被反映单位,天气,涉事企业\nT1,2026-03-02 08:00,停气,91371000MAFAKE0190,某店,晴,某店\n";
    let file = write(tmp.path(), "export.csv", text.as_bytes());
    let with = ["--pipelines", "pipelines/weihai"];
    let text = said(&file, &with);
    let found = json(&file, &with);
    let unread = |name: &str| {
        let mut columns = found["columns"].as_array().expect("columns").iter();
        columns.find(|c| c["name"] == name).expect("it is there")["known_elsewhere"].clone()
    };
    assert!(text.contains("天气 -> not read") && text.contains("涉事企业 -> not read"), "{text}");
    assert!(text.contains("by its name perhaps subject_name"), "{text}");
    assert!(unread("天气").is_null());
    for (column, field) in [("统一社会信用代码", "subject_uscc"), ("被反映单位", "subject_name")] {
        // Unless the pipeline reads it by now.
        if text.contains(&format!("{column} -> not read")) {
            assert!(text.contains(&format!("known elsewhere as {field} of reports")), "{text}");
            assert_eq!(unread(column), serde_json::json!({ "kind": "reports", "field": field }));
        }
    }
}

#[test]
fn a_title_or_another_separator_is_no_header() {
    let tmp = tempfile::tempdir().expect("a folder");
    let table = "工单编号,登记时间,工单内容\n1,2026-03-01,\"a, b\"\n";
    let cases = [
        (format!("威海12345工单导出,,\n{table}"), "line 1 looks like a title, no header; line 2 seems to be the header"),
        (format!("威海12345工单导出\n{table}"), "line 1 looks like a title, no header; line 2 seems to be the header"),
        (format!(",,\n\n导出时间：2026-03-01,,\n{table}"), "line 1 names no column; line 4 seems to be the header"),
        (",,\n1,2026-03-01,张三\n".to_string(), "line 1 names no column: write a line with the columns' names first"),
        (table.replace(',', "\t"), "parted by tabs"),
        (table.replace(',', ";"), "parted by semicolons"),
        (table.replace(',', "；"), "parted by semicolons"),
    ];
    for (text, words) in cases {
        for more in [&["--suggest-map"][..], &[]] {
            let output = lint(&write(tmp.path(), "export.csv", text.as_bytes()), more);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(words), "{text}: {said}");
            assert!(!said.contains("defect") && !said.contains("张三"), "{said}");
        }
    }
    // One column, or one whose name was left out, is a table.
    for text in ["工单内容\n停气\n", "工单编号,登记时间,工单内容,\nT1,2026-03-01,停气,\n"] {
        assert!(lint(&write(tmp.path(), "export.csv", text.as_bytes()), &["--suggest-map"]).status.success(), "{text}");
    }
}

#[test]
fn only_words_the_pipeline_knows_are_shown_and_the_rest_is_counted_in_the_map_too() {
    let tmp = tempfile::tempdir().expect("a folder");
    let mut text = "工单编号,登记时间,工单内容,所属区域,分类,诉求类型\n".to_string();
    for n in 0..30 {
        let region = ["环翠区", "张三丰家", "张三丰家环翠区"][n % 3];
        let category = ["教育_校外培训", "李雷雷家的事", "王大力/校外培训"][n % 3];
        text += &format!("T{n},2026-03-02 08:{n:02},停气,{region},{category},{}\n", ["投诉类", "骂李雷雷", "举报"][n % 3]);
    }
    let file = write(tmp.path(), "export.csv", text.as_bytes());
    for found in [said(&file, &["--suggest-map"]), json(&file, &["--suggest-map"]).to_string()] {
        assert!(!["张三丰", "李雷雷", "王大力"].iter().any(|private| found.contains(private)), "{found}");
    }
    let text = said(&file, &["--suggest-map"]);
    for words in [
        "环翠区 10",
        "other values: 2 (20 rows), not shown",
        "…/校外培训 20",
        "# category: 1 values intake makes nothing of",
        "# region: 1 values",
        "# intent: 1 values",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn rows_that_would_be_dead_letters_are_named_by_their_lines() {
    let tmp = tempfile::tempdir().expect("a folder");
    let mut text = "工单编号,登记时间,工单内容\nT0,2026-03-01,\"停\n气\"\n\n\n,2026-03-01,停气\n".to_string();
    for n in 1..8 {
        text += &format!("T{n},soon,停气\n");
    }
    let expected = serde_json::json!([
        { "reason": "bad_time", "field": "received_at", "rows": 7, "lines": [7, 8, 9, 10, 11] },
        { "reason": "missing_field", "field": "ticket_no", "rows": 1, "lines": [6] },
    ]);
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let file = write(tmp.path(), "export.csv", text.as_bytes());
        assert_eq!(json(&file, &[])["dead_letters"], expected, "{text:?}");
        let said = said(&file, &[]);
        assert!(said.contains("bad_time received_at  7 (77.7%): line 7, 8, 9, 10, 11, ...\n"), "{said}");
        assert!(said.contains("missing_field ticket_no  1 (11.1%): line 6\n"), "{said}");
    }
    let ndjson = "{\"工单编号\":\"T1\"}\n\n[]\n";
    let found = json(&write(tmp.path(), "export.ndjson", ndjson.as_bytes()), &[]);
    let lines: Vec<&Value> = found["dead_letters"].as_array().expect("a list").iter().map(|d| &d["lines"]).collect();
    assert!(lines.contains(&&serde_json::json!([1])) && lines.contains(&&serde_json::json!([3])), "{found}");
}

#[test]
fn ids_a_spreadsheet_rounded_are_told_loudly() {
    let tmp = tempfile::tempdir().expect("a folder");
    let with_id = |id: &str| rows_under("工单编号,登记时间,工单内容", &format!("{id},2026-03-01 10:{{n}},停气"), 6);
    for (id, rounded) in [
        ("2.02312E+16", 6),
        ("2.02312e16", 6),
        ("202312100930000000", 6),
        ("2023121009300000{n}", 0),
        ("GD2023121009300000", 0),
        ("2E+10", 6),
        ("1E5", 0),
        ("12E10", 0),
    ] {
        let file = write(tmp.path(), "export.csv", with_id(id).as_bytes());
        assert_eq!(json(&file, &[])["columns"][0]["rounded"], rounded, "{id}");
        let said = said(&file, &[]);
        assert_eq!(said.contains("ROUNDED: 6 values of column \"工单编号\""), rounded > 0, "{id}: {said}");
    }
}

#[test]
fn a_registry_says_whether_its_firm_types_are_read() {
    let tmp = tempfile::tempdir().expect("a folder");
    for header in ["企业类型", "主体类型", "市场主体类型"] {
        let text = format!(
            "统一社会信用代码,企业名称,{header}\n91371000MAFAKE0190,威海虚构燃气有限公司,有限责任公司\n92371000MAFAKE0193,某某,个体工商户\n"
        );
        let file = write(tmp.path(), "registry.csv", text.as_bytes());
        let text = said(&file, &["--kind", "registry", "--suggest-map"]);
        let read = text.contains(&format!("{header} -> natural_person"));
        let told = text.contains("says which are natural persons (个体工商户) and is not read: map it as natural_person");
        assert!(read != told, "{text}");
        assert!(text.contains(&format!("natural_person = \"{header}\"")), "{text}");
    }
}

#[test]
fn a_dead_letter_of_a_replay_names_its_file_and_line() {
    let tmp = tempfile::tempdir().expect("a folder");
    // Rows are replayed in order of their time: offsets are no lines.
    let text = "工单编号,登记时间,工单内容\nT1,2026-03-05 08:00,停气\n\n,2026-03-01 08:00,\"停\n气\"\nT2,2099-03-01 08:00,停气\n";
    let file = write(tmp.path(), "export.csv", text.as_bytes());
    let out = tmp.path().join("out");
    let replayed = Command::new(BINARY)
        .args(["replay", "--pipelines", "pipelines/weihai", "--input", &format!("tickets={}", file.display()), "--out"])
        .arg(&out)
        .current_dir(repo())
        .output()
        .expect("it runs");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    let rows = std::fs::read_to_string(out.join("dead-letters.ndjson")).expect("rows");
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    let mut lines: Vec<u64> = rows.iter().map(|row| row["line"].as_u64().expect("a line")).collect();
    lines.sort_unstable();
    assert_eq!(lines, [4, 6], "{rows:?}");
    assert!(rows.iter().all(|row| row["file"] == file.display().to_string()), "{rows:?}");
}
