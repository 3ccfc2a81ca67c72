//! Tickets a second through intake with 400,000 enterprises, on one core, beside what can't be saved:
//! parsing, one NFKC pass and one bare automaton pass over the same bytes. `cargo bench --bench intake`.
//! All names and texts are made up.

use jianwei_core::domain::EnterpriseRow;
use jianwei_core::intake::{Directory, decode, resolve};
use jianwei_core::pipeline::{Bundle, load};
use std::hint::black_box;
use std::time::Instant;
use unicode_normalization::UnicodeNormalization;

/// As the shipped binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ENTERPRISES: usize = 400_000;
const TEXTS: usize = 20_000;
const TEXT_BYTES: usize = 1024;

/// A small generator of numbers: the same city each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const SYLLABLES: &[&str] = &[
    "鸿", "达", "宏", "远", "源", "盛", "和", "顺", "泰", "康", "瑞", "祥", "福", "海", "蓝", "星", "云", "山", "岚", "屿", "启",
    "明", "知", "新", "华", "润", "丰", "金", "银", "诚", "信", "德", "佳", "美", "乐", "安", "宁", "晨", "曦", "沐", "松", "柏",
    "竹", "梅", "江", "河", "湖", "湾", "东", "西", "南", "北", "中", "天", "地", "仁", "义", "礼", "智", "永", "恒", "久", "长",
    "春", "秋", "夏", "冬", "百", "千", "万", "亿", "双",
];
const TRADES: &[&str] = &[
    "健身服务",
    "教育培训",
    "餐饮管理",
    "物业服务",
    "建筑工程",
    "装饰工程",
    "商贸",
    "水产",
    "食品",
    "物流",
    "客运",
    "电梯工程",
    "美容",
    "医疗器械",
    "旅行社",
    "酒店管理",
    "汽车维修",
    "网络科技",
    "家政服务",
    "超市",
    "化工",
    "机械",
    "渔业",
    "服装",
    "果业",
    "印刷",
    "环保科技",
    "房产经纪",
];
const PLACES: &[&str] = &["威海", "威海市", "荣成市", "文登区", "乳山市", "威海市环翠区", "威海经济技术开发区"];
const REGIONS: &[&str] = &["371002", "371003", "371082", "371083", "371072"];
const CLAUSES: &[&str] = &[
    "市民来电反映，",
    "其于今年三月办理了会员卡，",
    "现在门店关门，",
    "多次联系均无人接听，",
    "要求退还剩余费用。",
    "小区内夜间施工噪音扰民，",
    "希望有关部门尽快核实处理。",
    "工作人员态度恶劣，拒绝出示证照。",
    "购买的食品已经过期，",
    "商家拒绝赔偿，",
    "诉求人要求查处。",
    "楼道有燃气味，",
    "住户担心安全，",
    "自来水浑浊发黄已持续一周，",
    "物业一直不予解决，",
    "请相关单位回复。",
    "老人摔倒受伤，",
    "孩子上课期间无人看管，",
];

fn rows() -> Vec<EnterpriseRow> {
    let mut numbers = Numbers(2026);
    (0..ENTERPRISES)
        .map(|n| {
            let brand: String = (0..2 + numbers.below(2)).map(|_| numbers.of(SYLLABLES)).collect();
            let (place, trade, region) = (numbers.of(PLACES), numbers.of(TRADES), numbers.of(REGIONS));
            EnterpriseRow {
                id: format!("9137100{}MAFA{n:06X}", n % 10),
                name: Some(format!("{place}{brand}{trade}有限公司")),
                aliases: if n % 3 == 0 { vec![format!("{brand}{}", &trade[..6])] } else { Vec::new() },
                industry: Some("F5212".into()),
                region: Some(region.into()),
                address: Some(format!(
                    "山东省威海市{}{}路{}号",
                    numbers.of(SYLLABLES),
                    numbers.of(SYLLABLES),
                    numbers.below(300)
                )),
                status: Some("active".into()),
                ..EnterpriseRow::default()
            }
        })
        .collect()
}

