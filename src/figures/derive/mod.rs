//! Figures made of released figures, each a Polars expression over the long form.
//!
//! Every one of them has a status of its own. A suppressed figure never takes part as a value: what would
//! need it says so, and has none either.

mod benchmark;
mod change;
mod extremes;
mod limits;
mod merge;
mod rank;
mod revised;
mod rolling;
mod share;
mod wide;

pub(crate) use benchmark::compared;
pub(crate) use change::changes;
pub(crate) use extremes::best_and_worst;
pub(crate) use merge::merged;
pub(crate) use rank::{RankFirst, ranked};
pub(crate) use revised::revised;
pub(crate) use rolling::rolling_years;
pub(crate) use share::{ShareOver, shares};
pub(crate) use wide::{Across, wide};

use super::schema::SUPPRESSED;
use crate::error::{Context, Result};
use polars::prelude::{DataFrame, Expr, LazyFrame, PolarsResult, col, lit};

/// The status of a derived figure that has a value.
pub(crate) const CALCULATED: &str = "calculated";

/// Whether a figure is suppressed.
fn is_suppressed() -> Expr {
    col("status").eq(lit(SUPPRESSED))
}

/// The rows of a query.
fn collected(query: PolarsResult<LazyFrame>) -> Result<DataFrame> {
    let rows = query.and_then(LazyFrame::collect);
    rows.data(|| "cannot derive figures")
}

#[cfg(test)]
mod tests;
