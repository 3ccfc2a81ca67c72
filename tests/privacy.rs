//! Personal data goes through everything, and is found nowhere but where it must be: in the raw topics, and
//! in the dead letters of a realm that does not redact them. All of it is made up: telephones of ranges
//! nobody has, id cards of a region there is none of.

mod support;

use jianwei_core::engine::topics;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{BINARY, Cluster, copy_pipeline, eventually, repo};

const FIRM: &str = "91371000MAFAKE0190";
const TRADER: &str = "92371002MAFAKE0191";
/// What no output may hold, each written in one way; spaces and signs aside they are found in any.
const SEEDS: [&str; 15] = [
    "15400001234",
    "14200005678",
    "0399-5550123",
    "990000199001011234",
    "鲁K1D4J5",
    "zhang.san@example.com",
    "wxid_made_up",
    "王小虎",
    "欧阳小明",
    "EA1234567",
    "C12345678",
    "6222000000000000005",
    "2单元801室",
    "赵小明",
    "李建国",
];
const CALLER_KEY: &str = "a made-up key of more than sixteen bytes";

/// What a person says of himself, with everything in it.
fn secret() -> String {
    let [mobile, other, landline, id, plate, mail, wechat, name, full_name, passport, permit, card, room, child, alone] = SEEDS;
    format!(
        "我叫{name}，联系人：{full_name}，身份证{id}，电话{mobile}或 {other}、{landline}，车牌{plate}，邮箱{mail}，微信：{wechat}，\
         护照{passport}，港澳通行证{permit}，付到{card}，家住虚构路13号楼{room}，孩子{child}。{alone}在场。"
    )
}

/// Of those the numbers, for fields whose names stand for themselves (a firm's, an official's).
fn numbers() -> String {
    let [mobile, other, landline, id, plate, mail, wechat, ..] = SEEDS;
    format!("{mobile} {other} {landline} {id} {plate} {mail} 微信{wechat}")
}

/// The seeds that stand in the bytes as UTF-8 or as JSON escapes.
fn found(bytes: &[u8]) -> Vec<&'static str> {
    let escaped = |seed: &str| -> String {
        let mut units = [0; 2];
        let each = seed.chars().map(|c| {
            if c.is_ascii() { c.to_string() } else { c.encode_utf16(&mut units).iter().map(|u| format!("\\u{u:04x}")).collect() }
        });
        each.collect()
    };
    let stands = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    SEEDS.into_iter().filter(|seed| stands(seed) || stands(&escaped(seed))).collect()
}

