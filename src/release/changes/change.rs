//! The figures and tables that are not the same in two releases.

use super::cause::{Cause, CauseKind};
use crate::error::{Context, Result};
use crate::release::manifest::Manifest;
use polars::prelude::{AnyValue, DataFrame};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A table that only one of two releases has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TableCame {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// `came` or `went`.
    pub what: &'static str,
}

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
    /// Every reason that applies.
    pub why: Vec<CauseKind>,
}

/// Outcomes that are counted and not listed: nothing is claimed of them.
const NOT_LISTED: [&str; 4] = ["same", "suppressed", "held", "not applicable"];

/// The figures that are not the same, the largest changes first, and how many there are of each outcome.
pub(super) fn figures(
    compared: &DataFrame,
    causes: &[Cause],
) -> Result<(BTreeMap<String, u64>, Vec<FigureChange>)> {
    let mut outcomes = BTreeMap::new();
    let mut changed = Vec::new();
    for at in 0..compared.height() {
        let row = ComparedRow { compared, at };
        let what = row.text("change_status")?.unwrap_or_default();
        *outcomes.entry(what.clone()).or_insert(0) += 1;
        if NOT_LISTED.contains(&what.as_str()) {
            continue;
        }
        let report = row.text("report")?.unwrap_or_default();
        let period = row.text("period")?;
        let why = match what.as_str() {
            "new" | "gone" => Vec::new(),
            _ => why(&report, period.is_some(), causes),
        };
        changed.push(FigureChange {
            table: row.text("table")?.unwrap_or_default(),
            area: row.text("area_name")?,
            breakdown: row.text("breakdown_words")?.unwrap_or_default(),
            measure: row.text("measure_label")?.unwrap_or_default(),
            unit: row.text("unit_now")?.unwrap_or_default(),
            before: row.number("value_before")?,
            now: row.number("value")?,
            change: row.number("change")?,
            change_percent: row
                .number("change_percent")?
                .map(|n| (n * 10.0).round() / 10.0),
            report,
            period,
            what,
            why,
        });
    }
    // Percentages can be compared over units; what has none, a change from nothing, is before all.
    let size = |figure: &FigureChange| match (figure.change, figure.change_percent) {
        (None, _) => -1.0,
        (Some(_), None) => f64::INFINITY,
        (Some(_), Some(percent)) => percent.abs(),
    };
    changed.sort_by(|a, b| size(b).total_cmp(&size(a)));
    Ok((outcomes, changed))
}

/// Every reason why a figure of a report may be another one.
fn why(report: &str, has_period: bool, causes: &[Cause]) -> Vec<CauseKind> {
    let own = causes.iter().filter(|cause| cause.reports.contains(report));
    let kinds: BTreeSet<CauseKind> = own
        .map(|cause| match cause.kind {
            // The same period again, with newer data.
            CauseKind::Data if has_period => CauseKind::Revised,
            kind => kind,
        })
        .collect();
    kinds.into_iter().collect()
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

/// The tables that only one of two releases has.
pub(super) fn tables(old: &Manifest, new: &Manifest) -> Vec<TableCame> {
    let tables = |manifest: &Manifest| -> BTreeSet<(String, String)> {
        let reports = manifest.reports.iter();
        let of = reports.flat_map(|(report, used)| {
            used.tables
                .keys()
                .map(move |table| (report.clone(), table.clone()))
        });
        of.collect()
    };
    let (before, now) = (tables(old), tables(new));
    let made = |what| {
        move |(report, table): &(String, String)| TableCame {
            report: report.clone(),
            table: table.clone(),
            what,
        }
    };
    let came = now.difference(&before).map(made("came"));
    came.chain(before.difference(&now).map(made("went")))
        .collect()
}
