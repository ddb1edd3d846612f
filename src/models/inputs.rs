//! What models read, and whether it changed since they were built.

use super::build::ModelState;
use super::fingerprint::{self, CONTENT, FINGERPRINT};
use super::library::Model;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Table, TableName};
use crate::pipeline::Value;
use crate::pipeline::settings_file::nearest;
use std::collections::BTreeMap;

/// What models read, and at which version.
pub(super) struct Inputs<'a> {
    lake: &'a Lake,
    versions: BTreeMap<TableName, String>,
}

/// Which version of each input a model was made from, as a property of its table.
pub(super) const INPUTS: &str = "populace.inputs";

impl<'a> Inputs<'a> {
    pub fn new(lake: &'a Lake) -> Self {
        Inputs {
            lake,
            versions: BTreeMap::new(),
        }
    }

    /// A model's table will be of this version when its turn is over.
    pub fn expect(&mut self, model: &TableName, fingerprint: String) {
        self.versions.insert(model.clone(), fingerprint);
    }

    pub async fn table(&self, name: &TableName, reader: &Model) -> Result<Table> {
        match self.lake.table(name).await? {
            Some(table) => Ok(table),
            None => Err(missing(name, reader, self.lake).await),
        }
    }

    async fn version(&mut self, name: &TableName, reader: &Model) -> Result<String> {
        if let Some(version) = self.versions.get(name) {
            return Ok(version.clone());
        }
        let table = self.table(name, reader).await?;
        let version = table
            .property(FINGERPRINT)
            .or_else(|| table.property(CONTENT))
            .map_or_else(|| format!("version {}", table.version), str::to_string);
        self.versions.insert(name.clone(), version.clone());
        Ok(version)
    }

    /// The versions of what a model reads, as its table remembers them.
    pub async fn of(&mut self, model: &Model) -> Result<String> {
        serde_json::to_string(&self.versions_read(model).await?)
            .data(|| format!("cannot describe {}", model.name))
    }

    async fn versions_read(&mut self, model: &Model) -> Result<BTreeMap<String, String>> {
        let mut versions = BTreeMap::new();
        for read in &model.reads {
            versions.insert(read.to_string(), self.version(read, model).await?);
        }
        Ok(versions)
    }

    /// Whether a model is out of date, which inputs changed, and its fingerprint now.
    pub async fn state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<(ModelState, Vec<String>, String)> {
        let versions = self.versions_read(model).await?;
        let now = fingerprint::of(model, parameters, &versions)?;
        let Some(base) = self.lake.table(&model.name).await? else {
            return Ok((ModelState::New, Vec::new(), now));
        };
        if base.property(FINGERPRINT) == Some(&now) {
            return Ok((ModelState::UpToDate, Vec::new(), now));
        }
        let before: BTreeMap<String, String> = base
            .property(INPUTS)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let changed: Vec<String> = versions
            .iter()
            .filter(|(name, version)| before.get(*name) != Some(version))
            .map(|(name, _)| name.clone())
            .collect();
        let state = if changed.is_empty() {
            ModelState::Changed
        } else {
            ModelState::InputChanged
        };
        Ok((state, changed, now))
    }
}

async fn missing(name: &TableName, reader: &Model, lake: &Lake) -> Error {
    let error = Error::usage(format!(
        "{}: there is no table {name}",
        reader.file.display()
    ));
    let hint = match name.layer.as_str() {
        "record" => "a view or column file makes it; pull first, or correct the name".to_string(),
        "reference" => format!(
            "add {} = \"FILE.csv\" under [reference], or correct the name",
            name.name
        ),
        _ => nearest(name, lake.tables().await.unwrap_or_default()),
    };
    error.hint(hint)
}
