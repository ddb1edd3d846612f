//! Dates, and times of day where only the date matters.

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, AsArray, Date32Array, Int32Array, PrimitiveArray,
};
use arrow::datatypes::{
    DataType, Date32Type, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};
use datafusion::common::{Result, exec_err};
use std::sync::Arc;

/// A date.
pub(super) const DATE: DataType = DataType::Date32;
/// A date and time as the lake's tables keep it.
pub(super) const TIME: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);
/// A date and time as SQL writes it; a query's texts and mixtures of types become this.
pub(super) const TIME_IN_SQL: DataType = DataType::Timestamp(TimeUnit::Nanosecond, None);

/// Seconds of a day.
const SECONDS: i64 = 86_400;

/// Units of a date's type in a day.
pub(super) fn units_a_day(of: &DataType) -> Result<i64> {
    match of {
        DataType::Date32 => Ok(1),
        DataType::Timestamp(TimeUnit::Microsecond, None) => Ok(SECONDS * 1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => Ok(SECONDS * 1_000_000_000),
        other => exec_err!("{other} is not a date"),
    }
}

/// A number for each pair of dates, `from` in the first argument and `to` in the second; NULL in
/// either gives NULL.
pub(super) fn each_pair(
    arguments: &[ArrayRef],
    number: impl Fn(i32, i32) -> Option<i32>,
) -> Result<ArrayRef> {
    let from = arguments[0].as_primitive::<Date32Type>();
    let to = arguments[1].as_primitive::<Date32Type>();
    let pairs = from.iter().zip(to);
    let numbers = pairs.map(|(from, to)| number(from?, to?));
    Ok(Arc::new(numbers.collect::<Int32Array>()))
}

/// The day of each date, or date and time.
pub(in crate::functions) fn days(of: &ArrayRef) -> Result<Date32Array> {
    let a_day = units_a_day(of.data_type())?;
    match of.data_type() {
        DataType::Date32 => Ok(of.as_primitive().clone()),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            floor(of.as_primitive::<TimestampMicrosecondType>(), a_day)
        }
        _ => floor(of.as_primitive::<TimestampNanosecondType>(), a_day),
    }
}

fn floor<T>(times: &PrimitiveArray<T>, a_day: i64) -> Result<Date32Array>
where
    T: ArrowPrimitiveType<Native = i64>,
{
    // A time of 64 bits is fewer than 2³¹ days away from 1970.
    Ok(times.unary::<_, Date32Type>(|time| time.div_euclid(a_day) as i32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::TimestampMicrosecondArray;

    #[test]
    fn a_time_before_1970_belongs_to_its_day() {
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![
            Some(-1),
            Some(0),
            Some(SECONDS * 1_000_000 - 1),
            None,
        ]));
        let expected = Date32Array::from(vec![Some(-1), Some(0), Some(0), None]);
        assert_eq!(days(&times).unwrap(), expected);
    }
}
