//! Cutting CSV text into records without losing a byte.

/// A quoted field that runs longer than this without its closing quote is a broken line, not a
/// field: without a limit one stray quote would swallow the rest of a file.
const LONGEST_RECORD: usize = 64 * 1024;

/// The records of a chunk: byte range without the line end, and how many lines each takes.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// One record's place in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
    pub lines: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Records { bytes, at: 0 }
    }
}

impl Iterator for Records<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (length, lines) = record_length(rest).unwrap_or_else(|| last_length(rest));
        self.at = start + length;
        let mut end = self.at;
        if self.bytes[..end].ends_with(b"\n") {
            end -= 1;
            if self.bytes[start..end].ends_with(b"\r") {
                end -= 1;
            }
        }
        Some(Place { start, end, lines })
    }
}

/// Bytes up to and with the newline that ends the first record, and its lines; None without one.
fn record_length(bytes: &[u8]) -> Option<(usize, u64)> {
    let mut quoted = false;
    let mut lines = 0;
    let mut first_line = None;
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' => {
                lines += 1;
                if !quoted {
                    return Some((i + 1, lines));
                }
                first_line.get_or_insert(i + 1);
                if i > LONGEST_RECORD {
                    break;
                }
            }
            _ => {}
        }
    }
    // The quote never closes: the line is broken by itself.
    (bytes.len() > LONGEST_RECORD).then_some((first_line?, 1))
}

/// Bytes and lines of a record that has no end, at the end of its file: the last one, without its line
/// end, or a quote that never closes, which costs its own line and not those after it.
fn last_length(bytes: &[u8]) -> (usize, u64) {
    let count = |wanted| memchr::memchr_iter(wanted, bytes).count();
    if count(b'"').is_multiple_of(2) {
        return (bytes.len(), count(b'\n') as u64 + 1);
    }
    let line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
    (line, 1)
}

/// How many bytes of a buffer are whole records; the rest waits for more bytes.
pub fn whole_records(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some((length, _)) = record_length(&bytes[at..]) {
        at += length;
    }
    at
}

/// Bytes of the first `most` records.
pub(crate) fn first_records(bytes: &[u8], most: usize) -> usize {
    // A record has at least one line: few lines need no closer look.
    if memchr::memchr_iter(b'\n', bytes).count() < most {
        return bytes.len();
    }
    let mut records = Records::new(bytes);
    records.by_ref().take(most).for_each(drop);
    records.at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_newline_does_not_end_a_record() {
        let text = b"a,\"b\nc\",d\r\ne\n";
        let places: Vec<Place> = Records::new(text).collect();
        assert_eq!(
            places[0],
            Place {
                start: 0,
                end: 9,
                lines: 2
            }
        );
        assert_eq!(
            places[1],
            Place {
                start: 11,
                end: 12,
                lines: 1
            }
        );
        assert_eq!(whole_records(b"a\nb,\"c\n"), 2);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        let mut text = b"\"broken\n".to_vec();
        for _ in 0..20_000 {
            text.extend_from_slice(b"good,1\n");
        }
        let places: Vec<Place> = Records::new(&text).collect();
        assert_eq!(places.len(), 20_001);
        assert_eq!((places[0].end, places[0].lines), (7, 1));
    }

    #[test]
    fn a_quote_that_never_closes_at_the_end_of_a_file_costs_one_line_too() {
        let places: Vec<Place> = Records::new(b"a,1\n\"broken\ngood,1\nlast,\"x").collect();
        let found: Vec<_> = places.iter().map(|p| (p.start, p.end, p.lines)).collect();
        // The quote that opens in the second line closes in the last.
        assert_eq!(found, [(0, 3, 1), (4, 26, 3)]);
        let places: Vec<Place> = Records::new(b"a,1\n\"broken\ngood,1\ngood,2").collect();
        let found: Vec<_> = places.iter().map(|p| (p.start, p.end, p.lines)).collect();
        assert_eq!(found, [(0, 3, 1), (4, 11, 1), (12, 18, 1), (19, 25, 1)]);
    }
}
