//! A file of JSON documents over many lines, or of one array of them, read as lines of one document each.

use std::borrow::Cow;
use std::io::{Cursor, Read, Result};

/// Bytes that are looked at to tell documents from lines.
const LOOK: u64 = 8 * 1024;

/// `reader`, with a document a line when it holds an array of them, or some over many lines. Every byte
/// keeps its place: in JSON line ends and spaces mean the same.
pub(super) fn unfolded(mut reader: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>> {
    let mut first = Vec::new();
    reader.by_ref().take(LOOK).read_to_end(&mut first)?;
    let is_document = is_document(&first);
    let whole = Cursor::new(first).chain(reader);
    Ok(match is_document {
        true => Box::new(Unfolded(whole, Documents::default())),
        false => Box::new(whole),
    })
}

/// Whether a file that begins with `text` begins with an array, or goes on in its next line where a line
/// of NDJSON would end.
fn is_document(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut lines = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii);
    let mut filled = lines.by_ref().filter(|line| !line.is_empty());
    let Some(first) = filled.next() else {
        return false;
    };
    first.starts_with(b"[")
        || filled.next().is_some_and(|second| {
            let next = second.first().copied();
            goes_on(first, next.unwrap_or_default())
        })
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

/// Documents as their bytes come, each of which becomes a line: line ends in it become spaces, and the
/// space or comma behind it a line end.
#[derive(Debug, Default)]
struct Documents {
    /// Whether one has begun.
    begun: bool,
    /// Whether one has ended, and its line has not.
    ended: bool,
    /// Whether the array of all documents is open.
    in_array: bool,
    /// Objects and arrays that are open, without the array of all documents.
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Documents {
    /// What stands in the place of a byte.
    fn byte(&mut self, byte: u8) -> u8 {
        let in_string = self.in_string;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = in_string,
            b'"' => self.in_string = !in_string,
            _ if in_string => {}
            b'[' if self.depth == 0 => {
                (self.begun, self.in_array) = (true, true);
                return self.between();
            }
            b']' if self.depth == 0 => {
                self.in_array = false;
                return self.between();
            }
            b',' if self.depth == 0 => return self.between(),
            b'{' | b'[' => (self.begun, self.depth) = (true, self.depth + 1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.ended = self.depth == 0;
            }
            _ if self.begun && self.depth == 0 && byte.is_ascii_whitespace() => {
                return self.between();
            }
            _ => {}
        }
        match byte {
            b'\n' | b'\r' if self.begun => b' ',
            byte => byte,
        }
    }

    /// What stands in the place of a byte between two documents.
    fn between(&mut self) -> u8 {
        match std::mem::take(&mut self.ended) {
            true => b'\n',
            false => b' ',
        }
    }

    /// What follows the last byte: of an array that is cut off between two documents a line that is none,
    /// so that it is counted as one that cannot be read.
    fn end(&mut self) -> Option<u8> {
        if !self.in_array || self.depth > 0 {
            return None;
        }
        if std::mem::take(&mut self.ended) {
            return Some(b'\n');
        }
        self.in_array = false;
        Some(b'[')
    }

    /// What stands in the place of several bytes.
    fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| self.byte(*byte)).collect()
    }
}

/// The same for bytes that arrive part by part.
#[derive(Debug, Default)]
pub(in crate::pull) struct Unfolding {
    form: DocumentForm,
    documents: Documents,
}

/// What a file holds, as far as its bytes have come.
#[derive(Debug, Default)]
enum DocumentForm {
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
    /// The file has documents.
    Documents,
}

impl Unfolding {
    /// Of a file that has lines.
    pub(in crate::pull) fn lines() -> Self {
        Unfolding {
            form: DocumentForm::Lines,
            documents: Documents::default(),
        }
    }

