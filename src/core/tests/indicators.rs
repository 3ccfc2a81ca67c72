//! Series of indicators, and of hours: how a figure becomes one, what it is judged by, and what comes of it. All
//! figures are made up.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read the pipeline folders")]

mod common;

use common::mini::{SECTOR, TICKETS, mini, mini_with, with};
use common::{Run, dead_letters, model, ms, shipped, told, values};
use jianwei_core::domain::{DAY_MS, HOUR_MS};
use jianwei_core::engine::{Effect, Engine, IndicatorKey, IndicatorSeries, MAX_INDICATOR_SERIES, SubjectKey, SubjectScope};
use jianwei_core::journal::{Body, Flag};
use jianwei_core::pipeline::{Bundle, Period};
use jianwei_core::sequencer::{Sequenced, Sequencer};
use serde_json::{Value, json};

const TOPIC: &str = "indicators.sector.records";
const START: &str = "2024-01-01";

fn indicator(period: &str, start: &str, value: f64, more: &Value) -> Value {
    let record =
        json!({ "kind": "indicator", "indicator": "n", "region": "x", "period": period, "period_start": start, "value": value });
    with(record, more)
}

/// A realm of the shipped pipeline that puts out assessments.
fn plain() -> Run {
    emitting(&shipped("indicators"))
}

fn emitting(bundle: &Bundle) -> Run {
    let mut run = Run::wall(bundle, START);
    run.sequencer.set_emit_assessments(true);
    run
}

fn date(run: &Run, days: i64) -> String {
    run.model.zone.format(ms(&run.model, START) + days * DAY_MS)
}

/// One figure, which comes as its period ends.
fn put(run: &mut Run, topic: &str, record: &Value) -> Vec<Sequenced> {
    let start_ms = ms(&run.model, record["period_start"].as_str().unwrap());
    let period = Period::parse(record["period"].as_str().unwrap()).unwrap();
    let now_ms = period.end_after_ms(run.model.zone, start_ms).max(run.engine().stamp_ms());
    run.put_bytes(now_ms, topic, None, Some(record.to_string().as_bytes()))
}

/// A week or day of the usual series, by number.
fn nth(run: &mut Run, period: &str, n: i64, value: f64, more: &Value) -> Vec<Sequenced> {
    let days = if period == "P1W" { 7 } else { 1 };
    let record = indicator(period, &date(run, n * days), value, more);
    put(run, TOPIC, &record)
}

fn rows(out: &[Sequenced]) -> Vec<Value> {
    let effects = out.iter().flat_map(|s| &s.effects);
    let rows = effects.filter_map(|effect| match effect {
        Effect::Assessment(row) => Some(serde_json::to_value(row).unwrap()),
        _ => None,
    });
    rows.collect()
}

fn series(run: &Run) -> Vec<(&IndicatorKey, &IndicatorSeries)> {
    run.engine().state().indicators.iter().collect()
}

fn is_late(out: &[Sequenced]) -> bool {
    let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("no record") };
    entry.flags.contains(&Flag::Late)
}

#[test]
fn a_period_is_judged_by_those_before_it_and_then_learned() {
    let mut run = plain();
    for week in 0..40 {
        let value = if week == 36 { 60.0 } else { [9.0, 10.0, 11.0][week as usize % 3] };
        let out = nth(&mut run, "P1W", week, value, &json!({}));
        let row = &rows(&out)[0];
        assert_eq!((rows(&out).len(), &row["observed"]), (1, &json!(value as u64)), "{row}");
        assert_eq!(row["period_start"], date(&run, week * 7), "as given");
        assert_eq!(row["expected"].is_null(), week == 0, "{row}");
        assert_eq!(row["p"].is_null(), week < 26, "week {week}: {row}");
        if week == 36 {
            let expected = row["expected"].as_f64().unwrap();
            assert!((9.0..11.0).contains(&expected), "the surge is not part of what was usual: {row}");
            assert!(row["p"].as_f64().unwrap() < 1e-9, "{row}");
            assert_eq!(row["level"], "red");
        } else {
            assert_eq!(row["level"], Value::Null, "{row}");
        }
        for nothing in ["subject", "matter", "p_calibrated"] {
            assert_eq!(row[nothing], Value::Null);
        }
    }
    // One surge taught a little, not all.
    let level = series(&run)[0].1.baseline.level();
    assert!((9.0..12.0).contains(&level), "{level}");
}

