//! Whether files of the lake still hold the bytes that were written.
//!
//! A file's name is made from its bytes ([`Lake::write_file`]) and the checksum of a commit covers the
//! name, so that each file has its checksum with its commit. It is compared once a process, before the
//! first row of the file is used: decision 63 says why of the whole file.

use super::advice::{RESTORE, advice};
use super::store::store_error;
use super::{DataFile, Lake, TableName};
use crate::error::{Context, Error, Result};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStoreExt, path::Path};
use rayon::prelude::*;
use serde::Serialize;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

/// Files of a store that are checked at once.
const AT_ONCE: usize = 8;
/// Bytes read at once.
const CHUNK: usize = 256 * 1024;
/// Digits of a file's checksum in its name.
const DIGITS: usize = 32;

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntegrityFault {
    /// It is not there.
    Missing,
    /// It is shorter than its table says.
    Short,
    /// It holds other bytes than were written.
    Altered,
    /// It is a table's log, and does not add up to what Populace left.
    Log,
}

impl IntegrityFault {
    /// In words, after the file's name.
    pub(crate) fn words(self) -> &'static str {
        match self {
            IntegrityFault::Missing => "is not there",
            IntegrityFault::Short => "is shorter than its table says",
            IntegrityFault::Altered => "holds other bytes than were written",
            IntegrityFault::Log => "does not add up to what Populace left",
        }
    }
}

/// A damaged file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Damage {
    /// Relative to the lake.
    pub path: String,
    /// What is wrong with it.
    pub fault: IntegrityFault,
}

impl Damage {
    /// The table that the file belongs to.
    pub(crate) fn table(&self) -> Option<TableName> {
        TableName::of_path(&self.path)
    }

    /// The error of who wanted to read it.
    pub(crate) fn error(&self) -> Error {
        let table = self.table();
        let of = table.as_ref().map(|name| format!(" of table {name}"));
        Error::data(format!(
            "the file {}{} is damaged",
            self.path,
            of.unwrap_or_default()
        ))
        .cause(format!("it {}", self.fault.words()))
        .damaged(&self.path)
        .hint(table.map_or_else(|| RESTORE.to_string(), |name| advice(&name)))
    }
}

impl DataFile {
    /// The first 128 bits of the BLAKE3 digest of its bytes, in hexadecimal digits; None for a file
    /// that another program wrote.
    pub(crate) fn checksum(&self) -> Option<&str> {
        let (_, name) = self.path.rsplit_once('/')?;
        let digits = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
        let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == DIGITS && digits.bytes().all(plain)).then_some(digits)
    }

    /// Whether these are its bytes; true for a file without a checksum.
    fn is_of(&self, hash: &blake3::Hasher) -> bool {
        let found = hash.finalize().to_hex();
        self.checksum().is_none_or(|said| said == &found[..DIGITS])
    }

    fn damage(&self, fault: IntegrityFault) -> Damage {
        Damage {
            path: self.path.clone(),
            fault,
        }
    }
}

impl Lake {
    /// Fails when one of `files` is damaged; each is looked at once a process.
    pub(crate) async fn verify_files(&self, files: &[DataFile]) -> Result<()> {
        match self.damage(files).await?.first() {
            Some(damage) => Err(damage.error()),
            None => Ok(()),
        }
    }

    /// The damaged ones of `files`, in their order. A file without a checksum is damaged when it is
    /// not there or too short.
    pub(crate) async fn damage(&self, files: &[DataFile]) -> Result<Vec<Damage>> {
        let unknown = files.iter().filter(|file| !self.intact.has(&file.path));
        let unknown: Vec<DataFile> = unknown.cloned().collect();
        if unknown.is_empty() {
            return Ok(Vec::new());
        }
        let lake = self.clone();
        let found: Vec<Option<Damage>> = match self.disk {
            Some(_) => {
                let all = move || -> Result<Vec<Option<Damage>>> {
                    let checks = unknown.par_iter().map(|file| lake.damage_on_disk(file));
                    checks.collect()
                };
                let done = tokio::task::spawn_blocking(all).await;
                done.data(|| "the files of the lake cannot be checked")??
            }
            None => {
                let checks = unknown.into_iter().map(|file| {
                    let lake = lake.clone();
                    async move { lake.damage_on_store(&file).await }
                });
                stream::iter(checks).buffered(AT_ONCE).try_collect().await?
            }
        };
        Ok(found.into_iter().flatten().collect())
    }

    /// Whether `file` was found to be as it was written, or `bytes` are: all those that its table
    /// knows of.
    pub(super) fn verify_bytes(&self, file: &DataFile, bytes: &[u8]) -> Result<()> {
        if self.intact.has(&file.path) {
            return Ok(());
        }
        let mut hash = blake3::Hasher::new();
        hash.update(bytes);
        self.judged(file, &hash)
            .map_or(Ok(()), |damage| Err(damage.error()))
    }

    /// Checks a file before parts of it are read, on the thread that will read them.
    pub(super) async fn verify_one(&self, file: &DataFile) -> Result<()> {
        if self.intact.has(&file.path) {
            return Ok(());
        }
        let damage = match self.disk {
            Some(_) => self.damage_on_disk(file)?,
            None => self.damage_on_store(file).await?,
        };
        damage.map_or(Ok(()), |damage| Err(damage.error()))
    }

    fn judged(&self, file: &DataFile, hash: &blake3::Hasher) -> Option<Damage> {
        if !file.is_of(hash) {
            return Some(file.damage(IntegrityFault::Altered));
        }
        self.intact.add(&file.path);
        None
    }

