//! The files of a source, and which of them were taken before.

use super::object::{Object, plain_etag};
use super::plan::{SourceKind, SourcePlan};
use super::walk::Walk;
use crate::error::{Error, Result};
use crate::lake::store::trouble;
use futures::TryStreamExt;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

/// The files of a source.
#[derive(Debug, Default)]
pub struct Listed {
    /// Those that it reads, by name.
    pub files: Vec<SourceFile>,
    /// The others.
    pub passed_over: Vec<PassedOver>,
    /// How many files are reached through symbolic links.
    pub linked: u64,
}

/// A file of a source's folder that is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedOver {
    /// Its path below the source's folder, with `/`.
    pub name: String,
    /// Why; None when it is no extract by its name: a sender may have changed what extracts are
    /// called.
    pub reason: Option<&'static str>,
}

impl Listed {
    /// Notes a file that is no extract by its name.
    pub(super) fn pass_over(&mut self, name: String) {
        let file = name.rsplit('/').next().unwrap_or_default();
        if !file.starts_with('.') {
            self.passed_over.push(PassedOver { name, reason: None });
        }
    }

    /// Notes what is passed over for another reason.
    pub(super) fn refuse(&mut self, name: String, reason: &'static str) {
        self.passed_over.push(PassedOver {
            name,
            reason: Some(reason),
        });
    }
}

/// Lists the files of a source.
pub async fn list(source: &SourcePlan) -> Result<Listed> {
    let mut listed = Listed::default();
    match source.location.folder() {
        Some(folder) if folder.is_dir() => Walk::over(source, folder, &mut listed)?,
        Some(folder) => {
            return Err(Error::data(format!(
                "source {}: there is no folder {}",
                source.name,
                folder.display()
            ))
            .hint("correct its url in the pipeline file, or check that the extract has arrived"));
        }
        None => listed = list_store(source).await?,
    }
    listed.files.sort_by(|a, b| a.name.cmp(&b.name));
    listed.passed_over.sort_unstable();
    Ok(listed)
}

/// A store has no folders, so an address without objects is an extract without files.
async fn list_store(source: &SourcePlan) -> Result<Listed> {
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
    let mut listed = Listed::default();
    for meta in found {
        let name = meta.location.to_string();
        let Some(decoder) = decoder_of(source, Path::new(&name)) else {
            listed.pass_over(name);
            continue;
        };
        let object = Object {
            store: store.clone(),
            etag: plain_etag(&meta),
            size: meta.size,
            path: meta.location,
            runtime: runtime.clone(),
        };
        listed.files.push(SourceFile {
            origin: Origin::Store(format!("{}/{name}", source.location), Arc::new(object)),
            name,
            size: meta.size,
            modified: meta.last_modified.timestamp_micros(),
            decoder,
        });
    }
    Ok(listed)
}

/// The column file that a file belongs to (0 for FHIR); None when it is no extract by its name.
pub(super) fn decoder_of(source: &SourcePlan, path: &Path) -> Option<usize> {
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
