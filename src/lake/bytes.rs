//! The bytes of a file of the lake: read from this machine's disk, or asked of a store.

use super::store::store_error;
use super::{Damage, DataFile, IntegrityFault, Lake};
use crate::error::{Error, Result};
use bytes::Bytes;
use object_store::path::Path;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

/// How a file is best asked for: on a store one request costs less than several, on a disk the
/// bytes that are not needed cost more than another look.
pub(super) struct ReadSizes {
    /// A file up to this size is read whole.
    pub whole: u64,
    /// The end of a larger file, which says where its columns are.
    pub end: u64,
}

const DISK: ReadSizes = ReadSizes {
    whole: 16 * 1024,
    end: 8 * 1024,
};
const STORE: ReadSizes = ReadSizes {
    whole: 256 * 1024,
    end: 32 * 1024,
};

/// A file of the lake that is being read.
pub(super) struct Opened<'a> {
    lake: &'a Lake,
    file: &'a DataFile,
    /// None on a store.
    disk: Option<File>,
}

impl Lake {
    /// Opens a file.
    pub(super) fn opened<'a>(&'a self, file: &'a DataFile) -> Result<Opened<'a>> {
        let mut opened = Opened {
            lake: self,
            file,
            disk: None,
        };
        if let Some(disk) = &self.disk {
            let path = disk.path_to_filesystem(&Path::from(file.path.as_str()));
            let path = path.map_err(|e| opened.unread(e))?;
            opened.disk = Some(File::open(path).map_err(|e| opened.unread_on_disk(e))?);
        }
        Ok(opened)
    }
}

impl Opened<'_> {
    /// How it is best asked for.
    pub(super) fn read_sizes(&self) -> ReadSizes {
        match self.disk {
            Some(_) => DISK,
            None => STORE,
        }
    }

    /// One range of its bytes.
    pub(super) async fn range(&self, range: Range<u64>) -> Result<Bytes> {
        let mut read = self.ranges(&[range]).await?;
        read.pop()
            .ok_or_else(|| Error::data(self.what()).cause("nothing was read"))
    }

    /// Several ranges of its bytes, in their order.
    pub(super) async fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if let Some(disk) = &self.disk {
            let read = ranges.iter().map(|range| read(disk, range));
            let read: std::io::Result<_> = read.collect();
            return read.map_err(|e| self.unread_on_disk(e));
        }
        let path = Path::from(self.file.path.as_str());
        let found = self.lake.store.get_ranges(&path, ranges).await;
        found.map_err(|e| self.unread(e))
    }

    fn what(&self) -> String {
        let (path, lake) = (&self.file.path, &self.lake.location);
        format!("cannot read {path} of the lake at {lake}")
    }

    fn lost(&self, fault: IntegrityFault) -> Error {
        let path = self.file.path.clone();
        Damage { path, fault }.error()
    }

    fn unread_on_disk(&self, error: std::io::Error) -> Error {
        match error.kind() {
            ErrorKind::NotFound => self.lost(IntegrityFault::Missing),
            ErrorKind::UnexpectedEof => self.lost(IntegrityFault::Short),
            _ => Error::data(self.what())
                .cause(error)
                .hint("check the disk, and that the file may be read, then run again"),
        }
    }

    fn unread(&self, error: object_store::Error) -> Error {
        match error {
            object_store::Error::NotFound { .. } => self.lost(IntegrityFault::Missing),
            error => store_error(self.what(), error),
        }
    }
}

/// Reads a range, all of it.
fn read(mut disk: &File, range: &Range<u64>) -> std::io::Result<Bytes> {
    let wanted = range.end.saturating_sub(range.start);
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
    disk.seek(SeekFrom::Start(range.start))?;
    let read = disk.take(wanted).read_to_end(&mut bytes)?;
    match read as u64 == wanted {
        true => Ok(bytes.into()),
        false => Err(ErrorKind::UnexpectedEof.into()),
    }
}
