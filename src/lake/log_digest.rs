//! A digest of a table's Delta log, without replaying it.

use super::{Lake, TableName};
use futures::TryStreamExt;
use object_store::path::Path;
use std::path::Path as DiskPath;

impl Lake {
    /// A digest that is another one as soon as the log of a table is: of the names and bytes of its files
    /// on this machine's disk, where a bit may flip unseen; of their names, sizes and entity tags on an
    /// object store, which is one request. None: there is no log, it cannot be read, or the store does not
    /// tell one content of a file from another.
    pub(super) async fn log_digest(&self, name: &TableName) -> Option<String> {
        match self.location.folder() {
            Some(folder) => digest_of_folder(&folder.join(name.log())),
            None => self.digest_of_listing(name).await,
        }
    }

    async fn digest_of_listing(&self, name: &TableName) -> Option<String> {
        let log = Path::from(name.log());
        let mut files: Vec<_> = self.store.list(Some(&log)).try_collect().await.ok()?;
        files.sort_by(|a, b| a.location.cmp(&b.location));
        let mut digest = LogDigest::default();
        for file in &files {
            digest.add(file.location.as_ref().as_bytes());
            digest.add(&file.size.to_be_bytes());
            digest.add(file.e_tag.as_ref()?.as_bytes());
        }
        digest.finish(files.len())
    }
}

/// The digest of the files of a folder; None when something else lies among them.
fn digest_of_folder(log: &DiskPath) -> Option<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(log).ok()? {
        names.push(entry.ok()?.file_name());
    }
    names.sort();
    let mut digest = LogDigest::default();
    for name in &names {
        digest.add(name.as_encoded_bytes());
        // Reading a folder is an error.
        digest.add(&std::fs::read(log.join(name)).ok()?);
    }
    digest.finish(names.len())
}

#[derive(Default)]
struct LogDigest(blake3::Hasher);

impl LogDigest {
    fn add(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn finish(&self, files: usize) -> Option<String> {
        (files > 0).then(|| self.0.finalize().to_hex()[..32].to_string())
    }
}
