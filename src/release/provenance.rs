//! What a report's figures come from.

use super::manifest::sha256;
use crate::error::{Error, Result};
use crate::lake::{Lake, Table, TableName};
use crate::models::{CONTENT, FINGERPRINT, Library};
use crate::pipeline::{Pipeline, Value, settings_file::nearest};
use crate::release::{About, InputUsed, ModelUsed};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a report's figures come from.
pub(super) async fn provenance(
    lake: &Lake,
    library: &Library,
    pipeline: &Pipeline,
    reads: &BTreeSet<TableName>,
) -> Result<About> {
    let mut models = Vec::new();
    let mut inputs = Vec::new();
    let mut waiting: Vec<TableName> = reads.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let table = lake
            .table(&name)
            .await?
            .ok_or_else(|| not_built(&name, library))?;
        match library.models.get(&name) {
            Some(model) => {
                models.push(ModelUsed {
                    name: name.to_string(),
                    description: model.header.description.trim().to_string(),
                    fingerprint: version(&table),
                    sql_sha256: sha256(model.sql.as_bytes()),
                });
                waiting.extend(model.reads.iter().cloned());
            }
            None => inputs.push(InputUsed {
                table: name.to_string(),
                version: version(&table),
            }),
        }
    }
    models.sort();
    inputs.sort();
    let values = pipeline.values();
    let Some(Value::Date(as_of)) = values.get("as_of") else {
        return Err(Error::usage("the parameter as_of is not a date"));
    };
    let parameters = values.iter();
    let mut parameters: BTreeMap<String, String> = parameters
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    // Whoever reads a figure can see when those behind it were last asked.
    if let Some(day) = crate::pull::ndoo_checked_on(lake).await? {
        parameters.insert("ndoo_checked_on".to_string(), day.to_string());
    }
    Ok(About {
        as_of: *as_of,
        parameters,
        program_version: env!("CARGO_PKG_VERSION").to_string(),
        models,
        inputs,
    })
}

fn not_built(name: &TableName, library: &Library) -> Error {
    let error = Error::data(format!("there is no table {name}"));
    if library.models.contains_key(name) {
        return error.hint("build it first with `populace run`");
    }
    error.hint(nearest(name, library.models.keys()))
}

fn version(table: &Table) -> String {
    table
        .property(FINGERPRINT)
        .or_else(|| table.property(CONTENT))
        .map_or_else(|| table.version.to_string(), str::to_string)
}
