//! The rows of a reference table are told apart by the columns that its sidecar says.

use crate::error::{Error, Result};
use std::collections::HashMap;

/// The values of the key that were read, with their lines.
pub(super) struct RowKeys<'c> {
    names: Vec<&'c str>,
    places: Vec<usize>,
    lines: HashMap<Vec<String>, u64>,
}

impl<'c> RowKeys<'c> {
    /// The key of a file with these columns; a column that it lacks tells nothing apart.
    pub(super) fn of(key: &[String], columns: &'c [(String, usize)]) -> Self {
        let found = columns.iter().filter(|(name, _)| key.contains(name));
        let (names, places) = found.map(|(name, at)| (name.as_str(), *at)).unzip();
        RowKeys {
            names,
            places,
            lines: HashMap::new(),
        }
    }

    /// Adds a row. Rows without a key are as many as there are.
    ///
    /// # Errors
    /// Data: another row has the same key.
    pub(super) fn add(&mut self, file: &str, line: u64, row: &csv::StringRecord) -> Result<()> {
        let values = self
            .places
            .iter()
            .map(|at| row.get(*at).unwrap_or_default());
        let key: Vec<String> = values.map(|value| value.trim().to_string()).collect();
        if key.iter().all(String::is_empty) {
            return Ok(());
        }
        let Some(first) = self.lines.insert(key, line) else {
            return Ok(());
        };
        let names = self.names.join(" and ");
        let are = match self.names.len() {
            1 => "is that",
            _ => "are those",
        };
        Err(Error::data(format!(
            "{file}:{line}: {names} {are} of line {first} again"
        ))
        .hint(format!(
            "take one of the two rows out, or give it another {names}: rows are told apart by that"
        )))
    }
}
