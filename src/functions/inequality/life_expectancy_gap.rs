//! `life_expectancy_gap(age_from, population, deaths, other_population, other_deaths [, cause_deaths,
//! other_cause_deaths])`: how much each age adds to a difference in life expectancy.

use super::age_bands::{AGE_RULE, band_of, usable};
use crate::functions::broken_rule::broken_rule;
use crate::functions::settings::FunctionSetting;
use crate::functions::window::window;
use crate::functions::{Doc, Function};
use crate::statistics::life_table::{BANDS, LifeTable, life_table};
use arrow::array::{ArrayRef, Float64Builder, StringBuilder, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::array::from_fn;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "life_expectancy_gap",
    syntax: "life_expectancy_gap(age_from, population, deaths, other_population, other_deaths [, cause_deaths, other_cause_deaths]) over (partition by …)",
    summary: "How many years each age, and each cause of death, adds to the difference between two life expectancies at birth, as in the Segment Tool: between the most and the least deprived, or between a place and England. A window function: a partition has one row for each of the 20 age bands of `life_expectancy`.",
    arguments: &[
        (
            "age_from",
            "where the band begins: 0, 1, 5, 10 and so on by five to 90",
        ),
        ("population", "the band's people, or person-years"),
        ("deaths", "its deaths in the same time"),
        ("other_population", "the same of those who are compared"),
        ("other_deaths", "their deaths"),
        (
            "cause_deaths",
            "deaths of a cause among `deaths`: the causes of a partition are told apart by `partition by`",
        ),
        ("other_cause_deaths", "deaths of it among `other_deaths`"),
    ],
    gives: "A struct for each band, in years, positive where the others live longer: `contribution` (`direct` + `indirect`), `direct` (of the years lived in the band), `indirect` (of the years that its survivors live later) and `cause` (the part of the cause, NULL without one); `gap`, their life expectancy less the own, which the contributions add up to; `statistic` says why there is nothing.",
    formula: "Of life tables 1 (own) and 2 (others): direct = l₁/l₁(0) (L₂/l₂ − L₁/l₁); indirect = T₂₊/l₁(0) (l₁/l₂ − l₁₊/l₂₊), where ₊ is the next band; in the last band direct = l₁/l₁(0) (e₂ − e₁) alone. cause = contribution × (m₂ᶜ − m₁ᶜ) / (m₂ − m₁), with death rates m. Life tables as in `life_expectancy`.",
    rules: "Rows may come in any order. All is NULL, and `statistic` says why, where either life table cannot be made, as in `life_expectancy`, or has an age that nobody reaches. Where both have the same death rate at an age, causes that differ there cannot be told apart: `cause` is NULL; causes that do not differ add 0. Deaths of a cause that are negative or more than all deaths, another `age_from`, NaN, infinity and a frame are errors. The other way round, own and others exchanged, ages add a little more or less, as in any decomposition of this kind.",
    source: "Arriaga, Demography 1984;21:83-96; Preston, Heuveline and Guillot, Demography, 2001, p. 64 and 84; life tables: see `life_expectancy`.",
    example: "select age_from, round(g.contribution, 3) as years, round(g.cause, 3) as circulatory, round(g.gap, 3) as gap\nfrom (select age_from, life_expectancy_gap(age_from, 4000, 5 * d, 4000, 4 * d, 2 * d, d) over () as g\n    from (select age_from, cast(ceil(exp(age_from / 11.0 - 3)) as int) as d\n        from (values (0), (1), (5), (10), (15), (20), (25), (30), (35), (40), (45), (50), (55),\n            (60), (65), (70), (75), (80), (85), (90)) as age(age_from)))\nwhere age_from >= 75 order by age_from",
};

const NUMBERS: [&str; 5] = ["contribution", "direct", "indirect", "cause", "gap"];
const INCOMPLETE: &str = "life expectancy NA for other than one row for each of 20 age bands";
const UNREACHED: &str = "life expectancy NA for an age that nobody reaches";

fn fields() -> Fields {
    let numbers = NUMBERS
        .iter()
        .map(|name| Field::new(*name, DataType::Float64, true));
    let text = Field::new("statistic", DataType::Utf8, true);
    numbers.chain([text]).collect()
}

pub(super) fn function() -> Function {
    let calls: &[&[DataType]] = &[
        &[const { DataType::Float64 }; 5],
        &[const { DataType::Float64 }; 7],
    ];
    window(&DOC, calls, DataType::Struct(fields()), gaps)
}

/// The names of the columns that follow the age.
const COLUMNS: [&str; 6] = [
    "population",
    "deaths",
    "other_population",
    "other_deaths",
    "cause_deaths",
    "other_cause_deaths",
];

