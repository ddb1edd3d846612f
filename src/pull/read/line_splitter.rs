//! Reading a file as chunks of whole lines, with the place of each in the file.

use super::json_document;
use crate::decode::csv::{Dialect, first_records, whole_records};
use crate::error::{Context, Error, Result};
use crate::pull::discover::source_file::{Origin, SourceFile};
use crate::regular_file;
use flate2::read::MultiGzDecoder;
use std::io::{BufReader, Read};
use std::sync::{Mutex, PoisonError};

/// Bytes of a chunk: large enough that work outweighs the hand-over.
const CHUNK: usize = 4 * 1024 * 1024;
/// The longest line that is read; a longer one is rejected.
pub(crate) const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// A piece of a file.
#[derive(Debug)]
pub(crate) struct FilePiece {
    /// Whole lines.
    pub bytes: Vec<u8>,
    /// Where they begin in the decompressed file.
    pub offset: u64,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// Whether nothing follows.
    pub last: bool,
    /// Whether this is one line too long to read: then `bytes` is empty and this is its length.
    pub too_long: Option<u64>,
}

/// Buffers that were worked off, for the next pieces: fresh memory costs more than what is read
/// into it.
static BUFFERS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
/// Buffers that are kept.
const KEPT: usize = 16;

fn buffer() -> Vec<u8> {
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    buffers.pop().unwrap_or_default()
}

impl Drop for FilePiece {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.capacity() > 0 && bytes.capacity() <= 2 * CHUNK {
            bytes.clear();
            let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
            if buffers.len() < KEPT {
                buffers.push(bytes);
            }
        }
    }
}

/// Lines that are worked on together: what becomes of a line may take more memory than the line.
pub(crate) const MOST_LINES: usize = 64 * 1024;

impl FilePiece {
    /// The parts of at most [`MOST_LINES`] lines or records: place, first line, bytes, and whether
    /// nothing follows in the file.
    pub(crate) fn parts(&self, form: LineEnds) -> impl Iterator<Item = (u64, u64, &[u8], bool)> {
        let (mut at, mut line) = (0, self.first_line);
        std::iter::from_fn(move || {
            let rest = self.bytes.get(at..).filter(|rest| !rest.is_empty())?;
            let length = match form {
                LineEnds::Lines => first_lines(rest, MOST_LINES),
                LineEnds::Csv(dialect) => first_records(rest, MOST_LINES, dialect),
            };
            let last = self.last && length == rest.len();
            let part = (self.offset + at as u64, line, &rest[..length], last);
            at += length;
            line += memchr::memchr_iter(b'\n', part.2).count() as u64;
            Some(part)
        })
    }
}

/// Bytes of the first `most` lines.
pub(crate) fn first_lines(bytes: &[u8], most: usize) -> usize {
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    ends.nth(most - 1).map_or(bytes.len(), |end| end + 1)
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// At every newline.
    Lines,
    /// At every newline outside quotes.
    Csv(Dialect),
}

/// Opens a file, through gzip when its first bytes say so.
pub(crate) fn open(file: &SourceFile) -> Result<Box<dyn Read + Send>> {
    let cannot = || format!("{} cannot be read", file.origin);
    let path = match &file.origin {
        Origin::Folder(path) => path,
        Origin::Store(_, object) => return unpacked(object.open()).data(cannot),
    };
    let opened = regular_file::open(path)
        .data(cannot)
        .map_err(|e| e.hint("let this account read the file; nothing was committed"))?;
    // What is added while it is read makes it another file, which the next pull reads whole: one that
    // grows as fast as it is read would have no end.
    unpacked(opened.take(file.size)).data(cannot)
}

/// The bytes of `reader`, through gzip when the first of them say so.
pub(crate) fn unpacked(
    mut reader: impl Read + Send + 'static,
) -> std::io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(2);
    reader.by_ref().take(2).read_to_end(&mut magic)?;
    let packed = magic == [0x1f, 0x8b];
    let whole = std::io::Cursor::new(magic).chain(reader);
    Ok(if packed {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(
            1 << 18,
            whole,
        )))
    } else {
        Box::new(whole)
    })
}

