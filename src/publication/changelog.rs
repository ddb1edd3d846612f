//! The changelog: every release that readers could see, and what was different about it.

use super::changes::{ReleaseChange, changes};
use super::facts::ReleaseFacts;
use super::history::Publication;
use super::name::ReleaseName;
use super::read::read_all;
use super::state::PublicationState;
use crate::error::Result;
use chrono::{DateTime, Utc};
use object_store::ObjectStore;
use object_store::path::Path;
use serde::Serialize;

/// A release in the changelog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ChangelogEntry {
    /// Its name.
    pub name: ReleaseName,
    /// Its identifier.
    pub release: String,
    /// The day that the figures describe, ISO; None where its folder is gone.
    pub as_of: Option<String>,
    /// Since when readers could see it.
    pub published: DateTime<Utc>,
    /// When it was withdrawn, and why.
    pub withdrawn: Option<Withdrawal>,
    /// The release of the same area before it, with which it is compared.
    pub follows: Option<ReleaseName>,
    /// What is different.
    pub changes: Vec<ReleaseChange>,
}

/// The end of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Withdrawal {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// The changelog of all releases below `prefix` that readers could see, the newest first.
///
/// # Errors
/// Data, when the store or a manifest cannot be read.
pub(crate) async fn changelog(
    store: &dyn ObjectStore,
    prefix: &Path,
    now: DateTime<Utc>,
) -> Result<Vec<ChangelogEntry>> {
    let mut seen = read_all(store, prefix).await?;
    seen.retain(|release| was_public(release, now));
    seen.sort_by_key(|release| (release.public_since(), release.release.clone()));
    let mut told: Vec<(ChangelogEntry, Option<ReleaseFacts>)> = Vec::new();
    for release in seen {
        let (Some(name), Some(published)) = (release.name(), release.public_since()) else {
            continue;
        };
        let facts = ReleaseFacts::read(store, prefix, &release.release).await?;
        let before = told.iter().rev();
        let mut before = before.filter(|(entry, _)| {
            entry.name.area == name.area
                && entry.withdrawn.as_ref().is_none_or(|w| w.at > published)
        });
        let before = before.find(|(_, was)| share_a_report(was.as_ref(), facts.as_ref()));
        let entry = ChangelogEntry {
            name: name.clone(),
            release: release.release.clone(),
            as_of: facts.as_ref().map(|facts| facts.as_of.clone()),
            published,
            withdrawn: withdrawal(&release),
            follows: before.map(|(entry, _)| entry.name.clone()),
            changes: match (before, &facts) {
                (Some((_, Some(was))), Some(is)) => changes(was, is),
                _ => Vec::new(),
            },
        };
        told.push((entry, facts));
    }
    Ok(told.into_iter().rev().map(|(entry, _)| entry).collect())
}

/// Whether readers see a release, or did before it was withdrawn.
fn was_public(release: &Publication, now: DateTime<Utc>) -> bool {
    let end = match release.state() {
        PublicationState::Withdrawn => release.steps.last().map_or(now, |step| step.at),
        _ => now,
    };
    release.damaged.is_none() && release.public_since().is_some_and(|since| since <= end)
}

fn withdrawal(release: &Publication) -> Option<Withdrawal> {
    let last = release.steps.last()?;
    (last.state == PublicationState::Withdrawn).then(|| Withdrawal {
        at: last.at,
        reason: last.reason.clone().unwrap_or_default(),
    })
}

fn share_a_report(was: Option<&ReleaseFacts>, is: Option<&ReleaseFacts>) -> bool {
    let (Some(was), Some(is)) = (was, is) else {
        return false;
    };
    was.reports
        .keys()
        .any(|report| is.reports.contains_key(report))
}
