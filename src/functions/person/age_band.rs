//! `age_band(age)`: bands of ages.

use super::bands::Bands;
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "age_band",
    syntax: "age_band(age [, width]), age_band(age, bounds)",
    summary: "The band of an age: five-year bands, bands of another width, or bands of your own.",
    arguments: &[
        ("age", "completed years"),
        ("width", "years in a band, from 1 to 90; default 5"),
        (
            "bounds",
            "the first age of each band, as a text: `'0,18,65'`",
        ),
    ],
    gives: "A text: `0-4`, `5-9` … `85-89`, `90+`; `0-17`, `18-64`, `65+`; a band of one year is that year.",
    formula: "Without a second argument, the 19 bands of the 2013 European Standard Population. With a width, the last band starts at the last multiple of it up to 90. With bounds, the last band starts at the last bound.",
    rules: "NULL in any argument, negative ages and ages below the first bound give NULL. Bounds that are not whole numbers in rising order are an error.",
    source: "Eurostat, Revision of the European Standard Population, 2013.",
    example: "select age_band(4) as infant, age_band(93) as old,\n    age_band(47, 10) as ten_years, age_band(47, '0,18,65') as adult",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[
            &[DataType::Int64],
            &[DataType::Int64, DataType::Int64],
            &[DataType::Int64, DataType::Utf8],
        ],
        DataType::Utf8,
        bands,
    )
}

fn bands(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let ages = arguments[0].as_primitive::<Int64Type>();
    let mut out = StringBuilder::with_capacity(ages.len(), ages.len() * 5);
    match arguments.get(1) {
        None => {
            let bands = Bands::of_width(5);
            for age in ages {
                out.append_option(age.and_then(|age| bands.name(age)));
            }
        }
        Some(widths) if widths.data_type() == &DataType::Int64 => {
            let widths = widths.as_primitive::<Int64Type>();
            band_by(ages.iter().zip(widths), &mut out, |width| {
                let years = u32::try_from(width).ok().filter(|w| (1..=90).contains(w));
                match years {
                    Some(years) => Ok(Bands::of_width(years)),
                    None => broken_rule(DOC.name, "width", "must be from 1 to 90 years"),
                }
            })?;
        }
        Some(bounds) => {
            let rule = "must be whole numbers in rising order, like '0,18,65'";
            let bounds = bounds.as_string::<i32>();
            band_by(
                ages.iter().zip(bounds),
                &mut out,
                |bounds| match Bands::from_bounds(bounds) {
                    Some(bands) => Ok(bands),
                    None => broken_rule(DOC.name, "bounds", rule),
                },
            )?;
        }
    }
    Ok(Arc::new(out.finish()))
}

/// Names the bands of ages by what each row says of them, which is mostly the same in all rows.
fn band_by<S: PartialEq + Copy>(
    rows: impl Iterator<Item = (Option<i64>, Option<S>)>,
    out: &mut StringBuilder,
    read: impl Fn(S) -> Result<Bands>,
) -> Result<()> {
    let mut last: Option<(S, Bands)> = None;
    for (age, said) in rows {
        let Some(said) = said else {
            out.append_null();
            continue;
        };
        let bands = match last.take() {
            Some((of, bands)) if of == said => bands,
            _ => read(said)?,
        };
        out.append_option(age.and_then(|age| bands.name(age)));
        last = Some((said, bands));
    }
    Ok(())
}
