//! The rows of dirty people made anew, in the place of those that are stored.
//!
//! Most dirty people turn out to have the same rows as before, as what changed is not in this model. Their
//! rows stay. Of the others the stored rows are marked as removed, and the new ones go to a file of their own.

use super::dirty_rows::FoundRows;
use super::hashed_rows::HashedRows;
use super::people::{ByPerson, ChosenPeople, RowPerson, people_of, person_at};
use super::person_rows::PersonRows;
use super::person_tally::PersonTally;
use crate::error::{Context, Result};
use crate::lake::{DataFile, Lake, Table};
use crate::models::declared_check::Check;
use crate::models::seen_rows::SeenRows;
use crate::models::table_writer::TableWriter;
use arrow::array::{BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};

/// The files of a table after rows of it were replaced.
pub(super) struct ReplacedRows {
    /// All of them.
    pub files: Vec<DataFile>,
    /// Those that hold the new rows and no others.
    pub new: Vec<DataFile>,
    /// What is known of the new rows.
    pub seen: SeenRows,
    /// Whether somebody of the slice who is not dirty has other rows than those that are stored, which then
    /// stay.
    pub differs: bool,
}

/// The files of `table` with `new`, all rows that `people` have now, in the place of `stored`, all that
/// they had, of dirty people, which are looked at for `checks`. With `anew`, rows that are removed, now or before,
/// leave the files too.
///
/// # Errors
/// Data: the lake cannot be read or written.
pub(super) async fn files_with(
    lake: &Lake,
    table: &Table,
    people: &ChosenPeople,
    stored: &FoundRows,
    new: Vec<RecordBatch>,
    checks: &[Check],
    anew: bool,
) -> Result<ReplacedRows> {
    let mut tally = ByPerson::default();
    let mut old = Vec::with_capacity(stored.files.len());
    for found in &stored.files {
        let rows = lake.read_as(&found.file, &table.schema, Some(&found.rows));
        let rows = HashedRows::of(rows.await?)?;
        rows.tally(&mut tally, false)?;
        old.push((found, rows));
    }
    let new = HashedRows::of(new)?;
    new.tally(&mut tally, true)?;
    let differs = |(person, rows): (&RowPerson, &PersonTally)| {
        !rows.is_even() && !people.dirty.contains(person)
    };
    if tally.iter().any(differs) {
        return Ok(ReplacedRows {
            files: table.files.clone(),
            new: Vec::new(),
            seen: SeenRows::default(),
            differs: true,
        });
    }

    let mut files = table.files.clone();
    for (found, rows) in old {
        let left = without_changed(found, &rows, &tally)?;
        let at = files.iter().position(|file| *file == found.file);
        let Some(at) = at else { continue };
        match left {
            Some(left) => files[at] = left,
            None => drop(files.remove(at)),
        }
    }
    if anew {
        files = without_removed(lake, table, files).await?;
    }
    let mut new_files = Vec::new();
    let mut seen = SeenRows::default();
    if let Some(rows) = changed(&new, &tally, table)? {
        seen = SeenRows::of(&rows, checks)?;
        let count = rows.num_rows();
        let mut writer = TableWriter::for_rows(lake, &table.name, &table.schema, count)?;
        writer.write(rows).await?;
        new_files = writer.finish().await?;
        files.extend(new_files.iter().cloned());
    }
    Ok(ReplacedRows {
        files,
        new: new_files,
        seen,
        differs: false,
    })
}

/// A file without the rows of people who have others now; None when no row is left.
fn without_changed(
    found: &PersonRows,
    stored: &HashedRows,
    tally: &ByPerson<PersonTally>,
) -> Result<Option<DataFile>> {
    let mut gone = Vec::new();
    let mut digest = 0u128;
    let mut positions = found.rows.iter();
    for (rows, hashes) in stored.rows.iter().zip(&stored.hashes) {
        let people = people_of(rows)?;
        for (at, hash) in hashes.iter().enumerate() {
            let position = positions.next().ok_or("more rows were read than asked for");
            let position = position.data(|| "stored rows cannot be replaced")?;
            if !tally[&person_at(people, at)].is_even() {
                gone.push(*position);
                digest = digest.wrapping_add(*hash);
            }
        }
    }
    match gone.is_empty() {
        true => Ok(Some(found.file.clone())),
        false => Ok(found.file.without(&gone, digest)),
    }
}

/// Writes the files anew of which rows are removed.
async fn without_removed(
    lake: &Lake,
    table: &Table,
    files: Vec<DataFile>,
) -> Result<Vec<DataFile>> {
    let mut whole = Vec::with_capacity(files.len());
    for file in files {
        if file.removed.is_empty() {
            whole.push(file);
            continue;
        }
        let mut writer = TableWriter::new(lake, &table.name, &table.schema)?;
        for rows in lake.read_as(&file, &table.schema, None).await? {
            writer.write(rows).await?;
        }
        whole.extend(writer.finish().await?);
    }
    Ok(whole)
}

/// The new rows of people who have others now, by person; None when there are none.
fn changed(
    new: &HashedRows,
    tally: &ByPerson<PersonTally>,
    table: &Table,
) -> Result<Option<RecordBatch>> {
    let failed = || "new rows cannot be put together";
    let mut kept = Vec::with_capacity(new.rows.len());
    for rows in &new.rows {
        let people = people_of(rows)?;
        let differs = |at: usize| !tally[&person_at(people, at)].is_even();
        let mask: BooleanArray = (0..rows.num_rows()).map(|at| Some(differs(at))).collect();
        kept.push(filter_record_batch(rows, &mask).data(failed)?);
    }
    let rows = concat_batches(&table.schema, &kept).data(failed)?;
    if rows.num_rows() == 0 {
        return Ok(None);
    }
    let count = u32::try_from(rows.num_rows()).data(failed)?;
    let people = people_of(&rows)?;
    let mut order: Vec<u32> = (0..count).collect();
    // Rows of a person stay as they came: the query may have sorted them.
    order.sort_by_key(|at| {
        let person = person_at(people, *at as usize);
        (person.is_none(), person)
    });
    let rows = take_record_batch(&rows, &UInt32Array::from(order)).data(failed)?;
    Ok(Some(rows))
}
