//! `attributable_fraction(prevalence, relative_risk)`: the share of cases that an exposure causes.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{given, numbers};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "attributable_fraction",
    syntax: "attributable_fraction(prevalence, relative_risk)",
    summary: "The population attributable fraction of a condition: the share of its cases that would not be there if nobody were exposed. One row for each level of exposure, such as former and current smokers; the unexposed may be left out.",
    arguments: &[
        (
            "prevalence",
            "the share of the population that has this level of exposure, from 0 to 1",
        ),
        (
            "relative_risk",
            "the risk at this level over that of the unexposed, 0 or more; below 1 it protects",
        ),
    ],
    gives: "A number up to 1; below 0 where the exposure protects.",
    formula: "Σ p (RR − 1) / (1 + Σ p (RR − 1)).",
    rules: "Rows may come in any order. A row of the unexposed, with a relative risk of 1, changes nothing. Where all are exposed and the exposure prevents every case, there is no fraction: NULL. NULL in either argument, a prevalence outside 0 to 1, prevalences of a group that add up to more than 1, a relative risk below 0, NaN and infinity are errors. No rows give NULL.",
    source: "Levin, Acta Unio Internationalis Contra Cancrum 1953;9:531-541; for several levels Walter, Biometrics 1976;32:829-849; Public Health England, Alcohol-attributable fractions for England: an update, 2020.",
    example: "select attributable_fraction(prevalence, risk) as due_to_smoking\nfrom (values ('never', 0.61, 1.0), ('former', 0.25, 3.9), ('current', 0.14, 15.0)) as level(smoking, prevalence, risk)",
};

/// There is a setting in every state, which says whether a row has come.
const SETTINGS: [&str; 1] = ["rows"];

/// Prevalences may add up to 1 with this much of rounding.
const ROUNDING: f64 = 1e-9;

pub(super) fn function() -> Function {
    aggregate(
        &DOC,
        &numbers(2..=2),
        DataType::Float64,
        AttributableFraction,
    )
}

#[derive(Clone)]
struct AttributableFraction;

/// Σ p and Σ p (RR − 1).
type Exposure = Sums<2, 1>;

impl Fold for AttributableFraction {
    type State = Exposure;

    fn update(
        &self,
        states: &mut [Exposure],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let prevalence = FunctionSetting::of(values, 0, f64::NAN);
        let risk = FunctionSetting::of(values, 1, f64::NAN);
        rows.each(|row, group| {
            let share = given(DOC.name, "prevalence", prevalence.at(row))?;
            let risk = given(DOC.name, "relative_risk", risk.at(row))?;
            if !(0.0..=1.0).contains(&share) {
                return broken_rule(DOC.name, "prevalence", "must be from 0 to 1");
            }
            if !(risk >= 0.0 && risk.is_finite()) {
                return broken_rule(DOC.name, "relative_risk", "must be 0 or more");
            }
            let state = &mut states[group];
            state.settings.take(DOC.name, &SETTINGS, [Some(1.0)])?;
            state.add([share, share * (risk - 1.0)]);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(&self, states: &mut [Exposure], saved: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        Exposure::merge(states, saved, rows, DOC.name, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<Exposure>) -> Result<ArrayRef> {
        let mut fractions = Vec::with_capacity(states.len());
        for state in &states {
            let [shares, excess] = state.values();
            if shares > 1.0 + ROUNDING {
                let rule = "must not add up to more than 1 in a group";
                return broken_rule(DOC.name, "prevalence", rule);
            }
            let known = state.settings.get().is_some();
            let fraction = excess / (1.0 + excess);
            fractions.push(Some(fraction).filter(|fraction| known && fraction.is_finite()));
        }
        Ok(Arc::new(Float64Array::from(fractions)))
    }
}
