//! Which files of the sources' folders have to be read.

use super::series_read::SeriesRead;
use super::source_file::{PassedOver, SourceFile};
use crate::pull::state::extracts::Extract;
use std::collections::BTreeMap;

/// Files that have to be read.
#[derive(Default)]
pub(crate) struct NewFiles {
    /// The files.
    pub work: Vec<FileToRead>,
    /// How many need not be.
    pub known: u64,
    /// Files of the folders that are not read, with their addresses.
    pub passed_over: Vec<PassedOver>,
    /// Lines that brought something in those, by source.
    pub known_lines: BTreeMap<usize, u64>,
    /// How many files are reached through symbolic links.
    pub linked: u64,
    /// Files that come again with other bytes, by the number of their source.
    pub corrected: Vec<(usize, String)>,
    /// Series of which an extract is read that takes the place of earlier ones.
    pub series: Vec<SeriesRead>,
    /// Whether a file was taken with another view, lookup or setting: what it holds has changed,
    /// though the versions of its records have not.
    pub other_settings: bool,
}

impl NewFiles {
    /// Counts a file that need not be read.
    pub(super) fn know(&mut self, source: usize, taken: &Extract) {
        self.known += 1;
        *self.known_lines.entry(source).or_default() += taken.used();
    }
}

/// A file to read.
#[derive(Debug)]
pub(crate) struct FileToRead {
    /// Index of its source in the plan.
    pub source: usize,
    /// The file.
    pub file: SourceFile,
    /// Whether it is new or changed, and not only read again.
    pub arrived: bool,
}
