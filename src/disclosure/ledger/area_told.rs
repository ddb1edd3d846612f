//! Tables of areas: which have been published, and which were left out.
//!
//! The cells of all areas are counted by the same dimensions. That there are figures of one area says
//! nothing of another, whose table may have been left out, since a figure of few people would have
//! followed from it. Such a table has an entry of its own, with everybody whom it counts there. It comes
//! back when at least as many of them entered or left as a figure needs to change: that a release has
//! it, and the one before had not, tells of one person no more than a figure does.

use super::{CellName, Ledger, LedgerEntry};
use crate::disclosure::count::Released;
use crate::disclosure::members::Members;

/// What earlier releases have of a table of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AreaTold {
    /// Its figures: those of its cells stand, and nobody was in the others.
    Published,
    /// Nothing: it was left out, and too few have changed for it to come back.
    LeftOut,
    /// Nothing that matters tonight.
    New,
}

/// How the entry of a table begins that was left out.
const LEFT_OUT: &str = "left out: ";

impl Ledger {
    /// Whether a table with such a cell has been published, of its area, so that nobody was in the cell
    /// where it has no figure.
    pub(super) fn is_told(&self, cell: &CellName) -> bool {
        let areas = self.tables.get(&cell.table);
        areas.is_some_and(|areas| areas.contains(&cell.area()))
    }

    /// What earlier releases have of the table of a cell in its area, where it counts these people tonight.
    pub(crate) fn area_told(&self, cell: &CellName, all: &Members) -> AreaTold {
        let left_out = || self.left_out.get(&(cell.table.clone(), cell.area()));
        match self.is_told(cell) {
            _ if self.hold_below < 2 => AreaTold::New,
            true => AreaTold::Published,
            false if left_out().is_some_and(|then| self.is_unchanged(then, all)) => {
                AreaTold::LeftOut
            }
            false => AreaTold::New,
        }
    }

    /// The entry of the table of a cell that is left out of its area, where it counts these people.
    pub(crate) fn leaves_out(of: &LedgerEntry, cell: &CellName, all: Members) -> LedgerEntry {
        LedgerEntry {
            cell: CellName {
                table: format!("{LEFT_OUT}{}", cell.table),
                labels: cell.area(),
            },
            figure: Released::SUPPRESSED,
            count: all.people(),
            members: all,
            ..of.clone()
        }
    }

    /// Takes the entry of a table that was left out; gives back that of a figure.
    pub(super) fn add_left_out(&mut self, entry: LedgerEntry) -> Option<LedgerEntry> {
        let Some(table) = entry.cell.table.strip_prefix(LEFT_OUT) else {
            return Some(entry);
        };
        let place = (table.to_string(), entry.cell.labels.clone());
        self.left_out.insert(place, entry);
        None
    }
}