#[test]
fn what_is_late_or_given_twice_is_counted_flagged_and_teaches_nothing() {
    let mut run = plain();
    for week in [0, 1, 4] {
        assert!(!is_late(&nth(&mut run, "P1W", week, 10.0, &json!({}))), "a gap is no zero and nothing late");
    }
    assert_eq!(series(&run)[0].1.baseline.periods, 3);
    let before = run.engine().state().indicators.clone();
    for (late, (week, value)) in [(4, 10.0), (3, 99.0), (0, 10.0)].into_iter().enumerate() {
        let out = nth(&mut run, "P1W", week, value, &json!({}));
        assert!(is_late(&out) && rows(&out).is_empty(), "week {week}");
        assert_eq!(run.engine().state().counters.late, late as u64 + 1);
    }
    assert_eq!(format!("{before:?}"), format!("{:?}", run.engine().state().indicators));
    assert!(!is_late(&nth(&mut run, "P1W", 5, 10.0, &json!({}))));
}

#[test]
fn each_indicator_region_matter_and_period_is_a_series_of_its_own() {
    let mut run = plain();
    let others = [
        json!({}),
        json!({ "indicator": "m" }),
        json!({ "region": "y" }),
        json!({ "region": null }),
        json!({ "matter": "gas" }),
        json!({ "period": "P1D" }),
        json!({ "period": "PT1H" }),
        json!({ "unit": "visits" }),
    ];
    for more in &others {
        nth(&mut run, "P1W", 0, 10.0, more);
    }
    // A unit tells no series apart: the last one is the first again.
    assert_eq!((series(&run).len(), run.engine().state().counters.late), (7, 1));
}

#[test]
fn figures_that_are_no_counts_are_shown_and_not_judged() {
    let mut run = plain();
    nth(&mut run, "P1W", 0, 10.0, &json!({}));
    for (week, (value, shown)) in [(-1.0, "-1.0"), (1e300, "9000000000000.0")].into_iter().enumerate() {
        let out = nth(&mut run, "P1W", week as i64 + 1, value, &json!({}));
        let row = &rows(&out)[0];
        assert_eq!(row["observed"].to_string(), shown);
        assert!(row["p"].is_null() && row["expected"].is_null() && row["level"].is_null(), "{row}");
    }
    assert_eq!(series(&run)[0].1.baseline.periods, 1);
}

#[test]
fn a_level_is_judged_by_what_it_usually_is() {
    let mut run = plain();
    let mut last = Value::Null;
    for day in 0..120 {
        let value = if day == 119 { 9.0 } else { 5.0 + 0.1 * (day * 7 % 11) as f64 };
        last = rows(&nth(&mut run, "P1D", day, value, &json!({})))[0].clone();
        if day > 0 && last["observed"] != 5.0 {
            assert_eq!(last["p"].is_null(), day < 57, "{day}: {last}");
            assert!(last["dispersion"].is_null(), "{last}");
        }
    }
    assert!(last["p"].as_f64().unwrap() < 1e-2 && (5.0..6.0).contains(&last["expected"].as_f64().unwrap()), "{last}");
    let back = rows(&nth(&mut run, "P1D", 120, 5.4, &json!({})))[0].clone();
    assert!(back["p"].as_f64().unwrap() > 0.3, "{back}");
}

#[test]
fn a_new_region_borrows_and_stays_grey() {
    let mut run = plain();
    for week in 0..40 {
        nth(&mut run, "P1W", week, [9.0, 10.0, 11.0][week as usize % 3], &json!({}));
    }
    let row = rows(&nth(&mut run, "P1W", 40, 12.0, &json!({ "region": "y" })))[0].clone();
    assert!((9.0..12.0).contains(&row["expected"].as_f64().unwrap()) && row["p"].is_null(), "{row}");
}

#[test]
fn months_without_figures_teach_nothing_and_are_bridged() {
    let mut run = plain();
    for week in (0..60).chain(95..100) {
        let row = rows(&nth(&mut run, "P1W", week, [9.0, 10.0, 11.0][week as usize % 3], &json!({})))[0].clone();
        if week >= 26 {
            assert!(
                (8.0..13.0).contains(&row["expected"].as_f64().unwrap()) && row["p"].as_f64().unwrap() > 0.1,
                "{week}: {row}"
            );
        }
    }
}

