//! `mean_ci(value [, confidence])`: a mean with limits.

use super::confidence::Levels;
use super::result::{Intervals, interval_type};
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "mean_ci",
    syntax: "mean_ci(value [, confidence])",
    summary: "The mean of a group's values, with confidence limits.",
    arguments: &[
        ("value", "a number of each row"),
        (
            "confidence",
            "of the limits, as 0.95 or as 95, the same for a group; 0.95 unless given",
        ),
    ],
    gives: "A struct: `value` (the mean), `lower` and `upper`, in the values' unit; `statistic`; \
            `method`. Its parts, with which means can be compared: `n` (how many values), \
            `variance` and `standard_deviation` of the values, `standard_error` of the mean.",
    formula: "mean ∓ t sd / √n, where sd is the sample's standard deviation (divisor n − 1) and t \
              the quantile of Student's distribution with n − 1 degrees of freedom.",
    rules: "NULL values are left out, as `avg` does. No values give NULL. One value has no limits, \
            and `statistic` says so; equal values have limits equal to the mean. NaN, infinity and \
            a confidence outside 0.9 to 1 or 90 to 100 are errors.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities), phe_mean.",
    example: "select mean_ci(days) as stay from (values (2), (3), (3), (9)) as spell(days)",
};

/// Squares of larger numbers would leave the range of numbers.
const LARGEST: f64 = 1e150;

const SETTINGS: [&str; 1] = ["confidence"];
const PARTS: [&str; 4] = ["n", "variance", "standard_deviation", "standard_error"];

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(1..=2), interval_type(&PARTS), Mean)
}

#[derive(Clone)]
struct Mean;

/// How many values a group has, their sum, and that of their squares.
type MeanValues = Sums<3, 1>;

impl Fold for Mean {
    type State = MeanValues;

    fn update(
        &self,
        states: &mut [MeanValues],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let numbers = FunctionSetting::of(values, 0, f64::NAN);
        let confidence = FunctionSetting::of(values, 1, CONFIDENCE);
        rows.each(|row, group| {
            let Some(number) = numbers.at(row) else {
                return Ok(());
            };
            if number.is_nan() || number.abs() > LARGEST {
                return broken_rule(DOC.name, "value", "must be a number, 1e150 at most");
            }
            let state = &mut states[group];
            let confidence = confidence.at(row);
            state.settings.take(DOC.name, &SETTINGS, [confidence])?;
            let [n, sum, squares] = &mut state.sums;
            n.add(1.0);
            sum.add(number);
            squares.add_square(number);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [MeanValues],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        MeanValues::merge(states, saved, rows, DOC.name, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<MeanValues>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for state in &states {
            let Some([confidence]) = state.settings.get() else {
                out.null();
                continue;
            };
            let level = levels.at(DOC.name, confidence)?;
            let [n, sum, squares] = state.sums;
            let n = n.value();
            let mean = sum.value() / n;
            if n < 2.0 {
                let statistic = "mean, limits NA for fewer than 2 values";
                out.push([Some(mean), None, None], statistic, METHOD, &[n]);
                continue;
            }
            let freedom = n - 1.0;
            let variance = squares.squares_about_mean(sum, n) / freedom;
            let error = (variance / n).sqrt();
            let spread = level.student(freedom) * error;
            let numbers = [mean, mean - spread, mean + spread].map(Some);
            let parts = [n, variance, variance.sqrt(), error];
            out.push(numbers, "mean", METHOD, &parts);
        }
        out.finish()
    }
}

const METHOD: &str = "Student's t";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::any_order::{at_once, columns, numbers, same_in_any_order, shuffles};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_and_parts_change_nothing(
            values in prop::collection::vec(-1e3..1e6f64, 12),
            shuffle in shuffles(12),
        ) {
            // Far from 0 the squares are much larger than the spread.
            let rows: Vec<_> = values.iter().map(|value| [1e9 + value]).collect();
            same_in_any_order(&Mean, &columns(&rows), &shuffle)?;
            let [mean, lower, upper] = numbers(&at_once(&Mean, &columns(&rows)));
            prop_assert!(lower < mean && mean < upper);
        }
    }
}
