//! New rows and stored rows of one shard become its next file.
//!
//! Of each record the newest version stays: the latest `updated`, and of two with the same, the
//! one with the greater digest, so that the order in which files are read never matters.

use super::plan::TablePlan;
use crate::error::{Context, Error, Result};
use arrow::array::{ArrayRef, AsArray, RecordBatch, UInt32Array, new_null_array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{
    DataType, Int32Type, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use std::collections::{HashMap, HashSet};

/// What a merge must leave out.
#[derive(Debug, Default)]
pub struct Exclusions {
    /// People who have opted out.
    pub opted_out: HashSet<i64>,
    /// Deleted records, and when they were deleted (None: whatever their version).
    pub deleted: HashMap<i64, Option<i64>>,
}

/// The rows of a shard after a merge.
#[derive(Debug)]
pub struct Merged {
    /// Sorted by person, date and record.
    pub rows: RecordBatch,
    /// The order-free sum of the rows' digests.
    pub digest: u128,
}

/// Merges `stored` rows (any older schema) and `new` rows (the plan's schema).
pub fn merge(
    plan: &TablePlan,
    stored: &[RecordBatch],
    new: Vec<RecordBatch>,
    exclusions: &Exclusions,
) -> Result<Merged> {
    let failed = || format!("cannot merge rows of {}", plan.name);
    let mut batches = stored
        .iter()
        .map(|b| conform(b, &plan.schema))
        .collect::<Result<Vec<_>>>()?;
    let stored_rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    batches.extend(new);
    let rows = concat_batches(&plan.schema, &batches).data(failed)?;
    drop(batches);
    let keys = Keys::of(&rows, plan)?;
    let kept = keys.newest(stored_rows, exclusions);
    keys.check_people(&kept, plan)?;
    let kept = keys.sorted(kept);
    let digest = kept
        .iter()
        .fold(0u128, |sum, row| sum.wrapping_add(keys.row_digest(*row)));
    let rows = take_record_batch(&rows, &UInt32Array::from(kept)).data(failed)?;
    Ok(Merged { rows, digest })
}

/// Gives rows of an older definition the columns of today's: what is new is NULL.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let failed = || "stored rows do not fit the table's definition";
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) => cast(column, field.data_type()).data(failed),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        })
        .collect::<Result<Vec<ArrayRef>>>()?;
    RecordBatch::try_new(schema.clone(), columns).data(failed)
}

/// The columns that order and identify rows, as plain numbers.
struct Keys {
    record: Vec<i64>,
    version: Vec<(i64, i64)>,
    row: Vec<i32>,
    person: Vec<Option<i64>>,
    check: Option<Vec<i64>>,
    moment: Vec<i64>,
}

impl Keys {
    fn of(rows: &RecordBatch, plan: &TablePlan) -> Result<Self> {
        let column = |name: &str| {
            rows.column_by_name(name)
                .ok_or("it is missing")
                .data(|| format!("column {name} of {}", plan.name))
        };
        let numbers = |name: &str| -> Result<Vec<i64>> {
            Ok(column(name)?.as_primitive::<Int64Type>().values().to_vec())
        };
        let updated = column("updated")?.as_primitive::<TimestampMicrosecondType>();
        let updated = updated.iter().map(|u| u.unwrap_or(i64::MIN));
        let digest = numbers("digest")?;
        let moment = match &plan.order {
            Some(order) => {
                let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
                let moments = cast(column(order)?, &unit).usage(|| {
                    format!("table {} is sorted by {order}, which is no date", plan.name)
                })?;
                let moments = moments.as_primitive::<TimestampMicrosecondType>();
                moments.iter().map(|m| m.unwrap_or(i64::MIN)).collect()
            }
            None => vec![0; rows.num_rows()],
        };
        Ok(Keys {
            record: numbers("record_key")?,
            version: updated.zip(digest).collect(),
            row: column("record_row")?
                .as_primitive::<Int32Type>()
                .values()
                .to_vec(),
            person: match rows.column_by_name("person_key") {
                Some(people) => people.as_primitive::<Int64Type>().iter().collect(),
                None => vec![None; rows.num_rows()],
            },
            check: match rows.column_by_name("person_check") {
                Some(_) => Some(numbers("person_check")?),
                None => None,
            },
            moment,
        })
    }

    /// Rows of the newest version of each record; of one version read twice, the later reading.
    fn newest(&self, stored_rows: usize, exclusions: &Exclusions) -> Vec<u32> {
        let mut newest: HashMap<i64, ((i64, i64), bool)> =
            HashMap::with_capacity(self.record.len());
        for (at, record) in self.record.iter().enumerate() {
            let version = (self.version[at], at >= stored_rows);
            newest
                .entry(*record)
                .and_modify(|v| *v = (*v).max(version))
                .or_insert(version);
        }
        let mut seen: HashSet<(i64, i32)> = HashSet::with_capacity(self.record.len());
        (0..self.record.len())
            .filter(|at| {
                let record = self.record[*at];
                newest.get(&record) == Some(&(self.version[*at], *at >= stored_rows))
                    && !self.person[*at].is_some_and(|p| exclusions.opted_out.contains(&p))
                    && !exclusions
                        .deleted
                        .get(&record)
                        .is_some_and(|when| when.is_none_or(|when| self.version[*at].0 <= when))
                    && seen.insert((record, self.row[*at]))
            })
            .filter_map(|at| u32::try_from(at).ok())
            .collect()
    }

    fn sorted(&self, mut rows: Vec<u32>) -> Vec<u32> {
        let key = |row: u32| {
            let at = row as usize;
            (
                self.person[at],
                self.moment[at],
                self.record[at],
                self.row[at],
            )
        };
        rows.sort_unstable_by_key(|row| key(*row));
        rows
    }

    /// Two people with one pseudonym must never become one person.
    fn check_people(&self, kept: &[u32], plan: &TablePlan) -> Result<()> {
        let Some(checks) = &self.check else {
            return Ok(());
        };
        let mut known: HashMap<i64, i64> = HashMap::new();
        for row in kept {
            let at = *row as usize;
            let Some(person) = self.person[at] else {
                continue;
            };
            if *known.entry(person).or_insert(checks[at]) != checks[at] {
                return Err(Error::data(format!(
                    "two people in {} have the same 63-bit pseudonym",
                    plan.name
                ))
                .hint("nothing was committed; the lake needs another key (`populace key new`)"));
            }
        }
        Ok(())
    }

    fn row_digest(&self, row: u32) -> u128 {
        let at = row as usize;
        super::content::row_digest(self.version[at].1, self.row[at], self.person[at])
    }
}
