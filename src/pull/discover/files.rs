//! The files of a source, and which of them were taken before.

use super::object::{Object, plain_etag};
use super::source_file::{Listed, Origin, SourceFile, decoder_of, name_of};
use super::walk::FolderWalk;
use crate::error::{Error, Result};
use crate::lake::store::store_error;
use crate::pull::plan::SourcePlan;
use futures::TryStreamExt;
use std::path::Path;
use std::sync::Arc;

/// Lists the files of a source.
pub(crate) async fn list(source: &SourcePlan) -> Result<Listed> {
    let mut listed = Listed::default();
    match source.location.folder() {
        Some(folder) if folder.is_dir() => FolderWalk::over(source, folder, &mut listed)?,
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
        .map_err(|e| store_error(cannot(), e))?;
    let mut listed = Listed::default();
    for meta in found {
        let path = meta.location.to_string();
        let decoder = decoder_of(source, Path::new(&path));
        let name = name_of(source, path);
        let Some(decoder) = decoder else {
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