#[test]
fn at_the_bound_new_series_are_not_kept_and_operators_are_told_once() {
    let mut run = plain();
    nth(&mut run, "P1W", 0, 10.0, &json!({}));
    let mut state = run.engine().state().clone();
    let (key, one) = (series(&run)[0].0.clone(), series(&run)[0].1.clone());
    for n in state.indicators.len()..MAX_INDICATOR_SERIES {
        state.indicators.insert(IndicatorKey { indicator: format!("full-{n}"), ..key.clone() }, one.clone());
    }
    run.sequencer = Sequencer::new(Engine::restore(&postcard::to_allocvec(&state).unwrap()).unwrap());
    run.sequencer.set_emit_assessments(true);
    for week in 1..4 {
        let new = nth(&mut run, "P1W", week, 10.0, &json!({ "region": "new" }));
        assert_eq!((rows(&new).len(), rows(&new)[0]["expected"].clone()), (1, Value::Null));
        nth(&mut run, "P1W", week, 10.0, &json!({}));
    }
    let state = run.engine().state();
    assert_eq!((state.indicators.len(), state.indicators[&key].baseline.periods), (MAX_INDICATOR_SERIES, 4));
    let notices = values(&run.all, "jianwei.operators");
    assert_eq!((notices.len(), &notices[0]["code"]), (1, &json!("indicators_full")));
}

#[test]
fn records_that_can_be_no_series_are_dead_letters() {
    let cases = [
        (json!({ "period": "P1M" }), "bad_value period"),
        (json!({ "period": "P7D" }), "bad_value period"),
        (json!({ "region": "nowhere" }), "bad_value region"),
        (json!({ "region": ["r1"] }), "bad_value region"),
        (json!({ "value": "NaN" }), "missing_field value"),
        (json!({ "value": "many" }), "wrong_type value"),
        (json!({ "period_start": "2024-02-30" }), "bad_time period_start"),
        // A week that is not over for days: nobody can know its figure.
        (json!({ "period_start": "2024-03-04" }), "future_time -"),
        (json!({ "period_start": "2031-01-06" }), "future_time -"),
    ];
    for (more, expected) in cases {
        let mut run = Run::wall(&mini(), START);
        let record = with(indicator("P1W", "2024-02-26", 3.0, &json!({ "region": "North" })), &more);
        run.put("2024-03-04 08:00", SECTOR, &record);
        assert_eq!(dead_letters(&run.all), [expected], "{more}");
    }
    // Names and aliases are read as codes; without a list of regions each text is its own.
    let mut run = Run::wall(&mini(), START);
    run.put("2024-03-04", SECTOR, &indicator("P1W", "2024-02-26", 3.0, &json!({ "region": "Up" })));
    assert_eq!(series(&run)[0].0.region.as_deref(), Some("r1"));
    let mut run = plain();
    run.put("2024-03-04", TOPIC, &indicator("P1W", "2024-02-26", 3.0, &json!({ "region": "nowhere" })));
    assert_eq!(series(&run)[0].0.region.as_deref(), Some("nowhere"));
}

#[test]
fn hours_have_a_shape_of_their_own_and_clocks_that_change_lose_none() {
    let mut bundle = shipped("indicators");
    let pipeline = bundle.files.get_mut("pipeline.toml").unwrap();
    *pipeline = pipeline.replacen("+08:00", "America/Chicago", 1);
    let mut run = emitting(&bundle);
    // Five weeks over the end of summer time, busy at noon.
    let start_ms = ms(&run.model, "2024-10-14");
    let mut last = Vec::new();
    for hour in 0..24 * 42 {
        let now = run.model.zone.format(start_ms + hour * HOUR_MS);
        let value = if now.contains("T12:") { 30.0 } else { 2.0 };
        let out = put(&mut run, TOPIC, &indicator("PT1H", &now, value, &json!({})));
        assert!(!is_late(&out), "{now}");
        last = rows(&out);
        assert_eq!(last[0]["p"].is_null(), hour < 28 * 24, "{now}");
        if hour > 28 * 24 && value > 2.0 {
            assert!(last[0]["p"].as_f64().unwrap() > 1e-3, "noon is busy every day: {}", last[0]);
        }
    }
    assert_eq!(last[0]["period_start"], "2024-11-24T22:00:00-06:00", "one hour was had twice");
    assert_eq!(series(&run)[0].1.baseline.periods, 24 * 42);
}

