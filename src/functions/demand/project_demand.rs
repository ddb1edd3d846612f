//! `project_demand(cell, events, years, step, factor, lower, upper, probability …)`: demand in years
//! to come.

use super::cells::ProjectionCells;
use super::factor_row::{FactorRow, FactorRows, SETTINGS, hashed};
use super::projected_year::{Projections, projection_type};
use super::rule::NAME;
use super::step::ProjectionStep;
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{count, given};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::settings::FunctionSetting;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: NAME,
    syntax: "project_demand(cell, events, years, step, factor, lower, upper, probability [, amount [, runs [, seed]]])",
    summary: "Projected demand with its uncertainty, by simulation over cells, after the model of the New Hospital Programme. One row for each factor of each cell in each projected year; one projection for each group.",
    arguments: &[
        (
            "cell",
            "a text that names the cell: the people and events that share all factors, such as an age band, sex, deprivation and point of delivery. Name a cell alike in every query, and its random numbers are the same",
        ),
        (
            "events",
            "events of the cell in the baseline year, 0 or more; the same in all its rows",
        ),
        (
            "years",
            "years from the baseline to the projected year, a whole number from 1 to 100",
        ),
        (
            "step",
            "'demographic' (a ratio to the baseline's population), 'health status' (a ratio), 'non-demographic' (growth a year: 0.01 is 1 %), 'avoidance' (the fraction of events that do not happen) or 'efficiency' (the fraction of each event's amount that is saved)",
        ),
        (
            "factor",
            "a text that names what is drawn: a run draws one number for it, the same in all cells and years",
        ),
        (
            "lower",
            "lower limit of the 80 % interval of the ratio, growth or fraction",
        ),
        (
            "upper",
            "upper limit; the same as `lower` for what is known",
        ),
        (
            "probability",
            "1; or, for alternatives such as the variants of a population projection, the probability that a run takes this row of the step",
        ),
        (
            "amount",
            "what an event counts, such as its bed days, 0 or more; 1 unless given; the same in all rows of a cell",
        ),
        (
            "runs",
            "how many times to draw, 10 to 10000; 256 unless given",
        ),
        ("seed", "a whole number from 0; 0 unless given"),
    ],
    gives: "A list with a struct for each year, in order: `years`; `cells` and `runs`, how many; `baseline`, Σ events × amount; `principal`, the expected value; `mean`, `median`, `p10` and `p90` of the runs; and what each step adds to the baseline in the principal projection, with the 10th and 90th percentile of the same in the runs: `demographic`, `demographic_p10`, `demographic_p90`, likewise `health_status`, `non_demographic`, `avoidance` and `efficiency`. Baseline and steps add up to `principal`. Between `p10` and `p90` lie 80 % of the runs; to make rows of the list, use `unnest`.",
    formula: "In each run every factor is drawn from a normal distribution about the middle of `lower` and `upper` with a standard deviation of (upper − lower) / 2.563103, and cut off at what the step allows; of alternatives one is taken by its probability. A cell expects events × Π ratios × Π (1 + growth)^years × Π (1 − avoided), and has a count from a Poisson distribution about that: a Poisson count of which each event is kept with a probability is again one. The run's figure is Σ count × amount × Π (1 − saved). The principal projection has each factor in its middle and alternatives by their probabilities. Steps are applied in the order above; what two of them do together belongs to the later one. Percentiles lie between the nearest two runs.",
    rules: "Random numbers are those of a place (Philox 4x32-10 of seed, run, year and name), so that the same seed gives the same figures on every machine, in any order of rows and on any number of threads, and totals are the sums of their parts in each run. NULL, an empty name, negative events or amounts, limits outside what the step allows, `lower` above `upper`, a probability of 0 or less or above 1, alternatives whose probabilities do not add up to 1, a factor that comes twice, a cell without its 'demographic' row in a year or without a year that another cell has, and settings that change within a group are errors. No rows give NULL.",
    source: "The Strategy Unit, model of the New Hospital Programme (nhp_model), whose factors and 80 % intervals these are, over cells in place of records. Salmon et al., SC 2011; Hörmann, Insurance: Mathematics and Economics 1993;12:39-45.",
    example: "select unnest(project_demand(cell, events, 10, step, factor, lower, upper, 1)) as projection\nfrom (values ('75+', 400, 'demographic', 'population', 1.35, 1.35),\n    ('75+', 400, 'non-demographic', 'growth', 0.004, 0.012),\n    ('75+', 400, 'avoidance', 'falls', 0.05, 0.15),\n    ('0-74', 600, 'demographic', 'population', 1.02, 1.02),\n    ('0-74', 600, 'non-demographic', 'growth', 0.004, 0.012))\n    as factors(cell, events, step, factor, lower, upper)",
};

/// A projection of the rows of a group.
#[derive(Clone)]
struct Projection;

