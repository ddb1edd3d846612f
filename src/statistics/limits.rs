//! Confidence limits of counts, proportions and means (PHEindicatormethods 2.1.0, as published by
//! the Office for Health Improvement and Disparities).

use super::exact::{Curves, solved};
use super::normal;
use statrs::distribution::{Continuous, StudentsT};
use statrs::function::beta::beta_reg;
use std::sync::Arc;

/// The confidence of limits where nothing else is said.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// Below this count limits are exact, from it on Byar's; and below it nothing is standardised
/// directly.
pub(crate) const EXACT_BELOW: f64 = 10.0;

/// So many exact limits are solved for one by one before their curves are made, which takes as long
/// as about as many.
const SOLVED: u32 = 150;

/// From this population on Wilson's limits are computed as shares of it.
const LARGEST: f64 = 1e150;

/// From these degrees of freedom on the quantile of Student's t comes from its expansion.
const EXPAND_STUDENT_FROM: f64 = 1000.0;

/// Limits of one confidence.
#[derive(Debug, Clone)]
pub(crate) struct ConfidenceLevel {
    confidence: f64,
    z: f64,
    /// The exact limits as curves, once they are worth it, and how many were asked for before.
    curves: Option<Arc<Curves>>,
    solved: u32,
    /// The last degrees of freedom asked for, and their quantile: groups are often of one size.
    student: (f64, f64),
}

impl ConfidenceLevel {
    /// Limits of a confidence from 0 to 1, both exclusive.
    pub(crate) fn new(confidence: f64) -> Self {
        ConfidenceLevel {
            confidence,
            z: -normal::quantile((1.0 - confidence) / 2.0),
            curves: None,
            solved: 0,
            student: (f64::NAN, f64::NAN),
        }
    }

    /// The two-sided normal quantile: z = Φ⁻¹(c + (1 − c)/2).
    pub(crate) fn z(&self) -> f64 {
        self.z
    }

    /// The confidence, from 0 to 1.
    pub(crate) fn confidence(&self) -> f64 {
        self.confidence
    }

    /// Byar's limits of a count x ≥ 0: accurate to a thousandth from 10 on. At 0 the lower is not
    /// a number; for small counts it can be below 0.
    pub(crate) fn byar(&self, x: f64) -> (f64, f64) {
        let z = self.z;
        let lower = x * (1.0 - 1.0 / (9.0 * x) - z / (3.0 * x.sqrt())).powi(3);
        let y = x + 1.0;
        let upper = y * (1.0 - 1.0 / (9.0 * y) + z / (3.0 * y.sqrt())).powi(3);
        (lower, upper)
    }

    /// Exact Poisson limits of a count x ≥ 0, by the chi-squared distribution; the lower of 0 is 0.
    /// A count need not be whole: a sum of weights has limits too.
    pub(crate) fn poisson(&mut self, x: f64) -> (f64, f64) {
        let (confidence, z) = (self.confidence, self.z);
        if self.curves.is_none() {
            self.curves = match self.solved {
                0 => Curves::published(confidence, z),
                SOLVED => Curves::of(confidence, z),
                _ => None,
            };
            self.solved = self.solved.saturating_add(1);
        }
        match &self.curves {
            Some(curves) => curves.limits(x),
            None => solved(x, confidence, z),
        }
    }

    /// Limits of a count: exact where Byar's are poor. With the name of the method.
    pub(crate) fn count(&mut self, x: f64) -> ((f64, f64), &'static str) {
        if x < EXACT_BELOW {
            (self.poisson(x), "Exact")
        } else {
            (self.byar(x), "Byars")
        }
    }

    /// Wilson's limits of x out of n > 0.
    pub(crate) fn wilson(&self, x: f64, n: f64) -> (f64, f64) {
        let z = self.z;
        let (lower, upper) = if n > LARGEST {
            // The same for each of n, so that nothing grows out of the range of numbers.
            let (p, square) = (x / n, z * z / n);
            let middle = 2.0 * p + square;
            let spread = z / n.sqrt() * (square + 4.0 * p * (1.0 - p)).sqrt();
            let whole = 2.0 * (1.0 + square);
            (
                (middle - spread).max(0.0) / whole,
                (middle + spread) / whole,
            )
        } else {
            let middle = 2.0 * x + z * z;
            let spread = z * (z * z + 4.0 * x * (1.0 - x / n)).max(0.0).sqrt();
            let whole = 2.0 * (n + z * z);
            (
                ((middle - spread) / whole).clamp(0.0, 1.0),
                ((middle + spread) / whole).clamp(0.0, 1.0),
            )
        };
        // Rounding may leave the limits of none and of all just inside of 0 and 1, and the share outside of them.
        (
            if x <= 0.0 { 0.0 } else { lower },
            if x >= n { 1.0 } else { upper },
        )
    }

    /// The two-sided quantile of Student's t with so many degrees of freedom.
    pub(crate) fn student(&mut self, freedom: f64) -> f64 {
        if self.student.0 != freedom {
            let quantile = if freedom < EXPAND_STUDENT_FROM {
                student(freedom, self.confidence, self.z)
            } else {
                expanded_student(freedom, self.z)
            };
            self.student = (freedom, quantile);
        }
        self.student.1
    }
}

/// Wilson's limits of x out of n > 0.
pub(crate) fn wilson(x: f64, n: f64, confidence: f64) -> (f64, f64) {
    ConfidenceLevel::new(confidence).wilson(x, n)
}

