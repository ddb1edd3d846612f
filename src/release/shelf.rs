//! A release on an object store, where no folder can be renamed into place.
//!
//! Readers go by the manifest: a release without one is not there. So the manifest is written last,
//! and taken away first when a release has to be written again.

use super::File;
use super::manifest::{Manifest, sha256};
use super::publish::{MANIFEST, Outcome, Reason, names_are_plain};
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::lake::store::{Store, trouble};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};

/// The place of one release.
pub(super) struct Shelf {
    store: Store,
    folder: Path,
    shown: String,
}

impl Shelf {
    /// The place of release `id`, whether it is there or not.
    pub(super) fn open(releases: &Location, id: &str) -> Result<Self> {
        Ok(Shelf {
            store: releases.store(false)?,
            folder: Path::from(id),
            shown: format!("{releases}/{id}"),
        })
    }

    /// A file of the release; None when it is not there.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let lost = |e| trouble(format!("cannot read the release {}", self.shown), e);
        match self.store.get(&self.folder.clone().join(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(lost)?.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(lost(e)),
        }
    }

    async fn names(&self) -> Result<Vec<String>> {
        let listed: Vec<_> = self
            .store
            .list(Some(&self.folder))
            .try_collect()
            .await
            .map_err(|e| self.failed(e))?;
        let name = |path: &Path| {
            let parts = path.prefix_match(&self.folder)?;
            let parts: Vec<_> = parts.map(|p| p.as_ref().to_string()).collect();
            Some(parts.join("/"))
        };
        Ok(listed.iter().filter_map(|m| name(&m.location)).collect())
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

    fn failed(&self, error: object_store::Error) -> Error {
        trouble(format!("cannot write the release {}", self.shown), error)
    }

    /// Why the release that is there is not the one in hand; None when it is.
    async fn compare(
        &self,
        names: &[String],
        files: &[File],
        manifest: &[u8],
    ) -> Result<Option<Reason>> {
        match self.read(MANIFEST).await? {
            None => return Ok(Some(Reason::Damaged(vec![MANIFEST.to_owned()]))),
            Some(found) if found != manifest => return Ok(Some(Reason::Different)),
            Some(_) => {}
        }
        let mut damaged = Vec::new();
        for file in files {
            let found = self.read(&file.name).await?;
            if found.is_none_or(|bytes| sha256(&bytes) != sha256(&file.bytes)) {
                damaged.push(file.name.clone());
            }
        }
        let extra = names
            .iter()
            .filter(|name| *name != MANIFEST && !files.iter().any(|f| &f.name == *name));
        damaged.extend(extra.cloned());
        damaged.sort();
        Ok((!damaged.is_empty()).then_some(Reason::Damaged(damaged)))
    }
}

/// Writes a release below `releases` on an object store, its manifest last.
///
/// # Errors
/// Usage, when `id` cannot be a name; data, when the store does not take it. After a failure the
/// release has no manifest, so that readers find none, and the next attempt writes it whole.
pub async fn write_to_store(
    releases: &Location,
    id: &str,
    files: &[File],
    manifest: &Manifest,
) -> Result<Outcome> {
    names_are_plain(id, files)?;
    let shelf = Shelf::open(releases, id)?;
    let manifest = manifest.to_bytes()?;
    let names = shelf.names().await?;
    let mut outcome = Outcome::Written;
    if !names.is_empty() {
        match shelf.compare(&names, files, &manifest).await? {
            None => return Ok(Outcome::Unchanged),
            Some(reason) => outcome = Outcome::Replaced(reason),
        }
        shelf.remove(MANIFEST).await?;
    }
    for name in &names {
        if name != MANIFEST && !files.iter().any(|file| &file.name == name) {
            shelf.remove(name).await?;
        }
    }
    for file in files {
        shelf.put(&file.name, &file.bytes).await?;
    }
    shelf.put(MANIFEST, &manifest).await?;
    Ok(outcome)
}
