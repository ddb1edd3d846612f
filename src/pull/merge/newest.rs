//! New rows and stored rows of one shard become its next files.
//!
//! Of each record the newest version stays: the latest `updated`, and of two with the same, the
//! one with the greater digest, so that the order in which files are read never matters.

use super::exclusions::{Exclusions, Theirs};
use crate::error::{Context, Error, Result};
use crate::pull::identity::moved_records::MovedRecords;
use crate::pull::plan::{MERGED_FROM, TablePlan, UNVERIFIED};
use crate::pull::spool::Part;
use crate::pull::version::{self, ByRecord, Version};
use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{cast, interleave_record_batch, take};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use std::collections::{HashMap, HashSet};

/// The shard that is merged, and what decides which of its rows stay.
pub(crate) struct Rules<'a> {
    /// The table.
    pub plan: &'a TablePlan,
    /// The shard.
    pub shard: i32,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Which records belong elsewhere.
    pub moved: &'a MovedRecords,
    /// Records whose stored rows were read again because they belong to another person now.
    pub relinked: &'a HashSet<i64>,
}

/// The rows of a shard after a merge.
#[derive(Debug)]
pub(crate) struct Merged {
    batches: Vec<RecordBatch>,
    /// Batch and position of each row, sorted by person, date and record.
    order: Vec<(usize, usize)>,
    /// The order-free sum of the rows' digests.
    pub digest: u128,
    /// New rows of people who have opted out, which are not among these.
    pub kept_out: u64,
}

/// Rows put in their order at once: few enough to stay in the processor's cache until they are
/// encoded.
const AT_ONCE: usize = 8 * 1024;

