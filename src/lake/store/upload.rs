//! Writing one object, complete or absent.

use super::Store;
use super::retry::again;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStoreExt, Result};

/// Objects above this go in parts of this size; a part is sent again alone when it fails.
const PART: usize = 8 * 1024 * 1024;
/// Parts on their way at once.
const AT_ONCE: usize = 4;

/// Writes an object whose name comes from its bytes.
///
/// A store shows an object of many parts only when the last request of its upload is done.
pub(in crate::lake) async fn upload(store: &Store, path: &Path, bytes: Vec<u8>) -> Result<()> {
    let bytes = Bytes::from(bytes);
    match bytes.len() <= PART {
        true => store.put(path, bytes.into()).await.map(drop),
        false => again(|| in_parts(store, path, bytes.clone())).await,
    }
}

async fn in_parts(store: &Store, path: &Path, bytes: Bytes) -> Result<()> {
    let mut upload = store.put_multipart(path).await?;
    let parts: Vec<_> = (0..bytes.len())
        .step_by(PART)
        .map(|start| bytes.slice(start..(start + PART).min(bytes.len())))
        .map(|part| upload.put_part(part.into()))
        .collect();
    let sent = stream::iter(parts)
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await;
    let done = match sent {
        Ok(_) => upload.complete().await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = done else { return Ok(()) };
    // When the answer to the last request was lost, the upload is gone and the object there.
    if let Ok(found) = store.head(path).await
        && found.size == bytes.len() as u64
    {
        return Ok(());
    }
    // Parts that stay behind cost storage, and are no part of anything.
    let _ = upload.abort().await;
    Err(error)
}
