//! Areas compared with one of them, or with the whole, by their limits.

use super::limits::with_wide_limits;
use super::{HELD, collected, is_suppressed};
use crate::error::Result;
use crate::figures::{Figures, PROJECTED, SUPPRESSED};
use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, PolarsResult, col, lit, when};

/// What is compared with each other: figures of all areas with that of the whole.
const SAME: [&str; 5] = ["report", "table", "period", "breakdown", "measure"];

/// The column in which figures of areas also agree with that of one of them: two levels may have areas of
/// one name.
const LEVEL: &str = "area_level";

/// All figures, with `benchmark` (the value of the area of that name; of the whole area for None), 99.8%
/// limits, and `compared`: `lower` or `higher` at 95%, `lower (99.8%)` or `higher (99.8%)`, `similar`, or why
/// no comparison is made. A figure without limits is not compared, nor is one of another date than the
/// benchmark (`held`).
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn compared(figures: &Figures, benchmark: Option<&str>) -> Result<DataFrame> {
    collected(with_comparison(figures.lazy(), benchmark))
}

fn with_comparison(figures: LazyFrame, benchmark: Option<&str>) -> PolarsResult<LazyFrame> {
    let is_benchmark = match benchmark {
        Some(name) => col("area_name").eq(lit(name)).fill_null(lit(false)),
        None => col("area_name").is_null(),
    };
    let level = benchmark.map(|_| LEVEL);
    let same: Vec<Expr> = SAME.into_iter().chain(level).map(col).collect();
    let of_benchmark = |of: Expr| of.filter(is_benchmark.clone()).max().over(same.clone());
    let b = || col("benchmark");
    let status = when(is_benchmark.clone())
        .then(lit("benchmark"))
        .when(is_suppressed().or(col("benchmark_suppressed").eq(lit(1))))
        .then(lit(SUPPRESSED))
        .when(b().is_null())
        .then(lit("no benchmark"))
        .when(col("lower_95").is_null())
        .then(lit("no limits"))
        // An area has fewer than the whole that it is a part of, and that says nothing.
        .when(col("unit").eq(lit(PROJECTED)))
        .then(lit("amount"))
        .when(col("held_from").neq_missing(col("benchmark_held_from")))
        .then(lit(HELD))
        .when(col("upper_99_8").lt(b()))
        .then(lit("lower (99.8%)"))
        .when(col("lower_99_8").gt(b()))
        .then(lit("higher (99.8%)"))
        .when(col("upper_95").lt(b()))
        .then(lit("lower"))
        .when(col("lower_95").gt(b()))
        .then(lit("higher"))
        .otherwise(lit("similar"));
    let figures = figures.with_columns([
        of_benchmark(col("value"))?.alias("benchmark"),
        of_benchmark(is_suppressed().cast(DataType::Int32))?.alias("benchmark_suppressed"),
        of_benchmark(col("held_from"))?.alias("benchmark_held_from"),
    ]);
    Ok(with_wide_limits(figures)
        .with_column(status.alias("compared"))
        .drop(polars::prelude::cols([
            "benchmark_suppressed",
            "benchmark_held_from",
        ])))
}
