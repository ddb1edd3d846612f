//! New rows and stored rows of one shard become its next files.
//!
//! Of each record the newest version stays: the latest `updated`, and of two with the same, the
//! one with the greater digest, so that the order in which files are read never matters.

use super::deleted::Deleted;
use super::plan::{MERGED_FROM, TablePlan};
use super::version::{self, ByRecord, Version};
use super::whereabouts::Whereabouts;
use crate::error::{Context, Error, Result};
use crate::lake::conform;
use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use std::collections::{HashMap, HashSet};

/// What a merge must leave out.
#[derive(Debug, Default)]
pub struct Exclusions {
    /// People who have opted out.
    pub opted_out: HashSet<i64>,
    /// Deleted records, and when they were deleted.
    pub deleted: Deleted,
}

/// The shard that is merged, and what decides which of its rows stay.
pub struct Rules<'a> {
    /// The table.
    pub plan: &'a TablePlan,
    /// The shard.
    pub shard: i32,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Which records belong elsewhere.
    pub whereabouts: &'a Whereabouts,
    /// Records whose stored rows were read again because they belong to another person now.
    pub relinked: &'a HashSet<i64>,
}

/// The rows of a shard after a merge.
#[derive(Debug)]
pub struct Merged {
    /// Sorted by person, date and record.
    pub rows: RecordBatch,
    /// The order-free sum of the rows' digests.
    pub digest: u128,
}

/// What new rows do to a shard whose stored rows stay in their files.
#[derive(Debug)]
pub struct Changed {
    /// Rows to add, sorted, with their digest.
    pub new: Merged,
    /// For each stored batch the rows that go, ascending, and the sum of their digests.
    pub gone: Vec<(Vec<u32>, u128)>,
}

/// The columns of stored rows that [`change`] needs.
pub const NEEDED: [&str; 7] = [
    "person_key",
    "record_key",
    "person_check",
    MERGED_FROM,
    "updated",
    "digest",
    "record_row",
];

/// Merges `stored` and `new` rows, both with the plan's columns, into all rows of the shard.
pub fn merge(rules: &Rules, stored: &[RecordBatch], new: Vec<RecordBatch>) -> Result<Merged> {
    let schema = &rules.plan.schema;
    let mut batches = stored.to_vec();
    let stored_rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    batches.extend(new);
    let rows = concat_batches(schema, &batches)
        .data(|| format!("cannot merge rows of {}", rules.plan.name))?;
    drop(batches);
    let keys = Keys::of(&rows, rules.plan)?;
    let kept = keys.newest(stored_rows, rules, Prefer::Read);
    keys.check_people(&kept, rules.plan)?;
    keys.merged(&rows, kept, rules.plan)
}

/// Works out what `new` rows change, from the [`NEEDED`] columns of the stored ones alone.
pub fn change(rules: &Rules, stored: &[RecordBatch], new: Vec<RecordBatch>) -> Result<Changed> {
    let failed = || format!("cannot merge rows of {}", rules.plan.name);
    let new = concat_batches(&rules.plan.schema, &new).data(failed)?;
    let mut needed = stored.to_vec();
    let stored_rows: usize = needed.iter().map(RecordBatch::num_rows).sum();
    let Some(shape) = stored.first().map(RecordBatch::schema) else {
        return Err(Error::data(failed()).cause("there are no stored rows"));
    };
    needed.push(conform(&new, &shape)?);
    let needed = concat_batches(&shape, &needed).data(failed)?;
    let keys = Keys::of(&needed, rules.plan)?;
    let kept = keys.newest(stored_rows, rules, Prefer::Stored);
    keys.check_people(&kept, rules.plan)?;
    let mut stays = vec![false; stored_rows];
    let mut added = Vec::new();
    for row in kept {
        match stays.get_mut(row as usize) {
            Some(stays) => *stays = true,
            None => added.push(row - u32::try_from(stored_rows).data(failed)?),
        }
    }
    let mut gone = Vec::with_capacity(stored.len());
    let mut first = 0;
    for batch in stored {
        let rows = stays[first..first + batch.num_rows()].iter().enumerate();
        let rows: Vec<u32> = rows
            .filter(|(_, stays)| !**stays)
            .filter_map(|(row, _)| u32::try_from(row).ok())
            .collect();
        let digest = rows.iter().fold(0u128, |sum, row| {
            sum.wrapping_add(keys.row_digest(first + *row as usize))
        });
        gone.push((rows, digest));
        first += batch.num_rows();
    }
    drop(needed);
    let new = Keys::of(&new, rules.plan)?.merged(&new, added, rules.plan)?;
    Ok(Changed { new, gone })
}

/// Which of two readings of one version stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefer {
    /// The later: settings may have changed since.
    Read,
    /// The one in the lake: nothing has to be written.
    Stored,
}

/// The columns that order and identify rows, as plain numbers.
struct Keys {
    record: Vec<i64>,
    version: Vec<Version>,
    row: Vec<i32>,
    person: Vec<Option<i64>>,
    check: Option<Vec<Option<i64>>>,
}

