//! `funnel_overdispersed(statistic, x, n)`: the lines of a funnel plot when areas differ by more
//! than chance.

use super::overdispersion::{Overdispersion, overdispersion};
use crate::functions::broken_rule::broken_rule;
use crate::functions::window::window;
use crate::functions::{Doc, Function};
use crate::statistics::funnel::{PAIRS, outside};
use crate::statistics::limits::ConfidenceLevel;
use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Float64Builder, StringBuilder, StructArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields, Float64Type};
use datafusion::common::Result;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "funnel_overdispersed",
    syntax: "funnel_overdispersed(statistic, x, n) over ([partition by …])",
    summary: "The control limits of a funnel plot that allow for areas to differ by more than chance: where nearly all lie outside the usual limits, the differences that all have are no signal of any one. A window function: the areas of a plot are a partition.",
    arguments: &[
        (
            "statistic",
            "`'ratio'` or `'proportion'`; the same for a partition",
        ),
        (
            "x",
            "the observed events of a ratio; those counted of a proportion, from 0 to n",
        ),
        (
            "n",
            "the expected events of a ratio, the population of a proportion; above 0",
        ),
    ],
    gives: "A struct for each area: `baseline` (1 for a ratio, Σx / Σn for a proportion), `lower_95`, `upper_95`, `lower_99_8` and `upper_99_8`, as those of `funnel_limits`; `significance`, in the words of `funnel_significance`; `z` (without allowance); `phi` (the mean of the squared Winsorised z, above 1 where there is overdispersion) and `tau_squared` (the variance between areas), which are the same for a partition.",
    formula: "Ratio: y = ln(x/n), s = 1/√n, baseline y₀ = 0. Proportion: y = arcsin √(x/n), s = 1/(2√n), y₀ = arcsin √(Σx/Σn). z = (y − y₀)/s; z below the 10 % quantile or above the 90 % one is set to that (quantiles as R's type 7); φ = Σz²/k of k areas; τ² = (kφ − (k − 1)) / (Σw − Σw²/Σw), w = 1/s², 0 where that is negative. Limits y₀ ± z√(s² + τ²), back by exp or sin²; z is the normal quantile of 97.5 % and of 99.9 %.",
    rules: "NULL x or n gives NULL, and the area is left out of φ. A ratio without an observed event has no logarithm: it has limits, and is left out of φ. One area has a τ² of 0. Limits of a proportion are cut at 0 and 1. Another statistic, or one that changes within a partition, x < 0, n ≤ 0, x > n for a proportion, NaN, infinity and a frame are errors; `order by` changes nothing.",
    source: "Spiegelhalter, Statistics in Medicine 2005;24:1185-1202, and Quality and Safety in Health Care 2005;14:347-351; FunnelPlotR (NHS-R Community), which rounds z to 1.959964 and 3.090232, and draws exact limits where τ² is 0.",
    example: "select trust, round(x / n, 3) as ratio, f.lower_95, f.upper_95, f.significance, f.phi, f.tau_squared\nfrom (select trust, x, n, funnel_overdispersed('ratio', x, n) over () as f\n    from (values ('a', 320, 250.0), ('b', 180, 250.0), ('c', 510, 400.0), ('d', 390, 500.0), ('e', 61, 60.0),\n        ('f', 130, 110.0)) as trust(trust, x, n))\norder by trust",
};

pub(super) fn function() -> Function {
    let calls: &[&[DataType]] = &[&[DataType::Utf8, DataType::Float64, DataType::Float64]];
    window(&DOC, calls, DataType::Struct(fields()), funnels)
}

const NUMBERS: [&str; 8] = [
    "baseline",
    "lower_95",
    "upper_95",
    "lower_99_8",
    "upper_99_8",
    "z",
    "phi",
    "tau_squared",
];

fn fields() -> Fields {
    let numbers = NUMBERS
        .iter()
        .map(|name| Field::new(*name, DataType::Float64, true));
    let text = Field::new("significance", DataType::Utf8, true);
    numbers.chain([text]).collect()
}

/// The scale on which the areas of a statistic scatter alike.
#[derive(Debug, Clone, Copy, PartialEq)]
enum FunnelScale {
    /// Logarithms of ratios.
    Logarithm,
    /// Arcsines of the roots of proportions.
    Arcsine,
}

/// An area on the scale: where it lies, and the standard error that chance alone gives it.
struct FunnelArea {
    value: f64,
    y: f64,
    s: f64,
}