    /// The bytes as they are read: those of documents a line each. White space after the first line is
    /// held until it is known what it separates.
    pub(in crate::pull) fn feed<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self.form {
            DocumentForm::Lines => return Cow::Borrowed(bytes),
            DocumentForm::Documents => return Cow::Owned(self.documents.bytes(bytes)),
            _ => {}
        }
        let mut read = Vec::with_capacity(bytes.len());
        for (at, byte) in bytes.iter().copied().enumerate() {
            self.note(byte, &mut read);
            let rest = bytes.get(at + 1..).unwrap_or_default();
            match self.form {
                DocumentForm::Lines => read.extend_from_slice(rest),
                DocumentForm::Documents => read.extend(self.documents.bytes(rest)),
                _ => continue,
            }
            break;
        }
        Cow::Owned(read)
    }

    /// What is read after the last byte of the file.
    pub(in crate::pull) fn end(&mut self) -> Vec<u8> {
        std::iter::from_fn(|| self.documents.end()).collect()
    }

    /// Takes in one byte before it is known what the file is.
    fn note(&mut self, byte: u8, read: &mut Vec<u8>) {
        let blank = byte.is_ascii_whitespace();
        let folded = self.documents.byte(byte);
        match &mut self.form {
            DocumentForm::Blank if blank || b"\xef\xbb\xbf".contains(&byte) => read.push(byte),
            DocumentForm::Blank if byte == b'[' => {
                read.push(folded);
                self.form = DocumentForm::Documents;
            }
            DocumentForm::Blank => {
                read.push(byte);
                self.form = match byte {
                    b'{' => DocumentForm::First {
                        alone: true,
                        last: byte,
                    },
                    _ => DocumentForm::Lines,
                };
            }
            DocumentForm::First { alone, last } if matches!(byte, b'\n' | b'\r') => {
                let first = [b'{', *last];
                self.form = match opens(&first) {
                    true => DocumentForm::Between {
                        alone: *alone,
                        last: *last,
                        held: vec![byte],
                    },
                    false => {
                        read.push(byte);
                        DocumentForm::Lines
                    }
                };
            }
            DocumentForm::First { alone, last } => {
                read.push(byte);
                if !blank {
                    (*alone, *last) = (false, byte);
                }
            }
            DocumentForm::Between { held, .. } if blank => held.push(byte),
            DocumentForm::Between { alone, last, held } => {
                let first: &[u8] = if *alone { b"{" } else { &[b'{', *last] };
                let is_document = goes_on(first, byte);
                read.extend(held.iter().map(|byte| match byte {
                    b'\n' | b'\r' if is_document => b' ',
                    byte => *byte,
                }));
                read.push(byte);
                self.form = match is_document {
                    true => DocumentForm::Documents,
                    false => DocumentForm::Lines,
                };
            }
            DocumentForm::Lines | DocumentForm::Documents => read.push(byte),
        }
    }
}

/// The bytes of documents, a line each.
struct Unfolded<R>(R, Documents);

impl<R: Read> Read for Unfolded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.0.read(buffer)?;
        if let (0, Some(first)) = (read, buffer.first_mut()) {
            let last = self.1.end();
            *first = last.unwrap_or_default();
            return Ok(last.iter().count());
        }
        for byte in buffer.iter_mut().take(read) {
            *byte = self.1.byte(*byte);
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
            ("[{\"a\":1}]", true),
            (" \n[\n", true),
            ("\u{feff}[{\"a\":1},\n{\"a\":2}]\n", true),
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
            "\u{feff}\n[{\"a\": \"]},\\\"\"},\n {\n\"a\": [2,\n3]}]\r\n[{\"a\": 4}]",
            "{\n\"a\": 1\n}\n{\"a\": 2}",
            "[{\"a\": 1},\n",
            "[{\"a\": 1}",
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
                read.extend(unfolding.end());
                let shown = String::from_utf8_lossy;
                assert_eq!(shown(&read), shown(&whole), "{text:?} by {step}");
            }
        }
    }

    #[test]
    fn every_document_is_a_line_and_every_byte_keeps_its_place() {
        for (text, expected) in [
            ("{\r\n  \"a\": [1,\n2]\n}\n", "{    \"a\": [1, 2] }\n"),
            // Several, one behind the other, in one line or more.
            (
                "{\n\"a\": \"}\\\"{\"\n}\n{\n\"a\": 2\n} {\"a\": 3}\r\n\r\n{\"a\": 4}",
                "{ \"a\": \"}\\\"{\" }\n{ \"a\": 2 }\n{\"a\": 3}\n   {\"a\": 4}",
            ),
            // An array, its items in one line or more, and two arrays.
            (
                "[{\"a\":1},{\"a\":[{},{}]},\n{\n\"a\":3}\n,\n{\"a\":4}]\n",
                " {\"a\":1}\n{\"a\":[{},{}]}\n { \"a\":3}\n  {\"a\":4}\n ",
            ),
            ("[]\n[ {\"a\":1} ]", "     {\"a\":1}\n "),
        ] {
            let mut read = String::new();
            let reader: Box<dyn Read + Send> = Box::new(text.as_bytes());
            unfolded(reader).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, expected);
            assert_eq!(read.len(), text.len());
        }
    }

    #[test]
    fn an_array_that_is_cut_off_between_documents_ends_with_a_line_that_is_none() {
        for (text, expected) in [
            ("[{\"a\":1},{\"a\":2}", " {\"a\":1}\n{\"a\":2}\n["),
            ("[{\"a\":1},\n", " {\"a\":1}\n ["),
            ("[{\"a\":1},{\"a\":", " {\"a\":1}\n{\"a\":"),
            ("[", " ["),
            ("[{\"a\":1}]\n[{\"a\":2}]", " {\"a\":1}\n  {\"a\":2}\n"),
        ] {
            let mut read = String::new();
            let reader: Box<dyn Read + Send> = Box::new(text.as_bytes());
            unfolded(reader).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, expected, "{text}");
        }
    }
}
