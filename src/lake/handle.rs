//! An open lake: where it is, its store, its settings, and what this process has seen of it.

use super::intact::Intact;
use super::known_states::KeptTables;
use super::known_versions::KnownVersions;
use super::store::{Store, store_error, upload};
use super::table::SeenTables;
use super::{Location, Settings, settings};
use crate::error::Result;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStoreExt, path::Path};
use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;

/// An open lake.
#[derive(Debug, Clone)]
pub struct Lake {
    pub(super) location: Location,
    pub(super) store: Store,
    pub(super) root: Store,
    /// The same folder, when it is on this machine.
    pub(super) disk: Option<LocalFileSystem>,
    pub(super) settings: Settings,
    pub(super) seen: Arc<Mutex<SeenTables>>,
    pub(super) intact: Intact,
    pub(super) newest: Arc<tokio::sync::Mutex<KnownVersions>>,
    pub(super) kept_tables: Arc<tokio::sync::Mutex<KeptTables>>,
}

impl Lake {
    pub(super) fn at(location: Location, store: Store, settings: Settings) -> Result<Self> {
        let (root, disk) = (location.root()?, location.disk()?);
        Ok(Lake {
            location,
            store,
            root,
            disk,
            settings,
            seen: Arc::default(),
            intact: Intact::default(),
            newest: Arc::default(),
            kept_tables: Arc::default(),
        })
    }

    /// Where the lake is.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    /// The object store, rooted at the lake.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What was fixed when the lake was made.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether an earlier Populace made the lake, and no pull of this one has taken it over yet.
    pub(crate) fn is_older(&self) -> bool {
        self.settings.format < settings::FORMAT
    }

    /// Writes down that the lake has today's form: from now on no earlier Populace opens it.
    pub(crate) async fn taken_over(&self) -> Result<()> {
        let found = Settings::load(&self.store, &self.location).await?;
        let today = found.unwrap_or_else(|| self.settings.clone()).of_today();
        today.replace(&self.store, &self.location).await.map(drop)
    }

    /// Replaces the settings, in one step.
    pub(crate) async fn set_settings(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings.replace(&self.store, &self.location).await?;
        Ok(())
    }

    /// Writes one new file, complete or absent; `path` is relative to the lake.
    ///
    /// The same path always has the same bytes.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        let path = Path::from(path);
        let done = match self.disk {
            // Parts and second tries are for a network.
            Some(_) => self.store.put(&path, bytes.into()).await.map(drop),
            None => upload(&self.store, &path, bytes).await,
        };
        done.map_err(|e| store_error(format!("cannot write to the lake at {}", self.location), e))
    }

    /// Waits, on a thread that does nothing else meanwhile, for what was asked of this lake's files.
    ///
    /// On this machine's disk the thread does it by itself: to hand it to another one would take
    /// longer than to do it.
    pub(crate) fn wait<T>(&self, runtime: &Handle, work: impl Future<Output = T>) -> T {
        match self.disk {
            Some(_) => futures::executor::block_on(work),
            None => runtime.block_on(work),
        }
    }
}
