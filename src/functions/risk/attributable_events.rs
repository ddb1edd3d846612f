//! `attributable_events(events, fraction [, confidence])`: how many events an exposure causes.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{count, given, numbers};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "attributable_events",
    syntax: "attributable_events(events, fraction [, confidence])",
    summary: "How many of a group's events, such as admissions or deaths, an exposure causes, by the attributable fraction of each condition, age and sex. One row for each of these, or for each event.",
    arguments: &[
        (
            "events",
            "events of the row, 0 or more; 1 where a row is an event",
        ),
        (
            "fraction",
            "the attributable fraction of its condition, age and sex: up to 1, below 0 where the exposure protects",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct in events: `value`, `lower` and `upper`; `statistic`; `method`. Its parts: `events` (of rows with a fraction other than 0), `share` (value / all events of the group), `variance` and `standard_error`.",
    formula: "A = Σ x f; variance Σ x f²; limits as Dobson's: A + √(variance / O) (limit of O − O), with O = Σ x of the rows with f other than 0, whose limits are exact below 10 events, Byar's from 10 on. Fractions are taken as certain.",
    rules: "events NULL is 0; a fraction NULL is 0, so that conditions of no list may stay in. Without an attributable event the value is 0, and has no limits. Events below 0, a fraction above 1, NaN, infinity and a confidence that changes within a group are errors. No rows give NULL.",
    source: "Office for Health Improvement and Disparities, Local Alcohol Profiles for England: events weighted by attributable fractions and summed; limits of a weighted sum of counts: Dobson, Kuulasmaa, Eberle and Scherer, Statistics in Medicine 1991;10:457-462.",
    example: "select attributable_events(admissions, fraction) as due_to_alcohol\nfrom (values ('K70', 40, 1.0), ('I10', 300, 0.22), ('C50', 90, 0.09), ('J45', 120, null))\n    as cause(icd10, admissions, fraction)",
};

const PARTS: [&str; 4] = ["events", "share", "variance", "standard_error"];
const SETTINGS: [&str; 1] = ["confidence"];
const METHOD: &str = "Dobson";

pub(super) fn function() -> Function {
    aggregate(
        &DOC,
        &numbers(2..=3),
        interval_type(&PARTS),
        AttributableEvents,
    )
}

#[derive(Clone)]
struct AttributableEvents;

/// Σ x, Σ x of rows with a fraction, Σ x f and Σ x f².
type WeightedEvents = Sums<4, 1>;

impl Fold for AttributableEvents {
    type State = WeightedEvents;

    fn update(
        &self,
        states: &mut [WeightedEvents],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let events = FunctionSetting::of(values, 0, f64::NAN);
        let fraction = FunctionSetting::of(values, 1, f64::NAN);
        let confidence = FunctionSetting::of(values, 2, CONFIDENCE);
        rows.each(|row, group| {
            let events = count(DOC.name, "events", events.at(row).unwrap_or(0.0))?;
            let fraction = given(DOC.name, "fraction", fraction.at(row).or(Some(0.0)))?;
            if !(fraction <= 1.0 && fraction.is_finite()) {
                return broken_rule(DOC.name, "fraction", "must be a number up to 1");
            }
            let state = &mut states[group];
            state
                .settings
                .take(DOC.name, &SETTINGS, [confidence.at(row)])?;
            let some = if fraction == 0.0 { 0.0 } else { events };
            state.add([
                events,
                some,
                events * fraction,
                events * fraction * fraction,
            ]);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [WeightedEvents],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        WeightedEvents::merge(states, saved, rows, DOC.name, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<WeightedEvents>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for state in &states {
            let Some([confidence]) = state.settings.get() else {
                out.null();
                continue;
            };
            let level = levels.at(DOC.name, confidence)?;
            let [all, events, attributable, squares] = state.values();
            let ((lower, upper), _) = level.count(events);
            let scale = (squares / events).sqrt();
            let limits = [lower, upper].map(|limit| Some(attributable + scale * (limit - events)));
            let parts = [events, attributable / all, squares, squares.sqrt()];
            let numbers = [Some(attributable), limits[0], limits[1]];
            out.push(numbers, "attributable events", METHOD, &parts);
        }
        out.finish()
    }
}
