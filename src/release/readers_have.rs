//! Which releases readers have, when another of the same reports is made or looked at.

use crate::error::Result;
use crate::lake::Location;
use crate::publication::{Publication, ReleaseFacts, latest, read_all};
use chrono::Utc;
use object_store::path::Path;
use std::collections::BTreeSet;

/// The latest published release, other than `id` and of no later day, that has one of `reports`.
///
/// # Errors
/// Data, when the releases or a manifest cannot be read.
pub(super) async fn readers_have(
    releases: &Location,
    id: &str,
    reports: &BTreeSet<&str>,
) -> Result<Option<(Publication, ReleaseFacts)>> {
    for other in newest_first(releases, id).await? {
        if let Some(facts) = sharing(releases, &other, reports).await? {
            return Ok(Some((other, facts)));
        }
    }
    Ok(None)
}

/// All of them, the latest first: readers have those of earlier days too.
///
/// # Errors
/// Data, when the releases or a manifest cannot be read.
pub(super) async fn all_that_readers_have(
    releases: &Location,
    id: &str,
    reports: &BTreeSet<&str>,
) -> Result<Vec<Publication>> {
    let mut all = Vec::new();
    for other in newest_first(releases, id).await? {
        if sharing(releases, &other, reports).await?.is_some() {
            all.push(other);
        }
    }
    Ok(all)
}

/// The published releases other than `id` and of no later day, the latest first.
async fn newest_first(releases: &Location, id: &str) -> Result<Vec<Publication>> {
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(Vec::new());
    }
    let (store, root) = (releases.store(false)?, Path::default());
    let day = |id: &str| id.get(..10).unwrap_or_default().to_string();
    let mut others = read_all(&*store, &root).await?;
    others.retain(|other| other.release != id && day(&other.release) <= day(id));
    let (now, mut sorted) = (Utc::now(), Vec::new());
    while let Some(other) = latest(&others, now).cloned() {
        others.retain(|one| one.release != other.release);
        sorted.push(other);
    }
    Ok(sorted)
}

/// What a release is made of, when it has one of `reports`.
async fn sharing(
    releases: &Location,
    other: &Publication,
    reports: &BTreeSet<&str>,
) -> Result<Option<ReleaseFacts>> {
    let (store, root) = (releases.store(false)?, Path::default());
    let facts = ReleaseFacts::read(&*store, &root, &other.release).await?;
    let shares = |was: &ReleaseFacts| was.reports.keys().any(|r| reports.contains(r.as_str()));
    Ok(facts.filter(shares))
}
