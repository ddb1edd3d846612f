//! The files of a source, and which of them were taken before.

use super::object::{Object, plain_etag};
use super::plan::{SourceKind, SourcePlan};
use crate::error::{Context, Error, Result};
use crate::lake::store::trouble;
use futures::TryStreamExt;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// A file that a source offers.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its path below the source's folder, with `/`.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// Bytes, as stored.
    pub size: u64,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// For CSV sources, the index of the column file that it belongs to.
    pub decoder: usize,
}

/// Where a source's file is.
#[derive(Debug, Clone)]
pub enum Origin {
    /// On this machine.
    Folder(PathBuf),
    /// On an object store; the text is its address.
    Store(String, Arc<Object>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Folder(path) => write!(f, "{}", path.display()),
            Origin::Store(address, _) => f.write_str(address),
        }
    }
}

impl SourceFile {
    /// The mark of its version on an object store; empty on this machine.
    pub fn etag(&self) -> &str {
        match &self.origin {
            Origin::Folder(_) => "",
            Origin::Store(_, object) => object.etag.as_deref().unwrap_or_default(),
        }
    }
}

/// Lists the files that a source can read, by name.
pub async fn list(source: &SourcePlan) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    match source.location.folder() {
        Some(folder) if folder.is_dir() => walk(source, folder, folder, &mut files)?,
        Some(folder) => {
            return Err(Error::data(format!(
                "source {}: there is no folder {}",
                source.name,
                folder.display()
            ))
            .hint("correct its url in the pipeline file, or see that the extract has arrived"));
        }
        None => files = list_store(source).await?,
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// A store has no folders, so an address without objects is an extract without files.
async fn list_store(source: &SourcePlan) -> Result<Vec<SourceFile>> {
    let cannot = || {
        format!(
            "source {}: {} cannot be listed",
            source.name, source.location
        )
    };
    let store = source.location.store(false)?;
    let runtime = tokio::runtime::Handle::current();
    let found: Vec<_> = store
        .list(None)
        .try_collect()
        .await
        .map_err(|e| trouble(cannot(), e))?;
    let file = |meta: object_store::ObjectMeta| {
        let name = meta.location.to_string();
        let decoder = decoder_of(source, Path::new(&name))?;
        let object = Object {
            store: store.clone(),
            etag: plain_etag(&meta),
            size: meta.size,
            path: meta.location,
            runtime: runtime.clone(),
        };
        Some(SourceFile {
            origin: Origin::Store(format!("{}/{name}", source.location), Arc::new(object)),
            name,
            size: meta.size,
            modified: meta.last_modified.timestamp_micros(),
            decoder,
        })
    };
    Ok(found.into_iter().filter_map(file).collect())
}

fn walk(
    source: &SourcePlan,
    root: &Path,
    folder: &Path,
    files: &mut Vec<SourceFile>,
) -> Result<()> {
    let cannot = || {
        format!(
            "source {}: {} cannot be read",
            source.name,
            folder.display()
        )
    };
    for entry in std::fs::read_dir(folder).data(cannot)? {
        let path = entry.data(cannot)?.path();
        if path.is_dir() {
            walk(source, root, &path, files)?;
            continue;
        }
        let Some(decoder) = decoder_of(source, &path) else {
            continue;
        };
        let facts = path
            .metadata()
            .data(|| format!("source {}: {}", source.name, path.display()))?;
        let modified = facts
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_micros()).ok())
            .unwrap_or_default();
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        files.push(SourceFile {
            name,
            origin: Origin::Folder(path),
            size: facts.len(),
            modified,
            decoder,
        });
    }
    Ok(())
}

fn decoder_of(source: &SourcePlan, path: &Path) -> Option<usize> {
    match &source.kind {
        SourceKind::Fhir { .. } => {
            let name = path.file_name()?.to_str()?;
            let plain = name.strip_suffix(".gz").unwrap_or(name);
            plain.ends_with(".ndjson").then_some(0)
        }
        SourceKind::Csv { decoders } => decoders
            .iter()
            .position(|(decoder, _)| decoder.file().matches(path)),
    }
}
