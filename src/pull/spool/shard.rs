//! Which shard a row belongs to.

use crate::lake::{DataFile, shard_of};
use crate::privacy::{PersonKey, RecordKey};
use std::cmp::Ordering;

/// A part of a table that is merged by itself.
///
/// The lake numbers shards: those of people from 0 up, those of rows without a person from -1 down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shard {
    /// A range of people; of a table without people, all rows.
    Linked(u32),
    /// Rows without a person (yet).
    Unlinked(u32),
}

impl Shard {
    /// Where all rows of a table without people are.
    pub(crate) const WHOLE: Self = Shard::Linked(0);

    /// The shard of a person in a lake of `shards` shards.
    pub(crate) fn of_person(person: PersonKey, shards: u32) -> Self {
        Shard::numbered(shard_of(person.get(), shards))
    }

    /// The shard of a stored file.
    pub(crate) fn of_file(file: &DataFile) -> Self {
        file.shard.map_or(Shard::WHOLE, Shard::numbered)
    }

    /// The shard that the lake gives this number.
    pub(crate) fn numbered(number: i32) -> Self {
        match u32::try_from(number) {
            Ok(number) => Shard::Linked(number),
            Err(_) => Shard::Unlinked((!number).cast_unsigned()),
        }
    }

    /// Its number in the lake.
    pub(crate) fn number(self) -> i32 {
        match self {
            Shard::Linked(number) => number.cast_signed(),
            Shard::Unlinked(number) => !number.cast_signed(),
        }
    }

    /// Whether its rows have no person (yet).
    pub(crate) fn is_unlinked(self) -> bool {
        matches!(self, Shard::Unlinked(_))
    }
}

/// Whether the rows of a stored file have no person (yet).
pub(crate) fn is_unlinked(file: &DataFile) -> bool {
    file.shard.is_some() && Shard::of_file(file).is_unlinked()
}

impl Ord for Shard {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Shard {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where the newest version of a record is. Of two places of one version the greater counts: rows
/// more than none, and rows of a person more than rows without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RecordHome {
    /// It has no row in the table (any more).
    Nowhere,
    /// Its rows are in this shard.
    In(Shard),
}

/// Rows that wait in one shard before the next ones go to others.
const MOST_WAITING: usize = 250_000;
/// Never to more than this.
const MOST_SHARDS: u32 = 4096;

/// The shards that rows without a person (yet) go to at the moment.
///
/// They are few, so that a few rows are a few files. When they are full, as many others follow, so that
/// no number of rows is too many to be merged in memory, shard by shard. Two versions of a record may
/// thereby come to lie in two shards; that is what records do that move, and those are found anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WaitingRoom {
    first: u32,
    shards: u32,
}

impl WaitingRoom {
    /// The one for the next row when `waiting` have come, in a lake of `shards` shards of people.
    pub(super) fn after(waiting: usize, shards: u32) -> Self {
        let shards = (shards / 4).max(1);
        let full = waiting / (shards as usize * MOST_WAITING);
        let rooms = (MOST_SHARDS / shards).max(1);
        let room = full % rooms as usize;
        WaitingRoom {
            first: u32::try_from(room * shards as usize).unwrap_or(0),
            shards,
        }
    }

    /// The shard of a row, by its record.
    pub(super) fn shard(self, record: RecordKey) -> Shard {
        let place = shard_of(record.get(), self.shards);
        Shard::Unlinked(self.first + u32::try_from(place).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_ranges_of_keys() {
        let shard = |person: i64, shards| Shard::of_person(PersonKey::new(person), shards);
        assert_eq!(shard(0, 16), Shard::Linked(0));
        assert_eq!(shard(i64::MAX, 16), Shard::Linked(15));
        assert_eq!(shard(1 << 59, 16), Shard::Linked(1));
        assert_eq!(shard(i64::MAX, 1), Shard::WHOLE);
    }

    #[test]
    fn shards_are_in_the_order_of_their_numbers_in_the_lake() {
        let ascending = [i32::MIN, -4096, -2, -1, 0, 1, 255, i32::MAX];
        let shards = ascending.map(Shard::numbered);
        assert!(shards.is_sorted_by(|a, b| a < b));
        assert_eq!(shards.map(Shard::number), ascending);
        assert!(RecordHome::Nowhere < RecordHome::In(shards[0]));
    }

    #[test]
    fn rows_without_a_person_lie_below_zero() {
        let shards = |waiting| {
            let room = WaitingRoom::after(waiting, 16);
            [0, i64::MAX].map(|record| room.shard(RecordKey::new(record)).number())
        };
        assert_eq!(shards(0), [-1, -4]);
        assert_eq!(shards(999_999), [-1, -4]);
        assert_eq!(shards(1_000_000), [-5, -8]);
        assert_eq!(shards(60_000_000), [-241, -244]);
        assert_eq!(shards(1_023_999_999), [-4093, -4096]);
        assert_eq!(shards(1_024_000_000), [-1, -4]);
        let last = WaitingRoom::after(700_000, 2).shard(RecordKey::new(i64::MAX));
        assert_eq!(last, Shard::Unlinked(2));
        assert!(last.is_unlinked() && !Shard::WHOLE.is_unlinked());
    }
}
