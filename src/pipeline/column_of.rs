//! A column of an official file.

use serde::Deserialize;

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ColumnOf {
    /// Its place, from 1.
    Place(usize),
    /// Its name in the first line.
    Name(String),
}
