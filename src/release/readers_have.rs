//! Which release readers have, when another of the same reports is made or looked at.

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
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(None);
    }
    let (store, root) = (releases.store(false)?, Path::default());
    let day = |id: &str| id.get(..10).unwrap_or_default().to_string();
    let mut others = read_all(&*store, &root).await?;
    others.retain(|other| other.release != id && day(&other.release) <= day(id));
    while let Some(other) = latest(&others, Utc::now()).cloned() {
        let facts = ReleaseFacts::read(&*store, &root, &other.release).await?;
        let shares = |was: &ReleaseFacts| was.reports.keys().any(|r| reports.contains(r.as_str()));
        if let Some(facts) = facts.filter(shares) {
            return Ok(Some((other, facts)));
        }
        others.retain(|one| one.release != other.release);
    }
    Ok(None)
}
