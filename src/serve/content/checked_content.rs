//! Files of releases whose bytes are those that the manifest lists.

use super::FIGURES_FILE;
use super::object::{ReadObject, is_same, read_object};
use crate::figures::Figures;
use crate::serve::bounded_cache::BoundedCache;
use crate::serve::catalogue::{ListedFile, ReleasedManifest, hexadecimal};
use crate::serve::computing::Computing;
use crate::serve::reply::PageFault;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A longer manifest is none.
const LONGEST_MANIFEST: u64 = 64 * 1024 * 1024;
/// A longer file is not served: it could not be compared with its checksum in bounded memory.
const LONGEST_FILE: u64 = 512 * 1024 * 1024;
/// Files that are read from the store at one time.
const READ_AT_ONCE: usize = 4;
/// How often a file is read anew when it changes while it is read.
const ATTEMPTS: usize = 3;

/// The bytes of releases, compared with their manifests and kept up to a bound.
pub(crate) struct CheckedContent {
    store: Arc<dyn ObjectStore>,
    manifests: BoundedCache<String, HeldContent<Arc<ReleasedManifest>>>,
    files: BoundedCache<(String, String), HeldContent<CheckedFile>>,
    figures: BoundedCache<String, (String, Arc<Figures>)>,
    reading: Semaphore,
    computing: Computing,
}

/// A file whose bytes are those that the manifest lists.
#[derive(Debug, Clone)]
pub(crate) struct CheckedFile {
    /// Its bytes.
    pub bytes: Bytes,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// When it was written.
    pub written: chrono::DateTime<chrono::Utc>,
}

#[derive(Clone)]
struct HeldContent<T> {
    meta: ObjectMeta,
    value: T,
}

