//! Reading what has been decided about releases.

use super::history::Publication;
use super::identifier::{self, FOLDER};
use super::step::PublicationStep;
use crate::error::{Error, Result};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::BTreeMap;

/// Files that are read at once.
const AT_ONCE: usize = 64;
/// A file with more bytes is none of ours, and is not read.
const LARGEST: u64 = 64 * 1024;

/// What has been decided about every release below `prefix`, by identifier. A release about which
/// nothing has been is not among them: it is a draft.
///
/// # Errors
/// Data, when the store cannot be read. A file that is not as it was written is no error: its release
/// says that it is damaged, and is shown to nobody.
pub(crate) async fn read_all(store: &dyn ObjectStore, prefix: &Path) -> Result<Vec<Publication>> {
    let folder = prefix.clone().join(FOLDER);
    let listed = store.list_with_delimiter(Some(&folder)).await;
    let listed = listed.map_err(|e| failed("cannot list the publications of releases", e))?;
    let mut files: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
    for file in listed.objects {
        let found = file.location.filename().and_then(identifier::of_file);
        if let Some((id, n)) = found.map(|(id, n)| (id.to_string(), n)) {
            files.entry(id).or_default().insert(n, file.size);
        }
    }
    let read = files
        .into_iter()
        .map(|(id, sizes)| of_release(store, prefix, id, sizes));
    stream::iter(read).buffered(AT_ONCE).try_collect().await
}

/// What has been decided about release `id` below `prefix`.
///
/// # Errors
/// Usage, when `id` cannot be one; data, when the store cannot be read.
pub(crate) async fn read(store: &dyn ObjectStore, prefix: &Path, id: &str) -> Result<Publication> {
    identifier::check(id)?;
    // Steps are few, and a listing would be of all releases.
    let mut sizes = BTreeMap::new();
    let mut absent = 0;
    for n in 1.. {
        match store.head(&file(prefix, id, n)).await {
            Ok(found) => {
                sizes.insert(n, found.size);
            }
            Err(object_store::Error::NotFound { .. }) => absent += 1,
            Err(e) => return Err(failed("cannot read the publication of a release", e)),
        }
        // A step after one that is absent says that this one is missing.
        if absent > 1 {
            break;
        }
    }
    of_release(store, prefix, id.to_string(), sizes).await
}

/// The file of step `n` of release `id`.
pub(super) fn file(prefix: &Path, id: &str, n: u32) -> Path {
    prefix.clone().join(FOLDER).join(identifier::file_of(id, n))
}

async fn of_release(
    store: &dyn ObjectStore,
    prefix: &Path,
    id: String,
    sizes: BTreeMap<u32, u64>,
) -> Result<Publication> {
    let mut found = Publication::draft(&id);
    for (expected, (n, size)) in (1..).zip(sizes) {
        if n != expected {
            found.damaged = Some(format!("step {expected} is missing"));
            return Ok(found);
        }
        if size > LARGEST {
            found.damaged = Some(format!("step {n} is no step of a publication"));
            return Ok(found);
        }
        let lost = |e| {
            failed(
                format!("cannot read step {n} of the publication of {id}"),
                e,
            )
        };
        // Not by the location that the store told: behind a prefix it may have that in front.
        let bytes = store.get(&file(prefix, &id, n)).await.map_err(lost)?;
        let bytes = bytes.bytes().await.map_err(lost)?;
        match serde_json::from_slice::<PublicationStep>(&bytes) {
            Ok(step) => found.steps.push(step),
            Err(_) => {
                found.damaged = Some(format!("step {n} is no step of a publication"));
                return Ok(found);
            }
        }
    }
    found.damaged = found.fault();
    Ok(found)
}

/// A failure of the store.
pub(super) fn failed(what: impl std::fmt::Display, error: object_store::Error) -> Error {
    Error::data(what).cause(error)
}
