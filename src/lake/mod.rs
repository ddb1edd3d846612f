//! The lake: the folder or bucket that holds every table, as Delta Lake tables.
//!
//! A table `record.patient` lives in `record/patient/`. Every write is a new file that nobody sees
//! until one atomic commit names it, so a reader finds the old table or the new one and never a
//! mixture, and a crash leaves at most files that no table names.

mod commit;
mod file;
mod location;
mod lock;
mod past;
mod removed;
mod settings;
mod table;
mod vacuum;

pub use commit::Change;
pub use file::{DataFile, FileWriter, NewFile, encode, read};
pub use location::Location;
pub use lock::Lock;
pub use removed::RemovedRows;
pub use settings::Settings;
pub use table::{Table, TableName};

use crate::error::{Context, Error, Result};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use std::sync::Arc;

/// An open lake.
#[derive(Debug, Clone)]
pub struct Lake {
    location: Location,
    store: Arc<dyn ObjectStore>,
    settings: Settings,
}

impl Lake {
    /// Opens the lake at `location`, or makes an empty one there with `fresh` settings.
    ///
    /// Fails when the lake was written by a newer Populace, when its pseudonyms were made with
    /// another key than the one of `fresh`, or when the storage cannot be reached.
    pub async fn open_or_create(location: Location, fresh: &Settings) -> Result<Self> {
        let store = location.store(true)?;
        let settings = match Settings::load(&store, &location).await? {
            Some(found) => found,
            None => Settings::create(&store, &location, fresh).await?,
        };
        settings.refuse_half_rotated(&location)?;
        settings.accepts_key(fresh, &location)?;
        Ok(Lake {
            location,
            store,
            settings,
        })
    }

    /// Opens the lake at `location`, which must be there.
    pub async fn open(location: Location) -> Result<Self> {
        let lake = Self::open_to_rotate(location).await?;
        lake.settings.refuse_half_rotated(&lake.location)?;
        Ok(lake)
    }

    /// Opens the lake at `location`, although it may be on its way to another key.
    pub async fn open_to_rotate(location: Location) -> Result<Self> {
        let missing = || {
            Error::data(format!("there is no lake at {location}")).hint(
                "run `populace pull` or `populace nightly` first, or correct `url` under [lake]",
            )
        };
        let store = location.store(false).map_err(|_| missing())?;
        let settings = Settings::load(&store, &location)
            .await?
            .ok_or_else(missing)?;
        Ok(Lake {
            location,
            store,
            settings,
        })
    }

    /// Where the lake is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The object store, rooted at the lake.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// What was fixed when the lake was made.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Replaces the settings, in one step.
    pub async fn set_settings(&mut self, settings: Settings) -> Result<()> {
        settings.replace(&self.store, &self.location).await?;
        self.settings = settings;
        Ok(())
    }

    /// Writes one new file, complete or absent; `path` is relative to the lake.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        self.store
            .put(&Path::from(path), bytes.into())
            .await
            .map(drop)
            .data(|| format!("cannot write to the lake at {}", self.location))
            .map_err(|e| {
                e.hint("see that the disk is not full and may be written to, then run again")
            })
    }
}
