//! A table that is merged: how it was, and what was found out about its rows.

use crate::lake::{DataFile, Table};
use crate::pull::identity::moved_records::MovedRecords;
use crate::pull::identity::relink::Relinked;
use crate::pull::plan::TablePlan;

/// A table that is merged.
pub(super) struct TableMerge<'a> {
    /// Its number in the plan, and in the spool.
    pub index: usize,
    /// What it is to be.
    pub plan: &'a TablePlan,
    /// Its version in the lake; None for a new one.
    pub stored: Option<Table>,
    /// Which of its rows found their person again.
    pub relinked: Relinked,
    /// Which of its records are in several shards.
    pub moved: MovedRecords,
}

impl<'a> TableMerge<'a> {
    /// A table of which nothing is found out yet.
    pub(super) fn new(index: usize, plan: &'a TablePlan, stored: Option<Table>) -> Self {
        TableMerge {
            index,
            plan,
            stored,
            relinked: Relinked::default(),
            moved: MovedRecords::default(),
        }
    }

    /// Its files in the lake.
    pub(super) fn files(&self) -> &[DataFile] {
        self.stored.as_ref().map_or(&[], |table| &table.files)
    }

    /// Whether the table's view or column file has changed.
    pub(super) fn is_redefined(&self) -> bool {
        let stored = self.stored.as_ref();
        stored.is_some_and(|table| self.plan.redefines(table))
    }
}
