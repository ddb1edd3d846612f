//! Direct standardisation: what is kept of a group's bands, and Dobson's limits.

use crate::functions::aggregate::{Fold, Rows, Types, aggregate};
use crate::functions::arguments::{NUMBERS, broken_rule, count, given, multiplier, population};
use crate::functions::interval::confidence::Levels;
use crate::functions::interval::limits::{CONFIDENCE, EXACT_BELOW};
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::{Setting, Settings};
use crate::functions::state::{number_columns, save, saved};
use crate::functions::sum::Sum;
use crate::functions::{Doc, Function};
use arrow::array::ArrayRef;
use datafusion::common::Result;

/// A directly standardised rate of the columns x, n, weight; or, where people have several events,
/// of x, squares, n, weight.
#[derive(Clone)]
pub(super) struct Direct {
    pub function: &'static str,
    pub repeats: bool,
}

/// The bands of a group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bands {
    /// Σ x
    events: Sum,
    /// Σ w
    weights: Sum,
    /// Σ w x / n
    weighted: Sum,
    /// Σ x (w / n)², with the squares in place of x where people have several events.
    variance: Sum,
    settings: Settings<2>,
}

const SETTINGS: [&str; 2] = ["multiplier", "confidence"];
const WITHHELD: &str = "dsr NA for total count < 10";

impl Direct {
    /// The aggregate function.
    pub(super) fn function(self, doc: &'static Doc) -> Function {
        let least = self.columns();
        let state = number_columns(&[
            "events",
            "events_error",
            "weights",
            "weights_error",
            "weighted",
            "weighted_error",
            "variance",
            "variance_error",
            "multiplier",
            "level",
        ]);
        let types = Types {
            calls: &[
                &NUMBERS[..least],
                &NUMBERS[..least + 1],
                &NUMBERS[..least + 2],
            ],
            state: &state,
            returns: interval_type(),
        };
        aggregate(doc, &types, self)
    }

    /// How many arguments every call has.
    fn columns(&self) -> usize {
        if self.repeats { 4 } else { 3 }
    }

    fn method(&self) -> &'static str {
        if self.repeats {
            "Dobson, with confidence adjusted for non-independent events"
        } else {
            "Dobson"
        }
    }

    /// What the variance counts of a band with `x` events: the events, or Σ events² of its people.
    fn spread(&self, x: f64, squares: Option<f64>) -> Result<f64> {
        if !self.repeats {
            return Ok(x);
        }
        let squares = count(self.function, "squares", squares.unwrap_or(0.0))?;
        // Each person has one event or more: no square is below its number, nor above the square
        // of all. The tolerance is for sums of weighted events.
        let slack = 1.0 + 1e-9;
        if squares * slack < x || squares > x * x * slack {
            let rule = "must be the sum of each person's squared events: from x to x²";
            return broken_rule(self.function, "squares", rule);
        }
        Ok(squares)
    }
}

impl Fold for Direct {
    type State = Bands;

    fn update(&self, states: &mut [Bands], values: &[ArrayRef], rows: Rows) -> Result<usize> {
        let name = self.function;
        let least = self.columns();
        let column = |index| Setting::of(values, index, f64::NAN);
        let (x, squares) = (column(0), column(1));
        let (n, weight) = (column(least - 2), column(least - 1));
        let settings = [
            Setting::of(values, least, 100_000.0),
            Setting::of(values, least + 1, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let events = count(name, "x", x.at(row).unwrap_or(0.0))?;
            let people = population(name, "n", given(name, "n", n.at(row))?)?;
            let weight = given(name, "weight", weight.at(row))?;
            if !(weight >= 0.0 && weight.is_finite()) {
                return broken_rule(name, "weight", "must be a standard population, 0 or more");
            }
            let share = weight / people;
            let spread = self.spread(events, squares.at(row))?;
            let bands = &mut states[group];
            let settings = settings.each_ref().map(|setting| setting.at(row));
            bands.settings.take(name, &SETTINGS, settings)?;
            bands.events.add(events);
            bands.weights.add(weight);
            bands.weighted.add(events * share);
            bands.variance.add(spread * share * share);
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
                bands.events.merge(Sum::from_parts([a, a2]));
                bands.weights.merge(Sum::from_parts([b, b2]));
                bands.weighted.merge(Sum::from_parts([c, c2]));
                bands.variance.merge(Sum::from_parts([d, d2]));
            }
            Ok(())
        })?;
        Ok(0)
    }

    fn save(&self, states: Vec<Bands>) -> Result<Vec<ArrayRef>> {
        Ok(save(states.iter().map(|bands| {
            let [a, a2] = bands.events.parts();
            let [b, b2] = bands.weights.parts();
            let [c, c2] = bands.weighted.parts();
            let [d, d2] = bands.variance.parts();
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
            let m = multiplier(self.function, m)?;
            let level = levels.at(self.function, confidence)?;
            let weights = bands.weights.value();
            if weights <= 0.0 {
                return broken_rule(self.function, "weight", "must add up to more than 0");
            }
            let events = bands.events.value();
            if events < EXACT_BELOW {
                out.push([None; 3], WITHHELD, self.method());
                continue;
            }
            let (lower, upper) = level.byar(events);
            let rate = bands.weighted.value() / weights;
            let scale = (bands.variance.value() / events).sqrt() / weights;
            let numbers = [0.0, lower - events, upper - events];
            let numbers = numbers.map(|distance| Some((rate + scale * distance) * m));
            out.push(numbers, "dsr", self.method());
        }
        out.finish()
    }
}
