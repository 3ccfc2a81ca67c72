//! What the engine does with one enterprise, one industry, one organisation at a time: tables of
//! cases on Weihai's pipeline, wall clock unless said. All records are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{disposition, with};
use common::{FeedLane, Run, assert_sound, begin_feed, dead_letters, gas, ms, published, run_feed, shipped, told, values};
use jianwei_core::domain::{DAY_MS, HOUR_MS};
use jianwei_core::engine::{SubjectKey, SubjectScope};
use jianwei_core::journal::{Body, Flag};
use jianwei_core::pipeline::{Bundle, Period};
use jianwei_core::sequencer::Sequenced;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TICKETS: &str = "weihai.hotline.tickets";
const SECTOR: &str = "weihai.sector.records";
const REGISTRY: &str = "weihai.registry.enterprises";
const CONTROL: &str = "jianwei.control";
const A: &str = "91371000MAFAKE0190";
const B: &str = "91371000MAFAKE0191";
const ORGS: [&str; 3] = ["wh-housing", "wh-amr", "wh-sfj"];
/// A Monday.
const MONDAY: &str = "2026-03-02 09:00";

/// A matter that has a trigger and nothing else.
const NOISE: &str = r#"id = "noise"
name = { zh = "夜间施工" }
category = "environment"
lead = "wh-amr"
basis = { text = { zh = "编造" }, source = "nowhere", verified = false }
match = [{ kind = "ticket", category = "噪声" }]
trigger = [{ code = "drill", level = "yellow", hold_days = 2, text = { zh = "夜间打钻" }, when = { kind = "ticket", words = "打钻" } }]
"#;

/// Weihai's pipeline with texts of its files replaced, and the noise matter if wanted.
fn weihai_with(noise: bool, changes: &[(&str, &str, &str)]) -> Bundle {
    let mut bundle = gas();
    for (file, from, to) in changes {
        let text = bundle.files.get_mut(*file).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        *text = text.replacen(from, to, 1);
    }
    bundle.files.extend(noise.then(|| ("matters/noise.toml".to_string(), NOISE.to_string())));
    bundle
}

/// An organisation put before the first one.
fn organisation(slug: &str) -> String {
    format!("[[organisation]]\nslug = \"{slug}\"\nname = {{ zh = \"某办\" }}\n\n[[organisation]]")
}

/// A realm whose directory has the firms A and B, both gas suppliers.
fn start_at(bundle: &Bundle, now: &str) -> Run {
    let mut run = Run::wall(bundle, now);
    for (id, name) in [(A, "甲燃气公司"), (B, "乙燃气公司")] {
        run.put(now, REGISTRY, &json!({ "id": id, "name": name, "industry": "4511", "region": "371002" }));
    }
    run
}

fn start() -> Run {
    start_at(&gas(), MONDAY)
}

fn ticket(no: &str, at: &str, subject: &str, content: &str) -> Value {
    let category = if content.contains('钻') { "噪声" } else { "燃气" };
    json!({ "ticket_no": no, "received_at": at, "content": content, "category": category, "intent": "complaint",
            "region": "371002", "subject_uscc": subject })
}

fn alarm(id: &str, at: &str, measure: &str, value: f64) -> Value {
    json!({ "kind": "alarm", "alarm_id": id, "id": A, "at": at, "measure": measure, "value": value, "limit": 20 })
}

fn leak(run: &mut Run, no: &str, now: &str, subject: &str) -> Vec<Sequenced> {
    run.put(now, TICKETS, &ticket(no, now, subject, "闻到燃气泄漏"))
}

fn dispose(run: &mut Run, now: &str, org: &str, target: &str, action: &str, outcome: &str) -> Vec<Sequenced> {
    let id = format!("{org}/{now}/{action}");
    run.put(now, &format!("dispositions.{org}"), &disposition(&id, target, action, now, &json!({ "outcome": outcome })))
}

/// Some values of a record by JSON pointer, texts bare.
fn line(value: &Value, pointers: &str) -> String {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string);
    pointers.split(' ').map(|p| value.pointer(&format!("/{p}")).map_or("-".into(), text)).collect::<Vec<_>>().join(" ")
}

fn key(matter: &str, id: &str) -> SubjectKey {
    SubjectKey { matter: matter.into(), scope: SubjectScope::Enterprise, id: id.into() }
}

