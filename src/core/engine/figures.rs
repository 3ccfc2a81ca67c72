//! The newest figure of each enterprise and measure, compared with limits and with peers.

use crate::domain::Fixed3;
use crate::pipeline::FigureTest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most figures kept; at the bound those of further enterprises are compared, but not remembered as
/// peers.
pub const MAX_FIGURES: usize = 2_000_000;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Figures {
    /// By measure and enterprise.
    newest: BTreeMap<(String, String), Kept>,
    /// By measure and industry: the newest figures, in order of size.
    sorted: BTreeMap<(String, String), Vec<Fixed3>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    value: Fixed3,
    at_ms: i64,
    industry: String,
}

/// A figure beside those of its peers: other enterprises of exactly its industry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub value: Fixed3,
    pub peers: usize,
    /// `None` without peers.
    pub peer_median: Option<Fixed3>,
}

impl Figures {
    /// Takes a figure in; `None` if a newer one of the enterprise is known.
    pub fn note(&mut self, id: &str, industry: Option<&str>, measure: &str, value: Fixed3, at_ms: i64) -> Option<Compared> {
        let key = (measure.to_string(), id.to_string());
        if self.newest.get(&key).is_some_and(|kept| kept.at_ms > at_ms) {
            return None;
        }
        self.forget(&key);
        let group = (measure.to_string(), industry.unwrap_or_default().to_string());
        let peers = industry.and_then(|_| self.sorted.get(&group)).map_or(&[][..], Vec::as_slice);
        let compared = Compared { value, peers: peers.len(), peer_median: median(peers) };
        if self.newest.len() < MAX_FIGURES {
            let sorted = self.sorted.entry(group.clone()).or_default();
            sorted.insert(sorted.partition_point(|v| *v < value), value);
            self.newest.insert(key, Kept { value, at_ms, industry: group.1 });
        }
        Some(compared)
    }

    /// The figure of one enterprise becomes that of another, unless that one has a newer one.
    pub fn rename(&mut self, measure: &str, id: &str, to: &str, industry: Option<&str>) {
        let key = (measure.to_string(), id.to_string());
        if let Some((value, at_ms)) = self.newest.get(&key).map(|kept| (kept.value, kept.at_ms)) {
            self.forget(&key);
            self.note(to, industry, measure, value, at_ms);
        }
    }

    /// Forgets the figure of one enterprise and measure.
    pub fn forget_one(&mut self, id: &str, measure: &str) {
        self.forget(&(measure.to_string(), id.to_string()));
    }

    /// Forgets all figures of one enterprise.
    pub fn forget_enterprise(&mut self, id: &str) {
        let mut from = String::new();
        // From measure to measure, not over all enterprises.
        while let Some(measure) = self.newest.range((from, String::new())..).next().map(|((measure, _), _)| measure.clone()) {
            self.forget(&(measure.clone(), id.to_string()));
            from = measure + "\0";
        }
    }

    fn forget(&mut self, key: &(String, String)) {
        let Some(kept) = self.newest.remove(key) else { return };
        let group = (key.0.clone(), kept.industry);
        let Some(sorted) = self.sorted.get_mut(&group) else { return };
        if let Ok(at) = sorted.binary_search(&kept.value) {
            sorted.remove(at);
        }
        if sorted.is_empty() {
            self.sorted.remove(&group);
        }
    }
}

/// The middle of sorted values, halfway between the two middle ones where their number is even.
fn median(sorted: &[Fixed3]) -> Option<Fixed3> {
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(Fixed3(lower.0 + (upper.0 - lower.0) / 2))
}

impl Compared {
    pub fn passes(&self, test: &FigureTest) -> bool {
        let thousandths = |limit: f64| Fixed3::from_f64(limit);
        let beside_peers = |times: f64| {
            let median = self.peer_median.filter(|_| self.peers >= test.peers_at_least as usize);
            // Nothing is a multiple of nothing.
            median.is_some_and(|m| m > Fixed3(0) && self.value.0 as f64 >= times * m.0 as f64)
        };
        test.value_at_least.is_none_or(|least| self.value >= thousandths(least))
            && test.value_below.is_none_or(|below| self.value < thousandths(below))
            && test.times_peer_median.is_none_or(beside_peers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_with_the_others_of_the_industry_and_keeps_the_newest() {
        let mut figures = Figures::default();
        let mut note = |id: &str, industry: Option<&str>, value: i64, at_ms: i64| {
            let seen = figures.note(id, industry, "balance", Fixed3(value), at_ms);
            seen.map(|c| (c.peers, c.peer_median.map(|m| m.0)))
        };
        assert_eq!(note("a", Some("8930"), 10, 1), Some((0, None)));
        assert_eq!(note("b", Some("8930"), 30, 1), Some((1, Some(10))));
        assert_eq!(note("c", Some("8930"), 50, 1), Some((2, Some(20))));
        assert_eq!(note("a", Some("8930"), 40, 2), Some((2, Some(40))), "its own figure before is left out");
        assert_eq!(note("d", Some("8930"), 5, 2), Some((3, Some(40))));
        assert_eq!(note("d", Some("8930"), 7, 1), None, "older than known");
        assert_eq!(note("e", Some("6220"), 5, 2), Some((0, None)), "another industry");
        assert_eq!(note("f", None, 5, 2), Some((0, None)), "no industry, no peers");
        assert_eq!(note("a", Some("6220"), 9, 3), Some((1, Some(5))), "moved to another industry");
        assert_eq!(note("b", Some("8930"), 30, 3), Some((2, Some(27))), "and left its old one");
    }

    #[test]
    fn every_part_of_a_test_must_hold() {
        let test = |least: Option<f64>, below: Option<f64>, times: Option<f64>| FigureTest {
            measure: "balance".into(),
            value_at_least: least,
            value_below: below,
            times_peer_median: times,
            peers_at_least: 3,
        };
        let compared = |value: i64, peers: usize, median: Option<i64>| Compared {
            value: Fixed3(value * 1000),
            peers,
            peer_median: median.map(|m| Fixed3(m * 1000)),
        };
        for (value, peers, median, least, below, times, passes) in [
            (5, 0, None, Some(5.0), None, None, true),
            (4, 0, None, Some(5.0), None, None, false),
            (4, 0, None, None, Some(5.0), None, true),
            (5, 0, None, None, Some(5.0), None, false),
            (50, 3, Some(10), None, None, Some(5.0), true),
            (49, 3, Some(10), None, None, Some(5.0), false),
            (50, 2, Some(10), None, None, Some(5.0), false),
            (0, 3, Some(0), None, None, Some(5.0), false),
            (9, 3, Some(0), None, None, Some(5.0), false),
            (9, 3, Some(-1), None, None, Some(5.0), false),
            (50, 3, Some(10), Some(60.0), None, Some(5.0), false),
        ] {
            let got = compared(value, peers, median).passes(&test(least, below, times));
            assert_eq!(got, passes, "{value} {peers} {median:?} {least:?} {below:?} {times:?}");
        }
    }
}
