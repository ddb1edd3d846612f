//! The order of a report table: that of its labels, dimension by dimension.

use super::dimension::NOT_KNOWN;
use super::dimension::ValuesOf;
use super::proof::texts;
use super::report_file::ReportTable;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The column that each reference table is ordered by, where its sidecar names one.
pub(super) type OrderColumns = BTreeMap<TableName, String>;

/// The combinations of a table's labels, and the values across.
pub(super) struct OrderedLabels {
    /// The combinations, dimension by dimension.
    pub batches: Vec<RecordBatch>,
    /// The values of the dimension across. Their order is that of their labels, whichever of the rows has
    /// which: where it came from the combinations, it would tell of those of whom no figure does.
    pub across: Vec<String>,
}

/// The rows of `batches` in the order of their labels: as the report lists them, by the order of the
/// reference table that they come from, or else by their text; those that are not known last.
///
/// # Errors
/// Data: the values of a dimension cannot be read.
pub(super) async fn in_order_of_labels(
    engine: &Engine,
    place: &str,
    table: &ReportTable,
    orders: &OrderColumns,
    batches: Vec<RecordBatch>,
) -> Result<OrderedLabels> {
    let Some(first) = batches.first() else {
        return Ok(OrderedLabels {
            batches,
            across: Vec::new(),
        });
    };
    let failed = |e| Error::data(format!("{place}: the rows cannot be ordered")).cause(e);
    let all = concat_batches(&first.schema(), &batches).map_err(failed)?;
    let mut keys: Vec<Vec<(usize, String)>> = vec![Vec::new(); all.num_rows()];
    let mut across: BTreeSet<(usize, String)> = BTreeSet::new();
    for column in table.dimensions() {
        let Ok(at) = all.schema().index_of(column) else {
            continue;
        };
        let listed = match table.dimensions.get(column) {
            Some(list) => listed(engine, place, list, orders).await?,
            None => HashMap::new(),
        };
        for (key, label) in keys.iter_mut().zip(texts(&all, at)?) {
            let label = label.unwrap_or_else(|| NOT_KNOWN.to_string());
            let rank = match label == NOT_KNOWN {
                true => usize::MAX,
                false => listed.get(&label).copied().unwrap_or(usize::MAX - 1),
            };
            if table.across.as_deref() == Some(column) {
                across.insert((rank, label.clone()));
            }
            key.push((rank, label));
        }
    }
    let mut rows: Vec<u32> = (0..).take(all.num_rows()).collect();
    rows.sort_by_key(|row| keys.get(*row as usize));
    let rows = take_record_batch(&all, &UInt32Array::from(rows)).map_err(failed)?;
    Ok(OrderedLabels {
        batches: vec![rows],
        across: across.into_iter().map(|(_, label)| label).collect(),
    })
}

/// The place of each value that a dimension may have.
async fn listed(
    engine: &Engine,
    place: &str,
    list: &ValuesOf,
    orders: &OrderColumns,
) -> Result<HashMap<String, usize>> {
    if let Some(values) = &list.values {
        return Ok(values.iter().cloned().zip(0..).collect());
    }
    let Some((table, column)) = list.column() else {
        return Ok(HashMap::new());
    };
    let Some(order) = orders.get(&table) else {
        return Ok(HashMap::new());
    };
    let sql = format!(
        "select \"{column}\" as value, min(\"{order}\") as place from {table} group by \"{column}\" order by min(\"{order}\"), \"{column}\""
    );
    let frame = engine.query(place, &sql).await?;
    let mut listed = HashMap::new();
    for batch in engine.collect(place, frame).await? {
        for value in texts(&batch, 0)?.into_iter().flatten() {
            let next = listed.len();
            listed.entry(value).or_insert(next);
        }
    }
    Ok(listed)
}
