//! Kept groups, less those of the old rows of some people, and with those of their new ones.

use super::additive::{KeptAggregate, KeptColumn};
use crate::error::{Context, Result};
use crate::models::proof_rule::ProofRule;
use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Int64Array, RecordBatch, UInt32Array,
};
use arrow::compute::{interleave, take};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use arrow::row::{RowConverter, Rows, SortField};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Where the rows of a group are: in what was kept, in what goes, and in what comes.
type GroupPlaces = [Option<usize>; 3];

/// `kept` less `gone` and with `come`, of the groups of `aggregate`. None when that cannot be told: a group
/// lost its extremum, a sum has no place in its type, or more goes than there was.
///
/// # Errors
/// Data: groups are of a type that cannot be compared.
pub(super) fn merged(
    aggregate: &KeptAggregate,
    kept: &RecordBatch,
    gone: &RecordBatch,
    come: &RecordBatch,
) -> Result<Option<RecordBatch>> {
    let parts = [kept, gone, come];
    let width = aggregate.width();
    let mut groups = groups_of(aggregate, parts)?;
    let Some(rows) = numbers(parts, width, &groups)? else {
        return Ok(None);
    };
    if rows.iter().any(|rows| rows.is_none_or(|rows| rows < 0)) {
        return Ok(None);
    }
    if !aggregate.is_one_group() && ProofRule::EmptyGroup.is_on() {
        let mut rows = rows.iter();
        groups.retain(|_| rows.next() != Some(&Some(0)));
    }
    let failed = || "kept groups cannot be put together";
    let mut columns = Vec::with_capacity(aggregate.columns.len());
    for (at, column) in aggregate.columns.iter().enumerate() {
        let merged = match column {
            KeptColumn::Group => Some(first_of(parts, at, &groups)?),
            KeptColumn::Count => added(parts, at, &groups, None)?,
            KeptColumn::Sum(counted) => added(parts, at, &groups, Some(*counted))?,
            KeptColumn::Least(_) => extremes(parts, at, &groups, Ordering::Less)?,
            KeptColumn::Greatest(_) => extremes(parts, at, &groups, Ordering::Greater)?,
        };
        let Some(merged) = merged else {
            return Ok(None);
        };
        columns.push(merged);
    }
    let merged = RecordBatch::try_new(kept.schema(), columns);
    merged.data(failed).map(Some)
}

