//! Lines that could not be used, on their way to the table of rejects: in the temporary folder, some
//! bytes a line, so that no number of them fills the memory.

use super::rejected_line::RejectedLine;
use crate::decode::RejectReason;
use crate::error::{Context, Error, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that stay in memory: most pulls reject a few lines, which need no file.
const HELD: usize = 1 << 20;

/// The rejects of one pull.
#[derive(Debug)]
pub(crate) struct RejectSpool {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Source and name of each file.
    files: Vec<(String, String)>,
    blocks: Vec<Block>,
    file: Option<File>,
    /// Bytes in the file; those held follow them.
    written: u64,
    held: Vec<u8>,
    reasons: Vec<RejectReason>,
    columns: Vec<String>,
}

/// Rejects of one file that were found together, by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    /// The file's number.
    file: usize,
    first_line: u64,
    at: u64,
    bytes: usize,
    lines: usize,
}

/// Rejects of one file, read back.
pub(crate) struct FoundRejects {
    /// The file's source.
    pub source: String,
    /// Its name.
    pub file: String,
    /// The lines, in their order.
    pub lines: Vec<RejectedLine>,
}

impl RejectSpool {
    /// An empty spool; `folder` is where it may write.
    pub(crate) fn new(folder: &Path) -> Self {
        RejectSpool {
            path: folder.join("rejects"),
            inner: Mutex::default(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        // A worker that panicked has failed the pull; what it left is not read.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a file that is about to be read.
    pub(crate) fn number(&self, source: &str, file: &str) -> usize {
        let mut inner = self.locked();
        inner.files.push((source.to_string(), file.to_string()));
        inner.files.len() - 1
    }

    /// The source and name of every file that has a number.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        self.locked().files.clone()
    }

    /// Adds lines of a file that lie between those of other calls, in any order.
    ///
    /// # Errors
    /// Data: the temporary folder cannot be written to.
    pub(crate) fn add(&self, file: usize, mut lines: Vec<RejectedLine>) -> Result<()> {
        lines.sort_unstable();
        let Some(first) = lines.first() else {
            return Ok(());
        };
        let first_line = first.line;
        let mut inner = self.locked();
        let before = inner.held.len();
        inner.encode(&lines);
        let block = Block {
            file,
            first_line,
            at: inner.written + before as u64,
            bytes: inner.held.len() - before,
            lines: lines.len(),
        };
        inner.blocks.push(block);
        if inner.held.len() > HELD {
            inner.spill(&self.path).map_err(|e| {
                e.hint("free room on the disk, or name another folder with --temp-dir")
            })?;
        }
        Ok(())
    }

    /// Shows all lines, file by file and in their order, some thousands at a time.
    ///
    /// # Errors
    /// Data: what was written cannot be read back.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Result<FoundRejects>> {
        let mut order: Vec<usize> = Vec::new();
        {
            let inner = self.locked();
            order.extend(0..inner.blocks.len());
            order.sort_unstable_by_key(|at| {
                let block = inner.blocks[*at];
                (&inner.files[block.file], block.first_line, block.at)
            });
        }
        order.into_iter().map(|at| {
            let mut inner = self.locked();
            let block = inner.blocks[at];
            let bytes = inner.bytes(&block).data(|| self.lost())?;
            let lines = inner.decode(&bytes, block.lines);
            let (source, file) = inner.files[block.file].clone();
            let lines = lines.ok_or_else(|| Error::data(self.lost()))?;
            Ok(FoundRejects {
                source,
                file,
                lines,
            })
        })
    }

    fn lost(&self) -> String {
        format!("cannot read back {}", self.path.display())
    }
}

impl Inner {
    /// Appends `lines`, which are in their order, to the bytes that are held.
    fn encode(&mut self, lines: &[RejectedLine]) {
        let (mut line, mut start) = (0, 0);
        for one in lines {
            let reason = place(
                &mut self.reasons,
                |known| *known == one.reason,
                || one.reason,
            );
            let column = one.column.as_ref().map_or(0, |name| {
                1 + place(&mut self.columns, |known| known == name, || name.clone())
            });
            let numbers = [
                one.line.wrapping_sub(line),
                one.start.wrapping_sub(start),
                one.end.wrapping_sub(one.start),
                reason as u64,
                column as u64,
            ];
            for number in numbers {
                write_number(&mut self.held, number);
            }
            (line, start) = (one.line, one.start);
        }
    }

