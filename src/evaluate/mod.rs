//! How well the engine's baseline finds outbreaks in series where they are known
//! (`jianwei evaluate surge`). It runs [`IndicatorSeries::week`], which is what an indicator's record
//! meets in the engine.

mod series;
mod table;

pub use series::{Week, WeeklySeries, read_series};
pub use table::print;

use jianwei_core::domain::Fixed3;
use jianwei_core::domain::outputs::Judged;
use jianwei_core::engine::IndicatorSeries;
use jianwei_core::pipeline::Period;
use serde::Serialize;

/// The weeks before this one are history.
pub const TEST_FROM: i64 = 576;
/// p to 1e-12, as a whole number.
const ONE: f64 = 1e12;
const NOMINAL: [f64; 3] = [0.05, 0.01, 0.001];
const FALSE_POSITIVE_RATES: [f64; 2] = [0.01, 0.025];
/// The drift put in, from the first test week on; within how many weeks it must be found; how many
/// false alarms a year the CUSUM's threshold may cost.
const DRIFT_RATIO: f64 = 1.5;
const DRIFT_WEEKS: usize = 12;
const DRIFT_FALSE_ALARMS_A_YEAR: f64 = 0.06;
const WEEKS_A_YEAR: f64 = 365.25 / 7.0;
/// The series' years have 52 weeks, the calendar's a little more: to keep their seasons in step, a
/// week of the calendar is left out every 293.
const CALENDAR_WEEKS_LEFT_OUT: f64 = 365.2425 / 7.0 / 52.0 - 1.0;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    pub series: usize,
    pub test_weeks: usize,
    pub rows: Vec<Row>,
    pub drift: Option<Drift>,
    /// The same with no week of the calendar left out: what a feed of real weeks meets.
    pub drift_on_consecutive_weeks: Option<Drift>,
}

/// One threshold. Shares are per cent; null where there is nothing to take a share of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub fpr: Option<f64>,
    pub pod: Option<f64>,
    pub first_week: Option<f64>,
    pub sens: Option<f64>,
    pub ppv: Option<f64>,
    pub timeliness: Option<f64>,
}

/// What the CUSUM finds at the lowest threshold that keeps within the false alarms allowed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    pub ratio: f64,
    pub within_weeks: usize,
    pub threshold: f64,
    pub false_alarms_per_year: f64,
    pub found: f64,
}

/// One series' test weeks, judged.
struct Run {
    /// p of each, in parts of 10^12; one for weeks not judged.
    plain: Vec<u64>,
    outbreak: Vec<u64>,
    is_outbreak: Vec<bool>,
    cusums: Cusums,
}

/// The CUSUM before the first test week, then of each; with and without the drift.
struct Cusums {
    calm: Vec<Fixed3>,
    drifting: Vec<Fixed3>,
}

/// Which week of the calendar stands for one of a series.
type Calendar = fn(i64) -> i64;

pub fn surge(all: &[WeeklySeries]) -> Evaluation {
    let runs: Vec<Run> = all.iter().map(Run::of).collect();
    let mut ps: Vec<u64> = runs.iter().flat_map(|r| r.plain.iter().copied()).collect();
    ps.sort_unstable();
    let nominal = NOMINAL.map(|alpha| (format!("p <= {alpha}"), (alpha * ONE) as u64));
    let own = FALSE_POSITIVE_RATES.map(|rate| (format!("at FPR {}%", rate * 100.0), just_below(&ps, rate)));
    Evaluation {
        series: all.len(),
        test_weeks: ps.len(),
        rows: nominal.into_iter().chain(own).map(|(name, most)| row(name, most, &runs)).collect(),
        drift: drift(&runs.into_iter().map(|run| run.cusums).collect::<Vec<_>>()),
        drift_on_consecutive_weeks: drift(&all.iter().map(|series| Cusums::of(series, |week| week)).collect::<Vec<_>>()),
    }
}

/// The largest threshold at which no more than this share of all fires.
fn just_below(sorted: &[u64], share: f64) -> u64 {
    let first_left_out = sorted.get((share * sorted.len() as f64) as usize);
    first_left_out.map_or(0, |p| p.saturating_sub(1))
}

impl Run {
    fn of(series: &WeeklySeries) -> Run {
        let tested = |week: &&Week| week.week >= TEST_FROM;
        let p = |judged: &(i64, Judged)| judged.1.p_e12.unwrap_or(ONE as u64);
        let of_test = |judged: &[(i64, Judged)]| judged.iter().filter(|(week, _)| *week >= TEST_FROM).map(p).collect();
        let plain = judge(series, in_step, |week| week.count);
        Run {
            outbreak: of_test(&judge(series, in_step, |week| week.count_with_outbreak)),
            is_outbreak: series.weeks.iter().filter(tested).map(|week| week.outbreak).collect(),
            cusums: Cusums { calm: cusum(&plain), drifting: drifting(series, in_step) },
            plain: of_test(&plain),
        }
    }
}

