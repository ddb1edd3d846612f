//! `icd10_normalise(code)`: ICD-10 codes in one form.

use super::icd10::{Bare, bare};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::DataType;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "icd10_normalise",
    syntax: "icd10_normalise(code)",
    summary: "An ICD-10 code in its bare form, as code lists have it.",
    arguments: &[("code", "a code as it was typed: `I10.X`, `i10x`, `I48.0A`")],
    gives: "A text of three or four characters.",
    formula: "Upper case; no dot, space or hyphen; no dagger, asterisk or suffix letter after the fourth character; no filling X.",
    rules: "NULL gives NULL, and so does what is no single code: what does not begin with a letter and two digits side by side (`E1.1`), a range (`I10-I15`), two codes, a code with words after it.",
    source: "NHS Digital Clinical Classifications Service: the forms in which ICD-10 5th edition codes are recorded.",
    example: "select icd10_normalise('I10.X') as hypertension, icd10_normalise('I48.0A') as fibrillation",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DataType::Utf8]], DataType::Utf8, |codes| {
        Ok(texts(&codes[0], Bare::write))
    })
}

/// What `write` makes of each code.
pub(super) fn texts(codes: &ArrayRef, write: fn(Bare, &mut String)) -> ArrayRef {
    let codes = codes.as_string::<i32>();
    let mut texts = StringBuilder::with_capacity(codes.len(), codes.len() * 4);
    let mut text = String::with_capacity(4);
    for code in codes {
        match code.and_then(|code| bare(code.as_bytes())) {
            None => texts.append_null(),
            Some(code) => {
                text.clear();
                write(code, &mut text);
                texts.append_value(&text);
            }
        }
    }
    Arc::new(texts.finish())
}
