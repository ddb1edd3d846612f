//! Exact limits of a Poisson count, fast: the quantile of a gamma distribution at one probability,
//! as a function of the shape.

use super::gamma::quantile;
use std::f64::consts::PI;
use std::sync::{Arc, OnceLock};

/// The curves of limits at one confidence.
///
/// ln(quantile / shape) × √shape is a smooth function of 1/√shape. Three Chebyshev series give it
/// for shapes from 1/16 to 1111 to about fourteen digits, beyond which the expansion of Cornish and
/// Fisher does; smaller shapes are solved for.
#[derive(Debug)]
pub(super) struct Curves {
    lower: Curve,
    upper: Curve,
}

#[derive(Debug)]
struct Curve {
    tail: Tail,
    near: [Vec<f64>; 3],
}

/// On which side a probability lies, and the normal quantile that belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    probability: f64,
    upper: bool,
    z: f64,
}

/// Where each series begins and ends, in 1/√shape, and how many terms it has.
const PIECES: [(f64, f64, usize); 3] = [(0.03, 0.25, 18), (0.25, 1.0, 28), (1.0, 4.0, 40)];

/// Series are made for these confidences; beyond them they would need more terms.
const USUAL: std::ops::RangeInclusive<f64> = 0.9..=0.9999;

/// Shapes from which the expansion is right to fourteen digits: of usual confidences, and of all.
const EXPAND_FROM: f64 = 1111.0;
const ALWAYS_EXPAND_FROM: f64 = 1e6;

impl Curves {
    /// The curves of a confidence whose normal quantile is z; none for an unusual one.
    pub(super) fn of(confidence: f64, z: f64) -> Option<Arc<Self>> {
        USUAL.contains(&confidence).then(|| {
            let [lower, upper] = Tail::both(confidence, z).map(Curve::new);
            Arc::new(Curves { lower, upper })
        })
    }

    /// The curves of the confidences that indicators are published with, made once.
    pub(super) fn published(confidence: f64, z: f64) -> Option<Arc<Self>> {
        static KNOWN: [OnceLock<Option<Arc<Curves>>>; 2] = [OnceLock::new(), OnceLock::new()];
        let place = [0.95, 0.998]
            .iter()
            .position(|known| *known == confidence)?;
        let known = KNOWN.get(place)?;
        known.get_or_init(|| Curves::of(confidence, z)).clone()
    }

    /// The limits of a count x ≥ 0.
    pub(super) fn limits(&self, x: f64) -> (f64, f64) {
        let lower = if x > 0.0 { self.lower.at(x) } else { 0.0 };
        (lower, self.upper.at(x + 1.0))
    }
}

/// The limits of a count x ≥ 0 without curves.
pub(super) fn solved(x: f64, confidence: f64, z: f64) -> (f64, f64) {
    let [lower, upper] = Tail::both(confidence, z);
    let lower = if x > 0.0 { lower.quantile(x) } else { 0.0 };
    (lower, upper.quantile(x + 1.0))
}

impl Tail {
    fn both(confidence: f64, z: f64) -> [Self; 2] {
        let probability = (1.0 - confidence) / 2.0;
        [(false, -z), (true, z)].map(|(upper, z)| Tail {
            probability,
            upper,
            z,
        })
    }

    fn quantile(self, shape: f64) -> f64 {
        let usual = USUAL.contains(&(1.0 - 2.0 * self.probability));
        let from = if usual {
            EXPAND_FROM
        } else {
            ALWAYS_EXPAND_FROM
        };
        if shape >= from {
            return self.expanded(shape);
        }
        self.exact(shape)
    }

    fn exact(self, shape: f64) -> f64 {
        let (tail, rest) = (self.probability, 1.0 - self.probability);
        if self.upper {
            quantile(shape, rest, tail)
        } else {
            quantile(shape, tail, rest)
        }
    }

    /// The expansion of Cornish and Fisher, for large shapes.
    fn expanded(self, shape: f64) -> f64 {
        let z = self.z;
        let (root, s) = (shape.sqrt(), z * z);
        let terms = [
            (s - 1.0) / 3.0,
            z * (s - 7.0) / 36.0,
            -((3.0 * s + 7.0) * s - 16.0) / 810.0,
            z * ((9.0 * s + 256.0) * s - 433.0) / 38_880.0,
            (((12.0 * s - 243.0) * s - 923.0) * s + 1472.0) / 204_120.0,
            -z * (((3753.0 * s + 4353.0) * s - 289_517.0) * s - 289_717.0) / 146_966_400.0,
        ];
        let sum = terms.iter().rev().fold(0.0, |sum, term| sum / root + term);
        shape + z * root + sum
    }
}

impl Curve {
    fn new(tail: Tail) -> Self {
        let near = PIECES.map(|(from, to, terms)| series(tail, from, to, terms));
        Curve { tail, near }
    }

    fn at(&self, shape: f64) -> f64 {
        if shape >= EXPAND_FROM {
            return self.tail.expanded(shape);
        }
        let s = 1.0 / shape.sqrt();
        for ((from, to, _), terms) in PIECES.iter().zip(&self.near) {
            if s <= *to {
                return shape * (s * chebyshev(terms, (2.0 * s - from - to) / (to - from))).exp();
            }
        }
        self.tail.exact(shape)
    }
}

/// The Chebyshev series of ln(quantile / shape) × √shape between two values of 1/√shape.
fn series(tail: Tail, from: f64, to: f64, terms: usize) -> Vec<f64> {
    let angle = |k: usize| PI * (2 * k + 1) as f64 / (2 * terms) as f64;
    let values: Vec<f64> = (0..terms)
        .map(|k| {
            let s = f64::midpoint(from, to) + (to - from) / 2.0 * angle(k).cos();
            let shape = 1.0 / (s * s);
            let quantile = tail.exact(shape);
            let ratio = if quantile > shape / 2.0 {
                ((quantile - shape) / shape).ln_1p()
            } else {
                (quantile / shape).ln()
            };
            ratio / s
        })
        .collect();
    (0..terms)
        .map(|term| {
            let each = values.iter().enumerate();
            let sum: f64 = each
                .map(|(k, value)| value * (term as f64 * angle(k)).cos())
                .sum();
            let share = if term == 0 { 1.0 } else { 2.0 };
            share * sum / terms as f64
        })
        .collect()
}

/// Clenshaw's sum of a Chebyshev series at t from −1 to 1.
fn chebyshev(terms: &[f64], t: f64) -> f64 {
    let (mut next, mut after) = (0.0, 0.0);
    for term in terms.iter().skip(1).rev() {
        (next, after) = (2.0 * t * next - after + term, next);
    }
    t * next - after + terms.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::normal;

    #[test]
    fn curves_are_what_is_solved_for() {
        for confidence in [0.9, 0.95, 0.99, 0.998, 0.9999] {
            let z = -normal::quantile((1.0 - confidence) / 2.0);
            let curves = Curves::of(confidence, z).unwrap();
            let mut x = 0.01;
            while x < 1e5 {
                let (lower, upper) = curves.limits(x);
                let tails = Tail::both(confidence, z);
                let exact = [tails[0].exact(x), tails[1].exact(x + 1.0)];
                for (found, exact) in [lower, upper].iter().zip(exact) {
                    let error = (found - exact).abs();
                    assert!(error <= 5e-13 * exact, "{confidence} {x}: {found} {exact}");
                }
                x *= 1.07;
            }
        }
        assert!(Curves::of(0.999_999, 5.0).is_none());
    }
}
