//! The catalogue: a snapshot of all releases, made anew when something has changed.

use super::listed_release::{ListedRelease, PublicationStep};
use super::report_key::ReportKey;
use super::scan::{ScannedRelease, identifiers, scan, steps};
use super::snapshot::CatalogueSnapshot;
use crate::serve::settings::ShownReleases;
use chrono::Utc;
use object_store::ObjectStore;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// All releases of a store, as they were when it was last looked at.
pub(crate) struct Catalogue {
    store: Arc<dyn ObjectStore>,
    show: ShownReleases,
    known: Mutex<KnownReleases>,
    snapshot: RwLock<Arc<CatalogueSnapshot>>,
}

#[derive(Default)]
struct KnownReleases {
    whole: HashMap<String, Arc<ListedRelease>>,
    refused: HashMap<String, &'static str>,
    incomplete: HashSet<String>,
    steps: HashMap<String, PublicationStep>,
    lists_of_reports: HashSet<Arc<[ReportKey]>>,
}

impl Catalogue {
    /// The catalogue of a store that was not looked at yet.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, show: ShownReleases) -> Self {
        Catalogue {
            store,
            show,
            known: Mutex::default(),
            snapshot: RwLock::default(),
        }
    }

    /// The releases as they were when the store was last looked at.
    pub(crate) fn snapshot(&self) -> Arc<CatalogueSnapshot> {
        let snapshot = self.snapshot.read();
        snapshot.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the store. What is known already is not read again: releases and steps of their
    /// publication are never altered. Gives whether what is shown has changed.
    ///
    /// # Errors
    /// What the store says. The snapshot stays as it was.
    pub(crate) async fn refresh(&self) -> object_store::Result<bool> {
        let mut known = self.known.lock().await;
        let ids = identifiers(&*self.store).await?;
        let there = |id: &String| ids.contains(id);
        let before = known.whole.len() + known.refused.len();
        known.whole.retain(|id, _| there(id));
        known.refused.retain(|id, _| there(id));
        known.incomplete.retain(there);
        let mut changed = before != known.whole.len() + known.refused.len();
        let new = ids.into_iter().filter(|id| known.is_new(id)).collect();
        for (id, scanned) in scan(&self.store, new).await? {
            changed |= known.take(id, scanned);
        }
        let last = steps(&self.store, &mut known.steps).await?;
        changed |= known.apply(&last);
        let now = Utc::now();
        let snapshot = self.snapshot();
        if !changed && !snapshot.is_over(now) && snapshot.generation > 0 {
            return Ok(false);
        }
        let next = CatalogueSnapshot::of(
            snapshot.generation + 1,
            known.whole.values().cloned(),
            known.refused.clone(),
            self.show,
            now,
        );
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(true)
    }
}

impl KnownReleases {
    fn is_new(&self, id: &str) -> bool {
        // What was refused may be mended.
        !self.whole.contains_key(id)
    }

    /// Notes what was found; whether that changes anything.
    fn take(&mut self, id: String, scanned: ScannedRelease) -> bool {
        match scanned {
            ScannedRelease::Whole(mut release) => {
                release.reports = match self.lists_of_reports.get(&*release.reports) {
                    Some(same) => same.clone(),
                    None => {
                        self.lists_of_reports.insert(release.reports.clone());
                        release.reports
                    }
                };
                self.incomplete.remove(&id);
                self.refused.remove(&id);
                self.whole.insert(id, Arc::new(release));
                true
            }
            ScannedRelease::Refused(why) => {
                if self.refused.insert(id.clone(), why) == Some(why) {
                    return false;
                }
                tracing::error!(release = id, why, "a release is refused");
                true
            }
            ScannedRelease::Incomplete => {
                if self.incomplete.insert(id.clone()) {
                    tracing::warn!(release = id, "a release is not complete, and not shown");
                }
                false
            }
        }
    }

    /// Gives releases the last steps of their publication; whether one is new.
    fn apply(&mut self, last: &HashMap<String, String>) -> bool {
        let mut changed = false;
        for (id, release) in &mut self.whole {
            let step = last.get(id).map(|name| self.steps.get(name));
            let step = match step {
                // The last step cannot be read: nothing says that the release may be seen.
                Some(None) => None,
                step => step.flatten().cloned(),
            };
            if release.step != step {
                *release = Arc::new(ListedRelease {
                    step,
                    ..(**release).clone()
                });
                changed = true;
            }
        }
        changed
    }
}
