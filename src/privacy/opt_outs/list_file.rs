//! A file of NHS numbers, as the MESH check takes and returns it, or as people keep it.
//!
//! MESH has one number a line with a comma behind it. Beside that a header is understood, quotes,
//! line ends of every kind, other separators, several numbers a line, and a last line that says where
//! the file ends or how many numbers it has.

use super::super::NhsNumber;
use super::super::spelling::plain_text;
use crate::error::{Context, Error, Result};
use crate::transcoded;
use chrono::NaiveDate;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

/// The first words of a first line that says of which day the list is.
const CHECKED_ON: &str = "# checked on ";

/// A file of NHS numbers.
pub(super) struct ListFile {
    /// The numbers.
    pub numbers: Vec<NhsNumber>,
    /// The day of which it says that it is.
    pub checked_on: Option<NaiveDate>,
    /// When it was last changed.
    pub changed: SystemTime,
}

impl ListFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Data: it is no file, is no text in UTF-8 or UTF-16, or holds something else than NHS numbers; the error
    /// names the line and not what it holds.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let cannot = || format!("the opt-out list {} cannot be read", path.display());
        let file = crate::regular_file::open(path).data(cannot).map_err(|e| {
            e.hint("correct opt_outs under [privacy]; nothing was pulled without it")
        })?;
        let facts = file.metadata().data(cannot)?;
        if !facts.is_file() {
            return Err(Error::data(cannot()).cause("it is not a file").hint(
                "name a file of NHS numbers under [privacy]; nothing was pulled without it",
            ));
        }
        let mut list = ListFile {
            numbers: Vec::new(),
            checked_on: None,
            changed: facts.modified().data(cannot)?,
        };
        let mut number = 0;
        // What the last line may be: none of a number, but a trailer.
        let mut unread: Option<(String, usize)> = None;
        let packed = "unpack it: nothing is pulled while an opt-out is unreadable";
        let text = transcoded::unpacked(file, cannot, packed)?;
        let wrong =
            |(what, hint): (String, &'static str)| Error::data(cannot()).cause(what).hint(hint);
        for line in BufReader::new(text).lines() {
            let line = line.data(cannot).map_err(|e| {
                e.hint("save it as plain text in UTF-8, one NHS number a line: nothing is pulled while an opt-out is unreadable")
            })?;
            // An old Macintosh, and some exports, end lines with a carriage return alone.
            for line in line.trim_end_matches('\r').split('\r') {
                number += 1;
                if is_blank(line) {
                    continue;
                }
                if let Some((_, at)) = unread {
                    return Err(wrong(no_number(at)));
                }
                let before = list.numbers.len();
                if list.line(line, number).map_err(wrong)?.is_break() {
                    list.numbers.truncate(before);
                    unread = Some((line.to_string(), number));
                }
            }
        }
        if let Some((line, at)) = unread {
            list.end(&line, at).map_err(wrong)?;
        }
        Ok(list)
    }

    /// Takes in a line; stops at one that holds something else than numbers. What is wrong with it, and
    /// what to do, when it cannot be used.
    fn line(&mut self, line: &str, number: usize) -> LineVerdict<ControlFlow<()>> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if let Some(said) = line.strip_prefix(CHECKED_ON).filter(|_| number == 1) {
            let day = NaiveDate::parse_from_str(said.trim(), "%Y-%m-%d");
            self.checked_on = Some(day.map_err(|_| {
                (
                    "its first line does not say a day".to_string(),
                    "write it as '# checked on 2026-11-22', or leave the line out",
                )
            })?);
            return Ok(ControlFlow::Continue(()));
        }
        // A header comes before all numbers.
        if self.numbers.is_empty() && is_header(line) {
            return Ok(ControlFlow::Continue(()));
        }
        for field in line.split([',', ';', '|', '\t']).filter(|f| !is_blank(f)) {
            match NhsNumber::parse(field, true) {
                Ok(number) => self.numbers.push(number),
                Err(_) => return Ok(ControlFlow::Break(())),
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Judges a last line that is no number: it may say that the file ends, and how many numbers it has.
    fn end(&self, line: &str, number: usize) -> LineVerdict<()> {
        let plain = plain_text(line).to_ascii_lowercase();
        let parts = plain.split(|c: char| !c.is_alphanumeric());
        let parts = parts.filter(|part| !part.is_empty());
        let is_count = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
        let (counts, words): (Vec<&str>, Vec<&str>) = parts.partition(is_count);
        let ends = words.iter().all(|word| TRAILER.contains(word));
        match *counts.as_slice() {
            _ if !ends => Err(no_number(number)),
            [] => Ok(()),
            [count] if count.parse() == Ok(self.numbers.len()) => Ok(()),
            [count] if !words.is_empty() && count.len() < 10 => Err((
                format!(
                    "its last line does not say that it has the {} numbers that it has",
                    self.numbers.len()
                ),
                "ask for the file again, it may be cut off: nothing is pulled while an opt-out is unreadable",
            )),
            _ => Err(no_number(number)),
        }
    }
}

/// What is wrong, and what to do.
type LineVerdict<T> = std::result::Result<T, (String, &'static str)>;

/// The words of a last line that is no number.
const TRAILER: [&str; 14] = [
    "affected", "count", "end", "eof", "file", "footer", "of", "record", "records", "row", "rows",
    "t", "total", "trailer",
];

fn no_number(line: usize) -> (String, &'static str) {
    (
        format!("line {line} is not an NHS number"),
        "correct that line, and take out columns that are no NHS numbers: nothing is pulled while an opt-out is unreadable",
    )
}

/// Whether nothing is written in a field.
fn is_blank(field: &str) -> bool {
    !plain_text(field).chars().any(char::is_alphanumeric)
}

/// Whether a line is the name of the column: words such as `NHS Number` without a digit.
fn is_header(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_ascii_alphabetic());
    let name: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let plain = plain_text(line);
    name.starts_with("nhs") && !plain.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<usize> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.dat");
        std::fs::write(&path, bytes).unwrap();
        ListFile::read(&path).map(|list| list.numbers.len())
    }

    #[test]
    fn the_forms_of_mesh_and_of_people_are_read() {
        for (form, text) in [
            ("one a line", "9434765919\n9000000009\n"),
            ("MESH", "9434765919,\r\n9000000009,\r\n"),
            ("header", "NHS Number\n9434765919\n9000000009"),
            (
                "header and commas",
                "\u{feff}nhs_number,,\r\n9434765919,,\r\n9000000009,,\r\n",
            ),
            (
                "quotes",
                "\"NHS_NUMBER\"\n\"943 476 5919\"\n\"9000000009\"\n",
            ),
            ("carriage returns", "9434765919\r9000000009\r"),
            ("one line", "9434765919, 9000000009"),
            (
                "no-break spaces",
                "943\u{a0}476\u{a0}5919\n900\u{a0}000\u{a0}0009\n\n",
            ),
            ("Excel", "=\"9434765919\"\n9000000009.0\n"),
            ("count", "9434765919,\r\n9000000009,\r\n2\r\n\r\n"),
            ("trailer", "9434765919\n9000000009\nTRAILER|2"),
            ("rows", "9434765919\n9000000009\n\n(2 rows affected)\n"),
            ("end", "9434765919\n9000000009\n\"END OF FILE\",\n"),
            (
                "day",
                "# checked on 2026-11-02\nNHS Number\n9434765919,\n9000000009,\n",
            ),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap(), 2, "{form}");
        }
    }

    #[test]
    fn a_list_that_a_spreadsheet_saved_in_utf_16_is_read() {
        let text = "NHS Number\r\n9434765919,\r\n9000000009,\r\n";
        for text in [text.to_owned(), format!("\u{feff}{text}")] {
            let units = || text.encode_utf16();
            let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
            assert_eq!((read(&little).unwrap(), read(&big).unwrap()), (2, 2));
        }
    }

    #[test]
    fn what_is_no_number_is_named_by_its_line() {
        for (text, line) in [
            ("9434765919\n9434765918\n", 2),
            ("9434765919,\nNHS Number,\n", 2),
            ("name\n9434765919\n", 1),
            ("9434765919,SMITH\n", 1),
            ("9434765919\r12345\r", 2),
            ("9434765919\nEND\n9000000009\n", 2),
            ("9434765919\n9000000009,9434765918\n", 2),
            ("9434765919\nSMITH\n", 2),
            ("9434765919\nT 1 9434765918\n", 2),
            ("1\n9434765919\n", 1),
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(
                error.causes(),
                [format!("line {line} is not an NHS number")]
            );
        }
    }

    #[test]
    fn a_list_that_lacks_numbers_of_its_trailer_is_cut_off() {
        let error = read(b"9434765919\n9000000009\nTRAILER,3\n").unwrap_err();
        let cause = "its last line does not say that it has the 2 numbers that it has";
        assert_eq!(error.causes(), [cause]);
    }

    #[test]
    fn a_list_that_is_packed_is_named_so() {
        for (start, cause) in [
            (b"\x1f\x8b\x08\0".as_slice(), "it is packed with gzip"),
            (b"PK\x03\x04", "it is a zip archive or a workbook"),
        ] {
            assert_eq!(read(start).unwrap_err().causes(), [cause]);
        }
    }
}
