//! A report of the project, with what its queries read.

use super::counted::{CountedTable, Counting, judged};
use super::report_file::ReportTable;
use crate::lake::TableName;
use crate::pipeline::AreaLevel;
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
    /// The levels of areas of which each has the report for itself too.
    pub levels: Vec<AreaLevel>,
    /// What its tables count, by table.
    pub counted: BTreeMap<String, CountedTable>,
}

impl Report {
    /// The queries that a table is judged by, one for each of its countings.
    pub(super) fn queries(&self, table: &ReportTable) -> Vec<String> {
        let Some(counted) = self.counted.get(&table.id) else {
            return Vec::new();
        };
        let dimensions = counted.names(table);
        let countings = counted.countings.iter();
        countings.map(|one| judged(one, &dimensions)).collect()
    }

    /// What a table counts.
    pub(super) fn countings(&self, table: &ReportTable) -> impl Iterator<Item = &Counting> {
        let counted = self.counted.get(&table.id);
        counted.into_iter().flat_map(|counted| &counted.countings)
    }
}

/// What errors call a table of a report.
pub(super) fn place(file: &Path, table: &str) -> String {
    format!("{}: table {table}", file.display())
}
