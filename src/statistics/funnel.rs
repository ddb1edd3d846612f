//! The lines of a funnel plot.

use crate::statistics::limits::{ConfidenceLevel, count_limits};

/// The inner and the outer pair of lines, as two-sided confidence: one area in 40, and one in 1000,
/// lies beyond each line by chance.
pub(crate) const PAIRS: [f64; 2] = [0.95, 0.998];

/// The lines of a proportion `baseline` at a population of `n`.
pub(crate) fn proportion_lines(n: f64, baseline: f64, confidence: f64) -> (f64, f64) {
    let spread = ConfidenceLevel::new(confidence).z() * (baseline * (1.0 - baseline) / n).sqrt();
    ((baseline - spread).max(0.0), (baseline + spread).min(1.0))
}

/// The lines of a rate or a ratio `baseline` at that many observed events: the values of areas that
/// observed so many, and for which the baseline is just at the edge of chance. Nothing observed has
/// no upper line, nor has next to nothing.
pub(crate) fn count_lines(observed: f64, baseline: f64, confidence: f64) -> (f64, Option<f64>) {
    let (fewest, most) = ConfidenceLevel::new(confidence).poisson(observed);
    let upper = observed / fewest * baseline;
    let upper = Some(upper).filter(|upper| observed > 0.0 && upper.is_finite());
    (observed / most * baseline, upper)
}

/// What is said of an area beside a funnel.
pub(crate) mod significance {
    pub(crate) const NONE: &str = "Not significant";
    pub(crate) const WITHHELD: &str = "Not applicable for events less than 10 for dsrs";
    /// In the order of [`super::PAIRS`].
    pub(crate) const HIGH: [&str; 2] = ["High (0.025)", "High (0.001)"];
    pub(crate) const LOW: [&str; 2] = ["Low (0.025)", "Low (0.001)"];
}

/// How far a value lies outside the lines that `lines` gives for a pair.
pub(crate) fn outside(value: f64, lines: impl Fn(f64) -> (f64, f64)) -> &'static str {
    for pair in [1, 0] {
        let (lower, upper) = lines(PAIRS[pair]);
        if value < lower {
            return significance::LOW[pair];
        }
        if value > upper {
            return significance::HIGH[pair];
        }
    }
    significance::NONE
}

/// How far `observed` events lie from `expected` ones: by the limits of the observed count, which
/// are exact below 10 and Byar's from 10 on.
pub(crate) fn count_significance(observed: f64, expected: f64) -> &'static str {
    for pair in [1, 0] {
        let ((lower, upper), _) = count_limits(observed, PAIRS[pair]);
        if expected < lower {
            return significance::HIGH[pair];
        }
        if expected > upper {
            return significance::LOW[pair];
        }
    }
    significance::NONE
}
