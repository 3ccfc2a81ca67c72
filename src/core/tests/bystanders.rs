//! Firms that a text names and does not accuse: what their names say, and who may be meant. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests may do what the core may not")]

mod common;

use common::{Run, entry, shipped};
use serde_json::json;

const GAS_FIRM: &str = "91371000MAFAKE0190";

fn with_the_gas_firm() -> Run {
    let mut run = Run::wall(&shipped("weihai"), "2026-03-01");
    let row = json!({ "id": GAS_FIRM, "name": "威海岬角燃气有限公司", "industry": "D4511", "region": "371002" });
    run.put("2026-03-01", "weihai.registry.enterprises", &row);
    run
}

/// Names of those a text has beside the matter say nothing of it.
#[test]
fn a_bystanders_name_makes_no_matter() {
    let mut run = with_the_gas_firm();
    for (content, matters) in [
        ("威海岬角燃气有限公司对面的工地夜间施工噪音扰民", vec![]),
        ("楼下烧烤店油烟扰民，在威海岬角燃气有限公司旁边", vec![]),
        ("投诉威海岬角燃气有限公司停气不通知", vec!["urban-gas"]),
        ("威海岬角燃气有限公司旁边发生爆燃，很危险", vec!["urban-gas"]),
        ("威海岬角燃气有限公司旁边的小区燃气泄漏，没人来修", vec!["urban-gas"]),
    ] {
        // Also beside the id of somebody else, whom the directory does not have.
        for id in [None, Some("91371002MA9K7T3Q2U")] {
            let no = format!("{content}{}", id.unwrap_or_default());
            let record = json!({ "ticket_no": no, "received_at": "2026-03-02 09:00", "content": content, "subject_uscc": id });
            let out = run.put("2026-03-02 10:00", "weihai.hotline.tickets", &record);
            let found = &entry(&out).fact.evidence().unwrap().matters;
            assert_eq!(found.iter().map(|hit| hit.matter.as_str()).collect::<Vec<_>>(), matters, "{no}");
        }
    }
}

/// Praise and questions accuse nobody, and may be about whomever they name.
#[test]
fn whom_praise_may_be_about_is_a_candidate() {
    let mut run = with_the_gas_firm();
    for (intent, content) in [("表扬", "感谢威海岬角燃气有限公司的师傅"), ("咨询", "威海岬角燃气有限公司几点开门")]
    {
        let record = json!({ "ticket_no": content, "received_at": "2026-03-02 09:00", "content": content, "intent": intent });
        let out = run.put("2026-03-02 10:00", "weihai.hotline.tickets", &record);
        let evidence = entry(&out).fact.evidence().unwrap();
        let about = evidence.subject.iter().map(|s| &s.id).chain(&evidence.candidates);
        assert_eq!(about.collect::<Vec<_>>(), [GAS_FIRM], "{content}");
        assert!(!evidence.counts_as_risk, "{content}");
    }
}