#[test]
fn records_may_be_counted_by_the_hour() {
    let mut run = Run::wall(&mini_with("matters/gas.toml", "periods = [\"P1D\"]", "periods = \"PT1H\""), START);
    let start_ms = ms(&run.model, START);
    let ticket = |run: &mut Run, no: i64, at_ms: i64| {
        let at = run.model.zone.format(at_ms);
        let record = common::mini::ticket(&format!("T{no}"), &at, "", "no gas", &json!({ "region": "r1" }));
        run.put(&at, TICKETS, &record)
    };
    for hour in 0..24 * 29 {
        ticket(&mut run, hour, start_ms + hour * HOUR_MS);
    }
    assert_eq!(told(&run.all, "lead"), [""; 0]);
    let noon_ms = start_ms + 29 * DAY_MS + 12 * HOUR_MS;
    let mut out = Vec::new();
    for minute in 0..25 {
        out.extend(ticket(&mut run, 1_000 + minute, noon_ms + minute * 60_000));
    }
    let warnings = values(&out, "warnings.lead");
    let last = warnings.iter().rfind(|w| w["subject"]["region"] == "r1").unwrap();
    assert_eq!((&last["level"], &last["surge"]["period_start"]), (&json!("red"), &json!("2024-01-30T12:00:00+08:00")));
    let headline = last["headline"].as_str().unwrap();
    assert!(headline.contains(" reports in the hour from 2024-01-30T12:00:00+08:00, usually 1.0"), "{headline}");
    // Calm hours count once the least time at a level is over, if the feed goes on.
    for hour in 24 * 30..24 * 40 {
        ticket(&mut run, 2_000 + hour, start_ms + hour * HOUR_MS);
    }
    assert!(run.engine().state().episodes.is_empty(), "{:?}", told(&run.all, "lead"));
}

/// The small pipeline whose gas matter looks at the indicator `n` too; or noise, which counts nothing.
fn watching(matter: &str) -> Bundle {
    match matter {
        "gas" => mini_with("matters/gas.toml", "[industry]\n", "[industry]\nindicators = \"n\"\n"),
        _ => mini_with("matters/noise.toml", "[[match]]", "[industry]\nindicators = [\"n\"]\n\n[[match]]"),
    }
}

#[test]
fn a_matter_that_lists_an_indicator_is_warned_by_it_until_it_calms_down() {
    // Region of the record, of the warning; matter it names; whether the matter is warned.
    let cases = [
        (json!("r1"), "r1", json!(null), true),
        (json!(null), "r0", json!(null), true),
        (json!("r1"), "r1", json!("self"), true),
        (json!("r1"), "r1", json!("other"), false),
    ];
    for matter in ["gas", "noise"] {
        for (region, subject, named, warned) in &cases {
            let named = if *named == "self" { json!(matter) } else { named.clone() };
            let mut run = Run::wall(&watching(matter), START);
            let more = json!({ "region": region, "matter": named });
            for day in 0..70 {
                let value = if day == 65 { 80.0 } else { [9.0, 10.0, 11.0][day as usize % 3] };
                let record = indicator("P1D", &date(&run, day), value, &more);
                put(&mut run, SECTOR, &record);
                let key = SubjectKey { matter: matter.into(), scope: SubjectScope::Industry, id: subject.to_string() };
                let open = run.engine().state().episodes.contains_key(&key);
                assert_eq!(open, *warned && day >= 65, "{matter} {more} day {day}");
            }
            run.pass("2024-04-30");
            let expected: &[&str] =
                &["raised red 1", "downgraded orange 2", "downgraded yellow 3", "downgraded blue 4", "lifted blue 5"];
            assert_eq!(told(&run.all, "lead"), if *warned { expected } else { &[] }, "{matter} {more}");
            if !*warned {
                continue;
            }
            let warning = &values(&run.all, "warnings.lead")[0];
            assert_eq!((&warning["surge"]["indicator"], &warning["surge"]["observed"]), (&json!("n"), &json!(80)));
            assert_eq!((warning["evidence"].as_array().unwrap().len(), &warning["evidence_count"]), (1, &json!(1)));
            assert_eq!(warning["evidence"][0]["source"], "indicator");
            let headline = warning["headline"].as_str().unwrap();
            assert!(headline.contains("n is 80 on 2024-03-06, usually "), "{headline}");
        }
    }
}

#[test]
fn an_indicator_that_falls_silent_does_not_calm_its_warning() {
    let mut run = Run::wall(&watching("noise"), START);
    for day in 0..61 {
        let record = indicator("P1D", &date(&run, day), if day == 60 { 80.0 } else { 10.0 }, &json!({ "region": "r2" }));
        put(&mut run, SECTOR, &record);
    }
    run.pass("2024-06-30");
    assert_eq!(told(&run.all, "lead"), ["raised red 1"]);
}

