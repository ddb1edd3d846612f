//! Figures made of released figures, each a Polars expression over the long form.
//!
//! Every one of them has a status of its own. A suppressed figure never takes part as a value: what would
//! need it says so, and has none either. A held figure is as of the release that it is from, and is not
//! compared with figures of another date as if it were new.

mod benchmark;
mod change;
mod extremes;
mod figure_change;
mod limits;
mod merge;
mod rank;
mod rolling;
mod share;
mod wide;

pub(crate) use benchmark::compared;
pub(crate) use change::changes;
pub(crate) use extremes::best_and_worst;
pub(crate) use figure_change::{FigureChange, figure_changes};
pub(crate) use merge::merged;
pub(crate) use rank::{RankFirst, ranked};
pub(crate) use rolling::rolling_years;
pub(crate) use share::{ShareOver, shares};
pub(crate) use wide::{Across, wide};

use super::schema::SUPPRESSED;
use crate::error::{Context, Result};
use polars::prelude::{DataFrame, Expr, LazyFrame, PolarsResult, col, lit, when};

/// The status of a derived figure that has a value.
pub(crate) const CALCULATED: &str = "calculated";

/// The status of a derived figure whose value is less exact than it looks.
const APPROXIMATE: &str = "approximate";

/// The status of a derived figure that there is not, since a figure that it needs is as of another date.
const HELD: &str = "held";

/// Whether a figure is suppressed.
fn is_suppressed() -> Expr {
    col("status").eq(lit(SUPPRESSED))
}

/// A number, or the limit where it is below.
fn at_least(of: Expr, limit: f64) -> Expr {
    when(of.clone().lt(lit(limit)))
        .then(lit(limit))
        .otherwise(of)
}

/// A number, or the limit where it is above.
fn at_most(of: Expr, limit: f64) -> Expr {
    when(of.clone().gt(lit(limit)))
        .then(lit(limit))
        .otherwise(of)
}

/// The rows of a query.
fn collected(query: PolarsResult<LazyFrame>) -> Result<DataFrame> {
    let rows = query.and_then(LazyFrame::collect);
    rows.data(|| "cannot derive figures")
}

#[cfg(test)]
mod tests;
