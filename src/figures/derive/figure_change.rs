//! The figures that are not the same in two releases, one by one.

use super::change::changes;
use crate::error::{Context, Result};
use crate::figures::Figures;
use polars::prelude::{AnyValue, DataFrame};
use serde::Serialize;
use std::collections::BTreeMap;

/// A figure that is not the same in two releases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FigureChange {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// The area; None for the whole.
    pub area: Option<String>,
    /// The period.
    pub period: Option<String>,
    /// The other dimensions, in words.
    pub breakdown: String,
    /// The measure.
    pub measure: String,
    /// Its unit.
    pub unit: String,
    /// `changed`, `newly suppressed`, `newly shown`, `new`, `gone`, or `not comparable`.
    pub what: String,
    /// The figure before, where it was shown.
    pub before: Option<f64>,
    /// The figure now, where it is shown.
    pub now: Option<f64>,
    /// The change, where one is claimed.
    pub change: Option<f64>,
    /// The same in percent of the figure before.
    pub change_percent: Option<f64>,
}

impl FigureChange {
    /// What says which figure of its table it is.
    pub(crate) fn place(&self) -> String {
        let parts = [self.area.as_deref(), self.period.as_deref()];
        let words = [self.breakdown.as_str(), self.measure.as_str()];
        let parts = parts.into_iter().flatten().chain(words);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// A figure of its unit as people read it; `none shown` for none.
    pub(crate) fn number(&self, figure: Option<f64>) -> String {
        match (figure, self.unit.as_str()) {
            (None, _) => "none shown".to_owned(),
            (Some(number), "count") => format!("{number:.0}"),
            (Some(number), _) => format!("{number}"),
        }
    }
}

/// How the figures of two releases differ.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FigureChanges {
    /// How many figures there are of each outcome, as [`changes`] calls them.
    pub outcomes: BTreeMap<String, u64>,
    /// Those that are not the same, the largest changes first.
    pub figures: Vec<FigureChange>,
}

/// Outcomes that are counted and not listed: nothing is claimed of them.
const NOT_LISTED: [&str; 4] = ["same", "suppressed", "held", "not applicable"];

/// How the figures of two releases differ: no change is claimed of what one of them withholds or holds.
///
/// # Errors
/// Data, when they cannot be compared.
pub(crate) fn figure_changes(old: &Figures, new: &Figures) -> Result<FigureChanges> {
    let compared = changes(old, new)?;
    let mut found = FigureChanges::default();
    for at in 0..compared.height() {
        let row = ComparedRow {
            compared: &compared,
            at,
        };
        let what = row.text("change_status")?.unwrap_or_default();
        *found.outcomes.entry(what.clone()).or_insert(0) += 1;
        if NOT_LISTED.contains(&what.as_str()) {
            continue;
        }
        found.figures.push(FigureChange {
            report: row.text("report")?.unwrap_or_default(),
            table: row.text("table")?.unwrap_or_default(),
            area: row.text("area_name")?,
            period: row.text("period")?,
            breakdown: row.text("breakdown_words")?.unwrap_or_default(),
            measure: row.text("measure_label")?.unwrap_or_default(),
            unit: row.text("unit_now")?.unwrap_or_default(),
            before: row.number("value_before")?,
            now: row.number("value")?,
            change: row.number("change")?,
            change_percent: row
                .number("change_percent")?
                .map(|n| (n * 10.0).round() / 10.0),
            what,
        });
    }
    // Percentages can be compared over units; what has none, a change from nothing, is before all.
    let size = |figure: &FigureChange| match (figure.change, figure.change_percent) {
        (None, _) => -1.0,
        (Some(_), None) => f64::INFINITY,
        (Some(_), Some(percent)) => percent.abs(),
    };
    found.figures.sort_by(|a, b| size(b).total_cmp(&size(a)));
    Ok(found)
}

/// A row of two releases side by side.
struct ComparedRow<'a> {
    compared: &'a DataFrame,
    at: usize,
}

impl ComparedRow<'_> {
    fn any(&self, name: &str) -> Result<AnyValue<'_>> {
        let column = self.compared.column(name);
        let value = column.and_then(|column| column.get(self.at));
        value.data(|| "cannot compare figures")
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        Ok(self.any(name)?.get_str().map(str::to_owned))
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        Ok(match self.any(name)? {
            AnyValue::Float64(number) => Some(number),
            _ => None,
        })
    }
}