pub(super) fn function() -> Function {
    use DataType::{Float64, Utf8};
    let mut call = vec![
        Utf8, Float64, Float64, Utf8, Utf8, Float64, Float64, Float64,
    ];
    let mut calls = vec![call.clone()];
    for _ in ["amount", "runs", "seed"] {
        call.push(Float64);
        calls.push(call.clone());
    }
    let calls: Vec<&[DataType]> = calls.iter().map(Vec::as_slice).collect();
    aggregate(&DOC, &calls, projection_type(), Projection)
}

/// A text that may be neither NULL nor empty.
fn name<'a>(argument: &'static str, texts: &'a StringArray, row: usize) -> Result<&'a str> {
    if texts.is_null(row) {
        return broken_rule(NAME, argument, "must not be NULL");
    }
    match texts.value(row) {
        "" => broken_rule(NAME, argument, "must not be empty"),
        text => Ok(text),
    }
}

fn whole_years(years: f64) -> Result<u8> {
    if years.fract() == 0.0 && (1.0..=100.0).contains(&years) {
        Ok(years as u8)
    } else {
        let rule = "must be a whole number of years after the baseline, from 1 to 100";
        broken_rule(NAME, "years", rule)
    }
}

/// Checks what a row can be checked for alone.
fn check(row: &FactorRow) -> Result<()> {
    for (argument, limit) in [("lower", row.lower), ("upper", row.upper)] {
        if let Some(rule) = row.step.fault(limit) {
            return broken_rule(NAME, argument, rule);
        }
    }
    if row.lower > row.upper {
        return broken_rule(NAME, "lower", "must not be above upper");
    }
    if !(row.probability > 0.0 && row.probability <= 1.0) {
        return broken_rule(NAME, "probability", "must be above 0 and at most 1");
    }
    Ok(())
}

fn runs_and_seed([runs, seed]: [f64; 2]) -> Result<(u32, u64)> {
    if runs.fract() != 0.0 || !(10.0..=10_000.0).contains(&runs) {
        return broken_rule(NAME, "runs", "must be a whole number from 10 to 10000");
    }
    // Up to here a whole number is exact.
    if seed.fract() != 0.0 || !(0.0..=9_007_199_254_740_992.0).contains(&seed) {
        return broken_rule(NAME, "seed", "must be a whole number from 0 to 2^53");
    }
    Ok((runs as u32, seed as u64))
}

impl Fold for Projection {
    type State = FactorRows;

    fn update(
        &self,
        states: &mut [FactorRows],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let text = |index: usize| values[index].as_string::<i32>();
        let (cells, steps, factors) = (text(0), text(3), text(4));
        let number = |index| FunctionSetting::of(values, index, 1.0);
        let (events, years, lower) = (number(1), number(2), number(5));
        let (upper, probability, amount) = (number(6), number(7), number(8));
        let runs = FunctionSetting::of(values, 9, 256.0);
        let seed = FunctionSetting::of(values, 10, 0.0);
        let mut beside = 0;
        rows.each(|row, group| {
            let step = ProjectionStep::of(name("step", steps, row)?)?;
            let factor = name("factor", factors, row)?;
            let factor_row = FactorRow {
                cell: hashed(name("cell", cells, row)?),
                factor: hashed(factor) as u64,
                step,
                years: whole_years(given(NAME, "years", years.at(row))?)?,
                events: count(NAME, "events", given(NAME, "events", events.at(row))?)?,
                amount: count(NAME, "amount", given(NAME, "amount", amount.at(row))?)?,
                lower: given(NAME, "lower", lower.at(row))?,
                upper: given(NAME, "upper", upper.at(row))?,
                probability: given(NAME, "probability", probability.at(row))?,
            };
            check(&factor_row)?;
            let state = &mut states[group];
            let settings = [runs.at(row), seed.at(row)];
            state.settings.take(NAME, &SETTINGS, settings)?;
            beside += state.push(factor_row);
            Ok(())
        })?;
        Ok(beside)
    }

    fn merge(
        &self,
        states: &mut [FactorRows],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let saved = saved[0].as_binary::<i64>();
        let mut beside = 0;
        rows.each(|row, group| {
            beside += states[group].merge(saved.value(row))?;
            Ok(())
        })?;
        Ok(beside)
    }

    fn finish(&self, states: Vec<FactorRows>) -> Result<ArrayRef> {
        let mut out = Projections::default();
        for mut state in states {
            let Some(settings) = state.settings.get() else {
                out.null();
                continue;
            };
            let (runs, seed) = runs_and_seed(settings)?;
            let cells = ProjectionCells::of(&mut state.rows)?;
            drop(state);
            let runs = cells.simulate(runs, seed);
            if !out.push(&cells, &cells.principal(), &runs) {
                let rule = "must be small enough to be projected: the result is no finite number";
                return broken_rule(NAME, "events", rule);
            }
        }
        out.finish()
    }
}
