//! The proof that another key kept every link: counts before and after that can only be equal when
//! equal pseudonyms stayed equal and different ones different.

use super::columns::{KeyKind, KeyedColumns};
use crate::error::{Context, Error, Result};
use crate::lake::{DataFile, Lake, Table};
use crate::privacy::{PersonKey, RecordKey, Rekey};
use crate::pull::merge::content::mix;
use crate::pull::spool::{Shard, Spool};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// How the rows of a table belong to people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableLinks {
    /// Rows.
    pub rows: u64,
    /// Rows that belong to a person.
    pub linked: u64,
    /// Different people.
    pub people: u64,
    /// A digest of how many rows each person has, whoever that is: 16 hexadecimal digits.
    pub rows_a_person: String,
}

/// Counts [`TableLinks`] shard by shard.
#[derive(Debug, Default)]
pub(super) struct LinkCount {
    links: TableLinks,
    spread: u64,
}

impl LinkCount {
    /// Adds all rows of a shard; people never cross shards.
    pub(super) fn add(&mut self, rows: u64, mut people: Vec<i64>) {
        people.sort_unstable();
        self.links.rows += rows;
        self.links.linked += people.len() as u64;
        for person in people.chunk_by(|a, b| a == b) {
            self.links.people += 1;
            self.spread = self.spread.wrapping_add(mix(person.len() as u64));
        }
    }

    /// The counts.
    pub(super) fn links(mut self) -> TableLinks {
        self.links.rows_a_person = format!("{:016x}", self.spread);
        self.links
    }
}

/// The links that `files` hold.
pub(super) async fn links(
    lake: &Lake,
    files: &[DataFile],
    columns: &KeyedColumns,
) -> Result<TableLinks> {
    let mut by_shard: BTreeMap<Option<i32>, Vec<&DataFile>> = BTreeMap::new();
    for file in files {
        by_shard.entry(file.shard).or_default().push(file);
    }
    let key = columns
        .named(KeyKind::Person)
        .into_iter()
        .find(|name| *name == "person_key");
    let mut count = LinkCount::default();
    for files in by_shard.into_values() {
        let (mut rows, mut people) = (0, Vec::new());
        for file in files {
            let Some(key) = key else {
                rows += file.rows;
                continue;
            };
            for batch in lake.read_file(file, Some(&[key])).await? {
                rows += batch.num_rows() as u64;
                people.extend(present(batch.column(0)));
            }
        }
        count.add(rows, people);
    }
    Ok(count.links())
}

/// The numbers of a column that are not NULL.
pub(super) fn present(column: &ArrayRef) -> impl Iterator<Item = i64> + '_ {
    column.as_primitive::<Int64Type>().iter().flatten()
}

/// Different pseudonyms in the whole lake, in whichever columns they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Different {
    /// Of people.
    pub people: u64,
    /// Of records.
    pub records: u64,
}

/// Into how many ranges pseudonyms are sorted, each of which is counted in memory.
const RANGES: u32 = 256;

/// Counts the different pseudonyms of `tables`, and fails when the next key would give two of them
/// one pseudonym. As equal ones stay equal by themselves, every link of every column is then kept.
pub(super) async fn different(
    lake: &Lake,
    tables: &[(Table, KeyedColumns)],
    rekey: &Rekey,
    folder: PathBuf,
    budget: usize,
) -> Result<Different> {
    let spool = Spool::new(vec![None; 4], RANGES, folder, budget);
    let kinds = [KeyKind::Person, KeyKind::Record];
    for (table, columns) in tables {
        let names = kinds.map(|kind| columns.named(kind));
        let wanted = names.concat();
        if wanted.is_empty() {
            continue;
        }
        for file in &table.files {
            let mut values = [Vec::new(), Vec::new()];
            for batch in lake.read_file(file, Some(&wanted)).await? {
                for (to, names) in names.iter().enumerate() {
                    let columns = names.iter().filter_map(|name| batch.column_by_name(name));
                    values[to].extend(columns.flat_map(present));
                    if values[to].len() >= MANY {
                        add(&spool, to, std::mem::take(&mut values[to]))?;
                    }
                }
            }
            for (to, values) in values.into_iter().enumerate() {
                add(&spool, to, values)?;
            }
        }
    }
    tokio::task::block_in_place(|| compared(&spool, kinds, rekey))
}

/// Values that are sorted and freed of repetition together.
const MANY: usize = 1 << 20;

/// Counts the values of the first two tables of `spool`, and what the next key makes of them.
fn compared(spool: &Spool, kinds: [KeyKind; 2], rekey: &Rekey) -> Result<Different> {
    let mut before = [0, 0];
    for (from, kind) in kinds.iter().enumerate() {
        for shard in spool.shards(from) {
            let values = taken(spool, from, shard)?;
            before[from] += values.len() as u64;
            let next = values.into_par_iter().map(|value| match kind {
                KeyKind::Person => rekey.person_key(PersonKey::new(value)).get(),
                _ => rekey.record(RecordKey::new(value)).get(),
            });
            add(spool, from + kinds.len(), next.collect())?;
        }
    }
    for (of, what) in ["people", "records"].iter().enumerate() {
        let mut after = 0;
        for shard in spool.shards(of + kinds.len()) {
            after += taken(spool, of + kinds.len(), shard)?.len() as u64;
        }
        if after != before[of] {
            return Err(Error::data(format!(
                "two {what} of the lake would have one pseudonym under the new key"
            ))
            .cause(format!("{} before, {after} after", before[of]))
            .hint("no table was changed: give the rotation up with `populace key rotate --abandon`, and make another key"));
        }
    }
    Ok(Different {
        people: before[0],
        records: before[1],
    })
}

fn add(spool: &Spool, to: usize, mut values: Vec<i64>) -> Result<()> {
    values.sort_unstable();
    values.dedup();
    if values.is_empty() {
        return Ok(());
    }
    // Runs sort by the column of this name, whatever is in it.
    let field = Field::new("person_key", DataType::Int64, false);
    let column: ArrayRef = Arc::new(Int64Array::from(values));
    let rows = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![column]);
    spool.add(to, rows.data(|| "pseudonyms cannot be counted")?)
}

/// The different values of a range.
fn taken(spool: &Spool, from: usize, shard: Shard) -> Result<Vec<i64>> {
    let mut values: Vec<i64> = Vec::new();
    for batch in spool.take(from, shard)? {
        values.extend(batch.column(0).as_primitive::<Int64Type>().values());
    }
    values.par_sort_unstable();
    values.dedup();
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(shards: &[&[i64]]) -> TableLinks {
        let mut count = LinkCount::default();
        for people in shards {
            count.add(people.len() as u64 + 1, people.to_vec());
        }
        count.links()
    }

    #[test]
    fn other_names_and_shards_are_the_same_links() {
        let before = links(&[&[1, 2, 1], &[7, 7, 7]]);
        assert_eq!((before.rows, before.linked, before.people), (8, 6, 3));
        assert_eq!(links(&[&[5, 9, 5, 5], &[8, 8]]), before);
        assert_ne!(links(&[&[5, 9, 5, 9], &[8, 8]]), before, "a row moved");
        assert_ne!(
            links(&[&[5, 5, 5, 5], &[8, 8]]),
            before,
            "two people became one"
        );
    }
}
