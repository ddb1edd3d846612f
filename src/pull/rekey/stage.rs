//! A table written anew under another key: complete files that no table names yet.

use super::columns::KeyedColumns;
use super::proof::{LinkCount, TableLinks, links, present};
use crate::error::{Context, Error, Result};
use crate::lake::properties::{CONTENT, DEFINITION, KEY, READING};
use crate::lake::{Change, DataFile, DeletionVector, Lake, SortOrder, Table, encode};
use crate::privacy::{PersonKey, Rekey};

use crate::pull::merge::content::{content, row_digest};
use crate::pull::spool::Spool;
use crate::pull::version::Digest;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::compute::{
    SortColumn, SortOptions, cast, concat_batches, lexsort_to_indices, take_record_batch,
};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A table that was written anew and waits for its commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StagedTable {
    /// The version of the table that it was made from.
    version: u64,
    /// The key that it was made for, by its fingerprint.
    key: String,
    /// Its links, the same before and after.
    pub links: TableLinks,
    files: Vec<StagedFile>,
}

/// What a commit needs to know of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StagedFile {
    path: String,
    size: u64,
    rows: u64,
    shard: Option<i32>,
    /// In hexadecimal.
    digest: String,
    person_range: Option<(i64, i64)>,
    order: Option<SortOrder>,
}

/// Writes a table anew, and proves from the files written that its links are what they were.
pub(super) async fn stage(
    lake: &Lake,
    table: &Table,
    columns: &KeyedColumns,
    rekey: &Rekey,
    key: &str,
    folder: PathBuf,
    budget: usize,
) -> Result<StagedTable> {
    let spool = Spool::new(vec![None], lake.settings().shards, folder, budget);
    let before = spooled(lake, table, columns, rekey, &spool).await?;
    let files = written(lake, table, columns, &spool).await?;
    let after = links(lake, &files, columns).await?;
    if after != before {
        return Err(Error::data(format!(
            "table {} would not keep its links under the new key",
            table.name
        ))
        .cause(format!("{before:?} before, {after:?} after"))
        .hint("no table was changed: give the rotation up with `populace key rotate --abandon`, and make another key"));
    }
    Ok(StagedTable {
        version: table.version,
        key: key.to_string(),
        links: before,
        files: files.into_iter().map(StagedFile::of).collect(),
    })
}

/// Puts the table's rows into `spool` as the new key makes them; gives their links as they are.
async fn spooled(
    lake: &Lake,
    table: &Table,
    columns: &KeyedColumns,
    rekey: &Rekey,
    spool: &Spool,
) -> Result<TableLinks> {
    let mut count = LinkCount::default();
    let shards: BTreeSet<_> = table.files.iter().map(|f| f.shard).collect();
    for shard in shards {
        let (mut rows, mut people) = (0, Vec::new());
        for file in table.files.iter().filter(|f| f.shard == shard) {
            let batches = lake.read_as(file, &table.schema, None).await?;
            for batch in &batches {
                rows += batch.num_rows() as u64;
                let keys = batch.column_by_name("person_key");
                people.extend(keys.into_iter().flat_map(present));
            }
            let rekeyed: Result<Vec<_>> = tokio::task::block_in_place(|| {
                let batches = batches.par_iter();
                batches.map(|batch| columns.rekey(batch, rekey)).collect()
            });
            for batch in rekeyed? {
                spool.add(0, batch)?;
            }
        }
        count.add(rows, people);
    }
    Ok(count.links())
}

/// Writes the rows of `spool` into files, one a shard, or one for a table without people.
async fn written(
    lake: &Lake,
    table: &Table,
    columns: &KeyedColumns,
    spool: &Spool,
) -> Result<Vec<DataFile>> {
    let mut files = Vec::new();
    if sharded(table) {
        for shard in spool.shards(0) {
            let rows = sorted(table, columns, spool.take(0, shard)?)?;
            files.push(write(lake, table, columns, Some(shard.number()), rows).await?);
        }
        return Ok(files);
    }
    let mut rows = Vec::new();
    for shard in spool.shards(0) {
        rows.extend(spool.take(0, shard)?);
    }
    if !rows.is_empty() {
        let rows = sorted(table, columns, rows)?;
        files.push(write(lake, table, columns, None, rows).await?);
    }
    Ok(files)
}

/// Whether the table's files lie in shards.
fn sharded(table: &Table) -> bool {
    table.name.layer == "record" && table.schema.index_of("person_key").is_ok()
}

