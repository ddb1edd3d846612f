//! Columns whose values are whole numbers of some unit.

use super::outcome::Outcome;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, Decimal128Array, PrimitiveArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, UInt64Type};
use arrow::error::ArrowError;
use datafusion::common::{Result, exec_err};
use std::sync::Arc;

/// Whole numbers in 128 bits.
pub(super) struct Whole;

impl Whole {
    /// Whether values of this type are whole numbers that a sum can pass.
    pub(super) fn suits(kind: &DataType) -> bool {
        matches!(
            kind,
            DataType::Int64 | DataType::UInt64 | DataType::Decimal128(..) | DataType::Duration(_)
        )
    }

    /// Calls `take` with each row that is not NULL, and its number.
    pub(super) fn each(column: &ArrayRef, take: impl FnMut(usize, i128)) -> Result<()> {
        match column.data_type() {
            DataType::Int64 => rows(column.as_primitive::<Int64Type>(), i128::from, take),
            DataType::UInt64 => rows(column.as_primitive::<UInt64Type>(), i128::from, take),
            DataType::Decimal128(..) => rows(column.as_primitive::<Decimal128Type>(), |n| n, take),
            _ => {
                let units = cast(column, &DataType::Int64)?;
                rows(units.as_primitive::<Int64Type>(), i128::from, take);
            }
        }
        Ok(())
    }

    /// Numbers as a column of `kind`; one that has no place there is an error.
    pub(super) fn column(
        numbers: &Decimal128Array,
        kind: &DataType,
        what: Outcome,
    ) -> Result<ArrayRef> {
        let what = match what {
            Outcome::Sum => "sum",
            Outcome::Mean => "mean",
        };
        if let DataType::Decimal128(precision, scale) = kind {
            if numbers.validate_decimal_precision(*precision).is_err() {
                return exec_err!(
                    "Arithmetic overflow, as a {what} has more than {precision} digits"
                );
            }
            let numbers = numbers
                .clone()
                .with_precision_and_scale(*precision, *scale)?;
            return Ok(Arc::new(numbers));
        }
        let passes = |_| ArrowError::ComputeError(String::new());
        let narrow = match kind {
            DataType::UInt64 => numbers
                .try_unary::<_, UInt64Type, _>(|n| u64::try_from(n).map_err(passes))
                .map(|numbers| Arc::new(numbers) as ArrayRef),
            _ => numbers
                .try_unary::<_, Int64Type, _>(|n| i64::try_from(n).map_err(passes))
                .map(|numbers| Arc::new(numbers) as ArrayRef),
        };
        let Ok(narrow) = narrow else {
            let name = match kind {
                DataType::Int64 => "bigint",
                DataType::UInt64 => "unsigned bigint",
                _ => "the length that a duration can have",
            };
            return exec_err!("Arithmetic overflow, as a {what} passes {name}");
        };
        match kind {
            DataType::Duration(_) => Ok(cast(&narrow, kind)?),
            _ => Ok(narrow),
        }
    }
}

fn rows<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    widen: fn(T::Native) -> i128,
    mut take: impl FnMut(usize, i128),
) {
    let numbers = column.values().iter().map(|number| widen(*number));
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => numbers
            .enumerate()
            .for_each(|(row, number)| take(row, number)),
        Some(nulls) => {
            for (row, number) in numbers.enumerate() {
                if nulls.is_valid(row) {
                    take(row, number);
                }
            }
        }
    }
}