impl Cusums {
    fn of(series: &WeeklySeries, calendar: Calendar) -> Cusums {
        let calm = cusum(&judge(series, calendar, |week| week.count));
        Cusums { calm, drifting: drifting(series, calendar) }
    }
}

fn drifting(series: &WeeklySeries, calendar: Calendar) -> Vec<Fixed3> {
    let mut carried = 0.0;
    cusum(&judge(series, calendar, |week| {
        if week.week < TEST_FROM {
            return week.count;
        }
        // Fractions are carried into the next week: the sum is raised exactly so much.
        let raised = week.count as f64 * DRIFT_RATIO + carried;
        carried = raised - raised.floor();
        raised as u64
    }))
}

fn judge(series: &WeeklySeries, calendar: Calendar, mut count: impl FnMut(&Week) -> u64) -> Vec<(i64, Judged)> {
    let mut engine = IndicatorSeries::new(Period::Week);
    series.weeks.iter().map(|week| (week.week, engine.week(calendar(week.week), count(week)))).collect()
}

/// So that a year of the series is one of the calendar.
fn in_step(week: i64) -> i64 {
    week + (week as f64 * CALENDAR_WEEKS_LEFT_OUT).round() as i64
}

/// From the last week before the test on.
fn cusum(judged: &[(i64, Judged)]) -> Vec<Fixed3> {
    let first = judged.iter().position(|(week, _)| *week >= TEST_FROM).unwrap_or(judged.len());
    judged.iter().skip(first.saturating_sub(1)).map(|(_, j)| j.drift.unwrap_or_default()).collect()
}

fn row(name: String, most: u64, runs: &[Run]) -> Row {
    let fires = |p: &u64| *p <= most;
    let plain: Vec<bool> = runs.iter().flat_map(|r| r.plain.iter().map(fires)).collect();
    let (mut found, mut first, mut late) = (Vec::new(), Vec::new(), Vec::new());
    let (mut weeks, mut alarms) = (Vec::new(), Vec::new());
    for run in runs {
        let fired: Vec<bool> = run.outbreak.iter().map(fires).collect();
        let inside: Vec<bool> = fired.iter().zip(&run.is_outbreak).filter(|(_, o)| **o).map(|(f, _)| *f).collect();
        alarms.extend(fired.iter().zip(&run.is_outbreak).filter(|(f, _)| **f).map(|(_, o)| *o));
        if inside.is_empty() {
            continue;
        }
        let alarm = inside.iter().position(|f| *f);
        found.push(alarm.is_some());
        first.push(inside[0]);
        late.push(alarm.map_or(1.0, |n| n as f64 / inside.len() as f64));
        weeks.extend(inside);
    }
    let timeliness = (!late.is_empty()).then(|| late.iter().sum::<f64>() / late.len() as f64);
    Row {
        name,
        fpr: share(&plain),
        pod: share(&found),
        first_week: share(&first),
        sens: share(&weeks),
        ppv: share(&alarms),
        timeliness: timeliness.map(|t| (t * 1e3).round() / 1e3),
    }
}

/// Per cent, to two places.
fn share(all: &[bool]) -> Option<f64> {
    let yes = all.iter().filter(|yes| **yes).count();
    (!all.is_empty()).then(|| (yes as f64 * 1e4 / all.len() as f64).round() / 1e2)
}

fn drift(runs: &[Cusums]) -> Option<Drift> {
    let tested = |r: &Cusums| r.drifting.len().saturating_sub(1);
    let weeks: usize = runs.iter().map(tested).sum();
    let years = weeks as f64 / WEEKS_A_YEAR;
    // An alarm begins where the CUSUM comes to the threshold from below.
    let false_alarms =
        |h: Fixed3| -> usize { runs.iter().map(|r| r.calm.windows(2).filter(|w| w[0] < h && w[1] >= h).count()).sum() };
    let steps = (10..=120).map(|n| Fixed3(n * 100));
    let threshold = steps.into_iter().find(|h| false_alarms(*h) as f64 <= DRIFT_FALSE_ALARMS_A_YEAR * years)?;
    let found = |r: &Cusums| r.drifting.iter().skip(1).take(DRIFT_WEEKS).any(|c| *c >= threshold);
    let found: Vec<bool> = runs.iter().filter(|r| tested(r) > 0).map(found).collect();
    Some(Drift {
        ratio: DRIFT_RATIO,
        within_weeks: DRIFT_WEEKS,
        threshold: threshold.0 as f64 / 1e3,
        false_alarms_per_year: (false_alarms(threshold) as f64 / years * 1e3).round() / 1e3,
        found: share(&found)?,
    })
}
