//! New rows and stored rows of one shard become its next files.
//!
//! Of each record the newest version stays, so that the order in which files are read never matters.

use super::exclusions::Theirs;
use super::gather::Gather;
use super::line_fates::{self, Fates};
use super::rules::Rules;
use crate::error::{Context, Error, Result};
use crate::privacy::{PersonKey, RecordKey};
use crate::pull::plan::{MERGED_FROM, TablePlan, UNVERIFIED};
use crate::pull::spool::SpooledRows;
use crate::pull::version::{
    ByRecord, EXTRACT_FILE, EXTRACT_ORDER, Micros, RecordVersion, VERSION_ORDER, Version,
    VersionColumns, without_line,
};
use arrow::array::{Array, AsArray, Int32Array, Int64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The stored rows of a shard.
#[derive(Clone, Copy)]
pub(crate) struct StoredBatches<'a> {
    /// Their batches.
    pub batches: &'a [RecordBatch],
    /// Whether new rows take the place of each; empty when of none.
    pub withdrawn: &'a [bool],
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
    /// What became of the lines whose rows are new.
    pub fates: Fates,
}

/// How far rows are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sameness {
    /// In all columns.
    Whole,
    /// In all columns but those that say which extract a row is of.
    Values,
    /// Others came, or have other values.
    None,
}

/// Rows put in their order at once: few enough to stay in the processor's cache until they are
/// encoded.
const AT_ONCE: usize = 8 * 1024;

const UNORDERED: &str = "cannot put rows in their order";

impl Merged {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The rows in their order, some thousands at a time.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = Result<RecordBatch>> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let first = batches.first().map(|batch| batch.schema());
        let gather = first.map(|schema| Gather::new(schema, &batches));
        self.order.chunks(AT_ONCE).map(move |rows| {
            let gather = gather.as_ref().ok_or("there are no batches");
            let gather = gather.data(|| UNORDERED)?;
            let rows = gather.rows(rows).data(|| UNORDERED)?;
            match rows.schema().index_of(VERSION_ORDER) {
                Ok(_) => without_lines(&rows),
                Err(_) => Ok(rows),
            }
        })
    }

    /// How far these are the rows of `other`.
    pub(crate) fn compared(&self, other: &Merged) -> Result<Sameness> {
        if self.len() != other.len() {
            return Ok(Sameness::None);
        }
        let mut sameness = Sameness::Whole;
        for (ours, theirs) in self.sorted().zip(other.sorted()) {
            let (ours, theirs) = (ours?, theirs?);
            if ours == theirs {
                continue;
            }
            sameness = Sameness::Values;
            let pairs = ours.columns().iter().zip(theirs.columns());
            let named = ours.schema();
            let mut values = named.fields().iter().zip(pairs).filter(|(field, _)| {
                ![EXTRACT_FILE, EXTRACT_ORDER].contains(&field.name().as_str())
            });
            if !values.all(|(_, (ours, theirs))| ours == theirs) {
                return Ok(Sameness::None);
            }
        }
        Ok(sameness)
    }
}

/// What new rows do to a shard whose stored rows stay in their files.
#[derive(Debug)]
pub(crate) struct Changed {
    /// Rows to add, sorted, with their digest.
    pub new: Merged,
    /// For each batch of stored rows those that go.
    pub gone: Vec<GoneRows>,
}

/// Stored rows that go.
#[derive(Debug)]
pub(crate) struct GoneRows {
    /// Their positions in their batch, ascending.
    pub rows: Vec<u32>,
    /// The sum of their digests.
    pub digest: u128,
}

/// The columns of stored rows that [`change`] needs.
pub(crate) const NEEDED: [&str; 11] = [
    "person_key",
    "record_key",
    "patient_key",
    UNVERIFIED,
    "person_check",
    MERGED_FROM,
    "updated",
    "digest",
    "record_row",
    VERSION_ORDER,
    EXTRACT_ORDER,
];

/// Merges `stored` and `new` rows, both with the plan's columns, into all rows of the shard; `prefer`
/// decides between two readings of one line.
pub(crate) fn merge(
    rules: &Rules,
    stored: &StoredBatches,
    new: Vec<SpooledRows>,
    prefer: Prefer,
) -> Result<Merged> {
    let batches = stored.batches.iter().cloned();
    let mut parts: Vec<SpooledRows> = batches.map(SpooledRows::from).collect();
    let stored_rows: usize = parts.iter().map(SpooledRows::len).sum();
    parts.extend(new);
    let keys = Keys::of(&parts, rules)?.without(stored.withdrawn);
    let (kept, kept_out) = keys.newest(stored_rows, rules, prefer);
    keys.check_people(&kept, rules.plan)?;
    let fates = line_fates::of(&parts, &kept, rules)?;
    let merged = keys.merged(parts, &kept, rules.plan)?;
    Ok(Merged {
        kept_out,
        fates,
        ..merged
    })
}

