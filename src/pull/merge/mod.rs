//! Merging new rows into the lake: linked to their people, merged shard by shard, committed.
//!
//! In go the rows of the spool, what was learnt about people and deletions, and the tables as they are;
//! out come their next versions. The rules are those of [docs/architecture.md](../../../docs/architecture.md).

pub(super) mod commit;
pub(super) mod content;
pub(super) mod exclusions;
mod gather;
mod inputs;
pub(super) mod line_fates;
pub(super) mod newest;
mod parallel;
mod rules;
mod shard;
mod table;
mod tasks;

use super::identity::moved_records::{MovedRecords, StoredFiles};
use super::identity::relink;
use super::plan::{PersonLink, PullPlan, SourceKind, TablePlan};
use super::read::intake::{Deletes, Intake};
use super::spool::is_unlinked;
use super::state::rowless_versions::{self, RowlessVersions};
use super::summary::TableSummary;
use super::version::{RecordVersion, Version};
use crate::error::Result;
use crate::lake::{DataFile, Table};
pub(super) use inputs::Merge;
use shard::ShardTask;
use std::collections::BTreeSet;
use table::TableMerge;

/// Whether the table's records are the people to whom other records refer.
pub(super) fn links_people(plan: &PullPlan, table: &TablePlan) -> bool {
    matches!(table.person, PersonLink::Identifier(_))
        && plan.sources.iter().any(|source| match &source.kind {
            SourceKind::Fhir { tables, .. } => tables
                .iter()
                .any(|(_, i)| plan.tables[*i].name == table.name),
            SourceKind::Csv { .. } => false,
        })
}

impl Merge<'_> {
    /// Merges and commits all tables; `stored` are their versions in the lake, None for new ones.
    pub(super) async fn all(
        &self,
        stored: Vec<Option<Table>>,
        intake: &Intake,
    ) -> Result<Vec<TableSummary>> {
        let tables = self.plan.tables.iter().zip(stored).enumerate();
        let mut tables: Vec<TableMerge> = tables
            .map(|(index, (plan, stored))| TableMerge::new(index, plan, stored))
            .collect();
        self.relink(&mut tables, intake)?;
        let rowless = rowless_versions::load(self.lake).await?;
        self.find_moved(&mut tables, &intake.deletes, &rowless)?;
        self.keep_rowless(rowless, &tables).await?;
        let tasks: Vec<ShardTask> = tables
            .iter()
            .flat_map(|table| table.tasks(self, self.spool.shards(table.index)))
            .collect();
        let changes = self.parallel("merge", &tasks, |task, runtime| task.run(self, runtime))?;
        let merged = commit::by_table(&tables, &tasks, changes);
        self.parallel("commit", &merged, |merged, runtime| {
            runtime.block_on(merged.commit(self))
        })
    }

    /// Finds the person again of all rows whose Patient arrived, or is somebody else than before.
    fn relink(&self, tables: &mut [TableMerge], intake: &Intake) -> Result<()> {
        let moved = intake.people.moved();
        let relinked = self.parallel("link", tables, |table, runtime| {
            let relink = relink::Relink {
                lake: self.lake,
                plan: table.plan,
                spool: self.spool,
                table: table.index,
                people: &intake.people,
                moved: &moved,
                all_new: intake.people.was_overturned(),
                everybody: self.cut_short,
                is_people: links_people(self.plan, table.plan),
                withdrawn: self.withdrawn.of(table.index),
            };
            self.lake.wait(runtime, relink.run(table.files()))
        })?;
        for (table, relinked) in tables.iter_mut().zip(relinked) {
            table.relinked = relinked;
        }
        Ok(())
    }

    /// Finds where the records are that have rows in several shards.
    fn find_moved(
        &self,
        tables: &mut [TableMerge],
        deletes: &Deletes,
        rowless: &RowlessVersions,
    ) -> Result<()> {
        // The largest first, so that no thread is left with it at the end.
        let mut largest: Vec<&TableMerge> = tables.iter().collect();
        largest.sort_by_key(|table| {
            let stored = table.stored.as_ref().map_or(0, Table::rows);
            std::cmp::Reverse(stored + self.spool.count(table.index) as u64)
        });
        let found = self.parallel("check", &largest, |table, runtime| {
            // Rows that waited were all read again when one of them found its person.
            let taken = table.relinked.waiting_taken;
            let files = table.files().iter();
            let files = files.filter(|file| !(taken && is_unlinked(file)));
            let stored: Vec<DataFile> = files.cloned().collect();
            let mut without = self.deleted(table.index, deletes);
            without.extend(rowless.arriving(&table.plan.name, self.spool, table.index)?);
            let stored = StoredFiles {
                files: &stored,
                withdrawn: self.withdrawn.of(table.index),
            };
            let find = MovedRecords::find(self.lake, self.spool, table.index, &stored, &without);
            self.lake.wait(runtime, find)
        })?;
        let indices: Vec<usize> = largest.iter().map(|table| table.index).collect();
        for (index, moved) in indices.into_iter().zip(found) {
            tables[index].moved = moved;
        }
        Ok(())
    }

    /// The records of a table that were deleted, as versions that beat every version before.
    fn deleted(&self, index: usize, deletes: &Deletes) -> Vec<RecordVersion> {
        let mut kinds = BTreeSet::new();
        for source in &self.plan.sources {
            if let SourceKind::Fhir { tables, .. } = &source.kind {
                kinds.extend(tables.iter().filter(|(_, i)| *i == index).map(|(k, _)| k));
            }
        }
        kinds
            .into_iter()
            .filter_map(|kind| deletes.get(kind))
            .flatten()
            .map(|(record, when)| (*record, Version::deletion(*when)).into())
            .collect()
    }

    /// Keeps the versions that left no row, before the rows go: a pull that is cut short after that
    /// would not know of them.
    async fn keep_rowless(&self, before: RowlessVersions, tables: &[TableMerge<'_>]) -> Result<()> {
        let mut rowless = before.clone();
        for TableMerge { plan, moved, .. } in tables {
            let has_rows = |record| moved.has_rows(record);
            rowless.learn(&plan.name, &moved.emptied, has_rows);
        }
        match rowless != before {
            true => rowless_versions::store(self.lake, &rowless).await,
            false => Ok(()),
        }
    }
}
