//! Figures side by side: a column for each period, area, measure or value of a breakdown.

use super::collected;
use crate::error::{Context, Result};
use crate::figures::Figures;
use polars::frame::PivotColumnNaming;
use polars::prelude::{DataFrame, Expr, IntoLazy, UniqueKeepStrategy, col, cols};
use std::sync::Arc;

/// What becomes columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Across {
    /// Areas.
    Area,
    /// Periods.
    Period,
    /// Measures.
    Measure,
    /// Values of the other dimensions.
    Breakdown,
}

impl Across {
    fn column(self) -> &'static str {
        match self {
            Across::Area => "area_name",
            Across::Period => "period",
            Across::Measure => "measure_label",
            Across::Breakdown => "breakdown_words",
        }
    }
}

/// The rest of what says what a figure is.
const ALONG: [&str; 5] = [
    "table",
    "area_name",
    "period",
    "breakdown_words",
    "measure_label",
];

/// The figures with a column of values and one of statuses for each thing across, in the order of the
/// table: `value: 2026-09`, `status: 2026-09`.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn wide(figures: &Figures, across: Across) -> Result<DataFrame> {
    let on = across.column();
    let words = |name: &'static str| col(name).fill_null(polars::prelude::lit("Total"));
    let texts = figures.lazy().with_columns(ALONG.map(words));
    let texts = collected(Ok(texts))?;
    let columns = texts.clone().lazy().select([col(on)]);
    let columns = columns
        .unique_stable(None, UniqueKeepStrategy::First)
        .collect();
    let columns = columns.data(|| "cannot derive figures")?;
    let along = ALONG.into_iter().filter(|name| *name != on);
    let first: Expr = polars::prelude::element().first();
    let pivoted = texts.lazy().pivot(
        cols([on]),
        Arc::new(columns),
        cols(along),
        cols(["value", "status"]),
        first,
        true,
        ": ".into(),
        PivotColumnNaming::Combine,
    );
    collected(Ok(pivoted))
}
