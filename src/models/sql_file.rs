//! The text of a SQL file, as editors save it.

use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::Path;

/// Reads a file of SQL, without the byte order mark that some editors put first.
///
/// # Errors
/// Usage: it is not there, may not be read, or is no UTF-8.
pub(crate) fn read_sql(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file).map_err(|e| {
        let hint = match e.kind() {
            ErrorKind::InvalidData => "save it as UTF-8",
            _ => "name a text file with one query",
        };
        Error::usage(format!("{} cannot be read", file.display()))
            .cause(e)
            .hint(hint)
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}
