//! The change of each figure on the release before.

use super::collected;
use crate::error::Result;
use crate::figures::schema::KEY;
use crate::figures::{Figures, NOT_APPLICABLE, SUPPRESSED};
use polars::prelude::{
    DataFrame, DataType, Expr, JoinArgs, JoinCoalesce, JoinType, LazyFrame, MaintainOrderJoin,
    NULL, PolarsResult, col, lit, when,
};

/// The columns that an older release adds, with the ending `_before`.
const BEFORE: [&str; 4] = ["value", "status", "held_from", "unit"];

/// The figures of both releases, with those of the older one as `value_before`, `status_before` and
/// `held_before`, the `change` and `change_percent` between them, and `change_status`: `same`, `changed`,
/// `new` or `gone` for figures that only one has, `newly suppressed`, `newly shown`, or why no change is
/// claimed: `suppressed`, `held` (a held figure is one of an earlier day), `not comparable`.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn changes(old: &Figures, new: &Figures) -> Result<DataFrame> {
    collected(Ok(joined(old, new))).and_then(|both| collected(with_change(both)))
}

/// Figures of both, side by side.
fn joined(old: &Figures, new: &Figures) -> LazyFrame {
    let keys = KEY.map(col);
    let own = |name: &str| col(name.to_owned());
    let mut kept: Vec<Expr> = KEY.map(own).to_vec();
    kept.extend(BEFORE.map(|name| own(name).alias(format!("{name}_before"))));
    let words = [
        "table_title",
        "area_code",
        "breakdown_words",
        "measure_label",
        "row",
    ];
    kept.extend(words.map(|name| own(name).alias(format!("{name}_before"))));
    let args = JoinArgs {
        how: JoinType::Full,
        // The whole area and figures without a period are null in both.
        nulls_equal: true,
        coalesce: JoinCoalesce::CoalesceColumns,
        maintain_order: MaintainOrderJoin::LeftRight,
        ..JoinArgs::default()
    };
    let both = new
        .lazy()
        .join(old.lazy().select(kept), keys.clone(), keys, args);
    // What the new release has no more keeps its words.
    let filled = words.map(|name| {
        let before = own(&format!("{name}_before"));
        own(name).fill_null(before)
    });
    both.with_columns(filled)
        .drop(polars::prelude::cols(
            words.map(|name| format!("{name}_before")),
        ))
        .with_column(col("unit").fill_null(col("unit_before")).alias("unit_now"))
}

fn with_change(both: DataFrame) -> PolarsResult<LazyFrame> {
    use polars::prelude::IntoLazy;
    let (now, before) = (col("value"), col("value_before"));
    let is = |column: &str, word: &str| col(column.to_owned()).eq(lit(word.to_owned()));
    let status = when(col("status").is_null())
        .then(lit("gone"))
        .when(col("status_before").is_null())
        .then(lit("new"))
        .when(is("status", SUPPRESSED).and(is("status_before", SUPPRESSED)))
        .then(lit(SUPPRESSED))
        .when(is("status", SUPPRESSED))
        .then(lit("newly suppressed"))
        .when(is("status_before", SUPPRESSED))
        .then(lit("newly shown"))
        .when(
            col("held_from")
                .is_not_null()
                .or(col("held_from_before").is_not_null()),
        )
        .then(lit("held"))
        .when(col("unit").neq(col("unit_before")))
        .then(lit("not comparable"))
        .when(now.clone().is_null().or(before.clone().is_null()))
        .then(
            when(now.clone().is_null().and(before.clone().is_null()))
                .then(lit("same"))
                .otherwise(lit(NOT_APPLICABLE)),
        )
        .when(now.clone().eq(before.clone()))
        .then(lit("same"))
        .otherwise(lit("changed"));
    let none = || lit(NULL).cast(DataType::Float64);
    let changed = col("change_status").eq(lit("changed"));
    let only = |of: Expr, when_: Expr| when(when_).then(of).otherwise(none());
    let per_cent = (now.clone() - before.clone()) / before.clone() * lit(100.0);
    Ok(both
        .lazy()
        .with_column(status.alias("change_status"))
        .with_columns([
            only(now - before.clone(), changed.clone()).alias("change"),
            only(per_cent, changed.and(before.neq(lit(0.0)))).alias("change_percent"),
        ]))
}
