//! The table of rates that a projection is made from, and what can be wrong with it.

use super::spec::ProjectionSpec;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::release::report_file::{Measure, MeasureKind, ReportFile, ReportTable, TotalOf};

/// The table that a projection is made from, and its rate.
pub(super) fn source<'a>(
    spec: &ProjectionSpec,
    tables: &'a [ReportTable],
) -> Option<(&'a ReportTable, &'a Measure)> {
    let table = tables.iter().find(|table| table.id == spec.table)?;
    let rate = table.measures.iter().find(|m| m.label == spec.rate)?;
    Some((table, rate))
}

/// The column of `reference.age_band` that has the age groups of a table.
pub(super) fn ages(table: &ReportTable) -> Option<&str> {
    let values = table.dimensions.get(table.rows.first()?)?;
    let (of, column) = values.column()?;
    let is_of_ages =
        of.to_string() == "reference.age_band" && values.by.as_deref() == Some("age_band");
    is_of_ages.then_some(column)
}

/// Checks a projection of a report.
///
/// # Errors
/// Usage, when its table has no rate by age that it could be made from.
pub(crate) fn check_projection(report: &ReportFile, spec: &ProjectionSpec) -> Result<()> {
    let ids: Vec<&str> = report
        .tables
        .iter()
        .map(|table| table.id.as_str())
        .collect();
    let Some(table) = report.tables.iter().find(|table| table.id == spec.table) else {
        return Err(
            Error::usage(format!("`{}` is not a table of this report", spec.table))
                .hint(nearest(&spec.table, &ids)),
        );
    };
    let rates = table.measures.iter();
    let rates = rates.filter(|m| m.kind == MeasureKind::Rate);
    let rates: Vec<&str> = rates.map(|m| m.label.as_str()).collect();
    if !rates.contains(&spec.rate.as_str()) {
        return Err(Error::usage(format!(
            "`{}` is not a measure of kind \"rate\" of table `{}`",
            spec.rate, spec.table
        ))
        .hint(nearest(&spec.rate, &rates)));
    }
    let is_by_age = table.rows.len() == 1 && table.across.is_none();
    if !is_by_age || ages(table).is_none() {
        return Err(Error::usage(format!("table `{}` is not by age alone", spec.table)).hint(
            "let its `rows` be one dimension of age groups, without `across`: age_group = { from = \"reference.age_band.broad_age_group\", by = \"age_band\" }",
        ));
    }
    // What is not shown is not known to be safe.
    if !table.totals.has(TotalOf::Rows) {
        return Err(Error::usage(format!(
            "table `{}` does not show its row of totals",
            spec.table
        ))
        .hint("write totals = [\"rows\"]"));
    }
    Ok(())
}