fn texts(rows: &[EnterpriseRow]) -> Vec<String> {
    let mut numbers = Numbers(7);
    (0..TEXTS)
        .map(|n| {
            let mut text = String::new();
            let at = numbers.below(600);
            let name = rows[numbers.below(rows.len())].name.clone().unwrap_or_default();
            let mut named = n % 4 == 0;
            while text.len() < TEXT_BYTES {
                if !named && text.len() >= at {
                    text.push_str(&name);
                    named = true;
                }
                text.push_str(numbers.of(CLAUSES));
            }
            text
        })
        .collect()
}

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse::<usize>().ok());
    kib.unwrap_or(0) * 1024
}

fn bundle() -> Bundle {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/weihai");
    let mut files = std::collections::BTreeMap::new();
    for path in ["", "matters"].iter().flat_map(|sub| std::fs::read_dir(dir.join(sub)).unwrap()).map(|e| e.unwrap().path()) {
        if path.extension().is_some_and(|e| e == "toml") {
            let name = path.strip_prefix(&dir).unwrap().to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    Bundle { files }
}

fn timed<T>(what: &str, texts: usize, mut run: impl FnMut() -> T) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what}: {:.2} us a ticket, {:.0} a second", best * 1e6 / texts as f64, texts as f64 / best);
    best
}

fn main() {
    let model = load(&bundle()).unwrap();
    let rows = rows();
    let mut patterns: Vec<String> = rows.iter().filter_map(|r| r.name.clone()).collect();
    patterns.sort();
    patterns.dedup();
    let texts = texts(&rows);
    let before = resident_bytes();
    let start = Instant::now();
    let mut directory = Directory::default();
    directory.reindex(&model);
    for row in &rows {
        directory.upsert(row.clone());
    }
    println!(
        "directory of {ENTERPRISES}: {:.2} s, {} MiB resident (rows and index)",
        start.elapsed().as_secs_f64(),
        (resident_bytes() - before) >> 20
    );
    let start = Instant::now();
    let mut longest_s = 0.0f64;
    for row in rows.iter().step_by(40) {
        let one = Instant::now();
        directory.upsert(EnterpriseRow { status: Some("closed".into()), ..row.clone() });
        longest_s = longest_s.max(one.elapsed().as_secs_f64());
    }
    let count = rows.len() / 40;
    println!(
        "change of a row: {:.1} us, the longest {:.3} ms",
        start.elapsed().as_secs_f64() * 1e6 / count as f64,
        longest_s * 1e3
    );

    let source = model.source_of_topic("weihai.hotline.tickets").unwrap();
    let records: Vec<Vec<u8>> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let ticket = serde_json::json!({ "ticket_no": format!("T{n}"), "received_at": "2026-03-02 09:00:00", "content": text, "region": "371002" });
            serde_json::to_vec(&ticket).unwrap()
        })
        .collect();
    let parse = timed("parse", TEXTS, || {
        records.iter().map(|r| serde_json::from_slice::<serde_json::Value>(r).unwrap().is_object() as usize).sum::<usize>()
    });
    let nfkc = timed("one NFKC pass", TEXTS, || texts.iter().map(|t| t.nfkc().collect::<String>().len()).sum::<usize>());
    let automaton = daachorse::CharwiseDoubleArrayAhoCorasick::<u32>::new(&patterns).unwrap();
    let bare = timed("one bare automaton pass", TEXTS, || {
        texts.iter().map(|t| automaton.find_overlapping_iter(t).count()).sum::<usize>()
    });
    let intake = timed("intake: decode and resolve", TEXTS, || {
        records
            .iter()
            .map(|r| {
                resolve(&model, &directory, &mut decode(&model, source, None, Some(r)).unwrap()).evidence().unwrap().matters.len()
            })
            .sum::<usize>()
    });
    let found = records.iter().filter(|r| {
        let mut decoded = decode(&model, source, None, Some(r)).unwrap();
        resolve(&model, &directory, &mut decoded).evidence().unwrap().subject.is_some()
    });
    println!("named in {} of {TEXTS} texts; {:.2} times parse + NFKC + automaton", found.count(), intake / (parse + nfkc + bare));
}
