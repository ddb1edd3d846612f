//! Stored rows whose place extracts take.

use crate::lake::DataFile;
use crate::privacy::RecordKey;
use std::collections::{BTreeMap, HashMap};

/// Stored rows whose place extracts take, by table.
#[derive(Debug, Default)]
pub(crate) struct Withdrawn {
    pub(super) tables: HashMap<usize, WithdrawnRows>,
    /// How many rows are not there any more, of how many, by source and table.
    pub gone: BTreeMap<(usize, usize), Gone>,
}

/// Rows that are not there any more.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    /// How many.
    pub rows: u64,
    /// Of how many whose place was taken.
    pub of: u64,
}

/// The withdrawn rows of a table.
#[derive(Debug, Default)]
pub(crate) struct WithdrawnRows {
    /// Positions among the rows of each file that count, ascending, by its path.
    pub(super) rows: HashMap<String, Vec<u32>>,
    /// Whether a row that came again as it was is written again, to say which extract it is of.
    pub renewed: bool,
    /// Records of which nothing came again.
    pub lost: Vec<RecordKey>,
}

impl Withdrawn {
    /// The withdrawn rows of a table, if there are any.
    pub(crate) fn of(&self, table: usize) -> Option<&WithdrawnRows> {
        self.tables.get(&table)
    }

    /// All tables with their withdrawn rows.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (usize, &WithdrawnRows)> {
        self.tables.iter().map(|(table, rows)| (*table, rows))
    }
}

impl WithdrawnRows {
    /// Those of a file.
    pub(crate) fn of(&self, file: &DataFile) -> &[u32] {
        self.rows.get(&file.path).map_or(&[], Vec::as_slice)
    }

    /// For each of the rows of a file at the positions `picked`, or all `count` of them, whether it is
    /// withdrawn.
    pub(crate) fn flags(&self, file: &DataFile, count: usize, picked: Option<&[u32]>) -> Vec<bool> {
        let rows = self.of(file);
        match picked {
            Some(picked) => {
                let is_one = |at: &u32| rows.binary_search(at).is_ok();
                picked.iter().map(is_one).collect()
            }
            None => {
                let mut flags = vec![false; count];
                for row in rows {
                    if let Some(flag) = flags.get_mut(*row as usize) {
                        *flag = true;
                    }
                }
                flags
            }
        }
    }
}
