//! Which releases readers have, when another of the same reports is made or looked at.

use crate::error::Result;
use crate::lake::Location;
use crate::publication::{FactsFound, Publication, ReleaseFacts, latest, read_all};
use chrono::Utc;
use object_store::path::Path;
use std::collections::BTreeSet;

/// What readers have.
pub(super) enum ReadersHave {
    /// No release of these reports.
    Nothing,
    /// A release whose manifest is not as it was made: it may have these reports.
    Unreadable(Publication),
    /// A release, and what it says of itself.
    Release(Publication, Box<ReleaseFacts>),
}

/// The latest published release, other than `id` and of no later day, that has one of `reports`.
///
/// # Errors
/// Data, when the releases cannot be read.
pub(super) async fn readers_have(
    releases: &Location,
    id: &str,
    reports: &BTreeSet<&str>,
) -> Result<ReadersHave> {
    for other in newest_first(releases, id).await? {
        match sharing(releases, other, reports).await? {
            ReadersHave::Nothing => (),
            found => return Ok(found),
        }
    }
    Ok(ReadersHave::Nothing)
}

/// All of them, the latest first: readers have those of earlier days too. Where the manifest of one is not
/// as it was made, it is named in a warning and left out.
///
/// # Errors
/// Data, when the releases cannot be read.
pub(super) async fn all_that_readers_have(
    releases: &Location,
    id: &str,
    reports: &BTreeSet<&str>,
) -> Result<Vec<Publication>> {
    let mut all = Vec::new();
    for other in newest_first(releases, id).await? {
        match sharing(releases, other, reports).await? {
            ReadersHave::Nothing => (),
            ReadersHave::Release(publication, _) => all.push(publication),
            ReadersHave::Unreadable(other) => {
                tracing::warn!(release = %other.release, "figures are not marked as revised since a release that readers have: its manifest is not as it was made");
            }
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

/// A release and what it says of itself, when it has one of `reports`.
async fn sharing(
    releases: &Location,
    other: Publication,
    reports: &BTreeSet<&str>,
) -> Result<ReadersHave> {
    let (store, root) = (releases.store(false)?, Path::default());
    let shares = |was: &ReleaseFacts| was.reports.keys().any(|r| reports.contains(r.as_str()));
    Ok(
        match ReleaseFacts::read(&*store, &root, &other.release).await? {
            FactsFound::Damaged => ReadersHave::Unreadable(other),
            FactsFound::Facts(facts) if shares(&facts) => ReadersHave::Release(other, facts),
            FactsFound::Facts(_) | FactsFound::Nothing => ReadersHave::Nothing,
        },
    )
}
