//! Reading one object of the store.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use std::sync::Arc;

/// An object as it was read.
#[derive(Debug, Clone)]
pub(crate) struct ReadObject {
    /// Its bytes.
    pub bytes: Bytes,
    /// What the store says of it.
    pub meta: ObjectMeta,
}

/// Reads an object; None when it is longer than `longest`.
///
/// # Errors
/// What the store says.
pub(crate) async fn read_object(
    store: &Arc<dyn ObjectStore>,
    place: &Path,
    longest: u64,
) -> object_store::Result<Option<ReadObject>> {
    let found = store.get(place).await?;
    let meta = found.meta.clone();
    if meta.size > longest {
        return Ok(None);
    }
    let bytes = found.bytes().await?;
    Ok(Some(ReadObject { bytes, meta }))
}

/// Whether an object is the one that was read.
pub(super) fn is_same(one: &ObjectMeta, other: &ObjectMeta) -> bool {
    one.size == other.size && one.last_modified == other.last_modified && one.e_tag == other.e_tag
}
