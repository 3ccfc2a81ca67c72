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
        for key in ["rows", "readable", "missing", "dead_letters", "flags"] {
            assert_eq!(found[key], expected[key], "{name}: {key}");
        }
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
    let dead = serde_json::json!([{ "reason": "bad_time", "field": "received_at", "rows": 1 }, { "reason": "future_time", "field": null, "rows": 1 }]);
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
        ("registry", "信用代码*,企业名称,住所\n91371000MAFAKE0190,威海虚构燃气有限公司,环翠区虚构路1号\n", 0),
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
    let cases: [(&str, &[u8], &str); 15] = [
        ("a.csv", b"", "the file is empty"),
        ("b.csv", b" \n\n", "the file is empty"),
        ("c.csv", "工单编号,登记时间\n".as_bytes(), "a header line of 2 columns and no row"),
        ("d.csv", b"a,b\n\xff\xff,1\n", "neither UTF-8 nor GB18030"),
        ("e.csv", b"a,b\n1,2\n1,2,3\n1\n", "line 3 has 3 cells, the header has 2 (2 such rows)"),
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
        ["办结 2", "（已办结） 2", "other values: 1 (2 rows), not shown", "某某新区? 3", "other values: 2 (2 rows), not shown"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    for private in ["张三", "李四"] {
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
