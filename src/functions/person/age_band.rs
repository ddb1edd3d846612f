//! `age_band(age)`: five-year bands.

use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "age_band",
    syntax: "age_band(age)",
    summary: "The five-year age band of an age.",
    arguments: &[("age", "completed years")],
    gives: "A text: `0-4`, `5-9` … `85-89`, `90+`.",
    formula: "The 19 bands of the 2013 European Standard Population.",
    rules: "NULL and negative ages give NULL.",
    source: "Eurostat, Revision of the European Standard Population, 2013.",
    example: "select age_band(4) as infant, age_band(93) as old",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DataType::Int64]], DataType::Utf8, bands)
}

fn bands(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let ages = arguments[0].as_primitive::<Int64Type>();
    let bands: StringArray = ages.iter().map(|age| band(age?)).collect();
    Ok(Arc::new(bands))
}

fn band(age: i64) -> Option<String> {
    match age {
        ..0 => None,
        90.. => Some("90+".to_string()),
        age => Some(format!("{}-{}", age / 5 * 5, age / 5 * 5 + 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::band;

    #[test]
    fn edges() {
        let bands = [-1, 0, 4, 5, 89, 90, 107].map(band);
        let expected = [
            None,
            Some("0-4"),
            Some("0-4"),
            Some("5-9"),
            Some("85-89"),
            Some("90+"),
            Some("90+"),
        ];
        assert_eq!(bands, expected.map(|band| band.map(str::to_string)));
    }
}
