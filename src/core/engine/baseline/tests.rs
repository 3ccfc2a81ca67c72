use super::*;

const NO_TAIL: &TailMap = &TailMap(Vec::new());

fn span(period: Period, index: i64) -> Span {
    Span { period, index, factor: 1.0 }
}

/// A series with the counts given, then asked about the next period.
fn learned(period: Period, counts: impl Iterator<Item = u64>) -> Baseline {
    let mut baseline = Baseline::default();
    for (index, count) in counts.enumerate() {
        baseline.learn(span(period, index as i64), count);
    }
    baseline
}

/// About ten, a little up and down.
fn about_ten(n: u64) -> u64 {
    8 + n * 7 % 5
}

/// Levels that ask for so much excess each.
fn levels(excess: [f64; 4]) -> LevelRules {
    LevelRules {
        false_alarms_per_year: [120.0, 36.0, 12.0, 2.0],
        rate_ratio: [1.25, 1.5, 2.0, 3.0],
        excess,
        calm_periods: 3,
        dwell_ms: 0,
        reds_per_hour: 20,
        change: [0.1, 0.2, 0.3, 0.5],
    }
}

fn gates(levels: &LevelRules) -> Gates<'_> {
    Gates { thresholds: [1e-2, 1e-3, 1e-4, 1e-5], levels, tail: NO_TAIL }
}

#[test]
fn learns_the_level_and_calls_a_surge_one() {
    let levels = levels([3.0, 5.0, 8.0, 10.0]);
    let gates = gates(&levels);
    let baseline = learned(Period::Day, (0..400).map(about_ten));
    let next = span(Period::Day, 400);
    let forecast = baseline.forecast(next);
    assert!((forecast.expected - 10.0).abs() < 0.7, "{forecast:?}");
    let level = |observed| baseline.assess(next, observed, forecast, gates).map(|a| a.level);
    assert_eq!(level(12), None);
    assert_eq!(level(40), Some(Level::Red));
    assert!(level(20) < level(40));
    let grey = Baseline { periods: 10, ..baseline.clone() };
    assert_eq!(grey.assess(next, 40, forecast, gates), None);
    assert_eq!(grey.judge(next, 40, NO_TAIL), Judged { p_e12: None, drift: None, ..baseline.judge(next, 40, NO_TAIL) });
    assert_eq!(Baseline::default().judge(next, 40, NO_TAIL), Judged::default());
}

#[test]
fn a_drift_no_single_week_shows_asks_for_blue() {
    let levels = levels([8.0, 9.0, 10.0, 10.0]);
    let gates = gates(&levels);
    let quiet = learned(Period::Week, (0..400).map(about_ten));
    for (count, drifts) in [(12, false), (15, true)] {
        let mut baseline = quiet.clone();
        let mut all = Vec::new();
        for week in 400..412 {
            let span = span(Period::Week, week);
            all.extend(baseline.assess_closed(span, count, baseline.forecast(span), gates));
            baseline.learn(span, count);
        }
        assert_eq!(all.first().map(|a| (a.drift, a.level)), drifts.then_some((true, Level::Blue)), "{count}: {all:?}");
        assert!(all.first().is_none_or(|a| a.index > 402), "not one week, nor two: {all:?}");
    }
}

#[test]
fn outbreaks_are_forgotten_and_changes_learned() {
    let quiet = learned(Period::Week, (0..300).map(about_ten));
    let mut hit = quiet.clone();
    for week in 300..306 {
        hit.learn(span(Period::Week, week), 40);
    }
    let next = hit.forecast(span(Period::Week, 306)).expected;
    assert!(next < 13.0, "six weeks of an outbreak are not usual: {next}");
    for week in 306..400 {
        hit.learn(span(Period::Week, week), 3 * about_ten(week as u64));
    }
    let next = hit.forecast(span(Period::Week, 400)).expected;
    assert!((24.0..36.0).contains(&next), "two years at three times the level are: {next}");
    for week in 400..500 {
        hit.learn(span(Period::Week, week), about_ten(week as u64));
    }
    let next = hit.forecast(span(Period::Week, 500)).expected;
    assert!((7.0..14.0).contains(&next), "and back: {next}");
}

#[test]
fn extremes_leave_a_series_that_can_still_judge() {
    for counts in [vec![0; 700], vec![1 << 53; 700], (0..700).map(|n| if n % 2 == 0 { 0 } else { 1 << 50 }).collect()] {
        let baseline = learned(Period::Day, counts.iter().copied());
        for gap in [1, 400, 1_000_000] {
            let next = span(Period::Day, 699 + gap);
            let judged = baseline.judge(next, 1 << 53, NO_TAIL);
            assert!(judged.p_e12.is_some_and(|p| p <= 1_000_000_000_000), "{judged:?}");
            let forecast = baseline.forecast(next);
            assert!(forecast.expected.is_finite() && forecast.variance.is_finite(), "{forecast:?}");
        }
    }
}

#[test]
fn a_new_series_borrows_from_its_siblings() {
    let (one, other) = (learned(Period::Day, (0..400).map(about_ten)), learned(Period::Day, (0..400).map(|n| 3 * about_ten(n))));
    let young = learned(Period::Day, (0..5).map(|_| 1000));
    let all = [one.clone(), other, young.clone()];
    let borrowed = Baseline::borrowed(Period::Day, all.iter()).unwrap();
    let judged = borrowed.judge(span(Period::Day, 400), 15, NO_TAIL);
    let expected = judged.expected.unwrap().0;
    assert!((14_000..21_000).contains(&expected) && judged.p_e12.is_none(), "the geometric mean, and grey: {judged:?}");
    assert_eq!(Baseline::borrowed(Period::Day, [young].iter()), None);
}

#[test]
fn drift_in_large_counts_agrees_with_small_ones() {
    for (observed, mean) in [(990_000.0, 900_000.0), (1_100_000.0, 800_000.0)] {
        let exact = {
            let (size, raised) = (mean / 999.0, 1.5 * mean / 999.0);
            let part = |s: f64| libm::lgamma(observed + s) - libm::lgamma(s) - s * libm::log(1000.0);
            part(raised) - part(size)
        };
        let got = log_ratio(observed.max(WIDE_COUNT + 1.0), mean, 1000.0);
        assert!(exact.abs() < 400.0 && got.is_finite() && (got - exact).abs() < 60.0, "{got} vs {exact}");
    }
}
