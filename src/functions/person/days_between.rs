//! `days_between(from, to)`: days from a date to another.

use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, AsArray, Int32Array};
use arrow::datatypes::{DataType, Date32Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "days_between",
    syntax: "days_between(start, finish)",
    summary: "Days from one date to another.",
    arguments: &[("start", "the first date"), ("finish", "the second")],
    gives: "Whole days: 1 from a day to the next, negative when `finish` comes first.",
    formula: "finish − start.",
    rules: "NULL in either argument gives NULL.",
    source: "The calendar.",
    example: "select days_between(date '2026-02-27', date '2026-03-01') as days",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DataType::Date32, DataType::Date32]],
        DataType::Int32,
        days,
    )
}

fn days(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let from = arguments[0].as_primitive::<Date32Type>();
    let to = arguments[1].as_primitive::<Date32Type>();
    let days: Int32Array = from
        .iter()
        .zip(to.iter())
        .map(|(from, to)| to?.checked_sub(from?))
        .collect();
    Ok(Arc::new(days))
}
