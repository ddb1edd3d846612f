//! A report of the project, with what its queries read.

use super::counted::{CountedTable, judged};
use super::report_file::ReportTable;
use crate::lake::TableName;
use crate::release::ReportFile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A report of the project.
pub(super) struct Report {
    /// Its file.
    pub file: PathBuf,
    /// The whole text of it.
    pub text: String,
    pub report: ReportFile,
    /// The tables that its queries name, and the code lists that their functions read.
    pub reads: BTreeSet<TableName>,
    /// The same, by table of the report.
    pub reads_by: BTreeMap<String, BTreeSet<TableName>>,
    /// What its tables count, by table.
    pub counted: BTreeMap<String, CountedTable>,
}

impl Report {
    /// The queries of a table: its own SQL, or those that it is judged by.
    pub(super) fn queries(&self, table: &ReportTable) -> Vec<String> {
        match self.counted.get(&table.id) {
            Some(counted) => {
                let dimensions: Vec<&str> = table.dimensions().collect();
                let countings = counted.countings.iter();
                countings.map(|one| judged(one, &dimensions)).collect()
            }
            None => table.sql.iter().cloned().collect(),
        }
    }

    /// The tables that the query of one of its tables names.
    pub(super) fn reads_of(&self, table: &str) -> BTreeSet<TableName> {
        self.reads_by.get(table).cloned().unwrap_or_default()
    }
}

/// What errors call a table of a report.
pub(super) fn place(file: &Path, table: &str) -> String {
    format!("{}: table {table}", file.display())
}