#[track_caller]
fn nothing_in(what: &str, bytes: &[u8]) {
    let seeds = found(bytes);
    assert!(seeds.is_empty(), "{what} holds {seeds:?}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(4_000)]));
}

/// The tests' gas city under another name: with reports, excerpts, and dead letters redacted or not.
fn realm(dir: &Path, name: &str, partition: i32, redact: bool) -> PathBuf {
    let to = dir.join(name);
    copy_pipeline(&repo().join("tests/pipelines/gas"), &to, &|text| {
        text.replace("name = \"weihai\"", &format!("name = \"{name}\""))
            .replace("journal_partition = 1", &format!("journal_partition = {partition}"))
            .replace("\"weihai.", &format!("\"{name}."))
            .replace("\"wh-", &format!("\"{name}-"))
            .replacen("prior_notice = false", "prior_notice = false\nexcerpt = true", 1)
    });
    let path = to.join("pipeline.toml");
    let more = format!(
        "\n[privacy]\nredact_dead_letters = {redact}\n\n[clues]\nacknowledge_working_days = 0\n\n\
         [[source]]\nkind = \"reports\"\ntopic = \"{name}.platform.reports\"\nlateness_hours = 0\n"
    );
    let text = std::fs::read_to_string(&path).expect("text") + &more;
    std::fs::write(&path, text).expect("written");
    to
}

/// The day most of it happened on: long past, so that duties fall due when the records are read.
const AT: &str = "2026-03-02 09:00";

fn tickets() -> Vec<Value> {
    let (secret, numbers) = (secret(), numbers());
    let caller = json!({ "name": SEEDS[7], "phone": SEEDS[0], "id_no": SEEDS[3] });
    let mut out = Vec::new();
    for (n, intent) in ["投诉", "举报", "求助", "咨询", ""].iter().enumerate() {
        for (m, subject) in [FIRM, TRADER, "", SEEDS[3]].iter().enumerate() {
            out.push(json!({ "ticket_no": format!("T{n}{m}"), "received_at": AT, "content": format!("小区燃气泄漏。{secret}"), "title": secret,
                "category": "燃气", "intent": intent, "region": "371002", "address": secret, "subject_name": secret, "subject_uscc": subject,
                "caller": caller, "来电人": SEEDS[7], "来电号码": SEEDS[0], "relates_to": numbers, "handling_department": secret, "urgency": secret,
                "status_at": secret, "satisfaction": secret }));
        }
    }
    // Dead letters: a time that is none, and one whose key is a telephone.
    out.push(json!({ "ticket_no": "X1", "received_at": SEEDS[0], "content": secret, "caller": caller }));
    out
}

fn registry() -> Vec<Value> {
    let numbers = numbers();
    vec![
        json!({ "id": FIRM, "name": format!("威海虚构燃气有限公司 {numbers}"), "former_names": [numbers], "aliases": numbers, "industry": "4511",
            "region": "371002", "address": format!("虚构路1号 {numbers}"), "size": numbers, "status": numbers, "credit_class": numbers,
            "parent": SEEDS[3], "legal_person": SEEDS[7], "phone": SEEDS[0] }),
        json!({ "id": TRADER, "name": "孙大圣", "industry": "4511", "region": "371002", "address": "虚构路2号801室", "natural_person": true }),
    ]
}

fn reports() -> Vec<Value> {
    let secret = secret();
    let report = |(n, channel): (usize, &&str)| {
        json!({ "report_id": format!("R{n}"), "reported_at": AT, "channel": channel, "content": format!("燃气泄漏。{secret}"), "title": secret,
            "source": secret, "subject_name": secret, "subject_uscc": TRADER, "region": "371002", "matter": "urban-gas", "url": secret })
    };
    ["media", "supervision_platform", "association"].iter().enumerate().map(report).collect()
}

fn sector() -> Vec<Value> {
    let (secret, numbers) = (secret(), numbers());
    vec![
        json!({ "kind": "credit", "id": FIRM, "class": numbers, "at": AT }),
        json!({ "kind": "inspection", "inspection_id": "I1", "id": FIRM, "at": AT, "org": secret, "reason": secret, "mode": secret, "result": "serious" }),
        json!({ "kind": "penalty", "penalty_id": "P1", "id": TRADER, "at": AT, "org": secret, "type": secret }),
        json!({ "kind": "alarm", "alarm_id": "A1", "id": FIRM, "at": AT, "measure": "gas_lel_percent", "value": 60, "limit": 20, "device": secret,
            "unit": secret, "quality": secret }),
        json!({ "kind": secret, "id": FIRM, "at": AT }),
    ]
}

/// An export as the hotline writes it, callers' columns and all.
fn export() -> String {
    let secret = secret();
    let header =
        "工单编号,登记时间,工单标题,工单内容,诉求归口,诉求类型,所属区域,诉求详细地址,被诉主体,来电人姓名,来电号码,身份证号";
    let row = format!(
        "E1,{AT},\"{secret}\",\"楼道燃气泄漏。{secret}\",燃气,投诉,环翠区,\"{secret}\",\"{secret}\",{},{},{}",
        SEEDS[7], SEEDS[0], SEEDS[3]
    );
    format!("{header}\n{row}\n")
}

/// The files of one realm, as `--input` wants them.
fn inputs(dir: &Path) -> Vec<String> {
    std::fs::create_dir_all(dir).expect("a folder");
    let lines = |rows: Vec<Value>| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let broken = format!("{{\"ticket_no\": \"X2\", \"content\": \"{}\n", secret());
    let files = [
        ("registry", "registry.ndjson", lines(registry())),
        ("tickets", "tickets.ndjson", lines(tickets()) + &broken),
        ("tickets", "export.csv", export()),
        ("reports", "reports.ndjson", lines(reports())),
        ("sector", "sector.ndjson", lines(sector())),
    ];
    let write = |(kind, name, text): (&str, &str, String)| {
        std::fs::write(dir.join(name), text).expect("written");
        format!("{kind}={}", dir.join(name).display())
    };
    files.into_iter().map(write).collect()
}

fn publish(cluster: &Cluster, pipelines: &Path, inputs: &[String]) {
    let mut args = vec!["publish", "--pipelines", pipelines.to_str().expect("a path")];
    inputs.iter().for_each(|i| args.extend(["--input", i]));
    cluster.must(&args);
}

/// What departments and the rules' keepers answer, with personal data wherever they may write.
fn answer(cluster: &Cluster, name: &str, partition: i32) {
    let (secret, numbers) = (secret(), numbers());
    let warnings = cluster.read(&format!("warnings.{name}-housing"));
    let warning: Value = serde_json::from_slice(warnings[0].value.as_ref().expect("a value")).expect("JSON");
    for (n, target) in [warning["warning_id"].as_str().expect("an id"), &numbers].iter().enumerate() {
        let said = json!({ "disposition_id": format!("D{n}"), "target": target, "action": "acknowledge", "at": AT, "by": format!("值班员 {numbers}"),
            "reason": secret, "note": secret, "measures": secret });
        cluster.produce(&format!("dispositions.{name}-housing"), &[(Some(target.as_bytes()), Some(said.to_string().as_bytes()))]);
    }
    let control = json!({ "control_id": format!("K{partition}"), "command": "demote", "matter": "urban-gas", "level": "red", "at": AT,
        "by": format!("值班长 {numbers}"), "reason": secret });
    let control = control.to_string();
    cluster.produce_to("jianwei.control", partition, control.as_bytes());
    // A dead letter whose key and value are nothing but a person's.
    cluster.produce(&format!("{name}.hotline.tickets"), &[(Some(SEEDS[1].as_bytes()), Some(secret.as_bytes()))]);
}

#[test]
fn personal_data_is_found_in_no_output_journal_snapshot_log_or_metric() {
    let cluster = Cluster::clean();
    let tmp = tempfile::tempdir().expect("a folder");
    let realms = [("open", 0, false), ("closed", 1, true)];
    let dirs = realms.map(|(name, partition, redact)| realm(tmp.path(), name, partition, redact));
    let [open, closed] = [dirs[0].to_str().expect("a path"), dirs[1].to_str().expect("a path")];
    cluster.must(&["topics", "create", "--pipelines", open, "--pipelines", closed, "--replication", "1", "--partitions", "1"]);
    let files = inputs(&tmp.path().join("files"));
    dirs.iter().for_each(|dir| publish(&cluster, dir, &files[..1]));

    let state = tmp.path().join("state");
    let env = [("JIANWEI_LOG", "trace"), ("JIANWEI_CALLER_KEY", CALLER_KEY), ("JIANWEI_CALLER_KEY_ID", "2026-11")];
    let worker = cluster.worker_with_env(&[&dirs[0], &dirs[1]], &state, &[], &env);
    // On the wall clock who is a natural person must be known before what is said of him.
    eventually("both realms know the directory", || realms.iter().all(|(_, partition, _)| cluster.journal(*partition).len() > 2));
    dirs.iter().for_each(|dir| publish(&cluster, dir, &files[1..]));
    eventually("both realms warn", || {
        realms.iter().all(|(name, ..)| !cluster.read(&format!("warnings.{name}-housing")).is_empty())
    });
    realms.iter().for_each(|(name, partition, _)| answer(&cluster, name, *partition));
    let answered = |name: &str| {
        let audit = cluster.read(topics::AUDIT);
        audit.iter().filter(|r| r.key.as_deref() == Some(name.as_bytes())).count() >= 4
    };
    eventually("answers are audited", || realms.iter().all(|(name, ..)| answered(name)));
    let letters = |name: &str| {
        let of_realm = |r: &support::Record| r.headers.get("jianwei_realm").is_some_and(|realm| realm == name);
        cluster.read(topics::DEAD_LETTERS).into_iter().filter(of_realm).collect::<Vec<_>>()
    };
    eventually("all dead letters are there", || realms.iter().all(|(name, ..)| letters(name).len() >= 4));
    let metrics = worker.get("/metrics");
    let health = worker.get("/healthz");
    assert!(metrics.contains("jianwei_dead_letters_total"), "{metrics}");
    let log = worker_log(worker);
    assert!(log.contains("realm starts") && log.contains("stopped cleanly"), "{log}");
    for (what, text) in [("metrics", &metrics), ("health", &health), ("log", &log)] {
        nothing_in(what, text.as_bytes());
        assert!(!text.contains(CALLER_KEY), "{what} holds the key");
    }

    // The search finds what is there: the hotline's own topics, and letters nobody redacted.
    let raw: Vec<u8> = cluster.read("open.hotline.tickets").into_iter().flat_map(|r| r.value.unwrap_or_default()).collect();
    assert_eq!(found(&raw), SEEDS);
    let open_letters: Vec<u8> = letters("open").into_iter().flat_map(|r| r.value.unwrap_or_default()).collect();
    assert_eq!(found(&open_letters), SEEDS);
    for letter in letters("closed") {
        assert_eq!((letter.key, letter.value), (None, None));
        assert!(letter.headers.contains_key("jianwei_redacted"));
        nothing_in("headers of a redacted letter", format!("{:?}", letter.headers).as_bytes());
    }
    for letter in letters("open") {
        nothing_in("headers of a dead letter", format!("{:?}", letter.headers).as_bytes());
    }
    search_outputs(&cluster);
    search_files(&state);
    search_replays(&cluster, tmp.path(), &dirs[0], &files);
}

fn worker_log(worker: support::Worker) -> String {
    let path = worker.log_path();
    assert_eq!(worker.terminate(), Some(0));
    std::fs::read_to_string(path).expect("a log")
}

/// Every topic but raw ones and dead letters: keys, values, headers; the journal decoded too.
fn search_outputs(cluster: &Cluster) {
    let is_raw = |name: &str| {
        name.starts_with("open.") || name.starts_with("closed.") || name.starts_with("dispositions.") || name == "jianwei.control"
    };
    let names: Vec<String> = cluster.topic_names().into_iter().filter(|n| !is_raw(n) && n != topics::DEAD_LETTERS).collect();
    let mut filled = Vec::new();
    for (topic, records) in cluster.read_all(&names) {
        for record in &records {
            nothing_in(&topic, record.key.as_deref().unwrap_or_default());
            nothing_in(&topic, record.value.as_deref().unwrap_or_default());
            nothing_in(&topic, format!("{:?}", record.headers).as_bytes());
        }
        if !records.is_empty() {
            filled.push(topic);
        }
    }
    let warned = ["housing", "amr", "sfj"].map(|org| format!("warnings.open-{org}"));
    for topic in &warned {
        assert!(filled.contains(topic), "{topic} is empty: the search means nothing there ({filled:?})");
    }
    for topic in ["clues.open-housing", topics::OPEN, topics::PROFILES, topics::AUDIT, topics::JOURNAL] {
        assert!(filled.iter().any(|t| t == topic), "{topic} is empty: the search means nothing there ({filled:?})");
    }
    for partition in [0, 1] {
        nothing_in("the journal, decoded", format!("{:?}", cluster.journal(partition)).as_bytes());
    }
    let lead: String = texts(cluster, "warnings.open-housing");
    assert!(lead.contains("\"excerpt\":\"小区燃气泄漏") && lead.contains("孙大圣") && lead.contains("虚构路2号801室"), "{lead}");
    let informed: String = texts(cluster, "warnings.open-sfj");
    assert!(informed.contains("孙某") && !informed.contains("孙大圣") && !informed.contains("虚构路2号"), "{informed}");
    for topic in [topics::OPEN, topics::PROFILES] {
        let text = texts(cluster, topic);
        assert!(!text.contains("孙大圣") && !text.contains("excerpt"), "{topic}: {text}");
    }
}

fn texts(cluster: &Cluster, topic: &str) -> String {
    let values = cluster.read(topic).into_iter().filter_map(|r| r.value);
    values.map(|v| String::from_utf8(v).expect("text")).collect::<Vec<_>>().join("\n")
}

/// Snapshots, unpacked and as they are.
fn search_files(dir: &Path) {
    let mut snapshots = 0;
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("a file");
            nothing_in(&path.display().to_string(), &bytes);
            if path.extension().is_some_and(|e| e == "snapshot") {
                snapshots += 1;
                let line = bytes.iter().position(|b| *b == b'\n').expect("a header") + 1;
                nothing_in("a snapshot", &zstd::decode_all(&bytes[line..]).expect("a state"));
            }
        }
    }
    assert!(snapshots >= 2, "{snapshots} snapshots");
}

