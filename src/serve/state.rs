//! What all requests share.

use super::access::ReaderRights;
use super::bounded_cache::BoundedCache;
use super::catalogue::Catalogue;
use super::computing::Computing;
use super::content::CheckedContent;
use super::directory::Directory;
use super::metrics::Metrics;
use super::reply::RenderedPage;
use super::sending::Sending;
use super::settings::ServeSettings;
use object_store::ObjectStore;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// Pages that are made at one time.
const RENDERED_AT_ONCE: usize = 4;
/// Frames of figures that are read or filtered at one time: each may take a release's worth of memory.
const COMPUTED_AT_ONCE: usize = 2;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    /// Of which catalogue: a release that was taken back is in no page of a later one.
    pub generation: u64,
    /// Made with which directory, which is learnt a little later than the catalogue.
    pub turn: u64,
    /// What its reader may read.
    pub rights: ReaderRights,
    /// What was asked: the path and the query.
    pub asked: String,
}

/// What all requests share.
pub(crate) struct ServeState {
    /// The settings.
    pub settings: ServeSettings,
    /// The releases.
    pub catalogue: Catalogue,
    /// Their bytes.
    pub content: CheckedContent,
    /// Pages that were made.
    pub pages: BoundedCache<PageKey, RenderedPage>,
    /// Keeps pages that are made at one time few.
    pub rendering: Semaphore,
    /// Work for pages that takes the processor.
    pub computing: Computing,
    /// Answers on their way to clients.
    pub sending: Sending,
    /// What is counted.
    pub metrics: Metrics,
    directory: RwLock<Arc<Directory>>,
    ready: AtomicBool,
    failing: AtomicBool,
}

impl ServeState {
    /// The state over a store that was not looked at yet.
    pub(crate) fn new(settings: ServeSettings, store: Arc<dyn ObjectStore>) -> Self {
        let most = settings.cache_mb.max(16) as usize * 1024 * 1024;
        let computing = Computing::new(COMPUTED_AT_ONCE);
        ServeState {
            catalogue: Catalogue::new(store.clone(), settings.show),
            content: CheckedContent::new(store, most - most / 8, computing.clone()),
            computing,
            sending: Sending::new(most),
            pages: BoundedCache::new(most / 8),
            rendering: Semaphore::new(RENDERED_AT_ONCE),
            metrics: Metrics::default(),
            directory: RwLock::default(),
            ready: AtomicBool::new(false),
            failing: AtomicBool::new(false),
            settings,
        }
    }

    /// Looks at the store, and learns what the newest releases hold when they are others than before.
    /// Gives whether it could.
    pub(crate) async fn refresh(&self) -> bool {
        match self.catalogue.refresh().await {
            Ok(_changed) => {
                let snapshot = self.catalogue.snapshot();
                let known = self.directory();
                let is_due = known.generation != snapshot.generation || known.is_due();
                if is_due || known.is_stale(&self.content).await {
                    let learnt = Directory::of(&snapshot, &self.content, &known).await;
                    *self
                        .directory
                        .write()
                        .unwrap_or_else(PoisonError::into_inner) = Arc::new(learnt);
                }
                self.ready.store(true, Ordering::Relaxed);
                self.failing.store(false, Ordering::Relaxed);
                true
            }
            Err(why) => {
                // Once, until it is well again: a store that is away is away for many turns.
                if !self.failing.swap(true, Ordering::Relaxed) {
                    tracing::error!(%why, "the store of releases cannot be listed; readers see what was there before");
                }
                false
            }
        }
    }

    /// What the newest releases hold.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        let directory = self.directory.read();
        directory.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the store has been looked at.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Whether the store could be looked at the last time.
    pub(crate) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}