/// Where each group is in the parts.
fn groups_of(aggregate: &KeptAggregate, parts: [&RecordBatch; 3]) -> Result<Vec<GroupPlaces>> {
    let failed = || "kept groups cannot be compared";
    let count = aggregate.columns.iter();
    let count = count.filter(|column| **column == KeptColumn::Group).count();
    if count == 0 {
        let first = |part: &RecordBatch| (part.num_rows() > 0).then_some(0);
        return Ok(vec![parts.map(first)]);
    }
    let fields = parts[0].schema();
    let fields = fields.fields().iter().take(count);
    let fields = fields.map(|field| SortField::new(field.data_type().clone()));
    let converter = RowConverter::new(fields.collect()).data(failed)?;
    let mut rows: Vec<Rows> = Vec::with_capacity(parts.len());
    for part in parts {
        let converted = converter.convert_columns(&part.columns()[..count]);
        rows.push(converted.data(failed)?);
    }
    let mut places: HashMap<&[u8], usize> = HashMap::with_capacity(rows[0].num_rows());
    let mut groups: Vec<GroupPlaces> = Vec::with_capacity(rows[0].num_rows());
    for (part, rows) in rows.iter().enumerate() {
        for at in 0..rows.num_rows() {
            let key = rows.row(at).data();
            let group = *places.entry(key).or_insert_with(|| {
                groups.push([None; 3]);
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(group) {
                group[part] = Some(at);
            }
        }
    }
    Ok(groups)
}

/// What each group is grouped by, from the first part that has it.
fn first_of(parts: [&RecordBatch; 3], at: usize, groups: &[GroupPlaces]) -> Result<ArrayRef> {
    let places: Vec<(usize, usize)> = groups
        .iter()
        .filter_map(|group| {
            let part = group.iter().position(Option::is_some)?;
            Some((part, group[part]?))
        })
        .collect();
    let columns = parts.map(|part| part.column(at).as_ref());
    interleave(&columns, &places).data(|| "kept groups cannot be put together")
}

/// Kept less gone plus come, of each group; None in a group where it has no place in 128 bits, None for all
/// when a column is of no type that adds up.
fn numbers(
    parts: [&RecordBatch; 3],
    at: usize,
    groups: &[GroupPlaces],
) -> Result<Option<Vec<Option<i128>>>> {
    let values = |part: &RecordBatch| -> Option<Vec<Option<i128>>> {
        let column = part.column(at);
        let each = |of: &dyn Fn(usize) -> i128| {
            let rows = 0..column.len();
            rows.map(|row| column.is_valid(row).then(|| of(row)))
                .collect()
        };
        match column.data_type() {
            DataType::Int64 => {
                let values = column.as_primitive::<Int64Type>().values();
                Some(each(&|row| i128::from(values[row])))
            }
            DataType::Decimal128(..) => {
                let values = column.as_primitive::<Decimal128Type>().values();
                Some(each(&|row| values[row]))
            }
            _ => None,
        }
    };
    let [Some(kept), Some(gone), Some(come)] = parts.map(values) else {
        return Ok(None);
    };
    let of = |values: &[Option<i128>], row: Option<usize>| {
        row.and_then(|row| values[row]).unwrap_or_default()
    };
    let number = |group: &GroupPlaces| {
        let less = of(&kept, group[0]).checked_sub(of(&gone, group[1]))?;
        less.checked_add(of(&come, group[2]))
    };
    Ok(Some(groups.iter().map(number).collect()))
}

/// A column that adds up; `counted` is where its values are counted, and it is NULL where there are none.
fn added(
    parts: [&RecordBatch; 3],
    at: usize,
    groups: &[GroupPlaces],
    counted: Option<usize>,
) -> Result<Option<ArrayRef>> {
    let Some(numbers) = self::numbers(parts, at, groups)? else {
        return Ok(None);
    };
    let counts = match counted {
        Some(counted) => self::numbers(parts, counted, groups)?,
        None => None,
    };
    let Some(numbers) = numbers.into_iter().collect::<Option<Vec<i128>>>() else {
        return Ok(None);
    };
    let is_null = |row: usize| {
        let is_none = |counts: &Vec<Option<i128>>| counts[row] == Some(0);
        counts.as_ref().is_some_and(is_none) && ProofRule::EmptySum.is_on()
    };
    let each = numbers.iter().enumerate();
    let each = each.map(|(row, number)| (!is_null(row)).then_some(*number));
    let kind = parts[0].column(at).data_type();
    let merged: ArrayRef = match kind {
        DataType::Int64 => {
            let mut whole = Vec::with_capacity(numbers.len());
            for number in each {
                match number.map(i64::try_from).transpose() {
                    Ok(number) => whole.push(number),
                    Err(_) => return Ok(None),
                }
            }
            std::sync::Arc::new(Int64Array::from(whole))
        }
        DataType::Decimal128(precision, scale) => {
            let values: Decimal128Array = each.collect();
            let values = values.with_precision_and_scale(*precision, *scale);
            let values = values.data(|| "kept groups cannot be put together")?;
            if values.validate_decimal_precision(*precision).is_err() {
                return Ok(None);
            }
            std::sync::Arc::new(values)
        }
        _ => return Ok(None),
    };
    Ok(Some(merged))
}

/// A column of extremes; `wins` is how one value compares with another that it takes the place of.
fn extremes(
    parts: [&RecordBatch; 3],
    at: usize,
    groups: &[GroupPlaces],
    wins: Ordering,
) -> Result<Option<ArrayRef>> {
    let failed = || "kept groups cannot be compared";
    let columns = parts.map(|part| part.column(at));
    let converter = RowConverter::new(vec![SortField::new(columns[0].data_type().clone())]);
    let converter = converter.data(failed)?;
    let mut rows: Vec<Rows> = Vec::with_capacity(parts.len());
    for column in columns {
        let converted = converter.convert_columns(std::slice::from_ref(column));
        rows.push(converted.data(failed)?);
    }
    let value = |part: usize, group: &GroupPlaces| {
        let row = group[part].filter(|row| columns[part].is_valid(*row))?;
        Some((part, row, rows[part].row(row)))
    };
    let mut places = Vec::with_capacity(groups.len());
    for group in groups {
        let (kept, gone, come) = (value(0, group), value(1, group), value(2, group));
        let is_lost = match (&kept, &gone, &come) {
            (None, Some(_), _) => true,
            // Another row may have had it too, or none.
            (Some(kept), Some(gone), Some(come)) => {
                gone.2.cmp(&kept.2) != wins.reverse() && come.2.cmp(&kept.2) == wins.reverse()
            }
            (Some(kept), Some(gone), None) => gone.2.cmp(&kept.2) != wins.reverse(),
            (_, None, _) => false,
        };
        if is_lost && ProofRule::LostExtremum.is_on() {
            return Ok(None);
        }
        let best = match (kept, come) {
            (Some(kept), Some(come)) if come.2.cmp(&kept.2) == wins => Some(come),
            (None, come) => come,
            (kept, _) => kept,
        };
        places.push(best.map(|(part, row, _)| (part, row)));
    }
    // A row of NULL behind the parts, for groups without a value.
    let null = arrow::array::new_null_array(columns[0].data_type(), 1);
    let mut sources: Vec<&dyn Array> = columns.iter().map(|column| column.as_ref()).collect();
    sources.push(null.as_ref());
    let places: Vec<(usize, usize)> = places
        .into_iter()
        .map(|place| place.unwrap_or((parts.len(), 0)))
        .collect();
    interleave(&sources, &places).data(failed).map(Some)
}

/// Groups in an order that rests on their values alone, so that two sets of the same can be compared.
pub(super) fn sorted(groups: &RecordBatch) -> Result<RecordBatch> {
    let failed = || "kept groups cannot be compared";
    let schema = groups.schema();
    let fields = schema.fields().iter();
    let fields = fields.map(|field| SortField::new(field.data_type().clone()));
    let converter = RowConverter::new(fields.collect()).data(failed)?;
    let rows = converter.convert_columns(groups.columns()).data(failed)?;
    let mut order: Vec<u32> = (0..u32::try_from(groups.num_rows()).data(failed)?).collect();
    order.sort_unstable_by(|a, b| rows.row(*a as usize).cmp(&rows.row(*b as usize)));
    let order = UInt32Array::from(order);
    let columns = groups.columns().iter();
    let columns = columns.map(|column| take(column, &order, None).data(failed));
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<_>>()?).data(failed)
}
