//! Reading files piece by piece, whatever they are packed in.

use super::file_piece::{FilePiece, LineEnds, PIECE};
use super::json_document;
use super::line_splitter::LineSplitter;
use crate::error::{Context, Error, Result};
use crate::pull::discover::source_file::{Origin, SourceFile};
use crate::{regular_file, transcoded};
use flate2::read::MultiGzDecoder;
use std::io::{BufReader, Read};

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
    ends: LineEnds,
    mut take: impl FnMut(FilePiece) -> Result<()>,
) -> Result<()> {
    if ends == LineEnds::Lines {
        let read = transcoded::utf8(reader).and_then(json_document::unfolded);
        reader = read.data(|| format!("{name} cannot be read"))?;
    }
    let mut splitter = LineSplitter::new(0, 1, PIECE, ends);
    loop {
        let read = splitter.read(reader.as_mut()).map_err(|e| {
            Error::data(format!("{name} cannot be read to its end"))
                .cause(e)
                .hint("the file is damaged or still being written; nothing was committed, run again when it is whole")
        })?;
        let ended = read.is_none();
        let pieces = read.into_iter().flatten();
        for piece in pieces.chain(ended.then(|| splitter.last()).flatten()) {
            take(piece)?;
        }
        if ended {
            return Ok(());
        }
    }
}
