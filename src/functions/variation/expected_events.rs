//! `expected_events(x, season, baseline [, n [, confidence]])`: what a series would be had it gone
//! on as before.

use super::seasonal_model::{ExpectedEvents, SeasonalCount, SeasonalModel};
use crate::functions::arguments::{count, given, population};
use crate::functions::broken_rule::broken_rule;
use crate::functions::interval::confidence::{self, Levels};
use crate::functions::settings::FunctionSetting;
use crate::functions::window::series_window;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Builder, StringArray, StringBuilder, StructArray,
};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "expected_events",
    syntax: "expected_events(x, season, baseline [, n [, confidence]]) over (partition by series order by period)",
    summary: "The events that are expected in each period of a series by the trend and the seasons of its baseline, with prediction limits, and how many more there were: excess deaths, a forecast of attendances. A window function; each row is a period, and none is left out.",
    arguments: &[
        (
            "x",
            "the period's events, 0 or more; NULL in the future, and where they are not known",
        ),
        (
            "season",
            "what repeats: the month (1 to 12), the quarter, the week; a text or a number",
        ),
        (
            "baseline",
            "true in the periods from which the model learns; usually five years before the first that is asked about, without those of an epidemic",
        ),
        (
            "n",
            "the population or the days at risk, above 0, so that rates have the trend; 1 unless given",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct for each period, in events: `expected`, with `lower` and `upper` between which an observation lies; `excess` (x − expected), with `excess_lower` and `excess_upper`. `dispersion` (1 for Poisson counts) and `trend` (the relative change of a rate in one period) are those of the series; `statistic` says why there is nothing.",
    formula: "ln E(x) = ln n + season + trend × place of the period, fitted to the baseline as a Poisson model by maximum likelihood; dispersion φ = Σ (x − μ)²/μ / (periods − seasons − 1); limits μ ∓ z √(φ μ + μ² V), with V = φ h, the variance of ln μ; not below 0.",
    rules: "A row with x NULL teaches nothing; one with n NULL does not either, and has no expectation. A season that the baseline does not have has no expectation; one without an event in the baseline is expected to have none, without limits. There is no model, and `statistic` says so, where the baseline has fewer periods than seasons + 2, or no season with events more than once to have a trend. A period that is missing must be a row, or the trend is wrong. NULL season, baseline or confidence, x < 0, n ≤ 0, NaN, infinity, an `over` without `order by` or with a frame, and two periods that are equal in `order by` are errors.",
    source: "Office for National Statistics, Estimating excess deaths in the UK, methodology changes: February 2024 (quasi-Poisson with trend and season; there for each age, sex and area, and with public holidays); McCullagh and Nelder, Generalized linear models, 1989. The same as R's glm(x ~ season + period + offset(log(n)), quasipoisson).",
    example: "select period, x, round(e.expected, 2) as expected, round(e.lower, 2) as lower, round(e.upper, 2) as upper,\n    round(e.excess, 2) as excess\nfrom (select period, x, expected_events(x, (period - 1) % 4 + 1, period <= 12) over (order by period) as e\n    from (values (1, 120), (2, 98), (3, 90), (4, 131), (5, 126), (6, 101), (7, 97), (8, 133), (9, 125), (10, 109),\n        (11, 99), (12, 140), (13, 171), (14, null)) as t(period, x))\nwhere period > 11 order by period",
};

const NUMBERS: [&str; 8] = [
    "expected",
    "lower",
    "upper",
    "excess",
    "excess_lower",
    "excess_upper",
    "dispersion",
    "trend",
];

fn fields() -> Fields {
    let numbers = NUMBERS
        .iter()
        .map(|name| Field::new(*name, DataType::Float64, true));
    let text = Field::new("statistic", DataType::Utf8, true);
    numbers.chain([text]).collect()
}

pub(super) fn function() -> Function {
    let (number, text) = (DataType::Float64, DataType::Utf8);
    let mut call = vec![number.clone(), text, DataType::Boolean];
    let mut calls = vec![call.clone()];
    for _ in 0..2 {
        call.push(number.clone());
        calls.push(call.clone());
    }
    let calls: Vec<&[DataType]> = calls.iter().map(Vec::as_slice).collect();
    series_window(&DOC, &calls, DataType::Struct(fields()), series)
}

/// The arguments of a call.
struct SeriesCounts<'a> {
    x: FunctionSetting<'a>,
    season: &'a StringArray,
    baseline: &'a BooleanArray,
    n: FunctionSetting<'a>,
    confidence: FunctionSetting<'a>,
}