/// A replay of the files and of the journal: what they write and say.
fn search_replays(cluster: &Cluster, tmp: &Path, pipelines: &Path, inputs: &[String]) {
    let out = tmp.join("replayed");
    let mut replay = Command::new(BINARY);
    replay
        .args(["replay", "--until", "2026-06-01", "--emit", "signals", "--emit", "assessments", "--pipelines"])
        .arg(pipelines)
        .arg("--out")
        .arg(&out);
    replay.env("JIANWEI_LOG", "trace").env("JIANWEI_CALLER_KEY", CALLER_KEY).env("JIANWEI_CALLER_KEY_ID", "2026-11");
    for input in inputs {
        replay.args(["--input", input]);
    }
    let ran = replay.output().expect("the binary runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    nothing_in("what replay says", &[ran.stdout, ran.stderr].concat());
    let journal = tmp.join("from-journal");
    let (dir, to) = (pipelines.to_str().expect("a path"), journal.to_str().expect("a path"));
    cluster.must(&["replay", "--pipelines", dir, "--from-journal", "--emit", "signals", "--out", to]);
    // Nothing falls due while the test runs; here months pass.
    let cards = std::fs::read_to_string(out.join("reminders.ndjson")).expect("cards");
    assert!(cards.contains("孙某") && cards.contains("孙大圣"), "{cards}");
    let mut read = 0;
    for entry in std::fs::read_dir(&out).expect("a folder").chain(std::fs::read_dir(&journal).expect("a folder")) {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        nothing_in(&path.display().to_string(), &bytes);
        read += usize::from(!bytes.is_empty());
    }
    assert!(read >= 10, "{read} files with something in them");
}

/// Ways of writing the one number 154 0000 1234.
const WAYS: [&str; 22] = [
    "15400001234",
    "154 0000 1234",
    "154-0000-1234",
    "154－0000－1234",
    "154.0000.1234",
    "1540000 1234",
    "154 00001234",
    "1 5 4 0 0 0 0 1 2 3 4",
    "１５４００００１２３４",
    "１５４－００００－１２３４",
    "一五四零零零零一二三四",
    "幺五四〇〇〇〇幺二三四",
    "壹伍肆零零零零壹贰叁肆",
    "1五4零0零0一2三4",
    "+8615400001234",
    "+86 154 0000 1234",
    "(+86)154-0000-1234",
    "008615400001234",
    "015400001234",
    "154\u{200b}0000\u{200b}1234",
    "154·0000·1234",
    "①⑤④⓪⓪⓪⓪①②③④",
];

#[test]
fn a_replay_shows_no_telephone_however_it_is_written() {
    let tmp = tempfile::tempdir().expect("a folder");
    let pipelines = realm(tmp.path(), "open", 0, false);
    let row = |(n, way): (usize, &&str)| {
        let more = format!("燃气泄漏，电话{way}，速回");
        let hour = n % 24;
        json!({ "ticket_no": format!("T{n}"), "received_at": format!("2026-03-02 {hour:02}:00"), "content": more, "title": way, "category": "燃气", "intent": "投诉",
            "region": "371002", "relates_to": way, "subject_uscc": FIRM }).to_string() + "\n"
    };
    let file = tmp.path().join("tickets.ndjson");
    std::fs::write(&file, WAYS.iter().enumerate().map(row).collect::<String>()).expect("written");
    let out = tmp.path().join("out");
    let mut replay = Command::new(BINARY);
    replay.args(["replay", "--until", "2026-04-01", "--emit", "signals", "--pipelines"]).arg(&pipelines).arg("--out").arg(&out);
    let ran = replay.arg("--input").arg(format!("tickets={}", file.display())).output().expect("the binary runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut excerpts = 0;
    for entry in std::fs::read_dir(&out).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        excerpts += text.matches("\"excerpt\":\"燃气泄漏，电话***，速回\"").count();
        for way in WAYS {
            assert!(!text.contains(way), "{}: {way}", path.display());
        }
    }
    assert!(excerpts > 0, "no excerpt: the search means nothing");
}