/// Works out what `new` rows change in a shard, from the [`NEEDED`] columns of those `stored` rows
/// that may have to go.
pub(crate) fn change(
    rules: &Rules,
    stored: &StoredBatches,
    new: Vec<SpooledRows>,
) -> Result<Changed> {
    let batches = stored.batches.iter().cloned();
    let mut parts: Vec<SpooledRows> = batches.map(SpooledRows::from).collect();
    let stored_rows: usize = parts.iter().map(SpooledRows::len).sum();
    parts.extend(new.iter().cloned());
    let keys = Keys::of(&parts, rules)?.without(stored.withdrawn);
    let stored = stored.batches;
    let (kept, kept_out) = keys.newest(stored_rows, rules, Prefer::Stored);
    keys.check_people(&kept, rules.plan)?;
    let fates = line_fates::of(&parts, &kept, rules)?;
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
        let digests = rows
            .iter()
            .map(|row| keys.rows[first + *row as usize].digest());
        let digest = digests.fold(0u128, u128::wrapping_add);
        gone.push(GoneRows { rows, digest });
        first += batch.num_rows();
    }
    let new = Keys::of(&new, rules)?.merged(new, &added, rules.plan)?;
    let new = Merged {
        kept_out,
        fates,
        ..new
    };
    Ok(Changed { new, gone })
}

/// Which of two readings of one version stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefer {
    /// The later: settings may have changed since.
    Read,
    /// The one in the lake: nothing has to be written.
    Stored,
}

/// What orders and identifies a row.
struct RowKey {
    record: RecordKey,
    version: Version,
    person: Option<PersonKey>,
    /// Its number among the rows of its record.
    record_row: i32,
    /// Whether it is of somebody who has opted out.
    out: bool,
    /// Whether new rows take its place.
    withdrawn: bool,
}

/// The rows that are merged, by what orders and identifies them.
struct Keys {
    rows: Vec<RowKey>,
    /// What tells people of one pseudonym apart, in the table of people.
    checks: Option<Vec<Option<i64>>>,
}

/// The columns of a part that make its [`RowKey`]s.
struct KeyColumns<'b> {
    versions: VersionColumns<'b>,
    record_row: &'b Int32Array,
    people: Option<&'b Int64Array>,
}

impl<'b> KeyColumns<'b> {
    fn of(part: &'b SpooledRows, plan: &TablePlan) -> Result<Self> {
        let record_row = part.batch.column_by_name("record_row");
        Ok(KeyColumns {
            versions: VersionColumns::of(&part.batch)?,
            record_row: record_row
                .ok_or("it is missing")
                .data(|| format!("column record_row of {}", plan.name))?
                .as_primitive::<Int32Type>(),
            people: numbers(part, "person_key"),
        })
    }

    fn at(&self, row: usize, out: bool) -> RowKey {
        let RecordVersion { record, version } = self.versions.at(row);
        let people = self.people.filter(|people| people.is_valid(row));
        RowKey {
            record,
            version,
            person: people.map(|people| PersonKey::new(people.value(row))),
            record_row: self.record_row.value(row),
            out,
            withdrawn: false,
        }
    }
}

fn numbers<'b>(part: &'b SpooledRows, name: &str) -> Option<&'b Int64Array> {
    let column = part.batch.column_by_name(name)?;
    Some(column.as_primitive::<Int64Type>())
}

impl Keys {
    fn of(parts: &[SpooledRows], rules: &Rules) -> Result<Self> {
        let plan = rules.plan;
        let mut keys = Keys {
            rows: Vec::with_capacity(parts.iter().map(SpooledRows::len).sum()),
            checks: plan.schema.index_of("person_check").is_ok().then(Vec::new),
        };
        for part in parts {
            let columns = KeyColumns::of(part, plan)?;
            let theirs = Theirs::of(rules.exclusions, &part.batch);
            let rows = 0..part.len();
            keys.rows
                .extend(rows.map(|at| columns.at(at, theirs.has(at))));
            keys.add_checks(part);
        }
        Ok(keys)
    }

