//! Bytes as they come are cut into pieces of whole lines, the same wherever they are torn.

use super::file_piece::{FilePiece, LineEnds, buffer};
use crate::decode::csv::whole_records;
use std::io::{self, Read};

/// The longest line that is read; a longer one is rejected.
pub(crate) const LONGEST_LINE: usize = 64 * 1024 * 1024;
/// Carriage returns in a row after which no line feed is waited for.
const MOST_RETURNS: usize = 8;
/// Bytes of a line too long to read that are passed over at once.
const SKIP: usize = 64 * 1024;

/// Cuts a file into pieces. A piece is cut off when something follows it, so that the last one is
/// known to be the last.
#[derive(Debug)]
pub(crate) struct LineSplitter {
    ends: LineEnds,
    /// Whether a carriage return alone ends a line; not known before the end of the first.
    returns: Option<bool>,
    /// What came and was not cut off.
    held: Vec<u8>,
    /// Bytes of it that hold no end of a line.
    looked: usize,
    /// Bytes that are held when an end is looked for next.
    due: usize,
    /// Where what is held begins, and its first line.
    offset: u64,
    line: u64,
    piece: usize,
    longest: usize,
    /// Bytes of a line too long to read that are gone already.
    skipped: Option<u64>,
}

impl LineSplitter {
    /// Begins at byte `offset`, which opens line `line`; pieces have about `piece` bytes.
    pub(crate) fn new(offset: u64, line: u64, piece: usize, ends: LineEnds) -> Self {
        LineSplitter {
            ends,
            returns: matches!(ends, LineEnds::Csv(_)).then_some(false),
            held: buffer(),
            looked: 0,
            due: piece,
            offset,
            line,
            piece,
            longest: LONGEST_LINE,
            skipped: None,
        }
    }

