//! The one file of a zip archive, read as a stream: an object store has no end to begin at, where
//! archives keep their directory.

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{self, BufReader, Read};

/// What every file of an archive begins with.
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

type ArchiveSource = BufReader<Box<dyn Read + Send>>;

/// The one file of an archive.
pub(super) struct ZipEntry {
    state: MemberContent,
    crc: Crc,
    header: MemberHeader,
}

enum MemberContent {
    Deflated(Box<DeflateDecoder<ArchiveSource>>),
    Stored(io::Take<ArchiveSource>),
    Ended,
}

/// What an archive says of a file in front of it.
struct MemberHeader {
    name: String,
    encrypted: bool,
    /// Whether its size and checksum stand behind it.
    described: bool,
    method: u16,
    crc: u32,
    size: u64,
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl ZipEntry {
    /// The file of the archive that `reader` begins with.
    pub(super) fn open(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut source = BufReader::with_capacity(1 << 18, reader);
        let signature = array(&mut source)?;
        Self::next(source, signature)?.ok_or_else(|| wrong("the zip archive holds no file"))
    }

    /// The next file that counts, with the signature before it read already; none at the end.
    fn next(mut source: ArchiveSource, mut signature: [u8; 4]) -> io::Result<Option<Self>> {
        while signature == LOCAL {
            let header = MemberHeader::read(&mut source)?;
            let mut entry = Self::begin(source, header)?;
            if !entry.header.is_beside() {
                return Ok(Some(entry));
            }
            io::copy(&mut entry.content(), &mut io::sink())?;
            (source, signature) = entry.end()?;
        }
        match signature {
            DIRECTORY | END => Ok(None),
            _ => Err(wrong("the zip archive is damaged or cut off")),
        }
    }

    fn begin(source: ArchiveSource, header: MemberHeader) -> io::Result<Self> {
        if header.encrypted {
            return Err(wrong("the zip archive is encrypted: unpack it first"));
        }
        let state = match (header.method, header.described) {
            (8, _) => MemberContent::Deflated(Box::new(DeflateDecoder::new(source))),
            (0, false) => MemberContent::Stored(source.take(header.size)),
            _ => {
                return Err(wrong(
                    "the zip archive is packed by a method that is not read: unpack it",
                ));
            }
        };
        Ok(ZipEntry {
            state,
            crc: Crc::new(),
            header,
        })
    }

    /// Its bytes, without what lies behind them.
    fn content(&mut self) -> impl Read + '_ {
        Content(self)
    }

    /// Checks what was read; gives the archive back, and the signature of what follows.
    fn end(&mut self) -> io::Result<(ArchiveSource, [u8; 4])> {
        let mut source = match std::mem::replace(&mut self.state, MemberContent::Ended) {
            MemberContent::Deflated(decoder) => decoder.into_inner(),
            MemberContent::Stored(take) => take.into_inner(),
            MemberContent::Ended => return Err(wrong("the zip archive has ended")),
        };
        let (crc, signature) = match self.header.described {
            false => (self.header.crc, array(&mut source)?),
            true => descriptor(&mut source)?,
        };
        if crc != self.crc.sum() {
            return Err(wrong("the zip archive is damaged: a checksum does not fit"));
        }
        Ok((source, signature))
    }

    fn read_content(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.state {
            MemberContent::Deflated(decoder) => decoder
                .read(buffer)
                .map_err(|_| wrong("the zip archive is damaged or cut off"))?,
            MemberContent::Stored(take) => take.read(buffer)?,
            MemberContent::Ended => 0,
        };
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

struct Content<'a>(&'a mut ZipEntry);

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_content(buffer)
    }
}

impl Read for ZipEntry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_content(buffer)?;
        if read == 0 && !buffer.is_empty() && !matches!(self.state, MemberContent::Ended) {
            let (source, signature) = self.end()?;
            if Self::next(source, signature)?.is_some() {
                return Err(wrong("the zip archive holds more than one file: unpack it"));
            }
        }
        Ok(read)
    }
}

impl MemberHeader {
    /// What stands behind the signature of a file.
    fn read(source: &mut ArchiveSource) -> io::Result<Self> {
        let fixed: [u8; 26] = array(source)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
        let mut name = vec![0; usize::from(short(22))];
        source.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(short(24))];
        source.read_exact(&mut extra)?;
        let packed = u64::from(long(14));
        Ok(MemberHeader {
            name: String::from_utf8_lossy(&name).into_owned(),
            encrypted: short(2) & 1 != 0,
            described: short(2) & 8 != 0,
            method: short(4),
            crc: long(10),
            size: if packed == u64::from(u32::MAX) {
                large(&extra).unwrap_or(packed)
            } else {
                packed
            },
        })
    }

    /// Whether it is a folder, or what macOS puts beside a file.
    fn is_beside(&self) -> bool {
        let own = self.name.rsplit('/').next().unwrap_or_default();
        own.is_empty() || own.starts_with("._") || own == ".DS_Store"
    }
}

/// The packed size of a file of more than 4 GiB, from the fields behind its name.
fn large(mut extra: &[u8]) -> Option<u64> {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        if head[..2] == [1, 0] {
            return Some(u64::from_le_bytes(*rest.get(8..16)?.first_chunk()?));
        }
        extra = rest.get(length..)?;
    }
    None
}

fn array<const N: usize>(source: &mut ArchiveSource) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    match source.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            Err(wrong("the zip archive is cut off"))
        }
        Err(e) => Err(e),
    }
}

/// The checksum that stands behind a file, and the signature of what follows: with or without a
/// signature of its own, its sizes in four bytes or in eight.
fn descriptor(source: &mut ArchiveSource) -> io::Result<(u32, [u8; 4])> {
    let first: [u8; 4] = array(source)?;
    let crc = if first == DESCRIPTOR {
        array(source)?
    } else {
        first
    };
    let _: [u8; 8] = array(source)?;
    let mut next: [u8; 4] = array(source)?;
    if ![LOCAL, DIRECTORY, END].contains(&next) {
        let _: [u8; 4] = array(source)?;
        next = array(source)?;
    }
    Ok((u32::from_le_bytes(crc), next))
}