impl Merged {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The rows in their order, some thousands at a time.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = Result<RecordBatch>> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        self.order.chunks(AT_ONCE).map(move |rows| {
            interleave_record_batch(&batches, rows).data(|| "cannot put rows in their order")
        })
    }

    /// Whether these are the same rows with the same values.
    pub(crate) fn is(&self, other: &Merged) -> Result<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        for (ours, theirs) in self.sorted().zip(other.sorted()) {
            if ours? != theirs? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What new rows do to a shard whose stored rows stay in their files.
#[derive(Debug)]
pub(crate) struct Changed {
    /// Rows to add, sorted, with their digest.
    pub new: Merged,
    /// For each batch of stored rows those that go, ascending, and the sum of their digests.
    pub gone: Vec<(Vec<u32>, u128)>,
}

/// The columns of stored rows that [`change`] needs.
pub(crate) const NEEDED: [&str; 9] = [
    "person_key",
    "record_key",
    "patient_key",
    UNVERIFIED,
    "person_check",
    MERGED_FROM,
    "updated",
    "digest",
    "record_row",
];

/// Merges `stored` and `new` rows, both with the plan's columns, into all rows of the shard.
pub(crate) fn merge(rules: &Rules, stored: &[RecordBatch], new: Vec<Part>) -> Result<Merged> {
    let mut parts: Vec<Part> = stored.iter().cloned().map(Part::from).collect();
    let stored_rows: usize = parts.iter().map(Part::len).sum();
    parts.extend(new);
    let keys = Keys::of(&parts, rules)?;
    let (kept, kept_out) = keys.newest(stored_rows, rules, Prefer::Read);
    keys.check_people(&kept, rules.plan)?;
    let merged = keys.merged(parts, &kept, rules.plan)?;
    Ok(Merged { kept_out, ..merged })
}

/// Works out what `new` rows change in a shard, from the [`NEEDED`] columns of those `stored` rows
/// that may have to go.
pub(crate) fn change(rules: &Rules, stored: &[RecordBatch], new: Vec<Part>) -> Result<Changed> {
    let mut parts: Vec<Part> = stored.iter().cloned().map(Part::from).collect();
    let stored_rows: usize = parts.iter().map(Part::len).sum();
    parts.extend(new.iter().cloned());
    let keys = Keys::of(&parts, rules)?;
    let (kept, kept_out) = keys.newest(stored_rows, rules, Prefer::Stored);
    keys.check_people(&kept, rules.plan)?;
    let mut stays = vec![false; stored_rows];
    let mut added = Vec::new();
    for row in kept {
        match stays.get_mut(row as usize) {
            Some(stays) => *stays = true,
            None => added.push(row - u32::try_from(stored_rows).unwrap_or(row)),
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
    let new = Keys::of(&new, rules)?.merged(new, &added, rules.plan)?;
    let new = Merged { kept_out, ..new };
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
    /// Rows of people who have opted out.
    out: Vec<bool>,
}

impl Keys {
    fn of(parts: &[Part], rules: &Rules) -> Result<Self> {
        let plan = rules.plan;
        let rows = parts.iter().map(Part::len).sum();
        let mut keys = Keys {
            record: Vec::with_capacity(rows),
            version: Vec::with_capacity(rows),
            row: Vec::with_capacity(rows),
            person: Vec::with_capacity(rows),
            check: plan.schema.index_of("person_check").is_ok().then(Vec::new),
            out: Vec::with_capacity(rows),
        };
        for part in parts {
            keys.extend(part, plan)?;
            let theirs = Theirs::of(rules.exclusions, &part.batch);
            keys.out.extend(part.positions().map(|at| theirs.has(at)));
        }
        Ok(keys)
    }

    fn extend(&mut self, part: &Part, plan: &TablePlan) -> Result<()> {
        let column = |name: &str| part.batch.column_by_name(name);
        let numbers = |name: &str| column(name).map(|c| c.as_primitive::<Int64Type>());
        let record_row = column("record_row")
            .ok_or("it is missing")
            .data(|| format!("column record_row of {}", plan.name))?
            .as_primitive::<Int32Type>();
        let versions = version::Keys::of(&part.batch)?;
        for at in part.positions() {
            let (record, version) = versions.at(at);
            self.record.push(record);
            self.version.push(version);
            self.row.push(record_row.value(at));
        }
        match numbers("person_key") {
            Some(people) => self.person.extend(part.positions().map(|at| {
                let known = people.is_valid(at);
                known.then(|| people.value(at))
            })),
            None => self.person.resize(self.record.len(), None),
        }
        if let (Some(check), Some(checks)) = (&mut self.check, numbers("person_check")) {
            let merged = column(MERGED_FROM);
            // The check of a Patient that was merged into another is of its own number.
            check.extend(part.positions().map(|at| {
                let own = checks.is_valid(at) && merged.is_none_or(|m| m.is_null(at));
                own.then(|| checks.value(at))
            }));
        }
        Ok(())
    }

    /// Whether every record has one version here, and each of its rows once.
    fn are_distinct(&self) -> bool {
        let mut seen: HashSet<(i64, i32), ByRecord> =
            HashSet::with_capacity_and_hasher(self.record.len(), ByRecord::default());
        let mut rows = self.record.iter().copied().zip(self.row.iter().copied());
        // Two versions of a record have a first row each.
        rows.all(|row| seen.insert(row))
    }

    /// Rows of the newest version of each record; `prefer` decides between two readings of it. Says
    /// too how many new ones are not among them because somebody has opted out.
    fn newest(&self, stored_rows: usize, rules: &Rules, prefer: Prefer) -> (Vec<u32>, u64) {
        let rank = |at: usize| {
            let read = at >= stored_rows;
            let prefer_read = prefer == Prefer::Read || rules.relinked.contains(&self.record[at]);
            (self.version[at], read == prefer_read)
        };
        let rows = 0..self.record.len();
        if rules.moved.is_empty() && self.are_distinct() {
            let kept_out = self.out[stored_rows..].iter().filter(|out| **out).count();
            let kept = rows
                .filter(|at| self.may_stay(*at, rules))
                .filter_map(|at| u32::try_from(at).ok())
                .collect();
            return (kept, kept_out as u64);
        }
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
        let mut kept_out = 0;
        let kept = rows
            .filter(|at| {
                let record = self.record[*at];
                let counts = newest.get(&record) == Some(&rank(*at))
                    && rules.moved.stays(record, rules.shard)
                    && (self.out[*at] || self.may_stay(*at, rules))
                    && seen.insert((record, self.row[*at]));
                kept_out += u64::from(counts && self.out[*at] && *at >= stored_rows);
                counts && !self.out[*at]
            })
            .filter_map(|at| u32::try_from(at).ok())
            .collect();
        (kept, kept_out)
    }

    /// Whether neither an opt-out nor a deletion takes a row away.
    fn may_stay(&self, at: usize, rules: &Rules) -> bool {
        let exclusions = rules.exclusions;
        !self.out[at]
            && exclusions
                .deleted
                .get(&self.record[at])
                .is_none_or(|when| self.version[at].0 > *when)
    }

    /// The `kept` rows of `parts` in their order in a file.
    fn merged(&self, parts: Vec<Part>, kept: &[u32], plan: &TablePlan) -> Result<Merged> {
        let moments = moments(&parts, plan)?;
        let mut sorted: Vec<_> = kept
            .iter()
            .map(|row| {
                let at = *row as usize;
                let moment = moments.get(at).copied().unwrap_or_default();
                let key = (self.person[at].unwrap_or(-1), moment, self.record[at]);
                (key, self.row[at], *row)
            })
            .collect();
        sorted.sort_unstable();
        let digest = kept.iter().fold(0u128, |sum, row| {
            sum.wrapping_add(self.row_digest(*row as usize))
        });
        let places: Vec<(usize, usize)> = parts
            .iter()
            .enumerate()
            .flat_map(|(part, rows)| rows.positions().map(move |at| (part, at)))
            .collect();
        Ok(Merged {
            order: sorted
                .iter()
                .map(|(_, _, row)| places[*row as usize])
                .collect(),
            batches: parts.into_iter().map(|part| part.batch).collect(),
            digest,
            kept_out: 0,
        })
    }

    /// Two people with one pseudonym must never become one person.
    fn check_people(&self, kept: &[u32], plan: &TablePlan) -> Result<()> {
        let Some(checks) = &self.check else {
            return Ok(());
        };
        let mut known: HashMap<i64, i64, ByRecord> = HashMap::default();
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
fn moments(parts: &[Part], plan: &TablePlan) -> Result<Vec<i64>> {
    let mut all = Vec::new();
    let Some(order) = &plan.order else {
        return Ok(all);
    };
    let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
    for part in parts {
        let column = part.batch.column_by_name(order);
        let column = column.ok_or("it is missing");
        let column = column.data(|| format!("column {order} of {}", plan.name))?;
        let of_rows = match &part.rows {
            Some(rows) => take(column, &UInt32Array::from(rows.clone()), None)
                .data(|| format!("column {order} of {}", plan.name))?,
            None => column.clone(),
        };
        let moments = cast(&of_rows, &unit)
            .usage(|| format!("table {} is sorted by {order}, which is no date", plan.name))?;
        let moments = moments.as_primitive::<TimestampMicrosecondType>();
        all.extend(moments.iter().map(|m| m.unwrap_or(i64::MIN)));
    }
    Ok(all)
}
