//! The catalogue: a snapshot of all releases, made anew when something has changed.

use super::listed_release::ListedRelease;
use super::report_key::ReportKey;
use super::scan::{ScannedRelease, identifiers, scan, steps};
use super::snapshot::CatalogueSnapshot;
use crate::error::{Context, Result};
use crate::publication::{Publication, read, read_all};
use crate::serve::settings::ShownReleases;
use chrono::{DateTime, Utc};
use object_store::ObjectStore;
use object_store::path::Path;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// Publications that are read one by one; more are read all together.
const READ_ONE_BY_ONE: usize = 64;

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
    /// What was decided about each, and in how many files.
    publications: HashMap<String, (usize, Publication)>,
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
    /// Data, when the store cannot be read. The snapshot stays as it was.
    pub(crate) async fn refresh(&self) -> Result<bool> {
        let mut known = self.known.lock().await;
        let ids = identifiers(&*self.store).await.data(not_listed)?;
        let there = |id: &String| ids.contains(id);
        let before = known.whole.len() + known.refused.len();
        known.whole.retain(|id, _| there(id));
        known.refused.retain(|id, _| there(id));
        known.incomplete.retain(there);
        let mut changed = before != known.whole.len() + known.refused.len();
        let new = ids.into_iter().filter(|id| known.is_new(id)).collect();
        for (id, scanned) in scan(&self.store, new).await.data(not_listed)? {
            changed |= known.take(id, scanned);
        }
        let steps = steps(&*self.store).await.data(not_listed)?;
        changed |= known.decide(&*self.store, &steps).await?;
        let now = Utc::now();
        let snapshot = self.snapshot();
        if !changed && !snapshot.is_over(now) && snapshot.generation > 0 {
            return Ok(false);
        }
        let next = CatalogueSnapshot::of(
            snapshot.generation + 1,
            known.whole.values().cloned(),
            known.refused_to_readers(self.show, now),
            self.show,
            now,
        );
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(true)
    }
}

impl KnownReleases {
    fn is_new(&self, id: &str) -> bool {
        // What was refused may be mended.
        !self.whole.contains_key(id)
    }

    /// The releases that readers would see, and that are refused. Of others not even that is told.
    fn refused_to_readers(&self, show: ShownReleases, now: DateTime<Utc>) -> HashSet<String> {
        let is_seen = |id: &&String| {
            let publication = self.publications.get(*id);
            show == ShownReleases::All || publication.is_some_and(|(_, known)| known.is_public(now))
        };
        self.refused.keys().filter(is_seen).cloned().collect()
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

    /// Reads what was newly decided, and gives it to the releases; whether there was something.
    async fn decide(
        &mut self,
        store: &dyn ObjectStore,
        steps: &HashMap<String, usize>,
    ) -> Result<bool> {
        let is_known = |id: &String, count: &usize| {
            let known = self.publications.get(id);
            known
                .is_some_and(|(known, publication)| known == count && publication.damaged.is_none())
        };
        let new = steps.iter().filter(|(id, count)| !is_known(id, count));
        let new: Vec<(&String, &usize)> = new.collect();
        let decided = match new.len() > READ_ONE_BY_ONE {
            true => read_all(store, &Path::default()).await?,
            false => {
                let each = new
                    .iter()
                    .map(|(id, _)| async move { read(store, &Path::default(), id).await });
                futures::future::try_join_all(each).await?
            }
        };
        let mut changed = false;
        for publication in decided {
            let count = steps.get(&publication.release).copied().unwrap_or(0);
            let id = publication.release.clone();
            // What is decided about a release that is refused decides over what is said of it.
            changed |= self.refused.contains_key(&id)
                && self.publications.get(&id).map(|(_, known)| known) != Some(&publication);
            self.publications.insert(id, (count, publication));
        }
        self.publications.retain(|id, _| steps.contains_key(id));
        for (id, release) in &mut self.whole {
            let publication = self
                .publications
                .get(id)
                .map(|(_, publication)| publication);
            let publication = publication
                .cloned()
                .unwrap_or_else(|| Publication::draft(id));
            if release.publication == publication {
                continue;
            }
            if let Some(why) = &publication.damaged {
                tracing::error!(
                    release = id,
                    why,
                    "what was decided about a release cannot be read; it is not shown"
                );
            }
            *release = Arc::new(ListedRelease {
                publication,
                ..(**release).clone()
            });
            changed = true;
        }
        Ok(changed)
    }
}

fn not_listed() -> &'static str {
    "the store of releases cannot be listed"
}