/// The id of A's open gas warning.
fn open_id(run: &Run) -> String {
    run.engine().state().episodes[&key("urban-gas", A)].warning_id.clone()
}

/// Copies of one organisation, about one subject id.
fn about(out: &[Sequenced], org: &str, subject: &str) -> Vec<Value> {
    let all = values(out, &format!("warnings.{org}"));
    all.into_iter().filter(|w| w["subject"]["id"] == subject).collect()
}

/// Whether each organisation was told just this.
fn all_told(out: &[Sequenced], news: &[&str]) -> bool {
    ORGS.iter().all(|org| told(out, org) == news)
}

fn last(values: Vec<Value>) -> Value {
    values.last().cloned().unwrap_or_else(|| panic!("nothing was published"))
}

#[test]
fn a_trigger_raises_orange_within_its_entry() {
    let cases = [
        (TICKETS, ticket("T1", MONDAY, A, "闻到燃气泄漏"), true),
        (SECTOR, alarm("S1", MONDAY, "gas_lel_percent", 20.5), true),
        (SECTOR, alarm("S1", MONDAY, "gas_lel_percent", 20.0), false),
        (SECTOR, alarm("S1", MONDAY, "pressure", 99.0), false),
        (TICKETS, ticket("T1", MONDAY, A, "燃气价格太高"), false),
        (TICKETS, with(ticket("T1", MONDAY, A, "什么是燃气泄漏"), &json!({ "intent": "inquiry" })), false),
        (TICKETS, with(ticket("T1", MONDAY, A, "闻到燃气泄漏"), &json!({ "verified": false })), false),
        (TICKETS, with(ticket("T1", MONDAY, A, "闻到燃气泄漏"), &json!({ "status": "withdrawn" })), false),
    ];
    for (topic, record, raises) in cases {
        let mut run = start();
        let out = run.put(MONDAY, topic, &record);
        assert_eq!(out.len(), 1, "one entry");
        assert!(all_told(&out, if raises { &["raised orange 1"] } else { &[] }), "{record}");
        let open: Vec<String> = values(&out, "warnings.open").iter().map(|o| line(o, "level subject acknowledged")).collect();
        assert_eq!(open, if raises { vec![format!("orange {A} false")] } else { vec![] });
        let Some(warning) = about(&out, "wh-amr", A).pop() else { continue };
        assert_eq!(line(&warning, "role trigger/code trigger/verified visit/suggested"), "cooperating gas-leak false true");
        let duties: Vec<String> =
            warning["duties"].as_array().unwrap().iter().map(|d| line(d, "org what by provisional")).collect();
        let owed = [
            "wh-housing acknowledge 2026-03-04T00:00:00+08:00 false",
            "wh-housing feedback 2026-03-10T00:00:00+08:00 false",
            "wh-housing close 2026-03-24T00:00:00+08:00 false",
            "wh-amr acknowledge 2026-03-04T00:00:00+08:00 false",
            "wh-amr feedback 2026-03-10T00:00:00+08:00 false",
        ];
        assert_eq!(duties, owed);
    }
}

#[test]
fn the_same_level_is_silent_and_a_higher_one_is_told_again() {
    let mut run = start();
    leak(&mut run, "T1", MONDAY, A);
    let id = open_id(&run);
    let again = leak(&mut run, "T2", "2026-03-02 10:00", A);
    assert!(told(&again, "wh-housing").is_empty() && values(&again, "warnings.open").is_empty());
    // Log-odds -3.0 + 0.8 log2(3) + 1.5 log2(1 + n) reach 2.2, a score of 90, with the fifth alarm.
    for n in 1..=8 {
        let out = run.put("2026-03-02 11:00", SECTOR, &alarm(&format!("S{n}"), "2026-03-02 11:00", "gas_lel_percent", 60.0));
        assert!(all_told(&out, if n == 5 { &["upgraded red 2"] } else { &[] }), "alarm {n}");
        for warning in about(&out, "wh-housing", A) {
            assert_eq!(line(&warning, "warning_id raised_at"), format!("{id} 2026-03-02T09:00:00+08:00"));
            assert_eq!(line(&warning, "duties/0/what duties/0/by"), "acknowledge 2026-03-03T00:00:00+08:00", "duties anew");
            assert_eq!(line(&last(values(&out, "warnings.open")), "level revision"), "red 2");
        }
    }
}

