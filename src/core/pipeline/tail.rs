//! `[[tail]]` of pipeline.toml: how often p-values as small as this really came, as `jianwei calibrate`
//! counted it over the realm's own history. A constant of the pipeline's version.

use super::model::Period;
use super::reader::Reader;
use chrono::NaiveDate;

/// Most maps of one pipeline: three kinds of period, and bands of expectation.
pub const MAX_TAILS: usize = 30;
/// Most points of one map.
pub const MAX_KNOTS: usize = 20;
/// A map says how often what was seen so many times comes; beyond that it extrapolates.
const SEEN_OFTEN_ENOUGH: f64 = 10.0;
/// The Pareto is an exponential distribution below this shape.
const FLAT_SHAPE: f64 = 1e-6;
const SMALLEST_P: f64 = 1e-12;

/// The maps of a pipeline: by period, then by rising expectation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TailMap(pub Vec<TailBand>);

/// The map of one kind of period, for one band of expected counts.
#[derive(Debug, Clone, PartialEq)]
pub struct TailBand {
    pub period: Period,
    /// For periods of which less is expected; none in the last band of its period.
    pub expected_below: Option<f64>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub series: u32,
    /// Closed periods counted, of series that had an opinion.
    pub periods: u32,
    /// Those the Pareto rests on: as unlikely as the last knot, or more.
    pub exceedances: u32,
    /// (p, share of the periods whose p was as small or smaller), both falling. Between them
    /// straight on logarithms; p = 1 is 1.
    pub knots: Vec<(f64, f64)>,
    /// Generalised Pareto of ln(p of the last knot / p).
    pub shape: f64,
    pub scale: f64,
}

impl TailMap {
    /// How often a p as small as this came in periods of such an expectation; none without a map.
    pub fn calibrated(&self, period: Period, expected: f64, p: f64) -> Option<f64> {
        let mut bands = self.0.iter().filter(|band| band.period == period);
        bands.find(|band| band.expected_below.is_none_or(|below| expected < below)).map(|band| band.calibrated(p))
    }

    /// How many maps never saw so small a share often enough: there it is extrapolated.
    pub fn extrapolated_at(&self, share: f64) -> usize {
        self.0.iter().filter(|band| share < band.smallest_seen()).count()
    }
}

impl TailBand {
    fn smallest_seen(&self) -> f64 {
        SEEN_OFTEN_ENOUGH / f64::from(self.periods.max(1))
    }

    /// Monotone and continuous in p below 1; deterministic, so that periods of equal p share the whole
    /// step between them.
    pub fn calibrated(&self, p: f64) -> f64 {
        let log_p = libm::log(p.clamp(SMALLEST_P, 1.0));
        let mut above = (0.0, 0.0);
        for (knot, share) in &self.knots {
            let at = (libm::log(*knot), libm::log(*share));
            if log_p >= at.0 {
                let part = if above.0 > at.0 { (log_p - at.0) / (above.0 - at.0) } else { 0.0 };
                return libm::exp(at.1 + part * (above.1 - at.1));
            }
            above = at;
        }
        libm::exp(above.1) * self.beyond(above.0 - log_p)
    }

    /// The Pareto's tail, so far beyond the last knot.
    fn beyond(&self, excess: f64) -> f64 {
        let steps = excess / self.scale;
        if self.shape < FLAT_SHAPE {
            return libm::exp(-steps);
        }
        libm::exp(-libm::log1p(self.shape * steps) / self.shape)
    }
}

const TAIL_EXAMPLE: &str = "[[tail]] as `jianwei calibrate` writes it";

pub(super) fn tail(pipeline: &Reader) -> TailMap {
    let mut tables = pipeline.tables("tail");
    if tables.len() > MAX_TAILS {
        let message = format!("{} tail maps; {MAX_TAILS} are allowed", tables.len());
        pipeline.file.report(pipeline.at("tail"), message, TAIL_EXAMPLE);
        tables.truncate(MAX_TAILS);
    }
    let mut bands: Vec<TailBand> = Vec::new();
    for table in tables {
        let at = table.at;
        let band = band(table);
        if let Some(before) = bands.iter().rev().find(|b| b.period == band.period)
            && !follows(before, &band)
        {
            let message = "the maps of one period go from small expectations to large, and only the last has no `expected_below`";
            pipeline.file.report(at, message, TAIL_EXAMPLE);
        }
        bands.push(band);
    }
    let open = |band: &TailBand| !bands.iter().any(|b| b.period == band.period && b.expected_below.is_none());
    if let Some(band) = bands.iter().find(|band| open(band)) {
        let message = format!("no tail map for large expectations of {}", band.period.as_str());
        pipeline.file.report(pipeline.at("tail"), message, "a last map of the period without `expected_below`");
    }
    TailMap(bands)
}

