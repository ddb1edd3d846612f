//! The rank of each area among the areas of its level.

use super::{collected, is_suppressed};
use crate::error::Result;
use crate::figures::{Figures, NOT_APPLICABLE, SUPPRESSED};
use polars::prelude::{
    DataFrame, DataType, Expr, LazyFrame, NULL, PolarsResult, RankMethod, RankOptions, col, lit,
    when,
};

/// What is compared with each other: the same figure of all areas of a level.
const AMONG: [&str; 6] = [
    "report",
    "table",
    "period",
    "breakdown",
    "measure",
    "area_level",
];

/// Which figure comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RankFirst {
    /// The largest.
    Highest,
    /// The smallest.
    Lowest,
}

/// All figures, with `rank` (areas of the same figure share the better one), `ranked` (how many areas have
/// one) and `rank_status`: `ranked`, `ranked among those shown` where an area is suppressed, or why there is
/// none.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn ranked(figures: &Figures, first: RankFirst) -> Result<DataFrame> {
    collected(with_rank(figures.lazy(), first))
}

/// The same as a query.
pub(super) fn with_rank(figures: LazyFrame, first: RankFirst) -> PolarsResult<LazyFrame> {
    let is_area = col("area_name").is_not_null();
    let value = when(is_area.clone())
        .then(col("value"))
        .otherwise(lit(NULL).cast(DataType::Float64));
    let options = RankOptions {
        // Areas that are equal are equal: neither is before the other.
        method: RankMethod::Min,
        descending: first == RankFirst::Highest,
    };
    let some_suppressed = is_suppressed().cast(DataType::UInt32).sum().over(AMONG)?;
    let status: Expr = when(is_area.not())
        .then(lit(NOT_APPLICABLE))
        .when(is_suppressed())
        .then(lit(SUPPRESSED))
        .when(col("value").is_null())
        .then(lit(NOT_APPLICABLE))
        .when(some_suppressed.gt(lit(0)))
        .then(lit("ranked among those shown"))
        .otherwise(lit("ranked"));
    Ok(figures.with_columns([
        value
            .clone()
            .rank(options, None)
            .over(AMONG)?
            .cast(DataType::UInt32)
            .alias("rank"),
        value
            .count()
            .over(AMONG)?
            .cast(DataType::UInt32)
            .alias("ranked"),
        status.alias("rank_status"),
    ]))
}
