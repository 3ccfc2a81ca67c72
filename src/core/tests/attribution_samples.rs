//! Writes what `scripts/learn-roles.py` learns from: the labelled texts, as the signs around each firm named.
//! Sealed parts are left out: nothing may be learned from what measures.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests may do what the core may not"
)]

mod common;

use common::names::{asked, directory};
use jianwei_core::domain::EnterpriseRow;
use jianwei_core::intake::Directory;
use jianwei_core::intake::names::{Sign, samples};
use jianwei_core::pipeline::Model;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A labelled text: the fields asked, and its label.
struct Labelled {
    row: Value,
    label: Value,
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_string).collect()
}

fn labelled(path: &Path) -> Vec<Labelled> {
    let row = |line: &String| {
        let row: Value = serde_json::from_str(line).unwrap();
        Labelled { label: row["label"].clone(), row }
    };
    lines(path).iter().map(row).collect()
}

/// Texts with marks: 〔+甲〕 is accused, 〔-乙〕 must not be, 〔?丙〕 is left open. Firms of the marks' names, and the texts.
fn marked(path: &Path, directory: &mut Directory) -> Vec<Labelled> {
    let mut all = Vec::new();
    for line in lines(path) {
        let (mut text, mut rest) = (String::new(), line.as_str());
        let mut by_mark: [Vec<String>; 3] = Default::default();
        while let Some((before, (mark, (name, behind)))) = rest.split_once('〔').and_then(|(before, marked)| {
            Some((before, marked.split_at_checked(1).and_then(|(mark, named)| Some((mark, named.split_once('〕')?)))?))
        }) {
            let of = &mut by_mark["+-?".find(mark).unwrap_or_else(|| panic!("a mark in {line}"))];
            if !of.iter().any(|n| n == name) {
                of.push(name.to_string());
            }
            let trade = TRADES.iter().find(|(word, _)| name.contains(word)).map_or("F5299", |(_, code)| code);
            directory.upsert(EnterpriseRow {
                id: name.to_string(),
                name: Some(name.to_string()),
                industry: Some(trade.to_string()),
                ..EnterpriseRow::default()
            });
            text.push_str(before);
            text.push_str(name);
            rest = behind;
        }
        text.push_str(rest);
        let [mut accused, must_not, open] = by_mark;
        let primary = (!accused.is_empty()).then(|| accused.remove(0));
        let candidates = if primary.is_none() { open } else { Vec::new() };
        let label = json!({ "primary": primary, "secondary": accused, "must_not": must_not, "candidates": candidates });
        all.push(Labelled { row: json!({ "content": text, "region": "371002" }), label });
    }
    all
}

/// Words of a firm's name, and its industry, as near as rules need it.
const TRADES: [(&str, &str); 24] = [
    ("物业", "K7020"),
    ("医院", "Q8411"),
    ("诊所", "Q8425"),
    ("口腔", "Q8425"),
    ("药", "F5251"),
    ("幼儿园", "P8310"),
    ("学校", "P8391"),
    ("教育", "P8391"),
    ("养老", "Q8514"),
    ("劳务", "L7262"),
    ("建", "E4710"),
    ("装饰", "E5011"),
    ("酒店", "H6110"),
    ("超市", "F5212"),
    ("健身", "R8930"),
    ("汽修", "O8111"),
    ("供热", "D4430"),
    ("燃气", "D4511"),
    ("化工", "C2614"),
    ("水产", "C1361"),
    ("客运", "G5421"),
    ("快递", "G6020"),
    ("银行", "J6621"),
    ("保险", "J6820"),
];

/// What people begin and end with whatever they say: it must be no sign of anything, so each text is learned from as it
/// is and once more in such a dress.
#[rustfmt::skip]
const OPENINGS: [&str; 36] = [
    "你好，", "您好，", "您好！", "喂你好，", "领导好，", "尊敬的领导：您好，", "同志你好，", "工作人员您好，", "请问，", "我想问一下，", "我想咨询一下，",
    "麻烦问一下，", "打扰一下，", "想请教一个问题，", "我来反映个情况，", "市民来电，", "市民来电咨询，", "来电人表示，", "来电人求助：", "群众反映：", "网友留言：",
    "我有个事想说一下，", "帮我反映一下，", "不好意思又打来了，", "市民再次来电，", "之前打过一次电话，", "对上次的答复不满意，", "首先感谢你们接电话，",
    "谢谢你们百忙之中听我说，", "是这样的，", "事情是这样的，", "我也不知道该找谁，", "我实在没办法了，", "求助：", "反映问题：", "【来电】",
];
#[rustfmt::skip]
const CLOSINGS: [&str; 72] = [
    "谢谢。", "谢谢！", "谢谢", "谢谢你们。", "谢谢您了。", "谢谢领导。", "多谢。", "非常感谢！", "十分感谢。", "感谢。", "感谢领导。", "在此感谢。", "先谢谢了。",
    "拜托了。", "拜托你们了，谢谢。", "辛苦了。", "辛苦你们了，谢谢。", "麻烦了。", "麻烦你们了。", "麻烦您帮忙看看。", "麻烦尽快处理，谢谢。", "请帮忙处理，谢谢。",
    "请帮忙协调一下，谢谢。", "请帮助解决。", "请帮帮我。", "求帮助。", "恳请帮助，万分感谢。", "请相关部门处理。", "请有关部门核实处理，谢谢。", "望处理。", "望核实。",
    "望尽快解决，谢谢！", "望领导重视。", "希望尽快处理。", "希望有关部门管一管。", "希望给个答复。", "希望得到回复，谢谢。", "期待回复。", "盼复。", "请回复。",
    "请给个说法。", "请问怎么办？", "请问该怎么处理？", "请问能不能管？", "请问归哪个部门管？", "这事找哪个部门？", "这事归谁管？", "这种情况怎么解决？", "你们能管吗？",
    "到底有没有人管？", "能不能帮忙问问？", "是否合理？", "想咨询一下。", "特此反映。", "特来电反映。", "请调查核实。", "请调查处理。", "来电求助。", "市民请求帮助。",
    "市民表示感谢。", "来电人表示谢意。", "来电人希望得到回复。", "诉求：核实处理。", "要求尽快处理并回复。", "请尽快给予答复。", "以上情况属实。", "请保密，谢谢。",
    "不用回电话了，谢谢。", "就这些。", "就这事。", "祝工作顺利。", "打扰了，谢谢。",
];

