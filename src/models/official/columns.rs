//! Where the columns of an official file are: by their names, or their places.

use super::filter::RowFilter;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::pipeline::{ColumnOf, PickedColumns};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines of a file among which its header is: above it are titles and notes.
const HEADER_LINES: usize = 21;

/// The columns that are wanted of a file, looked for from its first line on.
pub(super) struct Picked<'p> {
    file: PathBuf,
    wanted: &'p PickedColumns,
    /// Columns by which rows are found, beside those that are wanted.
    by: BTreeMap<&'p str, &'p ColumnOf>,
    found: Option<Places<'p>>,
    /// What the likeliest header lacks: how many columns, the first of them, and what it has.
    nearest: Option<(usize, String, Vec<String>)>,
    looked: usize,
}

/// Where columns are.
pub(super) struct Places<'p> {
    /// Whether the row at hand is the header itself.
    pub is_header: bool,
    /// By the name in the table.
    pub columns: Vec<(&'p str, usize)>,
    /// The same for the columns by which rows are found.
    pub by: Vec<(&'p str, usize)>,
    filter: RowFilter<'p>,
}

impl Places<'_> {
    /// Whether a row is one of those that are wanted.
    pub(super) fn wanted(&self, row: &[String]) -> bool {
        row.iter().any(|value| !value.is_empty()) && self.filter.passes(row)
    }
}

impl<'p> Picked<'p> {
    /// Looks for these columns in a file.
    pub(super) fn new(
        wanted: &'p PickedColumns,
        file: &Path,
        by: BTreeMap<&'p str, &'p ColumnOf>,
    ) -> Self {
        Picked {
            file: file.to_path_buf(),
            wanted,
            by,
            found: None,
            nearest: None,
            looked: 0,
        }
    }

    /// Where the columns are, once the header has been seen; None above it.
    pub(super) fn places(&mut self, line: u64, row: &[String]) -> Result<Option<&Places<'p>>> {
        if let Some(places) = &mut self.found {
            places.is_header = false;
        } else if self.looked >= HEADER_LINES {
            self.found_or_refused()?;
        } else {
            self.looked += 1;
            self.look(line, row)?;
        }
        Ok(self.found.as_ref())
    }

    /// Looks whether a row is the header, or whether a file without one has the columns.
    fn look(&mut self, line: u64, row: &[String]) -> Result<()> {
        let header = self.wanted.header.then_some(row);
        match self.found_in(header, row)? {
            Ok(mut places) => {
                places.is_header = header.is_some();
                self.found = Some(places);
            }
            Err((_, first)) if header.is_none() => {
                let columns = row.len();
                return Err(self
                    .cannot(&first)
                    .cause(format!("its line {line} has {columns} columns"))
                    .hint("correct columns of this table under [reference]"));
            }
            Err((missing, first)) => {
                let known = self.nearest.as_ref();
                if known.is_none_or(|(least, ..)| missing < *least) {
                    self.nearest = Some((missing, first, row.to_vec()));
                }
            }
        }
        Ok(())
    }

    /// Refuses a file in which the columns were not found.
    pub(super) fn found_or_refused(&self) -> Result<()> {
        match (&self.found, &self.nearest) {
            (Some(_), _) => Ok(()),
            (None, Some((_, first, header))) => {
                let error = self.cannot(first);
                let named = header.iter().filter(|name| !name.is_empty());
                Err(error.hint(format!(
                    "{}; correct columns of this table under [reference]",
                    nearest(first, named)
                )))
            }
            (None, None) => Err(Error::data(format!(
                "the reference file {} cannot be read",
                self.file.display()
            ))
            .cause("it is empty")
            .hint("download it again, or correct its path under [reference]")),
        }
    }

    fn cannot(&self, column: &str) -> Error {
        Error::data(format!(
            "the reference file {} cannot be read",
            self.file.display()
        ))
        .cause(format!("it has no column {column}"))
    }

    /// The places in a header, or in the first row of a file without one; or else how many columns
    /// are not there, and the first.
    fn found_in(
        &self,
        header: Option<&[String]>,
        row: &[String],
    ) -> Result<std::result::Result<Places<'p>, (usize, String)>> {
        let mut missing: Vec<String> = Vec::new();
        let mut place = |of: &ColumnOf| -> Result<usize> {
            let at = match (of, header) {
                (ColumnOf::Place(at), _) => at.checked_sub(1).filter(|at| *at < row.len()),
                (ColumnOf::Name(name), Some(header)) => self.named(header, name)?,
                (ColumnOf::Name(name), None) => {
                    let at = name.parse::<usize>().ok().and_then(|at| at.checked_sub(1));
                    at.filter(|at| *at < row.len())
                }
            };
            if at.is_none() {
                missing.push(match of {
                    ColumnOf::Place(at) => at.to_string(),
                    ColumnOf::Name(name) => name.clone(),
                });
            }
            Ok(at.unwrap_or_default())
        };
        let mut columns = Vec::new();
        for (name, of) in &self.wanted.columns {
            columns.push((name.as_str(), place(of)?));
        }
        let mut by = Vec::new();
        for (name, of) in &self.by {
            by.push((*name, place(of)?));
        }
        let mut tests = [Vec::new(), Vec::new()];
        for (tests, of) in tests
            .iter_mut()
            .zip([&self.wanted.only, &self.wanted.except])
        {
            for (column, values) in of {
                let column = ColumnOf::Name(column.clone());
                tests.push((place(&column)?, values));
            }
        }
        let [only, except] = tests;
        let count = missing.len();
        Ok(match missing.into_iter().next() {
            Some(first) => Err((count, first)),
            None => Ok(Places {
                is_header: false,
                columns,
                by,
                filter: RowFilter { only, except },
            }),
        })
    }

    /// The place of a name; `?` in it stands for any one sign, as official names have a year.
    fn named(&self, header: &[String], name: &str) -> Result<Option<usize>> {
        // Names in workbooks are broken over lines.
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = &words(name);
        let same = |found: &&(usize, String)| found.1.eq_ignore_ascii_case(name);
        let all: Vec<(usize, String)> = header.iter().map(|n| words(n)).enumerate().collect();
        if let Some((at, _)) = all.iter().find(same) {
            return Ok(Some(*at));
        }
        if !name.contains('?') {
            return Ok(None);
        }
        let mut fitting = all.iter().filter(|(_, found)| fits(name, found));
        match (fitting.next(), fitting.next()) {
            (Some((_, first)), Some((_, second))) => Err(self
                .cannot(name)
                .cause(format!("{first} and {second} both fit that name"))
                .hint("write the whole name of one of them")),
            (found, _) => Ok(found.map(|(at, _)| *at)),
        }
    }
}

/// Whether a name has a form in which `?` is any one sign.
fn fits(form: &str, name: &str) -> bool {
    form.chars().count() == name.chars().count()
        && form
            .chars()
            .zip(name.chars())
            .all(|(form, sign)| form == '?' || form.eq_ignore_ascii_case(&sign))
}
