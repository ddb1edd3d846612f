//! Whether a frame is one of figures.

use super::schema::{KEY, NOT_APPLICABLE, SUPPRESSED, columns};
use crate::error::{Context, Error, Result};
use polars::prelude::{DataFrame, Expr, IntoLazy, col, len, lit};

/// Checks the columns of a frame, and that its rows can be figures.
///
/// # Errors
/// Data, naming the column or the rule and no value.
pub(super) fn check(frame: &DataFrame) -> Result<()> {
    form(frame)?;
    let without_value = col("status")
        .eq(lit(SUPPRESSED))
        .or(col("status").eq(lit(NOT_APPLICABLE)));
    let number = |name: &str| col(name.to_owned()).is_not_null();
    let finite = |name: &str| number(name).and(col(name.to_owned()).is_finite().not());
    let limits = ["value", "lower_95", "upper_95"];
    let any = |of: &dyn Fn(&str) -> Expr| {
        let all = limits.iter().map(|name| of(name));
        all.reduce(Expr::or).unwrap_or_else(|| lit(false))
    };
    none(
        frame,
        without_value.clone().and(any(&number)),
        "a figure that is suppressed or not applicable has a number",
    )?;
    none(
        frame,
        without_value.not().and(col("value").is_null()),
        "a figure that is shown has no value",
    )?;
    none(frame, any(&finite), "a value or limit is no finite number")?;
    none(
        frame,
        col("lower_95").is_null().neq(col("upper_95").is_null()),
        "a figure has one limit of two",
    )?;
    none(
        frame,
        col("lower_95").gt(col("upper_95")),
        "a lower limit is above the upper one",
    )?;
    none(
        frame,
        col("area_name")
            .is_null()
            .and(
                col("area_code")
                    .is_not_null()
                    .or(col("area_level").is_not_null()),
            )
            .or(col("area_name")
                .is_not_null()
                .and(col("area_level").is_null())),
        "an area has no name or no level",
    )?;
    unique(frame)
}

/// The columns, their types, and that those which may not be null are not.
fn form(frame: &DataFrame) -> Result<()> {
    let expected = columns();
    for (name, kind, nullable) in &expected {
        let Ok(column) = frame.column(name) else {
            return Err(wrong(format!("there is no column `{name}`")));
        };
        if column.dtype() != kind {
            return Err(wrong(format!(
                "column `{name}` is of type {}, and not {kind}",
                column.dtype()
            )));
        }
        if !nullable && column.null_count() > 0 {
            return Err(wrong(format!("column `{name}` has a null")));
        }
    }
    let names = frame.get_column_names();
    let same = names.iter().map(|name| name.as_str());
    if !same.eq(expected.iter().map(|(name, ..)| *name)) {
        return Err(wrong(
            "there are other columns, or they are in another order",
        ));
    }
    Ok(())
}

/// Refuses a frame with a row of which `rule` is true.
fn none(frame: &DataFrame, rule: Expr, what: &str) -> Result<()> {
    let broken = frame.clone().lazy().filter(rule).select([len()]).collect();
    let broken = broken.data(|| "cannot check figures")?;
    match count(&broken) {
        0 => Ok(()),
        _ => Err(wrong(what)),
    }
}

/// Refuses a frame with two rows of one figure.
fn unique(frame: &DataFrame) -> Result<()> {
    let twice = frame
        .clone()
        .lazy()
        .group_by(KEY.map(col))
        .agg([len().alias("rows")])
        .filter(col("rows").gt(lit(1)))
        .select([len()])
        .collect();
    match count(&twice.data(|| "cannot check figures")?) {
        0 => Ok(()),
        _ => Err(wrong("two rows are of the same figure")),
    }
}

/// The number in a frame of one.
fn count(frame: &DataFrame) -> u64 {
    let number = frame
        .columns()
        .first()
        .and_then(|column| column.get(0).ok());
    number
        .and_then(|number| number.extract::<u64>())
        .unwrap_or(0)
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::data("these are no released figures").cause(what)
}
