//! What is told about mistaken `[[tail]]` maps, and what `check` says of maps that are right.

use crate::common::mini::mini_with;
use crate::common::mistakes::{PIPELINE, Row, check, problems, row};
use crate::common::model;
use jianwei_core::pipeline::{Bundle, MAX_KNOTS, MAX_TAILS};

const LADDER: &str = "[ladder]\ndue_soon_hours = 4";

const TAIL: &str = r#"[[tail]] # low
period = "P1D"
expected_below = 0.1
from = "2025-01-01"
to = "2025-12-31"
series = 10
periods = 40000
exceedances = 100
knot = [{ p = 0.02, share = 0.01 }, { p = 0.001, share = 0.002 }]
shape = 0.1
scale = 1.2

[[tail]] # high
period = "P1D"
from = "2025-01-01"
to = "2025-12-31"
series = 10
periods = 40000
exceedances = 100
knot = [
  { p = 0.02, share = 0.03 },
]
shape = 0
scale = 1

"#;

/// The small pipeline with a part of its tail maps replaced.
fn tail(from: &str, to: &str, at: &'static str, message: &'static str, write: &'static str) -> Row {
    assert!(TAIL.contains(from), "{from}");
    row(PIPELINE, LADDER, TAIL.replacen(from, to, 1) + LADDER, at, message, write)
}

fn with_maps(maps: &str) -> Bundle {
    mini_with(PIPELINE, LADDER, &format!("{maps}{LADDER}"))
}

/// What promises say after the threshold: what it rests on.
pub fn rests_on(promises: &[String]) -> Vec<String> {
    let after =
        |promise: &String| promise.split_once(" p <= ").and_then(|(_, rest)| rest.find(',').map(|at| rest[at..].to_string()));
    promises.iter().filter_map(after).collect()
}

/// The promises of pipelines whose maps saw what they promise, or did not.
pub fn promises() -> Vec<String> {
    let short = TAIL.replace("periods = 40000", "periods = 4000");
    [&short, TAIL].iter().flat_map(|maps| model(&with_maps(maps)).promises()).collect()
}

#[test]
pub fn mistakes_in_tail_maps() {
    assert_eq!(problems(&with_maps(TAIL)), vec![]);
    let whole = "[[tail]] as `jianwei calibrate` writes it";
    let (knot, knots): (&str, String) = ("knot = [{ p = 0.02", format!("a tail map has 1 to {MAX_KNOTS} knots"));
    let knots: &'static str = knots.leak();
    let many: String = (0..=MAX_KNOTS).map(|n| format!("{{ p = 0.{}, share = 0.01 }}, ", 99 - n)).collect();
    let order = "the maps of one period go from small expectations to large, and only the last has no";
    let mut rows = vec![
        tail("expected_below = 0.1\n", "", "[[tail]] # high", order, whole),
        tail("period = \"P1D\"\nfrom", "period = \"P1D\"\nexpected_below = 0.05\nfrom", "[[tail]] # high", order, whole),
        tail(
            "period = \"P1D\"\nexpected",
            "period = \"P1W\"\nexpected",
            "[[tail]] # low",
            "no tail map for large expectations of P1W",
            "a last map",
        ),
        tail(
            "period = \"P1D\"\nexpected",
            "period = \"P2D\"\nexpected",
            "P2D",
            "`period` has no value \"P2D\"",
            "period = \"P1D\" (P1W, PT1H)",
        ),
        tail(
            "expected_below = 0.1",
            "expected_below = 0",
            "expected_below = 0",
            "`expected_below` must be a number",
            "expected_below = 0.1",
        ),
        tail("to = \"2025-12-31\"", "to = \"soon\"", "soon", "\"soon\" is not a date", whole),
        tail("{ p = 0.02, share = 0.01 }", "{ share = 0.01 }", "knot = [{ share", "`p` is missing", knot),
        tail("p = 0.02, share = 0.01", "p = 0.02", "knot = [{ p = 0.02 }", "`share` is missing", knot),
        tail("series = 10", "series = -1", "series = -1", "`series` must be a whole number", whole),
        tail("share = 0.002", "share = 2", "share = 2", "`share` must be a number", "knot = [{ p = 0.02"),
        tail("share = 0.01 ", "share = 0.001 ", "share = 0.001 ", "p and share of the knots must fall", knot),
        tail("{ p = 0.02, share = 0.01 }, { p = 0.001, share = 0.002 }", "", "knot = []", knots, knot),
        tail("{ p = 0.02, share = 0.01 }, ", &many, "knot = [{ p = 0.99", knots, knot),
        tail("shape = 0.1", "shape = -0.1", "shape = -0.1", "`shape` must be a number", "shape = 0.1"),
        tail("scale = 1.2", "scale = 0", "scale = 0", "`scale` must be a number", "scale = 1.0"),
        row(PIPELINE, LADDER, TAIL.repeat(MAX_TAILS) + LADDER, "[[tail]] # low", "tail maps; 30 are allowed", whole),
    ];
    for (line, message) in [
        ("period = \"P1D\"\nexpected_below = 0.1\n", "`period` is missing"),
        ("from = \"2025-01-01\"\n", "`from` is missing"),
        ("to = \"2025-12-31\"\n", "`to` is missing"),
        ("periods = 40000\n", "`periods` is missing"),
        ("knot = [{ p = 0.02, share = 0.01 }, { p = 0.001, share = 0.002 }]\n", "`knot` is missing"),
        ("shape = 0.1\n", "`shape` is missing"),
        ("scale = 1.2\n", "`scale` is missing"),
    ] {
        let less = if line.starts_with("period =") { "expected_below = 0.1\n" } else { "" };
        rows.push(tail(line, less, "[[tail]] # low", message, whole));
    }
    check(rows);
    let said = promises();
    assert!(said[3].ends_with("calibrated; 2 of 2 tail maps saw it fewer than 10 times and extrapolate"), "{said:?}");
    assert!(said[said.len() / 2 + 3].ends_with(", calibrated"), "{said:?}");
}
