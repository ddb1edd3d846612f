//! `shrunk_rate(x, n [, multiplier])`: the rates of small areas, drawn towards that of all.

use crate::functions::arguments::{PER_PEOPLE, count, multiplier, population};
use crate::functions::settings::FunctionSetting;
use crate::functions::window::window;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, Float64Builder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "shrunk_rate",
    syntax: "shrunk_rate(x, n [, multiplier]) over ([partition by …])",
    summary: "The rates of small areas, each drawn towards the rate of all of them by as much as it is uncertain (the global empirical Bayes estimator): for maps, where the smallest areas would otherwise have the highest and the lowest rates. A window function: the areas of a map are a partition.",
    arguments: &[
        ("x", "events of the area, 0 or more"),
        ("n", "its population, above 0"),
        PER_PEOPLE,
    ],
    gives: "A struct for each area: `value` (the shrunk rate), `crude` (x / n) and `overall` (Σx / Σn), per `multiplier` people; `weight` of the area's own rate, from 0 to 1; `variance` between areas, per `multiplier`².",
    formula: "m = Σx / Σn; s² = Σ n (x/n − m)² / Σn; A = s² − m / n̄ with the mean population n̄, 0 where that is negative; w = A / (A + m/n); value = w x/n + (1 − w) m.",
    rules: "NULL x or n gives NULL, and the area counts for nothing. Where areas differ by no more than chance all have the overall rate; without an event all have 0. x < 0, n ≤ 0, a multiplier that is NULL or ≤ 0, NaN, infinity and a frame are errors; `order by` changes nothing.",
    source: "Marshall, Applied Statistics 1991;40:283-294; as spdep's EBest.",
    example: "select area, r.crude, r.value, r.weight, r.overall\nfrom (select area, shrunk_rate(x, n, 1000) over () as r\n    from (values ('a', 2, 60), ('b', 0, 45), ('c', 41, 2400), ('d', 95, 3900)) as area(area, x, n))\norder by area",
};

const NAMES: [&str; 5] = ["value", "crude", "overall", "weight", "variance"];

fn fields() -> Fields {
    let field = |name: &&str| Field::new(*name, DataType::Float64, true);
    NAMES.iter().map(field).collect()
}

pub(super) fn function() -> Function {
    let number = DataType::Float64;
    let calls: &[&[DataType]] = &[
        &[number.clone(), number.clone()],
        &[number.clone(), number.clone(), number],
    ];
    window(&DOC, calls, DataType::Struct(fields()), rates)
}

fn rates(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (x, n) = (
        FunctionSetting::of(arguments, 0, f64::NAN),
        FunctionSetting::of(arguments, 1, f64::NAN),
    );
    let per = FunctionSetting::of(arguments, 2, 100_000.0);
    let mut areas = Vec::with_capacity(rows);
    let (mut events, mut people, mut number) = (0.0, 0.0, 0.0);
    for row in 0..rows {
        let m = multiplier(DOC.name, per.at(row).unwrap_or(0.0))?;
        let area = x.at(row).zip(n.at(row));
        if let Some((x, n)) = area {
            events += count(DOC.name, "x", x)?;
            people += population(DOC.name, "n", n)?;
            number += 1.0;
        }
        areas.push((area, m));
    }
    let overall = events / people;
    let known = areas.iter().filter_map(|(area, _)| *area);
    let squares: f64 = known.map(|(x, n)| n * (x / n - overall).powi(2)).sum();
    let between = (squares / people - overall / (people / number)).max(0.0);
    let mut columns = NAMES.map(|_| Float64Builder::with_capacity(rows));
    let mut valid = Vec::with_capacity(rows);
    for (area, m) in areas {
        valid.push(area.is_some());
        let numbers = area.map(|(x, n)| {
            let own = x / n;
            let weight = if between > 0.0 {
                between / (between + overall / n)
            } else {
                0.0
            };
            let value = weight * own + (1.0 - weight) * overall;
            [value * m, own * m, overall * m, weight, between * m * m]
        });
        for (i, column) in columns.iter_mut().enumerate() {
            let number = numbers.map(|numbers| numbers[i]);
            column.append_option(number.filter(|number| number.is_finite()));
        }
    }
    let columns = columns.map(|mut column| Arc::new(column.finish()) as ArrayRef);
    let valid = Some(NullBuffer::from(valid));
    let out = StructArray::try_new(fields(), columns.to_vec(), valid)?;
    Ok(Arc::new(out))
}