    fn damage_on_disk(&self, file: &DataFile) -> Result<Option<Damage>> {
        let failed = || format!("cannot read {} of the lake at {}", file.path, self.location);
        let Some(disk) = &self.disk else {
            return Ok(None);
        };
        let path = disk.path_to_filesystem(&Path::from(file.path.as_str()));
        let opened = match File::open(path.data(failed)?) {
            Ok(opened) => opened,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Ok(Some(file.damage(IntegrityFault::Missing)));
            }
            Err(e) => return Err(e).data(failed),
        };
        if file.checksum().is_none() {
            let size = opened.metadata().data(failed)?.len();
            return Ok((size < file.size).then(|| file.damage(IntegrityFault::Short)));
        }
        let mut hash = blake3::Hasher::new();
        let read = hash_of(opened, file.size, &mut hash).data(failed)?;
        Ok(match read < file.size {
            true => Some(file.damage(IntegrityFault::Short)),
            false => self.judged(file, &hash),
        })
    }

    async fn damage_on_store(&self, file: &DataFile) -> Result<Option<Damage>> {
        let failed = || format!("cannot read {} of the lake at {}", file.path, self.location);
        let path = Path::from(file.path.as_str());
        let found = match self.store.get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => {
                return Ok(Some(file.damage(IntegrityFault::Missing)));
            }
            Err(e) => return Err(store_error(failed(), e)),
        };
        if found.meta.size < file.size {
            return Ok(Some(file.damage(IntegrityFault::Short)));
        }
        if file.checksum().is_none() {
            return Ok(None);
        }
        let mut hash = blake3::Hasher::new();
        let mut left = usize::try_from(file.size).data(failed)?;
        let mut bytes = found.into_stream();
        while let Some(part) = bytes
            .try_next()
            .await
            .map_err(|e| store_error(failed(), e))?
        {
            let part = &part[..part.len().min(left)];
            hash.update(part);
            left -= part.len();
        }
        Ok(self.judged(file, &hash))
    }
}

/// Hashes the first `size` bytes of a file, or all when there are fewer; gives how many.
fn hash_of(mut file: File, size: u64, hash: &mut blake3::Hasher) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut chunk = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK).max(1))];
    let mut file = file.take(size);
    let mut read = 0;
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(read),
            Ok(length) => {
                hash.update(&chunk[..length]);
                read += length as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{Location, Settings, encode};
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use std::sync::Arc;

    async fn open(folder: &std::path::Path) -> Lake {
        let location = Location::parse("lake", folder).unwrap();
        let settings = Settings::new(1, "key".into());
        Lake::open_or_create(location, &settings).await.unwrap()
    }

    /// A lake with one file of a table, and where the file is.
    async fn one_file(folder: &std::path::Path, rows: i64) -> (DataFile, std::path::PathBuf) {
        let lake = open(folder).await;
        let numbers: ArrayRef = Arc::new((0..rows).map(Some).collect::<Int64Array>());
        let rows = RecordBatch::try_from_iter([("number", numbers)]).unwrap();
        let encoded = encode(&rows.schema(), &[rows], &[]).unwrap();
        let table = TableName::new("record", "thing");
        let file = lake.write_file(&table, None, 0, encoded).await.unwrap();
        assert_eq!(lake.damage(std::slice::from_ref(&file)).await.unwrap(), []);
        let path = folder.join("lake").join(&file.path);
        (file, path)
    }

    #[tokio::test]
    async fn every_flipped_bit_of_a_file_is_found_whatever_is_read_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, path) = one_file(folder.path(), 3).await;
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(&path, &damaged).unwrap();
            let lake = open(folder.path()).await;
            let found = lake.damage(std::slice::from_ref(&file)).await.unwrap();
            assert_eq!(found, [file.damage(IntegrityFault::Altered)], "byte {at}");
            let error = lake.read_file(&file, Some(&["number"])).await.unwrap_err();
            assert_eq!(error.damaged_path(), Some(file.path.as_str()));
            assert!(error.what().contains(&file.path), "{error}");
        }
        std::fs::write(&path, &whole).unwrap();
        let lake = open(folder.path()).await;
        assert!(lake.read_file(&file, None).await.is_ok());
    }

    #[tokio::test]
    async fn a_large_file_is_checked_before_parts_of_it_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let (file, path) = one_file(folder.path(), 200_000).await;
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let lake = open(folder.path()).await;
        let read = lake.read_rows(&file, &["number"], Some(&[0])).await;
        assert_eq!(read.unwrap_err().damaged_path(), Some(file.path.as_str()));
    }

    #[tokio::test]
    async fn short_and_missing_files_are_damaged_and_others_cannot_be_checked() {
        let folder = tempfile::tempdir().unwrap();
        let (file, path) = one_file(folder.path(), 3).await;
        let other = DataFile {
            path: "record/thing/part-00000-1b2c.c000.snappy.parquet".to_string(),
            ..file.clone()
        };
        assert_eq!(other.checksum(), None);
        std::fs::copy(&path, folder.path().join("lake").join(&other.path)).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let both = [file.clone(), other];
        let found = open(folder.path()).await.damage(&both).await.unwrap();
        assert_eq!(found, [file.damage(IntegrityFault::Short)]);
        std::fs::remove_file(&path).unwrap();
        let found = open(folder.path()).await.damage(&both).await.unwrap();
        assert_eq!(found, [file.damage(IntegrityFault::Missing)]);
    }
}