#[test]
fn levels_fall_one_at_a_time_after_calm_and_dwell() {
    // The trigger holds until 9 March 09:00; a day's end after it is a calm period.
    let cases = [
        ("calm_periods = 3", ["2026-03-12", "2026-03-15", "2026-03-18"]),
        ("calm_periods = 1", ["2026-03-10", "2026-03-12", "2026-03-14"]),
        ("calm_periods = 1\ndwell_hours = 1", ["2026-03-10", "2026-03-11", "2026-03-12"]),
        ("calm_periods = 1\ndwell_hours = 200", ["2026-03-11", "2026-03-20", "2026-03-29"]),
    ];
    for (rule, days) in cases {
        let bundle = weihai_with(false, &[("pipeline.toml", "[levels]\n", &format!("[levels]\n{rule}\n"))]);
        let mut run = start_at(&bundle, MONDAY);
        leak(&mut run, "T1", MONDAY, A);
        let id = open_id(&run);
        let out = run.pass("2026-04-10");
        assert!(all_told(&out, &["downgraded yellow 2", "downgraded blue 3", "lifted blue 4"]), "{rule}");
        let at: Vec<Value> = about(&out, "wh-housing", A).iter().map(|w| w["updated_at"].clone()).collect();
        assert_eq!(at, days.map(|day| json!(format!("{day}T00:00:00+08:00"))), "{rule}");
        assert_eq!(values(&out, "warnings.open").iter().position(Value::is_null), Some(2), "the last row goes");
        // The next one is another episode.
        assert_eq!(told(&leak(&mut run, "T2", "2026-04-10 09:00", A), "wh-housing"), ["raised orange 1"]);
        assert_ne!(open_id(&run), id);
    }
}

#[test]
fn a_matter_with_only_a_trigger_calms_down_and_is_lifted() {
    for subject in [A, ""] {
        let mut run = start_at(&weihai_with(true, &[]), MONDAY);
        let out = run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, subject, "夜间打钻"));
        assert_eq!(told(&out, "wh-amr"), ["raised yellow 1"], "{subject}");
        let scope = line(&last(values(&out, "warnings.wh-amr")), "scope");
        assert_eq!(scope, if subject.is_empty() { "industry" } else { "enterprise" });
        let out = run.pass("2026-04-01");
        assert_eq!(told(&out, "wh-amr"), ["downgraded blue 2", "lifted blue 3"], "{scope}");
        let at: Vec<String> = values(&out, "warnings.wh-amr").iter().map(|w| line(w, "updated_at")).collect();
        assert_eq!(at, ["2026-03-07T00:00:00+08:00", "2026-03-10T00:00:00+08:00"], "{scope}");
        assert!(run.engine().state().episodes.is_empty() && run.engine().state().episode_of_warning.is_empty());
    }
}

#[test]
fn a_record_seen_again_counts_once_and_may_take_itself_back() {
    // What the repeat says; evidence left; score left; trigger left.
    let cases = [
        (json!({}), 1, 10, true),
        (json!({ "status": "closed", "verified": true }), 1, 10, true),
        (json!({ "status": "withdrawn" }), 0, 5, false),
        (json!({ "verified": false }), 0, 5, false),
    ];
    for (more, count, score, held) in cases {
        let mut run = start();
        leak(&mut run, "T1", MONDAY, A);
        let repeat = with(ticket("T1", MONDAY, A, "闻到燃气泄漏"), &more);
        // Twice: what was taken back is not taken back again.
        for now in ["2026-03-02 10:00", "2026-03-02 11:00"] {
            run.put(now, TICKETS, &repeat);
        }
        let state = run.engine().state();
        let evidence = &state.evidence[&key("urban-gas", A)];
        assert_eq!((state.counters.updates, evidence.total, !evidence.triggers.held.is_empty()), (2, count, held), "{more}");
        assert_eq!(last(values(&run.all, "risk.profiles"))["score"], score, "{more}");
        let series = &state.series[&("urban-gas".to_string(), Period::Day)].regions["371002"];
        assert_eq!(series.open.values().sum::<u64>(), count, "counted once, or taken back");
        // Without its trigger nothing holds the warning any more.
        let warnings = told(&run.all, "wh-housing");
        assert_eq!(warnings.last().is_some_and(|w| w == "lifted orange 2"), !held, "{more}: {warnings:?}");
        assert_eq!(told(&run.pass("2026-03-06"), "wh-housing"), Vec::<String>::new(), "{more}");
    }
}

