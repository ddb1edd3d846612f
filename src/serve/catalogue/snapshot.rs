//! All releases at one moment.

use super::listed_release::ListedRelease;
use super::report_key::ReportKey;
use crate::publication::PublicationState;
use crate::serve::settings::ShownReleases;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// All releases at one moment: those that are shown, the newest first, and those that were taken back.
#[derive(Debug, Default)]
pub(crate) struct CatalogueSnapshot {
    /// Which snapshot this is: another has other releases.
    pub generation: u64,
    /// Those that are shown, the newest first.
    pub shown: Vec<Arc<ListedRelease>>,
    by_id: HashMap<String, Arc<ListedRelease>>,
    withdrawn: HashMap<String, Arc<ListedRelease>>,
    refused: HashSet<String>,
    latest: BTreeMap<ReportKey, Arc<ListedRelease>>,
    current: Vec<Arc<ListedRelease>>,
    /// Releases that are there, and that nobody is shown yet.
    pub unseen: usize,
    /// When the next embargo ends.
    next_change: Option<DateTime<Utc>>,
}

impl CatalogueSnapshot {
    /// What is shown of these at `now`.
    pub(super) fn of(
        generation: u64,
        all: impl IntoIterator<Item = Arc<ListedRelease>>,
        refused: HashSet<String>,
        show: ShownReleases,
        now: DateTime<Utc>,
    ) -> Self {
        let mut snapshot = CatalogueSnapshot {
            generation,
            refused,
            ..CatalogueSnapshot::default()
        };
        for release in all {
            let publication = &release.publication;
            let embargo = publication
                .embargo()
                .filter(|_| publication.is_embargoed(now));
            match (publication.state(), show) {
                // One that readers never saw stays what it was to them: not there.
                (PublicationState::Withdrawn, show) => {
                    if show == ShownReleases::All || release.was_public() {
                        snapshot.withdrawn.insert(release.id.clone(), release);
                    }
                }
                (_, ShownReleases::All) if publication.damaged.is_none() => {
                    snapshot.shown.push(release);
                }
                (_, ShownReleases::Published) if publication.is_public(now) => {
                    snapshot.shown.push(release);
                }
                (PublicationState::Published, ShownReleases::Published) => {
                    snapshot.unseen += 1;
                    snapshot.next_change = match (snapshot.next_change, embargo) {
                        (Some(one), Some(other)) => Some(one.min(other)),
                        (one, other) => one.or(other),
                    };
                }
                _ => snapshot.unseen += 1,
            }
        }
        snapshot.shown.sort_by(|a, b| b.order().cmp(&a.order()));
        for release in &snapshot.shown {
            snapshot.by_id.insert(release.id.clone(), release.clone());
            for key in &*release.reports {
                // The first is the newest.
                if !snapshot.latest.contains_key(key) {
                    snapshot.latest.insert(key.clone(), release.clone());
                }
            }
        }
        let current: HashSet<&str> = snapshot.latest.values().map(|r| r.id.as_str()).collect();
        let is_current = |release: &&Arc<ListedRelease>| current.contains(release.id.as_str());
        snapshot.current = snapshot.shown.iter().filter(is_current).cloned().collect();
        snapshot
    }

    /// Whether an embargo has ended since.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.next_change.is_some_and(|next| next <= now)
    }

    /// A release that is shown.
    pub(crate) fn release(&self, id: &str) -> Option<&Arc<ListedRelease>> {
        self.by_id.get(id)
    }

    /// A release that was taken back after it had been published.
    pub(crate) fn withdrawn(&self, id: &str) -> Option<&Arc<ListedRelease>> {
        self.withdrawn.get(id)
    }

    /// All that were taken back.
    pub(crate) fn all_withdrawn(&self) -> impl Iterator<Item = &Arc<ListedRelease>> {
        self.withdrawn.values()
    }

    /// Whether a release would be shown, and cannot be: its manifest is not as it was written.
    pub(crate) fn is_refused(&self, id: &str) -> bool {
        self.refused.contains(id)
    }

    /// The newest release of every report.
    pub(crate) fn latest(&self) -> &BTreeMap<ReportKey, Arc<ListedRelease>> {
        &self.latest
    }

    /// The releases that have the newest of some report, each once, the newest first.
    pub(crate) fn current(&self) -> &[Arc<ListedRelease>] {
        &self.current
    }

    /// The releases that have a report, the newest first.
    pub(crate) fn with<'a>(
        &'a self,
        key: &'a ReportKey,
    ) -> impl Iterator<Item = &'a Arc<ListedRelease>> {
        self.shown.iter().filter(move |release| release.has(key))
    }
}
