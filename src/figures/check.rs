//! Whether a frame is one of figures.

use super::schema::{KEY, NOT_APPLICABLE, SUPPRESSED, columns};
use crate::error::{Context, Error, Result};
use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, col, len, lit};

/// Checks the columns of a frame, and that its rows can be figures.
///
/// # Errors
/// Data, naming the column or the rule and no value.
pub(super) fn check(frame: &DataFrame) -> Result<()> {
    form(frame)?;
    let rules = rules();
    let broken = rules.iter().enumerate().map(|(at, (rule, _))| {
        let rows = rule.clone().cast(DataType::UInt32).sum();
        rows.alias(at.to_string())
    });
    // All in one query: a release has thousands of small tables.
    let broken = frame.clone().lazy().select(broken.collect::<Vec<Expr>>());
    let broken = broken.collect().data(|| "cannot check figures")?;
    for (column, (_, what)) in broken.columns().iter().zip(&rules) {
        let rows = column.get(0).data(|| "cannot check figures")?;
        if rows.extract::<u64>().is_some_and(|rows| rows > 0) {
            return Err(wrong(what));
        }
    }
    unique(frame)
}

/// Conditions that are true of no figure, and what is wrong where one is.
fn rules() -> [(Expr, &'static str); 6] {
    let suppressed = col("status").eq(lit(SUPPRESSED));
    let without_value = suppressed.or(col("status").eq(lit(NOT_APPLICABLE)));
    let number = |name: &str| col(name.to_owned()).is_not_null();
    let endless = |name: &str| number(name).and(col(name.to_owned()).is_finite().not());
    let any = |of: &dyn Fn(&str) -> Expr| of("value").or(of("lower_95")).or(of("upper_95"));
    let (name, level) = (col("area_name"), col("area_level"));
    let of_nothing = level
        .clone()
        .is_not_null()
        .or(col("area_code").is_not_null());
    let nameless = name.clone().is_null().and(of_nothing);
    [
        (
            without_value.clone().and(any(&number)),
            "a figure that is suppressed or not applicable has a number",
        ),
        (
            without_value.not().and(col("value").is_null()),
            "a figure that is shown has no value",
        ),
        (any(&endless), "a value or limit is no finite number"),
        (
            col("lower_95").is_null().neq(col("upper_95").is_null()),
            "a figure has one limit of two",
        ),
        (
            col("lower_95").gt(col("upper_95")),
            "a lower limit is above the upper one",
        ),
        (
            nameless.or(name.is_not_null().and(level.is_null())),
            "an area has no name or no level",
        ),
    ]
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

/// Refuses a frame with two rows of one figure.
fn unique(frame: &DataFrame) -> Result<()> {
    // Areas of two releases may have one name.
    let key = KEY.into_iter().chain(["area_code"]).map(col);
    let key: Vec<Expr> = key.collect();
    let different = frame.clone().lazy().group_by(key).agg([len()]);
    let different = different.collect().data(|| "cannot check figures")?;
    match different.height() == frame.height() {
        true => Ok(()),
        false => Err(wrong("two rows are of the same figure")),
    }
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::data("these are no released figures").cause(what)
}
