//! `icd10_normalise(code)`: ICD-10 codes in one form.

use super::signature::arrays;
use arrow::array::{AsArray, StringArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// An ICD-10 code in its bare form: upper case, no dot, space or hyphen, no dagger, asterisk or
/// suffix letter after the fourth character, no filling X: `I10.X`, `i10x` and `I10` are all `I10`,
/// `I48.0A` is `I480`. NULL for NULL and for what does not begin with a letter and two digits.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Icd10Normalise {
    signature: Signature,
}

impl Icd10Normalise {
    /// The function.
    pub fn new() -> Self {
        Icd10Normalise {
            signature: Signature::exact(vec![DataType::Utf8], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Icd10Normalise {
    fn name(&self) -> &str {
        "icd10_normalise"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arrays(&args)?;
        let codes = arrays[0].as_string::<i32>();
        let bare: StringArray = codes.iter().map(|code| normalise(code?)).collect();
        Ok(ColumnarValue::Array(Arc::new(bare)))
    }
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
