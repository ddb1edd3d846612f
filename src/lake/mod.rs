//! The lake: the folder or bucket that holds every table, as Delta Lake tables.
//!
//! A table `record.patient` lives in `record/patient/`. Every write is a new file that nobody sees
//! until one atomic commit names it, so a reader finds the old table or the new one and never a
//! mixture, and a crash leaves at most files that no table names.

mod access;
mod bytes;
mod checksum;
mod commit;
mod deletion_vector;
mod epoch;
mod file;
mod history;
mod identity;
mod integrity;
mod location;
mod lock;
mod newest;
mod probe;
pub mod properties;
mod read;
mod rows;
mod scrub;
mod sealed;
mod settings;
mod sort_order;
mod state_table;
pub mod store;
mod table;
mod together;
mod vacuum;
mod verify;

pub use access::{FilesFor, tighten};
pub use commit::Change;
pub use deletion_vector::DeletionVector;
pub use epoch::Epoch;
pub use file::{DataFile, FileWriter, NewFile, encode};
pub use identity::shard_of;
pub use integrity::{Damage, Fault, advice};
pub use location::Location;
pub use lock::{Holder, Lock};
pub use probe::Probe;
pub use rows::conform;
pub use scrub::Scrubbed;
pub use sealed::{sealed, unsealed};
pub use settings::Settings;
pub use sort_order::SortOrder;
pub use table::{Table, TableName};
pub use verify::{Problem, Verified};

use crate::error::Result;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStoreExt, path::Path};
use std::future::Future;
use std::sync::{Arc, Mutex};
use store::{Store, store_error, upload};
use tokio::runtime::Handle;

/// An open lake.
#[derive(Debug, Clone)]
pub struct Lake {
    location: Location,
    store: Store,
    root: Store,
    /// The same folder, when it is on this machine.
    disk: Option<LocalFileSystem>,
    settings: Settings,
    seen: Arc<Mutex<table::Seen>>,
    intact: integrity::Intact,
    newest: Arc<tokio::sync::Mutex<newest::Known>>,
}

impl Lake {
    /// Opens the lake at `location`, or makes an empty one there with `fresh` settings.
    ///
    /// Settings that were lost are made again from what the tables say. Fails when the lake was
    /// written by a newer Populace, when its pseudonyms were made with another key than the one of
    /// `fresh`, whatever its settings say, when the storage cannot be reached, or when it is an
    /// object store that does not keep writers apart.
    pub async fn open_or_create(location: Location, fresh: &Settings) -> Result<Self> {
        let store = location.store(true)?;
        let mut found = Settings::load(&store, &location).await?;
        if found.is_none() {
            let lake = Lake::at(location.clone(), store.clone(), fresh.clone())?;
            if let Some(said) = lake.settings_of_tables(fresh).await? {
                found = Some(Settings::create(&store, &location, &said).await?);
            }
        }
        if let Some(found) = &found {
            found.refuse_half_rotated(&location)?;
            found.accepts_key(fresh, &location)?;
        }
        let server = location.address().map(store::server);
        let answer = found.as_ref().and_then(|f| f.probe.as_ref()).cloned();
        // A lake that was copied to another store has the answer of the first one.
        let probe = match server {
            Some(server) if answer.as_ref().is_none_or(|a| a.store != server) => {
                Some(Probe::run(&store, &location, server).await?)
            }
            _ => answer.clone(),
        };
        let settings = match found {
            Some(found) if answer == probe => found,
            Some(found) => found.with_probe(probe).replace(&store, &location).await?,
            None => {
                let fresh = fresh.clone().with_probe(probe);
                Settings::create(&store, &location, &fresh).await?
            }
        };
        settings.refuse_half_rotated(&location)?;
        settings.accepts_key(fresh, &location)?;
        let lake = Lake::at(location, store, settings)?;
        lake.check_identity().await?;
        Ok(lake)
    }

    fn at(location: Location, store: Store, settings: Settings) -> Result<Self> {
        let (root, disk) = (location.root()?, location.disk()?);
        Ok(Lake {
            location,
            store,
            root,
            disk,
            settings,
            seen: Arc::default(),
            intact: integrity::Intact::default(),
            newest: Arc::default(),
        })
    }

    /// Opens the lake at `location`, which must be there.
    pub async fn open(location: Location) -> Result<Self> {
        let lake = Self::open_to_rotate(location).await?;
        lake.settings.refuse_half_rotated(&lake.location)?;
        Ok(lake)
    }

    /// Opens the lake at `location`, although a key rotation may be under way.
    pub async fn open_to_rotate(location: Location) -> Result<Self> {
        let store = location.store(false).map_err(|e| match location.folder() {
            Some(_) => identity::missing(&location),
            None => e,
        })?;
        match Settings::load(&store, &location).await? {
            Some(settings) => Lake::at(location, store, settings),
            None => {
                let nothing = Settings::new(1, String::new());
                Err(Lake::at(location, store, nothing)?.not_there().await)
            }
        }
    }

    /// Where the lake is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The object store, rooted at the lake.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What was fixed when the lake was made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether an earlier Populace made the lake, and no pull of this one has taken it over yet.
    pub fn is_older(&self) -> bool {
        self.settings.format < settings::FORMAT
    }

    /// Writes down that the lake has today's form: from now on no earlier Populace opens it.
    pub async fn taken_over(&self) -> Result<()> {
        let found = Settings::load(&self.store, &self.location).await?;
        let today = found.unwrap_or_else(|| self.settings.clone()).of_today();
        today.replace(&self.store, &self.location).await.map(drop)
    }

    /// Replaces the settings, in one step.
    pub async fn set_settings(&mut self, settings: Settings) -> Result<()> {
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
    pub fn wait<T>(&self, runtime: &Handle, work: impl Future<Output = T>) -> T {
        match self.disk {
            Some(_) => futures::executor::block_on(work),
            None => runtime.block_on(work),
        }
    }
}
