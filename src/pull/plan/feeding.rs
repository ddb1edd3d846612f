//! Which sources fill which table, without a key and without a look at the sources: who has lost a
//! table wants to know where it comes from.

use super::definition_files;
use crate::decode::csv::ColumnFile;
use crate::decode::fhir::View;
use crate::error::Result;
use crate::lake::{Lake, TableName};
use crate::pipeline::{Pipeline, Source};
use crate::pull::state::extracts;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A source that fills a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feeding {
    /// The source's name.
    pub source: String,
    /// Its extracts that brought lines of the table; empty when that is not known.
    pub extracts: Vec<String>,
}

/// The sources that fill `table`, with the extracts that were taken.
pub(crate) async fn feeding(
    pipeline: &Pipeline,
    lake: &Lake,
    table: &TableName,
) -> Result<Vec<Feeding>> {
    // What was taken is of no use where it is damaged itself.
    let taken = extracts::load(lake).await.unwrap_or_default();
    let mut found = Vec::new();
    for (name, source) in &pipeline.settings.sources {
        let kinds = kinds(pipeline, source)?;
        let Some(kinds) = kinds.get(&table.name) else {
            continue;
        };
        let of_table = taken.iter().filter(|((source, _), taken)| {
            let brought = taken.types.split(", ").filter_map(|t| t.rsplit_once(' '));
            source == name && brought.into_iter().any(|(kind, _)| kinds.contains(kind))
        });
        found.push(Feeding {
            source: name.clone(),
            extracts: of_table.map(|((_, file), _)| file.clone()).collect(),
        });
    }
    Ok(found)
}

/// For each table of a source what its lines are counted as: resource types, or the table.
fn kinds(pipeline: &Pipeline, source: &Source) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut views = |folder: &Path| -> Result<()> {
        for (file, text) in definition_files(&pipeline.path(folder), "json")? {
            let view = View::parse(&file, &text)?;
            kinds.entry(view.name).or_default().insert(view.resource);
        }
        Ok(())
    };
    match source {
        Source::FhirFolder(folder) => views(&folder.views())?,
        Source::FhirBulk(bulk) => {
            for folder in [&bulk.views, &bulk.views_stu3] {
                if pipeline.path(folder).is_dir() {
                    views(folder)?;
                }
            }
        }
        Source::CsvFolder(folder) => {
            for (file, text) in definition_files(&pipeline.path(&folder.columns), "toml")? {
                let table = ColumnFile::parse(&file, &text)?.table;
                kinds.entry(table.clone()).or_default().insert(table);
            }
        }
    }
    Ok(kinds)
}
