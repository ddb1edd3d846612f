//! The rows of a file of codes, however it was saved.

use crate::error::{Context, Error, Result};
use csv::StringRecord;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;
use std::path::Path;

/// What separates values, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A file of codes in memory.
pub(super) struct CodeFile {
    /// What errors call it.
    pub place: String,
    /// The names of its columns.
    pub header: Vec<String>,
    text: String,
    delimiter: u8,
}

impl CodeFile {
    /// Reads a file. One without a line has no columns.
    ///
    /// # Errors
    /// Usage: it cannot be read.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let bytes = crate::regular_file::read(path)
            .usage(|| format!("the code list {place} cannot be read"))
            .map_err(|e| e.hint("correct its path under [codes]"))?;
        Ok(Self::of(place, &bytes))
    }

    /// A file of these bytes: UTF-8 or UTF-16 with a mark, UTF-8 without one, else Windows-1252.
    pub(super) fn of(place: String, bytes: &[u8]) -> Self {
        let text = match Encoding::for_bom(bytes) {
            Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
            None => match UTF_8.decode_without_bom_handling(bytes) {
                (text, false) => text,
                (_, true) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
            },
        };
        let first = text.lines().find(|line| !line.trim().is_empty());
        let first = first.unwrap_or_default();
        let count = |delimiter: &u8| first.bytes().filter(|b| b == delimiter).count();
        // Of two that are as frequent, that which stands first counts.
        let delimiter = DELIMITERS
            .into_iter()
            .rev()
            .max_by_key(count)
            .unwrap_or(b',');
        let mut file = CodeFile {
            place,
            header: Vec::new(),
            // Lines are counted by their ends.
            text: text.replace("\r\n", "\n"),
            delimiter,
        };
        let mut header = StringRecord::new();
        if file.reader().read_record(&mut header).unwrap_or(false) {
            file.header = header.iter().map(|name| cell(name).into_owned()).collect();
        }
        file
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            // Files with tabs do not quote, and terms have quotation marks in them.
            .quoting(self.delimiter != b'\t')
            .trim(csv::Trim::All)
            .from_reader(self.text.as_bytes())
    }

    /// Hands over each row below the header, with its line.
    ///
    /// # Errors
    /// Usage: a row cannot be read, or what `each` says.
    pub(super) fn rows(
        &self,
        mut each: impl FnMut(u64, &StringRecord) -> Result<()>,
    ) -> Result<()> {
        let mut reader = self.reader();
        let mut record = StringRecord::new();
        let mut is_header = true;
        while reader
            .read_record(&mut record)
            .usage(|| format!("the code list {} cannot be read", self.place))?
        {
            let line = record.position().map_or(1, csv::Position::line);
            if !is_header && record.iter().any(|value| !value.is_empty()) {
                each(line, &record)?;
            }
            is_header = false;
        }
        Ok(())
    }

    /// The error that a line breaks a rule.
    pub(super) fn wrong(&self, line: u64, rule: &str) -> Error {
        Error::usage(format!("{}:{line}: {rule}", self.place)).hint(
            "correct the list, or save it again as it was published, without a spreadsheet; docs/pipeline-file.md says what a list holds",
        )
    }
}

/// A value without what spreadsheets put around a text so that it stays one.
pub(super) fn cell(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let value = value
        .strip_prefix("=\"")
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    let value = value.strip_prefix('\'').unwrap_or(value);
    match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(inner) => Cow::Owned(inner.replace("\"\"", "\"")),
        None => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let file = CodeFile::of("f.csv".to_string(), bytes);
        let mut rows = Vec::new();
        file.rows(|line, row| {
            rows.push((line, row.iter().map(|v| cell(v).into_owned()).collect()));
            Ok(())
        })
        .unwrap();
        (file.header, rows)
    }

    #[test]
    fn forms_of_files() {
        let expected = (
            vec!["code".to_string(), "term".to_string()],
            vec![(2, vec!["E11".to_string(), "a, b".to_string()])],
        );
        for text in [
            "code,term\nE11,\"a, b\"\n",
            "\u{feff}code,term\r\nE11,\"a, b\"\r\n",
            "code\tterm\nE11\ta, b\n",
            "code;term\nE11;a, b\n",
            "\"code\"\t\"term\"\n\"E11\"\t\"a, b\"\n",
            "code,term\n'E11,\"a, b\"\n",
            "code,term\nE11,\"a, b\"\n,\n\n",
        ] {
            assert_eq!(rows(text.as_bytes()), expected, "{text}");
        }
        let wide: Vec<u8> = "\u{feff}code\tterm\nE11\ta, b\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(rows(&wide), expected);
        assert_eq!(
            rows(b"code,term\nI67,Moyamoya \xe9\n").1[0].1[1],
            "Moyamoya é"
        );
        assert_eq!(rows(b""), (Vec::new(), Vec::new()));
    }
}
