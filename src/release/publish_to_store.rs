//! A release on an object store, where no folder can be renamed into place.
//!
//! Readers go by the manifest: a release without one is not there. So the manifest is written last,
//! and taken away first when a release has to be written again.

use super::File;
use super::entry::ReleaseEntry;
use super::manifest::MANIFEST;
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::lake::store::{Store, store_error};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};

/// The place of one release.
pub(super) struct Shelf {
    store: Store,
    releases: String,
    folder: Path,
    shown: String,
}

impl Shelf {
    /// The place of release `id`, whether it is there or not.
    pub(super) fn open(releases: &Location, id: &str) -> Result<Self> {
        Ok(Shelf {
            store: releases.store(false)?,
            releases: releases.to_string(),
            folder: Path::from(id),
            shown: format!("{releases}/{id}"),
        })
    }

    /// A file of the release; None when it is not there.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let lost = |e| store_error(format!("cannot read the release {}", self.shown), e);
        match self.store.get(&self.folder.clone().join(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(lost)?.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(lost(e)),
        }
    }

    /// What is there.
    pub(super) async fn entries(&self) -> Result<Vec<ReleaseEntry>> {
        let listed: Vec<_> = self
            .store
            .list(Some(&self.folder))
            .try_collect()
            .await
            .map_err(|e| store_error(format!("cannot read the release {}", self.shown), e))?;
        let name = |path: &Path| {
            let parts = path.prefix_match(&self.folder)?;
            let parts: Vec<_> = parts.map(|p| p.as_ref().to_string()).collect();
            Some(parts.join("/"))
        };
        let entries = listed.iter().filter_map(|found| {
            Some(ReleaseEntry {
                name: name(&found.location)?,
                size: found.size,
                instead: None,
            })
        });
        Ok(entries.collect())
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.clone().join(name);
        let put = self.store.put(&path, bytes.to_vec().into()).await;
        put.map(drop).map_err(|e| self.failed(e))
    }

    async fn remove(&self, name: &str) -> Result<()> {
        let path: Path = self
            .folder
            .parts()
            .chain(Path::from(name).parts())
            .collect();
        match self.store.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(self.failed(e)),
        }
    }

    /// Copies all that is there to a hidden place beside it that nothing is in yet; gives where.
    async fn keep_aside(&self, there: &[ReleaseEntry]) -> Result<String> {
        let id = self.folder.as_ref();
        for n in 1u32.. {
            let aside = Path::from(format!(".{id}.altered-{n}"));
            let mut listed = self.store.list(Some(&aside));
            let taken = listed.try_next().await.map_err(|e| self.failed(e))?;
            if taken.is_some() {
                continue;
            }
            for entry in there {
                let Some(bytes) = self.read(&entry.name).await? else {
                    continue;
                };
                let path: Path = aside
                    .parts()
                    .chain(Path::from(entry.name.as_str()).parts())
                    .collect();
                let put = self.store.put(&path, bytes.into()).await;
                put.map_err(|e| self.failed(e))?;
            }
            return Ok(format!("{}/{aside}", self.releases));
        }
        Err(Error::data(format!(
            "cannot keep what is at {} aside",
            self.shown
        )))
    }

    /// Whether something is there that an attempt which was cut short would not have left.
    async fn is_altered(&self, there: &[ReleaseEntry], files: &[File]) -> Result<bool> {
        for entry in there {
            let file = files.iter().find(|file| file.name == entry.name);
            let Some(file) = file else {
                return Ok(true);
            };
            if self
                .read(&entry.name)
                .await?
                .is_some_and(|bytes| bytes != file.bytes)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn failed(&self, error: object_store::Error) -> Error {
        store_error(format!("cannot write the release {}", self.shown), error)
    }
}

/// Writes a release, its manifest last, in the place of all that is there; gives where that has been
/// kept, unless it is what an attempt that was cut short has left.
///
/// # Errors
/// Data, when the store does not take it. After a failure the release has no manifest, so that
/// readers find none, and the next attempt writes it whole.
pub(super) async fn write(
    shelf: &Shelf,
    files: &[File],
    manifest: &[u8],
) -> Result<Option<String>> {
    let there = shelf.entries().await?;
    let aside = match shelf.is_altered(&there, files).await? {
        true => Some(shelf.keep_aside(&there).await?),
        false => None,
    };
    if !there.is_empty() {
        shelf.remove(MANIFEST).await?;
    }
    for entry in &there {
        if entry.name != MANIFEST && !files.iter().any(|file| file.name == entry.name) {
            shelf.remove(&entry.name).await?;
        }
    }
    for file in files {
        shelf.put(&file.name, &file.bytes).await?;
    }
    shelf.put(MANIFEST, manifest).await?;
    Ok(aside)
}
