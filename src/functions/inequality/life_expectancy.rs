//! `life_expectancy(age_from, population, deaths [, age [, confidence]])`: an abridged life table.

use super::age_bands::{AGE_RULE, AgeBands, WIDE, band_of};
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::{Doc, Function};
use crate::statistics::life_table::{AGES, WIDEST_LIMITS};
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};
use arrow::array::ArrayRef;
use datafusion::common::Result;

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
const PARTS: [&str; 4] = ["population", "deaths", "variance", "standard_error"];

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(3..=5), interval_type(&PARTS), LifeExpectancy)
}

#[derive(Clone)]
pub(super) struct LifeExpectancy;

/// People and deaths of a group's bands.
type LifeTableBands = AgeBands<2>;

impl Fold for LifeExpectancy {
    type State = LifeTableBands;

    fn update(
        &self,
        states: &mut [LifeTableBands],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        LifeTableBands::update(states, values, rows, DOC.name, ["population", "deaths"])
    }

    fn merge(
        &self,
        states: &mut [LifeTableBands],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        LifeTableBands::merge(states, arrays, rows, DOC.name)
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
                return broken_rule(DOC.name, "age", AGE_RULE);
            };
            match bands.table(band) {
                Ok(table) => {
                    let (years, error) = table.expected[band];
                    let limits = [years - z * error, years + z * error].map(Some);
                    let [people, deaths] = bands.totals();
                    let parts = [people, deaths, error * error, error];
                    // Whatever limits are asked for, those of 95 % decide.
                    if 2.0 * usual * error > WIDEST_LIMITS {
                        out.push([None, limits[0], limits[1]], WIDE, METHOD, &parts);
                    } else {
                        let numbers = [Some(years), limits[0], limits[1]];
                        let statistic = format!("life expectancy at {}", AGES[band]);
                        out.push(numbers, &statistic, METHOD, &parts);
                    }
                }
                Err(reason) => out.push([None; 3], reason, METHOD, &bands.totals()),
            }
        }
        out.finish()
    }
}
