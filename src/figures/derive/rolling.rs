//! Counts of twelve months together.

use super::{APPROXIMATE, CALCULATED, collected, is_suppressed};
use crate::error::Result;
use crate::figures::{Figures, NOT_APPLICABLE, SUPPRESSED};
use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, NULL, PolarsResult, col, lit, when};

/// What is added up: the same figure of all months.
const SERIES: [&str; 6] = [
    "report",
    "table",
    "area_level",
    "area_name",
    "breakdown",
    "measure",
];

/// The months of a year.
const MONTHS: i64 = 12;

/// The monthly counts, in the order of months, with `rolling_year`, the sum of the twelve that end with each,
/// and `rolling_status`: `calculated`, `approximate` where a month is held from an earlier release (some
/// people may have entered or left since), `incomplete` where fewer months are there, or `suppressed` where
/// one of them is. The figures are those of counts that add up over months: of people who are there in two
/// months they do not.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn rolling_years(figures: &Figures) -> Result<DataFrame> {
    collected(with_rolling_year(figures.lazy()))
}

fn with_rolling_year(figures: LazyFrame) -> PolarsResult<LazyFrame> {
    let before = |of: Expr, by: i64| of.shift(lit(by));
    let over = |of: Expr| of.over(SERIES);
    let months = || 0..MONTHS;
    let sum = |of: Expr| {
        let parts = months().map(|by| before(of.clone(), by));
        parts
            .reduce(|sum, part| sum + part)
            .unwrap_or_else(|| lit(0))
    };
    let digits = |from: i64, long: u64| {
        let text = col("period").str().slice(lit(from), lit(long));
        text.cast(DataType::Int32)
    };
    let is_month = col("period")
        .str()
        .len_chars()
        .eq(lit(7))
        .and(col("period").str().slice(lit(4), lit(1)).eq(lit("-")))
        .and(col("period").str().slice(lit(5), lit(1)).neq(lit("Q")));
    let is_count = col("unit").eq(lit("count"));
    let first = over(before(col("month"), MONTHS - 1))?;
    let complete = first
        .eq(col("month") - lit(MONTHS - 1))
        .fill_null(lit(false));
    let suppressed = over(sum(is_suppressed().cast(DataType::Int32)))?;
    let held = over(sum(col("held_from").is_not_null().cast(DataType::Int32)))?;
    let status = when(complete.not())
        .then(lit("incomplete"))
        .when(suppressed.gt(lit(0)))
        .then(lit(SUPPRESSED))
        .when(col("rolling_year").is_null())
        .then(lit(NOT_APPLICABLE))
        .when(held.gt(lit(0)))
        .then(lit(APPROXIMATE))
        .otherwise(lit(CALCULATED));
    Ok(figures
        .filter(is_month.and(is_count))
        .with_column(
            (digits(0, 4) * lit(12) + digits(5, 2))
                .cast(DataType::Int64)
                .alias("month"),
        )
        .sort_by_exprs(
            [col("month")],
            polars::prelude::SortMultipleOptions::default().with_maintain_order(true),
        )
        .with_column(over(sum(col("value")))?.alias("rolling_year"))
        .with_column(status.alias("rolling_status"))
        .with_column(
            when(
                col("rolling_status")
                    .eq(lit(CALCULATED))
                    .or(col("rolling_status").eq(lit(APPROXIMATE))),
            )
            .then(col("rolling_year"))
            .otherwise(lit(NULL).cast(DataType::Float64))
            .alias("rolling_year"),
        )
        .drop(polars::prelude::cols(["month"])))
}
