//! What separates the columns of a CSV file, and what quotes them.

use crate::error::{Error, Result};

/// How the text of a CSV file is cut into fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What separates two columns.
    pub delimiter: u8,
    /// What stands around a value that holds a delimiter or a line end; None when nothing does.
    pub quote: Option<u8>,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            delimiter: b',',
            quote: Some(b'"'),
        }
    }
}

/// Delimiters that are looked for, and what they are called.
pub(super) const DELIMITERS: [(u8, &str); 5] = [
    (b',', "comma"),
    (b'\t', "tab"),
    (b'|', "pipe"),
    (b';', "semicolon"),
    (b'^', "caret"),
];

/// What a delimiter is called.
pub(super) fn called(delimiter: u8) -> String {
    let known = DELIMITERS.iter().find(|(byte, _)| *byte == delimiter);
    known.map_or_else(
        || format!("'{}'", char::from(delimiter)),
        |(_, name)| (*name).to_string(),
    )
}

/// Reads the setting `delimiter`: a name or the character itself.
pub(super) fn delimiter(text: &str, file: &str) -> Result<u8> {
    if let Some((byte, _)) = DELIMITERS.iter().find(|(_, name)| *name == text) {
        return Ok(*byte);
    }
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err(Error::usage(format!("{file}: unknown delimiter"))
            .hint("write comma, tab, pipe, semicolon, caret, or one other ASCII character; leave it out to have it detected")),
    }
}

/// Reads the setting `quote`: the character, or `none`.
pub(super) fn quote(text: &str, file: &str) -> Result<Option<u8>> {
    match text.as_bytes() {
        b"none" => Ok(None),
        [byte @ (b'"' | b'\'' | b'`' | b'~')] => Ok(Some(*byte)),
        _ => Err(Error::usage(format!("{file}: unknown quote"))
            .hint("write \"\\\"\", \"'\", \"`\", \"~\" or \"none\"")),
    }
}
