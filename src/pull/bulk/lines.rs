//! Bytes as they arrive become pieces of whole lines.

use crate::pull::read::line_splitter::{LONGEST_LINE, MOST_LINES, first_lines};

/// A piece of a file: whole lines, or a line too long to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CutLines {
    /// Whole lines; empty for a line that is too long.
    pub bytes: Vec<u8>,
    /// Where it begins in the decompressed file.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// Whether this is one line too long to read.
    pub too_long: bool,
}

impl CutLines {
    /// The same in parts of at most [`MOST_LINES`] lines.
    pub(super) fn parts(mut self) -> impl Iterator<Item = CutLines> {
        let mut whole = Some(());
        std::iter::from_fn(move || {
            let length = first_lines(&self.bytes, MOST_LINES);
            if length >= self.bytes.len() {
                whole.take()?;
                return Some(std::mem::replace(&mut self, CutLines::empty()));
            }
            let rest = self.bytes.split_off(length);
            let bytes = std::mem::replace(&mut self.bytes, rest);
            let part = CutLines {
                start: self.start,
                end: self.start + bytes.len() as u64,
                first_line: self.first_line,
                too_long: false,
                bytes,
            };
            self.start = part.end;
            self.first_line += MOST_LINES as u64;
            Some(part)
        })
    }

    fn empty() -> CutLines {
        CutLines {
            bytes: Vec::new(),
            start: 0,
            end: 0,
            first_line: 0,
            too_long: false,
        }
    }
}

/// Cuts a file into pieces.
#[derive(Debug)]
pub(super) struct Lines {
    held: Vec<u8>,
    start: u64,
    line: u64,
    piece: usize,
    longest: usize,
    /// Bytes of a line too long to read that are gone already.
    skipped: Option<u64>,
}

impl Lines {
    /// Begins at byte `start`, which opens line `line`; pieces have about `piece` bytes.
    pub(super) fn new(start: u64, line: u64, piece: usize) -> Self {
        Lines {
            held: Vec::new(),
            start,
            line,
            piece,
            longest: LONGEST_LINE,
            skipped: None,
        }
    }

