//! The place of a release, in a folder or on an object store: what is there, whatever it is.

use super::entry::ReleaseEntry;
use super::publish_to_store::Shelf;
use crate::error::{Context, Result};
use crate::lake::Location;
use std::fs;
use std::path::PathBuf;

/// Where a release is, or would be.
pub(super) enum ReleasePlace {
    Folder(PathBuf),
    Store(Shelf),
}

/// What stands in the place of a release.
pub(super) enum Listing {
    /// Nothing.
    Absent,
    /// Something that is no folder: what it is.
    NoFolder(&'static str),
    /// A folder with these, sorted by name.
    Entries(Vec<ReleaseEntry>),
}

impl ReleasePlace {
    /// The place of release `id`, whether it is there or not.
    pub(super) fn open(releases: &Location, id: &str) -> Result<Self> {
        Ok(match releases.folder() {
            Some(folder) => ReleasePlace::Folder(folder.join(id)),
            None => ReleasePlace::Store(Shelf::open(releases, id)?),
        })
    }

    /// What is there. Nothing is followed to where it leads, and nothing opened.
    pub(super) async fn list(&self) -> Result<Listing> {
        let mut entries = match self {
            ReleasePlace::Folder(folder) => match entries_of(folder)? {
                Listing::Entries(entries) => entries,
                other => return Ok(other),
            },
            ReleasePlace::Store(shelf) => shelf.entries().await?,
        };
        if entries.is_empty() && matches!(self, ReleasePlace::Store(_)) {
            return Ok(Listing::Absent);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Listing::Entries(entries))
    }

    /// The bytes of an entry that is a file; None when it has gone.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            ReleasePlace::Store(shelf) => shelf.read(name).await,
            ReleasePlace::Folder(folder) => match fs::read(folder.join(name)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(e)
                    .data(|| format!("cannot read {name} of the release {}", folder.display())),
            },
        }
    }
}

fn entries_of(folder: &PathBuf) -> Result<Listing> {
    let failed = || format!("cannot read the release {}", folder.display());
    let found = match fs::symlink_metadata(folder) {
        Ok(found) => found,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Listing::Absent),
        Err(e) => return Err(e).data(failed),
    };
    if !found.is_dir() {
        return Ok(Listing::NoFolder(kind(&found).unwrap_or("a file")));
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).data(failed)? {
        let entry = entry.data(failed)?;
        // Of the entry itself, not of what a symbolic link leads to.
        let found = entry.metadata().data(failed)?;
        entries.push(ReleaseEntry {
            name: entry.file_name().to_string_lossy().into_owned(),
            size: found.len(),
            instead: kind(&found),
        });
    }
    Ok(Listing::Entries(entries))
}

/// What stands in the place of a file; None for a file.
fn kind(found: &fs::Metadata) -> Option<&'static str> {
    if found.is_file() {
        None
    } else if found.is_symlink() {
        Some("a symbolic link")
    } else if found.is_dir() {
        Some("a folder")
    } else {
        // Opening a pipe would wait for whoever writes to it.
        Some("a pipe or a device")
    }
}