impl CheckedContent {
    /// The content of a store, of which up to `most` bytes are kept; `computing` takes the work of it.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, most: usize, computing: Computing) -> Self {
        CheckedContent {
            store,
            manifests: BoundedCache::new(most / 8),
            files: BoundedCache::new(most / 4),
            figures: BoundedCache::new(most / 2),
            reading: Semaphore::new(READ_AT_ONCE),
            computing,
        }
    }

    /// Bytes that are kept.
    pub(crate) fn weight(&self) -> usize {
        self.manifests.weight() + self.files.weight() + self.figures.weight()
    }

    /// The manifest of a release.
    ///
    /// # Errors
    /// It is not as it was certified, or cannot be read.
    pub(crate) async fn manifest(&self, id: &str) -> Result<Arc<ReleasedManifest>, PageFault> {
        let place = Path::from_iter([id, "manifest.json"]);
        let meta = self.head(&place).await?;
        if let Some(held) = self.manifests.get(&id.to_string())
            && is_same(&held.meta, &meta)
        {
            return Ok(held.value);
        }
        let read = self.read_manifest(&place).await?;
        let manifest = ReleasedManifest::read(id, &read.bytes).map_err(|why| {
            tracing::error!(release = id, why, "a release is refused");
            PageFault::Unavailable
        })?;
        let manifest = Arc::new(manifest);
        let held = HeldContent {
            meta: read.meta,
            value: manifest.clone(),
        };
        self.manifests.put(id.to_string(), held, read.bytes.len());
        Ok(manifest)
    }

    /// The manifest of a release as bytes.
    ///
    /// # Errors
    /// As [`CheckedContent::manifest`].
    pub(crate) async fn manifest_file(&self, id: &str) -> Result<CheckedFile, PageFault> {
        self.manifest(id).await?;
        let place = Path::from_iter([id, "manifest.json"]);
        let read = self.read_manifest(&place).await?;
        // It may have been altered since.
        if ReleasedManifest::read(id, &read.bytes).is_err() {
            return Err(PageFault::Unavailable);
        }
        Ok(CheckedFile {
            sha256: hexadecimal(&Sha256::digest(&read.bytes)),
            bytes: read.bytes,
            written: read.meta.last_modified,
        })
    }

    /// The length of a file of a release, by the name that its manifest lists, or of the manifest.
    ///
    /// # Errors
    /// Not found, when the manifest lists no such file; as [`CheckedContent::manifest`].
    pub(crate) async fn length(&self, id: &str, name: &str) -> Result<u64, PageFault> {
        let manifest = self.manifest(id).await?;
        match manifest.file(name) {
            Some(listed) => Ok(listed.bytes),
            None if name == "manifest.json" => {
                Ok(self.head(&Path::from_iter([id, name])).await?.size)
            }
            None => Err(PageFault::NotFound),
        }
    }

    /// A file of a release, by the name that its manifest lists.
    ///
    /// # Errors
    /// Not found, when the manifest lists no such file; unavailable, when its bytes are not those that the
    /// manifest lists, or cannot be read.
    pub(crate) async fn file(&self, id: &str, name: &str) -> Result<CheckedFile, PageFault> {
        let manifest = self.manifest(id).await?;
        let listed = manifest.file(name).ok_or(PageFault::NotFound)?;
        let place = Path::from_iter([id, &listed.name]);
        let meta = self.head(&place).await?;
        let key = (id.to_string(), name.to_string());
        if let Some(held) = self.files.get(&key)
            && is_same(&held.meta, &meta)
            && held.value.sha256 == listed.sha256
        {
            return Ok(held.value);
        }
        let read = self.read_listed(id, &place, listed).await?;
        let file = CheckedFile {
            bytes: read.bytes,
            sha256: listed.sha256.clone(),
            written: read.meta.last_modified,
        };
        let held = HeldContent {
            meta: read.meta,
            value: file.clone(),
        };
        self.files.put(key, held, file.bytes.len());
        Ok(file)
    }

    /// The figures of a release; None when it has none as a frame.
    ///
    /// # Errors
    /// Unavailable, when they are not those that the manifest lists, or cannot be read.
    pub(crate) async fn figures(&self, id: &str) -> Result<Option<Arc<Figures>>, PageFault> {
        let manifest = self.manifest(id).await?;
        let Some(listed) = manifest.file(FIGURES_FILE) else {
            return Ok(None);
        };
        let place = Path::from_iter([id, FIGURES_FILE]);
        let meta = self.head(&place).await?;
        // An edited file has other facts on the store; the same facts have the checked content.
        let facts = format!("{} {}", facts(&meta), listed.sha256);
        if let Some((held, figures)) = self.figures.get(&id.to_string())
            && held == facts
        {
            return Ok(Some(figures));
        }
        let read = self.read_listed(id, &place, listed).await?;
        let decode = move || Figures::read(&read.bytes);
        let figures = match self.computing.run(decode).await? {
            Ok(figures) => Arc::new(figures),
            Err(why) => {
                tracing::error!(release = id, %why, "the figures of a release cannot be read");
                return Err(PageFault::Unavailable);
            }
        };
        let weight = figures.frame().estimated_size();
        let held = (facts, figures.clone());
        self.figures.put(id.to_string(), held, weight);
        Ok(Some(figures))
    }

    /// What the store says of the manifest and the figures of a release: other facts are another content.
    /// None where it does not say.
    pub(crate) async fn facts(&self, id: &str) -> Option<String> {
        let manifest = self
            .store
            .head(&Path::from_iter([id, "manifest.json"]))
            .await;
        let figures = self.store.head(&Path::from_iter([id, FIGURES_FILE])).await;
        let figures = match figures {
            Ok(meta) => facts(&meta),
            Err(object_store::Error::NotFound { .. }) => String::new(),
            Err(_) => return None,
        };
        Some(format!("{} {figures}", facts(&manifest.ok()?)))
    }

    /// Reads a file and compares it with its entry in the manifest.
    async fn read_listed(
        &self,
        id: &str,
        place: &Path,
        listed: &ListedFile,
    ) -> Result<ReadObject, PageFault> {
        for _ in 0..ATTEMPTS {
            let read = self.read(place, listed.bytes.min(LONGEST_FILE)).await?;
            let Some(read) = read.filter(|read| read.bytes.len() as u64 == listed.bytes) else {
                continue;
            };
            let bytes = read.bytes.clone();
            let digest = move || hexadecimal(&Sha256::digest(&bytes));
            if self.computing.run(digest).await? == listed.sha256 {
                return Ok(read);
            }
        }
        tracing::error!(
            release = id,
            file = listed.name,
            "a released file is not as the manifest lists it, and is not served"
        );
        Err(PageFault::Unavailable)
    }

    async fn head(&self, place: &Path) -> Result<ObjectMeta, PageFault> {
        self.store
            .head(place)
            .await
            .map_err(|e| unavailable(place, &e))
    }

    async fn read_manifest(&self, place: &Path) -> Result<ReadObject, PageFault> {
        self.read(place, LONGEST_MANIFEST).await?.ok_or_else(|| {
            tracing::error!(file = place.as_ref(), "a file is longer than it may be");
            PageFault::Unavailable
        })
    }

    /// Reads an object; None when it is longer than it may be.
    async fn read(&self, place: &Path, longest: u64) -> Result<Option<ReadObject>, PageFault> {
        let Ok(_permit) = self.reading.acquire().await else {
            return Err(PageFault::Unavailable);
        };
        let read = read_object(&self.store, place, longest).await;
        read.map_err(|e| unavailable(place, &e))
    }
}

/// What a reader is told of a store that does not give what is listed; the log says more.
fn unavailable(place: &Path, why: &object_store::Error) -> PageFault {
    tracing::error!(file = place.as_ref(), %why, "the store of releases does not give a file");
    PageFault::Unavailable
}

fn facts(meta: &ObjectMeta) -> String {
    format!("{} {:?} {}", meta.last_modified, meta.e_tag, meta.size)
}
