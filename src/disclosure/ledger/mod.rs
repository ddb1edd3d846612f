//! Every figure that has been published, and what that allows of tonight's.
//!
//! Whoever keeps every release subtracts one from the next. A figure of few changed people would tell
//! of each of them, so a cell keeps its figure until enough people entered or left ([`Holding`]).
//!
//! # The questions that every cell goes through
//! 1. *Did nobody, or fewer than k people, enter or leave since the figure that stands for the cell?* It
//!    is held. A `0` is a figure like any other: that it becomes `*` says that somebody was diagnosed
//!    last night. Where rows or sums are counted, somebody who adds another number than before has
//!    changed like one who entered.
//! 2. *Is a figure of exactly these people published, of whatever cell or night?* It is that figure.
//! 3. *Do fewer than k people make the difference to any other published figure*, of another cell,
//!    period, date or table, now or in an earlier release? What stands for the cell is held; where
//!    nothing stands yet, the figure of the nearly equal cell stands for it.
//! 4. Otherwise the figure is fresh.
//!
//! A cell without a figure is empty where its table has been published: a row of it appears as soon as
//! somebody is in it. A cell of an area is empty only where the table of that area has been; one that was
//! [left out](AreaTold) until now begins like any new table.
//!
//! The third question is not asked where either has fewer than k people: two small groups differ by
//! few people without having anybody in common, and neither has a figure that could be subtracted.

mod area_told;
mod asked_again;
mod entry;
mod holding;
mod index;
mod recall;
mod reread;

pub(crate) use area_told::AreaTold;
pub(crate) use entry::{CellName, LedgerEntry, OF_THE_PERSON};
pub(crate) use holding::Holding;
pub(crate) use recall::{CellShown, CellTonight};

use super::count::{Released, TrueCount};
use super::members::{CAPACITY, Fingerprint, Members};
use index::NearIndex;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All figures that have been published.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
    /// The entries of each cell, of which the last one stands.
    cells: HashMap<CellName, Vec<usize>>,
    /// The first entry of each set of people, by what it counts, and whether it is a sum of amounts.
    same: HashMap<(Fingerprint, bool), usize>,
    /// What has been counted by which dimensions, and in which areas, to tell a new cell from one of a new
    /// table.
    tables: BTreeMap<String, BTreeSet<String>>,
    /// The tables of areas that were left out, as they were the last time: by what they count, and area.
    left_out: HashMap<(String, String), LedgerEntry>,
    near: NearIndex,
    /// The fingerprint of the key that tonight's people are under.
    key: String,
    /// Fewer changed people than these hold a figure.
    hold_below: usize,
    /// Cells of the same people have figures of their own.
    keeps_apart: bool,
}

impl Ledger {
    /// A ledger of these entries, in the order in which they were published. `key` is the fingerprint of
    /// the key of tonight's people: those of another one are told apart by their number alone. With `hold_below` fewer
    /// than 2 nothing is held.
    pub(crate) fn of(entries: Vec<LedgerEntry>, key: &str, hold_below: usize) -> Self {
        let mut ledger = Ledger {
            key: key.to_string(),
            hold_below: hold_below.min(CAPACITY),
            ..Ledger::default()
        };
        for entry in entries {
            ledger.add(entry);
        }
        ledger
    }

    /// Where zeros are protected, nobody may know that a total and one of its parts have the same
    /// people, since all other parts are then zero: each has a figure of its own.
    pub(crate) fn keeping_apart(mut self, keeps_apart: bool) -> Self {
        self.keeps_apart = keeps_apart;
        self
    }

    /// The ledger as it was when `release` was first made, if it was: a release that is made again
    /// comes out as it did, whatever has been published since.
    pub(crate) fn before(
        mut entries: Vec<LedgerEntry>,
        release: &str,
        key: &str,
        hold_below: usize,
    ) -> Self {
        let of = |entry: &&LedgerEntry| entry.release == release;
        let number = entries.iter().filter(of).map(|entry| entry.number).min();
        entries.retain(|entry| number.is_none_or(|number| entry.number < number));
        Self::of(entries, key, hold_below)
    }

    /// Adds what has been published after everything else.
    pub(crate) fn add(&mut self, entry: LedgerEntry) {
        let Some(entry) = self.add_left_out(entry) else {
            return;
        };
        let at = self.entries.len();
        match self.cells.get_mut(&entry.cell) {
            Some(entries) => entries.push(at),
            None => {
                self.cells.insert(entry.cell.clone(), vec![at]);
                let areas = self.tables.entry(entry.cell.table.clone()).or_default();
                areas.insert(entry.cell.area());
            }
        }
        let comparable = entry.key == self.key;
        if comparable && !entry.members.is_empty() {
            let set = (entry.members.fingerprint(), is_sum(&entry.cell));
            self.same.entry(set).or_insert(at);
        }
        // Where nothing is held, nothing near is asked for.
        if comparable && self.hold_below > 1 && self.is_large(&entry.members) {
            self.near.add(&entry.members, at);
        }
        self.entries.push(entry);
    }

    /// The number of the release that is published next.
    #[cfg(test)]
    pub(crate) fn next_number(&self) -> u64 {
        let numbers = self.entries.iter().map(|entry| entry.number);
        numbers.max().unwrap_or(0) + 1
    }

