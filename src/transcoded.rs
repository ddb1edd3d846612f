//! Text of other encodings than UTF-8, and how it is told.

use crate::error::{Context, Error, Result};
use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Cursor, Read};

/// Bytes that are transcoded at once.
const AT_ONCE: usize = 1 << 16;
/// Bytes by which an encoding is told.
const LOOK: usize = 4096;

/// The encoding of a file: what its mark says, else the setting, else what its first bytes look like.
pub(crate) fn encoding_of(sample: &[u8], set: Option<&'static Encoding>) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return encoding;
    }
    if let Some(encoding) = set {
        return encoding;
    }
    let look = &sample[..sample.len().min(LOOK) & !1];
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

/// The text of `reader` as UTF-8, where its first bytes say that it is UTF-16.
pub(crate) fn utf8<'r>(mut reader: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut sample = Vec::new();
    reader.by_ref().take(LOOK as u64).read_to_end(&mut sample)?;
    let encoding = encoding_of(&sample, None);
    let whole = Cursor::new(sample).chain(reader);
    Ok(match encoding == UTF_8 {
        true => Box::new(whole),
        false => Box::new(Transcoded::new(whole, encoding)),
    })
}

/// The text of a file as UTF-8, as [`utf8`].
///
/// # Errors
/// Data: it cannot be read, or is packed; `cannot` is what it is needed for, `hint` what to do with a packed one.
pub(crate) fn unpacked<'r>(
    mut reader: impl Read + Send + 'r,
    cannot: impl Fn() -> String,
    hint: &str,
) -> Result<Box<dyn Read + Send + 'r>> {
    let mut start = Vec::new();
    reader
        .by_ref()
        .take(2)
        .read_to_end(&mut start)
        .data(&cannot)?;
    if let Some(packing) = packing(&start) {
        let cause = format!("it is {packing}");
        return Err(Error::data(cannot()).cause(cause).hint(hint));
    }
    utf8(Cursor::new(start).chain(reader)).data(cannot)
}

/// What a file that should be text is packed with, by its first two bytes.
fn packing(start: &[u8]) -> Option<&'static str> {
    match start.get(..2)? {
        [0x1f, 0x8b] => Some("packed with gzip"),
        b"PK" => Some("a zip archive or a workbook"),
        _ => None,
    }
}

/// Text of another encoding as UTF-8.
pub(crate) struct Transcoded<R> {
    reader: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Transcoded<R> {
    /// The text of `reader`, without a mark.
    pub(crate) fn new(reader: R, encoding: &'static Encoding) -> Self {
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
}
