//! What must never be missed: plain complaints, by every firm of the directory. And laws of every answer.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests may do what the core may not"
)]

mod common;

use common::names::{asked, directory};
use jianwei_core::intake::Directory;
use jianwei_core::intake::names::{Answer, Asked, attribute};
use serde_json::Value;

const REGISTRY: &str = include_str!("../../../tests/attribution/registry.ndjson");

/// `X` is the firm.
const PLAIN: [&str; 32] = [
    "投诉X拖欠工资",
    "举报X无证经营",
    "X拖欠工资",
    "X不退押金",
    "市民反映X乱收费",
    "我要投诉X，不给退款",
    "在X办的卡，现在不给退",
    "X夜间施工噪音扰民",
    "市民来电反映X卖过期食品，要求查处。",
    "X的人态度恶劣，还动手打人",
    "被X骗了五千块钱",
    "X偷排污水，臭气熏天，请环保部门查处",
    "来电人称其在X消费1880元，商家拒绝开发票",
    "X欠我们八个人的工钱，一直拖着不给",
    "关于X的投诉",
    "对X的投诉",
    "关于X乱收费的投诉",
    "关于X乱收费的问题",
    "关于X拖欠工资的投诉",
    "我在X上班，三个月没发工资",
    "我是X的员工，公司拖欠工资",
    "本人系X员工，公司拖欠本人工资三个月",
    "我在X上班，被拖欠工资",
    "我在X干活，老板不给工资",
    "我在X打工，工资一直不发",
    "我是X员工，公司不交社保",
    "我老公在X上班，公司拖欠工资",
    "市民在X工作，现公司拖欠其工资，希望核实",
    "我在X上班，公司没签劳动合同",
    "我在X当保安，他们不给发工资",
    "我从X离职，工资没结",
    "X辞退我不给补偿金",
];

/// What people say around a complaint, politely. `…` is the complaint.
const AROUND: [&str; 17] = [
    "…，请帮忙解决，谢谢。",
    "…，谢谢。",
    "…。谢谢",
    "…，非常感谢。",
    "…。望有关部门调查处理，谢谢。",
    "…，市民表示感谢。",
    "…，该找哪个部门？",
    "…，请问怎么处理？",
    "…，希望能给个说法。",
    "…，有没有人管？",
    "…，请尽快处理，谢谢！",
    "…，麻烦帮忙处理一下。",
    "…，请给予帮助。",
    "老师您好，…",
    "市民对前次答复不满意，…",
    "我想咨询一下，…，谢谢",
    "您好，打扰了，…，想请帮忙催一下，谢谢。",
];

fn rows() -> Vec<Value> {
    REGISTRY.lines().filter(|l| !l.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn is_found(answer: &Answer, id: &str, directory: &Directory) -> bool {
    answer.subject.as_ref().is_some_and(|s| s.attribution.id == directory.stands_for(id))
}

fn obeys_the_laws(answer: &Answer, text: &str) {
    let subject = answer.subject.as_ref().map(|named| &named.attribution.id);
    let all = || answer.subject.iter().chain(&answer.secondary);
    for (n, named) in all().enumerate() {
        let attribution = &named.attribution;
        assert!(attribution.confidence.0 > 0 && attribution.confidence.0 <= 1000, "{text}: {attribution:?}");
        assert!(all().skip(n + 1).all(|other| other.attribution.id != attribution.id), "{text}: named twice");
        assert!(!answer.cleared.contains(&attribution.id) || Some(&attribution.id) != subject, "{text}: accused and cleared");
    }
    assert!(subject.is_some() || answer.secondary.is_empty(), "{text}: a second without a first");
    assert!(subject.is_none() || answer.candidates.is_empty(), "{text}: a subject and candidates");
    assert!(!answer.ambiguous || subject.is_none() && answer.candidates.len() > 1, "{text}: {answer:?}");
}

#[test]
fn plain_complaints_are_found() {
    let model = common::model(&common::shipped("weihai"));
    let directory = directory(&model, [REGISTRY]);
    let rows = rows();
    let mut missed = Vec::new();
    for row in &rows {
        let (id, name) = (row["id"].as_str().unwrap(), row["name"].as_str().unwrap());
        for sentence in PLAIN {
            let text = sentence.replace('X', name);
            let asked = Asked { content: Some(&text), ..Asked::default() };
            let answer = attribute(&model, &directory, asked);
            obeys_the_laws(&answer, &text);
            if !is_found(&answer, id, &directory) {
                missed.push(text);
            }
        }
    }
    assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), rows.len() * PLAIN.len());
}

/// Nobody is lost to politeness. It may cost one in a hundred.
#[test]
fn plain_complaints_are_found_however_polite() {
    let model = common::model(&common::shipped("weihai"));
    let directory = directory(&model, [REGISTRY]);
    let rows = rows();
    let (mut missed, mut all) = (Vec::new(), 0);
    for row in rows.iter().step_by(10) {
        let (id, name) = (row["id"].as_str().unwrap(), row["name"].as_str().unwrap());
        for (around, sentence) in AROUND.iter().flat_map(|around| PLAIN.map(|sentence| (around, sentence))) {
            let text = around.replace('…', sentence.trim_end_matches('。')).replace('X', name);
            let asked = Asked { content: Some(&text), ..Asked::default() };
            let answer = attribute(&model, &directory, asked);
            obeys_the_laws(&answer, &text);
            all += 1;
            let may_be = answer.subject.iter().map(|s| &s.attribution.id).chain(&answer.candidates);
            assert!(may_be.into_iter().any(|found| found == directory.stands_for(id)), "{text}: not even a candidate");
            if !is_found(&answer, id, &directory) {
                missed.push(text);
            }
        }
    }
    assert!(missed.len() * 100 <= all, "{} of {all}: {missed:#?}", missed.len());
}

/// All firms of a list are accused, and whoever stands first is the subject.
#[test]
fn a_list_of_firms_is_accused_together() {
    let model = common::model(&common::shipped("weihai"));
    let directory = directory(&model, [REGISTRY]);
    let names = ["威海沐岚健身服务有限公司", "威海拓野体育发展有限公司", "威海丝语美发有限公司"];
    for sentence in ["X都不退钱", "投诉X", "投诉X三家，联合涨价", "举报X无证经营，请查"] {
        for list in [format!("{}、{}", names[0], names[1]), format!("{}和{}", names[1], names[2]), names.join("、")] {
            let text = sentence.replace('X', &list);
            let answer = attribute(&model, &directory, Asked { content: Some(&text), ..Asked::default() });
            let accused = answer.subject.iter().chain(&answer.secondary).map(|named| named.attribution.id.as_str());
            let accused: Vec<&str> = accused.filter_map(|id| directory.get(id)?.name.as_deref()).collect();
            let told: Vec<&str> = names.into_iter().filter(|name| list.contains(name)).collect();
            assert_eq!(accused, told, "{text}");
        }
    }
}

#[test]
fn answers_obey_the_laws_on_labelled_texts() {
    let model = common::model(&common::shipped("weihai"));
    let directory = directory(&model, [REGISTRY]);
    let texts = [
        include_str!("../../../tests/attribution/first.ndjson"),
        include_str!("../../../tests/attribution/sixth.ndjson"),
        include_str!("../../../tests/attribution/phrases/phrases.ndjson"),
    ];
    for line in texts.iter().flat_map(|t| t.lines()).filter(|l| !l.is_empty()) {
        let row: Value = serde_json::from_str(line).unwrap();
        obeys_the_laws(&attribute(&model, &directory, asked(&row)), line);
    }
}
