//! Refreshing the table of a person-local model: its query is run over the rows of dirty people alone.
//!
//! Whatever is not known for certain makes the model be built in full, which gives the same rows.

mod basis;
mod changes;
mod constants_before;
mod dirty_rows;
mod full_comparison;
mod hashed_rows;
mod people;
mod person_rows;
mod person_tally;
mod replacement;
mod restricted;
mod sources;

pub(super) use basis::{Basis, engine_of_rows};
pub(super) use changes::KnownChanges;
pub(super) use constants_before::ConstantsBefore;
pub(super) use dirty_rows::DirtyRows;
pub(super) use full_comparison::{digest_of_files, is_due, is_week_after, refreshed_since};
pub(super) use people::{ByPerson, NamedPeople, RowPerson, has_people, person_at, slice_of_day};
pub(super) use person_tally::PersonTally;
pub(super) use sources::{Sources, tables_of};

use super::built::{Built, Reason};
use super::inputs::{Assessed, version};
use super::library::{Library, Model};
use super::locality::{Locality, PERSON_KEY, people_apart};
use super::parameter_change::{affected_people, changed_nodes, plan_before};
use super::proof_rule::ProofRule;
use super::seen_rows::SeenRows;
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::properties::{CONTENT, INPUTS, OPT_OUTS};
use crate::lake::{DataFile, Table, TableName};
use arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;
use replacement::ReplacedRows;
use restricted::{MOST_ROWS, rows_made};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A table is built in full when this share of its rows is of dirty people.
const MOST_DIRTY: f64 = 0.2;
/// A table is built in full when this share of the rows of its files is removed.
const MOST_REMOVED: f64 = 0.25;
/// A file below this size holds what few refreshes brought, in bytes.
const SMALL: u64 = 16 * 1024 * 1024;

/// A model whose table is to be refreshed.
#[derive(Clone, Copy)]
pub(in crate::models) struct RefreshRequest<'a> {
    pub engine: &'a Engine,
    pub library: &'a Library,
    pub model: &'a Model,
    /// The optimised plan of its query.
    pub plan: &'a LogicalPlan,
    pub assessed: &'a Assessed,
    /// The tables that it reads.
    pub read: &'a [Table],
}

/// A table that was refreshed.
pub(in crate::models) struct Refreshed {
    /// Its columns.
    pub schema: SchemaRef,
    /// All of its files.
    pub files: Vec<DataFile>,
    /// Those of them that hold nothing but new rows.
    pub new: Vec<DataFile>,
    /// What is known of the new rows.
    pub seen: SeenRows,
    /// Whether stored rows of people who did not change are others than a full build makes: then nothing was
    /// replaced.
    pub differs: bool,
    /// The tables of what was read that are as they were.
    pub unchanged: BTreeSet<TableName>,
    /// Dirty people, whose rows were made anew.
    pub people: u64,
}

/// Refreshes the table of `model`, which is person-local, from `read`, the tables that it reads, by the optimised
/// `plan` of its query. None when it has to be built in full.
///
/// # Errors
/// Those of a build.
pub(in crate::models) async fn refresh(
    request: &RefreshRequest<'_>,
    known: &mut KnownChanges,
    rows: &mut DirtyRows,
) -> Result<Option<Refreshed>> {
    let RefreshRequest {
        engine,
        assessed,
        read,
        ..
    } = *request;
    let Some(table) = assessed.table.as_ref().filter(|table| is_fit(table)) else {
        return Ok(None);
    };
    let Some(changed) = changed_inputs(table, assessed, read) else {
        return Ok(None);
    };
    let mut unchanged: BTreeSet<TableName> = read.iter().map(|table| table.name.clone()).collect();
    let mut people = NamedPeople::default();
    let mut constants = ConstantsBefore::default();
    let mut older = Sources::default();
    for input in changed {
        unchanged.remove(&input.table.name);
        if has_people(&input.table.schema) {
            let name = &input.table.name;
            let changed = known.since(engine, input.table, input.from).await;
            let before = rows.older(engine, name, input.from).await;
            let (Some(changed), Some(before)) = (changed, before) else {
                return Ok(None);
            };
            people.extend(changed.iter());
            older.add(name, &Arc::new(LakeTable::new(engine.lake(), &before)));
        } else if !add_constant(&mut constants, &input, engine, rows).await {
            return Ok(None);
        }
    }
    let Some(before) = made_by(request, table).await? else {
        return Ok(None);
    };
    let unique = |table: &TableName| request.library.unique_columns(table);
    // Whoever is not dirty yet has the same rows in tables as they were, and over these the query ran with the
    // values before. With these values, too, it is told whom tables without people affect.
    let before = older.under(&before)?;
    let place = &request.model.file;
    // Each of those who are affected has a row at least in one of these.
    let most = (most_rows(read, table) as f64 * MOST_DIRTY) as usize;
    let of_tables = constants.affected(engine, place, &before, &unique, most);
    match of_tables.await? {
        Some(affected) => people.extend(affected),
        None => return Ok(None),
    }
    if assessed.reasons.iter().any(Reason::is_of_values) {
        match affected(request, &before, &older.under(request.plan)?, most).await? {
            Some(affected) => people.extend(affected),
            None => return Ok(None),
        }
    }
    let count = people.len() as u64;
    rows.of(people);
    let anew = table.property(OPT_OUTS) != assessed.opt_outs.as_deref();
    let replaced = files_with(request, table, rows, anew && count > 0).await?;
    if replaced.is_none() {
        rows.forget();
    }
    Ok(replaced.map(|replaced| Refreshed {
        schema: table.schema.clone(),
        files: replaced.files,
        new: replaced.new,
        seen: replaced.seen,
        differs: replaced.differs,
        unchanged,
        people: count,
    }))
}

