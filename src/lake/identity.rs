//! Which lake a table belongs to, as the table itself says.
//!
//! `populace.json` says which key made the pseudonyms of a lake and into how many shards it is cut.
//! A file can be lost, or put in the place of another's. So every table of pulled rows and of
//! Populace's own state says the same, and the tables are believed: a lake is refused when its file
//! says otherwise, and its file is made again from them when it is gone.

use super::properties::{FORM, KEY, SHARDS};
use super::settings::FORMAT;
use super::{Lake, Location, Settings, Table, TableName};
use crate::error::{Error, Result};
use arrow::datatypes::{DataType, Schema};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use std::collections::BTreeMap;

/// The layers whose tables say which lake they belong to. Models and reference tables are made anew
/// from the others.
const LAYERS: [&str; 2] = ["record", "populace"];
/// What only a lake in use has besides tables: rows under a key that wait for their table.
const UNFINISHED: [&str; 3] = [
    "populace.rotation",
    "populace.staging",
    "populace.staging.missed",
];
/// Tables whose logs are read at once.
const AT_ONCE: usize = 16;

/// Whether a property says which lake a table belongs to, and nothing of its rows.
pub(super) fn is_identity(property: &str) -> bool {
    [KEY, SHARDS, FORM].contains(&property)
}

/// Says in `properties` which lake a table belongs to. A key that is named already stays: tables get
/// another one while a lake is given another key.
pub(super) fn mark(
    settings: &Settings,
    name: &TableName,
    schema: &Schema,
    properties: &mut BTreeMap<String, String>,
) {
    // Others hold nothing that depends on either. The log of nights is one of them, which has to say
    // that a lake was refused.
    if !LAYERS.contains(&name.layer.as_str()) || !has_pseudonyms(schema) {
        return;
    }
    properties.insert(SHARDS.to_string(), settings.shards.to_string());
    properties.insert(FORM.to_string(), FORMAT.to_string());
    let key = settings.key_fingerprint.clone();
    properties.entry(KEY.to_string()).or_insert(key);
}

/// Whether a table has columns that another key would change.
fn has_pseudonyms(schema: &Schema) -> bool {
    schema.fields().iter().any(|field| {
        let name = field.name();
        *field.data_type() == DataType::Int64 && (name.ends_with("_key") || name == "digest")
    })
}

/// The shard of a person: the top bits of the key, so that a shard is a range of keys.
pub(crate) fn shard_of(person_key: i64, shards: u32) -> i32 {
    let bits = shards.trailing_zeros();
    if bits == 0 {
        return 0;
    }
    i32::try_from(person_key >> (63 - bits)).unwrap_or(0)
}

/// What the tables of a lake say.
#[derive(Debug, Default)]
struct Said {
    /// Each key and one of its tables.
    keys: BTreeMap<String, TableName>,
    /// Each number of shards and one of its tables.
    shards: BTreeMap<u32, TableName>,
    /// The oldest form that a table of records may be of.
    form: Option<u32>,
}

impl Said {
    fn add(&mut self, table: &Table) {
        let name = &table.name;
        if let Some(key) = table.property(KEY) {
            let known = self.keys.entry(key.to_string());
            known.or_insert_with(|| name.clone());
        }
        if let Some(shards) = table.property(SHARDS).and_then(|s| s.parse().ok()) {
            self.shards.entry(shards).or_insert_with(|| name.clone());
        }
        if name.layer == LAYERS[0] {
            // What says nothing was last written by a program that did not say it yet: it is read
            // again, as if it were of the first form.
            let form = table.property(FORM).and_then(|form| form.parse().ok());
            let form = form.unwrap_or(1);
            self.form = Some(self.form.map_or(form, |known| known.min(form)));
        }
    }
}

impl Lake {
    /// Refuses a lake whose tables were made with another key, or for another number of shards, than
    /// its settings say.
    ///
    /// # Errors
    /// Usage: a table says otherwise. Data: the storage cannot be reached. A table whose log cannot
    /// be read is left to whoever needs it.
    pub(crate) async fn check_identity(&self) -> Result<()> {
        let settings = &self.settings;
        let wrong = |what: &str, table: &TableName, theirs: &str, ours: &str| {
            Error::usage(format!(
                "the lake at {} has tables of another lake, or the populace.json of another",
                self.location
            ))
            .cause(format!(
                "table {table} was made {what} {theirs}, and populace.json says {ours}"
            ))
            .hint("put back the populace.json that belongs to these tables; if it is lost, remove the one that is there: the next pull makes it again from the tables, with their key. Nothing was changed")
        };
        let mut tables = Vec::new();
        let said = self.said(&mut tables).await?;
        let others = |key: &&String| **key != settings.key_fingerprint;
        if let Some(key) = said.keys.keys().find(others) {
            let what = "with the key of fingerprint";
            return Err(wrong(what, &said.keys[key], key, &settings.key_fingerprint));
        }
        let shards = settings.shards.to_string();
        if let Some((theirs, table)) = said.shards.iter().find(|(s, _)| **s != settings.shards) {
            return Err(wrong(
                "for a number of shards of",
                table,
                &theirs.to_string(),
                &shards,
            ));
        }
        // Tables of an earlier Populace do not say it, but their people lie where it shows.
        let misplaced = |table: &&Table| {
            table.property(SHARDS).is_none()
                && table.files.iter().any(|file| {
                    let (Some(shard), Some((first, last))) = (file.shard, file.person_range) else {
                        return false;
                    };
                    let place = |person| shard_of(person, settings.shards);
                    shard >= 0 && (place(first) != shard || place(last) != shard)
                })
        };
        match tables.iter().find(misplaced) {
            Some(table) => {
                let (what, theirs) = ("for", "another number of shards");
                Err(wrong(what, &table.name, theirs, &shards))
            }
            None => Ok(()),
        }
    }