    /// The lines of a block; None when its bytes are no such.
    fn decode(&self, mut bytes: &[u8], lines: usize) -> Option<Vec<RejectedLine>> {
        let (mut line, mut start) = (0u64, 0u64);
        let mut found = Vec::with_capacity(lines);
        for _ in 0..lines {
            let mut next = || read_number(&mut bytes);
            line = line.wrapping_add(next()?);
            start = start.wrapping_add(next()?);
            let (length, reason, column) = (next()?, next()?, next()?);
            let column = match usize::try_from(column).ok()? {
                0 => None,
                at => Some(self.columns.get(at - 1)?.clone()),
            };
            found.push(RejectedLine {
                line,
                start,
                end: start.wrapping_add(length),
                reason: *self.reasons.get(usize::try_from(reason).ok()?)?,
                column,
            });
        }
        Some(found)
    }

    fn spill(&mut self, path: &Path) -> Result<()> {
        let cannot = || format!("cannot write to the temporary folder {}", path.display());
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(
                File::options()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .open(path)
                    .data(cannot)?,
            ),
        };
        file.seek(SeekFrom::Start(self.written)).data(cannot)?;
        file.write_all(&self.held).data(cannot)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }

    fn bytes(&mut self, block: &Block) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; block.bytes];
        match (block.at.checked_sub(self.written), &mut self.file) {
            (Some(at), _) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let held = self.held.get(at..).and_then(|rest| rest.get(..block.bytes));
                bytes.copy_from_slice(held.ok_or(std::io::ErrorKind::UnexpectedEof)?);
            }
            (None, Some(file)) => {
                file.seek(SeekFrom::Start(block.at))?;
                file.read_exact(&mut bytes)?;
            }
            (None, None) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
        }
        Ok(bytes)
    }
}

/// The place of a name in a list of few, to which it is added when it is new.
fn place<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    list.iter().position(is).unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    })
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: u64, column: Option<&str>) -> RejectedLine {
        RejectedLine {
            line,
            start: line * 1000,
            end: line * 1000 + line % 700,
            reason: if line.is_multiple_of(3) {
                RejectReason::NotJson
            } else {
                RejectReason::NoId
            },
            column: column.map(str::to_string),
        }
    }

    #[test]
    fn lines_come_back_file_by_file_and_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let spool = RejectSpool::new(folder.path());
        let second = spool.number("record", "b");
        let first = spool.number("record", "a");
        let unread = spool.number("extracts", "c");
        let far = u64::from(u32::MAX) * 7;
        spool
            .add(second, vec![line(9, None), line(2, Some("code"))])
            .unwrap();
        spool.add(first, vec![line(far, None)]).unwrap();
        spool
            .add(first, vec![line(1, Some("unit")), line(3, Some("code"))])
            .unwrap();
        spool.add(unread, Vec::new()).unwrap();
        let found: Vec<(String, Vec<RejectedLine>)> = spool
            .blocks()
            .map(|block| block.map(|b| (b.source + "/" + &b.file, b.lines)).unwrap())
            .collect();
        assert_eq!(
            found,
            [
                (
                    "record/a".into(),
                    vec![line(1, Some("unit")), line(3, Some("code"))]
                ),
                ("record/a".into(), vec![line(far, None)]),
                (
                    "record/b".into(),
                    vec![line(2, Some("code")), line(9, None)]
                ),
            ]
        );
        assert_eq!(spool.files().len(), 3);
        assert!(!folder.path().join("rejects").exists(), "few need no file");
    }

    #[test]
    fn any_number_of_lines_takes_little_memory() {
        let folder = tempfile::tempdir().unwrap();
        let spool = RejectSpool::new(folder.path());
        let file = spool.number("record", "a");
        let (blocks, each) = (200u64, 5_000u64);
        for block in (0..blocks).rev() {
            let first = 1 + block * each;
            let lines = (first..first + each).map(|n| line(n, None)).collect();
            spool.add(file, lines).unwrap();
            assert!(spool.locked().held.capacity() <= 4 * HELD);
        }
        assert!(folder.path().join("rejects").metadata().unwrap().len() > HELD as u64);
        let mut next = 1;
        for block in spool.blocks() {
            for found in block.unwrap().lines {
                assert_eq!(found, line(next, None));
                next += 1;
            }
        }
        assert_eq!(next, blocks * each + 1);
    }
}