/// Rows in the order of a merge: by person, date, record and row; of a table of state, by all.
fn sorted(table: &Table, columns: &KeyedColumns, batches: Vec<RecordBatch>) -> Result<RecordBatch> {
    let failed = || format!("rows of {} cannot be sorted", table.name);
    let rows = concat_batches(&table.schema, &batches).data(failed)?;
    drop(batches);
    let mut by: Vec<ArrayRef> = Vec::new();
    if table.name.layer == "record" {
        by.extend(rows.column_by_name("person_key").cloned());
        let moment = columns
            .order
            .as_deref()
            .and_then(|name| rows.column_by_name(name));
        if let Some(moment) = moment {
            let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
            by.push(cast(moment, &unit).data(failed)?);
        }
        let names = ["record_key", "record_row"];
        by.extend(
            names
                .iter()
                .filter_map(|name| rows.column_by_name(name).cloned()),
        );
    } else {
        by.extend(rows.columns().iter().cloned());
    }
    let options = Some(SortOptions {
        descending: false,
        nulls_first: true,
    });
    let by: Vec<SortColumn> = by
        .into_iter()
        .map(|values| SortColumn { values, options })
        .collect();
    let order = lexsort_to_indices(&by, None).data(failed)?;
    take_record_batch(&rows, &order).data(failed)
}

async fn write(
    lake: &Lake,
    table: &Table,
    columns: &KeyedColumns,
    shard: Option<i32>,
    rows: RecordBatch,
) -> Result<DataFile> {
    let digest = digest(&rows);
    let mut order = vec!["person_key"];
    order.extend(columns.order.as_deref());
    let encoded = encode(&table.schema, &[rows], &order)?;
    lake.write_file(&table.name, shard, digest, encoded).await
}

/// The order-free sum of the rows' digests, as a merge makes it; 0 for a table of state.
fn digest(rows: &RecordBatch) -> u128 {
    let numbers = |name: &str| -> Option<&Int64Array> {
        rows.column_by_name(name)?.as_primitive_opt::<Int64Type>()
    };
    let record_row = rows
        .column_by_name("record_row")
        .and_then(|c| c.as_primitive_opt::<Int32Type>());
    let (Some(lines), Some(record_row)) = (numbers("digest"), record_row) else {
        return 0;
    };
    let people = numbers("person_key");
    (0..rows.num_rows()).fold(0u128, |sum, row| {
        let person = people.filter(|p| p.is_valid(row));
        let person = person.map(|p| PersonKey::new(p.value(row)));
        let line = Digest::of_line(lines.value(row));
        sum.wrapping_add(row_digest(line, record_row.value(row), person))
    })
}

impl StagedTable {
    /// Whether this was made from `table` as it is, for the key with this fingerprint.
    pub(super) fn fits(&self, table: &Table, key: &str) -> bool {
        self.version == table.version && self.key == key
    }

    /// Makes the files that wait the table's own, in one step.
    pub(super) async fn commit(&self, lake: &Lake, table: &Table) -> Result<()> {
        let add: Vec<DataFile> = self.files.iter().map(StagedFile::file).collect();
        let mut properties = table.properties.clone();
        properties.insert(KEY.to_string(), self.key.clone());
        if let Some(definition) = table.property(DEFINITION) {
            let digest = add.iter().fold(0u128, |sum, f| sum.wrapping_add(f.digest));
            let rows = add.iter().map(|f| f.rows).sum();
            let reading = table.property(READING).unwrap_or_default();
            let content = content(digest, rows, definition, reading);
            properties.insert(CONTENT.to_string(), content);
        }
        let gone = |old: &&DataFile| add.iter().all(|new| new.path != old.path);
        let remove = table.files.iter().filter(gone).cloned().collect();
        let new = |file: &DataFile| table.files.iter().all(|old| old.path != file.path);
        let change = Change {
            schema: table.schema.clone(),
            sharded: sharded(table),
            properties,
            add: add.iter().filter(|f| new(f)).cloned().collect(),
            remove,
        };
        lake.commit(&table.name, Some(table), change).await?;
        Ok(())
    }
}

impl StagedFile {
    fn of(file: DataFile) -> Self {
        StagedFile {
            path: file.path,
            size: file.size,
            rows: file.rows,
            shard: file.shard,
            digest: format!("{:032x}", file.digest),
            person_range: file.person_range,
            order: file.order.map(Arc::unwrap_or_clone),
        }
    }

    fn file(&self) -> DataFile {
        DataFile {
            path: self.path.clone(),
            size: self.size,
            rows: self.rows,
            removed: DeletionVector::default(),
            shard: self.shard,
            digest: u128::from_str_radix(&self.digest, 16).unwrap_or_default(),
            person_range: self.person_range,
            order: self.order.clone().map(Arc::new),
        }
    }
}
