//! What was built, from what.

use chrono::{DateTime, Utc};

/// A table of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineageTable {
    /// Its name: core.person.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its columns; none where they are not known.
    pub columns: Vec<LineageColumn>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineageColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// What it is.
    pub description: Option<String>,
}

/// One build of a model.
#[derive(Debug, Clone)]
pub(crate) struct ModelRun {
    /// The text of its file.
    pub sql: String,
    /// The tables that it read.
    pub inputs: Vec<LineageTable>,
    /// The table that it makes.
    pub output: LineageTable,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// Why its table stays as it was, without counts.
    pub failure: Option<String>,
}
