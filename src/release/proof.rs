//! The proof that a report's tables may leave, and the values that their dimensions may have.

use super::dimension::undeclared;
use super::report::{Report, place};
use super::report_file::{Of, ReportTable, TotalOf};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::models::sensitivity::{Dimension, Judged, Question, Sensitivity};
use crate::release::dimension::looks_personal;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};

/// The values that each dimension of a table may have.
pub(crate) type Lists = BTreeMap<String, BTreeSet<String>>;

/// Refuses a table that its plan does not prove fit to leave; gives what depends on the populations of
/// areas. `smallest` is the fewest people of an area that may be told apart, 0 for no limit.
pub(super) fn prove(
    sensitivity: &mut Sensitivity,
    report: &Report,
    table: &ReportTable,
    plan: &LogicalPlan,
    smallest: u64,
) -> Result<Judged> {
    let place = place(&report.file, &table.id);
    let mut dimensions = Vec::new();
    for column in table.dimensions() {
        let list = table
            .dimensions
            .get(column)
            .ok_or_else(|| undeclared(column))?;
        if let Some((name, listed)) = list.column() {
            let within = |e: Error| e.within(format!("{place}: dimension `{column}`"));
            sensitivity.list_column(&name, listed).map_err(within)?;
        }
        dimensions.push(Dimension {
            column,
            across: table.across.as_deref() == Some(column),
            from_table: list.from.is_some(),
        });
    }
    let of = |wanted: &[Of]| {
        let mut measures = table.measures.iter();
        measures.any(|m| m.of.is_some_and(|of| wanted.contains(&of)))
    };
    let question = Question {
        place: &place,
        reads: &report.reads_of(&table.id),
        dimensions,
        counts: table.counts().map(|(column, _)| column).collect(),
        totals_of_rows: table.totals.has(TotalOf::Rows) || of(&[Of::Column, Of::Table]),
        totals_across: table.across.is_some()
            && (table.totals.has(TotalOf::Across)
                || of(&[Of::Row, Of::Table])
                || table.order.is_some()),
        limits_areas: smallest > 0,
    };
    sensitivity.judge(plan, &question)
}

/// The values that the dimensions of a table may have.
pub(super) async fn lists(engine: &Engine, place: &str, table: &ReportTable) -> Result<Lists> {
    let mut lists = Lists::new();
    for column in table.dimensions() {
        let Some(list) = table.dimensions.get(column) else {
            return Err(undeclared(column));
        };
        let values = match (list.column(), &list.values) {
            (Some((name, listed)), _) => {
                let values = listed_by(engine, place, &name, listed).await?;
                // Reference files were looked at when they were loaded; a model makes texts of its own.
                if name.layer != "reference" && values.iter().any(|v| looks_personal(v)) {
                    return Err(Error::refused(format!(
                        "{place}: dimension `{column}`: {name}.{listed} has a value that looks like a number or an address of somebody"
                    ))
                    .hint("a dimension takes its values from a reference table, or from a model that reads nothing else"));
                }
                values
            }
            (None, Some(values)) => values.iter().cloned().collect(),
            (None, None) => BTreeSet::new(),
        };
        lists.insert(column.to_string(), values);
    }
    Ok(lists)
}

async fn listed_by(
    engine: &Engine,
    place: &str,
    table: &TableName,
    column: &str,
) -> Result<BTreeSet<String>> {
    let sql = format!("select distinct \"{column}\" as value from {table}");
    let frame = engine.query(place, &sql).await?;
    let batches = engine.collect(place, frame).await?;
    let mut values = BTreeSet::new();
    for batch in &batches {
        values.extend(texts(batch, 0)?.into_iter().flatten());
    }
    Ok(values)
}

/// The values of a column as text; dates in ISO form.
pub(super) fn texts(batch: &RecordBatch, column: usize) -> Result<Vec<Option<String>>> {
    let text = cast(batch.column(column), &DataType::Utf8)
        .map_err(|e| Error::data("a list of values cannot be read as text").cause(e))?;
    let texts = text.as_string::<i32>().iter();
    Ok(texts.map(|value| value.map(str::to_string)).collect())
}