    /// What the tables say; those that can be read are put into `tables`.
    async fn said(&self, tables: &mut Vec<Table>) -> Result<Said> {
        let ours = |name: &TableName| LAYERS.contains(&name.layer.as_str());
        let ours = self.tables_among(ours).await?;
        let mut said = Said::default();
        let found: Vec<Option<Table>> = stream::iter(ours)
            .map(|name| {
                let lake = self.clone();
                async move {
                    match lake.table(&name).await {
                        Ok(table) => table,
                        // One of another lake is another one than ours, and says whose it is.
                        Err(_) => lake.load(&name, None).await.ok().flatten(),
                    }
                }
                .boxed()
            })
            .buffered(AT_ONCE)
            .collect()
            .await;
        for table in found.into_iter().flatten() {
            said.add(&table);
            tables.push(table);
        }
        Ok(said)
    }

    /// The settings of a lake whose `populace.json` is not there, from what its tables say; None
    /// when there is nothing, so that the lake is new. `fresh` has the key of the pipeline.
    ///
    /// # Errors
    /// Usage: the tables were made with another key. Data: the tables do not say enough.
    pub(super) async fn settings_of_tables(&self, fresh: &Settings) -> Result<Option<Settings>> {
        let said = self.said(&mut Vec::new()).await?;
        let unfinished = self.unfinished().await?;
        if unfinished.is_none() && self.tables().await?.is_empty() {
            return Ok(None);
        }
        let missing = |why: String| {
            Error::data(format!("populace.json of the lake at {} is missing", self.location))
                .cause(why)
                .hint("restore it, or the whole lake, from a copy; a lake that is to begin anew needs an empty folder under [lake]. Nothing was changed")
        };
        if let Some(folder) = unfinished {
            return Err(missing(format!(
                "it cannot be made again while {folder} holds unfinished work"
            )));
        }
        let mut keys = said.keys.into_iter();
        let Some((key, _)) = keys.next() else {
            return Err(missing("no table says which key made it".to_string()));
        };
        if let Some((_, table)) = keys.next() {
            return Err(missing(format!(
                "table {table} was made with another key than the others"
            )));
        }
        let mut shards = said.shards.into_keys();
        let (Some(shards), None) = (shards.next(), shards.next()) else {
            return Err(missing(
                "its tables do not say alike into how many shards it is cut".to_string(),
            ));
        };
        let mut settings = Settings::new(shards, key);
        settings.format = said.form.unwrap_or(FORMAT);
        settings.accepts_key(fresh, &self.location)?;
        // The same fingerprint is the same chain.
        let settings = settings.with_chain(fresh.key_chain.clone());
        tracing::warn!(
            "populace.json of the lake at {} was missing; it was made again from what the tables say",
            self.location
        );
        Ok(Some(settings))
    }

    /// A folder that holds unfinished work under a key.
    async fn unfinished(&self) -> Result<Option<&'static str>> {
        for folder in UNFINISHED {
            let mut files = self.store.list(Some(&Path::from(folder)));
            if files
                .try_next()
                .await
                .map_err(|e| self.unlisted(e))?
                .is_some()
            {
                return Ok(Some(folder));
            }
        }
        Ok(None)
    }

    /// Why there is no lake to open: nothing is there, or its settings are lost.
    pub(super) async fn not_there(&self) -> Error {
        if self.tables().await.is_ok_and(|tables| !tables.is_empty()) {
            return lost(&self.location);
        }
        missing(&self.location)
    }
}

/// There is nothing where the lake should be.
pub(super) fn missing(location: &Location) -> Error {
    Error::data(format!("there is no lake at {location}"))
        .hint("run `populace pull` or `populace nightly` first, or correct `url` under [lake]")
}

fn lost(location: &Location) -> Error {
    Error::data(format!("populace.json of the lake at {location} is missing"))
        .cause("its tables are there")
        .hint("run `populace pull`, which makes it again from the tables with their key, or restore it from a copy of the lake")
}
