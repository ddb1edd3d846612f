//! `icd10_normalise(code)`: ICD-10 codes in one form.

use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "icd10_normalise",
    syntax: "icd10_normalise(code)",
    summary: "An ICD-10 code in its bare form, as code lists have it.",
    arguments: &[("code", "a code as it was typed: `I10.X`, `i10x`, `I48.0A`")],
    gives: "A text of three or four characters.",
    formula: "Upper case; no dot, space or hyphen; no dagger, asterisk or suffix letter after the fourth character; no filling X.",
    rules: "NULL gives NULL, and so does what does not begin with a letter and two digits.",
    source: "NHS Digital Clinical Classifications Service: the forms in which ICD-10 5th edition codes are recorded.",
    example: "select icd10_normalise('I10.X') as hypertension, icd10_normalise('I48.0A') as fibrillation",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[DataType::Utf8]], DataType::Utf8, bare_codes)
}

fn bare_codes(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let codes = arguments[0].as_string::<i32>();
    let bare: StringArray = codes.iter().map(|code| normalise(code?)).collect();
    Ok(Arc::new(bare))
}

fn normalise(code: &str) -> Option<String> {
    let mut bare: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(4)
        .collect::<String>()
        .to_ascii_uppercase();
    let bytes = bare.as_bytes();
    let begins = bytes.len() >= 3
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit();
    if !begins {
        return None;
    }
    if bytes.get(3).is_some_and(|b| !b.is_ascii_digit()) {
        bare.truncate(3);
    }
    Some(bare)
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn forms_of_one_code() {
        for code in ["I10", "I10X", "I10.X", "i10", " I10 ", "I10-"] {
            assert_eq!(normalise(code).as_deref(), Some("I10"), "{code}");
        }
        for code in ["I48.0", "I480", "I48.0A", "I48.0D†"] {
            assert_eq!(normalise(code).as_deref(), Some("I480"), "{code}");
        }
        assert_eq!(normalise("44054006"), None);
        assert_eq!(normalise(""), None);
    }
}