fn follows(before: &TailBand, band: &TailBand) -> bool {
    before.expected_below.is_some_and(|before| band.expected_below.is_none_or(|below| below > before))
}

fn band(table: Reader) -> TailBand {
    for key in ["period", "from", "to", "periods", "knot", "shape", "scale"] {
        if !table.has(key) {
            table.missing(key, TAIL_EXAMPLE);
        }
    }
    let whole = |key| table.whole(key, 0..=u32::MAX, TAIL_EXAMPLE).unwrap_or_default();
    let band = TailBand {
        period: table.word("period", Period::parse, "period = \"P1D\" (P1W, PT1H)").unwrap_or(Period::Day),
        expected_below: table.number("expected_below", 1e-3..=1e9, "expected_below = 0.1"),
        from: table.date("from", TAIL_EXAMPLE).unwrap_or_default(),
        to: table.date("to", TAIL_EXAMPLE).unwrap_or_default(),
        series: whole("series"),
        periods: whole("periods"),
        exceedances: whole("exceedances"),
        knots: knots(&table),
        shape: table.number("shape", 0.0..=1.0, "shape = 0.1").unwrap_or_default(),
        scale: table.number("scale", 1e-3..=1e3, "scale = 1.0").unwrap_or(1.0),
    };
    table.finish();
    band
}

fn knots(table: &Reader) -> Vec<(f64, f64)> {
    let example = "knot = [{ p = 0.02, share = 0.01 }, { p = 0.001, share = 0.002 }]";
    let mut knots: Vec<(f64, f64)> = Vec::new();
    for knot in table.tables("knot") {
        for key in ["p", "share"] {
            if !knot.has(key) {
                knot.missing(key, example);
            }
        }
        let share = |key| knot.number(key, 1e-12..=1.0, example).unwrap_or(1.0);
        knots.push((share("p"), share("share")));
        knot.finish();
    }
    let falling = |w: &[(f64, f64)]| w[0].0 > w[1].0 && w[0].1 >= w[1].1;
    if table.has("knot") && !(1..=MAX_KNOTS).contains(&knots.len()) {
        let message = format!("a tail map has 1 to {MAX_KNOTS} knots");
        table.file.report(table.at("knot"), message, example);
        knots.truncate(MAX_KNOTS);
    } else if !knots.windows(2).all(falling) {
        table.file.report(table.at("knot"), "p and share of the knots must fall", example);
    }
    knots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(knots: Vec<(f64, f64)>, shape: f64) -> TailBand {
        TailBand {
            period: Period::Day,
            expected_below: None,
            from: NaiveDate::default(),
            to: NaiveDate::default(),
            series: 10,
            periods: 10_000,
            exceedances: 100,
            knots,
            shape,
            scale: 1.0,
        }
    }

    #[test]
    fn a_map_is_monotone_continuous_and_meets_its_knots() {
        for shape in [0.0, 0.1, 0.5] {
            let map = map(vec![(0.2, 0.1), (0.01, 0.02), (0.001, 0.004)], shape);
            for (p, share) in [(1.0, 1.0), (0.2, 0.1), (0.01, 0.02), (0.001, 0.004)] {
                assert!((map.calibrated(p) / share - 1.0).abs() < 1e-9, "{p}: {}", map.calibrated(p));
            }
            let (mut p, mut last) = (1.0, 1.0);
            while p > 1e-13 {
                let now = map.calibrated(p);
                assert!(now <= last && now > last * 0.9 && now > 0.0, "{shape} {p}: {now} after {last}");
                (p, last) = (p * 0.99, now);
            }
        }
    }

    #[test]
    fn without_a_shape_a_step_of_the_logarithm_is_one_of_the_share() {
        let map = map(vec![(0.01, 0.02)], 0.0);
        assert!((map.calibrated(1e-5) - 0.02 * 1e-3).abs() < 1e-12);
    }

    #[test]
    fn the_band_of_the_expectation_counts() {
        let low = TailBand { expected_below: Some(1.0), ..map(vec![(0.01, 0.002)], 0.0) };
        let maps = TailMap(vec![low, map(vec![(0.01, 0.03)], 0.0)]);
        for (period, expected, p) in [(Period::Day, 0.5, Some(0.002)), (Period::Day, 1.0, Some(0.03)), (Period::Week, 0.5, None)]
        {
            let found = maps.calibrated(period, expected, 0.01);
            assert_eq!(found.map(|p| (p * 1e9).round()), p.map(|p: f64| (p * 1e9).round()), "{period:?} {expected}");
        }
        assert_eq!([2e-3, 9e-4].map(|share| maps.extrapolated_at(share)), [0, 2]);
    }
}
