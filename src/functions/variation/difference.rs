//! Two values that are independent of each other, and how they are compared.

use crate::functions::broken_rule::broken_rule;
use crate::functions::doc::Argument;
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::interval::result::{Intervals, each_row, intervals};
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use crate::statistics::normal;
use arrow::array::ArrayRef;
use datafusion::common::Result;

/// The arguments, as documents say them.
pub(super) const ARGUMENTS: [Argument; 5] = [
    (
        "a",
        "a rate, proportion, DSR, ISR, mean or life expectancy: the `value` of its struct",
    ),
    (
        "a_variance",
        "its variance, of the same struct, in the unit of the value squared; 0 or more",
    ),
    (
        "b",
        "the value that it is compared with, in the same unit, of other people",
    ),
    ("b_variance", "its variance, 0 or more"),
    confidence::ARGUMENT,
];

/// What follows a comparison's limits.
const PARTS: [&str; 4] = ["variance", "standard_error", "z", "p_value"];

/// A comparison of two values: what is computed of them, with its variance, and how much of
/// anything there must be.
pub(super) struct TwoValues {
    pub doc: &'static Doc,
    pub statistic: &'static str,
    /// The value; the same on the scale on which limits are taken, with its variance there. None
    /// where there is none.
    pub of: fn([f64; 4]) -> Option<[f64; 3]>,
    /// Why there is none.
    pub none: &'static str,
    /// From that scale to the value's own.
    pub back: fn(f64) -> f64,
    pub method: &'static str,
}

/// A function of two values and their variances that gives an interval.
pub(super) fn function(
    doc: &'static Doc,
    compute: fn(&[ArrayRef]) -> Result<ArrayRef>,
) -> Function {
    intervals(doc, 4..=5, &PARTS, compute)
}

impl TwoValues {
    /// The comparison of each row.
    pub(super) fn compute(&self, arguments: &[ArrayRef]) -> Result<ArrayRef> {
        let mut levels = Levels::default();
        let mut defaults = [f64::NAN; 5];
        defaults[4] = CONFIDENCE;
        each_row(arguments, &PARTS, defaults, |row, out| {
            let z = levels.at(self.doc.name, row[4])?.z();
            let [a, a_variance, b, b_variance, _] = row;
            self.check(row)?;
            self.push([a, a_variance, b, b_variance], z, out);
            Ok(())
        })
    }

    fn check(&self, row: [f64; 5]) -> Result<()> {
        for (i, number) in row.iter().enumerate().take(4) {
            let argument = ARGUMENTS[i].0;
            if !number.is_finite() {
                return broken_rule(self.doc.name, argument, "must be a finite number");
            }
            if i % 2 == 1 && *number < 0.0 {
                return broken_rule(self.doc.name, argument, "must be 0 or more");
            }
        }
        Ok(())
    }

    fn push(&self, values: [f64; 4], quantile: f64, out: &mut Intervals) {
        let Some([value, scaled, variance]) = (self.of)(values) else {
            out.push([None; 3], self.none, self.method, &[]);
            return;
        };
        let error = variance.sqrt();
        let lower = (self.back)(scaled - quantile * error);
        let upper = (self.back)(scaled + quantile * error);
        // Of two certain values that differ z is infinite, and of equal ones there is none.
        let z = scaled / error;
        let p = 2.0 * normal::below(-z.abs());
        out.push(
            [value, lower, upper].map(Some),
            self.statistic,
            self.method,
            &[variance, error, z, p],
        );
    }
}
