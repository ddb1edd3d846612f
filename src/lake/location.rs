//! Where a lake, a source or a set of releases is kept: a folder of this machine or of an object
//! store.

use super::store::{Address, Store, open_bucket};
use crate::error::{Context, Error, Result};
use object_store::{local::LocalFileSystem, prefix::PrefixStore};
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// A folder of this machine or of an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(LocationKind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum LocationKind {
    Folder(PathBuf),
    Store(Address),
}

impl Location {
    /// Reads a `url` setting: a path, taken from `base` when relative, a `file://` URL, or an
    /// address such as `s3://bucket/prefix`.
    pub fn parse(text: &str, base: &Path) -> Result<Self> {
        Ok(Location(match text.split_once("://") {
            None => LocationKind::Folder(base.join(text)),
            Some(("file", _)) => LocationKind::Folder(
                Url::parse(text)
                    .ok()
                    .and_then(|url| url.to_file_path().ok())
                    .ok_or_else(|| {
                        Error::usage(format!("'{text}' is not a path on this machine"))
                    })?,
            ),
            Some((scheme, rest)) => LocationKind::Store(Address::parse(scheme, rest)?),
        }))
    }

    /// Takes a store's settings and credentials from here instead of the process's environment.
    #[must_use]
    pub fn with_variables(self, variables: Vec<(String, String)>) -> Self {
        Location(match self.0 {
            LocationKind::Store(address) => LocationKind::Store(address.with_variables(variables)),
            folder => folder,
        })
    }

    /// Whether this place is the other one, or one of them lies within the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (LocationKind::Folder(one), LocationKind::Folder(other)) => {
                let (one, other) = (whole(one), whole(other));
                one.starts_with(&other) || other.starts_with(&one)
            }
            (LocationKind::Store(one), LocationKind::Store(other)) => one.overlaps(other),
            _ => false,
        }
    }

    /// The folder, when it is on this machine.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.0 {
            LocationKind::Folder(folder) => Some(folder),
            LocationKind::Store(_) => None,
        }
    }

    /// The address, when it is on an object store.
    pub(crate) fn address(&self) -> Option<&Address> {
        match &self.0 {
            LocationKind::Folder(_) => None,
            LocationKind::Store(address) => Some(address),
        }
    }

    /// The address of a folder below this one, as Delta Lake wants it.
    pub(super) fn url(&self, below: &str) -> Result<Url> {
        let folder = match &self.0 {
            LocationKind::Folder(folder) => folder,
            LocationKind::Store(address) => return address.url(below),
        };
        let path = std::path::absolute(folder.join(below))
            .data(|| format!("cannot resolve {}", folder.display()))?;
        Url::from_directory_path(&path)
            .map_err(|()| Error::usage(format!("{} is not an absolute path", path.display())))
    }

    /// The object store that [`Location::url`] starts from: the whole bucket, or the whole disk.
    pub(super) fn root(&self) -> Result<Store> {
        match &self.0 {
            LocationKind::Folder(_) => Ok(Arc::new(LocalFileSystem::new())),
            LocationKind::Store(address) => open_bucket(address),
        }
    }

    /// The object store rooted here; makes the folder when `create`.
    pub fn store(&self, create: bool) -> Result<Store> {
        let folder = match &self.0 {
            LocationKind::Folder(folder) => folder,
            LocationKind::Store(address) => {
                let bucket = open_bucket(address)?;
                return Ok(Arc::new(PrefixStore::new(bucket, address.prefix().clone())));
            }
        };
        if create {
            std::fs::create_dir_all(folder).data(|| format!("cannot make the folder {self}"))?;
        }
        Ok(Arc::new(self.opened(folder)?))
    }

    /// The folder's file system, when it is on this machine.
    pub(super) fn disk(&self) -> Result<Option<LocalFileSystem>> {
        self.folder().map(|folder| self.opened(folder)).transpose()
    }

    fn opened(&self, folder: &Path) -> Result<LocalFileSystem> {
        if !folder.is_dir() {
            return Err(Error::data(format!("there is no folder {self}")).hint(
                "check the path, and whether its disk is mounted; the first `populace nightly` makes the folders of the lake and of the releases",
            ));
        }
        LocalFileSystem::new_with_prefix(folder).data(|| format!("cannot open the folder {self}"))
    }
}

/// A folder without links and `..`, as far as it is there.
fn whole(folder: &Path) -> PathBuf {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let mut whole = PathBuf::new();
    for part in folder.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
        whole = whole.canonicalize().unwrap_or(whole);
    }
    whole
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            LocationKind::Folder(folder) => write!(f, "{}", folder.display()),
            LocationKind::Store(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let absent = Location::parse("releases", folder.path()).unwrap();
        let error = absent.store(false).unwrap_err();
        assert_eq!(error.what(), format!("there is no folder {absent}"));
        assert!(error.causes().is_empty(), "{error}");
        assert!(error.hint_text().unwrap().contains("`populace nightly`"));
        absent.store(true).unwrap();
        absent.store(false).unwrap();
    }
}
