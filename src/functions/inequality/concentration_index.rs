//! `concentration_index(quantile, population, value [, variance [, confidence]])`: how unequally
//! something is spread over the ranks of a population.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{given, numbers, population};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::group_rows::GroupRows;
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::FunctionSetting;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "concentration_index",
    syntax: "concentration_index(quantile, population, value [, variance [, confidence]])",
    summary: "The concentration index of a rate, a mean or another amount per person over quantiles of deprivation: near −1 where the most deprived have all of it, 0 where it is spread evenly, near 1 where the least deprived have all. One row for each quantile.",
    arguments: &[
        ("quantile", "1 for the most deprived, 2 and so on"),
        ("population", "the quantile's people, above 0"),
        ("value", "its rate or mean, 0 or more"),
        (
            "variance",
            "of the value, as its struct has it; without it there are no limits",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper`, without a unit; `statistic`; `method`. Its parts: `population` of all quantiles, `mean` (of the value, over people), `variance` and `standard_error` of the index.",
    formula: "C = 2/μ Σ f y R − 1, with the quantile's share f of the population, the rank R of its middle (the shares below it and half of its own) and μ = Σ f y. Variance Σ (f (2R − 1 − C) / μ)² V; limits C ∓ z se.",
    rules: "Rows may come in any order. One quantile alone is 0. Where the value is 0 everywhere there is no index: NULL, and `statistic` says so. Limits are NULL where the variance of a quantile is. A quantile that is missing or comes twice, more than 100, NULL in the first three, a population ≤ 0, a value or variance below 0, NaN, infinity and a confidence that changes within a group are errors. No rows give NULL.",
    source: "Kakwani, Wagstaff and van Doorslaer, Journal of Econometrics 1997;77:87-103 (grouped data with known variances); Public Health England, Technical Guide: Confidence Intervals, 2018, Appendix 8, which draws the quantiles' values in place of the formula of the variance.",
    example: "select concentration_index(quintile, people, r.value, r.variance) as admissions\nfrom (select quintile, people, rate(x, people, 1000) as r\n    from (values (1, 2100, 310), (2, 1900, 240), (3, 2000, 205), (4, 2050, 180), (5, 1950, 150)) as area(quintile, people, x))",
};

const PARTS: [&str; 4] = ["population", "mean", "variance", "standard_error"];
const SETTINGS: [&str; 1] = ["confidence"];
const METHOD: &str = "Kakwani, Wagstaff and van Doorslaer";
const NOTHING: &str = "concentration index NA for a value that is 0 everywhere";

/// Numbers of a row: quantile, population, value, variance.
const WIDTH: usize = 4;

pub(super) fn function() -> Function {
    aggregate(
        &DOC,
        &numbers(3..=5),
        interval_type(&PARTS),
        ConcentrationIndex,
    )
}

#[derive(Clone)]
pub(super) struct ConcentrationIndex;

/// The quantiles of a group; not a number for a variance that is not known.
type ConcentrationRows = GroupRows<1>;

impl Fold for ConcentrationIndex {
    type State = ConcentrationRows;

    fn update(
        &self,
        states: &mut [ConcentrationRows],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (quantile, people, value, variance) = (column(0), column(1), column(2), column(3));
        let confidence = FunctionSetting::of(values, 4, CONFIDENCE);
        let with_variance = values.len() > 3;
        let mut beside = 0;
        rows.each(|row, group| {
            let quantile = given(DOC.name, "quantile", quantile.at(row))?;
            if quantile.fract() != 0.0 || !(1.0..=100.0).contains(&quantile) {
                let rule = "must be a whole number, 1 (the most deprived) to 100";
                return broken_rule(DOC.name, "quantile", rule);
            }
            let people = given(DOC.name, "population", people.at(row))?;
            let people = population(DOC.name, "population", people)?;
            let value = not_negative("value", given(DOC.name, "value", value.at(row))?)?;
            let variance = match variance.at(row) {
                Some(variance) if with_variance => not_negative("variance", variance)?,
                _ => f64::NAN,
            };
            let state = &mut states[group];
            state
                .settings
                .take(DOC.name, &SETTINGS, [confidence.at(row)])?;
            beside += state.extend(&[quantile, people, value, variance]);
            Ok(())
        })?;
        Ok(beside)
    }

    fn merge(
        &self,
        states: &mut [ConcentrationRows],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        ConcentrationRows::merge(states, arrays, rows, DOC.name, &SETTINGS)
    }

    fn finish(&self, states: Vec<ConcentrationRows>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for state in &states {
            let Some([confidence]) = state.settings.get() else {
                out.null();
                continue;
            };
            let z = levels.at(DOC.name, confidence)?.z();
            let rows = state.sorted(WIDTH);
            let mut places = rows.iter().zip(1..);
            if places.any(|(row, place)| row[0] != f64::from(place)) {
                let rule = "must come once each, from 1 on without a gap, in a group";
                return broken_rule(DOC.name, "quantile", rule);
            }
            let people: f64 = rows.iter().map(|row| row[1]).sum();
            let mean = rows.iter().map(|row| row[1] / people * row[2]).sum::<f64>();
            if mean <= 0.0 {
                out.push([None; 3], NOTHING, METHOD, &[people, mean]);
                continue;
            }
            // Σ f y (2R − 1) / μ: the same as 2/μ Σ f y R − 1, without taking 1 from nearly 1.
            let mut below = 0.0;
            let mut index = 0.0;
            let mut ranks = Vec::with_capacity(rows.len());
            for row in &rows {
                let share = row[1] / people;
                let rank = 2.0 * below + share - 1.0;
                below += share;
                index += share * row[2] / mean * rank;
                ranks.push((share, rank));
            }
            let terms = rows.iter().zip(&ranks).map(|(row, (share, rank))| {
                let change = share * (rank - index) / mean;
                change * change * row[3]
            });
            let variance: f64 = terms.sum();
            let error = variance.sqrt();
            let numbers = [index, index - z * error, index + z * error].map(Some);
            let parts = [people, mean, variance, error];
            out.push(numbers, "concentration index", METHOD, &parts);
        }
        out.finish()
    }
}

fn not_negative(argument: &'static str, number: f64) -> Result<f64> {
    if number >= 0.0 && number.is_finite() {
        Ok(number)
    } else {
        broken_rule(DOC.name, argument, "must be a number, 0 or more")
    }
}