#[test]
fn conditions_and_triggers_read_indicators() {
    let trigger =
        "when = [{ kind = \"ticket\", words = \"drill\" }, { kind = \"indicator\", indicator = \"price\", region = \"r2\" }]";
    let mut bundle = mini_with("matters/noise.toml", "when = { kind = \"ticket\", words = \"drill\" }", trigger);
    let noise = bundle.files.get_mut("matters/noise.toml").unwrap();
    *noise = noise.replacen("[[match]]", "[[match]]\nkind = \"indicator\"\nindicator = \"price\"\n\n[[match]]", 1);
    // The indicator, its region, the matter it names; the region that is warned.
    let cases = [
        ("price", "r2", None, Some("r2")),
        ("price", "r1", None, None),
        ("other", "r2", Some("noise"), None),
        ("price", "r2", Some("gas"), Some("r2")),
        ("price", "r2", Some("联系人王小虎 154 0000 1234"), Some("r2")),
        ("联系人王小虎 154 0000 1234", "r2", Some("noise"), None),
    ];
    for (name, region, matter, warned) in cases {
        let mut run = Run::wall(&bundle, START);
        let record = indicator("P1D", "2024-01-01", 7.25, &json!({ "indicator": name, "region": region, "matter": matter }));
        let out = put(&mut run, SECTOR, &record);
        let Body::Record(entry) = &out.last().unwrap().entry.body else { panic!("no record") };
        let jianwei_core::journal::Fact::Indicator(fact) = &entry.fact else { panic!("no indicator") };
        let matters: Vec<&str> = fact.evidence.matters.iter().map(|m| m.matter.as_str()).collect();
        let expected: Vec<&str> =
            ["gas", "noise"].into_iter().filter(|m| matter == Some(*m) || *m == "noise" && name == "price").collect();
        assert_eq!(matters, expected, "{name} {matter:?}");
        let subjects: Vec<String> = run.engine().state().episodes.keys().map(|k| k.id.clone()).collect();
        assert_eq!(subjects.first().map(String::as_str), warned, "{name} {region}");
        // Its id, which a warning's trigger names, is made of labels without personal data.
        let said = format!("{out:?}");
        assert!(["王小虎", "1234"].iter().all(|private| !said.contains(private)), "{said}");
        if let Some(warning) = values(&out, "warnings.lead").first() {
            let label = matter.map_or("", |m| if m == "gas" { "/gas" } else { "/联系人*** ***" });
            assert!(warning["trigger"]["source_id"].as_str().is_some_and(|id| id.ends_with(label)), "{warning}");
        }
        // Given again, it tells nobody again, nor after the warning has ended.
        run.pass("2024-02-15");
        let again = run.put("2024-02-15", SECTOR, &record);
        assert_eq!(told(&again, "lead"), [""; 0]);
    }
}

#[test]
fn the_promise_is_shared_by_all_series_and_kept_over_a_snapshot() {
    let mut run = plain();
    for week in 0..30 {
        for region in 0..40 {
            nth(&mut run, "P1W", week, 10.0, &json!({ "region": format!("r{region}") }));
        }
    }
    // 41 series of 52 weeks and 120 false alarms a year: a probability of 1 in 50 is blue at 40 series,
    // and a snapshot in between changes nothing.
    let restored = Engine::restore(&run.engine().snapshot_state().unwrap()).unwrap();
    let mut again = Sequencer::new(restored);
    again.set_emit_assessments(true);
    let out = nth(&mut run, "P1W", 30, 25.0, &json!({ "region": "r7" }));
    let mut effects = Vec::new();
    let mut engine = again.engine().clone();
    for sequenced in &out {
        effects.clear();
        engine.step(&sequenced.entry, &mut effects).unwrap();
    }
    assert_eq!(effects, out.last().unwrap().effects);
    assert!(rows(&out)[0]["level"].is_string(), "{}", rows(&out)[0]);
}

#[test]
fn another_pipeline_ends_the_series_of_regions_it_does_not_have() {
    let mut run = Run::wall(&mini(), START);
    for region in ["r1", "r2"] {
        let record = indicator("P1D", START, 3.0, &json!({ "region": region }));
        put(&mut run, SECTOR, &record);
    }
    let mut bundle = mini();
    let regions = bundle.files.get_mut("regions.toml").unwrap();
    *regions = regions.replacen("code = \"r2\"", "code = \"r3\"", 1);
    assert!(model(&bundle).regions.contains_key("r3"));
    run.activate("2024-02-01", &bundle);
    let left: Vec<_> = series(&run).iter().map(|(key, _)| key.region.clone()).collect();
    assert_eq!(left, [Some("r1".to_string())]);
}
