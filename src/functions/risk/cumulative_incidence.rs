//! `cumulative_incidence(days, event, horizon [, confidence])`: how many of a cohort have an event
//! within a time.

use super::incidence_curve::{FollowUp, incidence};
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{given, numbers};
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
    name: "cumulative_incidence",
    syntax: "cumulative_incidence(days, event, horizon [, confidence])",
    summary: "The share of a cohort that has an event within a time, where some are not followed to its end (the complement of Kaplan and Meier's survival), and where others have a competing event first, such as death (Aalen and Johansen). One row for each person.",
    arguments: &[
        (
            "days",
            "from the start to the event, the competing event or the end of follow-up; 0 or more, in any unit",
        ),
        (
            "event",
            "1 for the event, 2 for a competing one after which it cannot come, 0 for the end of follow-up without either",
        ),
        (
            "horizon",
            "the time that is asked about, in the unit of `days`; an event on it counts. The same for a group",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value` (a share from 0 to 1), `lower` and `upper`; `statistic`; `method`. Its parts: `people` (of the cohort), `events` and `competing` by the horizon, `at_risk` (still followed without either when it is over), `variance` and `standard_error`.",
    formula: "F = Σ S(t−) d₁/n over the times t of events up to the horizon, with d₁ events and d of either kind among n at risk, and S = Π(1 − d/n). Variance: Σ (F − F(t))² d/(n(n − d)) + Σ S(t−)² d₁(n − d₁)/n³ − 2 Σ (F − F(t)) S(t−) d₁/n², which is Greenwood's without competing events. Limits F^exp(∓ z se / (F ln F)).",
    rules: "Follow-up that ends at the time of an event ends after it. Without an event F is 0, and where all had it 1: these have no limits. Where nobody is followed to the horizon, and some had neither event, the share is not known: NULL, and `statistic` says so. NULL days or event, days below 0, another event, a horizon of 0 or less, NaN, infinity, and a horizon or confidence that changes within a group are errors. No rows give NULL.",
    source: "Kaplan and Meier, JASA 1958;53:457-481; Aalen and Johansen, Scandinavian Journal of Statistics 1978;5:141-150; variance: Marubini and Valsecchi, Analysing survival data from clinical trials and observational studies, 1995; limits: Choudhury, Statistics in Medicine 2002;21:1129-1144.",
    example: "select cumulative_incidence(days, event, 30) as readmitted\nfrom (values (3, 1), (9, 1), (9, 0), (12, 2), (21, 1), (25, 0), (30, 0), (30, 0), (30, 0), (30, 0))\n    as discharge(days, event)",
};

const PARTS: [&str; 6] = [
    "people",
    "events",
    "competing",
    "at_risk",
    "variance",
    "standard_error",
];
const SETTINGS: [&str; 2] = ["horizon", "confidence"];
const STATISTIC: &str = "cumulative incidence";
const UNKNOWN: &str = "cumulative incidence NA for a horizon to which nobody is followed";
const METHOD: &str = "Aalen-Johansen";

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(3..=4), interval_type(&PARTS), Incidence)
}

#[derive(Clone)]
struct Incidence;

/// The days and the event of each person of a group.
type Cohort = GroupRows<2>;

impl Fold for Incidence {
    type State = Cohort;

    fn update(&self, states: &mut [Cohort], values: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (days, event, horizon) = (column(0), column(1), column(2));
        let confidence = FunctionSetting::of(values, 3, CONFIDENCE);
        let mut beside = 0;
        rows.each(|row, group| {
            let days = given(DOC.name, "days", days.at(row))?;
            let event = given(DOC.name, "event", event.at(row))?;
            if !(days >= 0.0 && days.is_finite()) {
                return broken_rule(DOC.name, "days", "must be a time, 0 or more");
            }
            if ![0.0, 1.0, 2.0].contains(&event) {
                return broken_rule(DOC.name, "event", "must be 0, 1 or 2");
            }
            let horizon = horizon.at(row);
            if horizon.is_some_and(|horizon| !(horizon > 0.0 && horizon.is_finite())) {
                return broken_rule(DOC.name, "horizon", "must be a time above 0");
            }
            let state = &mut states[group];
            let settings = [horizon, confidence.at(row)];
            state.settings.take(DOC.name, &SETTINGS, settings)?;
            beside += state.extend(&[days, event]);
            Ok(())
        })?;
        Ok(beside)
    }

    fn merge(&self, states: &mut [Cohort], arrays: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        Cohort::merge(states, arrays, rows, DOC.name, &SETTINGS)
    }

    fn finish(&self, states: Vec<Cohort>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for state in &states {
            let Some([horizon, confidence]) = state.settings.get() else {
                out.null();
                continue;
            };
            let z = levels.at(DOC.name, confidence)?.z();
            let rows = state.sorted(2);
            let people: Vec<(f64, FollowUp)> = rows
                .iter()
                .map(|row| (row[0], FollowUp::numbered(row[1])))
                .collect();
            let curve = incidence(&people, horizon);
            let counts = [
                people.len() as f64,
                curve.events,
                curve.competing,
                curve.at_risk,
            ];
            let Some((share, variance)) = curve.share else {
                out.push([None; 3], UNKNOWN, METHOD, &counts);
                continue;
            };
            let error = variance.sqrt();
            let [people, events, competing, at_risk] = counts;
            let parts = [people, events, competing, at_risk, variance, error];
            let limits = if 0.0 < share && share < 1.0 {
                let spread = z * error / (share * share.ln());
                [spread.exp(), (-spread).exp()].map(|power| Some(share.powf(power)))
            } else {
                [None; 2]
            };
            // The logarithm of a share is below 0: the first limit is the upper.
            let numbers = [Some(share), limits[1], limits[0]];
            out.push(numbers, STATISTIC, METHOD, &parts);
        }
        out.finish()
    }
}
