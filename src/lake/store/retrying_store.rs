//! A store that answers: what broke off is asked again, and creations tell the truth.

use super::Store;
use super::create::create;
use super::retry::{again, unanswered};
use crate::retry::{Backoff, RetryPolicy};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::ops::Range;

/// Requests that delete at once.
const AT_ONCE: usize = 10;

/// The store behind it, made steady.
pub(super) struct RetryingStore {
    store: Store,
}

impl RetryingStore {
    pub(super) fn new(store: Store) -> Self {
        RetryingStore { store }
    }

    /// A whole list at a time: a page that breaks off is asked for again with those before it.
    fn listed(
        &self,
        prefix: Option<&Path>,
        offset: Option<&Path>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix, offset) = (self.store.clone(), prefix.cloned(), offset.cloned());
        let all = async move {
            let found: Vec<ObjectMeta> = again(|| {
                let listed = match &offset {
                    Some(offset) => store.list_with_offset(prefix.as_ref(), offset),
                    None => store.list(prefix.as_ref()),
                };
                listed.try_collect()
            })
            .await?;
            // A server that does not know the parameter gives the whole list, and a log read from
            // its start again has no next version.
            let after = move |meta: &ObjectMeta| offset.as_ref().is_none_or(|o| meta.location > *o);
            Ok::<_, Error>(stream::iter(found.into_iter().filter(after).map(Ok)))
        };
        stream::once(all).try_flatten().boxed()
    }
}

impl fmt::Display for RetryingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.store)
    }
}

impl fmt::Debug for RetryingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The stores of object_store show their credentials.
        write!(f, "RetryingStore({})", self.store)
    }
}

#[async_trait]
impl ObjectStore for RetryingStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if options.mode == PutMode::Create {
            return create(&self.store, location, payload, options).await;
        }
        again(|| {
            self.store
                .put_opts(location, payload.clone(), options.clone())
        })
        .await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        again(|| self.store.put_multipart_opts(location, options.clone())).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let found = again(|| self.store.get_opts(location, options.clone())).await?;
        let payload = match found.payload {
            GetResultPayload::Stream(body) if !options.head => {
                let body = Body {
                    store: self.store.clone(),
                    location: location.clone(),
                    etag: found.meta.e_tag.clone(),
                    left: found.range.clone(),
                    options,
                    body,
                    backoff: Backoff::new(RetryPolicy::STORE),
                };
                GetResultPayload::Stream(body.stream())
            }
            other => other,
        };
        Ok(GetResult {
            payload,
            meta: found.meta,
            range: found.range,
            attributes: found.attributes,
        })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        again(|| self.store.get_ranges(location, ranges)).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.store.clone();
        let delete = move |location: Result<Path>| {
            let store = store.clone();
            async move {
                let location = location?;
                again(|| store.delete(&location)).await?;
                Ok(location)
            }
        };
        locations.map(delete).buffered(AT_ONCE).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listed(prefix, None)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listed(prefix, Some(offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        again(|| self.store.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

/// The rest of an object's bytes.
struct Body {
    store: Store,
    location: Path,
    etag: Option<String>,
    left: Range<u64>,
    options: GetOptions,
    body: BoxStream<'static, Result<Bytes>>,
    backoff: Backoff,
}

impl Body {
    fn stream(self) -> BoxStream<'static, Result<Bytes>> {
        stream::try_unfold(self, |mut body| async move {
            let piece = body.next().await?;
            Ok(piece.map(|piece| (piece, body)))
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let error = match self.body.next().await {
                Some(Ok(piece)) => {
                    self.left.start += piece.len() as u64;
                    self.backoff.reset();
                    return Ok(Some(piece));
                }
                None if self.left.start >= self.left.end => return Ok(None),
                None => Error::Generic {
                    store: "object",
                    source: "the answer is shorter than the object".into(),
                },
                Some(Err(error)) => error,
            };
            if !unanswered(&error) || !self.backoff.wait(None).await {
                return Err(error);
            }
            let options = GetOptions {
                range: Some(GetRange::Bounded(self.left.clone())),
                ..self.options.clone()
            };
            let rest = again(|| self.store.get_opts(&self.location, options.clone())).await?;
            // Another version's bytes would make a mixture.
            if self.etag.is_none() || rest.meta.e_tag != self.etag {
                return Err(error);
            }
            self.body = rest.into_stream();
        }
    }
}
