//! Indirect standardisation: what is kept of a group's bands, and limits of the observed events.

use crate::functions::aggregate::{Fold, Rows, Types, aggregate};
use crate::functions::arguments::{NUMBERS, count, given, multiplier, population};
use crate::functions::interval::confidence::Levels;
use crate::functions::interval::limits::CONFIDENCE;
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::{Setting, Settings};
use crate::functions::state::{number_columns, save, saved};
use crate::functions::sum::Sum;
use crate::functions::{Doc, Function};
use arrow::array::ArrayRef;
use datafusion::common::Result;

/// An indirectly standardised ratio, or the rate that it stands for, of the columns x, n, x_ref,
/// n_ref.
#[derive(Clone)]
pub(super) struct Indirect {
    pub function: &'static str,
    pub statistic: &'static str,
    /// What `statistic` says in a group where no events are expected.
    pub none_expected: &'static str,
    /// Whether the ratio is multiplied by the reference rate.
    pub rate: bool,
    /// The default of the argument `multiplier`.
    pub multiplier: f64,
}

/// The bands of a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bands {
    /// Σ x
    observed: Sum,
    /// Σ n x_ref / n_ref
    expected: Sum,
    /// Σ x_ref
    events: Sum,
    /// Σ n_ref
    people: Sum,
    settings: Settings<2>,
}

const SETTINGS: [&str; 2] = ["multiplier", "confidence"];

impl Indirect {
    /// The aggregate function.
    pub(super) fn function(self, doc: &'static Doc) -> Function {
        let state = number_columns(&[
            "observed",
            "observed_error",
            "expected",
            "expected_error",
            "events",
            "events_error",
            "people",
            "people_error",
            "multiplier",
            "level",
        ]);
        let types = Types {
            calls: &[&NUMBERS[..4], &NUMBERS[..5], &NUMBERS[..6]],
            state: &state,
            returns: interval_type(),
        };
        aggregate(doc, &types, self)
    }
}

impl Fold for Indirect {
    type State = Bands;

    fn update(&self, states: &mut [Bands], values: &[ArrayRef], rows: Rows) -> Result<usize> {
        let name = self.function;
        let column = |index| Setting::of(values, index, f64::NAN);
        let (x, n, x_ref, n_ref) = (column(0), column(1), column(2), column(3));
        let settings = [
            Setting::of(values, 4, self.multiplier),
            Setting::of(values, 5, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let observed = count(name, "x", x.at(row).unwrap_or(0.0))?;
            let people = count(name, "n", given(name, "n", n.at(row))?)?;
            let events = count(name, "x_ref", given(name, "x_ref", x_ref.at(row))?)?;
            let all = population(name, "n_ref", given(name, "n_ref", n_ref.at(row))?)?;
            let bands = &mut states[group];
            let settings = settings.each_ref().map(|setting| setting.at(row));
            bands.settings.take(name, &SETTINGS, settings)?;
            bands.observed.add(observed);
            bands.expected.add(people * events / all);
            bands.events.add(events);
            bands.people.add(all);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(&self, states: &mut [Bands], arrays: &[ArrayRef], rows: Rows) -> Result<usize> {
        let saved = saved::<10>(arrays);
        rows.each(|row, group| {
            let [a, a2, b, b2, c, c2, d, d2, multiplier, level] = saved(row);
            let bands = &mut states[group];
            let settings = [multiplier, level];
            if bands.settings.merge(self.function, &SETTINGS, settings)? {
                bands.observed.merge(Sum::from_parts([a, a2]));
                bands.expected.merge(Sum::from_parts([b, b2]));
                bands.events.merge(Sum::from_parts([c, c2]));
                bands.people.merge(Sum::from_parts([d, d2]));
            }
            Ok(())
        })?;
        Ok(0)
    }

    fn save(&self, states: Vec<Bands>) -> Result<Vec<ArrayRef>> {
        Ok(save(states.iter().map(|bands| {
            let [a, a2] = bands.observed.parts();
            let [b, b2] = bands.expected.parts();
            let [c, c2] = bands.events.parts();
            let [d, d2] = bands.people.parts();
            let [multiplier, level] = bands.settings.parts();
            [a, a2, b, b2, c, c2, d, d2, multiplier, level]
        })))
    }

    fn finish(&self, states: Vec<Bands>) -> Result<ArrayRef> {
        let mut out = Intervals::default();
        let mut levels = Levels::default();
        for bands in &states {
            let Some([m, confidence]) = bands.settings.get() else {
                out.null();
                continue;
            };
            let mut scale = multiplier(self.function, m)?;
            if self.rate {
                scale *= bands.events.value() / bands.people.value();
            }
            let observed = bands.observed.value();
            let level = levels.at(self.function, confidence)?;
            let ((lower, upper), method) = level.count(observed);
            let expected = bands.expected.value();
            if expected > 0.0 {
                let numbers = [observed, lower, upper];
                let numbers = numbers.map(|number| Some(number / expected * scale));
                out.push(numbers, self.statistic, method);
            } else {
                out.push([None; 3], self.none_expected, method);
            }
        }
        out.finish()
    }
}
