//! What a pull did, for the printer and for `--json`.

use super::intake::Intake;
use super::new_files::NewFiles;
use super::plan::PullPlan;
use crate::lake::Table;
use crate::privacy::{ListRead, OptOuts};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a pull did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Files read.
    pub files_read: u64,
    /// Files that had been taken before.
    pub files_known: u64,
    /// Files of the sources' folders that are no extracts, as far as their names tell.
    pub files_passed_over: Vec<String>,
    /// Decompressed bytes read.
    pub bytes: u64,
    /// Lines of all files read, of every kind.
    pub lines: u64,
    /// Lines that are in tables.
    pub accepted: u64,
    /// Lines of resource types that have no view.
    pub without_view: u64,
    /// Lines that delete records.
    pub deletions: u64,
    /// Headers and empty lines.
    pub other: u64,
    /// Lines that could not be used, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// The tables.
    pub tables: Vec<TableSummary>,
    /// The opt-out lists that were read.
    pub opt_outs: Vec<ListRead>,
    /// The day of the oldest check against the National Data Opt-out.
    pub ndoo_checked_on: Option<NaiveDate>,
    /// Rows that new opt-outs took out of the lake, by table.
    pub opted_out_rows: BTreeMap<String, u64>,
}

/// A table after a pull.
#[derive(Debug, Clone, Serialize)]
pub struct TableSummary {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Rows that wait for their Patient.
    pub unlinked: u64,
    /// Whether this pull changed it.
    pub changed: bool,
    /// Its version.
    pub version: u64,
}

impl Summary {
    pub(super) fn unchanged(plan: &PullPlan, tables: &[Option<Table>]) -> Self {
        let tables = plan
            .tables
            .iter()
            .zip(tables)
            .filter_map(|(plan, table)| {
                let table = table.as_ref()?;
                let unlinked = table
                    .files
                    .iter()
                    .filter(|f| f.shard.is_some_and(super::runs::is_unlinked));
                Some(TableSummary {
                    table: plan.name.to_string(),
                    rows: table.rows(),
                    unlinked: unlinked.map(|f| f.rows).sum(),
                    changed: false,
                    version: table.version,
                })
            })
            .collect();
        Summary {
            tables,
            ..Summary::default()
        }
    }

    pub(super) fn of(plan: &PullPlan, intake: &Intake, tables: Vec<TableSummary>) -> Self {
        let mut summary = Summary {
            files_read: intake.file_count() as u64,
            bytes: intake.bytes(),
            tables,
            ..Summary::default()
        };
        for file in intake.taken(plan).values() {
            summary.lines += file.lines;
            summary.accepted += file.accepted;
            summary.without_view += file.without_view;
            summary.deletions += file.deletions;
            summary.other += file.other;
        }
        for reject in intake.rejects(plan).values().flatten() {
            *summary
                .rejected
                .entry(reject.reason.to_string())
                .or_default() += 1;
        }
        summary
    }

    /// The same, with the files that were not read.
    pub(super) fn with_files(mut self, new: &NewFiles) -> Self {
        self.files_known = new.known;
        self.files_passed_over = new.passed_over.clone();
        self
    }

    /// The same, with what was read of opt-outs, and the rows that they took out.
    pub(super) fn with_opt_outs(mut self, read: OptOuts, rows: BTreeMap<String, u64>) -> Self {
        self.ndoo_checked_on = read.ndoo_checked_on();
        self.opt_outs = read.lists;
        self.opted_out_rows = rows;
        self
    }

    /// Whether any table changed.
    pub fn changed(&self) -> bool {
        self.tables.iter().any(|t| t.changed)
    }
}
