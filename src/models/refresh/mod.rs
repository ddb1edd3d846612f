//! Refreshing the table of a person-local model: its query is run over the rows of dirty people alone.
//!
//! Whatever is not known for certain makes the model be built in full, which gives the same rows.

mod basis;
mod changes;
mod full_comparison;
mod hashed_rows;
mod people;
mod person_tally;
mod recheck;
mod replacement;
mod restricted;

pub(super) use basis::{Basis, engine_of_rows};
pub(super) use changes::KnownChanges;
pub(super) use full_comparison::{digest_of_files, is_due, refreshed_since};
pub(super) use people::{ChosenPeople, NamedPeople, has_people, picked_rows};
pub(super) use recheck::{holds, slice_of_day};

use super::built::Reason;
use super::inputs::Assessed;
use super::library::Model;
use super::locality::{Locality, PERSON_KEY};
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::properties::{CONTENT, INPUTS, OPT_OUTS};
use crate::lake::{DataFile, Table, TableName};
use arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;
use people::rows_of;
use replacement::ReplacedRows;
use restricted::{MOST_ROWS, rows_made};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A table is built in full when this share of its rows is of dirty people.
const MOST_DIRTY: f64 = 0.2;
/// A table is built in full when this share of the rows of its files is removed.
const MOST_REMOVED: f64 = 0.25;
/// A file below this size holds what few refreshes brought, in bytes.
const SMALL: u64 = 16 * 1024 * 1024;

/// A table that was refreshed.
pub(in crate::models) struct Refreshed {
    /// Its columns.
    pub schema: SchemaRef,
    /// All of its files.
    pub files: Vec<DataFile>,
    /// Those of them that hold nothing but new rows.
    pub new: Vec<DataFile>,
    /// The tables of what was read that are as they were.
    pub unchanged: BTreeSet<TableName>,
    /// Dirty people, whose rows were made anew.
    pub people: u64,
}

/// Refreshes the table of `model`, which is person-local, from `read`, the tables that it reads, which are known to the engine. None
/// when it has to be built in full.
///
/// # Errors
/// Those of a build. The engine knows the tables of `read` as they are, also after an error.
pub(in crate::models) async fn refresh(
    engine: &Engine,
    model: &Model,
    assessed: &Assessed,
    read: &[Table],
    known: &mut KnownChanges,
) -> Result<Option<Refreshed>> {
    let Some(table) = assessed.table.as_ref().filter(|table| is_fit(table)) else {
        return Ok(None);
    };
    let Some(changed) = changed_inputs(table, assessed, read) else {
        return Ok(None);
    };
    let mut unchanged: BTreeSet<TableName> = read.iter().map(|table| table.name.clone()).collect();
    let mut people = HashSet::default();
    for (input, from) in changed {
        unchanged.remove(&input.name);
        match known.since(engine, input, from).await {
            Some(changed) => people.extend(changed.iter()),
            None => return Ok(None),
        }
    }
    let count = people.len() as u64;
    let replaced = match count {
        0 => Some(ReplacedRows {
            files: table.files.clone(),
            new: Vec::new(),
        }),
        _ => {
            let people = ChosenPeople::Named(people);
            let anew = table.property(OPT_OUTS) != assessed.opt_outs.as_deref();
            files_with(engine, model, table, read, &people, anew).await?
        }
    };
    Ok(replaced.map(|ReplacedRows { files, new }| Refreshed {
        schema: table.schema.clone(),
        files,
        new,
        unchanged,
        people: count,
    }))
}

/// The files of `table` with the rows of `people` made anew; None when they are too many. With `anew` no
/// file keeps rows that are removed, as they may be of somebody who has opted out.
async fn files_with(
    engine: &Engine,
    model: &Model,
    table: &Table,
    read: &[Table],
    people: &ChosenPeople,
    anew: bool,
) -> Result<Option<ReplacedRows>> {
    let lake = engine.lake();
    let stored = rows_of(lake, &table.files, people).await?;
    let dirty: u64 = stored.iter().map(|found| found.rows.len() as u64).sum();
    if dirty as f64 > table.rows() as f64 * MOST_DIRTY || dirty > MOST_ROWS {
        return Ok(None);
    }
    let Some(new) = rows_made(engine, model, &table.schema, read, people).await? else {
        return Ok(None);
    };
    let replaced = replacement::files_with(lake, table, stored, new, anew).await?;
    Ok(Some(replaced))
}

/// Whether rows of a table can be replaced: its content and whose its rows are is known, and not so much
/// was replaced that it is better written anew.
fn is_fit(table: &Table) -> bool {
    let removed: u64 = table.files.iter().map(|file| file.removed.len()).sum();
    let written = (table.rows() + removed) as f64;
    let small = table.files.iter().filter(|file| file.size < SMALL).count();
    table.property(CONTENT).is_some()
        && table.marks_removed_rows()
        && has_people(&table.schema)
        && removed as f64 <= written * MOST_REMOVED
        && small < most_small_files(&table.name)
}

/// Small files of a table before it is built in full. Tables differ, so that one night does not do all.
fn most_small_files(table: &TableName) -> usize {
    let digest = blake3::hash(table.to_string().as_bytes());
    8 + usize::from(digest.as_bytes()[0] % 8)
}

/// The tables of people that changed since `table` was made from them, each with the version that was read.
/// None when anything else changed, or when it is not known what was read.
fn changed_inputs<'a>(
    table: &Table,
    assessed: &Assessed,
    read: &'a [Table],
) -> Option<Vec<(&'a Table, u64)>> {
    let is_input = |reason: &Reason| matches!(reason, Reason::Input(_));
    if !assessed.reasons.iter().all(is_input) {
        return None;
    }
    let basis = Basis::with(table)?;
    let before: BTreeMap<String, String> = serde_json::from_str(table.property(INPUTS)?).ok()?;
    if !before.keys().eq(assessed.versions.keys()) {
        return None;
    }
    let mut changed = Vec::new();
    for input in read {
        let name = input.name.to_string();
        if before.get(&name) == assessed.versions.get(&name) {
            continue;
        }
        if !has_people(&input.schema) {
            return None;
        }
        changed.push((input, basis.version(input)?));
    }
    Some(changed)
}

/// Whether the rows of a person rest on rows of that person alone, as the plan of the query says, and say
/// whose they are.
pub(in crate::models) fn is_person_local(
    plan: &LogicalPlan,
    locality: &Locality,
    read: &[Table],
) -> bool {
    let Locality::PersonLocal { keys } = locality else {
        return false;
    };
    let mut columns = plan.schema().fields().iter();
    let whose = columns.position(|column| column.name() == PERSON_KEY);
    whose.is_some_and(|whose| keys.contains(&whose)) && are_of_known_people(read)
}

/// Whether no table has a key of a type in which people would not be found.
pub(in crate::models) fn are_of_known_people(read: &[Table]) -> bool {
    read.iter()
        .all(|table| table.schema.index_of(PERSON_KEY).is_err() || has_people(&table.schema))
}

#[cfg(test)]
pub(super) mod tests;