    /// All entries.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// The figure that stands for a cell.
    pub(crate) fn standing(&self, cell: &CellName) -> Option<&LedgerEntry> {
        self.of_cell(cell).next_back()
    }

    /// All figures that a cell has had, the first one first.
    pub(crate) fn of_cell(&self, cell: &CellName) -> impl DoubleEndedIterator<Item = &LedgerEntry> {
        let entries = self.cells.get(cell).into_iter().flatten();
        entries.filter_map(|at| self.entries.get(*at))
    }

    /// The figure that stood for a cell in a release.
    pub(crate) fn standing_at(&self, cell: &CellName, number: u64) -> Option<&LedgerEntry> {
        self.of_cell(cell)
            .rev()
            .find(|entry| entry.number <= number)
    }

    /// The figures that a release published.
    pub(crate) fn of_release(&self, number: u64) -> impl Iterator<Item = &LedgerEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.number == number)
    }

    /// All entries with a figure, of whatever cell.
    pub(crate) fn published_with(&self, figure: Released) -> impl Iterator<Item = &LedgerEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.figure == figure)
    }

    /// Whether anything has been published of what is counted by which dimensions.
    pub(crate) fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// What a sum may show tonight. Its change tells of one or two people where these could be most of it,
    /// however many others changed; so does that from any figure that the cell has had.
    pub(crate) fn holding_sum(
        &self,
        cell: &CellName,
        tonight: &Members,
        (sum, largest): (TrueCount, TrueCount),
    ) -> Holding<'_> {
        let holding = self.holding(cell, tonight);
        let tells = |entry: &LedgerEntry| entry.change_tells(tonight, (sum, largest));
        match (holding.is_new(), self.standing(cell)) {
            (true, Some(stands)) if self.hold_below > 1 && self.of_cell(cell).any(tells) => {
                Holding::Held(stands)
            }
            _ => holding,
        }
    }

    /// The other sums of a model's amounts than `what` that have been published: both together would tell of
    /// what makes the difference.
    pub(crate) fn other_sum(&self, of: &str, what: &str) -> Option<&str> {
        let sums = self.tables.keys().map(String::as_str);
        let of = format!(" of {of} where ");
        let mut others = sums.filter(|table| {
            table.starts_with(SUM) && table.contains(&of) && !table.starts_with(what)
        });
        others.next()
    }

    /// What a cell with these people may show tonight.
    pub(crate) fn holding(&self, cell: &CellName, tonight: &Members) -> Holding<'_> {
        if self.hold_below < 2 {
            return self
                .same_people(cell, tonight)
                .map_or(Holding::Fresh, Holding::Same);
        }
        let standing = self.standing(cell);
        match standing {
            Some(stands) if self.is_unchanged(stands, tonight) => Holding::Held(stands),
            None if self.is_told(cell) && self.is_near(&Members::default(), tonight) => {
                Holding::Empty
            }
            _ => match (self.same_people(cell, tonight), standing) {
                (Some(same), _) => Holding::Same(same),
                (None, Some(stands)) if self.nearest(cell, tonight).is_some() => {
                    Holding::Held(stands)
                }
                (None, _) => self
                    .nearest(cell, tonight)
                    .map_or(Holding::Fresh, Holding::Near),
            },
        }
    }

    /// The figure of exactly these people.
    fn same_people(&self, cell: &CellName, members: &Members) -> Option<&LedgerEntry> {
        if members.is_empty() {
            return None;
        }
        let members = members.fingerprint();
        if self.keeps_apart {
            let mut own = self.of_cell(cell).filter(|entry| entry.key == self.key);
            return own.find(|entry| entry.members.fingerprint() == members);
        }
        let at = self.same.get(&(members, is_sum(cell)))?;
        self.entries.get(*at)
    }

    /// The first published figure that few people make the difference to. Of a sum, that is another sum.
    fn nearest(&self, cell: &CellName, members: &Members) -> Option<&LedgerEntry> {
        let candidates = self.near.candidates(members).into_iter();
        let entries = candidates.filter_map(|at| self.entries.get(at));
        let mut alike = entries.filter(|entry| is_sum(&entry.cell) == is_sum(cell));
        alike.find(|entry| self.is_near(&entry.members, members))
    }

    /// Whether nobody or few entered or left since a figure. Under another key nobody knows who is the
    /// same, but as many did as there are more or fewer.
    fn is_unchanged(&self, stands: &LedgerEntry, tonight: &Members) -> bool {
        match stands.key == self.key {
            true => self.is_near(&stands.members, tonight),
            false => {
                let (before, now) = (stands.members.people().get(), tonight.people().get());
                before.abs_diff(now) < self.hold_below as u64
            }
        }
    }

    fn is_near(&self, one: &Members, other: &Members) -> bool {
        one.changed(other) < self.hold_below
    }

    fn is_large(&self, members: &Members) -> bool {
        members.people().get() >= self.hold_below as u64
    }
}

/// How what is counted begins where it is a sum of amounts.
const SUM: &str = "sum of ";

/// Whether a cell is a sum of amounts: these are no counts of the same people.
fn is_sum(cell: &CellName) -> bool {
    cell.table.starts_with(SUM)
}

#[cfg(test)]
mod tests;
