//! The body of a download as it arrives: unpacked, freed from what is staged already, cut.

use crate::pull::read::file_piece::{FilePiece, LineEnds};
use crate::pull::read::json_document::Unfolding;
use crate::pull::read::line_splitter::{LineSplitter, end_with_feeds};
use flate2::write::MultiGzDecoder;
use std::collections::VecDeque;
use std::io::Write;

/// Compressed bytes that are unpacked at once: even a bomb becomes no more than a thousand times it.
pub(super) const UNPACK: usize = 16 * 1024;

/// A piece that was handed over before: its length and the keyed digest of its bytes, if it was read.
pub(super) type KnownPiece = (u64, Option<i64>);

/// The keyed digest of bytes.
pub(super) type DigestBytes = Box<dyn Fn(&[u8]) -> i64 + Send>;

/// What is wrong with the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum WrongBytes {
    /// They are not those that were read before.
    Changed,
    /// They do not unpack.
    Damaged,
}

/// Bytes on their way to pieces.
pub(super) struct FileContent {
    /// Bytes received of the file as it is sent.
    pub raw: u64,
    /// The same, unpacked.
    pub unpacked: u64,
    packing: Packing,
    skip: VecDeque<KnownPiece>,
    skipped: Vec<u8>,
    skipped_length: u64,
    /// A document over many lines is read as one.
    unfolding: Unfolding,
    lines: LineSplitter,
    digest: DigestBytes,
}

enum Packing {
    /// Not known before the first two bytes.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl FileContent {
    /// From the first byte, of which `known` pieces were handed over before: they are compared and
    /// left out. `next` is the place after them and its line.
    pub(super) fn from_start(
        known: &[KnownPiece],
        next: (u64, u64),
        piece: usize,
        digest: DigestBytes,
    ) -> Self {
        FileContent {
            raw: 0,
            unpacked: 0,
            packing: Packing::Unknown(Vec::new()),
            skip: known.iter().copied().collect(),
            skipped: Vec::new(),
            skipped_length: 0,
            unfolding: Unfolding::default(),
            lines: LineSplitter::new(next.0, next.1, piece, LineEnds::Lines),
            digest,
        }
    }

    /// From byte and line `next` of a file that is sent as it is.
    pub(super) fn from_middle(next: (u64, u64), piece: usize, digest: DigestBytes) -> Self {
        FileContent {
            raw: next.0,
            unpacked: next.0,
            packing: Packing::Plain,
            // A document has no end of a line before its own.
            unfolding: Unfolding::lines(),
            ..Self::from_start(&[], next, piece, digest)
        }
    }

