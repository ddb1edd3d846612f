//! Opening a lake, or making one.

use super::{Lake, Location, Probe, Settings, identity, store};
use crate::error::Result;

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

    /// Opens the lake at `location`, which must be there.
    pub async fn open(location: Location) -> Result<Self> {
        let lake = Self::open_to_rotate(location).await?;
        lake.settings.refuse_half_rotated(&lake.location)?;
        Ok(lake)
    }

    /// Opens the lake at `location`, although a key rotation may be under way.
    pub(crate) async fn open_to_rotate(location: Location) -> Result<Self> {
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
}
