//! Where a lake or a set of releases is kept.

use crate::error::{Context, Error, Result};
use object_store::{ObjectStore, local::LocalFileSystem};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// A folder that holds a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    folder: PathBuf,
}

impl Location {
    /// Reads a `url` setting: a path, taken from `base` when relative, or a `file://` URL.
    pub fn parse(text: &str, base: &Path) -> Result<Self> {
        let folder = match text.split_once("://") {
            None => base.join(text),
            Some(("file", _)) => Url::parse(text)
                .ok()
                .and_then(|url| url.to_file_path().ok())
                .ok_or_else(|| Error::usage(format!("'{text}' is not a path on this machine")))?,
            Some((scheme, _)) => {
                return Err(
                    Error::usage(format!("lakes on '{scheme}://' are not supported"))
                        .hint("give a local folder"),
                );
            }
        };
        Ok(Location { folder })
    }

    /// The folder on this machine.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a folder below this one, as Delta and DataFusion want it.
    pub fn url(&self, below: &str) -> Result<Url> {
        let path = std::path::absolute(self.folder.join(below))
            .data(|| format!("cannot resolve {}", self.folder.display()))?;
        Url::from_directory_path(&path)
            .map_err(|()| Error::usage(format!("{} is not an absolute path", path.display())))
    }

    /// The object store rooted here; makes the folder when `create`.
    pub fn store(&self, create: bool) -> Result<Arc<dyn ObjectStore>> {
        if create {
            std::fs::create_dir_all(&self.folder)
                .data(|| format!("cannot make the folder {self}"))
                .map_err(|e| e.hint("see that the parent folder is there and may be written to"))?;
        }
        let store = LocalFileSystem::new_with_prefix(&self.folder)
            .data(|| format!("cannot open the folder {self}"))?;
        Ok(Arc::new(store))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.folder.display())
    }
}
