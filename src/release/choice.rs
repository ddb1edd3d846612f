//! The figures of a release, chosen together beside those of all earlier ones, and the tables of areas
//! that it lacks.
//!
//! A table that the choice goes without ([`AreaTables`]), of an area or, where these do not help, of the
//! whole, may be one that an earlier release has. Then it is not left out: all its cells show what stands
//! for them, as cells of which too few people changed do, so that nobody sees that it was the matter. A
//! table that no release has is left out, and stays so until enough of its people have changed
//! ([`AreaTold`]).

use super::area_tables::{AreaTable, AreaTables};
use super::counted::{PlacedFigure, ReleaseCell};
use crate::disclosure::TrueCount;
use crate::disclosure::ledger::{AreaTold, CellName, CellShown, CellTonight, Ledger, LedgerEntry};
use crate::disclosure::members::Members;
use crate::disclosure::protect::{Certificate, Unsafe};
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{CountOf, NodeId, TrueFigures, TrueNode};
use std::collections::{BTreeMap, BTreeSet};

/// What the figures of a release are chosen from.
pub(super) struct ReleaseChoice<'a> {
    /// The scheme, and the largest number of people that it withholds or blurs.
    pub rule: &'a dyn SchemeRule,
    pub few: u64,
    /// What earlier releases have said, and what an entry of this one begins with.
    pub earlier: Option<&'a (Ledger, LedgerEntry)>,
    /// All cells.
    pub cells: &'a BTreeMap<CellName, ReleaseCell>,
    /// Those of which each table tells a reader, of the whole and of each area.
    pub told: BTreeMap<AreaTable, BTreeSet<&'a CellName>>,
}

/// The figures of a release.
pub(super) struct Chosen {
    pub figures: BTreeMap<CellName, PlacedFigure>,
    /// Entries of the ledger.
    pub published: Vec<LedgerEntry>,
    pub certificate: Certificate,
    /// The tables of areas that are left out.
    pub left_out: BTreeSet<AreaTable>,
}

impl<'a> ReleaseChoice<'a> {
    /// Chooses figures of these true ones.
    ///
    /// # Errors
    /// Those that would be given away, whatever is left out.
    pub(super) fn made(&self, mut figures: TrueFigures) -> Result<Chosen, Unsafe> {
        let told = self.cells.iter().filter(|(_, cell)| cell.shown);
        let cells: Vec<CellTonight<'_>> = told
            .map(|(name, cell)| CellTonight {
                cell: name,
                node: cell.node,
                members: &cell.members,
            })
            .collect();
        let shown: Vec<CellShown> = match self.earlier {
            Some((ledger, _)) => ledger.recall(&mut figures, &cells, self.few),
            None => Vec::new(),
        };
        let node_of = |(at, cell): (usize, &CellTonight<'a>)| {
            let node = shown.get(at).map_or(cell.node, |shown| shown.node);
            (cell.cell, node)
        };
        let nodes: BTreeMap<&CellName, NodeId> = cells.iter().enumerate().map(node_of).collect();
        let told = self.told.iter().map(|(table, cells)| {
            let nodes = cells.iter().filter_map(|cell| nodes.get(cell).copied());
            (table.clone(), nodes.collect())
        });
        let stand = self.with_area_told(AreaTold::Published);
        let mut tables = AreaTables::of(told, &stand);
        let mut stay_out = self.with_area_told(AreaTold::LeftOut);
        stay_out.retain(|(_, area)| area.iter().any(Option::is_some));
        tables.leave_these_out(&mut figures, &stay_out);
        let protected = tables.protect(self.rule, &mut figures)?;
        let not_chosen = tables.left_out();
        let figure_of = |cell: &ReleaseCell| {
            let figure = *protected.released.get(cell.node.at())?;
            let since = None;
            Some(PlacedFigure { figure, since })
        };
        let figures_of = self.cells.iter();
        let mut chosen = Chosen {
            figures: figures_of
                .filter_map(|(name, cell)| Some((name.clone(), figure_of(cell)?)))
                .collect(),
            published: Vec::new(),
            certificate: protected.certificate.clone(),
            left_out: not_chosen.clone(),
        };
        let Some((ledger, entry)) = self.earlier else {
            return Ok(chosen);
        };
        let is_told = |table: &&AreaTable| !not_chosen.contains(*table);
        let told = self.told.keys().filter(is_told);
        let told: BTreeSet<&CellName> = told.flat_map(|table| &self.told[table]).copied().collect();
        let mut published = Vec::new();
        for (cell, shown) in cells.iter().copied().zip(shown) {
            let placed = match told.contains(cell.cell) {
                true => protected
                    .released
                    .get(shown.node.at())
                    .map(|figure| PlacedFigure {
                        figure: *figure,
                        // What was said of a cell on the same day is of this day. What was said of another
                        // is marked whenever that was.
                        since: shown
                            .date
                            .filter(|date| shown.of_another || *date != entry.date),
                    }),
                false => Some(self.standing((ledger, entry), cell.cell)),
            };
            if let Some(placed) = placed {
                chosen.figures.insert(cell.cell.clone(), placed);
            }
            if told.contains(cell.cell) {
                published.push((cell, shown));
            }
        }
        let published = ledger.published(entry, &figures, &protected.released, &published);
        chosen.published = published;
        chosen.left_out.retain(|table| !stand.contains(table));
        let new = chosen.left_out.difference(&stay_out);
        let new = new.flat_map(|table| self.counts_of(table));
        let new = new.map(|(cell, all)| Ledger::leaves_out(entry, cell, all));
        chosen.published.extend(new);
        Ok(chosen)
    }

