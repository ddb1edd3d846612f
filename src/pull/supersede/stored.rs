//! A look at the stored rows of a table: which of them an extract takes the place of.

use super::extract_columns::ExtractColumns;
use super::period::Periods;
use super::rules::Superseded;
use super::withdrawn::{Gone, Withdrawn};
use crate::error::Result;
use crate::lake::{DataFile, Lake};
use crate::privacy::RecordKey;
use crate::pull::identity::moved_records::{PASS, is_of_pass};
use crate::pull::plan::{SourcePlan, TablePlan};
use crate::pull::spool::Spool;
use crate::pull::state::stored_rows;
use crate::pull::version::ByRecord;
use arrow::array::RecordBatch;
use std::collections::{HashMap, HashSet};

/// The stored rows of a table.
pub(super) struct StoredRows<'a> {
    pub lake: &'a Lake,
    pub plan: &'a TablePlan,
    pub sources: &'a [SourcePlan],
    /// The table's number in the plan.
    pub index: usize,
    pub superseded: &'a Superseded,
}

/// A stored row whose place an extract takes.
struct Taken {
    source: usize,
    record: RecordKey,
}

impl StoredRows<'_> {
    /// Takes in which stored extracts hold the periods that came.
    pub(super) async fn learn_periods(
        &self,
        files: &[DataFile],
        periods: &mut Periods<'_>,
    ) -> Result<()> {
        if periods.is_empty() {
            return Ok(());
        }
        for file in files {
            for rows in self.read(file, periods).await? {
                periods.learn_stored(&rows)?;
            }
        }
        Ok(())
    }

    /// Finds the rows, and counts those whose record did not come again.
    pub(super) async fn find(
        &self,
        files: &[DataFile],
        spool: &Spool,
        periods: &Periods<'_>,
        found: &mut Withdrawn,
    ) -> Result<()> {
        let table = found.tables.entry(self.index).or_default();
        table.renewed = !periods.is_empty();
        let mut taken: HashMap<RecordKey, (usize, u64), ByRecord> = HashMap::default();
        for file in files {
            let mut first = 0;
            let mut positions = Vec::new();
            for rows in self.read(file, periods).await? {
                for (row, of) in self.taken(&rows, periods)? {
                    positions.extend(u32::try_from(first + row).ok());
                    taken.entry(of.record).or_insert((of.source, 0)).1 += 1;
                }
                first += rows.num_rows();
            }
            if !positions.is_empty() {
                table.rows.insert(file.path.clone(), positions);
            }
        }
        for (source, rows) in taken.values() {
            let gone = found.gone.entry((*source, self.index)).or_default();
            gone.of += rows;
        }
        self.forget_those_that_came(spool, &mut taken)?;
        for (source, rows) in taken.values() {
            let gone: &mut Gone = found.gone.entry((*source, self.index)).or_default();
            gone.rows += rows;
        }
        table.lost = taken.into_keys().collect();
        table.lost.sort_unstable();
        Ok(())
    }

    /// Leaves the records of which nothing came.
    fn forget_those_that_came(
        &self,
        spool: &Spool,
        taken: &mut HashMap<RecordKey, (usize, u64), ByRecord>,
    ) -> Result<()> {
        let passes = spool.count(self.index) / PASS + 1;
        for pass in 0..passes {
            let mut came: HashSet<RecordKey, ByRecord> = HashSet::default();
            spool.each_key(self.index, |_, one| {
                if is_of_pass(one.record, pass, passes) {
                    came.insert(one.record);
                }
            })?;
            taken.retain(|record, _| !came.contains(record));
        }
        Ok(())
    }

    /// The rows of a file with the columns that rules look at.
    async fn read(&self, file: &DataFile, periods: &Periods<'_>) -> Result<Vec<RecordBatch>> {
        let shape = stored_rows::shape(self.plan, &periods.names());
        stored_rows::rows(self.lake, file, &shape).await
    }

    /// The positions of the rows whose place an extract takes.
    fn taken(&self, rows: &RecordBatch, periods: &Periods<'_>) -> Result<Vec<(usize, Taken)>> {
        let columns = ExtractColumns::of(rows)?;
        let outdated = match periods.is_empty() {
            true => Vec::new(),
            false => periods.outdated(rows)?,
        };
        let mut taken = Vec::new();
        for row in 0..rows.num_rows() {
            let Some(source) = columns.source(self.sources, row) else {
                continue;
            };
            let name = &self.sources[source].name;
            let replaced = self.superseded.takes(name, self.index, columns.file(row));
            if replaced || outdated.binary_search(&row).is_ok() {
                let record = RecordKey::new(columns.records.value(row));
                taken.push((row, Taken { source, record }));
            }
        }
        Ok(taken)
    }
}
