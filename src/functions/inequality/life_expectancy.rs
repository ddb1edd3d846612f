//! `life_expectancy(age_from, population, deaths [, age [, confidence]])`: an abridged life table.

use super::life_table::{AGES, BANDS, life_table};
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows, Kept};
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::{FunctionSetting, FunctionSettings};
use crate::functions::{Doc, Function};
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};
use arrow::array::{ArrayRef, AsArray, FixedSizeListArray, Float64Array};
use arrow::datatypes::{DataType, Field, Float64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "life_expectancy",
    syntax: "life_expectancy(age_from, population, deaths [, age [, confidence]])",
    summary: "The years that people can expect to live from birth, or from an age, if each age kept \
              its death rate. One row for each of 20 age bands.",
    arguments: &[
        (
            "age_from",
            "where the band begins: 0, 1, 5, 10 and so on by five to 90, the last without an end",
        ),
        ("population", "the band's people, or person-years"),
        ("deaths", "the band's deaths in the same time"),
        (
            "age",
            "from which years are counted, one of the bands' beginnings; 0 unless given",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` in years; `statistic`; `method`. Its parts, with \
            which life expectancies can be compared: `population` and `deaths` in all bands, \
            `variance` (in years²) and `standard_error` (in years).",
    formula: "M = d/p; a = 0.1 in the first band, 0.5 in the others; n = the band's width, 2/M in \
              the last; q = Mn / (1 + Mn(1 − a)) where d ≤ p/n/a, else 1, and 1 in the last; l₀ = \
              100000; L = n(l₊₁ + a(l − l₊₁)), l/M in the last; e = ΣL/l from the age on. Variance: \
              s = q²(1 − q)/d (0 without deaths), 4/(dM²) in the last; W = s l² ((1 − a)n + e₊₁)², \
              (l/2)² s in the last; se² = ΣW/l² from the age on; limits e ∓ z se.",
    rules: "Value and limits are NULL, and `statistic` says why, where there is not one row with \
            population and deaths for each of the 20 bands; where a band has no people, negative \
            deaths, or more deaths than people; where people in all bands are 5000 or fewer; where \
            nobody dies in the last band or nobody reaches the age. Where the 95 % limits are more \
            than 20 years apart the value is NULL and the limits are kept. Other ages than the \
            bands' beginnings, NaN and infinity are errors, and so is an age or confidence that \
            changes within a group. No rows give NULL.",
    source: "Chiang, 1968; Silcocks, Jenner and Reza, J Epidemiol Community Health 2001;55:38-43; \
             Office for National Statistics (bands, 5000 person-years); PHEindicatormethods 2.1.0, \
             phe_life_expectancy.",
    example: "with band as (\n    select age_from, 4000 as people,\n        cast(ceil(exp(age_from / \
              11.0 - 2)) as int) as deaths\n    from (values (0), (1), (5), (10), (15), (20), (25), \
              (30), (35), (40), (45), (50), (55),\n        (60), (65), (70), (75), (80), (85), \
              (90)) as age(age_from)\n)\nselect life_expectancy(age_from, people, deaths) as \
              at_birth,\n    life_expectancy(age_from, people, deaths, 65) as at_65\nfrom band",
};

const METHOD: &str = "Chiang, using Silcocks et al for confidence limits";
const INCOMPLETE: &str = "life expectancy NA for other than one row for each of 20 age bands";
const IMPOSSIBLE: &str =
    "life expectancy NA for a band with no people, negative deaths or more deaths than people";
const SMALL: &str = "life expectancy NA for a population of 5000 or fewer";
const UNBOUNDED: &str = "life expectancy NA for no deaths in the last age band";
const UNREACHED: &str = "life expectancy NA for an age that nobody reaches";
const WIDE: &str = "life expectancy NA for 95% limits more than 20 years apart";

const PARTS: [&str; 4] = ["population", "deaths", "variance", "standard_error"];
const SETTINGS: [&str; 2] = ["age", "confidence"];

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(3..=5), interval_type(&PARTS), LifeExpectancy)
}

/// Numbers in a saved state: people and deaths of each band, the rows, age and confidence.
const WIDTH: usize = 2 * BANDS + 3;

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

#[derive(Clone)]
pub(super) struct LifeExpectancy;

/// The bands of a group; not a number where a band has not come, or is NULL.
pub(super) struct LifeTableBands {
    people: [f64; BANDS],
    deaths: [f64; BANDS],
    rows: f64,
    settings: FunctionSettings<2>,
}

impl Default for LifeTableBands {
    fn default() -> Self {
        LifeTableBands {
            people: [f64::NAN; BANDS],
            deaths: [f64::NAN; BANDS],
            rows: 0.0,
            settings: FunctionSettings::default(),
        }
    }
}

impl Kept for LifeTableBands {
    fn types() -> Vec<DataType> {
        vec![DataType::FixedSizeList(item(), WIDTH as i32)]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let mut numbers = Vec::with_capacity(states.len() * WIDTH);
        for bands in &states {
            numbers.extend_from_slice(&bands.people);
            numbers.extend_from_slice(&bands.deaths);
            numbers.push(bands.rows);
            numbers.extend_from_slice(&bands.settings.parts());
        }
        let values = Arc::new(Float64Array::from(numbers));
        let array = FixedSizeListArray::try_new(item(), WIDTH as i32, values, None)?;
        Ok(vec![Arc::new(array)])
    }
}

impl Fold for LifeExpectancy {
    type State = LifeTableBands;

    fn update(
        &self,
        states: &mut [LifeTableBands],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (age_from, people, deaths) = (column(0), column(1), column(2));
        let settings = [
            FunctionSetting::of(values, 3, 0.0),
            FunctionSetting::of(values, 4, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let Some(band) = age_from.at(row).and_then(band_of) else {
                let rule = "must be the beginning of a band: 0, 1, 5, 10 and so on to 90";
                return broken_rule(DOC.name, "age_from", rule);
            };
            let people = finite("population", people.at(row))?;
            let deaths = finite("deaths", deaths.at(row))?;
            let bands = &mut states[group];
            let settings = settings.each_ref().map(|setting| setting.at(row));
            bands.settings.take(DOC.name, &SETTINGS, settings)?;
            bands.people[band] = people;
            bands.deaths[band] = deaths;
            bands.rows += 1.0;
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [LifeTableBands],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let saved = arrays[0].as_fixed_size_list().values();
        let saved = saved.as_primitive::<Float64Type>().values();
        rows.each(|row, group| {
            let saved = &saved[row * WIDTH..][..WIDTH];
            let bands = &mut states[group];
            let settings = [saved[2 * BANDS + 1], saved[2 * BANDS + 2]];
            if bands.settings.merge(DOC.name, &SETTINGS, settings)? {
                let (people, rest) = saved.split_at(BANDS);
                fill(&mut bands.people, people);
                fill(&mut bands.deaths, rest);
                bands.rows += saved[2 * BANDS];
            }
            Ok(())
        })?;
        Ok(0)
    }

    fn finish(&self, states: Vec<LifeTableBands>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        let usual = ConfidenceLevel::new(CONFIDENCE).z();
        for bands in &states {
            let Some([age, confidence]) = bands.settings.get() else {
                out.null();
                continue;
            };
            let z = levels.at(DOC.name, confidence)?.z();
            let Some(band) = band_of(age) else {
                let rule = "must be the beginning of a band: 0, 1, 5, 10 and so on to 90";
                return broken_rule(DOC.name, "age", rule);
            };
            match bands.expectancy(band) {
                Ok((years, error)) => {
                    let limits = [years - z * error, years + z * error].map(Some);
                    let [people, deaths] = bands.totals();
                    let parts = [people, deaths, error * error, error];
                    // Whatever limits are asked for, those of 95 % decide.
                    if 2.0 * usual * error > 20.0 {
                        out.push([None, limits[0], limits[1]], WIDE, METHOD, &parts);
                    } else {
                        let numbers = [Some(years), limits[0], limits[1]];
                        out.push(numbers, STATISTICS[band], METHOD, &parts);
                    }
                }
                Err(reason) => out.push([None; 3], reason, METHOD, &bands.totals()),
            }
        }
        out.finish()
    }
}

const STATISTICS: [&str; BANDS] = [
    "life expectancy at 0",
    "life expectancy at 1",
    "life expectancy at 5",
    "life expectancy at 10",
    "life expectancy at 15",
    "life expectancy at 20",
    "life expectancy at 25",
    "life expectancy at 30",
    "life expectancy at 35",
    "life expectancy at 40",
    "life expectancy at 45",
    "life expectancy at 50",
    "life expectancy at 55",
    "life expectancy at 60",
    "life expectancy at 65",
    "life expectancy at 70",
    "life expectancy at 75",
    "life expectancy at 80",
    "life expectancy at 85",
    "life expectancy at 90",
];

/// The band that begins at an age.
fn band_of(age: f64) -> Option<usize> {
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
fn finite(argument: &'static str, value: Option<f64>) -> Result<f64> {
    match value {
        None => Ok(f64::NAN),
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => broken_rule(DOC.name, argument, "must be a finite number"),
    }
}

impl LifeTableBands {
    /// People and deaths in all bands; not a number where one is missing.
    fn totals(&self) -> [f64; 2] {
        [&self.people, &self.deaths].map(|bands| bands.iter().sum())
    }

    /// Years and their standard error from the beginning of a band on, or why there are none.
    fn expectancy(&self, band: usize) -> Result<(f64, f64), &'static str> {
        let pairs = || self.people.iter().zip(&self.deaths);
        if self.rows != BANDS as f64 || pairs().any(|(p, d)| p.is_nan() || d.is_nan()) {
            return Err(INCOMPLETE);
        }
        if pairs().any(|(p, d)| *p <= 0.0 || *d < 0.0 || d > p) {
            return Err(IMPOSSIBLE);
        }
        if self.people.iter().sum::<f64>() <= 5000.0 {
            return Err(SMALL);
        }
        if self.deaths[BANDS - 1] == 0.0 {
            return Err(UNBOUNDED);
        }
        let (years, error) = life_table(&self.people, &self.deaths)[band];
        if years.is_nan() {
            return Err(UNREACHED);
        }
        Ok((years, error))
    }
}
