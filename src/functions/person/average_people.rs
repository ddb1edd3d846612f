//! `average_people(days, days_in_period)`: the average number of people over a period.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

/// The function's name: it makes an honest count, where `sum(days) / period` does not.
pub(crate) const AVERAGE_PEOPLE: &str = "average_people";

const DOC: Doc = Doc {
    name: AVERAGE_PEOPLE,
    syntax: "average_people(days, days_in_period)",
    summary: "The average number of people over a period, from the days of each. One row for each \
              person: group by person first.",
    arguments: &[
        ("days", "days of the period on which the person was there"),
        (
            "days_in_period",
            "days of the period, above 0; the same for a group",
        ),
    ],
    gives: "A whole number of people, which a report may release as a count: nobody adds more than \
            one to it.",
    formula: "Σ min(max(days, 0), days_in_period) / days_in_period, rounded to the nearest whole \
              number, but to 1 where it is above 0 and would round to 0: some people are never \
              shown as none.",
    rules: "NULL days are 0. No rows give NULL. NULL days_in_period, days_in_period ≤ 0, values \
            that are no numbers, and a days_in_period that changes within a group are errors.",
    source: "",
    example: "select average_people(days, 365) as people from (values (365), (365), (120), (90)) as \
              registered(days)",
};

const SETTINGS: [&str; 1] = ["days_in_period"];

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(2..=2), DataType::Int64, Average)
}

#[derive(Clone)]
struct Average;

type Days = Sums<1, 1>;

impl Fold for Average {
    type State = Days;

    fn update(&self, states: &mut [Days], values: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        let days = FunctionSetting::of(values, 0, 0.0);
        let period = FunctionSetting::of(values, 1, f64::NAN);
        rows.each(|row, group| {
            let period = match period.at(row) {
                Some(period) if period > 0.0 && period.is_finite() => period,
                _ => return broken_rule(DOC.name, SETTINGS[0], "must be a number above 0"),
            };
            let days = days.at(row).unwrap_or(0.0);
            if days.is_nan() {
                return broken_rule(DOC.name, "days", "must be a number");
            }
            let state = &mut states[group];
            state.settings.take(DOC.name, &SETTINGS, [Some(period)])?;
            state.sums[0].add(days.clamp(0.0, period));
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(&self, states: &mut [Days], saved: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        Days::merge(states, saved, rows, DOC.name, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<Days>) -> Result<ArrayRef> {
        let people = states.iter().map(|state| {
            let [period] = state.settings.get()?;
            Some(people(state.sums[0].value(), period))
        });
        Ok(Arc::new(people.collect::<Int64Array>()))
    }
}

/// Whole people; some are never none.
#[allow(clippy::cast_possible_truncation)]
fn people(days: f64, period: f64) -> i64 {
    let people = (days / period).round() as i64;
    if days > 0.0 { people.max(1) } else { people }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_adds_more_than_one_and_some_are_never_none() {
        assert_eq!(people(940.0, 365.0), 3);
        assert_eq!(people(1.0, 365.0), 1);
        assert_eq!(people(0.0, 365.0), 0);
    }
}
