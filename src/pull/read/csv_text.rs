//! The text of a CSV file, whatever it is packed in and however it is encoded: UTF-8 whose lines end
//! with a line feed. What is so already goes through untouched.

use super::file_reader;
use super::line_splitter::end_with_feeds;
use super::zip_entry::{LOCAL, ZipEntry};
use crate::decode::csv::{CsvDecoder, CsvHeader};
use crate::error::{Context, Error, Result};
use crate::pull::discover::source_file::SourceFile;
use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Cursor, Read};

/// Bytes by which a file is judged.
const SAMPLE: usize = 1 << 20;
/// Bytes that are transcoded at once.
const AT_ONCE: usize = 1 << 16;

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
    const MARKS: [(&[u8], &str); 11] = [
        (b"\xd0\xcf\x11\xe0", "a workbook of Excel 97 to 2003"),
        (b"%PDF", "a PDF document"),
        (b"PAR1", "a Parquet file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"BZh", "packed with bzip2"),
        (b"\xfd7zXZ\0", "packed with xz"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd"),
        (b"PK\x05\x06", "a zip archive without a file"),
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

/// The encoding of a file: what its mark says, else the setting, else what its first bytes look like.
fn encoding_of(sample: &[u8], set: Option<&'static Encoding>) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return encoding;
    }
    if let Some(encoding) = set {
        return encoding;
    }
    let look = &sample[..sample.len().min(4096) & !1];
    let zeros = |first: usize| {
        look.iter()
            .skip(first)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), look.len() / 2);
    if half > 0 && odd * 4 > half * 3 && even * 20 < half {
        UTF_16LE
    } else if half > 0 && even * 4 > half * 3 && odd * 20 < half {
        UTF_16BE
    } else {
        UTF_8
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

/// Text of another encoding as UTF-8.
struct Transcoded<R> {
    reader: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Transcoded<R> {
    fn new(reader: R, encoding: &'static Encoding) -> Self {
        Transcoded {
            reader,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; AT_ONCE],
            text: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.reader.read(&mut self.raw)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read);
        self.text.resize(room.ok_or(io::ErrorKind::OutOfMemory)?, 0);
        let raw = &self.raw[..read];
        let (result, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
        if result != CoderResult::InputEmpty {
            return Err(io::Error::other("its text does not fit"));
        }
        self.text.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let read = buffer.len().min(self.text.len() - self.at);
        buffer[..read].copy_from_slice(&self.text[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
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

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        let bytes = units.map(|u| {
            if big {
                u.to_be_bytes()
            } else {
                u.to_le_bytes()
            }
        });
        bytes.flatten().collect()
    }

    #[test]
    fn an_encoding_is_told_from_the_file() {
        let text = "id,nhs\n1,\u{e9}\n";
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), UTF_8),
            (utf_16(text, false), UTF_16LE),
            (utf_16(text, true), UTF_16BE),
            (utf_16(&format!("\u{feff}{text}"), false), UTF_16LE),
            (utf_16(&format!("\u{feff}{text}"), true), UTF_16BE),
            (b"id,nhs\n1,\xe9\n".to_vec(), UTF_8),
        ] {
            assert_eq!(encoding_of(&bytes, None), encoding, "{bytes:?}");
        }
        assert_eq!(
            encoding_of(b"id\n", Some(encoding_rs::WINDOWS_1252)),
            encoding_rs::WINDOWS_1252
        );
        let mut read = String::new();
        let long = text.repeat(20_000);
        let bytes = utf_16(&format!("\u{feff}{long}"), true);
        Transcoded::new(Cursor::new(bytes), UTF_16BE)
            .read_to_string(&mut read)
            .unwrap();
        assert!(read == long);
    }

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
        assert_eq!(other_format(b"id,nhs\n"), None);
        let error = refuse_workbook("a.csv", &[&[0; 30], &b"[Content_Types].xml"[..]].concat());
        assert_eq!(
            error.unwrap_err().what(),
            "a.csv is no CSV file, but a workbook"
        );
    }
}
