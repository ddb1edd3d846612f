//! `age_at(birth, day)`: completed years.

use super::signature::arrays;
use arrow::array::{AsArray, Int32Array};
use arrow::datatypes::{DataType, Date32Type};
use chrono::Datelike;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// Completed years of age on a day. Born on 29 February, a person is a year older on 1 March of
/// other years. Negative before birth; NULL in either argument gives NULL.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct AgeAt {
    signature: Signature,
}

impl AgeAt {
    /// The function.
    pub fn new() -> Self {
        AgeAt {
            signature: Signature::exact(
                vec![DataType::Date32, DataType::Date32],
                Volatility::Immutable,
            ),
        }
    }
}

impl ScalarUDFImpl for AgeAt {
    fn name(&self) -> &str {
        "age_at"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arrays(&args)?;
        let births = arrays[0].as_primitive::<Date32Type>();
        let days = arrays[1].as_primitive::<Date32Type>();
        let ages: Int32Array = births
            .iter()
            .zip(days.iter())
            .map(|(birth, day)| age(birth?, day?))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(ages)))
    }
}

fn age(birth: i32, day: i32) -> Option<i32> {
    let birth = Date32Type::to_naive_date_opt(birth)?;
    let day = Date32Type::to_naive_date_opt(day)?;
    let before = (day.month(), day.day()) < (birth.month(), birth.day());
    Some(day.year() - birth.year() - i32::from(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(birth: (i32, u32, u32), day: (i32, u32, u32)) -> i32 {
        let days =
            |(y, m, d)| Date32Type::from_naive_date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        age(days(birth), days(day)).unwrap()
    }

    #[test]
    fn birthdays() {
        assert_eq!(at((1950, 6, 15), (2026, 6, 14)), 75);
        assert_eq!(at((1950, 6, 15), (2026, 6, 15)), 76);
        assert_eq!(at((2024, 2, 29), (2025, 2, 28)), 0);
        assert_eq!(at((2024, 2, 29), (2025, 3, 1)), 1);
        assert_eq!(at((2026, 1, 1), (2025, 12, 31)), -1);
    }
}
