//! What one reader sees at one moment.

use super::access::PageReader;
use super::catalogue::{CatalogueSnapshot, ListedRelease, ReportKey};
use super::directory::Directory;
use super::reply::{PageFault, RenderedPage, page_reply};
use super::state::{PageKey, ServeState};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use std::sync::Arc;

/// The releases as one reader sees them, from the beginning of a request to its end.
#[derive(Clone)]
pub(crate) struct PageView {
    /// What all requests share.
    pub state: Arc<ServeState>,
    /// The releases.
    pub snapshot: Arc<CatalogueSnapshot>,
    /// What the newest hold.
    pub directory: Arc<Directory>,
    /// The reader.
    pub reader: PageReader,
    /// What was asked: the path and the query.
    asked: String,
    headers: Arc<HeaderMap>,
}

impl FromRequestParts<Arc<ServeState>> for PageView {
    type Rejection = PageFault;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ServeState>,
    ) -> Result<Self, PageFault> {
        // Without a word on who reads, nobody reads.
        let reader = parts.extensions.get::<PageReader>().cloned();
        let reader = reader.ok_or(PageFault::Forbidden)?;
        if !state.is_ready() {
            return Err(PageFault::Unavailable);
        }
        let asked = parts.uri.path_and_query().map(ToString::to_string);
        Ok(PageView {
            snapshot: state.catalogue.snapshot(),
            directory: state.directory(),
            state: state.clone(),
            reader,
            asked: asked.unwrap_or_default(),
            headers: Arc::new(parts.headers.clone()),
        })
    }
}

impl PageView {
    /// Whether the reader may read a report.
    pub(crate) fn may_read(&self, key: &ReportKey) -> bool {
        self.reader.may_read(key.area.as_deref(), &key.report)
    }

    /// The reports of a release that the reader may read.
    pub(crate) fn reports<'a>(
        &'a self,
        release: &'a ListedRelease,
    ) -> impl Iterator<Item = &'a ReportKey> {
        release.reports.iter().filter(|key| self.may_read(key))
    }

    /// Whether the reader may read all reports of a release.
    pub(crate) fn may_read_all(&self, release: &ListedRelease) -> bool {
        release.reports.iter().all(|key| self.may_read(key))
    }

    /// The releases that hold something for the reader, the newest first.
    pub(crate) fn releases(&self) -> impl Iterator<Item = &Arc<ListedRelease>> {
        let shown = self.snapshot.shown.iter();
        shown.filter(|release| self.reports(release).next().is_some())
    }

    /// A release of which the reader may read something.
    ///
    /// # Errors
    /// Not found; withdrawn; unavailable where its manifest was altered.
    pub(crate) fn release(&self, id: &str) -> Result<Arc<ListedRelease>, PageFault> {
        // A reader who may read nothing of it is told what is told of one that is not there.
        let readable = |release: &Arc<ListedRelease>| match self.reports(release).next() {
            Some(_) => Ok(()),
            None => Err(PageFault::NotFound),
        };
        if let Some(release) = self.snapshot.release(id) {
            readable(release)?;
            return Ok(release.clone());
        }
        if let Some(release) = self.snapshot.withdrawn(id) {
            readable(release)?;
            let last = release.publication.steps.last();
            let reason = last.and_then(|step| step.reason.clone());
            return Err(PageFault::Withdrawn(reason));
        }
        match self.snapshot.is_refused(id) {
            true => Err(PageFault::Unavailable),
            false => Err(PageFault::NotFound),
        }
    }

    /// A report of a release, which the reader may read.
    ///
    /// # Errors
    /// Forbidden; as [`PageView::release`].
    pub(crate) fn report(
        &self,
        id: &str,
        key: &ReportKey,
    ) -> Result<Arc<ListedRelease>, PageFault> {
        // Whether it is there is told only to those who may read it.
        if !self.may_read(key) {
            return Err(PageFault::Forbidden);
        }
        let release = self.release(id)?;
        match release.has(key) {
            true => Ok(release),
            false => Err(PageFault::NotFound),
        }
    }

    /// The reply with a page, made now unless it was made before for the same question of a reader with
    /// the same rights.
    ///
    /// # Errors
    /// Those of `make`; busy.
    pub(crate) async fn page(
        &self,
        make: impl Future<Output = Result<RenderedPage, PageFault>>,
    ) -> Result<Response, PageFault> {
        let key = PageKey {
            generation: self.snapshot.generation,
            turn: self.directory.turn,
            rights: self.reader.rights(),
            asked: self.asked.clone(),
        };
        if let Some(page) = self.state.pages.get(&key) {
            return self.sent(&page).await;
        }
        let Ok(permit) = self.state.rendering.acquire().await else {
            return Err(PageFault::Unavailable);
        };
        // Somebody may have made it while this one waited.
        let page = match self.state.pages.get(&key) {
            Some(page) => page,
            None => {
                let page = make.await?;
                let weight = page.body.len() + 2 * key.asked.len() + 256;
                self.state.pages.put(key, page.clone(), weight);
                page
            }
        };
        // With the permit: pages that wait for room are no more than are made at one time.
        let reply = self.sent(&page).await;
        drop(permit);
        reply
    }

    async fn sent(&self, page: &RenderedPage) -> Result<Response, PageFault> {
        let room = self.state.sending.room(page.body.len()).await?;
        Ok(page_reply(page, room, &self.headers))
    }

    /// The headers of the request.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}
