//! Columns that another file adds to the rows of a table.

use super::columns::Picked;
use super::row::value;
use super::rows::each_row;
use crate::error::{Error, Result};
use crate::pipeline::AddedColumns;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The rows of a file, found by the values of columns that the table has too.
pub(super) struct Added<'p> {
    file: PathBuf,
    by: Vec<&'p str>,
    columns: Vec<&'p str>,
    rows: HashMap<Vec<String>, Vec<String>>,
    asked: usize,
    matched: usize,
}

impl<'p> Added<'p> {
    /// Reads a file.
    ///
    /// # Errors
    /// Data: it cannot be read, or has two different rows of one key.
    pub(super) fn read(added: &'p AddedColumns, file: &Path) -> Result<Self> {
        let by = added.by.iter().map(|(name, of)| (name.as_str(), of));
        let mut picked = Picked::new(&added.picked, file, by.collect());
        let mut rows: HashMap<Vec<String>, Vec<String>> = HashMap::new();
        each_row(file, added.picked.sheet.as_deref(), |line, row| {
            let Some(places) = picked.places(line, row)? else {
                return Ok(());
            };
            if places.is_header || !places.wanted(row) {
                return Ok(());
            }
            let values = |places: &[(&str, usize)]| {
                let places = places.iter();
                places
                    .map(|(_, at)| value(row, *at).to_string())
                    .collect::<Vec<_>>()
            };
            let (key, values) = (values(&places.by), values(&places.columns));
            match rows.get(&key) {
                Some(other) if *other != values => Err(Error::data(format!(
                    "{}:{line}: there are two different rows of one {}",
                    file.display(),
                    added.by.keys().cloned().collect::<Vec<_>>().join(" and ")
                ))
                .hint("choose among them by only or except: those that hold now, or of one kind")),
                Some(_) => Ok(()),
                None => {
                    rows.insert(key, values);
                    Ok(())
                }
            }
        })?;
        picked.found_or_refused()?;
        Ok(Added {
            file: file.to_path_buf(),
            by: added.by.keys().map(String::as_str).collect(),
            columns: added.picked.columns.keys().map(String::as_str).collect(),
            rows,
            asked: 0,
            matched: 0,
        })
    }

    /// Adds the columns to a row, empty where the file has no row for it.
    pub(super) fn add(&mut self, row: &mut BTreeMap<&'p str, String>) {
        let key: Vec<String> = self
            .by
            .iter()
            .map(|name| row.get(name).cloned().unwrap_or_default())
            .collect();
        self.asked += 1;
        let found = self.rows.get(&key);
        self.matched += usize::from(found.is_some());
        for (at, column) in self.columns.iter().enumerate() {
            let value = found.and_then(|values| values.get(at)).cloned();
            row.insert(column, value.unwrap_or_default());
        }
    }

    /// Refuses a file of which no row belongs to the table: it is of other areas, or of other years.
    pub(super) fn refuse_no_match(&self, name: &str) -> Result<()> {
        if self.asked == 0 || self.matched > 0 {
            return Ok(());
        }
        Err(Error::data(format!(
            "no row of {} belongs to a row of the reference table {name}",
            self.file.display()
        ))
        .cause(format!("they are compared by {}", self.by.join(" and ")))
        .hint("name the file of the same areas and years, and the column that has their codes"))
    }
}
