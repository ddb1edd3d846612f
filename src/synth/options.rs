//! What to make, and what was made.

use chrono::NaiveDate;
use std::path::PathBuf;

/// What to make.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder to write; it must be absent or empty.
    pub out: PathBuf,
    /// How many people.
    pub people: u32,
    /// The seed that everything follows from.
    pub seed: u64,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Plant what goes wrong in real extracts, and list it in `faults.csv`.
    pub faults: bool,
    /// Write plain files instead of gzip.
    pub plain: bool,
}

/// What one kind of file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Folder and stem, such as `fhir/Patient`.
    pub stem: &'static str,
    /// Files.
    pub files: u64,
    /// Resources or rows, headers not counted.
    pub rows: u64,
    /// Bytes before compression.
    pub bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Files, those of `reference/` included.
    pub files: u64,
    /// Bytes before compression.
    pub bytes: u64,
    /// Bytes on disk.
    pub stored: u64,
    /// By kind of file, in a fixed order.
    pub counts: Vec<Count>,
    /// Planted faults, 0 without `faults`.
    pub faults: u64,
}
