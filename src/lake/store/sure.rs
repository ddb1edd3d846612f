//! Creating an object and knowing who created it.
//!
//! A commit creates the next file of a log on the condition that nobody else has. When the answer
//! to such a request is lost, or is an error of a server that had done the work, the request is
//! sent again and finds its own object there: taken for somebody else's, a commit that was made
//! would count as lost. So whenever an object is said to be there already, or an answer is
//! missing, the object itself says whose it is. What is created carries a mark that no other
//! writer has (see `Lake::commit`), so equal bytes are one's own.

use super::Store;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result,
};
use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// How often a creation without an answer is tried.
const TRIES: u32 = 5;
/// The pause before the second try; each one after it is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// A store whose creations tell the truth.
pub(super) struct Sure {
    store: Store,
}

impl Sure {
    pub(super) fn new(store: Store) -> Self {
        Sure { store }
    }

    async fn create(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let mut tried = 0;
        loop {
            let put = self
                .store
                .put_opts(location, payload.clone(), options.clone());
            let error = match put.await {
                Ok(made) => return Ok(made),
                Err(error) => error,
            };
            tried += 1;
            let exists = matches!(error, Error::AlreadyExists { .. });
            if !exists && !unanswered(&error) {
                return Err(error);
            }
            match self.store.get(location).await {
                Ok(found) => {
                    let made = PutResult {
                        e_tag: found.meta.e_tag.clone(),
                        version: found.meta.version.clone(),
                    };
                    let same = found.bytes().await? == Bytes::from(payload.clone());
                    return match (same, exists) {
                        (true, _) => Ok(made),
                        (false, true) => Err(error),
                        (false, false) => Err(Error::AlreadyExists {
                            path: location.to_string(),
                            source: Box::new(error),
                        }),
                    };
                }
                // Nobody created it yet: a server may refuse one of two at work at once.
                Err(Error::NotFound { .. }) if tried < TRIES => {}
                Err(Error::NotFound { .. }) => return Err(error),
                Err(other) => return Err(other),
            }
            tokio::time::sleep(PAUSE * 2u32.pow(tried - 1)).await;
        }
    }
}

/// Whether the store may have done what it was asked.
fn unanswered(error: &Error) -> bool {
    matches!(error, Error::Generic { .. })
}

impl fmt::Display for Sure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.store)
    }
}

impl fmt::Debug for Sure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The stores of object_store show their credentials.
        write!(f, "Sure({})", self.store)
    }
}

#[async_trait]
impl ObjectStore for Sure {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        match options.mode {
            PutMode::Create => self.create(location, payload, options).await,
            _ => self.store.put_opts(location, payload, options).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        // A server that does not know the parameter gives the whole list, and a log read from its
        // start again has no next version.
        let offset = offset.clone();
        let listed = self.store.list_with_offset(prefix, &offset);
        listed
            .try_filter(move |meta| std::future::ready(meta.location > offset))
            .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}
