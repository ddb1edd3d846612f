//! The text of a CSV file, whatever it is packed in and however it is encoded: UTF-8 whose lines end
//! with a line feed. What is so already goes through untouched.

use super::file_reader;
use super::line_splitter::end_with_feeds;
use super::zip_entry::{LOCAL, ZipEntry};
use crate::decode::csv::{CsvDecoder, CsvHeader};
use crate::error::{Context, Error, Result};
use crate::pull::discover::source_file::SourceFile;
use crate::transcoded::{Transcoded, encoding_of};
use encoding_rs::UTF_8;
use std::io::{self, Cursor, Read};

/// Bytes by which a file is judged.
const SAMPLE: usize = 1 << 20;

type Text = Box<dyn Read + Send>;

/// A CSV file behind its header.
pub(super) struct CsvText {
    /// The rows.
    pub rows: Text,
    /// What stood before them.
    pub header: CsvHeader,
}

/// Opens a file of `decoder`'s; None when there is nothing in it.
pub(super) fn open(file: &SourceFile, decoder: &CsvDecoder) -> Result<Option<CsvText>> {
    let name = file.origin.to_string();
    let cannot = || format!("{name} cannot be read");
    let reader = file_reader::open(file)?;
    let (mut sample, mut rest) = sampled(reader).map_err(|e| broken(&name, &e))?;
    if sample.starts_with(&LOCAL) {
        refuse_workbook(&name, &sample)?;
        let whole: Text = Box::new(Cursor::new(sample).chain(rest));
        let entry = ZipEntry::open(whole).map_err(|e| broken(&name, &e))?;
        (sample, rest) = sampled(Box::new(entry)).map_err(|e| broken(&name, &e))?;
    }
    if let Some(what) = other_format(&sample) {
        return Err(Error::data(format!("{name} is no CSV file, but {what}"))
            .hint("save or unpack it as CSV, or move it out of the source's folder; nothing was committed"));
    }
    let encoding = encoding_of(&sample, decoder.file().encoding);
    if encoding != UTF_8 {
        let whole = Cursor::new(sample).chain(rest);
        (sample, rest) = sampled(Box::new(Transcoded::new(whole, encoding))).data(cannot)?;
    }
    if ends_with_returns(&sample) {
        let whole = Cursor::new(sample).chain(rest);
        (sample, rest) = sampled(Box::new(LineFeeds(whole))).data(cannot)?;
    }
    if sample.is_empty() {
        return Ok(None);
    }
    let header = decoder.header(&name, &sample)?;
    let mut sample = Cursor::new(sample);
    sample.set_position(header.length as u64);
    Ok(Some(CsvText {
        rows: Box::new(sample.chain(rest)),
        header,
    }))
}

/// The first bytes of a file, and the others.
fn sampled(mut reader: Text) -> io::Result<(Vec<u8>, Text)> {
    let mut sample = Vec::new();
    reader
        .by_ref()
        .take(SAMPLE as u64)
        .read_to_end(&mut sample)?;
    Ok((sample, reader))
}

fn broken(name: &str, error: &io::Error) -> Error {
    Error::data(format!("{name} cannot be read"))
        .cause(error)
        .hint("send it again, or move it out of the source's folder; nothing was committed")
}

/// A workbook is a zip archive too.
fn refuse_workbook(name: &str, sample: &[u8]) -> Result<()> {
    let begins = |with: &[u8]| sample.get(30..).is_some_and(|rest| rest.starts_with(with));
    let parts: [&[u8]; 5] = [
        b"[Content_Types].xml",
        b"_rels/",
        b"xl/",
        b"docProps/",
        b"mimetype",
    ];
    if parts.into_iter().any(begins) {
        return Err(
            Error::data(format!("{name} is no CSV file, but a workbook"))
                .hint("save its sheet as CSV UTF-8; nothing was committed"),
        );
    }
    Ok(())
}

/// What a file is that begins like another format than CSV.
fn other_format(sample: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 13] = [
        (b"\xd0\xcf\x11\xe0", "a workbook of Excel 97 to 2003"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"BZh", "packed with bzip2"),
        (b"\xfd7zXZ\0", "packed with xz"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd"),
        (b"PK\x05\x06", "a zip archive without a file"),
        // What was packed once is unpacked here.
        (b"\x1f\x8b", "packed a second time, with gzip"),
        (b"PK\x03\x04", "packed a second time, with zip"),
        (b"\x00\x00\xfe\xff", "text in UTF-32"),
        (b"\xff\xfe\x00\x00", "text in UTF-32"),
    ];
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| sample.starts_with(mark)) {
        return Some(what);
    }
    if sample.get(257..262) == Some(b"ustar") {
        return Some("a tar archive");
    }
    let start = sample.trim_ascii_start();
    let start = start.get(..14).unwrap_or(start).to_ascii_lowercase();
    let page = start.starts_with(b"<!doctype html") || start.starts_with(b"<html");
    match (page, start.starts_with(b"<?xml")) {
        (true, _) => Some("a web page"),
        (_, true) => Some("an XML document"),
        _ => None,
    }
}

/// Whether lines end with a carriage return alone, as old programs on a Mac end them.
fn ends_with_returns(sample: &[u8]) -> bool {
    let (mut inside, mut returns) = (false, false);
    for byte in sample {
        match byte {
            b'"' => inside = !inside,
            b'\n' if !inside => return false,
            b'\r' if !inside => returns = true,
            _ => {}
        }
    }
    returns
}

/// Text whose carriage returns end lines.
struct LineFeeds<R>(R);

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        end_with_feeds(&mut buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriage_returns_that_end_lines() {
        assert!(ends_with_returns(b"a,b\r1,2\r"));
        assert!(ends_with_returns(b"a,b\r1,\"x\ny\"\r"));
        assert!(!ends_with_returns(b"a,b\r\n1,2\r\n"));
        assert!(!ends_with_returns(b"a,\"b\rc\"\n"));
        assert!(!ends_with_returns(b"a,b"));
    }

    #[test]
    fn what_is_no_csv_is_named() {
        assert_eq!(
            other_format(b"\xd0\xcf\x11\xe0\xa1"),
            Some("a workbook of Excel 97 to 2003")
        );
        assert_eq!(other_format(b"  <!DOCTYPE html><p>"), Some("a web page"));
        assert_eq!(
            other_format(b"\x1f\x8b\x08"),
            Some("packed a second time, with gzip")
        );
        assert_eq!(other_format(b"id,nhs\n"), None);
        let error = refuse_workbook("a.csv", &[&[0; 30], &b"[Content_Types].xml"[..]].concat());
        assert_eq!(
            error.unwrap_err().what(),
            "a.csv is no CSV file, but a workbook"
        );
    }
}
