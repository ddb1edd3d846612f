//! `healthy_life_expectancy(age_from, population, deaths, healthy, asked [, age [, confidence]])`:
//! the years of a life table that are lived in good health.

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
    name: "healthy_life_expectancy",
    syntax: "healthy_life_expectancy(age_from, population, deaths, healthy, asked [, age [, confidence]])",
    summary: "The years that people can expect to live in good health from birth, or from an age, if each age kept its death rate and its share of people in good health (Sullivan's method). Disability-free life expectancy is the same of people without a disability. One row for each of 20 age bands.",
    arguments: &[
        (
            "age_from",
            "where the band begins: 0, 1, 5, 10 and so on by five to 90, the last without an end",
        ),
        ("population", "the band's people, or person-years"),
        ("deaths", "the band's deaths in the same time"),
        (
            "healthy",
            "people of the band in good health, of those asked or recorded",
        ),
        (
            "asked",
            "how many were asked or recorded; a survey's effective number where it is weighted",
        ),
        (
            "age",
            "from which years are counted, one of the bands' beginnings; 0 unless given",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` in years; `statistic`; `method`. Its parts: `life_expectancy` from the same age on, `healthy_share` (of its years), `population` and `deaths` in all bands, `variance` (in years²) and `standard_error` (in years).",
    formula: "ΣπL / l from the age on, with π = healthy / asked and l and L of the life table, as in `life_expectancy`; variance Σ L² π(1 − π)/asked / l²; limits ∓ z se. Deaths are taken as certain: their part of the variance is small beside that of a survey.",
    rules: "As `life_expectancy`; the value is NULL too where a band has nobody asked, or more people in good health than were asked. NULL, NaN, infinity and settings as there.",
    source: "Sullivan, HSMHA Health Reports 1971;86:347-354; Jagger, Van Oyen and Robine, Health expectancy calculation by the Sullivan method: a practical guide; Office for National Statistics, Health state life expectancies QMI.",
    example: "with band as (\n    select age_from, 4000 as people, cast(ceil(exp(age_from / 11.0 - 2)) as int) as deaths,\n        200 - age_from as healthy\n    from (values (0), (1), (5), (10), (15), (20), (25), (30), (35), (40), (45), (50), (55),\n        (60), (65), (70), (75), (80), (85), (90)) as age(age_from)\n)\nselect healthy_life_expectancy(age_from, people, deaths, healthy, 200) as at_birth,\n    healthy_life_expectancy(age_from, people, deaths, healthy, 200, 65) as at_65\nfrom band",
};

const METHOD: &str = "Sullivan";
const UNASKED: &str =
    "life expectancy NA for a band with nobody asked, or more people healthy than asked";
const PARTS: [&str; 6] = [
    "life_expectancy",
    "healthy_share",
    "population",
    "deaths",
    "variance",
    "standard_error",
];

pub(super) fn function() -> Function {
    aggregate(
        &DOC,
        &numbers(5..=7),
        interval_type(&PARTS),
        HealthyLifeExpectancy,
    )
}

#[derive(Clone)]
pub(super) struct HealthyLifeExpectancy;

/// People, deaths, people in good health and people asked of a group's bands.
type HealthBands = AgeBands<4>;

/// Years in good health, their variance, and all years, from the beginning of a band on.
struct HealthyYears {
    healthy: f64,
    variance: f64,
    all: f64,
}

fn healthy_years(
    bands: &HealthBands,
    band: usize,
) -> std::result::Result<HealthyYears, &'static str> {
    let table = bands.table(band)?;
    let [_, _, healthy, asked] = &bands.columns;
    let mut pairs = healthy.iter().zip(asked);
    if pairs.any(|(healthy, asked)| *asked <= 0.0 || *healthy < 0.0 || healthy > asked) {
        return Err(UNASKED);
    }
    let (mut years, mut variance) = (0.0, 0.0);
    let asked = healthy.iter().zip(asked).zip(table.lived).skip(band);
    for ((healthy, asked), lived) in asked {
        let share = healthy / asked;
        years += share * lived;
        variance += lived * lived * share * (1.0 - share) / asked;
    }
    let alive = table.alive[band];
    Ok(HealthyYears {
        healthy: years / alive,
        variance: variance / (alive * alive),
        all: table.expected[band].0,
    })
}

impl Fold for HealthyLifeExpectancy {
    type State = HealthBands;

    fn update(
        &self,
        states: &mut [HealthBands],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let names = ["population", "deaths", "healthy", "asked"];
        HealthBands::update(states, values, rows, DOC.name, names)
    }

    fn merge(
        &self,
        states: &mut [HealthBands],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        HealthBands::merge(states, arrays, rows, DOC.name)
    }

    fn finish(&self, states: Vec<HealthBands>) -> Result<ArrayRef> {
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
            let years = match healthy_years(bands, band) {
                Ok(years) => years,
                Err(reason) => {
                    out.push([None; 3], reason, METHOD, &[]);
                    continue;
                }
            };
            let error = years.variance.sqrt();
            let value = years.healthy;
            let limits = [value - z * error, value + z * error].map(Some);
            let [people, deaths] = bands.totals();
            let share = value / years.all;
            let parts = [years.all, share, people, deaths, years.variance, error];
            if 2.0 * usual * error > WIDEST_LIMITS {
                out.push([None, limits[0], limits[1]], WIDE, METHOD, &parts);
            } else {
                let statistic = format!("healthy life expectancy at {}", AGES[band]);
                let numbers = [Some(value), limits[0], limits[1]];
                out.push(numbers, &statistic, METHOD, &parts);
            }
        }
        out.finish()
    }
}
