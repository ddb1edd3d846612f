//! A store that sometimes does not give what it has.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A store that fails to give the bytes of files of one name, and says of them what it always says.
#[derive(Debug)]
pub(crate) struct FailingStore {
    pub(crate) inner: Arc<InMemory>,
    pub(crate) file: &'static str,
    pub(crate) fails: AtomicBool,
}

impl std::fmt::Display for FailingStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failing")
    }
}

type FailingAnswer<T> = object_store::Result<T>;

#[async_trait]
impl ObjectStore for FailingStore {
    async fn put_opts(
        &self,
        to: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> FailingAnswer<PutResult> {
        self.inner.put_opts(to, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        options: PutMultipartOptions,
    ) -> FailingAnswer<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> FailingAnswer<GetResult> {
        let is_it = from.filename() == Some(self.file) && !options.head;
        if is_it && self.fails.load(Ordering::Relaxed) {
            return Err(object_store::Error::Generic {
                store: "failing",
                source: "the connection broke off".into(),
            });
        }
        self.inner.get_opts(from, options).await
    }

    fn delete_stream(
        &self,
        gone: BoxStream<'static, FailingAnswer<Path>>,
    ) -> BoxStream<'static, FailingAnswer<Path>> {
        self.inner.delete_stream(gone)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, FailingAnswer<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> FailingAnswer<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> FailingAnswer<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
