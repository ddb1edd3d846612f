//! Cutting CSV text into records without losing a byte.

use super::Dialect;

/// A quoted field that runs longer than this without its closing quote is a broken line, not a
/// field: without a limit one stray quote would swallow the rest of a file.
const LONGEST_RECORD: usize = 64 * 1024;

/// The records of a chunk: byte range without the line end, and how many lines each takes.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    at: usize,
}

/// One record's place in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordPlace {
    pub start: usize,
    pub end: usize,
    pub lines: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        Records {
            bytes,
            dialect,
            at: 0,
        }
    }
}

impl Iterator for Records<'_> {
    type Item = RecordPlace;

    fn next(&mut self) -> Option<RecordPlace> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (length, lines) = match scan(rest, self.dialect) {
            Scan::Record { length, lines } => (length, lines),
            Scan::Unquoted => (rest.len(), lines_of(rest)),
            // A quote that never closes costs its own line and not those after it.
            Scan::Quoted => (first_line(rest), 1),
        };
        self.at = start + length;
        let mut end = self.at;
        if self.bytes[..end].ends_with(b"\n") {
            end -= 1;
        }
        while self.bytes[start..end].ends_with(b"\r") {
            end -= 1;
        }
        Some(RecordPlace { start, end, lines })
    }
}

fn lines_of(rest: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', rest).count() as u64;
    ends + u64::from(!rest.ends_with(b"\n"))
}

fn first_line(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)
}

/// What bytes begin with.
enum Scan {
    /// A whole record with its line end.
    Record { length: usize, lines: u64 },
    /// A record that has no end yet.
    Unquoted,
    /// A quoted value that has no end yet.
    Quoted,
}

/// Looks for the end of the first record. As in every reader of CSV, only a quote at the start of a
/// field opens one: 5" in the middle of a text is a text.
fn scan(bytes: &[u8], dialect: Dialect) -> Scan {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        let open = dialect
            .quote
            .is_some_and(|quote| is_open(bytes, dialect, quote));
        return match open {
            true => Scan::Quoted,
            false => Scan::Unquoted,
        };
    };
    let plain = Scan::Record {
        length: end + 1,
        lines: 1,
    };
    match dialect.quote {
        Some(quote) if memchr::memchr(quote, &bytes[..end]).is_some() => {
            quoted(bytes, dialect, quote)
        }
        _ => plain,
    }
}

/// Whether a text of one line ends inside quotes.
fn is_open(bytes: &[u8], dialect: Dialect, quote: u8) -> bool {
    memchr::memchr(quote, bytes).is_some() && matches!(quoted(bytes, dialect, quote), Scan::Quoted)
}

/// The same for a record with quotes in its first line.
fn quoted(bytes: &[u8], dialect: Dialect, quote: u8) -> Scan {
    let mut opens = true;
    let mut inside = false;
    let mut lines = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if inside {
            match *byte {
                byte if byte == quote && bytes.get(at + 1) == Some(&quote) => at += 1,
                byte if byte == quote => inside = false,
                b'\n' => lines += 1,
                _ => {}
            }
            // By place and not by how much is here: wherever a file is torn, its records are the same.
            if inside && lines > 0 && at > LONGEST_RECORD {
                return Scan::Record {
                    length: first_line(bytes),
                    lines: 1,
                };
            }
        } else if *byte == quote && opens {
            (inside, opens) = (true, false);
        } else if *byte == b'\n' {
            return Scan::Record {
                length: at + 1,
                lines: lines + 1,
            };
        } else {
            opens = *byte == dialect.delimiter;
        }
        at += 1;
    }
    match inside {
        true => Scan::Quoted,
        false => Scan::Unquoted,
    }
}

/// How many bytes of a buffer are whole records; the rest waits for more bytes.
pub fn whole_records(bytes: &[u8], dialect: Dialect) -> usize {
    let mut at = 0;
    while let Scan::Record { length, .. } = scan(&bytes[at..], dialect) {
        at += length;
    }
    at
}

/// Bytes of the first `most` records.
pub(crate) fn first_records(bytes: &[u8], most: usize, dialect: Dialect) -> usize {
    let mut records = Records::new(bytes, dialect);
    records.by_ref().take(most).for_each(drop);
    records.at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<(usize, usize, u64)> {
        let places = Records::new(text, Dialect::default());
        places.map(|p| (p.start, p.end, p.lines)).collect()
    }

    #[test]
    fn a_quoted_newline_does_not_end_a_record() {
        let text = b"a,\"b\nc\",d\r\ne\n";
        assert_eq!(records(text), [(0, 9, 2), (11, 12, 1)]);
        assert_eq!(whole_records(b"a\nb,\"c\n", Dialect::default()), 2);
        assert_eq!(
            records(b"a,\"b \"\"\n\"\" c\",d\nlast"),
            [(0, 15, 2), (16, 20, 1)]
        );
    }

    #[test]
    fn a_quote_inside_a_text_opens_nothing() {
        assert_eq!(
            records(b"a,5\" nail\nb,6\" nail\n"),
            [(0, 9, 1), (10, 19, 1)]
        );
        let piped = Dialect {
            delimiter: b'|',
            quote: Some(b'"'),
        };
        assert_eq!(whole_records(b"a|\"b\nc\"\n", piped), 8);
        let none = Dialect {
            quote: None,
            ..piped
        };
        assert_eq!(whole_records(b"a|\"b\nc", none), 5);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        let mut text = b"\"broken\n".to_vec();
        for _ in 0..20_000 {
            text.extend_from_slice(b"good,1\n");
        }
        let places = records(&text);
        assert_eq!(places.len(), 20_001);
        assert_eq!(places[0], (0, 7, 1));
    }

    #[test]
    fn a_quote_that_never_closes_at_the_end_of_a_file_costs_one_line_too() {
        // A quote in the middle of the last line closes nothing.
        let found = records(b"a,1\n\"broken\ngood,1\ngood,2");
        assert_eq!(found, [(0, 3, 1), (4, 11, 1), (12, 18, 1), (19, 25, 1)]);
    }

    #[test]
    fn all_carriage_returns_go_with_the_line_end() {
        assert_eq!(records(b"a,1\r\r\nb,2\r"), [(0, 3, 1), (6, 9, 1)]);
    }
}
