//! Firms called by an ordinary word (大桥) are not meant wherever the word stands. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the pipeline folders")]

mod common;

use common::{Run, shipped};
use jianwei_core::journal::Body;
use serde_json::json;

const BRIDGE: &str = "91371000MAFAKE0190";
const SUN: &str = "91371000MAFAKE0508";

#[test]
fn a_brand_that_is_an_ordinary_word_needs_more_than_its_trade() {
    let mut run = Run::wall(&shipped("weihai"), "2026-03-02 08:00");
    for (id, name, address) in
        [(BRIDGE, "威海大桥饭店有限公司", "威海市环翠区虚构街18号"), (SUN, "威海沐岚健身服务有限公司", "威海市环翠区虚构路6号")]
    {
        let row = json!({ "id": id, "name": name, "region": "371002", "industry": "6210", "address": address });
        run.put("2026-03-02 08:00", "weihai.registry.enterprises", &row);
    }
    // The text; whom it is about.
    for (n, (text, subject)) in [
        ("大桥边上有家饭店后厨很脏", None),
        ("环翠区大桥那家饭店的菜里有虫子", None),
        ("环翠区大桥附近一家饭店菜里有虫子", None),
        ("在大桥等车时看到一家饭店乱倒污水", None),
        ("在饭店，大桥下面，吃坏肚子", None),
        ("大桥饭店的菜里有虫子", Some(BRIDGE)),
        ("威海大桥饭店有限公司菜里有虫子", Some(BRIDGE)),
        // Other brands as before.
        ("环翠区沐岚那家健身房不退卡", Some(SUN)),
    ]
    .into_iter()
    .enumerate()
    {
        let record = json!({ "ticket_no": format!("T{n}"), "received_at": "2026-03-02 09:00", "content": text, "intent": "投诉", "region": "371002" });
        let out = run.put("2026-03-02 09:00", "weihai.hotline.tickets", &record);
        let Some(Body::Record(entry)) = out.last().map(|s| &s.entry.body) else { panic!("{text}") };
        let found = entry.fact.evidence().unwrap().subject.as_ref().map(|s| s.id.as_str());
        assert_eq!(found, subject, "{text}");
    }
}
