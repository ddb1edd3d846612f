//! `age_band(age)`: five-year bands.

use super::signature::arrays;
use arrow::array::{AsArray, StringArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// The five-year age band of an age: 0-4, 5-9 … 85-89, 90+ (the 19 bands of the 2013 European
/// Standard Population). NULL for NULL and for negative ages.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct AgeBand {
    signature: Signature,
}

impl AgeBand {
    /// The function.
    pub fn new() -> Self {
        AgeBand {
            signature: Signature::exact(vec![DataType::Int64], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for AgeBand {
    fn name(&self) -> &str {
        "age_band"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arrays(&args)?;
        let ages = arrays[0].as_primitive::<Int64Type>();
        let bands: StringArray = ages.iter().map(|age| band(age?)).collect();
        Ok(ColumnarValue::Array(Arc::new(bands)))
    }
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
