//! Chance, the same on every machine: PCG for the bits, libm for the curves.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

pub struct Dice(Pcg64);

/// What a stream of chance is for: streams do not disturb each other, so that more tickets do not
/// change the firms.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    Town = 1,
    Plan = 2,
    Day = 3,
    Planted = 4,
    Departments = 5,
}

impl Dice {
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Dice {
        let state = u128::from(mixed(seed)) << 64 | u128::from(mixed(index ^ 0x9e37_79b9_7f4a_7c15));
        let mut dice = Dice(Pcg64::new(state, purpose as u128));
        // The first output of neighbouring states is close; the second is not.
        dice.0.next_u64();
        dice
    }

    /// 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from).max(0) as usize + 1) as i64
    }

    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of some texts that are not none.
    pub fn word<'a>(&mut self, texts: &'a [String]) -> &'a str {
        self.pick::<String>(texts)
    }

    /// An index, each as likely as its weight says.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    fn normal(&mut self) -> f64 {
        let u = 1.0 - self.unit();
        let v = self.unit();
        libm::sqrt(-2.0 * libm::log(u)) * libm::cos(std::f64::consts::TAU * v)
    }

    pub fn poisson(&mut self, mean: f64) -> usize {
        if mean > 60.0 {
            return (mean + libm::sqrt(mean) * self.normal() + 0.5).max(0.0) as usize;
        }
        let limit = libm::exp(-mean.max(0.0));
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// Marsaglia and Tsang; mean `shape`.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(1.0 - self.unit(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            if libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// A factor of mean 1 that turns a Poisson count of this mean into one of variance
    /// `mean * dispersion`.
    pub fn mood(&mut self, mean: f64, dispersion: f64) -> f64 {
        if mean <= 0.0 || dispersion <= 1.0 {
            return 1.0;
        }
        let shape = mean / (dispersion - 1.0);
        self.gamma(shape) / shape
    }

    pub fn negative_binomial(&mut self, mean: f64, dispersion: f64) -> usize {
        let mood = self.mood(mean, dispersion);
        self.poisson(mean * mood)
    }
}

/// SplitMix64: near seeds give far states.
pub fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_dispersion_asked_for() {
        for (mean, dispersion) in [(0.4, 1.3), (3.0, 1.0), (8.0, 2.0), (200.0, 4.8)] {
            let mut dice = Dice::new(7, Purpose::Day, 1);
            let counts: Vec<f64> = (0..20_000).map(|_| dice.negative_binomial(mean, dispersion) as f64).collect();
            let m = counts.iter().sum::<f64>() / counts.len() as f64;
            let v = counts.iter().map(|c| (c - m) * (c - m)).sum::<f64>() / counts.len() as f64;
            assert!((m / mean - 1.0).abs() < 0.05, "mean {m} for {mean}");
            assert!((v / m / dispersion - 1.0).abs() < 0.1, "dispersion {} for {dispersion}", v / m);
        }
    }

    #[test]
    fn streams_are_repeatable_and_apart() {
        let draw = |seed, purpose, index| {
            let mut dice = Dice::new(seed, purpose, index);
            (0..4).map(|_| dice.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, Purpose::Day, 2), draw(1, Purpose::Day, 2));
        let others = [draw(2, Purpose::Day, 2), draw(1, Purpose::Day, 3), draw(1, Purpose::Plan, 2)];
        assert!(others.iter().all(|o| *o != draw(1, Purpose::Day, 2)));
        assert_eq!(draw(1, Purpose::Town, 0), [STREAM[0], STREAM[1], STREAM[2], STREAM[3]]);
    }

    /// Written down: the same on every machine and in every later version.
    const STREAM: [usize; 4] = [116_750, 102_183, 585_006, 325_913];
}