    /// The figure that stands for a cell whose table is not chosen tonight: nobody, where its table was
    /// published without it.
    fn standing(&self, (ledger, entry): (&Ledger, &LedgerEntry), cell: &CellName) -> PlacedFigure {
        let nobody = TrueNode {
            count: TrueCount::ZERO,
            people: TrueCount::ZERO,
            counted: CountOf::People,
            contributors: None,
            key: 0,
            shown: true,
            stands: None,
            worth: 0.0,
        };
        match ledger.standing(cell) {
            Some(stands) => PlacedFigure {
                figure: stands.figure,
                since: Some(stands.date).filter(|date| *date != entry.date),
            },
            None => PlacedFigure {
                figure: self.rule.release(&nobody),
                since: None,
            },
        }
    }

    /// The tables, of areas and of the whole, of which earlier releases have this: of all their counts, where
    /// it is the figures, and else of any.
    fn with_area_told(&self, what: AreaTold) -> BTreeSet<AreaTable> {
        let Some((ledger, _)) = self.earlier else {
            return BTreeSet::new();
        };
        let tables = self.told.keys().filter(|table| {
            let counts = self.counts_of(table).into_iter();
            let mut known = counts.map(|(cell, all)| ledger.area_told(cell, &all));
            match what {
                AreaTold::Published => known.all(|known| known == what),
                _ => known.any(|known| known == what),
            }
        });
        tables.cloned().collect()
    }

    /// Of each count of a table of an area one of its cells, and everybody whom it counts there.
    fn counts_of(&self, table: &AreaTable) -> Vec<(&'a CellName, Members)> {
        let mut counts: BTreeMap<&str, &CellName> = BTreeMap::new();
        for cell in self.told.get(table).into_iter().flatten().copied() {
            counts.entry(&cell.table).or_insert(cell);
        }
        let all = |cell: &'a CellName| {
            let all = cell.all_of_area().and_then(|all| self.cells.get(&all));
            (cell, all.map_or_else(Members::default, |all| all.members))
        };
        counts.into_values().map(all).collect()
    }
}

#[cfg(test)]
mod tests;
