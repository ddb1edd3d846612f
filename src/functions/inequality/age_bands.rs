//! The age bands of a life table: what is kept of a group's rows, and when they make a table.

use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{FoldRows, Kept};
use crate::functions::settings::{FunctionSetting, FunctionSettings};
use crate::statistics::life_table::{AGES, BANDS, FEWEST_YEARS_LIVED, LifeTable, life_table};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::{ArrayRef, AsArray, FixedSizeListArray, Float64Array};
use arrow::datatypes::{DataType, Field, Float64Type};
use datafusion::common::Result;
use std::array::from_fn;
use std::sync::Arc;

/// What must be so of an argument that is an age.
pub(super) const AGE_RULE: &str = "must be the beginning of a band: 0, 1, 5, 10 and so on to 90";

const INCOMPLETE: &str = "life expectancy NA for other than one row for each of 20 age bands";
const IMPOSSIBLE: &str =
    "life expectancy NA for a band with no people, negative deaths or more deaths than people";
const SMALL: &str = "life expectancy NA for a population of 5000 or fewer";
const UNBOUNDED: &str = "life expectancy NA for no deaths in the last age band";
const UNREACHED: &str = "life expectancy NA for an age that nobody reaches";
/// Said of a value whose limits are too far apart.
pub(super) const WIDE: &str = "life expectancy NA for 95% limits more than 20 years apart";

/// The settings: from which age on, and the confidence.
pub(super) const SETTINGS: [&str; 2] = ["age", "confidence"];

/// The C columns of a group's bands, of which the first are people and deaths; not a number where a
/// band has not come, or is NULL.
pub(super) struct AgeBands<const C: usize> {
    pub columns: [[f64; BANDS]; C],
    pub settings: FunctionSettings<2>,
    rows: f64,
}

impl<const C: usize> Default for AgeBands<C> {
    fn default() -> Self {
        AgeBands {
            columns: [[f64::NAN; BANDS]; C],
            settings: FunctionSettings::default(),
            rows: 0.0,
        }
    }
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

impl<const C: usize> AgeBands<C> {
    /// Numbers in a saved state: the columns, the rows, age and confidence.
    const WIDTH: usize = C * BANDS + 3;
}

impl<const C: usize> Kept for AgeBands<C> {
    fn types() -> Vec<DataType> {
        vec![DataType::FixedSizeList(item(), Self::WIDTH as i32)]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let mut numbers = Vec::with_capacity(states.len() * Self::WIDTH);
        for bands in &states {
            numbers.extend(bands.columns.iter().flatten());
            numbers.push(bands.rows);
            numbers.extend_from_slice(&bands.settings.parts());
        }
        let values = Arc::new(Float64Array::from(numbers));
        let array = FixedSizeListArray::try_new(item(), Self::WIDTH as i32, values, None)?;
        Ok(vec![Arc::new(array)])
    }
}

impl<const C: usize> AgeBands<C> {
    /// Takes rows in: the beginning of a band, its columns with their `names`, and the settings.
    pub(super) fn update(
        states: &mut [Self],
        values: &[ArrayRef],
        rows: FoldRows,
        function: &'static str,
        names: [&'static str; C],
    ) -> Result<usize> {
        let age_from = FunctionSetting::of(values, 0, f64::NAN);
        let columns: [FunctionSetting; C] =
            from_fn(|i| FunctionSetting::of(values, i + 1, f64::NAN));
        let settings = [
            FunctionSetting::of(values, C + 1, 0.0),
            FunctionSetting::of(values, C + 2, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let Some(band) = age_from.at(row).and_then(band_of) else {
                return broken_rule(function, "age_from", AGE_RULE);
            };
            let bands = &mut states[group];
            for (i, (column, name)) in columns.iter().zip(names).enumerate() {
                bands.columns[i][band] = finite(function, name, column.at(row))?;
            }
            let settings = settings.each_ref().map(|setting| setting.at(row));
            bands.settings.take(function, &SETTINGS, settings)?;
            bands.rows += 1.0;
            Ok(())
        })?;
        Ok(0)
    }

    /// Takes in what [`Kept::save`] made of other states of the same groups.
    pub(super) fn merge(
        states: &mut [Self],
        arrays: &[ArrayRef],
        rows: FoldRows,
        function: &'static str,
    ) -> Result<usize> {
        let saved = arrays[0].as_fixed_size_list().values();
        let saved = saved.as_primitive::<Float64Type>().values();
        rows.each(|row, group| {
            let saved = &saved[row * Self::WIDTH..][..Self::WIDTH];
            let bands = &mut states[group];
            let (columns, rest) = saved.split_at(C * BANDS);
            if bands
                .settings
                .merge(function, &SETTINGS, [rest[1], rest[2]])?
            {
                for (column, known) in bands.columns.iter_mut().zip(columns.chunks_exact(BANDS)) {
                    fill(column, known);
                }
                bands.rows += rest[0];
            }
            Ok(())
        })?;
        Ok(0)
    }

    /// People and deaths in all bands; not a number where one is missing.
    pub(super) fn totals(&self) -> [f64; 2] {
        [0, 1].map(|column| self.columns[column].iter().sum())
    }

    /// The life table, and the years and their standard error from the beginning of a band on; or
    /// why there are none.
    pub(super) fn table(&self, band: usize) -> Result<LifeTable, &'static str> {
        let (people, deaths) = (&self.columns[0], &self.columns[1]);
        let missing = self.columns.iter().flatten().any(|number| number.is_nan());
        if self.rows != BANDS as f64 || missing {
            return Err(INCOMPLETE);
        }
        usable(people, deaths)?;
        let table = life_table(people, deaths);
        if table.expected[band].0.is_nan() {
            return Err(UNREACHED);
        }
        Ok(table)
    }
}

/// Why people and deaths of all bands make no life table, if they do not.
pub(super) fn usable(
    people: &[f64; BANDS],
    deaths: &[f64; BANDS],
) -> std::result::Result<(), &'static str> {
    let mut pairs = people.iter().zip(deaths);
    if pairs.any(|(p, d)| *p <= 0.0 || *d < 0.0 || d > p) {
        return Err(IMPOSSIBLE);
    }
    if people.iter().sum::<f64>() <= FEWEST_YEARS_LIVED {
        return Err(SMALL);
    }
    if deaths[BANDS - 1] == 0.0 {
        return Err(UNBOUNDED);
    }
    Ok(())
}

/// The band that begins at an age.
pub(super) fn band_of(age: f64) -> Option<usize> {
    AGES.iter().position(|begins| f64::from(*begins) == age)
}

/// Takes over what is known of bands.
fn fill(bands: &mut [f64; BANDS], known: &[f64]) {
    for (band, known) in bands.iter_mut().zip(known) {
        if !known.is_nan() {
            *band = *known;
        }
    }
}

/// A number, or not a number where it is NULL.
fn finite(function: &'static str, argument: &'static str, value: Option<f64>) -> Result<f64> {
    match value {
        None => Ok(f64::NAN),
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => broken_rule(function, argument, "must be a finite number"),
    }
}
