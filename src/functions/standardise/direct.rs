//! Direct standardisation: what is kept of a group's bands, and Dobson's limits.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{count, given, multiplier, numbers, population};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::interval::confidence::Levels;
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use crate::statistics::limits::{CONFIDENCE, EXACT_BELOW};
use arrow::array::ArrayRef;
use datafusion::common::Result;

/// A directly standardised rate of the columns x, n, weight; or, where people have several events,
/// of x, squares, n, weight.
#[derive(Clone)]
pub(super) struct Direct {
    pub function: &'static str,
    pub repeats: bool,
}

/// Of a group's bands: Σ x, Σ n, Σ w, Σ w x / n, and Σ x (w / n)², with the squares in place of x
/// where people have several events.
type DirectSums = Sums<5, 2>;

const PARTS: [&str; 4] = ["observed", "population", "variance", "standard_error"];
const SETTINGS: [&str; 2] = ["multiplier", "confidence"];
const WITHHELD: &str = "dsr NA for total count < 10";

impl Direct {
    /// The aggregate function.
    pub(super) fn function(self, doc: &'static Doc) -> Function {
        let least = self.columns();
        aggregate(
            doc,
            &numbers(least..=least + 2),
            interval_type(&PARTS),
            self,
        )
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
    type State = DirectSums;

    fn update(
        &self,
        states: &mut [DirectSums],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let name = self.function;
        let least = self.columns();
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (x, squares) = (column(0), column(1));
        let (n, weight) = (column(least - 2), column(least - 1));
        let settings = [
            FunctionSetting::of(values, least, 100_000.0),
            FunctionSetting::of(values, least + 1, CONFIDENCE),
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
            bands.add([
                events,
                people,
                weight,
                events * share,
                spread * share * share,
            ]);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [DirectSums],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        DirectSums::merge(states, saved, rows, self.function, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<DirectSums>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for bands in &states {
            let Some([m, confidence]) = bands.settings.get() else {
                out.null();
                continue;
            };
            let m = multiplier(self.function, m)?;
            let level = levels.at(self.function, confidence)?;
            let [events, people, weights, weighted, variance] = bands.values();
            if weights <= 0.0 {
                return broken_rule(self.function, "weight", "must add up to more than 0");
            }
            if events < EXACT_BELOW {
                out.push([None; 3], WITHHELD, self.method(), &[events, people]);
                continue;
            }
            let (lower, upper) = level.byar(events);
            let rate = weighted / weights;
            let scale = (variance / events).sqrt() / weights;
            let numbers = [0.0, lower - events, upper - events];
            let numbers = numbers.map(|distance| Some((rate + scale * distance) * m));
            let error = variance.sqrt() / weights * m;
            let parts = [events, people, error * error, error];
            out.push(numbers, "dsr", self.method(), &parts);
        }
        out.finish()
    }
}
