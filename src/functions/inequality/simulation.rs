//! Limits by simulation, the same for the same seed.

use crate::statistics::quantile_line::{Covariance, RegressionLine};
use statrs::distribution::{ContinuousCDF, Normal};

/// How often a line is drawn.
pub(super) const DRAWS: usize = 100_000;

/// Pairs of independent standard normal numbers.
///
/// Each quantile's value is drawn from a normal distribution and the line is linear in the values,
/// so intercept and slope have a joint normal distribution: two numbers a draw give it exactly,
/// whatever the number of quantiles, and all groups share them.
#[derive(Default)]
pub(super) struct Draws {
    seed: Option<u64>,
    pairs: Vec<(f64, f64)>,
}

impl Draws {
    fn of(&mut self, seed: u64) -> &[(f64, f64)] {
        if self.seed != Some(seed) {
            // A hash as a stream of bits: the same on every machine and in every version.
            let mut bits = blake3::Hasher::new();
            bits.update(&seed.to_le_bytes());
            let mut bits = bits.finalize_xof();
            let normal = Normal::standard();
            let mut number = || {
                let mut bytes = [0; 8];
                bits.fill(&mut bytes);
                let unit = ((u64::from_le_bytes(bytes) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
                normal.inverse_cdf(unit)
            };
            self.pairs = (0..DRAWS).map(|_| (number(), number())).collect();
            self.seed = Some(seed);
        }
        &self.pairs
    }

    /// The percentiles of an index over drawn lines that hold `confidence` of them between them.
    pub(super) fn limits(
        &mut self,
        seed: u64,
        line: RegressionLine,
        uncertain: Covariance,
        confidence: f64,
        index: impl Fn(RegressionLine) -> f64,
    ) -> (f64, f64) {
        let first = uncertain.intercept.sqrt();
        let shared = if first > 0.0 {
            uncertain.both / first
        } else {
            0.0
        };
        let own = (uncertain.slope - shared * shared).max(0.0).sqrt();
        let mut drawn = Vec::with_capacity(DRAWS);
        for (u, v) in self.of(seed) {
            drawn.push(index(RegressionLine {
                intercept: line.intercept + first * u,
                slope: line.slope + shared * u + own * v,
            }));
        }
        let upper = confidence + (1.0 - confidence) / 2.0;
        let place = |share: f64| ((DRAWS as f64 * share).round() as usize).clamp(1, DRAWS) - 1;
        let mut nth = |share| *drawn.select_nth_unstable_by(place(share), f64::total_cmp).1;
        (nth(1.0 - upper), nth(upper))
    }
}
