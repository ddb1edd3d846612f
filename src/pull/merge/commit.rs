//! Committing what the merge of a table's shards changed.

use super::content;
use super::inputs::Merge;
use super::shard::{FileChanges, ShardTask};
use super::table::TableMerge;
use crate::error::Result;
use crate::lake::properties::{COLUMNS, CONTENT, DEFINITION, INCOMPLETE, KEY, READING};
use crate::lake::{Change, DataFile, Table};
use crate::pull::plan::PersonLink;
use crate::pull::spool::is_unlinked;
use crate::pull::summary::TableSummary;
use std::collections::BTreeMap;

/// A table whose shards are merged.
pub(super) struct MergedTable<'a> {
    table: &'a TableMerge<'a>,
    changes: FileChanges,
}

/// What shards change, table by table; `changes` are those of each task.
pub(super) fn by_table<'a>(
    tables: &'a [TableMerge<'a>],
    tasks: &[ShardTask],
    changes: Vec<FileChanges>,
) -> Vec<MergedTable<'a>> {
    let mut merged: Vec<MergedTable> = tables
        .iter()
        .map(|table| MergedTable {
            table,
            changes: FileChanges::default(),
        })
        .collect();
    for (task, changes) in tasks.iter().zip(changes) {
        merged[task.table.index].changes.extend(changes);
    }
    merged
}

/// What a commit writes of a table.
struct NextVersion {
    /// Its files afterwards.
    files: Vec<DataFile>,
    /// Those that are new.
    add: Vec<DataFile>,
    /// Those that go.
    remove: Vec<DataFile>,
    /// Whether the table is new, or of another definition than before.
    redefined: bool,
    /// Whether it still lacks rows of damaged files.
    incomplete: bool,
    /// Whether there is anything to commit.
    changed: bool,
}

impl MergedTable<'_> {
    /// Commits the table, unless nothing changed.
    pub(super) async fn commit(&self, merge: &Merge<'_>) -> Result<TableSummary> {
        let (plan, stored) = (self.table.plan, self.table.stored.as_ref());
        let next = self.next(merge);
        let rows = |files: &mut dyn Iterator<Item = &DataFile>| files.map(|f| f.rows).sum();
        let mut summary = TableSummary {
            table: plan.name.to_string(),
            rows: rows(&mut next.files.iter()),
            unlinked: rows(&mut next.files.iter().filter(|file| is_unlinked(file))),
            waiting: self.table.relinked.new_waiting.clone(),
            changed: next.changed,
            version: stored.map_or(0, |table| table.version),
            kept_out: self.changes.kept_out,
            fates: self.changes.fates.clone(),
        };
        if next.changed {
            let change = Change {
                schema: plan.schema.clone(),
                sharded: plan.person != PersonLink::None,
                properties: self.properties(merge, &next, summary.rows),
                add: next.add,
                remove: next.remove,
            };
            summary.version = merge.lake.commit(&plan.name, stored, change).await?;
        }
        Ok(summary)
    }

    /// The table after the commit.
    fn next(&self, merge: &Merge) -> NextVersion {
        let FileChanges { add, remove, .. } = &self.changes;
        let stored = self.table.stored.as_ref();
        let mut files = self.table.files().to_vec();
        files.retain(|file| !remove.contains(file));
        files.extend(add.iter().cloned());
        // A file that comes back as it was neither goes nor comes.
        let stays = |file: &&DataFile| add.contains(file) && remove.contains(file);
        let moving = |of: &[DataFile]| -> Vec<DataFile> {
            of.iter().filter(|file| !stays(file)).cloned().collect()
        };
        let (add, remove) = (moving(add), moving(remove));
        let redefined = stored.is_none_or(|table| self.table.plan.redefines(table));
        let was = stored.is_some_and(|table| table.property(INCOMPLETE).is_some());
        let completes = was && merge.complete;
        NextVersion {
            changed: !add.is_empty() || !remove.is_empty() || redefined || completes,
            files,
            add,
            remove,
            redefined,
            incomplete: was && !completes,
        }
    }

    /// The properties of a version of `rows` rows.
    fn properties(&self, merge: &Merge, next: &NextVersion, rows: u64) -> BTreeMap<String, String> {
        let plan = self.table.plan;
        let digests = next.files.iter().map(|file| file.digest);
        let digest = digests.fold(0u128, u128::wrapping_add);
        let was = self.table.stored.as_ref();
        let was = was.and_then(|table: &Table| table.property(READING));
        let reading = match was.unwrap_or_default() {
            // Another definition says by itself that the values are others.
            was if self.changes.other_values && !next.redefined => {
                content::reading(was, &next.files)
            }
            was => was.to_string(),
        };
        let content = content::content(digest, rows, &plan.fingerprint, &reading);
        let key = merge.lake.settings().key_fingerprint.clone();
        let mut properties = BTreeMap::from([
            (DEFINITION.to_string(), plan.fingerprint.clone()),
            (CONTENT.to_string(), content),
            (COLUMNS.to_string(), plan.keyed_columns()),
            (KEY.to_string(), key),
        ]);
        if next.incomplete {
            properties.insert(INCOMPLETE.to_string(), "true".to_string());
        }
        if !reading.is_empty() {
            properties.insert(READING.to_string(), reading);
        }
        properties
    }
}