/// The columns of all bands.
type GapBands = [[f64; BANDS]; COLUMNS.len()];

fn gaps(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let age_from = FunctionSetting::of(arguments, 0, f64::NAN);
    let columns: [FunctionSetting; COLUMNS.len()] =
        from_fn(|i| FunctionSetting::of(arguments, i + 1, 0.0));
    let with_cause = arguments.len() > 5;
    let mut bands: GapBands = [[f64::NAN; BANDS]; COLUMNS.len()];
    let mut places = Vec::with_capacity(rows);
    for row in 0..rows {
        let Some(band) = age_from.at(row).and_then(band_of) else {
            return broken_rule(DOC.name, "age_from", AGE_RULE);
        };
        for (i, column) in columns.iter().enumerate() {
            let number = column.at(row);
            if number.is_some_and(|number| !number.is_finite()) {
                return broken_rule(DOC.name, COLUMNS[i], "must be a finite number");
            }
            bands[i][band] = number.unwrap_or(f64::NAN);
        }
        for (part, whole) in [(4, 1), (5, 3)] {
            let (part, whole, name) = (bands[part][band], bands[whole][band], COLUMNS[part]);
            if part < 0.0 || part > whole {
                return broken_rule(DOC.name, name, "must be from 0 to the deaths of all causes");
            }
        }
        places.push(band);
    }
    let found = contributions(&bands, &places);
    let mut numbers = NUMBERS.map(|_| Float64Builder::with_capacity(rows));
    let mut statistic = StringBuilder::new();
    for band in places {
        let row = match &found {
            Ok(found) => {
                statistic.append_value("life expectancy gap");
                let cause = if with_cause { found[band][3] } else { None };
                let [contribution, direct, indirect, _, gap] = found[band];
                [contribution, direct, indirect, cause, gap]
            }
            Err(why) => {
                statistic.append_value(why);
                [None; NUMBERS.len()]
            }
        };
        for (column, number) in numbers.iter_mut().zip(row) {
            column.append_option(number.filter(|number| number.is_finite()));
        }
    }
    let mut out: Vec<ArrayRef> = Vec::with_capacity(NUMBERS.len() + 1);
    for column in &mut numbers {
        out.push(Arc::new(column.finish()));
    }
    out.push(Arc::new(statistic.finish()));
    Ok(Arc::new(StructArray::try_new(fields(), out, None)?))
}

/// The numbers of each band, in the order of [`NUMBERS`], or why there are none.
fn contributions(
    bands: &GapBands,
    places: &[usize],
) -> std::result::Result<[[Option<f64>; NUMBERS.len()]; BANDS], &'static str> {
    let missing = bands.iter().flatten().any(|number| number.is_nan());
    if places.len() != BANDS || missing {
        return Err(INCOMPLETE);
    }
    let [
        own_people,
        own_deaths,
        other_people,
        other_deaths,
        own_cause,
        other_cause,
    ] = bands;
    usable(own_people, own_deaths)?;
    usable(other_people, other_deaths)?;
    let own = life_table(own_people, own_deaths);
    let other = life_table(other_people, other_deaths);
    let alive = own.alive.iter().chain(&other.alive);
    if alive.copied().any(|alive| alive <= 0.0) {
        return Err(UNREACHED);
    }
    let gap = other.expected[0].0 - own.expected[0].0;
    Ok(from_fn(|i| {
        let (direct, indirect) = effects(&own, &other, i);
        let contribution = direct + indirect;
        let rate = |deaths: &[f64; BANDS], people: &[f64; BANDS]| deaths[i] / people[i];
        let all = rate(other_deaths, other_people) - rate(own_deaths, own_people);
        let cause = rate(other_cause, other_people) - rate(own_cause, own_people);
        // Without a difference the quotient is none, unless the cause has none either.
        let part = if cause == 0.0 {
            0.0
        } else {
            contribution * (cause / all)
        };
        [contribution, direct, indirect, part, gap].map(Some)
    }))
}

/// The years that the mortality of a band adds: in it, and later.
fn effects(own: &LifeTable, other: &LifeTable, band: usize) -> (f64, f64) {
    let born = own.alive[0];
    let (l1, l2) = (own.alive[band], other.alive[band]);
    let next = band + 1;
    if next == BANDS {
        let years = other.expected[band].0 - own.expected[band].0;
        return (l1 / born * years, 0.0);
    }
    let direct = l1 / born * (other.lived[band] / l2 - own.lived[band] / l1);
    let to_come = other.expected[next].0 * other.alive[next];
    let survivors = l1 / l2 - own.alive[next] / other.alive[next];
    (direct, to_come / born * survivors)
}
