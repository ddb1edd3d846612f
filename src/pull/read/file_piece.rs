//! A piece of a file: whole lines, and their place in it.

use crate::decode::csv::{Dialect, first_records};
use std::sync::{Mutex, PoisonError};

/// Bytes of a piece: large enough that work outweighs the hand-over.
pub(super) const PIECE: usize = 4 * 1024 * 1024;
/// Lines that are worked on together: what becomes of a line may take more memory than the line.
pub(crate) const MOST_LINES: usize = 64 * 1024;

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// At every line feed, after a carriage return or not; at every carriage return in a file whose
    /// first line ends with one alone.
    Lines,
    /// At every line feed outside quotes.
    Csv(Dialect),
}

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FilePiece {
    /// Whole lines, ended by line feeds; empty for a line that is too long.
    pub bytes: Vec<u8>,
    /// Where they begin in the decompressed file.
    pub offset: u64,
    /// Where they end, with the end of the last line.
    pub end: u64,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// Line feeds in `bytes`.
    pub feeds: u64,
    /// Whether nothing follows.
    pub last: bool,
    /// Whether this is one line too long to read: then `bytes` is empty and this is its length.
    pub too_long: Option<u64>,
}

impl FilePiece {
    /// The same in parts of at most [`MOST_LINES`] lines or records.
    pub(crate) fn parts(self, ends: LineEnds) -> impl Iterator<Item = FilePiece> {
        // A record has at least one line: few lines need no closer look.
        let is_small = self.feeds < MOST_LINES as u64;
        let (mut at, mut line, mut whole) = (0, self.first_line, Some(self));
        std::iter::from_fn(move || {
            if is_small {
                return whole.take();
            }
            let piece = whole.as_ref()?;
            let rest = piece.bytes.get(at..).unwrap_or_default();
            let length = match ends {
                LineEnds::Lines => first_lines(rest, MOST_LINES),
                LineEnds::Csv(dialect) => first_records(rest, MOST_LINES, dialect),
            };
            if at == 0 && length == rest.len() {
                return whole.take();
            }
            let bytes = rest.get(..length)?.to_vec();
            let feeds = memchr::memchr_iter(b'\n', &bytes).count() as u64;
            let part = FilePiece {
                offset: piece.offset + at as u64,
                end: piece.offset + (at + length) as u64,
                first_line: line,
                feeds,
                last: piece.last && length == rest.len(),
                too_long: None,
                bytes,
            };
            at += length;
            line += feeds;
            if length == rest.len() {
                whole = None;
            }
            Some(part)
        })
    }

    /// Moves the piece behind a header of so many bytes and lines.
    pub(crate) fn behind(&mut self, bytes: u64, lines: u64) {
        self.offset += bytes;
        self.end += bytes;
        self.first_line += lines;
    }
}

/// Bytes of the first `most` lines.
fn first_lines(bytes: &[u8], most: usize) -> usize {
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    ends.nth(most - 1).map_or(bytes.len(), |end| end + 1)
}

/// Buffers that were worked off, for the next pieces: fresh memory costs more than what is read
/// into it.
static BUFFERS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
/// Buffers that are kept.
const KEPT: usize = 16;

/// An empty buffer, one that was worked off where there is one.
pub(super) fn buffer() -> Vec<u8> {
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    buffers.pop().unwrap_or_default()
}

impl Drop for FilePiece {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.capacity() > PIECE / 2 && bytes.capacity() <= 2 * PIECE {
            bytes.clear();
            let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
            if buffers.len() < KEPT {
                buffers.push(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_very_many_lines_is_cut_further() {
        let lines = 3 * MOST_LINES + 7;
        let piece = FilePiece {
            bytes: "{}\n".repeat(lines).into_bytes(),
            offset: 90,
            end: 90 + 3 * lines as u64,
            first_line: 31,
            feeds: lines as u64,
            last: true,
            too_long: None,
        };
        let parts: Vec<FilePiece> = piece.parts(LineEnds::Lines).collect();
        let (mut at, mut line) = (90, 31);
        for part in &parts {
            assert_eq!((part.offset, part.first_line), (at, line));
            at = part.end;
            line += (part.bytes.len() / 3) as u64;
        }
        assert_eq!((at, line), (90 + 3 * lines as u64, 31 + lines as u64));
        let last: Vec<bool> = parts.iter().map(|part| part.last).collect();
        assert_eq!(last, [false, false, false, true]);
    }

    #[test]
    fn a_line_too_long_is_one_part() {
        let piece = FilePiece {
            bytes: Vec::new(),
            offset: 3,
            end: 10,
            first_line: 2,
            feeds: 0,
            last: false,
            too_long: Some(6),
        };
        let parts = piece.parts(LineEnds::Csv(Dialect::default()));
        let parts: Vec<_> = parts.map(|part| (part.too_long, part.end)).collect();
        assert_eq!(parts, [(Some(6), 10)]);
    }
}
