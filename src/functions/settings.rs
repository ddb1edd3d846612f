//! Arguments that a call may leave out, and those that hold for a whole group of rows.

use super::broken_rule::broken_rule;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::Float64Type;
use datafusion::common::Result;

/// A number of each row, or the default where the call leaves the argument out.
pub(super) enum FunctionSetting<'a> {
    Given(&'a Float64Array),
    Default(f64),
}

impl<'a> FunctionSetting<'a> {
    /// The argument at `index`.
    pub(super) fn of(values: &'a [ArrayRef], index: usize, default: f64) -> Self {
        match values.get(index) {
            Some(column) => FunctionSetting::Given(column.as_primitive::<Float64Type>()),
            None => FunctionSetting::Default(default),
        }
    }

    /// Its value in a row; None where it is NULL.
    pub(super) fn at(&self, row: usize) -> Option<f64> {
        match self {
            FunctionSetting::Given(column) => column.is_valid(row).then(|| column.value(row)),
            FunctionSetting::Default(value) => Some(*value),
        }
    }
}

/// Arguments of an aggregate that are the same for every row of a group, such as a confidence; not
/// known before the first row.
#[derive(Debug, Clone, Copy)]
pub(super) struct FunctionSettings<const N: usize>([f64; N]);

impl<const N: usize> Default for FunctionSettings<N> {
    fn default() -> Self {
        FunctionSettings([f64::NAN; N])
    }
}

impl<const N: usize> FunctionSettings<N> {
    /// Takes in the settings of a row.
    ///
    /// # Errors
    ///
    /// One of them is NULL or not a number, or not that of the rows before.
    pub(super) fn take(
        &mut self,
        function: &'static str,
        names: &[&'static str; N],
        given: [Option<f64>; N],
    ) -> Result<()> {
        let first = self.get().is_none();
        for ((kept, given), name) in self.0.iter_mut().zip(given).zip(names) {
            match given {
                None => return broken_rule(function, name, "must not be NULL"),
                Some(given) if given.is_nan() => {
                    return broken_rule(function, name, "must be a number");
                }
                Some(given) if first => *kept = given,
                Some(given) if *kept == given => {}
                Some(_) => {
                    return broken_rule(function, name, "must be the same in all rows of a group");
                }
            }
        }
        Ok(())
    }

    /// The settings; None before the first row.
    pub(super) fn get(&self) -> Option<[f64; N]> {
        (!self.0[N - 1].is_nan()).then_some(self.0)
    }

    /// The settings as numbers, for [`FunctionSettings::merge`].
    pub(super) fn parts(&self) -> [f64; N] {
        self.0
    }

    /// Takes in what [`FunctionSettings::parts`] wrote down. False when that was of no rows.
    pub(super) fn merge(
        &mut self,
        function: &'static str,
        names: &[&'static str; N],
        parts: [f64; N],
    ) -> Result<bool> {
        if FunctionSettings(parts).get().is_none() {
            return Ok(false);
        }
        self.take(function, names, parts.map(Some))?;
        Ok(true)
    }
}
