//! `years_of_life_lost(age, deaths, population [, limit [, multiplier [, confidence]]])`: how much
//! life premature deaths take.

use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{PER_PEOPLE, count, given, multiplier, numbers, population};
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
    name: "years_of_life_lost",
    syntax: "years_of_life_lost(age, deaths, population [, limit [, multiplier [, confidence]]])",
    summary: "The potential years of life that are lost to deaths below an age, as a rate of the people below it, with confidence limits. One row for each age or age band.",
    arguments: &[
        (
            "age",
            "at death, in years; of a band its middle (2.5 for 0 to 4)",
        ),
        ("deaths", "the row's deaths, 0 or more"),
        ("population", "the row's people or person-years, above 0"),
        (
            "limit",
            "the age to which nobody should die; the same for a group; 75 unless given",
        ),
        PER_PEOPLE,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method`. Its parts: `deaths` and `population` below the limit, `years` (lost, in all), `years_per_death`, `variance` and `standard_error` (of the value).",
    formula: "y = limit − age where that is above 0; rows at or above the limit count neither deaths nor people. Σ d y / Σ p × multiplier; variance Σ d y² / (Σ p)² × multiplier²; limits as Dobson's: value + √(variance / D) (limit of D − D), with D = Σ d, whose limits are exact below 10 deaths, Byar's from 10 on.",
    rules: "deaths NULL is 0. Without deaths the value is 0, and has no limits. NULL, negative and infinite ages, deaths below 0, a population that is NULL or ≤ 0, a limit ≤ 0, and settings that are NULL or change within a group are errors. No rows give NULL; nobody below the limit gives NULL, and `statistic` says so. For rates that can be compared between populations of other ages use `dsr_repeat(d * y, d * y * y, p, weight)`.",
    source: "Romeder and McWhinnie, International Journal of Epidemiology 1977;6:143-151; limit of 75: NHS Outcomes Framework; limits of a weighted sum of counts: Dobson, Kuulasmaa, Eberle and Scherer, Statistics in Medicine 1991;10:457-462.",
    example: "select years_of_life_lost(age, deaths, people) as lost\nfrom (values (2.5, 3, 6000), (32.5, 4, 7000), (52.5, 20, 6500), (67.5, 60, 5000), (82.5, 200, 2500))\n    as band(age, deaths, people)",
};

const PARTS: [&str; 6] = [
    "deaths",
    "population",
    "years",
    "years_per_death",
    "variance",
    "standard_error",
];
const SETTINGS: [&str; 3] = ["limit", "multiplier", "confidence"];
const METHOD: &str = "Dobson";

pub(super) fn function() -> Function {
    aggregate(&DOC, &numbers(3..=6), interval_type(&PARTS), YearsLost)
}

#[derive(Clone)]
struct YearsLost;

/// Of the rows below the limit: Σ d, Σ p, Σ d y and Σ d y².
type LostYears = Sums<4, 3>;

impl Fold for YearsLost {
    type State = LostYears;

    fn update(
        &self,
        states: &mut [LostYears],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let column = |index| FunctionSetting::of(values, index, f64::NAN);
        let (age, deaths, people) = (column(0), column(1), column(2));
        let settings = [
            FunctionSetting::of(values, 3, 75.0),
            FunctionSetting::of(values, 4, 100_000.0),
            FunctionSetting::of(values, 5, CONFIDENCE),
        ];
        rows.each(|row, group| {
            let age = count_of_years("age", given(DOC.name, "age", age.at(row))?)?;
            let deaths = count(DOC.name, "deaths", deaths.at(row).unwrap_or(0.0))?;
            let people = given(DOC.name, "population", people.at(row))?;
            let people = population(DOC.name, "population", people)?;
            let limit = given(DOC.name, "limit", settings[0].at(row))?;
            if !(limit > 0.0 && limit.is_finite()) {
                return broken_rule(DOC.name, "limit", "must be an age above 0");
            }
            let lost = &mut states[group];
            let settings = settings.each_ref().map(|setting| setting.at(row));
            lost.settings.take(DOC.name, &SETTINGS, settings)?;
            let years = limit - age;
            if years > 0.0 {
                lost.add([deaths, people, deaths * years, deaths * years * years]);
            }
            Ok(())
        })?;
        Ok(0)
    }

    fn merge(&self, states: &mut [LostYears], saved: &[ArrayRef], rows: FoldRows) -> Result<usize> {
        LostYears::merge(states, saved, rows, DOC.name, &SETTINGS)?;
        Ok(0)
    }

    fn finish(&self, states: Vec<LostYears>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        for lost in &states {
            let Some([_, m, confidence]) = lost.settings.get() else {
                out.null();
                continue;
            };
            let m = multiplier(DOC.name, m)?;
            let level = levels.at(DOC.name, confidence)?;
            let [deaths, people, years, squares] = lost.values();
            if people <= 0.0 {
                let none = "years of life lost NA for nobody below the limit";
                out.push([None; 3], none, METHOD, &[]);
                continue;
            }
            let value = years / people * m;
            let error = squares.sqrt() / people * m;
            // Each death has as many years as the root of the mean square.
            let ((lower, upper), _) = level.count(deaths);
            let scale = error / deaths.sqrt();
            let limits = [lower, upper].map(|limit| Some(value + scale * (limit - deaths)));
            let parts = [deaths, people, years, years / deaths, error * error, error];
            let numbers = [Some(value), limits[0], limits[1]];
            out.push(numbers, "years of life lost", METHOD, &parts);
        }
        out.finish()
    }
}

/// A finite number, 0 or more.
fn count_of_years(argument: &'static str, years: f64) -> Result<f64> {
    if years >= 0.0 && years.is_finite() {
        Ok(years)
    } else {
        broken_rule(DOC.name, argument, "must be an age, 0 or more")
    }
}
