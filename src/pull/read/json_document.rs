//! A file that is one JSON document over many lines, read as one line.

use std::borrow::Cow;
use std::io::{Cursor, Read, Result};

/// Bytes that are looked at to tell a document from lines.
const LOOK: u64 = 8 * 1024;

/// `reader`, with spaces for line ends when it is one JSON document over many lines: in JSON they mean
/// the same, so that every byte keeps its place.
pub(super) fn unfolded(mut reader: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    reader.by_ref().take(LOOK).read_to_end(&mut first)?;
    let document = is_document(&first);
    let whole = Cursor::new(first).chain(reader);
    Ok(match document {
        true => Box::new(Unfolded(whole)),
        false => Box::new(whole),
    })
}

/// Whether a file that begins with `text` goes on in its next line where a line of NDJSON would end.
fn is_document(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut lines = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii);
    let mut filled = lines.by_ref().filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (filled.next(), filled.next()) else {
        return false;
    };
    goes_on(first, second.first().copied().unwrap_or_default())
}

/// Whether a document that has `first` in its first line goes on with `next` in the following one: with
/// a member, where a line of its own would begin with a brace.
fn goes_on(first: &[u8], next: u8) -> bool {
    opens(first) && next == b'"' || first == b"{" && next == b'}'
}

/// Whether a first line is the beginning of an object that is not closed in it.
fn opens(first: &[u8]) -> bool {
    first.starts_with(b"{") && matches!(first.last(), Some(b'{' | b'[' | b',' | b':'))
}

/// The same for bytes that arrive part by part.
#[derive(Debug, Default)]
pub(in crate::pull) enum Unfolding {
    /// Nothing but white space came, or part of the first line: of it the beginning and the end.
    #[default]
    Blank,
    /// The first line has begun: whether with nothing but a brace so far, and with what it ends.
    First { alone: bool, last: u8 },
    /// The first line has ended in the middle of an object: white space that came after it.
    Between {
        alone: bool,
        last: u8,
        held: Vec<u8>,
    },
    /// The file has lines.
    Lines,
    /// The file is one document.
    Document,
}

impl Unfolding {
    /// The bytes as they are read: those of a document without line ends. White space after the first
    /// line is held until it is known what it separates.
    pub(in crate::pull) fn feed<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self {
            Unfolding::Lines => return Cow::Borrowed(bytes),
            Unfolding::Document => return Cow::Owned(joined(bytes)),
            _ => {}
        }
        let mut read = Vec::with_capacity(bytes.len());
        for (at, byte) in bytes.iter().copied().enumerate() {
            self.note(byte, &mut read);
            let rest = bytes.get(at + 1..).unwrap_or_default();
            match self {
                Unfolding::Lines => read.extend_from_slice(rest),
                Unfolding::Document => read.extend(joined(rest)),
                _ => continue,
            }
            break;
        }
        Cow::Owned(read)
    }

    /// Takes in one byte before it is known what the file is.
    fn note(&mut self, byte: u8, read: &mut Vec<u8>) {
        let blank = byte.is_ascii_whitespace();
        match self {
            Unfolding::Blank if blank || b"\xef\xbb\xbf".contains(&byte) => read.push(byte),
            Unfolding::Blank => {
                read.push(byte);
                *self = match byte {
                    b'{' => Unfolding::First {
                        alone: true,
                        last: byte,
                    },
                    _ => Unfolding::Lines,
                };
            }
            Unfolding::First { alone, last } if matches!(byte, b'\n' | b'\r') => {
                let first = [b'{', *last];
                *self = match opens(&first) {
                    true => Unfolding::Between {
                        alone: *alone,
                        last: *last,
                        held: vec![byte],
                    },
                    false => {
                        read.push(byte);
                        Unfolding::Lines
                    }
                };
            }
            Unfolding::First { alone, last } => {
                read.push(byte);
                if !blank {
                    (*alone, *last) = (false, byte);
                }
            }
            Unfolding::Between { held, .. } if blank => held.push(byte),
            Unfolding::Between { alone, last, held } => {
                let first: &[u8] = if *alone { b"{" } else { &[b'{', *last] };
                let document = goes_on(first, byte);
                read.extend(if document {
                    joined(held)
                } else {
                    std::mem::take(held)
                });
                read.push(byte);
                *self = match document {
                    true => Unfolding::Document,
                    false => Unfolding::Lines,
                };
            }
            Unfolding::Lines | Unfolding::Document => read.push(byte),
        }
    }
}

/// `bytes` with spaces for line ends.
fn joined(bytes: &[u8]) -> Vec<u8> {
    let join = |byte: &u8| match byte {
        b'\n' | b'\r' => b' ',
        byte => *byte,
    };
    bytes.iter().map(join).collect()
}

/// Line ends become spaces.
struct Unfolded<R>(R);

impl<R: Read> Read for Unfolded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(read) {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_told_from_lines() {
        for (text, expected) in [
            ("{\n  \"resourceType\": \"Bundle\",\n", true),
            ("\u{feff}{\r\n\t\"a\": 1\r\n}", true),
            ("{ \"resourceType\": \"Bundle\",\n \"entry\": [", true),
            ("{\"entry\": [\n\n{\"a\":1}", false),
            ("{\"a\":1}\n{\"a\":2}\n", false),
            ("{\"a\":\n{\"a\":2}\n", false),
            ("{\"a\":1}", false),
            ("", false),
            ("{\n}", true),
            ("{\r \"a\": 1\r}", true),
            ("{\"a\":1}\r{\"a\":2}", false),
        ] {
            assert_eq!(is_document(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn parts_of_a_document_are_unfolded_as_the_whole() {
        for text in [
            "{\n  \"resourceType\": \"Bundle\",\r\n \"entry\": []\n}\n",
            "\u{feff}{\r\n\t\"a\": 1\r\n}",
            "{ \"resourceType\": \"Bundle\",\n\n \"entry\": [",
            "{\"entry\": [\n\n{\"a\":1}\n",
            "{\"a\":1}\n{\n\"a\":2}\n",
            "\n{\"a\":\n{\"a\":2}\n",
            "{\"a\":1}",
            "{\n}\n",
            "{\r  \"a\": 1\r}\r",
            "{\"a\":1}\r{\"a\":2}\r",
            "\n\n",
        ] {
            let mut whole = Vec::new();
            let reader: Box<dyn Read + Send> = Box::new(text.as_bytes());
            unfolded(reader).unwrap().read_to_end(&mut whole).unwrap();
            for step in [1, 3, 100] {
                let mut unfolding = Unfolding::default();
                let mut read = Vec::new();
                for part in text.as_bytes().chunks(step) {
                    read.extend_from_slice(&unfolding.feed(part));
                }
                let shown = String::from_utf8_lossy;
                assert_eq!(shown(&read), shown(&whole), "{text:?} by {step}");
            }
        }
    }

    #[test]
    fn every_byte_keeps_its_place() {
        let text = "{\r\n  \"a\": [1,\n2]\n}\n";
        let mut read = String::new();
        let reader: Box<dyn Read + Send> = Box::new(text.as_bytes());
        unfolded(reader).unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, text.replace(['\r', '\n'], " "));
    }
}
