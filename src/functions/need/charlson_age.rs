//! `charlson_age(age)`: what age adds to a Charlson score.

use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "charlson_age",
    syntax: "charlson_age(age)",
    summary: "What age adds to a Charlson score: `charlson(code)['score'] + charlson_age(age)`.",
    arguments: &[("age", "completed years")],
    gives: "A whole number, 0 to 4.",
    formula: "1 from the age of 50 on, and 1 more for each further ten years, to 4 from 80 on.",
    rules: "NULL and negative ages give NULL.",
    source: "Charlson, Szatrowski, Peterson and Gold, J Clin Epidemiol 1994;47:1245-51.",
    example: "select charlson_age(49) as at_49, charlson_age(50) as at_50, charlson_age(93) as at_93",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DataType::Int64]], DataType::Int64, points)
}

fn points(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let ages = arguments[0].as_primitive::<Int64Type>();
    let points = ages.iter().map(|age| match age? {
        ..0 => None,
        age => Some((age / 10 - 4).clamp(0, 4)),
    });
    Ok(Arc::new(points.collect::<Int64Array>()))
}
