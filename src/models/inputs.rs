//! What models read, and whether it changed since they were built.

use super::build::ModelState;
use super::fingerprint::{self, CONTENT, FINGERPRINT};
use super::library::Model;
use crate::error::{Context, Error, Result};
use crate::lake::{INCOMPLETE, Lake, Table, TableName};
use crate::pipeline::Value;
use crate::pipeline::settings_file::nearest;
use std::collections::BTreeMap;

/// What models read, and at which version.
pub(super) struct Inputs<'a> {
    lake: &'a Lake,
    versions: BTreeMap<TableName, String>,
    states: BTreeMap<TableName, State>,
}

/// Whether a model is out of date, which inputs changed, and its fingerprint now.
type State = (ModelState, Vec<String>, String);

/// Which version of each input a model was made from, as a property of its table.
pub(super) const INPUTS: &str = "populace.inputs";

impl<'a> Inputs<'a> {
    pub fn new(lake: &'a Lake) -> Self {
        Inputs {
            lake,
            versions: BTreeMap::new(),
            states: BTreeMap::new(),
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
        refuse_incomplete(&table)?;
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

    /// Whether a model is out of date, which inputs changed, and its fingerprint now. That is found
    /// out once.
    pub async fn state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<State> {
        if let Some(known) = self.states.get(&model.name) {
            return Ok(known.clone());
        }
        let state = self.found_state(model, parameters).await?;
        self.states.insert(model.name.clone(), state.clone());
        Ok(state)
    }

    async fn found_state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<State> {
        let versions = self.versions_read(model).await?;
        let now = fingerprint::of(model, parameters, &versions)?;
        let base = match self.lake.table(&model.name).await {
            Err(e) if e.damaged_path().is_some() => {
                return Ok((ModelState::Damaged, Vec::new(), now));
            }
            found => found?,
        };
        let Some(base) = base else {
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

/// Refuses a table of which a damaged file was taken out, and whose rows have not come again.
fn refuse_incomplete(table: &Table) -> Result<()> {
    match table.property(INCOMPLETE) {
        None => Ok(()),
        Some(_) => Err(Error::data(format!("table {} is not complete", table.name))
            .cause("a damaged file was taken out of it, and its rows have not come again yet")
            .hint("finish with `populace pull`; if extracts are missing, put them back first")),
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
