//! Rows find their person again: those that waited for their Patient, and those whose Patient is
//! another person than when they were stored.

use super::patient_index::PatientIndex;
use crate::error::{Context, Error, Result};
use crate::lake::{DataFile, Lake};
use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::plan::{MERGED_FROM, PersonLink, TablePlan};
use crate::pull::spool::{Filter, Shard, Spool, is_unlinked};
use crate::pull::state::stored_rows;
use crate::pull::supersede::withdrawn::WithdrawnRows;
use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Int64Type;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The rows of one table, on their way to the right person.
pub(crate) struct Relink<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// The table.
    pub plan: &'a TablePlan,
    /// The new rows.
    pub spool: &'a Spool,
    /// The table's index there.
    pub table: usize,
    /// Who every Patient is now.
    pub people: &'a PatientIndex,
    /// Patients who were somebody else when the lake was last committed, and whom.
    pub moved: &'a HashMap<PatientKey, Option<PersonKey>>,
    /// Whether all new rows are looked at, as they may be with whom a Patient was while they were read.
    pub all_new: bool,
    /// Whether rows of everybody are looked at, as other Patients may have moved than are known of.
    pub everybody: bool,
    /// Whether the table's records are the Patients themselves.
    pub is_people: bool,
    /// Stored rows whose place new ones take.
    pub withdrawn: Option<&'a WithdrawnRows>,
}

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Relinked {
    /// Records whose stored rows were read again, as rows of another person.
    pub records: HashSet<RecordKey>,
    /// Whether all stored rows without a person were read again.
    pub waiting_taken: bool,
    /// New rows without a person, by source.
    pub new_waiting: BTreeMap<String, u64>,
}