impl Keys {
    fn of(rows: &RecordBatch, plan: &TablePlan) -> Result<Self> {
        let column = |name: &str| {
            rows.column_by_name(name)
                .ok_or("it is missing")
                .data(|| format!("column {name} of {}", plan.name))
        };
        let versions = version::Keys::of(rows)?;
        Ok(Keys {
            record: versions.iter().map(|(record, _)| record).collect(),
            version: versions.iter().map(|(_, version)| version).collect(),
            row: column("record_row")?
                .as_primitive::<Int32Type>()
                .values()
                .to_vec(),
            person: match rows.column_by_name("person_key") {
                Some(people) => people.as_primitive::<Int64Type>().iter().collect(),
                None => vec![None; rows.num_rows()],
            },
            check: match (
                rows.column_by_name("person_check"),
                rows.column_by_name(MERGED_FROM),
            ) {
                (Some(checks), Some(merged)) => {
                    let checks = checks.as_primitive::<Int64Type>().iter();
                    // The check of a Patient that was merged into another is of its own number.
                    let own = checks
                        .enumerate()
                        .map(|(row, c)| c.filter(|_| merged.is_null(row)));
                    Some(own.collect())
                }
                _ => None,
            },
        })
    }

    /// Rows of the newest version of each record; `prefer` decides between two readings of it.
    fn newest(&self, stored_rows: usize, rules: &Rules, prefer: Prefer) -> Vec<u32> {
        let exclusions = rules.exclusions;
        let rank = |at: usize| {
            let read = at >= stored_rows;
            let prefer_read = prefer == Prefer::Read || rules.relinked.contains(&self.record[at]);
            (self.version[at], read == prefer_read)
        };
        let mut newest: HashMap<i64, (Version, bool), ByRecord> =
            HashMap::with_capacity_and_hasher(self.record.len(), ByRecord::default());
        for (at, record) in self.record.iter().enumerate() {
            newest
                .entry(*record)
                .and_modify(|known| *known = (*known).max(rank(at)))
                .or_insert(rank(at));
        }
        let mut seen: HashSet<(i64, i32), ByRecord> =
            HashSet::with_capacity_and_hasher(self.record.len(), ByRecord::default());
        (0..self.record.len())
            .filter(|at| {
                let record = self.record[*at];
                newest.get(&record) == Some(&rank(*at))
                    && !self.person[*at].is_some_and(|p| exclusions.opted_out.contains(&p))
                    && exclusions
                        .deleted
                        .get(&record)
                        .is_none_or(|when| self.version[*at].0 > *when)
                    && rules.whereabouts.stays(record, rules.shard)
                    && seen.insert((record, self.row[*at]))
            })
            .filter_map(|at| u32::try_from(at).ok())
            .collect()
    }

    /// The `kept` rows in their order in a file.
    fn merged(&self, rows: &RecordBatch, mut kept: Vec<u32>, plan: &TablePlan) -> Result<Merged> {
        let moments = moments(rows, plan)?;
        let key = |row: u32| {
            let at = row as usize;
            (
                self.person[at],
                moments.get(at),
                self.record[at],
                self.row[at],
            )
        };
        kept.sort_unstable_by_key(|row| key(*row));
        let digest = kept.iter().fold(0u128, |sum, row| {
            sum.wrapping_add(self.row_digest(*row as usize))
        });
        let rows = take_record_batch(rows, &UInt32Array::from(kept))
            .data(|| format!("cannot merge rows of {}", plan.name))?;
        Ok(Merged { rows, digest })
    }

    /// Two people with one pseudonym must never become one person.
    fn check_people(&self, kept: &[u32], plan: &TablePlan) -> Result<()> {
        let Some(checks) = &self.check else {
            return Ok(());
        };
        let mut known: HashMap<i64, i64> = HashMap::new();
        for row in kept {
            let at = *row as usize;
            let (Some(person), Some(check)) = (self.person[at], checks[at]) else {
                continue;
            };
            if *known.entry(person).or_insert(check) != check {
                return Err(Error::data(format!(
                    "two people in {} have the same 63-bit pseudonym",
                    plan.name
                ))
                .hint("nothing was committed; the lake needs another key (`populace key new`)"));
            }
        }
        Ok(())
    }

    /// A digest of what the row is, and of whom: rows in any order have the same sum.
    fn row_digest(&self, at: usize) -> u128 {
        super::content::row_digest(self.version[at].1, self.row[at], self.person[at])
    }
}

/// When each row happened, in tables that are sorted by it; empty in others.
fn moments(rows: &RecordBatch, plan: &TablePlan) -> Result<Vec<i64>> {
    let Some(order) = &plan.order else {
        return Ok(Vec::new());
    };
    let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
    let column = rows
        .column_by_name(order)
        .ok_or("it is missing")
        .data(|| format!("column {order} of {}", plan.name))?;
    let moments = cast(column, &unit)
        .usage(|| format!("table {} is sorted by {order}, which is no date", plan.name))?;
    let moments = moments.as_primitive::<TimestampMicrosecondType>();
    Ok(moments.iter().map(|m| m.unwrap_or(i64::MIN)).collect())
}