fn control(command: &str, at: &str) -> Value {
    let what = json!({ "command": command, "matter": "urban-gas", "level": "blue", "by": "值班长", "reason": "复盘" });
    with(json!({ "control_id": command, "at": at }), &what)
}

#[test]
fn a_demotion_caps_statistics_and_never_triggers() {
    let pressure = |run: &mut Run, n: usize| run.put(MONDAY, SECTOR, &alarm(&format!("S{n}"), MONDAY, "pressure", 60.0));
    let (mut free, mut run) = (start(), start());
    let audited = values(&run.put(MONDAY, CONTROL, &control("demote", MONDAY)), "jianwei.audit");
    assert_eq!(line(&audited[0], "what target by detail"), "demote urban-gas 值班长 blue: 复盘");
    for n in 1..=12 {
        pressure(&mut free, n);
        pressure(&mut run, n);
    }
    assert_eq!(told(&free.all, "wh-housing").last().map(String::as_str), Some("upgraded red 4"));
    assert_eq!(told(&run.all, "wh-housing"), ["raised blue 1"]);
    assert_eq!(told(&leak(&mut run, "T1", MONDAY, A), "wh-housing"), ["upgraded orange 2"]);
    run.put(MONDAY, CONTROL, &control("restore", MONDAY));
    assert_eq!(told(&pressure(&mut run, 13), "wh-housing"), ["upgraded red 3"]);
}

#[test]
fn dispositions_settle_judge_or_are_ignored() {
    // What all are told, the open row's word, whether evidence is left; who did what.
    let cases = [
        ("", "true", true, vec!["wh-housing acknowledge ", "wh-housing start ", "wh-housing feedback confirmed"]),
        ("", "", true, vec!["wh-housing extend ", "wh-amr acknowledge ", "wh-amr close confirmed", "wh-amr close unfounded"]),
        ("", "", true, vec!["wh-amr acknowledge wrong_subject", "wh-sfj acknowledge ", "wh-sfj close wrong_subject"]),
        ("", "", true, vec!["wh-other close wrong_subject"]),
        ("lifted orange 2", "-", true, vec!["wh-housing close penalised", "wh-housing close "]),
        ("lifted orange 2", "-", false, vec!["wh-housing close unfounded"]),
        ("withdrawn orange 2", "-", false, vec!["wh-housing close wrong_subject", "wh-amr close wrong_subject"]),
        ("withdrawn orange 2", "-", false, vec!["wh-housing feedback wrong_subject", "wh-amr return wrong_subject"]),
    ];
    let all = cases.into_iter().flat_map(|(news, row, kept, what)| what.into_iter().map(move |case| (news, row, kept, case)));
    let other = organisation("wh-other");
    for (news, row, kept, case) in all {
        let [org, action, outcome] = *case.split(' ').collect::<Vec<_>>() else { panic!("{case}") };
        let mut run = start_at(&weihai_with(false, &[("organisations.toml", "[[organisation]]", &other)]), MONDAY);
        leak(&mut run, "T1", MONDAY, A);
        let id = open_id(&run);
        let out = dispose(&mut run, "2026-03-02 10:00", org, &id, action, outcome);
        assert!(all_told(&out, if news.is_empty() { &[] } else { std::slice::from_ref(&news) }), "{case}");
        let word = values(&out, "warnings.open").pop().map_or(String::new(), |r| line(&r, "acknowledged"));
        assert_eq!(word, row, "{case}");
        let state = run.engine().state();
        assert_eq!(state.evidence.contains_key(&key("urban-gas", A)), kept, "{case}");
        assert_eq!(state.episodes.contains_key(&key("urban-gas", A)), news.is_empty(), "{case}");
        // Evidence goes where the warning was a false alarm; at orange, about an enterprise.
        assert_eq!(state.counters.false_alarms, [[0, 0, u64::from(!kept), 0], [0; 4]], "{case}");
        let what = if org == "wh-other" { "disposition_ignored" } else { action };
        assert_eq!(line(&last(values(&out, "jianwei.audit")), "what org"), format!("{what} {org}"), "{case}");
        if !news.is_empty() {
            let profile = last(values(&out, "risk.profiles"));
            assert_eq!((profile.is_null(), &profile["level"]), (!kept, &Value::Null), "{case}: the target list follows");
            let out = dispose(&mut run, "2026-03-02 11:00", org, &id, "close", "");
            assert_eq!(last(values(&out, "jianwei.audit"))["what"], "disposition_ignored", "{case}: it is over");
        }
    }
    let out = dispose(&mut start(), MONDAY, "wh-housing", "nothing-like-it", "close", "");
    assert_eq!((published(&out).count(), line(&values(&out, "jianwei.audit")[0], "what").as_str()), (1, "disposition_ignored"));
}

