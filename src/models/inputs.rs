//! What models read, and whether it changed since they were built.

use super::built::{Built, Reason};
use super::fingerprint;
use super::library::{Library, Model};
use super::model_state::ModelState;
use super::refresh::is_due;
use crate::error::{Context, Error, Result};
use crate::lake::properties::{
    BUILT, CONTENT, FINGERPRINT, INCOMPLETE, INPUTS, OPT_OUTS, REFRESHED_SINCE,
};
use crate::lake::{Lake, Table, TableName};
use crate::nearest::nearest;
use crate::pipeline::ParameterValue;
use crate::pull::opt_out_state;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What models read, and at which version.
pub(super) struct Inputs<'a> {
    lake: &'a Lake,
    versions: BTreeMap<TableName, String>,
    /// Models among them whose rows are not known before they are built.
    to_build: BTreeSet<TableName>,
    states: BTreeMap<TableName, Assessed>,
    /// Tables as they were when all were looked at together.
    found: BTreeMap<TableName, Table>,
    /// The state of the opt-outs, once it was read.
    opt_outs: Option<Option<String>>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(lake: &'a Lake) -> Self {
        Inputs {
            lake,
            versions: BTreeMap::new(),
            to_build: BTreeSet::new(),
            states: BTreeMap::new(),
            found: BTreeMap::new(),
            opt_outs: None,
        }
    }

    /// Looks at the tables of these models and of what they read, all together: one after the other, each
    /// would wait for an answer of the store.
    pub(super) async fn look_up(&mut self, library: &Library, models: &[TableName]) {
        let models = models.iter().filter_map(|name| library.models.get(name));
        let names: BTreeSet<TableName> = models
            .flat_map(|model| model.reads.iter().chain([&model.name]).cloned())
            .collect();
        self.found = self.lake.look_up(names).await;
    }

    /// A table as it was when all were looked at, or as it is now.
    async fn looked_up(&self, name: &TableName) -> Result<Option<Table>> {
        match self.found.get(name) {
            Some(table) => Ok(Some(table.clone())),
            None => self.lake.table(name).await,
        }
    }

    async fn opt_outs(&mut self) -> Result<Option<String>> {
        if self.opt_outs.is_none() {
            self.opt_outs = Some(opt_out_state(self.lake).await?);
        }
        Ok(self.opt_outs.clone().flatten())
    }

    /// A table is of this version, or will be before it is read.
    pub(super) fn expect(&mut self, table: &TableName, version: String) {
        self.to_build.remove(table);
        self.versions.insert(table.clone(), version);
    }

    /// A model's table is what was found, or will be built before it is read: then its version is not
    /// known yet, as the same rows may come out.
    pub(super) fn expect_as(&mut self, model: &TableName, found: &Assessed) {
        match (&found.table, found.state) {
            (Some(table), ModelState::UpToDate) => self.expect(model, version(table)),
            _ => {
                let unknown = format!("to be built as {}", found.fingerprint);
                self.versions.insert(model.clone(), unknown);
                self.to_build.insert(model.clone());
            }
        }
    }

    pub(super) async fn table(&self, name: &TableName, reader: &Model) -> Result<Table> {
        match self.lake.table(name).await? {
            Some(table) => Ok(table),
            None => Err(missing(name, reader, self.lake).await),
        }
    }

    async fn version(&mut self, name: &TableName, reader: &Model) -> Result<String> {
        if let Some(version) = self.versions.get(name) {
            return Ok(version.clone());
        }
        let table = match self.looked_up(name).await? {
            Some(table) => table,
            None => return Err(missing(name, reader, self.lake).await),
        };
        refuse_incomplete(&table)?;
        let version = version(&table);
        self.versions.insert(name.clone(), version.clone());
        Ok(version)
    }

    async fn versions_read(&mut self, model: &Model) -> Result<BTreeMap<String, String>> {
        let mut versions = BTreeMap::new();
        for read in &model.reads {
            versions.insert(read.to_string(), self.version(read, model).await?);
        }
        Ok(versions)
    }

    /// Whether a model is out of date, and why. That is found out once for the same versions of what it
    /// reads.
    pub(super) async fn state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, ParameterValue>,
    ) -> Result<Assessed> {
        let versions = self.versions_read(model).await?;
        if let Some(known) = self.states.get(&model.name)
            && known.versions == versions
        {
            return Ok(known.clone());
        }
        let state = self.found_state(model, parameters, versions).await?;
        self.states.insert(model.name.clone(), state.clone());
        Ok(state)
    }

    async fn found_state(
        &mut self,
        model: &Model,
        parameters: &BTreeMap<String, ParameterValue>,
        versions: BTreeMap<String, String>,
    ) -> Result<Assessed> {
        let mut assessed = Assessed {
            name: model.name.clone(),
            state: ModelState::New,
            reasons: vec![Reason::New],
            fingerprint: fingerprint::of(model, parameters, &versions),
            built: Built::of(model, parameters),
            versions,
            opt_outs: self.opt_outs().await?,
            table: None,
        };
        assessed.table = match self.looked_up(&model.name).await {
            Err(e) if e.damaged_path().is_some() => {
                assessed.state = ModelState::Damaged;
                assessed.reasons = vec![Reason::Damaged];
                return Ok(assessed);
            }
            found => found?,
        };
        let Some(base) = &assessed.table else {
            return Ok(assessed);
        };
        assessed.reasons.clear();
        let before = Built::with(base);
        if base.property(FINGERPRINT) == Some(&assessed.fingerprint) && before.is_some() {
            assessed.state = ModelState::UpToDate;
            return Ok(assessed);
        }
        match &before {
            Some(before) => assessed.reasons = before.differences(&assessed.built),
            None => assessed.reasons.push(Reason::Unknown),
        }
        assessed.state = ModelState::Changed;
        let read: BTreeMap<String, String> = base
            .property(INPUTS)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        for (name, version) in &assessed.versions {
            if read.get(name) == Some(version) {
                continue;
            }
            assessed.state = ModelState::InputChanged;
            let unknown = self.to_build.iter().any(|model| model.to_string() == *name);
            assessed.reasons.push(match unknown {
                true => Reason::InputToBuild(name.clone()),
                false => Reason::Input(name.clone()),
            });
        }
        if assessed.reasons.is_empty() {
            assessed.reasons.push(Reason::Unknown);
        }
        Ok(assessed)
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

/// A model as it stands.
#[derive(Clone)]
pub(super) struct Assessed {
    /// The table that it makes.
    pub name: TableName,
    /// Whether it has to be built.
    pub state: ModelState,
    /// Why; empty when it has not.
    pub reasons: Vec<Reason>,
    /// Its fingerprint now.
    pub fingerprint: String,
    /// What it would be built with now, but for its inputs.
    pub built: Built,
    /// The version of each table that it reads now.
    pub versions: BTreeMap<String, String>,
    /// The state of the opt-outs that its inputs are of; None when nobody has opted out yet.
    pub opt_outs: Option<String>,
    /// Its table, when it has one.
    pub table: Option<Table>,
}

impl Assessed {
    /// The tables that it reads and that changed.
    pub(super) fn inputs_changed(&self) -> Vec<String> {
        let name = |reason: &Reason| match reason {
            Reason::Input(name) | Reason::InputToBuild(name) => Some(name.clone()),
            _ => None,
        };
        self.reasons.iter().filter_map(name).collect()
    }

    /// A table that is up to date, and whose turn it is to be compared with a full build, is to be compared.
    pub(super) fn compared_when_due(mut self, today: NaiveDate) -> Self {
        let table = self.table.as_ref().filter(|table| is_due(table, today));
        if let (ModelState::UpToDate, Some(table)) = (self.state, table) {
            let since = table.property(REFRESHED_SINCE).map(str::to_string);
            self.reasons.extend(since.map(Reason::ToCompare));
            self.state = ModelState::ToCompare;
        }
        self
    }

    /// What the model's table keeps of its build.
    pub(super) fn properties(&self) -> Result<BTreeMap<String, String>> {
        let inputs = serde_json::to_string(&self.versions);
        let inputs = inputs.data(|| "cannot describe what a model was built from")?;
        let mut properties = BTreeMap::from([
            (FINGERPRINT.to_string(), self.fingerprint.clone()),
            (INPUTS.to_string(), inputs),
            (BUILT.to_string(), self.built.to_property()?),
        ]);
        let opt_outs = self.opt_outs.iter();
        properties.extend(opt_outs.map(|state| (OPT_OUTS.to_string(), state.clone())));
        Ok(properties)
    }
}

/// The version of a table, for those that read it: it changes with its rows. An earlier Populace did not
/// look at the rows of models, whose versions were their fingerprints.
pub(super) fn version(table: &Table) -> String {
    table
        .property(CONTENT)
        .or_else(|| table.property(FINGERPRINT))
        .map_or_else(|| format!("version {}", table.version), str::to_string)
}

/// Whether a model's table was built from `input` as it is.
pub(crate) fn was_built_from(table: &Table, input: &Table) -> bool {
    let read = table.property(INPUTS);
    let read: Option<BTreeMap<String, String>> =
        read.and_then(|text| serde_json::from_str(text).ok());
    read.is_some_and(|read| read.get(&input.name.to_string()) == Some(&version(input)))
}

/// The setting that brings a reference table, and the file that says which columns it has.
pub(super) fn how_to_add(name: &TableName, reader: &Model) -> String {
    let sidecar = format!("reference/{}.toml", name.name);
    let mut folders = reader.file.ancestors().map(|folder| folder.join(&sidecar));
    let columns = match folders.find(|file| file.exists()) {
        Some(file) => format!("; {} says which columns it has", file.display()),
        None => ", or correct the name".to_string(),
    };
    let name = &name.name;
    format!("add {name} = \"FILE.csv\" under [reference]{columns}")
}

async fn missing(name: &TableName, reader: &Model, lake: &Lake) -> Error {
    let error = Error::usage(format!(
        "{}: there is no table {name}",
        reader.file.display()
    ));
    let hint = match name.layer.as_str() {
        "record" => "a view or column file makes it; pull first, or correct the name".to_string(),
        "reference" => how_to_add(name, reader),
        _ => nearest(name, lake.tables().await.unwrap_or_default()),
    };
    error.hint(hint)
}
