//! The rank of each area among the areas of its level.

use super::{HELD, collected, is_suppressed};
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

/// Whether a figure is held beside others of another date.
const IS_HELD: &str = "rank_is_held";

/// Which figure comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RankFirst {
    /// The largest.
    Highest,
    /// The smallest.
    Lowest,
}

/// All figures, with `rank` (areas of the same figure share the better one), `ranked` (how many areas have
/// one) and `rank_status`: `ranked`, `ranked among those shown` where an area is suppressed or held, or why
/// there is none. Where figures are of several dates, only those of this release are ranked.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn ranked(figures: &Figures, first: RankFirst) -> Result<DataFrame> {
    collected(with_rank(figures.lazy(), first))
}

/// The same as a query.
pub(super) fn with_rank(figures: LazyFrame, first: RankFirst) -> PolarsResult<LazyFrame> {
    let is_area = col("area_name").is_not_null();
    // Figures that are all held from one release are as of one date, and can be ranked.
    let of_area = || is_area.clone().and(col("value").is_not_null());
    let dates = col("held_from").filter(of_area()).n_unique().over(AMONG)?;
    let of_several_dates = col("held_from").is_not_null().and(dates.gt(lit(1)));
    let is_held = col(IS_HELD);
    let value = when(is_area.clone().and(is_held.clone().not()))
        .then(col("value"))
        .otherwise(lit(NULL).cast(DataType::Float64));
    let options = RankOptions {
        // Areas that are equal are equal: neither is before the other.
        method: RankMethod::Min,
        descending: first == RankFirst::Highest,
    };
    let some_left_out = is_suppressed().or(is_held.clone());
    let some_left_out = some_left_out.cast(DataType::UInt32).max().over(AMONG)?;
    let status: Expr = when(is_area.not())
        .then(lit(NOT_APPLICABLE))
        .when(is_suppressed())
        .then(lit(SUPPRESSED))
        .when(col("value").is_null())
        .then(lit(NOT_APPLICABLE))
        .when(is_held)
        .then(lit(HELD))
        .when(some_left_out.gt(lit(0)))
        .then(lit("ranked among those shown"))
        .otherwise(lit("ranked"));
    let figures = figures.with_column(of_several_dates.alias(IS_HELD));
    let ranked = figures.with_columns([
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
    ]);
    Ok(ranked.drop(polars::prelude::cols([IS_HELD])))
}