    /// Takes bytes in; gives the pieces that are whole now.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Vec<FilePiece> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            if let Some(skipped) = self.skipped {
                let Some(end) = memchr::memchr(self.line_end(), bytes) else {
                    self.skipped = Some(skipped + bytes.len() as u64);
                    return pieces;
                };
                pieces.push(self.too_long(skipped + end as u64, 1));
                bytes = &bytes[end + 1..];
                continue;
            }
            let (now, later) = bytes.split_at(self.room(bytes));
            self.held.extend_from_slice(now);
            bytes = later;
            pieces.extend(self.next_piece());
        }
        pieces
    }

    /// Reads about a piece from `reader`, without a copy between; gives the pieces that are whole
    /// now, or None when nothing more comes.
    pub(crate) fn read(&mut self, reader: &mut dyn Read) -> io::Result<Option<Vec<FilePiece>>> {
        if self.skipped.is_some() {
            let mut bytes = Vec::with_capacity(SKIP);
            reader.take(SKIP as u64).read_to_end(&mut bytes)?;
            return Ok((!bytes.is_empty()).then(|| self.feed(&bytes)));
        }
        // A line longer than a piece is read in ever larger steps: each is looked at from its start
        // where quotes count.
        let held = self.held.len();
        let step = self.due.saturating_sub(held).max(held);
        let step = step.min(self.longest.saturating_sub(held)).max(1);
        self.held.reserve(step);
        let read = reader.take(step as u64).read_to_end(&mut self.held)?;
        Ok((read > 0).then(|| self.next_piece().into_iter().collect()))
    }

    /// How much of `bytes` is taken in at once: never far above a piece, whatever the size of what
    /// arrives. A line that is longer than a piece is taken to its end.
    fn room(&self, bytes: &[u8]) -> usize {
        let held = self.held.len();
        let room = match self.ends {
            LineEnds::Lines if held >= self.piece => {
                let end = memchr::memchr2(b'\n', b'\r', bytes);
                end.map_or(bytes.len(), |end| end + 1)
            }
            _ => self.due.saturating_sub(held),
        };
        let most = self.longest.saturating_sub(held);
        room.min(most).max(1).min(bytes.len())
    }

    /// Cuts off the whole lines when enough is held; gives up a line that is too long.
    fn next_piece(&mut self) -> Option<FilePiece> {
        if self.held.len() < self.due {
            return None;
        }
        // The last byte stays, so that something follows.
        let upto = self.held.len() - 1;
        let whole = self.whole_lines(upto);
        if whole > 0 {
            return Some(self.cut(whole, false));
        }
        if self.held.len() >= self.longest {
            self.skipped = Some(self.held.len() as u64);
            self.returns.get_or_insert(false);
            self.held = Vec::new();
            (self.looked, self.due) = (0, self.piece);
            return None;
        }
        self.due = match self.ends {
            LineEnds::Lines => self.held.len() + 1,
            LineEnds::Csv(_) => (2 * self.held.len()).min(self.longest),
        };
        None
    }

    /// Bytes of the whole lines among the first `upto` that are held.
    fn whole_lines(&mut self, upto: usize) -> usize {
        if let LineEnds::Csv(dialect) = self.ends {
            return whole_records(self.held.get(..upto).unwrap_or_default(), dialect);
        }
        if self.returns.is_none() {
            self.learn_end();
        }
        if self.returns.is_none() {
            return 0;
        }
        let new = self.held.get(self.looked..upto).unwrap_or_default();
        match memchr::memrchr(self.line_end(), new) {
            Some(end) => self.looked + end + 1,
            None => {
                self.looked = self.looked.max(upto);
                0
            }
        }
    }

    /// Learns from the end of the first line how lines end.
    fn learn_end(&mut self) {
        let new = self.held.get(self.looked..).unwrap_or_default();
        let Some(first) = memchr::memchr2(b'\n', b'\r', new) else {
            self.looked = self.held.len();
            return;
        };
        self.looked += first;
        let run = new[first..].iter().take_while(|byte| **byte == b'\r');
        let run = run.take(MOST_RETURNS).count();
        self.returns = match new.get(first + run) {
            _ if run == MOST_RETURNS => Some(true),
            None => None,
            Some(next) => Some(*next != b'\n'),
        };
    }

    fn line_end(&self) -> u8 {
        match self.returns {
            Some(true) => b'\r',
            _ => b'\n',
        }
    }

    /// The whole lines that are held, for when nothing follows at once.
    pub(crate) fn whole(&mut self) -> Option<FilePiece> {
        let whole = self.whole_lines(self.held.len());
        (whole > 0).then(|| self.cut(whole, false))
    }

    /// The line that has no end yet.
    pub(crate) fn open_line(&self) -> &[u8] {
        &self.held
    }

    /// Whether the line that has no end yet is too long to read.
    pub(crate) fn in_too_long(&self) -> bool {
        self.skipped.is_some()
    }

    /// What is held when the file has ended.
    pub(crate) fn last(&mut self) -> Option<FilePiece> {
        if let Some(skipped) = self.skipped {
            return Some(self.too_long(skipped, 0));
        }
        if self.returns.is_none() {
            self.learn_end();
        }
        // Nothing follows a carriage return that is still open.
        self.returns.get_or_insert(true);
        (!self.held.is_empty()).then(|| self.cut(self.held.len(), true))
    }

    /// Cuts off the first `length` bytes, which are whole lines, the `last` of the file or not.
    fn cut(&mut self, length: usize, last: bool) -> FilePiece {
        let mut rest = buffer();
        rest.extend_from_slice(self.held.get(length..).unwrap_or_default());
        self.held.truncate(length);
        let mut bytes = std::mem::replace(&mut self.held, rest);
        if self.returns == Some(true) {
            end_with_feeds(&mut bytes);
        }
        let feeds = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let piece = FilePiece {
            offset: self.offset,
            end: self.offset + bytes.len() as u64,
            first_line: self.line,
            feeds,
            last,
            too_long: None,
            bytes,
        };
        self.looked = 0;
        self.due = self.piece.max(self.held.len() + 1);
        self.offset = piece.end;
        self.line += feeds;
        piece
    }

    fn too_long(&mut self, length: u64, line_end: u64) -> FilePiece {
        let piece = FilePiece {
            bytes: Vec::new(),
            offset: self.offset,
            end: self.offset + length + line_end,
            first_line: self.line,
            feeds: 0,
            last: false,
            too_long: Some(length),
        };
        self.offset = piece.end;
        self.line += 1;
        self.skipped = None;
        piece
    }
}

/// Ends lines with line feeds that end with carriage returns.
pub(crate) fn end_with_feeds(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte == b'\r' {
            *byte = b'\n';
        }
    }
}

#[cfg(test)]
mod tests;