/// Limits of a count: exact where Byar's are poor. With the name of the method.
pub(crate) fn count_limits(x: f64, confidence: f64) -> ((f64, f64), &'static str) {
    ConfidenceLevel::new(confidence).count(x)
}

/// The two-sided quantile of Student's t, by Newton's method. On logarithmic scales the tail is
/// nearly a straight line, far out a power and nearer a curve that bends little, so a few steps do.
fn student(freedom: f64, confidence: f64, z: f64) -> f64 {
    let Ok(distribution) = StudentsT::new(0.0, 1.0, freedom) else {
        return f64::NAN;
    };
    let outside = 1.0 - confidence;
    let mut t = z;
    for _ in 0..100 {
        let tail = beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t));
        let step = (tail / outside).ln() * tail / (2.0 * t * distribution.pdf(t));
        t *= step.exp();
        if step.abs() < 1e-14 {
            break;
        }
    }
    t
}

/// The same for many degrees of freedom, from the quantile of the normal distribution.
fn expanded_student(freedom: f64, z: f64) -> f64 {
    let square = z * z;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0)
            / 92_160.0,
    ];
    let sum = terms
        .iter()
        .rev()
        .fold(0.0, |sum, term| (sum + term) / freedom);
    z * (1.0 + sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::golden::LIMITS;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exact_limits_of_any_count_bracket_it(log_x in -25.0..35.0f64, c in 0.9..0.99999) {
            let x = f64::exp(log_x);
            for c in [c, 0.95] {
                let mut level = ConfidenceLevel::new(c);
                for _ in 0..152 {
                    let (lower, upper) = level.poisson(x);
                    prop_assert!(0.0 <= lower && lower < x && x < upper, "{x} {c}: {lower} {upper}");
                }
            }
        }

        #[test]
        fn limits_bracket_the_value(x in 0..200_000u32, others in 0..200_000u32, c in 0.9..0.9999) {
            let mut level = ConfidenceLevel::new(c);
            let (x, n) = (f64::from(x), f64::from(x) + f64::from(others) + 1.0);
            let (lower, upper) = level.poisson(x);
            prop_assert!((lower < x || x == 0.0) && x < upper);
            let ((lower, upper), _) = level.count(x);
            prop_assert!((lower < x || x == 0.0) && x < upper);
            let (lower, upper) = level.wilson(x, n);
            prop_assert!(lower <= x / n && x / n < upper && 0.0 <= lower && upper <= 1.0);
            // More confidence, wider limits.
            let (wider, _) = ConfidenceLevel::new(c + 5e-5).wilson(x, n);
            prop_assert!(wider <= lower);
        }
    }

    fn close(a: f64, b: f64) {
        assert!(
            (a - b).abs() <= 1e-9 * b.abs().max(1e-300),
            "{a} is not {b}"
        );
    }

    #[test]
    fn published_values() {
        let ((lower, upper), method) = count_limits(0.0, 0.95);
        assert_eq!((lower, method), (0.0, "Exact"));
        close(upper, 3.688_879_454_113_933);
        let (lower, upper) = wilson(1.0, 10.0, 0.95);
        close(lower, 0.017_876_213_095_072_94);
        close(upper, 0.404_150_026_795_238_37);
    }

    #[test]
    fn exact_limits_of_whole_and_fractional_counts() {
        for (x, confidence, lower, upper) in LIMITS {
            let mut level = ConfidenceLevel::new(confidence);
            // Solved for, and from the curves that many counts are worth.
            for _ in 0..160 {
                let found = level.poisson(x);
                for (found, expected) in [(found.0, lower), (found.1, upper)] {
                    let allowed = 1e-12 * expected + f64::MIN_POSITIVE;
                    let near = (found - expected).abs() <= allowed;
                    assert!(near, "{x} {confidence}: {found:e} is not {expected:e}");
                    assert!(found >= 0.0);
                }
            }
        }
    }

    #[test]
    fn exact_limits_of_very_small_and_very_large_counts() {
        // Of one event: −ln(1 − tail), and of none: −ln(tail).
        let confidence = 0.999_999_9;
        let tail = (1.0 - confidence) / 2.0;
        let mut level = ConfidenceLevel::new(confidence);
        close(level.poisson(1.0).0, -f64::ln_1p(-tail));
        close(level.poisson(0.0).1, -f64::ln(tail));
    }

    #[test]
    fn student_has_the_quantiles_of_the_tables() {
        let mut level = ConfidenceLevel::new(0.95);
        close(level.student(1.0), 12.706_204_736_174_69);
        close(level.student(2.0), 4.302_652_729_749_462);
        close(level.student(30.0), 2.042_272_456_301_238);
        let z = level.z();
        close(level.student(1e9), z * (1.0 + (z * z + 1.0) / 4e9));
        // One and two degrees of freedom have formulas, and the expansion takes over where it
        // agrees with the distribution.
        for confidence in [0.9, 0.95, 0.998, 0.9999] {
            let mut level = ConfidenceLevel::new(confidence);
            let one = (std::f64::consts::FRAC_PI_2 * confidence).tan();
            let outside = 1.0 - confidence;
            let two = confidence * (2.0 / (outside * (1.0 + confidence))).sqrt();
            close(level.student(1.0), one);
            close(level.student(2.0), two);
            let (freedom, z) = (EXPAND_STUDENT_FROM, level.z());
            close(
                student(freedom, confidence, z),
                expanded_student(freedom, z),
            );
        }
    }
}
