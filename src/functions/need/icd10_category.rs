//! `icd10_category(code)`: the first three characters of ICD-10 codes.

use super::icd10::Bare;
use super::icd10_normalise::texts;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "icd10_category",
    syntax: "icd10_category(code)",
    summary: "The three-character category of an ICD-10 code: the other form by which code lists are joined.",
    arguments: &[("code", "a code as it was typed: `I48.0A`")],
    gives: "A text of three characters.",
    formula: "The first three characters of `icd10_normalise(code)`.",
    rules: "NULL gives NULL, and so does what does not begin with a letter and two digits.",
    source: "ICD-10 5th edition (World Health Organization): a category is a letter and two digits.",
    example: "select icd10_category('I48.0A') as fibrillation",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DataType::Utf8]], DataType::Utf8, |codes| {
        Ok(texts(&codes[0], Bare::write_category))
    })
}
