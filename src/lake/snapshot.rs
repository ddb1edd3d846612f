//! Snapshots: the state of a table at a version, read from its Delta log.

use super::advice::advice;
use super::checksum::{checksum, state};
use super::properties::{CHECKSUM, STATE};
use super::store::{of_a_store, store_error};
use super::table::{SeenTables, Table};
use super::{DataFile, Lake, TableName};
use crate::error::{Error, Result};
use crate::panics::survived;
use deltalake::logstore::{StorageConfig, default_logstore};
use deltalake::{DeltaTable, DeltaTableError};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStoreExt, path::Path};
use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

/// A table with more files is read each time: kept, it would cost memory.
const MOST_FILES_KEPT: usize = 1_000;

/// Tables whose logs are looked for at once.
const AT_ONCE: usize = 16;

impl Lake {
    /// A handle of a table, whether it is there or not. Nothing is made.
    pub(super) fn delta(&self, name: &TableName) -> Result<DeltaTable> {
        let url = self.location.url(&name.folder())?;
        let table = Arc::new(PrefixStore::new(self.store.clone(), name.folder()));
        // Delta's own factories would open the store anew, with other credentials and retries.
        let log = default_logstore(table, self.root.clone(), &url, &StorageConfig::default());
        Ok(DeltaTable::new(log))
    }

    /// The newest version of a table; None when there is none.
    ///
    /// A command asks for most tables several times. Reading a log costs milliseconds, and seeing
    /// that it has not grown next to nothing.
    pub async fn table(&self, name: &TableName) -> Result<Option<Table>> {
        let seen = self.seen().get(name).cloned();
        let mut found = None;
        if let Some(table) = seen {
            if !self.has_version(name, table.version + 1).await? {
                return Ok(Some(table));
            }
            // A log that does not go on from there, as it may be after a repair, is read anew.
            found = self.later(&table).await;
            self.state_changed(name).await;
        } else if let Some(table) = self.kept_table(name).await {
            self.refuse_rolled_back(&table).await?;
            found = Some(table);
        }
        if found.is_none() {
            self.state_changed(name).await;
            found = self.load(name, None).await?;
            if let Some(table) = &found {
                self.refuse_rolled_back(table).await?;
            }
        }
        match &found {
            Some(table) => self.remember(table),
            None => drop(self.seen().remove(name)),
        }
        Ok(found)
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, SeenTables> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn has_version(&self, name: &TableName, version: u64) -> Result<bool> {
        let step = Path::from(format!("{}/_delta_log/{version:020}.json", name.folder()));
        match self.store.head(&step).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(store_error(
                format!("the log of table {name} cannot be read"),
                e,
            )),
        }
    }

    /// A version of a table, the newest when it is None.
    pub(super) async fn load(
        &self,
        name: &TableName,
        version: Option<u64>,
    ) -> Result<Option<Table>> {
        // The kernel takes a folder of this machine that is not there for a failure.
        let log = |folder: &std::path::Path| folder.join(name.folder()).join("_delta_log");
        if self.location.folder().is_some_and(|f| !log(f).is_dir()) {
            return Ok(None);
        }
        let mut delta = self.delta(name)?;
        let loaded = match version {
            None => delta.load().await,
            Some(version) => delta.load_version(version).await,
        };
        match loaded {
            Ok(()) => Ok(Some(self.described(name, delta).await?)),
            Err(DeltaTableError::NotATable(_)) => Ok(None),
            Err(e) => Err(broken(name, &e)),
        }
    }

    /// The newest version of a table of which an older one was seen: only the steps since are read. None
    /// when the log has to be read as a whole.
    async fn later(&self, seen: &Table) -> Option<Table> {
        let mut delta = seen.delta.clone()?;
        delta.update_incremental(None).await.ok()?;
        self.described(&seen.name, delta).await.ok()
    }

    /// Delta's handle of a table at its version; None when the table has another state by now.
    ///
    /// # Errors
    /// Data: the log cannot be read.
    pub(super) async fn delta_of(&self, table: &Table) -> Result<Option<DeltaTable>> {
        if let Some(delta) = &table.delta {
            return Ok(Some(delta.clone()));
        }
        let found = self.load(&table.name, None).await?;
        let same = |found: &Table| {
            found.version == table.version
                && found.properties == table.properties
                && found.files == table.files
        };
        let found = found.filter(same);
        if let Some(found) = &found {
            self.remember(found);
        }
        Ok(found.and_then(|found| found.delta))
    }

    /// The newest version of a table, replayed from the log: of one that was seen only the steps since.
    ///
    /// # Errors
    /// Data: the log cannot be read.
    pub(super) async fn replayed(&self, name: &TableName) -> Result<Option<Table>> {
        let seen = self.seen().get(name).cloned();
        if let Some(seen) = seen.filter(|seen| seen.delta.is_some()) {
            if !self.has_version(name, seen.version + 1).await? {
                return Ok(Some(seen));
            }
            if let Some(table) = self.later(&seen).await {
                return Ok(Some(table));
            }
        }
        self.load(name, None).await
    }

    /// Keeps what was seen of a table for the next who asks.
    fn remember(&self, table: &Table) {
        let mut seen = self.seen();
        match table.files.len() <= MOST_FILES_KEPT {
            true => seen.insert(table.name.clone(), table.clone()),
            false => seen.remove(&table.name),
        };
    }

