//! Figures of several releases in one frame.

use super::collected;
use crate::error::Result;
use crate::figures::{FigureArea, Figures};
use polars::prelude::{Expr, col, lit, when};

/// The figures of releases, in their order. What a release says of the whole of its area says that area's
/// name here, where it has been given.
///
/// # Errors
/// Data, when two of them have the same figure.
pub(crate) fn merged(releases: &[(Option<FigureArea>, Figures)]) -> Result<Figures> {
    let mut all = Vec::new();
    for (area, figures) in releases {
        all.push(match area {
            Some(area) => of_area(figures, area)?,
            None => figures.clone(),
        });
    }
    Figures::together(&all)
}

/// Figures in which the whole is this area.
fn of_area(figures: &Figures, area: &FigureArea) -> Result<Figures> {
    let is_whole = col("area_name").is_null();
    let filled = |name: &str, value: Option<&str>| -> Expr {
        let value = match value {
            Some(value) => lit(value.to_owned()),
            None => lit(polars::prelude::NULL).cast(polars::prelude::DataType::String),
        };
        let own = col(name.to_owned());
        when(is_whole.clone())
            .then(value)
            .otherwise(own)
            .alias(name.to_owned())
    };
    let named = figures.lazy().with_columns([
        filled("area_code", area.code.as_deref()),
        filled("area_level", Some(&area.level)),
        filled("area_name", Some(&area.name)),
    ]);
    Figures::of(collected(Ok(named))?)
}
