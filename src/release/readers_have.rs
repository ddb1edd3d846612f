//! Which release readers have, when another of the same reports is made or looked at.

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
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(ReadersHave::Nothing);
    }
    let (store, root) = (releases.store(false)?, Path::default());
    let day = |id: &str| id.get(..10).unwrap_or_default().to_string();
    let mut others = read_all(&*store, &root).await?;
    others.retain(|other| other.release != id && day(&other.release) <= day(id));
    while let Some(other) = latest(&others, Utc::now()).cloned() {
        let shares = |was: &ReleaseFacts| was.reports.keys().any(|r| reports.contains(r.as_str()));
        match ReleaseFacts::read(&*store, &root, &other.release).await? {
            FactsFound::Damaged => return Ok(ReadersHave::Unreadable(other)),
            FactsFound::Facts(facts) if shares(&facts) => {
                return Ok(ReadersHave::Release(other, facts));
            }
            FactsFound::Facts(_) | FactsFound::Nothing => (),
        }
        others.retain(|one| one.release != other.release);
    }
    Ok(ReadersHave::Nothing)
}