/// A leak held for 60 days, where an office of its own gets the circular notices.
fn ladder() -> Run {
    let office = &*organisation("wh-office");
    let changes = [
        ("organisations.toml", "[[organisation]]", office),
        ("pipeline.toml", "coordinating = \"wh-sfj\"", "coordinating = \"wh-office\""),
        ("matters/urban-gas.toml", "hold_days = 7", "hold_days = 60"),
    ];
    let mut run = start_at(&weihai_with(false, &changes), MONDAY);
    leak(&mut run, "T1", MONDAY, A);
    run
}

/// `org what stage` of every reminder → to whom and when, copy by copy.
fn cards(out: &[Sequenced]) -> BTreeMap<String, Vec<String>> {
    let mut cards: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for to in ["wh-housing", "wh-amr", "wh-sfj", "wh-office"] {
        for card in values(out, &format!("reminders.{to}")) {
            cards.entry(line(&card, "org what stage")).or_default().push(line(&card, "to sent_at")[..to.len() + 17].into());
        }
    }
    cards
}

#[test]
fn an_overdue_duty_climbs_the_ladder_once() {
    let cards = cards(&ladder().pass("2026-04-25"));
    assert_eq!(cards.len(), 5 * 4, "five duties, four cards each: {cards:#?}");
    let ladder = [
        ("due_soon", vec!["wh-amr 2026-03-03T20:00"]),
        ("urging_notice", vec!["wh-amr 2026-03-04T00:00"]),
        ("supervised_handling", vec!["wh-amr 2026-03-05T00:00", "wh-sfj 2026-03-05T00:00"]),
        ("circular_notice", vec!["wh-amr 2026-03-07T00:00", "wh-sfj 2026-03-07T00:00", "wh-office 2026-03-07T00:00"]),
    ];
    for (stage, copies) in ladder {
        assert_eq!(cards[&format!("wh-amr acknowledge {stage}")], copies);
        let mut same = cards.iter().filter(|(name, _)| name.ends_with(stage));
        assert!(same.all(|(_, c)| c.len() == copies.len()), "{stage}");
    }
}

#[test]
fn no_card_comes_for_a_duty_that_is_done() {
    let all = ["housing acknowledge", "housing feedback", "housing close", "amr acknowledge", "amr feedback"];
    // Who does what, and which of these get no card any more.
    let cases =
        ["housing acknowledge 0", "housing feedback 01", "amr start 3", "amr close 34", "housing extend -", "sfj close -"];
    for case in cases {
        let [org, action, done] = *case.split(' ').collect::<Vec<_>>() else { panic!("{case}") };
        let mut run = ladder();
        run.pass("2026-03-03 21:00");
        let id = open_id(&run);
        dispose(&mut run, "2026-03-03 22:00", &format!("wh-{org}"), &id, action, "");
        let later = cards(&run.pass("2026-04-25"));
        for (index, duty) in all.iter().enumerate() {
            let any = later.keys().any(|name| name.contains(duty));
            assert_eq!(any, !done.contains(&index.to_string()), "{duty} after {case}");
        }
    }
}

#[test]
fn a_late_event_is_counted_late_and_kept_out() {
    let mut run = start();
    run.put(MONDAY, TICKETS, &ticket("T1", MONDAY, "", "燃气价格"));
    run.put("2026-03-05 09:00", TICKETS, &ticket("T2", "2026-03-02 12:00", A, "燃气价格"));
    let count = |run: &Run, period| {
        let series = &run.engine().state().series[&("urban-gas".to_string(), period)].regions["371000"];
        (series.open.values().sum::<u64>(), series.baseline.periods > 0)
    };
    assert_eq!(run.engine().state().counters.late, 1, "the day is over, the week is not");
    assert_eq!((count(&run, Period::Day), count(&run, Period::Week)), ((0, true), (2, false)));
    assert_eq!(last(values(&run.all, "risk.profiles"))["evidence_count"], 1, "it still speaks of the firm");
    run.put("2026-03-12 09:00", TICKETS, &ticket("T3", "2026-03-02 12:00", "", "燃气价格"));
    assert_eq!(run.engine().state().counters.late, 3);
}

