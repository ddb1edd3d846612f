//! What the operator is told of damage in the lake.

use super::global::Global;
use super::session;
use crate::error::{Error, Result};
use crate::lake::{Lake, Scrubbed, TableName};
use crate::models::Library;
use crate::pipeline::Pipeline;
use crate::plural::things;
use crate::pull::{Feeding, feeding};
use std::collections::BTreeSet;

/// Extracts that are named; of more it is said how many.
const NAMED: usize = 5;

/// The same result; an error over a damaged record table says which sources fill it, and how they are
/// read again.
pub(super) async fn explained<T>(pipeline: &Pipeline, lake: &Lake, result: Result<T>) -> Result<T> {
    match result {
        Err(e) => Err(with_sources(pipeline, lake, e).await),
        done => done,
    }
}

/// The same error of a command that has let its lake go.
pub(super) async fn explained_anew(global: &Global, error: Error) -> Error {
    if error.damaged_path().is_none() {
        return error;
    }
    let Ok(pipeline) = session::pipeline(global) else {
        return error;
    };
    let Ok(location) = pipeline.lake() else {
        return error;
    };
    match Lake::open(location).await {
        Ok(lake) => with_sources(&pipeline, &lake, error).await,
        Err(_) => error,
    }
}

async fn with_sources(pipeline: &Pipeline, lake: &Lake, error: Error) -> Error {
    let table = error.damaged_path().and_then(TableName::of_path);
    let Some(table) = table.filter(|table| table.layer == "record") else {
        return error;
    };
    match feeding(pipeline, lake, &table).await {
        Ok(sources) if !sources.is_empty() => {
            let error = sources.iter().fold(error, |error, source| {
                error.cause(format!("{table} is filled from {}", words(source)))
            });
            error.hint(way_back(&sources))
        }
        _ => error,
    }
}

/// What to do about damage in a table that these sources fill.
pub(super) fn way_back(sources: &[Feeding]) -> String {
    let names: Vec<&str> = sources.iter().map(|s| s.source.as_str()).collect();
    format!(
        "restore it from a copy of the lake, or run `populace pull --again {}`, which takes the damaged files out and reads the extracts again",
        names.join(" ")
    )
}

/// A source and its extracts.
pub(super) fn words(feeding: &Feeding) -> String {
    let (source, extracts) = (&feeding.source, &feeding.extracts);
    let named = extracts.iter().take(NAMED).cloned().collect::<Vec<_>>();
    let more = extracts.len().saturating_sub(NAMED);
    match (extracts.is_empty(), more) {
        (true, _) => format!("source {source}"),
        (false, 0) => format!("source {source}: {}", named.join(", ")),
        (false, more) => format!(
            "source {source}: {} and {}",
            named.join(", "),
            things(more, "more extract")
        ),
    }
}

/// The models among what a night found damaged, which it builds again, and what else is said.
///
/// Fails for a damaged table that the lake itself cannot make anew.
pub(super) fn sorted(
    scrubbed: &Scrubbed,
    library: Option<&Library>,
) -> Result<(BTreeSet<TableName>, Vec<String>)> {
    let (mut models, mut lines) = (BTreeSet::new(), Vec::new());
    for damage in &scrubbed.damage {
        match damage.table() {
            Some(table) if table.layer == "reference" => {}
            // Without models nothing is built: that they cannot be read is said when they are.
            Some(table) if !is_pulled(&table) && library.is_none() => {}
            Some(table) if library.is_some_and(|all| all.models.contains_key(&table)) => {
                models.insert(table);
            }
            Some(table) if !is_pulled(&table) => {
                lines.push(format!(
                    "verify   {} is damaged and no model makes it any more: remove the folder {} of the lake",
                    damage.path,
                    table.folder()
                ));
            }
            _ => return Err(damage.error()),
        }
    }
    Ok((models, lines))
}

/// Whether a table is none that a model or a CSV file makes.
fn is_pulled(table: &TableName) -> bool {
    ["record", "populace"].contains(&table.layer.as_str())
}