    /// The same, with the stored rows marked that new ones take the place of.
    fn without(mut self, withdrawn: &[bool]) -> Self {
        for (row, withdrawn) in self.rows.iter_mut().zip(withdrawn) {
            row.withdrawn = *withdrawn;
        }
        self
    }

    fn add_checks(&mut self, part: &SpooledRows) {
        if let (Some(known), Some(checks)) = (&mut self.checks, numbers(part, "person_check")) {
            let merged = part.batch.column_by_name(MERGED_FROM);
            // The check of a Patient that was merged into another is of its own number.
            known.extend((0..part.len()).map(|at| {
                let own = checks.is_valid(at) && merged.is_none_or(|m| m.is_null(at));
                own.then(|| checks.value(at))
            }));
        }
    }

    /// Whether every record has one version here, and each of its rows once.
    fn are_distinct(&self) -> bool {
        let mut seen: HashSet<(RecordKey, i32), ByRecord> =
            HashSet::with_capacity_and_hasher(self.rows.len(), ByRecord::default());
        // Two versions of a record have a first row each.
        let mut rows = self.rows.iter();
        rows.all(|row| seen.insert((row.record, row.record_row)))
    }

    /// Rows of the newest version of each record; `prefer` decides between two readings of it. Says
    /// too how many new ones are not among them because somebody has opted out.
    fn newest(&self, stored_rows: usize, rules: &Rules, prefer: Prefer) -> (Vec<u32>, u64) {
        let rows = || self.rows.iter().enumerate();
        let withdrawn = rows().any(|(_, row)| row.withdrawn);
        if rules.moved.is_empty() && !withdrawn && self.are_distinct() {
            let kept_out = self.rows[stored_rows..].iter().filter(|row| row.out);
            let kept_out = kept_out.count() as u64;
            let kept = rows()
                .filter(|(_, row)| row.may_stay(rules))
                .filter_map(|(at, _)| u32::try_from(at).ok())
                .collect();
            return (kept, kept_out);
        }
        let rank = |at: usize, row: &RowKey| {
            let read = at >= stored_rows;
            let prefer_read = prefer == Prefer::Read || rules.relinked.contains(&row.record);
            (row.version, read == prefer_read)
        };
        let mut newest: HashMap<RecordKey, (Version, bool), ByRecord> =
            HashMap::with_capacity_and_hasher(self.rows.len(), ByRecord::default());
        for (at, row) in rows().filter(|(_, row)| !row.withdrawn) {
            newest
                .entry(row.record)
                .and_modify(|known| *known = (*known).max(rank(at, row)))
                .or_insert(rank(at, row));
        }
        self.compare_together(&mut newest, rank);
        // The same line again is no other version, whenever it comes: what is stored stays.
        if prefer == Prefer::Stored {
            for (at, row) in self.rows[..stored_rows].iter().enumerate() {
                if let Some(known) = newest.get_mut(&row.record)
                    && known.0.digest == row.version.digest
                    && row.may_stay(rules)
                    && !rules.relinked.contains(&row.record)
                    && !(row.withdrawn && rules.renewed)
                {
                    *known = rank(at, row);
                }
            }
        }
        let mut seen: HashSet<(RecordKey, i32), ByRecord> =
            HashSet::with_capacity_and_hasher(self.rows.len(), ByRecord::default());
        let mut kept_out = 0;
        let kept = rows()
            .filter(|(at, row)| {
                let counts = newest.get(&row.record) == Some(&rank(*at, row))
                    && rules.moved.stays(row.record, rules.shard)
                    && (row.out || row.may_stay(rules))
                    && seen.insert((row.record, row.record_row));
                kept_out += u64::from(counts && row.out && *at >= stored_rows);
                counts && !row.out
            })
            .filter_map(|(at, _)| u32::try_from(at).ok())
            .collect();
        (kept, kept_out)
    }

