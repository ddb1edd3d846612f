//! Which figures are other than readers have them.

use super::collected;
use crate::error::Result;
use crate::figures::Figures;
use crate::figures::schema::KEY;
use polars::prelude::{JoinArgs, JoinCoalesce, JoinType, MaintainOrderJoin, col, lit, when};

/// The flag of a revised figure.
const REVISED: &str = "r";

/// The figures of `now`, those marked as revised that have a period and another value than `before` has
/// for it. A figure that one of the two withholds, or that is of another unit, is no revision.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn revised(before: &Figures, now: &Figures) -> Result<Figures> {
    let keys = || KEY.map(|name| col(name.to_owned()));
    let mut kept = keys().to_vec();
    kept.push(col("value").alias("value_before"));
    kept.push(col("unit").alias("unit_before"));
    let args = JoinArgs {
        how: JoinType::Left,
        // The whole area is null in both.
        nulls_equal: true,
        coalesce: JoinCoalesce::CoalesceColumns,
        maintain_order: MaintainOrderJoin::Left,
        ..JoinArgs::default()
    };
    let both = now
        .lazy()
        .join(before.lazy().select(kept), keys(), keys(), args);
    let differs = col("value").neq(col("value_before"));
    let is_revised = col("period")
        .is_not_null()
        .and(col("unit").eq(col("unit_before")))
        .and(differs)
        .fill_null(lit(false));
    let marked = when(is_revised)
        .then(lit(REVISED) + col("flags"))
        .otherwise(col("flags"));
    let columns: Vec<_> = now.frame().get_column_names_owned();
    let columns: Vec<_> = columns.into_iter().map(col).collect();
    let marked = both.with_column(marked.alias("flags")).select(columns);
    let mut frame = collected(Ok(marked))?;
    // One chunk, so that the bytes of a file do not depend on how it was made.
    frame.rechunk_mut();
    Figures::of(frame)
}
