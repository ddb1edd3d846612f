//! 99.8% limits from the 95% limits of a released figure.

use super::{at_least, at_most};
use polars::prelude::{Expr, col, lit, when};

/// How much further 99.8% limits are from the middle than 95% limits, in standard errors.
const FURTHER: f64 = 3.090_232_306_167_813 / 1.959_963_984_540_054;

/// Lower and upper 99.8% limit; null where a figure has no 95% limits.
///
/// Those of a percentage are exact for Wilson's method: its 95% limits say the percentage and the number of
/// people, and these say all others. Those of other figures are widened on the scale of cube roots, on which
/// Byar's limits are even on both sides; they are
/// within 3% of Byar's from 20 events on, and within 1% from 100.
pub(super) fn wide_limits() -> (Expr, Expr) {
    let (lower, upper) = (col("lower_95"), col("upper_95"));
    let is_percent = || col("unit").eq(lit("percent"));
    let (least, most) = wilson(lower.clone() / lit(100.0), upper.clone() / lit(100.0));
    let root = |of: Expr| of.pow(lit(1.0 / 3.0));
    let (low, high) = (root(at_least(lower, 0.0)), root(upper));
    let middle = (low.clone() + high.clone()) / lit(2.0);
    let half = (high - low) / lit(2.0) * lit(FURTHER);
    let under = at_least(middle.clone() - half.clone(), 0.0);
    let cube = |of: Expr| of.clone() * of.clone() * of;
    (
        when(is_percent())
            .then(least * lit(100.0))
            .otherwise(cube(under)),
        when(is_percent())
            .then(most * lit(100.0))
            .otherwise(cube(middle + half)),
    )
}

/// Wilson's limits L and U are the roots of (x - p)² = q x (1 - x), where q is z² over the number of people.
/// Hence L + U = (2p + q) / (1 + q) and L U = p² / (1 + q), from which p and q follow.
///
/// Released limits are rounded, so that what is a proportion, or the root of something positive, may come
/// out a little beside it.
fn wilson(lower: Expr, upper: Expr) -> (Expr, Expr) {
    let proportion = |of: Expr| at_most(at_least(of, 0.0), 1.0);
    let (lower, upper) = (proportion(lower), proportion(upper));
    let root_of_product = (lower.clone() * upper.clone()).sqrt();
    let sum = lower + upper;
    let product = root_of_product.clone() * root_of_product.clone();
    // The root of 1 + q, in the form that does not divide by nothing where p is a half.
    let rest = at_least(product + lit(1.0) - sum, 0.0);
    let divisor = root_of_product.clone() + rest.sqrt();
    // Limits of 0% and 100% are those of nobody, and say nothing else at any level.
    let of_nobody = || divisor.clone().lt_eq(lit(0.0));
    let t = lit(1.0) / divisor.clone();
    let p = proportion(root_of_product * t.clone());
    let q = at_least(t.clone() * t - lit(1.0), 0.0) * lit(FURTHER * FURTHER);
    let scale = lit(1.0) + q.clone();
    let middle = (p.clone() + q.clone() / lit(2.0)) / scale.clone();
    let spread = q.clone() * p.clone() * (lit(1.0) - p) + q.clone() * q / lit(4.0);
    let half = spread.sqrt() / scale;
    let (least, most) = (middle.clone() - half.clone(), middle + half);
    (
        when(of_nobody())
            .then(lit(0.0))
            .otherwise(proportion(least)),
        when(of_nobody()).then(lit(1.0)).otherwise(proportion(most)),
    )
}