    /// Compares all versions of a record by one rule where some of them say no time and there are more
    /// than two.
    fn compare_together(
        &self,
        newest: &mut HashMap<RecordKey, (Version, bool), ByRecord>,
        rank: impl Fn(usize, &RowKey) -> (Version, bool),
    ) {
        let counts = |row: &&RowKey| !row.withdrawn;
        let rows = self.rows.iter().filter(counts);
        let undated = rows.filter(|row| row.version.is_undated());
        let mut versions: HashMap<RecordKey, Vec<(Version, bool)>, ByRecord> =
            undated.map(|row| (row.record, Vec::new())).collect();
        if versions.is_empty() {
            return;
        }
        let rows = self.rows.iter().enumerate();
        for (at, row) in rows.filter(|(_, row)| counts(row)) {
            if let Some(known) = versions.get_mut(&row.record) {
                known.push(rank(at, row));
            }
        }
        for (record, ranks) in versions.into_iter().filter(|(_, ranks)| ranks.len() > 2) {
            let all: Vec<Version> = ranks.iter().map(|(version, _)| *version).collect();
            let best = Version::newest(&all);
            let best = ranks
                .into_iter()
                .filter(|(version, _)| Some(*version) == best);
            newest.extend(best.max().map(|rank| (record, rank)));
        }
    }

    /// The `kept` rows of `parts` in their order in a file.
    fn merged(&self, parts: Vec<SpooledRows>, kept: &[u32], plan: &TablePlan) -> Result<Merged> {
        let moments = moments(&parts, plan)?;
        let mut sorted: Vec<_> = kept
            .iter()
            .map(|at| {
                let row = &self.rows[*at as usize];
                let moment = moments.get(*at as usize).copied();
                let moment = moment.unwrap_or(Micros::UNKNOWN);
                // Rows without a person come first.
                let person = row.person.map_or(0, |p| p.get().cast_unsigned() + 1);
                (person, moment, row.record, row.record_row, *at)
            })
            .collect();
        // Rows come in sorted runs, which a stable sort merges.
        sorted.sort();
        let digests = kept.iter().map(|at| self.rows[*at as usize].digest());
        let digest = digests.fold(0u128, u128::wrapping_add);
        let places: Vec<(usize, usize)> = parts
            .iter()
            .enumerate()
            .flat_map(|(part, rows)| (0..rows.len()).map(move |at| (part, at)))
            .collect();
        Ok(Merged {
            order: sorted
                .iter()
                .map(|(_, _, _, _, at)| places[*at as usize])
                .collect(),
            batches: parts.into_iter().map(|part| part.batch).collect(),
            digest,
            kept_out: 0,
            fates: Fates::new(),
        })
    }

    /// Two people with one pseudonym must never become one person.
    fn check_people(&self, kept: &[u32], plan: &TablePlan) -> Result<()> {
        let Some(checks) = &self.checks else {
            return Ok(());
        };
        let mut known: HashMap<PersonKey, i64, ByRecord> = HashMap::default();
        for at in kept {
            let at = *at as usize;
            let (Some(person), Some(check)) = (self.rows[at].person, checks[at]) else {
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
}

impl RowKey {
    /// Whether neither an opt-out nor a deletion takes the row away.
    fn may_stay(&self, rules: &Rules) -> bool {
        let deleted = rules.exclusions.deleted.get(&self.record);
        !self.out && deleted.is_none_or(|when| self.version.updated > Micros::at(*when))
    }

    /// A digest of what the row is, and of whom: rows in any order have the same sum.
    fn digest(&self) -> u128 {
        let line = self.version.digest;
        super::content::row_digest(line, self.record_row, self.person)
    }
}

/// Rows that say of their place in the extracts when the extract was made, and not their line.
fn without_lines(rows: &RecordBatch) -> Result<RecordBatch> {
    let failed = || UNORDERED;
    let at = rows.schema().index_of(EXTRACT_ORDER).data(failed)?;
    let orders = rows.column(at).as_primitive::<Int64Type>();
    let mut columns = rows.columns().to_vec();
    columns[at] = Arc::new(orders.unary::<_, Int64Type>(without_line));
    RecordBatch::try_new(rows.schema(), columns).data(failed)
}

/// When each row happened, in tables that are sorted by it; empty in others.
fn moments(parts: &[SpooledRows], plan: &TablePlan) -> Result<Vec<Micros>> {
    let mut all = Vec::new();
    let Some(order) = &plan.order else {
        return Ok(all);
    };
    let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
    for part in parts {
        let column = part.batch.column_by_name(order);
        let column = column.ok_or("it is missing");
        let column = column.data(|| format!("column {order} of {}", plan.name))?;
        let moments = cast(column, &unit)
            .usage(|| format!("table {} is sorted by {order}, which is no date", plan.name))?;
        let moments = moments.as_primitive::<TimestampMicrosecondType>();
        all.extend(moments.iter().map(Micros::from));
    }
    Ok(all)
}