fn series(arguments: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let counts = SeriesCounts {
        x: FunctionSetting::of(arguments, 0, f64::NAN),
        season: arguments[1].as_string::<i32>(),
        baseline: arguments[2].as_boolean(),
        n: FunctionSetting::of(arguments, 3, 1.0),
        confidence: FunctionSetting::of(arguments, 4, CONFIDENCE),
    };
    let mut columns = NUMBERS.map(|_| Float64Builder::new());
    let mut statistic = StringBuilder::new();
    let mut levels = Levels::default();
    for rows in partitions {
        let fitted = counts.fit(rows.clone())?;
        for (time, row) in rows.clone().enumerate() {
            let confidence = given(DOC.name, "confidence", counts.confidence.at(row))?;
            let z = levels.at(DOC.name, confidence)?.z();
            let season = fitted.seasons.get(counts.season.value(row)).copied();
            let people = counts.n.at(row);
            let (numbers, said) = match (&fitted.model, season, people) {
                (Err(why), _, _) => ([None; NUMBERS.len()], *why),
                (Ok(_), _, None) => ([None; NUMBERS.len()], "n is not known"),
                (Ok(model), Some(season), Some(people)) => {
                    match model.expected(season, time as f64, people) {
                        Some(expected) => {
                            let numbers = numbers(expected, counts.x.at(row), z, model);
                            (numbers, "expected events")
                        }
                        None => ([None; NUMBERS.len()], NO_SEASON),
                    }
                }
                (Ok(_), None, _) => ([None; NUMBERS.len()], NO_SEASON),
            };
            for (column, number) in columns.iter_mut().zip(numbers) {
                column.append_option(number.filter(|number: &f64| number.is_finite()));
            }
            statistic.append_value(said);
        }
    }
    let mut out: Vec<ArrayRef> = Vec::with_capacity(NUMBERS.len() + 1);
    for column in &mut columns {
        out.push(Arc::new(column.finish()));
    }
    out.push(Arc::new(statistic.finish()));
    Ok(Arc::new(StructArray::try_new(fields(), out, None)?))
}

const NO_SEASON: &str = "the baseline does not have the season";

/// What is said of one period, in the order of [`NUMBERS`].
fn numbers(
    expected: ExpectedEvents,
    x: Option<f64>,
    z: f64,
    model: &SeasonalModel,
) -> [Option<f64>; NUMBERS.len()] {
    let mean = expected.events;
    let spread = expected.variance.map(|variance| z * variance.sqrt());
    let lower = spread.map(|spread| (mean - spread).max(0.0));
    let upper = spread.map(|spread| mean + spread);
    let above = |end: Option<f64>| x.zip(end).map(|(x, end)| x - end);
    [
        Some(mean),
        lower,
        upper,
        above(Some(mean)),
        above(upper),
        above(lower),
        Some(model.dispersion),
        Some(model.trend.exp_m1()),
    ]
}

/// The model of one series, and the numbers of its seasons.
struct FittedSeries<'a> {
    model: std::result::Result<SeasonalModel, &'static str>,
    seasons: BTreeMap<&'a str, usize>,
}

impl<'a> SeriesCounts<'a> {
    fn fit(&self, rows: Range<usize>) -> Result<FittedSeries<'a>> {
        let mut seasons = BTreeMap::new();
        let mut baseline = Vec::with_capacity(rows.len());
        for (time, row) in rows.enumerate() {
            if self.season.is_null(row) {
                return broken_rule(DOC.name, "season", "must not be NULL");
            }
            if self.baseline.is_null(row) {
                return broken_rule(DOC.name, "baseline", "must not be NULL");
            }
            let events = self.x.at(row).map(|x| count(DOC.name, "x", x));
            let people = self.n.at(row).map(|n| population(DOC.name, "n", n));
            let (events, people) = (events.transpose()?, people.transpose()?);
            if let (true, Some(events), Some(people)) = (self.baseline.value(row), events, people) {
                let next = seasons.len();
                let season = *seasons.entry(self.season.value(row)).or_insert(next);
                baseline.push(SeasonalCount {
                    season,
                    time: time as f64,
                    people,
                    events,
                });
            }
        }
        Ok(FittedSeries {
            model: SeasonalModel::fit(&baseline, seasons.len()),
            seasons,
        })
    }
}
