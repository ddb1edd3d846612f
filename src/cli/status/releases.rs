//! The releases that were made last.

use crate::error::{Error, Result};
use crate::lake::Location;
use crate::lake::store::store_error;
use crate::publication::{FOLDER, Publication, PublicationState, read_all};
use crate::release::MANIFEST;
use chrono::{DateTime, Utc};
use object_store::path::Path;

/// Releases shown.
const SHOWN: usize = 5;

/// A release as its folder shows it.
#[derive(Debug, serde::Serialize)]
pub(super) struct ReleaseStatus {
    /// Its name.
    pub release: String,
    /// When its manifest was written.
    pub made: Option<DateTime<Utc>>,
    /// Its files, with the manifest.
    pub files: u64,
    /// What people call it, once something has been decided about it.
    pub name: Option<String>,
    /// What has been decided about it.
    pub state: PublicationState,
    /// What is wrong with the files that say what has been decided about it.
    pub damaged: Option<String>,
}

/// The releases below `releases` that were made last, the newest first, and the damage of all
/// publications. A folder without a manifest is none.
///
/// # Errors
/// Data, when they cannot be read.
pub(super) async fn last(releases: &Location) -> Result<(Vec<ReleaseStatus>, Vec<Error>)> {
    // Releases that have no folder yet are none.
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok((Vec::new(), Vec::new()));
    }
    let store = releases.store(false)?;
    let lost = |e| store_error(format!("cannot list the releases at {releases}"), e);
    let listed = store.list_with_delimiter(None).await.map_err(lost)?;
    let mut names: Vec<Path> = listed.common_prefixes;
    // An altered release that was kept aside is hidden.
    names.retain(|name| !name.as_ref().starts_with('.') && name.as_ref() != FOLDER);
    // They are named by the day that they describe.
    names.sort_by(|a, b| b.cmp(a));
    let decided = read_all(&*store, &Path::default()).await?;
    let damage = decided.iter().filter_map(Publication::damage).collect();
    let mut found = Vec::new();
    for name in names.into_iter().take(SHOWN) {
        let inside = store.list_with_delimiter(Some(&name)).await.map_err(lost)?;
        let manifest = inside
            .objects
            .iter()
            .find(|file| file.location.filename() == Some(MANIFEST));
        if let Some(manifest) = manifest {
            let release = name.filename().unwrap_or_default().to_string();
            let own = decided.iter().find(|decided| decided.release == release);
            let decided = own.cloned();
            let decided = decided.unwrap_or_else(|| Publication::draft(&release));
            found.push(ReleaseStatus {
                name: decided.name().map(ToString::to_string),
                state: decided.state(),
                damaged: decided.damaged,
                release,
                made: Some(manifest.last_modified),
                files: inside.objects.len() as u64,
            });
        }
    }
    found.sort_by_key(|release| std::cmp::Reverse(release.made));
    Ok((found, damage))
}
