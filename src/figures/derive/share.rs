//! The share that a count is of its total.

use super::{APPROXIMATE, CALCULATED, HELD, at_least, at_most, collected, is_suppressed};
use crate::error::Result;
use crate::figures::{Figures, NOT_APPLICABLE, SUPPRESSED};
use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, NULL, PolarsResult, col, lit, when};

/// What a count is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShareOver {
    /// All areas together.
    Areas,
    /// All values of the other dimensions together, in the same area and period.
    Breakdown,
}

impl ShareOver {
    /// What a total has in common with its parts.
    fn keys(self) -> &'static [&'static str] {
        match self {
            ShareOver::Areas => &["report", "table", "period", "breakdown", "measure"],
            ShareOver::Breakdown => &[
                "report",
                "table",
                "period",
                "area_level",
                "area_name",
                "measure",
            ],
        }
    }

    /// Which figure is the total.
    fn is_total(self) -> Expr {
        let own = match self {
            ShareOver::Areas => col("area_name").is_null(),
            ShareOver::Breakdown => col("breakdown").eq(lit("{}")),
        };
        own.and(col("is_total"))
    }
}

/// All figures, with the `share` in percent that a count is of the total beside it, and `share_status`:
/// `calculated`, `approximate`, or why there is none: `suppressed`, `held` (a count and its total are of two
/// dates), `no total`, `not applicable`.
///
/// A count that was rounded stands for those up to `rounding` below and above it. The share then lies
/// between `share_low` and `share_high`, and it keeps a decimal only where these are not further apart
/// than a tenth; where they are more than a whole percent apart it is `approximate`.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn shares(figures: &Figures, over: ShareOver, rounding: f64) -> Result<DataFrame> {
    collected(with_share(figures.lazy(), over, rounding))
}

fn with_share(figures: LazyFrame, over: ShareOver, rounding: f64) -> PolarsResult<LazyFrame> {
    let keys: Vec<Expr> = over.keys().iter().map(|key| col(*key)).collect();
    let total = |of: Expr| of.filter(over.is_total()).max().over(keys.clone());
    let (x, n) = (col("value"), col("share_total"));
    let is_part = over.is_total().not().and(col("unit").eq(lit("count")));
    let none = || lit(NULL).cast(DataType::Float64);
    let has_share = col("share_status").is_null();
    let shown = |share: Expr| when(has_share.clone()).then(share).otherwise(none());
    // A zero is no rounded count.
    let beside = when(x.clone().eq(lit(0.0)))
        .then(lit(0.0))
        .otherwise(lit(rounding));
    let most = |of: Expr| at_most(of, 100.0);
    let low = at_least(x.clone() - beside.clone(), 0.0) / (n.clone() + lit(rounding));
    let high = (x.clone() + beside) / at_least(n.clone() - lit(rounding), 1.0);
    let width = col("share_high") - col("share_low");
    let to = |of: Expr, scale: f64| {
        // Shares are never negative, so that cutting off after a half is rounding.
        let scaled = (of * lit(scale) + lit(0.5)).cast(DataType::Int64);
        scaled.cast(DataType::Float64) / lit(scale)
    };
    let exact = most(x / n.clone() * lit(100.0));
    let share = when(width.clone().lt_eq(lit(0.1)))
        .then(to(exact.clone(), 10.0))
        .otherwise(to(exact, 1.0));
    let status = when(is_part.not())
        .then(lit(NOT_APPLICABLE))
        .when(is_suppressed().or(col("share_total_suppressed").eq(lit(1))))
        .then(lit(SUPPRESSED))
        .when(n.clone().is_null())
        .then(lit("no total"))
        .when(n.eq(lit(0.0)))
        .then(lit(NOT_APPLICABLE))
        .when(col("held_from").neq_missing(col("share_total_held_from")))
        .then(lit(HELD))
        .otherwise(lit(NULL).cast(DataType::String));
    Ok(figures
        .with_columns([
            total(col("value"))?.alias("share_total"),
            total(is_suppressed().cast(DataType::Int32))?.alias("share_total_suppressed"),
            total(col("held_from"))?.alias("share_total_held_from"),
        ])
        .with_column(status.alias("share_status"))
        .with_columns([
            shown(low * lit(100.0)).alias("share_low"),
            shown(most(high * lit(100.0))).alias("share_high"),
        ])
        .with_column(shown(share).alias("share"))
        .with_column(
            when(has_share.not())
                .then(col("share_status"))
                .when(width.gt(lit(1.0)))
                .then(lit(APPROXIMATE))
                .otherwise(lit(CALCULATED))
                .alias("share_status"),
        )
        .drop(polars::prelude::cols([
            "share_total_suppressed",
            "share_total_held_from",
        ])))
}
