//! `nhs_number_valid(number)`: whether a text can be an NHS number.

use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::privacy::NhsNumber;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "nhs_number_valid",
    syntax: "nhs_number_valid(number [, accept_test])",
    summary: "Whether a text can be an NHS number: ten digits with the right check digit.",
    arguments: &[
        (
            "number",
            "a text; spaces and hyphens between the digits are allowed, and nothing before or after them",
        ),
        (
            "accept_test",
            "true to accept numbers that start with 999, which are for tests only; default false",
        ),
    ],
    gives: "True or false.",
    formula: "The first nine digits times 10, 9 … 2, added up; 11 less the remainder by 11 is the tenth digit, where 11 counts as 0 and 10 is never right.",
    rules: "NULL in `number` gives NULL; in `accept_test` it is false. An empty text, a wrong length, other characters (a line break, a tab, digits of another script), a space or hyphen before the first or after the last digit, and ten equal digits (which all have the right check digit) are false. A valid number need not belong to anybody. Nothing that is asked is ever kept or shown.",
    source: "NHS Data Dictionary, NHS number.",
    example: "select nhs_number_valid('943 476 5919') as valid,\n    nhs_number_valid('943 476 5918') as wrong_check_digit,\n    nhs_number_valid('9999999999') as equal_digits",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DataType::Utf8], &[DataType::Utf8, DataType::Boolean]],
        DataType::Boolean,
        valid,
    )
}

fn valid(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let numbers = arguments[0].as_string::<i32>();
    let accept = arguments.get(1).map(|accept| accept.as_boolean());
    let valid: BooleanArray = (0..numbers.len())
        .map(|row| {
            let accept = accept.is_some_and(|a| a.is_valid(row) && a.value(row));
            let number = numbers.is_valid(row).then(|| numbers.value(row))?;
            // Elsewhere blanks around a number are forgiven; whoever asks here wants to know.
            let signs = [number.bytes().next(), number.bytes().next_back()];
            let framed = signs
                .iter()
                .all(|sign| sign.is_some_and(|s| s.is_ascii_digit()));
            Some(framed && NhsNumber::parse_strictly(number, accept).is_ok())
        })
        .collect();
    Ok(Arc::new(valid))
}
