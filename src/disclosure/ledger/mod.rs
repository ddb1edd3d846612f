//! Every figure that has been published, and what that allows of tonight's.
//!
//! Whoever keeps every release subtracts one from the next. A figure of few changed people would tell
//! of each of them, so a cell keeps its figure until enough people entered or left ([`Holding`]).
//!
//! # The question that every cell goes through
//! 1. *The people are exactly those of a published figure*: the figure is that one.
//! 2. *Fewer than k people entered or left since the figure that stands for the cell*: it is held. A `0`
//!    is a figure like any other: that it becomes `*` says that somebody was diagnosed last night.
//! 3. *Fewer than k people make the difference to any other published figure*, of another cell, period,
//!    date or table, now or in an earlier release: what stands for the cell is held; where nothing
//!    stands yet, the figure of the nearly equal cell stands for it.
//! 4. *Otherwise* the figure is fresh.
//!
//! The third question is not asked where either has fewer than k people: two small groups differ by
//! few people without having anybody in common, and neither has a figure that could be subtracted.

mod entry;
mod holding;
mod index;

pub(crate) use entry::LedgerEntry;
pub(crate) use holding::Holding;

use super::members::{CAPACITY, Fingerprint, Members};
use index::NearIndex;
use std::collections::{BTreeSet, HashMap};

/// All figures that have been published.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
    /// The entry that stands for each cell.
    standing: HashMap<String, usize>,
    /// The first entry of each set of people, by what it counts.
    same: HashMap<Fingerprint, usize>,
    /// Cells by their tables, to tell a new cell from one of a new table.
    tables: BTreeSet<String>,
    near: NearIndex,
    /// Fewer changed people than these hold a figure.
    hold_below: usize,
}

/// The table of a cell: what its name says before the labels.
fn table(cell: &str) -> &str {
    cell.split_once(": ").map_or(cell, |(table, _)| table)
}

impl Ledger {
    /// A ledger of these entries, in the order in which they were published. With `hold_below` fewer
    /// than 2 nothing is held.
    pub(crate) fn of(entries: Vec<LedgerEntry>, hold_below: usize) -> Self {
        let mut ledger = Ledger {
            hold_below: hold_below.min(CAPACITY),
            ..Ledger::default()
        };
        for entry in entries {
            ledger.add(entry);
        }
        ledger
    }

    /// The ledger as it was when `release` was first made, if it was: a release that is made again
    /// comes out as it did, whatever has been published since.
    pub(crate) fn before(entries: &[LedgerEntry], release: &str, hold_below: usize) -> Self {
        let of = |entry: &&LedgerEntry| entry.release == release;
        let number = entries.iter().filter(of).map(|entry| entry.number).min();
        let known = |entry: &&LedgerEntry| number.is_none_or(|number| entry.number <= number);
        Self::of(entries.iter().filter(known).cloned().collect(), hold_below)
    }

    /// Adds what has been published after everything else.
    pub(crate) fn add(&mut self, entry: LedgerEntry) {
        let at = self.entries.len();
        self.standing.insert(entry.cell.clone(), at);
        self.tables.insert(table(&entry.cell).to_string());
        if !entry.members.is_empty() {
            self.same.entry(entry.members.fingerprint()).or_insert(at);
        }
        if self.is_large(&entry.members) {
            self.near.add(&entry.members, at);
        }
        self.entries.push(entry);
    }

    /// The number of the release that is published next.
    pub(crate) fn next_number(&self) -> u64 {
        let numbers = self.entries.iter().map(|entry| entry.number);
        numbers.max().unwrap_or(0) + 1
    }

    /// All entries.
    pub(crate) fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// The figure that stands for a cell.
    pub(crate) fn standing(&self, cell: &str) -> Option<&LedgerEntry> {
        self.entries.get(*self.standing.get(cell)?)
    }

    /// What a cell with these people may show tonight.
    pub(crate) fn holding(&self, cell: &str, tonight: &Members) -> Holding<'_> {
        let standing = self.standing(cell);
        if let Some(stands) = standing
            && stands.members.fingerprint() == tonight.fingerprint()
        {
            return Holding::Same(stands);
        }
        if self.hold_below < 2 {
            return self
                .published(tonight)
                .map_or(Holding::Fresh, Holding::Same);
        }
        match standing {
            Some(stands) if self.is_near(&stands.members, tonight) => Holding::Held(stands),
            None if self.was_empty(cell) && self.is_near(&Members::default(), tonight) => {
                Holding::Empty
            }
            _ => match (self.published(tonight), standing) {
                (Some(same), _) => Holding::Same(same),
                (None, Some(stands)) if self.nearest(tonight).is_some() => Holding::Held(stands),
                (None, _) => self.nearest(tonight).map_or(Holding::Fresh, Holding::Near),
            },
        }
    }

    /// Whether the cell's table has been published without the cell, so that nobody was in it.
    fn was_empty(&self, cell: &str) -> bool {
        self.tables.contains(table(cell))
    }

    /// The figure of exactly these people.
    fn published(&self, members: &Members) -> Option<&LedgerEntry> {
        let at = self.same.get(&members.fingerprint())?;
        self.entries.get(*at).filter(|_| !members.is_empty())
    }

    /// The first published figure that few people make the difference to.
    fn nearest(&self, members: &Members) -> Option<&LedgerEntry> {
        let candidates = self.near.candidates(members).into_iter();
        let mut entries = candidates.filter_map(|at| self.entries.get(at));
        entries.find(|entry| self.is_near(&entry.members, members))
    }

    fn is_near(&self, one: &Members, other: &Members) -> bool {
        one.changed(other) < self.hold_below
    }

    fn is_large(&self, members: &Members) -> bool {
        members.people().get() >= self.hold_below as u64
    }
}

#[cfg(test)]
mod tests;
