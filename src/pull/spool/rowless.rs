//! Versions of records that have no row in a table. A view with a narrow `where` may have far more of
//! them than rows, so that they too go to the temporary folder.

use crate::error::{Context, Error, Result};
use crate::pull::version::RecordVersion;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::PathBuf;

/// Versions that stay in memory: 32 MB.
const HELD: usize = 1 << 20;

/// Versions without a row, of one table.
#[derive(Debug, Default)]
pub(super) struct Rowless {
    held: Vec<RecordVersion>,
    /// Files of those that had no room.
    spilled: Vec<PathBuf>,
}

impl Rowless {
    /// Adds versions; `path` gives a new file's place.
    pub(super) fn add(
        &mut self,
        versions: Vec<RecordVersion>,
        path: impl FnOnce() -> PathBuf,
    ) -> Result<()> {
        self.held.extend(versions);
        if self.held.len() < HELD {
            return Ok(());
        }
        let path = path();
        let cannot = || format!("cannot write to the temporary folder {}", path.display());
        let full =
            |e: Error| e.hint("free room on the disk, or name another folder with --temp-dir");
        let mut file = BufWriter::new(File::create(&path).data(cannot)?);
        for version in self.held.drain(..) {
            file.write_all(&version.to_bytes())
                .data(cannot)
                .map_err(full)?;
        }
        file.flush().data(cannot).map_err(full)?;
        self.spilled.push(path);
        Ok(())
    }

    /// Shows each of them.
    pub(super) fn each(&self, mut show: impl FnMut(RecordVersion)) -> Result<()> {
        for path in &self.spilled {
            let cannot = || format!("cannot read back {}", path.display());
            let mut file = BufReader::new(File::open(path).data(cannot)?);
            let mut bytes = [0; RecordVersion::BYTES];
            loop {
                match file.read_exact(&mut bytes) {
                    Ok(()) => show(RecordVersion::from_bytes(&bytes)),
                    Err(e) if e.kind() == ErrorKind::UnexpectedEof => break,
                    Err(e) => return Err(e).data(cannot),
                }
            }
        }
        self.held.iter().for_each(|version| show(*version));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::RecordKey;
    use crate::pull::version::{Digest, Micros, Version};

    #[test]
    fn versions_come_back_from_the_disk_and_from_memory() {
        let folder = tempfile::tempdir().unwrap();
        let mut rowless = Rowless::default();
        let one = |n: i64| RecordVersion {
            record: RecordKey::new(n),
            version: Version::from((Micros::at(n - 7), Digest::of_line(i64::MIN + n))),
        };
        let each = 100_000;
        for block in 0..25 {
            let versions = (block * each..(block + 1) * each).map(one).collect();
            let path = || folder.path().join(format!("{block}"));
            rowless.add(versions, path).unwrap();
            assert!(rowless.held.len() < HELD);
        }
        assert_eq!(rowless.spilled.len(), 2);
        let mut next = 0;
        rowless
            .each(|version| {
                assert_eq!(version, one(next));
                next += 1;
            })
            .unwrap();
        assert_eq!(next, 25 * each);
    }
}
