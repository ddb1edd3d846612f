//! The standard normal distribution.

use libm::erfc;
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The probability below `x`.
pub(crate) fn below(x: f64) -> f64 {
    erfc(-x * FRAC_1_SQRT_2) / 2.0
}

/// The number below which a value lies with a probability between 0 and 1, both exclusive.
pub(crate) fn quantile(probability: f64) -> f64 {
    // Of the tail that is the smaller one, which a number holds more of.
    let upper = probability > 0.5;
    let tail = if upper {
        1.0 - probability
    } else {
        probability
    };
    let mut x = Normal::standard().inverse_cdf(tail);
    for _ in 0..2 {
        // One step of Halley's method each, on the logarithm of the tail.
        let value = below(x);
        let slope = (-x * x / 2.0).exp() / (2.0 * PI).sqrt() / value;
        let miss = (value / tail).ln();
        let step = miss / (slope + miss * (x + slope) / 2.0);
        if !step.is_finite() {
            break;
        }
        x -= step;
    }
    if upper { -x } else { x }
}
