//! Indirect standardisation: what is kept of a group's bands, and limits of the observed events.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{count, given, multiplier, numbers, population};
use crate::functions::doc::Argument;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::interval::confidence::Levels;
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::FunctionSetting;
use crate::functions::sums::Sums;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
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

/// Of a group's bands: Σ x, Σ n, Σ n x_ref / n_ref, Σ x_ref and Σ n_ref.
type IndirectSums = Sums<5, 2>;

/// The arguments, as documents say them.
pub(super) const X: Argument = (
    "x",
    "events in the band, 0 or more; or all of the group's events in one row and NULL in the others",
);
pub(super) const N: Argument = ("n", "the band's population, 0 or more");
pub(super) const X_REF: Argument = ("x_ref", "events in the band of the reference population");
pub(super) const N_REF: Argument = ("n_ref", "the band's reference population, above 0");

const PARTS: [&str; 6] = [
    "observed",
    "population",
    "expected",
    "reference_rate",
    "variance",
    "standard_error",
];
const SETTINGS: [&str; 2] = ["multiplier", "confidence"];

impl Indirect {
    /// The aggregate function.
    pub(super) fn function(self, doc: &'static Doc) -> Function {
        aggregate(doc, &numbers(4..=6), interval_type(&PARTS), self)
    }
}

impl Fold for Indirect {
    type State = IndirectSums;

    fn update(
        &self,
        states: &mut [IndirectSums],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let name = self.function;
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (x, n, x_ref, n_ref) = (column(0), column(1), column(2), column(3));
        let settings = [
            FunctionSetting::of(values, 4, self.multiplier),
            FunctionSetting::of(values, 5, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let observed = count(name, "x", x.at(row).unwrap_or(0.0))?;
            let people = count(name, "n", given(name, "n", n.at(row))?)?;
            let events = count(name, "x_ref", given(name, "x_ref", x_ref.at(row))?)?;
            let all = population(name, "n_ref", given(name, "n_ref", n_ref.at(row))?)?;
            let bands = &mut states[group];
            let settings = settings.each_ref().map(|setting| setting.at(row));
            bands.settings.take(name, &SETTINGS, settings)?;
            bands.add([observed, people, people * events / all, events, all]);
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [IndirectSums],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        IndirectSums::merge(states, saved, rows, self.function, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<IndirectSums>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for bands in &states {
            let Some([m, confidence]) = bands.settings.get() else {
                out.null();
                continue;
            };
            let [observed, people, expected, events, all] = bands.values();
            let mut scale = multiplier(self.function, m)?;
            let mut reference = events / all;
            if self.rate {
                reference *= scale;
                scale = reference;
            }
            let level = levels.at(self.function, confidence)?;
            let ((lower, upper), method) = level.count(observed);
            if expected > 0.0 {
                let numbers = [observed, lower, upper];
                let numbers = numbers.map(|number| Some(number / expected * scale));
                let error = observed.sqrt() / expected * scale;
                let parts = [observed, people, expected, reference, error * error, error];
                out.push(numbers, self.statistic, method, &parts);
            } else {
                let parts = [observed, people, expected, reference];
                out.push([None; 3], self.none_expected, method, &parts);
            }
        }
        out.finish()
    }
}