    /// Takes bytes in; gives the pieces that are whole now.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Vec<CutLines> {
        let mut cuts = Vec::new();
        while !bytes.is_empty() {
            if let Some(skipped) = self.skipped {
                let Some(end) = memchr::memchr(b'\n', bytes) else {
                    self.skipped = Some(skipped + bytes.len() as u64);
                    return cuts;
                };
                cuts.push(self.too_long(skipped + end as u64, 1));
                bytes = &bytes[end + 1..];
                continue;
            }
            let room = self.room(bytes);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            let before = self.held.len();
            self.held.extend_from_slice(now);
            bytes = later;
            if self.held.len() < self.piece {
                continue;
            }
            // Only what is new can hold the last line end of a piece that had none.
            match memchr::memrchr(b'\n', &self.held[before.min(self.held.len())..]) {
                Some(end) => cuts.push(self.cut(before + end + 1)),
                None => {
                    // What was as long as a piece before had no line end, or it would be cut.
                    let before = &self.held[..if before < self.piece { before } else { 0 }];
                    if let Some(end) = memchr::memrchr(b'\n', before) {
                        cuts.push(self.cut(end + 1));
                    } else if self.held.len() >= self.longest {
                        self.skipped = Some(self.held.len() as u64);
                        self.held = Vec::new();
                    }
                }
            }
        }
        cuts
    }

    /// How much of `bytes` is taken in at once: never far above a piece, whatever the size of what
    /// arrives. A line that is longer than a piece is taken to its end, since only there it is cut.
    fn room(&self, bytes: &[u8]) -> usize {
        match self.piece.checked_sub(self.held.len()) {
            Some(room) if room > 0 => room,
            _ => {
                let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
                end.min(self.longest.saturating_sub(self.held.len()).max(1))
            }
        }
    }

    /// The whole lines that are held, for when nothing follows at once.
    pub(super) fn whole(&mut self) -> Option<CutLines> {
        let end = memchr::memrchr(b'\n', &self.held)?;
        Some(self.cut(end + 1))
    }

    /// The line that has no end yet.
    pub(super) fn open_line(&self) -> &[u8] {
        &self.held
    }

    /// Whether the line that has no end yet is too long to read.
    pub(super) fn in_too_long(&self) -> bool {
        self.skipped.is_some()
    }

    /// The last line of a file that does not end with a line end.
    pub(super) fn last(&mut self) -> Option<CutLines> {
        if let Some(skipped) = self.skipped {
            return Some(self.too_long(skipped, 0));
        }
        (!self.held.is_empty()).then(|| self.cut(self.held.len()))
    }

    fn cut(&mut self, length: usize) -> CutLines {
        let rest = self.held.split_off(length);
        let bytes = std::mem::replace(&mut self.held, rest);
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let cut = CutLines {
            start: self.start,
            end: self.start + bytes.len() as u64,
            first_line: self.line,
            too_long: false,
            bytes,
        };
        self.start = cut.end;
        self.line += lines;
        cut
    }

    fn too_long(&mut self, length: u64, line_end: u64) -> CutLines {
        let cut = CutLines {
            bytes: Vec::new(),
            start: self.start,
            end: self.start + length + line_end,
            first_line: self.line,
            too_long: true,
        };
        self.start = cut.end;
        self.line += 1;
        self.skipped = None;
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], piece: usize, step: usize, longest: usize) -> Vec<CutLines> {
        let mut lines = Lines::new(0, 1, piece);
        lines.longest = longest;
        let mut cuts = Vec::new();
        for part in text.chunks(step) {
            cuts.extend(lines.feed(part));
        }
        cuts.extend(lines.whole());
        cuts.extend(lines.last());
        cuts
    }

    #[test]
    fn pieces_are_whole_lines_and_nothing_is_lost() {
        let text = b"one\ntwo\n\nthree and more\nfour\nlast".to_vec();
        for piece in [1, 4, 9, 100] {
            for step in [1, 3, 100] {
                let cuts = all(&text, piece, step, 1000);
                let joined: Vec<u8> = cuts.iter().flat_map(|c| c.bytes.clone()).collect();
                assert_eq!(joined, text);
                let (mut at, mut line) = (0, 1);
                for cut in &cuts {
                    assert_eq!((cut.start, cut.first_line), (at, line));
                    at = cut.end;
                    line += cut.bytes.iter().filter(|b| **b == b'\n').count() as u64;
                }
                let (_, before) = cuts.split_last().unwrap();
                assert!(before.iter().all(|c| c.bytes.ends_with(b"\n")));
            }
        }
    }

    #[test]
    fn a_line_longer_than_a_piece_is_looked_at_once() {
        // Byte by byte, and each time from its start, 8 MiB would take hours.
        let mut lines = Lines::new(0, 1, 8 * 1024);
        let part = vec![b'x'; 16 * 1024];
        for _ in 0..512 {
            assert!(lines.feed(&part).is_empty());
        }
        let cuts = lines.feed(b"\nnext");
        assert_eq!(cuts.len(), 1);
        assert_eq!(cuts[0].bytes.len(), 8 * 1024 * 1024 + 1);
        assert_eq!(lines.open_line(), b"next");
    }

    #[test]
    fn a_piece_of_very_many_lines_is_cut_further() {
        let lines = 3 * MOST_LINES + 7;
        let cut = CutLines {
            bytes: "{}\n".repeat(lines).into_bytes(),
            start: 90,
            end: 90 + 3 * lines as u64,
            first_line: 31,
            too_long: false,
        };
        let parts: Vec<CutLines> = cut.parts().collect();
        assert_eq!(parts.len(), 4);
        let (mut at, mut line) = (90, 31);
        for part in &parts {
            assert_eq!((part.start, part.first_line), (at, line));
            at = part.end;
            line += (part.bytes.len() / 3) as u64;
        }
        assert_eq!((at, line), (90 + 3 * lines as u64, 31 + lines as u64));
        let long = CutLines {
            too_long: true,
            end: 7,
            ..CutLines::empty()
        };
        assert_eq!(
            long.parts()
                .map(|c| (c.too_long, c.end))
                .collect::<Vec<_>>(),
            [(true, 7)]
        );
    }

    #[test]
    fn a_line_too_long_is_passed_over() {
        let text = b"one\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\ntwo\nbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
        for step in [1, 7, 100] {
            let cuts = all(text, 4, step, 16);
            let long: Vec<_> = cuts.iter().filter(|c| c.too_long).collect();
            let places: Vec<_> = long
                .iter()
                .map(|c| (c.start, c.end, c.first_line))
                .collect();
            assert_eq!(places, [(4, 35, 2), (39, 67, 4)]);
            let read: Vec<u8> = cuts.iter().flat_map(|c| c.bytes.clone()).collect();
            assert_eq!(read, b"one\ntwo\n");
        }
    }
}
