//! A file that is one JSON document over many lines, read as one line.

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
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut filled = lines.by_ref().filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (filled.next(), filled.next()) else {
        return false;
    };
    // A member follows: lines of their own begin with a brace.
    let opens = first.starts_with(b"{") && matches!(first.last(), Some(b'{' | b'[' | b',' | b':'));
    opens && second.starts_with(b"\"") || first == b"{" && second.starts_with(b"}")
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
        ] {
            assert_eq!(is_document(text.as_bytes()), expected, "{text:?}");
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
