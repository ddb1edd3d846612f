//! The changelog: every release that readers could see, and what was different about it.

use super::changes::{ReleaseChange, changes};
use super::facts::{FactsFound, ReleaseFacts};
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
    /// The day that the figures describe, ISO; None where nothing is known of it any more.
    pub as_of: Option<String>,
    /// Why it is compared with nothing, where its manifest does not say what it is.
    pub not_read: Option<&'static str>,
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
/// A release whose manifest is damaged or gone is told too, without what was different about it.
///
/// # Errors
/// Data, when the store cannot be read.
pub(crate) async fn changelog(
    store: &dyn ObjectStore,
    prefix: &Path,
    now: DateTime<Utc>,
) -> Result<Vec<ChangelogEntry>> {
    let mut seen = read_all(store, prefix).await?;
    seen.retain(|release| release.was_public(now));
    seen.sort_by_key(|release| (release.public_since(), release.release.clone()));
    let mut told: Vec<(ChangelogEntry, Option<ReleaseFacts>)> = Vec::new();
    for release in seen {
        let (Some(name), Some(published)) = (release.name(), release.public_since()) else {
            continue;
        };
        let (facts, not_read) = match ReleaseFacts::read(store, prefix, &release.release).await? {
            FactsFound::Facts(facts) => (Some(*facts), None),
            FactsFound::Nothing => (None, Some("its folder is gone")),
            FactsFound::Damaged => (None, Some("its manifest is not as it was made")),
        };
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
            not_read,
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