/// One of those, or without punctuation, as speech is written down; which, by the text's number.
fn dressed(text: &str, n: usize) -> String {
    if n.is_multiple_of(7) {
        let between = if n.is_multiple_of(2) { " " } else { "" };
        return text.replace(['，', '。', '！', '？', '；', '：', '、', ',', '.', '!', '?', ';', ':'], between);
    }
    let opening = if n.is_multiple_of(3) { OPENINGS[n / 3 % OPENINGS.len()] } else { "" };
    let closing = match opening {
        _ if !n.is_multiple_of(4) => CLOSINGS[n * 5 % CLOSINGS.len()],
        "" => CLOSINGS[n % CLOSINGS.len()],
        _ => "",
    };
    let ends = text.ends_with(['。', '！', '？', '!', '?', '.', '；', '，', ',']) || closing.is_empty();
    let end = if ends { "" } else { ["，", "。"][n % 2] };
    format!("{opening}{text}{end}{closing}")
}

fn write(out: &mut String, model: &Model, directory: &Directory, part: &str, texts: Vec<Labelled>) {
    let dress = |(n, Labelled { row, label }): (usize, Labelled)| {
        let mut other = row.clone();
        other["content"] = dressed(row["content"].as_str().unwrap_or_default(), n).into();
        [(false, row, label.clone()), (true, other, label)]
    };
    for (is_dressed, row, label) in texts.into_iter().enumerate().flat_map(dress) {
        let samples: Vec<Value> = samples(model, directory, asked(&row))
            .iter()
            .map(|s| {
                let signs = |signs: &BTreeSet<Sign>| signs.iter().map(|sign| sign.to_string()).collect::<Vec<String>>();
                let with_later: Vec<Vec<String>> = s.with_later.iter().map(signs).collect();
                json!({ "ids": s.ids, "signs": signs(&s.signs), "by_rules": s.by_rules, "first": s.first, "with_later": with_later })
            })
            .collect();
        writeln!(out, "{}", json!({ "part": part, "dressed": is_dressed, "label": label, "samples": samples })).unwrap();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
#[ignore = "for scripts/learn-roles.py"]
fn samples_of_the_labelled_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let texts = root.join("tests/attribution");
    let model = common::model(&common::shipped("weihai"));
    let mut out = String::new();
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (one, two) = (read(texts.join("registry.ndjson")), read(texts.join("registry2.ndjson")));
    let first = directory(&model, [one.as_str()]);
    write(&mut out, &model, &first, "first", labelled(&texts.join("first.ndjson")));
    let both = directory(&model, [one.as_str(), two.as_str()]);
    for part in ["second", "third", "fifth", "sixth", "phrases/phrases"] {
        let name = part.rsplit('/').next().unwrap_or(part);
        write(&mut out, &model, &both, name, labelled(&texts.join(format!("{part}.ndjson"))));
    }
    for set in files(&texts.join("sets")) {
        let directory = directory(&model, [read(set.join("registry.ndjson")).as_str()]);
        let name = format!("set {}", set.file_name().unwrap().to_string_lossy());
        write(&mut out, &model, &directory, &name, labelled(&set.join("texts.ndjson")));
    }
    for file in files(&texts.join("roles")) {
        let mut directory = Directory::default();
        directory.reindex(&model);
        let all = marked(&file, &mut directory);
        let name = format!("roles {}", file.file_stem().unwrap().to_string_lossy());
        write(&mut out, &model, &directory, &name, all);
    }
    let path = root.join("target/attribution-samples.ndjson");
    fs::write(&path, out).unwrap();
    println!("{}", path.display());
}
