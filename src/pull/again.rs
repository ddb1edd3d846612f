//! Reading sources again, for tables of which files are damaged.
//!
//! The damaged files are taken out of their tables, and every extract of the sources that fill them is
//! read once more: rows that are still there stay as they are, the others come again. First it is
//! written down which extracts have to be read again, then files go; whatever is cut short after that,
//! the next pull reads them, and until all were read the table says that it is not complete, and no
//! model is built over it.

use super::discover::files;
use crate::lake::properties::{CONTENT, INCOMPLETE};
use crate::plural::{things, verb};

use super::attempt::Attempt;
use super::opt_outs::stored;
use super::plan::{PullPlan, SourceKind};
use super::prepare::rejects;
use super::state::extracts::{self, Extracts};
use super::state::{
    data_quality, deleted_records, named_beside, rejected_patients, rowless_versions, source_marks,
};
use super::{PullLimits, PullSummary, bulk};
use crate::error::{Error, Result};
use crate::lake::{Change, DataFile, Lake, Table, TableName};
use crate::nearest::nearest;
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::progress::Progress;
use crate::scratch::Scratch;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is read again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Again<'a> {
    /// Sources; all when empty.
    pub sources: &'a [String],
    /// Whether to go on without extracts that are no longer there.
    pub without_missing: bool,
}

/// A table of which damaged files were replaced.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Replaced {
    /// The table.
    pub table: String,
    /// Damaged files that were taken out; 0 when the whole table was, as its log was damaged.
    pub files: usize,
    /// Its rows before; None when the log was damaged.
    pub rows_before: Option<u64>,
    /// Its rows now.
    pub rows: u64,
    /// Whether it holds what it held before the damage.
    pub same: bool,
}

/// A table with damage.
struct DamagedTable {
    name: TableName,
    /// None when its log is damaged.
    table: Option<Table>,
    files: Vec<DataFile>,
}

/// Takes damaged files out of the tables that `again`'s sources fill, and reads these sources from
/// their start.
///
/// Fails, changing nothing, when another source fills a damaged table too, and when extracts that were
/// taken are no longer there, unless it is to go on without them.
pub(crate) async fn pull_again(
    pipeline: &Pipeline,
    lake: &Lake,
    key: &Key,
    again: Again<'_>,
    limits: PullLimits,
    scratch: &Scratch,
    progress: Progress,
) -> Result<(PullSummary, Vec<Replaced>)> {
    let damaged = prepare(pipeline, lake, key, again).await?;
    let sources = again.sources;
    let attempt = Attempt {
        pipeline,
        lake,
        key,
        limits,
        scratch,
        progress,
        // What is mended must be whole.
        strict: true,
    };
    let summary = attempt.until_done(sources).await?;
    let mut replaced = Vec::new();
    for damaged in damaged {
        let now = lake.table(&damaged.name).await?;
        let content = |table: &Option<Table>| {
            let table = table.as_ref()?;
            table.property(CONTENT).map(str::to_string)
        };
        let before = content(&damaged.table);
        replaced.push(Replaced {
            table: damaged.name.to_string(),
            files: damaged.files.len(),
            rows_before: damaged.table.as_ref().map(Table::rows),
            rows: now.as_ref().map_or(0, Table::rows),
            same: before.is_some() && before == content(&now),
        });
    }
    Ok((summary, replaced))
}

/// Makes the lake ready for the pull.
async fn prepare(
    pipeline: &Pipeline,
    lake: &Lake,
    key: &Key,
    again: Again<'_>,
) -> Result<Vec<DamagedTable>> {
    let plan = PullPlan::read(pipeline, key)?;
    let known: BTreeSet<&str> = plan.sources.iter().map(|s| s.name.as_str()).collect();
    for name in again.sources {
        if !known.contains(name.as_str()) {
            return Err(Error::usage(format!("there is no source '{name}'"))
                .hint(nearest(name, known.iter())));
        }
    }
    let chosen: BTreeSet<&str> = match again.sources {
        [] => known.clone(),
        named => named.iter().map(String::as_str).collect(),
    };
    let lost = lost_state(lake).await?;
    if let Some(lost) = lost.first().filter(|_| chosen != known) {
        return Err(
            Error::usage(format!("table {lost} is damaged, and all sources fill it"))
                .hint("name no source: `populace pull --again`"),
        );
    }
    let damaged = damaged(lake, &plan, &chosen).await?;
    let mut taken = match lost.contains(&extracts::table()) {
        true => Extracts::new(),
        false => extracts::load(lake).await?,
    };
    let missing = missing(&plan, &chosen, &taken).await?;
    if again.without_missing {
        taken.retain(|id, _| !missing.contains(id));
    } else if !damaged.is_empty() {
        refuse_missing(&missing)?;
    }
    let mut epoch = lake.epoch().await?;
    if epoch.is_open() {
        return Err(
            Error::data("another command is changing the lake, or was cut short")
                .hint("wait for it to end; if it was cut short, run `populace pull` first"),
        );
    }
    epoch.claim().await?;
    forget(lake, &chosen, &lost, taken).await?;
    for damaged in &damaged {
        take_out(lake, damaged).await?;
    }
    epoch.end().await?;
    Ok(damaged)
}

/// The tables of what pulls remember that are damaged; all of them are made by reading again.
async fn lost_state(lake: &Lake) -> Result<Vec<TableName>> {
    let mut lost = Vec::new();
    for name in [
        extracts::table(),
        deleted_records::table(),
        named_beside::table(),
        rejected_patients::table(),
        rowless_versions::table(),
        stored::table(),
        rejects::table(),
        data_quality::table(),
    ] {
        if of(lake, &name).await?.is_some() {
            lost.push(name);
        }
    }
    Ok(lost)
}

