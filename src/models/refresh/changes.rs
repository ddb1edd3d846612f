//! Dirty people: those who have other rows in a table than they had in an earlier version of it.
//!
//! Two versions of a table share most of their files. Only what one of them has and the other has not is
//! read: files that came or went, and rows whose deletion vector changed. Rows that went and came again, as
//! in a file that was written anew, cancel out.

use super::people::{ByPerson, RowPerson, people_of, person_at};
use super::person_tally::PersonTally;
use crate::engine::{Engine, LakeTable, PickedRows};
use crate::error::Result;
use crate::lake::{DataFile, Table, TableName, row_hashes};
use futures::TryStreamExt;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What is known of the changes to tables since a version of them, as several models read the same.
#[derive(Default)]
pub(in crate::models) struct KnownChanges(BTreeMap<(TableName, u64, u64), PeopleChanged>);

/// The people who have other rows; None when that cannot be told.
type PeopleChanged = Option<Arc<Vec<RowPerson>>>;

impl KnownChanges {
    /// The people who have other rows in `table` than they had at version `from` of its log. None when that
    /// cannot be told: the older version can no longer be read, or had other columns.
    pub(in crate::models) async fn since(
        &mut self,
        engine: &Engine,
        table: &Table,
        from: u64,
    ) -> Option<Arc<Vec<RowPerson>>> {
        let key = (table.name.clone(), from, table.version);
        if let Some(known) = self.0.get(&key) {
            return known.clone();
        }
        let found = match found(engine, table, from).await {
            Ok(found) => found.map(Arc::new),
            Err(e) => {
                tracing::info!(table = %table.name, cause = %e.what(), "changed people not known");
                None
            }
        };
        self.0.insert(key, found.clone());
        found
    }
}

async fn found(engine: &Engine, table: &Table, from: u64) -> Result<Option<Vec<RowPerson>>> {
    let before = engine.lake().table_at(&table.name, from).await?;
    let known = before.schema.fields() == table.schema.fields()
        && has_each_once(&before.files)
        && has_each_once(&table.files);
    match known {
        true => changed_people(engine, &before, table).await.map(Some),
        false => Ok(None),
    }
}

/// Whether no two of the files are the same bytes.
fn has_each_once(files: &[DataFile]) -> bool {
    let mut paths = HashSet::new();
    files.iter().all(|file| paths.insert(file.path.as_str()))
}

/// The people who have other rows in `now` than in `before`.
async fn changed_people(engine: &Engine, before: &Table, now: &Table) -> Result<Vec<RowPerson>> {
    let Differences { gone, new } = differences(&before.files, &now.files);
    let mut tally = ByPerson::<PersonTally>::default();
    for (picked, add) in [(gone, false), (new, true)] {
        if picked.is_empty() {
            continue;
        }
        let rows = LakeTable::of_picked(engine.lake(), &now.schema, picked);
        let place = now.name.to_string();
        let mut rows = engine.rows(&place, Arc::new(rows)).await?;
        while let Some(batch) = rows.try_next().await? {
            let people = people_of(&batch)?;
            for (at, hash) in row_hashes(&batch)?.into_iter().enumerate() {
                let tally = tally.entry(person_at(people, at)).or_default();
                tally.count(hash, add);
            }
        }
    }
    let dirty = tally.into_iter().filter(|(_, tally)| !tally.is_even());
    Ok(dirty.map(|(person, _)| person).collect())
}

/// Rows that one of two versions of a table has, and the other has not.
struct Differences {
    gone: Vec<PickedRows>,
    new: Vec<PickedRows>,
}

fn differences(before: &[DataFile], now: &[DataFile]) -> Differences {
    let mut differences = Differences {
        gone: Vec::new(),
        new: Vec::new(),
    };
    let mut left: HashMap<&str, &DataFile> = before
        .iter()
        .map(|file| (file.path.as_str(), file))
        .collect();
    for file in now {
        let Some(old) = left.remove(file.path.as_str()) else {
            differences.new.push(PickedRows::all(file));
            continue;
        };
        let gone = file.removed.beyond(&old.removed);
        if !gone.is_empty() {
            differences.gone.push(PickedRows::some(file, gone));
        }
        let back = old.removed.beyond(&file.removed);
        if !back.is_empty() {
            differences.new.push(PickedRows::some(file, back));
        }
    }
    let gone = left.into_values().map(PickedRows::all);
    differences.gone.extend(gone);
    differences
}