impl Relink<'_> {
    /// Relinks new rows, and stored ones of `files`, which become new rows.
    pub(crate) async fn run(&self, files: &[DataFile]) -> Result<Relinked> {
        let mut done = Relinked::default();
        if !self.is_people && !matches!(self.plan.person, PersonLink::Patient(_)) {
            return Ok(done);
        }
        let shards = self.lake.settings().shards;
        let of_moved: BTreeSet<Shard> = self
            .moved
            .values()
            .flatten()
            .copied()
            .chain(self.people.overruled())
            .map(|person| Shard::of_person(person, shards))
            .collect();
        let affected =
            |shard: Shard| self.everybody || shard.is_unlinked() || of_moved.contains(&shard);
        // Rows that stay where they are are not moved: there may be more than a copy has room for.
        let look = Filter {
            columns: &[self.patient_column(), "person_key", MERGED_FROM],
            wanted: &|rows| {
                let (before, now) = self.persons(rows)?;
                Ok(before != now)
            },
        };
        for shard in self.spool.shards(self.table) {
            // A merged Patient's own row comes with the number that it no longer goes by.
            if self.all_new || affected(shard) || self.is_people {
                for part in self.spool.take_some(self.table, shard, &look)? {
                    self.spool.add(self.table, self.linked(&part.batch)?)?;
                }
            }
        }
        done.new_waiting = self.new_waiting()?;
        for file in files {
            let shard = Shard::of_file(file);
            if affected(shard) && self.concerns(file).await? {
                let waiting = shard.is_unlinked() && !self.is_people;
                done.waiting_taken |= waiting;
                self.read_file_again(file, waiting, &mut done.records)
                    .await?;
            }
        }
        // All files of waiting rows go together, or none.
        if done.waiting_taken {
            for file in files.iter().filter(|file| is_unlinked(file)) {
                if !self.concerns(file).await? {
                    self.read_file_again(file, true, &mut done.records).await?;
                }
            }
        }
        Ok(done)
    }

    /// Counts new rows without a person, by source.
    fn new_waiting(&self) -> Result<BTreeMap<String, u64>> {
        let counted = RefCell::new(BTreeMap::new());
        let look = Filter {
            columns: &["source"],
            wanted: &|rows| {
                let mut counted = counted.borrow_mut();
                for source in rows.column(0).as_string::<i32>().iter().flatten() {
                    match counted.get_mut(source) {
                        Some(rows) => *rows += 1,
                        None => drop(counted.insert(source.to_string(), 1)),
                    }
                }
                Ok(false)
            },
        };
        for shard in self.spool.shards(self.table) {
            if shard.is_unlinked() {
                self.spool.take_some(self.table, shard, &look)?;
            }
        }
        Ok(counted.into_inner())
    }

    /// The column that says whose row it is.
    fn patient_column(&self) -> &'static str {
        if self.is_people {
            "record_key"
        } else {
            "patient_key"
        }
    }

    /// Whether a stored file has a row that belongs to another person now.
    async fn concerns(&self, file: &DataFile) -> Result<bool> {
        let columns = [self.patient_column(), "person_key", MERGED_FROM];
        let shape = stored_rows::shape(self.plan, &columns);
        for batch in stored_rows::rows(self.lake, file, &shape).await? {
            let (before, now) = self.persons(&batch)?;
            if before != now {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The person of each row as stored, and as it is now.
    fn persons(&self, batch: &RecordBatch) -> Result<(Int64Array, Int64Array)> {
        let patients = self.numbers(batch, self.patient_column())?;
        let before = self.numbers(batch, "person_key")?;
        let now = if self.is_people {
            // A Patient's own row says who it is; only a merge says otherwise.
            let own = self.own_persons(batch)?;
            let rows = patients.iter().zip(&own);
            rows.map(|(patient, own)| match patient {
                Some(patient) if self.people.is_replaced(PatientKey::new(patient)) => {
                    let person = self.people.person(PatientKey::new(patient));
                    person.map(PersonKey::get)
                }
                _ => own,
            })
            .collect()
        } else {
            self.people.of_rows(patients, before)
        };
        Ok((before.clone(), now))
    }

    /// The person that each Patient is by its own number.
    fn own_persons(&self, batch: &RecordBatch) -> Result<Int64Array> {
        let merged = self.numbers(batch, MERGED_FROM)?.iter();
        let persons = self.numbers(batch, "person_key")?.iter();
        Ok(merged.zip(persons).map(|(own, now)| own.or(now)).collect())
    }

    fn numbers<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b Int64Array> {
        batch
            .column_by_name(name)
            .ok_or_else(|| Error::data(format!("table {} has no {name}", self.plan.name)))
            .map(|column| column.as_primitive::<Int64Type>())
    }

    /// `batch` with the person that each row has now.
    fn linked(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let failed = || format!("cannot link rows of {}", self.plan.name);
        let (_, now) = self.persons(batch)?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        if self.is_people {
            let merged: Int64Array = self
                .own_persons(batch)?
                .iter()
                .zip(&now)
                .map(|(own, now)| own.filter(|_| own != now))
                .collect();
            let at = batch.schema().index_of(MERGED_FROM).data(failed)?;
            columns[at] = Arc::new(merged);
        }
        let at = batch.schema().index_of("person_key").data(failed)?;
        columns[at] = Arc::new(now);
        RecordBatch::try_new(self.plan.schema.clone(), columns).data(failed)
    }

    /// Makes new rows of those of a stored file that count.
    async fn read_file_again(
        &self,
        file: &DataFile,
        all: bool,
        records: &mut HashSet<RecordKey>,
    ) -> Result<()> {
        let failed = || format!("cannot link rows of {}", self.plan.name);
        let mut first = 0;
        for mut batch in stored_rows::rows(self.lake, file, &self.plan.schema).await? {
            let end = first + batch.num_rows();
            let withdrawn = self.withdrawn.map_or(&[][..], |rows| rows.of(file));
            if !withdrawn.is_empty() {
                let is_left = |at: usize| {
                    let at = u32::try_from(at).unwrap_or(u32::MAX);
                    Some(withdrawn.binary_search(&at).is_err())
                };
                let left: BooleanArray = (first..end).map(is_left).collect();
                batch = filter_record_batch(&batch, &left).data(failed)?;
            }
            first = end;
            self.read_again(&batch, all, records)?;
        }
        Ok(())
    }

    /// Makes new rows of stored ones: of those that belong to another person now, or of `all`.
    fn read_again(
        &self,
        batch: &RecordBatch,
        all: bool,
        records: &mut HashSet<RecordKey>,
    ) -> Result<()> {
        let failed = || format!("cannot link rows of {}", self.plan.name);
        let (before, now) = self.persons(batch)?;
        let moved: BooleanArray = before
            .iter()
            .zip(&now)
            .map(|(before, now)| Some(all || before != now))
            .collect();
        let rows = filter_record_batch(batch, &moved).data(failed)?;
        if rows.num_rows() == 0 {
            return Ok(());
        }
        if !all {
            let keys = rows
                .column_by_name("record_key")
                .ok_or("it has no record_key");
            let keys = keys.data(failed)?.as_primitive::<Int64Type>().values();
            records.extend(keys.iter().copied().map(RecordKey::new));
        }
        self.spool.add_stored(self.table, self.linked(&rows)?)
    }
}

/// All rows of a file as one batch.
pub(crate) fn one(batches: Vec<RecordBatch>) -> Result<RecordBatch> {
    let Some(schema) = batches.first().map(RecordBatch::schema) else {
        return Err(Error::data("a file of the lake has no rows"));
    };
    concat_batches(&schema, &batches).data(|| "rows of a file do not fit together")
}
