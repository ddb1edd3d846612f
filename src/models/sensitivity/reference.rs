//! What the rows of a reference table prove: they are there to be looked at.

use super::attribute::{Attributes, Attrs};
use super::facts::Facts;
use super::relation::{Relation, RelationColumn};
use super::taint::{Taint, TaintKind};
use crate::lake::TableName;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Rows above which pairs of columns are not tried as keys.
const PAIRED_ROWS: usize = 300_000;

/// Columns by which a reference table speaks of the areas or organisations that people belong to.
const LINKS: [&str; 8] = [
    "lsoa21_code",
    "ods_code",
    "practice_code",
    "provider_code",
    "place_code",
    "place_name",
    "ltla_code",
    "pcn_code",
];

/// The column by which a reference table's rows are areas or organisations, if they are.
pub(crate) fn link(rows: &RecordBatch) -> Option<&'static str> {
    let schema = rows.schema();
    LINKS.into_iter().find(|link| schema.index_of(link).is_ok())
}

/// The columns of a table of areas that hold another value in every row: they stand for an area.
pub(crate) fn one_row_each(rows: &RecordBatch) -> BTreeSet<String> {
    let schema = rows.schema();
    let names = schema.fields().iter().map(|f| f.name().clone());
    let unique = |column: &ArrayRef| {
        let ids = numbered(column);
        let different: HashSet<&u32> = ids.iter().collect();
        different.len() == ids.len()
    };
    names
        .zip(rows.columns())
        .filter(|(_, column)| unique(column))
        .map(|(name, _)| name)
        .collect()
}

/// The facts of a reference table; `small` are its columns with a value of too few people.
pub(super) fn facts(
    attributes: &mut Attributes,
    name: &TableName,
    rows: &RecordBatch,
    small: &BTreeSet<String>,
) -> Facts {
    let schema = rows.schema();
    let names: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let unlinked = link(rows).is_none();
    let one_each = one_row_each(rows);
    let mut columns = Vec::new();
    for (column, values) in names.iter().zip(rows.columns()) {
        let shown = format!("`{name}.{column}`");
        let taint = if small.contains(column) {
            let why = match one_each.contains(column) {
                true => "stands for a single area",
                false => "has a value with fewer people than `smallest_area` of [disclosure]",
            };
            Taint::of(TaintKind::Area, format!("{shown} {why}"))
        } else {
            Taint::default()
        };
        columns.push(RelationColumn {
            unlinked,
            iso_dates: are_iso_dates(values),
            ..RelationColumn::new(attributes.fresh(shown), taint)
        });
    }
    let attrs: Vec<u32> = columns.iter().map(|c| c.attr).collect();
    let mut relation = Relation::new(attributes, columns, format!("row of {name}"));
    let ids: Vec<Vec<u32>> = rows.columns().iter().map(numbered).collect();
    relation.keys.extend(keys(&ids, &attrs));
    for (from, a) in ids.iter().zip(&attrs) {
        for (to, b) in ids.iter().zip(&attrs) {
            if a != b && decides(from, to) {
                relation.dependencies.push((Attrs::from([*a]), *b));
            }
        }
    }
    let ends: Vec<Option<Vec<i64>>> = rows.columns().iter().map(whole_numbers).collect();
    for (low, a) in ends.iter().zip(&attrs) {
        for (high, b) in ends.iter().zip(&attrs) {
            if let (Some(low), Some(high)) = (low, high)
                && a != b
                && apart(low, high)
            {
                relation.ranges.push((*a, *b));
            }
        }
    }
    relation.sources.insert(name.clone());
    relation.tidy();
    Facts { names, relation }
}

/// Whether a column is text, and all of it dates such as 2026-09-30.
fn are_iso_dates(column: &ArrayRef) -> bool {
    let text = cast(column, &DataType::Utf8).ok();
    let is_text = !column.data_type().is_temporal() && !column.data_type().is_numeric();
    let Some(text) = text.as_ref().and_then(|t| t.as_string_opt::<i32>()) else {
        return false;
    };
    let is_date = |value: &str| {
        value.len() == 10 && chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok()
    };
    is_text && text.iter().flatten().all(is_date)
}

/// The values of a column as numbers: equal values have the same.
fn numbered(column: &ArrayRef) -> Vec<u32> {
    let text = cast(column, &DataType::Utf8).ok();
    let Some(text) = text.as_ref().and_then(|t| t.as_string_opt::<i32>()) else {
        return vec![0; column.len()];
    };
    let mut known: HashMap<Option<&str>, u32> = HashMap::new();
    text.iter()
        .map(|value| {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(value).or_insert(next)
        })
        .collect()
}

fn keys(ids: &[Vec<u32>], attrs: &[u32]) -> Vec<Attrs> {
    let rows = ids.first().map_or(0, Vec::len);
    let unique = |picked: &[usize]| {
        let mut seen = HashSet::new();
        (0..rows).all(|row| seen.insert(picked.iter().map(|c| ids[*c][row]).collect::<Vec<_>>()))
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    let width = ids.len();
    for size in 1..=4usize {
        if size == 2 && rows > PAIRED_ROWS || size > 2 && !found.is_empty() {
            break;
        }
        for picked in combinations(width, size) {
            let known = |key: &Vec<usize>| key.iter().all(|c| picked.contains(c));
            if !found.iter().any(known) && unique(&picked) {
                found.push(picked);
            }
        }
    }
    let named = |key: &Vec<usize>| key.iter().map(|c| attrs[*c]).collect();
    found.iter().map(named).collect()
}

fn combinations(width: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        all = all
            .into_iter()
            .flat_map(|picked| {
                let from = picked.last().map_or(0, |last| last + 1);
                (from..width).map(move |next| {
                    let mut more = picked.clone();
                    more.push(next);
                    more
                })
            })
            .collect();
    }
    all
}

/// Whether equal values of one column have equal values of another.
fn decides(from: &[u32], to: &[u32]) -> bool {
    let mut known: BTreeMap<u32, u32> = BTreeMap::new();
    from.iter()
        .zip(to)
        .all(|(a, b)| *known.entry(*a).or_insert(*b) == *b)
}

fn whole_numbers(column: &ArrayRef) -> Option<Vec<i64>> {
    let kind = column.data_type();
    if !(kind.is_integer() || *kind == DataType::Date32) || column.null_count() > 0 {
        return None;
    }
    let days = match kind {
        DataType::Date32 => cast(column, &DataType::Int32).ok()?,
        _ => column.clone(),
    };
    let numbers = cast(&days, &DataType::Int64).ok()?;
    Some(numbers.as_primitive::<Int64Type>().values().to_vec())
}

/// Whether ranges, both ends included, have nothing in common.
fn apart(low: &[i64], high: &[i64]) -> bool {
    let mut ranges: Vec<(i64, i64)> = low.iter().copied().zip(high.iter().copied()).collect();
    ranges.sort_unstable();
    !ranges.is_empty()
        && ranges.iter().all(|(low, high)| low <= high)
        && ranges.windows(2).all(|pair| pair[0].1 < pair[1].0)
}