    /// Whether the file is compressed.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self.packing, Packing::Gzip(_))
    }

    /// Takes in what arrived.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<FilePiece>, WrongBytes> {
        self.raw += bytes.len() as u64;
        let joined;
        let mut bytes = bytes;
        if let Packing::Unknown(first) = &mut self.packing {
            first.extend_from_slice(bytes);
            if first.len() < 2 {
                return Ok(Vec::new());
            }
            joined = std::mem::take(first);
            bytes = &joined;
            self.packing = if joined.starts_with(&[0x1f, 0x8b]) {
                Packing::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
            } else {
                Packing::Plain
            };
        }
        let mut cuts = Vec::new();
        if !self.is_packed() {
            self.plain(bytes, &mut cuts)?;
            return Ok(cuts);
        }
        for part in bytes.chunks(UNPACK) {
            let Packing::Gzip(unpack) = &mut self.packing else {
                break;
            };
            unpack.write_all(part).map_err(|_| WrongBytes::Damaged)?;
            unpack.flush().map_err(|_| WrongBytes::Damaged)?;
            let plain = std::mem::take(unpack.get_mut());
            self.plain(&plain, &mut cuts)?;
        }
        Ok(cuts)
    }

    fn plain(&mut self, bytes: &[u8], cuts: &mut Vec<FilePiece>) -> Result<(), WrongBytes> {
        self.unpacked += bytes.len() as u64;
        let unfolded = self.unfolding.feed(bytes);
        let mut bytes = &*unfolded;
        while let Some((length, digest)) = self.skip.front().copied() {
            let wanted = usize::try_from(length - self.skipped_length).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(bytes.len().min(wanted));
            // A line that was too long to read is too long to compare.
            if digest.is_some() {
                self.skipped.extend_from_slice(now);
            }
            self.skipped_length += now.len() as u64;
            bytes = later;
            if self.skipped_length < length {
                return Ok(());
            }
            // Pieces end with line feeds, whatever the file's lines end with.
            if self.skipped.ends_with(b"\r") {
                end_with_feeds(&mut self.skipped);
            }
            if digest.is_some_and(|digest| (self.digest)(&self.skipped) != digest) {
                return Err(WrongBytes::Changed);
            }
            self.skipped.clear();
            self.skipped_length = 0;
            self.skip.pop_front();
        }
        cuts.extend(self.lines.feed(bytes));
        Ok(())
    }

    /// The file has ended: gives the whole lines that are held. Fails when it is shorter than what
    /// was read before, or ends in the middle of what is packed.
    pub(super) fn end(&mut self) -> Result<Vec<FilePiece>, WrongBytes> {
        let mut cuts = Vec::new();
        match &mut self.packing {
            Packing::Unknown(first) => {
                let first = std::mem::take(first);
                self.packing = Packing::Plain;
                self.plain(&first, &mut cuts)?;
            }
            Packing::Plain => {}
            Packing::Gzip(unpack) => {
                unpack.try_finish().map_err(|_| WrongBytes::Damaged)?;
                let plain = std::mem::take(unpack.get_mut());
                self.plain(&plain, &mut cuts)?;
            }
        }
        if !self.skip.is_empty() {
            return Err(WrongBytes::Changed);
        }
        cuts.extend(self.lines.feed(&self.unfolding.end()));
        cuts.extend(self.lines.whole());
        Ok(cuts)
    }

    /// What is held and not handed over: a line without its end.
    pub(super) fn lines(&mut self) -> &mut LineSplitter {
        &mut self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(bytes: &[u8]) -> i64 {
        bytes.iter().map(|b| i64::from(*b)).sum()
    }

    fn start(known: &[KnownPiece], next: (u64, u64)) -> FileContent {
        FileContent::from_start(known, next, 8, Box::new(sum))
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn read(mut content: FileContent, bytes: &[u8], step: usize) -> Result<Vec<u8>, WrongBytes> {
        let mut read = Vec::new();
        for part in bytes.chunks(step) {
            read.extend(content.feed(part)?);
        }
        read.extend(content.end()?);
        read.extend(content.lines().last());
        Ok(read.into_iter().flat_map(|cut| cut.bytes.clone()).collect())
    }

    const TEXT: &[u8] = b"first line\nsecond line\nthird";

    #[test]
    fn packed_or_not_the_lines_are_the_same() {
        for step in [1, 2, 5, 100] {
            assert_eq!(read(start(&[], (0, 1)), TEXT, step).unwrap(), TEXT);
            assert_eq!(read(start(&[], (0, 1)), &packed(TEXT), step).unwrap(), TEXT);
            let two = [packed(&TEXT[..15]), packed(&TEXT[15..])].concat();
            assert_eq!(read(start(&[], (0, 1)), &two, step).unwrap(), TEXT);
        }
        assert_eq!(read(start(&[], (0, 1)), b"", 1).unwrap(), b"");
        assert_eq!(read(start(&[], (0, 1)), b"x", 1).unwrap(), b"x");
    }

    #[test]
    fn what_is_known_is_compared_and_left_out() {
        let known = [(11, Some(sum(b"first line\n"))), (12, None)];
        for bytes in [TEXT.to_vec(), packed(TEXT)] {
            assert_eq!(read(start(&known, (23, 3)), &bytes, 4).unwrap(), b"third");
        }
        let other = [(11, Some(1))];
        let changed = read(start(&other, (11, 2)), TEXT, 4);
        assert_eq!(changed.unwrap_err(), WrongBytes::Changed);
        let shorter = read(start(&known, (23, 3)), &TEXT[..14], 4);
        assert_eq!(shorter.unwrap_err(), WrongBytes::Changed);
    }

    #[test]
    fn what_does_not_unpack_is_damaged() {
        let mut bytes = packed(TEXT);
        let cut = bytes.len() - 9;
        assert_eq!(
            read(start(&[], (0, 1)), &bytes[..cut], 7).unwrap_err(),
            WrongBytes::Damaged
        );
        bytes[12] ^= 0xff;
        assert_eq!(
            read(start(&[], (0, 1)), &bytes, 7).unwrap_err(),
            WrongBytes::Damaged
        );
    }
}