/// Adds a table without people as it was; false when that cannot be told.
async fn add_constant(
    constants: &mut ConstantsBefore,
    input: &ChangedInput<'_>,
    engine: &Engine,
    rows: &mut DirtyRows,
) -> bool {
    let now = input.table;
    match rows.older(engine, &now.name, input.from).await {
        // A log that was put back may have other rows under the same number.
        Some(before) if version(&before) == input.before => {
            constants.add(engine.lake(), &before, now)
        }
        _ => false,
    }
}

/// The plan of the query with the values of parameters that `table` was built with; None when it is not known.
async fn made_by(request: &RefreshRequest<'_>, table: &Table) -> Result<Option<LogicalPlan>> {
    let assessed = request.assessed;
    if !assessed.reasons.iter().any(Reason::is_of_values) {
        return Ok(Some(request.plan.clone()));
    }
    match Built::with(table) {
        Some(built) => plan_before(request.engine, request.model, &built, &assessed.built).await,
        None => Ok(None),
    }
}

/// The people for whom a parameter that changed since the table was built, by the plan `before`, makes a
/// difference to the plan of `now`; None when they are more than `most`, or when that cannot be told.
async fn affected(
    request: &RefreshRequest<'_>,
    before: &LogicalPlan,
    now: &LogicalPlan,
    most: usize,
) -> Result<Option<BTreeSet<Option<i64>>>> {
    let RefreshRequest {
        engine,
        library,
        model,
        ..
    } = *request;
    let unique = |table: &TableName| library.unique_columns(table);
    // What the stored rows of a person rest on was decided by the values before.
    let whose = before.schema().index_of_column_by_name(None, PERSON_KEY);
    let keys = people_apart(before, &unique).ok().flatten();
    if !whose.is_some_and(|whose| keys.is_some_and(|keys| keys.contains(&whose))) {
        return Ok(None);
    }
    let nodes = match changed_nodes(before, now, &unique) {
        Ok(nodes) => nodes,
        Err(cause) => {
            tracing::info!(model = %model.name, cause, "affected people not known");
            return Ok(None);
        }
    };
    affected_people(engine, &model.file, nodes, most).await
}

/// The rows of the largest table of people among those that a model reads and its own.
fn most_rows(read: &[Table], table: &Table) -> u64 {
    let read = read.iter().filter(|input| has_people(&input.schema));
    read.map(Table::rows)
        .fold(table.rows(), |most, rows| most.max(rows))
}

/// The files of `table` with the rows of dirty people made anew, and those of a slice of all people compared;
/// None when they are too many. With `anew` no file keeps rows that are removed, as they may be of somebody who
/// has opted out.
async fn files_with(
    request: &RefreshRequest<'_>,
    table: &Table,
    rows: &mut DirtyRows,
    anew: bool,
) -> Result<Option<ReplacedRows>> {
    let RefreshRequest {
        engine,
        model,
        plan,
        read,
        ..
    } = *request;
    let lake = engine.lake();
    let stored = rows.in_table(lake, table).await?;
    // A table of few rows may be made from many.
    if stored.count_of_dirty() as f64 > most_rows(read, table) as f64 * MOST_DIRTY
        || stored.count() > MOST_ROWS
    {
        return Ok(None);
    }
    let Some(new) = rows_made(engine, model, plan, &table.schema, read, rows).await? else {
        return Ok(None);
    };
    let people = rows.people();
    let checks = &model.header.checks;
    let replaced = replacement::files_with(lake, table, &people, &stored, new, checks, anew);
    let replaced = replaced.await?;
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

/// A table that changed since a model was made from it.
struct ChangedInput<'a> {
    table: &'a Table,
    /// The version of its log that was read.
    from: u64,
    /// What readers knew that version as.
    before: String,
}

/// The tables that changed since `table` was made from them. None when anything but these and values of
/// parameters changed, or when it is not known what was read.
fn changed_inputs<'a>(
    table: &Table,
    assessed: &Assessed,
    read: &'a [Table],
) -> Option<Vec<ChangedInput<'a>>> {
    let is_known = |reason: &Reason| matches!(reason, Reason::Input(_)) || reason.is_of_values();
    if !assessed.reasons.iter().all(is_known) {
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
        let version = before.get(&name)?;
        if Some(version) == assessed.versions.get(&name)
            || (!has_people(&input.schema) && !ProofRule::SameReference.is_on())
        {
            continue;
        }
        changed.push(ChangedInput {
            table: input,
            from: basis.version(input)?,
            before: version.clone(),
        });
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
