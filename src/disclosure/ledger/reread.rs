//! All that has been published up to a release, attacked together: what a reader has who kept every one.

use super::recall::Recalled;
use super::{CellName, Ledger, LedgerEntry};
use crate::disclosure::attacker::{Effort, Possible, attack};
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{Interval, NodeId, System, TrueFigures};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What the attacker found in all that has been published.
#[derive(Debug, Clone, Default)]
pub(crate) struct LedgerAttack<'l> {
    /// Figures, of cells and of the people between two of them.
    pub figures: usize,
    /// What adds up to what.
    pub equations: usize,
    /// Suppressed figures that follow from the others, or for which the opposite was not proved.
    pub exposed: Vec<&'l LedgerEntry>,
    /// How many more there are that no cell shows, of the people between two cells or two releases.
    pub between: usize,
    /// Whether the figures cannot all be true.
    pub contradiction: bool,
}

impl Ledger {
    /// Attacks all figures that were published until release `number`, with it.
    pub(crate) fn attack(&self, rule: &dyn SchemeRule, number: u64) -> LedgerAttack<'_> {
        let mut figures = TrueFigures::default();
        let mut recalled = Recalled::of(self, &mut figures, &[]);
        let mut entries: BTreeMap<NodeId, &LedgerEntry> = BTreeMap::new();
        for entry in self.until(number) {
            entries.entry(recalled.node(entry)).or_insert(entry);
        }
        let divided = self.divided();
        for total in self.until(number) {
            for parts in divided.get(&total.cell).into_iter().flatten() {
                recalled.earlier_sum(total, parts);
            }
        }
        for cell in self.cells.keys() {
            let of_cell = || self.of_cell(cell).filter(|entry| entry.number <= number);
            for (before, after) in of_cell().zip(of_cell().skip(1)) {
                recalled.between(before, after);
            }
        }
        self.tried(rule, &figures, &entries)
    }

    /// The entries of all releases until one.
    fn until(&self, number: u64) -> impl Iterator<Item = &LedgerEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.number <= number)
    }

    /// The cells that each cell is divided into, by each of the dimensions that some table has more.
    fn divided(&self) -> BTreeMap<CellName, Vec<Vec<&CellName>>> {
        let cells: Vec<&CellName> = self.cells.keys().collect();
        let totals: Vec<Vec<(CellName, String)>> =
            cells.par_iter().map(|cell| cell.totals()).collect();
        let mut parts: BTreeMap<(CellName, String), BTreeSet<&CellName>> = BTreeMap::new();
        for (cell, totals) in cells.into_iter().zip(totals) {
            for (total, source) in totals {
                // What nobody has published needs no parts.
                if self.cells.contains_key(&total) {
                    parts.entry((total, source)).or_default().insert(cell);
                }
            }
        }
        let mut divided: BTreeMap<CellName, Vec<Vec<&CellName>>> = BTreeMap::new();
        for ((total, _), parts) in parts {
            let ways = divided.entry(total).or_default();
            ways.push(parts.into_iter().collect());
        }
        divided
    }

    fn tried<'l>(
        &self,
        rule: &dyn SchemeRule,
        figures: &TrueFigures,
        entries: &BTreeMap<NodeId, &'l LedgerEntry>,
    ) -> LedgerAttack<'l> {
        let nodes = figures.nodes.iter();
        let released: Vec<_> = nodes
            .map(|node| node.stands.unwrap_or_else(|| rule.release(node)))
            .collect();
        let system = System::read(rule, figures, &released);
        let truth = |count: u64| i64::try_from(count).unwrap_or(Interval::NO_LIMIT);
        let known = Possible {
            table: figures
                .nodes
                .iter()
                .map(|node| truth(node.count.get()))
                .collect(),
            exchanges: Vec::new(),
        };
        let found = attack(&system, Some(&known), &Effort::default());
        let leaks: BTreeSet<NodeId> = found
            .exposed
            .iter()
            .chain(&found.unproved)
            .copied()
            .collect();
        let exposed: Vec<&LedgerEntry> = leaks
            .iter()
            .filter_map(|node| entries.get(node).copied())
            .collect();
        LedgerAttack {
            figures: figures.nodes.len(),
            equations: figures.equations.len(),
            between: leaks.len() - exposed.len(),
            exposed,
            contradiction: found.contradiction.is_some(),
        }
    }
}