impl FunnelScale {
    fn area(self, x: f64, n: f64) -> FunnelArea {
        let value = x / n;
        match self {
            FunnelScale::Logarithm => FunnelArea {
                value,
                y: value.ln(),
                s: 1.0 / n.sqrt(),
            },
            FunnelScale::Arcsine => FunnelArea {
                value,
                y: value.sqrt().asin(),
                s: 0.5 / n.sqrt(),
            },
        }
    }

    fn back(self, y: f64) -> f64 {
        match self {
            FunnelScale::Logarithm => y.exp(),
            FunnelScale::Arcsine => y.clamp(0.0, FRAC_PI_2).sin().powi(2),
        }
    }
}

fn funnels(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let statistics = arguments[0].as_string::<i32>();
    let (x, n) = (number(arguments, 1), number(arguments, 2));
    let mut scale = None;
    let mut areas = Vec::with_capacity(rows);
    let (mut events, mut people) = (0.0, 0.0);
    for row in 0..rows {
        let here = match statistics.is_valid(row).then(|| statistics.value(row)) {
            Some("ratio") => FunnelScale::Logarithm,
            Some("proportion") => FunnelScale::Arcsine,
            _ => return broken_rule(DOC.name, "statistic", "must be 'ratio' or 'proportion'"),
        };
        if *scale.get_or_insert(here) != here {
            let rule = "must be the same in all rows of a partition";
            return broken_rule(DOC.name, "statistic", rule);
        }
        let both = x.is_valid(row) && n.is_valid(row);
        let area = both.then(|| (x.value(row), n.value(row)));
        if let Some((x, n)) = area {
            check(here, x, n)?;
            events += x;
            people += n;
        }
        areas.push(area.map(|(x, n)| here.area(x, n)));
    }
    let scale = scale.unwrap_or(FunnelScale::Logarithm);
    let baseline = match scale {
        FunnelScale::Logarithm => 1.0,
        FunnelScale::Arcsine => events / people,
    };
    let middle = scale.area(baseline, 1.0).y;
    let z = |area: &FunnelArea| Some((area.y - middle) / area.s).filter(|z| z.is_finite());
    let scores = areas
        .iter()
        .flatten()
        .filter_map(|area| Some((z(area)?, area.s)));
    let found = overdispersion(&scores.collect::<Vec<_>>());
    let mut out = Funnels::default();
    for area in &areas {
        out.push(area.as_ref().map(|area| {
            let lines = |confidence| {
                let quantile = ConfidenceLevel::new(confidence).z();
                let spread = quantile * (area.s * area.s + found.tau_squared).sqrt();
                (scale.back(middle - spread), scale.back(middle + spread))
            };
            let (inner, outer) = (lines(PAIRS[0]), lines(PAIRS[1]));
            let pair = |confidence| if confidence == PAIRS[0] { inner } else { outer };
            let limits = [baseline, inner.0, inner.1, outer.0, outer.1];
            (limits, z(area), found, outside(area.value, pair))
        }));
    }
    out.finish()
}

fn number(arguments: &[ArrayRef], index: usize) -> &Float64Array {
    arguments[index].as_primitive::<Float64Type>()
}

fn check(scale: FunnelScale, x: f64, n: f64) -> Result<()> {
    if !(n > 0.0 && n.is_finite()) {
        return broken_rule(DOC.name, "n", "must be above 0");
    }
    if !(x >= 0.0 && x.is_finite()) {
        return broken_rule(DOC.name, "x", "must be a count, 0 or more");
    }
    if scale == FunnelScale::Arcsine && x > n {
        return broken_rule(DOC.name, "x", "must be from 0 to n");
    }
    Ok(())
}

type Funnel = ([f64; 5], Option<f64>, Overdispersion, &'static str);

/// Builds the structs.
#[derive(Default)]
struct Funnels {
    numbers: [Float64Builder; NUMBERS.len()],
    significance: StringBuilder,
    valid: Vec<bool>,
}

impl Funnels {
    fn push(&mut self, funnel: Option<Funnel>) {
        self.valid.push(funnel.is_some());
        let mut numbers = [None; NUMBERS.len()];
        if let Some((limits, z, found, _)) = funnel {
            let [b, l, u, ll, uu] = limits.map(Some);
            numbers = [b, l, u, ll, uu, z, Some(found.phi), Some(found.tau_squared)];
        }
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.append_option(number.filter(|number| number.is_finite()));
        }
        self.significance
            .append_option(funnel.map(|funnel| funnel.3));
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(NUMBERS.len() + 1);
        for column in &mut self.numbers {
            columns.push(Arc::new(column.finish()));
        }
        columns.push(Arc::new(self.significance.finish()));
        let valid = Some(NullBuffer::from(self.valid));
        Ok(Arc::new(StructArray::try_new(fields(), columns, valid)?))
    }
}