    /// What a log that was read says of its table.
    async fn described(&self, name: &TableName, delta: DeltaTable) -> Result<Table> {
        let snapshot = delta.snapshot().map_err(|e| broken(name, &e))?;
        let full = snapshot.snapshot().arrow_schema();
        let partitions = snapshot.metadata().partition_columns();
        let fields: Vec<_> = full
            .fields()
            .iter()
            .filter(|f| !partitions.contains(f.name()))
            .cloned()
            .collect();
        let files = || {
            let files = snapshot.log_data().into_iter();
            let files = files.map(|view| DataFile::from_log(name, &view));
            files.collect::<Result<Vec<_>>>()
        };
        // Delta Lake panics over a deletion vector of a kind that it does not know.
        let mut files = survived(files)
            .unwrap_or_else(|| Err(Error::data("a deletion vector cannot be read")))
            .map_err(|e| {
                e.within(format!("the log of table {name} cannot be read"))
                    .damaged(name.log())
                    .hint(advice(name))
            })?;
        files.sort_by(|a, b| (a.shard, &a.path).cmp(&(b.shard, &b.path)));
        let schema = Arc::new(arrow::datatypes::Schema::new(fields));
        let properties: BTreeMap<String, String> = snapshot
            .metadata()
            .configuration()
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        let said = (properties.get(CHECKSUM), properties.get(STATE));
        // Tables of an earlier Populace have no checksum before their next commit, and none has a state without
        // a checksum: its name is damaged there.
        if said != (None, None) {
            let version = match said.0 {
                Some(said) => {
                    self.version_of_state(name, snapshot.version(), said)
                        .await?
                }
                None => None,
            };
            let found = version.map(|version| checksum(version, &schema, &properties, &files));
            let whole = match said.1 {
                Some(said) => *said == state(&snapshot.schema(), &properties, &files)?,
                None => true,
            };
            if found.is_none() || found.as_ref() != said.0 || !whole {
                return Err(Error::data(format!(
                    "the log of table {name} is damaged, or another program has changed the table"
                ))
                .cause("what it holds does not add up to what Populace left")
                .damaged(name.log())
                .hint(advice(name)));
            }
        }
        Ok(Table {
            name: name.clone(),
            version: snapshot.version(),
            schema,
            files,
            properties,
            delta: Some(delta),
        })
    }

    /// Removes the log of a table that cannot be read, so that the table can be made anew. Its data
    /// files stay, as files that no table names, until a vacuum.
    pub(crate) async fn forget_log(&self, name: &TableName) -> Result<()> {
        let failed = |e| store_error(format!("cannot remove the log of table {name}"), e);
        let log = Path::from(name.log());
        let listed = self.store.list(Some(&log));
        let files: Vec<Path> = listed
            .map_ok(|file| file.location)
            .try_collect()
            .await
            .map_err(failed)?;
        self.forget_newest(name).await?;
        self.state_changed(name).await;
        for file in files {
            self.store.delete(&file).await.map_err(failed)?;
        }
        self.seen().remove(name);
        Ok(())
    }

    /// Names of all tables of the lake, sorted.
    pub async fn tables(&self) -> Result<Vec<TableName>> {
        self.tables_among(|_| true).await
    }

    /// Names of the tables of the lake that are `wanted`, sorted. The others are not looked at, which
    /// saves a request each.
    pub(crate) async fn tables_among(
        &self,
        wanted: impl Fn(&TableName) -> bool,
    ) -> Result<Vec<TableName>> {
        let mut names = Vec::new();
        for layer in self.folders(None).await? {
            for name in self.folders(Some(&layer)).await? {
                let table = (layer.filename(), name.filename());
                if let (Some(layer), Some(name)) = table {
                    names.push(TableName::new(layer, name));
                }
            }
        }
        names.retain(wanted);
        let mut found: Vec<TableName> = stream::iter(names)
            .map(|name| async move {
                let log = Path::from(format!("{}/_delta_log", name.folder()));
                let mut files = self.store.list(Some(&log));
                let there = files.try_next().await.map_err(|e| self.unlisted(e))?;
                Ok::<_, Error>(there.map(|_| name))
            })
            .buffer_unordered(AT_ONCE)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        found.sort();
        Ok(found)
    }

    /// The folders directly below one of the lake, or of the lake itself.
    async fn folders(&self, below: Option<&Path>) -> Result<Vec<Path>> {
        let listed = self.store.list_with_delimiter(below).await;
        // Folders with a dot are Populace's own, and no layers.
        let plain = |path: &Path| path.filename().is_some_and(|n| !n.contains('.'));
        let listed = listed.map_err(|e| self.unlisted(e))?.common_prefixes;
        Ok(listed.into_iter().filter(plain).collect())
    }

    pub(super) fn unlisted(&self, error: object_store::Error) -> Error {
        store_error(format!("cannot list the lake at {}", self.location), error)
    }
}

/// Why a log cannot be read, and what to do about it.
fn broken(name: &TableName, error: &DeltaTableError) -> Error {
    let text = error.to_string();
    let error = Error::data(format!("the log of table {name} cannot be read")).cause(&text);
    if of_a_store(&text) {
        return error.hint("check that the store can be reached, then run again: nothing was lost");
    }
    // What the system refuses is no damage, but for a file that is not there.
    if text.contains("(os error ") && !text.contains("(os error 2)") {
        return match error.hint_text() {
            Some(_) => error,
            None => error.hint("check the disk, and that it may be read, then run again"),
        };
    }
    error.damaged(name.log()).hint(advice(name))
}
