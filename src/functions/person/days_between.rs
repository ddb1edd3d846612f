//! `days_between(from, to)`: days from a date to another.

use super::days::{DATE, each_pair};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType;

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
    scalar(&DOC, &[&[DATE, DATE]], DataType::Int32, |arguments| {
        each_pair(arguments, |from, to| to.checked_sub(from))
    })
}
