//! The proof that a report's tables may leave, and the values that their dimensions may have.

use super::counted::Counting;
use super::dimension::undeclared;
use super::report_file::ReportTable;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::models::sensitivity::{Dimension, Judged, Question, Sensitivity};
use crate::pipeline::AreaLevel;
use crate::release::dimension::looks_personal;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};

/// The values that each dimension of a table may have.
pub(crate) type Lists = BTreeMap<String, BTreeSet<String>>;

/// Refuses a count of a table that its plan does not prove fit to leave; gives what depends on the
/// populations of areas. People are different people in every total, so that only rows have to be shown
/// to add up. `smallest` is the fewest people of an area that may be told apart, 0 for no limit.
pub(super) fn prove(
    sensitivity: &mut Sensitivity,
    place: &str,
    (table, levels): (&ReportTable, &[AreaLevel]),
    counting: &Counting,
    plan: &LogicalPlan,
    smallest: u64,
) -> Result<Judged> {
    let mut all = dimensions(sensitivity, place, table)?;
    for level in levels {
        let (listed, code, _) = level.listed();
        let within = |e: Error| e.within(format!("{place}: {}", level.dimension()));
        sensitivity.list_column(&listed, code).map_err(within)?;
        all.push(Dimension {
            column: level.dimension(),
            across: false,
            from_table: true,
        });
    }
    let all = all.into_iter().enumerate();
    let divides = |(at, dimension)| counting.divided_by(at).then_some(dimension);
    let mut dimensions: Vec<Dimension> = all.filter_map(divides).collect();
    let mut names: Vec<&str> = table.dimensions().chain(table.ages()).collect();
    names.extend(levels.iter().map(|level| level.dimension()));
    let looked_up = counting.looked_up_by(&names);
    for (_, name) in &looked_up {
        let of = name.rsplit_once(" behind ").map(|(_, of)| of);
        dimensions.push(Dimension {
            column: name,
            across: table.across.as_deref() == of,
            from_table: true,
        });
    }
    let mut judged = Judged::default();
    let counts = [
        (&counting.people, false),
        (&counting.rows, true),
        (&counting.sum, true),
    ];
    for (count, adds_up) in counts {
        let Some(count) = count else {
            continue;
        };
        let question = Question {
            place,
            dimensions: dimensions.clone(),
            counts: vec![count.as_str()],
            totals_of_rows: adds_up && table.tells_totals_of_rows(),
            totals_across: adds_up && tells_totals_across(table),
            limits_areas: smallest > 0,
        };
        let one = sensitivity.judge(plan, &question)?;
        let areas = one
            .areas
            .iter()
            .filter_map(|area| area.rsplit_once(" behind "));
        judged.areas.extend(areas.map(|(_, of)| of.to_string()));
        judged.areas.extend(one.areas.iter().cloned());
        judged.choices.extend(one.choices);
    }
    Ok(judged)
}

/// Figures that rows are ordered by are told by it.
fn tells_totals_across(table: &ReportTable) -> bool {
    table.tells_totals_across() || table.across.is_some() && table.order.is_some()
}

/// The dimensions of a table, whose lists must hold values of nobody.
fn dimensions<'a>(
    sensitivity: &Sensitivity,
    place: &str,
    table: &'a ReportTable,
) -> Result<Vec<Dimension<'a>>> {
    let mut dimensions = Vec::new();
    for column in table.dimensions().chain(table.ages()) {
        let list = table
            .dimensions
            .get(column)
            .ok_or_else(|| undeclared(column))?;
        if let Some((name, listed)) = list.column() {
            let within = |e: Error| e.within(format!("{place}: dimension `{column}`"));
            for listed in [Some(listed), list.by.as_deref()].into_iter().flatten() {
                sensitivity.list_column(&name, listed).map_err(within)?;
            }
        }
        dimensions.push(Dimension {
            column,
            across: table.across.as_deref() == Some(column),
            from_table: list.from.is_some(),
        });
    }
    Ok(dimensions)
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