/// The damage of a table, if there is any.
async fn of(lake: &Lake, name: &TableName) -> Result<Option<DamagedTable>> {
    let table = match lake.table(name).await {
        Ok(Some(table)) => table,
        Ok(None) => return Ok(None),
        Err(e) if e.damaged_path().is_some() => {
            return Ok(Some(DamagedTable {
                name: name.clone(),
                table: None,
                files: Vec::new(),
            }));
        }
        Err(e) => return Err(e),
    };
    let paths = lake.damage(&table.files).await?;
    let paths: BTreeSet<String> = paths.into_iter().map(|damage| damage.path).collect();
    let files = table.files.iter().filter(|f| paths.contains(&f.path));
    let files: Vec<DataFile> = files.cloned().collect();
    Ok((!files.is_empty()).then(|| DamagedTable {
        name: name.clone(),
        table: Some(table),
        files,
    }))
}

/// The damaged tables that the chosen sources fill; they must be all that fill them.
async fn damaged(
    lake: &Lake,
    plan: &PullPlan,
    chosen: &BTreeSet<&str>,
) -> Result<Vec<DamagedTable>> {
    let mut found = Vec::new();
    for (index, table) in plan.tables.iter().enumerate() {
        let filling: BTreeSet<&str> = plan
            .sources
            .iter()
            .filter(|source| fills(&source.kind, index))
            .map(|source| source.name.as_str())
            .collect();
        if filling.is_disjoint(chosen) {
            continue;
        }
        let Some(damaged) = of(lake, &table.name).await? else {
            continue;
        };
        if !filling.is_subset(chosen) {
            let all: BTreeSet<&str> = filling.union(chosen).copied().collect();
            let all: Vec<&str> = all.into_iter().collect();
            return Err(Error::usage(format!(
                "table {} is damaged, and more sources than those named fill it",
                table.name
            ))
            .hint(format!("run `populace pull --again {}`", all.join(" "))));
        }
        found.push(damaged);
    }
    Ok(found)
}

fn fills(kind: &SourceKind, table: usize) -> bool {
    match kind {
        SourceKind::Fhir { tables, .. } => tables.iter().any(|(_, at)| *at == table),
        SourceKind::Csv { decoders } => decoders.iter().any(|(_, at)| *at == table),
    }
}

/// Extracts of folders that brought something and are no longer there, by source and name.
async fn missing(
    plan: &PullPlan,
    chosen: &BTreeSet<&str>,
    taken: &Extracts,
) -> Result<BTreeSet<(String, String)>> {
    let mut missing = BTreeSet::new();
    let folders = plan.sources.iter().filter(|s| s.bulk.is_none());
    for source in folders.filter(|s| chosen.contains(s.name.as_str())) {
        let listed = files::list(source).await?;
        let there: BTreeSet<&str> = listed.files.iter().map(|f| f.name.as_str()).collect();
        let gone = taken.iter().filter(|((of, file), taken)| {
            let counts = taken.accepted > 0 && !taken.is_replaced();
            *of == source.name && counts && !there.contains(file.as_str())
        });
        missing.extend(gone.map(|(id, _)| id.clone()));
    }
    Ok(missing)
}

fn refuse_missing(missing: &BTreeSet<(String, String)>) -> Result<()> {
    let Some((source, file)) = missing.first() else {
        return Ok(());
    };
    Err(Error::data(format!(
        "{} that {} no longer there, such as {file} of source {source}",
        things(missing.len(), "extract"),
        verb(missing.len() as u64, "was taken is", "were taken are")
    ))
    .cause("rows of the damaged files that only they held would be lost")
    .hint("put the extracts back, or restore the damaged files from a copy of the lake; --without-missing goes on without these rows"))
}

/// Writes down that the extracts of the chosen sources have to be read again, and begins `lost` tables
/// anew.
async fn forget(
    lake: &Lake,
    chosen: &BTreeSet<&str>,
    lost: &[TableName],
    mut taken: Extracts,
) -> Result<()> {
    // Without what was taken everything is read: that goes first.
    if lost.contains(&extracts::table()) {
        lake.forget_log(&extracts::table()).await?;
    } else if let Some(table) = lake.table(&extracts::table()).await? {
        let mut exports = bulk::recall(&table.properties);
        exports.retain(|source, _| !chosen.contains(source.as_str()));
        let again = taken.iter_mut();
        again
            .filter(|((source, _), taken)| chosen.contains(source.as_str()) && !taken.is_replaced())
            .for_each(|(_, taken)| taken.read_again());
        let mut properties = bulk::properties(&exports)?;
        let marks = source_marks::recall(&table.properties);
        properties.extend(source_marks::properties(&marks)?);
        extracts::store(lake, &taken, properties).await?;
    }
    for name in lost.iter().filter(|name| **name != extracts::table()) {
        lake.forget_log(name).await?;
    }
    Ok(())
}

/// Takes damaged files out of a table; the whole table, when its log is damaged.
async fn take_out(lake: &Lake, damaged: &DamagedTable) -> Result<()> {
    let Some(table) = &damaged.table else {
        return lake.forget_log(&damaged.name).await;
    };
    let mut properties = table.properties.clone();
    properties.insert(INCOMPLETE.to_string(), "true".to_string());
    let change = Change {
        schema: table.schema.clone(),
        sharded: table.files.iter().any(|file| file.shard.is_some()),
        properties,
        add: Vec::new(),
        remove: damaged.files.clone(),
    };
    lake.commit(&table.name, Some(table), change).await?;
    Ok(())
}