#[test]
fn future_times_are_dead_letters() {
    let mut run = start();
    for (at, refused) in [("2026-03-03 09:00", false), ("2026-03-03 09:01", true), ("2199-01-01", true)] {
        let out = run.put(MONDAY, TICKETS, &ticket(at, at, A, "燃气价格"));
        assert_eq!(dead_letters(&out).join(","), if refused { "future_time -" } else { "" }, "{at}");
    }
    let row = |at: &str| Some(format!(r#"{{"created":"{at}","nature":"Alley","community_area":"1"}}"#).into_bytes());
    let times = ["2011-06-01", "2014-01-02", "2011-06-03", "2199-01-01", "2011-06-02"];
    let rows = times.iter().map(|at| (Some(at.as_bytes().to_vec()), row(at))).collect();
    let lane = FeedLane { topic: "chicago.hotline.tickets".into(), partition: 0, rows };
    let (mut sequencer, mut all) = begin_feed(&shipped("chicago"), "2014-01-01");
    all.extend(run_feed(&mut sequencer, &[lane], usize::MAX));
    assert_sound(&all, times.len());
    assert_eq!(dead_letters(&all), ["future_time -", "future_time -"]);
    let end = sequencer.engine().model().zone.format(sequencer.engine().stamp_ms());
    assert!(end.starts_with("2011-06-03"), "{end}: time stays where the feed is");
}

#[test]
fn a_surge_after_enough_history_raises_and_grey_series_do_not() {
    // Days of history; whether demoted to blue; level told of the district in the end.
    let cases: [(i64, bool, Option<&str>); 3] = [(30, false, None), (60, false, Some("red")), (60, true, Some("blue"))];
    for (days, demoted, wanted) in cases {
        let mut run = start();
        let (zone, first_ms) = (run.model.zone, ms(&run.model, MONDAY));
        for n in 0..days * 3 {
            let at = zone.format(first_ms + n / 3 * DAY_MS);
            run.put(&at, TICKETS, &ticket(&format!("U{n}"), &at, "", "燃气价格"));
        }
        assert!(told(&run.all, "wh-housing").is_empty(), "nothing unusual so far");
        let now = zone.format(run.engine().stamp_ms());
        if demoted {
            run.put(&now, CONTROL, &control("demote", &now));
        }
        let more = (1..=37).flat_map(|n| run.put(&now, TICKETS, &ticket(&format!("X{n}"), &now, "", "燃气价格")));
        let out: Vec<Sequenced> = more.collect();
        let all = about(&out, "wh-housing", "urban-gas@371002");
        assert_eq!(all.last().and_then(|w| w["level"].as_str()), wanted, "{days} {demoted}");
        for (index, warning) in all.iter().enumerate() {
            let surge = &warning["surge"];
            let observed = surge["observed"].as_u64().filter(|n| (4..=40).contains(n)).unwrap();
            assert!((2.9..3.1).contains(&surge["expected"].as_f64().unwrap()), "{surge}");
            let newest = format!("{} {observed} X{x} X{x}", index + 1, x = observed - 3);
            assert_eq!(line(warning, "revision evidence_count evidence/0/id factors/0/evidence/0"), newest, "tipped by it");
            let promise = line(warning, "level promise/false_alarms_per_year");
            assert!(["blue 120.0", "yellow 36.0", "orange 12.0", "red 2.0"].contains(&promise.as_str()), "{promise}");
            assert_eq!(warning["factors"][0]["points"], warning["score"]);
        }
        assert_eq!(about(&out, "wh-housing", "urban-gas@371000").len(), all.len(), "the city's own series sees the same");
    }
}

#[test]
fn one_episode_is_open_a_subject_and_matter_and_goes_with_its_matter() {
    let mut run = start_at(&weihai_with(true, &[]), MONDAY);
    for (n, (who, said)) in [(A, "燃气泄漏"), (A, "燃气泄漏"), (A, "打钻"), (A, "打钻"), ("", "打钻")].into_iter().enumerate()
    {
        run.put(MONDAY, TICKETS, &ticket(&format!("T{n}"), MONDAY, who, said));
    }
    assert_eq!(told(&run.all, "wh-amr"), ["raised orange 1", "raised yellow 1", "raised yellow 1"]);
    let drill = &values(&run.all, "warnings.wh-amr")[1];
    assert_eq!(line(drill, "matter/id role visit/joined_warnings/0"), format!("noise lead {}", open_id(&run)));
    assert_eq!((run.engine().state().episodes.len(), values(&run.all, "warnings.open").len()), (3, 3));
    let out = run.activate("2026-03-02 10:00", &gas());
    assert_eq!(told(&out, "wh-amr"), ["lifted yellow 2", "lifted yellow 2"]);
    assert_eq!(values(&out, "warnings.open"), [Value::Null, Value::Null]);
    let state = run.engine().state();
    assert_eq!(state.episodes.keys().chain(state.evidence.keys()).collect::<Vec<_>>(), [&key("urban-gas", A); 2]);
    assert_eq!(last(values(&out, "jianwei.audit"))["what"], "activate");
    assert_eq!(told(&run.pass("2026-03-20"), "wh-amr").pop().as_deref(), Some("lifted blue 4"), "the other goes its way");
}

#[test]
fn points_add_up_to_the_score_and_values_stay_small() {
    let mut run = Run::wall(&gas(), MONDAY);
    let long = "长".repeat(20_000);
    let names = json!({ "name": long, "address": long, "aliases": vec![long.clone(); 5] });
    run.put(MONDAY, REGISTRY, &with(json!({ "id": A, "industry": "4511", "region": "371002" }), &names));
    let Body::Record(entry) = &run.all.last().unwrap().entry.body else { panic!("no record") };
    assert!(entry.flags.contains(&Flag::TextCut));
    for n in 0..120u32 {
        let (id, at) = (format!("{n:0>200}"), run.model.zone.format(ms(&run.model, MONDAY) + i64::from(n) * 7 * HOUR_MS));
        let kinds = [("alarm", ""), ("inspection", "serious"), ("inspection", "pass"), ("penalty", ""), ("", ""), ("", "")];
        let (kind, result) = kinds[n as usize % 6];
        let ids =
            json!({ "kind": kind, "alarm_id": id, "inspection_id": id, "penalty_id": id, "reason": long, "result": result });
        match kind {
            "" => run.put(&at, TICKETS, &ticket(&id, &at, A, &format!("燃气泄漏{long}"))),
            _ => run.put(&at, SECTOR, &with(alarm("", &at, "gas_lel_percent", 50.0), &ids)),
        };
    }
    run.pass("2031-01-01");
    assert_sound(&run.all, 121);
    let mut checked = BTreeSet::new();
    for topic in ["warnings.wh-housing", "warnings.wh-amr", "warnings.wh-sfj", "risk.profiles"] {
        for value in values(&run.all, topic).into_iter().filter(|v| v["scope"] != "industry") {
            let points = |part: &str| value[part].as_array().unwrap().iter().map(|f| f["points"].as_i64().unwrap()).sum::<i64>();
            assert!(value["against"].as_array().unwrap().iter().all(|f| f["points"].as_i64() <= Some(0)));
            let sum = (points("factors") + points("against")) as f64;
            assert_eq!(value["score"].as_f64(), Some((100.0 / (1.0 + (-sum / 10.0).exp())).round()), "{value}");
            checked.insert(value["status"].as_str().unwrap_or("profile").to_string());
        }
    }
    assert_eq!(checked.into_iter().collect::<Vec<_>>(), ["downgraded", "lifted", "profile", "raised", "upgraded"]);
}

#[test]
fn a_year_the_calendar_does_not_know_is_provisional_and_told_once() {
    // When; `provisional` of the lead's three duties; operators' notices after two warnings.
    let cases =
        [("2026-03-02", "false false false", 0), ("2026-12-14", "false false true", 1), ("2027-03-01", "true true true", 1)];
    for (now, provisional, notices) in cases {
        let mut run = start_at(&gas(), now);
        for firm in [A, B] {
            let warning = &about(&leak(&mut run, firm, now, firm), "wh-housing", firm)[0];
            assert_eq!(line(warning, "duties/0/provisional duties/1/provisional duties/2/provisional"), provisional, "{now}");
        }
        let codes: Vec<String> = values(&run.all, "jianwei.operators").iter().map(|n| line(n, "code")).collect();
        assert_eq!(codes, vec!["calendar_year_unknown"; notices], "{now}");
    }
}