/// Reads bytes piece by piece; `take` gets each, and stops the reading with an error. `name` is what
/// errors call them.
pub(crate) fn pieces(
    mut reader: Box<dyn Read + Send>,
    name: &str,
    form: LineEnds,
    mut take: impl FnMut(FilePiece) -> Result<()>,
) -> Result<()> {
    if form == LineEnds::Lines {
        let read = json_document::unfolded(reader);
        reader = read.data(|| format!("{name} cannot be read"))?;
    }
    let mut splitter = Splitter {
        reader,
        name,
        form,
        held: buffer(),
        offset: 0,
        line: 1,
    };
    loop {
        let (piece, ended) = splitter.next()?;
        if let Some(piece) = piece {
            take(piece)?;
        }
        if ended {
            return Ok(());
        }
    }
}

/// Bytes that are cut into pieces.
struct Splitter<'a> {
    reader: Box<dyn Read + Send>,
    name: &'a str,
    form: LineEnds,
    /// What was read and not cut off.
    held: Vec<u8>,
    /// Where that begins, and its first line.
    offset: u64,
    line: u64,
}

impl Splitter<'_> {
    /// The next piece, if there is something in it, and whether it is the last.
    fn next(&mut self) -> Result<(Option<FilePiece>, bool)> {
        let mut wanted = CHUNK.max(self.held.len() + 1);
        loop {
            let ended = self.fill(wanted)?;
            let whole = match (ended, self.form) {
                (true, _) => self.held.len(),
                (false, LineEnds::Lines) => memchr::memrchr(b'\n', &self.held).map_or(0, |i| i + 1),
                (false, LineEnds::Csv(dialect)) => whole_records(&self.held, dialect),
            };
            if whole > 0 || ended {
                return Ok((self.cut(whole, ended), ended));
            }
            if wanted >= LONGEST_LINE {
                return Ok((Some(self.too_long()?), false));
            }
            wanted *= 2;
        }
    }

    /// Reads until `wanted` bytes are held; gives whether there are no more.
    fn fill(&mut self, wanted: usize) -> Result<bool> {
        let missing = wanted.saturating_sub(self.held.len());
        self.held.reserve(missing);
        let read = self
            .reader
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut self.held)
            .map_err(|e| {
                Error::data(format!("{} cannot be read to its end", self.name))
                    .cause(e)
                    .hint("the file is damaged or still being written; nothing was committed, run again when it is whole")
            })?;
        Ok(read < missing)
    }

    /// Cuts off the first `whole` bytes, which are whole lines, the `last` of the file or not.
    fn cut(&mut self, whole: usize, last: bool) -> Option<FilePiece> {
        let mut rest = buffer();
        rest.extend_from_slice(&self.held[whole..]);
        self.held.truncate(whole);
        let bytes = std::mem::replace(&mut self.held, rest);
        if bytes.is_empty() {
            return None;
        }
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let length = bytes.len() as u64;
        let piece = FilePiece {
            bytes,
            offset: self.offset,
            first_line: self.line,
            last,
            too_long: None,
        };
        self.offset += length;
        self.line += lines;
        Some(piece)
    }

    /// Passes over a line that is too long to read.
    fn too_long(&mut self) -> Result<FilePiece> {
        let (skipped, beyond) = skip_line(self.reader.as_mut(), self.name)?;
        let length = self.held.len() as u64 + skipped;
        let piece = FilePiece {
            bytes: Vec::new(),
            offset: self.offset,
            first_line: self.line,
            last: false,
            too_long: Some(length),
        };
        self.offset += length + 1;
        self.line += 1;
        self.held = beyond;
        Ok(piece)
    }
}

/// Reads past the end of a line that is too long; gives the bytes skipped before its newline and
/// what was read beyond it.
fn skip_line(reader: &mut dyn Read, name: &str) -> Result<(u64, Vec<u8>)> {
    let mut buffer = vec![0u8; 64 * 1024];
    let mut skipped = 0;
    loop {
        let read = reader
            .read(&mut buffer)
            .data(|| format!("{name} cannot be read to its end"))?;
        if let Some(end) = memchr::memchr(b'\n', &buffer[..read]) {
            return Ok((skipped + end as u64, buffer[end + 1..read].to_vec()));
        }
        if read == 0 {
            return Ok((skipped, Vec::new()));
        }
        skipped += read as u64;
    }
}
